"""Binary workbooks (.xlsb) as grids: records instead of XML in the same kind of package.

Read here and not by python-calamine, which turns error values into nothing and passes over cells in the short form that some programs
write. Source: [MS-XLSB] 2.1.4 and 2.4.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from xltools.books.base import Cell
from xltools.books.biff import ERRORS, UNKNOWN_ERROR
from xltools.books.dates import built_in, from_serial, shows
from xltools.books.gate import Package
from xltools.books.grid import MAX_CELLS, Sheet, SheetBuilder
from xltools.books.sink import TWICE
from xltools.books.xlsx import SheetEntry, custom_properties, main_part, related, relationships
from xltools.books.xml import DAMAGED, TOO_LARGE, MalformedError
from xltools.model.address import LAST_COLUMN, LAST_ROW, address

ROW, STRING_ITEM, FONT, FORMAT, CELL_STYLE, COLUMNS, BOOK, SHEET, MERGED, BEGIN_STYLES, END_STYLES = 0, 19, 43, 44, 47, 60, 153, 156, 176, 617, 618
# A cell with its column; the short forms stand right of the cell before. Formula records begin like the value they gave.
VALUES = {1: "", 2: "rk", 3: "error", 4: "bool", 5: "real", 6: "text", 7: "shared", 62: "rich"}
SHORT = {12: "", 13: "rk", 14: "error", 15: "bool", 16: "real", 17: "text", 18: "shared"}
FORMULAS = {8: "text", 9: "real", 10: "bool", 11: "error"}
# Two records for a cell would be many; an empty record takes two bytes.
MAX_RECORDS = 4_000_000
HIDDEN_ROW, HIDDEN_COLUMN, STRUCK = 0x10, 1, 0x08


class XlsbSource:
    """An .xlsb workbook. Raises MalformedError, here and later, where the file contradicts itself. The texts of formulas are not known."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.main = main_part(package)
        self.names: dict[str, str] = {}
        self.properties = custom_properties(package)
        self._from_1904 = False
        self._parts = {one.name: one for one in self._sheets()}
        if not self._parts:
            raise MalformedError(DAMAGED)
        self._shared = [text for part in related(package, self.main, "sharedStrings") for text in _shared(package.read(part))]
        self._styles = [style for part in related(package, self.main, "styles") for style in _styles(package.read(part))]

    @property
    def sheets(self) -> list[str]:
        return list(self._parts)

    def read(self, name: str) -> Sheet:
        """The sheet of this name; it must be one of `sheets`."""
        one = self._parts[name]
        reader = SheetReader(self._shared, self._styles, self._from_1904)
        for kind, body in records(self.package.read(one.part)):
            reader.record(kind, body)
        return reader.found.sheet(one.visible)

    def _sheets(self) -> Iterator[SheetEntry]:
        parts, seen = relationships(self.package, self.main), set[str]()
        for kind, body in records(self.package.read(self.main)):
            if kind == BOOK:
                self._from_1904 = bool(body[:1] and body[0] & 1)
            elif kind == SHEET:
                (state,) = _unpack("<I", body)
                link, after = _wide(body, 8)
                name, _ = _wide(body, after)
                about, part = parts.get(link, ("", ""))
                if name in seen:
                    raise MalformedError(DAMAGED)
                seen.add(name)
                if about == "worksheet" and part in self.package:
                    yield SheetEntry(name, part, state == 0)


