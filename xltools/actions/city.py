"""All tables of the city workbook from what was read: who is who, what was decided, what stays, what the city wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.conflict import Conflict, Memory, Side
from xltools.model.dashboard import load_dashboard
from xltools.model.finding import Finding, Place, first_per_cell
from xltools.model.form import Template
from xltools.model.grouped import grouped
from xltools.model.outcome import Outcome
from xltools.model.policy import Policy
from xltools.model.reporting import load_reporting
from xltools.model.table import Table
from xltools.rules import kept as staying
from xltools.rules.account import balance, log
from xltools.rules.board import board, problems
from xltools.rules.carry import carry
from xltools.rules.city import record_orders
from xltools.rules.combine import More, combine
from xltools.rules.decided import NOBODY, outdated, unusable
from xltools.rules.enterprises import enterprises, known_of
from xltools.rules.history import history, month_line
from xltools.rules.identified import At, Identified, contradicted, identified, identity
from xltools.rules.identity import listed
from xltools.rules.journal import append, broken, moment_of
from xltools.rules.kept import Kept, kept, kept_sides
from xltools.rules.moves import Period, moves
from xltools.rules.reporting import Status, reporting
from xltools.rules.resent import Earlier, told_lines
from xltools.rules.rulings import (
    Settled,
    conflict_findings,
    conflict_table,
    contradictions,
    name_table,
    not_understood,
    notes,
    remembered,
    settle,
    settle_files,
    with_reviews,
    without_decided,
)
from xltools.rules.site_checks import away, site_checks
from xltools.rules.tally import accounts, fate_of, unaccounted, with_account

LEDGER, NAMES, CONFLICTS, SITE_CHECKS = "ledger", "names", "conflicts", "site_checks"
# What a workbook alone is reported for; everything else is said anew by each merge.
OF_ONE_FILE = frozenset(code.number for code in Code if code.stage < 6)


class Basis(Struct, frozen=True):
    """What a merge starts from besides the workbooks. before: the tables of the summary that is there ·
    decisions: lines of another summary's sheet of names · log: what the first sheet said of the log, as rules.journal.broken takes it ·
    against: the tables of an earlier state to compare with, empty for the last merge."""

    before: Mapping[str, Table]
    policy: Policy
    template: Template
    moment: datetime
    decisions: Sequence[Mapping[str, object]] = ()
    log: tuple[str, ...] = ()
    against: Mapping[str, Table] = field(default_factory=dict)


class _Known(Struct, frozen=True):
    """Who is who in this merge."""

    memory: Memory
    enterprises: Mapping[At, Identified]
    contradicted: Sequence[Conflict]
    settled: Settled
    stays: Kept
    gone: Sequence[Mapping[str, object]]


def city(outcome: Outcome, basis: Basis) -> tuple[Outcome, dict[str, Table]]:
    """All city tables of an outcome, with the city's own words from the tables before; and the outcome with what that brought up."""
    template, policy = basis.template, basis.policy
    outcome, known = _decided(outcome, basis)
    stay = away(basis.before.get(SITE_CHECKS), outcome.graded)
    if stay:
        outcome = with_findings(outcome, [Code.CHECKS_STAY.at(Place(), sheet=template[SITE_CHECKS].sheet, count=len(stay))])
    tables = combine(outcome, policy, template, More(known.stays.records, known.settled.left_out, known.gone))
    parts = accounts(outcome, fate_of(outcome, tables))
    tables["log"] = log(template["log"], tables, outcome, policy, parts)
    found = [*balance(tables["log"]), *unaccounted(parts), *broken(basis.before.get("log"), basis.log)]
    outcome = with_account(outcome, parts)
    outcome = with_findings(outcome, found) if found else outcome
    tables["log"] = append(template["log"], basis.before.get("log"), tables["log"], basis.moment)
    tables[NAMES] = name_table(template[NAMES], known.memory)
    tables[CONFLICTS] = conflict_table(template[CONFLICTS], known.settled.open)
    outcome, carried = _carried(outcome, tables, basis, known)
    carried["enterprises"] = enterprises(template["enterprises"], carried[LEDGER], policy, known.enterprises)
    carried[SITE_CHECKS] = site_checks(template[SITE_CHECKS], outcome.graded, carried[LEDGER], stay)
    former = basis.against or basis.before
    period = Period(moment_of(former.get("log")), f"{basis.moment:%Y-%m-%d %H:%M:%S}")
    carried["moves"] = moves(template["moves"], former, carried, period, policy)
    earlier = Earlier(told_lines(basis.before.get("reporting")), outcome.submissions)
    carried["board"] = board(template["board"], outcome, policy, known.stays.counties, earlier)
    carried["history"] = history(template["history"], basis.before.get("history"), month_line(carried, load_dashboard(), policy, basis.moment))
    status = Status(outcome, carried, policy, load_reporting(), basis.moment.date(), earlier)
    carried["reporting"] = reporting(template["reporting"], status)
    return outcome, carried


