"""How a checklist stands with its signatures and its seal; for verifying, grading and merging alike."""

from __future__ import annotations

from xltools.books.checklist_content import checklist_content, printed_codes
from xltools.books.file import FileBook
from xltools.books.seal_sheet import seal_of
from xltools.model.checklist import ReadChecklist
from xltools.model.finding import Code, Finding, Place
from xltools.model.seal import load_seal_words
from xltools.rules.signing import standing


def seal_state(book: FileBook, read: ReadChecklist) -> tuple[str, list[Finding]]:
    """How one checklist stands, in words, and what is wrong with its seal."""
    seal = seal_of(book)
    if seal and not all(book.facts(name).knows_formulas for name in book.sheets):
        said = load_seal_words()
        return said.states["damaged"], [Code.SEAL_DAMAGED.at(Place(book.name), reason=said.reasons["old"])]
    return standing(read, seal, checklist_content(book, read), printed_codes(book))
