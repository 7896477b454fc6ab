"""grade --compare: the same site checks under another policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from xltools.actions.check import sources
from xltools.actions.grade import parts_of_each
from xltools.books.checklist_read import is_checklist
from xltools.books.file import open_book
from xltools.model.finding import Finding, StopError, first_per_cell
from xltools.model.grade import PartGrade
from xltools.model.graded import GradeOutcome
from xltools.model.policy import Policy
from xltools.rules.enterprise import grade_enterprise
from xltools.rules.grading import grade_part
from xltools.rules.regrade import move, under


def compared(outcome: GradeOutcome, old: Policy, new: Policy) -> GradeOutcome:
    """The outcome with where every enterprise would stand under the new policy.

    Site checks are compared with site checks: what happened after them is left aside on both sides.
    """
    findings: list[Finding] = []
    moves = []
    for _, mine in sorted(parts_of_each(outcome.checks).items()):
        before, _ = grade_enterprise(mine, old)
        parts, said = _under(mine, new)
        findings += said
        after = grade_enterprise(parts, new)[0] if len(parts) == len(mine) else None
        moves.append(move(before, after, old, new))
    return replace(outcome, moves=tuple(moves), findings=tuple(first_per_cell([*outcome.findings, *findings])))


def _under(parts: Iterable[PartGrade], policy: Policy) -> tuple[list[PartGrade], list[Finding]]:
    """The parts that the policy has a table for, graded by it; and which have none."""
    found: list[PartGrade] = []
    findings: list[Finding] = []
    for part in parts:
        checklist, said = under(part.checklist, policy)
        findings += said
        found += [grade_part(checklist)[0]] if checklist else []
    return found, findings


def stamped_policy(paths: Iterable[Path]) -> str:
    """The id of the policy that most checklists among these files were made for, "" when none names one."""
    named: Counter[str] = Counter()
    for source in sources(paths)[0]:
        try:
            book = open_book(source.path, source.name, source.passwords)
            named[book.stamp.policy] += int(is_checklist(book))
        except StopError:
            continue
    return next((id for id, count in named.most_common() if id and count), "")
