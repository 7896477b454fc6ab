"""From drafts to indicators: what is compared, with which threshold, and what a person must confirm."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from xltools.model.indicator import AnswerKind, Operator
from xltools.rules.import_drafts import LOWEST_ASKS, Draft, Piece
from xltools.rules.import_text import is_failing
from xltools.rules.reached import SAME_AS
from xltools.rules.requirement_text import OTHERS, RequirementReading, Threshold, read_limit, read_requirement
from xltools.rules.requirement_words import DIRECTIONS, UNIT, subject_key, unit_of

LIMITS = re.compile("限值|浓度")
LEAD = re.compile(r"[，,；;。：:（(\n]")
LONGEST_LEAD = 30
YEARS, MONTHS = "年", "个月"
UNIT_IN_LABEL = re.compile(rf"[（(]\s*({UNIT})\s*[）)]")


class Asked(Struct, frozen=True):
    """What one grade asks of one indicator. threshold None: nothing to compare, the text is all there is."""

    grade: str
    piece: Piece
    threshold: Threshold | None = None
    doubts: tuple[str, ...] = ()


class Proposal(Struct, frozen=True):
    """An indicator as proposed. name: what it is about · subject: the same, where the text names what is measured · asked: best grade first."""

    draft: Draft
    name: str
    kind: AnswerKind
    unit: str = ""
    options: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()
    doubts: tuple[str, ...] = ()
    subject: str = ""

    def title(self, category: str, item: str, several: int) -> str:
        """How it is called under its headings; several: how many proposals the item has."""
        if not item:
            return category if category and several == 1 and self.kind is not AnswerKind.TEXT and not self.subject else self.name
        says_more = self.subject and self.subject not in item
        return f"{item}—{self.name}" if self.name != item and (several > 1 or says_more) else item


def proposals_of(draft: Draft, category: str, item: str) -> list[Proposal]:
    """One proposal for each thing measured in a draft; one of text when nothing is."""
    limits = LIMITS.search(category) or LIMITS.search(item)
    stated = {grade: piece for grade, piece in draft.pieces.items() if not is_failing(piece.text) and LOWEST_ASKS not in piece.doubts}
    read = {grade: (read_limit if limits else read_requirement)(SAME_AS.sub("", piece.text), f"{category} {item}") for grade, piece in stated.items()}
    named = re.search(UNIT_IN_LABEL, item)
    readings = {grade: _with_unit(reading, unit_of(named[1]) if named else "") for grade, reading in read.items()}
    if max((len(reading.thresholds) for reading in readings.values()), default=0) <= 1:
        return [_single(draft, stated, readings)]
    return list(_several(draft, stated, readings))


def _with_unit(reading: RequirementReading, unit: str) -> RequirementReading:
    """The reading with the unit its heading gives, where the sentence itself has none."""
    if not unit or not reading.thresholds or any(one.unit or one.operator is Operator.IN for one in reading.thresholds):
        return reading
    named = tuple(Threshold(one.subject, one.operator, one.values, unit, one.options) for one in reading.thresholds)
    return RequirementReading(named, tuple(doubt for doubt in reading.doubts if doubt != "没有写单位"), reading.whole)


def _single(draft: Draft, stated: Mapping[str, Piece], readings: Mapping[str, RequirementReading]) -> Proposal:
    """The proposal for a draft in which every grade names one thing at most."""
    thresholds = {grade: reading.thresholds[0] for grade, reading in readings.items() if reading.thresholds}
    doubts = list(draft.doubts)
    subjects = {subject_key(one.subject) for one in thresholds.values() if one.operator is not Operator.IN and one.subject}
    if len(subjects) > 1:
        doubts.append(f"各等级写的不是同一个名字：{'、'.join(one.subject for one in thresholds.values() if one.subject)}")
    said = {grade: list(reading.doubts) for grade, reading in readings.items()}
    thresholds = _in_months(_as_shares(thresholds, readings, said))
    clash = _clash(thresholds)
    if clash:
        return _text(draft, stated, said, (*doubts, clash))
    if not thresholds:
        return _text(draft, stated, said, tuple(doubts))
    return _measured(draft, _subject(thresholds), stated, thresholds, said, doubts)


def _several(draft: Draft, stated: Mapping[str, Piece], readings: Mapping[str, RequirementReading]) -> Iterator[Proposal]:
    """A proposal for every thing that any grade names."""
    keys = dict.fromkeys(subject_key(one.subject) for reading in readings.values() for one in reading.thresholds)
    for key in keys:
        thresholds: dict[str, Threshold] = {}
        said = {grade: list(reading.doubts) for grade, reading in readings.items()}
        for grade, reading in readings.items():
            own = [one for one in reading.thresholds if subject_key(one.subject) == key]
            if len(own) == 1:
                thresholds[grade] = own[0]
            else:
                said[grade].append(f"没有读出“{key or '这一项'}”的阈值")
        clash = _clash(thresholds)
        doubts = [*draft.doubts, *([clash] if clash else [])]
        yield _text(draft, stated, said, tuple(doubts)) if clash else _measured(draft, _subject(thresholds), stated, thresholds, said, doubts)


def _as_shares(
    thresholds: Mapping[str, Threshold], readings: Mapping[str, RequirementReading], said: Mapping[str, list[str]]
) -> dict[str, Threshold]:
    """“全部” as 100 %, where another grade names a share of the same."""
    if not any(one.unit == "%" and one.operator is not Operator.IN for one in thresholds.values()):
        return dict(thresholds)
    shares: dict[str, Threshold] = {}
    for grade, reading in readings.items():
        own = thresholds.get(grade)
        if reading.whole and (own is None or own.unit != "%"):
            shares[grade] = reading.whole
            said[grade].append("“全部”按100%读取")
        elif own:
            shares[grade] = own
    return shares


def _in_months(thresholds: Mapping[str, Threshold]) -> dict[str, Threshold]:
    """Years as months, where another grade counts months."""
    if {one.unit for one in thresholds.values()} != {YEARS, MONTHS}:
        return dict(thresholds)
    return {grade: _months(one) if one.unit == YEARS else one for grade, one in thresholds.items()}


def _months(threshold: Threshold) -> Threshold:
    return replace(threshold, values=tuple(f"{(12 * Decimal(value)).normalize():f}" for value in threshold.values), unit=MONTHS)


def _clash(thresholds: Mapping[str, Threshold]) -> str:
    """Why these thresholds cannot stand in one indicator, "" when they can."""
    choices = {one.operator is Operator.IN for one in thresholds.values()}
    units = {one.unit for one in thresholds.values()}
    if len(choices) > 1:
        return "有的等级写数、有的等级写做法，不能用一种办法比较，改为文本"
    if len(units) > 1:
        return f"各等级的单位不同（{'、'.join(unit or '没有单位' for unit in units)}），改为文本"
    return ""


def _subject(thresholds: Mapping[str, Threshold]) -> str:
    """What the best grade calls the thing measured."""
    return next((one.subject for one in thresholds.values() if one.subject), "")


def _text(draft: Draft, stated: Mapping[str, Piece], said: Mapping[str, Sequence[str]], doubts: tuple[str, ...]) -> Proposal:
    asked = tuple(Asked(grade, piece, None, tuple(said.get(grade, ()))) for grade, piece in draft.pieces.items())
    return Proposal(draft, lead_of(stated or draft.pieces), AnswerKind.TEXT, asked=asked, doubts=doubts)


def _measured(
    draft: Draft, subject: str, stated: Mapping[str, Piece], thresholds: Mapping[str, Threshold], said: Mapping[str, list[str]], doubts: list[str]
) -> Proposal:
    """The proposal for one thing that can be compared."""
    first = next(iter(thresholds.values()))
    choice = first.operator is Operator.IN
    for grade in stated:
        if grade not in thresholds and not said[grade]:
            said[grade].append("没有读出阈值，评级时需人工确认")
    asked = tuple(Asked(grade, piece, thresholds.get(grade), tuple(said.get(grade, ()))) for grade, piece in draft.pieces.items())
    return Proposal(
        draft,
        subject or lead_of(stated),
        AnswerKind.CHOICE if choice else AnswerKind.NUMBER,
        first.unit,
        _options(thresholds) if choice else (),
        asked,
        (*doubts, *_backwards(list(thresholds.values()))),
        "" if choice else subject,
    )


def _options(thresholds: Mapping[str, Threshold]) -> tuple[str, ...]:
    """Every answer that any grade knows; the word for others last."""
    found = dict.fromkeys(option for one in thresholds.values() for option in one.options)
    return tuple(sorted(found, key=lambda option: option == OTHERS))


def _backwards(thresholds: Sequence[Threshold]) -> list[str]:
    """Doubts about an order in which a better grade asks less than a worse one."""
    found = []
    for better, worse in pairwise(thresholds):
        if better.operator is Operator.IN:
            if not set(better.values) <= set(worse.values):
                found.append("较好等级可用的做法，较差等级没有写，请核对")
            continue
        directions = {DIRECTIONS[one.operator] for one in (better, worse)} - {""}
        if len(directions) > 1:
            found.append("各等级的比较方向不同，请核对")
        a, b = Decimal(better.values[0]), Decimal(worse.values[0])
        if (directions == {"up"} and a < b) or (directions == {"down"} and a > b):
            found.append("较好等级的要求反而宽，请核对")
    return list(dict.fromkeys(found))


def lead_of(pieces: Mapping[str, Piece]) -> str:
    """The first words of the best grade's text, short enough for a name."""
    text = SAME_AS.sub("", next(iter(pieces.values())).text).lstrip("（(")
    lead = LEAD.split(text)[0].strip()
    return lead if len(lead) <= LONGEST_LEAD else f"{lead[:LONGEST_LEAD - 1]}…"
