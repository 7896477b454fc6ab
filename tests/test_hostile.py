"""Files made to hang, to swallow memory or to mislead: refused or read in seconds, and the others go on."""

import io
import resource
import struct
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from tests.compound import compound
from tests.county_files import POLICY, county_file, enterprise
from tests.fuzz.mutate import overlapping
from tests.test_text_formats import page, xml
from tests.test_xlsb import with_sheet
from tests.workbooks import BOOKS, XLSX, changed, ods, ods_cell, ods_row, small, zipped
from xltools.actions.check import check_files
from xltools.books.base import LONGEST_TEXT
from xltools.books.ole import SIGNATURE
from xltools.model.code import Code

SECONDS, MEMORY = 10, 2**30


@contextmanager
def bounded() -> Iterator[None]:
    """What runs inside takes less than ten seconds of computing and does not raise the peak above one gigabyte."""
    start, peak = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    yield
    assert time.process_time() - start < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 < max(MEMORY, peak + 1)


def noise(size: int) -> bytes:
    """Bytes that do not compress, so that no ratio gives a file away."""
    return Random(1).randbytes(size)


def part(name: str, content: bytes, data: bytes = XLSX) -> bytes:
    """The workbook with one part in the place of another; a comment keeps its ratio ordinary."""
    return changed(data, lambda member, old: content if member == name else old)


def sheet(rows: str, after: str = "") -> Callable[[], bytes]:
    return lambda: small(rows, after)


def shared(items: str, cells: str) -> bytes:
    return changed(part("xl/sharedStrings.xml", f"<sst>{items}</sst>".encode()), lambda name, old: f"<worksheet><sheetData>{cells}</sheetData></worksheet>".encode() if name == "xl/worksheets/sheet1.xml" else old)


def fat_of_fats() -> bytes:
    """A compound file whose list of lists names the same sector again and again."""
    sectors = 40_000
    head = struct.pack("<8s16xHHHHH6xIIIIIIIIII", SIGNATURE, 62, 3, 0xFFFE, 9, 6, 0, 1, 0, 0, 4096, 0xFFFFFFFE, 0, 0, 1, 0).ljust(512, b"\0")
    body = b"".join(struct.pack("<128I", *([0] * 127), number + 1) for number in range(1, sectors))
    return head + bytes(512) + body


def many_sheets() -> bytes:
    out = io.BytesIO(small())
    names = "".join(f'<sheet name="s{number}" sheetId="{number + 9}" r:id="r1"/>' for number in range(5000))
    return changed(out.getvalue(), lambda name, old: old.replace(b"</sheets>", names.encode() + b"</sheets>") if name == "xl/workbook.xml" else old)


def bomb_in_bomb() -> bytes:
    """A zip that holds a zip that holds a zip, under the name of a sheet."""
    inner = bytes(10**7)
    for _ in range(3):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("x", inner * 3)
        inner = out.getvalue()
    return part("xl/worksheets/sheet1.xml", inner)


def lying_size() -> bytes:
    """A member that says it is small and inflates to a hundred megabytes."""
    plain = b"<worksheet>" + b" " * 10**8
    data = bytearray(part("xl/worksheets/sheet1.xml", plain))
    for match in range(len(data) - 4):
        if data[match : match + 4] == struct.pack("<I", len(plain)):
            data[match : match + 4] = struct.pack("<I", 100)
    return bytes(data)


