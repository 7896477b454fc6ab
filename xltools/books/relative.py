"""Formulas as seen from their cell: two cells with the same relative formula were filled from one another."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xltools.books.address import column_number, split
from xltools.books.followed import TOKEN


def relative(formula: str, cell: str) -> str:
    """The formula with every relative reference replaced by its distance from the cell: "A1*2" in B3 is "R[-2]C[-1]*2"."""
    here = split(cell)
    if here is None:
        return formula

    def distance(match: re.Match[str]) -> str:
        if match[1] is not None or not column_number(match[3]):
            return match[0]
        row = f"R{match[5]}" if match[4] else f"R[{int(match[5]) - here[0]}]"
        column = f"C{match[3]}" if match[2] else f"C[{column_number(match[3]) - here[1]}]"
        return row + column

    return TOKEN.sub(distance, formula)


def groups(formulas: Mapping[str, str], shared: Mapping[str, str]) -> list[list[str]]:
    """The formula cells, those of one column with the same relative formula together; each group from the top, groups by column.

    formulas and shared as in `grid.Sheet`; the first cell of a shared formula has its text.
    """
    masters = {number: (formulas[cell], cell) for cell, number in shared.items() if formulas.get(cell)}
    found: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for cell, text in formulas.items():
        row, column = split(cell) or (0, 0)
        own = (text, cell) if text else masters.get(shared.get(cell, ""), ("", cell))
        found.setdefault((column, relative(*own)), []).append((row, cell))
    ordered = sorted((column, sorted(cells)) for (column, _), cells in found.items())
    return [[cell for _, cell in cells] for _, cells in ordered]
