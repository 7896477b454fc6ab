"""The screening ledger: one line per enterprise with what every list says of it, and the rows that go into the county's own form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct

from xltools.model.form import Form
from xltools.model.local import localised
from xltools.model.policy import Policy
from xltools.model.screening import Pair, ScreenWords, Source
from xltools.model.table import Record
from xltools.rules.codes import PermitForm, is_credit_code, is_industry_code, permit_form
from xltools.rules.screen_rows import Row, contradictions
from xltools.rules.text import LIST, SAID

FIELDS = {Source.EMISSION: "emission", Source.PERMIT: "permit", Source.APPROVAL: "approval"}
TOLD = {
    Source.EMISSION: ("name", "credit_code", "county", "industry", "process", "current"),
    Source.PERMIT: ("name", "credit_code", "permit_no", "county", "industry", "category"),
    Source.APPROVAL: ("name", "credit_code", "county", "matter", "document_no", "document_date"),
}
IN_LINE, ASIS = ("name", "credit_code", "county", "permit_no"), "同左"
LONGEST, MOST = 1000, 200       # characters of a cell of the ledger, of a remark


class Basis(Struct, frozen=True):
    """What lines are made from. form: of the lists' rows · county: the county's screening form."""

    form: Form
    county: Form
    policy: Policy
    words: ScreenWords


class Enterprise(Struct, frozen=True):
    """One enterprise: its line of the ledger, and its rows for the county's form, none where it is for no county or no key industry."""

    line: Record
    county: str
    rows: tuple[Record, ...]
    asked: bool = False


def enterprise(rows: Sequence[Row], basis: Basis) -> Enterprise:
    """What the ledger and the county's form say of the enterprise of these rows."""
    industry = next((row.entry.industry for row in rows if basis.policy.industry(row.entry.industry)), "")
    counties = list(dict.fromkeys(row.entry.county for row in rows if row.entry.county))
    county = counties[0] if len(counties) == 1 else ""
    grades = list(dict.fromkeys(row.text("current") for row in rows if row.text("current")))
    target, day, why = _target(grades, basis)
    doubts = list(_doubts(rows, counties, industry, bool(target)))
    line: Record = {
        "county": county or LIST.join(counties) or None,
        "name": next((row.entry.name for row in rows if row.entry.name), None),
        "credit_code": next((row.entry.code for row in rows if row.entry.code), None) or next((row.entry.typed for row in rows if row.entry.typed), None),
        "permit_no": _several(row.text("permit_no") for row in rows),
        **{name: _several(row.text(name) for row in rows) for name in ("town", "industry_code", "category")},
        "industry": industry or None,
        "written_industry": _several(row.text("industry") for row in rows),
        "lists": _lists(rows),
        "conflicts": SAID.join(contradictions(rows, basis.form))[:LONGEST] or None,
        "current": LIST.join(grades) or None,
        "target": target or None,
        "target_date": day,
        "basis": why or None,
        "confirm": SAID.join(doubts) or None,
    }
    for source, name in FIELDS.items():
        own = [row for row in rows if row.entry.source is source]
        line[name] = SAID.join(dict.fromkeys(_as_listed(row, line, basis) for row in own))[:LONGEST] or None
        line[f"{name}_rows"] = SAID.join(dict.fromkeys(str(row.entry.place) for row in own))[:LONGEST] or None
    prefilled = tuple(_prefilled(rows, line, basis)) if county and industry else ()
    return Enterprise(line, county, prefilled, asked=bool(industry) and not target)


def _several(values: Iterable[str]) -> str | None:
    return LIST.join(dict.fromkeys(value for value in values if value))[:MOST] or None


def _lists(rows: Sequence[Row]) -> str:
    found = [source for source in Source if any(row.entry.source is source for row in rows)]
    return LIST.join(found) if len(found) > 1 else f"只在{found[0]}"


def _as_listed(row: Row, line: Record, basis: Basis) -> str:
    """One row as its list writes it; name, code and county only where the line has them otherwise."""
    said = [(basis.form[name].label, row.text(name)) for name in TOLD[row.entry.source] if name not in IN_LINE or row.text(name) != line[name]]
    return "，".join(f"{label} {value}" for label, value in said if value) or ASIS


