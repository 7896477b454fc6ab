"""Sheets made anew by the writer of new workbooks, brought into one that is there: the sheet of figures, and sheets it has lost.

Their styles are found again, or added, in the table of the workbook; their texts stand in the cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from xltools.books.base import Cell, Grid
from xltools.books.grid import Sheet
from xltools.books.inplace_book import parts_of, print_as
from xltools.books.inplace_charts import Drawings, update_charts
from xltools.books.inplace_sheet import Standing, set_cells
from xltools.books.patch import OFFICE, Patch
from xltools.books.patch_book import add_sheet
from xltools.books.patch_style import StyleTable
from xltools.books.patch_xml import around_rows, spliced
from xltools.books.raw_rows import RawCell, cell_xml, with_settings
from xltools.books.sheet import Formula
from xltools.books.xlsx import XlsxSource
from xltools.model.address import address
from xltools.model.dashboard import load_dashboard

SECTIONS = ("mergeCells", "rowBreaks")
RELATED = re.compile(rb"""(\s[\w]+:id=["'])([^"']+)(["'])""")


class Fresh(Struct, frozen=True):
    """A new workbook of ours: its package, what it holds, its styles."""

    patch: Patch
    source: XlsxSource
    styles: StyleTable

    def sheet(self, name: str) -> Sheet:
        """A sheet of it as read."""
        return self.source.read(name)

    def standing(self, name: str) -> Standing:
        return Standing(self.patch, parts_of(self.patch)[name], self, name)


def add_fresh(patch: Patch, fresh: Fresh, name: str, styles: StyleTable) -> None:
    """Add the sheet of this name, which has no drawing, behind all others."""
    source = fresh.standing(name)
    content = source.with_rows(_rows(source, fresh, styles))
    ids = {id: target for id, (kind, target) in fresh.patch.relations(source.part).items() if kind == f"{OFFICE}/hyperlink"}
    part = add_sheet(patch, name, content)
    news: dict[str, str] = {}
    for target in ids.values():
        if target not in news:
            news[target] = patch.relate_outside(part, target.replace("\\", "/"))
    links = around_rows(content, 1).first("hyperlinks")
    if links:
        text = RELATED.sub(lambda found: found[1] + news[ids[found[2].decode()]].encode() + found[3], content[links.start : links.end])
        patch.write(part, spliced(content, [(links.start, links.end, text)]))


def update_figures(standing: Standing, fresh: Fresh, styles: StyleTable) -> None:
    """Bring the sheet of figures to what the new one says. Where its lines are the same, its cells keep their looks and only values change."""
    source = fresh.standing(standing.name)
    width = max(len(row) for row in source.grid)
    if _cells(standing.grid, width) == _cells(source.grid, width) and standing.formulas == source.formulas:
        return
    if _labels(standing.grid, width) == _labels(source.grid, width):
        standing.patch.write(standing.part, set_cells(standing.patch.read(standing.part), dict(_changed(standing, source))))
    else:
        edges = {number: max([width, *row.cells(number)]) for number, row in source.rows.items()}
        beyond = {number: {at: cell for at, cell in row.cells(number).items() if at > edges.get(number, width)} for number, row in standing.rows.items()}
        rows = _rows(source, fresh, styles, beyond)
        standing.patch.write(standing.part, _sections(standing.with_rows(rows), fresh.patch.read(source.part)))
    update_charts(Drawings(standing.patch, standing.part), Drawings(fresh.patch, source.part), load_dashboard().charts)
    print_as(standing.patch, fresh.patch, standing.name)


def _cells(grid: Grid, width: int) -> dict[tuple[int, int], Cell]:
    return {(row, column): value for row, line in enumerate(grid, 1) for column, value in enumerate(line[:width], 1) if value is not None}


def _labels(grid: Grid, width: int) -> dict[tuple[int, int], Cell]:
    return {place: value for place, value in _cells(grid, width).items() if isinstance(value, str) and (place[1] == 1)}


def _changed(standing: Standing, source: Standing) -> Iterator[tuple[tuple[int, int], Cell | Formula]]:
    """The cells of the new sheet that the one that is there says otherwise."""
    for number, row in source.rows.items():
        for column in row.cells(number):
            value, text = source.value(number, column), source.formulas.get(address(number, column))
            if value != standing.value(number, column) or text != standing.formulas.get(address(number, column)):
                yield (number, column), value if text is None else Formula(text, value)


def _rows(source: Standing, fresh: Fresh, styles: StyleTable, beyond: Mapping[int, Mapping[int, RawCell]] | None = None) -> Iterator[bytes]:
    """The rows of a new sheet in the styles of the workbook that is there. beyond: cells to the right of it that stay, by row."""
    adopted: dict[int, int] = {}
    more = beyond or {}
    for number in sorted({*source.rows, *(one for one, cells in more.items() if cells)}):
        row = source.rows.get(number)
        pieces = []
        for column, cell in (row.cells(number) if row else {}).items():
            if cell.style and cell.style not in adopted:
                adopted[cell.style] = styles.adopted(cell.style, fresh.styles)
            style = adopted.get(cell.style, 0)
            text = source.formulas.get(address(number, column))
            value = source.value(number, column)
            pieces.append(cell_xml((number, column), style, value if text is None else Formula(text, value if value is not None else "")))
        pieces += [cell.text for cell in more.get(number, {}).values()]
        settings = with_settings(row.settings if row else "", {"r": str(number), "spans": None})
        yield f"<row{settings}>{''.join(pieces)}</row>".encode()


def _sections(data: bytes, source: bytes) -> bytes:
    """The part with the merged cells and page breaks of the new sheet."""
    for name in SECTIONS:
        new = around_rows(source, 1).first(name)
        old = around_rows(data, 1).first(name)
        if old and new:
            data = spliced(data, [(old.start, old.end, source[new.start : new.end])])
    return data
