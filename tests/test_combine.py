"""Merging: no row is lost, none is invented, and what was typed stays to be seen."""

from datetime import date
from itertools import permutations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.submissions import CITY, POLICY, outcome, submission
from xltools.model.code import Code
from xltools.model.finding import Place
from xltools.model.outcome import Submission
from xltools.model.policy import Tier
from xltools.model.table import Table
from xltools.rules.account import balance, log
from xltools.rules.combine import combine
from xltools.rules.enterprises import Part, Whole, enterprises, whole

LIST = """
credit_code | name | process | industry | table | applied | current | capacity | target_date
甲 | 甲公司 | 铸件 | 铸造 | 铸件（天然气、电炉熔化） | B | C | 20000 | 2022-11-30
乙 | 乙公司 | 熟料 | 水泥 | 水泥熟料 | A | B | 2000万 | 年底
"""
REVIEWS = """
credit_code | process | applied | conclusion | opinion | m_basic | m_energy | visit_date
甲 | 铸件 | B | B | 同意上报 | 有 | 无 | 2022-07-12
"""


def lingbao(**facts: object) -> Submission:
    return submission("灵宝市.xlsx", "灵宝市", {"screening": LIST, "review": REVIEWS}, **facts)


def rows(table: Table, *names: str) -> list[tuple[object, ...]]:
    """The records of a table, of some fields only."""
    return list(table.frame[list(names)].itertuples(index=False, name=None))


def test_a_ledger_row_is_the_screened_process_with_its_review_and_its_source() -> None:
    ledger = combine(outcome([lingbao()]), POLICY, CITY)["ledger"]
    assert rows(ledger, "county", "batch", "name", "process", "applied", "conclusion", "opinion") == [
        ("灵宝市", "7月", "甲公司", "铸件", "B", "B", "同意上报"),
        ("灵宝市", "7月", "乙公司", "熟料", "A", None, None),
    ]
    assert rows(ledger, "source_file", "source_sheet", "source_row") == [("灵宝市.xlsx", "排查清单", 5), ("灵宝市.xlsx", "排查清单", 6)]
    assert list(ledger.rows) == [5, 6]
    assert ledger.value(5, "capacity") == 20000.0
    assert ledger.value(5, "target_date") == date(2022, 11, 30)


def test_a_value_not_understood_stays_as_typed_and_its_row_has_errors() -> None:
    ledger = combine(outcome([lingbao()]), POLICY, CITY)["ledger"]
    assert ledger.value(6, "target_date") == "年底"
    assert list(ledger.cells["status"]) == ["无问题", "有错误"]


def test_a_grade_in_other_words_is_read_and_its_wording_kept() -> None:
    text = "credit_code | name | process | current | applied\n甲 | 甲公司 | 铸件 | 地方A | Ｂ级"
    frame = combine(outcome([submission("灵宝市.xlsx", "灵宝市", {"screening": text})]), POLICY, CITY)["ledger"].frame
    assert frame.loc[5, ["current", "applied", "as_typed"]].tolist() == ["A", "B", "现有等级：地方A；拟申报等级：Ｂ级"]


def test_of_a_grade_written_as_it_is_and_of_other_words_no_wording_is_kept() -> None:
    assert combine(outcome([lingbao()]), POLICY, CITY)["ledger"].cells["as_typed"] == [None, None]     # 2000万 and 年底 are no grades


def test_an_error_cell_is_shown_as_such() -> None:
    found = Code.ERROR_CELL.at(Place("灵宝市.xlsx", "排查清单", "K6"), label="产能", value="#N/A")
    text = LIST.replace("2000万", "")
    one = submission("灵宝市.xlsx", "灵宝市", {"screening": text}, findings=(found,))
    assert combine(outcome([one]), POLICY, CITY)["ledger"].value(6, "capacity") == "（错误值）"


def test_a_row_with_a_warning_or_an_error_in_its_review_says_so() -> None:
    warning = Code.NOT_WORSE.at(Place("灵宝市.xlsx", "排查清单", "O5"), label="", value="", other_label="", other="")
    error = Code.SAME_PERSON.at(Place("灵宝市.xlsx", "初审意见", "T5"), label="", other_label="", value="")
    calm = lingbao(findings=())
    assert combine(outcome([calm], warning), POLICY, CITY)["ledger"].value(5, "status") == "有提醒"
    tables = combine(outcome([calm], warning, error), POLICY, CITY)
    assert tables["ledger"].value(5, "status") == "有错误"
    assert tables["reviews"].value(5, "status") == "有错误"


