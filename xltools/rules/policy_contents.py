"""A policy as the records of its workbook, and back; what goes in comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any

from msgspec.structs import replace

from xltools.model.grouped import grouped
from xltools.model.indicator import Indicator, IndicatorTable, TableStatus
from xltools.model.indicator_rows import indicator_rows
from xltools.model.local import load_written
from xltools.model.policy import Policy
from xltools.model.policy_book import load_policy_book
from xltools.model.table import Table
from xltools.model.value import shown
from xltools.rules.text import key

JOIN, CLAUSES = "|", "policy_clauses"
CODED = {"policy_lists": "list", "policy_synonyms": "list"}      # form → field with codes of lists
HUNDRED = Decimal(100)
PLAUSIBLE_YEAR = 2022       # of dates where the workbook names no year
Value = str | int | float | date | None
Record = Mapping[str, Value]
Contents = Mapping[str, Sequence[Record]]


def contents_of(policy: Policy) -> Contents:
    """The records of every form of the workbook, in the policy's order."""
    book = load_policy_book()
    return {
        "policy": _records([policy], "id", "title", "city", "year", "source"),
        "policy_counties": _records(policy.counties, "name", "code", "group", "aliases"),
        "policy_industries": _records(policy.industries, "name", "scope", "aliases"),
        "policy_schemes": _records(policy.schemes, "id", "grades", "by_decision", "source"),
        "policy_tiers": _records(policy.tiers, "grades", "assumed", "source"),
        "policy_tables": [table_record(t) for t in policy.tables],
        "policy_commons": _records(policy.commons, "id", "name", "status", "source", "tables"),
        "indicators": [{"table": id, **row} for id, indicators in _indicators(policy) for row in indicator_rows(indicators)],
        "policy_sanctions": [
            {"kind": s.kind, "effect": book.effects[s.effect], "scope": book.scopes[s.scope], "clause": s.clause} for s in policy.sanctions
        ],
        "policy_deadlines": [
            {**record, "inclusive": "是" if d.inclusive else "否"}
            for d, record in zip(policy.deadlines, _records(policy.deadlines, "id", "name", "who", "month", "day", "source"), strict=True)
        ],
        "policy_targets": [{**_records([t], "id", "name", "grades", "source")[0], "share": float(t.share * HUNDRED)} for t in policy.targets],
        "policy_lists": [{"list": name, "value": value} for name, values in policy.choices.items() for value in values or ("",)],
        "policy_synonyms": [
            {"list": name, "value": value, "spellings": _joined(words)} for name, entries in policy.synonyms.items() for value, words in entries.items()
        ],
        "policy_words": list(_words(policy)),
        CLAUSES: _clauses(policy.clauses),
    }


def _records(items: Iterable[object], *names: str) -> list[Record]:
    """A record of each, with these of its attributes; several texts stand in one cell."""
    return [{name: _joined(value) if isinstance(value := getattr(one, name), tuple) else value for name in names} for one in items]


def table_record(table: IndicatorTable) -> Record:
    """A table as a row of the list of tables."""
    texts: Record = {name: getattr(table, name) for name in ("id", "name", "industry", "process", "scheme", "edition", "status", "source", "note")}
    days = {"effective_from": table.effective_from, "effective_to": table.effective_to}
    return {**texts, **{name: date.fromisoformat(text) if text else None for name, text in days.items()}, "grades": _joined(table.grades)}


def with_names(contents: Contents) -> Contents:
    """The contents as they are written: beside the code of every list its name."""
    book = load_policy_book()
    return {**contents, **{form: [{**one, CODED[form]: book.list_shown(str(one[CODED[form]]))} for one in contents[form]] for form in CODED}}


def with_codes(raw: Mapping[str, Table]) -> dict[str, Table]:
    """The tables as read, with the bare codes of lists: workbooks from before have nothing else, and people may write the name alone."""
    book = load_policy_book()
    codes = {key(text): code for code, name in book.list_names.items() for text in (book.list_shown(code), name)}
    found = dict(raw)
    for form, name in CODED.items():
        if form in raw and name in raw[form].cells:
            found[form] = raw[form].with_cells({name: [codes.get(key(value), value) if isinstance(value, str) else value for value in raw[form].cells[name]]})
    return found


def policy_data(contents: Contents) -> dict[str, Any]:
    """The content of the policy's text files, as `policy_from` takes it; indicator rows by the id of their table or common set."""
    book = load_policy_book()
    records = {name: [_texts(record) for record in rows] for name, rows in contents.items()}
    first = records["policy"][0]
    lists, synonyms = (grouped(records[name], itemgetter("list")) for name in ("policy_lists", "policy_synonyms"))
    return {
        "policy": {**{name: first[name] for name in ("id", "title", "city", "source")}, "year": int(first["year"])},
        "county": _entries(records["policy_counties"], "aliases"),
        "industry": _entries(records["policy_industries"], "aliases"),
        "scheme": _entries(records["policy_schemes"], "grades", "by_decision"),
        "tier": _entries(records["policy_tiers"], "grades", "assumed"),
        "table": _entries(records["policy_tables"], "grades"),
        "common": _entries(records["policy_commons"], "tables"),
        "sanction": [
            {**row, "effect": _code(book.effects, row["effect"]), "scope": _code(book.scopes, row["scope"])} for row in records["policy_sanctions"]
        ],
        "deadline": [
            {**row, "month": int(row["month"]), "day": int(row["day"]), "inclusive": row["inclusive"] == "是"} for row in records["policy_deadlines"]
        ],
        "target": [{**row, "grades": split(row["grades"]), "share": str(Decimal(row["share"]) / HUNDRED)} for row in records["policy_targets"]],
        "lists": {name: [row["value"] for row in rows if row["value"]] for name, rows in lists.items()},
        "synonyms": {name: {row["value"]: split(row["spellings"]) for row in rows} for name, rows in synonyms.items()},
        "grade_words": _grade_words(records["policy_words"]),
        "clauses": {row["id"]: row["clause"] for row in records[CLAUSES] if row["clause"]},
        "indicators": grouped(records["indicators"], itemgetter("table")),
    }


