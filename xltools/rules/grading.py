"""The grade of one process: every indicator judged, the worst of them decides, what is not known stays open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.finding import Finding, order
from xltools.model.grade import (
    NO_REQUIREMENT,
    NOT_APPLICABLE,
    Answer,
    Checklist,
    ItemGrade,
    PartGrade,
    Reason,
    Status,
    Verdict,
    written,
)
from xltools.model.indicator import AnswerKind, Indicator, IndicatorTable, TableStatus
from xltools.rules.explain import flags_of, required_text, steps_of
from xltools.rules.nearest import meant
from xltools.rules.numbers import ONE_ONLY, says_below, says_several
from xltools.rules.reached import asked_alike, climb, is_graded, pending, ranking
from xltools.rules.requirement import is_answer, is_blank, names_no_reason, number_written, says_not_applicable
from xltools.rules.text import latin

UNFILLED = frozenset({Code.NO_ANSWER, Code.ROW_GONE})
Judged = tuple[Verdict, Code | None]


def grade_part(checklist: Checklist) -> tuple[PartGrade, list[Finding]]:
    """The grade of one filled checklist with every step, and what is wrong in the checklist.

    The best grade of which every indicator is met; one that is not filled leaves it 待核实, one whose requirement the
    table does not give leaves it 需人工确认. Source: 三环文〔2022〕69号 三(三)3.
    """
    answers, findings = _by_number(checklist)
    judged = {one.no: judge(one, checklist.table, answers.get(one.no)) for one in checklist.table.indicators}
    items = _items(checklist, answers, {no: verdict for no, (verdict, _) in judged.items()})
    twice = {answer.no for answer in checklist.answers} - answers.keys()
    for item in items:
        code = judged[item.indicator.no][1]
        needless = code in UNFILLED and (item.outcome != Status.UNVERIFIED or item.indicator.no in twice)
        if code and not needless:
            findings.append(_about_answer(item, code, checklist.table))
    part = _part(checklist, items)
    findings += [*_disagreements(part), *_empty_reasons(part), *_limits(part)]
    return part, sorted(findings, key=order)


def judge(indicator: Indicator, table: IndicatorTable, answer: Answer | None) -> Judged:
    """What one answer comes to by itself, and what is wrong with it."""
    if not is_graded(indicator, table):
        return Verdict(NO_REQUIREMENT, table.lowest, pending(table).possible), None
    if answer is None:
        return pending(table), Code.ROW_GONE
    text = indicator.kind is AnswerKind.TEXT
    entry = answer.chosen if text else answer.found
    reasoned = not is_blank(answer.reason)
    if is_blank(entry) or says_not_applicable(entry):
        if reasoned:
            return Verdict(NOT_APPLICABLE, table.lowest, pending(table).possible), None
        silent = is_blank(entry) and not says_not_applicable(answer.found)
        return pending(table), Code.NO_ANSWER if silent else Code.NOT_APPLICABLE_NO_REASON
    if reasoned:
        return pending(table), Code.ANSWER_AND_REASON
    if text and answer.chosen in (*table.ladder, table.lowest):
        alike = asked_alike(indicator, table, answer.chosen) != answer.chosen
        return Verdict(answer.chosen, answer.chosen, answer.chosen), Code.SAME_REQUIREMENT if alike else None
    if text or not is_answer(indicator, answer.found):
        written = is_answer(indicator, number_written(answer.found, indicator.unit))
        return pending(table), Code.ANSWER_AS_TEXT if written else Code.ANSWER_UNKNOWN
    return climb(indicator, table, answer.found), None


def _by_number(checklist: Checklist) -> tuple[dict[str, Answer], list[Finding]]:
    """The answers by indicator; those of unknown or repeated numbers are left out and reported."""
    table = checklist.table
    known = {one.no: one for one in table.indicators}
    counts = Counter(answer.no for answer in checklist.answers)
    findings, found = [], {}
    for answer in checklist.answers:
        if answer.no not in known:
            findings.append(Code.INDICATOR_UNKNOWN.at(answer.place, no=answer.no, table=table.name))
        elif counts[answer.no] > 1:
            findings.append(Code.INDICATOR_TWICE.at(answer.place, item=known[answer.no].item, count=counts[answer.no]))
        else:
            found[answer.no] = answer
    return found, findings


def _items(checklist: Checklist, answers: Mapping[str, Answer], own: Mapping[str, Verdict]) -> tuple[ItemGrade, ...]:
    """Every indicator of the table in its order; alternatives share the best of their verdicts, except one that does not apply."""
    table = checklist.table
    seen: Counter[str] = Counter()
    items = []
    for one in table.indicators:
        seen[one.category] += 1
        answer = answers.get(one.no)
        place = checklist.place
        if answer:
            place = answer.grade_place if one.kind is AnswerKind.TEXT else answer.place
        alone = answer is not None and not is_blank(answer.reason)
        verdict = own[one.no] if alone else _best([own[other.no] for other in _group(one, table)], table)
        items.append(ItemGrade(one, seen[one.category], place, answer, own[one.no], verdict))
    return tuple(items)


def _group(indicator: Indicator, table: IndicatorTable) -> list[Indicator]:
    """The indicator with those that may stand in for it."""
    if not indicator.alternative or not is_graded(indicator, table):
        return [indicator]
    return [one for one in table.indicators if one.alternative == indicator.alternative and is_graded(one, table)]


def _best(verdicts: Sequence[Verdict], table: IndicatorTable) -> Verdict:
    """The verdict of alternatives: one is enough, and what is open counts as long as it could still be better."""
    if len(verdicts) == 1:
        return verdicts[0]
    words, grades = ranking(table), (*reversed(table.ladder), table.lowest)
    counted = [v for v in verdicts if v.outcome != NOT_APPLICABLE]
    return Verdict(
        min((v.outcome for v in counted), key=words.index),
        min((v.sure for v in counted), key=grades.index),
        min((v.possible for v in counted), key=grades.index),
    )


def _part(checklist: Checklist, items: tuple[ItemGrade, ...]) -> PartGrade:
    """The worst of the items, as far as it is known, with its reasons."""
    table = checklist.table
    grades = (*reversed(table.ladder), table.lowest)
    counted = [item for item in items if item.outcome not in (NOT_APPLICABLE, NO_REQUIREMENT)]
    at_best = max((item.verdict.possible for item in counted), key=grades.index, default="")
    outcomes = {item.outcome for item in counted}
    status = next((s for s in (Status.UNVERIFIED, Status.NEEDS_DECISION) if s in outcomes), Status.CLEAR)
    if not counted:
        status = Status.NEEDS_DECISION
    grade = at_best if status is Status.CLEAR else ""
    decisive = [item for item in counted if item.outcome == (grade or status)]
    better = grades[grades.index(grade) - 1] if grade and grade != grades[0] else ""
    part = PartGrade(checklist, items, status, grade, at_best, better)
    part = replace(part, decided_by=tuple(_reason(item, better or at_best, table) for item in decisive))
    part = replace(part, next=tuple(needs(decisive, better, table)) if better else (), flags=flags_of(part))
    return replace(part, steps=steps_of(part))


def _reason(item: ItemGrade, grade: str, table: IndicatorTable) -> Reason:
    return Reason(item.label, item.outcome, item.found, required_text(item.indicator, table, grade), item.place)


def needs(decisive: Sequence[ItemGrade], better: str, table: IndicatorTable) -> Iterator[Reason]:
    """What these items lack for a better grade: one entry for each thing to do; of alternatives one is enough, so they share an entry."""
    done: set[str] = set()
    for item in decisive:
        group = [other for other in decisive if item.indicator.alternative and other.indicator.alternative == item.indicator.alternative]
        members = [_reason(other, better, table) for other in group if other.own.outcome != NOT_APPLICABLE] or [_reason(item, better, table)]
        if item.indicator.alternative and item.indicator.alternative in done:
            continue
        done.add(item.indicator.alternative)
        joined = (" 或 ".join(getattr(one, name) for one in members if getattr(one, name)) for name in ("label", "found", "required"))
        label, found, required = joined
        yield Reason(label, item.outcome, found, required, members[0].place)


def _about_answer(item: ItemGrade, code: Code, table: IndicatorTable) -> Finding:
    """The finding for one answer."""
    answer, indicator = item.answer or Answer(item.indicator.no), item.indicator
    text = indicator.kind is AnswerKind.TEXT
    more = _grade_meant(answer.chosen or "", table) if text else _more(indicator, answer.found) if isinstance(answer.found, str) else ""
    values = {
        "item": item.label,
        "value": written(answer.chosen if text else answer.found),
        "reason": answer.reason,
        "hint": _hint(indicator, table) + more,
        "no": indicator.no,
        "number": number_written(answer.found, indicator.unit),
        "other": asked_alike(indicator, table, answer.chosen),
        "more": "",
    }
    at_reason = code is Code.NOT_APPLICABLE_NO_REASON and answer.reason_place.cell
    return code.at(answer.reason_place if at_reason else item.place, **values)


def _grade_meant(chosen: str, table: IndicatorTable) -> str:
    """A question about a grade that was typed in another way: “A级”, “ｂ”. It is never applied, as the sheet does not either."""
    bare = latin(chosen).removesuffix("企业").removesuffix("级")
    return next((f"；是不是“{grade}”？" for grade in (*table.ladder, table.lowest) if latin(grade) == bare), "")


def _more(indicator: Indicator, found: str) -> str:
    """What else helps whoever typed this text: what may have been meant, never applied; that nothing says what counts below the limit of detection."""
    if indicator.kind is AnswerKind.NUMBER and says_several(found):
        return ONE_ONLY
    if indicator.kind is AnswerKind.NUMBER and says_below(found):
        return "；结果低于检出限的，按多少计没有规定（需人工确认），不能当作 0：请核查人对照监测报告确定后填数，原来的写法写在“核查意见”"
    return meant(found, indicator.options)


def _hint(indicator: Indicator, table: IndicatorTable) -> str:
    """What can be entered."""
    if indicator.kind is AnswerKind.TEXT:
        return f"专家判定的等级：{'、'.join((*reversed(table.ladder), table.lowest))}"
    if indicator.kind is AnswerKind.NUMBER:
        limits = "0至100之间的数字" if indicator.unit == "%" else "不小于0的数字"
        return f"{limits}，不写单位" + (f"（{indicator.unit}）" if indicator.unit else "")
    return f"其中之一：{'、'.join(indicator.options)}"


def _disagreements(part: PartGrade) -> Iterator[Finding]:
    """Where the sheet shows something else than what follows from its answers."""
    for item in part.items:
        answer = item.answer
        if answer and answer.shown is not None and answer.shown != item.outcome:
            yield Code.GRADE_DISAGREES.at(answer.grade_place, item=item.label, shown=answer.shown, computed=item.outcome)
    checklist = part.checklist
    if checklist.shown is not None and checklist.shown != part.outcome:
        name = f"{checklist.process}的等级"
        yield Code.GRADE_DISAGREES.at(checklist.grade_place, item=name, shown=checklist.shown, computed=part.outcome)


def _empty_reasons(part: PartGrade) -> Iterator[Finding]:
    """Reasons for not applying that name none."""
    for item in part.items:
        answer = item.answer
        if answer and item.outcome == NOT_APPLICABLE and names_no_reason(answer.reason):
            yield Code.REASON_SAYS_NOTHING.at(answer.reason_place, item=item.label, more="", value=answer.reason.strip())


def _limits(part: PartGrade) -> Iterator[Finding]:
    """What keeps the grade from being used as it is."""
    checklist, table = part.checklist, part.checklist.table
    if table.status != TableStatus.OFFICIAL:
        yield Code.TABLE_NOT_OFFICIAL.at(checklist.place, table=table.name, status=table.status)
    if checklist.checked and not table.in_force(checklist.checked):
        yield Code.TABLE_NOT_IN_FORCE.at(checklist.place, table=table.name, edition=table.edition, date=checklist.checked.isoformat())
    if part.status is Status.NEEDS_DECISION:
        place = part.decided_by[0].place if part.decided_by else checklist.place
        yield Code.NEEDS_DECISION.at(place, reason=part.steps[0])
