"""From cells as typed to columns of the field's own type; every change and every refusal is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import Field, Form, Kind, Owner
from xltools.model.percent import Percent
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.model.value import is_blank, shown
from xltools.rules.cells import Reader, cell_reader
from xltools.rules.limits import is_ditto, says_ditto
from xltools.rules.reading import Reading, Value, refused
from xltools.rules.text import narrow

_NUMBERS = {Kind.NUMBER: float, Kind.INTEGER: int}
_TELL_APART = frozenset({str, float, type(None)})  # values of these are equal only where they are the same


def parse(table: Table, policy: Policy, year: int) -> tuple[Table, list[Finding]]:
    """The table with typed columns, and a finding for every cell that was read otherwise or could not be read.

    year: of the cover, for dates without one. Rows without any content of the county are left out; fields the file does not
    have become empty columns. A cell that is not understood is missing in the result and has an error among the findings;
    a choice or a code that is only wrong stays, for the check. Nothing typed becomes blank without a finding.
    """
    own = records(table)
    if not own.rows:
        return replace(own, cells={field.name: [] for field in table.form}), []
    columns, findings = dict[str, Sequence[object]](), list[Finding]()
    for field in table.form:
        columns[field.name], said = _column(own, field, _reader(table.form, field, policy, year))
        findings += said
    return replace(own, cells=columns), findings


def _column(table: Table, field: Field, read: Reader) -> tuple[Sequence[object], Iterable[Finding]]:
    """One field of every record as it is read, and what is said of its cells."""
    cells = table.column(field.name)
    if not any(cell is not None for cell in cells):
        return cells, ()
    ways, readings = _read_column(cells, read)
    made = {way: _typed(field, reading.value) for way, reading in readings.items()}
    values = cells if ways is cells and _as_they_are(made) else [*map(made.__getitem__, ways)]
    if not any(reading.code for reading in readings.values()):
        return values, ()
    return values, _said(table, field, zip(table.rows, cells, map(readings.__getitem__, ways), strict=True))


def _as_they_are(made: Mapping[object, object]) -> bool:
    """Whether every cell is read as just what it holds: the column then stands in both tables."""
    return all(type(value) is type(cell) and value == cell for cell, value in made.items())


def _typed(field: Field, value: Value) -> Value:
    """A value of a number's field as float, of a whole number's as int."""
    return value if value is None or field.owner is Owner.FORMULA or field.kind not in _NUMBERS else _NUMBERS[field.kind](value)


def parse_all(tables: Mapping[str, Table], policy: Policy, year: int | None = None) -> tuple[dict[str, Table], list[Finding]]:
    """Several tables as `parse` gives each, with all findings; dates without a year are of this one, else of the policy's."""
    parsed = {name: parse(table, policy, year or policy.year) for name, table in tables.items()}
    return {name: table for name, (table, _) in parsed.items()}, [one for _, found in parsed.values() for one in found]


def records(table: Table) -> Table:
    """The rows in which the county wrote anything (in a form of the city's own: anybody); a card is one record in any case."""
    if table.form.layout == "card":
        return table
    owned = table.form.owned(Owner.COUNTY) or table.form.owned(Owner.CITY, Owner.EXPERT)
    own = zip(*(table.column(field.name) for field in owned), strict=True)
    return table.only(not all(map(is_blank, row)) for row in own)


def with_sign(table: Table) -> Iterator[Place]:
    """The cells of a table as read in which a percentage was written with its sign: 0.5% is no doubtful 50%."""
    for field in table.form:
        if field.unit == "%" and field.name in table.columns:
            cells = table.cells[field.name]
            yield from (table.place(row, field.name) for row, cell in zip(table.rows, cells, strict=True) if isinstance(cell, Percent) or (isinstance(cell, str) and "%" in narrow(cell)))


def _reader(form: Form, field: Field, policy: Policy, year: int) -> Reader:
    """How a cell is read in its form: words for the row above mean nothing once rows are put in another order."""
    read = cell_reader(field, policy, year)
    if not says_ditto(form, field):
        return read
    return lambda cell: refused(Code.DITTO) if isinstance(cell, str) and is_ditto(cell) else read(cell)


def _read_column(cells: Sequence[object], read: Reader) -> tuple[Sequence[object], dict[object, Reading]]:
    """For every cell how it is looked up, and what it is read as; equal cells are read once."""
    if _TELL_APART.issuperset(map(type, cells)):
        return cells, {cell: read(cell) for cell in {*cells}}
    ways = [(type(cell), cell) for cell in cells]  # 1, 1.0 and True are equal to Python and different in a cell
    return ways, {way: read(way[1]) for way in {*ways}}


def _said(table: Table, field: Field, cells: Iterable[tuple[int, object, Reading]]) -> list[Finding]:
    return [
        reading.code.at(table.place(row, field.name), **{"label": field.label, "value": shown(cell), **reading.details})
        for row, cell, reading in cells
        if reading.code is not None
    ]
