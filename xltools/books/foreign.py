"""Formats that are read in a child process, which may die: .xls and WPS .et by python-calamine, web pages by Python's parser."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from xltools.books import child
from xltools.books.base import Cell
from xltools.books.biff import BiffFacts
from xltools.books.dates import from_iso
from xltools.books.gate import refuse
from xltools.books.grid import Sheet, SheetBuilder
from xltools.books.ole import Streams
from xltools.books.xml import DAMAGED, TOO_LARGE
from xltools.model.address import address
from xltools.model.code import Code
from xltools.model.finding import Place, StopError
from xltools.model.percent import Percent

# The child limits its own computing time; this one also ends a child that waits. Where there is no such limit (Windows) it is
# the only one; where there is, it is long, because a busy machine must not cost a county its file.
PATIENCE = 30 if child.LIMITED else 10
DIED = "文件已损坏，或者读取时超出时间、内存上限"


class ForeignSource:
    """An .xls or .et workbook without a password. parts: its streams; links: what it refers to outside. Raises StopError when it cannot be
    read within the limits.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self.properties: dict[str, str] = {}
        self.names: dict[str, str] = {}
        answered = _found({"do": "old"}, data, name)
        found = _sheets_in(answered, name)
        book: dict[str, Any] = answered["facts"]
        facts = [BiffFacts(**fact) for fact in book["sheets"]]
        if len(facts) != len(found):
            raise refuse(name, DAMAGED)
        self.parts = Streams(data).names
        self.links: list[str] = book["links"]
        self.macro_sheets: int = book["macro_sheets"]
        self._sheets = {one["name"]: _sheet(one, fact) for one, fact in zip(found, facts, strict=True) if one["work"]}

    @property
    def sheets(self) -> list[str]:
        return list(self._sheets)

    def read(self, name: str) -> Sheet:
        """The sheet of this name; it must be one of `sheets`."""
        return self._sheets[name]


class PageSource:
    """The tables of a web page as sheets; active: it brings programs or embedded objects. Raises StopError as `ForeignSource` does."""

    def __init__(self, text: str, name: str) -> None:
        self.properties: dict[str, str] = {}
        self.names: dict[str, str] = {}
        found = _found({"do": "page"}, text.encode(errors="replace"), name)
        sheets = _sheets_in(found, name)
        if not sheets:
            frames = "这个网页的表格在旁边的文件夹里，没有一起报来" if found["about"] == "frames" else "网页里没有表格"
            raise refuse(name, frames)
        self.active = found["about"] == "active"
        self._sheets = {one["name"]: _table(one) for one in sheets}

    @property
    def sheets(self) -> list[str]:
        return list(self._sheets)

    def read(self, name: str) -> Sheet:
        """The sheet of this name; it must be one of `sheets`."""
        return self._sheets[name]


def answer(job: dict[str, Any], data: bytes, name: str) -> bytes:
    """What the child answers to a job about this file. Raises StopError when it dies or takes too long."""
    # -P: nothing is imported from the folder of child.py, where xml.py would hide Python's own xml
    command = [sys.executable, "-P", child.__file__]
    try:
        done = subprocess.run(command, input=json.dumps(job).encode() + b"\n" + data, timeout=PATIENCE, check=True, capture_output=True)
    except (subprocess.SubprocessError, OSError) as error:
        raise refuse(name, DIED) from error
    return done.stdout


def _found(job: dict[str, Any], data: bytes, name: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(answer(job, data, name))
    except ValueError as error:
        raise refuse(name, DIED) from error
    return found


def _sheets_in(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    if found.get("error") == "password":
        raise StopError(Code.PASSWORD.at(Place(name)))
    if "sheets" not in found:
        raise refuse(name, TOO_LARGE if found.get("error") == "size" else str(found.get("error", DAMAGED)))
    sheets: list[dict[str, Any]] = found["sheets"]
    return sheets


def _table(found: dict[str, Any]) -> Sheet:
    builder = SheetBuilder(values={row: dict(cells) for row, cells in found["rows"]})
    builder.merged = [f"{address(top, left)}:{address(bottom, right)}" for top, left, bottom, right in found["merged"]]
    builder.hidden_rows = set(found["hidden"])
    return builder.sheet(knows_formulas=False)


def _sheet(found: dict[str, Any], facts: BiffFacts) -> Sheet:
    builder = SheetBuilder()
    for row, cells in found["rows"]:
        builder.values[row + 1] = {column + 1: _cell(value) for column, value in cells}
    for row_number, column_number, text in facts.errors:
        builder.values.setdefault(row_number, {})[column_number] = text
    for row_number, column_number in facts.percents:
        cells = builder.values.get(row_number, {})
        if isinstance(value := cells.get(column_number), float):
            cells[column_number] = Percent(value)
    builder.formulas = dict.fromkeys(facts.formulas, "")
    builder.merged, builder.hidden_rows = facts.merged, set(facts.hidden_rows)
    builder.hidden_columns = set(facts.hidden_columns)
    builder.struck = {address(row, column): True for row, column in facts.struck}
    return builder.sheet(facts.visible)


def _cell(value: Any) -> Cell:
    if isinstance(value, list):
        kind, content = value
        return float(content) if kind == "days" else from_iso(content)
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value  # type: ignore[no-any-return]
