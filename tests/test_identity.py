"""Who is who: what contradicts itself is asked once, what a person decided holds in every later merge, and no row is lost."""

import cProfile
from collections.abc import Sequence
from datetime import date, datetime
from itertools import permutations
from typing import ClassVar

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.county_files import CODES
from tests.submissions import CITY, POLICY, outcome, submission
from xltools.actions.city import Basis, city, with_findings
from xltools.model.code import Code
from xltools.model.conflict import Clash, Conflict, Decision, Memory, Ruling, Side
from xltools.model.outcome import Outcome, Submission
from xltools.model.table import Table
from xltools.rules.account import KEPT
from xltools.rules.city import city_records
from xltools.rules.cross import across, newest, not_sent, set_aside
from xltools.rules.enterprises import by_enterprise, rows_of
from xltools.rules.happened import Happened
from xltools.rules.identified import read_back
from xltools.rules.identity import conflicts, listed, stripped
from xltools.rules.parse import parse
from xltools.rules.sanctions import events_of
from xltools.rules.ties import ties

A, B, C = CODES[:3]
ONE, OTHER, BOTH = Decision
NOW = datetime(2022, 7, 25, 9, 0)
Row = tuple[str, str, str]  # code, name, process


def county(name: str, *rows: Row, file: str = "", **facts: object) -> Submission:
    """A workbook of a county with these rows in its list of enterprises."""
    text = "\n".join(["credit_code | name | process | applied", *(f"{code} | {who} | {process} | B" for code, who, process in rows)])
    return submission(file or f"{name}.xlsx", name, {"screening": text}, **facts)


def read(*submissions: Submission) -> Outcome:
    """As the check hands them on: what is set aside is not accepted, and said."""
    aside = set_aside(submissions)
    given = [replace(one, accepted=one.file not in aside) for one in submissions]
    return outcome(given, *across(given))


def merged(run: Outcome, before: dict[str, Table] | None = None, day: int = 25, decisions: Sequence[dict[str, object]] = ()) -> tuple[Outcome, dict[str, Table]]:
    return city(run, Basis(before or {}, POLICY, CITY, datetime(2022, 7, day), decisions))


def asked(tables: dict[str, Table]) -> list[str]:
    return list(tables["conflicts"].cells["clash"])


def decide(tables: dict[str, Table], decision: str, row: int = 0) -> dict[str, Table]:
    """The tables after a person chose in one line of the sheet of conflicts."""
    at = tables["conflicts"].rows[row]
    return wrote(wrote(tables, "conflicts", (at, "decision"), decision), "conflicts", (at, "remark"), "已核实")


def wrote(tables: dict[str, Table], form: str, cell: tuple[int, str], value: str) -> dict[str, Table]:
    """The tables after a person wrote into the cell of this row and field."""
    table, (row, field) = tables[form], cell
    column = [value if at == row else before for at, before in zip(table.rows, table.cells[field], strict=True)]
    return {**tables, form: table.with_cells({field: column})}


def names(tables: dict[str, Table], form: str = "ledger") -> list[tuple[object, object]]:
    return [*zip(tables[form].cells["county"], tables[form].cells["name"], strict=True)]


def codes(run: Outcome) -> set[Code]:
    return {one.code for one in run.findings}


# --- what is asked ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ((A, "灵宝甲有限公司", "铸件"), (A, "灵宝甲有限公司", "铸件"), Clash.TWO_COUNTIES),
        ((A, "灵宝甲有限公司", "铸件"), (A, "渑池乙有限公司", "烧结"), Clash.TWO_NAMES),
        (("", "甲公司", "铸件"), ("无", "甲公司", "铸件"), Clash.TWO_COUNTIES),
        ((A, "甲公司", "铸件"), ("无", "甲公司", "铸件"), Clash.TWO_COUNTIES),
        (("无", "三门峡示例铸造有限公司", "铸件"), ("", "渑池县示例铸造厂", "烧结"), Clash.CLOSE),
        ((A, "三门峡示例铸造有限公司", "铸件"), ("", "三门峡示倒铸造有限公司", "烧结"), Clash.CLOSE),
    ],
)
def test_two_counties_in_conflict_are_asked_about(one: Row, other: Row, clash: Clash) -> None:
    run, tables = merged(read(county("灵宝市", one), county("渑池县", other)))
    assert asked(tables) == [clash.value]
    assert len(tables["ledger"].rows) == 2
    assert codes(run) & {Code.TWO_COUNTIES, Code.CODE_TWO_NAMES_ACROSS, Code.NAMES_CLOSE}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((A, "三门峡示例铸造有限公司", "铸件"), (B, "三门峡示倒铸造有限公司", "铸件")),  # two good codes are two enterprises
        ((A, "第一铸造有限公司", "铸件"), ("", "第二铸造有限公司", "铸件")),
        ((A, "灵宝甲有限公司", "铸件"), (A, "灵宝（甲）有限责任公司", "烧结")),
        ((A, "豫西水泥有限公司", "熟料"), ("", "崤函碳素有限公司", "焙烧")),
    ],
)
def test_what_is_no_conflict_is_not_asked(one: Row, other: Row) -> None:
    assert asked(merged(read(county("灵宝市", one), county("渑池县", other)))[1]) == []


def test_two_good_codes_are_two_enterprises_also_where_another_row_has_none() -> None:
    rows = [(A, "三门峡示例铸造有限公司", "铸件"), (B, "三门峡示倒铸造有限公司", "铸件"), ("", "崤函碳素有限公司", "焙烧")]
    assert asked(merged(read(county("灵宝市", *rows)))[1]) == []


def test_one_name_with_two_codes_in_a_county_is_asked() -> None:
    run, tables = merged(read(county("灵宝市", (A, "甲公司", "铸件"), (B, "甲公司", "烧结"))))
    assert asked(tables) == [Clash.TWO_CODES.value]
    assert Code.NAME_TWO_CODES_ACROSS in codes(run)


