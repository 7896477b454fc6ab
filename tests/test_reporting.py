"""Who has sent what, when, in time or not against the calendar of 三环文〔2022〕69号 三(一); and the reminders."""

from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from msgspec.structs import replace

from tests.county_files import county_file, enterprise
from tests.submissions import CITY, POLICY, outcome, submission
from tests.test_identity import A, county, merged, read
from tests.workbooks import zipped
from xltools.actions.city import Basis, city
from xltools.actions.make import make_templates
from xltools.actions.merge import merge
from xltools.actions.remind import remind
from xltools.books.file import open_book
from xltools.faces.cli import run as command
from xltools.model.code import Code
from xltools.model.finding import Place, StopError
from xltools.model.form import FIRST_ROW, load_form
from xltools.model.outcome import Outcome, Submission
from xltools.model.policy import Policy
from xltools.model.reporting import load_reporting
from xltools.model.table import Table

WORDS = load_reporting()
LIST = "credit_code | name | process | applied\n甲 | 甲公司 | 铸件 | B"
REVIEW = "credit_code | name | process | conclusion\n甲 | 甲公司 | 铸件 | B"
SCREENING, REVIEWS, PROTECTED = (POLICY.deadline(id).name for id in ("screening", "review", "protected"))


def sent(name: str, batch: str, reported: date | None, *forms: str, **facts: object) -> Submission:
    texts = {"screening": LIST, "review": REVIEW}
    return submission(f"{name}{batch}.xlsx", name, {form: texts[form] for form in forms}, batch=batch, report_date=reported, **facts)


def lines(run: Outcome, today: date, name: str, before: dict[str, Table] | None = None, policy: Policy = POLICY) -> dict[tuple[str, str], dict[str, object]]:
    """(item, batch) → line of a county."""
    moment = datetime(today.year, today.month, today.day, 9)
    _, tables = city(run, Basis(before or {}, policy, CITY, moment))
    records = tables["reporting"].records()
    return {(str(one["item"]), str(one["batch"] or "")): one for one in records if one["county"] == name}


@pytest.mark.parametrize(
    ("reported", "said", "state"),
    [
        (date(2022, 7, 20), "按时", WORDS.state["sent"]),
        (date(2022, 7, 21), "迟1天（应于7月20日前）", WORDS.state["late"]),
        (None, "上报日期未填或有误", WORDS.state["sent"]),
    ],
)
def test_a_review_is_on_time_until_the_20th_of_its_month(reported: date | None, said: str, state: str) -> None:
    one = lines(outcome([sent("灵宝市", "7月", reported, "screening", "review")]), date(2022, 7, 25), "灵宝市")[REVIEWS, "7月"]
    assert (one["on_time"], one["state"], one["records"], one["due"], one["clause"]) == (said, state, 1, date(2022, 7, 20), POLICY.deadline("review").source)


@pytest.mark.parametrize(
    ("batch", "reported", "said", "state"),
    [
        ("8月", date(2022, 8, 22), "期限是周六，需人工确认", WORDS.state["rest"]),      # whether a Saturday moves the date no clause says
        ("8月", date(2022, 8, 23), "迟3天（应于8月20日前）", WORDS.state["late"]),
        ("12月", date(2023, 1, 5), "需人工确认", WORDS.state["after"]),      # 四: after 11-15 no clause says that a batch is due
        ("12月", date(2022, 12, 20), "按时", WORDS.state["sent"]),
    ],
)
def test_what_no_clause_calls_late_is_asked(batch: str, reported: date, said: str, state: str) -> None:
    run = outcome([sent("灵宝市", batch, reported, "screening", "review")])
    one = lines(run, date(2023, 1, 10), "灵宝市")[REVIEWS, batch]
    assert (one["on_time"], one["state"]) == (said, state)


def test_where_the_date_excludes_its_day_the_20th_is_late() -> None:
    strict = replace(POLICY, deadlines=tuple(replace(one, inclusive=False) for one in POLICY.deadlines))
    one = lines(outcome([sent("灵宝市", "7月", date(2022, 7, 20), "review")]), date(2022, 7, 25), "灵宝市", policy=strict)[REVIEWS, "7月"]
    assert one["on_time"] == "迟1天（应于7月20日前）"
    assert lines(outcome([]), date(2022, 7, 25), "灵宝市", policy=strict)[REVIEWS, "7月"]["since"] == date(2022, 7, 20)


