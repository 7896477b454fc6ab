"""make checklist 生成核查表 from the summary that is open: one workbook for every enterprise in its ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xltools.actions.checklist import SCREENING, ChecklistsMade, Making, applicants, write_new
from xltools.actions.grade_open import LEDGER
from xltools.actions.inbox import Step, unseen
from xltools.actions.merge_open import OpenBook, opened
from xltools.model.outcome import Outcome, Submission
from xltools.model.policy import Policy
from xltools.model.table import Table


def make_open(book: OpenBook, policy: Policy, folder: Path, step: Step = unseen) -> ChecklistsMade:
    """Write a checklist for every enterprise of the open ledger into `folder`; one that is there is left alone.

    Of a process that was reported in several batches the latest counts. Raises StopError when the workbook is no summary.
    """
    _, before = opened(book)
    found, findings = applicants(Outcome(submissions=tuple(_reported(before[LEDGER].table)) if LEDGER in before else ()), policy)
    return write_new(found, findings, Making(policy, folder, step=step))


def _reported(ledger: Table) -> Iterator[Submission]:
    """The ledger as what counties reported, each county and batch by itself."""
    origins = [*zip(*(["" if value is None else str(value) for value in ledger.column(name)] for name in ("county", "batch")), strict=True)]
    for county, batch in dict.fromkeys(origins):
        yield Submission(ledger.file, county=county, batch=batch, tables={SCREENING: ledger.only(one == (county, batch) for one in origins)})
