"""The records of one sheet of ours replaced inside its part: what did not change keeps its bytes, what is the user's goes with its record."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import chain, compress, count
from operator import ne
from typing import Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from xltools.books.base import Cell, Grid
from xltools.books.dress import Dresser
from xltools.books.formula_refs import followed, in_any_row, in_row, shifted
from xltools.books.grid import Sheet
from xltools.books.inplace_rows import Kept, with_cells
from xltools.books.link import link_of
from xltools.books.links import relink
from xltools.books.patch import OFFICE, Patch
from xltools.books.patch_notes import SheetNotes
from xltools.books.patch_xml import ROWS, ROWS_END, CannotPatchError
from xltools.books.raw_rows import FORMULA, RawCell, RawRow, cell_xml, raw_rows, read_back, settings_in, with_settings
from xltools.books.reshape import Change, reshaped, stretched
from xltools.books.sheet import Formula, SheetPlan, looks, marks_of
from xltools.model.address import LAST_ROW, address, split
from xltools.model.form import HEADER_ROW, Field, Owner

EXAMPLES = 50  # records whose looks are compared to find that of a new one
SLACK = 1.0  # points by which programs round the height of a row
CONTENT = (b"<v", b"<f", b"<is")
# What hangs on rows of a sheet by a way of its own, which we do not lead along: the last word of the relationship → in words.
HANGS = {"queryTable": "外部数据查询", "pivotTable": "数据透视表", "threadedComment": "对话式批注", "tableSingleCells": "XML 映射"}
SPARKLINES = b":sparklineGroup "
OTHER = object()    # what no cell holds
STATED = re.compile(' r="[0-9]+"')    # how nearly all programs begin a row


class Records(Struct, frozen=True, dict=True):
    """What becomes of the records of a sheet.

    plan: the records now, in the columns as they stand · columns: number of each column that holds something → its field ·
    last: the last record's row before (the header's when there was none) · moved: row before → row now · head: the header's
    row · heights: of rows whose text needs more than a line · keeps: whether what stands below keeps its distance also when
    the table gets shorter.
    """

    plan: SheetPlan
    columns: Mapping[int, Field]
    last: int
    moved: Mapping[int, int]
    heights: Mapping[int, float] = field(default_factory=dict)
    head: int = HEADER_ROW
    keeps: bool = False

    @cached_property
    def ours(self) -> frozenset[int]:
        """The columns whose looks and links are ours; those the city fills in, and those that no form declares, are people's."""
        return frozenset(column for column, one in self.columns.items() if one.owner is not Owner.CITY)

    def change(self, filled: int) -> Change:
        """How the rows of the sheet go. filled: the last row before that holds anything."""
        now = self.head + self.plan.length
        below = now - self.last if self.keeps else max(0, now - self.last) if filled > self.last else 0
        return Change(self.head, self.last, now, below, self.moved)


class Sheets(Protocol):
    """The sheets of a workbook as they were read."""

    def sheet(self, name: str) -> Sheet: ...


class Standing(Struct, frozen=True, dict=True):
    """A sheet as it stands in the package. Values and formulas as they were read from the same bytes."""

    patch: Patch
    part: str
    book: Sheets
    name: str

    @cached_property
    def before(self) -> bytes:
        """The part as it is."""
        return self.patch.read(self.part)

    @cached_property
    def _data(self) -> tuple[bytes, int, int]:
        """The part, and where in it the rows start and stop. Raises CannotPatchError when it is written in another way."""
        data = self.before.removeprefix(BOM_UTF8)
        start = data.find(ROWS) + len(ROWS)
        end = data.find(ROWS_END, start) if start >= len(ROWS) else -1
        if end >= 0:
            return data, start, end
        head, none, tail = data.partition(b"<sheetData/>")
        if not none:
            raise CannotPatchError
        return b"".join([head, ROWS, ROWS_END, tail]), len(head + ROWS), len(head + ROWS)

    @property
    def tail(self) -> bytes:
        """The part behind its rows."""
        data, _, end = self._data
        return data[end:]

    @cached_property
    def rows(self) -> dict[int, RawRow]:
        return raw_rows(*self._data)

    @cached_property
    def grid(self) -> Grid:
        return self.book.sheet(self.name).grid

    @cached_property
    def formulas(self) -> Mapping[str, str]:
        return own_formulas(self.book, self.name)

    def value(self, row: int, column: int) -> Cell:
        return self.grid[row - 1][column - 1] if row <= len(self.grid) and column <= len(self.grid[row - 1]) else None

    @cached_property
    def filled(self) -> int:
        """The last row that holds anything."""
        return next((number for number, row in reversed(self.rows.items()) if any(sign in row.inside for sign in CONTENT)), 0)

    def with_rows(self, rows: Iterable[bytes]) -> bytes:
        """The part with these rows."""
        data, start, _ = self._data
        return b"".join(chain([data[:start]], rows, [self.tail]))


