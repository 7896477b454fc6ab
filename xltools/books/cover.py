"""A card form as a sheet: labels and values, what is wrong beside them, how far every other sheet is, who signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.base import Cell
from xltools.books.layout import band, header_text, set_page, set_portrait
from xltools.books.marks import add_marks
from xltools.books.refs import CARD_COLUMN, ROWS_NAME, card_cell, column_range, quoted, resolve
from xltools.books.sheet import Formula, Record, write_cell
from xltools.books.style import BASE, Styles, kind_look
from xltools.books.validation import validation
from xltools.model.form import FIRST_ROW, HEADER_ROW, NOTE_ROW, Form, Owner
from xltools.model.guide import load_guide
from xltools.model.live import CAUTION, END, Live

LABEL, VALUE, HINT, LAST = 1, CARD_COLUMN - 1, 3, 6     # columns counted from 0: B, C, D to G
WIDTHS = (2, 20, 36, 10, 10, 14, 22)
SIGN_HEIGHT = 34


class Count(Struct, frozen=True):
    """How far one sheet is: rows in use, errors and warnings shown, rows without their formula."""

    rows: int = 0
    errors: int = 0
    warnings: int = 0
    unchecked: int = 0


class CoverPlan(Struct, frozen=True):
    """What add_cover writes. forms: the row forms counted · counts: their stored values, by form name, "" the card's own."""

    form: Form
    forms: Sequence[Form]
    live: Live
    record: Record = field(default_factory=dict)
    counts: Mapping[str, Count] = field(default_factory=dict)
    footer: str = ""

    @property
    def table_row(self) -> int:
        """The sheet row of the overview's header; the card's own line and the forms' follow, then the total."""
        return FIRST_ROW + len(self.form.fields) + 2

    @property
    def total_row(self) -> int:
        return self.table_row + len(self.forms) + 2