def contents_from(tables: Mapping[str, Table]) -> Contents:
    """The records of typed tables; a field the file lacks is empty."""
    return {name: table.records() for name, table in tables.items()}


def with_clauses(contents: Contents) -> Contents:
    """The contents with the rows of clauses also where the workbook was made before it had them: a policy by the specs' own document has its clauses."""
    written = load_written()
    is_ours = contents["policy"][0]["source"] == written.document
    return {CLAUSES: _clauses({one: one for one in written.clauses} if is_ours else {}), **contents}


def vocabulary(tables: Mapping[str, Table]) -> Policy:
    """The lists that the workbook's own cells choose from: fixed words, and what its other sheets declare."""
    changes = [value for name, value in _columns(tables, "policy_lists", "list", "value") if name == "change_kinds"]
    choices = {
        **fixed_lists(),
        "industries": tuple(name for (name,) in _columns(tables, "policy_industries", "name")),
        "scheme_ids": tuple(name for (name,) in _columns(tables, "policy_schemes", "id")),
        "change_kinds": tuple(changes),
    }
    return _of_lists(choices, _year(tables))


def _year(tables: Mapping[str, Table]) -> int:
    """The year of the policy, where its cell says one."""
    text = shown(tables["policy"].card().get("year") or "").strip() if "policy" in tables else ""
    return int(text) if len(text) == len(str(PLAUSIBLE_YEAR)) and text.isdecimal() else PLAUSIBLE_YEAR


def fixed_policy() -> Policy:
    """A policy of nothing but the lists that are the same in every policy."""
    return _of_lists(fixed_lists())


def _of_lists(choices: Mapping[str, tuple[str, ...]], year: int = PLAUSIBLE_YEAR) -> Policy:
    return Policy("", "", "", year, "", (), (), (), (), (), (), choices)


def fixed_lists() -> dict[str, tuple[str, ...]]:
    """The lists whose words are the same in every policy."""
    book = load_policy_book()
    return {
        "yes_no": ("是", "否"),
        "table_statuses": tuple(status.value for status in TableStatus),
        "effects": tuple(book.effects.values()),
        "scopes": tuple(book.scopes.values()),
        "word_kinds": tuple(book.word_kinds.values()),
        "confirmations": tuple(book.confirmations.values()),
    }


def split(text: str) -> list[str]:
    """The parts of a cell that holds several; a full-width sign between them is the same."""
    return [part.strip() for part in text.replace("｜", JOIN).split(JOIN) if part.strip()]


def _joined(parts: Iterable[str]) -> str:
    return JOIN.join(parts)


def _indicators(policy: Policy) -> Iterator[tuple[str, tuple[Indicator, ...]]]:
    """Every table with its own indicators, every common set with those it brings."""
    for table in policy.tables:
        yield table.id, tuple(one for one in table.indicators if not one.shared)
    for common in policy.commons:
        yield common.id, tuple(replace(one, shared="") for one in common.indicators)


def _clauses(own: Mapping[str, str]) -> list[Record]:
    return [{"id": one, "about": about, "clause": own.get(one, "")} for one, about in load_written().clauses.items()]


def _words(policy: Policy) -> Iterator[Record]:
    book, words = load_policy_book(), policy.grade_words
    yield from ({"kind": book.word_kinds["prefix"], "value": word, "spellings": ""} for word in words.prefixes)
    yield from ({"kind": book.word_kinds["filler"], "value": word, "spellings": ""} for word in words.fillers)
    yield from ({"kind": book.word_kinds["synonym"], "value": grade, "spellings": _joined(words)} for grade, words in words.synonyms.items())


def _grade_words(rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    kinds = load_policy_book().word_kinds
    return {
        "prefixes": [row["value"] for row in rows if row["kind"] == kinds["prefix"]],
        "fillers": [row["value"] for row in rows if row["kind"] == kinds["filler"]],
        "synonyms": {row["value"]: split(row["spellings"]) for row in rows if row["kind"] == kinds["synonym"]},
    }


def _entries(rows: Sequence[Mapping[str, str]], *several: str) -> list[dict[str, Any]]:
    """The rows, with the cells that hold several parts as lists."""
    return [{name: split(text) if name in several else text for name, text in row.items()} for row in rows]


def _code(words: Mapping[str, str], word: str) -> str:
    return next(code for code, meant in words.items() if meant == word)


def _texts(record: Mapping[str, Value]) -> dict[str, str]:
    """The record as text: dates as 2022-06-24, numbers without needless zeros, nothing as ""."""
    return {name: _text(value) for name, value in record.items()}


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _columns(tables: Mapping[str, Table], form: str, *names: str) -> list[tuple[str, ...]]:
    """The texts of some columns, row by row, as far as all of them are there."""
    if form not in tables:
        return []
    rows = zip(*(tables[form].cells[name] for name in names), strict=True)
    return [tuple(str(value).strip() for value in row) for row in rows if all(isinstance(value, str) and value.strip() for value in row)]
