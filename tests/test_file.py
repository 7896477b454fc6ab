"""Workbooks in files: the same values whatever the format, and a sentence for whatever cannot be read."""

import io
import tracemalloc
from datetime import date, datetime, time
from pathlib import Path
from unittest.mock import patch

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tests.workbooks import BOOKS, EVERY, FILES, TEXT_TABLES, XLSX, changed, opened, sheet_of, small
from xltools.books import sheet_xml
from xltools.books.base import Cell, SheetFacts, Stamp
from xltools.books.dates import from_iso, from_serial, shows
from xltools.books.file import FileBook, content_of, open_book
from xltools.books.gate import MAX_FILE, SUMMARY, Kind, Package
from xltools.books.grid import GRID_ROWS
from xltools.books.shared_strings import shared_strings
from xltools.books.sheet_xml import SheetReader, UnusualError, read_sheet, read_text
from xltools.books.sink import CellSink, Context
from xltools.books.xlsx import XlsxSource
from xltools.books.xml import MalformedError, scan
from xltools.model.address import corners
from xltools.model.code import Code
from xltools.model.finding import StopError

VALUES: list[list[Cell]] = [
    ["甲公司", "  前后空格 ", "第一行\n第二行", "铸造", "=不是公式", "0012", "隐藏列"],
    [12.5, -3.0, 1e15, True, False, None, None],
    [date(2022, 6, 30), datetime(2022, 6, 30, 8, 30), time(8, 30), date(2022, 6, 30), 0.8, None, None],
    [25.0, None, "#DIV/0!", "#N/A", "甲公司等", None, None],
    ["合并", None, None, None, None, None, None],
    ["隐藏行", None, None, None, None, None, None],
    [None] * 7,
    ["末行", None, None, None, None, None, None],
]


# --- the same content in every format ----------------------------------------------------------------------------------

@pytest.fixture(params=BOOKS, scope="module")
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FileBook:
    return opened(tmp_path_factory.mktemp("book"), BOOKS[request.param], request.param)


def test_every_format_gives_the_same_values(book: FileBook) -> None:
    expected = [list(row) for row in VALUES]
    if book.kind is Kind.ODS:
        expected[1][3:5] = [1.0, 0.0]  # LibreOffice itself turns the constants into formulas with the format of a number
    assert book.values("各种值") == expected


def test_every_format_tells_formulas_merged_ranges_and_what_is_hidden(book: FileBook) -> None:
    facts = book.facts("各种值")
    assert facts.formulas == {"A4", "B4", "C4", "D4", "E4", "D2", "E2"}
    assert facts.knows_formulas
    assert facts.stale == frozenset()
    assert facts.merged == ("A5:C5",)
    assert facts.hidden_rows == (set() if book.kind is Kind.XML else {6})  # SheetJS does not write it down
    assert facts.hidden_columns == {"G"}
    assert (facts.visible, book.facts("隐藏表").visible) == (True, False)


def test_every_format_has_its_sheets_in_order_and_its_stamp(book: FileBook) -> None:
    assert book.sheets == ["各种值", "隐藏表", "模板标识"]
    assert book.stamp == Stamp("county", "2022.1", "sanmenxia-2022")


def test_a_sheet_that_is_not_there_stops(book: FileBook) -> None:
    with pytest.raises(StopError) as stop:
        book.values("没有")
    assert stop.value.finding.code is Code.SHEET_MISSING


def test_a_grid_belongs_to_whoever_asked_for_it(book: FileBook) -> None:
    book.values("各种值")[0][0] = "改了"
    assert book.values("各种值")[0][0] == "甲公司"


def test_a_file_is_known_by_its_hash_and_may_be_given_a_longer_name() -> None:
    found = open_book(FILES / "values.ods", "东区/values.ods")
    assert found.name == "东区/values.ods"
    assert len(found.sha256) == 64
    assert found.sha256 == open_book(FILES / "values.ods").sha256


def test_a_file_that_is_open_elsewhere_is_read(tmp_path: Path) -> None:
    (tmp_path / "~$甲县.xlsx").write_bytes(b"\x04abcd")
    (tmp_path / ".~lock.甲县.xlsx#").write_text(",somebody,,,")
    assert opened(tmp_path, XLSX).values("隐藏表")[1][1] == "看不见"


