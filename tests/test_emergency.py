"""The emergency list: every cut can be followed, nothing is counted that nobody settled, and what people wrote stays."""

import json
import shutil
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from msgspec.structs import replace

from tests.county_files import CODES, NAMES, POLICY
from tests.emergency_recount import differences, table
from tests.public_list import CITY, decided, event
from tests.text_book import TextBook
from xltools.actions.emergency import emergency, emergency_book
from xltools.books.base import Cell, Grid, Stamp
from xltools.books.file import open_book
from xltools.faces import cli
from xltools.model.code import Code
from xltools.model.emergency import EmergencyDone, load_emergency
from xltools.model.finding import StopError
from xltools.model.form import HEADER_ROW, load_template

COMMITTED = Path(__file__).parent.parent / "workbooks" / "市级汇总.xlsx"
FORMS = load_template("emergency")
CLINKER = {"industry": "水泥", "process": "熟料", "table": "水泥熟料"}
DAYS = {"day_pm": 10.0, "day_so2": 20.5, "day_nox": 0.1, "day_voc": 0.0}
STOP = {f"{name}_{level}": value for level in ("yellow", "orange", "red") for name, value in (("measure", "停产"), ("cut", 100.0))}


def reduction(at: int, **changes: Cell) -> dict[str, Cell]:
    """A row of the summary's sheet of reductions; by default everything stops."""
    row: dict[str, Cell] = {"county": "灵宝市", "batch": "7月", "name": NAMES[at], "credit_code": CODES[at], "process": "铸件", "grade": "B", **DAYS, **STOP}
    return row | changes


def protected(at: int) -> dict[str, Cell]:
    row: dict[str, Cell] = {"county": "灵宝市", "batch": "7月", "name": NAMES[at], "credit_code": CODES[at], "protected_kind": "民生保障", "task": "供热", "scope": "1号炉"}
    return row | {"valid_from": datetime(2022, 10, 1), "valid_to": datetime(2023, 3, 31), "project": "否"}


def city(ledger: list[dict[str, Cell]], reductions: list[dict[str, Cell]], **sheets: list[dict[str, Cell]]) -> TextBook:
    grids = {"ledger": ledger, "reductions": reductions, "protections": [], "events": [], **sheets}
    return TextBook("市级汇总.xlsx", grids={CITY[name].sheet: _grid(name, rows) for name, rows in grids.items()}, stamp=Stamp("city"))


def _grid(name: str, rows: list[dict[str, Cell]]) -> Grid:
    above: Grid = [[None] * len(CITY[name].fields) for _ in range(HEADER_ROW - 1)]
    return [*above, [one.label for one in CITY[name]], *([row.get(one.name) for one in CITY[name]] for row in rows)]


def made(book: TextBook, folder: Path, last: Path | None = None, name: str = "清单.xlsx") -> EmergencyDone:
    return emergency_book(book, folder / name, POLICY, open_book(last) if last else None)


def listed(done: EmergencyDone, form: str = "emergency") -> list[dict[str, object]]:
    """The rows of a sheet by field name, formulas as their stored values."""
    labels = {one.label: one.name for one in FORMS[form]}
    return [{labels[label]: value for label, value in row.items()} for row in table(done.path, FORMS[form].sheet)]


def told(done: EmergencyDone, *codes: Code) -> list[tuple[str, str]]:
    return [(one.place.cell, one.message) for one in done.findings if one.code in codes]


def fill(path: Path, form: str, rows: Mapping[int, Mapping[str, Cell]]) -> None:
    """A person writes into the list: row, field, value."""
    book = openpyxl.load_workbook(path)
    names = [one.name for one in FORMS[form]]
    for row, values in rows.items():
        for name, value in values.items():
            book[FORMS[form].sheet].cell(row, names.index(name) + 1).value = value
    book.save(path)


