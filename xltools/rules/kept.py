"""Rows of the last summary whose county file is not among today's: they stay as they were, and say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from xltools.model.address import column_letters
from xltools.model.code import Code
from xltools.model.conflict import Side
from xltools.model.finding import Finding, Place
from xltools.model.form import Form, Kind, Owner, Template
from xltools.model.outcome import Outcome
from xltools.model.table import Record, Table
from xltools.rules.account import KEPT
from xltools.rules.city import plain, plain_column
from xltools.rules.codes import is_credit_code

EARLIER = "{file}（{batch}）"  # a file whose name another one has by now
LAST = "上次"


class Kept(Struct, frozen=True, dict=True):
    """What stays: records by form name, the city's own fields left out, because they are carried like all others.

    renamed: names of files that today's workbooks have, too → how the earlier ones are called from now on.
    """

    records: Mapping[str, list[Record]] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def files(self) -> frozenset[str]:
        """The files the records came from."""
        return frozenset(str(one["source_file"]) for records in self.records.values() for one in records)


    @cached_property
    def counties(self) -> frozenset[str]:
        """The counties the records came from."""
        return frozenset(str(one["county"]) for records in self.records.values() for one in records)


def kept(before: Mapping[str, Table], outcome: Outcome, template: Template) -> Kept:
    """The rows of county and batch of which no workbook is merged today; rows that the city added by hand are not among them.

    A workbook that cannot be read, or is set aside, counts as not there: what it brought last time is better than nothing.
    Counties send under the same name month after month: an earlier file is then called by its batch, too.
    """
    covered = {(one.county, batch) for one in outcome.accepted for batch in _batches(one.batch, one.tables)}
    records: dict[str, list[Record]] = {}
    for form in (form for form in template if form.collects and form.name in before):
        table = before[form.name]
        origins = zip(*(plain_column(table.cells[name]) for name in ("source_file", "county", "batch")), strict=True)
        away = [bool(file and county) and (county, batch) not in covered for file, county, batch in origins]
        records[form.name] = [_record(form, one) for one in table.only(away).records()]
    return _apart(records, {*(one.file for one in outcome.submissions), *(one.place.file for one in outcome.findings)})


def _apart(records: Mapping[str, list[Record]], taken: Collection[str]) -> Kept:
    """The records, with files whose names are taken called otherwise: file, sheet and row tell a row, also from those of today."""
    renamed: dict[str, str] = {}
    for one in (one for rows in records.values() for one in rows):
        if (file := str(one["source_file"])) in taken:
            one["source_file"] = renamed[file] = EARLIER.format(file=file, batch=one["batch"] or LAST)
    return Kept(records, renamed)


def _batches(batch: str, tables: Mapping[str, Table]) -> set[str | None]:
    """The batches a workbook brings: its own, or where its rows have one each, those."""
    said = {str(value) for table in tables.values() if table.form.layout == "rows" for value in table.column("batch") if value is not None}
    return {*said} if said else {batch or None}


def _record(form: Form, record: Mapping[str, object]) -> Record:
    """A row as it was, without what the city wrote; numbers and dates as a merge gives them."""
    values: Record = {one.name: _value(one.kind, record.get(one.name)) for one in form if one.owner is not Owner.CITY}
    return {**values, "status": KEPT}


def _value(kind: Kind, value: object) -> object:
    found = plain(value)
    return int(found) if kind is Kind.INTEGER and isinstance(found, float) and found.is_integer() else found


def kept_sides(form: Form, records: list[Record]) -> list[Side]:
    """The kept rows of the ledger, to be compared with all others; they stand in their own workbooks, which are not here."""
    column = column_letters([one.name for one in form].index("name") + 1)
    return [_side(one, column) for one in records]


def _side(one: Mapping[str, object], column: str) -> Side:
    county, name, code, process, batch = (str(one.get(field) or "") for field in ("county", "name", "credit_code", "process", "batch"))
    row = int(str(one["source_row"] or 0))
    return Side(county, name, code, process, batch, str(one["source_file"]), str(one["source_sheet"]), column, row, is_credit_code(code))


def without(found: Kept, left_out: Mapping[tuple[str, str, int], str]) -> tuple[Kept, list[Record]]:
    """The rows that stay after a decision, and those it leaves out as the list of unmerged rows names them."""
    stay: dict[str, list[Record]] = {}
    gone: list[Record] = []
    for name, records in found.records.items():
        stay[name] = []
        for one in records:
            reason = left_out.get((str(one["source_file"]), str(one["source_sheet"]), int(str(one["source_row"] or 0))))
            if reason:
                gone.append({**one, "reason": reason})
            else:
                stay[name].append(one)
    return replace(found, records=stay), gone


def still_out(found: Kept, unmerged: Table | None) -> list[Record]:
    """The lines of last time's list of unmerged rows that are about files whose rows stay: as little as these do they disappear with the file."""
    records = [] if unmerged is None else [{one.name: _value(one.kind, record.get(one.name)) for one in unmerged.form} for record in unmerged.records()]
    called = ({**one, "source_file": found.renamed.get(str(one["source_file"]), one["source_file"])} for one in records)
    return [one for one in called if one["source_file"] in found.files]


def heard_of(outcome: Outcome, found: Kept) -> Outcome:
    """The outcome without the words that a county has sent nothing, where its rows of last time stay."""
    silent = {one for one in outcome.findings if one.code is Code.COUNTY_NOT_SENT and dict(one.values).get("county") in found.counties}
    return replace(outcome, findings=tuple(one for one in outcome.findings if one not in silent)) if silent else outcome


def notes(found: Kept) -> Iterator[Finding]:
    """A note for every sheet of every file whose rows stay."""
    rows = Counter((str(one["county"]), str(one["batch"] or ""), str(one["source_file"]), str(one["source_sheet"])) for records in found.records.values() for one in records)
    for (county, batch, file, sheet), count in sorted(rows.items()):
        yield Code.SOURCE_ABSENT.at(Place(file, sheet), county=county, batch=batch, file=file, sheet=sheet, count=count)
