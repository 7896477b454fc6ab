"""Grades: worked by hand from the tables' rows, and properties that hold for every table that ships."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.checklists import (
    CHECKED,
    FILE,
    SHEET,
    answer,
    best,
    best_answer,
    entries,
    filled,
    graded,
    leather,
    place,
    policies,
    table_of,
    toy,
    worse_entries,
)
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, Severity
from xltools.model.grade import Checklist, EnterpriseGrade, Found, PartGrade, Status, level, written
from xltools.model.indicator import AnswerKind, Indicator, IndicatorTable
from xltools.model.policy import load_policy
from xltools.rules.alike import answers_together
from xltools.rules.enterprise import grade_enterprise, overall_formula
from xltools.rules.grading import grade_part
from xltools.rules.reached import climb, is_graded, ranking, reached_formula, table_formula
from xltools.rules.requirement import answer_condition, condition, is_answer, is_blank, meets

TABLES = [*(table for policy in policies() for table in policy.tables), leather()]
CASTING = {"1": "自动化", "2": "自动化", "3": ("不适用", "没有熔模工艺"), "4": ("不适用", "没有压铸工艺"), "5": "是", "6": "袋式", "7": "更高效", "8": "吸收", "9": "活性炭吸附"}
CEMENT: dict[str, Any] = {"1": 100, "2": "国四", "3": 100, "4": 100, "5": 5}
BRICK: dict[str, Any] = {**best(table_of("brick-kiln")), "12": 15}
STORAGE = "1; 无组织排放; 物料储存; 选项; ; 全封闭/半封闭/敞开; ; {}; 属于; {}"


def codes(checklist: Checklist) -> list[tuple[Code, str]]:
    return [(found.code, found.place.cell) for found in grade_part(checklist)[1]]


def of(findings: list[Finding], code: Code) -> list[Finding]:
    return [found for found in findings if found.code is code]


def small() -> IndicatorTable:
    """One number (A ≤10, B ≤20, C ≤30 mg/m³), one choice, one yes or no, one text."""
    limits = ("A; ≤; 10", "B; ≤; 20", "C; ≤; 30")
    return toy(
        *(f"1; 排放限值; 颗粒物; 数值; mg/m³; ; ; {limit}" for limit in limits),
        *(STORAGE.replace("1;", "2;", 1).format(grade, values) for grade, values in (("A", "全封闭"), ("B", "全封闭"), ("C", "全封闭/半封闭"))),
        *(f"3; 监测监控水平; 视频监控; 是否; ; ; ; {grade}; =; 是" for grade in "AB"),
        *(f"4; 环境管理水平; 环保机构; 文本; ; ; ; {grade}; ; " for grade in "ABC"),
    )


GOOD: dict[str, Any] = {"1": 10, "2": "全封闭", "3": "是", "4": "A"}


# --- worked by hand: the casting rows ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "grade"),
    [
        ({}, "A"),
        ({"2": "机械化"}, "B"),                                # A asks for an automatic line; B and C share one cell
        ({"1": "机械化", "2": "机械化"}, "B"),
        ({"1": "手工"}, "D"),
        ({"5": "否"}, "D"),                                    # one text for A to C: missed at C means D
        ({"6": "其他"}, "D"),
        ({"7": "无"}, "D"),
        ({"4": "B"}, "B"),                                     # the expert's judgement of a text row
        ({"4": "D"}, "D"),
        ({"2": "机械化", "9": "其他"}, "D"),
    ],
)
def test_casting_by_its_rows(change: dict[str, Any], grade: str) -> None:
    assert graded(table_of("casting-gas-electric"), CASTING | change).outcome == grade


def test_a_grade_explains_itself_as_people_would() -> None:
    part = graded(table_of("casting-gas-electric"), CASTING | {"2": "机械化"})
    assert part.steps[0] == "评为 B：铸件—“装备水平及生产工艺”第2项“消失模工艺造型装备”为 B（【铸件】G50，现场“机械化”，A 级要求“消失模自动化造型线”）"
    assert "不适用：“装备水平及生产工艺”第3项“熔模铸造制壳装备”，原因：没有熔模工艺" in part.steps
    assert "要达到 A 级，还差 1 项：装备水平及生产工艺—消失模工艺造型装备（G50）：消失模自动化造型线" in part.steps
    assert part.steps[-1] == "指标表“铸件（天然气、电炉熔化）”是部分表，等级只供参考"


def test_the_sentence_of_the_issue() -> None:
    rows = [f"{n}; 无组织排放; 第{n}样; 是否; ; ; ; {grade}; =; 是" for n in (1, 2, 3) for grade in "ABC"]
    rows += [STORAGE.replace("1;", "4;", 1).format(grade, values) for grade, values in (("A", "全封闭"), ("B", "全封闭/半封闭"), ("C", "全封闭/半封闭"))]
    part = graded(toy(*rows), {"1": "是", "2": "是", "3": "是", "4": "半封闭"})
    assert part.steps[0] == "评为 B：铸件—“无组织排放”第4项“物料储存”为 B（【铸件】G52，现场“半封闭”，A 级要求“全封闭”）"
    assert [reason.place for reason in part.decided_by] == [place("4", "G")]


# --- worked by hand: the cement rows ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, "A"),
        ({"2": ("不适用", "全部为国五及以上")}, "A"),
        ({"1": 99.9}, "B"),
        ({"1": 80}, "B"),
        ({"1": 79.9}, "C"),
        ({"1": 50}, "C"),
        ({"1": 49.9}, "D"),
        ({"1": 85, "2": "国三及以下"}, "C"),                    # B asks 国四 of the rest, C does not
        ({"3": 99}, "C"),                                      # C asks nothing of in-plant vehicles
        ({"3": 0, "4": 0}, "C"),
        ({"3": 0, "1": 20}, "D"),
        ({"5": 5.1}, "需人工确认"),                             # only A's ammonia limit is known
        ({"5": None}, "待核实"),
        ({"5": 5.1, "1": None}, "待核实"),                      # not filled weighs more than not decidable
    ],
)
def test_cement_by_its_rows(change: dict[str, Any], outcome: str) -> None:
    assert graded(table_of("cement-clinker"), CEMENT | change).outcome == outcome


def test_what_the_table_does_not_say_is_asked_not_guessed() -> None:
    part, findings = grade_part(filled(table_of("cement-clinker"), CEMENT | {"5": 6}))
    assert (part.grade, part.at_best, part.status) == ("", "B", Status.NEEDS_DECISION)
    assert [(f.code, f.place.cell) for f in findings if f.code is Code.NEEDS_DECISION] == [(Code.NEEDS_DECISION, place("5", "G").cell)]
    assert "在 D 级至 B 级之间" in part.steps[0]


# --- tables of which only some grades are known -----------------------------------------------------------------------


def test_a_missing_threshold_is_decided_by_a_person() -> None:
    part = graded(table_of("brick-kiln"), BRICK)
    assert (part.outcome, [reason.label for reason in part.decided_by]) == ("需人工确认", ["排放限值—颗粒物、SO2、NOx排放浓度"])


def test_a_table_without_the_grades_between_does_not_fall_to_the_lowest() -> None:
    assert graded(table_of("steel-sinter"), best(table_of("steel-sinter"))).outcome == "A"
    part = graded(table_of("steel-sinter"), best(table_of("steel-sinter")) | {"1": 10.1})
    assert (part.outcome, part.items[0].verdict.sure, part.items[0].verdict.possible) == ("需人工确认", "D", "B")


def test_a_table_that_knows_no_better_grade_says_so() -> None:
    without = table_of("brick-kiln")
    known = replace(without, indicators=tuple(one for one in without.indicators if one.no != "12"))
    part = graded(known, {no: value for no, value in BRICK.items() if no != "12"})
    assert (part.outcome, part.next) == ("B", ())
    assert "指标表没有 A 级的要求，能否评得更好不能判断" in part.steps


@pytest.mark.parametrize(
    ("no", "typed", "sentence"),
    [
        ("1", "10", "“排放限值—颗粒物”填的“10”是文字，不是数字，按待核实处理。请重新输入 10，只填数字，不写单位；格式是“文本”的，先改为“常规”"),
        ("1", "１０ ", "“排放限值—颗粒物”填的“１０ ”是文字，不是数字，按待核实处理。请重新输入 10，只填数字，不写单位；格式是“文本”的，先改为“常规”"),
        ("1", "9.5mg/m3", "“排放限值—颗粒物”填的“9.5mg/m3”是文字，不是数字，按待核实处理。请重新输入 9.5，只填数字，不写单位；格式是“文本”的，先改为“常规”"),
        ("1", "≤10", "“排放限值—颗粒物”填了“≤10”，无法判断，按待核实处理。请填不小于0的数字，不写单位（mg/m³）"),
        ("1", "8-10", "“排放限值—颗粒物”填了“8-10”，无法判断，按待核实处理。请填不小于0的数字，不写单位（mg/m³）；一格只填一个数"),
        ("3", " 是", "“监测监控水平—视频监控”填了“ 是”，无法判断，按待核实处理。请填其中之一：是、否；是不是“是”？"),
        ("3", "符合", "“监测监控水平—视频监控”填了“符合”，无法判断，按待核实处理。请填其中之一：是、否"),
    ],
)
def test_an_entry_that_cannot_be_judged_says_what_to_enter(no: str, typed: str, sentence: str) -> None:
    (found,) = [one for one in grade_part(filled(small(), GOOD | {no: typed}))[1] if one.severity is Severity.ERROR]
    assert f"{found.message}。{found.fix}" == sentence


@pytest.mark.parametrize(("typed", "asked"), [("A级", "；是不是“A”？"), ("ｂ", "；是不是“B”？"), ("C级企业", "；是不是“C”？"), ("√", ""), ("达到", ""), ("B-", "")])
def test_a_grade_typed_in_another_way_is_asked_about(typed: str, asked: str) -> None:
    """It is not taken for the grade: the sheet does not take it either, and the two would disagree."""
    table = toy(*(f"1; 装备水平; 窑型; 文本; ; ; ; {grade}; ; " for grade in "ABC"))
    (found,) = of(grade_part(filled(table, {"1": typed}))[1], Code.ANSWER_UNKNOWN)
    assert found.fix == f"请填专家判定的等级：A、B、C、D{asked}"


NO_REASON = ["√", "是", "不适用", "不涉及", "无关", "不涉及。", "（不涉及）", "本企业不涉及", "与本企业无关", "不涉及该项内容", "该指标不适用", "不适用于本企业", "不需要", "没有", "N/A", "——", "//"]
REASON = ["无此工序", "不涉及涂装", "不涉及此工序", "不涉及VOCs物料", "与熔炼工序无关", "没有锅炉", "无烟气", "不需要脱硝，本来就达标", "全部外委", "不用煤"]


@pytest.mark.parametrize(("reason", "told"), [*((one, 1) for one in NO_REASON), *((one, 0) for one in REASON)])
def test_a_reason_for_not_applying_that_names_none_is_asked_about(reason: str, told: int) -> None:
    """三环文〔2022〕69号 三(三)3: what is left out of a grade is left out for a reason that others can read."""
    findings = grade_part(filled(small(), GOOD | {"1": ("不适用", reason)}))[1]
    assert len(of(findings, Code.REASON_SAYS_NOTHING)) == told


def test_the_same_tick_as_the_reason_of_several_items_is_asked_about_once() -> None:
    """As an expert ticks down a column."""
    findings = grade_part(filled(small(), GOOD | dict.fromkeys(("1", "2", "3"), ("不适用", "√"))))[1]
    (one,) = of(answers_together(findings), Code.REASON_SAYS_NOTHING)
    assert "等 3 项（" in one.message
    assert len(one.marked) == 3


# --- the worst item decides -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("item", "grade"), [("A", "A"), ("B", "B"), ("C", "C"), ("D", "D")])
def test_nine_items_at_a_and_one_below(item: str, grade: str) -> None:
    limit = {"A": 10, "B": 20, "C": 30, "D": 31}[item]
    rows = [f"{n}; 排放限值; 第{n}样; 数值; mg/m³; ; ; {g}; ≤; {v}" for n in range(1, 11) for g, v in (("A", 10), ("B", 20), ("C", 30))]
    assert graded(toy(*rows), {str(n): 10 for n in range(1, 10)} | {"10": limit}).outcome == grade


@pytest.mark.parametrize(
    ("change", "outcome", "open_cells"),
    [
        ({}, "A", []),
        ({"1": Decimal("10.000")}, "A", []),
        ({"1": 0.1 + 0.2}, "A", []),
        ({"1": 10.01}, "B", []),
        ({"1": 30.01}, "D", []),
        ({"2": "半封闭"}, "C", []),
        ({"3": "否"}, "C", []),
        ({"1": None}, "待核实", [(Code.NO_ANSWER, "1", "G")]),
        ({"1": "  "}, "待核实", [(Code.NO_ANSWER, "1", "G")]),
        ({"4": ""}, "待核实", [(Code.NO_ANSWER, "4", "I")]),
        ({"1": "10"}, "待核实", [(Code.ANSWER_AS_TEXT, "1", "G")]),
        ({"1": -1}, "待核实", [(Code.ANSWER_UNKNOWN, "1", "G")]),
        ({"1": True}, "待核实", [(Code.ANSWER_UNKNOWN, "1", "G")]),
        ({"1": float("nan")}, "待核实", [(Code.ANSWER_UNKNOWN, "1", "G")]),
        ({"1": date(2022, 7, 1)}, "待核实", [(Code.ANSWER_UNKNOWN, "1", "G")]),
        ({"2": "基本封闭"}, "待核实", [(Code.ANSWER_UNKNOWN, "2", "G")]),
        ({"2": 0}, "待核实", [(Code.ANSWER_UNKNOWN, "2", "G")]),
        ({"3": "有"}, "待核实", [(Code.ANSWER_UNKNOWN, "3", "G")]),
        ({"4": "良"}, "待核实", [(Code.ANSWER_UNKNOWN, "4", "I")]),
        ({"1": "不适用"}, "待核实", [(Code.NOT_APPLICABLE_NO_REASON, "1", "J")]),
        ({"4": "不适用"}, "待核实", [(Code.NOT_APPLICABLE_NO_REASON, "4", "J")]),
        ({"1": ("不适用", "没有排放口")}, "A", []),
        ({"2": ("不适用", "　")}, "待核实", [(Code.NO_ANSWER, "2", "G")]),
    ],
)
def test_one_entry_of_four(change: dict[str, Any], outcome: str, open_cells: list[tuple[Code, str, str]]) -> None:
    checklist = filled(small(), GOOD | change)
    assert grade_part(checklist)[0].outcome == outcome
    assert codes(checklist) == [(code, place(no, column).cell) for code, no, column in open_cells]


@pytest.mark.parametrize("found", ["未检出", "ND", "<1.0", "＜1.0mg/m³"])
def test_a_result_below_the_limit_of_detection_is_neither_zero_nor_met(found: str) -> None:
    """10 mg/m³ are allowed: even so a person decides what counts."""
    checklist = filled(small(), GOOD | {"1": found})
    part, (finding,) = grade_part(checklist)
    assert (part.outcome, finding.code, finding.place) == ("待核实", Code.ANSWER_UNKNOWN, place("1", "G"))
    assert finding.message == f"“排放限值—颗粒物”填了“{found}”，无法判断，按待核实处理"
    assert finding.fix == (
        "请填不小于0的数字，不写单位（mg/m³）；结果低于检出限的，按多少计没有规定（需人工确认），不能当作 0：请核查人对照监测报告确定后填数，原来的写法写在“核查意见”"
    )


def test_of_an_option_nothing_is_said_about_a_limit_of_detection() -> None:
    _, (finding,) = grade_part(filled(small(), GOOD | {"2": "未检出"}))
    assert (finding.code, "检出限" in finding.fix) == (Code.ANSWER_UNKNOWN, False)


def test_a_text_item_said_not_to_apply_where_it_was_seen_lacks_its_reason() -> None:
    """The grade is left blank, as it must be: what is missing is the reason, in its own cell, or beside the item where there is no such cell."""
    checklist = filled(small(), GOOD)
    open_ = answer("4", "不适用")
    for one, cell in ((open_, place("4", "J")), (replace(open_, reason_place=Place()), place("4", "I"))):
        part, findings = grade_part(replace(checklist, answers=(*checklist.answers[:3], one)))
        assert (part.outcome, [(f.code, f.place) for f in findings]) == ("待核实", [(Code.NOT_APPLICABLE_NO_REASON, cell)])


@pytest.mark.parametrize("share", [100.1, 101, -1])
def test_a_share_outside_its_range_is_no_answer(share: float) -> None:
    assert graded(table_of("cement-clinker"), CEMENT | {"1": share}).outcome == "待核实"


def test_an_answer_beside_a_reason_contradicts_it() -> None:
    checklist = filled(small(), GOOD)
    both = replace(checklist, answers=(answer("1", 10, reason="没有排放口"), *checklist.answers[1:]))
    assert (grade_part(both)[0].outcome, codes(both)) == ("待核实", [(Code.ANSWER_AND_REASON, place("1", "G").cell)])


def test_a_row_left_out_is_not_verified() -> None:
    part, findings = grade_part(filled(small(), {no: value for no, value in GOOD.items() if no != "2"}))
    assert part.outcome == "待核实"
    assert [(f.code, f.place) for f in findings] == [(Code.ROW_GONE, Place(FILE, SHEET))]


def test_a_strange_row_does_not_count_and_is_named() -> None:
    assert graded(small(), GOOD).outcome == "A"
    strange = filled(small(), GOOD | {"99": 3})
    assert (grade_part(strange)[0].outcome, codes(strange)) == ("A", [(Code.INDICATOR_UNKNOWN, place("99", "G").cell)])


def test_a_row_given_twice_decides_nothing() -> None:
    checklist = filled(small(), GOOD)
    twice = replace(checklist, answers=(*checklist.answers, replace(answer("1", 30), place=Place(FILE, SHEET, "G99"))))
    assert (grade_part(twice)[0].outcome, codes(twice)) == ("待核实", [(Code.INDICATOR_TWICE, place("1", "G").cell), (Code.INDICATOR_TWICE, "G99")])


def test_what_is_not_filled_keeps_the_best_that_is_left() -> None:
    part = graded(small(), {**GOOD, "1": 20, "3": None})
    assert (part.grade, part.at_best, part.outcome) == ("", "B", "待核实")
    assert part.steps[0] == "待核实：铸件—还有 1 项没有可用的结果：“监测监控水平”第1项“视频监控”（G51）；核实后最好为 B，因为“排放限值”第1项“颗粒物”（G49）最多达到 B 级"


def test_nothing_applies_nothing_is_graded() -> None:
    part, findings = grade_part(filled(small(), dict.fromkeys(GOOD, ("不适用", "停产"))))
    assert (part.outcome, part.at_best) == ("需人工确认", "")
    assert [(f.code, f.place) for f in findings] == [(Code.NEEDS_DECISION, Place(FILE, SHEET))]


def test_a_table_without_indicators_grades_nothing() -> None:
    assert graded(replace(small(), indicators=()), {}).outcome == "需人工确认"


def test_methods_of_checking_are_not_graded() -> None:
    part = graded(table_of("alumina"), best(table_of("alumina")))
    assert [item.outcome for item in part.items if item.indicator.no in ("移3", "移4", "移5", "移6")] == ["无要求"] * 4
    assert part.outcome == "A"


def test_common_rows_count_only_at_the_grades_they_name() -> None:
    answers = best(table_of("alumina"))
    assert graded(table_of("alumina"), answers | {"移2": 94.9}).outcome == "C"     # A and B ask 95 %, C nothing


def test_common_rows_know_all_their_grades_where_the_table_does_not() -> None:
    brick = table_of("brick-kiln")                             # states B only
    common = next(one for one in table_of("alumina").indicators if one.no == "移2")
    part = graded(replace(brick, indicators=(*brick.indicators, common)), BRICK | {"移2": 90})
    assert [item.outcome for item in part.items if item.indicator.no == "移2"] == ["C"]


# --- alternatives -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clean", "green", "outcome"),
    [
        (80, 0, "A"),
        (10, 100, "A"),
        (10, None, "待核实"),
        (80, None, "A"),                                       # one is enough, the other need not be filled
        (80, ("不适用", "没有汽车运输"), "A"),
        (10, ("不适用", "没有汽车运输"), "需人工确认"),           # this table states A only
        (10, 99, "需人工确认"),
    ],
)
def test_one_alternative_is_enough(clean: Found, green: Any, outcome: str) -> None:
    steel = table_of("steel-sinter")
    assert graded(steel, best(steel) | {"5": clean, "6": green}).outcome == outcome


def test_an_alternative_that_does_not_apply_neither_helps_nor_counts() -> None:
    clinker = table_of("clinker", "national-2026")
    part = graded(clinker, best(clinker) | {"5": 70, "6": ("不适用", "没有汽车运输")})
    assert (part.outcome, [item.outcome for item in part.items if item.indicator.alternative]) == ("B", ["B", "不适用"])
    assert [one.label for one in part.next] == ["运输方式—清洁方式运输比例"]


def test_alternatives_share_one_entry_of_what_is_needed() -> None:
    clinker = table_of("clinker", "national-2026")
    part = graded(clinker, best(clinker) | {"5": 70, "6": 80})
    assert (part.outcome, [one.label for one in part.next]) == ("B", ["运输方式—清洁方式运输比例 或 运输方式—新能源汽车运输比例"])
    assert part.next[0].required == "不低于85 % 或 不低于90 %"


CLEAN = "1; 运输方式; 清洁运输; 数值; %; ; 清洁; {}; ≥; {}"
ELECTRIC = "2; 运输方式; 新能源运输; 数值; %; ; 清洁; {}; ≥; {}"


def transport() -> IndicatorTable:
    """Two alternatives with limits of their own, and a third of which no grade asks anything."""
    limits = [row.format(grade, limit) for row in (CLEAN, ELECTRIC) for grade, limit in (("A", 90), ("B", 80), ("C", 50))]
    table = toy(*limits, "3; 运输方式; 统计方法; 是否; ; ; 清洁; A; =; 是")
    return replace(table, indicators=(*table.indicators[:2], replace(table.indicators[2], requirements=())))


def test_an_alternative_that_asks_nothing_stands_in_for_nobody() -> None:
    part = graded(transport(), {"1": 80, "2": 10})
    assert (part.outcome, [item.outcome for item in part.items]) == ("B", ["B", "B", "无要求"])


def test_an_open_alternative_leaves_the_better_grade_possible() -> None:
    part = graded(transport(), {"1": 50, "2": None})
    assert (part.outcome, part.at_best) == ("待核实", "A")


def test_each_thing_to_do_is_an_entry_of_its_own() -> None:
    """Every requirement of a grade must be met (三环文〔2022〕69号 三(三)3): both items that keep the plant at C are named, each by itself."""
    part = graded(small(), GOOD | {"1": 20.1, "3": "否"})
    assert (part.outcome, [one.label for one in part.next]) == ("C", ["排放限值—颗粒物", "监测监控水平—视频监控"])
    assert [one.found for one in part.next] == ["20.1 mg/m³", "否"]


def test_an_alternative_that_stands_in_is_named() -> None:
    steel = table_of("steel-sinter")
    part = graded(steel, best(steel) | {"5": 10, "6": 100})
    assert "按替代条件：“运输方式”第1项“清洁方式运输比例”计为 A" in part.steps


# --- other schemes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "grade"),
    [({}, "一级"), ({"1": 15.1}, "二级"), ({"1": 25, "2": 100}, "三级"), ({"1": 40.1}, "未达级"), ({"5": 69}, "三级"), ({"7": "否"}, "未达级")],
)
def test_a_scheme_with_other_names_and_vetoes(change: dict[str, Any], grade: str) -> None:
    start: dict[str, Any] = {"1": 15, "2": 30, "3": 10, "4": 2, "5": 85, **{str(n): "是" for n in range(6, 11)}}
    assert graded(leather(), start | change).outcome == grade


@pytest.mark.parametrize(("prices", "grade"), [((10, 35), "A"), ((10, 36), "B"), ((10, 51), "C"), ((21, 35), "D")])
def test_b_minus_stands_between_b_and_c(prices: tuple[int, int], grade: str) -> None:
    kiln = table_of("refractory")                              # 颗粒物 A, B, B- ≤10, C ≤20; SO2 A ≤35, B and B- ≤50, C ≤100
    assert graded(kiln, best(kiln) | {"6": prices[0], "7": prices[1]}).outcome == grade


def test_b_minus_is_reached_where_the_table_has_it() -> None:
    kiln = table_of("refractory")                              # NOx A ≤50, B ≤100, B- ≤150, C ≤180
    assert [graded(kiln, best(kiln) | {"8": nox}).outcome for nox in (50, 100, 150, 180, 181)] == ["A", "B", "B-", "C", "D"]


def test_leading_or_not() -> None:
    mill = table_of("cement-grinding")
    assert graded(mill, best(mill)).steps[0] == "评为引领性：粉磨—参与评级的 18 项全部达到引领性要求"
    part = graded(mill, best(mill) | {"5": 10.1})
    assert part.steps[0] == "评为非引领性：粉磨—“排放限值”第1项“颗粒物排放浓度”为非引领性（【铸件】G53，现场“10.1 mg/m³”，引领性要求“不高于10 mg/m³”）"


def test_a_plus_is_never_computed() -> None:
    clinker = table_of("clinker", "national-2026")
    assert graded(clinker, best(clinker)).outcome == "A"
    assert "A+" not in ranking(clinker)


# --- the sheet beside Python, and the limits of a table ---------------------------------------------------------------


def test_a_sheet_that_shows_another_grade_is_named_with_both() -> None:
    checklist = filled(small(), GOOD | {"1": 20}, shown="A", grade_place=Place(FILE, SHEET, "I50"))
    changed = replace(checklist, answers=(replace(checklist.answers[0], shown="A"), *checklist.answers[1:]))
    found = of(grade_part(changed)[1], Code.GRADE_DISAGREES)
    assert [(f.place.cell, f.message) for f in found] == [
        (place("1", "I").cell, "“排放限值—颗粒物”在表中显示“A”，按指标表应为“B”"),
        ("I50", "“铸件的等级”在表中显示“A”，按指标表应为“B”"),
    ]


def test_a_sheet_that_agrees_is_not_named() -> None:
    checklist = filled(small(), GOOD | {"1": 20}, shown="B")
    answers = tuple(replace(a, shown={"1": "B"}.get(a.no, "A")) for a in checklist.answers)
    assert codes(replace(checklist, answers=answers)) == []


def test_a_table_that_is_not_official_says_so() -> None:
    part, findings = grade_part(filled(replace(small(), status="部分"), GOOD))
    assert (part.outcome, [f.code for f in findings]) == ("A", [Code.TABLE_NOT_OFFICIAL])
    assert part.flags == ("指标表“试验表”是部分表，等级只供参考",)


@pytest.mark.parametrize(("table", "late"), [(small(), False), (replace(small(), effective_to="2022-07-19"), True), (replace(small(), effective_from="2022-07-20"), False), (replace(small(), effective_from="2022-07-21"), True)])
def test_a_table_out_of_date_is_named(table: IndicatorTable, late: bool) -> None:
    assert bool(of(grade_part(filled(table, GOOD, checked=CHECKED))[1], Code.TABLE_NOT_IN_FORCE)) is late


def test_the_json_of_a_part_has_the_promised_keys() -> None:
    record = graded(small(), GOOD | {"1": 20}).record()
    assert record == {
        "process": "铸件",
        "table": "试验表",
        "edition": "1",
        "grade": "B",
        "status": "已得出",
        "decided_by": [{"file": FILE, "sheet": SHEET, "cell": place("1", "G").cell, "indicator": "排放限值—颗粒物", "found": "20 mg/m³", "required": "10"}],
        "next": [{"file": FILE, "sheet": SHEET, "cell": place("1", "G").cell, "indicator": "排放限值—颗粒物", "found": "20 mg/m³", "required": "10"}],
    }


# --- the enterprise ---------------------------------------------------------------------------------------------------


def part_at(scheme: str, grade: str, process: str) -> PartGrade:
    """A part of a scheme with this grade ("" = not filled), made through grading."""
    levels = {"A-D": "A B B- C D", "引领性": "引领性 非引领性", "A-C": "A B C"}[scheme]
    rows = [f"1; 排放限值; 颗粒物; 数值; ; ; ; {g}; ≤; {10 * at}" for at, g in enumerate(levels.split()[:-1], start=1)]
    table = replace(toy(*rows, grades=levels, scheme=scheme), id=f"{scheme}-{process}")
    found = 10 * (levels.split().index(grade) + 1) if grade else None
    return graded(table, {"1": found}, process=process)


def whole(*parts: tuple[str, str], policy: str = "sanmenxia-2022") -> EnterpriseGrade:
    return grade_enterprise([part_at(scheme, grade, f"工序{n}") for n, (scheme, grade) in enumerate(parts, start=1)], load_policy(policy))[0]


@pytest.mark.parametrize(
    ("parts", "outcome"),
    [
        ([("A-D", "B")], "B"),
        ([("A-D", "A"), ("A-D", "C")], "C"),
        ([("A-D", "B"), ("A-D", "B-")], "B-"),
        ([("A-D", "A"), ("引领性", "引领性")], "A"),               # one tier by a published rule
        ([("引领性", "引领性"), ("引领性", "非引领性")], "非引领性"),
        ([("A-D", "B"), ("引领性", "引领性")], "B（需人工确认）"),
        ([("A-D", "A"), ("引领性", "非引领性")], "非引领性（需人工确认）"),
        ([("A-D", "D"), ("引领性", "非引领性")], "D（需人工确认）"),
        ([("A-D", "A"), ("A-D", "")], "待核实"),
        ([("A-D", "D"), ("引领性", "")], "待核实"),
    ],
)
def test_the_worst_part_is_the_enterprise(parts: list[tuple[str, str]], outcome: str) -> None:
    found = whole(*parts)
    assert (found.outcome, len(found.parts)) == (outcome, len(parts))


@pytest.mark.parametrize(("parts", "outcome"), [([("A-D", "A"), ("A-C", "A")], "A（需人工确认）"), ([("A-C", "B"), ("A-C", "A")], "B"), ([("A-D", "B"), ("A-C", "C")], "C（需人工确认）")])
def test_no_rule_says_that_an_a_is_an_a_elsewhere(parts: list[tuple[str, str]], outcome: str) -> None:
    assert whole(*parts, policy="national-2026").outcome == outcome


@pytest.mark.parametrize(
    ("grades", "said"),
    [("B", "总体为 B：工序1 B"), ("BB", "总体为 B：工序1 B、工序2 B"), ("AC", "总体为 C：工序1 A、工序2 C，以较差的工序2为准")],
)
def test_a_worse_process_is_named_only_where_they_differ(grades: str, said: str) -> None:
    assert whole(*(("A-D", grade) for grade in grades)).steps[0] == said


def test_a_part_that_needs_a_person_leaves_the_enterprise_open() -> None:
    parts = [graded(table_of("brick-kiln"), BRICK, process="焙烧"), part_at("A-D", "A", "成型")]
    found, findings = grade_enterprise(parts, load_policy("sanmenxia-2022"))
    assert (found.outcome, found.grade, findings) == ("需人工确认", "", [])
    assert found.flags[0] == "需人工确认：焙烧还没有得出等级"


def test_schemes_without_any_tier_give_no_grade() -> None:
    policy = replace(load_policy("sanmenxia-2022"), tiers=())
    found, findings = grade_enterprise([part_at("A-D", "B", "甲"), part_at("引领性", "引领性", "乙")], policy)
    assert (found.outcome, [f.code for f in findings]) == ("需人工确认", [Code.NEEDS_DECISION])


def test_a_mixed_enterprise_says_what_it_rests_on() -> None:
    found, findings = grade_enterprise([part_at("A-D", "B", "甲"), part_at("引领性", "引领性", "乙")], load_policy("sanmenxia-2022"))
    assert found.steps[0] == "总体为 B（需人工确认）：乙 引领性、甲 B，等级体系不同（A-D、引领性），没有规则规定先后，暂按甲的 B 计"
    assert [(f.code, f.message) for f in findings] == [(Code.NEEDS_DECISION, found.steps[0])]


def test_the_json_of_an_enterprise_has_the_promised_keys() -> None:
    record = whole(("A-D", "A"), ("A-D", "C")).record()
    assert list(record) == ["credit_code", "name", "grade", "status", "flags", "parts"]
    assert (record["credit_code"], record["name"], record["grade"], record["status"]) == ("91130200699229617X", "甲公司", "C", "已得出")
    assert [one["grade"] for one in record["parts"]] == ["A", "C"]


# --- properties -------------------------------------------------------------------------------------------------------


@st.composite
def checklists(draw: st.DrawFn) -> Checklist:
    """A checklist of any table, mostly filled, with blanks, reasons and nonsense."""
    table = draw(st.sampled_from(TABLES))
    found: dict[str, Any] = {}
    for one in table.indicators:
        if not is_graded(one, table):
            continue
        usual = st.just(best_answer(one, table)) if draw(st.integers(0, 9)) < 7 else entries(one, table)
        odd = st.sampled_from([None, "", "不适用", "说不清", ("不适用", "没有这道工序")])
        found[one.no] = draw(odd if draw(st.integers(0, 39)) == 0 else usual)
    return filled(table, found)


@st.composite
def worsened(draw: st.DrawFn) -> tuple[Checklist, Checklist]:
    """A checklist, and the same with one answer made worse."""
    table = draw(st.sampled_from(TABLES))
    choices = {one.no: draw(entries(one, table)) for one in table.indicators if is_graded(one, table)}
    for no in choices:
        if draw(st.integers(0, 9)) < 6:
            choices[no] = best_answer(next(one for one in table.indicators if one.no == no), table)
    options = {one.no: worse_entries(one, table, choices[one.no]) for one in table.indicators if one.no in choices}
    no = draw(st.sampled_from([no for no, worse in options.items() if worse] or [next(iter(choices))]))
    worse = draw(st.sampled_from(options[no] or [choices[no]]))
    return filled(table, choices), filled(table, choices | {no: worse})


def rank(part: PartGrade, grade: str) -> int:
    return (*reversed(part.checklist.table.ladder), part.checklist.table.lowest).index(grade)


@given(worsened())
def test_a_worse_answer_never_gives_a_better_grade(pair: tuple[Checklist, Checklist]) -> None:
    before, after = (grade_part(one)[0] for one in pair)
    assert rank(after, after.at_best) >= rank(before, before.at_best)
    if before.grade and after.grade:
        assert rank(after, after.grade) >= rank(before, before.grade)
    for old, new in zip(before.items, after.items, strict=True):
        if old.verdict.sure in before.checklist.table.grades and new.outcome not in ("不适用", "无要求"):
            assert rank(after, new.verdict.sure) >= rank(before, old.verdict.sure)


@given(checklists(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(checklist: Checklist, rng: Any) -> None:
    shuffled = list(checklist.answers)
    rng.shuffle(shuffled)
    first, second = grade_part(checklist), grade_part(replace(checklist, answers=tuple(shuffled)))
    assert replace(first[0], checklist=checklist) == replace(second[0], checklist=checklist)
    assert first[1] == second[1]


@given(st.lists(st.tuples(st.sampled_from(["A-D", "引领性"]), st.integers(-1, 1)), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_parts_changes_nothing(chosen: list[tuple[str, int]], rng: Any) -> None:
    policy = load_policy("sanmenxia-2022")
    grades = [(scheme, "" if at < 0 else policy.scheme(scheme).grades[at]) for scheme, at in chosen]
    parts = [part_at(scheme, grade, f"工序{n}") for n, (scheme, grade) in enumerate(grades)]
    shuffled = parts.copy()
    rng.shuffle(shuffled)
    assert grade_enterprise(parts, policy) == grade_enterprise(shuffled, policy)


@given(checklists())
def test_every_grade_is_explained_by_cells_that_were_read(checklist: Checklist) -> None:
    part, findings = grade_part(checklist)
    cells = {p for a in checklist.answers for p in (a.place, a.grade_place, a.reason_place)} | {checklist.place}
    assert all(part.steps)
    assert len(part.steps) > 0
    assert bool(part.decided_by) is (part.at_best != "")
    assert {reason.place for reason in (*part.decided_by, *part.next)} | {f.place for f in findings} <= cells
    assert bool(part.next) is bool(part.next_grade)
    if part.grade:
        assert part.grade in part.steps[0]


@given(checklists(), st.data())
def test_a_blank_never_passes(checklist: Checklist, data: st.DataObject) -> None:
    table = checklist.table
    alone = [one.no for one in table.indicators if is_graded(one, table) and not one.alternative]
    no = data.draw(st.sampled_from(alone))
    blanked = tuple(replace(a, found=None, chosen="", reason="") if a.no == no else a for a in checklist.answers)
    part = grade_part(replace(checklist, answers=blanked))[0]
    assert (part.status, part.grade) == (Status.UNVERIFIED, "")


@given(checklists())
def test_meeting_all_that_the_next_grade_needs_gives_that_grade(checklist: Checklist) -> None:
    part = grade_part(checklist)[0]
    if not part.next_grade:
        return
    short = {reason.place for reason in part.decided_by}
    table = checklist.table
    improved = {item.indicator.no: best_answer(item.indicator, table) for item in part.items if item.place in short}
    answers = tuple(
        a if a.no not in improved else replace(a, found=improved[a.no], chosen=str(improved[a.no]), reason="") for a in checklist.answers
    )
    after = grade_part(replace(checklist, answers=answers))[0]
    assert after.status is Status.CLEAR
    assert rank(after, after.grade) <= rank(part, part.next_grade)


# --- one requirement in two languages ---------------------------------------------------------------------------------


def only(row: str) -> Indicator:
    return toy(row).indicators[0]


@pytest.mark.parametrize(
    ("row", "written", "met", "missed"),
    [
        ("1; 排放限值; 颗粒物; 数值; mg/m³; ; ; A; ≤; 10", "{answer}<=10", [0, 9.99, 10, Decimal("10.0")], [10.01, 11]),
        ("1; 排放限值; 颗粒物; 数值; mg/m³; ; ; A; <; 1.2", "{answer}<1.2", [1.19], [1.2, 1.21]),
        ("1; 运输方式; 比例; 数值; %; ; ; A; ≥; 80", "{answer}>=80", [80, 100], [79.9]),
        ("1; 运输方式; 比例; 数值; %; ; ; A; >; 80", "{answer}>80", [80.1], [80]),
        ("1; 运输方式; 比例; 数值; %; ; ; A; =; 100", "{answer}=100", [100.0], [99.9]),
        ("1; 无组织排放; 视频; 是否; ; ; ; A; =; 是", 'EXACT({answer},"是")', ["是"], ["否"]),
        (STORAGE.format("A", "全封闭/半封闭"), 'OR(EXACT({answer},"全封闭"),EXACT({answer},"半封闭"))', ["全封闭", "半封闭"], ["敞开"]),
    ],
)
def test_a_requirement_and_its_condition(row: str, written: str, met: list[Found], missed: list[Found]) -> None:
    one = only(row)
    (asked,) = one.requirements
    assert condition(one, asked) == written
    assert all(is_answer(one, found) and meets(asked, found) for found in met)
    assert not any(meets(asked, found) for found in missed)
    assert all(is_answer(one, found) for found in missed)


def test_what_counts_as_an_answer() -> None:
    share = only("1; 运输方式; 比例; 数值; %; ; ; A; ≥; 80")
    assert answer_condition(share) == "IF(ISNUMBER({answer}),AND(NOT(ISLOGICAL({answer})),{answer}>=0,{answer}<=100),FALSE)"
    assert [is_answer(share, found) for found in (0, 100, 100.5, -0.1, "80", True, None)] == [True, True, False, False, False, False, False]
    assert [is_blank(found) for found in (None, "", " 　", 0, "x")] == [True, True, True, False, False]


def test_a_quote_in_an_option_stays_text() -> None:
    one = only('1; 装备水平; 窑; 选项; ; "甲"型/其他; ; A; 属于; "甲"型')
    assert condition(one, one.requirements[0]) == 'EXACT({answer},"""甲""型")'