@pytest.mark.parametrize(("day", "state", "since"), [(20, "pending", None), (21, "missing", date(2022, 7, 21)), (31, "missing", date(2022, 7, 21))])
def test_what_did_not_come_is_missing_from_the_day_after(day: int, state: str, since: date | None) -> None:
    one = lines(outcome([sent("湖滨区", "7月", date(2022, 7, 19), "review")]), date(2022, 7, day), "灵宝市")[REVIEWS, "7月"]
    assert (one["state"], one["since"], one["file"]) == (WORDS.state[state], since, None)


def test_the_list_of_june_is_not_taken_from_the_workbook_of_july() -> None:
    june, july = sent("灵宝市", "6月", date(2022, 6, 30), "screening"), sent("灵宝市", "7月", date(2022, 7, 19), "screening", "review")
    assert lines(outcome([june, july]), date(2022, 7, 25), "灵宝市")[SCREENING, ""]["on_time"] == "按时"
    doubt = lines(outcome([july]), date(2022, 7, 25), "灵宝市")[SCREENING, ""]
    assert (doubt["on_time"], doubt["since"]) == ("需人工确认", None)
    assert "没有6月及以前批次的文件" in str(doubt["state"])


def test_every_month_since_the_first_that_two_counties_sent_is_asked_for() -> None:
    typo = sent("卢氏县", "1月", date(2022, 7, 19), "review")
    run = outcome([sent(name, "7月", date(2022, 7, 19), "review") for name in ("灵宝市", "湖滨区")] + [typo])
    found = lines(run, date(2022, 9, 25), "灵宝市")
    assert [batch for item, batch in found if item == REVIEWS] == ["7月", "8月", "9月"]
    assert [found[REVIEWS, month]["since"] for month in ("8月", "9月")] == [date(2022, 8, 21), date(2022, 9, 21)]


def test_a_workbook_without_the_sheets_rows_is_asked_about() -> None:
    one = lines(outcome([sent("灵宝市", "8月", date(2022, 8, 19), "screening")]), date(2022, 8, 25), "灵宝市")
    assert one[REVIEWS, "8月"]["state"] == WORDS.state["empty"].format(sheet="初审意见")
    assert "请在“初审意见”第一行写“无”报来" in str(one[WORDS.total, ""]["reminder"])


def test_a_county_that_says_none_has_answered_and_is_not_reminded_though_its_file_is_away_next_month(tmp_path: Path) -> None:
    """As the counties' manual says: who has nothing to report in a month writes 无 in the first row of the list of enterprises."""
    facts = {"batch": "7月", "report_date": date(2022, 7, 20), "sign_date": date(2022, 7, 20)}
    none = county_file(tmp_path / "收件箱", "灵宝市", [{"name": "无"}], facts, protected=[{"credit_code": "无"}])
    county_file(tmp_path / "收件箱", "湖滨区", [enterprise(0)], facts)
    summary = tmp_path / "市级汇总.xlsx"

    def line(day: int, item: str, batch: str) -> tuple[object, ...]:
        outcome = merge([tmp_path / "收件箱"], summary, POLICY, datetime(2022, 9, day, 9))
        assert not {Code.OUTSIDE_ROWS, Code.NOT_BALANCED} & {one.code for one in outcome.findings}
        form, grid = load_form("reporting"), open_book(summary).values(load_form("reporting").sheet)
        found = next(dict(zip([one.name for one in form], row, strict=False)) for row in grid if row[:3:2] == ["灵宝市", item] and row[3] == (batch or None))
        return found["records"], found["on_time"], found["since"], found["state"]

    assert line(6, REVIEWS, "7月") == (0, "按时", None, "文件已收到，“排查清单”写的是“无”")
    assert line(6, PROTECTED, "") == (0, "按时", None, "文件已收到，“保障类清单”写的是“无”")
    assert line(6, SCREENING, "")[3] == WORDS.state["missing"]      # the list of June is another one
    none.unlink()
    assert line(7, REVIEWS, "7月") == line(8, REVIEWS, "7月") == (0, "按时", None, WORDS.state["kept"])
    assert line(8, REVIEWS, "8月")[3] == WORDS.state["missing"]
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(1)], facts)
    assert line(9, REVIEWS, "7月")[3] == WORDS.state["emptied"].format(first="2022-07-20", sheet="初审意见")     # said otherwise since


