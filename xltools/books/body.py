"""The records of a sheet as row XML, put into the package that XlsxWriter made of everything else.

A record's cells go through no object each, the rows are made while they are compressed, and a thousand links to one file are one
relationship: a large summary costs a fraction of the time and memory.

Source: ECMA-376 part 1, 18.3.1.4 (c), 18.3.1.47 (hyperlink), 18.3.1.73 (row), 18.4.8 (si).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from urllib.parse import quote

from xltools.books.address import column_letters
from xltools.books.base import Cell
from xltools.books.cells import ERRORS
from xltools.books.dates import serial
from xltools.books.link import UNSAFE, Link
from xltools.books.patch_xml import cell_text, escape

CHUNK = 500     # rows made and compressed at a time
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
SHARED = "xl/sharedStrings.xml"
DIMENSION = re.compile(r'<dimension ref="A1:[A-Z]+\d+"/>')
COUNTED = re.compile(r'count="(\d+)" uniqueCount="(\d+)"')
CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")
OUTER_SPACE = re.compile(r"^\s|\s$")
# What comes behind the links in a sheet; XlsxWriter writes the first of these for every form.
BEHIND_LINKS = "<printOptions"
ROW = "\0"     # stands for the number of a row; no XML holds it

@dataclass(frozen=True)
class Formula:
    """A cell that holds a formula, with the value stored for it.

    text: "" in a computed field means the field's own formula. value: None = never calculated, "#DIV/0!" = an error cell.
    """

    text: str
    value: Cell = None


FIXED = ' customHeight="1"'     # without it programs fit the row to what is typed into it


@dataclass(frozen=True)
class Line:
    """One row: its cells from column A on, the number of each cell's format, its height in points (None: the sheet's own), whether
    that height follows what is typed later."""

    values: Sequence[Cell | Formula]
    formats: Sequence[int]
    height: float | None = None
    grows: bool = False


@dataclass(frozen=True)
class Body:
    """The rows of one sheet from row `first` on. links: (row, column) → where the cell leads."""

    first: int
    width: int
    length: int
    lines: Callable[[], Iterable[Line]]
    links: Mapping[tuple[int, int], Link] = field(default_factory=dict)

    @property
    def end(self) -> str:
        """The last cell."""
        return f"{column_letters(self.width)}{self.first + self.length - 1}"

    @property
    def ids(self) -> dict[str, str]:
        """The id of the relationship to each file that the links lead to."""
        targets = sorted({link.target for link in self.links.values() if link.target})
        return {target: f"link{number}" for number, target in enumerate(targets, 1)}

    def rows(self, contents: Contents) -> Iterator[bytes]:
        """The rows as XML, some hundred at a time. contents: of the cells of this workbook, to which new ones are added."""
        letters = [column_letters(column) for column in range(1, self.width + 1)]
        patterns: dict[tuple[int, ...], str] = {}  # most rows look like many others
        rows: list[str] = []
        for number, line in enumerate(self.lines(), self.first):
            looks = tuple(line.formats)
            if looks not in patterns:
                patterns[looks] = "".join(f'<c r="{letter}{ROW}" s="{style}"%s' for letter, style in zip(letters, looks, strict=True))
            cells = patterns[looks].replace(ROW, str(number)) % contents.of(line.values)
            rows.append(f'<row r="{number}"{_height(line.height, line.grows)}>{cells}</row>')
            if len(rows) == CHUNK:
                yield "".join(rows).encode()
                rows.clear()
        yield "".join(rows).encode()

    def hyperlinks(self) -> str:
        """The links as the sheet lists them, "" without any."""
        ids = self.ids
        found = "".join(_hyperlink(f"{column_letters(column)}{row}", link, ids) for (row, column), link in sorted(self.links.items()))
        return f"<hyperlinks>{found}</hyperlinks>" if found else ""

    def relations(self) -> bytes:
        """The part that says where the links lead, b"" when none leads out of the workbook."""
        entries = [
            f'<Relationship Id="{id}" Type="{HYPERLINK}" Target="{escape(_target(target))}" TargetMode="External"/>'
            for target, id in self.ids.items()
        ]
        head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        return f'{head}<Relationships xmlns="{RELATIONS}">{"".join(entries)}</Relationships>'.encode() if entries else b""


class Contents:
    """What a cell says behind its look, by its value. Only texts are remembered: 1 and True are equal.

    A text gets the next number of the workbook's table of texts when it is first met.
    """

    def __init__(self, first: int) -> None:
        self._known: dict[Cell | Formula, str] = {None: "/>", "": "/>"}
        self._numbers = count(first)

    def of(self, values: Sequence[Cell | Formula]) -> tuple[str, ...]:
        """What the cells with these values say."""
        known, new = self._known.get, self._new
        return tuple([known(value) or new(value) for value in values])

    def _new(self, value: Cell | Formula) -> str:
        if isinstance(value, str):
            return self._known.setdefault(value, f' t="s"><v>{next(self._numbers)}</v></c>')
        if isinstance(value, Formula):
            return f"{_formula(value)}</c>"
        if isinstance(value, bool):
            return f' t="b"><v>{value:d}</v></c>'
        if isinstance(value, int | float):
            return f"><v>{value:.16G}</v></c>"
        return f"><v>{serial(value):.16G}</v></c>" if value is not None else "/>"

    @property
    def texts(self) -> list[str]:
        """The texts in the order of their numbers."""
        return [one for one in self._known if isinstance(one, str) and one]


def with_bodies(parts: Mapping[str, bytes], bodies: Mapping[int, Body]) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The parts of a package, in their order, with these bodies in its sheets, made while the parts are taken. bodies: by number of the sheet."""
    if not bodies:
        yield from ((name, (data,)) for name, data in parts.items())
        return
    contents = Contents(parts[SHARED].count(b"<si>"))
    by_part = {f"xl/worksheets/sheet{number}.xml": body for number, body in bodies.items()}
    for name, data in parts.items():
        if name in by_part:
            yield name, _filled(data.decode(), by_part[name], contents)
            if relations := by_part[name].relations():
                yield name.replace("worksheets/", "worksheets/_rels/") + ".rels", (relations,)
        elif name != SHARED:
            yield name, (data,)
    yield SHARED, (_shared(parts[SHARED].decode(), contents.texts),)