def test_all_reductions_agree_with_an_independent_count_to_the_last_digit(tmp_path: Path) -> None:
    first = emergency(COMMITTED, tmp_path / "一.xlsx", POLICY)
    *wrong, agreed = differences(first.path)
    assert (wrong, int(agreed.split()[0]) >= 2500) == ([], True)
    rows = {row: {"lines": 1 + row % 4, "base_eia": 960.0, "base_permit": 900 + row / 8, "base_actual": 1000 - row / 16, "base_unit": "吨"} for row in range(5, 120)}
    fill(first.path, "emergency", rows)
    second = emergency(COMMITTED, tmp_path / "二.xlsx", POLICY, first.path)
    *wrong, agreed = differences(second.path)
    assert (wrong, int(agreed.split()[0]) >= 3000) == ([], True)
    assert second.rows == first.rows == len(listed(second))


def test_every_number_says_in_its_cell_how_it_came_about(tmp_path: Path) -> None:
    done = made(city([decided(0)], [reduction(0, measure_orange="投料量由960吨降低到768吨", cut_orange=None)]), tmp_path)
    book = openpyxl.load_workbook(done.path)
    sheet, names = book[FORMS["emergency"].sheet], [one.name for one in FORMS["emergency"]]
    cell = {name: sheet.cell(5, at).value for at, name in enumerate(names, 1)}
    assert cell["worked_orange"] == "=ROUND((960-768)/960*100,4)"
    assert str(cell["orange_so2"]).startswith("=IF(COUNT($I5,")
    (row,) = listed(done)
    assert [row[name] for name in ("worked_orange", "cut_orange", "orange_pm", "orange_so2", "orange_nox")] == [20, 20, 2, 4.1, 0.02]
    assert str(book[FORMS["emergency_sums"].sheet]["B5"].value).startswith("=SUM('应急减排清单'!$H$5:")


@pytest.mark.parametrize("measure", ["自主减排", "待定"])
def test_a_cut_that_nobody_settled_is_empty_and_named_not_nothing(measure: str, tmp_path: Path) -> None:
    done = made(city([decided(0)], [reduction(0, measure_red=measure, cut_red=None)]), tmp_path)
    (row,) = listed(done)
    assert (row["cut_red"] or "", row["red_pm"] or "", row["cut_yellow"]) == ("", "", 100)
    ((cell, said),) = told(done, Code.CUT_UNKNOWN)
    assert (cell, measure in said) == ("P5", True)
    assert {str(one["result_red"]) for one in listed(done, "emergency_sums")} == {"不能确定"}
    assert {"Q5", "Q6", "Q7", "Q8"} <= {cell for cell, _ in told(done, Code.SUM_OPEN)}
    assert told(done, Code.SUM_BELOW) == []


def test_of_the_number_and_the_text_the_smaller_counts(tmp_path: Path) -> None:
    done = made(city([decided(0)], [reduction(0, measure_yellow="限产30%", cut_yellow=50.0)]), tmp_path)
    assert listed(done)[0]["cut_yellow"] == 30
    assert [cell for cell, _ in told(done, Code.CUT_DIFFERS)] == ["L5"]


@pytest.mark.parametrize(
    ("cuts", "note"),
    [
        ((50.0, 30.0, 100.0), "橙色预警减30%，比黄色预警的50%还少"),
        ((50.0, None, 40.0), "橙色预警没有减排比例；红色预警减40%，比黄色预警的50%还少"),
        ((20.0, 20.0, 20.0), None),
        ((0.0, 0.5, 1.0), None),
    ],
)
def test_a_graver_warning_that_cuts_less_is_asked_about(cuts: tuple[float | None, ...], note: str | None, tmp_path: Path) -> None:
    levels = {f"{name}_{level}": value for level, cut in zip(("yellow", "orange", "red"), cuts, strict=True) for name, value in (("measure", "按方案执行"), ("cut", cut))}
    done = made(city([decided(0, "B")], [reduction(0, **levels)]), tmp_path)
    assert listed(done)[0]["confirm"] == note


