"""Rows known by their text come to the same bytes as rows taken apart cell by cell."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.county_files import POLICY, county_file, enterprise
from xltools.actions.merge import merge
from xltools.books.inplace_rows import Kept
from xltools.books.inplace_sheet import _Rows
from xltools.books.patch_xml import around_rows, outline

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
    unchanged: list[bool] = []
    inside, same = Kept.inside, _Rows._unchanged

    def counted(self: Kept, *args: object) -> bytes | None:
        found: bytes | None = inside(self, *args)  # type: ignore[arg-type]
        known.append(found is not None)
        return found

    def noted(self: _Rows) -> Sequence[bool]:
        found = same(self)
        unchanged.extend(found)
        return found

    monkeypatch.setattr(Kept, "inside", counted)
    monkeypatch.setattr(_Rows, "_unchanged", noted)
    merge([inbox], output, POLICY, NOW + timedelta(hours=1))
    quick = output.read_bytes()
    assert set(unchanged) == {True, False}
    assert known.count(True) >= 3
    monkeypatch.setattr(Kept, "inside", lambda *_: None)
    output.write_bytes(before)
    merge([inbox], output, POLICY, NOW + timedelta(hours=1))
    assert output.read_bytes() == quick


def test_what_stands_around_rows_is_where_the_whole_outline_has_it() -> None:
    whole, around = outline(SHEET, 2), around_rows(SHEET, 2)
    (whole.children[1].children, around.children[1].children) = ([], [])
    assert around == whole
