"""The meaning of .xlsx cells: from what a cell element says to a typed value. Source: ECMA-376 part 1, 18.18.11."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xltools.books.address import LAST_COLUMN, LAST_ROW, address, column_number, corners
from xltools.books.base import Cell
from xltools.books.dates import from_iso, from_serial
from xltools.books.gate import DAMAGED, TOO_LARGE
from xltools.books.grid import LONG, MAX_CELLS, SheetBuilder
from xltools.books.xml import MalformedError

ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
# An array formula fills its range; of longer ranges than this only the first cell is noted.
MAX_ARRAY = 10_000


@dataclass(frozen=True)
class Context:
    """What cells refer to. shared: shared strings; kinds: number of a cell style → what it shows, see `dates.shows`; from_1904: the date system;
    room: how many times as much as a county's form the workbook may hold."""

    shared: Sequence[str] = ()
    kinds: Mapping[str | None, str] = field(default_factory=dict)
    from_1904: bool = False
    room: int = 1


def plain(text: str) -> str:
    """Text with the file format's `_x000D_` escapes resolved."""
    return ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def number_of(text: str) -> int:
    """A count or position as written. Raises MalformedError for anything else."""
    if not text.isdecimal():
        raise MalformedError(DAMAGED)
    return int(text)


class CellSink:
    """Takes the cells of one sheet in order and builds the sheet. Raises MalformedError where they contradict themselves.

    row, column: where the present cell stands, counted from 1.
    """

    def __init__(self, context: Context) -> None:
        self.found = SheetBuilder(room=context.room)
        self.row = self.column = 0
        self._shared, self._kinds, self._from_1904 = context.shared, context.kinds, context.from_1904
        self._count = self._spread = self._rows = 0
        self._most = MAX_CELLS * context.room
        self._long = any(len(text) > LONG for text in context.shared)
        self._cells: dict[int, Cell] = {}
        self._texts: dict[str, str] = {}  # a text that stands in a thousand cells is kept once, as shared strings are

    def start_row(self, stated: str | None) -> None:
        """A row with this number, or the next one."""
        self.row = number_of(stated) if stated else self.row + 1
        self._rows += 1
        if not 1 <= self.row <= LAST_ROW or self._rows > LAST_ROW:
            raise MalformedError(DAMAGED)
        self.column = 0
        self._cells = self.found.values.setdefault(self.row, {})

    def start_cell(self, letters: str | None) -> None:
        """A cell in this column, or the next one."""
        self.column = self.column + 1 if letters is None else column_number(letters)
        if not 1 <= self.column <= LAST_COLUMN:
            raise MalformedError(DAMAGED)

    def formula(self, kind: str, text: str, value: str | None) -> None:
        """The cell's formula; an empty text is a value, no value at all means that it was never calculated."""
        cell = address(self.row, self.column)
        self.found.formulas[cell] = plain(text)
        if not value and kind not in ("str", "inlineStr"):
            self.found.stale.add(cell)

    def formula_kind(self, attributes: dict[str, str]) -> None:
        """A formula of several cells: an array in its range, or one that others share by number."""
        if attributes.get("t") == "array":
            self._array(attributes.get("ref", ""))
        elif "si" in attributes:
            self.found.shared[address(self.row, self.column)] = attributes["si"]

    def value(self, kind: str, text: str, style: str | None) -> None:
        """The cell's stored value, of the kind that the attribute t names ("n" when there is none)."""
        value: Cell
        if kind == "s":
            value = self._shared_string(text)
        elif kind == "n":
            value = self._number(text, style)
        else:
            value = _converted(kind, text)
            if isinstance(value, str):
                value = self._texts.setdefault(value, value)
                if len(value) > LONG:
                    self.found.fits(value)
        if value == "":
            return
        if self.column in self._cells:
            raise MalformedError("文件已损坏：同一个单元格出现了两次")
        self._cells[self.column] = value
        self._count += 1
        if self._count > self._most:
            raise MalformedError(TOO_LARGE)

    def _shared_string(self, text: str) -> str:
        try:
            number = int(text)
            if number >= 0:
                return self.found.fits(self._shared[number]) if self._long else self._shared[number]
        except (ValueError, IndexError):
            pass
        raise MalformedError(DAMAGED)

    def _number(self, text: str, style: str | None) -> Cell:
        try:
            number = float(text)
        except ValueError:
            return text
        if not math.isfinite(number):
            return text
        kind = self._kinds.get(style)
        return from_serial(number, kind, self._from_1904) if kind else number

    def _array(self, area: str) -> None:
        box = corners(area)
        size = (box[2] - box[0] + 1) * (box[3] - box[1] + 1) if box else 0
        if box is None or size > MAX_ARRAY:
            return
        self._spread += size
        if self._spread > self._most:
            raise MalformedError(TOO_LARGE)
        for row in range(box[0], box[2] + 1):
            for column in range(box[1], box[3] + 1):
                self.found.formulas.setdefault(address(row, column), "")


def _converted(kind: str, text: str) -> Cell:
    """A value of a kind that needs nothing from the workbook."""
    if kind == "inlineStr":
        return plain(text)
    if kind == "b":
        return text.strip() in ("1", "true")
    if kind == "d":
        return from_iso(text) or text
    return text if kind == "e" else plain(text)