def test_what_was_not_understood_stands_there_as_typed_and_is_not_summed(tmp_path: Path) -> None:
    done = made(city([decided(0), decided(1)], [reduction(0, day_pm="很多"), reduction(1)]), tmp_path)
    assert [row["day_pm"] for row in listed(done)] == ["很多", 10]
    assert (listed(done)[0]["yellow_pm"] or "") == ""
    assert [cell for cell, _ in told(done, Code.NOT_A_NUMBER)] == ["G5"]
    dust, sulphur, *_ = listed(done, "emergency_sums")
    assert (dust["blank_rows"], dust["result_red"], sulphur["result_red"]) == (1, "不能确定", "达到")


def test_the_decided_grade_counts_and_what_happened_since(tmp_path: Path) -> None:
    fraud = event(1, "隐瞒或提供虚假材料", decided_by="领导小组", decided_date=datetime(2022, 8, 30), new_grade="D", second_review="不需要")
    rows = [reduction(0, grade="C"), reduction(1), reduction(2), reduction(3, grade="C")]
    done = made(city([decided(0), decided(1), decided(2, None)], rows, events=[fraud]), tmp_path)
    assert [row["grade"] for row in listed(done)] == ["B", "D", "B", "C"]
    assert [cell for cell, _ in told(done, Code.MEASURES_BY_OLD_GRADE)] == ["F5", "F6"]
    assert [said[:3] for _, said in told(done, Code.GRADE_NOT_DECIDED)] == ["2 行"]
    assert "隐瞒" in str(listed(done)[1]["confirm"])


@pytest.mark.parametrize(
    ("kind", "process", "grades"),
    [
        ("隐瞒或提供虚假材料", "一线（1号）", ["D", "D"]),      # 五1: the enterprise goes to the lowest grade, not the line where it was found
        ("贿赂", "", ["D", "D"]),
        ("问题突出", "一线(1号)", ["D", "B"]),                # 五2: what falls short of the indicators is the process checked
        ("环境违法", "一线（1号）", ["C", "B"]),              # 二(五): as decided for that row
        ("环境违法", "三线", ["B", "B"]),                     # no such process: nothing moves, and it is said
    ],
)
def test_what_happened_to_one_of_two_lines(kind: str, process: str, grades: list[str], tmp_path: Path) -> None:
    lines = ("一线（1号）", "二线")
    lowered = {"new_grade": "C" if kind == "环境违法" else "D", "decided_by": "领导小组", "decided_date": datetime(2022, 8, 30), "second_review": "已完成"}
    done = made(city([decided(0, process=one) for one in lines], [reduction(0, process=one) for one in lines], events=[event(0, kind, process=process, **lowered)]), tmp_path)
    assert [row["grade"] for row in listed(done)] == grades
    assert len(told(done, Code.NOT_GRADED_YET)) == (process == "三线")


@pytest.mark.parametrize(
    ("grade", "happened", "found", "note"),
    [
        ("B", "设备设施更换（未报备）", datetime(2022, 8, 10), ""),
        ("B", "贿赂", datetime(2022, 7, 28), ""),               # before the decision: known when it was taken
        ("B", "贿赂", datetime(2022, 7, 29), "“贿赂”之后为 D（原评定 B）"),
        ("B", "贿赂", None, "“贿赂”：没有填决定日期或发现日期，分不清在评定 B 之前还是之后"),
        ("引领性", "企业更名", datetime(2022, 8, 10), "引领性 不是铸件所用指标表的等级"),
        ("引领性", "贿赂", datetime(2022, 8, 10), "“贿赂”之后为 D（原评定 引领性）"),     # the lowest of its own table
        ("引领性", "环境违法", datetime(2022, 8, 10), "“环境违法”：引领性 不是铸件所用指标表的等级，之后是几级不能确定"),
    ],
)
def test_what_a_person_has_to_know_of_a_grade_stands_beside_it(grade: str, happened: str, found: Cell, note: str, tmp_path: Path) -> None:
    done = made(city([decided(0, grade)], [reduction(0)], events=[event(0, happened, found_date=found)]), tmp_path)
    assert (listed(done)[0]["confirm"] or "") == note


