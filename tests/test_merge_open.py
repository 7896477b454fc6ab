"""What merging into an open summary will write, computed without a host: a file stands in for the open workbook."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from tests.county_files import CODES, NAMES, POLICY, county_file, enterprise
from xltools.actions.merge import merge
from xltools.actions.merge_open import Request, SheetWork, Work, merge_open
from xltools.books.closed import ClosedBook
from xltools.books.file import open_book
from xltools.books.sheet import Formula
from xltools.model.code import Code
from xltools.model.finding import StopError
from xltools.model.form import load_template

CITY = load_template("city")
LEDGER = CITY["ledger"]
NOW = datetime(2022, 7, 25, 9, 0)


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the summary of 灵宝市, and an inbox to which 湖滨区 has been added since. To be copied."""
    folder = tmp_path_factory.mktemp("merged")
    county_file(folder / "收件箱", "灵宝市", [enterprise(0), enterprise(1)])
    merge([folder / "收件箱"], folder / "市级汇总.xlsm", POLICY, NOW)
    county_file(folder / "收件箱", "湖滨区", [enterprise(2)])
    return folder


@pytest.fixture
def summary(merged: Path, tmp_path: Path) -> Path:
    """A summary of 灵宝市 with two enterprises; since then 湖滨区 has sent, too, and stands before it."""
    shutil.copytree(merged, tmp_path, dirs_exist_ok=True)
    return tmp_path / "市级汇总.xlsm"


def change(path: Path, how: Callable[[Worksheet], object]) -> None:
    """Do something in the ledger, as a person would."""
    book = openpyxl.load_workbook(path, keep_vba=True)
    how(book[LEDGER.sheet])
    book.save(path)


def prepared(path: Path) -> Work:
    return merge_open(ClosedBook(path), Request((path.parent / "收件箱",), path.parent, POLICY, NOW))


def sheet(work: Work, name: str) -> SheetWork:
    return next(one for one in work.sheets if one.plan.form.name == name)


def test_the_contents_are_those_of_a_merge_into_a_file(summary: Path, tmp_path: Path) -> None:
    work = prepared(summary)
    same = Path(shutil.copy(summary, tmp_path / "文件.xlsm"))
    merge([tmp_path / "收件箱"], same, POLICY, NOW)
    filled = [one for one in work.sheets if one.plan.length]
    assert {"ledger", "enterprises", "log"} <= {one.plan.form.name for one in filled}
    for one in filled:
        written = open_book(same).values(one.sheet)[4:]
        assert [[record.get(field.name) for _, field in one.used] for record in one.plan.records()] == written, one.sheet


def test_every_record_is_followed_from_its_row_to_its_row(summary: Path) -> None:
    assert sheet(prepared(summary), "ledger").moved == {5: 6, 6: 7}


def test_a_column_of_the_users_own_moves_with_its_records_and_keeps_its_formulas(summary: Path) -> None:
    def insert(ledger: Worksheet) -> None:
        ledger.insert_cols(3)
        for row, text in ((4, "督办人"), (5, "张三"), (6, "=LEFT(D6,3)&A$1")):
            ledger.cell(row, 3).value = text

    change(summary, insert)
    work = sheet(prepared(summary), "ledger")
    column, field = next((column, one) for column, one in work.used if one.label == "督办人")
    assert column == 3
    assert [record.get(field.name) for record in work.plan.records()] == [None, "张三", Formula("=LEFT(D7,3)&A$1")]


def test_a_log_that_was_cut_is_said(summary: Path) -> None:
    assert Code.LOG_CUT not in {one.code for one in prepared(summary).outcome.findings}
    book = openpyxl.load_workbook(summary, keep_vba=True)
    log = book[CITY["log"].sheet]
    log.delete_rows(log.max_row)
    book.save(summary)
    assert Code.LOG_CUT in {one.code for one in prepared(summary).outcome.findings}


def own_column(path: Path, name: str, word: str) -> None:
    """Write beside the first record of a form's sheet, in a column of the user's own."""
    book = openpyxl.load_workbook(path, keep_vba=True)
    at = len(CITY[name].fields) + 1
    book[CITY[name].sheet].cell(4, at, "督办人")
    book[CITY[name].sheet].cell(5, at, word)
    book.save(path)


@pytest.mark.parametrize("name", ["enterprises", "ledger", "log"])
def test_a_users_own_column_stays_on_every_sheet_also_on_one_that_is_computed(summary: Path, name: str) -> None:
    own_column(summary, name, "张三")
    work = prepared(summary)
    one = sheet(work, name)
    label = next(field.name for _, field in one.used if field.label == "督办人")
    assert [record[label] for record in one.plan.records()].count("张三") == 1
    assert sheet(work, "unclaimed").plan.records() == []


