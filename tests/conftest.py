"""What every test has in common: properties are tried on the same cases every run, and what a run reported is remembered."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from tests.office import host, validator
from xltools.model.code import Code
from xltools.model.finding import Finding, Place

settings.register_profile("xltools", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("xltools")

_PRODUCED: set[Code] = set()
_NEVER = pytest.StashKey[list[str]]()
_AT = Code.at


def _remembering(code: Code, place: Place, /, **values: object) -> Finding:
    _PRODUCED.add(code)
    return _AT(code, place, **values)


def pytest_configure(config: pytest.Config) -> None:
    """Remember every code from now on."""
    Code.at = _remembering  # type: ignore[method-assign]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take over what a worker process reported; a worker that died has nothing to say."""
    _PRODUCED.update(Code[name] for name in getattr(node, "workeroutput", {}).get("codes", ()))


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """A whole run in which some code was never produced by any test has failed."""
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["codes"] = sorted(code.name for code in _PRODUCED)
        yield
        return
    yield       # the workers come to their end in here
    selected = config.option.keyword or config.option.markexpr or config.option.file_or_dir or config.option.collectonly
    never = sorted(code.name for code in set(Code) - _PRODUCED)
    if never and not selected and session.exitstatus == pytest.ExitCode.OK:
        config.stash[_NEVER] = never
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name the codes that no test produced; and say when a machine lacks what tests/office needs, and what to install."""
    if _NEVER in config.stash:
        terminalreporter.section("CODES THAT NO TEST PRODUCED", red=True)
        terminalreporter.line(", ".join(config.stash[_NEVER]))
    lacks = [] if os.environ.get("CI") or config.option.file_or_dir else host.missing() + validator.missing()
    if lacks:
        terminalreporter.section("NOT RUN", yellow=True)
        terminalreporter.line("tests/office needs programs this machine does not have:")
        for lack in lacks:
            terminalreporter.line(f"  - {lack}")
