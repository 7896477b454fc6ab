"""From filled checklists to grades: reasons, what happened since, the same under other rules, and the command line."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.checklist_books import CHECKED, NAME, POLICY, applicant, at_best, visit, write
from tests.checklists import best, table_of
from tests.county_files import CODES, NAMES, county_file, enterprise
from xltools.actions.grade import grade_files
from xltools.actions.policy import make_policy
from xltools.actions.regrade import compared, stamped_policy
from xltools.books.base import Cell
from xltools.faces import cli
from xltools.model.catalogues import read_language
from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.graded import GradeOutcome
from xltools.model.policy import load_policy
from xltools.rules.alike import chosen_together, unknown_together

GRINDING, CLINKER, REFRACTORY = table_of("cement-grinding"), table_of("cement-clinker"), table_of("refractory")
NATIONAL = load_policy("national-2026")


def test_a_tick_in_every_row_is_told_once() -> None:
    """Experts tick; one sentence names all the cells, those that want something else stay apart."""
    place = Place("核查表.xlsx", "焙烧")
    ticks = [Code.ANSWER_UNKNOWN.at(replace(place, cell=f"J{row}"), item="", value="√", hint="专家判定的等级：A、B、C、D") for row in (7, 8, 9, 12)]
    other = Code.ANSWER_UNKNOWN.at(replace(place, cell="J10"), item="", value="√", hint="其中之一：是、否")
    one, two = unknown_together([*ticks, other])
    assert (one.code, one.place.cell, dict(one.values)["cells"], two) == (Code.SAME_PROBLEM, "J7", "J7:J9、J12", other)
    assert unknown_together(ticks[:3]) == ticks[:3]


def test_several_items_with_a_grade_below_one_that_asks_the_same_are_told_once() -> None:
    place = Place("核查表.xlsx", "焙烧")

    def doubt(row: int, value: str = "B", other: str = "A") -> Finding:
        return Code.SAME_REQUIREMENT.at(replace(place, cell=f"I{row}"), item=f"台账{row}", more="", value=value, other=other)

    apart = [doubt(8, value="C"), doubt(10, other="B-")]
    one, *others = chosen_together([doubt(12), doubt(7), *apart, doubt(9)])
    assert others == apart
    assert one.message == "“台账7”等 3 项（I7、I9、I12）选了 B，而 A 与 B 的要求一样"
    assert (one.place.cell, [each.cell for each in one.marked]) == ("I7", ["I7", "I9", "I12"])
    assert read_language("en").translated(one).message == "“台账7” and more, 3 in all (I7、I9、I12): B is chosen, but A and B require the same"


def event(kind: str, **changes: Cell) -> dict[str, Cell]:
    """A row of 变更与处理 about the first enterprise, found after the day of the check."""
    given = {"credit_code": CODES[0], "process": "烧成", "change_kind": kind, "found_date": date(2022, 8, 10), "detail": "见案卷", "old_grade": "B", "second_review": "不需要"}
    return {**given, **changes}


DECIDED = {"decided_by": "市绩效分级评定领导小组", "decided_date": date(2022, 8, 30)}


def after(folder: Path, *events: Mapping[str, Cell], checked: date = CHECKED) -> GradeOutcome:
    """A refractory plant that the site check gave a B, and what its county reports since."""
    folder.mkdir(exist_ok=True)
    who = applicant(REFRACTORY, code=CODES[0])
    write(folder / "甲.xlsx", who, [visit(REFRACTORY, {**best(REFRACTORY), "6": 10.0, "10": "全封闭", "11": "密闭输送", "13": 92.0}, checked=checked)])
    rows = [enterprise(0, industry="耐火材料", process="烧成", table="耐火材料"), enterprise(1)]
    county_file(folder, "灵宝市", rows, changes=events)
    return grade_files([folder], POLICY)


def told(outcome: GradeOutcome) -> list[Code]:
    """What was found besides the table's status."""
    return [one.code for one in outcome.findings if one.code is not Code.TABLE_NOT_OFFICIAL]