def _decided(outcome: Outcome, basis: Basis) -> tuple[Outcome, _Known]:
    """Who is who, and the outcome with the workbooks a person chose and the words about what is decided or open."""
    before, policy = basis.before, basis.policy
    lines = [before[name].records() if name in before else [] for name in (NAMES, CONFLICTS)]
    memory = remembered([*lines, basis.decisions], basis.moment.date())
    outcome, asked = settle_files(outcome, memory)
    stays = kept(before, outcome, basis.template)
    ledger = [*stays.records.get(LEDGER, [])]
    sides = _ordered([*listed(outcome, policy), *kept_sides(basis.template[LEDGER], ledger)], policy)
    settled = settle(sides, memory, policy)
    forms = {one.inherits.partition(".")[0] for one in basis.template[LEDGER]} - {"", basis.template[LEDGER].collects}
    settled = with_reviews(settled, outcome, sides, sorted(forms))
    out = staying.still_out(stays, before.get("unmerged"))
    stays, gone = staying.without(stays, settled.left_out)
    outcome = without_decided(outcome, settled)
    outcome = with_findings(staying.heard_of(outcome, stays), [*conflict_findings(settled, outcome), *notes(settled, memory, sides), *staying.notes(stays)])
    settled = replace(settled, open=(*asked, *settled.open))
    known = identified([side for side in sides if side.at not in settled.left_out] if settled.left_out else sides, settled)
    return outcome, _Known(memory, known, contradicted(settled, known), settled, stays, [*out, *gone])


def _ordered(sides: Iterable[Side], policy: Policy) -> list[Side]:
    """The rows in the order of the ledger."""
    files = grouped(sides, lambda side: (side.county, side.batch, side.file))
    ranks = record_orders(files, policy)
    alike = grouped(files, ranks.__getitem__)
    return [side for _, origins in sorted(alike.items()) for side in sorted((side for one in origins for side in files[one]), key=lambda side: side.row)]


def _carried(outcome: Outcome, tables: Mapping[str, Table], basis: Basis, known: _Known) -> tuple[Outcome, dict[str, Table]]:
    """The tables with the city's words brought to them, the list of problems among them."""
    form = basis.template["problems"]
    before = {**basis.before, **{name: _asked(basis.before[name], known.memory) for name in (NAMES, CONFLICTS) if name in basis.before}}
    old = before["problems"].records() if "problems" in before else []
    lines = ({**one, "file": known.stays.renamed.get(str(one["file"]), one["file"])} for one in old)
    more = [one for one in lines if one["file"] in known.stays.files and str(one["code"]) in OF_ONE_FILE]
    # Twice: what finds no row any more is itself a problem, and the city may have written beside that problem, too.
    for _ in range(2):
        tables = {**tables, "problems": problems(form, outcome, basis.policy, more)}
        carried, gone = carry(tables, before, basis.template["unclaimed"])
        said = set(outcome.findings)
        who = identity(carried[LEDGER], known_of(carried[LEDGER], known.enterprises)) if known.enterprises else NOBODY
        graded = [*unusable(carried[LEDGER], basis.policy, who), *outdated(carried, basis.policy, who)]
        decided = [*not_understood(carried[CONFLICTS], carried[NAMES]), *contradictions(carried[NAMES], known.contradicted)]
        found = [one for one in [*gone, *decided, *graded] if one not in said]
        if not found:
            break
        outcome = with_findings(outcome, found)
    return outcome, carried


def _asked(table: Table, memory: Memory) -> Table:
    """The rows of the sheet that are about no decision that is remembered: those are on the sheet of names from now on."""
    if table.form.name == NAMES:
        return table
    return table.only(about not in memory.rulings for about in table.column("about"))


def with_findings(outcome: Outcome, found: Iterable[Finding]) -> Outcome:
    """The outcome with some more findings."""
    return replace(outcome, findings=tuple(first_per_cell([*outcome.findings, *found])))
