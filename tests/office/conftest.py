"""Fixtures for tests on real programs. In CI they must be there; elsewhere a run without them says so (tests/conftest.py)."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.county_files import POLICY
from tests.office import browser, host, validator
from tests.office.engine_host import running_office
from tests.office.host import Office
from xltools.actions.make import make_templates
from xltools.libreoffice.engine import register

HERE = Path(__file__).parent
DIED = "LibreOffice died"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what lies in this folder; where the programs are missing (never in CI), leave it out."""
    ours = [item for item in items if item.path.is_relative_to(HERE)]
    for item in ours:
        item.add_marker(pytest.mark.office)
    lacks = host.missing() + validator.missing() + browser.missing()
    if lacks and not os.environ.get("CI"):
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if item not in ours]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Function, nextitem: pytest.Item | None) -> bool | None:
    """Run a test once more, everything started anew, when LibreOffice ended under it without being asked.

    LibreOffice 7.4 leaves events behind when one of several workbooks closes, and may die of one much later. A test that fails
    while its LibreOffice lives is never run again, and one whose LibreOffice dies twice has failed.
    """
    if not item.path.is_relative_to(HERE):
        return None
    if host.died():
        _start_anew(item)
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed for report in reports) and (logs := host.died()):
        _start_anew(item)
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        reports[0].user_properties += [(DIED, log.read_text(errors="replace")[:3000]) for log in logs]
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _start_anew(item: pytest.Function) -> None:
    """Forget every fixture, so that the test finds new ones."""
    with suppress(BaseException):           # what is left of fixtures whose LibreOffice is gone
        item.session._setupstate.teardown_exact(None)
    item._initrequest()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every test that ran again, with LibreOffice's last words."""
    for report in (report for reports in terminalreporter.stats.values() for report in reports if isinstance(report, pytest.TestReport)):
        for name, said in report.user_properties:
            if name == DIED:
                terminalreporter.write_line(f"LibreOffice died, {report.nodeid} ran again.\n{said}")


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