def test_notes_and_saved_pages_among_the_checklists_are_passed_over(tmp_path: Path) -> None:
    before = after(tmp_path)
    (tmp_path / "甲.txt").write_text("工作表 烧成\n烧成!A1 = 1\n", "utf-8")
    (tmp_path / "说明.html").write_text("<p>说明</p>", "utf-8")
    outcome = grade_files([tmp_path], POLICY)
    assert (told(outcome), outcome.enterprises) == (told(before), before.enterprises)


@pytest.mark.parametrize(
    ("code", "name", "county", "found"),
    [
        (CODES[0], NAMES[0], "灵宝市", []),
        (CODES[3], NAMES[0], "灵宝市", [Code.CHECKED_OTHER_CODE]),      # a slip in the code: the name is listed
        (CODES[3], NAMES[3], "灵宝市", [Code.CHECKED_NOT_LISTED]),
        (CODES[3], NAMES[3], "卢氏县", []),         # whose file was not given
    ],
)
def test_a_checklist_of_an_enterprise_that_its_county_does_not_list_is_named(code: str, name: str, county: str, found: list[Code], tmp_path: Path) -> None:
    write(tmp_path / "甲.xlsx", replace(applicant(REFRACTORY, code=code, name=name), county=county), [visit(REFRACTORY, best(REFRACTORY))])
    county_file(tmp_path, "灵宝市", [enterprise(0, industry="耐火材料", process="烧成", table="耐火材料")])
    assert told(grade_files([tmp_path], POLICY)) == found


# --- grades and reasons ------------------------------------------------------------------------------------------------


def test_a_grade_says_which_cell_decided_and_what_the_next_one_needs(tmp_path: Path) -> None:
    (whole,) = after(tmp_path).enterprises
    assert (whole.grade, whole.credit_code) == ("B", CODES[0])
    record = whole.record()["parts"][0]
    assert [(one["indicator"], one["found"], one["required"]) for one in record["next"]] == [("监测监控水平—主要排放口在线监测数据有效率", "92 %", "不低于95 %")]
    assert (record["decided_by"][0]["file"], record["decided_by"][0]["sheet"], record["decided_by"][0]["cell"]) == ("甲.xlsx", "烧成", "I19")


def test_the_json_is_what_was_agreed(tmp_path: Path) -> None:
    record = after(tmp_path).record()
    assert list(record) == ["enterprises", "findings"]
    (one,) = record["enterprises"]
    assert list(one) == ["credit_code", "name", "grade", "status", "flags", "parts"]
    (part,) = one["parts"]
    assert list(part) == ["process", "table", "edition", "grade", "status", "decided_by", "next"]
    assert set(part["decided_by"][0]) == {"file", "sheet", "cell", "indicator", "found", "required"}
    assert json.loads(json.dumps(record, ensure_ascii=False)) == record


def test_parts_in_several_workbooks_are_one_enterprise(tmp_path: Path) -> None:
    write(tmp_path / "甲.xlsx", applicant(CLINKER), [at_best(CLINKER)])
    write(tmp_path / "乙.xlsx", applicant(GRINDING), [at_best(GRINDING, no_6="敞开")])
    outcome = grade_files([tmp_path], POLICY)
    (whole,) = outcome.enterprises
    assert (whole.status.value, [part.outcome for part in whole.parts]) == ("需人工确认", ["A", "非引领性"])
    assert any("需人工确认" in flag for flag in whole.flags)


def test_a_and_leading_are_one_tier_and_need_nobody(tmp_path: Path) -> None:
    write(tmp_path / "甲.xlsx", applicant(CLINKER, GRINDING), [at_best(CLINKER), at_best(GRINDING)])
    (whole,) = grade_files([tmp_path], POLICY).enterprises
    assert (whole.status.value, whole.grade) == ("已得出", "A")


def test_a_table_that_is_not_official_is_flagged_wherever_the_grade_is_printed(tmp_path: Path) -> None:
    outcome = after(tmp_path)
    assert "指标表“耐火材料”是示例表，等级只供参考" in outcome.enterprises[0].flags
    assert Code.TABLE_NOT_OFFICIAL in {one.code for one in outcome.findings}


