"""Values typed into the cells of a workbook on disk, as a person would; nothing else in it changes. Only the rehearsal does so, in files of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from xltools.books.base import Cell
from xltools.books.inplace_sheet import set_cells
from xltools.books.package import replace_file
from xltools.books.patch import Patch
from xltools.books.patch_book import sheets_of
from xltools.model.address import split

Entries = Mapping[str, Mapping[str, Cell]]      # sheet → cell ("F12") → value


def write_entries(path: Path, entries: Entries) -> None:
    """Type the values into the workbook. Raises KeyError for a sheet that is not there, CannotPatchError for a package we cannot change."""
    patch = Patch(path.read_bytes(), path.name)
    parts = {sheet.name: sheet.part for sheet in sheets_of(patch)}
    for sheet, cells in entries.items():
        places = {place: value for cell, value in cells.items() if (place := split(cell))}
        patch.write(parts[sheet], set_cells(patch.read(parts[sheet]), places))
    replace_file(path, patch.content())
