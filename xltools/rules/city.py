"""City tables: how they are made of records, and what the city sees of a county's cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from xltools.model.address import column_letters
from xltools.model.code import Code
from xltools.model.finding import Place
from xltools.model.form import FIRST_ROW, Form
from xltools.model.outcome import Submission
from xltools.model.percent import Percent
from xltools.model.policy import Policy
from xltools.model.table import Record, Table, cells_of
from xltools.model.value import is_blank, shown
from xltools.rules.text import key

# Cells whose content reading cannot hand on; the city sees at least that there was something.
UNSEEN = {Code.ERROR_CELL: "（错误值）", Code.FORMULA_STALE: "（公式未计算）"}

Origin = tuple[Any, Any, Any]   # of a record: its county, batch and file
NO_MONTH = 13   # where among the months stands what belongs to none
TEXTS = frozenset({str, date, type(None)})


def place_in_order(submission: Submission, policy: Policy) -> tuple[int, int, str]:
    """Sort key of a workbook: county, batch, file; what is unknown comes last."""
    return _in_order(submission.county, submission.batch, submission.file, policy)


def record_orders(origins: Iterable[Origin], policy: Policy) -> dict[Origin, tuple[int, int, str]]:
    """The same sort key, of the records of a city table by their county, batch and file; records of one file stay as they are."""
    return {(county, batch, file): _in_order(str(county or ""), str(batch or ""), str(file or ""), policy) for county, batch, file in set(origins)}


def _in_order(county: str, batch: str, file: str, policy: Policy) -> tuple[int, int, str]:
    return policy.county_rank(county), policy.month(batch) or NO_MONTH, file


def city_records(form: Form, records: Sequence[Mapping[str, object]]) -> Table:
    """One city table of plain records; fields that a record does not name are empty."""
    return city_columns(form, cells_of(form, records))


def city_columns(form: Form, columns: Mapping[str, Sequence[object]]) -> Table:
    """One city table of columns of plain values, None for what is empty; all of one length. Its rows are those they will have in the sheet.

    Fields that are not among them are empty, and all that are empty throughout hold one and the same column.
    """
    rows = range(FIRST_ROW, FIRST_ROW + len(next(iter(columns.values()), ())))
    empty = [None] * len(rows)
    made = {one.name: empty if (column := columns.get(one.name, empty)).count(None) == len(rows) else column for one in form}
    return Table(form, "", form.sheet, rows, made, {name: column_letters(at) for at, name in enumerate(made, 1)})


class Seen(Struct, frozen=True, dict=True):
    """The sheets of one workbook as the city sees them: plain columns in the order of the typed rows, each made once."""

    submission: Submission
    made: dict[tuple[str, ...], Sequence[Any]] = field(default_factory=dict)

    @cached_property
    def unseen(self) -> Mapping[Place, str]:
        """The cells whose content could not be handed on, with the words for it."""
        return {one.place: UNSEEN[one.code] for one in self.submission.findings if one.code in UNSEEN}

    def column(self, form: str, name: str) -> Sequence[Any]:
        """The value as understood, or as typed where it was not; None where nothing was typed."""
        if (form, name) not in self.made:
            self.made[form, name] = self._column(self.submission.tables[form], name)
        return self.made[form, name]

    def typed(self, form: str, name: str) -> list[Any]:
        """The column as it was typed; None where nothing was."""
        table = self.submission.tables[form]
        return [*map(plain, self._raw(table, name))]

    def keys(self, form: str, *fields: str) -> Sequence[tuple[str, ...]]:
        """What identifies each row of a sheet, so that two spellings of one key are equal."""
        if (form, "key of", *fields) not in self.made:
            self.made[form, "key of", *fields] = keys_of([self.column(form, name) for name in fields])
        return self.made[form, "key of", *fields]

    def _raw(self, table: Table, name: str) -> Sequence[Any]:
        """What was read for each row."""
        return self.submission.raw.get(table.form.name, table).values(table.rows, name)

    def _column(self, table: Table, name: str) -> Sequence[Any]:
        values = table.column(name)
        if None not in values:
            return values
        values = [plain(other) if value is None else value for value, other in zip(values, self._raw(table, name), strict=True)]
        if not self.unseen or name not in table.columns:
            return values
        return [self.unseen.get(table.place(row, name)) if value is None else value for row, value in zip(table.rows, values, strict=True)]


def keys_of(columns: Sequence[Sequence[Any]]) -> list[tuple[str, ...]]:
    """What tells each row of these plain columns, so that two spellings of it are equal; each distinct value is looked at once."""
    known = {value: "" if value is None else key(str(value)) for value in set[Any]().union(*columns)}
    return [*zip(*(map(known.__getitem__, column) for column in columns), strict=True)]


def plain_records(table: Table) -> list[Record]:
    """The records of a table with values as cells hold them."""
    return table.with_cells({name: plain_column(column) for name, column in table.cells.items()}).records()


def plain_record(record: Mapping[str, object]) -> Record:
    """The values of a record, each as a cell holds it."""
    return {name: plain(value) for name, value in record.items()}


def plain_column(values: Sequence[Any]) -> Sequence[Any]:
    """The values of a column as cells hold them; of texts every distinct one is looked at once."""
    if not TEXTS.issuperset(map(type, values)):
        return [plain(value) for value in values]
    made = {value: found for value in set(values) if (found := plain(value)) is not value}
    return [made.get(value, value) for value in values] if made else values


def plain(value: object) -> object:
    """A value as a cell holds it: dates without a time of day, percentages as text, text without a visible character as nothing."""
    if value is None or value != value:
        return None
    if isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else value.replace(tzinfo=None)
    if isinstance(value, str):
        return None if is_blank(value) else value
    if isinstance(value, Percent):
        return shown(value)
    return value
