"""Which rows a figure on the sheet of figures counts: found by the words around it, so that it works on a sheet somebody saved anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from xltools.model.dashboard import Dashboard, Tally, good, graded
from xltools.model.policy import Policy
from xltools.model.table import Table

Grid = Sequence[Sequence[object]]


class Figure(Struct, frozen=True):
    """What one cell shows. rows: of the form's sheet, those it counts · among: for a share, the rows it is a share of;
    None otherwise · value: what the sheet shows · kept: for a figure of a month, what its one row says."""

    title: str
    line: str
    column: str
    form: str
    rows: tuple[int, ...]
    among: tuple[int, ...] | None
    value: float
    kept: float | None = None

    @property
    def counted(self) -> float:
        """What the rows come to."""
        if self.kept is not None:
            return self.kept
        return len(self.rows) if self.among is None else len(self.rows) / len(self.among)

    @property
    def agrees(self) -> bool:
        """Whether the sheet shows what its rows come to."""
        return abs(self.counted - self.value) < 1e-9


def figure_at(grid: Grid, place: tuple[int, int], dashboard: Dashboard, tables: Mapping[str, Table], policy: Policy) -> Figure | None:
    """The figure in a cell (row and column from 0), None where the cell holds none, or a number that is set and not counted."""
    row, column = place
    value = grid[row][column] if row < len(grid) and column < len(grid[row]) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or column == 0:
        return None
    tallies = {tally.title: tally for tally in dashboard.tallies}
    share = f"{policy.targets[0].name}（企业数）"
    months = dashboard.history.title
    top = next((at for at in range(row, -1, -1) if grid[at] and str(grid[at][0]) in (*tallies, share, months)), None)
    if top is None or top + 1 >= row:
        return None
    title, head, line = str(grid[top][0]), str(grid[top + 1][column]).replace("\n", ""), str(grid[row][0])
    if title == months:
        return _month((title, line, head), float(value), dashboard, tables)
    if title == share:
        return _share((title, line, head), float(value), dashboard, tables, policy)
    lines = [str(grid[at][0]) for at in range(top + 2, len(grid)) if grid[at] and grid[at][0]]
    lines = lines[: lines.index(dashboard.total)] if dashboard.total in lines else lines
    return _count((title, line, head), float(value), (tallies[title], lines), dashboard, tables, policy)


def _count(
    words: tuple[str, str, str], value: float, block: tuple[Tally, Sequence[str]], dashboard: Dashboard, tables: Mapping[str, Table], policy: Policy
) -> Figure:
    title, line, head = words
    tally, lines = block
    grades = tally.columns or policy.grades
    rows = []
    table = tables[tally.form]
    for row, by, grade in zip(table.rows, table.cells[tally.by], table.cells[tally.grade], strict=True):
        in_line = line == dashboard.total or by == line or (line == dashboard.rest and by not in lines)
        in_column = head == dashboard.total or grade == head or (head == dashboard.other and grade not in grades)
        if in_line and in_column:
            rows.append(row)
    return Figure(title, line, head, tally.form, tuple(rows), None, value)


def _share(words: tuple[str, str, str], value: float, dashboard: Dashboard, tables: Mapping[str, Table], policy: Policy) -> Figure | None:
    title, line, head = words
    said = dashboard.share
    form = tables[said.form].form
    name = next((one for one in said.grades if form[one].label == line), "")
    if not name or head == said.target:
        return None
    table, grades = tables[said.form], policy.grades
    pairs = [*zip(table.rows, table.cells[name], strict=True)]
    good = tuple(row for row, grade in pairs if grade in policy.targets[0].grades)
    graded = tuple(row for row, grade in pairs if grade in grades)
    rest = tuple(row for row, grade in pairs if grade not in grades)
    rows, among = {said.good: (good, None), said.graded: (graded, None), said.uncounted: (rest, None), said.share: (good, graded)}[head]
    return Figure(title, line, head, said.form, rows, among, value)


def _month(words: tuple[str, str, str], value: float, dashboard: Dashboard, tables: Mapping[str, Table]) -> Figure | None:
    """A figure of a month: it stands in one row of the sheet of months, or is the share of two numbers there."""
    title, line, head = words
    table, said = tables.get(dashboard.history.form), dashboard.history
    if table is None:
        return None
    found = [(row, record) for row, record in table.numbered() if str(record[said.before[0]]) == line]
    fields: dict[str, tuple[str, ...]] = {table.form[name].label: (name,) for name in (*said.before, *said.after)}
    fields |= {tables[dashboard.share.form].form[basis].label: (good(basis), graded(basis)) for basis in dashboard.share.grades}
    if not found or head not in fields:
        return None
    row, record = found[0]
    first, *of = (float(record[name]) for name in fields[head])
    return Figure(title, line, head, said.form, (row,), None, value, first / of[0] if of else first)
