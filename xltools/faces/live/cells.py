"""Cells of an open workbook in blocks: values that stay what they are, and colours, whichever host it is.

A block's rows and columns count from 0 at its own corner, sheets count from 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeVar

from xltools.books.base import Cell
from xltools.books.live import as_cell, as_rows, is_formula
from xltools.books.sheet import Formula
from xltools.books.style import INK, TINTS
from xltools.faces.live.host import is_libreoffice
from xltools.libreoffice import block as uno_block
from xltools.model.address import address

# Text that a host could take for a formula, a number, a date or a truth value does not begin with a Chinese character.
SAFE = re.compile(r"[㐀-鿿（【“《]")
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
UNSURE = (BLACK, WHITE)     # in Excel: cells that are not alike; cells of which some are white and others not filled
NO_FILL = -4142             # Excel: xlColorIndexNone

Point = tuple[int, int]
Color = tuple[int, int, int]
Shade = TypeVar("Shade", Color, Color | None)
Rows = Sequence[Sequence["Cell | Formula"]]


def entry(value: Cell | Formula) -> Any:
    """A value as it must be handed over so that the cell holds just that: an apostrophe says that a text is a text."""
    if isinstance(value, Formula):
        return f"={value.text.removeprefix('=')}"
    if isinstance(value, str) and value and not SAFE.match(value):
        return f"'{value}"
    return value


def area(sheet: Any, top: int, left: int, height: int, width: int) -> Any:
    """The range with this corner and size."""
    return sheet.range((top, left), (top + height - 1, left + width - 1))


def write(block: Any, rows: Rows) -> None:
    """Put `rows`, which have the block's shape, into it in one call."""
    block.value = [[entry(value) for value in row] for row in rows]


def write_changed(block: Any, rows: Rows, before: Rows) -> list[int]:
    """Put `rows`, which have the block's shape, into it, apart from those that stand there; gives which were written. before: what its first rows hold."""
    written = changed(rows, before)
    for first, last in stretches(written):
        write(block[first : last + 1, :], rows[first : last + 1])
    return written


def changed(rows: Rows, before: Rows) -> list[int]:
    """Which rows hold something else than before; those beyond all that is known of before among them."""
    same = {row for row, (now, was) in enumerate(zip(rows, before, strict=False)) if _entries(now) == _entries(was)}
    return [row for row in range(len(rows)) if row not in same]


def stretches(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Runs of neighbouring numbers, which are in order: first and last."""
    for _, run in groupby(enumerate(numbers), key=lambda item: item[1] - item[0]):
        found = [number for _, number in run]
        yield found[0], found[-1]


def _entries(row: Sequence[Cell | Formula]) -> list[tuple[bool, Any]]:
    """A row for comparing: True is no 1."""
    return [(isinstance(value, bool), entry(value)) for value in row]


def read(block: Any) -> list[list[Cell | Formula]]:
    """What stands in a block, formulas as formulas. Error values come as text; they are formulas' results."""
    values = block.options(ndim=2, err_to_str=True).value
    return [
        [Formula(text) if is_formula(text, value) else as_cell(value) for value, text in zip(line, texts, strict=True)]
        for line, texts in zip(values, as_rows(block.formula), strict=True)
    ]


def fills(block: Any, likely: Mapping[Point, Color] | None = None) -> dict[Point, Color]:
    """The filled cells of a block with their colours. likely: where colours are expected; a good guess saves Excel many questions."""
    if is_libreoffice(block.sheet.book):
        return uno_block.fills(block.api)
    if likely and _color(block) is None:
        return {}
    parts = _alike(block.shape, likely or {})
    return {point: color for rows, columns in parts for point, color in _fills(block[rows, columns], (rows.start, columns.start))}


def _alike(shape: tuple[int, int], likely: Mapping[Point, Color]) -> Iterator[tuple[slice, slice]]:
    """The rows and columns of a block's parts, each of one colour if the guess is right."""
    height, width = shape
    expected: dict[int, dict[int, Color]] = {}
    for (row, column), color in likely.items():
        expected.setdefault(column, {})[row] = color
    for first, last in stretches(column for column in range(width) if column not in expected):
        yield slice(0, height), slice(first, last + 1)
    for column in sorted(expected.keys() & set(range(width))):
        for _, run in groupby(range(height), key=expected[column].get):
            rows = list(run)
            yield slice(rows[0], rows[-1] + 1), slice(column, column + 1)


def _fills(block: Any, corner: Point) -> Iterator[tuple[Point, Color]]:
    """Excel tells one colour of cells that are all alike, and calls others black, so halves of these are asked; columns first, whole columns are alike.

    Source: github.com/xlwings/xlwings/issues/1951.
    """
    color, (height, width) = _color(block), block.shape
    if color is None:
        return
    if height == width == 1 or color not in UNSURE:
        yield from (((corner[0] + row, corner[1] + column), color) for row in range(height) for column in range(width))
        return
    for part, shift in _halves(block, height, width):
        yield from _fills(part, (corner[0] + shift[0], corner[1] + shift[1]))


def _color(block: Any) -> Color | None:
    """What Excel calls the colour of these cells, None when none is filled. With as few questions as can be: three, or four of cells without."""
    (height, width), row, column = block.shape, block.row, block.column
    interior = block.sheet.api.Range(f"{address(row, column)}:{address(row + height - 1, column + width - 1)}").Interior
    number = int(interior.Color)
    color = number & 255, number >> 8 & 255, number >> 16 & 255
    return None if color == WHITE and interior.ColorIndex == NO_FILL else color


def _halves(block: Any, height: int, width: int) -> Iterator[tuple[Any, Point]]:
    middle = (width if width > 1 else height) // 2
    if width > 1:
        yield block[:, :middle], (0, 0)
        yield block[:, middle:], (0, middle)
    else:
        yield block[:middle, :], (0, 0)
        yield block[middle:, :], (middle, 0)


def recolor(block: Any, before: Mapping[Point, Color], now: Mapping[Point, Color]) -> None:
    """Change the fills of a block from `before` to `now`; what is alike in both is not touched.

    Text takes the colour that belongs to one of our tints, and goes back to the usual one when a tint goes.
    """
    changed = {point: now.get(point) for point in {*before, *now} if before.get(point) != now.get(point)}
    for (row, column), height, color in runs(changed):
        block[row : row + height, column].color = color
    inks = {point: INKS.get(color, rgb(INK)) for point, color in changed.items() if color in INKS or before.get(point) in INKS}
    ink(block, inks)


def ink(block: Any, colors: Mapping[Point, Color]) -> None:
    """Colour the text of these cells."""
    for (row, column), height, color in runs(colors):
        block[row : row + height, column].font.color = color


def rgb(text: str) -> Color:
    """(250, 219, 216) for "#FADBD8"."""
    digits = text.removeprefix("#")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def tint_color(tint: str) -> Color:
    """The fill of a tint of books/style.py."""
    return rgb(str(TINTS[tint]["bg_color"]))


INKS: Mapping[Color | None, Color] = {tint_color(tint): rgb(str(TINTS[tint]["font_color"])) for tint in TINTS}


def runs(colors: Mapping[Point, Shade]) -> Iterator[tuple[Point, int, Shade]]:
    """Vertical runs of one colour: first cell, how many, colour."""
    start: Point | None = None
    height = 0
    for point in sorted(colors, key=lambda point: (point[1], point[0])):
        if start and point == (start[0] + height, start[1]) and colors[point] == colors[start]:
            height += 1
            continue
        if start:
            yield start, height, colors[start]
        start, height = point, 1
    if start:
        yield start, height, colors[start]
