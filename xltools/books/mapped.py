"""A list with headers of its own: read as a form whose fields people, or we, have assigned to its columns."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from xltools.books.bands import ReadAnew
from xltools.books.base import Book, Grid
from xltools.books.header import SEARCHED_ROWS
from xltools.books.labels import squeeze
from xltools.books.locate import locate
from xltools.books.read import records_in
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, StopError
from xltools.model.form import Form
from xltools.model.table import Table
from xltools.model.value import is_blank

NAME = "name"      # without this field a sheet is no list of enterprises
UNREAD = "／"       # in front of a header that is not to be read, so that it is no label of any field
# What reading says of columns; the sheet of assignments says the same, and can be changed.
OF_COLUMNS = frozenset({Code.COLUMN_MISSING, Code.COLUMN_MOVED, Code.COLUMN_RENAMED, Code.COLUMN_UNKNOWN})


class Assignment(Struct, frozen=True):
    """How one column of a list was read: the field's name, "" for none; chosen: before, by a person or as found then; blank: nothing below."""

    sheet: str
    header: str
    field: str = ""
    chosen: bool = False
    blank: bool = False


def assigned(grid: Grid, chosen: Mapping[str, str]) -> Grid:
    """The grid with its headers as a person assigned them. chosen: header → label of the field, "" for a column not to be read."""
    own = {squeeze(header): label for header, label in chosen.items()}
    for row in grid[:SEARCHED_ROWS] if own else ():
        for column, value in enumerate(row):
            if isinstance(value, str) and (label := own.get(squeeze(value))) is not None:
                row[column] = label or f"{UNREAD}{value}"
    return grid


class ListSheet(Struct, frozen=True):
    """One sheet of a list as read."""

    table: Table
    assignments: tuple[Assignment, ...]
    findings: tuple[Finding, ...]


def read_list(book: Book, form: Form, chosen: Mapping[str, str]) -> list[ListSheet]:
    """Every sheet of the list in which the field of names is found: lists often have a sheet per county.

    Raises StopError when there is none.
    """
    mapped = ReadAnew(book, lambda grid, _: assigned(grid, chosen))
    found = [one for sheet in book.sheets if (one := _sheet((book, mapped), form, sheet)) is not None]
    if not found:
        raise StopError(Code.NAMES_NOT_FOUND.at(Place(book.name), label=form[NAME].label))
    return found


def _sheet(books: tuple[Book, Book], form: Form, sheet: str) -> ListSheet | None:
    """The sheet if it is such a list. books: as it is, and with its headers assigned."""
    own, mapped = books
    located = locate(mapped, form, sheet)
    if located is None or NAME not in located.columns.found or not located.rows.records:
        return None
    table, findings = records_in(located)
    fields = {column: one for one, column in located.columns.found.items()}
    typed, read = own.values(sheet), located.grid
    assignments = []
    for column in sorted(located.header.texts):
        place = located.header.rows[column] - 1, column - 1
        header = str(typed[place[0]][place[1]]).strip()
        blank = all(is_blank(row[column - 1]) for row in typed[located.header.bottom :])
        assignments.append(Assignment(sheet, header, fields.get(column, ""), typed[place[0]][place[1]] != read[place[0]][place[1]], blank))
    return ListSheet(table, tuple(assignments), tuple(one for one in findings if one.code not in OF_COLUMNS))


def unassigned(sheet: ListSheet) -> list[str]:
    """The headers over filled columns that belong to no field and were not set aside by a person."""
    return [one.header for one in sheet.assignments if not (one.field or one.chosen or one.blank)]
