"""The workbooks full of slips saved by a real LibreOffice as .xlsx, .xls and .ods: the same is found in each, in the same words."""

from pathlib import Path

import pytest

from tests.deformations import MOST_FIELDS, mixed, rotated
from tests.office.host import Office
from tests.slip_books import POLICY, SlipBook, big, covers
from tests.test_percent import sent as percentages
from xltools.actions.check import check_files
from xltools.model.finding import Finding

KINDS = ("xlsx", "xls", "ods")
SOME_COVERS, MIXED_SHEETS = 3, 7


def said(path: Path, book: SlipBook) -> set[tuple[str, str, str, str]]:
    """(code, sheet, cell, sentence) of every finding, but for cells that a program changes that opens and saves the file."""
    return {told(one) for one in check_files([path], POLICY).findings if (one.place.sheet, one.place.cell) not in book.stored}


def told(one: Finding) -> tuple[str, str, str, str]:
    return (one.code.number, one.place.sheet, one.place.cell, one.message)


def resaved(office: Office, path: Path) -> list[Path]:
    """The workbook opened, computed and saved in each format, under the same name but for its ending."""
    folders = [path.parent / kind for kind in KINDS]
    with office.open(path) as document:
        document.recalculate()
        for folder in folders:
            folder.mkdir(exist_ok=True)
        return [document.save_as(folder / f"{path.stem}.{folder.name}") for folder in folders]


def agree(office: Office, book: SlipBook, folder: Path) -> None:
    path = book.write(folder)
    expected = said(path, book)
    assert expected
    for copy in resaved(office, path):
        assert said(copy, book) ^ expected == set(), copy.name


def test_every_slip_is_found_alike_in_every_format(office: Office, tmp_path: Path) -> None:
    agree(office, big(), tmp_path)


def test_slips_on_the_cover_are_found_alike_in_every_format(office: Office, tmp_path: Path) -> None:
    books = list(covers())
    for book in books[:: -(-len(books) // SOME_COVERS)]:
        agree(office, book, tmp_path)


def test_what_was_done_to_a_form_is_found_alike_in_every_format(office: Office, tmp_path: Path) -> None:
    for book in (*rotated(MIXED_SHEETS), *mixed(range(4, MOST_FIELDS, 10))):
        path = book.write(tmp_path)
        expected = {told(one) for one in check_files([path], POLICY).findings}
        assert {(code.number, sheet, cell) for code, sheet, cell in book.key} == {one[:3] for one in expected}, book.name
        for copy in resaved(office, path):
            assert {told(one) for one in check_files([copy], POLICY).findings} ^ expected == set(), copy.name


@pytest.mark.filterwarnings("ignore:Print area cannot be set")
def test_a_cell_that_shows_a_percentage_is_read_alike_in_every_format(office: Office, tmp_path: Path) -> None:
    path = percentages(tmp_path)
    asked = {"J5", "L5", "N5", "K5"}
    expected = {told(one) for one in check_files([path], POLICY).findings if one.place.cell in asked}
    assert {(code, cell) for code, _, cell, _ in expected} == {("N220", "J5"), ("E205", "L5"), ("N220", "L5"), ("W225", "N5"), ("E203", "K5")}
    for copy in resaved(office, path):
        assert {told(one) for one in check_files([copy], POLICY).findings if one.place.cell in asked} ^ expected == set(), copy.name
