"""The county workbook as a file: the same bytes every time, all that protects and explains it, and what is read back from it."""

import re
import shutil
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl
import pytest
from msgspec.structs import replace
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests import twins
from tests.workbooks import parts_of
from xltools.actions.make import make_templates
from xltools.books.base import Stamp
from xltools.books.cover import Count, status
from xltools.books.file import open_book
from xltools.books.layout import (
    FOOTER_LIMIT,
    LINE_HEIGHT,
    column_width,
    header_text,
    lines,
    note_columns,
    pages_across,
    text_width,
)
from xltools.books.package import workbook_at
from xltools.books.read import read_tables
from xltools.books.refs import CARD_COLUMN, LAST_ROW, column_of
from xltools.books.sheet import Formula
from xltools.books.style import LOOKS, TINTS
from xltools.books.template import write_template
from xltools.model.finding import StopError
from xltools.model.form import FIRST_ROW, HEADER_ROW, NOTE_ROW, Form, Kind, Owner, load_form, load_template
from xltools.model.guide import load_guide
from xltools.model.policy import load_policy
from xltools.rules.formula import live

ROOT = Path(__file__).parent.parent
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
POLICY = load_policy("sanmenxia-2022")
TEMPLATE = load_template("county")
LIVE = live(TEMPLATE, POLICY)
GUIDE = load_guide()
ROWS = [form for form in TEMPLATE if form.layout == "rows"]
CODE = "91130200699229617X"     # the example printed in HJ 608-2017


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The blank county workbook."""
    return make_templates(tmp_path_factory.mktemp("blank"), POLICY)[0]


@pytest.fixture(scope="module")
def loaded(blank: Path) -> Workbook:
    """The blank county workbook as openpyxl sees it, which knows no print area that is a formula."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Print area cannot be set")
        return openpyxl.load_workbook(blank)


def test_two_runs_give_the_same_bytes(blank: Path, tmp_path: Path) -> None:
    again = make_templates(tmp_path / "made" / "here", POLICY)
    assert [path.name for path in again] == [TEMPLATE.file, "市级汇总.xlsm"]
    assert again[0].read_bytes() == blank.read_bytes()


@pytest.mark.parametrize("name", [TEMPLATE.file, "市级汇总.xlsm"])
def test_a_template_that_somebody_filled_in_is_not_replaced(name: str, blank: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(blank.parent, tmp_path / "下发"))
    book = openpyxl.Workbook()
    book.save(folder / name)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(StopError, match=f"{name} 已经存在，没有覆盖"):
        make_templates(folder, POLICY)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_the_committed_template_is_what_the_specs_give(blank: Path) -> None:
    committed = ROOT / "templates" / TEMPLATE.file
    ours, made = parts_of(committed), parts_of(blank)
    assert [*ours] == [*made]
    assert [name for name in ours if ours[name] != made[name]] == []
    assert committed.read_bytes() == blank.read_bytes()


def test_before_the_first_merge_nothing_is_said_of_any_day(blank: Path) -> None:
    book = open_book(blank.with_name("市级汇总.xlsm"))
    for form in (load_form("reporting"), load_form("moves")):
        assert [row for row in book.values(form.sheet)[FIRST_ROW - 1 :] if any(cell not in (None, "") for cell in row)] == []


def test_no_part_of_the_file_tells_when_it_was_made(blank: Path) -> None:
    with ZipFile(blank) as package:
        assert {member.date_time for member in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert re.findall(r"\d{4}-\d\d-\d\dT", package.read("docProps/core.xml").decode()) == ["2022-06-24T"] * 2


def fail_midway(path: Path) -> None:
    with workbook_at(path) as (workbook, _):
        workbook.add_worksheet("x")
        raise RuntimeError("midway")


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / TEMPLATE.file
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="midway"):
        fail_midway(path)
    assert [one.name for one in tmp_path.iterdir()] == [TEMPLATE.file]
    assert path.read_bytes() == b"old"


def test_sheets_stand_in_order_and_only_the_stamp_is_hidden(loaded: Workbook) -> None:
    assert loaded.sheetnames == [GUIDE.guide, *(form.sheet for form in TEMPLATE), GUIDE.lists, GUIDE.stamp]
    assert [sheet.title for sheet in loaded if sheet.sheet_state != "visible"] == [GUIDE.stamp]


