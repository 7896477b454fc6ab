"""A year of a city workbook in small: counties send, people work in the summary, it is merged again and again.

What a person wrote is remembered here by itself, as a list of words and of the rows they were written in; where the words
must stand after a merge is decided from that list and from what the counties sent, never from what the merge says.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
from msgspec import Struct
from msgspec.structs import replace
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from tests.county_files import CODES, NAMES, POLICY, county_file, filled
from xltools.actions.merge import merge
from xltools.model.code import Code
from xltools.model.form import FIRST_ROW, HEADER_ROW, load_template
from xltools.model.outcome import Outcome
from xltools.rules.codes import make_credit_code

CITY = load_template("city")
LEDGER, UNCLAIMED, CONFLICTS = CITY["ledger"], CITY["unclaimed"], CITY["conflicts"]
COUNTIES = ("灵宝市", "湖滨区")
PROCESSES = ("造型", "熔炼")
NEW_CODES = [make_credit_code(f"91411202Y{letter}000000{at}") for at, letter in enumerate("KLMNPQRT")]
NEW_NAMES = [f"豫西改制{word}集团有限公司" for word in "甲乙丙丁戊己庚辛"]
OWN = "督办人"
REMARK, NOTE = LEDGER["city_opinion"].label, "批注"
REFUSED = {Code.NOT_IN_PLACE, Code.OUTPUT_OPEN, Code.CHANGED_MEANWHILE, Code.OUTPUT_NOT_OURS, Code.NOT_BALANCED, Code.LOG_CHANGED, Code.LOG_GAP, Code.LOG_CUT}


class Sent(NamedTuple):
    """A row as a county sends it: which enterprise, which of its codes (2: a mistyped one) and names, which process."""

    who: int
    code: int = 0
    name: int = 0
    process: int = 0


class Who(NamedTuple):
    """What tells a row of the ledger."""

    county: str
    code: str
    name: str
    process: str
    batch: str


class Word(Struct, frozen=True):
    """What a person wrote: in which column, the text, and the row as it was called when the words were last seen beside it."""

    column: str
    text: str
    who: Who
    is_waiting: bool = False


class Ledger(Struct):
    """The ledger as openpyxl reads it, and what waits unclaimed."""

    rows: list[tuple[Who, dict[str, str]]]
    waiting: list[tuple[str, str]]

    def words(self) -> Iterator[tuple[str, str]]:
        """(column, text) of all words, beside rows and waiting."""
        for _, said in self.rows:
            yield from said.items()
        yield from self.waiting


def named(county: str, batch: str, row: Sent) -> Who:
    code = (CODES[row.who], NEW_CODES[row.who], CODES[row.who][:-1] + ("0" if CODES[row.who][-1] != "0" else "1"))[row.code]
    return Who(county, code, (NAMES, NEW_NAMES)[row.name][row.who], PROCESSES[row.process], batch)


class Year:
    """One city workbook, its inbox, and what is known of both."""

    def __init__(self, folder: Path, cache: Path, suffix: str = ".xlsx") -> None:
        self.inbox, self.cache = folder / "收件箱", cache
        self.path = folder / f"市级汇总{suffix}"
        self.inbox.mkdir(parents=True)
        self.at = datetime(2022, 7, 1, 9, 0)
        self.sent: dict[str, tuple[str, tuple[Sent, ...]]] = {}
        self.listed: dict[tuple[str, str], list[Who]] = {}
        self.earlier: list[Who] = []
        self.words: list[Word] = []
        self.decided: set[str] = set()
        self.count = 0
        self.book: openpyxl.Workbook | None = None

    # --- what counties do

    def send(self, county: int, batch: str, rows: Sequence[Sent]) -> None:
        """A county sends its workbook, in the place of an earlier one."""
        name = COUNTIES[county]
        records = [filled("screening", credit_code=who.code, name=who.name, process=who.process, permit_no="无") for row in rows for who in [named(name, batch, row)]]
        kept = self.cache / f"{name}-{batch}-{hash(tuple(rows)):x}"
        if not kept.exists():
            county_file(kept, name, records, {"batch": batch})
        shutil.copyfile(kept / f"{name}.xlsx", self.inbox / f"{name}.xlsx")
        self.sent[name] = (batch, tuple(rows))

    def away(self, county: int) -> None:
        """The county's workbook is not in the inbox."""
        (self.inbox / f"{COUNTIES[county]}.xlsx").unlink(missing_ok=True)
        self.sent.pop(COUNTIES[county], None)

    # --- what people in the city do

    @property
    def sheet(self) -> Worksheet:
        if self.book is None:
            self.book = openpyxl.load_workbook(self.path, keep_vba=self.path.suffix == ".xlsm")
        found: Worksheet = self.book[LEDGER.sheet]
        return found

    def column(self, label: str) -> int:
        """Where a column stands, 0 when there is none."""
        return next((cell.column for cell in self.sheet[HEADER_ROW] if str(cell.value or "").rstrip("*") == label), 0)

    def record_rows(self) -> list[int]:
        name = self.column(LEDGER["name"].label)
        return [row for row in range(FIRST_ROW, self.sheet.max_row + 1) if self.sheet.cell(row, name).value]

    def write(self, column: str, at: int) -> None:
        """Write new words beside some row; what was there before is gone by the person's own will."""
        rows = self.record_rows()
        if not rows or (column == OWN and not self.column(OWN)):
            return
        row = rows[at % len(rows)]
        self.count += 1
        text = f"{column}{self.count}"
        cell = self.sheet.cell(row, self.column(LEDGER["name"].label if column == NOTE else column))
        if column == NOTE:
            before = cell.comment.text if cell.comment else None
            cell.comment = Comment(text, "张三")
        else:
            before, cell.value = cell.value, text
        self.words = [one for one in self.words if (one.column, one.text) != (column, before)]
        self.words.append(Word(column, text, who_in(self.sheet, row)))

    def insert_column(self, before: str) -> None:
        """A column of the city's own."""
        if not self.column(OWN):
            at = self.column(before) or self.sheet.max_column + 1
            self.sheet.insert_cols(at)
            for cell in (cell for row in self.sheet for cell in row if cell.hyperlink):
                cell.hyperlink.ref = cell.coordinate
            self.sheet.cell(HEADER_ROW, at).value = OWN

    def sort(self, seed: int) -> None:
        """The records in another order, all that is in and on their cells with them."""
        rows = self.record_rows()
        order = list(rows)
        random.Random(seed).shuffle(order)
        rearrange(self.sheet, dict(zip(rows, order, strict=True)))

    def insert_row(self, at: int) -> None:
        """An empty row above one of the records."""
        rows = self.record_rows()
        if rows:
            first = rows[at % len(rows)]
            rearrange(self.sheet, {row: row + 1 for row in range(first, self.sheet.max_row + 1)})

    def delete_row(self, at: int) -> None:
        """One row less, with all words in it."""
        rows = self.record_rows()
        if not rows:
            return
        row = rows[at % len(rows)]
        who, said = who_in(self.sheet, row), set(said_in(self.sheet, row).items())
        self.words = [one for one in self.words if (one.column, one.text) not in said]
        if who in (listed := self.listed.get((who.county, who.batch), [])):
            listed.remove(who)
        rearrange(self.sheet, {row: 0} | {below: below - 1 for below in range(row + 1, self.sheet.max_row + 1)})

    def forget(self, at: int) -> None:
        """A line deleted among those that wait."""
        assert self.book is not None or self.sheet
        book = self.book
        if book is None or UNCLAIMED.sheet not in book.sheetnames:
            return
        sheet = book[UNCLAIMED.sheet]
        lines = waiting_in(sheet)
        if lines:
            row, said = list(lines.items())[at % len(lines)]
            self.words = [one for one in self.words if (one.column, one.text) != said]
            sheet.delete_rows(row)

    def decide(self, at: int) -> None:
        """Every open conflict decided."""
        assert self.sheet
        book = self.book
        if book is None or CONFLICTS.sheet not in book.sheetnames:
            return
        sheet = book[CONFLICTS.sheet]
        columns = {str(cell.value).rstrip("*"): cell.column for cell in sheet[HEADER_ROW]}
        for row in range(FIRST_ROW, sheet.max_row + 1):
            if about := sheet.cell(row, columns[CONFLICTS["about"].label]).value:
                sheet.cell(row, columns[CONFLICTS["decision"].label]).value = ("以甲方为准", "以乙方为准", "两方都保留")[at % 3]
                self.decided.add(str(about))

    # --- merging, and what must be true then

    def merge(self) -> Outcome:
        """Merge, and look at all of it."""
        if self.book is not None:
            self.book.save(self.path)
            self.book = None
        self.take()
        outcome = self._merge([self.inbox])
        found = read_ledger(self.path)
        self._check_rows(found)
        self._check_words(found)
        self._check_conflicts()
        content = self.path.read_bytes()
        self._merge(sorted(self.inbox.iterdir(), reverse=True) or [self.inbox])
        assert self.path.read_bytes() == content, "a second merge changed something"
        return outcome

    def take(self) -> None:
        """What is in the inbox is in the ledger from now on, in the place of what the same county sent for the same batch."""
        self.earlier = [who for rows in self.listed.values() for who in rows]
        for name, (batch, rows) in self.sent.items():
            self.listed[name, batch] = [named(name, batch, row) for row in rows]

    def _merge(self, paths: Sequence[Path]) -> Outcome:
        self.at += timedelta(hours=1)
        outcome = merge(paths, self.path, POLICY, self.at)
        assert outcome.output == self.path, [one.message for one in outcome.findings if one.code in REFUSED]
        assert not {one.code for one in outcome.findings} & REFUSED
        return outcome

    def _check_rows(self, found: Ledger) -> None:
        expected = Counter(who for rows in self.listed.values() for who in rows)
        there = Counter(who for who, _ in found.rows)
        assert there <= expected
        if not self.decided:
            assert there == expected
        self.listed = {key: [*(Counter(rows) & there).elements()] for key, rows in self.listed.items()}

    def _check_words(self, found: Ledger) -> None:
        assert Counter(found.words()) == Counter((one.column, one.text) for one in self.words)
        self.words = [self._placed(one, found) for one in self.words]

    def _placed(self, word: Word, found: Ledger) -> Word:
        """The word with the row it stands beside now; it must be one that it belongs to."""
        here = next((who for who, said in found.rows if said.get(word.column) == word.text), None)
        at_home = homes(word.who, [who for who, _ in found.rows])
        if here is None:
            free = [who for who, said in found.rows if who in at_home and word.column not in said]
            assert not free or word.column == NOTE, f"“{word.text}” of {word.who} waits though {free} is there"
            # A note hangs on its very row: it waits for good once that was gone, or when another row is there in its place.
            rivals = [who for who in self.earlier if set(homes(who, [row for row, _ in found.rows])) & set(at_home)]
            assert not free or word.is_waiting or len(rivals) > len(at_home), f"“{word.text}” of {word.who} was cut off from {free}"
            return replace(word, is_waiting=True)
        assert here in at_home, f"“{word.text}” of {word.who} stands beside {here}"
        return replace(word, who=here, is_waiting=False)

    def _check_conflicts(self) -> None:
        book = openpyxl.load_workbook(self.path, read_only=True)
        if CONFLICTS.sheet in book.sheetnames:
            asked = {str(row[0]) for row in book[CONFLICTS.sheet].iter_rows(min_row=FIRST_ROW, values_only=True) if row and row[0]}
            assert not asked & self.decided


