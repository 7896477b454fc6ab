"""Reading a filled checklist: every sheet of a process with its head, rows, foot and checkers, found by their labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property

from msgspec import Struct

from xltools.books.base import Cell, Grid, SheetFacts, value_at
from xltools.books.checklist import TEMPLATE
from xltools.books.file import FileBook
from xltools.books.grid import GRID_COLUMNS
from xltools.books.header import Header, find_columns, find_header
from xltools.books.labels import Labels, labels_of, squeeze
from xltools.model.address import address, column_letters, corners
from xltools.model.checklist import Entered, ReadChecklist, ReadLine, ReadPart
from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import Field, Form, Owner, load_form
from xltools.model.guide import load_guide
from xltools.model.percent import Percent
from xltools.model.value import is_blank

NEEDED = ("no", "found", "reached")
WHOLE_NUMBER = 1e15


class _Sheet(Struct, frozen=True, dict=True):
    """One sheet of the workbook with all that is known of it."""

    place: Place
    grid: Grid
    facts: SheetFacts
    formulas: Mapping[str, str]

    def value(self, row: int, column: int) -> Cell:
        """The value at a place counted from 1, None outside."""
        return value_at(self.grid, row, column)

    def entered(self, row: int, column: int) -> Entered:
        cell = address(row, column)
        place = Place(self.place.file, self.place.sheet, cell)
        formula = self.formulas.get(cell, "") if cell in self.facts.formulas else None
        value = self.value(row, column)
        value = float(value) if isinstance(value, Percent) else value  # the sheet's own formulas have judged 0.8, not 80%
        return Entered(value, place, formula, self.facts.knows_formulas, cell in self.facts.stale)

    def columns(self, row: int) -> list[int]:
        """The columns in which the cells of a row begin, and the one right of the last; cells may be merged across several."""
        boxes = [(left, right) for top, left, bottom, right in self._merged if top <= row <= bottom]
        columns, width = [1], len(self.grid[row - 1]) if row <= len(self.grid) else 0
        while columns[-1] <= width:
            columns.append(next((right for left, right in boxes if left <= columns[-1] <= right), columns[-1]) + 1)
        return columns

    def begins(self, row: int, column: int) -> int:
        """The column in which the cell that shows here begins."""
        return self._covered.get((row, column), column)

    @cached_property
    def _covered(self) -> dict[tuple[int, int], int]:
        """Row and column of every cell that one to its left is merged over → the column of that one."""
        across = ((top, left, right) for top, left, bottom, right in self._merged if top == bottom)
        return {(row, column): left for row, left, right in across for column in range(left + 1, min(right, GRID_COLUMNS) + 1)}

    @cached_property
    def _merged(self) -> list[tuple[int, int, int, int]]:
        return [box for merged in self.facts.merged if (box := corners(merged))]


def is_checklist(book: FileBook) -> bool:
    """Whether the workbook is a checklist: by its stamp, or without one by the header and foot of its sheets."""
    if book.stamp.template:
        return book.stamp.template == TEMPLATE
    return any(_located(_sheet(book, name)) for name in book.sheets)


def read_checklist(book: FileBook) -> ReadChecklist:
    """Everything entered in a checklist, values as typed. Raises StopError when the file breaks off while it is read."""
    hidden = {load_guide().lists, load_guide().stamp, load_form("checklist_overall").sheet}
    parts: list[ReadPart] = []
    findings: list[Finding] = []
    for name in book.sheets:
        sheet = _sheet(book, name)
        if located := _located(sheet):
            part, found = _part(sheet, *located)
            parts += [part] if part else []
            findings += found
        elif name not in hidden and sheet.facts.visible and sheet.grid:
            findings.append(Code.SHEET_NOT_GRADED.at(sheet.place, sheet=name))
    stamp = book.stamp
    return ReadChecklist(book.name, stamp.version, stamp.policy, stamp.subject, tuple(parts), _overall(book), tuple(findings))


@cache
def _labels(form: str) -> Labels:
    return labels_of(load_form(form))


def _sheet(book: FileBook, name: str) -> _Sheet:
    read = book.sheet(name)
    return _Sheet(Place(book.name, name), read.grid, read.facts, read.formulas)


def _located(sheet: _Sheet) -> tuple[Header, int] | None:
    """The header of the rows, and the row of the table's grade below; None when this is no sheet of a process."""
    header = find_header(sheet.grid, _labels("checklist"))
    if header is None:
        return None
    foot = _labels("checklist_foot")
    rows = range(header.bottom + 1, len(sheet.grid) + 1)
    found = next((row for row in rows if any(foot.of(value) == "grade" for value in sheet.grid[row - 1])), None)
    return (header, found) if found else None


