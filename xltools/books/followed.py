"""References in formulas after the rows they point to have moved.

Source: ECMA-376 part 1, 18.17.2 (formula grammar).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from xltools.books.address import LAST_COLUMN, LAST_ROW, column_letters, column_number

# Texts and quoted sheet names first, so that nothing inside them is taken for a reference; LOG10( and LOG10_X are none.
TOKEN = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')|(?<![A-Za-z0-9_.\\$])(\$?)([A-Z]{1,3})(\$?)([1-9][0-9]{0,6})(?![A-Za-z0-9_.(!])""")
# A reference or a range, with the sheet that it names, if any.
PLACED = re.compile(
    r"""("(?:[^"]|"")*")|((?:'(?:[^']|'')*'|[\w.一-鿿]+)!)?(?<![A-Za-z0-9_.\\$])(\$?[A-Z]{1,3}\$?)([1-9][0-9]{0,6})(?::(\$?[A-Z]{1,3}\$?)([1-9][0-9]{0,6}))?(?![A-Za-z0-9_.(!])"""
)


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
