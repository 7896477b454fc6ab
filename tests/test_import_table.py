"""Importing an official table as a bureau drew it: the right rows, every doubt said, no word lost."""

import csv
import re
import runpy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.text_book import TextBook
from tests.workbooks import changed, packed
from xltools.actions.import_table import add_table, import_table
from xltools.actions.policy import make_policy, read_policy
from xltools.books.base import SheetFacts
from xltools.books.docx import is_document, tables_in
from xltools.books.grid_table import read_source, sheet_table
from xltools.faces.cli import run
from xltools.model.address import address
from xltools.model.code import Code
from xltools.model.finding import Finding, StopError
from xltools.model.form import load_form
from xltools.model.indicator import TableStatus
from xltools.model.indicator_rows import indicators_from
from xltools.model.policy import load_policy
from xltools.model.result import exit_code
from xltools.model.source_table import SourceCell, SourceTable
from xltools.rules.import_layout import find_layout, header_grades
from xltools.rules.import_text import is_failing, same_as, split_items
from xltools.rules.table_import import Imported, ImportRequest, choose_table, propose

FILES = Path(__file__).parent / "files" / "import"
POLICY = load_policy("sanmenxia-2022")
ASKED = ImportRequest("铸造", "铸件", "A-D", "测试")
HEAD = "指标 | A级企业 | B级企业 | C级企业 | D级企业"
COMPARED = ("no", "category", "item", "unit", "kind", "options", "grade", "text", "operator", "threshold", "confirm")


def drawn(text: str, *merged: str) -> SourceTable:
    """A table written as lines, with some ranges merged; "/" in a cell is written as "∕", a line break as "¶"."""
    book = TextBook("表.xlsx", {"表": text.replace("¶", "⏎")}, known={"表": SheetFacts(merged=merged)})
    table = sheet_table(book, "表")
    return SourceTable(table.file, table.name, tuple(SourceCell(c.text.replace("⏎", "\n"), c.address, c.top, c.left, c.bottom, c.right) for c in table.cells))


def imported(text: str, *merged: str, request: ImportRequest = ASKED) -> Imported:
    return propose(drawn(text, *merged), request, POLICY)


def asked(result: Imported) -> list[tuple[str, str, str, str]]:
    """Item, grade, text and condition of every row."""
    return [(row["item"], row["grade"], row["text"], f"{row['operator']}{row['threshold']}") for row in result.rows]


def codes(findings: tuple[Finding, ...]) -> list[tuple[Code, str]]:
    return [(one.code, one.place.cell) for one in findings]


# --- the table as found in real life ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["casting.xlsx", "casting.docx"])
def test_a_real_life_table_imports_to_its_hand_made_answer(name: str) -> None:
    names = {field.label: field.name for field in load_form("indicators")}
    with (FILES / "casting-answer.csv").open(encoding="utf-8", newline="") as file:
        answer = [{names[label]: text for label, text in row.items()} for row in csv.DictReader(file)]
    table = choose_table(read_source(FILES / name), ASKED, POLICY)
    assert isinstance(table, SourceTable)
    result = propose(table, ASKED, POLICY)
    assert [{field: row[field] for field in COMPARED} for row in result.rows] == answer
    assert (result.table.grades, result.table.status) == (("A", "B", "C", "D"), TableStatus.PARTIAL.value)
    assert result.table.note == "本表只用于测试，不是正式指标表。"


@pytest.mark.parametrize("name", ["casting.xlsx", "casting.docx"])
def test_every_row_names_the_cell_its_words_come_from(name: str) -> None:
    (table,) = read_source(FILES / name)
    cells = {f"{table.file}【{table.name}】{cell.address}": cell.text for cell in table}
    for row in propose(table, ASKED, POLICY).rows:
        if row["origin"]:
            words = row["text"].removeprefix("同A级：").removeprefix("同B级：").removeprefix("核查要点：")
            source = re.sub(r"(?<=化)[abᵃᵇ](?=造|及)", "", cells[row["origin"]])
            assert words in source or row["text"].startswith(("同A级：", "同B级："))


@pytest.mark.parametrize("name", ["casting.xlsx", "casting.docx"])
def test_every_text_of_the_source_is_in_a_row_the_note_or_a_finding(name: str) -> None:
    (table,) = read_source(FILES / name)
    result = propose(table, ASKED, POLICY)
    assert lost(table, result) == []
    assert not [one for one in result.findings if one.code is Code.IMPORT_UNUSED]


def test_what_is_no_requirement_is_said_once() -> None:
    (table,) = read_source(FILES / "casting.xlsx")
    found = codes(propose(table, ASKED, POLICY).findings)
    notes = [one for one in found if one[0] not in (Code.IMPORT_CONFIRM,)]
    assert notes == [
        (Code.IMPORT_TITLE, "A1"), (Code.IMPORT_HEADER, "A2"), (Code.GRADE_COLUMN_MISSING, ""),
        (Code.CATEGORY_CARRIED, "A17"), (Code.ASKS_NOTHING, "E5"), (Code.BLANK_REQUIREMENT, "E9"),
    ]  # fmt: skip