@pytest.mark.parametrize(
    ("batch", "day", "said"),
    [
        ("6月", date(2022, 6, 28), ("按时", WORDS.state["none"].format(sheet="排查清单"))),
        ("5月", date(2022, 6, 30), ("按时", WORDS.state["none"].format(sheet="排查清单"))),
        ("6月", date(2022, 7, 1), ("迟1天（应于6月30日前）", WORDS.state["none"].format(sheet="排查清单"))),
        ("7月", date(2022, 6, 28), (None, WORDS.state["missing"])),      # of the month after, see deadline_of
    ],
)
def test_the_list_of_june_is_answered_by_none_in_the_file_of_june(batch: str, day: date, said: tuple[object, ...], tmp_path: Path) -> None:
    facts = {"report_date": day, "sign_date": day}
    none = county_file(tmp_path / "收件箱", "灵宝市", [{"name": "无"}], {"batch": batch, **facts})
    county_file(tmp_path / "收件箱", "湖滨区", [enterprise(0)], {"batch": "6月", **facts})
    july = county_file(tmp_path / "七月", "灵宝市", [enterprise(1)], {"batch": "7月", "report_date": date(2022, 7, 19), "sign_date": date(2022, 7, 19)})
    summary = tmp_path / "市级汇总.xlsx"

    def line(moment: datetime, *more: Path) -> tuple[tuple[object, ...], bool]:
        merge([tmp_path / "收件箱", *more], summary, POLICY, moment)
        names, rows = [one.name for one in load_form("reporting")], open_book(summary).values(load_form("reporting").sheet)
        found = {row[2]: dict(zip(names, row, strict=False)) for row in rows if row[0] == "灵宝市" and row[2] in (SCREENING, WORDS.total)}
        return (found[SCREENING]["on_time"], found[SCREENING]["state"]), SCREENING in str(found[WORDS.total]["reminder"])

    assert line(datetime(2022, 7, 1, 9)) == (said, said[0] is None)
    if said[0] and batch == "6月":
        july.rename(none.with_name("灵宝市7月.xlsx"))
        assert line(datetime(2022, 7, 25, 9)) == (said, False)      # the list of July adds nothing to that of June
        none.unlink()
        assert line(datetime(2022, 7, 26, 9)) == ((said[0], WORDS.state["kept"]), False)


def test_a_file_that_cannot_be_read_is_no_missing_file() -> None:
    bad = Code.UNREADABLE.at(Place("灵宝市.xlsx"), reason="不是工作簿")
    found = lines(outcome([], bad, unread=("灵宝市.xlsx",)), date(2022, 7, 25), "灵宝市")
    assert found[REVIEWS, "7月"]["state"] == WORDS.state["unread"]
    text = str(found[WORDS.total, ""]["reminder"])
    assert "文件“灵宝市.xlsx”没有汇总：文件打不开：不是工作簿" in text


def test_a_workbook_that_is_set_aside_is_named_unless_another_of_the_county_counts() -> None:
    good = sent("灵宝市", "7月", date(2022, 7, 19), "screening", "review")
    aside = replace(good, file="灵宝市7月（改）.xlsx", accepted=False)
    tie = Code.SENT_TWICE_TIE.at(Place(aside.file), county="灵宝市", batch="7月", other="灵宝市7月.xlsx")
    alone, beside = (str(lines(outcome(some, tie), date(2022, 7, 25), "灵宝市")[WORDS.total, ""]["reminder"]) for some in ([aside], [good, aside]))
    assert f"文件“灵宝市7月（改）.xlsx”没有汇总：{tie.message}" in alone
    assert aside.file not in beside
    assert aside.file not in str(lines(outcome([aside], tie), date(2022, 7, 25), "湖滨区")[WORDS.total, ""]["reminder"])


