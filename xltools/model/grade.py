"""Grades: what was found on site, what follows from it, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from msgspec import Struct

from xltools.model.finding import Place
from xltools.model.indicator import Indicator, IndicatorTable

Found = str | int | float | Decimal | bool | date | None


class Status(StrEnum):
    """How far a result goes; the value is the word people read."""

    CLEAR = "已得出"
    UNVERIFIED = "待核实"
    NEEDS_DECISION = "需人工确认"


NOWHERE = Place()
NOT_APPLICABLE = "不适用"
NO_REQUIREMENT = "无要求"       # an indicator of which no grade of the table asks anything: only a method of checking


class Answer(Struct, frozen=True):
    """One filled row of a checklist.

    no: number of the indicator · found: what was seen, as the cell holds it · chosen: the grade an expert gives a text
    indicator · reason: why it does not apply · evidence: number of the proof · shown: the grade the sheet displays,
    None when it was not read · places: of found, of the grade, of the reason.
    """

    no: str
    found: Found = None
    chosen: str = ""
    reason: str = ""
    evidence: str = ""
    shown: str | None = None
    place: Place = NOWHERE
    grade_place: Place = NOWHERE
    reason_place: Place = NOWHERE


class Checklist(Struct, frozen=True):
    """One process of one enterprise, checked against one indicator table. place: its sheet; grade_place: of the grade shown."""

    table: IndicatorTable
    process: str
    answers: tuple[Answer, ...]
    credit_code: str = ""
    name: str = ""
    county: str = ""
    checked: date | None = None
    shown: str | None = None
    place: Place = NOWHERE
    grade_place: Place = NOWHERE

    @property
    def enterprise(self) -> str:
        """What tells the enterprise: its code, or else its name."""
        return self.credit_code or self.name


class Verdict(Struct, frozen=True):
    """What one indicator comes to.

    outcome: the grade reached, or a Status word, NOT_APPLICABLE, NO_REQUIREMENT; the sheet shows the same word.
    sure, possible: the grade it reaches at least and at most, whatever is still open.
    """

    outcome: str
    sure: str
    possible: str


class ItemGrade(Struct, frozen=True):
    """One indicator with its answer. own: its verdict by itself; verdict: with the alternatives that may stand in for it.

    position: its number among those of its category · place: the cell that decides, the sheet where there is none.
    """

    indicator: Indicator
    position: int
    place: Place
    answer: Answer | None
    own: Verdict
    verdict: Verdict

    @property
    def outcome(self) -> str:
        return self.verdict.outcome

    @property
    def label(self) -> str:
        """Category and item, as lists name it."""
        return f"{self.indicator.category}—{self.indicator.item}"

    @property
    def found(self) -> str:
        """What was seen, as people write it: a number with its unit and without needless zeros, a text as it stands."""
        if self.answer is None or self.answer.found in (None, ""):
            return ""
        unit = "" if isinstance(self.answer.found, str) else self.indicator.unit
        return f"{written(self.answer.found)} {unit}".strip()


class Reason(Struct, frozen=True):
    """One indicator that decides a grade, and what the next better grade asks of it."""

    label: str
    outcome: str
    found: str
    required: str
    place: Place

    def record(self) -> dict[str, str]:
        """The reason as `--json` prints it."""
        return {
            "file": self.place.file,
            "sheet": self.place.sheet,
            "cell": self.place.cell,
            "indicator": self.label,
            "found": self.found,
            "required": self.required,
        }


class PartGrade(Struct, frozen=True):
    """The grade of one process by one indicator table.

    grade: "" while there is none · at_best: what the answers so far still allow · next_grade: the next better one, ""
    when there is none to compute · decided_by: the worst indicators, or those that keep the grade open ·
    next: the shortest list of what the next better grade needs · steps: the same in sentences · flags: what limits it.
    """

    checklist: Checklist
    items: tuple[ItemGrade, ...]
    status: Status
    grade: str
    at_best: str
    next_grade: str = ""
    decided_by: tuple[Reason, ...] = ()
    next: tuple[Reason, ...] = ()
    steps: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """The one word the sheet shows."""
        return self.grade if self.status is Status.CLEAR else self.status.value

    def record(self) -> dict[str, Any]:
        """The part as `--json` prints it."""
        table = self.checklist.table
        return {
            "process": self.checklist.process,
            "table": table.name,
            "edition": table.edition,
            "grade": self.grade or None,
            "status": self.status.value,
            "decided_by": [reason.record() for reason in self.decided_by],
            "next": [reason.record() for reason in self.next],
        }


class EnterpriseGrade(Struct, frozen=True):
    """The grade of a whole enterprise: its worst part; every part is kept."""

    credit_code: str
    name: str
    status: Status
    grade: str
    parts: tuple[PartGrade, ...]
    flags: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """The words the sheet shows; a grade that a person must confirm says so."""
        if self.status is Status.CLEAR:
            return self.grade
        return f"{self.grade}（{self.status.value}）" if self.grade else self.status.value

    def record(self) -> dict[str, Any]:
        """The enterprise as `--json` prints it."""
        return {
            "credit_code": self.credit_code,
            "name": self.name,
            "grade": self.grade or None,
            "status": self.status.value,
            "flags": list(self.flags),
            "parts": [part.record() for part in self.parts],
        }

    def reasons(self) -> Iterator[Reason]:
        """Every reason of every part."""
        for part in self.parts:
            yield from (*part.decided_by, *part.next)


def level(grade: str) -> str:
    """A grade as it stands in a sentence: “A 级”, but 引领性 as it is."""
    return f"{grade} 级" if grade.isascii() else grade


def spaced(word: str) -> str:
    """The word as it follows Chinese: “评为 A”, but “评为引领性”."""
    return f" {word}" if word[:1].isascii() else word


def within(word: str) -> str:
    """The word between Chinese ones: “的 A 计”, but “的引领性计”."""
    return f" {word} " if word[:1].isascii() else word


def written(found: Found) -> str:
    """A found value as people write it."""
    if isinstance(found, bool) or found is None:
        return "" if found is None else str(found).upper()
    if isinstance(found, int | float | Decimal):
        number = as_decimal(found)
        return f"{number.normalize():f}" if number.is_finite() else str(found)
    return str(found)


def as_decimal(number: int | float | Decimal) -> Decimal:
    """The number with the fifteen digits that spreadsheets compare."""
    return Decimal(f"{number:.15g}") if isinstance(number, float) else Decimal(number)
