"""The content of a workbook as a seal covers it: every value by what it is called, every other text by itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

from msgspec.structs import replace

from xltools.books.base import Book, Grid
from xltools.books.file import FileBook
from xltools.books.grid import Sheet
from xltools.model.address import address, split
from xltools.model.checklist import Entered, ReadChecklist, ReadPart
from xltools.model.form import Form, Owner, load_form
from xltools.model.guide import load_guide
from xltools.model.percent import Percent
from xltools.model.seal import NOT_CALCULATED, Content, SealLine, Spot, canonical, load_seal_words
from xltools.model.table import Table


def checklist_content(book: FileBook, read: ReadChecklist) -> Content:
    """Everything on the sheets of a checklist that people see; the drop-downs' options and our own records are left out.

    Cells whose formula was never calculated say nothing. Raises StopError as reading the sheets does.
    """
    ours = {load_guide().lists, load_guide().stamp, load_seal_words().sheet}
    seen = [name for name in book.sheets if name not in ours]
    cells: dict[Spot, str] = {}
    grids = {name: _as_judged(book.sheet(name).grid) for name in seen}
    for name, grid in grids.items():
        cells |= texts_of(name, grid)
    stale = frozenset((name, cell) for name in seen for cell in _not_calculated(book.sheet(name)))
    parts = {part.place.sheet: part for part in read.parts}
    overall = load_form("checklist_overall").sheet
    lines: list[SealLine] = []
    for name in (one for one in seen if one in parts or one == overall):
        known = list(_lines(parts[name], grids[name])) if name in parts else []
        taken = {line.cell for line in known}
        lines += known
        lines += [SealLine(name, "", "", cell, text) for (sheet, cell), text in cells.items() if sheet == name and cell not in taken]
    lines = [replace(line, text=NOT_CALCULATED) if (line.sheet, line.cell) in stale else line for line in lines]
    return Content(tuple(lines), cells, tuple(seen), stale)


def _as_judged(grid: Grid) -> Grid:
    """The grid with plain numbers for percentages: a checklist's own formulas judge 0.8, whatever its cell shows."""
    return [[float(value) if isinstance(value, Percent) else value for value in line] for line in grid]


def _not_calculated(sheet: Sheet) -> Iterator[str]:
    """The formula cells that say nothing; an old format, which keeps no text of a formula, then has 0 there."""
    yield from sheet.facts.stale
    zeros = {address(row, column) for row, line in enumerate(sheet.grid, 1) for column, value in enumerate(line, 1) if value == 0}
    yield from (cell for cell, text in sheet.formulas.items() if not text and cell not in sheet.shared and cell in zeros)


def without_mark(text: str) -> str:
    """The text without the seal that is printed below the checkers."""
    return _printed().sub("", text) if _mark() in text else text


def printed_codes(book: FileBook) -> frozenset[str]:
    """The codes that are printed below checkers."""
    mark = _mark()
    texts = [value for name in book.sheets for row in book.sheet(name).grid for value in row if isinstance(value, str) and mark in value]
    return frozenset(match[1] for text in texts for match in _printed().finditer(text))


@cache
def _mark() -> str:
    """What stands before every printed code."""
    return load_seal_words().words["printed"].strip().partition("{code}")[0]


@cache
def _printed() -> re.Pattern[str]:
    before, _, after = load_seal_words().words["printed"].strip().partition("{code}")
    return re.compile(rf"\s*{re.escape(before)}([A-Z2-7]{{4}}(?:-[A-Z2-7]{{4}})+){re.escape(after)}")


def texts_of(name: str, grid: Grid) -> dict[Spot, str]:
    """Every cell with a text, by its place."""
    found = {}
    for row, line in enumerate(grid, 1):
        for column, value in enumerate(line, 1):
            if text := canonical(without_mark(value) if isinstance(value, str) else value):
                found[name, address(row, column)] = text
    return found


def _lines(part: ReadPart, grid: Grid) -> Iterator[SealLine]:
    """The values of one process by what they are called, blank ones too."""
    sheet = part.place.sheet
    yield from _fields(sheet, "", part.head, load_form("checklist_head"))
    yield from _rows(part, grid)
    yield from _fields(sheet, "", part.foot, load_form("checklist_foot"))
    for number, checker in enumerate(part.checkers, 1):
        yield from _fields(sheet, load_seal_words().words["checker"].format(number=number), checker, load_form("checklist_checkers"))


def _fields(sheet: str, row: str, cells: Mapping[str, Entered], form: Form) -> Iterator[SealLine]:
    for one in form:
        if cell := cells.get(one.name):
            yield SealLine(sheet, row, one.label, cell.place.cell, canonical(cell.value))


def _rows(part: ReadPart, grid: Grid) -> Iterator[SealLine]:
    """Every row under its number; the columns that no field has, such as the requirements, under their headers."""
    form, header = load_form("checklist"), grid[part.first - 2]
    counted: Counter[str] = Counter()
    for line in part.lines:
        counted[line.no] += 1
        row = line.no or "?"
        row += f"#{counted[line.no]}" if counted[line.no] > 1 else ""
        yield from _fields(part.place.sheet, row, line.cells, form)
        own = {cell.place.cell for cell in line.cells.values()}
        at = split(line.cells["no"].place.cell)
        for column, value in enumerate(grid[at[0] - 1] if at else (), 1):
            cell, item = address(at[0] if at else 0, column), canonical(header[column - 1])
            if cell not in own and item:
                yield SealLine(part.place.sheet, row, item, cell, canonical(value))


def form_content(book: Book, tables: Mapping[str, Table]) -> Content:
    """Everything entered in the forms of a workbook, as typed; what its formulas show is left out. tables: as read, not parsed.

    Rows are known by their keys, so that they may be sorted and others may be hidden or inserted between them.
    """
    cells: dict[Spot, str] = {}
    lines: list[SealLine] = []
    stale: set[Spot] = set()
    for table in tables.values():
        cells |= texts_of(table.sheet, book.values(table.sheet))
        stale |= {(table.sheet, cell) for cell in book.facts(table.sheet).stale}
        lines += _card(table) if table.form.layout == "card" else _records(table)
    known = [replace(line, text=NOT_CALCULATED) if (line.sheet, line.cell) in stale else line for line in lines]
    return Content(tuple(known), cells, tuple(table.sheet for table in tables.values()), frozenset(stale))


def _card(table: Table) -> Iterator[SealLine]:
    values = table.card()
    for field in table.form:
        if field.owner is not Owner.FORMULA and field.name in table.columns:
            yield SealLine(table.sheet, "", field.label, table.columns[field.name], canonical(values.get(field.name)))


def _records(table: Table) -> Iterator[SealLine]:
    fields = [field for field in table.form if field.owner is not Owner.FORMULA and field.name in table.columns]
    counted: Counter[str] = Counter()
    for row, record in table.numbered():
        name = " ".join(canonical(record[one]) for one in table.form.key).strip() or "?"
        counted[name] += 1
        called = f"{name}#{counted[name]}" if counted[name] > 1 else name
        for field in fields:
            yield SealLine(table.sheet, called, field.label, f"{table.columns[field.name]}{row}", canonical(record[field.name]))
