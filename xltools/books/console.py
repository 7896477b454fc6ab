"""The buttons of the city workbook and the cells beside them, in the rows between the title and the figures."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from msgspec import Struct
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.refs import quoted
from xltools.books.style import Styles
from xltools.model.address import column_letters
from xltools.model.console import load_console
from xltools.model.shipped import shipped

SUFFIX = ".xlsm"        # only such a file can hold the macros behind the buttons
FIRST, HEIGHTS = 3, (75.0, 27.0, 27.0)  # rows of the sheet, in points; the first has room for the result, because LibreOffice draws a cell over several rows badly
ROWS = len(HEIGHTS)
BUTTON_WIDTH, BUTTON_HEIGHT, GAP, ABREAST = 116, 48, 10, 3
PIXELS = 4 / 3          # in a point
# Defined names, by which the cells are found wherever they move.
INBOX, CHECKLISTS, RESULT = "xltools_inbox", "xltools_checklists", "xltools_result"
NOTICE_START, NOTICE_END = "xltools_notice_start", "xltools_notice_end"


class _Cell(Struct, frozen=True):
    """A label in front of a cell. columns, counted from 1, and rows: what the cell takes, as one · look: of what is filled in, "" for
    a cell that is not to be filled in · title and help: shown when the cell is chosen."""

    name: str
    label: str
    text: str
    columns: tuple[int, int]
    rows: tuple[int, int]
    look: str = ""
    title: str = ""
    help: str = ""


def add_console(workbook: Workbook, sheet: Worksheet, inbox: str, result: str, styles: Styles) -> None:
    """Add the macros to the workbook, and buttons, the folders' cells and the last result to its first sheet."""
    project: Any = BytesIO(shipped("macros", "vbaProject.bin").read_bytes())    # a stream, which the declared type does not know
    workbook.add_vba_project(project, is_stream=True)
    cells = list(_cells(inbox, result))
    for row, height in enumerate(HEIGHTS, FIRST):
        sheet.set_row(row - 1, height)
        for column in range((sheet.dim_colmax or 0) + 1):
            sheet.write_blank(row - 1, column, None, styles.get("console"))
    _buttons(sheet)
    for one in cells:
        _cell(workbook, sheet, one, styles)


def _cells(inbox: str, result: str) -> Iterator[_Cell]:
    words = load_console()
    yield _Cell(INBOX, words.inbox_label, inbox or words.inbox, (5, 6), (FIRST, FIRST), "text", words.inbox_label, words.inbox_help)
    yield _Cell(CHECKLISTS, words.checklists_label, words.checklists, (5, 6), (FIRST + 1, FIRST + 1), "text", words.checklists_label, words.checklists_help)
    yield _Cell(NOTICE_START, words.notice_label, "", (5, 5), (FIRST + 2, FIRST + 2), "date", words.notice_start, words.notice_help)
    yield _Cell(NOTICE_END, "", "", (6, 6), (FIRST + 2, FIRST + 2), "date", words.notice_end, words.notice_help)
    yield _Cell(RESULT, words.result_label, result or words.never, (8, 11), (FIRST, FIRST))


def _buttons(sheet: Worksheet) -> None:
    """The buttons in rows of three, over the height of the console's rows."""
    words = load_console()
    lines = -(-len(words.buttons) // ABREAST)
    edge = (round(sum(HEIGHTS) * PIXELS) - lines * BUTTON_HEIGHT - (lines - 1) * GAP) // 2
    for at, button in enumerate(words.buttons):
        line, place = divmod(at, ABREAST)
        offset = {"x_offset": GAP + place * (BUTTON_WIDTH + GAP), "y_offset": edge + line * (BUTTON_HEIGHT + GAP)}
        look = {"caption": button.caption, "macro": button.macro, "width": BUTTON_WIDTH, "height": BUTTON_HEIGHT}
        sheet.insert_button(FIRST - 1, 0, {**look, **offset})


def _cell(workbook: Workbook, sheet: Worksheet, one: _Cell, styles: Styles) -> None:
    """The label, and the cell under its defined name: one to fill in has a frame and says what it wants."""
    (left, right), (top, bottom) = one.columns, one.rows
    looks = ("cell", one.look, "large", "wrap", "left", "indent") if one.look else ("console", "entry", "bold", "indent")
    if one.label:
        sheet.write_string((top + bottom) // 2 - 1, left - 2, one.label, styles.get("console", "faint", "right", "indent"))
    if (left, top) != (right, bottom):
        sheet.merge_range(top - 1, left - 1, bottom - 1, right - 1, "", styles.get(*looks))
    if one.text:
        sheet.write_string(top - 1, left - 1, one.text, styles.get(*looks))
    else:
        sheet.write_blank(top - 1, left - 1, None, styles.get(*looks))
    workbook.define_name(one.name, f"={quoted(str(sheet.name))}!${column_letters(left)}${top}")
    if one.help:
        options = {"validate": "any", "input_title": one.title, "input_message": one.help}
        sheet.data_validation(top - 1, left - 1, top - 1, left - 1, options)
