"""A sheet as it stood, to go back to: taken before writing, kept in a file beside the workbook, put back cell by cell."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict, replace

from xltools.books.base import Cell
from xltools.books.live import LiveBook
from xltools.books.package import replace_file
from xltools.books.replace import BACKUP_FOLDER
from xltools.books.sheet import Formula
from xltools.faces.live.back import Back
from xltools.faces.live.cells import Color, Point, area, fills, read, recolor, write
from xltools.faces.live.heights import heights, set_heights
from xltools.faces.live.links import links, relink
from xltools.faces.live.looks import Looks, dress, of_blank_rows

FILE = "撤销.json"
VERSION = 4


class Snapshot(Struct, frozen=True):
    """Part of one sheet, from row `top` down.

    heights: of its rows and of those below that are written next · added: rows that were put in since, (row, how many); taken out
    when negative · to_end: it goes down to the end of the sheet, so that what was written below it since is emptied · looks: of rows
    that were dressed since as records, or are no records any more.
    """

    sheet: str
    top: int
    rows: Sequence[Sequence[Cell | Formula]]
    fills: Mapping[Point, Color]
    links: Mapping[Point, str]
    notes: Mapping[Point, str]
    heights: Sequence[float] = ()
    added: tuple[int, int] = (0, 0)
    to_end: bool = True
    looks: Looks | None = None

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0


class Led(Struct, frozen=True):
    """A formula of the user's own that was led along with the rows it points to. sheet: "" for a defined name, whose name is then `cell`."""

    sheet: str
    cell: str
    before: str
    after: str


class State(Struct, frozen=True):
    """What an undo goes back to. moment: of the run · mark: the last result that the workbook shows since; another one means another state ·
    figures: whether the sheet of figures was made anew, too · led: formulas of the user's own that were led along."""

    moment: str
    mark: str
    result: str
    snapshots: Sequence[Snapshot] = field(default_factory=tuple)
    figures: bool = True
    led: Sequence[Led] = ()


def take(sheet: Any, top: int, size: tuple[int, int], tall: int = 0, likely: Mapping[Point, Color] | None = None) -> Snapshot:
    """The sheet from row `top`: so many rows and columns. tall: how many rows get another height, when that is more · likely: as for `fills`."""
    height, width = size
    notes, high = notes_of(sheet, top), heights(sheet, top, max(height, tall))
    if height < 1:
        return Snapshot(sheet.name, top, [[None] * width], {}, {}, notes, high)
    block = area(sheet, top, 1, height, width)
    return Snapshot(sheet.name, top, read(block), fills(block, likely), links(block), notes, high)


def take_row(sheet: Any, row: int, width: int) -> Snapshot:
    """One row of the sheet and nothing below it."""
    whole = take(sheet, row, (1, width))
    return replace(whole, notes={}, to_end=False)


def notes_of(sheet: Any, top: int) -> dict[Point, str]:
    """The notes from row `top` down."""
    return {(place.row - top, place.column - 1): note.text for note in sheet.notes if (place := note.location).row >= top}


def shift(sheet: Any, added: tuple[int, int], back: Back) -> None:
    """Take out the rows that were put in, or put in those that were taken out. added: (row, how many)."""
    _shift(sheet, added)
    back.by(partial(_shift, sheet, (added[0], -added[1])))


def _shift(sheet: Any, added: tuple[int, int]) -> None:
    at, count = added
    if count > 0:
        sheet.range(f"{at}:{at + count - 1}").delete("up")
    elif count < 0:
        sheet.range(f"{at}:{at - count - 1}").insert("down")


def refill(book: Any, snapshot: Snapshot) -> None:
    """Let the sheet hold what the snapshot holds, however far down it is filled now."""
    fill(book.sheets[snapshot.sheet], snapshot, len(LiveBook(book).values(snapshot.sheet)))


def fill(sheet: Any, snapshot: Snapshot, last: int) -> None:
    """Let the sheet hold what the snapshot holds, and nothing below that. last: the last row that is filled now."""
    if snapshot.looks:
        dress(sheet, snapshot.looks, snapshot.width)
    rows = [list(row) for row in snapshot.rows]
    if snapshot.to_end:
        rows += [[None] * snapshot.width for _ in range(last - snapshot.top + 1 - len(rows))]
    block = area(sheet, snapshot.top, 1, len(rows), snapshot.width)
    write(block, rows)
    recolor(block, fills(block, snapshot.fills), snapshot.fills)
    relink(block, snapshot.links, links(block))
    set_heights(sheet, snapshot.top, heights(sheet, snapshot.top, len(snapshot.heights)), snapshot.heights)
    if snapshot.to_end:
        set_notes(sheet, snapshot.top, snapshot.notes)


