"""The first sheet of the city workbook: the few figures in large type, who has sent what, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.layout import band, column_width, header_height, set_page
from xltools.books.sheet import Formula, write_cell
from xltools.books.style import BASE, Styles, kind_look
from xltools.model.address import address
from xltools.model.dashboard import BoardWords
from xltools.model.form import Form, Kind
from xltools.model.table import Table

VALUE_ROW, CAPTION_ROW, HEADER_ROW = 4, 5, 7


class BoardPlan(Struct, frozen=True):
    """What the sheet shows. run: the line about the last run · figures: value in large type by its caption ·
    links and tints: as for a form's sheet · room: so many rows more above the figures, for what stands there."""

    table: Table
    words: BoardWords
    run: str
    figures: Mapping[str, str]
    links: Mapping[tuple[int, str], str]
    tints: Mapping[tuple[int, str], str]
    room: int = 0

    @property
    def header_row(self) -> int:
        """The row of the table's header."""
        return HEADER_ROW + self.room


def add_board(workbook: Workbook, plan: BoardPlan, styles: Styles) -> Worksheet:
    """Add the sheet."""
    form = plan.table.form
    sheet: Worksheet = workbook.add_worksheet(form.sheet)
    for column, one in enumerate(form):
        sheet.set_column(column, column, column_width(one))
    for row, look, text, height in ((1, "title", form.title, 40), (2, "subtitle", plan.run, 24)):
        sheet.set_row(row - 1, height)
        band(sheet, row - 1, range(len(form.fields)), (0, text), styles.get(look))
    _figures(sheet, plan, styles)
    end = _table(sheet, plan, styles)
    for row, step in enumerate(plan.words.steps, end + 2):
        sheet.write_string(row - 1, 0, f"{row - end - 1}. {step}", styles.get("faint"))
    set_page(sheet, "&C第 &P 页，共 &N 页")
    sheet.repeat_rows(plan.header_row - 1)
    sheet.freeze_panes(plan.header_row, 0 if plan.room else 1)      # a frozen column would cut through what stands there
    sheet.hide_gridlines(2)
    return sheet


def _figures(sheet: Worksheet, plan: BoardPlan, styles: Styles) -> None:
    """The figures side by side over the whole width."""
    values, captions = VALUE_ROW + plan.room, CAPTION_ROW + plan.room
    sheet.set_row(values - 1, 42)
    sheet.set_row(captions - 1, 24)
    columns, count = len(plan.table.form.fields), len(plan.figures)
    for at, (caption, value) in enumerate(plan.figures.items()):
        left, right = at * columns // count, (at + 1) * columns // count - 1
        for row, text, look in ((values, value, "figure"), (captions, caption, "caption")):
            if right > left:
                sheet.merge_range(row - 1, left, row - 1, right, text, styles.get(look))
            write_cell(sheet, (row - 1, left), int(text) if text.isdecimal() else text, styles.get(look))


def _table(sheet: Worksheet, plan: BoardPlan, styles: Styles) -> int:
    """The table of counties and files; gives the row of its totals."""
    form = plan.table.form
    header = row = plan.header_row
    sheet.set_row(header - 1, header_height(form))
    for column, one in enumerate(form):
        sheet.write_string(header - 1, column, one.header, styles.get("header", "formula"))
    for at, record in enumerate(plan.table.records()):
        row += 1
        sheet.set_row(row - 1, 24)
        for column, one in enumerate(form):
            look = styles.get(*_looks(plan, at, one.name, one.kind))
            if url := plan.links.get((at, one.name)):
                sheet.write_url(row - 1, column, url, look, string=str(record[one.name]))
            else:
                write_cell(sheet, (row - 1, column), record[one.name], look)
    _totals(sheet, form, (header + 1, row), plan, styles)
    return row + 1


def _looks(plan: BoardPlan, at: int, name: str, kind: Kind) -> list[str]:
    looks = ["cell", "wrap", *(["center"] if kind is Kind.INTEGER else [])]
    if (look := kind_look(kind, plan.table.form[name].owner)) != BASE:
        looks.append(look)
    if tint := plan.tints.get((at, name)):
        looks.append(tint)
    return [*looks, "link"] if (at, name) in plan.links else looks


def _totals(sheet: Worksheet, form: Form, rows: tuple[int, int], plan: BoardPlan, styles: Styles) -> None:
    first, last = rows
    sheet.set_row(last, 24)
    for column, one in enumerate(form):
        cell: str | Formula | None = plan.words.total if column == 0 else None
        if one.kind is Kind.INTEGER:
            total = sum(int(value) for value in plan.table.cells[one.name] if value is not None)
            cell = Formula(f"SUM({address(first, column + 1)}:{address(last, column + 1)})", total)
        write_cell(sheet, (last, column), cell, styles.get("cell", "total", "center"))
