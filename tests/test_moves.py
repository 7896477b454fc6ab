"""What changed since the last merge, and a log in which a removed or edited line shows."""

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from msgspec.structs import replace

from tests.county_files import NAMES, POLICY, county_file, enterprise
from tests.submissions import CITY
from tests.test_identity import A, B, codes, county, merged, read
from xltools.actions.merge import merge
from xltools.books.file import open_book
from xltools.model.code import Code
from xltools.model.form import FIRST_ROW
from xltools.model.outcome import Outcome
from xltools.model.table import Table
from xltools.rules.city import city_records
from xltools.rules.journal import broken, head
from xltools.rules.moves import ADDED, CHANGED, DOWN, FIRST_TIME, GONE, RESTORED, TOTAL, UP

Tables = dict[str, Table]


def told(tables: Tables) -> list[tuple[object, ...]]:
    """(kind, name, item, before, after) of every line but the one that sums up."""
    lines = zip(*(tables["moves"].cells[name] for name in ("move", "name", "item", "before", "after")), strict=True)
    return [line for line in lines if line[0] != TOTAL]


def total(tables: Tables) -> str:
    return str(tables["moves"].cells["after"][0])


def test_the_first_merge_says_that_there_is_nothing_to_compare() -> None:
    _, tables = merged(read(county("灵宝市", (A, "甲公司", "铸件"))))
    assert total(tables) == FIRST_TIME
    assert told(tables) == []


def test_rows_that_came_and_went_are_listed_and_enterprises_counted() -> None:
    _, tables = merged(read(county("灵宝市", (A, "甲公司", "铸件"), (A, "甲公司", "烧结"))))
    _, after = merged(read(county("灵宝市", (A, "甲公司", "铸件"), (B, "乙公司", "熟料"))), tables, day=26)
    assert told(after) == [(ADDED, "乙公司", None, None, None), (GONE, "甲公司", None, None, None)]
    assert total(after) == "新增1行，消失1行，修改0格；等级上升0次，下降0次；企业有进有出：进1家，出0家"
    assert set(after["moves"].cells["moment"]) == {"2022-07-25 00:00:00 → 2022-07-26 00:00:00"}


def test_a_corrected_code_is_a_changed_cell_and_no_new_row() -> None:
    _, tables = merged(read(county("灵宝市", ("123", "甲公司", "铸件"))))
    _, after = merged(read(county("灵宝市", (A, "甲公司", "铸件"))), tables)
    assert told(after) == [(CHANGED, "甲公司", "统一社会信用代码", "123", A)]


def sent(grade: str) -> Outcome:
    one = county("灵宝市", (A, "甲公司", "铸件"))
    return read(replace(one, tables={"screening": one.tables["screening"].with_cells({"applied": [grade]})}))


def decided(tables: Tables, grade: str) -> Tables:
    """The tables with the one grade that the city decided."""
    return {**tables, "ledger": tables["ledger"].with_cells({"decided": [grade]})}


@pytest.mark.parametrize(("old", "new", "move"), [("C", "B", UP), ("A", "B", DOWN), ("B", "引领性", CHANGED), ("长期停产", "未评级", CHANGED), ("长期停产", "B", CHANGED)])
def test_grades_go_up_or_down_where_one_scheme_ranks_both(old: str, new: str, move: str) -> None:
    _, tables = merged(sent(old))
    _, after = merged(sent(new), tables)
    assert (move, "甲公司", CITY["ledger"]["applied"].label, old, new) in told(after)


def test_what_the_city_decided_is_a_move_with_its_reason() -> None:
    run = read(county("灵宝市", (A, "甲公司", "铸件")))
    _, tables = merged(run)
    _, tables = merged(run, decided(tables, "C"))
    _, after = merged(run, decided(tables, "B"))
    assert told(after) == [(UP, "甲公司", "市级评定等级（较差）", "C", "B")]


def test_a_cell_that_somebody_changed_in_the_summary_is_put_back_with_the_reason(tmp_path: Path) -> None:
    """Only where the county's file is the one that was merged last time; a renamed file is still that one."""
    inbox, output = tmp_path / "收件箱", tmp_path / "市级汇总.xlsx"
    county_file(inbox, "灵宝市", [enterprise(0), enterprise(1)])
    county_file(inbox, "湖滨区", [enterprise(2)])
    merge([inbox], output, POLICY, datetime(2022, 7, 25, 9))
    book = openpyxl.load_workbook(output)
    sheet = book[CITY["ledger"].sheet]
    at = {cell.value: cell.column for cell in sheet[FIRST_ROW - 1]}
    for row in (FIRST_ROW, FIRST_ROW + 1, FIRST_ROW + 2):  # 湖滨区, then both of 灵宝市
        sheet.cell(row, at["产能"]).value = 1
    sheet.cell(FIRST_ROW + 1, at["拟申报等级"]).value = "A"
    book.save(output)
    (inbox / "湖滨区.xlsx").rename(inbox / "湖滨区7月.xlsx")
    county_file(inbox, "灵宝市", [enterprise(0), enterprise(1, capacity=30000.0)])
    merge([inbox], output, POLICY, datetime(2022, 7, 26, 9))
    lines = [dict(zip(("file", "move", "item", "before", "after", "reason"), (row[12], row[1], *row[8:12]), strict=True)) for row in open_book(output).values(CITY["moves"].sheet)[FIRST_ROW:]]
    told = [tuple(line.values()) for line in lines if line["move"] != TOTAL]
    assert told == [
        ("湖滨区7月.xlsx", CHANGED, "产能", "1", "20000", RESTORED),
        ("灵宝市.xlsx", CHANGED, "产能", "1", "20000", None),
        ("灵宝市.xlsx", DOWN, "拟申报等级", "A", "B", None),
        ("灵宝市.xlsx", CHANGED, "产能", "1", "30000", None),
    ]


