"""The buttons of the city workbook and the cells beside them, in the rows between the title and the figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.address import column_letters
from xltools.books.refs import quoted
from xltools.books.style import Styles
from xltools.model.console import load_console
from xltools.model.shipped import shipped

SUFFIX = ".xlsm"        # only such a file can hold the macros behind the buttons
FIRST, ROWS, HEIGHT = 3, 3, 33.0        # rows of the sheet, each so many points high
BUTTON_WIDTH, BUTTON_HEIGHT, GAP, ABREAST = 124, 48, 10, 3
PIXELS = 4 / 3          # in a point
INBOX, CHECKLISTS, RESULT = "xltools_inbox", "xltools_checklists", "xltools_result"     # defined names, by which the cells are found wherever they move


@dataclass(frozen=True)
class _Cell:
    """A label in front of a cell. columns, counted from 1, and rows: what the cell takes, as one · help: shown when it is chosen."""

    name: str
    label: str
    text: str
    columns: tuple[int, int]
    rows: tuple[int, int]
    help: str = ""


def add_console(workbook: Workbook, sheet: Worksheet, inbox: str, result: str, styles: Styles) -> None:
    """Add the macros to the workbook, and buttons, the folders' cells and the last result to its first sheet."""
    project: Any = BytesIO(shipped("macros", "vbaProject.bin").read_bytes())    # a stream, which the declared type does not know
    workbook.add_vba_project(project, is_stream=True)
    cells = list(_cells(inbox, result))
    for row in range(FIRST, FIRST + ROWS):
        sheet.set_row(row - 1, HEIGHT)
        for column in range(max(one.columns[1] for one in cells)):
            sheet.write_blank(row - 1, column, None, styles.get("console"))
    _buttons(sheet)
    for one in cells:
        _cell(workbook, sheet, one, styles)


def _cells(inbox: str, result: str) -> Iterator[_Cell]:
    words = load_console()
    yield _Cell(INBOX, words.inbox_label, inbox or words.inbox, (5, 6), (FIRST, FIRST), words.inbox_help)
    yield _Cell(CHECKLISTS, words.checklists_label, words.checklists, (5, 6), (FIRST + 1, FIRST + 1), words.checklists_help)
    yield _Cell(RESULT, words.result_label, result or words.never, (8, 12), (FIRST, FIRST + ROWS - 1))


def _buttons(sheet: Worksheet) -> None:
    """The buttons in rows of three, over the height of the console's rows."""
    words = load_console()
    lines = -(-len(words.buttons) // ABREAST)
    edge = (round(ROWS * HEIGHT * PIXELS) - lines * BUTTON_HEIGHT - (lines - 1) * GAP) // 2
    for at, button in enumerate(words.buttons):
        line, place = divmod(at, ABREAST)
        offset = {"x_offset": GAP + place * (BUTTON_WIDTH + GAP), "y_offset": edge + line * (BUTTON_HEIGHT + GAP)}
        look = {"caption": button.caption, "macro": button.macro, "width": BUTTON_WIDTH, "height": BUTTON_HEIGHT}
        sheet.insert_button(FIRST - 1, 0, {**look, **offset})


def _cell(workbook: Workbook, sheet: Worksheet, one: _Cell, styles: Styles) -> None:
    """The label, and the cell under its defined name: one to fill in has a frame and says what it wants."""
    (left, right), (top, bottom) = one.columns, one.rows
    looks = ("cell", "text", "large", "wrap", "indent") if one.help else ("console", "large", "wrap", "indent")
    sheet.write_string((top + bottom) // 2 - 1, left - 2, one.label, styles.get("console", "faint", "right", "indent"))
    sheet.merge_range(top - 1, left - 1, bottom - 1, right - 1, "", styles.get(*looks))
    sheet.write_string(top - 1, left - 1, one.text, styles.get(*looks))
    workbook.define_name(one.name, f"={quoted(str(sheet.name))}!${column_letters(left)}${top}")
    if one.help:
        options = {"validate": "any", "input_title": one.label, "input_message": one.help}
        sheet.data_validation(top - 1, left - 1, top - 1, left - 1, options)
