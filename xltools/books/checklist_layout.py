"""Where everything stands on the sheet of one process: columns, head, rows, foot."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, combinations, pairwise

from msgspec import Struct, field

from xltools.books.layout import COLUMN_EDGE, PAGE_WIDTH, text_width
from xltools.books.refs import quoted
from xltools.model.address import column_letters
from xltools.model.checklist import PartPlan, load_checklist_words, method_instead
from xltools.model.form import Field, Kind, Owner, load_form
from xltools.model.grade import level
from xltools.model.indicator import Indicator

TITLE, NOTE, HEAD, HEADER, FIRST = 1, 2, 3, 6, 7      # rows
PAIRS = 4                                             # label and value, side by side in the head
ROOM, SHORT = 4.0, 8                                  # beside the text of a cell: its indent, and wider letters · a label on one line
ENTRY = 1.2                                           # the size of what is entered against that of what is printed
GRADE = "grade:"                                      # begins the key of a requirement's column
NARROWEST, WIDEST = 8, 30                             # of a requirement's column
ON_LINES = (1.5, *range(2, 40))                       # how many lines the longest requirement may take: as few as there is room for
CODE = 22                                             # a credit code above what was found
GROWING = ("item", "problem", "demand")               # what takes the room that is left
REFERENCE = re.compile(r"\{(grade|overall|(?:found|reason|reached|open|undecided|grade):[^{}]+)\}")


class Span(Struct, frozen=True):
    """Columns that stand together, counted from 0, both ends included."""

    first: int
    last: int


Zones = tuple[tuple[Span, Span], ...]       # of each pair of the head the columns of its label and of its value
Needs = tuple[tuple[float, float], ...]     # the widths of these


class PartLayout(Struct, frozen=True):
    """The places on one sheet. Rows count from 1, columns from 0. rows: number of an indicator → its row · zones: see `zones_of` · tall: row → its height."""

    plan: PartPlan
    keys: tuple[str, ...]
    widths: tuple[float, ...]
    rows: Mapping[str, int]
    zones: Zones
    tall: Mapping[int, float] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The row of the last indicator."""
        return FIRST + len(self.plan.lines) - 1

    @property
    def foot(self) -> int:
        """The row of the table's grade; the opinion follows."""
        return self.last + 1

    @property
    def checkers(self) -> int:
        """The row of the checkers' header; their lines follow."""
        return self.foot + 2

    @property
    def end(self) -> int:
        """The last row."""
        return self.checkers + load_form("checklist_checkers").rows + 1

    def column(self, key: str) -> int:
        return self.keys.index(key)

    def cell(self, key: str, row: int) -> str:
        """An absolute cell, so that formulas can be shown on other sheets as well."""
        return f"${column_letters(self.column(key) + 1)}${row}"

    def area(self, key: str) -> str:
        """A column of all rows."""
        return f"{self.cell(key, FIRST)}:{self.cell(key, self.last)}"

    def width(self, span: Span) -> float:
        return sum(self.widths[span.first : span.last + 1])

    def resolved(self, expression: str, sheet: str = "") -> str:
        """An expression with its cells. sheet: in front of every cell, for formulas on another sheet."""
        return REFERENCE.sub(lambda match: self._target(match[1], sheet), expression)

    def _target(self, name: str, sheet: str) -> str:
        if name == "grade":
            return sheet + self.grade_cell
        key, _, no = name.partition(":")
        if no != "*":
            return sheet + self.cell(key, self.rows[no])
        return sheet + self.area(key)

    @property
    def grade_cell(self) -> str:
        """本表等级."""
        return f"${column_letters(self.zones[0][1].first + 1)}${self.foot}"

    @property
    def decisive_cell(self) -> str:
        """决定项."""
        return f"${column_letters(self.zones[1][1].first + 1)}${self.foot}"

    @property
    def prefix(self) -> str:
        """The sheet in front of a cell."""
        return f"{quoted(self.plan.sheet)}!"


def zones_of(head: Mapping[str, object], widths: tuple[float, ...]) -> Zones:
    """The head's pairs: the columns of a label, and those of its value; split so that the least of the texts must wrap. head: its values."""
    form = load_form("checklist_head")
    whole = (Kind.CREDIT_CODE, Kind.DATE)   # codes and dates stay on one line
    values = [_value_width(one, head) for one in form]
    needs = _widest([(text_width(one.label), value) for one, value in zip(form, values, strict=True)])
    least = _widest([(max(SHORT, text_width(one.label) / 2), value / (1 if one.kind in whole else 2)) for one, value in zip(form, values, strict=True)])
    return _zones(widths, needs, least)


def _value_width(one: Field, head: Mapping[str, object]) -> float:
    """What an expert writes is as long as the example, and larger."""
    return text_width(one.example) * ENTRY if one.owner is Owner.EXPERT else text_width(str(head.get(one.name) or ""))


