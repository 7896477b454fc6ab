"""Two writers of one workbook: the second waits or is told who writes; what a killed one left is no obstacle."""

import multiprocessing
import os
import signal
import time
from datetime import datetime, timedelta
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.county_files import POLICY, county_file, enterprise
from xltools.actions.merge import merge
from xltools.books import locks
from xltools.books.locks import held, lock_of
from xltools.model.code import Code
from xltools.model.finding import StopError

NOW = datetime(2022, 7, 25, 9, 0)
FORK = multiprocessing.get_context("fork")


def hold(path: Path, taken: Event, free: Event) -> None:
    """Keep the lock until told to let go."""
    with held(path, datetime(2022, 7, 25, 8, 59, 30)):
        taken.set()
        free.wait(30)


def busy(path: Path) -> tuple["multiprocessing.process.BaseProcess", Event]:
    """Another process that holds the lock, and how to let it go."""
    taken, free = FORK.Event(), FORK.Event()
    other = FORK.Process(target=hold, args=(path, taken, free))
    other.start()
    assert taken.wait(30)
    return other, free


def test_the_second_is_told_who_writes_and_since_when(tmp_path: Path) -> None:
    path = tmp_path / "市级汇总.xlsx"
    other, free = busy(path)
    with pytest.raises(StopError) as stop, held(path, NOW, patience=0.2):
        pass
    free.set()
    other.join()
    assert stop.value.finding.code is Code.OUTPUT_BUSY
    assert "2022-07-25 08:59:30" in stop.value.finding.message
    assert os.uname().nodename in stop.value.finding.message
    assert not lock_of(path).exists()


def test_the_second_waits_for_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "市级汇总.xlsx"
    other, free = busy(path)

    def pause(seconds: float) -> None:
        free.set()      # the first lets go once the second waits for it
        time.sleep(seconds)

    monkeypatch.setattr(locks, "time", SimpleNamespace(sleep=pause))
    with held(path, NOW, patience=60):
        assert free.is_set()
    other.join()


def test_a_lock_whose_holder_was_killed_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "市级汇总.xlsx"
    other, _ = busy(path)
    os.kill(other.pid or 0, signal.SIGKILL)
    other.join()
    assert lock_of(path).exists()
    with held(path, NOW, patience=0.2):
        assert "09:00:00" in lock_of(path).read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == []


def test_the_lock_goes_when_the_work_fails(tmp_path: Path) -> None:
    path = tmp_path / "市级汇总.xlsx"
    with pytest.raises(ValueError, match="work"), held(path, NOW):
        raise ValueError("work")
    with held(path, NOW, patience=0.2):
        pass


def run(folder: Path, county: str, start: Event, said: "multiprocessing.Queue[str]") -> None:
    start.wait(30)
    try:
        said.put(str(merge([folder / county], folder / "市级汇总.xlsx", POLICY, NOW).output))
    except StopError as stop:
        said.put(stop.finding.code.name)


def test_two_merges_at_once_come_one_after_the_other(tmp_path: Path) -> None:
    for county in ("灵宝市", "义马市"):
        county_file(tmp_path / county, county, [enterprise(0)])
    said: multiprocessing.Queue[str] = FORK.Queue()
    start = FORK.Event()
    both = [FORK.Process(target=run, args=(tmp_path, county, start, said)) for county in ("灵宝市", "义马市")]
    for one in both:
        one.start()
    start.set()
    assert {said.get(timeout=60) for _ in both} == {str(tmp_path / "市级汇总.xlsx")}
    for one in both:
        one.join()
    assert len(list((tmp_path / "市级汇总-备份").iterdir())) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["义马市", "市级汇总-备份", "市级汇总.xlsx", "灵宝市"])


def merging(folder: Path, ready: Barrier, said: "Queue[tuple[str, list[str]]]", at: int) -> None:
    """A whole merge, begun at the same moment as the other one."""
    ready.wait(60)
    outcome = merge([folder / "收件箱"], folder / "市级汇总.xlsx", POLICY, datetime(2022, 7, 25, 9, at))
    said.put((str(outcome.output), [one.code.name for one in outcome.findings]))


def test_of_two_merges_at_one_moment_the_second_merges_into_what_the_first_wrote(tmp_path: Path) -> None:
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0)])
    path = tmp_path / "市级汇总.xlsx"
    merge([tmp_path / "收件箱"], path, POLICY, NOW)
    county_file(tmp_path / "收件箱", "湖滨区", [enterprise(1)])
    ready, said = FORK.Barrier(2), FORK.Queue()
    both = [FORK.Process(target=merging, args=(tmp_path, ready, said, at)) for at in (10, 20)]
    for one in both:
        one.start()
    results = [said.get(timeout=120) for _ in both]
    for one in both:
        one.join(60)
    assert {output for output, _ in results} == {str(path)}
    assert sorted("UNCHANGED" in codes for _, codes in results) == [False, True]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["市级汇总-备份", "市级汇总.xlsx", "收件箱"]
    assert len(list((tmp_path / "市级汇总-备份").iterdir())) == 1


def test_nothing_new_is_nothing_new_also_by_a_clock_that_is_behind(tmp_path: Path) -> None:
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0)])
    path = tmp_path / "市级汇总.xlsx"
    merge([tmp_path / "收件箱"], path, POLICY, NOW)
    outcome = merge([tmp_path / "收件箱"], path, POLICY, NOW - timedelta(minutes=10))
    assert Code.UNCHANGED in {one.code for one in outcome.findings}
