"""Tables that come as text: csv in any encoding, web pages, XML Spreadsheet 2003."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbooks import opened, reason
from xltools.books.base import Cell
from xltools.books.csv_text import SEPARATORS, rows, separator_of
from xltools.books.decode import NotTextError, decoded
from xltools.books.page import MOST_COLUMNS
from xltools.books.xml import TOO_LARGE

LINES = "序号{0}企业名称{0}信用代码\r\n1{0}甲公司{0}91411282YA0000001B\r\n2{0}乙公司{0}0012\r\n"
LISTED = [["序号", "企业名称", "信用代码"], ["1", "甲公司", "91411282YA0000001B"], ["2", "乙公司", "0012"]]


def grid(tmp_path: Path, data: bytes, name: str = "甲县.csv") -> list[list[Cell]]:
    book = opened(tmp_path, data, name)
    return book.values(book.sheets[0])


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_a_text_table_is_read_in_any_encoding_and_with_any_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    assert grid(tmp_path, LINES.format(separator).encode(encoding)) == LISTED


@pytest.mark.parametrize("ending", [".xls", ".xlsx", ".txt", ""])
def test_the_ending_of_the_name_does_not_matter(tmp_path: Path, ending: str) -> None:
    assert grid(tmp_path, LINES.format(",").encode(), f"甲县{ending}") == LISTED


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('a,b\n"x\ny","1,2"\n', [["a", "b"], ["x\ny", "1,2"]]),
        ('a,b\n"say ""hi""",2\n', [["a", "b"], ['say "hi"', "2"]]),
        ('a,b\n"forgotten,2\n3,4\n', [["a", "b"], ['"forgotten', "2"], ["3", "4"]]),
        ('a,b\n5" pipe,2\n', [["a", "b"], ['5" pipe', "2"]]),
        ('a,b\n"x"y,2\n', [["a", "b"], ['"x"y', "2"]]),
        ('a,b\n="0012","=""0034"""\n', [["a", "b"], ["0012", "0034"]]),
        ("sep=;\na,1;b\n2;3\n", [["a,1", "b"], ["2", "3"]]),
        ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
        ("a,b\n1,2", [["a", "b"], ["1", "2"]]),
        ("标题\n\na,b\n1,2\n", [["标题", None], [None, None], ["a", "b"], ["1", "2"]]),
        ("a,b\n1,2\n\x1a", [["a", "b"], ["1", "2"]]),
        ("a,b\n1,2\n\n,,\n", [["a", "b"], ["1", "2"]]),
    ],
)
def test_quotes_and_line_ends_are_read_as_excel_reads_them(tmp_path: Path, text: str, found: list[list[Cell]]) -> None:
    assert grid(tmp_path, text.encode()) == found


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters='\n"')), min_size=2, max_size=4), max_size=5), st.sampled_from(SEPARATORS))
def test_what_is_quoted_is_read_back(table: list[list[str]], separator: str) -> None:
    text = "".join(separator.join('"' + value.replace('"', '""') + '"' for value in row) + "\r\n" for row in table)
    assert list(rows(text, separator)) == [*table, [""]]


def test_a_separator_inside_values_is_not_taken_for_the_separator() -> None:
    assert separator_of("名称;备注\n甲;一，二，三\n乙;四，五\n") == ";"
    assert separator_of("一句话") == ""


@pytest.mark.parametrize("data", [b"\x00\x01\x02\x03\x04", bytes(range(256)) * 20, b"\xff\xff\xff\xff" * 5])
def test_bytes_that_are_no_text_are_not_decoded(data: bytes) -> None:
    with pytest.raises(NotTextError):
        decoded(data)


def page(body: str, head: str = "") -> bytes:
    return f"<html xmlns:x='urn:schemas-microsoft-com:office:excel'><head>{head}</head><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<table><tr><th>a<th>b<tr><td>1<td>2</table>", [["a", "b"], ["1", "2"]]),
        ("<table><tr><td rowspan=2>甲</td><td>1</td></tr><tr><td>2</td></tr></table>", [["甲", "1"], [None, "2"]]),
        ("<table><tr><td colspan=2>甲</td><td>1</td></tr><tr><td>2</td><td rowspan='3'>3</td></tr><tr><td>4</td><td>5</td></tr></table>", [["甲", None, "1"], ["2", "3", None], ["4", None, "5"]]),
        ("<table><tr><td> 三 \n 门峡<br>甲 <p>乙</p></td></tr></table>", [["三 门峡\n甲\n乙"]]),
        ("<table><tr><td>&nbsp;</td><td>a&amp;b&#19968;</td></tr></table>", [[None, "a&b一"]]),
        ("<table><tr><td>91411282000000001A</td><td x:num>0012</td></tr></table>", [["91411282000000001A", "0012"]]),
        ("<table><tr><td x:num='0.804'>80%</td><td x:num='44742'>2022/6/30</td><td x:num='1234567'>###</td></tr></table>", [[0.804, "2022/6/30", 1234567.0]]),
        (f"<table><tr><td colspan={MOST_COLUMNS + 1}>1<td rowspan=0>2</table>", [["1", "2"]]),
        ("<script>document.write('<td>x')</script><table><tr><td>1", [["1"]]),
    ],
)
def test_the_cells_of_a_page_lie_where_they_show(tmp_path: Path, body: str, found: list[list[Cell]]) -> None:
    assert grid(tmp_path, page(body), "甲县.xls") == found