@pytest.fixture(params=EVERY, scope="module")
def any_book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FileBook:
    return opened(tmp_path_factory.mktemp("any"), EVERY[request.param], request.param)


def test_every_book_keeps_what_a_book_promises(any_book: FileBook) -> None:
    """base.Book, for whoever reads from one: no format may have ways of its own."""
    assert any_book.sheets
    assert len(set(any_book.sheets)) == len(any_book.sheets)
    for sheet in any_book.sheets:
        grid, facts = any_book.values(sheet), any_book.facts(sheet)
        assert len({len(row) for row in grid}) <= 1
        assert grid == [] or (any(value is not None for value in grid[-1]) and any(row[-1] is not None for row in grid))
        assert all(value is None or (isinstance(value, str | float | bool | date | time) and value != "") for row in grid for value in row)
        assert all(corners(area) for area in facts.merged)
        assert facts.knows_formulas or not facts.formulas
        grid[0][0] = "改了"
        assert any_book.values(sheet)[0][0] != "改了"
    with pytest.raises(StopError) as stop:
        any_book.values("没有")
    assert stop.value.finding.code is Code.SHEET_MISSING
    assert isinstance(any_book.stamp, Stamp)
    assert len(any_book.sha256) == 64


def test_an_xlsb_gives_the_same_values(tmp_path: Path) -> None:
    found = opened(tmp_path, EVERY["values.xlsb"], "values.xlsb")
    assert found.values("各种值") == VALUES
    facts = found.facts("各种值")
    assert (facts.merged, facts.hidden_columns) == (("A5:C5",), {"G"})
    assert found.sheets == ["各种值", "隐藏表", "模板标识"]
    assert [found.facts(sheet).visible for sheet in found.sheets] == [True, False, False]
    assert found.stamp == Stamp("county", "2022.1", "sanmenxia-2022")


def said(value: Cell) -> str:
    """What a cell comes to when only its text is kept: blanks at the ends do not count."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, float):
        return f"{value:.16g}"
    return str("" if value is None else value).strip().upper()


@pytest.mark.parametrize("name", TEXT_TABLES)
def test_text_tables_and_pages_hold_the_same_texts(tmp_path: Path, name: str) -> None:
    found = opened(tmp_path, TEXT_TABLES[name], name)
    expected = [[said(value) for value in row] for row in VALUES]
    expected[2][3:5] = ["2022年6月30日", "80%"]
    grid = found.values(found.sheets[0])
    if found.kind is Kind.PAGE:  # LibreOffice leaves hidden rows and columns out, and has numbers for the two constants
        expected = [row[:6] for row in (*expected[:5], *expected[6:])]
        expected[1][3:5] = ["1", "0"]
        expected[2][4] = "0.8"
    assert [[said(value) for value in row] for row in grid] == expected


# --- what was written is read ------------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"], exclude_characters="\r\ufffe\uffff"), max_size=30)
CELLS = st.one_of(
    st.none(),
    TEXTS,
    st.sampled_from(["", " ", "_x0041_", "0012", "1e5", "=A1", "TRUE", "2022-06-30", "&<>\"'", "㎡①Ⅲ"]),
    st.floats(-1e300, 1e300).map(lambda number: float(f"{number:.16G}")),  # XlsxWriter stores 16 digits
    st.booleans(),
    st.dates(date(1900, 3, 1), date(9999, 12, 31)),
    st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 30)).map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)),
)
ROWS = st.lists(st.lists(CELLS, max_size=6), max_size=8)


def written(rows: list[list[Cell]], options: dict[str, bool]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as book:
        sheet = book.add_worksheet("表")
        formats = {date: book.add_format({"num_format": "yyyy/m/d"}), datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})}
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if isinstance(value, str):
                    sheet.write_string(row, column, value)
                elif isinstance(value, bool):
                    sheet.write_boolean(row, column, value)
                elif isinstance(value, float):
                    sheet.write_number(row, column, value)
                elif isinstance(value, date):
                    sheet.write_datetime(row, column, value, formats[type(value)])
    return out.getvalue()


def trimmed(rows: list[list[Cell]]) -> list[list[Cell]]:
    """The grid that rows make: no empty text, no empty rows and columns at the end, all rows of one length."""
    filled = [[None if value == "" else value for value in row] for row in rows]
    width = max((column for row in filled for column, value in enumerate(row, 1) if value is not None), default=0)
    height = max((number for number, row in enumerate(filled, 1) if any(value is not None for value in row)), default=0)
    return [(row + [None] * width)[:width] for row in filled[:height]]


def plain(value: Cell) -> Cell:
    """A date at midnight and the day are the same stored number."""
    return value.date() if isinstance(value, datetime) and value.time() == time() else value


@given(rows=ROWS, options=st.sampled_from([{}, {"constant_memory": True, "in_memory": False}, {"date_1904": True}]))
def test_what_xlsxwriter_wrote_is_read_back(rows: list[list[Cell]], options: dict[str, bool], tmp_path_factory: pytest.TempPathFactory) -> None:
    if options.get("date_1904"):
        rows = [[None if isinstance(value, date) and value.year < 1904 else value for value in row] for row in rows]
    folder = tmp_path_factory.mktemp("written")
    found = sheet_of(folder, written(rows, options))
    assert found == [[plain(value) for value in row] for row in trimmed(rows)]


@given(rows=ROWS)
def test_openpyxl_and_calamine_read_the_same(rows: list[list[Cell]], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where they differ from us on purpose, the values are left out: control characters and escapes, times, blanks."""
    simple = [[value if not isinstance(value, str) or (value.isprintable() and "_x" not in value and value.strip()) else None for value in row] for row in rows]
    data = written(simple, {})
    ours = sheet_of(tmp_path_factory.mktemp("same"), data)
    theirs = openpyxl.load_workbook(io.BytesIO(data))["表"]
    fast = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    for row, cells in enumerate(ours):
        for column, value in enumerate(cells):
            seen = theirs.cell(row + 1, column + 1).value
            assert (plain(seen) if isinstance(seen, datetime) else seen) == (value if not isinstance(value, datetime) else pytest.approx(value, abs=datetime.resolution * 1000))
            if not isinstance(value, date):
                assert fast[row][column] == ("" if value is None else value)