def test_what_lies_in_an_archive_is_for_the_city_to_unpack_and_no_county_is_reminded_of_it(tmp_path: Path) -> None:
    inbox, path = tmp_path / "区县", tmp_path / "市级汇总.xlsx"
    county_file(inbox, "湖滨区", [enterprise(0)])
    (inbox / "七月.zip").write_bytes(zipped(**{"报送/灵宝市.xlsx": "x"}))
    (inbox / "陕州区.zip").write_bytes(zipped(**{"排查.xlsx": "x"}))
    done = merge([inbox], path, POLICY, datetime(2022, 7, 25, 9))
    told = {str(dict(one.values)["county"]): one for one in done.findings if one.code in (Code.COUNTY_NOT_SENT, Code.COUNTY_PACKED)}
    assert told["灵宝市"].message == "“灵宝市”的“灵宝市.xlsx”在压缩包“七月.zip”里，没有读取，也没有汇总"
    assert (told["渑池县"].code, "陕州区" in told) == (Code.COUNTY_NOT_SENT, False)
    states = {str(one["county"]): one["state"] for one in done.counties if one["county"]}
    assert [states[name] for name in ("灵宝市", "渑池县")] == ["在压缩包里，没有读取，见问题清单", "未报送"]
    for name, archive in (("灵宝市", "七月.zip"), ("陕州区", "陕州区.zip")):
        found = lines(done, date(2022, 7, 25), name)
        assert (found[SCREENING, ""]["state"], found[SCREENING, ""]["since"]) == (f"文件在压缩包“{archive}”里，没有解开，也没有读取；解开后再汇总，不用催报", None)
        assert (found[WORDS.total, ""]["reminder"], found[SCREENING, ""]["file"]) == (None, None)
        assert str(found[WORDS.total, ""]["state"]).startswith("应报2项，已报0项，待报0项，待确认2项")
        assert found[PROTECTED, ""]["state"] == "未到期"
    problems = [row for row in openpyxl.load_workbook(path)["问题清单"].iter_rows(values_only=True) if "W607" in row]
    assert [row[0] for row in problems] == ["灵宝市"]


def test_no_county_is_reminded_of_a_batch_after_the_adjustment_has_closed() -> None:
    """四: one adjustment by 11-15. 三(一) goes on every month: whether a batch due on 11-20 or 12-20 is still owed nobody says."""
    found = lines(outcome([sent("灵宝市", "10月", date(2022, 10, 19), "screening", "review")]), date(2022, 12, 25), "灵宝市")
    states = {batch: (one["state"], one["since"]) for (item, batch), one in found.items() if item == REVIEWS}
    assert states == {"10月": (WORDS.state["sent"], None), "11月": (WORDS.state["closed"], None), "12月": (WORDS.state["closed"], None)}
    assert REVIEWS not in str(found[WORDS.total, ""]["reminder"])
    other = lines(outcome([sent("灵宝市", "10月", date(2022, 10, 19), "screening", "review")]), date(2022, 12, 25), "卢氏县")
    assert (other[REVIEWS, "10月"]["state"], other[REVIEWS, "12月"]["state"]) == (WORDS.state["missing"], WORDS.state["closed"])


def test_the_reminder_names_what_is_missing_its_day_its_clause_and_the_faults() -> None:
    fault = Code.REQUIRED.at(Place("灵宝市7月.xlsx", "排查清单", "B5"), label="企业名称", hint="")
    found = lines(outcome([sent("灵宝市", "7月", date(2022, 7, 19), "screening", "review", findings=(fault,))]), date(2022, 9, 30), "灵宝市")
    text = str(found[WORDS.total, ""]["reminder"])
    assert text.startswith("灵宝市：您好！")
    assert "“完成当月申报企业初审并上报”（8月）没有收到：应于8月20日前报送，自8月21日起缺报（三环文〔2022〕69号 三(一)、三(三)2）。" in text
    assert "文件“灵宝市7月.xlsx”有错误1处" in text
    assert found[WORDS.total, ""]["state"] == "应报5项，已报1项，待报3项，待确认1项；错误1处，提醒0处"


def test_the_reminder_counts_nothing_that_only_the_city_can_decide() -> None:
    """The county would look for it in what was returned to it, in vain."""
    place = Place("灵宝市7月.xlsx", "排查清单", "B5")
    close = Code.NAMES_CLOSE.at(place, name="甲公司", where="渑池县", other="甲公司厂")
    run = outcome([sent("灵宝市", "7月", date(2022, 7, 19), "screening", "review", findings=(close,))])
    found = lines(run, date(2022, 7, 25), "灵宝市")[WORDS.total, ""]
    assert "灵宝市7月.xlsx" not in str(found["reminder"])
    assert str(found["state"]).endswith("错误0处，提醒0处")


