"""Changing a package part by part: what is changed reads as meant, and everything else keeps its bytes."""

import io
import sys
import zipfile
from types import SimpleNamespace

import pytest

from tests.workbooks import XLSX, changed, parts_of, small, strict
from xltools.books import gate
from xltools.books import patch as patch_module
from xltools.books.document import Paragraph, as_docx
from xltools.books.package import pack
from xltools.books.patch import Patch
from xltools.books.patch_book import add_front_sheet, sheets_of, take_out_sheet
from xltools.books.patch_notes import SheetNotes
from xltools.books.patch_sheet import SheetCells
from xltools.books.patch_style import KEPT, NONE, StyleTable
from xltools.books.patch_vml import boxes, enlarged, is_bare, new_drawing, with_boxes, without_boxes
from xltools.books.patch_xml import (
    WORKSHEET,
    CannotPatchError,
    around_rows,
    cell_text,
    changed_tag,
    inserted,
    links_in,
    outline,
    spliced,
)

PINK = "#FBD9D5"
EMPTY_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'


def sheet(rows: str, before: str = "", after: str = "") -> bytes:
    return f'<worksheet xmlns="m">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'.encode()


def restyled(data: bytes, **cells: int) -> bytes:
    part = SheetCells(data)
    for name, style in cells.items():
        part.restyle((int(name[1:]), ord(name[0]) - 64), style)
    return part.content()


# --- XML -----------------------------------------------------------------------------------------------------------------


def test_a_tag_gets_loses_and_changes_attributes_and_keeps_the_rest():
    data = b"""<a><b  x = '1'  y=">2" z:q="3"/></a>"""
    (b,) = outline(data, 1).children
    edit = changed_tag(data, b, {"x": "4&", "y": None, "n": "5"})
    assert spliced(data, [edit]) == b"""<a><b  x="4&amp;"  z:q="3" n="5"/></a>"""


def test_a_new_child_stands_where_the_order_wants_it_and_before_what_is_not_known():
    data = b"<worksheet><sheetData/><drawing/><mc:AlternateContent/><tableParts/></worksheet>"
    assert spliced(data, [inserted(data, outline(data, 1), WORKSHEET, b"<legacyDrawing/>")]) == (
        b"<worksheet><sheetData/><drawing/><legacyDrawing/><mc:AlternateContent/><tableParts/></worksheet>"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"<a><b></a>",
        b'<!DOCTYPE a [<!ENTITY e "x">]><a/>',
        '<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="gb2312"?><a/>',
        b'<x:a xmlns:x="m"/>',
    ],
)
def test_what_cannot_be_changed_safely_is_refused(data):
    with pytest.raises(CannotPatchError):
        outline(data, 1)


def test_two_edits_of_one_place_are_a_bug_and_not_a_broken_file():
    with pytest.raises(ValueError, match="overlap"):
        spliced(b"abc", [(0, 2, b""), (1, 3, b"")])


@pytest.mark.parametrize(("text", "written"), [("a<b&\"c\"", "a&lt;b&amp;&quot;c&quot;"), ("\x00x\x0b", "x"), ("_x0041_", "_x005F_x0041_"), ("=1+1", "=1+1")])
def test_text_is_written_so_that_it_is_read_as_the_same_text(text, written):
    assert cell_text(text) == written


# --- the package ---------------------------------------------------------------------------------------------------------


def test_an_unchanged_package_keeps_every_member_in_its_order():
    patch = Patch(XLSX, "甲.xlsx")
    patch.read(patch.main)
    assert list(parts_of(patch.content()).items()) == list(parts_of(XLSX).items())


