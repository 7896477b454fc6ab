"""County workbooks into the city's records: every row that came in is in a city sheet, or is named with the reason why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from operator import le
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.form import Field, Form, Kind, Owner, Template
from xltools.model.outcome import Outcome
from xltools.model.policy import Policy
from xltools.model.table import Cells, Table
from xltools.rules.account import CLEAN, Known, Rows, known, unmerged, worst
from xltools.rules.city import Seen, city_columns, city_records, place_in_order, record_orders
from xltools.rules.text import LIST, SAID, company_key

YES, NO, ABSENT = "是", "否", "无"
# How far the solving of a problem is: (solved, late).
PROGRESS = {(True, NO): "按期完成", (True, YES): "逾期完成", (False, NO): "整改中", (False, YES): "逾期未完成"}
_PROCESS = ("credit_code", "process")  # what tells one process of one enterprise


class More(Struct, frozen=True):
    """What a merge knows besides today's workbooks. records: rows kept from last time, by form · left_out: rows that a decision
    leaves out, with the reason · gone: rows kept so far that it leaves out, as the list of unmerged rows names them."""

    records: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    left_out: Rows = field(default_factory=dict)
    gone: Sequence[Mapping[str, Any]] = ()


def combine(outcome: Outcome, policy: Policy, template: Template, more: More | None = None) -> dict[str, Table]:
    """The city's tables by form name: those that collect a county form, row for row, and the rows not merged.

    Counties come in the policy's order, then batches, files and rows: the order in which files were read changes nothing.
    A cell that was not understood holds what was typed.
    """
    more = more or More()
    facts = known(outcome)
    facts = replace(facts, refused={**facts.refused, **more.left_out})
    columns: dict[str, dict[str, list[Any]]] = {form.name: {one.name: [] for one in reported(form)} for form in template if form.collects}
    named: list[Mapping[str, Any]] = []
    # Workbook by workbook: what one looks like to the city is needed no longer than for its own rows.
    for seen in (Seen(one) for one in sorted(outcome.submissions, key=lambda one: place_in_order(one, policy))):
        for name, there in columns.items() if seen.submission.accepted else ():
            for field_name, values in collected(template[name], seen, facts).items():
                there[field_name] += values
        named += unmerged(seen, facts)
    for name, there in columns.items():
        for field_name, column in there.items():
            column += [record.get(field_name) for record in more.records.get(name, ())]
    tables = {name: city_columns(template[name], _ordered(columns.pop(name), policy)) for name in [*columns]}
    return {**tables, "unmerged": city_records(template["unmerged"], [*named, *more.gone])}


def _ordered(columns: Cells, policy: Policy) -> Cells:
    """The columns with their rows in the order of `record_orders`."""
    origins = [columns[name] for name in ("county", "batch", "source_file")]
    ranks = record_orders(zip(*origins, strict=True), policy)
    places = [ranks[one] for one in zip(*origins, strict=True)]
    if all(map(le, places, places[1:])):
        return columns
    order = sorted(range(len(places)), key=places.__getitem__)
    return {name: [column[at] for at in order] for name, column in columns.items()}


def collected(form: Form, seen: Seen, known: Known) -> Cells:
    """The records of one workbook for a city form as columns, with where each came from; {} without such a sheet or without records."""
    submission = seen.submission
    table = submission.tables.get(form.collects)
    if table is None or not table.rows:
        return {}
    columns: dict[str, Sequence[Any]] = {one.name: column_of(one, form, seen) for one in reported(form)}
    rows = table.rows
    states = [known.states.get((table.file, table.sheet, row), CLEAN) for row in rows]
    also = joined_states(form, seen, known.states)
    columns |= {name: [value] * len(rows) for name, value in (("county", submission.county), ("source_file", table.file), ("source_sheet", table.sheet))}
    columns["batch"] = seen.column(form.collects, "batch") if "batch" in table.cells else [submission.batch or None] * len(rows)
    columns["source_row"] = rows
    columns["status"] = [worst(own, *others) for own, others in zip(states, also, strict=True)] if also else states
    merged = [at for at, row in enumerate(rows) if (table.file, table.sheet, row) not in known.refused]
    return columns if len(merged) == len(rows) else {name: [column[at] for at in merged] for name, column in columns.items()}


def reported(form: Form) -> Iterator[Field]:
    """The fields of a city form that a merge fills; what the city wrote comes later."""
    return (one for one in form if one.owner is not Owner.CITY)


def column_of(one: Field, form: Form, seen: Seen) -> Sequence[Any]:
    """One column of a city form from one workbook: as reported, computed, or joined from another sheet."""
    table = seen.submission.tables[form.collects]
    source, _, name = one.inherits.partition(".")
    if one.name == "materials_missing":
        return missing_materials(table)
    if one.name == "progress":
        return progress(table, seen.submission.report_date)
    if one.name == "as_typed":
        return other_wording(seen, table)
    if source not in ("", form.collects):
        return joined(seen, table, source, name)
    computed = table.form[name].formula if source else ""
    if computed == "lookup":
        return names_told_apart(seen, table.form.name)
    return overdue(table, seen.submission.report_date) if computed == "overdue" else seen.column(form.collects, name)


def missing_materials(table: Table) -> list[int]:
    """For each record, how many of the papers it should come with are said not to be there."""
    materials = [table.column(one.name) for one in table.form if one.list == "materials"]
    return [sum(column[at] == ABSENT for column in materials) for at in range(len(table.rows))]


def other_wording(seen: Seen, table: Table) -> list[str | None]:
    """For each record the grades that were typed otherwise than they were understood: “现有等级：地方A”."""
    form = table.form.name
    raw = seen.submission.raw.get(form, table)
    said: list[list[str]] = [[] for _ in table.rows]
    for one in (one for one in table.form if one.kind is Kind.GRADE and one.name in raw.cells):
        for words, typed, value in zip(said, seen.typed(form, one.name), seen.column(form, one.name), strict=True):
            if typed is not None and str(typed).strip() != value:
                words.append(f"{one.label}：{str(typed).strip()}")
    return [SAID.join(words) or None for words in said]


def joined(seen: Seen, table: Table, other: str, name: str) -> list[Any]:
    """The values that rows of another sheet with the same enterprise and process have in `name`; several stand side by side."""
    found: dict[tuple[str, ...], list[object]] = {}
    if other in seen.submission.tables:
        for one, value in zip(seen.keys(other, *_PROCESS), seen.column(other, name), strict=True):
            if value is not None and value not in found.setdefault(one, []):
                found[one].append(value)
    return [together(found.get(one, [])) for one in seen.keys(table.form.name, *_PROCESS)]


def together(values: Sequence[object]) -> object:
    """No value, the only one, or all of them as one text."""
    if len(values) < 2:
        return values[0] if values else None
    return SAID.join(str(value) for value in values)


def joined_states(form: Form, seen: Seen, states: Rows) -> list[list[str]]:
    """For each record, how the rows stand that it takes values from in other sheets; [] where none has any."""
    tables = seen.submission.tables
    others = sorted({field.inherits.partition(".")[0] for field in form} - {"", form.collects})
    found: dict[tuple[str, ...], list[str]] = {}
    for other in (tables[name] for name in others if name in tables):
        for row, one in zip(other.rows, seen.keys(other.form.name, *_PROCESS), strict=True):
            found.setdefault(one, []).append(states.get((other.file, other.sheet, row), CLEAN))
    if not found:
        return []
    return [found.get(one, []) for one in seen.keys(form.collects, *_PROCESS)]


def names(seen: Seen, form: str) -> list[Any]:
    """Each row's enterprise name from the screening list by credit code; as in the row itself where the list does not have the code."""
    listed: dict[tuple[str, ...], object] = {}
    if "screening" in seen.submission.tables:
        for code, name in zip(seen.keys("screening", "credit_code"), seen.column("screening", "name"), strict=True):
            if name is not None and code != ("",):
                listed.setdefault(code, name)
    return [listed.get(code, own) for code, own in zip(seen.keys(form, "credit_code"), seen.column(form, "name"), strict=True)]


