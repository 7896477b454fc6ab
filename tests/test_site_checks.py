"""merge takes checklists too: what the site checks found beside what enterprise, county and city said."""

import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.checklist_books import (
    CLINKER,
    GRINDER,
    GRINDING,
    applicant,
    at_best,
    cement_checklist,
    cement_county,
    change,
    write,
)
from tests.county_files import CODES, NAMES, POLICY, county_file, enterprise
from tests.workbooks import parts_of
from xltools.actions.merge import merge, previous
from xltools.actions.trace import trace
from xltools.books.file import open_book
from xltools.model.code import Code
from xltools.model.form import FIRST_ROW, load_template
from xltools.model.outcome import Outcome

MOMENT = datetime(2022, 8, 1, 9, 0)


Merged = tuple[Outcome, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county with a cement plant of two processes, and its checklist: a B and not leading. To be copied, or only read."""
    folder = tmp_path_factory.mktemp("sent") / "收件箱"
    cement_county(folder)
    cement_checklist(folder / "核查表" / "甲.xlsx")
    return folder


@pytest.fixture(scope="module")
def as_sent(sent: Path) -> Merged:
    """What a merge makes of it."""
    return merged(sent)


@pytest.fixture
def inbox(sent: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return shutil.copytree(sent, tmp_path / "收件箱")


def merged(inbox: Path) -> Merged:
    """The outcome, and the records of 核查结果 as the summary holds them."""
    outcome = merge([inbox], inbox.parent / "市级汇总.xlsx", POLICY, MOMENT)
    assert outcome.output is not None
    tables = previous(outcome.output, load_template("city")).tables
    return outcome, tables["site_checks"].records() if "site_checks" in tables else []


def test_every_checked_process_has_its_line_with_all_grades_side_by_side(as_sent: Merged) -> None:
    _, (clinker, grinding) = as_sent
    assert [clinker[name] for name in ("county", "name", "process", "self", "applied", "conclusion", "site", "in_force", "decided")] == [
        "灵宝市", NAMES[0], "熟料", "A", "A", "B", "B", "B", None,
    ]  # fmt: skip
    assert grinding["site"] == "非引领性"
    assert clinker["overall"] == grinding["overall"] == "非引领性（需人工确认）"
    assert clinker["checked"] == date(2022, 7, 26)
    assert clinker["table_status"] == "部分"


def test_the_line_says_why_what_is_missing_and_who_thought_otherwise(as_sent: Merged) -> None:
    _, (clinker, _) = as_sent
    assert clinker["why"].startswith("评为 B：熟料—“运输方式”第1项“公路运输国五及以上或新能源车辆比例”为 B（【熟料】H7，现场“85 %”")
    assert clinker["next"] == "运输方式—公路运输国五及以上或新能源车辆比例：物料公路运输（水泥罐式货车除外）全部使用国五及以上（含燃气）重型货车或新能源车"
    assert clinker["difference"] == "自评 A，现场核查 B；申报 A，现场核查 B"
    assert "需人工确认" in clinker["confirm"]


def test_the_grade_leads_back_to_its_cell_in_the_checklist(sent: Path, as_sent: Merged) -> None:
    outcome, (clinker, _) = as_sent
    assert (clinker["file"], clinker["sheet"]) == ("甲.xlsx", "熟料")
    assert open_book(sent / "核查表" / "甲.xlsx").values("熟料")[int(clinker["cell"][1:]) - 1][ord(clinker["cell"][0]) - 65] == "B"
    assert outcome.output is not None
    links = "".join(content.decode() for name, content in parts_of(outcome.output).items() if name.endswith(".rels"))
    assert "收件箱/核查表/甲.xlsx" in links.replace("\\", "/")


def test_what_the_city_decided_stands_beside_it_after_the_next_merge(inbox: Path) -> None:
    outcome, _ = merged(inbox)
    assert outcome.output is not None
    template = load_template("city")
    ledger = previous(outcome.output, template).tables["ledger"]
    sheet = 1 + open_book(outcome.output).sheets.index(ledger.sheet)
    change(outcome.output, sheet, **{f"{ledger.columns['decided']}{FIRST_ROW}": "A"})
    _, (clinker, _) = merged(inbox)
    assert clinker["decided"] == "A"
    assert "市级评定 A，现场核查 B" in clinker["difference"]


def test_a_process_that_no_county_reported_is_said(inbox: Path) -> None:
    write(inbox / "乙.xlsx", applicant(GRINDING, code=CODES[5], name=NAMES[5]), [at_best(GRINDING)])
    _, lines = merged(inbox)
    assert [line["difference"] for line in lines if line["credit_code"] == CODES[5]] == ["企业台账没有这家企业的这道工序"]


def test_without_checklists_there_is_no_such_sheet(tmp_path: Path) -> None:
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0)])
    outcome, lines = merged(tmp_path / "收件箱")
    assert lines == []
    assert outcome.output is not None
    assert load_template("city")["site_checks"].sheet not in open_book(outcome.output).sheets


def test_what_is_wrong_in_a_checklist_stands_in_the_problem_list_and_open_items_do_not(inbox: Path) -> None:
    write(inbox / "乙.xlsx", applicant(GRINDING, code=CODES[1], name=NAMES[1]))
    outcome, _ = merged(inbox)
    codes = {one.code for one in outcome.findings if one.place.file in ("甲.xlsx", "乙.xlsx")}
    assert Code.TABLE_NOT_OFFICIAL in codes
    assert Code.NO_ANSWER not in codes
    assert "甲.xlsx" not in outcome.skipped


def test_checklists_named_one_by_one_are_taken_like_those_in_a_folder(inbox: Path) -> None:
    paths = [*inbox.glob("*.xlsx"), *inbox.glob("核查表/*.xlsx")]
    outcome = merge(paths, inbox.parent / "市级汇总.xlsx", POLICY, MOMENT)
    assert outcome.graded is not None
    assert len(outcome.graded.checks) == 2
    assert outcome.unread == ()


def test_a_process_that_the_ledger_does_not_have_comes_last_even_where_it_has_a_row_twice(tmp_path: Path) -> None:
    folder = tmp_path / "收件箱"
    county_file(folder, "灵宝市", [enterprise(1), enterprise(1), GRINDER])
    write(folder / "甲.xlsx", applicant(CLINKER, GRINDING, code=CODES[0], name=NAMES[0]), [at_best(CLINKER), at_best(GRINDING)])
    _, lines = merged(folder)
    assert [line["process"] for line in lines] == ["粉磨", "熟料"]


# --- checklists that are not given again --------------------------------------------------------------------------------

AWAY = "核查表不在本次文件里，沿用上次，以后的变更与处理没有计入"


def test_results_stay_while_their_checklists_are_away_and_say_so(inbox: Path) -> None:
    """三(三)4: what was checked is summed up for the leading group; a folder that nobody named again takes nothing back."""
    _, before = merged(inbox)
    checklists = shutil.move(inbox / "核查表", inbox.parent / "别处")
    outcome, after = merged(inbox)
    assert [one["site"] for one in after] == ["B", "非引领性"]
    assert [str(one["confirm"]).partition("；")[0] for one in after] == [AWAY, AWAY]
    assert [one.message for one in outcome.findings if one.code is Code.CHECKS_STAY] == ["上次的 2 份核查结果，这次没有给出它们的核查表，【核查结果】里沿用上次"]
    assert [one["confirm"] for one in merged(inbox)[1]] == [one["confirm"] for one in after]
    shutil.move(checklists, inbox / "核查表")
    assert merged(inbox)[1] == before


def test_a_line_goes_where_its_checklist_was_given_again_without_it(inbox: Path) -> None:
    """A checklist corrected to another process: the file is there, and what it said before is not in force."""
    merged(inbox)
    write(inbox / "核查表" / "甲.xlsx", applicant(CLINKER, code=CODES[0], name=NAMES[0]), [at_best(CLINKER)])
    outcome, lines = merged(inbox)
    assert [one["process"] for one in lines] == ["熟料"]
    assert Code.CHECKS_STAY not in {one.code for one in outcome.findings}


def test_a_process_checked_in_another_month_keeps_the_whole_open(tmp_path: Path) -> None:
    """三(三)3: the worse of both processes; August's folder has only one of them, and neither has the county's file of July."""
    inbox = tmp_path / "收件箱"
    cement_county(inbox)
    write(inbox / "甲.xlsx", applicant(GRINDING, code=CODES[0], name=NAMES[0]), [at_best(GRINDING, no_6="敞开")])
    merged(inbox)
    august = tmp_path / "八月"
    august.mkdir()
    write(august / "乙.xlsx", applicant(CLINKER, code=CODES[0], name=NAMES[0]), [at_best(CLINKER)])
    outcome = merge([august], inbox.parent / "市级汇总.xlsx", POLICY, MOMENT)
    assert outcome.output is not None
    clinker, grinding = previous(outcome.output, load_template("city")).tables["site_checks"].records()
    assert (clinker["site"], clinker["overall"]) == ("A", "待核实")
    assert "待核实：粉磨不在这次给出的核查表里" in str(clinker["confirm"])
    assert (grinding["site"], str(grinding["confirm"]).partition("；")[0]) == ("非引领性", AWAY)
    outcome = merge([august, inbox / "灵宝市.xlsx"], inbox.parent / "市级汇总.xlsx", POLICY, MOMENT)       # nor does one who gives that say that there is none
    assert [one.message for one in outcome.findings if one.code is Code.LISTED_NOT_CHECKED] == [f"“{NAMES[0]}”的“粉磨”不在这次给出的核查表里，企业总体等级要连它一起看"]
    assert previous(inbox.parent / "市级汇总.xlsx", load_template("city")).tables["site_checks"].records()[0]["confirm"] == clinker["confirm"]


def test_every_cell_of_a_result_can_be_walked_back(inbox: Path) -> None:
    """To the checklist's grade, to the county's cell, to the city's own word."""
    outcome, _ = merged(inbox)
    assert outcome.output is not None
    columns = previous(outcome.output, load_template("city")).tables["site_checks"].columns
    said = {name: list(trace(outcome.output, f"核查结果!{columns[name]}{FIRST_ROW}", POLICY)) for name in ("site", "conclusion", "decided")}
    assert said["site"][1].startswith("  由核查表得出 ← 甲.xlsx【熟料】C")
    assert "    来自 灵宝市.xlsx【初审意见】P5" in said["conclusion"]
    assert said["decided"][-1] == "    由市局填写，重新汇总时随企业、工序和批次保留"
