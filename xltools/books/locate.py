"""Finding a row form in a sheet: its header, its columns, its records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from xltools.books.base import Book, Cell, Grid, SheetFacts
from xltools.books.header import Columns, Header, find_columns, find_header
from xltools.books.labels import labels_of
from xltools.books.merges import Merges, Sheet, merges_of
from xltools.books.records import Rows, area_of, find_rows
from xltools.model.address import address
from xltools.model.finding import Place
from xltools.model.form import Form
from xltools.model.value import is_blank


class Located(Struct, frozen=True, dict=True):
    """A row form found in a sheet."""

    form: Form
    place: Place
    grid: Grid
    facts: SheetFacts
    header: Header
    columns: Columns
    rows: Rows
    merges: Merges

    @cached_property
    def cells(self) -> Mapping[int, list[Cell]]:
        """The cells of the records by column, counted from 1."""
        rows = [self.grid[row - 1] for row in self.rows.records]
        return dict(enumerate(map(list, zip(*rows, strict=True)), 1)) if rows else {column: [] for column in range(1, len(self.grid[0]) + 1)}

    def at(self, row: int, column: int) -> Place:
        return Place(self.place.file, self.place.sheet, address(row, column))

    def head(self, column: int) -> Place:
        """The header cell of a column."""
        return self.at(self.header.rows.get(column, self.header.bottom), column)


def locate(book: Book, form: Form, sheet: str) -> Located | None:
    """The form in this sheet, None when no row there names two of its fields."""
    grid, labels = book.values(sheet), labels_of(form)
    header = find_header(grid, labels)
    if header is None:
        return None
    facts = book.facts(sheet)
    filled = {column: count for column, values in enumerate(zip(*grid[header.bottom :], strict=True), 1) if (count := _filled(values))}
    columns = find_columns(header, labels, filled)
    rows = find_rows(grid, header.bottom, area_of(form, header, columns, facts))
    place = Place(book.name, sheet)
    merges = merges_of(Sheet(place, grid, form, columns.found, frozenset(rows.records)), facts.merged)
    return Located(form, place, grid, facts, header, columns, rows, merges)


def _filled(column: Sequence[Cell]) -> int:
    """How many cells of a column hold something; each distinct value is looked at once."""
    return sum(count for value, count in Counter(column).items() if not is_blank(value))
