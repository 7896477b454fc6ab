"""OpenDocument spreadsheets (.ods) as grids, in one pass over content.xml.

Names are taken with the prefixes that every writer uses (table:, text:, office:). A formula without a value is empty text:
LibreOffice stores it so, and calculates everything before it saves. Source: OpenDocument 1.3 part 3, 9 and 19.
"""

from __future__ import annotations

import math
import re

from msgspec import Struct

from xltools.books.base import LONGEST_TEXT, Cell
from xltools.books.dates import from_iso, from_serial
from xltools.books.gate import Package
from xltools.books.grid import GRID_COLUMNS, GRID_ROWS, LONG, MAX_CELLS, Sheet, SheetBuilder
from xltools.books.xml import DAMAGED, TOO_LARGE, MalformedError, scan, texts_by
from xltools.model.address import LAST_COLUMN, LAST_ROW, address, column_letters
from xltools.model.percent import Percent

CELLS = ("table:table-cell", "table:covered-table-cell")
# Text inside these belongs to notes, drawings and phonetic guides, not to the cell.
ASIDE = ("office:annotation", "draw:", "text:ruby-text", "svg:", "table:shapes", "office:event-listeners")
OBJECT = re.compile(
    rb"""<manifest:file-entry\b(?=[^>]*full-path="Object [^"/]*/")(?:[^>]*media-type="([^"]*)")"""
    rb"""|<manifest:file-entry\b(?=[^>]*media-type="(application/(?:vnd\.sun\.star\.oleobject|octet-stream)))[^>]*full-path="Object"""
)
CHART = b"application/vnd.oasis.opendocument.chart"
DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+(?:[.,]\d+)?)S")
# A sheet or a range that is fetched from another file, and DDE.
LINKS = frozenset({"table:table-source", "table:cell-range-source", "office:dde-source"})
HIDDEN = ("collapse", "filter")
THROUGH = "style:text-line-through-style"
# Filled cells that a repeat count may create: a repeated value is a fill-down, not a million records.
MAX_REPEATED = 100_000


class OdsSource:
    """An .ods workbook, read whole. Raises MalformedError for broken or oversized content."""

    def __init__(self, package: Package) -> None:
        self.properties = _properties(package)
        self.parts = package.parts
        self.names: dict[str, str] = {}
        reader = ContentReader()
        scan(package.chunks("content.xml"), reader.start, reader.end, reader.text)
        if not reader.tables:
            raise MalformedError(DAMAGED)
        self.links = sorted(reader.links)
        self.objects = ["嵌入的文件"] if _has_objects(package) else []
        self._tables = reader.tables
        self._hidden = {name for name, style in reader.styles_of.items() if style in reader.hidden_styles}

    @property
    def sheets(self) -> list[str]:
        return list(self._tables)

    def read(self, name: str) -> Sheet:
        """The sheet of this name; it must be one of `sheets`."""
        return self._tables[name].sheet(name not in self._hidden)


def _has_objects(package: Package) -> bool:
    """Whether the workbook embeds other files; its own charts are objects, too, and do not count."""
    manifest = package.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in package else b""
    kinds = OBJECT.findall(manifest)
    return any(kind != CHART for pair in kinds for kind in pair if kind) or any("objectbin" in part for part in package.parts)


def _properties(package: Package) -> dict[str, str]:
    return texts_by(package.chunks("meta.xml"), "meta:user-defined", "meta:name") if "meta.xml" in package else {}


class OpenCell(Struct):
    """The cell being read: its attributes, its paragraphs, and whether it lies under a merged one."""

    attributes: dict[str, str]
    lines: list[str]
    length: int = 0


