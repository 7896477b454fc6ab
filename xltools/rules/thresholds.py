"""Thresholds of a policy workbook that can be read but hardly meant: 0.8 for 80 %, and a better grade that asks less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.grouped import grouped
from xltools.model.indicator import AnswerKind, Operator, Requirement
from xltools.model.indicator_rows import indicators_from
from xltools.model.policy_book import load_policy_book
from xltools.model.table import Table
from xltools.model.value import shown
from xltools.rules.details import say_so
from xltools.rules.policy_contents import split

Row = tuple[int, Mapping[str, str]]
Asked = tuple[int, Mapping[str, str], AnswerKind, Requirement]
UPPER = frozenset({Operator.AT_MOST, Operator.BELOW})
ONE = Decimal(1)


def odd_thresholds(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """The doubtful thresholds at their cells; rows that make no indicator are found elsewhere."""
    table = tables["indicators"]
    schemes = {scheme["id"]: split(scheme["grades"]) for _, scheme in rows["policy_schemes"]}
    grades = {entry["id"]: split(entry["grades"]) or schemes.get(entry["scheme"], []) for _, entry in rows["policy_tables"]}
    every = list(dict.fromkeys(grade for one in schemes.values() for grade in one))
    waiting = load_policy_book().confirmations["waiting"]       # rows that a person will look at anyway
    settled = (one for one in rows["indicators"] if one[1]["confirm"] != waiting)
    for (id, _), found in grouped(settled, lambda one: (one[1]["table"], one[1]["no"])).items():
        asked = _asked(found, grades.get(id, every))
        yield from _fractions(table, asked)
        yield from _looser(table, asked)


def _asked(found: Sequence[Row], grades: Sequence[str]) -> list[Asked]:
    """The rows with a known requirement, best grade first; row by row, so that one bad row hides nothing of the others."""
    asked = []
    for row, record in found:
        parsed, problems = indicators_from([record], grades, frozenset())
        known = [] if problems else [(row, record, one.kind, r) for one in parsed for r in one.requirements if r.known and r.grade in grades]
        asked += known
    return sorted(asked, key=lambda one: grades.index(one[3].grade))


def _fractions(table: Table, asked: Sequence[Asked]) -> Iterator[Finding]:
    """Shares of 1 % or less beside larger ones, or as something to be reached."""
    shares = [(row, r) for row, record, kind, r in asked if kind is AnswerKind.NUMBER and record["unit"] == "%"]
    for row, one in shares:
        if 0 < one.limit <= ONE and (one.operator not in UPPER or any(other.limit > ONE for _, other in shares)):
            label = table.form["threshold"].label
            yield Code.PERCENT_DOUBT.at(table.place(row, "threshold"), label=label, value=shown(float(one.limit)), other=shown(float(one.limit * 100)), then=say_so(""))


def _looser(table: Table, asked: Sequence[Asked]) -> Iterator[Finding]:
    """Better grades that accept what a worse one does not. Between two grades only, the better one's cell is named."""
    for (row, _, kind, better), (_, _, _, worse) in pairwise(asked):
        if better.grade != worse.grade and _accepts_more(kind, better, worse):
            values = {"grade": better.grade, "value": _written(better), "other": worse.grade, "other_value": _written(worse)}
            yield Code.LOOSER.at(table.place(row, "threshold"), label=table.form["threshold"].label, **values)


def _accepts_more(kind: AnswerKind, better: Requirement, worse: Requirement) -> bool:
    if kind is not AnswerKind.NUMBER:
        return not set(better.values) <= set(worse.values)
    if Operator.EQUAL not in (better.operator, worse.operator) and (better.operator in UPPER) is not (worse.operator in UPPER):
        return True
    upper = worse.operator in UPPER if worse.operator is not Operator.EQUAL else better.operator in UPPER
    if better.limit == worse.limit:
        return better.operator in (Operator.AT_MOST, Operator.AT_LEAST) and worse.operator in (Operator.BELOW, Operator.ABOVE)
    return (better.limit > worse.limit) is upper


def _written(one: Requirement) -> str:
    return f"{one.operator or ''}{'、'.join(one.values)}"
