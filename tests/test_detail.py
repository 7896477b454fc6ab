"""More rows than a sheet holds: none is lost, the counts agree, and whoever looks for the rows hears where they are."""

import gzip
import sys
from datetime import date, datetime
from pathlib import Path

import fastparquet
import openpyxl
import pandas as pd
import pytest

from tests.bench.city import write_city
from tests.county_files import CODES, POLICY, county_file, enterprise
from xltools.actions import detail as saying
from xltools.actions.fsck import fsck
from xltools.actions.merge import merge
from xltools.actions.run import read_summary
from xltools.actions.trace import trace
from xltools.books import detail
from xltools.books.file import open_book
from xltools.faces import cli
from xltools.model.code import Code
from xltools.model.dashboard import load_dashboard
from xltools.model.detail import Detail, detail_said
from xltools.model.finding import StopError
from xltools.model.form import FIRST_ROW, HEADER_ROW, NOTE_ROW, load_template
from xltools.model.outcome import Outcome

CITY = load_template("city")
LEDGER = CITY["ledger"]
NOW = datetime(2022, 7, 25, 9)
LAST = POLICY.lists["counties"][-1]
NOTE = "这张表有 121 行，一张工作表放不下，全部在旁边的文件 市级汇总-企业台账.parquet 里"


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet holds eighty records."""
    for module in (detail, saying):
        monkeypatch.setattr(module, "SHEET_ROWS", 80)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 enterprises of two counties, and one of a third with a line that has no code."""
    folder = tmp_path_factory.mktemp("inbox")
    write_city(folder, 2, 60)
    county_file(folder, LAST, [enterprise(0, target_date=date(2022, 9, 30), capacity="很多"), {**enterprise(4), "credit_code": None, "permit_no": "无"}])
    return folder


@pytest.fixture
def merged(inbox: Path, tmp_path: Path, narrow: None) -> Outcome:
    return merge([inbox], tmp_path / "市级汇总.xlsx", POLICY, NOW)


def rows(path: Path) -> pd.DataFrame:
    with path.open("rb") as file:
        return fastparquet.ParquetFile(file).to_pandas()


def note(path: Path, sheet: str) -> object:
    return next((cell.value for cell in openpyxl.load_workbook(path)[sheet][NOTE_ROW] if cell.value), None)


def told(outcome: Outcome, code: Code) -> list[str]:
    return [one.place.sheet for one in outcome.findings if one.code is code]


def test_the_limit_is_that_of_a_sheet_of_excel_under_our_header() -> None:
    assert detail.SHEET_ROWS + HEADER_ROW == 1_048_576


def test_every_row_is_in_the_file_beside_and_every_count_is_that_of_all_rows(merged: Outcome, tmp_path: Path) -> None:
    assert sorted(told(merged, Code.ROWS_BESIDE)) == sorted([LEDGER.sheet, CITY["enterprises"].sheet])
    found = rows(tmp_path / "市级汇总-企业台账.parquet")
    assert (len(found), found["统一社会信用代码"].nunique(), found["统一社会信用代码"][120]) == (121, 121, CODES[0])
    assert list(found["行号"]) == [FIRST_ROW + at for at in range(121)]
    assert (found["产能"][120], found[LEDGER["target_date"].label][120]) == ("很多", pd.Timestamp(2022, 9, 30)), "a column with words in it is text, one of dates is dates"
    assert list(found["来源行"]) == [*range(5, 65), *range(5, 65), 5]
    output = tmp_path / "市级汇总.xlsx"
    assert (note(output, LEDGER.sheet), openpyxl.load_workbook(output)[LEDGER.sheet].max_row) == (NOTE, HEADER_ROW)
    account = merged.account
    assert account
    assert (account.seen, account.taken, account.rejected) == (122, 121, 1)
    assert not told(merged, Code.NOT_BALANCED)


