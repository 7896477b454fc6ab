"""What a checklist prints, rewritten by somebody: told at its cell, never graded by; what programs and blanks change is nothing."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from tests.checklist_books import POLICY, applicant, at_best, change, write
from tests.checklists import table_of
from tests.test_checklist import cell
from xltools.actions.grade import grade_files
from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.indicator import IndicatorTable

GRINDING, CLINKER, ALUMINA = table_of("cement-grinding"), table_of("cement-clinker"), table_of("alumina")
ASKED = "不高于10 mg/m³"  # of item 5 of GRINDING, by the one grade that it asks anything for
TOLD = (Code.PRINTED_CHANGED, Code.STRUCK_ITEM)


def checklist(folder: Path, table: IndicatorTable = GRINDING) -> Path:
    """A checklist in which everything is at its best."""
    return write(folder / "甲.xlsx", applicant(table), [at_best(table)])


def told(path: Path) -> list[Finding]:
    return [one for one in grade_files([path], POLICY).findings if one.code in TOLD]


@pytest.mark.parametrize("table", POLICY.tables, ids=lambda table: table.id)
def test_a_checklist_as_it_was_sent_out_says_nothing(tmp_path: Path, table: IndicatorTable) -> None:
    assert told(write(tmp_path / "甲.xlsx", applicant(table), [at_best(table)])) == []


def test_a_limit_that_was_rewritten_is_told_and_the_table_counts(tmp_path: Path) -> None:
    where = cell(GRINDING, "grade:引领性", "5")
    path = change(checklist(tmp_path), 2, **{where: "不高于100 mg/m³", cell(GRINDING, "found", "5"): 50.0, cell(GRINDING, "reached", "5"): "=1=>非引领性"})
    outcome = grade_files([path], POLICY)
    (found,) = [one for one in outcome.findings if one.code in TOLD]
    assert (found.code, found.place.sheet, found.place.cell) == (Code.PRINTED_CHANGED, "粉磨", where)
    assert found.message == "“颗粒物排放浓度”的“引领性要求”写的是“不高于100 mg/m³”，指标表“水泥独立粉磨站”是“不高于10 mg/m³”，评级按指标表"
    assert [part.outcome for part in outcome.checks] == ["非引领性"]


@pytest.mark.parametrize("text", ["不高于 10mg/m³", "不高于１０ mg／m³", "不高于10\nmg/m³ ", "　不高于10 mg/m³\u200b", "不高于10 mg/m3"])
def test_blanks_breaks_width_and_what_nobody_sees_make_no_difference(tmp_path: Path, text: str) -> None:
    assert told(change(checklist(tmp_path), 2, **{cell(GRINDING, "grade:引领性", "5"): text})) == []


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("grade:引领性", None, "的“引领性要求”写的是“空白”，指标表“水泥独立粉磨站”是“不高于10 mg/m³”"),
        ("grade:引领性", 10.0, "的“引领性要求”写的是“10”，指标表“水泥独立粉磨站”是“不高于10 mg/m³”"),
        ("item", "颗粒物年均浓度", "的“指标项”写的是“颗粒物年均浓度”，指标表“水泥独立粉磨站”是“颗粒物排放浓度”"),
        ("unit", "g/m³", "的“单位”写的是“g/m³”，指标表“水泥独立粉磨站”是“mg/m³”"),
    ],
)
def test_every_printed_text_of_a_row_is_compared(tmp_path: Path, column: str, value: str | float | None, words: str) -> None:
    where = cell(GRINDING, column, "5")
    (found,) = told(change(checklist(tmp_path), 2, **{where: value}))
    assert (found.place.cell, found.message) == (where, f"“颗粒物排放浓度”{words}，评级按指标表")


def test_a_long_text_is_quoted_where_it_differs(tmp_path: Path) -> None:
    """Item 1 of 水泥熟料 asks for A: 物料公路运输（水泥罐式货车除外）全部使用国五及以上（含燃气）重型货车或新能源车."""
    where = cell(CLINKER, "grade:A", "1")
    (found,) = told(change(checklist(tmp_path, CLINKER), 2, **{where: "物料公路运输（水泥罐式货车除外）全部使用国四及以上（含燃气）重型货车或新能源车"}))
    assert found.place.cell == where
    assert "写的是“…罐式货车除外）全部使用国四及以上（含燃气）重型货车…”，指标表“水泥熟料”是“…罐式货车除外）全部使用国五及以上（含燃气）重型货车…”" in found.message


def test_a_cell_that_grades_share_is_told_once_and_may_be_parted(tmp_path: Path) -> None:
    """Roasting (item 2 of 氧化铝): B and C ask the same and share E8:F8."""
    path = checklist(tmp_path, ALUMINA)
    book = openpyxl.load_workbook(path)
    sheet = book["氧化铝"]
    assert "E8:F8" in {str(one) for one in sheet.merged_cells.ranges}
    sheet.unmerge_cells("E8:F8")
    book.save(path)
    assert told(path) == []
    sheet.merge_cells("E8:F8")
    sheet["E8"] = "都可以"
    book.save(path)
    assert [one.place.cell for one in told(path)] == ["E8"]


def test_of_very_many_changes_the_first_is_told_with_their_number(tmp_path: Path) -> None:
    changes = {cell(GRINDING, "grade:引领性", one.no): "以实际为准" for one in GRINDING.indicators[:9]}
    (found,) = told(change(checklist(tmp_path), 2, **changes))
    assert found.place.cell == cell(GRINDING, "grade:引领性", "1")
    assert found.message.endswith("评级按指标表，这张表共有 9 处这样")
    eight = dict(list(changes.items())[:8])
    assert [one.place.cell for one in told(change(checklist(tmp_path), 2, **eight))] == list(eight)


@pytest.mark.parametrize("column", ["no", "item", "found", "grade:引领性"])
def test_an_item_struck_through_is_told_once_and_graded_as_it_is_filled_in(tmp_path: Path, column: str) -> None:
    path = checklist(tmp_path)
    book = openpyxl.load_workbook(path)
    book["粉磨"][cell(GRINDING, column, "6")].font = Font(strike=True)
    book.save(path)
    outcome = grade_files([path], POLICY)
    assert [(one.code, one.place.cell, one.message) for one in outcome.findings if one.code in TOLD] == [
        (Code.STRUCK_ITEM, cell(GRINDING, "no", "6"), "“无组织排放—物料储存”这一行有划了删除线的内容，仍照填的评级")
    ]
    assert [part.outcome for part in outcome.checks] == ["引领性"]
