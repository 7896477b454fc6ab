"""The calendar: dates of the notice, working days from a person's register, and who met which deadline."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.checklist_books import applicant, visit, write
from tests.checklists import best, table_of
from tests.county_files import CODES, NAMES, county_file, enterprise, filled
from tests.workbooks import zipped
from xltools.actions.calendar import calendar, make_holidays, write_calendar
from xltools.actions.merge import merge
from xltools.books.file import open_book
from xltools.faces import cli
from xltools.model.calendar import DaysOff
from xltools.model.code import Code
from xltools.model.finding import StopError
from xltools.model.form import FIRST_ROW, load_form
from xltools.model.policy import load_policy

POLICY = load_policy("sanmenxia-2022")
OCTOBER = {date(2022, 10, day): False for day in range(1, 8)} | {date(2022, 10, day): True for day in (8, 9)}
TIMING = {Code.REPORTED_LATE, Code.REPORTED_EARLY, Code.CHECKED_LATE, Code.CHECKED_EARLY, Code.ADJUSTMENT_CLOSED, Code.COUNTY_OVERDUE}


def sent(folder: Path, county: str, reported: str, batch: str = "7月", signed: str | None = "2022-07-01") -> None:
    """A county's workbook with one review, reported on this day."""
    row = enterprise(0, industry="耐火材料", process="烧成", table="耐火材料")
    signed_on = date.fromisoformat(signed) if signed else None
    days = {"report_date": date.fromisoformat(reported), "sign_date": signed_on, "batch": batch}
    review = filled("review", credit_code=CODES[0], process="烧成", sign_date=signed_on, visit_date=date(2022, 6, 30))
    county_file(folder, county, [row], days, review=[review])


def told(folder: Path, today: str = "2022-08-01") -> list[tuple[Code, str]]:
    found = calendar([folder], POLICY, date.fromisoformat(today)).findings
    return [(one.code, one.message) for one in found if one.code in TIMING and "没有报送" not in one.message]


def line(outcome_day: str, due: str, off: Path | None = None) -> dict[str, object]:
    lines = calendar([], POLICY, date.fromisoformat(outcome_day), off).lines
    return dict(next(one for one in lines if str(one["due"]) == due))


def test_every_deadline_of_the_notice_stands_in_the_year_with_its_clause() -> None:
    lines = calendar([], POLICY, date(2022, 7, 18)).lines
    days = {str(one["due"]) for one in lines}
    assert {"2022-06-30", "2022-07-15", "2022-07-20", "2022-07-31", "2022-09-05", "2022-09-20", "2022-11-15"} <= days
    assert len(lines) == 5 + 2 * 12
    assert all(str(one["source"]).startswith("三环文〔2022〕69号") for one in lines)
    assert {one["inclusive"] for one in lines} == {"含当日"}


@pytest.mark.parametrize(
    ("today", "state"),
    [("2022-07-18", "还有2天（2个工作日）"), ("2022-07-19", "还有1天（1个工作日）"), ("2022-07-20", "今天到期"), ("2022-07-21", "已过1天"), ("2022-07-15", "还有5天（3个工作日）")],
)
def test_days_are_counted_to_the_20th(today: str, state: str) -> None:
    assert line(today, "2022-07-20")["state"] == state


def test_a_deadline_on_a_weekend_is_asked_about_and_never_moved() -> None:
    saturday = line("2022-08-01", "2022-08-20")
    assert (saturday["last"], saturday["working"]) == (date(2022, 8, 20), date(2022, 8, 19))
    assert "须由市级确认" in str(saturday["remark"])
    assert line("2022-08-01", "2022-09-20")["remark"] is None


