"""Filled checklists for tests: shipped tables or small ones written as rows."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from xltools.model.finding import Place
from xltools.model.grade import Answer, Checklist, Found, PartGrade
from xltools.model.indicator import AnswerKind, Indicator, IndicatorTable, Operator, Requirement
from xltools.model.indicator_rows import indicator_file, indicators_from
from xltools.model.policy import Policy, load_policy
from xltools.rules.grading import grade_part
from xltools.rules.reached import is_graded

FILE, SHEET = "甲公司.xlsx", "铸件"
LEATHER = Path(__file__).parent / "policies" / "synthetic-leather.csv"


def table_of(id: str, policy: str = "sanmenxia-2022") -> IndicatorTable:
    """A shipped table."""
    return next(one for one in load_policy(policy).tables if one.id == id)


def toy(*rows: str, grades: str = "A B C D", status: str = "正式", scheme: str = "A-D") -> IndicatorTable:
    """A table from lines "no; category; item; kind; unit; options; alternative; grade; operator; threshold"; the text is the threshold."""
    names = ("no", "category", "item", "kind", "unit", "options", "alternative", "grade", "operator", "threshold")
    parsed = [dict(zip(names, (cell.strip() for cell in row.split(";")), strict=True)) for row in rows]
    for one in parsed:
        one["options"], one["threshold"] = one["options"].replace("/", "|"), one["threshold"].replace("/", "|")
        one["text"] = one["threshold"].replace("|", "或") or "见说明"
    levels = tuple(grades.split())
    found, problems = indicators_from(parsed, levels, frozenset(levels[-1:]))
    assert problems == []
    return IndicatorTable("toy", "试验表", "铸造", "铸件", scheme, "1", status, "试验", grades=levels, indicators=found)


def leather() -> IndicatorTable:
    """A scheme with other names, and items each of which alone excludes a plant."""
    levels = ("一级", "二级", "三级", "未达级")
    found, problems = indicators_from(indicator_file(LEATHER), levels, frozenset({"未达级"}))
    assert problems == []
    return IndicatorTable("leather", "合成革（研究草案）", "塑料人造革与合成革", "全厂", "leather", "草案", "示例", "研究草案", grades=levels, indicators=found)


def place(no: str, column: str) -> Place:
    """The cell where `filled` puts the answer of an indicator."""
    return Place(FILE, SHEET, f"{column}{int.from_bytes(no.encode())}")


def answer(no: str, found: Found = None, chosen: str = "", reason: str = "", shown: str | None = None) -> Answer:
    """An answer with its cells: G what was seen, I the grade, J the reason."""
    return Answer(no, found, chosen, reason, "", shown, place(no, "G"), place(no, "I"), place(no, "J"))


def filled(table: IndicatorTable, found: Mapping[str, Any], **more: Any) -> Checklist:
    """A checklist of the table; found: number → what was seen, the grade chosen for text, or ("不适用", reason)."""
    texts = {one.no for one in table.indicators if one.kind is AnswerKind.TEXT}
    answers = []
    for no, value in found.items():
        if isinstance(value, tuple):
            answers.append(answer(no, reason=value[1]))
        elif no in texts:
            answers.append(answer(no, "现场所见", chosen=value))
        else:
            answers.append(answer(no, value))
    values = {"process": table.process, "credit_code": "91130200699229617X", "name": "甲公司", "place": Place(FILE, SHEET), **more}
    return Checklist(table, answers=tuple(answers), **values)


def graded(table: IndicatorTable, found: Mapping[str, Any], **more: Any) -> PartGrade:
    """The grade of such a checklist."""
    return grade_part(filled(table, found, **more))[0]


def best(table: IndicatorTable) -> dict[str, Found]:
    """Answers that meet every requirement of the table."""
    return {one.no: best_answer(one, table) for one in table.indicators if is_graded(one, table)}


def best_answer(one: Indicator, table: IndicatorTable) -> Found:
    """An answer that meets the best grade's requirement and all others."""
    if one.kind is AnswerKind.TEXT:
        return table.ladder[-1]
    known = [r for r in one.requirements if r.known]
    if not known:
        return 1.0 if one.kind is AnswerKind.NUMBER else one.options[0]
    if one.kind is not AnswerKind.NUMBER:
        return next(option for option in one.options if all(option in r.values for r in known))
    return float(_beyond(known[0]))


def _beyond(requirement: Requirement) -> Decimal:
    step = {Operator.ABOVE: Decimal(1), Operator.BELOW: Decimal("-0.1")}
    return requirement.limit + step.get(requirement.operator or Operator.EQUAL, Decimal(0))


def entries(one: Indicator, table: IndicatorTable) -> st.SearchStrategy[Found]:
    """Entries an expert can make for an indicator, right at the limits and around them."""
    if one.kind is AnswerKind.TEXT:
        return st.sampled_from((*table.ladder, table.lowest))
    if one.kind is not AnswerKind.NUMBER:
        return st.sampled_from(one.options)
    limits = [r.limit for r in one.requirements if r.known] or [Decimal(10)]
    top = Decimal(100) if one.unit == "%" else Decimal(10**6)
    near = [min(top, max(Decimal(0), limit + step)) for limit in limits for step in (Decimal(0), Decimal("0.01"), Decimal("-0.01"), Decimal(7), Decimal(-7))]
    return st.sampled_from(sorted({float(value) for value in near}))


def worse_entries(one: Indicator, table: IndicatorTable, found: Found) -> list[Found]:
    """Entries that are worse than `found` by the sense of the requirements: more of what is limited, or an option that fewer grades accept."""
    known = [r for r in one.requirements if r.known]
    if one.kind is AnswerKind.TEXT:
        order = [*table.ladder[::-1], table.lowest]
        return list(order[order.index(str(found)) + 1 :])
    if not known:
        return []
    if one.kind is not AnswerKind.NUMBER:
        accepted = {r.grade for r in known if found in r.values}
        return [option for option in one.options if {r.grade for r in known if option in r.values} < accepted]
    number = Decimal(str(found))
    if known[0].operator in (Operator.AT_MOST, Operator.BELOW):
        top = Decimal(100) if one.unit == "%" else number * 3 + 1
        return [float(value) for value in (number + Decimal("0.01"), number + 7, top) if number < value <= top]
    if known[0].operator is Operator.EQUAL and number >= known[0].limit and one.unit != "%":
        return [float(number + 1)]
    return [float(value) for value in (number - Decimal("0.01"), number - 7, Decimal(0)) if 0 <= value < number]


def policies() -> tuple[Policy, ...]:
    """Every policy that ships."""
    return (load_policy("sanmenxia-2022"), load_policy("national-2026"))


CHECKED = date(2022, 7, 20)
