"""Tables of a web page as rows of texts: what systems export as “Excel” and Excel saves as a web page.

Runs in the child process (see `child`), because the parser of a crafted page can take very long; imports nothing of xltools.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from msgspec import Struct, field

# HTML's own limits; a larger span is one cell.
MOST_COLUMNS, MOST_ROWS = 1_000, 65_534
# As `grid.MAX_CELLS`; covered cells count too, so that spans cannot multiply without end.
MAX_CELLS = 2_000_000
# As `base.LONGEST_TEXT`, with room for blanks.
MAX_LENGTH = 50_000
SHEET_NAME = re.compile(r"<x:Name>([^<]{1,99})</x:Name>", re.IGNORECASE)
FRAMES = re.compile(r"<frameset|<x:WorksheetSource", re.IGNORECASE)
ACTIVE = frozenset({"script", "object", "embed", "applet", "iframe"})
ASIDE = frozenset({"script", "style", "head", "title"})
BLOCKS = frozenset({"p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6"})
SPACES = re.compile(r"[ \t\r\n\f]+")
FIGURES = re.compile(r"[-+]?[\d,]*\.?\d*%?|#+")

Value = str | float


class TooManyCellsError(Exception):
    """The tables of the page have more cells than any list."""


class PageTable(Struct):
    """One table. rows: row → column → value, counted from 1; merged: (top, left, bottom, right)."""

    name: str = ""
    rows: dict[int, dict[int, Value]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    row: int = 0
    column: int = 0
    covered: dict[int, int] = field(default_factory=dict)  # column → last row that a span from above reaches


class OpenCell(Struct):
    """The cell being read: its attributes and text so far."""

    attributes: dict[str, str]
    text: str = ""


class PageReader(HTMLParser):
    """Collects the tables of a page; `active` tells whether the page brings programs or embedded objects."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[PageTable] = []
        self.active = False
        self._open: list[tuple[PageTable, OpenCell | None]] = []  # nested tables, each with the cell that was open
        self._cell: OpenCell | None = None
        self._aside = ""
        self._count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.active |= tag in ACTIVE
        if tag in ASIDE and not self._open:
            self._aside = self._aside or tag
        elif tag == "table":
            self._aside = ""
            self._open.append((PageTable(), self._cell))
            self._cell = None
            self.tables.append(self._open[-1][0])
        elif tag == "tr" and self._open:
            self._start_row(attributes)
        elif tag in ("td", "th") and self._open:
            self._end_cell()
            self._cell = OpenCell(attributes)
        elif tag == "br" or tag in BLOCKS:
            self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._aside:
            self._aside = ""
        elif tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            _, self._cell = self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._aside:
            self._cell.text += SPACES.sub(" ", data)

    def close(self) -> None:
        """The end of the page, which closes what was left open."""
        super().close()
        while self._open:
            self.handle_endtag("table")

    def _break(self, tag: str) -> None:
        if self._cell is not None and (tag == "br" or self._cell.text.strip(" ")):
            self._cell.text += "\n"

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._end_cell()
        table = self._open[-1][0]
        table.row, table.column = table.row + 1, 0
        if "display:none" in attributes.get("style", "").replace(" ", "").lower():
            table.hidden_rows.append(table.row)
        self._spend(1)

    def _end_cell(self) -> None:
        cell, self._cell = self._cell, None
        if cell is None:
            return
        table = self._open[-1][0]
        table.row = max(1, table.row)
        left = table.column + 1
        while table.covered.get(left, 0) >= table.row:
            left += 1
        right = left + _span(cell.attributes.get("colspan", ""), MOST_COLUMNS) - 1
        bottom = table.row + _span(cell.attributes.get("rowspan", ""), MOST_ROWS) - 1
        self._spend(right - left + 1)
        if bottom > table.row:
            table.covered.update(dict.fromkeys(range(left, right + 1), bottom))
        table.column = right
        value = _value(cell)
        if value != "":
            table.rows.setdefault(table.row, {})[left] = value
        if (right > left or bottom > table.row) and "mso-ignore" not in cell.attributes.get("style", ""):
            table.merged.append((table.row, left, bottom, right))

    def _spend(self, cells: int) -> None:
        self._count += cells
        if self._count > MAX_CELLS:
            raise TooManyCellsError


def _span(text: str, most: int) -> int:
    text = text.strip()
    number = int(text) if text.isdecimal() and len(text) < 7 else 1
    return number if 1 <= number <= most else 1


def _value(cell: OpenCell) -> Value:
    """The text of a cell; where Excel or LibreOffice wrote down a number because the page shows it rounded or not at all, that number."""
    if len(cell.text) > MAX_LENGTH:
        raise TooManyCellsError
    text = "\n".join(line.strip(" ") for line in cell.text.replace("\xa0", " ").split("\n")).strip("\n")
    exact = cell.attributes.get("x:num") or cell.attributes.get("sdval", "")
    if exact and FIGURES.fullmatch(text) and len(exact) < 17:
        try:
            return float(exact)
        except ValueError:
            return text
    return text


def tables_of(text: str) -> tuple[list[PageTable], str]:
    """The tables of a page, named as Excel named the sheets; and "frames", "active" or ""."""
    names = SHEET_NAME.findall(text)
    reader = PageReader()
    reader.feed(text)
    reader.close()
    found = [table for table in reader.tables if table.rows]
    for number, table in enumerate(found, 1):
        table.name = names[number - 1] if len(names) == len(found) else f"表{number}"
    if len({table.name for table in found}) < len(found):
        for number, table in enumerate(found, 1):
            table.name = f"表{number}"
    if not found and FRAMES.search(text):
        return found, "frames"
    return found, "active" if reader.active else ""
