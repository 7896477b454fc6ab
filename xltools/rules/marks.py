"""What is coloured in the city's sheets: the cells with problems, and the words that say how something stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xltools.model.finding import Severity
from xltools.model.outcome import Outcome
from xltools.model.table import Table
from xltools.rules.account import CLEAN, DOUBTFUL, WRONG
from xltools.rules.board import NO_DATE, NOT_MERGED, NOT_READ, NOT_SENT, PACKED
from xltools.rules.combine import YES

GOOD, NOTE = "good", "note"
ERROR, WARNING = Severity.ERROR.value, Severity.WARNING.value
# Field → word in it → tint. Not told cell by cell: nearly every row has one.
WORDS: Mapping[str, Mapping[str, str]] = {
    "status": {CLEAN: GOOD, DOUBTFUL: WARNING, WRONG: ERROR},
    "severity": {severity.label: severity.value for severity in Severity},
    "overdue": {YES: WARNING},
    "on_time": {NO_DATE: ERROR},
    "state": {NOT_SENT: ERROR, PACKED: ERROR, NOT_READ: ERROR, NOT_MERGED: ERROR},
}

At = tuple[str, str, int]   # file, sheet and row
Mark = tuple[tuple[int, str], str]  # (row of the sheet, field), tint


def marks(tables: Mapping[str, Table], outcome: Outcome) -> dict[str, dict[tuple[int, str], str]]:
    """The tints of single cells of every city table, by form name; all others have what WORDS says of what stands in them."""
    # errors last, so that they win
    bad = sorted((one for one in outcome.findings if one.severity is not Severity.NOTE), key=lambda one: -one.severity.rank)
    told = [((place.file, place.sheet, place.row), place.column, one.severity.value) for one in bad for place in one.marked]
    return {name: {**dict(_noted(table)), **dict(_cells(table, outcome, told))} for name, table in tables.items()}


def _noted(table: Table) -> Iterator[Mark]:
    """The cells of which something is said when there is anything in them."""
    for name, tint in (("difference", WARNING), ("confirm", NOTE), ("as_typed", NOTE), ("since", ERROR), ("reminder", NOTE)):
        yield from (((row, name), tint) for row, value in zip(table.rows, table.column(name), strict=True) if value is not None)
    late = (row for row, value in zip(table.rows, table.column("on_time"), strict=True) if str(value).startswith("迟"))
    yield from (((row, "on_time"), WARNING) for row in late)
    for name in ("errors", "warnings"):
        some = (row for row, count in zip(table.rows, table.column(name), strict=True) if int(count or 0) > 0)
        yield from (((row, name), name.removesuffix("s")) for row in some)


def _cells(table: Table, outcome: Outcome, told: Sequence[tuple[At, str, str]]) -> Iterator[Mark]:
    """The cells that hold what a county's cell holds of which something is told. told: file, sheet and row, column, tint."""
    if not table.form.collects:
        return
    wanted = {at for at, _, _ in told}
    origins = zip(*(table.cells[name] for name in ("source_file", "source_sheet", "source_row")), strict=True)
    rows = {at: row for row, at in zip(table.rows, origins, strict=True) if at in wanted}
    there = {field.inherits.partition(".")[2]: field.name for field in table.form if field.inherits.startswith(f"{table.form.collects}.")}
    fields: dict[tuple[str, str, str], str] = {}
    for one in outcome.submissions:
        if source := one.tables.get(table.form.collects):
            fields |= {(source.file, source.sheet, letters): there[name] for name, letters in source.columns.items() if name in there}
    for at, letters, tint in told:
        row, name = rows.get(at), fields.get((*at[:2], letters))
        if row and name:
            yield (row, name), tint