def test_a_grade_decided_before_is_said_beside_a_line_that_is_not_decided_yet(tmp_path: Path) -> None:
    measures = [reduction(0, batch=batch) for batch in ("7月", "8月")]
    done = made(city([decided(0, "B", batch="7月"), decided(0, None, batch="8月")], measures), tmp_path)
    assert [row["confirm"] for row in listed(done)] == ["铸件8月批次还没有评定，7月批次评定为 B，是否仍按它由市级确认；还没有市级评定等级"]


def test_only_what_the_clause_names_takes_off_the_protected_list(tmp_path: Path) -> None:
    """五2: work beyond the task, or no green construction; a violation does not."""
    kinds = ("环境违法", "达不到指标要求", "保障类超范围生产", "保障类工程未绿色施工")
    rows = range(len(kinds))
    done = made(city([decided(at) for at in rows], [reduction(at) for at in rows], protections=[protected(at) for at in rows], events=[event(at, kind) for at, kind in enumerate(kinds)]), tmp_path)
    assert [row["name"] for row in listed(done, "emergency_protected")] == NAMES[:2]


def test_two_enterprises_without_a_code_are_told_apart_by_their_names(tmp_path: Path) -> None:
    rows = [decided(at, "BC"[at], credit_code=None) for at in range(2)]
    done = made(city(rows, [reduction(at, credit_code=None, grade="BC"[at]) for at in range(2)]), tmp_path)
    assert [(row["name"], row["grade"], row["confirm"]) for row in listed(done)] == [(NAMES[0], "B", None), (NAMES[1], "C", None)]


@pytest.mark.parametrize(
    ("grade", "cuts", "wrong"),
    [("B", (0, 20, 100), []), ("B", (0, 19, 100), ["N5"]), ("C", (50, 100, 100), []), ("C", (49, 99, 0), ["L5", "N5", "P5"]), ("D", (100, 100, 50), ["P5"]), ("A", (0, 0, 0), [])],
)
def test_clinker_cuts_at_least_what_its_grade_asks(grade: str, cuts: tuple[int, int, int], wrong: list[str], tmp_path: Path) -> None:
    values = {f"{name}_{level}": value for level, cut in zip(("yellow", "orange", "red"), cuts, strict=True) for name, value in (("measure", "见方案"), ("cut", float(cut)))}
    done = made(city([decided(0, grade, **CLINKER)], [reduction(0, process="熟料", grade=grade, **values)]), tmp_path)
    assert [cell for cell, _ in told(done, Code.CUT_TOO_SMALL)] == wrong


def test_a_protected_project_that_is_not_built_green_is_off_the_list_at_once(tmp_path: Path) -> None:
    """五2: off at once when it is found; the county's own 否 is enough, and only for projects."""
    sites = [protected(0) | {"project": "是", "green": "否"}, protected(1) | {"project": "是", "green": "是"}, protected(2) | {"project": "否", "green": "否"}]
    done = made(city([decided(at, protected="是") for at in range(3)], [reduction(at) for at in range(3)], protections=sites), tmp_path)
    assert [one["name"] for one in listed(done, "emergency_protected")] == [NAMES[1], NAMES[2]]
    assert [one["name"] for one in listed(done)] == [NAMES[0]]
    ((_, said),) = told(done, Code.PROTECTED_OFF)
    assert said == "“绿色施工要求落实：否”：应立即移出保障类清单，执行本企业等级 B 的措施"


