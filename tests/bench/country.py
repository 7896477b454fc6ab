"""python -m tests.bench.country: what a file and a row cost here, and from that the country, level by level and through its busiest days.

Prints the tables of docs/country.md: first what was measured, then what follows from the numbers as they are printed there.
"""

from __future__ import annotations

import argparse
import heapq
import math
import os
import pickle
import sys
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import median

from msgspec import Struct
from msgspec.structs import fields, replace

from tests.bench.__main__ import Cost, cost
from tests.bench.city import write_city
from xltools.actions.check import check_files
from xltools.actions.inbox import Inbox
from xltools.model.form import load_template
from xltools.model.outcome import Outcome
from xltools.model.policy import County, Policy, load_policy

POLICY = load_policy("sanmenxia-2022")
ABOVE = replace(POLICY, city="示例省", counties=(County(POLICY.city, "", ""),))
FILES, FEW, MANY = 16, 20, 2000  # files of a merge, and the enterprises in each of a small and a large one
SMALL, LARGE = 20, 2000  # enterprises in a file that is read alone
SPREAD = 0.8  # of the logarithm of a county's number of enterprises
HOUR = 3600.0


class Per(Struct, frozen=True):
    """A cost of one thing: so much for each, and so much for every 1,000 rows in it."""

    each: float
    rows: float

    def of(self, rows: float) -> float:
        return self.each + self.rows * rows / 1000


class Costs(Struct, frozen=True):
    """What was measured, in seconds of a processor, KiB and MiB."""

    read: Per
    size: Per
    rules: Per
    result: Per
    kept: Per
    above: Per
    summary: Per
    merge: Per
    memory: Per


NAMES = {
    "read": "读取、校验一个区县文件，秒",
    "size": "区县文件的大小，KiB",
    "rules": "随每个文件发给集群的政策和表样，KiB",
    "result": "集群发回的结果，KiB",
    "kept": "记住的读取结果，KiB",
    "above": "读入下级的一本汇总，秒",
    "summary": "一本汇总的大小，KiB",
    "merge": "启动、合并、写出一本汇总（读取不算），秒",
    "memory": "汇总时的内存，MiB",
}


class Country(Struct, frozen=True):
    """What is assumed. late: share of the files that come after the deadline · again: share that is returned once and comes again."""

    enterprises: int = 500_000
    counties: int = 2_800
    cities: int = 333
    provinces: int = 31
    late: float = 0.1
    again: float = 0.3
    seed: int = 2022


# --- measured -----------------------------------------------------------------------------------------------------------


def measured(folder: Path, rounds: int) -> Costs:
    """What files and rows cost on this computer, each number a median, the rounds in turn."""
    _read(_county(folder / "first", SMALL))  # a first read also loads what later ones find loaded
    found = [_round(folder / str(at)) for at in range(rounds)]
    middle = [Per(median(one[at].each for one in found), median(one[at].rows for one in found)) for at in range(len(fields(Costs)))]
    return Costs(*middle)


def _round(folder: Path) -> tuple[Per, ...]:
    files = [_county(folder / str(rows), rows) for rows in (SMALL, LARGE)]
    read = [_read(path) for path in files]
    small, large = (_merged(folder / f"merge-{rows}", rows) for rows in (FEW, MANY))
    above = [_seconds(path, ABOVE)[0] for path in (small[0], large[0])]
    rows = (FILES * FEW, FILES * MANY)
    seconds, sizes, results, kept = ([one[at] for one in read] for at in range(4))
    reading = _line((SMALL, LARGE), seconds)
    rest = [one.cpu - FILES * reading.of(each) for (_, one), each in zip((small, large), (FEW, MANY), strict=True)]
    return (
        reading,
        _line((SMALL, LARGE), sizes),
        Per(len(zlib.compress(pickle.dumps((POLICY, load_template("county"))))) / 1024, 0),
        _line((SMALL, LARGE), results),
        _line((SMALL, LARGE), kept),
        _line(rows, above),
        _line(rows, [path.stat().st_size / 1024 for path, _ in (small, large)]),
        _line(rows, rest),
        _line(rows, [one.memory for _, one in (small, large)]),
    )


def _county(folder: Path, rows: int) -> Path:
    write_city(folder, 1, rows)
    return folder / "000.xlsx"


def _read(path: Path) -> tuple[float, float, float, float]:
    """Seconds to read and check a county's file; in KiB its size, that of what comes of it, and of what is kept for the next time."""
    seconds, outcome = _seconds(path, POLICY)
    kept = sum(one.stat().st_size for one in _cache(path).iterdir())
    return seconds, *(size / 1024 for size in (path.stat().st_size, len(pickle.dumps(outcome.submissions[0])), kept))


