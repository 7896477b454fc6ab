"""Run every way in turn, whole processes, several rounds, and print the medians as ratios to a raw read."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench.city import write_city
from tests.bench.peers import WAYS

SIZES = {"XS": (2, 50), "S": (8, 200), "M": (8, 2000)}  # files, enterprises in each
OURS = "xltools merge"
UNIT = "calamine"


class Cost(NamedTuple):
    """Of one whole process: seconds on the clock and of the processor, peak memory in MiB."""

    wall: float
    cpu: float
    memory: float


def command(way: str, folder: Path, output: Path) -> list[str]:
    """What to start for a way."""
    tail = ["xltools", "merge", str(folder), "-o", str(output)] if way == OURS else ["tests.bench.peers", way, str(folder), str(output)]
    return [sys.executable, "-m", *tail]


def cost(args: list[str]) -> Cost:
    """What a process cost. Raises CalledProcessError when it failed; 1 is how a merge says that it found problems."""
    start = time.perf_counter()
    process = subprocess.Popen(args, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1) or (process.returncode and "merge" not in args):
        raise subprocess.CalledProcessError(process.returncode, args)
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def measure(folder: Path, rounds: int, out: Path) -> dict[str, Cost]:
    """The medians of every way; the ways take turns, so that a busy machine is busy for all of them."""
    found: dict[str, list[Cost]] = {way: [] for way in (*WAYS, OURS)}
    for turn in range(rounds):
        for at, (way, costs) in enumerate(found.items()):
            costs.append(cost(command(way, folder, out / f"{turn}-{at}.xlsx")))
    return {way: Cost(*map(median, zip(*costs, strict=True))) for way, costs in found.items()}


def table(name: str, found: dict[str, Cost]) -> list[str]:
    """The medians of one size, as ratios to the raw read and in seconds and MiB."""
    unit = found[UNIT]
    lines = [f"| {name} | wall | CPU | memory | s | s CPU | MiB |", "|---|---|---|---|---|---|---|"]
    for way, one in found.items():
        ratios = " | ".join(f"{value / base:.1f}" for value, base in zip(one, unit, strict=True))
        lines.append(f"| {way} | {ratios} | {one.wall:.2f} | {one.cpu:.2f} | {one.memory:.0f} |")
    return lines


def main() -> None:
    """Print a table for every size asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("sizes", nargs="*", default=["S", "M"], help="、".join(SIZES))
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    for size in asked.sizes:
        files, rows = SIZES[size]
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made) / "in"
            write_city(folder, files, rows)
            print("\n".join(table(f"{size}: {files} × {rows}", measure(folder, asked.rounds, Path(made)))))


if __name__ == "__main__":
    main()
