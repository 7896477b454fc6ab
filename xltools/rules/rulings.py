"""What a person decided about conflicts: read once, remembered with its date, applied in every later merge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.conflict import Clash, Conflict, Decision, Memory, Ruling, Side, conflict_id
from xltools.model.finding import Finding, Place
from xltools.model.form import Form
from xltools.model.outcome import Outcome, Submission
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.rules.city import Seen, city_records, plain, plain_record
from xltools.rules.cross import groups, newest
from xltools.rules.deadlines import last_day
from xltools.rules.identity import as_side, common, conflicts, own, sent_twice

REASON = "{clash}：{day}的决定是“{decision}”，以{winner}为准"
CODES = {
    Clash.TWO_NAMES: Code.CODE_TWO_NAMES_ACROSS,
    Clash.TWO_CODES: Code.NAME_TWO_CODES_ACROSS,
    Clash.TWO_FILES: Code.ROW_IN_TWO_FILES,
    Clash.CLOSE: Code.NAMES_CLOSE,
}
Rows = dict[tuple[str, str, int], str]
Record = Mapping[Any, object]


class Settled(Struct, frozen=True):
    """Conflicts after the decisions. left_out: rows that do not count, with the reason · decided: (conflict, decision) of those that
    leave no row out · over: all rows of conflicts that a decision put an end to · alone: rows left out though the county that was chosen has not reported since."""

    open: tuple[Conflict, ...] = ()
    decided: tuple[tuple[Conflict, Decision], ...] = ()
    left_out: Mapping[tuple[str, str, int], str] = field(default_factory=dict)
    over: frozenset[tuple[str, str, int]] = frozenset()
    alone: frozenset[tuple[str, str, int]] = frozenset()


def remembered(sources: Iterable[Iterable[Record]], today: date) -> Memory:
    """The decisions on the sheet of names, those just made on the sheet of conflicts, and some brought along, in this order.

    One without a day was made today. Of two about one conflict the later day counts, on one day the one that comes first.
    What is none of the choices decides nothing, see `not_understood`.
    """
    lines: dict[str, Record] = {}
    for record in (record for records in sources for record in records):
        line = _line(record, today)
        if line and _day(line) > _day(lines.get(str(line["about"]), {})):
            lines[str(line["about"])] = line
    return Memory({about: _ruling(line) for about, line in lines.items()}, tuple(lines.values()))


def not_understood(*tables: Table) -> list[Finding]:
    """A finding for every cell where a decision stands that is none of the choices."""
    return [
        Code.DECISION_UNKNOWN.at(table.place(row, "decision"), value=value, choices="、".join(Decision))
        for table in tables
        for row, value in zip(table.rows, table.cells["decision"], strict=True)
        if plain(value) is not None and str(value).strip() not in tuple(Decision)
    ]


def contradictions(names: Table, found: Iterable[Conflict]) -> list[Finding]:
    """A finding at every decision on the sheet of names that others contradict."""
    rows = {about: row for row, about in zip(names.rows, names.column("about"), strict=True)}
    return [Code.DECISIONS_CONTRADICT.at(names.place(rows[one.id], "decision"), **_both(one)) for one in found]


def _both(one: Conflict) -> dict[str, object]:
    """How a sentence names the two sides: by their names, or where those are one by their codes."""
    first, second = (one.first.code, one.second.code) if one.clash is Clash.TWO_CODES else (one.first.name, one.second.name)
    return {"first": first, "second": second, "decision": Decision.BOTH.value}


def _day(line: Record) -> date:
    day = line.get("decided_date")
    return day if isinstance(day, date) else date.min


def _line(record: Record, today: date) -> dict[str, object] | None:
    """A line of the sheet of names; None without a decision, or when it or the kind of conflict is none of ours."""
    values = plain_record(record)
    try:
        clash, decision = Clash(str(values.get("clash"))), Decision(str(values.get("decision")).strip())
    except ValueError:
        return None
    day = values.get("decided_date")
    if isinstance(day, str):
        day = _as_date(day)
    first, second = as_side(values, "first"), as_side(values, "second")
    named = values.get("about") or conflict_id(clash, common(clash, first, second), (own(clash, first), own(clash, second)))
    return {**values, "about": str(named), "clash": clash.value, "decision": decision.value, "decided_date": day or today}


def _as_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _ruling(line: Record) -> Ruling:
    clash = Clash(str(line["clash"]))
    first, second = as_side(line, "first"), as_side(line, "second")
    return Ruling(str(line["about"]), clash, Decision(str(line["decision"])), own(clash, first), own(clash, second), _day(line))


def name_table(form: Form, memory: Memory) -> Table:
    """The sheet of names: every decision, in the order they were made."""
    return city_records(form, sorted(memory.lines, key=lambda line: (_day(line), str(line["about"]))))


def conflict_table(form: Form, found: Sequence[Conflict]) -> Table:
    """The sheet of conflicts: those nobody has decided yet, both sides with their cells."""
    return city_records(form, [_asked(one) for one in found])


def _asked(one: Conflict) -> dict[str, object]:
    line: dict[str, object] = {"about": one.id, "clash": one.clash.value, "process": one.first.process or None, "batch": one.first.batch or None}
    for which, side, more in (("first", one.first, len(one.firsts)), ("second", one.second, len(one.seconds))):
        place = side.place
        values = {"county": side.county, "name": side.name, "code": side.code, "file": place.file, "sheet": place.sheet, "cell": place.cell}
        line |= {f"{which}_{name}": value or None for name, value in values.items()} | {f"{which}_rows": more}
    return line


def settle_files(outcome: Outcome, memory: Memory) -> tuple[Outcome, list[Conflict]]:
    """The outcome with the workbooks accepted that a person chose, and the pairs nobody has decided about yet."""
    from_one_county = [group for group in groups(outcome.submissions).values() if len(group) > 1 and newest(group) is None]
    accepted: dict[str, str] = {}
    still_open: list[Conflict] = []
    for group in from_one_county:
        alive, asked = _chosen(group, memory)
        still_open += asked
        if not asked:
            kept = "、".join(one.file for one in alive)
            accepted |= {one.file: kept for one in group}
            outcome = _with_files(outcome, group, alive)
    return outcome, still_open


def _chosen(group: Sequence[Submission], memory: Memory) -> tuple[list[Submission], list[Conflict]]:
    """The workbooks that no decision leaves out, and the undecided pairs among them."""
    alive = sorted(group, key=lambda one: one.file)
    while True:
        pairs = sent_twice(alive, memory)
        lost = {loser.file for pair in pairs for loser in losers(pair, memory.decision(pair))}
        if not lost:
            return alive, [pair for pair in pairs if memory.decision(pair) is None]
        alive = [one for one in alive if one.file not in lost]


def _with_files(outcome: Outcome, group: Sequence[Submission], kept: Sequence[Submission]) -> Outcome:
    """The outcome with these workbooks of a group accepted, the others set aside for them."""
    files, chosen = {one.file for one in group}, {one.file for one in kept}
    findings = [one for one in outcome.findings if not (one.code is Code.SENT_TWICE_TIE and one.place.file in files) and one.place.file not in files - chosen]
    names = "、".join(sorted(chosen))
    findings += [Code.SENT_TWICE.at(Place(one.file), county=one.county, batch=one.batch, kept=names) for one in group if one.file not in chosen]
    submissions = tuple(replace(one, accepted=one.file in chosen) if one.file in files else one for one in outcome.submissions)
    return replace(outcome, findings=tuple(findings), submissions=submissions)


def losers(conflict: Conflict, decision: Decision | None) -> tuple[Side, ...]:
    """The rows that a decision leaves out."""
    if not conflict.clash.about_rows:
        return ()
    return {Decision.FIRST: conflict.seconds, Decision.SECOND: conflict.firsts}.get(decision, ()) if decision else ()


def settle(sides: Sequence[Side], memory: Memory, policy: Policy) -> Settled:
    """The conflicts among these rows with every decision applied; what is left after one may be in conflict with something else."""
    left_out: Rows = {}
    over, alone = set[tuple[str, str, int]](), set[tuple[str, str, int]]()
    alive = list(sides)
    while True:
        found = conflicts(alive, policy, memory)
        lost = {side.at: _reason(one, memory) for one in found for side in losers(one, memory.decision(one))}
        if not lost:
            break
        left_out |= lost
        alone |= {side.at for one in found for side in _alone(one, memory, policy)}
        over |= {side.at for one in found if losers(one, memory.decision(one)) for side in one}
        alive = [side for side in alive if side.at not in lost]
    decided = [(one, memory.decision(one)) for one in found]
    return Settled(
        tuple(one for one, decision in decided if decision is None),
        tuple((one, decision) for one, decision in decided if decision is not None),
        left_out,
        frozenset(over | {side.at for one, decision in decided if decision is not None for side in one}),
        frozenset(alone),
    )


def _alone(conflict: Conflict, memory: Memory, policy: Policy) -> list[Side]:
    """Of the rows left out those of a month due after the decision and later than any of the other county's: the enterprise may have moved since."""
    lost = losers(conflict, memory.decision(conflict))
    if conflict.clash is not Clash.TWO_COUNTIES or not lost:
        return []
    latest = max(policy.month(side.batch) for side in conflict if side not in lost)
    decided, due = memory.rulings[conflict.id].decided or date.min, policy.deadline("review")
    return [side for side in lost if (month := policy.month(side.batch)) > latest and last_day(due, policy.year, month) >= decided]


