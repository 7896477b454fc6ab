"""A short run over damaged workbooks; `make fuzz` runs for long."""

from math import inf
from pathlib import Path

from tests.fuzz.run import SECONDS, run


def test_damaged_workbooks_of_every_format_come_to_findings_and_nothing_else(tmp_path: Path) -> None:
    report = run(tmp_path, seed=2022, seconds=inf, most=300)  # the same files on every machine, however slow
    assert report.failures == []
    assert report.slowest[0] < SECONDS
