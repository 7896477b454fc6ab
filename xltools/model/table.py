"""Records that never lose the cell they came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from xltools.model.finding import Place
from xltools.model.form import Form

if TYPE_CHECKING:
    import pandas as pd

Record = dict[str, Any]  # field → value, of one row
Cells = Mapping[str, Sequence[Any]]  # field → what every record has in it, None where there is nothing


def cells_of(form: Form, records: Sequence[Mapping[str, object]]) -> Cells:
    """Records as the columns of a form; fields that a record does not name are empty."""
    return {one.name: [record.get(one.name) for record in records] for one in form}


class Table(Struct, frozen=True, dict=True):
    """The records of one form in one workbook, column by column.

    rows:    the sheet row of every record (1 = first row of the sheet); a card form has one record, in row 1.
    cells:   field → what every record has in it, None where there is nothing. As read: whatever the cell holds; a field the file
             does not have may be missing. Parsed: every field of the form, as text (str), number (float), whole number (int) or day (date).
    columns: field → column letter (row forms) or → whole cell address (card forms); only fields found in the file.
    """

    form: Form
    file: str
    sheet: str
    rows: Sequence[int]
    cells: Cells
    columns: Mapping[str, str]

    def place(self, row: int, field: str) -> Place:
        """The cell of one field of one record; without the column, the row's first cell stands in."""
        if self.form.layout == "card":
            return Place(self.file, self.sheet, self.columns.get(field, ""))
        return Place(self.file, self.sheet, f"{self.columns.get(field, 'A')}{row}")

    @cached_property
    def at(self) -> Mapping[int, int]:
        """Sheet row → which of the records it is, counted from 0."""
        return {row: at for at, row in enumerate(self.rows)}

    def value(self, row: int, field: str) -> Any:
        """What the record in this row has in a field. Raises KeyError for a row or a field that the table does not have."""
        return self.cells[field][self.at[row]]

    def column(self, field: str) -> Sequence[Any]:
        """What every record has in a field; None throughout where the table does not have it."""
        return self.cells[field] if field in self.cells else [None] * len(self.rows)

    def record(self, row: int) -> Record:
        """The record in this row. Raises KeyError when there is none."""
        at = self.at[row]
        return {name: column[at] for name, column in self.cells.items()}

    def values(self, rows: Sequence[int], field: str) -> Sequence[Any]:
        """What stands in these rows in a field; None where the table has no such row, or not the field."""
        column = self.column(field)
        return column if rows == self.rows else [column[self.at[row]] if row in self.at else None for row in rows]

    def records(self) -> list[Record]:
        """Every record, in the order of the rows."""
        if not self.cells:
            return [{} for _ in self.rows]
        names = list(self.cells)
        return [dict(zip(names, values, strict=True)) for values in zip(*self.cells.values(), strict=True)]

    def numbered(self) -> list[tuple[int, Record]]:
        """Every record with its row."""
        return [*zip(self.rows, self.records(), strict=True)]

    def card(self) -> Record:
        """The single record of a card form, {} when there is none."""
        return {name: column[0] for name, column in self.cells.items()} if self.rows else {}

    def only(self, wanted: Iterable[object]) -> Table:
        """The records for which this is true. Raises ValueError when there is not one value for each."""
        kept = [at for at, (_, one) in enumerate(zip(self.rows, wanted, strict=True)) if one]
        return self if len(kept) == len(self.rows) else self._of(kept)

    def without_records(self) -> Table:
        """The same table, empty."""
        return self._of(())

    def _of(self, kept: Sequence[int]) -> Table:
        cells = {name: [column[at] for at in kept] for name, column in self.cells.items()}
        return replace(self, rows=[self.rows[at] for at in kept], cells=cells)

    def with_cells(self, cells: Cells) -> Table:
        """The same records with these columns put in the place of theirs, or added."""
        return replace(self, cells={**self.cells, **cells})

    @property
    def frame(self) -> pd.DataFrame:
        """The records as pandas has them, untyped, the rows as the index: for an analyst, and for the schema that tests hold the rules against; no run needs it."""
        import pandas as pd  # here, because it is half of the time that a click takes to start

        return pd.DataFrame(dict(self.cells), index=list(self.rows), columns=list(self.cells), dtype=object)
