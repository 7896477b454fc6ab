"""The grade of a whole enterprise: every part is kept, the worst one decides."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.grade import EnterpriseGrade, PartGrade, Status, within
from xltools.model.indicator import IndicatorTable
from xltools.model.policy import Policy
from xltools.rules.explain import enterprise_steps
from xltools.rules.requirement import quoted
from xltools.rules.text import LIST

NOT_NOW = "不在这次给出的核查表里"


def grade_enterprise(parts: Sequence[PartGrade], policy: Policy, unchecked: Sequence[str] = ()) -> tuple[EnterpriseGrade, list[Finding]]:
    """The enterprise that all these parts belong to, and what a person must decide about it.

    unchecked: its processes that have no checklist; they leave open every grade but the lowest. Parts of one scheme compare by its order. Parts of different schemes compare by the policy's tiers; unless all stand in
    one tier that a published rule confirms, the result needs a person. Source: 三环文〔2022〕69号 三(三)3.
    """
    ordered = tuple(sorted(parts, key=lambda part: (part.checklist.process, part.checklist.table.id, part.checklist.place, part.outcome)))
    first = ordered[0].checklist
    status, grade, why = _whole(ordered, policy)
    if unchecked and status is Status.CLEAR and grade not in {policy.scheme(part.checklist.table.scheme).lowest for part in ordered}:
        status, grade, why = Status.UNVERIFIED, "", f"{LIST.join(unchecked)}{NOT_NOW}"
    flags = tuple(dict.fromkeys(flag for part in ordered for flag in part.flags))
    if status is not Status.CLEAR:
        flags = (f"{status.value}：{why}" if why else status.value, *flags)
    whole = EnterpriseGrade(first.credit_code, first.name, status, grade, ordered, flags)
    whole = replace(whole, steps=enterprise_steps(whole, why))
    mixed = status is Status.NEEDS_DECISION and all(part.grade for part in ordered)
    findings = [Code.NEEDS_DECISION.at(first.place, reason=whole.steps[0])] if mixed else []
    return whole, findings


def overall_formula(cells: Sequence[tuple[str, IndicatorTable]], policy: Policy) -> str:
    """The formula of the overall grade, without "=": the same as EnterpriseGrade.outcome.

    cells: for every part the cell of its 本表等级 and its table.
    """
    schemes = _schemes([table for _, table in cells], policy)
    alone = len(schemes) == 1
    result = quoted(Status.UNVERIFIED.value if alone else Status.NEEDS_DECISION.value)
    for grades in reversed(_from_worst(schemes, policy)):
        for scheme, grade in reversed(grades):
            hit = _any([cell for cell, table in cells if table.scheme == scheme], grade)
            result = f"IF({hit},{quoted(grade if alone else _to_confirm(grade))},{result})"
    if not alone:
        result = _same_tier(cells, schemes, policy, result)
    for status in (Status.NEEDS_DECISION, Status.UNVERIFIED):
        result = f"IF({_any([cell for cell, _ in cells], status.value)},{quoted(status.value)},{result})"
    return result


def _whole(parts: Sequence[PartGrade], policy: Policy) -> tuple[Status, str, str]:
    """Status, grade and the reason in words."""
    open_parts = "、".join(part.checklist.process for part in parts if not part.grade)
    if any(part.status is Status.UNVERIFIED for part in parts):
        return Status.UNVERIFIED, "", f"{open_parts}还没有得出等级"
    if open_parts:
        return Status.NEEDS_DECISION, "", f"{open_parts}还没有得出等级"
    members = [(part.checklist.table.scheme, part.grade) for part in parts]
    if len(set(members)) == 1:      # nothing to compare: also 长期停产, which no scheme ranks
        return Status.CLEAR, members[0][1], ""
    status, worst = weakest(members, policy)
    if worst is None:
        return status, "", "不同等级体系之间没有规定的对应关系"
    names = "、".join(part.checklist.process for part, member in zip(parts, members, strict=True) if member == worst)
    schemes = _schemes([part.checklist.table for part in parts], policy)
    if len(schemes) == 1:
        return status, worst[1], f"以较差的{names}为准"
    if status is Status.CLEAR:
        return status, worst[1], "各等级体系的这一档按公开规则同等对待"
    return status, worst[1], f"等级体系不同（{'、'.join(schemes)}），没有规则规定先后，暂按{names}的{within(worst[1])}计"


def weakest(members: Sequence[tuple[str, str]], policy: Policy) -> tuple[Status, tuple[str, str] | None]:
    """The (scheme, grade) that decides among several, and whether a rule says so; None where none even ranks them.

    Source: 三环文〔2022〕69号 三(三)3.
    """
    used = {scheme for scheme, _ in members}
    schemes = [scheme.id for scheme in policy.schemes if scheme.id in used]
    order = [member for group in _from_worst(schemes, policy) for member in group]
    if not set(order).issuperset(members):
        return Status.NEEDS_DECISION, None
    one_tier = any(tier.issuperset(f"{scheme}:{grade}" for scheme, grade in members) for tier in _confirmed(policy))
    return Status.CLEAR if len(schemes) == 1 or one_tier else Status.NEEDS_DECISION, min(members, key=order.index)


def _schemes(tables: Sequence[IndicatorTable], policy: Policy) -> list[str]:
    """The schemes of these tables, in the policy's order."""
    used = {table.scheme for table in tables}
    return [scheme.id for scheme in policy.schemes if scheme.id in used]


def _from_worst(schemes: Sequence[str], policy: Policy) -> list[list[tuple[str, str]]]:
    """Groups of (scheme, grade), worst group first: the grades of one scheme, or the tiers of several."""
    if len(schemes) == 1:
        return [[(schemes[0], grade)] for grade in reversed(policy.scheme(schemes[0]).grades)]
    members = [(scheme, grade) for scheme in schemes for grade in policy.scheme(scheme).grades]
    return [[m for m in members if policy.tier(*m) == at] for at in reversed(range(len(policy.tiers)))]


def _confirmed(policy: Policy) -> list[frozenset[str]]:
    return [frozenset(tier.grades) for tier in policy.tiers]


def _same_tier(cells: Sequence[tuple[str, IndicatorTable]], schemes: Sequence[str], policy: Policy, otherwise: str) -> str:
    """The grade without reservation where all parts stand in one confirmed tier."""
    for tier in _confirmed(policy):
        grades = {scheme: grade for scheme, _, grade in (member.partition(":") for member in tier)}
        if set(schemes) <= grades.keys():
            tests = ",".join(f"EXACT({cell},{quoted(grades[table.scheme])})" for cell, table in cells)
            otherwise = f"IF(AND({tests}),{quoted(grades[schemes[0]])},{otherwise})"
    return otherwise


def _any(cells: Sequence[str], word: str) -> str:
    return f"OR({','.join(f'EXACT({cell},{quoted(word)})' for cell in cells)})"


def _to_confirm(grade: str) -> str:
    return f"{grade}（{Status.NEEDS_DECISION.value}）"
