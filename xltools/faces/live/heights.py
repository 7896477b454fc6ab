"""The heights of rows in an open workbook, in points. A row of height 0 is hidden, and stays so: giving it a height would show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from xltools.faces.live.cells import area
from xltools.faces.live.host import is_libreoffice
from xltools.libreoffice import block as uno_block


def heights(sheet: Any, top: int, count: int) -> list[float]:
    """The heights of so many rows from row `top` down."""
    if count < 1:
        return []
    rows = area(sheet, top, 1, count, 1)
    return uno_block.heights(rows.api) if is_libreoffice(sheet.book) else list(_heights(rows))


def _heights(rows: Any) -> Iterator[float]:
    """Excel tells one height of rows that are all alike, so halves of others are asked."""
    count, height = rows.shape[0], rows.row_height
    if height is not None:
        yield from [float(height)] * count
        return
    yield from _heights(rows[: count // 2, :])
    yield from _heights(rows[count // 2 :, :])


def set_heights(sheet: Any, top: int, now: Sequence[float], wanted: Sequence[float]) -> None:
    """Give other heights to the rows from row `top` down."""
    for (_, height), run in groupby(enumerate(other_heights(top, now, wanted)), key=lambda item: (item[1][0] - item[0], item[1][1])):
        rows = [row for _, (row, _) in run]
        sheet.range(f"{rows[0]}:{rows[-1]}").row_height = height


def other_heights(top: int, now: Sequence[float], wanted: Sequence[float]) -> list[tuple[int, float]]:
    """The rows from row `top` down that get another height, with it."""
    return [(row, height) for row, (was, height) in enumerate(zip(now, wanted, strict=True), top) if was and height and was != height]