def _cache(path: Path) -> Path:
    return path.with_name(f"cache-{path.stem}")


def _seconds(path: Path, policy: Policy) -> tuple[float, Outcome]:
    """Seconds to read and check a file and to keep what it came to, as the command line does."""
    start = time.process_time()
    outcome = check_files(Inbox((path,), cache=_cache(path)), policy)
    spent = time.process_time() - start
    if not outcome.submissions:
        raise ValueError(f"{path} could not be read: {outcome.findings}")
    return spent, outcome


def _merged(folder: Path, rows: int) -> tuple[Path, Cost]:
    """A summary made by a process of its own on one core, named after the city, and what that cost."""
    write_city(folder / "in", FILES, rows)
    output = folder / f"{POLICY.city}.xlsx"
    args = [sys.executable, "-m", "xltools", "merge", str(folder / "in"), "-o", str(output)]
    return output, cost(args, {min(os.sched_getaffinity(0))}, folder / "own")


def _line(rows: Sequence[float], values: Sequence[float]) -> Per:
    """The line through two points."""
    slope = (values[1] - values[0]) / (rows[1] - rows[0])
    return Per(max(0.0, values[0] - slope * rows[0]), slope * 1000)


def rounded(number: float) -> float:
    """Two digits that count: more would be noise."""
    return float(f"{number:.2g}")


def measured_table(costs: Costs) -> Iterator[str]:
    yield "| 测到的 | 每个（次） | 再加每 1,000 行 |"
    yield "|---|---|---|"
    for one, per in zip(fields(Costs), per_of(costs), strict=True):
        yield f"| {NAMES[one.name]} | {rounded(per.each):g} | {rounded(per.rows):g} |"


def per_of(costs: Costs) -> tuple[Per, ...]:
    return tuple(getattr(costs, one.name) for one in fields(costs))


def costs_in(lines: Iterable[str]) -> Costs:
    """The costs as a printed table has them."""
    rows = {cells[0]: Per(float(cells[1]), float(cells[2])) for line in lines if len(cells := [one.strip() for one in line.strip("| ").split("|")]) == 3 and cells[0] in NAMES.values()}
    return Costs(*(rows[name] for name in NAMES.values()))


# --- the levels ---------------------------------------------------------------------------------------------------------


def enterprises(country: Country) -> list[list[list[int]]]:
    """Province → city → county → its enterprises: shares drawn with the seed, as uneven as counties are."""
    rng = Random(country.seed)
    weights = [rng.lognormvariate(0, SPREAD) for _ in range(country.counties)]
    scale = country.enterprises / sum(weights)
    counties = [max(1, round(weight * scale)) for weight in weights]
    return _dealt(_dealt(counties, country.cities), country.provinces)


