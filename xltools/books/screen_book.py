"""排查底册.xlsx: one line per enterprise, the pairs that wait for a person, how headers were read, and the problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from xltools.books.link import problem_links
from xltools.books.lists import add_hidden_sheets
from xltools.books.package import CREATED, workbook_at
from xltools.books.sheet import SheetPlan
from xltools.books.summary import FOOTER, add_form
from xltools.model.form import Form, Template
from xltools.model.policy import Policy
from xltools.model.table import cells_of

TINTED = {"conflicts": "warning", "confirm": "note"}
Records = Mapping[str, Sequence[Mapping[str, object]]]


def write_ledger(path: Path, template: Template, policy: Policy, records: Records, sources: Mapping[str, str]) -> None:
    """Write the ledger; the same arguments give the same bytes. records: by form name · sources: the lists' paths as seen from its folder."""
    with workbook_at(path) as (workbook, styles):
        workbook.set_properties({"title": template.title, "subject": policy.title, "created": CREATED})
        for form in template:
            plan = _plan(form, template, records.get(form.name, ()))
            links = problem_links(records["problems"], sources, path.name) if form.name == "problems" else {}
            add_form(workbook, replace(plan, links=links), styles)
        add_hidden_sheets(workbook, template, policy, styles)


def _plan(form: Form, template: Template, records: Sequence[Mapping[str, object]]) -> SheetPlan:
    rows: list[Mapping[str, Any]] = [{name: value for name, value in record.items() if name in form} for record in records]
    tints = {(at, name): tint for at, record in enumerate(records) for name, tint in TINTED.items() if name in form and record.get(name)}
    footer = FOOTER.format(title=template.title, version=template.version)
    return SheetPlan(form, cells_of(form, rows), tints=tints, spare=0 if rows else 1, footer=footer)

