"""What is refused before or while it is read, and with which sentence."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from tests.compound import compound
from tests.workbooks import BOOKS, XLSX, changed, opened, reason, small, zipped
from xltools.books import gate, grid
from xltools.books.file import open_book
from xltools.books.gate import Package, look
from xltools.books.sheet_xml import read_sheet
from xltools.books.sink import Context
from xltools.books.xml import MalformedError
from xltools.model.code import Code
from xltools.model.finding import StopError

WORD = zipped(**{"[Content_Types].xml": '<Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'})


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "文件是空的（0字节）"),
        (bytes(5000), "文件内容全是空白，可能没有复制完成"),
        (XLSX[: len(XLSX) // 2], "文件已损坏或没有下载完整"),
        (XLSX[:-10], "文件已损坏或没有下载完整"),
        (BOOKS["values.xls"][:3000], "文件已损坏或没有下载完整"),
        (BOOKS["values.ods"][:3000], "文件已损坏或没有下载完整"),
        (WORD, "这是 Word 文件改了扩展名"),
        (compound({"WordDocument": b""}), "这是 Word 文件改了扩展名"),
        (compound({"PowerPoint Document": b""}), "这是 PowerPoint 文件改了扩展名"),
        (compound({"Contents": b""}), "这不是电子表格文件"),
        (zipped(mimetype="application/vnd.oasis.opendocument.text"), "这是文字处理或演示文件，不是电子表格"),
        (zipped(**{"照片.jpg": "x"}), "这是压缩包，里面没有表格文件"),
        (b"%PDF-1.7", "这是 PDF 文件，不是电子表格"),
        (b"\x89PNG\r\n", "这是图片，不是电子表格"),
        (b"Rar!\x1a\x07", "这是压缩包，里面是什么看不到"),
        ("\ufeff<html><body>没有表格</body></html>".encode(), "网页里没有表格"),
        (b"<html><frameset rows='*'><frame src='a.files/sheet001.htm'></frameset></html>", "这个网页的表格在旁边的文件夹里，没有一起报来"),
        (b"<?xml version='1.0'?><Workbook/>", "这是 XML 文件，不是电子表格"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "这是单个文件网页（.mht）或邮件，不是电子表格"),
        ("请查收附件。\n谢谢".encode("gb18030"), "这是文本文件，里面没有用逗号、制表符或分号隔开的表格"),
        ("序号,企业\n1,甲\n".encode() * 500 + b"2,\xff\xff\n", "第 1001 行附近有认不出的文字，可能是文字编码不对，或者文件没有下载完整"),
        (b"\x09\x02\x06\x00\x00\x00", "这是很旧的 Excel 格式（4.0 及以前）"),
        (b"\x00\x01\x02\x03", "这不是电子表格文件，或者文件已损坏"),
    ],
)
def test_what_is_no_workbook_is_refused_with_the_reason(tmp_path: Path, data: bytes, sentence: str) -> None:
    assert reason(tmp_path, data) == sentence


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StopError, match="文件不存在"):
        open_book(tmp_path / "没有.xlsx")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StopError, match="读取失败"):
        open_book(tmp_path)


def locked_xls() -> bytes:
    """The .xls with the record behind its beginning turned into the one that announces a password."""
    data = bytearray(BOOKS["values.xls"])
    at = data.index(struct.pack("<HH", 0x809, 16))
    struct.pack_into("<H", data, at + 20, 0x2F)
    return bytes(data)


LOCKED_ODS = changed(BOOKS["values.ods"], lambda name, content: content.replace(b"<manifest:file-entry", b"<manifest:encryption-data/><manifest:file-entry"))


@pytest.mark.parametrize("data", [compound({"EncryptedPackage": b"", "EncryptionInfo": b""}), locked_xls()])
def test_a_password_has_its_own_finding(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(StopError) as stop:
        opened(tmp_path, data)
    assert stop.value.finding.code is Code.PASSWORD


def test_an_ods_with_a_password_says_at_once_that_none_opens_it_here(tmp_path: Path) -> None:
    assert reason(tmp_path, LOCKED_ODS, "甲县.ods") == "文件有打开密码，这种格式用 --password 也打不开，请报送人去掉密码"


def archive(*names: str, encoding: str = "", locked: bool = False) -> bytes:
    """A .zip with these members; encoding: of the names, written without saying so, as Windows in China (gbk) and macOS (utf-8) do."""
    short = {name: f"{at:0{len(name.encode(encoding))}}" if encoding else name for at, name in enumerate(names)}
    data = zipped(**dict.fromkeys(short.values(), "x"))
    for name, stand_in in short.items():
        data = data.replace(stand_in.encode(), name.encode(encoding)) if encoding else data
    if locked:
        for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            for part in data.split(mark)[1:]:
                data = data.replace(mark + part, mark + part[: flags - 4] + bytes([part[flags - 4] | 1]) + part[flags - 3 :])
    return data


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (archive("7月/灵宝市.xlsx", "照片.jpg"), "这是压缩包，里面有 灵宝市.xlsx"),
        (archive("7月/灵宝市.xlsx", "陕州区表.ET", "照片.jpg", encoding="gbk"), "这是压缩包，里面有 灵宝市.xlsx、陕州区表.ET"),
        (archive("7月\\灵宝市.xls", encoding="utf-8"), "这是压缩包，里面有 灵宝市.xls"),
        (archive("../../../etc/灵宝市.xlsx", "灵\u202e宝\a.csv"), "这是压缩包，里面有 灵宝.csv、灵宝市.xlsx"),
        (archive("__MACOSX/._灵宝市.xlsx", "~$灵宝市.xlsx", "说明.docx"), "这是压缩包，里面没有表格文件"),
        (archive("灵宝市.xlsx", locked=True), "这是有密码的压缩包，里面有 灵宝市.xlsx"),
        (archive(*(f"{at}.xlsx" for at in range(7)), "内层.zip"), "这是压缩包，里面有 0.xlsx、1.xlsx、2.xlsx、3.xlsx、4.xlsx 等 8 个"),
        (archive("长" * 300 + ".xlsx"), f"这是压缩包，里面有 {'长' * 60}"),
        (archive("ÿ.xlsx", encoding="latin-1"), "这是压缩包，里面有 �.xlsx"),
    ],
)
def test_an_archive_is_not_read_and_says_which_workbooks_are_in_it(tmp_path: Path, data: bytes, sentence: str) -> None:
    assert reason(tmp_path, data, "灵宝市.zip") == sentence
    assert [path.name for path in tmp_path.iterdir()] == ["灵宝市.zip"]


def test_an_archives_finding_keeps_every_path_in_it_which_may_tell_whose_it_is() -> None:
    with pytest.raises(StopError) as stop:
        look(archive("灵宝市/排查.xlsx", *(f"{at}.xlsx" for at in range(6)), "照片.jpg"), "七月.zip")
    assert dict(stop.value.finding.values)["inside"] == ("0.xlsx", "1.xlsx", "2.xlsx", "3.xlsx", "4.xlsx", "5.xlsx", "灵宝市/排查.xlsx")


def test_a_member_that_stands_twice_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO(small())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("XL/Worksheets/sheet1.xml", "<worksheet/>")
    assert reason(tmp_path, out.getvalue()) == "文件内部的“xl/worksheets/sheet1.xml”出现了两次，无法判断以哪一份为准"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_a_document_type_is_refused_in_every_part(tmp_path: Path, part: str) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    data = changed(XLSX, lambda name, content: content.replace(b"?>", b"?>" + bomb, 1) if name == part else content)
    assert "DOCTYPE" in reason(tmp_path, data)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "_rels/.rels"])
@pytest.mark.parametrize("cut", [0, 40, 0.7])
def test_a_broken_part_is_refused(tmp_path: Path, part: str, cut: float) -> None:
    data = changed(XLSX, lambda name, content: content[: int(cut if cut > 1 else cut * len(content))] if name == part else content)
    assert "损坏" in reason(tmp_path, data)


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="0"/>',
        '<row r="1048577"/>',
        '<row r="x"/>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
    ],
)
def test_a_sheet_that_contradicts_itself_is_refused(tmp_path: Path, rows: str) -> None:
    assert "损坏" in reason(tmp_path, small(rows))


def test_an_inflating_member_is_stopped(tmp_path: Path) -> None:
    data = small("<!--" + " " * (gate.RATIO_FROM * 2) + "-->")
    assert len(data) < 100_000
    assert reason(tmp_path, data) == gate.TOO_LARGE


def test_the_members_together_may_not_inflate_too_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MAX_INFLATED", 2000)
    assert reason(tmp_path, XLSX) == gate.TOO_LARGE


def test_too_many_members_too_large_a_file_and_too_many_cells_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reason(tmp_path, zipped(**{str(number): "" for number in range(gate.MAX_MEMBERS + 1)})) == gate.TOO_LARGE
    monkeypatch.setattr(gate, "MAX_FILE", 2**20)
    assert reason(tmp_path, b"PK" + bytes(2**20)) == "文件超过 1 MB"
    monkeypatch.setattr("xltools.books.sink.MAX_CELLS", 5)
    assert reason(tmp_path, XLSX) == gate.TOO_LARGE


def test_too_many_far_cells_are_refused(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(grid.GRID_ROWS + 1, grid.GRID_ROWS + grid.MAX_FAR + 2))
    assert reason(tmp_path, small(rows)) == f"工作表的内容超过 {grid.GRID_ROWS} 行或 {grid.GRID_COLUMNS} 列"


def test_array_formulas_may_not_spread_without_end() -> None:
    cells = "".join(f'<c><f t="array" ref="A1:J1000">B{number}</f></c>' for number in range(1000))
    with pytest.raises(MalformedError):
        read_sheet([f'<worksheet><sheetData><row r="1">{cells}</row></sheetData></worksheet>'.encode()], Context())


def test_a_package_without_a_password_reads_its_parts_in_any_spelling() -> None:
    package = Package(small(), "a")
    assert "XL\\Workbook.xml" in package
    assert package.read("/xl/workbook.xml") == package.read("xl/Workbook.XML")
