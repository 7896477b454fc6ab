"""Runs alone in a process of its own: reads an old workbook format and writes its values as JSON.

    python child.py WORKBOOK RESULT

Imports nothing of xltools, so that it can be started by path. The limits make a file that would swallow the machine end
this process instead; whatever happens here costs one workbook.
"""

import io
import json
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import python_calamine

try:
    import resource
except ImportError:  # Windows has no such limits; there only the parent's stopwatch holds
    resource = None  # type: ignore[assignment]

# A county's .xls needs some 100 MB with the interpreter; a 1 KB file can be made to ask for more than 2 GB.
MEMORY = 1_000_000_000
SECONDS = 20
# As many cells as an .xls can have; calamine holds the empty ones too, so that memory ends before a stray cell in the last corner.
MAX_GRID = 17_000_000


def limit() -> None:
    """Bound memory and computing time of this process."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(data: bytes) -> dict[str, Any]:
    """Sheets with name, visibility, filled cells and merged ranges (all counted from 0), or the kind of failure."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError:
        return {"error": "password"}
    sheets = []
    for number, about in enumerate(book.sheets_metadata):
        found: dict[str, Any] = {"name": about.name, "rows": [], "merged": []}
        found["visible"] = about.visible == python_calamine.SheetVisibleEnum.Visible
        found["work"] = about.typ == python_calamine.SheetTypeEnum.WorkSheet
        if found["work"]:
            sheet = book.get_sheet_by_index(number)
            if sheet.total_height * sheet.total_width > MAX_GRID:
                return {"error": "size"}
            found["rows"] = filled(sheet)
            found["merged"] = list(sheet.merged_cell_ranges or [])
        sheets.append(found)
    return {"sheets": sheets}


def filled(sheet: python_calamine.CalamineSheet) -> list[Any]:
    """[row, [[column, value], …]] for every row with content; iter_rows counts rows from the sheet's first, columns from the used ones."""
    left = sheet.start[1] if sheet.start else 0
    rows = ((row, [(left + at, value) for at, value in enumerate(cells) if value != ""]) for row, cells in enumerate(sheet.iter_rows()))
    return [[row, cells] for row, cells in rows if cells]


def tagged(value: object) -> list[Any]:
    """What JSON has no form for: [kind, text or number]."""
    if isinstance(value, timedelta):
        return ["days", value.total_seconds() / 86400]
    if isinstance(value, datetime | date | time):
        return ["time", value.isoformat()]
    raise TypeError(type(value).__name__)


def main() -> None:
    limit()
    source, result = Path(sys.argv[1]), Path(sys.argv[2])
    result.write_text(json.dumps(read(source.read_bytes()), default=tagged), "utf-8")


if __name__ == "__main__":
    main()