def test_a_large_part_is_deflated_piece_by_piece_and_one_that_stays_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patch_module, "LARGE", 20)
    patch = Patch(XLSX, "甲.xlsx")
    name = sheets_of(patch)[0].part
    before = patch.read(name)
    patch.write_pieces(name, before, [before[:7], before[7:]])
    assert not patch.is_changed
    pieces = [before[:7], before[7:-20], b"<!-- new -->", before[-20:]]
    patch.write_pieces(name, before, pieces)
    assert (patch.is_changed, patch.read(name)) == (True, b"".join(pieces))
    assert list(parts_of(patch.content()).items()) == [(one, b"".join(pieces) if one == name else content) for one, content in parts_of(XLSX).items()]
    patch.write_pieces(name, b"".join(pieces), [before[:30]])
    assert patch.read(name) == before[:30]
    patch.write(name, b"<short/>")
    assert parts_of(patch.content())[name] == b"<short/>"


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("before", [b"", b"in front of the package"])
@pytest.mark.parametrize("stream", [False, True])
def test_parts_are_taken_over_however_a_program_stored_them(kind: int, before: bytes, stream: bool) -> None:
    """Also from a package that was written to a stream, which says sizes behind each part."""
    given = parts_of(XLSX)
    out = Stream() if stream else io.BytesIO()
    out.write(before)
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, content in given.items():
            archive.writestr(name, content)
    patch = Patch(out.getvalue(), "a.xlsx")
    part = sheets_of(patch)[0].part
    patch.write(part, given[part].replace(b"</worksheet>", b"<!----></worksheet>"))
    made = patch.content()
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
    assert {name: content for name, content in parts_of(made).items() if name != part} == {name: content for name, content in given.items() if name != part}
    assert b"<!---->" in parts_of(made)[part]


class Stream(io.BytesIO):
    """Where nobody can go back."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def test_a_large_part_may_be_read_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not kept, and still counts once of what a package may hold."""
    monkeypatch.setattr(gate, "MAX_INFLATED", 2 * sum(map(len, parts_of(XLSX).values())))
    monkeypatch.setattr(patch_module, "LARGE", 10)
    patch = Patch(XLSX, "a.xlsx")
    part = sheets_of(patch)[0].part
    assert {patch.read(part) for _ in range(50)} == {parts_of(XLSX)[part]}


def test_pieces_are_for_a_part_that_is_there() -> None:
    with pytest.raises(CannotPatchError):
        Patch(XLSX, "a.xlsx").write_pieces("xl/worksheets/sheet99.xml", b"", [b"a"])


def test_a_strict_package_is_refused_before_anything_is_changed():
    with pytest.raises(CannotPatchError):
        Patch(strict(XLSX), "甲.xlsx")


def test_a_front_sheet_comes_first_is_shown_and_leaves_names_on_their_sheets():
    names = '<definedNames><definedName name="n" localSheetId="0">表!$A$1</definedName><definedName name="all">表!$A$1</definedName></definedNames>'
    views = '<bookViews><workbookView firstSheet="0" activeTab="0"/></bookViews>'
    data = changed(small(), lambda name, content: content.replace(b"</sheets>", b"</sheets>" + names.encode()).replace(b"<sheets>", views.encode() + b"<sheets>"))
    selected = changed(data, lambda name, content: content.replace(b"<sheetData>", b'<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews><sheetData>'))
    patch = Patch(selected, "甲.xlsx")
    add_front_sheet(patch, "退回&说明", EMPTY_SHEET, 3)
    assert [one.name for one in sheets_of(patch)] == ["退回&说明", "表"]
    book = outline(patch.read(patch.main), 2)
    assert [(one.attributes["name"], one.attributes.get("localSheetId")) for one in book.first("definedNames").children] == [("_xlnm.Print_Titles", "0"), ("n", "1"), ("all", None)]
    assert len({one.attributes["sheetId"] for one in book.first("sheets").children}) == 2
    assert b"tabSelected" not in patch.read("xl/worksheets/sheet1.xml")     # two selected sheets would be edited together
    take_out_sheet(patch, sheets_of(patch)[0])
    assert [one.name for one in sheets_of(patch)] == ["表"]
    assert [one.attributes.get("localSheetId") for one in outline(patch.read(patch.main), 2).first("definedNames").children] == ["0", None]
    assert parts_of(patch.content()).keys() == parts_of(selected).keys()


