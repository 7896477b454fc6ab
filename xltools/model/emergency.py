"""The emergency list: its words and settings, the measures that grades ask for, and what making it gave."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from msgspec import Struct

from xltools.model.finding import Finding
from xltools.model.shipped import spec

TEMPLATE = "emergency"


class EmergencyWords(Struct, frozen=True):
    """What specs/emergency.toml declares. pollutants, levels: key → Chinese, in order · measures: rows of the form emergency_measures."""

    pollutants: Mapping[str, str]
    levels: Mapping[str, str]
    targets: Mapping[str, Decimal]
    settings: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]
    words: Mapping[str, str]
    measures: tuple[Mapping[str, object], ...]


class Worked(Struct, frozen=True):
    """A cut as worked out: per cent, and the same as an expression for the cell; a percent of None is not known.

    waits: on the number of lines, or on how half a line counts · note: a sentence for the person who decides.
    """

    percent: Decimal | None = None
    expression: str = ""
    waits: bool = False
    note: str = ""


class Computed(Struct, frozen=True):
    """A cell whose value also follows from others: the expression that shows how, with {field} for cells of its own row."""

    expression: str
    value: Decimal | str | None




def value_of(cell: object) -> object:
    """What a cell of a line comes to, computed or not."""
    return cell.value if isinstance(cell, Computed) else cell


class EmergencyDone(Struct, frozen=True):
    """What making the list gave. rows: of the list, protected: of enterprises apart from it, open: rows whose cut is not settled."""

    path: Path
    rows: int = 0
    protected: int = 0
    open: int = 0
    findings: tuple[Finding, ...] = ()

    def record(self) -> dict[str, object]:
        """The outcome as `--json` prints it."""
        counts = {"rows": self.rows, "protected": self.protected, "open": self.open}
        return {"file": self.path.name, **counts, "findings": [one.record() for one in self.findings]}


@cache
def load_emergency() -> EmergencyWords:
    """The words, settings and measures declared in specs/emergency.toml."""
    data = spec("emergency.toml")
    targets = {level: Decimal(value) for level, value in data["targets"].items()}
    return EmergencyWords(data["pollutants"], data["levels"], targets, data["settings"], data["lists"], data["words"], data["measure"])
