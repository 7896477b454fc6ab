"""Rows whose cells stand in the wrong columns, all by the same step: a row pasted one column aside, or cells deleted or inserted in it.

One finding tells it, in place of one for every cell, and nothing in these cells is read. It is told only where the cells fit the columns
beside their own and not their own; a cell whose field takes any text is no evidence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations_with_replacement
from typing import Protocol

from msgspec import Struct

from xltools.model.address import column_letters, row_and_column
from xltools.model.code import TAKEN_OUT, Code
from xltools.model.finding import Finding, Place, Severity, also
from xltools.model.form import Field, Kind, Owner
from xltools.model.grouped import grouped
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.model.value import is_blank, shown
from xltools.rules.cells import cell_reader
from xltools.rules.codes import is_credit_code
from xltools.rules.declared import CellRule, declared
from xltools.rules.details import CODE_LENGTH

STEPS = (-1, 1, -2, 2)          # how far a row may have gone; to the left is negative
ENOUGH, PER_MISFIT = 3, 5       # cells that are wrong where they are and right where they belong: at least, and to one that fits neither
BAD, ANY, GOOD = -1, 0, 1       # how a cell fits a field; ANY where the field takes any text
BETWEEN_SHEETS = 4


class Misplaced(Protocol):
    """Cells of one row that hold what belongs elsewhere. codes: the credit codes in them."""

    @property
    def table(self) -> Table: ...
    @property
    def row(self) -> int: ...
    @property
    def cells(self) -> set[str]: ...
    @property
    def codes(self) -> frozenset[str]: ...


class Slid(Struct, frozen=True):
    """Cells of one row that belong into other columns. first, last: the columns they are in, from 1 · by: how far they went ·
    sample: what stands in one of them, the label above it, the label it belongs under · codes: the credit codes in the row."""

    table: Table
    row: int
    first: int
    last: int
    by: int
    sample: tuple[str, str, str]
    codes: frozenset[str]

    @property
    def cells(self) -> set[str]:
        """Every cell that holds what belongs elsewhere, or lacks what belongs there."""
        columns = {*range(self.first, self.last + 1), *range(self.first - self.by, self.last - self.by + 1)}
        return {f"{column_letters(at)}{self.row}" for at in columns}

    def finding(self, rows: Sequence[int]) -> Finding:
        """The one sentence about this row and others that have slid alike. rows: of all of them, in order, this one first."""
        value, label, other = self.sample
        left = (self.first, self.first - self.by - 1) if self.by < 0 else (self.last - self.by + 1, self.last)
        return Code.ROW_SLID.at(
            Place(self.table.file, self.table.sheet, f"{column_letters(self.first)}{self.row}"),
            rows="本行" if len(rows) == 1 else f"第{rows[0]}至{rows[-1]}行共 {len(rows)} 行",
            cells=(cells := self._range(self.first, self.last, rows[-1])),
            also=also(self.table.sheet, [cells]),
            moved=f"左移了{-self.by}列" if self.by < 0 else f"右移了{self.by}列",
            label=label,
            value=value,
            other_label=other,
            start=f"{column_letters(self.first - self.by)}{self.row}",
            left=self._range(*left, rows[-1]),
        )

    def _range(self, first: int, last: int, bottom: int) -> str:
        return f"{column_letters(first)}{self.row}" + (f":{column_letters(last)}{bottom}" if last > first or bottom > self.row else "")


def slid_rows(tables: Mapping[str, Table], findings: Iterable[Finding], policy: Policy) -> list[Slid]:
    """The rows of tables as read that have slid; only rows with several errors are looked at."""
    wrong: Counter[tuple[str, int]] = Counter()
    typed_over: set[str] = set()
    for one in findings:
        if one.place.cell and one.severity is Severity.ERROR:
            wrong[one.place.sheet, one.place.row] += 1
        elif one.code is Code.FORMULA_LOST:
            typed_over.add(one.place.spot)
    found: list[Slid] = []
    for table in tables.values():
        rows = sorted(row for (sheet, row), count in wrong.items() if sheet == table.sheet and count >= ENOUGH)
        if rows and table.form.layout == "rows":
            fitness = Fitness(table, policy)
            found += filter(None, (_slid(fitness, row, typed_over) for row in rows if row in table.at))
    return found


def told_together(slid: Iterable[Slid]) -> Iterator[Finding]:
    """One finding for each stretch of records that have slid alike: a block pasted aside."""
    stretch: list[Slid] = []
    for one in slid:
        if stretch and not _goes_on(stretch[-1], one):
            yield stretch[0].finding([each.row for each in stretch])
            stretch = []
        stretch.append(one)
    if stretch:
        yield stretch[0].finding([each.row for each in stretch])


def _goes_on(one: Slid, following: Slid) -> bool:
    """Whether a row is the next record of the same sheet, and the same of its cells have gone as far."""
    alike = (one.table.sheet, one.first, one.last, one.by) == (following.table.sheet, following.first, following.last, following.by)
    return alike and one.table.at[following.row] == one.table.at[one.row] + 1


def set_apart(tables: Mapping[str, Table], misplaced: Iterable[Misplaced]) -> dict[str, Table]:
    """The parsed tables, with nothing in cells that are misplaced: what stands there is not what the column says."""
    made = dict(tables)
    for name, some in grouped(misplaced, lambda one: one.table.form.name).items():
        table, lost = tables[name], unread(some)
        made[name] = table.with_cells({field: _without(table, field, lost) for field in table.columns})
    return made


def _without(table: Table, field: str, lost: Collection[Place]) -> list[object]:
    return [None if table.place(row, field) in lost else value for row, value in zip(table.rows, table.cells[field], strict=True)]


def unread(misplaced: Iterable[Misplaced]) -> set[Place]:
    """The cells of these rows that nobody could read."""
    return {Place(one.table.file, one.table.sheet, cell) for one in misplaced for cell in one.cells}


def without(findings: Iterable[Finding], misplaced: Sequence[Misplaced], tables: Mapping[str, Table]) -> Iterator[Finding]:
    """The findings but those the one about the row stands for: those of its cells, and that other sheets name an enterprise nobody can read there."""
    places, codes = unread(misplaced), {code for one in misplaced for code in one.codes}
    named = {table.sheet: dict(zip(table.rows, table.cells["credit_code"], strict=True)) for table in tables.values() if "credit_code" in table.cells}
    for one in findings:
        follows = one.code.stage == BETWEEN_SHEETS and one.place.sheet in named and named[one.place.sheet].get(one.place.row) in codes
        if not follows and (one.place not in places or one.code.stage == 1 or one.code in TAKEN_OUT):
            yield one


class Fitness:
    """How cells of one table fit its columns, worked out once for each value. fields: by column, from 1."""

    def __init__(self, table: Table, policy: Policy) -> None:
        self.table, self.policy = table, policy
        self.fields = {row_and_column(where)[1]: table.form[name] for name, where in table.columns.items()}
        self.known: dict[tuple[str, type, object], int] = {}

    @cached_property
    def rules(self) -> list[CellRule]:
        """What single cells must satisfy."""
        every = declared(self.table.form, self.policy, frozenset(self.table.columns))
        return [one for one in every if isinstance(one, CellRule) and one.passes_over_missing and one.code.severity is Severity.ERROR]

    def of(self, column: int, value: object) -> int:
        """How a value fits a column; a column that is none of the form's, or computed, is no place for anything."""
        field = self.fields.get(column)
        if field is None or field.owner is Owner.FORMULA:
            return BAD
        at = field.name, type(value), value
        if at not in self.known:
            self.known[at] = self._fit(field, value)
        return self.known[at]

    def _fit(self, field: Field, value: object) -> int:
        reading = cell_reader(field, self.policy, self.policy.year)(value)
        if reading.value is None:
            return BAD
        if field.depends and reading.value not in self.policy.options(field.list):
            return BAD
        if not all(rule.holds(reading.value) for rule in self.rules if rule.field == field.name):
            return BAD
        return ANY if field.kind in (Kind.TEXT, Kind.NAME) else GOOD


