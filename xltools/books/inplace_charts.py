"""The charts of the sheet of figures: ours, known by their title, follow their data; the user's own are not touched.

Drawings are handled as text: their elements carry prefixes, and what is in them besides is not ours to know.
Source: ECMA-376 part 1, 20.5.2 (spreadsheet drawing), 21.2 (charts).
"""

from __future__ import annotations

import re
from functools import cached_property

from msgspec import Struct

from xltools.books.patch import Patch
from xltools.books.patch_xml import CannotPatchError

CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
# With or without a prefix: programs differ.
ANCHOR = re.compile(rb"<(?:\w+:)?twoCellAnchor\b.*?</(?:\w+:)?twoCellAnchor>", re.DOTALL)
ID = re.compile(rb"""<(?:\w+:)?chart\b[^>]*?\s\w+:id=["']([^"']+)["']""")
ROW = re.compile(rb"(<(?:\w+:)?row>)(\d+)(</(?:\w+:)?row>)")
TITLE = re.compile(rb"<(?:\w+:)?title>.*?</(?:\w+:)?title>", re.DOTALL)
TEXT = re.compile(rb"<(?:\w+:)?t>([^<]*)</(?:\w+:)?t>")
NUMBER = re.compile(rb"""<(?:\w+:)?cNvPr\s[^>]*?\bid=["'](\d+)["']""")
# What a label shows besides its value is left unsaid by the writer of new workbooks. In a file that LibreOffice saved last, unsaid means shown.
VALUE = b'<c:showVal val="1"/>'
VALUE_ONLY = b'<c:showLegendKey val="0"/>' + VALUE + b"".join(b'<c:show%b val="0"/>' % name for name in (b"CatName", b"SerName", b"Percent", b"BubbleSize"))
SPACES = b' xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
END = re.compile(rb"</(?:\w+:)?wsDr>\s*$")


class Drawings(Struct, frozen=True, dict=True):
    """The drawing of a sheet."""

    patch: Patch
    sheet: str

    @cached_property
    def part(self) -> str:
        """Its part, "" when the sheet has none."""
        return self.patch.related(self.sheet, "drawing")

    def charts(self) -> dict[bytes, tuple[bytes, str]]:
        """Title → anchor and part of each chart that has a title."""
        if not self.part:
            return {}
        parts = {id: target for id, (_, target) in self.patch.relations(self.part).items()}
        found: dict[bytes, tuple[bytes, str]] = {}
        for anchor in ANCHOR.findall(self.patch.read(self.part)):
            id = ID.search(anchor)
            part = parts.get(id[1].decode(), "") if id else ""
            if part and (title := _title(self.patch.read(part))):
                found.setdefault(title, (anchor, part))
        return found


def _title(chart: bytes) -> bytes:
    found = TITLE.search(chart)
    return b"".join(TEXT.findall(found[0])) if found else b""


def update_charts(there: Drawings, new: Drawings, ours: re.Pattern[str]) -> None:
    """Let the charts of ours, known by their titles, show what the new ones show, where these stand; those that are new are added, those that
    are no more are taken out. One that a person has made larger stays so until it has to move."""
    known, wanted = there.charts(), new.charts()
    for title, (anchor, part) in known.items():
        if title not in wanted and ours.fullmatch(title.decode()):
            _remove(there, anchor, part)
    for title, (anchor, part) in wanted.items():
        content = new.patch.read(part).replace(VALUE, VALUE_ONLY)
        if title not in known:
            _add(there, anchor, content)
            continue
        before, old = known[title]
        there.patch.write(old, content)
        stands, new_rows = _rows(before), _rows(anchor)
        if stands[:1] != new_rows[:1] or stands[1:] < new_rows[1:]:
            there.patch.write(there.part, there.patch.read(there.part).replace(before, _placed(before, new_rows), 1))


def _rows(anchor: bytes) -> list[int]:
    """The rows from and to which a chart stands."""
    return [int(found[2]) for found in ROW.finditer(anchor)]


def _placed(anchor: bytes, rows: list[int]) -> bytes:
    left = iter(rows)
    return ROW.sub(lambda found: b"%s%d%s" % (found[1], next(left, int(found[2])), found[3]), anchor)


def _remove(there: Drawings, anchor: bytes, part: str) -> None:
    """A chart less in a drawing."""
    there.patch.write(there.part, there.patch.read(there.part).replace(anchor, b"", 1))
    there.patch.unrelate(there.part, part)
    there.patch.remove(part)


def _add(there: Drawings, anchor: bytes, content: bytes) -> None:
    """A chart more in a drawing."""
    drawing = there.patch.read(there.part) if there.part else b""
    end = END.search(drawing)
    if end is None:
        raise CannotPatchError
    part = there.patch.free_part("xl/charts/chart{}.xml")
    there.patch.write(part, content)
    there.patch.declare(part, CHART)
    relation = there.patch.relate(there.part, "chart", part)
    number = max((int(one) for one in NUMBER.findall(drawing)), default=1) + 1
    named = re.sub(rb"""(<xdr:cNvPr\s[^>]*?\bid=["'])\d+(["'] name=["'])[^"']*""", rb"\g<1>%d\g<2>Chart %d" % (number, number - 1), anchor, count=1)
    linked = re.sub(rb"""(\sr:id=["'])[^"']+""", rb"\g<1>" + relation.encode(), named, count=1)
    there.patch.write(there.part, drawing[: end.start()] + linked.replace(b"<xdr:twoCellAnchor", b"<xdr:twoCellAnchor" + SPACES, 1) + drawing[end.start() :])
