"""Which county met which deadline, from the workbooks it sent; what was late, early, or came after adjustments had closed."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct

from xltools.model.calendar import WEEK, DaysOff, Due, load_calendar_words
from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.grade import PartGrade
from xltools.model.outcome import Submission
from xltools.model.policy import Policy
from xltools.model.reporting import load_reporting
from xltools.model.value import day_of
from xltools.rules.agenda import kind_of
from xltools.rules.deadlines import adjustment_closed, adjustment_in, deadline_of, due_date, is_asked, last_day, rests
from xltools.rules.resent import NOTHING_EARLIER, Earlier
from xltools.rules.text import key

REVIEW, SITE_CHECK = "review", "site_check"
# Deadline → the form whose rows answer it. The revised emergency list goes to the ministry's and the province's platforms (四), which are not
# seen from here: measures in a county's file are neither that list nor late for it.
FILLED = {"protected": "protected"}


class Sent(Struct, frozen=True):
    """One workbook that answers one deadline. month: of its batch."""

    submission: Submission
    deadline: str
    month: int
    reported: date


def sent(submissions: Iterable[Submission], policy: Policy) -> list[Sent]:
    """What every accepted workbook of the policy's year with batch and report date answers, the earliest first."""
    found: list[Sent] = []
    for one in submissions:
        month = policy.month(one.batch)
        if one.report_date is None or not month or (one.year or policy.year) != policy.year:
            continue
        answered = [deadline_of(policy, month, one.count(REVIEW)).id, *(id for id, form in FILLED.items() if one.count(form))]
        found += [Sent(one, id, month, one.report_date) for id in answered]
    return sorted(found, key=lambda one: (one.reported, one.submission.file))


class Desk(Struct, frozen=True):
    """What a line is judged by. packed: counties of which a workbook lies unread in an archive · earlier: what is known of files that came before · off: registered days off."""

    policy: Policy
    today: date
    earlier: Earlier = NOTHING_EARLIER
    packed: Container[str] = ()
    off: DaysOff = WEEK


def progress(dues: Sequence[Due], there: Sequence[Sent], desk: Desk) -> list[dict[str, object]]:
    """One line a county for every deadline that a file answers; one line in all for a yearly one that is past and that no file answers.

    A month that no file is about may have had no applicants, or its files are not at hand: nothing is said of it.
    """
    words, lines, policy = load_calendar_words().words, [], desk.policy
    for due in dues:
        id = due.deadline.id
        if id not in (REVIEW, "screening", *FILLED):
            continue
        answers = [one for one in there if one.deadline == id and due.month in (0, one.month)]
        if answers:
            asked = is_asked(due.deadline, policy, due.month)
            own = [(county.name, [one for one in answers if one.submission.county == county.name]) for county in policy.counties]
            lines += [_line(county, due, there_of_it, desk) for county, there_of_it in own if asked or there_of_it]
        elif due.last < desk.today and not due.month:
            lines.append(_line(due.deadline.who, due, [], desk) | {"state": words["unseen"]})
    return [one | {"state": words["packed"]} if one["county"] in desk.packed and one["state"] == words["missing"] else one for one in lines]


def _line(county: str, due: Due, answers: Sequence[Sent], desk: Desk) -> dict[str, object]:
    words = load_calendar_words().words
    first = answers[0] if answers else None
    late = (first.reported - due.last).days if first else 0
    unclear = late > 0 and first and (not due.asked or rests(due.last, first.reported, desk.off))
    if first and (unclear or desk.earlier.first_in_time(first.submission, due.deadline, desk.policy)):
        state = load_reporting().state["ask"]
    elif first:
        state = words["late"].format(days=late) if late > 0 else words["on_time"]
    else:
        state = words["missing"] if due.last < desk.today else words["waiting"]
    return {
        "county": county,
        "name": due.deadline.name,
        "month": words["month"].format(month=due.month) if due.month else words["whole_year"],
        "due": due.due,
        "reported": first.reported if first else None,
        "state": state,
        "file": first.submission.file if first else None,
        "source": due.deadline.source,
    }


