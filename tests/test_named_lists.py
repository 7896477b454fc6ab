"""The lists that follow from decisions: who is on which, why, and by which clause."""

from datetime import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.county_files import CODES, NAMES, POLICY
from tests.public_list import MACHINING, decided, event
from tests.test_emergency import city, protected
from tests.text_book import TextBook
from xltools.actions.run import as_typed
from xltools.books.base import Cell
from xltools.books.read import read_tables
from xltools.faces import cli
from xltools.model.form import load_template
from xltools.rules.named_lists import City, named_lists
from xltools.rules.parse import parse
from xltools.rules.sanctions import events_of

CITY = load_template("city")
PLAIN = {"honour": "无", "low_voc": "否"}
FINAL = {"decided_by": "市绩效分级评定领导小组", "decided_date": datetime(2022, 8, 30)}


def listed(book: TextBook, advanced: frozenset[str] = frozenset()) -> list[tuple[object, ...]]:
    """List, name, grade and clause of every row."""
    return [(one["kind"], one["name"], one["grade"], str(one["clause"]).removeprefix("三环文〔2022〕69号 ")) for one in lines(book, advanced)]


def lines(book: TextBook, advanced: frozenset[str] = frozenset()) -> list[dict[str, object]]:
    forms = tuple(as_typed(CITY[name]) for name in ("ledger", "protections", "events"))
    typed = {name: parse(table, POLICY, 2022)[0] for name, table in read_tables(book, replace(CITY, forms=forms))[0].items()}
    return named_lists(City(typed["ledger"], typed.get("protections"), events_of(typed["events"]) if "events" in typed else [], POLICY, advanced))


def of(*ledger: dict[str, Cell], **sheets: list[dict[str, Cell]]) -> TextBook:
    return city(list(ledger), [], **sheets)


@pytest.mark.parametrize(
    ("grade", "expected"),
    [
        ("A", [("正面清单", "A", "五3"), ("激励：自主减排（需人工确认）", "A", "二(三)")]),
        ("B", [("正面清单", "B", "五3")]),
        ("B-", [("正面清单（需人工确认）", "B-", "五3、二(四)")]),
        ("C", []),
        ("D", [("D级清单", "D", "二(三)")]),
        (None, []),
    ],
)
def test_the_grade_decided_says_the_list(grade: Cell, expected: list[tuple[str, str, str]]) -> None:
    assert [(kind, one, clause) for kind, _, one, clause in listed(of(decided(0, grade, **PLAIN)))] == expected


def test_a_leading_enterprise_is_on_the_positive_list_and_a_not_leading_one_on_none() -> None:
    rows = [decided(0, "引领性", **MACHINING, **PLAIN), decided(1, "非引领性", **MACHINING, **PLAIN)]
    assert listed(of(*rows)) == [("正面清单", NAMES[0], "引领性", "五3")]


def test_the_worst_process_decides_for_the_enterprise() -> None:
    rows = [decided(0, "A", **PLAIN), decided(0, "C", process="二号线", **PLAIN)]
    assert listed(of(*rows)) == []
    assert listed(of(decided(0, "A", **PLAIN), decided(0, None, process="二号线", **PLAIN))) == []


@pytest.mark.parametrize(("honour", "kind"), [("绿色矿山", "honour"), ("能效领跑者", "honour"), ("否", "unknown"), ("省级文明单位", "unknown")])
def test_a_title_that_the_notice_does_not_name_is_for_a_person_to_judge(honour: str, kind: str) -> None:
    """三环文〔2022〕69号 二(三) names four."""
    kinds = {"honour": "激励：优先评选", "unknown": "激励：优先评选（需人工确认）"}
    assert listed(of(decided(0, "C", honour=honour, low_voc="否"))) == [(kinds[kind], NAMES[0], "C", "二(三)")]


def test_honours_and_low_voc_give_their_incentives_whatever_the_grade() -> None:
    rows = [decided(0, "C", honour="绿色工厂", low_voc="是")]
    assert listed(of(*rows)) == [("激励：优先评选", NAMES[0], "C", "二(三)"), ("激励：错时生产豁免", NAMES[0], "C", "二(三)")]
    mixed = [decided(0, "C", honour="无", low_voc="是"), decided(0, "C", process="二号线", **PLAIN)]
    assert listed(of(*mixed)) == []


