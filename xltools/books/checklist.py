"""A checklist workbook: the result of all processes in front, then a sheet for each process, to be filled in on site."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from msgspec import Struct, field
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.base import Cell, Stamp
from xltools.books.checklist_layout import PartLayout, Span
from xltools.books.checklist_page import laid_out
from xltools.books.checklist_sheet import add_part, grade_marks, put
from xltools.books.layout import LINE_HEIGHT, lines, set_page
from xltools.books.package import CREATED, add_stamp, replace_file, workbook_in
from xltools.books.refs import list_name, quoted
from xltools.books.sheet import Formula
from xltools.books.style import Styles, header_look
from xltools.model.address import column_letters
from xltools.model.checklist import ChecklistPlan, load_checklist_words
from xltools.model.form import Form, load_form, load_template
from xltools.model.grade import Status
from xltools.model.guide import load_guide
from xltools.model.indicator import IndicatorTable

TEMPLATE = "checklist"
CARD = 3              # row of the card's first line; the card is as wide as the first columns of the table
ROW_HEIGHT = 34


class OptionLists(Struct):
    """The lists that cells choose from, each once."""

    known: dict[tuple[str, ...], str] = field(default_factory=dict)

    def name(self, options: Sequence[str]) -> str:
        """The defined name of a list; the same for the same options."""
        return self.known.setdefault(tuple(options), list_name(f"options_{len(self.known) + 1}"))


def write_checklist(path: Path, plan: ChecklistPlan) -> None:
    """Write the checklist of one enterprise; the same plan gives the same bytes."""
    replace_file(path, checklist(plan, [laid_out(part) for part in plan.parts]))


def checklist(plan: ChecklistPlan, layouts: Sequence[PartLayout]) -> bytes:
    """The workbook, with the sheets of its processes laid out like this."""
    template, buffer = load_template(TEMPLATE), BytesIO()
    with workbook_in(buffer) as (workbook, styles):
        workbook.set_properties({"title": template.title, "subject": str(plan.head["name"]), "created": CREATED})
        front: Worksheet = workbook.add_worksheet(template["checklist_overall"].sheet)
        lists = OptionLists()
        for layout in layouts:
            sheet: Worksheet = workbook.add_worksheet(layout.plan.sheet)
            add_part(sheet, layout, lists.name, footer_of(plan, layout.plan.table), styles)
        _front(front, plan, layouts, styles)
        set_page(front, footer_of(plan))
        front.fit_to_pages(1, 1)
        _options(workbook, lists, styles)
        add_stamp(workbook, Stamp(template.id, template.version, plan.policy, plan.subject), styles)
    return buffer.getvalue()


def footer_of(plan: ChecklistPlan, table: IndicatorTable | None = None) -> str:
    """What stands below every page of a table's sheet, or of the first one. As XlsxWriter writes it."""
    template, guide = load_template(TEMPLATE), load_guide().words
    line = guide["stamp_line"].format(title=template.title, version=template.version, policy=plan.policy)
    text = f"{line}　{f'{table.id}@{table.edition}' if table else ''}　{plan.head['credit_code']}".replace("&", "&&")
    return f"&L&8{text}&R&8{guide['page']}"


def _front(sheet: Worksheet, plan: ChecklistPlan, layouts: Sequence[PartLayout], styles: Styles) -> None:
    """The card of the enterprise, and a line for every process."""
    card, table = load_form("checklist_overall"), load_form("checklist_summary")
    last = len(table.fields) - 1
    for column, one in enumerate(table):
        sheet.set_column(column, column, one.width)
    first = CARD + 3 + 2         # row of the first process, below the card, a heading and the header
    cells = _cells(first, len(layouts), table)
    put(sheet, 1, Span(0, last), card.title, ("title",), styles)
    warnings = dict.fromkeys(layout.plan.warning for layout in layouts if layout.plan.warning)
    put(sheet, 2, Span(0, last), "；".join((*warnings, card.note)), ("error", "bold", "indent", "wrap") if warnings else ("subtitle", "wrap"), styles)
    sheet.set_row(0, 34)
    sheet.set_row(1, 26)
    _card(sheet, plan, cells, styles)
    put(sheet, first - 2, Span(0, last), table.title, ("section",), styles)
    sheet.set_row(first - 3, 32)
    sheet.set_row(first - 2, 36)
    for column, one in enumerate(table):
        put(sheet, first - 1, Span(column, column), one.label, header_look(one.owner), styles)
    for at, layout in enumerate(layouts):
        _process(sheet, first + at, layout, table, styles)
    sheet.hide_gridlines(2)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _cells(first: int, count: int, table: Form) -> dict[str, str]:
    """The placeholders of the card: grade and counts of every process."""
    names = [one.name for one in table]
    letters = {name: column_letters(names.index(name) + 1) for name in ("grade", "open", "undecided")}
    cells = {f"{{{name}:{at}}}": f"${letter}${first + at}" for name, letter in letters.items() for at in range(count)}
    return {**cells, "{overall}": f"$F${CARD}"}


