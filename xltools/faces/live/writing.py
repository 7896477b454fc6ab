"""The merged contents into the sheets of the open summary: our columns as blocks, everything of the user's moved along with its row."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby
from typing import Any

from xltools.actions.merge_open import SheetWork
from xltools.books.base import Cell
from xltools.books.inplace_sheet import SLACK
from xltools.books.layout import header_text
from xltools.books.sheet import Formula, SheetPlan
from xltools.books.style import BASE, LOOKS, kind_look
from xltools.books.summary import ONLY_WHEN_FILLED, ROW_HEIGHT
from xltools.books.summary import heights as needed
from xltools.faces.live.back import Back, show
from xltools.faces.live.cells import (
    INKS,
    Color,
    Point,
    Rows,
    area,
    changed,
    ink,
    recolor,
    rgb,
    stretches,
    tint_color,
    write_changed,
)
from xltools.faces.live.heights import heights, other_heights, set_heights
from xltools.faces.live.host import Desk
from xltools.faces.live.links import links_of_rows, other_links, relink, targets
from xltools.faces.live.looks import Looks, dress, of_records
from xltools.faces.live.state import Snapshot, set_notes, shift
from xltools.model.form import FIRST_ROW, HEADER_ROW, TITLE_ROW, Field, Form, Owner

GENERAL = "General"


def room_for(sheet: Any, work: SheetWork, back: Back) -> tuple[int, int]:
    """Put in rows when the table would grow into what stands below it; gives (row, how many)."""
    count = work.plan.length - (work.last - HEADER_ROW)
    if not work.below or count <= 0:
        return 0, 0
    shift(sheet, (work.last + 1, -count), back)
    return work.last + 1, count


def write_sheet(desk: Desk, work: SheetWork, before: Snapshot) -> None:
    """Bring one sheet to its new contents. before: the sheet from its first record down, with the rows that `room_for` put in."""
    sheet = desk.book.sheets[work.sheet]
    count, old = work.plan.length, work.last - HEADER_ROW
    _dress(sheet, work, old, before.added[1])
    height = max(count, old)
    if height:
        block = area(sheet, FIRST_ROW, 1, height, len(work.plan.form.fields))
        written = set[int]()
        for part, rows, was in _columns(work, before):
            written.update(write_changed(block[:, part], rows + [[None] * (part.stop - part.start)] * (height - count), was))
        recolor(block, _as_dressed(before, old, height), _fills(work, before))
        _link(desk, block, work, before, written)
        now = heights(sheet, FIRST_ROW, height) if before.added[1] else before.heights[:height]
        set_heights(sheet, FIRST_ROW, now, _heights(work, before, height))
    set_notes(sheet, FIRST_ROW, _moved_notes(work, before))
    show(sheet, count > 0 or work.plan.form.name not in ONLY_WHEN_FILLED, desk.back)


def stands(desk: Desk, work: SheetWork, before: Snapshot) -> bool:
    """Whether `write_sheet` would change nothing."""
    count = work.plan.length
    if count != work.last - HEADER_ROW or any(row != now for row, now in work.moved.items()) or any(changed(rows, was) for _, rows, was in _columns(work, before)):
        return False
    there = {point: color for point, color in before.fills.items() if point[0] < count}
    links = {point: url for point, url in before.links.items() if point[0] < count}
    return (
        _fills(work, before) == there
        and not other_links(links, _leads(desk, work, before), desk.folder)
        and not other_heights(FIRST_ROW, before.heights[:count], _heights(work, before, count))
        and _moved_notes(work, before) == before.notes
    )


def add_header(sheet: Any, form: Form) -> None:
    """Title and header of a form on an empty sheet; the records are written like those of any other."""
    sheet.range((TITLE_ROW, 1)).value = form.title
    header = area(sheet, HEADER_ROW, 1, 1, len(form.fields))
    header.value = [header_text(one) for one in form]
    header.font.bold = True


def _columns(work: SheetWork, before: Snapshot) -> Iterator[tuple[slice, list[list[Cell | Formula]], Rows]]:
    """The columns that are written, those side by side together: where they are, what comes there, and what the records before had there."""
    records, rows = work.plan.records(), before.rows[: work.last - HEADER_ROW]
    for column, fields in _runs(work):
        part = slice(column, column + len(fields))
        yield part, [[record.get(one.name) for one in fields] for record in records], [row[part] for row in rows]


def _runs(work: SheetWork) -> Iterator[tuple[int, list[Field]]]:
    """Neighbouring columns that are written: the first, counted from 0, and their fields."""
    fields = dict(work.used)
    for first, last in stretches(fields):
        yield first - 1, [fields[column] for column in range(first, last + 1)]


def _dress(sheet: Any, work: SheetWork, old: int, added: int) -> None:
    """New rows look like the first one: borders, number formats, drop-downs. Without a row to follow, number formats at least."""
    count, width = work.plan.length, len(work.plan.form.fields)
    if count <= old:
        return
    if old:
        dress(sheet, of_records(sheet, work.last + 1, count - old), width)
        return
    for code, used in groupby(work.used, key=lambda one: _number_format(one[1])):
        for first, last in stretches(column for column, _ in used):
            area(sheet, FIRST_ROW, first, count, last - first + 1).number_format = code
    if added == 0:
        dress(sheet, Looks(FIRST_ROW + 1, count - 1, FIRST_ROW), width)


def _number_format(one: Field) -> str:
    look = kind_look(one.kind, one.owner)
    return GENERAL if look == BASE else str(LOOKS[look]["num_format"])


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


def tints_of(plan: SheetPlan) -> dict[Point, Color]:
    """The tints of a plan as fills; "" as field tints the whole record."""
    columns = {one.name: column for column, one in enumerate(plan.form)}
    found: dict[Point, Color] = {}
    for (row, name), tint in sorted(plan.tints.items(), key=lambda item: item[0][1]):
        for column in [columns[name]] if name else columns.values():
            found[row, column] = tint_color(tint)
    return found


def _fills(work: SheetWork, before: Snapshot) -> dict[Point, Color]:
    """The fills that the records get: the user's own, and our tints."""
    return {**_moved_fills(work, before.fills), **tints_of(work.plan)}