def test_of_more_than_three_overdue_items_the_reminder_counts_all_and_names_the_first_three() -> None:
    run = outcome([sent("灵宝市", "7月", date(2022, 7, 19), "screening", "review"), *(sent(name, "7月", date(2022, 7, 19), "review") for name in ("湖滨区", "陕州区"))])
    three, four = (str(lines(run, day, "灵宝市")[WORDS.total, ""]["reminder"]).splitlines()[1:-1] for day in (date(2022, 9, 30), date(2022, 10, 21)))
    assert [line[:2] for line in three] == ["1.", "2.", "3."]
    assert four == [
        "1. “完成当月申报企业初审并上报”（8月）、“完成当月申报企业初审并上报”（9月）、“完成当月申报企业初审并上报”（10月）等4项没有收到，或没有内容；"
        "最早的应于8月20日前报送（三环文〔2022〕69号 三(一)、三(三)2）。请尽快报送；确实没有的，请在表的第一行写“无”报来。"
    ]


def test_who_owes_nothing_is_not_reminded() -> None:
    run = outcome([sent("灵宝市", "7月", date(2022, 7, 19), "screening", "review", findings=())])
    assert lines(run, date(2022, 7, 25), "灵宝市")[WORDS.total, ""]["reminder"] is None


def test_versions_are_the_different_contents_the_log_has_seen() -> None:
    tables: dict[str, Table] = {}
    for day, sha in ((25, "1" * 64), (26, "2" * 64), (27, "2" * 64)):
        _, tables = merged(read(county("灵宝市", (A, "甲公司", "铸件"), sha256=sha)), tables, day=day)
    found = {str(one["item"]): one for one in tables["reporting"].records() if one["county"] == "灵宝市"}
    assert (found[SCREENING]["versions"], found[SCREENING]["received"]) == (2, "2022-07-26 00:00:00")


def test_a_month_stays_answered_when_the_next_one_comes_under_the_same_name() -> None:
    def month(batch: str, reported: date) -> list[Submission]:
        return [submission(f"{name}.xlsx", name, {"screening": LIST, "review": REVIEW}, batch=batch, report_date=reported) for name in ("灵宝市", "湖滨区")]

    july, august = month("7月", date(2022, 7, 19)), outcome(month("8月", date(2022, 8, 19)))
    before = city(outcome(july), Basis({}, POLICY, CITY, datetime(2022, 7, 22, 9)))[1]
    for day in (22, 23):
        one = lines(august, date(2022, 8, day), "灵宝市", before)
        assert (one[REVIEWS, "7月"]["on_time"], one[REVIEWS, "7月"]["state"]) == ("按时", WORDS.state["kept"])
        assert (one[REVIEWS, "8月"]["on_time"], one[REVIEWS, "8月"]["state"]) == ("按时", WORDS.state["sent"])
        before = city(august, Basis(before, POLICY, CITY, datetime(2022, 8, day, 9)))[1]


def test_the_list_of_june_stays_answered_when_the_file_of_july_takes_its_place() -> None:
    june, july = (sent("灵宝市", batch, day, *forms) for batch, day, forms in (("6月", date(2022, 6, 30), ["screening"]), ("7月", date(2022, 7, 19), ["screening", "review"])))
    for first, said in ((june, ("按时", WORDS.state["kept"])), (july, ("需人工确认", WORDS.state["unclear"].format(month=6, batch="7月", sheet="排查清单", count=1)))):
        before = city(outcome([first]), Basis({}, POLICY, CITY, datetime(2022, 7, 1, 9)))[1]
        for day in (25, 26):
            one = lines(outcome([july]), date(2022, 7, day), "灵宝市", before)[SCREENING, ""]
            assert (one["on_time"], one["state"]) == said
            before = city(outcome([july]), Basis(before, POLICY, CITY, datetime(2022, 7, day, 9)))[1]