def test_a_broken_file_stops_nobody_else(tmp_path: Path) -> None:
    (tmp_path / "坏.xlsx").write_bytes(b"nothing")
    outcome = after(tmp_path)
    assert len(outcome.enterprises) == 1
    assert Code.UNREADABLE in told(outcome)


def test_the_order_of_files_changes_nothing(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{at}.xlsx", applicant(CLINKER, GRINDING, code=code), [at_best(CLINKER)]) for at, code in enumerate(CODES[:4])]
    assert grade_files(paths, POLICY).record() == grade_files(reversed(paths), POLICY).record()


# --- what happened since -----------------------------------------------------------------------------------------------


def test_fraud_puts_the_grade_to_the_lowest_at_once_with_its_cell(tmp_path: Path) -> None:
    outcome = after(tmp_path, event("隐瞒或提供虚假材料", **DECIDED))
    (whole,) = outcome.enterprises
    (part,) = whole.parts
    assert (whole.grade, outcome.checks[0].grade) == ("D", "B")
    assert (part.decided_by[0].place.file, part.decided_by[0].place.sheet, part.decided_by[0].place.cell) == ("灵宝市.xlsx", "变更与处理", "D5")
    assert part.steps[0].startswith("“隐瞒或提供虚假材料”：等级由 B 改为 D（2022-08-30，市绩效分级评定领导小组，三环文〔2022〕69号 五1")
    (line,) = outcome.record()["history"]
    assert (line["old"], line["new"], line["clause"], line["decided_by"]) == ("B", "D", "三环文〔2022〕69号 五1", "市绩效分级评定领导小组")


def test_fraud_nobody_has_decided_on_still_counts_and_asks_who_decides(tmp_path: Path) -> None:
    outcome = after(tmp_path, event("贿赂"))
    assert outcome.enterprises[0].grade == "D"
    assert told(outcome) == [Code.DECIDER_MISSING]


def test_below_standard_waits_for_the_second_review(tmp_path: Path) -> None:
    outcome = after(tmp_path, event("达不到指标要求", second_review="待二次审核"))
    (whole,) = outcome.enterprises
    assert whole.grade == "B"
    assert any(flag.startswith("待二次审核：") for flag in whole.flags)
    assert told(outcome) == [Code.SECOND_REVIEW_PENDING]


def test_a_violation_asks_for_the_grade_and_takes_the_one_decided(tmp_path: Path) -> None:
    asked = after(tmp_path / "一", event("环境违法"))
    assert (asked.enterprises[0].grade, told(asked)) == ("B", [Code.SANCTION_NEEDS_GRADE])
    assert any(flag.startswith("待决定：") for flag in asked.enterprises[0].flags)
    decided = after(tmp_path / "二", event("环境违法", new_grade="C", **DECIDED))
    assert (decided.enterprises[0].grade, told(decided)) == ("C", [])


def test_an_unreported_change_is_a_warning_and_no_downgrade(tmp_path: Path) -> None:
    outcome = after(tmp_path, event("设备设施更换（未报备）"))
    assert (outcome.enterprises[0].grade, told(outcome)) == ("B", [Code.CHANGE_NOT_REPORTED])


def test_what_happened_before_the_check_changes_nothing_but_a_person_is_asked(tmp_path: Path) -> None:
    outcome = after(tmp_path, event("环境违法", found_date=date(2022, 5, 3), new_grade="D", decided_by="市局", decided_date=date(2022, 6, 1)))
    assert (outcome.enterprises[0].grade, told(outcome)) == ("B", [Code.EVENT_BEFORE_CHECK])
    assert "2022-07-26" in next(one.message for one in outcome.findings if one.code is Code.EVENT_BEFORE_CHECK)


def test_false_material_found_before_one_of_two_checks_takes_both_processes_to_the_lowest(tmp_path: Path) -> None:
    """五1 is about the enterprise: that the line where it was found was visited once more does not clear the other."""
    who = applicant(REFRACTORY, REFRACTORY, code=CODES[0])
    write(tmp_path / "甲.xlsx", who, [visit(REFRACTORY, best(REFRACTORY), checked=when) for when in (date(2022, 7, 26), date(2022, 8, 20))])
    rows = [enterprise(0, industry="耐火材料", process=part.process, table="耐火材料") for part in who.parts]
    county_file(tmp_path, "灵宝市", rows, changes=[event("隐瞒或提供虚假材料", process=who.parts[1].process, old_grade="A", new_grade="D", **DECIDED | {"decided_date": date(2022, 8, 12)})])
    outcome = grade_files([tmp_path], POLICY)
    assert [part.grade for part in outcome.enterprises[0].parts] == ["D", "D"]


def test_what_concerns_enterprises_without_a_checklist_is_passed_over(tmp_path: Path) -> None:
    outcome = after(tmp_path, event("贿赂", credit_code=CODES[1], process="铸件"))
    assert (outcome.enterprises[0].grade, told(outcome)) == ("B", [])


def test_an_event_before_the_check_is_known_by_a_process_typed_another_way(tmp_path: Path) -> None:
    assert told(after(tmp_path, event("环境违法", process="烧 成", found_date=date(2022, 5, 3), new_grade="D", decided_by="市局", decided_date=date(2022, 6, 1)))) == [Code.EVENT_BEFORE_CHECK]


def test_a_process_that_was_never_checked_is_named(tmp_path: Path) -> None:
    assert told(after(tmp_path, event("环境违法", process="成型", new_grade="C", **DECIDED))) == [Code.PROCESS_ELSEWHERE, Code.NOT_GRADED_YET]


# --- under other rules -------------------------------------------------------------------------------------------------


def test_who_would_move_under_another_policy(tmp_path: Path) -> None:
    strict = replace(CLINKER, indicators=tuple(replace(one, requirements=tuple(replace(r, values=("100",)) for r in one.requirements)) if one.no == "1" else one for one in CLINKER.indicators))
    new = replace(POLICY, id="严一点", tables=tuple(strict if table.id == CLINKER.id else table for table in POLICY.tables))
    write(tmp_path / "甲.xlsx", applicant(CLINKER, code=CODES[0]), [at_best(CLINKER, no_1=85.0)])
    write(tmp_path / "乙.xlsx", applicant(CLINKER, code=CODES[1]), [at_best(CLINKER)])
    moves = compared(grade_files([tmp_path], POLICY), POLICY, new).moves
    assert moves is not None
    assert [(one.credit_code, one.before, one.after, one.direction) for one in moves] == [(CODES[0], "B", "D", "下降"), (CODES[1], "A", "A", "不变")]
    assert moves[0].steps
    assert moves[0].record()["new_policy"] == "严一点"


def test_answers_are_found_again_by_what_they_are_about(tmp_path: Path) -> None:
    moved = replace(CLINKER, edition="2026", indicators=tuple(replace(one, no=f"新{one.no}") for one in reversed(CLINKER.indicators)))
    new = replace(POLICY, id="新", tables=(moved,))
    write(tmp_path / "甲.xlsx", applicant(CLINKER), [at_best(CLINKER, no_1=85.0)])
    moves = compared(grade_files([tmp_path], POLICY), POLICY, new).moves
    assert moves is not None
    assert (moves[0].after, moves[0].direction) == ("B", "不变")


def test_what_the_new_rules_ask_in_addition_is_to_be_verified(tmp_path: Path) -> None:
    write(tmp_path / "甲.xlsx", applicant(CLINKER), [at_best(CLINKER)])
    moves = compared(grade_files([tmp_path], POLICY), POLICY, NATIONAL).moves
    assert moves is not None
    assert (moves[0].before, moves[0].after, moves[0].direction) == ("A", "待核实", "不能比较")


def test_a_process_without_a_table_under_the_new_rules_is_said(tmp_path: Path) -> None:
    write(tmp_path / "甲.xlsx", applicant(REFRACTORY), [at_best(REFRACTORY)])
    outcome = compared(grade_files([tmp_path], POLICY), POLICY, NATIONAL)
    assert outcome.moves is not None
    assert (outcome.moves[0].after, outcome.moves[0].direction) == ("", "不能比较")
    assert [one.message for one in outcome.findings if one.code is Code.NOT_COMPARED] == ["政策“national-2026”没有与“耐火材料”（烧成）对应的指标表，两套政策无法比较"]


def test_checklists_know_the_policy_they_were_made_for(tmp_path: Path) -> None:
    assert stamped_policy([tmp_path]) == ""
    write(tmp_path / "甲.xlsx", applicant(CLINKER))
    assert stamped_policy([tmp_path]) == POLICY.id


def test_a_process_that_moves_is_told_where_the_enterprise_as_a_whole_stands_as_before(tmp_path: Path) -> None:
    stricter = replace(GRINDING, indicators=tuple(replace(one, requirements=tuple(replace(r, values=("1",)) for r in one.requirements)) if one.no == "1" else one for one in GRINDING.indicators))
    new = replace(POLICY, id="严一点", tables=tuple(stricter if table.id == GRINDING.id else table for table in POLICY.tables))
    write(tmp_path / "甲.xlsx", applicant(CLINKER, GRINDING), [at_best(CLINKER, no_1=45.0), at_best(GRINDING)])
    graded = grade_files([tmp_path], POLICY)
    (stays,), (moves,) = compared(graded, POLICY, replace(POLICY, id="照旧")).moves or (), compared(graded, POLICY, new).moves or ()
    assert (stays.before, stays.direction, stays.parts) == ("D（需人工确认）", "不变", ())      # the same doubt on both sides is no difference
    assert (moves.before, moves.after, moves.direction) == ("D（需人工确认）", "D（需人工确认）", "不能比较")
    assert [(one.process, one.before, one.after) for one in moves.parts] == [("粉磨", "引领性", "非引领性")]
    assert moves.parts[0].step.startswith("评为非引领性：粉磨—“能源类型”第1项“烘干热源”")


# --- the command line --------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plant with a B."""
    after(tmp_path / "收件箱")
    return tmp_path / "收件箱"


def test_grade_prints_the_grade_the_reason_and_what_the_next_one_needs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["grade", str(folder)]) == 1
    printed = capsys.readouterr().out
    assert f"{NAME}（{CODES[0]}）　B" in printed
    assert "评为 B：烧成—“监测监控水平”第1项“主要排放口在线监测数据有效率”为 B（【烧成】I19，现场“92 %”，A 级要求“不低于95 %”）" in printed
    assert "要达到 A 级，还差 1 项：监测监控水平—主要排放口在线监测数据有效率（I19）：不低于95 %" in printed
    assert "! 指标表“耐火材料”是示例表，等级只供参考" in printed


