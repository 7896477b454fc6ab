"""What the sheet of figures shows, as declared in specs, and the figures themselves."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Tally:
    """A table of counts: lines (counties, industries) against grades. See specs/dashboard.toml for the fields."""

    id: str
    title: str
    form: str
    by: str
    lines: str
    grade: str
    chart: str
    always: bool


@dataclass(frozen=True)
class ShareTable:
    """The shares of well-graded enterprises: which grade fields of which form, and the words around them."""

    form: str
    grades: tuple[str, ...]
    basis: str
    good: str
    graded: str
    share: str
    target: str
    verdict: str
    uncounted: str
    reached: str
    missing: str
    none: str
    chart: str


@dataclass(frozen=True)
class BoardWords:
    """Fixed words around the table of the first sheet: the line about the last run and the log in it, the total, what to do."""

    run: str
    log: str
    total: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Dashboard:
    """The sheet: its fixed words, tables of counts, table of shares; and the words of the first sheet."""

    sheet: str
    title: str
    note: str
    other: str
    total: str
    rest: str
    tallies: tuple[Tally, ...]
    share: ShareTable
    board: BoardWords


@dataclass(frozen=True)
class Counts:
    """One tally counted. numbers: line → one number per grade; others: line → rows whose grade is none of them.

    rest: rows that stand on no line, likewise; None where that cannot happen or did not.
    """

    tally: Tally
    grades: tuple[str, ...]
    numbers: Mapping[str, tuple[int, ...]]
    others: Mapping[str, int]
    rest: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Share:
    """How many of the graded enterprises are graded well. value: None when none is graded · missing: how many more the target asks."""

    grade: str
    good: int
    graded: int
    uncounted: int
    target: Decimal
    value: Decimal | None
    missing: int


@cache
def load_dashboard() -> Dashboard:
    """The sheet declared in specs/dashboard.toml."""
    data = tomllib.loads((files("xltools") / "specs" / "dashboard.toml").read_text("utf-8"))
    share, board = data.pop("share"), data.pop("board")
    tallies = tuple(Tally(**entry) for entry in data.pop("tally"))
    shares = ShareTable(**{**share, "grades": tuple(share["grades"])})
    return Dashboard(**data, tallies=tallies, share=shares, board=BoardWords(**{**board, "steps": tuple(board["steps"])}))
