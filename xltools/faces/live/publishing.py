"""The button 发布: the public list of the open summary, for a notice whose days stand beside the buttons."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from xltools.actions.publish import day_in, publish_book
from xltools.books.console import NOTICE_END, NOTICE_START
from xltools.books.live import as_cell
from xltools.faces.live.folders import city, policy_of
from xltools.faces.live.grading import announce
from xltools.faces.live.host import MINUTE, Desk, RefusedError, Reply, named
from xltools.faces.live.results import require_place, show
from xltools.model.console import load_console
from xltools.model.policy import Policy
from xltools.model.publication import Notice, Published


def publish(desk: Desk, moment: datetime, policy_id: str) -> Reply:
    """Write the public list and page into a folder of the notice's own beside the open summary. Raises RefusedError and StopError."""
    words, book, home = load_console(), desk.book, desk.folder
    desk.say(words.said["reading"])
    live = city(book)
    require_place(book)
    policy = policy_of(desk, live.stamp.policy, policy_id)
    notice = Notice(policy, _day(book, NOTICE_START, words.notice_start, policy), _day(book, NOTICE_END, words.notice_end, policy))
    folder = words.published.format(start=notice.start)
    desk.say(words.said["publishing"])
    done = publish_book(live, notice, home / folder)
    for path in done.paths:
        desk.back.by(path.unlink)       # else the next try would be refused because they are there
    line = _line(done, notice, moment, folder)
    reply = announce(desk, line, moment, [])
    if done.findings:
        show(desk, done.findings, line)
    return reply


def _line(done: Published, notice: Notice, moment: datetime, folder: str) -> str:
    words = load_console()
    values = {"moment": f"{moment:{MINUTE}}", "sheet": words.check.sheet}
    if not done.count:
        return words.said["nothing"].format(**values)
    line = words.said["published"].format(**values, count=done.count, start=notice.start, end=notice.end, folder=folder)
    return line + (words.said["left_out"].format(**values, left=len(done.findings)) if done.findings else "")


def _day(book: Any, name: str, label: str, policy: Policy) -> date:
    """The day in the cell of this name. Raises RefusedError when it says none: how long a notice lasts, no rule says."""
    said, cell = load_console().said, named(book, name)
    value = None if cell is None else as_cell(cell.value)
    if value is None:
        raise RefusedError(said["no_notice"].format(label=label))
    day = day_in(value, policy.year)
    if day is None:
        raise RefusedError(said["bad_notice"].format(label=label, text=value, year=policy.year))
    return day
