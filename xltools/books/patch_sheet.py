"""The cells of a worksheet part with other styles; cells and rows that are not there yet are made, in order.

Source: ECMA-376 part 1, 18.3.1.4 (c), 18.3.1.73 (row), 18.3.1.13 (col).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import groupby

from xltools.books.patch import OFFICE
from xltools.books.patch_xml import (
    WORKSHEET,
    CannotPatchError,
    Edit,
    Element,
    appended,
    changed_tag,
    inserted,
    opening,
    outline,
    spliced,
)
from xltools.books.xml import TRUE
from xltools.model.address import address, column_number, corners, split

Where = tuple[int, int]  # row, column, counted from 1
STYLE = re.compile(rb"<c\b[^>]*?\ss=[\"']([0-9]+)")


class SheetCells:
    """A worksheet part whose cells get other styles."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._root = outline(data, 2)
        cells = self._root.first("sheetData")
        if cells is None:
            raise CannotPatchError
        self._cells = cells
        self._rows = dict(_numbered(cells.all("row")))
        self._changed: dict[Where, int] = {}
        self._known: dict[int, dict[int, Element]] = {}

    def style(self, cell: Where) -> int:
        """The style of a cell; one that is not there looks like its row or column."""
        if cell in self._changed:
            return self._changed[cell]
        row, column = cell
        found = self._of_row(row).get(column)
        if found is not None:
            return _number(found.attributes.get("s"))
        settings = self._rows[row].attributes if row in self._rows else {}
        if settings.get("customFormat") in TRUE:
            return _number(settings.get("s"))
        return self._column_style(column)

    def restyle(self, cell: Where, style: int) -> None:
        """Give a cell this style."""
        if style != self.style(cell):
            self._changed[cell] = style

    def styled(self, wanted: Collection[int]) -> Iterator[Where]:
        """The cells with one of these styles of their own, in order."""
        for number, row in self._rows.items() if wanted else ():
            if any(int(found) in wanted for found in STYLE.findall(self.data, row.inner, row.close)):
                for column, cell in self._of_row(number).items():
                    if _number(cell.attributes.get("s")) in wanted:
                        yield number, column

    def anchor(self, cell: Where) -> Where:
        """The cell itself, or the first of the merged range that covers it."""
        merged = self._root.first("mergeCells")
        for one in merged.children if merged else []:
            box = corners(one.attributes.get("ref", ""))
            if box and box[0] <= cell[0] <= box[2] and box[1] <= cell[1] <= box[3]:
                return box[0], box[1]
        return cell

    def content(self) -> bytes:
        """The part with every change made."""
        edits = list(self._extent())
        made: list[tuple[int, bytes]] = []
        for row, changes in groupby(sorted(self._changed.items()), key=lambda change: change[0][0]):
            styles = {column: style for (_, column), style in changes}
            if row in self._rows:
                edits += self._row_edits(row, styles)
            else:
                made.append((row, _new_row(row, styles)))
        if self._cells.is_empty and made:
            edits.append(appended(self.data, self._cells, b"".join(content for _, content in made)))
            made = []
        for row, content in made:
            before = [self._rows[number].end for number in self._rows if number < row]
            at = max(before, default=self._cells.inner)
            edits.append((at, at, content))
        return spliced(self.data, edits)

    def _of_row(self, number: int) -> dict[int, Element]:
        """The cells of a row by column; their positions are those in the part."""
        if number not in self._known:
            row = self._rows.get(number)
            found: dict[int, Element] = {}
            if row is not None and not row.is_empty:
                inside = outline(self.data[row.start : row.end], 1)
                column = 0
                for cell in inside.all("c"):
                    column = _column(cell, number, column + 1)
                    cell.start, cell.inner, cell.close, cell.end = (at + row.start for at in (cell.start, cell.inner, cell.close, cell.end))
                    found[column] = cell
            self._known[number] = found
        return self._known[number]

    def _column_style(self, column: int) -> int:
        columns = self._root.first("cols")
        for one in columns.children if columns else []:
            if _number(one.attributes.get("min")) <= column <= _number(one.attributes.get("max")):
                return _number(one.attributes.get("style"))
        return 0

    def _row_edits(self, number: int, styles: Mapping[int, int]) -> Iterator[Edit]:
        row, cells = self._rows[number], self._of_row(number)
        new = {column: style for column, style in styles.items() if column not in cells}
        for column in styles.keys() - new.keys():
            yield changed_tag(self.data, cells[column], {"s": str(styles[column])})
        if not new:
            return
        tag = opening(self.data, row, {"spans": None, "r": str(number)})
        if row.is_empty:
            yield row.start, row.end, tag + _new_cells(number, new) + b"</row>"
            return
        yield row.start, row.inner, tag
        for column, style in sorted(new.items()):
            at = max((cell.end for other, cell in cells.items() if other < column), default=row.inner)
            yield at, at, _new_cells(number, {column: style})

    def _extent(self) -> Iterator[Edit]:
        """The stated extent of the sheet, when new cells lie outside it."""
        stated = self._root.first("dimension")
        box = corners(stated.attributes.get("ref", "")) if stated else None
        if stated is None or box is None or not self._changed:
            return
        rows, columns = [row for row, _ in self._changed], [column for _, column in self._changed]
        grown = min(box[0], *rows), min(box[1], *columns), max(box[2], *rows), max(box[3], *columns)
        if grown != box:
            yield changed_tag(self.data, stated, {"ref": f"{address(grown[0], grown[1])}:{address(grown[2], grown[3])}"})


def with_legacy_drawing(data: bytes, relation: str) -> bytes:
    """The worksheet part with the reference to the drawing of its notes."""
    entry = f'<legacyDrawing xmlns:r="{OFFICE}" r:id="{relation}"/>'.encode()
    return spliced(data, [inserted(data, outline(data, 1), WORKSHEET, entry)])


def without_legacy_drawing(data: bytes) -> bytes:
    """The worksheet part without it."""
    found = outline(data, 1).first("legacyDrawing")
    return spliced(data, [(found.start, found.end, b"")]) if found else data


def _numbered(rows: list[Element]) -> Iterator[tuple[int, Element]]:
    number = 0
    for row in rows:
        stated = row.attributes.get("r", "")
        number = int(stated) if stated.isdecimal() else number + 1
        yield number, row


def _column(cell: Element, row: int, expected: int) -> int:
    """The column of a cell. Raises CannotPatchError for one that stands in another row, or before the one before it."""
    reference = cell.attributes.get("r")
    if reference is None:
        return expected
    at = split(reference)
    if at is None or at[0] != row or at[1] < expected or not column_number(reference.rstrip("0123456789")):
        raise CannotPatchError
    return at[1]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def _new_row(number: int, styles: Mapping[int, int]) -> bytes:
    return f'<row r="{number}">'.encode() + _new_cells(number, styles) + b"</row>"


def _new_cells(row: int, styles: Mapping[int, int]) -> bytes:
    return b"".join(f'<c r="{address(row, column)}" s="{style}"/>'.encode() for column, style in sorted(styles.items()))
