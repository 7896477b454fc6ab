"""python -m tests.bench.screening --count 20000: screen a generated city of three lists, and say how well and how fast."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.county_files import POLICY
from tests.three_lists import FILES, score, write_lists
from xltools.actions.screen import Lists, screen


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=2022)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truth = write_lists(folder, given.count, given.seed)
        start = time.perf_counter()
        done = screen(Lists(*((folder / file,) for file in FILES)), folder / "底册.xlsx", POLICY)
        seconds = time.perf_counter() - start
        print(f"{given.count} 家企业，种子 {given.seed}，{seconds:.0f} 秒；底册 {done.enterprises} 行")
        print(score(done.path, truth))


if __name__ == "__main__":
    main()
