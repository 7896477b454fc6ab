"""Workbooks written as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from xltools.actions.check import check_one, counted, outcome_of
from xltools.books.base import Book, Grid, SheetFacts, Stamp
from xltools.model.outcome import Outcome
from xltools.model.policy import Policy


class TextBook(Struct, frozen=True):
    """A workbook written as text: sheet name → lines, cells separated by "|"; cells are stripped, empty = None.

    Numbers stay text unless `grids` gives the sheet as ready rows.
    """

    name: str
    texts: Mapping[str, str] = field(default_factory=dict)
    grids: Mapping[str, Grid] = field(default_factory=dict)
    stamp: Stamp = field(default_factory=Stamp)
    known: Mapping[str, SheetFacts] = field(default_factory=dict)

    @property
    def sheets(self) -> list[str]:
        return [*self.texts, *self.grids]

    def values(self, sheet: str) -> Grid:
        if sheet in self.grids:
            return [list(row) for row in self.grids[sheet]]
        rows: Grid = [[cell.strip() or None for cell in line.split("|")] for line in self.texts[sheet].strip("\n").split("\n")]
        width = max(len(row) for row in rows)
        return [row + [None] * (width - len(row)) for row in rows]

    def facts(self, sheet: str) -> SheetFacts:
        return self.known.get(sheet, SheetFacts())


def check_books(books: Iterable[Book], policy: Policy) -> Outcome:
    """What checking gives of workbooks wherever they live; no two may have one name."""
    return counted(outcome_of({book.name: check_one(book, policy) for book in books}))
