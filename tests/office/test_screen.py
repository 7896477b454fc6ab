"""The screening ledger under Microsoft's validator, and read back after LibreOffice has saved it."""

from pathlib import Path

import pytest

from tests.county_files import POLICY
from tests.office.host import Office
from tests.office.validator import VERSIONS, validate
from tests.test_screen import approval, emission, lists, permit
from xltools.actions.screen import screen


@pytest.mark.parametrize("version", VERSIONS)
def test_the_validator_has_nothing_to_say(tmp_path: Path, version: str) -> None:
    given = lists(tmp_path, [emission(0)], [permit(1)], [approval(2, county=None)])
    assert validate(screen(given, tmp_path / "底册.xlsx", POLICY).path, version) == []


@pytest.mark.parametrize("ending", ["xlsx", "ods", "xls"])
def test_lists_and_decisions_saved_by_libreoffice_are_read_alike(office: Office, tmp_path: Path, ending: str) -> None:
    short = str(approval(0)[0]).removeprefix("三门峡")
    given = lists(tmp_path, [emission(0), emission(1)], [permit(1)], [approval(0, name=short, code=None)])
    first = screen(given, tmp_path / "一.xlsx", POLICY)
    assert first.pairs == 1
    with office.open(first.path) as document:
        document.type("待核对", "C5", "是同一家")
        saved = document.save_as(tmp_path / f"存.{ending}")
    (tmp_path / "另存").mkdir()
    with office.open(given.approval[0]) as document:
        again = document.save_as(tmp_path / "另存" / f"审批信息.{ending}")
    second = screen(type(given)(given.emission, given.permit, (again,)), tmp_path / "二.xlsx", POLICY, saved)
    assert (second.pairs, second.enterprises) == (0, first.enterprises - 1)
