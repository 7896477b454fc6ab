"""Checking workbooks side by side: one enterprise in two counties, one county twice, counties missing."""

from datetime import date, datetime
from itertools import permutations

import pytest
from msgspec.structs import replace

from tests.county_books import CODE, NAME, OTHER, OTHER_NAME, POLICY, THIRD, beside, book, check, enterprise, told
from xltools.model.code import Code
from xltools.model.finding import Place, Severity
from xltools.model.outcome import Submission
from xltools.rules.cross import across, newest, not_sent, set_aside

LINGBAO, MIANCHI, LUSHI = {"county": "灵宝市"}, {"county": "渑池县"}, {"county": "卢氏县"}
BROKEN = CODE[:17] + ("1" if CODE[17] != "1" else "2")


def crossing(*books):
    """(file, code, cell) of what only shows between workbooks."""
    return {(one.place.file, one.code, one.place.cell) for one in check(*books).findings if one.code.stage == 6}


def test_one_enterprise_with_one_process_in_two_counties_is_reported_in_both():
    first = book("灵宝市.xlsx", LINGBAO, screening=[enterprise(OTHER, OTHER_NAME), enterprise()])
    second = book("渑池县.xlsx", MIANCHI, screening=[enterprise(name="三门峡另名有限公司", process="铸 件")])
    outcome = check(first, second)
    assert crossing(first, second) == {("灵宝市.xlsx", Code.TWO_COUNTIES, "B6"), ("渑池县.xlsx", Code.TWO_COUNTIES, "B5")}
    assert {one.message for one in outcome.findings} == {
        f"“{NAME}”（铸件）同时出现在 渑池县（渑池县.xlsx【排查清单】B5）",
        "“三门峡另名有限公司”（铸 件）同时出现在 灵宝市（灵宝市.xlsx【排查清单】B6）",
    }
    assert all(one.accepted for one in outcome.submissions)


def test_two_processes_of_one_enterprise_may_stand_in_two_counties():
    assert crossing(book("灵宝市.xlsx", LINGBAO), book("渑池县.xlsx", MIANCHI, screening=[enterprise(process="落砂")])) == set()


def test_the_same_enterprise_in_two_months_of_one_county_is_no_problem():
    assert crossing(book("7月.xlsx", {"batch": "7月"}), book("8月.xlsx", {"batch": "8月"})) == set()


@pytest.mark.parametrize("more", [[], [enterprise(credit_code=None, name="另一家公司")]])
def test_two_enterprises_of_one_name_with_good_codes_are_two(more):
    assert crossing(book("灵宝市.xlsx", LINGBAO), book("渑池县.xlsx", MIANCHI, screening=[enterprise(OTHER), *more])) == set()


@pytest.mark.parametrize("lacks", ["name", "process"])
@pytest.mark.parametrize("code", [CODE, None])
def test_a_row_without_a_name_or_a_process_is_like_no_other(lacks, code):
    bare, whole, other = enterprise(**{"credit_code": code, lacks: None}), enterprise(credit_code=code), enterprise(credit_code=None, name="另一家公司")
    first = book("灵宝市.xlsx", LINGBAO, screening=[bare, other])
    assert crossing(first, book("渑池县.xlsx", MIANCHI, screening=[whole])) == set()
    assert crossing(first, book("渑池县.xlsx", MIANCHI, screening=[bare])) == set()


@pytest.mark.parametrize("name", [NAME, "三门峡示例铸造有限责任公司", "三门峡（示例）铸造 有限公司"])
@pytest.mark.parametrize("code", [BROKEN, None, "123"])
def test_an_enterprise_without_a_good_code_is_recognised_by_its_name(name, code):
    other = book("渑池县.xlsx", MIANCHI, screening=[enterprise(credit_code=code, name=name)])
    assert crossing(book("灵宝市.xlsx", LINGBAO), other) == {("灵宝市.xlsx", Code.TWO_COUNTIES, "B5"), ("渑池县.xlsx", Code.TWO_COUNTIES, "B5")}


