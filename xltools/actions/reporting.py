"""The settings of packages as a workbook for a person: the platform's columns, and who files on paper."""

from __future__ import annotations

from pathlib import Path

from xltools.books.file import open_book
from xltools.books.list_book import Lists, write_new_lists
from xltools.books.read import read_tables
from xltools.model.finding import Finding, Place, Severity, StopError, first_per_cell
from xltools.model.form import load_template
from xltools.model.package import PlatformColumn, Settings, load_package_words
from xltools.model.policy import Policy
from xltools.rules.enterprises import numbered_records
from xltools.rules.package import unknown_sources
from xltools.rules.parse import parse_all

TEMPLATE, COLUMNS, ADVANCED = "reporting", "reporting_columns", "reporting_advanced"


def default_settings() -> Settings:
    """The columns we ship, which nobody has confirmed."""
    return Settings(load_package_words().columns)


def make_reporting(output: Path, policy: Policy) -> Path:
    """Write the settings as a workbook to edit, with the columns we ship. Raises StopError when the file is there already."""
    rows = [{"header": one.header, "source": one.source, "fixed": one.fixed or None} for one in load_package_words().columns]
    return write_new_lists(output, Lists(load_template(TEMPLATE), policy, {COLUMNS: rows}))


def read_reporting(path: Path, policy: Policy) -> tuple[Settings, list[Finding]]:
    """The settings in a workbook, and what is wrong with them. Raises StopError when they cannot be used."""
    raw, found = read_tables(open_book(path), load_template(TEMPLATE))
    if COLUMNS not in raw:
        raise StopError(found[0])
    tables, said = parse_all(raw, policy)
    found += said
    rows = [record for _, record in numbered_records(tables[COLUMNS]) if record["header"]]
    columns = tuple(PlatformColumn(*(str(record[name] or "") for name in ("header", "source", "fixed"))) for record in rows)
    found += unknown_sources(columns, Place(path.name, tables[COLUMNS].sheet))
    if wrong := [one for one in found if one.severity is Severity.ERROR]:
        raise StopError(wrong[0])
    advanced = frozenset(str(record["credit_code"]).upper() for _, record in numbered_records(tables.get(ADVANCED)) if record["credit_code"])
    return Settings(columns, True, advanced), first_per_cell(found)
