"""One line per enterprise: the whole from its parts, without deciding what no rule decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from xltools.model.form import Form
from xltools.model.grouped import grouped
from xltools.model.policy import Policy, Scheme
from xltools.model.table import Cells, Table
from xltools.rules.account import worst
from xltools.rules.city import city_columns, plain_records
from xltools.rules.identified import Apart, At, Identified, Who
from xltools.rules.reached import UNDECIDED, UNVERIFIED
from xltools.rules.text import LIST, cell_key, company_key

ROW, ENTERPRISE, EARLIER = "row of the ledger", "enterprise", "decided in an earlier batch"   # what a record of the ledger is given besides its fields
PLAIN = Identified()   # of a row of which nothing is known but what it says
Row = dict[str, Any]
GRADES = ("current", "applied", "conclusion", "decided")
SHOWN = ("name", "industry", "honour", "protected")
NEEDED = ("county", "batch", "credit_code", "process", "table", "status", *SHOWN, *GRADES, "source_file", "source_sheet", "source_row")


class Part(Struct, frozen=True):
    """One process of an enterprise: its indicator table and the grade in question; "" where there is none."""

    process: str
    table: str
    grade: str


class Whole(Struct, frozen=True):
    """The grade of the enterprise, and what a person has to know or decide about it; both may be ""."""

    grade: str
    question: str = ""


def whole(parts: Sequence[Part], policy: Policy) -> Whole:
    """The worst part, where one scheme ranks them all, or where a rule says that two schemes' grades count alike.

    A part without a grade leaves the whole to be verified; anything else is for a person to decide, with all parts listed.
    Source: 三环文〔2022〕69号 三(三)3.
    """
    grades = {part.grade for part in parts}
    if len(grades) == 1:
        return Whole(grades.pop())
    if "" in grades:
        return Whole(UNVERIFIED, f"{LIST.join(part.process for part in parts if not part.grade)}还没有等级")
    schemes = {part: scheme_of(part, policy) for part in parts}
    listed = LIST.join(f"{part.process} {part.grade}" for part in parts)
    worsts = [_worst(scheme, parts, schemes) for scheme in policy.schemes if scheme in schemes.values()]
    if None in schemes.values():
        return Whole(UNDECIDED, f"{listed}，有的不在指标表的等级中，不能比较")
    if len(worsts) == 1:
        return Whole(worsts[0][1])
    if any({f"{scheme.id}:{grade}" for scheme, grade in worsts} <= set(tier.grades) for tier in policy.tiers):
        return Whole(worsts[0][1], f"{listed}，两种等级同档，按{worsts[0][1]}统计")
    return Whole(UNDECIDED, f"{listed}，等级体系不同，没有规则可以比较")


def scheme_of(part: Part, policy: Policy) -> Scheme | None:
    """The scheme that ranks a part: its table's, or the only one with such a grade; None when there is none."""
    of_table = policy.scheme_of(part.table)
    possible = [of_table] if of_table else [scheme for scheme in policy.schemes if part.grade in scheme.grades]
    return possible[0] if len(possible) == 1 and part.grade in possible[0].grades else None


def _worst(scheme: Scheme, parts: Iterable[Part], schemes: Mapping[Part, Scheme | None]) -> tuple[Scheme, str]:
    return scheme, max((part.grade for part in parts if schemes[part] == scheme), key=scheme.rank)


def enterprises(form: Form, ledger: Table, policy: Policy, known: Mapping[At, Identified] | None = None) -> Table:
    """One record per enterprise and county, in the ledger's order; of one process the latest batch counts.

    known: what is known of the enterprise of rows, by their source; a row that is not in it is told by its code, or else its name.
    """
    cells: dict[str, Sequence[Any]] = {name: ledger.cells[name] for name in NEEDED} | {ROW: ledger.rows}
    cells[ENTERPRISE] = known_of(ledger, known or {})
    firsts, more, elsewhere = _grouped(cells)
    columns = _alone({name: [column[at] for at in firsts] for name, column in cells.items()} if more else cells, policy, elsewhere)
    for at, rows in more.items():
        records = latest([{name: column[row] for name, column in cells.items()} for row in rows], policy)
        for name, value in _line(records, ledger.form, policy, elsewhere[at]).items():
            columns[name][at] = value
    return city_columns(form, columns)


