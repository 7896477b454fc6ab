"""A merge into a summary that is there changes the rows of our sheets; all else in the package keeps its bytes."""

import shutil
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from tests.county_files import NAMES, POLICY, county_file, enterprise
from tests.workbooks import parts_of
from xltools.actions.merge import merge
from xltools.books.base import Grid
from xltools.books.elsewhere import placed
from xltools.books.file import open_book
from xltools.books.formula_refs import followed, shifted
from xltools.books.reshape import Change
from xltools.model.code import Code
from xltools.model.form import FIRST_ROW, HEADER_ROW, load_template
from xltools.model.outcome import Outcome

CITY = load_template("city")
LEDGER = CITY["ledger"]
WIDTH = len(LEDGER.fields)
NOW = datetime(2022, 7, 25, 9, 0)
YELLOW = "FFFFFF00"


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an inbox of 灵宝市, of two enterprises, and its summary. To be copied."""
    folder = tmp_path_factory.mktemp("merged")
    county_file(folder / "收件箱", "灵宝市", [enterprise(0), enterprise(1)])
    merge([folder / "收件箱"], folder / "市级汇总.xlsm", POLICY, NOW)
    return folder


@pytest.fixture
def summary(merged: Path, tmp_path: Path) -> Path:
    """A summary of 灵宝市 with two enterprises, beside its inbox."""
    shutil.copytree(merged, tmp_path, dirs_exist_ok=True)
    return tmp_path / "市级汇总.xlsm"


def _without_times(grid: Grid, sheet: str) -> Grid:
    """The sheet without when a file came first, which only a summary knows that has a log."""
    form = CITY["reporting"]
    at = [one.name for one in form].index("received") if sheet == form.sheet else None
    return [[value for column, value in enumerate(row) if column != at] for row in grid]


def again(path: Path, at: int = 1) -> Outcome:
    """A merge with 湖滨区, too, whose enterprise stands in front of the others."""
    county_file(path.parent / "收件箱", "湖滨区", [enterprise(2)])
    return merge([path.parent / "收件箱"], path, POLICY, NOW + timedelta(hours=at))


def change(path: Path, how: Callable[[openpyxl.Workbook], object]) -> None:
    book = openpyxl.load_workbook(path, keep_vba=True)
    how(book)
    book.save(path)


def ledger(path: Path) -> Worksheet:
    return openpyxl.load_workbook(path, keep_vba=True)[LEDGER.sheet]


def test_only_parts_of_ours_change(summary: Path) -> None:
    before = parts_of(summary)
    outcome = again(summary)
    assert outcome.output == summary
    after = parts_of(summary)
    assert [name for name in after if name in before] == list(before)
    assert all(name.startswith("xl/worksheets/_rels/") for name in after.keys() - before.keys())  # links of a sheet that had none
    changed = {name for name in before if before[name] != after[name]}
    assert changed
    assert all(name.startswith(("xl/worksheets/", "xl/charts/", "xl/workbook.xml", "xl/styles.xml")) for name in changed)
    assert all(one.count(b"<c:showVal ") == one.count(b'<c:showSerName val="0"/>') for name, one in after.items() if name in changed and "chart" in name)
    assert {"xl/vbaProject.bin", "xl/sharedStrings.xml", "xl/theme/theme1.xml", "docProps/core.xml"} <= before.keys() - changed


def test_the_result_is_what_a_new_summary_would_say(summary: Path) -> None:
    again(summary)
    fresh = summary.with_name("新.xlsm")
    merge([summary.parent / "收件箱"], fresh, POLICY, NOW + timedelta(hours=1))
    one, other = open_book(summary), open_book(fresh)
    assert one.sheets == other.sheets
    for name in set(one.sheets) - {CITY[form].sheet for form in ("log", "moves")}:
        start = 2 if name == CITY["board"].sheet else 0  # the line that says how long the log is
        assert _without_times(one.values(name), name)[start:] == _without_times(other.values(name), name)[start:], name
        assert one.sheet(name).formulas == other.sheet(name).formulas, name
    sheets = [ledger(path) for path in (summary, fresh)]
    assert sheets[0].auto_filter.ref == sheets[1].auto_filter.ref
    links = [{cell.coordinate: cell.hyperlink.location for row in sheet for cell in row if cell.hyperlink} for sheet in sheets]
    assert links[0] == links[1]
    looks = [[(cell.coordinate, cell.number_format, cell.fill.fgColor.rgb, cell.font.color.rgb if cell.font.color else "") for row in sheet for cell in row] for sheet in sheets]
    assert looks[0] == looks[1]


def own(book: openpyxl.Workbook) -> None:
    """What a person adds: a column with a formula and a fill, a note, a link, a sheet with a chart, a format, a line below, a filter."""
    sheet = book[LEDGER.sheet]
    column = WIDTH + 1
    sheet.cell(HEADER_ROW, column).value = "督办"
    sheet.cell(FIRST_ROW, column).value = "张三"
    sheet.cell(FIRST_ROW + 1, column).value = f"=LEFT(C{FIRST_ROW + 1},3)"
    sheet.cell(FIRST_ROW + 1, column).fill = PatternFill("solid", fgColor=YELLOW)
    sheet.cell(FIRST_ROW, column).hyperlink = "https://example.org/"
    sheet.cell(FIRST_ROW + 1, 3).comment = Comment("已电话核实", "张三")
    sheet.conditional_formatting.add(f"L{FIRST_ROW}:L{FIRST_ROW + 1}", CellIsRule("greaterThan", ["1"], fill=PatternFill("solid", bgColor=YELLOW)))
    sheet.cell(FIRST_ROW + 4, 1).value = "注：已核对"
    sheet.cell(FIRST_ROW + 5, 12).value = f"=SUM(L{FIRST_ROW}:L{FIRST_ROW + 1})"
    extra = book.create_sheet("分析")
    extra["A1"] = f"={LEDGER.sheet}!C5"
    chart = BarChart()
    chart.add_data(Reference(extra, min_col=1, min_row=1, max_row=2))
    extra.add_chart(chart, "C3")


def test_what_a_person_added_goes_with_its_record(summary: Path) -> None:
    change(summary, own)
    before = parts_of(summary)
    assert again(summary).output == summary
    sheet, column = ledger(summary), WIDTH + 1
    assert [sheet.cell(row, 3).value for row in (5, 6, 7)] == [NAMES[2], NAMES[0], NAMES[1]]
    assert [sheet.cell(row, column).value for row in (5, 6, 7)] == [None, "张三", "=LEFT(C7,3)"]
    assert sheet.cell(7, column).fill.fgColor.rgb == YELLOW
    assert sheet.cell(6, column).hyperlink.target == "https://example.org/"
    assert (sheet["C7"].comment.text, sheet["C6"].comment) == ("已电话核实", None)
    assert [str(one.sqref) for one in sheet.conditional_formatting] == ["L5:L7"]
    assert (sheet["A10"].value, sheet["L11"].value) == ("注：已核对", "=SUM(L5:L7)")
    after = parts_of(summary)
    assert all(after[name] == before[name] for name in before if "chart" in name and b"\xe5\x88\x86\xe6\x9e\x90" in before[name])
    again(summary, 2)
    assert parts_of(summary) == after


def test_a_formula_in_every_record_of_a_column_is_in_a_new_record_too(summary: Path) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = book[LEDGER.sheet]
        for column, label in ((WIDTH + 1, "简称"), (WIDTH + 2, "督办")):
            sheet.cell(HEADER_ROW, column).value = label
        for row in (5, 6):
            sheet.cell(row, WIDTH + 1).value = f"=LEFT(C{row},3)"
        sheet.cell(5, WIDTH + 2).value = "=LEFT(C5,2)"      # in one record only: the user means that one

    change(summary, fill)
    again(summary)
    sheet = ledger(summary)
    assert [sheet.cell(row, 3).value for row in (5, 6, 7)] == [NAMES[2], NAMES[0], NAMES[1]]
    assert [sheet.cell(row, WIDTH + 1).value for row in (5, 6, 7)] == ["=LEFT(C5,3)", "=LEFT(C6,3)", "=LEFT(C7,3)"]
    assert [sheet.cell(row, WIDTH + 2).value for row in (5, 6, 7)] == [None, "=LEFT(C6,2)", None]
    after = parts_of(summary)
    again(summary, 2)
    assert parts_of(summary) == after


def test_rows_that_are_sorted_or_put_in_between_do_not_part_remarks_from_their_enterprise(summary: Path) -> None:
    opinion = [one.name for one in LEDGER].index("city_opinion") + 1

    def mix(book: openpyxl.Workbook) -> None:
        sheet = book[LEDGER.sheet]
        sheet.cell(FIRST_ROW, opinion).value = "同意"
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST_ROW, max_row=FIRST_ROW + 1)]
        for at, row in enumerate([rows[1], [None] * len(rows[0]), rows[0]]):
            for column, value in enumerate(row, 1):
                sheet.cell(FIRST_ROW + at, column).value = value

    change(summary, mix)
    again(summary)
    sheet = ledger(summary)
    assert {sheet.cell(row, 3).value: sheet.cell(row, opinion).value for row in (5, 6, 7)} == {NAMES[0]: "同意", NAMES[1]: None, NAMES[2]: None}


def test_rows_are_no_higher_for_what_stands_in_a_column_of_the_users_own(summary: Path) -> None:
    def wide(book: openpyxl.Workbook) -> None:
        sheet = book[LEDGER.sheet]
        sheet.cell(HEADER_ROW, WIDTH + 1).value = "督办"
        for row in (FIRST_ROW, FIRST_ROW + 1):
            sheet.cell(row, WIDTH + 1).value = f'=IF(LEN(C{row})>8,"名称较长的企业","名称较短的企业")'

    def heights(first: int) -> list[float | None]:
        rows = ledger(summary).row_dimensions
        return [rows[row].height for row in (first, first + 1)]

    before = heights(FIRST_ROW)
    change(summary, wide)
    again(summary)
    assert heights(FIRST_ROW + 1) == before


def test_a_filter_keeps_its_criteria_and_new_rows_are_shown_and_counted(summary: Path) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        sheet = book[LEDGER.sheet]
        sheet.auto_filter.add_filter_column(2, [NAMES[1]])
        sheet.row_dimensions[FIRST_ROW].hidden = True

    change(summary, hide)
    outcome = again(summary)
    (said,) = [one for one in outcome.findings if one.code is Code.FILTER_KEPT]
    assert "1 行" in said.message
    sheet = ledger(summary)
    assert [sheet.row_dimensions[row].hidden for row in (5, 6, 7)] == [False, True, False]
    assert [one.filters.filter for one in sheet.auto_filter.filterColumn] == [[NAMES[1]]]
    assert sheet.auto_filter.ref.endswith("7")


def test_the_order_of_files_changes_nothing(summary: Path) -> None:
    again(summary)
    content = summary.read_bytes()
    files = sorted((summary.parent / "收件箱").iterdir(), reverse=True)
    outcome = merge(files, summary, POLICY, NOW + timedelta(hours=3))
    assert Code.UNCHANGED in {one.code for one in outcome.findings}
    assert summary.read_bytes() == content


@pytest.mark.parametrize(
    ("formula", "after"),
    [
        ("SUM(L5:L6)", "SUM(L5:L9)"),
        ("L5+$L$8", "L5+$L$11"),
        ("SUM(L5:L8)", "SUM(L5:L11)"),
        ("甲!L8+'甲 乙'!L8+\"L8\"", "甲!L8+'甲 乙'!L8+\"L8\""),
        ("LOG10(L8)", "LOG10(L11)"),
    ],
)
def test_formulas_below_the_table_follow_the_rows(formula: str, after: str) -> None:
    assert followed(formula, lambda row: row + 3 if row > 6 else row, (6, 9)) == after


def test_a_formula_written_once_for_many_cells_is_told_for_each() -> None:
    assert shifted("A1+$B$2&\"A1\"+'A1'!C3+LOG10(D4)", 2, 1) == "B3+$B$2&\"A1\"+'A1'!D5+LOG10(E6)"
    assert shifted("A1", -1) == "#REF!"


def analysis(book: openpyxl.Workbook) -> None:
    """A sheet of the user's own over the ledger: formulas to a record, an area, all records, a text, a column; a chart; a pivot table would read as the chart does."""
    sheet = book.create_sheet("分析")
    for row, text in enumerate(["C6", "$C$5:$C$6", "C5", "L:L"], 1):
        sheet.cell(row, 1).value = f"=COUNTA('{LEDGER.sheet}'!{text})&\"{LEDGER.sheet}!C6\""
    chart = BarChart()
    chart.add_data(Reference(book[LEDGER.sheet], min_col=12, min_row=FIRST_ROW, max_row=FIRST_ROW + 1))
    sheet.add_chart(chart, "C3")