@pytest.mark.parametrize(("today", "months"), [(date(2023, 1, 5), 6), (date(2022, 8, 1), 2), (date(2021, 12, 20), 1)])
def test_after_the_year_all_its_months_are_asked_for_and_before_it_only_those_that_came(today: date, months: int) -> None:
    one = lines(outcome([sent("灵宝市", "7月", date(2022, 7, 19), "review")]), today, "灵宝市")
    assert [batch for item, batch in one if item == REVIEWS] == [f"{7 + at}月" for at in range(months)]


def test_a_file_of_another_year_answers_nothing() -> None:
    one = lines(outcome([sent("灵宝市", "7月", date(2021, 7, 19), "review", year=2021), sent("湖滨区", "7月", date(2022, 7, 19), "review")]), date(2022, 7, 25), "灵宝市")
    assert one[REVIEWS, "7月"]["state"] == WORDS.state["missing"]


def test_a_file_sent_again_after_the_date_is_not_said_to_be_late_where_the_first_one_was_in_time() -> None:
    first = sent("灵宝市", "7月", date(2022, 7, 20), "screening", "review", sha256="a" * 64)
    before = city(outcome([first]), Basis({}, POLICY, CITY, datetime(2022, 7, 21, 9)))[1]
    for day, sha in ((25, "b"), (28, "c"), (28, "c")):
        again = outcome([sent("灵宝市", "7月", date(2022, 7, day), "screening", "review", sha256=sha * 64)])
        one = lines(again, date(2022, 7, day), "灵宝市", before)
        assert (one[REVIEWS, "7月"]["on_time"], one[REVIEWS, "7月"]["state"]) == (WORDS.state["ask"], WORDS.state["again"].format(first="2022-07-20"))
        assert "已报1项" in str(one[WORDS.total, ""]["state"])
        before = city(again, Basis(before, POLICY, CITY, datetime(2022, 7, day, 9)))[1]
        assert {str(line["on_time"]) for line in before["board"].records() if line["county"] == "灵宝市"} == {WORDS.state["ask"]}
    late = city(outcome([sent("灵宝市", "7月", date(2022, 7, 21), "review", sha256="d" * 64)]), Basis({}, POLICY, CITY, datetime(2022, 7, 22, 9)))[1]
    assert lines(again, date(2022, 7, 28), "灵宝市", late)[REVIEWS, "7月"]["state"] == WORDS.state["late"]


def test_the_first_day_is_remembered_while_the_file_is_away() -> None:
    def july(day: int, sha: str) -> Outcome:
        return outcome([sent("灵宝市", "7月", date(2022, 7, day), "screening", "review", sha256=sha * 64)])

    before: dict[str, Table] = {}
    elsewhere = outcome([sent("湖滨区", "7月", date(2022, 7, 19), "screening", "review")])
    for day, run in ((21, july(20, "a")), (25, july(25, "b")), (26, elsewhere), (27, elsewhere), (28, july(25, "b")), (29, elsewhere), (30, july(29, "c"))):
        one = lines(run, date(2022, 7, day), "灵宝市", before)
        said = one[REVIEWS, "7月"]["on_time"], one[REVIEWS, "7月"]["state"]
        assert said == (("按时", WORDS.state["sent"]) if day == 21 else (WORDS.state["ask"], WORDS.state["again"].format(first="2022-07-20")))
        before = city(run, Basis(before, POLICY, CITY, datetime(2022, 7, day, 9)))[1]


def test_the_first_day_is_remembered_where_nothing_was_to_report_either_time() -> None:
    before: dict[str, Table] = {}
    for moment, reported in ((21, 20), (26, 25), (27, 25), (28, 25)):
        said = Code.SAID_NONE.at(Place("灵宝市7月.xlsx", load_form("screening").sheet, "B5"), sheet=load_form("screening").sheet, value="无")
        run = outcome([sent("灵宝市", "7月", date(2022, 7, reported), sha256=f"{reported}" * 32, findings=(said,)), sent("湖滨区", "7月", date(2022, 7, 19), "review")])
        one = lines(run, date(2022, 7, moment), "灵宝市", before)[REVIEWS, "7月"]
        none, again = WORDS.state["none"].format(sheet="排查清单"), WORDS.state["again"].format(first="2022-07-20")
        assert (one["records"], one["on_time"], one["state"]) == ((0, "按时", none) if moment == 21 else (0, WORDS.state["ask"], again))
        before = city(run, Basis(before, POLICY, CITY, datetime(2022, 7, moment, 9)))[1]


