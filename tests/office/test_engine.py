"""The xlwings engine on LibreOffice: what xlwings writes is what a file reader finds after saving, and the other way round."""

from __future__ import annotations

import datetime as dt
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlwings as xw
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill, Protection
from openpyxl.workbook.defined_name import DefinedName
from python_calamine import CalamineWorkbook

from tests.office.engine_host import running_office
from xltools.libreoffice import bridge, members
from xltools.libreoffice.address import Area, Limits, column_letters, column_number, parse, quoted, text
from xltools.libreoffice.engine import KINDS, caller, member_table, register
from xltools.libreoffice.errors import EngineError, ProtectedError, UnsupportedError
from xltools.libreoffice.formats import excel_code
from xltools.libreoffice.formula import from_host, shifted, to_host
from xltools.libreoffice.layout import edge

ROOT = Path(__file__).parents[2]
INSIDE = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}]
sys.path += {[place for place in sys.path if place.endswith("site-packages")]!r}

def button(document):
    import xlwings as xw
    from xltools.libreoffice.engine import caller, register
    with caller(register(XSCRIPTCONTEXT.getComponentContext()), document):
        sheet = xw.Book.caller().sheets[0]
        sheet["B1"].value = [["在程序内", 42], ["=C1*2", None]]
        other = sheet.book.app.books.add()
        sheet.copy(after=other.sheets[-1])
        copied = other.sheets[-1]["B1"].value
        other.close()
        return copied, sheet["B2"].value
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[xw.main.Engine]:
    """On a LibreOffice started from a terminal in which the tests' own virtual environment is active."""
    with pytest.MonkeyPatch.context() as terminal:
        terminal.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        with running_office(tmp_path_factory.mktemp("engine"), {"inside.py": INSIDE}) as context:
            yield register(context)
    xw.engines.engines.clear()
    xw.engines.active = None


@pytest.fixture
def book(engine: xw.main.Engine) -> Iterator[xw.Book]:
    made = engine.apps.active.books.add()
    yield made
    made.close()


@pytest.fixture
def sheet(book: xw.Book) -> xw.Sheet:
    return book.sheets[0]


@pytest.fixture
def saved(book: xw.Book, tmp_path: Path) -> Callable[[], Any]:
    """Saves the workbook and gives its first sheet as openpyxl reads it, formulas as text."""

    def save() -> Any:
        book.save(tmp_path / "保存.xlsx")
        return openpyxl.load_workbook(tmp_path / "保存.xlsx").worksheets[0]

    return save


@pytest.fixture
def opened(engine: xw.main.Engine, tmp_path: Path) -> Iterator[Callable[[openpyxl.Workbook], xw.Book]]:
    """Opens a workbook made with openpyxl."""
    books: list[xw.Book] = []

    def load(made: openpyxl.Workbook) -> xw.Book:
        made.save(tmp_path / "来件.xlsx")
        books.append(engine.apps.active.books.open(tmp_path / "来件.xlsx"))
        return books[-1]

    yield load
    for one in books:
        one.close()


DAY, MOMENT = dt.datetime(2022, 7, 1), dt.datetime(2022, 7, 1, 8, 30, 15)
ROWS = [
    ["甲公司", 12.5, 3, None, True, dt.date(2022, 7, 1), MOMENT],
    ["'=不是公式", -1, 0, "001", False, dt.datetime(1999, 12, 31), "第一行\n第二行"],
]
MEANT = [
    ["甲公司", 12.5, 3, None, True, DAY, MOMENT],
    ["=不是公式", -1, 0, "001", False, dt.datetime(1999, 12, 31), "第一行\n第二行"],
]


def test_a_block_reads_back_as_it_was_written(sheet: xw.Sheet) -> None:
    sheet["B2"].value = ROWS
    assert sheet["B2:H3"].value == MEANT


def test_a_block_is_what_openpyxl_finds_in_the_file(sheet: xw.Sheet, saved: Callable[[], Any]) -> None:
    sheet["B2"].value = ROWS
    assert [[cell.value for cell in row] for row in saved()["B2:H3"]] == MEANT


