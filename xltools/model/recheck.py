"""Accountability and re-checks: words and weights, one process with all that is known of its checks, what was made."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct

from xltools.model.finding import Finding
from xltools.model.shipped import spec

TEMPLATE = "recheck"
PEOPLE, COUNTIES, SAMPLE, WEIGHTS = "recheck_people", "recheck_counties", "recheck_sample", "recheck_weights"


class Weight(Struct, frozen=True):
    """How much a factor adds to the chance of a process to be drawn, and why. factor: as the code knows it."""

    factor: str
    name: str
    weight: float
    reason: str


class RecheckWords(Struct, frozen=True):
    """What specs/recheck.toml declares. free: grades that the factor of this name looks for."""

    free: tuple[str, ...]
    words: Mapping[str, str]
    weights: tuple[Weight, ...]


@cache
def load_recheck_words() -> RecheckWords:
    """The words and weights declared in specs/recheck.toml."""
    data = spec("recheck.toml")
    return RecheckWords(tuple(data["free"]), data["words"], tuple(Weight(**one) for one in data["weight"]))


class Case(Struct, frozen=True):
    """One process, its checks and what came of them. county_people, city_people: name and unit of who checked ·
    review, site, decided: the grades that county, city and leading group gave, "" where none is known · event: something was dealt with ·
    below: among it that the plant is not what its grade asks · month: of the batch, 0 where it is not known."""

    county: str
    name: str
    credit_code: str
    process: str
    review: str = ""
    site: str = ""
    decided: str = ""
    county_people: tuple[tuple[str, str], ...] = ()
    city_people: tuple[tuple[str, str], ...] = ()
    unsigned: tuple[tuple[str, str], ...] = ()
    review_late: bool = False
    site_late: bool = False
    event: bool = False
    below: bool = False
    province: bool = False
    month: int = 0

    @property
    def changed(self) -> bool:
        """Whether the city found another grade than the county."""
        return bool(self.review and self.site and self.review != self.site)

    @property
    def redecided(self) -> bool:
        """Whether another grade was decided than the city found."""
        return bool(self.site and self.decided and self.site != self.decided)


class Rechecked(Struct, frozen=True):
    """What was written, and a sentence about it."""

    path: Path
    line: str
    findings: tuple[Finding, ...] = ()

    def record(self) -> dict[str, object]:
        """The outcome as `--json` prints it."""
        return {"file": self.path.name, "line": self.line, "findings": [one.record() for one in self.findings]}
