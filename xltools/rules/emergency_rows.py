"""What the emergency list is made of: the city's tables as plain records, the last list, and what grades ask for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from operator import itemgetter

from msgspec import Struct, field

from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.grouped import grouped
from xltools.model.policy import Effect, Policy
from xltools.model.standing import Event
from xltools.model.table import Record, Table
from xltools.model.value import day_of, number_text
from xltools.rules.afterwards import NO_RANK, afterwards
from xltools.rules.enterprises import ROW, latest, rows_of, told_by, unsettled
from xltools.rules.happened import NOBODY, Happened
from xltools.rules.identified import Apart
from xltools.rules.text import SAID, cell_key, key, name_key

Who = tuple[str, str]
COUNTY, CODE, NAME, PROCESS = "county", "credit_code", "name", "process"
LISTED, APART = "emergency", "emergency_protected"     # the forms of the list


class CitySheets(Struct, frozen=True, dict=True):
    """The sheets of the summary that the list needs, typed. raw: the reductions as they were typed · apart: enterprises that have another one's code ·
    sites: rows of the ledger about enterprises that a person knows to be in two counties."""

    reductions: Table
    raw: Table
    ledger: Table
    protections: Table | None = None
    events: Sequence[Event] = ()
    apart: Apart = frozenset()
    sites: Collection[int] = ()

    @cached_property
    def happened(self) -> Happened:
        """The events of every enterprise."""
        return Happened(self.events, self.ledger, self.apart, self.protections)


class Last(Struct, frozen=True):
    """The tables of the last list by form name, typed; none where there is no last list. name: of its file."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    name: str = ""

    def rows(self, *forms: str) -> list[tuple[str, Record]]:
        """Form and record of every row of these sheets."""
        return [(form, one) for form in forms if form in self.tables for one in rows_of(self.tables[form])]


def who(record: Mapping[str, object]) -> Who:
    """What tells the process of an enterprise in every list: its code, or else its name, and the process."""
    return cell_key(record.get(CODE)) or name_key(str(record.get(NAME) or "")), cell_key(record.get(PROCESS))


def nearest(rows: Iterable[tuple[str, Record]], lines: Iterable[Record], policy: Policy) -> Callable[[Record], tuple[str, Record]]:
    """A function from one of these lines to the row, with its form, that is about the same process; an empty one for none.

    That is the row of its county and name, or of its county under a name that no line has any more. It has moved from another
    county where that one has no line about it any more, and no second county has come.
    """
    groups, now = grouped(rows, lambda one: who(one[1])), grouped(lines, who)

    def home(one: Record) -> object:
        known = policy.county(str(one.get(COUNTY) or ""))
        return known.name if known else one.get(COUNTY)

    def moved(some: Sequence[tuple[str, Record]], homes: set[object]) -> Sequence[tuple[str, Record]]:
        return [one for one in some if home(one[1]) not in homes][-1:] if len(homes - {home(one) for _, one in some}) < 2 else []

    def find(record: Record) -> tuple[str, Record]:
        some, others = groups.get(who(record), []), now.get(who(record), [])
        there = [one for one in some if home(one[1]) in (home(record), None)] or moved(some, {*map(home, others)})
        named = {_called(one) for one in others if home(one) == home(record)}
        own = [one for one in there if _called(one[1]) == _called(record)][:1] or [one for one in there if _called(one[1]) not in named][-1:]
        return own[0] if own else ("", {})

    return find


def _called(one: Record) -> str:
    return name_key(str(one.get(NAME) or ""))


def newest(table: Table, policy: Policy) -> list[Record]:
    """The rows of the latest batch of every process in a county, in the table's order."""
    groups = grouped(rows_of(table), lambda one: (one[COUNTY], who(one)[0]))
    return sorted((one for rows in groups.values() for one in latest(rows, policy)), key=itemgetter(ROW))


def decimal(value: object) -> Decimal | None:
    """A number of a cell as the digits it shows; None for anything else."""
    return Decimal(number_text(float(value))) if isinstance(value, int | float) and not isinstance(value, bool) else None


