"""Indicator tables: what one industry's process must show to reach each grade."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from msgspec import Struct


class AnswerKind(StrEnum):
    """What an expert enters for an indicator; the value is the word in the tables."""

    NUMBER = "数值"
    CHOICE = "选项"
    YES_NO = "是否"
    TEXT = "文本"       # free text; the expert chooses the grade reached


class Operator(StrEnum):
    """How a found value is compared with the threshold."""

    EQUAL = "="
    AT_LEAST = "≥"
    ABOVE = ">"
    AT_MOST = "≤"
    BELOW = "<"
    IN = "属于"


class Requirement(Struct, frozen=True):
    """What one grade asks of an indicator. values: one number, or the answers that are good enough; empty when the source gives none."""

    grade: str
    text: str
    operator: Operator | None = None
    values: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether there is something to compare with."""
        return self.operator is not None and bool(self.values)

    @property
    def limit(self) -> Decimal:
        """The threshold of a number."""
        return Decimal(self.values[0])


class Indicator(Struct, frozen=True):
    """One row of an indicator table.

    options: every answer that can be given, those that meet no grade too · alternative: of the indicators with the
    same word here, one is enough · shared: id of the common set it comes from, "" for the table's own.
    """

    no: str
    category: str
    item: str
    kind: AnswerKind
    unit: str = ""
    options: tuple[str, ...] = ()
    alternative: str = ""
    requirements: tuple[Requirement, ...] = ()
    source: str = ""
    shared: str = ""

    def requirement(self, grade: str) -> Requirement | None:
        """What this grade asks, None when it asks nothing."""
        return next((r for r in self.requirements if r.grade == grade), None)

    def asked(self, grade: str) -> str:
        """What this grade asks, in words; "" when it asks nothing."""
        found = self.requirement(grade)
        return found.text if found else ""

    @property
    def method(self) -> str:
        """How to check it, when the table says so: the text of the rows without a grade."""
        return "；".join(r.text for r in self.requirements if not r.grade)


class TableStatus(StrEnum):
    """What an indicator table is good for; only OFFICIAL can grade a real plant, a DRAFT is never in force."""

    OFFICIAL = "正式"
    PARTIAL = "部分"
    SAMPLE = "示例"
    DRAFT = "草案"


class IndicatorTable(Struct, frozen=True, dict=True):
    """One industry × process with its scheme.

    status: a TableStatus · effective_from, effective_to: ISO dates, "" open · grades: those of the scheme that this
    table can give, best first (B- only where the table has it) · note: what the table says of all its rows ·
    indicators: its own, then those of the common sets attached to it.
    """

    id: str
    name: str
    industry: str
    process: str
    scheme: str
    edition: str
    status: str
    source: str
    effective_from: str = ""
    effective_to: str = ""
    grades: tuple[str, ...] = ()
    note: str = ""
    indicators: tuple[Indicator, ...] = ()

    def __hash__(self) -> int:
        return hash((self.id, self.edition))  # what follows from a table is kept by it: all its texts would take longer than that

    @property
    def lowest(self) -> str:
        return self.grades[-1]

    @cached_property
    def stated(self) -> tuple[str, ...]:
        """The grades above the lowest for which the table's own rows ask anything; a partial table lacks some."""
        asked = {r.grade for one in self.indicators if not one.shared for r in one.requirements}
        return tuple(grade for grade in self.grades[:-1] if grade in asked)

    @cached_property
    def ladder(self) -> tuple[str, ...]:
        """The grades to climb, worst first: from the one above the lowest to the best one stated."""
        best = self.grades.index(self.stated[0]) if self.stated else len(self.grades) - 1
        return tuple(reversed(self.grades[best:-1]))

    def in_force(self, day: date) -> bool:
        """Whether the table applies on this day."""
        if self.status == TableStatus.DRAFT:
            return False
        return (self.effective_from or "0001-01-01") <= day.isoformat() <= (self.effective_to or "9999-12-31")


class CommonSet(Struct, frozen=True):
    """Indicators that several tables share. tables: ids of those it is attached to · indicators: its rows, also when no table has it."""

    id: str
    name: str
    status: str
    source: str
    tables: tuple[str, ...] = ()
    indicators: tuple[Indicator, ...] = ()
