"""Runs alone in a process of its own: whatever may hang, swallow memory or die while it reads a file.

    python -P child.py < job and file > answer

The first line of the input is the job as JSON (`do`: one of JOBS, and what it needs), the rest is the file. The answer goes to the
standard output, so that neither the file nor what is inside a protected one is ever written to the disk. Imports nothing of
xltools at the start, so that it can be started by path. The limits make a file that would swallow the machine end this process
instead; whatever happens here costs one workbook. Windows has no such limits (its Python has no `resource`): there the parent's
stopwatch alone ends a child, and memory is bounded only by what a process can get in that time.
"""

import io
import json
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

try:
    import resource
except ImportError:
    resource = None  # type: ignore[assignment]

LIMITED = resource is not None
# A county's .xls needs some 100 MB with the interpreter; a 1 KB file can be made to ask for more than 2 GB.
MEMORY = 900_000_000
# The largest .xls there can be (65,536 rows, 25 columns filled) takes four seconds.
SECONDS = 8
# As many cells as an .xls can have; calamine holds the empty ones too, so that memory ends before a stray cell in the last corner.
MAX_GRID = 17_000_000
# As `grid.MAX_CELLS` and `gate.MAX_INFLATED`: what the parent has to take in.
MAX_CELLS = 2_000_000
MAX_ANSWER = 160 * 2**20

STDIN, STDOUT = 0, 1

Job = dict[str, Any]


def limit() -> None:
    """Bound memory and computing time of this process."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_old(data: bytes, job: Job) -> dict[str, Any]:
    """Sheets with name and filled cells (counted from 0), or the kind of failure; and the facts of `biff.facts_of`."""
    import python_calamine
    from msgspec import to_builtins

    from xltools.books.biff import facts_of
    from xltools.books.xml import MalformedError

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError:
        return {"error": "password"}
    sheets, count = [], 0
    for number, about in enumerate(book.sheets_metadata):
        found: dict[str, Any] = {"name": about.name, "rows": []}
        found["work"] = about.typ == python_calamine.SheetTypeEnum.WorkSheet
        if found["work"]:
            sheet = book.get_sheet_by_index(number)
            if sheet.total_height * sheet.total_width > MAX_GRID:
                return {"error": "size"}
            found["rows"] = filled(sheet)
            count += sum(len(cells) for _, cells in found["rows"])
        if count > MAX_CELLS:
            return {"error": "size"}
        sheets.append(found)
    try:
        return {"sheets": sheets, "facts": to_builtins(facts_of(data))}
    except MalformedError as error:
        return {"error": str(error)}


def filled(sheet: Any) -> list[Any]:
    """[row, [[column, value], …]] for every row with content; iter_rows counts rows from the sheet's first, columns from the used ones."""
    left = sheet.start[1] if sheet.start else 0
    rows = ((row, [(left + at, value) for at, value in enumerate(cells) if value != ""]) for row, cells in enumerate(sheet.iter_rows()))
    return [[row, cells] for row, cells in rows if cells]


def read_page(data: bytes, job: Job) -> dict[str, Any]:
    """The tables of a web page in UTF-8 (rows and columns counted from 1), and what else about it matters."""
    from xltools.books.page import TooManyCellsError, tables_of

    try:
        tables, about = tables_of(data.decode())
    except TooManyCellsError:
        return {"error": "size"}
    sheets = [{"name": one.name, "rows": [[row, [*cells.items()]] for row, cells in one.rows.items()], "merged": one.merged, "hidden": one.hidden_rows} for one in tables]
    return {"sheets": sheets, "about": about}


def unlock(data: bytes, job: Job) -> dict[str, Any] | bytes:
    """The workbook without its password, or that none of the job's passwords opens it."""
    import msoffcrypto

    file_in: Callable[[io.BytesIO], Any] = msoffcrypto.OfficeFile
    for password in job["passwords"]:
        file = file_in(io.BytesIO(data))
        checked = {"verify_password": True} if "secret_key" in file.keyTypes else {}  # the .xls always checks it
        try:
            file.load_key(password=password, **checked)
        except msoffcrypto.exceptions.InvalidKeyError:
            continue
        found = io.BytesIO()
        file.decrypt(found)
        return found.getvalue()
    return {"error": "password"}


JOBS: dict[str, Callable[[bytes, Job], dict[str, Any] | bytes]] = {"old": read_old, "page": read_page, "unlock": unlock}


def tagged(value: object) -> list[Any]:
    """What JSON has no form for: [kind, text or number]."""
    if isinstance(value, timedelta):
        return ["days", value.total_seconds() / 86400]
    if isinstance(value, datetime | date | time):
        return ["time", value.isoformat()]
    raise TypeError(type(value).__name__)


def main() -> None:
    """Do the one job of this process."""
    limit()
    sys.path.insert(0, str(Path(__file__).parents[2]))  # after the libraries are found as the parent finds them; only for xltools itself
    with open(STDIN, "rb") as given, open(STDOUT, "wb") as taken:
        job = json.loads(given.readline())
        answer = JOBS[job["do"]](given.read(), job)
        content = answer if isinstance(answer, bytes) else json.dumps(answer, default=tagged).encode()
        taken.write(content if len(content) <= MAX_ANSWER else b'{"error": "size"}')


if __name__ == "__main__":
    main()
