"""What of a workbook a template has no place for, cell by cell; and the list of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from xltools.books.base import LONGEST_TEXT, Book, Stamp, value_at
from xltools.books.card import find_items
from xltools.books.labels import labels_of
from xltools.books.layout import band
from xltools.books.locate import Located, locate
from xltools.books.package import add_stamp, workbook_at
from xltools.books.unread import own_sheets
from xltools.model.address import address, split
from xltools.model.form import Owner
from xltools.model.table import Table
from xltools.model.upgrade import Leftover, load_upgrade
from xltools.model.value import is_blank

WIDTHS = {"sheet": 16, "cell": 10, "about": 30, "label": 24, "value": 50, "why": 26}


def leftovers(book: Book, tables: Mapping[str, Table], lost: Collection[tuple[str, str]]) -> list[Leftover]:
    """Every filled cell of a workbook that is in none of these tables, in order; fixed words of the forms left out.

    lost: (sheet, cell) of cells that a table has, but whose value could not be read.
    """
    by_sheet = {table.sheet: table for table in tables.values()}
    ours = set(own_sheets(book))
    found: list[Leftover] = []
    for sheet in book.sheets:
        table = by_sheet.get(sheet)
        if table is None and sheet in ours:
            continue
        if table is None:
            found += _whole_sheet(book, sheet)
        elif table.form.layout == "card":
            found += _of_card(book, sheet, table)
        elif located := locate(book, table.form, sheet):
            found += _of_rows(located, table, {cell for name, cell in lost if name == sheet})
        found += [Leftover(sheet, cell, str(value), why=load_upgrade().far) for cell, value in book.facts(sheet).far.items()]
    return found


def _whole_sheet(book: Book, sheet: str) -> Iterator[Leftover]:
    why = load_upgrade().sheet_unused
    for number, row in enumerate(book.values(sheet), 1):
        yield from (Leftover(sheet, address(number, at), str(value), why=why) for at, value in enumerate(row, 1) if not is_blank(value))


def _of_card(book: Book, sheet: str, table: Table) -> Iterator[Leftover]:
    """Values beside labels that the form does not have, in the column where its values stand."""
    grid, labels = book.values(sheet), labels_of(table.form)
    items = find_items(grid, labels)
    places = [where for cell in table.columns.values() if (where := split(cell))]
    if not items or not places:
        return
    first, last = min(row for row, _ in places), max(row for row, _ in places)
    column, label_at = places[0][1], next(iter(items.values())).column
    known = set(places)
    for row in range(first, min(last + 2, len(grid)) + 1):
        value = value_at(grid, row, column)
        if (row, column) not in known and not is_blank(value) and not labels.is_signature(grid[row - 1][label_at - 1]):
            label = grid[row - 1][label_at - 1]
            yield Leftover(sheet, address(row, column), str(value), str(label or ""), why=load_upgrade().card)


def _of_rows(located: Located, table: Table, lost: Collection[str]) -> Iterator[Leftover]:
    """Cells of columns without a field, of rows that are no records, and cells that could not be read."""
    words, form = load_upgrade(), located.form
    carried = {column for name, column in located.columns.found.items() if form[name].owner is not Owner.FORMULA}
    computed = set(located.columns.found.values()) - carried
    records = set(located.rows.records)
    for number in range(located.header.bottom + 1, len(located.grid) + 1):
        for column, value in enumerate(located.grid[number - 1], 1):
            cell = address(number, column)
            unreadable = cell in lost or (cell in located.facts.stale and column in carried and number in records)
            if (is_blank(value) and not unreadable) or (column in computed) or (number in records and column in carried and not unreadable):
                continue
            label = located.header.texts.get(column, "")
            why = words.unreadable if unreadable else words.outside if number not in records else ""
            yield Leftover(table.sheet, cell, str("" if value is None else value), label, _about(table, number), why)


def _about(table: Table, row: int) -> str:
    """What identifies a row for a person: its name and the rest of its key."""
    if row not in table.at:
        return ""
    names = dict.fromkeys(name for name in ("name", *table.form.key) if name in table.cells)
    return " ".join(str(value) for name in names if (value := table.value(row, name)) is not None)


def write_leftovers(path: Path, source: str, found: Sequence[Leftover]) -> None:
    """Write the list; the same arguments give the same bytes."""
    words = load_upgrade()
    with workbook_at(path) as (workbook, styles):
        sheet = workbook.add_worksheet(words.sheet)
        for row, (text, look) in enumerate(((words.title, "title"), (words.intro, "subtitle"), (source, "faint"))):
            band(sheet, row, range(len(WIDTHS)), (0, text), styles.get(look))
        for column, (name, width) in enumerate(WIDTHS.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(3, column, words.columns[name], styles.get("header", "county"))
            for row, one in enumerate(found, 4):
                sheet.write_string(row, column, str(getattr(one, name))[:LONGEST_TEXT], styles.get("cell", "wrap", "top", "text"))
        sheet.set_row(0, 30)
        sheet.freeze_panes(4, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        add_stamp(workbook, Stamp("leftovers"), styles)
