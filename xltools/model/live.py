"""Rules as a workbook states them itself: expressions for its cells, made by rules and written by books.

Expressions are Excel formulas without the leading "=". What stands in braces is filled in where they are written:

    {name}                            the cell of that field in the row at hand
    {used}                            whether the row has any content of the county's own
    {broken}                          whether the row holds an error value such as #N/A
    {number}                          the row's number, 1 for the first below the header
    {list:grades}                     a list on the lists sheet
    {column:screening.credit_code}    a whole column of a row form
    {cover.report_date}               a cell of a card form
    {part:hint}                       a named part of the same form
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from xltools.model.code import Code
from xltools.model.finding import Severity

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
WHOLE_ROW = ("used", "broken", "number")
END, CAUTION = "；", "提醒："


class LiveCheck(Struct, frozen=True):
    """One problem a row can show while it is being filled in: short words, and the expression that is TRUE when it has it.

    given: what must hold for the expression to be asked at all, "" for nothing; neighbours that share it are asked together.
    """

    field: str
    code: Code
    text: str
    expression: str
    given: str = ""

    @property
    def whole(self) -> str:
        """The expression with its condition."""
        return f"IF({self.given},{self.expression},FALSE)" if self.given else self.expression

    @property
    def shown(self) -> str:
        """The words as they stand in the row: errors end with a semicolon, warnings also begin with a word of their own."""
        caution = "" if self.code.severity is Severity.ERROR else CAUTION
        return f"{caution}{self.text}{END}"


class LiveForm(Struct, frozen=True):
    """What one sheet computes.

    formulas: of a row form, computed field → expression; of a card form, field → what is said beside it ·
    checks: in the order they are shown · parts: long expressions by name, kept once for the whole sheet.
    """

    formulas: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[LiveCheck, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)


class Live(Struct, frozen=True):
    """What a whole template computes. forms: by form name · lists: what checks look up beyond the drop-downs' own lists."""

    forms: Mapping[str, LiveForm] = field(default_factory=dict)
    lists: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)


def placeholders(expressions: Iterable[str]) -> set[str]:
    """What stands in braces in any of these expressions."""
    return {name for expression in expressions for name in PLACEHOLDER.findall(expression)}
