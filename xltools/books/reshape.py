"""What a worksheet part says of ranges, after the records of its table have moved: filters, formats, checks, links, merged cells.

Source: ECMA-376 part 1, 18.3.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from xltools.books.formula_refs import shifted
from xltools.books.patch_xml import CannotPatchError, Edit, Element, around_rows, changed_tag, outline, spliced
from xltools.model.address import LAST_ROW, address, corners

FORMULA = re.compile(rb"<(formula[12]?|xm:f)>([^<]*)</(?:formula[12]?|xm:f)>")
SQREF = re.compile(rb"(<xm:sqref>)([^<]*)(</xm:sqref>)")
Box = tuple[int, int, int, int]


class Change(Struct, frozen=True):
    """How the rows of a sheet went. head: the header's row · last: the last record's row before · now: after · below: by how
    many rows what stands below went down · moved: row before → row now of the records that are still there."""

    head: int
    last: int
    now: int
    below: int
    moved: Mapping[int, int]

    @property
    def is_none(self) -> bool:
        return self.last == self.now and all(old == new for old, new in self.moved.items()) and len(self.moved) == self.last - self.head

    def row(self, row: int) -> int | None:
        """Where this row is now, None when its record is gone."""
        if row <= self.head:
            return row
        return row + self.below if row > self.last else self.moved.get(row)

    def areas(self, box: Box) -> list[Box]:
        """Where a range is now: one that covers the whole table grows with it, a part of it follows its records."""
        top, left, bottom, right = box
        if bottom <= self.head:
            return [box]
        if top > self.last:
            return [(_fit(top + self.below), left, _fit(bottom + self.below), right)]
        if bottom > self.last:
            return [(top, left, bottom if bottom >= LAST_ROW - self.below else bottom + self.below, right)]
        if top <= self.head + 1 and bottom == self.last:
            return [(top, left, max(self.now, self.head + 1), right)]
        if top < self.head + 1:
            return [(top, left, min(bottom, max(self.now, self.head + 1)), right)]
        rows = sorted(now for row in range(top, bottom + 1) if (now := self.moved.get(row)))
        return [(first, left, last, right) for first, last in _runs(rows)]

    def text(self, area: str) -> str:
        """As `areas`, for a range or several as text; what is no range of cells stays."""
        found: list[str] = []
        for one in area.split():
            box = corners(one)
            found += [one] if box is None else [_named(now) for now in self.areas(box)]
        return " ".join(found)


def _fit(row: int) -> int:
    return min(row, LAST_ROW)


def _runs(rows: list[int]) -> Iterator[tuple[int, int]]:
    start = before = 0
    for row in rows:
        if start and row != before + 1:
            yield start, before
            start = row
        start = start or row
        before = row
    if start:
        yield start, before


def _named(box: Box) -> str:
    first, last = address(box[0], box[1]), address(box[2], box[3])
    return first if first == last else f"{first}:{last}"


def reshaped(data: bytes, change: Change) -> bytes:
    """The part after such a change, all but its cells, links and notes. Raises CannotPatchError for merged cells that records would tear apart."""
    root = around_rows(data, 3)
    edits: list[Edit] = []
    for child in root.children:
        if child.name == "dimension":
            edits += _stated(data, child, change)
        elif child.name == "autoFilter":
            edits += _filter(data, child, change)
        elif child.name == "mergeCells":
            edits += _merged(data, child, change)
        elif child.name == "conditionalFormatting":
            edits += _listed(data, child, change)
        elif child.name in ("dataValidations", "protectedRanges", "ignoredErrors"):
            edits += [edit for one in child.children for edit in _listed(data, one, change)]
            edits = _emptied(child, edits)
        elif child.name == "extLst":
            text = data[child.start : child.end]
            new = SQREF.sub(lambda found: found[1] + change.text(found[2].decode()).encode() + found[3], text)
            edits += [(child.start, child.end, new)] if new != text else []
    return spliced(data, edits)


def _stated(data: bytes, child: Element, change: Change) -> Iterator[Edit]:
    """The extent of the sheet may be too large, never too small."""
    box = corners(child.attributes.get("ref", ""))
    if box and change.now + change.below > box[2]:
        yield changed_tag(data, child, {"ref": _named((box[0], box[1], max(box[2] + change.below, change.now), box[3]))})


def _filter(data: bytes, child: Element, change: Change) -> Iterator[Edit]:
    """The filter over the table; a note of how it was sorted is no longer true."""
    box = corners(child.attributes.get("ref", ""))
    if box and box[0] == change.head:
        bottom = max(change.now, change.head + 1) if box[2] <= max(change.last, change.head + 1) else box[2] + change.below
        if bottom != box[2]:
            yield changed_tag(data, child, {"ref": _named((*box[:2], bottom, box[3]))})
    if not change.is_none:
        yield from ((one.start, one.end, b"") for one in child.all("sortState"))


def _merged(data: bytes, child: Element, change: Change) -> Iterator[Edit]:
    for one in child.children:
        box = corners(one.attributes.get("ref", ""))
        if box is None or box[2] <= change.head:
            continue
        if box[0] <= change.last and (box[0] != box[2] or box[0] <= change.head) and not change.is_none:
            raise CannotPatchError(f"“{one.attributes['ref']}”是跨行合并的单元格")
        areas = change.areas(box)
        if not areas:
            yield one.start, one.end, b""
        elif areas != [box]:
            yield changed_tag(data, one, {"ref": _named(areas[0])})


def _listed(data: bytes, child: Element, change: Change) -> Iterator[Edit]:
    """A format or check with the ranges it is for; its formulas are those of the first cell, and follow it."""
    stated = child.attributes.get("sqref", "")
    new = change.text(stated)
    if new == stated:
        return
    if not new:
        yield child.start, child.end, b""
        return
    yield changed_tag(data, child, {"sqref": new})
    rows = _first(new) - _first(stated)
    if rows and not child.is_empty:
        text = data[child.inner : child.close]
        yield child.inner, child.close, FORMULA.sub(lambda found: b"<%b>%b</%b>" % (found[1], shifted(found[2].decode(), rows).encode(), found[1]), text)


def _first(area: str) -> int:
    return min((box[0] for one in area.split() if (box := corners(one))), default=0)


def _emptied(child: Element, edits: list[Edit]) -> list[Edit]:
    """Without the list itself when nothing is left in it."""
    gone = [edit for edit in edits if child.start <= edit[0] < child.end and not edit[2]]
    if not child.children or len(gone) < len(child.children):
        return edits
    return [*(edit for edit in edits if not child.start <= edit[0] < child.end), (child.start, child.end, b"")]


def stretched(data: bytes, change: Change) -> bytes:
    """The part of a table (Ctrl+T) that is laid over all records, as long as they are now. Raises CannotPatchError for one over a part of them, or with totals."""
    root = outline(data, 2)
    box = corners(root.attributes.get("ref", ""))
    if box is None or (box[0], box[2]) != (change.head, change.last) or root.attributes.get("totalsRowCount", "0") != "0":
        raise CannotPatchError("里有套用了表格格式（Ctrl+T）的表，只盖住一部分行，或带汇总行")
    ref = {"ref": _named((box[0], box[1], max(change.now, change.head + 1), box[3]))}
    filters = root.all("autoFilter")
    edits = [changed_tag(data, one, ref) for one in (root, *filters)]
    edits += [(one.start, one.end, b"") for parent in (root, *filters) for one in parent.all("sortState")]
    return spliced(data, edits)
