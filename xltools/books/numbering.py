"""The numbers Word writes before paragraphs by itself; they are in no text run, yet people see and cite them.

Source: ECMA-376 part 1, 17.9 (numbering), 17.18.59 (number formats).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

from msgspec import Struct, field

from xltools.books.gate import Package
from xltools.books.tree import tree
from xltools.books.xlsx import related

DIGITS = "〇一二三四五六七八九"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
HOLE = re.compile(r"%([1-9])")


def chinese(number: int) -> str:
    """A number below 100 as Chinese counts it: 一, 十, 十二, 二十."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return head + (DIGITS[ones] if ones or not tens else "")


def letter(number: int) -> str:
    """"a" for 1; after z Word doubles the letter."""
    return chr(97 + (number - 1) % 26) * (1 + (number - 1) // 26)


FORMATS: Mapping[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02d}",
    "lowerLetter": letter,
    "upperLetter": lambda number: letter(number).upper(),
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "decimalEnclosedCircle": lambda number: CIRCLED[number - 1] if number <= len(CIRCLED) else f"({number})",
    "decimalEnclosedCircleChinese": lambda number: CIRCLED[number - 1] if number <= len(CIRCLED) else f"({number})",
}


class Level(Struct, frozen=True):
    """One level of a list: how numbers look, the text with %1 for the first level's number, where it starts."""

    format: str
    text: str
    start: int


class Numbering(Struct):
    """The lists of a document, counting on from paragraph to paragraph. lists: (list, level) → level; styles: style → (list, level)."""

    lists: Mapping[tuple[str, int], Level] = field(default_factory=dict)
    styles: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)

    def next(self, paragraph: Element) -> str:
        """The number of this paragraph, "" when it has none; bullets are no numbers."""
        found = self._list_of(paragraph)
        level = self.lists.get(found) if found else None
        if found is None or level is None or level.format not in FORMATS:
            return ""
        number, depth = found
        self.counts[found] = self.counts.get(found, level.start - 1) + 1
        for deeper in [key for key in self.counts if key[0] == number and key[1] > depth]:
            del self.counts[deeper]
        return HOLE.sub(lambda match: self._shown(number, int(match[1]) - 1), level.text)

    def _shown(self, number: str, depth: int) -> str:
        level = self.lists.get((number, depth))
        return FORMATS[level.format](self.counts.get((number, depth), level.start)) if level and level.format in FORMATS else ""

    def _list_of(self, paragraph: Element) -> tuple[str, int] | None:
        own = list_of(paragraph)
        if own is not None:
            return own if own[0] != "0" else None
        style = paragraph.find("pPr/pStyle")
        return self.styles.get(style.get("val", "")) if style is not None else None


def list_of(holder: Element) -> tuple[str, int] | None:
    """Which list and level a paragraph or style names, None when it names none."""
    number, depth = holder.find("pPr/numPr/numId"), holder.find("pPr/numPr/ilvl")
    if number is None:
        return None
    level = "" if depth is None else depth.get("val", "")
    return number.get("val", ""), int(level) if level.isdecimal() else 0


def numbering_in(package: Package, main: str) -> Numbering:
    """The lists that a document part can use."""
    lists: dict[tuple[str, int], Level] = {}
    for part in related(package, main, "numbering"):
        root = tree(package.chunks(part))
        drafts = {one.get("abstractNumId", ""): one for one in root.findall("abstractNum")}
        for one in root.findall("num"):
            draft = one.find("abstractNumId")
            levels = drafts.get("" if draft is None else draft.get("val", ""))
            lists |= {(one.get("numId", ""), depth): level for depth, level in _levels(levels)}
            lists |= {(one.get("numId", ""), depth): level for depth, level in _overrides(one, lists)}
    styles: dict[str, tuple[str, int]] = {}
    for part in related(package, main, "styles"):
        found = ((style.get("styleId", ""), list_of(style)) for style in tree(package.chunks(part)).findall("style"))
        styles |= {name: entry for name, entry in found if entry is not None}
    return Numbering(lists, styles)


def _levels(draft: Element | None) -> list[tuple[int, Level]]:
    return [] if draft is None else [(int(one.get("ilvl", "0")), _level(one)) for one in draft.findall("lvl")]


def _overrides(entry: Element, lists: Mapping[tuple[str, int], Level]) -> list[tuple[int, Level]]:
    """Levels that one list changes: a new start, or the whole level."""
    found = []
    for one in entry.findall("lvlOverride"):
        depth = int(one.get("ilvl", "0"))
        level, start = one.find("lvl"), one.find("startOverride")
        base = _level(level) if level is not None else lists.get((entry.get("numId", ""), depth))
        if base is not None:
            begun = base.start if start is None else int(start.get("val", "1"))
            found.append((depth, Level(base.format, base.text, begun)))
    return found


def _level(element: Element) -> Level:
    values = {name: child.get("val", "") for name in ("numFmt", "lvlText", "start") if (child := element.find(name)) is not None}
    return Level(values.get("numFmt", "decimal"), values.get("lvlText", ""), int(values.get("start") or 1))