def by_parser(data: bytes) -> object:
    """A worksheet part read element by element, whatever its shapes."""
    reader = SheetReader(CellSink(PLAIN))
    scan([data], reader.start, reader.end, reader.texts.append)
    return reader.sink.found


PLAIN = Context([f"文本{number}" for number in range(1000)], {"1": "date", "2": "time"})
# What usual programs write, and behind the bar what a sheet may hold besides, or must not.
SHAPES = {
    "attributes": ["", ' s="1"', ' s="2" t="n"', ' t="s"', ' t="str"', ' t="b"', ' t="e"', ' t="inlineStr"', ' s="3" t="x"', "|", ' t="s" s="1"', ' cm="1"'],
    "formula": ["", "", "<f>A1&amp;&quot;x&quot;</f>", '<f aca="false">1&lt;2</f>', '<f t="shared" ref="A1:A9" si="0">B1</f>', '<f t="shared" si="0"/>', '<f t="array" ref="A1:B2">C1</f>', "|", "<f><![CDATA[1<2]]></f>"],
    "value": ["", "<v></v>", "<v/>", "<v>7</v>", "<v>44742.5</v>", "<v>a_x0041_&#xA;&#38;b</v>", "<v> 1 </v>", "<is><t>甲</t></is>", '<is><t xml:space="preserve"> 乙 </t></is>',
              "|", "<v>x\r\ny</v>", "<v>&#1;</v>", "<v>&nbsp;</v>", "<v>]]></v>", "<v><![CDATA[8]]></v>", "<is><r><t>丙</t></r></is>", "<is><t/></is>"],
    "row": ["", ' hidden="1"', ' hidden="0" ht="15"', ' spans="1:5" x14ac:dyDescent="0.25"', ' hidden="true"', "|", " hidden='1'"],
    "end": ["</row>", "</row>", "|", "</row>\n", "</row><!-- x -->", "", "</row></row>"],
    "start": ["", '<?xml version="1.0" encoding="UTF-8"?>', '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n', "\ufeff", "|", "<!-- <sheetData> -->"],
}  # fmt: skip


