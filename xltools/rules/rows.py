"""Rules between the cells of one row, and between the rows of one sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.form import RowRule
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.model.value import shown
from xltools.rules.codes import PermitForm, is_credit_code, permit_form
from xltools.rules.limits import date_limits
from xltools.rules.text import key, name_key

_ENTERPRISE_KEY = ("credit_code", "process")
_UNIT = "\n"  # joins the parts of a key; no part contains it

Breaks = Callable[[Any, Any], bool]  # whether the values of a rule's two fields break it


def row_findings(table: Table, policy: Policy) -> list[Finding]:
    """Every break of the form's row rules, at the field the rule names; rules about fields that the file lacks are left out."""
    found: list[Finding] = []
    for rule in table.form.rules:
        if {rule.field, rule.other} <= set(table.columns):
            rows = _broken(table, rule, policy)
            found += [_finding(table, rule, row, policy) for row in rows if rule.kind != "in_scheme" or _fits_parent(table, row, rule.other, policy)]
    return found


def _broken(table: Table, rule: RowRule, policy: Policy) -> list[int]:
    """The rows that break a rule; each pair of values is judged once."""
    pairs = [*zip(table.cells[rule.field], table.cells[rule.other], strict=True)]
    breaks = _BREAKS[rule.kind](rule, policy)
    wrong = {pair for pair in {*pairs} if breaks(*pair)}
    return [row for row, pair in zip(table.rows, pairs, strict=True) if pair in wrong] if wrong else []


def sheet_findings(table: Table) -> list[Finding]:
    """Rows that contradict an earlier row: the same key twice, one code with two names, one name with two codes."""
    if table.form.layout == "card":
        return []
    found = list(_duplicates(table))
    if {"name", "credit_code"} <= set(table.columns) and table.form["name"].required:
        found += [*_two_names(table), *_two_codes(table)]
    return found


def row_keys(table: Table, names: tuple[str, ...]) -> list[str | None]:
    """The fields of every row as one comparable text; None where one of them is missing."""
    columns = [mapped([value if value is None else str(value) for value in table.cells[name]], key) for name in names]
    return [None if None in parts else _UNIT.join(map(str, parts)) for parts in zip(*columns, strict=True)]


def cell_text(table: Table, row: int, field: str) -> str:
    """One parsed value as a sentence quotes it, "" when it is missing."""
    return _quoted(table.value(row, field))


def _quoted(value: object) -> str:
    return "" if value is None else shown(value, limit=60)


def mapped(texts: Sequence[Any], change: Callable[[str], str]) -> list[str | None]:
    """A column with every distinct text changed once; what is no text is missing."""
    known = {text: change(text) if isinstance(text, str) else None for text in {*texts}}
    return [*map(known.__getitem__, texts)]


def true_where(texts: Sequence[Any], holds: Callable[[str], bool]) -> list[bool]:
    """Where a text has a property; missing has not."""
    known = {text: isinstance(text, str) and holds(text) for text in {*texts}}
    return [*map(known.__getitem__, texts)]


def _not_before(rule: RowRule, policy: Policy) -> Breaks:
    low, high = date_limits(policy)
    return lambda day, other: day is not None and other is not None and low <= day < other <= high


def _not_worse(rule: RowRule, policy: Policy) -> Breaks:
    pairs = frozenset((grade, other) for s in policy.schemes for at, other in enumerate(s.grades) for grade in s.grades[at + 1 :])
    return lambda grade, other: (grade, other) in pairs


def _differs(rule: RowRule, policy: Policy) -> Breaks:
    return lambda value, other: value is not None and value == other


def _starts_with(rule: RowRule, policy: Policy) -> Breaks:
    """Judged only between a good credit code and a permit number of the national form."""
    return lambda permit, code: _starts_otherwise(code, permit)


def _starts_otherwise(code: object, permit: object) -> bool:
    if not isinstance(code, str) or not isinstance(permit, str) or permit[:18] == code:
        return False
    return permit_form(permit) is PermitForm.NATIONAL and is_credit_code(code)


