"""Rows of .xlsx that are alike: from the text of one, a pattern for all that differ from it in their values only. Source: ECMA-376 part 1, 18.3.1."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from xltools.model.address import column_letters, column_number

# The shapes that Excel, LibreOffice, WPS, XlsxWriter and openpyxl write: the beginning of a row, a run of formatted empty cells, a
# cell with formula and value or with inline text, the end of a row. Together they must cover all of sheetData.
ROW = r'<row r="([0-9]{1,7})"((?: [A-Za-z0-9:]+="[^"<&]*")*+)(/)?>'
KIND = r'(?: s="([0-9]+)")?+(?: t="([A-Za-z]+)")?+>'
ABOUT = r'(?: [a-z]+="[^"<&]*")*+'
FORMULA = rf"<f({ABOUT})(?:/>|>([^<]*+)</f>)"
VALUE = r"(?:<v>([^<]*+)</v>|<v ?/>{})?+</c>"
INLINE = r'<is><t(?: xml:space="preserve")?+>([^<]*+)</t></is>'
EMPTY = r'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]+")?/>'
START = re.compile(ROW)
CELLS = re.compile(rf'(?:{EMPTY})+|<c r="([A-Z]{{1,3}})([0-9]{{1,7}})"{KIND}(?:{FORMULA})?+{VALUE.format("|" + INLINE)}|</row>')
COLUMN = re.compile('<c r="([A-Z]{1,3})')
MOST_COLUMNS = 80  # of rows that are read whole


class Column(NamedTuple):
    """The cells of a column, as far as they are alike. kind: the attribute t, "" without one; None: no cell holds anything · computed: they hold formulas."""

    kind: str | None = None
    computed: bool = False

    @property
    def is_number(self) -> bool:
        """Whether the style decides what a value means."""
        return self.kind in ("", "n")


class Shape(NamedTuple):
    """Columns by number, in their order; and the pattern of a row with no other cells than such.

    Its groups: number, settings, "/" of a row without cells; then of every column of a kind the style where it holds
    numbers, the formula's element where it is computed, and the value.
    """

    columns: Mapping[int, Column]
    pattern: re.Pattern[str]


def shape_of(columns: Mapping[int, Column]) -> Shape:
    """The shape of rows with these columns; without any, that of rows without cells."""
    ordered = tuple(sorted(columns.items()))
    return Shape(dict(ordered), _pattern(ordered))


def learned(body: str, start: int, end: int, shape: Shape) -> Shape:
    """The shape with what the row between these places shows of its columns; unchanged where they are too many."""
    seen: dict[int, Column] = {column_number(letters): Column() for letters in COLUMN.findall(body, start, end)}
    seen |= shape.columns
    seen |= dict(_filled(body, start, end))
    return shape_of(seen) if len(seen) <= MOST_COLUMNS else shape


def _filled(body: str, start: int, end: int) -> Iterator[tuple[int, Column]]:
    """The columns of a row in which something stands."""
    for cell in CELLS.finditer(body, start, end):
        letters, _, _, kind, about, _, value, inline = cell.groups()
        if letters and (about is not None or value or inline):
            yield column_number(letters), Column(kind or "", about is not None)


@lru_cache(maxsize=64)
def _pattern(columns: tuple[tuple[int, Column], ...]) -> re.Pattern[str]:
    cells = "".join(rf'(?:<c r="{column_letters(number)}\1"{_content(column)})?+' for number, column in columns)
    return re.compile(f"{ROW}(?(3)|{cells}</row>)")


def _content(column: Column) -> str:
    """What follows the reference of a cell: nothing but a style, or what its column holds."""
    if column.kind is None:
        return '(?: s="[0-9]+")?/>'
    kind = f' t="{column.kind}"' if column.kind else ""
    formula = f"(<f{ABOUT}(?:/>|>[^<]*+</f>))" if column.computed else ""
    value = f"{INLINE}</c>" if column.kind == "inlineStr" else VALUE.format("") if column.computed else "<v>([^<]*+)</v></c>"
    style = '(?: s="([0-9]+)")?+' if column.is_number else '(?: s="[0-9]+")?+'
    return rf"{style}(?:/>|{kind}>{formula}{value})"
