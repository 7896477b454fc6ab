"""Checks between the cells of a row, between rows and between sheets as Excel expressions.

Like the checks of one cell, each gives TRUE or FALSE and flags only what the check of the closed file flags too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xltools.model.code import Code
from xltools.model.form import Form, RowRule, load_form
from xltools.model.live import LiveCheck
from xltools.rules.formula_cells import (
    among,
    blank,
    cell,
    filled,
    is_day,
    listed,
    pair,
    remainder,
    unlisted,
    valid_credit_code,
)
from xltools.rules.sheets import RETURNED, YES

SCREENING, REVIEW, TRACKING, COVER, PROTECTED = "screening", "review", "rectification", "cover", "protected"
VALID = valid_credit_code("credit_code")
Made = tuple[str, str, str]
BRACKETS = (("(", "（"), (")", "）"), (" ", ""))


def row_checks(form: Form) -> Iterator[LiveCheck]:
    """What a row can have wrong between its cells: the form's own rules."""
    for rule in (one for one in form.rules if one.field in form and one.other in form):
        words, expression, given = RULES[rule.kind](rule, form)
        text = words.format(label=form[rule.field].label, other=form[rule.other].label, value=rule.value)
        yield LiveCheck(rule.field, rule.code, text, expression, given)


def _not_before(rule: RowRule, _: Form) -> Made:
    expression = f"AND({is_day(rule.field)},{{{rule.field}}}<{{{rule.other}}})"
    return "{label}早于{other}", expression, is_day(rule.other)


def _differs(rule: RowRule, _: Form) -> Made:
    expression = f"{cell(rule.field)}={cell(rule.other)}"
    return "{label}与{other}相同", expression, filled(rule.field)


def _starts_with(rule: RowRule, _: Form) -> Made:
    """Only between a valid code and a number of full length; H9 begins the number of a unit without a code."""
    number = f'SUBSTITUTE({{{rule.field}}}," ","")'
    expression = f'AND(LEN({number})=22,LEFT({number},18)<>{{{rule.other}}},LEFT({number},2)<>"H9")'
    return "{label}前18位与{other}不一致", expression, valid_credit_code(rule.other)


def _when_other(rule: RowRule, _: Form) -> Made:
    return "{label}为“{value}”", among(rule.field, (rule.value,)), among(rule.other, rule.values)


def _not_worse(rule: RowRule, _: Form) -> Made:
    """Grades are compared within one scheme, by their place in it."""
    return "{label}低于{other}", listed(pair(rule.field, rule.other), "worse"), ""


def _not_in_scheme(rule: RowRule, form: Form) -> Made:
    """A grade of another scheme than that of the row's indicator table, which must be one of the row's industry."""
    table = form[rule.other]
    fits = listed(pair(table.depends, rule.other), f"{table.list}_pairs") if table.depends else filled(rule.other)
    expression = f"AND({listed(cell(rule.field), 'known_grades')},{unlisted(pair(rule.other, rule.field), 'table_grades')})"
    return "{label}不在该指标表的等级中", expression, fits


# What each kind of rule makes: words, expression, condition.
RULES: dict[str, Callable[[RowRule, Form], Made]] = {
    "not_before": _not_before,
    "differs": _differs,
    "starts_with": _starts_with,
    "when_other": _when_other,
    "not_worse": _not_worse,
    "in_scheme": _not_in_scheme,
}


def repeat_checks(form: Form) -> Iterator[LiveCheck]:
    """What a row can repeat of an earlier one: its key; the same code with another name, the same name with another code."""
    if form.layout == "card" or not form.key or not all(name in form for name in form.key):
        return
    pair = form.key == ("credit_code", "process")
    code = Code.DUPLICATE_ROW if pair else Code.DUPLICATE_VALUE
    text = "与上面的行重复（同一企业同一工序）" if pair else f"{form[form.key[0]].label}与上面的行重复"
    yield LiveCheck(form.key[0], code, text, _repeated(form), VALID if "credit_code" in form.key else "")
    if form.name == SCREENING and "name" in form:
        first_name = f"INDEX({_column(form, 'name')},MATCH({{credit_code}},{_column(form, 'credit_code')},0))"
        other_name = f'AND({filled("name")},{first_name}<>"",{_even(first_name)}<>{_even("{name}")})'
        yield LiveCheck("name", Code.CODE_TWO_NAMES, "与上面同一信用代码的企业名称不同", other_name, VALID)
        row = f"MATCH({{name}},{_column(form, 'name')},0)"      # takes ? and * for any text, hence the comparison
        first_code = f"INDEX({_column(form, 'credit_code')},{row})"
        valid = f"LEN({first_code})=18,{remainder(f'UPPER({first_code})')}=0"
        other_code = f"IFERROR(AND(INDEX({_column(form, 'name')},{row})={{name}},{first_code}<>{{credit_code}},{_first(form, 'credit_code')},{valid}),FALSE)"
        yield LiveCheck("credit_code", Code.NAME_TWO_CODES, "与上面同名企业的信用代码不同", other_code, VALID)


def _repeated(form: Form) -> str:
    keys = "*".join(f"({_column(form, name)}={{{name}}})" for name in form.key)
    complete = ",".join(filled(name) for name in form.key)
    above = f"SUMPRODUCT({keys}*(ROW({_column(form, form.key[0])})<ROW({{{form.key[0]}}})))>0"
    return _unless_broken(f"IF(AND({complete}),IF({_first(form, form.key[0])},FALSE,{above}),FALSE)")


