"""Rows and cells struck through: read, counted and told, once a row, in every format that keeps the fact."""

import struct
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from tests.county_files import NAMES, POLICY, county_file, enterprise
from tests.test_answers import FRONT, answer
from tests.test_text_formats import xml
from tests.workbooks import EVERY, FILES, changed, opened, prefixed, small, strict
from xltools.actions.check import check_files
from xltools.actions.give_back import give_back
from xltools.books.base import SheetFacts
from xltools.model.code import Code
from xltools.model.outcome import Outcome

SHEET = "排查清单"
STRUCK = (FILES / "struck.xlsx").read_bytes()
pytestmark = pytest.mark.filterwarnings("ignore:Print area cannot be set")


# --- what each format says ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [STRUCK, strict(STRUCK), prefixed(STRUCK)])
def test_an_xlsx_tells_struck_cells_from_partly_struck_ones(tmp_path: Path, data: bytes) -> None:
    """Style 2 to 4 of LibreOffice are struck; A3 holds 旧 struck and 新 not, B3 was two runs, both struck."""
    facts = opened(tmp_path, data).facts("划掉的")
    assert {cell: whole for cell, whole in facts.struck.items() if cell != "F2"} == {"A2": True, "B2": True, "C2": True, "D2": True, "E2": True, "A3": False, "B3": True}


@pytest.mark.parametrize(("name", "also"), [("struck.xls", {"A3", "B3"}), ("struck.ods", set())])
def test_old_formats_tell_cells_that_are_struck_as_a_whole(tmp_path: Path, name: str, also: set[str]) -> None:
    """A rich text counts there as its cell is written: an .xls gives the cell the font of its first letters, an .ods keeps it in the text only."""
    facts = opened(tmp_path, (FILES / name).read_bytes(), name).facts("划掉的")
    assert set(facts.struck) == {"A2", "B2", "C2", "D2", "E2"} | also


def test_an_xlsb_tells_struck_cells(tmp_path: Path) -> None:
    fonts = {0: b"\xc8\x00\x00\x00", 8: b"\xc8\x00\x08\x00"}  # height in twips, then the flags, of which 8 is struck through

    def styles(flags: int) -> bytes:
        def record(kind: int, body: bytes = b"") -> bytes:
            return (bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])) + bytes([len(body)]) + body

        cells = [record(47, struct.pack("<HHH", 0, 0, font)) for font in (0, 1)]
        return b"".join([record(43, fonts[0]), record(43, fonts[flags]), record(617), *cells, record(618)])

    def cell(column: int, style: int) -> bytes:
        return b"\x02\x0c" + struct.pack("<III", column, style, 7 << 2 | 2)

    def struck(flags: int) -> SheetFacts:
        parts = {"xl/worksheets/sheet1.bin": b"\x00\x0e" + struct.pack("<IIHBB", 0, 0, 300, 0, 0) + b"\0\0" + cell(0, 0) + cell(1, 1), "xl/styles.bin": styles(flags)}
        return opened(tmp_path, changed(EVERY["values.xlsb"], lambda name, old: parts.get(name, old)), "甲县.xlsb").facts("各种值")

    assert (set(struck(8).struck), set(struck(0).struck)) == ({"B1"}, set())


def test_an_xml_spreadsheet_tells_struck_cells(tmp_path: Path) -> None:
    styles = '<Styles><Style ss:ID="a"><Font ss:StrikeThrough="1"/></Style><Style ss:ID="b" ss:Parent="a"/><Style ss:ID="c"><Font ss:Bold="1"/></Style></Styles>'
    cells = "".join(f'<Cell ss:StyleID="{style}"><Data ss:Type="String">甲</Data></Cell>' for style in "abc")
    book = opened(tmp_path, xml(f'<Row>{cells}</Row><Row ss:StyleID="a"><Cell><Data ss:Type="Number">1</Data></Cell></Row>', styles), "甲县.xls")
    assert set(book.facts("表").struck) == {"A1", "B1", "A2"}


@pytest.mark.parametrize(
    ("fonts", "struck"),
    [
        ("<font><strike/></font>", {"A1", "B1"}),
        ('<font><strike val="1"/></font>', {"A1", "B1"}),
        ('<font><strike val="0"/></font>', set()),
        ("<font/><font><strike/></font>", set()),
    ],
)
def test_a_cell_without_a_style_has_the_first_one(tmp_path: Path, fonts: str, struck: set[str]) -> None:
    styles = f'<fonts>{fonts}</fonts><cellStyleXfs><xf fontId="1"/></cellStyleXfs><cellXfs><xf fontId="0"/></cellXfs><dxfs><dxf><font><strike/></font></dxf></dxfs>'
    sheet = '<row r="1"><c r="A1"><v>1</v></c><c r="B1" s="0"><v>2</v></c><c r="C1" s="0"/></row>'
    for cells in (sheet, sheet.replace('<c r="A1">', "<c r='A1'>")):  # read off the text, and by the parser
        assert set(opened(tmp_path, small(cells, styles=styles)).facts("表").struck) == struck


