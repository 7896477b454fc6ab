"""A cell that shows 80% means 80, wherever its format is known: read so, and told; elsewhere the question stays."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from tests.county_books import POLICY, TEMPLATE, beside, book, found
from tests.county_files import county_file, enterprise, filled
from tests.workbooks import ods, ods_cell, ods_row, opened, sheet_of, small
from xltools.actions.check import check_files
from xltools.actions.fsck import fsck
from xltools.actions.inbox import Inbox
from xltools.actions.merge import merge
from xltools.actions.upgrade import upgrade
from xltools.books.dates import shows
from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.packed import packed, unpacked
from xltools.model.percent import Percent
from xltools.model.table import Table
from xltools.rules.cells import cell_reader

pytestmark = pytest.mark.filterwarnings("ignore:Print area cannot be set")
MEASURES = "减排措施"
YELLOW, ORANGE, RED = "J5", "L5", "N5"


def read(form: str, field: str, cell: object) -> tuple[object, Code | None, Mapping[str, object]]:
    reading = cell_reader(TEMPLATE[form][field], POLICY, 2022)(cell)
    return reading.value, reading.code, reading.details


@pytest.mark.parametrize(("value", "number"), [(0.8, 80.0), (0.07, 7.0), (0.285, 28.5), (1.0, 100.0), (0.005, 0.5), (0.0, 0.0), (80.0, 8000.0), (-0.1, -10.0)])
def test_a_cell_that_shows_a_percentage_is_read_as_the_number_before_the_sign(value, number):
    assert read("measures", "cut_red", Percent(value))[:2] == (number, Code.CONVERTED)


def test_a_third_keeps_all_its_digits():
    assert read("measures", "cut_red", Percent(1 / 3))[0] == 33.3333333333333


@pytest.mark.parametrize("cell", [Percent(0.12), Percent(2.0), Percent(1e308)])
def test_a_percentage_where_another_number_is_asked_for_is_not_understood(cell):
    assert read("screening", "capacity", cell)[:2] == (None, Code.NOT_A_NUMBER)


def test_a_percentage_in_a_field_of_text_is_what_it_shows():
    value, code, details = read("measures", "remark", Percent(0.8))
    assert (value, code, details["value"], details["after"]) == ("80%", Code.CONVERTED, "0.8", "80%")


@pytest.mark.parametrize(
    ("cut", "codes"),
    [
        (Percent(0.8), {Code.CONVERTED}),
        (Percent(0.005), {Code.CONVERTED}),                       # 0.5% was written with its sign: no doubtful 50%
        (Percent(80.0), {Code.CONVERTED, Code.OUT_OF_RANGE}),     # 80 typed, and the cell made a percentage afterwards: 8000%
        (0.8, {Code.PERCENT_DOUBT}),
        (80.0, set()),
        ("80%", {Code.CONVERTED}),
        ("8000%", {Code.CONVERTED, Code.OUT_OF_RANGE}),
    ],
)
def test_only_a_number_whose_format_is_not_known_is_in_doubt(cut, codes):
    assert found(book(measures=[beside(cut_red=cut)])) == {(code, f"{MEASURES}!{RED}") for code in codes}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("0%", "percent"),
        ("0.00%", "percent"),
        ("#,##0.0%", "percent"),
        ("0.0%;[Red]-0.0%", "percent"),
        ("[$-804]0%", "percent"),
        ('0%"以上"', "percent"),
        ('General"%"', ""),                # a sign that only stands beside the number
        (r"0\%", ""),
        ('0.0"%"', ""),
        ('[<=1]0%;0"%"', ""),              # depends on the number
        ("0_%", ""),
    ],
)
def test_a_format_code_multiplies_by_a_hundred_only_with_a_sign_of_its_own(code, kind):
    assert shows(code) == kind


STYLES = '<numFmts><numFmt numFmtId="164" formatCode="{code}"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="{number}"/></cellXfs>'


@pytest.mark.parametrize(("number", "code", "kind"), [("9", "@", Percent), ("10", "@", Percent), ("164", "0.0%", Percent), ("164", "General&quot;%&quot;", float), ("0", "0%", float)])
def test_an_xlsx_tells_by_the_style_of_a_cell(tmp_path, number, code, kind):
    ((value,),) = sheet_of(tmp_path, small('<row r="1"><c r="A1" s="1"><v>0.8</v></c></row>', styles=STYLES.format(number=number, code=code)))
    assert (value, type(value)) == (0.8, kind)


def test_an_ods_tells_by_the_type_of_a_cell(tmp_path):
    cells = [ods_cell(f'office:value-type="{kind}" office:value="0.8"') for kind in ("percentage", "float")]
    assert [list(map(type, row)) for row in opened(tmp_path, ods(ods_row(*cells)), "甲县.ods").values("表")] == [[Percent, float]]


XML_2003 = """<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles><Style ss:ID="a"><NumberFormat ss:Format="Percent"/></Style><Style ss:ID="b"><NumberFormat ss:Format="0%"/></Style></Styles>
<Worksheet ss:Name="表"><Table><Row><Cell ss:StyleID="a"><Data ss:Type="Number">0.8</Data></Cell><Cell ss:StyleID="b"><Data ss:Type="Number">0.8</Data></Cell><Cell><Data ss:Type="Number">0.8</Data></Cell></Row>
</Table></Worksheet></Workbook>"""


def test_xml_spreadsheet_2003_tells_by_the_style_of_a_cell(tmp_path):
    (row,) = opened(tmp_path, XML_2003.encode(), "甲县.xls").values("表")
    assert list(map(type, row)) == [Percent, Percent, float]


def sent(folder: Path) -> Path:
    """A county file: 80% and 8000% as formats, 0.8 without one; a capacity that shows 12%."""
    rows = [enterprise(0)]
    path = county_file(folder, "灵宝市", rows, measures=[filled("measures", credit_code=rows[0]["credit_code"], cut_yellow=0.8, cut_orange=80.0, cut_red=0.8)])
    workbook = openpyxl.load_workbook(path)
    sheet = workbook[MEASURES]
    assert [sheet[at].value for at in (YELLOW, ORANGE, RED)] == [0.8, 80, 0.8]
    sheet[YELLOW].number_format, sheet[ORANGE].number_format = "0%", "0.00%"
    workbook["排查清单"]["K5"].value, workbook["排查清单"]["K5"].number_format = 0.12, "0%"
    workbook.save(path)
    return path


def of(findings: tuple[Finding, ...], *cells: str) -> list[tuple[str, Code, str]]:
    return [(one.place.cell, one.code, one.message) for one in findings if one.place.cell in cells and one.code is not Code.FORMULA_STALE]


def test_each_cell_of_a_file_says_what_it_shows_and_what_was_read(tmp_path):
    outcome = check_files([sent(tmp_path)], POLICY)
    assert of(outcome.findings, YELLOW, ORANGE, RED, "K5") == [
        (YELLOW, Code.CONVERTED, "“黄色减排比例”由“80%”按“80”读取（单元格是百分比格式）"),
        (ORANGE, Code.OUT_OF_RANGE, "“橙色减排比例”填了 8000，应在 0 至 100 之间"),
        (ORANGE, Code.CONVERTED, "“橙色减排比例”由“8000%”按“8000”读取（单元格是百分比格式）"),
        (RED, Code.PERCENT_DOUBT, "“红色减排比例”填了 0.8，分不清是 0.8% 还是 80%"),
        ("K5", Code.NOT_A_NUMBER, "“产能”填了“12%”，应为数字"),
    ]
    assert "请填 0 至 100 的数，不带百分号；确为 0.8% 的请在备注说明" in {one.fix for one in outcome.findings}
    assert outcome.submissions[0].tables["measures"].frame.loc[5, ["cut_yellow", "cut_orange", "cut_red"]].tolist() == [80.0, 8000.0, 0.8]


def test_the_merge_carries_the_number_its_counts_add_up_and_fsck_agrees(tmp_path):
    sent(tmp_path / "区县")
    done = merge([tmp_path / "区县"], tmp_path / "市级汇总.xlsx", POLICY, datetime(2022, 7, 20, 9))
    assert not [one for one in done.findings if one.code is Code.CELLS_NOT_BALANCED]
    checked = fsck(tmp_path / "市级汇总.xlsx", [tmp_path])
    assert checked.findings == ()
    ledger = openpyxl.load_workbook(tmp_path / "市级汇总.xlsx")["企业台账"]
    assert {cell.value for cell in ledger[5]} >= {"12%"}


def test_an_upgraded_file_still_shows_the_percentage(tmp_path):
    upgrade(sent(tmp_path), tmp_path / "新.xlsx", POLICY)
    outcome = check_files([tmp_path / "新.xlsx"], POLICY)
    assert of(outcome.findings, YELLOW, RED)[0] == (YELLOW, Code.CONVERTED, "“黄色减排比例”由“80%”按“80”读取（去掉单位）")
    assert of(outcome.findings, RED)[0][1] is Code.PERCENT_DOUBT


def test_a_file_read_before_gives_the_same_the_next_time(tmp_path):
    path = sent(tmp_path / "in")
    (one,) = check_files([path], POLICY).submissions
    again: dict[str, Table] = unpacked(packed(one, TEMPLATE), TEMPLATE).raw
    assert type(again["measures"].frame.at[5, "cut_yellow"]) is Percent
    inbox = Inbox((tmp_path / "in",), cache=tmp_path / "cache")
    assert check_files(inbox, POLICY).findings == check_files(inbox, POLICY).findings == check_files([path], POLICY).findings