def test_one_row_in_two_files_of_a_county_is_asked() -> None:
    run, tables = merged(read(county("灵宝市", (A, "甲公司", "铸件")), county("灵宝市", (A, "甲公司", "铸件"), file="补报.xlsx", batch="")))
    assert asked(tables) == [Clash.TWO_FILES.value]
    assert Code.ROW_IN_TWO_FILES in codes(run)
    _, settled = merged(run, decide(tables, Decision.FIRST))
    (kept,) = settled["ledger"].cells["source_file"]
    assert settled["unmerged"].cells["reason"] == [f"{Clash.TWO_FILES.value}：2022-07-25的决定是“以甲方为准”，以{kept}为准"]


def test_one_row_in_two_files_that_say_no_month_is_asked() -> None:
    sides = [Side("灵宝市", "甲公司", A, "铸件", "", file, "排查清单", "B", 5, good=True) for file in ("一.xlsx", "二.xlsx")]
    assert [one.clash for one in conflicts(sides, POLICY)] == [Clash.TWO_FILES]


def test_the_next_month_is_no_second_copy() -> None:
    months = [county("灵宝市", (A, "甲公司", "铸件"), file=f"{month}.xlsx", batch=month) for month in ("7月", "8月")]
    assert asked(merged(read(*months))[1]) == []


def test_a_name_is_compared_without_its_region_and_ending() -> None:
    strip = stripped(POLICY)
    assert {strip(name) for name in ("河南省三门峡市示例铸造有限公司", "三门峡示例铸造（集团）有限责任公司", "灵宝市示例铸造厂")} == {"示例铸造"}
    assert strip("陕化科技有限公司") == "陕化科技"      # not of 陕县


# --- what is decided --------------------------------------------------------------------------------------------------


def two_counties() -> Outcome:
    return read(county("渑池县", (A, "甲公司", "铸件"), (B, "乙公司", "烧结")), county("灵宝市", (A, "甲公司", "铸件")))


def test_undecided_rows_stay_both_and_are_marked() -> None:
    run, tables = merged(two_counties())
    assert len(tables["ledger"].rows) == 3
    assert set(tables["enterprises"].frame["confirm"].dropna()) == {f"两地同报，见冲突处理；同时由{other}报送，需核实属地" for other in ("灵宝市", "渑池县")}
    assert sum(one.code is Code.TWO_COUNTIES for one in run.findings) == 2


@pytest.mark.parametrize(
    ("decision", "left"),
    [
        (Decision.FIRST, [("渑池县", "甲公司"), ("渑池县", "乙公司")]),
        (Decision.SECOND, [("渑池县", "乙公司"), ("灵宝市", "甲公司")]),
        (Decision.BOTH, [("渑池县", "甲公司"), ("渑池县", "乙公司"), ("灵宝市", "甲公司")]),
    ],
)
def test_a_decision_takes_effect_in_the_next_merge_and_is_never_asked_again(decision: Decision, left: list[tuple[str, str]]) -> None:
    _, tables = merged(two_counties())
    run, after = merged(two_counties(), decide(tables, decision), day=26)
    assert names(after) == left
    assert asked(after) == []
    assert Code.TWO_COUNTIES not in codes(run)
    assert len(after["ledger"].rows) + len(after["unmerged"].rows) == 3
    memory = after["names"].records()[0]
    assert (memory["decision"], memory["decided_date"], memory["remark"]) == (decision, date(2022, 7, 26), "已核实")
    _, again = merged(two_counties(), after, day=27)
    assert names(again) == left
    assert again["names"].records() == after["names"].records()


@pytest.mark.parametrize(("decision", "winner"), [(Decision.FIRST, "渑池县"), (Decision.SECOND, "灵宝市")])
def test_what_is_left_out_says_why_and_the_account_balances(decision: Decision, winner: str) -> None:
    _, tables = merged(two_counties())
    run, after = merged(two_counties(), decide(tables, decision), day=26)
    assert after["unmerged"].cells["reason"] == [f"两地同报：2022-07-26的决定是“{decision}”，以{winner}为准"]
    assert {Code.DECIDED, Code.ROW_LEFT_OUT} & codes(run) == {Code.ROW_LEFT_OUT}
    assert Code.NOT_BALANCED not in codes(run)


def test_a_county_that_alone_reports_in_a_later_month_is_asked_about_though_it_was_decided_for_the_other() -> None:
    """The enterprise may have moved, and its application of the month is in no ledger."""
    _, tables = merged(two_counties())
    month = [county("灵宝市", (B, "乙公司", "铸件"), file="灵宝8.xlsx", batch="8月"), county("渑池县", (A, "甲公司", "铸件"), file="渑池8.xlsx", batch="8月")]
    run, _ = merged(read(*two_counties().submissions, *month), decide(tables, Decision.SECOND), day=26)
    left = [(one.code, one.place.file) for one in run.findings if one.code in (Code.LEFT_OUT_ALONE, Code.ROW_LEFT_OUT)]
    assert sorted(left, key=str) == [(Code.LEFT_OUT_ALONE, "渑池8.xlsx"), (Code.ROW_LEFT_OUT, "渑池县.xlsx")]


@pytest.mark.parametrize(
    ("lost", "won", "day", "asked"),
    [
        (["6月"], ["7月"], 25, []),                         # both were there when it was decided, and the other county came later
        (["6月", "7月"], ["5月"], 25, []),                  # decided after 7月 was due: who decided saw that the other one had stopped
        (["6月", "8月"], ["7月"], 25, ["8月"]),
        (["7月", "8月", "9月"], ["7月"], 25, ["8月", "9月"]),
        (["7月", "8月"], ["7月", "9月"], 25, []),           # the other county has gone on
        (["7月"], ["6月"], 20, ["7月"]),                    # decided on the day that 7月 is due, or before: it may have come since
        (["7月"], ["6月"], 21, []),
    ],
)
def test_what_came_before_the_decision_or_before_the_other_county_is_not_asked_about(lost: list[str], won: list[str], day: int, asked: list[str]) -> None:
    run = read(*(county(name, (A, "甲公司", "铸件"), file=f"{name}{batch}.xlsx", batch=batch) for name, batches in (("义马市", lost), ("灵宝市", won)) for batch in batches))
    _, tables = merged(run, day=1)
    first = str(tables["conflicts"].records()[0]["first_county"])
    decided = merged(run, decide(tables, Decision.SECOND if first == "义马市" else Decision.FIRST), day=day)
    for found, _ in (decided, merged(run, decided[1], day=30)):
        left = {one.place.file: one.code for one in found.findings if one.code in (Code.LEFT_OUT_ALONE, Code.ROW_LEFT_OUT)}
        assert left == {f"义马市{batch}.xlsx": Code.LEFT_OUT_ALONE if batch in asked else Code.ROW_LEFT_OUT for batch in lost}