# --- what is said of it ------------------------------------------------------------------------------------------------


def sent(folder: Path, *cells: str, rows: int = 4) -> Path:
    """A county file in which these cells are struck through; a number alone is a whole row."""
    path = county_file(folder, "灵宝市", [enterprise(at, process=f"{at}线") for at in range(rows)])
    return strike(path, path, *cells)


def strike(path: Path, output: Path, *cells: str) -> Path:
    book = openpyxl.load_workbook(path)
    for name in cells:
        for cell in book[SHEET][name] if name.isdecimal() else [book[SHEET][name]]:
            cell.font = Font(name=cell.font.name, size=cell.font.size, strike=True)
    book.save(output)
    return output


def said(outcome: Outcome) -> list[tuple[str, str]]:
    """Cell and what of its row is struck through."""
    tail = "划了删除线，仍按填的内容读取和汇总"
    return [(one.place.cell, one.message.removesuffix(tail)) for one in outcome.findings if one.code is Code.STRUCK_THROUGH]


def test_a_row_struck_through_is_told_once_and_stays(tmp_path: Path) -> None:
    outcome = check_files([sent(tmp_path, "6")], POLICY)
    assert said(outcome) == [("A6", "本行")]
    assert outcome.submissions[0].tables["screening"].frame["name"].tolist() == NAMES[:4]


def test_single_cells_are_told_by_their_labels_and_computed_ones_not_at_all(tmp_path: Path) -> None:
    cells = ["K5", "A6", "Z6", "B7", "C7", "E7", "K7"]
    assert said(check_files([sent(tmp_path, *cells)], POLICY)) == [("A5", "本行的“产能”"), ("A7", "本行的“企业名称”、“统一社会信用代码”、“乡镇（街道）”等4格")]


def test_an_empty_row_a_title_and_a_row_below_the_table_are_no_records(tmp_path: Path) -> None:
    assert said(check_files([sent(tmp_path, "1", "4", "12", rows=2)], POLICY)) == []


def test_very_many_rows_make_one_sentence(tmp_path: Path) -> None:
    rows = [enterprise(at % 8, process=f"{at}线") for at in range(9)]
    path = county_file(tmp_path, "灵宝市", rows)
    assert said(check_files([strike(path, path, *map(str, range(5, 14)))], POLICY)) == [("", "第5、6、7、8、9、10、11、12等9行")]


def test_other_problems_of_a_struck_row_are_told_all_the_same(tmp_path: Path) -> None:
    path = county_file(tmp_path, "灵宝市", [enterprise(0, capacity="很多"), enterprise(1)])
    found = check_files([strike(path, path, "5")], POLICY).findings
    assert {(Code.STRUCK_THROUGH, "A5"), (Code.NOT_A_NUMBER, "K5")} <= {(one.code, one.place.cell) for one in found}


def back(outcome: Outcome, folder: Path) -> Path:
    (one,) = give_back(outcome, folder, POLICY, date(2022, 7, 18))
    return one.output


def test_it_is_marked_in_the_return_answered_there_and_lets_its_row_move(tmp_path: Path) -> None:
    first = check_files([sent(tmp_path / "一", "6", "8")], POLICY)
    assert said(first) == [("A6", "本行"), ("A8", "本行")]
    path = back(first, tmp_path / "二")
    book = openpyxl.load_workbook(path)
    marked = book[SHEET]["A8"]
    assert marked.comment is not None
    assert "W163" in marked.comment.text
    assert (marked.fill.fill_type, marked.font.strike) == ("solid", True)
    answer(path, "还在生产，划错了", cell="A8")
    last = without_the_other(path, tmp_path / "三" / path.name)
    outcome = check_files([last], POLICY)
    assert said(outcome) == []
    assert [(one.place.cell, one.message) for one in outcome.findings if one.code is Code.ANSWERED] == [
        ("A7", "W163：本行划了删除线，仍按填的内容读取和汇总；县（市、区）说明：“还在生产，划错了”")
    ]


def without_the_other(path: Path, output: Path) -> Path:
    """The clerk deletes the struck row 6, and the answered one moves up with its number."""
    book = openpyxl.load_workbook(path)
    sheet: Worksheet = book[SHEET]
    for at, cell in enumerate(sheet[7], 1):
        lower = sheet.cell(8, at)
        for source, target in ((cell, sheet.cell(6, at)), (lower, cell)):
            if at not in (1, sheet.max_column):
                target.value = source.value
            target.font = Font(strike=source.font.strike)
    for cell in sheet[8][1:-1]:
        cell.value = None
    output.parent.mkdir()
    assert FRONT in book.sheetnames
    book.save(output)
    return output