LETTERS = ["A", "B", "C", "Z", "AA"]


@st.composite
def cells_of(draw: st.DrawFn, pick: dict[str, st.SearchStrategy[str]]) -> dict[str, str]:
    """What follows the reference in some cells of a row, by column."""
    contents = {}
    for letters in draw(st.lists(st.sampled_from(LETTERS), max_size=4, unique=True)):
        content = draw(pick["formula"]) + draw(pick["value"])
        contents[letters] = draw(pick["attributes"]) + (f">{content}</c>" if content else "/>")
    return contents


@st.composite
def parts(draw: st.DrawFn) -> bytes:
    """A worksheet part, in half the cases with unusual or broken shapes; in half the cases with rows that are mostly like the first."""
    unusual, alike = draw(st.booleans()), draw(st.booleans())
    pick = {name: st.sampled_from([s for s in shapes if s != "|"] if unusual else shapes[: shapes.index("|")]) for name, shapes in SHAPES.items()}
    numbers = draw(st.lists(st.integers(1, 30), max_size=8, unique=not unusual))
    first = draw(cells_of(pick))
    rows = ""
    for row in numbers if unusual else sorted(numbers):
        others = draw(cells_of(pick))
        contents = {letters: others.get(letters, content) if draw(st.integers(0, 3)) == 0 else content for letters, content in first.items()} if alike else others
        cells = "".join(f'<c r="{letters}{row}"{content}' for letters, content in contents.items())
        rows += f'<row r="{row}"{draw(pick["row"])}>{cells}{draw(pick["end"])}'
    text = f'<worksheet xmlns="urn:m" xmlns:x14ac="urn:x"><cols><col min="2" max="3" hidden="1"/></cols><sheetData>{rows}</sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>'
    return (draw(pick["start"]) + text).encode()


@pytest.mark.parametrize("alike", [1, 2, sheet_xml.ALIKE])
@given(parts())
def test_cells_read_off_the_text_and_by_the_parser_are_the_same(alike: int, data: bytes) -> None:
    results = []
    with patch.multiple(sheet_xml, ALIKE=alike, TOGETHER=3, MOST_SHAPES=4):
        for read in (by_parser, lambda part: read_sheet([part], PLAIN)):
            try:
                results.append(read(data))
            except MalformedError:
                results.append("broken")
    assert results[0] == results[1]


def saved_by_openpyxl() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    for row in range(1, 4):
        book.worksheets[0].append([row, "甲", date(2022, 6, 30), True, f"=A{row}"])
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("data", [XLSX, written(VALUES, {}), written(VALUES, {"constant_memory": True, "in_memory": False}), saved_by_openpyxl()])
def test_what_usual_programs_write_is_read_off_the_text(data: bytes) -> None:
    source = XlsxSource(Package(data, "a"))
    for entry in source.structure.sheets:
        part = source.package.read(entry.part)
        assert read_text(part, source.context) == read_sheet([part], source.context)


def test_rows_read_a_stretch_at_a_time_are_those_of_the_whole_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>甲{row}</t></is></c><c r="C{row}"><v>{row}</v></c></row>' for row in range(1, 60))
    part = f'<worksheet xmlns="urn:m"><sheetData>{rows}<row r="70"/><row r="71"><c r="B71"><v>1</v></c></row></sheetData></worksheet>'.encode()
    whole = read_text(part, PLAIN).sheet()
    for stretch in (1, 150, 1_000):
        monkeypatch.setattr(sheet_xml, "STRETCH", stretch)
        assert read_text(part, PLAIN).sheet() == whole
    assert (len(whole.grid), whole.grid[1], whole.grid[70]) == (71, ["甲2", None, 2.0], [None, 1.0, None])
    with pytest.raises(UnusualError):
        read_text(part.replace("甲59".encode(), b"<!-- -->"), PLAIN)