def set_notes(sheet: Any, top: int, notes: Mapping[Point, str]) -> None:
    """Let just these notes stand from row `top` down; one that is there already is left alone."""
    there = notes_of(sheet, top)
    for note in list(sheet.notes):
        place = note.location
        if place.row >= top and notes.get((place.row - top, place.column - 1)) != note.text:
            note.delete()
    for (row, column), text in notes.items():
        if there.get((row, column)) != text:
            sheet.range((row + top, column + 1)).add_note(text)


def path_beside(workbook: Path) -> Path:
    """The file that keeps the state of this workbook, in its folder of backups."""
    return workbook.with_name(BACKUP_FOLDER.format(stem=workbook.stem)) / FILE


def keep(workbook: Path, state: State, back: Back) -> None:
    """Write the state to its file, in place of an earlier one."""
    path = path_beside(workbook)
    path.parent.mkdir(exist_ok=True)
    back.by(partial(replace_file, path, path.read_bytes()) if path.is_file() else partial(path.unlink, missing_ok=True))
    data = {"version": VERSION, "moment": state.moment, "mark": state.mark, "result": state.result, "figures": state.figures}
    data |= {"led": [asdict(one) for one in state.led], "sheets": [_packed(one) for one in state.snapshots]}
    replace_file(path, json.dumps(data, ensure_ascii=False).encode("utf-8"))


def kept(workbook: Path) -> State | None:
    """The state in the file; None when there is none, or one that an other version wrote."""
    path = path_beside(workbook)
    if not path.is_file():
        return None
    data = json.loads(path.read_text(encoding="utf-8"))
    if data["version"] != VERSION:
        return None
    return State(data["moment"], data["mark"], data["result"], tuple(_unpacked(one) for one in data["sheets"]), data["figures"], tuple(Led(**one) for one in data["led"]))


def followed(state: State, mark: str, written: Sequence[Snapshot] = ()) -> State:
    """The state after another button wrote `mark` as the result, and sheets that looked like `written` before: an undo goes back behind both."""
    known = {one.sheet: at for at, one in enumerate(state.snapshots) if one.to_end}
    snapshots = list(state.snapshots)
    for one in written:
        if one.sheet in known:
            former = snapshots[known[one.sheet]]
            snapshots[known[one.sheet]] = replace(
                former, added=_together(former.added, one.added), looks=_both(former.looks, one.looks), heights=(*former.heights, *one.heights[len(former.heights) :])
            )
        else:
            snapshots.append(one)
    return replace(state, mark=mark, snapshots=tuple(snapshots))


def _together(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
    """Rows put into one table twice, as if it had been once: it is of no account which of a table's rows are taken out again."""
    places = [at for at, count in (first, second) if count]
    return min(places, default=0), first[1] + second[1]


def _both(first: Looks | None, second: Looks | None) -> Looks | None:
    """Blank rows that were dressed in two runs, the second behind the first."""
    if first is None or second is None:
        return first or second
    return of_blank_rows(min(first.row, second.row), max(first.row + first.count, second.row + second.count) - 1)


def _packed(one: Snapshot) -> dict[str, Any]:
    return {
        "sheet": one.sheet,
        "top": one.top,
        "rows": [[_pack(value) for value in row] for row in one.rows],
        "fills": [[*point, *color] for point, color in one.fills.items()],
        "links": [[*point, url] for point, url in one.links.items()],
        "notes": [[*point, text] for point, text in one.notes.items()],
        "heights": list(one.heights),
        "added": list(one.added),
        "to_end": one.to_end,
        "looks": one.looks and asdict(one.looks),
    }


def _unpacked(data: Mapping[str, Any]) -> Snapshot:
    rows = [[_unpack(value) for value in row] for row in data["rows"]]
    colors = {(row, column): (red, green, blue) for row, column, red, green, blue in data["fills"]}
    links = {(row, column): url for row, column, url in data["links"]}
    notes = {(row, column): text for row, column, text in data["notes"]}
    at, count = data["added"]
    looks = Looks(**data["looks"]) if data["looks"] else None
    return Snapshot(data["sheet"], data["top"], rows, colors, links, notes, tuple(data["heights"]), (at, count), data["to_end"], looks)


def _pack(value: Cell | Formula) -> Any:
    if isinstance(value, Formula):
        return {"formula": value.text}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _unpack(value: Any) -> Cell | Formula:
    if not isinstance(value, dict):
        kept_value: Cell = value
        return kept_value
    ((kind, text),) = value.items()
    if kind == "formula":
        return Formula(text)
    return datetime.fromisoformat(text) if kind == "moment" else date.fromisoformat(text)
