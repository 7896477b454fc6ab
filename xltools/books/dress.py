"""How a cell looks whose content we give: what somebody made of it stays, our tints and links come and go.

Source: ECMA-376 part 1, 18.8.22 (font), 18.8.45 (xf).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xltools.books.patch_style import NONE, StyleTable
from xltools.books.style import INK, LOOKS, TINTS, properties_of

COLOUR = re.compile(rb"<color\b[^>]*?/>|<color\b[^>]*?></color>")
RGB = re.compile(rb"""\srgb=["'][0-9A-Fa-f]{0,2}([0-9A-Fa-f]{6})["']""")
LINE = re.compile(rb"<u\b[^>]*?/>|<u\b[^>]*?></u>")
# What may stand before a font's size, and before its colour.
SIZE = re.compile(rb"<(?:vertAlign|sz|color|name|family|charset|scheme|rFont)\b")
BEFORE_COLOUR = re.compile(rb"<sz\b[^>]*?(?:/>|></sz>)|<vertAlign\b[^>]*?(?:/>|></vertAlign>)")
FILLS = {str(look["bg_color"]): name for name, look in TINTS.items()}
LINK = str(LOOKS["link"]["font_color"])[1:]


class Dresser:
    """Styles of one workbook with our tints laid over them and taken off. What it adds, the table of styles gets."""

    def __init__(self, styles: StyleTable) -> None:
        self.styles = styles
        self._known: dict[tuple[int, str, bool], int] = {}
        self._looks: dict[tuple[str, ...], int] = {}

    def dressed(self, style: int, tint: str, is_link: bool) -> int:
        """The style like this one with that tint ("" for none of ours) and, for a link, the look of one."""
        key = (style, tint, is_link)
        if key not in self._known:
            self._known[key] = self._make(style, tint, is_link)
        return self._known[key]

    def look(self, looks: Sequence[str]) -> int:
        """The style of these looks of ours, for a cell that has none to follow."""
        names = tuple(looks)
        if names not in self._looks:
            self._looks[names] = self.styles.look(properties_of(names))
        return self._looks[names]

    def _make(self, style: int, tint: str, is_link: bool) -> int:
        ours = self.styles.fill(style) in FILLS
        if tint:
            style = self.styles.with_fill(style, str(TINTS[tint]["bg_color"]))
        elif ours:
            style = self.styles.with_fill(style, NONE)
        font = self.styles.font(style)
        colour, is_lined = _colour(font), LINE.search(font) is not None
        wanted = LINK if is_link else str(TINTS[tint]["font_color"])[1:] if tint else INK[1:] if ours or colour == LINK else colour
        lined = is_link or (is_lined and colour != LINK)
        if wanted == colour and lined == is_lined:
            return style
        return self.styles.with_font(style, _coloured(_lined(font, lined), wanted))


def _colour(font: bytes) -> str:
    """The colour of a font as six digits, "" where it is not stated so."""
    found = COLOUR.search(font)
    rgb = RGB.search(found[0]) if found else None
    return rgb[1].decode().upper() if rgb else ""


def _coloured(font: bytes, colour: str) -> bytes:
    if not colour:
        return font
    new = f'<color rgb="FF{colour}"/>'.encode()
    if found := COLOUR.search(font):
        return font[: found.start()] + new + font[found.end() :]
    before = [one.end() for one in BEFORE_COLOUR.finditer(font)]
    first = SIZE.search(font)
    at = before[-1] if before else first.start() if first else font.rfind(b"</font>")
    return font[:at] + new + font[at:]


def _lined(font: bytes, lined: bool) -> bytes:
    found = LINE.search(font)
    if found:
        return font if lined else font[: found.start()] + font[found.end() :]
    first = SIZE.search(font)
    at = first.start() if first else font.rfind(b"</font>")
    return font[:at] + b"<u/>" + font[at:] if lined else font
