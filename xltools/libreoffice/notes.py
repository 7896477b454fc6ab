"""Notes and links on cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from xlwings import base_classes

from xltools.libreoffice.address import quoted
from xltools.libreoffice.bridge import Uno
from xltools.libreoffice.errors import EngineError
from xltools.libreoffice.formula import WORD
from xltools.libreoffice.members import refusing

NOTES = 8                                                    # com.sun.star.sheet.CellFlags.ANNOTATION
LINK = "com.sun.star.text.TextField.URL"
TO_EXCEL_PLACE = re.compile(rf"#\$?('(?:[^']|'')+'|{WORD})[.!](.+)")


class OneCell(Protocol):
    """A range of one cell, and the check that its sheet allows a change."""

    @property
    def xl(self) -> Uno: ...

    def require_writable(self) -> None: ...


@refusing
class Note(base_classes.Note):
    """The note of one cell."""

    def __init__(self, cell: OneCell) -> None:
        self.cell = cell

    @property
    def api(self) -> Uno:
        return first_cell(self.cell).getAnnotation()

    @property
    def text(self) -> str:
        return text_of(self.api)

    @text.setter
    def text(self, value: str) -> None:
        self.cell.require_writable()
        self.api.setString(value)

    @property
    def author(self) -> str:
        return str(self.api.getAuthor())

    @property
    def location(self) -> OneCell:
        return self.cell

    def delete(self) -> None:
        self.cell.require_writable()
        first_cell(self.cell).clearContents(NOTES)


def first_cell(cells: OneCell) -> Uno:
    """The upper left cell of a range."""
    return cells.xl.getCellByPosition(0, 0)


def has_note(cell: OneCell) -> bool:
    """Whether the cell has a note with text."""
    return bool(text_of(first_cell(cell).getAnnotation()))


def text_of(note: Uno) -> str:
    """What an annotation says, "" where there is none; LibreOffice 25.2 makes the text of a file's note when its shape is asked for, and says nothing before."""
    return str(note.getString()) or str(getattr(note.getAnnotationShape(), "String", ""))


def add_note(sheet: Uno, cell: OneCell, text: str) -> Note:
    """Write a note. Raises EngineError when the cell has one already, as Excel does."""
    if has_note(cell):
        raise EngineError("单元格已有批注；请先读出或删除原来的批注。")
    cell.require_writable()
    sheet.getAnnotations().insertNew(first_cell(cell).getCellAddress(), text)
    return Note(cell)


def note_places(sheet: Uno) -> Iterator[tuple[int, int]]:
    """Row and column, counted from 1, of every note of a sheet."""
    notes = sheet.getAnnotations()
    for index in range(notes.getCount()):
        position = notes.getByIndex(index).getPosition()
        yield position.Row + 1, position.Column + 1


def link_of(cell: OneCell) -> str:
    """Where a cell's link leads ("http://…", "#表!A4"). Raises EngineError when it has none."""
    fields = first_cell(cell).getTextFields().createEnumeration()
    while fields.hasMoreElements():
        field = fields.nextElement()
        if field.supportsService(LINK) or hasattr(field, "URL"):
            return _excel_target(str(field.URL))
    raise EngineError("单元格里没有超链接。")


def add_link(document: Uno, cell: OneCell, address: str, text: str) -> None:
    """Replace the cell's content by a link; a place in the same workbook is given as "#表!A4"."""
    cell.require_writable()
    target = first_cell(cell)
    target.setString("")
    field = document.createInstance(LINK)
    field.URL = host_target(address)
    field.Representation = text
    target.insertTextContent(target.createTextCursor(), field, False)


def host_target(address: str) -> str:
    """"#表!A4" as LibreOffice follows it: "#表.A4"."""
    inside = re.fullmatch(r"#('(?:[^']|'')+'|[^!']+)!(.+)", address)
    if not inside:
        return address
    sheet = inside[1][1:-1].replace("''", "'") if inside[1].startswith("'") else inside[1]
    bare = re.fullmatch(WORD, sheet)
    return f"#{sheet if bare else quoted(sheet)}.{inside[2]}"


def _excel_target(url: str) -> str:
    inside = TO_EXCEL_PLACE.fullmatch(url)
    if not inside:
        return url
    sheet = inside[1][1:-1].replace("''", "'") if inside[1].startswith("'") else inside[1]
    return f"#{quoted(sheet)}!{inside[2]}"
