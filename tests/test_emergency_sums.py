"""The city's sums: what is cut of each pollutant against 10, 20 and 30 % of what the city emits a day at 黄, 橙 and 红."""

from decimal import Decimal

import pytest

from xltools.model.address import column_letters
from xltools.model.code import Code
from xltools.model.emergency import Computed, load_emergency, value_of
from xltools.model.form import load_template
from xltools.model.policy import load_policy
from xltools.rules.emergency_sums import Sums, short, sums

WORDS, POLICY = load_emergency(), load_policy("sanmenxia-2022")
Row = dict[str, object]


def row(day: float | None, *cuts: float | None) -> Row:
    """A line of the list: what is emitted a day, and what is cut of it at 黄, 橙 and 红, of every pollutant alike."""
    cells: Row = {f"day_{pollutant}": day for pollutant in WORDS.pollutants}
    for level, cut in zip(WORDS.levels, (*cuts, None, None, None), strict=False):
        cells |= {f"{level}_{pollutant}": Computed("", "" if cut is None else Decimal(str(cut))) for pollutant in WORDS.pollutants}
    return cells


def said(listed: list[Row], protected: list[Row] | None = None, own: Row | None = None, count_protected: str = "是") -> Row:
    """The line of 颗粒物, its cells as values."""
    line, *_ = sums(Sums(listed, protected or [], [{"pollutant": "颗粒物", **(own or {})}], count_protected, WORDS, POLICY))
    return {name: value_of(cell) for name, cell in line.items()}


def results(line: Row) -> tuple[object, ...]:
    return tuple(line[f"result_{level}"] for level in WORDS.levels)


@pytest.mark.parametrize(
    ("cuts", "expected"),
    [
        ((10, 20, 30), ("达到", "达到", "达到")),
        ((9.9999, 19.9999, 29.9999), ("未达到", "未达到", "未达到")),
        ((100, 20, 0), ("达到", "达到", "未达到")),
    ],
)
def test_a_share_is_enough_from_what_is_required_on(cuts: tuple[float, ...], expected: tuple[str, ...]) -> None:
    assert results(said([row(100, *cuts)])) == expected


def test_what_a_row_does_not_say_leaves_open_only_what_could_still_change() -> None:
    """Missing cuts can only add; a missing daily emission makes the whole larger, unless the city gave it."""
    assert results(said([row(100, 10, 15, None), row(0, 0, None, 0)])) == ("达到", "不能确定", "不能确定")
    assert results(said([row(100, 50, 50, 50), row(None, 0, 0, 0)])) == ("不能确定",) * 3
    assert results(said([row(100, 10, 15, 30), row(None, 0, 0, 0)], own={"city": 100.0})) == ("达到", "未达到", "达到")


def test_the_rows_that_lack_a_number_are_counted() -> None:
    line = said([row(100, 10, 20, 30), row(None, 0, 0, 0), row(5, 1, None, None)], [row(None), row(7)])
    assert (line["listed"], line["protected"], line["blank_rows"], line["open_rows"]) == (105, 7, 2, 1)


@pytest.mark.parametrize(
    ("own", "count_protected", "whole", "expected"),
    [
        ({}, "是", 300, ("达到", "未达到", "未达到")),                          # 30 of 100 listed and 200 protected
        ({}, "否", 100, ("达到", "达到", "达到")),
        ({"city": 150.0}, "是", 150, ("达到", "达到", "未达到")),               # the city's own figure, whatever the setting
        ({"city": 150.0, "target_red": 20.0}, "是", 150, ("达到", "达到", "达到")),
        ({"target_yellow": 0.0}, "是", 300, ("达到", "未达到", "未达到")),
    ],
)
def test_the_whole_is_the_citys_figure_or_the_list_with_or_without_the_protected(own: Row, count_protected: str, whole: int, expected: tuple[str, ...]) -> None:
    line = said([row(100, 30, 30, 30)], [row(200)], own, count_protected)
    assert (line["whole"], results(line)) == (whole, expected)


def test_of_nothing_no_share_is_said() -> None:
    line = said([row(0, 0, 0, 0)])
    assert (results(line), {line[f"share_{level}"] for level in WORDS.levels}) == (("不能确定",) * 3, {""})     # as its formula gives it


@pytest.mark.parametrize(
    ("line", "code", "said", "levels"),
    [(row(100, 10, 15, 30), Code.SUM_BELOW, "橙色预警颗粒物减排占比 15%，没有达到要求的 20%", 1), (row(100, 10, None, 30), Code.SUM_OPEN, "0%", 1), (row(0, 0, 0, 0), Code.SUM_OPEN, "?%", 3)],
)
def test_what_is_not_enough_is_a_finding_at_its_result_and_nothing_else_is(line: Row, code: Code, said: str, levels: int) -> None:
    form = load_template("emergency")["emergency_sums"]
    found = {one.place.cell: one for one in short(sums(Sums([line], [], [], "是", WORDS, POLICY)), form, "清单.xlsx", WORDS)}
    at = column_letters([one.name for one in form].index("result_orange") + 1)
    assert (found[f"{at}5"].code, said in found[f"{at}5"].message, len(found)) == (code, True, levels * len(WORDS.pollutants))
