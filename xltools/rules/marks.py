"""What is coloured in the city's sheets: the cells with problems, and the words that say how something stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xltools.model.finding import Severity
from xltools.model.outcome import Outcome
from xltools.model.table import Table
from xltools.rules.account import CLEAN, DOUBTFUL, WRONG, row_of
from xltools.rules.board import NO_DATE, NOT_MERGED, NOT_READ, NOT_SENT
from xltools.rules.combine import YES

GOOD, NOTE = "good", "note"
ERROR, WARNING = Severity.ERROR.value, Severity.WARNING.value
# Field → word in it → tint.
WORDS: Mapping[str, Mapping[str, str]] = {
    "status": {CLEAN: GOOD, DOUBTFUL: WARNING, WRONG: ERROR},
    "severity": {severity.label: severity.value for severity in Severity},
    "overdue": {YES: WARNING},
    "on_time": {NO_DATE: ERROR},
    "state": {NOT_SENT: ERROR, NOT_READ: ERROR, NOT_MERGED: ERROR},
}

Mark = tuple[tuple[int, str], str]  # (row of the sheet, field), tint


def marks(tables: Mapping[str, Table], outcome: Outcome) -> dict[str, dict[tuple[int, str], str]]:
    """The tints of every city table, by form name."""
    return {name: {**dict(_words(table)), **dict(_cells(table, outcome))} for name, table in tables.items()}


def _words(table: Table) -> Iterator[Mark]:
    for name, words in WORDS.items():
        if name in table.frame:
            yield from (((int(str(row)), name), words[value]) for row, value in table.frame[name].items() if value in words)
    if "difference" in table.frame:
        yield from (((int(str(row)), "difference"), WARNING) for row in table.frame.index[table.frame["difference"].notna()])
    for name, tint in (("confirm", NOTE), ("as_typed", NOTE), ("since", ERROR), ("reminder", NOTE)):
        if name in table.frame:
            yield from (((int(str(row)), name), tint) for row in table.frame.index[table.frame[name].notna()])
    if "on_time" in table.frame:
        late = table.frame.index[table.frame["on_time"].astype(str).str.startswith("迟")]
        yield from (((int(row), "on_time"), WARNING) for row in late)
    for name in ("errors", "warnings"):
        if name in table.frame:
            some = table.frame.index[table.frame[name].fillna(0).astype(int) > 0]
            yield from (((int(row), name), name.removesuffix("s")) for row in some)


def _cells(table: Table, outcome: Outcome) -> Iterator[Mark]:
    """The cells that hold what a county's cell with an error or a warning holds; errors last, so that they win."""
    if not table.form.collects:
        return
    frame = table.frame
    rows = {at: int(str(row)) for row, at in zip(frame.index, zip(frame["source_file"], frame["source_sheet"], frame["source_row"], strict=True), strict=True)}
    there = {field.inherits.partition(".")[2]: field.name for field in table.form if field.inherits.startswith(f"{table.form.collects}.")}
    fields: dict[tuple[str, str, str], str] = {}
    for one in outcome.submissions:
        if source := one.tables.get(table.form.collects):
            fields |= {(source.file, source.sheet, letters): there[name] for name, letters in source.columns.items() if name in there}
    for finding in sorted(outcome.findings, key=lambda finding: -finding.severity.rank):
        place = finding.place
        row = rows.get((place.file, place.sheet, row_of(place)))
        name = fields.get((place.file, place.sheet, place.cell.rstrip("0123456789")))
        if row and name and finding.severity is not Severity.NOTE:
            yield (row, name), finding.severity.value
