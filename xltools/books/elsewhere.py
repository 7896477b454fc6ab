"""What other sheets say of rows of ours that have moved: formulas, charts and pivot tables of the user's own are led to the same records.

Nothing else in these parts changes; what points to no moved row keeps its bytes. A record that is gone, or an area whose
records are no longer side by side, cannot be followed: that is told, and the formula stays.
Source: ECMA-376 part 1, 18.10.1.95 (worksheetSource), 21.2.2.65 (f).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from html import escape, unescape

from msgspec import Struct

from xltools.books.inplace_sheet import Sheets, Standing
from xltools.books.patch import Patch
from xltools.books.patch_xml import CannotPatchError
from xltools.books.raw_rows import FORMULA, RawCell, settings_in, with_settings
from xltools.books.reshape import Change
from xltools.model.address import address, corners

# Texts first, so that nothing inside them is taken for a reference; then cells and areas behind the name of their sheet.
PLACED = re.compile(
    r"""("(?:[^"]|"")*")|((?:'(?:[^']|'')*'|(?<![\w.\]'])[\w.]+)!)(\$?[A-Z]{1,3}\$?[1-9][0-9]{0,6}(?::(?:\2)?\$?[A-Z]{1,3}\$?[1-9][0-9]{0,6})?)(?![A-Za-z0-9_.(!:])"""
)
CELL = re.compile(r"(\$?[A-Z]{1,3}\$?)([0-9]+)")
CHART_AREA = re.compile(rb"(<(?:\w+:)?f>)([^<]*)(</(?:\w+:)?f>)")
SOURCE = re.compile(rb"<(?:\w+:)?worksheetSource\b([^>]*?)(/?>)")
CHARTS, PIVOTS = "xl/charts/chart", "xl/pivotcache/pivotcachedefinition"
SHARED = ("t", "si", "ref")


class Elsewhere(Struct, frozen=True):
    """What was found on sheets that are not ours. followed and lost: cells by sheet, whose formulas were led along, or could not be ·
    pivots: how many pivot tables count more or fewer rows from their next refresh on."""

    followed: Mapping[str, tuple[str, ...]]
    lost: Mapping[str, tuple[str, ...]]
    pivots: int = 0


def placed(text: str, changes: Mapping[str, Change]) -> tuple[str, bool]:
    """A formula with all references to these sheets where their rows are now, and whether one of them could not be followed."""
    lost = False

    def place(found: re.Match[str]) -> str:
        nonlocal lost
        change = changes.get(_sheet(found[2][:-1])) if found[1] is None else None
        if change is None:
            return found[0]
        area = found[3].replace(found[2], "")
        ends = _ends(area, change)
        lost = lost or ends is None
        rows = iter(ends or ())
        return found[0] if ends is None else found[2] + CELL.sub(lambda cell: f"{cell[1]}{next(rows)}", area)

    return PLACED.sub(place, text), lost


def _sheet(name: str) -> str:
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def _ends(area: str, change: Change) -> tuple[int, ...] | None:
    """The rows of a cell or of the corners of an area, now; None when they are gone or no longer side by side."""
    box = corners(area.replace("$", ""))
    if box is None:
        return None
    if ":" not in area:
        row = change.row(box[0])
        return None if row is None else (row,)
    found = change.areas(box)
    return (found[0][0], found[0][2]) if len(found) == 1 else None


def follow_elsewhere(patch: Patch, book: Sheets, parts: Mapping[str, str], changes: Mapping[str, Change], ours: Collection[str]) -> Elsewhere:
    """Lead along what the user's own sheets, charts and pivot tables say of sheets with these changes. parts: of all sheets · ours: names of our own."""
    followed: dict[str, tuple[str, ...]] = {}
    lost: dict[str, tuple[str, ...]] = {}
    for name in parts if changes else ():
        if name not in ours:
            one, other = _follow(Standing(patch, parts[name], book, name), changes)
            followed |= {name: one} if one else {}
            lost |= {name: other} if other else {}
    for part in patch.parts if changes else ():
        if part.startswith(CHARTS) and part.endswith(".xml"):
            patch.write(part, CHART_AREA.sub(lambda found: found[1] + _area(found[2], changes) + found[3], patch.read(part)))
    return Elsewhere(followed, lost, sum(_grown(patch, part, changes) for part in patch.parts if part.startswith(PIVOTS)) if changes else 0)


def _area(text: bytes, changes: Mapping[str, Change]) -> bytes:
    """The area of a chart; as it is, where nothing moves."""
    before = unescape(text.decode())
    after, _ = placed(before, changes)
    return text if after == before else escape(after, quote=False).encode()


def _grown(patch: Patch, part: str, changes: Mapping[str, Change]) -> bool:
    """Whether the rows that a pivot table counts are others now; its source is led along."""
    data = patch.read(part)
    found = SOURCE.search(data)
    settings = settings_in(found[1].decode()) if found else {}
    change, area = changes.get(settings.get("sheet", "")), settings.get("ref", "")
    ends = _ends(area, change) if change and ":" in area else None
    if found is None or ends is None:
        return False
    rows = iter(ends)
    new = CELL.sub(lambda cell: f"{cell[1]}{next(rows)}", area)
    patch.write(part, data[: found.start(1)] + with_settings(found[1].decode(), {"ref": new}).encode() + data[found.end(1) :] if new != area else data)
    return new != area


def _follow(standing: Standing, changes: Mapping[str, Change]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The cells of a sheet whose formulas were led along, and those whose could not be."""
    texts = {cell: text for cell, text in standing.formulas.items() if text and any(f"{name}!" in text or f"{name}'!" in text for name in changes)}
    now = {cell: placed(text, changes) for cell, text in texts.items()}
    moved = {cell: text for cell, (text, _) in now.items() if text != texts[cell]}
    lost = tuple(cell for cell, (_, is_lost) in now.items() if is_lost)
    if not moved:
        return (), lost
    try:
        standing.patch.write(standing.part, standing.with_rows(_rows(standing, moved)))
    except CannotPatchError:
        return (), tuple(dict.fromkeys([*lost, *moved]))
    return tuple(moved), lost


def _rows(standing: Standing, moved: Mapping[str, str]) -> Iterator[bytes]:
    """The rows of a sheet, with these formulas in some cells."""
    for number, row in standing.rows.items():
        if b"<f" not in row.inside:
            yield row.text
            continue
        pieces = [_cell(standing, (number, column), cell, moved) for column, cell in row.cells(number).items()]
        inside = "".join(pieces)
        yield row.text if inside.encode() == row.inside else f"<row{row.settings}>{inside}</row>".encode()


def _cell(standing: Standing, place: tuple[int, int], cell: RawCell, moved: Mapping[str, str]) -> str:
    """A cell with its formula as it is now; one written once for many cells is written for each of a sheet where some follow."""
    found = FORMULA.search(cell.inside)
    name = address(*place)
    text = moved.get(name, standing.formulas.get(name))
    if found is None or text is None:
        return cell.text
    settings = settings_in(found[1])
    if settings.get("t") in ("array", "dataTable"):
        if name in moved:
            raise CannotPatchError(f"【{standing.name}】{name} 是数组公式")
        return cell.text
    if name not in moved and settings.get("t") != "shared":
        return cell.text
    new = f"<f{with_settings(found[1], dict.fromkeys(SHARED))}>{escape(text, quote=False)}</f>"
    return cell.text.replace(found[0], new, 1)
