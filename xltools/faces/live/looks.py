"""How the rows that a table grew by look: like the record above them, and blank again when a merge is undone."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from xltools.faces.live.cells import area
from xltools.faces.live.host import is_libreoffice
from xltools.libreoffice import block as uno_block
from xltools.model.form import FIRST_ROW

BOTTOM, NO_LINE = 9, -4142      # Excel: xlEdgeBottom, xlLineStyleNone


class Looks(Struct, frozen=True):
    """Rows that take their looks (borders, number formats, drop-downs) from another one. row: the first of them · count: how many · like: the row to copy."""

    row: int
    count: int
    like: int

    @property
    def are_blank(self) -> bool:
        """Whether these rows look like the one behind them, rather than like a record."""
        return self.like == self.row + self.count


def of_blank_rows(row: int, now: int) -> Looks | None:
    """The rows that a table grows over, as they are before: like the one behind them. None when there are none.

    row: the first of them, now: what will be the last record's row.
    """
    return Looks(row, now - row + 1, now + 1) if now >= row else None


def first_blank(sheet: Any, last: int, now: int) -> int:
    """The first row behind the last record that is not made to look like a record, as those of a table that was longer once are.

    last: the last record's row, now: what it will be. The row below the header is made to look like a record from the start.
    """
    row = max(last, FIRST_ROW) + 1
    if _is_bordered(sheet, FIRST_ROW):
        while row <= now and _is_bordered(sheet, row):
            row += 1
    return row


def _is_bordered(sheet: Any, row: int) -> bool:
    """Whether there is a line below the first cell of a row."""
    cell = sheet.range((row, 1))
    if is_libreoffice(sheet.book):
        return uno_block.is_underlined(cell.api)
    return bool(cell.api.Borders(BOTTOM).LineStyle != NO_LINE)


def of_records(sheet: Any, row: int, count: int) -> Looks:
    """Rows of records behind those that were there before: like the first of those that is shown."""
    shown = (one for one in range(FIRST_ROW, row) if not sheet.range((one, 1)).rows.hidden)
    return Looks(row, count, next(shown, FIRST_ROW))


def the_other(sheet: Any, looks: Looks | None) -> Looks | None:
    """What brings the looks of these rows back after they got `looks`."""
    if looks is None:
        return None
    return of_records(sheet, looks.row, looks.count) if looks.are_blank else of_blank_rows(looks.row, looks.row + looks.count - 1)


def dress(sheet: Any, looks: Looks, width: int) -> None:
    """Give rows these looks, so many columns wide; what stands in them is overwritten."""
    _copy_down(sheet, looks.like, (looks.row, looks.count), width)


def _copy_down(sheet: Any, source: int, target_rows: tuple[int, int], width: int) -> None:
    """Copy one row to all rows from a first one on, twice as many with every call."""
    first, count = target_rows
    if count < 1:
        return
    area(sheet, source, 1, 1, width).copy(area(sheet, first, 1, 1, width))
    done = 1
    while done < count:
        more = min(done, count - done)
        area(sheet, first, 1, more, width).copy(area(sheet, first + done, 1, more, width))
        done += more