def test_a_block_is_what_calamine_finds_in_the_file(sheet: xw.Sheet, saved: Callable[[], Any], tmp_path: Path) -> None:
    sheet["A1"].value = [["企业", "日期", "数"], ["甲", dt.date(2022, 7, 1), 2.5]]
    saved()
    rows = CalamineWorkbook.from_path(str(tmp_path / "保存.xlsx")).get_sheet_by_index(0).to_python()
    assert rows == [["企业", "日期", "数"], ["甲", dt.date(2022, 7, 1), 2.5]]


def test_what_openpyxl_wrote_reads_with_its_types(opened: Callable[[openpyxl.Workbook], xw.Book]) -> None:
    made = openpyxl.Workbook()
    made.worksheets[0].append(["文本", 1.5, True, False, dt.datetime(2022, 7, 1), MOMENT, None, "=B1*2", '=""', dt.time(12)])
    sheet = opened(made).sheets[0]
    assert sheet["A1:J1"].value == ["文本", 1.5, True, False, DAY, MOMENT, None, 3.0, None, 0.5]


def test_a_date_keeps_the_format_the_cell_has(sheet: xw.Sheet) -> None:
    sheet["A1"].number_format = 'yyyy"年"m"月"d"日"'
    sheet["A1:A2"].options(transpose=True).value = [dt.date(2022, 7, 1), dt.date(2022, 7, 2)]
    assert [cell.number_format for cell in sheet["A1:A2"]] == ['yyyy"年"m"月"d"日"', "yyyy-mm-dd"]


def test_a_number_over_a_boolean_is_a_number(sheet: xw.Sheet) -> None:
    sheet["A1"].value = True
    sheet["A1"].value = 1
    assert type(sheet["A1"].value) is float


def test_text_in_a_text_cell_is_never_a_formula(sheet: xw.Sheet, saved: Callable[[], Any]) -> None:
    sheet["A1"].number_format = "@"
    sheet["A1"].value = [["=1+1", "=1+1"]]
    cells = saved()
    assert (sheet["A1:B1"].value, cells["B1"].data_type) == (["=1+1", 2.0], "f")


@pytest.mark.parametrize(("formula", "error"), [("=1/0", "#DIV/0!"), ("=NA()", "#N/A"), ("=没有这个名称", "#NAME?"), ("=10^400", "#NUM!"), ("=SQRT(-1)", "#VALUE!"), ('=1+"a"', "#VALUE!")])
def test_an_error_cell_is_none_and_its_text_on_request(sheet: xw.Sheet, formula: str, error: str) -> None:
    sheet["A1"].value = [[formula, 1]]
    assert sheet["A1:B1"].value == [None, 1.0]
    assert sheet["A1:B1"].options(err_to_str=True).value == [error, 1.0]


def test_a_frame_goes_there_and_back(sheet: xw.Sheet) -> None:
    frame = pd.DataFrame({"企业": ["甲", "乙"], "能力": [1.5, None], "日期": pd.to_datetime(["2022-07-01", None]), "保障": [True, False]})
    sheet["A1"].options(index=False).value = frame
    back = sheet["A1"].options(pd.DataFrame, index=False, expand="table").value
    assert back.to_dict("list")["企业"] == ["甲", "乙"]
    assert sheet["A2:D3"].value == [["甲", 1.5, DAY, True], ["乙", None, None, False]]


def test_a_value_no_cell_can_hold_is_refused(sheet: xw.Sheet) -> None:
    with pytest.raises(EngineError, match="timedelta"):
        sheet["A1"].value = dt.timedelta(hours=1)


FORMULAS = [
    "=SUM('县 表'!$A$1:B2,3)", '=IF(A1="","a,b",1)', "=SUM({1,2;3,4})", "='县 表'!A1", "=STDEV.S(A1:A3)", "=EDATE(A1,1)", "=SUM(A:A)", '=COUNTIF(A1:A3,">=2")',
]  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_in_the_file_as_it_was_written(book: xw.Book, saved: Callable[[], Any], formula: str) -> None:
    book.sheets.add("县 表", after=book.sheets[0])
    sheet = book.sheets[0]
    sheet["D1"].formula = formula
    assert sheet["D1"].formula == formula
    assert saved()["D1"].value.replace("_xlfn.", "") == formula


