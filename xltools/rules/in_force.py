"""From the grades of site checks to the grades in force: what the events since then did to each process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.grade import PartGrade, Reason, Status
from xltools.model.grouped import grouped
from xltools.model.policy import Policy
from xltools.model.standing import Change, Event, Standing, State
from xltools.rules.sanctions import of_whole, sanction
from xltools.rules.text import key


class InForce(Struct, frozen=True):
    """The parts with the grades in force, the standings with their history, and what people have to do."""

    parts: tuple[PartGrade, ...]
    standings: tuple[Standing, ...]
    findings: tuple[Finding, ...]


def in_force(parts: Sequence[PartGrade], events: Iterable[Event], policy: Policy) -> InForce:
    """Every part after the events that concern it; parts without events stay as they are.

    What happened before the day of the check changes nothing, as the check came after it, but a person is asked whether it was
    known. Events of enterprises without a checklist are passed over. Source: 三环文〔2022〕69号 二(五)、五1、五2.
    """
    mine = grouped(parts, lambda part: part.checklist.credit_code)
    own = [event for event in events if event.credit_code in mine]
    early = {event: met for event in own if (met := _met(event, mine[event.credit_code], policy))}
    findings = [_known_before(event, part) for event, met in early.items() for part in met]
    standings = [_standing(part, policy) for part in parts]
    since = [_comparable(event, mine[event.credit_code], policy) for event in own if event not in early]
    after, said = sanction(standings, since, policy)
    changed = tuple(_after(part, standing) for part, standing in zip(parts, after, strict=True))
    return InForce(changed, tuple(after), (*findings, *said))


def _met(event: Event, parts: Sequence[PartGrade], policy: Policy) -> list[PartGrade]:
    """The parts that were checked after the event was found and decided; an event without a date is never before."""
    if event.when == date.min:
        return []
    mine = _named(event, parts, policy)
    days = [part.checklist.checked for part in mine]
    return mine if mine and all(day is not None and event.when < day for day in days) else []


def _named(event: Event, parts: Sequence[PartGrade], policy: Policy) -> list[PartGrade]:
    """Of the parts of the event's enterprise those that it concerns."""
    return [part for part in parts if of_whole(event, policy.sanction(event.kind)) or key(event.process) == key(part.checklist.process)]


def _known_before(event: Event, part: PartGrade) -> Finding:
    checked = part.checklist.checked
    return Code.EVENT_BEFORE_CHECK.at(event.place, kind=event.kind, date=checked.isoformat() if checked else "", grade=part.outcome)


def _comparable(event: Event, parts: Sequence[PartGrade], policy: Policy) -> Event:
    """The event; without the grade before it where the check has not given one yet that it could be compared with."""
    mine = _named(event, parts, policy)
    return event if all(part.grade for part in mine) else replace(event, old_grade="")


def _standing(part: PartGrade, policy: Policy) -> Standing:
    return Standing(part.checklist.credit_code, part.checklist.process, policy.scheme(part.checklist.table.scheme), part.outcome)


def _after(part: PartGrade, standing: Standing) -> PartGrade:
    """The part with the grade in force and how it came to it."""
    if not standing.history:
        return part
    sentences = tuple(_sentence(change) for change in standing.history)
    flags = [f"{standing.state.value}：{sentences[-1]}"] if standing.state is not State.IN_FORCE else []
    flags += [] if standing.on_list else ["应移出保障类清单"]
    last = next((change for change in reversed(standing.history) if change.new != change.old), None)
    if last is None:
        return replace(part, steps=(*part.steps, *sentences), flags=(*flags, *part.flags))
    reason = Reason(last.kind, last.new, last.decided_by, last.clause, last.place)
    return replace(
        part,
        status=Status.CLEAR,
        grade=standing.grade,
        next_grade="",
        decided_by=(reason,),
        next=(),
        steps=(*reversed(sentences), *(f"现场核查：{step}" for step in part.steps)),
        flags=(*flags, *part.flags),
    )


def _sentence(change: Change) -> str:
    """“隐瞒或提供虚假材料”：等级由 B 改为 D（2022-08-30，领导小组，三环文〔2022〕69号 五1）."""
    what = f"等级由 {change.old} 改为 {change.new}" if change.old != change.new else f"等级 {change.old} 不变"
    day = change.when.isoformat() if change.when > date.min else ""
    about = "，".join(text for text in (day, change.decided_by, change.clause, change.note) if text)
    return f"“{change.kind}”：{what}（{about}）"