def test_reviews_keep_all_rows_take_the_name_from_the_list_and_count_missing_materials() -> None:
    text = REVIEWS + "丙 | 烧结 | B | C | 不同意 | 无 | 无 | 2022-07-12\n"
    one = submission("灵宝市.xlsx", "灵宝市", {"screening": LIST, "review": text})
    reviews = combine(outcome([one]), POLICY, CITY)["reviews"]
    assert rows(reviews, "credit_code", "name", "materials_missing", "visit_date") == [
        ("甲", "甲公司", 1, date(2022, 7, 12)),
        ("丙", None, 2, date(2022, 7, 12)),
    ]


def test_only_papers_count_as_missing_materials() -> None:
    text = REVIEWS.replace("visit_date", "visit_date | shortfall").replace("2022-07-12", "2022-07-12 | 无")
    one = submission("灵宝市.xlsx", "灵宝市", {"screening": LIST, "review": text})
    assert combine(outcome([one]), POLICY, CITY)["reviews"].cells["materials_missing"] == [1]


def test_what_one_of_two_reviews_leaves_blank_is_no_second_value() -> None:
    text = REVIEWS + "甲 | 铸件 | B | | 退回整改 | 有 | 有 | 2022-07-13\n"
    one = submission("灵宝市.xlsx", "灵宝市", {"screening": LIST, "review": text})
    assert combine(outcome([one]), POLICY, CITY)["ledger"].frame.loc[5, ["conclusion", "opinion"]].tolist() == ["B", "同意上报；退回整改"]


def test_a_row_without_a_code_keeps_its_own_name() -> None:
    texts = {"screening": LIST.replace("甲 | 甲公司", " | 甲公司"), "rectification": "issue_no | credit_code | name\nLB-01 | | 丙公司\nLB-02 | 乙 | 丙公司"}
    tracking = combine(outcome([submission("灵宝市.xlsx", "灵宝市", texts)]), POLICY, CITY)["tracking"]
    assert rows(tracking, "issue_no", "name") == [("LB-01", "丙公司"), ("LB-02", "乙公司")]


def test_two_reviews_of_one_process_stand_side_by_side() -> None:
    text = REVIEWS + "甲 | 铸件 | B | C | 退回整改 | 有 | 有 | 2022-07-13\n"
    one = submission("灵宝市.xlsx", "灵宝市", {"screening": LIST, "review": text})
    assert combine(outcome([one]), POLICY, CITY)["ledger"].frame.loc[5, ["conclusion", "opinion"]].tolist() == ["B；C", "同意上报；退回整改"]


@pytest.mark.parametrize(
    ("due", "done", "reported", "word"),
    [
        ("2022-07-10", "2022-07-10", date(2022, 7, 19), "否"),
        ("2022-07-10", "2022-07-11", date(2022, 7, 19), "是"),
        ("2022-07-19", "", date(2022, 7, 19), "否"),
        ("2022-07-18", "", date(2022, 7, 19), "是"),
        ("2022-07-18", "", None, None),
        ("月底", "2022-07-11", date(2022, 7, 19), None),
    ],
)
def test_overdue_follows_from_the_dates(due: str, done: str, reported: date | None, word: str | None) -> None:
    text = f"issue_no | credit_code | due | done\nLB-01 | 甲 | {due} | {done}"
    one = submission("灵宝市.xlsx", "灵宝市", {"rectification": text}, report_date=reported)
    assert combine(outcome([one]), POLICY, CITY)["tracking"].value(5, "overdue") == word


def test_the_other_county_sheets_are_collected_too() -> None:
    texts = {
        "screening": LIST,
        "protected": "credit_code | task\n甲 | 供暖",
        "changes": "credit_code | process | change_kind | detail\n甲 | 铸件 | 企业更名 | 改名",
        "measures": "credit_code | process | grade | cut_red\n甲 | 铸件 | B | 50",
    }
    tables = combine(outcome([submission("灵宝市.xlsx", "灵宝市", texts)]), POLICY, CITY)
    assert rows(tables["protections"], "name", "task") == [("甲公司", "供暖")]
    assert rows(tables["events"], "name", "change_kind") == [("甲公司", "企业更名")]
    assert rows(tables["reductions"], "name", "cut_red") == [("甲公司", 50.0)]


def three() -> list[Submission]:
    """Three workbooks, named against the order of their counties, one of them in two batches."""
    return [
        submission("a.xlsx", "卢氏县", {"screening": LIST}),
        submission("b.xlsx", "湖滨区", {"screening": LIST}, batch="8月"),
        submission("c.xlsx", "湖滨区", {"screening": LIST, "review": REVIEWS}),
    ]