def test_a_row_that_comes_again_after_it_was_read_whole_keeps_both_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_xml, "STRETCH", 1)
    rows = "".join(f'<row r="{row}"><c r="{column}{row}"><v>{row}</v></c></row>' for column, row in (("A", 1), ("A", 2), ("B", 1)))
    part = f'<worksheet xmlns="urn:m"><sheetData>{rows}</sheetData></worksheet>'.encode()
    assert read_text(part, PLAIN).sheet().grid == [[1.0, 1.0], [2.0, None]]
    with pytest.raises(MalformedError):
        read_text(part.replace(b'"B1"', b'"A1"'), PLAIN)


def test_far_rows_stay_few_cells_however_far_right_these_are() -> None:
    """A million rows with one cell in the last column would be a list of 256 each."""
    rows = "".join(f'<row r="{row}"><c r="IV{row}"><v>{row}</v></c></row>' for row in range(GRID_ROWS + 1, GRID_ROWS + 40))
    found = read_text(f'<worksheet xmlns="urn:m"><sheetData>{rows}</sheetData></worksheet>'.encode(), PLAIN)
    assert (len(found.whole), found.values[GRID_ROWS + 1]) == (0, {256: GRID_ROWS + 1.0})


def test_excels_line_break_behind_the_declaration_is_no_reason_for_the_parser() -> None:
    cells = '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c></row></sheetData></worksheet>'
    part = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<worksheet xmlns="urn:m">{cells}'.encode()
    assert read_text(part, PLAIN).values == {1: {1: "甲"}}
    with pytest.raises(UnusualError):
        read_text(part.replace("甲".encode(), b"a\r\nb"), PLAIN)


# --- what a file can hold ----------------------------------------------------------------------------------------------


def facts_of_sheet(tmp_path: Path, sheet: str, after: str = "") -> SheetFacts:
    return opened(tmp_path, small(sheet, after)).facts("表")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="b"><v>0</v></c>', False),
        ('<c r="A1" t="str"><f>"甲"</f><v>甲</v></c>', "甲"),
        ('<c r="A1" t="inlineStr"><is><t> 甲 </t></is></c>', " 甲 "),
        ('<c r="A1" t="inlineStr"><is><r><t>三</t></r><r><t>门峡</t></r><rPh sb="0" eb="1"><t>sān</t></rPh></is></c>', "三门峡"),
        ('<c r="A1" t="d"><v>2022-06-30</v></c>', date(2022, 6, 30)),
        ('<c r="A1" t="d"><v>2022-06-30T08:00:00</v></c>', datetime(2022, 6, 30, 8)),
        ('<c r="A1" t="str"><v>a_x000A_b_x005F_x000A_</v></c>', "a\nb_x000A_"),
        ('<c r="A1" t="str"><v><![CDATA[<甲&乙>]]></v></c>', "<甲&乙>"),
        ('<c r="A1"><v>1<!-- remark -->2</v></c>', 12.0),
        ('<c r="A1"><v>1E5</v></c>', 100000.0),
        ('<c r="A1"><v>NaN</v></c>', "NaN"),
        ('<c r="A1"><v>1e999</v></c>', "1e999"),
        ("<c><v>3</v></c>", 3.0),
        ("<c r='A1' t='n'><v>4</v></c>", 4.0),
    ],
)
def test_a_stored_value_is_read_as_its_type(tmp_path: Path, cell: str, value: Cell) -> None:
    assert sheet_of(tmp_path, small(f'<row r="1">{cell}</row>')) == [[value]]


def test_cells_and_rows_without_a_reference_follow_one_another(tmp_path: Path) -> None:
    assert sheet_of(tmp_path, small('<row><c><v>1</v></c><c/><c><v>2</v></c></row><row r="3"><c r="B3"><v>3</v></c><c><v>4</v></c></row>')) == [
        [1.0, None, 2.0],
        [None, None, None],
        [None, 3.0, 4.0],
    ]


def test_phonetic_guides_are_not_part_of_a_shared_string() -> None:
    text = "<sst><si><t>东京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh><phoneticPr/></si><si><r><t>甲</t></r><r><rPr/><t xml:space='preserve'> 乙</t></r></si><si/></sst>"
    assert shared_strings(text.encode()) == ["东京", "甲 乙", ""]


