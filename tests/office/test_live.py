"""What the buttons do to a workbook that is open in a real LibreOffice, and what they leave alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
import xlwings as xw

from tests.county_files import CODES, NAMES, POLICY, county_file, enterprise, filled
from tests.office.engine_host import running_office
from tests.office.validator import VERSIONS, validate
from xltools.actions.make import make_templates
from xltools.actions.merge import merge
from xltools.actions.merge_open import opened
from xltools.actions.run import log_said
from xltools.books.console import INBOX, RESULT
from xltools.books.file import open_book
from xltools.books.layout import header_text
from xltools.books.live import LiveBook
from xltools.faces import excel
from xltools.faces.live import checking, merging, writing
from xltools.faces.live.cells import fills
from xltools.faces.live.host import Reply
from xltools.libreoffice.bridge import named, struct
from xltools.libreoffice.engine import caller, register
from xltools.model.conflict import Decision
from xltools.model.form import load_template
from xltools.rules.journal import broken, head

CITY, COUNTY = load_template("city"), load_template("county")
LEDGER, BOARD = CITY["ledger"], CITY["board"]
YELLOW = (255, 255, 0)
# Cells that show the moment of the run, which no two runs share.
OF_THE_RUN = {(BOARD.sheet, "E3"), (BOARD.sheet, "H3")}
NOW, LATER = datetime(2022, 7, 25, 9, 0), datetime(2022, 7, 26, 9, 0)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """xlwings on a LibreOffice of this module's own."""
    with running_office(tmp_path_factory.mktemp("live"), {}) as context:
        yield register(context)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs go to a folder of the test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The bureau's folder: blank summary, and an inbox with 灵宝市."""
    folder = tmp_path / "市局"
    make_templates(folder, POLICY)
    county_file(folder / "收件箱", "灵宝市", [enterprise(0), enterprise(1, capacity="很多", remark="=1+1")], review=[filled("review", credit_code=CODES[0])])
    return folder


@pytest.fixture
def book(engine: Any, folder: Path) -> Iterator[xw.Book]:
    """The blank summary, open."""
    opened = xw.Book(str(folder / "市级汇总.xlsm"))
    yield opened
    opened.close()


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
    """Cells, formulas, notes, fills, widths and visibility of every sheet, apart from what shows the run."""
    live = LiveBook(book)
    found: dict[str, object] = {"cells": cells(book)}
    for sheet in book.sheets:
        if "（撤销）" not in sheet.name:
            found[sheet.name] = (live.formulas(sheet.name), live.notes(sheet.name), fills(sheet.range("A1:AZ60")), sheet.range("C1").column_width, sheet.visible)
    return found


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


# --- merging ----------------------------------------------------------------------------------------------------------


