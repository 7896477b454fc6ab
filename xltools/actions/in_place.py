"""merge 汇总 into the summary that is there: planned as for one that is open, written inside its package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from xltools.actions.detail import refuse_too_long
from xltools.actions.merge_open import Seen, opened, repeated, sheet_work, with_own
from xltools.actions.run import DRAWN, Before, Run, log_said, with_output
from xltools.books.closed import ClosedBook
from xltools.books.inplace import Renewal, Renewed, renewed
from xltools.books.inplace_sheet import Records
from xltools.books.summary import Summary, board_plan, heights
from xltools.model.form import Template
from xltools.model.outcome import Outcome
from xltools.rules.carry import EMPTY, OWN


class Existing(Struct, frozen=True):
    """A summary that is there. template: the forms with their columns as they stand in it · seen: its sheets by form."""

    book: ClosedBook
    template: Template
    seen: Mapping[str, Seen]


def existing(path: Path, template: Template) -> Existing:
    """The summary in this file. Raises StopError and CannotPatchError when nothing can be merged into it."""
    book = ClosedBook(path)
    standing, seen = opened(book, [form.name for form in template])
    return Existing(book, standing, seen)


def renew(there: Existing, run: Run, outcome: Outcome, folder: Path) -> tuple[Outcome, Renewed]:
    """The summary with an outcome merged into it, for a place in `folder`, and the outcome with all its findings; nothing is written.

    A merge of what was merged last, with the same result, changes nothing: it is not in the log either.
    Raises CannotPatchError when it cannot be changed without harm, StopError when it has not enough rows.
    """
    former = Before({name: one.table for name, one in there.seen.items()}, log=log_said(there.book, there.template))
    run = replace(run, template=there.template, before=former)
    outcome, summary = run.summary(outcome, folder)
    refuse_too_long(there.book.file.name, summary.tables)
    summary = with_own(summary, there.seen, there.template)
    outcome = with_output(outcome, there.book.file.path, summary)
    if again := repeated(summary, run):
        done = _renewed(there, run, again)
        if not done.is_changed:
            return outcome, done
    return outcome, _renewed(there, run, summary)


def _renewed(there: Existing, run: Run, summary: Summary) -> Renewed:
    """The workbook with this summary in it."""
    names = {form.sheet: form.name for form in there.template if form.name not in DRAWN}
    renewal = Renewal(there.template, run.policy, summary, board_plan(summary, run.policy), names, partial(_records, there, summary))
    return renewed(there.book.file, there.book.data, renewal)


def _records(there: Existing, summary: Summary, name: str) -> Records:
    """What becomes of the sheet of the form of this name."""
    work = sheet_work(summary, there.template, there.seen.get(name), name)
    form = work.plan.form
    ours = replace(form, fields=tuple(one for one in form if not one.name.startswith((OWN, EMPTY))), rules=(), key=())
    return Records(work.plan, dict(work.used), work.last, work.moved, heights(replace(work.plan, form=ours)))
