"""The processes checked on site against those that the counties list: which one each side lacks."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from msgspec import Struct

from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.grade import PartGrade
from xltools.model.grouped import grouped
from xltools.model.outcome import Submission
from xltools.model.table import Table
from xltools.rules.text import cell_key, name_key

SCREENING = "screening"


class Listed(Struct, frozen=True):
    """One row of a screening list: who, by code and by name, and which process, with the cell that says so."""

    county: str
    code: str
    name: str
    process: str
    place: Place

    @property
    def known_by(self) -> set[str]:
        """What tells the enterprise: a slip in one of the two does no harm."""
        return {text for text in (self.code, name_key(self.name)) if text}


class Lists(Struct, frozen=True):
    """What the screening lists say of the enterprises that were checked. counties: whose lists they are · rows: in their order."""

    counties: frozenset[str]
    rows: Sequence[Listed]


def listed_in(submissions: Iterable[Submission], parts: Iterable[PartGrade]) -> Lists:
    """The rows about these enterprises in the screening lists of these workbooks."""
    who = {text for part in parts for text in (part.checklist.credit_code, name_key(part.checklist.name)) if text}
    tables = [(one.county, one.tables[SCREENING]) for one in submissions if SCREENING in one.tables] if who else []
    return Lists(frozenset(county for county, _ in tables), [row for county, table in tables for row in _rows(county, table, who)])


def unlisted(parts: Iterable[PartGrade], listed: Lists) -> list[Finding]:
    """Checklists of enterprises that their county, where its list was given, does not list, by code or by name."""
    known: dict[str, set[str]] = {county: set() for county in listed.counties}
    for row in listed.rows:
        known[row.county].update(row.known_by)
    sheets = [part.checklist for part in parts]
    return [
        Code.CHECKED_NOT_LISTED.at(one.place, name=one.name, county=one.county)
        for one in sheets
        if one.county in known and not {one.credit_code, name_key(one.name)} & known[one.county]
    ]


def other_codes(parts: Iterable[PartGrade], listed: Lists) -> list[Finding]:
    """Checklists whose code their county lists nowhere, while it lists their name under another one; each enterprise once."""
    codes = {(row.county, row.code) for row in listed.rows}
    named = {(row.county, name_key(row.name)): row.code for row in reversed(listed.rows) if row.code}
    sheets = {part.checklist.enterprise: part.checklist for part in sorted(parts, key=lambda part: part.checklist.place, reverse=True)}
    return [
        Code.CHECKED_OTHER_CODE.at(one.place, name=one.name, code=one.credit_code, county=one.county, other=other)
        for one in sheets.values()
        if one.credit_code and (one.county, one.credit_code) not in codes and (other := named.get((one.county, name_key(one.name)), ""))
    ]


def unchecked(parts: Iterable[PartGrade], listed: Lists) -> Mapping[str, list[Listed]]:
    """By what tells an enterprise that was checked: its processes on the list that have no checklist, each once.

    An enterprise of several processes is graded by the worse one. Source: 三环文〔2022〕69号 三(三)3.
    """
    rows: dict[str, list[Listed]] = {}
    for row in listed.rows:
        for text in row.known_by:
            rows.setdefault(text, []).append(row)
    lacking: dict[str, list[Listed]] = {}
    for who, some in grouped(parts, lambda part: part.checklist.enterprise).items():
        first = some[0].checklist
        there = {cell_key(part.checklist.process) for part in some}
        own = rows.get(first.credit_code) or rows.get(name_key(first.name), [])
        left = {cell_key(row.process): row for row in reversed(own) if row.process and cell_key(row.process) not in there}
        if left:
            lacking[who] = [left[key] for key in sorted(left)]
    return lacking


def said_of(lacking: Mapping[str, Sequence[Listed]]) -> list[Finding]:
    """One finding for each of these processes, at its row of the list."""
    return [
        Code.LISTED_NOT_CHECKED.at(row.place, name=row.name, process=row.process)
        for rows in lacking.values()
        for row in rows
    ]


def _rows(county: str, table: Table, who: Container[str]) -> list[Listed]:
    columns = [table.cells[field] for field in ("credit_code", "name", "process")]
    names = {name: name_key(str(name or "")) in who for name in set(columns[1])}
    return [
        Listed(county, str(code or ""), str(name or ""), str(process or ""), table.place(row, "process"))
        for row, code, name, process in zip(table.rows, *columns, strict=True)
        if code in who or names[name]
    ]
