"""Rules between the cells of one row, and between the rows of one sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pandas as pd

from xltools.model.finding import Code, Finding
from xltools.model.form import RowRule
from xltools.model.policy import Policy
from xltools.model.table import TEXT, Table
from xltools.rules.codes import PermitForm, is_credit_code, permit_form
from xltools.rules.limits import date_limits
from xltools.rules.text import key, name_key, shown

_ENTERPRISE_KEY = ("credit_code", "process")
_UNIT = "\n"  # joins the parts of a key; no part contains it


def row_findings(table: Table, policy: Policy) -> list[Finding]:
    """Every break of the form's row rules, at the field the rule names; rules about fields that the file lacks are left out."""
    found: list[Finding] = []
    for rule in table.form.rules:
        if {rule.field, rule.other} <= set(table.columns):
            broken = table.frame[_BROKEN[rule.kind](table, rule, policy)]
            said = zip(broken.index.tolist(), broken[rule.field].tolist(), broken[rule.other].tolist(), strict=True)
            found += [_finding(table, rule, (row, _quoted(value), _quoted(other)), policy) for row, value, other in said]
    return found


def sheet_findings(table: Table) -> list[Finding]:
    """Rows that contradict an earlier row: the same key twice, one code with two names, one name with two codes."""
    if table.form.layout == "card":
        return []
    found = list(_duplicates(table))
    if {"name", "credit_code"} <= set(table.columns) and table.form["name"].required:
        found += [*_two_names(table), *_two_codes(table)]
    return found


def row_keys(table: Table, names: tuple[str, ...]) -> pd.Series:
    """The fields of every row as one comparable text; missing where one of them is missing."""
    columns = [mapped(table.frame[name].astype(TEXT), key).tolist() for name in names]
    joined = [None if any(part is pd.NA for part in parts) else _UNIT.join(parts) for parts in zip(*columns, strict=True)]
    return pd.Series(joined, index=table.frame.index, dtype=TEXT)


def cell_text(table: Table, row: int, field: str) -> str:
    """One parsed value as a sentence quotes it, "" when it is missing."""
    return _quoted(table.frame.at[row, field])


def _quoted(value: object) -> str:
    return "" if value is None or value is pd.NA or value is pd.NaT else shown(value, limit=60)


