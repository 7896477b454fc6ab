"""The buttons 计算等级 and 生成核查表 on a summary that is open in a real LibreOffice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw

from tests.checklist_books import applicant, at_best, write
from tests.checklists import table_of
from tests.county_files import CODES, NAMES, POLICY, county_file, enterprise, filled
from tests.office.engine_host import running_office
from tests.office.test_live import CITY, add_column, cells, done, everything, ledger, press, refusal
from xltools.actions.make import make_templates
from xltools.actions.merge import merge
from xltools.books.console import CHECKLISTS, RESULT
from xltools.books.file import open_book
from xltools.faces import excel
from xltools.faces.live import grading
from xltools.libreoffice.engine import register

SITE_CHECKS, LEDGER = CITY["site_checks"].sheet, CITY["ledger"].sheet
CLINKER = table_of("cement-clinker")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """xlwings on a LibreOffice of this module's own."""
    with running_office(tmp_path_factory.mktemp("grade"), {}) as context:
        yield register(context)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs go to a folder of the test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The bureau's folder: blank summary, and an inbox with a county that reports two enterprises."""
    folder = tmp_path / "市局"
    make_templates(folder, POLICY)
    rows = [enterprise(0, industry="水泥", process="熟料", table="水泥熟料", applied="A", self="A", target="A"), enterprise(1)]
    county_file(folder / "收件箱", "灵宝市", rows, review=[filled("review", credit_code=CODES[0], process="熟料", applied="A", conclusion="B")])
    return folder


@pytest.fixture
def book(engine: Any, folder: Path) -> Iterator[xw.Book]:
    """The summary, merged through its button, open."""
    opened = xw.Book(str(folder / "市级汇总.xlsm"))
    done(engine, opened, excel.merge)
    yield opened
    opened.close()


def visit(folder: Path) -> None:
    """The first enterprise's checklist comes back filled: a B."""
    (folder / "核查表").mkdir(exist_ok=True)
    write(folder / "核查表" / f"灵宝市-{NAMES[0]}-{CODES[0]}.xlsx", applicant(CLINKER, code=CODES[0], name=NAMES[0]), [at_best(CLINKER, no_1=85.0)])


def test_grades_are_those_of_the_command_line_and_nothing_else_changes(engine: Any, book: xw.Book, folder: Path, tmp_path: Path) -> None:
    visit(folder)
    before = cells(book)
    said = done(engine, book, excel.grade)
    assert "按 1 份核查表评定了 1 家企业" in said
    assert book.names[RESULT].refers_to_range.value == said
    assert book.sheets[SITE_CHECKS].visible
    file = tmp_path / "命令行.xlsm"
    merge([folder / "收件箱", folder / "核查表"], file, POLICY, datetime(2022, 8, 1, 9, 0))
    now = cells(book)
    assert {place: value for place, value in now.items() if place[0] == SITE_CHECKS} == {
        place: value for place, value in cells(open_book(file)).items() if place[0] == SITE_CHECKS
    }
    assert {place: value for place, value in now.items() if place[0] != SITE_CHECKS} == {place: value for place, value in before.items() if place[0] != SITE_CHECKS}
    done(engine, book, excel.merge)
    assert cells(book) == cells(open_book(file))


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
    undone = everything(book)
    assert {name: undone[name] for name in undone if name != SITE_CHECKS} | {"cells": ""} == {name: before[name] for name in before if name != SITE_CHECKS} | {"cells": ""}
    done(engine, book, excel.undo)
    assert everything(book) == graded


def test_an_exception_while_grades_are_written_leaves_the_workbook_as_it_was(engine: Any, book: xw.Book, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visit(folder)
    before = everything(book)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("planted")

    for step in ("grade_open", "form_snapshots", "write_forms", "_told"):
        with monkeypatch.context() as patched:
            patched.setattr(grading, step, broken)
            reply = press(engine, book, excel.grade)
        assert reply.failed
        assert reply.text.startswith("程序出错，已记录到 ")
        assert everything(book) == before, step
    assert (book.app.screen_updating, book.app.display_alerts, book.app.calculation, book.app.status_bar) == (True, True, "automatic", False)


def test_without_a_checklist_the_button_says_what_to_do(engine: Any, book: xw.Book) -> None:
    assert refusal(engine, book, excel.grade) == "“收件箱”“核查表”里没有核查表。请先点“生成核查表”，填好后放回去再计算。"


def test_every_enterprise_gets_a_checklist_once(engine: Any, book: xw.Book, folder: Path) -> None:
    said = done(engine, book, excel.checklist)
    assert "生成了 2 份核查表，放在“核查表”" in said
    path = folder / "核查表" / f"灵宝市-{NAMES[0]}-{CODES[0]}.xlsx"
    path.write_bytes(b"filled")
    assert "生成了 0 份核查表，放在“核查表”；2 份已经有了，没有改动" in done(engine, book, excel.checklist)
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