def _in_scheme(rule: RowRule, policy: Policy) -> Breaks:
    """Judged only where the grade is one at all."""
    given = {table.name: grades_of(table.name, policy) for table in policy.tables}
    grades = {grade for scheme in policy.schemes for grade in scheme.grades}
    return lambda grade, table: grade in grades and table in given and grade not in given[table]


def _when_other(rule: RowRule, policy: Policy) -> Breaks:
    return lambda value, other: value == rule.value and other in rule.values


_BREAKS: dict[str, Callable[[RowRule, Policy], Breaks]] = {
    "not_before": _not_before,
    "not_worse": _not_worse,
    "differs": _differs,
    "starts_with": _starts_with,
    "in_scheme": _in_scheme,
    "when_other": _when_other,
}


def _fits_parent(table: Table, row: int, name: str, policy: Policy) -> bool:
    """Whether a choice that depends on another field is one of what stands there; so it is when the file lacks that field."""
    field = table.form[name]
    if field.depends not in table.columns:
        return True
    parent = table.value(row, field.depends)
    return parent in policy.lists[table.form[field.depends].list] and table.value(row, name) in policy.options(field.list, parent)


def grades_of(table: str, policy: Policy) -> tuple[str, ...]:
    """The grades an indicator table can give, () for an unknown table."""
    known = policy.table(table)
    return () if known is None else known.grades or policy.scheme(known.scheme).grades


def _finding(table: Table, rule: RowRule, row: int, policy: Policy) -> Finding:
    value, other = (cell_text(table, row, name) for name in (rule.field, rule.other))
    return rule.code.at(
        table.place(row, rule.field),
        label=table.form[rule.field].label,
        value=value,
        other_label=table.form[rule.other].label,
        other=other,
        opinion=other,
        table=other,
        choices="、".join(grades_of(other, policy)),
        more="",
        swap="",
    )


def _pairs(texts: Iterable[object]) -> Iterator[tuple[int, int]]:
    """(position of a later row, that of the first) for rows with the same text; missing texts are never the same."""
    first: dict[str, int] = {}
    for at, text in enumerate(texts):
        if isinstance(text, str) and first.setdefault(text, at) != at:
            yield at, first[text]


def _duplicates(table: Table) -> Iterator[Finding]:
    names, rows = table.form.key, table.rows
    if not names or not set(names) <= set(table.columns):
        return
    for at, first in _pairs(row_keys(table, names)):
        row, place = rows[at], table.place(rows[at], names[0])
        value = cell_text(table, row, names[0])
        if names == _ENTERPRISE_KEY:
            name = cell_text(table, row, "name") or value
            yield Code.DUPLICATE_ROW.at(place, name=name, process=cell_text(table, row, "process"), row=rows[first], more="", extra="一行")
        else:
            yield Code.DUPLICATE_VALUE.at(place, label=table.form[names[0]].label, value=value, row=rows[first])


def _two_names(table: Table) -> Iterator[Finding]:
    codes, names, rows = table.cells["credit_code"], table.cells["name"], table.rows
    for at, first in _pairs(None if name is None else code for code, name in zip(codes, names, strict=True)):
        if is_credit_code(codes[at]) and name_key(names[at]) != name_key(names[first]):
            name, other = _quoted(names[at]), _quoted(names[first])
            yield Code.CODE_TWO_NAMES.at(table.place(rows[at], "name"), code=_quoted(codes[at]), row=rows[first], other=other, name=name)


def _two_codes(table: Table) -> Iterator[Finding]:
    codes, names, rows = table.cells["credit_code"], mapped(table.cells["name"], name_key), table.rows
    good = true_where(codes, is_credit_code)
    for at, first in _pairs(name if is_good else None for name, is_good in zip(names, good, strict=True)):
        if codes[at] != codes[first]:
            name = cell_text(table, rows[at], "name")
            yield Code.NAME_TWO_CODES.at(table.place(rows[at], "credit_code"), name=name, row=rows[first], other=codes[first], code=codes[at])
