"""What checking one workbook came to, as bytes and back: JSON that is read as data alone, whoever wrote it.

A value comes back as the same value of the same type, or the whole is refused; see `Unpackable`.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import Template
from xltools.model.outcome import Submission
from xltools.model.percent import Percent
from xltools.model.returned import Answer
from xltools.model.table import Table, columns_of, typed, untyped

CHECK = 32  # bytes of the checksum in front
FAST = 1  # zlib's level: an entry is written once in a run that has other work to do
TEXTS = ("file", "county", "batch", "year", "template", "version", "policy", "sha256", "answers_to", "accepted")
NATIVE = frozenset({str, int, float, bool, type(None)})
TEXT = frozenset({str, type(None)})
DATES: Mapping[str, type[date] | type[time]] = {"date": date, "datetime": datetime, "time": time}
TYPED = frozenset({"string", "Int64", "Float64", "boolean"})
INSTANT = "datetime64[ns]"
ODD = "surrogatepass"  # half characters, as some old files have them, come back as they are
OFTEN = 2  # times that a text stands in a column on the average, from where each is kept once


Columns = Mapping[str, tuple[str, list[Any]]]  # the type and the values of each
Kinds = tuple[tuple[str, str], ...]  # of every column, its name and its type


class UnpackableError(ValueError):
    """A value that JSON would not give back as it was, or bytes that are not what `packed` made."""


def packed(one: Submission, template: Template) -> bytes:
    """A submission read with `template`, its path aside. Raises UnpackableError."""
    typed = {name: _columns(table.frame) for name, table in one.tables.items()}
    rows = {name: table.frame.index.tolist() for name, table in one.tables.items()}
    record = {
        **{name: getattr(one, name) for name in TEXTS},
        "report_date": _value(one.report_date),
        "saved": _value(one.saved),
        "findings": [_finding(found) for found in one.findings],
        "answers": [asdict(answer) for answer in one.answers],
        "tables": {name: _table(table, template, typed[name], {}) for name, table in one.tables.items()},
        "raw": {name: _table(table, template, _columns(table.frame), typed.get(name, {}) if rows.get(name) == table.frame.index.tolist() else {}) for name, table in one.raw.items()},
    }
    body = zlib.compress(json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode(errors=ODD), FAST)
    return hashlib.sha256(body).digest() + body


def unpacked(data: bytes, template: Template) -> Submission:
    """The submission again. Raises UnpackableError when these are not bytes that `packed` made, whole and unchanged."""
    body = data[CHECK:]
    if hashlib.sha256(body).digest() != data[:CHECK]:
        raise UnpackableError("the checksum is another")
    try:
        return _submission(json.loads(zlib.decompress(body).decode(errors=ODD)), template)
    except (zlib.error, ValueError, KeyError, TypeError, IndexError, AttributeError) as wrong:
        raise UnpackableError(str(wrong)) from wrong


def _submission(record: Mapping[str, Any], template: Template) -> Submission:
    typed = {name: _table_again(table, template, None) for name, table in record["tables"].items()}
    return replace(
        Submission(**{name: record[name] for name in TEXTS}),
        report_date=_value_again(record["report_date"]),
        saved=_value_again(record["saved"]),
        findings=tuple(map(_finding_again, record["findings"])),
        answers=tuple(Answer(**answer) for answer in record["answers"]),
        tables=typed,
        raw={name: _table_again(table, template, typed.get(name)) for name, table in record["raw"].items()},
    )


def _table(table: Table, template: Template, columns: Columns, like: Columns) -> dict[str, Any]:
    """A table of a form of this template. like: columns that hold the same values as these are not repeated."""
    frame, name = table.frame, table.form.name
    if table.form not in template.forms or type(frame.index) is not pd.Index or frame.index.dtype != "int64":
        raise UnpackableError(f"the table {name} is of a kind of its own")
    said = {field: _column(column, like.get(field)) for field, column in columns.items()}
    return {"form": name, "file": table.file, "sheet": table.sheet, "columns": dict(table.columns), "rows": frame.index.tolist(), "name": frame.index.name, "frame": said}


def _table_again(record: Mapping[str, Any], template: Template, like: Table | None) -> Table:
    said, rows = record["frame"], record["rows"]
    kinds = tuple((field, column[0]) for field, column in said.items())
    if rows:
        values = {field: _values_again(column, None if like is None else like.frame.get(field)) for field, column in said.items()}
        frame = _frame_again(kinds, values, pd.Index(rows, dtype="int64", name=record["name"]))
    else:
        frame = _no_rows(kinds, record["name"]).copy(deep=False)
    return Table(template[record["form"]], record["file"], record["sheet"], frame, record["columns"])


def _frame_again(kinds: Kinds, values: Mapping[str, list[Any]], index: pd.Index) -> pd.DataFrame:
    """The columns, each of its type."""
    if {kind for _, kind in kinds} == {"object"}:
        return untyped(values, index)
    return pd.DataFrame({field: _array(values[field], kind) for field, kind in kinds}, index=index, copy=False)


@lru_cache(maxsize=64)
def _no_rows(kinds: Kinds, name: str | None) -> pd.DataFrame:
    """A table without a record: most of a county's are."""
    return _frame_again(kinds, {field: [] for field, _ in kinds}, pd.Index([], dtype="int64", name=name))


