"""The rules of single cells as a pandera schema: the declared contract; the one module that knows pandera.

A small table takes pandera many times as long as the rules themselves, and its import as long as reading a county. So a run
judges by `declared.failures`; a test holds what that finds against what pandera finds, on every form and corpus.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from xltools.model.code import Code
from xltools.model.form import Form
from xltools.model.table import Table
from xltools.rules.declared import CellRule, Failure, RecordRule, Rule


def declared_failures(table: Table, rules: Iterable[Rule]) -> list[Failure]:
    """What pandera says of a parsed table under these rules."""
    try:
        schema(table.form, rules).validate(table.frame, lazy=True)
    except SchemaErrors as errors:
        return [failure for error in errors.schema_errors for failure in _located(error)]
    return []


def schema(form: Form, rules: Iterable[Rule]) -> pa.DataFrameSchema:
    """The rules as a pandera schema; check names are "CODE:field", so that a failure knows its place.

    Column types are not asked again: parse has just made them, and asking takes a third of the time.
    """
    columns: dict[str, list[pa.Check]] = {}
    rowwise: list[pa.Check] = []
    for rule in rules:
        name = f"{rule.code.name}:{rule.field}"
        if isinstance(rule, CellRule):
            check = pa.Check(rule.holds, name=name, element_wise=True, ignore_na=rule.passes_over_missing)
            columns.setdefault(rule.field, []).append(check)
        else:
            rowwise.append(pa.Check(partial(_holds_in, rule), name=name, ignore_na=False))
    return pa.DataFrameSchema({name: pa.Column(checks=checks, nullable=True) for name, checks in columns.items()}, checks=rowwise, name=form.name)


def _holds_in(rule: RecordRule, frame: pd.DataFrame) -> pd.Series:
    """In which rows of a frame a rule between two fields holds."""
    pairs = zip(frame[rule.field], frame[rule.other], strict=True)
    return pd.Series([rule.holds(value, other) for value, other in pairs], index=frame.index, dtype=bool)


def _located(error: pa.errors.SchemaError) -> Iterator[Failure]:
    """The cells one failed check points at. Raises the error itself when it is not about a check of ours: a bug in parse."""
    if not isinstance(error.check, pa.Check) or not isinstance(error.check_output, pd.Series):
        raise error
    code, field = str(error.check.name).split(":")
    failed = error.check_output[~error.check_output.astype("boolean").fillna(True)]
    return ((int(row), field, Code[code]) for row in failed.index)
