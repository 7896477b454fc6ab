"""Findings that say the same of many as one sentence that names them all, and how a sentence names many cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from string import digits

from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.rules.text import LIST


def missing_together(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of one workbook, its missing sheets as one that names them in the template's order; it is about the file, as no sheet is there to go to."""
    kept = list(findings)
    lost = [one for one in kept if one.code is Code.SHEET_MISSING]
    if not lost:
        return kept
    named = LIST.join(str(dict(one.values)["sheets"]) for one in lost)
    return [one for one in kept if one not in lost] + [Code.SHEET_MISSING.at(Place(lost[0].place.file), sheets=named)]


def stretches(some: Sequence[Finding]) -> list[str]:
    """Where findings of one column stand: AD5:AD9, AD12."""
    column = some[0].place.cell.rstrip(digits)
    rows = sorted({int(one.place.cell.removeprefix(column)) for one in some})
    return [f"{column}{first}" if first == last else f"{column}{first}:{column}{last}" for first, last in _stretches(rows)]


def _stretches(rows: list[int]) -> Iterator[tuple[int, int]]:
    first = rows[0]
    for row, following in pairwise([*rows, 0]):
        if following != row + 1:
            yield first, row
            first = following
