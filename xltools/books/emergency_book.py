"""应急减排清单.xlsx: the list with its arithmetic in its cells, the sums, what changed, and what has to be settled."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path, PurePosixPath

from msgspec import Struct, field
from xlsxwriter import Workbook

from xltools.books.base import Cell
from xltools.books.link import problem_links
from xltools.books.lists import add_hidden_sheets
from xltools.books.package import CREATED, workbook_at
from xltools.books.refs import column_of, quoted, resolve
from xltools.books.sheet import Formula, SheetPlan
from xltools.books.summary import FOOTER, add_form
from xltools.model.emergency import Computed
from xltools.model.form import FIRST_ROW, Form, Template
from xltools.model.policy import Policy
from xltools.model.table import cells_of

COLUMN = re.compile(r"\{column:(\w+)\.(\w+)\}")
SETTING = re.compile(r"\{(half|count_protected)\}")
NAMES = {"half": ("emergency_half", "half_lines"), "count_protected": ("emergency_protected", "count_protected")}
ROOM = 300          # rows below the last one that sums still reach, so that rows can be added
SPARE = 10
TINTED = {"confirm": "warning", "move": "note"}


class EmergencyBook(Struct, frozen=True):
    """What is written. records: by form · name: of the file · source: the path of the summary as seen from the list's folder, "" where there is none."""

    template: Template
    policy: Policy
    records: Mapping[str, Sequence[Mapping[str, object]]]
    name: str = ""
    source: str = ""
    tints: Mapping[str, str] = field(default_factory=dict)


def write_emergency(path: Path, book: EmergencyBook) -> None:
    """Write the list; the same arguments give the same bytes."""
    with workbook_at(path) as (workbook, styles):
        workbook.set_properties({"title": book.template.title, "subject": book.policy.title, "created": CREATED})
        for form in book.template:
            plan = _plan(form, book)
            add_form(workbook, plan, styles)
        _define(workbook, book.template)
        add_hidden_sheets(workbook, book.template, book.policy, styles)


def _define(workbook: Workbook, template: Template) -> None:
    """Names for the two settings that formulas ask for."""
    form = template["emergency_settings"]
    for name, one in NAMES.values():
        workbook.define_name(name, f"={quoted(form.sheet)}!${column_of(form, one)}${FIRST_ROW}")


def _plan(form: Form, book: EmergencyBook) -> SheetPlan:
    records = book.records.get(form.name, ())
    rows = [{name: _cell(value, form, row, book) for name, value in record.items() if name in form} for row, record in enumerate(records, FIRST_ROW)]
    tints = {(at, name): tint for at, record in enumerate(records) for name, tint in TINTED.items() if name in form and record.get(name)}
    for at, record in enumerate(records):
        tints |= {(at, one): book.tints[str(value.value)] for one, value in record.items() if isinstance(value, Computed) and value.value in book.tints}
    links = {
        (at, "source_row"): f"external:{book.source}#{quoted(str(record['source_sheet']))}!A{record['source_row']}"
        for at, record in enumerate(records)
        if book.source and "source_row" in form and record.get("source_row")
    }
    if form.name == "problems":
        links = problem_links(records, {PurePosixPath(book.source).name: book.source}, book.name)
    footer = FOOTER.format(title=book.template.title, version=book.template.version)
    return SheetPlan(form, cells_of(form, rows), links=links, tints=tints, spare=SPARE if form.name == "emergency_measures" else 0 if rows else 1, footer=footer)


def _cell(value: object, form: Form, row: int, book: EmergencyBook) -> Cell | Formula:
    if isinstance(value, Computed):
        return Formula(_expression(value.expression, form, row, book), "" if value.value is None else _as_cell(value.value))
    return _as_cell(value)


def _as_cell(value: object) -> Cell:
    cell: Cell = float(value) if isinstance(value, Decimal) else value  # type: ignore[assignment]
    return cell


def _expression(text: str, form: Form, row: int, book: EmergencyBook) -> str:
    """The expression with its columns of other sheets, settings and cells of the row filled in."""

    def area(match: re.Match[str]) -> str:
        other = book.template[match[1]]
        letter, last = column_of(other, match[2]), FIRST_ROW + len(book.records.get(match[1], ())) + ROOM
        return f"{quoted(other.sheet)}!${letter}${FIRST_ROW}:${letter}${last}"

    named = SETTING.sub(lambda match: NAMES[match[1]][0], COLUMN.sub(area, text))
    return resolve(named, form, row)
