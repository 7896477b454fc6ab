"""A row whose cells stand in the columns beside their own: one finding, where that is clear and only there."""

import re

import pytest
from msgspec.structs import replace

from tests.county_books import OTHER, OTHER_NAME, TEMPLATE, THIRD, beside, book, check, enterprise, told
from tests.text_book import TextBook
from xltools.books.base import SheetFacts
from xltools.model.catalogues import read_language
from xltools.model.code import Code
from xltools.model.language import CHINESE_TEXT

S = "排查清单"
FORM = TEMPLATE["screening"]
AT = {field.name: at for at, field in enumerate(FORM)}


def slid(start: str, by: int, **sheets) -> TextBook:
    """A county workbook: in its second row of the screening list, everything from this field on has moved; to the left over what stood there."""
    made = book(screening=[enterprise(), enterprise(OTHER, OTHER_NAME)], **sheets)
    grid, at = made.grids[S], AT[start]
    row = grid[5]
    grid[5] = [*row[: at + min(by, 0)], *[None] * max(by, 0), *row[at:], *[None] * max(-by, 0)][: len(row)]
    return made


@pytest.mark.parametrize(
    ("start", "by", "cells", "first", "left"),
    [
        ("name", -1, "A6:W6", "B6", "A6"),
        ("credit_code", -1, "B6:W6", "C6", "B6"),
        ("credit_code", 1, "D6:X6", "C6", "X6"),
        ("capacity_unit", -1, "K6:W6", "L6", "K6"),
        ("capacity", 1, "L6:X6", "K6", "X6"),
        ("credit_code", 2, "E6:X6", "C6", "W6:X6"),
        ("permit_no", -2, "B6:V6", "D6", "B6:C6"),
        ("energy", -1, "Q6:W6", "R6", "Q6"),
    ],
)
def test_a_row_that_has_slid_is_one_finding_that_says_from_where_and_to_where(start, by, cells, first, left):
    made = slid(start, by)
    made.grids[S][5][AT["hint"]] = None
    (one,) = check(made).findings
    assert one.code is Code.ROW_SLID
    assert one.place.cell == cells.partition(":")[0]
    moved = f"左移了{-by}列" if by < 0 else f"右移了{by}列"
    assert CHINESE_TEXT.search(re.findall("“([^”]*)”", read_language("en").translated(one).message)[2]) is None
    assert one.message.startswith(f"本行 {cells} 的内容整体{moved}，没有读取：")
    assert one.fix == f"请复制 {cells}，在 {first} 按“选择性粘贴”只粘贴数值；{left} 里多出来的内容清空，该填的补填，公式从相邻行复制"


def test_the_sentence_names_one_cell_with_where_it_belongs():
    (one,) = check(slid("name", -1)).findings
    assert f"“统一社会信用代码”里的“{OTHER}001P”应在“排污许可证编号”里" in one.message


def test_a_remark_pushed_over_the_hint_moves_back_with_the_row():
    made = slid("name", 1)
    made = replace(made, known={S: SheetFacts(knows_formulas=True, formulas=frozenset({"Y5"}))})
    assert [one.place.cell for one in check(made).findings] == ["C6"]
    assert check(made).findings[0].message.startswith("本行 C6:Y6 的内容整体右移了1列")


def test_nothing_of_these_cells_is_read_and_every_cell_is_accounted_for():
    outcome = check(slid("capacity", 1))
    row = outcome.submissions[0].tables["screening"].frame.loc[6]
    assert row["credit_code"] == OTHER
    assert row[["capacity", "capacity_unit", "low_voc", "phone"]].isna().all()
    assert Code.CELLS_NOT_BALANCED not in {one.code for one in outcome.findings}
    assert outcome.account.refused == 13      # L6 to X6


def test_other_sheets_are_not_told_that_the_enterprise_is_unknown():
    others = {"review": [beside(OTHER, name=OTHER_NAME)], "measures": [beside(OTHER, name=OTHER_NAME)], "protected": [beside(OTHER, name=OTHER_NAME)]}
    assert told(check(slid("name", -1, **others)).findings) == {(Code.ROW_SLID, f"{S}!A6")}