def test_grade_json_and_compare(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["grade", str(folder), "--json", "--compare", "national-2026"])
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"enterprises", "findings", "moves"}
    cli.run(["grade", str(folder), "--policy", "national-2026", "--compare"])
    assert "换用政策 national-2026（原为 sanmenxia-2022）" in capsys.readouterr().out


def test_a_policy_compared_with_a_changed_one_of_its_own_id_says_so(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library = make_policy(tmp_path / "政策库.xlsx", POLICY)
    cli.run(["grade", str(folder), "--policy", str(library), "--compare"])
    assert "两套政策的代号相同" in capsys.readouterr().out


def test_checklists_of_a_policy_of_the_bureaus_own_are_not_compared_with_it_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = replace(POLICY, id="mingzhou-2027")
    library = make_policy(tmp_path / "明州2027.xlsx", own)
    (tmp_path / "核查表").mkdir()
    write(tmp_path / "核查表" / "甲.xlsx", applicant(CLINKER), policy=own)
    assert cli.run(["grade", str(tmp_path / "核查表"), "--policy", str(library), "--compare"]) == cli.USAGE
    assert "核查表是按政策“mingzhou-2027”生成的" in capsys.readouterr().err


def test_make_checklist_writes_them_and_says_how_many(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = county_file(tmp_path, "灵宝市", [enterprise(0), enterprise(1)])
    target = str(tmp_path / "核查表")
    assert cli.run(["make", "checklist", "--from", str(file), "--enterprise", CODES[0], "-o", target]) == 0
    assert "已生成 1 份核查表" in capsys.readouterr().out
    assert cli.run(["make", "checklist", "--from", str(file), "-o", target]) == 0
    assert "已生成 1 份核查表，放在 " + target + "；另有 1 份已经存在，没有改动" in capsys.readouterr().out
    county_file(tmp_path, "灵宝市", [enterprise(0), enterprise(1), enterprise(1, process="另一条线")])
    assert cli.run(["make", "checklist", "--from", str(file), "-o", target]) == 0
    said = capsys.readouterr().out
    assert "说明 N768" in said
    assert "已生成 1 份核查表，放在 " + target + "；另有 1 份已经存在，没有改动" in said


def test_an_unknown_policy_to_compare_with_is_a_usage_error(folder: Path) -> None:
    assert cli.run(["grade", str(folder), "--compare", "没有"]) == cli.USAGE


# --- what the county lists and nobody checked --------------------------------------------------------------------------

TWO_LINES = [enterprise(0, industry="耐火材料", process=process, table="耐火材料") for process in ("烧成1号线", "烧成2号线")]


@pytest.mark.parametrize(
    ("found", "listed", "checked", "overall", "told_of"),
    [
        ({}, TWO_LINES, "烧成1号线", "待核实", [(Code.LISTED_NOT_CHECKED, "烧成2号线")]),     # 三(三)3: the worse of both, and one is not known
        ({"1": "煤"}, TWO_LINES, "烧成1号线", "D", [(Code.LISTED_NOT_CHECKED, "烧成2号线")]),   # nothing is worse than D
        ({}, TWO_LINES[:1], "烧成1号线", "A", []),
        ({}, TWO_LINES[:1], "烧成 １号线", "A", []),      # the same process, written otherwise
        ({}, [TWO_LINES[0] | {"credit_code": CODES[3]}, TWO_LINES[1] | {"credit_code": CODES[3]}], "烧成1号线", "待核实", [(Code.LISTED_NOT_CHECKED, "烧成2号线")]),
        ({}, [TWO_LINES[0], enterprise(1, industry="耐火材料", process="烧成2号线", table="耐火材料")], "烧成1号线", "A", []),   # of somebody else
    ],
)
def test_a_process_that_nobody_checked_leaves_the_enterprise_open(
    found: dict[str, Cell], listed: list[dict[str, Cell]], checked: str, overall: str, told_of: list[tuple[Code, str]], tmp_path: Path
) -> None:
    who = applicant(REFRACTORY, code=CODES[0], name=NAMES[0])
    who = replace(who, parts=(replace(who.parts[0], process=checked),))
    write(tmp_path / "甲.xlsx", who, [visit(REFRACTORY, {**best(REFRACTORY), **found})])
    county_file(tmp_path, "灵宝市", listed)
    outcome = grade_files([tmp_path], POLICY)
    (whole,) = outcome.enterprises
    assert whole.outcome == overall
    assert [(one.code, dict(one.values)["process"]) for one in outcome.findings if one.code is Code.LISTED_NOT_CHECKED] == told_of
    assert ("待核实：烧成2号线不在这次给出的核查表里" in whole.flags) == (overall == "待核实")


def test_a_date_without_its_year_says_where_the_year_comes_from(tmp_path: Path) -> None:
    """A checklist has no cover."""
    write(tmp_path / "甲.xlsx", applicant(REFRACTORY, code=CODES[0], name=NAMES[0]), [visit(REFRACTORY, best(REFRACTORY), checked="7月26日")])
    (note,) = [one for one in grade_files([tmp_path], POLICY).findings if one.code is Code.CONVERTED]
    assert note.message == "“核查日期”由“7月26日”按“2022-07-26”读取（年份取自政策）"
