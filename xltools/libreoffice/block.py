"""What xlwings has no word for, on a range of LibreOffice: all fills at once, links that leave the cell's content alone.

Rows and columns count from 0 at the range's own corner.
"""

from __future__ import annotations

from typing import Any

from xltools.libreoffice.address import area_of
from xltools.libreoffice.bridge import Uno
from xltools.libreoffice.look import color_tuple
from xltools.libreoffice.notes import LINK, host_target

TEXT = "TEXT"               # com.sun.star.table.CellContentType
Point = tuple[int, int]


def fills(cells: Uno) -> dict[Point, tuple[int, int, int]]:
    """The filled cells with their colours. A handful of calls however large the range is."""
    corner = area_of(cells.RangeAddress)
    found: dict[Point, tuple[int, int, int]] = {}
    groups = cells.getUniqueCellFormatRanges()
    for index in range(groups.getCount()):
        group = groups.getByIndex(index)
        color = color_tuple(group.CellBackColor)
        if color is None:
            continue
        for place in group.getRangeAddresses():
            area = area_of(place)
            for row in range(area.row, area.row + area.height):
                for column in range(area.column, area.column + area.width):
                    found[row - corner.row, column - corner.column] = color
    return found


def link(cells: Uno, at: Point) -> str:
    """Where the link of one cell leads, "" when it has none. Text carries its link as a field, a number as a property."""
    cell = cells.getCellByPosition(at[1], at[0])
    if cell.Hyperlink:
        return str(cell.Hyperlink)
    fields = cell.getTextFields().createEnumeration()
    while fields.hasMoreElements():
        field = fields.nextElement()
        if hasattr(field, "URL"):
            return str(field.URL)
    return ""


def set_link(document: Uno, cells: Uno, at: Point, url: str) -> None:
    """Let one cell lead to `url`, "" for nowhere; what stands in it stays."""
    cell: Any = cells.getCellByPosition(at[1], at[0])
    url = host_target(url)
    if cell.Type.value != TEXT:
        cell.Hyperlink = url
        return
    text = cell.getString()
    cell.Hyperlink = ""
    cell.setString(text)
    if url:
        field = document.createInstance(LINK)
        field.URL, field.Representation = url, text
        cell.setString("")
        cell.insertTextContent(cell.createTextCursor(), field, False)
