"""Lists of other makers, whose header has one label several times under bands: “红色预警 | 减排措施 | 减排比例”, and so on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from msgspec import Struct

from xltools.books.base import Book, Grid, SheetFacts, Stamp
from xltools.books.labels import squeeze
from xltools.model.address import corners
from xltools.model.value import is_blank

SEARCHED, FEWEST = 12, 4      # rows searched for a header, and how many texts it has at least


class ReadAnew(Struct, frozen=True):
    """A book whose sheets read as `change` makes them of the grid and its facts."""

    book: Book
    change: Callable[[Grid, SheetFacts], Grid]

    @property
    def name(self) -> str:
        return self.book.name

    @property
    def sheets(self) -> list[str]:
        return self.book.sheets

    @property
    def stamp(self) -> Stamp:
        return self.book.stamp

    def facts(self, sheet: str) -> SheetFacts:
        return self.book.facts(sheet)

    def values(self, sheet: str) -> Grid:
        return self.change(self.book.values(sheet), self.book.facts(sheet))


def banded(grid: Grid, facts: SheetFacts) -> Grid:
    """The grid with every label that its row has twice joined to the text of the row above, which spreads to the right."""
    changed = [list(row) for row in grid]
    for number in range(1, min(len(grid), SEARCHED)):
        texts = [squeeze(value) for value in grid[number]]
        twice = {text for text, count in Counter(text for text in texts if text).items() if count > 1}
        if len([text for text in texts if text]) < FEWEST or not twice or any(isinstance(value, float) for value in grid[number]):
            continue
        band = _spread(grid, number - 1, facts)
        for column, text in enumerate(texts):
            if text in twice and band[column]:
                changed[number][column] = f"{band[column]}{grid[number][column]}"
        break
    return changed


def _spread(grid: Grid, row: int, facts: SheetFacts) -> list[str]:
    """The texts of a row of bands, each over the columns it is merged across, or up to the next text."""
    merged = [box for area in facts.merged if (box := corners(area)) and box[0] - 1 <= row <= box[2] - 1]
    ends = {box[1] - 1: box[3] - 1 for box in merged}
    found, now, until = [], "", len(grid[row])
    for column, value in enumerate(grid[row]):
        if not is_blank(value):
            now, until = str(value).strip(), ends.get(column, len(grid[row]))
        found.append(now if column <= until else "")
    return found