def test_the_drawn_files_are_what_their_script_writes(tmp_path: Path) -> None:
    script = runpy.run_path(str(FILES / "write_files.py"))
    script["write_sheet"](tmp_path / "casting.xlsx")
    script["write_document"](tmp_path / "casting.docx")
    assert [(FILES / name).read_bytes() == (tmp_path / name).read_bytes() for name in ("casting.xlsx", "casting.docx")] == [True, True]


def lost(table: SourceTable, result: Imported) -> list[str]:
    """The pieces of the source's texts that are found nowhere; marks of notes and numbers of pieces are no words."""
    rows = [row[field] for row in result.rows for field in ("category", "item", "text", "doubt")]
    said = squeezed("\n".join([*rows, result.table.note, *(one.message for one in result.findings)]))
    pieces = [piece for cell in table for piece in re.split(r"[\n；;。]|(?:^|(?<=[\n；;。]))\d{1,2}[、.]", cell.text)]
    return [piece for piece in pieces if squeezed(re.sub(r"^\d{1,2}[、.]|^注：", "", piece.strip())) not in said]


def squeezed(text: str) -> str:
    plain = re.sub(r"(?<=化)[abᵃᵇ](?=造|及)|\s|—", "", text)
    return re.sub(r"注[:：]?([ab])[:：]?", r"\1", plain)


# --- one trap at a time ----------------------------------------------------------------------------------------------


def test_a_cell_merged_across_grades_speaks_for_each_of_them() -> None:
    result = imported(f"{HEAD}\n除尘 | 袋式除尘 | 机械除尘 | | 未达到C级要求", "C2:D2")
    assert asked(result)[:3] == [("袋式除尘", "A", "袋式除尘", ""), ("袋式除尘", "B", "机械除尘", ""), ("袋式除尘", "C", "机械除尘", "")]


def test_a_column_for_two_grades_speaks_for_both() -> None:
    result = imported("指标 | A级企业 | B、C级企业\n风速 | 不低于0.5m/s | 不低于0.3m/s")
    assert [(row["grade"], row["threshold"]) for row in result.rows] == [("A", "0.5"), ("B", "0.3"), ("C", "0.3")]
    assert result.table.grades == ("A", "B", "C", "D")


def test_same_as_a_better_grade_is_written_out_also_in_a_chain() -> None:
    result = imported(f"{HEAD}\n风速 | 不低于0.5m/s | 同A级 | 与B级相同 | 达不到C级要求")
    assert asked(result)[:3] == [
        ("风速", "A", "不低于0.5m/s", "≥0.5"), ("风速", "B", "同A级：不低于0.5m/s", "≥0.5"), ("风速", "C", "同B级：不低于0.5m/s", "≥0.5"),
    ]  # fmt: skip
    assert result.waiting == 0


def test_same_as_a_grade_with_an_exception_is_not_written_out() -> None:
    result = imported(f"{HEAD}\n除尘 | 袋式除尘 | 同A级，其中破碎可用旋风 | 同A级 | 未达到C级要求")
    assert [(row["grade"], row["confirm"]) for row in result.rows] == [("A", ""), ("B", "待确认"), ("C", ""), ("D", "")]


def test_same_as_a_grade_that_asks_nothing_waits() -> None:
    result = imported(f"{HEAD}\n除尘 | — | 同A级 | 袋式除尘 | 未达到C级要求")
    assert [(row["grade"], row["confirm"]) for row in result.rows if row["grade"] == "B"] == [("B", "待确认")]
    assert (Code.ASKS_NOTHING, "B2") in codes(result.findings)


def test_pieces_pair_across_grades_by_their_number() -> None:
    result = imported(f"{HEAD}\n储存 | 1、料库全封闭；2、料棚有顶 | 1、料库半封闭；2、料棚有顶 | 1、料库有顶；2、料棚有围挡 | 未达到C级要求")
    assert [(item, grade, text) for item, grade, text, _ in asked(result) if grade == "B"] == [("料库全封闭", "B", "料库半封闭"), ("料棚有顶", "B", "料棚有顶")]
    assert result.items == 2


def test_a_piece_that_a_grade_lacks_asks_nothing_there_and_waits() -> None:
    result = imported(f"{HEAD}\n储存 | 1、料库全封闭；2、料棚有顶 | 1、料库半封闭 | 同B级 | 未达到C级要求")
    second = [row for row in result.rows if row["no"] == "2"]
    assert [(row["grade"], row["confirm"]) for row in second] == [("A", "待确认"), ("D", "")]
    assert "B级没有第2项" in second[0]["doubt"]


def test_a_text_without_numbers_beside_numbered_pieces_is_repeated_and_waits() -> None:
    result = imported(f"{HEAD}\n储存 | 1、料库全封闭；2、料棚有顶 | 物料不露天堆放 | ∕ | 未达到C级要求".replace("∕", "/"))
    rows = [row for row in result.rows if row["grade"] == "B"]
    assert [(row["no"], row["text"], row["confirm"]) for row in rows] == [("1", "物料不露天堆放", "待确认"), ("2", "物料不露天堆放", "待确认")]


