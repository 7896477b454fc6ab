"""The cells of an .xlsx worksheet in one pass, with everything that a value alone does not tell.

Three ways lead to the same `CellSink`. Nearly all programs write cells in a few plain shapes; these are read off the text, whole
rows where rows are alike, else cell by cell. A sheet with anything else in it is read by the XML parser from its beginning.
Source: ECMA-376 part 1, 18.3.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from xltools.books.address import column_letters, column_number
from xltools.books.gate import DAMAGED, TOO_LARGE
from xltools.books.grid import SheetBuilder
from xltools.books.sink import CellSink, Context, number_of
from xltools.books.xml import MalformedError, scan

DIGITS = "0123456789"
# Two million cells with a value; read off the text they take some three seconds.
MAX_MARKS = 9_000_000
TRUE = ("1", "true")
# The shapes that Excel, LibreOffice, WPS, XlsxWriter and openpyxl write: the beginning of a row, a run of formatted empty cells, a
# cell with formula and value or with inline text, the end of a row. Together they must cover all of sheetData.
ROW = r'<row r="([0-9]{1,7})"((?: [A-Za-z0-9:]+="[^"<&]*")*+)(/)?>'
KIND = r'(?: s="([0-9]+)")?+(?: t="([A-Za-z]+)")?+>'
CONTENT = (
    r"(?:<f((?: [a-z]+=\"[^\"<&]*\")*+)(?:/>|>([^<]*+)</f>))?+"
    r'(?:<v>([^<]*+)</v>|<v ?/>|<is><t(?: xml:space="preserve")?+>([^<]*+)</t></is>)?+</c>'
)
START = re.compile(ROW)
CELLS = re.compile(r'(?:<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]+")?/>)+|<c r="([A-Z]{1,3})([0-9]{1,7})"' + KIND + CONTENT + "|</row>")
COLUMN = re.compile('<c r="([A-Z]{1,3})')
ALIKE = 16          # rows that are read cell by cell before whole rows with the columns of the last of them are tried
MOST_COLUMNS = 80   # of rows that are read whole
ENCODING = re.compile(r"""^<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)""")
ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));|&")
NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
# What XML forbids or the parser would change: left to the parser.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
MARKUP = ("<!", "<?", "]]>")


class UnusualError(Exception):
    """The text of a sheet is not of the plain shapes."""


def read_sheet(chunks: Iterable[bytes], context: Context) -> SheetBuilder:
    """Everything in a worksheet part. Raises MalformedError when it is broken or has too many cells."""
    data = b"".join(chunks)
    if data.count(b"<") > MAX_MARKS * context.room:
        raise MalformedError(TOO_LARGE)
    try:
        return read_text(data, context)
    except UnusualError:
        reader = SheetReader(CellSink(context))
        scan([data], reader.start, reader.end, reader.texts.append)
        return reader.sink.found


def read_text(data: bytes, context: Context) -> SheetBuilder:
    """The sheet read off its text; what surrounds the cells goes through the parser. Raises UnusualError when that will not do."""
    try:
        head, opening, rest = data.decode("utf-8-sig").partition("<sheetData>")
    except UnicodeDecodeError as error:
        raise UnusualError from error
    body, closing, tail = rest.partition("</sheetData>")
    declared = ENCODING.search(head)
    if not closing or "<!" in head or (declared and declared[1].lower() != "utf-8") or CONTROL.search(body) or any(mark in body for mark in MARKUP):
        raise UnusualError
    reader = SheetReader(CellSink(context))
    scan([f"{head}{opening}{closing}{tail}".encode()], reader.start, reader.end, reader.texts.append)
    _read_shapes(body, reader.sink)
    return reader.sink.found


def _read_shapes(body: str, sink: CellSink) -> None:
    """Hand all cells of sheetData to the sink. Raises UnusualError unless the shapes cover it without a gap."""
    at, apart, columns = 0, 0, frozenset[int]()
    whole = row_shape(columns)
    while at < len(body):
        if row := whole.match(body, at):
            _read_row(row.groups(), sorted(columns), sink)
            at = row.end()
            continue
        start, at = at, _read_cells(body, at, sink)
        apart += 1
        if apart == ALIKE:
            apart, seen = 0, columns.union(map(column_number, COLUMN.findall(body, start, at)))
            columns = seen if len(seen) <= MOST_COLUMNS else columns
            whole = row_shape(columns)


@lru_cache(maxsize=64)
def row_shape(columns: frozenset[int]) -> re.Pattern[str]:
    """A row with cells in none but these columns, in their order, as they mostly are in a sheet.

    Groups: number, settings, "/" of a row without cells; then of every column style, type, about the formula, formula, value, inline text.
    """
    cells = "".join(rf'(?:<c r="{column_letters(column)}\1"(?:(?: s="[0-9]+")?/>|{KIND}{CONTENT}))?+' for column in sorted(columns))
    return re.compile(f"{ROW}(?(3)|{cells}</row>)")


def _read_row(groups: Sequence[str | None], columns: Sequence[int], sink: CellSink) -> None:
    """A whole row."""
    _start_row(groups[0] or "", groups[1] or "", sink)
    cells = zip(columns, groups[3::6], groups[4::6], groups[5::6], groups[6::6], groups[7::6], groups[8::6], strict=True)
    for column, style, kind, about, formula, value, inline in cells:
        if about is not None:
            sink.column = column
            _read_formula(kind, about, formula, value, sink)
        if text := inline if kind == "inlineStr" else value:
            sink.column = column
            sink.value(kind or "n", resolved(text) if "&" in text else text, style)


def _read_cells(body: str, at: int, sink: CellSink) -> int:
    """A row cell by cell; where it ends. Raises UnusualError for what has none of the shapes."""
    row = START.match(body, at)
    if row is None:
        raise UnusualError
    _start_row(row[1], row[2], sink)
    here, at, is_open = str(sink.row), row.end(), not row[3]
    while is_open:
        match = CELLS.match(body, at)
        if match is None:
            raise UnusualError
        if match[1] is not None:
            if match[2] != here:
                raise MalformedError(DAMAGED)
            sink.start_cell(match[1])
            style, kind, about, formula, value, inline = match.group(3, 4, 5, 6, 7, 8)
            if about is not None:
                _read_formula(kind, about, formula, value, sink)
            if text := inline if kind == "inlineStr" else value:
                sink.value(kind or "n", resolved(text), style)
        at, is_open = match.end(), match[0] != "</row>"
    return at


def _start_row(number: str, settings: str, sink: CellSink) -> None:
    sink.start_row(number)
    if "hidden" in settings and dict(ATTRIBUTE.findall(settings)).get("hidden") in TRUE:
        sink.found.hidden_rows.add(sink.row)


def _read_formula(kind: str | None, about: str, formula: str | None, value: str | None, sink: CellSink) -> None:
    if about:
        sink.formula_kind(dict(ATTRIBUTE.findall(about)))
    sink.formula(kind or "n", resolved(formula or ""), resolved(value or ""))


def resolved(text: str) -> str:
    """Text with XML's references resolved. Raises UnusualError for one that is none."""
    return REFERENCE.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return NAMED[match[1]]
    number = int(match[2]) if match[2] else int(match[3] or "0", 16)
    if not (0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000 or number in (9, 10, 13)):
        raise UnusualError
    return chr(number)