def _card(sheet: Worksheet, plan: ChecklistPlan, cells: dict[str, str], styles: Styles) -> None:
    """Name, code and county on the left; grade, what is open and what is to be decided on the right."""
    form = load_form("checklist_overall")
    half = len(form.fields) // 2
    status = (Status.UNVERIFIED.value, Status.NEEDS_DECISION.value)
    for at, one in enumerate(form):
        row, left = CARD + at % half, at < half
        sheet.set_row(row - 1, ROW_HEIGHT)
        label, value = (Span(0, 0), Span(1, 3)) if left else (Span(4, 4), Span(5, 9))
        put(sheet, row, label, one.label, ("label", "wrap"), styles)
        if one.name in plan.overall:
            expression, shown = plan.overall[one.name]
            for name, cell in cells.items():
                expression = expression.replace(name, cell)
            looks = ("cell", "computed", "large", "indent")
            put(sheet, row, value, Formula(expression, shown), looks, styles)
        else:
            put(sheet, row, value, plan.head[one.name], ("cell", "text", "indent", "bold"), styles)
    for word, tint in zip(status, ("missing", "warning"), strict=True):
        sheet.conditional_format(CARD - 1, 5, CARD - 1, 9, styles.where(f'ISNUMBER(SEARCH("{word}",{cells["{overall}"]}))', tint))


def _process(sheet: Worksheet, row: int, layout: PartLayout, table: Form, styles: Styles) -> None:
    """The line of one process, linked to its sheet."""
    plan, widths = layout.plan, {one.name: one.width for one in table}
    height = LINE_HEIGHT * max(lines(str(plan.values["decisive"]), widths["decisive"]), lines(str(plan.head["table"]), widths["table"])) + 8
    sheet.set_row(row - 1, max(ROW_HEIGHT, height))
    texts: dict[str, Cell | Formula] = {name: plan.head[name] for name in ("process", "table", "edition", "table_status", "applied")}
    texts["grade"] = Formula(layout.prefix + layout.grade_cell, plan.values["grade"])
    texts["decisive"] = Formula(layout.prefix + layout.decisive_cell, plan.values["decisive"])
    texts |= {name: Formula(layout.resolved(expression, layout.prefix), value) for name, (expression, value) in plan.counts.items()}
    for column, one in enumerate(table):
        value = texts[one.name]
        looks = ["cell", "wrap", "indent" if one.name in ("process", "table", "decisive") else "center"]
        looks += ["computed"] if isinstance(value, Formula) else []
        looks += ["large"] if one.name == "grade" else []
        put(sheet, row, Span(column, column), value, looks, styles)
    link = f"internal:{quoted(plan.sheet)}!A1"
    sheet.write_url(row - 1, 0, link, styles.get("cell", "wrap", "indent", "link"), string=str(plan.head["process"]))
    letter = column_letters([one.name for one in table].index("grade") + 1)
    grade_marks(sheet, f"{letter}{row}", plan.table, styles)


def _options(workbook: Workbook, lists: OptionLists, styles: Styles) -> None:
    """The lists behind the drop-downs, one a column, on a hidden sheet."""
    name = load_guide().lists
    sheet: Worksheet = workbook.add_worksheet(name)
    sheet.write_string(0, 0, load_checklist_words().words["options"], styles.get("bold"))
    for column, (options, known) in enumerate(lists.known.items()):
        for row, option in enumerate(options, 1):
            sheet.write_string(row, column, option, styles.get("text"))
        letter = column_letters(column + 1)
        workbook.define_name(known, f"={quoted(name)}!${letter}$2:${letter}${len(options) + 1}")
    sheet.protect()
    sheet.hide()
