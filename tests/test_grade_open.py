"""Grades and checklists of the summary that is open: the same cells as a merge into a file, nothing else touched."""

import shutil
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from tests.checklist_books import cement_checklist, cement_county
from tests.county_files import CODES, NAMES, POLICY, county_file
from xltools.actions.checklist import make_checklists
from xltools.actions.checklist_open import make_open
from xltools.actions.grade_open import grade_open
from xltools.actions.merge import merge
from xltools.actions.merge_open import Request
from xltools.books.checklist_read import is_checklist
from xltools.books.closed import ClosedBook
from xltools.books.file import open_book
from xltools.model.code import Code
from xltools.model.finding import StopError
from xltools.model.form import load_template

CITY = load_template("city")
SITE_CHECKS, LEDGER = CITY["site_checks"], CITY["ledger"]
NOW = datetime(2022, 8, 1, 9, 0)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a summary of two enterprises; since it was merged the checklist of one of them has come back. To be copied."""
    folder = tmp_path_factory.mktemp("bureau")
    cement_county(folder / "收件箱")
    merge([folder / "收件箱"], folder / "市级汇总.xlsm", POLICY, NOW)
    cement_checklist(folder / "核查表" / f"甲-{CODES[0]}.xlsx")
    return folder


@pytest.fixture
def bureau(prepared: Path, tmp_path: Path) -> Path:
    """A copy of that folder for one test."""
    return shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)


def opened(bureau: Path) -> ClosedBook:
    return ClosedBook(bureau / "市级汇总.xlsm")


def request(bureau: Path) -> Request:
    return Request((bureau / "收件箱", bureau / "核查表"), bureau, POLICY, NOW)


def test_the_sheet_of_site_checks_gets_the_cells_of_a_merge(bureau: Path) -> None:
    graded = grade_open(opened(bureau), request(bureau))
    merge([bureau / "收件箱", bureau / "核查表"], bureau / "文件.xlsx", POLICY, NOW)
    work = next(one for one in graded.sheets if one.sheet == SITE_CHECKS.sheet)
    written = open_book(bureau / "文件.xlsx").values(SITE_CHECKS.sheet)[4:]
    assert [[record.get(field.name) for _, field in work.used] for record in work.plan.records()] == written
    assert len(written) == 2
    assert graded.outcome.counts["enterprises"] == 1
    assert all(url.startswith("external:核查表/") for url in work.plan.links.values())


def test_what_the_city_decided_and_did_not_save_is_compared_with_the_visit(bureau: Path) -> None:
    path = bureau / "市级汇总.xlsm"
    book = openpyxl.load_workbook(path, keep_vba=True)
    sheet = book[LEDGER.sheet]
    labels = [cell.value for cell in sheet[4]]
    column = next(at for at, label in enumerate(labels, 1) if label == LEDGER["decided"].label)
    for row in (5, 6, 7):
        if sheet.cell(row, labels.index(LEDGER["process"].header) + 1).value == "熟料":
            sheet.cell(row, column, "A")
    book.save(path)
    graded = grade_open(opened(bureau), request(bureau))
    (clinker,) = [record for record in graded.sheets[0].plan.records() if record["process"] == "熟料"]
    assert (clinker["decided"], clinker["site"]) == ("A", "B")
    assert "市级评定 A，现场核查 B" in str(clinker["difference"])


def test_a_remark_that_waits_to_be_claimed_goes_on_waiting(bureau: Path) -> None:
    path = bureau / "市级汇总.xlsm"
    book = openpyxl.load_workbook(path, keep_vba=True)
    sheet = book[CITY["unclaimed"].sheet]
    values = {"form_sheet": LEDGER.sheet, "county": "灵宝市", "name": NAMES[5], "item": LEDGER["city_remark"].label, "content": "等答复"}
    for column, field in enumerate(CITY["unclaimed"], 1):
        sheet.cell(5, column, values.get(field.name))
    book.save(path)
    (record,) = grade_open(opened(bureau), request(bureau)).sheets[1].plan.records()
    assert {name: record[name] for name in values} == values


def test_only_a_summary_can_be_graded_into(bureau: Path) -> None:
    with pytest.raises(StopError) as stop:
        grade_open(ClosedBook(bureau / "收件箱" / "灵宝市.xlsx"), request(bureau))
    assert stop.value.finding.code is Code.NOT_OUR_BOOK


def test_every_enterprise_of_the_ledger_gets_its_checklist_but_for_those_that_have_one(bureau: Path) -> None:
    before = (bureau / "核查表" / f"甲-{CODES[0]}.xlsx").read_bytes()
    made = make_open(opened(bureau), POLICY, bureau / "核查表")
    assert [path.name for path in made.paths] == [f"灵宝市-{NAMES[1]}-{CODES[1]}.xlsx"]
    assert is_checklist(open_book(made.paths[0]))
    assert [one.code for one in made.findings] == [Code.CHECKLIST_KEPT]
    assert (bureau / "核查表" / f"甲-{CODES[0]}.xlsx").read_bytes() == before


def test_a_checklist_from_the_ledger_is_that_from_the_county_file(bureau: Path) -> None:
    ours = make_open(opened(bureau), POLICY, bureau / "甲").paths
    theirs = make_checklists([bureau / "收件箱"], POLICY, bureau / "乙").paths
    assert [path.name for path in ours] == [path.name for path in theirs]
    assert [path.read_bytes() for path in ours] == [path.read_bytes() for path in theirs]


def test_a_row_without_an_indicator_table_is_named_at_its_cell_in_the_open_workbook(bureau: Path) -> None:
    path = bureau / "市级汇总.xlsm"
    book = openpyxl.load_workbook(path, keep_vba=True)
    sheet = book[LEDGER.sheet]
    column = [cell.value for cell in sheet[4]].index(LEDGER["table"].header) + 1
    sheet.cell(7, column, "没有的表")
    book.save(path)
    (found,) = make_open(opened(bureau), POLICY, bureau / "丙").findings
    assert (found.code, found.place.sheet, found.place.cell) == (Code.NO_CHECKLIST, LEDGER.sheet, f"{sheet.cell(7, column).coordinate}")


def test_a_ledger_without_enterprises_gives_no_checklist(tmp_path: Path) -> None:
    county_file(tmp_path / "收件箱", "灵宝市", [])
    merge([tmp_path / "收件箱"], tmp_path / "市级汇总.xlsm", POLICY, NOW)
    made = make_open(opened(tmp_path), POLICY, tmp_path / "核查表")
    assert (made.paths, made.findings) == ((), ())