def test_a_lead_in_before_the_pieces_stays_with_each_of_them() -> None:
    result = imported(f"{HEAD}\n储存 | 满足下列任一条件：1、料库全封闭；2、料棚有顶 | 同A级 | 同A级 | 未达到C级要求")
    assert [row["text"] for row in result.rows if row["grade"] == "A"] == ["满足下列任一条件：料库全封闭", "满足下列任一条件：料棚有顶"]
    assert all(row["confirm"] for row in result.rows if row["grade"] == "A")


def test_one_row_may_split_what_another_grade_shares() -> None:
    text = f"{HEAD}\n储存 | 料库全封闭 | 物料不露天堆放 | 物料遮盖 | 未达到C级要求\n | 料棚有顶 | | |"
    result = imported(text, "A2:A3", "C2:C3", "D2:D3", "E2:E3")
    assert [(row["no"], row["grade"], row["text"], row["confirm"]) for row in result.rows if row["grade"] in ("A", "B")] == [
        ("1", "A", "料库全封闭", ""), ("1", "B", "物料不露天堆放", "待确认"), ("2", "A", "料棚有顶", ""), ("2", "B", "物料不露天堆放", "待确认"),
    ]  # fmt: skip


def test_a_lowest_grade_that_only_says_what_falls_below_never_waits() -> None:
    result = imported(f"{HEAD}\n储存 | 料库全封闭 | 料库半封闭 | 料库有顶 | 达不到B、C级要求即为D级")
    assert [(row["grade"], row["operator"], row["confirm"]) for row in result.rows][-1] == ("D", "", "")


def test_a_lowest_grade_with_words_of_its_own_waits() -> None:
    result = imported(f"{HEAD}\n储存 | 料库全封闭 | 料库半封闭 | 料库有顶 | 露天堆放")
    assert [(row["grade"], row["confirm"]) for row in result.rows][-1] == ("D", "待确认")


def test_blank_requirements_are_said_and_wait() -> None:
    result = imported(f"{HEAD}\n风速 | 不低于0.5m/s | | 不低于0.3m/s | 未达到C级要求")
    assert (Code.BLANK_REQUIREMENT, "C2") in codes(result.findings)
    assert [(row["grade"], row["confirm"]) for row in result.rows] == [("A", "待确认"), ("C", "待确认"), ("D", "")]


def test_a_blank_category_goes_on_from_above_and_says_so() -> None:
    head = "类别 | 项目 | A级企业 | B级企业 | C级企业 | D级企业"
    result = imported(f"{head}\n运输 | 公路 | 国六及以上 | 国五及以上 | 国四及以上 | 未达到C级要求\n | 厂内 | 国五及以上 | 国四及以上 | 国三及以上 | 未达到C级要求")
    assert {(row["category"], row["item"]) for row in result.rows} == {("运输", "公路"), ("运输", "厂内")}
    assert (Code.CATEGORY_CARRIED, "A3") in codes(result.findings)


def test_letters_point_to_notes_and_leave_the_words() -> None:
    text = f"{HEAD}\n造型 | 自动化a造型线 | 机械化造型 | 手工造型 | 未达到C级要求\n注：a 自动化指不用人搬运 | | | |\n本表2022年起用 | | | |"
    result = imported(text, "A3:E3", "A4:E4")
    assert asked(result)[0][2] == "自动化造型线"
    assert asked(result)[-1][1:3] == ("", "注a：自动化指不用人搬运")
    assert result.table.note == "本表2022年起用"


def test_letters_behind_short_names_and_before_them_in_the_notes() -> None:
    text = f"{HEAD}\n治理 | 采用RTOa或炉内焚烧，压力0.5MPa以上 | 同A级 | 同A级 | 未达到C级要求\n注：a RTO为蓄热式热力焚烧炉 | | | |"
    result = imported(text, "A3:E3")
    assert "采用RTO或" in asked(result)[0][2]
    assert "MPa" in asked(result)[0][2]
    assert asked(result)[-1][1:3] == ("", "注a：RTO为蓄热式热力焚烧炉")


def test_a_letter_behind_a_unit_points_to_its_note_and_leaves_the_limits_readable() -> None:
    text = f"{HEAD}\n排放限值 | PM、SO2排放浓度分别不高于10、35mg/m³b | PM、SO2排放浓度分别不高于20、50mg/m³b | 同B级 | 未达到C级要求\n注：a 其他说明；b 指小时均值 | | | |"
    rows = [one for one in asked(imported(text, "A3:E3")) if "35" in one[2]]
    assert rows
    assert [row["threshold"] for row in imported(text, "A3:E3").rows if row["grade"] == "A"] == ["10", "35"]
    assert all(row["confirm"] != "待确认" for row in imported(text, "A3:E3").rows if row["grade"] == "A")
    assert not any("m³b" in str(row["text"]) for row in imported(text, "A3:E3").rows)


def test_a_letter_without_a_note_stays_where_it_is() -> None:
    assert asked(imported(f"{HEAD}\n造型 | 自动化a造型线 | 同A级 | 同A级 | 未达到C级要求"))[0][2] == "自动化a造型线"


