"""Returned workbooks in a real LibreOffice and before the Open XML validator: a clerk corrects half, saves, and sends it back."""

import warnings
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest

from tests.county_files import POLICY, county_file, enterprise
from tests.office.host import Document, Office, bridge, properties
from tests.office.validator import VERSIONS, validate
from tests.test_returned import ABOUT_ALL, MARKED, changed_parts, decorated
from tests.workbooks import parts_of
from xltools.actions.check import check_files
from xltools.actions.give_back import give_back
from xltools.books.file import open_book
from xltools.books.returned_letter import ANSWER
from xltools.libreoffice.notes import text_of
from xltools.model.address import address
from xltools.model.code import Code
from xltools.model.console import load_console
from xltools.model.outcome import Outcome, Submission
from xltools.model.returned import load_return

COUNTIES = sorted((Path(__file__).parent.parent.parent / "workbooks" / "区县").glob("*.xlsx"))
TODAY = date(2022, 7, 25)
MARK = load_console().check.mark
SHEET = load_return().sheet
GREEN = 0x92D050


class Seen(NamedTuple):
    """What a person sees of the clerk's sheets: notes and formulas or values by cell, the colour of cells that were asked for."""

    notes: dict[tuple[str, str], str]
    cells: dict[str, list[list[str]]]
    colours: dict[tuple[str, str], int]


def seen(book: Document, asked: set[tuple[str, str]] = frozenset()) -> Seen:
    """asked: (sheet, cell) whose colour is wanted."""
    own = [name for name in book.sheets if name != SHEET]
    notes = {(name, cell): text_of(note) for name in own for cell, note in annotations(book, name)}
    colours = {(name, cell): book.model.Sheets.getByName(name).getCellRangeByName(cell).CellBackColor for name, cell in asked}
    return Seen(notes, {name: book.formulas(name) for name in own}, colours)


def annotations(book: Document, sheet: str) -> list[tuple[str, Any]]:
    found = book.model.Sheets.getByName(sheet).Annotations
    notes = [found.getByIndex(at) for at in range(found.Count)]
    return [(address(note.Position.Row + 1, note.Position.Column + 1), note) for note in notes]


def places(outcome: Outcome) -> set[tuple[str, str]]:
    return {(place.sheet, place.cell) for one in outcome.findings for place in one.marked}


def sent_back(outcome: Outcome, folder: Path) -> Path:
    (one,) = give_back(outcome, folder, POLICY, TODAY)
    assert one.reason == ""
    return one.output


def note(book: Document, sheet: str, cell: str, text: str) -> None:
    found = book.model.Sheets.getByName(sheet)
    found.Annotations.insertNew(found.getCellRangeByName(cell).CellAddress, text)