def test_the_third_county_without_a_code_is_told_of_the_two_that_have_one():
    books = [book("灵宝市.xlsx", LINGBAO), book("渑池县.xlsx", MIANCHI), book("卢氏县.xlsx", LUSHI, screening=[enterprise(credit_code=None)])]
    found = [one for one in check(*books).findings if one.code is Code.TWO_COUNTIES]
    assert len(found) == len({one.place for one in found}) == 3
    (message,) = (one.message for one in found if one.place.file == "卢氏县.xlsx")
    assert message.endswith("同时出现在 渑池县（渑池县.xlsx【排查清单】B5）、灵宝市（灵宝市.xlsx【排查清单】B5）")


@pytest.mark.parametrize(("counties", "end"), [(["灵宝市", "渑池县", "卢氏县", "义马市"], "B5）"), (["灵宝市", "渑池县", "卢氏县", "义马市", "陕州区"], "等 4 处")])
def test_more_than_three_other_places_are_counted(counties, end):
    outcome = check(*(book(f"{one}.xlsx", {"county": one}) for one in counties))
    message = next(one.message for one in outcome.findings if one.place.file == "卢氏县.xlsx")
    assert message.endswith(end)
    assert message.count("【") == 3


def test_a_workbook_that_does_not_say_its_county_is_no_other_county():
    assert crossing(book("灵宝市.xlsx", LINGBAO), book("一.xlsx", {"county": None})) == set()


# Twice


def sent(file, report="2022-07-19", **changes):
    return book(file, {**LINGBAO, "sign_date": "2022-07-01", "report_date": report, **changes})


def test_of_two_workbooks_of_one_county_and_batch_the_later_is_used():
    outcome = check(sent("旧.xlsx", "2022-07-18"), sent("新.xlsx", "2022-07-19"))
    assert told(outcome.findings) == {(Code.SENT_TWICE, "!")}
    assert outcome.findings[0].place.file == "旧.xlsx"
    assert outcome.findings[0].message == "“灵宝市”7月报了不止一份，已采用 新.xlsx，本文件未汇总"
    assert [one.file for one in outcome.accepted] == ["新.xlsx"]
    assert len(outcome.submissions) == 2


def test_with_one_report_date_none_is_used():
    outcome = check(sent("一.xlsx"), sent("二.xlsx"), sent("三.xlsx", "2022-07-18"))
    assert {(one.place.file, one.code) for one in outcome.findings} == {(f, Code.SENT_TWICE_TIE) for f in ("一.xlsx", "二.xlsx", "三.xlsx")}
    assert outcome.accepted == ()


def test_without_a_report_date_none_is_used_and_each_names_the_other():
    found = [one for one in check(sent("一.xlsx"), sent("二.xlsx", None)).findings if one.code.stage == 6]
    assert [(one.code, one.place.file, dict(one.values)["other"]) for one in found] == [(Code.SENT_TWICE_TIE, "一.xlsx", "二.xlsx"), (Code.SENT_TWICE_TIE, "二.xlsx", "一.xlsx")]


def test_a_file_called_by_another_month_still_counts_by_its_date():
    outcome = check(sent("灵宝市.xlsx", "2022-07-19"), sent("灵宝市8月.xlsx", "2022-07-20", unit_name="另一份"))
    assert [one.file for one in outcome.accepted] == ["灵宝市8月.xlsx"]


@pytest.mark.parametrize("changes", [{"batch": "8月"}, {"year": 2023.0}, {"county": "卢氏县"}])
def test_another_batch_year_or_county_is_another_report(changes):
    assert crossing(sent("一.xlsx"), book("二.xlsx", {**LINGBAO, **changes}, screening=[enterprise(OTHER, OTHER_NAME)])) == set()


def test_copies_with_equal_bytes_are_one_report():
    files = (("2.xlsx", "x"), ("1.xlsx", "x"), ("3.xlsx", "y"))
    one, two, three = (Submission(file, county="灵宝市", batch="7月", report_date=date(2022, 7, 19), sha256=sha) for file, sha in files)
    assert newest([one, two]) is two
    assert set_aside([one, two]) == {"2.xlsx"}
    assert newest([one, two, three]) is None


def report(file, sha256, **changes):
    return Submission(file, county="灵宝市", batch="7月", report_date=date(2022, 7, 19), sha256=sha256, **changes)


