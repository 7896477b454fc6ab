"""The first sheet of the city workbook brought up to date in its part: the table of counties, its totals, the figures, the last run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xltools.books.base import Book, Cell
from xltools.books.board import BoardPlan
from xltools.books.dress import Dresser
from xltools.books.inplace_sheet import Records, Standing, set_cells, update_records
from xltools.books.locate import Located, locate
from xltools.books.patch_xml import CannotPatchError
from xltools.books.raw_rows import read_back
from xltools.books.sheet import Formula, SheetPlan
from xltools.model.address import address
from xltools.model.form import Kind
from xltools.model.table import cells_of

Values = dict[tuple[int, int], "Cell | Formula"]
KEY = ("county", "file")
ROW_HEIGHT = 24.0


def update_board(standing: Standing, book: Book, plan: BoardPlan, dresser: Dresser) -> Mapping[tuple[int, int], Cell | Formula]:
    """Write the table and the figures; gives the cells that tell of the run itself, still to be set. Raises CannotPatchError without header or totals."""
    form = plan.table.form
    located = locate(book, form, standing.name)
    if located is None or set(located.columns.found) != {one.name for one in form}:
        raise CannotPatchError(f"【{standing.name}】的表头不完整")
    head, columns = located.header.bottom, located.columns.found
    total = _total(located, plan)
    records: list[dict[str, Cell]] = [{name: read_back(value) for name, value in record.items()} for record in plan.table.records()]
    moved = _moved(located, records, total)
    work = Records(
        SheetPlan(form, cells_of(form, records), links=plan.links, tints=plan.tints),
        {columns[one.name]: one for one in form},
        total - 1,
        moved,
        {head + 1 + at: ROW_HEIGHT for at in range(len(records))},
        head,
        keeps=True,
    )
    update_records(standing, work, dresser)
    values = {**dict(_totals(plan, columns, (head + 1, head + len(records)))), **dict(_figures(located, plan))}
    standing.patch.write(standing.part, _with(standing.patch.read(standing.part), values, standing, head + len(records) - (total - 1)))
    return dict(_run(located, plan))


def _with(data: bytes, values: Values, standing: Standing, below: int) -> bytes:
    """The part with those of the values that are not there yet."""
    return set_cells(data, {place: value for place, value in values.items() if not _stands(standing, place, value, below)})


def _stands(standing: Standing, place: tuple[int, int], value: Cell | Formula, below: int) -> bool:
    if isinstance(value, Formula):
        before = address(place[0] - below, place[1])
        return below == 0 and standing.formulas.get(before) == value.text and standing.value(*place) == read_back(value.value)
    return standing.value(*place) == read_back(value)


def _total(located: Located, plan: BoardPlan) -> int:
    """The row of the totals."""
    first = located.header.bottom + 1
    at = located.columns.found[plan.table.form.fields[0].name]
    found = next((row for row, line in enumerate(located.grid[first - 1 :], first) if line[at - 1] == plan.words.total), 0)
    if found <= first:
        raise CannotPatchError(f"【{located.place.sheet}】没有“{plan.words.total}”行")
    return found


def _moved(located: Located, records: list[dict[str, Cell]], total: int) -> dict[int, int]:
    """Where the line of each county and file went."""
    first, columns = located.header.bottom + 1, located.columns.found
    now = {tuple(record[name] for name in KEY): first + at for at, record in reversed(list(enumerate(records)))}
    moved: dict[int, int] = {}
    for row in range(first, total):
        key = tuple(located.grid[row - 1][columns[name] - 1] for name in KEY)
        if key in now:
            moved[row] = now.pop(key)
    return moved


def _totals(plan: BoardPlan, columns: Mapping[str, int], rows: tuple[int, int]) -> Iterator[tuple[tuple[int, int], Cell | Formula]]:
    for one in plan.table.form:
        if one.kind is Kind.INTEGER:
            column = columns[one.name]
            total = sum(int(value) for value in plan.table.cells[one.name] if value is not None)
            yield (rows[1] + 1, column), Formula(f"SUM({address(rows[0], column)}:{address(rows[1], column)})", total)


def _figures(located: Located, plan: BoardPlan) -> Iterator[tuple[tuple[int, int], Cell]]:
    """The figures in large type stand above their captions."""
    for row, line in enumerate(located.grid[: located.header.bottom - 1], 1):
        for column, value in enumerate(line, 1):
            if isinstance(value, str) and value in plan.figures and row > 1:
                text = plan.figures[value]
                yield (row - 1, column), int(text) if text.isdecimal() else text


def _run(located: Located, plan: BoardPlan) -> Iterator[tuple[tuple[int, int], Cell]]:
    """The line about the last run."""
    start = plan.words.run.partition("{")[0]
    for row, line in enumerate(located.grid[: located.header.bottom - 1], 1):
        yield from (((row, column), plan.run) for column, value in enumerate(line, 1) if isinstance(value, str) and value.startswith(start))