def test_the_stamp_is_written_in_four_places(blank: Path, loaded: Workbook) -> None:
    values = {"xltools_template": TEMPLATE.id, "xltools_version": TEMPLATE.version, "xltools_policy": POLICY.id}
    assert {one.name: one.value for one in loaded.custom_doc_props.props} == values
    for row, (name, value) in enumerate(values.items(), 1):
        assert loaded.defined_names[name].attr_text == f"'{GUIDE.stamp}'!$B${row}"
        assert loaded[GUIDE.stamp][f"B{row}"].value == value
    for form in TEMPLATE:
        footer = str(loaded[form.sheet].oddFooter.left.text) + str(loaded[form.sheet].oddFooter.right.text)
        assert TEMPLATE.version in footer
        assert POLICY.id in footer
    assert open_book(blank).stamp == Stamp(TEMPLATE.id, TEMPLATE.version, POLICY.id)


def test_a_template_without_an_id_has_no_stamp_at_all(tmp_path: Path) -> None:
    bare = replace(TEMPLATE, id="")
    path = tmp_path / "x.xlsx"
    write_template(path, bare, POLICY, live(bare, POLICY))
    assert open_book(path).stamp == Stamp()
    assert GUIDE.stamp not in open_book(path).sheets
    assert all(POLICY.id.encode() not in content for content in parts_of(path).values())


@pytest.mark.parametrize("form", ROWS, ids=lambda form: form.name)
def test_headers_are_those_of_the_spec_with_a_star_on_what_must_be_filled_in(loaded: Workbook, form: Form) -> None:
    header = [cell.value for cell in loaded[form.sheet][HEADER_ROW]]
    assert header == [field.header + ("*" if field.required else "") for field in form]


def validations(sheet: Worksheet) -> dict[str, object]:
    return {str(one.sqref): one for one in sheet.data_validations.dataValidation}


@pytest.mark.parametrize("form", ROWS, ids=lambda form: form.name)
def test_every_column_says_what_to_write_down_to_the_last_checked_row(loaded: Workbook, form: Form) -> None:
    found = validations(loaded[form.sheet])
    for field in form:
        letter = column_of(form, field.name)
        one = found[f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}"]
        assert field.label[:20] in one.promptTitle
        assert field.help in one.prompt
        assert field.example in one.prompt
        assert one.error
        if field.owner is Owner.FORMULA:
            assert (one.type, one.formula1, one.errorStyle or "stop") == ("custom", "FALSE", "stop")
        elif field.depends:
            assert "OFFSET" in one.formula1
        elif field.is_choice:
            assert (one.type, one.formula1) == ("list", f"list_{field.list}")
        assert "!" not in (one.formula1 or "")


def test_every_list_that_a_drop_down_names_is_there(blank: Path, loaded: Workbook) -> None:
    for form in TEMPLATE:
        for field in form:
            if field.list:
                name = loaded.defined_names[f"list_{field.list}"].attr_text
                area = name.rpartition("!")[2].replace("$", "")
                values = [row[0].value for row in loaded[GUIDE.lists][area]]
                assert tuple(values) == POLICY.options(field.list)


@pytest.mark.parametrize("form", ROWS, ids=lambda form: form.name)
def test_below_the_header_nothing_is_locked_so_that_rows_can_be_sorted_inserted_and_deleted(loaded: Workbook, form: Form) -> None:
    sheet = loaded[form.sheet]
    allowed = sheet.protection
    assert allowed.sheet
    assert not allowed.password
    # in the file, 0 means: not forbidden
    assert not any((allowed.sort, allowed.autoFilter, allowed.insertRows, allowed.deleteRows, allowed.formatColumns, allowed.formatRows))
    for row in (FIRST_ROW, FIRST_ROW + form.rows - 1):
        assert not any(cell.protection.locked for cell in sheet[row])
    assert not any(one.protection.locked for one in sheet.column_dimensions.values())
    assert max(one.max for one in sheet.column_dimensions.values()) == 16384
    for row in range(1, HEADER_ROW + 1):
        assert all(cell.protection.locked for cell in sheet[row])


def test_on_the_cover_only_values_can_be_typed(loaded: Workbook) -> None:
    cover = TEMPLATE["cover"]
    sheet = loaded[cover.sheet]
    open_cells = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert sheet.protection.sheet
    assert open_cells == {f"C{FIRST_ROW + index}" for index in range(len(cover.fields))}
    for name in (GUIDE.guide, GUIDE.lists, GUIDE.stamp):
        assert loaded[name].protection.sheet


