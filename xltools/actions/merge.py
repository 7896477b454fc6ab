"""merge 汇总: county workbooks into the city's, which keeps what the city wrote in it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from xltools.actions.check import check_files, sources
from xltools.actions.city import Basis, city, with_findings
from xltools.actions.grade import chosen_checklists, with_grades
from xltools.actions.inbox import among
from xltools.books.base import Book
from xltools.books.file import open_book
from xltools.books.locks import held
from xltools.books.read import read_tables
from xltools.books.replace import UNNAMED, back_up, beside, clean_up, holder
from xltools.books.summary import Summary, write_summary
from xltools.model.console import load_console
from xltools.model.dashboard import load_dashboard
from xltools.model.finding import Code, Finding, Place, StopError
from xltools.model.form import Form, Owner, Template, load_template
from xltools.model.guide import load_guide
from xltools.model.outcome import Outcome
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.rules.board import figures
from xltools.rules.cross import not_sent
from xltools.rules.journal import head
from xltools.rules.marks import marks
from xltools.rules.summary import counted, shares

TEMPLATE = "city"
DRAWN = ("board",)  # forms that are drawn as a page of their own and never read back
# What reading says when a workbook of ours holds something that a new one would not.
STRANGE = frozenset({Code.COLUMN_UNKNOWN, Code.COLUMN_TWICE, Code.OUTSIDE_ROWS, Code.SHEET_UNUSED})
NAMED = 3  # so many of them a sentence names
Step = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Before:
    """The summary that is there already: its tables as read, and in words what in it is not ours; both empty when there is none.

    log: how many lines the log had after the last merge and the beginning of its last seal, as the first sheet says.
    """

    tables: Mapping[str, Table]
    strange: str = ""
    log: tuple[str, ...] = ()


def merge(paths: Iterable[Path], output: Path, policy: Policy, moment: datetime, step: Step = lambda done, total, name: None) -> Outcome:
    """Merge county workbooks and filled checklists (files, or folders with all below them) into the summary at `output`.

    What the city wrote into an existing summary is kept, and the old one is copied to a folder of backups first. One that
    is open elsewhere, or holds what is not ours, is left alone: the new one then stands beside it, and a finding says so.
    Of two merges into one summary the second waits for the first; raises StopError when that takes long.
    moment: of the run, printed in the summary and naming the backup · step: called with (done, total, name) per file.
    """
    template = load_template(TEMPLATE)
    given = among(paths, [path for path in paths if path.resolve() != output.resolve()])
    checklists = chosen_checklists(given)
    outcome = check_files(among(given, [path for path in given if path not in checklists]), policy, step)
    outcome = with_findings(with_grades(outcome, given, policy), not_sent(outcome.submissions, policy))
    places = {one.name: one.path for one in sources(given)[0]}
    inbox = next((path for path in given if path.is_dir()), None)
    output.parent.mkdir(parents=True, exist_ok=True)
    with held(output, moment):
        clean_up(output)
        before = previous(output, template)
        target, refused = destination(output, before)
        run = Run(policy, template, before, places, moment, inbox)
        try:
            return run.write(with_findings(outcome, refused), target)
        except PermissionError:  # Windows does not let a file be replaced that a program has open
            target = beside(output)
            return run.write(with_findings(outcome, [_open_elsewhere(output, UNNAMED, target)]), target)


def previous(output: Path, template: Template) -> Before:
    """What the existing summary holds."""
    if not output.exists():
        return Before({})
    forms = tuple(as_typed(form) for form in template if form.name not in DRAWN)
    try:
        book = open_book(output)
        if book.stamp.template != template.id:
            return Before({}, "它不是市级汇总表")
        tables, found = read_tables(book, replace(template, forms=forms))
        known = {form.sheet for form in template} | {table.sheet for table in tables.values()}
        strange = [f"工作表“{name}”" for name in book.sheets if name not in known | other_sheets()]
    except StopError as stop:
        return Before({}, stop.finding.message)
    strange += [f"【{one.place.sheet}】{one.place.cell}：{one.message}" for one in found if one.code in STRANGE]
    return Before(tables, "；".join(strange[:NAMED]) + (f"等{len(strange)}处" if len(strange) > NAMED else ""), log_said(book, template))


def log_said(book: Book, template: Template) -> tuple[str, ...]:
    """What the first sheet says of the log; () when it says nothing."""
    sheet = template[DRAWN[0]].sheet
    pattern = re.escape(load_dashboard().board.log).replace(re.escape("{count}"), r"(\d+)").replace(re.escape("{head}"), "([0-9a-f]+)")
    texts = [str(value) for row in book.values(sheet)[:3] for value in row if value] if sheet in book.sheets else []
    return next((found.groups() for text in texts if (found := re.search(pattern, text))), ())


def as_typed(form: Form) -> Form:
    """The form for reading back what we wrote: its values stand there as if somebody had typed them, not as formulas."""
    return replace(form, fields=tuple(one if one.owner is Owner.CITY else replace(one, owner=Owner.COUNTY) for one in form))


def other_sheets() -> frozenset[str]:
    """The sheets of a summary that are no forms."""
    guide = load_guide()
    return frozenset({load_dashboard().sheet, guide.lists, guide.stamp})


def destination(output: Path, before: Before) -> tuple[Path, list[Finding]]:
    """Where the new summary goes, and why not to the place asked for."""
    who = holder(output) if output.exists() else ""
    if not who and not before.strange:
        return output, []
    target = beside(output)
    if before.strange:
        return target, [Code.OUTPUT_NOT_OURS.at(Place(output.name), file=output.name, what=before.strange, other=target.name)]
    return target, [_open_elsewhere(output, who, target)]


def _open_elsewhere(output: Path, who: str, target: Path) -> Finding:
    return Code.OUTPUT_OPEN.at(Place(output.name), file=output.name, holder=who, other=target.name)


@dataclass(frozen=True)
class Run:
    """One merge: what stays the same wherever its result goes. decisions: about conflicts, brought along from elsewhere."""

    policy: Policy
    template: Template
    before: Before
    places: Mapping[str, Path]
    moment: datetime
    inbox: Path | None = None
    decisions: Sequence[Mapping[str, object]] = ()

    def write(self, outcome: Outcome, target: Path) -> Outcome:
        """Write the summary of an outcome to `target`, after a backup of what is there; the outcome with all its findings."""
        outcome, summary = self.summary(outcome, target.parent)
        if target.exists():
            back_up(target, self.moment)
        write_summary(target, self.template, self.policy, summary)
        return replace(outcome, output=target, counties=tuple(_plain(line) for line in summary.tables["board"].frame.to_dict("records")))

    def summary(self, outcome: Outcome, folder: Path) -> tuple[Outcome, Summary]:
        """What the summary of an outcome holds when it lies in `folder`, and the outcome with all its findings; nothing is written."""
        outcome, tables = city(outcome, Basis(self.before.tables, self.policy, self.template, self.moment, self.decisions, self.before.log))
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
        )
        return outcome, summary


def result_line(outcome: Outcome, moment: datetime) -> str:
    """What a merge did, in one line."""
    return load_console().said["merged"].format(moment=f"{moment:%Y-%m-%d %H:%M}", **outcome.counts)


def seen_from(folder: Path, path: Path) -> str:
    """The path relative to a folder, with forward slashes; "" where there is no such path, as from one drive to another."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return ""


def _plain(line: Mapping[object, object]) -> dict[str, object]:
    """A line of the board as JSON can hold it."""
    return {str(name): value.isoformat() if isinstance(value, date) else value for name, value in line.items()}
