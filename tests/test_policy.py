"""Policies as data: what ships, what contradicts itself, and indicator rows that survive a round trip."""

import copy
import csv
import tomllib
from datetime import date
from decimal import Decimal
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from xltools.model.form import SpecError
from xltools.model.indicator import AnswerKind, Indicator, IndicatorTable, Operator
from xltools.model.indicator_rows import Problem, indicator_file, indicator_rows, indicators_from
from xltools.model.policy import Effect, Policy, load_policy, policy_from, policy_in

POLICIES = ("sanmenxia-2022", "national-2026")
TABLES = [pytest.param(table, id=f"{id}/{table.id}") for id in POLICIES for table in load_policy(id).tables]
SAMPLES = [pytest.param(table, id=table.id) for table in load_policy("sanmenxia-2022").tables if table.status == "示例"]
CATEGORIES = {"能源类型", "装备水平", "装备水平及生产工艺", "污染治理技术", "排放限值", "无组织排放", "监测监控水平", "环境管理水平", "运输方式", "运输监管", "原辅材料"}
GRADES, LOWEST = ("A", "B", "C", "D"), frozenset("D")


def sanmenxia() -> Policy:
    return load_policy("sanmenxia-2022")


def table(id: str) -> IndicatorTable:
    return next(one for one in sanmenxia().tables if one.id == id)


def asked(id: str, no: str) -> dict[str, tuple[str, ...]]:
    """Grade → threshold values of one indicator."""
    found = next(one for one in table(id).indicators if one.no == no)
    return {r.grade: r.values for r in found.requirements if r.known}


def data() -> dict[str, Any]:
    """The shipped policy as the mapping it is made from, free to change."""
    folder = files("xltools") / "specs" / "policies" / "sanmenxia-2022"
    found: dict[str, Any] = {}
    for name in ("policy.toml", "tables.toml", "sanctions.toml"):
        found |= tomllib.loads(folder.joinpath(name).read_text("utf-8"))
    return copy.deepcopy(found)


def row(**values: str) -> dict[str, str]:
    return {"no": "1", "category": "排放限值", "item": "颗粒物", "kind": "数值", "unit": "mg/m³", "grade": "A", "text": "≤10", "operator": "≤", "threshold": "10", **values}


def faults(*rows: dict[str, str]) -> list[tuple[int, str]]:
    return [(problem.row, problem.field) for problem in indicators_from(rows, GRADES, LOWEST)[1]]


# --- what ships -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "status"),
    [
        ("casting-gas-electric", "部分"),
        ("cement-clinker", "部分"),
        ("brick-kiln", "部分"),
        ("steel-sinter", "部分"),
        ("cement-clinker-hj", "草案"),
        ("alumina", "示例"),
        ("cement-grinding", "示例"),
    ],
)
def test_a_table_says_what_it_is(id: str, status: str) -> None:
    assert table(id).status == status


def test_no_table_passes_for_official() -> None:
    assert [one.id for id in POLICIES for one in load_policy(id).tables if one.status == "正式"] == []


@pytest.mark.parametrize("shown", SAMPLES)
def test_an_invented_table_says_so_on_every_row(shown: IndicatorTable) -> None:
    own = [one for one in shown.indicators if not one.shared]
    assert 12 <= len(own) <= 25
    assert {shown.source, *(one.source for one in own)} == {"为演示编制，不是正式指标表"}


@pytest.mark.parametrize("shipped", TABLES)
def test_a_better_grade_never_asks_less(shipped: IndicatorTable) -> None:
    for one in shipped.indicators:
        known = [r for grade in shipped.grades if (r := one.requirement(grade)) and r.known]
        for better, worse in pairwise(known):
            if one.kind is not AnswerKind.NUMBER:
                assert set(better.values) <= set(worse.values), (one.item, better.grade)
            elif worse.operator in (Operator.AT_MOST, Operator.BELOW):
                assert better.limit <= worse.limit, (one.item, better.grade)
            else:
                assert better.limit >= worse.limit, (one.item, better.grade)