def _array(values: list[Any], kind: str) -> Any:
    """The values as a column of this type takes them."""
    if kind == INSTANT:
        return pd.array(values, dtype="int64").to_numpy("int64").view(INSTANT)
    if kind in TYPED:
        return typed(values, kind)
    if kind != "object":
        raise UnpackableError(f"a column of {kind}")
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _columns(frame: pd.DataFrame) -> Columns:
    """Of every column its type and its values; None for those that are missing, dates as numbers."""
    kinds = dict(zip(map(str, frame), map(str, frame.dtypes.tolist()), strict=True))
    if frame.empty:
        return {field: (kind, []) for field, kind in kinds.items()}
    if {*kinds.values()} == {"object"}:
        return {field: ("object", values) for field, values in columns_of(frame).items()}
    return {field: (kind, _native(frame[field], kind)) for field, kind in kinds.items()}


def _column(column: tuple[str, list[Any]], like: tuple[str, list[Any]] | None) -> list[Any]:
    """Its type and its values, or where these repeat each once and which of them stands where; of an untyped one neither where they are those of the typed one."""
    kind, values = column
    if kind == "string":
        return [kind, *_each_once(values)]
    if kind == INSTANT or kind in TYPED:
        return [kind, values]
    if kind != "object":
        raise UnpackableError(f"a column of {kind}")
    if like is not None and like[0] in TYPED and _same(values, like[1]):
        return [kind]
    types = {*map(type, values)}
    return [kind, *(_each_once(values) if types <= TEXT else [values if types <= NATIVE else list(map(_value, values))])]


def _each_once(texts: list[Any]) -> list[list[Any]]:
    """The texts of a column; where they repeat each once, and its place for every cell."""
    places = {text: at for at, text in enumerate(dict.fromkeys(texts))}
    return [texts] if len(places) * OFTEN > len(texts) else [list(places), list(map(places.__getitem__, texts))]


def _native(column: pd.Series, kind: str) -> list[Any]:
    """The values of a typed column, None for those that are missing; dates as numbers."""
    if kind == INSTANT:
        return column.astype("int64").tolist()
    values: list[Any] = column.array.to_numpy(dtype=object, na_value=None).tolist() if kind in TYPED else column.tolist()
    if kind == "Float64" and any(value != value for value in values):
        raise UnpackableError("a number that is none")
    return values


def _same(values: Sequence[object], others: Sequence[object]) -> bool:
    return values == others and list(map(type, values)) == list(map(type, others))


def _values_again(column: Sequence[Any], like: pd.Series | None) -> list[Any]:
    kind, *rest = column
    if not rest and like is not None:
        return _native(like, str(like.dtype))
    values: list[Any] = rest[0] if len(rest) == 1 else list(map(rest[0].__getitem__, rest[1]))
    return list(map(_value_again, values)) if kind == "object" and any(type(value) is dict for value in values) else values


def _finding(found: Finding) -> list[object]:
    values = [[name, _value(value) if type(value) in NATIVE or type(value).__name__ in DATES else str(value)] for name, value in found.values]
    return [found.code.name, found.place.file, found.place.sheet, found.place.cell, found.message, found.fix, values]


def _finding_again(record: Sequence[Any]) -> Finding:
    code, *place, message, fix, values = record
    return Finding(Code[code], Place(*place), message, fix, tuple((name, _value_again(value)) for name, value in values))


def _value(value: object) -> object:
    """A value as JSON has it; a date, time or percentage under the name of its type."""
    if type(value) in NATIVE:
        return value
    if type(value) is Percent:
        return {"Percent": float(value)}
    name = type(value).__name__
    if DATES.get(name) is not type(value):
        raise UnpackableError(f"a {type(value)}")
    return {name: value.isoformat()}


def _value_again(value: Any) -> Any:
    if type(value) is not dict:
        return value
    ((name, text),) = value.items()
    return Percent(text) if name == "Percent" else DATES[name].fromisoformat(text)
