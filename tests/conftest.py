"""What every test has in common: properties are tried on the same cases every run, and what a run reported is remembered."""


import pytest
from hypothesis import settings

from xltools.model.finding import Code, Finding, Place

settings.register_profile("xltools", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("xltools")

LAST = "test_every_code_is_produced_by_some_test"


@pytest.fixture(scope="session")
def produced() -> set[Code]:
    """The codes that findings of this run carried so far."""
    return _PRODUCED


_PRODUCED: set[Code] = set()
_AT = Code.at


def _remembering(code: Code, place: Place, /, **values: object) -> Finding:
    _PRODUCED.add(code)
    return _AT(code, place, **values)


def pytest_configure(config: pytest.Config) -> None:
    """Remember every code from now on."""
    Code.at = _remembering  # type: ignore[method-assign]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The test that looks back on the whole run comes last, and only when it is the whole run."""
    last = [item for item in items if item.name == LAST]
    others = [item for item in items if item.name != LAST]
    whole = not config.option.keyword and not config.option.file_or_dir
    items[:] = others + (last if whole else [])
    if last and not whole:
        config.hook.pytest_deselected(items=last)
