"""A range of cells, as xlwings asks for it: what grid.py leaves out, that is looks, sizes, merging, notes, links, names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from xltools.libreoffice import layout, look
from xltools.libreoffice.address import quoted
from xltools.libreoffice.errors import refusals
from xltools.libreoffice.formats import code_of, key_of
from xltools.libreoffice.grid import Grid
from xltools.libreoffice.members import refusing
from xltools.libreoffice.names import Name, Names
from xltools.libreoffice.notes import Note, add_link, add_note, has_note, link_of


@refusing
class Range(Grid):
    """A rectangle of cells on one sheet."""

    @property
    def number_format(self) -> str | None:
        key = look.uniform(self.xl, "NumberFormat")
        return None if key is None else code_of(self.sheet.document, key)

    @number_format.setter
    def number_format(self, value: str) -> None:
        self.require_writable()
        with refusals(f"数字格式 {value}"):
            self.xl.NumberFormat = key_of(self.sheet.document, value)

    @property
    def color(self) -> tuple[int, int, int] | None:
        return look.color_tuple(look.uniform(self.xl, "CellBackColor"))

    @color.setter
    def color(self, value: Any) -> None:
        self.require_writable()
        self.xl.CellBackColor = look.color_number(value)

    def set_colors(self, colors: Sequence[Sequence[Any]]) -> None:
        self.require_writable()
        look.paint(self.xl, colors)

    @property
    def font(self) -> look.Font:
        return look.Font(self)

    @property
    def wrap_text(self) -> bool | None:
        wrapped: bool | None = look.uniform(self.xl, "IsTextWrapped")
        return wrapped

    @wrap_text.setter
    def wrap_text(self, value: bool) -> None:
        self.require_writable()
        self.xl.IsTextWrapped = bool(value)

    @property
    def horizontal_alignment(self) -> str | None:
        return look.horizontal(self.xl)

    @horizontal_alignment.setter
    def horizontal_alignment(self, value: str) -> None:
        self.require_writable()
        look.set_horizontal(self.xl, value)

    @property
    def vertical_alignment(self) -> str | None:
        return look.vertical(self.xl)

    @vertical_alignment.setter
    def vertical_alignment(self, value: str) -> None:
        self.require_writable()
        look.set_vertical(self.xl, value)

    @property
    def column_width(self) -> float | None:
        width = layout.common(column.Width for column in layout.lines(self.xl.Columns))
        return None if width is None else layout.characters_of(width, self._digit)

    @column_width.setter
    def column_width(self, value: float) -> None:
        self.xl.Columns.Width = layout.width_of(value, self._digit)

    @property
    def row_height(self) -> float | None:
        height = layout.common(row.Height for row in layout.lines(self.xl.Rows))
        return None if height is None else layout.points(height)

    @row_height.setter
    def row_height(self, value: float) -> None:
        self.xl.Rows.Height = round(value / layout.POINTS)

    @property
    def width(self) -> float:
        return layout.points(self.xl.Size.Width)

    @property
    def height(self) -> float:
        return layout.points(self.xl.Size.Height)

    @property
    def left(self) -> float:
        return layout.points(self.xl.Position.X)

    @property
    def top(self) -> float:
        return layout.points(self.xl.Position.Y)

    @property
    def row_hidden(self) -> bool | None:
        shown = layout.common(row.IsVisible for row in layout.lines(self.xl.Rows))
        return None if shown is None else not shown

    @row_hidden.setter
    def row_hidden(self, value: bool) -> None:
        self.xl.Rows.IsVisible = not value

    @property
    def column_hidden(self) -> bool | None:
        shown = layout.common(column.IsVisible for column in layout.lines(self.xl.Columns))
        return None if shown is None else not shown

    @column_hidden.setter
    def column_hidden(self, value: bool) -> None:
        self.xl.Columns.IsVisible = not value

    def autofit(self, axis: str | None = None) -> None:
        if axis in (None, "c", "columns"):
            self.xl.Columns.OptimalWidth = True
        if axis in (None, "r", "rows"):
            self.xl.Rows.OptimalHeight = True

    def insert(self, shift: str | None = None, copy_origin: str | None = None) -> None:
        self.require_open_sheet("插入单元格")
        layout.insert(self.sheet.xl, self.area, self.xl, shift)

    def delete(self, shift: str | None = None) -> None:
        self.require_open_sheet("删除单元格")
        layout.delete(self.sheet.xl, self.area, self.xl, shift)

    def merge(self, across: bool) -> None:
        self.require_open_sheet("合并单元格")
        for cells in layout.rows_of(self.xl) if across else [self.xl]:
            layout.merge(cells)

    def unmerge(self) -> None:
        self.require_open_sheet("拆分单元格")
        self.xl.merge(False)

    @property
    def merge_area(self) -> Range:
        return self._at(layout.merged_area(self.sheet.xl, self.xl))

    @property
    def merge_cells(self) -> bool | None:
        return layout.merged(self.sheet.xl, self.xl, self.area)

    @property
    def hyperlink(self) -> str:
        return link_of(self)

    def add_hyperlink(self, address: str, text_to_display: str | None = None, screen_tip: str | None = None) -> None:
        """Put a link into the cell; LibreOffice keeps no screen tip of its own."""
        add_link(self.sheet.document, self, address, address if text_to_display is None else text_to_display)

    @property
    def note(self) -> Note | None:
        return Note(self) if has_note(self) else None

    def add_note(self, text: str) -> Note:
        return add_note(self.sheet.xl, self, text)

    @property
    def name(self) -> Name | None:
        return next((name for name in self._names() if self._is_meant_by(name)), None)

    @name.setter
    def name(self, value: str) -> None:
        Names(self.sheet.book, None).add(value, f"={quoted(self.sheet.name)}!{self.address}")

    @property
    def _digit(self) -> float:
        return layout.digit_width(self.sheet.book.app.context, self.sheet.document)

    def _names(self) -> Iterator[Name]:
        return iter(Names(self.sheet.book, None))

    def _is_meant_by(self, name: Name) -> bool:
        cells = name.xl.getReferredCells()
        return cells is not None and cells.RangeAddress == self.xl.RangeAddress