@pytest.mark.parametrize("shipped", TABLES)
def test_every_indicator_stands_in_a_known_category(shipped: IndicatorTable) -> None:
    assert {one.category for one in shipped.indicators} <= CATEGORIES


def test_the_invented_tables_use_every_kind_and_b_minus() -> None:
    shown = [one for one in sanmenxia().tables if one.status == "示例"]
    assert {one.kind for table in shown for one in table.indicators} == set(AnswerKind)
    assert any("B-" in table.stated for table in shown)


@pytest.mark.parametrize(
    ("id", "no", "thresholds"),
    [
        ("cement-clinker", "1", {"A": ("100",), "B": ("80",), "C": ("50",)}),
        ("cement-clinker", "2", {"B": ("国四",)}),
        ("cement-clinker", "3", {"A": ("100",), "B": ("100",)}),    # "同A级" written out; C asks nothing of in-plant vehicles
        ("cement-clinker", "4", {"A": ("100",), "B": ("100",)}),
        ("cement-clinker", "5", {"A": ("5",)}),
        ("cement-clinker-hj", "1", {"A": ("8",)}),
        ("cement-clinker-hj", "2", {}),                            # an expert judges
        ("casting-gas-electric", "1", {"A": ("自动化",), "B": ("机械化", "自动化"), "C": ("机械化", "自动化")}),
        ("casting-gas-electric", "2", {"A": ("自动化",), "B": ("机械化", "自动化"), "C": ("机械化", "自动化")}),
        ("casting-gas-electric", "3", {"A": ("自动化",), "B": ("机械化", "自动化"), "C": ("机械化", "自动化")}),
        ("casting-gas-electric", "5", dict.fromkeys("ABC", ("是",))),       # one cell over A to C
        ("casting-gas-electric", "6", dict.fromkeys("ABC", ("袋式", "滤筒", "更高效"))),
        ("casting-gas-electric", "7", dict.fromkeys("ABC", ("活性炭吸附", "更高效"))),
        ("casting-gas-electric", "8", dict.fromkeys("ABC", ("吸收", "更高效"))),
        ("casting-gas-electric", "9", dict.fromkeys("ABC", ("活性炭吸附", "吸收", "更高效"))),
        ("brick-kiln", "1", {"B": ("80",)}),
        ("brick-kiln", "2", {"B": ("否",)}),
        ("brick-kiln", "3", {"B": ("1.2",)}),
        ("brick-kiln", "4", {"B": ("天然气", "煤制气", "生物质成型燃料", "内燃料")}),
        ("brick-kiln", "5", {"B": ("隧道窑", "辊道窑（仅瓦）")}),
        ("brick-kiln", "6", {"B": ("6000",)}),
        ("brick-kiln", "9", {"B": ("袋式除尘", "湿式电除尘", "独立除尘塔")}),
        ("brick-kiln", "10", {"B": ("石灰-石膏湿法", "双碱法")}),
        ("brick-kiln", "11", {"B": ("18",)}),
        ("brick-kiln", "12", {}),                                  # the source's numbers are cut off
        ("steel-sinter", "1", {"A": ("10",)}),
        ("steel-sinter", "2", {"A": ("35",)}),
        ("steel-sinter", "3", {"A": ("50",)}),
        ("steel-sinter", "4", {"A": ("是",)}),
        ("steel-sinter", "5", {"A": ("80",)}),
        ("steel-sinter", "6", {"A": ("100",)}),
        ("machining", "移2", dict.fromkeys(("A", "B", "B-", "引领性"), ("95",))),
    ],
)
def test_rows_read_from_public_sources_are_as_found(id: str, no: str, thresholds: dict[str, tuple[str, ...]]) -> None:
    assert asked(id, no) == thresholds


def test_common_rows_are_asked_where_their_source_puts_them() -> None:
    """The list of what to file has five papers of the archive and four records, the group's paper among the records."""
    texts = {one.no: {r.text for r in one.requirements} for one in table("refractory").indicators if one.shared == "environment"}
    assert {no for no, said in texts.items() if said == {"环保档案应含此项"}} == {f"管{at}" for at in range(1, 6)}
    assert {no for no, said in texts.items() if said == {"台账记录应含此项"}} == {f"管{at}" for at in range(6, 10)}


