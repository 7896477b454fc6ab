"""A small workbook of lists: one sheet a form, its records as plain values, room and drop-downs where a person writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from xltools.books.base import Cell, Stamp
from xltools.books.layout import stamp_footer
from xltools.books.lists import add_hidden_sheets
from xltools.books.package import CREATED, add_stamp, replace_file, workbook_at, workbook_in
from xltools.books.replace import refuse_existing
from xltools.books.sheet import SheetPlan, add_form_sheet
from xltools.model.form import Form, Owner, Template
from xltools.model.local import template_in
from xltools.model.policy import Policy
from xltools.model.table import cells_of

SPARE = 20      # empty rows that stand ready where a person writes
Tints = Mapping[tuple[int, str], str]


class Lists(Struct, frozen=True):
    """What write_lists writes. contents, tints: by form name · notes: form name → what stands below its title instead of the form's own note."""

    template: Template
    policy: Policy
    contents: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    tints: Mapping[str, Tints] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


def write_new_lists(path: Path, lists: Lists) -> Path:
    """As `write_lists`, where nothing is yet; gives the path. Raises StopError when the file is there already."""
    refuse_existing(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_lists(path, lists)
    return path


def write_lists(path: Path, lists: Lists) -> None:
    """Write the workbook to `path`; the same lists give the same bytes."""
    replace_file(path, list_bytes(lists))


def list_bytes(lists: Lists) -> bytes:
    """The workbook as the bytes of a file."""
    buffer = BytesIO()
    with workbook_in(buffer) as (workbook, styles):
        template, policy = template_in(lists.template, lists.policy), lists.policy
        workbook.set_properties({"title": template.title, "subject": policy.title, "created": CREATED})
        for form in template:
            rows, shown = list(lists.contents.get(form.name, ())), replace(form, note=lists.notes.get(form.name) or form.note)
            written = bool(form.owned(Owner.CITY))
            plan = SheetPlan(shown, cells_of(shown, rows), spare=SPARE if written else 0, tints=lists.tints.get(form.name, {}), footer=stamp_footer(template, policy.id))
            add_form_sheet(workbook, plan, styles)
        add_hidden_sheets(workbook, template, policy, styles)
    return buffer.getvalue()


def write_names(path: Path, form: Form, records: Sequence[Mapping[str, object]], stamp: Stamp) -> None:
    """Write the decisions about who is who, as the summary shows them, to be taken along into another summary; the same arguments give the same bytes."""
    with workbook_at(path) as (workbook, styles):
        workbook.set_properties({"title": form.title, "created": CREATED})
        rows = [{name: _cell(value) for name, value in record.items()} for record in records]
        add_form_sheet(workbook, SheetPlan(form, cells_of(form, rows)), styles)
        add_stamp(workbook, stamp, styles)


def _cell(value: object) -> Cell:
    return value if value is None or isinstance(value, str | int | float | bool | date) else str(value)
