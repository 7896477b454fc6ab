"""The year's deadlines on one day: when each falls, how many working days are left, what comes next; no clock here.

Source: 三环文〔2022〕69号 三(一) to 四. Whether "X日前" includes the day and what a weekend does to it no rule says: the one is a setting, the
other is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from xltools.model.calendar import SATURDAY, DaysOff, Due, load_calendar_words
from xltools.model.policy import Policy
from xltools.rules.deadlines import due_date, is_asked, last_day
from xltools.rules.text import SAID

MONTHS = range(1, 13)
AHEAD = 5           # so many are named as coming next
TINTS = {"past": "note", "today": "warning"}


def year_of(policy: Policy, year: int) -> list[Due]:
    """Every deadline as it falls in this year, by its date."""
    found = [
        Due(one, 0 if one.month else month, due_date(one, year, month), last_day(one, year, month), is_asked(one, policy, month))
        for one in policy.deadlines
        for month in ([one.month] if one.month else MONTHS)
    ]
    return sorted(found, key=lambda due: due.due)


def line_of(due: Due, today: date, off: DaysOff) -> dict[str, object]:
    """One deadline as a line of the calendar."""
    said = load_calendar_words()
    return {
        "due": due.due,
        "weekday": said.weekdays[due.due.weekday()],
        "name": due.deadline.name,
        "month": said.words["month"].format(month=due.month) if due.month else said.words["whole_year"],
        "who": due.deadline.who,
        "inclusive": said.words["inclusive" if due.deadline.inclusive else "exclusive"],
        "last": due.last,
        "working": off.last_working(due.last),
        "state": state(due, today, off),
        "remark": SAID.join(_remarks(due, off)) or None,
        "source": due.deadline.source,
    }


def _remarks(due: Due, off: DaysOff) -> Iterator[str]:
    """What no rule says about the date."""
    words, working = load_calendar_words().words, off.last_working(due.last)
    if not due.asked:
        yield words["after"]
    if working != due.last:
        yield words["move"].format(kind=kind_of(due.last, off), day=working.isoformat())


def state(due: Due, today: date, off: DaysOff) -> str:
    """How far away a deadline is, in words."""
    words = load_calendar_words().words
    days = (due.last - today).days
    if days < 0:
        return words["past"].format(days=-days)
    return words["ahead"].format(days=days, working=off.count(today, due.last)) if days else words["today"]


def tint(due: Due, today: date) -> str:
    """The colour beside the words: past, today, or none."""
    return TINTS["past"] if due.last < today else TINTS["today"] if due.last == today else ""


def kind_of(day: date, off: DaysOff) -> str:
    """What sort of day it is, in words."""
    words = load_calendar_words().words
    return words["holiday"] if day in off.known else words["weekend"] if day.weekday() >= SATURDAY else words["working"]


def ahead(dues: Iterable[Due], today: date, off: DaysOff) -> list[str]:
    """The next deadlines, a sentence each."""
    said = load_calendar_words()
    found = []
    for due in [one for one in dues if one.last >= today][:AHEAD]:
        month = f"（{said.words['month'].format(month=due.month)}批次）" if due.month else ""
        inclusive = said.words["inclusive" if due.deadline.inclusive else "exclusive"]
        line = line_of(due, today, off)
        text = f"{due.due.isoformat()} {line['weekday']}（{inclusive}）{due.deadline.name}{month}，{due.deadline.who}，{line['state']}（{due.deadline.source}）"
        found.append("；".join(str(part) for part in (text, line["remark"]) if part))
    return found


def counted(today: date, off: DaysOff) -> str:
    """How the days were counted, in a sentence for the head of the sheet."""
    words = load_calendar_words().words
    holidays = words["known"].format(count=sum(day.year == today.year for day in off.known)) if off.knows(today.year) else words["unknown"].format(year=today.year)
    return words["note"].format(today=today.isoformat(), setting=words["setting"], holidays=holidays)


def days_off(records: Iterable[Mapping[str, object]]) -> DaysOff:
    """The registered days. records: day as a date, working as "是" or "否"; lines with neither are passed over."""
    return DaysOff({one["day"]: one["working"] == "是" for one in records if isinstance(one["day"], date) and one["working"] in ("是", "否")})