def test_a_raised_letter_without_a_note_waits() -> None:
    result = imported(f"{HEAD}\n造型 | 自动化ᵃ造型线 | 同A级 | 同A级 | 未达到C级要求")
    assert result.rows[0]["confirm"] == "待确认"


def test_a_header_repeated_on_the_next_page_is_no_requirement() -> None:
    result = imported(f"{HEAD}\n风速 | 不低于0.5m/s | 同A级 | 同A级 | 未达到C级要求\n{HEAD}\n料库 | 全封闭 | 半封闭 | 有顶 | 未达到C级要求")
    assert result.items == 2


def test_a_line_across_the_table_is_a_heading_and_what_follows_waits() -> None:
    result = imported(f"{HEAD}\n（二）冲天炉 | | | |\n风速 | 不低于0.5m/s | 同A级 | 同A级 | 未达到C级要求", "A2:E2")
    assert result.rows[0]["confirm"] == "待确认"
    assert "（二）冲天炉" in result.rows[0]["doubt"]


def test_serial_numbers_are_counted_not_imported() -> None:
    result = imported("序号 | 指标 | A级企业 | B级企业 | C级企业 | D级企业\n1 | 风速 | 不低于0.5m/s | 同A级 | 同A级 | 未达到C级要求")
    assert result.rows[0]["item"] == "风速"
    assert (Code.IMPORT_SERIAL, "A2") in codes(result.findings)


def test_numbers_under_a_unit_in_the_heading_are_limits_to_confirm() -> None:
    result = imported("类别 | 项目 | A级企业 | B级企业 | C级企业\n排放限值 | 颗粒物（mg/m³） | 10 | 20 | 30")
    assert [result.rows[0][name] for name in ("unit", "operator", "threshold", "confirm")] == ["mg/m³", "≤", "10", "待确认"]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("浓度 | 颗粒物≤20mg/m³ | 颗粒物≤10mg/m³ | 颗粒物≤30mg/m³", "反而宽"),
        ("浓度 | 颗粒物≤10mg/m³ | 颗粒物≥20mg/m³ | 颗粒物≤30mg/m³", "方向不同"),
        ("浓度 | 颗粒物≤10mg/m³ | 二氧化硫≤20mg/m³ | 颗粒物≤30mg/m³", "不是同一个名字"),
        ("浓度 | 颗粒物≤10mg/m³ | 颗粒物≤2kg/h | 颗粒物≤30mg/m³", "单位不同"),
        ("车辆 | 国五及以上 | 国四车辆比例不低于80% | 国四及以上", "一种办法"),
        ("车辆 | 国四及以上 | 国五及以上 | 国四及以上", "较差等级没有写"),
        ("浓度 | 颗粒物≤10mg/m³ | 配有除尘设施 | 配有除尘设施", "没有读出阈值"),
    ],
)
def test_grades_that_do_not_fit_each_other_wait(row: str, word: str) -> None:
    result = imported(f"{HEAD}\n{row} | 未达到C级要求")
    assert word in "；".join(row["doubt"] for row in result.rows)


def test_all_stands_for_a_full_share_beside_shares() -> None:
    result = imported(f"{HEAD}\n车辆 | 全部使用国五及以上车辆 | 国五及以上车辆比例不低于80% | 国五及以上车辆比例不低于50% | 未达到C级要求")
    assert [(row["operator"], row["threshold"], row["confirm"]) for row in result.rows[:2]] == [("=", "100", "待确认"), ("≥", "80", "")]


def test_years_are_compared_as_months_beside_months() -> None:
    result = imported(f"{HEAD}\n数据 | 保存一年以上 | 保存6个月以上 | 保存3个月以上 | 未达到C级要求")
    assert [(row["unit"], row["threshold"]) for row in result.rows[:3]] == [("个月", "12"), ("个月", "6"), ("个月", "3")]


def test_a_table_of_leading_enterprises_has_one_column() -> None:
    request = ImportRequest("铸造", "铸件", "引领性")
    result = imported("差异化指标 | 引领性企业 | 核查方法\n风速 | 不低于0.5m/s | 现场测量", request=request)
    assert [(row["grade"], row["text"]) for row in result.rows] == [("引领性", "不低于0.5m/s"), ("", "核查方法：现场测量")]
    assert result.table.grades == ("引领性", "非引领性")


@pytest.mark.parametrize("lowest", [" | 非引领性企业", ""])
def test_the_names_of_a_table_of_leading_enterprises_may_be_headed_by_its_grade(lowest: str) -> None:
    """As the national guide heads such tables: “引领性指标”, and the industry over what is asked."""
    result = imported(f"引领性指标 | 玻璃钢（喷射、手糊）{lowest}\n风速 | 不低于0.5m/s{lowest and ' | 未达到引领性要求'}", request=ImportRequest("铸造", "铸件", "引领性"))
    assert (result.rows[0]["item"], result.rows[0]["grade"], result.rows[0]["threshold"]) == ("风速", "引领性", "0.5")
    assert result.table.grades == ("引领性", "非引领性")


