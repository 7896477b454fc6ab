"""What may be published: the decided grade of every enterprise, and of every other one the reason why not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import itemgetter

from msgspec import Struct

from xltools.model.code import Code
from xltools.model.finding import Finding, Place, order
from xltools.model.form import Form, SpecError, load_form
from xltools.model.grouped import grouped
from xltools.model.indicator import TableStatus
from xltools.model.policy import Policy
from xltools.model.publication import FORM, NUMBER, Notice, Publication
from xltools.model.standing import State
from xltools.model.table import Table
from xltools.model.value import day_of
from xltools.rules.afterwards import afterwards, superseded
from xltools.rules.decided import NAMELESS, Decisions, Reason, parts_of
from xltools.rules.enterprises import ROW, Part, Row, by_enterprise, rows_of, told_by, unsettled, whole
from xltools.rules.gathered import gather, stretches
from xltools.rules.happened import Happened
from xltools.rules.reached import UNDECIDED
from xltools.rules.sanctions import events_of
from xltools.rules.text import LIST

LEDGER = "ledger"
UNREAD = re.compile(r"（[^（）]*）")             # what merging writes where a cell could not be read
FEW = 10        # enterprises that one reason keeps off the list and that are read one by one
SHOWN = 20      # stretches of rows that a sentence names
PERSONAL = re.compile(r"\d{7,}")                # a telephone or identity number; no firm is called so
GAPS = re.compile(r"[\s()（）+＋-]+")


class Judged(Struct, frozen=True):
    """One enterprise: its line, or the reason why it has none; states: of its grade's processes that are not settled."""

    line: Mapping[str, str]
    place: Place
    reason: str = ""
    tables: tuple[str, ...] = ()
    pending: str = ""


def publication(decisions: Decisions, events: Table | None, notice: Notice) -> tuple[Publication, list[Finding]]:
    """The public list of a ledger, and a finding for every enterprise that is not on it.

    events: the typed sheet of changes, None where there is none.
    Of one process the latest batch counts. Source: 三环文〔2022〕69号 三(三)4、三(三)5.
    """
    fields = public_fields()
    happened = Happened(events_of(events) if events else [], decisions.ledger, decisions.apart)
    city = _City(decisions, happened, notice, fields)
    groups = by_enterprise(city.ledger, city.policy, decisions.apart)
    judged = [city.judge(rows) for rows in groups]
    listed = sorted((one for one in judged if not one.reason), key=lambda one: notice.policy.county_rank(one.line["county"]))
    said = [Code.NOT_PUBLISHED.at(one.place, name=one.line["name"] or NAMELESS, reason=one.reason) for one in judged if one.reason]
    said += [Code.PUBLISHED_PENDING.at(one.place, name=one.line["name"], state=one.pending, grade=one.line["decided"]) for one in listed if one.pending]
    said += happened.unplaced((row for rows in groups for row in rows), notice.policy)
    tables = tuple(dict.fromkeys(name for one in listed for name in one.tables))
    result = Publication(notice, tuple(one.line for one in listed), sum(bool(one.tables) for one in listed), tables)
    if result.unofficial:
        said.append(Code.PUBLISHED_UNOFFICIAL.at(Place(city.ledger.file, city.ledger.sheet), count=result.unofficial, tables=LIST.join(tables)))
    return result, said


def gathered(findings: Iterable[Finding]) -> list[Finding]:
    """The findings as a terminal tells them: those about enterprises that one reason keeps off the public list as one where they are many; the others stay."""

    def kept_off(one: Finding) -> tuple[object, ...] | None:
        return (one.place.file, one.place.sheet, one.place.column, dict(one.values)["reason"]) if one.code is Code.NOT_PUBLISHED else None

    return sorted(gather(findings, kept_off, lambda some: some if len(some) <= FEW else [_many(some)]), key=order)


def _many(some: Sequence[Finding]) -> Finding:
    found, reason = stretches(some), dict(some[0].values)["reason"]
    cells = LIST.join(found[:SHOWN]) + (" 等" if len(found) > SHOWN else "")
    return Code.MANY_NOT_PUBLISHED.at(some[0].place, count=len(some), reason=reason, cells=cells)


def public_fields() -> tuple[str, ...]:
    """The fields of the public list. Raises SpecError when one of them is not declared public where it comes from."""
    ledger, fields = load_form(LEDGER), [one for one in load_form(FORM) if one.name != NUMBER]
    if hidden := [one.name for one in fields if not (one.public and ledger[one.name].public)]:
        raise SpecError(f"not declared public: {', '.join(hidden)}")
    return tuple(one.name for one in fields)


