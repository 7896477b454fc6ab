"""Cell values as whole blocks: what a person means by them in Python, what LibreOffice stores.

Read: numbers float, text str, dates datetime, TRUE/FALSE bool, empty None, an error an ErrorText such as "#N/A".
Write: the same; text beginning with "=" is a formula, as in Excel, unless the cell is formatted as text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from xltools.libreoffice.address import Area, area_of
from xltools.libreoffice.bridge import Uno
from xltools.libreoffice.errors import EngineError
from xltools.libreoffice.formats import Kind, key_of, kind_of, marked_areas
from xltools.libreoffice.formula import shifted, to_host
from xltools.libreoffice.store import DATA, FORMULAS, put

Cell: TypeAlias = float | str | bool | dt.datetime | None
Point: TypeAlias = tuple[int, int]

DAY = 86400
MILLISECONDS = 3
CODES = {"date": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm:ss", "logical": "BOOLEAN", "plain": "General"}
# By LibreOffice's number; its other errors (Err:502 …) are #VALUE! in the Excel files it writes, and so here.
ERRORS = {503: "#NUM!", 519: "#VALUE!", 521: "#NULL!", 524: "#REF!", 525: "#NAME?", 532: "#DIV/0!", 32767: "#N/A"}


class ErrorText(str):
    """The text of an error cell, told apart from a cell in which somebody typed "#N/A"."""

    __slots__ = ()


class HostFormula(str):
    """A formula that is in LibreOffice's dialect already."""

    __slots__ = ()


def read(document: Uno, cells: Uno) -> list[list[Cell]]:
    """The values of a range, row by row, moved in one call."""
    block: list[list[Cell]] = [[None if value == "" else value for value in row] for row in _data(cells)]
    if any(isinstance(value, float) for row in block for value in row):
        base = null_date(document)
        for area, kind in _kinds(document, cells):
            _retype(block, area, kind, base)
    return block


def write(document: Uno, cells: Uno, rows: Sequence[Sequence[Any]]) -> None:
    """Store `rows` (prepared, same shape as the range) in one call, plus one per run of formulas, dates or booleans."""
    kinds = _kind_grid(document, cells)
    base = null_date(document)
    plain: list[tuple[float | str, ...]] = []
    formulas: dict[Point, str] = {}
    wanted: dict[Point, str] = {}
    for r, row in enumerate(rows):
        line: list[float | str] = []
        for c, value in enumerate(row):
            kind = kinds.get((r, c), Kind.PLAIN)
            if isinstance(value, str) and value.startswith("=") and len(value) > 1 and kind is not Kind.TEXT:
                formulas[r, c] = value if isinstance(value, HostFormula) else to_host(value)
                line.append("")
                continue
            line.append(_as_data(value, base))
            change = _format_change(value, kind)
            if change:
                wanted[r, c] = change
        plain.append(tuple(line))
    put(cells, plain, DATA)
    for top, column, height in runs(formulas):
        part = cells.getCellRangeByPosition(column, top, column, top + height - 1)
        put(part, [(formulas[row, column],) for row in range(top, top + height)], FORMULAS)
    _apply_formats(document, cells, wanted)


def filled(value: Any, height: int, width: int) -> list[list[Any]]:
    """One value for every cell of a block; a formula's relative references move along, as when a person fills."""
    if isinstance(value, str) and value.startswith("=") and len(value) > 1:
        first = to_host(value)
        return [[HostFormula(shifted(first, r, c)) for c in range(width)] for r in range(height)]
    return [[value] * width for _ in range(height)]


def prepare(value: Any) -> Any:
    """A Python, numpy or pandas value as `write` takes it. Raises EngineError for types a cell cannot hold."""
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        return ""
    if type(value).__name__ == "datetime64":
        value = value.astype("datetime64[us]").item()
        return "" if value is None else value
    if hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime()
    elif hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = float(value)
        return "" if number != number else number
    if isinstance(value, bool | str | dt.date):
        return value
    raise EngineError(f"单元格里不能写入 {type(value).__name__} 类型的值：{value!r}")


