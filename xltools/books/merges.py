"""Cells merged across records: what they say for every row they cover, and what lies unseen beneath them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct, field

from xltools.books.base import Cell, Grid, value_at
from xltools.model.address import address, corners
from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import Field, Form, Kind, Owner
from xltools.model.value import is_blank, shown

Where = tuple[int, int]  # row, column, counted from 1
# One number beside several records may be their sum or that of each: it is never spread.
NOT_SPREAD = frozenset({Kind.NUMBER, Kind.INTEGER})


class Merges(Struct, frozen=True):
    """What merged ranges mean for a table.

    spread: covered cell → the value that the range shows for it, too · findings: what was spread, what is in doubt, what lies beneath.
    """

    spread: Mapping[Where, Cell] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


class Sheet(Struct, frozen=True):
    """A sheet whose table has been found. columns: field → column; records: rows of the table, counted from 1."""

    place: Place
    grid: Grid
    form: Form
    columns: Mapping[str, int]
    records: Collection[int]


def merges_of(sheet: Sheet, merged: Collection[str]) -> Merges:
    """What these merged ranges ("B5:B7") mean for the records of a sheet; ranges outside the records mean nothing."""
    if not merged:
        return Merges()
    fields = {column: sheet.form[name] for name, column in sheet.columns.items()}
    spread: dict[Where, Cell] = {}
    found: list[Finding] = []
    for box in sorted(filter(None, map(corners, merged))):
        rows = [row for row in range(box[0], min(box[2], len(sheet.grid)) + 1) if row in sheet.records]
        if not rows or rows[0] != box[0] or (box[0], box[1]) == (box[2], box[3]):
            continue
        covered = [(row, column) for row in rows for column in range(box[1], box[3] + 1) if column in fields and (row, column) != (box[0], box[1])]
        free = [where for where in covered if is_blank(value_at(sheet.grid, *where))]
        found += _beneath(sheet, box, [where for where in covered if where not in free])
        first = fields.get(box[1])
        below = [where for where in free if where[1] == box[1]]
        if first and first.kind not in NOT_SPREAD and below and not is_blank(value_at(sheet.grid, box[0], box[1])):
            spread |= dict.fromkeys(below, value_at(sheet.grid, box[0], box[1]))
            if first.owner is not Owner.FORMULA:
                found.append(_spread(sheet, box, rows, first))
            free = [where for where in free if where not in spread]
        for where in free:
            if _asks(fields[where[1]], where[1] == box[1]):
                found.append(_doubt(sheet, box, where, fields[where[1]]))
    return Merges(spread, tuple(found))


def _place(sheet: Sheet, where: Where) -> Place:
    return Place(sheet.place.file, sheet.place.sheet, address(*where))


def _asks(declared: Field, below: bool) -> bool:
    """Whether an empty covered cell needs a word: a number that other rows share, or a field that must be filled."""
    return declared.owner is Owner.COUNTY and (below or declared.required)


def _spread(sheet: Sheet, box: tuple[int, int, int, int], rows: list[int], declared: Field) -> Finding:
    value = shown(value_at(sheet.grid, box[0], box[1]))
    return Code.MERGED_SPREAD.at(_place(sheet, (box[0], box[1])), label=declared.label, first=rows[0], last=rows[-1], value=value)


def _doubt(sheet: Sheet, box: tuple[int, int, int, int], where: Where, declared: Field) -> Finding:
    return Code.MERGED_DOUBT.at(_place(sheet, where), label=declared.label, anchor=address(box[0], box[1]))


def _beneath(sheet: Sheet, box: tuple[int, int, int, int], covered: list[Where]) -> Iterator[Finding]:
    """Values under a merged cell that are not what it shows; they are read as they stand."""
    top = value_at(sheet.grid, box[0], box[1])
    for where in covered:
        value = value_at(sheet.grid, *where)
        if value != top or not isinstance(value, str):
            yield Code.UNDER_MERGE.at(_place(sheet, where), value=shown(value), anchor=address(box[0], box[1]), top=shown(top))