class SheetReader:
    """Takes the records of one worksheet in order; `found` is what they say."""

    def __init__(self, shared: list[str], styles: list[tuple[str, bool]], from_1904: bool) -> None:
        self.found = SheetBuilder()
        self._shared, self._styles, self._from_1904 = shared, styles, from_1904
        self._row = self._column = self._count = 0
        self._read: dict[str, Callable[[bytes, int, str], Cell]] = {
            "rk": self._rk,
            "real": self._real,
            "error": lambda body, at, kind: ERRORS.get(_byte(body, at), UNKNOWN_ERROR),
            "bool": lambda body, at, kind: _byte(body, at) != 0,
            "text": lambda body, at, kind: self.found.fits(_wide(body, at)[0]),
            "rich": lambda body, at, kind: self.found.fits(_wide(body, at + 1)[0]),
            "shared": self._shared_string,
        }

    def record(self, kind: int, body: bytes) -> None:
        if kind in VALUES:
            self._cell(VALUES[kind], body, _unpack("<II", body), 8)
        elif kind in SHORT:
            self._cell(SHORT[kind], body, (self._column, *_unpack("<I", body)), 4)
        elif kind in FORMULAS:
            self._cell(FORMULAS[kind], body, _unpack("<II", body), 8)
            self.found.formulas[address(self._row, self._column)] = ""
        elif kind == ROW:
            self._start_row(body)
        elif kind == COLUMNS:
            first, last, _, _, flags = _unpack("<IIIIH", body)
            self.found.columns_from(first + 1, last + 1, bool(flags & HIDDEN_COLUMN))
        elif kind == MERGED:
            top, bottom, left, right = _unpack("<4I", body)
            if top <= bottom < LAST_ROW and left <= right < LAST_COLUMN:
                self.found.merge(f"{address(top + 1, left + 1)}:{address(bottom + 1, right + 1)}")

    def _start_row(self, body: bytes) -> None:
        (row,) = _unpack("<I", body)
        if row >= LAST_ROW or row + 1 <= self._row:
            raise MalformedError(DAMAGED)
        self._row, self._column = row + 1, 0
        if len(body) > 11 and body[11] & HIDDEN_ROW:
            self.found.hidden_rows.add(self._row)

    def _cell(self, kind: str, body: bytes, head: tuple[int, ...], at: int) -> None:
        """head: column, counted from 0, and style; at: where the value begins."""
        column, style = head
        if column >= LAST_COLUMN or not self._row:
            raise MalformedError(DAMAGED)
        self._column = column + 1
        if not kind:
            return
        number = style & 0xFFFFFF
        kind_shown, struck = self._styles[number] if number < len(self._styles) else ("", False)
        value = self._read[kind](body, at, kind_shown)
        if value == "":
            return
        if struck:
            self.found.struck[address(self._row, self._column)] = True
        cells = self.found.values.setdefault(self._row, {})
        if self._column in cells:
            raise MalformedError(TWICE)
        cells[self._column] = value
        self._count += 1
        if self._count > MAX_CELLS:
            raise MalformedError(TOO_LARGE)

    def _rk(self, body: bytes, at: int, kind: str) -> Cell:
        """A number in four bytes: the high half of a real one or a whole one, either perhaps times 100."""
        (raw,) = _unpack("<i", body, at)
        number: float = raw >> 2 if raw & 2 else struct.unpack("<d", struct.pack("<ii", 0, raw & ~3))[0]
        return self._number(number / 100 if raw & 1 else float(number), kind)

    def _real(self, body: bytes, at: int, kind: str) -> Cell:
        (number,) = _unpack("<d", body, at)
        return self._number(number, kind)

    def _number(self, number: float, kind: str) -> Cell:
        if not math.isfinite(number):
            return UNKNOWN_ERROR
        return from_serial(number, kind, self._from_1904) if kind else number

    def _shared_string(self, body: bytes, at: int, kind: str) -> Cell:
        number: int = _unpack("<I", body, at)[0]
        if number >= len(self._shared):
            raise MalformedError(DAMAGED)
        return self.found.fits(self._shared[number])


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(kind, content) of every record of a part. Raises MalformedError where one is cut off."""
    at = count = 0
    while at < len(data):
        count += 1
        if count > MAX_RECORDS:
            raise MalformedError(TOO_LARGE)
        kind, at = _variable(data, at, 2)
        size, at = _variable(data, at, 4)
        if at + size > len(data):
            raise MalformedError(DAMAGED)
        yield kind, data[at : at + size]
        at += size


def _variable(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in up to `most` bytes of seven bits each, and where it ends."""
    number = 0
    for place in range(most):
        byte = _byte(data, at)
        at += 1
        number |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            break
    return number, at


def _byte(body: bytes, at: int) -> int:
    if at >= len(body):
        raise MalformedError(DAMAGED)
    return body[at]


def _unpack(layout: str, body: bytes, at: int = 0) -> tuple[Any, ...]:
    try:
        return struct.unpack_from(layout, body, at)
    except struct.error as error:
        raise MalformedError(DAMAGED) from error


def _wide(body: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it, and where it ends; the length -1 is no text."""
    (length,) = _unpack("<I", body, at)
    if length == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * length
    if end > len(body):
        raise MalformedError(DAMAGED)
    return body[at + 4 : end].decode("utf-16-le", "replace"), end


def _shared(data: bytes) -> Iterator[str]:
    return (_wide(body, 1)[0] for kind, body in records(data) if kind == STRING_ITEM)


def _styles(data: bytes) -> Iterable[tuple[str, bool]]:
    """What each cell style shows, see `dates.shows`, and whether its font is struck through."""
    codes: dict[int, str] = {}
    fonts: list[bool] = []
    inside, found = False, list[tuple[str, bool]]()
    for kind, body in records(data):
        if kind == FORMAT:
            codes[_unpack("<H", body)[0]] = _wide(body, 2)[0]
        elif kind == FONT:
            fonts.append(bool(_unpack("<HH", body)[1] & STRUCK))
        elif kind in (BEGIN_STYLES, END_STYLES):
            inside = kind == BEGIN_STYLES
        elif kind == CELL_STYLE and inside:
            _, number, font = _unpack("<HHH", body)
            found.append((shows(codes[number]) if number in codes else built_in(number), font < len(fonts) and fonts[font]))
    return found
