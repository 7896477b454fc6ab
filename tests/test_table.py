"""Records that know their cell: which of them are taken, and what stands in a row."""

import pytest

from tests.submissions import CITY
from xltools.model.table import Table

TABLE = Table(CITY["ledger"], "市级汇总.xlsx", "企业台账", [5, 6, 9], {"name": ["甲", None, "乙"], "batch": ["7月", "8月", None]}, {"name": "C"})


def test_every_record_comes_with_its_row() -> None:
    assert TABLE.numbered() == [(5, {"name": "甲", "batch": "7月"}), (6, {"name": None, "batch": "8月"}), (9, {"name": "乙", "batch": None})]


def test_the_records_taken_keep_their_rows_and_leave_the_table_as_it_was() -> None:
    some = TABLE.only([True, False, True])
    assert (some.rows, some.cells, some.value(9, "name")) == ([5, 9], {"name": ["甲", "乙"], "batch": ["7月", None]}, "乙")
    assert TABLE.rows == [5, 6, 9]
    assert TABLE.without_records().cells == {"name": [], "batch": []}


@pytest.mark.parametrize("wanted", [[], [True, True], [True] * 4])
def test_an_answer_too_few_or_too_many_is_no_choice_of_records(wanted: list[bool]) -> None:
    with pytest.raises(ValueError, match="zip"):
        TABLE.only(wanted)


def test_what_stands_in_other_rows_is_looked_up_by_row_not_by_position() -> None:
    assert TABLE.values([9, 7, 5], "name") == ["乙", None, "甲"]
    assert TABLE.values([5, 6, 9], "batch") == ["7月", "8月", None]
    assert TABLE.values([6, 7], "remark") == [None, None]
