"""From the rows of the offices' lists to comparable entries."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from xltools.model.form import Form
from xltools.model.policy import Policy
from xltools.model.screening import Entry, Source
from xltools.model.table import Record, Table
from xltools.model.value import shown
from xltools.rules.city import plain
from xltools.rules.codes import PermitForm, is_credit_code, permit_form
from xltools.rules.text import cell_key, key, name_key

CODE_LENGTH = 18
PROVINCE = re.compile("^[^省市县区]{2,3}省")


class Row(Struct, frozen=True):
    """One row of a list: what it says, in plain values, and the same in comparable spelling."""

    entry: Entry
    record: Record
    number: int

    def text(self, name: str) -> str:
        """What the row says of a field, "" for nothing."""
        value = self.record.get(name)
        return "" if value is None else shown(value, 200)


def rows_of(source: Source, table: Table, raw: Table, policy: Policy, home: str) -> list[Row]:
    """The rows of one sheet. raw: the same as typed · home: the county that the sheet's name says, for rows that say none."""
    made = _maker(source, table, policy, home)
    found = []
    for number, record in table.numbered():
        record |= {name: plain(raw.value(number, name)) for name, value in record.items() if value is None and name in raw.cells}
        found.append(made(number, record))
    return found


def _maker(source: Source, table: Table, policy: Policy, home: str) -> Callable[[int, Record], Row]:
    counties = _known({one.name: (one.name, one.code, *one.aliases) for one in policy.counties})
    industries = _known({one.name: (one.name, *one.aliases) for one in policy.industries})

    def made(number: int, record: Record) -> Row:
        said = {name: cell_key(record.get(name)) for name in ("county", "credit_code", "permit_no", "industry", "town")}
        permit = said["permit_no"] if permit_form(said["permit_no"]) is not PermitForm.BAD else ""
        typed = said["credit_code"]
        code = typed if is_credit_code(typed) else ""
        front = permit[:CODE_LENGTH]
        if not typed and is_credit_code(front):     # the permit's number begins with the code
            code = typed = front
        county = counties.get(said["county"]) or _of_address(said["county"], counties, key(policy.city)) if said["county"] else home
        name = str(record.get("name") or "")
        industry = industries.get(said["industry"], "")     # offices name other industries each in their own way
        mark = _mark(source.value, county, name_key(name), typed, permit)
        return Row(Entry(source, county, name, code, permit, industry, said["town"], typed, mark, table.place(number, "name")), record, number)

    return made


def _known(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Every spelling of the policy's words → the word."""
    return {key(other): name for name, others in names.items() for other in others if other}


def _of_address(text: str, counties: Mapping[str, str], city: str) -> str:
    """The county with which an address begins, after the province and this city; "" where it begins with none."""
    within = PROVINCE.sub("", text)
    begun = [name for name in counties if within.startswith((name, city + name))]
    return counties[max(begun, key=len)] if begun else ""


def _mark(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]


def contradictions(rows: Iterable[Row], form: Form) -> Iterator[str]:
    """What the lists say differently of one enterprise, and a code that its permit's number does not begin with."""
    some = list(rows)
    own = {
        "name": [(name_key(row.entry.name), row.entry.name) for row in some],
        "credit_code": [(row.entry.typed, row.entry.typed) for row in some],
        "county": [(row.entry.county, row.entry.county) for row in some],
        "industry": [(row.entry.industry, row.text("industry")) for row in some],
        "current": [(row.text("current"), row.text("current")) for row in some if not row.text("process")],
    }
    for field, values in own.items():
        kinds = {plain_value: text for plain_value, text in reversed(values) if plain_value}
        if len(kinds) > 1:
            yield f"{form[field].label}有{len(kinds)}种：{'、'.join(sorted(kinds.values()))}"
    for row in some:
        if row.entry.code and is_credit_code(row.entry.permit[:CODE_LENGTH]) and row.entry.permit[:CODE_LENGTH] != row.entry.code:
            yield f"{row.entry.source}的许可证编号{row.entry.permit}与信用代码{row.entry.code}不一致"
