"""Two columns of which each holds what belongs in the other, row after row: contact and phone, credit code and permit number, name and town.

One finding tells it, in place of one or two for every row, and nothing in these cells is read. A row is evidence only where both cells are
wrong as they stand and right the other way round; beside free text, only where what stands there is wrong beyond a slip of writing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from xltools.model.address import areas, column_letters, row_and_column
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, Severity, also
from xltools.model.form import Field, Kind, Owner
from xltools.model.grouped import grouped
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.model.value import is_blank, shown
from xltools.rules.codes import is_credit_code
from xltools.rules.slid import ANY, BAD, GOOD, Fitness, Misplaced

FEWEST = 3      # rows
SHARE = 0.8     # of the rows from the first to the last of them in which both cells are filled
LOOKED_AT = 20  # wrong rows: where none of the first is explained, nor are the others
FREE = frozenset({Kind.TEXT, Kind.NAME})
# Kinds with a form of their own: one that stands in free text, with words in its place, has not got there by a slip. Words of lists may.
TELLING = frozenset({Kind.NAME, Kind.PHONE, Kind.NUMBER, Kind.INTEGER, Kind.DATE, Kind.CREDIT_CODE, Kind.PERMIT_NO, Kind.INDUSTRY_CODE})
_PLACE = re.compile(r".*(镇|乡|街道|街道办|办事处|开发区|园区|集聚区|村)")
_ENTERPRISE = re.compile(r".{2,}(公司|厂|矿|集团|合作社|经营部|加工部)([(（].*[)）])?")


class Exchanged(Struct, frozen=True):
    """Two cells of one row that have changed places. columns: theirs, from 1."""

    table: Table
    row: int
    columns: tuple[int, int]

    @property
    def cells(self) -> set[str]:
        return {f"{column_letters(at)}{self.row}" for at in self.columns}

    @property
    def values(self) -> tuple[str, str]:
        """What stands in the two cells."""
        first, second = (shown(self.table.value(self.row, field.name)) for field in self.fields)
        return first, second

    @property
    def fields(self) -> tuple[Field, Field]:
        named = {row_and_column(where)[1]: name for name, where in self.table.columns.items()}
        first, second = (self.table.form[named[at]] for at in self.columns)
        return first, second

    @property
    def codes(self) -> frozenset[str]:
        """The credit codes in these cells."""
        return frozenset(filter(is_credit_code, self.values))


def exchanged_rows(tables: Mapping[str, Table], findings: Iterable[Finding], policy: Policy, slid: Sequence[Misplaced]) -> list[Exchanged]:
    """The rows of tables as read in which two columns have changed places, those that have slid left out; only rows and columns with errors are looked at."""
    apart = {(one.table.sheet, one.row) for one in slid}
    wrong = grouped((one.place for one in findings if one.severity is Severity.ERROR and one.place.row), lambda place: (place.sheet, place.column))
    found: list[Exchanged] = []
    for table in (table for table in tables.values() if table.form.layout == "rows"):
        rows = {row_and_column(where)[1]: {place.row for place in wrong.get((table.sheet, where), ())} | _places(table, name) for name, where in table.columns.items()}
        may = {row for row in table.rows if (table.sheet, row) not in apart}
        suspect = {at: some & may for at, some in rows.items() if len(some & may) >= FEWEST}
        found += _exchanged(table, suspect, policy) if suspect else []
    return found


def exchanges_told(rows: Iterable[Exchanged]) -> Iterator[Finding]:
    """One finding for each two columns."""
    for some in grouped(rows, lambda one: (one.table.sheet, one.columns)).values():
        first, last = some[0], some[-1]
        here, there = (f"{column_letters(at)}{first.row}:{column_letters(at)}{last.row}" for at in first.columns)
        place = Place(first.table.file, first.table.sheet, here.partition(":")[0])
        named = [area for at in first.columns for area in areas(f"{column_letters(at)}{one.row}" for one in some)]
        values = dict(zip(("value", "second"), first.values, strict=True)) | dict(zip(("label", "other_label"), (field.label for field in first.fields), strict=True))
        yield Code.COLUMNS_EXCHANGED.at(place, first=first.row, last=last.row, count=len(some), cells=here, there=there, also=also(place.sheet, named), **values)


def _places(table: Table, name: str) -> set[int]:
    """The rows in which a town stands in a column of names."""
    field = table.form[name]
    if field.kind is not Kind.NAME or field.owner is Owner.FORMULA:
        return set()
    return {row for row, value in zip(table.rows, table.cells[name], strict=True) if _name_fit(value) == BAD}


def _exchanged(table: Table, suspect: Mapping[int, set[int]], policy: Policy) -> list[Exchanged]:
    """The rows of the pairs that explain most; a column belongs to one pair. suspect: column → the rows in which it is wrong."""
    fitness = Fitness(table, policy)
    columns = [at for at, field in fitness.fields.items() if field.owner is not Owner.FORMULA]
    pairs = {(min(at, other), max(at, other)): suspect[at] | suspect.get(other, set()) for at in suspect for other in columns if other != at and at in columns}
    healed = {pair: rows for pair, wrong in pairs.items() if (rows := _healed(fitness, pair, sorted(wrong)))}
    found: list[Exchanged] = []
    taken: set[int] = set()
    for pair in sorted(healed, key=lambda pair: (-len(healed[pair]), pair)):
        if taken.isdisjoint(pair):
            taken |= {*pair}
            found += [Exchanged(table, row, pair) for row in healed[pair]]
    return found


def _healed(fitness: Fitness, pair: tuple[int, int], wrong: Sequence[int]) -> Sequence[int]:
    """The rows that two columns explain when they have changed places, none where it is not clear that they have. wrong: rows in which one of them is wrong."""
    names = [fitness.fields[at].name for at in pair]
    one, other = (fitness.table.cells[name] for name in names)
    at = fitness.table.at

    def explains(rows: Sequence[int]) -> list[int]:
        return [row for row in rows if _is_exchanged(fitness, pair, (one[at[row]], other[at[row]]))]

    rows = explains(wrong) if explains(wrong[:LOOKED_AT]) else []
    if len(rows) < FEWEST:
        return ()
    between = slice(at[rows[0]], at[rows[-1]] + 1)
    filled = sum(not is_blank(first) and not is_blank(second) for first, second in zip(one[between], other[between], strict=True))
    return rows if len(rows) >= SHARE * filled else ()


def _is_exchanged(fitness: Fitness, pair: tuple[int, int], values: tuple[object, object]) -> bool:
    """Whether two cells are wrong as they stand and right the other way round."""
    if any(map(is_blank, values)):
        return False
    own = [_fit(fitness, at, value) for at, value in zip(pair, values, strict=True)]
    after = [_fit(fitness, at, value) for at, value in zip(pair, values[::-1], strict=True)]
    if BAD not in own or BAD in after:
        return False
    if own == [BAD, BAD]:
        return GOOD in after
    wrong = own.index(BAD)
    kind, other = fitness.fields[pair[wrong]].kind, fitness.fields[pair[1 - wrong]].kind
    return after[wrong] == GOOD and kind in TELLING and other in FREE and _is_words(values[wrong])


def _fit(fitness: Fitness, column: int, value: object) -> int:
    field = fitness.fields[column]
    return _name_fit(value) if field.kind is Kind.NAME and fitness.of(column, value) == ANY else fitness.of(column, value)


def _name_fit(value: object) -> int:
    """How a value fits a column of enterprises, by what it ends with."""
    text = value.strip() if isinstance(value, str) else ""
    return BAD if _PLACE.fullmatch(text) else GOOD if _ENTERPRISE.fullmatch(text) else ANY


def _is_words(value: object) -> bool:
    """Whether a value is no number, date or code with something added."""
    return isinstance(value, str) and 2 * sum(one.isdigit() for one in value) < len(value)