def _unless_broken(condition: str) -> str:
    """False while any row it looks at holds an error value: that row says so itself, and the others are not blamed for it."""
    return f"IFERROR({condition},FALSE)"


def _first(form: Form, name: str) -> str:
    """Whether no row above holds the same in this column; quick, so that only the others are compared one by one."""
    column = _column(form, name)
    return f"IFERROR(MATCH({{{name}}},{column},0)=ROW({{{name}}})-MIN(ROW({column}))+1,TRUE)"


def _column(form: Form, name: str) -> str:
    return f"{{column:{form.name}.{name}}}"


def _even(text: str) -> str:
    """A name with brackets of one kind and without blanks."""
    for old, new in BRACKETS:
        text = f'SUBSTITUTE({text},"{old}","{new}")'
    return text


def sheet_checks(form: Form) -> Iterator[LiveCheck]:
    """What a row can have wrong against other sheets: enterprises not screened, another grade, no rectification, overdue."""
    if form.name == SCREENING:
        unlisted_there = f"AND({among('protected', (YES,))},{_not_in(PROTECTED)})"
        yield LiveCheck("protected", Code.PROTECTED_NOT_LISTED, f"{load_form(PROTECTED).sheet}中没有这家企业", unlisted_there, VALID)
    elif "credit_code" not in form:
        return
    elif form.name == REVIEW:
        yield from _review_checks(form)
    elif form.layout == "rows":
        code = Code.RECTIFICATION_UNKNOWN if form.name == TRACKING else Code.ELSEWHERE_UNKNOWN
        yield LiveCheck("credit_code", code, f"{form['credit_code'].label}不在{load_form(SCREENING).sheet}中", _not_in(SCREENING), VALID)
        if "process" in form:
            yield LiveCheck("process", Code.PROCESS_ELSEWHERE, f"{load_form(SCREENING).sheet}中这家企业没有这个工序", _process_differs(SCREENING), VALID)
    if form.name == TRACKING and "done" in form:
        condition = form["done"].required_if
        finished = f",NOT({among(condition.field, condition.values)})" if condition else ""
        late = f"AND({blank('done')},ISNUMBER({{{COVER}.report_date}}),{{due}}<{{{COVER}.report_date}}{finished})"
        yield LiveCheck("due", Code.OVERDUE, "已过整改期限，还没有完成日期", late, is_day("due"))


def _review_checks(form: Form) -> Iterator[LiveCheck]:
    screening, tracking = load_form(SCREENING).sheet, load_form(TRACKING).sheet
    nowhere = f"AND({filled('process')},{_not_in(SCREENING)})"
    yield LiveCheck("credit_code", Code.REVIEW_NOT_SCREENED, f"{form['credit_code'].label}不在{screening}中", nowhere, VALID)
    yield LiveCheck("process", Code.REVIEW_NOT_SCREENED, f"{screening}中这家企业没有这个工序", _process_differs(SCREENING), VALID)
    if "applied" in form:
        differs = _applied_differs(form["applied"].list)
        yield LiveCheck("applied", Code.APPLIED_DIFFERS, f"{form['applied'].label}与{screening}不一致", differs, VALID)
    untracked = f"AND({among('opinion', (RETURNED,))},{_not_in(TRACKING)})"
    yield LiveCheck("opinion", Code.RETURN_NOT_TRACKED, f"{tracking}中没有这家企业", untracked, VALID)


def _not_in(form: str) -> str:
    """A code that stands nowhere in another sheet's column, not even with a slip or two, or in front of a permit number."""
    column = f"{{column:{form}.credit_code}}"
    parts = [f"(MID({column},7,6)=MID({{credit_code}},7,6))", f"(RIGHT({column},6)=RIGHT({{credit_code}},6))"]
    parts += [f"(LEFT({{column:{form}.permit_no}},18)={{credit_code}})"] if form == SCREENING else []
    return _unless_broken(f"IF(ISNUMBER(MATCH({{credit_code}},{column},0)),FALSE,SUMPRODUCT({'+'.join(parts)})=0)")


def _process_differs(form: str) -> str:
    """A code that stands in the other sheet, but with other processes only, none of them empty."""
    codes, processes = f"{{column:{form}.credit_code}}", f"{{column:{form}.process}}"
    there = f"AND({filled('process')},ISNUMBER(MATCH({{credit_code}},{codes},0)))"
    same = f"SUMPRODUCT(({codes}={{credit_code}})*({processes}={{process}}))>0"
    plain = f'(SUBSTITUTE(SUBSTITUTE({codes}," ",""),"-","")={{credit_code}})'
    alike = f'(SUBSTITUTE({processes}," ","")=SUBSTITUTE({{process}}," ",""))+({processes}="")'
    return _unless_broken(f"IF({there},IF({same},FALSE,SUMPRODUCT({plain}*({alike}))=0),FALSE)")


def _applied_differs(entries: str) -> str:
    """Compared only between grades written as the list writes them; other spellings are read by the check of the closed file."""
    codes, processes, grades = (f"{{column:{SCREENING}.{name}}}" for name in ("credit_code", "process", "applied"))
    plain = f"{filled('process')},ISNUMBER(MATCH({{applied}},{{list:{entries}}},0))"
    same = f"({codes}={{credit_code}})*({processes}={{process}})"
    other = f"SUMPRODUCT({same}*ISNUMBER(MATCH({grades},{{list:{entries}}},0)))>0"
    return _unless_broken(f"AND({plain},{other},SUMPRODUCT({same}*({grades}={{applied}}))=0)")
