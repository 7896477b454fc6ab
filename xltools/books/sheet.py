"""One row form as a sheet: title, note, group band, header, records, drop-downs, colours, page set-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain, compress
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import ColumnInfo, Worksheet

from xltools.books.base import LONGEST_TEXT, Cell
from xltools.books.body import Body
from xltools.books.body import Formula as Formula  # others take it from here
from xltools.books.layout import (
    LINE_HEIGHT,
    band,
    column_width,
    header_height,
    header_text,
    is_long,
    note_columns,
    row_height,
    set_page,
    set_view,
    title_column,
    with_name,
)
from xltools.books.marks import add_marks
from xltools.books.refs import LAST_ROW, resolve
from xltools.books.style import BASE, Styles, header_look, kind_look
from xltools.books.validation import validation
from xltools.model.address import LAST_COLUMN
from xltools.model.form import FIRST_ROW, GROUP_ROW, HEADER_ROW, NOTE_ROW, TITLE_ROW, Field, Form, Kind, Owner
from xltools.model.live import LiveForm
from xltools.model.table import Cells

NOT_CALCULATED = "__not_calculated__"    # package.py takes the stored value of such cells away


Record = Mapping[str, "Cell | Formula"]
Mark = tuple[str, str]      # of a record: the field, "" for all of them, and its tint or "link"


class SheetPlan(Struct, frozen=True):
    """What add_form_sheet writes.

    cells: of every field; record i stands in sheet row FIRST_ROW + i.
    live:  formulas and checks; without them, computed fields hold plain values and nothing is coloured.
    spare: how many empty rows stand ready below the records.
    links: (record, field) → "external:区县/灵宝市.xlsx#'排查清单'!F12" or "internal:'企业台账'!A7".
    tints: (record, field) → "error", "warning", "missing", "note" or "good"; field "" tints the whole row.
    words: field → what stands in a cell → its tint, where `tints` has none.
    footer: as XlsxWriter writes it, "&L…&C…&R…".
    heights: in points, by sheet row, of records that differ from `height`; with None a row is as high as its text, and grows.
    """

    form: Form
    cells: Cells = field(default_factory=dict)
    live: LiveForm = field(default_factory=LiveForm)
    spare: int = 0
    links: Mapping[tuple[int, str], str] = field(default_factory=dict)
    tints: Mapping[tuple[int, str], str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    footer: str = ""
    height: float | None = None
    heights: Mapping[int, float] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """How many records there are."""
        return len(next(iter(self.cells.values()), ()))

    @property
    def last_row(self) -> int:
        """The last row that is written, spare ones included."""
        return FIRST_ROW + self.length + self.spare - 1

    def record(self, at: int) -> Record:
        """One record, as cells can hold it."""
        values = {name: column[at] for name, column in self.cells.items()}
        return {name: value[:LONGEST_TEXT] if isinstance(value, str) else value for name, value in values.items()}

    def records(self) -> list[Record]:
        """Every record, as cells can hold it."""
        return [*map(self.record, range(self.length))]

    def worded(self) -> dict[str, list[str]]:
        """The tint that each record has in a field for what stands there, "" for none, by field."""
        names = {one.name for one in self.form}
        words = {name: tints for name, tints in self.words.items() if name in names}
        return {name: [tints.get(value, "") if isinstance(value, str) else "" for value in self.cells[name]] for name, tints in words.items()}

    def tint(self, index: int, name: str) -> str:
        """The tint of one cell by itself, "" for none."""
        said = self.cells[name][index : index + 1] if name in self.words else []
        return self.tints.get((index, name)) or "".join(self.words[name].get(value, "") for value in said if isinstance(value, str))

    @property
    def painted(self) -> SheetPlan:
        """The same plan with the tints of words among `tints`."""
        found = {(at, name): tint for name, tints in self.worded().items() for at, tint in enumerate(tints) if tint}
        return replace(self, tints={**found, **self.tints}, words={})


def add_form_sheet(workbook: Workbook, plan: SheetPlan, styles: Styles) -> Worksheet:
    """Add the form's sheet with its records; not protected. The lists its drop-downs name must be on the lists sheet."""
    sheet: Worksheet = workbook.add_worksheet(plan.form.sheet)
    _head(sheet, plan.form, styles)
    _columns(sheet, plan, styles)
    styles.bodies[len(workbook.worksheets())] = _body(plan, styles)
    if plan.height is not None:
        sheet.set_default_row(plan.height)
    _validations(sheet, plan)
    add_marks(sheet, plan.form, plan.live, styles)
    set_page(sheet, with_name(plan.form, plan.footer))
    set_view(sheet, plan.form, plan.last_row)
    return sheet