FUNCTIONS = {"IF", "OR", "AND", "NOT", "EXACT", "ISNUMBER", "ISTEXT", "ISLOGICAL", "ISERROR", "IFERROR", "TRIM", "SUBSTITUTE", "SUMPRODUCT", "ROWS", "CHOOSE", "MIN"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.id)
def test_formulas_fit_every_spreadsheet(table: IndicatorTable) -> None:
    texts = [table_formula(table, "$I$8:$I$40", "$J$8:$J$40")]
    for one in (one for one in table.indicators if one.kind is not AnswerKind.TEXT):
        members = [one, *(o for o in table.indicators if one.alternative and o.alternative == one.alternative and o is not one)]
        texts.append(reached_formula([(o, f"$G${n}", f"$J${n}") for n, o in enumerate(members, start=8)], table))
    for text in texts:
        bare = re.sub(r'"[^"]*"', '""', text)
        assert set(re.findall(r"([A-Z]+)\(", bare)) <= FUNCTIONS
        assert text.count("(") == text.count(")")
        assert len(text) < 8000
        assert "{" not in bare
        assert max(map(len, re.findall(r'"([^"]*)"', text)), default=0) <= 255


def test_the_formula_of_a_row_reads_as_the_table_does() -> None:
    one = only("1; 排放限值; 颗粒物; 数值; mg/m³; ; ; A; ≤; 10")
    text = reached_formula([(one, "G8", "J8")], toy("1; 排放限值; 颗粒物; 数值; mg/m³; ; ; A; ≤; 10", grades="A D"))
    assert text.endswith('IF(IF(ISNUMBER(G8),AND(NOT(ISLOGICAL(G8)),G8>=0),FALSE),IF(G8<=10,"A","D"),"待核实"))')


