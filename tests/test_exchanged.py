"""Two columns that have changed places are told of once, and only where the other way round is right."""

import pytest

from tests.county_books import beside, book, check, enterprise, found, told
from xltools.model.catalogues import read_language
from xltools.model.code import Code
from xltools.rules.codes import make_credit_code

S = "排查清单!"
CODES = [make_credit_code(f"91411282YH88888{at:02}") for at in range(6)]
LIST = [
    enterprise(code, f"三门峡示例{at}厂", town=f"示例{'东西南北中上'[at]}镇", contact=f"示例{'甲乙丙丁戊己'[at]}", phone=f"1390000{37 * at:04}", product="铸铁件", capacity=5000.0 + 70 * at)
    for at, code in enumerate(CODES)
]


def swapped(row, one, other):
    return {**row, one: row[other], other: row[one]}


PAIRS = [
    ("contact", "phone", "V5"),
    ("credit_code", "permit_no", "C5"),
    ("name", "town", "B5"),
    ("name", "credit_code", "B5"),
    ("product", "capacity", "J5"),
    ("town", "phone", "E5"),
]


@pytest.mark.parametrize(("one", "other", "cell"), PAIRS)
def test_two_columns_exchanged_are_one_problem(one, other, cell):
    assert found(book(screening=[swapped(row, one, other) for row in LIST])) == {(Code.COLUMNS_EXCHANGED, f"{S}{cell}")}


def test_the_sentence_names_both_columns_and_where_they_stand():
    (one,) = check(book(screening=[swapped(row, "contact", "phone") for row in LIST])).findings
    assert one.message == "“环保联系人”和“联系电话”像是填颠倒了，没有读取：第5至10行中有 6 行都是“环保联系人”里写“13900000000”、“联系电话”里写“示例甲”这样"
    assert one.fix.startswith("请把 V5:V10 和 W5:W10 的内容对调：")


def test_two_pairs_exchanged_are_two_problems_and_other_cells_keep_theirs():
    rows = [swapped(swapped(row, "contact", "phone"), "credit_code", "permit_no") for row in LIST]
    rows[2]["energy"] = "太阳能"
    assert found(book(screening=rows)) == {(Code.COLUMNS_EXCHANGED, f"{S}C5"), (Code.COLUMNS_EXCHANGED, f"{S}V5"), (Code.NOT_A_CHOICE, f"{S}R7")}


def test_a_row_among_them_that_is_as_it_should_be_does_not_hide_the_mistake():
    rows = [swapped(row, "contact", "phone") for row in LIST]
    assert found(book(screening=[*rows[:2], LIST[2], *rows[3:]])) == {(Code.COLUMNS_EXCHANGED, f"{S}V5")}


def test_nothing_of_these_cells_is_read_every_cell_is_accounted_for_and_other_sheets_keep_silent():
    rows = [swapped(row, "credit_code", "permit_no") for row in LIST]
    outcome = check(book(screening=rows, review=[beside(code) for code in CODES[:2]], measures=[beside(CODES[0])]))
    assert told(outcome.findings) == {(Code.COLUMNS_EXCHANGED, f"{S}C5")}
    table = outcome.submissions[0].tables["screening"]
    assert {*table.cells["credit_code"], *table.cells["permit_no"]} == {None}
    assert outcome.account.refused == 12


def test_a_block_in_a_longer_list_is_told_as_that_block():
    rows = [*LIST[:2], *(swapped(row, "contact", "phone") for row in LIST[2:5]), LIST[5]]
    (one,) = check(book(screening=rows)).findings
    assert (one.code, one.place.cell) == (Code.COLUMNS_EXCHANGED, "V7")
    assert read_language("en").translated(one).message.startswith("“Environmental contact” and “Phone” seem")


@pytest.mark.parametrize(
    "change",
    [
        {"contact": "13900000001", "phone": "12345"},           # wrong the other way round as well
        {"industry": "铸造行业类", "process": "铸造"},             # words of a list beside free text
        {"capacity": "约300", "process": "2"},
        {"contact": "示例公司", "phone": "13900000001"},
        {"phone": "无", "remark": "12345678"},
    ],
)
def test_cells_that_are_wrong_for_other_reasons_keep_their_own_problems(change):
    assert Code.COLUMNS_EXCHANGED not in {code for code, _ in found(book(screening=[row | change for row in LIST]))}


def test_two_rows_or_a_few_of_many_are_told_cell_by_cell():
    few = [*(swapped(row, "contact", "phone") for row in LIST[:2]), *LIST[2:]]
    assert found(book(screening=few)) == {(code, f"{S}{cell}{row}") for row in (5, 6) for code, cell in ((Code.PERSON_FORM, "V"), (Code.PHONE_FORM, "W"))}
    apart = [swapped(row, "contact", "phone") if at % 2 else row for at, row in enumerate(LIST)]
    assert {code for code, _ in found(book(screening=apart))} == {Code.PERSON_FORM, Code.PHONE_FORM}
