"""A merge compared with the end of any month, and decisions taken along from one summary to another."""

import shutil
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from tests.county_files import POLICY, county_file, enterprise
from tests.submissions import CITY
from xltools.actions.merge import Earlier, merge, merge_with
from xltools.actions.since import decisions_in, export_names
from xltools.books.file import open_book
from xltools.faces.cli import run
from xltools.model.code import Code
from xltools.model.finding import StopError
from xltools.model.form import FIRST_ROW, HEADER_ROW
from xltools.model.outcome import Outcome
from xltools.rules.moves import CHANGED, GONE, NO_REASON, RESENT, TOTAL, UP

MOVES, CONFLICTS, NAMES_SHEET = (CITY[name] for name in ("moves", "conflicts", "names"))


def merged(folder: Path, month: int, since: str = "", names: Path | None = None) -> Outcome:
    return merge_with([folder / "收件箱"], folder / "市级汇总.xlsx", (POLICY, datetime(2022, month, 25, 9)), Earlier(since, names), lambda done, total, name: None)


@pytest.fixture(scope="module")
def three_months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Merged at the ends of July, August and September, each time with another capacity."""
    folder = tmp_path_factory.mktemp("三个月")
    for month, capacity in ((7, 1000.0), (8, 2000.0), (9, 3000.0)):
        county_file(folder / "收件箱", "灵宝市", [enterprise(0, capacity=capacity)])
        merged(folder, month)
    return folder


@pytest.fixture
def summary(three_months: Path, tmp_path: Path) -> Path:
    """A copy of the three months for one test."""
    shutil.copytree(three_months, tmp_path, dirs_exist_ok=True)
    return tmp_path / "市级汇总.xlsx"


def lines(path: Path) -> list[dict[str, object]]:
    grid = open_book(path).values(MOVES.sheet)
    labels = {str(value): column for column, value in enumerate(grid[HEADER_ROW - 1])}
    return [{one.name: row[labels[one.label]] for one in MOVES} for row in grid[FIRST_ROW - 1 :]]


@pytest.mark.parametrize(("since", "before", "moment"), [("2022-07", "1000", "2022-07-25"), ("2022-08", "2000", "2022-08-25"), ("2022-08-24", "1000", "2022-07-25")])
def test_changes_are_against_the_end_of_the_month_asked_for(summary: Path, since: str, before: str, moment: str) -> None:
    assert merged(summary.parent, 10, since).output == summary
    first, change = lines(summary)
    assert (first["move"], change["move"], change["before"], change["after"]) == (TOTAL, CHANGED, before, "3000")
    assert str(change["moment"]).startswith(moment)


def test_nothing_changed_since_a_month_says_so(summary: Path) -> None:
    merged(summary.parent, 10, "2022-09")
    assert [one["move"] for one in lines(summary)] == [TOTAL]
    assert str(lines(summary)[0]["after"]).startswith("新增0行，消失0行，修改0格")


@pytest.mark.parametrize("since", ["2022-06", "2022-07-24", "七月", "2022-13"])
def test_a_month_before_the_first_merge_is_refused_and_nothing_written(summary: Path, since: str) -> None:
    content = summary.read_bytes()
    with pytest.raises(StopError) as stop:
        merged(summary.parent, 10, since)
    assert stop.value.finding.code is Code.NO_STATE
    assert summary.read_bytes() == content


def test_rises_and_rows_gone_are_counted_by_reason(tmp_path: Path) -> None:
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0, applied="C"), enterprise(1), enterprise(2)])
    merged(tmp_path, 7)
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0, applied="B")])
    merged(tmp_path, 8)
    told = {str(one["item"]): one["after"] for one in lines(tmp_path / "市级汇总.xlsx") if one["move"] == TOTAL and one["item"]}
    assert told[GONE] == f"{RESENT}：2处"
    assert str(told[UP]).startswith(f"{NO_REASON}：")


# --- decisions --------------------------------------------------------------------------------------------------------


def two_counties(folder: Path) -> None:
    for name in ("灵宝市", "湖滨区"):
        county_file(folder / "收件箱", name, [enterprise(0)])


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A summary of this year in which a person decided about an enterprise that two counties report. To be read only."""
    folder = tmp_path_factory.mktemp("今年")
    two_counties(folder)
    merged(folder, 7)
    path = folder / "市级汇总.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book[CONFLICTS.sheet]
    column = [one.name for one in CONFLICTS].index("decision") + 1
    sheet.cell(FIRST_ROW, column, "以甲方为准")
    book.save(path)
    merged(folder, 8)
    return path


def test_a_decision_goes_along_with_its_date_and_is_not_asked_again(decided: Path, tmp_path: Path) -> None:
    output, later = tmp_path / "名称对照.xlsx", tmp_path / "明年"
    assert export_names(decided, output, POLICY) == 1
    found = decisions_in(output)
    assert [(one["decision"], one["decided_date"]) for one in found] == [("以甲方为准", date(2022, 8, 25))]
    two_counties(later)
    asked = open_book(merged(later, 7).output or later).values(CONFLICTS.sheet)
    assert len(asked) >= FIRST_ROW
    (later / "市级汇总.xlsx").unlink()
    outcome = merged(later, 7, names=output)
    assert Code.NAMES_TAKEN in {one.code for one in outcome.findings}
    book = open_book(later / "市级汇总.xlsx")
    assert CONFLICTS.sheet not in book.sheets
    assert date(2022, 8, 25) in book.values(NAMES_SHEET.sheet)[FIRST_ROW - 1]


def test_a_summary_in_which_nothing_was_decided_yet_gives_no_decisions(tmp_path: Path) -> None:
    two_counties(tmp_path)
    merged(tmp_path, 7)
    assert export_names(tmp_path / "市级汇总.xlsx", tmp_path / "名称对照.xlsx", POLICY) == 0
    assert decisions_in(tmp_path / "名称对照.xlsx") == []


def test_decisions_are_exported_by_command_and_never_over_a_file(decided: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "名称对照.xlsx"
    assert run(["names", str(decided), "-o", str(output)]) == 0
    assert run(["names", str(decided), "-o", str(output)]) == 1
    assert "1 条决定已写到" in capsys.readouterr().out
    assert run(["merge", str(decided.parent / "收件箱"), "-o", str(tmp_path / "新.xlsx"), "--names", str(output)]) in (0, 1)


def test_a_whole_summary_gives_its_decisions_and_a_county_file_is_refused(decided: Path) -> None:
    assert len(decisions_in(decided)) == 1
    with pytest.raises(StopError) as stop:
        decisions_in(decided.parent / "收件箱" / "灵宝市.xlsx")
    assert stop.value.finding.code is Code.NOT_OUR_BOOK


def test_a_first_merge_has_nothing_to_compare_with(tmp_path: Path) -> None:
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0)])
    merge([tmp_path / "收件箱"], tmp_path / "市级汇总.xlsx", POLICY, datetime(2022, 7, 25))
    with pytest.raises(StopError):
        merged(tmp_path, 8, "2022-06")