def test_half_corrected_in_libreoffice_loses_exactly_the_marks_of_what_is_corrected(office: Office, tmp_path: Path) -> None:
    rows = [enterprise(0, capacity="很多"), enterprise(1, applied="甲"), enterprise(2, phone="12"), enterprise(3, industry=None)]
    sent = county_file(tmp_path / "下发", "灵宝市", rows)
    letters = {column: name for name, column in check_files([sent], POLICY).submissions[0].tables["screening"].columns.items()}
    by_name = {name: column for column, name in letters.items()}
    capacity, applied, phone, industry = (("排查清单", f"{by_name[field]}{row}") for row, field in enumerate(("capacity", "applied", "phone", "industry"), 5))
    asked = {capacity, applied, phone, industry}

    with office.open(sent) as book:                             # the clerk's own notes and a colour of the clerk's own
        note(book, *applied, "张三：等省里通知")
        note(book, "封面", "C7", "李四填")
        book.model.Sheets.getByName(phone[0]).getCellRangeByName(phone[1]).CellBackColor = GREEN
        book.save_as(clerk := tmp_path / "灵宝市.xlsx")
    with office.open(clerk) as book:
        before = seen(book, asked)
    first = check_files([clerk], POLICY)
    assert asked <= places(first)
    back = sent_back(first, tmp_path / "退回")
    with office.open(back) as book:
        marked = seen(book, asked)
        assert book.sheets[0] == SHEET
        assert marked.cells == before.cells
        assert {place for place, text in marked.notes.items() if MARK in text} == places(first)
        assert marked.notes[applied].startswith("张三：等省里通知\n")
        assert all(marked.colours[place] != before.colours[place] for place in asked)
        book.write(*capacity, [[1200.0]])                       # corrected: a number, and the telephone
        book.write(*phone, [["13800000000"]])
        book.save_as(again := tmp_path / "灵宝市-退回.xlsx")

    second = check_files([again], POLICY)
    assert places(first) - places(second) == {capacity, phone}
    assert places(second) < places(first)
    assert not [one for one in second.findings if one.place.sheet == SHEET]
    last = sent_back(second, tmp_path / "再退回")
    with office.open(again) as book:
        worked = seen(book)
    with office.open(last) as book:
        after = seen(book, asked)
        assert book.sheets.count(SHEET) == 1
    assert after.cells == worked.cells
    assert {place for place, text in after.notes.items() if MARK in text} == places(second)
    assert {place: text for place, text in after.notes.items() if text.count(MARK) > 1} == {}
    assert after.notes[applied] == marked.notes[applied]
    assert after.notes["封面", "C7"].partition("\n" + MARK)[0] == before.notes["封面", "C7"] == "李四填"
    assert capacity not in after.notes
    assert phone not in after.notes
    assert after.colours[capacity] == before.colours[capacity]
    assert after.colours[phone] == before.colours[phone] == GREEN
    assert (after.colours[applied], after.colours[industry]) == (marked.colours[applied], marked.colours[industry])


def test_every_example_county_comes_back_readable_by_everyone_and_otherwise_equal(office: Office, tmp_path: Path) -> None:
    outcome = check_files(COUNTIES, POLICY)
    results = give_back(outcome, tmp_path, POLICY, TODAY)
    assert len(results) == len({one.place.file for one in outcome.findings if one.place.file and one.severity.rank < 2})
    for one in results:
        original = next(path for path in COUNTIES if path.name == one.file)
        old, new = open_book(original), open_book(one.output)
        assert new.sheets == [SHEET, *old.sheets]
        assert [sheet for sheet in old.sheets if new.values(sheet) != old.values(sheet) or new.facts(sheet) != old.facts(sheet)] == []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")     # of print areas that are formulas, and of a wrong date that is in the original too
            assert openpyxl.load_workbook(one.output).sheetnames == new.sheets
        with office.open(original) as book:
            before, errors = seen(book), book.errors()
        with office.open(one.output) as book:
            after = seen(book)
            assert book.errors() == errors
        assert after.cells == before.cells
        cells = {(place.sheet, place.cell) for found in outcome.findings if found.place.file == one.file for place in found.marked}
        assert {place for place, text in after.notes.items() if MARK in text} == cells


