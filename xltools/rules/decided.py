"""Grades that the city typed and nobody can use: no grade, one with a word before it, or one that no table of the enterprise has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.finding import Finding, Place, Severity
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.rules.afterwards import afterwards, superseded
from xltools.rules.enterprises import ROW, Part, Row, by_enterprise, scheme_of
from xltools.rules.happened import Happened
from xltools.rules.identified import Apart, Identity
from xltools.rules.parse import parse
from xltools.rules.sanctions import events_of
from xltools.rules.text import latin

FIELD = "decided"
NAMELESS = "未写名称的企业"
NOBODY = Identity()
Reason = tuple[str, str, Row]                   # why not; the field and the row that must be mended


class Decisions(Struct, frozen=True):
    """The ledger as parsed and as typed. wrong: cells that could not be read · apart: enterprises that have another one's code ·
    sites: rows of enterprises that a person knows to be in two counties."""

    ledger: Table
    raw: Table
    wrong: Mapping[Place, Finding]
    policy: Policy
    apart: Apart = frozenset()
    sites: Collection[int] = ()

    def misread(self, rows: Sequence[Row], fields: Collection[str] = (FIELD,)) -> Iterator[Reason]:
        """Decisions that cannot be read, and grades with a word before them that must not be left out: 地方A is no A."""
        for row in rows:
            for name in fields:
                if said := self.wrong.get(self.ledger.place(row[ROW], name)):
                    yield said.message, name, row
        for row in rows:
            if row[FIELD] and (prefix := self._prefix(row[ROW])):
                yield f"市级评定等级写的是“{self._written(row[ROW])}”，带有“{prefix}”，不能当作 {row[FIELD]} 公示", FIELD, row

    def _written(self, row: int) -> str:
        return str(self.raw.value(row, FIELD) or "")

    def _prefix(self, row: int) -> str:
        written = latin(self._written(row))
        return next((one for one in self.policy.grade_words.prefixes if written.startswith(latin(one))), "")

    def foreign(self, rows: Sequence[Row]) -> Iterator[Reason]:
        """Grades that no table of the enterprise gives."""
        parts = parts_of(rows)
        for part, row in zip(parts, rows, strict=True):
            if part.grade and not any(_gives(other, part.grade, self.policy) for other in parts):
                yield f"“{part.grade}”不是{part.process}所用指标表的等级", FIELD, row


def parts_of(rows: Sequence[Row]) -> list[Part]:
    """The processes of one enterprise with the grades decided."""
    return [Part(*(str(row[name] or "") for name in ("process", "table", FIELD))) for row in rows]


def _gives(part: Part, grade: str, policy: Policy) -> bool:
    """Whether the table of a part has the grade (B- only where the industry's table has it), or an authority gives it beside the table."""
    table = policy.table(part.table)
    if table is None:
        return scheme_of(Part(part.process, part.table, grade), policy) is not None
    scheme = policy.scheme(table.scheme)
    return grade in (*(table.grades or scheme.computable), *scheme.by_decision)


def unusable(ledger: Table, policy: Policy, known: Identity = NOBODY) -> list[Finding]:
    """A finding for every grade in a summary's ledger that publishing will refuse, at its cell and in the same words.

    ledger: as merged, with what the city typed. Source: 三环文〔2022〕69号 三(三)4.
    """
    ledger = known.ledger(ledger)
    parsed, found = _parsed(ledger, (FIELD,), policy)
    wrong = {one.place: one for one in found if one.severity is Severity.ERROR}
    decisions = Decisions(parsed, ledger, wrong, policy, known.apart)
    said: dict[Place, Finding] = {}
    for rows in by_enterprise(parsed.only(_suspects(decisions)), policy, known.apart):
        for reason, name, row in (*decisions.misread(rows), *decisions.foreign(rows)):
            place = ledger.place(row[ROW], name)
            said.setdefault(place, Code.NOT_PUBLISHED.at(place, name=row["name"] or NAMELESS, reason=reason))
    return [*said.values()]


def outdated(tables: Mapping[str, Table], policy: Policy, known: Identity = NOBODY) -> list[Finding]:
    """A finding for every grade in a summary's ledger that is not the one to use after what happened since, at its cell and in the words of publishing; and for every event and protected enterprise that is nobody's.

    tables: ledger, events and protections as merged, with what the city typed. Source: 三环文〔2022〕69号 二(五)、五1、五2.
    """
    ledger = known.ledger(tables["ledger"])
    happened = Happened(events_of(known.named(tables["events"])), ledger, known.apart, known.named(tables["protections"]))
    codes = {one.credit_code for one in happened.events}
    concerned = ledger.only(code in codes for code in ledger.cells["credit_code"])
    parsed, _ = _parsed(concerned, (FIELD, "decided_date"), policy)
    judged = ((row, superseded(afterwards(row, happened.of(row), policy))) for rows in by_enterprise(parsed, policy, known.apart) for row in rows)
    found = [Code.NOT_PUBLISHED.at(ledger.place(row[ROW], FIELD), name=row["name"] or NAMELESS, reason=reason) for row, reason in judged if reason]
    return [*found, *happened.doubts()]


def _parsed(ledger: Table, names: Sequence[str], policy: Policy) -> tuple[Table, list[Finding]]:
    """The ledger with these fields as they are read, and what there is to say of their cells; parsing leaves out rows that have none of them."""
    form = replace(ledger.form, fields=tuple(ledger.form[name] for name in names))
    typed, found = parse(replace(ledger, form=form, cells={name: ledger.cells[name] for name in names}), policy, policy.year)
    return ledger.with_cells({name: typed.values(ledger.rows, name) for name in names}), found


def _suspects(decisions: Decisions) -> list[bool]:
    """The rows of enterprises with a grade that its own row's table does not have as it was typed, or that cannot be read; those without a code among them."""
    cells, policy = decisions.ledger.cells, decisions.policy
    kinds = [*zip(cells["table"], cells[FIELD], decisions.raw.cells[FIELD], strict=True)]
    plain = {kind: kind[2] is None or (kind[1] == kind[2] and _gives(Part("", str(kind[0] or ""), str(kind[1])), str(kind[1]), policy)) for kind in {*kinds}}
    codes = cells["credit_code"]
    asked = {code for code, kind in zip(codes, kinds, strict=True) if not plain[kind]}
    return [code in asked or (code is None and bool(asked)) for code in codes]