def test_one_formula_fills_a_block_like_a_person_fills_it(sheet: xw.Sheet, saved: Callable[[], Any]) -> None:
    sheet["A1"].value = [[1], [2], [3]]
    sheet["B1:C3"].formula = "=A1*$A$2"
    assert [[cell.value for cell in row] for row in saved()["B1:C3"]] == [["=A1*$A$2", "=B1*$A$2"], ["=A2*$A$2", "=B2*$A$2"], ["=A3*$A$2", "=B3*$A$2"]]
    assert sheet["B1:C3"].value == [[2, 4], [4, 8], [6, 12]]


def test_looks_are_in_the_file(sheet: xw.Sheet, saved: Callable[[], Any]) -> None:
    cell = sheet["A1"]
    cell.value, cell.color, cell.number_format, cell.wrap_text = 0.5, (255, 200, 0), "0.00%", True
    cell.font.bold, cell.font.size, cell.font.color, cell.font.name = True, 14, "#010203", "宋体"
    cell.horizontal_alignment, cell.vertical_alignment = "center", "top"
    found = saved()["A1"]
    assert (found.fill.fgColor.rgb, found.number_format, found.alignment.wrap_text) == ("FFFFC800", "0.00%", True)
    assert (found.font.b, found.font.sz, found.font.color.rgb, found.font.name) == (True, 14, "FF010203", "宋体")
    assert (found.alignment.horizontal, found.alignment.vertical) == ("center", "top")
    assert (cell.color, cell.number_format, cell.font.color) == ((255, 200, 0), "0.00%", (1, 2, 3))


def test_cells_that_differ_have_no_common_look(sheet: xw.Sheet) -> None:
    sheet["A1"].color, sheet["A1"].number_format, sheet["A1"].font.bold = (1, 2, 3), "0.0", True
    assert (sheet["A1:B1"].color, sheet["A1:B1"].number_format, sheet["A1:B1"].font.bold) == (None, None, None)


def test_sizes_of_a_file_read_in_excels_units(opened: Callable[[openpyxl.Workbook], xw.Book]) -> None:
    made = openpyxl.Workbook()
    made.worksheets[0].column_dimensions["B"].width = 20.7109375        # Excel shows 20 (plus 5 of 7 pixels of margin)
    made.worksheets[0].row_dimensions[2].height = 33
    cell = opened(made).sheets[0]["B2"]
    assert cell.column_width == pytest.approx(20, abs=0.1)
    assert cell.row_height == pytest.approx(33, abs=0.1)
    cell.column_width, cell.row_height = 12, 40
    assert (cell.column_width, cell.row_height) == (pytest.approx(12, abs=0.05), pytest.approx(40, abs=0.05))


def test_notes_links_merges_and_names_are_in_the_file(book: xw.Book, saved: Callable[[], Any]) -> None:
    book.sheets.add("县 表", after=book.sheets[0])
    sheet = book.sheets[0]
    sheet["A1"].add_note("请核实\n第二行")
    sheet["B1"].add_hyperlink("#'县 表'!A4", "去看")
    sheet["B2"].add_hyperlink("http://example.org/", "网站")
    sheet["C1:D2"].value = [[1, 2], [3, 4]]
    sheet["C1:D2"].merge()
    book.names.add("全市", "='县 表'!$A$1:$B$2")
    sheet["A5:B6"].name = "区域"
    found = saved()
    assert found["A1"].comment.text == "请核实\n第二行"
    assert (found["B1"].value, found["B1"].hyperlink.location, found["B2"].hyperlink.target) == ("去看", "'县 表'!A4", "http://example.org/")
    assert ([str(area) for area in found.merged_cells.ranges], found["C1"].value, found["D2"].value) == (["C1:D2"], 1, None)
    names = {name: found.parent.defined_names[name].attr_text for name in ("全市", "区域")}
    assert names == {"全市": "'县 表'!$A$1:$B$2", "区域": "Sheet1!$A$5:$B$6"}


