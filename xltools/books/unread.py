"""What of a county's workbook no form reads: sheets that are none of ours, and what somebody wrote beside a card's fields."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from xltools.books.answers import front_sheets
from xltools.books.base import Book
from xltools.books.card import find_items
from xltools.books.choose import ALIKE, fit_of
from xltools.books.labels import labels_of, sheet_key
from xltools.model.address import address, split
from xltools.model.code import Code
from xltools.model.console import load_console
from xltools.model.finding import Finding, Place, StopError
from xltools.model.form import Template
from xltools.model.guide import load_guide
from xltools.model.seal import load_seal_words
from xltools.model.table import Table
from xltools.model.value import is_blank


def own_sheets(book: Book) -> list[str]:
    """The sheets that our program put into the workbook beside the forms: guide, lists, stamp, seal, results of the button, what a return puts in front."""
    guide, results = load_guide(), load_console().check
    keys = {sheet_key(name) for name in (guide.guide, guide.lists, guide.stamp, load_seal_words().sheet)}
    front = front_sheets(book)
    if results.sheet in book.sheets and (grid := book.values(results.sheet)) and grid[0][:1] == [results.title]:
        front.append(results.sheet)
    return [sheet for sheet in book.sheets if sheet_key(sheet) in keys or sheet in front]


def unread(book: Book, template: Template, tables: Mapping[str, Table], found: Collection[Finding]) -> Iterator[Finding]:
    """A note for each sheet of which something was passed over, with how many cells hold something; what was found already is not said again.

    tables: what was read, by form name · found: what reading it said. An empty copy of a form holds nothing but the form's own words.
    """
    known = {table.sheet for table in tables.values()} | {one.place.sheet for one in found} | set(own_sheets(book))
    for sheet in book.sheets:
        if sheet not in known and (count := _filled(book, sheet)) and not _is_empty_form(book, sheet, template):
            yield Code.PASSED_OVER.at(Place(book.name, sheet), what=f"工作表“{sheet}”", count=count)
    for table in tables.values():
        if table.form.layout == "card" and (cells := beside(book, table)):
            yield Code.PASSED_OVER.at(Place(book.name, table.sheet, cells[0]), what=f"“{table.sheet}”各项以外的地方", count=len(cells))


def _filled(book: Book, sheet: str) -> int:
    """How many cells hold something. 0 for a hidden sheet that cannot be read: it takes nothing from the forms that can."""
    try:
        return sum(not is_blank(cell) for row in book.values(sheet) for cell in row) + len(book.facts(sheet).far)
    except StopError:
        return 0


def _is_empty_form(book: Book, sheet: str, template: Template) -> bool:
    best = max((fit_of(book, sheet, form) for form in template), key=lambda fit: fit.share)
    return best.share >= ALIKE and not best.rows


def beside(book: Book, table: Table) -> list[str]:
    """The cells on a card, from its first field's row to the one after its last, that are no label, no field's value and nothing computed.

    Where a source cannot tell what is computed, the column after the values counts as such: the template shows its hints there.
    """
    grid, facts, labels = book.values(table.sheet), book.facts(table.sheet), labels_of(table.form)
    items = find_items(grid, labels)
    values = {at for cell in table.columns.values() if (at := split(cell))}
    hints = set() if facts.knows_formulas else {(row, column + 1) for row, column in values}
    ours = values | hints | {(item.row, item.column) for item in items.values()}
    rows = [item.row for item in items.values()]
    return [
        cell
        for row in range(min(rows), min(max(rows) + 1, len(grid)) + 1)
        for column, value in enumerate(grid[row - 1], 1)
        if not is_blank(value) and (row, column) not in ours and (cell := address(row, column)) not in facts.formulas and not labels.of(value) and not labels.is_signature(value)
    ]
