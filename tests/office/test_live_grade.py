"""The buttons 计算等级 and 生成核查表 on a summary that is open in a real LibreOffice."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw

from tests.checklist_books import applicant, at_best, write
from tests.checklists import table_of
from tests.county_files import CODES, NAMES, POLICY, county_file, enterprise, filled
from tests.office.live_books import (
    CITY,
    LATER,
    NOW,
    add_column,
    cells,
    done,
    everything,
    ledger,
    refusal,
    stop_clock,
)
from xltools.actions import check
from xltools.actions.merge import merge
from xltools.books.console import CHECKLISTS, NOTICE_END, NOTICE_START, RESULT
from xltools.books.file import open_book
from xltools.faces import excel
from xltools.model.publication import load_publication_words

SITE_CHECKS, LEDGER = CITY["site_checks"].sheet, CITY["ledger"].sheet
CLINKER = table_of("cement-clinker")


pytestmark = pytest.mark.usefixtures("own_folder")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, blank: Path) -> Path:
    """The bureau's folder: an inbox with a county that reports two enterprises, and the summary merged. To be copied."""
    folder = Path(shutil.copytree(blank, tmp_path_factory.mktemp("ready") / "市局"))
    rows = [enterprise(0, industry="水泥", process="熟料", table="水泥熟料", applied="A", self="A", target="A"), enterprise(1)]
    county_file(folder / "收件箱", "灵宝市", rows, review=[filled("review", credit_code=CODES[0], process="熟料", applied="A", conclusion="B")])
    merge([folder / "收件箱"], folder / "市级汇总.xlsm", POLICY, NOW)
    return folder


@pytest.fixture
def folder(ready: Path, tmp_path: Path) -> Path:
    """The bureau's folder."""
    return Path(shutil.copytree(ready, tmp_path / "市局"))