def analysed(path: Path) -> list[str]:
    return [str(cell.value).partition("!")[2].partition(")")[0] for (cell,) in openpyxl.load_workbook(path)["分析"]["A1:A4"]]


def test_formulas_on_other_sheets_follow_the_records_they_point_to(summary: Path) -> None:
    change(summary, analysis)
    before = parts_of(summary)
    outcome = again(summary)
    assert analysed(summary) == ["C7", "$C$5:$C$7", "C6", "L:L"]
    (said,) = [one for one in outcome.findings if one.code is Code.FORMULAS_FOLLOWED]
    assert (said.place.sheet, said.place.cell) == ("分析", "A1")
    assert "3 个公式" in said.message
    after = parts_of(summary)
    charts = [one for name, one in after.items() if "charts/chart" in name and b"!$L$5:$L$7</" in one]
    assert len(charts) == 1
    (sheet,) = [name for name in before if name.startswith("xl/worksheets/sheet") and b"!C6" in before[name]]
    rest = before[sheet].replace(b"!C5)", b"!C6)").replace(b"'!C6)", b"'!C7)", 1).replace(b"$C$6", b"$C$7")
    assert after[sheet] == rest
    again(summary, 2)
    assert parts_of(summary) == after


def test_the_source_of_a_pivot_table_grows_with_the_rows(summary: Path) -> None:
    name = "xl/pivotCache/pivotCacheDefinition1.xml"
    cache = f'<pivotCacheDefinition refreshedBy="张三"><cacheSource type="worksheet"><worksheetSource ref="A4:S6" sheet="{LEDGER.sheet}"/></cacheSource></pivotCacheDefinition>'
    with zipfile.ZipFile(summary, "a") as package:
        package.writestr(name, cache)
    outcome = again(summary)
    assert parts_of(summary)[name].decode() == cache.replace("A4:S6", "A4:S7")
    assert Code.PIVOT_GROWN in {one.code for one in outcome.findings}
    assert Code.PIVOT_GROWN not in {one.code for one in again(summary, 2).findings}


