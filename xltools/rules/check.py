"""Everything that can be wrong inside one workbook, after parsing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from xltools.model.code import Code
from xltools.model.finding import Finding, Place, Severity
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.rules.declared import failures
from xltools.rules.details import cell_details
from xltools.rules.dragged import dragged
from xltools.rules.parse import parse
from xltools.rules.rows import row_findings, sheet_findings
from xltools.rules.sheets import between_sheets
from xltools.rules.withdrawn import withdrawn


def check(tables: Mapping[str, Table], policy: Policy, unread: Collection[Place] = frozenset(), with_unit: Collection[Place] = frozenset()) -> list[Finding]:
    """Every problem in the cells, rows and sheets of one workbook's parsed tables, all at once.

    unread: cells that were typed into but could not be read; they are missing in the tables without being unfilled ·
    with_unit: cells whose unit stands beside the number, see `parse.with_sign`.
    One cell can have several findings here; `finding.first_per_cell` keeps the one to report.
    """
    found: list[Finding] = []
    for table in (table for table in tables.values() if table.rows):
        found += [one for one in cell_findings(table, policy, unread) if not (one.code is Code.PERCENT_DOUBT and one.place in with_unit)]
        found += row_findings(table, policy)
        found += sheet_findings(table)
        lost = {one.place.row for one in found if one.code is Code.ROW_WITHOUT_KEY and one.place.sheet == table.sheet}
        found += [*dragged(table), *(one for one in withdrawn(table) if one.place.row not in lost)]
    return found + between_sheets(tables, policy, unread)


def judged_table(raw: Table, policy: Policy) -> tuple[Table, list[Finding]]:
    """A register's only table, typed, with everything that is wrong in it: a word that is none of the choices says nothing, and must not do so in silence."""
    typed, said = parse(raw, policy, policy.year)
    lost = {one.place for one in said if one.severity is Severity.ERROR}
    return typed, [*said, *cell_findings(typed, policy, lost)] if typed.rows else said


def cell_findings(table: Table, policy: Policy, unread: Collection[Place]) -> Iterator[Finding]:
    """The cells of one table that break a rule of their own field."""
    for row, name, code in failures(table, policy):
        place = table.place(row, name)
        if code in (Code.REQUIRED, Code.ROW_WITHOUT_KEY) and place in unread:
            continue
        yield code.at(place, **cell_details(code, table, row, name, policy))
