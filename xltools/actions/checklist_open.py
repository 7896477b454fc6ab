"""make checklist 生成核查表 from the summary that is open: one workbook for every enterprise in its ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
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
    frame = ledger.frame.assign(**{name: ledger.frame[name].fillna("").astype(str) for name in ("county", "batch")})
    for (county, batch), rows in frame.groupby(["county", "batch"], sort=False):
        yield Submission(ledger.file, county=str(county), batch=str(batch), tables={SCREENING: replace(ledger, frame=rows)})