@pytest.mark.parametrize(("duty", "forms", "due"), [((REVIEWS, "7月"), ("screening", "review"), date(2022, 7, 20)), ((SCREENING, ""), ("screening",), date(2022, 6, 30))])
def test_the_first_day_is_remembered_where_a_corrected_file_has_left_the_sheet_empty(duty: tuple[str, str], forms: tuple[str, ...], due: date) -> None:
    batch = f"{due.month}月"

    def run(after: int, *forms: str) -> Outcome:
        return outcome([sent("灵宝市", batch, due + timedelta(days=after), *forms, sha256=f"{after % 7}" * 64, findings=()), sent("湖滨区", "7月", date(2022, 7, 19), "screening", "review")])

    elsewhere = outcome(run(0).submissions[1:])
    emptied = WORDS.state["emptied"].format(first=due, sheet=load_form(forms[-1]).sheet)
    before: dict[str, Table] = {}
    for day, found, (state, on_time, since) in (
        (1, run(0, *forms), (WORDS.state["sent"], "按时", None)),
        (5, run(5, *forms[:-1]), (emptied, None, due + timedelta(days=1))),
        (6, run(5, *forms[:-1]), (emptied, None, due + timedelta(days=1))),
        (7, elsewhere, (WORDS.state["missing"] if forms == ("screening",) else emptied, None, due + timedelta(days=1))),
    ):
        one = lines(found, due + timedelta(days=day), "灵宝市", before)
        assert (one[duty]["state"], one[duty]["on_time"], one[duty]["since"]) == (state, on_time, since)
        last, before = before, city(found, Basis(before, POLICY, CITY, datetime(due.year, due.month, due.day, 9) + timedelta(days=day)))[1]
    one = lines(run(12, *forms), due + timedelta(days=13), "灵宝市", last)
    assert (one[duty]["state"], one[duty]["on_time"]) == (WORDS.state["again"].format(first=due), WORDS.state["ask"])


def test_a_sheet_emptied_before_the_date_is_asked_about() -> None:
    before = city(outcome([sent("灵宝市", "7月", date(2022, 7, 10), "screening", "review", sha256="a" * 64)]), Basis({}, POLICY, CITY, datetime(2022, 7, 11, 9)))[1]
    one = lines(outcome([sent("灵宝市", "7月", date(2022, 7, 12), "screening", sha256="b" * 64, findings=())]), date(2022, 7, 12), "灵宝市", before)
    assert (one[REVIEWS, "7月"]["state"], one[REVIEWS, "7月"]["since"]) == (WORDS.state["emptied"].format(first="2022-07-10", sheet="初审意见"), None)
    assert "“初审意见”没有内容" in str(one[WORDS.total, ""]["reminder"])


@pytest.mark.parametrize(
    ("first", "asked"),
    [({"report_date": date(2022, 7, 20)}, True), ({"report_date": date(2022, 7, 21)}, False), ({"report_date": None}, False), ({"county": "湖滨区"}, False), ({"batch": "6月"}, False), ({"tables": {}}, False)],
)
def test_a_file_in_time_that_another_one_replaces_in_the_same_run_was_in_time(first: dict[str, object], asked: bool) -> None:
    replaced = replace(sent("灵宝市", "7月", date(2022, 7, 19), "screening", "review"), **({"file": "改前.xlsx", "accepted": False} | first))
    _, tables = city(outcome([sent("灵宝市", "7月", date(2022, 7, 25), "screening", "review"), replaced]), Basis({}, POLICY, CITY, datetime(2022, 7, 26, 9)))
    said = [next(line["on_time"] for line in tables[name].records() if line["file"] == "灵宝市7月.xlsx") for name in ("board", "reporting")]
    (line,) = [one for one in tables["reporting"].records() if (one["county"], one["item"], one["batch"]) == ("灵宝市", REVIEWS, "7月")]
    assert (said[0] == WORDS.state["ask"], line["on_time"] == WORDS.state["ask"]) == (asked, asked)
    assert asked or str(said[0]).startswith("迟5天")


