"""Rows of records that say already what they should: known by their text, without taking it apart cell by cell.

In a merge of files of which few changed these are nearly all rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from xltools.books.address import column_number
from xltools.books.base import Cell
from xltools.books.raw_rows import RawRow, stored
from xltools.books.sheet import Formula, Mark, Record

# A cell as nearly all programs write it: its place, then its style, and no attribute that we would write otherwise.
PLAIN = re.compile(r'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="([1-9][0-9]*)")?(?: t="[A-Za-z]+")?(?:/>|>(?!</c>))')
PLACE = re.compile(r'(<c r="[A-Z]{1,3})[0-9]+"')

Style = tuple[int, int]     # of a cell: its column, its number


@dataclass(frozen=True)
class Kept:
    """Which rows keep their cells. names: the fields, in the order of their columns · columns: these, counted from 1 ·
    stays: whether the cells of a record, with these styles, look already as they should; asked once for all that are alike."""

    names: Sequence[str]
    columns: Sequence[int]
    marks: Mapping[int, tuple[Mark, ...]]
    stays: Callable[[int, Mapping[int, int]], bool]
    known: dict[tuple[tuple[Style, ...], tuple[Mark, ...]], bool] = field(default_factory=dict)

    def inside(self, raw: RawRow, places: tuple[int, int], at: int, values: tuple[Record, Sequence[Cell]]) -> str | None:
        """The cells of a row where it stands now, None when they have to be looked at one by one.

        places: row before and now · at: number of the record · values: those it has now, and those of its row before.
        """
        before, now = places
        record, row = values
        if "<f" in raw.inside or not self._says(record, row):
            return None
        cells = PLAIN.findall(raw.inside)
        if len(cells) != raw.inside.count("<c") or any(number != str(before) for _, number, _ in cells):
            return None
        styles = tuple((column_number(letters), int(style or 0)) for letters, _, style in cells)
        key = (styles, self.marks.get(at, ()))
        if key not in self.known:
            self.known[key] = sorted(dict(styles)) == [column for column, _ in styles] and self.stays(at, dict(styles))
        if not self.known[key]:
            return None
        return raw.inside if before == now else PLACE.sub(rf'\g<1>{now}"', raw.inside)

    def _says(self, record: Record, row: Sequence[Cell]) -> bool:
        """Whether a row holds what a record does."""
        width = len(row)
        for name, column in zip(self.names, self.columns, strict=True):
            value = record.get(name)
            if isinstance(value, Formula) or stored(value) != (row[column - 1] if column <= width else None):
                return False
        return True