@pytest.mark.parametrize("form", ROWS, ids=lambda form: form.name)
def test_every_checked_cell_is_coloured_also_below_the_ready_rows(loaded: Workbook, form: Form) -> None:
    areas = {str(area.sqref) for area in loaded[form.sheet].conditional_formatting}
    for check in LIVE.forms[form.name].checks:
        letter = column_of(form, check.field)
        assert f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}" in areas
    for field in form:
        if field.formula:
            letter = column_of(form, field.name)
            rules = loaded[form.sheet].conditional_formatting[f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}"]
            assert any("_xlfn.ISFORMULA" in rule.formula[0] for rule in rules)


def criteria(book: Workbook) -> Iterator[str]:
    for sheet in book:
        for area in sheet.conditional_formatting:
            yield from (text for rule in area.rules for text in rule.formula)


def test_conditions_name_other_sheets_by_defined_names_and_use_no_array_constants(loaded: Workbook) -> None:
    found = list(criteria(loaded))
    assert len(found) > 200
    for text in found:
        assert "!" not in text
        assert "{" not in text
        assert len(text) < 8192


@pytest.mark.parametrize("form", ROWS, ids=lambda form: form.name)
def test_a_page_is_a4_across_with_header_names_signatures_and_page_number(loaded: Workbook, form: Form) -> None:
    sheet = loaded[form.sheet]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    across = 3 if form.name == "screening" else 2
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (across, 0)
    names = column_of(form, "name")
    assert sheet.print_title_cols == f"$A:${names}"
    assert sheet.page_setup.pageOrder == "overThenDown"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == f"$1:${HEADER_ROW}"
    assert sheet.freeze_panes is not None
    assert int(re.sub(r"\D", "", sheet.freeze_panes)) == FIRST_ROW
    left, right = str(sheet.oddFooter.left.text), str(sheet.oddFooter.right.text)
    assert all(name in left for name in form.signatures)
    assert "&P" in right
    assert len(left + right) < FOOTER_LIMIT
    assert sheet.auto_filter.ref == f"A{HEADER_ROW}:{column_of(form, 'hint')}{FIRST_ROW + form.rows - 1}"


@pytest.mark.parametrize("form", ROWS, ids=lambda form: form.name)
def test_headers_and_examples_fit_their_columns(form: Form) -> None:
    for field in form:
        width = column_width(field)
        assert lines(header_text(field), width) <= 3
        assert field.max_length >= 100 or text_width(field.example) < width
        assert field.kind is not Kind.DATE or width >= 12


