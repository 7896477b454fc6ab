"""Which rows are one enterprise, after everything that was decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct, field

from xltools.model.conflict import Clash, Conflict, Decision, Side
from xltools.model.grouped import grouped
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.rules.city import record_orders
from xltools.rules.codes import is_credit_code
from xltools.rules.rulings import Settled, remembered, settle
from xltools.rules.text import cell_key, company_key, key
from xltools.rules.ties import leader, ties

At = tuple[str, str, int]
Who = str | tuple[str, ...]  # the good code of an enterprise, or what stands in for it
Apart = frozenset[tuple[str, str]]  # code and name of enterprises that have another one's code


class Identified(Struct, frozen=True):
    """An enterprise. name and code: the ones decided, "" where its rows speak for themselves · doubts: the kinds of open conflicts ·
    has_sites: it is in two counties, as a person said."""

    who: Who = ""
    name: str = ""
    code: str = ""
    doubts: tuple[str, ...] = ()
    has_sites: bool = False


class Identity(Struct, frozen=True):
    """Who is who in a ledger, for all that follows from it. names, codes: row of the ledger → the enterprise's, where its row says another ·
    renewed: code, or county and name of a row without a good one → the code of the enterprise that it turned out to be · apart: see `Apart` ·
    sites: rows of enterprises that are in two counties · whose: of codes that several enterprises have or wrote, code and name as a row says them →
    the enterprise's own name and code."""

    names: Mapping[int, str] = field(default_factory=dict)
    codes: Mapping[int, str] = field(default_factory=dict)
    renewed: Mapping[Who, str] = field(default_factory=dict)
    apart: Apart = frozenset()
    sites: frozenset[int] = frozenset()
    whose: Mapping[tuple[str, str], tuple[object, object]] = field(default_factory=dict)

    def ledger(self, table: Table) -> Table:
        """The ledger with every row called as its enterprise is."""
        cells = {"name": self.names, "credit_code": self.codes}
        return table.with_cells({name: [said.get(row, value) for row, value in zip(table.rows, table.cells[name], strict=True)] for name, said in cells.items() if said})

    def other(self, table: Table) -> Table:
        """Another table of rows about enterprises, in the codes of the ledger."""
        return table.with_cells({"credit_code": [self.renewed.get(_written(*one), one[2]) for one in _rows(table)]}) if self.renewed else table

    def named(self, table: Table) -> Table:
        """The same, and rows of a code that several enterprises have or wrote called as the one whose name they say."""
        if not self.whose:
            return self.other(table)
        told = [self.whose.get(_called(code, name), (name, self.renewed.get(_written(county, name, code), code))) for county, name, code in _rows(table)]
        return table.with_cells({"name": [name for name, _ in told], "credit_code": [code for _, code in told]})


def identity(ledger: Table, found: Sequence[Identified]) -> Identity:
    """Who is who by what is known of every row of the ledger."""
    names = {row: one.name for row, one in zip(ledger.rows, found, strict=True) if one.name}
    codes = {row: code for row, one in zip(ledger.rows, found, strict=True) if (code := one.code or _known(one.who))}
    apart = frozenset((one.who[0], company_key(one.name) or one.who[1]) for one in found if isinstance(one.who, tuple) and one.who[0])
    written = {row: _written(*one) for row, one in zip(ledger.rows, _rows(ledger), strict=True)} if codes else {}
    own = {old for row, old in written.items() if old == key(codes.get(row, str(old)))}     # of these another enterprise goes by what it wrote
    renewed = {old: codes[row] for row, old in written.items() if row in codes and old not in own}
    sites = frozenset(row for row, one in zip(ledger.rows, found, strict=True) if one.has_sites)
    shared = {code for code, _ in apart} | {old for row, old in written.items() if old in own and key(codes.get(row, str(old))) != old}
    rows = zip(ledger.rows, _rows(ledger), strict=True) if shared else ()
    whose = {_called(code, name): (names.get(row, name), codes.get(row, code)) for row, (_, name, code) in rows if cell_key(code) in shared}
    return Identity(names, codes, renewed, apart, sites, whose)


