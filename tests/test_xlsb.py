"""The records of .xlsb: every kind of cell, and what is refused."""

import struct
from pathlib import Path

import pytest

from tests.workbooks import EVERY, changed, opened, reason
from xltools.books.base import Cell

XLSB = EVERY["values.xlsb"]


def record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    return head + bytes([len(body)]) + body


def row(number: int, flags: int = 0) -> bytes:
    return record(0, struct.pack("<IIHBB", number, 0, 300, 0, flags))


def cell(kind: int, column: int, value: bytes = b"") -> bytes:
    return record(kind, struct.pack("<II", column, 0) + value)


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def with_sheet(content: bytes) -> bytes:
    return changed(XLSB, lambda name, old: content if name == "xl/worksheets/sheet1.bin" else old)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (cell(1, 0), None),
        (cell(2, 0, struct.pack("<i", 7 << 2 | 2)), 7.0),
        (cell(2, 0, struct.pack("<i", -7 << 2 | 3)), -0.07),
        (cell(2, 0, struct.pack("<d", 1.5)[4:]), 1.5),
        (cell(2, 0, struct.pack("<d", -1.5)[4:]), -1.5),
        (cell(3, 0, b"\x2a"), "#N/A"),
        (cell(3, 0, b"\x99"), "#VALUE!"),
        (cell(4, 0, b"\x01"), True),
        (cell(5, 0, struct.pack("<d", 1e300)), 1e300),
        (cell(5, 0, struct.pack("<d", float("nan"))), "#VALUE!"),
        (cell(6, 0, wide("甲")), "甲"),
        (cell(7, 0, struct.pack("<I", 0)), "甲公司"),
        (cell(8, 0, wide("乙") + b"\0\0\1\0\0\0"), "乙"),
        (cell(9, 0, struct.pack("<d", 25)), 25.0),
        (cell(11, 0, b"\x07"), "#DIV/0!"),
        (cell(62, 0, b"\1" + wide("丙") + struct.pack("<IHH", 1, 0, 0)), "丙"),
        (record(16, struct.pack("<Id", 0, 3)), 3.0),
        (record(17, struct.pack("<I", 0) + wide("丁")), "丁"),
    ],
)
def test_every_kind_of_cell_is_read(tmp_path: Path, content: bytes, value: Cell) -> None:
    book = opened(tmp_path, with_sheet(row(0) + content), "甲县.xlsb")
    assert book.values("各种值") == ([] if value is None else [[value]])
    assert book.facts("各种值").formulas == ({"A1"} if content[0] in (8, 9, 11) else set())


def test_hidden_rows_and_cells_far_out_are_known(tmp_path: Path) -> None:
    book = opened(tmp_path, with_sheet(row(0, 0x10) + cell(4, 0, b"\1") + row(1_048_575) + cell(4, 16_383, b"\1")), "甲县.xlsb")
    assert (book.facts("各种值").hidden_rows, book.facts("各种值").far) == ({1}, {"XFD1048576": True})


@pytest.mark.parametrize(
    "content",
    [
        row(1_048_576),
        row(3) + row(3),
        cell(4, 0, b"\1"),
        row(0) + cell(4, 16_384, b"\1"),
        row(0) + cell(4, 0, b"\1") + cell(4, 0, b"\1"),
        row(0) + cell(7, 0, struct.pack("<I", 99)),
        row(0) + cell(6, 0, struct.pack("<I", 99)),
        row(0) + cell(5, 0, b"\1"),
        row(0)[:-1],
        b"\x00\xff\xff\xff\xff\x7f",
    ],
)
def test_records_that_contradict_themselves_are_refused(tmp_path: Path, content: bytes) -> None:
    assert "损坏" in reason(tmp_path, with_sheet(content), "甲县.xlsb")
