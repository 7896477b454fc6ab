"""What differs from the last emergency list, of records in memory; the list as a workbook is in test_emergency."""

from datetime import date
from decimal import Decimal

import pytest

from tests.county_files import CODES, NAMES, POLICY
from xltools.model.emergency import Computed, load_emergency
from xltools.model.form import load_template
from xltools.model.standing import Event
from xltools.rules.city import city_records
from xltools.rules.emergency_changes import Compared, changes
from xltools.rules.emergency_rows import APART, LISTED, Last, graded

Row = dict[str, object]
FORMS, WORDS = load_template("emergency"), load_emergency().words
LINE: Row = {"county": "灵宝市", "name": NAMES[0], "credit_code": CODES[0], "process": "铸件", "industry": "铸造", "table": "铸件", "grade": "B", "lines": 2, "base": 960}
SHEETS = {name: FORMS[name].sheet for name in (LISTED, APART)}


def said(now: list[Row], before: list[Row], protected: tuple[list[Row], list[Row]] = ([], [])) -> list[tuple[object, ...]]:
    """Kind, item, before, after and place of every change. protected: now and before."""
    last = Last({LISTED: city_records(FORMS[LISTED], before), APART: city_records(FORMS[APART], protected[1])}, "上次.xlsx")
    found = changes(Compared(now, protected[0], last, FORMS[LISTED], WORDS, POLICY))
    return [tuple(one.get(name) for name in ("move", "item", "before", "after", "last_row")) for one in found]


@pytest.mark.parametrize(
    ("field", "old", "new", "expected"),
    [
        ("grade", "B", "C", ("B", "C")),
        ("grade", None, "C", (None, "C")),
        ("lines", 2, None, ("2", None)),
        ("lines", 2, 2.0, None),
        ("measure_red", "停产", "限产50%", ("停产", "限产50%")),
        ("measure_red", "停产", "", ("停产", None)),
        ("reported_red", 50, 100, ("50", "100")),
        ("day_pm", None, 10, (None, "10")),
        ("base", 960, Computed("", Decimal(800)), ("960", "800")),
        ("base", 800, Computed("", Decimal("800.0")), None),
        ("measure_red", "限产50%。", "限产50%", ("限产50%。", "限产50%")),     # of names alone another writing is no change
        ("base", None, Computed("", Decimal(800)), None),                    # not calculated when the last list was saved
        ("base", 960, Computed("", ""), ("960", None)),
        ("cut_red", None, Computed("", Decimal(50)), None),
        ("cut_red", 100, Computed("", Decimal(50)), ("100", "50")),
        ("industry", "铸造", "水泥", ("铸造", "水泥")),
        ("table", "铸件", "水泥熟料", ("铸件", "水泥熟料")),
        ("county", "灵宝", "灵宝市", None),
        ("county", "湖滨区", "灵宝市", ("湖滨区", "灵宝市")),
        ("county", "示例县", "灵宝市", ("示例县", "灵宝市")),                  # none that the policy knows
        ("name", NAMES[0].replace("有限", " 有限"), NAMES[0], None),
        ("name", "旧名称公司", NAMES[0], ("旧名称公司", NAMES[0])),
        ("name", None, NAMES[0], None),
        ("name", NAMES[0], None, (NAMES[0], None)),
        ("county", None, "灵宝市", None),
        ("list_remark", "已核实", None, None),                               # the city's own words are no change of the list
    ],
)
def test_a_cell_that_is_another_is_named_with_both_values(field: str, old: object, new: object, expected: tuple[object, object] | None) -> None:
    line = (WORDS["changed"], FORMS[LISTED][field].label, *(expected or ()), f"上次.xlsx【{SHEETS[LISTED]}】A5")
    assert said([{**LINE, field: new}], [{**LINE, field: old}]) == ([] if expected is None else [line])


def test_who_came_and_who_went_is_told_with_what_the_city_had_written() -> None:
    gone = {**LINE, "credit_code": CODES[1], "name": NAMES[1], "base_permit": 800, "base_unit": "吨", "list_remark": "已电话核实"}
    bare = {"county": "灵宝市", "name": NAMES[2], "credit_code": CODES[2], "process": "铸件"}
    new = {**LINE, "process": "涂装", "grade": "A"}
    left = {"grade": "B", "base_permit": "800", "base_unit": "吨", "lines": "2", "list_remark": "已电话核实"}
    (came, *went) = said([LINE, new], [LINE, gone, bare])
    assert came == (WORDS["added"], None, None, "A", None)
    assert [(one[0], one[4]) for one in went] == [(WORDS["gone"], f"上次.xlsx【{SHEETS[LISTED]}】A{row}") for row in (6, 7)]
    assert (sorted(str(went[0][2]).split("；")), went[1][2]) == (sorted(f"{FORMS[LISTED][name].label}：{text}" for name, text in left.items()), None)


def test_of_one_that_went_to_or_from_the_protected_only_what_both_sheets_have_is_compared() -> None:
    place = {name: f"上次.xlsx【{sheet}】A5" for name, sheet in SHEETS.items()}
    cuts = {"day_pm": 10, "reported_red": 100, "cut_red": 100}
    off = said([{**LINE, **cuts, "grade": "C"}], [], ([], [{**LINE, "day_pm": 9}]))
    assert [(one[0], one[4]) for one in off[:1]] == [(WORDS["unprotected"], place[APART])]
    assert {one[1] for one in off[1:]} == {FORMS[LISTED][name].label for name in ("grade", "day_pm") if name in FORMS[APART]}
    on = said([], [{**LINE, **cuts}], ([{**LINE, "day_pm": 9}], []))
    assert (on[0][0], on[0][4]) == (WORDS["protected"], place[LISTED])
    assert {one[1] for one in on[1:]} == {FORMS[LISTED]["day_pm"].label}
    on = said([], [{**LINE, **cuts}], ([{**LINE, "grade": "C"}], []))
    assert [one[1:4] for one in on[1:] if one[1] == FORMS[LISTED]["grade"].label] == [(FORMS[LISTED]["grade"].label, "B", "C")]


def test_a_row_of_the_last_list_that_names_no_county_is_about_each_that_lists_the_process_now() -> None:
    """As a list of another make has it: neither of the two is new."""
    found = said([LINE, {**LINE, "county": "湖滨区"}], [{**LINE, "county": None, "grade": "C"}])
    assert [one[:4] for one in found] == [(WORDS["changed"], FORMS[LISTED]["grade"].label, "C", "B")] * 2


def test_without_a_last_list_nothing_has_changed() -> None:
    assert changes(Compared([LINE], [], Last(), FORMS[LISTED], WORDS, POLICY)) == []


@pytest.mark.parametrize(("day", "grade"), [(None, "D"), (date(2022, 7, 31), "D"), (date(2022, 9, 1), "B")])
def test_a_grade_without_a_day_is_taken_for_earlier_than_what_happened(day: date | None, grade: str) -> None:
    """五1: after bribery the lowest grade; the day of the decision was only left out."""
    bribed = Event(CODES[0], "铸件", "贿赂", date(2022, 8, 10), "B", "不需要", "D", "市局", date(2022, 8, 12))
    assert graded({}, {**LINE, "decided": "B", "decided_date": day}, [bribed], POLICY)[0].grade == grade