def luminance(colour: str) -> float:
    """Source: WCAG 2.1, relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(text: object, paper: object) -> float:
    light, dark = sorted((luminance(str(text)), luminance(str(paper))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_text_stands_out_from_its_background() -> None:
    pairs = [(look["font_color"], look["bg_color"]) for look in LOOKS.values() if {"font_color", "bg_color"} <= look.keys()]
    pairs += [(LOOKS["header"]["font_color"], LOOKS[owner.value]["bg_color"]) for owner in Owner]
    pairs += [(LOOKS["link"]["font_color"], tint["bg_color"]) for tint in TINTS.values()]
    assert len(pairs) > 12
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


def colours(path: Path) -> Iterator[tuple[str, str]]:
    """Text and background of every format that cells of a workbook have, and of every one that a condition lays over them."""
    space = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with ZipFile(path) as package:
        styles = ElementTree.fromstring(package.read("xl/styles.xml"))
    fonts = [_colour(font.find("s:color", space), "#000000") for font in styles.iterfind("s:fonts/s:font", space)]
    fills = [_colour(fill.find(".//s:fgColor", space), "#FFFFFF") for fill in styles.iterfind("s:fills/s:fill", space)]
    yield from ((fonts[int(one.attrib["fontId"])], fills[int(one.attrib["fillId"])]) for one in styles.iterfind("s:cellXfs/s:xf", space))
    for one in styles.iterfind("s:dxfs/s:dxf", space):
        yield _colour(one.find("s:font/s:color", space), "#000000"), _colour(one.find(".//s:bgColor", space), "#FFFFFF")


def _colour(found: ElementTree.Element | None, otherwise: str) -> str:
    return f"#{found.attrib['rgb'][2:]}" if found is not None and "rgb" in found.attrib else otherwise


def test_every_text_of_our_workbooks_stands_out_from_its_background() -> None:
    root = Path(__file__).parents[1]
    books = [path for folder in ("templates", "workbooks") for path in (root / folder).rglob("*.xls[xm]")]
    pairs = {pair for path in books for pair in colours(path)}
    assert len(pairs) > 20
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


def test_the_guide_names_every_field_once(loaded: Workbook) -> None:
    rows = [tuple(cell.value for cell in row[:2]) for row in loaded[GUIDE.guide].iter_rows()]
    for form in TEMPLATE:
        for field in form:
            assert rows.count((form.sheet, field.header)) == 1


def test_blank_sheets_are_read_as_empty_and_every_column_is_found(blank: Path) -> None:
    tables, findings = read_tables(open_book(blank), TEMPLATE)
    assert findings == []
    for form in ROWS:
        assert len(tables[form.name].frame) == 0
        assert set(tables[form.name].columns) == {field.name for field in form}


def test_nothing_is_left_to_calculate_in_the_blank(blank: Path) -> None:
    book = open_book(blank)
    for form in ROWS:
        facts = book.facts(form.sheet)
        assert facts.stale == frozenset()
        assert len(facts.formulas) == form.rows * sum(bool(field.formula) for field in form)
    values = {row[1]: row[2] for row in book.values(TEMPLATE["cover"].sheet) if len(row) > 2}
    assert values[GUIDE.words["status_title"]] == GUIDE.words["status_empty"]
    assert values[GUIDE.words["total"]] == 0


CONTENTS = {
    "cover": [{"county": "灵宝市", "year": 2022, "report_date": date(2022, 7, 19)}],
    "screening": [
        {"name": "=1+1", "credit_code": CODE, "phone": "03981234567", "capacity": 12.5, "target_date": date(2022, 11, 30)},
        {},
        {"name": "乙", "credit_code": "000000000000000000", "serial": 7, "hint": Formula("", "要改；")},
    ],
    "review": [{"credit_code": CODE.lower(), "process": "铸件"}],
    "rectification": [{"issue_no": "LB-01", "due": date(2022, 7, 1)}, {"due": date(2022, 8, 1), "done": date(2022, 7, 30)}, {"problem": Formula("1/0", "#DIV/0!")}],
    "protected": [{"credit_code": CODE, "task": Formula("G7*2")}],
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with a little of everything in it."""
    path = tmp_path_factory.mktemp("filled") / "灵宝市.xlsx"
    write_template(path, TEMPLATE, POLICY, LIVE, CONTENTS)
    return path


def test_what_is_written_is_read_back_with_text_as_text(filled: Path) -> None:
    tables, findings = read_tables(open_book(filled), TEMPLATE)
    screening = tables["screening"].frame
    assert screening.index.tolist() == [5, 7]
    assert screening.loc[5, ["name", "credit_code", "phone", "capacity"]].tolist() == ["=1+1", CODE, "03981234567", 12.5]
    assert screening.loc[5, "target_date"] == date(2022, 11, 30)
    assert tables["cover"].card()["report_date"] == date(2022, 7, 19)
    assert {(one.code.name, one.place.cell) for one in findings} == {("ERROR_CELL", "G7"), ("FORMULA_STALE", "D5")}


def test_computed_fields_store_what_the_sheet_will_compute(filled: Path) -> None:
    tables, _ = read_tables(open_book(filled), TEMPLATE)
    assert tables["screening"].frame["serial"].tolist() == [1, 7]
    assert tables["screening"].frame.loc[7, "hint"] == "要改；"
    assert tables["review"].frame.loc[5, "name"] == "=1+1"
    assert tables["rectification"].frame["overdue"].tolist() == ["是", "否", None]


def test_a_value_typed_over_a_formula_replaces_it(filled: Path) -> None:
    formulas = open_book(filled).facts(TEMPLATE["screening"].sheet).formulas
    assert "A5" in formulas
    assert "A7" not in formulas
    assert "Y7" in formulas


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (Count(), "尚未填写"),
        (Count(rows=3), "可以上报"),
        (Count(rows=3, warnings=2), "可以上报（另有 2 处提醒，请核对）"),
        (Count(rows=3, errors=4, warnings=2, unchecked=1), "尚有 5 处问题，改正后再上报"),
    ],
)
def test_one_line_says_whether_the_workbook_can_be_sent(total: Count, expected: str) -> None:
    assert status(total) == expected