class ContentReader:
    """Handles the elements of content.xml; `tables` holds the result by sheet name."""

    def __init__(self) -> None:
        self.tables: dict[str, SheetBuilder] = {}
        self.styles_of: dict[str, str] = {}
        self.hidden_styles: set[str] = set()
        self.struck_styles: set[str] = set()
        self.links: set[str] = set()
        self._style = ""
        self._depth = self._aside = self._paragraph = 0
        self._row = self._column = self._repeat = self._count = 0
        self._sheet = SheetBuilder()
        self._cell: OpenCell | None = None
        self._values: dict[int, Cell] = {}
        self._struck: set[int] = set()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in LINKS:
            self.links.add(attributes.get("xlink:href") or attributes.get("office:dde-topic") or "DDE")
        if self._aside or name.startswith(ASIDE):
            self._aside += 1
        elif name in CELLS:
            self._cell = OpenCell(attributes, [])
        elif name == "table:table-row":
            self._start_row(attributes)
        elif name.startswith("text:"):
            self._start_text(name, attributes)
        elif name == "table:table-column":
            self._start_columns(attributes)
        elif name == "table:table":
            self._start_table(attributes)
        elif name.startswith("style:"):
            self._start_style(name, attributes)

    def end(self, name: str) -> None:
        if self._aside:
            self._aside -= 1
        elif name in CELLS:
            self._end_cell()
        elif name == "text:p":
            self._paragraph -= 1
        elif name == "table:table-row":
            self._end_row()
        elif name == "table:table":
            self._depth -= 1

    def text(self, text: str) -> None:
        if self._cell is not None and self._paragraph and not self._aside:
            self._add(text)

    def _add(self, text: str) -> None:
        """More text of the present paragraph; in few pieces, because a text that grows is copied each time."""
        if self._cell is not None:
            self._cell.length += len(text)
            if self._cell.length > LONGEST_TEXT:
                raise MalformedError(f"有一个单元格的文字超过 {LONGEST_TEXT} 个字")
            self._cell.lines[-1] += text

    def _start_style(self, name: str, attributes: dict[str, str]) -> None:
        if name == "style:style":
            self._style = attributes.get("style:name", "")
        elif name == "style:text-properties" and attributes.get(THROUGH, "none") != "none":
            self.struck_styles.add(self._style)
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self.hidden_styles.add(self._style)

    def _start_table(self, attributes: dict[str, str]) -> None:
        self._depth += 1
        name = attributes.get("table:name", "")
        if self._depth > 1 or name in self.tables:
            raise MalformedError(DAMAGED)
        self._sheet = self.tables[name] = SheetBuilder()
        self.styles_of[name] = attributes.get("table:style-name", "")
        self._row, self._column = 1, 1

    def _start_columns(self, attributes: dict[str, str]) -> None:
        repeat = _repeat(attributes, "table:number-columns-repeated", LAST_COLUMN)
        if attributes.get("table:visibility") in HIDDEN:
            last = min(self._column + repeat - 1, LAST_COLUMN)
            self._sheet.hidden_columns.update(column_letters(column) for column in range(self._column, last + 1))
        self._column += repeat

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._repeat = _repeat(attributes, "table:number-rows-repeated", LAST_ROW)
        self._column, self._values, self._struck = 1, {}, set()
        if attributes.get("table:visibility") in HIDDEN:
            self._sheet.hidden_rows.update(range(self._row, min(self._row + self._repeat, GRID_ROWS)))

    def _end_row(self) -> None:
        if self._values:
            self._spend(sum(_weight(value) for value in self._values.values()) * self._repeat if self._repeat > 1 else 0)
            for row in range(self._row, self._row + self._repeat):
                self._sheet.values[row] = dict(self._values)
                self._sheet.struck.update((address(row, column), True) for column in self._struck)
        self._row += self._repeat
        if self._row > LAST_ROW + 1:
            raise MalformedError(DAMAGED)

    def _start_text(self, name: str, attributes: dict[str, str]) -> None:
        if self._cell is None:
            return
        if name == "text:p":
            self._paragraph += 1
            self._cell.lines.append("")
        elif self._paragraph and name == "text:s":
            self._add(" " * _repeat(attributes, "text:c", LONGEST_TEXT))
        elif self._paragraph and name in ("text:tab", "text:line-break"):
            self._add("\t" if name == "text:tab" else "\n")

    def _end_cell(self) -> None:
        cell, self._cell, self._paragraph = self._cell, None, 0
        if cell is None or self._depth != 1:
            return
        repeat = _repeat(cell.attributes, "table:number-columns-repeated", LAST_COLUMN)
        value = _value(cell.attributes, "\n".join(cell.lines))
        self._note(cell.attributes)
        if value is not None and value != "":
            self._spend(repeat if repeat > GRID_COLUMNS else 0)
            self._count += repeat
            if isinstance(value, str) and len(value) > LONG and repeat > 1:
                self._spend(_weight(value) * repeat)
            columns = range(self._column, self._column + repeat)
            self._values.update(dict.fromkeys(columns, value))
            if cell.attributes.get("table:style-name") in self.struck_styles:
                self._struck.update(columns)
        self._column += repeat
        if self._column > LAST_COLUMN + 1 or self._count > MAX_CELLS:
            raise MalformedError(TOO_LARGE)

    def _note(self, attributes: dict[str, str]) -> None:
        cell = address(self._row, self._column)
        if "table:formula" in attributes:
            self._sheet.formulas[cell] = attributes["table:formula"].partition(":=")[2] or attributes["table:formula"]
        down = _repeat(attributes, "table:number-rows-spanned", LAST_ROW)
        right = _repeat(attributes, "table:number-columns-spanned", LAST_COLUMN)
        if down > 1 or right > 1:
            self._sheet.merge(f"{cell}:{address(self._row + down - 1, self._column + right - 1)}")

    def _spend(self, cells: int) -> None:
        self._count += cells
        if cells > MAX_REPEATED or self._count > MAX_CELLS:
            raise MalformedError(TOO_LARGE)


def _weight(value: Cell) -> int:
    """For how many cells this one counts where it is repeated: a long text for many."""
    return 1 + len(value) // LONG if isinstance(value, str) else 1


def _repeat(attributes: dict[str, str], name: str, most: int) -> int:
    text = attributes.get(name, "1")
    if not text.isdecimal() or int(text) > most:
        raise MalformedError(DAMAGED)
    return max(1, int(text))


def _value(attributes: dict[str, str], text: str) -> Cell:
    """The cell's value; None or "" when it has none."""
    kind = attributes.get("office:value-type")
    if attributes.get("calcext:value-type") == "error":
        return text
    if kind in ("float", "currency", "percentage"):
        try:
            number = float(attributes.get("office:value", ""))
        except ValueError:
            return text
        shown = Percent(number) if kind == "percentage" else number
        return shown if math.isfinite(number) else text
    if kind == "date":
        return from_iso(attributes.get("office:date-value", "")) or text
    if kind == "time":
        return _time(attributes.get("office:time-value", ""), text)
    if kind == "boolean":
        return attributes.get("office:boolean-value") == "true"
    if kind == "string":
        return text or attributes.get("office:string-value", "")
    return text or None


def _time(duration: str, text: str) -> Cell:
    match = DURATION.fullmatch(duration)
    if match is None:
        return text
    days = (int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3].replace(",", "."))) / 86400
    return from_serial(days, "time") if days < 1 else days
