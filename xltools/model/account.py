"""The counting identity: what a run read, and what became of every row, cell and number of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

CLOSE = 1e-9  # of a sum: what adding floats in another order may change


class Account(Struct, frozen=True):
    """Rows, cells and numbers read, and what became of them.

    rows: seen, from the first to the last of a table = taken + rejected + blank + outside (totals, remarks, heads) ·
    cells of the county's in its records: cells = plain (as typed) + changed (read otherwise, and said) + refused (not understood, and said) ·
    sums: “sheet·field” → sum of the numbers read, sum of those that went on.
    """

    seen: int = 0
    taken: int = 0
    rejected: int = 0
    blank: int = 0
    outside: int = 0
    cells: int = 0
    plain: int = 0
    changed: int = 0
    refused: int = 0
    sums: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def rows_missing(self) -> int:
        """Rows of which nobody knows what became of them; 0 unless the program is wrong."""
        return self.seen - self.taken - self.rejected - self.blank - self.outside

    @property
    def cells_missing(self) -> int:
        """As `rows_missing`, of cells."""
        return self.cells - self.plain - self.changed - self.refused

    @property
    def unequal(self) -> dict[str, tuple[float, float]]:
        """The sums that are not the same on both sides."""
        return {name: pair for name, pair in self.sums.items() if abs(pair[0] - pair[1]) > CLOSE * max(1.0, *map(abs, pair))}

    def record(self) -> dict[str, object]:
        """The account as `--json` prints it."""
        return {**{name: getattr(self, name) for name in COUNTS}, "sums": {name: list(pair) for name, pair in self.sums.items()}}


COUNTS = ("seen", "taken", "rejected", "blank", "outside", "cells", "plain", "changed", "refused")


def total(parts: Iterable[Account]) -> Account:
    """All accounts in one."""
    known = [*parts]
    sums: dict[str, tuple[float, float]] = {}
    for name, (read, went) in (entry for one in known for entry in one.sums.items()):
        before = sums.get(name, (0.0, 0.0))
        sums[name] = (before[0] + read, before[1] + went)
    return Account(**{name: sum(getattr(one, name) for one in known) for name in COUNTS}, sums=sums)
