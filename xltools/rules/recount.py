"""The merge checked from outside: what a summary says against the files it was made from, by rules written for this alone.

Nothing here uses the merge's own reading, typing or combining; what both must agree on are the declared forms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property

from msgspec import Struct, field

from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import Field, Form, Kind, Owner

Value = str | float
Cells = Mapping[tuple[int, int], Value]
Row = dict[str, Value]

HEAD_ROWS = 15
UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
RENAMED = re.compile(r"已按“(.+)”读取")
SPREAD = re.compile(r"合并了第(\d+)至(\d+)行")
EPOCH = date(1899, 12, 30)
SYSTEM_1904 = 1462.0  # days between the two calendars of workbooks
NO_VALUE = frozenset({Code.ERROR_CELL.number, Code.FORMULA_STALE.number})
SET_ASIDE = frozenset({Code.SENT_TWICE.number, Code.SENT_TWICE_TIE.number, Code.SENT_AGAIN.number, Code.SENT_APART.number})
OUTSIDE = frozenset({Code.OUTSIDE_ROWS.number, Code.SAID_NONE.number})
FEW = 3               # filled cells of a line that is no record
TELLING = 2           # so many labels make a header


class ProblemList(Struct, frozen=True, dict=True):
    """The problem list of a summary. by_cell: (file, sheet, cell) → code and sentence of every line about it."""

    by_cell: Mapping[tuple[str, str, str], list[tuple[str, str]]]

    def of_sheet(self, file: str, sheet: str) -> Iterator[tuple[str, str, str]]:
        """Cell, code and sentence of every line about a sheet."""
        yield from self._by_sheet.get((file, sheet), ())

    @cached_property
    def _by_sheet(self) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
        found: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        for (file, sheet, cell), lines in self.by_cell.items():
            found.setdefault((file, sheet), []).extend((cell, code, message) for code, message in lines)
        return found


class Account(Struct):
    """The counting identity. rows: seen = merged + unmerged + outside · blank: rows between these that hold nothing ·
    cells: seen = carried + reported · sums: field → (of the sources, of the summary)."""

    seen: int = 0
    merged: int = 0
    unmerged: int = 0
    outside: int = 0
    blank: int = 0
    cells: int = 0
    carried: int = 0
    reported: int = 0
    sums: dict[str, tuple[float, float]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


class Input(Struct, frozen=True, dict=True):
    """One sheet of a source file. columns: field → column, as found by its header; below: the last row of the header."""

    file: str
    sheet: str
    cells: Cells
    form: Form
    columns: Mapping[str, int]
    below: int

    @cached_property
    def filled(self) -> frozenset[int]:
        """The rows in which anything stands."""
        return frozenset(row for row, _ in self.cells)


def bare(text: str) -> str:
    """A label without what does not distinguish labels."""
    return re.sub(r"[\s*＊★:：]", "", unicodedata.normalize("NFKC", UNSEEN.sub("", text))).casefold()


def records(cells: Cells, form: Form) -> dict[int, Row]:
    """The rows of one of our own sheets by row number, as field → value; its headers are as declared."""
    labels = {bare(text): one.name for one in form for text in (one.label, one.header)}
    head = _head(cells, labels)
    if head is None:
        return {}
    row, columns = head
    found: dict[int, Row] = {}
    for (at, column), value in sorted(cells.items()):
        if at > row and column in columns:
            found.setdefault(at, {})[columns[column]] = value
    return found


def _head(cells: Cells, labels: Mapping[str, str]) -> tuple[int, dict[int, str]] | None:
    """The row with most labels, and column → field."""
    named: dict[int, dict[int, str]] = {}
    for (row, column), value in cells.items():
        if row <= HEAD_ROWS and isinstance(value, str):
            text = bare(value)
            if name := labels.get(text) or labels.get(BRACKETS.sub("", text)):
                named.setdefault(row, {})[column] = name
    best = max(named, key=lambda row: (len(set(named[row].values())), -row), default=0)
    return (best, named[best]) if best and len(set(named[best].values())) >= TELLING else None


def input_of(file: str, sheet: str, cells: Cells, form: Form, problems: ProblemList) -> Input | None:
    """A county's sheet with its columns found; None without a header. A header nearly right is where the problem list says."""
    labels = {bare(text): one.name for one in reversed(form.fields) for text in one.aliases}
    labels |= {bare(text): one.name for one in form for text in (one.label, one.header)}
    head = _head(cells, labels)
    if head is None:
        return None
    below, _ = head
    exact = {bare(text): one.name for one in form for text in (one.label, one.header)}
    columns: dict[str, int] = {}
    for sure in (True, False):
        for (row, column), value in sorted(cells.items(), key=lambda item: (-item[0][0], item[0][1])):
            if below - 2 <= row <= below and isinstance(value, str):
                text = bare(value)
                name = (exact if sure else labels).get(text) or (exact if sure else labels).get(BRACKETS.sub("", text))
                if name and name not in columns and column not in columns.values():
                    columns[name] = column
    for cell, code, message in problems.of_sheet(file, sheet):
        if code == Code.COLUMN_RENAMED.number and (match := RENAMED.search(message)) and (where := _split(cell)):
            name = next((one.name for one in form if match[1] in (one.label, one.header)), "")
            if name:
                columns[name], below = where[1], max(below, where[0])
        if code == Code.UNIT_OTHER.number and (where := _split(cell)):
            columns = {name: column for name, column in columns.items() if column != where[1]}
    return Input(file, sheet, cells, form, columns, below)


