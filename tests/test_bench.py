"""The bench: what its ways do, on a folder of two small files."""

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from tests.bench.__main__ import AGAIN, CITY, CLICKED, OURS, UNIT, WIDE, command, measure, table
from tests.bench.city import POLICY, write_city, write_wide_policy
from tests.bench.click import press
from xltools.actions import check
from xltools.actions.merge import merge
from xltools.actions.run import tables_of
from xltools.books.file import open_summary
from xltools.model.code import Code
from xltools.model.policy import load_policy

LOOP, FILES, ROWS = "openpyxl loop", 2, 3
MOMENT = datetime(2022, 7, 20, 9)


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


def test_a_generated_file_has_no_mistake_but_those_it_is_said_to_have(tmp_path: Path) -> None:
    write_city(tmp_path / "in", 1, 500)
    findings = check.check_files([tmp_path / "in"], load_policy(POLICY)).findings
    found = {one.code for one in findings}
    assert found <= {Code.NOT_A_NUMBER, Code.DUPLICATE_ROW, Code.NO_STAMP}
    assert 1 <= sum(one.code is Code.NOT_A_NUMBER for one in findings) <= 30   # one in fifty of 500


def test_a_county_beyond_those_of_the_city_is_merged_as_well(tmp_path: Path) -> None:
    """A second file of one county and batch is refused: what was measured would be a refusal."""
    files = CITY + 2
    policy = write_wide_policy(tmp_path / WIDE, files)
    write_city(tmp_path / "in", files, 2, policy=policy)
    merge([tmp_path / "in"], tmp_path / "out.xlsx", policy, MOMENT)
    ledger = tables_of(open_summary(tmp_path / "out.xlsx"))["ledger"].frame
    assert len(ledger) == files * 2
    assert ledger["county"].nunique() == files
    assert command(OURS, tmp_path / "in", tmp_path / "x.xlsx")[-2:] == ["--policy", str(tmp_path / WIDE)]
    with pytest.raises(ValueError, match="write_wide_policy"):
        write_city(tmp_path / "more", CITY + 1, 2)
