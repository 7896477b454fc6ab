"""What people write on a sheet and in no cell of it: notes and text boxes. No form reads them, so that they are told of; what they say stays where it is."""

from __future__ import annotations

from collections.abc import Iterator

from xltools.books.file import FileBook
from xltools.books.tree import below, tree
from xltools.books.xlsx import XlsxSource, related
from xltools.model.address import address, areas, row_and_column
from xltools.model.code import Code
from xltools.model.console import load_console
from xltools.model.finding import Finding, Place, also

LISTED = 3


def asides(book: FileBook) -> Iterator[Finding]:
    """One note for the notes and one for the text boxes of each sheet; the marks of a return are ours and left out. Known of .xlsx alone."""
    source = book.source
    if not isinstance(source, XlsxSource):
        return
    for sheet in book.sheets:
        part = source.entry(sheet).part
        for kind, found in (("批注", list(_notes(source, part))), ("文本框", list(_boxes(source, part)))):
            if found:
                cells = "、".join(sorted(found, key=row_and_column)[:LISTED]) + ("等" if len(found) > LISTED else "")
                yield Code.WRITTEN_ASIDE.at(Place(book.name, sheet), count=len(found), kind=kind, cells=cells, also=also(sheet, areas(found)))


def _notes(source: XlsxSource, part: str) -> Iterator[str]:
    """The cells with a note in which something stands beside our own marks, whatever program has saved those."""
    mark = load_console().check.mark
    for path in related(source.package, part, "comments"):
        for note in below(tree(source.package.chunks(path)), "comment"):
            if "".join(note.itertext()).partition(mark)[0].strip():
                yield note.get("ref", "")


def _boxes(source: XlsxSource, part: str) -> Iterator[str]:
    """The cells on which the text boxes begin that say something."""
    for path in related(source.package, part, "drawing"):
        for anchor in tree(source.package.chunks(path)):
            if any("".join(body.itertext()).strip() for body in below(anchor, "txBody")):
                corner = next(iter(below(anchor, "from")), None)
                row, column = ((corner.findtext(name) or "" if corner is not None else "") for name in ("row", "col"))
                yield address(int(row) + 1 if row.isdecimal() else 1, int(column) + 1 if column.isdecimal() else 1)