def test_a_protected_enterprise_is_on_the_list_until_it_breaks_its_terms() -> None:
    """五2: outside its scope, or a project without green construction: off at once."""
    assert [(one["kind"], one["reason"]) for one in lines(of(protections=[protected(0)]))] == [("保障类（在清单）", "民生保障：供热，2022-10-01 至 2023-03-31；只准从事：1号炉")]
    out = event(0, "保障类超范围生产")
    assert [(one["kind"], one["reason"], one["clause"]) for one in lines(of(protections=[protected(0)], events=[out]))] == [("保障类（移出）", "保障类超范围生产（2022-07-30）", "三环文〔2022〕69号 五2")]
    project = protected(1) | {"project": "是", "green": "否"}
    assert [(one["kind"], one["name"]) for one in lines(of(protections=[project]))] == [("保障类（移出）", NAMES[1])]


@pytest.mark.parametrize(
    ("row", "happened"),
    [
        ({}, [event(0, "环境违法"), event(1, "保障类超范围生产")]),       # another clause, another enterprise
        ({"project": "是", "green": "是"}, []),
        ({"project": "否", "green": "否"}, []),                         # green construction is asked of projects
    ],
)
def test_nothing_but_its_own_breach_takes_a_protected_enterprise_off(row: dict[str, Cell], happened: list[dict[str, Cell]]) -> None:
    found = lines(of(protections=[protected(0) | row], events=happened))
    assert [one["kind"] for one in found if str(one["kind"]).startswith("保障类")] == ["保障类（在清单）"]


def test_what_a_county_left_out_is_said_to_be_missing() -> None:
    said = lines(of(protections=[protected(0) | {"scope": None, "valid_to": None}]))[0]["reason"]
    assert said == "民生保障：供热，2022-10-01 至 没有写明；只准从事：没有写明"


def test_a_violation_waits_for_the_grade_and_false_material_is_lowest_at_once() -> None:
    """二(五): no number of steps is stated; 五1: the lowest grade."""
    waits = event(0, "环境违法", process="铸件", found_date=datetime(2022, 8, 10))
    assert listed(of(decided(0, "A", **PLAIN), events=[waits])) == [
        ("正面清单", NAMES[0], "A", "五3"), ("激励：自主减排（需人工确认）", NAMES[0], "A", "二(三)"),
        ("纳入信用信息共享平台", NAMES[0], None, "二(五)"), ("待决定处理后的等级", NAMES[0], "A", "二(五)"),
    ]  # fmt: skip
    assert listed(of(decided(0, "A", **PLAIN), events=[waits | FINAL | {"new_grade": "C"}])) == [("纳入信用信息共享平台", NAMES[0], None, "二(五)")]
    lie = event(0, "隐瞒或提供虚假材料", found_date=datetime(2022, 8, 10))
    assert listed(of(decided(0, "A", **PLAIN), events=[lie | FINAL])) == [("D级清单", NAMES[0], "D", "二(三)")]


@pytest.mark.parametrize("changes", [{"found_date": datetime(2022, 7, 1), "decided_date": datetime(2022, 7, 10)}, {"credit_code": CODES[1]}])
def test_what_came_before_the_decision_or_concerns_another_takes_nothing_down(changes: dict[str, Cell]) -> None:
    lie = event(0, "隐瞒或提供虚假材料", decided_by="市绩效分级评定领导小组") | changes
    assert ("正面清单", NAMES[0], "A", "五3") in listed(of(decided(0, "A", **PLAIN), events=[lie]))


@pytest.mark.parametrize(("row", "day"), [({"decided_date": None}, datetime(2022, 8, 10)), ({}, None)])
def test_what_came_nobody_can_tell_when_is_asked_and_keeps_the_enterprise_off_the_positive_list(row: dict[str, Cell], day: Cell) -> None:
    """五1: false material takes to the lowest grade; whether before the decision or after it, a date must say."""
    lie = event(0, "隐瞒或提供虚假材料", found_date=day)
    (found,) = lines(of(decided(0, "A", **PLAIN) | row, events=[lie]))
    assert (found["kind"], found["grade"]) == ("待决定处理后的等级", "A")
    assert str(found["reason"]).startswith("“隐瞒或提供虚假材料”：没有填决定日期或发现日期，分不清在评定 A 之前还是之后")
    assert listed(of(decided(0, "A", **PLAIN) | row, events=[event(0, "设备设施更换（未报备）", found_date=day)]))[0][0] == "正面清单"


