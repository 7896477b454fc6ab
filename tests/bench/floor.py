"""The least that a merge can cost, with the fastest reader and writer there are, both in Rust: `python -m tests.bench.floor WAY FOLDER OUTPUT`.

It reads every file and writes the cells of the two largest sheets of the summary, as text: no check, no style, no link, no other sheet.
Into a summary that is there, it reads that summary and writes the cells: what people wrote there may have changed, and rows move.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.bench.peers import HEADER, calamine_raw

FLOOR, FLOOR_AGAIN = "floor", "floor, 1 file changed"
SHEETS = "企业总表", "企业台账"


def keep_cells(summary: Path) -> None:
    """The cells of the sheets beside the summary, ready to be written by a process that does nothing else."""
    import polars  # in the function, as in peers

    for name in SHEETS:
        frame = polars.read_excel(summary, sheet_name=name, read_options={"header_row": HEADER}, infer_schema_length=0)
        frame.write_ipc(summary.with_name(f"{name}.arrow"))


def main(way: str, folder: Path, output: Path) -> None:
    """What `keep_cells` kept lies in a folder of its own beside that of the files, the summary with it."""
    import polars
    import xlsxturbo

    kept = folder.parent / FLOOR
    calamine_raw(folder if way == FLOOR else kept, output)
    for name in SHEETS:
        xlsxturbo.df_to_xlsx(polars.read_ipc(kept / f"{name}.arrow"), str(output.with_name(f"{output.stem}-{name}.xlsx")), sheet_name=name)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
