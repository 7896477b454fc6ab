"""Fixtures for tests on real programs. In CI they must be there; elsewhere a run without them says so (tests/conftest.py)."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw

from tests.county_files import POLICY
from tests.office import browser, host, validator
from tests.office.engine_host import running_office
from tests.office.host import Office
from xltools.actions.make import make_templates
from xltools.libreoffice.engine import register

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what lies in this folder; where the programs are missing (never in CI), leave it out."""
    ours = [item for item in items if item.path.is_relative_to(HERE)]
    for item in ours:
        item.add_marker(pytest.mark.office)
    lacks = host.missing() + validator.missing() + browser.missing()
    if lacks and not os.environ.get("CI"):
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if item not in ours]


@pytest.fixture(scope="session", autouse=True)
def programs() -> None:
    """Fail, rather than pass over, every test here when a program is missing."""
    lacks = host.missing() + validator.missing() + browser.missing()
    if lacks:
        pytest.fail("missing: " + "; ".join(lacks), pytrace=False)


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One LibreOffice for the whole run."""
    with Office(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """xlwings on a LibreOffice of the module's own, whose windows nobody sees."""
    with running_office(tmp_path_factory.mktemp("engine"), {}) as context:
        engine = register(context)
        engine.impl.app.visible = False
        yield engine


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Logs go to a folder of the test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    return tmp_path / "own"


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bureau's folder with the blank summary and an empty inbox. To be copied."""
    folder = tmp_path_factory.mktemp("blank") / "市局"
    (folder / "收件箱").mkdir(parents=True)
    make_templates(folder, POLICY)
    return folder


@pytest.fixture
def book(engine: Any, folder: Path) -> Iterator[xw.Book]:
    """The summary in the bureau's folder that the module's own fixture `folder` gives, open."""
    opened = xw.Book(str(folder / "市级汇总.xlsm"))
    yield opened
    opened.close()
