"""The records of a sheet as row XML, put into the package that XlsxWriter made of everything else.

A record's cells go through no object each, the rows are made while they are compressed, and a thousand links to one file are one
relationship: a large summary costs a fraction of the time and memory.

Source: ECMA-376 part 1, 18.3.1.4 (c), 18.3.1.47 (hyperlink), 18.3.1.73 (row), 18.4.8 (si).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cache, cached_property
from types import NoneType

from msgspec import Struct, field

from xltools.books.base import LONGEST_TEXT, Cell
from xltools.books.dates import serial
from xltools.books.link import FILE, Link, link_of, target_of
from xltools.books.patch_xml import cell_text, escape
from xltools.model.address import column_letters

CHUNK, TEXTS = 500, 5_000   # rows, and texts or links, that are made and compressed at a time
# The errors that a cell of type e may hold (ECMA-376 part 1, 18.3.1.4 and 18.18.11); others stand as text.
CELL_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA"})
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

class Formula(Struct, frozen=True):
    """A cell that holds a formula, with the value stored for it.

    text: "" in a computed field means the field's own formula. value: None = never calculated, "#DIV/0!" = an error cell.
    """

    text: str
    value: Cell = None


FIXED = ' customHeight="1"'     # without it programs fit the row to what is typed into it
NO_HEIGHT = (None, False)


class Body(Struct, frozen=True, dict=True):
    """The rows of one sheet from row `first` on, as columns.

    cells:   (start, stop) → the cells of these rows, counted from 0, a list for each column.
    formats: numbers of the formats of a row's cells · looks: which of these each row has; rows beyond it have the first.
    height:  of a row, counted from 0, in points (None: the sheet's own), and whether it follows what is typed later.
    links:   (row counted from 0, field) → where the cell leads, as a SheetPlan says it · columns: field → its number from 1.
    """

    first: int
    length: int
    cells: Callable[[int, int], Sequence[Sequence[Cell | Formula]]]
    formats: Sequence[Sequence[int]]
    looks: Sequence[int] = ()
    height: Callable[[int], tuple[float | None, bool]] = lambda row: NO_HEIGHT
    columns: Mapping[str, int] = field(default_factory=dict)
    links: Mapping[tuple[int, str], str] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.formats[0])

    @property
    def end(self) -> str:
        """The last cell."""
        return f"{column_letters(self.width)}{self.first + self.length - 1}"

    @cached_property
    def _ends(self) -> dict[str, Link]:
        """Where the links lead, by what they have in common with others: all but the cell."""
        return {head: link_of(head) for head in {_split(url)[0] for url in self.links.values()}}

    @cached_property
    def ids(self) -> dict[str, str]:
        """The id of the relationship to each file that the links lead to."""
        targets = sorted({link.target for link in self._ends.values() if link.target})
        return {target: f"link{number}" for number, target in enumerate(targets, 1)}

    def rows(self, contents: Contents) -> Iterator[bytes]:
        """The rows as XML, some hundred at a time. contents: of the cells of this workbook, to which new ones are added."""
        letters = [column_letters(column) for column in range(1, self.width + 1)]
        inside = ["".join(f'<c r="{letter}{ROW}" s="{style}"%s' for letter, style in zip(letters, looks, strict=True)) for looks in self.formats]
        patterns: dict[tuple[int, tuple[float | None, bool]], str] = {}  # most rows look like many others
        for start in range(0, self.length, CHUNK):
            rows = []
            said = contents.of(self.cells(start, min(start + CHUNK, self.length)))
            for at, cells in enumerate(zip(*said, strict=True), start):
                look = self.looks[at] if at < len(self.looks) else 0, self.height(at)
                if look not in patterns:
                    patterns[look] = f'<row r="{ROW}"{_height(*look[1])}>{inside[look[0]]}</row>'
                rows.append(patterns[look].replace(ROW, str(self.first + at)) % cells)
            yield "".join(rows).encode()

    def hyperlinks(self) -> Iterator[bytes]:
        """The links as the sheet lists them, some thousand at a time; nothing without any."""
        ends = {head: _end(link, self.ids) for head, link in self._ends.items()}
        letters = {name: column_letters(column) for name, column in self.columns.items()}
        places = sorted(self.links, key=lambda place: (place[0], self.columns[place[1]]))
        for start in range(0, len(places), TEXTS):
            found = ["" if start else "<hyperlinks>"]
            for at, name in places[start : start + TEXTS]:
                head, cell = _split(self.links[at, name])
                found.append(f'<hyperlink ref="{letters[name]}{self.first + at}"{ends[head][0]}{escape(cell)}{ends[head][1]}/>')
            yield "".join(found).encode()
        if places:
            yield b"</hyperlinks>"

    def relations(self) -> bytes:
        """The part that says where the links lead, b"" when none leads out of the workbook."""
        entries = [
            f'<Relationship Id="{id}" Type="{HYPERLINK}" Target="{escape(_target(target))}" TargetMode="External"/>'
            for target, id in self.ids.items()
        ]
        head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        return f'{head}<Relationships xmlns="{RELATIONS}">{"".join(entries)}</Relationships>'.encode() if entries else b""


class Contents:
    """What a cell says behind its look. A text gets the next number of the workbook's table of texts when it is first met, row by row."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._numbers: dict[str, int] = {}

    def of(self, columns: Sequence[Sequence[Cell | Formula]]) -> list[list[str]]:
        """What the cells of some columns say, all of one length."""
        kinds = [set(map(type, column)) - {NoneType} for column in columns]
        self._number([column for column, kind in zip(columns, kinds, strict=True) if any(issubclass(one, str) for one in kind)])
        return [self._column(column, kind) for column, kind in zip(columns, kinds, strict=True)]

    def _number(self, columns: Sequence[Sequence[Cell | Formula]]) -> None:
        """Give the texts in these columns that are new their numbers, in the order of the rows."""
        places: dict[str, tuple[int, int]] = {}
        for at, column in enumerate(columns):
            if new := {value for value in set(column).difference(self._numbers) if isinstance(value, str) and value}:
                rows = dict(zip(reversed(column), range(len(column) - 1, -1, -1), strict=True))  # the first row of each value
                for value in new:
                    here = (rows[value], at)
                    if here < places.get(value, (here[0] + 1, 0)):
                        places[value] = here
        for text in sorted(places, key=places.__getitem__):
            self._numbers[text] = self._first + len(self._numbers)

    def _column(self, column: Sequence[Cell | Formula], kinds: Set[type]) -> list[str]:
        """What the cells of a column say; where they are of one kind, equal ones are looked at once: 1 and True are equal."""
        if len(kinds) > 1 or any(issubclass(one, Formula) for one in kinds):
            return [*map(self._said, column)]
        said = {value: self._said(value) for value in set(column)}
        return [said[value] for value in column]

    def _said(self, value: Cell | Formula) -> str:
        if not isinstance(value, str):
            return _said(value)
        return f' t="s"><v>{self._numbers[value]}</v></c>' if value else "/>"

    @property
    def texts(self) -> list[str]:
        """The texts in the order of their numbers."""
        return [*self._numbers]


def _said(value: Cell | Formula) -> str:
    """What a cell says that holds anything but text."""
    if value is None:
        return "/>"
    if isinstance(value, Formula):
        return f"{_formula(value)}</c>"
    if isinstance(value, bool):
        return f' t="b"><v>{value:d}</v></c>'
    if isinstance(value, int | float):
        return f"><v>{value:.16G}</v></c>"
    return f"><v>{serial(value):.16G}</v></c>"  # type: ignore[arg-type]


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
    yield SHARED, _shared(parts[SHARED].decode(), contents.texts)


def _filled(text: str, body: Body, contents: Contents) -> Iterator[bytes]:
    head, end, tail = text.partition("</sheetData>")
    if f'<row r="{body.first}"' in head:
        raise ValueError("rows of records are written in the body alone; give their heights in the plan")
    yield DIMENSION.sub(f'<dimension ref="A1:{body.end}"/>', head, count=1).encode()
    yield from body.rows(contents)
    before, behind, rest = tail.partition(BEHIND_LINKS)
    yield f"{end}{before}".encode()
    yield from body.hyperlinks()
    yield f"{behind}{rest}".encode()


def _shared(text: str, texts: Sequence[str]) -> Iterator[bytes]:
    """The table of texts with these behind those it has, some thousand at a time."""
    added = len(texts)
    counted = COUNTED.sub(lambda found: f'count="{int(found[1]) + added}" uniqueCount="{int(found[2]) + added}"', text, count=1)
    head, end, tail = counted.rpartition("</sst>")
    yield head.encode()
    for start in range(0, added, TEXTS):
        yield "".join([_si(text[:LONGEST_TEXT]) for text in texts[start : start + TEXTS]]).encode()
    yield f"{end}{tail}".encode()


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
        return f' t="{"e" if value in CELL_ERRORS else "str"}">{text}<v>{cell_text(value)}</v>'
    return f">{text}<v>{value if isinstance(value, int | float) else serial(value)}</v>"


def _split(url: str) -> tuple[str, str]:
    """A link as all but its cell, and the cell; "" where it leads to no cell."""
    head, sign, cell = url.rpartition("!") if "#" in url or url.startswith("internal:") else ("", "", "")
    return (f"{head}{sign}", cell) if sign else (url, "")


def _end(link: Link, ids: Mapping[str, str]) -> tuple[str, str]:
    """What stands before and behind the cell in the element of a link."""
    target = f' r:id="{ids[link.target]}"' if link.target else ""
    return (f'{target} location="{escape(link.place)}', '"') if link.place else (target, "")


def _target(path: str) -> str:
    """A file as Excel writes it into a link."""
    address = target_of(path)
    start = FILE if address.startswith(FILE) else ""
    return start + address.removeprefix(start).replace("/", "\\")


def _whole_pixels(height: float) -> float:
    """The height as screens have it, and as XlsxWriter rounds that of every other row."""
    return int(height * 4 / 3 + 0.5) * 0.75
