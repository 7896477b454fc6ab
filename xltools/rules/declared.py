"""What every cell must satisfy by itself, rule by rule, and the cells that do not.

A rule looks once at each distinct value of a column; `rules.schema` is the same rules as a pandera schema, and a test compares what both find.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ClassVar

from msgspec import Struct

from xltools.model.code import Code
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


class Judged:
    """A parsed table, and of each column the distinct values without what is missing: several rules ask for the same."""

    def __init__(self, table: Table) -> None:
        self.rows, self.column = table.rows, table.cells.__getitem__
        self._distinct: dict[str, set[Any]] = {}

    def distinct(self, field: str) -> set[Any]:
        """The distinct values of a column. Remembered here: a cache that held this object would keep the table until Python looks for rubbish."""
        if field not in self._distinct:
            self._distinct[field] = {*self.column(field)} - {None}
        return self._distinct[field]


class CellRule(Struct, frozen=True):
    """What the cells of one column must satisfy, each by its value alone. holds: whether a value does, which must be there for REQUIRED and ROW_WITHOUT_KEY."""

    code: Code
    field: str
    holds: Callable[[Any], bool]

    @property
    def passes_over_missing(self) -> bool:
        """Whether an empty cell is none of this rule's business."""
        return self.code not in (Code.REQUIRED, Code.ROW_WITHOUT_KEY)

    def broken_in(self, table: Judged) -> list[int]:
        """The rows whose cell breaks the rule."""
        column = table.column(self.field)
        if not self.passes_over_missing:
            return [row for row, value in zip(table.rows, column, strict=True) if value is None] if None in column else []
        wrong = {value for value in table.distinct(self.field) if not self.holds(value)}
        return [row for row, value in zip(table.rows, column, strict=True) if value in wrong] if wrong else []


class RecordRule(Struct, frozen=True):
    """What one field must satisfy beside another of its record. holds: of the values of both, None where one is missing, whether they do."""

    code: Code
    field: str
    other: str
    holds: Callable[[Any, Any], bool]
    passes_over_missing: ClassVar[bool] = False

    def broken_in(self, table: Judged) -> list[int]:
        """The rows that break the rule."""
        pairs = [*zip(table.column(self.field), table.column(self.other), strict=True)]
        wrong = {pair for pair in {*pairs} if not self.holds(*pair)}
        return [row for row, pair in zip(table.rows, pairs, strict=True) if pair in wrong] if wrong else []


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

    The same, in the same order, as `schema.declared_failures` of all rules.
    """
    if not table.rows:
        return []
    rules, judged = declared(table.form, policy, frozenset(table.columns)), Judged(table)
    return [(row, rule.field, rule.code) for rule in rules for row in rule.broken_in(judged)]


def declared(form: Form, policy: Policy, present: frozenset[str]) -> list[Rule]:
    """What every typed cell of the fields present must satisfy, column by column, then what depends on other cells of the row."""
    fields = [field for field in form if field.owner is not Owner.FORMULA and field.name in present]
    single = [rule for field in fields for rule in (*_required(field, form), *_checks(field, form, policy))]
    return single + [rule for field in fields for rule in _rowwise(field, form, policy, present)]


def is_there(value: object) -> bool:
    """Whether a cell has a value."""
    return value is not None


def _required(field: Field, form: Form) -> Iterator[CellRule]:
    if form.layout == "rows" and field.name in form.key:
        yield CellRule(Code.ROW_WITHOUT_KEY, field.name, is_there)
    elif field.required and not field.depends:
        yield CellRule(Code.REQUIRED, field.name, is_there)


def _checks(field: Field, form: Form, policy: Policy) -> Iterator[CellRule]:
    if field.is_choice and not field.depends:
        unknown = Code.COUNTY_UNKNOWN if field.list == "counties" and form.layout == "card" else Code.NOT_A_CHOICE
        yield CellRule(unknown, field.name, frozenset(policy.options(field.list)).__contains__)
    if field.minimum is not None or field.maximum is not None:
        least = -math.inf if field.minimum is None else float(field.minimum)
        most = math.inf if field.maximum is None else float(field.maximum)
        yield CellRule(Code.OUT_OF_RANGE, field.name, lambda number: least <= number <= most)
    if field.unit == "%":
        yield CellRule(Code.PERCENT_DOUBT, field.name, lambda number: number <= 0 or number > 1)
    if field.kind is Kind.DATE:
        low, high = date_limits(policy)
        yield CellRule(Code.DATE_RANGE, field.name, lambda day: low <= day <= high)
    if field.kind in (Kind.TEXT, Kind.NAME):
        yield CellRule(Code.TOO_LONG, field.name, lambda text: len(text) <= field.max_length)
    for code, holds in _CODE_FIELDS.get(field.kind, ()):
        yield CellRule(code, field.name, partial(_has_form, field.none_word, holds))


def _has_form(none_word: str, holds: Callable[[str], bool], text: str) -> bool:
    """Whether a text has the form; the word for "none" has."""
    return text == none_word or holds(text)


def _rowwise(field: Field, form: Form, policy: Policy, present: frozenset[str]) -> Iterator[RecordRule]:
    condition = field.required_if
    if condition and condition.field in present:
        yield RecordRule(Code.REQUIRED, field.name, condition.field, lambda value, given: value is not None or not _meets(given, condition.values))
    if field.depends and field.depends in present:
        yield from _dependent(field, policy.lists[form[field.depends].list], policy)


def _meets(given: object, values: tuple[str, ...]) -> bool:
    return given in values if values else given is not None


def _dependent(field: Field, parents: tuple[str, ...], policy: Policy) -> Iterator[RecordRule]:
    """A choice that another field narrows down: nothing to choose from (W), of no parent at all (E), of another parent (E)."""
    name, parent = field.name, field.depends
    everything = policy.options(field.list)
    full = {one: options for one in parents if (options := policy.options(field.list, one))}
    bare = [one for one in parents if one not in full]

    if field.required:
        yield RecordRule(Code.REQUIRED, name, parent, lambda value, of: value is not None or not (of is None or of in full))
    yield RecordRule(Code.NO_TABLE_YET, name, parent, lambda value, of: value is None or of not in bare)
    yield RecordRule(Code.NOT_A_CHOICE, name, parent, lambda value, of: value is None or value in everything or of in bare)
    yield RecordRule(Code.WRONG_DEPENDENT, name, parent, lambda value, of: value not in everything or of not in full or value in full[of])
