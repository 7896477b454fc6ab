"""Drawn tables out of a file: every sheet of a workbook, every table of a Word document."""

from __future__ import annotations

from pathlib import Path

from xltools.books.base import Book, Cell
from xltools.books.docx import is_document, tables_in
from xltools.books.file import content_of, open_book
from xltools.model.address import address, corners
from xltools.model.source_table import SourceCell, SourceTable
from xltools.model.value import is_blank


def read_source(path: Path) -> list[SourceTable]:
    """The drawn tables of a file in order, empty ones left out. Raises StopError when the file cannot be read."""
    data = content_of(path, path.name)
    if is_document(data, path.name):
        return tables_in(data, path.name)
    book = open_book(path, content=data)
    return [table for sheet in book.sheets if (table := sheet_table(book, sheet)).cells]


def sheet_table(book: Book, sheet: str) -> SourceTable:
    """A sheet as a drawn table: merged ranges are one cell, numbers are text as people write them."""
    grid, facts = book.values(sheet), book.facts(sheet)
    boxes = [box for merged in facts.merged if (box := corners(merged))]
    covered = {(row, column): box for box in boxes for row in range(box[0], box[2] + 1) for column in range(box[1], box[3] + 1)}
    cells: list[SourceCell] = []
    for row, values in enumerate(grid, 1):
        for column, value in enumerate(values, 1):
            top, left, bottom, right = covered.get((row, column), (row, column, row, column))
            if (top, left) == (row, column):
                cells.append(SourceCell(written(value), address(row, column), row, column, min(bottom, len(grid)), min(right, len(values))))
            elif not is_blank(value):       # hidden under a merge; shown by itself, so that it cannot get lost
                cells.append(SourceCell(written(value), address(row, column)))
    far = tuple(SourceCell(written(value), cell) for cell, value in facts.far.items())
    drawn = tuple(cell for cell in cells if cell.top)
    if not any(cell.text for cell in drawn):
        drawn = ()
    return SourceTable(book.name, sheet, drawn, after=(*(cell for cell in cells if not cell.top), *far))


def written(value: Cell) -> str:
    """A value as text: whole numbers without a point."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:.15g}"
    return "" if value is None else str(value).replace("\r\n", "\n").replace("\r", "\n").strip()
