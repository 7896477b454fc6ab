"""Merging into the open summary: what a person must mend first is said before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from xltools.actions.merge_open import Request, merge_open
from xltools.books.base import Grid, SheetFacts, Stamp
from xltools.books.file import FileBook, open_book
from xltools.model.finding import Code, StopError
from xltools.model.form import load_form
from xltools.model.policy import load_policy

SUMMARY = Path(__file__).parent.parent / "workbooks" / "市级汇总.xlsx"
LEDGER = load_form("ledger").sheet


@dataclass(frozen=True)
class Opened:
    """The committed summary as if it were open, with other rows in some sheets."""

    file: FileBook
    grids: Mapping[str, Grid] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def sheets(self) -> list[str]:
        return self.file.sheets

    @property
    def stamp(self) -> Stamp:
        return self.file.stamp

    def values(self, sheet: str) -> Grid:
        return self.grids.get(sheet) or self.file.values(sheet)

    def facts(self, sheet: str) -> SheetFacts:
        return SheetFacts()

    def formulas(self, sheet: str) -> Mapping[str, str]:
        return {}

    def notes(self, sheet: str) -> Mapping[str, str]:
        return {}


def stopped(tmp_path: Path, ledger: Grid) -> tuple[Code, str]:
    """Why merging an empty inbox into the summary with this ledger is refused, and at which cell."""
    request = Request(tmp_path, tmp_path, load_policy("sanmenxia-2022"), datetime(2022, 7, 25, 9))
    with pytest.raises(StopError) as stop:
        merge_open(Opened(open_book(SUMMARY), {LEDGER: ledger}), request)
    return stop.value.finding.code, stop.value.finding.place.cell


def test_a_row_above_the_header_is_refused_with_the_header_s_place(tmp_path: Path) -> None:
    rows = open_book(SUMMARY).values(LEDGER)
    moved = [*rows[:2], [None] * len(rows[0]), *rows[2:]]
    assert stopped(tmp_path, moved) == (Code.HEADER_MOVED, "A5")


def test_a_line_of_text_among_the_records_is_refused_rather_than_written_over(tmp_path: Path) -> None:
    rows = open_book(SUMMARY).values(LEDGER)
    total = ["合计", *[None] * (len(rows[0]) - 1)]
    assert stopped(tmp_path, [*rows[:9], total, *rows[9:]]) == (Code.LINE_IN_THE_WAY, "A10")
