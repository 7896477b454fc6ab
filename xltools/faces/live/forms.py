"""The sheets of city forms in the open workbook: taken as they stand, and written."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from msgspec.structs import replace

from xltools.actions.merge_open import SheetWork
from xltools.actions.run import TEMPLATE
from xltools.books.live import LiveBook
from xltools.books.summary import ONLY_WHEN_FILLED
from xltools.faces.live.back import show
from xltools.faces.live.cells import Color, Point
from xltools.faces.live.host import Desk
from xltools.faces.live.looks import Looks, first_blank, of_blank_rows
from xltools.faces.live.paint import clean
from xltools.faces.live.state import Snapshot, refill, take
from xltools.faces.live.writing import add_header, room_for, tints_of, write_sheet
from xltools.model.console import load_console
from xltools.model.form import FIRST_ROW, HEADER_ROW, load_template


def form_snapshots(desk: Desk, live: LiveBook, works: Iterable[SheetWork]) -> list[Snapshot]:
    """The sheets as they stand, without what a check marked in them; a sheet that is missing is added first."""
    found = []
    for work in works:
        if work.sheet not in live.sheets:
            _add(desk, work)
        sheet = desk.book.sheets[work.sheet]
        clean(sheet, desk.back)
        filled = len(live.values(work.sheet)) - FIRST_ROW + 1 if work.sheet in live.sheets else 0
        taken = take(sheet, FIRST_ROW, (max(filled, work.plan.length), len(work.plan.form.fields)), likely=_as_before(work))
        found.append(replace(taken, looks=_blank(sheet, work)))
    return found


def _as_before(work: SheetWork) -> dict[Point, Color]:
    """The fills that the sheet has if every record is tinted as it will be."""
    came = {now - FIRST_ROW: row - FIRST_ROW for row, now in work.moved.items()}
    return {(came[row], column): color for (row, column), color in tints_of(work.plan).items() if row in came}


def _blank(sheet: Any, work: SheetWork) -> Looks | None:
    """The looks of the blank rows that the table will grow over. What stands below it is pushed down instead."""
    now = HEADER_ROW + work.plan.length
    return None if work.below or now <= work.last else of_blank_rows(first_blank(sheet, work.last, now), now)


def _add(desk: Desk, work: SheetWork) -> None:
    """A sheet for a form that the workbook has lost, behind all others; the one in front stays in front."""
    front = desk.book.sheets.active
    sheet = desk.book.sheets.add(work.sheet, after=desk.book.sheets[-1])
    desk.back.by(sheet.delete)
    add_header(sheet, work.plan.form)
    front.activate()


def write_forms(desk: Desk, works: Iterable[SheetWork], before: Iterable[Snapshot]) -> list[Snapshot]:
    """Write the sheets one after the other; gives the snapshots with the rows that were put in."""
    done = []
    for work, snapshot in zip(works, before, strict=True):
        desk.say(load_console().said["writing"].format(sheet=work.sheet))
        desk.back.by(partial(refill, desk.book, snapshot))
        added = room_for(desk.book.sheets[work.sheet], work, desk.back)
        done.append(replace(snapshot, added=added))
        write_sheet(desk, work, done[-1])
    return done


def show_what_is_filled(desk: Desk, snapshots: Iterable[Snapshot]) -> None:
    """Hide the sheets that are shown only with something in them, show them otherwise."""
    template = load_template(TEMPLATE)
    only = {template[name].sheet for name in ONLY_WHEN_FILLED}
    for one in snapshots:
        if one.sheet in only:
            show(desk.book.sheets[one.sheet], any(value is not None for row in one.rows for value in row), desk.back)
