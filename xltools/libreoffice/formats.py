"""Number formats: Excel's codes against LibreOffice's, and what a format says about the value below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from xltools.libreoffice.address import Area, area_of
from xltools.libreoffice.bridge import Uno, struct

GENERAL = "General"
# com.sun.star.util.NumberFormat
DATE, LOGICAL, TEXT = 2, 1024, 256

PIECE = re.compile(
    r"""(?P<kept>"[^"]*" | \\. | [_*]. | \[\$[^\]]*\] | General | AM/PM | A/P | E[+-])
      | (?P<elapsed>\[[HMS]+\]) | (?P<colour>\[[A-Za-z]+\]) | (?P<date>[YMDHSG]+) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


class Kind(Enum):
    """What a number format makes of the number below it."""

    PLAIN = "plain"
    DATE = "date"
    LOGICAL = "logical"
    TEXT = "text"


def english() -> Uno:
    """The locale whose format codes are Excel's."""
    return struct("com.sun.star.lang.Locale", Language="en", Country="US")


def own() -> Uno:
    """The locale LibreOffice runs in; formats kept in it are saved without a language mark."""
    return struct("com.sun.star.lang.Locale")


def key_of(document: Uno, code: str) -> int:
    """The document's number for a format code such as "0.00%" or "yyyy-mm-dd"."""
    formats = document.NumberFormats
    if code == GENERAL:
        return int(formats.getStandardIndex(own()))
    return int(formats.addNewConverted(code, english(), own()))


def code_of(document: Uno, key: int) -> str:
    """The format code behind the document's number, as Excel writes it ("General", "yyyy-mm-dd")."""
    formats = document.NumberFormats
    found = formats.getByKey(key)
    if key == formats.getStandardIndex(found.Locale):
        return GENERAL
    return excel_code(formats.getByKey(formats.addNewConverted(found.FormatString, found.Locale, english())).FormatString)


def excel_code(code: str) -> str:
    """LibreOffice's spelling of a format code in Excel's: YYYY-MM-DD → yyyy-mm-dd, [RED] → [Red]."""
    out = []
    for match in PIECE.finditer(code):
        text = match[0]
        if match.lastgroup == "colour":
            text = f"[{text[1:-1].capitalize()}]"
        out.append(text.lower() if match.lastgroup in ("date", "elapsed") else text)
    return "".join(out)


def kind_of(document: Uno, key: int) -> Kind:
    """What the format with this number makes of a value; a time without a date is a plain number, as in Excel."""
    flags = document.NumberFormats.getByKey(key).Type
    if flags & DATE:
        return Kind.DATE
    if flags & LOGICAL:
        return Kind.LOGICAL
    return Kind.TEXT if flags & TEXT else Kind.PLAIN


def marked_areas(document: Uno, cells: Uno) -> Iterator[tuple[Area, Kind]]:
    """The parts of `cells` whose format is not plain. A handful of calls however large the block is."""
    known: dict[int, Kind] = {}
    groups = cells.getUniqueCellFormatRanges()
    for index in range(groups.getCount()):
        group = groups.getByIndex(index)
        key = group.NumberFormat
        if key not in known:
            known[key] = kind_of(document, key)
        if known[key] is not Kind.PLAIN:
            for place in group.getRangeAddresses():
                yield area_of(place), known[key]
