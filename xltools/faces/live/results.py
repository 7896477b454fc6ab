"""The sheet that lists what a check found, one click away from each cell."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from xltools.books.live import as_rows
from xltools.books.refs import quoted
from xltools.books.style import BAND, TEAL
from xltools.faces.live.cells import entry
from xltools.faces.live.host import Desk, RefusedError
from xltools.faces.live.state import Snapshot, fill, take
from xltools.model.console import load_console
from xltools.model.finding import Finding
from xltools.model.form import load_form

FIELDS = ("severity", "sheet", "cell", "message", "fix", "code")
FIRST_ROW, LINK = 4, 3
MOST_LINKS = 2_000      # each link is a call of its own
WHITE = "#FFFFFF"


def show(desk: Desk, findings: Sequence[Finding], headline: str) -> None:
    """List the findings on the sheet of results, which is added at the end when the workbook has none, and bring it to the front."""
    sheet = _sheet(desk)
    sheet.clear()
    form = load_form("problems")
    head = [form[name].label for name in FIELDS]
    rows = [[entry(value) for value in _row(one)] for one in findings]
    sheet.range((1, 1)).value = load_console().check.title
    sheet.range((2, 1)).value = entry(headline)
    sheet.range((FIRST_ROW - 1, 1), (FIRST_ROW - 1 + len(rows), len(head))).value = [head, *rows]
    for row, one in enumerate(findings[:MOST_LINKS], FIRST_ROW):
        if one.place.sheet:
            cell = one.place.cell or "A1"
            sheet.range((row, LINK)).add_hyperlink(f"#{quoted(one.place.sheet)}!{cell}", cell, cell)
    _dress(sheet, len(head), len(rows))
    sheet.activate()


def _sheet(desk: Desk) -> Any:
    """The sheet of results, and the way back to how it is."""
    name, sheets = load_console().check.sheet, desk.book.sheets
    if name not in [sheet.name for sheet in sheets]:
        sheet = sheets.add(name, after=sheets[-1])
        desk.back.by(sheet.delete)
        return sheet
    sheet = sheets[name]
    used = sheet.used_range.last_cell
    desk.back.by(partial(_as_before, sheet, take(sheet, 1, (used.row, max(used.column, len(FIELDS))))))
    return sheet


def _as_before(sheet: Any, before: Snapshot) -> None:
    """The results of an earlier check, once more."""
    sheet.clear()
    fill(sheet, before, len(before.rows))
    _dress(sheet, len(FIELDS), len(before.rows) - FIRST_ROW + 1)


def require_place(book: Any) -> None:
    """Raise RefusedError when the results would destroy a sheet of the user's own that has their name."""
    name = load_console().check.sheet
    if name in [sheet.name for sheet in book.sheets] and not is_ours(book.sheets[name]):
        raise RefusedError(load_console().said["taken"].format(sheet=name))


def is_ours(sheet: Any) -> bool:
    """Whether a sheet is our sheet of results."""
    words = load_console().check
    return bool(sheet.name == words.sheet and as_rows(sheet.range("A1").value)[0][0] == words.title)


def _row(finding: Finding) -> list[str]:
    place = finding.place
    return [finding.severity.label, place.sheet, place.cell, finding.message, finding.fix, finding.code.number]


def _dress(sheet: Any, width: int, count: int) -> None:
    """Widths and looks of title, headline, header and so many findings."""
    form = load_form("problems")
    for column, name in enumerate(FIELDS, 1):
        sheet.range((1, column)).column_width = form[name].width
    title = sheet.range((1, 1), (1, width))
    title.color, title.font.color, title.font.size, title.font.bold = TEAL, WHITE, 16, True
    headline = sheet.range((2, 1), (2, width))
    headline.color, headline.font.size, headline.font.bold = BAND, 12, True
    header = sheet.range((FIRST_ROW - 1, 1), (FIRST_ROW - 1, width))
    header.color, header.font.color, header.font.bold = TEAL, WHITE, True
    if count > 0:
        body = sheet.range((FIRST_ROW, 1), (FIRST_ROW + count - 1, width))
        body.wrap_text, body.vertical_alignment = True, "top"
