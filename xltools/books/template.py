"""A county workbook: the blank template, or the same filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.base import Cell, Stamp
from xltools.books.cover import Count, CoverPlan, add_cover, cached_count, cached_hint, count_shown
from xltools.books.guide import add_guide
from xltools.books.lists import add_lists_sheet
from xltools.books.package import CREATED, add_stamp, workbook_at
from xltools.books.refs import column_range, define_names, quoted
from xltools.books.sheet import Formula, Record, SheetPlan, add_form_sheet
from xltools.books.style import Styles
from xltools.model.form import FIRST_ROW, Form, Owner, Template
from xltools.model.guide import load_guide
from xltools.model.live import Live
from xltools.model.local import template_in
from xltools.model.policy import Policy
from xltools.model.table import cells_of
from xltools.model.value import day_of

Contents = Mapping[str, Sequence[Record]]

SPARE = 20          # at least so many empty rows stand ready below the records
SHORTEST_PAGE = 20  # so many rows are printed even when fewer are filled in
# What people may do on a protected sheet; every cell below the header is open, so that sorting, inserting and deleting work.
ALLOWED = {
    "format_cells": True, "format_columns": True, "format_rows": True, "insert_rows": True, "delete_rows": True,
    "sort": True, "autofilter": True, "select_locked_cells": True, "select_unlocked_cells": True,
}  # fmt: skip


def write_template(path: Path, template: Template, policy: Policy, live: Live, contents: Contents | None = None) -> None:
    """Write the county workbook of this template to `path`: blank, or with `contents` (form name → records).

    live: made for this very template. The same arguments give the same bytes. A value for a computed field replaces its formula; Formula("", value) only sets what
    is stored for it, on a card under "field.hint" for the words beside the field. A template without an id gets no stamp.
    """
    template = template_in(template, policy)
    filled = _with_cached(template, contents or {})
    stamp = Stamp(template.id, template.version, policy.id)
    with workbook_at(path) as (workbook, styles):
        workbook.set_properties({"title": template.title, "subject": policy.title, "created": CREATED})
        known = replace(template, forms=tuple(form for form in template if form.layout == "card" or any(one.formula == "hint" for one in form)))  # a sheet of the county's own has none
        add_guide(workbook, known, styles, _footer(template, policy, ()), policy)
        for form in template:
            if form.layout == "card":
                add_cover(workbook, _cover_plan(form, known, live, filled, _footer(template, policy, ())), styles)
            else:
                footer = _footer(template, policy, form.signatures)
                _add_rows(workbook, SheetPlan(form, cells_of(form, filled.get(form.name, ())), live.forms[form.name], _spare(form, filled), footer=footer), styles)
        add_lists_sheet(workbook, template, policy, live.lists, styles)
        define_names(workbook, template, live)
        if stamp.template:
            add_stamp(workbook, stamp, styles)


def _add_rows(workbook: Workbook, plan: SheetPlan, styles: Styles) -> None:
    sheet: Worksheet = add_form_sheet(workbook, plan, styles)
    sheet.protect("", ALLOWED)
    workbook.define_name(f"{quoted(plan.form.sheet)}!_xlnm.Print_Area", f"={_printed(plan.form)}")


def _printed(form: Form) -> str:
    """The area to print: down to the last row in use, without the hints. Programs that take no formula here print everything."""
    sheet = quoted(form.sheet)
    columns = [f"{sheet}!{column_range(form, one.name)}" for one in form.owned(Owner.COUNTY)[:2]]
    last = [f'IFERROR(LOOKUP(2,1/({area}<>""),ROW({area})),0)' for area in columns]
    width = sum(one.formula != "hint" for one in form)
    return f"OFFSET({sheet}!$A$1,0,0,MAX({FIRST_ROW + SHORTEST_PAGE - 1},{','.join(last)}),{width})"


def _spare(form: Form, filled: Contents) -> int:
    return max(form.rows - len(filled.get(form.name, ())), SPARE)


def _footer(template: Template, policy: Policy, signatures: Sequence[str]) -> str:
    """Where to sign on the left, page number in the middle, the stamp on the right."""
    words = load_guide().words
    sign = "　".join(f"{name}：＿＿＿＿＿＿" for name in signatures)
    line = words["stamp_line"].format(title=template.title, version=template.version, policy=policy.id) if template.id else ""
    return "&L&9" + sign.replace("&", "&&") + "\n" + line.replace("&", "&&") + "&R&9\n" + words["page"]


def _cover_plan(form: Form, template: Template, live: Live, filled: Contents, footer: str) -> CoverPlan:
    forms = [one for one in template if one.layout == "rows"]
    record = next(iter(filled.get(form.name, ())), {})
    counts = {one.name: cached_count(one, filled.get(one.name, ())) for one in forms}
    filled_in = sum(record.get(one.name) is not None for one in form)
    own = Count(filled_in, *count_shown([cached_hint(record, one.name) for one in form]))
    return CoverPlan(form, forms, live, record, {"": own, **counts}, footer)


def _with_cached(template: Template, contents: Contents) -> Contents:
    """The contents with what is stored for the computed fields of every record that has any content."""
    names: dict[str, Record] = {}
    for row in contents.get("screening", ()):
        names.setdefault(_text(row.get("credit_code")), row)
    cover: Record = next(iter(contents.get("cover", ())), {})
    filled: dict[str, list[Record]] = {}
    for form in template:
        filled[form.name] = [{**dict(_cached(form, index, row, (names, cover))), **row} if row else row for index, row in enumerate(contents.get(form.name, ()))]
    return filled


def _cached(form: Form, index: int, row: Record, known: tuple[Mapping[str, Record], Record]) -> Iterator[tuple[str, Formula]]:
    """What the formulas of this record give. known: screened enterprises by code, and the cover."""
    screened, cover = known
    for one in form:
        if one.formula == "serial":
            yield one.name, Formula("", index + 1)
        elif one.formula == "lookup":
            found = screened.get(_text(row.get("credit_code")), {}).get(one.name)
            yield one.name, Formula("", found if isinstance(found, str) and row.get("credit_code") else "")
        elif one.formula == "overdue":
            yield one.name, Formula("", _overdue(row, cover))
        elif one.formula:
            yield one.name, Formula("", "")


def _overdue(row: Record, cover: Record) -> str:
    due, done, today = (day_of(value) for value in (row.get("due"), row.get("done"), cover.get("report_date")))
    end = done or today
    return "" if due is None or end is None else "是" if end > due else "否"


def _text(value: Cell | Formula) -> str:
    return value.strip().upper() if isinstance(value, str) else ""
