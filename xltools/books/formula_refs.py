"""References in formulas: led to where rows are now, seen from their own cell or row.

Source: ECMA-376 part 1, 18.17.2 (formula grammar).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from xltools.model.address import LAST_COLUMN, LAST_ROW, column_letters, column_number, split

# Texts and quoted sheet names first, so that nothing inside them is taken for a reference; LOG10( and LOG10_X are none.
TOKEN = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')|(?<![A-Za-z0-9_.\\$])(\$?)([A-Z]{1,3})(\$?)([1-9][0-9]{0,6})(?![A-Za-z0-9_.(!])""")
# A reference or a range, with the sheet that it names, if any.
PLACED = re.compile(
    r"""("(?:[^"]|"")*")|((?:'(?:[^']|'')*'|[\w.一-鿿]+)!)?(?<![A-Za-z0-9_.\\$])(\$?[A-Z]{1,3}\$?)([1-9][0-9]{0,6})(?::(\$?[A-Z]{1,3}\$?)([1-9][0-9]{0,6}))?(?![A-Za-z0-9_.(!])"""
)
# The same of cells and ranges without "$" before the row, on the formula's own sheet.
IN_ROW = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*'!?)|(?<![A-Za-z0-9_.\\$!:])(\$?[A-Z]{1,3})([1-9][0-9]{0,6})(?::(\$?[A-Z]{1,3})([1-9][0-9]{0,6}))?(?![A-Za-z0-9_.(!])""")
HERE = "⟨行⟩"      # stands for the own row


def shifted(formula: str, rows: int, columns: int = 0) -> str:
    """The formula of a cell so many rows below and columns right of the one it was written for; what has a "$" stays."""

    def shift(match: re.Match[str]) -> str:
        if match[1] is not None or not column_number(match[3]):
            return match[0]
        column = column_number(match[3]) + (0 if match[2] else columns)
        row = int(match[5]) + (0 if match[4] else rows)
        if not (1 <= column <= LAST_COLUMN and 1 <= row <= LAST_ROW):
            return "#REF!"
        return f"{match[2]}{column_letters(column)}{match[4]}{row}"

    return TOKEN.sub(shift, formula)


def followed(formula: str, row: Callable[[int], int], last: tuple[int, int]) -> str:
    """The formula with references to its own sheet led to where the rows are now.

    row: row before → now · last: the last row of the table before and now; a range that ended there ends there again.
    """

    def follow(match: re.Match[str]) -> str:
        if match[1] is not None or match[2] is not None:
            return match[0]
        start = int(match[4])
        if match[5] is None:
            return f"{match[3]}{row(start)}"
        end = int(match[6])
        first = start if start <= last[0] else row(start)
        return f"{match[3]}{first}:{match[5]}{last[1] if end == last[0] and start <= end else end if end < last[0] else row(end)}"

    return PLACED.sub(follow, formula)


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


def in_any_row(formula: str, row: int) -> str:
    """The formula of a cell in this row with its own row left open: "=M7*2+A$1" in row 7 is "=M⟨行⟩*2+A$1"."""

    def open_row(match: re.Match[str]) -> str:
        if match[1] is not None or (match.start() and formula[match.start() - 1] == "!"):
            return match[0]
        ends = [(match[2], match[3]), (match[4], match[5])] if match[4] else [(match[2], match[3])]
        return ":".join(f"{column}{HERE if int(number) == row else number}" for column, number in ends)

    return IN_ROW.sub(open_row, formula)


def in_row(formula: str, row: int) -> str:
    """What `in_any_row` gave, for a cell in this row."""
    return formula.replace(HERE, str(row))
