"""Forms as expressions: what their sheets compute and check while they are being filled in.

Written for Excel 2013, WPS and LibreOffice 7 alike: no function newer than that, no array constants (conditional formats refuse
them), nothing that must be entered as an array. Placeholders: see model/live.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from xltools.model.form import Form, Template, load_form
from xltools.model.live import END, WHOLE_ROW, Live, LiveCheck, LiveForm, placeholders
from xltools.model.policy import Policy
from xltools.rules.formula_cells import USED, blank, cell_checks, filled
from xltools.rules.formula_lists import lists
from xltools.rules.formula_rows import COVER, SCREENING, repeat_checks, row_checks, sheet_checks

PORTION = 3000  # of the 8192 characters a formula may have
BROKEN = "有错误值，请先改正"


def checks(form: Form, template: Template | None = None) -> tuple[LiveCheck, ...]:
    """Everything a row of this form can show as wrong, in the order it is shown: cells, row, other rows, other sheets.

    template: the other forms there are; without it, those of the specs. What names a missing field is left out.
    """
    found = (*cell_checks(form), *row_checks(form), *repeat_checks(form), *sheet_checks(form))
    return tuple(check for check in found if _fits(check.whole, form, template))


def formula(form: Form, name: str) -> str:
    """The expression of a computed field of this form. Raises KeyError for a field that is not computed."""
    expressions = {"serial": 'IF({broken},{number},IF({used},{number},""))', "overdue": _overdue(), "lookup": _lookup(name), "hint": "{part:hint}"}
    return expressions[form[name].formula]


def live(template: Template, policy: Policy) -> Live:
    """Formulas, checks and lists for every form of the template, which may lack fields and forms that the specs have."""
    return Live({form.name: _live_form(form, template) for form in template}, lists(template, policy))


def _live_form(form: Form, template: Template) -> LiveForm:
    """A row form computes its own fields; a card says beside each field what is wrong with it."""
    found = checks(form, template)
    if form.layout == "card":
        of_field = {one.name: [check for check in found if check.field == one.name] for one in form}
        beside = {name: _guarded("&".join(_words(some)) or '""', f"ISERROR({{{name}}})") for name, some in of_field.items()}
        return LiveForm(beside, found)
    parts = {f"hint_{number}": "&".join(words) for number, words in enumerate(_portions(_words(found)), 1)}
    whole = _guarded("&".join(f"{{part:{name}}}" for name in parts), "{broken}")
    computed = {field.name: formula(form, field.name) for field in form if field.formula}
    return LiveForm({name: text for name, text in computed.items() if _fits(text, form, template)}, found, {**parts, "hint": whole})


def _fits(expression: str, form: Form, template: Template | None) -> bool:
    """Whether every field the expression names is there."""
    return all(_is_there(name, form, template) for name in placeholders([expression]))


def _is_there(name: str, form: Form, template: Template | None) -> bool:
    if name in WHOLE_ROW or name.startswith(("list:", "part:")):
        return True
    other, dot, field = name.removeprefix("column:").partition(".")
    if not dot:
        return name in form
    forms = {one.name: one for one in template} if template else {other: load_form(other)}
    return other in forms and field in forms[other]


def _guarded(words: str, broken: str) -> str:
    """An error value is said alone; a row nobody began says nothing."""
    return f'IF({broken},"{BROKEN}{END}",IF({USED},{words},""))'


def _words(found: Iterable[LiveCheck]) -> list[str]:
    """The checks as expressions that give the words of those that are TRUE; to be joined by "&"."""
    parts: list[str] = []
    before: LiveCheck | None = None
    for given, group in groupby(found, lambda check: check.given):
        together = list(group)
        words = "&".join(f'IF({check.expression},{_quoted(check)},"")' for check in together)
        if before is not None and (given, before.expression) == (filled(before.field), blank(before.field)):
            parts[-1] = f"IF({before.expression},{_quoted(before)},{words})"
        else:
            parts.append(words if given in ("", USED) else f'IF({given},{words},"")')
        before = together[0] if given == USED and len(together) == 1 else None
    return parts


def _portions(words: Sequence[str]) -> list[list[str]]:
    """The words in runs that are short enough for one formula, with room for the names of sheets in them."""
    runs: list[list[str]] = [[]]
    for word in words:
        if runs[-1] and sum(map(len, runs[-1])) + len(word) > PORTION:
            runs.append([])
        runs[-1].append(word)
    return runs


def _quoted(check: LiveCheck) -> str:
    return '"' + check.shown.replace('"', '""') + '"'


def _lookup(name: str) -> str:
    """The field of the enterprise with this row's code, from the screening list; "" when it is not there."""
    column, codes = f"{{column:{SCREENING}.{name}}}", f"{{column:{SCREENING}.credit_code}}"
    return f'IFERROR(IF(TRIM({{credit_code}})="","",INDEX({column},MATCH(TRIM({{credit_code}}),{codes},0))&""),"")'


def _overdue() -> str:
    """是 when done late, or not done by the day of reporting; 否 when neither; "" while a date is missing."""
    today = f"{{{COVER}.report_date}}"
    late = f'IF(ISNUMBER({{done}}),IF({{done}}>{{due}},"是","否"),IF(ISNUMBER({today}),IF({{due}}<{today},"是","否"),""))'
    return f'IF(ISNUMBER({{due}}),{late},"")'