def test_counties_come_in_the_order_of_the_policy_then_batches() -> None:
    ledger = combine(outcome(three()), POLICY, CITY)["ledger"]
    assert list(ledger.frame["source_file"].drop_duplicates()) == ["c.xlsx", "b.xlsx", "a.xlsx"]


def test_the_order_of_files_changes_nothing() -> None:
    expected = combine(outcome(three()), POLICY, CITY)
    for order in permutations(three()):
        tables = combine(outcome(order), POLICY, CITY)
        for name, table in expected.items():
            pd.testing.assert_frame_equal(tables[name].frame, table.frame)


# --- nothing is lost in silence ----------------------------------------------------------------------------------------


def test_a_workbook_set_aside_is_named_row_by_row_with_the_reason() -> None:
    lost = submission("灵宝市2.xlsx", "灵宝市", {"screening": LIST}, accepted=False)
    reason = Code.SENT_TWICE.at(Place("灵宝市2.xlsx"), county="灵宝市", batch="7月", kept="灵宝市.xlsx")
    run = outcome([lingbao(), lost], reason)
    tables = combine(run, POLICY, CITY)
    assert list(tables["ledger"].frame["source_file"].drop_duplicates()) == ["灵宝市.xlsx"]
    assert rows(tables["unmerged"], "county", "source_file", "source_sheet", "source_row", "name", "reason") == [
        ("灵宝市", "灵宝市2.xlsx", "排查清单", 5, "甲公司", reason.message),
        ("灵宝市", "灵宝市2.xlsx", "排查清单", 6, "乙公司", reason.message),
    ]
    account = log(CITY["log"], tables, run, POLICY)
    assert rows(account, "file", "sheet", "seen", "merged", "named") == [
        ("灵宝市.xlsx", "排查清单", 2, 2, 0),
        ("灵宝市.xlsx", "初审意见", 1, 1, 0),
        ("灵宝市2.xlsx", "排查清单", 2, 0, 2),
    ]
    assert balance(account) == []


def test_an_unknown_county_is_the_reason() -> None:
    texts = {"cover": "county\n某某县", "screening": LIST}
    one = submission("x.xlsx", "", texts, accepted=False)
    cover = one.tables["cover"]
    reason = Code.COUNTY_UNKNOWN.at(cover.place(5, "county"), label="县（市、区）", value="某某县", choices="灵宝市")
    assert set(combine(outcome([one], reason), POLICY, CITY)["unmerged"].frame["reason"]) == {reason.message}


def test_a_row_without_key_is_named_and_the_others_are_merged() -> None:
    text = LIST + " | 丙公司 | 烧结 | 砖瓦窑\n"
    reason = Code.ROW_WITHOUT_KEY.at(Place("灵宝市.xlsx", "排查清单", "C7"), label="统一社会信用代码", more="")
    run = outcome([submission("灵宝市.xlsx", "灵宝市", {"screening": text})], reason)
    tables = combine(run, POLICY, CITY)
    assert rows(tables["ledger"], "name") == [("甲公司",), ("乙公司",)]
    assert rows(tables["unmerged"], "name", "source_row", "reason") == [("丙公司", 7, reason.message)]
    account = log(CITY["log"], tables, run, POLICY)
    assert rows(account, "seen", "merged", "named", "outcome") == [(3, 2, 1, "有1行没有汇总")]


def test_a_line_outside_the_records_is_counted_as_named() -> None:
    outside = Code.OUTSIDE_ROWS.at(Place("灵宝市.xlsx", "排查清单", "B9"), value="合计")
    run = outcome([submission("灵宝市.xlsx", "灵宝市", {"screening": LIST})], outside)
    account = log(CITY["log"], combine(run, POLICY, CITY), run, POLICY)
    assert rows(account, "seen", "merged", "named") == [(3, 2, 1)]
    assert balance(account) == []


def test_an_unread_file_is_in_the_log() -> None:
    why = Code.UNREADABLE.at(Place("坏.xlsx"), reason="文件已损坏")
    run = outcome([lingbao()], why, unread=("坏.xlsx",))
    account = log(CITY["log"], combine(run, POLICY, CITY), run, POLICY)
    assert rows(account, "file", "outcome")[-1] == ("坏.xlsx", why.message)
    assert balance(account) == []


def test_a_row_that_goes_missing_between_reading_and_writing_is_reported() -> None:
    run = outcome([lingbao()])
    tables = combine(run, POLICY, CITY)
    ledger = tables["ledger"]
    broken = {**tables, "ledger": ledger.only([True] + [False] * (len(ledger.rows) - 1))}
    found = balance(log(CITY["log"], broken, run, POLICY))
    assert [(one.code, one.place) for one in found] == [(Code.NOT_BALANCED, Place("灵宝市.xlsx", "排查清单"))]
    assert "读入 2 行，汇总 1 行，列出 0 行" in found[0].message


