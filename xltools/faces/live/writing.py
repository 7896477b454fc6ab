"""The merged contents into the sheets of the open summary: our columns as blocks, everything of the user's moved along with its row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from xltools.actions.merge_open import SheetWork
from xltools.books.layout import header_text
from xltools.books.sheet import SheetPlan
from xltools.books.style import BASE, LOOKS, kind_look
from xltools.books.summary import ONLY_WHEN_FILLED
from xltools.faces.live.cells import INKS, Color, Point, area, ink, recolor, rgb, set_link, target, tint_color, write
from xltools.faces.live.state import Snapshot, set_notes
from xltools.model.form import FIRST_ROW, HEADER_ROW, TITLE_ROW, Field, Owner

GENERAL = "General"


def room_for(sheet: Any, work: SheetWork) -> tuple[int, int]:
    """Put in rows when the table would grow into what stands below it; gives (row, how many)."""
    count = len(work.plan.rows) - (work.last - HEADER_ROW)
    if not work.below or count <= 0:
        return 0, 0
    sheet.range(f"{work.last + 1}:{work.last + count}").insert("down")
    return work.last + 1, count


def write_sheet(book: Any, work: SheetWork, before: Snapshot, folder: Path) -> None:
    """Bring one sheet to its new contents. before: the sheet from its first record down, with the rows that `room_for` put in."""
    sheet = book.sheets[work.sheet]
    count, old = len(work.plan.rows), work.last - HEADER_ROW
    _dress(sheet, work, old, before.added[1])
    height = max(count, old)
    if height:
        block = area(sheet, FIRST_ROW, 1, height, len(work.plan.form.fields))
        for column, fields in _runs(work):
            rows = [[record.get(one.name) for one in fields] for record in work.plan.rows]
            write(block[:, column : column + len(fields)], rows + [[None] * len(fields)] * (height - count))
        recolor(block, _as_dressed(before, old, height), {**_moved_fills(work, before.fills), **_tints(work.plan)})
        _link(book, block, work, folder)
    set_notes(sheet, FIRST_ROW, _moved_notes(work, before))
    sheet.visible = bool(work.plan.rows) or work.plan.form.name not in ONLY_WHEN_FILLED


def add_sheet(book: Any, work: SheetWork, after: Any) -> None:
    """A sheet for a form that the workbook has lost: title and header; the records are written like those of any other."""
    sheet = book.sheets.add(work.sheet, after=after)
    form = work.plan.form
    sheet.range((TITLE_ROW, 1)).value = form.title
    header = area(sheet, HEADER_ROW, 1, 1, len(form.fields))
    header.value = [header_text(one) for one in form]
    header.font.bold = True


def linked_columns(plan: SheetPlan) -> list[int]:
    """The columns, counted from 0, in which a form has links."""
    names = {"ledger_rows", "source_row", "cell", "sheet", "file"}
    return [column for column, one in enumerate(plan.form) if one.name in names]


def _runs(work: SheetWork) -> Iterator[tuple[int, list[Field]]]:
    """Neighbouring columns that are written: the first, counted from 0, and their fields."""
    for _, run in groupby(enumerate(work.used), key=lambda item: item[1][0] - item[0]):
        columns = [place for _, place in run]
        yield columns[0][0] - 1, [one for _, one in columns]


def _dress(sheet: Any, work: SheetWork, old: int, added: int) -> None:
    """New rows look like the first one: borders, number formats, drop-downs. Without a row to follow, number formats at least."""
    count, width = len(work.plan.rows), len(work.plan.form.fields)
    if count <= old:
        return
    if old:
        shown = (row for row in range(FIRST_ROW, work.last + 1) if not sheet.range((row, 1)).rows.hidden)
        _copy_down(sheet, next(shown, FIRST_ROW), (work.last + 1, count - old), width)
        return
    for column, one in work.used:
        look = kind_look(one.kind, one.owner)
        code = GENERAL if look == BASE else str(LOOKS[look]["num_format"])
        area(sheet, FIRST_ROW, column, count, 1).number_format = code
    if added == 0:
        _copy_down(sheet, FIRST_ROW, (FIRST_ROW + 1, count - 1), width)


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


def _as_dressed(before: Snapshot, old: int, height: int) -> Mapping[Point, Color]:
    """The fills as they are once new rows have been copied from the first one."""
    first = {column: color for (row, column), color in before.fills.items() if row == 0}
    copies = {(row, column): color for row in range(old, height) for column, color in first.items()}
    return {**copies, **{point: color for point, color in before.fills.items() if point[0] < old}}


def _moved_fills(work: SheetWork, fills: Mapping[Point, Color]) -> dict[Point, Color]:
    """The user's own colours where their records are now; our tints are given anew."""
    fields = work.plan.form.fields
    moved: dict[Point, Color] = {}
    for (row, column), color in fills.items():
        now = work.moved.get(row + FIRST_ROW)
        ours = color in INKS and column < len(fields) and fields[column].owner is not Owner.CITY
        if now is not None and not ours:
            moved[now - FIRST_ROW, column] = color
    return moved


def _tints(plan: SheetPlan) -> dict[Point, Color]:
    """The tints of a plan as fills; "" as field tints the whole record."""
    columns = {one.name: column for column, one in enumerate(plan.form)}
    found: dict[Point, Color] = {}
    for (row, name), tint in sorted(plan.tints.items(), key=lambda item: item[0][1]):
        for column in [columns[name]] if name else columns.values():
            found[row, column] = tint_color(tint)
    return found


def _link(book: Any, block: Any, work: SheetWork, folder: Path) -> None:
    """Let every record lead to where it came from, and no empty row anywhere."""
    fields = [one.name for one in work.plan.form]
    urls = {(row, fields.index(name)): url for (row, name), url in work.plan.links.items()}
    for column in linked_columns(work.plan):
        for row in range(block.shape[0]):
            url = urls.get((row, column))
            set_link(block, (row, column), target(book, url, folder) if url else "")
    ink(block, dict.fromkeys(urls, rgb(str(LOOKS["link"]["font_color"]))))


def _moved_notes(work: SheetWork, before: Snapshot) -> dict[Point, str]:
    """The notes where their records are now; those below the table go down with it. Notes of records that are gone are among the unclaimed."""
    notes: dict[Point, str] = {}
    for (row, column), text in before.notes.items():
        here = row + FIRST_ROW
        now = work.moved.get(here) if here <= work.last else here + before.added[1]
        if now is not None:
            notes[now - FIRST_ROW, column] = text
    return notes
