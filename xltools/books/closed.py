"""A city workbook in a closed file, with all that a merge into it must know: formulas, notes, and the very bytes."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from xltools.books.base import Grid, SheetFacts, Stamp
from xltools.books.file import FileBook, content_of
from xltools.books.gate import SUMMARY, Kind
from xltools.books.inplace_book import parts_of
from xltools.books.inplace_sheet import own_formulas
from xltools.books.patch import Patch
from xltools.books.patch_notes import SheetNotes
from xltools.books.patch_xml import CannotPatchError
from xltools.model.address import address


class ClosedBook:
    """A Book on a closed .xlsx or .xlsm that also knows its formulas and notes. file: the same workbook as read · data: its bytes.

    Raises StopError when it cannot be read, CannotPatchError when it is of another kind.
    """

    def __init__(self, path: Path) -> None:
        self.data = content_of(path, path.name, SUMMARY)
        self.file = FileBook(path, content=self.data, room=SUMMARY)
        if self.file.kind is not Kind.XLSX:
            raise CannotPatchError
        self.name = self.file.name
        self._patch = Patch(self.data, path.name, SUMMARY)

    @property
    def sheets(self) -> list[str]:
        return self.file.sheets

    @property
    def stamp(self) -> Stamp:
        return self.file.stamp

    def values(self, sheet: str) -> Grid:
        """The grid itself, not a copy: it is large, and a merge changes nothing in it."""
        return self.file.sheet(sheet).grid

    def facts(self, sheet: str) -> SheetFacts:
        return self.file.facts(sheet)

    def formulas(self, sheet: str) -> dict[str, str]:
        """Cell → text of its formula, with "=" in front."""
        return {cell: f"={text}" for cell, text in own_formulas(self.file, sheet).items() if text}

    def notes(self, sheet: str) -> dict[str, str]:
        """Cell → text of its note."""
        part = self._parts.get(sheet)
        return {address(*where): text for where, text in SheetNotes(self._patch, part).texts.items()} if part else {}

    @cached_property
    def _parts(self) -> dict[str, str]:
        return parts_of(self._patch)
