"""Rows of records that say already what they should, but for some cells: known by their text, without taking it apart cell by cell.

In a merge of files of which few changed these are nearly all rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct, field

from xltools.books.base import Cell
from xltools.books.raw_rows import RawRow, cell_xml
from xltools.books.sheet import Formula, Mark
from xltools.model.address import column_letters, column_number

# A cell as nearly all programs write it: its place, then its style, and no attribute that we would write otherwise.
PLAIN = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="([1-9][0-9]*)")?(?: t="[A-Za-z]+")?(?:/>|>(?!</c>))')
PLACE = re.compile(rb'(<c r="[A-Z]{1,3})[0-9]+(?=")')
CONTENT = r'(?:<v>[^<]*+</v>|<is><t(?: xml:space="preserve")?+>[^<]*+</t></is>)</c>'
MOST = 8  # shapes of rows that are tried before a row is taken apart

Style = tuple[int, int]     # of a cell: its column, its number
Styles = tuple[Style, ...]
Known = dict[tuple[Mark, ...], bool]    # by what is laid over the record: whether cells of some styles stay


class Kept(Struct, frozen=True):
    """Which rows keep their cells. stays: whether the cells of a record, with these styles, look already as they should; asked once
    for all that are alike.

    shapes: patterns of rows met before, with the styles of their cells and what is known of these; the last that fitted in front.
    """

    marks: Mapping[int, tuple[Mark, ...]]
    stays: Callable[[int, Mapping[int, int]], bool]
    known: dict[Styles, Known] = field(default_factory=dict)
    shapes: list[tuple[re.Pattern[bytes], Styles, Known]] = field(default_factory=list)

    def inside(self, raw: RawRow, places: tuple[int, int], at: int) -> bytes | None:
        """The cells of a row, in the place where it stands now; None when they have to be looked at one by one: other looks, a formula.

        places: row before and now · at: number of the record.
        """
        before, now = places
        inside, marks = raw.inside, self.marks.get(at, ())
        looks = self._looks(inside, b"%d" % before)
        if looks is None:
            return None
        styles, known = looks
        if marks not in known:
            known[marks] = sorted(dict(styles)) == [column for column, _ in styles] and self.stays(at, dict(styles))
        if not known[marks]:
            return None
        return inside if before == now else _placed(inside, b"%d" % now)

    def _looks(self, inside: bytes, row: bytes) -> tuple[Styles, Known] | None:
        """The style of every cell, with what is known of these styles; None where a cell is written in another way, or has a formula."""
        for at, (pattern, styles, known) in enumerate(self.shapes):
            if (found := pattern.fullmatch(inside)) and found[1] == row:
                if at:
                    self.shapes.insert(0, self.shapes.pop(at))
                return styles, known
        cells = PLAIN.findall(inside)
        if b"<f" in inside or len(cells) != inside.count(b"<c") or any(number != row for _, number, _ in cells):
            return None
        looks = [(letters.decode(), style.decode()) for letters, _, style in cells]
        styles = tuple((column_number(letters), int(style or 0)) for letters, style in looks)
        known = self.known.setdefault(styles, {})
        if cells:
            self.shapes[:] = [(_shape(looks), styles, known), *self.shapes][:MOST]
        return styles, known


def with_cells(inside: bytes, row: int, values: Mapping[int, Cell | Formula]) -> bytes | None:
    """A row's cells, as `Kept` gives them, with other values in these columns, in their styles; None where such a cell is not there."""
    for column, value in values.items():
        start = inside.find(b'<c r="%s%d"' % (column_letters(column).encode(), row))
        cell = PLAIN.match(inside, start) if start >= 0 else None
        if cell is None:
            return None
        end = inside.find(b"<c ", cell.end())
        style = int(cell[3] or 0)
        new = cell_xml((row, column), style, value).encode() if value is not None or style else b""
        inside = b"".join([inside[:start], new, inside[end:] if end >= 0 else b""])
    return inside


def _placed(inside: bytes, row: bytes) -> bytes:
    """The cells in another row."""
    pieces = PLACE.split(inside)
    pieces[1::2] = [head + row for head in pieces[1::2]]
    return b"".join(pieces)


@lru_cache(maxsize=64)
def _pattern(text: str) -> re.Pattern[bytes]:
    return re.compile(text.encode())


def _shape(cells: Sequence[tuple[str, str]]) -> re.Pattern[bytes]:
    """The pattern of rows with cells in these columns, of these styles, whatever they hold. Group 1: the row's number."""
    place = [r"([0-9]{1,7})", *[r"\1"] * (len(cells) - 1)]
    styles = (f' s="{style}"' if style else "" for _, style in cells)
    parts = (rf'<c r="{letters}{number}"{style}(?: t="[A-Za-z]+")?+(?:/>|>{CONTENT})' for (letters, _), number, style in zip(cells, place, styles, strict=True))
    return _pattern("".join(parts))
