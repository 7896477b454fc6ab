"""一企一策: the words of a plan, and what one process needs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from xltools.model.shipped import spec
from xltools.model.table import Record

TEMPLATE, FORM, MET = "plan", "plan", "plan_met"


class PlanWords(Struct, frozen=True):
    """book, document: names of files · lists: choices of the tracking workbook · columns: of the table in a document."""

    book: str
    document: str
    lists: Mapping[str, tuple[str, ...]]
    words: Mapping[str, str]
    columns: Mapping[str, str]


@cache
def load_plan_words() -> PlanWords:
    """The words declared in specs/plan.toml."""
    return PlanWords(**spec("plan.toml"))


class GoalPlan(Struct, frozen=True):
    """What one process needs for its goal. lines: one an indicator, as the tracking workbook holds them ·
    open: how many of them must be verified first · flags: what limits its grade."""

    about: Mapping[str, object]
    lines: tuple[Record, ...]
    open: int = 0
    flags: tuple[str, ...] = ()
