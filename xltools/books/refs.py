"""Where an expression's placeholders point: cells of the row, lists, columns and cards of other sheets.

Lists, columns and cards are reached by defined names, so that rules read like words ("list_grades") and every program
accepts them in drop-downs and conditional formats, where plain references to other sheets were long refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlsxwriter import Workbook

from xltools.model.address import column_letters
from xltools.model.form import FIRST_ROW, HEADER_ROW, Form, Owner, Template
from xltools.model.live import PLACEHOLDER, WHOLE_ROW, Live, LiveForm, placeholders
from xltools.model.value import NOTHING

LAST_ROW = 2000  # rows copied down below the ready ones are still checked up to here
CARD_COLUMN = 3  # a card form's values stand in column C, from row FIRST_ROW
ROWS_NAME = "workbook_rows"  # the cell on the card that counts everything filled in


def column_of(form: Form, field: str) -> str:
    """The column letter of a field of a row form."""
    return column_letters([f.name for f in form].index(field) + 1)


def card_cell(form: Form, field: str) -> str:
    """The absolute cell of a field of a card form, such as "$C$7"."""
    return f"${column_letters(CARD_COLUMN)}${FIRST_ROW + [f.name for f in form].index(field)}"


def column_range(form: Form, field: str) -> str:
    """The whole column of a field of a row form, as absolute cells without the sheet."""
    letter = column_of(form, field)
    return f"${letter}${FIRST_ROW}:${letter}${LAST_ROW}"


def quoted(sheet: str) -> str:
    """A sheet's name as formulas write it."""
    return "'" + sheet.replace("'", "''") + "'"


def list_name(name: str) -> str:
    """The defined name of a list."""
    return f"list_{name}"


def resolve(expression: str, form: Form, row: int, sheet: str = "") -> str:
    """The expression as it stands in a row of the form's sheet; sheet: "排查清单!" in front of every cell, for defined names.

    Raises KeyError for a field the form does not have.
    """
    return PLACEHOLDER.sub(lambda match: _target(match[1], form, row, sheet), expression)


def _target(name: str, form: Form, row: int, sheet: str) -> str:
    if name.startswith("list:"):
        return list_name(name[5:])
    if name.startswith("part:"):
        return f"{form.name}_{name[5:]}"
    if name.startswith("column:") or "." in name:
        return name.removeprefix("column:").replace(".", "_")
    if name in WHOLE_ROW:
        return _whole_row(name, form, row, sheet)
    form[name]
    return sheet + (card_cell(form, name) if form.layout == "card" else f"${column_of(form, name)}{row}")


def _whole_row(what: str, form: Form, row: int, sheet: str) -> str:
    """Whether the county's own cells of the row hold anything but one 无, or an error value; of a card, whether the workbook was begun."""
    if what == "number":
        return f"ROW()-ROW($A${HEADER_ROW})"
    if form.layout == "card":
        return f"({ROWS_NAME}>0)"
    cells = [f"{sheet}${first}{row}:${last}{row}" if first != last else f"{sheet}${first}{row}" for first, last in county_columns(form)]
    if what == "broken":
        return "(" + "+".join(f"SUMPRODUCT(ISERROR({area})*1)" for area in cells) + ">0)"
    length = "+".join(f'SUMPRODUCT(LEN(TRIM(SUBSTITUTE({area},"　",""))))' for area in cells)
    nothing = "+".join(f'SUMPRODUCT(({area}="{NOTHING}")*1)' for area in cells)
    return f"({length}>IF({nothing}=1,{len(NOTHING)},0))"


def county_columns(form: Form) -> list[tuple[str, str]]:
    """The runs of neighbouring columns that the county fills: (first, last) letters."""
    runs: list[tuple[int, int]] = []
    for index, field in enumerate(form, 1):
        if field.owner is not Owner.COUNTY:
            continue
        if runs and runs[-1][1] == index - 1:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return [(column_letters(first), column_letters(last)) for first, last in runs]


def define_names(workbook: Workbook, template: Template, live: Live) -> None:
    """Define the names of all parts, and of the columns and cards of other sheets that the expressions mention.

    A part is written for row 1: cells are relative to the row that uses the name.
    """
    names = dict(_columns(template, live))
    for form in template:
        sheet = f"{quoted(form.sheet)}!"
        names |= {f"{form.name}_{part}": resolve(text, form, 1, sheet) for part, text in live.forms[form.name].parts.items()}
    for name, text in sorted(names.items()):
        workbook.define_name(name, f"={text}")


def _columns(template: Template, live: Live) -> Iterator[tuple[str, str]]:
    mentioned = placeholders(text for form in live.forms.values() for text in _expressions(form))
    for name in mentioned:
        form_name, dot, field = name.removeprefix("column:").partition(".")
        if dot:
            form = template[form_name]
            area = card_cell(form, field) if form.layout == "card" else column_range(form, field)
            yield f"{form_name}_{field}", f"{quoted(form.sheet)}!{area}"


def _expressions(form: LiveForm) -> Iterator[str]:
    yield from form.formulas.values()
    yield from form.parts.values()
    yield from (check.whole for check in form.checks)
