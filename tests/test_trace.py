"""Every figure and every cell of the summary can be walked back to the county's cell."""

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from tests.county_files import county_file, enterprise
from tests.submissions import CITY, POLICY
from xltools.actions.merge import merge
from xltools.actions.run import read_summary
from xltools.actions.trace import figures, trace
from xltools.actions.trace_board import on_board
from xltools.books.file import open_book
from xltools.faces.cli import run
from xltools.model.address import column_letters
from xltools.model.code import Code
from xltools.model.dashboard import load_dashboard
from xltools.model.finding import StopError
from xltools.rules.figures import figure_at

SUMMARY = Path(__file__).parent.parent / "workbooks" / CITY.file
BOARD = load_dashboard()


def test_every_figure_of_the_example_counts_rows_that_add_up() -> None:
    found = figures(SUMMARY, POLICY)
    wrong = {cell: (one.line, one.column, one.counted, one.value) for cell, one in found.items() if not one.agrees}
    assert wrong == {}
    grid = open_book(SUMMARY).values(BOARD.sheet)
    numbers = [(row, column) for row, cells in enumerate(grid) for column, value in enumerate(cells) if isinstance(value, int | float) and column]
    months = len([one for one in found.values() if one.kept is not None and one.column == CITY["history"]["enterprises"].label])
    assert len(found) == len(numbers) - len(BOARD.share.grades) - months  # all but the targets, which are set
    assert months == 1
    assert len(found) > 100


def test_a_figure_names_its_rows_and_their_sources() -> None:
    cell, one = next((cell, one) for cell, one in figures(SUMMARY, POLICY).items() if len(one.rows) == 2 and one.form == "ledger")
    lines = list(trace(SUMMARY, f"{BOARD.sheet}!{cell}", POLICY))
    assert "与表中一致" in lines[2]
    assert sum(line.startswith("  · 第") and "【" in line for line in lines) == 2
    assert str(one.rows[0]) in lines[1]


def test_a_target_names_the_clause_that_set_it(capsys: pytest.CaptureFixture[str]) -> None:
    """三环文〔2022〕69号 一: not less than 20 % by the end of 2022; in the table of shares and in that of months."""
    grid = open_book(SUMMARY).values(BOARD.sheet)
    targets = [f"{column_letters(column + 1)}{row + 1}" for row, cells in enumerate(grid) for column, value in enumerate(cells) if value == 0.2 and isinstance(value, float)]
    assert len(targets) == len(BOARD.share.grades) + 1
    for cell in targets:
        assert run(["trace", str(SUMMARY), f"{BOARD.sheet}!{cell}"]) == 0
        said = capsys.readouterr().out
        assert "政策设定的目标“A、B（含B-）级和引领性企业占比”" in said
        assert "依据 三环文〔2022〕69号 一" in said


def test_a_figure_of_a_month_names_the_merge_that_wrote_it() -> None:
    cell = next(cell for cell, one in figures(SUMMARY, POLICY).items() if one.kept is not None and one.column == CITY["enterprises"]["conclusion"].label)
    lines = list(trace(SUMMARY, f"{BOARD.sheet}!{cell}", POLICY))
    assert "2022-07-25 09:00:00 那次汇总得出" in lines[1]
    assert "与表中一致" in lines[2]


def test_the_command_line_prints_the_trail(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", str(SUMMARY), f"{CITY['ledger'].sheet}!C5"]) == 0
    assert "原文件填的是" in capsys.readouterr().out
    assert run(["trace", str(SUMMARY), "H12"]) == 1


@pytest.mark.parametrize("form", ["ledger", "tracking", "enterprises"])
def test_a_cell_says_where_it_came_from(form: str) -> None:
    lines = "\n".join(trace(SUMMARY, f"{CITY[form].sheet}!C5", POLICY))
    assert ".xlsx【" in lines


def test_what_the_city_writes_is_said_to_be_the_citys() -> None:
    at = [one.name for one in CITY["ledger"]].index("city_opinion")
    letters = chr(65 + at) if at < 26 else f"A{chr(65 + at - 26)}"
    assert "由市局填写" in "\n".join(trace(SUMMARY, f"{CITY['ledger'].sheet}!{letters}5", POLICY))


@pytest.mark.parametrize("name", ["灵宝市", "灵宝市[2] (改)"])
def test_of_several_files_with_one_name_the_one_that_was_merged_is_shown(tmp_path: Path, name: str) -> None:
    """The inbox of another year beside this one's, under a name that comes first; and brackets, which a search for files would take for its own."""
    output = tmp_path / CITY.file
    merged = county_file(tmp_path / "收件箱2022", "灵宝市", [enterprise(0, industry="铸造")])
    merge([merged.rename(merged.with_stem(name))], output, POLICY, datetime(2022, 7, 25, 9))
    other = county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0, industry="砖瓦窑")])
    other.rename(other.with_stem(name))
    cell = f"{CITY['ledger'].sheet}!{column_letters([one.name for one in CITY['ledger']].index('industry') + 1)}5"
    said = "\n".join(trace(output, cell, POLICY))
    assert "原文件填的是：铸造" in said
    assert "又改过" not in said
    (tmp_path / "收件箱2022" / f"{name}.xlsx").unlink()
    assert "又改过" in "\n".join(trace(output, cell, POLICY))