def _leads(desk: Desk, work: SheetWork, before: Snapshot) -> dict[Point, str]:
    """Where the records lead: each to where it came from, and the user's own links go with their records."""
    theirs = {
        (now - FIRST_ROW, column): url
        for (row, column), url in before.links.items()
        if work.plan.form.fields[column].owner is Owner.CITY and (now := work.moved.get(row + FIRST_ROW)) is not None
    }
    return {**theirs, **dict(zip(_linked(work), targets(desk, work.plan.links.values()), strict=True))}


def _linked(work: SheetWork) -> list[Point]:
    """The cells with links of ours, in the order of these."""
    fields = [one.name for one in work.plan.form]
    return [(row, fields.index(name)) for row, name in work.plan.links]


def _link(desk: Desk, block: Any, work: SheetWork, before: Snapshot, written: Collection[int]) -> None:
    """Let every record lead to where it should. written: rows that may have other links than before."""
    height = block.shape[0]     # what stands below the table is not ours
    there = {point: url for point, url in before.links.items() if point[0] < height and point[0] not in written} | links_of_rows(block, sorted(written))
    relink(block, _leads(desk, work, before), there, desk.folder)
    ink(block, dict.fromkeys(_linked(work), rgb(str(LOOKS["link"]["font_color"]))))


def _heights(work: SheetWork, before: Snapshot, count: int) -> list[float]:
    """The heights of so many rows: each record keeps that of its row, and gets more when its text needs it."""
    came = {now: row for row, now in work.moved.items()}
    need = needed(work.plan)
    found = []
    for row in range(FIRST_ROW, FIRST_ROW + count):
        high = before.heights[came[row] - FIRST_ROW] if row in came else 0
        found.append(need[row] if row in need and need[row] > high + SLACK else high or ROW_HEIGHT)
    return found


def _moved_notes(work: SheetWork, before: Snapshot) -> dict[Point, str]:
    """The notes where their records are now; those below the table go down with it. Notes of records that are gone are among the unclaimed."""
    notes: dict[Point, str] = {}
    for (row, column), text in before.notes.items():
        here = row + FIRST_ROW
        now = work.moved.get(here) if here <= work.last else here + before.added[1]
        if now is not None:
            notes[now - FIRST_ROW, column] = text
    return notes
