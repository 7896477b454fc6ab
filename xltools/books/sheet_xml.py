"""The cells of an .xlsx worksheet in one pass, with everything that a value alone does not tell.

Three ways lead to the same `CellSink`. Nearly all programs write cells in a few plain shapes; these are read off the text, whole
rows where rows are alike (see `row_shape`), else cell by cell. A sheet with anything else in it is read by the XML parser from its beginning.
Source: ECMA-376 part 1, 18.3.1.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence

from xltools.books.base import Cell
from xltools.books.grid import SheetBuilder
from xltools.books.row_shape import CELLS, FORMULA, START, Column, learned, shape_of
from xltools.books.sink import CellSink, Context, number_of
from xltools.books.strikes import Strikes
from xltools.books.xml import DAMAGED, TOO_LARGE, TRUE, MalformedError, scan

DIGITS = "0123456789"
# Two million cells with a value; read off the text they take some three seconds.
MAX_MARKS = 9_000_000
TOGETHER = 1_000    # rows that are looked at together
ALIKE = 16          # rows that are read cell by cell before rows like the last of them are looked for
MOST_SHAPES = 50    # that are learned in one sheet
WHOLE_FORMULA = re.compile(FORMULA)
OPENING, CLOSING, ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"
STRETCH = 2**20     # bytes of rows that are made text of at a time: the rows of a city are hundreds of times as much
ENCODING = re.compile(r"""^<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)""")
ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
WRITTEN = re.compile(r'<c r="([A-Z]{1,3}[0-9]{1,7})"(?: s="([0-9]+)")?+(?: t="[A-Za-z]+")?+>(?:<v>([0-9]+)</v></c>)?+')
SHARED = ' t="s">'
REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));|&")
NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
# What XML forbids or the parser would change: left to the parser.
CONTROL = bytes({*range(32)} - set(b"\t\n"))
MARKUP = {b"\xef\xbf": ("\ufffe".encode(), "\uffff".encode()), b"!": (b"<!",), b"?": (b"<?",), b"]": (b"]]>",)}     # by a part of it that is rare
Groups = tuple[str | None, ...]


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
    start = data.find(OPENING) + len(OPENING)
    end = data.find(CLOSING, start)
    if start < len(OPENING) or end < 0:
        raise UnusualError
    head, tail = _decoded(data[:start].removeprefix(BOM_UTF8)), _decoded(data[end:])
    declared = ENCODING.search(head)
    if "<!" in head or (declared and declared[1].lower() != "utf-8"):
        raise UnusualError
    reader = SheetReader(CellSink(context))
    scan([f"{head}{tail}".encode()], reader.around)
    _read_shapes(_stretches(data, start, end), reader.sink)
    if context.strikes:
        reader.sink.found.struck = {cell: whole for text in _stretches(data, start, end) for cell, whole in _struck(text, context.strikes)}
    return reader.sink.found


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise UnusualError from error


def _stretches(data: bytes, start: int, end: int) -> Iterator[str]:
    """The text of the rows from here to there, so many whole rows at a time. Raises UnusualError where the parser would not leave it as it is."""
    while start < end:
        last = data.rfind(ROW_END, start, start + STRETCH) if start + STRETCH < end else end
        close = last if last >= 0 else data.find(ROW_END, start, end)
        stop = min(close + len(ROW_END), end) if close >= 0 else end
        rows = data[start:stop]
        if not is_verbatim(rows):
            raise UnusualError
        yield _decoded(rows)
        start = stop


def _struck(text: str, strikes: Strikes) -> Iterator[tuple[str, bool]]:
    """The cells with struck text, in a look of its own that only workbooks with such styles or strings need; whether all of it is."""
    for cell in WRITTEN.finditer(text):
        if (whole := strikes.of(cell[2], cell[3] if SHARED in cell[0] else None)) is not None:
            yield cell[1], whole


def is_verbatim(data: bytes) -> bool:
    """Whether XML allows all that stands here, and the parser would leave it as it is but for references."""
    return len(data.translate(None, CONTROL)) == len(data) and not any(mark in data for sign, marks in MARKUP.items() if sign in data for mark in marks)


def _read_shapes(texts: Iterable[str], sink: CellSink) -> None:
    """Hand all cells in these stretches of rows to the sink. Raises UnusualError unless the shapes cover them without a gap."""
    apart, shape, kinds = 0, shape_of({}), 1
    for text in texts:
        at, end = 0, len(text)
        while at < end:
            rows: list[Groups] = []
            while len(rows) < TOGETHER and (row := shape.pattern.match(text, at, end)):
                rows.append(row.groups())
                at = row.end()
            if rows:
                _read_rows(rows, shape.columns, sink)
                continue
            start, at = at, _read_cells(text, (at, end), sink)
            apart += 1
            if apart == ALIKE and kinds < MOST_SHAPES:
                apart, shape, kinds = 0, learned(text, start, at, shape), kinds + 1


def _read_rows(rows: Sequence[Groups], columns: Mapping[int, Column], sink: CellSink) -> None:
    """Rows that are alike, column by column."""
    numbers, settings, _, *parts = zip(*rows, strict=True)
    for number, said in zip(numbers, settings, strict=True):
        _start_row(number or "", said or "", sink)
    lines = [*map(int, filter(None, numbers))]
    found, cells = iter(parts), dict[int, list[Cell]]()
    for number, column in columns.items():
        if column.kind is None:
            continue
        styles = next(found) if column.is_number else ()
        elements = next(found) if column.computed else ()
        values = next(found)
        if any(elements):
            sink.column = number
            for sink.row, element, value in zip(lines, elements, values, strict=True):
                if element and (formula := WHOLE_FORMULA.fullmatch(element)):
                    _read_formula(column.kind or "n", formula[1], formula[2], value, sink)
        if any(values):
            cells[number] = sink.meanings(column.kind or "n", _resolved(values), styles)
    sink.lines(lines, cells)


def _resolved(texts: Sequence[str | None]) -> Sequence[str | None]:
    return [resolved(text) if text else text for text in texts] if "&" in "".join(filter(None, texts)) else texts


def _read_cells(text: str, span: tuple[int, int], sink: CellSink) -> int:
    """The row at the beginning of the span, cell by cell; where it ends. Raises UnusualError for what has none of the shapes."""
    at, end = span
    row = START.match(text, at, end)
    if row is None:
        raise UnusualError
    _start_row(row[1], row[2], sink)
    here, at, is_open = str(sink.row), row.end(), not row[3]
    while is_open:
        match = CELLS.match(text, at, end)
        if match is None:
            raise UnusualError
        if match[1] is not None:
            if match[2] != here:
                raise MalformedError(DAMAGED)
            sink.start_cell(match[1])
            style, kind, about, formula, value, inline = match.group(3, 4, 5, 6, 7, 8)
            if about is not None:
                _read_formula(kind or "n", about, formula, value, sink)
            if said := inline if kind == "inlineStr" else value:
                sink.value(kind or "n", resolved(said), style)
        at, is_open = match.end(), match[0] != "</row>"
    return at


def _start_row(number: str, settings: str, sink: CellSink) -> None:
    sink.start_row(number)
    if "hidden" in settings and dict(ATTRIBUTE.findall(settings)).get("hidden") in TRUE:
        sink.found.hidden_rows.add(sink.row)


def _read_formula(kind: str, about: str, formula: str | None, value: str | None, sink: CellSink) -> None:
    if about:
        sink.formula_kind(dict(ATTRIBUTE.findall(about)))
    sink.formula(kind, resolved(formula or ""), resolved(value or ""))


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

    def around(self, name: str, attributes: dict[str, str]) -> None:
        """What surrounds the cells. Raises UnusualError for a cell or row that stands outside of them."""
        if name in ("c", "row"):
            raise UnusualError
        self.start(name, attributes)

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
        if self.sink.strikes and (self._inline or self._value):
            self.sink.strike(attributes.get("s"), self._value if kind == "s" else None)
        if kind == "inlineStr":
            self.sink.value(kind, self._inline, None)
        elif self._value:
            self.sink.value(kind, self._value, attributes.get("s"))