def _rows(table: Table) -> Iterator[tuple[object, object, object]]:
    return zip(*(table.column(name) for name in ("county", "name", "credit_code")), strict=True)


def _called(code: object, name: object) -> tuple[str, str]:
    return cell_key(code), company_key(str(name or ""))


def _written(county: object, name: object, code: object) -> Who:
    """What a row itself says of its enterprise: its good code, or else its county and name."""
    return own if is_credit_code(own := cell_key(code)) else (str(county or ""), company_key(str(name or "")))


def read_back(ledger: Table, names: Table | None, policy: Policy) -> Identity:
    """Who is who in a summary. ledger: as it stands there · names: the sheet of the decisions that its merge has followed."""
    columns = [[str(value or "") for value in ledger.column(name)] for name in ("county", "name", "credit_code", "process", "batch")]
    rows = zip(*columns, ledger.rows, strict=True)
    rank = _ranks(ledger, policy)
    sides = [Side(county, name, code, process, batch, "", row=row, good=is_credit_code(code)) for county, name, code, process, batch, row in sorted(rows, key=lambda one: rank[one[-1]])]
    memory = remembered([names.records() if names else []], date.max)
    known = identified(sides, settle(sides, memory, policy) if memory.rulings else Settled())
    return identity(ledger, [known.get(("", "", row), Identified()) for row in ledger.rows])


def _ranks(ledger: Table, policy: Policy) -> Mapping[int, tuple[object, ...]]:
    """Row of the ledger → its place in the order that merges take the rows in, however somebody has sorted the sheet since."""
    origins = [*zip(*(ledger.column(name) for name in ("county", "batch", "source_file")), strict=True)]
    orders = record_orders(origins, policy)
    return {row: (*orders[origin], source if isinstance(source, int | float) else 0) for row, origin, source in zip(ledger.rows, origins, ledger.column("source_row"), strict=True)}


def identified(sides: Sequence[Side], settled: Settled) -> dict[At, Identified]:
    """The enterprise of every row of which more is to be said than that its own good code tells it, by its file, sheet and row.

    Rows of one good code are one enterprise, unless a person said that its names are two; rows without one belong to the only
    code of their name in the county; and what a person said to be one enterprise is one.
    """
    apart = _apart(settled)
    codes = {} if all(side.good for side in sides) else _codes(sides)
    leads: dict[Who, Who] = {}

    def lead(side: Side) -> Who:
        return leader(leads, _who(side, codes, apart))

    said = [_winner(conflict, decision) for conflict, decision in settled.decided if not conflict.clash.about_rows and decision is not Decision.BOTH]
    for winner, loser in said:
        above, under = lead(winner), lead(loser)
        if above != under:
            leads[under] = above
    names = _called_now(said, lead, lambda side: side.code if side.good else _known(_who(side, codes, apart)))
    doubts = _doubts(settled.open)
    sites = {lead(side) for one, said in settled.decided if one.clash is Clash.TWO_COUNTIES and said is Decision.BOTH for side in one}
    sites -= {lead(side) for one in settled.open if one.clash is Clash.TWO_COUNTIES for side in one}
    found: dict[At, Identified] = {}
    for side in sides:
        who = lead(side)
        if not side.good or who != side.code or who in names or who in sites or (doubts and side.at in doubts):
            found[side.at] = Identified(who, *names.get(who, ("", "")), doubts=tuple(dict.fromkeys(doubts.get(side.at, ()))), has_sites=who in sites)
    return found


