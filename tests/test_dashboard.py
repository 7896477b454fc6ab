"""The sheet of figures: charts that can be read however many lines they have, tables with a header on every page, all of it on paper."""

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from msgspec.structs import replace
from openpyxl.worksheet.worksheet import Worksheet

from tests.bench.city import write_city, write_wide_policy
from tests.submissions import CITY, POLICY
from tests.workbooks import parts_of
from xltools.actions.merge import merge
from xltools.books.dashboard import Figures, add_dashboard
from xltools.books.package import workbook_at
from xltools.model.dashboard import Counts, load_dashboard
from xltools.rules.summary import share

WORDS = load_dashboard()
COUNTIES, INDUSTRIES = (next(one for one in WORDS.tallies if one.id == id) for id in ("county_current", "industry_applied"))
GRADES = POLICY.grades
NOW = datetime(2022, 11, 20, 9)
POINTS_A_PAGE = 50 * 15     # rows of 15 points below the repeated title, on A4 at nine tenths


def board(path: Path, *counts: Counts, months: int = 0) -> Worksheet:
    """The sheet of these counts."""
    lines = [{"about": f"2022-{month:02}", "enterprises": 3, "current_good": 3, "current_graded": 3} for month in range(1, months + 1)]
    figures = Figures(WORDS, counts, [share("current", ["A", "D"], POLICY.targets[0], GRADES)], POLICY.targets[0], 100, GRADES, lines)
    with workbook_at(path) as (workbook, styles):
        add_dashboard(workbook, figures, CITY, styles)
    return openpyxl.load_workbook(path)[WORDS.sheet]


def counts(lines: int, *, tally: object = COUNTIES) -> Counts:
    names = [f"示例县{at:03}" for at in range(lines)]
    return Counts(tally, GRADES, {name: (at, 1, 0, 2, 0, 0, 0) for at, name in enumerate(names)}, dict.fromkeys(names, 1))  # type: ignore[arg-type]


def charts(sheet: Worksheet) -> dict[str, tuple[str, int, int, int]]:
    """Title → direction of its bars, "" for none, the row it stands below, its rows, and the lines it shows."""
    found = {}
    for one in sheet._charts:  # type: ignore[attr-defined]
        title = "".join(run.t for part in one.title.tx.rich.p for run in part.r or [])
        area = one.series[0].cat.strRef.f.rpartition("!")[2].replace("$", "").split(":")
        start, end = one.anchor._from.row, one.anchor.to.row
        found[title] = (getattr(one, "barDir", ""), start, end - start, int(area[-1][1:]) - int(area[0][1:]) + 1)
    return found


def rows_of(sheet: Worksheet, text: str) -> list[int]:
    return [cell.row for cell in sheet["A"] if cell.value == text]


@pytest.mark.parametrize(("lines", "direction"), [(1, "col"), (8, "col"), (12, "col"), (13, "bar"), (40, "bar")])
def test_more_bars_than_names_fit_side_by_side_lie(tmp_path: Path, lines: int, direction: str) -> None:
    assert charts(board(tmp_path / "a.xlsx", counts(lines)))[COUNTIES.title][0] == direction


@pytest.mark.parametrize("lines", [13, 20, 40])
def test_a_chart_grows_with_its_lines_and_never_beyond_a_page(tmp_path: Path, lines: int) -> None:
    """20 pixels for each of the names, which LibreOffice needs to show them all, besides 150 for title, axis and legend."""
    _, _, rows, shown = charts(board(tmp_path / "a.xlsx", counts(lines)))[COUNTIES.title]
    assert shown == lines
    assert 20 * rows >= 20 * lines + 150
    assert 15 * rows <= POINTS_A_PAGE


def test_counts_of_more_lines_than_a_page_has_come_in_parts_each_with_heading_header_and_chart(tmp_path: Path) -> None:
    sheet = board(tmp_path / "a.xlsx", counts(100))
    titles = [COUNTIES.title, f"{COUNTIES.title}（续2）", f"{COUNTIES.title}（续3）"]
    starts = [row for title in titles for row in rows_of(sheet, title)]
    assert len(starts) == 3
    label = CITY["enterprises"]["county"].label
    assert rows_of(sheet, label) == [row + 1 for row in starts]
    found = charts(sheet)
    assert [(title, found[title][3]) for title in titles] == list(zip(titles, (33, 33, 34), strict=True))
    breaks = [one.id + 1 for one in sheet.row_breaks.brk]
    assert set(starts) <= set(breaks)
    assert {found[title][1] for title in titles} <= set(breaks)
    total = rows_of(sheet, WORDS.total)[0]
    assert sheet.cell(total, 2).value == f"=SUM(B{starts[0] + 2}:B{total - 1})"


