"""名称对照.xlsx: the decisions about who is who in a workbook of their own, to be taken along into another summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from xltools.books.base import Cell, Stamp
from xltools.books.package import CREATED, add_stamp, workbook_at
from xltools.books.sheet import SheetPlan, add_form_sheet
from xltools.model.form import Form


def write_names(path: Path, form: Form, records: Sequence[Mapping[str, object]], stamp: Stamp) -> None:
    """Write the decisions as the summary shows them; the same arguments give the same bytes."""
    with workbook_at(path) as (workbook, styles):
        workbook.set_properties({"title": form.title, "created": CREATED})
        rows = [{name: _cell(value) for name, value in record.items()} for record in records]
        add_form_sheet(workbook, SheetPlan(form, rows), styles)
        add_stamp(workbook, stamp, styles)


def _cell(value: object) -> Cell:
    return value if value is None or isinstance(value, str | int | float | bool | date) else str(value)
