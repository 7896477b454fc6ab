"""What people do to a form: merged cells, hidden parts, heads of three rows, a second table; read or named, never dropped."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.county_books import CODE, NAME, OTHER, OTHER_NAME, THIRD, book, check, enterprise
from tests.text_book import TextBook
from xltools.books.base import Grid, SheetFacts
from xltools.model.code import Code
from xltools.model.outcome import Outcome

SHEET = "排查清单"
THREE = book(screening=[enterprise(), enterprise(OTHER, OTHER_NAME), enterprise(THIRD, "三门峡三例铸造有限公司")])
NOTHING_KNOWN = SheetFacts()


def deformed(change: Callable[[Grid], Grid | None], facts: SheetFacts = NOTHING_KNOWN, source: TextBook = THREE) -> Outcome:
    """The check of a workbook whose screening list was changed; header in row 4, records in rows 5 to 7."""
    grid = source.values(SHEET)
    return check(replace(source, grids={**source.grids, SHEET: change(grid) or grid}, known={SHEET: facts}))


def found(outcome: Outcome) -> list[tuple[Code, str]]:
    return [(one.code, one.place.cell) for one in outcome.findings]


def names(outcome: Outcome) -> list[str]:
    return outcome.submissions[0].tables["screening"].frame["name"].tolist()


def put(grid: Grid, **cells: object) -> Grid:
    """Cells by address, all in columns A to Z."""
    for at, value in cells.items():
        grid[int(at[1:]) - 1][ord(at[0]) - 65] = value
    return grid


def test_a_name_merged_over_its_processes_is_read_for_each_and_said_once():
    one = book(screening=[enterprise(process="一线"), enterprise(process="二线"), enterprise(process="三线")])
    blank = dict.fromkeys(("B6", "B7", "C6", "C7"))
    outcome = deformed(lambda grid: put(grid, **blank), SheetFacts(merged=("B5:B7", "C5:C7")), one)
    assert found(outcome) == [(Code.MERGED_SPREAD, "B5"), (Code.MERGED_SPREAD, "C5")]
    frame = outcome.submissions[0].tables["screening"].frame
    assert frame["name"].tolist() == [NAME] * 3
    assert frame["credit_code"].tolist() == [CODE] * 3


def test_a_number_merged_over_rows_is_nobodys_but_the_first():
    outcome = deformed(lambda grid: put(grid, K6=None), SheetFacts(merged=("K5:K6",)))
    assert found(outcome) == [(Code.MERGED_DOUBT, "K6")]
    assert outcome.submissions[0].tables["screening"].frame["capacity"].isna().tolist() == [False, True, False]


def test_a_field_swallowed_by_its_neighbour_is_in_doubt_when_it_must_be_filled():
    assert found(deformed(lambda grid: put(grid, F5=None), SheetFacts(merged=("E5:F5",)))) == [(Code.MERGED_DOUBT, "F5")]
    assert found(deformed(lambda grid: put(grid, X5=None), SheetFacts(merged=("W5:X5",)))) == []


def test_a_merge_does_not_make_records_of_empty_rows():
    outcome = deformed(lambda grid: grid + [[None] * len(grid[0])] * 2, SheetFacts(merged=("B7:B9",)))
    assert found(outcome) == []
    assert len(names(outcome)) == 3


def test_what_lies_under_a_merged_cell_is_read_and_said():
    outcome = deformed(lambda grid: put(grid, E6="别的镇"), SheetFacts(merged=("E5:E6",)))
    assert found(outcome) == [(Code.UNDER_MERGE, "E6")]
    assert outcome.submissions[0].tables["screening"].frame["town"].tolist() == ["某某镇", "别的镇", "某某镇"]
    assert "别的镇" in outcome.findings[0].message
    assert "某某镇" in outcome.findings[0].message


def test_the_same_text_under_a_merged_cell_is_no_problem_and_the_same_number_is():
    assert found(deformed(lambda grid: grid, SheetFacts(merged=("E5:E6",)))) == []
    assert found(deformed(lambda grid: put(grid, K5=5.0, K6=5.0), SheetFacts(merged=("K5:K6",)))) == [(Code.UNDER_MERGE, "K6")]


def test_hidden_rows_and_columns_are_read_and_said():
    outcome = deformed(lambda grid: grid, SheetFacts(hidden_rows=frozenset({5, 7, 90}), hidden_columns=frozenset({"K", "Z", "AC"})))
    assert found(outcome) == [(Code.HIDDEN_ROWS, ""), (Code.HIDDEN_PART, "K4")]
    assert "第5、7行" in outcome.findings[0].message
    assert len(names(outcome)) == 3


def test_a_hidden_sheet_of_the_form_is_read_and_said():
    assert found(deformed(lambda grid: grid, SheetFacts(visible=False))) == [(Code.HIDDEN_PART, "")]


def test_blank_rows_between_records_cost_nothing():
    assert len(names(deformed(lambda grid: [*grid[:5], *[[None] * len(grid[0])] * 3, *grid[5:]]))) == 3


def test_labels_in_any_of_three_rows_make_one_header():
    def nest(grid: Grid) -> Grid:
        top, blank = list(grid[3]), [None] * len(grid[3])
        top[12:16] = ["绩效等级", None, None, None]
        middle, bottom = list(blank), list(blank)
        middle[12], middle[14] = "企业现状", "企业申报"
        bottom[12:16] = grid[3][12:16]
        return [*grid[:3], top, middle, bottom, *grid[4:]]

    assert found(deformed(nest)) == []


@pytest.mark.parametrize("line", [{10: "（万吨）"}, {10: "单位：吨/年", 11: "(kg/d)"}, dict(enumerate(range(1, 27))), {0: "栏次", 1: "甲", 2: "乙", **{at: float(at - 2) for at in range(3, 26)}}])
def test_a_line_of_units_or_column_numbers_belongs_to_the_header(line):
    def under(grid: Grid) -> Grid:
        return [*grid[:4], [line.get(at) for at in range(len(grid[0]))], *grid[4:]]

    outcome = deformed(under)
    assert found(outcome) == []
    assert len(names(outcome)) == 3


def test_a_bracketed_remark_under_the_header_is_no_unit():
    outcome = deformed(lambda grid: [*grid[:4], [None, "（见附件）", *[None] * (len(grid[0]) - 2)], *grid[4:]])
    assert Code.ROW_WITHOUT_KEY in [one.code for one in outcome.findings]


def test_a_second_head_is_named_and_the_records_below_it_are_read():
    def twice(grid: Grid) -> Grid:
        return [*grid[:6], [None] * len(grid[0]), grid[3], *grid[6:]]

    outcome = deformed(twice)
    assert found(outcome) == [(Code.OUTSIDE_ROWS, "A8")]
    assert len(names(outcome)) == 3


def test_a_small_table_of_something_else_below_is_named_line_by_line_and_not_read():
    def small(grid: Grid) -> Grid:
        blank: list[object] = [None] * len(grid[0])
        return [*grid, blank, put([list(blank)], B1="乡镇名称", C1="户数")[0], put([list(blank)], B1="大王镇", C1=5.0)[0]]

    outcome = deformed(small)
    assert found(outcome) == [(Code.OUTSIDE_ROWS, "B9"), (Code.OUTSIDE_ROWS, "B10")]
    assert len(names(outcome)) == 3


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"B1": "填表人：张三", "H1": "审核人：李四", "Q1": "2022年7月19日"}, "B9"),
        ({"B1": "填报单位（盖章）：", "C1": "某某生态环境分局", "H1": "负责人：李四"}, "B9"),
        ({"A1": "注：1.产能以批复为准", "K1": 60000.0}, "A9"),
        ({"K1": 60000.0}, "K9"),
    ],
)
def test_a_line_of_signatures_or_a_sum_without_a_word_is_named_once(cells, told):
    outcome = deformed(lambda grid: [*grid, [None] * len(grid[0]), put([[None] * len(grid[0])], **cells)[0]])
    assert found(outcome) == [(Code.OUTSIDE_ROWS, told)]
    assert len(names(outcome)) == 3


@pytest.mark.parametrize("text", ["二、机械加工行业", "（三）大王镇", "十二．其他"])
def test_a_heading_between_the_records_is_named_once(text):
    outcome = deformed(lambda grid: [*grid[:5], put([[None] * len(grid[0])], B1=text)[0], *grid[5:]])
    assert found(outcome) == [(Code.OUTSIDE_ROWS, "B6")]
    assert len(names(outcome)) == 3


@pytest.mark.parametrize("cells", [{"B1": "三、二厂", "G1": "铸件"}, {"B1": "三一重工某厂"}, {"B1": "丁公司", "X1": "备注：待补"}, {"B1": "说明：丁公司", "C1": "x", "G1": "铸件"}, {"K1": 60000.0, "G1": "铸件"}])
def test_a_line_that_names_an_enterprise_or_process_stays_a_record(cells):
    assert len(names(deformed(lambda grid: [*grid, put([[None] * len(grid[0])], **cells)[0]]))) == 4


def test_a_record_half_filled_after_a_blank_row_stays_a_record():
    def half(grid: Grid) -> Grid:
        blank: list[object] = [None] * len(grid[0])
        return [*grid, blank, [*grid[4][:10], *blank[10:]]]

    outcome = deformed(half)
    assert len(names(outcome)) == 4