def test_notes_links_merges_and_names_of_a_file_are_found(opened: Callable[[openpyxl.Workbook], xw.Book]) -> None:
    made = openpyxl.Workbook()
    first = made.worksheets[0]
    first.title = "县 表"
    first["A1"].comment = Comment("旧批注", "张三")
    first["B1"] = "链接"
    first["B1"].hyperlink = "http://example.org/"
    first.merge_cells("C1:D2")
    made.defined_names["全市"] = DefinedName("全市", attr_text="'县 表'!$A$1:$B$2")
    first.defined_names["本表"] = DefinedName("本表", attr_text="'县 表'!$C$3")
    sheet = opened(made).sheets[0]
    assert [(note.location.address, note.text) for note in sheet.notes] == [("$A$1", "旧批注")]
    with pytest.raises((EngineError, ValueError)):
        sheet["A1"].add_note("另一条")
    assert sheet["A1"].note.text == "旧批注"
    assert sheet["B1"].hyperlink == "http://example.org/"
    assert (sheet["D2"].merge_area.address, sheet["C1"].merge_cells, sheet["A1"].merge_cells) == ("$C$1:$D$2", True, False)
    assert [(name.name, name.refers_to) for name in sheet.book.names] == [("全市", "='县 表'!$A$1:$B$2"), ("'县 表'!本表", "='县 表'!$C$3")]
    assert (sheet["全市"].address, sheet["本表"].address, sheet["A1:B2"].name.name) == ("$A$1:$B$2", "$C$3", "全市")
    sheet["A1"].note.delete()
    del sheet.book.names["全市"]
    assert (len(sheet.notes), len(sheet.book.names), sheet["A1"].note) == (0, 1, None)


def test_a_note_is_never_replaced_in_silence(sheet: xw.Sheet) -> None:
    sheet["A1"].add_note("用户自己的批注")
    with pytest.raises((EngineError, ValueError)):
        sheet["A1"].add_note("另一条")
    assert sheet["A1"].note.text == "用户自己的批注"


def test_writing_a_block_keeps_the_notes_on_its_cells(sheet: xw.Sheet, saved: Callable[[], Any]) -> None:
    for place in ("A1", "C2", "B4"):
        sheet[place].add_note(f"用户的批注 {place}")
    rows = [[f"{row}{column}" for column in range(4)] for row in range(5)]
    rows[1][2], rows[3][1] = "=1+1", "'=文本"
    sheet["A1"].value = rows
    sheet["C2:C3"].formula = "=A1"
    sheet["B4"].clear_contents()
    found = saved()
    assert {cell.coordinate: cell.comment.text for row in found.iter_rows() for cell in row if cell.comment} == {place: f"用户的批注 {place}" for place in ("A1", "C2", "B4")}
    assert [[cell.value for cell in row] for row in found["A1:D5"]] == [
        ["00", "01", "02", "03"], ["10", "11", "=A1", "13"], ["20", "21", "=A2", "23"], ["30", None, "32", "33"], ["40", "41", "42", "43"],
    ]  # fmt: skip


def test_ends_and_regions_are_those_of_excel(sheet: xw.Sheet) -> None:
    sheet["B2"].value = [["甲", 1, 2], ["乙", None, 3], ["丙", 4, None]]
    sheet["B9"].value = "远"
    corner = sheet["B2"]
    assert (corner.end("down").address, corner.end("right").address) == ("$B$4", "$D$2")
    assert (sheet["B4"].end("down").address, sheet["B5"].end("down").address, sheet["B9"].end("down").address) == ("$B$9", "$B$9", "$B$1048576")
    assert (sheet["B1048576"].end("up").address, sheet["A9"].end("right").address, sheet["D2"].end("left").address) == ("$B$9", "$B$9", "$B$2")
    assert (corner.expand().address, corner.expand("right").address, sheet["B3"].expand("right").address) == ("$B$2:$D$4", "$B$2:$D$2", "$B$3")
    assert (corner.current_region.address, sheet.used_range.address) == ("$B$2:$D$4", "$B$2:$D$9")


