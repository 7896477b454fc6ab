"""The analyst's functions, as plain functions: grades in cells, the worst of them, why, and credit codes."""

import ast
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.faces.functions import xt_code_ok, xt_grade, xt_why, xt_worst
from xltools.model.policy import load_policy
from xltools.rules.codes import make_credit_code

ROOT = Path(__file__).parent.parent
ABCD = next(scheme for scheme in load_policy("sanmenxia-2022").schemes if "B-" in scheme.grades).grades
CODE = make_credit_code("91411282YA0000001")


# Source of the expected grades: 三环文〔2022〕69号 三(三)3, one item missed means down; the worst part is the enterprise's.
@pytest.mark.parametrize(
    ("items", "grade"),
    [
        ([*["A"] * 9, "C"], "C"),
        ([*["C"] * 9, "D"], "D"),
        (["A", "Ｂ级"], "B"),
        (["A", "b－"], "B-"),
        (["A", "地方A"], "A"),
        (["A", None], "待核实"),
        (["D", "待核实"], "待核实"),
        (["A", "需人工确认"], "需人工确认"),
        (["A", "不适用"], "A"),
        (["引领性", "非引领性"], "非引领性"),
        (["A", "很好"], "无法识别：第2行“很好”"),
        (["不适用"], ""),
    ],
)
def test_a_table_has_the_worst_of_its_items(items: Sequence[str | None], grade: str) -> None:
    assert xt_grade([[item] for item in items]) == grade


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([["装备水平", "A"], ["无组织排放", "C"], [None, None]], "C：以无组织排放为准，共2项"),
        ([["装备水平", "A"], ["无组织排放", None]], "待核实：无组织排放还没有得出等级"),
        ([["B"], ["B"]], "B：以第1行、第2行为准，共2项"),
        ([["装备水平", "很好"]], "装备水平“很好”不是能识别的等级"),
        ([[None, None]], ""),
    ],
)
def test_the_reason_names_the_item_that_decides(rows: Sequence[Sequence[object]], why: str) -> None:
    assert xt_why(rows) == why


@pytest.mark.parametrize(
    ("parts", "grade"),
    [
        ([["A", "C"]], "C"),
        ([["A"], [None], ["B"]], "B"),
        ([["A", "引领性"]], "A"),                       # the same tier by a published rule
        ([["B", "非引领性"]], "非引领性（需人工确认）"),     # open: no rule ranks them
        ([[None]], ""),
        ([["A", "待核实"]], "待核实"),
    ],
)
def test_an_enterprise_has_the_worst_of_its_parts(parts: Sequence[Sequence[object]], grade: str) -> None:
    assert xt_worst(parts) == grade


@given(st.lists(st.sampled_from(ABCD), min_size=1, max_size=12), st.randoms())
def test_the_order_of_cells_makes_no_difference_and_one_more_is_never_better(grades: list[str], random: Random) -> None:
    worst = max(grades, key=ABCD.index)
    shuffled = random.sample(grades, len(grades))
    assert xt_worst([shuffled]) == xt_grade([[one] for one in shuffled]) == worst


@pytest.mark.parametrize(("cell", "ok"), [("91130200699229617X", True), ("91130200699229618X", False), (f" {CODE.lower()} ", True), ("９" + CODE[1:], True), (None, False), (12.0, False), ("", False)])
def test_a_credit_code_is_right_when_its_check_character_is(cell: object, ok: bool) -> None:
    assert xt_code_ok(cell) is ok


def test_no_workbook_of_ours_depends_on_them() -> None:
    names = {node.name for node in ast.parse((ROOT / "xltools" / "faces" / "functions.py").read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}
    assert names == {"xt_grade", "xt_why", "xt_worst", "xt_code_ok"}
    twins = [*(ROOT / "templates").glob("*.txt"), *(ROOT / "workbooks").rglob("*.txt")]
    assert twins
    assert [twin.name for twin in twins if "xt_" in twin.read_text(encoding="utf-8")] == []