def test_sheets_of_a_page_have_excels_names_and_spans_are_merged(tmp_path: Path) -> None:
    table = "<table><tr><td colspan=2 rowspan=2>1</td></tr><tr style='display: none'></tr><tr><td colspan=2 style='mso-ignore:colspan'></td><td>2</td></tr></table>"
    book = opened(tmp_path, page(table, "<xml><x:Name>排查清单</x:Name></xml>"), "甲县.xls")
    assert book.sheets == ["排查清单"]
    assert book.facts("排查清单").merged == ("A1:B2",)
    assert book.facts("排查清单").hidden_rows == {2}
    assert opened(tmp_path, page(table * 2, "<xml><x:Name>排查清单</x:Name></xml>"), "甲县.xls").sheets == ["表1", "表2"]


def test_a_table_in_a_table_is_a_sheet_of_its_own(tmp_path: Path) -> None:
    book = opened(tmp_path, page("<table><tr><td>外<table><tr><td>内</td></tr></table>后</td><td>2</td></tr></table>"))
    assert [book.values(sheet) for sheet in book.sheets] == [[["外后", "2"]], [["内"]]]


def test_a_page_of_endless_spans_is_refused(tmp_path: Path) -> None:
    row = "<tr>" + f"<td colspan={MOST_COLUMNS}>" * 50 + "</tr>"
    assert reason(tmp_path, page("<table>" + row * 100 + "</table>")) == TOO_LARGE


def xml(table: str, before: str = "", after: str = "") -> bytes:
    spaces = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel"'
    return f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook {spaces}>{before}<Worksheet ss:Name="表"><Table>{table}</Table>{after}</Worksheet></Workbook>'.encode()


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ('<Row><Cell><Data ss:Type="String">甲</Data></Cell><Cell ss:Index="3"><Data ss:Type="Number">1.5</Data></Cell></Row>', [["甲", None, 1.5]]),
        ('<Row ss:Index="2" ss:Span="1"><Cell><Data ss:Type="Boolean">1</Data></Cell></Row><Row><Cell><Data ss:Type="Error">#N/A</Data></Cell></Row>', [[None], [True], [None], ["#N/A"]]),
        ('<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">1</Data></Cell><Cell><Data ss:Type="String">2</Data></Cell></Row>', [["1", None, "2"]]),
        ('<Row><Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>粗</B>体</ss:Data><Comment><ss:Data>批注</ss:Data></Comment></Cell></Row>', [["粗体"]]),
        ('<Row><Cell><Data ss:Type="Number">x</Data></Cell><Cell><Data ss:Type="String"></Data></Cell><Cell><Data ss:Type="Number">1e999</Data></Cell></Row>', [["x", None, "1e999"]]),
    ],
)
def test_xml_spreadsheet_cells_lie_where_they_say(tmp_path: Path, table: str, found: list[list[Cell]]) -> None:
    assert grid(tmp_path, xml(table), "甲县.xls") == found


def test_xml_spreadsheet_facts_are_known(tmp_path: Path) -> None:
    rows_ = '<Column ss:Hidden="1" ss:Span="1"/><Row ss:Hidden="1"><Cell ss:MergeDown="1" ss:Formula="=R[1]C"/><Cell ss:Formula="=1"><Data ss:Type="Number">1</Data></Cell></Row>'
    hidden = '<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>'
    book = opened(tmp_path, xml(rows_, '<Names><NamedRange ss:Name="xltools_template" ss:RefersTo="=&quot;county&quot;"/></Names>', hidden), "甲县.xls")
    facts = book.facts("表")
    assert (facts.formulas, facts.stale, facts.merged, facts.hidden_rows) == ({"A1", "B1"}, {"A1"}, ("A1:A2",), {1})
    assert (facts.hidden_columns, facts.visible, book.stamp.template) == ({"A", "B"}, False, "county")


@pytest.mark.parametrize(
    "table",
    ['<Row ss:Index="1048577"/>', '<Row ss:Index="-1"/>', '<Row ss:Index="2"/><Row ss:Index="2"/>', '<Row><Cell ss:Index="16385"/></Row>', '<Row><Cell ss:Index="2"/><Cell ss:Index="1"/></Row>', "<Row><Cell><Cell/></Cell></Row>", "<Row>"],
)
def test_an_xml_spreadsheet_that_contradicts_itself_is_refused(tmp_path: Path, table: str) -> None:
    assert "损坏" in reason(tmp_path, xml(table), "甲县.xls")


@pytest.mark.parametrize("encoding", ["GB2312", "gbk", "GB18030", "utf-16"])
def test_an_xml_spreadsheet_in_the_encoding_of_a_chinese_system_is_read(tmp_path: Path, encoding: str) -> None:
    text = xml('<Row><Cell><Data ss:Type="String">甲公司</Data></Cell></Row>').decode().replace('"1.0"', f'"1.0" encoding="{encoding}"', 1)
    assert grid(tmp_path, text.encode(encoding), "甲县.xls") == [["甲公司"]]


def test_a_document_type_in_an_xml_spreadsheet_is_refused(tmp_path: Path) -> None:
    data = xml("<Row/>").replace(b"?><Workbook", b"?><!DOCTYPE x [<!ENTITY a 'aaaa'>]><Workbook")
    assert "DOCTYPE" in reason(tmp_path, data, "甲县.xls")
