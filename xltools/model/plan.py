"""一企一策: the words of a plan, and what one process needs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TEMPLATE, FORM, MET = "plan", "plan", "plan_met"
Line = dict[str, object]


@dataclass(frozen=True)
class PlanWords:
    """book, document: names of files · lists: choices of the tracking workbook · columns: of the table in a document."""

    book: str
    document: str
    lists: Mapping[str, tuple[str, ...]]
    words: Mapping[str, str]
    columns: Mapping[str, str]


@cache
def load_plan_words() -> PlanWords:
    """The words declared in specs/plan.toml."""
    data = tomllib.loads((files("xltools") / "specs" / "plan.toml").read_text("utf-8"))
    lists = {name: tuple(one) for name, one in data.pop("lists").items()}
    return PlanWords(**data, lists=lists)


@dataclass(frozen=True)
class PartPlan:
    """What one process needs for its goal. lines: one an indicator, as the tracking workbook holds them ·
    open: how many of them must be verified first · flags: what limits its grade."""

    about: Mapping[str, object]
    lines: tuple[Line, ...]
    open: int = 0
    flags: tuple[str, ...] = ()
