"""screen 排查: the lists of several offices as one ledger of enterprises, and each county's form filled in from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from xltools.actions.run import read_ours, seen_from
from xltools.books.base import Book, Cell
from xltools.books.file import open_book
from xltools.books.labels import sheet_key
from xltools.books.mapped import Assignment, ListSheet, read_list, unassigned
from xltools.books.replace import refuse_existing
from xltools.books.screen_book import write_ledger
from xltools.books.sheet import Record as SheetRecord
from xltools.books.template import write_template
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, Severity, order
from xltools.model.form import load_form, load_template
from xltools.model.policy import Policy
from xltools.model.screening import TEMPLATE, Pair, Screened, Source, load_screen
from xltools.model.table import Record, Table
from xltools.rules.city import plain_records
from xltools.rules.formula import live
from xltools.rules.parse import parse
from xltools.rules.screen_ledger import Basis, Enterprise, asked_line, enterprise, in_order
from xltools.rules.screen_match import match
from xltools.rules.screen_rows import Row, rows_of
from xltools.rules.text import LIST

COUNTY = "county"
# Read as it stands and compared with other lists: what is only odd about a cell is shown there, not reported cell by cell.
KEPT = frozenset({Severity.ERROR, Severity.WARNING})
Who = tuple[str, str]


class Lists(Struct, frozen=True):
    """The lists of the offices. Each kind may come in several files."""

    emission: tuple[Path, ...]
    permit: tuple[Path, ...]
    approval: tuple[Path, ...]

    def files(self) -> Iterator[tuple[Source, Path]]:
        for source, paths in zip(Source, (self.emission, self.permit, self.approval), strict=True):
            yield from ((source, path) for path in paths)


class Before(Struct, frozen=True):
    """What people wrote into the last ledger.

    headers: kind of list, file ("" for any) and header → label of a field · said: marks of two rows → whether they are one ·
    decided: the lines of those decisions · remarks: who a line is about → the remark.
    """

    headers: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    said: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    decided: Sequence[Record] = ()
    remarks: Mapping[Who, object] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def of_list(self, source: Source, file: str) -> dict[str, str]:
        """Header → label for one list; "" where a column is not to be read."""
        unused = load_screen().words["unused"]
        own = {header: label for where in ("", file) for (kind, name, header), label in self.headers.items() if kind == source and name == where}
        return {header: "" if label == unused else label for header, label in own.items()}


def screen(lists: Lists, output: Path, policy: Policy, last: Path | None = None, forms: Path | None = None) -> Screened:
    """Write the ledger of all enterprises in the lists to `output`, and the counties' forms filled in from it into `forms`.

    last: the ledger before, whose assignments of headers and decisions hold. Nothing that is there is written over; one list that
    cannot be read stops everything, as who is in one list only could not be said. Source: 三环文〔2022〕69号 二(一).
    """
    words = load_screen()
    form, template = load_form("screen_entry"), load_template(TEMPLATE)
    own = {**words.lists, "screen_fields": (*(one.label for one in form), words.words["unused"])}
    wide = replace(policy, choices={**policy.choices, **own})
    refuse_existing(output, *([forms / f"{one.name}.xlsx" for one in policy.counties] if forms else []))
    before = _before(open_book(last), wide) if last else Before()
    rows, mapping, found = _read(lists, before, wide)
    groups, pairs = match([row.entry for row in rows], policy, before.said)
    basis = Basis(form, load_form("screening"), policy, words)
    enterprises = in_order((enterprise([rows[at] for at in group], basis) for group in groups), policy)
    found += [*before.findings, *_counted(enterprises, pairs, output.name)]
    ledger = [{**one.line, "city_remark": before.remarks.get(_who(one.line))} for one in enterprises]
    found += _without_line(before, ledger, output.name)
    written = _forms(enterprises, policy, forms) if forms else []
    output.parent.mkdir(parents=True, exist_ok=True)
    found = sorted(dict.fromkeys(found), key=order)
    contents: dict[str, Sequence[Record]] = {"screen_ledger": ledger, "screen_pairs": [*before.decided, *(asked_line(one, rows) for one in pairs)], "screen_mapping": mapping}
    sources = {path.name: seen_from(output.parent, path) for _, path in lists.files()}
    write_ledger(output, template, wide, {**contents, "problems": [_problem(one) for one in found]}, sources)
    kinds = Counter(LIST in str(one.line["lists"]) and len(str(one.line["lists"]).split(LIST)) for one in enterprises)
    return Screened(output, len(enterprises), kinds[len(Source)], kinds[0], len(pairs), tuple(written), tuple(found))


def _read(lists: Lists, before: Before, policy: Policy) -> tuple[list[Row], list[Record], list[Finding]]:
    """Every row of every list, how each header was read, and what people have to know of it."""
    form, labels = load_form("screen_entry"), {one.name: one.label for one in load_form("screen_entry")}
    rows: list[Row] = []
    mapping: list[Record] = []
    found: list[Finding] = []
    for source, path in lists.files():
        book = open_book(path)
        for sheet in read_list(book, form, before.of_list(source, path.name)):
            home = policy.county(sheet_key(sheet.table.sheet)) or policy.county(path.stem)
            typed, said = parse(sheet.table, policy, policy.year)
            rows += rows_of(source, typed, sheet.table, policy, home.name if home else "")
            mapping += [_assigned(source, path.name, one, labels) for one in sheet.assignments]
            found += [one for one in (*sheet.findings, *said) if one.severity in KEPT]
            found += _headers(sheet, book)
    return rows, mapping, found


def _headers(sheet: ListSheet, book: Book) -> Iterator[Finding]:
    if lost := unassigned(sheet):
        place = Place(book.name, sheet.table.sheet)
        yield Code.HEADERS_UNREAD.at(place, headers=LIST.join(lost[:5]), count=len(lost))


def _assigned(source: Source, file: str, one: Assignment, labels: Mapping[str, str]) -> Record:
    words = load_screen().words
    how = words["chosen"] if one.chosen else words["automatic"] if one.field else words["unknown"]
    field = labels.get(one.field) or (words["unused"] if one.chosen else None)
    return {"list": source.value, "file": file, "sheet": one.sheet, "header": one.header, "how": how, "field": field}


def _before(book: Book, policy: Policy) -> Before:
    """What people wrote into the last ledger. Raises StopError when this is none."""
    template = load_template(TEMPLATE)
    raw, _ = read_ours(book, template, (one for one in template if one.name != "problems"))
    pairs, mapping, ledger = (_records(raw.get(name)) for name in ("screen_pairs", "screen_mapping", "screen_ledger"))
    labels = set(policy.options("screen_fields"))
    headers: dict[tuple[str, str, str], str] = {}
    for one in mapping:
        if one["header"] and one["field"] in labels:
            headers[str(one["list"]), str(one["file"]), str(one["header"])] = headers[str(one["list"]), "", str(one["header"])] = str(one["field"])
    said, decided, found = _said(raw.get("screen_pairs"), pairs)
    remarks = {_who(one): one["city_remark"] for one in ledger if one["city_remark"]}
    return Before(headers, said, decided, remarks, tuple(found))


def _records(table: Table | None) -> list[Record]:
    return [] if table is None else plain_records(table)


def _said(table: Table | None, pairs: Sequence[Record]) -> tuple[dict[tuple[str, str], bool], list[Record], list[Finding]]:
    """The decisions, their lines, and a finding for every one that cannot be understood."""
    words = load_screen()
    said: dict[tuple[str, str], bool] = {}
    decided, found = [], []
    for row, one in zip(table.rows if table else [], pairs, strict=True):
        if one["decision"] in (words.words["same"], words.words["other"]):
            first, second = sorted((str(one["first_mark"]), str(one["second_mark"])))
            said[first, second] = one["decision"] == words.words["same"]
            decided.append(one)
        elif one["decision"] is not None and table is not None:
            choices = LIST.join(words.lists["screen_decisions"])
            found.append(Code.DECISION_UNKNOWN.at(table.place(row, "decision"), value=one["decision"], choices=choices))
    return said, decided, found


def _who(line: Mapping[str, object]) -> Who:
    return str(line["credit_code"] or line["name"] or ""), str(line["county"] or "")


def _without_line(before: Before, ledger: Sequence[Record], file: str) -> Iterator[Finding]:
    there = {_who(one) for one in ledger}
    for who, remark in before.remarks.items():
        if who not in there:
            yield Code.REMARK_WITHOUT_LINE.at(Place(file), name=who[0], remark=remark)


def _counted(enterprises: Sequence[Enterprise], pairs: Sequence[Pair], file: str) -> Iterator[Finding]:
    """What waits for people, counted; the lines themselves say it one by one."""
    counts = {
        Code.PAIRS_WAIT: len(pairs),
        Code.LISTS_DISAGREE: sum(bool(one.line["conflicts"]) for one in enterprises),
        Code.COUNTY_UNCLEAR: sum(not one.county for one in enterprises),
        Code.TARGET_NOT_GIVEN: sum(one.asked for one in enterprises),
    }
    yield from (code.at(Place(file), count=count) for code, count in counts.items() if count)


def _forms(enterprises: Sequence[Enterprise], policy: Policy, folder: Path) -> list[Path]:
    """The county workbooks filled in as far as the lists go, in the policy's order; a county without enterprises gets none."""
    template = load_template(COUNTY)
    shown = live(template, policy)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for county in policy.counties:
        rows = [row for one in enterprises if one.county == county.name for row in one.rows]
        if rows:
            written.append(folder / f"{county.name}.xlsx")
            contents: dict[str, Sequence[SheetRecord]] = {"cover": [{"county": county.name}], "screening": [as_record(row) for row in rows]}
            write_template(written[-1], template, policy, shown, contents)
    return written


def as_record(row: Record) -> SheetRecord:
    """A row as a sheet takes it: nothing where nothing is known."""
    record: dict[str, Cell] = {name: value for name, value in row.items() if value is not None}
    return record


def _problem(one: Finding) -> Record:
    place = {"file": one.place.file, "sheet": one.place.sheet, "cell": one.place.cell}
    return {"severity": one.severity.label, **place, "message": one.message, "fix": one.fix, "code": one.code.number}
