"""The first sheet of the open summary: the figures in large type and who has sent what, written in place around the buttons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from xltools.books.base import Cell, Grid
from xltools.books.board import BoardPlan
from xltools.books.live import LiveBook
from xltools.books.locate import locate
from xltools.books.sheet import Formula
from xltools.faces.live.back import Back
from xltools.faces.live.cells import Color, Point, area, changed, entry, fills, recolor, tint_color, write
from xltools.faces.live.host import Desk, RefusedError
from xltools.faces.live.links import links, other_links, relink, targets
from xltools.faces.live.state import Snapshot, shift, take, take_row
from xltools.model.address import address
from xltools.model.console import load_console
from xltools.model.form import Field, Kind


class BoardPlace(Struct, frozen=True):
    """Where things stand on the open sheet. rows: of the table, the line of totals not among them · size: rows and columns in use."""

    sheet: str
    header: int
    rows: tuple[int, int]
    columns: dict[str, int]
    size: tuple[int, int]
    grid: Grid


def find_board(live: LiveBook, sheet: str, plan: BoardPlan) -> BoardPlace:
    """The table of the board on this sheet. Raises RefusedError when its header or its line of totals is gone."""
    form = plan.table.form
    located = locate(live, form, sheet)
    missing = RefusedError(load_console().said["no_board"].format(sheet=sheet))
    if located is None or set(located.columns.found) != {one.name for one in form}:
        raise missing
    first, columns = located.header.bottom + 1, dict(located.columns.found)
    at = columns[form.fields[0].name]
    total = next((row for row, line in enumerate(located.grid[first - 1 :], first) if line[at - 1] == plan.words.total), 0)
    if total <= first:
        raise missing
    size = len(located.grid), len(located.grid[0])
    return BoardPlace(sheet, located.header.bottom, (first, total - 1), columns, size, located.grid)


def board_snapshots(sheet: Any, place: BoardPlace, plan: BoardPlan) -> list[Snapshot]:
    """The rows above the table that a merge writes, one each, and the table with all below it as the last."""
    width, (height, _) = place.size[1], place.size
    rows = sorted({row for row, _, _ in _places(place, plan)})
    first = place.rows[0]
    return [*(take_row(sheet, row, width) for row in rows), take(sheet, first, (height - first + 1, width))]


def room_on(sheet: Any, place: BoardPlace, plan: BoardPlan, back: Back) -> tuple[int, int]:
    """Put rows into the table, or take some out, so that it has a row for each record; gives (row, how many)."""
    first, last = place.rows
    count = len(plan.table.rows) - (last - first + 1)
    at = last + min(count, 0)
    shift(sheet, (at, -count), back)
    return (at, count) if count else (0, 0)


def write_board(desk: Desk, place: BoardPlace, plan: BoardPlan) -> None:
    """Write the board, in whose table `room_on` has made room."""
    sheet, first = desk.book.sheets[place.sheet], place.rows[0]
    rows, form = _rows(place, plan), plan.table.form
    for at, one in enumerate(form):
        write(area(sheet, first, place.columns[one.name], len(rows), 1), [[row[at]] for row in rows])
    for row, column, text in _places(place, plan):
        sheet.range((row, column)).value = entry(_figure(text))
    block = area(sheet, first, 1, len(rows) - 1, place.size[1])
    tints = _tints(plan, place)
    recolor(block, fills(block, tints), tints)
    relink(block, _leads(desk, place, plan), links(block), desk.folder)


def board_stands(desk: Desk, place: BoardPlace, plan: BoardPlan, table: Snapshot) -> bool:
    """Whether `write_board` would change nothing but the line about the run. table: the last of `board_snapshots`."""
    count = len(plan.table.rows)
    was = [[row[place.columns[one.name] - 1] for one in plan.table.form] for row in table.rows[: count + 1]]
    figures = [(place.grid[row - 1][column - 1], _figure(text)) for row, column, text in _places(place, plan) if text != plan.run]
    return (
        count == place.rows[1] - place.rows[0] + 1
        and not changed(_rows(place, plan), was)
        and all(there == now for there, now in figures)
        and {point: color for point, color in table.fills.items() if point[0] < count} == _tints(plan, place)
        and not other_links({point: url for point, url in table.links.items() if point[0] < count}, _leads(desk, place, plan), desk.folder)
    )


def _leads(desk: Desk, place: BoardPlace, plan: BoardPlan) -> dict[Point, str]:
    """Where the rows of the table lead."""
    cells = [(row, place.columns[name] - 1) for row, name in plan.links]
    return dict(zip(cells, targets(desk, plan.links.values()), strict=True))


def _figure(text: str) -> str | int:
    return int(text) if text.isdecimal() else text


def _rows(place: BoardPlace, plan: BoardPlan) -> list[list[Cell | Formula]]:
    """What the columns of the table hold, the line of totals at the end."""
    records, first = plan.table.records(), place.rows[0]
    rows = (first, first + len(records) - 1)
    return [*([record[one.name] for one in plan.table.form] for record in records), [_total(one, place, rows, plan) for one in plan.table.form]]


def _total(one: Field, place: BoardPlace, rows: tuple[int, int], plan: BoardPlan) -> Cell | Formula:
    column = place.columns[one.name]
    if one.kind is Kind.INTEGER:
        return Formula(f"SUM({address(rows[0], column)}:{address(rows[1], column)})")
    return plan.words.total if one is plan.table.form.fields[0] else None


def _places(place: BoardPlace, plan: BoardPlan) -> Iterator[tuple[int, int, str]]:
    """Where the line about the last run and the figures stand, found by the words with them: (row, column, what comes there)."""
    run = plan.words.run.partition("{")[0]
    for row, line in enumerate(place.grid[: place.header - 1], 1):
        for column, value in enumerate(line, 1):
            if isinstance(value, str) and value.startswith(run):
                yield row, column, plan.run
            elif isinstance(value, str) and value in plan.figures and row > 1:
                yield row - 1, column, plan.figures[value]


def _tints(plan: BoardPlan, place: BoardPlace) -> dict[Point, Color]:
    return {(row, place.columns[name] - 1): tint_color(tint) for (row, name), tint in plan.tints.items() if name}
