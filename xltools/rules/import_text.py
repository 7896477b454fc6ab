"""What a cell of an official table says: numbered sub-items, “同A级”, “未达到C级要求”, “/”, and letters that point to notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from xltools.model.source_table import SourceCell

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
CHINESE = "一二三四五六七八九十"
# Ways of numbering: how a number is written, and what number it is.
STYLES: Mapping[str, str] = {
    "1、": r"(?<![\dA-Za-z.])(\d{1,2})\s*[、.．](?!\d)",
    "（1）": r"[（(](\d{1,2})[）)]",
    "1）": r"(?<![\d（(])(\d{1,2})[）)]",
    "①": rf"([{CIRCLED}])",
    "一、": rf"(?:(?<=^)|(?<=[\n；;。：:]))\s*([{CHINESE}])、",
    "（一）": rf"[（(]([{CHINESE}])[）)]",
}
ENDS = " \n；;。"
NOTHING = re.compile(r"[/／\\—–－-]+|无|无要求|不作要求|不做要求|没有要求|未作要求|不要求")
FAILING = re.compile(r"(?:凡)?(?:未达到?|达不到|不满足|不符合|未满足|未能达到|低于)[^；;。]*(?:级|性|企业|要求|条件|标准|指标)(?:[^；;。]*(?:即|的|评)?为?\s*[A-Z]?-?\s*级?(?:企业)?)?[；;。]?")
RAISED_SIGNS = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ¹²³⁴⁵⁶⁷⁸⁹"
RAISED: Mapping[str, str] = dict(zip(RAISED_SIGNS, "abcdefghijklmnoprstuvwxyz123456789", strict=True))
RAISED_MARK = re.compile(rf"(?<![A-Za-z0-9/])([{RAISED_SIGNS}])(?:[，,、][{RAISED_SIGNS}])*")
GLUED_MARK = re.compile(r"(?:(?<=[\u4e00-\u9fff）)”%％²³℃])|(?<=[A-Z]{3}))([a-h])(?=[\u4e00-\u9fff（(，,；;。、]|$)")     # RTOa, mg/m³b, but not MPa, Cd
NOTE_WORD = re.compile(r"^\s*(?:注|备注|说明)\s*[:：]?\s*")
NOTE_KEY = re.compile(rf"(?:^|(?<=[；;。\n]))\s*(?:注\s*)?([a-h1-9{RAISED_SIGNS}])\s*(?:[、.．:：)）]|(?=[\u4e00-\u9fff“])|(?<=\s)(?=[A-Z]))\s*")


class Item(Struct, frozen=True):
    """One numbered piece of a cell; number "" for a cell without numbers."""

    number: str
    text: str


class Items(Struct, frozen=True):
    """The pieces of a cell. lead: what stands before the first number · doubts: why the cut may be wrong."""

    items: tuple[Item, ...]
    lead: str = ""
    doubts: tuple[str, ...] = ()


class Notes(Struct, frozen=True):
    """The notes below a table. by_key: letter or number → text · general: those that nothing points to."""

    by_key: Mapping[str, str]
    general: tuple[str, ...]


def split_items(text: str) -> Items:
    """Cut a cell at its numbers 1, 2, 3 …; a cell that does not begin to count at 1 stays whole."""
    found = {name: list(re.finditer(pattern, text)) for name, pattern in STYLES.items()}
    starts = {name: matches[0].start() for name, matches in found.items() if matches and _value(matches[0][1]) == 1}
    if not starts:
        return Items((Item("", text.strip(ENDS)),))
    style = min(starts, key=lambda name: starts[name])
    marks = _in_order(found[style])
    if len(marks) < 2 and starts[style] > 0:
        return Items((Item("", text.strip(ENDS)),))
    lead = text[: marks[0].start()].strip(ENDS + "：:")
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    items = tuple(Item(str(at), text[mark.end() : end].strip(ENDS)) for at, (mark, end) in enumerate(zip(marks, ends, strict=True), 1))
    doubts = [f"第{at}项前面没有换行或标点，请核对分项" for at, mark in enumerate(marks, 1) if not _begins(mark)]
    if any(_begins(match) and _value(match[1]) > len(marks) for match in found[style]):
        doubts.append("编号不连续，请核对分项")
    if any(not item.text for item in items):
        doubts.append("有空的分项")
    return Items(tuple(item for item in items if item.text), lead, tuple(doubts))


def _value(sign: str) -> int:
    if sign.isdecimal() and sign.isascii():
        return int(sign)
    return (CIRCLED if sign in CIRCLED else CHINESE).index(sign) + 1


def _in_order(matches: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """Those that count 1, 2, 3 … one after another; of several with one number the first that begins a piece."""
    kept: list[re.Match[str]] = []
    while True:
        after = kept[-1].end() if kept else -1
        next_ones = [match for match in matches if match.start() >= after and _value(match[1]) == len(kept) + 1]
        if not next_ones:
            return kept
        kept.append(next((match for match in next_ones if _begins(match)), next_ones[0]))


def _begins(match: re.Match[str]) -> bool:
    """Whether a number stands where a piece begins: at the start, or after a line end, a full stop or a semicolon."""
    return match.string[: match.start()].rstrip(" ")[-1:] in ("", *"\n；;。：:")


def same_as(text: str, grades: Iterable[str]) -> str | None:
    """The grade that “同A级” points to, None for anything else."""
    bare = re.sub(r"\s", "", text).strip("；;。，,")
    for grade in sorted(grades, key=lambda grade: -len(grade)):
        name = rf"{re.escape(grade)}(?:级)?(?:企业)?(?:指标|要求|标准)?"
        if re.fullmatch(rf"(?:同|按|执行|参照){name}(?:执行)?|(?:与|和){name}(?:相同|一致|一样)|同{name}(?:相同|一致)", bare):
            return grade
    return None


def mentions_other(text: str, grades: Iterable[str]) -> bool:
    """Whether the text points to another grade among other words: “同A级，其中…”."""
    return any(re.search(rf"(?:同|与|和|在){re.escape(grade)}级?", text) for grade in grades)


def asks_nothing(text: str) -> bool:
    """“/”, “—”, “无要求”."""
    return NOTHING.fullmatch(re.sub(r"\s", "", text)) is not None


def is_failing(text: str) -> bool:
    """“未达到C级要求”, “达不到B、C级要求即为D”."""
    return FAILING.fullmatch(re.sub(r"\s", "", text)) is not None


def read_notes(lines: Iterable[SourceCell]) -> Notes:
    """The notes in the lines below a table."""
    by_key: dict[str, str] = {}
    general: list[str] = []
    for line in lines:
        text = NOTE_WORD.sub("", line.text)
        marks = [match for match in NOTE_KEY.finditer(text) if _key(match) not in by_key]
        if not marks or text[: marks[0].start()].strip():
            general.append(line.text)
            continue
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        by_key |= {_key(mark): text[mark.end() : end].strip(ENDS) for mark, end in zip(marks, ends, strict=True)}
    return Notes(by_key, tuple(general))


def _key(match: re.Match[str]) -> str:
    return RAISED.get(match[1], match[1])


def without_marks(text: str, notes: Notes) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """(text without the signs that point to notes, their keys, raised signs that no note explains)."""
    keys: list[str] = []
    strange: list[str] = []

    def raised(match: re.Match[str]) -> str:
        signs = [sign for sign in match[0] if sign in RAISED]
        known = [RAISED[sign] for sign in signs if RAISED[sign] in notes.by_key]
        keys.extend(known)
        strange.extend(sign for sign in signs if RAISED[sign] not in notes.by_key)
        return "" if len(known) == len(signs) else match[0]

    def glued(match: re.Match[str]) -> str:
        if match[1] not in notes.by_key:
            return match[0]
        keys.append(match[1])
        return ""

    cleaned = GLUED_MARK.sub(glued, RAISED_MARK.sub(raised, text))
    return cleaned, tuple(dict.fromkeys(keys)), tuple(dict.fromkeys(strange))