def test_protected_enterprises_stand_apart_and_come_back_when_taken_off(tmp_path: Path) -> None:
    off = event(1, "保障类超范围生产", second_review="不需要")
    ledger = [decided(at, protected="是") for at in range(3)]
    done = made(city(ledger, [reduction(at) for at in range(3)], protections=[protected(0), protected(1)], events=[off]), tmp_path)
    assert [row["name"] for row in listed(done, "emergency_protected")] == [NAMES[0]]
    assert [row["name"] for row in listed(done)] == [NAMES[1], NAMES[2]]
    assert len(told(done, Code.PROTECTED_OFF)) == 1
    assert [NAMES[2] in said for _, said in told(done, Code.PROTECTED_DOUBT)] == [True]
    sums = listed(done, "emergency_sums")
    assert [(one["listed"], one["protected"], one["whole"]) for one in sums[:2]] == [(20, 10, 30), (41, 20.5, 61.5)]
    assert sums[0]["share_red"] == 66.6667


def test_an_enterprise_without_measures_is_a_row_to_be_filled_not_left_out(tmp_path: Path) -> None:
    done = made(city([decided(0), decided(1)], [reduction(0)]), tmp_path)
    assert [row["name"] for row in listed(done)] == [NAMES[0], NAMES[1]]
    assert [cell for cell, _ in told(done, Code.NO_MEASURES)] == ["H6"]


@pytest.mark.parametrize("others", [[], [reduction(6, county="渑池县")]])
def test_a_county_that_reported_no_measures_at_all_is_told_once(others: list[dict[str, Cell]], tmp_path: Path) -> None:
    ledger = [*(decided(at) for at in range(4)), *(decided(at, county="渑池县") for at in (4, 5))]
    few = [decided(7, county="湖滨区", process=process) for process in ("铸件", "熔炼")]
    done = made(city([*ledger, decided(6, county="渑池县"), *few], others), tmp_path)
    wanted = {"灵宝市": 4} | ({} if others else {"渑池县": 3})
    assert {said for _, said in told(done, Code.NO_MEASURES_SENT)} == {f"“{county}”一行减排措施也没有填报，清单里这个县（市、区）的 {count} 行没有排放量和措施" for county, count in wanted.items()}
    assert len(told(done, Code.NO_MEASURES)) == (2 if others else 0) + len(few)
    assert [one["county"] for one in listed(done, "problems") if one["code"] == "W864"] == sorted(wanted)


def test_the_citys_sums_are_held_against_what_is_required(tmp_path: Path) -> None:
    half = {"measure_red": "限产25%", "cut_red": 25.0}
    done = made(city([decided(0)], [reduction(0, **half)]), tmp_path)
    assert [(one["result_orange"], one["result_red"], one["share_red"]) for one in listed(done, "emergency_sums")[:1]] == [("达到", "未达到", 25)]
    assert [said for cell, said in told(done, Code.SUM_BELOW) if cell == "Q5"] == ["红色预警颗粒物减排占比 25%，没有达到要求的 30%"]
    assert "Q5" not in {cell for cell, _ in told(done, Code.SUM_OPEN)}
    fill(done.path, "emergency_sums", {5: {"target_red": 25, "city": 9.0}})
    again = made(city([decided(0)], [reduction(0, **half)]), tmp_path, done.path, "二.xlsx")
    assert [(one["whole"], one["share_red"], one["result_red"]) for one in listed(again, "emergency_sums")[:1]] == [(9, 27.7778, "达到")]
    assert {"Q5", "Q6"} - {cell for cell, _ in told(again, Code.SUM_BELOW)} == {"Q5"}


def test_half_of_three_lines_waits_for_the_setting(tmp_path: Path) -> None:
    book = city([decided(0)], [reduction(0, measure_yellow="停产50%的生产线", cut_yellow=None)])
    first = made(book, tmp_path)
    assert len(told(first, Code.LINES_WAIT)) == 1
    fill(first.path, "emergency", {5: {"lines": 3}})
    second = made(book, tmp_path, first.path, "二.xlsx")
    assert "3条生产线的50%不是整数条" in str(listed(second)[0]["confirm"])
    fill(second.path, "emergency_settings", {5: {"half_lines": "向下取整"}})
    third = made(book, tmp_path, second.path, "三.xlsx")
    assert listed(third)[0]["cut_yellow"] == 33.3333
    assert [row["half_lines"] for row in listed(third, "emergency_settings")] == ["向下取整"]


