"""What a user of LibreOffice does instead, as a script: `python -m tests.bench.office FOLDER OUTPUT`. Nothing is checked.

A LibreOffice without a window and with a profile of its own opens every workbook, and the rows of one sheet go into a new one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.peers import HEADER, SHEET
from tests.office.host import Office, properties


def collect(folder: Path, output: Path) -> None:
    """The rows of the sheet of every workbook, one below the other, under the header of the first."""
    with TemporaryDirectory() as profile, Office(Path(profile)) as office:
        merged = office.desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, properties(Hidden=True))
        sheet, row = merged.Sheets.getByIndex(0), 0
        for path in sorted(folder.glob("*.xlsx")):
            with office.open(path) as document:
                rows = _rows(document.model.Sheets.getByName(SHEET))[HEADER if row == 0 else HEADER + 1 :]
            sheet.getCellRangeByPosition(0, row, len(rows[0]) - 1, row + len(rows) - 1).setDataArray(rows)
            row += len(rows)
        merged.storeToURL(output.absolute().as_uri(), properties(FilterName="Calc MS Excel 2007 XML"))
        merged.close(True)


def _rows(sheet: Any) -> tuple[tuple[object, ...], ...]:
    """All values of a sheet, from A1."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    end = cursor.RangeAddress
    found: tuple[tuple[object, ...], ...] = sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow).getDataArray()
    return found


if __name__ == "__main__":
    collect(Path(sys.argv[1]), Path(sys.argv[2]))
