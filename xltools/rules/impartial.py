"""Whether those who checked may check: the blacklist, their own former employers, both sides at once.

Source: 三环文〔2022〕69号 三(二), 六(三). The register is what a person declared; names alone do not prove who is who.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from xltools.model.checklist import Checker, ReadChecklist
from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.outcome import Submission
from xltools.model.seal import canonical
from xltools.model.table import Table
from xltools.rules.enterprises import numbered_records
from xltools.rules.text import key

YES = "是"
BETWEEN = re.compile(r"[、，,；;\n]+")
REVIEW, CHECKERS = "review", ("checker1", "checker2")
UNNAMED = "没有写依据"


class Person(Struct, frozen=True):
    """A line of the register. former: names or codes of enterprises · blacklisted_by: the basis, "" for who is not on the list."""

    name: str
    unit: str
    former: tuple[str, ...]
    blacklisted_by: str


def register_of(people: Table) -> list[Person]:
    """The persons of a typed register."""
    found = []
    for record in people.records():
        texts = {name: "" if value is None else str(value).strip() for name, value in record.items()}
        basis = (texts["basis"] or UNNAMED) if texts["blacklisted"] == YES else ""
        if texts["name"]:
            found.append(Person(texts["name"], texts["unit"], tuple(key(one) for one in BETWEEN.split(texts["former"]) if one.strip()), basis))
    return found


def checkers_of(read: ReadChecklist) -> list[Checker]:
    """Everybody named as a checker, sheet by sheet."""
    found = []
    for part in read.parts:
        about = [canonical(part.head[name].value) if name in part.head else "" for name in ("name", "credit_code", "process")]
        for cells in part.checkers:
            name, unit = (canonical(cells[field].value) if field in cells else "" for field in ("name", "unit"))
            if name:
                found.append(Checker(name, unit, cells["name"].place, about[0], about[1].upper(), about[2]))
    return found


def conflicts(checkers: Iterable[Checker], people: Sequence[Person], counties: Iterable[Submission] = ()) -> list[Finding]:
    """A finding for every checker who may not, or perhaps may not, check this enterprise."""
    both = _county_checkers(counties)
    return [finding for one in checkers for finding in (*_declared(one, people), *_both_sides(one, both))]


def _declared(one: Checker, people: Sequence[Person]) -> Iterator[Finding]:
    for person in people:
        if key(person.name) != key(one.name):
            continue
        other_unit = person.unit and one.unit and key(person.unit) != key(one.unit)
        if person.blacklisted_by and other_unit:
            yield Code.CHECKER_NAMESAKE.at(one.place, name=one.name, unit=one.unit, other=person.unit)
        elif person.blacklisted_by:
            yield Code.CHECKER_BLACKLISTED.at(one.place, name=one.name, basis=person.blacklisted_by)
        elif {key(one.enterprise), key(one.credit_code)} - {""} & set(person.former):
            yield Code.CHECKER_OWN_EMPLOYER.at(one.place, name=one.name, enterprise=one.enterprise)


def _county_checkers(counties: Iterable[Submission]) -> dict[tuple[str, str, str], Place]:
    """Code, process and name of everybody who checked for a county."""
    found: dict[tuple[str, str, str], Place] = {}
    for table in (one.tables[REVIEW] for one in counties if REVIEW in one.tables):
        for row, record in numbered_records(table):
            for field in CHECKERS:
                who = tuple(key(str(record[name])) for name in ("credit_code", "process", field))
                found.setdefault((who[0], who[1], who[2]), table.place(row, field))
    return found


def _both_sides(one: Checker, both: dict[tuple[str, str, str], Place]) -> Iterator[Finding]:
    other = both.get((key(one.credit_code), key(one.process), key(one.name)))
    if other:
        yield Code.CHECKER_BOTH_SIDES.at(one.place, name=one.name, other=str(other))
