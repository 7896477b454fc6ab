"""The buttons as they run in Excel, on objects like Excel's: they leave what they leave in LibreOffice, and do not ask for every cell."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import xlwings as xw

from tests.bench.city import write_city
from tests.county_files import CODES, NAMES, POLICY, county_file, enterprise, filled
from tests.office.excel_like import pretended
from tests.office.live_books import (
    CITY,
    LEDGER,
    NOW,
    YELLOW,
    cells,
    column_of,
    done,
    everything,
    make_own,
    row_of,
    stop_clock,
)
from xltools.actions.merge import merge
from xltools.books.file import open_book
from xltools.books.layout import header_text
from xltools.faces import excel
from xltools.faces.live.cells import fills
from xltools.faces.live.links import links
from xltools.model.form import load_template

COUNTY = load_template("county")
MANY = 60
pytestmark = pytest.mark.usefixtures("own_folder")


@pytest.fixture
def folder(tmp_path: Path, blank: Path) -> Path:
    """The bureau's folder: blank summary, and an inbox with 灵宝市, which has a mistake and a long remark."""
    found = Path(shutil.copytree(blank, tmp_path / "市局"))
    county_file(found / "收件箱", "灵宝市", [enterprise(0), enterprise(1, capacity="很多", remark="请核对排放口数量。" * 30)])
    return found


@pytest.fixture
def asked(book: xw.Book, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """What Excel was asked; the open summary is one in Excel from here on."""
    stop_clock(monkeypatch, NOW)
    with pretended(monkeypatch) as counted:
        yield counted


def led(book: xw.Book) -> dict[tuple[str, int, int], str]:
    """Where every cell leads: to which file, or place in the workbook."""
    found = {(form.sheet, *at): url for form in CITY for at, url in links(book.sheets[form.sheet].range("A5:AZ80")).items()}
    parts = {at: unquote(url).replace("\\", "/").partition("#") for at, url in found.items()}
    return {at: f"{Path(file).name}#{place}" for at, (file, _, place) in parts.items()}


def test_a_merge_in_excel_leaves_the_cells_and_links_of_the_command_line(asked: Counter[str], engine: Any, book: xw.Book, folder: Path, tmp_path: Path) -> None:
    """Also a text that Excel would take for a number keeps standing in its cell: 企业总表 names the rows of the ledger."""
    done(engine, book, excel.merge)
    sheet, column = CITY["enterprises"].sheet, [one.name for one in CITY["enterprises"]].index("ledger_rows")
    assert (book.sheets[sheet].range((5, column + 1)).value, led(book)[sheet, 0, column][:1]) == ("5", "#")
    file = tmp_path / "命令行.xlsm"
    merge([folder / "收件箱"], file, POLICY, NOW)
    assert cells(book) == cells(open_book(file))
    written = xw.Book(str(file))
    try:
        assert led(book) == led(written)
        assert any(url.startswith("灵宝市.xlsx#") for url in led(book).values())
    finally:
        written.close()


def test_a_second_merge_in_excel_asks_for_no_row_that_did_not_change(asked: Counter[str], engine: Any, book: xw.Book, folder: Path) -> None:
    write_city(folder / "收件箱", 1, MANY)
    done(engine, book, excel.merge)
    first = asked["Add"]
    assert first > 2 * MANY
    asked.clear()
    county_file(folder / "收件箱", "灵宝市", [enterprise(0), enterprise(1, capacity="很多", remark="请核对排放口数量。" * 30)], review=[filled("review", credit_code=CODES[0])])
    assert "合并了" in done(engine, book, excel.merge)
    assert asked["Add"] < first / 5      # the row that came, and the log
    assert asked["ClearHyperlinks"] < first / 10
    assert asked["Item"] < 1.2 * first      # to be put back when a later step fails: once
    asked.clear()
    assert "没有改写" in done(engine, book, excel.merge)
    assert (asked["Add"], asked["ClearHyperlinks"]) == (0, 0)


def test_everything_of_the_users_own_survives_merge_and_undo_in_excel(engine: Any, book: xw.Book, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done(engine, book, excel.merge)
    seen = make_own(book)
    before, own = everything(book), {name: look() for name, look in seen.items()}
    county_file(folder / "收件箱", "湖滨区", [enterprise(2), enterprise(3)])
    with pretended(monkeypatch):
        done(engine, book, excel.merge)
    assert row_of(book, LEDGER.sheet, NAMES[0]) == 7
    assert {name: look() for name, look in seen.items()} == own
    with pretended(monkeypatch):
        done(engine, book, excel.undo)
    assert everything(book) == before


def test_a_check_in_excel_paints_and_cleans_what_it_does_elsewhere(engine: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = xw.Book(str(county_file(folder / "另一个", "灵宝市", [enterprise(0), enterprise(1, capacity="很多")])))
    try:
        sheet = book.sheets["排查清单"]
        wrong = sheet.range((6, column_of(book, sheet.name, header_text(COUNTY["screening"]["capacity"]))))
        before = fills(sheet.range("A1:AZ20"))
        with pretended(monkeypatch):
            assert "错误 1 处" in done(engine, book, excel.check)
        assert wrong.color == (250, 219, 216)
        wrong.value = 20
        with pretended(monkeypatch):
            done(engine, book, excel.check)
        assert fills(sheet.range("A1:AZ20")) == before
    finally:
        book.close()


def test_colours_in_excel_are_asked_for_until_cells_are_alike(engine: Any, book: xw.Book, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = book.sheets.add("颜色", after=book.sheets[-1])
    sheet.range("A1:D40").color = YELLOW
    sheet.range("B3").color, sheet.range("C5:C9").color, sheet.range("D30").color = (0, 0, 0), (255, 255, 255), None
    block = sheet.range("A1:F60")
    wanted = fills(block)
    assert (wanted[2, 1], wanted[4, 2], wanted.get((29, 3)), len(wanted)) == ((0, 0, 0), (255, 255, 255), None, 159)
    with pretended(monkeypatch) as asked:
        assert fills(block) == wanted
        assert asked["Color"] < len(wanted)
    likely = wanted | {(50, column): YELLOW for column in range(6)}     # one row that is not
    with pretended(monkeypatch) as asked:
        assert fills(block, likely) == wanted
        assert asked["Color"] < 40
    with pretended(monkeypatch):
        assert fills(block, {(0, 99): YELLOW, (99, 0): YELLOW, (3, 3): (0, 0, 255), (59, 5): YELLOW}) == wanted     # all wrong
    with pretended(monkeypatch) as asked:
        assert fills(sheet.range("H1:M60"), likely) == {}
        assert asked["Color"] == 1
