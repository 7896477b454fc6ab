"""Write every workbook of the given folders as text beside it, so that a change of it can be read: python -m tests.twins templates workbooks."""

import sys
from pathlib import Path

from xltools.books.show import show

ENDINGS = (".xlsx", ".xlsm")


def workbooks(folder: Path) -> list[Path]:
    """The workbooks below the folder, in order of their names."""
    return sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS)


def text(workbook: Path) -> str:
    """What the workbook holds, a cell a line."""
    return "".join(f"{line}\n" for line in show(workbook))


if __name__ == "__main__":
    for folder in sys.argv[1:]:
        for workbook in workbooks(Path(folder)):
            workbook.with_suffix(".txt").write_text(text(workbook), encoding="utf-8", newline="\n")