def test_the_review_of_a_row_left_out_is_left_out_with_it() -> None:
    review = "credit_code | process | conclusion\n" + f"{A} | 铸件 | B"
    second = submission("灵宝市.xlsx", "灵宝市", {"screening": f"credit_code | name | process\n{A} | 甲公司 | 铸件", "review": review})
    first = county("渑池县", (A, "甲公司", "铸件"))
    _, tables = merged(read(first, second))
    run, after = merged(read(first, second), decide(tables, Decision.FIRST))
    assert len(after["reviews"].rows) == 0
    assert len(after["unmerged"].rows) == 2
    assert Code.NOT_BALANCED not in codes(run)


def test_three_counties_are_asked_until_one_is_left() -> None:
    run = read(*(county(name, (A, "甲公司", "铸件")) for name in ("湖滨区", "渑池县", "灵宝市")))
    _, tables = merged(run)
    assert len(asked(tables)) == 2
    _, tables = merged(run, decide(tables, Decision.SECOND))
    assert asked(tables) == [Clash.TWO_COUNTIES.value]
    _, tables = merged(run, decide(tables, Decision.FIRST))
    assert len(tables["ledger"].rows) == 1
    assert asked(tables) == []


@pytest.mark.parametrize("decision", [Decision.FIRST, Decision.SECOND])
def test_two_names_said_to_be_one_enterprise_are_one_line(decision: Decision) -> None:
    run = read(county("灵宝市", (A, "甲公司", "铸件"), ("", "甲甲公司", "烧结"), (A, "申公司", "落砂")))
    _, tables = merged(run)
    assert asked(tables) == [Clash.TWO_NAMES.value]
    _, after = merged(run, decide(tables, decision))
    line = after["enterprises"].records()[0]
    assert line["name"] == ("甲公司" if decision is Decision.FIRST else "申公司")
    assert names(after)[2] == ("灵宝市", "申公司")  # the county's own words stay


def test_one_code_said_to_be_two_enterprises_makes_two_lines() -> None:
    run = read(county("灵宝市", (A, "甲公司", "铸件"), (A, "申公司", "落砂")))
    _, tables = merged(run)
    assert len(tables["enterprises"].rows) == 1
    run, after = merged(run, decide(tables, Decision.BOTH))
    assert [name for _, name in names(after, "enterprises")] == ["甲公司", "申公司"]
    assert Code.DECIDED in codes(run)


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_who_is_who_in_a_summary_does_not_depend_on_how_somebody_sorted_it(order: tuple[int, ...]) -> None:
    run, tables = merged(read(county("灵宝市", (A, "甲公司", "铸件"), (A, "乙公司", "烧结"), (A, "丙公司", "熔炼"))))
    _, tables = merged(run, decide(decide(tables, Decision.BOTH), Decision.SECOND, 1))
    ledger = tables["ledger"].with_cells({name: [column[at] for at in order] for name, column in tables["ledger"].cells.items()})
    known = read_back(ledger, tables["names"], POLICY)
    assert [known.ledger(ledger).cells["name"][order.index(at)] for at in range(3)] == ["丙公司", "乙公司", "丙公司"]
    assert known.apart == {(A, "乙")}


def three_names() -> Submission:
    return county("灵宝市", (A, "甲公司", "铸件"), (A, "乙公司", "烧结"), (A, "丙公司", "熔炼"))


def later_two(decision: Decision) -> dict[str, Table]:
    """The tables after a decision about the second and the third name, which were there first."""
    two = read(county("灵宝市", (A, "乙公司", "烧结"), (A, "丙公司", "熔炼")))
    return merged(two, decide(merged(two)[1], decision))[1]


def lines(tables: dict[str, Table]) -> list[tuple[object, object]]:
    return [*zip(*(tables["enterprises"].cells[name] for name in ("name", "processes")), strict=True)]


def asked_about(tables: dict[str, Table]) -> list[tuple[object, object]]:
    return [*zip(*(tables["conflicts"].cells[name] for name in ("first_name", "second_name")), strict=True)]


@pytest.mark.parametrize(
    ("about_two", "about_first", "asked", "found"),
    [
        # 乙 and 丙 are one, 丙 is right: what 甲 is to one of them it is to the other
        (Decision.SECOND, Decision.SECOND, [], [("丙公司", 3)]),
        (Decision.SECOND, Decision.BOTH, [], [("甲公司", 1), ("丙公司", 2)]),
        (Decision.SECOND, Decision.FIRST, [("甲公司", "丙公司")], [("丙公司", 3)]),    # both are righter than 乙: nobody has said which it is
        (Decision.FIRST, Decision.FIRST, [], [("甲公司", 3)]),
        # 乙 and 丙 are two: who is one with 乙 is another one than 丙
        (Decision.BOTH, Decision.FIRST, [], [("甲公司", 2), ("丙公司", 1)]),
        (Decision.BOTH, Decision.SECOND, [], [("乙公司", 2), ("丙公司", 1)]),
        (Decision.BOTH, Decision.BOTH, [("甲公司", "丙公司")], [("甲公司、丙公司", 2), ("乙公司", 1)]),
    ],
)
def test_what_was_decided_of_two_names_holds_when_a_third_one_comes_before_them(about_two: Decision, about_first: Decision, asked: list[tuple[str, str]], found: list[tuple[str, int]]) -> None:
    run = read(three_names())
    _, tables = merged(run, later_two(about_two))
    assert len(asked_about(tables)) == (2 if about_two is Decision.BOTH else 1)
    run, after = merged(run, decide(tables, about_first))
    assert (asked_about(after), lines(after)) == (asked, found)
    assert Code.DECISIONS_CONTRADICT not in codes(run)


