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
