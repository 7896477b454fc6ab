"""The policy as a workbook for the city's own people: a front sheet, then one sheet for each kind of rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.base import Stamp
from xltools.books.layout import band, column_width, lines, set_page, set_portrait, stamp_footer
from xltools.books.lists import add_lists_sheet
from xltools.books.package import CREATED, add_stamp, workbook_at
from xltools.books.refs import CARD_COLUMN, LAST_ROW, column_of, column_range, list_name, quoted
from xltools.books.sheet import Record, SheetPlan, add_form_sheet, write_cell
from xltools.books.style import BASE, LINE, TEAL, Styles, kind_look
from xltools.books.validation import validation
from xltools.model.address import column_letters
from xltools.model.form import FIRST_ROW, HEADER_ROW, Form, Owner, Template
from xltools.model.policy import Policy
from xltools.model.policy_book import load_policy_book
from xltools.model.table import cells_of

Contents = Mapping[str, Sequence[Record]]

FURTHEST = 20_000       # the last row that the front sheet counts
SPARE, GROWTH = 5, 1000     # empty rows that stand ready, and rows that may be added before drop-downs and colours end
A3, WIDE = 8, 220        # sheets wider than this many characters go on A3 paper
LABEL, VALUE, LAST = 1, CARD_COLUMN - 1, 3
WIDTHS = (2, 22, 46, 34)
# Lists whose words stand in another sheet of the workbook: list → form and field.
FROM_SHEETS = {"industries": ("policy_industries", "name"), "scheme_ids": ("policy_schemes", "id")}
# Lists that are one part of the sheet of lists.
FROM_LISTS = ("change_kinds",)


class PolicyPlan(Struct, frozen=True):
    """What write_policy writes. known: the policy whose lists are the same everywhere, for the drop-downs."""

    template: Template
    contents: Contents
    known: Policy

    @property
    def id(self) -> str:
        return str(next(iter(self.contents["policy"]), {}).get("id", ""))

    def waiting(self) -> int:
        """How many indicator rows a person must confirm."""
        word = load_policy_book().confirmations["waiting"]
        return sum(row.get("confirm") == word for row in self.contents["indicators"])


def write_policy(path: Path, plan: PolicyPlan) -> None:
    """Write the policy workbook to `path`; the same plan gives the same bytes."""
    template = plan.template
    stamp = Stamp(template.id, template.version, plan.id)
    with workbook_at(path) as (workbook, styles):
        workbook.set_properties({"title": template.title, "subject": plan.id, "created": CREATED})
        for form in template:
            if form.layout == "card":
                _front(workbook, form, plan, styles)
            else:
                _add_rows(workbook, form, plan, styles)
        add_lists_sheet(workbook, [_fixed(form) for form in template], plan.known, {}, styles)
        _define_lists(workbook, template)
        add_stamp(workbook, stamp, styles)


def _add_rows(workbook: Workbook, form: Form, plan: PolicyPlan, styles: Styles) -> None:
    """One sheet of records, not locked: everything in it is the city's to change."""
    rows = [{name: None if value == "" else value for name, value in row.items()} for row in plan.contents.get(form.name, ())]
    plan_of_sheet = SheetPlan(form, cells_of(form, rows), spare=SPARE, footer=stamp_footer(plan.template, plan.id))
    sheet: Worksheet = add_form_sheet(workbook, plan_of_sheet, styles)
    last = max(LAST_ROW, plan_of_sheet.last_row + GROWTH)
    _choices_below(sheet, form, last)
    if sum(column_width(field) for field in form) > WIDE:
        sheet.set_paper(A3)
    if "confirm" in form:
        _mark_waiting(sheet, form, last, styles)
        rule = workbook.add_format({"border": 1, "border_color": LINE, "top_color": TEAL})
        sheet.conditional_format(_area(form, last), {"type": "formula", "criteria": _begins(form), "format": rule})


def _choices_below(sheet: Worksheet, form: Form, last: int) -> None:
    """Drop-downs for records beyond the rows that every form has them for; an indicator library can be that long."""
    for column, field in enumerate(form):
        if field.is_choice and last > LAST_ROW:
            sheet.data_validation(LAST_ROW, column, last - 1, column, validation(form, field))


def _mark_waiting(sheet: Worksheet, form: Form, last: int, styles: Styles) -> None:
    """Rows that wait stand out until somebody has confirmed them."""
    book = load_policy_book()
    confirm = column_of(form, "confirm")
    areas = {"waiting": ("warning", _area(form, last)), "confirmed": ("good", f"{confirm}{FIRST_ROW}:{confirm}{last}")}
    for code, (tint, area) in areas.items():
        criteria = f'=${confirm}{FIRST_ROW}="{book.confirmations[code]}"'
        sheet.conditional_format(area, {"type": "formula", "criteria": criteria, "format": styles.mark(tint)})


def _area(form: Form, last: int) -> str:
    """All cells below the header, down to this row."""
    return f"A{FIRST_ROW}:{column_of(form, form.fields[-1].name)}{last}"


def _begins(form: Form) -> str:
    """True in the first row of each indicator: a line sets it off from the one above."""
    table, no = (f"${column_of(form, name)}" for name in ("table", "no"))
    changed = ",".join(f"{letter}{FIRST_ROW}<>{letter}{FIRST_ROW - 1}" for letter in (table, no))
    return f'=AND(ROW()>{FIRST_ROW},{table}{FIRST_ROW}<>"",OR({changed}))'