def test_no_block_is_cut_by_the_end_of_a_page(tmp_path: Path) -> None:
    for lines in (8, 20, 40, 41, 90):
        sheet = board(tmp_path / f"{lines}.xlsx", counts(lines), counts(lines, tally=INDUSTRIES), counts(3, tally=replace(COUNTIES, title="又一张")))
        last = max(start + rows for _, start, rows, _ in charts(sheet).values())
        edges = [3, *(one.id + 1 for one in sheet.row_breaks.brk), last + 1]
        heights = [sum(sheet.row_dimensions[row].height or 15 for row in range(start, end)) for start, end in pairwise(edges)]
        assert max(heights) <= POINTS_A_PAGE + 30, (lines, heights)


def test_all_rows_are_printed_however_far_the_tables_grow(tmp_path: Path) -> None:
    assert board(tmp_path / "a.xlsx", counts(8)).print_area == f"'{WORDS.sheet}'!$A$1:$J$1048576"


@pytest.mark.parametrize(("months", "count"), [(1, 0), (2, 1)])
def test_one_month_makes_no_line(tmp_path: Path, months: int, count: int) -> None:
    sheet = board(tmp_path / "a.xlsx", counts(3), months=months)
    found = charts(sheet)
    assert [one[2] >= 19 for title, one in found.items() if title == WORDS.history.chart] == [True] * count     # five lines with their numbers
    assert found[COUNTIES.title][1] == rows_of(sheet, WORDS.total)[0] + 1


def test_a_bracket_in_a_header_of_the_months_stands_on_a_line_of_its_own(tmp_path: Path) -> None:
    sheet = board(tmp_path / "a.xlsx", counts(3), months=1)
    heads = [cell.value for cell in sheet[rows_of(sheet, WORDS.history.title)[0] + 1] if cell.value]
    assert [one for one in heads if "（" in one] == ["现有等级\n（较差）", "申报等级\n（较差）", "初审结论\n（较差）", "市级评定\n等级\n（较差）"]


# --- brought up to date inside the package ----------------------------------------------------------------------------


def city(folder: Path, counties: int, path: Path, at: int = 0, files: int = 2) -> None:
    """A merge of so many files in a city of so many counties."""
    policy = write_wide_policy(folder / f"{at}政策", counties)
    write_city(folder / f"{at}收件箱", files, 2, policy=policy)
    merge([folder / f"{at}收件箱"], path, policy, NOW + timedelta(hours=at))


def test_charts_and_print_brought_up_to_date_are_those_of_a_new_summary(tmp_path: Path) -> None:
    path, fresh = tmp_path / "市级汇总.xlsx", tmp_path / "新.xlsx"
    city(tmp_path, 3, path)
    book = openpyxl.load_workbook(path)
    book[WORDS.sheet].print_area = "A1:J73"     # as it was made when the tables were short
    book.save(path)
    for counties, at, other in ((41, 1, path), (41, 2, fresh)):
        city(tmp_path, counties, other, at)
    old, new = (openpyxl.load_workbook(one)[WORDS.sheet] for one in (path, fresh))
    assert len(charts(new)) >= 5
    assert charts(old) == charts(new)
    assert [one.id for one in old.row_breaks.brk] == [one.id for one in new.row_breaks.brk]
    assert old.print_area == new.print_area == f"'{WORDS.sheet}'!$A$1:$J$1048576"


def test_a_chart_whose_counts_are_no_more_is_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "市级汇总.xlsx"
    city(tmp_path, 41, path, 0, 41)
    assert f"{COUNTIES.title}（续2）" in charts(openpyxl.load_workbook(path)[WORDS.sheet])
    city(tmp_path, 3, path, 1)
    found = charts(openpyxl.load_workbook(path)[WORDS.sheet])
    assert found[COUNTIES.title][0] == "col"
    assert [title for title in found if "续" in title] == []
    assert [name for name, data in parts_of(path).items() if name.startswith("xl/charts/") and "（续2）".encode() in data] == []
