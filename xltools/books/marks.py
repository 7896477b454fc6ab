"""Conditional formats: every check of a form colours its cell, also after a paste has swept the drop-downs away."""

from __future__ import annotations

from collections.abc import Iterator

from xlsxwriter.worksheet import Worksheet

from xltools.books.refs import LAST_ROW, card_cell, column_of, resolve
from xltools.books.style import Styles
from xltools.model.code import Code
from xltools.model.finding import Severity
from xltools.model.form import FIRST_ROW, Form, Owner
from xltools.model.live import LiveCheck, LiveForm

NOT_FILLED = (Code.REQUIRED, Code.ROW_WITHOUT_KEY)
TINTS = ("error", "missing", "warning")     # the first that holds is shown


def add_marks(sheet: Worksheet, form: Form, live: LiveForm, styles: Styles) -> None:
    """Colour the cells of a row form (below the header, far beyond the ready rows) or of a card form."""
    for field, tint, criteria in _marks(form, live):
        area = card_cell(form, field) if form.layout == "card" else _below(form, field)
        sheet.conditional_format(area, styles.where(criteria, tint))


def _below(form: Form, field: str) -> str:
    letter = column_of(form, field)
    return f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}"


def _marks(form: Form, live: LiveForm) -> Iterator[tuple[str, str, str]]:
    """Field, tint and criteria of every conditional format, the gravest first within a field."""
    for field in form.owned(Owner.COUNTY):
        cell = resolve(f"{{{field.name}}}", form, FIRST_ROW)
        yield field.name, "error", f"ISERROR({cell})"
        of_field = [check for check in live.checks if check.field == field.name]
        for tint in TINTS:
            expressions = [resolve(check.whole, form, FIRST_ROW) for check in of_field if _tint(check) == tint]
            if expressions:
                yield field.name, tint, expressions[0] if len(expressions) == 1 else f"OR({','.join(expressions)})"
    for field_name in live.formulas if form.layout == "rows" else ():
        yield field_name, "warning", resolve(_overwritten(field_name), form, FIRST_ROW)


def _tint(check: LiveCheck) -> str:
    if check.code in NOT_FILLED:
        return "missing"
    return "error" if check.code.severity is Severity.ERROR else "warning"


def _overwritten(field: str) -> str:
    """A computed cell without its formula, in a row that is in use or where something was typed into it."""
    return f"AND(NOT(_xlfn.ISFORMULA({{{field}}})),OR({{used}},NOT(ISBLANK({{{field}}}))))"
