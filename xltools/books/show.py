"""Any workbook as text, one line per thing, in an order that does not change: for git diff and for reviewers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import groupby
from pathlib import Path

from msgspec.structs import asdict

from xltools.books.base import Cell, Grid, value_at
from xltools.books.describe import describe_macros, describe_parts, describe_sheet, describe_workbook, in_quotes
from xltools.books.file import FileBook, open_book
from xltools.books.formula_refs import groups
from xltools.books.gate import refuse
from xltools.books.xlsx import XlsxSource
from xltools.books.xml import MalformedError
from xltools.model.address import address, split
from xltools.model.value import is_error


def show(path: Path) -> Iterator[str]:
    """The lines: stamp, defined names, then per sheet its cells, formulas, and for .xlsx and .xlsm its merged ranges, drop-downs,
    conditional formats, links, notes, protection, print settings; last the VBA modules and the parts that have no text.

    A formula filled down a column is one line, the values it gave another. Raises StopError.
    """
    book = open_book(path)
    try:
        yield from _book(book)
    except MalformedError as error:
        raise refuse(book.name, str(error)) from error


def _book(book: FileBook) -> Iterator[str]:
    source = book.source if isinstance(book.source, XlsxSource) else None
    yield from (f"模板标识 {name} = {in_quotes(value)}" for name, value in asdict(book.stamp).items() if value)
    if source:
        yield from describe_workbook(source)
    for sheet in book.sheets:
        yield ""
        yield from _sheet(book, sheet)
        if source:
            yield from (f"{sheet}!{line}" for line in describe_sheet(source, sheet))
    if source:
        yield ""
        yield from describe_macros(source)
        yield from describe_parts(source)


def _sheet(book: FileBook, name: str) -> Iterator[str]:
    facts, grid = book.facts(name), book.values(name)
    yield f"工作表 {name}{'' if facts.visible else '（隐藏）'}"
    for row, cells in enumerate(grid, 1):
        for column, value in enumerate(cells, 1):
            if value is not None and address(row, column) not in facts.formulas:
                yield f"{name}!{address(row, column)} = {written(value)}"
    yield from (f"{name}!{cell} = {written(value)} （表外）" for cell, value in facts.far.items())
    sheet = book.sheet(name)
    for cells_of_one in groups(sheet.formulas, sheet.shared):
        yield from (f"{name}!{line}" for line in _formula(cells_of_one, sheet.formulas[cells_of_one[0]], grid))
    if facts.hidden_rows:
        yield f"{name}!隐藏行 {', '.join(map(str, sorted(facts.hidden_rows)))}"


def _formula(cells: Sequence[str], formula: str, grid: Grid) -> Iterator[str]:
    """The formula of these cells of one column, and their values from the top, repeated ones counted."""
    where = cells[0] if len(cells) == 1 else f"{cells[0]}:{cells[-1]}"
    count = "" if len(cells) == 1 else f" （同式 {len(cells)} 格）"
    yield f"{where} = ={formula}{count}" if formula else f"{where} = 公式{count}"
    runs = [(text, len(list(run))) for text, run in groupby(written(value_at(grid, *(split(cell) or (0, 0)))) for cell in cells)]
    yield f"{where} 结果 {', '.join(text if times == 1 else f'{text} ×{times}' for text, times in runs)}"


def written(value: Cell) -> str:
    """A value as text that tells its type: "12" is a text, 12 a number."""
    if value is None:
        return "空"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return value if is_error(value) else in_quotes(value)