def own_formulas(book: Sheets, sheet: str) -> dict[str, str]:
    """Cell → text of its formula without "=", also where a program wrote it once for many cells."""
    seen = book.sheet(sheet)
    masters = {seen.shared[cell]: (cell, text) for cell, text in seen.formulas.items() if text and cell in seen.shared}
    found = dict(seen.formulas)
    for cell, number in seen.shared.items():
        if not found.get(cell) and number in masters:
            first, text = masters[number]
            here, there = split(cell) or (0, 0), split(first) or (0, 0)
            found[cell] = shifted(text, here[0] - there[0], here[1] - there[1])
    return found


def update_records(standing: Standing, records: Records, dresser: Dresser) -> int:
    """Write the records into the sheet; gives how many of them are new. Raises CannotPatchError when it cannot be done without harm."""
    change = records.change(standing.filled)
    if not change.is_none:
        _refuse_what_hangs(standing)
        _stretch_tables(standing, change)
    around = _around(standing, records, change)
    inner = around.index(ROWS) + len(ROWS)
    rows = chain(_above(standing, records.head), _Rows(standing, records, dresser).written(), _below(standing, change))
    standing.patch.write_pieces(standing.part, standing.before, chain([around[:inner]], rows, [around[inner:]]))
    return records.plan.length - len(records.moved)


def _around(standing: Standing, records: Records, change: Change) -> bytes:
    """What is outside the rows, changed without them: they are nearly all of the sheet."""
    around = standing.with_rows([])
    if not change.is_none:
        around = reshaped(around, change)
        SheetNotes(standing.patch, standing.part).move(change.row)
    names = {one.name: column for column, one in records.columns.items()}
    ours = {(records.head + 1 + at, names[name]): link_of(url) for (at, name), url in records.plan.links.items() if name in names}
    return relink((standing.patch, standing.part), around, change, ours, records.ours)


def _refuse_what_hangs(standing: Standing) -> None:
    """Raise CannotPatchError where something on the sheet would no longer fit its rows."""
    kinds = {kind.rpartition("/")[2] for kind, _ in standing.patch.relations(standing.part).values()}
    found = [word for kind, word in HANGS.items() if kind in kinds]
    if SPARKLINES in standing.tail:
        found.append("迷你图")
    if found:
        raise CannotPatchError(f"【{standing.name}】里有{'、'.join(found)}，它们不能随行移动，请移到自己的工作表或转为普通区域")


def _stretch_tables(standing: Standing, change: Change) -> None:
    """Let tables (Ctrl+T) over the records be as long as these."""
    patch = standing.patch
    for kind, part in patch.relations(standing.part).values():
        if kind == f"{OFFICE}/table":
            try:
                patch.write(part, stretched(patch.read(part), change))
            except CannotPatchError as refused:
                raise CannotPatchError(f"【{standing.name}】{refused}，请改成盖住全部行，或转为普通区域") from refused


def _above(standing: Standing, head: int) -> list[bytes]:
    return [row.text for number, row in standing.rows.items() if number <= head]


def _below(standing: Standing, change: Change) -> Iterator[bytes]:
    """What stands below the table, as far down as the table needs."""
    for number, row in standing.rows.items():
        now = number + change.below
        if number <= change.last or now <= change.now:
            continue
        if now > LAST_ROW:
            raise CannotPatchError
        if b"<f" not in row.inside and not change.below:
            yield row.text
            continue
        inside = "".join(_lowered(standing, change, (number, column), cell) for column, cell in row.cells(number).items()).encode()
        yield row.text if now == number and inside == row.inside else _row(row.settings, now, inside)


