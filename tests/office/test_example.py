"""The example's workbooks in a real LibreOffice: what the sheets say of themselves agrees with the answer key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.office.host import Office
from xltools.books.file import open_book
from xltools.model.form import FIRST_ROW, HEADER_ROW, load_template

COUNTIES = Path(__file__).parents[2] / "workbooks" / "区县"
TEMPLATE = load_template("county")
COVER, HINT = TEMPLATE["cover"].sheet, TEMPLATE["screening"]["hint"].label


def hints(sheets: dict[str, list[list[object]]]) -> Iterator[tuple[str, int, str]]:
    """(sheet, row, words) of every record whose hint column says something."""
    for sheet, rows in sheets.items():
        header = rows[HEADER_ROW - 1] if sheet != COVER and len(rows) >= HEADER_ROW else []
        if HINT in header:
            column = header.index(HINT)
            yield from ((sheet, row, str(cells[column])) for row, cells in enumerate(rows, 1) if row >= FIRST_ROW and cells[column])


def test_recalculated_hints_are_those_that_follow_from_the_answer_key(office: Office) -> None:
    said = 0
    for path in sorted(COUNTIES.glob("*.xlsx")):
        book = open_book(path)
        stored = list(hints({name: list(map(list, book.values(name))) for name in book.sheets}))
        with office.open(path) as document:
            document.recalculate()
            recalculated = list(hints({name: list(map(list, document.values(name))) for name in book.sheets}))
        assert recalculated == stored, path.name
        said += len(stored)
    assert said > 40
