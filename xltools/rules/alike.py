"""Cells of one column with the same problem, told once: in a checklist, and in a policy workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xltools.model.code import Code
from xltools.model.finding import Finding, also, order
from xltools.rules.gathered import gather, stretches
from xltools.rules.text import LIST

REPEATED = frozenset({Code.SAME_REQUIREMENT, Code.REASON_SAYS_NOTHING})
FEW = 3     # such cells that are told one by one


def same_problem(some: Sequence[Finding]) -> Finding:
    """One finding for many of one code in one column."""
    first = min(some, key=order)
    cells = stretches(some)
    values = {"count": len(some), "cells": LIST.join(cells), "number": first.code.number, "message": first.message, "fix": first.fix}
    return Code.SAME_PROBLEM.at(first.place, **values, also=also(first.place.sheet, cells))


def answers_together(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of a checklist, those of its answers that come of the same thing as one."""
    return sorted(chosen_together(unknown_together(findings)), key=order)


def chosen_together(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of a checklist, those of several items as one for which the same grade was chosen instead of the same better one, or the same reason given that says nothing."""

    def alike(one: Finding) -> tuple[str, Code, str, object] | None:
        return (one.place.sheet, one.code, one.fix, dict(one.values)["value"]) if one.code in REPEATED else None

    return gather(findings, alike, lambda some: some if len(some) == 1 else [_chosen(some)])


def _chosen(some: Sequence[Finding]) -> Finding:
    first, cells = min(some, key=order), stretches(some)
    more = f"等 {len(some)} 项（{LIST.join(cells)}）"
    return first.code.at(first.place, **{**dict(first.values), "more": more, "also": also(first.place.sheet, cells)})


def unknown_together(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of a checklist, those of a column whose answers all want the same instead as one: a tick in every row."""

    def alike(one: Finding) -> tuple[str, str, str] | None:
        return (one.place.sheet, one.place.column, one.fix) if one.code is Code.ANSWER_UNKNOWN and one.place.cell else None

    return gather(findings, alike, lambda some: some if len(some) <= FEW else [same_problem(some)])
