"""The buttons, pressed with a mouse in a LibreOffice window: what they leave in the open workbook."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import pytest
import xlwings

import xltools.faces.excel
from tests.office.screen import Screen, Windowed, site_packages
from xltools.actions.make import make_templates
from xltools.actions.merge import merge
from xltools.actions.setup import LINUX, Places, Program, install
from xltools.books.console import NOTICE_END, NOTICE_START, RESULT
from xltools.books.file import open_book
from xltools.books.layout import header_text
from xltools.model.console import load_console
from xltools.model.form import load_template
from xltools.model.policy import load_policy

ROOT = Path(__file__).parent.parent.parent
COUNTIES = ROOT / "workbooks" / "区县"
SHOTS = ROOT / "test-artefacts"
POLICY = load_policy("sanmenxia-2022")
# Sheets in which the run of today shows; in these the result is compared without the line about it and the row of the buttons.
MOMENT_ROWS = {"操作台": (2, 3)}


def prepared(folder: Path) -> Callable[[Path], None]:
    """What `xltools setup` does to a profile."""

    def prepare(user: Path) -> None:
        paths = site_packages([xltools.faces.excel, xlwings, click])
        program = Program(Path(sys.executable), (sys.version_info[0], sys.version_info[1]), (str(ROOT), *paths))
        install(Places(LINUX, folder / "own", (user,), ()), program)

    return prepare


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A folder with the blank city workbook and an inbox of three counties."""
    folder = tmp_path / "市局"
    workbook = make_templates(folder, POLICY)[-1]
    (folder / "收件箱").mkdir()
    for name in ("灵宝市", "湖滨区", "义马市"):
        shutil.copy(COUNTIES / f"{name}.xlsx", folder / "收件箱")
    return workbook


def cells(path: Path, sheet: str) -> list[list[object]]:
    """What a file holds, dates as the numbers that LibreOffice gives for them."""
    return [[as_number(value) for value in row] for row in open_book(path).values(sheet)]


def as_number(value: object) -> object:
    """A date as its number; everything else as it is."""
    return float((value - date(1899, 12, 30)).days) if isinstance(value, date) else value


def trimmed(rows: list[list[object]], left_out: tuple[int, ...] = ()) -> list[list[object]]:
    """Rows without empty ends, numbers with the digits that a sheet keeps."""
    found = []
    for number, row in enumerate(rows, 1):
        line = [] if number in left_out else [float(f"{value:.14g}") if isinstance(value, float) else value for value in row]
        while line and line[-1] is None:
            line.pop()
        found.append(line)
    while found and not found[-1]:
        found.pop()
    return found


def test_the_button_merges_into_the_open_workbook_what_the_command_line_merges(tmp_path: Path, city: Path) -> None:
    file = tmp_path / "文件.xlsm"
    folder = tmp_path / "merge"
    folder.mkdir()
    with Screen(folder) as screen, Windowed(folder, screen, prepared(folder), SHOTS / "merge.png") as office:
        office.show(city)
        office.press("合并区县表")
        office.wait(lambda: "合并了 3 个文件" in office.shown("操作台", RESULT))
        office.wait(office.idle)
        merge([city.parent / "收件箱"], file, POLICY, datetime.fromisoformat(office.values("变动")[4][0]))
        for sheet in open_book(file).sheets:
            left_out = MOMENT_ROWS.get(sheet, ())
            assert trimmed(office.values(sheet), left_out) == trimmed(cells(file, sheet), left_out), sheet


def test_the_menu_checks_a_county_file_without_macros(tmp_path: Path) -> None:
    file = shutil.copy(COUNTIES / "灵宝市.xlsx", tmp_path / "灵宝市.xlsx")
    folder = tmp_path / "check"
    folder.mkdir()
    with Screen(folder) as screen, Windowed(folder, screen, prepared(folder), SHOTS / "check.png") as office:
        office.show(Path(file))
        office.press("绩效分级", "校验本表")
        office.wait(lambda: "错误" in office.shown("校验结果", "A2"))
        office.wait(office.idle)
        listed = [row[:3] for row in office.values("校验结果")[3:]]
        place = next((sheet, cell) for severity, sheet, cell in listed if severity == "错误" and cell)
        cell = office.document.Sheets.getByName(place[0]).getCellRangeByName(place[1]).getCellByPosition(0, 0)
        assert cell.CellBackColor == 0xFADBD8
        assert "改法：" in cell.getAnnotation().getString()


