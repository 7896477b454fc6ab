"""The sheet of lists behind drop-downs and checks, each reached by a defined name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.base import Stamp
from xltools.books.layout import band, pages_across, set_page, text_width
from xltools.books.package import add_stamp
from xltools.books.refs import list_name, quoted
from xltools.books.style import Styles
from xltools.model.address import column_letters
from xltools.model.form import FIRST_ROW, HEADER_ROW, Form, Owner, Template
from xltools.model.guide import load_guide
from xltools.model.policy import Policy

WIDEST = 40


def add_hidden_sheets(workbook: Workbook, template: Template, policy: Policy, styles: Styles) -> None:
    """What stands behind the sheets of a template: the lists from which the city chooses, if any, and the stamp.

    No area to print is set on what is hidden: LibreOffice would print it.
    """
    own = [replace(form, fields=form.owned(Owner.CITY), rules=(), key=()) for form in template]
    if any(one.list for form in own for one in form):
        _lists(workbook, own, policy, {}, styles)[0].hide()
    add_stamp(workbook, Stamp(template.id, template.version, policy.id), styles)


def add_lists_sheet(
    workbook: Workbook, forms: Iterable[Form], policy: Policy, more: Mapping[str, Sequence[str | int]], styles: Styles
) -> Worksheet:
    """Write every list that the forms' fields choose from, then `more` in hidden columns, and define their names."""
    sheet, widths, longest = _lists(workbook, forms, policy, more, styles)
    set_page(sheet, f"&R&9{load_guide().words['page']}")
    sheet.fit_to_pages(pages_across(widths, 0), 0)
    sheet.print_across()
    sheet.repeat_rows(0, HEADER_ROW - 1)
    sheet.print_area(0, 0, HEADER_ROW + longest, len(widths) - 1)
    return sheet


def _lists(
    workbook: Workbook, forms: Iterable[Form], policy: Policy, more: Mapping[str, Sequence[str | int]], styles: Styles
) -> tuple[Worksheet, list[int], int]:
    """The sheet of lists, the widths of its columns that show, and the length of the longest."""
    guide = load_guide()
    sheet: Worksheet = workbook.add_worksheet(guide.lists)
    labels: dict[str, str] = {}
    for field in (field for form in forms for field in form if field.list):
        labels.setdefault(field.list, field.label)
    shown = {name: policy.options(name) for name in labels}
    sheet.set_row(0, 30)
    band(sheet, 0, range(len(shown)), (0, guide.words["lists_title"]), styles.get("title"))
    widths = [min(max(text_width(str(text)) for text in (labels[name], *values)) + 3, WIDEST) for name, values in shown.items()]
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for column, (name, values) in enumerate((shown | dict(more)).items()):
        _write_list(sheet, column, labels.get(name, name), values, styles)
        _define(workbook, guide.lists, name, column, len(values))
    if more:
        sheet.set_column(len(shown), len(shown) + len(more) - 1, WIDEST, None, {"hidden": True})
    sheet.freeze_panes(HEADER_ROW, 0)
    sheet.hide_gridlines(2)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    return sheet, widths, max(len(values) for values in shown.values())


def _write_list(sheet: Worksheet, column: int, label: str, values: Sequence[str | int], styles: Styles) -> None:
    sheet.write_string(HEADER_ROW - 1, column, label, styles.get("header", "formula"))
    for row, value in enumerate(values, FIRST_ROW - 1):
        if isinstance(value, str):
            sheet.write_string(row, column, value, styles.get("cell", "text"))
        else:
            sheet.write_number(row, column, value, styles.get("cell"))


def _define(workbook: Workbook, sheet: str, name: str, column: int, length: int) -> None:
    letter = column_letters(column + 1)
    area = f"${letter}${FIRST_ROW}:${letter}${FIRST_ROW + length - 1}"
    workbook.define_name(list_name(name), f"={quoted(sheet)}!{area}")
