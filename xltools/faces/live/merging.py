"""The buttons 合并区县表 and 撤销上次合并: everything is computed first and written last, and what was there can be brought back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xltools.actions.merge_open import Request, Work, merge_open
from xltools.actions.run import result_line
from xltools.books.console import INBOX, RESULT
from xltools.books.figures_alone import write_figures
from xltools.books.live import LiveBook
from xltools.faces.live.board import BoardPlace, board_snapshots, find_board, room_on, write_board
from xltools.faces.live.cells import entry
from xltools.faces.live.figures import replace_figures, swap_figures
from xltools.faces.live.folders import checklists, city, inbox, result
from xltools.faces.live.forms import form_snapshots, restoring, show_what_is_filled, write_forms
from xltools.faces.live.host import Desk, RefusedError, Reply, Say, folder_of, steps, written_in
from xltools.faces.live.paint import clean
from xltools.faces.live.state import Snapshot, State, fill, keep, keeping, kept, shift, take, take_row
from xltools.model.console import load_console
from xltools.model.policy import load_policy

FIGURES_FILE = "figures.xlsx"
MINUTE = "%Y-%m-%d %H:%M"


def merge(book: Any, moment: datetime, say: Say, policy_id: str) -> Reply:
    """Merge the inbox into the open summary; its other sheets, and what the city wrote in ours, stay. Raises RefusedError and StopError."""
    said, folder = load_console().said, folder_of(book)
    say(said["reading"])
    live = city(book)
    policy = load_policy(live.stamp.policy or policy_id)
    paths = tuple(dict.fromkeys([inbox(book, folder), *checklists(book, folder)]))
    work = merge_open(live, Request(paths, folder, policy, moment), steps(say))
    if not work.outcome.submissions and not work.outcome.unread:
        raise RefusedError(said["empty_inbox"].format(inbox=written_in(book, INBOX)))
    say(said["combining"])
    line = result_line(work.outcome, moment)
    run = _Run(Desk(book, folder, say), work, find_board(live, result(book).sheet.name, work.board))
    with TemporaryDirectory() as temporary:
        path = Path(temporary) / FIGURES_FILE
        formulas = write_figures(path, work.template, policy, work.summary)
        before = run.snapshots(live)
        state = State(f"{moment:{MINUTE}}", line, written_in(book, RESULT), before)
        with keeping(Path(book.fullname), state):
            written = run.write(before, lambda: replace_figures(book, path, formulas))
    keep(Path(book.fullname), replace(state, snapshots=written))
    result(book).value = entry(line)
    return Reply(line)


def undo(book: Any, moment: datetime, say: Say) -> Reply:
    """Bring our sheets back to how they stood before the last merge; once more brings the merge back. Raises RefusedError."""
    said, cell = load_console().said, result(book)
    folder_of(book)
    path, here = Path(book.fullname), [sheet.name for sheet in book.sheets]
    state = kept(path)
    if state is None or state.mark != cell.value or any(one.sheet not in here for one in state.snapshots):
        raise RefusedError(said["no_undo"])
    line = said["undone"].format(moment=f"{moment:{MINUTE}}", before=state.moment)
    for one in state.snapshots:
        clean(book.sheets[one.sheet])
    live = LiveBook(book)
    now = [_again(live, one) for one in state.snapshots]
    with keeping(path, replace(state, mark=line, snapshots=now)), restoring(book) as done:
        for one, former in zip(state.snapshots, now, strict=True):
            say(said["restoring"].format(sheet=one.sheet))
            done.append(replace(former, added=(0, 0)))
            shift(book.sheets[one.sheet], one)
            done[-1] = former
            fill(book.sheets[one.sheet], one, len(live.values(one.sheet)) - one.added[1])
        if state.figures:
            swap_figures(book)
    show_what_is_filled(book, state.snapshots)
    cell.value = entry(line)
    return Reply(line)


def _again(live: LiveBook, former: Snapshot) -> Snapshot:
    """The sheet of an earlier snapshot as it stands now, and which rows going back takes out or puts in."""
    grid = live.values(former.sheet)
    sheet = live.book.sheets[former.sheet]
    if not former.to_end:
        return take_row(sheet, former.top, former.width)
    size = len(grid) - former.top + 1, max(former.width, len(grid[0]) if grid else 0)
    at, count = former.added
    return replace(take(sheet, former.top, size, former.linked), added=(at, -count))


@dataclass(frozen=True)
class _Run:
    """One merge into one open workbook, ready to be written."""

    desk: Desk
    work: Work
    place: BoardPlace

    @property
    def board(self) -> Any:
        """The sheet of the board."""
        return self.desk.book.sheets[self.place.sheet]

    def snapshots(self, live: LiveBook) -> list[Snapshot]:
        """Our sheets as they stand. The board comes last."""
        return [*form_snapshots(live, self.work.sheets), *board_snapshots(self.board, self.place, self.work.board)]

    def write(self, before: Sequence[Snapshot], figures: Callable[[], None]) -> list[Snapshot]:
        """Write every sheet; when one fails all are put back and the exception goes on. Gives the snapshots with the rows put in."""
        count = len(self.work.sheets)
        heads, table = before[count:-1], before[-1]
        with restoring(self.desk.book) as done:
            write_forms(self.desk, self.work.sheets, before[:count], done)
            done += [*heads, table]
            done[-1] = replace(table, added=room_on(self.board, self.place, self.work.board))
            write_board(self.desk.book, self.place, self.work.board, self.desk.folder)
            figures()
        return done
