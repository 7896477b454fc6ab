"""Lines of forms without a key, found again by all that they say; what the user wrote beside them goes with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from xltools.model.form import Field, Form, Owner
from xltools.model.table import Record, Table
from xltools.model.value import shown
from xltools.rules.city import plain, plain_column

LONGEST = 1_000  # characters of a field that are compared


def same_lines(before: Table, now: Table) -> dict[int, int]:
    """Row before → row now of the lines that say the same in every field that is not the city's; equal ones in their order."""
    names = [one.name for one in now.form if one.owner is not Owner.CITY and one.name in before.cells and one.name in now.cells]
    rows = defaultdict(list)
    for row, said in zip(now.rows, _said(now, names), strict=True):
        rows[said].append(row)
    found = {}
    for row, said in zip(before.rows, _said(before, names), strict=True):
        if free := rows[said]:
            found[row] = free.pop(0)
    return found


def carry_beside(now: Table, before: Table, own: Sequence[Field], unclaimed: Form) -> tuple[Table, list[Record]]:
    """The table with what the user's own fields held beside the same lines, and as lines of `unclaimed` what stood beside lines that are gone."""
    beside, rows, left = {one.name: [*now.column(one.name)] for one in own}, same_lines(before, now), list[Record]()
    for row, record in before.numbered():
        said = {one: value for one in own if (value := plain(record[one.name])) is not None}
        if row in rows:
            for one, value in said.items():
                beside[one.name][now.at[rows[row]]] = value
        else:
            left += [{**record, "form_sheet": now.form.sheet, "item": one.label, "content": value} for one, value in said.items()]
    fields = [one.name for one in unclaimed if one.owner is not Owner.CITY]
    cells = {name: column for name, column in now.cells.items() if name not in beside}
    return replace(now, form=before.form, cells={**cells, **beside}), [{name: line.get(name) for name in fields} for line in left]


def _said(table: Table, names: Sequence[str]) -> list[tuple[str, ...]]:
    """What each line says in these fields."""
    columns = [["" if value is None else shown(value, LONGEST) for value in plain_column(table.cells[name])] for name in names]
    return [*zip(*columns, strict=True)] or [()] * len(table.rows)