def _part(sheet: _Sheet, header: Header, foot: int) -> tuple[ReadPart | None, list[Finding]]:
    form = load_form("checklist")
    filled = Counter(column for row in sheet.grid[header.bottom : foot - 1] for column, value in enumerate(row, 1) if not is_blank(value))
    columns = find_columns(header, _labels(form.name), filled).found
    missing = [one.label for one in form if (one.owner is not Owner.FORMULA or one.name in NEEDED) and one.name not in columns]
    findings = [Code.COLUMN_MISSING.at(sheet.place, labels="、".join(missing))] if missing else []
    if any(name not in columns for name in NEEDED):
        return None, findings
    top = _checkers_header(sheet, foot)
    part = ReadPart(
        place=sheet.place,
        head=_labelled(sheet, load_form("checklist_head"), range(1, header.bottom)),
        lines=tuple(_lines(sheet, range(header.bottom + 1, foot), columns, _printed(header, columns))),
        foot=_labelled(sheet, load_form("checklist_foot"), range(foot, top.bottom if top else len(sheet.grid) + 1)),
        checkers=tuple(_checkers(sheet, top)) if top else (),
        columns={name: column_letters(column) for name, column in columns.items()},
        first=header.bottom + 1,
        last=foot - 1,
    )
    return part, findings


def _labelled(sheet: _Sheet, form: Form, rows: range) -> dict[str, Entered]:
    """Field → the cell right of its label, in these rows; columns that somebody put between the two are passed over."""
    labels = _labels(form.name)
    found: dict[str, Entered] = {}
    for row in rows:
        columns = sheet.columns(row)
        names = {column: name for column in columns if (name := labels.of(sheet.value(row, column)))}
        for at, (column, name) in enumerate(names.items()):
            end = list(names)[at + 1] if at + 1 < len(names) else columns[-1]
            after = [one for one in columns if column < one < end] or [columns[columns.index(column) + 1]]
            value = next((one for one in after if not is_blank(sheet.value(row, one))), after[0])
            found.setdefault(name, sheet.entered(row, value))
    return found


def _printed(header: Header, columns: Mapping[str, int]) -> dict[str, int]:
    """Header → column, where no field stands: what the grades ask."""
    return {text: column for column, text in header.texts.items() if column not in columns.values()}


def _lines(sheet: _Sheet, rows: range, columns: Mapping[str, int], printed: Mapping[str, int]) -> Iterator[ReadLine]:
    """The rows in which a number stands or somebody wrote something."""
    own = [columns[one.name] for one in load_form("checklist").owned(Owner.EXPERT) if one.name in columns]
    for row in rows:
        number = _text(sheet.value(row, columns["no"]))
        if number or any(not is_blank(sheet.value(row, column)) for column in own):
            cells = {name: sheet.entered(row, column) for name, column in columns.items()}
            also = {text: sheet.entered(row, sheet.begins(row, column)) for text, column in printed.items()}
            yield ReadLine(number, cells, also, _is_struck(sheet, [*cells.values(), *also.values()]))


def _is_struck(sheet: _Sheet, cells: Sequence[Entered]) -> bool:
    """Whether anything that stands in these cells is struck through."""
    return bool(sheet.facts.struck) and any(cell.value is not None and cell.place.cell in sheet.facts.struck for cell in cells)


def _text(value: Cell) -> str:
    """A number of an indicator as text: 3 for 3.0."""
    if isinstance(value, float) and value.is_integer() and abs(value) < WHOLE_NUMBER:
        return str(int(value))
    return "" if value is None else str(value).strip()


def _checkers_header(sheet: _Sheet, foot: int) -> Header | None:
    """The header of the checkers' lines."""
    found = find_header(sheet.grid[foot:], _labels("checklist_checkers"))
    if found is None:
        return None
    return Header(found.bottom + foot, found.texts, {column: row + foot for column, row in found.rows.items()})


def _checkers(sheet: _Sheet, header: Header) -> Iterator[dict[str, Entered]]:
    """The lines in which anything stands, above the note below them."""
    form = load_form("checklist_checkers")
    columns = find_columns(header, _labels(form.name), {}).found
    note = squeeze(form.note)
    for row in range(header.bottom + 1, len(sheet.grid) + 1):
        cells = {name: sheet.entered(row, column) for name, column in columns.items()}
        texts = [str(cell.value) for cell in cells.values() if not _is_empty(cell)]
        if any(squeeze(text).startswith(note) for text in texts):
            return
        if texts:
            yield cells


def _is_empty(cell: Entered) -> bool:
    return cell.value is None or not str(cell.value).strip()


def _overall(book: FileBook) -> Entered | None:
    """The cell of the overall grade on the first sheet, None without it."""
    form = load_form("checklist_overall")
    if form.sheet not in book.sheets:
        return None
    sheet = _sheet(book, form.sheet)
    wanted: Field = form["overall"]
    return _labelled(sheet, form, range(1, len(sheet.grid) + 1)).get(wanted.name)
