"""Where a process of an enterprise stands: its grade in force, and how it came to it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct

from xltools.model.finding import Place
from xltools.model.grade import NOWHERE
from xltools.model.policy import Scheme


class State(StrEnum):
    """What is going on with a grade, the most pressing last; the value is the word people read."""

    IN_FORCE = "有效"
    TO_DECIDE = "待决定"
    IN_REVIEW = "待二次审核"


class Event(Struct, frozen=True):
    """One row of 变更与处理. process "" : the whole enterprise; second_review as the form's list says it · name, county: as written there."""

    credit_code: str
    process: str
    kind: str
    found_date: date | None = None
    old_grade: str = ""
    second_review: str = ""
    new_grade: str = ""
    decided_by: str = ""
    decided_date: date | None = None
    place: Place = NOWHERE
    name: str = ""
    county: str = ""

    @property
    def when(self) -> date:
        """When it counts: the day it was decided, else the day it was found."""
        return self.decided_date or self.found_date or date.min


class Change(Struct, frozen=True):
    """One line of a grade's history. old and new are equal when the event left the grade as it was."""

    when: date
    old: str
    new: str
    kind: str
    clause: str
    decided_by: str
    note: str
    place: Place = NOWHERE


class Standing(Struct, frozen=True):
    """The grade of one process now. on_list: whether it may stay on the protected list."""

    credit_code: str
    process: str
    scheme: Scheme
    grade: str
    state: State = State.IN_FORCE
    on_list: bool = True
    history: tuple[Change, ...] = ()
