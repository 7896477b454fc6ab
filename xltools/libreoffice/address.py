"""Cell addresses as text and as numbers: "$B$2:C7" and (row 2, column 2, 6 rows, 2 columns)."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d*)")
COLUMN = re.compile(r"\$?([A-Za-z]{1,3})")
ROW = re.compile(r"\$?([1-9]\d*)")


class Area(NamedTuple):
    """A rectangle of cells; row and column count from 1, a size of 0 means that there are no cells."""

    row: int
    column: int
    height: int
    width: int


class Limits(NamedTuple):
    """How many rows and columns a sheet has."""

    rows: int
    columns: int


def column_number(letters: str) -> int:
    """1 for "A", 28 for "AB"."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """"A" for 1, "AB" for 28."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def parse(text: str, limits: Limits) -> Area | None:
    """The area that `text` names ("A1", "A1:C3", "A:C", "1:3"), or None when it is no address of this kind."""
    first, _, last = text.replace(" ", "").partition(":")
    corners = first, last or first
    cells = [CELL.fullmatch(corner) for corner in corners]
    if cells[0] and cells[1]:
        ends = [(int(cell[2]), column_number(cell[1])) for cell in cells if cell]
        return between(ends[0], ends[1])
    columns, rows = [COLUMN.fullmatch(corner) for corner in corners], [ROW.fullmatch(corner) for corner in corners]
    if last and columns[0] and columns[1]:
        return between((1, column_number(columns[0][1])), (limits.rows, column_number(columns[1][1])))
    if last and rows[0] and rows[1]:
        return between((int(rows[0][1]), 1), (int(rows[1][1]), limits.columns))
    return None


def between(one: tuple[int, int], other: tuple[int, int]) -> Area:
    """The area with the two given (row, column) as opposite corners."""
    top, bottom = sorted((one[0], other[0]))
    left, right = sorted((one[1], other[1]))
    return Area(top, left, bottom - top + 1, right - left + 1)


def spanning(one: Area, other: Area) -> Area:
    """The smallest area that holds both."""
    return between(
        (min(one.row, other.row), min(one.column, other.column)),
        (max(one.row + one.height, other.row + other.height) - 1, max(one.column + one.width, other.column + other.width) - 1),
    )


def text(area: Area, row_mark: str, column_mark: str) -> str:
    """The area as "$A$1:$B$2"; the marks are "$" for absolute, "" for relative."""
    corners = [(area.row, area.column), (area.row + area.height - 1, area.column + area.width - 1)]
    names = [f"{column_mark}{column_letters(column)}{row_mark}{row}" for row, column in corners]
    return names[0] if names[0] == names[1] else ":".join(names)


def quoted(sheet: str) -> str:
    """A sheet's name as formulas write it: bare when that is unmistakable, otherwise in apostrophes."""
    plain = re.fullmatch(r"[^\W\d]\w*", sheet) and not re.fullmatch(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]?\d*|[Cc]\d*", sheet)
    return sheet if plain else "'" + sheet.replace("'", "''") + "'"


def area_of(place: Any) -> Area:
    """The area of a UNO CellRangeAddress, which counts from 0 and names the last row and column."""
    return between((place.StartRow + 1, place.StartColumn + 1), (place.EndRow + 1, place.EndColumn + 1))