def test_of_equal_copies_the_plain_name_counts_and_nothing_is_to_be_done():
    copies = [report("灵宝市(1).xlsx", "x"), report("灵宝市.xlsx", "x")]
    assert set_aside(copies) == {"灵宝市(1).xlsx"}
    (found,) = across(copies)
    assert (found.code, found.place.file, found.severity) == (Code.SENT_AGAIN, "灵宝市(1).xlsx", Severity.NOTE)
    assert found.message == "没有汇总，已由 灵宝市.xlsx 代替：两份内容完全相同"


def test_what_came_back_after_a_return_counts_instead_of_what_was_returned():
    """Whatever was saved last: the returned copy names the file that it was made from."""
    first = report("灵宝市.xlsx", "abc0", saved=datetime(2022, 7, 20))
    second = report("灵宝市-退回.xlsx", "def0", answers_to="abc", saved=datetime(2022, 7, 19))
    third = report("灵宝市-退回-退回.xlsx", "123", answers_to="abc def", saved=datetime(2022, 7, 18))
    for group in permutations([first, second, third]):
        assert newest(group) is third
        assert {(one.code, one.place.file) for one in across(group)} == {(Code.SENT_AGAIN, first.file), (Code.SENT_AGAIN, second.file)}
    assert {one.message for one in across([first, second])} == {"没有汇总，已由 灵宝市-退回.xlsx 代替：退回后改好的一份已经发回"}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [({"batch": "6月"}, {"batch": "7月"}), ({"county": "灵宝县城"}, {"county": "灵宝市"}), ({"batch": "七八月"}, {"batch": "7月"}), ({"year": 2021.0}, {"year": 2022.0})],
)
def test_what_came_back_with_its_cover_mended_counts_instead_of_what_was_returned(wrong, right):
    """The batch, county or year on the cover was what had to be mended."""
    books = [book(file, cover, screening=[enterprise()], review=[beside(process="铸件", visit_date="2022-07-11")]) for file, cover in (("灵宝市.xlsx", wrong), ("灵宝市-退回.xlsx", right))]
    first, second = sorted(check(*books).submissions, key=lambda one: len(one.file))
    pair = [replace(first, sha256="abc0"), replace(second, sha256="def0", answers_to="abc")]
    assert set_aside(pair) == {first.file}
    assert [(one.code, one.place.file) for one in across(pair)] == [(Code.SENT_AGAIN, first.file)]


def test_next_month_s_workbook_made_from_this_month_s_return_does_not_push_this_month_s_out():
    july = report("灵宝市7月.xlsx", "abc0")
    august = replace(report("灵宝市8月.xlsx", "def0", answers_to="abc"), batch="8月")
    assert set_aside([july, august]) == frozenset()


def test_two_answers_to_one_return_are_told_apart_by_date_and_asked_about():
    first = report("灵宝市.xlsx", "abc0", saved=datetime(2022, 7, 21))
    one, two = (report(f"{at}.xlsx", f"{at}", answers_to="abc", saved=datetime(2022, 7, 19, at)) for at in (1, 2))
    assert newest([first, one, two]) is two
    assert {(found.code, found.place.file) for found in across([first, one, two])} == {(Code.SENT_AGAIN, "灵宝市.xlsx"), (Code.SENT_TWICE, "1.xlsx")}


def test_of_files_all_named_after_other_counties_the_later_one_counts():
    outcome = check(sent("渑池县.xlsx", "2022-07-19"), sent("卢氏县.xlsx", "2022-07-20", unit_name="另一分局"))
    assert [one.file for one in outcome.accepted] == ["卢氏县.xlsx"]


@pytest.mark.parametrize("cover", [{"county": None}, {"batch": None}, {"year": None}, {"year": 1922.0}, {"year": "今年"}])
def test_a_cover_that_says_nothing_contradicts_neither_its_file_nor_the_policy(cover):
    """A blank, and a year that cannot be one, is a problem of its own."""
    found = {one.code for one in check(book("渑池县7月.xlsx", {"county": "渑池县", "batch": "7月", **cover})).findings}
    assert found
    assert not found & {Code.NAMED_OTHERWISE, Code.YEAR_OTHER}


def test_a_file_named_after_another_county_does_not_push_out_that_of_the_county():
    true, strange = sent("灵宝市.xlsx"), sent("渑池县.xlsx", "2022-07-20", unit_name="渑池分局")
    outcome = check(true, strange)
    assert [one.file for one in outcome.accepted] == ["灵宝市.xlsx"]
    assert told(outcome.findings) == {(Code.SENT_TWICE, "!"), (Code.NAMED_OTHERWISE, "封面!B4")}
    assert [one.file for one in check(strange).accepted] == ["渑池县.xlsx"]