def judged(there: Iterable[Sent], desk: Desk) -> Iterator[Finding]:
    """What was late, early, or came when adjustments had closed; each with its clause.

    there: the earliest first. A yearly date is answered once: what a county sends of it again later is not late.
    """
    answered: set[tuple[str, str]] = set()
    policy, year = desk.policy, desk.policy.year
    for one in there:
        deadline, place = policy.deadline(one.deadline), Place(one.submission.file)
        last = last_day(deadline, year, one.month)
        inclusive = load_calendar_words().words["inclusive" if deadline.inclusive else "exclusive"]
        again = deadline.month and (one.submission.county, one.deadline) in answered
        answered.add((one.submission.county, one.deadline))
        if one.reported > last and not again and is_asked(deadline, policy, one.month):
            due = due_date(deadline, year, one.month)
            said = {"name": deadline.name, "due": due, "inclusive": inclusive, "reported": one.reported, "late": _late(one, last, desk)}
            yield Code.REPORTED_LATE.at(place, **said, source=deadline.source)
        if one.deadline == REVIEW and one.reported < date(year, one.month, 1):
            yield Code.REPORTED_EARLY.at(place, batch=one.submission.batch, reported=one.reported, source=deadline.source)
        yield from _closed(one, policy, year)


def _late(one: Sent, last: date, desk: Desk) -> str:
    """How late a file is; of one that came in the place of another that was in time, when that one came; of one that only a day off made late, that."""
    first, words = desk.earlier.first_in_time(one.submission, desk.policy.deadline(one.deadline), desk.policy), load_calendar_words().words
    if not first and rests(last, one.reported, desk.off):
        return words["rest"].format(kind=kind_of(last, desk.off), day=desk.off.next_working(last))
    return words["again"].format(first=first) if first else words["days_late"].format(days=(one.reported - last).days)


def _closed(one: Sent, policy: Policy, year: int) -> Iterator[Finding]:
    """Applications that came after the one adjustment of the year."""
    adjustment, count = adjustment_in(policy), one.submission.count(REVIEW)
    if adjustment and one.deadline == REVIEW and one.reported > adjustment_closed(policy, year) and count:
        said = {"due": due_date(adjustment, year, adjustment.month), "reported": one.reported, "count": count, "source": adjustment.source}
        yield Code.ADJUSTMENT_CLOSED.at(Place(one.submission.file), **said)


def checks_judged(parts: Iterable[PartGrade], there: Iterable[Sent], policy: Policy) -> Iterator[Finding]:
    """Site checks that came after the month's end, or before the county had signed its review."""
    reviewed = {who: found for one in there if one.deadline == REVIEW for who, found in _reviewed(one)}
    deadline = policy.deadline(SITE_CHECK)
    for part in parts:
        checklist = part.checklist
        known = reviewed.get((key(checklist.credit_code), key(checklist.process)))
        if known is None or checklist.checked is None:
            continue
        one, signed = known
        year = one.submission.year or policy.year
        said = {"name": checklist.name, "process": checklist.process, "checked": checklist.checked}
        if checklist.checked > last_day(deadline, year, one.month):
            due = due_date(deadline, year, one.month)
            yield Code.CHECKED_LATE.at(checklist.place, **said, batch=one.submission.batch, due=due, source=deadline.source)
        if signed and checklist.checked < signed:
            yield Code.CHECKED_EARLY.at(checklist.place, **said, signed=signed)


def _reviewed(one: Sent) -> Iterator[tuple[tuple[str, str], tuple[Sent, date | None]]]:
    """Code and process of every review → its workbook and the day the director signed."""
    for record in one.submission.tables[REVIEW].records():
        yield (key(str(record["credit_code"])), key(str(record["process"]))), (one, day_of(record["sign_date"]))


def missing(lines: Iterable[Mapping[str, object]]) -> Iterator[Finding]:
    """The counties that let a deadline pass, and the deadlines that no file at hand is about."""
    for line in lines:
        if line["state"] == load_calendar_words().words["unseen"]:
            yield Code.NOT_AT_HAND.at(Place(), name=line["name"], due=line["due"])
        if line["state"] == load_calendar_words().words["missing"]:
            yield Code.COUNTY_OVERDUE.at(Place(), county=line["county"], name=line["name"], month=line["month"], due=line["due"], source=line["source"])