def _reason(conflict: Conflict, memory: Memory) -> str:
    ruling, decision = memory.rulings[conflict.id], memory.decision(conflict)
    winner = conflict.first if decision is Decision.FIRST else conflict.second
    who = winner.file if conflict.clash is Clash.TWO_FILES else winner.county
    return REASON.format(clash=conflict.clash.value, day=ruling.decided or "", decision=ruling.decision.value, winner=who)


def with_reviews(settled: Settled, outcome: Outcome, sides: Iterable[Side], forms: Iterable[str]) -> Settled:
    """Also leaves out the rows of `forms` in the same workbook about a process whose row in the list is left out."""
    lost = {(side.file, side.code, side.process): settled.left_out[side.at] for side in sides if side.at in settled.left_out}
    more: Rows = {}
    for one in outcome.accepted:
        seen = Seen(one)
        for name in (name for name in forms if name in one.tables):
            table = one.tables[name]
            who = zip(seen.column(name, "credit_code"), seen.column(name, "process"), strict=True)
            for row, (code, process) in zip(table.rows, who, strict=True):
                if reason := lost.get((one.file, str(code or ""), str(process or ""))):
                    more[table.file, table.sheet, row] = reason
    return replace(settled, left_out={**settled.left_out, **more})


def conflict_findings(settled: Settled, outcome: Outcome) -> list[Finding]:
    """A finding on both sides of every open conflict; on two counties only where the check has not said it already."""
    said = {one.place for one in outcome.findings if one.code is Code.TWO_COUNTIES}
    found = []
    for one in settled.open:
        for side, other in ((one.first, one.second), (one.second, one.first)):
            where = f"{other.county}（{other.place}）"
            if one.clash is not Clash.TWO_COUNTIES:
                found.append(CODES[one.clash].at(side.place, name=side.name, code=side.code, process=side.process, other=other.name, where=where, other_code=other.code))
            elif side.place not in said:
                found.append(Code.TWO_COUNTIES.at(side.place, name=side.name, process=side.process, other=where))
    return found


