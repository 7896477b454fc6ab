"""Where everything stands on the sheet of one process: columns, head, rows, foot."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, pairwise

from xltools.books.address import column_letters
from xltools.books.layout import text_width
from xltools.books.refs import quoted
from xltools.model.checklist import PartPlan, load_checklist_words
from xltools.model.form import load_form
from xltools.model.grade import level

TITLE, NOTE, HEAD, HEADER, FIRST = 1, 2, 3, 6, 7      # rows
PAIRS = 4                                             # label and value, side by side in the head
ROOM = 5.0                                            # beside the text of a cell: its indent, and wider letters
GRADE = "grade:"                                      # begins the key of a requirement's column
NARROWEST, WIDEST, FEWEST_LINES = 13, 40, 1.5
REFERENCE = re.compile(r"\{(grade|overall|(?:found|reason|reached|open|undecided|grade):[^{}]+)\}")


@dataclass(frozen=True)
class Span:
    """Columns that stand together, counted from 0, both ends included."""

    first: int
    last: int


@dataclass(frozen=True)
class PartLayout:
    """The places on one sheet. Rows count from 1, columns from 0."""

    plan: PartPlan
    keys: tuple[str, ...]
    widths: tuple[float, ...]
    rows: Mapping[str, int] = field(default_factory=dict)

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

    @cached_property
    def zones(self) -> tuple[tuple[Span, Span], ...]:
        """The head's pairs: the columns of a label, and those of its value; split so that the least of the texts must wrap."""
        columns = len(self.widths)
        splits = [(0, *inner, columns) for inner in combinations(range(2, columns - 1), PAIRS - 1)]
        able = [ends for ends in splits if all(after - first >= 2 for first, after in pairwise(ends))]
        return min((tuple(self._pairs(ends)) for ends in able), key=self._shortage)

    def _pairs(self, ends: Sequence[int]) -> Iterator[tuple[Span, Span]]:
        for (first, after), needed in zip(pairwise(ends), self._needs, strict=True):
            end = first
            while self.width(Span(first, end)) < needed[0] and end < after - 2:
                end += 1
            yield Span(first, end), Span(end + 1, after - 1)

    def _shortage(self, pairs: Sequence[tuple[Span, Span]]) -> tuple[float, float]:
        """By how many characters texts are too long for their places; then, how much room the values waste."""
        short = sum(max(0.0, need - self.width(span)) for pair, needs in zip(pairs, self._needs, strict=True) for span, need in zip(pair, needs, strict=True))
        return short, sum(self.width(value) ** 2 for _, value in pairs)

    @cached_property
    def _needs(self) -> tuple[tuple[float, float], ...]:
        """The width that the labels and the values of each pair of the head take."""
        form = load_form("checklist_head").fields
        texts = [(text_width(one.label), text_width(str(self.plan.head.get(one.name) or ""))) for one in form]
        return tuple((max(label for label, _ in texts[at::PAIRS]) + ROOM, max(value for _, value in texts[at::PAIRS]) + ROOM) for at in range(PAIRS))

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


def layout_of(plan: PartPlan) -> PartLayout:
    """The layout of a part: its requirements' columns stand behind the indicator's name."""
    form = load_form("checklist")
    front = ("no", "category", "item")
    grades = tuple(grade for grade in plan.table.grades if any(line.indicator.requirement(grade) for line in plan.lines))
    others = tuple(one.name for one in form if one.name not in front)
    keys = (*front, *(GRADE + grade for grade in grades), *others)
    widths = tuple(_grade_width(plan, key.removeprefix(GRADE)) if key.startswith(GRADE) else _field_width(plan, key) for key in keys)
    rows = {line.indicator.no: row for row, line in enumerate(plan.lines, FIRST)}
    return PartLayout(plan, keys, widths, rows)


def _field_width(plan: PartPlan, key: str) -> float:
    width = load_form("checklist")[key].width
    if key == "no":
        return max(width, *(text_width(line.indicator.no) + 2 for line in plan.lines))
    return width


def _grade_width(plan: PartPlan, grade: str) -> float:
    """Wide enough for the header, and for the longest requirement on more lines the more grades there are."""
    texts = [requirement.text for line in plan.lines if (requirement := line.indicator.requirement(grade))]
    longest = max(text_width(text) for text in texts)
    on_lines = max(FEWEST_LINES, len(plan.table.grades) - 1)
    return min(WIDEST, max(NARROWEST, text_width(grade_header(grade)) + 2, math.ceil(longest / on_lines) + 3))


def grade_header(grade: str) -> str:
    """The header of a requirement's column."""
    return load_checklist_words().words["requirement"].format(grade=f"{level(grade)}\n" if level(grade) != grade else grade)


def requirement_spans(layout: PartLayout, row: int) -> list[tuple[Span, str]]:
    """The requirements of one row: neighbouring grades that ask the same share one cell; where none asks anything, how to check."""
    indicator = layout.plan.lines[row - FIRST].indicator
    grades = [(at, key.removeprefix(GRADE)) for at, key in enumerate(layout.keys) if key.startswith(GRADE)]
    if grades and indicator.method and not any(indicator.requirement(grade) for _, grade in grades):
        return [(Span(grades[0][0], grades[-1][0]), load_checklist_words().words["method"].format(method=indicator.method))]
    spans: list[tuple[Span, str]] = []
    for at, grade in grades:
        asked = indicator.requirement(grade)
        text = asked.text if asked else ""
        if spans and text and spans[-1][1] == text:
            spans[-1] = (Span(spans[-1][0].first, at), text)
        else:
            spans.append((Span(at, at), text))
    return spans
