"""What users do instead, as whole scripts: `python -m tests.bench.peers WAY FOLDER OUTPUT`. None of them checks anything."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

SHEET, HEADER = "排查清单", 3  # as in the script of somebody who has only this template


def calamine_raw(folder: Path, output: Path) -> None:
    """Every cell of every sheet read and dropped: what all others are measured by."""
    from python_calamine import CalamineWorkbook  # in the function: each way starts with what it needs and no more

    for path in sorted(folder.glob("*.xlsx")):
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()


def pandas_openpyxl(folder: Path, output: Path) -> None:
    """read_excel, concat, to_excel as the tutorials show them."""
    _concatenated(folder, output, "openpyxl", "openpyxl")


def pandas_calamine(folder: Path, output: Path) -> None:
    """The same with the fastest reader and the usual writer."""
    _concatenated(folder, output, "calamine", "xlsxwriter")


def _concatenated(folder: Path, output: Path, reader: str, writer: str) -> None:
    import pandas as pd

    frames = [pd.read_excel(path, sheet_name=SHEET, header=HEADER, engine=reader) for path in sorted(folder.glob("*.xlsx"))]
    pd.concat(frames).to_excel(output, index=False, engine=writer)


def openpyxl_loop(folder: Path, output: Path) -> None:
    """Row after row from one workbook into another, without pandas."""
    from openpyxl import Workbook, load_workbook

    merged = Workbook(write_only=True)
    sheet = merged.create_sheet(SHEET)
    for path in sorted(folder.glob("*.xlsx")):
        book = load_workbook(path, read_only=True, data_only=True)
        for row in book[SHEET].iter_rows(min_row=HEADER + 2, values_only=True):
            sheet.append(row)
        book.close()
    merged.save(output)


def all_in_rust(folder: Path, output: Path) -> None:
    """Data frames, reader and writer in Rust: no row passes through Python, and every value is text. The fastest script of all."""
    import polars
    import xlsxturbo

    options = {"header_row": HEADER}
    frames = [polars.read_excel(path, sheet_name=SHEET, read_options=options, infer_schema_length=0) for path in sorted(folder.glob("*.xlsx"))]
    xlsxturbo.df_to_xlsx(polars.concat(frames), str(output), sheet_name=SHEET)


WAYS: dict[str, Callable[[Path, Path], None]] = {
    "calamine": calamine_raw,
    "pandas+openpyxl": pandas_openpyxl,
    "pandas+calamine+XlsxWriter": pandas_calamine,
    "openpyxl loop": openpyxl_loop,
}
# It needs what the tests do not: pip install '.[bench]'.
RUST = "polars+calamine+Rust writer"
MORE = {RUST: all_in_rust} if all(map(find_spec, ("polars", "fastexcel", "xlsxturbo"))) else {}

if __name__ == "__main__":
    (WAYS | MORE)[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
