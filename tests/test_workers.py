"""Files read in several processes: the same outcome as in one, and a process that dies costs one file."""

import gc
import os
import pickle
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from tests.bench.city import write_city
from tests.checklist_books import applicant, random_visit, write
from xltools.actions import check as checking
from xltools.actions import workers
from xltools.actions.check import check_files, died
from xltools.actions.grade import grade_files
from xltools.actions.inbox import Inbox
from xltools.actions.merge import merge
from xltools.actions.workers import Item, Processes, Result, Team
from xltools.model.code import Code
from xltools.model.policy import County, load_policy
from xltools.rules.codes import make_credit_code

POLICY = load_policy("sanmenxia-2022")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    write_city(folder, 3, 20)
    (folder / "坏.xlsx").write_bytes(b"PK no workbook")
    return folder


def test_two_processes_find_what_one_finds(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = check_files([city], POLICY)
    monkeypatch.setattr(workers, "WORTH_A_PROCESS", 1)
    steps: list[tuple[int, int, str]] = []
    shared = check_files(Inbox((city,), team=Processes(2)), POLICY, lambda *step: steps.append(step))
    assert shared.record() == alone.record()
    assert shared.unread == alone.unread == ("坏.xlsx",)
    assert [(one.file, one.sha256, one.saved, one.rows) for one in shared.submissions] == [(one.file, one.sha256, one.saved, one.rows) for one in alone.submissions]
    for one, other in zip(shared.submissions, alone.submissions, strict=True):
        assert one.tables.keys() == other.tables.keys()
        assert all(table.frame.equals(other.tables[name].frame) and table.form == other.tables[name].form for name, table in one.tables.items())
    assert [step[:2] for step in steps] == [(done, 4) for done in range(4)]


def test_grades_from_two_processes_are_those_from_one_and_refer_to_the_policys_own_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(7)
    for at, table in enumerate(POLICY.tables[:4]):
        write(tmp_path / f"{at}.xlsx", applicant(table, code=make_credit_code(f"91411282YA000000{at}")), [random_visit(table, rng)])
    alone = grade_files([tmp_path], POLICY)
    monkeypatch.setattr(workers, "WORTH_A_PROCESS", 1)
    shared = grade_files(Inbox((tmp_path,), team=Processes(2)), POLICY)
    assert len(alone.checks) == 4
    assert shared == alone
    assert all(one.checklist.table is table for one, table in zip(shared.checks, POLICY.tables[:4], strict=True))
    assert all(item.indicator is own for one in shared.checks for item, own in zip(one.items, one.checklist.table.indicators, strict=True))


class Away:
    """A team that reaches nothing of the user's disk; what it is given and gives back travels as bytes."""

    is_elsewhere = True

    def suited(self, size: int) -> Team:
        return self

    def each(self, work: Callable[[Item], Result], items: Iterable[Item], died: Callable[[Item], Result]) -> Iterator[Result]:
        for item in items:
            done, arrived = pickle.loads(pickle.dumps((work, item)))
            yield pickle.loads(pickle.dumps(done(replace(arrived, path=Path("/elsewhere") / arrived.path.name))))


def test_a_team_elsewhere_needs_nothing_of_the_disk(city: Path, tmp_path: Path) -> None:
    summary = tmp_path / "三门峡市.xlsx"
    merge([city], summary, POLICY, datetime(2022, 7, 20, 9))
    province = replace(POLICY, city="示例省", counties=(County(POLICY.city, "", ""),))
    for paths, policy in (((city, city / "没有.xlsx"), POLICY), ((summary,), province)):
        here, there = check_files(paths, policy), check_files(Inbox(paths, team=Away()), policy)
        assert there.record() == here.record()
        assert [one.path for one in there.submissions] == [one.path for one in here.submissions]
        assert here.submissions


def test_processes_are_started_for_work_that_is_worth_them() -> None:
    worth = workers.WORTH_A_PROCESS
    assert [Processes(4).suited(size).count for size in (0, worth - 1, 2 * worth, 9 * worth)] == [0, 0, 2, 4]


def die_on_two(number: int) -> int:
    if number == 2:
        os._exit(9)
    return number * number


def test_a_process_that_dies_costs_one_item() -> None:
    assert list(Processes(2).each(die_on_two, [1, 2, 3], lambda number: -number)) == [1, -2, 9]


def test_a_file_whose_process_died_is_named(city: Path) -> None:
    source = checking.sources([city])[0][0]
    found = died(source)
    assert (found.code, found.place.file) == (Code.UNREADABLE, source.name)
    assert "意外中断" in found.message


def _looks(_: int) -> tuple[int, int, int]:
    return gc.get_threshold()


def test_processes_look_for_rubbish_as_seldom_as_the_one_that_starts_them() -> None:
    before = gc.get_threshold()
    gc.set_threshold(12_345, 6, 7)
    try:
        assert list(Processes(2).each(_looks, [1, 2], _looks)) == [(12_345, 6, 7)] * 2
    finally:
        gc.set_threshold(*before)