def test_counties_stand_in_the_groups_of_the_annex() -> None:
    """附件: three groups for the applications of eight counties and zones."""
    groups: dict[str, list[str]] = {}
    for one in sanmenxia().counties:
        groups.setdefault(one.group, []).append(one.name)
    assert groups == {
        "申报帮扶组1": ["湖滨区", "开发区", "城乡一体化示范区"],
        "申报帮扶组2": ["陕州区", "渑池县", "义马市"],
        "申报帮扶组3": ["灵宝市", "卢氏县"],
    }


def test_the_target_of_the_year_is_a_fifth_with_b_minus_as_a_b() -> None:
    """一: A, B and leading not below 20 %; 二(四): B 级 (B- among them)."""
    assert [(one.share, one.grades) for one in sanmenxia().targets] == [(Decimal("0.20"), ("A", "B", "B-", "引领性"))]


def test_a_table_knows_which_of_its_grades_it_states() -> None:
    assert (table("brick-kiln").stated, table("brick-kiln").ladder) == (("B",), ("C", "B"))
    assert (table("steel-sinter").stated, table("steel-sinter").ladder) == (("A",), ("C", "B", "A"))
    assert table("refractory").ladder == ("C", "B-", "B", "A")
    assert "B-" not in table("casting-gas-electric").grades


def test_common_rows_belong_where_the_policy_attaches_them() -> None:
    attached = {one.id: {i.shared for i in one.indicators} - {""} for one in sanmenxia().tables}
    assert {id: sets for id, sets in attached.items() if sets} == {
        "alumina": {"mobile-source"},
        "machining": {"mobile-source", "environment"},
        "refractory": {"environment"},
    }


def test_a_draft_is_never_in_force_and_never_offered() -> None:
    assert not table("cement-clinker-hj").in_force(date(2030, 1, 1))
    assert "水泥熟料（HJ征求意见稿）" not in sanmenxia().lists["tables"]
    assert sanmenxia().options("tables", "水泥") == ("水泥熟料", "水泥独立粉磨站")
    assert sanmenxia().table("水泥熟料（HJ征求意见稿）") is not None


@pytest.mark.parametrize(("day", "in_force"), [("2025-12-31", False), ("2026-01-01", True), ("2031-01-01", True)])
def test_a_table_counts_from_its_first_day(day: str, in_force: bool) -> None:
    assert load_policy("national-2026").tables[0].in_force(date.fromisoformat(day)) is in_force


def test_another_year_brings_other_schemes_counties_and_dates() -> None:
    policy = load_policy("national-2026")
    assert policy.scheme("A-D").grades == ("A+", "A", "B", "C", "D")
    assert policy.scheme("A-D").computable == ("A", "B", "C", "D")
    assert policy.scheme("A-C").grades == ("A", "B", "C")
    assert not {c.name for c in policy.counties} & {c.name for c in sanmenxia().counties}
    assert policy.deadline("review").day != sanmenxia().deadline("review").day
    assert {d.id for d in policy.deadlines} == {d.id for d in sanmenxia().deadlines}
    assert policy.lists.keys() == sanmenxia().lists.keys()


def test_only_a_and_leading_are_known_to_count_alike() -> None:
    policy = sanmenxia()
    assert policy.tier("A-D", "A") == policy.tier("引领性", "引领性") == 0
    assert [tier.grades for tier in policy.tiers if len(tier.grades) > 1] == [("A-D:A", "引领性:引领性")]
    assert "引领性:非引领性" in policy.tiers[-1].assumed
    assert policy.tier("A-D", "A+") is None


def test_every_kind_of_event_has_its_rule_and_clause() -> None:
    policy = sanmenxia()
    assert {s.kind for s in policy.sanctions} == set(policy.lists["change_kinds"])
    assert {s.kind: s.clause for s in policy.sanctions if s.effect is Effect.LOWEST} == {
        "隐瞒或提供虚假材料": "三环文〔2022〕69号 五1",
        "贿赂": "三环文〔2022〕69号 五1",
    }
    assert policy.sanction("不在表中") is None


