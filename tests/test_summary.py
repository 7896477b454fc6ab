"""The city's figures: who has sent what, counts by grade, and the share against the target of 三环文〔2022〕69号 一."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.submissions import CITY, POLICY, outcome, submission
from xltools.model.code import Code
from xltools.model.dashboard import Counts, load_dashboard
from xltools.model.finding import Place
from xltools.model.outcome import Outcome
from xltools.model.table import Table
from xltools.rules.account import log
from xltools.rules.board import board, figures, guess, problems
from xltools.rules.city import city_records
from xltools.rules.combine import PROGRESS, combine
from xltools.rules.cross import not_sent
from xltools.rules.enterprises import enterprises
from xltools.rules.history import history, month_line
from xltools.rules.marks import WORDS, marks
from xltools.rules.summary import counted, counts, share, shares

DASHBOARD = load_dashboard()
TARGET = POLICY.targets[0]
GRADES = ("A", "B", "B-", "C", "D", "引领性", "非引领性")
LIST = """
credit_code | name | process | industry | table | current | applied
甲 | 甲公司 | 铸件 | 铸造 | 铸件（天然气、电炉熔化） | C | B
乙 | 乙公司 | 熟料 | 水泥 | 水泥熟料 | B | A
丙 | 丙公司 | 烧结 | 砖瓦窑 | 烧结砖瓦制品 | 未评级 | 很好
丁 | 丁公司 | 铸件 | 铸造 | 铸件（天然气、电炉熔化） | D | B-
"""


def made(form: str, *records: dict[str, object]) -> Table:
    """A city table of these records."""
    return city_records(CITY[form], records)


def tally(id: str, table: Table) -> Counts:
    return counts(next(one for one in DASHBOARD.tallies if one.id == id), table, POLICY)


# --- counts -----------------------------------------------------------------------------------------------------------


def test_grades_are_those_of_all_schemes() -> None:
    assert POLICY.grades == GRADES


def test_every_county_has_a_line_and_every_row_is_counted_once() -> None:
    rows = [("灵宝市", "B"), ("灵宝市", "B"), ("灵宝市", "需人工确认"), ("灵宝市", None), ("湖滨区", "引领性")]
    found = tally("county_applied", made("enterprises", *({"county": county, "applied": grade} for county, grade in rows)))
    assert tuple(found.numbers) == POLICY.lists["counties"]
    assert found.numbers["灵宝市"] == (0, 2, 0, 0, 0, 0, 0)
    assert found.others["灵宝市"] == 2
    assert found.numbers["湖滨区"] == (0, 0, 0, 0, 0, 1, 0)
    assert found.numbers["卢氏县"] == (0,) * 7
    assert sum(map(sum, found.numbers.values())) + sum(found.others.values()) == len(rows)
    assert found.rest is None


def test_industries_come_most_first_and_unknown_ones_make_the_rest() -> None:
    rows = [("水泥", "A"), ("铸造", "B"), ("铸造", "C"), ("铸钢厂", "B"), (None, "很好")]
    found = tally("industry_applied", made("ledger", *({"county": "灵宝市", "industry": industry, "applied": grade} for industry, grade in rows)))
    assert list(found.numbers) == ["铸造", "水泥"]
    assert found.rest == (0, 1, 0, 0, 0, 0, 0, 1)


def test_a_tally_without_a_grade_is_left_out_unless_always_shown() -> None:
    run = outcome([submission("灵宝市.xlsx", "灵宝市", {"screening": LIST})])
    tables = combine(run, POLICY, CITY)
    tables["enterprises"] = enterprises(CITY["enterprises"], tables["ledger"], POLICY)
    assert "industry_decided" not in [one.tally.id for one in counted(DASHBOARD, tables, POLICY)]
    assert "county_decided" in [one.tally.id for one in counted(DASHBOARD, tables, POLICY)]
    tables["ledger"] = tables["ledger"].with_cells({"decided": ["B", None, None, None]})
    assert "industry_decided" in [one.tally.id for one in counted(DASHBOARD, tables, POLICY)]


# --- the share --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grades", "good", "graded", "missing"),
    [
        ([], 0, 0, 0),
        (["C"] * 4 + ["A"], 1, 5, 0),
        (["C"] * 5 + ["A"], 1, 6, 1),
        (["C"] * 5 + ["B-"], 1, 6, 1),
        (["D"] * 4 + ["引领性"], 1, 5, 0),
        (["非引领性"] * 5, 0, 5, 1),
        (["C"] * 28 + ["B"] * 7, 7, 35, 0),
        (["C"] * 29 + ["B"] * 6, 6, 35, 1),
        (["A", "B", "B-", "引领性"], 4, 4, 0),
    ],
)
def test_a_b_and_leading_count_against_twenty_per_cent(grades: list[str], good: int, graded: int, missing: int) -> None:
    found = share("applied", grades, TARGET, GRADES)
    assert (found.good, found.graded, found.missing, found.target) == (good, graded, missing, Decimal("0.20"))


def test_nobody_graded_is_no_share_rather_than_zero() -> None:
    assert share("decided", [None, "未评级", "长期停产"], TARGET, GRADES).value is None


def test_what_is_not_graded_stands_in_neither_number() -> None:
    found = share("current", ["A", "C", "未评级", "需人工确认", "待核实", None], TARGET, GRADES)
    assert (found.good, found.graded, found.uncounted, found.value) == (1, 2, 4, Decimal("0.5"))


def test_shares_are_of_enterprises_for_each_basis() -> None:
    table = made("enterprises", {"current": "C", "applied": "B", "conclusion": "B"}, {"current": "B", "applied": "A"})
    found = shares(DASHBOARD, {"enterprises": table}, POLICY)
    assert [(one.grade, one.good, one.graded) for one in found] == [("current", 1, 2), ("applied", 2, 2), ("conclusion", 1, 1), ("decided", 0, 0)]


# --- the board --------------------------------------------------------------------------------------------------------


def lines(run: Outcome, *names: str) -> list[tuple[object, ...]]:
    return side_by_side(board(CITY["board"], run, POLICY), *names)


def side_by_side(table: Table, *names: str) -> list[tuple[object, ...]]:
    return list(zip(*(table.cells[name] for name in names), strict=True))


def test_the_board_has_every_county_in_order_and_says_who_sent_nothing() -> None:
    found = lines(outcome([submission("灵宝市.xlsx", "灵宝市", {"screening": LIST}, findings=())]), "county", "group", "state")
    assert [county for county, _, _ in found] == list(POLICY.lists["counties"])
    assert found[0] == ("湖滨区", "申报帮扶组1", "未报送")
    assert found[6] == ("灵宝市", "申报帮扶组3", "已汇总，没有问题")


REVIEW = "credit_code | process\n甲 | 铸件"


@pytest.mark.parametrize(
    ("batch", "reported", "texts", "words"),
    [
        ("7月", date(2022, 7, 20), {"screening": LIST, "review": REVIEW}, "按时"),
        ("7月", date(2022, 7, 21), {"screening": LIST, "review": REVIEW}, "迟1天（应于7月20日前）"),
        ("6月", date(2022, 6, 30), {"screening": LIST}, "按时"),
        ("6月", date(2022, 7, 1), {"screening": LIST}, "迟1天（应于6月30日前）"),
        ("6月", date(2022, 6, 30), {"screening": LIST, "review": REVIEW}, "迟10天（应于6月20日前）"),
        ("8月", date(2022, 8, 22), {"screening": LIST, "review": REVIEW}, "期限是周六，需人工确认"),
        ("12月", date(2023, 1, 5), {"screening": LIST, "review": REVIEW}, "需人工确认"),
        ("7月", None, {"screening": LIST}, "上报日期未填或有误"),
        ("", date(2022, 7, 1), {"screening": LIST}, "上报日期未填或有误"),
    ],
)
def test_the_board_says_whether_a_workbook_came_in_time(batch: str, reported: date | None, texts: dict[str, str], words: str) -> None:
    one = submission("灵宝市.xlsx", "灵宝市", texts, batch=batch, report_date=reported)
    assert lines(outcome([one]), "county", "on_time")[6] == ("灵宝市", words)


def test_the_board_counts_rows_and_problems_and_says_what_became_of_a_file() -> None:
    place = Place("灵宝市.xlsx", "排查清单", "C7")
    found = (Code.ROW_WITHOUT_KEY.at(place, label="统一社会信用代码", more=""), Code.NOT_WORSE.at(Place("灵宝市.xlsx"), label="", value="", other_label="", other=""))
    one = submission("灵宝市.xlsx", "灵宝市", {"screening": LIST, "review": REVIEW}, findings=found)
    twice = submission("卢氏县.xlsx", "卢氏县", {"screening": LIST}, findings=(), accepted=False)
    bad = Code.UNREADABLE.at(Place("渑池县 7月.xlsx"), reason="")
    run = outcome([one, twice], bad, unread=("渑池县 7月.xlsx",))
    rows = {county: rest for county, *rest in lines(run, "county", "rows", "reviews", "errors", "warnings", "state")}
    assert rows["灵宝市"] == [4, 1, 1, 1, "已汇总，有1处错误、1处提醒，1行未汇总"]
    assert rows["卢氏县"] == [4, 0, 0, 0, "未汇总，见问题清单"]
    assert rows["渑池县"] == [None, None, 1, 0, "打不开，见问题清单"]
    again = Code.SENT_AGAIN.at(Place("卢氏县.xlsx"), kept="卢氏县改.xlsx", why="")
    assert dict(lines(outcome([twice], again), "county", "state"))["卢氏县"] == "已由另一份代替，不用处理"


def test_a_file_of_no_known_county_stands_last() -> None:
    found = lines(outcome([submission("报表.xlsx", "", {"screening": LIST}, accepted=False)]), "county", "file")
    assert found[-1] == (None, "报表.xlsx")


def test_figures_in_large_type() -> None:
    run = outcome([submission("灵宝市.xlsx", "灵宝市", {"screening": LIST}, findings=())], unread=("x.xlsx",))
    tables = combine(run, POLICY, CITY)
    tables["enterprises"] = enterprises(CITY["enterprises"], tables["ledger"], POLICY)
    assert figures(tables, run, POLICY) == {"已报送县（市、区）": "1 / 8", "收到文件": "2", "企业": "4", "汇总工序": "4", "全市错误": "0", "全市提醒": "0"}


# --- the list of problems ---------------------------------------------------------------------------------------------


def test_problems_come_by_county_and_severity_with_the_enterprise() -> None:
    def at(file: str, cell: str) -> Place:
        return Place(file, "排查清单", cell)

    note = Code.CONVERTED.at(at("b.xlsx", "K5"), label="", value="", after="", how="")
    warning = Code.NOT_WORSE.at(at("b.xlsx", "O6"), label="", value="", other_label="", other="")
    error = Code.REQUIRED.at(at("b.xlsx", "E8"), label="", hint="")
    other = Code.REQUIRED.at(at("a.xlsx", "E5"), label="", hint="")
    books = [submission("a.xlsx", "卢氏县", {"screening": LIST}, findings=()), submission("b.xlsx", "湖滨区", {"screening": LIST}, findings=())]
    run = outcome(books, note, warning, error, other)
    run = replace(run, findings=(*run.findings, *not_sent(run, POLICY)[:1]))
    assert side_by_side(problems(CITY["problems"], run, POLICY), "county", "severity", "cell", "enterprise", "code") == [
        ("湖滨区", "错误", "E8", "丁公司", "E202"),
        ("湖滨区", "提醒", "O6", "乙公司", "W302"),
        ("湖滨区", "说明", "K5", "甲公司", "N220"),
        ("开发区", "提醒", None, None, "W604"),
        ("卢氏县", "错误", "E5", "甲公司", "E202"),
    ]


def test_a_problem_in_a_review_names_the_enterprise_by_its_code() -> None:
    one = submission("a.xlsx", "卢氏县", {"screening": LIST, "review": REVIEW}, findings=())
    run = outcome([one], Code.REQUIRED.at(Place("a.xlsx", "初审意见", "D5"), label="", hint=""))
    assert list(problems(CITY["problems"], run, POLICY).cells["enterprise"]) == ["甲公司"]


@pytest.mark.parametrize(("text", "county"), [("陕县报表.xlsx", "陕州区"), ("经开区.xls", "开发区"), ("报表.xlsx", "")])
def test_a_file_name_tells_the_county_where_it_can(text: str, county: str) -> None:
    assert guess(text, POLICY) == county


# --- colours ----------------------------------------------------------------------------------------------------------


def test_cells_with_problems_and_words_that_matter_are_tinted() -> None:
    place = Place("灵宝市.xlsx", "排查清单", "K6")     # 产能 of the second row
    run = outcome(
        [submission("灵宝市.xlsx", "灵宝市", {"screening": LIST}, findings=())],
        Code.NOT_A_NUMBER.at(place, label="", value="", example="", more=""),
        Code.CONVERTED.at(Place("灵宝市.xlsx", "排查清单", "K5"), label="", value="", after="", how=""),
    )
    tables = combine(run, POLICY, CITY)
    tables["log"] = log(CITY["log"], tables, run, POLICY)
    tables["board"] = board(CITY["board"], run, POLICY)
    found = marks(tables, run)
    assert found["ledger"] == {(6, "capacity"): "error"}
    assert [WORDS["status"][word] for word in tables["ledger"].cells["status"]] == ["good", "error", "good", "good"]
    assert WORDS["state"][tables["board"].value(5, "state")] == "error"
    assert found["board"][11, "errors"] == "error"


# --- groups, progress, months -----------------------------------------------------------------------------------------


def test_support_groups_are_counted_and_add_up_to_their_counties() -> None:
    run = outcome([submission(f"{name}.xlsx", name, {"screening": LIST}) for name in ("灵宝市", "卢氏县", "湖滨区")])
    tables = combine(run, POLICY, CITY)
    table = enterprises(CITY["enterprises"], tables["ledger"], POLICY)
    found = tally("group_current", table)
    assert tuple(found.numbers) == POLICY.lists["groups"] == ("申报帮扶组1", "申报帮扶组2", "申报帮扶组3")
    assert [sum(line) + found.others[name] for name, line in found.numbers.items()] == [4, 0, 8]


def test_without_groups_no_groups_are_shown() -> None:
    alone = replace(POLICY, counties=tuple(replace(one, group="") for one in POLICY.counties))
    run = outcome([submission("灵宝市.xlsx", "灵宝市", {"screening": LIST})])
    tables = combine(run, alone, CITY)
    tables["enterprises"] = enterprises(CITY["enterprises"], tables["ledger"], alone)
    assert not [one for one in counted(DASHBOARD, tables, alone) if one.tally.by == "group"]


ISSUES = """
issue_no | credit_code | name | due | done
1 | 甲 | 甲公司 | 2022-07-10 | 2022-07-10
2 | 甲 | 甲公司 | 2022-07-10 | 2022-07-11
3 | 乙 | 乙公司 | 2022-07-19 |
4 | 乙 | 乙公司 | 2022-07-18 |
5 | 丙 | 丙公司 | |
"""


def test_how_far_each_problem_is_follows_from_its_days() -> None:
    run = outcome([submission("灵宝市.xlsx", "灵宝市", {"screening": LIST, "rectification": ISSUES})])
    tables = combine(run, POLICY, CITY)
    assert list(tables["tracking"].cells["progress"]) == ["按期完成", "逾期完成", "整改中", "逾期未完成", None]
    found = tally("county_progress", tables["tracking"])
    assert set(found.grades) == set(PROGRESS.values())
    assert (sum(found.numbers["灵宝市"]), found.others["灵宝市"]) == (4, 1)


def test_each_month_keeps_one_line_with_its_last_figures() -> None:
    form = CITY["history"]
    lines: Table | None = None
    for moment, count in ((datetime(2022, 7, 1), 1), (datetime(2022, 7, 25), 2), (datetime(2022, 7, 26), 2), (datetime(2022, 9, 1), 2)):
        tables = {"enterprises": made("enterprises", *({"current": "B"} for _ in range(count))), "tracking": made("tracking", {"progress": "整改中"})}
        lines = history(form, lines, month_line(tables, DASHBOARD, POLICY, moment))
    assert lines is not None
    found = side_by_side(lines, "about", "moment", "current_good", "unsolved", "overdue")
    assert found == [("2022-07", "2022-07-25 00:00:00", 2, 1, 0), ("2022-09", "2022-09-01 00:00:00", 2, 1, 0)]
