"""The buttons 合并区县表 and 撤销上次合并: everything is computed first and written last, and what was there can be brought back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from xltools.actions.inbox import Inbox
from xltools.actions.merge_open import Request, Work, merge_open
from xltools.actions.run import result_line
from xltools.books.console import INBOX, RESULT
from xltools.books.figures_alone import write_figures
from xltools.books.live import LiveBook
from xltools.faces.live.board import BoardPlace, board_snapshots, board_stands, find_board, room_on, write_board
from xltools.faces.live.figures import (
    drop,
    figures_stand,
    looking_at_figures,
    names,
    replace_figures,
    spare,
    swap_figures,
)
from xltools.faces.live.folders import checklists, city, inbox, policy_of, result, write_result
from xltools.faces.live.forms import form_snapshots, show_what_is_filled, write_forms
from xltools.faces.live.host import MINUTE, Desk, RefusedError, Reply, steps, written_in
from xltools.faces.live.leading import changes_of, lead, led_back, lost, pointing, put, still
from xltools.faces.live.looks import the_other
from xltools.faces.live.paint import clean
from xltools.faces.live.state import Led, Snapshot, State, fill, followed, keep, kept, refill, shift, take, take_row
from xltools.faces.live.writing import stands
from xltools.faces.places import cache_folder
from xltools.model.console import load_console

FIGURES_FILE = "figures.xlsx"
SOME = 5        # cells that are named


def merge(desk: Desk, moment: datetime, policy_id: str) -> Reply:
    """Merge the inbox into the open summary; its other sheets, and what the city wrote in ours, stay. Raises RefusedError and StopError."""
    said, book, folder = load_console().said, desk.book, desk.folder
    desk.say(said["reading"])
    live = city(book)
    policy = policy_of(desk, live.stamp.policy, policy_id)
    paths = tuple(dict.fromkeys([inbox(book, folder), *checklists(book, folder)]))
    work = merge_open(live, Request(Inbox(paths, cache=cache_folder()), folder, policy, moment), steps(desk.say))
    if not work.outcome.submissions and not work.outcome.unread:
        raise RefusedError(said["empty_inbox"].format(inbox=written_in(book, INBOX)))
    desk.say(said["combining"])
    run = _Run(desk, work, find_board(live, result(book).sheet.name, work.board))
    with TemporaryDirectory() as temporary:
        path = Path(temporary) / FIGURES_FILE
        before = form_snapshots(desk, live, work.sheets), board_snapshots(run.board, run.place, work.board)
        if work.again and run.stands(live, *before) and figures_stand(live, path, write_figures(path, work.template, policy, work.again)):
            return _unchanged(desk, result_line(work.outcome, moment, "unchanged"))
        formulas = write_figures(path, work.template, policy, work.summary)
        snapshots, led, lost = run.write(live, *before)
        line = f"{result_line(work.outcome, moment)}{_lost_clause(lost)}"
        state = State(f"{moment:{MINUTE}}", line, written_in(book, RESULT), snapshots, led=led)
        replace_figures(desk, path, formulas, looking_at_figures(live))
    keep(desk.path, state, desk.back)
    write_result(desk, line)
    drop(book, spare())
    return Reply(line)


def _unchanged(desk: Desk, line: str) -> Reply:
    """Nothing is written but the result, as in a file; an undo still goes back behind the merge before."""
    state = kept(desk.path)
    if state is not None and state.mark == written_in(desk.book, RESULT):
        keep(desk.path, followed(state, line), desk.back)
    write_result(desk, line)
    return Reply(line)


def _lost_clause(lost: list[str]) -> str:
    """A clause about formulas that could not be led along; "" without any."""
    return load_console().said["lost"].format(count=len(lost), cells="、".join(lost[:SOME])) if lost else ""


def undo(desk: Desk, moment: datetime) -> Reply:
    """Bring our sheets back to how they stood before the last merge; once more brings the merge back. Raises RefusedError."""
    said, book, cell, path = load_console().said, desk.book, result(desk.book), desk.path
    here, state = [sheet.name for sheet in book.sheets], kept(path)
    if state is None or state.mark != cell.value or any(one.sheet not in here for one in state.snapshots):
        raise RefusedError(said["no_undo"])
    line = said["undone"].format(moment=f"{moment:{MINUTE}}", before=state.moment)
    for one in state.snapshots:
        clean(book.sheets[one.sheet], desk.back)
    live = LiveBook(book)
    ours = still(book, state.led)
    sheets = [one.sheet for one in state.snapshots]
    desk.back.by(partial(put, book, pointing(live, sheets, {*_apart(), *sheets})))      # put back last of all: rows that go and come move them
    now = [_again(live, one) for one in state.snapshots]
    for one, former in zip(state.snapshots, now, strict=True):
        desk.say(said["restoring"].format(sheet=one.sheet))
        desk.back.by(partial(refill, book, former))
        shift(book.sheets[one.sheet], one.added, desk.back)
        fill(book.sheets[one.sheet], one, len(live.values(one.sheet)) - one.added[1])
    led = led_back(book, ours)
    if state.figures:
        swap_figures(desk, looking_at_figures(live))
    show_what_is_filled(desk, state.snapshots)
    keep(path, replace(state, mark=line, snapshots=now, led=led), desk.back)
    write_result(desk, line)
    return Reply(line)


def _again(live: LiveBook, former: Snapshot) -> Snapshot:
    """The sheet of an earlier snapshot as it stands now, and which rows going back takes out or puts in."""
    grid = live.values(former.sheet)
    sheet = live.book.sheets[former.sheet]
    if not former.to_end:
        return take_row(sheet, former.top, former.width)
    size = len(grid) - former.top + 1, max(former.width, len(grid[0]) if grid else 0)
    at, count = former.added
    return replace(take(sheet, former.top, size, len(former.heights) + count), added=(at, -count), looks=the_other(sheet, former.looks))


def _apart() -> set[str]:
    """The sheets of ours that are none of forms: the figures, those kept for an undo, the results of a check."""
    return {load_console().check.sheet, *names(), spare()}


class _Run(Struct, frozen=True):
    """One merge into one open workbook, ready to be written."""

    desk: Desk
    work: Work
    place: BoardPlace

    @property
    def board(self) -> Any:
        """The sheet of the board."""
        return self.desk.book.sheets[self.place.sheet]

    def stands(self, live: LiveBook, before: Sequence[Snapshot], board: Sequence[Snapshot]) -> bool:
        """Whether every sheet says already what it will, apart from those that tell of the merges. before, board: the sheets as they stand."""
        desk, work, there = self.desk, self.work, {one.sheet: one for one in before}
        return all(one.sheet in live.sheets and stands(desk, one, there[one.sheet]) for one in work.told) and board_stands(desk, self.place, work.board, board[-1])

    def write(self, live: LiveBook, before: Sequence[Snapshot], board: Sequence[Snapshot]) -> tuple[list[Snapshot], tuple[Led, ...], list[str]]:
        """Write every sheet, the board last; gives the sheets as they stood, with the rows that were put in, and what of the user's own
        formulas was led along and what could not be. before, board: the sheets as they stand."""
        desk, work, plan = self.desk, self.work, self.work.board
        *heads, table = board
        points = pointing(live, [one.sheet for one in work.sheets], self._ours)
        desk.back.by(partial(put, desk.book, points))
        done = write_forms(desk, work.sheets, before)
        changes = changes_of(zip(work.sheets, (one.added[1] for one in done), strict=True))
        led = lead(desk.book, points, changes)
        for one in (*heads, table):
            desk.back.by(partial(refill, desk.book, one))
        added = room_on(self.board, self.place, plan, desk.back)
        write_board(desk, self.place, plan)
        return [*done, *heads, replace(table, added=added)], led, lost(points, changes)

    @property
    def _ours(self) -> set[str]:
        """The sheets whose formulas are ours, or stay as they were."""
        return {self.place.sheet, *_apart(), *(one.sheet for one in self.work.sheets)}