def test_more_records_than_ready_rows_fit(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    many = TEMPLATE["changes"].rows + 100
    write_template(path, TEMPLATE, POLICY, LIVE, {"changes": [{"detail": f"第{number}件"} for number in range(many)]})
    assert len(read_tables(open_book(path), TEMPLATE)[0]["changes"].frame) == many


def test_the_card_of_the_reader_is_the_card_of_the_writer(blank: Path) -> None:
    tables, _ = read_tables(open_book(blank), TEMPLATE)
    letter = "ABC"[CARD_COLUMN - 1]
    assert list(tables["cover"].columns.values()) == [f"{letter}{FIRST_ROW + index}" for index in range(len(TEMPLATE["cover"].fields))]


@pytest.mark.parametrize(
    ("widths", "front", "pages"),
    [((6, 28, 100), 2, 1), ((6, 28, 100, 100), 2, 2), ((6, 28, 100, 100, 100, 100), 2, 4), ((6, 28, 70, 70, 70, 70), 2, 2), ((6, 28, 80, 80, 80, 80), 2, 4)],
)
def test_wide_forms_take_as_many_pages_as_can_be_read(widths: tuple[float, ...], front: int, pages: int) -> None:
    """A4 across holds 150 characters in 10 points, 187 in 8."""
    assert pages_across(widths, front) == pages


@pytest.mark.parametrize("path", [ROOT / "templates" / TEMPLATE.file, ROOT / "workbooks" / "市级汇总.xlsx"], ids=["county", "city"])
def test_pages_across_repeat_no_piece_of_a_title_or_a_note(path: Path) -> None:
    """What stands above the columns that each page repeats is cut where they end; what does not fit there stands behind them, once."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Print area cannot be set")
        wide = [sheet for sheet in openpyxl.load_workbook(path) if sheet.print_title_cols]
    assert len(wide) > 4
    for sheet in wide:
        columns = [one.strip("$") for one in sheet.print_title_cols.split(":")]
        front = sheet[f"{columns[0]}1:{columns[-1]}2"]
        room = sum(sheet.column_dimensions[cell.column_letter].width for cell in front[0])
        wrapped = {merged.start_cell.coordinate: merged for merged in sheet.merged_cells.ranges if merged.max_row == NOTE_ROW}
        for cell in (cell for row in front for cell in row if cell.value):
            if merged := wrapped.get(cell.coordinate):
                assert merged.max_col <= len(front[0]), f"{sheet.title}!{cell.coordinate}"
                assert sheet.row_dimensions[NOTE_ROW].height >= LINE_HEIGHT * lines(str(cell.value), room), f"{sheet.title}!{cell.coordinate}"
            else:
                assert text_width(str(cell.value)) * cell.font.size / 10 <= room, f"{sheet.title}!{cell.coordinate}"
        if not any(cell.value for cell in front[0]):
            assert "&[Tab]" in str(sheet.oddFooter.left.text) or "&A" in str(sheet.oddFooter.left.text), sheet.title


def test_a_note_stands_below_its_title_where_it_takes_no_more_lines_there() -> None:
    """The note of 企业总表 is 122 characters wide: two lines in the 65 of the repeated columns, three behind them."""
    enterprises, screening = load_form("enterprises"), load_form("screening")
    assert note_columns(enterprises) == (0, 4, 2)
    assert note_columns(screening)[0] == 2


def test_nothing_hidden_has_an_area_to_print() -> None:
    """LibreOffice prints a hidden sheet that has one, behind everything else."""
    hidden = []
    for path in (path for folder in ("templates", "workbooks") for path in (ROOT / folder).rglob("*.xls[xm]")):
        with ZipFile(path) as package:
            book = ElementTree.fromstring(package.read("xl/workbook.xml"))
        sheets = [one.get("state") for one in book.iter(f"{{{MAIN}}}sheet")]
        hidden += [one for one in sheets if one]
        areas = [one for one in book.iter(f"{{{MAIN}}}definedName") if one.get("name") == "_xlnm.Print_Area"]
        assert [one.text for one in areas if sheets[int(one.get("localSheetId", "0"))]] == [], path
    assert len(hidden) > 20


def test_every_committed_workbook_has_its_text_beside_it() -> None:
    books = [path for folder in ("templates", "workbooks") for path in twins.workbooks(ROOT / folder)]
    assert len(books) >= 11
    stale = [path.name for path in books if path.with_suffix(".txt").read_text("utf-8") != twins.text(path)]
    assert stale == []