def test_the_overall_formula_names_every_grade_of_a_scheme() -> None:
    policy = load_policy("sanmenxia-2022")
    single = overall_formula([("F1", table_of("casting-gas-electric")), ("F2", table_of("copper"))], policy)
    assert re.findall(r'\),"([^"]+)"', single) == ["待核实", "需人工确认", "D", "C", "B-", "B", "A"]
    mixed = overall_formula([("F1", table_of("casting-gas-electric")), ("F2", table_of("machining"))], policy)
    assert 'IF(AND(EXACT(F1,"A"),EXACT(F2,"引领性")),"A",' in mixed
    assert '"非引领性（需人工确认）"' in mixed


# --- small words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("found", "shown"), [(12.5, "12.5"), (100.0, "100"), (Decimal("0.10"), "0.1"), (0.1 + 0.2, "0.3"), (True, "TRUE"), (None, ""), ("全封闭", "全封闭"), (float("inf"), "inf")])
def test_a_value_as_people_write_it(found: Found, shown: str) -> None:
    assert written(found) == shown


def test_a_grade_in_a_sentence() -> None:
    assert [level(grade) for grade in ("A", "B-", "引领性")] == ["A 级", "B- 级", "引领性"]


def test_climbing_stops_where_something_is_missed() -> None:
    table = small()
    assert [climb(table.indicators[0], table, dust).outcome for dust in (5, 15, 25, 35)] == ["A", "B", "C", "D"]


