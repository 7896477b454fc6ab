"""From scattered cells to the grid a Book gives: trimmed, rectangular, and never larger than a sheet that people fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from xltools.books.base import LONGEST_TEXT, Cell, Grid, SheetFacts
from xltools.books.xml import TOO_LARGE, MalformedError
from xltools.model.address import LAST_COLUMN, address, column_letters

# A county's largest list has some 2,000 rows of 25 columns, the city's ledger ten times as many. The grid stops there, so
# that one stray cell at XFD1048576 costs a line in the problem list instead of 16 billion empty cells.
GRID_ROWS = 50_000
GRID_COLUMNS = 256
MAX_FAR = 1_000
MAX_CELLS = 2_000_000
# Forms have some twenty merged ranges; a careless one a few for every row.
MAX_MERGED = 50_000
# How many characters the texts of more than 500 may have together.
LONG, MAX_LONG_TEXTS = 500, 10_000_000

Cells = dict[int, dict[int, Cell]]


class SheetBuilder(Struct):
    """What a reader notes of one sheet.

    values: row → column → value, counted from 1 · whole: row → its cells from column A on, of rows that were read whole and are not in `values` ·
    formulas: cell → text · shared: cell of a shared formula → its number · struck: cell with struck text → whether all of it is ·
    room: how many times as much as a county's form the sheet may hold.
    """

    values: Cells = field(default_factory=dict)
    whole: dict[int, list[Cell]] = field(default_factory=dict)
    formulas: dict[str, str] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[str] = field(default_factory=set)
    struck: dict[str, bool] = field(default_factory=dict)
    column_notes: int = 0
    long_texts: int = 0
    room: int = 1

    def merge(self, area: str) -> None:
        """Note a merged range. Raises MalformedError for more of them than a sheet that people fill has."""
        self.merged.append(area)
        if len(self.merged) > MAX_MERGED * self.room:
            raise MalformedError(f"合并单元格超过 {MAX_MERGED * self.room} 处")

    def columns_from(self, first: int, last: int, hidden: bool) -> None:
        """Note what is said of some columns, hidden or not. Raises MalformedError where more is said than there are columns."""
        self.column_notes += max(1, min(last, LAST_COLUMN) - first + 1) if hidden else 1
        if self.column_notes > 2 * LAST_COLUMN:
            raise MalformedError(TOO_LARGE)
        if hidden:
            self.hidden_columns.update(column_letters(column) for column in range(first, min(last, LAST_COLUMN) + 1))

    def fits(self, text: str) -> str:
        """The text, when a cell can hold it. Raises MalformedError for longer ones, and where long ones stand in very many cells.

        A workbook may keep one text and show it in a million cells.
        """
        if len(text) > LONG:
            self.long_texts += len(text)
            if len(text) > LONGEST_TEXT:
                raise MalformedError(f"有一个单元格的文字超过 {LONGEST_TEXT} 个字")
            if self.long_texts > MAX_LONG_TEXTS * self.room:
                raise MalformedError(TOO_LARGE)
        return text

    def scatter(self, row: int) -> dict[int, Cell]:
        """The cells of a row by column, to be added to."""
        if row in self.whole:
            self.values[row] = {column: value for column, value in enumerate(self.whole.pop(row), 1) if value is not None}
        return self.values.setdefault(row, {})

    def sheet(self, visible: bool = True, knows_formulas: bool = True) -> Sheet:
        """The finished sheet. Raises MalformedError when too much of it lies outside the grid."""
        rows = min(GRID_ROWS * self.room, GRID_ROWS + 2 * (len(self.values) + len(self.whole)))
        for row in [*self.whole] if max(self.whole, default=0) > rows else ():
            self.scatter(row)
        grid, far = bounded(self.values, self.whole, rows)
        facts = SheetFacts(
            formulas=frozenset(self.formulas),
            stale=frozenset(self.stale),
            merged=tuple(self.merged),
            hidden_rows=frozenset(self.hidden_rows),
            visible=visible,
            hidden_columns=frozenset(self.hidden_columns),
            far=far,
            knows_formulas=knows_formulas,
            struck=self.struck,
        )
        return Sheet(grid, facts, self.formulas, self.shared)


class Sheet(Struct, frozen=True):
    """A sheet as read. formulas: cell → text without "=", "" where another cell has it; shared: cell → number of its shared formula."""

    grid: Grid
    facts: SheetFacts
    formulas: Mapping[str, str]
    shared: Mapping[str, str]


def bounded(values: Cells, whole: Mapping[int, list[Cell]], rows: int = GRID_ROWS) -> tuple[Grid, dict[str, Cell]]:
    """The grid from A1 without empty rows below and empty columns to the right; and the cells too far out for it. Raises MalformedError where these are many.

    values and whole: as a SheetBuilder has them; the rows read whole are within the grid, and become its rows.
    """
    far: dict[str, Cell] = {}
    height = next((row for row in sorted(whole, reverse=True) if whole[row].count(None) < len(whole[row])), 0)
    width = max(map(len, whole.values()), default=0)
    for row, cells in values.items():
        if row > rows or (cells and max(cells) > GRID_COLUMNS):
            far |= {address(row, column): value for column, value in cells.items() if row > rows or column > GRID_COLUMNS}
            cells = {column: value for column, value in cells.items() if row <= rows and column <= GRID_COLUMNS}
        if len(far) > MAX_FAR:
            raise MalformedError(f"工作表的内容超过 {rows} 行或 {GRID_COLUMNS} 列")
        if cells:
            height, width = max(height, row), max(width, max(cells))
    return [_line(whole.get(row, ()), values.get(row, {}), width) for row in range(1, height + 1)], far


def _line(whole: Sequence[Cell], cells: Mapping[int, Cell], width: int) -> list[Cell]:
    """A row of the grid; one that was read whole and is as wide as the grid is taken itself."""
    if isinstance(whole, list) and len(whole) == width:
        return whole
    line = [*whole, *[None] * (width - len(whole))]
    for column, value in cells.items():
        if column <= width:
            line[column - 1] = value
    return line