def known_of(ledger: Table, known: Mapping[At, Identified]) -> list[Identified]:
    """What is known of the enterprise of every row."""
    sources = zip(*(ledger.cells[name] for name in ("source_file", "source_sheet", "source_row")), strict=True)
    return [known.get((str(file), str(sheet), int(row or 0)), PLAIN) for file, sheet, row in sources]


def _grouped(cells: Cells) -> tuple[list[int], dict[int, list[int]], list[Sequence[str]]]:
    """The first row of every enterprise of a county, all rows of those that have several, by their number; and the other counties of each."""
    firsts, more, there = list[int](), dict[int, list[int]](), dict[str, dict[Who, int]]()
    for at, (county, one, code, name) in enumerate(zip(*(cells[name] for name in ("county", ENTERPRISE, "credit_code", "name")), strict=True)):
        number = there.setdefault(str(county), {}).setdefault(one.who or str(code or name or ""), len(firsts))
        if number == len(firsts):
            firsts.append(at)
        else:
            more.setdefault(number, [firsts[number]]).append(at)
    homes: dict[Who, str] = {}
    elsewhere: list[Sequence[str]] = [()] * len(firsts)
    settled = {one.who for one in cells[ENTERPRISE] if one.has_sites}
    shared = {who for county, numbers in there.items() for who in numbers if homes.setdefault(who, county) != county} - settled
    for who in shared:
        counties = sorted((county for county, numbers in there.items() if who in numbers), key=lambda county: there[county][who])
        for here in counties:
            elsewhere[there[here][who]] = [county for county in counties if county != here]
    return firsts, more, elsewhere


def _alone(cells: Cells, policy: Policy, elsewhere: Sequence[Sequence[str]]) -> dict[str, list[Any]]:
    """The lines of enterprises that have one row each, as `_line` makes them of more."""
    groups = {one.name: one.group or None for one in reversed(policy.counties)}
    applied = cells["process"], cells["applied"]
    said = {pair: _process_said(*pair) for pair in set(zip(*applied, strict=True))}
    return {
        **{name: [*cells[name]] for name in ("county", "batch", "status")},
        "group": [groups.get(county) for county in cells["county"]],
        **{name: [*map(_text, cells[name])] for name in SHOWN},
        "name": [one.name or _text(value) for one, value in zip(cells[ENTERPRISE], cells["name"], strict=True)],
        "credit_code": [one.code or value for one, value in zip(cells[ENTERPRISE], cells["credit_code"], strict=True)],
        **{name: [str(value or "") or None for value in cells[name]] for name in GRADES},
        "processes": [1] * len(elsewhere),
        "process_list": [said[pair] for pair in zip(*applied, strict=True)],
        "confirm": ["；".join(_asked(one.doubts, others)) or None for one, others in zip(cells[ENTERPRISE], elsewhere, strict=True)],
        "ledger_rows": [*map(str, cells[ROW])],
    }


def _process_said(process: object, applied: object) -> str:
    """A process and the grade that it applies for, as far as they are there."""
    return f"{process or ''} {applied or ''}".strip()


def rows_of(table: Table | None) -> list[Row]:
    """The rows of a table as plain values, each with its row of the sheet under ROW; [] for no table."""
    if table is None:
        return []
    return [{**record, ROW: row} for row, record in zip(table.rows, plain_records(table), strict=True)]


def numbered_records(table: Table | None) -> list[tuple[int, Row]]:
    """The same rows as (row of the sheet, values)."""
    return [(row.pop(ROW), row) for row in rows_of(table)]


def by_enterprise(ledger: Table, policy: Policy, apart: Apart = frozenset()) -> list[list[Row]]:
    """The rows of every enterprise and county, told by its code, or else its name; of one process the latest batch."""
    groups = grouped(rows_of(ledger), lambda row: (str(row["county"] or ""), told_by(row, apart)))
    return [latest(rows, policy) for rows in groups.values()]