def test_days_off_come_from_a_person_and_without_one_that_is_said(tmp_path: Path) -> None:
    assert "没有登记2022年的节假日" in calendar([], POLICY, date(2022, 9, 30)).note
    path = make_holidays(tmp_path / "节假日.xlsx", POLICY)
    book = openpyxl.load_workbook(path)
    for row, (day, works) in enumerate(OCTOBER.items(), FIRST_ROW):
        book[load_form("holidays").sheet].cell(row, 1).value = day
        book[load_form("holidays").sheet].cell(row, 2).value = "是" if works else "否"
    book[load_form("holidays").sheet].cell(FIRST_ROW + len(OCTOBER), 1).value = date(2022, 10, 20)      # nobody said which
    book.save(path)
    outcome = calendar([], POLICY, date(2022, 9, 30), path)
    assert "节假日和调休按登记的 9 天计" in outcome.note
    assert line("2022-09-30", "2022-10-20", path)["state"] == "还有20天（11个工作日）"     # 8, 9, 10–14, 17–20 October
    assert line("2022-09-30", "2022-10-20")["state"] == "还有20天（14个工作日）"


@given(st.dates(date(2022, 1, 1), date(2022, 12, 1)), st.integers(0, 60), st.integers(0, 60))
def test_working_days_add_up(first: date, one: int, other: int) -> None:
    off = DaysOff(OCTOBER)
    middle, last = first + timedelta(days=one), first + timedelta(days=one + other)
    assert off.count(first, last) == off.count(first, middle) + off.count(middle, last)
    assert off.works(off.last_working(last))


@pytest.mark.parametrize(
    ("reported", "batch", "expected"),
    [
        ("2022-07-20", "7月", []),
        ("2022-07-21", "7月", ["“完成当月申报企业初审并上报”应于 2022-07-20 前完成（含当日），2022-07-21 报送，迟 1 天"]),
        ("2022-07-20", "8月", ["8月批次 2022-07-20 就已报送，当月还没有开始"]),
        ("2022-11-15", "11月", []),
        ("2022-11-16", "11月", ["动态调整已于 2022-11-15 截止，2022-11-16 报送的 1 行申报本年度不能再调整"]),
    ],
)
def test_late_early_and_closed_are_told_with_their_clause(tmp_path: Path, reported: str, batch: str, expected: list[str]) -> None:
    sent(tmp_path, "灵宝市", reported, batch)
    assert [message for _, message in told(tmp_path)] == expected


def test_every_month_is_late_by_its_own_date(tmp_path: Path) -> None:
    for batch, reported in (("7月", "2022-07-21"), ("8月", "2022-08-23")):
        sent(tmp_path / batch, "灵宝市", reported, batch)
    assert [message.rpartition("，")[2] for _, message in told(tmp_path, "2022-09-01")] == ["迟 1 天", "迟 3 天"]


def test_a_report_that_only_a_weekend_made_late_is_asked_about(tmp_path: Path) -> None:
    """三(三)2 says "20日前"; whether a Saturday moves it to the Monday no clause says."""
    sent(tmp_path, "湖滨区", "2022-08-22", "8月")
    sent(tmp_path, "陕州区", "2022-08-23", "8月")
    outcome = calendar([tmp_path], POLICY, date(2022, 9, 1))
    state = {one["county"]: one["state"] for one in outcome.progress if one["month"] == "8月"}
    assert (state["湖滨区"], state["陕州区"]) == ("需人工确认", "迟3天")
    said = [message.rpartition("报送，")[2] for code, message in told(tmp_path, "2022-09-01") if code is Code.REPORTED_LATE]
    assert said == ["期限落在周末，2022-08-22 是其后第一个工作日，是否顺延没有规定", "迟 3 天"]


def test_a_line_of_the_register_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """“放假” is no answer to 是否上班: the day would be counted as if nobody had registered it."""
    path = make_holidays(tmp_path / "节假日.xlsx", POLICY)
    book = openpyxl.load_workbook(path)
    for row, (day, works) in enumerate([(date(2022, 10, 3), "放假"), (date(2022, 10, 4), "否"), (date(2022, 10, 5), "否"), (date(2022, 10, 4), "是")], FIRST_ROW):
        book[load_form("holidays").sheet].cell(row, 1).value, book[load_form("holidays").sheet].cell(row, 2).value = day, works
    book.save(path)
    found = calendar([], POLICY, date(2022, 9, 30), path).findings
    assert [(one.code, one.place.cell) for one in found] == [(Code.NOT_A_CHOICE, f"B{FIRST_ROW}"), (Code.DUPLICATE_VALUE, f"A{FIRST_ROW + 3}")]


