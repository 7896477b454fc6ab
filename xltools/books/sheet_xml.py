"""The cells of an .xlsx worksheet in one pass, with everything that a value alone does not tell.

Two ways lead to the same `CellSink`. Nearly all programs write cells in a few plain shapes; these are read off the text,
three times as fast as element by element. A sheet with anything else in it is read by the XML parser from its beginning.
Source: ECMA-376 part 1, 18.3.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from xltools.books.gate import DAMAGED, TOO_LARGE
from xltools.books.grid import SheetBuilder
from xltools.books.sink import CellSink, Context, number_of
from xltools.books.xml import MalformedError, scan

DIGITS = "0123456789"
# Two million cells with a value; read off the text they take some three seconds.
MAX_MARKS = 9_000_000
TRUE = ("1", "true")
# The shapes that Excel, LibreOffice, WPS, XlsxWriter and openpyxl write: a run of formatted empty cells, a cell with formula
# and value or with inline text, the beginning and the end of a row. Together they must cover all of sheetData.
SHAPES = re.compile(
    r'(?:<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]+")?/>)+'
    r'|<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")?>'
    r"(?:<f((?: [a-z]+=\"[^\"<&]*\")*)(?:/>|>([^<]*)</f>))?"
    r'(?:<v>([^<]*)</v>|<v ?/>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>'
    r'|<row r="([0-9]{1,7})"((?: [A-Za-z0-9:]+="[^"<&]*")*)(?:/>|>)|</row>'
)
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
    if data.count(b"<") > MAX_MARKS:
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
    at, here, inside = 0, "", False
    for match in SHAPES.finditer(body):
        if match.start() != at:
            raise UnusualError
        at = match.end()
        if match[1] is not None:
            if match[2] != here:
                raise MalformedError(DAMAGED)
            _read_cell(match, sink)
        elif match[9] is not None or match[0] == "</row>":
            if inside is (match[9] is not None):
                raise UnusualError
            inside = _read_row(match, sink)
            here = str(sink.row)
    if at != len(body) or inside:
        raise UnusualError


def _read_row(match: re.Match[str], sink: CellSink) -> bool:
    """The beginning or end of a row; whether cells may follow."""
    row, settings = match.group(9, 10)
    if row is None:
        return False
    sink.start_row(row)
    if "hidden" in settings and dict(ATTRIBUTE.findall(settings)).get("hidden") in TRUE:
        sink.found.hidden_rows.add(sink.row)
    return not match[0].endswith("/>")


def _read_cell(match: re.Match[str], sink: CellSink) -> None:
    letters, _, style, kind, about, formula, value, inline, _, _ = match.groups("")
    sink.start_cell(letters)
    kind, value, inline = kind or "n", resolved(value), resolved(inline)
    if match[5] is not None:
        if about:
            sink.formula_kind(dict(ATTRIBUTE.findall(about)))
        sink.formula(kind, resolved(formula), value)
    if text := inline if kind == "inlineStr" else value:
        sink.value(kind, text, style or None)


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
