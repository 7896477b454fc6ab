"""What happened to which enterprise: the events of a summary, each for the one whose code and name it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.grouped import grouped
from xltools.model.policy import Policy
from xltools.model.standing import Event
from xltools.model.table import Record, Table
from xltools.rules.enterprises import ROW, rows_of, told_by
from xltools.rules.identified import Apart
from xltools.rules.sanctions import MOVING, of_whole
from xltools.rules.text import cell_key, company_key, key

NOBODY = ("", "")


class Happened(Struct, frozen=True, dict=True):
    """The events of the enterprises in a ledger. ledger, events, protections: with every enterprise called as it is · apart: enterprises that have another one's code."""

    events: Sequence[Event]
    ledger: Table
    apart: Apart = frozenset()
    protections: Table | None = None

    def of(self, row: Mapping[str, object]) -> Sequence[Event]:
        """The events of the enterprise that this row of any list is about."""
        return self._by_enterprise.get(self.who(row), ())

    def whose(self, event: Event) -> tuple[str, str]:
        """What tells the enterprise of an event, as `told_by` does; NOBODY where nobody can tell."""
        return self.who({"credit_code": event.credit_code, "name": event.name})

    def who(self, row: Mapping[str, object]) -> tuple[str, str]:
        """The same of a row with a code, a name that may be none of those who have the code."""
        code, name = cell_key(row["credit_code"]), company_key(str(row["name"] or ""))
        return NOBODY if code in self._shared and (code, name) not in self._names else told_by({**row, ROW: ""}, self.apart)

    @cached_property
    def _by_enterprise(self) -> Mapping[tuple[str, str], Sequence[Event]]:
        known = grouped(self.events, self.whose)
        known.pop(NOBODY, None)
        return known

    @cached_property
    def _shared(self) -> frozenset[str]:
        """The codes that several enterprises have."""
        return frozenset(code for code, _ in self.apart)

    @cached_property
    def _names(self) -> frozenset[tuple[str, str]]:
        """Code and name of all who have one of these codes."""
        rows = zip(*(self.ledger.column(name) for name in ("credit_code", "name")), strict=True)
        return frozenset((code, company_key(str(name or ""))) for code, name in ((cell_key(code), name) for code, name in rows) if code in self._shared)

    def doubts(self) -> Iterator[Finding]:
        """A finding for every event and protected enterprise of which nobody can tell whose it is, because several enterprises have its code and it says the name of none."""
        for event in self.events if self._shared else ():
            if self.whose(event) == NOBODY:
                yield Code.EVENT_WHOSE.at(event.place, code=event.credit_code, name=event.name, county=event.county)
        for row in rows_of(self.protections) if self._shared else ():
            if self.protections and self.who(row) == NOBODY:
                yield Code.PROTECTED_WHOSE.at(self.protections.place(row[ROW], "name"), code=row["credit_code"], name=row["name"] or "", county=row["county"] or "")

    def unplaced(self, listed: Iterable[Record], policy: Policy) -> list[Finding]:
        """The same, and a finding for every event that would move a grade and names a process which its enterprise does not have.

        listed: the rows of everything that is listed; enterprises that are not listed are passed over.
        """
        there: dict[tuple[str, str], set[str]] = {}
        for row in listed:
            there.setdefault(told_by({**row, ROW: ""}, self.apart), set()).add(cell_key(row["process"]))
        found = [*self.doubts()]
        for event in self.events:
            rule, known = policy.sanction(event.kind), there.get(self.whose(event))
            moves = bool(event.new_grade) or (rule is not None and rule.effect in MOVING)
            if moves and not of_whole(event, rule) and known and key(event.process) not in known:
                found.append(Code.NOT_GRADED_YET.at(event.place, process=event.process))
        return found
