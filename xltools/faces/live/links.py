"""Where the cells of an open workbook lead, whichever host it is. Rows and columns of a block count from 0 at its own corner."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path, PurePath
from posixpath import normpath
from typing import Any
from urllib.parse import unquote

from xltools.faces.live.cells import Point, read, stretches, write_changed
from xltools.faces.live.host import Desk, is_libreoffice
from xltools.libreoffice import block as uno_block
from xltools.libreoffice.notes import host_target
from xltools.model.address import corners


def links(block: Any) -> dict[Point, str]:
    """The cells of a block that lead somewhere, and where, as `relink` takes it back."""
    if is_libreoffice(block.sheet.book):
        return uno_block.links(block.api)
    found, (top, left) = block.api.Hyperlinks, (block.row, block.column)
    return dict(_place_of(found.Item(number), top, left) for number in range(1, found.Count + 1))


def _place_of(link: Any, top: int, left: int) -> tuple[Point, str]:
    cell = link.Range
    row, column, *_ = corners(str(cell.Address)) or (cell.Row, cell.Column)
    address, place = link.Address or "", link.SubAddress or ""
    return (row - top, column - left), f"{address}{'#' if place else ''}{place}"


def links_of_rows(block: Any, rows: Sequence[int]) -> dict[Point, str]:
    """As `links`, of these rows, which are in order."""
    found: dict[Point, str] = {}
    for first, last in stretches(rows):
        found |= {(row + first, column): url for (row, column), url in links(block[first : last + 1, :]).items()}
    return found


def relink(block: Any, wanted: Mapping[Point, str], now: Mapping[Point, str], folder: PurePath | None = None) -> None:
    """Let just these cells of a block lead somewhere; what stands in them stays. now: which do, and where to · folder: as for `other_links`."""
    by_column = sorted(other_links(now, wanted, folder).items(), key=lambda one: (one[0][1], one[0][0]))
    for column, ones in groupby(by_column, key=lambda one: one[0][1]):
        urls = {row: url for (row, _), url in ones}
        first, last = min(urls), max(urls)
        cells, urls = block[first : last + 1, column], {row - first: url for row, url in urls.items()}
        if is_libreoffice(block.sheet.book):
            uno_block.set_links(block.sheet.book.api, cells.api, urls)
        else:
            _set_links(cells, urls, {row for row in urls if (row + first, column) in now})


def other_links(now: Mapping[Point, str], wanted: Mapping[Point, str], folder: PurePath | None = None) -> dict[Point, str]:
    """The cells that get another link, with it; "" for none. folder: of the workbook, where hosts may tell a link as seen from there."""
    here = folder.as_posix() if folder else ""
    return {point: wanted.get(point, "") for point in {*now, *wanted} if _plain(now.get(point, ""), here) != _plain(wanted.get(point, ""), here)}


def _plain(url: str, here: str) -> str:
    """A link to compare. LibreOffice gives those of a file that it opened with 收件箱 where ours have %E6%94%B6…, and with quotes around a
    sheet; Excel those of a file that was saved as seen from the workbook, ..\\ before what lies beside its folder."""
    text = unquote(url).replace("'", "").replace("\\", "/")
    if not here or not text or text.startswith("#"):
        return text
    file, mark, place = text.removeprefix("file://").removeprefix("/" if here[1:2] == ":" else "").partition("#")
    return f"{normpath(f'{here}/{file}') if ':' not in file and not file.startswith('/') else file}{mark}{place}"


def _set_links(column: Any, urls: Mapping[int, str], linked: Collection[int]) -> None:
    """Let cells of a column lead somewhere in Excel, "" for nowhere. linked: rows of those that do already.

    Excel is another process: for each cell it is asked as little as can be.
    """
    before, add = read(column), column.sheet.api.Hyperlinks.Add
    for row, url in urls.items():
        cell = column.api.Cells(row + 1, 1)
        if row in linked:
            cell.ClearHyperlinks()
        if url:
            address, _, place = url.partition("#")
            add(cell, address, place)
    write_changed(column, before, read(column))


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
            file = Path(os.path.normpath(folder / unquote(path)))     # not resolved: Z: would become \\server\share, and every link another one
            whole[path] = file.as_uri() if in_libreoffice else str(file)
        yield f"{whole[path]}{mark}{place}"
