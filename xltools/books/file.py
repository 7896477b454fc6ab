"""A workbook in a closed file, whatever its format: one look at the bytes, then the reader for what they are."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Protocol

from xltools.books import stamp
from xltools.books.base import Book, Grid, SheetFacts, Stamp
from xltools.books.csv_text import CsvSource
from xltools.books.decode import NotTextError, decoded
from xltools.books.foreign import ForeignSource, PageSource
from xltools.books.gate import BAD_TEXT, MAX_FILE, SUMMARY, Kind, Looked, look, refuse
from xltools.books.grid import Sheet
from xltools.books.ods import OdsSource
from xltools.books.replace import holder
from xltools.books.unlock import unlocked
from xltools.books.xlsb import XlsbSource
from xltools.books.xlsx import XlsxSource
from xltools.books.xml import MalformedError
from xltools.books.xml2003 import Xml2003Source, in_utf8
from xltools.model.code import Code
from xltools.model.finding import Place, StopError
from xltools.model.guide import load_guide

# A county's form has nine; each is compared with every form.
MAX_SHEETS = 200


class Source(Protocol):
    """What each format's reader gives. names: defined names; properties: custom document properties."""

    @property
    def sheets(self) -> list[str]: ...

    @property
    def names(self) -> dict[str, str]: ...

    @property
    def properties(self) -> dict[str, str]: ...

    def read(self, name: str) -> Sheet: ...


class FileBook:
    """A Book on a closed file; see `open_book`. sha256: of the file's bytes; source: the reader of its format."""

    def __init__(self, path: Path, name: str = "", passwords: Sequence[str] = (), content: bytes | None = None, room: int = 1) -> None:
        self.path = path
        self.name = name or path.name
        data = content_of(path, self.name, room) if content is None else content
        self.sha256 = hashlib.sha256(data).hexdigest()
        looked = _opened(data, self.name, passwords, room)
        self.kind = looked.kind
        self._read: dict[str, Sheet] = {}
        try:
            self.source: Source = _source(looked, self.name)
        except MalformedError as error:
            raise refuse(self.name, str(error)) from error
        if len(self.source.sheets) > MAX_SHEETS:
            raise refuse(self.name, f"工作表超过 {MAX_SHEETS} 张")

    @property
    def sheets(self) -> list[str]:
        return self.source.sheets

    def as_summary(self) -> FileBook:
        """The same workbook, of which as much is read as of a summary; see `open_summary`."""
        other = copy(self)
        if isinstance(self.source, XlsxSource):
            other.source, other._read = XlsxSource(self.source.package.with_room(SUMMARY)), {}
        return other

    @property
    def seen(self) -> Mapping[str, Sheet]:
        """The sheets that somebody has asked for so far."""
        return self._read

    def values(self, sheet: str) -> Grid:
        return [list(row) for row in self.sheet(sheet).grid]

    def facts(self, sheet: str) -> SheetFacts:
        return self.sheet(sheet).facts

    @cached_property
    def stamp(self) -> Stamp:
        """What the template said of itself: from the properties, else the defined names, else the stamp sheet. Raises StopError where these are damaged."""
        sheet = load_guide().stamp
        try:
            for entries in (self.source.properties, self.source.names):
                if (found := stamp.from_entries(entries)) != Stamp():
                    return found
        except MalformedError as error:
            raise refuse(self.name, str(error)) from error
        return stamp.from_sheet(self.values(sheet)) if sheet in self.sheets else Stamp()

    @property
    def saved(self) -> datetime | None:
        """When the workbook was last saved, as it says itself; None where the format does not say, or it cannot be read."""
        try:
            return self.source.saved if isinstance(self.source, XlsxSource) else None
        except (MalformedError, StopError):
            return None

    def sheet(self, name: str) -> Sheet:
        """The sheet with everything known of it. Raises StopError as `values` does."""
        if name not in self._read:
            if name not in self.sheets:
                raise StopError(Code.SHEET_MISSING.at(Place(self.name, name), sheets=name))
            try:
                self._read[name] = self.source.read(name)
            except MalformedError as error:
                raise refuse(self.name, str(error)) from error
        return self._read[name]


def content_of(path: Path, name: str, room: int = 1) -> bytes:
    """The whole file (of one that is too large, enough to say so), so that whoever has it open may go on working.

    Raises StopError with the reason when it cannot be read: only one program may hold it exclusively.
    """
    try:
        with path.open("rb") as file:
            return file.read(min(os.fstat(file.fileno()).st_size, MAX_FILE * room) + 1)  # Python takes the memory for all that it may read at once
    except FileNotFoundError as error:
        raise refuse(name, "文件不存在") from error
    except PermissionError as error:
        who = holder(path)
        raise refuse(name, f"正被{who}独占" if who else "没有读取权限，或者正被别的程序独占") from error
    except OSError as error:
        raise refuse(name, "磁盘或网络读取失败") from error


def _opened(data: bytes, name: str, passwords: Sequence[str], room: int) -> Looked:
    """The workbook, without a password where one of these is its own."""
    try:
        return look(data, name, room)
    except StopError as stop:
        if stop.finding.code is not Code.PASSWORD:
            raise
    return look(unlocked(data, name, passwords), name, room)


def _source(looked: Looked, name: str) -> Source:
    data, kind, package = looked.data, looked.kind, looked.package
    if package and kind is Kind.XLSX:
        return XlsxSource(package)
    if package and kind is Kind.ODS:
        return OdsSource(package.with_room(1))
    if package and kind is Kind.XLSB:
        return XlsbSource(package.with_room(1))
    if kind is Kind.XML:
        return Xml2003Source(in_utf8(data))
    if kind is Kind.CSV:
        return CsvSource(_text(data, name), PurePosixPath(name).stem)
    if kind is Kind.PAGE:
        return PageSource(_text(data, name), name)
    return ForeignSource(data, name)


def _text(data: bytes, name: str) -> str:
    try:
        return decoded(data)
    except NotTextError as error:
        raise refuse(name, BAD_TEXT.format(line=error.line or 1)) from error


def open_book(path: Path, name: str = "", passwords: Sequence[str] = (), content: bytes | None = None) -> FileBook:
    """The workbook in this file, also while somebody has it open elsewhere.

    name: how findings call it, the file's own name when not given · passwords: tried when it has one · content: the file's bytes, where it lies on
    another computer. Raises StopError with the reason (not a workbook, damaged, password, unsafe) when it cannot be read.
    """
    return FileBook(path, name, passwords, content)


def open_summary(path: Path) -> FileBook:
    """As `open_book`, for the city's own summary, which holds the rows of all counties: larger ones are read."""
    return FileBook(path, room=SUMMARY)


def is_alone(book: Book) -> bool:
    """Whether the book is one table in a format that systems export single tables in, so that it never had other sheets or a cover."""
    return isinstance(book, FileBook) and book.kind in (Kind.CSV, Kind.PAGE, Kind.XML) and len(book.sheets) == 1
