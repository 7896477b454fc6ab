"""What a merge may be given from earlier: the state of the summary at the end of a month, the decisions of another year."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from msgspec.structs import replace

from xltools.actions.run import TEMPLATE, as_typed, read_summary
from xltools.books.base import Stamp
from xltools.books.file import open_summary
from xltools.books.list_book import write_names
from xltools.books.read import read_tables
from xltools.books.replace import BACKUP_FOLDER, backups, refuse_existing
from xltools.model.code import Code
from xltools.model.finding import Place, StopError
from xltools.model.form import load_template
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.rules.city import plain, plain_record
from xltools.rules.journal import moment_of

WHEN = re.compile(r"(\d{4})-(\d\d?)(?:-(\d\d?))?")
NAMES, MOVES = "names", "moves"


def state_at(summary: Path, when: str) -> dict[str, Table]:
    """The tables of the summary as it stood at the end of a month (2022-07) or day (2022-07-15), without its own sheet of changes.

    A backup holds what stood until the moment it is named after: the first one from after that day is the state asked for; when
    there is none, the summary itself. Raises StopError when nothing is as old as that.
    """
    end = _end(when)
    nothing = StopError(Code.NO_STATE.at(Place(summary.name), file=summary.name, when=when, folder=BACKUP_FOLDER.format(stem=summary.stem)))
    later = [copy for copy in backups(summary) if end and copy.stem >= f"{end:%Y-%m-%d}"]
    chosen = later[0] if later else summary
    if end is None or not chosen.exists():
        raise nothing
    _, tables = read_summary(chosen)
    moment = moment_of(tables.get("log"))
    if not moment or moment >= f"{end:%Y-%m-%d}":
        raise nothing
    return {name: table for name, table in tables.items() if name != MOVES}


def _end(when: str) -> date | None:
    """The day after the month or day; None when it is neither."""
    found = WHEN.fullmatch(when.strip())
    try:
        if found and found[3]:
            return date(int(found[1]), int(found[2]), int(found[3])) + timedelta(days=1)
        return (date(int(found[1]), int(found[2]), 28) + timedelta(days=4)).replace(day=1) if found else None
    except ValueError:
        return None


def export_names(summary: Path, output: Path, policy: Policy) -> int:
    """Write the decisions of a summary, each with its date, into a workbook of their own; how many. Raises StopError as `decisions_in`,
    and when there is already a file."""
    refuse_existing(output)
    found = decisions_in(summary)
    template = load_template(TEMPLATE)
    write_names(output, template[NAMES], found, Stamp(NAMES, template.version, policy.id))
    return len(found)


def decisions_in(path: Path) -> Sequence[Mapping[str, object]]:
    """The decisions in a workbook made by `export_names`, or in a whole summary. A summary has no sheet of them before the first. Raises StopError when it is neither."""
    book, template = open_summary(path), load_template(TEMPLATE)
    form = template[NAMES]
    if book.stamp.template == template.id and form.sheet not in book.sheets:
        return []
    if book.stamp.template not in (NAMES, template.id) or form.sheet not in book.sheets:
        raise StopError(Code.NOT_OUR_BOOK.at(Place(path.name), book=form.sheet))
    tables, _ = read_tables(book, replace(template, id=book.stamp.template, forms=(as_typed(form),)))
    records = tables[NAMES].records() if NAMES in tables else []
    return [plain_record(one) for one in records if plain(one.get("decision")) is not None]
