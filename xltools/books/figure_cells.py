"""What the blocks of the sheet of figures share: what is shown, columns as formulas name them, a heading, a line of cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xlsxwriter.worksheet import Worksheet

from xltools.books.base import Cell
from xltools.books.refs import column_of, quoted
from xltools.books.sheet import Formula, stored, write_cell
from xltools.books.style import Styles
from xltools.model.dashboard import Counts, Dashboard, Share
from xltools.model.form import FIRST_ROW, Template
from xltools.model.policy import Target

SHORTEST = 5000  # formulas look at so many rows at least: the city may add some


@dataclass(frozen=True)
class Figures:
    """What the sheet shows. length: the longest of the sheets counted, in rows · grades: those that make an enterprise graded ·
    months: lines of the sheet of months · still: whether formulas would not find the rows, which lie beside the workbook."""

    words: Dashboard
    counts: Sequence[Counts]
    shares: Sequence[Share]
    target: Target
    length: int
    grades: Sequence[str]
    months: Sequence[Mapping[str, object]] = field(default=())
    still: bool = False

    def shown(self, cells: Iterable[str | float | Formula | None]) -> list[Cell | Formula]:
        """The cells of a line; their values alone where formulas would not find the rows."""
        return [stored(cell) if self.still else cell for cell in cells]


@dataclass(frozen=True)
class Ranges:
    """Columns of the city's sheets as formulas name them."""

    figures: Figures
    template: Template

    def of(self, form: str, field: str) -> str:
        """All rows of a column."""
        letter = column_of(self.template[form], field)
        last = max(SHORTEST, self.figures.length + 1000)
        return f"{quoted(self.template[form].sheet)}!${letter}${FIRST_ROW}:${letter}${last}"

    def label(self, form: str, field: str) -> str:
        """The label of a column."""
        return self.template[form][field].label


def section(sheet: Worksheet, row: int, text: str, styles: Styles) -> None:
    """The heading of a block."""
    sheet.set_row(row - 1, 22)
    sheet.write_string(row - 1, 0, text, styles.get("section"))


def line(sheet: Worksheet, row: int, cells: Sequence[Cell | Formula], looks: Sequence[tuple[str, ...]], styles: Styles) -> None:
    """One line of a block, from the first column on."""
    for column, (cell, look) in enumerate(zip(cells, looks, strict=True)):
        write_cell(sheet, (row - 1, column), cell, styles.get(*look))
