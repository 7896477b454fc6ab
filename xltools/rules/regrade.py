"""The same site checks under other rules: who would move, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.grade import Answer, Checklist, EnterpriseGrade, Status
from xltools.model.graded import Move, PartMove
from xltools.model.indicator import AnswerKind, Indicator, IndicatorTable
from xltools.model.policy import Policy

BETTER, WORSE, SAME, UNCLEAR = "上升", "下降", "不变", "不能比较"


def under(checklist: Checklist, policy: Policy) -> tuple[Checklist | None, list[Finding]]:
    """The checklist against the policy's table for the same thing: its answers, found again by what they are about.

    None and a finding when the policy has no such table. What an expert chose counts only where it is a grade of the new table; what the
    new table asks in addition is unanswered.
    """
    table = same_table(checklist.table, policy)
    if table is None:
        reason = f"政策“{policy.id}”没有与“{checklist.table.name}”（{checklist.process}）对应的指标表"
        return None, [Code.NOT_COMPARED.at(checklist.place, reason=reason)]
    given = {answer.no: answer for answer in checklist.answers}
    old = {one.no: one for one in checklist.table.indicators}
    answers = [moved for one in table.indicators if (moved := _moved(one, table, old, given))]
    return replace(checklist, table=table, answers=tuple(answers), shown=None), []


def same_table(table: IndicatorTable, policy: Policy) -> IndicatorTable | None:
    """The policy's table that stands for this one: the same id, else the same name, else the only one of its industry and process."""
    for same in (
        [one for one in policy.tables if one.id == table.id],
        [one for one in policy.tables if one.name == table.name],
        [one for one in policy.tables if (one.industry, one.process) == (table.industry, table.process)],
    ):
        graded = [one for one in same if one.indicators]
        if len(graded) == 1:
            return graded[0]
    return None


def _moved(one: Indicator, table: IndicatorTable, old: Mapping[str, Indicator], given: Mapping[str, Answer]) -> Answer | None:
    """The answer to the old indicator that is about the same: same item and kind, in the same category if there are several."""
    same = [no for no, before in old.items() if before.item == one.item and before.kind is one.kind and before.unit == one.unit]
    if len(same) > 1:
        same = [no for no in same if old[no].category == one.category]
    answer = given.get(same[0]) if len(same) == 1 else None
    if answer is None:
        return None
    chosen = answer.chosen if one.kind is AnswerKind.TEXT and answer.chosen in table.grades else ""
    return replace(answer, no=one.no, chosen=chosen, shown=None)


def move(before: EnterpriseGrade, after: EnterpriseGrade | None, old: Policy, new: Policy) -> Move:
    """From which grade to which an enterprise would move, and which of its processes."""
    then = after.outcome if after else ""
    steps = tuple(after.steps) if after else ()
    parts = tuple(_parts(before, after)) if after else ()
    return Move(before.credit_code, before.name, before.outcome, then, _direction(before, after, old, new), old.id, new.id, steps, parts)


def _parts(before: EnterpriseGrade, after: EnterpriseGrade) -> Iterator[PartMove]:
    """The processes that stand elsewhere; what only the enterprise as a whole hides."""
    then = {part.checklist.place: part for part in after.parts}
    for part in before.parts:
        now = then[part.checklist.place]
        if now.outcome != part.outcome:
            yield PartMove(part.checklist.process, part.outcome, now.outcome, next(iter(now.steps), ""))


def _direction(before: EnterpriseGrade, after: EnterpriseGrade | None, old: Policy, new: Policy) -> str:
    """Better or worse, where both grades are clear and belong to schemes of one order of words; the same where every process is."""
    if after is not None and before.outcome == after.outcome and not any(_parts(before, after)):
        return SAME
    if after is None or Status.CLEAR not in (before.status, after.status) or before.status is not after.status:
        return UNCLEAR
    if before.grade == after.grade:
        return SAME
    orders = [scheme.grades for policy in (old, new) for scheme in policy.schemes]
    compared = [_worse(before.grade, after.grade, order) for order in orders if before.grade in order and after.grade in order]
    if not compared or len(set(compared)) > 1:
        return UNCLEAR
    return WORSE if compared[0] else BETTER


def _worse(before: str, after: str, order: Sequence[str]) -> bool:
    return order.index(after) > order.index(before)
