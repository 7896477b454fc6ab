"""Files that came in time, were returned and came again after the date: whether that is late no source says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct, field

from xltools.model.outcome import Submission
from xltools.model.policy import Deadline, Policy
from xltools.model.reporting import load_reporting
from xltools.model.table import Record, Table
from xltools.rules.city import plain_record
from xltools.rules.deadlines import deadline_of, last_day

Line = tuple[str, str, str]     # county, deadline, batch; "" for a date that comes once a year


class Earlier(Struct, frozen=True):
    """What is known of files that came earlier. told: lines of the last summary · there: the files of this run, those among them that another one replaced."""

    told: Mapping[Line, Record] = field(default_factory=dict)
    there: Sequence[Submission] = ()

    def first_in_time(self, one: Submission, deadline: Deadline, policy: Policy) -> str:
        """The day on which the county met the date before this file came after it in the place of another; "" where it is not late, or nothing says so."""
        month = deadline.month or policy.month(one.batch)
        late = bool(month) and one.report_date is not None and one.report_date > last_day(deadline, policy.year, month)
        return self.first(one, deadline, policy) if late else ""

    def first(self, one: Submission, deadline: Deadline, policy: Policy) -> str:
        """The day on which the county met the date before this file came; "" where nothing says so."""
        month = deadline.month or policy.month(one.batch)
        if not month or (one.year or policy.year) != policy.year:
            return ""
        last = last_day(deadline, policy.year, month)
        return self._told(one, deadline, last) or self._replaced(one, deadline, last, policy)

    def _told(self, one: Submission, deadline: Deadline, last: date) -> str:
        """The day that the last summary names."""
        line = self.told.get((one.county, deadline.name, "" if deadline.month else one.batch), {})
        if first := first_named(line):
            return first
        day = line.get("reported")
        return str(day) if isinstance(day, date) and day <= last and line.get("on_time") else ""

    def _replaced(self, one: Submission, deadline: Deadline, last: date, policy: Policy) -> str:
        """The first day of the files of the same batch that this one replaced."""
        rivals = (other for other in self.there if not other.accepted and (other.county, other.batch, other.year) == (one.county, one.batch, one.year))
        days = (other.report_date for other in rivals if other.report_date and _answers(other, deadline, policy))
        return str(min((day for day in days if day <= last), default=""))


NOTHING_EARLIER = Earlier()


def told_lines(reporting: Table | None) -> dict[Line, Record]:
    """The lines of a summary's sheet of what was reported."""
    records = map(plain_record, reporting.records() if reporting else [])
    return {(str(one["county"]), str(one["item"]), str(one.get("batch") or "")): one for one in records}


def first_named(line: Record) -> str:
    """The day of the file in time that a line names because another one came in its place; "" where it names none."""
    said = (_pattern(load_reporting().state[kind]).fullmatch(str(line.get("state") or "")) for kind in ("again", "emptied"))
    return next((one["first"] for one in said if one), "")


def _pattern(state: str) -> re.Pattern[str]:
    """What a sentence is, whichever day and sheet it names."""
    return re.compile(re.escape(state).replace(re.escape("{first}"), r"(?P<first>\d{4}-\d\d-\d\d)").replace(re.escape("{sheet}"), ".+"))


def _answers(one: Submission, deadline: Deadline, policy: Policy) -> bool:
    form, month = load_reporting().forms.get(deadline.id, ""), policy.month(one.batch)
    return bool(form and month and one.count(form)) and (form == "protected" or deadline_of(policy, month, one.count("review")) == deadline)
