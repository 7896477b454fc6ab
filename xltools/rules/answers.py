"""Warnings that a county has answered: each becomes a remark with the county's words, as long as it is about the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xltools.model.finding import Code, Finding, Place
from xltools.model.returned import Answer
from xltools.rules.text import shown, visible

LONGEST = 200  # characters of an answer that a sentence quotes


def answered(findings: Iterable[Finding], answers: Sequence[Answer], abouts: Mapping[Finding, str]) -> tuple[list[Finding], list[Answer]]:
    """The findings with answered warnings as remarks, and the answers that hold.

    abouts: what an answer to each warning would have to be about. An answer about something else has lapsed; where its sheet
    and cell still have a warning, that is said, and the warning stands.
    """
    holding = {(one.sheet, one.cell, one.about): one for one in answers if visible(one.text)}
    found: list[Finding] = []
    used: list[Answer] = []
    for finding in findings:
        place = finding.place
        answer = holding.get((place.sheet, place.cell, abouts.get(finding, "")))
        if answer is None:
            found.append(finding)
        else:
            used.append(answer)
            found.append(Code.ANSWERED.at(place, number=finding.code.number, message=finding.message, answer=shown(answer.text, LONGEST)))
    warned = {(one.place.sheet, one.place.cell): one.place for one in found if one in abouts}
    lapsed = [one for one in holding.values() if one not in used and (one.sheet, one.cell) in warned]
    return found + [_lapsed(one, warned[one.sheet, one.cell]) for one in lapsed], used


def _lapsed(answer: Answer, place: Place) -> Finding:
    return Code.ANSWER_LAPSED.at(place, answer=shown(answer.text, LONGEST))