# --- cells ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "cells", "wanted"),
    [
        ('<row r="1"><c r="A1" s="2" t="s"><v>0</v></c></row>', {"A1": 5}, '<row r="1"><c r="A1" s="5" t="s"><v>0</v></c></row>'),
        ('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>', {"A1": 5}, '<row r="1"><c r="A1" s="5"><f>1+1</f><v>2</v></c></row>'),
        ('<row r="1" spans="1:1"><c r="A1"/></row>', {"C1": 5, "B1": 4}, '<row r="1"><c r="A1"/><c r="B1" s="4"/><c r="C1" s="5"/></row>'),
        ('<row r="2"><c r="C2"/></row>', {"A2": 5, "C2": 6}, '<row r="2"><c r="A2" s="5"/><c r="C2" s="6"/></row>'),
        ('<row r="2"/>', {"B2": 5}, '<row r="2"><c r="B2" s="5"/></row>'),
        ('<row r="2"/><row r="9"/>', {"A1": 5, "A4": 5, "A5": 6}, '<row r="1"><c r="A1" s="5"/></row><row r="2"/><row r="4"><c r="A4" s="5"/></row><row r="5"><c r="A5" s="6"/></row><row r="9"/>'),
        ("<row><c/><c s='1'/></row>", {"B1": 5}, '<row><c/><c s="5"/></row>'),
    ],
)
def test_cells_get_a_style_and_are_made_in_order_where_they_are_not_there(rows, cells, wanted):
    assert restyled(sheet(rows), **cells) == sheet(wanted)


def test_cells_are_made_in_a_sheet_without_any():
    assert restyled(EMPTY_SHEET, B2=5) == EMPTY_SHEET.replace(b"<sheetData/>", b'<sheetData><row r="2"><c r="B2" s="5"/></row></sheetData>')


def test_a_cell_that_is_not_there_looks_like_its_row_or_column():
    cells = SheetCells(sheet('<row r="1" s="7" customFormat="1"/><row r="2" s="7"/>', '<cols><col min="2" max="3" style="4"/></cols>'))
    assert [cells.style(where) for where in ((1, 2), (2, 2), (9, 3), (9, 4))] == [7, 4, 4, 0]


def test_the_stated_extent_grows_with_the_cells():
    grown = restyled(sheet('<row r="2"><c r="B2"/></row>', '<dimension ref="B2"/>'), D4=1)
    assert outline(grown, 1).first("dimension").attributes == {"ref": "B2:D4"}


def test_a_covered_cell_is_marked_in_the_first_of_its_merged_range():
    cells = SheetCells(sheet("", after='<mergeCells count="1"><mergeCell ref="B2:C4"/></mergeCells>'))
    assert (cells.anchor((4, 3)), cells.anchor((5, 3))) == ((2, 2), (5, 3))


@pytest.mark.parametrize("row", ['<row r="1"><c r="B1"/><c r="A1"/></row>', '<row r="1"><c r="A2"/></row>', '<row r="1"><c r="A1"/><c r="A1"/></row>'])
def test_cells_out_of_order_are_not_touched(row):
    with pytest.raises(CannotPatchError):
        SheetCells(sheet(row)).style((1, 1))


# --- styles --------------------------------------------------------------------------------------------------------------

STYLES = (
    b'<styleSheet xmlns="m"><fonts count="3"><font><sz val="9"/></font><font><color rgb="FFFFFFFF"/></font><font><color theme="0"/></font></fonts><fills count="6">'
    b'<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    b'<fill><patternFill patternType="solid"><fgColor rgb="FF0f4c5c"/><bgColor indexed="64"/></patternFill></fill>'
    b'<fill><patternFill patternType="solid"><fgColor theme="4" tint="0.5999"/></patternFill></fill>'
    b'<fill><patternFill patternType="solid"><fgColor indexed="22"/></patternFill></fill>'
    b'<fill><gradientFill><stop position="0"><color rgb="FF000000"/></stop></gradientFill></fill></fills>'
    b'<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="7">'
    b'<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0"><alignment wrapText="1"/><protection locked="0"/></xf>'
    b'<xf fontId="1" fillId="1"/><xf fontId="1" fillId="2"/><xf fontId="2" fillId="3"/><xf fillId="4"/><xf fillId="5"/><xf fillId="0"/></cellXfs></styleSheet>'
)


