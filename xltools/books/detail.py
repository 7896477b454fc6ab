"""The rows that no sheet can hold, in a file beside the workbook: Parquet where the library for it is there, else CSV in gzip.

Excel’s own limit is what counts: up to it a person can open the sheet.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import replace

from xltools.books.package import replace_file
from xltools.books.replace import beside
from xltools.model.address import LAST_ROW
from xltools.model.detail import Detail
from xltools.model.form import HEADER_ROW
from xltools.model.table import Table

if TYPE_CHECKING:
    import pandas as pd

SHEET_ROWS = LAST_ROW - HEADER_ROW  # records under our header
PARQUET, CSV = ".parquet", ".csv.gz"
ROW = "行号"  # where the record would stand: other sheets name rows by it


def too_long(tables: Mapping[str, Table]) -> list[str]:
    """The forms with more records than a sheet holds."""
    return [name for name, table in tables.items() if len(table.rows) > SHEET_ROWS]


def write_details(target: Path, tables: Mapping[str, Table]) -> dict[str, Detail]:
    """Every table that no sheet can hold, written whole beside `target` into a file that was not there; by form, what its sheet is to say.

    One column a field, called as on the sheet, and first the row: numbers and dates where all of a column are, else text as a cell shows it.
    """
    found = {}
    for name in too_long(tables):
        table = tables[name]
        frame = columns(table)
        ending, content = _parquet(frame) or (CSV, _csv(frame))
        path = target.with_name(f"{target.stem}-{table.form.sheet}{ending}")
        path = beside(path) if path.exists() else path
        replace_file(path, content)
        found[name] = Detail(len(frame), path.name)
    return found


def without_rows(table: Table, detail: Detail) -> Table:
    """The table as its sheet shows it: no records, and where they are."""
    return replace(table.without_records(), form=replace(table.form, note=str(detail)))


def columns(table: Table) -> pd.DataFrame:
    """The records with one type a column."""
    import pandas as pd

    found: dict[str, pd.Series[Any]] = {ROW: pd.Series(table.rows, dtype="int64")}
    for one in table.form:
        dtype, values = _typed(table.column(one.name))
        found[one.label] = pd.Series(values, dtype=object).astype(dtype)
    return pd.DataFrame(found)


def _typed(values: Sequence[Any]) -> tuple[Literal["float64", "datetime64[us]", "object"], Sequence[Any]]:
    """What pandas calls the one type that fits all these values, and they as that."""
    kinds = {type(value) for value in values} - {type(None)}
    if kinds and all(issubclass(kind, int | float) and kind is not bool for kind in kinds):
        return "float64", values
    if kinds and all(issubclass(kind, date) for kind in kinds):
        return "datetime64[us]", values
    return "object", [None if value is None else _text(value) for value in values]


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.15G}"
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


def _parquet(frame: pd.DataFrame) -> tuple[str, bytes] | None:
    """The frame as Parquet; None where the optional library is missing."""
    try:
        from fastparquet.writer import write
    except ImportError:
        return None
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"rows{PARQUET}"
        write(str(path), frame, compression="ZSTD", object_encoding="utf8", write_index=False, stats=False)
        return PARQUET, path.read_bytes()


def _csv(frame: pd.DataFrame) -> bytes:
    """As CSV with the mark by which Excel knows UTF-8; the same rows give the same bytes."""
    packed = BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        frame.to_csv(file, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    return packed.getvalue()
