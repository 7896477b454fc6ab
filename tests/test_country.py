"""The plan of the country: its tables follow from what was measured, and the simulation does what its words say."""

from pathlib import Path

import pytest

from tests.bench import country
from tests.bench.country import (
    NAMES,
    Country,
    Per,
    _served,
    arrivals,
    costs_in,
    enterprises,
    levels,
    load,
    measured,
    measured_table,
    planned,
)

PAGE = Path(__file__).parent.parent / "docs" / "country.md"
SMALL = Country(enterprises=600, counties=12, cities=4, provinces=2)


def test_the_tables_of_the_page_follow_from_the_costs_it_shows() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in planned(Country(), costs_in(lines)) if line not in lines] == []


def test_every_enterprise_is_merged_once_at_every_level() -> None:
    costs = costs_in(PAGE.read_text(encoding="utf-8").splitlines())
    total = sum(county for province in enterprises(SMALL) for city in province for county in city)
    assert abs(total - 600) <= 12
    assert [(len(units), sum(unit.rows for unit in units)) for units in levels(SMALL, costs).values()] == [(4, total), (2, total), (1, total), (1, total)]
    assert [sum(unit.files for unit in units) for units in levels(SMALL, costs).values()] == [12, 4, 2, 12]


def test_files_wait_for_a_free_worker_and_for_one_that_died() -> None:
    ten = Per(10, 0)
    assert _served([(0, 1), (0, 1), (0, 1)], [0, 0, 0], 2, ten) == ([10, 10, 20], 20)
    assert _served([(0, 1), (100, 1)], [1, 0], 1, ten) == ([15, 10], 110)


def test_every_file_comes_and_some_come_again() -> None:
    files = arrivals(SMALL)
    assert 12 < len(files) < 24
    assert files == sorted(files) == arrivals(SMALL)
    one, more = (load(files, workers, Per(600, 0), 0) for workers in (1, 4))
    assert one.ahead == len(files) * 600
    assert more.ahead == -(-len(files) // 4) * 600
    assert one.waited >= more.waited >= 600
    assert load(files, 1, Per(600, 0), 0.5).ahead > one.ahead


def test_what_is_measured_is_printed_and_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"FILES": 2, "FEW": 2, "MANY": 20, "SMALL": 2, "LARGE": 60}.items():
        monkeypatch.setattr(country, name, value)
    costs = measured(tmp_path, 1)
    sizes = (costs.size, costs.result, costs.kept, costs.summary)
    assert all(per.each > 0 and per.rows > 0 for per in sizes)
    assert costs.rules.each > 0
    assert all(per.each > 0 or per.rows > 0 for per in (costs.read, costs.above, costs.merge, costs.memory))
    lines = list(measured_table(costs))
    assert len(lines) == 2 + len(NAMES)
    assert list(measured_table(costs_in(lines))) == lines