def test_a_fill_is_said_in_words_that_bring_it_back():
    table = StyleTable(STYLES)
    words = [table.fill(style) for style in range(7)]
    assert words == [NONE, KEPT, "#0F4C5C", "主题4/0.5999", "索引22", KEPT, NONE]
    for style in (0, 2, 3, 4):
        marked = table.with_fill(style, PINK)
        assert table.fill(marked) == PINK
        assert table.with_fill(marked, words[style]) == style
    assert table.with_fill(5, KEPT) == 5


def test_a_style_with_another_fill_keeps_number_format_alignment_and_lock():
    table = StyleTable(STYLES)
    assert table.with_fill(0, PINK) == table.with_fill(0, PINK) == 7
    new = StyleTable(table.content())
    styles = outline(table.content(), 3).first("cellXfs")
    assert styles.attributes["count"] == "8"
    assert styles.children[7].attributes | {"fillId": "0"} == styles.children[0].attributes | {"applyFill": "1"}
    assert [one.name for one in styles.children[7].children] == ["alignment", "protection"]
    assert new.fill(7) == PINK
    assert new.filled_with({PINK}) == {7}


def test_light_text_is_told_from_dark():
    table = StyleTable(STYLES)
    assert [table.is_light_on_dark(style) for style in (0, 1, 3)] == [False, True, True]


def test_a_package_without_styles_gets_a_complete_table():
    table = StyleTable(b"")
    assert table.fill(table.with_fill(0, PINK)) == PINK
    assert [one.name for one in outline(table.content(), 1).children] == ["fonts", "fills", "borders", "cellStyleXfs", "cellXfs"]


# --- notes ---------------------------------------------------------------------------------------------------------------


def noted(texts: dict[tuple[int, int], str]) -> Patch:
    patch = Patch(small(), "甲.xlsx")
    notes = SheetNotes(patch, "xl/worksheets/sheet1.xml")
    for where, text in texts.items():
        notes.add(where, text)
    notes.save("张三")
    return patch


def texts(patch: Patch) -> dict[tuple[int, int], str]:
    return SheetNotes(patch, "xl/worksheets/sheet1.xml").texts


def test_notes_are_made_with_a_box_each_and_taken_away_without_a_trace():
    patch = noted({(1, 1): "甲", (3, 2): "=cmd|'x'!A1\n第二行"})
    assert texts(patch) == {(1, 1): "甲", (3, 2): "=cmd|'x'!A1\n第二行"}
    assert boxes(patch.read("xl/drawings/vmlDrawing1.vml")) == {(1, 1), (3, 2)}
    notes = SheetNotes(patch, "xl/worksheets/sheet1.xml")
    for where in ((1, 1), (3, 2)):
        notes.keep(where, "")
    notes.save("张三")
    assert not [part for part in patch.parts if "comments" in part or part.endswith(".vml")]
    assert patch.read("xl/worksheets/sheet1.xml") == Patch(small(), "甲.xlsx").read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    "body",
    [
        "<t>请核对</t>",
        "<r><t>请</t></r><r><rPr><b/></rPr><t>核对</t></r>",
        '<r><t>请核对</t></r><rPh sb="0" eb="1"><t>qing</t></rPh>',
    ],
)
def test_text_put_behind_a_note_of_the_clerk_comes_off_again(body):
    patch = noted({(1, 1): "x", (2, 2): "别的"})
    part = patch.related("xl/worksheets/sheet1.xml", "comments")
    run = patch.read(part).split(b"<text>")[1].split(b"</text>")[0]
    patch.write(part, patch.read(part).replace(run, body.encode(), 1))
    before = texts(patch)
    assert before == {(1, 1): "请核对", (2, 2): "别的"}
    notes = SheetNotes(patch, "xl/worksheets/sheet1.xml")
    notes.add((1, 1), "我们的")
    notes.save("校验")
    assert texts(patch) == {**before, (1, 1): "请核对\n我们的"}
    notes = SheetNotes(patch, "xl/worksheets/sheet1.xml")
    notes.keep((1, 1), "请核对")
    notes.save("校验")
    assert texts(patch) == before
    assert body.partition("</t>")[0].rpartition(">")[2].encode() in patch.read(part)


