"""Up the ladder: a city's summary read as what a county workbook is to the city, so that a province merges cities."""

from __future__ import annotations

from datetime import date

from xltools.actions.run import TEMPLATE, tables_of
from xltools.books.file import FileBook
from xltools.model.finding import first_per_cell
from xltools.model.form import SpecError, load_form
from xltools.model.outcome import Submission
from xltools.model.policy import Policy, load_policy
from xltools.model.table import Table
from xltools.rules.city import plain_column
from xltools.rules.cross import only_county
from xltools.rules.journal import moment_of
from xltools.rules.parse import parse_all


def from_summary(book: FileBook, policy: Policy) -> Submission | None:
    """The rows of a summary as a submission of its city; None when it is no summary, or of no city of the policy.

    Every sheet that collects a county's form stands for that form, each row with its batch; the row keeps its place, so that it can
    be walked back to the city's sheet and from there to the county's cell. What the city checked is not checked again.
    """
    name = _city(book, policy) if book.stamp.template == TEMPLATE else ""
    if not name:
        return None
    tables = tables_of(book.as_summary())
    raw = {table.form.collects: _as_county(table, book.name) for table in tables.values() if table.form.collects}
    typed, found = parse_all(raw, policy)
    for form, table in raw.items():
        if "batch" in table.cells:
            typed[form] = typed[form].with_cells({"batch": plain_column(table.values(typed[form].rows, "batch"))})
    moment = moment_of(tables.get("log"))
    reported = date.fromisoformat(moment[:10]) if moment else None
    stamp = book.stamp
    return Submission(
        book.name, book.path, name, year=policy.year, report_date=reported, template=stamp.template, version=stamp.version, policy=stamp.policy,
        sha256=book.sha256, saved=book.saved, tables=typed, raw=raw, findings=tuple(first_per_cell(found)),
    )  # fmt: skip


def _city(book: FileBook, policy: Policy) -> str:
    """The city of a summary: that of the policy it was made with, or else the one its file is named after; none for a summary of our own."""
    try:
        county = policy.county(load_policy(book.stamp.policy).city)
    except SpecError:
        county = None
    if county:
        return county.name
    return "" if book.stamp.policy == policy.id else only_county(book.name, policy)


def _as_county(table: Table, file: str) -> Table:
    """A sheet of the summary as the county form it collects."""
    form = load_form(table.form.collects)
    there = {one.inherits.partition(".")[2] or one.name: one.name for one in table.form if not one.inherits or one.inherits.startswith(f"{form.name}.")}
    names = {one.name: there[one.name] for one in form if one.name in there}
    cells = {one.name: table.column(names.get(one.name, "")) for one in form}
    if "batch" in table.cells:
        cells["batch"] = table.cells["batch"]
    columns = {name: table.columns[city] for name, city in names.items() if city in table.columns}
    return Table(form, file, table.sheet, table.rows, cells, columns)