def test_answers_come_back_from_every_format_that_has_their_sheet(office: Office, tmp_path: Path) -> None:
    rows = [enterprise(0, current="B", self="C", applied="C", target="B"), enterprise(1), enterprise(2, applied="甲")]
    with office.open(county_file(tmp_path / "下发", "灵宝市", rows)) as book:
        book.model.Sheets.getByName("排查清单").Rows.getByIndex(5).IsVisible = False
        book.save_as(sent := tmp_path / "灵宝市.xlsx")
    outcome = check_files([sent], POLICY)
    assert [(one.code, one.place.cell) for one in outcome.findings] == [(Code.HIDDEN_ROWS, ""), (Code.NOT_WORSE, "O5"), (Code.NOT_A_CHOICE, "O7")]
    copies = [tmp_path / f"灵宝市-退回.{kind}" for kind in ("xlsx", "xls", "ods")]
    with office.open(sent_back(outcome, tmp_path / "退回")) as book:
        front = book.model.Sheets.getByName(SHEET)
        warned = [row for row in range(100) if "W" in front.getCellByPosition(ANSWER, row).String][-2:]       # of the lower table
        for number, row in enumerate(warned, 1):
            front.getCellByPosition(ANSWER - 1, row).String = f"原因{number}\n张三"
        for copy in copies:
            book.save_as(copy)
        csv = tmp_path / "灵宝市-退回.csv"                       # the sheet in front alone, as it was open
        book.model.storeToURL(csv.as_uri(), properties(FilterName="Text - txt - csv (StarCalc)", FilterOptions="44,34,76"))
    for copy in copies:
        checked = check_files([copy], POLICY)
        assert [(one.code, one.place.cell) for one in checked.findings] == [(Code.ANSWERED, ""), (Code.ANSWERED, "O5"), (Code.NOT_A_CHOICE, "O7")], copy.name
        assert [one.text for one in checked.submissions[0].answers] == ["原因1\n张三", "原因2\n张三"], copy.name
    assert [(one.code, one.place.file) for one in check_files([csv], POLICY).findings] == [(Code.ONLY_FRONT, csv.name)]


def things(book: Document, sheet: str) -> list[tuple[str, str]]:
    """Kind and text of everything drawn on a sheet, the boxes of notes aside."""
    page = book.model.Sheets.getByName(sheet).DrawPage
    shapes = [page.getByIndex(at) for at in range(page.Count)]
    return [(one.ShapeType, getattr(one, "String", "")) for one in shapes if one.ShapeType != "com.sun.star.drawing.CaptionShape"]


def add_control(book: Document, sheet: str, kind: str, top: int) -> None:
    shape = book.model.createInstance("com.sun.star.drawing.ControlShape")
    size, place = bridge().createUnoStruct("com.sun.star.awt.Size", 3000, 800), bridge().createUnoStruct("com.sun.star.awt.Point", 1000, top)
    shape.setSize(size)
    shape.setPosition(place)
    shape.setControl(book.model.createInstance(f"com.sun.star.form.component.{kind}"))
    book.model.Sheets.getByName(sheet).DrawPage.add(shape)


def test_what_libreoffice_saved_of_pictures_charts_and_controls_keeps_every_byte(office: Office, tmp_path: Path) -> None:
    with office.open(decorated(tmp_path / "原.xlsx")) as book:
        for at, kind in enumerate(("CheckBox", "CommandButton", "ComboBox")):
            add_control(book, "表", kind, 9000 + 3000 * at)
        book.save_as(path := tmp_path / "甲.xlsx")
    parts = parts_of(path)
    assert len([name for name in parts if name.startswith("xl/ctrlProps/")]) >= 3
    output = sent_back(Outcome((MARKED,), (Submission("甲.xlsx", path),)), tmp_path / "退回")
    assert {name for name in changed_parts(path, output) if not name.startswith(("xl/comments", "xl/drawings/vml"))} == {*ABOUT_ALL, "xl/worksheets/sheet1.xml"}
    with office.open(path) as before, office.open(output) as after:
        for sheet in before.sheets:
            assert things(after, sheet) == things(before, sheet) != []
            assert len(annotations(after, sheet)) == len(annotations(before, sheet)) + (sheet == "表")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_returned_workbook_keeps_to_the_file_format(tmp_path: Path, version: str, office: Office) -> None:
    path = next(path for path in COUNTIES if path.stem == "灵宝市")
    first = sent_back(check_files([path], POLICY), tmp_path / "一")
    assert validate(first, version) == []
    resaved = office.convert(first, "xlsx", tmp_path)
    known = set(validate(resaved, version))                     # what LibreOffice itself writes against the format
    second = sent_back(check_files([resaved], POLICY), tmp_path / "二")
    assert {fault.partition(" | ")[2] for fault in validate(second, version)} <= {fault.partition(" | ")[2] for fault in known}
