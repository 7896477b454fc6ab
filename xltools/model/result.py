"""What a command gives back: whether anybody has to do anything, and the files written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from xltools.model.finding import Finding, Severity


def exit_code(findings: Iterable[Finding]) -> int:
    """0 when nobody has to do anything (notes do not ask for it), 1 when there is an error or a warning."""
    return int(any(one.severity is not Severity.NOTE for one in findings))


class Written(Struct, frozen=True):
    """Files written. lines: what to say besides findings."""

    paths: tuple[Path, ...] = ()
    lines: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def record(self) -> dict[str, object]:
        """The outcome as `--json` prints it."""
        return {"files": [path.name for path in self.paths], "lines": list(self.lines), "findings": [one.record() for one in self.findings]}