def test_rows_go_in_and_out_and_formulas_follow(sheet: xw.Sheet, saved: Callable[[], Any]) -> None:
    sheet["A1"].value = [[1], [2], ["=SUM(A1:A2)"]]
    sheet["2:3"].insert("down")
    assert sheet["A5"].formula == "=SUM(A1:A4)"
    sheet["2:3"].delete()
    sheet["A1"].insert("right")
    found = saved()
    assert [found[place].value for place in ("A1", "B1", "A2", "A3")] == [None, 1, 2, "=SUM(A1:A2)"]


def test_clearing_takes_what_it_says_and_no_more(sheet: xw.Sheet) -> None:
    cell = sheet["A1"]
    cell.value, cell.color = 1, (1, 2, 3)
    cell.add_note("留")
    cell.clear_contents()
    assert (cell.value, cell.color, cell.note.text) == (None, (1, 2, 3), "留")
    cell.value = 2
    cell.clear_formats()
    assert (cell.value, cell.color, cell.note.text) == (2.0, None, "留")
    cell.clear()
    assert (cell.value, cell.note) == (None, None)


def test_sheets_come_go_hide_and_freeze(book: xw.Book, saved: Callable[[], Any]) -> None:
    first = book.sheets[0]
    last = book.sheets.add("末", after=first)
    book.sheets.add("首", before=first)
    last.visible = False
    first.freeze_panes.freeze_at("A1:B2")
    first.page_setup.print_area = "A1:C9"
    copy = first.copy(name="副本")
    assert [one.name for one in book.sheets] == ["首", "Sheet1", "末", "副本"]
    copy.delete()
    first.activate()
    found = saved().parent
    assert [(one.title, one.sheet_state) for one in found.worksheets] == [("首", "visible"), ("Sheet1", "visible"), ("末", "hidden")]
    assert (found["Sheet1"].freeze_panes, found["Sheet1"].print_area, found.active.title) == ("C3", "'Sheet1'!$A$1:$C$9", "Sheet1")


def test_the_last_visible_sheet_stays_visible(sheet: xw.Sheet) -> None:
    with pytest.raises(EngineError, match="至少要有一个可见"):
        sheet.visible = False


WRITES: dict[str, Callable[[xw.Range], object]] = {
    "value": lambda cell: setattr(cell, "value", 2), "formula": lambda cell: setattr(cell, "formula", "=1"), "color": lambda cell: setattr(cell, "color", (1, 1, 1)),
    "font": lambda cell: setattr(cell.font, "bold", True), "format": lambda cell: setattr(cell, "number_format", "0.0"), "clear": lambda cell: cell.clear(),
    "note": lambda cell: cell.add_note("x"), "link": lambda cell: cell.add_hyperlink("http://example.org/"), "merge": lambda cell: cell.resize(1, 2).merge(),
    "row": lambda cell: cell.sheet["1:1"].insert("down"), "copy": lambda cell: cell.sheet["D4"].copy(cell),
}  # fmt: skip


@pytest.mark.parametrize("write", WRITES)
def test_a_protected_sheet_refuses_aloud_and_keeps_its_cells(opened: Callable[[openpyxl.Workbook], xw.Book], write: str) -> None:
    made = openpyxl.Workbook()
    made.worksheets[0].append([1, 1])
    made.worksheets[0]["A1"].fill = PatternFill("solid", fgColor="FF00FF00")
    made.worksheets[0]["B1"].protection = Protection(locked=False)
    made.worksheets[0].protection.sheet = True
    sheet = opened(made).sheets[0]
    with pytest.raises(ProtectedError, match="受保护"):
        WRITES[write](sheet["A1"])
    sheet["B1"].value = 5
    assert (sheet["A1:B1"].value, sheet["A1"].color, sheet["A1"].font.bold) == ([1.0, 5.0], (0, 255, 0), False)


