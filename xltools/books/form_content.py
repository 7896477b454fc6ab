"""The content of a county's workbook as a seal covers it: every value that a person enters, by its enterprise, process and column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from xltools.books.base import Book
from xltools.books.checklist_content import texts_of
from xltools.model.form import Owner
from xltools.model.seal import NOT_CALCULATED, Content, SealLine, Spot, canonical
from xltools.model.table import Table


def form_content(book: Book, tables: Mapping[str, Table]) -> Content:
    """Everything entered in the forms of a workbook, as typed; what its formulas show is left out. tables: as read, not parsed.

    Rows are known by their keys, so that they may be sorted and others may be hidden or inserted between them.
    """
    cells: dict[Spot, str] = {}
    lines: list[SealLine] = []
    stale: set[Spot] = set()
    for table in tables.values():
        cells |= texts_of(table.sheet, book.values(table.sheet))
        stale |= {(table.sheet, cell) for cell in book.facts(table.sheet).stale}
        lines += _card(table) if table.form.layout == "card" else _rows(table)
    known = [replace(line, text=NOT_CALCULATED) if (line.sheet, line.cell) in stale else line for line in lines]
    return Content(tuple(known), cells, tuple(table.sheet for table in tables.values()), frozenset(stale))


def _card(table: Table) -> Iterator[SealLine]:
    values = table.card()
    for field in table.form:
        if field.owner is not Owner.FORMULA and field.name in table.columns:
            yield SealLine(table.sheet, "", field.label, table.columns[field.name], canonical(values.get(field.name)))


def _rows(table: Table) -> Iterator[SealLine]:
    fields = [field for field in table.form if field.owner is not Owner.FORMULA and field.name in table.columns]
    counted: Counter[str] = Counter()
    for row, record in table.records():
        name = " ".join(canonical(record[one]) for one in table.form.key).strip() or "?"
        counted[name] += 1
        called = f"{name}#{counted[name]}" if counted[name] > 1 else name
        for field in fields:
            yield SealLine(table.sheet, called, field.label, f"{table.columns[field.name]}{row}", canonical(record[field.name]))
