"""Rules between the cells of one row, and between the rows of one sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pandas as pd

from xltools.model.code import Code
from xltools.model.finding import Finding
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
            broken = _BROKEN[rule.kind](table, rule, policy)
            if not broken.any():
                continue
            said = zip(broken.index[broken].tolist(), table.frame[rule.field][broken].tolist(), table.frame[rule.other][broken].tolist(), strict=True)
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
    columns = [_changed(table.frame[name].astype(TEXT), key) for name in names]
    joined = [None if None in parts else _UNIT.join(map(str, parts)) for parts in zip(*columns, strict=True)]
    return pd.Series(joined, index=table.frame.index, dtype=TEXT)


def cell_text(table: Table, row: int, field: str) -> str:
    """One parsed value as a sentence quotes it, "" when it is missing."""
    return _quoted(table.frame.at[row, field])


def _quoted(value: object) -> str:
    return "" if value is None or value is pd.NA or value is pd.NaT else shown(value, limit=60)


def mapped(column: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """The column with every distinct text changed once; missing stays missing."""
    return pd.Series(_changed(column, change), index=column.index, dtype=TEXT)


def _changed(column: pd.Series, change: Callable[[str], str]) -> list[str | None]:
    texts = column.tolist()
    known = {text: change(text) if isinstance(text, str) else None for text in {*texts}}
    return [*map(known.__getitem__, texts)]


def true_where(column: pd.Series, holds: Callable[[str], bool]) -> pd.Series:
    """Where a text has a property; missing has not."""
    texts = column.tolist()
    known = {text: isinstance(text, str) and holds(text) for text in {*texts}}
    return pd.Series([*map(known.__getitem__, texts)], index=column.index, dtype=bool)


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
    pairs = zip(table.frame[rule.other].tolist(), table.frame[rule.field].tolist(), strict=True)
    return pd.Series([_starts_otherwise(code, permit) for code, permit in pairs], index=table.frame.index, dtype=bool)


def _starts_otherwise(code: object, permit: object) -> bool:
    if not isinstance(code, str) or not isinstance(permit, str) or permit[:18] == code:
        return False
    return permit_form(permit) is PermitForm.NATIONAL and is_credit_code(code)


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


def _pairs(texts: Iterable[object]) -> Iterator[tuple[int, int]]:
    """(position of a later row, that of the first) for rows with the same text; missing texts are never the same."""
    first: dict[str, int] = {}
    for at, text in enumerate(texts):
        if isinstance(text, str) and first.setdefault(text, at) != at:
            yield at, first[text]


def _duplicates(table: Table) -> Iterator[Finding]:
    names, rows = table.form.key, table.frame.index.tolist()
    if not names or not set(names) <= set(table.columns):
        return
    for at, first in _pairs(row_keys(table, names).tolist()):
        row, place = rows[at], table.place(rows[at], names[0])
        value = cell_text(table, row, names[0])
        if names == _ENTERPRISE_KEY:
            name = cell_text(table, row, "name") or value
            yield Code.DUPLICATE_ROW.at(place, name=name, process=cell_text(table, row, "process"), row=rows[first], more="", extra="一行")
        else:
            yield Code.DUPLICATE_VALUE.at(place, label=table.form[names[0]].label, value=value, row=rows[first])


def _two_names(table: Table) -> Iterator[Finding]:
    codes, names, rows = (table.frame["credit_code"].tolist(), table.frame["name"].tolist(), table.frame.index.tolist())
    for at, first in _pairs(None if name is pd.NA else code for code, name in zip(codes, names, strict=True)):
        if is_credit_code(codes[at]) and name_key(names[at]) != name_key(names[first]):
            name, other = _quoted(names[at]), _quoted(names[first])
            yield Code.CODE_TWO_NAMES.at(table.place(rows[at], "name"), code=_quoted(codes[at]), row=rows[first], other=other, name=name)


def _two_codes(table: Table) -> Iterator[Finding]:
    codes, names, rows = table.frame["credit_code"].tolist(), _changed(table.frame["name"], name_key), table.frame.index.tolist()
    good = true_where(table.frame["credit_code"], is_credit_code).tolist()
    for at, first in _pairs(name if is_good else None for name, is_good in zip(names, good, strict=True)):
        if codes[at] != codes[first]:
            name = cell_text(table, rows[at], "name")
            yield Code.NAME_TWO_CODES.at(table.place(rows[at], "credit_code"), name=name, row=rows[first], other=codes[first], code=codes[at])