def test_a_formula_to_a_record_that_is_gone_stays_and_is_told(summary: Path) -> None:
    change(summary, analysis)
    county_file(summary.parent / "收件箱", "灵宝市", [enterprise(1)])
    outcome = merge([summary.parent / "收件箱"], summary, POLICY, NOW + timedelta(hours=1))
    assert analysed(summary) == ["C5", "$C$5:$C$5", "C5", "L:L"]
    (said,) = [one for one in outcome.findings if one.code is Code.FORMULAS_LOST]
    assert (said.place.sheet, said.place.cell) == ("分析", "A3")


@pytest.mark.parametrize(
    ("formula", "after", "is_lost"),
    [
        ("甲!B5", "甲!B8", False),
        ("'甲'!$B$6+乙!B5", "'甲'!$B$6+乙!B5", True),
        ("甲!B9", "甲!B11", False),
        ("SUM(甲!B5:B7)", "SUM(甲!B5:B9)", False),
        ("SUM(甲!B1:B99)", "SUM(甲!B1:B101)", False),
        ('"甲!B5"&甲!B5', '"甲!B5"&甲!B8', False),
        ("A1-甲!B5*甲乙!B5", "A1-甲!B8*甲乙!B5", False),
        ("SUM(甲!B5:B6)", "SUM(甲!B8:B8)", False),
        ("甲!B5:甲!B7", "甲!B5:B9", False),
        ("[1]甲!B5+甲!B2", "[1]甲!B5+甲!B2", False),
    ],
)
def test_references_follow_each_record_of_another_sheet(formula: str, after: str, is_lost: bool) -> None:
    moved = Change(4, 7, 9, 2, {5: 8, 7: 5})
    assert placed(formula, {"甲": moved}) == (after, is_lost)