def check_rows(one: Input, account: Account, merged: set[int], unmerged: set[int], problems: ProblemList) -> None:
    """Every row with content is merged, listed as not merged, or named as standing outside the records."""
    own = {column for name, column in one.columns.items() if one.form[name].owner is Owner.COUNTY}
    named = {where[0] for cell, code, _ in problems.of_sheet(one.file, one.sheet) if code in OUTSIDE and (where := _split(cell))}
    filled: dict[int, list[Value]] = {}
    for (row, column), value in sorted(one.cells.items()):
        if row > one.below and column in own and bare(str(value)):
            filled.setdefault(row, []).append(value)
    signatures = tuple(bare(text) for text in one.form.signatures)
    if any(code in SET_ASIDE for _, code, _ in problems.of_sheet(one.file, "")):
        # Of a file that another one replaces the problem list says only that; a line in which hardly anything stands was no record there either.
        lines = {row: values for row, values in filled.items() if len(values) <= FEW and row not in merged | unmerged}
        named |= {row for row, values in lines.items() if not signatures or not any(bare(str(value)).startswith(signatures) for value in values)}
    counted: list[int] = []
    for row in sorted({*filled, *named}):
        values = filled.get(row, [])
        if row not in merged | unmerged | named and (any(bare(str(value)).startswith(signatures) for value in values if signatures) or _continues_head(values, one.form)):
            continue
        counted.append(row)
        account.seen += 1
        account.merged += row in merged
        account.unmerged += row in unmerged and row not in merged
        account.outside += row in named and row not in merged | unmerged
        if row not in merged | unmerged | named:
            place = Place(one.file, one.sheet, f"A{row}")
            account.findings.append(Code.RECOUNT_ROW_LOST.at(place, row=row, value=_shown(values[0])))
    account.blank += counted[-1] - counted[0] + 1 - len(counted) if counted else 0


def _continues_head(values: list[Value], form: Form) -> bool:
    """Whether a row below the header still belongs to it: labels, units in brackets, numbers of columns."""
    labels = {bare(text) for one in form for text in (one.label, one.header, *one.aliases)}
    texts = [bare(str(value)).removesuffix(".0") for value in values]
    return all(text in labels or text.startswith(("(", "单位", "栏次")) or text in "甲乙丙丁" or (text.isdecimal() and len(texts) > TELLING) for text in texts)


def check_cells(form: Form, row: Row, one: Input, problems: ProblemList) -> Iterator[tuple[str, Field, Value | None, Value | None]]:
    """For every field that the row takes from its source: "carried", "reported" or "wrong", with both values; blank in both is passed over."""
    source_row = int(float(row["source_row"]))
    for declared in form:
        collected, _, name = declared.inherits.partition(".")
        if collected != form.collects or name not in one.columns or one.form[name].owner is not Owner.COUNTY:
            continue
        here, there = row.get(declared.name), one.cells.get((source_row, one.columns[name]))
        there = None if isinstance(there, str) and not UNSEEN.sub("", there).strip() else there
        if here is None and there is None:
            continue
        if same(here, there, one.form[name].kind):
            yield "carried", declared, here, there
        else:
            said = _explained(here, there, one, (source_row, one.columns[name]), problems)
            yield ("reported" if said else "wrong"), declared, here, there


def _explained(here: Value | None, there: Value | None, one: Input, where: tuple[int, int], problems: ProblemList) -> bool:
    """Whether the problem list says how this source cell became that value."""
    if here is None:
        return False  # a summary shows what it did not understand as it was typed, never as blank
    shown = {f"“{text}”" for text in _writings(here)}
    lines = problems.by_cell.get((one.file, one.sheet, _address(where)), [])
    if any(text in message for _, message in lines for text in shown):
        return True
    if isinstance(here, str) and here.startswith("（") and any(code in NO_VALUE for code, _ in lines):
        return True  # words of the summary's own for a cell without a value
    return there is None and any(
        _split(cell) and _split(cell)[1] == where[1] and (match := SPREAD.search(message)) and int(match[1]) <= where[0] <= int(match[2]) and any(text in message for text in shown)  # type: ignore[index]
        for cell, code, message in problems.of_sheet(one.file, one.sheet)
        if code == Code.MERGED_SPREAD.number
    )


def same(here: Value | None, there: Value | None, kind: Kind) -> bool:
    """Whether two cells hold the same, as numbers, dates or text; how text is padded makes no difference."""
    if here is None or there is None:
        return False
    one, other = _number(here), _number(there)
    if one is not None and other is not None:
        return abs(one - other) <= 1e-9 * max(1.0, abs(one)) or (kind is Kind.DATE and (abs(one - other) == SYSTEM_1904 or int(one) == int(other)))
    if kind is Kind.DATE:
        return bool(set(_writings(here)) & set(_writings(there)))
    return _text(here) == _text(there)


def _number(value: Value) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _text(value: Value) -> str:
    if isinstance(value, float):
        return _shown(value)
    return re.sub(r"\s+", " ", UNSEEN.sub("", value).replace("\r\n", "\n")).strip()


def _writings(value: Value) -> list[str]:
    """The ways in which a sentence may quote a value."""
    if isinstance(value, str):
        text = _text(value)
        return [text, text.replace("\n", " "), text[:39] + "…"]
    day = (EPOCH + timedelta(days=int(value))).isoformat() if 0 < value < 200_000 else ""
    return [text for text in (_shown(value), day) if text]


def _shown(value: Value) -> str:
    if isinstance(value, float):
        return str(int(value)) if abs(value) < 1e15 and value == int(value) else f"{value:.15G}"
    return value if len(value) <= 40 else value[:39] + "…"


def _split(cell: str) -> tuple[int, int] | None:
    match = re.fullmatch(r"([A-Z]{1,3})(\d+)", cell)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def _address(where: tuple[int, int]) -> str:
    return f"{letters(where[1])}{where[0]}"


def letters(column: int) -> str:
    """The name of a column: 1 is A, 27 is AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