def test_names_said_to_be_others_than_the_first_are_compared_with_each_other() -> None:
    _, tables = merged(read(three_names()))
    run, tables = merged(read(three_names()), decide(decide(tables, Decision.BOTH), Decision.BOTH, 1))
    assert (asked_about(tables), lines(tables)) == ([("乙公司", "丙公司")], [("甲公司", 1), ("乙公司", 1), ("丙公司", 1)])
    run, tables = merged(run, decide(tables, Decision.FIRST))
    assert (asked_about(tables), lines(tables)) == ([], [("甲公司", 1), ("乙公司", 2)])
    assert read_back(tables["ledger"], tables["names"], POLICY).apart == {(A, "乙")}


def test_decisions_that_contradict_each_other_are_pointed_out_where_they_stand() -> None:
    _, tables = merged(read(three_names()), later_two(Decision.BOTH))
    run, tables = merged(read(three_names()), decide(decide(tables, Decision.SECOND), Decision.SECOND, 1))
    said = [one for one in run.findings if one.code is Code.DECISIONS_CONTRADICT]
    row = next(row for row, decision in zip(tables["names"].rows, tables["names"].cells["decision"], strict=True) if decision == Decision.BOTH)
    assert [(one.place, dict(one.values)["first"], dict(one.values)["second"]) for one in said] == [(tables["names"].place(row, "decision"), "乙公司", "丙公司")]
    assert [count for _, count in lines(tables)] == [3]


def test_the_last_of_three_codes_of_a_name_is_the_right_one_by_two_decisions() -> None:
    run = read(county("灵宝市", (A, "甲公司", "铸件"), (B, "甲公司", "烧结"), (C, "甲公司", "熔炼")))
    two = read(county("灵宝市", (B, "甲公司", "烧结"), (C, "甲公司", "熔炼")))
    _, tables = merged(two, decide(merged(two)[1], Decision.SECOND))
    _, tables = merged(run, tables)
    assert asked(tables) == [Clash.TWO_CODES.value]
    _, tables = merged(run, decide(tables, Decision.SECOND))
    assert (asked(tables), tables["enterprises"].cells["credit_code"]) == ([], [C])


AMONG = {   # clash, decisions → what is left to be asked
    (Clash.TWO_NAMES,): ["甲乙", "甲丙", "甲丁"],
    (Clash.TWO_NAMES, "甲乙", ONE): ["甲丙", "甲丁"],
    (Clash.TWO_NAMES, "乙丙", ONE): ["甲乙", "甲丁"],
    (Clash.TWO_NAMES, "甲乙", BOTH): ["甲丙", "甲丁"],
    (Clash.TWO_NAMES, "甲乙", BOTH, "甲丙", BOTH): ["乙丙", "甲丁"],
    (Clash.TWO_NAMES, "甲乙", BOTH, "甲丙", BOTH, "甲丁", BOTH): ["乙丙", "乙丁"],
    (Clash.TWO_NAMES, "甲乙", ONE, "乙丙", ONE): ["甲丁"],
    (Clash.TWO_NAMES, "甲乙", ONE, "乙丙", BOTH): ["甲丁"],
    (Clash.TWO_NAMES, "甲乙", ONE, "乙丙", OTHER): ["甲丙", "甲丁"],                        # 甲 and 丙 are both righter than 乙
    (Clash.TWO_NAMES, "甲乙", ONE, "乙丙", OTHER, "甲丁", BOTH): ["甲丙"],
    (Clash.TWO_NAMES, "甲乙", ONE, "丙丁", ONE, "乙丁", BOTH): [],
    (Clash.TWO_NAMES, "甲乙", ONE, "乙丙", ONE, "甲丙", BOTH): ["甲丁"],                    # they contradict each other
    (Clash.TWO_COUNTIES,): ["甲乙", "甲丙", "甲丁"],
    (Clash.TWO_COUNTIES, "乙丙", BOTH): ["甲乙", "甲丁"],
    (Clash.TWO_COUNTIES, "乙丙", BOTH, "甲乙", BOTH): ["甲丁"],
    (Clash.TWO_COUNTIES, "乙丙", BOTH, "甲乙", BOTH, "丙丁", BOTH): [],
}


@pytest.mark.parametrize("told", AMONG, ids=str)
def test_what_follows_from_decisions_among_four_is_not_asked(told: tuple[Clash, *tuple[str | Decision, ...]]) -> None:
    clash, *said = told
    decided = [(Conflict("", clash, (), (), (owns[0], owns[1])), decision) for owns, decision in zip(said[::2], said[1::2], strict=True)]
    assert sorted("".join(pair) for pair in ties(clash, "甲乙丙丁", decided).questions()) == sorted(AMONG[told])


class Kind(str):
    """What tells a side, and how often it was looked up."""

    __slots__ = ()
    looks: ClassVar = [0]

    def __hash__(self) -> int:
        self.looks[0] += 1
        return super().__hash__()


def test_what_decisions_come_to_takes_as_long_as_there_are_decisions() -> None:
    def looks(count: int) -> int:
        kinds = [Kind(at) for at in range(2 * count)]
        decided = [(Conflict("", Clash.CLOSE, (), (), (kinds[at], kinds[at + 1])), ONE) for at in range(0, 2 * count, 2)]
        Kind.looks[0] = 0
        assert len({*ties(Clash.CLOSE, kinds, decided).lead.values()}) == count
        return Kind.looks[0]

    assert looks(200) < 2.5 * looks(100)