def test_a_table_without_names_is_refused_whatever_its_grades_are_called() -> None:
    table = drawn("A级企业指标 | B级企业指标 | C级企业指标\n不低于1m/s | 不低于0.5m/s | 未达到B级要求")
    assert find_layout(table, POLICY.scheme("A-D"), POLICY) is None


def test_a_row_called_notes_among_the_requirements_is_one_of_them() -> None:
    rows = "说明 | 厂区设置标识说明 | | | \n风速 | 不低于1m/s | 同A级 | 同A级 | 未达到C级要求"
    result = imported(f"{HEAD}\n{rows}", "B3:E3")
    assert "厂区设置标识说明" in {row["text"] for row in result.rows}
    assert "厂区设置标识说明" not in result.table.note


def test_a_note_in_a_row_of_its_own_is_no_requirement() -> None:
    """As tables end whose notes stand inside the frame: 备注 under the names, one text across all grades."""
    rows = "风速 | 不低于1m/s | 同A级 | 同A级 | 未达到C级要求\n备注 | 1.本表自2023年7月1日起执行；2.涉及多工序的从严执行 | | | "
    result = imported(f"{HEAD}\n{rows}", "B3:E3")
    assert {row["item"] for row in result.rows} == {"风速"}
    assert "本表自2023年7月1日起执行" in result.table.note
    assert "涉及多工序的从严执行" in result.table.note
    assert Code.IMPORT_UNUSED not in [one.code for one in result.findings]


def test_a_name_taken_from_a_long_text_shows_that_it_goes_on() -> None:
    result = imported(f"{HEAD}\n运输监管 | 参照《重污染天气重点行业移动源应急管理技术指南》建立门禁系统和电子台账 | 同A级 | 同A级 | 未达到C级要求")
    assert result.rows[0]["item"] == "参照《重污染天气重点行业移动源应急管理技术指南》建立门禁系…"


def test_a_grade_that_no_indicator_gives_is_left_to_a_person() -> None:
    national = load_policy("national-2026")
    table = drawn("指标 | A+级企业 | A级企业 | B级企业 | C级企业 | D级企业\n风速 | 不低于1m/s | 不低于0.5m/s | 同A级 | 同A级 | 未达到C级要求")
    result = propose(table, ImportRequest("铸造", "铸件", "A-D"), national)
    assert (Code.IMPORT_UNUSED, "B2") in codes(result.findings)
    assert [row["grade"] for row in result.rows] == ["A", "B", "C", "D"]


def test_a_grade_without_a_column_is_said() -> None:
    found = imported("指标 | A级企业 | B级企业\n风速 | 不低于0.5m/s | 同A级").findings
    assert [one.message for one in found if one.code is Code.GRADE_COLUMN_MISSING] == ["原表的表头没有 B-、C、D 这些等级的列"]


def test_text_too_long_for_a_cell_is_cut_and_the_rest_is_said() -> None:
    limit = load_form("indicators")["text"].max_length
    result = imported(f"{HEAD}\n要求 | {'长' * (limit + 10)} | 同A级 | 同A级 | 未达到C级要求")
    assert len(result.rows[0]["text"]) == limit
    assert (Code.IMPORT_UNUSED, "B2") in codes(result.findings)


def test_a_doubt_is_reported_at_its_cell() -> None:
    result = imported(f"{HEAD}\n除尘 | 采用袋式或滤筒工艺 | 同A级 | 同A级 | 未达到C级要求")
    confirm = [one for one in result.findings if one.code is Code.IMPORT_CONFIRM]
    assert [one.place.cell for one in confirm] == ["B2", "C2", "D2"]
    assert "除尘（A）" in confirm[0].message


# --- small pieces ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("1、甲；2、乙", ["甲", "乙"]),
        ("1.甲\n2.乙", ["甲", "乙"]),
        ("（1）甲（2）乙", ["甲", "乙"]),
        ("①甲②乙", ["甲", "乙"]),
        ("一、甲\n二、乙", ["甲", "乙"]),
        ("1、甲：（1）子；（2）丑；2、乙", ["甲：（1）子；（2）丑", "乙"]),
        ("1、PM、SO2、NOx达标；2、乙", ["PM、SO2、NOx达标", "乙"]),
        ("1、风速1.5m/s；2、浓度分别不高于10、35mg/m³", ["风速1.5m/s", "浓度分别不高于10、35mg/m³"]),
        ("含硫率1.2%", ["含硫率1.2%"]),
        ("3、丙；4、丁", ["3、丙；4、丁"]),
        ("甲", ["甲"]),
    ],
)
def test_a_cell_is_cut_at_its_numbers(text: str, pieces: list[str]) -> None:
    assert [item.text for item in split_items(text).items] == pieces


def test_numbers_that_skip_one_are_a_doubt() -> None:
    assert split_items("1、甲；2、乙；4、丁").doubts == ("编号不连续，请核对分项",)


