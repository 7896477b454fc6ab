"""The legacy drawing of a sheet's notes: boxes added and taken out, all others left as they are.

Office wrote these parts by hand, some are not even XML; so they are treated as text. Source: ECMA-376 part 4, 19.4.2.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from xltools.books.patch_xml import CannotPatchError

SHAPE = re.compile(rb"<v:shape\b(?:(?!</v:shape>).)*</v:shape>\s*", re.DOTALL)
NOTE = re.compile(rb"""<x:ClientData\s+ObjectType=["']Note["']""")
ROW, COLUMN = re.compile(rb"<x:Row>\s*(\d+)\s*</x:Row>"), re.compile(rb"<x:Column>\s*(\d+)\s*</x:Column>")
ANCHOR = re.compile(rb"<x:Anchor>\s*((?:\d+\s*,\s*){7}\d+)\s*</x:Anchor>")
NUMBER = re.compile(rb"_x0000_s(\d+)")
MAP = re.compile(rb"""<o:idmap\b[^>]*\bdata=["']([\d,]+)""")
KIND = "_x0000_t202"
HEAD = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">'
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{number}"/></o:shapelayout></xml>'
)
SHAPETYPE = (
    f'<v:shapetype id="{KIND}" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
BOX = (
    '<v:shape id="_x0000_s{id}" type="#' + KIND + '" style="position:absolute;margin-left:60pt;margin-top:2pt;width:210pt;height:{height}pt;'
    'z-index:{order};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {top}, 4, {right}, 15, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
PER_NUMBER = 1_023      # shapes whose ids belong to one number of the drawing
CHARACTERS, LINE, ROW_HEIGHT = 22, 13, 15
LAST_ROW, LAST_COLUMN = 1_048_575, 16_383

Where = tuple[int, int]  # row, column, counted from 1


def new_drawing(number: int, count: int) -> bytes:
    """A drawing ready for so many boxes; number: from which on no other drawing of the package claims any."""
    return HEAD.format(number=",".join(str(number + more) for more in range(1 + count // PER_NUMBER))).encode()


def numbers_in(data: bytes) -> list[int]:
    """The numbers a drawing claims for its shapes."""
    return [int(one) for found in MAP.findall(data) for one in found.split(b",") if one]


def boxes(data: bytes) -> set[Where]:
    """The cells whose notes have a box."""
    return {where for shape in SHAPE.findall(data) if (where := _cell(shape))}


def is_bare(data: bytes) -> bool:
    """Whether a drawing shows nothing at all."""
    return not re.search(rb"<v:(shape|rect|oval|line|group|image)\b", data)


def with_boxes(data: bytes, notes: Mapping[Where, str]) -> bytes:
    """The drawing with a hidden box for each note, as large as its text. Raises CannotPatchError where it has no end."""
    end = data.rfind(b"</xml>")
    if end < 0:
        raise CannotPatchError
    used = [int(found) for found in NUMBER.findall(data)]
    first = max([*used, 1024 * min(numbers_in(data), default=1)]) + 1
    made = [] if f'id="{KIND}"'.encode() in data else [SHAPETYPE]
    made += [_box(first + at, at + len(used) + 1, where, text) for at, (where, text) in enumerate(sorted(notes.items()))]
    return data[:end] + "".join(made).encode() + data[end:]


def enlarged(data: bytes, notes: Mapping[Where, str]) -> bytes:
    """The drawing with the boxes of these notes at least as large as their text; none gets smaller."""

    def larger(shape: re.Match[bytes]) -> bytes:
        where = _cell(shape[0])
        text = notes.get(where) if where else None
        return ANCHOR.sub(lambda anchor: _larger(anchor, text or ""), shape[0]) if text else shape[0]

    return SHAPE.sub(larger, data)


def _larger(anchor: re.Match[bytes], text: str) -> bytes:
    at = [int(number) for number in anchor[1].split(b",")]
    at[4] = max(at[4], min(at[0] + 2, LAST_COLUMN))
    at[6] = max(at[6], min(at[2] + _height(text) // ROW_HEIGHT + 1, LAST_ROW))
    return f"<x:Anchor>{', '.join(map(str, at))}</x:Anchor>".encode()


def without_boxes(data: bytes, cells: Collection[Where]) -> bytes:
    """The drawing without the boxes of these cells' notes."""
    return SHAPE.sub(lambda shape: b"" if _cell(shape[0]) in cells else shape[0], data)


def with_moved_boxes(data: bytes, rows: Mapping[Where, int | None]) -> bytes:
    """The drawing with the box of each of these cells' notes in the cell's row now, and without the boxes of rows that are gone."""

    def moved(shape: re.Match[bytes]) -> bytes:
        where = _cell(shape[0])
        if where is None or where not in rows:
            return shape[0]
        row = rows[where]
        if row is None:
            return b""
        lower = row - where[0]
        placed = ANCHOR.sub(lambda anchor: _lowered(anchor, lower), shape[0])
        return ROW.sub(b"<x:Row>%d</x:Row>" % (row - 1), placed)

    return SHAPE.sub(moved, data)


def _lowered(anchor: re.Match[bytes], rows: int) -> bytes:
    at = [int(number) for number in anchor[1].split(b",")]
    height = at[6] - at[2]
    at[2] = max(0, min(at[2] + rows, LAST_ROW))
    at[6] = min(at[2] + height, LAST_ROW)
    return f"<x:Anchor>{', '.join(map(str, at))}</x:Anchor>".encode()


def _cell(shape: bytes) -> Where | None:
    row, column = ROW.search(shape), COLUMN.search(shape)
    return (int(row[1]) + 1, int(column[1]) + 1) if NOTE.search(shape) and row and column else None


def _box(id: int, order: int, where: Where, text: str) -> str:
    row, column = where[0] - 1, where[1] - 1
    height = _height(text)
    top, left = max(0, row - 1), min(column + 1, LAST_COLUMN - 2)
    bottom = min(top + height // ROW_HEIGHT + 1, LAST_ROW)
    return BOX.format(id=id, order=order, height=height, left=left, right=left + 2, top=top, bottom=bottom, row=row, column=column)


def _height(text: str) -> int:
    """How high a box must be for its text, in points."""
    return 12 + LINE * sum(1 + len(line) // CHARACTERS for line in text.split("\n"))