@pytest.mark.parametrize(
    ("decisions", "left"),
    [([], ["例倒", "例列", "倒列"]), ([("例倒", ONE)], ["例列"]), ([("例倒", ONE), ("例列", ONE)], []), ([("例倒", OTHER), ("例列", OTHER)], ["倒列"]), ([("例倒", BOTH)], ["例列", "倒列"])],
)
def test_of_close_names_nothing_is_asked_that_another_answer_says(decisions: list[tuple[str, Decision]], left: list[str]) -> None:
    run = read(county("灵宝市", *(("", f"三门峡示{sign}铸造有限公司", process) for sign, process in zip("例倒列", ("铸件", "烧结", "熔炼"), strict=True))))

    def signs(tables: dict[str, Table]) -> list[str]:
        return ["".join(str(name)[4] for name in pair) for pair in asked_about(tables)]

    _, tables = merged(run)
    for pair, decision in decisions:
        tables = decide(tables, decision, signs(tables).index(pair))
    assert sorted(signs(merged(run, tables)[1])) == sorted(left)


def test_close_names_that_decisions_already_tell_apart_are_not_asked_about() -> None:
    run = read(county("灵宝市", *(("", f"三门峡示{sign}铸造有限公司", process) for sign, process in (("例", "铸件"), ("倒", "烧结"), ("列", "熔炼")))))
    _, tables = merged(run)
    assert len(asked(tables)) == 3
    _, tables = merged(run, decide(decide(tables, Decision.FIRST), Decision.BOTH, 1))
    assert (asked(tables), [count for _, count in lines(tables)]) == ([], [2, 1])


def test_what_two_counties_both_report_is_looked_up_once_however_much_was_decided_between_them() -> None:
    def calls(count: int) -> int:
        sides = [Side(where, f"{at}号厂", f"91411282YA000{at:04}", "熔炼", "6月", f"{where}.xlsx", row=at, good=True) for where in ("灵宝市", "湖滨区") for at in range(count)]
        memory = Memory({one.id: Ruling(one.id, one.clash, BOTH, *one.owns) for one in conflicts(sides, POLICY)})
        with cProfile.Profile() as profile:
            assert len(conflicts(sides, POLICY, memory)) == count
        return sum(entry.callcount for entry in profile.getstats())

    assert calls(100) < 2.5 * calls(50)


@pytest.mark.parametrize("decision", Decision)
def test_two_spellings_of_a_name_are_compared_with_a_close_one_once(decision: Decision) -> None:
    """Without a code either they are one enterprise, so that two answers could contradict each other."""
    run = read(county("灵宝市", *(("", f"三门峡示{name}公司", process) for name, process in (("倒铸造有限", "铸件"), ("例铸造有限", "烧结"), ("例铸造有限责任", "熔炼")))))
    _, tables = merged(run)
    assert asked_about(tables) == [("三门峡示倒铸造有限公司", "三门峡示例铸造有限公司")]
    _, tables = merged(run, decide(tables, decision))
    assert (asked(tables), [count for _, count in lines(tables)]) == ([], [1, 2] if decision is BOTH else [3])


def test_two_spellings_of_a_name_with_codes_of_their_own_are_each_compared_with_a_close_one() -> None:
    run = read(county("灵宝市", ("", "三门峡示倒铸造有限公司", "铸件"), (A, "三门峡示例铸造有限公司", "烧结"), (B, "三门峡示例铸造有限责任公司", "熔炼")))
    assert asked(merged(run)[1]).count(Clash.CLOSE) == 2


def test_the_county_that_lost_stays_out_when_a_third_one_reports() -> None:
    known = [county(name, (A, "甲公司", "铸件")) for name in ("渑池县", "灵宝市")]
    _, tables = merged(read(*known), decide(merged(read(*known))[1], Decision.FIRST))
    _, tables = merged(read(county("湖滨区", (A, "甲公司", "铸件")), *known), tables)
    assert [where for where, _ in names(tables)] == ["湖滨区", "渑池县"]
    assert asked(tables) == [Clash.TWO_COUNTIES.value]


def test_two_plants_that_a_person_knows_of_are_asked_about_a_third_one_once() -> None:
    known = [county(name, (A, "甲公司", "铸件")) for name in ("渑池县", "灵宝市")]
    _, tables = merged(read(*known), decide(merged(read(*known))[1], Decision.BOTH))
    _, tables = merged(read(county("湖滨区", (A, "甲公司", "铸件")), *known), tables)
    assert asked(tables) == [Clash.TWO_COUNTIES.value]


def test_two_plants_that_a_person_knows_of_leave_a_third_to_be_asked_about() -> None:
    run, tables = merged(read(*(county(name, (A, "甲公司", "铸件")) for name in ("湖滨区", "灵宝市", "义马市"))))
    _, two = merged(run, decide(tables, Decision.BOTH))
    _, three = merged(run, decide(decide(tables, Decision.BOTH), Decision.BOTH, 1))
    for found, known in ((two, False), (three, True)):
        asked_about = ["需核实属地" in str(value) for value in found["enterprises"].cells["confirm"]]
        sites = read_back(found["ledger"], found["names"], POLICY).sites
        assert (asked_about, sites) == ([not known] * 3, {*found["ledger"].rows} if known else set())


def test_an_event_is_its_whose_name_it_says_also_by_a_name_that_is_right_no_more() -> None:
    run, tables = merged(read(county("灵宝市", (A, "甲公司", "铸件"), (A, "乙公司", "烧结"), (A, "丙公司", "熔炼"))))
    _, tables = merged(run, decide(decide(tables, Decision.BOTH), Decision.SECOND, 1))
    happened = happened_in(tables, *((A, name) for name in ("甲公司", "乙公司", "丙有限公司", "丁公司", "")))
    assert [[one.name for one in happened.of(row)] for row in rows_of(happened.ledger)] == [["丙公司"] * 2, ["乙公司"], ["丙公司"] * 2]
    assert [(one.code, dict(one.values)["name"]) for one in happened.doubts()] == [(Code.EVENT_WHOSE, "丁公司"), (Code.EVENT_WHOSE, "")]