def test_a_table_over_all_records_grows_with_them(summary: Path) -> None:
    change(summary, lambda book: book[LEDGER.sheet].add_table(Table(displayName="甲", ref=f"A{HEADER_ROW}:C{FIRST_ROW + 1}")))
    assert again(summary).output == summary
    (table,) = ledger(summary).tables.values()
    assert (table.ref, table.autoFilter.ref if table.autoFilter else table.ref) == ("A4:C7", "A4:C7")
    county_file(summary.parent / "收件箱", "灵宝市", [])
    merge([summary.parent / "收件箱"], summary, POLICY, NOW + timedelta(hours=5))
    assert [one.ref for one in ledger(summary).tables.values()] == ["A4:C5"]


def test_a_table_over_a_part_of_our_rows_is_refused_by_name_and_left_alone(summary: Path) -> None:
    change(summary, lambda book: book[LEDGER.sheet].add_table(Table(displayName="甲", ref=f"A{HEADER_ROW}:C{FIRST_ROW}")))
    before = summary.read_bytes()
    outcome = again(summary)
    assert summary.read_bytes() == before
    assert outcome.output == summary.with_name("市级汇总（新）.xlsm")
    (said,) = [one for one in outcome.findings if one.code is Code.NOT_IN_PLACE]
    assert "Ctrl+T" in said.message


def test_the_log_grows_by_a_run_only_when_something_is_new(summary: Path) -> None:
    def lines() -> int:
        return sum(1 for row in open_book(summary).values(CITY["log"].sheet)[HEADER_ROW:] if row[0])

    first = lines()
    assert Code.UNCHANGED in {one.code for one in merge([summary.parent / "收件箱"], summary, POLICY, NOW + timedelta(hours=1)).findings}
    assert lines() == first
    outcome = again(summary)
    grown = lines()
    assert grown > first
    assert {one.code for one in outcome.findings}.isdisjoint({Code.LOG_CHANGED, Code.LOG_GAP, Code.LOG_CUT})
    last = merge([summary.parent / "收件箱"], summary, POLICY, NOW + timedelta(hours=3))
    assert Code.UNCHANGED in {one.code for one in last.findings}
    assert {one.code for one in last.findings}.isdisjoint({Code.LOG_CHANGED, Code.LOG_GAP, Code.LOG_CUT})
    assert lines() == grown
