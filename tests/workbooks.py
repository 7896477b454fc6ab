"""Workbooks for tests, as bytes: the committed files, small ones written by hand, and changed copies."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from xltools.books.base import Cell
from xltools.books.file import FileBook, open_book
from xltools.model.code import Code
from xltools.model.finding import StopError

FILES = Path(__file__).parent / "files"


def opened(tmp_path: Path, data: bytes, name: str = "甲县.xlsx") -> FileBook:
    path = tmp_path / name
    path.write_bytes(data)
    return open_book(path)


def small(sheet: str = '<row r="1"><c r="A1"><v>1</v></c></row>', after: str = "", styles: str = "", workbook: str = "") -> bytes:
    """The smallest workbook with one sheet named 表; `sheet` is what stands in its sheetData."""
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    rel = f'<Relationship Id="r1" Type="{relation}/%s" Target="%s"/>'
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts = {
        "[Content_Types].xml": '<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": rels % rel % ("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relation}">{workbook}<sheets><sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": rels % (rel % ("worksheet", "worksheets/sheet1.xml") + f'<Relationship Id="r2" Type="{relation}/styles" Target="/xl/styles.xml"/>'),
        "xl/styles.xml": f'<styleSheet xmlns="{main}">{styles}</styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData>{after}</worksheet>',
    }
    return packed(parts)


def parts_of(package: Path | bytes) -> dict[str, bytes]:
    """The parts of a package by name, in their order."""
    with zipfile.ZipFile(io.BytesIO(package) if isinstance(package, bytes) else package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A package of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet_of(tmp_path: Path, data: bytes) -> list[list[Cell]]:
    return opened(tmp_path, data).values("表")


def everything(tmp_path: Path, data: bytes, name: str) -> list[list[list[Cell]]]:
    """The values of all sheets of a file with these bytes."""
    book = opened(tmp_path, data, name)
    return [book.values(sheet) for sheet in book.sheets]


def reason(tmp_path: Path, data: bytes, name: str = "甲县.xlsx") -> str:
    """Why this file is refused; the sentence's own part."""
    with pytest.raises(StopError) as stop:
        everything(tmp_path, data, name)
    assert stop.value.finding.code is (Code.ARCHIVE if "压缩包" in stop.value.finding.message else Code.UNREADABLE)
    assert stop.value.finding.place.file == name
    return stop.value.finding.message.partition("：")[2]


def zipped(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def strict(data: bytes) -> bytes:
    """The workbook in strict OOXML: the other set of namespaces."""
    changes = (
        (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
        (b"http://schemas.openxmlformats.org/officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/"),
    )
    return changed(data, lambda name, content: _replaced(content, changes))


def prefixed(data: bytes) -> bytes:
    """The workbook as some exporters write it: every element of the worksheets with a prefix."""

    def prefix(name: str, content: bytes) -> bytes:
        if not name.startswith("xl/worksheets/sheet"):
            return content
        return content.replace(b"</", b"</x:").replace(b"<", b"<x:").replace(b"<x:/x:", b"</x:").replace(b"<x:?", b"<?").replace(b"xmlns=", b"xmlns:x=")

    return changed(data, prefix)


def _replaced(content: bytes, changes: tuple[tuple[bytes, bytes], ...]) -> bytes:
    for old, new in changes:
        content = content.replace(old, new)
    return content


def changed(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The zip with each member's content changed."""
    return packed({name: change(name, content) for name, content in parts_of(data).items()})


ODS_NAMES = " ".join(f'xmlns:{name}="urn:{name}"' for name in ("office", "table", "text", "style", "draw", "calcext"))


def ods(rows: str, before: str = "", columns: str = "") -> bytes:
    """The smallest .ods with one sheet named 表."""
    body = f'<office:body><office:spreadsheet>{before}<table:table table:name="表">{columns}{rows}</table:table></office:spreadsheet></office:body>'
    return zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": f"<office:document-content {ODS_NAMES}>{body}</office:document-content>"})


def ods_row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def ods_cell(attributes: str = "", content: str = "") -> str:
    return f"<table:table-cell {attributes}>{content}</table:table-cell>"


XLSX = (FILES / "values.xlsx").read_bytes()
BOOKS = {
    **{f"values.{ending}": (FILES / f"values.{ending}").read_bytes() for ending in ("xlsx", "xlsm", "xls", "ods")},
    "wps.et": (FILES / "values.xls").read_bytes(),
    "an xls called.xlsx": (FILES / "values.xls").read_bytes(),
    "an xlsx called.xls": XLSX,
    "XML Spreadsheet 2003 called.xls": (FILES / "values.xml").read_bytes(),
    "strict.xlsx": strict(XLSX),
    "prefixed.xlsx": prefixed(XLSX),
}
# One or a few sheets without a stamp and without formulas; some of what the others know was lost when they were written.
TEXT_TABLES = {
    "values.csv": (FILES / "values.csv").read_bytes(),
    "a csv called.xls": (FILES / "values.csv").read_bytes(),
    "ANSI.csv": (FILES / "values.csv").read_text("utf-8").encode("gb18030"),
    "with a mark.csv": (FILES / "values.csv").read_text("utf-8").encode("utf-8-sig"),
    "Unicode text.txt": (FILES / "values.csv").read_text("utf-8").replace(",", "\t").encode("utf-16"),
    "values.html": (FILES / "values.html").read_bytes(),
    "a page called.xls": (FILES / "values.html").read_bytes(),
}
EVERY = {**BOOKS, "values.xlsb": (FILES / "values.xlsb").read_bytes(), **TEXT_TABLES}