def names_told_apart(seen: Seen, form: str) -> list[Any]:
    """The same; of several names that have the code the one that the row itself says, where a person wrote it or it is not the first, which
    the sheet's formula always gives; else the only one with the row's process; else all of them.
    """
    found = names(seen, form)
    listed = {*zip(seen.keys("screening", "credit_code"), seen.column("screening", "name"), strict=True)} if "screening" in seen.submission.tables else set()
    several = {code for (code,), count in Counter(code for code, name in listed if name is not None).items() if code and count > 1}
    if not several:
        return found
    called: dict[str, dict[str, object]] = {}
    doing: dict[tuple[str, ...], set[str]] = {}
    for part, name in zip(seen.keys("screening", *_PROCESS), seen.column("screening", "name"), strict=True):
        if part[0] in several and name is not None:
            called.setdefault(part[0], {}).setdefault(company_key(str(name)), name)
            doing.setdefault(part, set()).add(company_key(str(name)))
    parts = seen.keys(form, *_PROCESS) if "process" in seen.submission.tables[form].cells else seen.keys(form, "credit_code")
    told, table = [*found], seen.submission.tables[form]
    by_hand = {one.place for one in seen.submission.findings if one.code is Code.NAME_SAID}
    for at, (row, part, own) in enumerate(zip(table.rows, parts, seen.column(form, "name"), strict=True)):
        if len(some := called.get(part[0], {})) > 1:
            written, fitting = company_key(str(own or "")), doing.get(part, set())
            said = written in some and (written != next(iter(some)) or table.place(row, "name") in by_hand)
            one = written if said else next(iter(fitting)) if len(fitting) == 1 else ""
            told[at] = some.get(one) or LIST.join(map(str, some.values()))
    return told


def overdue(table: Table, today: date | None) -> list[str | None]:
    """Whether each problem was solved after its due date, or is open after it on the day of the report; blank when that cannot be said."""
    ends = [done or today for done in table.cells["done"]]
    return [None if end is None or due is None else YES if end > due else NO for due, end in zip(table.cells["due"], ends, strict=True)]


def progress(table: Table, today: date | None) -> list[str | None]:
    """Whether each problem is solved, and in time; blank when that cannot be said."""
    return [PROGRESS.get((done is not None, late or "")) for done, late in zip(table.cells["done"], overdue(table, today), strict=True)]
