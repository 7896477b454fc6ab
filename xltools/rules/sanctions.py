"""After the grade: what an event does to it. Nothing here takes a grade down by itself except to the lowest, where a clause says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.finding import Finding, order
from xltools.model.form import load_form
from xltools.model.grouped import grouped
from xltools.model.policy import Effect, Policy, Sanction, Scheme
from xltools.model.standing import Change, Event, Standing, State
from xltools.model.table import Table
from xltools.model.value import day_of
from xltools.rules.text import key

MOVING = frozenset({Effect.LOWEST, Effect.REVIEW, Effect.REVIEW_LOWEST, Effect.DECISION})
NOT_DONE, DONE = 1, 2       # places of the words in the policy's list second_reviews: not needed, going on, finished


class Ruling(Struct, frozen=True):
    """What one event comes to for one standing. state: IN_FORCE when the event itself leaves nothing open."""

    grade: str
    state: State
    note: str
    codes: tuple[Code, ...] = ()
    leaves_list: bool = False


def events_of(table: Table) -> list[Event]:
    """The events in a typed table of the form `changes`, with their rows' places."""
    events = []
    for row, record in table.numbered():
        values = {name: value for name, value in record.items() if value is not None}
        events.append(
            Event(
                credit_code=str(values.get("credit_code", "")),
                process=str(values.get("process", "")),
                kind=str(values.get("change_kind", "")),
                found_date=day_of(values.get("found_date")),
                old_grade=str(values.get("old_grade", "")),
                second_review=str(values.get("second_review", "")),
                new_grade=str(values.get("new_grade", "")),
                decided_by=str(values.get("decided_by", "")),
                decided_date=day_of(values.get("decided_date")),
                place=table.place(row, "change_kind"),
                name=str(values.get("name", "")),
                county=str(values.get("county", "")),
            )
        )
    return events


def sanction(standings: Sequence[Standing], events: Iterable[Event], policy: Policy) -> tuple[list[Standing], list[Finding]]:
    """Every standing after all events, in the order they count, and what a person has to do about them.

    Give it the standings as first decided and all events since: what one event leaves open stays open until its own row says
    otherwise. The order of the events given does not matter. Source: 三环文〔2022〕69号 二(五)、五1、五2.
    """
    now = list(standings)
    places = grouped(range(len(now)), lambda at: now[at].credit_code)
    findings: list[Finding] = []
    for event in sorted(events, key=lambda e: (e.when, e.credit_code, e.process, e.kind, e.place)):
        rule = policy.sanction(event.kind)
        hit = [at for at in places.get(event.credit_code, ()) if of_whole(event, rule) or key(event.process) == key(now[at].process)]
        if not hit:
            findings.append(Code.NOT_GRADED_YET.at(event.place, process=event.process or event.credit_code))
        for at in hit:
            ruling = rule_on(now[at], event, rule, policy)
            findings += _findings(now[at], event, ruling)
            now[at] = _after(now[at], event, ruling, rule)
    return now, sorted(dict.fromkeys(findings), key=order)


def rule_on(standing: Standing, event: Event, rule: Sanction | None, policy: Policy) -> Ruling:
    """What the event does to this standing by the rule for its kind."""
    kept = Ruling(standing.grade, State.IN_FORCE, "")
    if rule is None:
        return replace(kept, note="没有规定怎样处理", codes=(Code.EVENT_UNKNOWN,))
    if rule.effect is Effect.WARNING:
        return replace(kept, note="提醒补办报备，等级不变", codes=(Code.CHANGE_NOT_REPORTED,))
    if rule.effect is Effect.OFF_LIST:
        return replace(kept, note="移出保障类清单，执行本企业等级的措施", codes=(Code.PROTECTED_OFF,), leaves_list=True)
    if rule.effect is Effect.RECORD and not event.new_grade:
        return replace(kept, note="登记在案，等级不变")
    words = policy.options("second_reviews")
    waits = event.second_review != words[DONE] if rule.effect is Effect.REVIEW else event.second_review == words[NOT_DONE]
    if rule.effect in (Effect.REVIEW, Effect.REVIEW_LOWEST) and waits:
        return Ruling(standing.grade, State.IN_REVIEW, "等待专家二次审核，等级暂不改变", (Code.SECOND_REVIEW_PENDING,))
    if rule.effect in (Effect.LOWEST, Effect.REVIEW_LOWEST):
        return _lowest(standing, event)
    return _decided(standing, event, rule, policy)


