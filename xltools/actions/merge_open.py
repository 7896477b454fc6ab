"""merge 汇总 into the summary that is open: what is to stand in each of its sheets. Nothing is written here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from xltools.actions.check import judge_files, sources
from xltools.actions.city import with_findings
from xltools.actions.detail import refuse_elsewhere, refuse_too_long
from xltools.actions.grade import with_grades
from xltools.actions.inbox import Step, unseen
from xltools.actions.run import DRAWN, TEMPLATE, Before, Run, as_typed, log_said
from xltools.books.base import LONGEST_TEXT, Book, value_at
from xltools.books.board import BoardPlan
from xltools.books.formula_refs import in_any_row, in_row
from xltools.books.locate import Located
from xltools.books.read import not_ours, read_located
from xltools.books.sheet import Formula, Record, SheetPlan
from xltools.books.summary import ONLY_WHEN_FILLED, Summary, board_plan, form_plan
from xltools.model.address import column_letters, split
from xltools.model.code import Code
from xltools.model.console import load_console
from xltools.model.finding import Finding, StopError
from xltools.model.form import FIRST_ROW, HEADER_ROW, Field, Form, Owner, Template, load_template
from xltools.model.outcome import Outcome
from xltools.model.policy import Policy
from xltools.model.table import Table, cells_of
from xltools.model.value import is_blank
from xltools.rules.carry import EMPTY, NOTES, OWN, ROW, carry
from xltools.rules.city import city_records
from xltools.rules.cross import not_sent
from xltools.rules.journal import repeats
from xltools.rules.lines import carry_beside, same_lines

# What in the open workbook must be mended by a person first, because writing would destroy it or leave it wrong.
BROKEN = frozenset({Code.SHEET_MISSING, Code.HEADER_MISSING, Code.COLUMN_MISSING})
OF_THE_RUN = ("log", "moves", "history")  # forms that tell of the merges themselves


class OpenBook(Book, Protocol):
    """A Book that also knows its formulas and notes."""

    def formulas(self, sheet: str) -> Mapping[str, str]:
        """Cell → text of its formula, with "=" in front."""
        ...

    def notes(self, sheet: str) -> Mapping[str, str]:
        """Cell → text of its note."""
        ...


class Request(Struct, frozen=True):
    """What to merge. paths: folders of county workbooks and checklists, gone through more than once · folder: where the summary lies · moment: of the run."""

    paths: Iterable[Path]
    folder: Path
    policy: Policy
    moment: datetime


class SheetWork(Struct, frozen=True):
    """What becomes of one sheet.

    plan:  its form with the columns as they stand in the open sheet (the user's own among them), its records, links, tints.
    last:  last row that held a record before (HEADER_ROW when there was none) · below: whether anything stands under it.
    moved: row before → row now, for the records that are in both.
    """

    plan: SheetPlan
    last: int
    below: bool
    moved: Mapping[int, int]

    @property
    def sheet(self) -> str:
        return self.plan.form.sheet

    @property
    def used(self) -> list[tuple[int, Field]]:
        """The columns that hold something, counted from 1, in order."""
        return [(column, one) for column, one in enumerate(self.plan.form, 1) if not one.name.startswith(EMPTY)]


class Work(Struct, frozen=True):
    """All that is to be written, and what the merge found. template: the forms with their columns as in the open sheets ·
    again: what `repeated` gives; then it is written only when a sheet of `told` says something else."""

    outcome: Outcome
    summary: Summary
    template: Template
    board: BoardPlan
    sheets: tuple[SheetWork, ...]
    again: Summary | None

    @property
    def told(self) -> tuple[SheetWork, ...]:
        """The sheets that tell of the enterprises, not of the merges themselves."""
        return tuple(one for one in self.sheets if one.plan.form.name not in OF_THE_RUN)


def merge_open(book: OpenBook, request: Request, step: Step = unseen) -> Work:
    """What merging the inbox into the open summary gives: the same contents as a merge into a file, in the columns of the open sheets.

    What the city wrote is taken from the open workbook, unsaved changes included; columns that it inserted stay with their rows.
    Raises StopError when the workbook is no summary, or something in it is in the way.
    """
    standing, before = opened(book)
    outcome = with_grades(judge_files(request.paths, request.policy, step), request.paths, request.policy)
    outcome = with_findings(outcome, not_sent(outcome, request.policy))
    places = {one.name: one.path for one in sources(request.paths)[0]}
    former = Before({name: one.table for name, one in before.items()}, log=log_said(book, standing))
    run = Run(request.policy, standing, former, places, request.moment)
    outcome, summary = run.summary(outcome, request.folder)
    refuse_too_long(book.name, summary.tables)
    summary = with_own(summary, before, standing)
    sheets = tuple(sheet_work(summary, standing, before.get(form.name), form.name) for form in standing if form.name not in DRAWN)
    return Work(outcome, summary, standing, board_plan(summary, request.policy), sheets, repeated(summary, run))


def repeated(summary: Summary, run: Run) -> Summary | None:
    """The summary of a merge of what was merged last, in which what tells of merges stays as it was before the run; None of any other merge."""
    before = run.before.tables
    if not repeats(before.get("log"), summary.tables["log"]):
        return None
    told = {name: before[name] for name in OF_THE_RUN if name in before and not (run.against and name == "moves")}
    return replace(summary, tables={**summary.tables, **told})


class Seen(Struct, frozen=True):
    """One sheet as it stands.

    table:    its records, the user's own columns included.
    formulas: of those columns, by field · filled: the formula of a column that has the same one in every record.
    """

    table: Table
    last: int
    below: bool
    formulas: Mapping[str, frozenset[str]]
    filled: Mapping[str, str]


def opened(book: OpenBook, optional: Collection[str] = ONLY_WHEN_FILLED) -> tuple[Template, dict[str, Seen]]:
    """The forms with their columns as they stand in the summary, and its sheets by form. optional: forms whose sheet may be missing.

    Raises StopError when the workbook is no summary, or something in it is in the way.
    """
    template = load_template(TEMPLATE)
    if book.stamp.template != template.id:
        raise StopError(not_ours(book.name, template))
    before = dict(_before(book, template, optional))
    refuse_elsewhere(book, (one.table for one in before.values()))
    return replace(template, forms=tuple(before[form.name].table.form if form.name in before else form for form in template)), before


def _before(book: OpenBook, template: Template, may_lack: Collection[str]) -> Iterator[tuple[str, Seen]]:
    """Every form's sheet in the open workbook. Raises StopError for what a person must mend first."""
    forms = tuple(as_typed(form) for form in template if form.name not in DRAWN)
    tables, findings = read_located(book, replace(template, forms=forms))
    optional = {template[name].sheet for name in may_lack}
    for finding in findings:
        if finding.code in BROKEN and finding.place.sheet not in optional:
            raise StopError(finding)
    for name, (table, located) in tables.items():
        if located is not None:
            yield name, _seen(book, located, replace(table, form=template[name]))


def _seen(book: OpenBook, located: Located, table: Table) -> Seen:
    """The sheet with a field for each column of the user's own, in the order of its columns."""
    grid, records = located.grid, located.rows.records
    last = max(records, default=HEADER_ROW)
    _refuse_strays(located, last)
    fields = {column: table.form[name] for name, column in located.columns.found.items()}
    for column in range(1, max(fields) + 1 if not grid else max(max(fields), len(grid[0])) + 1):
        if column not in fields:
            fields[column] = _own_field(located, column)
    form = replace(table.form, sheet=table.sheet, fields=tuple(fields[column] for column in sorted(fields)))
    cells = dict(table.cells)
    texts = book.formulas(table.sheet)
    formulas: dict[str, frozenset[str]] = {}
    filled: dict[str, str] = {}
    for column, one in fields.items():
        if one.name.startswith(OWN):
            letters = column_letters(column)
            found = {row: in_any_row(texts[f"{letters}{row}"], row) for row in records if f"{letters}{row}" in texts}
            cells[one.name] = [found.get(row, value_at(grid, row, column)) for row in records]
            formulas[one.name] = frozenset(found.values())
            if len(found) == len(records) and len(formulas[one.name]) == 1:
                filled[one.name] = next(iter(found.values()))
    hidden = (Field(NOTES, load_console().note, owner=Owner.CITY, max_length=LONGEST_TEXT), Field(ROW, ROW, owner=Owner.CITY))
    form = replace(form, fields=(*form.fields, *hidden))
    said = book.notes(table.sheet)
    cells |= {NOTES: [*map(_notes_in(said, fields).get, records)], ROW: table.rows}
    columns = {one.name: column_letters(column) for column, one in sorted(fields.items())}
    below = any(not is_blank(value) for row in grid[last:] for value in row)
    return Seen(Table(form, table.file, table.sheet, table.rows, cells, columns), last, below, formulas, filled)


def _notes_in(notes: Mapping[str, str], fields: Mapping[int, Field]) -> dict[int, str]:
    """All notes of each row that has some, each after the label of its column."""
    found: dict[int, list[str]] = {}
    for row, column, text in sorted((*where, text) for cell, text in notes.items() if (where := split(cell))):
        if column in fields:
            found.setdefault(row, []).append(f"{fields[column].label}：{text}")
    return {row: "\n".join(said) for row, said in found.items()}


def _own_field(located: Located, column: int) -> Field:
    """A column that no spec declares: the user's own when anything stands in it, otherwise just empty."""
    letters = column_letters(column)
    filled = any(not is_blank(value) for row in located.rows.records if (value := value_at(located.grid, row, column)) is not None)
    text = located.header.texts.get(column, "")
    if not text and not filled:
        return Field(f"{EMPTY}{letters}", letters, owner=Owner.FORMULA)
    return Field(f"{OWN}{letters}", text or letters, owner=Owner.CITY, max_length=LONGEST_TEXT)


def _refuse_strays(located: Located, last: int) -> None:
    """Raise StopError for a header that is not in its row, and for lines between the records that are no records."""
    if located.header.bottom != HEADER_ROW:
        labels = "、".join(located.form[name].label for name in located.form.key) or located.form.sheet
        raise StopError(Code.HEADER_MOVED.at(located.at(located.header.bottom, 1), labels=labels, row=HEADER_ROW))
    known = set(located.rows.records)
    for row in range(FIRST_ROW, last):
        filled = [] if row in known else [column for column, value in enumerate(located.grid[row - 1], 1) if not is_blank(value)]
        if filled:
            raise StopError(_stray(located, row, filled[0]))


def _stray(located: Located, row: int, column: int) -> Finding:
    return Code.LINE_IN_THE_WAY.at(located.at(row, column), value=str(located.grid[row - 1][column - 1])[:30])


def with_own(summary: Summary, before: Mapping[str, Seen], template: Template) -> Summary:
    """The summary with what the user's own columns and notes hold, also on sheets that are computed anew; what finds no row is among the unclaimed.

    What of them waited there, or was put there because a computed sheet was not there yet, is looked at once more.
    """
    form = template["unclaimed"]
    own = {name: [one for one in seen.table.form if one.name == NOTES or one.name.startswith(OWN)] for name, seen in before.items() if name in summary.tables and name not in DRAWN}
    now = {name: table for name in own if (table := summary.tables[name]).form.key and not _is_carried(table)}
    former = {name: one.table for name, one in before.items() if name in now or name == form.name}
    carried, _ = carry({name: _with_fields(table, former[name].form) for name, table in now.items()}, former, form)
    labels = {(former[name].form.sheet, one.label) for name in now for one in own[name]}
    kept, found = (_lines(table, labels) for table in (summary.tables[form.name], carried[form.name]))
    waiting = [*summary.tables[form.name].only(not one for one in kept).records(), *carried.pop(form.name).only(found).records()]
    for name in sorted((name for name in own if not summary.tables[name].form.key), key=lambda name: name == form.name):        # the unclaimed themselves come last
        table = city_records(form, waiting) if name == form.name else summary.tables[name]
        carried[name], left = carry_beside(table, before[name].table, own[name], form)
        waiting = [*(carried[name].records() if name == form.name else waiting), *left]
    return replace(summary, tables={**summary.tables, **carried, form.name: city_records(form, waiting)})


def _is_carried(table: Table) -> bool:
    """Whether it is known where its rows were before."""
    return any(row is not None for row in table.column(ROW))


def _with_fields(table: Table, form: Form) -> Table:
    """The table with a column for every field of the form."""
    return replace(table, form=form).with_cells({one.name: table.column(one.name) for one in form})


def _lines(unclaimed: Table, labels: Collection[tuple[str, str]]) -> list[bool]:
    """Which lines of the unclaimed are about these columns."""
    return [pair in labels for pair in zip(unclaimed.column("form_sheet"), unclaimed.column("item"), strict=True)]


def sheet_work(summary: Summary, template: Template, seen: Seen | None, name: str) -> SheetWork:
    """What becomes of the sheet of one form. seen: how it stands, None when the workbook has lost it."""
    table = summary.tables[name]
    plan = form_plan(table, summary, template).painted
    if seen is None:
        return SheetWork(plan, HEADER_ROW, False, {})
    if any(seen.formulas.values()):
        plan = replace(plan, cells=cells_of(table.form, [_with_formulas(record, FIRST_ROW + at, seen) for at, record in enumerate(plan.records())]))
    return SheetWork(plan, seen.last, seen.below, _moved(seen.table, table))


def _with_formulas(record: Record, row: int, seen: Seen) -> Record:
    """The record with the user's own formulas as formulas of this row; a new record gets those that every record had, as a person would fill them down."""
    new = seen.filled if record.get(ROW) is None else {}
    texts = {name: str(record[name]) for name, known in seen.formulas.items() if record.get(name) in known}
    return {**record, **{name: Formula(in_row(text, row)) for name, text in {**new, **texts}.items()}}


def _moved(before: Table, now: Table) -> dict[int, int]:
    """Where each record of the sheet went: found like the city's own words, of which the row's number is one; a line without a key by all it says."""
    if not now.form.key:
        return same_lines(before, now)
    return {int(float(str(old))): row for row, old in zip(now.rows, now.column(ROW), strict=True) if old is not None}
