"""What we need of a workbook, wherever it lives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Protocol

from msgspec import Struct, field

Cell = str | float | bool | date | datetime | time | None
Grid = list[list[Cell]]
LONGEST_TEXT = 32_767   # that a cell can hold


def value_at(grid: Grid, row: int, column: int) -> Cell:
    """What stands in a cell, both counted from 1; None beyond the edge of the grid."""
    return grid[row - 1][column - 1] if 0 < row <= len(grid) and 0 < column <= len(grid[row - 1]) else None


class Stamp(Struct, frozen=True):
    """What a template says of itself; "" where it says nothing. subject: what this one copy is about, such as an enterprise."""

    template: str = ""
    version: str = ""
    policy: str = ""
    subject: str = ""


class SheetFacts(Struct, frozen=True):
    """What the values of a sheet do not show.

    formulas: cells that hold a formula · stale: formula cells without a stored value ·
    merged: ranges such as "A3:C3" · hidden_rows: sheet row numbers · hidden_columns: letters ·
    struck: cells with text that is struck through → whether all of it is · far: cells too far out for the grid, with their values · knows_formulas: False where the source cannot tell
    a formula from a typed value, so that an empty `formulas` means nothing.
    """

    formulas: frozenset[str] = frozenset()
    stale: frozenset[str] = frozenset()
    merged: tuple[str, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    visible: bool = True
    hidden_columns: frozenset[str] = frozenset()
    far: Mapping[str, Cell] = field(default_factory=dict)
    knows_formulas: bool = False
    struck: Mapping[str, bool] = field(default_factory=dict)


class Book(Protocol):
    """A closed file, live Excel, LibreOffice, or in tests a grid of text.

    name:   the file's name, without folder.
    sheets: names in order.
    values: rows from A1, all of one length; empty cell = None, numbers = float (Percent where the cell shows a percentage), dates = date or datetime, text as
            typed, errors as text such as "#N/A". Formulas give their last value.
    Raises StopError when the sheet is not there or the workbook cannot be read.
    """

    @property
    def name(self) -> str: ...
    @property
    def sheets(self) -> list[str]: ...

    def values(self, sheet: str) -> Grid: ...

    def facts(self, sheet: str) -> SheetFacts: ...

    @property
    def stamp(self) -> Stamp: ...
