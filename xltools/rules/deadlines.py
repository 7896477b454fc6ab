"""Dates of the yearly calendar, and whether a report was on time; no clock here."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from xltools.model.calendar import WEEK, DaysOff, load_calendar_words
from xltools.model.policy import Deadline, Policy

ADJUSTMENT = "adjustment"
PAST = 92  # days after which counting them helps nobody: another quarter, or an old batch that is looked at again


def due_date(deadline: Deadline, year: int, month: int) -> date:
    """The date of a deadline as the notice prints it.

    month (1-12) counts only for deadlines that recur every month; a yearly one has its own. Day 0 is the last of the month.
    """
    chosen = deadline.month or month
    last = calendar.monthrange(year, chosen)[1]
    return date(year, chosen, min(deadline.day or last, last))


def last_day(deadline: Deadline, year: int, month: int) -> date:
    """The last day on which a report is on time: the date itself, or the day before where "X日前" excludes it."""
    due = due_date(deadline, year, month)
    return due if deadline.inclusive else due - timedelta(days=1)


def adjustment_in(policy: Policy) -> Deadline | None:
    """The deadline of the year's one adjustment, None where the policy closes none. Source: 三环文〔2022〕69号 四."""
    return next((one for one in policy.deadlines if one.id == ADJUSTMENT), None)


def adjustment_closed(policy: Policy, year: int) -> date:
    """The last day of the year's one adjustment, date.max where the policy closes none."""
    adjustment = adjustment_in(policy)
    return last_day(adjustment, year, adjustment.month) if adjustment else date.max


def is_asked(deadline: Deadline, policy: Policy, month: int) -> bool:
    """Whether a date is one to remind of when nothing came: not a month's whose day falls after the adjustment, as no rule says that it is still due."""
    return bool(deadline.month) or last_day(deadline, policy.year, month) <= adjustment_closed(policy, policy.year)


def rests(last: date, reported: date, off: DaysOff = WEEK) -> bool:
    """Whether a report missed the last day only because that is a day off: whether the date then moves no rule says."""
    return last < reported <= off.next_working(last)


def days_late(deadline: Deadline, year: int, month: int, reported: date) -> int:
    """Whole days after the last day that was on time; 0 when on time."""
    return max(0, (reported - last_day(deadline, year, month)).days)


def punctuality(deadline: Deadline, year: int, month: int, reported: date) -> str:
    """The words for a report date: “按时” or “迟1天（应于7月20日前）”; what only a weekend made late is asked."""
    late, last = days_late(deadline, year, month, reported), last_day(deadline, year, month)
    due, said = due_date(deadline, year, month), load_calendar_words()
    if rests(last, reported):
        return said.words["punctual_rest"].format(weekday=said.weekdays[last.weekday()])
    return f"迟{late}天（应于{due.month}月{due.day}日前）" if late else "按时"


def deadline_of(policy: Policy, month: int, reviews: int) -> Deadline:
    """The deadline a county workbook answers to, by its batch month and its number of initial reviews.

    A workbook without a single review, of a month up to that of the screening list, is the screening list; any other is a month's review.
    Source: 三环文〔2022〕69号 三(一).
    """
    screening = policy.deadline("screening")
    return screening if not reviews and month <= screening.month else policy.deadline("review")
