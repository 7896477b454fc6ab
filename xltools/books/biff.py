"""What the fast reader does not tell of an .xls or WPS .et: formulas, error values, percentages, struck text, merged ranges, hidden rows.

Source: [MS-XLS] 2.4 and 2.5.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from msgspec import Struct, field

from xltools.books.dates import built_in, shows
from xltools.books.ole import Streams
from xltools.books.xml import DAMAGED, MalformedError
from xltools.model.address import address, column_letters

FORMULA, END, SHEET, LOCK, ROW, MERGED, ERROR, COLUMNS = 0x06, 0x0A, 0x85, 0x2F, 0x208, 0xE5, 0x205, 0x7D
LINK, ITSELF, ADD_INS, MACRO_SHEET = 0x1AE, b"\x01\x04", b"\x01\x3a", 1
FORMAT, FONT, STYLE, NUMBER, SHORT, SHORTS = 0x41E, 0x31, 0xE0, 0x203, 0x27E, 0xBD  # SHORTS: numbers of neighbouring cells
TEXTS = (0xFD, 0x204, 0xD6, 0x205)  # shared, own and rich texts; true, false and errors
STRUCK, NO_FONT = 0x08, 4  # no font has the number four
NEAR_BEGINNING = 8  # the record about a password is one of the first
BEGINNINGS = (0x09, 0x209, 0x409, 0x809)
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
UNKNOWN_ERROR = "#VALUE!"
LAST_BIFF_COLUMN = 255


class BiffFacts(Struct):
    """Facts of one sheet. errors: (row, column, text) · percents, struck: (row, column) of cells whose format is a percentage, or whose font is
    struck through; counted from 1."""

    visible: bool = True
    formulas: list[str] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    percents: list[tuple[int, int]] = field(default_factory=list)
    struck: list[tuple[int, int]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)


class BookFacts(Struct):
    """Facts of a workbook. sheets: in the order of its list, chart sheets included; links: files and programs it refers to."""

    sheets: list[BiffFacts] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    macro_sheets: int = 0


def facts_of(data: bytes) -> BookFacts:
    """The facts of a workbook and of every sheet. Raises MalformedError."""
    streams = Streams(data)
    name = next((name for name in streams.names if name.lower() in ("workbook", "book")), None)
    if name is None:
        raise MalformedError("这不是电子表格文件")
    stream = streams.read(name)
    found = BookFacts()
    codes: dict[int, str] = {}
    fonts: list[bool] = []
    styles: list[tuple[bool, bool]] = []
    for kind, body in _records(stream, 0):
        if kind == SHEET and len(body) >= 6:
            start, state, about = struct.unpack_from("<IBB", body)
            found.macro_sheets += about == MACRO_SHEET
            found.sheets.append(_sheet(stream, start, state & 3 == 0, styles))
        elif kind == FORMAT and len(body) > 5:
            codes[struct.unpack_from("<H", body)[0]] = _text(body, 2)
        elif kind == STYLE and len(body) >= 4:
            font, number = struct.unpack_from("<HH", body)
            font -= font > NO_FONT
            percent = (shows(codes[number]) if number in codes else built_in(number)) == "percent"
            styles.append((percent, font < len(fonts) and fonts[font]))
        elif kind == FONT and len(body) >= 4:
            fonts.append(bool(body[2] & STRUCK))
        elif kind == LINK and len(body) > 4 and body[2:4] not in (ITSELF, ADD_INS):
            found.links.append(_link(body))
        elif kind == END:
            break
    return found


def _link(body: bytes) -> str:
    """What a link leads to: a text whose first characters are marks, of one or two bytes a character."""
    return _text(body, 2).lstrip("\x01\x02\x05\x06\x07\x08")


def _text(body: bytes, at: int) -> str:
    length, wide = struct.unpack_from("<HB", body, at)
    at += 3
    return body[at : at + 2 * length].decode("utf-16-le", "replace") if wide & 1 else body[at : at + length].decode("latin-1")


def is_locked(data: bytes) -> bool:
    """Whether the workbook has a password to open."""
    streams = Streams(data)
    name = next(name for name in streams.names if name.lower() in ("workbook", "book"))
    return any(kind == LOCK for kind, _ in islice(_records(streams.read(name), 0), NEAR_BEGINNING))


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _sheet(stream: bytes, start: int, visible: bool, styles: Sequence[tuple[bool, bool]]) -> BiffFacts:
    """styles: whether each shows a percentage, and is struck through."""
    facts = BiffFacts(visible)
    depth = 0
    for kind, body in _records(stream, start):
        if kind in BEGINNINGS:
            depth += 1
        elif kind == END:
            depth -= 1
            if depth <= 0:
                break
        elif depth == 1:
            try:
                _note(facts, kind, body)
                _note_styled(facts, _styled(kind, body), styles)
            except struct.error as error:
                raise MalformedError(DAMAGED) from error
    return facts


def _note(facts: BiffFacts, kind: int, body: bytes) -> None:
    if kind == FORMULA:
        row, column, _, result, mark = struct.unpack_from("<HHH6sH", body)
        facts.formulas.append(address(row + 1, column + 1))
        if mark == 0xFFFF and result[0] == 2:
            facts.errors.append((row + 1, column + 1, ERRORS.get(result[2], UNKNOWN_ERROR)))
    elif kind == ERROR:
        row, column, _, value, is_error = struct.unpack_from("<HHHBB", body)
        if is_error:
            facts.errors.append((row + 1, column + 1, ERRORS.get(value, UNKNOWN_ERROR)))
    elif kind == MERGED:
        (count,) = struct.unpack_from("<H", body)
        for top, bottom, left, right in struct.iter_unpack("<4H", body[2 : 2 + 8 * count]):
            facts.merged.append(f"{address(top + 1, left + 1)}:{address(bottom + 1, right + 1)}")
    else:
        _note_hidden(facts, kind, body)


def _note_styled(facts: BiffFacts, cells: Iterable[tuple[int, int, int]], styles: Sequence[tuple[bool, bool]]) -> None:
    for row, column, style in cells:
        percent, struck = styles[style] if style < len(styles) else (False, False)
        facts.percents += [(row, column)] if percent else []
        facts.struck += [(row, column)] if struck else []


def _styled(kind: int, body: bytes) -> Iterator[tuple[int, int, int]]:
    """Row, column and style of the cells of a record that holds values."""
    if kind in (NUMBER, SHORT, FORMULA, *TEXTS):
        row, first, *used = struct.unpack_from("<HHH", body)
    elif kind == SHORTS:
        row, first = struct.unpack_from("<HH", body)
        used = [style for style, _ in struct.iter_unpack("<HI", body[4 : 4 + (len(body) - 6) // 6 * 6])]
    else:
        return
    yield from ((row + 1, column + 1, style) for column, style in enumerate(used, first))


def _note_hidden(facts: BiffFacts, kind: int, body: bytes) -> None:
    if kind == ROW:
        row, options = struct.unpack_from("<H10xH", body)
        if options & 0x20:
            facts.hidden_rows.append(row + 1)
    elif kind == COLUMNS:
        first, last, options = struct.unpack_from("<HH4xH", body)
        if options & 1:
            facts.hidden_columns += [column_letters(column + 1) for column in range(first, min(last, LAST_BIFF_COLUMN) + 1)]