def test_a_row_that_typing_drops_is_reported_too() -> None:
    one = lingbao()
    screening = one.tables["screening"]
    short = replace(one, tables={**one.tables, "screening": screening.only([True] + [False] * (len(screening.rows) - 1))})
    run = outcome([short])
    assert [found.code for found in balance(log(CITY["log"], combine(run, POLICY, CITY), run, POLICY))] == [Code.NOT_BALANCED]


CELL = st.sampled_from(["", "甲", "乙", "丙", "B", "很多", "2022.7.1", "12", " ", "=1+1", "丁公司"])
RECORD = st.lists(CELL, min_size=6, max_size=6)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(["灵宝市", "湖滨区", "卢氏县"]), st.lists(RECORD, max_size=5), st.booleans()), min_size=1, max_size=4))
def test_rows_in_are_rows_out_and_rows_named(books: list[tuple[str, list[list[str]], bool]]) -> None:
    header = "credit_code | name | process | applied | capacity | target_date"
    made = [
        submission(f"{at}.xlsx", county, {"screening": "\n".join([header, *(" | ".join(record) for record in records)])}, accepted=good)
        for at, (county, records, good) in enumerate(books)
    ]
    run = outcome(made)
    tables = combine(run, POLICY, CITY)
    typed = sum(any(cell.strip() for cell in record) for _, records, _ in books for record in records)
    assert len(tables["ledger"].rows) + len(tables["unmerged"].rows) == typed
    assert balance(log(CITY["log"], tables, run, POLICY)) == []
    names = sorted(record[1].strip() for _, records, good in books if good for record in records if record[1].strip())
    assert sorted(tables["ledger"].frame["name"].dropna()) == names


# --- one line per enterprise ------------------------------------------------------------------------------------------

TIERED = replace(POLICY, tiers=(Tier(grades=("A-D:A", "引领性:引领性")),))
CLINKER, GRINDING, CASTING = "水泥熟料", "水泥独立粉磨站", "铸件（天然气、电炉熔化）"


@pytest.mark.parametrize(
    ("parts", "grade"),
    [
        ([("熟料", CLINKER, "A")], "A"),
        ([("熟料", CLINKER, "")], ""),
        ([("熟料", CLINKER, "未评级")], "未评级"),
        ([("熟料", CLINKER, "A"), ("铸件", CASTING, "A")], "A"),
        ([("熟料", CLINKER, "A"), ("铸件", CASTING, "B")], "B"),
        ([("熟料", CLINKER, "B-"), ("铸件", CASTING, "B")], "B-"),
        ([("熟料", CLINKER, "B-"), ("铸件", CASTING, "C")], "C"),
        ([("熟料", CLINKER, "D"), ("铸件", CASTING, "A"), ("烧结", "烧结", "B")], "D"),
        ([("粉磨", GRINDING, "引领性"), ("机加工", "机械加工", "非引领性")], "非引领性"),
        ([("熟料", "", "A"), ("铸件", "没有的表", "C")], "C"),
    ],
)
def test_the_whole_is_the_worst_part_of_one_scheme(parts: list[tuple[str, str, str]], grade: str) -> None:
    assert whole([Part(*part) for part in parts], POLICY) == Whole(grade)


def test_a_part_without_grade_leaves_the_whole_to_be_verified() -> None:
    assert whole([Part("熟料", CLINKER, "A"), Part("粉磨", GRINDING, "")], POLICY) == Whole("待核实", "粉磨还没有等级")


def test_grades_of_one_tier_count_alike_and_the_parts_are_named() -> None:
    found = whole([Part("粉磨", GRINDING, "引领性"), Part("熟料", CLINKER, "A")], TIERED)
    assert found == Whole("A", "粉磨 引领性、熟料 A，两种等级同档，按A统计")


@pytest.mark.parametrize(
    ("clinker", "grinding"), [("B", "引领性"), ("A", "非引领性"), ("D", "非引领性"), ("B-", "引领性"), ("C", "非引领性")]
)
def test_what_no_rule_ranks_is_for_a_person_with_all_parts(clinker: str, grinding: str) -> None:
    found = whole([Part("熟料", CLINKER, clinker), Part("粉磨", GRINDING, grinding)], TIERED)
    assert found.grade == "需人工确认"
    assert found.question.startswith(f"熟料 {clinker}、粉磨 {grinding}，等级体系不同")