def told_by(row: Row, apart: Apart) -> tuple[str, str]:
    """What tells the enterprise of a row: its code, or else its name; and its name, too, where a person said that two have the code."""
    code = cell_key(row["credit_code"] or row["name"] or row[ROW])
    own = (code, company_key(str(row["name"] or ""))) if apart else (code, "")
    return own if own in apart else (code, "")


def latest(rows: Sequence[Row], policy: Policy) -> list[Row]:
    """Of every process the rows of its latest batch, in the order they came; the row decided before stands under EARLIER while these are not decided."""
    if len(rows) == 1:
        return [*rows]
    processes = [cell_key(row["process"]) for row in rows]
    last: dict[str, int] = {}
    decided: dict[str, Row] = {}
    for process, row in zip(processes, rows, strict=True):
        month = policy.month(row["batch"])
        last[process] = max(last.get(process, 0), month)
        if row.get("decided") and month >= policy.month(decided.get(process, row)["batch"]):
            decided[process] = row
    found = [(process, row) for process, row in zip(processes, rows, strict=True) if policy.month(row["batch"]) == last[process]]
    return [row if row.get("decided") or process not in decided else {**row, EARLIER: decided[process]} for process, row in found]


def unsettled(row: Mapping[str, Any]) -> str:
    """That a process waits for its decision, and what it was decided before: whether that still counts no rule says; "" where it does not wait so."""
    before = row.get(EARLIER)
    return f"{row['process']}{row['batch'] or ''}批次还没有评定，{before['batch'] or ''}批次评定为 {before['decided']}，是否仍按它由市级确认" if before else ""


def _line(rows: Sequence[Row], form: Form, policy: Policy, elsewhere: Sequence[str]) -> Row:
    """The line of one enterprise from its rows in the ledger."""
    wholes = {} if len(rows) == 1 else {name: whole(_parts(rows, name), policy) for name in GRADES}
    questions = [f"{form[name].label}：{one.question}" for name, one in wholes.items() if one.question]
    questions += [f"{form['decided'].label}：{unsettled(row)}" for row in rows if EARLIER in row]
    doubts = [*dict.fromkeys(doubt for row in rows for doubt in row[ENTERPRISE].doubts)]
    questions += _asked(doubts, elsewhere)
    decided = {name: value for name, value in (("name", rows[-1][ENTERPRISE].name), ("credit_code", rows[-1][ENTERPRISE].code)) if value}
    return {
        **{name: rows[-1][name] for name in ("county", "batch", "credit_code")},
        "group": next((one.group or None for one in policy.counties if one.name == rows[-1]["county"]), None),
        **{name: _distinct(row[name] for row in rows) for name in SHOWN},
        **decided,
        **{name: (wholes[name].grade if wholes else str(rows[0][name] or "")) or None for name in GRADES},
        "processes": len({cell_key(row["process"]) for row in rows}),
        "process_list": "；".join(_process_said(row["process"], row["applied"]) for row in rows),
        "confirm": "；".join(questions) or None,
        "status": worst(*(row["status"] for row in rows)),
        "ledger_rows": LIST.join(str(row[ROW]) for row in rows),
    }


def _asked(doubts: Sequence[str], elsewhere: Sequence[str]) -> list[str]:
    """What a person has to look at besides the grades: the kinds of its open conflicts, the other counties that report it."""
    asked = [f"{LIST.join(doubts)}，见冲突处理"] if doubts else []
    return [*asked, f"同时由{LIST.join(elsewhere)}报送，需核实属地"] if elsewhere else asked


def _parts(rows: Sequence[Row], name: str) -> list[Part]:
    return [Part(*(str(row[one] or "") for one in ("process", "table", name))) for row in rows]


def _text(value: object) -> str | None:
    return None if value is None else str(value) or None


def _distinct(values: Iterable[object]) -> str | None:
    return LIST.join(dict.fromkeys(str(value) for value in values if value is not None)) or None
