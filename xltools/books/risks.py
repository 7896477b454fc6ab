"""What a county's file holds besides cells: macros, links to other files, embedded objects, formulas that start programs.

Nothing of it is ever run, followed or carried into what we write; here it is only found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from xltools.books.base import Cell, value_at
from xltools.books.file import FileBook
from xltools.books.foreign import ForeignSource, PageSource
from xltools.books.gate import Kind
from xltools.books.grid import Sheet
from xltools.books.ods import OdsSource
from xltools.books.xlsb import XlsbSource
from xltools.books.xlsx import XlsxSource, relationships
from xltools.model.address import address, areas, split
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, also
from xltools.model.value import shown

# Program|'argument'!item is DDE; the functions call a program, a library or a server.
LIVE = re.compile(r"[\w.]\s*\|\s*'?[^|!]{1,500}!|\b(?:DDE|CALL|EXEC|REGISTER|REGISTER\.ID|WEBSERVICE|RTD)\s*\(", re.IGNORECASE)
ABROAD = re.compile(r"\[\d+\]|'?file:|\[[^\[\]]+\.(?:xls\w?|ods|et|csv)\]", re.IGNORECASE)  # [1]Sheet1!A1 in .xlsx, 'file:///…'#Sheet1.A1 in .ods
LITERAL = re.compile('"[^"]*"')
# In a text format these beginnings make a formula of a cell as soon as somebody opens it in Excel.
BEGINNINGS = ("=", "+", "-", "@")
LISTED = 3
# Part of an Office package → what it is called, by the code it belongs to.
PARTS = (
    (Code.MACROS, re.compile(r"(?:^|/)vbaproject\.bin$"), "VBA"),
    (Code.MACROS, re.compile(r"^xl/(?:macrosheets|dialogsheets)/[^/]+$"), "宏工作表"),
    (Code.EXTERNAL_LINKS, re.compile(r"^xl/(?:connections\.(?:xml|bin)|querytables/[^/]+)$"), "数据连接"),
    (Code.EMBEDDED, re.compile(r"^xl/embeddings/[^/]+$"), "嵌入的文件"),
    (Code.EMBEDDED, re.compile(r"^xl/activex/[^/]+$"), "ActiveX 控件"),
)
OUTSIDE = re.compile(r"^xl/externallinks/[^/]+$")
ODS_PARTS = ((Code.MACROS, re.compile(r"^(?:basic|scripts)/.+\.(?:xml|py|js|bsh)$"), "Basic 或脚本"),)
OLE_PARTS = (
    (Code.MACROS, re.compile(r"(?:^|/)_VBA_PROJECT(?:_CUR)?(?:/|$)"), "VBA"),
    (Code.EMBEDDED, re.compile(r"^MBD[0-9A-F]+/"), "嵌入的文件"),
    (Code.EMBEDDED, re.compile(r"^Ctls$"), "ActiveX 控件"),
)


def risks(book: FileBook) -> list[Finding]:
    """Findings about everything in the file that is more than cells, one of each kind, and one for every formula that starts something."""
    found: dict[Code, list[str]] = {}
    for code, what in _contents(book):
        if what not in found.setdefault(code, []):
            found[code].append(what)
    place = Place(book.name)
    listed = {code: "、".join(names[:LISTED]) + (f" 等 {len(names)} 个" if len(names) > LISTED else "") for code, names in found.items()}
    named = ""
    if Code.EXTERNAL_LINKS in listed and (linked := _linked(book)):
        cells = [str(Place("", sheet, cell)) for sheet, found_in in linked.items() for cell in found_in]
        listed[Code.EXTERNAL_LINKS] += f"；用在{'、'.join(cells[:LISTED])}" + (f"等 {len(cells)} 格" if len(cells) > LISTED else "")
        named = "\n".join(also(sheet, areas(found_in)) for sheet, found_in in linked.items())
    return [*(code.at(place, what=names, also=named if code is Code.EXTERNAL_LINKS else "") for code, names in listed.items()), *_live(book)]


def _linked(book: FileBook) -> dict[str, list[str]]:
    """The cells whose formula takes its value from another file, on the sheets that were read."""
    found = {name: [cell for cell, formula in sheet.formulas.items() if ABROAD.search(LITERAL.sub("", formula))] for name, sheet in book.seen.items()}
    return {name: cells for name, cells in found.items() if cells}


def _contents(book: FileBook) -> Iterator[tuple[Code, str]]:
    source = book.source
    if isinstance(source, XlsxSource | XlsbSource):
        yield from _known(source.package.parts, PARTS)
        for part in source.package.parts:
            if OUTSIDE.match(part):
                yield from ((Code.EXTERNAL_LINKS, what) for what in _targets(source, part))
    elif isinstance(source, OdsSource):
        yield from _known(source.parts, ODS_PARTS)
        yield from ((Code.EXTERNAL_LINKS, _short(what)) for what in source.links)
        yield from ((Code.EMBEDDED, what) for what in source.objects)
    elif isinstance(source, ForeignSource):
        yield from _known(source.parts, OLE_PARTS)
        yield from ((Code.MACROS, "宏工作表") for _ in range(source.macro_sheets))
        yield from ((Code.EXTERNAL_LINKS, _short(what)) for what in source.links)
    elif isinstance(source, PageSource) and source.active:
        yield Code.EMBEDDED, "脚本或控件"


def _known(parts: Iterable[str], known: Iterable[tuple[Code, re.Pattern[str], str]]) -> Iterator[tuple[Code, str]]:
    for part in parts:
        yield from ((code, what) for code, pattern, what in known if pattern.search(part))


def _targets(source: XlsxSource | XlsbSource, part: str) -> list[str]:
    """The files or programs an external link leads to."""
    targets = [_short(target) for _, target in relationships(source.package, part).values()]
    return targets or ["DDE 或 OLE 链接"]


def _short(target: str) -> str:
    """The last part of a path or address, as a sentence can quote it; what has none is named by what it is."""
    last = re.split(r"[/\\\x01-\x1f]+", target.rstrip("/\\"))[-1]
    return shown("".join(c for c in last if c.isprintable())) or "另一个文件"


def _live(book: FileBook) -> Iterator[Finding]:
    """Formulas that would start something, on the sheets that were read; in a text format what would become one."""
    typed = book.kind in (Kind.CSV, Kind.PAGE)
    for name, sheet in book.seen.items():
        cells = _texts(sheet) if typed else sheet.formulas.items()
        for cell, formula in cells:
            if _starts(formula):
                value = None if typed else _value(sheet, cell)
                yield Code.LIVE_FORMULA.at(Place(book.name, name, cell), formula=shown(formula), value=shown(value))


@lru_cache(maxsize=2**12)  # the forms of one template have the same formulas
def _starts(formula: str) -> bool:
    """Whether a formula would start something."""
    return bool(LIVE.search(LITERAL.sub("", formula)))


def _texts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    for row, cells in enumerate(sheet.grid, 1):
        for column, value in enumerate(cells, 1):
            if isinstance(value, str) and value.startswith(BEGINNINGS):
                yield address(row, column), value


def _value(sheet: Sheet, cell: str) -> Cell:
    return sheet.facts.far.get(cell, value_at(sheet.grid, *(split(cell) or (0, 0))))
