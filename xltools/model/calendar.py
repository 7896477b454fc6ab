"""The calendar: a deadline as it falls in one month of one year, days off as a person registered them, the words around them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

from msgspec import Struct

from xltools.model.finding import Finding
from xltools.model.policy import Deadline
from xltools.model.shipped import spec

SATURDAY = 5


class DaysOff(Struct, frozen=True):
    """Days that differ from the week: day → whether people work. Empty: nobody registered any."""

    known: Mapping[date, bool]

    def knows(self, year: int) -> bool:
        """Whether anything is registered for this year."""
        return any(day.year == year for day in self.known)

    def works(self, day: date) -> bool:
        """Whether people work on this day, as far as is known."""
        return self.known.get(day, day.weekday() < SATURDAY)

    def last_working(self, day: date) -> date:
        """The day itself, or the last working day before it."""
        while not self.works(day):
            day -= timedelta(days=1)
        return day

    def next_working(self, day: date) -> date:
        """The day itself, or the first working day after it."""
        while not self.works(day):
            day += timedelta(days=1)
        return day

    def count(self, first: date, last: date) -> int:
        """How many working days lie after the first day, up to the last one."""
        return sum(self.works(first + timedelta(days=at)) for at in range(1, (last - first).days + 1))


WEEK = DaysOff({})      # days as the week alone tells them


class Due(Struct, frozen=True):
    """One deadline in one month. month: 0 for one that comes once a year · due: as printed · last: the last day on time ·
    asked: whether a rule says that it is still due."""

    deadline: Deadline
    month: int
    due: date
    last: date
    asked: bool = True


class CalendarOutcome(Struct, frozen=True):
    """What the calendar showed. lines, progress: records of the forms · ahead: sentences of what comes next · note: how days were counted."""

    lines: tuple[Mapping[str, object], ...]
    progress: tuple[Mapping[str, object], ...]
    ahead: tuple[str, ...]
    note: str
    findings: tuple[Finding, ...] = ()

    def record(self) -> dict[str, object]:
        """The outcome as `--json` prints it."""
        plain = [[{name: str(value) if value is not None else None for name, value in line.items()} for line in rows] for rows in (self.lines, self.progress)]
        return {"note": self.note, "calendar": plain[0], "progress": plain[1], "findings": [one.record() for one in self.findings]}


class CalendarWords(Struct, frozen=True):
    """What specs/calendar.toml declares. weekdays: from Monday · words: every fixed text by its key."""

    weekdays: tuple[str, ...]
    words: Mapping[str, str]


@cache
def load_calendar_words() -> CalendarWords:
    """The words declared in specs/calendar.toml."""
    return CalendarWords(**spec("calendar.toml"))
