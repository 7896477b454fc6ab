"""Storing a block of values or formulas without losing the notes on its cells.

LibreOffice's block calls empty the cells before they fill them, and take the notes along. So cells with a note are
written one by one, and the block calls serve the rectangles between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from xltools.libreoffice.address import Area, area_of
from xltools.libreoffice.bridge import Uno

NOTES = 8                                                    # com.sun.star.sheet.CellFlags.ANNOTATION
Rows: TypeAlias = Sequence[Sequence[float | str]]


class Way(NamedTuple):
    """How something is stored: a whole block, and one cell."""

    block: Callable[[Uno, tuple[tuple[Any, ...], ...]], None]
    cell: Callable[[Uno, Any], None]


def _data(cells: Uno, rows: tuple[tuple[Any, ...], ...]) -> None:
    cells.setDataArray(rows)


def _value(cell: Uno, value: Any) -> None:
    if isinstance(value, str):
        cell.setString(value)
    else:
        cell.setValue(value)


def _formulas(cells: Uno, rows: tuple[tuple[Any, ...], ...]) -> None:
    cells.setFormulaArray(rows)


def _formula(cell: Uno, value: Any) -> None:
    cell.setFormula(value)


DATA = Way(_data, _value)
FORMULAS = Way(_formulas, _formula)


def put(cells: Uno, rows: Rows, way: Way) -> None:
    """Store `rows`, which have the range's shape. One call, and three more around each cell with a note."""
    noted = set(_noted(cells))
    if not noted:
        way.block(cells, tuple(tuple(row) for row in rows))
        return
    for row, column in noted:
        way.cell(cells.getCellByPosition(column, row), rows[row][column])
    for top, left, height, width in _between(noted, len(rows), len(rows[0])):
        part = cells.getCellRangeByPosition(left, top, left + width - 1, top + height - 1)
        way.block(part, tuple(tuple(row[left : left + width]) for row in rows[top : top + height]))


def _noted(cells: Uno) -> Iterator[tuple[int, int]]:
    """Row and column of each cell with a note, counted from 0 at the range's corner."""
    corner = area_of(cells.RangeAddress)
    for place in cells.queryContentCells(NOTES).getRangeAddresses():
        area = area_of(place)
        for row in range(area.row, area.row + area.height):
            for column in range(area.column, area.column + area.width):
                yield row - corner.row, column - corner.column


def _between(noted: set[tuple[int, int]], height: int, width: int) -> Iterator[Area]:
    """Rectangles that cover everything but the noted cells; here rows and columns count from 0."""
    start = 0
    for row in sorted({row for row, _ in noted}):
        if row > start:
            yield Area(start, 0, row - start, width)
        left = 0
        for column in [*sorted(place for line, place in noted if line == row), width]:
            if column > left:
                yield Area(row, left, 1, column - left)
            left = column + 1
        start = row + 1
    if height > start:
        yield Area(start, 0, height - start, width)