def _front(workbook: Workbook, form: Form, plan: PolicyPlan, styles: Styles) -> None:
    """The first sheet: which policy this is, how to use the workbook, and the way to every sheet."""
    sheet: Worksheet = workbook.add_worksheet(form.sheet)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    for row, look, text, height in ((0, "title", form.title, 38), (1, "subtitle", form.note, 22)):
        sheet.set_row(row, height)
        band(sheet, row, range(LAST + 1), (LABEL, text), styles.get(look))
    record = next(iter(plan.contents[form.name]), {})
    for index, one in enumerate(form):
        row = FIRST_ROW - 1 + index
        sheet.set_row(row, 24)
        kind = kind_look(one.kind, Owner.CITY)
        sheet.write_string(row, LABEL, one.label, styles.get("label"))
        write_cell(sheet, (row, VALUE), record.get(one.name), styles.get(*(("cell", "left", "indent") if kind == BASE else ("cell", kind, "left", "indent"))))
        sheet.write_string(row, LAST, one.help, styles.get("faint", "indent"))
        sheet.data_validation(row, VALUE, row, VALUE, validation(form, one))
    row = _steps(sheet, FIRST_ROW + len(form.fields), styles)
    _contents(sheet, row, plan, styles)
    sheet.hide_gridlines(2)
    sheet.freeze_panes(HEADER_ROW - 2, 0)
    set_page(sheet, "")
    set_portrait(sheet)


def _section(sheet: Worksheet, row: int, text: str, styles: Styles) -> int:
    """A heading with a line under it; gives the row after it."""
    sheet.set_row(row, 28)
    band(sheet, row, range(LABEL, LAST + 1), (LABEL, text), styles.get("section"))
    return row + 1


def _steps(sheet: Worksheet, row: int, styles: Styles) -> int:
    book = load_policy_book()
    row = _section(sheet, row, book.words["steps"], styles)
    for number, text in enumerate(book.steps, 1):
        written = f"{number}. {text}"
        sheet.set_row(row, 6 + 16.5 * lines(written, sum(WIDTHS[LABEL:])))
        sheet.merge_range(row, LABEL, row, LAST, written, styles.get("wrap", "indent"))
        row += 1
    return row + 1


def _contents(sheet: Worksheet, row: int, plan: PolicyPlan, styles: Styles) -> None:
    """A line for every sheet: link, what to write there, how many rows it has."""
    words = load_policy_book().words
    row = _section(sheet, row, words["contents"], styles)
    for column, word in ((LABEL, "sheet"), (VALUE, "about"), (LAST, "rows")):
        sheet.write_string(row, column, words[word], styles.get("header", "city"))
    for form in plan.template:
        if form.layout == "card":
            continue
        row += 1
        sheet.set_row(row, 22)
        sheet.write_url(row, LABEL, f"internal:{quoted(form.sheet)}!A1", styles.get("cell", "link", "indent"), string=form.sheet)
        sheet.write_string(row, VALUE, form.title, styles.get("cell", "indent"))
        formula, value = _count(form, plan)
        sheet.write_formula(row, LAST, f"={formula}", styles.get("cell", "center"), value)
        sheet.conditional_format(row, LAST, row, LAST, styles.where(f"ISTEXT({column_letters(LAST + 1)}{row + 1})", "warning"))


def _count(form: Form, plan: PolicyPlan) -> tuple[str, str | int]:
    """A formula that counts a sheet's rows, and those that wait for a person as long as there are any; and what it comes to now."""

    def area(field: str) -> str:
        letter = column_of(form, field)
        return f"{quoted(form.sheet)}!${letter}${FIRST_ROW}:${letter}${FURTHEST}"

    first, second = (area(field.name) for field in form.fields[:2])
    rows, count = f'SUMPRODUCT(--({first}&{second}<>""))', len(plan.contents.get(form.name, ()))
    if "confirm" not in form:
        return rows, count
    book, waits = load_policy_book(), plan.waiting()
    waiting = f'COUNTIF({area("confirm")},"{book.confirmations["waiting"]}")'
    before, after = book.words["waiting"].split("{count}")
    formula = f'IF({waiting}=0,{rows},{rows}&"；{before}"&{waiting}&"{after}")'
    return formula, f"{count}；{before}{waits}{after}" if waits else count


def _fixed(form: Form) -> Form:
    """The form with only those choices whose words are the same in every policy."""
    from_elsewhere = {*FROM_SHEETS, *FROM_LISTS}
    return Form(form.name, form.sheet, form.title, tuple(field for field in form if field.list and field.list not in from_elsewhere))


def _define_lists(workbook: Workbook, template: Template) -> None:
    """Names for the drop-downs that follow what other sheets say, and grow with them."""
    for name, (form_name, field) in FROM_SHEETS.items():
        form = template[form_name]
        first, area = f"{quoted(form.sheet)}!${column_of(form, field)}${FIRST_ROW}", f"{quoted(form.sheet)}!{column_range(form, field)}"
        workbook.define_name(list_name(name), f"=OFFSET({first},0,0,MAX(1,COUNTA({area})),1)")
    lists = template["policy_lists"]
    names, first = f"{quoted(lists.sheet)}!{column_range(lists, 'list')}", f"{quoted(lists.sheet)}!${column_of(lists, 'value')}${FIRST_ROW}"
    for name in FROM_LISTS:
        text = load_policy_book().list_shown(name)
        workbook.define_name(list_name(name), f'=OFFSET({first},MATCH("{text}",{names},0)-1,0,COUNTIF({names},"{text}"),1)')
