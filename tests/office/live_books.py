"""Summaries that are open in a real LibreOffice: pressing their buttons, and seeing all that is in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import xlwings as xw

from tests.county_files import NAMES
from xltools.books.layout import header_text
from xltools.books.live import LiveBook
from xltools.faces import excel
from xltools.faces.live.heights import heights
from xltools.faces.live.host import Reply
from xltools.faces.live.state import path_beside
from xltools.libreoffice.block import set_links, text_links
from xltools.libreoffice.bridge import struct
from xltools.libreoffice.engine import caller
from xltools.model.form import load_template

CITY = load_template("city")
LEDGER, BOARD = CITY["ledger"], CITY["board"]
YELLOW = (255, 255, 0)
TEXT_FORMAT = 100      # "@", as LibreOffice numbers it
NO_FILL = -1
LEADS = "https://example.org/"
# Cells that show the moment of the run, which no two runs share.
OF_THE_RUN = {(BOARD.sheet, "E3"), (BOARD.sheet, "H3")}
NOW, LATER = datetime(2022, 7, 25, 9, 0), datetime(2022, 7, 26, 9, 0)


def press(engine: Any, book: xw.Book, button: Callable[[], Reply]) -> Reply:
    """What a click on the button gives."""
    with caller(engine, book.api):
        return button()


def done(engine: Any, book: xw.Book, button: Callable[[], Reply]) -> str:
    reply = press(engine, book, button)
    assert not reply.failed, reply.text
    return reply.text


def stop_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Let the buttons take this moment for the present, so that the command line can be given the same one."""
    monkeypatch.setattr(excel, "datetime", SimpleNamespace(now=lambda: moment))


def cells(book: Any) -> dict[tuple[str, str], object]:
    """Every filled cell of every sheet, formulas as formulas."""
    live = LiveBook(book) if isinstance(book, xw.Book) else book
    found: dict[tuple[str, str], object] = {}
    for sheet in live.sheets:
        for row, line in enumerate(live.values(sheet), 1):
            found |= {(sheet, f"{letters(column)}{row}"): tidy(value) for column, value in enumerate(line, 1) if value is not None}
    return {place: value for place, value in found.items() if place not in OF_THE_RUN and "（撤销）" not in place[0]}


def tidy(value: object) -> object:
    """A value with as many digits as a sheet keeps."""
    return float(f"{value:.14g}") if isinstance(value, float) else value


