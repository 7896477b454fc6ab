"""How cells look: colours, font, alignment. A property on which the cells of a range disagree reads as None."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from xlwings import base_classes

from xltools.libreoffice.bridge import Uno, enum
from xltools.libreoffice.errors import EngineError
from xltools.libreoffice.members import refusing

NO_COLOR = -1
BOLD, NORMAL = 150.0, 100.0                                  # com.sun.star.awt.FontWeight
SCRIPTS = ("", "Asian", "Complex")                           # Chinese text follows the Asian properties
SLANT = "com.sun.star.awt.FontSlant"
HORIZONTAL = {
    "general": "STANDARD", "left": "LEFT", "center": "CENTER", "right": "RIGHT", "fill": "REPEAT", "justify": "BLOCK",
}  # fmt: skip
VERTICAL = {"top": 1, "center": 2, "bottom": 3, "justify": 4}   # com.sun.star.table.CellVertJustify2


class Cells(Protocol):
    """A range whose look can be changed: its UNO object, and the check that its sheet allows a change."""

    @property
    def xl(self) -> Uno: ...

    def require_writable(self) -> None: ...


def uniform(cells: Uno, name: str) -> Any:
    """A property of all cells of a range, None when they differ."""
    if cells.getPropertyState(name).value == "AMBIGUOUS_VALUE":
        return None
    return cells.getPropertyValue(name)


def color_number(color: Any) -> int:
    """UNO's number for a colour given as (r, g, b), "#rrggbb", Excel's BGR number, or None for no colour."""
    if color is None:
        return NO_COLOR
    if isinstance(color, str):
        return int(color.removeprefix("#"), 16)
    if isinstance(color, int):
        return (color & 0xFF) << 16 | color & 0xFF00 | color >> 16 & 0xFF
    red, green, blue = (int(part) for part in color)
    return red << 16 | green << 8 | blue


def color_tuple(number: int | None) -> tuple[int, int, int] | None:
    """The colour (r, g, b) of UNO's number; None for no colour."""
    if number is None or number == NO_COLOR:
        return None
    return number >> 16 & 0xFF, number >> 8 & 0xFF, number & 0xFF


def paint(cells: Uno, colors: Sequence[Sequence[Any]]) -> None:
    """Fill each cell with its colour; `...` leaves a cell as it is."""
    for r, row in enumerate(colors):
        for c, color in enumerate(row):
            if color is not ...:
                cells.getCellByPosition(c, r).CellBackColor = color_number(color)


def horizontal(cells: Uno) -> str | None:
    """xlwings' word for the horizontal alignment."""
    found = uniform(cells, "HoriJustify")
    return None if found is None else next((word for word, value in HORIZONTAL.items() if value == found.value), None)


def set_horizontal(cells: Uno, word: str) -> None:
    """Align by xlwings' word. Raises EngineError for the two that LibreOffice cannot do."""
    if word not in HORIZONTAL:
        raise EngineError(f"LibreOffice 没有水平对齐方式 {word}，可用：{'、'.join(HORIZONTAL)}。")
    cells.HoriJustify = enum("com.sun.star.table.CellHoriJustify", HORIZONTAL[word])


def vertical(cells: Uno) -> str | None:
    """xlwings' word for the vertical alignment; LibreOffice's standard is the bottom, as in Excel."""
    found = uniform(cells, "VertJustify")
    return None if found is None else next((word for word, value in VERTICAL.items() if value == found), "bottom")


def set_vertical(cells: Uno, word: str) -> None:
    """Align by xlwings' word. Raises EngineError for the one that LibreOffice cannot do."""
    if word not in VERTICAL:
        raise EngineError(f"LibreOffice 没有垂直对齐方式 {word}，可用：{'、'.join(VERTICAL)}。")
    cells.VertJustify = VERTICAL[word]


@refusing
class Font(base_classes.Font):
    """The font of a range, for Latin and for Chinese text at once."""

    def __init__(self, parent: Cells) -> None:
        self.parent = parent

    @property
    def api(self) -> Uno:
        return self.parent.xl

    @property
    def bold(self) -> bool | None:
        weight = uniform(self.parent.xl, "CharWeight")
        return None if weight is None else weight > NORMAL

    @bold.setter
    def bold(self, value: bool) -> None:
        self._set("CharWeight", BOLD if value else NORMAL)

    @property
    def italic(self) -> bool | None:
        posture = uniform(self.parent.xl, "CharPosture")
        return None if posture is None else posture.value != "NONE"

    @italic.setter
    def italic(self, value: bool) -> None:
        self._set("CharPosture", enum(SLANT, "ITALIC" if value else "NONE"))

    @property
    def size(self) -> float | None:
        size: float | None = uniform(self.parent.xl, "CharHeight")
        return size

    @size.setter
    def size(self, value: float) -> None:
        self._set("CharHeight", float(value))

    @property
    def name(self) -> str | None:
        name: str | None = uniform(self.parent.xl, "CharFontName")
        return name

    @name.setter
    def name(self, value: str) -> None:
        self._set("CharFontName", value)

    @property
    def color(self) -> tuple[int, int, int] | None:
        return color_tuple(uniform(self.parent.xl, "CharColor"))

    @color.setter
    def color(self, value: Any) -> None:
        self.parent.require_writable()
        self.parent.xl.CharColor = color_number(value)

    def _set(self, name: str, value: object) -> None:
        self.parent.require_writable()
        for script in SCRIPTS:
            self.parent.xl.setPropertyValue(name + script, value)
