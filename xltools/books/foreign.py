"""Old and binary formats (.xls, WPS .et, .xlsb) through python-calamine, in a child process that may die."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from xltools.books import child
from xltools.books.address import address
from xltools.books.base import Cell
from xltools.books.biff import BiffFacts, facts_of, is_locked
from xltools.books.dates import from_iso
from xltools.books.gate import DAMAGED, TOO_LARGE, Kind, refuse
from xltools.books.grid import Sheet, SheetBuilder
from xltools.model.finding import Code, Place, StopError

# The child limits its own computing time; this one also ends a child that waits.
PATIENCE = child.SECONDS + 10


class ForeignSource:
    """An .xls, .et or .xlsb workbook. Raises StopError when it has a password or cannot be read within the limits.

    Of .xlsb only values, visibility and merged ranges are known.
    """

    def __init__(self, data: bytes, kind: Kind, name: str) -> None:
        if kind is Kind.XLS and is_locked(data):
            raise StopError(Code.PASSWORD.at(Place(name)))
        self.properties: dict[str, str] = {}
        self.names: dict[str, str] = {}
        found = _run(data, name)
        facts: list[BiffFacts | None] = [*facts_of(data)] if kind is Kind.XLS else [None] * len(found)
        if len(facts) != len(found):
            raise refuse(name, DAMAGED)
        self._sheets = {one["name"]: _sheet(one, fact) for one, fact in zip(found, facts, strict=True) if one["work"]}

    @property
    def sheets(self) -> list[str]:
        return list(self._sheets)

    def read(self, name: str) -> Sheet:
        """The sheet of this name; it must be one of `sheets`."""
        return self._sheets[name]


def _run(data: bytes, name: str) -> list[dict[str, Any]]:
    """The sheets as the child read them."""
    with tempfile.TemporaryDirectory(prefix="xltools-") as folder:
        source, result = Path(folder, "workbook"), Path(folder, "result.json")
        source.write_bytes(data)
        # -P: nothing is imported from the folder of child.py, where xml.py would hide Python's own xml
        command = [sys.executable, "-P", child.__file__, str(source), str(result)]
        try:
            subprocess.run(command, timeout=PATIENCE, check=True, capture_output=True, stdin=subprocess.DEVNULL)
            found = json.loads(result.read_text("utf-8"))
        except (subprocess.SubprocessError, OSError, ValueError) as error:
            raise refuse(name, "文件已损坏，或者读取时超出时间、内存上限") from error
    if found.get("error") == "password":
        raise StopError(Code.PASSWORD.at(Place(name)))
    if "sheets" not in found:
        raise refuse(name, TOO_LARGE)
    sheets: list[dict[str, Any]] = found["sheets"]
    return sheets


def _sheet(found: dict[str, Any], facts: BiffFacts | None) -> Sheet:
    builder = SheetBuilder()
    for row, cells in found["rows"]:
        builder.values[row + 1] = {column + 1: _cell(value) for column, value in cells}
    if facts is None:
        builder.merged = [f"{address(top + 1, left + 1)}:{address(bottom + 1, right + 1)}" for (top, left), (bottom, right) in found["merged"]]
        return builder.sheet(found["visible"], knows_formulas=False)
    for (row_number, column_number), text in facts.errors.items():
        builder.values.setdefault(row_number, {})[column_number] = text
    builder.formulas = dict.fromkeys(facts.formulas, "")
    builder.merged, builder.hidden_rows = facts.merged, set(facts.hidden_rows)
    builder.hidden_columns = set(facts.hidden_columns)
    return builder.sheet(facts.visible)


def _cell(value: Any) -> Cell:
    if isinstance(value, list):
        kind, content = value
        return float(content) if kind == "days" else from_iso(content)
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value  # type: ignore[no-any-return]
