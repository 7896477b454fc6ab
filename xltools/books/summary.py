"""The city workbook: the board, the figures, every city form with its rows, their sources one click away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from itertools import starmap
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.board import BoardPlan, add_board
from xltools.books.console import ROWS, SUFFIX, add_console
from xltools.books.dashboard import Figures, add_dashboard
from xltools.books.detail import without_rows, write_details
from xltools.books.layout import LINE_HEIGHT, column_width, is_long, lines
from xltools.books.link import to_file
from xltools.books.lists import add_hidden_sheets
from xltools.books.package import CREATED, workbook_at
from xltools.books.refs import quoted
from xltools.books.sheet import SheetPlan, add_form_sheet, shown_value
from xltools.books.style import Styles
from xltools.model.dashboard import Counts, Share, load_dashboard
from xltools.model.detail import Detail
from xltools.model.form import FIRST_ROW, Form, Template
from xltools.model.local import form_in
from xltools.model.policy import Policy
from xltools.model.table import Table

ROW_HEIGHT, HIGHEST_ROW = 18, 400
MOST_LINKS = 60_000     # a sheet holds 65,530
ONLY_WHEN_FILLED = ("site_checks", "conflicts", "unmerged", "unclaimed", "names")
FOOTER = "&L{title}&C第 &P 页，共 &N 页&R{version}"

Marks = Mapping[tuple[int, str], str]  # (row of the sheet, field) → tint


class Summary(Struct, frozen=True):
    """What a merge wants written. moment: of the run, as text · sources: name of a file in the tables → its path as seen
    from the summary's folder · inbox and result: what stands beside the buttons, where there are any · log: how many lines
    the log has, and the beginning of the last one's seal · words: field → what stands in a cell → its tint, where
    there is none in `marks` · beside: forms whose rows lie in a file beside the workbook, see `with_details`."""

    tables: Mapping[str, Table]
    figures: Mapping[str, str]
    counts: Sequence[Counts]
    shares: Sequence[Share]
    moment: str
    sources: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, Marks] = field(default_factory=dict)
    inbox: str = ""
    result: str = ""
    log: tuple[int, str] = (0, "")
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    beside: Mapping[str, Detail] = field(default_factory=dict)


def write_summary(path: Path, template: Template, policy: Policy, summary: Summary) -> None:
    """Write the city workbook; the same arguments give the same bytes. It is not protected: the city works in it.

    One with buttons (.xlsm) has every sheet, so that a merge from inside finds its place; those without rows are hidden.
    """
    buttons = path.suffix.lower() == SUFFIX
    with workbook_at(path) as (workbook, styles):
        workbook.set_properties({"title": template.title, "subject": policy.title, "created": CREATED})
        for form in template:
            table = summary.tables[form.name]
            if form.name == "board":
                plan = replace(board_plan(summary, policy), room=ROWS - 1 if buttons else 0)
                board = add_board(workbook, plan, styles)
                if buttons:
                    add_console(workbook, board, summary.inbox, summary.result, styles)
                add_figures(workbook, summary, template, policy, styles)
            elif (has_rows := len(table.rows) or form.name in summary.beside) or buttons or form.name not in ONLY_WHEN_FILLED:
                rows = form_plan(replace(table, form=form_in(table.form, policy)), summary, template)
                sheet = add_form(workbook, replace(rows, spare=1) if buttons and not rows.length else rows, styles)
                if not has_rows and form.name in ONLY_WHEN_FILLED:
                    sheet.hide()
        add_hidden_sheets(workbook, template, policy, styles)


def with_details(summary: Summary, target: Path) -> Summary:
    """The summary as it is written to `target`: rows that no sheet can hold are now in files beside it, and their sheets say so."""
    found = write_details(target, summary.tables)
    tables = {name: without_rows(table, found[name]) if name in found else table for name, table in summary.tables.items()}
    return replace(summary, tables=tables, marks={name: marks for name, marks in summary.marks.items() if name not in found}, beside=found)


def board_plan(summary: Summary, policy: Policy) -> BoardPlan:
    """What stands on the first sheet."""
    table, words = summary.tables["board"], load_dashboard().board
    count, head = summary.log
    run = words.run.format(moment=summary.moment, source=policy.source, log=words.log.format(count=count, head=head))
    tints = SheetPlan(table.form, table.cells, tints=_tints(table, summary), words=summary.words).painted.tints
    said = tuple(step.format(figures=words.still if summary.beside else words.figures) for step in words.steps)
    return BoardPlan(table, replace(words, steps=said), run, summary.figures, _links(table, summary), tints)


def add_figures(workbook: Workbook, summary: Summary, template: Template, policy: Policy, styles: Styles) -> None:
    """Add the sheet of figures."""
    length = max(len(table.rows) for table in summary.tables.values())
    months = summary.tables["history"].records()
    figures = Figures(load_dashboard(), summary.counts, summary.shares, policy.targets[0], length, policy.grades, months, bool(summary.beside))
    add_dashboard(workbook, figures, template, styles)


def form_plan(table: Table, summary: Summary, template: Template) -> SheetPlan:
    """What stands on the sheet of one city form: its records, links and tints."""
    footer = FOOTER.format(title=template.title, version=template.version)
    return SheetPlan(table.form, table.cells, links=_links(table, summary), tints=_tints(table, summary), words=summary.words, footer=footer)


def add_form(workbook: Workbook, plan: SheetPlan, styles: Styles) -> Worksheet:
    """One city form, its rows as high as their text."""
    return add_form_sheet(workbook, replace(plan, height=ROW_HEIGHT, heights=heights(plan)), styles)


def heights(plan: SheetPlan) -> dict[int, float]:
    """The heights, in points, of the rows whose text takes more than a line."""
    needed: dict[int, int] = {}
    for one in (one for one in plan.form if is_long(one)):
        values, width = [shown_value(value) for value in plan.cells[one.name]], column_width(one)
        tall = {value: count for value in set(values) if value is not None and (count := lines(str(value), width)) > 1}
        for row, value in enumerate(values, FIRST_ROW):
            if value in tall:
                needed[row] = max(tall[value], needed.get(row, 1))
    return {row: min(needed[row] * LINE_HEIGHT, HIGHEST_ROW) for row in sorted(needed)}


def _tints(table: Table, summary: Summary) -> dict[tuple[int, str], str]:
    first = table.rows[0] if table.rows else 0
    return {(row - first, name): tint for (row, name), tint in summary.marks.get(table.form.name, {}).items()}


def _links(table: Table, summary: Summary) -> dict[tuple[int, str], str]:
    """Where each record came from: the cell in the source file, or the row of the ledger."""
    found: dict[tuple[int, str], str] = {}
    for names, link in _linked(table.form, summary):
        columns = zip(*(table.cells[name][:MOST_LINKS] for name in names), strict=True)
        found.update(((at, name), url) for at, (name, url) in enumerate(starmap(link, columns)) if name and url)
    return found


def _linked(form: Form, summary: Summary) -> list[tuple[tuple[str, ...], Callable[..., tuple[str, str]]]]:
    """The fields that say where a record of the form came from, and of their values the field that carries the link, and the link, "" when there
    is none: one for each record, or with two sides in it one each."""
    lead = cache(partial(outside, summary))     # thousands of cells stand in one sheet
    sides = [which for which in ("first", "second") if f"{which}_cell" in form]
    if sides:
        return [((f"{which}_file", f"{which}_sheet", f"{which}_cell"), partial(_side_link, which, lead)) for which in sides]
    if "ledger_rows" in form:
        return [] if "ledger" in summary.beside else [(("ledger_rows",), partial(_ledger_link, summary.tables["ledger"].form.sheet))]
    if "source_row" in form:
        return [(("source_file", "source_sheet", "source_row"), lambda file, sheet, row: ("source_row", to_cell(lead(file, sheet), f"A{row}")))]
    if "cell" in form:
        return [(("file", "sheet", "cell"), partial(_cell_link, lead))]
    return [(("file",), lambda file: ("file", lead(file, None)))] if "file" in form else []


Lead = Callable[[object, object], str]


def _side_link(which: str, lead: Lead, file: object, sheet: object, cell: object) -> tuple[str, str]:
    """The link to one side's cell, or where it is a whole file to that."""
    return f"{which}_{'cell' if cell else 'file'}", to_cell(lead(file, sheet), cell)


def _ledger_link(sheet: str, rows: object) -> tuple[str, str]:
    return "ledger_rows", inside(sheet, f"A{str(rows).partition('、')[0]}")


def _cell_link(lead: Lead, file: object, sheet: object, cell: object) -> tuple[str, str]:
    """The link to a cell of a source file, or where there is no file of this workbook."""
    if file is None and sheet:
        return ("cell", inside(str(sheet), str(cell))) if cell else ("", "")
    return "cell" if cell else "sheet" if sheet else "file", to_cell(lead(file, sheet), cell or "A1")


def inside(sheet: str, cell: str) -> str:
    """A link to a cell of the same workbook."""
    return f"internal:{quoted(sheet)}!{cell}"


def outside(summary: Summary, file: object, sheet: object) -> str:
    """A link to a source file or a sheet of it, "" when the file's place is not known."""
    path = summary.sources.get(str(file), "")
    return to_file(path, f"{quoted(str(sheet))}!" if sheet else "") if path else ""


def to_cell(link: str, cell: object) -> str:
    """A link of `outside` to this cell, where it leads to a sheet."""
    return f"{link}{cell}" if link.endswith("!") else link
