"""calendar 日程: the year's deadlines on a day, working days left, and which county met them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from xltools.actions.grade import check_and_grade
from xltools.actions.run import earlier_by
from xltools.books.file import open_book
from xltools.books.list_book import Lists, write_new_lists
from xltools.books.read import read_tables
from xltools.model.calendar import CalendarOutcome, DaysOff
from xltools.model.finding import Finding, StopError, first_per_cell
from xltools.model.form import load_template
from xltools.model.policy import Policy
from xltools.rules.agenda import ahead, counted, days_off, line_of, tint, year_of
from xltools.rules.check import judged_table
from xltools.rules.cross import in_archives
from xltools.rules.progress import Desk, checks_judged, judged, missing, progress, sent
from xltools.rules.rows import sheet_findings

CALENDAR, PROGRESS, HOLIDAYS = "calendar", "progress", "holidays"


def calendar(paths: Iterable[Path], policy: Policy, today: date, holidays: Path | None = None, summary: Path | None = None) -> CalendarOutcome:
    """The calendar on this day; with county workbooks and checklists among the files, who met which deadline.

    holidays: a register of days off; without one, days are counted by the week alone, and the calendar says so ·
    summary: the last one, which says when a file that was corrected first came.
    """
    off, found = _days_off(holidays, policy) if holidays else (DaysOff({}), [])
    dues = year_of(policy, policy.year)
    files = list(paths)
    lines: list[dict[str, object]] = []
    if files:
        outcome = check_and_grade(files, policy)
        there = sent(outcome.accepted, policy)
        desk = Desk(policy, today, earlier_by(summary, outcome, policy), in_archives(outcome, policy), off)
        lines = progress(dues, there, desk)
        found += [one for one in outcome.findings if one.place.file in outcome.unread]
        found += [*judged(there, desk), *checks_judged(outcome.graded.checks if outcome.graded else (), there, policy), *missing(lines)]
    agenda = tuple(line_of(due, today, off) for due in dues)
    return CalendarOutcome(agenda, tuple(lines), tuple(ahead(dues, today, off)), counted(today, off), tuple(first_per_cell(found)))


def write_calendar(output: Path, outcome: CalendarOutcome, policy: Policy, today: date) -> Path:
    """Write the calendar as a workbook. Raises StopError when the file is there already."""
    tints = {(at, ""): colour for at, due in enumerate(year_of(policy, policy.year)) if (colour := tint(due, today))}
    contents = {CALENDAR: outcome.lines, PROGRESS: outcome.progress}
    return write_new_lists(output, Lists(load_template(CALENDAR), policy, contents, {CALENDAR: tints}, {CALENDAR: outcome.note}))


def make_holidays(output: Path, policy: Policy) -> Path:
    """Write a blank register of days off. Raises StopError when the file is there already."""
    return write_new_lists(output, Lists(load_template(HOLIDAYS), policy))


def _days_off(path: Path, policy: Policy) -> tuple[DaysOff, list[Finding]]:
    """The registered days, and what in the register could not be read."""
    raw, found = read_tables(open_book(path), load_template(HOLIDAYS))
    if HOLIDAYS not in raw:
        raise StopError(found[0])
    typed, said = judged_table(raw[HOLIDAYS], policy)
    return days_off(typed.records()), [*found, *said, *sheet_findings(typed)]
