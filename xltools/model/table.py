"""Records that never lose the cell they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from xltools.model.finding import Place
from xltools.model.form import Form

Record = dict[str, object]  # field → value, of one row
TEXT = pd.StringDtype("python")  # the same values, at the same speed, whether pyarrow lies beside pandas or not


@dataclass(frozen=True)
class Table:
    """The records of one form in one workbook.

    frame:   index = sheet row number (1 = first row of the sheet), columns = field names of the form.
             As read: object dtype, None for an empty cell. After parsing: the field's own dtype.
    columns: field name → column letter (row forms) or → whole cell address (card forms); only fields found in the file.
    """

    form: Form
    file: str
    sheet: str
    frame: pd.DataFrame
    columns: Mapping[str, str]

    def place(self, row: int, field: str) -> Place:
        """The cell of one field of one record; without the column, the row's first cell stands in."""
        if self.form.layout == "card":
            return Place(self.file, self.sheet, self.columns.get(field, ""))
        return Place(self.file, self.sheet, f"{self.columns.get(field, 'A')}{row}")

    def with_frame(self, frame: pd.DataFrame) -> Table:
        """The same table with other values."""
        return replace(self, frame=frame)

    def records(self) -> list[tuple[int, dict[str, Any]]]:
        """Every record with its row in the sheet, values as the frame has them."""
        return [*zip(self.frame.index.tolist(), records_of(self.frame), strict=True)]

    def card(self) -> dict[str, object]:
        """The single record of a card form; missing values are None."""
        record = self.frame.iloc[0] if len(self.frame) else pd.Series(dtype=object)
        return {str(name): None if pd.isna(value) else value for name, value in record.items()}


def typed(values: Sequence[object], kind: str) -> ExtensionArray:
    """The values as a column of this type ("string", "Float64", "Int64", "datetime64[ns]" …); None is missing."""
    return pd.array(values, dtype=TEXT if kind == "string" else kind)  # type: ignore[arg-type]  # typed for types known beforehand


def untyped(columns: Mapping[str, Sequence[object]], index: pd.Index) -> pd.DataFrame:
    """The columns of a table as read, none of a type of its own; at once, because pandas takes its time for each."""
    cells = np.empty((len(columns), len(index)), dtype=object)
    for at, values in enumerate(columns.values()):
        cells[at] = values
    return pd.DataFrame(cells.T, index=index, columns=_names(tuple(columns)), dtype=object, copy=False)


@lru_cache(maxsize=64)
def _names(names: tuple[str, ...]) -> pd.Index:
    return pd.Index(names)


def columns_of(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """The columns of a table as read (all of them untyped) as plain lists: at once, because pandas takes its time for each."""
    return dict(zip(map(str, frame), frame.to_numpy(dtype=object).T.tolist(), strict=True))


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as records: what `to_dict` gives for values that are Python's own, in a fraction of its time."""
    names = [str(name) for name in frame]
    return [dict(zip(names, row, strict=True)) for row in zip(*(frame[name].tolist() for name in frame), strict=True)]
