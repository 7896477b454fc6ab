"""grade 评级 into the summary that is open: its sheet of site checks anew, everything else as it is. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from xltools.actions.check import check_files, sources
from xltools.actions.grade import with_grades
from xltools.actions.inbox import Step, unseen
from xltools.actions.merge_open import OpenBook, Request, Seen, SheetWork, opened, sheet_work, with_own
from xltools.actions.run import seen_from
from xltools.books.summary import Summary
from xltools.model.code import Code
from xltools.model.finding import Place, StopError
from xltools.model.form import Template
from xltools.model.graded import GradeOutcome
from xltools.model.outcome import Outcome
from xltools.model.table import Table
from xltools.rules.city import city_records
from xltools.rules.marks import WORDS, marks
from xltools.rules.site_checks import away, site_checks

LEDGER, SITE_CHECKS, UNCLAIMED = "ledger", "site_checks", "unclaimed"


class Graded(Struct, frozen=True):
    """What is to be written, and what grading found. sheet: where the grades go."""

    outcome: GradeOutcome
    sheet: str
    sheets: tuple[SheetWork, ...]


def grade_open(book: OpenBook, request: Request, step: Step = unseen) -> Graded:
    """The grades of all checklists in the folders as the sheet of site checks shows them, beside what the open ledger says.

    What county workbooks there say in 变更与处理 is applied, as in a merge. Raises StopError when the workbook is no summary, or
    something in it is in the way.
    """
    standing, before = opened(book)
    outcome = with_grades(check_files(request.paths, request.policy, step), request.paths, request.policy)
    table = site_checks(standing[SITE_CHECKS], outcome.graded, _ledger(before, standing, book.name), away(seen.table if (seen := before.get(SITE_CHECKS)) else None, outcome.graded))
    summary = with_own(_summary(table, outcome, before, standing, request), before, standing)
    names = (SITE_CHECKS, UNCLAIMED)
    works = tuple(sheet_work(summary, standing, before.get(name), name) for name in names)
    return Graded(outcome.graded or GradeOutcome(), standing[SITE_CHECKS].sheet, works)


def _ledger(before: Mapping[str, Seen], standing: Template, name: str) -> Table:
    """The ledger as it stands. Raises StopError when the workbook has none."""
    if LEDGER not in before:
        sheet = standing[LEDGER].sheet
        raise StopError(Code.SHEET_MISSING.at(Place(name, sheet), sheets=sheet))
    return before[LEDGER].table


def _summary(table: Table, outcome: Outcome, before: Mapping[str, Seen], standing: Template, request: Request) -> Summary:
    """As much of a summary as these sheets need."""
    form = standing[UNCLAIMED]
    waiting = before[UNCLAIMED].table.records() if UNCLAIMED in before else []
    tables = {SITE_CHECKS: table, UNCLAIMED: city_records(form, waiting)}
    places = {one.name: seen_from(request.folder, one.path) for one in sources(request.paths)[0]}
    return Summary(tables, {}, (), (), "", {name: seen for name, seen in places.items() if seen}, marks(tables, outcome), words=WORDS)
