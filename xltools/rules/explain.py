"""Grades in sentences: which indicator decided, what was found, what the next better grade asks."""

from __future__ import annotations

from collections.abc import Iterator

from xltools.model.finding import Place
from xltools.model.grade import (
    NO_REQUIREMENT,
    NOT_APPLICABLE,
    EnterpriseGrade,
    ItemGrade,
    PartGrade,
    Status,
    level,
    spaced,
)
from xltools.model.indicator import AnswerKind, Indicator, IndicatorTable, TableStatus

MANY = 8        # a sentence lists no more than this


def steps_of(part: PartGrade) -> tuple[str, ...]:
    """The sentences of one part, the deciding ones first; never empty."""
    table = part.checklist.table
    steps = {Status.CLEAR: _clear, Status.UNVERIFIED: _unverified, Status.NEEDS_DECISION: _undecided}[part.status](part)
    notes = [f"不适用：{named(item)}，原因：{item.answer.reason.strip()}" for item in part.items if item.outcome == NOT_APPLICABLE and item.answer]
    notes += (f"按替代条件：{named(item)}计为{spaced(item.outcome)}" for item in part.items if item.own.outcome != item.outcome)
    if part.status is Status.CLEAR and part.grade == table.ladder[-1] and part.grade != table.grades[0]:
        above = "、".join(level(grade) for grade in table.grades[: table.grades.index(part.grade)])
        notes.append(f"指标表没有{spaced(above)}的要求，能否评得更好不能判断")
    if part.next:
        todo = "；".join(f"{one.label}{_at(one.place)}：{one.required}" for one in part.next)
        notes.append(f"{aim(part)}，还差 {len(part.next)} 项：{todo}")
    return (*steps, *notes, *part.flags)


def aim(part: PartGrade) -> str:
    """How the sentence about the next better grade begins."""
    return f"要达到{spaced(level(part.next_grade))}"


def flags_of(part: PartGrade) -> tuple[str, ...]:
    """What limits the use of a part's grade, besides its status."""
    table, checked = part.checklist.table, part.checklist.checked
    flags = []
    if table.status != TableStatus.OFFICIAL:
        flags.append(f"指标表“{table.name}”是{table.status}表，等级只供参考")
    if checked and not table.in_force(checked):
        flags.append(f"指标表“{table.name}”（{table.edition}版）在 {checked.isoformat()} 不适用")
    return tuple(flags)


def enterprise_steps(whole: EnterpriseGrade, why: str) -> tuple[str, ...]:
    """The sentences of an enterprise: the whole first, then every part's own."""
    parts = "、".join(f"{part.checklist.process} {part.outcome}" for part in whole.parts)
    head = f"总体为{spaced(whole.outcome)}：{parts}" + (f"，{why}" if why else "")
    return (head, *(step for part in whole.parts for step in part.steps))


def required_text(indicator: Indicator, table: IndicatorTable, grade: str) -> str:
    """What this grade asks, or the nearest better grade that asks something; "" when none does."""
    if not grade or grade not in table.ladder:
        return ""
    asked = (indicator.requirement(better) for better in table.ladder[table.ladder.index(grade) :])
    return next((requirement.text for requirement in asked if requirement), "")


def named(item: ItemGrade) -> str:
    """An indicator in a sentence: “无组织排放”第4项“物料储存”."""
    return f"“{item.indicator.category}”第{item.position}项“{item.indicator.item}”"


def _clear(part: PartGrade) -> Iterator[str]:
    process, grade = part.checklist.process, part.grade
    table = part.checklist.table
    if not part.next_grade:
        yield f"评为{spaced(grade)}：{process}—参与评级的 {len(part.decided_by)} 项全部达到{spaced(level(grade))}要求"
        return
    for item in (one for one in part.items if one.outcome == grade):
        asked = required_text(item.indicator, table, part.next_grade)
        yield f"评为{spaced(grade)}：{process}—{named(item)}为{spaced(grade)}（{item.place.spot}，{_seen(item)}，{level(part.next_grade)}要求“{asked}”）"


def _unverified(part: PartGrade) -> Iterator[str]:
    items = [item for item in part.items if item.outcome == Status.UNVERIFIED]
    best = f"；核实后最好为{spaced(part.at_best)}{_limiting(part)}" if part.at_best else ""
    yield f"{Status.UNVERIFIED.value}：{part.checklist.process}—还有 {len(items)} 项没有可用的结果：{_listed(items)}{best}"


def _undecided(part: PartGrade) -> Iterator[str]:
    table, process = part.checklist.table, part.checklist.process
    items = [item for item in part.items if item.outcome == Status.NEEDS_DECISION]
    word = Status.NEEDS_DECISION.value
    if not items:
        reason = "指标表没有可以评级的指标" if not table.ladder else "全部指标都不适用"
        yield f"{word}：{process}—{reason}，得不出等级"
    for item in items:
        low, high = level(item.verdict.sure), level(item.verdict.possible)
        yield f"{word}：{process}—{named(item)}（{item.place.spot}，{_seen(item)}）在{spaced(low)}至{spaced(high)}之间，指标表没有给出完整的要求，不能判断"
    if because := _limiting(part):
        yield f"确认后最好为{spaced(part.at_best)}{because}"


def _limiting(part: PartGrade) -> str:
    """Why nothing better than `at_best` can follow any more; "" while the best grade can."""
    if part.at_best in ("", (part.checklist.table.lowest, *part.checklist.table.ladder)[-1]):
        return ""
    items = [item for item in part.items if item.outcome not in (NOT_APPLICABLE, NO_REQUIREMENT) and item.verdict.possible == part.at_best]
    return f"，因为{_listed(items)}最多达到{spaced(level(part.at_best))}"


def _seen(item: ItemGrade) -> str:
    if item.indicator.kind is AnswerKind.TEXT:
        return f"现场“{item.found}”，专家判定为{spaced(item.outcome)}" if item.found else f"专家判定为{spaced(item.outcome)}"
    return f"现场“{item.found}”" if item.found else "现场未填"


def _listed(items: list[ItemGrade]) -> str:
    names = "、".join(f"{named(item)}{_at(item.place)}" for item in items[:MANY])
    return names if len(items) <= MANY else f"{names}等"


def _at(place: Place) -> str:
    """The cell behind a name, "" when there is none."""
    return f"（{place.cell}）" if place.cell else ""
