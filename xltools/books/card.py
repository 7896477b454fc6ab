"""Reading a card: a sheet where each line is a label and, to its right, one value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec import Struct

from xltools.books.base import Book, Grid, SheetFacts, value_at
from xltools.books.labels import Labels, labels_of
from xltools.model.address import address, corners
from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import Form, Owner
from xltools.model.table import Table
from xltools.model.value import is_error

# A card fills less than a page.
SEARCHED_ROWS, SEARCHED_COLUMNS = 60, 12


class Item(Struct, frozen=True):
    """A label on a card, counted from 1, and the field it names."""

    row: int
    column: int
    text: str
    field: str


def find_items(grid: Grid, labels: Labels) -> dict[str, Item]:
    """Field → its label on the card: the field's own label, else an alias, else a close match among the other labels' column."""
    texts = [
        (row, column, value.strip())
        for row, cells in enumerate(grid[:SEARCHED_ROWS], 1)
        for column, value in enumerate(cells[:SEARCHED_COLUMNS], 1)
        if isinstance(value, str) and value.strip() and not labels.is_signature(value)
    ]
    named = [Item(*text, name) for text in texts if (name := labels.of(text[2]))]
    found: dict[str, Item] = {}
    for item in sorted(named, key=lambda item: not labels.is_exact(item.text, item.field)):
        found.setdefault(item.field, item)
    columns = Counter(item.column for item in found.values())
    open_fields = set(labels.exact.values()) - found.keys()
    for row, column, text in texts:
        if columns and column == columns.most_common(1)[0][0] and labels.of(text) is None and (near := labels.close(text, open_fields)):
            found[near] = Item(row, column, text, near)
            open_fields.remove(near)
    return found


def read_card(book: Book, form: Form, sheet: str) -> tuple[Table | None, list[Finding]]:
    """The single record of a card form in this sheet; None when none of its labels is there."""
    grid, facts, labels = book.values(sheet), book.facts(sheet), labels_of(form)
    place = Place(book.name, sheet)
    items = find_items(grid, labels)
    if not items:
        wanted = "、".join(form[name].label for name in form.key)
        return None, [Code.HEADER_MISSING.at(place, sheet=sheet, labels=wanted)]
    values = {name: _right_of(item, facts) for name, item in items.items()}
    findings = [*_label_findings(form, items, labels, place), *_bad_values(form, values, grid, place, facts)]
    lost = {finding.place.cell for finding in findings if finding.code in (Code.ERROR_CELL, Code.FORMULA_STALE)}
    cells = {name: address(*at) for name, at in values.items()}
    record = {f.name: [value_at(grid, *values[f.name]) if f.name in values and cells[f.name] not in lost else None] for f in form}
    return Table(form, book.name, sheet, [1], record, cells), findings


def _right_of(item: Item, facts: SheetFacts) -> tuple[int, int]:
    """The cell right of a label, which may be merged across several columns."""
    for merged in facts.merged:
        box = corners(merged)
        if box and box[0] <= item.row <= box[2] and box[1] <= item.column <= box[3]:
            return item.row, box[3] + 1
    return item.row, item.column + 1


def _label_findings(form: Form, items: Mapping[str, Item], labels: Labels, place: Place) -> Iterator[Finding]:
    for field in form:
        item = items.get(field.name)
        if item is None and field.owner is not Owner.FORMULA:
            yield Code.ITEM_MISSING.at(place, label=field.label)
        elif item is not None and not labels.is_exact(item.text, field.name):
            where = Place(place.file, place.sheet, address(item.row, item.column))
            yield Code.COLUMN_RENAMED.at(where, found=item.text, label=field.header)


def _bad_values(form: Form, values: Mapping[str, tuple[int, int]], grid: Grid, place: Place, facts: SheetFacts) -> Iterator[Finding]:
    for name, at in values.items():
        value, cell = value_at(grid, *at), address(*at)
        where = Place(place.file, place.sheet, cell)
        if is_error(value):
            yield Code.ERROR_CELL.at(where, label=form[name].label, value=value)
        elif cell in facts.stale:
            yield Code.FORMULA_STALE.at(where, label=form[name].label)
