"""A column whose cells stand in other rows than those they belong to: a cell deleted or inserted in it, or the column sorted alone.

It shows where two columns must go together, a permit number with its credit code, an indicator table with its industry. One finding tells
it, in place of one for every row; what stands there is read as it stands, for nobody knows which of the two columns went wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from msgspec import Struct

from xltools.model.address import areas
from xltools.model.code import Code
from xltools.model.finding import Finding, also
from xltools.model.policy import Policy
from xltools.model.table import Table

MANY = 5                # rows that do not go together, from which on it is asked why
STEPS = (1, -1, 2, -2)  # how many rows up the first column of a pair may have gone
SHARE = 0.8             # of these rows that must go together with the row so far away
BETWEEN_SHEETS, FEW = 4, 3
CODES = 18              # characters of a credit code, with which a permit number begins
UP_OR_DOWN = {True: "删掉过一格，下面的整列上移了", False: "插入过一格，下面的整列下移了"}


class Pair(Struct, frozen=True):
    """Two columns that go together. broken: the finding where they do not · fits: whether two values do · sorts: whether the same values in another order tell of a column sorted alone."""

    form: str
    field: str
    other: str
    broken: Code
    fits: Callable[[object, object], bool]
    part: Callable[[object], object] | None = None


def shifted_together(findings: Iterable[Finding], tables: Mapping[str, Table], policy: Policy) -> list[Finding]:
    """The findings of one workbook, those about columns that no longer go together row by row as one for each pair of columns."""
    found = list(findings)
    options: dict[object, frozenset[str]] = {one: frozenset(policy.options("tables", one)) for one in policy.lists["industries"]}
    pairs = (
        Pair("screening", "permit_no", "credit_code", Code.PERMIT_OTHER_CODE, _same_code, lambda permit: str(permit)[:CODES]),
        Pair("screening", "table", "industry", Code.WRONG_DEPENDENT, partial(_among, options)),
    )
    for pair in pairs:
        table = tables.get(pair.form)
        some = [one for one in found if table is not None and one.code is pair.broken and one.place.sheet == table.sheet]
        if table is not None and len(some) >= MANY and (told := _as_one(pair, table, [one.place.row for one in some])):
            gone = frozenset(some)
            found = [told[0], *(one for one in found if one not in gone and not (told[1] == "credit_code" and _follows(one, table)))]
    return found


def _same_code(permit: object, code: object) -> bool:
    return isinstance(permit, str) and isinstance(code, str) and permit[:CODES] == code


def gaps_explained(findings: Iterable[Finding], tables: Mapping[str, Table]) -> list[Finding]:
    """The findings, those about the only empty cell of a column with what else it may come from: a cell deleted further up, or one inserted here.

    A column of which only the last cell is empty may have gone up; where one stands below the last record, it has gone down.
    """
    found = list(findings)
    lacking = {one.place.sheet for one in found if one.code is Code.REQUIRED}
    for table in (one for one in tables.values() if one.sheet in lacking and one.form.layout == "rows"):
        whole = _whole(table)
        if len(whole.rows) > MANY:
            found = [_explained(one, table, (whole, found)) if one.code is Code.REQUIRED and one.place.sheet == table.sheet else one for one in found]
    return found


def _explained(one: Finding, table: Table, known: tuple[Table, Sequence[Finding]]) -> Finding:
    """known: the records in which more than a few cells are filled · all findings."""
    whole, found = known
    row, last = one.place.row, whole.rows[-1]
    name = next((name for name, column in table.columns.items() if f"{column}{row}" == one.place.cell), "")
    if not name or whole.cells[name].count(None) > 1:
        return one
    pushed = next((other for other in found if other.place.sheet == table.sheet and last < other.place.row <= last + 2 and _holds(other, table, name)), None)
    alone = sum(other.code is Code.REQUIRED and other.place.sheet == table.sheet and other.place.row == row for other in found) == 1
    if pushed:
        hint = f"；第{pushed.place.row}行的这一列多出一格，像是在第{row}行插入过一格，下面的整列下移了：请逐行核对"
    elif row == last and alone:
        hint = "；这一列只缺最后一行，也可能是中间删掉过一格，下面的整列上移了：请逐行核对"
    else:
        return one
    values = dict(one.values)
    return one.code.at(one.place, **{**values, "hint": f"{values['hint']}{hint}"})


def _whole(table: Table) -> Table:
    """The records in which more than a few cells are filled."""
    return table.only(len(cells) - cells.count(None) > FEW for cells in zip(*table.cells.values(), strict=True))


def _holds(one: Finding, table: Table, name: str) -> bool:
    """Whether a finding is about a row below the records in which this column is filled."""
    if one.code is Code.OUTSIDE_ROWS:
        return one.place.cell == f"{table.columns[name]}{one.place.row}"
    return one.code is Code.ROW_WITHOUT_KEY and table.value(one.place.row, name) is not None


def _among(options: Mapping[object, frozenset[str]], value: object, parent: object) -> bool:
    return value in options.get(parent, ())


def _follows(one: Finding, table: Table) -> bool:
    """Whether a finding may come of credit codes in the wrong rows: what other sheets say of an enterprise, and names beside a code."""
    between = one.code.stage == BETWEEN_SHEETS and one.code is not Code.RETURN_NOT_TRACKED
    return between or (one.place.sheet == table.sheet and one.code in (Code.CODE_TWO_NAMES, Code.NAME_TWO_CODES, Code.DUPLICATE_ROW))


def _as_one(pair: Pair, table: Table, broken: Sequence[int]) -> tuple[Finding, str] | None:
    """The one sentence, and the column that seems to have gone wrong; None where it is not clear that a column has."""
    rows, own, others = table.rows, table.cells[pair.field], table.cells[pair.other]
    at = sorted(map(table.at.__getitem__, broken))
    by = next((step for step in STEPS if sum(0 <= one + step < len(rows) and pair.fits(own[one], others[one + step]) for one in at) >= SHARE * len(at)), 0)
    if by:
        moved, is_up = _moved(pair, table, by)
        below = (by > 0) is (moved == pair.field)
        how = f"与它下面第{abs(by)}行的对得上，像是这一列{UP_OR_DOWN[is_up]}" if below else f"与它上面第{abs(by)}行的对得上，像是这一列{UP_OR_DOWN[is_up]}"
    elif pair.part and len({pair.part(own[one]) for one in at} & {others[one] for one in at}) >= SHARE * len(at):
        moved, how = pair.other, "两列里却是同一批代码，像是其中一列单独排过序"
    else:
        return None
    against = pair.field if moved == pair.other else pair.other
    labels = {"label": table.form[moved].label, "other_label": table.form[against].label}
    place = table.place(rows[at[0]], moved)
    cells = also(table.sheet, areas(table.place(rows[one], moved).cell for one in at))
    return Code.COLUMN_SHIFTED.at(place, **labels, also=cells, first=rows[at[0]], last=rows[at[-1]], count=len(at), how=how), moved


def _moved(pair: Pair, table: Table, by: int) -> tuple[str, bool]:
    """Which column of a pair went, and whether up: the one torn apart, or else the one that ends too early. A row in which hardly anything stands is what was pushed out below."""
    whole = _whole(table).cells
    up, down = (pair.field, pair.other) if by > 0 else (pair.other, pair.field)
    torn, ends = None in whole[down][:-1], None in whole[up][-1:]
    return (down, False) if torn and not ends else (up, True)
