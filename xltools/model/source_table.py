"""Tables as a bureau drew them, from a sheet or from a Word document: cells with the rows and columns they cover."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct


class SourceCell(Struct, frozen=True):
    """A cell and what it covers, rows and columns counted from 1; a line of running text covers nothing (all 0).

    address: of its first cell, "B5", also in a Word table; for a line of running text where it stands.
    """

    text: str
    address: str
    top: int = 0
    left: int = 0
    bottom: int = 0
    right: int = 0

    @property
    def rows(self) -> range:
        return range(self.top, self.bottom + 1)

    @property
    def columns(self) -> range:
        return range(self.left, self.right + 1)


class SourceTable(Struct, frozen=True, dict=True):
    """A drawn table. name: of its sheet, or its place in the document · before, after: the lines of text around it."""

    file: str
    name: str
    cells: tuple[SourceCell, ...]
    before: tuple[SourceCell, ...] = ()
    after: tuple[SourceCell, ...] = ()

    @cached_property
    def covering(self) -> dict[tuple[int, int], SourceCell]:
        """(row, column) → the cell that covers it."""
        return {(row, column): cell for cell in self.cells for row in cell.rows for column in cell.columns}

    @cached_property
    def height(self) -> int:
        return max((cell.bottom for cell in self.cells), default=0)

    @cached_property
    def width(self) -> int:
        return max((cell.right for cell in self.cells), default=0)

    def row(self, number: int) -> list[SourceCell]:
        """The cells that cover a row, from left to right, each once."""
        found = (self.covering.get((number, column)) for column in range(1, self.width + 1))
        return list(dict.fromkeys(cell for cell in found if cell is not None))

    def __iter__(self) -> Iterator[SourceCell]:
        """Everything that holds text: the lines before, the cells, the lines after."""
        return (cell for cell in (*self.before, *self.cells, *self.after) if cell.text)
