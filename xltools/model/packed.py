"""What checking one workbook came to, as bytes and back: JSON that is read as data alone, whoever wrote it.

A value comes back as the same value of the same type, or the whole is refused; see `UnpackableError`.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from msgspec.structs import asdict, replace

from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import Template
from xltools.model.outcome import Submission
from xltools.model.percent import Percent
from xltools.model.returned import Explanation
from xltools.model.table import Cells, Table

CHECK = 32  # bytes of the checksum in front
FAST = 1  # zlib's level: an entry is written once in a run that has other work to do
TEXTS = ("file", "county", "batch", "year", "template", "version", "policy", "sha256", "answers_to", "accepted")
NATIVE = frozenset({str, int, float, bool, type(None)})
TEXT = frozenset({str, type(None)})
DATES: Mapping[str, type[date] | type[time]] = {"date": date, "datetime": datetime, "time": time}
DAY = frozenset({date, type(None)})
PLAIN, DAYS, ODD_ONES = "plain", "days", "odd"  # how the values of a column are written
ODD = "surrogatepass"  # half characters, as some old files have them, come back as they are
OFTEN = 2  # times that a text stands in a column on the average, from where each is kept once


class UnpackableError(ValueError):
    """A value that JSON would not give back as it was, or bytes that are not what `packed` made."""


def packed(one: Submission, template: Template) -> bytes:
    """A submission read with `template`, its path aside. Raises UnpackableError."""
    record = {
        **{name: getattr(one, name) for name in TEXTS},
        "report_date": _value(one.report_date),
        "saved": _value(one.saved),
        "findings": [_finding(found) for found in one.findings],
        "answers": [asdict(answer) for answer in one.answers],
        "tables": {name: _table(table, template, None) for name, table in one.tables.items()},
        "raw": {name: _table(table, template, one.tables.get(name)) for name, table in one.raw.items()},
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
        answers=tuple(Explanation(**answer) for answer in record["answers"]),
        tables=typed,
        raw={name: _table_again(table, template, typed.get(name)) for name, table in record["raw"].items()},
    )


def _table(table: Table, template: Template, like: Table | None) -> dict[str, Any]:
    """A table of a form of this template. like: its columns are not repeated where they hold the same values in the same rows."""
    if table.form not in template.forms:
        raise UnpackableError(f"the table {table.form.name} is of a kind of its own")
    known = like.cells if like is not None and like.rows == table.rows else {}
    cells = {name: _column(values, known.get(name)) for name, values in table.cells.items()}
    return {"form": table.form.name, "file": table.file, "sheet": table.sheet, "columns": dict(table.columns), "rows": table.rows, "cells": cells}


def _table_again(record: Mapping[str, Any], template: Template, like: Table | None) -> Table:
    known: Cells = {} if like is None else like.cells
    cells = {name: _values_again(column, known.get(name)) for name, column in record["cells"].items()}
    return Table(template[record["form"]], record["file"], record["sheet"], record["rows"], cells, record["columns"])


def _column(values: Sequence[Any], like: Sequence[Any] | None) -> list[Any]:
    """How the values are written, and the values, or where texts repeat each once and which of them stands where; nothing where they are those known already."""
    if like is not None and _same(values, like):
        return []
    types = {*map(type, values)}
    if types <= TEXT:
        return [PLAIN, *_each_once(values)]
    if types <= NATIVE:
        return [PLAIN, list(values)]
    if types <= DAY:
        return [DAYS, [value and value.toordinal() for value in values]]
    return [ODD_ONES, list(map(_value, values))]


def _each_once(texts: Sequence[Any]) -> list[list[Any]]:
    """The texts of a column; where they repeat each once, and its place for every cell."""
    places = {text: at for at, text in enumerate(dict.fromkeys(texts))}
    return [list(texts)] if len(places) * OFTEN > len(texts) else [list(places), list(map(places.__getitem__, texts))]


def _same(values: Sequence[object], others: Sequence[object]) -> bool:
    return values == others and list(map(type, values)) == list(map(type, others))


def _values_again(column: Sequence[Any], like: Sequence[Any] | None) -> Sequence[Any]:
    if not column and like is not None:
        return like
    kind, *rest = column
    values: list[Any] = rest[0] if len(rest) == 1 else list(map(rest[0].__getitem__, rest[1]))
    return [*map(_AGAIN[kind], values)] if kind != PLAIN else values


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


_AGAIN: Mapping[str, Callable[[Any], Any]] = {DAYS: lambda day: day and date.fromordinal(day), ODD_ONES: _value_again}