def test_of_a_file_that_another_one_replaces_only_that_is_said():
    outcome = check(sent("旧.xlsx", "2022-07-18", phone="1"), sent("新.xlsx", "2022-07-19"))
    assert [one.code for one in outcome.findings] == [Code.SENT_TWICE]
    assert outcome.account.cells_missing == 0


def test_a_workbook_of_an_unknown_county_is_never_the_second_of_a_county():
    outcome = check(book("一.xlsx", {"county": "郑州市"}), book("二.xlsx", {"county": "郑州市"}))
    assert {one.code for one in outcome.findings} == {Code.COUNTY_UNKNOWN}
    assert outcome.accepted == ()
    assert [one.county for one in outcome.submissions] == ["", ""]


def test_rows_of_a_workbook_that_is_not_used_are_compared_with_nobody():
    books = sent("旧.xlsx", "2022-07-18"), book("新.xlsx", LINGBAO, screening=[enterprise(THIRD)]), book("渑池县.xlsx", MIANCHI)
    assert crossing(*books) == {("旧.xlsx", Code.SENT_TWICE, "")}


# Missing


def test_counties_that_sent_nothing_are_named_in_the_order_of_the_policy():
    outcome = check(book("灵宝市.xlsx", LINGBAO), book("义马.xlsx", {"county": "义马"}))
    missing = not_sent(outcome, POLICY)
    names = [one.message for one in missing]
    assert names == [f"“{name}”还没有报送" for name in ("湖滨区", "开发区", "城乡一体化示范区", "陕州区", "渑池县", "卢氏县")]
    assert {one.code for one in missing} == {Code.COUNTY_NOT_SENT}


def test_a_county_whose_file_cannot_be_read_has_sent_something():
    outcome = replace(check(book("灵宝市.xlsx", LINGBAO)), unread=("收件箱/渑池县.zip", "义马市、卢氏县.xlsx"))
    assert [one.message[1:4] for one in not_sent(outcome, POLICY)] == ["湖滨区", "开发区", "城乡一", "陕州区", "义马市", "卢氏县"]


@pytest.mark.parametrize(
    ("inside", "county"),
    [("7月/灵宝市.xlsx", "灵宝市"), ("灵宝市/排查.xlsx", "灵宝市"), ("陕州区/给灵宝的.xlsx", "灵宝市"), ("经开区.et", "开发区"), ("义马和卢氏.xlsx", ""), ("排查.xlsx", "")],
)
def test_a_county_whose_workbook_lies_in_an_archive_has_sent_it(inside: str, county: str):
    bad = Code.ARCHIVE.at(Place("收件箱/七月.zip"), reason="这是压缩包", inside=(inside,))
    outcome = replace(check(book("湖滨区.xlsx", {"county": "湖滨区"})), unread=("收件箱/七月.zip",))
    told = not_sent(replace(outcome, findings=(bad,)), POLICY)
    packed = [one for one in told if one.code is Code.COUNTY_PACKED]
    assert len(told) == 7
    assert [one.message for one in packed] == ([f"“{county}”的“{inside.rpartition('/')[2]}”在压缩包“收件箱/七月.zip”里，没有读取，也没有汇总"] if county else [])
    assert all("不用催报" in one.fix for one in packed)


# Order


def test_the_order_of_files_changes_nothing():
    books = [
        sent("旧.xlsx", "2022-07-18"),
        sent("新.xlsx", "2022-07-19"),
        book("渑池县.xlsx", MIANCHI, screening=[enterprise(credit_code="123"), enterprise(OTHER, OTHER_NAME)]),
        book("卢氏县.xlsx", LUSHI, screening=[enterprise(OTHER, OTHER_NAME), enterprise(capacity="很多", process="落砂")]),
    ]
    outcomes = [check(*order) for order in permutations(books)]
    assert len({one.findings for one in outcomes}) == 1
    assert len({tuple((s.file, s.accepted) for s in one.submissions) for one in outcomes}) == 1
    submissions = list(outcomes[0].submissions)
    assert sorted(map(str, across(submissions))) == sorted(map(str, across(submissions[::-1])))