def clean(value: Any, dates: Any, empty: Any, numbers: Any, errors_as_text: object) -> Any:
    """A value that was read, the way the reader's options ask for it; an error cell is `None` unless text is asked."""
    if value is None or value == "":
        return empty
    if isinstance(value, ErrorText):
        return str(value) if errors_as_text else None
    if isinstance(value, dt.datetime) and dates is not dt.datetime:
        parts = {name: getattr(value, name) for name in ("year", "month", "day", "hour", "minute", "second", "microsecond")}
        return dates(tzinfo=None, **parts)
    if numbers is not None and isinstance(value, float):
        return numbers(value)
    return value


def null_date(document: Uno) -> dt.datetime:
    """The day that this document counts as 0."""
    day = document.NullDate
    return dt.datetime(day.Year, day.Month, day.Day)


def runs(points: Iterable[Point]) -> Iterator[tuple[int, int, int]]:
    """Vertical runs (top, column, height) that cover the points."""
    top, column, height = -1, -1, 0
    for row, place in sorted(points, key=lambda point: (point[1], point[0])):
        if place == column and row == top + height:
            height += 1
            continue
        if height:
            yield top, column, height
        top, column, height = row, place, 1
    if height:
        yield top, column, height


def _data(cells: Uno) -> list[list[Any]]:
    """The range's data, error cells (None in UNO) replaced by their text."""
    block = [list(row) for row in cells.getDataArray()]
    for r, row in enumerate(block):
        for c, value in enumerate(row):
            if value is None:
                cell = cells.getCellByPosition(c, r)
                row[c] = ErrorText(ERRORS.get(cell.getError(), "#VALUE!"))
    return block


def _kinds(document: Uno, cells: Uno) -> Iterator[tuple[Area, Kind]]:
    """Parts of the range with a format that is not plain; the areas count from the range's own corner."""
    corner = area_of(cells.RangeAddress)
    if corner.height == corner.width == 1:
        yield Area(1, 1, 1, 1), kind_of(document, cells.NumberFormat)
        return
    for area, kind in marked_areas(document, cells):
        yield area._replace(row=area.row - corner.row + 1, column=area.column - corner.column + 1), kind


def _kind_grid(document: Uno, cells: Uno) -> dict[Point, Kind]:
    return {
        (row, column): kind
        for area, kind in _kinds(document, cells)
        for row in range(area.row - 1, area.row - 1 + area.height)
        for column in range(area.column - 1, area.column - 1 + area.width)
    }


def _retype(block: list[list[Cell]], area: Area, kind: Kind, base: dt.datetime) -> None:
    """Make dates or booleans of the numbers in one area."""
    if kind not in (Kind.DATE, Kind.LOGICAL):
        return
    for row in block[area.row - 1 : area.row - 1 + area.height]:
        for c in range(area.column - 1, area.column - 1 + area.width):
            value = row[c]
            if isinstance(value, float):
                row[c] = _moment(value, base) if kind is Kind.DATE else _logical(value)


def _moment(serial: float, base: dt.datetime) -> Cell:
    try:
        return base + dt.timedelta(seconds=round(serial * DAY, MILLISECONDS))
    except OverflowError:                                    # beyond year 9999: no date, whatever the format says
        return serial


def _logical(value: float) -> Cell:
    return bool(value) if value in (0.0, 1.0) else value


def _as_data(value: Any, base: dt.datetime) -> float | str:
    """What LibreOffice keeps for a prepared value; an apostrophe in front only says "this is text", as in Excel."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value[1:] if value.startswith("'") else value
    if isinstance(value, dt.datetime):
        return (value - base).total_seconds() / DAY
    if isinstance(value, dt.date):
        return float((value - base.date()).days)
    return float(value)


def _format_change(value: Any, kind: Kind) -> str | None:
    """The format that the cell needs so that the value reads back as what it is; None when it has one."""
    if isinstance(value, dt.date):
        moment = isinstance(value, dt.datetime) and value.time() != dt.time()
        return None if kind is Kind.DATE else "moment" if moment else "date"
    if isinstance(value, bool):
        return None if kind is Kind.LOGICAL else "logical"
    return "plain" if isinstance(value, int | float) and kind is Kind.LOGICAL else None


def _apply_formats(document: Uno, cells: Uno, wanted: dict[Point, str]) -> None:
    for name, code in CODES.items():
        points = [point for point, asked in wanted.items() if asked == name]
        if points:
            key = key_of(document, code)
            for top, column, height in runs(points):
                cells.getCellRangeByPosition(column, top, column, top + height - 1).NumberFormat = key