def _slid(fitness: Fitness, row: int, typed_over: Collection[str]) -> Slid | None:
    """How this row has slid, None when that is not clear."""
    table, fields = fitness.table, fitness.fields
    cells = {at: value for at, field in fields.items() if not is_blank(value := table.value(row, field.name))}
    fixed = {at for at in cells if _is_computed(fields[at], cells[at]) and table.place(row, fields[at].name).spot not in typed_over}
    own = {at: ANY if at in fixed else fitness.of(at, value) for at, value in cells.items()}
    found: list[tuple[tuple[int, ...], tuple[int, int], int]] = []
    for by in STEPS:
        there = {at: fitness.of(at - by, value) for at, value in cells.items()}
        if len(_healed(own, there, cells)) >= ENOUGH:
            free = {at for at, field in fields.items() if field.owner is not Owner.FORMULA and at not in cells}
            spans = [span for span in combinations_with_replacement(sorted(cells), 2) if _has_room(span, by, free, fixed)]
            found += [(score, span, by) for span in spans if (score := _score(span, by, own, there, fields))]
    if not found:
        return None
    _, (first, last), by = max(found)
    there = {at: fitness.of(at - by, value) for at, value in cells.items()}
    at = min(_healed(own, there, range(first, last + 1)))
    texts = [shown(value)[:CODE_LENGTH] for value in cells.values()]
    codes = frozenset(text for text in texts if is_credit_code(text))
    return Slid(table, row, first, last, by, (shown(cells[at]), fields[at].label, fields[at - by].label), codes)


def _is_computed(field: Field, value: object) -> bool:
    """Whether a value may be what a formula came to; that a serial number is typed over is said nowhere."""
    return field.owner is Owner.FORMULA and not (field.kind is Kind.INTEGER and isinstance(value, str) and not value.strip().isdecimal())


def _healed(own: Mapping[int, int], there: Mapping[int, int], columns: Iterable[int]) -> list[int]:
    """The cells that are wrong where they are and right where they would belong."""
    return [at for at in columns if own.get(at) == BAD and there[at] == GOOD]


def _has_room(span: tuple[int, int], by: int, free: Collection[int], fixed: Collection[int]) -> bool:
    """Whether these cells may have moved at all: none is a formula's, and nothing stands where they came from."""
    first, last = span
    before = range(last + 1, last - by + 1) if by < 0 else range(first - by, first)
    return not any(first <= at <= last for at in fixed) and all(at in free for at in before)


def _score(span: tuple[int, int], by: int, own: Mapping[int, int], there: Mapping[int, int], fields: Mapping[int, Field]) -> tuple[int, ...]:
    """How much better these cells stand after the step back, () when that is not clear: how they fit, required cells left empty, steps, cells that move."""
    first, last = span
    inside = [at for at in own if first <= at <= last]
    healed, misfits = len(_healed(own, there, inside)), sum(there[at] == BAD for at in inside)
    if healed < ENOUGH or misfits * PER_MISFIT > healed:
        return ()
    empty = range(first, first - by) if by < 0 else range(last - by + 1, last + 1)
    vacated = sum(at in fields and fields[at].required for at in empty)
    return sum(there[at] - own[at] for at in inside), -vacated, -abs(by), first - last
