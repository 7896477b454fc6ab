"""The rows of a worksheet part as they are written, and cells written anew: what is not changed keeps its text.

Source: ECMA-376 part 1, 18.3.1.4 (c), 18.3.1.40 (f), 18.3.1.73 (row).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from numbers import Real

from msgspec import Struct

from xltools.books.base import Cell
from xltools.books.dates import serial
from xltools.books.patch_xml import FORBIDDEN, CannotPatchError, cell_text, escape
from xltools.books.sheet import Formula
from xltools.model.address import column_letters, column_number

ROW = re.compile(rb"<row\b([^>]*)>")
ROW_END = b"</row>"
CELL = re.compile(r"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
SETTING = re.compile(r"""\s([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
STYLE = re.compile(r"""\ss=["'](\d+)["']""")
REFERENCE = re.compile(r"""\sr=["']([A-Z]{1,3})(\d+)["']""")
FORMULA = re.compile(r"<f\b([^>]*?)(?:/>|>([^<]*)</f>)", re.DOTALL)
NUMBER = re.compile(r"""\sr=["'](\d+)["']""")


class RawRow(Struct, frozen=True):
    """A row of a part. ends: where in the part it starts, its content starts and stops, it stops · settings: the attributes
    as written, with the blank before them."""

    part: bytes
    ends: tuple[int, int, int, int]
    settings: str

    @property
    def inside(self) -> bytes:
        """Its content."""
        return self.part[self.ends[1] : self.ends[2]]

    @property
    def text(self) -> bytes:
        """All of it."""
        return self.part[self.ends[0] : self.ends[3]]

    def cells(self, number: int) -> dict[int, RawCell]:
        """Its cells by column. Raises CannotPatchError where they are out of order or of another row."""
        found: dict[int, RawCell] = {}
        column = 0
        for match in CELL.finditer(_text(self.inside)):
            reference = REFERENCE.search(match[1])
            at = column_number(reference[1]) if reference else column + 1
            if at <= column or (reference and int(reference[2]) != number):
                raise CannotPatchError("cells out of order")
            column = at
            found[at] = RawCell(match[1], match[2] or "", match[0])
        return found


class RawCell(Struct, frozen=True):
    """A cell. settings: its attributes as written · text: all of it."""

    settings: str
    inside: str
    text: str

    @property
    def style(self) -> int:
        found = STYLE.search(self.settings)
        return int(found[1]) if found else 0

    @property
    def is_movable(self) -> bool:
        """Whether it can be moved as it is: it has no formula that is written with regard to other cells."""
        found = FORMULA.search(self.inside)
        return found is None or not SETTING.search(found[1])

    def at(self, row: int, column: int, style: int) -> str:
        """The cell in another place and with another style."""
        settings = with_settings(self.settings, {"r": f"{column_letters(column)}{row}", "s": str(style) if style else None})
        return f"<c{settings}>{self.inside}</c>" if self.inside else f"<c{settings}/>"


def raw_rows(part: bytes, start: int, end: int) -> dict[int, RawRow]:
    """All rows by number, in order, of a part in which they stand from here to there. Raises CannotPatchError for what is written in a way not seen from any program."""
    if any(part.find(sign, start, end) >= 0 and part.find(b"<" + sign, start, end) >= 0 for sign in (b"!", b"?")):
        raise CannotPatchError("markup among the rows")
    found: dict[int, RawRow] = {}
    last, at = 0, start
    while match := ROW.search(part, at, end):
        settings, inner = _text(match[1]), match.end()
        close = at = inner
        if settings.endswith("/"):
            settings = settings[:-1]
        elif (close := part.find(ROW_END, inner, end)) >= 0:
            at = close + len(ROW_END)
        else:
            break
        stated = NUMBER.search(settings)
        number = int(stated[1]) if stated else last + 1
        if number <= last:
            raise CannotPatchError("rows out of order")
        last = number
        found[number] = RawRow(part, (match.start(), inner, close, at), settings)
    return found


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise CannotPatchError from error


def settings_in(text: str) -> dict[str, str]:
    """The attributes in the text of a tag."""
    return {name: one if one else other for name, one, other in SETTING.findall(text)}


def with_settings(text: str, changes: Mapping[str, str | None]) -> str:
    """The text of attributes with some set, or taken off where the value is None; "r" goes to the front."""
    for name, value in changes.items():
        pattern = re.compile(rf"""\s{re.escape(name)}\s*=\s*("[^"]*"|'[^']*')""")
        new = "" if value is None else f' {name}="{value}"'
        found = pattern.search(text)
        if found:
            text = text[: found.start()] + new + text[found.end() :]
        else:
            text = new + text if name == "r" else text.rstrip() + new
    return text


def read_back(value: object) -> Cell:
    """A value as it reads back from a cell: numbers as float, whole days as dates, no empty text, no characters that XML forbids."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return FORBIDDEN.sub("", value).replace("\r\n", "\n").replace("\r", "\n") or None
    if isinstance(value, Real | Decimal):
        number = float(value)
        return None if math.isnan(number) else number
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    return value if isinstance(value, date | time) else str(value)


def cell_xml(place: tuple[int, int], style: int, value: Cell | Formula) -> str:
    """A cell written anew: texts inside it, so that the table of shared strings stays as it is. place: row and column."""
    head = f'<c r="{column_letters(place[1])}{place[0]}"' + (f' s="{style}"' if style else "")
    if isinstance(value, Formula):
        kind, content = _content(read_back(value.value))
        result = f"<v>{content}</v>" if content is not None else ""
        kind = "str" if kind == "inlineStr" else kind
        return f"{head}{_kind(kind if result else '')}><f>{escape(value.text.removeprefix('='))}</f>{result}</c>"
    kind, content = _content(read_back(value))
    if content is None:
        return f"{head}/>"
    if kind == "inlineStr":
        space = ' xml:space="preserve"' if content != content.strip() or "\n" in content or "  " in content else ""
        return f"{head}{_kind(kind)}><is><t{space}>{content}</t></is></c>"
    return f"{head}{_kind(kind)}><v>{content}</v></c>"


def _kind(kind: str) -> str:
    return f' t="{kind}"' if kind else ""


def _content(value: Cell) -> tuple[str, str | None]:
    """The type a cell states for a value, and the value as written."""
    if value is None:
        return "", None
    if isinstance(value, bool):
        return "b", str(int(value))
    if isinstance(value, str):
        return "inlineStr", cell_text(value)
    if isinstance(value, float):
        return "", f"{value:.16g}"
    return "", f"{serial(value):.16g}"
