"""Which grade an indicator reaches: climbing the table's grades in Python, and the same climb as spreadsheet formulas.

From the worst grade upwards: a requirement that is met carries one grade further, one that is missed stops. Where the table
asks nothing at a grade, that grade is met. Where the requirement is not known (the source has no number, or the table has no
rows of that grade) the climb goes on in doubt; meeting a better grade's requirement ends the doubt, because a better grade never asks
less. A requirement therefore binds every better grade too. What is left in doubt needs a person.

The formulas use functions that Excel 2013, WPS and LibreOffice 7 share.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xltools.model.grade import NO_REQUIREMENT, NOT_APPLICABLE, Found, Status, Verdict
from xltools.model.indicator import Indicator, IndicatorTable, Requirement
from xltools.rules.requirement import (
    CELL,
    REASON,
    answer_condition,
    bare,
    condition,
    meets,
    quoted,
    reason_condition,
    silent_condition,
)

UNVERIFIED, UNDECIDED = Status.UNVERIFIED.value, Status.NEEDS_DECISION.value
SAME_AS = re.compile(r"^同[^：]{1,6}：")       # as the importer writes out “同A级”
Ladder = Sequence[str]


def is_graded(indicator: Indicator, table: IndicatorTable) -> bool:
    """Whether any grade of the table asks something of the indicator."""
    return any(indicator.requirement(grade) for grade in table.ladder)


def asked_alike(indicator: Indicator, table: IndicatorTable, grade: str) -> str:
    """The best grade that asks the same in the same words as this one: whoever meets the one meets the other."""
    if grade not in table.ladder:
        return grade
    asked = {r.grade: SAME_AS.sub("", r.text) for r in indicator.requirements}
    return next((better for better in reversed(table.ladder) if grade in asked and asked.get(better) == asked[grade]), grade)


def climb(indicator: Indicator, table: IndicatorTable, found: Found) -> Verdict:
    """What a judgeable answer reaches."""
    sure = possible = table.lowest
    for grade in table.ladder:
        asked = indicator.requirement(grade)
        if asked and asked.known:
            if not meets(asked, found):
                break
            sure = possible = grade
        elif _asks_nothing(indicator, table, grade, asked) and sure == possible:
            sure = possible = grade
        else:
            possible = grade
    return Verdict(_word(sure, possible), sure, possible)


def pending(table: IndicatorTable) -> Verdict:
    """The verdict while nothing usable has been entered."""
    return Verdict(UNVERIFIED, table.lowest, (table.lowest, *table.ladder)[-1])


def ranking(table: IndicatorTable) -> tuple[str, ...]:
    """Every word a row can show, in the order in which alternatives win: the best grade settles it, then what is still open."""
    best, *others = (*reversed(table.ladder), table.lowest)
    return (best, UNVERIFIED, UNDECIDED, *others, NOT_APPLICABLE)


def reached_formula(members: Sequence[tuple[Indicator, str, str]], table: IndicatorTable) -> str:
    """The formula of 达到等级 for a row, without "=".

    members: the row's indicator with the cells of its answer and of its reason, then its alternatives with theirs.
    Text indicators have no formula: the expert chooses.
    """
    indicator, answer, reason = members[0]
    if not is_graded(indicator, table):
        return quoted(NO_REQUIREMENT)
    words = {word: quoted(word) for word in ranking(table)}
    judged = _judged(indicator, table, words)
    if len(members) > 1:
        codes = {word: str(at) for at, word in enumerate(words, start=1)}
        own = (_placed(_own(one, table, codes), *cells) for one, *cells in members)
        judged = f"CHOOSE(MIN({','.join(own)}),{','.join(words.values())})"
    return _placed(_unless_reason(judged, words), answer, reason)


def table_formula(table: IndicatorTable, grades: str, reasons: str) -> str:
    """The formula of 本表等级, without "=". grades, reasons: the ranges of 达到等级 and 不适用原因, same rows.

    A row counts when it shows a grade and no reason, or a reason and no grade; any other row leaves the table unverified.
    """
    settled = settled_formula(table, grades, reasons)
    result = quoted(UNDECIDED)
    for word in (*table.ladder[::-1], table.lowest, UNDECIDED):
        result = f"IF({count_formula(grades, word)}>0,{quoted(word)},{result})"
    return f"IFERROR(IF({settled}<ROWS({grades}),{quoted(UNVERIFIED)},{result}),{quoted(UNVERIFIED)})"


def settled_formula(table: IndicatorTable, grades: str, reasons: str) -> str:
    """How many rows count: those that show a grade and no reason, or a reason and no grade, or ask nothing."""
    known = "+".join(f"EXACT({grades},{quoted(word)})" for word in (*table.ladder, table.lowest, UNDECIDED))
    return f'SUMPRODUCT(({bare(reasons)}="")*({known})+{_skipped(grades, reasons)}+EXACT({grades},{quoted(NO_REQUIREMENT)}))'


def skipped_formula(grades: str, reasons: str) -> str:
    """How many rows do not apply."""
    return f"SUMPRODUCT({_skipped(grades, reasons)})"


def count_formula(grades: str, word: str) -> str:
    """How many rows show this word."""
    return f"SUMPRODUCT(--EXACT({grades},{quoted(word)}))"


def _skipped(grades: str, reasons: str) -> str:
    return f'({bare(reasons)}<>"")*(({bare(grades)}="")+EXACT({grades},{quoted(NOT_APPLICABLE)}))'


def _own(indicator: Indicator, table: IndicatorTable, words: dict[str, str]) -> str:
    """One indicator's own outcome, each word written as `words` says."""
    return _unless_reason(_judged(indicator, table, words), words)


def _unless_reason(judged: str, words: dict[str, str]) -> str:
    """`judged`, unless a reason stands beside the answer: then the row does not apply, or contradicts itself."""
    return f"IF({reason_condition()},IF({silent_condition()},{words[NOT_APPLICABLE]},{words[UNVERIFIED]}),{judged})"


def _judged(indicator: Indicator, table: IndicatorTable, words: dict[str, str]) -> str:
    climbing = _climbing(indicator, table, table.ladder, (table.lowest, table.lowest), words)
    return f"IF({answer_condition(indicator)},{climbing},{words[UNVERIFIED]})"


def _climbing(indicator: Indicator, table: IndicatorTable, ladder: Ladder, so_far: tuple[str, str], words: dict[str, str]) -> str:
    """`climb` from here on; so_far: sure, possible."""
    sure, possible = so_far
    if not ladder:
        return words[_word(sure, possible)]
    grade, rest = ladder[0], ladder[1:]
    asked = indicator.requirement(grade)
    if asked and asked.known:
        onwards = _climbing(indicator, table, rest, (grade, grade), words)
        return f"IF({condition(indicator, asked)},{onwards},{words[_word(sure, possible)]})"
    if _asks_nothing(indicator, table, grade, asked) and sure == possible:
        return _climbing(indicator, table, rest, (grade, grade), words)
    return _climbing(indicator, table, rest, (sure, grade), words)


def _asks_nothing(indicator: Indicator, table: IndicatorTable, grade: str, asked: Requirement | None) -> bool:
    """Whether the source is known to ask nothing here; a partial table without any row of the grade does not tell."""
    return asked is None and (grade in table.stated or bool(indicator.shared))


def _word(sure: str, possible: str) -> str:
    return sure if sure == possible else UNDECIDED


def _placed(formula: str, answer: str, reason: str) -> str:
    return formula.replace(CELL, answer).replace(REASON, reason)
