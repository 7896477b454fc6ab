"""An open workbook read as a Book: its merged cells are found with few questions to the host."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from xltools.books.live import Area, merged_areas
from xltools.model.address import address, corners

ROWS, COLUMNS = 40, 50


class Sheet(Struct):
    """A sheet of which only merged cells are known; questions: how often it was asked. of_one: a range in several merged areas counts as mixed."""

    merged: list[Area]
    of_one: bool = True
    questions: int = 0

    def range(self, first: tuple[int, int], last: tuple[int, int] | None = None) -> Any:
        self.questions += 1
        top, left = first
        bottom, right = last or first
        each = {self.around(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
        state = False if each == {None} else None if None in each or (self.of_one and len(each) > 1) else True
        begin, start, end, stop = self.around(top, left) or (top, left, top, left)
        name = f"${address(begin, start)}:{address(end, stop)}" if (begin, start) != (end, stop) else address(begin, start)
        return SimpleNamespace(merge_cells=state, merge_area=SimpleNamespace(address=name))

    def around(self, row: int, column: int) -> Area | None:
        return next((one for one in self.merged if one[0] <= row <= one[2] and one[1] <= column <= one[3]), None)


def found(sheet: Sheet) -> list[str]:
    return sorted(merged_areas(sheet, (1, 1, ROWS, COLUMNS), []))


def areas(*names: str) -> list[Area]:
    return [corners(name) or (0, 0, 0, 0) for name in names]


@pytest.mark.parametrize("of_one", [True, False], ids=["LibreOffice", "Excel"])
@pytest.mark.parametrize(
    "names",
    [(), ("A1:B1",), ("A2:Z2",), ("A1:D1", "E1:H1"), ("A1:D1", "A2:D2"), ("B3:D9", "F2:F3", "A30:K30"), ("A1:AX40",), ("AX39:AX40",), ("B2:B4", "C3:C5", "D2:E2")],
)
def test_every_merged_area_is_found_once(names: tuple[str, ...], of_one: bool) -> None:
    assert found(Sheet(areas(*names), of_one)) == sorted(names)


def test_one_merged_area_far_down_costs_few_questions() -> None:
    sheet = Sheet(areas("C1999:D2000"))
    assert list(merged_areas(sheet, (1, 1, 2000, 50), [])) == ["C1999:D2000"]
    assert sheet.questions <= 40


def test_a_sheet_without_merged_cells_is_asked_once_and_a_wide_title_costs_few_questions() -> None:
    plain, titled = Sheet([]), Sheet(areas("A2:Z2"))
    assert (found(plain), found(titled)) == ([], ["A2:Z2"])
    assert plain.questions == 1
    assert titled.questions <= 10


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(0, 4), st.integers(0, 4)), max_size=6), st.booleans())
def test_whatever_is_merged_is_found(drawn: list[tuple[int, int, int, int]], of_one: bool) -> None:
    sheet = Sheet([], of_one)
    for row, column, down, across in drawn:
        one = (row, column, row + down, column + across)
        if down + across and not any(sheet.around(r, c) for r in range(row, one[2] + 1) for c in range(column, one[3] + 1)):
            sheet.merged.append(one)
    assert sorted(corners(text) or () for text in merged_areas(sheet, (1, 1, 20, 20), [])) == sorted(sheet.merged)