def test_what_an_earlier_merge_took_in_stays_answered_while_its_rows_stay() -> None:
    run = outcome([sent("灵宝市", "7月", date(2022, 7, 19), "screening", "review")])
    _, tables = city(run, Basis({}, POLICY, CITY, datetime(2022, 7, 25)))
    later = outcome([sent("湖滨区", "8月", date(2022, 8, 19), "screening", "review")])
    one = lines(later, date(2022, 8, 19), "灵宝市", tables)[REVIEWS, "7月"]
    assert (one["state"], one["file"], one["on_time"], one["versions"]) == (WORDS.state["kept"], "灵宝市7月.xlsx", "按时", 1)


# --- reminders as files -----------------------------------------------------------------------------------------------


def test_reminders_are_texts_that_count_the_days_of_today(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "市级汇总.xlsx"
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0), enterprise(1, capacity="很多")])
    merge([tmp_path / "收件箱"], output, POLICY, datetime(2022, 7, 25, 9))
    done = remind(output, None, date(2022, 7, 25))
    assert {one.county for one in done} == {one.name for one in POLICY.counties}
    texts = {one.county: one.path.read_bytes().decode("utf-8-sig") for one in done}
    assert "（截至2022年7月25日：" in texts["湖滨区"]
    assert "“完成当月申报企业初审并上报”（7月）已缺报5天" in texts["湖滨区"]
    assert "错误1处" in texts["灵宝市"]
    done[0].path.write_text("我改过", "utf-8")
    again = remind(output, None, date(2022, 7, 25))[0]
    assert again.path != done[0].path
    assert done[0].path.read_text("utf-8") == "我改过"
    assert command(["remind", str(output), "-o", str(tmp_path / "催报")]) == 0
    assert "写了 8 份提醒" in capsys.readouterr().out


@pytest.mark.parametrize(("today", "said"), [(date(2022, 10, 20), "已缺报92天"), (date(2022, 10, 21), "自2022年7月21日起缺报"), (date(2026, 11, 29), "自2022年7月21日起缺报")])
def test_after_92_days_a_reminder_says_since_when_instead_of_how_many_days(today: date, said: str, tmp_path: Path) -> None:
    output = tmp_path / "市级汇总.xlsx"
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0)])
    merge([tmp_path / "收件箱"], output, POLICY, datetime(2022, 7, 25, 9))
    texts = {one.county: one.text for one in remind(output, None, today)}
    assert f"“完成当月申报企业初审并上报”（7月）{said}" in texts["湖滨区"]


def test_a_summary_without_the_sheet_says_so(tmp_path: Path) -> None:

    output = tmp_path / "市级汇总.xlsx"
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0)])
    merge([tmp_path / "收件箱"], output, POLICY, datetime(2022, 7, 25, 9))
    book = openpyxl.load_workbook(output)
    del book[CITY["reporting"].sheet]
    book.save(output)
    with pytest.raises(StopError) as stop:
        remind(output, None, date(2022, 7, 25))
    assert stop.value.finding.code is Code.NO_SUCH_SHEET


def test_a_blank_summary_remembers_no_month(tmp_path: Path) -> None:
    [path] = [path for path in make_templates(tmp_path, POLICY) if path.suffix == ".xlsm"]
    form = load_form("history")
    sheet = openpyxl.load_workbook(path)[form.sheet]
    assert [sheet.cell(FIRST_ROW, column).value for column in range(1, len(form.fields) + 1)] == [None] * len(form.fields)


def test_the_sheet_is_one_page_wide_on_paper_without_the_texts_to_copy(tmp_path: Path) -> None:
    """With a year overdue it printed 26 pages: two across, every summing line as high as its reminder."""
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0)])
    merge([tmp_path / "收件箱"], tmp_path / "市级汇总.xlsx", POLICY, datetime(2022, 12, 31, 9))
    book = openpyxl.load_workbook(tmp_path / "市级汇总.xlsx")
    sheet = book[CITY["reporting"].sheet]
    labels = [cell.value for cell in sheet[FIRST_ROW - 1]]
    assert (labels[13], labels[14]) == ("报送状态", "提醒语（可直接复制）")
    assert sheet.print_area == f"'{sheet.title}'!$A$1:$N$1048576"
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (True, 1, 0)
    summing = [row for row in range(FIRST_ROW, sheet.max_row + 1) if sheet.cell(row, 15).value]
    assert len(summing) == 8
    assert max(sheet.row_dimensions[row].height for row in summing) <= 110