@pytest.fixture
def book(engine: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[xw.Book]:
    """The merged summary, open."""
    opened = xw.Book(str(folder / "市级汇总.xlsm"))
    stop_clock(monkeypatch, NOW)
    yield opened
    opened.close()


def visit(folder: Path) -> None:
    """The first enterprise's checklist comes back filled: a B."""
    (folder / "核查表").mkdir(exist_ok=True)
    write(folder / "核查表" / f"灵宝市-{NAMES[0]}-{CODES[0]}.xlsx", applicant(CLINKER, code=CODES[0], name=NAMES[0]), [at_best(CLINKER, no_1=85.0)])


def test_grades_are_those_of_the_command_line_and_nothing_else_changes(
    engine: Any, book: xw.Book, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(shutil.copy(folder / "市级汇总.xlsm", tmp_path / "命令行.xlsm"))
    visit(folder)
    stop_clock(monkeypatch, LATER)
    before = cells(book)
    said = done(engine, book, excel.grade)
    assert "按 1 份核查表评定了 1 家企业" in said
    assert book.names[RESULT].refers_to_range.value == said
    assert book.sheets[SITE_CHECKS].visible
    merge([folder / "收件箱", folder / "核查表"], file, POLICY, LATER)
    now = cells(book)
    assert {place: value for place, value in now.items() if place[0] == SITE_CHECKS} == {
        place: value for place, value in cells(open_book(file)).items() if place[0] == SITE_CHECKS
    }
    assert {place: value for place, value in now.items() if place[0] != SITE_CHECKS} == {place: value for place, value in before.items() if place[0] != SITE_CHECKS}
    # The county's workbook is the one that grading read: nothing may read it again.
    monkeypatch.setattr(check, "check_book", pytest.fail)
    done(engine, book, excel.merge)
    assert cells(book) == cells(open_book(file))


def test_checklists_that_nobody_filled_grade_nobody_and_a_clean_check_says_what_it_looked_at(engine: Any, book: xw.Book) -> None:
    made = done(engine, book, excel.checklist)
    count = int(re.findall(r"生成了 (\d+) 份", made)[0])
    assert count > 0
    assert f"；{count} 家还是待核实：核查表没有填完" in done(engine, book, excel.grade)
    assert done(engine, book, excel.check).endswith("　市级填写的内容没有发现问题；区县报送的问题在【问题清单】")


def test_a_column_of_the_users_own_stays_beside_the_grades_and_an_undo_goes_behind_the_merge(engine: Any, book: xw.Book, folder: Path) -> None:
    visit(folder)
    before = everything(book)
    done(engine, book, excel.merge)
    sheet = book.sheets[SITE_CHECKS]
    place = (5, len(CITY["site_checks"].fields) + 1)
    sheet.range((4, place[1])).value, sheet.range(place).value = "督办人", "张三"
    write(folder / "核查表" / f"灵宝市-{NAMES[1]}-{CODES[1]}.xlsx", applicant(table_of("casting-gas-electric"), code=CODES[1], name=NAMES[1]))
    done(engine, book, excel.grade)
    assert [sheet.range((row, place[1])).value for row in (5, 6)] == ["张三", None]
    graded = everything(book)
    assert "恢复到" in done(engine, book, excel.undo)
    assert everything(book) | {"cells": ""} == before | {"cells": ""}
    done(engine, book, excel.undo)
    assert everything(book) == graded


def test_without_a_checklist_the_button_says_what_to_do(engine: Any, book: xw.Book) -> None:
    assert refusal(engine, book, excel.grade) == "“收件箱”“核查表”里没有核查表。请先点“生成核查表”，填好后放回去再计算。"


def test_every_enterprise_gets_a_checklist_once(engine: Any, book: xw.Book, folder: Path) -> None:
    county_file(folder / "收件箱", "湖滨区", [enterprise(2)])
    done(engine, book, excel.merge)
    said = done(engine, book, excel.checklist)
    assert "生成了 3 份核查表，放在“核查表”" in said
    path = folder / "核查表" / f"灵宝市-{NAMES[0]}-{CODES[0]}.xlsx"
    path.write_bytes(b"filled")
    assert "生成了 0 份核查表，放在“核查表”；3 份已经有了，没有改动" in done(engine, book, excel.checklist)
    assert path.read_bytes() == b"filled"
    assert "恢复到" in done(engine, book, excel.undo)      # the merge can still be undone


def test_a_row_without_a_checklist_is_listed_and_one_click_away(engine: Any, book: xw.Book) -> None:
    cell = ledger(book, NAMES[1], CITY["ledger"]["table"].label)
    cell.value = "没有的表"
    assert "1 行不能生成，原因见【校验结果】" in done(engine, book, excel.checklist)
    listed = book.sheets["校验结果"].range("C4")
    assert (listed.value, listed.hyperlink) == (cell.address.replace("$", ""), f"#{LEDGER}!{cell.address.replace('$', '')}")


def test_a_file_where_the_folder_should_be_is_told(engine: Any, book: xw.Book, folder: Path) -> None:
    (folder / "别的").write_bytes(b"")
    book.names[CHECKLISTS].refers_to_range.value = "别的"
    assert refusal(engine, book, excel.checklist) == "“别的”是一个文件，不是文件夹。请在操作台改写核查表的文件夹。"


def test_the_menu_on_a_county_file_says_where_these_buttons_belong(engine: Any, folder: Path) -> None:
    county = xw.Book(str(folder / "收件箱" / "灵宝市.xlsx"))
    try:
        for button in (excel.grade, excel.checklist):
            assert "不是市级汇总" in refusal(engine, county, button)
    finally:
        county.close()


def test_new_columns_before_the_grades_are_respected(engine: Any, book: xw.Book, folder: Path) -> None:
    visit(folder)
    own = add_column(book, 3, "督办人")
    own(NAMES[0]).value = "李四"
    done(engine, book, excel.grade)
    assert own(NAMES[0]).value == "李四"


def publish_between(book: xw.Book, start: object, end: object) -> None:
    """Enter the days of the notice."""
    book.names[NOTICE_START].refers_to_range.value = start
    book.names[NOTICE_END].refers_to_range.value = end


def decide(book: xw.Book, name: str) -> None:
    """The city decides on an enterprise, unsaved."""
    for field, value in (("decided", "B"), ("decided_date", date(2022, 7, 28)), ("decided_no", "三环文〔2022〕80号")):
        ledger(book, name, CITY["ledger"][field].label).value = value


def test_what_was_decided_is_published_for_the_days_that_were_entered(engine: Any, book: xw.Book, folder: Path) -> None:
    decide(book, NAMES[1])
    publish_between(book, date(2022, 8, 1), "2022年8月5日")
    said = done(engine, book, excel.publish)
    assert "公示 1 家企业，2022-08-01 至 2022-08-05，放在“公示-2022-08-01”" in said
    names = load_publication_words()
    assert {path.name for path in (folder / "公示-2022-08-01").iterdir()} == {names.book, names.page}
    listed = book.sheets["校验结果"].range("A4:D8").value
    assert any(row[1] == LEDGER and NAMES[0] in str(row[3]) for row in listed)
    assert "已经存在，没有覆盖" in refusal(engine, book, excel.publish)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (None, None, "“公示开始日期”没有填写。请在操作台填写公示期的第一天和最后一天；文件没有规定公示多少天。"),
        (date(2022, 8, 1), None, "“公示结束日期”没有填写。请在操作台填写公示期的第一天和最后一天；文件没有规定公示多少天。"),
        ("月底", date(2022, 8, 5), "“公示开始日期”填的是“月底”，不是能识别的日期，请填成 2022-08-01 这样的日期。"),
        (date(2022, 8, 5), date(2022, 8, 1), "公示结束日期 2022-08-01 早于开始日期 2022-08-05。请核对公示的起止日期"),
    ],
)
def test_how_long_a_notice_lasts_is_never_assumed(engine: Any, book: xw.Book, start: object, end: object, said: str) -> None:
    publish_between(book, start, end)
    assert refusal(engine, book, excel.publish) == said


def test_without_a_decision_nothing_is_published_and_the_reason_listed(engine: Any, book: xw.Book, folder: Path) -> None:
    county_file(folder / "收件箱", "湖滨区", [enterprise(2)])
    done(engine, book, excel.merge)
    publish_between(book, date(2022, 8, 1), date(2022, 8, 5))
    assert "没有可以公示的企业，原因见【校验结果】" in done(engine, book, excel.publish)
    assert not (folder / "公示-2022-08-01").exists()
    assert "恢复到" in done(engine, book, excel.undo)
