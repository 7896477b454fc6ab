"""Cells of one column with the same problem, told once: in a checklist, and in a policy workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xltools.model.code import Code
from xltools.model.finding import Finding, order
from xltools.rules.gathered import gather, stretches
from xltools.rules.text import LIST

FEW = 3     # such cells that are told one by one


def same_problem(some: Sequence[Finding]) -> Finding:
    """One finding for many of one code in one column."""
    first = min(some, key=order)
    return Code.SAME_PROBLEM.at(first.place, count=len(some), cells=LIST.join(stretches(some)), number=first.code.number, message=first.message, fix=first.fix)


def unknown_together(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of a checklist, those of a column whose answers all want the same instead as one: a tick in every row."""

    def alike(one: Finding) -> tuple[str, str, str] | None:
        return (one.place.sheet, one.place.column, one.fix) if one.code is Code.ANSWER_UNKNOWN and one.place.cell else None

    return sorted(gather(findings, alike, lambda some: some if len(some) <= FEW else [same_problem(some)]), key=order)
