"""The sheet of figures and charts in the open summary: made anew by every merge, the former one kept hidden for an undo."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xltools.books.address import split
from xltools.books.live import LiveBook
from xltools.books.refs import quoted
from xltools.model.console import load_console
from xltools.model.dashboard import load_dashboard


def names() -> tuple[str, str]:
    """The sheet of figures, and the hidden one that keeps the former figures."""
    sheet = load_dashboard().sheet
    return sheet, load_console().former.format(sheet=sheet)


def replace_figures(book: Any, path: Path, formulas: Mapping[str, str]) -> None:
    """Put the sheet in the workbook at `path` in the place of the one in the open workbook. formulas: cell → text, for the new sheet."""
    sheet, former = names()
    if former in [one.name for one in book.sheets]:
        book.sheets[former].delete()
    using = _users(book, sheet)
    source = book.app.books.open(str(path))
    old = book.sheets[sheet]
    try:
        old.name = former
        source.sheets[sheet].copy(after=old)
    except BaseException:
        old.name = sheet
        raise
    finally:
        source.close()
    old.visible = False
    _enter(book.sheets[sheet], formulas)
    _redirect(book, using)


def swap_figures(book: Any) -> None:
    """Exchange the sheet of figures and the former one."""
    sheet, former = names()
    if former not in [one.name for one in book.sheets]:
        return
    using = _users(book, sheet)
    now, then = book.sheets[sheet], book.sheets[former]
    now.name = f"{former}…"
    then.name = sheet
    now.name = former
    then.visible, now.visible = True, False
    _redirect(book, using)


def _users(book: Any, sheet: str) -> dict[tuple[str, str], str]:
    """The formulas of other sheets that look at the sheet: (sheet, cell) → text."""
    live, ours = LiveBook(book), names()
    forms = {quoted(sheet), sheet}
    return {
        (name, cell): text
        for name in live.sheets
        if name not in ours
        for cell, text in live.formulas(name).items()
        if any(f"{form}!" in text for form in forms)
    }


def _redirect(book: Any, formulas: Mapping[tuple[str, str], str]) -> None:
    """Enter formulas once more: a sheet that was renamed took them along."""
    for (sheet, cell), text in formulas.items():
        book.sheets[sheet].range(cell).formula = text


def _enter(sheet: Any, formulas: Mapping[str, str]) -> None:
    """Enter formulas, those that stand side by side in one call."""
    places = sorted((place, text) for cell, text in formulas.items() if (place := split(cell)))
    start, texts = (0, 0), list[str]()
    for (row, column), text in [*places, ((0, 0), "")]:
        if texts and (row, column) != (start[0], start[1] + len(texts)):
            sheet.range(start, (start[0], start[1] + len(texts) - 1)).formula = [texts]
            texts = []
        if not texts:
            start = (row, column)
        texts.append(text)
