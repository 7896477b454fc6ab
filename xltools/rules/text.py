"""What people type, made comparable: width, blanks, invisible characters, dashes, look-alike letters, names."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from xltools.model.value import BREAKS
from xltools.model.visible import INVISIBLE, visible

LIST, SAID = "、", "；"        # between the things of a list · between sentences and values of one cell
_BLANKS = re.compile(r"\s+")
# Everything that looks like a minus sign: hyphens, dashes, box drawing, the long vowel mark.
_DASHES = re.compile("[\u2010-\u2015\u2043\u2212\u2500\u2501\u30fc\ufe58\ufe63\uff0d\uff70]+")
_BRACKETS = str.maketrans("（）〔〕［］【】｛｝", "()()()()()")
# Greek and Cyrillic capitals that cannot be told from Latin ones on a screen.
_LOOK_ALIKE = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТУХ", "ABEZHIKMNOPTYXABEKMHOPCTYX")
_COMPANY_ENDINGS = re.compile(r"(有限责任公司|股份有限公司|有限公司|公司)$")
_NOT_NAME = re.compile(r"[\W_]+")


def one_line(text: str) -> str:
    """The visible text in one line; Chinese needs no blank where the line was broken."""
    if text.isalnum():
        return visible(text)
    lines = [part.strip() for part in BREAKS.split(visible(text))]
    joined = lines[0]
    for part in lines[1:]:
        between = " " if joined[-1:].isascii() and part[:1].isascii() and joined and part else ""
        joined += between + part
    return joined


def narrow(text: str) -> str:
    """For codes, numbers, dates and phones: half width, one kind of dash, no breaks, blanks single.

    Not for names and descriptions: NFKC would turn ㎡ into m2, ① into 1 and Ⅲ into III.
    """
    folded = unicodedata.normalize("NFKC", visible(text))
    return _BLANKS.sub(" ", _DASHES.sub("-", folded)).strip()


def compact(text: str) -> str:
    """Narrow, without any blank, in capitals."""
    if not (text.isascii() and text.isalnum()):
        return _compact(text)
    return text if text.isupper() or text.isdecimal() else text.upper()     # the text itself, not as much again


@lru_cache(maxsize=2**13)
def _compact(text: str) -> str:
    plain = unicodedata.normalize("NFKC", narrow(text).replace(" ", "").upper())
    return text if plain == text else plain


def key(text: str) -> str:
    """What two spellings of one thing have in common: case, width, blanks, brackets and dashes make no difference."""
    return compact(text if text.isalnum() else text.translate(_BRACKETS))


def cell_key(value: object) -> str:
    """`key` of what a cell holds; "" for nothing."""
    return key(str(value or ""))


def part_key(code: object, process: object) -> tuple[str, str]:
    """What tells one process of an enterprise in every list: its code and its name, each as `key`; "" for what is not there."""
    return cell_key(code), cell_key(process)


def latin(text: str) -> str:
    """Compact, with Greek and Cyrillic look-alikes as the Latin capitals they stand for."""
    return compact(text).translate(_LOOK_ALIKE)


def name_key(name: str) -> str:
    """The same for two spellings of one enterprise's name: only letters and digits count, brackets and their like do not."""
    plain = compact(name)
    return plain if plain.isalnum() else _NOT_NAME.sub("", plain)


def company_key(name: str) -> str:
    """As `name_key`, also without 有限公司 and the like at the end; for finding one enterprise in two lists."""
    plain = name_key(name)
    return _COMPANY_ENDINGS.sub("", plain) or plain


def how_changed(before: str, after: str) -> str:
    """In a few words, what makes one writing the other: "全角改半角、去掉空格"."""
    gone = set(before.strip()) - set(after)
    dashes = [len(_DASHES.findall(text)) + text.count("-") for text in (before, after)]
    steps = (
        (any(INVISIBLE.match(c) for c in gone), "去掉看不见的字符"),
        (any(BREAKS.match(c) for c in gone), "去掉换行"),
        (any(c in " \u3000\u00a0" for c in gone), "去掉空格"),
        (any(unicodedata.normalize("NFKC", c) in after for c in gone), "全角改半角"),
        (dashes[0] > dashes[1], "去掉横线"),
        (dashes[0] <= dashes[1] and any(_DASHES.match(c) for c in gone), "统一横线"),
        (any(c.translate(_LOOK_ALIKE) != c for c in gone), "形近字母改为英文字母"),
        (any(c.isascii() and c.islower() and c.upper() in after for c in gone), "改为大写"),
    )
    return "、".join(words for applies, words in steps if applies) or "统一写法"