@pytest.mark.parametrize(
    ("items", "strings"),
    [
        ("<si><t>甲</t></si><si><t xml:space=\"preserve\"> 乙 </t></si><si><t/></si><si><t></t></si>", ["甲", " 乙 ", "", ""]),
        ("<si><t>a&amp;b &lt;1 &#x4e59;&#19993;</t></si>", ["a&b <1 乙丙"]),
        ("<si><t>_x4E00_</t></si><si><t>一\n二</t></si>", ["一", "一\n二"]),
        ("<si><t>一\r\n二</t></si>", ["一\n二"]),                              # as XML has it: line ends are one character
        ("<si>\n <t>甲</t>\n</si>\n<si><t>乙</t></si>", ["甲", "乙"]),
        ("<si><t><![CDATA[甲<乙]]></t></si>", ["甲<乙"]),
    ],
)
@pytest.mark.parametrize("head", ['<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="4">', "<sst>"])
def test_shared_strings_are_read_in_whatever_way_a_program_writes_them(head: str, items: str, strings: list[str]) -> None:
    assert shared_strings(f"{head}{items}</sst>".encode()) == strings


@pytest.mark.parametrize(
    "part",
    [
        "<sst><si><t>甲</t></si>",
        "<sst><si><t>甲\x01</t></si></sst>",
        "<sst><si><t>甲]]></t></si></sst>",
        "<sst><si><t>甲&nbsp;</t></si></sst>",
        "<sst><si><t>&#0;</t></si></sst>",
        "<sst><si><t>甲</t></si></sst></sst>",
        "<sst a='1' a='1'><si><t>甲</t></si></sst>",
        "<!DOCTYPE sst [<!ENTITY a '甲'>]><sst><si><t>&a;</t></si></sst>",
    ],
)
def test_broken_shared_strings_are_refused(part: str) -> None:
    with pytest.raises(MalformedError):
        shared_strings(part.encode())


@pytest.mark.parametrize(
    ("cell", "stale"),
    [
        ("<c r='A1'><f>B1</f></c>", {"A1"}),
        ("<c r='A1'><f>B1</f><v></v></c>", {"A1"}),
        ("<c r='A1'><f>B1</f><v/></c>", {"A1"}),
        ("<c r='A1' t='str'><f>B1</f><v></v></c>", set()),
        ("<c r='A1'><f>B1</f><v>0</v></c>", set()),
        ("<c r='A1'><f t='shared' si='0'/><v>0</v></c>", set()),
    ],
)
def test_a_formula_without_a_stored_value_is_stale_but_empty_text_is_a_value(tmp_path: Path, cell: str, stale: set[str]) -> None:
    facts = facts_of_sheet(tmp_path, f"<row r='1'>{cell}</row>")
    assert (facts.formulas, facts.stale) == ({"A1"}, stale)


def test_all_cells_of_an_array_formula_are_formulas(tmp_path: Path) -> None:
    facts = facts_of_sheet(tmp_path, "<row r='1'><c r='A1'><f t='array' ref='A1:A2'>B1:B2</f><v>1</v></c></row><row r='2'><c r='A2'><v>2</v></c></row>")
    assert facts.formulas == {"A1", "A2"}


def test_a_stray_cell_far_out_is_kept_beside_the_grid(tmp_path: Path) -> None:
    book = opened(tmp_path, small('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row><row r="1048576"><c r="XFD1048576"><v>3</v></c></row>'))
    assert book.values("表") == [[1.0]]
    assert book.facts("表").far == {"XFD1": 2.0, "XFD1048576": 3.0}


def test_formatted_empty_cells_and_rows_are_no_content(tmp_path: Path) -> None:
    assert sheet_of(tmp_path, small('<row r="1"><c r="A1"><v>1</v></c><c r="Z1" s="0"/></row><row r="900"><c r="ZZ900" s="0"/></row>')) == [[1.0]]


def test_an_empty_sheet_is_an_empty_grid(tmp_path: Path) -> None:
    assert sheet_of(tmp_path, small("")) == []


