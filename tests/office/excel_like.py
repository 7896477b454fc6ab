"""The objects that our buttons ask Excel itself for, beyond what xlwings offers, on a LibreOffice: the branch for Excel runs here, where no Excel is.

Known of Excel and kept to: the colour of cells that are not alike is black, any other property of theirs None.
Every question is counted, because in Excel each goes to another process.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from xltools.faces.live import cells, heights, links, looks
from xltools.libreoffice import block
from xltools.libreoffice.cells import Range
from xltools.libreoffice.sheet import Sheet as HostSheet

NO_LINE, LINE, NO_FILL = -4142, 1, -4142        # xlLineStyleNone, xlContinuous, xlColorIndexNone
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
INSIDE = re.compile(r"#(?:'([^']+)'|([^'.]+))[.](\$?[A-Z]+\$?[0-9]+)")      # how LibreOffice names a cell of the same workbook
asked: Counter[str] = Counter()


class Cells:
    """Excel's Range, as far as it is asked."""

    def __init__(self, impl: Range) -> None:
        self._impl = impl

    def __getattr__(self, name: str) -> Any:
        asked[name] += 1
        return getattr(self, f"_{name}")

    @property
    def _Address(self) -> str:  # noqa: N802
        return self._impl.address

    def _Cells(self, row: int, column: int) -> Cells:   # noqa: N802
        return Cells(self._impl(row, column))

    @property
    def _Hyperlinks(self) -> Links:     # noqa: N802
        return Links(self._impl)

    def _ClearHyperlinks(self) -> None:     # noqa: N802
        change(self._impl, "")

    @property
    def _Interior(self) -> Interior:    # noqa: N802
        return Interior(self._impl)

    def _Borders(self, edge: int) -> Border:    # noqa: N802
        assert edge == looks.BOTTOM
        return Border(block.is_underlined(self._impl.xl))


class Border:
    """One edge of a range."""

    def __init__(self, is_drawn: bool) -> None:
        self.LineStyle = LINE if is_drawn else NO_LINE


class Interior:
    """The filling of a range: none counts as white, cells that are not alike as black, and the number of their colour is None."""

    def __init__(self, impl: Range) -> None:
        filled = block.fills(impl.xl)
        self._seen = {*filled.values()} | ({None} if len(filled) < len(impl) else set())

    @property
    def Color(self) -> float:   # noqa: N802
        asked["Color"] += 1
        seen = {one or WHITE for one in self._seen}
        red, green, blue = seen.pop() if len(seen) == 1 else BLACK
        return float(red + green * 256 + blue * 65536)

    @property
    def ColorIndex(self) -> int | None:     # noqa: N802
        asked["ColorIndex"] += 1
        return NO_FILL if self._seen == {None} else 6 if len(self._seen) == 1 else None


class Links:
    """Excel's Hyperlinks of a range; those of a sheet are asked for adding only."""

    def __init__(self, impl: Range | None) -> None:
        self._found = [] if impl is None else [Link(impl(row + 1, column + 1), url) for (row, column), url in sorted(block.links(impl.xl).items())]
        self.Count = len(self._found)

    def Item(self, number: int) -> Link:    # noqa: N802
        asked["Item"] += 1
        return self._found[number - 1]

    def Add(self, anchor: Cells, address: str, place: str) -> None:     # noqa: N802
        asked["Add"] += 1
        change(anchor._impl, f"{address}{'#' if place else ''}{place}")


class Link:
    """Excel's Hyperlink."""

    def __init__(self, cell: Range, url: str) -> None:
        self.Range = Cells(cell)
        inside = INSIDE.fullmatch(url)
        self.Address, _, self.SubAddress = ("", "", f"'{inside[1] or inside[2]}'!{inside[3]}") if inside else url.partition("#")
        folder = f"{Path(cell.sheet.book.fullname).parent.as_uri()}/"
        if self.Address.startswith(folder):     # as seen from a workbook that was saved
            self.Address = unquote(self.Address.removeprefix(folder)).replace("/", "\\")


class Sheet:
    """Excel's Worksheet."""

    Hyperlinks = Links(None)

    def __init__(self, impl: HostSheet) -> None:
        self._impl = impl

    def Range(self, text: str) -> Cells:    # noqa: N802
        return Cells(self._impl.range(text))


def change(cell: Range, url: str) -> None:
    """Let one cell lead somewhere."""
    url = url.replace("\\", "/")
    seen_from_here = url and ":" not in url and not url.startswith(("/", "#"))
    block.set_links(cell.sheet.document, cell.xl, {0: (Path(cell.sheet.book.fullname).parent / url.partition("#")[0]).as_uri() + "".join(url.partition("#")[1:]) if seen_from_here else url})


@contextmanager
def pretended(patched: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """While the block runs our buttons take the LibreOffice for Excel; gives what it was asked."""
    with patched.context() as inside:
        for module in (cells, heights, links, looks):
            inside.setattr(module, "is_libreoffice", lambda book: False)
        inside.setattr(Range, "api", property(Cells))
        inside.setattr(HostSheet, "api", property(Sheet))
        asked.clear()
        yield asked