def test_an_event_under_a_code_that_was_not_its_own_follows_the_enterprise_to_the_right_one() -> None:
    july, august = (county("灵宝市", (code, "甲公司", "铸件"), (B, "乙公司", "熔炼"), file=f"{month}.xlsx", batch=month) for code, month in ((B, "7月"), (A, "8月")))
    run, tables = merged(read(july, august))
    at = asked(tables).index(Clash.TWO_CODES.value)
    _, tables = merged(run, decide(tables, Decision.FIRST if tables["conflicts"].cells["first_code"][at] == A else Decision.SECOND, at))
    happened = happened_in(tables, (B, "甲公司"), (B, "乙公司"))
    assert [(one.credit_code, one.name) for one in happened.events] == [(A, "甲公司"), (B, "乙公司")]
    assert {(row["name"], *(one.name for one in happened.of(row))) for row in rows_of(happened.ledger)} == {("甲公司", "甲公司"), ("乙公司", "乙公司")}


def test_a_name_said_to_be_one_that_goes_by_a_wrong_code_goes_with_it_to_the_right_one() -> None:
    july = county("灵宝市", (B, "甲公司", "铸件"), (B, "甲厂", "造型"), (B, "乙公司", "熔炼"), file="7月.xlsx", batch="7月")
    run = read(july, county("灵宝市", (A, "甲公司", "铸件"), file="8月.xlsx", batch="8月"))
    _, tables = merged(run)
    right = [row for row, one in enumerate(tables["conflicts"].records()) if {one["first_name"], one["second_name"]} == {"甲公司", "甲厂"}]
    tables = decide(tables, Decision.FIRST, *right)
    at = asked(tables).index(Clash.TWO_CODES.value)
    _, tables = merged(run, decide(tables, Decision.FIRST if tables["conflicts"].cells["first_code"][at] == A else Decision.SECOND, at))
    assert {*zip(*(tables["enterprises"].cells[name] for name in ("credit_code", "name", "processes")), strict=True)} == {(A, "甲公司", 2), (B, "乙公司", 1)}


def test_of_two_right_names_the_one_shown_tells_the_enterprise_until_a_person_has_chosen() -> None:
    """丁 is 乙, 戊 is 丙, and 丁 and 戊 are one; none of them is 甲."""
    said = [("甲", "乙", BOTH), ("乙", "丁", ONE), ("丙", "戊", ONE), ("丁", "戊", ONE)]
    decisions = [{"clash": Clash.TWO_NAMES.value, "decision": one.value, "first_name": f"{first}公司", "second_name": f"{second}公司", "first_code": A, "second_code": A} for first, second, one in said]
    _, tables = merged(read(county("灵宝市", *((A, f"{name}公司", f"{name}线") for name in "甲乙丙丁戊"))), decisions=decisions)
    assert (asked_about(tables), lines(tables)) == ([("乙公司", "丙公司")], [("甲公司", 1), ("丙公司", 4)])
    known = read_back(tables["ledger"], tables["names"], POLICY)
    assert sorted(map(len, by_enterprise(known.ledger(tables["ledger"]), POLICY, known.apart))) == [1, 4]


def happened_in(tables: dict[str, Table], *who: tuple[str, str]) -> Happened:
    """Events of these codes and names in a summary."""
    known = read_back(tables["ledger"], tables["names"], POLICY)
    events = city_records(CITY["events"], [{"county": "灵宝市", "credit_code": code, "name": name, "change_kind": "贿赂"} for code, name in who])
    return Happened(events_of(known.named(events)), known.ledger(tables["ledger"]), known.apart)


@pytest.mark.parametrize("decision", [ONE, OTHER])
@pytest.mark.parametrize("order", [1, -1])
def test_close_names_said_to_be_one_are_one_in_every_list_with_the_only_code(decision: Decision, order: int) -> None:
    """三(三)3: an enterprise is graded as a whole; also where the right name stands in the row that lacks the code."""
    rows = [("", "三门峡示倒铸造有限公司", "烧结"), (A, "三门峡示例铸造有限公司", "铸件")][::order]
    run = read(county("灵宝市", *rows))
    _, after = merged(run, decide(merged(run)[1], decision))
    right = rows[decision is OTHER][1]
    assert after["enterprises"].frame[["name", "credit_code", "processes"]].values.tolist() == [[right, A, 2]]
    known = read_back(after["ledger"], after["names"], POLICY)
    assert [[(one["name"], one["credit_code"]) for one in rows] for rows in by_enterprise(known.ledger(after["ledger"]), POLICY, known.apart)] == [[(right, A)] * 2]


@pytest.mark.parametrize(("said", "found"), [([("甲", "丁", ONE), ("乙", "丙", BOTH)], [3, 1]), ([("乙", "丙", BOTH), ("丙", "丁", BOTH)], [3, 1])])
def test_of_two_said_to_be_two_one_goes_with_the_others_of_the_code_until_a_person_has_said(said: list[tuple[str, str, Decision]], found: list[int]) -> None:
    decisions = [{"clash": Clash.TWO_NAMES.value, "decision": one.value, "first_name": f"{first}公司", "second_name": f"{second}公司", "first_code": A, "second_code": A} for first, second, one in said]
    _, tables = merged(read(county("灵宝市", *((A, f"{name}公司", f"{name}线") for name in "甲乙丙丁"))), decisions=decisions)
    assert (sorted(tables["enterprises"].cells["processes"], reverse=True), "丙公司" in tables["enterprises"].cells["name"]) == (found, True)


def test_a_row_without_a_good_code_belongs_to_the_only_code_of_its_name() -> None:
    _, tables = merged(read(county("灵宝市", (A, "甲公司", "铸件"), ("", "甲公司", "烧结"))))
    assert tables["enterprises"].cells["processes"] == [2]


def test_a_decision_that_is_no_choice_decides_nothing_and_stays_to_be_seen() -> None:
    _, tables = merged(two_counties())
    run, after = merged(two_counties(), decide(tables, "听渑池的"))
    assert Code.DECISION_UNKNOWN in codes(run)
    assert after["conflicts"].cells["decision"] == ["听渑池的"]
    assert len(after["ledger"].rows) == 3


