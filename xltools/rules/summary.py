"""The city's figures: counts by county or industry and grade, and the share of well-graded enterprises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, Decimal

from xltools.model.dashboard import Counts, Dashboard, Share, Tally
from xltools.model.policy import Policy, Target
from xltools.model.table import Table


def counted(dashboard: Dashboard, tables: Mapping[str, Table], policy: Policy) -> list[Counts]:
    """The tables of counts to show; one without a line is left out, and one without a grade unless it is always shown."""
    found = [counts(tally, tables[tally.form], policy) for tally in dashboard.tallies]
    return [one for one in found if (one.numbers or one.rest) and (one.tally.always or any(map(any, one.numbers.values())))]


def counts(tally: Tally, table: Table, policy: Policy) -> Counts:
    """One table of counts. Every row is counted exactly once: under its grade, under others, or in the rest."""
    grades = tally.columns or policy.grades
    by = table.cells[tally.by]
    pairs = Counter(zip(by, table.cells[tally.grade], strict=True))
    totals = Counter(by)
    lines = policy.lists[tally.lines] if tally.lines else _occurring(totals, policy.lists["industries"])
    numbers = {line: tuple(pairs[line, grade] for grade in grades) for line in lines}
    others = {line: totals[line] - sum(numbers[line]) for line in lines}
    strays = [line for line in totals if line not in numbers]
    rest = tuple(sum(pairs[line, grade] for line in strays) for grade in grades)
    unknown = sum(totals[line] for line in strays) - sum(rest)
    return Counts(tally, grades, numbers, others, (*rest, unknown) if strays else None)


def _occurring(totals: Counter[object], known: Iterable[str]) -> list[str]:
    """The known lines that have rows, most first, then in the order of the list."""
    return sorted((line for line in known if totals[line]), key=lambda line: -totals[line])


def shares(dashboard: Dashboard, tables: Mapping[str, Table], policy: Policy) -> list[Share]:
    """The share of the policy's first target for each basis: the grade held, applied for, found in review, decided."""
    cells = tables[dashboard.share.form].cells
    return [share(grade, cells[grade], policy.targets[0], policy.grades) for grade in dashboard.share.grades]


def share(basis: str, values: Iterable[object], target: Target, grades: Iterable[str]) -> Share:
    """How many of the enterprises that have one of `grades` have one of the target's.

    Those without a grade, or with one for a person to decide, stand in neither number. Source: 三环文〔2022〕69号 一.
    """
    found = Counter(values)
    graded = sum(found[grade] for grade in grades)
    good = sum(found[grade] for grade in target.grades)
    wanted = int((target.share * graded).to_integral_value(ROUND_CEILING))
    value = Decimal(good) / graded if graded else None
    return Share(basis, good, graded, found.total() - graded, target.share, value, max(0, wanted - good))
