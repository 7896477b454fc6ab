"""What a county reads about its file, line by line; a sheet in the returned workbook and a list beside it show the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.finding import Finding, Severity
from xltools.model.returned import Explanation, Letter, ReturnWords, load_return

COLUMNS = ("no", "severity", "sheet", "cell", "message", "fix", "code")
ANSWERED = (*COLUMNS, "answer")  # the columns where warnings can be answered
WIDTHS = (7, 9, 18, 11, 58, 52, 9, 34)
FIRST, LAST = 1, len(COLUMNS)
ANSWER = len(ANSWERED)
PAGE = 690, 860     # points of rows on a page, with Excel's fonts and with those that make the columns widest
TABLE = ("cell", "wrap", "top")
BANDS = (("title",), ("subtitle",), ("section",))
Link = tuple[str, str]  # sheet, cell


class Entry(Struct, frozen=True):
    """One cell: its column from 1, what stands there, its looks (names of books/style.py), where it leads."""

    column: int
    text: str
    looks: tuple[str, ...] = ()
    link: Link | None = None


class LetterRow(Struct, frozen=True):
    """One row. height: in points, 0 for as high as its text; finding: what it is about."""

    entries: tuple[Entry, ...] = ()
    height: float = 0
    finding: Finding | None = None


def front_lines(letter: Letter) -> Iterator[LetterRow]:
    """The lines of the sheet in front of a returned workbook."""
    words = load_return()
    lines = [
        *_head(letter, words, words.intro),
        LetterRow((Entry(FIRST, words.all_legend, ("faint",)),)),
        *_counts(letter, words),
        *_section(words.top_title.format(count=len(letter.important))),
        *_table(letter.important, words),
        *_steps(words.steps_title, words.steps),
        *_section(words.all_title.format(count=len(letter.findings))),
    ]
    yield from map(_widened, lines)
    yield from (_answerable(line, letter, words) for line in _table(letter.findings, words))


def _widened(line: LetterRow) -> LetterRow:
    """A line whose bands run on over the column of answers."""
    looks = line.entries[-1].looks if len(line.entries) == LAST else ()
    return replace(line, entries=(*line.entries, Entry(ANSWER, "", looks))) if looks in BANDS else line


def holds(answer: Explanation, finding: Finding) -> bool:
    """Whether this remark is the warning with that answer."""
    place = finding.place
    return finding.code is Code.ANSWERED and (answer.sheet, answer.cell) == (place.sheet, place.cell) and finding.message.startswith(answer.code)


def _answerable(line: LetterRow, letter: Letter, words: ReturnWords) -> LetterRow:
    """A line of the table with the cell in which a warning is answered; an error says that it must be corrected."""
    if line.finding is None:
        return replace(line, entries=(*line.entries, Entry(ANSWER, words.columns["answer"], ("header", "city"))), height=34)
    finding = line.finding
    if finding.severity is Severity.WARNING:
        return replace(line, entries=(*line.entries, Entry(ANSWER, "", (*TABLE, "missing"))))
    said = next((one.text for one in letter.answers if holds(one, finding)), "")
    shown = words.must_change if finding.severity is Severity.ERROR else said
    return replace(line, entries=(*line.entries, Entry(ANSWER, shown, TABLE if said else (*TABLE, "faint"))))


def list_lines(letter: Letter) -> Iterator[LetterRow]:
    """The lines of a list that lies beside a workbook we cannot mark."""
    words = load_return()
    yield from _head(letter, words, words.list_intro)
    yield from _counts(letter, words)
    yield from _steps(words.steps_title, words.list_steps)
    yield from _section(words.list_title.format(count=len(letter.findings)))
    yield from _table(letter.findings, words)


def _head(letter: Letter, words: ReturnWords, intro: str) -> Iterator[LetterRow]:
    yield LetterRow(tuple(Entry(column, words.title if column == FIRST else "", ("title",)) for column in range(FIRST, LAST + 1)), 30)
    yield LetterRow(tuple(Entry(column, intro if column == FIRST else "", ("subtitle",)) for column in range(FIRST, LAST + 1)), 20)
    facts = ((words.file, letter.file), (words.county, letter.county or words.unknown), (words.date, letter.date), (words.deadline, letter.deadline))
    for label, text in facts:
        yield LetterRow((Entry(FIRST, label, ("bold",)), Entry(3, text, ())))


def _counts(letter: Letter, words: ReturnWords) -> Iterator[LetterRow]:
    yield from _section(words.counts_title)
    total: Counter[Severity] = Counter()
    for sheet, counts in letter.by_sheet.items():
        total += counts
        entry = Entry(FIRST, sheet or words.whole, (), (sheet, "A1") if sheet else None)
        yield LetterRow((entry, Entry(4, _counted(counts, words))))
    yield LetterRow((Entry(FIRST, words.total, ("bold",)), Entry(4, _counted(total, words), ("bold",))))
    if letter.account:
        yield LetterRow((Entry(FIRST, words.account, ()), Entry(4, letter.account, ())))


def _counted(counts: Counter[Severity], words: ReturnWords) -> str:
    return words.counts.format(**{severity.value: counts[severity] for severity in Severity})


def _section(text: str) -> Iterator[LetterRow]:
    yield LetterRow()
    yield LetterRow(tuple(Entry(column, text if column == FIRST else "", ("section",)) for column in range(FIRST, LAST + 1)), 20)


def _steps(title: str, steps: Sequence[str]) -> Iterator[LetterRow]:
    yield from _section(title)
    for number, text in enumerate(steps, 1):
        yield LetterRow((Entry(FIRST, f"{number}. {text}"),))


def titles_at(lines: Iterable[LetterRow]) -> int:
    """The number of the line with the headers of the list of all findings, which is printed again on every page."""
    return max(number for number, line in enumerate(lines, 1) if line.entries and "header" in line.entries[0].looks)


def starts_anew(lines: Sequence[LetterRow], heights: Sequence[float]) -> int:
    """Behind which line a page must end, so that the headers of the list of all findings never stand at its foot without a finding; 0 where they cannot.

    How much a page takes depends on how wide a program's fonts make the columns, in which the sheet is one page wide.
    """
    title = titles_at(lines) - 1    # the line that says what the list is
    above, needed = sum(heights[: title - 1]), sum(heights[title - 1 : title + 2])
    least, most = PAGE
    pages = range(1, int(above // least) + 2)
    return title - 1 if any(number * least - needed < above < number * most for number in pages) else 0


def _table(findings: Sequence[Finding], words: ReturnWords) -> Iterator[LetterRow]:
    yield LetterRow(tuple(Entry(at, words.columns[name], ("header", "county")) for at, name in enumerate(COLUMNS, FIRST)), 20)
    for number, one in enumerate(findings, 1):
        place = one.place
        texts = (str(number), one.severity.label, place.sheet or words.whole, place.cell, one.message, one.fix, one.code.number)
        entries = [Entry(at, text, TABLE) for at, text in enumerate(texts, FIRST)]
        entries[1] = Entry(2, one.severity.label, (*TABLE, one.severity.value, "center"))
        if place.sheet:
            at = 3 if not place.cell else 4
            entries[at - 1] = Entry(at, texts[at - 1], (*TABLE, "link"), (place.sheet, place.cell or "A1"))
        yield LetterRow(tuple(entries), finding=one)