def test_a_remark_without_a_decision_stays_with_its_conflict() -> None:
    _, tables = merged(two_counties())
    _, after = merged(two_counties(), decide(tables, ""))
    assert after["conflicts"].cells["remark"] == ["已核实"]
    _, gone = merged(read(county("灵宝市", (A, "甲公司", "铸件")), county("渑池县", (B, "乙公司", "烧结"))), after)
    assert gone["unclaimed"].cells["content"] == ["已核实"]


def test_decisions_can_be_brought_along_from_another_summary() -> None:
    _, tables = merged(two_counties())
    _, after = merged(two_counties(), decide(tables, Decision.SECOND))
    lines = after["names"].records()
    _, other = merged(two_counties(), decisions=lines)
    assert names(other) == names(after)
    without_ids = [{**line, "about": None, "decided_date": "2022-07-25"} for line in lines]
    assert names(merged(two_counties(), decisions=without_ids)[1]) == names(after)


def test_a_later_decision_replaces_an_earlier_one() -> None:
    _, tables = merged(two_counties())
    _, after = merged(two_counties(), decide(tables, Decision.SECOND), day=26)
    later = {**after["names"].records()[0], "decision": Decision.FIRST.value, "decided_date": date(2022, 8, 1)}
    _, again = merged(two_counties(), after, decisions=[later])
    assert names(again) == [("渑池县", "甲公司"), ("渑池县", "乙公司")]


# --- a county sending twice -------------------------------------------------------------------------------------------


def test_with_one_report_date_the_one_saved_last_is_used() -> None:
    one, two = county("灵宝市", file="一.xlsx", sha256="1", saved=datetime(2022, 7, 19, 9)), county("灵宝市", file="二.xlsx", sha256="2", saved=datetime(2022, 7, 19, 10))
    assert newest([one, two]) is two
    assert newest([two, replace(one, report_date=date(2022, 7, 20))]) is not two
    assert newest([one, replace(two, saved=None)]) is None
    assert newest([one, replace(two, saved=one.saved)]) is None


def twins(count: int = 2) -> Outcome:
    return read(*(county("灵宝市", (A, f"{at}公司", "铸件"), file=f"{at}.xlsx", sha256=f"{at}" * 64) for at in range(1, count + 1)))


@pytest.mark.parametrize(("decision", "left"), [(Decision.FIRST, ["1公司"]), (Decision.SECOND, ["2公司"])])
def test_of_two_files_that_cannot_be_told_apart_a_person_chooses(decision: Decision, left: list[str]) -> None:
    _, tables = merged(twins())
    assert asked(tables) == [Clash.SENT_TWICE.value]
    assert len(tables["ledger"].rows) == 0
    run, after = merged(twins(), decide(tables, decision))
    assert [name for _, name in names(after)] == left
    assert len(after["unmerged"].rows) == 1
    assert Code.SENT_TWICE_TIE not in codes(run)
    assert Code.SENT_TWICE in codes(run)


def test_a_choice_between_two_files_holds_for_their_contents_and_not_for_their_names() -> None:
    _, tables = merged(twins())
    _, after = merged(twins(), decide(tables, Decision.FIRST))
    one, other = twins().submissions
    _, again = merged(read(replace(one, accepted=True), replace(other, accepted=True, sha256="3" * 64)), after)
    assert asked(again) == [Clash.SENT_TWICE.value]


def test_of_three_files_a_person_is_asked_until_one_is_left() -> None:
    _, tables = merged(twins(3))
    _, tables = merged(twins(3), decide(decide(tables, Decision.SECOND), Decision.SECOND, 1))
    assert asked(tables) == [Clash.SENT_TWICE.value]
    _, tables = merged(twins(3), decide(tables, Decision.SECOND))
    assert [name for _, name in names(tables)] == ["3公司"]


def test_of_two_files_the_one_left_out_stays_out_when_a_third_comes() -> None:
    first, *two = twins(3).submissions
    _, tables = merged(read(*two), decide(merged(read(*two))[1], Decision.SECOND))
    _, tables = merged(read(first, *two), tables)
    assert [{one["first_file"], one["second_file"]} for one in tables["conflicts"].records()] == [{first.file, two[1].file}]


# --- a file that is not there this time -------------------------------------------------------------------------------


def test_rows_of_a_file_that_is_not_there_stay_and_say_so() -> None:
    both = read(county("灵宝市", (A, "甲公司", "铸件")), county("渑池县", (B, "乙公司", "烧结")))
    _, tables = merged(both)
    run, after = merged(read(county("渑池县", (B, "乙公司", "烧结"))), wrote(tables, "ledger", (6, "city_opinion"), "同意"))
    assert after["ledger"].frame[["name", "status", "city_opinion"]].values.tolist() == [["乙公司", "无问题", None], ["甲公司", KEPT, "同意"]]
    assert Code.SOURCE_ABSENT in codes(run)
    assert Code.NOT_BALANCED not in codes(run)
    kept = after["log"].frame.dropna(subset=["kept"])
    assert kept[["file", "kept"]].values.tolist() == [["灵宝市.xlsx", 1]]
    _, back = merged(both, after)
    assert back["ledger"].cells["status"] == ["无问题", "无问题"]
    assert back["ledger"].cells["city_opinion"] == [None, "同意"]


def test_a_county_whose_rows_stay_is_not_said_to_have_sent_nothing() -> None:
    _, tables = merged(read(county("灵宝市", (A, "甲公司", "铸件"))))
    today = read(county("渑池县", (B, "乙公司", "烧结")))
    run, after = merged(with_findings(today, not_sent(today, POLICY)), tables)
    silent = [one.message for one in run.findings if one.code is Code.COUNTY_NOT_SENT]
    assert set(silent) == {f"“{name}”还没有报送" for name in ("湖滨区", "开发区", "城乡一体化示范区", "陕州区", "义马市", "卢氏县")}
    states = dict(zip(after["board"].cells["county"], after["board"].cells["state"], strict=True))
    assert (states["灵宝市"], states["卢氏县"]) == ("来源文件不在本次收件箱，沿用上次", "未报送")