@lru_cache(maxsize=2**10)
def _zones(widths: tuple[float, ...], needs: Needs, least: Needs) -> Zones:
    """needs, least: the widths of the labels and values in each pair, on one line and on two."""
    splits = [(0, *inner, len(widths)) for inner in combinations(range(2, len(widths) - 1), PAIRS - 1)]
    able = [ends for ends in splits if all(after - first >= 2 for first, after in pairwise(ends))]
    before = (0.0, *accumulate(widths))

    def width(span: Span) -> float:
        return before[span.last + 1] - before[span.first]

    def short(pairs: Zones, texts: Needs) -> float:
        return sum(max(0.0, need - width(span)) for pair, both in zip(pairs, texts, strict=True) for span, need in zip(pair, both, strict=True))

    def shortage(pairs: Zones) -> tuple[float, float, float]:
        """By how many characters places are too narrow at the least; for texts on one line; then, how much room the values waste."""
        return short(pairs, least), short(pairs, needs), sum(width(value) ** 2 for _, value in pairs)

    return min((tuple(_pairs(ends, least, width)) for ends in able), key=shortage)


def _pairs(ends: Sequence[int], least: Needs, width: Callable[[Span], float]) -> Iterator[tuple[Span, Span]]:
    for (first, after), (label, _) in zip(pairwise(ends), least, strict=True):
        end = first
        while width(Span(first, end)) < label and end < after - 2:
            end += 1
        yield Span(first, end), Span(end + 1, after - 1)


def _widest(texts: Sequence[tuple[float, float]]) -> Needs:
    """Of the labels and values below one another in each pair of the head."""
    columns = [texts[at::PAIRS] for at in range(PAIRS)]
    return tuple((max(label for label, _ in column) + ROOM, max(value for _, value in column) + ROOM) for column in columns)


def layout_of(plan: PartPlan) -> PartLayout:
    """The layout of a part: its requirements' columns stand behind the indicator's name; all together are as wide as A4 in full size."""
    front = ("no", "category", "item")
    grades = tuple(grade for grade in plan.table.grades if any(line.indicator.requirement(grade) for line in plan.lines))
    widths = {one.name: _field_width(plan, one) for one in load_form("checklist")}
    room = int(PAGE_WIDTH - COLUMN_EDGE * (len(widths) + len(grades))) - sum(widths.values())
    asked = _grade_widths(plan, grades, room)
    room = max(0, room - sum(asked.values()))
    found = min(room, CODE - widths["found"])
    widths["found"] += found
    for at, key in enumerate(GROWING):
        widths[key] += (room - found + at) // len(GROWING)
    keys = (*front, *asked, *(key for key in widths if key not in front))
    rows = {line.indicator.no: row for row, line in enumerate(plan.lines, FIRST)}
    columns = tuple((widths | asked)[key] for key in keys)
    return PartLayout(plan, keys, columns, rows, zones_of(plan.head, columns))


def _field_width(plan: PartPlan, field: Field) -> int:
    longest = max(text_width(line.indicator.no) for line in plan.lines) + 2 if field.name == "no" else 0
    return max(int(field.width), longest)


def _grade_widths(plan: PartPlan, grades: Sequence[str], room: int) -> dict[str, int]:
    """The columns of the requirements: each as wide as its longest text asks, on as few lines as there is room for."""
    needs = dict.fromkeys(grades, 0.0)
    for line in plan.lines:
        for span, text in shared(line.indicator, grades):
            for grade in grades[span.first : span.last + 1]:
                needs[grade] = max(needs[grade], text_width(text) / (span.last - span.first + 1))
    for on_lines in ON_LINES:
        found = {GRADE + grade: min(WIDEST, max(NARROWEST, math.ceil(need / on_lines) + 3)) for grade, need in needs.items()}
        if sum(found.values()) <= room:
            break
    return found


def grade_header(grade: str) -> str:
    """The header of a requirement's column."""
    return load_checklist_words().words["requirement"].format(grade=f"{level(grade)}\n" if level(grade) != grade else grade)


def requirement_spans(layout: PartLayout, row: int) -> list[tuple[Span, str]]:
    """The requirements of one row: neighbouring grades that ask the same share one cell; where none asks anything, how to check."""
    indicator = layout.plan.lines[row - FIRST].indicator
    grades = [key.removeprefix(GRADE) for key in layout.keys if key.startswith(GRADE)]
    first = layout.keys.index(GRADE + grades[0]) if grades else 0
    if grades and (method := method_instead(indicator, grades)):
        return [(Span(first, first + len(grades) - 1), method)]
    return [(Span(first + span.first, first + span.last), text) for span, text in shared(indicator, grades)]


def shared(indicator: Indicator, grades: Sequence[str]) -> list[tuple[Span, str]]:
    """What the grades ask of an indicator; neighbours that ask the same stand together, counted from the first grade."""
    spans: list[tuple[Span, str]] = []
    for at, grade in enumerate(grades):
        text = indicator.asked(grade)
        if spans and text and spans[-1][1] == text:
            spans[-1] = (Span(spans[-1][0].first, at), text)
        else:
            spans.append((Span(at, at), text))
    return spans
