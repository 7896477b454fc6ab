"""What the sheet of figures shows, as declared in specs, and the figures themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, cached_property

from msgspec import Struct

from xltools.model.shipped import spec


class Tally(Struct, frozen=True):
    """A table of counts: lines (counties, industries) against grades. See specs/dashboard.toml for the fields."""

    id: str
    title: str
    form: str
    by: str
    lines: str
    grade: str
    chart: str
    always: bool
    columns: tuple[str, ...] = ()


class ShareTable(Struct, frozen=True):
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


class HistoryTable(Struct, frozen=True):
    """Months side by side: which fields of which form before and after the shares, how many months at most, and the words around them."""

    title: str
    form: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    last: int
    chart: str


class BoardWords(Struct, frozen=True):
    """Fixed words around the table of the first sheet: the line about the last run and the log in it, the total, what to do.

    figures, still: what that says of the sheet of figures, and what it says when rows lie beside the workbook.
    """

    figures: str
    still: str
    run: str
    log: str
    total: str
    steps: tuple[str, ...]


class Dashboard(Struct, frozen=True, dict=True):
    """The sheet: its fixed words, tables of counts, table of shares, table of months; and the words of the first sheet."""

    sheet: str
    title: str
    note: str
    still: str
    other: str
    total: str
    rest: str
    continued: str
    tallies: tuple[Tally, ...]
    share: ShareTable
    history: HistoryTable
    board: BoardWords

    @cached_property
    def charts(self) -> re.Pattern[str]:
        """The titles of its charts."""
        tallies = "|".join(re.escape(tally.title) for tally in self.tallies)
        parts = re.escape(self.continued).replace(re.escape("{title}"), f"(?:{tallies})").replace(re.escape("{part}"), "[0-9]+")
        return re.compile("|".join((tallies, parts, re.escape(self.share.chart), re.escape(self.history.chart))))


class Counts(Struct, frozen=True):
    """One tally counted. grades: its columns, for most tallies the grades · numbers: line → one number per column;
    others: line → rows whose value is none of them.

    rest: rows that stand on no line, likewise; None where that cannot happen or did not.
    """

    tally: Tally
    grades: tuple[str, ...]
    numbers: Mapping[str, tuple[int, ...]]
    others: Mapping[str, int]
    rest: tuple[int, ...] | None = None


class Share(Struct, frozen=True):
    """How many of the graded enterprises are graded well. value: None when none is graded · missing: how many more the target asks."""

    grade: str
    good: int
    graded: int
    uncounted: int
    target: Decimal
    value: Decimal | None
    missing: int


def good(basis: str) -> str:
    """The field of the sheet of months that counts the well-graded of a basis."""
    return f"{basis}_good"


def graded(basis: str) -> str:
    """The field of the sheet of months that counts the graded of a basis."""
    return f"{basis}_graded"


@cache
def load_dashboard() -> Dashboard:
    """The sheet declared in specs/dashboard.toml."""
    data = spec("dashboard.toml")
    share, history, board, tallies = (data.pop(name) for name in ("share", "history", "board", "tally"))
    return Dashboard(**data, tallies=tuple(Tally(**one) for one in tallies), share=ShareTable(**share), history=HistoryTable(**history), board=BoardWords(**board))
