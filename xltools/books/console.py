"""The buttons of the city workbook and the cells beside them, in the row between the title and the figures."""

from __future__ import annotations

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
ROW, HEIGHT = 3, 66
BUTTON_WIDTH, BUTTON_HEIGHT, GAP = 122, 44, 12
# Columns, counted from 1: a label, and the cells it is for as one.
INBOX_LABEL, INBOX_CELLS = 4, (5, 5)
RESULT_LABEL, RESULT_CELLS = 6, (7, 12)
INBOX, RESULT = "xltools_inbox", "xltools_result"       # defined names, by which the cells are found wherever they move


def add_console(workbook: Workbook, sheet: Worksheet, inbox: str, result: str, styles: Styles) -> None:
    """Add the macros to the workbook, and buttons, inbox and last result to its first sheet."""
    words = load_console()
    project: Any = BytesIO(shipped("macros", "vbaProject.bin").read_bytes())    # a stream, which the declared type does not know
    workbook.add_vba_project(project, is_stream=True)
    sheet.set_row(ROW - 1, HEIGHT)
    for at, button in enumerate(words.buttons):
        place = {"x_offset": GAP + at * (BUTTON_WIDTH + GAP), "y_offset": (HEIGHT * 4 // 3 - BUTTON_HEIGHT) // 2}
        look = {"caption": button.caption, "macro": button.macro, "width": BUTTON_WIDTH, "height": BUTTON_HEIGHT}
        sheet.insert_button(ROW - 1, 0, {**look, **place})
    for column in range(RESULT_CELLS[1]):
        sheet.write_blank(ROW - 1, column, None, styles.get("console"))
    sheet.write_string(ROW - 1, INBOX_LABEL - 1, words.inbox_label, styles.get("console", "faint", "right"))
    sheet.write_string(ROW - 1, RESULT_LABEL - 1, words.result_label, styles.get("console", "faint", "right"))
    cells = ((INBOX, INBOX_CELLS, inbox or words.inbox, ("cell", "text", "large", "wrap")), (RESULT, RESULT_CELLS, result or words.never, ("console", "large", "wrap", "indent")))
    for name, (first, last), text, looks in cells:
        if last > first:
            sheet.merge_range(ROW - 1, first - 1, ROW - 1, last - 1, "", styles.get(*looks))
        sheet.write_string(ROW - 1, first - 1, text, styles.get(*looks))
        workbook.define_name(name, f"={quoted(str(sheet.name))}!${column_letters(first)}${ROW}")
    sheet.data_validation(ROW - 1, INBOX_CELLS[0] - 1, ROW - 1, INBOX_CELLS[0] - 1, {"validate": "any", "input_title": words.inbox_label, "input_message": words.inbox_help})