def mapped(column: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """The column with every distinct text changed once; missing stays missing."""
    return column.map({text: change(text) for text in column.dropna().unique()}).astype(TEXT)


def true_where(column: pd.Series, holds: Callable[[str], bool]) -> pd.Series:
    """Where a text has a property; missing has not."""
    return column.isin([text for text in column.dropna().unique() if holds(text)])


def _not_before(table: Table, rule: RowRule, policy: Policy) -> pd.Series:
    low, high = (pd.Timestamp(day) for day in date_limits(policy))
    day, other = table.frame[rule.field], table.frame[rule.other]
    return (day < other) & day.between(low, high) & other.between(low, high)


def _not_worse(table: Table, rule: RowRule, policy: Policy) -> pd.Series:
    pairs = [(grade, other) for s in policy.schemes for at, other in enumerate(s.grades) for grade in s.grades[at + 1 :]]
    return _is_one_of(pairs, table.frame[rule.field], table.frame[rule.other])


def _differs(table: Table, rule: RowRule, policy: Policy) -> pd.Series:
    return table.frame[rule.field].eq(table.frame[rule.other]).fillna(False).astype(bool)


def _starts_with(table: Table, rule: RowRule, policy: Policy) -> pd.Series:
    """Judged only between a good credit code and a permit number of the national form."""
    code, permit = table.frame[rule.other], table.frame[rule.field]
    national = true_where(permit, lambda text: permit_form(text) is PermitForm.NATIONAL)
    return national & true_where(code, is_credit_code) & permit.str[:18].ne(code).fillna(False).astype(bool)


def _in_scheme(table: Table, rule: RowRule, policy: Policy) -> pd.Series:
    """Judged only where the indicator table fits the field it depends on and the grade is one at all."""
    given = {table.name: grades_of(table.name, policy) for table in policy.tables}
    grades = {grade for scheme in policy.schemes for grade in scheme.grades}
    wrong = [(grade, name) for name, can in given.items() for grade in grades.difference(can)]
    return _is_one_of(wrong, table.frame[rule.field], table.frame[rule.other]) & _fits_parent(table, rule.other, policy)


def _fits_parent(table: Table, name: str, policy: Policy) -> pd.Series:
    """Where a dependent choice is one of its parent's; everywhere, when the file lacks the parent."""
    field = table.form[name]
    if field.depends not in table.columns:
        return pd.Series(True, index=table.frame.index)
    parents = policy.lists[table.form[field.depends].list]
    fitting = [(parent, option) for parent in parents for option in policy.options(field.list, parent)]
    return _is_one_of(fitting, table.frame[field.depends], table.frame[name])


def _is_one_of(pairs: Iterable[tuple[str, str]], one: pd.Series, other: pd.Series) -> pd.Series:
    """Where two texts of a row are one of these pairs; missing ones are not."""
    known = frozenset(pairs)
    return pd.Series([pair in known for pair in zip(one.tolist(), other.tolist(), strict=True)], index=one.index, dtype=bool)


def _when_other(table: Table, rule: RowRule, policy: Policy) -> pd.Series:
    return table.frame[rule.field].eq(rule.value).fillna(False).astype(bool) & table.frame[rule.other].isin(rule.values)


_BROKEN: dict[str, Callable[[Table, RowRule, Policy], pd.Series]] = {
    "not_before": _not_before,
    "not_worse": _not_worse,
    "differs": _differs,
    "starts_with": _starts_with,
    "in_scheme": _in_scheme,
    "when_other": _when_other,
}


def grades_of(table: str, policy: Policy) -> tuple[str, ...]:
    """The grades an indicator table can give, () for an unknown table."""
    known = policy.table(table)
    return () if known is None else known.grades or policy.scheme(known.scheme).grades


def _finding(table: Table, rule: RowRule, said: tuple[int, str, str], policy: Policy) -> Finding:
    """said: the row, what stands in the rule's field there, and in the other."""
    row, value, other = said
    return rule.code.at(
        table.place(row, rule.field),
        label=table.form[rule.field].label,
        value=value,
        other_label=table.form[rule.other].label,
        other=other,
        opinion=other,
        table=other,
        choices="、".join(grades_of(other, policy)),
    )


def _pairs(frame: pd.DataFrame, same: pd.Series) -> list[tuple[int, int]]:
    """(later row, first row) for rows with the same text; missing texts are never the same."""
    first: dict[str, int] = {}
    said = zip(frame.index.tolist(), same.tolist(), strict=True)
    return [(row, first[text]) for row, text in said if isinstance(text, str) and first.setdefault(text, row) != row]


def _duplicates(table: Table) -> Iterator[Finding]:
    names = table.form.key
    if not names or not set(names) <= set(table.columns):
        return
    for row, first in _pairs(table.frame, row_keys(table, names)):
        place, value = table.place(row, names[0]), cell_text(table, row, names[0])
        if names == _ENTERPRISE_KEY:
            name = cell_text(table, row, "name") or value
            yield Code.DUPLICATE_ROW.at(place, name=name, process=cell_text(table, row, "process"), row=first)
        else:
            yield Code.DUPLICATE_VALUE.at(place, label=table.form[names[0]].label, value=value, row=first)


def _two_names(table: Table) -> Iterator[Finding]:
    valid = true_where(table.frame["credit_code"], is_credit_code) & table.frame["name"].notna()
    for row, first in _pairs(table.frame, table.frame["credit_code"].where(valid)):
        name, other = cell_text(table, row, "name"), cell_text(table, first, "name")
        if name_key(name) != name_key(other):
            code = cell_text(table, row, "credit_code")
            yield Code.CODE_TWO_NAMES.at(table.place(row, "name"), code=code, row=first, other=other, name=name)


def _two_codes(table: Table) -> Iterator[Finding]:
    valid = true_where(table.frame["credit_code"], is_credit_code)
    for row, first in _pairs(table.frame, mapped(table.frame["name"], name_key).where(valid)):
        code, other = cell_text(table, row, "credit_code"), cell_text(table, first, "credit_code")
        if code != other:
            name = cell_text(table, row, "name")
            yield Code.NAME_TWO_CODES.at(table.place(row, "credit_code"), name=name, row=first, other=other, code=code)
