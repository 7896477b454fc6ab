"""What a verb did: the workbooks it took in and everything it found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from xltools.model.account import Account
from xltools.model.finding import Finding, Severity, order
from xltools.model.graded import GradeOutcome
from xltools.model.returned import Explanation
from xltools.model.table import Table


class Submission(Struct, frozen=True):
    """One county workbook after reading, typing and checking.

    file:     how findings and tables name it: the file's name, with as much of its folder as makes it unique in this run.
    county:   the policy's name of the county, "" when the cover does not say; batch: "7月" or ""; report_date from the cover.
    template, version, policy: what the workbook's stamp says, "" without a stamp.
    sha256:   of the file's bytes, "" when it did not come from a file · saved: when it was last saved, as the file itself says.
    answers_to: of the files that this one was returned from, what each sha256 begins with, blanks between; "" where it is no return.
    tables:   typed tables by form name; raw: the same tables as they were read; findings: those of this workbook
              alone, one per cell, in order.
    answers:  what the county explained beside warnings of an earlier return and that still holds.
    accepted: its rows go into the summary: the county is known and no other workbook replaces this one.
    """

    file: str
    path: Path | None = None
    county: str = ""
    batch: str = ""
    year: int | None = None
    report_date: date | None = None
    template: str = ""
    version: str = ""
    policy: str = ""
    sha256: str = ""
    saved: datetime | None = None
    answers_to: str = ""
    tables: Mapping[str, Table] = field(default_factory=dict)
    raw: Mapping[str, Table] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    accepted: bool = True
    answers: tuple[Explanation, ...] = ()

    def count(self, form: str) -> int:
        """How many records it has of a form, 0 without its sheet."""
        return len(self.tables[form].rows) if form in self.tables else 0

    @property
    def rows(self) -> int:
        """How many records its row forms hold together."""
        return sum(len(table.rows) for table in self.tables.values() if table.form.layout == "rows")


class Outcome(Struct, frozen=True):
    """The result of a verb over some workbooks.

    findings:    all of them, whole run, in the order of `finding.order`.
    submissions: every workbook that could be read, by file name; those not accepted too.
    unread:      files that could not be read (each has its finding) · skipped: files of a folder that are not
                 submissions, such as lock files and our own outputs.
    graded:      what the checklists among the files came to, None where nobody looked at them.
    account:     every row, cell and number of the row forms and what became of it, None where nobody counted.
    output:      the summary a merge wrote · counties: what it says of each county and file, one record a line of its board.
    """

    findings: tuple[Finding, ...] = ()
    submissions: tuple[Submission, ...] = ()
    unread: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    output: Path | None = None
    counties: tuple[Mapping[str, object], ...] = ()
    graded: GradeOutcome | None = None
    account: Account | None = None

    @property
    def accepted(self) -> tuple[Submission, ...]:
        """The submissions whose rows go into the summary."""
        return tuple(one for one in self.submissions if one.accepted)

    @property
    def as_filled_in(self) -> list[Finding]:
        """The findings as people read them, see `as_filled_in`."""
        return as_filled_in(self.findings, self.submissions)

    @property
    def counts(self) -> dict[str, int]:
        """Files, records, and findings by severity; the keys are those of `--json`."""
        found = [finding.severity for finding in self.findings]
        return {
            "files": len(self.submissions) + len(self.unread),
            "rows": sum(one.rows for one in self.submissions),
            **{severity.value: found.count(severity) for severity in Severity},
        }

    def record(self) -> dict[str, Any]:
        """The outcome as `--json` prints it; of a merge also the counties and the file written."""
        merged = {"counties": [dict(line) for line in self.counties], "output": str(self.output)} if self.output else {}
        counted = {"account": self.account.record()} if self.account else {}
        return {"counts": self.counts, **counted, "findings": [finding.record() for finding in self.findings], **merged}


def as_filled_in(findings: Iterable[Finding], submissions: Iterable[Submission]) -> list[Finding]:
    """The findings file by file, in each as a clerk fills in the sheets: about the file first, then its forms, then what is no form."""
    forms = {(one.file, table.sheet): number for one in submissions for number, table in enumerate(one.raw.values(), 1)}
    last = len(forms) + 1

    def place(found: Finding) -> tuple[object, ...]:
        file, sheet = found.place.file, found.place.sheet
        return file, forms.get((file, sheet), last if sheet else 0), order(found)

    return sorted(findings, key=place)
