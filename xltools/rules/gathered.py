"""Findings that say the same of many as one sentence that names them all, and how a sentence names many cells."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from xltools.model.address import areas
from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import Owner
from xltools.model.grouped import grouped
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


def gather(findings: Iterable[Finding], by: Callable[[Finding], Hashable], said: Callable[[list[Finding]], list[Finding]]) -> list[Finding]:
    """The findings, with what is said of each group of them instead. by: what those of a group have in common, None for one that stays."""
    groups = grouped(findings, by)
    alone = groups.pop(None, [])
    return [*alone, *(one for some in groups.values() for one in said(some))]


def hardly_filled(findings: Iterable[Finding], tables: Mapping[str, Table]) -> list[Finding]:
    """The findings, those about the empty cells of a row without its key in which hardly anything stands as one: it is no more than begun, or a remark."""
    found = list(findings)
    keyless = {one.place.sheet for one in found if one.code is Code.ROW_WITHOUT_KEY}     # hardly any workbook has such rows
    begun = {(table.sheet, row) for table in tables.values() if table.sheet in keyless and table.form.layout == "rows" for row in _begun(table)}

    def row(one: Finding) -> tuple[str, int] | None:
        at = (one.place.sheet, one.place.row)
        return at if one.code in (Code.REQUIRED, Code.ROW_WITHOUT_KEY) and at in begun else None

    return gather(found, row, _as_begun)


def _as_begun(some: list[Finding]) -> list[Finding]:
    first = next((one for one in some if one.code is Code.ROW_WITHOUT_KEY), None)
    return some if first is None or len(some) <= FEW else [first.code.at(first.place, **{**dict(first.values), "more": f"等 {len(some)} 项"})]


def _begun(table: Table) -> list[int]:
    """The rows with no more than a few cells filled."""
    own = zip(*(table.cells[field.name] for field in table.form if field.owner is not Owner.FORMULA), strict=True)
    return [row for row, cells in zip(table.rows, own, strict=True) if len(cells) - cells.count(None) <= FEW]


def stretches(some: Sequence[Finding]) -> list[str]:
    """Where findings of one column stand: AD5:AD9, AD12."""
    return areas(one.place.cell for one in some)
