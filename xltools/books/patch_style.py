"""The cell styles of a package, with some added: a style with another fill, and the looks of a sheet of ours.

A fill that a cell had before is kept as a few words that survive any program: “无”, “#FADBD8”, “主题4/0.6”, “索引22”.
Source: ECMA-376 part 1, 18.8 (styles).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from xltools.books.patch import MAIN
from xltools.books.patch_xml import (
    STYLES,
    Edit,
    Element,
    appended,
    changed_tag,
    escape,
    inserted,
    opening,
    outline,
    spliced,
)

# What a style table must hold before the first style of ours.
LEAST = {
    "fonts": '<font><sz val="11"/><name val="Calibri"/><family val="2"/></font>',
    "fills": '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>',
    "borders": "<border><left/><right/><top/><bottom/><diagonal/></border>",
    "cellStyleXfs": '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',
    "cellXfs": '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',
}
EMPTY = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{MAIN}"></styleSheet>'.encode()
# Number formats that have a number of their own. Source: ECMA-376 part 1, 18.8.30.
GENERAL = "General"
BUILT_IN = {GENERAL: "0", "0": "1", "0.00": "2", "0%": "9", "@": "49"}
FIRST_FORMAT = 164
PARTS = {"fontId": "fonts", "fillId": "fills", "borderId": "borders"}
KEPT = "未改"  # a fill that these words cannot say: the cell keeps it
NONE = "无"
RGB = re.compile("[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8}")
NUMBER = re.compile(r"-?\d*\.?\d+(?:[eE]-?\d+)?")
THEME = re.compile(r"主题(\d+)(?:/(-?[\d.]+(?:[eE]-?\d+)?))?")
INDEXED = re.compile(r"索引(\d+)")
LIGHT_THEME = ("0", "2")
LIGHT, DARKENED = 0.6, -0.4
APPLIED = re.compile(rb'\sapplyFill="[^"]*"')
BORDERS = ("left", "right", "top", "bottom")


class StyleTable:
    """The styles part, read once; styles added to it are found again when they are asked for twice."""

    def __init__(self, data: bytes) -> None:
        self._data = _complete(data or EMPTY)
        self._root = outline(self._data, 3)
        self._items = {name: [self._raw(one) for one in self._section(name).children] for name in LEAST}
        self._old = {name: len(items) for name, items in self._items.items()}
        self._words: dict[int, str] = {}
        self._filled: dict[tuple[int, str], int] = {}
        self._formats: dict[str, str] = {}

    def fill(self, style: int) -> str:
        """The fill of a style in words, KEPT where there are none for it."""
        return self._fill_words(self._part(style, "fillId"))

    def _fill_words(self, number: int) -> str:
        if number not in self._words:
            self._words[number] = self._read_fill(number)
        return self._words[number]

    def _read_fill(self, number: int) -> str:
        fill = outline(self._item("fills", number), 2)
        pattern = fill.first("patternFill")
        if pattern is None:
            return KEPT
        kind = pattern.attributes.get("patternType", "none")
        if kind == "none":
            return NONE
        colour = pattern.first("fgColor")
        return _words(colour.attributes) if kind == "solid" and colour is not None else KEPT

    def filled_with(self, fills: Collection[str]) -> frozenset[int]:
        """The styles with one of these fills."""
        return frozenset(style for style in range(len(self._items["cellXfs"])) if self.fill(style) in fills)

    def with_fill(self, style: int, words: str) -> int:
        """The number of the style that is like this one and has the fill that the words say."""
        if words == KEPT:
            return style
        if (style, words) not in self._filled:
            self._filled[style, words] = self._changed(style, {"fillId": str(self._fill_number(words)), "applyFill": "1"})
        return self._filled[style, words]

    def _changed(self, style: int, changes: Mapping[str, str | None]) -> int:
        """The number of the style that is like this one but for these attributes."""
        xf = self._item("cellXfs", style)
        element = outline(xf, 1)
        tag = opening(xf, element, changes)
        made = tag.removesuffix(b">") + b"/>" if element.is_empty else tag + xf[element.inner :]
        alike = APPLIED.sub(b"", made)
        for at, one in enumerate(self._items["cellXfs"]):
            if APPLIED.sub(b"", one) == alike:
                return at
        return self._find("cellXfs", made)

    def font(self, style: int) -> bytes:
        """The font of a style as written."""
        return self._item("fonts", self._part(style, "fontId"))

    def with_font(self, style: int, font: bytes) -> int:
        """The number of the style that is like this one and has this font."""
        return self._changed(style, {"fontId": str(self._find("fonts", font)), "applyFont": "1"})

    def adopted(self, style: int, other: StyleTable) -> int:
        """The number of the style that looks like a style of another workbook's table."""
        xf = other._item("cellXfs", style)
        parts = {name: str(self._find(section, other._item(section, other._part(style, name)))) for name, section in PARTS.items()}
        number = outline(xf, 0).attributes.get("numFmtId", "0")
        code = other._codes().get(number)
        tag = opening(xf, element := outline(xf, 1), {**parts, "xfId": "0", "numFmtId": self._number_format(code) if code else number})
        return self._find("cellXfs", tag.removesuffix(b">") + b"/>" if element.is_empty else tag + xf[element.inner :])

    def _codes(self) -> dict[str, str]:
        """Number of a number format → its code, for those that the table states."""
        section = self._root.first("numFmts")
        there = {one.attributes.get("numFmtId", ""): one.attributes.get("formatCode", "") for one in (section.children if section else [])}
        return there | self._formats

    def _number_format(self, code: str) -> str:
        """The number of the number format with this code, which is added when it is not there."""
        if code in BUILT_IN:
            return BUILT_IN[code]
        known = self._codes()
        found = next((number for number, one in known.items() if one == code), "")
        if not found:
            found = str(max([FIRST_FORMAT - 1, *(int(number) for number in known if number.isdecimal())]) + 1)
            self._formats[found] = code
        return found

    def is_light_on_dark(self, style: int) -> bool:
        """Whether the text of a style is light, so that a light fill would hide it."""
        font = outline(self._item("fonts", self._part(style, "fontId")), 1).first("color")
        if font is None:
            return False
        if "theme" in font.attributes:
            return font.attributes["theme"] in LIGHT_THEME and _tint(font.attributes) > DARKENED
        rgb = font.attributes.get("rgb", "")
        if not RGB.fullmatch(rgb):
            return False
        return sum(bytes.fromhex(rgb[-6:])) > 3 * 255 * LIGHT

    def look(self, properties: Mapping[str, object]) -> int:
        """The number of the style with these properties, named as in `style.LOOKS`."""
        font = self._find("fonts", _font(properties))
        fill = self._find("fills", _fill(str(properties.get("bg_color", NONE))))
        border = self._find("borders", _border(properties))
        alignment = _alignment(properties)
        number = self._number_format(str(properties.get("num_format", GENERAL)))
        shown = ' applyNumberFormat="1"' if number != "0" else ""
        xf = f'<xf numFmtId="{number}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"{shown} applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">{alignment}</xf>'
        return self._find("cellXfs", xf.encode())

    def content(self) -> bytes:
        """The part with what was added."""
        edits: list[Edit] = []
        for name, items in self._items.items():
            new = items[self._old[name] :]
            if new:
                section = self._section(name)
                edits += [changed_tag(self._data, section, {"count": str(len(items))}), appended(self._data, section, b"".join(new))]
        if self._formats:
            made = "".join(f'<numFmt numFmtId="{number}" formatCode="{escape(code)}"/>' for number, code in self._formats.items()).encode()
            section_ = self._root.first("numFmts")
            if section_ is None:
                edits.append(inserted(self._data, self._root, STYLES, b'<numFmts count="%d">%b</numFmts>' % (len(self._formats), made)))
            else:
                edits += [changed_tag(self._data, section_, {"count": str(len(section_.children) + len(self._formats))}), appended(self._data, section_, made)]
        return spliced(self._data, edits)

    def _section(self, name: str) -> Element:
        found = self._root.first(name)
        if found is None:
            raise KeyError(name)
        return found

    def _raw(self, element: Element) -> bytes:
        return self._data[element.start : element.end]

    def _item(self, name: str, at: int) -> bytes:
        """An item of a section; the first one for a number that is too high, as programs show it."""
        items = self._items[name]
        return items[at] if at < len(items) else items[0]

    def _fill_number(self, words: str) -> int:
        """The number of the fill that the words say, however it is written."""
        made = _fill(words)
        wanted = NONE if made == _fill(NONE) else words
        fills = self._items["fills"]
        for at in range(len(fills)):
            if self._fill_words(at) == wanted:
                return at
        return self._find("fills", made)

    def _part(self, style: int, name: str) -> int:
        number = outline(self._item("cellXfs", style), 0).attributes.get(name, "0")
        return int(number) if number.isdecimal() else 0

    def _find(self, name: str, item: bytes) -> int:
        """The number of an item, which is added when it is not there."""
        items = self._items[name]
        if item not in items:
            items.append(item)
        return items.index(item)


