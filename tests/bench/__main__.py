"""Run every way in turn, whole processes, several rounds, and print the medians as ratios to a raw read on one core."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from compileall import compile_dir
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench.city import write_city, write_wide_policy, write_year
from tests.bench.floor import FLOOR, FLOOR_AGAIN, keep_cells
from tests.bench.peers import MORE, WAYS
from tests.bench.plot import bars
from tests.office.host import missing

PACKAGE, LAUNCH = Path(__file__).parent.parent.parent / "xltools", Path(__file__).parent / "launch.py"
SIZES = {"XS": (2, 50), "F": (40, 40), "S": (8, 200), "M": (8, 5000), "L": (128, 2000)}  # files, enterprises in each; F: a city on a Monday
UNIT, PEERS_UP_TO = "calamine", 50_000  # enterprises; beyond, only the raw read and ours run, or one table would take a day
OURS, ON_ONE, AGAIN, GRADED = "xltools merge", "xltools merge, one core", "xltools merge, 1 file changed", "xltools grade"
MADE = "xltools make checklist"
CLICK, CLICKED = "xltools button", "xltools button, files unchanged"
OFFICE = "LibreOffice"
YEAR = "xltools merge, month after month"
CHECKLISTS, MONTHS, FIRST = "X", "R", "000.xlsx"
CITY, WIDE = 40, "policy"   # files that the city's own counties send; for more, a policy with a county for each lies beside their folder
COUNTIES = 8, 200  # files a month and enterprises in each: merged every month with all that came before, into one summary
APPLICANTS = 8, 250  # files and enterprises in each: 2,000 checklists are made, and graded


class Cost(NamedTuple):
    """Of one whole process with its children: seconds on the clock and of the processors, peak memory in MiB of the largest process."""

    wall: float
    cpu: float
    memory: float


def command(way: str, folder: Path, output: Path) -> list[str]:
    """What to start for a way."""
    if way in WAYS | MORE:
        return [sys.executable, "-m", "tests.bench.peers", way, str(folder), str(output)]
    if way in (FLOOR, FLOOR_AGAIN):
        return [sys.executable, "-m", "tests.bench.floor", way, str(folder), str(output)]
    if way in (OFFICE, CLICK, CLICKED):
        return [sys.executable, "-m", "tests.bench.office" if way == OFFICE else "tests.bench.click", str(folder), str(output)]
    if way == MADE:
        return [sys.executable, "-m", "xltools", "make", "checklist", "--from", str(folder.parent / "city"), "-o", str(output)]
    wide = folder.parent / WIDE
    policy = ["--policy", str(wide)] if wide.is_dir() else []
    return [sys.executable, "-m", "xltools", *(["grade", str(folder)] if way == GRADED else ["merge", str(folder), "-o", str(output), *policy])]


def cost(args: list[str], cores: set[int], own: Path) -> Cost:
    """What a process cost. own: where ours keeps what unchanged files came to. Raises CalledProcessError when it failed; 1 is how ours says that it found problems."""
    launched = [sys.executable, "-S", str(LAUNCH), ",".join(map(str, sorted(cores))), *args]
    done = subprocess.run(launched, stdout=subprocess.PIPE, env=os.environ | {"XDG_CONFIG_HOME": str(own)}, check=True)
    status, *found = json.loads(done.stdout)
    if status not in (0, 1) or (status and "xltools" not in args):
        raise subprocess.CalledProcessError(status, args)
    return Cost(*found)


def measure(folder: Path, ways: list[str], rounds: int, out: Path) -> dict[str, Cost]:
    """The medians of every way; the ways take turns, so that a busy machine is busy for all of them."""
    all_cores = os.sched_getaffinity(0)
    first = {min(all_cores)}
    found: dict[str, list[Cost]] = {way: [] for way in ways}
    for turn in range(rounds):
        for at, (way, costs) in enumerate(found.items()):
            output, own = out / f"{turn}-{at}.xlsx", out / f"{turn}-{at}-own"
            if way == YEAR:
                costs.append(_year(folder, output, own))
                continue
            if way == AGAIN:
                output = _merged(folder, output, own)
            if way == CLICKED:
                cost(command(CLICK, folder, output), first, own)
            costs.append(cost(command(way, folder, output), all_cores if way in (OURS, AGAIN, GRADED, MADE) else first, own))
    return {way: Cost(*map(median, zip(*costs, strict=True))) for way, costs in found.items()}


def _year(folder: Path, output: Path, own: Path) -> Cost:
    """Twelve merges into one summary, each with the files of one month more; together, the memory that of the largest."""
    files = sorted(folder.iterdir())
    months = [[str(file) for file in files if file.name[:2] <= f"{month:02}"] for month in range(1, 13)]
    costs = [cost([sys.executable, "-m", "xltools", "merge", *there, "-o", str(output)], os.sched_getaffinity(0), own) for there in months]
    wall, cpu, memory = zip(*costs, strict=True)
    return Cost(sum(wall), sum(cpu), max(memory))


def _merged(folder: Path, output: Path, own: Path) -> Path:
    """A summary of the folder, made by a program that remembers it, of which then one file changes: it takes turns with the one that lies beside the folder."""
    cost(command(OURS, folder, output), os.sched_getaffinity(0), own)
    one, other = folder / FIRST, folder.parent / FIRST
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    return output


def table(name: str, found: dict[str, Cost]) -> list[str]:
    """The medians of one size, as ratios to the raw read and in seconds and MiB."""
    unit = found[UNIT]
    lines = [f"| {name} | wall | CPU | memory | s | s CPU | MiB |", "|---|---|---|---|---|---|---|"]
    for way, one in found.items():
        ratios = " | ".join(f"{value / base:.1f}" for value, base in zip(one, unit, strict=True))
        lines.append(f"| {way} | {ratios} | {one.wall:.2f} | {one.cpu:.2f} | {one.memory:.0f} |")
    return lines


def prepared(size: str, made: Path) -> tuple[str, Path, list[str]]:
    """The name of a size, the folder made for it, and the ways to run on it."""
    folder = made / "in"
    if size == CHECKLISTS:
        write_city(made / "city", *APPLICANTS)
        cost(command(MADE, folder, folder), os.sched_getaffinity(0), made / "own")
        return f"X: {len(list(folder.glob('*.xlsx')))} checklists", folder, [UNIT, MADE, GRADED]
    if size == MONTHS:
        write_year(folder, *COUNTIES)
        return f"R: 12 × {COUNTIES[0]} × {COUNTIES[1]}", folder, [UNIT, YEAR]
    files, rows = SIZES[size]
    policy = write_wide_policy(made / WIDE, files) if files > CITY else None
    write_city(made, 1, rows, seed=1, policy=policy)
    write_city(folder, files, rows, policy=policy)
    ways = [*WAYS, *MORE, *([] if missing() else [OFFICE])] if files * rows <= PEERS_UP_TO else [UNIT, *_floors(folder)]
    return f"{size}: {files} × {rows}", folder, [*ways, OURS, ON_ONE, AGAIN, *([] if policy else [CLICK, CLICKED])]


def _floors(folder: Path) -> list[str]:
    """Where its packages are, what no merge can go below, with all that it needs."""
    if not MORE:
        return []
    kept = folder.parent / FLOOR
    kept.mkdir()
    cost(command(OURS, folder, kept / "summary.xlsx"), os.sched_getaffinity(0), kept / "own")
    keep_cells(kept / "summary.xlsx")
    return [FLOOR, FLOOR_AGAIN]


def main() -> None:
    """Print a table for every size asked for, and draw it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("sizes", nargs="*", default=["S", "M"], help="、".join((*SIZES, MONTHS, CHECKLISTS)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plot", type=Path, help="an SVG file for the ratios of time on the clock")
    asked = parser.parse_args()
    compile_dir(str(PACKAGE), quiet=1)  # an installed program is; here Python may have been told to leave no bytecode
    drawn: dict[str, dict[str, float]] = {}
    for size in asked.sizes:
        with tempfile.TemporaryDirectory() as made:
            name, folder, ways = prepared(size, Path(made))
            found = measure(folder, ways, asked.rounds, Path(made))
        print("\n".join(table(name, found)), flush=True)
        drawn[name] = {way: one.wall / found[UNIT].wall for way, one in found.items()}
    print(f"load {os.getloadavg()[0]:.1f}, {len(os.sched_getaffinity(0))} cores, Python {sys.version.split()[0]}")
    if asked.plot:
        asked.plot.write_text(bars(drawn, f"× {UNIT}"), encoding="utf-8")


if __name__ == "__main__":
    main()
