"""The months side by side on the sheet of figures: a line of the sheet of months each, and the shares as lines of a chart."""

from __future__ import annotations

from collections.abc import Mapping

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.address import column_letters
from xltools.books.charts import MONTHS_ROWS, add_months_chart
from xltools.books.figure_cells import Ranges, line, section
from xltools.books.sheet import Formula
from xltools.books.style import Styles
from xltools.model.dashboard import good, graded

Cell = str | float | Formula | None


def add_months(workbook: Workbook, sheet: Worksheet, row: int, ranges: Ranges, styles: Styles) -> int:
    """The block at `row`, its chart below the table as soon as there are two months; gives the row below it. Only the last months are shown."""
    figures = ranges.figures
    words, target = figures.words.history, figures.words.share.target
    bases = figures.words.share.grades
    section(sheet, row, words.title, styles)
    names = [ranges.label(figures.words.share.form, basis) for basis in bases]
    head = [*(ranges.label(words.form, name) for name in words.before), *names, target, *(ranges.label(words.form, name) for name in words.after)]
    sheet.set_row(row, 34)
    line(sheet, row + 1, head, [("header", "formula")] * len(head), styles)
    before, shares = len(words.before), len(bases) + 1
    looks = [("cell", "bold"), *[("cell", "center")] * (before - 1), *[("cell", "share")] * shares, *[("cell", "center")] * len(words.after)]
    shown = figures.months[-words.last :]
    for at, month in enumerate(shown, row + 2):
        line(sheet, at, figures.shown(_month(month, at, ranges)), looks, styles)
    last = row + 1 + len(shown)
    if len(shown) == 1:
        return last + 1
    add_months_chart(workbook, sheet, words.chart, (row + 1, last, before, shares))
    return last + 2 + MONTHS_ROWS


def _month(month: Mapping[str, object], row: int, ranges: Ranges) -> list[Cell]:
    """One month, found by its name on the sheet of months; a share of nothing is an empty cell, so that no line is drawn to 0."""
    figures = ranges.figures
    words = figures.words.history

    def found(field: str) -> str:
        return f"INDEX({ranges.of(words.form, field)},MATCH(${column_letters(1)}{row},{ranges.of(words.form, words.before[0])},0))"

    def number(field: str) -> Formula:
        return Formula(found(field), _value(month, field))

    def share(basis: str) -> Formula | None:
        of = _value(month, graded(basis))
        return Formula(f"{found(good(basis))}/{found(graded(basis))}", _value(month, good(basis)) / of) if of else None

    name, *counts = words.before
    return [str(month[name]), *map(number, counts), *map(share, figures.words.share.grades), float(figures.target.share), *map(number, words.after)]


def _value(month: Mapping[str, object], field: str) -> float:
    return float(str(month.get(field) or 0))
