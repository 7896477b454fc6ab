"""The pandera schema of a form, and its failures as (row, field, code); the one module that knows pandera."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from xltools.model.finding import Code
from xltools.model.form import Field, Form, Kind, Owner
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.rules.codes import (
    PermitForm,
    has_credit_form,
    is_credit_code,
    is_industry_code,
    is_person,
    is_phone,
    permit_form,
)
from xltools.rules.limits import date_limits

Failure = tuple[int, str, Code]


@dataclass(frozen=True)
class CellRule:
    """What the cells of one column must satisfy, cell by cell. holds: of a column, where they do."""

    code: Code
    field: str
    holds: Callable[[pd.Series], pd.Series]

    @property
    def passes_over_missing(self) -> bool:
        """Whether an empty cell is none of this rule's business."""
        return self.code not in (Code.REQUIRED, Code.ROW_WITHOUT_KEY)

    def holds_in(self, frame: pd.DataFrame) -> bool:
        """Whether no cell breaks the rule."""
        column = frame[self.field]
        judged = column.dropna() if self.passes_over_missing else column
        return judged.empty or _all_true(self.holds(judged))


@dataclass(frozen=True)
class RecordRule:
    """What one field must satisfy beside others of its record. holds: of a frame, in which rows it does."""

    code: Code
    field: str
    holds: Callable[[pd.DataFrame], pd.Series]
    passes_over_missing: ClassVar[bool] = False

    def holds_in(self, frame: pd.DataFrame) -> bool:
        """Whether no record breaks the rule."""
        return _all_true(self.holds(frame))


Rule = CellRule | RecordRule
_CODE_FIELDS: dict[Kind, tuple[tuple[Code, Callable[[str], bool]], ...]] = {
    Kind.CREDIT_CODE: (
        (Code.CREDIT_CODE_FORM, has_credit_form),
        (Code.CREDIT_CODE_CHECK, lambda text: is_credit_code(text) or not has_credit_form(text)),
    ),
    Kind.PERMIT_NO: (
        (Code.PERMIT_FORM, lambda text: permit_form(text) is not PermitForm.BAD),
        (Code.PERMIT_OLD, lambda text: permit_form(text) is not PermitForm.OLD),
    ),
    Kind.INDUSTRY_CODE: ((Code.INDUSTRY_CODE_FORM, is_industry_code),),
    Kind.PHONE: ((Code.PHONE_FORM, is_phone),),
    Kind.PERSON: ((Code.PERSON_FORM, is_person),),
}


def failures(table: Table, policy: Policy) -> list[Failure]:
    """Every cell of a parsed table that breaks a rule of its own field, with the code; only fields that are in the file.

    The same as `declared_failures` of all rules. Most rules hold everywhere, and a small table takes pandera many times as
    long as the rules themselves; so it only gets the rules that break somewhere.
    """
    if table.frame.empty:
        return []
    broken = [rule for rule in declared(table.form, policy, frozenset(table.columns)) if not rule.holds_in(table.frame)]
    return declared_failures(table, broken) if broken else []


def declared_failures(table: Table, rules: Iterable[Rule]) -> list[Failure]:
    """What pandera says of a parsed table under these rules."""
    try:
        schema(table.form, rules).validate(table.frame, lazy=True)
    except SchemaErrors as errors:
        return [failure for error in errors.schema_errors for failure in _located(error)]
    return []


def declared(form: Form, policy: Policy, present: frozenset[str]) -> list[Rule]:
    """What every typed cell of the fields present must satisfy, column by column, then what depends on other cells of the row."""
    fields = [field for field in form if field.owner is not Owner.FORMULA and field.name in present]
    single = [rule for field in fields for rule in (*_required(field, form), *_checks(field, form, policy))]
    return single + [rule for field in fields for rule in _rowwise(field, form, policy, present)]


def schema(form: Form, rules: Iterable[Rule]) -> pa.DataFrameSchema:
    """The rules as a pandera schema; check names are "CODE:field", so that a failure knows its place.

    Column types are not asked again: parse has just made them, and asking takes a third of the time.
    """
    columns: dict[str, list[pa.Check]] = {}
    rowwise: list[pa.Check] = []
    for rule in rules:
        check = pa.Check(rule.holds, name=f"{rule.code.name}:{rule.field}", ignore_na=rule.passes_over_missing)
        (columns.setdefault(rule.field, []) if isinstance(rule, CellRule) else rowwise).append(check)
    return pa.DataFrameSchema({name: pa.Column(checks=checks, nullable=True) for name, checks in columns.items()}, checks=rowwise, name=form.name)


