"""upgrade 换用新模板: the content of an older county workbook in the current template; what has no place there is listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from xltools.books.base import Cell
from xltools.books.file import open_book
from xltools.books.leftovers import leftovers, write_leftovers
from xltools.books.read import read_tables
from xltools.books.replace import refuse_existing
from xltools.books.template import write_template
from xltools.model.code import TAKEN_OUT, Code
from xltools.model.finding import Finding, Place, StopError, order
from xltools.model.form import Owner, load_template
from xltools.model.percent import Percent
from xltools.model.policy import Policy, called
from xltools.model.table import Table
from xltools.model.upgrade import Leftover, load_upgrade
from xltools.model.value import is_blank, shown
from xltools.rules.formula import live

TEMPLATE = "county"
# What reading says that no longer matters once the content stands in the current template.
SETTLED = frozenset({Code.OLD_TEMPLATE, Code.NO_STAMP, Code.COLUMN_RENAMED, Code.COLUMN_MOVED, Code.SHEET_RENAMED, Code.COLUMN_UNKNOWN, Code.OUTSIDE_ROWS, Code.SHEET_UNUSED})


class Upgraded(Struct, frozen=True):
    """What became of a workbook. carried: filled cells in the new one · left: those without a place · list: where they are listed."""

    output: Path
    carried: int
    left: tuple[Leftover, ...]
    findings: tuple[Finding, ...]
    list: Path | None = None


def upgrade(path: Path, output: Path, policy: Policy) -> Upgraded:
    """Write the content of the workbook at `path` into the current template at `output`, as typed; nothing is ever overwritten.

    Raises StopError when the workbook cannot be read, holds none of our forms, or something lies at `output` already.
    """
    listed = output.with_name(f"{output.stem}{load_upgrade().suffix}.xlsx")
    refuse_existing(output, listed)
    book = open_book(path)
    template = load_template(TEMPLATE)
    tables, found = read_tables(book, template)
    if not tables:
        raise StopError(found[0])
    lost = {(one.place.sheet, one.place.cell) for one in found if one.code in TAKEN_OUT}
    left = leftovers(book, tables, lost)
    contents = {name: records(table) for name, table in tables.items()}
    output.parent.mkdir(parents=True, exist_ok=True)
    write_template(output, template, policy, live(template, policy), contents)
    version = book.stamp.version or "未注明"
    if left:
        write_leftovers(listed, load_upgrade().source.format(file=path.name, found=version), left)
    carried = sum(len(record) for name in contents for record in contents[name])
    said = [*(one for one in found if one.code not in SETTLED), *_no_place(path.name, left, listed.name)]
    names = {"found": version, "version": template.version}
    if book.stamp.policy not in ("", policy.id):
        names = {"found": f"{version}（{called(book.stamp.policy, policy)}）", "version": f"{template.version}（{policy.title}）"}
    said.append(Code.UPGRADED.at(Place(path.name), **names, count=carried))
    return Upgraded(output, carried, tuple(left), tuple(sorted(said, key=order)), listed if left else None)


def records(table: Table) -> list[Mapping[str, Cell]]:
    """The records of a table as typed, field by field, without computed fields and empty cells; 0.8 that showed as 80% as the text."""
    own = [field.name for field in table.form if field.owner is not Owner.FORMULA and field.name in table.cells]
    return [{name: _cell(value) for name in own if not is_blank(value := row[name])} for row in table.records()]


def _cell(value: Cell) -> Cell:
    return shown(value) if isinstance(value, Percent) else value


def _no_place(file: str, left: list[Leftover], listed: str) -> list[Finding]:
    """One finding per column, sheet or kind of content that was left behind."""
    groups = Counter((one.sheet, one.label, one.why) for one in left)
    return [
        Code.NO_PLACE.at(Place(file, sheet), what=f"“{label}”" if label and not why else why or label, count=count, list=listed)
        for (sheet, label, why), count in groups.items()
    ]