def _target(grades: Sequence[str], basis: Basis) -> tuple[str, date | None, str]:
    """The expected grade and day that the notice itself gives: D must be gone by the end of the year. Nothing else is said anywhere.

    Source: 三环文〔2022〕69号 一.
    """
    if len(grades) != 1 or grades[0] not in basis.words.steps_up:
        return "", None, ""
    schemes = [one for one in basis.policy.schemes if grades[0] in one.grades]
    if len(schemes) != 1 or grades[0] != schemes[0].lowest:
        return "", None, ""
    return schemes[0].grades[-2], date(basis.policy.year, 12, 31), localised(basis.words.basis, basis.policy)


def _doubts(rows: Sequence[Row], counties: Sequence[str], industry: str, settled: bool) -> Iterator[str]:
    """What a person has to find out."""
    if not counties:
        yield "不知道在哪个县（市、区）"
    elif len(counties) > 1:
        yield "属地须核实"
    if not any(row.entry.code for row in rows):
        yield "没有正确的信用代码"
    if not industry:
        yield "是不是重点行业"
    elif not settled:
        yield "预期等级和时限没有规定，由企业和县（市、区）确定"


def _prefilled(rows: Sequence[Row], line: Record, basis: Basis) -> Iterator[Record]:
    """The rows of the county's form: one per process of the emission list, else one; only what the form accepts is filled in."""
    known = {"name": line["name"], "industry": line["industry"], "target": line["target"], "target_date": line["target_date"]}
    code = str(line["credit_code"] or "")
    if is_credit_code(code):
        known["credit_code"] = code
    permits = [row.entry.permit for row in rows if permit_form(row.entry.permit) is PermitForm.NATIONAL]
    if permits:
        known["permit_no"] = permits[0]
    tables = basis.policy.options("tables", str(line["industry"]))
    if len(tables) == 1:
        known["table"] = tables[0]
    known["town"] = next((row.text("town") for row in rows if row.text("town")), None)
    own = [row for row in rows if row.entry.source is Source.EMISSION] or list(rows[:1])
    processes = {row.text("process"): row for row in reversed(own)}
    for process, row in sorted(processes.items()):
        yield {**known, **_of_row(row, rows, basis), "process": process or None, "remark": _remark(line, code)}


def _of_row(row: Row, rows: Sequence[Row], basis: Basis) -> Record:
    """What one row says of a process, where the county's form takes it."""
    lists = {"current": basis.policy.options("current_grades"), "capacity_unit": basis.policy.options("capacity_units")}
    found: Record = {name: row.text(name) for name, options in lists.items() if row.text(name) in options}
    found["industry_code"] = next((row_code for other in (row, *rows) if is_industry_code(row_code := other.text("industry_code"))), None)
    found["product"] = next((other.text("product") for other in (row, *rows) if other.text("product")), None)
    capacity = row.record.get("capacity")
    return {**found, "capacity": capacity if isinstance(capacity, float | int) else None}


def _remark(line: Record, code: str) -> str:
    """What the county has to see to, in its own form."""
    said = [f"清单所写信用代码“{code}”不对" if code and not is_credit_code(code) else "", str(line["conflicts"] or ""), f"预填，{line['lists']}"]
    return SAID.join(filter(None, said))[:MOST]


def in_order(enterprises: Iterable[Enterprise], policy: Policy) -> list[Enterprise]:
    """By industry, then category, county and name; what is no key industry last. Source: 三环文〔2022〕69号 二(一)."""
    industries, counties = ({name: at for at, name in enumerate(policy.lists[one])} for one in ("industries", "counties"))

    def at(one: Enterprise) -> tuple[int, str, str, int, str]:
        line = {name: str(value or "") for name, value in one.line.items()}
        return industries.get(line["industry"], len(industries)), "" if line["industry"] else line["written_industry"], line["category"], counties.get(line["county"], len(counties)), line["name"]

    return sorted(enterprises, key=at)


def asked_line(pair: Pair, rows: Sequence[Row]) -> Record:
    """A pair as the sheet of questions shows it."""
    line: Record = {"why": pair.why.value, "likeness": round(pair.likeness)}
    for which, number in (("first", pair.first), ("second", pair.second)):
        entry = rows[number].entry
        line |= {f"{which}_list": entry.source.value, f"{which}_name": entry.name or None, f"{which}_code": entry.typed or None}
        line |= {f"{which}_county": entry.county or None, f"{which}_industry": rows[number].text("industry") or None}
        line |= {f"{which}_place": str(entry.place), f"{which}_mark": entry.mark}
    return line