# --- contradictions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("table", {"scheme": "A-Z"}),
        ("table", {"industry": "不在表中"}),
        ("table", {"status": "很正式"}),
        ("table", {"grades": ["A", "E"]}),
        ("table", {"grades": ["B", "A", "D"]}),
        ("table", {"grades": ["A", "B"]}),                # without the scheme's lowest
        ("tier", {"grades": ["A-D:Z"]}),
        ("tier", {"grades": ["A-D:D"]}),                  # already in another tier
        ("common", {"tables": ["nowhere"]}),
        ("sanction", {"kind": "不在表中"}),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(section: str, change: dict[str, Any]) -> None:
    changed = data()
    changed[section][0] |= change
    with pytest.raises(SpecError):
        policy_from(changed)


@pytest.mark.parametrize(
    ("section", "change", "said"),
    [
        ("county", {"name": 411202}, r"\[\[county]] 1: Expected `str`, got `int` - at `\$.name`"),
        ("county", {"alias": ["湖滨"]}, r"\[\[county]] 1: unknown key alias"),
        ("table", {"grades": "A"}, r"\[\[table]] 1: .*`\$.grades`"),
        ("target", {"share": "三成"}, r"\[\[target]] 1: Invalid decimal string - at `\$.share`"),
        ("sanction", {"effect": "very bad"}, r"\[\[sanction]] 1: Invalid enum value 'very bad' - at `\$.effect`"),
    ],
)
def test_an_entry_with_a_value_of_another_type_is_named(section: str, change: dict[str, Any], said: str) -> None:
    changed = data()
    changed[section][0] |= change
    with pytest.raises(SpecError, match=said):
        policy_from(changed)


@pytest.mark.parametrize(
    ("section", "content", "said"),
    [
        ("county", [], "nothing in county"),
        ("lists", {}, "nothing in lists"),
        ("county", {"name": "湖滨区"}, r"\[\[county]]: Expected `array`, got `object`"),
        ("policy", "2022", r"\[policy]: Expected `object`, got `str`"),
        ("grade_words", {"prefixs": ["拟"]}, r"\[grade_words]: unknown key prefixs"),
        ("lists", {"months": "1月"}, r"\[policy]: Expected `array`, got `str` - at `\$.choices"),
    ],
)
def test_a_section_that_is_missing_or_of_another_kind_is_named(section: str, content: object, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        policy_from({**data(), section: content})


def test_an_entry_without_what_it_needs_is_named() -> None:
    changed = data()
    del changed["deadline"][2]["month"]
    with pytest.raises(SpecError, match=r"\[\[deadline]] 3: Object missing required field `month`"):
        policy_from(changed)


@pytest.mark.parametrize("text", ["[[county", "[policy]\nid = \xff"])
def test_a_policy_whose_text_cannot_be_read_names_the_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "policy.toml").write_text(text, "latin-1")
    with pytest.raises(SpecError, match=r"policy\.toml: "):
        policy_in(tmp_path)


def test_a_grade_by_decision_has_no_requirements() -> None:
    changed = data()
    changed["scheme"][0]["by_decision"] = ["A"]
    changed["table"] = [{**one, "grades": ["A", "B", "C", "D"]} for one in changed["table"] if one["scheme"] == "A-D"]
    changed["common"] = []
    with pytest.raises(SpecError, match="cannot give"):
        policy_from(changed)


@pytest.mark.parametrize("rows", [[row(grade="B-")], [row(), row()], [row(operator="属于")]])
def test_a_policy_with_a_bad_indicator_row_is_refused(rows: list[dict[str, str]]) -> None:
    with pytest.raises(SpecError, match="alumina"):
        policy_from({**data(), "indicators": {"alumina": rows}})


def test_two_indicators_of_one_number_are_refused() -> None:
    rows = {"alumina": [row(no="移1")], "mobile-source": [row(no="移1", grade="A")]}
    with pytest.raises(SpecError, match="twice"):
        policy_from({**data(), "indicators": rows})