def test_what_stood_beside_a_computed_record_that_is_gone_is_named_once(summary: Path, tmp_path: Path) -> None:
    own_column(summary, "enterprises", "张三")
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(1)])
    work = prepared(summary)
    assert [(record["name"], record["item"], record["content"]) for record in sheet(work, "unclaimed").plan.records()] == [(NAMES[0], "督办人", "张三")]


def test_what_stands_beside_an_unclaimed_line_stays_there_and_is_named_once_the_line_is_gone(summary: Path, tmp_path: Path) -> None:
    opinion = next(at for at, one in enumerate(LEDGER, 1) if one.name == "city_opinion")
    change(summary, lambda ledger: [ledger.cell(row, opinion, f"请补充{row}") for row in (5, 6)])
    inbox = [tmp_path / "收件箱"]
    county_file(*inbox, "灵宝市", [enterprise(3)])
    merge(inbox, summary, POLICY, NOW)
    book = openpyxl.load_workbook(summary, keep_vba=True)
    lines = book[CITY["unclaimed"].sheet]
    assert [lines.cell(row, 9).value for row in (5, 6)] == ["请补充5", "请补充6"]
    lines.cell(4, 12, "督办人")
    lines.cell(6, 12, "张三")
    lines["I6"].comment = Comment("已电话核实", "市局")
    book.save(summary)
    change(summary, lambda ledger: ledger.cell(5, opinion, "先来的"))       # another line, of a county that stands before
    county_file(*inbox, "湖滨区", [enterprise(0)])
    work = sheet(prepared(summary), "unclaimed")
    merge(inbox, summary, POLICY, NOW)
    beside = {row[8]: row[11] for row in ClosedBook(summary).values(CITY["unclaimed"].sheet)[4:]}
    assert beside["请补充6"] == "张三"
    own = next(field.name for _, field in work.used if field.label == "督办人")
    assert {record["content"]: record[own] for record in work.plan.records()} == beside
    noted = ClosedBook(summary).notes(CITY["unclaimed"].sheet)
    assert [ClosedBook(summary).values(CITY["unclaimed"].sheet)[int(cell[1:]) - 1][8] for cell in noted] == ["请补充6"]
    county_file(*inbox, "灵宝市", [enterprise(1), enterprise(3)])           # its enterprise is back, and so is the opinion
    merge(inbox, summary, POLICY, NOW)
    left = [(row[0], row[7], row[8]) for row in ClosedBook(summary).values(CITY["unclaimed"].sheet)[4:]]
    assert (CITY["unclaimed"].sheet, "督办人", "张三") in left
    assert "请补充6" not in [content for _, _, content in left]


def test_what_stands_below_the_table_is_known(summary: Path) -> None:
    assert not sheet(prepared(summary), "ledger").below
    change(summary, lambda ledger: ledger.cell(9, 1, "注：已核对"))
    assert sheet(prepared(summary), "ledger").below


def test_a_note_on_an_enterprise_that_is_gone_is_among_the_unclaimed(summary: Path, tmp_path: Path) -> None:
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0)])
    change(summary, lambda ledger: setattr(ledger["C6"], "comment", Comment("已电话核实", "市局")))
    work = prepared(summary)
    assert [(record["name"], record["item"], record["content"]) for record in sheet(work, "unclaimed").plan.records()] == [
        (NAMES[1], "批注", "企业名称：已电话核实")
    ]
    assert CODES[1] in str(sheet(work, "unclaimed").plan.records())


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (lambda ledger: ledger.insert_rows(2), Code.HEADER_MOVED),
        (lambda ledger: [ledger.insert_rows(6), ledger.cell(6, 1, "小计")], Code.LINE_IN_THE_WAY),
        (lambda ledger: ledger.delete_cols(3), Code.COLUMN_MISSING),
    ],
)
def test_what_writing_would_destroy_stops_the_merge(summary: Path, how: Callable[[Worksheet], object], code: Code) -> None:
    change(summary, how)
    with pytest.raises(StopError) as stop:
        prepared(summary)
    assert stop.value.finding.code is code


def test_a_county_workbook_is_not_merged_into(tmp_path: Path, summary: Path) -> None:
    county = county_file(tmp_path, "义马市", [enterprise(3)])
    with pytest.raises(StopError) as stop:
        prepared(county)
    assert stop.value.finding.code is Code.NOT_OUR_BOOK