def _complete(data: bytes) -> bytes:
    """The part with every section that a style refers to, each with at least its first item."""
    for name, least in LEAST.items():
        root = outline(data, 2)
        section = root.first(name)
        if section is None:
            made = f"<{name}>{least}</{name}>".encode()
            data = spliced(data, [inserted(data, root, STYLES, made)])
        elif not section.children:
            data = spliced(data, [appended(data, section, least.encode())])
    return data


def _words(colour: Mapping[str, str]) -> str:
    if rgb := colour.get("rgb", ""):
        return f"#{rgb[-6:].upper()}" if RGB.fullmatch(rgb) else KEPT
    if "theme" in colour:
        return f"主题{colour['theme']}" + (f"/{colour['tint']}" if _tint(colour) else "")
    return f"索引{colour['indexed']}" if "indexed" in colour else KEPT


def _tint(colour: Mapping[str, str]) -> float:
    """How much lighter (above 0) or darker a theme colour is made."""
    tint = colour.get("tint", "0")
    return float(tint) if NUMBER.fullmatch(tint) else 0


def _fill(words: str) -> bytes:
    """The fill that the words say; none for words that say nothing."""
    if words.startswith("#"):
        colour = f'rgb="FF{escape(words[1:7])}"'
    elif theme := THEME.fullmatch(words):
        colour = f'theme="{theme[1]}"' + (f' tint="{theme[2]}"' if theme[2] else "")
    elif indexed := INDEXED.fullmatch(words):
        colour = f'indexed="{indexed[1]}"'
    else:
        return b'<fill><patternFill patternType="none"/></fill>'
    return f'<fill><patternFill patternType="solid"><fgColor {colour}/><bgColor indexed="64"/></patternFill></fill>'.encode()


