"""A summary with more rows than a sheet holds: what the merge says of it, and what everybody hears who looks for the rows in the workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from xltools.books.base import Book
from xltools.books.detail import PARQUET, SHEET_ROWS, too_long
from xltools.books.summary import Summary
from xltools.model.code import Code
from xltools.model.detail import Detail, detail_among
from xltools.model.finding import Finding, Place, StopError
from xltools.model.form import NOTE_ROW
from xltools.model.table import Table

WITH_PARQUET = " Excel 的“数据→获取数据→来自文件→Parquet”（筛选后载入），或者 DuckDB、Python "
WITH_CSV = " 7-Zip 解压，再用 Excel 的“数据→获取数据→来自文本/CSV”（筛选后载入），或者 DuckDB、Python "
INSTEAD = "再汇总请给出全部文件（没有变化的不会重读），结果另存；要查一行的来源，请打开这个文件，每行写着来源文件、来源表、来源行"


def beside_sheets(summary: Summary, target: Path) -> list[Finding]:
    """Which rows the merge wrote beside the summary, and how to open them."""
    sheets = {name: summary.tables[name].form.sheet for name in summary.beside}
    return [_beside(Place(target.name, sheets[name]), detail) for name, detail in summary.beside.items()]


def _beside(place: Place, detail: Detail) -> Finding:
    how = WITH_PARQUET if detail.file.endswith(PARQUET) else WITH_CSV
    return Code.ROWS_BESIDE.at(place, count=detail.count, limit=SHEET_ROWS, file=detail.file, how=how)


def refuse_elsewhere(book: Book, tables: Iterable[Table]) -> None:
    """Raise StopError when the rows of one of these sheets of a workbook of ours lie beside it."""
    for table in tables:
        # only an empty sheet is looked at again: of one that is open, reading takes its time
        grid = [] if table.rows else book.values(table.sheet)
        if detail := detail_among(grid[NOTE_ROW - 1] if len(grid) >= NOTE_ROW else ()):
            raise StopError(Code.ROWS_ELSEWHERE.at(Place(book.name, table.sheet), count=detail.count, file=detail.file, how=INSTEAD))


def is_whole(book: Book, tables: Mapping[str, Table]) -> bool:
    """Whether all rows of these sheets are in the workbook."""
    try:
        refuse_elsewhere(book, tables.values())
    except StopError:
        return False
    return True


def refuse_too_long(file: str, tables: Mapping[str, Table]) -> None:
    """Raise StopError when a table has more rows than its sheet can be given in a workbook that is there."""
    for name in too_long(tables):
        table = tables[name]
        raise StopError(Code.ROWS_TOO_MANY.at(Place(file, table.form.sheet), count=len(table.rows), limit=SHEET_ROWS))