def add_cover(workbook: Workbook, plan: CoverPlan, styles: Styles) -> Worksheet:
    """Add the card's sheet; only the values can be written on."""
    sheet: Worksheet = workbook.add_worksheet(plan.form.sheet)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    counted = f"{quoted(plan.form.sheet)}!$C${plan.table_row + 1}:$C${plan.total_row - 1}"
    workbook.define_name(ROWS_NAME, f"=SUM({counted})")
    _head(sheet, plan, styles)
    _card(sheet, plan, styles)
    _overview(sheet, plan, styles)
    _signatures(sheet, plan, styles)
    add_marks(sheet, plan.form, plan.live.forms[plan.form.name], styles)
    sheet.hide_gridlines(2)
    sheet.freeze_panes(HEADER_ROW, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    set_page(sheet, plan.footer)
    set_portrait(sheet)
    sheet.set_selection(FIRST_ROW - 1, VALUE, FIRST_ROW - 1, VALUE)
    return sheet


def _head(sheet: Worksheet, plan: CoverPlan, styles: Styles) -> None:
    """Title, note, and the one line that says whether the workbook can be sent."""
    words = load_guide().words
    for row, look, text, height in ((0, "title", plan.form.title, 38), (NOTE_ROW - 1, "subtitle", plan.form.note, 22)):
        sheet.set_row(row, height)
        band(sheet, row, range(LAST + 1), (LABEL, text), styles.get(look))
    sheet.set_row(2, 34)
    sheet.write_string(2, LABEL, words["status_title"], styles.get("label", "large"))
    total = sum_counts(plan.counts)
    expression = (
        f'IF({ROWS_NAME}=0,"{words["status_empty"]}",IF(D{plan.total_row}+F{plan.total_row}>0,'
        f"{_counted(words['status_bad'], f'(D{plan.total_row}+F{plan.total_row})')},"
        f'IF(E{plan.total_row}>0,{_counted(words["status_doubt"], f"E{plan.total_row}")},"{words["status_good"]}")))'
    )
    line = styles.get("cell", "large", "indent")
    sheet.merge_range(2, VALUE, 2, LAST, "", line)
    sheet.write_formula(2, VALUE, f"={expression}", line, status(total))
    tints = (("error", f"$D${plan.total_row}+$F${plan.total_row}>0"), ("missing", f"{ROWS_NAME}=0"), ("good", "TRUE"))
    for tint, criteria in tints:
        sheet.conditional_format(2, VALUE, 2, LAST, styles.where(criteria, tint))
    for column, word in ((LABEL, "column_label"), (VALUE, "card_value"), (HINT, "card_hint")):
        sheet.write_string(HEADER_ROW - 1, column, words[word], styles.get("header", "formula"))
    sheet.merge_range(HEADER_ROW - 1, HINT, HEADER_ROW - 1, LAST, words["card_hint"], styles.get("header", "formula"))
    sheet.set_row(HEADER_ROW - 1, 22)


def _counted(text: str, number: str) -> str:
    """A sentence with a number in it, as an expression."""
    before, _, after = text.partition("{n}")
    return f'"{before}"&{number}&"{after}"'


def status(total: Count) -> str:
    """The line that says whether the workbook can be sent, as the sheet computes it."""
    words = load_guide().words
    if not total.rows:
        return words["status_empty"]
    if total.errors + total.unchecked:
        return words["status_bad"].format(n=total.errors + total.unchecked)
    return words["status_doubt"].format(n=total.warnings) if total.warnings else words["status_good"]


def sum_counts(counts: Mapping[str, Count]) -> Count:
    """All counts together."""
    every = counts.values()
    return Count(sum(c.rows for c in every), sum(c.errors for c in every), sum(c.warnings for c in every), sum(c.unchecked for c in every))


def _card(sheet: Worksheet, plan: CoverPlan, styles: Styles) -> None:
    """One line a field: label, value, what is wrong with it."""
    live = plan.live.forms[plan.form.name]
    for index, one in enumerate(plan.form):
        row = FIRST_ROW - 1 + index
        sheet.set_row(row, 24)
        sheet.write_string(row, LABEL, header_text(one), styles.get("label"))
        kind = kind_look(one.kind, Owner.COUNTY)
        looks = ("cell", "open", "indent") if kind == BASE else ("cell", "open", kind, "indent")
        write_cell(sheet, (row, VALUE), plan.record.get(one.name), styles.get(*looks, "left"))
        sheet.data_validation(row, VALUE, row, VALUE, validation(plan.form, one))
        sheet.merge_range(row, HINT, row, LAST, "", styles.get("cell", "computed"))
        if one.name in live.formulas:
            text = resolve(live.formulas[one.name], plan.form, row + 1)
            sheet.write_formula(row, HINT, f"={text}", styles.get("cell", "computed"), cached_hint(plan.record, one.name))


def cached_hint(record: Record, name: str) -> str:
    """What is stored for the hint beside a field of the card: the value of Formula("", text) under "name.hint"."""
    cell = record.get(f"{name}.hint")
    return str(cell.value) if isinstance(cell, Formula) else ""


def _overview(sheet: Worksheet, plan: CoverPlan, styles: Styles) -> None:
    """A line for the card and for every row form: link, rows, errors, warnings, rows without formula, a word; the total."""
    words = load_guide().words
    sheet.set_row(plan.table_row - 2, 26)
    band(sheet, plan.table_row - 2, range(LABEL, LAST + 1), (LABEL, words["overview_title"]), styles.get("section"))
    heads = ("column_sheet", "column_rows", "column_errors", "column_warnings", "column_unchecked", "column_state")
    for column, word in enumerate(heads, LABEL):
        sheet.write_string(plan.table_row - 1, column, words[word], styles.get("header", "formula"))
    for index, form in enumerate((plan.form, *plan.forms)):
        row = plan.table_row + 1 + index
        sheet.set_row(row - 1, 20)
        sheet.write_url(row - 1, LABEL, f"internal:{quoted(form.sheet)}!A1", styles.get("cell", "link", "indent"), string=form.sheet)
        card = form is plan.form
        expressions = _card_counts(plan) if card else _form_counts(form)
        _counts(sheet, (row, "items" if card else "rows"), expressions, plan.counts.get("" if card else form.name, Count()), styles)
    first, last = plan.table_row + 1, plan.total_row - 1
    sheet.set_row(plan.total_row - 1, 22)
    sheet.write_string(plan.total_row - 1, LABEL, words["total"], styles.get("cell", "total", "indent"))
    sums = (f"SUM(C{first + 1}:C{last})", *(f"SUM({letter}{first}:{letter}{last})" for letter in "DEF"))
    total = replace(sum_counts(plan.counts), rows=sum_counts({**plan.counts, "": Count()}).rows)
    _counts(sheet, (plan.total_row, "rows"), sums, total, styles)


def _counts(sheet: Worksheet, line: tuple[int, str], expressions: Sequence[str], count: Count, styles: Styles) -> None:
    """The four numbers of one line (its row, the look of what it counts) and the word that sums them up."""
    words = load_guide().words
    row, unit = line
    look = styles.get("cell", "center", "computed")
    looks = (styles.get("cell", "center", "computed", unit), look, look, look)
    values = (count.rows, count.errors, count.warnings, count.unchecked)
    for column, expression, value, own in zip(range(VALUE, LAST), expressions, values, looks, strict=True):
        sheet.write_formula(row - 1, column, f"={expression}", own, value)
    state = (
        f'IF(D{row}+F{row}>0,"{words["state_bad"]}",IF(E{row}>0,"{words["state_doubt"]}",'
        f'IF(C{row}=0,"{words["state_empty"]}","{words["state_good"]}")))'
    )
    word = "state_bad" if count.errors + count.unchecked else "state_doubt" if count.warnings else "state_good" if count.rows else "state_empty"
    sheet.write_formula(row - 1, LAST, f"={state}", look, words[word])
    for tint, criteria in (("error", f"$D{row}+$F{row}>0"), ("warning", f"$E{row}>0"), ("good", f"$C{row}>0")):
        sheet.conditional_format(row - 1, LAST, row - 1, LAST, styles.where(criteria, tint))


def _card_counts(plan: CoverPlan) -> tuple[str, str, str, str]:
    names = [one.name for one in plan.form]
    first, last = card_cell(plan.form, names[0]), card_cell(plan.form, names[-1])
    hints = f"{first}:{last}".replace("$C$", "$D$")
    return (f"COUNTA({first}:{last})", *_shown(hints), "0")


def _form_counts(form: Form) -> tuple[str, str, str, str]:
    """Rows in use; problems counted by the marks that end them; rows in use whose hint is no formula."""
    used = "+".join(f"(1-ISBLANK({_column(form, one.name)}))" for one in form.owned(Owner.COUNTY))
    hints = next(_column(form, one.name) for one in form if one.formula == "hint")
    unchecked = f"SUMPRODUCT(SIGN({used})*(1-_xlfn.ISFORMULA({hints})))"
    return (f"SUMPRODUCT(SIGN({used}))", *_shown(hints), unchecked)


def _column(form: Form, name: str) -> str:
    return f"{quoted(form.sheet)}!{column_range(form, name)}"


def _shown(hints: str) -> tuple[str, str]:
    """How many errors and how many warnings a range of hints shows."""
    ends = f'SUMPRODUCT(LEN({hints})-LEN(SUBSTITUTE({hints},"{END}","")))'
    cautions = f'SUMPRODUCT(LEN({hints})-LEN(SUBSTITUTE({hints},"{CAUTION}","")))/{len(CAUTION)}'
    return f"{ends}-{cautions}", cautions


def count_shown(hints: Sequence[Cell]) -> tuple[int, int]:
    """As `_shown`, from the texts themselves."""
    texts = [text for text in hints if isinstance(text, str)]
    warnings = sum(text.count(CAUTION) for text in texts)
    return sum(text.count(END) for text in texts) - warnings, warnings


def _signatures(sheet: Worksheet, plan: CoverPlan, styles: Styles) -> None:
    """A line to sign for everyone who answers for the workbook."""
    sign = load_guide().words["sign_line"]
    for index, name in enumerate(plan.form.signatures):
        row = plan.total_row + 1 + index
        sheet.set_row(row, SIGN_HEIGHT)
        sheet.write_string(row, LABEL, sign.format(name=name), styles.get("large"))


def cached_count(form: Form, rows: Sequence[Record]) -> Count:
    """What the overview's line shows for these rows."""
    own = [one.name for one in form.owned(Owner.COUNTY)]
    used = sum(any(row.get(name) is not None for name in own) for row in rows)
    hint = next((one.name for one in form if one.formula == "hint"), "")
    shown = [row.get(hint) for row in rows]
    errors, warnings = count_shown([cell.value if isinstance(cell, Formula) else cell for cell in shown])
    return Count(used, errors, warnings)
