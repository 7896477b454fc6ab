"""What the buttons do to a workbook that is open in a real LibreOffice, and what they leave alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
import xlwings as xw
from msgspec import Struct
from msgspec.structs import replace

from tests.county_files import CODES, NAMES, POLICY, county_file, enterprise, filled
from tests.office.live_books import (
    BOARD,
    CITY,
    LATER,
    LEDGER,
    NOW,
    YELLOW,
    add_column,
    cells,
    column_of,
    done,
    everything,
    ledger,
    letters,
    make_own,
    press,
    refusal,
    row_of,
    stop_clock,
)
from tests.office.validator import VERSIONS, validate
from xltools.actions.merge import merge
from xltools.actions.merge_open import opened
from xltools.actions.policy import make_policy
from xltools.actions.run import log_said
from xltools.books.console import INBOX, RESULT
from xltools.books.file import open_book
from xltools.books.layout import header_text
from xltools.books.live import LiveBook
from xltools.faces import excel
from xltools.faces.live.cells import tint_color
from xltools.faces.live.heights import heights
from xltools.faces.live.links import links
from xltools.libreoffice.block import set_links
from xltools.libreoffice.bridge import named
from xltools.model.conflict import Decision
from xltools.model.dashboard import load_dashboard
from xltools.model.form import load_template
from xltools.model.guide import load_guide
from xltools.rules.journal import broken, head

COUNTY = load_template("county")
pytestmark = pytest.mark.usefixtures("own_folder")


@pytest.fixture
def folder(tmp_path: Path, blank: Path) -> Path:
    """The bureau's folder: blank summary, and an inbox with 灵宝市."""
    return with_county(Path(shutil.copytree(blank, tmp_path / "市局")))


def with_county(folder: Path) -> Path:
    """The folder, 灵宝市 in its inbox."""
    rows = [enterprise(0), enterprise(1, capacity="很多", remark="=1+1")]
    county_file(folder / "收件箱", "灵宝市", rows, review=[filled("review", credit_code=CODES[0])])
    return folder


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, blank: Path) -> Path:
    """The bureau's folder, the summary merged by the command line. To be copied."""
    folder = with_county(Path(shutil.copytree(blank, tmp_path_factory.mktemp("ready") / "市局")))
    merge([folder / "收件箱"], folder / "市级汇总.xlsm", POLICY, NOW)
    return folder


@pytest.fixture
def merged(engine: Any, ready: Path, tmp_path: Path) -> Iterator[xw.Book]:
    """The merged summary, open."""
    opened = xw.Book(str(Path(shutil.copytree(ready, tmp_path / "市局")) / "市级汇总.xlsm"))
    yield opened
    opened.close()


class First(Struct, frozen=True):
    """A first merge by the button, open, and what the command line makes of the same inbox: the file, and that file open."""

    book: xw.Book
    said: str
    file: Path
    written: xw.Book


@pytest.fixture(scope="module")
def first(engine: Any, tmp_path_factory: pytest.TempPathFactory, blank: Path) -> Iterator[First]:
    """To be looked at only."""
    with pytest.MonkeyPatch.context() as patched:
        stop_clock(patched, NOW)
        patched.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("own")))
        folder = with_county(Path(shutil.copytree(blank, tmp_path_factory.mktemp("first") / "市局")))
        county_file(folder / "收件箱", "义马市", [enterprise(3, remark="请核对排放口数量。" * 30)])
        file = folder.parent / "命令行.xlsm"
        book = xw.Book(str((folder / "市级汇总.xlsm").rename(folder / "第一次.xlsm")))      # no two of one name can be open
        said = done(engine, book, excel.merge)
        merge([folder / "收件箱"], file, POLICY, NOW)
        written = xw.Book(str(file))
        yield First(book, said, file, written)
        for one in (book, written):
            one.close()


# --- merging ----------------------------------------------------------------------------------------------------------


def test_the_open_workbook_gets_the_cells_that_the_command_line_writes(first: First) -> None:
    assert "合并了 2 个文件，4 行" in first.said
    assert first.book.names[RESULT].refers_to_range.value == first.said
    assert cells(first.book) == cells(open_book(first.file))


def test_text_from_a_county_never_becomes_a_formula(first: First) -> None:
    cell = ledger(first.book, NAMES[1], "备注")
    assert cell.value == "=1+1"
    assert cell.api.getCellByPosition(0, 0).Type.value == "TEXT"


def test_new_rows_look_like_those_of_a_file(first: First) -> None:
    for row in (5, 6):
        for column in range(1, len(LEDGER.fields) + 1):
            ours, theirs = (one.sheets[LEDGER.sheet].range((row, column)) for one in (first.book, first.written))
            assert (ours.color, ours.font.color) == (theirs.color, theirs.font.color), ours.address
            if ours.value != "=1+1":            # LibreOffice itself makes such a cell one of text
                assert ours.number_format == theirs.number_format, ours.address