def test_without_a_change_the_last_changes_stay() -> None:
    one, two = (read(county("灵宝市", (code, "甲公司", "铸件"))) for code in (A, B))
    _, tables = merged(one)
    _, tables = merged(two, tables, day=26)
    _, after = merged(two, tables, day=27)
    assert after["moves"].records() == tables["moves"].records()


# --- the log ----------------------------------------------------------------------------------------------------------


def three_runs() -> Tables:
    tables: Tables = {}
    for day in (25, 26, 27):
        _, tables = merged(read(county("灵宝市", (A, "甲公司", "铸件")), county("渑池县", (B, "乙公司", "烧结"))), tables, day=day)
    return tables


def test_the_log_only_grows_and_holds_together() -> None:
    log = three_runs()["log"]
    assert list(log.cells["about"]) == [f"{at:06}" for at in range(1, 7)]
    assert broken(log, [str(part) for part in head(log)]) == []


def test_sorting_the_log_does_not_break_it() -> None:
    log = three_runs()["log"]
    assert broken(city_records(CITY["log"], sorted(log.records(), key=lambda one: str(one["county"])))) == []


def without(log: Table, at: int) -> Table:
    """The log without one of its lines, counted from 0."""
    return log.only(number != at for number in range(len(log.rows)))


@pytest.mark.parametrize("at", range(6))
def test_every_edited_or_removed_line_shows(at: int) -> None:
    log = three_runs()["log"]
    said = [str(part) for part in head(log)]
    edited = log.with_cells({"seen": [99 if number == at else seen for number, seen in enumerate(log.cells["seen"])]})
    assert Code.LOG_CHANGED in {one.code for one in broken(edited, said)}
    assert {one.code for one in broken(without(log, at), said)} == {Code.LOG_CUT if at == 5 else Code.LOG_GAP}


def test_a_merge_reports_a_broken_log() -> None:
    tables = three_runs()
    run, _ = merged(read(county("灵宝市", (A, "甲公司", "铸件"))), {**tables, "log": without(tables["log"], 2)})
    assert Code.LOG_GAP in codes(run)


# --- in files ---------------------------------------------------------------------------------------------------------


def contents(path: Path) -> dict[str, list[list[object]]]:
    """Every sheet of a summary but the log; without the line that says when."""
    book = open_book(path)
    return {name: [list(row) for row in book.values(name)][2 if name == CITY["board"].sheet else 0 :] for name in book.sheets if name != CITY["log"].sheet}


def test_merging_the_same_files_again_changes_no_cell_and_a_cut_log_is_said(tmp_path: Path) -> None:
    inbox, output = tmp_path / "收件箱", tmp_path / "市级汇总.xlsx"
    county_file(inbox, "灵宝市", [enterprise(0), enterprise(1)])
    county_file(inbox, "湖滨区", [enterprise(1, process="制芯"), enterprise(2, capacity="很多")])
    merge([inbox], output, POLICY, datetime(2022, 7, 25, 9))
    once = contents(output)
    again = merge(sorted(inbox.iterdir(), reverse=True), output, POLICY, datetime(2022, 7, 26, 9))
    assert contents(output) == once
    assert not codes(again) & {Code.LOG_GAP, Code.LOG_CHANGED, Code.LOG_CUT}
    book = openpyxl.load_workbook(output)
    sheet = book[CITY["log"].sheet]
    sheet.delete_rows(sheet.max_row)
    book.save(output)
    assert Code.LOG_CUT in codes(merge([inbox], output, POLICY, datetime(2022, 7, 27, 9)))


def test_a_cell_that_changed_is_listed_with_its_source(tmp_path: Path) -> None:
    inbox, output = tmp_path / "收件箱", tmp_path / "市级汇总.xlsx"
    county_file(inbox, "灵宝市", [enterprise(0)])
    merge([inbox], output, POLICY, datetime(2022, 7, 25, 9))
    county_file(inbox, "灵宝市", [enterprise(0, capacity=30000.0)])
    merge([inbox], output, POLICY, datetime(2022, 7, 26, 9))
    lines = open_book(output).values(CITY["moves"].sheet)[FIRST_ROW:]
    assert [value for value in lines[0] if value is not None][1:] == [
        CHANGED, CITY["ledger"].sheet, "灵宝市", NAMES[0], enterprise(0)["credit_code"], "铸件", "7月", CITY["ledger"]["capacity"].label, "20000", "30000", "灵宝市.xlsx", "排查清单", "A5",
    ]  # fmt: skip
