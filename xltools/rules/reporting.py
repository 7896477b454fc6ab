"""报送情况: for each county and each date of the calendar what came, when, in time or not, and since when it is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from operator import itemgetter

from msgspec import Struct, field
from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.form import Form, load_form
from xltools.model.grouped import grouped
from xltools.model.outcome import Outcome, Submission
from xltools.model.policy import Deadline, Policy
from xltools.model.reporting import ReportingWords
from xltools.model.table import Record, Table
from xltools.rules.account import KEPT
from xltools.rules.board import NO_DATE
from xltools.rules.city import NO_MONTH, city_records
from xltools.rules.cross import in_archives
from xltools.rules.deadlines import deadline_of, due_date, is_asked, last_day, punctuality, rests
from xltools.rules.journal import lines_of
from xltools.rules.kept import EARLIER, LAST
from xltools.rules.reminder import Files, files_of, reminder
from xltools.rules.resent import Earlier, Line, first_named

# What is taken from the last summary while the file is not among today's.
LISTED = "screening"
ANSWERED = ("file", "records", "reported", "received", "versions", "on_time")


class Duty(Struct, frozen=True):
    """One date of the calendar that a county's files answer. month: 1-12, of a monthly one the batch."""

    deadline: Deadline
    form: str
    month: int
    batch: str = ""


class Status(Struct, frozen=True, dict=True):
    """What the lines are made from. earlier: what is known of files that came before · before: the lines of the last summary that still hold ·
    tables: of this merge, the log among them · today: the day that tells what is overdue."""

    outcome: Outcome
    tables: Mapping[str, Table]
    policy: Policy
    words: ReportingWords
    today: date
    earlier: Earlier = field(default_factory=Earlier)
    before: Mapping[Line, Record] = field(default_factory=dict)

    @cached_property
    def files(self) -> Mapping[str, Files]:
        """What the run says of the files of each county."""
        return files_of(self.outcome, self.policy)

    @cached_property
    def packed(self) -> Mapping[str, tuple[str, str]]:
        """The counties of which a workbook lies unread in an archive; see `cross.in_archives`."""
        return in_archives(self.outcome, self.policy)

    @cached_property
    def log(self) -> Mapping[object, list[Record]]:
        """The lines of the log by county."""
        return grouped(lines_of(self.tables["log"]), itemgetter("county"))


def reporting(form: Form, status: Status) -> Table:
    """The sheet: a line that sums up each county with what to remind it of, then one for each of its dates.

    A monthly date counts from the first batch that two counties sent (or the only one), up to the month of today.
    What a file of an earlier merge answered stays answered while its rows stay. Source: 三环文〔2022〕69号 三(一).
    """
    policy, words = status.policy, status.words
    status = replace(status, before=_former(status.earlier.told, status.tables))
    duties = list(_duties(status))
    lines: list[Record] = []
    for county in policy.counties:
        own = [{"county": county.name, "group": county.group or None, **_line(duty, county.name, status)} for duty in duties]
        files = status.files[county.name]
        lines.append({"county": county.name, "group": county.group or None, "item": words.total, **_summed(own, files, status)})
        lines += own
    return city_records(form, lines)


def _former(told: Mapping[Line, Record], tables: Mapping[str, Table]) -> dict[Line, Record]:
    """The lines of the last summary whose file is still answered for by rows that stay, or had nothing to report."""
    sources = (zip(*(table.cells[name] for name in ("source_file", "batch", "status")), strict=True) for table in tables.values() if table.form.collects)
    kept = {(str(file), batch) for rows in sources for file, batch, status in rows if status == KEPT}
    stay = {name for file, batch in kept for name in (file, file.removesuffix(EARLIER.format(file="", batch=batch or LAST)))}
    return {at: one for at, one in told.items() if str(one.get("file")) in stay or (one.get("on_time") and not one.get("records"))}


# --- the calendar -----------------------------------------------------------------------------------------------------