class SheetReader:
    """Handles the elements of one worksheet part and hands its cells to the sink."""

    def __init__(self, sink: CellSink) -> None:
        self.sink = sink
        self.texts: list[str] = []
        self._attributes: dict[str, str] | None = None
        self._value: str | None = None
        self._inline = ""
        self._formula: str | None = None
        self._phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("v", "f", "t"):
            self.texts.clear()
            if name == "f" and self._attributes is not None:
                self._formula = ""
                self.sink.formula_kind(attributes)
        elif name == "c":
            self._attributes, self._value, self._inline, self._formula = attributes, None, "", None
            self.sink.start_cell(self._letters(attributes.get("r")))
        elif name == "row":
            self.sink.start_row(attributes.get("r"))
            if attributes.get("hidden") in TRUE:
                self.sink.found.hidden_rows.add(self.sink.row)
        elif name == "rPh":
            self._phonetic = True
        elif name == "mergeCell":
            self.sink.found.merge(attributes.get("ref", ""))
        elif name == "col":
            hidden = attributes.get("hidden") in TRUE
            first, last = (number_of(attributes.get(name, "")) if hidden else 0 for name in ("min", "max"))
            self.sink.found.columns_from(first, last, hidden)

    def end(self, name: str) -> None:
        if name == "v":
            self._value = "".join(self.texts)
        elif name == "c":
            self._end_cell()
        elif name == "f":
            if self._formula is not None:
                self._formula = "".join(self.texts)
        elif name == "t":
            if not self._phonetic:
                self._inline += "".join(self.texts)
        elif name == "rPh":
            self._phonetic = False

    def _letters(self, reference: str | None) -> str | None:
        """The column of a cell reference, which must be in the present row."""
        if reference is None:
            return None
        letters = reference.rstrip(DIGITS)
        if reference[len(letters) :] != str(self.sink.row):
            raise MalformedError(DAMAGED)
        return letters

    def _end_cell(self) -> None:
        attributes, self._attributes = self._attributes, None
        if attributes is None:
            return
        kind = attributes.get("t", "n")
        if self._formula is not None:
            self.sink.formula(kind, self._formula, self._value)
        if kind == "inlineStr":
            self.sink.value(kind, self._inline, None)
        elif self._value:
            self.sink.value(kind, self._value, attributes.get("s"))
