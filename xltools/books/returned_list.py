"""The list that lies beside a workbook which cannot be marked cell by cell."""

from __future__ import annotations

from io import BytesIO

from xltools.books.base import Stamp
from xltools.books.package import add_stamp, workbook_in
from xltools.books.returned_letter import WIDTHS, list_lines, starts_anew, titles_at
from xltools.books.returned_sheet import line_height
from xltools.model.returned import Letter, load_return

KIND = "return"  # what the list's stamp says it is, so that it is never taken for a submission


def list_content(letter: Letter) -> bytes:
    """The list as a workbook; the same letter gives the same bytes."""
    buffer = BytesIO()
    with workbook_in(buffer) as (workbook, styles):
        sheet = workbook.add_worksheet(load_return().sheet)
        lines = list(list_lines(letter))
        heights = list(map(line_height, lines))
        for row, line in enumerate(lines):
            for entry in line.entries:
                sheet.write_string(row, entry.column - 1, entry.text, styles.get(*entry.looks))
            sheet.set_row(row, heights[row])
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        if end := starts_anew(lines, heights):
            sheet.set_h_pagebreaks([end])
        sheet.repeat_rows(titles_at(lines) - 1)
        add_stamp(workbook, Stamp(KIND), styles)
    return buffer.getvalue()
