"""Grades as real lists write them: "B－", "Ｂ", "A级企业", "绩效引领性", "地方A", "民生豁免-B"."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from xltools.model.code import Code
from xltools.model.form import Field
from xltools.model.policy import Policy
from xltools.model.value import shown
from xltools.model.visible import visible
from xltools.rules.choices import spellings
from xltools.rules.reading import BLANK, Reading
from xltools.rules.text import latin


class GradeText(Struct, frozen=True):
    """What a grade cell says: the grade, "" when it says none, and the words before it that are a fact of their own ("地方")."""

    grade: str
    prefix: str = ""


def grade_spellings(field: Field, policy: Policy) -> Mapping[str, str]:
    """Every spelling of a grade for this field, normalised by `text.latin` → the grade; also grades that its list lacks."""
    words = [(word, grade) for grade, others in policy.grade_words.synonyms.items() for word in others]
    found = {latin(spelling): grade for spelling, grade in [*((g, g) for g in policy.grades), *words]}
    return {**found, **{latin(spelling): value for spelling, value in spellings(field, policy).items()}}


def grade_text(text: str, accepted: Mapping[str, str], policy: Policy) -> GradeText:
    """The grade and its prefix in this text; accepted: see `grade_spellings`."""
    compacted = latin(text)
    if compacted in accepted:
        return GradeText(accepted[compacted])
    for prefix in sorted(("", *policy.grade_words.prefixes), key=len, reverse=True):
        if compacted.startswith(prefix):
            bare = _without_fillers(compacted[len(prefix) :].lstrip("-:/") if prefix else compacted, accepted, policy)
            if bare:
                return GradeText(accepted[bare], prefix)
    return GradeText("")


def read_grade(cell: object, accepted: Mapping[str, str], policy: Policy) -> Reading:
    """The grade in a cell; text that is no grade stays as typed, for the check to report."""
    text = visible("" if cell is None else shown(cell, limit=1000))
    if not text:
        return BLANK
    found = grade_text(text, accepted, policy).grade
    if not found or found == text:
        return Reading(found or text)
    return Reading(found, Code.GRADE_READ, {"after": found})


def _without_fillers(text: str, accepted: Mapping[str, str], policy: Policy) -> str:
    """The spelling of a grade that is left when words that say nothing are taken from both ends; "" when none is."""
    while text not in accepted:
        shorter = text
        for filler in policy.grade_words.fillers:
            shorter = shorter.removeprefix(filler).removesuffix(filler)
        if shorter == text:
            return ""
        text = shorter
    return text
