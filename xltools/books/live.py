"""A workbook that is open in Excel or LibreOffice, read as a Book. It is handed over by xlwings, which is not imported here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from xltools.books.base import Cell, Grid, SheetFacts, Stamp
from xltools.books.grid import GRID_COLUMNS, GRID_ROWS
from xltools.books.stamp import from_sheet
from xltools.model.address import address, corners
from xltools.model.code import Code
from xltools.model.finding import Place, StopError
from xltools.model.form import HEADER_ROW
from xltools.model.guide import load_guide

BAND = 2_000            # rows read in one call: a sheet formatted to its last row must not fill the memory

Area = tuple[int, int, int, int]        # first row, first column, last row, last column


class LiveBook:
    """A Book on an open workbook, unsaved changes included. book: the workbook as xlwings gives it (xlwings.Book).

    What was read is kept: make a new LiveBook after changes. Formulas that a host in manual mode has not calculated count as
    calculated, hidden rows are not told, and nothing beyond 256 columns is seen.
    """

    def __init__(self, book: Any) -> None:
        self.book = book
        self.name = str(book.name)
        self._names = [str(sheet.name) for sheet in book.sheets]
        self._read: dict[str, tuple[Grid, dict[str, str]]] = {}
        self._facts: dict[str, SheetFacts] = {}

    @property
    def sheets(self) -> list[str]:
        return list(self._names)

    def values(self, sheet: str) -> Grid:
        return [list(row) for row in self._sheet(sheet)[0]]

    def facts(self, sheet: str) -> SheetFacts:
        """Merged cells, formulas and visibility."""
        if sheet not in self._facts:
            grid, formulas = self._sheet(sheet)
            live = self.book.sheets[sheet]
            merged = tuple(merged_areas(live, (1, 1, len(grid), len(grid[0])), [])) if grid else ()
            self._facts[sheet] = SheetFacts(formulas=frozenset(formulas), merged=merged, visible=bool(live.visible), knows_formulas=True)
        return self._facts[sheet]

    def formulas(self, sheet: str) -> dict[str, str]:
        """Cell → text of its formula, with "=" in front."""
        return self._sheet(sheet)[1]

    def notes(self, sheet: str) -> dict[str, str]:
        """Cell → text of its note."""
        return {str(note.location.address).replace("$", ""): str(note.text) for note in self.book.sheets[sheet].notes}

    @property
    def stamp(self) -> Stamp:
        """What the stamp sheet says; xlwings reaches no document properties."""
        name = load_guide().stamp
        return from_sheet(self.values(name)) if name in self.sheets else Stamp()

    def _sheet(self, name: str) -> tuple[Grid, dict[str, str]]:
        if name not in self._read:
            if name not in self.sheets:
                raise StopError(Code.SHEET_MISSING.at(Place(self.name, name), sheets=name))
            self._read[name] = _grid(self.book.sheets[name])
        return self._read[name]


def _grid(sheet: Any) -> tuple[Grid, dict[str, str]]:
    """The sheet's values, trimmed, and the texts of its formulas."""
    used = sheet.used_range
    height = used.row + used.rows.count - 1
    width = min(used.column + used.columns.count - 1, GRID_COLUMNS)
    rows: dict[int, list[Cell]] = {}
    formulas: dict[str, str] = {}
    for top in range(1, height + 1, BAND):
        if top > GRID_ROWS and not any(row in rows for row in range(top - BAND, top)):
            break  # formats alone can reach down to the last row that there is
        block = sheet.range((top, 1), (min(top + BAND - 1, height), width))
        band = block.options(ndim=2, err_to_str=True).value
        for row, (cells, entries) in enumerate(zip(band, as_rows(block.formula), strict=True), top):
            if any(cell is not None for cell in cells) or any(entries):
                rows[row] = [as_cell(cell) for cell in cells]
                formulas |= {address(row, column): entry for column, entry in enumerate(entries, 1) if is_formula(entry, cells[column - 1])}
    filled = [column for cells in rows.values() for column, cell in enumerate(cells, 1) if cell is not None]
    last, right = max((row for row, cells in rows.items() if any(cell is not None for cell in cells)), default=0), max(filled, default=0)
    grid: Grid = [rows[row][:right] if row in rows else [None] * right for row in range(1, last + 1)]
    return grid, formulas


def as_rows(block: Any) -> list[list[Any]]:
    """What xlwings gives for the formulas of a range, always as rows: one cell comes as a text, blocks as tuples or lists."""
    if not isinstance(block, list | tuple):
        return [[block]]
    return [list(row) if isinstance(row, list | tuple) else [row] for row in block]


def is_formula(entry: Any, value: Any) -> bool:
    """Whether a cell holds a formula rather than a text that looks like one."""
    return isinstance(entry, str) and entry.startswith("=") and len(entry) > 1 and entry != value


def as_cell(value: Any) -> Cell:
    """A value as a Book gives it: no empty texts, whole days as dates, numbers as float."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=None)
        return moment.date() if moment.time() == time() else moment
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    kept: Cell = value
    return kept


def merged_areas(sheet: Any, area: Area, known: list[Area]) -> Iterator[str]:
    """Addresses ("A3:C3") of the merged cells in an area; asks about parts of it, so that a sheet without any costs one question.

    known: those found already, which are not asked about again.
    """
    if cut := next((one for one in known if _overlap(one, area)), None):
        for part in _around(area, cut):
            yield from merged_areas(sheet, part, known)
        return
    top, left, bottom, right = area
    merged = sheet.range((top, left), (bottom, right)).merge_cells
    if merged is None:
        yield from _parts(sheet, area, known)
    elif merged:        # every cell is; in one area or, as Excel says it, in several
        text = str(sheet.range((top, left)).merge_area.address).replace("$", "")
        known.append(corners(text) or (top, left, top, left))
        yield text
        yield from merged_areas(sheet, area, known)


def _parts(sheet: Any, area: Area, known: list[Area]) -> Iterator[str]:
    """The same of an area that has merged cells and others: rows are told apart first, those of the head by themselves, where most is merged."""
    top, left, bottom, right = area
    row, column = (top + bottom) // 2, (left + right) // 2
    if top < HEADER_ROW:
        row = min(row, HEADER_ROW - 1)
    first, second = ((top, left, row, right), (row + 1, left, bottom, right)) if bottom > top else ((top, left, bottom, column), (top, column + 1, bottom, right))
    before = len(known)
    yield from merged_areas(sheet, first, known)
    if len(known) > before or second[:2] == second[2:]:
        yield from merged_areas(sheet, second, known)
    else:               # it must be there
        yield from _parts(sheet, second, known)


def _overlap(one: Area, other: Area) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _around(area: Area, cut: Area) -> Iterator[Area]:
    """What of an area lies above, below, left and right of another that overlaps it."""
    top, left, bottom, right = area
    above, below = max(top, cut[0]), min(bottom, cut[2])
    parts = ((top, left, above - 1, right), (below + 1, left, bottom, right), (above, left, below, cut[1] - 1), (above, cut[3] + 1, below, right))
    return (part for part in parts if part[0] <= part[2] and part[1] <= part[3])