def test_registered_days_off_are_asked_about_too(tmp_path: Path) -> None:
    """A register that makes the 20th of July and the day after it days off."""
    path = make_holidays(tmp_path / "节假日.xlsx", POLICY)
    book = openpyxl.load_workbook(path)
    for row, day in enumerate((20, 21), FIRST_ROW):
        book[load_form("holidays").sheet].cell(row, 1).value, book[load_form("holidays").sheet].cell(row, 2).value = date(2022, 7, day), "否"
    book.save(path)
    sent(tmp_path, "灵宝市", "2022-07-22")
    (late,) = [one.message for one in calendar([tmp_path], POLICY, date(2022, 8, 1), path).findings if one.code is Code.REPORTED_LATE]
    assert late.endswith("期限落在休息日，2022-07-22 是其后第一个工作日，是否顺延没有规定")


def test_a_batch_after_the_adjustment_is_closed_and_not_late_besides(tmp_path: Path) -> None:
    """四: nothing says that a batch of December is still due, so nothing says that it is late."""
    sent(tmp_path, "灵宝市", "2023-01-05", "12月")
    outcome = calendar([tmp_path], POLICY, date(2023, 1, 6))
    assert [one["state"] for one in outcome.progress if one["month"] == "12月"] == ["需人工确认"]
    assert [code for code, _ in told(tmp_path, "2023-01-06")] == [Code.ADJUSTMENT_CLOSED]
    assert "是否还要报没有规定" in str(line("2022-11-16", "2022-11-20")["remark"])


def test_a_file_of_another_year_answers_no_date_of_this_one(tmp_path: Path) -> None:
    """The batch of January 2023 makes nobody owe that of January 2022."""
    row = enterprise(0, industry="耐火材料", process="烧成", table="耐火材料")
    days = {"report_date": date(2023, 1, 15), "sign_date": date(2023, 1, 14), "batch": "1月", "year": 2023}
    county_file(tmp_path, "灵宝市", [row], days, review=[filled("review", credit_code=CODES[0], process="烧成")])
    outcome = calendar([tmp_path], POLICY, date(2022, 12, 31))
    assert [one for one in outcome.progress if one["month"] == "1月"] == []
    assert Code.COUNTY_OVERDUE not in {one.code for one in outcome.findings}


def test_a_workbook_that_comes_early_is_told_once_whatever_lists_are_in_it(tmp_path: Path) -> None:
    days = {"report_date": date(2022, 8, 20), "sign_date": date(2022, 7, 1), "batch": "9月"}
    county_file(tmp_path, "灵宝市", [enterprise(0)], days, protected=[filled("protected", credit_code=CODES[0])])
    assert [code for code, _ in told(tmp_path)] == [Code.REPORTED_EARLY]


def test_only_applications_are_too_late_for_the_adjustment(tmp_path: Path) -> None:
    """四: what closes on 11-15 is the adjustment of grades; a protected list that comes then is late by its own date, once."""
    days = {"report_date": date(2022, 11, 18), "sign_date": date(2022, 7, 1), "batch": "11月"}
    lists: dict[str, list[dict[str, object]]] = {"protected": [filled("protected", credit_code=CODES[0])], "review": []}
    for reviews in ([], [filled("review", credit_code=CODES[0], visit_date=date(2022, 6, 30), sign_date=date(2022, 7, 1))]):
        county_file(tmp_path, "灵宝市", [enterprise(0)], days, **(lists | {"review": reviews}))
        codes = [code for code, _ in told(tmp_path, "2022-12-25")]
        assert (codes.count(Code.ADJUSTMENT_CLOSED), codes.count(Code.REPORTED_LATE)) == (len(reviews), 1)


def test_a_workbook_without_a_report_date_is_neither_late_nor_early(tmp_path: Path) -> None:
    sent(tmp_path, "灵宝市", "2022-07-21")
    county_file(tmp_path, "卢氏县", [enterprise(1)], {"report_date": None, "batch": "7月"})
    assert [code for code, _ in told(tmp_path)] == [Code.REPORTED_LATE]


