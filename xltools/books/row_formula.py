"""A user's own formula that moves with its record: what points into its own row follows, everything else stays."""

from __future__ import annotations

import re

# Strings and quoted sheet names first, so that nothing inside them is taken for a reference; then braces; then cells without "$" before the row.
TOKEN = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*'!?)|(?<![A-Za-z0-9_.\\$!:])(\$?[A-Z]{1,3})([1-9][0-9]{0,6})(?::(\$?[A-Z]{1,3})([1-9][0-9]{0,6}))?(?![A-Za-z0-9_.(!])""")
HERE = "⟨行⟩"


def in_any_row(formula: str, row: int) -> str:
    """The formula of a cell in this row with its own row left open: "=M7*2+A$1" in row 7 is "=M⟨行⟩*2+A$1"."""

    def open_row(match: re.Match[str]) -> str:
        if match[1] is not None or (match.start() and formula[match.start() - 1] == "!"):
            return match[0]
        ends = [(match[2], match[3]), (match[4], match[5])] if match[4] else [(match[2], match[3])]
        return ":".join(f"{column}{HERE if int(number) == row else number}" for column, number in ends)

    return TOKEN.sub(open_row, formula)


def in_row(formula: str, row: int) -> str:
    """What `in_any_row` gave, for a cell in this row."""
    return formula.replace(HERE, str(row))
