"""What people write on a sheet and in no cell of it: notes and text boxes. No form reads them, so that they are told of."""

from __future__ import annotations

from collections.abc import Iterator

from xltools.books.address import address
from xltools.books.cells import shown
from xltools.books.file import FileBook
from xltools.books.tree import below, tree
from xltools.books.xlsx import XlsxSource, related
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, row_and_column
from xltools.model.returned import load_return

LISTED = 3
Aside = tuple[str, str]  # cell, text


def asides(book: FileBook) -> Iterator[Finding]:
    """One note for the notes and one for the text boxes of each sheet; the marks of a return are ours and left out. Known of .xlsx alone."""
    source = book.source
    if not isinstance(source, XlsxSource):
        return
    for sheet in book.sheets:
        part = source.entry(sheet).part
        for kind, found in (("批注", list(_notes(source, part))), ("文本框", list(_boxes(source, part)))):
            if found:
                ordered = sorted(found, key=lambda one: row_and_column(one[0]))
                cells = "、".join(cell for cell, _ in ordered[:LISTED]) + ("等" if len(found) > LISTED else "")
                text = ordered[0][1]
                yield Code.WRITTEN_ASIDE.at(Place(book.name, sheet), count=len(found), kind=kind, cells=cells, text=shown(" ".join(text.split())))


def _notes(source: XlsxSource, part: str) -> Iterator[Aside]:
    for path in related(source.package, part, "comments"):
        root = tree(source.package.chunks(path))
        authors = ["".join(one.itertext()) for one in below(root, "author")]
        for note in below(root, "comment"):
            number = note.get("authorId", "")
            by = authors[int(number)] if number.isdecimal() and int(number) < len(authors) else ""
            text = "".join(note.itertext()).strip()
            if text and by != load_return().author:
                yield note.get("ref", ""), text


def _boxes(source: XlsxSource, part: str) -> Iterator[Aside]:
    for path in related(source.package, part, "drawing"):
        for anchor in tree(source.package.chunks(path)):
            text = " ".join("".join(one.itertext()) for body in below(anchor, "txBody") for one in below(body, "p")).strip()
            corner = next(iter(below(anchor, "from")), None)
            row, column = ((corner.findtext(name) or "" if corner is not None else "") for name in ("row", "col"))
            if text:
                yield address(int(row) + 1 if row.isdecimal() else 1, int(column) + 1 if column.isdecimal() else 1), text
