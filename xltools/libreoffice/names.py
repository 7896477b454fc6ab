"""Defined names of a workbook and of a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from xlwings import base_classes

from xltools.libreoffice.address import Area, area_of, quoted
from xltools.libreoffice.bridge import Uno, struct
from xltools.libreoffice.errors import EngineError, refusals
from xltools.libreoffice.formula import from_host, to_host
from xltools.libreoffice.layout import lines
from xltools.libreoffice.members import refusing


class Scopes(Protocol):
    """A workbook as names need it: its document, its sheets, and a range on one of them."""

    @property
    def api(self) -> Uno: ...

    def range_at(self, sheet_index: int, area: Area) -> Any: ...


@refusing
class Name(base_classes.Name):
    """One defined name; a sheet's own name reads "表!名称", as in Excel."""

    def __init__(self, book: Scopes, sheet: Uno | None, xl: Uno) -> None:
        self.book = book
        self.sheet = sheet
        self.xl = xl

    @property
    def api(self) -> Uno:
        return self.xl

    @property
    def name(self) -> str:
        own = str(self.xl.Name)
        return own if self.sheet is None else f"{quoted(self.sheet.Name)}!{own}"

    @name.setter
    def name(self, value: str) -> None:
        with refusals(f"名称改为“{value}”"):
            self.xl.setName(value.rpartition("!")[2])

    @property
    def refers_to(self) -> str:
        return from_host("=" + str(self.xl.Content).removeprefix("="))

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        self.xl.setContent(host_content(value))

    @property
    def refers_to_range(self) -> Any:
        cells = self.xl.getReferredCells()
        if cells is None:
            raise EngineError(f"名称“{self.name}”指的不是单元格区域，而是 {self.refers_to}。")
        return self.book.range_at(cells.RangeAddress.Sheet, area_of(cells.RangeAddress))

    def delete(self) -> None:
        (self.book.api if self.sheet is None else self.sheet).NamedRanges.removeByName(self.xl.Name)


@refusing
class Names(base_classes.Names):
    """The names of one sheet, or those of the workbook together with those of its sheets."""

    def __init__(self, book: Scopes, sheet: Uno | None) -> None:
        self.book = book
        self.sheet = sheet

    @property
    def api(self) -> Uno:
        return (self.book.api if self.sheet is None else self.sheet).NamedRanges

    def __call__(self, name_or_index: int | str) -> Name:
        if isinstance(name_or_index, int):
            return self.snapshot()[name_or_index - 1][1]
        if self.sheet is None and self.api.hasByName(name_or_index):
            return Name(self.book, None, self.api.getByName(name_or_index))
        wanted = name_or_index.replace("'", "").lower()
        for name, found in self.snapshot():
            full = name.replace("'", "").lower()
            if wanted == full or (self.sheet is not None and wanted == full.rpartition("!")[2]):
                return found
        raise KeyError(name_or_index)

    def snapshot(self) -> list[tuple[str, Name]]:
        """Every name with its text, in one go."""
        return [(name.name, name) for name in self._all()]

    def contains(self, name_or_index: int | str) -> bool:
        try:
            self(name_or_index)
        except (KeyError, IndexError):
            return False
        return True

    def __len__(self) -> int:
        return len(self.snapshot())

    def __iter__(self) -> Iterator[Name]:
        return self._all()

    def add(self, name: str, refers_to: str) -> Name:
        """Define a name, or give an existing one a new meaning, as Excel does."""
        owner, _, bare = name.rpartition("!")
        with refusals(f"定义名称“{name}”"):
            sheet = self.book.api.Sheets.getByName(owner.strip("'").replace("''", "'")) if owner else self.sheet
            scope = (self.book.api if sheet is None else sheet).NamedRanges
            if scope.hasByName(bare):
                scope.getByName(bare).setContent(host_content(refers_to))
            else:
                scope.addNewByName(bare, host_content(refers_to), struct("com.sun.star.table.CellAddress"), 0)
        return Name(self.book, sheet, scope.getByName(bare))

    def _all(self) -> Iterator[Name]:
        owners = [self.sheet]
        if self.sheet is None:
            owners += lines(self.book.api.Sheets)
        for sheet in owners:
            scope = (self.book.api if sheet is None else sheet).NamedRanges
            for name in sorted(scope.ElementNames):
                yield Name(self.book, sheet, scope.getByName(name))


def host_content(refers_to: str) -> str:
    """Excel's definition of a name as LibreOffice keeps it, without the equal sign."""
    return to_host(refers_to if refers_to.startswith("=") else f"={refers_to}").removeprefix("=")