def decide(document: Any) -> None:
    """The city decides on the first enterprise of the ledger and enters the days of the notice, unsaved."""
    ledger, rows = load_template("city")["ledger"], document.Sheets.getByName("企业台账")
    header = [str(text) for text in rows.getCellRangeByName("A4:BZ4").getDataArray()[0]]
    for name, text in (("decided", "B"), ("decided_date", "2022-07-28"), ("decided_no", "三环文〔2022〕80号")):
        rows.getCellByPosition(header.index(header_text(ledger[name])), 4).setString(text)
    for name, day in ((NOTICE_START, "2022-08-01"), (NOTICE_END, "2022-08-05")):
        document.NamedRanges.getByName(name).getReferredCells().getCellByPosition(0, 0).setString(day)


def test_checklists_are_made_graded_and_published_with_the_mouse(tmp_path: Path, city: Path) -> None:
    checklists = city.parent / "核查表"
    folder = tmp_path / "grade"
    folder.mkdir()
    with Screen(folder) as screen, Windowed(folder, screen, prepared(folder), SHOTS / "grade.png") as office:
        office.show(city)
        before = office.values("企业台账")
        office.press("合并区县表")
        office.wait(lambda: "合并了 3 个文件" in office.shown("操作台", RESULT))
        office.press("生成核查表")
        office.wait(lambda: "份核查表，放在“核查表”" in office.shown("操作台", RESULT))
        office.wait(office.idle)
        screen.shot(SHOTS / "checklists.png")
        made = {path.name for path in checklists.iterdir()}
        filled = [path for path in (ROOT / "workbooks" / "核查表").glob("灵宝市-*.xlsx") if path.name in made]
        assert filled
        for path in filled:
            shutil.copy(path, checklists)
        office.document.getCurrentController().setActiveSheet(office.document.Sheets.getByName("操作台"))
        office.press("计算等级")
        office.wait(lambda: "评定了" in office.shown("操作台", RESULT))
        office.wait(office.idle)
        file = tmp_path / "文件.xlsm"
        merge([city.parent / "收件箱", checklists], file, POLICY, datetime(2026, 7, 20, 9, 30))
        assert trimmed(office.values("核查结果")) == trimmed(cells(file, "核查结果"))
        screen.shot(SHOTS / "graded.png")
        decide(office.document)
        office.press("发布")
        office.wait(lambda: "公示 1 家企业，2022-08-01 至 2022-08-05" in office.shown("操作台", RESULT))
        office.wait(office.idle)
        screen.shot(SHOTS / "published.png")
        assert len(list((city.parent / "公示-2022-08-01").iterdir())) == 2
        office.document.getCurrentController().setActiveSheet(office.document.Sheets.getByName("操作台"))
        office.press("撤销上次合并")
        office.wait(lambda: "已撤销" in office.shown("操作台", RESULT))
        office.wait(office.idle)
        assert office.values("企业台账") == before, "undo brings back what stood there, an empty line that was ready too"
        assert trimmed(before[4:]) == []
        assert {path.name for path in checklists.iterdir()} == made


def test_every_button_is_bound_to_its_macro_when_libreoffice_opens_the_workbook(tmp_path: Path, city: Path) -> None:
    folder = tmp_path / "bound"
    folder.mkdir()
    with Screen(folder) as screen, Windowed(folder, screen, prepared(folder), SHOTS / "bound.png") as office:
        document = office.show(city)
        form = document.Sheets.getByName("操作台").DrawPage.Forms.getByIndex(0)
        bound = {form.getByIndex(at).Label: event.ScriptCode for at in range(form.getCount()) for event in form.getScriptEvents(at) if event.EventMethod == "actionPerformed"}
        for button in load_console().buttons:
            assert f".{button.macro}?" in bound[button.caption]
