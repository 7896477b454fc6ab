"""The city workbook brought up to date inside its package: our sheets change, every other part keeps its bytes but for references to rows that moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO

from msgspec import Struct

from xltools.books.board import BoardPlan
from xltools.books.console import RESULT
from xltools.books.dress import Dresser
from xltools.books.elsewhere import Elsewhere, follow_elsewhere
from xltools.books.file import FileBook
from xltools.books.gate import SUMMARY, Package
from xltools.books.inplace_board import update_board
from xltools.books.inplace_book import calculate_anew, parts_of, show_sheets, update_names
from xltools.books.inplace_fresh import Fresh, add_fresh, update_figures
from xltools.books.inplace_sheet import Records, Standing, set_cells, update_records
from xltools.books.package import workbook_in
from xltools.books.patch import Patch
from xltools.books.patch_style import StyleTable
from xltools.books.patch_xml import CannotPatchError
from xltools.books.reshape import Change
from xltools.books.summary import ONLY_WHEN_FILLED, Summary, add_figures, add_form
from xltools.books.xlsx import XlsxSource
from xltools.model.address import split
from xltools.model.dashboard import load_dashboard
from xltools.model.form import Template
from xltools.model.policy import Policy


class Renewal(Struct, frozen=True):
    """What becomes of a city workbook. sheets: by name, of which form each is · records: what becomes of the sheet of a form,
    made when it is asked for, for it is much · board: of the first sheet · template: the forms with their columns as they stand in the sheets."""

    template: Template
    policy: Policy
    summary: Summary
    board: BoardPlan
    sheets: Mapping[str, str]
    records: Callable[[str], Records]


class Renewed(Struct, frozen=True):
    """The bytes of a workbook brought up to date. added: new records by sheet, of those sheets where a filter is set ·
    is_changed: whether more than the lines about the run itself is different · elsewhere: what of the user's own was led along."""

    content: bytes
    added: Mapping[str, int]
    is_changed: bool
    elsewhere: Elsewhere


def renewed(book: FileBook, data: bytes, renewal: Renewal) -> Renewed:
    """The workbook after the renewal. data: its bytes, which `book` was read from.

    Raises CannotPatchError, with a reason where there is one for people, when it cannot be done without harm.
    """
    patch = Patch(data, book.name, SUMMARY)
    part = patch.related(patch.main, "styles")
    styles = StyleTable(patch.read(part) if part else b"")
    if not part:
        raise CannotPatchError
    dresser, parts = Dresser(styles), parts_of(patch)
    changes, added = _renew_records(patch, book, renewal, dresser)
    first = Standing(patch, parts[renewal.board.table.form.sheet], book, renewal.board.table.form.sheet)
    run = update_board(first, book, renewal.board, dresser)
    _renew_figures(patch, book, renewal, styles, [renewal.records(form) for name, form in renewal.sheets.items() if name not in parts and _is_shown(renewal, form)])
    update_names(patch, changes)
    ours = {*renewal.sheets, first.name, load_dashboard().sheet}
    elsewhere = follow_elsewhere(patch, book, parts, changes, ours)
    show_sheets(patch, {name: _is_shown(renewal, form) for name, form in renewal.sheets.items() if form in ONLY_WHEN_FILLED})
    is_changed = patch.is_changed  # before the styles: one that no cell has is no change
    if is_changed:
        patch.write(part, styles.content())
        values = {**run, **_result(book, first.name, renewal.summary.result)}
        patch.write(first.part, set_cells(patch.read(first.part), values))
        calculate_anew(patch)
    return Renewed(patch.content() if is_changed else data, added, is_changed, elsewhere)


def _renew_records(patch: Patch, book: FileBook, renewal: Renewal, dresser: Dresser) -> tuple[dict[str, Change], dict[str, int]]:
    """Bring the records of every sheet that is there up to date, one sheet in memory at a time: how its rows went, and how many are new below a filter."""
    parts, changes, added = parts_of(patch), dict[str, Change](), dict[str, int]()
    for name, form in renewal.sheets.items():
        if name in parts:
            change, new = _renew_sheet(Standing(patch, parts[name], book, name), renewal.records(form), dresser)
            changes |= {} if change.is_none else {name: change}
            added |= {name: new} if new > 0 else {}
    return changes, added


def _renew_sheet(standing: Standing, records: Records, dresser: Dresser) -> tuple[Change, int]:
    """Bring the records of one sheet up to date: how its rows went, and how many are new below a filter."""
    change = records.change(standing.filled)
    new = update_records(standing, records, dresser)
    return change, new if b"<filterColumn" in standing.tail else 0


def _is_shown(renewal: Renewal, form: str) -> bool:
    """Whether the sheet of this form is there to be seen."""
    return len(renewal.summary.tables[form].rows) > 0 or form not in ONLY_WHEN_FILLED


def _result(book: FileBook, sheet: str, text: str) -> dict[tuple[int, int], str]:
    """The cell beside the buttons that tells the last result, where there is one."""
    name, _, cell = book.source.names.get(RESULT, "").rpartition("!")
    where = split(cell)
    return {where: text} if where and text and name.strip("'") == sheet else {}


def _renew_figures(patch: Patch, book: FileBook, renewal: Renewal, styles: StyleTable, missing: Sequence[Records]) -> None:
    """The sheet of figures and those the workbook has lost, by way of a new workbook."""
    figures = load_dashboard().sheet
    buffer = BytesIO()
    with workbook_in(buffer) as (workbook, looks):
        add_figures(workbook, renewal.summary, renewal.template, renewal.policy, looks)
        for one in missing:
            add_form(workbook, one.plan, looks)
    data = buffer.getvalue()
    source = Patch(data, book.name, SUMMARY)
    fresh = Fresh(source, XlsxSource(Package(data, book.name, SUMMARY)), StyleTable(source.read(source.related(source.main, "styles"))))
    parts = parts_of(patch)
    if figures in parts:
        update_figures(Standing(patch, parts[figures], book, figures), fresh, styles)
    for one in missing:
        add_fresh(patch, fresh, one.plan.form.sheet, styles)
