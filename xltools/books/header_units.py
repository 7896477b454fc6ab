"""The unit that stands in a header, held against the field's own: a column in tonnes a day is none in kilograms a day."""

from __future__ import annotations

import re
from functools import lru_cache

from xltools.books.labels import squeeze

_WORDS = {
    "毫克": "mg", "千克": "kg", "公斤": "kg", "克": "g", "吨": "t", "立方米": "m3", "平方米": "m2",
    "小时": "h", "日": "d", "天": "d", "day": "d", "年": "a", "月": "mon",
}  # fmt: skip
_WORD = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))
_BRACKET = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
_SCALES = "十百千万亿"
_UNIT = re.compile(rf"[{_SCALES}]*(mg|kg|g|t|m2|m3|元|个|件|块|台|辆|%|‰)(/(d|a|mon|h|t|m2|m3))?")


def unit_in(header: str) -> str:
    """The unit in the brackets of a header, or that a line of units is, in one writing; "" for none, and for what is no unit."""
    text = squeeze(header)
    for part in reversed(_BRACKET.findall(text) or [text]):
        if unit := _normal_unit(part):
            return unit
    return ""


def is_other(header: str, unit: str) -> bool:
    """Whether a header names a unit, and another one than this."""
    named = unit_in(header) if unit else ""
    return bool(named) and named != _normal_unit(squeeze(unit))


def is_other_scale(header: str, unit: str) -> bool:
    """Whether a header names a unit that is this one ten, a hundred or ten thousand times; whether a year is named says nothing."""
    named, own = unit_in(header), _normal_unit(squeeze(unit))
    return bool(named and own) and named.split("/")[0] != own.split("/")[0] and _scaled(named) == _scaled(own)


def _scaled(unit: str) -> str:
    return unit.split("/")[0].lstrip(_SCALES)


@lru_cache(maxsize=2**8)
def _normal_unit(text: str) -> str:
    bare = text.removeprefix("单位").replace("每", "/")
    unit = _WORD.sub(lambda word: _WORDS[word[0]], bare)
    return unit if _UNIT.fullmatch(unit) else ""
