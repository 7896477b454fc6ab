"""What the cells beside the buttons say: the folders to read from, the last result."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from xltools.actions.policy import policy_named
from xltools.actions.run import TEMPLATE
from xltools.books.console import CHECKLISTS, INBOX, RESULT
from xltools.books.live import LiveBook
from xltools.faces.live.cells import entry
from xltools.faces.live.host import Desk, RefusedError, named, written_in
from xltools.model.console import load_console
from xltools.model.policy import Policy


def city(book: Any) -> LiveBook:
    """The open summary. Raises RefusedError when it is none."""
    live = LiveBook(book)
    if live.stamp.template != TEMPLATE:
        raise RefusedError(load_console().said["not_city"])
    return live


def result(book: Any) -> Any:
    """The cell of the last result. Raises RefusedError when the workbook has none."""
    cell = named(book, RESULT)
    if cell is None:
        raise RefusedError(load_console().said["not_city"])
    return cell


def write_result(desk: Desk, line: str) -> None:
    """Show a line as the last result."""
    cell = result(desk.book)
    desk.back.by(partial(setattr, cell, "value", entry(cell.value)))
    cell.value = entry(line)


def inbox(book: Any, folder: Path) -> Path:
    """The folder of county workbooks, seen from the workbook's own. Raises RefusedError when there is no such folder."""
    text = written_in(book, INBOX)
    if not text or not (folder / text).is_dir():
        raise RefusedError(load_console().said["no_inbox"].format(inbox=text))
    return folder / text


def checklists(book: Any, folder: Path) -> list[Path]:
    """The folder of filled checklists; nothing when there is none yet."""
    path = checklist_folder(book, folder)
    return [path] if path.is_dir() and path != folder else []


def checklist_folder(book: Any, folder: Path) -> Path:
    """Where checklists are, or will be."""
    words = load_console()
    return folder / (written_in(book, CHECKLISTS, words.checklists) or words.checklists)


def policy_of(desk: Desk, stamped: str, otherwise: str) -> Policy:
    """The policy that a workbook was made for; a bureau's own lies beside it as a policy workbook. Raises StopError when it is not there."""
    return policy_named(stamped or otherwise, Path(str(desk.book.fullname)).parent)