def test_what_opens_out_of_sight_stays_there_and_can_be_worked_with(engine: xw.main.Engine, opened: Callable[[openpyxl.Workbook], xw.Book]) -> None:
    app = engine.apps.active
    app.visible = False
    try:
        books = [app.books.add(), opened(openpyxl.Workbook())]
        assert not app.visible
        books[1].sheets.add("末", after=books[1].sheets[-1]).activate()
        assert books[1].sheets.active.name == "末"
        app.visible = True
        assert app.visible
        books[0].close()
    finally:
        app.visible = True


def test_the_applications_state_comes_back_whatever_happens(book: xw.Book) -> None:
    app, seen = book.app, []

    def press() -> None:
        with app.properties(screen_updating=False, calculation="manual", status_bar="正在汇总 1/8", display_alerts=False):
            seen.append((app.screen_updating, app.calculation, app.status_bar))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        press()
    assert seen == [(False, "manual", "正在汇总 1/8")]
    assert (app.screen_updating, app.calculation, app.status_bar, app.display_alerts) == (True, "automatic", False, True)


def test_calculate_computes_what_manual_mode_left(sheet: xw.Sheet) -> None:
    app = sheet.book.app
    sheet["A1"].value = [[1, "=A1*2"]]
    with app.properties(calculation="manual"):
        sheet["A1"].value = 5
        app.calculate()
        assert sheet["B1"].value == 10


@pytest.mark.parametrize(("buttons", "answer"), [("ok", "ok"), ("ok_cancel", "cancel"), ("yes_no", "no"), ("yes_no_cancel", "cancel")])
def test_without_a_screen_an_alert_answers_cautiously(book: xw.Book, buttons: str, answer: str) -> None:
    assert book.app.alert("完成", buttons=buttons) == answer


@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm", ".ods", ".xls"])
def test_the_suffix_decides_the_format(book: xw.Book, tmp_path: Path, suffix: str) -> None:
    book.sheets[0]["A1"].value = "甲"
    book.save(tmp_path / f"成果{suffix}")
    assert (book.name, Path(book.fullname)) == (f"成果{suffix}", tmp_path / f"成果{suffix}")
    assert CalamineWorkbook.from_path(str(tmp_path / f"成果{suffix}")).get_sheet_by_index(0).to_python() == [["甲"]]


def test_saving_where_it_is_not_possible_says_so(book: xw.Book, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="路径"):
        book.save()
    with pytest.raises(EngineError, match=r"\.txt"):
        book.save(tmp_path / "成果.txt")


def test_closing_saves_nothing(engine: xw.main.Engine, opened: Callable[[openpyxl.Workbook], xw.Book], tmp_path: Path) -> None:
    opened(openpyxl.Workbook()).sheets[0]["A1"].value = "没有保存"
    again = engine.apps.active.books["来件.xlsx"]
    assert again.sheets[0]["A1"].value == "没有保存"
    assert openpyxl.load_workbook(tmp_path / "来件.xlsx").worksheets[0]["A1"].value is None


def test_what_is_no_workbook_is_not_opened(engine: xw.main.Engine, tmp_path: Path) -> None:
    (tmp_path / "坏.xlsx").write_bytes(b"this is no workbook")
    with pytest.raises(EngineError, match=r"坏\.xlsx"):
        engine.apps.active.books.open(tmp_path / "坏.xlsx")


def test_the_calling_book_is_known_inside_the_block_only(engine: xw.main.Engine, book: xw.Book) -> None:
    with caller(engine, book.api) as calling:
        assert xw.Book.caller() == calling == book
    assert not hasattr(xw.Book, "_mock_caller")


def test_a_basic_macro_runs_with_arguments_and_result(book: xw.Book) -> None:
    libraries = book.api.BasicLibraries
    libraries.createLibrary("Standard")
    libraries.getByName("Standard").insertByName("XlTools", "Function Twice(x)\n  Twice = 2 * x\nEnd Function\n")
    assert (book.macro("XlTools.Twice")(21), book.macro("twice")(1.5)) == (42, 3)
    with pytest.raises(EngineError, match="没有宏"):
        book.macro("Missing")()