def test_a_grade_that_no_table_of_the_enterprise_has_is_on_no_list_of_grades() -> None:
    """引领性 is no grade of a table with A to D: what it stands for is for the city to say, and who bribes is at the lowest in any case (五1)."""
    violation = event(0, "环境违法", found_date=datetime(2022, 8, 10))
    for events, said in (([], "引领性 不是铸件所用指标表的等级"), ([violation], "“环境违法”：引领性 不是铸件所用指标表的等级，之后是几级不能确定")):
        found = lines(of(decided(0, "引领性", **PLAIN), events=events))[-1]
        assert (found["kind"], found["grade"]) == ("待决定处理后的等级", "引领性")
        assert found["reason"] == f"{said}；请补填或更正，此前不列入按等级的名单"
    bribe = event(0, "贿赂", found_date=datetime(2022, 8, 10)) | FINAL
    assert listed(of(decided(0, "引领性", **PLAIN), events=[bribe])) == [("D级清单", NAMES[0], "D", "二(三)")]


def test_a_good_grade_of_an_earlier_batch_is_asked_about_while_the_new_one_waits() -> None:
    for grade, expected in (("B", [("正面清单（需人工确认）", NAMES[0], "B", "五3")]), ("C", [])):
        assert listed(of(decided(0, grade, **PLAIN), decided(0, None, batch="8月", **PLAIN))) == expected


def test_every_violation_goes_to_the_platform_for_credit_whoever_the_enterprise_is() -> None:
    """二(五): enterprises that violated are put on the platform, not only those with a grade."""
    found = lines(of(decided(0, None, **PLAIN), events=[event(0, "环境违法"), event(1, "环境违法"), event(2, "设备设施更换（未报备）")]))
    assert [(one["kind"], one["credit_code"], one["reason"], one["place"]) for one in found] == [
        ("纳入信用信息共享平台", code, "“环境违法”（2022-07-30）：纳入信用信息共享平台，并降级处理", f"【变更汇总】{row}") for code, row in ((CODES[0], 5), (CODES[1], 6))
    ]  # fmt: skip


def test_an_a_decides_its_own_measures_only_under_the_conditions_of_the_clause() -> None:
    """二(三): clean energy, an efficient process and steady compliance are asked of an A; no figure in the ledger tells them."""
    said = {one["kind"]: str(one["reason"]) for one in lines(of(decided(0, "A", **PLAIN)))}["激励：自主减排（需人工确认）"]
    assert all(words in said for words in ("清洁能源替代", "高效废气治理工艺", "全面稳定达标排放", "由市级确认"))


def test_below_standard_waits_for_the_second_review() -> None:
    one = event(0, "达不到指标要求", process="铸件", found_date=datetime(2022, 8, 10), second_review="待二次审核")
    assert ("二次审核", NAMES[0], "C", "五2") in listed(of(decided(0, "C", **PLAIN), events=[one]))


def test_who_takes_part_in_the_advanced_review_is_asked_about() -> None:
    said = lines(of(decided(0, "C", **PLAIN)), frozenset({CODES[0]}))
    assert [(one["kind"], one["clause"]) for one in said] == [("正面清单（需人工确认）", "三环文〔2022〕69号 五3")]
    assert listed(of(decided(0, "B", **PLAIN)), frozenset({CODES[0]})) == [("正面清单", NAMES[0], "B", "五3")]


def test_an_honour_left_blank_is_none() -> None:
    assert listed(of(decided(0, "C", honour=None, low_voc=None))) == []


def test_the_command_writes_one_workbook_and_never_over_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summary = Path(__file__).parent.parent / "workbooks" / "市级汇总.xlsx"
    path = tmp_path / "各类名单.xlsx"
    assert cli.run(["lists", str(summary), "-o", str(path)]) in (0, 1)
    assert "保障类（在清单）" in capsys.readouterr().out
    before = path.read_bytes()
    assert cli.run(["lists", str(summary), "-o", str(path)]) == 1
    assert path.read_bytes() == before
