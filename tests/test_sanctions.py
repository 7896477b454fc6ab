"""After the grade: what each kind of event does to it, by its clause, and what it never does by itself."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import load_form
from xltools.model.policy import Policy, load_policy
from xltools.model.standing import Change, Event, Standing, State
from xltools.model.table import Table
from xltools.rules.codes import make_credit_code
from xltools.rules.sanctions import events_of, sanction

CODE, OTHER = "91130200699229617X", make_credit_code("91411200MA0000000")
FOUND, DECIDED = date(2022, 8, 10), date(2022, 8, 30)
GROUP = "市绩效分级评定领导小组"
ROW = Place("灵宝市.xlsx", "变更与处理", "D5")


def policy(id: str = "sanmenxia-2022") -> Policy:
    return load_policy(id)


def standing(grade: str = "B", scheme: str = "A-D", process: str = "铸件") -> Standing:
    return Standing(CODE, process, policy().scheme(scheme), grade)


def event(kind: str, **more: Any) -> Event:
    values = {"credit_code": CODE, "process": "铸件", "found_date": FOUND, "old_grade": "B", "second_review": "不需要", "place": ROW, **more}
    return Event(kind=kind, **values)


def decided(kind: str, grade: str, **more: Any) -> Event:
    return event(kind, **{"new_grade": grade, "decided_by": GROUP, "decided_date": DECIDED, **more})


def after(*events: Event, start: Standing | None = None) -> tuple[Standing, list[Code]]:
    """The standing after the events, and the codes of what was found."""
    (one,), findings = sanction([start or standing()], events, policy())
    return one, [found.code for found in findings]


def messages(*events: Event) -> list[str]:
    return [found.message for found in sanction([standing()], events, policy())[1]]


# --- one kind of event at a time --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("happened", "grade", "state", "codes"),
    [
        # 五1: at once, whoever signs later
        (decided("隐瞒或提供虚假材料", "D"), "D", State.IN_FORCE, []),
        (decided("贿赂", ""), "D", State.IN_FORCE, []),
        (event("贿赂"), "D", State.IN_FORCE, [Code.DECIDER_MISSING]),
        (decided("贿赂", "C"), "D", State.IN_FORCE, [Code.NOT_LOWEST]),
        (event("贿赂", second_review="待二次审核"), "D", State.IN_FORCE, [Code.DECIDER_MISSING]),
        # 五2: the second review comes first
        (event("达不到指标要求", second_review="待二次审核"), "B", State.IN_REVIEW, [Code.SECOND_REVIEW_PENDING]),
        (decided("达不到指标要求", "C", second_review="不需要"), "B", State.IN_REVIEW, [Code.SECOND_REVIEW_PENDING]),
        (decided("达不到指标要求", "C", second_review="待二次审核"), "B", State.IN_REVIEW, [Code.SECOND_REVIEW_PENDING]),
        (event("达不到指标要求", second_review="已完成"), "B", State.TO_DECIDE, [Code.SANCTION_NEEDS_GRADE]),
        (decided("达不到指标要求", "C", second_review="已完成"), "C", State.IN_FORCE, []),
        (decided("达不到指标要求", "B", second_review="已完成"), "B", State.IN_FORCE, []),       # the review may clear the plant
        (decided("达不到指标要求", "A", second_review="已完成"), "A", State.IN_FORCE, [Code.NOT_DOWNGRADED]),   # and never raises it
        (decided("达不到指标要求", "长期停产", second_review="已完成"), "长期停产", State.IN_FORCE, []),
        (decided("问题突出", "D"), "D", State.IN_FORCE, []),
        (decided("问题突出", "D", second_review="待二次审核"), "B", State.IN_REVIEW, [Code.SECOND_REVIEW_PENDING]),
        (decided("问题突出", "C", second_review="已完成"), "D", State.IN_FORCE, [Code.NOT_LOWEST]),
        # 二(五): how many steps is not stated
        (event("环境违法"), "B", State.TO_DECIDE, [Code.SANCTION_NEEDS_GRADE]),
        (event("环境违法", new_grade="C"), "B", State.TO_DECIDE, [Code.SANCTION_NEEDS_GRADE]),
        (event("环境违法", new_grade="C", decided_by=GROUP), "B", State.TO_DECIDE, [Code.SANCTION_NEEDS_GRADE]),
        (event("环境违法", new_grade="C", decided_date=DECIDED), "B", State.TO_DECIDE, [Code.SANCTION_NEEDS_GRADE]),
        (decided("环境违法", ""), "B", State.TO_DECIDE, [Code.SANCTION_NEEDS_GRADE]),
        (decided("环境违法", "C"), "C", State.IN_FORCE, []),
        (decided("环境违法", "D"), "D", State.IN_FORCE, []),
        (decided("环境违法", "B"), "B", State.IN_FORCE, [Code.NOT_DOWNGRADED]),
        (decided("环境违法", "A"), "A", State.IN_FORCE, [Code.NOT_DOWNGRADED]),
        (decided("环境违法", "非引领性"), "B", State.TO_DECIDE, [Code.GRADE_NOT_IN_SCHEME]),
        (decided("环境违法", "长期停产"), "长期停产", State.IN_FORCE, []),
        # 五1: a warning, no downgrade
        (event("设备设施更换（未报备）"), "B", State.IN_FORCE, [Code.CHANGE_NOT_REPORTED]),
        (event("设备设施更换（已报备）"), "B", State.IN_FORCE, []),
        # 五2: off the list, its own grade stays
        (event("保障类超范围生产"), "B", State.IN_FORCE, [Code.PROTECTED_OFF]),
        (event("保障类工程未绿色施工"), "B", State.IN_FORCE, [Code.PROTECTED_OFF]),
        (event("企业更名"), "B", State.IN_FORCE, []),
        (decided("关停搬迁", "长期停产"), "长期停产", State.IN_FORCE, []),
        (event("关停搬迁", new_grade="长期停产"), "B", State.TO_DECIDE, [Code.SANCTION_NEEDS_GRADE]),
        (event("其他怪事"), "B", State.IN_FORCE, [Code.EVENT_UNKNOWN]),
    ],
)
def test_what_an_event_does(happened: Event, grade: str, state: State, codes: list[Code]) -> None:
    one, found = after(happened)
    assert (one.grade, one.state, found) == (grade, state, codes)


def test_every_step_has_date_clause_old_new_and_decider() -> None:
    one, _ = after(decided("环境违法", "C"))
    assert one.history == (Change(DECIDED, "B", "C", "环境违法", "三环文〔2022〕69号 二(五)", GROUP, "按决定执行", ROW),)


def test_an_event_that_changes_nothing_is_kept_too() -> None:
    one, _ = after(event("设备设施更换（未报备）"))
    assert [(c.when, c.old, c.new, c.clause, c.decided_by) for c in one.history] == [(FOUND, "B", "B", "三环文〔2022〕69号 五1", "")]


@pytest.mark.parametrize(("kind", "off"), [("保障类超范围生产", True), ("保障类工程未绿色施工", True), ("环境违法", False)])
def test_only_the_protected_clause_takes_off_the_list(kind: str, off: bool) -> None:
    assert after(event(kind))[0].on_list is not off


def test_who_is_off_the_list_stays_off_whatever_comes_after() -> None:
    one, _ = after(event("保障类超范围生产"), decided("环境违法", "C"))
    assert (one.grade, one.on_list) == ("C", False)


def test_the_sentence_says_that_nothing_is_subtracted() -> None:
    assert messages(event("环境违法")) == ["“环境违法”须由决定单位确定处理后的等级，系统不自动扣减，目前仍为 B"]
    assert messages(decided("贿赂", "C")) == ["“贿赂”按规定应为最低等级 D，填的是“C”，已按 D 记录"]


# --- several parts, several events ------------------------------------------------------------------------------------


def test_fraud_takes_every_part_to_the_lowest_of_its_own_scheme() -> None:
    parts = [standing("A"), standing("引领性", "引领性", "机加工"), replace(standing("B", process="涂装"), credit_code=OTHER)]
    now, findings = sanction(parts, [decided("隐瞒或提供虚假材料", "D")], policy())
    assert [one.grade for one in now] == ["D", "非引领性", "B"]
    assert [f.code for f in findings] == [Code.OLD_GRADE_DIFFERS]      # the row says B before, the record A


def test_other_events_concern_the_process_they_name() -> None:
    now, _ = sanction([standing("A"), standing("A", process="熔炼")], [decided("问题突出", "D", process="熔炼", old_grade="A")], policy())
    assert [one.grade for one in now] == ["A", "D"]


def test_an_event_that_names_no_process_concerns_every_one() -> None:
    now, findings = sanction([standing(), standing(process="熔炼")], [decided("环境违法", "C", process="")], policy())
    assert ([one.grade for one in now], findings) == (["C", "C"], [])


def test_a_plant_that_stood_still_can_be_given_a_grade() -> None:
    one, codes = after(decided("环境违法", "C", old_grade="长期停产"), start=standing("长期停产"))
    assert (one.grade, one.state, codes) == ("C", State.IN_FORCE, [])


def test_a_row_that_does_not_say_the_grade_before_is_no_contradiction() -> None:
    assert after(decided("环境违法", "C", old_grade=""))[1] == []


def test_events_count_in_the_order_of_their_dates() -> None:
    early = decided("环境违法", "C", decided_date=date(2022, 7, 1), found_date=date(2022, 6, 1))
    late = decided("环境违法", "D", decided_date=date(2022, 9, 1), old_grade="C")
    one, codes = after(late, early)
    assert ([c.new for c in one.history], one.grade, codes) == (["C", "D"], "D", [])


def test_a_row_that_starts_from_another_grade_is_named() -> None:
    one, codes = after(decided("环境违法", "C", old_grade="A"))
    assert (one.grade, codes, one.history[0].old) == ("C", [Code.OLD_GRADE_DIFFERS], "B")


def test_a_review_stays_open_when_something_else_is_decided() -> None:
    one, _ = after(event("达不到指标要求", second_review="待二次审核", found_date=date(2022, 7, 1)), decided("环境违法", "C"))
    assert (one.grade, one.state) == ("C", State.IN_REVIEW)


def test_an_event_of_an_ungraded_process_is_named() -> None:
    one, codes = after(event("环境违法", process="没有的工序"))
    assert (one, codes) == (standing(), [Code.NOT_GRADED_YET])


@pytest.mark.parametrize("written", ["铸件(1号线)", "铸件 （１号线）"])
def test_a_process_is_the_same_however_its_brackets_and_blanks_are_typed(written: str) -> None:
    one, codes = after(decided("环境违法", "C", process=written), start=standing(process="铸件（1号线）"))
    assert (one.grade, codes) == ("C", [])


def test_another_policy_has_other_lowest_grades() -> None:
    national = policy("national-2026")
    part = Standing(CODE, "涂饰", national.scheme("A-C"), "A")
    (one,), _ = sanction([part], [decided("贿赂", "", process="涂饰", old_grade="A")], national)
    assert one.grade == "C"


def test_a_grade_chosen_by_the_ministry_can_be_decided() -> None:
    national = policy("national-2026")
    part = Standing(CODE, "铸件", national.scheme("A-D"), "A+")
    (one,), findings = sanction([part], [decided("环境违法", "A", old_grade="A+")], national)
    assert (one.grade, findings) == ("A", [])


KINDS = [one.kind for one in policy().sanctions]


@st.composite
def happenings(draw: st.DrawFn) -> list[Event]:
    made = []
    for day in range(draw(st.integers(1, 5))):
        kind, review = draw(st.sampled_from(KINDS)), draw(st.sampled_from(["不需要", "待二次审核", "已完成"]))
        grade, who = draw(st.sampled_from(["", "A", "C", "D"])), draw(st.sampled_from(["", GROUP]))
        made.append(event(kind, second_review=review, new_grade=grade, decided_by=who, decided_date=date(2022, 9, 1 + day) if who else None, found_date=date(2022, 8, 1 + day)))
    return made


@given(happenings())
def test_a_grade_moves_only_to_the_lowest_or_to_what_was_decided(events: list[Event]) -> None:
    one, _ = after(*events)
    allowed = {e.new_grade for e in events if e.decided_by and e.new_grade} | {"B"}
    allowed |= {"D" for e in events if e.kind in ("隐瞒或提供虚假材料", "贿赂", "问题突出")}
    assert {one.grade, *(c.new for c in one.history)} <= allowed
    assert len(one.history) == len(events)
    assert one.grade == one.history[-1].new
    assert all(first.new == second.old for first, second in zip(one.history, one.history[1:], strict=False))


@given(happenings(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(events: list[Event], rng: Any) -> None:
    shuffled = events.copy()
    rng.shuffle(shuffled)
    assert sanction([standing()], events, policy()) == sanction([standing()], shuffled, policy())


# --- from the form ----------------------------------------------------------------------------------------------------


def changes(**values: Any) -> Table:
    form = load_form("changes")
    record = {"credit_code": CODE, "process": "铸件", "change_kind": "环境违法", "found_date": FOUND, "old_grade": "B", "second_review": "不需要", **values}
    return Table(form, "灵宝市.xlsx", "变更与处理", [5], {field.name: [record.get(field.name)] for field in form}, {"change_kind": "D"})


def test_events_come_from_the_form_with_their_cells() -> None:
    assert events_of(changes()) == [event("环境违法")]


def test_dates_and_gaps_of_a_parsed_table_are_understood() -> None:
    (one,) = events_of(changes(decided_date=DECIDED, found_date=None, new_grade=None))
    assert (one.when, one.found_date, one.new_grade) == (DECIDED, None, "")


def test_findings_stand_at_the_row_of_the_event() -> None:
    findings: list[Finding] = sanction([standing()], events_of(changes()), policy())[1]
    assert [(f.code, f.place) for f in findings] == [(Code.SANCTION_NEEDS_GRADE, ROW)]
