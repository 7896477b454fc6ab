"""运行日志: every merge adds lines, each sealed over its content and the line before, so that one removed or changed shows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.form import Form
from xltools.model.table import Record, Table
from xltools.rules.city import city_records, plain, plain_records

NUMBER, SEAL, MOMENT = "about", "seal", "moment"
SEALED = (NUMBER, MOMENT, "county", "batch", "file", "template", "sheet", "seen", "merged", "named", "kept", "outcome", "sha256")


def append(form: Form, before: Table | None, today: Table, moment: datetime) -> Table:
    """The log with today's lines after all earlier ones, in the order of their numbers; earlier lines stay as they stand."""
    old = lines_of(before)
    seal, number = (str(old[-1].get(SEAL) or ""), _number(old[-1])) if old else ("", 0)
    added: list[Record] = []
    for record in today.records():
        number += 1
        line = record | {NUMBER: f"{number:06}", MOMENT: f"{moment:%Y-%m-%d %H:%M:%S}"}
        seal = sealed(line, seal)
        added.append({**line, SEAL: seal})
    return city_records(form, [*old, *added])


def lines_of(table: Table | None) -> list[Record]:
    """The lines of a log by number; lines without one come first."""
    records = [] if table is None else plain_records(table)
    return sorted(records, key=_number)


def sealed(line: Record, before: str) -> str:
    """The seal of a line: over the seal before and all its contents."""
    text = "\n".join((before, *(_text(line.get(name)) for name in SEALED)))
    return hashlib.sha256(text.encode()).hexdigest()


def head(table: Table) -> tuple[int, str]:
    """How many lines a log has, and the beginning of the last one's seal."""
    lines = lines_of(table)
    return len(lines), str(lines[-1].get(SEAL) or "")[:12] if lines else ""


def repeats(before: Table | None, now: Table) -> bool:
    """Whether the lines that came to the log say of the same contents the same as the last lines before them."""
    old, new = lines_of(before), lines_of(now)
    added = new[len(old) :]
    last = old[-len(added) :] if added else []
    return bool(added) and [_said(line) for line in last] == [_said(line) for line in added]


def _said(line: Record) -> list[str]:
    return [_text(line.get(name)) for name in SEALED if name not in (NUMBER, MOMENT)]


def moment_of(table: Table | None) -> str:
    """When the last line was written, "" when there is none."""
    lines = lines_of(table)
    return str(lines[-1].get(MOMENT) or "") if lines else ""


def broken(table: Table | None, said: Sequence[str] = ()) -> list[Finding]:
    """A finding for every line that was changed, and for every gap where lines are missing.

    said: count and last seal as the first sheet gave them at the last merge; empty when that is not known.
    """
    if table is None:
        return []
    rows = {str(value): row for row, value in zip(table.rows, table.column(NUMBER), strict=True)}
    found: list[Finding] = []
    seal, number = "", 0
    for line in (line for line in lines_of(table) if _number(line)):
        place = table.place(rows[str(line[NUMBER])], SEAL)
        if _number(line) != number + 1:
            found.append(Code.LOG_GAP.at(place, first=number + 1, last=_number(line) - 1))
        elif sealed(line, seal) != line.get(SEAL):
            found.append(Code.LOG_CHANGED.at(place, number=_number(line)))
        seal, number = str(line.get(SEAL) or ""), _number(line)
    if said and said[1] and not found and (str(number), seal[:12]) != tuple(said):
        found.append(Code.LOG_CUT.at(table.place(max(rows.values(), default=0), SEAL), number=number, count=said[0]))
    return found


def _number(line: Record) -> int:
    text = str(line.get(NUMBER) or "")
    return int(text) if text.isdecimal() else 0


def _text(value: object) -> str:
    found = plain(value)
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    return "" if found is None else str(found).replace("\r\n", "\n")