def _lowest(standing: Standing, event: Event) -> Ruling:
    """The lowest grade of the standing's own scheme; another grade written down does not count."""
    lowest = standing.scheme.lowest
    codes = [] if event.decided_by and event.decided_date else [Code.DECIDER_MISSING]
    if event.new_grade not in ("", lowest) and event.new_grade in standing.scheme.grades:
        codes.append(Code.NOT_LOWEST)
    return Ruling(lowest, State.IN_FORCE, "直接按最低等级", tuple(codes))


def _decided(standing: Standing, event: Event, rule: Sanction, policy: Policy) -> Ruling:
    """The grade that was decided; without one, the old grade stands and somebody must decide."""
    complete = event.new_grade and event.decided_by and event.decided_date
    if not complete:
        return Ruling(standing.grade, State.TO_DECIDE, "等待决定处理后的等级，系统不自动扣减", (Code.SANCTION_NEEDS_GRADE,))
    scheme = standing.scheme
    if event.new_grade not in (*scheme.grades, *_outside(policy)):
        return Ruling(standing.grade, State.TO_DECIDE, "处理后的等级不属于本等级体系", (Code.GRADE_NOT_IN_SCHEME,))
    codes = (Code.NOT_DOWNGRADED,) if _should_fall(event.new_grade, standing.grade, rule.effect, scheme) else ()
    return Ruling(event.new_grade, State.IN_FORCE, "按决定执行", codes)


def _outside(policy: Policy) -> tuple[str, ...]:
    """The words that may stand for a grade without being one of a scheme, such as 长期停产."""
    return tuple(word for word in policy.options("current_grades") if word not in policy.grades)


def _should_fall(new: str, old: str, effect: Effect, scheme: Scheme) -> bool:
    """Whether new does not go with the clause: a decision lowers (二(五)), a second review lowers or confirms (五2), neither raises.

    A word outside the scheme cannot be compared and is let pass.
    """
    if new not in scheme.grades or old not in scheme.grades:
        return False
    steps_down = scheme.rank(new) - scheme.rank(old)
    return steps_down <= 0 if effect is Effect.DECISION else effect is Effect.REVIEW and steps_down < 0


def of_whole(event: Event, rule: Sanction | None) -> bool:
    """Whether the event concerns every process of its enterprise, whichever it names. Source: 三环文〔2022〕69号 五1."""
    return not event.process or (rule is not None and rule.scope == "enterprise")


def _findings(standing: Standing, event: Event, ruling: Ruling) -> list[Finding]:
    """What the ruling asks people to do, at the event's place."""
    values = {
        "kind": event.kind,
        "grade": ruling.grade,
        "value": event.new_grade,
        "lowest": standing.scheme.lowest,
        "new": event.new_grade,
        "old": standing.grade,
        "label": load_form("changes")["new_grade"].label,
        "table": standing.process,
        "choices": "、".join(standing.scheme.grades),
    }
    found = [code.at(event.place, **values) for code in ruling.codes]
    own_row = key(event.process) in ("", key(standing.process))
    if own_row and event.old_grade and event.old_grade != standing.grade:
        found.append(Code.OLD_GRADE_DIFFERS.at(event.place, value=event.old_grade, expected=standing.grade))
    return found


def _after(standing: Standing, event: Event, ruling: Ruling, rule: Sanction | None) -> Standing:
    """The standing with the ruling in force and one more line of history."""
    clause = rule.clause if rule else ""
    change = Change(event.when, standing.grade, ruling.grade, event.kind, clause, event.decided_by, ruling.note, event.place)
    on_list = standing.on_list and not ruling.leaves_list
    state = max(standing.state, ruling.state, key=list(State).index)
    return replace(standing, grade=ruling.grade, state=state, on_list=on_list, history=(*standing.history, change))
