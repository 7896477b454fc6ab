"""The records of a table as the columns they lie in: a record of its own is made only for who asks for one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xltools.books.base import LONGEST_TEXT
from xltools.model.table import Table


@dataclass(frozen=True)
class Columns:
    """Records of plain values, None for what is empty. columns: field → its values, each `length` long."""

    columns: Mapping[str, Sequence[Any]]
    length: int

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The records, one after the other, as cells can hold them."""
        return (_writable(dict(zip(self.columns, row, strict=True))) for row in zip(*self.columns.values(), strict=True))

    def __getitem__(self, at: int) -> dict[str, Any]:
        """One record, as cells can hold it."""
        return _writable({name: column[at] for name, column in self.columns.items()})

    def column(self, name: str, rows: slice) -> Sequence[Any]:
        """What these records have in one field."""
        column = self.columns.get(name)
        return [None] * len(range(self.length)[rows]) if column is None else column[rows]


def columns_of(table: Table) -> Columns:
    """The records of a table; nothing is copied."""
    return Columns(table.cells, len(table.rows))


def _writable(record: dict[str, Any]) -> dict[str, Any]:
    """A record as cells can hold it."""
    long = [name for name, value in record.items() if isinstance(value, str) and len(value) > LONGEST_TEXT]
    return {**record, **{name: record[name][:LONGEST_TEXT] for name in long}} if long else record
