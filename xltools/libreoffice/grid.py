"""A rectangle of cells: its place, its values and formulas. What else a range has is in cells.py."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Protocol, Self

from xlwings import base_classes

from xltools.libreoffice import layout, look, values
from xltools.libreoffice.address import Area, area_of, quoted, text
from xltools.libreoffice.bridge import Uno
from xltools.libreoffice.errors import EngineError, ProtectedError, UnsupportedError, refusals
from xltools.libreoffice.formula import from_host, to_host
from xltools.libreoffice.store import DATA, FORMULAS, put

DOWN, UP, RIGHT, LEFT = ("down", "d"), ("up", "u"), ("right", "r"), ("left", "l")


class Sheet(Protocol):
    """The sheet a range lies on, as far as the range needs it."""

    xl: Uno

    @property
    def name(self) -> str: ...

    @property
    def book(self) -> Any: ...

    @property
    def document(self) -> Uno: ...

    @property
    def used_area(self) -> Area: ...


class Grid(base_classes.Range):
    """A rectangle of cells on one sheet; without cells (0 rows or columns) it reads as None and takes no values.

    xlwings wants one class with eighty members; Range in cells.py adds the other half to this one.
    """

    def __init__(self, sheet: Sheet, area: Area) -> None:
        self.sheet = sheet
        self.area = area
        self.options: dict[str, Any] | None = None           # set by xlwings

    @property
    def api(self) -> Uno | None:
        return self.xl if len(self) else None

    @cached_property
    def xl(self) -> Uno:
        """LibreOffice's object, made once: making one takes as long as five questions to it. Like Excel's it moves when rows are put in above, which
        row and address do not: take a new range then."""
        row, column, height, width = self.area
        if not height or not width:
            raise EngineError("这个区域里没有单元格。")
        with refusals(f"区域 {self.address} 超出工作表范围"):
            return self.sheet.xl.getCellRangeByPosition(column - 1, row - 1, column + width - 2, row + height - 2)

    def _at(self, area: Area) -> Self:
        """Another range on the same sheet."""
        return type(self)(self.sheet, area)

    def require_writable(self) -> None:
        """Raise ProtectedError when the sheet is protected and a cell of the range is locked."""
        if self.sheet.xl.isProtected():
            protection = look.uniform(self.xl, "CellProtection")
            if protection is None or protection.IsLocked:
                raise ProtectedError(f"工作表“{self.sheet.name}”受保护，{self._plain_address} 中有锁定的单元格，没有写入。请先撤销工作表保护。")

    def require_open_sheet(self, action: str) -> None:
        """Raise ProtectedError when the sheet is protected: its structure may not change then."""
        if self.sheet.xl.isProtected():
            raise ProtectedError(f"工作表“{self.sheet.name}”受保护，不能{action}。请先撤销工作表保护。")

    @property
    def coords(self) -> Area:
        return self.area

    @property
    def row(self) -> int:
        return self.area.row

    @property
    def column(self) -> int:
        return self.area.column

    @property
    def shape(self) -> tuple[int, int]:
        return self.area.height, self.area.width

    def __len__(self) -> int:
        return self.area.height * self.area.width

    def __call__(self, arg1: int, arg2: int | None = None) -> Self:
        down, right = divmod(arg1 - 1, self.area.width) if arg2 is None else (arg1 - 1, arg2 - 1)
        return self._at(Area(self.row + down, self.column + right, 1, 1))

    @property
    def rows(self) -> list[Self]:
        return [self._at(self.area._replace(row=self.row + i, height=1)) for i in range(self.area.height)]

    @property
    def columns(self) -> list[Self]:
        return [self._at(self.area._replace(column=self.column + i, width=1)) for i in range(self.area.width)]

    @property
    def address(self) -> str:
        return self.get_address(True, True, False)

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        if not len(self):
            return f"{text(Area(self.row, self.column, 1, 1), '$', '$')}{{{self.area.height}x{self.area.width}}}"
        place = text(self.area, "$" if row_absolute else "", "$" if col_absolute else "")
        return f"{quoted(f'[{self.sheet.book.name}]{self.sheet.name}')}!{place}" if external else place

    @property
    def _plain_address(self) -> str:
        return self.get_address(False, False, False)

    @property
    def raw_value(self) -> Any:
        return values.read(self.sheet.document, self.xl) if len(self) else None

    @raw_value.setter
    def raw_value(self, value: Any) -> None:
        if len(self):
            self.require_writable()
            with refusals(f"写入 {self._plain_address}"):
                values.write(self.sheet.document, self.xl, self._block(value))

    @property
    def formula(self) -> Any:
        if not len(self):
            return None
        block = [[from_host(entry.removeprefix("'")) for entry in row] for row in self.xl.getFormulaArray()]
        return block[0][0] if len(self) == 1 else block

    @formula.setter
    def formula(self, value: Any) -> None:
        self.require_writable()
        block = [[item if isinstance(item, values.HostFormula) else _entry(item) for item in row] for row in self._block(value)]
        with refusals(f"写入公式到 {self._plain_address}"):
            put(self.xl, block, FORMULAS)

    @property
    def formula2(self) -> Any:
        return self.formula

    @formula2.setter
    def formula2(self, value: Any) -> None:
        self.formula = value

    @property
    def formula_array(self) -> str | None:
        found = str(self.xl.getArrayFormula())
        return from_host(self.xl.getCellByPosition(0, 0).getFormula()) if found else None

    @formula_array.setter
    def formula_array(self, value: str) -> None:
        self.require_writable()
        with refusals(f"写入数组公式到 {self._plain_address}"):
            self.xl.setArrayFormula(to_host(value))

    @property
    def has_array(self) -> bool:
        return bool(self.xl.getArrayFormula())

    def _block(self, value: Any) -> Sequence[Sequence[Any]]:
        """A value in the range's shape: a single one fills it, a flat list is its one row."""
        if not isinstance(value, list | tuple):
            return values.filled(value, self.area.height, self.area.width)
        block: Sequence[Sequence[Any]] = value if value and isinstance(value[0], list | tuple) else [value]
        if len(block) != self.area.height or any(len(row) != self.area.width for row in block):
            raise EngineError(f"区域 {self._plain_address} 是 {self.area.height} 行 {self.area.width} 列，要写入的数据与它大小不同。")
        return block

    def clear_contents(self) -> None:
        self._clear(layout.CONTENTS)

    def clear_formats(self) -> None:
        self._clear(layout.FORMATS)

    def clear(self) -> None:
        self._clear(layout.CONTENTS | layout.NOTES | layout.FORMATS)

    def _clear(self, what: int) -> None:
        if len(self):
            self.require_writable()
            self.xl.clearContents(what)

    def end(self, direction: str) -> Self:
        """Where Ctrl+arrow leads from the first cell. A formula that shows nothing counts as filled, as in Excel."""
        used = self.sheet.used_area
        if direction in DOWN + UP:
            line = self._filled(Area(1, self.column, used.row + used.height - 1, 1))
            last, step = self.sheet.xl.Rows.Count - 1, 1 if direction in DOWN else -1
            return self._at(Area(layout.edge(line, self.row - 1, step, last if step > 0 else 0) + 1, self.column, 1, 1))
        if direction in RIGHT + LEFT:
            line = self._filled(Area(self.row, 1, 1, used.column + used.width - 1))
            last, step = self.sheet.xl.Columns.Count - 1, 1 if direction in RIGHT else -1
            return self._at(Area(self.row, layout.edge(line, self.column - 1, step, last if step > 0 else 0) + 1, 1, 1))
        raise EngineError(f"方向只能是 up、down、left、right，不能是 {direction!r}。")

    def _filled(self, area: Area) -> list[bool]:
        """Whether the cells of one row or column hold anything."""
        return [entry != "" for row in self._at(area).xl.getFormulaArray() for entry in row]

    @property
    def current_region(self) -> Self:
        cursor = self.sheet.xl.createCursorByRange(self.xl)
        cursor.collapseToCurrentRegion()
        return self._at(area_of(cursor.RangeAddress))

    def copy(self, destination: Any = None) -> None:
        """Copy everything to the destination's upper left cell, in the same workbook."""
        target = self._target(destination, "Range.copy")
        with refusals(f"复制 {self._plain_address}"):
            self.sheet.xl.copyRange(target.getCellAddress(), self.xl.RangeAddress)

    def move(self, destination: Any) -> None:
        self.require_writable()
        target = self._target(destination, "Range.move")
        with refusals(f"移动 {self._plain_address}"):
            self.sheet.xl.moveRange(target.getCellAddress(), self.xl.RangeAddress)

    def copy_from(self, source_range: Any, copy_type: str = "all", skip_blanks: bool = False, transpose: bool = False) -> None:
        """Take over another range: "all", or "values" without formulas and formats."""
        if skip_blanks or transpose or copy_type not in ("all", "values"):
            raise UnsupportedError("Range.copy_from", "只支持 copy_type 为 all 或 values，不支持跳过空白和转置")
        source: Grid = source_range.impl
        if copy_type == "all":
            source.copy(self)
            return
        data = source.xl.getDataArray()
        if any(value is None for row in data for value in row):
            raise EngineError(f"{source._plain_address} 中有错误值（如 #N/A），没有复制。")
        target = self._at(Area(self.row, self.column, *source.shape))
        target.require_writable()
        put(target.xl, data, DATA)

    def select(self) -> None:
        self.sheet.book.controller.select(self.xl)

    def _target(self, destination: Any, member: str) -> Uno:
        """The first cell of the range that xlwings handed over. Raises UnsupportedError for clipboard or another book."""
        if destination is None:
            raise UnsupportedError(member, "不支持复制到剪贴板，请给出目标区域")
        target: Grid = getattr(destination, "impl", destination)
        if target.sheet.book.fullname != self.sheet.book.fullname:
            raise UnsupportedError(member, "目标区域必须在同一个工作簿里")
        target._at(Area(target.row, target.column, *self.shape)).require_writable()
        return target.xl.getCellByPosition(0, 0)


def _entry(value: Any) -> str:
    """One cell's formula as LibreOffice takes it."""
    return to_host(value) if isinstance(value, str) else "" if value is None else str(value)
