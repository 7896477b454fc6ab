"""Every slip of the pen in every field of every county form: each is found, nothing else is, and what is certain is read right."""

import pandas as pd
import pytest

from tests.slip_books import POLICY, Read, SlipBook, Where, as_text, big, covers, found
from tests.text_book import check_books
from xltools.actions.check import check_files
from xltools.model.outcome import Outcome

FEWEST_FAULTY = 5_000


@pytest.fixture(scope="module")
def full() -> SlipBook:
    return big()


@pytest.fixture(scope="module")
def outcome(full: SlipBook, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return check_files([full.write(tmp_path_factory.mktemp("slips"))], POLICY)


def wrong(book: SlipBook, outcome: Outcome) -> dict[Where, tuple[list[str], list[str]]]:
    """Cells of which something else is reported than the key says: (key, reported)."""
    wanted, said = {where: sorted(code.number for code in codes) for where, codes in book.key.items()}, found(outcome)
    return {where: (wanted.get(where, []), said.get(where, [])) for where in {*wanted, *said} if wanted.get(where) != said.get(where)}


def misread(book: SlipBook, outcome: Outcome) -> dict[tuple[str, int, str], tuple[Read, object]]:
    """Cells that were read as something else than the key says: (key, reading)."""
    frames = {name: table.frame for name, table in outcome.submissions[0].tables.items()}
    readings = {(form, row, name): typed(frames[form].at[row or frames[form].index[0], name]) for form, row, name in book.values}
    return {at: (book.values[at], value) for at, value in readings.items() if value != book.values[at]}


def typed(value: object) -> object:
    """A value of a table as the key writes it."""
    if isinstance(value, pd.Timestamp):
        return value.date()
    return None if pd.isna(value) else value


def test_every_slip_is_found_at_its_cell_and_nothing_else_is(full: SlipBook, outcome: Outcome) -> None:
    assert len(full.key) >= FEWEST_FAULTY
    assert wrong(full, outcome) == {}


def test_every_slip_is_read_as_the_key_says_or_not_at_all(full: SlipBook, outcome: Outcome) -> None:
    assert misread(full, outcome) == {}


def test_every_field_of_every_county_form_has_slips(full: SlipBook) -> None:
    filled = {(form, name) for form, _, name in full.values}
    assert filled == {(form, name) for form, records in full.sheets.items() if form != "cover" for name in records[0]}


def test_slips_on_the_cover_are_found_line_by_line() -> None:
    books = list(covers())
    assert len(books) > 30
    for book in books:
        outcome = check_books([as_text(book)], POLICY)
        assert (wrong(book, outcome), misread(book, outcome)) == ({}, {}), book.name