def _lowered(standing: Standing, change: Change, place: tuple[int, int], cell: RawCell) -> str:
    """A cell below the table; its formula follows the rows."""
    row, column = place
    if (text := standing.formulas.get(address(row, column))) is None:
        return cell.at(row + change.below, column, cell.style)
    if "t=\"array\"" in cell.inside or "dataTable" in cell.inside:
        raise CannotPatchError(f"【{standing.name}】{address(row, column)} 是数组公式")
    new = followed(text, lambda one: change.row(one) or one, (change.last, change.now))
    if new == text and cell.is_movable:
        return cell.at(row + change.below, column, cell.style)
    return cell_xml((row + change.below, column), cell.style, Formula(new, standing.value(row, column)))


def _row(settings: str, number: int, inside: bytes) -> bytes:
    stated = STATED.match(settings)
    text = f' r="{number}"{_without_spans(settings[stated.end() :])}' if stated else with_settings(settings, {"r": str(number), "spans": None})
    return b"<row%b>%b</row>" % (text.encode(), inside) if inside else b"<row%b/>" % text.encode()


@lru_cache(maxsize=2**8)    # most rows of a sheet are set up alike
def _without_spans(settings: str) -> str:
    return with_settings(settings, {"spans": None})


class _Rows:
    """The rows of the records of one sheet."""

    def __init__(self, standing: Standing, records: Records, dresser: Dresser) -> None:
        self._standing, self._records, self._dresser = standing, records, dresser
        self._back = {now: before for before, now in records.moved.items()}

    def written(self) -> Iterator[bytes]:
        kept_rows = Kept(marks_of(self._records.plan), self._stays)     # not held by what it asks: nothing large waits for Python to look for rubbish
        changed, cells = self._changed(), self._records.plan.cells
        for at in range(self._records.plan.length):
            number = self._records.head + 1 + at
            before = self._back.get(number, 0)
            raw = self._standing.rows.get(before)
            kept = kept_rows.inside(raw, (before, number), at) if raw else None
            if kept is not None and at in changed:
                kept = with_cells(kept, number, {column: cells[self._records.columns[column].name][at] for column in changed[at]})
            inside = "".join(self._cells((number, before), at, raw.cells(before) if raw else {})).encode() if kept is None else kept
            settings = self._settings(raw.settings if raw else "", number)
            if raw and number == before and settings == raw.settings and inside == raw.inside:
                yield raw.text
            else:
                yield _row(settings, number, inside)

    def _changed(self) -> dict[int, list[int]]:
        """The columns in which a record says something else than the row in which it stood before: compared column by column, each distinct value made comparable once."""
        plan, grid, first = self._records.plan, self._standing.grid, self._records.head + 1
        befores = [self._back.get(first + at, 0) for at in range(plan.length)]
        nothing: list[Cell] = [None] * max(self._records.columns, default=0)
        rows = [grid[row - 1] if 0 < row <= len(grid) else nothing for row in befores]
        changed: dict[int, list[int]] = {}
        was = [*zip(*rows, strict=False)]
        for column, one in self._records.columns.items():
            now = plan.cells[one.name]
            known: dict[object, object] = {value: OTHER if isinstance(value, Formula) else read_back(value) for value in {*now}}
            old = was[column - 1] if column <= len(was) else [None] * plan.length
            for at in compress(count(), map(ne, map(known.__getitem__, now), old)):
                changed.setdefault(at, []).append(column)
        return changed

    def _stays(self, at: int, styles: Mapping[int, int]) -> bool:
        """Whether the cells of a record look as they should. styles: of its cells, by column."""
        columns = self._records.columns.items()
        return all(self._styled((at, column), one, styles[column]) == styles[column] if column in styles else not self._is_marked(at, one) for column, one in columns)

    def _settings(self, settings: str, number: int) -> str:
        """The row as it is set up; higher when its text needs it."""
        need = self._records.heights.get(number)
        if need and ((stated := settings_in(settings).get("ht", "")) == "" or float(stated) + SLACK < need):
            return with_settings(settings, {"ht": f"{need:g}", "customHeight": "1"})
        return settings

    def _cells(self, places: tuple[int, int], at: int, cells: Mapping[int, RawCell]) -> Iterator[str]:
        number, before = places
        record, columns = self._records.plan.record(at), self._records.columns
        for column in sorted({*cells, *columns}):
            cell, one = cells.get(column), columns.get(column)
            if one is None:
                if cell:
                    yield self._kept(cell, (before, column), number)
                continue
            value = record.get(one.name)
            if before and cell is None and value is None and not self._is_marked(at, one):
                continue  # a cell that is not there looks like its row or column
            style = self._style((at, column), one, cell)
            if cell and self._is_same(value, (before, column), number) and (cell.is_movable or number == before):
                yield cell.text if number == before and style == cell.style else self._again(cell, (before, column), number, style)
            elif isinstance(value, Formula) and cell and address(before, column) in self._standing.formulas:
                yield self._again(cell, (before, column), number, style)
            elif value is not None or style:
                yield cell_xml((number, column), style, value)

    def _is_marked(self, at: int, one: Field) -> bool:
        plan = self._records.plan
        return (at, one.name) in plan.tints or (at, "") in plan.tints or (at, one.name) in plan.links

    def _is_same(self, value: Cell | Formula, place: tuple[int, int], number: int) -> bool:
        """Whether the cell says so already, formulas seen from their own row."""
        row, column = place
        text = self._standing.formulas.get(address(row, column))
        if isinstance(value, Formula):
            return text is not None and in_any_row(f"={text}", row) == in_any_row(f"={value.text.removeprefix('=')}", number)
        return text is None and read_back(value) == self._standing.value(row, column)

    def _kept(self, cell: RawCell, place: tuple[int, int], number: int) -> str:
        """A cell in a column that has no header and no value in any record."""
        return cell.text if place[0] == number else self._again(cell, place, number, cell.style)

    def _again(self, cell: RawCell, place: tuple[int, int], number: int, style: int) -> str:
        """The same cell in another row or with another style."""
        row, column = place
        text = self._standing.formulas.get(address(row, column))
        if text is None:
            return cell.at(number, column, style)
        found = FORMULA.search(cell.inside)
        if found and ("array" in found[1] or "dataTable" in found[1]):
            if number != row:
                raise CannotPatchError(f"【{self._standing.name}】{address(row, column)} 是数组公式")
            return cell.at(number, column, style)
        new = in_row(in_any_row(f"={text}", row), number)
        return cell_xml((number, column), style, Formula(new, self._standing.value(row, column)))

    def _style(self, place: tuple[int, int], one: Field, cell: RawCell | None) -> int:
        return self._styled(place, one, cell.style if cell else self._model.get(place[1], 0))

    def _styled(self, place: tuple[int, int], one: Field, style: int) -> int:
        """The style that a cell with this one gets. place: number of the record, from 0, and column."""
        plan, (at, column) = self._records.plan, place
        tint = plan.tints.get((at, one.name)) or plan.tints.get((at, ""), "")
        is_link = (at, one.name) in plan.links
        if column not in self._records.ours and not tint and not is_link:
            return style
        return self._dresser.dressed(style, tint, is_link)

    @cached_property
    def _model(self) -> dict[int, int]:
        """How a cell of a new record looks, by column: as most others do; without any, as we give them out."""
        records, dresser = self._records, self._dresser
        examples = [row for number, row in self._standing.rows.items() if records.head < number <= max(records.last, records.head + 1)][:EXAMPLES]
        counted: dict[int, Counter[int]] = {}
        for row in examples:
            for column, cell in row.cells(_number(row)).items():
                counted.setdefault(column, Counter())[dresser.dressed(cell.style, "", False)] += 1
        found = {column: counts.most_common(1)[0][0] for column, counts in counted.items()}
        bare = replace(records.plan, tints={}, links={})
        return {column: found[column] if column in found else dresser.look(looks(bare, 0, one)) for column, one in records.columns.items()}


def _number(row: RawRow) -> int:
    return int(settings_in(row.settings).get("r", "0"))


def set_cells(data: bytes, values: Mapping[tuple[int, int], Cell | Formula]) -> bytes:
    """A worksheet part with these cells holding these values, their looks as they are; cells that are not there are left out."""
    data = data.removeprefix(BOM_UTF8)
    start, end = data.index(ROWS) + len(ROWS), data.index(ROWS_END)
    body = data[start:end]
    for number, row in raw_rows(data, start, end).items():
        wanted = {column: value for (at, column), value in values.items() if at == number}
        if wanted:
            cells = row.cells(number)
            inside = "".join(cell_xml((number, column), cell.style, wanted[column]) if column in wanted else cell.text for column, cell in cells.items())
            body = body.replace(row.text, f"<row{row.settings}>{inside}</row>".encode() if inside else row.text, 1)
    return b"".join([data[:start], body, data[end:]])
