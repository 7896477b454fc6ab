"""Workbooks as text: everything a reviewer must see, in an order that does not change."""

import io
from pathlib import Path

import pytest
import xlsxwriter

from tests.compound import compound, compressed, vba_project
from tests.workbooks import packed, parts_of
from xltools.books.formula_refs import groups, relative
from xltools.books.ole import Streams
from xltools.books.show import show
from xltools.books.vba import Module, decompress, modules
from xltools.books.xml import MalformedError
from xltools.model.finding import StopError

FILES = Path(__file__).parent / "files"
SOURCE = "Sub 汇总()\n    ' ----------------------------------------\n    MsgBox \"完成\"\nEnd Sub"


def workbook(path: Path) -> Path:
    """A workbook with one of everything that is shown."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("清单")
        sheet.write_row(0, 0, ["名称", 12.5, True, "12"])
        for row in range(1, 5):
            sheet.write_formula(row, 1, f"=A{row + 1}&$A$1", None, "甲" if row < 3 else "")
        sheet.write_formula("B6", "=A1", None, 3)
        sheet.write_formula("C2", "=1/0", None, "#DIV/0!")
        sheet.merge_range("A8:C8", "合并")
        sheet.data_validation("D2:D9", {"validate": "list", "source": ["有", "无"], "input_title": "提示", "input_message": "请选择", "error_message": "不对"})
        sheet.conditional_format("A2:A9", {"type": "formula", "criteria": '=$A2=""', "format": book.add_format({"bg_color": "#FFC7CE"})})
        sheet.write_url("E1", "https://example.org/a", None, "链接")
        sheet.write_comment("A1", "批注内容")
        sheet.protect("secret", {"sort": True})
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_footer("第&P页")
        sheet.autofilter("A1:D9")
        sheet.set_column("A:A", 20)
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.repeat_rows(0)
        book.add_worksheet("藏").hide()
        book.define_name("表格", "=清单!$A$1:$A$9")
        book.set_custom_property("xltools_template", "county")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=清单!$B$2:$B$5"})
        sheet.insert_chart("G1", chart)
    return path


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return list(show(workbook(tmp_path_factory.mktemp("show") / "a.xlsx")))


@pytest.mark.parametrize(
    "line",
    [
        '模板标识 template = "county"',
        '自定义属性 xltools_template = "county"',
        "名称 表格 = 清单!$A$1:$A$9",
        "名称 清单!_xlnm.Print_Titles = 清单!$1:$1",
        "工作表 清单",
        "工作表 藏（隐藏）",
        '清单!A1 = "名称"',
        "清单!B1 = 12.5",
        "清单!C1 = TRUE",
        '清单!D1 = "12"',
        "清单!B2:B5 = =A2&$A$1 （同式 4 格）",
        '清单!B2:B5 结果 "甲" ×2, 空 ×2',
        "清单!B6 = =A1",
        "清单!B6 结果 3",
        "清单!C2 = =1/0",
        "清单!C2 结果 #DIV/0!",
        "清单!隐藏行 4",
        "清单!合并 A8:C8",
        "清单!链接 E1 → https://example.org/a",
        '清单!批注 A1 "批注内容"',
        "清单!自动筛选 ref=A1:D9",
        '清单!页眉页脚 oddFooter "第&P页"',
        '清单!条件格式 A2:A9 priority=1 type=expression =$A2="" → 填充FFFFC7CE',
    ],
)
def test_everything_has_its_line(lines: list[str], line: str) -> None:
    assert line in lines


@pytest.mark.parametrize(
    "parts",
    [
        ("清单!数据有效性 D2:D9", '="有,无"', "type=list", 'prompt="请选择"', 'error="不对"'),
        ("清单!保护", "sort=0", "（有密码）"),
        ("清单!冻结窗格", "ySplit=1"),
        ("清单!页面设置", "orientation=landscape"),
        ("清单!列宽 1-1", "width=20"),
        ("部件 xl/charts/chart1.xml", "字节"),
        ("部件 xl/styles.xml", "字节"),
    ],
)
def test_settings_are_listed_in_one_line(lines: list[str], parts: tuple[str, ...]) -> None:
    assert any(all(part in line for part in parts) for line in lines)


def test_the_same_workbook_gives_the_same_lines(lines: list[str], tmp_path: Path) -> None:
    assert list(show(workbook(tmp_path / "b.xlsx"))) == lines


def test_a_changed_cell_changes_one_line(tmp_path: Path) -> None:
    texts = []
    for value in ("甲", "乙"):
        path = tmp_path / f"{value}.xlsx"
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet("表").write_column(0, 0, ["一", value, "三"])
        texts.append(list(show(path)))
    assert [pair for pair in zip(*texts, strict=True) if pair[0] != pair[1]] == [('表!A2 = "甲"', '表!A2 = "乙"')]


@pytest.mark.parametrize("ending", ["xls", "ods", "xlsm"])
def test_other_formats_show_their_values(ending: str) -> None:
    found = list(show(FILES / f"values.{ending}"))
    assert {'各种值!A1 = "甲公司"', "各种值!A3 = 2022-06-30", "各种值!C3 = 08:30:00", "各种值!C4 结果 #DIV/0!", "工作表 隐藏表（隐藏）"} <= set(found)


def test_what_is_no_workbook_stops(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("x")
    with pytest.raises(StopError):
        list(show(path))


@pytest.mark.parametrize(
    ("formula", "cell", "expected"),
    [
        ("A1*2", "B3", "R[-2]C[-1]*2"),
        ("$A$1+A$1+$A1", "B3", "R1CA+R1C[-1]+R[-2]CA"),
        ('IF(A2="A2","",LOG10(A2))', "A2", 'IF(R[0]C[0]="A2","",LOG10(R[0]C[0]))'),
        ("'A1 表'!B2+清单!B2", "B2", "'A1 表'!R[0]C[0]+清单!R[0]C[0]"),
        ("Tax2022+A1_x+XFE1", "A1", "Tax2022+A1_x+XFE1"),
        ("SUM(A1:B2)", "A1", "SUM(R[0]C[0]:R[1]C[1])"),
    ],
)
def test_a_formula_is_seen_from_its_cell(formula: str, cell: str, expected: str) -> None:
    assert relative(formula, cell) == expected


def test_formulas_filled_down_are_one_group_and_shared_ones_too() -> None:
    formulas = {"A1": "B1", "A2": "B2", "A3": "B9", "A10": "B10", "C1": "D1*2", "C2": "", "C3": ""}
    assert groups(formulas, {"C1": "0", "C2": "0", "C3": "0"}) == [["A1", "A2", "A10"], ["A3"], ["C1", "C2", "C3"]]


def with_macros(tmp_path: Path, project: bytes) -> Path:
    """values.xlsm with a VBA project put in."""
    path = tmp_path / "macros.xlsm"
    parts = parts_of(FILES / "values.xlsm")
    relations = "xl/_rels/workbook.xml.rels"
    linked = parts[relations].replace(b"</Relationships>", b'<Relationship Id="v" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/></Relationships>')
    path.write_bytes(packed(parts | {relations: linked, "xl/vbaProject.bin": project}))
    return path


def test_macros_are_shown_line_by_line(tmp_path: Path) -> None:
    found = list(show(with_macros(tmp_path, vba_project({"模块1": SOURCE, "空": ""}))))
    assert [line for line in found if line.startswith("宏")] == ["宏 模块1", *(f"宏 模块1 | {line}" for line in SOURCE.split("\n")), "宏 空"]


def test_a_broken_macro_project_stops(tmp_path: Path) -> None:
    with pytest.raises(StopError):
        list(show(with_macros(tmp_path, vba_project({"模块1": SOURCE})[:1500])))


def test_long_and_repetitive_sources_survive_compression() -> None:
    source = "\n".join(f"x{number} = {'=' * (number % 90)}" for number in range(400))
    assert modules(vba_project({"长": source})) == [Module("长", source)]


@pytest.mark.parametrize("data", [b"", b"\x02", compressed(b"abc")[:-1] + b"\xff" * 9, b"\x01\x03\xb0\x01\x00\x00\x00"])
def test_a_broken_compressed_stream_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decompress(data)


def test_large_and_small_streams_are_read() -> None:
    streams = Streams(compound({"小": b"abc" * 30, "大": b"xyz" * 5000, "空": b"", "VBA/dir": b"d"}))
    assert {name: streams.read(name) for name in streams.names} == {"小": b"abc" * 30, "大": b"xyz" * 5000, "空": b"", "VBA/dir": b"d"}


def test_a_compound_file_that_runs_in_circles_is_refused() -> None:
    data = bytearray(compound({"大": b"x" * 5000}))
    table = data.rindex(b"\x01\x00\x00\x00\x02\x00\x00\x00")
    data[table + 4 : table + 8] = b"\x00\x00\x00\x00"
    with pytest.raises(MalformedError):
        Streams(bytes(data)).read("大")


def test_the_lines_stand_on_one_line_each(lines: list[str]) -> None:
    assert not [line for line in lines if len(line.splitlines()) > 1]
    assert io.StringIO("\n".join(lines)).readline() == '模板标识 template = "county"\n'
