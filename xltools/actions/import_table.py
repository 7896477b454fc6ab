"""import-table 导入指标表: an official table from a sheet or a Word document into a policy workbook, for people to confirm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from xltools.actions.policy import contents_at, write_contents
from xltools.books.grid_table import read_source
from xltools.books.replace import beside
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, Severity, StopError
from xltools.model.form import load_form
from xltools.model.policy import Policy, policy_from
from xltools.rules.policy_contents import Contents, policy_data, table_record
from xltools.rules.table_import import Imported, choose_table, propose
from xltools.rules.table_import import ImportRequest as ImportRequest


class ImportOutcome(Struct, frozen=True):
    """What an import gave: the proposals, everything to look at, and the workbook they are in."""

    imported: Imported
    findings: tuple[Finding, ...]
    output: Path

    @property
    def counts(self) -> dict[str, int]:
        """Indicators, rows, rows that wait, and findings by severity; the keys are those of `--json`."""
        found = [finding.severity for finding in self.findings]
        rows = {"items": self.imported.items, "rows": len(self.imported.rows), "waiting": self.imported.waiting}
        return rows | {severity.value: found.count(severity) for severity in Severity}

    def record(self) -> dict[str, Any]:
        """The outcome as `--json` prints it."""
        table = self.imported.table
        named = {"id": table.id, "name": table.name, "status": table.status, "grades": list(table.grades)}
        return {"counts": self.counts, "table": named, "rows": [dict(row) for row in self.imported.rows], "findings": [one.record() for one in self.findings]}


def import_table(source: Path, request: ImportRequest, base: Policy | Path, output: Path) -> ImportOutcome:
    """Read the table in `source`, propose its indicators, and write them with all of `base` to a new policy workbook.

    base: a policy we ship, or a policy workbook, whose remarks stay. The new table is 部分 until a person confirms it. Raises StopError
    when nothing can be imported: unreadable, no or several tables, an industry, scheme or name that does not fit, output there already.
    """
    contents = contents_at(base)
    policy = policy_from(policy_data(contents))
    asked = _known(request, policy, source.name)
    table = choose_table(read_source(source), asked, policy)
    if isinstance(table, Finding):
        raise StopError(table)
    imported = propose(table, asked, policy)
    if not imported.items:
        raise StopError(Code.NO_INDICATOR_TABLE.at(Place(source.name, table.name), grades="、".join(policy.scheme(asked.scheme).computable)))
    _check_free(imported, policy, source.name)
    joined: Contents = {
        **contents,
        "policy_tables": [*contents["policy_tables"], table_record(imported.table)],
        "indicators": [*contents["indicators"], *imported.rows],
    }
    policy_from(policy_data(joined))        # a workbook that cannot be read back is never written
    return ImportOutcome(imported, imported.findings, write_contents(output, joined))


def add_table(source: Path, request: ImportRequest, base: Policy | Path, library: Path) -> ImportOutcome:
    """Import into a policy workbook: a new one made from `base`, or one that is there already, whose own file stays as it is.

    With the workbook there, all it holds and the new table stand in another beside it. Raises StopError as `import_table` does.
    """
    if library.exists():
        return import_table(source, request, library, beside(library))
    return import_table(source, request, base, library)


def _known(request: ImportRequest, policy: Policy, file: str) -> ImportRequest:
    """The request with the industry's own name, the edition in the table's names where the same table is there already. Raises StopError when the policy does not know the industry or the scheme."""
    form = load_form("policy_tables")
    industry = policy.industry(request.industry)
    schemes = [scheme.id for scheme in policy.schemes]
    if industry is None:
        where = load_form("policy_industries").sheet
        raise StopError(Code.MEMBER_UNKNOWN.at(Place(file), label=form["industry"].label, value=request.industry, where=where))
    if request.scheme not in schemes:
        where = load_form("policy_schemes").sheet
        raise StopError(Code.MEMBER_UNKNOWN.at(Place(file), label=form["scheme"].label, value=request.scheme, where=where))
    named = replace(request, industry=industry.name)
    if request.edition and not request.id and f"{named.industry}-{named.process}" in [one.id for one in policy.tables]:
        name = request.name or f"{named.industry}（{named.process}，{named.edition}版）"
        return replace(named, id=f"{named.industry}-{named.process}-{named.edition}", name=name)
    return named


def _check_free(imported: Imported, policy: Policy, file: str) -> None:
    """Raises StopError when the new table's id or name is taken or does not fit."""
    form, table = load_form("policy_tables"), imported.table
    taken = {*(one.id for one in policy.tables), *(one.id for one in policy.commons), *(one.name for one in policy.tables)}
    for name in ("id", "name", "process", "edition"):
        value, limit = getattr(table, name), form[name].max_length
        if len(value) > limit:
            raise StopError(Code.TOO_LONG.at(Place(file), label=form[name].label, length=len(value), limit=limit))
        if name in ("id", "name") and value in taken:
            raise StopError(Code.TABLE_EXISTS.at(Place(file), value=value))
