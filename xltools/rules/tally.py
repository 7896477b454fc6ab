"""Counting what was read and what became of it: nothing may go in silence. See `model.account`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from xltools.model.account import Account, total
from xltools.model.code import TAKEN_OUT, Code
from xltools.model.finding import Finding, Place, Severity
from xltools.model.form import Field, Kind, Owner
from xltools.model.grouped import grouped
from xltools.model.outcome import Outcome, Submission
from xltools.model.table import Table
from xltools.model.value import is_blank, shown
from xltools.model.visible import visible
from xltools.rules.account import KEEPS_OUT, OUTSIDE, all_findings, row_tables, sources_of, today

NUMBERS = (Kind.NUMBER, Kind.INTEGER)

Where = tuple[str, str]  # file, sheet
Column = tuple[Sequence[int], Sequence[object], Sequence[object]]  # of one field: rows, as typed, as read
Sums = Mapping[tuple[str, str, str], float]  # file, sheet, field


class Fate(Struct, frozen=True):
    """What a merge made of the rows: how many of a sheet stand in the city's tables, how many are listed, and what its numbers came to."""

    merged: Mapping[Where, int]
    named: Mapping[Where, int]
    sums: Sums


def accounts(outcome: Outcome, fate: Fate | None = None) -> dict[Where, Account]:
    """The account of every sheet with records; fate: of a merge, without it every row that can be merged counts as taken."""
    said = _by_sheet(all_findings(outcome))
    return {(table.file, table.sheet): _account(one, table, said.get((table.file, table.sheet), ()), fate) for one in outcome.submissions for table in row_tables(one)}


def unaccounted(parts: Mapping[Where, Account]) -> Iterator[Finding]:
    """A finding for every sheet in which a cell or a sum is not accounted for: our own mistake, never the county's."""
    for (file, sheet), one in parts.items():
        if one.cells_missing or one.unequal:
            unequal = "、".join(f"{name} {shown(read)} 对 {shown(went)}" for name, (read, went) in one.unequal.items()) or "无"
            told = one.changed + one.refused
            yield Code.CELLS_NOT_BALANCED.at(Place(file, sheet), cells=one.cells, plain=one.plain, told=told, sums=unequal)


def fate_of(outcome: Outcome, tables: Mapping[str, Table]) -> Fate:
    """What the city's tables hold of today's rows, counted there; and the rows that are listed."""
    named = sources_of(tables["unmerged"])
    sums: dict[tuple[str, str, str], float] = {}
    merged: Counter[Where] = Counter()
    for table in (one for one in tables.values() if one.form.collects):
        sources = sources_of(table)
        merged.update(sources)
        for field in (one for one in table.form if one.kind in NUMBERS and one.inherits.startswith(f"{table.form.collects}.")):
            name = field.inherits.partition(".")[2]
            for (file, sheet), value in zip(sources, today(table, field.name), strict=True):
                sums[file, sheet, name] = sums.get((file, sheet, name), 0.0) + (_number(value) if isinstance(value, int | float) else 0.0)
    rows = set(zip(*(today(tables["unmerged"], name) for name in ("source_file", "source_sheet", "source_row")), strict=True))
    sheets = set(named)
    for table in (one for submission in outcome.submissions for one in row_tables(submission) if (one.file, one.sheet) in sheets):
        for field in (one for one in table.form.owned(Owner.COUNTY) if one.kind in NUMBERS):
            left = sum(_number(value) for row, value in zip(table.rows, table.cells[field.name], strict=True) if (table.file, table.sheet, row) in rows and value is not None)
            sums[table.file, table.sheet, field.name] = sums.get((table.file, table.sheet, field.name), 0.0) + left
    return Fate(merged, Counter(named), sums)


def _by_sheet(findings: Iterable[Finding]) -> dict[Where, list[Finding]]:
    return grouped((one for one in findings if one.place.cell), lambda one: (one.place.file, one.place.sheet))


