"""Findings for reading on a terminal: those that say the same of many enterprises in one sentence, with where each of them stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from xltools.model.code import Code
from xltools.model.finding import Finding, order

FEW = 10        # as many are read one by one
SHOWN = 20      # stretches of rows that a sentence names
LIST = "、"


def gathered(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, those about enterprises that one reason keeps off the public list as one where they are many; the others stay."""
    alike: dict[tuple[str, str, str, object], list[Finding]] = {}
    kept: list[Finding] = []
    for one in findings:
        if one.code is Code.NOT_PUBLISHED:
            column = one.place.cell.rstrip("0123456789")
            alike.setdefault((one.place.file, one.place.sheet, column, dict(one.values)["reason"]), []).append(one)
        else:
            kept.append(one)
    for (_, _, column, reason), some in alike.items():
        kept += some if len(some) <= FEW else [Code.MANY_NOT_PUBLISHED.at(some[0].place, count=len(some), reason=reason, cells=_cells(column, some))]
    return sorted(kept, key=order)


def _cells(column: str, some: Iterable[Finding]) -> str:
    """Where they stand: “AD5:AD9、AD12”."""
    rows = sorted({int(one.place.cell.removeprefix(column)) for one in some})
    found = [f"{column}{first}" if first == last else f"{column}{first}:{column}{last}" for first, last in _stretches(rows)]
    return LIST.join(found[:SHOWN]) + (" 等" if len(found) > SHOWN else "")


def _stretches(rows: list[int]) -> Iterator[tuple[int, int]]:
    first = rows[0]
    for row, following in pairwise([*rows, 0]):
        if following != row + 1:
            yield first, row
            first = following