def test_a_start_over_the_base_is_asked_about(tmp_path: Path) -> None:
    book = city([decided(0)], [reduction(0, measure_orange="投料量由960吨降低到768吨", cut_orange=20.0)])
    first = made(book, tmp_path)
    fill(first.path, "emergency", {5: {"base_eia": 960, "base_permit": 800, "base_actual": 900, "base_unit": "吨"}})
    second = made(book, tmp_path, first.path, "二.xlsx")
    row = listed(second)[0]
    assert (row["base"], row["worked_orange"], row["allowed_orange"], row["allowed_red"]) == (800, 4, 768, 0)
    assert [cell for cell, _ in told(second, Code.CUT_OVER_BASE)] == ["M5"]
    fill(first.path, "emergency", {5: {"base_permit": None}})
    assert "减排基数不能确定" in str(listed(made(book, tmp_path, first.path, "三.xlsx"))[0]["confirm"])


def test_what_changed_since_the_last_list_is_listed_cell_by_cell(tmp_path: Path) -> None:
    ledger = [decided(at) for at in range(4)]
    first = made(city(ledger, [reduction(0), reduction(1), reduction(2)], protections=[protected(2)]), tmp_path)
    fill(first.path, "emergency", {6: {"list_remark": "已电话核实"}})
    now = [reduction(0, cut_red=80.0, measure_red="限产80%"), reduction(2), reduction(3)]
    second = made(city([ledger[0], *ledger[2:]], now), tmp_path, first.path, "二.xlsx")
    moves = [(one["name"], one["move"], one["item"], one["before"], one["after"]) for one in listed(second, "emergency_changes")]
    assert (NAMES[0], "修改", "红色填报比例", "100", "80") in moves
    assert (NAMES[2], "移出保障类", None, None, None) in moves
    assert (NAMES[1], "移出清单", None, "绩效等级：B；清单备注：已电话核实", None) in moves
    assert (NAMES[3], "修改", "颗粒物日排放量", None, "10") in moves      # it stood in the first list as a row to be filled
    third = made(city([ledger[0], *ledger[2:]], [reduction(0), *now[1:]]), tmp_path, second.path, "三.xlsx")
    assert [(one["item"], one["before"], one["after"]) for one in listed(third, "emergency_changes")] == [
        ("红色预警措施", "限产80%", "停产"), ("红色填报比例", "80", "100"), ("红色采用比例", "80", "100"),
    ]  # fmt: skip
    assert listed(made(city(ledger, now), tmp_path, None, "四.xlsx"), "emergency_changes") == []


@pytest.mark.parametrize(("county", "name", "items"), [("灵宝", NAMES[0].replace("有限", " 有限"), []), ("湖滨区", "旧名称公司", ["县（市、区）", "企业名称"])])
def test_an_enterprise_that_moved_or_changed_its_name_is_a_change_and_another_writing_is_none(county: str, name: str, items: list[str], tmp_path: Path) -> None:
    first = made(city([decided(0)], [reduction(0)]), tmp_path)
    fill(first.path, "emergency", {5: {"county": county, "name": name}})
    second = made(city([decided(0)], [reduction(0)]), tmp_path, first.path, "二.xlsx")
    assert [one["item"] for one in listed(second, "emergency_changes")] == items


