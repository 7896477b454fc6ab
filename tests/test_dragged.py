"""A column that dragging made a series of is asked about once; what counts up by itself is not."""

from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from tests.bench.city import enterprises
from tests.county_books import POLICY, beside, book, check, enterprise, found
from xltools.actions.check import check_files
from xltools.model.code import Code
from xltools.rules.codes import make_credit_code

S = "排查清单!"
CODES = [make_credit_code(f"91411282YG77777{at:02}") for at in range(12)]
WORKBOOKS = Path(__file__).parent.parent / "workbooks" / "区县"
WEDNESDAY, MONDAY = date(2022, 11, 30), date(2022, 7, 4)


def listed(field, values):
    """A screening list in which one field has these values, row by row."""
    return book(screening=[enterprise(code, f"三门峡示例{at}厂", **{field: value}) for at, (code, value) in enumerate(zip(CODES, values, strict=False))])


def days(first, count):
    return [first + timedelta(at) for at in range(count)]


@pytest.mark.parametrize(
    ("field", "values", "place"),
    [
        ("capacity", [12.5, 13.5, 14.5, 15.5], "K5"),
        ("capacity", [0.1, 1.1, 2.1, 3.1, 4.1], "K5"),
        ("capacity", [700.0, 20000.0, 20001.0, 20002.0, 20003.0, 300.0], "K6"),
        ("capacity", [float(one) for one in range(5, 12)], "K5"),
        ("capacity", [200.0, 201.0, 202.0, 203.0, 260.0, 310.0, 400.0], "K5"),
        ("phone", ["13900000001", "13900000002", "13900000003"], "W5"),
        ("phone", [13900000009.0, 13900000010.0, 13900000011.0], "W5"),
        ("phone", ["0398-2200001", "0398-2200002", "0398-2200003"], "W5"),
        ("industry_code", ["C3391", "C3392", "C3393", "C3394"], "I5"),
        ("target_date", days(WEDNESDAY, 5), "Q5"),
    ],
)
def test_a_series_is_asked_about_once(field, values, place):
    assert found(listed(field, values)) == {(Code.DRAGGED, f"{S}{place}")}


def test_the_question_says_from_where_to_where_and_what_stands_there():
    (one,) = check(listed("capacity", [12.5, 13.5, 14.5, 15.5])).findings
    assert one.message == "“产能”从这一格到 K8 共 4 格，每行正好比上一行多1（从“12.5”到“15.5”），是不是拖动填充时变成了序列？"


def test_a_whole_row_dragged_down_is_asked_about_once_with_all_its_columns():
    days_of = days(WEDNESDAY, 6)
    rows = [enterprise(code, f"三门峡示例{at}厂", capacity=500.5 + at, phone=f"1390000000{at}", target_date=days_of[at]) for at, code in enumerate(CODES[:6])]
    (one,) = check(book(screening=rows)).findings
    assert (one.code, one.place.cell) == (Code.DRAGGED, "K5")
    assert "（从“500.5”到“505.5”）；目标完成时限、联系电话在这几行也是这样，是不是拖动填充时变成了序列？" in one.message
    assert {place.cell for place in one.marked} == {f"{column}{row}" for column in ("K", "Q", "W") for row in range(5, 11)}


def test_a_dragged_row_is_asked_about_where_its_first_cell_has_an_error_too():
    rows = [enterprise(code, f"三门峡示例{at}厂", capacity=at - 0.5, phone=f"1390000000{at}", target_date=days(WEDNESDAY, 6)[at]) for at, code in enumerate(CODES[:6])]
    told = {one.place.cell: one for one in check(book(screening=rows)).findings}
    assert {cell: one.code for cell, one in told.items()} == {"K5": Code.OUT_OF_RANGE, "Q5": Code.DRAGGED}
    assert "；联系电话、产能在这几行也是这样" in told["Q5"].message


def test_series_in_other_rows_are_asked_about_apart():
    rows = [enterprise(code, f"三门峡示例{at}厂", capacity=500.5 + at if at < 4 else 30.0, phone=f"1390000000{at if at > 1 else 2 * at + 5}") for at, code in enumerate(CODES[:6])]
    assert found(book(screening=rows)) == {(Code.DRAGGED, f"{S}K5"), (Code.DRAGGED, f"{S}W7")}


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("capacity", [12.5, 13.5, 14.5]),
        ("capacity", [12.5, 13.5, 14.5, 15.6]),
        ("capacity", [float(one) for one in range(5, 11)]),
        ("capacity", [400.0, 300.0, 200.0, 100.0]),
        ("capacity", [20000.0] * 6),
        ("capacity", [150.0, 170.0, 200.0, 201.0, 202.0, 203.0, 260.0, 310.0, 400.0, 520.0]),
        ("phone", ["13900000001", "13900000002", "13900000004"]),
        ("phone", ["13900000001"] * 6),
        ("phone", [f"0398-2200001-{at}" for at in range(801, 807)]),
        ("phone", ["0398-2200001", "0398-2200002", "0371-2200003"]),
        ("industry_code", ["C3391", "C3392", "C3393", "C3399"]),
        ("industry_code", ["C3011", "C3012", "C3021", "C3022", "C3023"]),
        ("process", [f"{at}号生产线" for at in range(1, 9)]),
        ("town", [f"示例镇{at}" for at in range(1, 9)]),
        ("target_date", days(WEDNESDAY, 4)),
        ("target_date", days(MONDAY, 5)),
    ],
)
def test_what_may_be_so_is_not_asked_about(field, values):
    assert found(listed(field, values)) == set()


def test_a_row_left_free_or_one_that_differs_ends_a_run():
    rows = [enterprise(code, f"三门峡示例{at}厂", capacity=500.0 + at) for at, code in enumerate(CODES[:6])]
    assert found(book(screening=[*rows[:3], {}, *rows[3:]])) == set()


def test_visits_of_one_week_and_numbers_of_problems_count_up_by_themselves():
    screening = [enterprise(code, f"三门峡示例{at}厂") for at, code in enumerate(CODES[:5])]
    reviews = [beside(code, visit_date=day) for code, day in zip(CODES, days(MONDAY, 5), strict=False)]
    problems = [beside(code, issue_no=f"{at:03}") for at, code in enumerate(CODES[:5], 1)]
    assert Code.DRAGGED not in {code for code, _ in found(book(screening=screening, review=reviews, rectification=problems))}


def test_neither_the_example_nor_many_rows_of_a_city_are_asked_about():
    rows = enterprises(2000, 0, POLICY, Random(2022))
    phones = Random(7)
    rows = [row | {"phone": f"139{phones.randrange(10**8):08}"} for row in rows]
    ordered = sorted(rows, key=lambda row: row["capacity"] if isinstance(row["capacity"], float) else 0.0)
    said = [*check(book(screening=rows)).findings, *check(book(screening=ordered)).findings, *check_files([WORKBOOKS], POLICY).findings]
    assert {Code.DRAGGED, Code.COLUMNS_EXCHANGED, Code.WITHDRAWN, Code.TWO_UNITS}.isdisjoint({one.code for one in said})