def _duties(status: Status) -> Iterator[Duty]:
    months = status.policy.lists["months"]
    for deadline in status.policy.deadlines:
        form = status.words.forms.get(deadline.id, "")
        if form and deadline.month:
            yield Duty(deadline, form, deadline.month)
        elif form:
            yield from (Duty(deadline, form, month, months[month - 1]) for month in _months(status))


def _months(status: Status) -> range:
    """The months of which a report is due or there."""
    year = status.policy.year
    sent = {(one.county, one.batch) for one in _of_the_year(status)} | {(county, batch) for county, _, batch in status.before if batch}
    found = [month for _, batch in sent if (month := status.policy.month(batch))]
    now = status.today.month if status.today.year == year else 12 if status.today.year > year else 0
    last = max([now, *found])
    common = [month for month in found if found.count(month) > 1]
    return range(min(common or found or [max(last, 1)]), last + 1)


def _of_the_year(status: Status) -> list[Submission]:
    return [one for one in status.outcome.accepted if (one.year or status.policy.year) == status.policy.year]


# --- one line ---------------------------------------------------------------------------------------------------------


def _line(duty: Duty, county: str, status: Status) -> Record:
    """What there is of one date; "kind" says which of the sentences it is, "sheet" which sheet it is about."""
    year, day = status.policy.year, last_day(duty.deadline, status.policy.year, duty.month)
    line: Record = {"item": duty.deadline.name, "batch": duty.batch or None, "due": due_date(duty.deadline, year, duty.month), "clause": duty.deadline.source}
    sent, others = _files(duty, county, status)
    if sent:
        return {**line, **_sent(sent[0], duty, status)}
    if none := next((one for one in others if _none_in(one, duty)), None):
        said = _sent(none, duty, status)
        return {**line, **said, **(_said("none", status, sheet=_none_in(none, duty)) if said["kind"] != "again" else {})}
    doubt = others[0] if others and others[0].count(duty.form) else None
    if (former := status.before.get((county, duty.deadline.name, duty.batch))) and not (duty.batch and others) and not (doubt and _asked(former, status)):
        return {**line, **_kept(former, duty, status)}
    if doubt:
        return {**line, **_facts(doubt, duty, status), **_said("unclear", status, month=duty.month, batch=doubt.batch, **_content(doubt, duty)), "on_time": status.words.state["ask"]}
    late = {"since": day + timedelta(days=1) if status.today > day else None}
    if first := next(filter(None, (status.earlier.first(one, duty.deadline, status.policy) for one in others)), ""):
        return {**line, **_facts(others[0], duty, status), **late, **_said("emptied", status, first=first, **_content(others[0], duty)), "kind": "empty"}
    if not is_asked(duty.deadline, status.policy, duty.month):
        return {**line, **_said("closed", status)}
    if status.today <= day:
        return {**line, **_said("pending", status)}
    if others:
        return {**line, **_facts(others[0], duty, status), **late, **_said("empty", status, **_content(others[0], duty))}
    if county in status.packed:
        return {**line, **_said("packed", status, file=status.packed[county][0])}
    return {**line, **late, **_said("unread" if status.files[county].lost else "missing", status)}


def _asked(former: Record, status: Status) -> bool:
    """Whether the last summary left it open if the date was met at all."""
    return former.get("on_time") == status.words.state["ask"] and not first_named(former)


def _kept(former: Record, duty: Duty, status: Status) -> Record:
    """What the last summary says of a file that is away. That one in time came before it no other sheet says, so that it stays said; one without content answers as little as it did."""
    facts, first = {name: former.get(name) for name in ANSWERED}, first_named(former)
    if not former.get("on_time"):
        return {**facts, "since": former.get("since"), "state": former.get("state"), "kind": "empty", "sheet": load_form(duty.form).sheet}
    return {**facts, **(_said("again", status, first=first) if first else _said("kept", status))}