def locked_member() -> bytes:
    data = bytearray(XLSX)
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + 8] |= 1
    return bytes(data)


ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'
HOSTILE: dict[str, Callable[[], bytes]] = {
    "a dimension of the whole sheet": lambda: changed(XLSX, lambda name, old: old.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>') if "sheet1" in name else old),
    "rows with a style and nothing else": sheet(ROW + "".join(f'<row r="{row}" s="1" customFormat="1" ht="{row % 97}"/>' for row in range(2, 300_000))),
    "cells with a style and nothing else": sheet("".join(f'<row r="{row}">' + "".join(f'<c r="{letter}{row}" s="1"/>' for letter in "ABCDEFGHIJ") + "</row>" for row in range(1, 30_000))),
    "one row a million times": sheet('<row r="1"/>' * 1_500_000),
    "hidden columns said again and again": lambda: changed(small(ROW), lambda name, old: old.replace(b"<sheetData>", b"<cols>" + b'<col min="1" max="16384" hidden="1"/>' * 150_000 + b"</cols><sheetData>")),
    "merged ranges without end": sheet(ROW, "<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 200_000 + "</mergeCells>"),
    "shared strings without end": lambda: shared("<si><t/></si>" * 600_000, '<row r="1"><c r="A1" t="s"><v>1</v></c></row>'),
    "one text of megabytes": lambda: shared(f"<si><t>{'甲' * 3_000_000}</t></si>", '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'),
    "one long text in every cell": lambda: shared(f"<si><t>{'甲' * LONGEST_TEXT}</t></si>", "".join(f'<row r="{row}">' + '<c t="s"><v>0</v></c>' * 25 + "</row>" for row in range(1, 3000))),
    "elements in elements": sheet(ROW, "<a>" * 2_500_000),
    "a format code of brackets": lambda: changed(small(ROW, styles=f'<numFmts><numFmt numFmtId="164" formatCode="{"[" * 2_000_000}"/></numFmts><cellXfs><xf numFmtId="164"/></cellXfs>'), lambda name, old: old),
    "five thousand sheets": many_sheets,
    "a zip in a zip in a zip": bomb_in_bomb,
    "a size that lies": lying_size,
    "members that overlap": lambda: overlapping(XLSX, Random(3)),
    "a locked zip": locked_member,
    "names that climb out": lambda: zipped(**{"../../../../etc/passwd": "x", "[Content_Types].xml": "x"}),
    "a cell in the last corner": sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "an array over the whole sheet": sheet('<row r="1"><c r="A1"><f t="array" ref="A1:XFD1048576">1</f><v>1</v></c></row>'),
    "an xls of one cell far out": lambda: bytes(_moved(BOOKS["values.xls"])),
    "an xls whose lists name themselves": fat_of_fats,
    "an xls of empty records": lambda: compound({"Workbook": struct.pack("<HH", 0x809, 16) + bytes(16) + bytes(4) * 2_000_000}),
    "an xlsb of empty records": lambda: with_sheet(b"\x05\x00" * 4_500_000 + noise(60_000)),
    "an xlsb of hidden columns": lambda: with_sheet((b"\x3c\x12" + struct.pack("<IIIIH", 0, 16_383, 0, 0, 1)) * 300_000 + noise(60_000)),
    "an ods of blanks": lambda: ods(ods_row(ods_cell('office:value-type="string"', "<text:p>" + '<text:s text:c="9999"/>' * 100_000 + "</text:p>"))),
    "an ods that repeats a long text": lambda: ods(ods_row(ods_cell('office:value-type="string" table:number-columns-repeated="256"', f"<text:p>{'甲' * 30_000}</text:p>"), attributes='table:number-rows-repeated="390"')),
    "an ods that repeats without end": lambda: ods(ods_row(ods_cell('office:value-type="float" office:value="1" table:number-columns-repeated="16384"'), attributes='table:number-rows-repeated="1048576"')),
    "a csv of commas": lambda: b"a,b\n" + b"," * 30_000_000,
    "a csv of line ends": lambda: b"a,b\n" + b"\n" * 30_000_000,
    "a csv of quotes": lambda: b'a,b\n' + b',"' * 5_000_000,
    "a csv of one endless field": lambda: b'a,b\n"' + b"x" * 20_000_000,
    "a page of open quotes": lambda: page('<table><tr><td a="' * 400_000),
    "a page of endless spans": lambda: page("<table><tr>" + "<td colspan=1000 rowspan=65534>" * 200_000),
    "a page of tables in tables": lambda: page("<table><tr><td>" * 20_000),
    "an xml workbook of empty cells": lambda: xml("<Row>" + "<Cell/>" * 16_384 + "</Row>" + ("<Row>" + "<Cell/>" * 100 + "</Row>") * 40_000),
    "an xml workbook in depth": lambda: xml("<Row><Cell><Data>" + "<b>" * 2_000_000),
    "an xml workbook with entities": lambda: xml("<Row/>").replace(b"?><Workbook", b'?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><Workbook'),
}  # fmt: skip


def _moved(data: bytes) -> bytearray:
    """The .xls with a number moved to the last corner."""
    out = bytearray(data)
    struct.pack_into("<HH", out, out.index(struct.pack("<HHHH", 0x203, 14, 1, 2)) + 4, 65_535, 255)
    return out


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_costs_seconds_and_the_other_file_is_checked(tmp_path: Path, name: str) -> None:
    county_file(tmp_path, "灵宝市", [enterprise(0)])
    (tmp_path / "坏.xlsx").write_bytes(HOSTILE[name]())
    with bounded():
        outcome = check_files([tmp_path], POLICY)
    assert [one.file for one in outcome.accepted] == ["灵宝市.xlsx"]
    about = [one for one in outcome.findings if one.place.file == "坏.xlsx"]
    assert about
    assert {one.code for one in about} & {Code.UNREADABLE, Code.PASSWORD, Code.NOT_OUR_FORM}
