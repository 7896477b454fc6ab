"""emergency 应急减排清单: the list of what every process cuts at each warning, from the city's summary and the last list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec.structs import replace

from xltools.actions.run import TEMPLATE as CITY
from xltools.actions.run import as_typed, read_ours, refuse_other_policy, seen_from
from xltools.books.bands import ReadAnew, banded
from xltools.books.base import Book
from xltools.books.emergency_book import EmergencyBook, write_emergency
from xltools.books.file import open_book, open_summary
from xltools.books.read import not_ours, read_tables
from xltools.books.replace import refuse_existing
from xltools.model.code import Code
from xltools.model.emergency import TEMPLATE, EmergencyDone, EmergencyWords, load_emergency
from xltools.model.finding import Finding, Place, Severity, StopError, order
from xltools.model.form import Form, load_template
from xltools.model.local import localised
from xltools.model.policy import Policy
from xltools.model.table import Record, Table
from xltools.rules.emergency import Ask, Lines, lines
from xltools.rules.emergency_changes import Compared, changes
from xltools.rules.emergency_rows import CitySheets, Last, demands
from xltools.rules.emergency_sums import Sums, short, sums
from xltools.rules.enterprises import rows_of
from xltools.rules.identified import Identity, read_back
from xltools.rules.parse import parse_all
from xltools.rules.sanctions import events_of

SHEETS = ("ledger", "protections", "events", "reductions")
USED = {"ledger": ("decided", "decided_date")}       # of the ledger only what the list takes from it is reported
# What reading a list that is not ours says of columns it never had; the list itself is what they are told by.
NOT_THEIRS = frozenset({Code.COLUMN_MISSING, Code.COLUMN_UNKNOWN, Code.COLUMN_RENAMED, Code.COLUMN_MOVED, Code.SHEET_MISSING, Code.SHEET_RENAMED, Code.SHEET_UNUSED})

# A formula of the last list that was not calculated when it was saved; every one is worked out anew.
LATER = frozenset({Code.FORMULA_STALE})


def emergency(summary: Path, output: Path, policy: Policy, last: Path | None = None) -> EmergencyDone:
    """Write the emergency list of the summary in a file; see `emergency_book`."""
    return emergency_book(open_summary(summary), output, policy, open_book(last) if last else None, seen_from(output.parent, summary))


def emergency_book(book: Book, output: Path, policy: Policy, last: Book | None = None, source: str = "") -> EmergencyDone:
    """Write the emergency list of a city summary to `output`, where nothing may lie yet.

    source: the summary's path as seen from the output's folder, for links · last: the list before, whatever the order of its columns: what the city wrote into it is carried on, and what differs is listed.
    Raises StopError when a file cannot be read, the summary is none, or `output` is there. Source: 三环文〔2022〕69号 三(三)5、四.
    """
    refuse_existing(output)
    words = _words(policy)
    policy = replace(policy, choices={**policy.choices, **words.lists})
    template = load_template(TEMPLATE)
    city, known, found = _city(book, policy)
    before, said = _last(last, policy, known) if last else (Last(), [])
    settings = _settings(before, words)
    ask = Ask(city, before, demands(_rows(before, "emergency_measures") or words.measures), str(settings["half_lines"]), policy, words)
    made = lines(ask)
    summed = sums(Sums(made.listed, made.protected, _rows(before, "emergency_sums"), str(settings["count_protected"]), words, policy))
    found += [*said, *made.findings, *short(summed, template["emergency_sums"], output.name, words)]
    moved = changes(Compared(made.listed, made.protected, before, template["emergency"], words.words, policy))
    found = sorted(dict.fromkeys(found), key=order)
    contents = {
        "emergency_sums": summed, "emergency": made.listed, "emergency_protected": made.protected, "emergency_changes": moved,
        "emergency_measures": list(_rows(before, "emergency_measures") or words.measures), "emergency_settings": [settings],
        "problems": _problems(found, made),
    }  # fmt: skip
    tints = {words.words["reached"]: "good", words.words["missed"]: "error", words.words["unsure"]: "warning"}
    output.parent.mkdir(parents=True, exist_ok=True)
    write_emergency(output, EmergencyBook(template, policy, contents, output.name, source, tints))
    return EmergencyDone(output, len(made.listed), len(made.protected), sum(bool(one["confirm"]) for one in made.listed), tuple(found))


def _words(policy: Policy) -> EmergencyWords:
    """The words of the list, with the clauses of this policy beside the measures."""
    words = load_emergency()
    measures = tuple({name: localised(said, policy) if isinstance(said, str) else said for name, said in one.items()} for one in words.measures)
    return replace(words, measures=measures)


def _city(book: Book, policy: Policy) -> tuple[CitySheets, Identity, list[Finding]]:
    """The sheets of the summary that the list needs, who is who in it, and what is wrong in the cells it takes."""
    template = load_template(CITY)
    forms = [template[name] for name in SHEETS]
    raw, found = read_ours(book, template, forms)
    refuse_other_policy(book, policy)
    for form in forms:
        if form.name in ("ledger", "reductions") and form.name not in raw:
            raise StopError(next((one for one in found if one.place.sheet in ("", form.sheet)), Code.SHEET_MISSING.at(Place(book.name), sheets=form.sheet)))
    typed, said = parse_all(raw, policy)
    kept = [one for one in (*found, *said) if _matters(one, typed) and one.severity is not Severity.NOTE]
    known = read_back(raw["ledger"], read_ours(book, template, [template["names"]])[0].get("names"), policy)
    told = {name: known.named(table) for name, table in typed.items() if name != "ledger"}
    events = events_of(told["events"]) if "events" in told else ()
    return CitySheets(told["reductions"], raw["reductions"], known.ledger(typed["ledger"]), told.get("protections"), events, known.apart, known.sites), known, kept


def _matters(finding: Finding, typed: Mapping[str, Table]) -> bool:
    """Whether the finding is about a cell that the list takes over."""
    for name, used in USED.items():
        if name in typed and finding.place.sheet == typed[name].sheet and finding.place.cell:
            return finding.place.column in [typed[name].columns.get(one) for one in used]
    return True


def _last(book: Book, policy: Policy, known: Identity) -> tuple[Last, list[Finding]]:
    """The list before this one, ours or of another make, its enterprises called by the codes that they have now."""
    template = load_template(TEMPLATE)
    ours = book.stamp.template == template.id
    forms = tuple(as_typed(one) for one in template if one.name not in ("problems", "emergency_changes"))
    if not ours:
        book, forms = ReadAnew(book, banded), tuple(one for one in forms if one.name == "emergency")
    raw, found = read_tables(book, replace(template, forms=forms))
    if "emergency" not in raw:
        raise StopError(next(iter(found), not_ours(book.name, template)))
    typed, said = parse_all(raw, policy)
    passed = LATER if ours else LATER | NOT_THEIRS
    kept = [one for one in (*found, *said) if one.severity is not Severity.NOTE and one.code not in passed]
    return Last({name: known.other(table) if "credit_code" in table.form else table for name, table in typed.items()}, book.name), kept


def _rows(last: Last, form: str) -> list[Record]:
    return rows_of(last.tables.get(form))


def _settings(last: Last, words: EmergencyWords) -> Record:
    """What the city chose in the last list, else what the specs say."""
    chosen: Record = next(iter(_rows(last, "emergency_settings")), {})
    return {name: chosen.get(name) or default for name, default in words.settings.items()}


def _problems(found: Iterable[Finding], made: Lines) -> list[Record]:
    """The findings as lines of the problem list, each with the enterprise it is about."""
    form: Form = load_template(TEMPLATE)["problems"]
    about = {(str(one["source_sheet"]), str(one["source_row"])): one for one in (*made.listed, *made.protected)}
    rows: list[Record] = []
    for one in found:
        line = about.get((one.place.sheet, str(one.place.row)), {})
        values = {"county": line.get("county") or dict(one.values).get("county"), "enterprise": line.get("name"), "severity": one.severity.label, "code": one.code.number}
        rows.append({**values, "file": one.place.file, "sheet": one.place.sheet, "cell": one.place.cell, "message": one.message, "fix": one.fix})
    return [{name: value for name, value in row.items() if name in form} for row in rows]
