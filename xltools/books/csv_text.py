"""Tables in plain text (.csv, .txt): one sheet of texts. The separator is found, everything stays as it is written.

Numbers stay text: a credit code or a number with leading zeros must not become another value; `rules.parse` reads numbers from text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from xltools.books.grid import MAX_CELLS, Sheet, SheetBuilder
from xltools.books.xml import TOO_LARGE, MalformedError
from xltools.model.address import LAST_COLUMN, LAST_ROW

SEPARATORS = (",", "\t", ";", "|", "，", "；")
# Excel's own first line, "sep=;", names the separator.
NAMED = re.compile(r"\ufeff?\"?sep=(.)\"?[ ,;\t]*(?:\r\n|\r|\n)", re.IGNORECASE)
SAMPLE = 200
# ="0012" is how systems keep Excel from turning a code into a number; what it shows is 0012.
QUOTED = re.compile(r'="([^"]*)"')
# A field, and what ends it. Quotes count when they enclose the whole field; a single one is a character like any other, so that
# a forgotten quote costs one cell and not the rest of the file.
FIELD = r'(?:"([^"]*+(?:""[^"]*+)*+)"(?={0}|[\r\n]|\Z)|([^{0}\r\n]*+))({0}|\r\n|\r|\n|\Z)'


class CsvSource:
    """A text table as a workbook of one sheet, named by `title`. Raises MalformedError when it is no table or too large."""

    def __init__(self, text: str, title: str) -> None:
        self.names: dict[str, str] = {}
        self.properties: dict[str, str] = {}
        self.sheets = [title]
        named = NAMED.match(text)
        separator = named[1] if named else separator_of(text)
        if not separator:
            raise MalformedError("这是文本文件，里面没有用逗号、制表符或分号隔开的表格")
        self._sheet = _sheet(rows(text[named.end() :] if named else text, separator))

    def read(self, name: str) -> Sheet:
        """The only sheet."""
        return self._sheet


def separator_of(text: str) -> str:
    """The separator that cuts most of the first rows into one and the same number of fields, "" when none does."""
    best = (0, 0, "")
    for separator in SEPARATORS:
        widths = [len(row) for row in islice(rows(text, separator), SAMPLE) if any(row)]
        many = [width for width in widths if width > 1]
        usual = max(set(many), key=lambda width: (many.count(width), width)) if many else 0
        score = (sum(width == usual for width in many), usual, separator)
        best = max(best, score, key=lambda one: one[:2])
    return best[2]


def rows(text: str, separator: str) -> Iterator[list[str]]:
    """The rows of a text, each as its fields. Raises MalformedError when there are more than a sheet holds."""
    row: list[str] = []
    count = 0
    for match in re.compile(FIELD.format(re.escape(separator))).finditer(text):
        quoted, plain, end = match.groups()
        row.append(plain if quoted is None else quoted.replace('""', '"'))
        if end != separator:
            yield row
            row, count = [], count + 1
        if len(row) > LAST_COLUMN or count > LAST_ROW:
            raise MalformedError(TOO_LARGE)
        if not end:
            return


def _sheet(found: Iterator[list[str]]) -> Sheet:
    builder, count = SheetBuilder(), 0
    for number, row in enumerate(found, 1):
        cells = {column: builder.fits(shown(value)) for column, value in enumerate(row, 1) if value}
        if cells:
            builder.values[number] = {**cells}
            count += len(cells)
        if count > MAX_CELLS:
            raise MalformedError(TOO_LARGE)
    return builder.sheet(knows_formulas=False)


def shown(value: str) -> str:
    """The text a field shows in Excel."""
    match = QUOTED.fullmatch(value)
    return match[1] if match else value.replace("\r\n", "\n").replace("\r", "\n")