def test_what_libreoffice_does_not_guard_runs_in_its_main_thread_and_is_waited_for(engine: xw.main.Engine) -> None:
    context, ran = engine.impl.app.context, list[int]()
    bridge.in_main_thread(context, lambda: ran.append(threading.get_ident()))
    assert len(ran) == 1
    assert ran != [threading.get_ident()]
    with pytest.raises(ZeroDivisionError):
        bridge.in_main_thread(context, lambda: ran.append(1 // 0))


def test_the_same_engine_runs_inside_libreoffice(book: xw.Book) -> None:
    run = book.app.macro("vnd.sun.star.script:inside.py$button?language=Python&location=user")
    assert run(book) == ("在程序内", 84)
    assert book.sheets[0]["B1:C2"].value == [["在程序内", 42.0], [84.0, None]]


@pytest.mark.parametrize(
    ("member", "use"),
    [
        ("Sheet.charts", lambda sheet: sheet.charts), ("Range.borders", lambda sheet: sheet["A1"].borders), ("App.interactive", lambda sheet: setattr(sheet.book.app, "interactive", False)),
        ("App.enable_events", lambda sheet: setattr(sheet.book.app, "enable_events", False)), ("Range.copy", lambda sheet: sheet["A1"].copy()), ("Apps.add", lambda sheet: xw.App()),
    ],
)  # fmt: skip
def test_what_is_not_offered_names_itself_and_the_reason(sheet: xw.Sheet, member: str, use: Callable[[xw.Sheet], object]) -> None:
    with pytest.raises(UnsupportedError, match="LibreOffice") as refusal:
        use(sheet)
    assert (refusal.value.member, len(refusal.value.reason) > 5) == (member, True)


def test_every_member_that_xlwings_asks_for_is_offered_or_refused_with_a_reason() -> None:
    bare = [
        f"{kind.__name__}.{name}" for kind in KINDS for name, _ in members.inherited(kind)
        if getattr(getattr(kind, name), "__module__", "") == "xlwings.base_classes" and f"{kind.__name__}.{name}" not in members.SHARED
    ]  # fmt: skip
    assert bare == []


def test_reasons_are_given_for_members_that_are_really_refused() -> None:
    named = {member for group in members.REASONS.values() for member in group.split()}
    refused = {f"{kind.__name__}.{name}" for kind in KINDS for name, member in vars(kind).items() if isinstance(member, members.Refused)}
    assert named - refused == set()


def test_the_readme_prints_the_table_of_members() -> None:
    assert member_table() in (ROOT / "xltools" / "libreoffice" / "README.md").read_text(encoding="utf-8")


def test_the_engine_stands_alone() -> None:
    sources = (ROOT / "xltools" / "libreoffice").glob("*.py")
    imports = {line.split()[1] for path in sources for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(("from xltools", "import xltools"))}
    assert {name for name in imports if not name.startswith("xltools.libreoffice")} == set()


def test_another_python_version_is_named_in_the_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "uno.py").touch()
    (tmp_path / "python-core-3.8.10").mkdir()
    monkeypatch.delitem(sys.modules, "uno", raising=False)
    with pytest.raises(EngineError, match=r"LibreOffice 用的是 Python 3\.8，当前是 Python 3\.\d+"):
        bridge.load_uno([tmp_path])


def test_a_missing_libreoffice_is_named_in_the_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uno", None)
    with pytest.raises(EngineError, match="请先安装 LibreOffice"):
        bridge.load_uno([tmp_path])


def test_nobody_at_the_other_end_is_named_in_the_message() -> None:
    with pytest.raises(EngineError, match="连接不上 LibreOffice"):
        bridge.connect("pipe,name=nobody-listens-here")


PAIRS = [
    ("=SUM($'县 表'.$A$1:B2;3)", "=SUM('县 表'!$A$1:B2,3)"), ("=$灵宝市.A1", "=灵宝市!A1"), ('=IF(A1="a;b";{1;2|3;4};1)', '=IF(A1="a;b",{1,2;3,4},1)'),
    ("=SUM((A1~B2);1)", "=SUM((A1,B2),1)"), ("=A1:B3!B2:C4", "=A1:B3 B2:C4"), ("=SUM($一.A1:$'二 表'.B2)", "=SUM('一:二 表'!A1:B2)"),
    ("=$Sheet1.名称*1.5", "=Sheet1!名称*1.5"), ("=#REF!+#N/A", "=#REF!+#N/A"), ("=LOG10(A1)&\"'x.A1\"", "=LOG10(A1)&\"'x.A1\""), ("=SUM($'it''s'.2:3)", "=SUM('it''s'!2:3)"),
]  # fmt: skip


@pytest.mark.parametrize(("host", "excel"), PAIRS)
def test_formulas_translate_both_ways(host: str, excel: str) -> None:
    assert (from_host(host), to_host(excel)) == (excel, host)


def test_add_in_functions_have_their_excel_names() -> None:
    assert from_host("=COM.SUN.STAR.SHEET.ADDIN.ANALYSIS.GETEDATE(A1;1)") == "=EDATE(A1,1)"
    assert to_host("=_xlfn.STDEV.S(A1,B1)") == "=STDEV.S(A1;B1)"


def test_a_reference_into_another_workbook_is_refused() -> None:
    with pytest.raises(EngineError, match="另一个工作簿"):
        to_host("=[别的.xlsx]表!A1")


def test_copied_formulas_move_their_relative_references() -> None:
    assert shifted('=A1+$B1+C$1+$D$1+SUM(A:A)+SUM(2:$2)&"A1"', 1, 2) == '=C2+$B2+E$1+$D$1+SUM(C:C)+SUM(3:$2)&"A1"'
    assert shifted("=A1", -1, 0) == "=#REF!"


@pytest.mark.parametrize(
    ("address", "area"),
    [("A1", (1, 1, 1, 1)), ("$B$3:a2", (2, 1, 2, 2)), ("C:B", (1, 2, 100, 2)), ("2:4", (2, 1, 3, 50)), ("XFD7", (7, 16384, 1, 1)), ("全市", None), ("A0", None), ("A", None)],
)
def test_addresses_are_areas(address: str, area: tuple[int, int, int, int] | None) -> None:
    assert parse(address, Limits(100, 50)) == area


def test_columns_count_in_letters() -> None:
    assert [column_letters(number) for number in (1, 26, 27, 702, 703, 16384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert [column_number(letters) for letters in ("A", "Z", "AA", "XFD")] == [1, 26, 27, 16384]
    assert (text(Area(2, 3, 1, 2), "$", ""), quoted("表1"), quoted("A1"), quoted("县 表")) == ("C$2:D$2", "表1", "'A1'", "'县 表'")


@pytest.mark.parametrize(
    ("host", "excel"),
    [("YYYY-MM-DD HH:MM", "yyyy-mm-dd hh:mm"), ('YYYY"年"M"月"', 'yyyy"年"m"月"'), ("[RED]0;[BLUE]-0", "[Red]0;[Blue]-0"), ("[HH]:MM", "[hh]:mm"),
     ("H:MM AM/PM", "h:mm AM/PM"), ("0.0E+00", "0.0E+00"), ('"MD"0', '"MD"0'), ("@", "@")],
)  # fmt: skip
def test_number_formats_are_spelled_as_excel_does(host: str, excel: str) -> None:
    assert excel_code(host) == excel


@pytest.mark.parametrize(
    ("filled", "start", "step", "stop"),
    [("xxx", 0, 1, 2), ("x..x", 0, 1, 3), (".x", 0, 1, 1), ("x..", 0, 1, 99), ("xx.x", 3, -1, 1), ("..x", 2, -1, 0), ("xxx", 2, -1, 0), ("x", 50, 1, 99)],
)
def test_ctrl_arrow_stops_where_excel_stops(filled: str, start: int, step: int, stop: int) -> None:
    assert edge([letter == "x" for letter in filled], start, step, 99 if step > 0 else 0) == stop