def test_the_stamp_is_found_in_names_and_on_the_stamp_sheet_too(tmp_path: Path) -> None:
    names = '<definedNames><definedName name="xltools_template">"county"</definedName><definedName name="xltools_version">"2"</definedName></definedNames>'
    assert opened(tmp_path, small(workbook=names)).stamp == Stamp("county", "2", "")
    without = changed(XLSX, lambda name, content: content.replace(b"xltools_", b"other_") if name == "docProps/custom.xml" else content)
    assert opened(tmp_path, without).stamp == Stamp("county", "2022.1", "sanmenxia-2022")
    assert opened(tmp_path, small()).stamp == Stamp()


DATE_STYLES = '<numFmts><numFmt numFmtId="164" formatCode="%s"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="%s"/></cellXfs>'


@pytest.mark.parametrize(
    ("number", "serial", "value"),
    [
        ("14", "44742", date(2022, 6, 30)),
        ("22", "44742.5", datetime(2022, 6, 30, 12)),
        ("14", "44742.25", datetime(2022, 6, 30, 6)),
        ("20", "0.5", time(12)),
        ("46", "1.5", 1.5),
        ("31", "44742", date(2022, 6, 30)),
        ("9", "0.8", 0.8),
        ("14", "1", date(1900, 1, 1)),
        ("14", "59", date(1900, 2, 28)),
        ("14", "60", 60.0),
        ("14", "61", date(1900, 3, 1)),
        ("14", "0", 0.0),
        ("14", "-5", -5.0),
        ("14", "2958465", date(9999, 12, 31)),
        ("14", "2958466", 2958466.0),
        ("14", "1e300", 1e300),
    ],
)
def test_a_date_is_known_by_its_number_format(tmp_path: Path, number: str, serial: str, value: Cell) -> None:
    assert sheet_of(tmp_path, small(f'<row r="1"><c r="A1" s="1"><v>{serial}</v></c></row>', styles=DATE_STYLES % ("@", number))) == [[value]]


def test_dates_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    data = small('<row r="1"><c r="A1" s="1"><v>43280</v></c><c r="B1" s="1"><v>0</v></c></row>', styles=DATE_STYLES % ("@", "14"), workbook='<workbookPr date1904="1"/>')
    assert sheet_of(tmp_path, data) == [[date(2022, 6, 30), date(1904, 1, 1)]]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy-mm-dd", "date"),
        ('yyyy"年"m"月"d"日"', "date"),
        ("[$-804]yyyy/m/d;@", "date"),
        ("[DBNum1][$-804]yyyy年m月d日", "date"),
        ("mmm-yy", "date"),
        ("m/d h:mm", "date"),
        ("aaaa", "date"),
        ("h:mm AM/PM", "time"),
        ("mm:ss.0", "time"),
        ("yyyy-mm-dd hh:mm:ss.000", "date"),
        ("[h]:mm:ss", ""),
        ("General", ""),
        ("G/通用格式", ""),
        ("0.00E+00", ""),
        ('0.0"mg/m³ day"', ""),
        ("#,##0.00;[Red]-#,##0.00", ""),
        ("0%", "percent"),
        ("@", ""),
        (r"0\d", ""),
        ("_ * #,##0_ ", ""),
        ("# ?/?", ""),
    ],
)
def test_a_format_code_shows_a_date_a_time_or_neither(code: str, kind: str) -> None:
    assert shows(code) == kind


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["date", "time"]), st.booleans())
def test_no_number_is_too_odd_for_a_date_format(serial: float, kind: str, from_1904: bool) -> None:
    assert isinstance(from_serial(serial, kind, from_1904), float | date | time)


def test_iso_texts_are_dates_and_others_are_not() -> None:
    assert from_iso("2022-06-30T00:00:00") == date(2022, 6, 30)
    assert from_iso("08:30:00") == time(8, 30)
    assert from_iso("2022年") is None


def test_reading_a_file_takes_the_memory_of_its_size_not_of_the_largest_that_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "市级汇总.xlsx"
    path.write_bytes(b"x" * 1000)
    tracemalloc.start()
    try:
        assert content_of(path, path.name, SUMMARY) == b"x" * 1000
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_of_a_file_that_is_too_large_enough_is_read_to_say_so(tmp_path: Path) -> None:
    path = tmp_path / "大.xlsx"
    with path.open("wb") as file:
        file.truncate(MAX_FILE + 10)
    assert len(content_of(path, path.name)) == MAX_FILE + 1
