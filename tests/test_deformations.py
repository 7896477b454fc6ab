"""Everything people do to a form, on every sheet and at every field: what it leads to is said, nothing else is, and no record is lost."""

from collections.abc import Callable, Iterator

import pytest

from tests.county_books import POLICY
from tests.deformations import RECORDS, Deformed, mixed, rotated, shifted, wholes
from tests.slip_books import ROWS
from tests.text_book import check_books
from xltools.model.code import Code


@pytest.mark.parametrize("books", [wholes, mixed, shifted, lambda: rotated(4)])
def test_what_was_done_to_a_form_is_said_and_nothing_else(books: Callable[[], Iterator[Deformed]]) -> None:
    for book in books():
        outcome = check_books([book.text()], POLICY)
        said = {(one.code, one.place.sheet, one.place.cell) for one in outcome.findings}
        assert said ^ book.key == set(), book.name
        assert len(outcome.findings) == len(said), book.name
        gone = sum(code is Code.HEADER_MISSING for code, _, _ in book.key)
        assert outcome.counts["rows"] == RECORDS * (len(ROWS) - gone), book.name