class Graded(Struct, frozen=True):
    """The grade a process has in the list. decided: by the city · note: what a person has to know of it."""

    grade: str
    decided: bool
    note: str = ""


def graded(measure: Record, listed: Record, events: Iterable[Event], policy: Policy) -> tuple[Graded, list[Finding]]:
    """The decided grade after everything that happened since; without a decision the grade that the county reports.

    Source: 三环文〔2022〕69号 三(三)5、五.
    """
    decided, day = str(listed.get("decided") or ""), day_of(listed.get("decided_date"))
    if not decided:
        return Graded(str(measure.get("grade") or listed.get("current") or ""), decided=False, note=unsettled(listed)), []
    after = afterwards({**listed, "decided_date": day or date.min}, events, policy)    # a grade without a day is taken for the earlier
    kept = [one for one in after.findings if one.code not in (Code.PROTECTED_OFF, Code.NOT_GRADED_YET)]
    grade = after.standing.grade if after.standing else decided
    notes = [f"“{after.standing.history[-1].kind}”之后为 {grade}（原评定 {decided}）"] if after.standing and grade != decided else []
    why = after.why or (NO_RANK.format(grade=decided, process=listed.get(PROCESS)) if after.standing is None else "")
    return Graded(grade, decided=True, note=SAID.join(filter(None, (*notes, why)))), kept


class Protection(Struct, frozen=True):
    """The protected enterprises as `told_by` tells them, and those that are off the list, with the event that took them off."""

    listed: Mapping[Who, Record]
    off: Mapping[Who, Event]
    apart: Apart

    def who(self, row: Record) -> Who:
        """What tells the enterprise of a row of any list."""
        return told_by({**row, ROW: ""}, self.apart)

    def of(self, row: Record) -> Record | None:
        """The task of a protected enterprise, None when it is none, or no longer."""
        return None if self.who(row) in self.off else self.listed.get(self.who(row))


def protection(city: CitySheets, policy: Policy) -> Protection:
    """Who is protected; a project without green construction is not, whether its county registered that as an event or only wrote it beside it.

    Source: 三环文〔2022〕69号 三(三)2、五2.
    """
    listed = {city.happened.who(one): one for one in rows_of(city.protections) if cell_key(one.get(CODE))}
    listed.pop(NOBODY, None)
    off = {who: brown for who, one in listed.items() if (brown := _not_green(one, city, policy))}
    off |= {city.happened.whose(one): one for one in city.events if (rule := policy.sanction(one.kind)) and rule.effect is Effect.OFF_LIST}
    return Protection(listed, {who: one for who, one in off.items() if who in listed}, city.apart)


def _not_green(record: Record, city: CitySheets, policy: Policy) -> Event | None:
    """What the protected list itself says of a project that does not build as it must, as an event at its cell."""
    yes, no = policy.options("yes_no")[:2]
    if city.protections is None or (record.get("project"), record.get("green")) != (yes, no):
        return None
    field = city.protections.form["green"]
    return Event(str(record.get(CODE) or ""), "", f"{field.label}：{no}", place=city.protections.place(record[ROW], field.name))


def taken_off(protected: Protection, grades: Mapping[Who, str]) -> Iterator[Finding]:
    """A finding for every enterprise that is no longer protected. grades: of every enterprise, as `told_by` tells it."""
    for gone, event in protected.off.items():
        yield Code.PROTECTED_OFF.at(event.place, kind=event.kind, grade=grades.get(gone, ""))


class Demands(Struct, frozen=True):
    """What grades ask for: the rows of the form emergency_measures by (table, grade); table "" is for all others."""

    rows: Mapping[tuple[str, str], Record]

    def of(self, table: str, grade: str) -> Record:
        """What this table asks of this grade, {} where nothing is written."""
        return self.rows.get((key(table), grade)) or ({} if any(name == key(table) != "" for name, _ in self.rows) else self.rows.get(("", grade), {}))


def demands(rows: Iterable[Mapping[str, object]]) -> Demands:
    """The demands as written."""
    return Demands({(cell_key(one.get("table")), str(one.get("grade") or "")): dict(one) for one in rows})
