"""publish 发布: the public list and page of the grades that were decided, from the city's summary, closed or open."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from xltools.actions.run import TEMPLATE, read_ours, refuse_other_policy
from xltools.books.base import Book
from xltools.books.file import open_summary
from xltools.books.publication_book import write_public_list
from xltools.books.publication_page import write_public_page
from xltools.books.replace import refuse_existing
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, Severity, StopError, order
from xltools.model.form import load_form, load_template
from xltools.model.publication import FORM, Notice, Publication, Published, load_publication_words, sentences
from xltools.model.value import day_of
from xltools.rules.dates import read_date
from xltools.rules.decided import Decisions
from xltools.rules.identified import read_back
from xltools.rules.parse import parse_all
from xltools.rules.publication import gathered, numbered, publication

LEDGER, EVENTS, NAMES = "ledger", "events", "names"


def publish(path: Path, notice: Notice, folder: Path) -> Published:
    """Publish the summary in a file; see `publish_book`."""
    return publish_book(open_summary(path), notice, folder)


def in_short(done: Published) -> list[Finding]:
    """What was found, as a terminal tells it: many enterprises of one reason in one sentence."""
    return gathered(done.findings)


def publish_book(book: Book, notice: Notice, folder: Path) -> Published:
    """Write the public list and the public page of a city summary, wherever it lives, into `folder`.

    Every enterprise is on the list or named in a finding with the reason. Raises StopError, and writes nothing, when the workbook
    is no summary, the notice ends before it starts, or a file of that name is there already. Source: 三环文〔2022〕69号 三(三)5.
    """
    names = load_publication_words()
    paths = (folder / names.book, folder / names.page)
    if notice.end < notice.start:
        raise StopError(Code.NOTICE_PERIOD.at(Place(book.name), start=notice.start.isoformat(), end=notice.end.isoformat()))
    refuse_existing(*paths)
    result, findings = _publication(book, notice)
    if not result.lines:
        return Published(findings=tuple(sorted([Code.NOTHING_PUBLISHED.at(Place(book.name)), *findings], key=order)))
    folder.mkdir(parents=True, exist_ok=True)
    form, said = load_form(FORM), sentences(result)
    records = numbered(result.lines, form)
    write_public_list(paths[0], form, records, said)
    write_public_page(paths[1], form, result, records, said)
    return Published(paths, len(result.lines), tuple(sorted(findings, key=order)))


def day_in(cell: object, year: int) -> date | None:
    """The day that a cell says, in any of the ways that a date is read in a county's workbook; None where it says none. year: of dates written without one."""
    return day_of(read_date(cell, year).value)


def _publication(book: Book, notice: Notice) -> tuple[Publication, list[Finding]]:
    """What of the summary may be published."""
    template = load_template(TEMPLATE)
    raw, found = read_ours(book, template, (template[name] for name in (LEDGER, EVENTS, NAMES)))
    refuse_other_policy(book, notice.policy)
    if LEDGER not in raw:
        raise StopError(next(one for one in found if one.place.sheet in ("", template[LEDGER].sheet)))
    known = read_back(raw[LEDGER], raw.pop(NAMES, None), notice.policy)
    typed, said = parse_all(raw, notice.policy)
    wrong = {one.place: one for one in (*found, *said) if one.severity is Severity.ERROR}
    decisions = Decisions(known.ledger(typed[LEDGER]), raw[LEDGER], wrong, notice.policy, known.apart, known.sites)
    return publication(decisions, known.named(typed[EVENTS]) if EVENTS in typed else None, notice)
