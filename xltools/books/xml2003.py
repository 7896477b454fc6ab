"""“XML Spreadsheet 2003” as grids, in one pass: one XML text that Chinese systems like to call .xls.

Names are taken without their prefixes: writers put them where they like. Source: [MS-Office 2003 XML reference schemas] SpreadsheetML.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime

from msgspec import Struct, field

from xltools.books.base import Cell
from xltools.books.dates import from_iso, from_serial, shows
from xltools.books.grid import GRID_ROWS, Sheet, SheetBuilder
from xltools.books.xml import DAMAGED, TOO_LARGE, MalformedError, attribute, scan
from xltools.model.address import LAST_COLUMN, LAST_ROW, address, column_letters

# Times are stored as moments of the day before the calendar begins.
BEFORE_CALENDAR = date(1900, 1, 1)
DECLARED = re.compile(rb"""(<\?xml[^>]{0,200}\sencoding\s*=\s*["'])([\w-]+)""")
# Empty ones, too: each takes some four microseconds to read.
MOST_CELLS = 1_000_000
# Formats that have a name instead of a code.
NAMED_FORMATS = {
    **dict.fromkeys(("General Date", "Long Date", "Medium Date", "Short Date"), "date"),
    **dict.fromkeys(("Long Time", "Medium Time", "Short Time"), "time"),
    "Percent": "percent",
}


class OpenCell(Struct):
    """The cell being read: its attributes, the type of its data and the pieces of its text; data: whether there is any."""

    attributes: dict[str, str]
    kind: str = ""
    texts: list[str] = field(default_factory=list)
    data: bool = False


def in_utf8(data: bytes) -> bytes:
    """The same XML in an encoding that the parser knows: Chinese systems declare GB2312 or GBK. Raises MalformedError where it is not what it declares."""
    declared = DECLARED.match(data)
    if declared is None or not declared[2].lower().startswith((b"gb", b"x-gb")):
        return data
    try:
        return declared[1] + b"utf-8" + data[declared.end(2) :].decode("gb18030").encode()
    except UnicodeDecodeError as error:
        raise MalformedError(DAMAGED) from error


class Xml2003Source:
    """A workbook in one XML text, read whole. Raises MalformedError for broken or oversized content."""

    def __init__(self, data: bytes) -> None:
        reader = XmlReader()
        scan([data], reader.start, reader.end, reader.text)
        if not reader.found:
            raise MalformedError(DAMAGED)
        self._found = reader.found
        self._hidden = reader.hidden
        self.names, self.properties = reader.names, reader.properties

    @property
    def sheets(self) -> list[str]:
        return list(self._found)

    def read(self, name: str) -> Sheet:
        """The sheet of this name; it must be one of `sheets`."""
        return self._found[name].sheet(name not in self._hidden)


class XmlReader:
    """Handles the elements; found: sheets by name, hidden: names of hidden ones."""

    def __init__(self) -> None:
        self.found: dict[str, SheetBuilder] = {}
        self.hidden: set[str] = set()
        self.names: dict[str, str] = {}
        self.properties: dict[str, str] = {}
        self._sheet: SheetBuilder | None = None
        self._name = ""
        self._row = self._rows_after = self._column = self._count = 0
        self._cell: OpenCell | None = None
        self._data = self._comment = self._from_1904 = False
        self._style, self._row_style = "", ""
        self._kinds: dict[str, str] = {}  # style → what it shows, see `dates.shows`
        self._struck: set[str] = set()  # styles
        self._path: list[str] = []
        self._texts: list[str] = []
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {
            "Worksheet": self._start_sheet,
            "Column": self._start_column,
            "Row": self._start_row,
            "Cell": self._start_cell,
            "Data": self._start_data,
            "Comment": self._start_comment,
            "NamedRange": self._start_name,
            "Style": self._start_style,
            "NumberFormat": self._start_format,
            "Font": self._start_font,
            "Date1904": self._start_1904,
        }

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self._path.append(local)
        self._texts.clear()
        if local in self._starts:
            self._starts[local](attributes)

    def end(self, name: str) -> None:
        local = self._path.pop()
        if local == "Data":
            self._data = False
        elif local == "Comment":
            self._comment = False
        elif local == "Cell":
            self._end_cell()
        elif local == "Worksheet":
            self._sheet = None
        elif local == "Visible" and self._sheet is not None and "".join(self._texts) != "SheetVisible":
            self.hidden.add(self._name)
        elif self._path[-1:] == ["CustomDocumentProperties"]:
            self.properties[local] = "".join(self._texts).strip()

    def text(self, text: str) -> None:
        if self._data and self._cell is not None:
            self._cell.texts.append(text)
        else:
            self._texts.append(text)

    def _start_style(self, attributes: dict[str, str]) -> None:
        self._style = attribute(attributes, "ID")
        parent = attribute(attributes, "Parent")
        self._kinds[self._style] = self._kinds.get(parent, "")
        if parent in self._struck:
            self._struck.add(self._style)

    def _start_format(self, attributes: dict[str, str]) -> None:
        code = attribute(attributes, "Format")
        self._kinds[self._style] = NAMED_FORMATS.get(code) or shows(code)

    def _start_font(self, attributes: dict[str, str]) -> None:
        if self._cell is None and attribute(attributes, "StrikeThrough") == "1":
            self._struck.add(self._style)

    def _start_1904(self, attributes: dict[str, str]) -> None:
        self._from_1904 = True

    def _start_sheet(self, attributes: dict[str, str]) -> None:
        self._name = attribute(attributes, "Name")
        if self._name in self.found or self._sheet is not None:
            raise MalformedError(DAMAGED)
        self._sheet = self.found[self._name] = SheetBuilder()
        self._row = self._rows_after = self._column = 0

    def _start_column(self, attributes: dict[str, str]) -> None:
        first = self._place(attributes, self._column, LAST_COLUMN)
        self._column = min(first + _number(attributes, "Span", LAST_COLUMN), LAST_COLUMN)
        if attribute(attributes, "Hidden") == "1" and self._sheet is not None:
            self._sheet.hidden_columns.update(column_letters(column) for column in range(first, self._column + 1))

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._row = self._place(attributes, self._row + self._rows_after, LAST_ROW)
        self._rows_after = _number(attributes, "Span", LAST_ROW)  # more empty rows of the same height
        self._column, self._row_style = 0, attribute(attributes, "StyleID")
        if attribute(attributes, "Hidden") == "1" and self._sheet is not None:
            self._sheet.hidden_rows.update(range(self._row, min(self._row + self._rows_after, GRID_ROWS) + 1))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if self._cell is not None:
            raise MalformedError(DAMAGED)
        self._column = self._place(attributes, self._column, LAST_COLUMN)
        self._cell = OpenCell(attributes)
        self._count += 1
        if self._count > MOST_CELLS:
            raise MalformedError(TOO_LARGE)

    def _start_data(self, attributes: dict[str, str]) -> None:
        if self._cell is not None and not self._comment:
            self._cell.kind, self._cell.data = attribute(attributes, "Type"), True
            self._data = True

    def _start_comment(self, attributes: dict[str, str]) -> None:
        self._comment = True

    def _start_name(self, attributes: dict[str, str]) -> None:
        if self._sheet is None:
            text = attribute(attributes, "RefersTo").removeprefix("=")
            self.names[attribute(attributes, "Name")] = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text

    def _end_cell(self) -> None:
        cell, self._cell = self._cell, None
        if cell is None or self._sheet is None:
            return
        here = address(self._row, self._column)
        if formula := attribute(cell.attributes, "Formula"):
            self._sheet.formulas[here] = formula.removeprefix("=")
            if not cell.data:
                self._sheet.stale.add(here)
        value = _value(cell.kind, "".join(cell.texts))
        style = attribute(cell.attributes, "StyleID") or self._row_style
        shown = self._kinds.get(style, "")
        if shown and isinstance(value, float):
            value = from_serial(value, shown, self._from_1904)
        if style in self._struck:
            self._sheet.struck[here] = True
        if value != "":
            self._sheet.values.setdefault(self._row, {})[self._column] = self._sheet.fits(value) if isinstance(value, str) else value
        self._merge(cell, here)

    def _merge(self, cell: OpenCell, here: str) -> None:
        right = _number(cell.attributes, "MergeAcross", LAST_COLUMN)
        down = _number(cell.attributes, "MergeDown", LAST_ROW)
        if (right or down) and self._sheet is not None:
            self._sheet.merge(f"{here}:{address(min(self._row + down, LAST_ROW), min(self._column + right, LAST_COLUMN))}")
        self._column = min(self._column + right, LAST_COLUMN)

    @staticmethod
    def _place(attributes: dict[str, str], before: int, last: int) -> int:
        """The place an element states, which lies behind the one before it, or the next one."""
        stated = _number(attributes, "Index", last)
        place = stated or before + 1
        if place <= before or place > last:
            raise MalformedError(DAMAGED)
        return place


def _number(attributes: dict[str, str], name: str, most: int) -> int:
    text = attribute(attributes, name)
    if not text:
        return 0
    if not text.isdecimal() or len(text) > 7 or int(text) > most:
        raise MalformedError(DAMAGED)
    return int(text)


def _value(kind: str, text: str) -> Cell:
    """The value of a cell by the type of its data; "" for none."""
    if kind == "Number":
        try:
            number = float(text)
        except ValueError:
            return text
        return number if math.isfinite(number) else text
    if kind == "DateTime":
        value = from_iso(text)
        if isinstance(value, datetime) and value.date() < BEFORE_CALENDAR:
            return value.time()
        return value or text
    return text.strip() == "1" if kind == "Boolean" else text