def test_a_conversation_is_recognised_by_its_author():
    patch = noted({(1, 1): "x"})
    part = patch.related("xl/worksheets/sheet1.xml", "comments")
    assert not SheetNotes(patch, "xl/worksheets/sheet1.xml").is_threaded((1, 1))
    patch.write(part, patch.read(part).replace("张三".encode(), b"tc={1}"))
    assert SheetNotes(patch, "xl/worksheets/sheet1.xml").is_threaded((1, 1))


def test_boxes_come_and_go_and_other_shapes_stay():
    button = b'<v:shape id="_x0000_s1030"><x:ClientData ObjectType="Button"><x:Row>0</x:Row><x:Column>0</x:Column></x:ClientData></v:shape>'
    drawing = new_drawing(1, 2).replace(b"</xml>", button + b"</xml>")
    both = with_boxes(drawing, {(1, 1): "甲", (2, 1): "乙"})
    assert boxes(both) == {(1, 1), (2, 1)}
    assert b'"_x0000_s1031"' in both
    assert boxes(without_boxes(both, {(1, 1)})) == {(2, 1)}
    without = without_boxes(both, {(1, 1), (2, 1)})
    assert button in without
    assert not is_bare(without)
    assert is_bare(without.replace(button, b""))


def test_a_small_box_grows_with_its_text_and_a_large_one_stays():
    small_box = with_boxes(new_drawing(1, 1), {(5, 1): "甲"})
    grown = enlarged(small_box, {(5, 1): "很长的一段话" * 40})
    assert grown != small_box
    assert enlarged(grown, {(5, 1): "甲"}) == grown


@pytest.mark.parametrize(
    "links",
    [
        '<hyperlink ref="A5" r:id="rId1" location="\'表\'!A5"/><hyperlink ref="B6" location="甲&amp;乙&apos;!A1&quot;&lt;" display="x > y"/>',
        '<hyperlink ref="A5" xmlns:r="urn:r" r:id="rId1"/>\n<hyperlink ref=\'B6\' location="A1"/>',
        '<hyperlink ref="A5" location="a&#10;b"/><hyperlink ref="B6" ></hyperlink>',
        "<!-- none --><hyperlink ref=\"A5\"/>",
        "",
    ],
)
def test_links_are_found_as_the_xml_parser_finds_them_and_what_is_behind_them_where_it_stands(links: str) -> None:
    data = f"<worksheet><sheetData><row/></sheetData><mergeCells/><hyperlinks>{links}</hyperlinks><pageSetup/></worksheet>".encode()
    whole, around = outline(data, 2).children, around_rows(data, 1).children
    assert [(one.name, one.start, one.inner, one.close, one.end) for one in around] == [(one.name, one.start, one.inner, one.close, one.end) for one in whole]
    section = data[whole[2].start : whole[2].end]
    shift = whole[2].start
    assert [(one.name, one.attributes, one.start + shift, one.inner + shift, one.end + shift) for one in links_in(section)] == [
        (one.name, one.attributes, one.start, one.inner, one.end) for one in whole[2].children
    ]


def test_a_package_has_the_same_bytes_on_every_system(monkeypatch: pytest.MonkeyPatch) -> None:
    def made() -> list[bytes]:
        patch = Patch(XLSX, "甲.xlsx")
        patch.write("xl/added.xml", b"<added/>")
        return [pack({"a.xml": b"<a/>"}), patch.content(), as_docx([Paragraph("说明")])]

    here, system = made(), zipfile.ZipInfo("a").create_system
    monkeypatch.setattr(zipfile, "sys", SimpleNamespace(platform="linux" if sys.platform == "win32" else "win32"))
    assert zipfile.ZipInfo("a").create_system != system
    assert made() == here