def homes(who: Who, rows: Iterable[Who]) -> list[Who]:
    """The rows that words about this one belong to: of its county and code; else of its code; else of its name in the county."""
    rows = [row for row in rows if (row.process, row.batch) == (who.process, who.batch)]
    ways: tuple[Callable[[Who], bool], ...] = (
        lambda row: (row.county, row.code) == (who.county, who.code),
        lambda row: row.code == who.code,
        lambda row: (row.county, row.name) == (who.county, who.name),
    )
    return next((found for way in ways if (found := [row for row in rows if way(row)])), [])


def rearrange(sheet: Worksheet, now: dict[int, int]) -> None:
    """Whole rows in other places, 0 for gone; rows that are not named stay."""
    cells: dict[tuple[int, int], Any] = {}
    for (row, column), cell in sheet._cells.items():
        if place := now.get(row, row):
            cell.row = place
            cells[place, column] = cell
            if cell.hyperlink:
                cell.hyperlink.ref = cell.coordinate
    sheet._cells = cells
    sheet._current_row = sheet.max_row


def who_in(sheet: Worksheet, row: int) -> Who:
    labels = {str(cell.value or "").rstrip("*"): cell.column for cell in sheet[HEADER_ROW]}
    return Who(*(str(sheet.cell(row, labels[LEDGER[name].label]).value or "") for name in ("county", "credit_code", "name", "process", "batch")))