def _filled(text: str, body: Body, contents: Contents) -> Iterator[bytes]:
    head, end, tail = text.partition("</sheetData>")
    if f'<row r="{body.first}"' in head:
        raise ValueError("rows of records are written in the body alone; give their heights in the plan")
    yield DIMENSION.sub(f'<dimension ref="A1:{body.end}"/>', head, count=1).encode()
    yield from body.rows(contents)
    yield f"{end}{tail.replace(BEHIND_LINKS, body.hyperlinks() + BEHIND_LINKS, 1)}".encode()


def _shared(text: str, texts: Sequence[str]) -> bytes:
    """The table of texts with these behind those it has."""
    added = len(texts)
    counted = COUNTED.sub(lambda found: f'count="{int(found[1]) + added}" uniqueCount="{int(found[2]) + added}"', text, count=1)
    head, end, tail = counted.rpartition("</sst>")
    return "".join([head, *map(_si, texts), end, tail]).encode()


def _si(text: str) -> str:
    plain = cell_text(text) if "_x" in text or "&" in text or "<" in text or ">" in text else text
    if text.isprintable() and text == text.strip(" "):
        return f"<si><t>{plain}</t></si>"
    space = ' xml:space="preserve"' if OUTER_SPACE.search(text) else ""
    return f"<si><t{space}>{CONTROL.sub(lambda sign: f'_x{ord(sign[0]):04X}_', plain)}</t></si>"


@cache
def _height(height: float | None, grows: bool) -> str:
    """The attributes of a row that is this high."""
    return "" if height is None else f' ht="{_whole_pixels(height):.16g}"{"" if grows else FIXED}'


def _formula(formula: Formula) -> str:
    """The rest of a formula's cell: the type of its stored value, the text, the value."""
    value = formula.value
    text = f"<f>{escape(formula.text.removeprefix('='))}</f>"
    if value is None:
        return f">{text}"
    if isinstance(value, bool):
        return f' t="b">{text}<v>{value:d}</v>'
    if isinstance(value, str):
        return f' t="{"e" if value in ERRORS else "str"}">{text}<v>{cell_text(value)}</v>'
    return f">{text}<v>{value if isinstance(value, int | float) else serial(value)}</v>"


def _hyperlink(cell: str, link: Link, ids: Mapping[str, str]) -> str:
    target = f' r:id="{ids[link.target]}"' if link.target else ""
    place = f' location="{escape(link.place)}"' if link.place else ""
    return f'<hyperlink ref="{cell}"{target}{place}/>'


def _target(path: str) -> str:
    """A file as Excel writes it into a link."""
    return UNSAFE.sub(lambda sign: quote(sign[0]), path).replace("/", "\\")


def _whole_pixels(height: float) -> float:
    """The height as screens have it, and as XlsxWriter rounds that of every other row."""
    return int(height * 4 / 3 + 0.5) * 0.75
