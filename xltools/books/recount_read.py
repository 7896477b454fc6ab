"""A workbook as loose cells, for those who check the merge: a reader of its own, which shares nothing with the merge's.

Dates stay the numbers they are stored as. Source: ECMA-376 part 1, 18.3.1 (worksheets), 18.4.8 (shared strings).
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook

from xltools.books.unlock import unlocked
from xltools.model.finding import StopError

Value = str | float
Cells = dict[tuple[int, int], Value]  # (row, column), counted from 1; empty cells are not there

COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1")     # how old formats begin, and files with a password
EPOCH = datetime(1899, 12, 30)
REFERENCE = re.compile(r"([A-Z]+)(\d+)")
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cells_of(path: Path, passwords: Sequence[str] = ()) -> dict[str, Cells]:
    """Sheet → its filled cells, of a file with a password too where one of these opens it. Raises ValueError for what is no workbook."""
    data = path.read_bytes()
    try:
        return _read(data)
    except ValueError:
        if not data.startswith(COMPOUND):
            raise
    try:
        return _read(unlocked(data, path.name, passwords))
    except StopError as error:
        raise ValueError(path.name) from error


def _read(data: bytes) -> dict[str, Cells]:
    try:
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                if "xl/workbook.xml" in package.namelist():
                    return dict(_sheets(package))
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return {name: _grid(book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names}
    except Exception as error:  # whatever a foreign reader thinks of a file: it is no workbook that can be counted
        raise ValueError(str(error)) from error


def _sheets(package: zipfile.ZipFile) -> Iterator[tuple[str, Cells]]:
    relations = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id", ""): one.get("Target", "") for one in relations}
    texts = _texts(package)
    for one in ElementTree.fromstring(package.read("xl/workbook.xml")).iter():
        if _tag(one) == "sheet":
            target = targets[one.get(RELATION) or one.get(STRICT_RELATION) or ""]
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            yield one.get("name", ""), dict(_cells(package.open(part), texts)) if "worksheets" in part else {}


def _texts(package: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in package.namelist():
        return []
    return [_text(item) for item in ElementTree.fromstring(package.read("xl/sharedStrings.xml")) if _tag(item) == "si"]


def _text(item: ElementTree.Element) -> str:
    """The text of a string item, phonetic guides left out."""
    guides = {id(text) for guide in item.iter() if _tag(guide) == "rPh" for text in guide.iter()}
    return "".join(one.text or "" for one in item.iter() if _tag(one) == "t" and id(one) not in guides)


def _cells(file: IO[bytes], texts: list[str]) -> Iterator[tuple[tuple[int, int], Value]]:
    row = column = 0
    for event, one in ElementTree.iterparse(file, events=("start", "end")):
        tag = _tag(one)
        if event == "start" and tag == "row":
            row, column = int(one.get("r", row + 1)), 0
        elif event == "end" and tag == "c":
            row, column = _where(one.get("r", ""), row, column + 1)
            value = _value(one, texts)
            if value is not None and value != "":
                yield (row, column), value
        elif event == "end" and tag == "row":
            one.clear()


def _where(reference: str, row: int, column: int) -> tuple[int, int]:
    match = REFERENCE.fullmatch(reference)
    if match is None:
        return row, column
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - 64
    return int(match[2]), number


def _value(cell: ElementTree.Element, texts: list[str]) -> Value | None:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _text(cell)
    raw = next((one.text for one in cell if _tag(one) == "v"), None)
    if raw is None:
        return None
    if kind == "s":
        return texts[int(raw)]
    if kind == "b":
        return "TRUE" if raw == "1" else "FALSE"
    return float(raw) if kind == "n" else raw


def _grid(rows: Sequence[Sequence[object]]) -> Cells:
    found = {(at, column): _loose(value) for at, row in enumerate(rows, 1) for column, value in enumerate(row, 1)}
    return {where: value for where, value in found.items() if value != ""}


def _loose(value: object) -> Value:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return (value - EPOCH).total_seconds() / 86400
    if isinstance(value, date):
        return float((datetime.combine(value, time()) - EPOCH).days)
    return float(value) if isinstance(value, int | float) else str(value)


def _tag(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]
