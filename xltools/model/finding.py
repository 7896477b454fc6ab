"""Findings: one problem at one place, in the sentence a person reads. What can be found at all is catalogued in `code`."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from string import digits
from typing import TYPE_CHECKING

from msgspec import Struct

from xltools.model.address import address, corners, row_and_column

if TYPE_CHECKING:
    from xltools.model.code import Code


class Severity(Enum):
    """How much a finding weighs; the value is what `--json` prints."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    def __init__(self, value: str) -> None:
        self.label = {"error": "错误", "warning": "提醒", "note": "说明"}[value]  # shown beside the colour
        self.rank = {"error": 0, "warning": 1, "note": 2}[value]  # for sorting, 0 for the gravest


class Place(Struct, frozen=True, order=True):
    """Where: file name, sheet name, cell ("F12"), each "" when the problem is about the whole."""

    file: str = ""
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        return f"{self.file}{self.spot}"

    @property
    def spot(self) -> str:
        """Sheet and cell, as people write them: 【排查清单】F12."""
        return (f"【{self.sheet}】" if self.sheet else "") + self.cell

    @property
    def row(self) -> int:
        """The row of its cell, 0 when it is about a whole sheet or file."""
        return row_and_column(self.cell)[0]

    @property
    def column(self) -> str:
        """The letters of its cell's column."""
        return self.cell.rstrip(digits)


class Finding(Struct, frozen=True, eq=False):
    """One problem at one place, with the sentence a person reads and what to do about it.

    values: what its sentences were filled with; they do not tell one finding from another.
    """

    code: Code
    place: Place
    message: str
    fix: str
    values: tuple[tuple[str, object], ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Finding) and self._told() == other._told()

    def __hash__(self) -> int:
        return hash(self._told())

    def _told(self) -> tuple[Code, Place, str, str]:
        return self.code, self.place, self.message, self.fix

    @property
    def severity(self) -> Severity:
        return self.code.severity

    @property
    def marked(self) -> list[Place]:
        """The cells to mark: its own, and those its sentence names besides, see `also`."""
        own = [self.place] if self.place.cell else []
        also = dict(self.values).get("also")
        if not also:
            return own
        named = [(sheet, corners(area)) for sheet, _, area in (line.rpartition("!") for line in str(also).split("\n"))]
        cells = [Place(self.place.file, sheet, address(row, column)) for sheet, at in named if at for row in range(at[0], at[2] + 1) for column in range(at[1], at[3] + 1)]
        return [*own, *(one for one in cells if one != self.place)]

    def record(self) -> dict[str, str]:
        """The finding as `--json` prints it."""
        return {
            "file": self.place.file,
            "sheet": self.place.sheet,
            "cell": self.place.cell,
            "code": self.code.number,
            "severity": self.severity.value,
            "message": self.message,
            "fix": self.fix,
        }


def also(sheet: str, named: Iterable[str]) -> str:
    """Areas of a sheet as the value "also" of a finding has them, whose sentence names them besides its own cell: a line each, 表!E5:E9."""
    return "\n".join(f"{sheet}!{area}" for area in named)


class StopError(Exception):
    """The request cannot be carried out for one workbook; carries the finding to report."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.place}：{finding.message}")
        self.finding = finding


def first_per_cell(findings: Iterable[Finding]) -> list[Finding]:
    """One error or warning per cell: the earliest stage wins, then the gravest; notes and whole-file findings all stay."""
    kept: list[Finding] = []
    taken: set[Place] = set()
    ordered = sorted(findings, key=lambda f: (f.code.stage, f.severity.rank))
    for finding in ordered:
        if finding.place.cell and finding.severity is not Severity.NOTE:
            if finding.place in taken:
                continue
            taken.add(finding.place)
        kept.append(finding)
    return sorted(kept, key=order)


def order(finding: Finding) -> tuple[str, str, int, int, str, str]:
    """Sort key: file, sheet, row, column, code, sentence; the same whatever order files were read in."""
    place = finding.place
    return (place.file, place.sheet, *row_and_column(place.cell), finding.code.number, finding.message)