@pytest.mark.parametrize("grade", ["未评级", "长期停产", "很好", "引领性"])
def test_a_grade_outside_the_tables_scheme_is_not_ranked(grade: str) -> None:
    assert whole([Part("熟料", CLINKER, grade), Part("铸件", CASTING, "B")], POLICY).grade == "需人工确认"


TWO_PROCESSES = """
credit_code | name | process | industry | table | applied | honour
甲 | 甲公司 | 熟料 | 水泥 | 水泥熟料 | B | 无
甲 | 甲公司 | 铸件 | 铸造 | 铸件（天然气、电炉熔化） | C | 绿色工厂
乙 | 乙公司 | 熟料 | 水泥 | 水泥熟料 | A | 无
"""


def test_an_enterprise_is_one_line_with_its_parts() -> None:
    ledger = combine(outcome([submission("灵宝市.xlsx", "灵宝市", {"screening": TWO_PROCESSES})]), POLICY, CITY)["ledger"]
    table = enterprises(CITY["enterprises"], ledger, POLICY)
    assert rows(table, "name", "processes", "process_list", "applied", "industry", "honour", "ledger_rows") == [
        ("甲公司", 2, "熟料 B；铸件 C", "C", "水泥、铸造", "无、绿色工厂", "5、6"),
        ("乙公司", 1, "熟料 A", "A", "水泥", "无", "7"),
    ]


def test_an_enterprise_in_two_counties_has_a_line_in_each_and_both_say_so() -> None:
    made = [submission(f"{name}.xlsx", name, {"screening": TWO_PROCESSES}) for name in ("灵宝市", "卢氏县")]
    table = enterprises(CITY["enterprises"], combine(outcome(made), POLICY, CITY)["ledger"], POLICY)
    assert rows(table, "county", "credit_code", "confirm") == [
        ("灵宝市", "甲", "同时由卢氏县报送，需核实属地"),
        ("灵宝市", "乙", "同时由卢氏县报送，需核实属地"),
        ("卢氏县", "甲", "同时由灵宝市报送，需核实属地"),
        ("卢氏县", "乙", "同时由灵宝市报送，需核实属地"),
    ]


def test_of_one_process_the_latest_batch_counts() -> None:
    later = "credit_code | name | process | table | applied\n甲 | 甲公司 | 熟料 | 水泥熟料 | A"
    made = [
        submission("7.xlsx", "灵宝市", {"screening": TWO_PROCESSES}),
        submission("8.xlsx", "灵宝市", {"screening": later}, batch="8月"),
    ]
    table = enterprises(CITY["enterprises"], combine(outcome(made), POLICY, CITY)["ledger"], POLICY)
    assert rows(table, "credit_code", "batch", "process_list", "applied") == [("甲", "8月", "铸件 C；熟料 A", "C"), ("乙", "7月", "熟料 A", "A")]


def test_a_process_typed_with_other_brackets_is_the_same_in_both_batches() -> None:
    typed = "credit_code | name | process | table | applied\n甲 | 甲公司 | {} | 水泥熟料 | {}"
    made = [submission(f"{at}.xlsx", "灵宝市", {"screening": typed.format(*row)}, batch=f"{at}月") for at, row in ((7, ("熟料（1号）", "C")), (8, ("熟料(1号)", "A")))]
    table = enterprises(CITY["enterprises"], combine(outcome(made), POLICY, CITY)["ledger"], POLICY)
    assert rows(table, "processes", "process_list", "applied") == [(1, "熟料(1号) A", "A")]


def test_an_application_that_is_not_decided_yet_does_not_hide_what_was_decided_before() -> None:
    """三(三)4 decides month by month, 五2 changes a grade by a result: whether the earlier grade counts until then no clause says."""
    batches = (("6月", "B"), ("7月", "C"), ("8月", None))
    made = [submission(f"{batch}.xlsx", "灵宝市", {"screening": TWO_PROCESSES}, batch=batch) for batch, _ in batches]
    ledger = combine(outcome(made), POLICY, CITY)["ledger"]
    grades = dict(batches)
    decided = [grades[batch] if process == "铸件" else None for batch, process in rows(ledger, "batch", "process")]
    ledger = ledger.with_cells({"decided": decided})
    table = enterprises(CITY["enterprises"], ledger, POLICY)
    assert rows(table, "credit_code", "decided", "confirm") == [
        ("甲", None, "市级评定等级：铸件8月批次还没有评定，7月批次评定为 C，是否仍按它由市级确认"),
        ("乙", None, None),
    ]