def _located(error: pa.errors.SchemaError) -> Iterator[Failure]:
    """The cells one failed check points at. Raises the error itself when it is not about a check of ours: a bug in parse."""
    if not isinstance(error.check, pa.Check) or not isinstance(error.check_output, pd.Series):
        raise error
    code, field = str(error.check.name).split(":")
    failed = error.check_output[~error.check_output.astype("boolean").fillna(True)]
    return ((int(row), field, Code[code]) for row in failed.index)


def _all_true(result: pd.Series) -> bool:
    """Whether a result is false nowhere; where it is missing there was nothing to judge."""
    return bool(result.all(skipna=True))


def _required(field: Field, form: Form) -> Iterator[CellRule]:
    if form.layout == "rows" and field.name in form.key:
        yield CellRule(Code.ROW_WITHOUT_KEY, field.name, lambda s: s.notna())
    elif field.required and not field.depends:
        yield CellRule(Code.REQUIRED, field.name, lambda s: s.notna())


def _checks(field: Field, form: Form, policy: Policy) -> Iterator[CellRule]:
    if field.is_choice and not field.depends:
        unknown = Code.COUNTY_UNKNOWN if field.list == "counties" and form.layout == "card" else Code.NOT_A_CHOICE
        yield CellRule(unknown, field.name, lambda s: s.isin(policy.options(field.list)))
    if field.minimum is not None or field.maximum is not None:
        least = -math.inf if field.minimum is None else float(field.minimum)
        most = math.inf if field.maximum is None else float(field.maximum)
        yield CellRule(Code.OUT_OF_RANGE, field.name, lambda s: s.between(least, most))
    if field.unit == "%":
        yield CellRule(Code.PERCENT_DOUBT, field.name, lambda s: (s <= 0) | (s > 1))
    if field.kind is Kind.DATE:
        low, high = (pd.Timestamp(day) for day in date_limits(policy))
        yield CellRule(Code.DATE_RANGE, field.name, lambda s: s.between(low, high))
    if field.kind in (Kind.TEXT, Kind.NAME):
        yield CellRule(Code.TOO_LONG, field.name, lambda s: s.str.len() <= field.max_length)
    for code, holds in _CODE_FIELDS.get(field.kind, ()):
        yield CellRule(code, field.name, partial(_each, field, holds))


def _each(field: Field, holds: Callable[[str], bool], column: pd.Series) -> pd.Series:
    """Whether every text of the column has the form; the word for "none" has."""
    known = {text: text == field.none_word or holds(text) for text in column.dropna().unique()}
    return column.map(known)


def _rowwise(field: Field, form: Form, policy: Policy, present: frozenset[str]) -> Iterator[RecordRule]:
    condition = field.required_if
    if condition and condition.field in present:
        yield RecordRule(Code.REQUIRED, field.name, lambda f: f[field.name].notna() | ~_meets(f[condition.field], condition.values))
    if field.depends and field.depends in present:
        yield from _dependent(field, policy.lists[form[field.depends].list], policy)


def _meets(column: pd.Series, values: tuple[str, ...]) -> pd.Series:
    return column.isin(values) if values else column.notna()


def _dependent(field: Field, parents: tuple[str, ...], policy: Policy) -> Iterator[RecordRule]:
    """A choice that another field narrows down: nothing to choose from (W), of no parent at all (E), of another parent (E)."""
    name, parent = field.name, field.depends
    everything = policy.options(field.list)
    full = [one for one in parents if policy.options(field.list, one)]
    bare = [one for one in parents if one not in full]
    allowed = [f"{one}\n{value}" for one in full for value in policy.options(field.list, one)]

    if field.required:
        yield RecordRule(Code.REQUIRED, field.name, lambda f: f[name].notna() | ~(f[parent].isin(full) | f[parent].isna()))
    yield RecordRule(Code.NO_TABLE_YET, field.name, lambda f: f[name].isna() | ~f[parent].isin(bare))
    yield RecordRule(Code.NOT_A_CHOICE, field.name, lambda f: f[name].isna() | f[name].isin(everything) | f[parent].isin(bare))
    yield RecordRule(
        Code.WRONG_DEPENDENT,
        name,
        lambda f: ~(f[name].isin(everything) & f[parent].isin(full)) | (f[parent] + "\n" + f[name]).isin(allowed),
    )