# --- rows -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shipped", TABLES)
def test_indicators_survive_as_rows(shipped: IndicatorTable) -> None:
    own = tuple(one for one in shipped.indicators if not one.shared)
    assert indicators_from(indicator_rows(own), shipped.grades, frozenset({shipped.lowest})) == (own, [])


def test_rows_of_one_indicator_make_one_indicator() -> None:
    found, problems = indicators_from([row(), row(grade="B", text="≤20", operator="<=", threshold="20"), row(grade="D", text="未达到B级要求", operator="", threshold="")], GRADES, LOWEST)
    assert problems == []
    (one,) = found
    assert (one.no, one.category, one.item, one.kind, one.unit) == ("1", "排放限值", "颗粒物", AnswerKind.NUMBER, "mg/m³")
    assert [(r.grade, r.operator, r.known) for r in one.requirements] == [("A", Operator.AT_MOST, True), ("B", Operator.AT_MOST, True), ("D", None, False)]
    second = one.requirement("B")
    assert second is not None
    assert second.limit == Decimal(20)


def test_a_row_without_a_grade_is_a_method_of_checking() -> None:
    (one,), problems = indicators_from([row(kind="文本", grade="", text="抽查5至10条", operator="", threshold="")], GRADES, LOWEST)
    assert (one.method, problems) == ("抽查5至10条", [])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((row(no=""),), (0, "no")),
        ((row(item=" "),), (0, "item")),
        ((row(kind="数字"),), (0, "kind")),
        ((row(), row(grade="B", unit="%")), (1, "unit")),
        ((row(), row(grade="B", item="另一项")), (1, "item")),
        ((row(grade="E"),), (0, "grade")),
        ((row(), row(text="再写一次")), (1, "grade")),
        ((row(grade="D"),), (0, "operator")),
        ((row(operator="属于"),), (0, "operator")),
        ((row(operator="约"),), (0, "operator")),
        ((row(operator=""),), (0, "operator")),
        ((row(threshold="十"),), (0, "threshold")),
        ((row(threshold="10|20"),), (0, "threshold")),
        ((row(threshold="NaN"),), (0, "threshold")),
        ((row(kind="选项", options="全封闭|敞开", operator="属于", threshold="半封闭"),), (0, "threshold")),
        ((row(kind="是否", operator="=", threshold="有"),), (0, "threshold")),
        ((row(kind="文本", operator="", threshold="5"),), (0, "threshold")),
        ((row(kind="文本", operator="", threshold="", alternative="清洁运输"),), (0, "alternative")),
        ((row(options="全封闭|敞开"),), (0, "options")),
        ((row(kind="是否", operator="=", threshold="是", options="有|无"),), (0, "options")),
    ],
)
def test_a_bad_row_is_named_with_its_field(rows: tuple[dict[str, str], ...], expected: tuple[int, str]) -> None:
    assert expected in faults(*rows)


def test_every_problem_is_named_at_once_in_words() -> None:
    problems = indicators_from([row(threshold="十"), row(no="2", grade="E")], GRADES, LOWEST)[1]
    assert problems == [
        Problem(0, "threshold", "“十”不是一个数，只写数字，单位写在计量单位一列"),
        Problem(1, "grade", "“E”不是本表的等级（A、B、C、D）"),
    ]


def test_a_number_without_a_threshold_stays_unknown_and_is_no_fault() -> None:
    (one,), problems = indicators_from([row(threshold="")], GRADES, LOWEST)
    assert problems == []
    assert isinstance(one, Indicator)
    first = one.requirement("A")
    assert first is not None
    assert not first.known


def test_a_line_break_in_a_cell_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([["指标编号", "要求内容"], ["1", "1、袋式\n2、滤筒"]])
    assert indicator_file(path) == [{"no": "1", "text": "1、袋式\n2、滤筒"}]


@pytest.mark.parametrize(("rows", "told"), [([["指标编号", "颜色"], ["1", "红"]], "颜色"), ([["指标编号"], ["1", "红"]], "more cells")])
def test_a_file_with_strange_cells_is_refused(tmp_path: Path, rows: list[list[str]], told: str) -> None:
    path = tmp_path / "x.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    with pytest.raises(SpecError, match=told):
        indicator_file(path)
