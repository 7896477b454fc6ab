"""The emergency list in a real LibreOffice: its own formulas give every number we stored, and follow what people fill in."""

from pathlib import Path

import pytest

from tests.county_files import POLICY
from tests.emergency_recount import differences
from tests.office.host import Office
from tests.office.validator import VERSIONS, validate
from tests.test_emergency import COMMITTED, FORMS, city, decided, made, reduction
from xltools.actions.emergency import emergency
from xltools.books.file import open_book
from xltools.books.refs import column_of
from xltools.model.form import FIRST_ROW

LIST, SUMS, SETTINGS = (FORMS[name] for name in ("emergency", "emergency_sums", "emergency_settings"))


@pytest.fixture(scope="module")
def made_of_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The list of the worked example."""
    return emergency(COMMITTED, tmp_path_factory.mktemp("list") / "清单.xlsx", POLICY).path


@pytest.mark.parametrize("version", VERSIONS)
def test_the_validator_has_nothing_to_say(made_of_example: Path, version: str) -> None:
    assert validate(made_of_example, version) == []


def test_recalculation_gives_every_stored_number_to_the_last_digit(office: Office, made_of_example: Path) -> None:
    stored = {form.sheet: open_book(made_of_example).values(form.sheet) for form in (LIST, SUMS)}
    compared = 0
    with office.open(made_of_example) as document:
        document.recalculate()
        assert document.errors() == []
        for sheet, rows in stored.items():
            for row, found in zip(rows, document.values(sheet), strict=False):
                for before, after in zip(row, found, strict=False):
                    if isinstance(before, float):
                        assert f"{after:.15g}" == f"{before:.15g}", (sheet, row)
                        compared += 1
    assert compared > 3000


def test_bases_lines_and_settings_typed_later_move_every_number_that_rests_on_them(office: Office, tmp_path: Path) -> None:
    rows = [reduction(0, measure_yellow="停产50%的生产线", cut_yellow=None), reduction(1, measure_yellow="停产2条生产线", cut_yellow=None)]
    done = made(city([decided(0), decided(1)], rows), tmp_path)
    typed = {"lines": ("3", "3"), "base_eia": ("960", "1"), "base_permit": ("800", "2"), "base_actual": ("900.5", "3")}
    with office.open(done.path) as document:
        for name, values in typed.items():
            for row, value in enumerate(values, FIRST_ROW):
                document.type(LIST.sheet, f"{column_of(LIST, name)}{row}", value)
        document.type(SETTINGS.sheet, f"{column_of(SETTINGS, 'half_lines')}{FIRST_ROW}", "向上取整")
        document.recalculate()
        assert document.errors() == []
        found = dict(zip((one.name for one in LIST), document.values(LIST.sheet)[FIRST_ROW - 1], strict=False))
        assert [found[name] for name in ("base", "worked_yellow", "cut_yellow", "allowed_yellow", "yellow_so2")] == [800, 66.6667, 66.6667, 266.6664, 13.666674]
        document.save_as(tmp_path / "存.xlsx")
    *wrong, _ = differences(tmp_path / "存.xlsx")
    assert wrong == []
