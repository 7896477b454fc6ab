"""Where the cells of an open workbook lead, whichever host it is. Rows and columns of a block count from 0 at its own corner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from xltools.faces.live.cells import Point
from xltools.faces.live.host import Desk, is_libreoffice
from xltools.libreoffice import block as uno_block
from xltools.libreoffice.notes import host_target


def links(block: Any) -> dict[Point, str]:
    """The cells of a block that lead somewhere, and where, as `relink` takes it back."""
    if is_libreoffice(block.sheet.book):
        return uno_block.links(block.api)
    found, (top, left) = block.api.Hyperlinks, (block.row, block.column)
    ones = [found.Item(number) for number in range(1, found.Count + 1)]
    return {(one.Range.Row - top, one.Range.Column - left): f"{one.Address or ''}{'#' if one.SubAddress else ''}{one.SubAddress or ''}" for one in ones}


def relink(block: Any, wanted: Mapping[Point, str]) -> None:
    """Let just these cells of a block lead somewhere; what stands in them stays."""
    now, book = links(block), block.sheet.book
    changed = {point: wanted.get(point, "") for point in sorted({*now, *wanted}) if now.get(point) != wanted.get(point)}
    if is_libreoffice(book):
        if changed:
            uno_block.set_links(book.api, block.api, changed)
        return
    for point, url in changed.items():
        _set_link(block[point], url)


def _set_link(cell: Any, url: str) -> None:
    """Let a cell lead to `url` in Excel, "" for nowhere."""
    cell.api.ClearHyperlinks()
    if url:
        content = cell.formula
        address, _, place = url.partition("#")
        cell.api.Hyperlinks.Add(cell.api, address, place)
        cell.formula = content


def targets(desk: Desk, urls: Iterable[str]) -> Iterator[str]:
    """Links of a SheetPlan as `links` will give them: "external:区县/灵宝市.xlsx#'表'!F12" with the whole path, "internal:'表'!A7" inside the workbook.

    The host and the disk are asked once, not for every link: in Excel each question goes to another process.
    """
    in_libreoffice, folder = is_libreoffice(desk.book), desk.folder
    whole: dict[str, str] = {}
    for url in urls:
        kind, _, rest = url.partition(":")
        if kind == "internal":
            yield host_target(f"#{rest}") if in_libreoffice else f"#{rest}"
            continue
        path, mark, place = rest.partition("#")
        if path not in whole:
            file = (folder / unquote(path)).resolve()
            whole[path] = file.as_uri() if in_libreoffice else str(file)
        yield f"{whole[path]}{mark}{place}"