def test_the_open_workbook_gets_the_cells_that_the_command_line_writes(
    engine: Any, book: xw.Book, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_clock(monkeypatch, NOW)
    said = done(engine, book, excel.merge)
    assert "合并了 1 个文件，3 行" in said
    assert book.names[RESULT].refers_to_range.value == said
    file = tmp_path / "命令行.xlsm"
    merge([folder / "收件箱"], file, POLICY, NOW)
    assert cells(book) == cells(open_book(file))


@pytest.mark.filterwarnings("ignore:Print area cannot be set")
def test_conflicts_names_moves_and_the_log_are_those_of_the_command_line_and_undone(
    engine: Any, book: xw.Book, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, file, conflicts = folder / "收件箱", tmp_path / "命令行.xlsm", CITY["conflicts"]
    county_file(inbox, "湖滨区", [enterprise(0), enterprise(2)])          # 灵宝市 reports the first one, too
    stop_clock(monkeypatch, NOW)
    done(engine, book, excel.merge)
    merge([inbox], file, POLICY, NOW)
    assert cells(book) == cells(open_book(file))
    place = (5, column_of(book, conflicts.sheet, header_text(conflicts["decision"])))
    book.sheets[conflicts.sheet].range(place).value = Decision.FIRST.value
    decided = openpyxl.load_workbook(file, keep_vba=True)
    decided[conflicts.sheet].cell(*place).value = Decision.FIRST.value
    decided.save(file)
    county_file(inbox, "湖滨区", [enterprise(0), enterprise(2, capacity=77), enterprise(3)])
    before = everything(book)
    stop_clock(monkeypatch, LATER)
    done(engine, book, excel.merge)
    merge([inbox], file, POLICY, LATER)
    assert cells(book) == cells(open_book(file))
    live = LiveBook(book)
    assert [len(live.values(CITY[name].sheet)) > 4 for name in ("conflicts", "names", "moves")] == [False, True, True]
    log = opened(live)[1]["log"].table
    assert broken(log, log_said(live, CITY)) == []
    assert log_said(live, CITY) == tuple(str(part) for part in head(log))
    done(engine, book, excel.undo)
    assert everything(book) == before


def test_text_from_a_county_never_becomes_a_formula(engine: Any, book: xw.Book) -> None:
    done(engine, book, excel.merge)
    cell = ledger(book, NAMES[1], "备注")
    assert cell.value == "=1+1"
    assert cell.api.getCellByPosition(0, 0).Type.value == "TEXT"


def test_new_rows_look_like_those_of_a_file(engine: Any, book: xw.Book, folder: Path, tmp_path: Path) -> None:
    done(engine, book, excel.merge)
    file = tmp_path / "命令行.xlsm"
    merge([folder / "收件箱"], file, POLICY, NOW)
    written = xw.Book(str(file))
    try:
        for row in (5, 6):
            for column in range(1, len(LEDGER.fields) + 1):
                ours, theirs = (one.sheets[LEDGER.sheet].range((row, column)) for one in (book, written))
                assert (ours.color, ours.font.color) == (theirs.color, theirs.font.color), ours.address
                if ours.value != "=1+1":            # LibreOffice itself makes such a cell one of text
                    assert ours.number_format == theirs.number_format, ours.address
    finally:
        written.close()


def test_what_the_city_wrote_and_did_not_save_stays_with_its_enterprise(engine: Any, book: xw.Book, folder: Path) -> None:
    done(engine, book, excel.merge)
    ledger(book, NAMES[1], "市级意见").value = "请补充产能"
    county_file(folder / "收件箱", "湖滨区", [enterprise(2), enterprise(3)])          # comes before 灵宝市: every row moves
    done(engine, book, excel.merge)
    assert row_of(book, LEDGER.sheet, NAMES[1]) == 8
    assert ledger(book, NAMES[1], "市级意见").value == "请补充产能"


def test_what_is_written_about_an_enterprise_that_is_gone_waits_to_be_claimed(engine: Any, book: xw.Book, folder: Path) -> None:
    done(engine, book, excel.merge)
    own = add_column(book, 3, "督办人")
    own(NAMES[1]).value = "张三"
    ledger(book, NAMES[1], "企业名称").add_note("已电话核实")
    county_file(folder / "收件箱", "灵宝市", [enterprise(0)])
    done(engine, book, excel.merge)
    sheet = CITY["unclaimed"].sheet
    assert book.sheets[sheet].visible
    waiting = {(row[column_of(book, sheet, CITY["unclaimed"]["item"].label) - 1], row[column_of(book, sheet, CITY["unclaimed"]["content"].label) - 1]) for row in book.sheets[sheet].range("A5:J9").value}
    assert {("督办人", "张三"), ("批注", "企业名称：已电话核实")} <= waiting


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
    sheet.range((row_of(book, LEDGER.sheet, NAMES[1]) + 2, 1)).value = "注：以上数据已与区县核对"

    def below() -> object:
        return [line[0] for line in sheet.range("A5:B40").value if line[0]][-1]

    return {
        "own sheet": lambda: mine.range("A1:B3").value,
        "chart": lambda: list(mine.api.Charts.ElementNames),
        "look at the figures": lambda: (mine.range("D2").formula, mine.range("D2").value),
        "own column": lambda: own(NAMES[0]).value,
        "own formula": lambda: double(NAMES[0]).value,
        "own colour": lambda: ledger(book, NAMES[0], "市级备注").color,
        "own note": lambda: ledger(book, NAMES[0], "企业名称").note.text,
        "width": lambda: round(sheet.range("C1").column_width),
        "line below": below,
        "filter": lambda: book.api.getPropertyValue("UnnamedDatabaseRanges").getByTable(sheet.index - 1).AutoFilter,
    }


def test_everything_of_the_users_own_survives_merge_and_undo(engine: Any, book: xw.Book, folder: Path) -> None:
    done(engine, book, excel.merge)
    seen = make_own(book)
    before, own = everything(book), {name: look() for name, look in seen.items()}
    county_file(folder / "收件箱", "湖滨区", [enterprise(2), enterprise(3)])
    done(engine, book, excel.merge)
    assert row_of(book, LEDGER.sheet, NAMES[0]) == 7
    assert {name: look() for name, look in seen.items()} == own
    merged = everything(book)
    assert "恢复到" in done(engine, book, excel.undo)
    assert everything(book) == before
    done(engine, book, excel.undo)
    assert everything(book) == merged


def test_an_exception_leaves_the_workbook_as_it_was(engine: Any, book: xw.Book, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done(engine, book, excel.merge)
    make_own(book)
    before = everything(book)
    county_file(folder / "收件箱", "湖滨区", [enterprise(2), enterprise(3)])

    def broken(*_: object) -> None:
        raise ZeroDivisionError("planted")

    for step in ("merge_open", "find_board", "board_snapshots", "write_forms", "write_board", "replace_figures", "write_figures"):
        with monkeypatch.context() as patched:
            patched.setattr(merging, step, broken)
            reply = press(engine, book, excel.merge)
        assert reply.failed
        log = next((tmp_path / "own").rglob("*.log"))
        assert reply.text == f"程序出错，已记录到 {log}。工作簿没有被改动；请把这个记录发给维护人员。"
        assert "ZeroDivisionError: planted" in log.read_text(encoding="utf-8")
        assert (book.app.screen_updating, book.app.display_alerts, book.app.calculation, book.app.status_bar) == (True, True, "automatic", False)
        assert everything(book) == before, step
    assert undone_after_all(engine, book)


def undone_after_all(engine: Any, book: xw.Book) -> bool:
    """Whether the merge before the failures can still be undone."""
    return not press(engine, book, excel.undo).failed


@pytest.mark.parametrize("at", [0, 3, 5])       # six blocks are written
def test_an_exception_in_the_middle_of_writing_leaves_the_workbook_as_it_was(
    engine: Any, book: xw.Book, folder: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    done(engine, book, excel.merge)
    make_own(book)
    before = everything(book)
    county_file(folder / "收件箱", "湖滨区", [enterprise(2), enterprise(3)])
    blocks = iter(range(100))
    write = writing.write

    def broken(*arguments: Any) -> None:
        write(*arguments)
        if next(blocks) == at:
            raise ZeroDivisionError("planted")

    monkeypatch.setattr(writing, "write", broken)
    assert press(engine, book, excel.merge).text.startswith("程序出错，已记录到 ")
    assert everything(book) == before


def test_an_exception_while_a_merge_is_undone_leaves_the_merge(engine: Any, book: xw.Book, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done(engine, book, excel.merge)
    make_own(book)
    county_file(folder / "收件箱", "湖滨区", [enterprise(2), enterprise(3)])
    done(engine, book, excel.merge)
    before = everything(book)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("planted")

    for step in ("shift", "fill", "swap_figures"):
        with monkeypatch.context() as patched:
            patched.setattr(merging, step, broken)
            assert press(engine, book, excel.undo).failed
        assert everything(book) == before, step


def test_an_exception_while_a_county_file_is_checked_changes_nothing(engine: Any, county: xw.Book, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(county)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(checking, "check_open", broken)
    assert press(engine, county, excel.check).failed
    assert everything(county) == before


@pytest.mark.parametrize("version", VERSIONS)
def test_the_file_is_valid_before_and_after_a_merge(engine: Any, book: xw.Book, folder: Path, version: str) -> None:
    assert validate(folder / "市级汇总.xlsm", version) == []
    done(engine, book, excel.merge)
    saved = folder / "合并后.xlsm"
    book.api.storeToURL(saved.as_uri(), named(FilterName="Calc MS Excel 2007 VBA XML"))
    assert validate(saved, version) == []


# --- what cannot be done ----------------------------------------------------------------------------------------------


def refusal(engine: Any, book: xw.Book, button: Callable[[], Reply]) -> str:
    """The sentence of a button that refuses, and changes nothing."""
    before = everything(book)
    reply = press(engine, book, button)
    assert reply.failed
    assert everything(book) == before
    return reply.text


def test_without_an_inbox_the_button_says_what_to_do(engine: Any, book: xw.Book) -> None:
    book.names[INBOX].refers_to_range.value = "没有这个文件夹"
    assert refusal(engine, book, excel.merge).startswith("收件箱“没有这个文件夹”不存在")


def test_an_empty_inbox_is_not_merged(engine: Any, book: xw.Book, folder: Path) -> None:
    (folder / "空的").mkdir()
    book.names[INBOX].refers_to_range.value = "空的"
    assert "里没有工作簿" in refusal(engine, book, excel.merge)


def test_nothing_to_undo_is_said(engine: Any, book: xw.Book) -> None:
    assert refusal(engine, book, excel.undo) == "没有可以撤销的合并。"


def test_a_line_between_the_records_is_not_written_over(engine: Any, book: xw.Book) -> None:
    done(engine, book, excel.merge)
    sheet = book.sheets[LEDGER.sheet]
    sheet.range("6:6").insert("down")
    sheet.range("A6").value = "小计"
    assert "数据中间有一行不是记录：“小计”" in refusal(engine, book, excel.merge)


def test_a_header_that_was_pushed_down_is_told(engine: Any, book: xw.Book) -> None:
    book.sheets[LEDGER.sheet].range("2:2").insert("down")
    assert "不在第4行" in refusal(engine, book, excel.merge)


def test_a_county_file_cannot_be_merged_into(engine: Any, folder: Path) -> None:
    county = xw.Book(str(folder / "收件箱" / "灵宝市.xlsx"))
    try:
        assert "不是市级汇总" in refusal(engine, county, excel.merge)
    finally:
        county.close()


# --- checking ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def county(engine: Any, tmp_path: Path) -> Iterator[xw.Book]:
    """A county's workbook with one error, open."""
    path = county_file(tmp_path / "区县", "灵宝市", [enterprise(0), enterprise(1, capacity="很多")])
    opened = xw.Book(str(path))
    yield opened
    opened.close()


def test_a_finding_is_painted_listed_and_gone_when_mended(engine: Any, county: xw.Book) -> None:
    sheet = county.sheets["排查清单"]
    wrong = sheet.range((6, column_of(county, sheet.name, header_text(COUNTY["screening"]["capacity"]))))
    others = sheet.range("A5").color
    assert "错误 1 处" in done(engine, county, excel.check)
    assert wrong.color == (250, 219, 216)
    assert "应为数字" in wrong.note.text
    assert county.sheets["校验结果"].range("C4").value == wrong.address.replace("$", "")
    assert county.sheets["校验结果"].range("C4").hyperlink == f"#排查清单!{wrong.address.replace('$', '')}"
    wrong.value = 20
    done(engine, county, excel.check)
    assert (wrong.color, wrong.note, sheet.range("A5").color) == (None, None, others)


def test_the_users_note_and_colour_come_back_untouched(engine: Any, county: xw.Book) -> None:
    sheet = county.sheets["排查清单"]
    wrong = sheet.range((6, column_of(county, sheet.name, header_text(COUNTY["screening"]["capacity"]))))
    wrong.color = YELLOW
    wrong.add_note("等企业答复\n7月5日")
    for _ in range(2):
        done(engine, county, excel.check)
        assert wrong.note.text.startswith("等企业答复\n7月5日\n")
    wrong.value = 20
    done(engine, county, excel.check)
    assert (wrong.color, wrong.note.text) == (YELLOW, "等企业答复\n7月5日")


def test_unsaved_changes_are_checked(engine: Any, county: xw.Book) -> None:
    sheet = county.sheets["排查清单"]
    place = f"{letters(column_of(county, sheet.name, header_text(COUNTY['screening']['town'])))}5"
    sheet.range(place).value = "　"
    done(engine, county, excel.check)
    assert ["错误", sheet.name, place] in county.sheets["校验结果"].range("A4:C9").value


def test_in_the_summary_the_citys_own_cells_are_checked(engine: Any, book: xw.Book) -> None:
    done(engine, book, excel.merge)
    cell = ledger(book, NAMES[0], "市级评定等级")
    cell.value = "很好"
    assert "错误 1 处" in done(engine, book, excel.check)
    assert cell.color == (250, 219, 216)
