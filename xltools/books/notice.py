"""The one-page letter that goes with a returned file: as a Word document, and as text for a chat. Both say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from xltools.books.document import TITLE, Grid, Paragraph, as_docx
from xltools.model.finding import Finding, Severity
from xltools.model.returned import Letter, load_return

WIDTHS = (600, 900, 2500, 5600)  # of the table's columns, in twentieths of a point; together the width between the margins
LONGEST = 110                    # characters of a sentence: ten of them must stay on the page


class Notice(Struct, frozen=True):
    """What the letter says. rows: number, severity, place, sentence of each of the most important problems."""

    title: str
    opening: tuple[str, ...]
    table: str
    rows: tuple[tuple[str, str, str, str], ...]
    steps_title: str
    steps: tuple[str, ...]
    date: str


def notice_of(letter: Letter, returned: str, reason: str = "") -> Notice:
    """The letter about one file. returned: the name of what goes back with it · reason: why that is only a list, "" for the marked copy."""
    words = load_return()
    said = words.letters["list" if reason else "copy"]
    total = sum(letter.by_sheet.values(), Counter[Severity]())
    counts = words.counts.format(**{one.value: total[one] for one in Severity})
    opening = said.opening.format(file=letter.file, counts=counts, reason=reason)
    facts = (f"{words.deadline}：{letter.deadline}", f"{said.returned}：{returned}")
    listed, every = letter.important, len(letter.findings)
    return Notice(
        title=words.notice_title,
        opening=(f"{letter.county or words.notice_unknown}：", opening, *facts),
        table=(said.table if len(listed) < every else words.list_title).format(count=len(listed), all=every),
        rows=tuple((str(number), one.severity.label, _where(one), _sentence(one)) for number, one in enumerate(listed, 1)),
        steps_title=words.steps_title,
        steps=tuple(f"{number}. {text}" for number, text in enumerate(said.steps, 1)),
        date=letter.date,
    )


def _where(finding: Finding) -> str:
    place = finding.place
    return f"【{place.sheet}】{place.cell}" if place.sheet else load_return().whole


def _sentence(finding: Finding) -> str:
    text = f"{finding.message}。{finding.fix}。"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def as_text(notice: Notice) -> str:
    """The letter for a chat: no line begins with a sign that a spreadsheet would take for a formula."""
    rows = [f"{number}. {severity} {place} {sentence}" for number, severity, place, sentence in notice.rows]
    parts = ("\n".join((notice.title, *notice.opening)), "\n".join((notice.table, *rows)), "\n".join((f"{notice.steps_title}：", *notice.steps)), notice.date)
    return "\n\n".join(parts) + "\n"


def as_document(notice: Notice) -> bytes:
    """The letter as a .docx; the same letter gives the same bytes."""
    return as_docx(_blocks(notice))


def _blocks(notice: Notice) -> Iterator[Paragraph | Grid]:
    yield Paragraph(notice.title, TITLE, "center", bold=True)
    yield from (Paragraph(text) for text in notice.opening)
    yield Paragraph(notice.table, bold=True, before=160)
    columns = load_return().columns
    yield Grid(WIDTHS, ((columns["no"], columns["severity"], columns["cell"], columns["message"]), *notice.rows))
    yield Paragraph(notice.steps_title, bold=True, before=160)
    yield from (Paragraph(text) for text in notice.steps)
    yield Paragraph(notice.date, align="right")
