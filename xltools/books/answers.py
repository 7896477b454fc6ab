"""情况说明: what a clerk wrote beside the warnings of an earlier return, and what each of these answers is about."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from xltools.books.base import Book, Cell, Grid, value_at
from xltools.books.returned_letter import ANSWER
from xltools.model.address import split
from xltools.model.finding import Finding, Severity
from xltools.model.returned import Explanation, load_return

RECORD = ANSWER + 1  # the hidden column behind the table
BETWEEN = " | "      # in it: the fill a cell had, and what an answer would be about; on top: our fingerprint, and of which files this is the return
SHEET_AT, CELL_AT, CODE_AT = 3, 4, 7
# Values of sentences that say where another row or cell is; and those that list the rows whose numbers the value "among" has.
MOVING, AMONG = frozenset({"row", "place"}), frozenset({"rows", "what"})
LONGEST_WHOLE, ENOUGH = 1e21, 30     # a number up to which all digits are told; characters of a text


def front_sheets(book: Book) -> list[str]:
    """The sheets that earlier returns put in front, and copies of them; a sheet of that name that the clerk made is none."""
    name = load_return().sheet
    return [sheet for sheet in book.sheets if sheet.startswith(name) and record_of(book.values(sheet)).startswith(load_return().record)]


def is_front_alone(book: Book) -> bool:
    """Whether somebody sent only the sheet in front: a .csv of a return holds the one sheet that was open, under the file's name."""
    return len(book.sheets) == 1 and record_of(book.values(book.sheets[0])).startswith(load_return().record)


def record_of(grid: Grid) -> str:
    """What the top of the hidden column says, "" on a sheet that is none of ours."""
    text = grid[0][RECORD - 1] if grid and len(grid[0]) >= RECORD else None
    return text if isinstance(text, str) else ""


def returned_from(book: Book) -> str:
    """What the sha256s begin with of the files that this one was returned from, one after the other; "" where it is no return."""
    return " ".join(dict.fromkeys(part for name in front_sheets(book) for part in record_of(book.values(name)).partition(BETWEEN.strip())[2].split()))


def answers_in(book: Book) -> list[Explanation]:
    """Every answer on the sheets in front; one beside an error is about nothing."""
    words = load_return()
    found = []
    for name in front_sheets(book):
        for row in book.values(name)[1:]:
            sheet, cell, code, said, record = (_text(row[at - 1]) if len(row) >= at else "" for at in (SHEET_AT, CELL_AT, CODE_AT, ANSWER, RECORD))
            about = record.partition(BETWEEN.strip())[2].strip()  # a warning without a cell has no fill before it
            if said and (about or (code.startswith("E") and said != words.must_change)):
                found.append(Explanation("" if sheet == words.whole else sheet, cell, about.partition(":")[0] or code, about, said))
    return found


def abouts(book: Book, findings: Iterable[Finding], records: Mapping[tuple[str, int], str]) -> dict[Finding, str]:
    """What an answer to each of the warnings would be about: the warning, what somebody typed in its cell, and the record it stands in.

    records: sheet and row → what the record is called (see `rules.answers.called`); rows may be sorted and moved, so that the cell does not tell.
    """
    grids: dict[str, Grid] = {}
    formulas: dict[str, frozenset[str]] = {}
    found = {}
    for one in findings:
        if one.severity is Severity.WARNING:
            sheet = one.place.sheet
            if sheet in book.sheets and sheet not in grids:
                grids[sheet], formulas[sheet] = book.values(sheet), book.facts(sheet).formulas
            where = split(one.place.cell)
            typed = "" if one.place.cell in formulas.get(sheet, ()) else _stored(value_at(grids.get(sheet, []), *(where or (0, 0))))
            record = records.get((sheet, where[0]), "") if where else ""
            found[one] = f"{one.code.number}:{_digest(_lasting(one, records), typed)}:{_digest(record) if record else ''}"
    return found


def _lasting(finding: Finding, records: Mapping[tuple[str, int], str]) -> str:
    """The sentence without numbers of rows and cells, which change when rows move; a sentence about several rows with what each of these is called."""
    values = dict(finding.values)
    rows = str(values.get("among", "")).split()
    moving = {name for name in values if name in MOVING or (rows and name in AMONG)}
    called = sorted(records.get((finding.place.sheet, int(row))) or row for row in rows)
    return "\n".join([finding.code.message.format(**values | dict.fromkeys(moving, "")), *called]) if moving else finding.message


def _stored(value: Cell) -> str:
    """A value as answers are about it, whichever reader gave it: 50 % is 0.5. Returns that counties have hold what was made of it, so it stays as it is."""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < LONGEST_WHOLE else f"{value:.15g}"
    text = " ".join(str("" if value is None else value).split())
    return text if len(text) <= ENOUGH else f"{text[:ENOUGH]}…"


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def _text(value: Cell) -> str:
    return "" if value is None else str(value).strip()
