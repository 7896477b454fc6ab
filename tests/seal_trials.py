"""Trials of seals on checklists: single cells changed at random, and harmless handling; as many as a caller wants."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.checklist_books import change
from xltools.actions.seal_state import seal_state
from xltools.books.checklist_read import read_checklist
from xltools.books.file import FileBook, open_book
from xltools.model.code import Code
from xltools.model.finding import Finding

CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"')
WORDS = ("不达标", "A", "B", "C", "张三", "35", "是", "2022-08-01")


def told(path: Path) -> list[Finding]:
    """What is said of the seal of a checklist."""
    book = open_book(path)
    return seal_state(book, read_checklist(book))[1]


def changed_cells(findings: list[Finding]) -> set[tuple[str, str]]:
    """The cells that are named as changed."""
    return {(one.place.sheet, one.place.cell) for one in findings if one.code is Code.SEALED_CELL_CHANGED}


def sheets_seen(book: FileBook) -> list[str]:
    return [name for name in book.sheets if book.facts(name).visible]


def random_changes(sealed: list[Path], folder: Path, count: int, seed: int) -> Iterator[tuple[str, str, str, list[Finding]]]:
    """Change one cell of one sealed workbook, count times; gives sheet, cell, what was done, and what is then said."""
    rng = Random(seed)
    for number in range(count):
        source = rng.choice(sealed)
        path = folder / f"{number}.xlsx"
        shutil.copyfile(source, path)
        book = open_book(path)
        sheet = rng.choice(sheets_seen(book))
        at = book.sheets.index(sheet) + 1
        with zipfile.ZipFile(path) as archive:
            cells = CELL.findall(archive.read(f"xl/worksheets/sheet{at}.xml").decode())
        cell = rng.choice(cells)
        before = cell_of(book, sheet, cell)
        value = other(before, rng)
        change(path, at, **{cell: value})
        yield sheet, cell, f"{before!r} → {value!r}", told(path)
        path.unlink()


def cell_of(book: FileBook, sheet: str, cell: str) -> object:
    """What a cell holds."""
    column = 0
    for letter in cell.rstrip("0123456789"):
        column = column * 26 + ord(letter) - 64
    row = int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    grid = book.values(sheet)
    return grid[row - 1][column - 1] if row <= len(grid) and column <= len(grid[row - 1]) else None


def other(before: object, rng: Random) -> str | float | None:
    """Another value for a cell: erased, a bit more, another word, one character different."""
    if isinstance(before, float):
        return rng.choice((before + 1, round(before * 1.001 + 0.01, 3), None, "无"))
    if before is None:
        return rng.choice((*WORDS, 12.5))
    text = str(before)
    at = rng.randrange(len(text))
    near = text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1 :]
    return rng.choice([None, near, *(word for word in WORDS if word != text)])