def test_rows_are_as_high_as_their_text_and_lead_where_those_of_a_file_lead(first: First) -> None:
    for form in CITY:
        ours, theirs = (one.sheets[form.sheet] for one in (first.book, first.written))
        assert heights(ours, 5, 20) == pytest.approx(heights(theirs, 5, 20), abs=0.5), form.sheet
        assert led(ours) == led(theirs), form.sheet
    assert max(heights(first.book.sheets[LEDGER.sheet], 5, 3)) > 100


def led(sheet: xw.Sheet) -> dict[tuple[int, int], str]:
    """The cells that lead to a file, with its name, and those that lead into the workbook itself."""
    return {at: Path(unquote(url).partition("#")[0]).name for at, url in links(sheet.range("A5:AZ40")).items()}


def test_a_row_that_a_person_made_high_stays_so_with_its_record_and_comes_back(engine: Any, book: xw.Book, folder: Path) -> None:
    done(engine, book, excel.merge)
    sheet = book.sheets[LEDGER.sheet]
    sheet.range("5:5").row_height = 60
    before = heights(sheet, 5, 6)
    county_file(folder / "收件箱", "湖滨区", [enterprise(2), enterprise(3, remark="请核对。" * 60)])
    done(engine, book, excel.merge)
    now = heights(sheet, 5, 6)
    assert (now[0], now[2]) == (before[1], before[0])
    assert now[1] > 100
    done(engine, book, excel.undo)
    assert heights(sheet, 5, 6) == before


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


def test_a_long_sheet_is_seen_to_its_end_and_formats_below_it_cost_nothing(engine: Any) -> None:
    long = xw.Book()
    try:
        long.sheets[0].range("A1").value = [[number] for number in range(52_500)]
        long.sheets[0].range("A1000000").color = (255, 255, 0)
        grid = LiveBook(long).values(long.sheets[0].name)
        assert (len(grid), grid[-1]) == (52_500, [52_499])
    finally:
        long.close()


def test_what_the_city_wrote_and_did_not_save_stays_with_its_enterprise(engine: Any, merged: xw.Book, tmp_path: Path) -> None:
    ledger(merged, NAMES[1], "市级意见").value = "请补充产能"
    county_file(tmp_path / "市局" / "收件箱", "湖滨区", [enterprise(2), enterprise(3)])          # comes before 灵宝市: every row moves
    done(engine, merged, excel.merge)
    assert row_of(merged, LEDGER.sheet, NAMES[1]) == 8
    assert ledger(merged, NAMES[1], "市级意见").value == "请补充产能"


def test_what_is_written_about_an_enterprise_that_is_gone_waits_to_be_claimed(engine: Any, merged: xw.Book, tmp_path: Path) -> None:
    own = add_column(merged, 3, "督办人")
    own(NAMES[1]).value = "张三"
    ledger(merged, NAMES[1], "企业名称").add_note("已电话核实")
    mine = merged.sheets.add("我的分析", after=merged.sheets[-1])
    pointing = f"={LEDGER.sheet}!D{row_of(merged, LEDGER.sheet, NAMES[1])}"
    mine.range("A1").formula = pointing
    county_file(tmp_path / "市局" / "收件箱", "灵宝市", [enterprise(0)])
    assert "1 个公式指向的行已经没有了，或不再连在一起（【我的分析】A1）" in done(engine, merged, excel.merge)
    assert mine.range("A1").formula == pointing
    sheet = CITY["unclaimed"].sheet
    assert merged.sheets[sheet].visible
    waiting = {(row[column_of(merged, sheet, CITY["unclaimed"]["item"].label) - 1], row[column_of(merged, sheet, CITY["unclaimed"]["content"].label) - 1]) for row in merged.sheets[sheet].range("A5:J9").value}
    assert {("督办人", "张三"), ("批注", "企业名称：已电话核实")} <= waiting


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


