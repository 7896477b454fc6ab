"""Conflicts of identity: two rows that cannot both be right as they stand, and what a person decided about them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from msgspec import Struct

from xltools.model.finding import Place


class Decision(StrEnum):
    """What a person can choose; the value is what the drop-down shows."""

    FIRST = "以甲方为准"
    SECOND = "以乙方为准"
    BOTH = "两方都保留"

    @property
    def turned(self) -> Decision:
        """The same decision when the two sides change places."""
        return {Decision.FIRST: Decision.SECOND, Decision.SECOND: Decision.FIRST}.get(self, self)


class Clash(StrEnum):
    """What is in conflict. The first three keep or drop rows, the others say whether two rows are one enterprise."""

    SENT_TWICE = "同县两份文件"
    TWO_FILES = "同一行在两份文件"
    TWO_COUNTIES = "两地同报"
    TWO_NAMES = "一码两名"
    TWO_CODES = "一名两码"
    CLOSE = "名称相近"

    @property
    def about_rows(self) -> bool:
        """Whether a decision leaves one side's rows out; otherwise it says which name and code are right."""
        return self in (Clash.SENT_TWICE, Clash.TWO_FILES, Clash.TWO_COUNTIES)


class Side(NamedTuple):  # there is one for every row
    """One row of a list of enterprises, of which `column` holds the name; or a whole file, without sheet, column and row.

    code: as reported; of a whole file its fingerprint · good: whether the code is a valid one.
    """

    county: str
    name: str
    code: str
    process: str
    batch: str
    file: str
    sheet: str = ""
    column: str = ""
    row: int = 0
    good: bool = False

    @property
    def at(self) -> tuple[str, str, int]:
        """File, sheet and row."""
        return self.file, self.sheet, self.row

    @property
    def place(self) -> Place:
        """The cell of its name, or the file."""
        return Place(self.file, self.sheet, f"{self.column}{self.row}" if self.column else "")


class Conflict(Struct, frozen=True):
    """Two sides with all their rows (at least one each). id: the same whichever side comes first, and in every merge · owns: what tells the sides apart."""

    id: str
    clash: Clash
    firsts: tuple[Side, ...]
    seconds: tuple[Side, ...]
    owns: tuple[str, str]

    @property
    def first(self) -> Side:
        return self.firsts[0]

    @property
    def second(self) -> Side:
        return self.seconds[0]

    def __iter__(self) -> Iterator[Side]:
        """All rows in question."""
        return iter((*self.firsts, *self.seconds))


class Ruling(Struct, frozen=True):
    """A decision once made. first, second: what told the sides apart, so that it fits whichever comes first."""

    id: str
    clash: Clash
    decision: Decision
    first: str
    second: str
    decided: date | None = None

    def of(self, first: str) -> Decision:
        """The decision as seen with `first` on the first side."""
        return self.decision if first == self.first else self.decision.turned


class Memory(Struct, frozen=True, dict=True):
    """Every decision by the id of its conflict, and the lines of the sheet that remembers them."""

    rulings: Mapping[str, Ruling]
    lines: tuple[Mapping[Any, object], ...] = ()

    def decision(self, conflict: Conflict) -> Decision | None:
        """What was decided, with the conflict's own first side first; None when nothing was."""
        ruling = self.rulings.get(conflict.id)
        return ruling.of(conflict.owns[0]) if ruling else None

    @cached_property
    def others(self) -> Mapping[tuple[Clash, str], Collection[str]]:
        """A kind of conflict and what tells one side → what tells the other sides that something was decided about, each once: of two counties there is much to decide."""
        found: dict[tuple[Clash, str], dict[str, None]] = {}
        for one in self.rulings.values():
            for here, there in ((one.first, one.second), (one.second, one.first)):
                found.setdefault((one.clash, here), {})[there] = None
        return found


NOTHING_DECIDED = Memory({})


def conflict_id(clash: Clash, common: str, owns: tuple[str, str]) -> str:
    """A short name for a conflict, made of what both sides share and what tells them apart."""
    text = "\n".join((clash.value, common, *sorted(owns)))
    return f"C{hashlib.sha256(text.encode()).hexdigest()[:8].upper()}"
