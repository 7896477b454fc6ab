"""One mistake in many cells is told once, and only where it is one."""

import pytest

from tests.county_books import CODE, OTHER, TEMPLATE, THIRD, beside, book, check, enterprise, found, told
from xltools.model.code import Code
from xltools.rules.account import WRONG, states
from xltools.rules.codes import make_credit_code

S = "排查清单!"
CODES = [CODE, OTHER, THIRD, *(make_credit_code(f"91411282YD444444{at}") for at in range(3))]
LIST = [enterprise(code, f"三门峡示例{at}厂") for at, code in enumerate(CODES)]


@pytest.mark.parametrize("again", [LIST, LIST[::-1]])
def test_a_list_pasted_twice_is_one_problem_that_says_which_rows_to_delete(again):
    (one,) = check(book(screening=[*LIST, *again])).findings
    assert (one.code, one.place.cell) == (Code.DUPLICATE_ROW, "C11")
    assert one.message.endswith("；第11至16行都这样重复，像是整段粘贴了两次，内容与上面的完全相同")
    assert one.fix == "同一企业同一工序只填一行，请删除多余的第11至16行"


def test_of_a_list_pasted_twice_the_rows_that_differ_are_named_for_nobody_to_delete_unseen():
    (one,) = check(book(screening=[*LIST, *LIST[:4], LIST[4] | {"town": "另一镇"}, LIST[5]])).findings
    assert "其中第15行的内容与上面的不同，请先核对" in one.message


def test_a_few_rows_repeated_or_rows_that_repeat_each_other_are_told_one_by_one():
    assert found(book(screening=[*LIST, *LIST[:3]])) == {(Code.DUPLICATE_ROW, f"{S}C{row}") for row in (11, 12, 13)}
    assert found(book(screening=[*LIST[:1] * 3])) == {(Code.DUPLICATE_ROW, f"{S}C{row}") for row in (6, 7)}


def test_sheets_without_the_screening_list_are_one_problem():
    rows = [beside(code) for code in CODES]
    (one,) = check(book(screening=[], measures=rows, protected=rows[:1])).findings
    assert (one.code, one.place.sheet) == (Code.NONE_LISTED, "排查清单")
    assert one.message == "“排查清单”里没有一行，其余各表的 7 行（保障类清单、减排措施）没有一行对得上"
    assert [place.spot for place in one.marked] == ["【保障类清单】A5", *(f"【减排措施】A{row}" for row in range(5, 11))]


def test_as_long_as_one_row_is_listed_the_others_are_told_one_by_one():
    rows = [beside(code) for code in CODES]
    assert found(book(screening=LIST[:1], measures=rows)) == {(Code.ELSEWHERE_UNKNOWN, f"减排措施!A{row}") for row in range(6, 11)}
    assert found(book(screening=LIST[:1], measures=rows[1:3])) == {(Code.ELSEWHERE_UNKNOWN, f"减排措施!A{row}") for row in (5, 6)}


def test_a_workbook_in_which_only_the_cover_is_filled_is_asked_about_unless_it_says_that_there_is_nothing():
    (one,) = check(book(screening=[])).findings
    assert (one.code, one.place.sheet) == (Code.NOTHING_FILLED, "")
    nothing = book(screening=[])
    grid = nothing.grids["排查清单"]
    grid.append([None, "无", *[None] * (len(grid[0]) - 2)])
    assert [one.code for one in check(nothing).findings] == [Code.SAID_NONE]


def test_a_blank_template_is_told_once_and_not_cell_by_cell():
    empty = {field.name: None for field in TEMPLATE["cover"]}
    (one,) = check(book("空白.xlsx", cover=empty, screening=[])).findings
    assert (one.code, one.place.file, one.place.sheet) == (Code.NOT_FILLED, "空白.xlsx", "")
    begun = check(book("空白.xlsx", cover=empty | {"county": "灵宝市"}, screening=[])).findings
    assert {one.code for one in begun} == {Code.NOTHING_FILLED, Code.REQUIRED}


