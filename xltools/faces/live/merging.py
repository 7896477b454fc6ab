"""The buttons 合并区县表 and 撤销上次合并: everything is computed first and written last, and what was there can be brought back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xltools.actions.merge import TEMPLATE, result_line
from xltools.actions.merge_open import Request, Work, merge_open
from xltools.books.console import INBOX, RESULT
from xltools.books.figures_alone import write_figures
from xltools.books.live import LiveBook
from xltools.books.summary import ONLY_WHEN_FILLED
from xltools.faces.live.board import BoardPlace, board_snapshots, find_board, room_on, write_board
from xltools.faces.live.cells import entry
from xltools.faces.live.figures import replace_figures, swap_figures
from xltools.faces.live.host import RefusedError, Reply, Say, folder_of, steps
from xltools.faces.live.paint import clean
from xltools.faces.live.state import Snapshot, State, keep, kept, put_back, take, take_row
from xltools.faces.live.writing import add_sheet, linked_columns, room_for, write_sheet
from xltools.model.console import load_console
from xltools.model.form import FIRST_ROW, load_template
from xltools.model.policy import load_policy

FIGURES_FILE = "figures.xlsx"
MINUTE = "%Y-%m-%d %H:%M"


def merge(book: Any, moment: datetime, say: Say, policy_id: str) -> Reply:
    """Merge the inbox into the open summary; its other sheets, and what the city wrote in ours, stay. Raises RefusedError and StopError."""
    said, folder = load_console().said, folder_of(book)
    say(said["reading"])
    live = LiveBook(book)
    if live.stamp.template != TEMPLATE:
        raise RefusedError(said["not_city"])
    policy = load_policy(live.stamp.policy or policy_id)
    work = merge_open(live, Request(_inbox(book, folder), folder, policy, moment), steps(say))
    if not work.outcome.submissions and not work.outcome.unread:
        raise RefusedError(said["empty_inbox"].format(inbox=_named(book, INBOX).value))
    say(said["combining"])
    result = result_line(work.outcome, moment)
    run = _Run(book, work, find_board(live, _named(book, RESULT).sheet.name, work.board), folder, say)
    with TemporaryDirectory() as temporary:
        path = Path(temporary) / FIGURES_FILE
        formulas = write_figures(path, work.template, policy, work.summary)
        before = run.snapshots(live)
        state = State(f"{moment:{MINUTE}}", result, str(_named(book, RESULT).value or ""), before)
        keep(Path(book.fullname), state)
        written = run.write(before, lambda: replace_figures(book, path, formulas))
    keep(Path(book.fullname), replace(state, snapshots=written))
    _named(book, RESULT).value = entry(result)
    return Reply(result)


def undo(book: Any, moment: datetime, say: Say) -> Reply:
    """Bring our sheets back to how they stood before the last merge; once more brings the merge back. Raises RefusedError."""
    said, cell, inbox = load_console().said, _named(book, RESULT), _named(book, INBOX)
    folder_of(book)
    path, here = Path(book.fullname), [sheet.name for sheet in book.sheets]
    state = kept(path)
    if state is None or state.mark != cell.value or any(one.sheet not in here for one in state.snapshots):
        raise RefusedError(said["no_undo"])
    result, folder_cell = said["undone"].format(moment=f"{moment:{MINUTE}}", before=state.moment), inbox.value
    for one in state.snapshots:
        clean(book.sheets[one.sheet])
    live = LiveBook(book)
    now = [_again(live, one) for one in state.snapshots]
    for one in state.snapshots:
        say(said["restoring"].format(sheet=one.sheet))
        put_back(book.sheets[one.sheet], one, len(live.values(one.sheet)))
    swap_figures(book)
    _show_what_is_filled(book, state.snapshots)
    inbox.value, cell.value = entry(folder_cell), entry(result)
    keep(path, State(state.moment, result, state.result, now))
    return Reply(result)


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

    book: Any
    work: Work
    place: BoardPlace
    folder: Path
    say: Say

    def snapshots(self, live: LiveBook) -> list[Snapshot]:
        """Our sheets as they stand, without what a check marked in them; a sheet that is missing is added first. The board comes last."""
        here = live.sheets
        found = []
        for work in self.work.sheets:
            if work.sheet not in here:
                add_sheet(self.book, work, self.book.sheets[-1])
            sheet = self.book.sheets[work.sheet]
            clean(sheet)
            size = len(live.values(work.sheet)) - FIRST_ROW + 1 if work.sheet in here else 0, len(work.plan.form.fields)
            found.append(take(sheet, FIRST_ROW, size, linked_columns(work.plan)))
        return [*found, *board_snapshots(self.book.sheets[self.place.sheet], self.place, self.work.board)]

    def write(self, before: Iterable[Snapshot], figures: Callable[[], None]) -> list[Snapshot]:
        """Write every sheet; when one fails all are put back and the exception goes on. Gives the snapshots with the rows put in."""
        snapshots = list(before)
        count = len(self.work.sheets)
        forms, heads, table = snapshots[:count], snapshots[count:-1], snapshots[-1]
        done: list[Snapshot] = []
        try:
            for work, snapshot in zip(self.work.sheets, forms, strict=True):
                self.say(load_console().said["writing"].format(sheet=work.sheet))
                done.append(snapshot)
                done[-1] = replace(snapshot, added=room_for(self.book.sheets[work.sheet], work))
                write_sheet(self.book, work, done[-1], self.folder)
            done += [*heads, table]
            done[-1] = replace(table, added=room_on(self.book.sheets[self.place.sheet], self.place, self.work.board))
            write_board(self.book, self.place, self.work.board, self.folder)
            figures()
        except BaseException:
            live = LiveBook(self.book)
            for snapshot in done:
                with suppress(Exception):  # one sheet that cannot be put back must not keep the others from it
                    put_back(self.book.sheets[snapshot.sheet], snapshot, len(live.values(snapshot.sheet)))
            _show_what_is_filled(self.book, done)
            raise
        return done


def _show_what_is_filled(book: Any, snapshots: Iterable[Snapshot]) -> None:
    """Hide the sheets that are shown only with something in them, show them otherwise."""
    template = load_template(TEMPLATE)
    only = {template[name].sheet for name in ONLY_WHEN_FILLED}
    for one in snapshots:
        if one.sheet in only:
            book.sheets[one.sheet].visible = any(value is not None for row in one.rows for value in row)


def _inbox(book: Any, folder: Path) -> Path:
    """The folder that the cell names, seen from the workbook's own. Raises RefusedError when there is no such folder."""
    text = str(_named(book, INBOX).value or "").strip()
    inbox = folder / text
    if not text or not inbox.is_dir():
        raise RefusedError(load_console().said["no_inbox"].format(inbox=text))
    return inbox


def _named(book: Any, name: str) -> Any:
    """The cell with this defined name. Raises RefusedError when the workbook has none."""
    for one in book.names:
        if one.name == name:
            return one.refers_to_range
    raise RefusedError(load_console().said["not_city"])