def test_the_figures_are_numbers_that_no_formula_counts_anew(merged: Outcome, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(tmp_path / "市级汇总.xlsx")
    cells = [cell.value for row in book[load_dashboard().sheet].iter_rows() for cell in row]
    assert not [value for value in cells if isinstance(value, str) and value.startswith("=")]
    assert 121 in cells
    assert load_dashboard().still in cells
    first = [str(cell.value) for row in book[CITY["board"].sheet].iter_rows() for cell in row]
    assert [f"3. {load_dashboard().board.still}"] == [text for text in first if load_dashboard().sheet in text]


def test_a_summary_that_fits_has_no_file_beside_it(inbox: Path, tmp_path: Path) -> None:
    outcome = merge([inbox], tmp_path / "市级汇总.xlsx", POLICY, NOW)
    assert not told(outcome, Code.ROWS_BESIDE)
    assert not list(tmp_path.glob("*.parquet"))
    values = [cell.value for row in openpyxl.load_workbook(tmp_path / "市级汇总.xlsx")[load_dashboard().sheet].iter_rows() for cell in row]
    assert any(str(value).startswith("=COUNTIFS(") for value in values)


def test_without_the_library_the_rows_are_csv_that_excel_reads(inbox: Path, tmp_path: Path, narrow: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("fastparquet", "fastparquet.writer"):  # the import of LibreOffice's uno, where it is loaded, looks into the package too
        monkeypatch.setitem(sys.modules, name, None)
    outcome = merge([inbox], tmp_path / "市级汇总.xlsx", POLICY, NOW)
    text = gzip.decompress((tmp_path / "市级汇总-企业台账.csv.gz").read_bytes())
    assert text.startswith("\ufeff行号,".encode())
    assert text.count(b"\r\n") == 1 + 121
    assert CODES[0].encode() in text.splitlines()[-1]
    assert "7-Zip" in next(one.fix for one in outcome.findings if one.code is Code.ROWS_BESIDE)


def test_the_same_merge_gives_the_same_bytes(merged: Outcome, inbox: Path, tmp_path: Path) -> None:
    merge([inbox], tmp_path / "再" / "市级汇总.xlsx", POLICY, NOW)
    assert (tmp_path / "再" / "市级汇总-企业台账.parquet").read_bytes() == (tmp_path / "市级汇总-企业台账.parquet").read_bytes()


def test_the_next_merge_leaves_such_a_summary_alone_and_says_what_it_could_not_take_along(merged: Outcome, inbox: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    again = merge([inbox], tmp_path / "市级汇总.xlsx", POLICY, NOW.replace(day=26))
    assert again.output
    assert again.output.name != "市级汇总.xlsx"
    (said,) = (one for one in again.findings if one.code is Code.ROWS_ELSEWHERE)
    assert (said.place.file, said.place.sheet, said.message) == ("市级汇总.xlsx", CITY["enterprises"].sheet, "121 行在 市级汇总-企业总表.parquet 里，不在工作簿里，不能从这里读取")
    assert len(rows(tmp_path / f"{again.output.stem}-企业台账.parquet")) == 121
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert not told(again, Code.CITY_ROW_GONE)


def test_a_summary_that_grows_beyond_the_sheet_stays_and_what_the_city_wrote_goes_along(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "市级汇总.xlsx"
    merge([inbox / "000.xlsx"], output, POLICY, NOW)
    book = openpyxl.load_workbook(output)
    column = [one.name for one in LEDGER].index("city_remark") + 1
    book[LEDGER.sheet].cell(FIRST_ROW, column).value = "市里的话"
    book.save(output)
    for module in (detail, saying):
        monkeypatch.setattr(module, "SHEET_ROWS", 80)
    again = merge([inbox], output, POLICY, NOW.replace(day=26))
    assert told(again, Code.NOT_IN_PLACE) == [""]
    assert "会有 121 行，超过了一张工作表的 80 行" in next(one.message for one in again.findings if one.code is Code.NOT_IN_PLACE)
    assert again.output
    found = rows(tmp_path / f"{again.output.stem}-企业台账.parquet")
    assert list(found[LEDGER["city_remark"].label]) == ["市里的话", *[None] * 120]


def test_a_summary_may_hold_many_times_what_a_county_s_form_may(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit, most in {"grid.GRID_ROWS": 100, "sink.MAX_CELLS": 2_000, "sheet_xml.MAX_MARKS": 12_000}.items():
        monkeypatch.setattr(f"xltools.books.{limit}", most)
    output = tmp_path / "市级汇总.xlsx"
    assert not merge([inbox / "000.xlsx", inbox / "001.xlsx"], output, POLICY, NOW).unread
    book = openpyxl.load_workbook(output)
    column = [one.name for one in LEDGER].index("city_remark") + 1
    last = book[LEDGER.sheet].cell(FIRST_ROW + 119, 3).value
    book[LEDGER.sheet].cell(FIRST_ROW + 119, column).value = "市里的话"
    book.save(output)
    again = merge([inbox / "001.xlsx"], output, POLICY, NOW.replace(day=26))
    assert again.output == output
    ledger = openpyxl.load_workbook(output)[LEDGER.sheet]
    assert ledger.max_row == FIRST_ROW + 119
    assert [(row[2], row[column - 1]) for row in ledger.iter_rows(FIRST_ROW, values_only=True) if row[column - 1]] == [(last, "市里的话")]
    with pytest.raises(StopError):  # as a county's form it is too much
        open_book(output).values(LEDGER.sheet)


def test_tracing_and_other_commands_say_where_the_rows_are(merged: Outcome, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "市级汇总.xlsx"
    for read in (lambda: list(trace(output, f"{LEDGER.sheet}!A5", POLICY)), lambda: read_summary(output)):
        with pytest.raises(StopError) as stop:
            read()
        assert stop.value.finding.code is Code.ROWS_ELSEWHERE
    assert cli.run(["publish", str(output), "-o", str(tmp_path / "公示"), "--start", "2022-08-01", "--end", "2022-08-10"]) == 1
    assert " 里，不在工作簿里" in capsys.readouterr().err


def test_the_recount_says_what_it_does_not_reach_and_counts_the_rest(merged: Outcome, inbox: Path, tmp_path: Path) -> None:
    done = fsck(tmp_path / "市级汇总.xlsx", [inbox])
    assert sorted((one.code.number, one.place.sheet) for one in done.findings) == sorted(("E723", sheet) for sheet in (LEDGER.sheet, CITY["enterprises"].sheet))
    assert done.files == 3


def test_the_sentence_on_the_sheet_is_read_back() -> None:
    assert detail_said(NOTE) == Detail(121, "市级汇总-企业台账.parquet")
    assert detail_said(LEDGER.note) is None
    assert detail_said(None) is None
