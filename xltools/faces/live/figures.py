"""The sheet of figures and charts in the open summary: made anew by every merge, the former one kept hidden for an undo."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from xltools.books.base import Cell, Grid
from xltools.books.file import open_book
from xltools.books.live import LiveBook
from xltools.books.refs import quoted
from xltools.faces.live.back import rename, show
from xltools.faces.live.cells import Point, area, stretches
from xltools.faces.live.host import Desk
from xltools.model.address import split
from xltools.model.console import load_console
from xltools.model.dashboard import load_dashboard


def names() -> tuple[str, str]:
    """The sheet of figures, and the hidden one that keeps the former figures."""
    sheet = load_dashboard().sheet
    return sheet, load_console().former.format(sheet=sheet)


def replace_figures(desk: Desk, path: Path, formulas: Mapping[str, str], using: Iterable[str]) -> None:
    """Put the sheet in the workbook at `path` in the place of the one in the open workbook; the one kept before stays, under `spare`.

    formulas: cell → text, for the new sheet · using: the sheets that may look at the figures.
    """
    book, back, (sheet, former) = desk.book, desk.back, names()
    looks = _looks(book, sheet, using)
    back.by(partial(_redirect, book, looks))
    if former in _names(book):
        drop(book, spare())
        rename(book.sheets[former], spare(), back)
    old = book.sheets[sheet]
    rename(old, former, back)
    back.by(partial(drop, book, sheet))
    source = book.app.books.open(str(path))
    try:
        source.sheets[sheet].copy(after=old)
    finally:
        source.close()
    show(old, False, back)
    _enter(book.sheets[sheet], formulas)
    _redirect(book, looks)


def figures_stand(live: LiveBook, path: Path, formulas: Mapping[str, str]) -> bool:
    """Whether the open sheet of figures says what the one in the workbook at `path` does. formulas: as for `replace_figures`."""
    sheet = names()[0]
    if sheet not in live.sheets or _unquoted(live.formulas(sheet)) != _unquoted(formulas):
        return False
    places = {split(cell) for cell in formulas}
    now, then = (_plain(grid, places) for grid in (live.values(sheet), open_book(path).values(sheet)))
    return now == then


def _unquoted(formulas: Mapping[str, str]) -> dict[str, str]:
    """Formulas to compare: hosts leave out the quotes around names of sheets that need none."""
    return {cell: text.replace("'", "") for cell, text in formulas.items()}


def _plain(grid: Grid, formulas: Collection[Point | None]) -> dict[Point, Cell]:
    """The filled cells that are no formulas."""
    return {place: value for row, line in enumerate(grid, 1) for column, value in enumerate(line, 1) if value is not None and (place := (row, column)) not in formulas}


def spare() -> str:
    """The name of the sheet of figures that an undo needs no more once the merge has gone well."""
    return f"{names()[1]}…"


def drop(book: Any, sheet: str) -> None:
    """Delete a sheet if it is there."""
    if sheet in _names(book):
        book.sheets[sheet].delete()


def swap_figures(desk: Desk, using: Iterable[str]) -> None:
    """Exchange the sheet of figures and the former one. using: the sheets that may look at the figures."""
    book, back, (sheet, former) = desk.book, desk.back, names()
    if former not in _names(book):
        return
    looks = _looks(book, sheet, using)
    back.by(partial(_redirect, book, looks))
    now, then = book.sheets[sheet], book.sheets[former]
    rename(now, spare(), back)
    rename(then, sheet, back)
    rename(now, former, back)
    show(then, True, back)
    show(now, False, back)
    _redirect(book, looks)


def _names(book: Any) -> list[str]:
    return [one.name for one in book.sheets]


def looking_at_figures(live: LiveBook) -> list[str]:
    """The sheets with formulas that look at the figures."""
    sheet = names()[0]
    return [name for name in live.sheets if name not in names() and any(_looks_at(text, sheet) for text in live.formulas(name).values())]


def _looks_at(text: str, sheet: str) -> bool:
    return f"{sheet}!" in text or f"{quoted(sheet)}!" in text


def _looks(book: Any, sheet: str, using: Iterable[str]) -> dict[tuple[str, str], str]:
    """The formulas that look at the sheet: (sheet, cell) → text."""
    live = LiveBook(book)
    return {(name, cell): text for name in using for cell, text in live.formulas(name).items() if _looks_at(text, sheet)}


def _redirect(book: Any, formulas: Mapping[tuple[str, str], str]) -> None:
    """Enter formulas once more: a sheet that was renamed took them along."""
    for (sheet, cell), text in formulas.items():
        book.sheets[sheet].range(cell).formula = text


def _enter(sheet: Any, formulas: Mapping[str, str]) -> None:
    """Enter formulas, those that fill a rectangle in one call. They are texts, and need none of the conversions for which xlwings asks the host about fifty times."""
    for (top, left), texts in _rectangles({place: text for cell, text in formulas.items() if (place := split(cell))}):
        area(sheet, top, left, len(texts), len(texts[0])).options("raw").formula = texts


def _rectangles(formulas: Mapping[Point, str]) -> Iterator[tuple[Point, list[list[str]]]]:
    """Neighbouring cells: the first one, and the texts row by row."""
    runs: dict[Point, dict[int, list[str]]] = {}
    for row, places in groupby(sorted(formulas), key=itemgetter(0)):
        for first, last in stretches(column for _, column in places):
            runs.setdefault((first, last), {})[row] = [formulas[row, column] for column in range(first, last + 1)]
    for (left, _), texts in runs.items():
        for top, bottom in stretches(texts):
            yield (top, left), [texts[row] for row in range(top, bottom + 1)]
