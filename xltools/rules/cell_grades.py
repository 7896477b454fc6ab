"""Grades that stand in cells, without the checklist they came from: the worst of them, and why.

A grade is understood in every spelling that a county may use (Ｂ级, B－, 绩效引领性). What is not understood is said, never passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from xltools.model.form import Field, Kind
from xltools.model.grade import NOT_APPLICABLE, Status, within
from xltools.model.policy import Policy
from xltools.model.value import shown
from xltools.model.visible import visible
from xltools.rules.codes import is_credit_code
from xltools.rules.enterprise import weakest
from xltools.rules.grades_text import grade_spellings, grade_text
from xltools.rules.reached import UNDECIDED, UNVERIFIED
from xltools.rules.text import latin

GRADE = Field("grade", "等级", kind=Kind.GRADE, list="grades")
STRANGE = "无法识别"
OPEN = (UNVERIFIED, UNDECIDED)


class Worst(Struct, frozen=True):
    """What several grades come to. outcome: as a cell shows it · why: one sentence · both "" where there was nothing."""

    outcome: str = ""
    why: str = ""


def worst_of_items(rows: Sequence[Sequence[object]], policy: Policy) -> Worst:
    """The grade of one indicator table from the grades of its items: the last column of `rows`, names in the one before.

    An item without a grade leaves the table 待核实, one that does not apply is left out; rows without anything do not count.
    Source: 三环文〔2022〕69号 三(三)3.
    """
    items = [(_name(row, at), _text(row[-1])) for at, row in enumerate(rows, 1) if len(row) == 1 or any(_text(cell) for cell in row)]
    return _worst([(name, text or UNVERIFIED) for name, text in items if text != NOT_APPLICABLE], policy)


def worst_of_parts(rows: Sequence[Sequence[object]], policy: Policy) -> Worst:
    """The grade of an enterprise from those of its industries and processes, wherever they stand in `rows`; empty cells do not count."""
    cells = [_text(cell) for row in rows for cell in row]
    return _worst([(f"第{at}格", text) for at, text in enumerate(cells, 1) if text], policy)


def credit_code_ok(text: object) -> bool:
    """Whether a cell holds a credit code with the right check character, in whatever width it was typed. Source: GB 32100-2015."""
    return is_credit_code(latin(_text(text)))


def _worst(named: Sequence[tuple[str, str]], policy: Policy) -> Worst:
    if not named:
        return Worst()
    accepted = grade_spellings(GRADE, policy)
    grades = {text: grade_text(text, accepted, policy).grade for _, text in named if text not in OPEN}
    if strange := [f"{name}“{text}”" for name, text in named if text not in OPEN and not grades[text]]:
        return Worst(f"{STRANGE}：{strange[0]}", f"{'、'.join(strange)}不是能识别的等级")
    for status in OPEN:
        if waiting := [name for name, text in named if text == status]:
            return Worst(status, f"{status}：{'、'.join(waiting)}还没有得出等级")
    members = [(name, member) for (name, text), member in zip(named, _members([grades[text] for _, text in named], policy), strict=True)]
    return _ranked(members, policy)


def _ranked(members: Sequence[tuple[str, tuple[str, str]]], policy: Policy) -> Worst:
    status, worst = weakest([member for _, member in members], policy)
    if worst is None:
        return Worst(UNDECIDED, "不同等级体系之间没有规定的对应关系")
    deciding = "、".join(name for name, member in members if member == worst)
    if status is Status.CLEAR:
        return Worst(worst[1], f"{worst[1]}：以{deciding}为准，共{len(members)}项")
    return Worst(f"{worst[1]}（{status.value}）", f"等级体系不同，没有规则规定先后，暂按{deciding}的{within(worst[1])}计")


def _members(grades: Iterable[str], policy: Policy) -> list[tuple[str, str]]:
    """Every grade with its scheme: one that has all of them, else for each the first that has it."""
    known = list(grades)
    shared = next((scheme for scheme in policy.schemes if set(known) <= set(scheme.grades)), None)
    return [((shared or next(scheme for scheme in policy.schemes if grade in scheme.grades)).id, grade) for grade in known]


def _name(row: Sequence[object], at: int) -> str:
    return (_text(row[-2]) if len(row) > 1 else "") or f"第{at}行"


def _text(cell: object) -> str:
    return "" if cell is None else visible(shown(cell, limit=1000))
