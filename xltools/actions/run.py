"""One merge from what was read to what is to be written, wherever it goes: a new workbook, one that is there, one that is open."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from xltools.actions.city import Basis, city, with_findings
from xltools.actions.detail import beside_sheets, refuse_elsewhere
from xltools.books.base import Book
from xltools.books.file import FileBook, open_summary
from xltools.books.read import not_ours, read_tables
from xltools.books.summary import Summary, with_details, write_summary
from xltools.model.code import Code
from xltools.model.console import load_console
from xltools.model.dashboard import load_dashboard
from xltools.model.finding import Finding, Place, StopError
from xltools.model.form import Form, Owner, Template, load_template
from xltools.model.outcome import Outcome
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.rules.board import figures
from xltools.rules.journal import head
from xltools.rules.marks import WORDS, marks
from xltools.rules.resent import Earlier, told_lines
from xltools.rules.summary import counted, shares

TEMPLATE = "city"
DRAWN = ("board",)  # forms that are drawn as a page of their own and never read back


class Before(Struct, frozen=True):
    """The summary that is there already: its tables as read, and in words what in it is not ours; both empty when there is none.

    log: how many lines the log had after the last merge and the beginning of its last seal, as the first sheet says.
    """

    tables: Mapping[str, Table]
    strange: str = ""
    log: tuple[str, ...] = ()


def log_said(book: Book, template: Template) -> tuple[str, ...]:
    """What the first sheet says of the log; () when it says nothing."""
    sheet = template[DRAWN[0]].sheet
    pattern = re.escape(load_dashboard().board.log).replace(re.escape("{count}"), r"(\d+)").replace(re.escape("{head}"), "([0-9a-f]+)")
    texts = [str(value) for row in book.values(sheet)[:3] for value in row if value] if sheet in book.sheets else []
    return next((found.groups() for text in texts if (found := re.search(pattern, text))), ())


def as_typed(form: Form) -> Form:
    """The form for reading back what we wrote: its values stand there as if somebody had typed them, not as formulas."""
    return replace(form, fields=tuple(one if one.owner is Owner.CITY else replace(one, owner=Owner.COUNTY) for one in form))


def read_ours(book: Book, template: Template, forms: Iterable[Form]) -> tuple[dict[str, Table], list[Finding]]:
    """The sheets of these forms in a workbook that we wrote, as they stand in it, and what was wrong with them.

    Raises StopError when the workbook was not made from the template, or the rows of one of the sheets are not in it.
    """
    if book.stamp.template != template.id:
        raise StopError(not_ours(book.name, template))
    tables, found = read_tables(book, replace(template, forms=tuple(map(as_typed, forms))))
    refuse_elsewhere(book, tables.values())
    return tables, found


def other_policy(book: Book, policy: Policy, code: Code) -> list[Finding]:
    """That a summary was merged by another policy, as this code says it; nothing where it was merged by this one."""
    found = book.stamp.policy
    return [code.at(Place(book.name), found=found, expected=policy.id)] if found not in ("", policy.id) else []


def refuse_other_policy(book: Book, policy: Policy) -> None:
    """Raises StopError for a summary that was merged by another policy: its counties, tables and year would be taken for this one's."""
    for finding in other_policy(book, policy, Code.SUMMARY_OTHER_POLICY):
        raise StopError(finding)


def read_summary(path: Path) -> tuple[FileBook, dict[str, Table]]:
    """A summary and its tables as they stand in it. Raises StopError when the workbook is none."""
    book = open_summary(path)
    return book, tables_of(book)


def tables_of(book: Book) -> dict[str, Table]:
    """The tables of a summary as they stand in it. Raises StopError when the workbook is none."""
    template = load_template(TEMPLATE)
    return read_ours(book, template, (form for form in template if form.name not in DRAWN))[0]


def earlier_by(summary: Path | None, outcome: Outcome, policy: Policy) -> Earlier:
    """What is known of files that came earlier: from the last summary, if any, and from those of this run that another one replaced. Raises StopError when the workbook is none, or one by another policy."""
    if summary is None:
        return Earlier(there=outcome.submissions)
    book, tables = read_summary(summary)
    refuse_other_policy(book, policy)
    return Earlier(told_lines(tables.get("reporting")), outcome.submissions)


class Run(Struct, frozen=True):
    """One merge: what stays the same wherever its result goes. decisions: about conflicts, brought along from elsewhere ·
    against: an earlier state to compare with instead of the last merge."""

    policy: Policy
    template: Template
    before: Before
    places: Mapping[str, Path]
    moment: datetime
    inbox: Path | None = None
    decisions: Sequence[Mapping[str, object]] = ()
    against: Mapping[str, Table] = field(default_factory=dict)

    def write(self, outcome: Outcome, target: Path) -> Outcome:
        """Write the summary of an outcome to `target`, where nothing is yet; the outcome with all its findings."""
        outcome, summary = self.summary(outcome, target.parent)
        written = with_details(summary, target)
        write_summary(target, self.template, self.policy, written)
        return with_output(with_findings(outcome, beside_sheets(written, target)), target, summary)

    def summary(self, outcome: Outcome, folder: Path) -> tuple[Outcome, Summary]:
        """What the summary of an outcome holds when it lies in `folder`, and the outcome with all its findings; nothing is written."""
        outcome, tables = city(outcome, Basis(self.before.tables, self.policy, self.template, self.moment, self.decisions, self.before.log, self.against))
        words = load_dashboard()
        summary = Summary(
            tables,
            figures(tables, outcome, self.policy),
            counted(words, tables, self.policy),
            shares(words, tables, self.policy),
            f"{self.moment:%Y-%m-%d %H:%M}",
            {name: seen for name, path in self.places.items() if (seen := seen_from(folder, path))},
            marks(tables, outcome),
            seen_from(folder, self.inbox) if self.inbox else "",
            result_line(outcome, self.moment),
            head(tables["log"]),
            words=WORDS,
        )
        return outcome, summary


def with_output(outcome: Outcome, target: Path, summary: Summary) -> Outcome:
    """The outcome of a merge that wrote its summary to `target`."""
    return replace(outcome, output=target, counties=tuple(_as_json(line) for line in summary.tables["board"].records()))


def result_line(outcome: Outcome, moment: datetime, done: str = "merged") -> str:
    """What a merge did, in one line. done: "unchanged" when nothing had to be written."""
    return load_console().said[done].format(moment=f"{moment:%Y-%m-%d %H:%M}", **outcome.counts)


def seen_from(folder: Path, path: Path) -> str:
    """The path relative to a folder, with forward slashes; the whole path where there is no such way, as from one drive to another."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.absolute().as_posix()


def _as_json(line: Mapping[str, object]) -> dict[str, object]:
    """A line of the board as JSON can hold it."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in line.items()}
