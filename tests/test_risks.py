"""Macros, links, embedded files and formulas that start programs: found in every format, and never in what we write."""

import io
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment

from tests.compound import compound
from tests.county_files import POLICY, county_file, enterprise
from tests.workbooks import BOOKS, EVERY, XLSX, changed, ods, ods_cell, ods_row, opened, small
from xltools.actions.check import check_files
from xltools.actions.merge import merge
from xltools.books.asides import asides
from xltools.books.biff import facts_of
from xltools.books.file import open_book
from xltools.books.ole import Streams
from xltools.books.risks import risks
from xltools.model.code import Code
from xltools.model.console import load_console
from xltools.model.finding import Finding


def with_parts(data: bytes, *names: str, content: bytes = b"x") -> bytes:
    """The package with more parts."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        for name in names:
            archive.writestr(name, content)
    return out.getvalue()


def link_to(data: bytes, target: str) -> bytes:
    rels = f'<Relationships><Relationship Id="r1" Type="x/externalLinkPath" Target="{target}" TargetMode="External"/></Relationships>'
    return with_parts(with_parts(data, "xl/externalLinks/externalLink1.xml", content=b"<externalLink/>"), "xl/externalLinks/_rels/externalLink1.xml.rels", content=rels.encode())


def xls_with(**streams: bytes) -> bytes:
    found = Streams(BOOKS["values.xls"])
    return compound({name: found.read(name) for name in found.names if name == "Workbook"} | {name.replace("__", "/"): data for name, data in streams.items()})


def found(tmp_path: Path, data: bytes, name: str = "甲县.xlsx") -> list[Finding]:
    book = opened(tmp_path, data, name)
    for sheet in book.sheets:
        book.values(sheet)
    return risks(book)


@pytest.mark.parametrize("name", EVERY)
def test_a_workbook_with_cells_alone_has_none(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, EVERY[name], name) == []


@pytest.mark.parametrize(
    ("data", "code", "what"),
    [
        (with_parts(XLSX, "xl/vbaProject.bin"), Code.MACROS, "VBA"),
        (with_parts(EVERY["values.xlsb"], "xl/vbaProject.bin"), Code.MACROS, "VBA"),
        (with_parts(XLSX, "xl/macrosheets/sheet1.xml"), Code.MACROS, "宏工作表"),
        (with_parts(XLSX, "xl/embeddings/oleObject1.bin", "xl/embeddings/表.docx"), Code.EMBEDDED, "嵌入的文件"),
        (with_parts(XLSX, "xl/activeX/activeX1.xml"), Code.EMBEDDED, "ActiveX 控件"),
        (with_parts(XLSX, "xl/connections.xml"), Code.EXTERNAL_LINKS, "数据连接"),
        (link_to(XLSX, "file:///D:/%E5%8E%BB%E5%B9%B4/x.xlsx"), Code.EXTERNAL_LINKS, "x.xlsx"),
        (with_parts(XLSX, "xl/externalLinks/externalLink1.xml", content=b"<externalLink/>"), Code.EXTERNAL_LINKS, "DDE 或 OLE 链接"),
        (with_parts(BOOKS["values.ods"], "Basic/Standard/Module1.xml"), Code.MACROS, "Basic 或脚本"),
        (with_parts(BOOKS["values.ods"], "Scripts/python/a.py"), Code.MACROS, "Basic 或脚本"),
        (ods(ods_row(ods_cell()), columns='<table:table-source xlink:href="file:///a/b.ods"/>'.replace("xlink:", 'xmlns:xlink="urn:xlink" xlink:')), Code.EXTERNAL_LINKS, "b.ods"),
        (ods(ods_row(ods_cell()), columns='<office:dde-source office:dde-topic="t"/>'), Code.EXTERNAL_LINKS, "t"),
        (xls_with(_VBA_PROJECT_CUR__VBA=b"x"), Code.MACROS, "VBA"),
        (xls_with(MBD0001A2B3__Ole=b"x"), Code.EMBEDDED, "嵌入的文件"),
        (xls_with(Ctls=b"x"), Code.EMBEDDED, "ActiveX 控件"),
        (b"<html><object data='x'></object><table><tr><td>1</td></tr></table></html>", Code.EMBEDDED, "脚本或控件"),
        (b"<html><table><tr><td>1<script>x()</script></td></tr></table></html>", Code.EMBEDDED, "脚本或控件"),
    ],
)
def test_what_is_more_than_cells_is_found_and_named(tmp_path: Path, data: bytes, code: Code, what: str) -> None:
    (finding,) = found(tmp_path, data)
    assert finding.code is code
    assert what in finding.message


def test_embedded_charts_of_an_ods_are_its_own_and_other_objects_are_not(tmp_path: Path) -> None:
    entry = '<manifest:file-entry manifest:full-path="Object 1/" manifest:media-type="application/vnd.oasis.opendocument.{}"/></manifest:manifest>'
    for kind, codes in (("chart", []), ("text", [Code.EMBEDDED])):
        data = changed(BOOKS["values.ods"], lambda name, old, kind=kind: old.replace(b"</manifest:manifest>", entry.format(kind).encode()))
        assert [one.code for one in found(tmp_path, data, "甲县.ods")] == codes


def test_links_of_an_xls_are_found() -> None:
    data = BOOKS["values.xls"]
    stream = Streams(data).read("Workbook")
    name = "\x01D:\\去年\\x.xls"
    body = b"\x01\x00" + len(name).to_bytes(2, "little") + b"\x01" + name.encode("utf-16-le")
    link = b"\xae\x01" + len(body).to_bytes(2, "little") + body
    at = stream.index(b"\x0a\x00\x00\x00")
    before, after = stream[:at], stream[at:]
    assert facts_of(compound({"Workbook": (before + link + after).ljust(5000, b"\0")})).links == ["D:\\去年\\x.xls"]


@pytest.mark.parametrize(
    ("formula", "live"),
    [
        ("cmd|'/c calc'!A0", True),
        ("DDE(\"soffice\",\"a\",\"b\")", True),
        ("IF(1,WEBSERVICE(\"http://x\"),0)", True),
        ("CALL(\"Shell32\",\"x\")", True),
        ("SUM(A1:A9)", False),
        ("IF(A1=\"甲|乙!\",1,0)", False),
        ("排查清单!B2", False),
        ("VLOOKUP(A1,字典!A:B,2,0)&\"|\"", False),
    ],
)
def test_formulas_that_start_programs_are_told_from_others(tmp_path: Path, formula: str, live: bool) -> None:
    text = formula.replace("&", "&amp;").replace("<", "&lt;")
    data = small(f'<row r="1"><c r="B1" t="str"><f>{text}</f><v>7</v></c></row>')
    assert [(one.code, one.place.cell) for one in found(tmp_path, data)] == ([(Code.LIVE_FORMULA, "B1")] if live else [])


def test_a_csv_field_that_excel_would_run_is_found(tmp_path: Path) -> None:
    data = "名称,备注\n甲,\"=cmd|'/c calc'!A0\"\n乙,-5\n丙,+1|2!\n".encode()
    assert [(one.code, one.place.cell) for one in found(tmp_path, data, "甲县.csv")] == [(Code.LIVE_FORMULA, "B2"), (Code.LIVE_FORMULA, "B4")]


def test_nothing_of_it_is_carried_into_the_summary(tmp_path: Path) -> None:
    path = county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0)])
    path.write_bytes(link_to(with_parts(path.read_bytes(), "xl/vbaProject.bin", "xl/embeddings/oleObject1.bin", "xl/activeX/activeX1.xml"), "x.xlsx"))
    outcome = merge([tmp_path / "收件箱"], tmp_path / "市级汇总.xlsx", POLICY, datetime(2022, 7, 20))
    assert {Code.MACROS, Code.EMBEDDED, Code.EXTERNAL_LINKS} <= {one.code for one in outcome.findings}
    assert {one.code for one in check_files([path], POLICY).findings} >= {Code.MACROS}
    with zipfile.ZipFile(tmp_path / "市级汇总.xlsx") as made:
        assert not any(word in name.lower() for name in made.namelist() for word in ("vba", "embeddings", "activex", "externallink"))


def test_the_cells_that_take_their_value_from_another_file_are_named(tmp_path: Path) -> None:
    cells = '<row r="1"><c r="A1"><f>[1]Sheet1!A1</f><v>1</v></c><c r="B1"><f>SUM(A1:A2)</f><v>1</v></c><c r="C1"><f>VLOOKUP(A1,\'[台账.xlsx]表\'!A:B,2,0)</f><v>2</v></c></row>'
    book = opened(tmp_path, link_to(small(cells), "file:///D:/台账.xlsx"))
    book.values("表")
    (found,) = [one for one in risks(book) if one.code is Code.EXTERNAL_LINKS]
    assert "（台账.xlsx；用在【表】A1、【表】C1）" in found.message
    assert [one.spot for one in found.marked] == ["【表】A1", "【表】C1"]


def test_notes_and_text_boxes_are_told_of_and_the_marks_of_a_return_are_not(tmp_path: Path) -> None:
    path = tmp_path / "灵宝市.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet("排查清单")
        mark = load_console().check.mark
        for cell, text in (("K6", f"实际产能应为15000\n{mark}\nE202 未填写"), ("E5", "新划入的\n镇"), ("B5", f"{mark}\nE202 名称未填写")):
            sheet.write_comment(cell, text)
        sheet.insert_textbox("C9", "第6行企业已停产，不再申报")
        sheet.insert_textbox("F9", "")
        made.add_worksheet("封面").write("A1", "县（市、区）")
    assert [(one.code, one.place.sheet, one.place.cell, one.message) for one in asides(open_book(path))] == [
        (Code.WRITTEN_ASIDE, "排查清单", "", "2 个批注（E5、K6）没有读取，也没有汇总"),
        (Code.WRITTEN_ASIDE, "排查清单", "", "1 个文本框（C9）没有读取，也没有汇总"),
    ]


@pytest.mark.filterwarnings("ignore:Print area cannot be set")
def test_a_check_tells_of_a_note(tmp_path: Path) -> None:
    path = county_file(tmp_path, "灵宝市", [enterprise(0), enterprise(1)])
    book = openpyxl.load_workbook(path)
    book["排查清单"]["E5"].comment = Comment("新划入的镇", "李四")
    book.save(path)
    (one,) = [one for one in check_files([path], POLICY).findings if one.code is Code.WRITTEN_ASIDE]
    assert one.message == "1 个批注（E5）没有读取，也没有汇总"
