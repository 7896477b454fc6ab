"""The harness itself: what it reads, finds and refuses in a real LibreOffice."""

from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.office.host import FILTERS, ErrorCell, Office


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook with wrong cached results, errors on a visible and a hidden sheet, and a locked sheet."""
    path = tmp_path / "灵宝市 7月.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        first = workbook.add_worksheet("排查清单")
        first.write_row("A1", [21, "企业"])
        first.write_formula("C1", "=A1*2", None, 999)
        first.write_formula("A3", '=VLOOKUP("无",B1:B1,1,FALSE)', None, "有")
        first.write_formula("B3", '=""', None, "旧")
        hidden = workbook.add_worksheet("字典")
        hidden.hide()
        hidden.write_formula("B2", "=1/0", None, 1)
        locked = workbook.add_worksheet("封面")
        locked.protect()
        locked.write("A1", "县", workbook.add_format({"locked": False}))
        locked.write("B1", "年度")
    return path


def test_results_come_from_libreoffice_and_not_from_the_file(office: Office, book: Path) -> None:
    with office.open(book) as document:
        document.recalculate()
        assert document.values("排查清单") == [[21.0, "企业", 42.0], [None, None, None], ["#N/A", None, None]]
        assert document.values("排查清单", "B1:C1") == [["企业", 42.0]]
        assert document.formulas("排查清单", "A1:C1") == [["21", "企业", "=A1*2"]]


def test_error_cells_are_found_on_hidden_sheets_too(office: Office, book: Path) -> None:
    with office.open(book) as document:
        document.recalculate()
        assert document.errors() == [
            ErrorCell("排查清单", "A3", '=VLOOKUP("无";B1:B1;1;FALSE())', "#N/A"),
            ErrorCell("字典", "B2", "=1/0", "#DIV/0!"),
        ]


def test_neighbouring_error_cells_are_each_reported(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("表.1")
        for cell in ("A1", "A2", "B2"):
            sheet.write_formula(cell, "=1/0")
    with office.open(path) as document:
        document.recalculate()
        assert sorted(error.cell for error in document.errors()) == ["A1", "A2", "B2"]


def test_what_is_written_is_calculated_with(office: Office, book: Path) -> None:
    with office.open(book) as document:
        document.write("排查清单", "A1", [[4, None]])
        assert document.values("排查清单", "A1:C1") == [[4.0, None, 8.0]]


def test_typed_text_is_understood_as_from_the_keyboard(office: Office, book: Path) -> None:
    with office.open(book) as document:
        document.type("排查清单", "A5", "2022-7-1")
        assert document.value("排查清单", "A5") == 44743        # days since 1899-12-30
        assert document.shown("排查清单", "A5") == "2022-07-01"


def test_locked_cells_cannot_be_written(office: Office, book: Path) -> None:
    with office.open(book) as document:
        document.write("封面", "A1", [["灵宝市"]])
        with pytest.raises(PermissionError):
            document.write("封面", "A1", [["灵宝市", "2022"]])
        with pytest.raises(PermissionError):
            document.type("封面", "B1", "2022")
        assert document.values("封面") == [["灵宝市", "年度"]]


@pytest.mark.parametrize("kind", ["xlsx", "xlsm", "xls", "ods"])
def test_converted_workbooks_keep_sheets_and_values(office: Office, book: Path, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "converted"
    folder.mkdir()
    converted = office.convert(book, kind, folder)
    assert converted == folder / f"灵宝市 7月.{kind}"
    with CalamineWorkbook.from_path(converted) as workbook:
        assert workbook.sheet_names == ["排查清单", "字典", "封面"]
        assert workbook.get_sheet_by_name("封面").to_python() == [["县", "年度"]]


def test_a_page_image_can_be_made(office: Office, book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pdf"
    folder.mkdir()
    assert office.convert(book, "pdf", folder).read_bytes().startswith(b"%PDF-")
    assert set(FILTERS) == {"xlsx", "xlsm", "xls", "ods", "pdf"}


@pytest.mark.parametrize("content", [None, b"", b"not a workbook", b"PK\x03\x04 cut off"])
def test_an_unreadable_file_is_refused(office: Office, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.xlsx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(OSError, match=r"broken\.xlsx"):
        office.open(path)


def test_two_offices_run_side_by_side_on_one_file_and_end(office: Office, book: Path, tmp_path: Path) -> None:
    with Office(tmp_path / "second") as second:
        with office.open(book) as document:
            assert second.convert(book, "ods", tmp_path).exists()
            assert document.sheets == ["排查清单", "字典", "封面"]
            assert [path.name for path in book.parent.iterdir() if path.is_file()] == [book.name, f"{book.stem}.ods"]      # no lock file
        assert second.profile != office.profile
    assert second.process.returncode is not None
    with office.open(book) as document:
        assert document.sheets == ["排查清单", "字典", "封面"]
