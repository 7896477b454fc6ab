"""A column whose cells have gone into other rows is told once, with what may have happened; nothing else is taken for that."""

import pytest

from tests.county_books import TEMPLATE, beside, book, check, enterprise
from tests.text_book import TextBook
from xltools.model.catalogues import read_language
from xltools.model.code import Code
from xltools.model.language import CHINESE_TEXT
from xltools.rules.codes import make_credit_code

S = "排查清单"
AT = {field.name: at for at, field in enumerate(TEMPLATE["screening"])}
CODES = [make_credit_code(f"91411282YE55555{at:02}") for at in range(12)]
PARTS = (("铸造", "铸件（天然气、电炉熔化）"), ("耐火材料", "耐火材料"), ("炭素", "炭素"))
LIST = [
    enterprise(code, f"三门峡示例{at:02}厂", process="主线", industry=PARTS[at % 3][0], table=PARTS[at % 3][1], self="C", applied="C", current="C", target="C", capacity=1000.0 + 7 * at)
    for at, code in enumerate(CODES)
]


def up(name: str, row: int) -> TextBook:
    """The cell of a field in this row of the sheet deleted, those below moved up."""
    made = book(screening=LIST)
    grid, at = made.grids[S], AT[name]
    for one in range(row - 1, len(grid)):
        grid[one][at] = grid[one + 1][at] if one + 1 < len(grid) else None
    return made


def down(name: str, row: int) -> TextBook:
    """A cell inserted there, those below moved down."""
    made = book(screening=LIST)
    grid, at = made.grids[S], AT[name]
    grid.append([None] * len(grid[0]))
    for one in range(len(grid) - 1, row - 1, -1):
        grid[one][at] = grid[one - 1][at]
    grid[row - 1][at] = None
    return made


@pytest.mark.parametrize(
    ("name", "first", "where", "how"),
    [
        ("permit_no", "D7", "下", "删掉过一格，下面的整列上移了"),
        ("credit_code", "C7", "下", "删掉过一格，下面的整列上移了"),
        ("table", "H7", "下", "删掉过一格，下面的整列上移了"),
        ("industry", "F7", "下", "删掉过一格，下面的整列上移了"),
    ],
)
def test_a_cell_deleted_in_one_of_two_columns_that_go_together_is_one_problem_and_one_gap(name, first, where, how):
    told, gap = sorted(check(up(name, 7)).findings, key=lambda one: one.code is not Code.COLUMN_SHIFTED)
    assert (told.code, told.place.cell) == (Code.COLUMN_SHIFTED, first)
    assert "第7至15行中有 9 行与本行的" in told.message
    assert not CHINESE_TEXT.search(read_language("en").translated(told).message)
    assert told.message.endswith(f"与它{where}面第1行的对得上，像是这一列{how}")
    assert (gap.code, gap.place.cell) == (Code.ROW_WITHOUT_KEY if name == "credit_code" else Code.REQUIRED, f"{first[0]}16")


@pytest.mark.parametrize(("name", "letter"), [("permit_no", "D"), ("table", "H"), ("industry", "F")])
def test_a_cell_inserted_in_one_of_two_columns_is_told_by_the_gap_in_that_column(name, letter):
    found = {one.place.cell: one for one in check(down(name, 7)).findings}
    (told,) = [one for one in found.values() if one.code is Code.COLUMN_SHIFTED]
    assert told.place.cell == f"{letter}8"
    assert told.message.endswith("与它上面第1行的对得上，像是这一列插入过一格，下面的整列下移了")
    assert found[f"{letter}7"].code is Code.REQUIRED
    assert len(found) == 3      # and what was pushed out below the last record


def test_codes_gone_to_other_rows_are_not_also_said_of_every_sheet_that_names_them():
    made = up("credit_code", 7)
    made.grids["初审意见"] += book(review=[beside(code, process="主线", applied="C", conclusion="C") for code in CODES[3:6]]).grids["初审意见"][4:]
    assert {one.code for one in check(made).findings} == {Code.COLUMN_SHIFTED, Code.ROW_WITHOUT_KEY}


def test_a_column_sorted_alone_is_one_problem():
    made = book(screening=LIST)
    codes = [row[AT["credit_code"]] for row in made.grids[S][4:]]
    for row, code in zip(made.grids[S][4:], [*codes[::-1][5:], *codes[::-1][:5]], strict=True):
        row[AT["credit_code"]] = code
    (told,) = check(made).findings
    assert (told.code, told.place.cell) == (Code.COLUMN_SHIFTED, "C5")
    assert told.message.endswith("两列里却是同一批代码，像是其中一列单独排过序")


def test_permit_numbers_of_others_and_a_few_rows_exchanged_are_told_one_by_one():
    strangers = [one | {"permit_no": f"{make_credit_code(f'91411282YF66666{at:02}')}001P"} for at, one in enumerate(LIST)]
    assert [one.code for one in check(book(screening=strangers)).findings] == [Code.PERMIT_OTHER_CODE] * 12
    few = [*({**LIST[at], "permit_no": LIST[(at + 1) % 4]["permit_no"]} for at in range(4)), *LIST[4:]]
    assert [one.code for one in check(book(screening=few)).findings] == [Code.PERMIT_OTHER_CODE] * 4


def test_of_any_other_column_the_gap_says_what_may_have_happened():
    (gap,) = check(up("capacity", 7)).findings
    assert (gap.code, gap.place.cell) == (Code.REQUIRED, "K16")
    assert gap.fix == "请填写，例如 20000；这一列只缺最后一行，也可能是中间删掉过一格，下面的整列上移了：请逐行核对"
    gap, below = check(down("capacity", 7)).findings
    assert (gap.place.cell, below.place.cell, below.code) == ("K7", "K17", Code.OUTSIDE_ROWS)
    assert gap.fix == "请填写，例如 20000；第17行的这一列多出一格，像是在第7行插入过一格，下面的整列下移了：请逐行核对"


def test_a_last_row_that_is_only_begun_and_a_column_with_several_gaps_say_no_more_than_that():
    begun = [*LIST[:-1], LIST[-1] | {"capacity": None, "town": None}]
    gaps = [*LIST[:4], LIST[4] | {"capacity": None}, *LIST[5:-1], LIST[-1] | {"capacity": None}]
    for rows in (begun, gaps, [*LIST[:2], LIST[2] | {"capacity": None}]):
        assert all("整列" not in one.fix for one in check(book(screening=rows)).findings)