def said_in(sheet: Worksheet, row: int) -> dict[str, str]:
    """Column → what a person wrote in a row."""
    found = {}
    for cell in sheet[HEADER_ROW]:
        if (label := str(cell.value or "").rstrip("*")) in (REMARK, OWN) and sheet.cell(row, cell.column).value:
            found[label] = str(sheet.cell(row, cell.column).value)
    notes = [cell.comment.text for cell in sheet[row] if cell.comment]
    return found | ({NOTE: "\n".join(notes)} if notes else {})


def waiting_in(sheet: Worksheet) -> dict[int, tuple[str, str]]:
    """Row → column and text of what waits unclaimed; a note without the label that stands in front of it."""
    labels = {str(cell.value or "").rstrip("*"): cell.column for cell in sheet[HEADER_ROW]}
    item, content = (labels[UNCLAIMED[name].label] for name in ("item", "content"))
    lines = {row: (str(sheet.cell(row, item).value), str(sheet.cell(row, content).value)) for row in range(FIRST_ROW, sheet.max_row + 1) if sheet.cell(row, content).value}
    return {row: (NOTE if NOTE in column else column, text.rpartition("：")[2]) for row, (column, text) in lines.items()}


def read_ledger(path: Path) -> Ledger:
    book = openpyxl.load_workbook(path)
    sheet = book[LEDGER.sheet]
    rows = [(who, said_in(sheet, row)) for row in range(FIRST_ROW, sheet.max_row + 1) if (who := who_in(sheet, row)).county]
    waiting = waiting_in(book[UNCLAIMED.sheet]) if UNCLAIMED.sheet in book.sheetnames else {}
    return Ledger(rows, [*waiting.values()])