def _account(one: Submission, table: Table, said: Sequence[Finding], fate: Fate | None) -> Account:
    raw = one.raw.get(table.form.name, table)
    where = (table.file, table.sheet)
    outside = {found.place.row for found in said if found.code in OUTSIDE}
    records = set(table.rows)
    lines = {*raw.rows, *outside}
    span = max(lines) - min(lines) + 1 if lines else 0
    kept_out = len({found.place.row for found in said if found.code in KEEPS_OUT}) if one.accepted else len(records)
    taken, rejected = (len(records) - kept_out, kept_out) if fate is None else (fate.merged.get(where, 0), fate.named.get(where, 0))
    rows = Account(seen=span, taken=taken, rejected=rejected, blank=span - len(outside) - len(records), outside=len(outside))
    return total([rows, *_cells(raw, table, said, fate)])


def _cells(raw: Table, table: Table, said: Sequence[Finding], fate: Fate | None) -> Iterator[Account]:
    told = {place.cell for one in said for place in (one.marked if one.severity is not Severity.NOTE else [one.place]) if place.sheet == table.sheet}
    unstored = Counter(found.place.column for found in said if found.code in TAKEN_OUT and found.place.row in table.at)
    for field in (one for one in table.form.owned(Owner.COUNTY) if one.name in table.columns):
        if gone := unstored[table.columns[field.name]]:
            yield Account(cells=gone, refused=gone)
        column: Column = table.rows, raw.values(table.rows, field.name), table.cells[field.name]
        if table.rows:
            yield _column(column, table.columns[field.name], told)
        if field.kind in NUMBERS:
            yield _sum(column, table, field, (told, fate))


def _column(column: Column, letters: str, told: Collection[str]) -> Account:
    """The cells of one field. Most stand as they were typed: only the others are looked at one by one, each pair of values once."""
    rows, typed, read = column
    if typed == read:
        count = len(read) - read.count(None)
        return Account(cells=count, plain=count)
    pairs = list(zip(rows, typed, read, strict=True))
    other = [(row, before, after) for row, before, after in pairs if before != after and not is_blank(before)]
    alike = sum(before is not None and before == after for _, before, after in pairs)
    count, plain, changed, refused = len(other) + alike, alike, 0, 0
    alike_in = {(type(before), before, type(after), after): False for _, before, after in other}
    for pair in alike_in:
        alike_in[pair] = _same(pair[1], pair[3])
    for row, before, after in other:
        same, named = alike_in[type(before), before, type(after), after], f"{letters}{row}" in told
        plain += same
        changed += named and not same and after is not None
        refused += named and not same and after is None
    return Account(cells=count, plain=plain, changed=changed, refused=refused)


def _sum(column: Column, table: Table, field: Field, about: tuple[Collection[str], Fate | None]) -> Account:
    """The numbers of one field: as typed where nothing is said of them, else as they were read; and what they came to."""
    told, fate = about
    letters = table.columns[field.name]
    numbers = sum(_number(after if f"{letters}{row}" in told else before) for row, before, after in zip(*column, strict=True))
    went = sum(map(_number, column[2])) if fate is None else fate.sums.get((table.file, table.sheet, field.name), 0.0)
    return Account(sums={f"{table.form.sheet}·{field.label}": (numbers, went)})


def _number(value: object) -> float:
    """The number that this is, or reads as without any doubt; 0 for everything else."""
    if isinstance(value, float):
        return value
    try:
        return 0.0 if isinstance(value, bool) else float(str(value))
    except ValueError:
        return 0.0


def _same(before: object, after: object) -> bool:
    """Whether a value is what was typed, blanks around it and the way of writing a number aside."""
    if after is None:
        return False
    if isinstance(after, str):
        return before == after or visible(str(before).replace("\r\n", "\n")) == after or shown(before) == after
    if isinstance(after, date):
        return shown(before).strip() == shown(after)
    return not isinstance(before, bool) and _number(before) == _number(after) and (bool(after) or str(before).strip("0. ") == "")


def with_account(outcome: Outcome, parts: Mapping[Where, Account]) -> Outcome:
    """The outcome with the account of the whole run."""
    return replace(outcome, account=total(parts.values()))
