"""On-site checklists: what is to be written into one, and what was read out of one.

Expressions are Excel formulas without "="; {found:3}, {reason:3}, {reached:3} and {item:3} stand for the cells of indicator 3,
{reached:*} and {reason:*} for the whole columns, {grade} for the cell of 本表等级, {grade:0} for that of the first part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from msgspec import Struct, field

from xltools.model.finding import Finding, Place
from xltools.model.grade import NOWHERE, Answer
from xltools.model.indicator import Indicator, IndicatorTable
from xltools.model.shipped import spec

Entry = str | float | bool | date | None
# What an enterprise is called where its words are put in later; nobody types these characters.
STAND_INS = {"name": "\ue000", "credit_code": "\ue001", "county": "\ue002"}


class ChecklistWords(Struct, frozen=True):
    """Every fixed text by its key, and the reasons offered for an indicator that does not apply."""

    words: Mapping[str, str]
    reasons: tuple[str, ...]


@cache
def load_checklist_words() -> ChecklistWords:
    """The words declared in specs/checklist.toml."""
    return ChecklistWords(**spec("checklist.toml"))


def method_instead(indicator: Indicator, grades: Iterable[str]) -> str:
    """How to check an indicator of which none of the grades asks anything, as it is printed where they would ask; "" for any other."""
    if not indicator.method or any(indicator.requirement(grade) for grade in grades):
        return ""
    return load_checklist_words().words["method"].format(method=indicator.method)


class ApplicantPart(Struct, frozen=True):
    """One process that an enterprise applies with."""

    process: str
    table: IndicatorTable
    applied: str = ""
    self: str = ""


class Applicant(Struct, frozen=True):
    """An enterprise to be visited, with its processes."""

    county: str
    name: str
    credit_code: str
    parts: tuple[ApplicantPart, ...]


class Visit(Struct, frozen=True):
    """What experts wrote on the sheet of one process. problems: number of an indicator → problem, demand."""

    answers: tuple[Answer, ...] = ()
    problems: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    checked: date | None = None
    team: str = ""
    opinion: str = ""
    checkers: tuple[Mapping[str, Entry], ...] = ()


class Mark(Struct, frozen=True):
    """A condition that colours one cell of a row. field: of the form `checklist` · tint: of the styles."""

    field: str
    tint: str
    expression: str


class IndicatorRow(Struct, frozen=True):
    """One indicator as a row.

    item: its text, alternatives named · formula: of 达到等级, "" where an expert chooses · shown: what stands there ·
    marks: colours of its cells · answer: what was entered.
    """

    indicator: Indicator
    item: str
    formula: str
    shown: str
    marks: tuple[Mark, ...] = ()
    answer: Answer | None = None
    problem: str = ""
    demand: str = ""


class PartPlan(Struct, frozen=True):
    """The sheet of one process.

    head, foot: field → value or, for the foot's formulas, expression; values: what those formulas give ·
    requirements: (grade, header) of every column · counts: how many rows of the part say a word, for the first sheet ·
    clause: by which those who sign answer for it.
    """

    sheet: str
    table: IndicatorTable
    head: Mapping[str, Entry]
    lines: tuple[IndicatorRow, ...]
    foot: Mapping[str, str]
    values: Mapping[str, str]
    warning: str
    note: str
    opinion: str = ""
    checkers: tuple[Mapping[str, Entry], ...] = ()
    counts: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    clause: str = ""


class ChecklistPlan(Struct, frozen=True):
    """The workbook of one enterprise. overall: field of the card → (expression, value) · subject: of its stamp."""

    head: Mapping[str, Entry]
    parts: tuple[PartPlan, ...]
    overall: Mapping[str, tuple[str, Entry]]
    policy: str
    subject: str


class Entered(NamedTuple):
    """A cell as read. formula: its text, "" where it is not known, None where there is none; sure: whether that can be told at all."""

    value: object = None
    place: Place = NOWHERE
    formula: str | None = None
    sure: bool = False
    stale: bool = False


class ReadLine(Struct, frozen=True):
    """One row as read: field → cell. printed: header of every column that no field has → what shows there · struck: something in it is struck through."""

    no: str
    cells: Mapping[str, Entered]
    printed: Mapping[str, Entered] = field(default_factory=dict)
    struck: bool = False


class ReadPart(Struct, frozen=True):
    """The sheet of one process as read. columns: field → column letters of the rows · first, last: its rows."""

    place: Place
    head: Mapping[str, Entered]
    lines: tuple[ReadLine, ...]
    foot: Mapping[str, Entered]
    checkers: tuple[Mapping[str, Entered], ...]
    columns: Mapping[str, str]
    first: int
    last: int


class ReadChecklist(Struct, frozen=True):
    """A checklist workbook as read. version, policy, subject: of its stamp · overall: 综合's own grade."""

    file: str
    version: str
    policy: str
    subject: str
    parts: tuple[ReadPart, ...]
    overall: Entered | None = None
    findings: tuple[Finding, ...] = ()


class Checker(Struct, frozen=True):
    """Somebody named on a checklist, and whom he checked."""

    name: str
    unit: str
    place: Place
    enterprise: str
    credit_code: str
    process: str