@pytest.mark.parametrize("reference", ["H12", "没有!A1", f"{BOARD.sheet}!A1", f"{CITY['ledger'].sheet}!A99999"])
def test_what_cannot_be_traced_is_said(reference: str) -> None:
    with pytest.raises(StopError) as stop:
        list(trace(SUMMARY, reference, POLICY))
    assert stop.value.finding.code is Code.NOT_TRACED
    assert len(stop.value.finding.message.partition("不能溯源：")[2]) > 5


def board_cell(column: str, county: str) -> str:
    grid = open_book(SUMMARY).values(CITY["board"].sheet)
    head = next(at for at, row in enumerate(grid) if CITY["board"]["county"].label in row)
    line = next(at for at, row in enumerate(grid) if at > head and row[0] == county)
    return f"{CITY['board'].sheet}!{column_letters(grid[head].index(CITY['board'][column].label) + 1)}{line + 1}"


def test_every_number_of_the_first_sheet_says_what_it_counts_and_agrees() -> None:
    book, tables = read_summary(SUMMARY)
    grid = book.values(CITY["board"].sheet)
    numbers = [(row + 1, column + 1) for row, cells in enumerate(grid) for column, value in enumerate(cells) if isinstance(value, int | float)]
    said = {place: on_board(book, tables, place) for place in numbers}
    assert len(said) > 40
    assert {place: lines for place, lines in said.items() if not lines or "不一致" in lines[0]} == {}


def test_the_numbers_in_large_type_name_what_the_last_merge_received_and_found(tmp_path: Path) -> None:
    """灵宝市 is away at the second merge: its file, its county and what was wrong in it count in none of the numbers; that both counties have the same row does."""
    output, folder = tmp_path / CITY.file, tmp_path / "区县"
    county_file(folder, "灵宝市", [enterprise(0, capacity="很多"), enterprise(2)])
    here = county_file(folder, "湖滨区", [enterprise(1, capacity="若干"), enterprise(2)])
    said = {}
    for hour, inputs in ((9, [folder]), (10, [here])):
        merge(inputs, output, POLICY, datetime(2022, 7, 25, hour))
        book, tables = read_summary(output)
        large = [text for row, column in ((4, 1), (4, 3), (4, 9)) for text in on_board(book, tables, (row, column))]
        said[len(inputs), inputs[0].name] = [text.partition("：")[2] for text in large]
        assert on_board(book, tables, (1, 1)) == []
    both, one = said.values()
    assert both[0].endswith("报送的县（市、区）：湖滨区、灵宝市")
    assert both[1].endswith("收到的文件：湖滨区.xlsx、灵宝市.xlsx")
    assert "现有 4 行，与表中一致" in both[2]
    assert one[0].endswith("报送的县（市、区）：湖滨区")
    assert one[1].endswith("收到的文件：湖滨区.xlsx")
    assert "现有 3 行（不含沿用的 1 行），与表中一致" in one[2]


@pytest.mark.parametrize(("column", "words"), [("errors", "问题清单"), ("rows", "企业台账"), ("reviews", "初审汇总"), ("on_time", "报送情况"), ("file", "灵宝市.xlsx")])
def test_a_cell_of_a_county_on_the_first_sheet_says_where_to_look(column: str, words: str) -> None:
    assert words in "\n".join(trace(SUMMARY, board_cell(column, "灵宝市"), POLICY))


def test_the_notes_below_the_first_sheets_table_are_no_county() -> None:
    grid = open_book(SUMMARY).values(CITY["board"].sheet)
    total = next(row for row, line in enumerate(grid) if line[0] == BOARD.board.total)
    notes = [row + 1 for row, line in enumerate(grid) if row > total and line[0]]
    assert len(notes) > 2
    for row in notes:
        with pytest.raises(StopError) as stop:
            list(trace(SUMMARY, f"{CITY['board'].sheet}!A{row}", POLICY))
        assert "不是数据" in stop.value.finding.message


def test_a_joined_value_names_the_cell_in_the_other_sheet() -> None:
    frame = read_summary(SUMMARY)[1]["ledger"]
    row = int(str(frame.frame.index[frame.frame["conclusion"].notna()][0]))
    lines = list(trace(SUMMARY, f"{frame.sheet}!{frame.columns['conclusion']}{row}", POLICY))
    assert "同一企业同一工序的行带入" in lines[1]
    assert "【初审意见】" in lines[2]
    assert "原文件填的是" in lines[3]


def test_the_log_is_printed_with_its_chain_and_a_cut_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", str(SUMMARY), "--log"]) == 0
    assert "环环相扣" in capsys.readouterr().out
    book = openpyxl.load_workbook(SUMMARY)
    book[CITY["log"].sheet].delete_rows(10)
    book.save(tmp_path / "市级汇总.xlsx")
    assert run(["trace", str(tmp_path / "市级汇总.xlsx"), "--log"]) == 1
    assert "不完整" in capsys.readouterr().out


TITLE = BOARD.tallies[0].title


@pytest.mark.parametrize(("grid", "place"), [([[None, 5.0]], (0, 1)), ([[TITLE, 5.0]], (0, 1)), ([[TITLE, None], ["县（市、区）", 2022.0]], (1, 1))])
def test_a_number_above_the_tables_or_in_their_heads_counts_nothing(grid: list[list[object]], place: tuple[int, int]) -> None:
    assert figure_at(grid, place, BOARD, {}, POLICY) is None