def test_a_yearly_list_that_a_county_sends_again_is_not_late_and_measures_are_no_emergency_list(tmp_path: Path) -> None:
    """三(三)2: the protected list by 09-05, once; 四: the emergency list goes to the platforms, which no county's file tells of."""
    for batch, reported in (("8月", "2022-08-20"), ("9月", "2022-09-18"), ("10月", "2022-10-19")):
        row, days = enterprise(0), {"report_date": date.fromisoformat(reported), "sign_date": date(2022, 7, 1), "batch": batch}
        county_file(tmp_path / batch, "灵宝市", [row], days, protected=[filled("protected", credit_code=CODES[0])], measures=[filled("measures", credit_code=CODES[0])])
    assert told(tmp_path, "2022-10-20") == []
    (tmp_path / "8月" / "灵宝市.xlsx").unlink()
    assert [message for _, message in told(tmp_path, "2022-10-20")] == ["“报送保障类企业清单及申报材料”应于 2022-09-05 前完成（含当日），2022-09-18 报送，迟 13 天"]
    assert not [one for one in calendar([tmp_path], POLICY, date(2022, 10, 20)).progress if "应急减排清单" in str(one["name"])]


def test_a_corrected_file_is_asked_about_where_the_summary_or_the_first_file_says_that_it_was_in_time(tmp_path: Path) -> None:
    """三(一): whether a file that was returned and came again after the date is late no source says."""
    inbox, summary, today = tmp_path / "收件箱", tmp_path / "市级汇总.xlsx", date(2022, 8, 1)
    sent(inbox, "灵宝市", "2022-07-20")
    merge([inbox], summary, POLICY, datetime(2022, 7, 21, 9))
    first = (inbox / "灵宝市.xlsx").read_bytes()
    sent(inbox, "灵宝市", "2022-07-25")

    def said(summary: Path | None) -> tuple[str, object]:
        outcome = calendar([inbox], POLICY, today, summary=summary)
        (late,) = [one for one in outcome.findings if one.code is Code.REPORTED_LATE]
        assert "第一次报的按时、退回后改好重报的，算不算迟报没有规定，由市级确认" in late.fix
        return late.message.rpartition("，2022-07-25 报送，")[2], next(one["state"] for one in outcome.progress if (one["month"], one["county"]) == ("7月", "灵宝市"))

    asked = ("2022-07-20 报的按时，改后重报的晚于期限", "需人工确认")
    assert (said(None), said(summary)) == (("迟 5 天", "迟5天"), asked)
    (inbox / "改前").mkdir()
    (inbox / "改前" / "灵宝市.xlsx").write_bytes(first)
    assert said(None) == asked
    other = replace(POLICY, id="luoyang-2022")
    with pytest.raises(StopError):
        calendar([inbox], other, today, summary=summary)


@pytest.mark.parametrize(
    ("checked", "codes"),
    [("2022-07-31", []), ("2022-08-01", [Code.CHECKED_LATE]), ("2022-07-17", [Code.CHECKED_EARLY]), ("2022-07-18", [])],
)
def test_a_site_check_follows_the_review_and_ends_with_the_month(tmp_path: Path, checked: str, codes: list[Code]) -> None:
    sent(tmp_path, "灵宝市", "2022-07-20", signed="2022-07-18")
    table = table_of("refractory")
    write(tmp_path / "甲.xlsx", applicant(table, code=CODES[0], name=NAMES[0]), [visit(table, best(table), checked=date.fromisoformat(checked))])
    assert [code for code, _ in told(tmp_path)] == codes


@pytest.mark.parametrize(("code", "signed", "checked"), [(CODES[1], "2022-07-18", "2022-08-01"), (CODES[0], "2022-07-18", None), (CODES[0], None, "2022-07-17")])
def test_a_site_check_without_its_review_or_a_date_is_neither_late_nor_early(tmp_path: Path, code: str, signed: str | None, checked: str | None) -> None:
    sent(tmp_path, "灵宝市", "2022-07-20", signed=signed)
    table = table_of("refractory")
    write(tmp_path / "甲.xlsx", applicant(table, code=code, name=NAMES[0]), [visit(table, best(table), checked=date.fromisoformat(checked) if checked else None)])
    assert told(tmp_path) == []


