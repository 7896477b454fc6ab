"""Screening: rows of several offices' lists, which of them are one enterprise, and what making the ledger gave."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from msgspec import Struct

from xltools.model.finding import Finding, Place
from xltools.model.grade import NOWHERE
from xltools.model.shipped import spec

TEMPLATE = "screen"


class Source(StrEnum):
    """Which office's list a row stands in; the value is the word people read."""

    EMISSION = "应急清单"
    PERMIT = "排污许可"
    APPROVAL = "审批信息"


class Why(StrEnum):
    """Why two enterprises may be one."""

    CODE = "信用代码相同"
    PERMIT = "排污许可证编号相同"
    NAME = "名称相同"
    ALIKE = "名称相近"


class Entry(Struct, frozen=True):
    """One row of a list in comparable spelling. code: a good one, else ""; typed: the code as written, good or not ·
    permit: a permit number · mark: what stands for this row in a decision."""

    source: Source
    county: str
    name: str
    code: str = ""
    permit: str = ""
    industry: str = ""
    town: str = ""
    typed: str = ""
    mark: str = ""
    place: Place = NOWHERE


class Pair(Struct, frozen=True):
    """Two entries, by number, that may be of one enterprise. likeness: of their names, in per cent."""

    why: Why
    likeness: float
    first: int
    second: int


class Screened(Struct, frozen=True):
    """What screening gave. enterprises: in the ledger · everywhere: in all three kinds of list · alone: in one · pairs: to be decided ·
    forms: the county workbooks written."""

    path: Path
    enterprises: int = 0
    everywhere: int = 0
    alone: int = 0
    pairs: int = 0
    forms: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = ()

    def record(self) -> dict[str, object]:
        """The outcome as `--json` prints it."""
        counts = {"enterprises": self.enterprises, "everywhere": self.everywhere, "alone": self.alone, "pairs": self.pairs}
        return {"file": self.path.name, **counts, "forms": [one.name for one in self.forms], "findings": [one.record() for one in self.findings]}


class ScreenWords(Struct, frozen=True):
    """What specs/screen.toml declares. steps_up: grades that must not last, by the clause in basis."""

    words: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]
    steps_up: tuple[str, ...]
    basis: str


@cache
def load_screen() -> ScreenWords:
    """The words and lists declared in specs/screen.toml."""
    return ScreenWords(**spec("screen.toml"))
