"""Whether a month's batch may close: every applicant the city must visit has a signed checklist that gives a grade. Source: 三环文〔2022〕69号 三(三)3, 三(三)4."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.grade import PartGrade, Status
from xltools.model.graded import GradeOutcome
from xltools.model.grouped import grouped
from xltools.model.package import Application, load_package_words
from xltools.model.policy import Policy
from xltools.model.seal import load_seal_words
from xltools.rules.package import AGREED
from xltools.rules.text import key


def to_visit(found: Iterable[Application], policy: Policy) -> list[Application]:
    """The applications that the city must visit: those their county agrees to, of a grade that can be applied for."""
    grades = policy.lists["applied_grades"]
    return [one for one in found if one.review["opinion"] == AGREED and one.review["applied"] in grades]


def closing_lines(found: Iterable[Application], graded: GradeOutcome | None) -> list[dict[str, object]]:
    """One line an application: what its site check gave, how it stands with signatures, what is missing."""
    parts = grouped(graded.checks if graded else (), lambda part: (key(part.checklist.credit_code), key(part.checklist.process)))
    signed = graded.signed if graded else {}
    return [_line(one, parts.get((key(one.code), key(one.process)), []), signed) for one in found]


def _line(one: Application, parts: list[PartGrade], signed: Mapping[str, str]) -> dict[str, object]:
    words = load_package_words().words
    state = signed.get(parts[0].checklist.place.file, "") if parts else ""
    if not parts:
        reason = words["no_checklist"]
    elif len(parts) > 1:
        reason = words["several"]
    elif not is_signed(state):
        reason = words["not_signed"].format(state=state)
    else:
        count = sum(item.outcome == Status.UNVERIFIED for item in parts[0].items)
        reason = words["unfilled"].format(count=count) if count else ""
    return {
        "complete": words["no" if reason else "yes"],
        "county": one.submission.county,
        "name": one.name,
        "credit_code": one.code,
        "process": one.process,
        "applied": one.review["applied"],
        "conclusion": one.review["conclusion"],
        "site": parts[0].outcome if parts else None,
        "signed": state or None,
        "reason": reason or None,
        "file": parts[0].checklist.place.file if parts else None,
        "source": str(one.place),
    }


def is_signed(state: str) -> bool:
    """Whether the words about a checklist say that all its checkers signed and nothing was changed since."""
    states = load_seal_words().states
    return any(state.startswith(states[name].partition("{")[0]) for name in ("signed", "sealed"))


def lacking(found: Iterable[Application], lines: Iterable[Mapping[str, object]], month: str) -> list[Finding]:
    """A finding for every application without a signed checklist."""
    return [
        Code.NOT_CHECKED.at(one.place, name=one.name, process=one.process, applied=one.review["applied"], reason=line["reason"], month=month)
        for one, line in zip(found, lines, strict=True)
        if line["reason"]
    ]