class _City(Struct, frozen=True, dict=True):
    """The ledger with what has to be known beside it."""

    decisions: Decisions
    happened: Happened
    notice: Notice
    fields: tuple[str, ...]

    @property
    def ledger(self) -> Table:
        return self.decisions.ledger

    @property
    def policy(self) -> Policy:
        return self.notice.policy

    @cached_property
    def homes(self) -> Mapping[object, list[str]]:
        """The counties that report each enterprise, by what tells it."""
        reported = [(told_by(row, self.decisions.apart), row["county"]) for row in rows_of(self.ledger) if row["county"] is not None]
        return {who: [*dict.fromkeys(county for _, county in some)] for who, some in grouped(reported, itemgetter(0)).items()}

    def judge(self, rows: Sequence[Row]) -> Judged:
        """The line of one enterprise, or what keeps it off the list: the first reason found."""
        texts = {name: LIST.join(dict.fromkeys(str(row[name]) for row in rows if row[name] is not None)) for name in self.fields}
        parts = parts_of(rows)
        result = whole(parts, self.policy)
        line = {**texts, "name": str(rows[-1]["name"] or ""), "decided": result.grade}
        question = result.question if result.grade == UNDECIDED else ""
        misread = self.decisions.misread(rows, ("decided", "decided_date"))
        reasons = (*self._unknown(line, rows[-1]), *misread, *self._undecided(rows), *_open(rows, question), *self.decisions.foreign(rows))
        reason, name, at = next(iter(reasons), ("", "decided", rows[-1]))
        after = [] if reason else [afterwards(row, self.happened.of(row), self.policy) for row in rows]
        standings = [one.standing for one in after if one.standing and one.standing.history]
        reason = reason or next(filter(None, map(superseded, after)), "")
        pending = next((one.state.value for one in standings if one.state is not State.IN_FORCE), "")
        return Judged(line, self.ledger.place(at[ROW], name), reason, tuple(_unofficial(parts, self.policy)), pending)

    def _unknown(self, line: Mapping[str, str], row: Row) -> Iterator[Reason]:
        """Public fields that are empty, unreadable, unknown to the policy, or hold what must not leave the bureau."""
        form = self.ledger.form
        for name in self.fields:
            if name != "decided" and (not line[name] or UNREAD.fullmatch(line[name])):
                yield f"“{form[name].label}”没有填写", name, row
            elif PERSONAL.search(GAPS.sub("", unicodedata.normalize("NFKC", line[name]))):
                yield f"“{form[name].label}”里像是有电话或证件号码，不能公开", name, row
        if line["county"] not in self.policy.lists["counties"]:
            yield f"“{line['county']}”不是本市的县（市、区）", "county", row
        if strange := [one for one in line["industry"].split(LIST) if one not in self.policy.lists["industries"]]:
            yield f"“{strange[0]}”不在政策的行业中", "industry", row
        homes = self.homes.get(told_by(row, self.decisions.apart), []) if row["credit_code"] and row[ROW] not in self.decisions.sites else []
        if len(homes) > 1:
            yield f"由{LIST.join(homes)}同时报送，须先核实属地", "county", row

    def _undecided(self, rows: Sequence[Row]) -> Iterator[Reason]:
        """Processes without a grade, without a day of decision, or decided only after the notice has begun."""
        if lacking := [row for row in rows if not row["decided"]]:
            names = LIST.join(str(row["process"] or "") for row in lacking) if len(lacking) < len(rows) else ""
            yield next(filter(None, map(unsettled, lacking)), f"{names}还没有市级评定等级"), "decided", lacking[0]
        for row in rows:
            day = day_of(row["decided_date"])
            if day is None:
                yield f"{row['process']}没有填写决定日期", "decided_date", row
            elif day > self.notice.start:
                yield f"{row['process']}的决定日期 {day} 在公示开始日期 {self.notice.start} 之后", "decided_date", row


def _open(rows: Sequence[Row], question: str) -> Iterator[Reason]:
    """Parts that no rule compares."""
    if question:
        yield f"{question}；请由市级研究决定总体等级，再把各工序的市级评定等级都写成它", "decided", rows[0]


def _unofficial(parts: Sequence[Part], policy: Policy) -> Iterator[str]:
    for part in parts:
        table = policy.table(part.table)
        if table is None or table.status != TableStatus.OFFICIAL:
            yield table.name if table else part.table


def numbered(lines: Sequence[Mapping[str, str]], form: Form) -> list[dict[str, str | int]]:
    """The lines with their numbers, in the order of the form's fields."""
    return [{one.name: at if one.name == NUMBER else line[one.name] for one in form} for at, line in enumerate(lines, 1)]
