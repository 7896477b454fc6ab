"""The register of those who check: a blank one to fill in, and what one among other files says."""

from __future__ import annotations

from pathlib import Path

from xltools.books.base import Book
from xltools.books.list_book import Lists, write_new_lists
from xltools.books.read import read_tables
from xltools.model.finding import Finding
from xltools.model.form import load_template
from xltools.model.policy import Policy
from xltools.rules.check import judged_table
from xltools.rules.impartial import Person, register_of

TEMPLATE = "people"


def make_people(output: Path, policy: Policy) -> Path:
    """Write a blank register. Raises StopError when the file is there already."""
    return write_new_lists(output, Lists(load_template(TEMPLATE), policy))


def is_register(book: Book) -> bool:
    """Whether a workbook is a register, by its stamp."""
    return book.stamp.template == TEMPLATE


def read_people(book: Book, policy: Policy) -> tuple[list[Person], list[Finding]]:
    """The persons of a register, and what in it could not be read."""
    raw, found = read_tables(book, load_template(TEMPLATE))
    if TEMPLATE not in raw:
        return [], found
    typed, said = judged_table(raw[TEMPLATE], policy)
    return register_of(typed), [*found, *said]
