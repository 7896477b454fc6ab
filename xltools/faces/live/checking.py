"""The button 校验本表: what is wrong in the open workbook, in the cells and in a list."""

from __future__ import annotations

from datetime import datetime

from xltools.actions.check_open import check_open
from xltools.actions.run import TEMPLATE as CITY
from xltools.books.live import LiveBook
from xltools.faces.live.folders import policy_of
from xltools.faces.live.host import MINUTE, Desk, Reply
from xltools.faces.live.paint import clean, paint
from xltools.faces.live.results import is_ours, require_place, show
from xltools.model.console import load_console
from xltools.model.finding import Severity
from xltools.model.outcome import as_filled_in


def check(desk: Desk, moment: datetime, policy_id: str) -> Reply:
    """Check the open workbook as it stands, unsaved changes included, and mark what is found. Raises StopError when there is nothing to check."""
    words, book = load_console(), desk.book
    require_place(book)
    desk.say(words.said["reading"])
    live = LiveBook(book)
    found = check_open(live, policy_of(desk, live.stamp.policy, policy_id))
    findings = sorted(as_filled_in(found.findings, [found]), key=lambda one: one.severity.rank)
    desk.say(words.said["writing"].format(sheet=words.check.sheet))
    unpainted = 0
    for sheet in book.sheets:
        if not is_ours(sheet):
            clean(sheet, desk.back)
            unpainted += paint(sheet, findings, desk.back)
    counts = {severity.value: sum(one.severity is severity for one in findings) for severity in Severity}
    clean_words = words.check.own if live.stamp.template == CITY else words.check.clean
    text = (words.check.found if findings else clean_words).format(moment=f"{moment:{MINUTE}}", **counts)
    if unpainted:
        text += words.check.unpainted.format(count=unpainted)
    show(desk, findings, text)
    return Reply(text)
