"""Who is on which list by what was decided: protected, positive, incentives, D, second reviews; each row with its reason and clause.

Source: 三环文〔2022〕69号 二(三), 二(五), 三(三)2, 五.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from xltools.model.local import localised
from xltools.model.named_lists import load_list_words
from xltools.model.policy import Effect, Policy
from xltools.model.standing import Event, State
from xltools.model.table import Record, Table
from xltools.rules.afterwards import NO_RANK, afterwards
from xltools.rules.decided import parts_of
from xltools.rules.enterprises import (
    EARLIER,
    ROW,
    Part,
    Row,
    by_enterprise,
    rows_of,
    scheme_of,
    told_by,
    unsettled,
    whole,
)
from xltools.rules.happened import Happened
from xltools.rules.identified import Apart
from xltools.rules.text import cell_key, key

STATES = {State.IN_REVIEW: "review", State.TO_DECIDE: "waiting"}


class City(Struct, frozen=True, dict=True):
    """What of a summary the lists follow from. advanced: codes of enterprises that take part in 绩效先进性 · apart: enterprises that have another one's code."""

    ledger: Table
    protections: Table | None
    events: Sequence[Event]
    policy: Policy
    advanced: frozenset[str] = frozenset()
    apart: Apart = frozenset()

    @cached_property
    def happened(self) -> Happened:
        """The events of every enterprise."""
        return Happened(self.events, self.ledger, self.apart, self.protections)

    @cached_property
    def on_paper(self) -> frozenset[str]:
        """The codes of those that take part in 绩效先进性, as `key`."""
        return frozenset(map(key, self.advanced))


def named_lists(city: City) -> list[Record]:
    """All lists, in the order of their kinds, counties and names."""
    lines = [*_protected(city), *_credit(city)]
    for rows in by_enterprise(city.ledger, city.policy, city.apart):
        lines += _enterprise(rows, city)
    lines = [{**one, "clause": localised(str(one["clause"]), city.policy)} for one in lines]
    kinds = list(load_list_words().kinds.values())
    return sorted(lines, key=lambda one: (kinds.index(str(one["kind"])), city.policy.county_rank(one["county"]), str(one["name"]), str(one["process"] or "")))


def _line(kind: str, about: Mapping[str, object], place: str, **said: object) -> Record:
    words = load_list_words()
    reason = words.reasons[str(said.pop("reason", kind))]
    shown = {name: about.get(name) for name in ("county", "name", "credit_code", "process")}
    filled = {name: words.words["blank"] if value is None else value for name, value in {**about, **said}.items()}
    clause = str(said.pop("clause", "")) or words.clauses[kind]
    return {"kind": words.kinds[kind], **shown, "grade": said.get("grade"), "reason": reason.format(**filled), "clause": clause, "place": place}


def _protected(city: City) -> Iterator[Record]:
    """Every protected enterprise: on the list, or off it since an event or for lack of green construction."""
    words = load_list_words()
    for record in rows_of(city.protections):
        place = f"【{city.protections.sheet}】{record[ROW]}" if city.protections else ""
        about = {**record, "process": None}
        gone = next((one for one in city.happened.of(record) if _leaves(one, city.policy)), None)
        rule = city.policy.sanction(gone.kind) if gone else None
        if gone:
            yield _line("removed", about, place, event=gone.kind, day=_day(gone), clause=rule.clause if rule else "")
        elif record["project"] == words.yes and record["green"] == words.no:
            yield _line("removed", about, place, reason="green")
        else:
            yield _line("protected", about, place)


def _credit(city: City) -> Iterator[Record]:
    """Every violation, whether its enterprise is graded or not even in the ledger. Source: 三环文〔2022〕69号 二(五)."""
    known = {told_by(row, city.apart): row for row in rows_of(city.ledger)}
    for one in city.events:
        if one.kind in load_list_words().credit:
            about = {**known.get(city.happened.whose(one), {}), "credit_code": one.credit_code, "process": one.process or None}
            yield _line("credit", about, f"【{one.place.sheet}】{one.place.row}", event=one.kind, day=_day(one))


def _leaves(event: Event, policy: Policy) -> bool:
    rule = policy.sanction(event.kind)
    return rule is not None and rule.effect is Effect.OFF_LIST


def _day(event: Event) -> str:
    return event.found_date.isoformat() if event.found_date else ""


def _enterprise(rows: Sequence[Row], city: City) -> Iterator[Record]:
    """The lists that one enterprise is on. Its grade is the whole of the parts decided, after the events since."""
    words, first = load_list_words(), rows[0]
    place = f"【{city.ledger.sheet}】{'、'.join(str(row[ROW]) for row in rows)}"
    about = {**first, "process": None}
    parts = parts_of(rows)
    after = [afterwards(row, city.happened.of(row), city.policy) for row in rows]
    for standing, row in ((one.standing, row) for one, row in zip(after, rows, strict=True)):
        if standing and standing.state in STATES:
            last = standing.history[-1]
            yield _line(STATES[standing.state], row, place, event=last.kind, day=last.when.isoformat() if last.when > date.min else "", grade=standing.grade, clause=last.clause)
    doubts = [one.why or ("" if one.standing else _foreign(part, parts, city)) for part, one in zip(parts, after, strict=True)]
    yield from (_line("waiting", row, place, reason="doubtful", why=why, grade=row["decided"]) for why, row in zip(doubts, rows, strict=True) if why)
    now = [replace(part, grade="" if why else one.standing.grade if one.standing else part.grade) for part, one, why in zip(parts, after, doubts, strict=True)]
    grade = whole(now, city.policy).grade
    lists = {"positive": words.positive, "asked": words.asked, "free": words.free, "seasonal": words.seasonal}
    yield from (_line(kind, about, place, grade=grade) for kind, grades in lists.items() if grade in grades)
    before = [row for row in rows if EARLIER in row and row[EARLIER]["decided"] in words.positive]
    yield from (_line("asked", row, place, grade=row[EARLIER]["decided"], reason="earlier", why=unsettled(row), clause=words.clauses["positive"]) for row in before)
    if cell_key(first["credit_code"]) in city.on_paper and grade not in words.positive:
        yield _line("asked", about, place, grade=grade or None, reason="advanced", clause=words.clauses["positive"])
    honours = list(dict.fromkeys(str(row["honour"]) for row in rows if row["honour"] and row["honour"] != words.no_honour))
    kinds = {honour: "honour" if honour in city.policy.lists["honours"] else "unknown" for honour in honours}
    yield from (_line(kind, {**about, "honour": honour}, place, grade=grade or None) for honour, kind in kinds.items())
    if all(row["low_voc"] == words.yes for row in rows):
        yield _line("low_voc", about, place, grade=grade or None)


def _foreign(part: Part, parts: Sequence[Part], city: City) -> str:
    """That no table of the enterprise has the grade, in words; "" where one has, as the grade of the whole may be written for all its processes."""
    known = not part.grade or any(scheme_of(replace(other, grade=part.grade), city.policy) for other in parts)
    return "" if known else NO_RANK.format(grade=part.grade, process=part.process)


def counted(lines: Iterable[Record]) -> list[tuple[str, int]]:
    """Every list with its number of rows, also the empty ones."""
    kinds = [str(line["kind"]) for line in lines]
    return [(kind, kinds.count(kind)) for kind in load_list_words().kinds.values()]
