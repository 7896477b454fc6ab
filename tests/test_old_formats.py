"""Workbooks in .xls and .ods: what their own formats bring with them."""

import contextlib
import struct
from datetime import datetime, time
from pathlib import Path

import pytest

from tests.workbooks import BOOKS, everything, ods, ods_cell, ods_row, opened, reason, sheet_of
from xltools.books.base import Cell
from xltools.books.biff import facts_of
from xltools.books.xml import DAMAGED, TOO_LARGE
from xltools.model.finding import StopError


@pytest.mark.parametrize("at", range(512, len(BOOKS["values.xls"]), 397))
def test_a_broken_xls_costs_only_itself(tmp_path: Path, at: int) -> None:
    spoilt = bytearray(BOOKS["values.xls"])
    spoilt[at : at + 16] = b"\xff" * 16
    with contextlib.suppress(StopError):
        assert len(everything(tmp_path, bytes(spoilt), "甲县.xls")) > 0


def test_an_xls_that_dies_in_the_child_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = tmp_path / "dying.py"
    dying.write_text("import os; os.abort()")
    monkeypatch.setattr("xltools.books.foreign.child.__file__", str(dying))
    assert reason(tmp_path, BOOKS["values.xls"]) == "文件已损坏，或者读取时超出时间、内存上限"


def test_an_xls_that_never_ends_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = tmp_path / "endless.py"
    endless.write_text("import time; time.sleep(60)")
    monkeypatch.setattr("xltools.books.foreign.child.__file__", str(endless))
    monkeypatch.setattr("xltools.books.foreign.PATIENCE", 0.5)
    assert reason(tmp_path, BOOKS["values.xls"]) == "文件已损坏，或者读取时超出时间、内存上限"


def xls_with_a_cell_at(row: int, column: int) -> bytes:
    """The .xls with the number of C2 moved to this place, counted from 0."""
    data = bytearray(BOOKS["values.xls"])
    struct.pack_into("<HH", data, data.index(struct.pack("<HHHH", 0x203, 14, 1, 2)) + 4, row, column)
    return bytes(data)


def test_a_stray_cell_of_an_xls_is_kept_beside_the_grid(tmp_path: Path) -> None:
    found = opened(tmp_path, xls_with_a_cell_at(59_999, 99), "甲县.xls")
    assert found.facts("各种值").far == {"CV60000": 1e15}
    assert found.values("各种值")[1] == [12.5, -3.0, None, True, False, None, None]


def test_an_xls_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    assert reason(tmp_path, xls_with_a_cell_at(65_535, 255)) == "文件已损坏，或者读取时超出时间、内存上限"


def test_the_facts_of_an_xls_tell_error_values_from_texts() -> None:
    first = facts_of(BOOKS["values.xls"]).sheets[0]
    assert first.errors == [(4, 3, "#DIV/0!"), (4, 4, "#N/A")]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (ods_cell('office:value-type="boolean" office:boolean-value="true"'), True),
        (ods_cell('office:value-type="percentage" office:value="0.8"', "<text:p>80%</text:p>"), 0.8),
        (ods_cell('office:value-type="time" office:time-value="PT08H30M00S"'), time(8, 30)),
        (ods_cell('office:value-type="time" office:time-value="PT36H00M00S"'), 1.5),
        (ods_cell('office:value-type="date" office:date-value="2022-06-30T08:00:00"'), datetime(2022, 6, 30, 8)),
        (ods_cell('office:value-type="string"', "<text:p>a<text:s text:c='3'/>b<text:tab/>c</text:p><text:p>d</text:p>"), "a   b\tc\nd"),
        (ods_cell('office:value-type="string"', "<text:p>甲<text:span>乙</text:span></text:p>"), "甲乙"),
        (ods_cell('office:value-type="string"', "<office:annotation><text:p>批注</text:p></office:annotation><text:p>甲</text:p>"), "甲"),
        (ods_cell('office:value-type="string"', "<text:p><text:ruby><text:ruby-base>三</text:ruby-base><text:ruby-text>sān</text:ruby-text></text:ruby></text:p>"), "三"),
    ],
)
def test_an_ods_cell_is_read_as_its_type(tmp_path: Path, cell: str, value: Cell) -> None:
    assert sheet_of(tmp_path, ods(ods_row(cell))) == [[value]]


def test_repeated_ods_cells_and_rows_are_spread_and_empty_ones_cost_nothing(tmp_path: Path) -> None:
    filled = ods_cell('office:value-type="float" office:value="7" table:number-columns-repeated="2"')
    rows = [ods_row(filled, attributes='table:number-rows-repeated="2"'), ods_row(ods_cell('table:number-columns-repeated="16384"'), attributes='table:number-rows-repeated="1048574"')]
    assert sheet_of(tmp_path, ods("".join(rows))) == [[7.0, 7.0], [7.0, 7.0]]


def test_tracked_changes_of_an_ods_are_not_its_content(tmp_path: Path) -> None:
    old, new = (ods_cell(f'office:value-type="float" office:value="{number}"') for number in (9, 1))
    assert sheet_of(tmp_path, ods(ods_row(new), before=f"<table:tracked-changes>{old}</table:tracked-changes>")) == [[1.0]]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (ods_row(ods_cell('office:value-type="float" office:value="7" table:number-columns-repeated="16384"'), attributes='table:number-rows-repeated="1048576"'), TOO_LARGE),
        (ods_row(ods_cell('table:number-columns-repeated="99999"')), DAMAGED),
        (ods_row(ods_cell('table:number-columns-repeated="-1"')), DAMAGED),
        (ods_row(attributes='table:number-rows-repeated="9999999"'), DAMAGED),
        (ods_row() + ods_row(attributes='table:number-rows-repeated="1048576"'), DAMAGED),
    ],
)
def test_an_ods_that_repeats_without_end_is_refused(tmp_path: Path, rows: str, why: str) -> None:
    assert reason(tmp_path, ods(rows)) == why


def test_hidden_ods_columns_are_known(tmp_path: Path) -> None:
    columns = '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
    assert opened(tmp_path, ods(ods_row(ods_cell()), columns=columns)).facts("表").hidden_columns == {"B", "C"}
