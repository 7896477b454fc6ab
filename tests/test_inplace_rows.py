"""Rows known by their text come to the same bytes as rows taken apart cell by cell."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.county_files import POLICY, county_file, enterprise
from xltools.actions.merge import merge
from xltools.books import inplace_sheet
from xltools.books.base import Cell
from xltools.books.inplace_rows import Kept, with_cells
from xltools.books.patch_xml import around_rows, outline
from xltools.books.sheet import Formula

NOW = datetime(2022, 7, 25, 9, 0)
SHEET = (
    b'<worksheet xmlns="m"><sheetViews><sheetView/></sheetViews><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
    b'<autoFilter ref="A1:B2"/><hyperlinks><hyperlink ref="A1"/><hyperlink ref="B2"></hyperlink></hyperlinks></worksheet>'
)


def test_rows_known_by_their_text_are_written_as_if_every_cell_were_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox, output = tmp_path / "收件箱", tmp_path / "市级汇总.xlsx"
    county_file(inbox, "灵宝市", [enterprise(0), enterprise(1), enterprise(3)])
    merge([inbox], output, POLICY, NOW)
    before = output.read_bytes()
    county_file(inbox, "灵宝市", [enterprise(0), enterprise(1) | {"applied": "B"}, enterprise(3)])
    county_file(inbox, "湖滨区", [enterprise(2)])  # its row stands in front of all others
    known: list[bool] = []
    patched: list[Mapping[int, object]] = []
    inside = Kept.inside

    def counted(self: Kept, *args: object) -> bytes | None:
        found: bytes | None = inside(self, *args)  # type: ignore[arg-type]
        known.append(found is not None)
        return found

    def noted(cells: bytes, row: int, values: Mapping[int, Cell | Formula]) -> bytes | None:
        patched.append(values)
        return with_cells(cells, row, values)

    monkeypatch.setattr(Kept, "inside", counted)
    monkeypatch.setattr(inplace_sheet, "with_cells", noted)
    merge([inbox], output, POLICY, NOW + timedelta(hours=1))
    quick = output.read_bytes()
    assert known.count(True) > len(patched)
    assert {"6", "7", "8"} <= {value for values in patched for value in values.values()}    # 企业总表 names the rows of the ledger, all of which moved
    monkeypatch.setattr(Kept, "inside", lambda *_: None)
    output.write_bytes(before)
    merge([inbox], output, POLICY, NOW + timedelta(hours=1))
    assert output.read_bytes() == quick


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({2: "x<"}, b'<c r="A7" s="1"/><c r="B7" s="4" t="inlineStr"><is><t>x&lt;</t></is></c><c r="AB7"><v>5</v></c>'),
        ({1: 2.5, 28: None}, b'<c r="A7" s="1"><v>2.5</v></c><c r="B7" s="4" t="s"><v>12</v></c>'),
        ({2: None}, b'<c r="A7" s="1"/><c r="B7" s="4"/><c r="AB7"><v>5</v></c>'),
        ({1: 1, 3: 1}, None),
    ],
)
def test_a_cell_that_changed_is_written_into_a_known_row(values: dict[int, Cell], expected: bytes | None) -> None:
    row = b'<c r="A7" s="1"/><c r="B7" s="4" t="s"><v>12</v></c><c r="AB7"><v>5</v></c>'
    assert with_cells(row, 7, values) == expected
    assert with_cells(b"", 7, values) is None


def test_what_stands_around_rows_is_where_the_whole_outline_has_it() -> None:
    whole, around = outline(SHEET, 2), around_rows(SHEET, 2)
    (whole.children[1].children, around.children[1].children) = ([], [])
    assert around == whole