def _head(sheet: Worksheet, form: Form, styles: Styles) -> None:
    """Title, note, group band and header."""
    sheet.set_row(TITLE_ROW - 1, 34)
    band(sheet, TITLE_ROW - 1, range(len(form.fields)), (title_column(form), form.title), styles.get("title"))
    _note(sheet, form, styles)
    column = 0
    sheet.set_row(GROUP_ROW - 1, 20)
    for name, width in form.groups:     # not merged: a merged cell is printed beyond the edge of a page that ends inside it
        sheet.write_string(GROUP_ROW - 1, column, name, styles.get("band", "begins"))
        for beside in range(column + 1, column + width):
            sheet.write_blank(GROUP_ROW - 1, beside, None, styles.get("band"))
        column += width
    sheet.set_row(HEADER_ROW - 1, header_height(form))
    for column, one in enumerate(form):
        sheet.write_string(HEADER_ROW - 1, column, header_text(one), styles.get(*header_look(one.owner)))


def _note(sheet: Worksheet, form: Form, styles: Styles) -> None:
    """The note below the title, wrapped in its columns where it is longer than they are wide: it would be cut at their edge."""
    start, end, needed = note_columns(form)
    for column in range(len(form.fields)):
        sheet.write_blank(NOTE_ROW - 1, column, None, styles.get("subtitle"))
    sheet.set_row(NOTE_ROW - 1, max(22, LINE_HEIGHT * needed + 6))
    look = styles.get("subtitle", *(("wrap",) if needed > 1 else ()))
    if needed > 1 and end - start > 1:
        sheet.merge_range(NOTE_ROW - 1, start, NOTE_ROW - 1, end - 1, "", look)
    sheet.write_string(NOTE_ROW - 1, start, form.note, look)


def _columns(sheet: Worksheet, plan: SheetPlan, styles: Styles) -> None:
    """Widths; below the ready rows the cells are open and of the same kind, so that rows can be added."""
    for column, one in enumerate(plan.form):
        look = styles.get("open", kind_look(one.kind, one.owner)) if plan.live.checks else None
        sheet.set_column(column, column, column_width(one), look)
    if plan.live.checks:
        _open_to_the_end(sheet, len(plan.form.fields), styles.get("open"))


def _open_to_the_end(sheet: Worksheet, first: int, look: Format) -> None:
    """Every column from `first` on is open: a row of a protected sheet can be deleted only when no cell of it is locked, to the very last column.

    XlsxWriter would take that for content and write every row so far, and keeps and compares a record for each of 16,000 columns: it is told
    of one, which is written as all of them.
    """
    used, write = sheet.dim_colmax, sheet._write_col_info
    sheet.set_column(first, first, None, look)
    sheet.dim_colmax = used

    def written_to_the_end(col_min: int, col_max: int, col_info: ColumnInfo) -> None:
        write(col_min, LAST_COLUMN - 1 if col_max == first else col_max, col_info)

    sheet._write_col_info = written_to_the_end  # type: ignore[method-assign]


def looks(plan: SheetPlan, index: int, one: Field) -> list[str]:
    """How a cell of a record looks, from the general to the particular."""
    found = field_looks(plan, one)
    found += [tint for tint in (plan.tints.get((index, "")), plan.tint(index, one.name)) if tint]
    if (index, one.name) in plan.links:
        found.append("link")
    return found


def marks_of(plan: SheetPlan) -> dict[int, tuple[Mark, ...]]:
    """What is laid over the cells of each record, of those records where anything is."""
    found: dict[int, list[Mark]] = {}
    for (at, name), tint in plan.tints.items():
        found.setdefault(at, []).append((name, tint))
    for at, name in plan.links:
        found.setdefault(at, []).append((name, "link"))
    return {at: tuple(marks) for at, marks in found.items()}


def field_looks(plan: SheetPlan, one: Field) -> list[str]:
    """How a cell of the field looks in a record without anything special."""
    found = ["cell", "open"]
    kind = kind_look(one.kind, one.owner)
    if kind != BASE:
        found.append(kind)
    if is_long(one):
        found.append("wrap")
    if one.is_choice or one.kind is Kind.INTEGER:
        found.append("center")
    elif one.kind is Kind.NUMBER:
        found.append("number")
    if one.name in plan.live.formulas:
        found.append("computed")
    return found