@pytest.mark.parametrize(
    ("batch", "days", "asked"),
    [
        ("6月", ("2022-07-05", "2022-07-11"), True),
        ("6月", ("2022-07-01",), True),
        ("6月", ("2022-06-30", "2022-07-11"), False),
        ("6月", ("2022-06-30",), False),
        ("7月", ("2022-07-05", "2022-06-28"), False),
        ("8月", ("2022-07-08",), False),
    ],
)
def test_a_cover_of_last_month_over_this_month_s_visits_is_asked_about(batch, days, asked):
    """The batch is the month in which the review was finished by the 20th: no visit is later. Source: 三环文〔2022〕69号 三(一)."""
    reviews = [beside(code, visit_date=day, sign_date="2022-07-18") for code, day in zip(CODES, days, strict=False)]
    outcome = check(book(cover={"batch": batch}, screening=LIST, review=reviews))
    assert told(outcome.findings) == ({(Code.BATCH_DOUBT, "封面!B6")} if asked else set())


def test_a_report_in_two_files_is_told_as_such_and_not_as_an_older_and_a_newer_one():
    parts = [book("灵宝市-排查.xlsx", screening=LIST), book("灵宝市-初审.xlsx", {"report_date": "2022-07-20"}, screening=[], measures=[beside(code) for code in CODES])]
    one, other = (one for one in check(*parts).findings if one.place.file)
    assert (one.code, one.place.file) == (Code.NONE_LISTED, "灵宝市-初审.xlsx")
    assert (other.code, other.place.file) == (Code.SENT_APART, "灵宝市-排查.xlsx")
    assert "本文件填了“排查清单”，采用的 灵宝市-初审.xlsx 没有填" in other.message


def test_a_second_report_that_only_lacks_a_sheet_is_an_older_one():
    parts = [book("一.xlsx", screening=LIST, measures=[beside()]), book("二.xlsx", {"report_date": "2022-07-20"}, screening=LIST)]
    assert [one.code for one in check(*parts).findings] == [Code.SENT_TWICE]


def listed_protected(days):
    """A workbook in whose list of protected enterprises every row is valid from one day to another."""
    rows = [beside(code, valid_from=first, valid_to=last) for code, (first, last) in zip(CODES, days, strict=False)]
    return book(screening=LIST, protected=rows)


RIGHT, EXCHANGED = ("2022-01-01", "2022-12-31"), ("2022-12-31", "2022-01-01")


def test_dates_exchanged_in_all_rows_are_one_problem_that_says_what_to_exchange_and_marks_each():
    (one,) = check(listed_protected([EXCHANGED] * 6)).findings
    assert (one.code, one.place.cell) == (Code.DATE_ORDER, "G5")
    assert one.message == "“保障结束日期”是 2022-01-01，早于“保障开始日期”的 2022-12-31；G5:G10 共 6 格都这样，像是两列填颠倒了"
    assert one.fix == "请核对两个日期；填颠倒了的，把 G5:G10 和 F5:F10 的内容对调"
    assert [place.cell for place in one.marked] == [f"{column}{row}" for column in "GF" for row in range(5, 11)]
    assert states([one]) == {(one.place.file, "保障类清单", row): WRONG for row in range(5, 11)}


def test_dates_exchanged_in_a_few_rows_of_many_are_one_problem_that_names_them():
    (one,) = check(listed_protected([EXCHANGED, RIGHT, EXCHANGED, EXCHANGED, RIGHT, RIGHT])).findings
    assert (one.message.partition("；")[2], one.fix) == ("G5、G7:G8 共 3 格都这样", "请核对两个日期")


def test_dates_exchanged_in_two_rows_are_told_row_by_row():
    assert found(listed_protected([EXCHANGED, RIGHT, EXCHANGED])) == {(Code.DATE_ORDER, "保障类清单!G5"), (Code.DATE_ORDER, "保障类清单!G7")}


@pytest.mark.parametrize(
    ("rows", "code", "cells"),
    [
        ([*LIST, *LIST], Code.DUPLICATE_ROW, {f"C{row}" for row in range(11, 17)}),
        ([row | {"contact": "13900000001", "phone": "示例甲"} for row in LIST], Code.COLUMNS_EXCHANGED, {f"{column}{row}" for column in "VW" for row in range(5, 11)}),
        ([row | {"permit_no": f"{code}001P"} for row, code in zip(LIST, [*CODES[1:], CODES[0]], strict=True)], Code.COLUMN_SHIFTED, {f"D{row}" for row in range(5, 11)}),
    ],
)
def test_all_rows_that_one_sentence_is_about_are_marked_and_known_to_be_wrong(rows, code, cells):
    (one,) = check(book(screening=rows)).findings
    assert (one.code, {place.cell for place in one.marked}) == (code, cells)
    assert states([one]) == {(one.place.file, one.place.sheet, place.row): WRONG for place in one.marked}