def _apart(settled: Settled) -> set[tuple[str, str]]:
    """Code and name of those that have another one's code: who goes by a code that is not its own, who was said to be another one than who has it first, and who is one with them."""
    miscoded = {_named(_winner(one, said)[1]) for one, said in settled.decided if one.clash is Clash.TWO_CODES and said is not Decision.BOTH}
    found = {*miscoded}
    told = [(one, said) for one, said in settled.decided if one.clash is Clash.TWO_NAMES]
    for code, some in grouped(told, lambda pair: pair[0].first.code).items():
        tied = ties(Clash.TWO_NAMES, dict.fromkeys(own for one, _ in some for own in one.owns), some)
        gone = {lead for name, lead in tied.lead.items() if (code, name) in miscoded}
        stay = list[str]()
        for lead in dict.fromkeys(tied.lead.values()):
            (gone.add if lead in gone or any((lead, other) in tied.parted for other in stay) else stay.append)(lead)
        found |= {(code, name) for name, lead in tied.lead.items() if lead in gone}
    return found


def _named(side: Side) -> tuple[str, str]:
    return side.code, company_key(side.name)


def _called_now(said: Iterable[tuple[Side, Side]], who: Callable[[Side], Who], coded: Callable[[Side], str]) -> dict[Who, tuple[str, str]]:
    """The name and the code of every enterprise about which something was decided, "" for a code that nobody knows.

    said: winner and loser of each decision · coded: a row's code, "" where nobody knows it. A name without a code that is right has the other one's.
    """
    tops = [(who(winner), winner, loser) for winner, loser in said]
    names = _right([(top, winner.name, loser.name) for top, winner, loser in tops], company_key)
    codes = _right([(top, coded(winner) or coded(loser), coded(loser)) for top, winner, loser in tops], str)
    return {top: (name, codes.get(top, "")) for top, name in names.items()}


def _right(said: Sequence[tuple[Who, str, str]], own: Callable[[str], str]) -> dict[Who, str]:
    """By enterprise what is right and nothing else is righter; of several the last, until a person has said which. said: enterprise, right, wrong."""
    beaten = {(top, own(wrong)) for top, right, wrong in said if own(wrong) != own(right)}
    found: dict[Who, str] = {}
    for top, right, _ in said:
        if right and (top not in found or (top, own(right)) not in beaten):
            found[top] = right
    return found


def contradicted(settled: Settled, found: Mapping[At, Identified]) -> list[Conflict]:
    """Where a person said that two names or codes are two enterprises, and other decisions make them one."""
    return [
        one
        for one, said in settled.decided
        if said is Decision.BOTH and not one.clash.about_rows and len({found[side.at].who if side.at in found else side.code for side in (one.first, one.second)}) == 1
    ]


def _codes(sides: Iterable[Side]) -> dict[tuple[str, str], set[str]]:
    """The good codes of every name in a county."""
    found: dict[tuple[str, str], set[str]] = {}
    for side in sides:
        if side.good:
            found.setdefault((side.county, company_key(side.name)), set()).add(key(side.code))
    return found


def _who(side: Side, codes: Mapping[tuple[str, str], set[str]], apart: set[tuple[str, str]]) -> Who:
    if side.good:
        return (side.code, name) if apart and (side.code, name := company_key(side.name)) in apart else side.code
    name = company_key(side.name)
    known = codes.get((side.county, name), set())
    return next(iter(known)) if name and len(known) == 1 else ("", side.county, name or key(side.code))


def _known(who: Who) -> str:
    """The code that tells an enterprise, "" where none does."""
    return who if isinstance(who, str) else ""


def _winner(conflict: Conflict, decision: Decision) -> tuple[Side, Side]:
    return (conflict.first, conflict.second) if decision is Decision.FIRST else (conflict.second, conflict.first)


def _doubts(conflicts: Iterable[Conflict]) -> dict[At, list[str]]:
    found: dict[At, list[str]] = {}
    for conflict in conflicts:
        for side in conflict:
            found.setdefault(side.at, []).append(conflict.clash.value)
    return found
