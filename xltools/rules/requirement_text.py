"""Thresholds read out of a requirement's sentence: what it says in so many words, and what a person must confirm.

Words follow 《民法典》第一千二百五十九条: 以上、以下、以内 include the number; 超过、高于、低于 do not.
A sentence is certain only when every word of it became a threshold, or when nothing in it looks like one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from msgspec import Struct

from xltools.model.indicator import Operator
from xltools.rules.requirement_words import (
    COMPARISON,
    CONDITIONS,
    DIRECTIONS,
    MODAL,
    NUMBER,
    TAIL,
    UNIT,
    WORDS,
    Stages,
    normalised,
    respective,
    stages_in,
    unit_of,
    without_references,
)

VALUE = rf"(?P<number>{NUMBER})\s*(?P<unit>{UNIT})?"
EXACT = re.compile(rf"(?P<subject>.*?){MODAL}(?P<word>{COMPARISON}){MODAL}[:：]?\s*{VALUE}\s*(?P<tail>{TAIL})?")
TAILED = re.compile(rf"(?P<subject>.*?){MODAL}(?P<word>达到|达|控制在|保持在|为|在)?\s*{VALUE}\s*(?P<tail>{TAIL})")
REACHED = re.compile(rf"(?P<subject>.*?){MODAL}(?P<word>达到|达)\s*{VALUE}(?P<tail>)")
ANYWHERE = re.compile(rf"(?P<word>{COMPARISON})\s*[:：]?\s*{VALUE}|{VALUE.replace('<number>', '<number2>').replace('<unit>', '<unit2>')}\s*(?P<tail>{TAIL})")
COMPLETE = re.compile(rf"(?P<subject>[^≤≥<>]*?){MODAL}(?:为|=)?\s*(?:100\s*%|百分之百)")
ALONE = re.compile(VALUE)
MORE_NUMBERS = re.compile(rf"\s*(?:、|/|，|,|和|及)\s*{NUMBER}")
RANGE = re.compile(rf"{NUMBER}\s*(?:{UNIT})?\s*(?:[~～—–-]|至|到)\s*{NUMBER}\s*(?:{UNIT})?")
CLAUSES = re.compile(r"[；;。\n]+|(?<!\d)[，,]|[，,](?!\d)")      # a comma between digits belongs to the numbers
BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
SETTING = re.compile(r"采用|使用|配备|安装|建设|设置|设有|满足|符合|达到|且|并|若|如|当|时(?!均)|除[^尘率效]+外|暂|不含|每|其余|其中|其他")
EITHER = re.compile(r"任[一意]|之一|其中一[项种]|或")
CHOICE = re.compile(r"(?:原则上)?(?:应|须)?(?:全部|均)?(?:采用|选用|使用|配备|配套|安装)(?P<items>[^，,；;。\n]+)")
LISTED = re.compile(r"、|或者?|/")
TOGETHER = re.compile(r"和|及(?!以上)|以及|与|\+|＋|并|且|加")
OTHERS = "其他"
ALL = re.compile(r"全部|100\s*%|百分之百")
LEFT = re.compile(r"\d|[一二两三四五六七八九十]+(?:年|个月|天|小时|次|台|套)")
LONGEST_SUBJECT = 30


class Threshold(Struct, frozen=True):
    """One thing to compare. subject: of what, "" when the sentence leaves it to its heading · options: all answers of a choice."""

    subject: str
    operator: Operator
    values: tuple[str, ...]
    unit: str = ""
    options: tuple[str, ...] = ()


class RequirementReading(Struct, frozen=True):
    """What a sentence asks. doubts: what a person must confirm, nothing when it is certain · whole: the same as a share of 100 %, when it says "all"."""

    thresholds: tuple[Threshold, ...] = ()
    doubts: tuple[str, ...] = ()
    whole: Threshold | None = None

    @property
    def certain(self) -> bool:
        return not self.doubts


Reader = Callable[[str], RequirementReading | None]


def read_requirement(text: str, heading: str = "") -> RequirementReading:
    """The thresholds in a requirement. Text without any is certain too: it stays text, for an expert to judge.

    heading: what stands over the text; it tells machines from road vehicles.
    """
    clauses = [piece for clause in CLAUSES.split(normalised(text)) if clause.strip() for piece in _one_by_one(clause.strip())]
    found = [_clause(clause, heading) for clause in clauses]
    thresholds = tuple(one for reading in found for one in reading.thresholds)
    doubts = [doubt for reading in found for doubt in reading.doubts]
    whole = next((reading.whole for reading in found if reading.whole), None)
    if len(clauses) > 1 and (thresholds or whole):
        rest = [clause for clause, reading in zip(clauses, found, strict=True) if not reading.thresholds]
        doubts += [f"“{clause}”没有变成阈值" for clause in rest]
    if thresholds and len({(one.subject, one.unit) for one in thresholds}) < len(thresholds):
        doubts.append("同一件事读出了不止一个阈值")
    return RequirementReading(thresholds, tuple(dict.fromkeys(doubts)), whole)


def read_limit(text: str, heading: str = "") -> RequirementReading:
    """As `read_requirement`, for a cell under a heading of limits, where a number alone is an upper limit that nobody wrote out."""
    match = ALONE.fullmatch(normalised(text))
    if match is None:
        return read_requirement(text, heading)
    threshold = Threshold("", Operator.AT_MOST, (_digits(match["number"]),), unit_of(match["unit"]))
    return RequirementReading((threshold,), ("只有数字，按“不高于”读取",))


def _one_by_one(clause: str) -> list[str]:
    """“SO2≤35mg/m³、NOx≤50mg/m³” as two clauses; a list whose pieces are not each a whole comparison stays one."""
    pieces = [piece.strip() for piece in clause.split("、")]
    whole = [EXACT.fullmatch(piece) for piece in pieces]
    return pieces if all(match and match["subject"].strip() and match["unit"] for match in whole) else [clause]


def _clause(clause: str, heading: str) -> RequirementReading:
    """The reading of one clause by the first pattern that fits."""
    readers: tuple[Reader, ...] = (_respectively, _complete, _number, partial(_stage, heading=heading), _range, _somewhere, _set, _entirely)
    for read in readers:
        found = read(clause)
        if found is not None:
            return found
    return _text(clause)


def _respectively(clause: str) -> RequirementReading | None:
    """Several numbers for several subjects: “PM、SO2、NOx排放浓度分别不高于10、35、50mg/m³”."""
    match = respective(clause)
    if match is None:
        return None
    operator = WORDS[match.word]
    if len(match.numbers) == 1:
        numbers = match.numbers * len(match.subjects)
    elif len(match.numbers) == len(match.subjects):
        numbers = match.numbers
    else:
        return RequirementReading((), (f"{len(match.subjects)} 项对着 {len(match.numbers)} 个数，对不上",))
    thresholds = tuple(Threshold(subject, operator, (number,), match.unit) for subject, number in zip(match.subjects, numbers, strict=True))
    doubts = [] if match.unit else ["没有写单位"]
    doubts += [] if match.each else ["没有写“分别”或“均”，按逐项对应读取"]
    doubts += [f"“{match.beside}”没有变成阈值"] if match.beside else []
    doubts += _subject_doubts("".join(match.subjects))
    return RequirementReading(thresholds, tuple(doubts))


def _complete(clause: str) -> RequirementReading | None:
    """“硬化率100%”: a share that can only be met in full."""
    match = COMPLETE.fullmatch(clause)
    if match is None:
        return None
    subject = match["subject"].strip(" 的:：")
    threshold = Threshold(subject, Operator.EQUAL, ("100",), "%")
    return RequirementReading((threshold,), tuple(_subject_doubts(subject)), threshold)


def _number(clause: str) -> RequirementReading | None:
    """A clause that is one comparison and nothing else."""
    match = EXACT.fullmatch(clause) or TAILED.fullmatch(clause) or REACHED.fullmatch(clause)
    if match is None or RANGE.search(clause) or len(ANYWHERE.findall(clause)) > 1:
        return None
    words = [word for word in (match["word"], match["tail"]) if word in WORDS]
    operators = {WORDS[word] for word in words} or {Operator.AT_LEAST}
    subject = match["subject"].strip(" 的:：")
    threshold = Threshold(subject, WORDS[words[0]] if words else Operator.AT_LEAST, (_digits(match["number"]),), unit_of(match["unit"]))
    doubts = _subject_doubts(subject)
    if len({DIRECTIONS[operator] for operator in operators}) > 1:
        doubts.append(f"“{'”和“'.join(words)}”方向相反")
    if not threshold.unit:
        doubts.append("没有写单位")
    if threshold.unit == "%" and float(threshold.values[0]) > 100:
        doubts.append("百分比超过100")
    whole = threshold if threshold.unit == "%" and threshold.values == ("100",) else None
    return RequirementReading((threshold,), tuple(doubts), whole)


def _stage(clause: str, heading: str) -> RequirementReading | None:
    """Vehicles and machines by emission stage: “国五及以上”."""
    found = stages_in(clause, heading)
    if found is None or _has_share(clause):
        return None
    threshold = _stage_threshold(found)
    doubts = [] if found.exact else ["除排放阶段外还有别的文字"]
    if EITHER.search(found.rest):
        doubts.append("含“或”，可能满足其一即可")
    whole = Threshold("", Operator.EQUAL, ("100",), "%") if ALL.search(clause) else None
    return RequirementReading((threshold,), tuple(doubts), whole)


def _stage_threshold(found: Stages) -> Threshold:
    return Threshold(found.subject, Operator.IN, found.good, "", found.options)


def _has_share(clause: str) -> bool:
    return re.search(rf"{NUMBER}\s*%", clause) is not None and not re.search(r"100\s*%", clause)


def _range(clause: str) -> RequirementReading | None:
    if RANGE.search(without_references(clause)):
        return RequirementReading((), ("写的是一个范围，一行阈值放不下",))
    return None


def _somewhere(clause: str) -> RequirementReading | None:
    """A comparison among other words: proposed, to be confirmed."""
    matches = list(ANYWHERE.finditer(clause))
    if not matches:
        return None
    if len(matches) > 1 or MORE_NUMBERS.match(clause, matches[0].end()):
        return RequirementReading((), ("一句话里有几个数，分不清各是什么",))
    match = matches[0]
    word, number, unit = match["word"] or match["tail"], match["number"] or match["number2"], match["unit"] or match["unit2"]
    rest = (clause[: match.start()] + "…" + clause[match.end() :]).strip("…")
    threshold = Threshold("", WORDS[word], (_digits(number),), unit_of(unit))
    return RequirementReading((threshold,), (f"“{rest}”没有变成阈值", *_or_doubt(rest)))


def _set(clause: str) -> RequirementReading | None:
    """“采用A、B或C等工艺”: any of them is good enough; which others there are nobody says."""
    match = CHOICE.fullmatch(BRACKETS.sub("", clause))
    if match is None or not re.search(r"或|等", match["items"]):
        return None
    if TOGETHER.search(match["items"]):
        return RequirementReading((), ("有“和”“及”又有“或”“等”，分不清要全部满足还是满足其一",))
    items = [part.strip() for part in LISTED.split(re.sub(r"等(?!离子).*$", "", match["items"])) if part.strip()]
    if len(items) < 2 or any(LEFT.search(item) or "|" in item for item in items):
        return RequirementReading((), ("写了可选的做法，没有读出选项",))
    open_ended = ["“等”字之后还可以是什么，原文没有写"] if "等" in match["items"] else []
    return RequirementReading(
        (Threshold("", Operator.IN, tuple(items), "", (*dict.fromkeys((*items, OTHERS)),)),),
        ("按“满足其一即可”读取，请核对选项是否齐全", *open_ended),
    )


def _entirely(clause: str) -> RequirementReading | None:
    """“全部…” is a share of 100 % where other grades name a share; by itself it stays text."""
    if not ALL.search(clause) or LEFT.search(ALL.sub("", without_references(clause))):
        return None
    return RequirementReading((), (), Threshold("", Operator.EQUAL, ("100",), "%"))


def _text(clause: str) -> RequirementReading:
    """No threshold; numbers that are no references are worth a look."""
    if LEFT.search(without_references(clause)):
        return RequirementReading((), ("文字里有数字，没有读出阈值",))
    return RequirementReading()


def _subject_doubts(subject: str) -> list[str]:
    """What makes a subject more than the name of one measured thing."""
    bare = re.sub(r"国[一二三四五六](?:阶段)?(?:及|或)?以上(?:排放标准|排放阶段)?(?:的)?(?:或(?:使用)?新能源)?", "", subject)
    doubts = _or_doubt(bare)
    if LEFT.search(without_references(bare)):
        doubts.append("数值前面还有别的数字")
    elif SETTING.search(bare) or CONDITIONS.search(bare) or len(bare) > LONGEST_SUBJECT:
        doubts.append(f"“{subject}”里可能还有别的要求")
    return doubts


def _or_doubt(text: str) -> list[str]:
    return ["含“或”，可能满足其一即可"] if EITHER.search(text) else []


def _digits(number: str) -> str:
    """The number as the policy keeps it: "1,000" is 1000, 一 is 1."""
    return WORDS_OF_NUMBERS.get(number, number.replace(",", ""))


def _chinese_numbers() -> dict[str, str]:
    ones = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
    found = dict(ones)
    for tens_word, tens in (("十", 10), *((f"{word}十", 10 * value) for word, value in ones.items())):
        found[tens_word] = tens
        found |= {f"{tens_word}{word}": tens + value for word, value in ones.items()}
    return {word: str(value) for word, value in found.items()}


WORDS_OF_NUMBERS = _chinese_numbers()