def test_a_merge_that_changes_nothing_writes_nothing_and_an_undo_goes_behind_the_one_before(
    engine: Any, book: xw.Book, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blank = everything(book)
    stop_clock(monkeypatch, NOW)
    done(engine, book, excel.merge)
    merged = everything(book)
    stop_clock(monkeypatch, LATER)
    said = done(engine, book, excel.merge)
    assert said.startswith("2022-07-26 09:00　已经是最新，没有改写：1 个文件，3 行")
    assert book.names[RESULT].refers_to_range.value == said
    assert everything(book) == merged
    for state in (blank, merged):
        done(engine, book, excel.undo)
        assert everything(book) == state
    stop_clock(monkeypatch, NOW.replace(month=12))
    done(engine, book, excel.merge)
    december = everything(book)
    stop_clock(monkeypatch, NOW.replace(year=2023, month=1))     # nothing is due any more, so that only a month would begin
    assert "没有改写" in done(engine, book, excel.merge)
    assert everything(book) == december
    seen = make_own(book)       # and nothing of the user's own makes it a merge to be written, once the rows are as high as they should be again
    done(engine, book, excel.merge)
    own = everything(book), {name: look() for name, look in seen.items()}
    assert "没有改写" in done(engine, book, excel.merge)
    assert (everything(book), {name: look() for name, look in seen.items()}) == own


def test_what_somebody_changed_of_ours_is_written_again_and_is_in_the_log(engine: Any, book: xw.Book) -> None:
    done(engine, book, excel.merge)
    sheet, log = book.sheets[LEDGER.sheet], CITY["log"].sheet
    name = column_of(book, LEDGER.sheet, header_text(LEDGER["name"]))
    head, source = (5, name), (5, column_of(book, LEDGER.sheet, header_text(LEDGER["source_row"])))
    changes: dict[str, Callable[[], object]] = {
        "value": lambda: setattr(sheet.range(head), "value", "别的名称"),
        "tint": lambda: setattr(sheet.range(head), "color", tint_color("error")),
        "link": lambda: set_links(book.api, sheet.range(source).api, {0: ""}),
        "figures": lambda: setattr(book.sheets[load_dashboard().sheet].range("A1"), "value", "别的标题"),
        "board": lambda: setattr(book.sheets[BOARD.sheet].range((row_of(book, BOARD.sheet, "灵宝市"), 3)), "value", 99),
        "total": lambda: setattr(book.sheets[BOARD.sheet].range((row_of(book, BOARD.sheet, "合计"), 3)), "value", 99),
    }
    for what, change in changes.items():
        lines = len(LiveBook(book).values(log))
        change()
        assert "合并了" in done(engine, book, excel.merge), what
        assert len(LiveBook(book).values(log)) > lines, what
        assert "没有改写" in done(engine, book, excel.merge), what


@pytest.mark.parametrize("version", VERSIONS)
def test_the_file_is_valid_before_and_after_a_merge(first: First, blank: Path, tmp_path: Path, version: str) -> None:
    assert validate(blank / "市级汇总.xlsm", version) == []
    saved = tmp_path / "合并后.xlsm"
    first.book.api.storeToURL(saved.as_uri(), named(FilterName="Calc MS Excel 2007 VBA XML"))
    assert validate(saved, version) == []


# --- what cannot be done ----------------------------------------------------------------------------------------------


def test_without_an_inbox_the_button_says_what_to_do(engine: Any, book: xw.Book) -> None:
    book.names[INBOX].refers_to_range.value = "没有这个文件夹"
    assert refusal(engine, book, excel.merge).startswith("收件箱“没有这个文件夹”不存在")


def test_an_empty_inbox_is_not_merged(engine: Any, book: xw.Book, folder: Path) -> None:
    (folder / "空的").mkdir()
    book.names[INBOX].refers_to_range.value = "空的"
    assert "里没有工作簿" in refusal(engine, book, excel.merge)


def test_a_policy_of_the_bureaus_own_is_looked_for_beside_the_summary(engine: Any, book: xw.Book, folder: Path) -> None:
    """A policy that does not come with the program; a button has no option to give it."""
    stamp = book.sheets[load_guide().stamp]
    stamp.api.unprotect("")
    stamp.range("B3").value = "明州-2027"
    assert stamp.range("B3").value == "明州-2027"
    assert press(engine, book, excel.merge).text.startswith("这个文件用的政策“明州-2027”不是随带的")
    make_policy(folder / "政策库.xlsx", replace(POLICY, id="明州-2027"))
    book.names[INBOX].refers_to_range.value = "没有这个文件夹"
    assert press(engine, book, excel.merge).text.startswith("收件箱“没有这个文件夹”不存在")      # one step further: the policy was found


def test_nothing_to_undo_is_said(engine: Any, book: xw.Book) -> None:
    assert refusal(engine, book, excel.undo) == "没有可以撤销的合并。"


def test_a_line_between_the_records_is_not_written_over(engine: Any, merged: xw.Book) -> None:
    sheet = merged.sheets[LEDGER.sheet]
    sheet.range("6:6").insert("down")
    sheet.range("A6").value = "小计"
    assert "数据中间有一行不是记录：“小计”" in refusal(engine, merged, excel.merge)


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


def test_in_the_summary_the_citys_own_cells_are_checked(engine: Any, merged: xw.Book) -> None:
    cell = ledger(merged, NAMES[0], "市级评定等级")
    cell.value = "很好"
    assert "错误 1 处" in done(engine, merged, excel.check)
    assert cell.color == (250, 219, 216)