def test_a_row_gone_from_a_file_sent_again_is_gone() -> None:
    _, tables = merged(read(county("灵宝市", (A, "甲公司", "铸件"), (B, "乙公司", "烧结"))))
    run, after = merged(read(county("灵宝市", (A, "甲公司", "铸件"))), wrote(tables, "ledger", (6, "city_opinion"), "同意"))
    assert [name for _, name in names(after)] == ["甲公司"]
    assert after["unclaimed"].cells["content"] == ["同意"]
    assert Code.CITY_ROW_GONE in codes(run)


def test_an_earlier_month_stays_when_only_the_next_one_is_there() -> None:
    _, tables = merged(read(county("灵宝市", (A, "甲公司", "铸件"))))
    _, after = merged(read(county("灵宝市", (A, "甲公司", "铸件"), file="8月.xlsx", batch="8月")), tables)
    assert after["ledger"].frame[["batch", "status"]].values.tolist() == [["7月", KEPT], ["8月", "无问题"]]


def test_a_kept_row_can_be_in_conflict_and_lose() -> None:
    _, tables = merged(read(county("渑池县", (A, "甲公司", "铸件"))))
    run = read(county("灵宝市", (A, "甲公司", "铸件")))
    told, tables = merged(run, tables)
    assert asked(tables) == [Clash.TWO_COUNTIES.value]
    assert Code.TWO_COUNTIES in codes(told)
    _, after = merged(run, decide(tables, Decision.SECOND))
    assert names(after) == [("灵宝市", "甲公司")]
    assert len(after["unmerged"].rows) == 1


def test_problems_of_a_file_that_is_not_there_stay_on_the_list() -> None:
    wrong = county("灵宝市", (A, "甲公司", "铸件"))
    finding = Code.REQUIRED.at(wrong.tables["screening"].place(5, "industry"), label="行业", hint="")
    _, tables = merged(outcome([wrong, county("渑池县", (B, "乙公司", "烧结"))], finding))
    handled = tables["problems"].with_cells({"handling": ["已电话通知"] * len(tables["problems"].rows)})
    _, after = merged(read(county("渑池县", (B, "乙公司", "烧结"))), {**tables, "problems": handled})
    kept = after["problems"].frame.query("file == '灵宝市.xlsx' and code == 'E202'")
    assert kept["handling"].tolist() == ["已电话通知"]


# --- any sequence -----------------------------------------------------------------------------------------------------

COUNTIES = ("湖滨区", "渑池县", "灵宝市")
ROWS = st.tuples(st.sampled_from([A, B, C, "", "123"]), st.sampled_from(["甲铸造公司", "甲铸造有限公司", "乙水泥公司", "甲铸浩公司"]), st.sampled_from(["铸件", "烧结"]))
FILES = st.dictionaries(st.sampled_from(COUNTIES), st.lists(ROWS, min_size=1, max_size=4), min_size=1)
STEPS = st.lists(st.tuples(FILES, st.lists(st.tuples(st.integers(0, 5), st.sampled_from([*Decision])), max_size=3), st.integers(0, 9)), min_size=1, max_size=3)


def settled_again(run: Outcome, before: dict[str, Table]) -> None:
    """Merging the same once more changes nothing, whatever order the files come in."""
    turned = replace(run, submissions=run.submissions[::-1])
    (_, once), (_, twice) = merged(run, before), merged(turned, merged(run, before)[1])
    first, second = ({name: table.records() for name, table in tables.items() if name != "log"} for tables in (once, twice))
    assert first == second


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(STEPS)
def test_whatever_counties_send_and_the_city_decides_no_row_and_no_remark_is_lost(steps: list[tuple[dict[str, list[Row]], list[tuple[int, Decision]], int]]) -> None:
    tables: dict[str, Table] = {}
    written: set[str] = set()
    for number, (files, decisions, remark) in enumerate(steps):
        run = read(*(county(name, *rows) for name, rows in files.items()))
        told, tables = merged(run, tables)
        assert Code.NOT_BALANCED not in codes(told)
        stayed = tables["ledger"].cells["status"].count(KEPT)
        left_out = sum(file in {one.file for one in run.submissions} for file in tables["unmerged"].cells["source_file"])
        assert len(tables["ledger"].rows) - stayed + left_out == sum(map(len, files.values()))
        settled_again(run, tables)
        at = tables["ledger"].rows[remark % len(tables["ledger"].rows)]
        if tables["ledger"].value(at, "city_remark") is None:
            tables = wrote(tables, "ledger", (at, "city_remark"), f"备注{number}")
            written.add(f"备注{number}")
        for row, decision in decisions:
            if row < len(tables["conflicts"].rows):
                tables = decide(tables, decision, row)
    _, tables = merged(read(*(county(name, *rows) for name, rows in steps[0][0].items())), tables)
    kept = {*tables["ledger"].cells["city_remark"], *tables["unclaimed"].cells["content"]}
    assert written <= kept


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(COUNTIES), ROWS), max_size=2))
def test_conflicts_have_one_id_whichever_side_comes_first(rows: list[tuple[str, Row]]) -> None:
    sent = {name: [row for where, row in rows if where == name] for name in COUNTIES}
    sides = listed(read(*(county(name, *found) for name, found in sent.items() if found)), POLICY)
    assert {one.id for one in conflicts(sides, POLICY)} == {one.id for one in conflicts(sides[::-1], POLICY)}


def test_a_code_that_became_a_number_is_shown_as_a_sheet_shows_it() -> None:
    one = county("灵宝市", (A, "甲铸造有限公司", "铸件"))
    raw = one.raw["screening"]
    typed = raw.with_cells({"credit_code": [914112210091235000.0]})
    sides = listed(outcome([replace(one, raw={"screening": typed}, tables={"screening": parse(typed, POLICY, 2022)[0]})]), POLICY)
    assert [side.code for side in sides] == ["9.14112210091235E+17"]
