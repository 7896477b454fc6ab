"""The account of a merge: how each row stands, which rows do not count and why, and whether the numbers add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from xltools.model.account import Account
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, Severity
from xltools.model.form import Form, Owner
from xltools.model.outcome import Outcome, Submission
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.model.value import number_text
from xltools.rules.city import Seen, city_records, place_in_order, plain

CLEAN, DOUBTFUL, WRONG = "无问题", "有提醒", "有错误"
KEPT = "来源文件不在本次收件箱，沿用上次"
RANKS = {word: rank for rank, word in enumerate((CLEAN, KEPT, DOUBTFUL, WRONG))}
# Findings that keep a whole workbook, or one row, out of the summary; the last are about lines outside the records.
SETS_ASIDE = frozenset({Code.SENT_TWICE, Code.SENT_TWICE_TIE, Code.SENT_AGAIN, Code.SENT_APART})
KEEPS_OUT = frozenset({Code.ROW_WITHOUT_KEY})
OUTSIDE = frozenset({Code.OUTSIDE_ROWS, Code.SAID_NONE})

Rows = Mapping[tuple[str, str, int], str]  # (file, sheet, row) → what is known of that row


class Known(Struct, frozen=True):
    """What the findings say: how single rows stand, why some do not count, why whole workbooks do not."""

    states: Rows
    refused: Rows
    set_aside: Mapping[str, str]


def known(outcome: Outcome) -> Known:
    """What the findings of a run say of its rows."""
    return Known(states(outcome.findings), refused(outcome.findings), set_aside(outcome))


def all_findings(outcome: Outcome) -> list[Finding]:
    """The findings of a run, also those of workbooks that another one replaces, of which a run says no more than that."""
    return list(dict.fromkeys([*outcome.findings, *(found for one in outcome.submissions if not one.accepted for found in one.findings)]))


def states(findings: Iterable[Finding]) -> dict[tuple[str, str, int], str]:
    """How each row with an error or a warning stands."""
    found: dict[tuple[str, str, int], str] = {}
    for finding in findings:
        word = {Severity.ERROR: WRONG, Severity.WARNING: DOUBTFUL}.get(finding.severity, CLEAN)
        for at in {(place.file, place.sheet, place.row) for place in finding.marked if place.row}:
            found[at] = worst(word, found.get(at, CLEAN))
    return found


def worst(*words: str) -> str:
    """The gravest of some states."""
    return max(words, key=RANKS.__getitem__)


def refused(findings: Iterable[Finding]) -> dict[tuple[str, str, int], str]:
    """Rows that cannot be merged, with the reason."""
    return {
        (finding.place.file, finding.place.sheet, finding.place.row): finding.message
        for finding in findings
        if finding.code in KEEPS_OUT
    }


def set_aside(outcome: Outcome) -> dict[str, str]:
    """Workbooks whose rows do not count, with the reason."""
    aside = [one for one in outcome.submissions if not one.accepted]
    said: dict[str, list[Finding]] = {one.file: [] for one in aside}
    for finding in outcome.findings:
        if finding.place.file in said:
            said[finding.place.file].append(finding)
    return {one.file: _reason(one, said[one.file]) for one in aside}


def _reason(submission: Submission, findings: Iterable[Finding]) -> str:
    """Why a workbook does not count. findings: about it."""
    cover = submission.tables.get("cover")
    county = cover.place(0, "county") if cover else None
    told = [
        finding.message
        for finding in findings
        if finding.code in SETS_ASIDE or (finding.place == county and finding.severity is Severity.ERROR)
    ]
    return told[0] if told else "不知道是哪个县（市、区）报送的"


def unmerged(seen: Seen, known: Known) -> list[dict[str, object]]:
    """The records of one workbook that are in no city table, each with its reason."""
    submission = seen.submission
    whole = known.set_aside.get(submission.file)
    records: list[dict[str, object]] = []
    for table in row_tables(submission):
        for at, row in enumerate(table.rows):
            if reason := whole or known.refused.get((table.file, table.sheet, row)):
                source = {"county": submission.county or None, "source_file": table.file, "source_sheet": table.sheet, "source_row": row}
                own = {name: seen.column(table.form.name, name)[at] for name in ("name", "credit_code", "process")}
                records.append({**own, **source, "reason": reason})
    return records


def row_tables(submission: Submission) -> list[Table]:
    """The tables of a workbook that hold one record a row."""
    return [table for table in submission.tables.values() if table.form.layout == "rows"]


def log(form: Form, tables: Mapping[str, Table], outcome: Outcome, policy: Policy, accounts: Mapping[tuple[str, str], Account] = MappingProxyType({})) -> Table:
    """What became of every row of every sheet of every file: read in, merged, named; and the rows kept from last time.

    accounts: of every sheet; what they count beside rows is said in the last words of its line.
    """
    merged = Counter(at for name, table in tables.items() if table.form.collects for at in sources_of(table))
    named = Counter(sources_of(tables["unmerged"]))
    outside = Counter((f.place.file, f.place.sheet) for f in all_findings(outcome) if f.code in OUTSIDE)
    why = set_aside(outcome)
    records: list[dict[str, object]] = []
    for one in sorted(outcome.submissions, key=lambda one: place_in_order(one, policy)):
        facts = {"county": one.county or None, "batch": one.batch or None, "file": one.file, "template": one.version or None, "sha256": one.sha256 or None}
        for table in row_tables(one):
            at = (table.file, table.sheet)
            left = named[at] + outside[at]
            result = f"未汇总：{why[one.file]}" if one.file in why else f"有{left}行没有汇总" if left else "已汇总"
            seen = content_rows(one.raw.get(table.form.name, table)) + outside[at]
            records.append({**facts, "sheet": table.sheet, "seen": seen, "merged": merged[at], "named": left, "outcome": result + (f"；{_counted(accounts[at])}" if at in accounts else "")})
    records += _kept_lines(tables)
    told = {finding.place.file: finding.message for finding in reversed(outcome.findings)}
    records += [{"file": file, "outcome": told.get(file, "")} for file in sorted(outcome.unread)]
    return city_records(form, records)


def _counted(one: Account) -> str:
    """Blank lines, cells and sums of a sheet, for the log."""
    sums = "".join(f"；{name.partition('·')[2]}合计{number_text(read)}={number_text(went)}" for name, (read, went) in one.sums.items())
    return f"空行{one.blank}、合计和说明行{one.outside}；格{one.cells}=照原样{one.plain}+改写{one.changed}+未读懂{one.refused}{sums}"


def _kept_lines(tables: Mapping[str, Table]) -> list[dict[str, object]]:
    """A line for every sheet of every file whose rows are kept from last time."""
    rows: Counter[tuple[str, str, str]] = Counter()
    for table in tables.values():
        if table.form.collects:
            origins = zip(*(table.cells[name] for name in ("county", "source_file", "source_sheet")), strict=True)
            rows.update(compress(origins, _stays(table)))
    return [{"county": county, "file": file, "sheet": sheet, "kept": count, "outcome": KEPT} for (county, file, sheet), count in rows.items()]


def sources_of(table: Table) -> list[tuple[str, str]]:
    """File and sheet of every row that came today."""
    return list(zip(*(today(table, name) for name in ("source_file", "source_sheet")), strict=True))


def today(table: Table, name: str) -> list[Any]:
    """One column of a city table: the rows that came today."""
    return [value for value, stays in zip(table.cells[name], _stays(table), strict=True) if not stays]


def _stays(table: Table) -> list[bool]:
    """Whether each row is kept from last time."""
    return [status == KEPT for status in table.column("status")]


def balance(log: Table) -> list[Finding]:
    """A finding for every sheet whose rows read in are not its rows merged and named."""
    found = []
    for line in log.records():
        if line["sheet"] is not None and line["seen"] is not None and line["seen"] != line["merged"] + line["named"]:
            place = Place(str(line["file"]), str(line["sheet"]))
            found.append(Code.NOT_BALANCED.at(place, seen=line["seen"], merged=line["merged"], named=line["named"]))
    return found


def content_rows(table: Table) -> int:
    """How many rows of a table, as read, hold something a person typed."""
    blank: Sequence[int] = range(len(table.rows))
    for column in (table.cells[field.name] for field in table.form.owned(Owner.COUNTY) if field.name in table.cells):
        blank = [at for at in blank if plain(column[at]) is None]
    return len(table.rows) - len(blank)
