"""What grading some workbooks gave: every enterprise with its reasons, its history, and where it would stand elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict

from xltools.model.checklist import Checker
from xltools.model.finding import Finding, Severity
from xltools.model.grade import EnterpriseGrade, PartGrade
from xltools.model.standing import Change, Standing


class PartMove(Struct, frozen=True):
    """One process that another policy grades otherwise. step: what decides it there, in words."""

    process: str
    before: str
    after: str
    step: str = ""


class Move(Struct, frozen=True):
    """One enterprise under two policies. steps: why it stands where it does under the new one · parts: the processes that move."""

    credit_code: str
    name: str
    before: str
    after: str
    direction: str
    old_policy: str
    new_policy: str
    steps: tuple[str, ...] = ()
    parts: tuple[PartMove, ...] = ()

    def record(self) -> dict[str, Any]:
        """The move as `--json` prints it."""
        return {
            "credit_code": self.credit_code,
            "name": self.name,
            "before": self.before,
            "after": self.after or None,
            "direction": self.direction,
            "old_policy": self.old_policy,
            "new_policy": self.new_policy,
            "steps": list(self.steps),
            "parts": [asdict(one) for one in self.parts],
        }


class GradeOutcome(Struct, frozen=True):
    """The result of grading.

    enterprises: by credit code, with the grades in force · checks: what the site checks alone gave, part by part ·
    standings: every process with its history · moves: None where no policies were compared · files: checklists read ·
    signed: checklist → how it stands with signatures and seal, in words · checkers: everybody named as one.
    """

    enterprises: tuple[EnterpriseGrade, ...] = ()
    findings: tuple[Finding, ...] = ()
    standings: tuple[Standing, ...] = ()
    moves: tuple[Move, ...] | None = None
    checks: tuple[PartGrade, ...] = ()
    files: tuple[str, ...] = ()
    signed: Mapping[str, str] = field(default_factory=dict)
    checkers: tuple[Checker, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Checklists, enterprises, and findings by severity."""
        found = [finding.severity for finding in self.findings]
        return {"files": len(self.files), "enterprises": len(self.enterprises), **{one.value: found.count(one) for one in Severity}}

    def record(self) -> dict[str, Any]:
        """The outcome as `--json` prints it; with a history where events changed something, with moves where two policies were compared."""
        history = [_line(standing, change) for standing in self.standings for change in standing.history]
        return {
            "enterprises": [one.record() for one in self.enterprises],
            "findings": [finding.record() for finding in self.findings],
            **({"history": history} if history else {}),
            **({"moves": [one.record() for one in self.moves]} if self.moves is not None else {}),
        }


def _line(standing: Standing, change: Change) -> dict[str, Any]:
    return {
        "credit_code": standing.credit_code,
        "process": standing.process,
        "date": change.when.isoformat(),
        "kind": change.kind,
        "old": change.old,
        "new": change.new,
        "state": standing.state.value,
        "clause": change.clause,
        "decided_by": change.decided_by,
        "note": change.note,
        "file": change.place.file,
        "sheet": change.place.sheet,
        "cell": change.place.cell,
    }
