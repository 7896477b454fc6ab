"""The meaning of .xlsx cells: from what a cell element says to a typed value. Source: ECMA-376 part 1, 18.18.11."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from xltools.books.base import Cell
from xltools.books.dates import from_iso, from_serial
from xltools.books.grid import GRID_COLUMNS, GRID_ROWS, LONG, MAX_CELLS, SheetBuilder
from xltools.books.strikes import Strikes
from xltools.books.xml import DAMAGED, TOO_LARGE, TRUE, MalformedError
from xltools.model.address import LAST_COLUMN, LAST_ROW, address, column_number, corners

ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
# An array formula fills its range; of longer ranges than this only the first cell is noted.
MAX_ARRAY = 10_000
TWICE = "文件已损坏：同一个单元格出现了两次"


class Context(Struct, frozen=True):
    """What cells refer to. shared: shared strings; kinds: number of a cell style → what it shows, see `dates.shows`; from_1904: the date system;
    strikes: what is struck through; room: how many times as much as a county's form the workbook may hold."""

    shared: Sequence[str] = ()
    kinds: Mapping[str | None, str] = field(default_factory=dict)
    from_1904: bool = False
    room: int = 1
    strikes: Strikes = field(default_factory=Strikes)


def unescaped(text: str) -> str:
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
        self.strikes = context.strikes
        self._shared, self._kinds, self._from_1904 = context.shared, context.kinds, context.from_1904
        self._count = self._spread = self._rows = 0
        self._most = MAX_CELLS * context.room
        self._cells: dict[int, Cell] = {}
        self._texts: dict[str, str] = {}  # a text that stands in a thousand cells is kept once, as shared strings are

    def start_row(self, stated: str | None) -> None:
        """A row with this number, or the next one."""
        self.row = number_of(stated) if stated else self.row + 1
        self._rows += 1
        if not 1 <= self.row <= LAST_ROW or self._rows > LAST_ROW:
            raise MalformedError(DAMAGED)
        self.column = 0
        self._cells = self.found.scatter(self.row)

    def start_cell(self, letters: str | None) -> None:
        """A cell in this column, or the next one."""
        self.column = self.column + 1 if letters is None else column_number(letters)
        if not 1 <= self.column <= LAST_COLUMN:
            raise MalformedError(DAMAGED)

    def formula(self, kind: str, text: str, value: str | None) -> None:
        """The cell's formula; an empty text is a value, no value at all means that it was never calculated."""
        cell = address(self.row, self.column)
        self.found.formulas[cell] = unescaped(text)
        if not value and kind not in ("str", "inlineStr"):
            self.found.stale.add(cell)

    def formula_kind(self, attributes: dict[str, str]) -> None:
        """A formula of several cells: an array in its range, or one that others share by number."""
        if attributes.get("t") == "array":
            self._array(attributes.get("ref", ""))
        elif "si" in attributes:
            self.found.shared[address(self.row, self.column)] = attributes["si"]

    def strike(self, style: str | None, string: str | None) -> None:
        """How the present cell, which holds something, is written; string: number of its shared string."""
        if (whole := self.strikes.of(style, string)) is not None:
            self.found.struck[address(self.row, self.column)] = whole

    def value(self, kind: str, text: str, style: str | None) -> None:
        """The cell's stored value, of the kind that the attribute t names ("n" when there is none)."""
        value = self._meaning(kind, text, style)
        if value == "":
            return
        self._fits(value)
        if self.column in self._cells:
            raise MalformedError(TWICE)
        self._cells[self.column] = value
        self._counted(1)

    def meanings(self, kind: str, texts: Sequence[str | None], styles: Sequence[str | None]) -> list[Cell]:
        """The stored values of many cells of one kind, as `value` takes them; None where nothing is stored. What is the same is looked at once.

        styles: of numbers, which mean something else in some.
        """
        ways = texts if self._kinds.keys().isdisjoint(styles) else [*zip(texts, styles, strict=True)]
        known = {way: self._filled(kind, *(way if isinstance(way, tuple) else (way, None))) for way in {*ways}}
        values = [*map(known.__getitem__, ways)]
        if any(isinstance(value, str) and len(value) > LONG for value in known.values()):
            for value in values:
                self._fits(value)
        return values

    def lines(self, rows: Sequence[int], columns: Mapping[int, Sequence[Cell]]) -> None:
        """The values of rows that have been started, column by column."""
        filled = {column: cells for column, cells in columns.items() if cells.count(None) < len(cells)}
        self._counted(sum(len(cells) - cells.count(None) for cells in filled.values()))
        width, empty, found = max(filled, default=0), [None] * len(rows), self.found
        lines = map(list, zip(*(filled.get(column, empty) for column in range(1, width + 1)), strict=True))
        is_near = width <= GRID_COLUMNS and max(rows, default=0) <= GRID_ROWS * found.room      # what is far out stays few cells, not wide rows
        if is_near and len({*rows}) == len(rows) and not any(map(found.values.get, rows)):
            for row, line in zip(rows, lines, strict=False):
                del found.values[row]
                found.whole[row] = line
            return
        for row, line in zip(rows, lines, strict=False):
            there, cells = found.scatter(row), {column: value for column, value in enumerate(line, 1) if value is not None}
            if there.keys() & cells.keys():
                raise MalformedError(TWICE)
            there.update(cells)

    def _counted(self, cells: int) -> None:
        self._count += cells
        if self._count > self._most:
            raise MalformedError(TOO_LARGE)

    def _fits(self, value: Cell) -> None:
        if isinstance(value, str) and len(value) > LONG:
            self.found.fits(value)

    def _filled(self, kind: str, text: str | None, style: str | None) -> Cell:
        """The value of a cell, None where it holds nothing."""
        value = self._meaning(kind, text, style) if text else ""
        return None if value == "" else value

    def _meaning(self, kind: str, text: str, style: str | None) -> Cell:
        if kind == "s":
            return self._shared_string(text)
        if kind == "n":
            return self._number(text, style)
        value = _converted(kind, text)
        return self._texts.setdefault(value, value) if isinstance(value, str) else value

    def _shared_string(self, text: str) -> str:
        try:
            number = int(text)
            if number >= 0:
                return self._shared[number]
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
        return unescaped(text)
    if kind == "b":
        return text.strip() in TRUE
    if kind == "d":
        return from_iso(text) or text
    return text if kind == "e" else unescaped(text)
