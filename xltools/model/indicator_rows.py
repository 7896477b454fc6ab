"""Indicators as rows of text: how policies keep them and how people edit them."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from importlib.resources.abc import Traversable

from msgspec import Struct
from msgspec.structs import replace

from xltools.model.form import SpecError, load_form
from xltools.model.indicator import AnswerKind, Indicator, Operator, Requirement

SHARED = ("category", "item", "unit", "kind", "options", "alternative", "source")     # the same on every row of one indicator
FIELDS = ("no", *SHARED[:-1], "grade", "text", "operator", "threshold", "source")
YES_NO = ("是", "否")
WRITTEN = {">=": "≥", "<=": "≤", "＝": "=", "＞": ">", "＜": "<", "等于": "=", "不低于": "≥", "不高于": "≤"}
FITTING = {
    AnswerKind.NUMBER: frozenset(Operator) - {Operator.IN},
    AnswerKind.CHOICE: frozenset({Operator.IN, Operator.EQUAL}),
    AnswerKind.YES_NO: frozenset({Operator.EQUAL}),
    AnswerKind.TEXT: frozenset(),
}


class Problem(Struct, frozen=True):
    """One thing wrong in the rows: which row (0 = the first), which field, the sentence."""

    row: int
    field: str
    message: str


def indicator_file(path: Traversable) -> list[dict[str, str]]:
    """The rows of an indicator table in a CSV file whose headers are the labels of the form `indicators`. Raises SpecError for another header or a longer row."""
    names = {field.label: field.name for field in load_form("indicators")}
    rows = csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""), restkey="")
    if strange := set(rows.fieldnames or ()) - set(names):
        raise SpecError(f"{path.name}: unknown column {sorted(strange)}")
    records = list(rows)
    if any("" in record for record in records):
        raise SpecError(f"{path.name}: a row has more cells than the header")
    return [{names[label]: text or "" for label, text in record.items()} for record in records]


def indicators_from(
    rows: Sequence[Mapping[str, str]], grades: Sequence[str], lowest: frozenset[str]
) -> tuple[tuple[Indicator, ...], list[Problem]]:
    """The indicators written in rows of FIELDS, in the order of their first rows, and what is wrong in the rows.

    grades: those a row may name; lowest: those of them that are reached without meeting anything. Rows with a problem
    still count as far as they can be read, so that all problems show at once.
    """
    found: dict[str, Indicator] = {}
    first: dict[str, int] = {}
    problems: list[Problem] = []
    for at, row in enumerate(rows):
        values = {name: (row.get(name) or "").strip() for name in FIELDS}
        wrong = [Problem(at, name, "没有填写") for name in ("no", "category", "item", "kind") if not values[name]]
        if not wrong and values["kind"] not in list(AnswerKind):
            wrong.append(Problem(at, "kind", f"“{values['kind']}”不是 {'、'.join(AnswerKind)} 之一"))
        if wrong:
            problems += wrong
            continue
        head, requirement = _head(values), _requirement(values)
        known = found.setdefault(head.no, head)
        at_first = rows[first.setdefault(head.no, at)]
        problems += (Problem(at, name, f"与编号“{head.no}”前面的行不一致") for name in SHARED if _differs(row, at_first, name))
        problems += (Problem(at, name, text) for name, text in _faults(known, requirement, values, grades, lowest))
        if requirement:
            found[head.no] = replace(known, requirements=(*known.requirements, requirement))
    return tuple(found.values()), problems


def indicator_rows(indicators: Sequence[Indicator]) -> list[dict[str, str]]:
    """The rows of FIELDS that `indicators_from` reads back as the same indicators."""
    return [
        {
            "no": one.no,
            "category": one.category,
            "item": one.item,
            "unit": one.unit,
            "kind": one.kind.value,
            "options": "|".join(one.options if one.kind is AnswerKind.CHOICE else ()),
            "alternative": one.alternative,
            "grade": requirement.grade,
            "text": requirement.text,
            "operator": requirement.operator.value if requirement.operator else "",
            "threshold": "|".join(requirement.values),
            "source": one.source,
        }
        for one in indicators
        for requirement in one.requirements or (Requirement("", ""),)
    ]


def _head(values: Mapping[str, str]) -> Indicator:
    """The indicator without requirements."""
    kind = AnswerKind(values["kind"])
    options = YES_NO if kind is AnswerKind.YES_NO else _split(values["options"])
    return Indicator(
        values["no"], values["category"], values["item"], kind, values["unit"], options, values["alternative"], (), values["source"]
    )


def _requirement(values: Mapping[str, str]) -> Requirement | None:
    """The requirement of one row; None for a row that only introduces the indicator."""
    if not (values["grade"] or values["text"]):
        return None
    written = WRITTEN.get(values["operator"], values["operator"])
    operator = Operator(written) if written in list(Operator) else None
    return Requirement(values["grade"], values["text"], operator, _split(values["threshold"]))


def _faults(
    known: Indicator, requirement: Requirement | None, values: Mapping[str, str], grades: Sequence[str], lowest: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """Field and sentence of everything wrong with one requirement of a known indicator."""
    if known.kind is AnswerKind.TEXT and known.alternative:
        yield "alternative", "文本指标由专家判断，不能进替代组"
    if known.kind is not AnswerKind.CHOICE and _split(values["options"]) not in ((), known.options if known.kind is AnswerKind.YES_NO else ()):
        yield "options", f"{known.kind.value}指标不写可选答案；要从“{values['options']}”里选的，类型请改成{AnswerKind.CHOICE.value}"
    if requirement is None:
        return
    if requirement.grade and requirement.grade not in grades:
        plain = unicodedata.normalize("NFKC", requirement.grade).upper()
        meant = f"，应写成“{plain}”（半角大写）" if plain in grades else ""
        yield "grade", f"“{requirement.grade}”不是本表的等级（{'、'.join(grades)}）{meant}"
    if known.requirement(requirement.grade) and requirement.grade:
        yield "grade", f"编号“{known.no}”的 {requirement.grade} 要求写了两次"
    if requirement.grade in lowest and (values["operator"] or values["threshold"]):
        yield "operator", f"{requirement.grade} 是最低等级，不设条件"
    if values["operator"] and requirement.operator not in FITTING[known.kind]:
        yield "operator", f"“{values['operator']}”不能用于{known.kind.value}指标"
    if requirement.values:
        yield from _threshold_faults(known, requirement)


def _threshold_faults(known: Indicator, requirement: Requirement) -> Iterator[tuple[str, str]]:
    if known.kind is AnswerKind.TEXT:
        yield "threshold", "文本指标不设阈值"
    elif requirement.operator is None:
        yield "operator", "有阈值，没有比较符"
    elif known.kind is AnswerKind.NUMBER:
        if len(requirement.values) != 1 or not _is_number(requirement.values[0]):
            yield "threshold", f"“{'|'.join(requirement.values)}”不是一个数，只写数字，单位写在计量单位一列"
    elif strange := [value for value in requirement.values if value not in known.options]:
        yield "threshold", f"“{'、'.join(strange)}”不在可选答案中"


def _differs(row: Mapping[str, str], first: Mapping[str, str], name: str) -> bool:
    return (row.get(name) or "").strip() != (first.get(name) or "").strip()


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
