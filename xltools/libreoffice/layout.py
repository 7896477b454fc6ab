"""Where cells are and how big: sizes, hidden rows, merged cells, inserting, deleting, copying."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xltools.libreoffice.address import Area, area_of
from xltools.libreoffice.bridge import Uno, enum, service, struct
from xltools.libreoffice.errors import EngineError, refusals

POINTS = 72 / 2540                                           # UNO measures in 1/100 mm
EM = 1000
MARGIN = 5 / 7                                               # digits' worth of a column that Excel keeps free at its edges
CONTENTS = 1 | 2 | 4 | 16                                    # com.sun.star.sheet.CellFlags: numbers, dates, text, formulas
NOTES = 8
FORMATS = 32 | 64 | 256                                      # hard formats, styles, formats inside a text
INSERT, DELETE = "com.sun.star.sheet.CellInsertMode", "com.sun.star.sheet.CellDeleteMode"


def digit_width(context: Uno, document: Uno) -> float:
    """1/100 mm that a digit takes in the workbook's standard font: LibreOffice's own measure for widths in Excel files."""
    style = document.StyleFamilies.getByName("CellStyles").getByName("Default")
    screen = service(context, "com.sun.star.awt.Toolkit").createScreenCompatibleDevice(1, 1)
    font = screen.getFont(struct("com.sun.star.awt.FontDescriptor", Name=style.CharFontName, Height=EM))
    return float(font.getCharWidth("0") * style.CharHeight) / EM / POINTS


def width_of(characters: float, digit: float) -> int:
    """1/100 mm for a column that is to show so many digits."""
    return round((characters + MARGIN) * digit)


def characters_of(width: int, digit: float) -> float:
    """How many digits a column shows."""
    return max(0.0, round(width / digit - MARGIN, 2))


def points(length: int) -> float:
    """Points of a length in 1/100 mm."""
    return round(length * POINTS, 2)


def common(values: Iterable[Any]) -> Any:
    """The value that all share, None when they differ."""
    kept: list[Any] = []
    for value in values:
        if kept and value != kept[0]:
            return None
        kept = [value]
    return kept[0] if kept else None


def lines(collection: Uno) -> Iterable[Uno]:
    """The rows or columns of a UNO collection."""
    return (collection.getByIndex(index) for index in range(collection.getCount()))


def merge(cells: Uno) -> None:
    """Merge a range; as in Excel only the upper left cell keeps its content."""
    right, below = cells.Columns.Count - 1, cells.Rows.Count - 1
    if right:
        cells.getCellRangeByPosition(1, 0, right, 0).clearContents(CONTENTS | NOTES)
    if below:
        cells.getCellRangeByPosition(0, 1, right, below).clearContents(CONTENTS | NOTES)
    cells.merge(True)


def rows_of(cells: Uno) -> Iterable[Uno]:
    """Each row of a range as a range of its own."""
    last = cells.Columns.Count - 1
    return (cells.getCellRangeByPosition(0, row, last, row) for row in range(cells.Rows.Count))


def merged_area(sheet: Uno, cells: Uno) -> Area:
    """The merged cells around a range's first cell; the cell itself when it is not merged."""
    cursor = sheet.createCursorByRange(cells.getCellRangeByPosition(0, 0, 0, 0))
    cursor.collapseToMergedArea()
    return area_of(cursor.RangeAddress)


def merged(sheet: Uno, cells: Uno, whole: Area) -> bool | None:
    """True when the range lies in one merged area, False when it touches none, None when mixed. whole: where the range is."""
    if not cells.getIsMerged():         # no merged area begins here; one from outside may reach in
        cursor = sheet.createCursorByRange(cells)
        cursor.collapseToMergedArea()
        if area_of(cursor.RangeAddress) == whole:
            return False
    around = merged_area(sheet, cells)
    inside = around.row + around.height >= whole.row + whole.height and around.column + around.width >= whole.column + whole.width
    return True if inside and around.height * around.width > 1 else None


def insert(sheet: Uno, area: Area, cells: Uno, shift: str | None) -> None:
    """Push cells away to make room; whole rows and columns move as such."""
    mode = _whole(sheet, area) or {"down": "DOWN", "right": "RIGHT", None: "DOWN"}.get(shift)
    if mode is None:
        raise EngineError(f"插入方向只能是 down 或 right，不能是 {shift!r}。")
    with refusals("插入单元格"):
        sheet.insertCells(cells.RangeAddress, enum(INSERT, mode))


def delete(sheet: Uno, area: Area, cells: Uno, shift: str | None) -> None:
    """Remove cells; without a direction a tall range closes from the right, any other from below."""
    guess = "LEFT" if area.height > area.width else "UP"
    mode = _whole(sheet, area) or {"up": "UP", "left": "LEFT", None: guess}.get(shift)
    if mode is None:
        raise EngineError(f"删除方向只能是 up 或 left，不能是 {shift!r}。")
    with refusals("删除单元格"):
        sheet.removeRange(cells.RangeAddress, enum(DELETE, mode))


def _whole(sheet: Uno, area: Area) -> str | None:
    if area.width == sheet.Columns.Count:
        return "ROWS"
    return "COLUMNS" if area.height == sheet.Rows.Count else None


def edge(filled: list[bool], start: int, step: int, last: int) -> int:
    """Where Ctrl+arrow stops on a line of cells.

    filled: whether the cell at that index holds something; beyond the list nothing does.
    start, last: index of the cell where it begins, and of the sheet's last cell in that direction. step: 1 or -1.
    """
    here = _at(filled, start)
    index = start + step if step > 0 else min(start, len(filled)) - 1
    if here and _at(filled, index):
        while _at(filled, index + step):
            index += step
        return index
    while 0 <= index < len(filled):
        if filled[index]:
            return index
        index += step
    return last


def _at(filled: list[bool], index: int) -> bool:
    return 0 <= index < len(filled) and filled[index]
