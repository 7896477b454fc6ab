"""What xlwings has no word for, on a range of LibreOffice: all fills, links and heights at once, links that leave a cell's content alone.

Rows and columns count from 0 at the range's own corner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xltools.libreoffice.address import Area, area_of
from xltools.libreoffice.bridge import Uno
from xltools.libreoffice.layout import points
from xltools.libreoffice.look import color_tuple
from xltools.libreoffice.notes import LINK, host_target

FORMATTED = 512             # com.sun.star.sheet.CellFlags: text with more in it than plain characters, a link for one
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
        found |= dict.fromkeys(_points(group, corner), color)
    return found


def links(cells: Uno) -> dict[Point, str]:
    """The cells that lead somewhere, and where. Text carries its link as a field, a number as a property."""
    corner = area_of(cells.RangeAddress)
    found: dict[Point, str] = {}
    groups = cells.getUniqueCellFormatRanges()
    for index in range(groups.getCount()):
        group = groups.getByIndex(index)
        if url := group.Hyperlink:
            found |= dict.fromkeys(_points(group, corner), str(url))
    return found | text_links(cells)


def text_links(cells: Uno) -> dict[Point, str]:
    """The cells with a link in their text."""
    corner = area_of(cells.RangeAddress)
    found: dict[Point, str] = {}
    for row, column in _points(cells.queryContentCells(FORMATTED), corner):
        fields = cells.getCellByPosition(column, row).getTextFields()
        urls = (getattr(fields.getByIndex(index), "URL", "") for index in range(fields.getCount()))
        if url := next(filter(None, urls), ""):
            found[row, column] = str(url)
    return found


def heights(cells: Uno) -> list[float]:
    """The height of each row, in points; of a hidden one the height that it will have again."""
    rows = cells.Rows
    return [points(rows.getByIndex(index).Height) for index in range(rows.getCount())]


def is_underlined(cells: Uno) -> bool:
    """Whether there is a line below them."""
    return bool(cells.BottomBorder.OuterLineWidth)


def set_links(document: Uno, column: Uno, urls: Mapping[int, str]) -> None:
    """Let cells of a column lead somewhere, "" for nowhere; what stands in them stays. urls: by row."""
    data, formulas = column.getDataArray(), column.getFormulaArray()
    for row, url in urls.items():
        cell, value = column.getCellByPosition(0, row), data[row][0]
        if isinstance(value, str) and value and value == formulas[row][0].removeprefix("'"):
            _set_on_text(document, cell, value, host_target(url))
        else:
            cell.Hyperlink = host_target(url)


def _set_on_text(document: Uno, cell: Any, text: str, url: str) -> None:
    if cell.Hyperlink:
        cell.Hyperlink = ""
    cell.setString("" if url else text)
    if url:
        field = document.createInstance(LINK)
        field.URL, field.Representation = url, text
        cell.insertTextContent(cell.createTextCursor(), field, False)


def _points(ranges: Uno, corner: Area) -> Iterator[Point]:
    """The cells of some ranges, seen from a corner."""
    for place in ranges.getRangeAddresses():
        area = area_of(place)
        for row in range(area.row, area.row + area.height):
            for column in range(area.column, area.column + area.width):
                yield row - corner.row, column - corner.column
