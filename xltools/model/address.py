"""Cell addresses as text and as numbers; rows and columns count from 1."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import pairwise

REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384


@cache
def column_number(letters: str) -> int:
    """1 for "A", 28 for "AB"; 0 when these are no column letters."""
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            return 0
        number = number * 26 + ord(letter) - 64
    return number if number <= LAST_COLUMN else 0


@cache
def column_letters(number: int) -> str:
    """"A" for 1, "AB" for 28."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """"B3" for row 3, column 2."""
    return f"{column_letters(column)}{row}"


def split(reference: str) -> tuple[int, int] | None:
    """(3, 2) for "B3" or "$B$3", None for anything that is not one cell of a sheet."""
    match = REFERENCE.fullmatch(reference.replace("$", ""))
    if match is None or not column_number(match[1]) or int(match[2]) > LAST_ROW:
        return None
    return int(match[2]), column_number(match[1])


def corners(area: str) -> tuple[int, int, int, int] | None:
    """(top, left, bottom, right) of "A1:C3" or of one cell, None for anything else."""
    first, _, last = area.partition(":")
    start = split(first)
    end = split(last) if last else start
    return None if start is None or end is None else (*start, *end)


def areas(cells: Iterable[str]) -> list[str]:
    """The cells as areas of one column each, from left to right: AD5:AD9, AD12."""
    columns: dict[int, set[int]] = {}
    for row, column in map(row_and_column, cells):
        columns.setdefault(column, set()).add(row)
    stretches = [(address(first, at), address(last, at)) for at, rows in sorted(columns.items()) for first, last in _stretches(sorted(rows))]
    return [first if first == last else f"{first}:{last}" for first, last in stretches]


def _stretches(rows: list[int]) -> Iterator[tuple[int, int]]:
    first = rows[0]
    for row, following in pairwise([*rows, 0]):
        if following != row + 1:
            yield first, row
            first = following


@lru_cache(maxsize=2**16)
def row_and_column(cell: str) -> tuple[int, int]:
    """Where a cell stands, both from 1; 0 for what its address leaves out."""
    letters = "".join(c for c in cell if c.isalpha())
    number = "".join(c for c in cell if c.isdigit())
    return int(number or 0), column_number(letters.upper())
