"""Columns filled down by dragging: a spreadsheet program makes a series of one number, phone, code or date, and nobody meant it.

Told is a run of rows directly below one another, each exactly one more than the row above. Serial numbers, texts (“2号生产线”, numbers of
problems and papers) and extensions of one switchboard count up by themselves and are never asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from xltools.model.address import areas
from xltools.model.code import Code
from xltools.model.finding import Finding, Severity, also, order
from xltools.model.form import Field, Kind, Owner
from xltools.model.table import Table
from xltools.model.value import shown
from xltools.rules.gathered import gather
from xltools.rules.text import LIST

# The shortest run that is asked about. Three phones of neighbours do not follow one another by chance, nor do four capacities of 100 and more
# or of half units; small whole numbers do, in a list sorted by them.
FEWEST = {Kind.PHONE: 3, Kind.NUMBER: 4, Kind.INTEGER: 4, Kind.INDUSTRY_CODE: 4, Kind.DATE: 5}
OF_SMALL_NUMBERS, SMALL = 7, 100
SHARE = 0.5                 # of a column that rises throughout
SATURDAY = 5                # one enterprise is visited a day: days in a row are asked about when one is no working day
_PHONE = re.compile(r"((?:0\d{2,3}-)?)(\d{7,12})")
_CODE = re.compile(r"([A-Z])(\d{2,4})")


class Step(NamedTuple):
    """A value as what counts up, and what stands before it."""

    before: str
    number: Decimal


def dragged(table: Table) -> Iterator[Finding]:
    """A question for each run of cells that count up where they should not."""
    fields = [field for field in table.form if field.kind in FEWEST and field.owner is not Owner.FORMULA and field.name in table.columns]
    runs = [(field, rows) for field in fields for rows in _runs(table, field)] if table.form.layout == "rows" else []
    for field, rows in runs:
        first, last = (shown(table.value(row, field.name)) for row in (rows[0], rows[-1]))
        place, end = table.place(rows[0], field.name), table.place(rows[-1], field.name).cell
        step = "1天" if field.kind is Kind.DATE else "1"
        cells = also(table.sheet, areas(table.place(row, field.name).cell for row in rows))
        yield Code.DRAGGED.at(place, label=field.label, end=end, first=first, last=last, count=len(rows), step=step, more="", also=cells)


def dragged_together(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of one workbook, with one question for all columns that count up in the same rows: a whole row dragged down.

    A run whose first cell has an earlier problem is told behind the others: of one cell only the first problem is told.
    """
    found = list(findings)
    earlier = {one.place for one in found if one.code.stage < Code.DRAGGED.stage and one.severity is not Severity.NOTE}

    def rows(one: Finding) -> tuple[str, int, object] | None:
        return (one.place.sheet, one.place.row, dict(one.values)["count"]) if one.code is Code.DRAGGED else None

    def said(some: list[Finding]) -> list[Finding]:
        first, *others = sorted(some, key=lambda one: (one.place in earlier, order(one)))
        if not others:
            return some
        values = [dict(one.values) for one in others]
        more = f"；{LIST.join(str(one['label']) for one in values)}在这几行也是这样"
        cells = "\n".join(str(dict(one.values)["also"]) for one in some)
        return [first.code.at(first.place, **{**dict(first.values), "more": more, "also": cells})]

    return gather(found, rows, said)


def _runs(table: Table, field: Field) -> Iterator[Sequence[int]]:
    """The rows of each run that is long enough; every value of a run is another one."""
    known = {value: _step(value, field.kind) for value in set(table.cells[field.name])}
    if len(known) < FEWEST[field.kind]:
        return
    steps = [known[value] for value in table.cells[field.name]]
    fewest = max(FEWEST[field.kind], SHARE * len(steps)) if _is_sorted(steps) else FEWEST[field.kind]
    start = 0
    for at in range(1, len(steps) + 1):
        if at < len(steps) and table.rows[at] == table.rows[at - 1] + 1 and _goes_on(steps[at - 1], steps[at]):
            continue
        if at - start >= fewest and _is_asked([one for one in steps[start:at] if one], field.kind):
            yield table.rows[start:at]
        start = at


def _step(value: object, kind: Kind) -> Step | None:
    if isinstance(value, date):
        return Step("", Decimal(value.toordinal()))
    if isinstance(value, int | float):
        return Step("", Decimal(str(value)))
    found = (_PHONE if kind is Kind.PHONE else _CODE).fullmatch(value) if isinstance(value, str) else None
    return Step(f"{found[1]}{len(found[2])}", Decimal(found[2])) if found else None


def _is_sorted(steps: Sequence[Step | None]) -> bool:
    """Whether a column rises throughout, as one a list was sorted by; such a list holds neighbours by chance."""
    filled = [one for one in steps if one]
    return all(one <= following for one, following in pairwise(filled))


def _goes_on(one: Step | None, following: Step | None) -> bool:
    return one is not None and following is not None and one.before == following.before and following.number - one.number == 1


def _is_asked(run: Sequence[Step], kind: Kind) -> bool:
    """Whether a run of this kind tells of dragging."""
    if kind is Kind.DATE:
        return any(date.fromordinal(int(one.number)).weekday() >= SATURDAY for one in run)
    is_small = kind in (Kind.NUMBER, Kind.INTEGER) and run[0].number < SMALL and run[0].number == int(run[0].number)
    return not is_small or len(run) >= OF_SMALL_NUMBERS
