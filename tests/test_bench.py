"""The bench: what its ways do, on a folder of two small files."""

from pathlib import Path

import openpyxl
import pytest

from tests.bench.__main__ import AGAIN, CLICKED, UNIT, measure, table
from tests.bench.city import write_city
from tests.bench.click import press
from xltools.actions import check

LOOP, FILES, ROWS = "openpyxl loop", 2, 3


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder with the inbox, and a file that stands in for the first one later."""
    write_city(tmp_path / "in", FILES, ROWS)
    write_city(tmp_path, 1, ROWS, seed=1)
    return tmp_path


def test_every_way_is_run_and_measured(made: Path) -> None:
    ways = [UNIT, LOOP, AGAIN, CLICKED]
    found = measure(made / "in", ways, 1, made)
    assert list(found) == ways
    assert all(one.wall > 0 and one.cpu > 0 and one.memory > 0 for one in found.values())
    assert [line.split(" | ")[0] for line in table("XS", found)] == ["| XS", "|---|---|---|---|---|---|---|", *(f"| {way}" for way in ways)]
    assert len(list(openpyxl.load_workbook(made / "0-1.xlsx").active.values)) == FILES * ROWS


def test_a_click_merges_every_row_and_reads_no_unchanged_file_again(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(made / "own"))
    first = press(made / "in")
    assert first.outcome.counts["rows"] == FILES * ROWS
    monkeypatch.setattr(check, "check_book", pytest.fail)
    assert press(made / "in").outcome.findings == first.outcome.findings