def test_the_board_has_a_line_for_every_county_and_names_who_sent_nothing(tmp_path: Path) -> None:
    sent(tmp_path, "灵宝市", "2022-07-22")
    outcome = calendar([tmp_path], POLICY, date(2022, 8, 1))
    july = {one["county"]: one["state"] for one in outcome.progress if one["month"] == "7月"}
    assert (len(july), july["灵宝市"], july["卢氏县"]) == (8, "迟2天", "未报送")
    overdue = [one.message for one in outcome.findings if one.code is Code.COUNTY_OVERDUE]
    assert "“卢氏县”没有报送“完成当月申报企业初审并上报”（7月），已过 2022-07-20" in overdue
    assert len(overdue) == 7
    # the screening list of June is not among the files; nothing is said of months without files, or of what is not due yet
    assert [dict(one.values)["name"] for one in outcome.findings if one.code is Code.NOT_AT_HAND] == [POLICY.deadline("screening").name]


def test_a_county_whose_file_lies_in_an_archive_is_not_overdue(tmp_path: Path) -> None:
    sent(tmp_path, "灵宝市", "2022-07-22")
    (tmp_path / "七月.zip").write_bytes(zipped(**{"卢氏县.xlsx": "x", "灵宝市.xlsx": "x"}))
    outcome = calendar([tmp_path], POLICY, date(2022, 8, 1))
    july = {one["county"]: one["state"] for one in outcome.progress if one["month"] == "7月"}
    assert (july["卢氏县"], july["渑池县"], july["灵宝市"]) == ("在压缩包里，没有读取", "未报送", "迟2天")
    assert "卢氏县" not in {dict(one.values)["county"] for one in outcome.findings if one.code is Code.COUNTY_OVERDUE}


def test_a_policy_that_closes_no_adjustment_asks_for_every_month_and_closes_nothing(tmp_path: Path) -> None:
    open_all_year = replace(POLICY, deadlines=tuple(one for one in POLICY.deadlines if one.id != "adjustment"))
    sent(tmp_path, "灵宝市", "2022-11-18", "11月")
    outcome = calendar([tmp_path], open_all_year, date(2022, 12, 25))
    assert Code.ADJUSTMENT_CLOSED not in {one.code for one in outcome.findings}
    assert {one["county"] for one in outcome.progress if one["month"] == "11月" and one["state"] == "未报送"} == {*POLICY.lists["counties"]} - {"灵宝市"}


def test_nobody_owes_a_batch_of_november_because_another_adjusted_in_it(tmp_path: Path) -> None:
    """四: an adjustment may be made by 11-15; that every county owes one no clause says."""
    sent(tmp_path, "灵宝市", "2022-11-14", "11月")
    outcome = calendar([tmp_path], POLICY, date(2022, 12, 25))
    assert [(one["county"], one["state"]) for one in outcome.progress if one["month"] == "11月"] == [("灵宝市", "按时")]
    assert [one for one in outcome.findings if one.code is Code.COUNTY_OVERDUE] == []


def test_the_calendar_is_written_as_a_workbook_and_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "日程.xlsx"
    outcome = calendar([], POLICY, date(2022, 7, 20))
    write_calendar(path, outcome, POLICY, date(2022, 7, 20))
    book = open_book(path)
    assert book.sheets[:2] == ["全年日程", "各县进度"]
    assert any(str(note).startswith("看日期 2022-07-20") for note in book.values("全年日程")[1])
    before = path.read_bytes()
    with pytest.raises(StopError):
        write_calendar(path, outcome, POLICY, date(2022, 7, 20))
    assert path.read_bytes() == before


def test_the_command_says_what_comes_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["calendar", "--date", "2022-09-04"]) == 0
    assert "2022-09-05 周一（含当日）报送保障类企业清单及申报材料" in capsys.readouterr().out
    assert cli.run(["make", "holidays", "-o", str(tmp_path / "节假日.xlsx")]) == 0
    capsys.readouterr()
    assert cli.run(["calendar", "--date", "2022-12-31", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["calendar"]) == 29