@pytest.mark.parametrize(("text", "grade"), [("同A级", "A"), ("同 A 级要求。", "A"), ("与B-级企业相同", "B-"), ("同A级，但", None), ("A级", None), ("同行", None)])
def test_same_as_is_only_that(text: str, grade: str | None) -> None:
    assert same_as(text, ("A", "B", "B-", "C", "D")) == grade


@pytest.mark.parametrize(
    ("text", "falling"),
    [("未达到C级要求", True), ("达不到B、C级要求即为D", True), ("未达到C级要求的为D级", True), ("未达到引领性要求", True), ("未达到10mg/m³", False), ("颗粒物低于10mg/m³", False)],
)
def test_what_falls_below_is_told_from_a_requirement(text: str, falling: bool) -> None:
    assert is_failing(text) is falling


@pytest.mark.parametrize(
    ("text", "grades"),
    [("A级企业", ("A",)), ("Ｂ－级", ("B-",)), ("B、C级企业", ("B", "C")), ("A级指标要求", ("A",)), ("A级（标杆）", ("A",)), ("差异化指标", ()), ("A级企业和管理", ())],
)
def test_a_header_names_its_grades(text: str, grades: tuple[str, ...]) -> None:
    assert header_grades(text, POLICY.scheme("A-D"), POLICY) == grades