@pytest.mark.parametrize(("dust", "outcome", "at_best"), [(10, "A", "A"), (20, "需人工确认", "B")])
def test_a_grade_that_asks_nothing_does_not_end_a_doubt(dust: float, outcome: str, at_best: str) -> None:
    """What C asks is not known; that B asks nothing more does not say that C is met. A's own limit does: a better grade never asks less."""
    table = toy("1; 排放限值; 颗粒物; 数值; mg/m³; ; ; A; ≤; 10", "1; 排放限值; 颗粒物; 数值; mg/m³; ; ; C; ; ", "2; 监测监控水平; 视频监控; 是否; ; ; ; B; =; 是")
    part = graded(table, {"1": dust, "2": "是"})
    assert (part.outcome, part.at_best) == (outcome, at_best)


def test_a_choice_among_grades_that_ask_different_things_is_not_doubted() -> None:
    table = toy(*(f"1; 环境管理水平; 环保机构; 文本; ; ; ; {grade}; ; " for grade in "ABC"))
    (one,) = table.indicators
    differing = replace(one, requirements=tuple(replace(asked, text=f"{asked.grade} 级的要求") for asked in one.requirements))
    assert codes(filled(replace(table, indicators=(differing,)), {"1": "B"})) == []
    assert codes(filled(table, {"1": "B"})) == [(Code.SAME_REQUIREMENT, place("1", "I").cell)]


def test_a_grade_chosen_below_one_that_asks_the_same_is_doubted() -> None:
    casting = table_of("casting-gas-electric")
    checklist = filled(casting, CASTING | {"4": "C"})
    part, findings = grade_part(checklist)
    assert part.outcome == "C"
    (doubt,) = [one for one in findings if one.code is Code.SAME_REQUIREMENT]
    assert doubt.place == place("4", "I")
    assert "选了 C，而 A 与 C 的要求一样" in doubt.message
    assert Code.SAME_REQUIREMENT not in {one.code for one in grade_part(filled(casting, CASTING | {"4": "D"}))[1]}


def test_what_stays_open_says_why_it_can_get_no_better() -> None:
    part = graded(table_of("cement-clinker"), CEMENT | {"5": 6, "4": 99})
    assert part.status is Status.NEEDS_DECISION
    assert any(step.startswith("确认后最好为 C，因为") and "（G52）" in step for step in part.steps)