def test_another_row_keeps_its_own_findings():
    made = slid("name", -1)
    made.grids[S][4][AT["energy"]] = "太阳能"
    assert told(check(made).findings) == {(Code.ROW_SLID, f"{S}!A6"), (Code.NOT_A_CHOICE, f"{S}!R5")}


def test_a_slip_in_a_row_that_has_slid_makes_no_doubt():
    made = book(screening=[enterprise(), enterprise(OTHER, OTHER_NAME, energy="太阳能")])
    row = made.grids[S][5]
    made.grids[S][5] = [*row[1:], None]
    assert [one.code for one in check(made).findings] == [Code.ROW_SLID]


@pytest.mark.parametrize(
    "changes",
    [
        {"industry": "养猪", "energy": "太阳能", "phone": "12345", "capacity": "很多", "target_date": "年底"},      # wrong, and wrong beside as well
        {"capacity": "吨/年", "capacity_unit": 20000.0},                                                      # two changed places
        {"capacity": "吨/年", "capacity_unit": "C", "energy": "否", "target_date": "天然气"},                   # some cells of the row only
        {"current": "B", "self": "B", "applied": "B", "target": "C"},                                         # right both ways
        {"town": "见附件", "credit_code": "见附件", "permit_no": "见附件", "industry": "见附件", "table": "见附件"},
    ],
)
def test_a_row_that_may_be_wrong_for_other_reasons_keeps_a_finding_for_each_cell(changes):
    found = told(check(book(screening=[enterprise(**changes)])).findings)
    assert Code.ROW_SLID not in {code for code, _ in found}


def test_where_something_stands_in_the_place_it_came_from_the_row_has_not_slid():
    made = slid("name", -1)
    made.grids[S][5][AT["remark"]] = "拟于9月完成改造"
    assert Code.ROW_SLID not in {one.code for one in check(made).findings}


def test_a_column_of_the_county_s_own_among_them_leaves_each_cell_to_itself():
    made = book(screening=[enterprise(), enterprise(OTHER, OTHER_NAME)])
    rows = made.grids[S]
    for at, value in enumerate(["", "", "", "园区", "东区", "西区"]):
        rows[at].insert(AT["industry"], value or None)
    assert Code.ROW_SLID not in {one.code for one in check(made).findings}


def test_a_block_pasted_a_column_aside_is_one_finding_for_all_its_rows():
    rows = [enterprise(), enterprise(OTHER, OTHER_NAME), enterprise(THIRD, "三门峡又例铸造有限公司")]
    made = book(screening=rows)
    made.grids[S][4:] = [[*row[:1], None, *row[1:-1]] for row in made.grids[S][4:]]
    (one,) = check(made).findings
    assert (one.code, one.place.cell) == (Code.ROW_SLID, "C5")
    assert one.message.startswith("第5至7行共 3 行 C5:X7 的内容整体右移了1列，没有读取：")
    assert one.fix.startswith("请复制 C5:X7，在 B5 按“选择性粘贴”只粘贴数值；X5:X7 里多出来的内容清空")
    outcome = check(made)
    assert Code.CELLS_NOT_BALANCED not in {each.code for each in outcome.findings}
    assert outcome.account.refused == 66      # 22 cells of each row, the empty remark aside


def test_rows_with_one_between_that_has_not_slid_are_two_findings():
    made = book(screening=[enterprise(), enterprise(OTHER, OTHER_NAME), enterprise(THIRD, "三门峡又例铸造有限公司")])
    grid = made.grids[S]
    grid[4], grid[6] = ([*row[:1], None, *row[1:-1]] for row in (grid[4], grid[6]))
    assert [(one.code, one.place.cell) for one in check(made).findings] == [(Code.ROW_SLID, "C5"), (Code.ROW_SLID, "C7")]