@pytest.mark.parametrize(
    ("last", "now", "kept", "moves"),
    [
        ([("灵宝市", 0)], [("灵宝市", 0), ("义马市", 0)], {"灵宝市": 1}, [("义马市", "新增", None)]),                      # a second plant has figures of its own
        ([("灵宝市", 0)], [("义马市", 0)], {"义马市": 1}, [("义马市", "修改", "县（市、区）")]),                              # it moved
        ([("灵宝市", 0)], [("义马市", 0), ("湖滨区", 0)], {}, [("湖滨区", "新增", None), ("义马市", "新增", None), ("灵宝市", "移出清单", None)]),    # which of them is it?
        ([("灵宝市", 0), ("湖滨区", 0)], [("灵宝市", 0), ("义马市", 0)], {"灵宝市": 2, "义马市": 1}, [("义马市", "修改", "县（市、区）")]),
        ([("灵宝市", 0), ("灵宝市", 1)], [("灵宝市", 1), ("灵宝市", 0)], {NAMES[0]: 1, NAMES[1]: 2}, []),                   # two enterprises with one code
        ([("灵宝市", 0), ("湖滨区", 0)], [("灵宝市", 1), ("湖滨区", 0)], {"湖滨区": 1, "灵宝市": 2}, [("灵宝市", "修改", "企业名称")]),  # one of two plants has a new name
        ([("灵宝市", 0)], [("灵宝市", 0), ("灵宝市", 1)], {NAMES[0]: 1}, [("灵宝市", "新增", None)]),
    ],
)  # fmt: skip
def test_no_line_takes_over_what_the_last_list_says_of_another_one(last: list[tuple[str, int]], now: list[tuple[str, int]], kept: dict[str, int], moves: list[tuple[object, ...]], tmp_path: Path) -> None:
    before, after = ([{"county": county, "name": NAMES[at]} for county, at in some] for some in (last, now))
    first = made(city([decided(0, **one) for one in before], [reduction(0, **one) for one in before]), tmp_path)
    fill(first.path, "emergency", {5 + at: {"base_eia": 1.0 + at, "lines": 1.0 + at, "list_remark": f"{1 + at}"} for at in range(len(last))})
    second = made(city([decided(0, **one) for one in after], [reduction(0, **one) for one in after]), tmp_path, first.path, "二.xlsx")
    own = {str(one["name" if one["name"] in kept else "county"]): [one["base_eia"], one["lines"], one["list_remark"]] for one in listed(second)}
    assert {name: said for name, said in own.items() if said != [None] * 3} == {name: [at, at, str(at)] for name, at in kept.items()}
    assert [(one["county"], one["move"], one["item"]) for one in listed(second, "emergency_changes")] == moves


@pytest.mark.parametrize("order", [("红色", "橙色", "黄色"), ("黄色", "橙色", "红色"), ("橙色", "红色", "黄色")])
@pytest.mark.parametrize("banded", [True, False])
def test_a_list_of_another_make_is_read_by_its_headers(order: tuple[str, ...], banded: bool, tmp_path: Path) -> None:
    cuts = {"黄色": 11, "橙色": 22, "红色": 33}
    front: list[Cell] = ["序号", "企业名称", "统一社会信用代码", "工序", "生产线数"]
    if banded:
        band: list[Cell] = [None] * 5 + [text for level in order for text in (f"{level}预警", None)]
        head: list[Cell] = [*front, *["减排措施", "减排比例"] * 3]
    else:
        band, head = ["某市应急减排清单"], [*front, *[text for level in order for text in (f"{level}预警减排措施", f"{level}预警减排比例(%)")]]
    row: list[Cell] = [1.0, NAMES[0], CODES[0], "铸件", 2.0, *[value for level in order for value in (f"{level}限产", float(cuts[level]))]]
    width = len(head)
    grid: Grid = [line + [None] * (width - len(line)) for line in (["清单"], band, head, row)]
    last = TextBook("旧清单.xlsx", grids={"工业源清单": grid})
    done = emergency_book(city([decided(0)], [reduction(0, measure_red="停产1条生产线", cut_red=None)]), tmp_path / "新.xlsx", POLICY, last)
    assert [listed(done)[0][name] for name in ("lines", "cut_red")] == [2, 50]
    before = {str(one["item"]): one["before"] for one in listed(done, "emergency_changes")}
    assert {level: before[f"{level}填报比例"] for level in cuts} == {level: str(cut) for level, cut in cuts.items()}
    assert before["红色预警措施"] == "红色限产"