def without_decided(outcome: Outcome, settled: Settled) -> Outcome:
    """The outcome without the words about two counties where a person has decided; a note says what was decided."""
    open_rows = {side.at for one in settled.open if one.clash is Clash.TWO_COUNTIES for side in one}
    kept = []
    for one in outcome.findings:
        at = (one.place.file, one.place.sheet, one.place.row)
        if one.code is not Code.TWO_COUNTIES or at in open_rows or at not in settled.over:
            kept.append(one)
    return replace(outcome, findings=tuple(kept))


def notes(settled: Settled, memory: Memory, sides: Iterable[Side]) -> Iterator[Finding]:
    """What was decided about each conflict, on a row of it."""
    for conflict, _ in settled.decided:
        ruling = memory.rulings[conflict.id]
        yield Code.DECIDED.at(conflict.first.place, name=conflict.first.name, clash=conflict.clash.value, day=ruling.decided, decision=ruling.decision.value)
    for side in sides:
        if reason := settled.left_out.get(side.at):
            facts = {"name": side.name, "process": side.process, "reason": reason}
            alone = side.at in settled.alone
            yield Code.LEFT_OUT_ALONE.at(side.place, **facts, batch=side.batch, county=side.county) if alone else Code.ROW_LEFT_OUT.at(side.place, **facts)