# --- Word documents --------------------------------------------------------------------------------------------------

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def document(body: str, **more: str) -> bytes:
    """The bytes of a Word document with this body; more: other parts by name, "numbering" for word/numbering.xml."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    links = "".join(f'<Relationship Id="r{name}" Type="{office}/{name}" Target="{name}.xml"/>' for name in more)
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}">{links}</Relationships>',
        "word/document.xml": f"<w:document {WORD}><w:body>{body}</w:body></w:document>",
        **{f"word/{name}.xml": text for name, text in more.items()},
    }
    return packed(parts)


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def spans(data: bytes) -> list[tuple[str, int, int, int, int]]:
    (table,) = tables_in(data, "表.docx")
    return [(one.text, one.top, one.left, one.bottom, one.right) for one in table.cells]


def test_merged_cells_of_a_document_cover_what_they_cover() -> None:
    rows = (
        cell("甲", '<w:vMerge w:val="restart"/>') + cell("乙", '<w:gridSpan w:val="2"/>') + cell("丙"),
        cell("", "<w:vMerge/>") + cell("丁", '<w:gridSpan w:val="2"/><w:vMerge w:val="restart"/>') + cell("戊"),
        cell("", '<w:vMerge w:val="continue"/>') + cell("", '<w:gridSpan w:val="2"/><w:vMerge/>') + cell("己"),
    )
    body = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
    assert spans(document(body)) == [
        ("甲", 1, 1, 3, 1), ("乙", 1, 2, 1, 3), ("丙", 1, 4, 1, 4), ("丁", 2, 2, 3, 3), ("戊", 2, 4, 2, 4), ("己", 3, 4, 3, 4),
    ]  # fmt: skip


def test_rows_may_begin_further_right() -> None:
    body = f'<w:tbl><w:tr><w:trPr><w:gridBefore w:val="2"/></w:trPr>{cell("甲")}</w:tr></w:tbl>'
    assert spans(document(body)) == [("甲", 1, 3, 1, 3)]


def test_two_merges_one_below_the_other_stay_two() -> None:
    rows = [cell("甲", '<w:vMerge w:val="restart"/>'), cell("", "<w:vMerge/>"), cell("乙", '<w:vMerge w:val="restart"/>'), cell("", "<w:vMerge/>")]
    body = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
    assert spans(document(body)) == [("甲", 1, 1, 2, 1), ("乙", 3, 1, 4, 1)]


def test_numbers_word_writes_by_itself_are_read() -> None:
    level = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%1）"/></w:lvl>'
    numbering = f'<w:numbering {WORD}><w:abstractNum w:abstractNumId="3">{level}</w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="3"/></w:num></w:numbering>'
    item = '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="5"/></w:numPr></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>'
    body = f"<w:tbl><w:tr><w:tc>{item}{item}</w:tc></w:tr></w:tbl>"
    assert spans(document(body, numbering=numbering))[0][0] == "（一）甲\n（二）甲"


def test_deleted_words_are_gone_and_inserted_ones_are_there() -> None:
    run = "<w:ins><w:r><w:t>新</w:t></w:r></w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del><w:r><w:t>增</w:t><w:br/><w:t>行</w:t></w:r>"
    assert spans(document(f"<w:tbl><w:tr><w:tc><w:p>{run}</w:p></w:tc></w:tr></w:tbl>"))[0][0] == "新增\n行"


def test_the_lines_around_a_table_come_with_it() -> None:
    body = f"<w:p><w:r><w:t>表名</w:t></w:r></w:p><w:tbl><w:tr>{cell('甲')}</w:tr></w:tbl><w:p><w:r><w:t>注：略</w:t></w:r></w:p>"
    (table,) = tables_in(document(body), "表.docx")
    assert ([one.text for one in table.before], [one.text for one in table.after]) == (["表名"], ["注：略"])


def test_a_workbook_is_no_document() -> None:
    assert not is_document((FILES / "casting.xlsx").read_bytes(), "casting.xlsx")
    assert is_document((FILES / "casting.docx").read_bytes(), "改名.xlsx")


def test_a_document_with_a_document_type_is_refused() -> None:
    bomb = changed(document(""), lambda _, content: content.replace(b"<w:document", b'<!DOCTYPE x [<!ENTITY a "b">]><w:document'))
    with pytest.raises(StopError) as stop:
        tables_in(bomb, "表.docx")
    assert stop.value.finding.code is Code.UNREADABLE


# --- the action ------------------------------------------------------------------------------------------------------


def test_an_import_adds_a_table_that_is_not_official(tmp_path: Path) -> None:
    outcome = import_table(FILES / "casting.docx", ASKED, POLICY, tmp_path / "政策库.xlsx")
    assert (exit_code(outcome.findings), outcome.counts["waiting"], outcome.counts["items"]) == (1, 15, 17)
    policy, found = read_policy(outcome.output)
    assert policy is not None
    assert [one.code for one in found] == [Code.WAITING_ROWS]
    added = policy.tables[-1]
    assert (added.id, added.status, len(added.indicators)) == ("铸造-铸件", "部分", 17)
    assert policy.tables[:-1] == POLICY.tables


def test_a_second_import_keeps_the_remarks_of_the_first(tmp_path: Path) -> None:
    first = import_table(FILES / "casting.docx", ASKED, POLICY, tmp_path / "一.xlsx").output
    other = ImportRequest("铸造行业", "铸件", "A-D", "另一版", id="casting-2", name="铸件（另一版）")
    second = import_table(FILES / "casting.xlsx", other, first, tmp_path / "二.xlsx")
    _, found = read_policy(second.output)
    assert [one.code for one in found] == [Code.WAITING_ROWS, Code.WAITING_ROWS]
    assert second.imported.table.industry == "铸造"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (ImportRequest("不存在", "铸件", "A-D"), Code.MEMBER_UNKNOWN),
        (ImportRequest("铸造", "铸件", "A-Z"), Code.MEMBER_UNKNOWN),
        (ImportRequest("铸造", "铸件", "引领性"), Code.NO_INDICATOR_TABLE),
        (ImportRequest("铸造", "铸件", "A-D", part="表格9"), Code.PART_UNKNOWN),
        (ImportRequest("铸造", "铸件", "A-D", id="casting-gas-electric"), Code.TABLE_EXISTS),
        (ImportRequest("铸造", "铸件", "A-D", name="铸件（天然气、电炉熔化）"), Code.TABLE_EXISTS),
        (ImportRequest("铸造", "铸" * 50, "A-D"), Code.TOO_LONG),
    ],
)
def test_an_import_that_does_not_fit_stops_and_writes_nothing(tmp_path: Path, request_: ImportRequest, code: Code) -> None:
    with pytest.raises(StopError) as stop:
        import_table(FILES / "casting.docx", request_, POLICY, tmp_path / "政策库.xlsx")
    assert stop.value.finding.code is code
    assert list(tmp_path.iterdir()) == []


def test_the_next_edition_of_a_table_is_named_by_its_edition(tmp_path: Path) -> None:
    first = import_table(FILES / "casting.xlsx", ASKED, POLICY, tmp_path / "一.xlsx").output
    revised = replace(ASKED, edition="2023")
    second = import_table(FILES / "casting.xlsx", revised, first, tmp_path / "二.xlsx")
    assert (second.imported.table.id, second.imported.table.name) == ("铸造-铸件-2023", "铸造（铸件，2023版）")
    for again in (replace(ASKED, edition=""), revised):
        with pytest.raises(StopError) as stop:
            import_table(FILES / "casting.xlsx", again, second.output, tmp_path / "三.xlsx")
        assert stop.value.finding.code is Code.TABLE_EXISTS


def test_a_list_with_a_grade_in_its_second_row_is_no_indicator_table(tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_text("企业名称,等级\n甲,A\n", encoding="utf-8")
    with pytest.raises(StopError) as stop:
        import_table(path, ASKED, POLICY, tmp_path / "政策库.xlsx")
    assert stop.value.finding.code is Code.NO_INDICATOR_TABLE
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_with_several_tables_asks_which_one(tmp_path: Path) -> None:
    rows = "".join(f"<w:tr>{''.join(cell(text) for text in row)}</w:tr>" for row in (["指标", "A级", "B级", "C级"], ["除尘", "袋式", "同A级", "同A级"]))
    path = tmp_path / "表.docx"
    path.write_bytes(document(f"<w:tbl>{rows}</w:tbl><w:p/><w:tbl>{rows}</w:tbl>"))
    with pytest.raises(StopError) as stop:
        import_table(path, ASKED, POLICY, tmp_path / "政策库.xlsx")
    assert stop.value.finding.code is Code.SEVERAL_TABLES
    with pytest.raises(StopError) as stop:
        import_table(path, ImportRequest("铸造", "铸件", "A-D", part="表2"), POLICY, tmp_path / "政策库.xlsx")
    assert (stop.value.finding.code, stop.value.finding.message) == (Code.PART_UNKNOWN, "文件里没有“表2”，有 表格1、表格2")
    chosen = ImportRequest("铸造", "铸件", "A-D", part="表格2")
    assert import_table(path, chosen, POLICY, tmp_path / "政策库.xlsx").imported.items == 1


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    path = make_policy(tmp_path / "政策库.xlsx", POLICY)
    before = path.read_bytes()
    with pytest.raises(StopError) as stop:
        import_table(FILES / "casting.docx", ASKED, path, path)
    assert stop.value.finding.code is Code.OUTPUT_EXISTS
    assert path.read_bytes() == before


# --- any table at all ------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["", "", "袋式除尘", "采用袋式、滤筒或湿电等工艺", "同A级", "同B级", "同C级", "/", "无要求", "颗粒物≤10mg/m³", "颗粒物≤20mg/m³，二氧化硫≤50mg/m³", "1、料库封闭；2、道路硬化",
     "1、同A级；2、硬化率不低于80%；3、洒水", "PM、SO2分别不高于10、35mg/m³", "全部使用国五及以上车辆", "国五及以上车辆比例不低于80%", "国四及以上", "未达到C级要求", "注：以上略", "保存一年以上",
     "满足任一：①甲法；②乙法", "10", "1.", "A级企业", "3、丙", "a类|b类", "达到80%以上", "自动化a造型"]
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> SourceTable:
    """A table with a good header and anything below it, cells merged at random."""
    labels = draw(st.integers(1, 2))
    width = labels + 4
    head = [*(f"指标{at}" for at in range(labels)), "A级企业", "B级企业", "C级企业", "D级企业"]
    cells = [SourceCell(text, address(1, at), 1, at, 1, at) for at, text in enumerate(head, 1)]
    height = draw(st.integers(2, 6))
    taken: set[tuple[int, int]] = set()
    for row in range(2, height + 1):
        for column in range(1, width + 1):
            if (row, column) in taken:
                continue
            right = min(width, column + draw(st.sampled_from([0, 0, 0, 1, 2])))
            bottom = min(height, row + draw(st.sampled_from([0, 0, 0, 1, 2])))
            while any((r, c) in taken for r in range(row, bottom + 1) for c in range(column, right + 1)):
                right, bottom = column, row
            taken |= {(r, c) for r in range(row, bottom + 1) for c in range(column, right + 1)}
            text = draw(WORDS if column > labels else st.sampled_from(["排放限值", "除尘", "", "运输", "注：某事", "环境管理"]))
            cells.append(SourceCell(text, address(row, column), row, column, bottom, right))
    return SourceTable("表.xlsx", "表", tuple(cells))


@settings(max_examples=300)
@given(tables())
def test_whatever_is_drawn_no_text_is_lost_and_the_rows_make_a_table(table: SourceTable) -> None:
    result = propose(table, ASKED, POLICY)
    said = {one.place.cell for one in result.findings}
    origins = {row["origin"].rpartition("】")[2] for row in result.rows}
    assert [piece for piece in lost(table, result) if not re.fullmatch(r"\s*\d*\.?\s*|满足任一：①甲法|②乙法|自动化a造型", piece)] == []
    for cell_ in table:
        if cell_.top > 1 and cell_.left > 2 and is_words(cell_.text):
            assert cell_.address in said | origins, cell_
    assert indicators_from(result.rows, result.table.grades, frozenset("D"))[1] == []


def is_words(text: str) -> bool:
    """Whether a cell must be a row's origin or have a finding; the lowest grade's and notes may be merged over many rows."""
    return bool(text) and not is_failing(text) and not text.startswith("注")


@pytest.mark.parametrize("command", [["make", "policy"], ["import-table", str(FILES / "casting.docx"), "--industry", "铸造", "--process", "铸件二"]])
def test_rows_that_wait_go_on_waiting_in_a_workbook_made_from_theirs(command: list[str], tmp_path: Path) -> None:
    """What a person has still to confirm must not seem confirmed because it was written anew."""
    first = import_table(FILES / "casting.xlsx", ASKED, POLICY, tmp_path / "一.xlsx")
    assert run([*command, "--policy", str(first.output), "-o", str(tmp_path / "二.xlsx")]) in (0, 1)
    _, found = read_policy(tmp_path / "二.xlsx")
    assert f"指标表“{first.imported.table.name}”还有 {first.imported.waiting} 行待确认" in " ".join(one.message for one in found if one.code is Code.WAITING_ROWS)


def test_an_existing_library_stays_and_the_new_one_stands_beside_it(tmp_path: Path) -> None:
    library = add_table(FILES / "casting.docx", ASKED, POLICY, tmp_path / "政策库.xlsx").output
    before = library.read_bytes()
    other = replace(ASKED, id="second", name="另一张表")
    outcome = add_table(FILES / "casting.xlsx", other, POLICY, library)
    assert library.read_bytes() == before
    assert outcome.output.name == "政策库（新）.xlsx"
    policy, _ = read_policy(outcome.output)
    assert policy is not None
    assert "另一张表" in {table.name for table in policy.tables}
    assert len(policy.tables) == len(POLICY.tables) + 2