def letters(column: int) -> str:
    return letters((column - 1) // 26) + chr(65 + (column - 1) % 26) if column > 26 else chr(64 + column)


def everything(book: xw.Book) -> dict[str, object]:
    """Cells, formulas, notes, fills, borders, number formats, drop-downs, widths and visibility of every sheet, apart from what shows the run."""
    live = LiveBook(book)
    found: dict[str, object] = {"cells": cells(live)}
    for sheet in book.sheets:
        if "（撤销）" not in sheet.name:
            block = sheet.range("A1:AZ60")
            looks = {"looks": dressed(block), "links in text": text_links(block.api), "heights": heights(sheet, 1, 12), "width": sheet.api.Columns.getByIndex(2).Width}
            said = {"formulas": live.formulas(sheet.name), "notes": live.notes(sheet.name), "is visible": sheet.visible}
            found |= {f"{sheet.name}: {kind}": value for kind, value in {**looks, **said}.items()}
    return found


def dressed(block: Any) -> dict[tuple[int, int], tuple[object, ...]]:
    """Border, fill, link, number format and drop-down of every cell that has one of them.

    The format that keeps a text such as "2022-07-25" a text counts as none: the host gives it to the cell with the text.
    """
    groups = block.api.getUniqueCellFormatRanges()
    found: dict[tuple[int, int], tuple[object, ...]] = {}
    for group in map(groups.getByIndex, range(groups.getCount())):      # all ranges of a group look alike
        border, fill, link, number, check = group.getPropertyValues(("BottomBorder", "CellBackColor", "Hyperlink", "NumberFormat", "Validation"))
        look = border.OuterLineWidth, fill, link, 0 if number == TEXT_FORMAT else number, check.Type.value, check.getFormula1()
        if look != (0, NO_FILL, "", 0, "ANY", ""):
            for place in group.getRangeAddresses():
                found |= dict.fromkeys(((row, column) for row in range(place.StartRow, place.EndRow + 1) for column in range(place.StartColumn, place.EndColumn + 1)), look)
    return found


def untouched(book: xw.Book) -> tuple[object, ...]:
    """Everything, and what a button must not change either when it fails: the sheets, the one in front, the program's state, what is kept for an undo."""
    app, kept = book.app, path_beside(Path(book.fullname))
    program = app.screen_updating, app.display_alerts, app.calculation, app.status_bar
    return everything(book), [sheet.name for sheet in book.sheets], book.sheets.active.name, program, kept.read_bytes() if kept.is_file() else None


def column_of(book: xw.Book, sheet: str, label: str) -> int:
    """The column under this header."""
    header = book.sheets[sheet].range("A4:BZ4").value
    return int(header.index(label)) + 1


def row_of(book: xw.Book, sheet: str, name: str) -> int:
    """The row of this enterprise."""
    names = book.sheets[sheet].range("A1:H60").value
    return next(at for at, row in enumerate(names, 1) if name in row)


def ledger(book: xw.Book, name: str, label: str) -> Any:
    """The cell of an enterprise in the ledger."""
    return book.sheets[LEDGER.sheet].range((row_of(book, LEDGER.sheet, name), column_of(book, LEDGER.sheet, label)))


def refusal(engine: Any, book: xw.Book, button: Callable[[], Reply]) -> str:
    """The sentence of a button that refuses, and changes nothing."""
    before = everything(book)
    reply = press(engine, book, button)
    assert reply.failed
    assert everything(book) == before
    return reply.text


def add_column(book: xw.Book, at: int, label: str) -> Callable[[str], Any]:
    """Insert a column of the user's own into the ledger; gives the cell of an enterprise in it."""
    sheet = book.sheets[LEDGER.sheet]
    sheet.range(f"{letters(at)}:{letters(at)}").insert("right")
    sheet.range((4, at)).value = label
    return lambda name: sheet.range((row_of(book, LEDGER.sheet, name), column_of(book, LEDGER.sheet, label)))


def make_own(book: xw.Book) -> dict[str, Callable[[], object]]:
    """Everything that a user may have done to the summary, each with what must be seen of it wherever its row goes."""
    sheet = book.sheets[LEDGER.sheet]
    mine = book.sheets.add("我的分析", after=book.sheets[-1])
    mine.range("A1").value = [["企业", "数"], ["甲", 3], ["乙", 5]]
    mine.range("D1").formula = f"=COUNTA({LEDGER.sheet}!C5:C50)"
    mine.range("D2").formula = "=统计看板!A1"
    mine.range("D3").formula = f"={LEDGER.sheet}!{letters(column_of(book, LEDGER.sheet, header_text(LEDGER['name'])))}{row_of(book, LEDGER.sheet, NAMES[0])}"
    book.names.add("我的企业", f"={LEDGER.sheet}!$C${row_of(book, LEDGER.sheet, NAMES[0])}")
    frame = struct("com.sun.star.awt.Rectangle", X=5000, Y=1000, Width=9000, Height=7000)
    mine.api.Charts.addNewByName("我的图", frame, (mine.range("A1:B3").api.RangeAddress,), True, True)
    own = add_column(book, 3, "督办人")
    own(NAMES[0]).value = "李四"
    double = add_column(book, 4, "产能两倍")
    capacity = letters(column_of(book, LEDGER.sheet, header_text(LEDGER["capacity"])))
    row = row_of(book, LEDGER.sheet, NAMES[0])
    double(NAMES[0]).formula = f"={capacity}{row}*2"
    ledger(book, NAMES[0], "市级备注").color = YELLOW
    ledger(book, NAMES[0], "企业名称").add_note("我的批注")
    sheet.range("C1").column_width = 30
    line = sheet.range((row_of(book, LEDGER.sheet, NAMES[1]) + 2, 1))
    line.value = "注：以上数据已与区县核对"
    set_links(book.api, line.api, {0: LEADS})

    def below() -> tuple[object, object]:
        at = max(row for row, value in enumerate(sheet.range("A5:A40").value) if value)
        return sheet.range("A5:A40").value[at], text_links(sheet.range("A5:A40").api)[at, 0]

    return {
        "own sheet": lambda: mine.range("A1:B3").value,
        "chart": lambda: list(mine.api.Charts.ElementNames),
        "look at the figures": lambda: (mine.range("D2").formula, mine.range("D2").value),
        "look at an enterprise": lambda: mine.range("D3").value,
        "name of an own cell": lambda: book.names["我的企业"].refers_to_range.value,
        "own column": lambda: own(NAMES[0]).value,
        "own formula": lambda: double(NAMES[0]).value,
        "own colour": lambda: ledger(book, NAMES[0], "市级备注").color,
        "own note": lambda: ledger(book, NAMES[0], "企业名称").note.text,
        "width": lambda: round(sheet.range("C1").column_width),
        "line below": below,
        "filter": lambda: book.api.getPropertyValue("UnnamedDatabaseRanges").getByTable(sheet.index - 1).AutoFilter,
    }
