"""Seals in a real LibreOffice: conversions and handling leave them whole, a changed score breaks them after any conversion.

How many trials: SEAL_TRIALS, a few by default; `make seal-trials` runs a thousand of each.
"""

import os
from pathlib import Path
from random import Random

import pytest

from tests.checklist_books import CHECKED, POLICY, applicant, random_visit, write
from tests.checklists import table_of
from tests.office.host import Document, Office
from tests.seal_trials import changed_cells, random_changes, told
from xltools.actions.sign import Signing, sign_files
from xltools.model.checklist import Visit

TRIALS = int(os.environ.get("SEAL_TRIALS", "24"))
TABLES = ("cement-clinker", "casting-gas-electric", "cement-grinding", "brick-kiln", "refractory", "machining")
WIDEST, TALLEST = 9000, 3000       # hundredths of a millimetre


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Sealed checklists with answers as they come: good ones, blanks, mistakes."""
    folder = tmp_path_factory.mktemp("checklists")
    (folder / "表").mkdir()
    rng = Random(69)
    for number, id in enumerate(TABLES):
        tables = [table_of(id), table_of(TABLES[number - 1])][: 1 + number % 2]
        visits = [random_visit(table, rng) for table in tables]
        signed = [Visit(one.answers, checked=one.checked, checkers=({"name": "张三", "signature": "张三", "date": one.checked},)) for one in visits]
        write(folder / "表" / f"{number}.xlsx", applicant(*tables), signed)
    return list(sign_files([folder / "表"], Signing(POLICY, folder / "封", CHECKED)).paths)


def handle(document: Document, rng: Random) -> None:
    """What people do to a workbook without changing what it says: widths, heights, hidden columns, sheets in another order."""
    sheets = document.model.Sheets
    for name in document.sheets:
        sheet = sheets.getByName(name)
        for column in rng.sample(range(12), 3):
            sheet.Columns.getByIndex(column).Width = rng.randrange(500, WIDEST)
        for row in rng.sample(range(20), 3):
            sheet.Rows.getByIndex(row).Height = rng.randrange(300, TALLEST)
        sheet.Columns.getByIndex(rng.randrange(3, 8)).IsVisible = rng.random() < 0.5
    if rng.random() < 0.5:
        sheets.moveByName(rng.choice(document.sheets), rng.randrange(len(document.sheets)))
    if rng.random() < 0.5:
        document.recalculate()


def test_harmless_saves_leave_every_seal_whole(office: Office, sealed: list[Path], tmp_path: Path) -> None:
    rng = Random(1000)
    broken = []
    latest = {path: path for path in sealed}
    for number in range(TRIALS):
        source = rng.choice(sealed)
        target = tmp_path / f"{number}.{rng.choice(('xlsx', 'ods'))}"
        with office.open(latest[source]) as document:
            handle(document, rng)
            document.save_as(target)
        broken += [(target.name, one.message) for one in told(target)]
        latest[source] = target if rng.random() < 0.8 else source        # mostly on and on from program to program
    assert broken == []


def test_a_seal_outlives_the_old_format_though_it_keeps_0_for_texts_that_were_not_calculated(office: Office, sealed: list[Path], tmp_path: Path) -> None:
    with office.open(sealed[0]) as document:
        assert told(document.save_as(tmp_path / "原样.xls")) == []
        name = document.sheets[1]
        document.model.Sheets.getByName(name).unprotect("")
        document.write(name, "H7", [[12.5]])
        changed = document.save_as(tmp_path / "改过.xls")
    assert (name, "H7") in changed_cells(told(changed))


def test_a_score_changed_in_libreoffice_is_named_in_either_format(office: Office, sealed: list[Path], tmp_path: Path) -> None:
    for kind in ("xlsx", "ods"):
        with office.open(sealed[0]) as document:
            name = document.sheets[1]
            document.model.Sheets.getByName(name).unprotect("")
            document.write(name, "H7", [[12.5]])
            path = document.save_as(tmp_path / f"changed.{kind}")
        assert (name, "H7") in changed_cells(told(path))


def test_every_random_change_is_detected_and_named(sealed: list[Path], tmp_path: Path) -> None:
    trials = random_changes(sealed, tmp_path, TRIALS, 820)
    assert [(sheet, cell, what) for sheet, cell, what, found in trials if (sheet, cell) not in changed_cells(found)] == []