def _files(duty: Duty, county: str, status: Status) -> tuple[list[Submission], list[Submission]]:
    """The county's files that answer the date, the first reported first; and those of the batch that may or do not."""
    there = sorted((one for one in _of_the_year(status) if one.county == county), key=lambda one: (one.report_date or date.max, one.file))
    if duty.batch:
        there = [one for one in there if one.batch == duty.batch]
        return [one for one in there if one.count(duty.form)], there
    policy = status.policy
    if duty.deadline == policy.deadline("screening"):
        own = {one.file for one in there if deadline_of(policy, policy.month(one.batch) or NO_MONTH, one.count("review")) == duty.deadline}
        listed = [one for one in there if one.count(duty.form)]
        return [one for one in listed if one.file in own], [*listed, *(one for one in there if one.file in own)]
    return [one for one in there if one.count(duty.form)], there


def _none_in(one: Submission, duty: Duty) -> str:
    """The sheet that says that there is nothing to report: of a month also its list of enterprises; "" where none does."""
    sheets = [load_form(name).sheet for name in (duty.form, *([LISTED] if duty.batch else []))]
    said = {found.place.sheet for found in one.findings if found.code is Code.SAID_NONE}
    return next((sheet for sheet in sheets if sheet in said), "")


def _content(one: Submission, duty: Duty) -> dict[str, object]:
    return {"sheet": load_form(duty.form).sheet, "count": one.count(duty.form)}


def _sent(one: Submission, duty: Duty, status: Status) -> Record:
    if one.report_date is None:
        return {**_facts(one, duty, status), "on_time": NO_DATE, **_said("sent", status)}
    last = last_day(duty.deadline, status.policy.year, duty.month)
    late = one.report_date > last
    if first := status.earlier.first_in_time(one, duty.deadline, status.policy):
        return {**_facts(one, duty, status), "on_time": status.words.state["ask"], **_said("again", status, first=first)}
    if late and not is_asked(duty.deadline, status.policy, duty.month):
        return {**_facts(one, duty, status), "on_time": status.words.state["ask"], **_said("after", status)}
    said = punctuality(duty.deadline, status.policy.year, duty.month, one.report_date)
    kind = "sent" if not late else "rest" if rests(last, one.report_date) else "late"
    return {**_facts(one, duty, status), "on_time": said, **_said(kind, status)}


def _facts(one: Submission, duty: Duty, status: Status) -> Record:
    """What a file brought, and what the log knows of it: when its contents came first, and how many contents the batch had.

    First is what the log wrote first, whatever the clocks of two computers say.
    """
    lines = status.log.get(one.county, [])
    first = next((str(line["moment"]) for line in lines if line["sha256"] and line["sha256"] == one.sha256), None)
    contents = {line["sha256"] for line in lines if line["sha256"] and (line["batch"] == one.batch if one.batch else line["file"] == one.file)}
    return {"file": one.file, "records": one.count(duty.form), "reported": one.report_date, "received": first, "versions": len(contents) or None}


def _said(kind: str, status: Status, **values: object) -> Record:
    return {"kind": kind, "state": status.words.state[kind].format(**values), "sheet": values.get("sheet")}


# --- one county -------------------------------------------------------------------------------------------------------


def _summed(lines: Sequence[Record], files: Files, status: Status) -> Record:
    kinds = [str(line["kind"]) for line in lines]
    numbers = {
        "due": sum(kind not in ("pending", "closed") for kind in kinds),
        "sent": _count(kinds, ("sent", "none", "late", "rest", "after", "again", "kept")),
        "missing": _count(kinds, ("missing", "unread", "empty")),
        "asked": _count(kinds, ("unclear", "packed")),
    }
    state = status.words.state["summed"].format(**numbers, errors=files.errors, warnings=files.warnings)
    return {"state": state, "reminder": reminder(lines, files, status.policy, status.words)}


def _count(kinds: Iterable[str], among: Sequence[str]) -> int:
    return sum(kind in among for kind in kinds)
