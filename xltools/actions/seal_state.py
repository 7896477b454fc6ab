"""How a form stands with its signatures and its seal: a checklist or a county's workbook; for verifying, grading, packing alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial

from msgspec import Struct

from xltools.actions.check import check_book
from xltools.books.checklist_read import is_checklist, read_checklist
from xltools.books.file import FileBook
from xltools.books.seal_content import checklist_content, form_content, printed_codes
from xltools.books.seal_sheet import seal_of
from xltools.model.checklist import Checker, ReadChecklist
from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import load_template
from xltools.model.outcome import Submission
from xltools.model.policy import Policy
from xltools.model.seal import Content, load_seal_words
from xltools.rules.checklist_read import about_checkers
from xltools.rules.impartial import checkers_of
from xltools.rules.signing import Signers, checklist_signers, county_signers, standing

COUNTY = "county"
NOTHING = Content((), {})      # what is compared with no seal


class Paper(Struct, frozen=True, dict=True):
    """A form to be sealed or verified. about: what is wrong with its signatures · checkers: who signs, as a register is asked about them ·
    read: reads what its seal covers, for those who need it."""

    who: Signers
    read: Callable[[], Content]
    about: tuple[Finding, ...] = ()
    checkers: tuple[Checker, ...] = ()

    @cached_property
    def content(self) -> Content:
        """What its seal covers."""
        return self.read()


def paper(book: FileBook, policy: Policy) -> Paper | None:
    """The form in a workbook, None when it is neither a checklist nor a county's workbook."""
    if is_checklist(book):
        read = read_checklist(book)
        about = tuple(one for part in read.parts for one in about_checkers(part))
        return Paper(checklist_signers(read), partial(checklist_content, book, read), about, tuple(checkers_of(read)))
    if book.stamp.template == COUNTY:
        submission = check_book(book, load_template(COUNTY), policy)
        who = county_signers(submission)
        checkers = tuple(Checker(name, "", Place(book.name), "", "", "") for name in who.names)
        return Paper(who, partial(form_content, book, submission.raw), checkers=checkers)
    return None


def state_of(book: FileBook, form: Paper) -> tuple[str, list[Finding]]:
    """How a form stands, in words, and what is wrong with its seal."""
    seal = seal_of(book)
    if seal and not all(book.facts(name).knows_formulas for name in book.sheets):
        said = load_seal_words()
        return said.states["damaged"], [Code.SEAL_DAMAGED.at(Place(book.name), reason=said.reasons["old"])]
    return standing(form.who, seal, form.content if seal else NOTHING, printed_codes(book))


def seal_state(book: FileBook, read: ReadChecklist) -> tuple[str, list[Finding]]:
    """The same of a checklist that has been read."""
    return state_of(book, Paper(checklist_signers(read), partial(checklist_content, book, read)))


def county_state(book: FileBook, submission: Submission) -> tuple[str, list[Finding]]:
    """The same of a county's workbook that has been checked."""
    return state_of(book, Paper(county_signers(submission), partial(form_content, book, submission.raw)))