def _font(properties: Mapping[str, object]) -> bytes:
    bold = "<b/>" if properties.get("bold") else ""
    line = "<u/>" if properties.get("underline") else ""
    size, colour, name = properties["font_size"], str(properties["font_color"])[1:], properties["font_name"]
    return f'<font>{bold}{line}<sz val="{size}"/><color rgb="FF{colour}"/><name val="{name}"/><family val="2"/></font>'.encode()


def _border(properties: Mapping[str, object]) -> bytes:
    sides = []
    for side in BORDERS:
        weight = properties.get(side, properties.get("border", 0))
        colour = str(properties.get(f"{side}_color", properties.get("border_color", "#000000")))[1:]
        style = "medium" if weight == 2 else "thin"
        sides.append(f'<{side} style="{style}"><color rgb="FF{colour}"/></{side}>' if weight else f"<{side}/>")
    return f"<border>{''.join(sides)}<diagonal/></border>".encode()


def _alignment(properties: Mapping[str, object]) -> str:
    vertical = {"vcenter": "center", "top": "top"}[str(properties.get("valign", "vcenter"))]
    across = {"center": "center", "left": "left", "right": "right"}.get(str(properties.get("align", "")), "left" if properties.get("indent") else "")
    horizontal = f' horizontal="{across}"' if across else ""
    wrap = ' wrapText="1"' if properties.get("text_wrap") else ""
    indent = f' indent="{properties["indent"]}"' if properties.get("indent") else ""
    return f'<alignment{horizontal} vertical="{vertical}"{wrap}{indent}/>'
