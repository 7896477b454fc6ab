"""Sheets of a workbook, as xlwings asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from xlwings import base_classes

from xltools.libreoffice.address import Area, Limits, area_of, parse, spanning
from xltools.libreoffice.bridge import Uno, in_main_thread
from xltools.libreoffice.cells import Range
from xltools.libreoffice.errors import EngineError, refusals
from xltools.libreoffice.members import refusing
from xltools.libreoffice.names import Names
from xltools.libreoffice.notes import Note, note_places


@refusing
class Sheet(base_classes.Sheet):
    """One sheet; `xl` is the UNO sheet."""

    def __init__(self, book: Any, xl: Uno) -> None:
        self._book = book
        self.xl = xl

    @property
    def api(self) -> Uno:
        return self.xl

    @property
    def book(self) -> Any:
        return self._book

    @property
    def document(self) -> Uno:
        return self._book.api

    @property
    def name(self) -> str:
        return str(self.xl.Name)

    @name.setter
    def name(self, value: str) -> None:
        if value != self.name and self.document.Sheets.hasByName(value):
            raise EngineError(f"工作簿里已有名为“{value}”的工作表。")
        with refusals(f"工作表改名为“{value}”"):
            self.xl.setName(value)

    @property
    def names(self) -> Names:
        return Names(self._book, self.xl)

    @property
    def index(self) -> int:
        return int(self.xl.RangeAddress.Sheet) + 1

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        """The range from one corner to the other, each an address, a name, (row, column) or a range."""
        area = self._area(arg1)
        return Range(self, area if arg2 is None else spanning(area, self._area(arg2)))

    @property
    def cells(self) -> Range:
        return Range(self, Area(1, 1, *self._limits))

    @property
    def used_area(self) -> Area:
        """From the first to the last cell with content, format or note."""
        cursor = self.xl.createCursor()
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        return area_of(cursor.RangeAddress)

    @property
    def used_range(self) -> Range:
        return Range(self, self.used_area)

    def activate(self) -> None:
        self._book.controller.setActiveSheet(self.xl)

    def select(self) -> None:
        self.activate()

    def clear_contents(self) -> None:
        self.cells.clear_contents()

    def clear_formats(self) -> None:
        self.cells.clear_formats()

    def clear(self) -> None:
        self.cells.clear()

    def autofit(self, axis: str | None = None) -> None:
        self.used_range.autofit(axis)

    def delete(self) -> None:
        sheets = self.document.Sheets
        if sheets.getCount() == 1:
            raise EngineError(f"“{self.name}”是唯一的工作表，不能删除。")
        with refusals(f"删除工作表“{self.name}”"):
            sheets.removeByName(self.name)

    def copy(self, before: Sheet | None, after: Sheet | None) -> None:
        """Copy into this workbook or, with a neighbour there, into another one."""
        neighbour = before or after or self
        target, place = neighbour.document, neighbour.index - (1 if before else 0)
        with refusals(f"复制工作表“{self.name}”"):
            if neighbour.book.fullname == self._book.fullname:
                target.Sheets.copyByName(self.name, free_name(target, f"{self.name[:26]} (2)"), place)
            else:
                with without_vba(target):       # importSheet changes the view without LibreOffice's own lock
                    in_main_thread(self._book.app.context, lambda: target.Sheets.importSheet(self.document, self.name, place))

    def move(self, before: Sheet | None, after: Sheet | None) -> None:
        neighbour = before or after
        if neighbour is not None:
            self.document.Sheets.moveByName(self.name, neighbour.index - (1 if before else 0))

    @property
    def visible(self) -> bool:
        return bool(self.xl.IsVisible)

    @visible.setter
    def visible(self, value: bool) -> None:
        self.xl.IsVisible = bool(value)
        if self.visible is not bool(value):
            raise EngineError(f"工作表“{self.name}”不能隐藏：工作簿至少要有一个可见的工作表，且结构没有被保护。")

    @property
    def notes(self) -> list[Note]:
        return [Note(Range(self, Area(row, column, 1, 1))) for row, column in note_places(self.xl)]

    @property
    def freeze_panes(self) -> FreezePanes:
        return FreezePanes(self)

    @property
    def page_setup(self) -> PageSetup:
        return PageSetup(self)

    @property
    def _limits(self) -> Limits:
        return Limits(self.xl.Rows.Count, self.xl.Columns.Count)

    def _area(self, corner: Any) -> Area:
        if isinstance(corner, Range):
            return corner.area
        if isinstance(corner, tuple):
            if 0 in corner[:2]:
                raise IndexError("行号和列号都从 1 开始。")
            return Area(*corner) if len(corner) == 4 else Area(corner[0], corner[1], 1, 1)
        found = parse(str(corner), self._limits)
        return self._named_area(str(corner)) if found is None else found

    def _named_area(self, name: str) -> Area:
        """The area that a name of the sheet or the workbook stands for. Raises EngineError when it is not on this sheet."""
        for names in (self.names, Names(self._book, None)):
            if name in [found.rpartition("!")[2] for found, _ in names.snapshot()]:
                target = names(name).refers_to_range
                if target.sheet.index == self.index:
                    area: Area = target.area
                    return area
        raise EngineError(f"“{name}”既不是单元格地址，也不是指向工作表“{self.name}”中区域的名称。")


@refusing
class Sheets(base_classes.Sheets):
    """The sheets of a workbook, by name (upper and lower case alike) or by number from 1."""

    def __init__(self, book: Any) -> None:
        self.book = book

    @cached_property
    def api(self) -> Uno:
        return self.book.api.Sheets

    @property
    def active(self) -> Sheet:
        return Sheet(self.book, self.book.controller.ActiveSheet)

    def __call__(self, name_or_index: int | str) -> Sheet:
        sheets = self.api
        if isinstance(name_or_index, int):
            if not 1 <= name_or_index <= sheets.getCount():
                raise IndexError(f"工作簿没有第 {name_or_index} 个工作表。")
            return Sheet(self.book, sheets.getByIndex(name_or_index - 1))
        if sheets.hasByName(name_or_index):         # upper and lower case alike
            return Sheet(self.book, sheets.getByName(name_or_index))
        raise KeyError(name_or_index)

    def __len__(self) -> int:
        return int(self.api.getCount())

    def __iter__(self) -> Iterator[Sheet]:
        sheets = self.api
        for index in range(sheets.getCount()):
            yield Sheet(self.book, sheets.getByIndex(index))

    def __contains__(self, name: str) -> bool:
        return bool(self.api.hasByName(name))

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        """A new, activated sheet: where asked, otherwise in front of the active one, as in Excel."""
        neighbour = before or after or self.active
        place = neighbour.index - (0 if after and not before else 1)
        name = name or free_name(self.book.api, f"Sheet{len(self) + 1}")
        with refusals(f"新建工作表“{name}”"):
            self.api.insertNewByName(name, place)
        sheet = self(place + 1)
        sheet.activate()
        return sheet


@refusing
class FreezePanes(base_classes.FreezePanes):
    """Frozen rows and columns of a sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def freeze_at(self, frozen_range: str) -> None:
        """Freeze everything up to the end of the range; "2:2" freezes rows only, "A:A" columns only."""
        area, limits = self.sheet.range(frozen_range).area, self.sheet.cells.shape
        columns = 0 if area.width == limits[1] else area.column + area.width - 1
        rows = 0 if area.height == limits[0] else area.row + area.height - 1
        self._freeze(columns, rows)

    def unfreeze(self) -> None:
        self._freeze(0, 0)

    def _freeze(self, columns: int, rows: int) -> None:
        """LibreOffice freezes the sheet in view only, so the view goes there and back."""
        view = self.sheet.book.controller
        shown = view.ActiveSheet
        view.setActiveSheet(self.sheet.xl)
        view.freezeAtPosition(columns, rows)
        view.setActiveSheet(shown)


@refusing
class PageSetup(base_classes.PageSetup):
    """What of a sheet is printed."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    @property
    def api(self) -> Uno:
        return self.sheet.xl

    @property
    def print_area(self) -> str | None:
        areas = self.sheet.xl.getPrintAreas()
        return ",".join(Range(self.sheet, area_of(area)).address for area in areas) or None

    @print_area.setter
    def print_area(self, value: str | None) -> None:
        parts = [self.sheet.range(part).xl.RangeAddress for part in value.split(",")] if value else []
        self.sheet.xl.setPrintAreas(tuple(parts))


@contextmanager
def without_vba(document: Uno) -> Iterator[None]:
    """While the block runs the document does not count as one with VBA: LibreOffice 7.4 crashes when a sheet is imported into such a one."""
    libraries = document.BasicLibraries
    former = libraries.VBACompatibilityMode
    libraries.VBACompatibilityMode = False
    try:
        yield
    finally:
        libraries.VBACompatibilityMode = former


def free_name(document: Uno, wanted: str) -> str:
    """`wanted`, or the next like it that no sheet has yet."""
    name, number = wanted, 2
    while document.Sheets.hasByName(name):
        name, number = f"{wanted}_{number}", number + 1
    return name