def _body(plan: SheetPlan, styles: Styles) -> Body:
    """The records and the spare rows: values, the formulas of computed fields, formats, links."""
    computed = {name for name in {name for _, name in plan.links} if Formula in map(type, plan.cells[name])}
    links = {place: url for place, url in plan.links.items() if not isinstance(plan.cells[place[1]][place[0]], Formula)} if computed else plan.links
    formats, rows = _formats(plan, styles)

    def cells(start: int, stop: int) -> list[list[Cell | Formula]]:
        return [_values(plan, one, start, stop) for one in plan.form]

    return Body(FIRST_ROW, plan.length + plan.spare, cells, formats, rows, partial(_height, plan), {one.name: column for column, one in enumerate(plan.form, 1)}, links)


def _height(plan: SheetPlan, index: int) -> tuple[float | None, bool]:
    """The row's height, and whether it grows with what is typed later: rows nobody gave a height do, and begin as high as their text."""
    given = plan.heights.get(FIRST_ROW + index, plan.height)
    if given is not None or index >= plan.length:
        return given, False
    needed = row_height(plan.form, plan.record(index))
    return (needed, True) if needed > row_height(plan.form, {}) else (None, True)


def _formats(plan: SheetPlan, styles: Styles) -> tuple[list[list[int]], list[int]]:
    """The numbers of the formats of a record's cells, those of one without any mark first; and which of these each record has."""
    formats = [[styles.number(*field_looks(plan, one)) for one in plan.form]]
    marks, worded = marks_of(replace(plan, links={})), [*plan.worded().values()]
    over: list[Sequence[object]] = [*worded, *_linked(plan)]
    marked = chain(*(compress(range(plan.length), tints) for tints in worded), marks, (index for index, _ in plan.links))
    known: dict[tuple[Any, ...], int] = {}   # most rows are like many others
    found = [0] * plan.length
    for index in marked:
        if not found[index]:
            key = (*(column[index] for column in over), marks.get(index))
            if key not in known:
                known[key] = len(formats)
                formats.append([styles.number(*looks(plan, index, one)) for one in plan.form])
            found[index] = known[key]
    return formats, found


def _linked(plan: SheetPlan) -> list[bytearray]:
    """Whether each record has a link, for every field that has some."""
    found: dict[str, bytearray] = {}
    for index, name in plan.links:
        found.setdefault(name, bytearray(plan.length))[index] = 1
    return [*found.values()]


def _values(plan: SheetPlan, one: Field, start: int, stop: int) -> list[Cell | Formula]:
    """The cells of one field; a computed one holds its formula. A spare row has nothing else."""
    values: list[Cell | Formula] = [*plan.cells.get(one.name, ())[start:stop]]
    values += [None] * (stop - start - len(values))
    if formula := plan.live.formulas.get(one.name):
        for at, value in enumerate(values):
            if value is None or (isinstance(value, Formula) and not value.text):
                shown_value = value.value if value else ""
                values[at] = Formula(resolve(formula, plan.form, FIRST_ROW + start + at), shown_value)
    return values


def shown_value(value: Cell | Formula) -> Cell:
    """What a cell shows: of a formula, the value stored with it."""
    return value.value if isinstance(value, Formula) else value


def write_cell(sheet: Worksheet, place: tuple[int, int], value: Cell | Formula, look: Format) -> None:
    """Write one value at (row, column) counted from 0: text stays text, whatever it looks like."""
    row, column = place
    if isinstance(value, Formula):
        shown_value = NOT_CALCULATED if value.value is None else value.value
        sheet.write_formula(row, column, f"={value.text.removeprefix('=')}", look, shown_value)
    elif value is None:
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, look)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, look)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, look)
    else:
        # XlsxWriter takes every kind of date and time; its signature names one
        sheet.write_datetime(row, column, value, look)  # type: ignore[call-overload]


def _validations(sheet: Worksheet, plan: SheetPlan) -> None:
    """Drop-downs and limits for what people fill in here: all of it in a county's form, the city's own fields in a city form."""
    for column, one in enumerate(plan.form):
        computed = one.owner is Owner.FORMULA
        if one.name in plan.live.formulas if computed else plan.live.checks or one.owner in (Owner.CITY, Owner.EXPERT):
            sheet.data_validation(FIRST_ROW - 1, column, LAST_ROW - 1, column, validation(plan.form, one))
