"""The sheets of city forms in the open workbook: taken as they stand, written, and put back when anything fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from xltools.actions.merge_open import SheetWork
from xltools.actions.run import TEMPLATE
from xltools.books.live import LiveBook
from xltools.books.summary import ONLY_WHEN_FILLED
from xltools.faces.live.host import Desk
from xltools.faces.live.paint import clean
from xltools.faces.live.state import Snapshot, put_back, take
from xltools.faces.live.writing import add_sheet, linked_columns, room_for, write_sheet
from xltools.model.console import load_console
from xltools.model.form import FIRST_ROW, load_template


def form_snapshots(live: LiveBook, works: Iterable[SheetWork]) -> list[Snapshot]:
    """The sheets as they stand, without what a check marked in them; a sheet that is missing is added first."""
    found = []
    for work in works:
        if work.sheet not in live.sheets:
            add_sheet(live.book, work, live.book.sheets[-1])
        sheet = live.book.sheets[work.sheet]
        clean(sheet)
        size = len(live.values(work.sheet)) - FIRST_ROW + 1 if work.sheet in live.sheets else 0, len(work.plan.form.fields)
        found.append(take(sheet, FIRST_ROW, size, linked_columns(work.plan)))
    return found


def write_forms(desk: Desk, works: Iterable[SheetWork], before: Iterable[Snapshot], done: list[Snapshot]) -> None:
    """Write the sheets one after the other. done: gets the snapshot of each before it is touched, with the rows that were put in."""
    for work, snapshot in zip(works, before, strict=True):
        desk.say(load_console().said["writing"].format(sheet=work.sheet))
        done.append(snapshot)
        done[-1] = replace(snapshot, added=room_for(desk.book.sheets[work.sheet], work))
        write_sheet(desk.book, work, done[-1], desk.folder)


@contextmanager
def restoring(book: Any) -> Iterator[list[Snapshot]]:
    """When the block fails, every sheet in the list it is given is put back, and the exception goes on."""
    done: list[Snapshot] = []
    try:
        yield done
    except BaseException:
        live = LiveBook(book)
        for snapshot in done:
            with suppress(Exception):  # one sheet that cannot be put back must not keep the others from it
                put_back(book.sheets[snapshot.sheet], snapshot, len(live.values(snapshot.sheet)))
        show_what_is_filled(book, done)
        raise


def show_what_is_filled(book: Any, snapshots: Iterable[Snapshot]) -> None:
    """Hide the sheets that are shown only with something in them, show them otherwise."""
    template = load_template(TEMPLATE)
    only = {template[name].sheet for name in ONLY_WHEN_FILLED}
    for one in snapshots:
        if one.sheet in only:
            book.sheets[one.sheet].visible = any(value is not None for row in one.rows for value in row)