def _dealt(items: Sequence[object], groups: int) -> list[list]:  # type: ignore[type-arg]
    """The items in so many groups of nearly one size, in order."""
    return [list(items[at * len(items) // groups : (at + 1) * len(items) // groups]) for at in range(groups)]


class Unit(Struct, frozen=True):
    """One merge: files read, rows in all, seconds to read them and for the rest, MiB of memory, MiB that came in."""

    files: int
    rows: int
    reading: float
    merging: float
    memory: float
    came: float


def unit_of(files: Sequence[int], read: Per, size: Per, costs: Costs) -> Unit:
    """The merge of files with so many rows each."""
    rows = sum(files)
    return Unit(len(files), rows, sum(map(read.of, files)), costs.merge.of(rows), costs.memory.of(rows), sum(map(size.of, files)) / 1024)


def levels(country: Country, costs: Costs) -> dict[str, list[Unit]]:
    """The merges of every level, and one of the whole country from the counties' files."""
    tree = enterprises(country)
    cities = [[sum(city) for city in province] for province in tree]
    every = [county for province in tree for city in province for county in city]
    return {
        "市：读区县文件": [unit_of(city, costs.read, costs.size, costs) for province in tree for city in province],
        "省：读市的汇总": [unit_of(province, costs.above, costs.summary, costs) for province in cities],
        "国家：读省的汇总": [unit_of([sum(province) for province in cities], costs.above, costs.summary, costs)],
        "国家：直接读全部区县文件": [unit_of(every, costs.read, costs.size, costs)],
    }


def levels_table(country: Country, costs: Costs) -> Iterator[str]:
    yield "| 谁汇总 | 几本 | 读几个文件 | 行（中位／最多） | 读取，秒（最多） | 其余，秒（最多） | 内存，MiB（最多） | 收进，MiB（最多） |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, units in levels(country, costs).items():
        most = [max(getattr(one, what) for one in units) for what in ("reading", "merging", "memory", "came")]
        files, rows = round(median(one.files for one in units)), [one.rows for one in units]
        numbers = " | ".join(f"{rounded(value):,.15g}" for value in most)
        yield f"| {name} | {len(units)} | {files:,} | {round(median(rows)):,}／{max(rows):,} | {numbers} |"


# --- the days around the deadline ---------------------------------------------------------------------------------------


def arrivals(country: Country) -> list[tuple[float, int]]:
    """(second after the deadline, rows) of every file that comes in: most in the last day before it, some late, some again after a return."""
    rng = Random(country.seed + 1)
    found = []
    for rows in (county for province in enterprises(country) for city in province for county in city):
        moment = rng.expovariate(1 / 24) if rng.random() < country.late else -rng.expovariate(1 / 12)
        found.append((moment * HOUR, rows))
        if rng.random() < country.again:
            found.append(((moment + 2 + rng.expovariate(1 / 24)) * HOUR, rows))
    return sorted(found)


class Load(Struct, frozen=True):
    """How reading went. waited: seconds between the coming of a file and its being read, in the middle and at the worst ·
    ahead: seconds from the first file of a rush to the end of the last, all files there at once · repeated: files begun twice."""

    waited: float
    worst: float
    ahead: float
    repeated: int


def load(files: Sequence[tuple[float, int]], workers: int, read: Per, dying: float) -> Load:
    """The files read by so many workers as they come; a worker that dies (so often a file) has its file begun anew."""
    rng = Random(workers)
    deaths = [_deaths(rng, dying) for _ in files]
    waits, _ = _served(files, deaths, workers, read)
    _, end = _served([(0.0, rows) for _, rows in files], deaths, workers, read)
    return Load(median(waits), max(waits), end, sum(map(bool, deaths)))


def _deaths(rng: Random, dying: float) -> int:
    number = 0
    while rng.random() < dying:
        number += 1
    return number


def _served(files: Sequence[tuple[float, int]], deaths: Sequence[int], workers: int, read: Per) -> tuple[list[float], float]:
    """For each file how long after its coming it was read, and when the last one was."""
    free = [-math.inf] * workers
    waits, last = [], -math.inf
    for (came, rows), died in zip(files, deaths, strict=True):
        done = max(came, heapq.heappop(free)) + read.of(rows) * (1 + died / 2)  # a death comes half way on average
        heapq.heappush(free, done)
        waits.append(done - came)
        last = max(last, done)
    return waits, last


def load_table(country: Country, costs: Costs, dying: float = 0.01) -> Iterator[str]:
    files = arrivals(country)
    yield f"| 工作进程 | 随到随读：中位等待，秒 | 最长等待，秒 | {len(files):,} 个文件攒在一起读完，分 | 重做的文件 |"
    yield "|---|---|---|---|---|"
    for workers in (1, 2, 8, 32):
        one = load(files, workers, costs.read, dying)
        yield f"| {workers} | {rounded(one.waited):g} | {rounded(one.worst):g} | {rounded(one.ahead / 60):g} | {one.repeated} |"


def planned(country: Country, costs: Costs) -> list[str]:
    """Everything that follows from the costs."""
    return [*levels_table(country, costs), "", *load_table(country, costs), "", carried(country, costs)]


def carried(country: Country, costs: Costs) -> str:
    """What all counties' files together weigh on their way to a cluster and back, and in the folder of what was read."""
    every = [county for province in enterprises(country) for city in province for county in city]
    files, rules, back, kept = (rounded(sum(map(per.of, every)) / 1024) for per in (costs.size, costs.rules, costs.result, costs.kept))
    return f"全部区县文件共 {files:g} MiB，发给集群时另附政策和表样 {rules:g} MiB，集群发回的结果共 {back:g} MiB，记住的读取结果共 {kept:g} MiB。"


def main() -> None:
    """Measure and plan."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.country", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    for one in fields(Country):
        parser.add_argument(f"--{one.name}", type=type(one.default), default=one.default)
    asked = vars(parser.parse_args())
    with tempfile.TemporaryDirectory() as made:
        costs = measured(Path(made), asked.pop("rounds"))
    table = list(measured_table(costs))
    print("\n".join([*table, "", *planned(Country(**asked), costs_in(table))]))
    print(f"load {os.getloadavg()[0]:.1f}, {len(os.sched_getaffinity(0))} cores, Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
