"""`python -m tests.fuzz --seconds 600 --seed 1 --keep FOLDER`: exit code 1 when anything but a finding came of a file."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fuzz.run import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=10**9, help="so many files at most")
    parser.add_argument("--keep", type=Path, help="folder for files that failed; a new one when not given")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="xltools-fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    report = run(folder, asked.seed, asked.seconds, asked.most)
    for failure in report.failures:
        print(failure)
    print(f"{report.cases} files, {report.read} read {dict(report.kinds)}, stopped {dict(report.codes)}")
    print(f"slowest {report.slowest[0]:.1f} s ({report.slowest[1]}), largest {report.largest >> 20} MB, {len(report.failures)} failures" + (f" in {folder}" if report.failures else ""))
    return bool(report.failures)


if __name__ == "__main__":
    sys.exit(main())