def test_two_counties_with_one_process_are_both_kept_and_asked_about(tmp_path: Path) -> None:
    done = made(city([decided(0)], [reduction(0), reduction(0, county="湖滨区")]), tmp_path)
    assert [(row["county"], "须核实属地" in str(row["confirm"])) for row in listed(done)] == [("湖滨区", True), ("灵宝市", True)]


def test_the_same_summary_gives_the_same_bytes_and_problems_stand_in_the_workbook(tmp_path: Path) -> None:
    book = city([decided(0)], [reduction(0, cut_red=None, measure_red="待定")])
    first = made(book, tmp_path)
    other = emergency_book(book, tmp_path / "another" / first.path.name, POLICY)
    assert first.path.read_bytes() == other.path.read_bytes()
    problems = listed(first, "problems")
    assert [one["code"] for one in problems] == [one.code.number for one in first.findings]
    assert NAMES[0] in {one["enterprise"] for one in problems}
    committed = emergency(COMMITTED, tmp_path / "三.xlsx", POLICY)
    sheet = openpyxl.load_workbook(committed.path)[FORMS["problems"].sheet]
    links = [sheet.cell(row, 5).hyperlink for row in range(5, sheet.max_row + 1)]
    assert sum(link is not None and str(link.target).endswith("市级汇总.xlsx") for link in links) > 100
    assert sum(link is not None and str(link.location).startswith("'减排核算'!") for link in links) == 12


def test_measures_can_be_changed_in_the_workbook(tmp_path: Path) -> None:
    first = made(city([decided(0)], [reduction(0)]), tmp_path)
    at = next(row for row, one in enumerate(listed(first, "emergency_measures"), 5) if (one["table"], one["grade"]) == (None, "B"))
    fill(first.path, "emergency_measures", {at: {"rule_red": "限产40%", "least_red": 40.0}})
    second = made(city([decided(0)], [reduction(0, measure_red="限产30%", cut_red=30.0)]), tmp_path, first.path, "二.xlsx")
    assert listed(second)[0]["rule_red"] == "限产40%"
    assert len(told(second, Code.CUT_TOO_SMALL)) == 1
    assert len(listed(second, "emergency_measures")) == len(load_emergency().measures)


@pytest.mark.parametrize(
    ("book", "code"),
    [(replace(city([], []), stamp=Stamp("county")), Code.NOT_OUR_BOOK), (replace(city([], []), grids={}), Code.NOT_OUR_BOOK)],
)
def test_nothing_is_written_from_what_is_no_summary(book: TextBook, code: Code, tmp_path: Path) -> None:
    with pytest.raises(StopError) as stop:
        made(book, tmp_path)
    assert stop.value.finding.code is code
    assert list(tmp_path.iterdir()) == []


def test_a_list_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "清单.xlsx").write_text("人写的")
    with pytest.raises(StopError) as stop:
        made(city([decided(0)], [reduction(0)]), tmp_path)
    assert stop.value.finding.code is Code.OUTPUT_EXISTS
    assert (tmp_path / "清单.xlsx").read_text() == "人写的"


def test_the_command_says_what_it_made(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "own"))
    path = tmp_path / "市级汇总.xlsx"
    shutil.copy(COMMITTED, path)
    assert cli.run(["emergency", str(path), "-o", str(tmp_path / "清单.xlsx"), "--json"]) == 1
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (said["file"], said["rows"] > 200, said["protected"] > 10) == ("清单.xlsx", True, True)
    assert cli.run(["emergency", str(path), "-o", str(tmp_path / "清单.xlsx")]) == 1
    assert "已经存在，没有覆盖" in capsys.readouterr().err
    assert cli.run(["emergency", str(path), "-o", str(tmp_path / "二.xlsx"), "--last", str(tmp_path / "清单.xlsx")]) == 1
    assert "列入清单" in capsys.readouterr().out
    assert date(2022, 10, 1) == listed(EmergencyDone(tmp_path / "二.xlsx"), "emergency_protected")[0]["valid_from"].date()  # type: ignore[attr-defined]
