"""The rules of single cells: what is skipped because it holds anyway would have given no finding."""

import gc
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.county_books import CODE, OTHER, POLICY, TEMPLATE, book
from xltools.actions.check import check_files
from xltools.books.read import read_tables
from xltools.model.code import Code
from xltools.rules.declared import declared, failures
from xltools.rules.parse import parse
from xltools.rules.schema import declared_failures

COUNTIES = Path(__file__).parents[1] / "workbooks" / "区县"
# What stands in cells: of all kinds, right in some columns and wrong in most.
CELLS = st.one_of(
    st.none(),
    st.sampled_from([CODE, OTHER, CODE[:-1] + "0", f"{CODE}001P", "PWX-130921-0023-16", "123", "无", "C3391", "13800000000", "张三", "某某公司", "字" * 201]),
    st.sampled_from(sorted({value for values in POLICY.lists.values() for value in values})),
    st.sampled_from(["7月", "2022-07-01", "2033-01-01", "是", "否", "1e8", "80%"]),
    st.floats(-2, 2e8, allow_nan=False),
    st.dates(date(2000, 1, 1), date(2040, 1, 1)),
)


def by_pandera(table):
    """Every rule judged by pandera, none skipped."""
    if table.frame.empty:
        return []
    return declared_failures(table, declared(table.form, POLICY, frozenset(table.columns)))


def parsed(form, rows):
    """The typed table of records; fields they do not name hold the examples of the spec."""
    tables, _ = read_tables(book(**{form: rows}), TEMPLATE)
    return parse(tables[form], POLICY, 2022)[0]


@pytest.mark.parametrize("form", [form.name for form in TEMPLATE if form.layout == "rows"])
@settings(max_examples=6)
@given(data=st.data())
def test_the_rules_that_hold_are_skipped_and_nothing_else(form, data):
    names = [field.name for field in TEMPLATE[form]]
    some = st.dictionaries(st.sampled_from(names), CELLS, min_size=1, max_size=6)
    table = parsed(form, data.draw(st.lists(some, min_size=1, max_size=5)))
    assert failures(table, POLICY) == by_pandera(table)


def test_the_example_city_gives_the_same_findings_with_and_without_skipping():
    tables = [table for one in check_files([COUNTIES], POLICY).submissions for table in one.tables.values()]
    found = [failures(table, POLICY) for table in tables]
    assert found == [by_pandera(table) for table in tables]
    assert {code for one in found for _, _, code in one} >= {Code.REQUIRED, Code.NOT_A_CHOICE, Code.OUT_OF_RANGE, Code.TOO_LONG, Code.WRONG_DEPENDENT}


def test_an_empty_cell_breaks_only_the_rule_that_it_must_be_filled():
    table = parsed("screening", [{"name": None, "credit_code": CODE}])
    assert failures(table, POLICY) == by_pandera(table) == [(5, "name", Code.REQUIRED)]


def test_a_table_that_was_judged_is_let_go_without_a_look_for_rubbish():
    failures(parsed("screening", [{"name": None}]), POLICY)
    gc.collect()
    gc.disable()
    try:
        failures(parsed("screening", [{"name": None}]), POLICY)
        assert gc.collect() == 0
    finally:
        gc.enable()
