"""Findings that say the same of many as one sentence that names them all, and how a sentence names many cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from string import ascii_uppercase

from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import Owner
from xltools.model.table import Table
from xltools.rules.text import LIST

FEW = 2     # filled cells of a row that is no more than begun


def missing_together(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of one workbook, its missing sheets as one that names them in the template's order; it is about the file, as no sheet is there to go to."""
    kept = list(findings)
    lost = [one for one in kept if one.code is Code.SHEET_MISSING]
    if not lost:
        return kept
    named = LIST.join(str(dict(one.values)["sheets"]) for one in lost)
    return [one for one in kept if one not in lost] + [Code.SHEET_MISSING.at(Place(lost[0].place.file), sheets=named)]


def hardly_filled(findings: Iterable[Finding], tables: Mapping[str, Table]) -> list[Finding]:
    """The findings, those about the empty cells of a row without its key in which hardly anything stands as one: it is no more than begun, or a remark."""
    found = list(findings)
    keyless = {one.place.sheet for one in found if one.code is Code.ROW_WITHOUT_KEY}     # hardly any workbook has such rows
    begun = {(table.sheet, row) for table in tables.values() if table.sheet in keyless and table.form.layout == "rows" for row in _begun(table)}
    kept: list[Finding] = []
    empty: dict[tuple[str, int], list[Finding]] = {}
    for one in found:
        at = (one.place.sheet, int(one.place.cell.lstrip(ascii_uppercase) or 0))
        if one.code in (Code.REQUIRED, Code.ROW_WITHOUT_KEY) and at in begun:
            empty.setdefault(at, []).append(one)
        else:
            kept.append(one)
    for some in empty.values():
        first = next((one for one in some if one.code is Code.ROW_WITHOUT_KEY), None)
        kept += some if first is None or len(some) <= FEW else [first.code.at(first.place, **{**dict(first.values), "more": f"等 {len(some)} 项"})]
    return kept


def _begun(table: Table) -> list[int]:
    """The rows with no more than a few cells filled."""
    frame = table.frame[[field.name for field in table.form if field.owner is not Owner.FORMULA]]
    return [int(row) for row in frame.index[frame.notna().sum(axis=1) <= FEW]]


def stretches(some: Sequence[Finding]) -> list[str]:
    """Where findings of one column stand: AD5:AD9, AD12."""
    column = some[0].place.column
    rows = sorted({int(one.place.cell.removeprefix(column)) for one in some})
    return [f"{column}{first}" if first == last else f"{column}{first}:{column}{last}" for first, last in _stretches(rows)]


def _stretches(rows: list[int]) -> Iterator[tuple[int, int]]:
    first = rows[0]
    for row, following in pairwise([*rows, 0]):
        if following != row + 1:
            yield first, row
            first = following
