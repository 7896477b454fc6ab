"""plan 一企一策: for every enterprise what it still needs for its goal, as a document to print, and one workbook that tracks it all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from xltools.actions.grade import check_and_grade
from xltools.actions.run import read_ours
from xltools.books.file import open_book
from xltools.books.list_book import Lists, write_new_lists
from xltools.books.package import replace_file
from xltools.books.plan_document import plan_document
from xltools.books.replace import refuse_existing
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, Severity, first_per_cell
from xltools.model.form import load_template
from xltools.model.graded import GradeOutcome
from xltools.model.plan import FORM, MET, TEMPLATE, GoalPlan, load_plan_words
from xltools.model.policy import Policy
from xltools.model.result import Written
from xltools.model.table import Record
from xltools.rules.enterprises import numbered_records
from xltools.rules.parse import parse_all
from xltools.rules.plan import carried, known_of, overdue, part_plan, plan_findings

Last = list[tuple[Place, Record]]


class Planning(Struct, frozen=True):
    """Where plans go, on which day. last: the tracking workbook before, whose words are carried on."""

    policy: Policy
    folder: Path
    today: date
    last: Path | None = None


def plan_files(paths: Iterable[Path], job: Planning) -> Written:
    """Write the tracking workbook and a document for every enterprise that is below its goal.

    paths: checklists and county workbooks. Raises StopError, and writes nothing, when a file of that name is there already.
    Source: 三环文〔2022〕69号 二(二).
    """
    said = load_plan_words()
    policy = replace(job.policy, choices={**job.policy.choices, **said.lists})
    outcome = check_and_grade(paths, job.policy)
    graded = outcome.graded or GradeOutcome()
    if not graded.checks:
        return Written(findings=(Code.NO_CHECKLISTS.at(Place()), *(one for one in outcome.findings if one.place.file in outcome.unread)))
    last, found = _last(job.last, policy) if job.last else ([], [])
    known = known_of(outcome.accepted, policy)
    parts = sorted(graded.checks, key=lambda part: (part.checklist.place, part.checklist.process))
    plans = [part_plan(part, known, policy) for part in parts]
    found += [*plan_findings(parts, plans), *overdue(plans, last, job.today)]
    found += [one for one in outcome.findings if one.place.file in outcome.unread]
    plans, met = carried(plans, last)
    plans = _in_order([plan for plan in plans if plan.lines], policy)
    paths_written = _write(plans, met, replace(job, policy=policy))
    lines = tuple(said.words["line"].format(**{**plan.about, "count": len(plan.lines)}) for plan in plans)
    return Written(tuple(paths_written), lines, tuple(first_per_cell(found)))


def _in_order(plans: Sequence[GoalPlan], policy: Policy) -> list[GoalPlan]:
    return sorted(plans, key=lambda one: (policy.county_rank(one.about["county"]), str(one.about["credit_code"])))


def _write(plans: Sequence[GoalPlan], met: Sequence[Record], job: Planning) -> list[Path]:
    """The workbook, then the documents; all or nothing."""
    said = load_plan_words()
    documents: dict[Path, list[GoalPlan]] = {}
    for plan in plans:
        about = {name: str(value or "") for name, value in plan.about.items()}
        documents.setdefault(job.folder / said.document.format(**about).lstrip("-").replace("/", "／"), []).append(plan)
    book = job.folder / said.book
    refuse_existing(book, *documents)
    lines = [line for plan in plans for line in plan.lines]
    tints = {(at, "found"): "warning" for at, line in enumerate(lines) if line["open"]}
    template = load_template(TEMPLATE)
    contents = {FORM: [_fitting(line, FORM) for line in lines], MET: [_fitting(line, MET) for line in met]}
    write_new_lists(book, Lists(template, job.policy, contents, {FORM: tints}))
    for path, own in documents.items():
        replace_file(path, plan_document(own, job.policy))
    return [book, *documents]


def _fitting(line: Record, form: str) -> Record:
    return {name: value for name, value in line.items() if name in load_template(TEMPLATE)[form]}


def _last(path: Path, policy: Policy) -> tuple[Last, list[Finding]]:
    """The lines of the last tracking workbook, a cell that could not be read as it was typed, and what could not. Raises StopError when it is none."""
    book, template = open_book(path), load_template(TEMPLATE)
    raw, found = read_ours(book, template, template)
    typed, said = parse_all(raw, policy)
    lines = [
        (table.place(row, "due"), {name: raw[form].values([row], name)[0] if value is None else value for name, value in record.items()})
        for form, table in typed.items()
        for row, record in numbered_records(table)
        if record["indicator"]
    ]
    return lines, [one for one in (*found, *said) if one.severity is not Severity.NOTE]
