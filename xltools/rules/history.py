"""历月指标: one line of figures a month, kept from merge to merge, so that the months stand side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from xltools.model.dashboard import Dashboard, good, graded
from xltools.model.form import Form, Kind
from xltools.model.policy import Policy
from xltools.model.table import Record, Table
from xltools.rules.city import city_records, plain
from xltools.rules.combine import NO, PROGRESS, YES
from xltools.rules.summary import shares

MONTH, MOMENT = "about", "moment"
OPEN, OVERDUE = PROGRESS[False, NO], PROGRESS[False, YES]


def history(form: Form, before: Table | None, now: Record) -> Table:
    """The lines of earlier months as they stand, then that of this month. now: its line, as `month_line` makes it.

    A line whose figures are those that stand there already keeps the time they were first found at; before the first figure,
    as in a blank summary, there is no line.
    """
    earlier = [_line(form, one) for one in (before.records() if before is not None else ())]
    same = next((one for one in earlier if one[MONTH] == now[MONTH]), None)
    line = same if same and _figures(same) == _figures(now) else now
    new = [line] if earlier or any(value for name, value in now.items() if name not in (MONTH, MOMENT)) else []
    return city_records(form, sorted([*(one for one in earlier if one[MONTH] and one[MONTH] != now[MONTH]), *new], key=lambda one: str(one[MONTH])))


def month_line(tables: Mapping[str, Table], dashboard: Dashboard, policy: Policy, moment: datetime) -> Record:
    """The figures of a merge: enterprises, for each basis the well-graded and the graded, problems to be solved."""
    line: Record = {MONTH: f"{moment:%Y-%m}", MOMENT: f"{moment:%Y-%m-%d %H:%M:%S}", "enterprises": len(tables["enterprises"].rows)}
    for one in shares(dashboard, tables, policy):
        line |= {good(one.grade): one.good, graded(one.grade): one.graded}
    found = Counter(tables["tracking"].cells["progress"])
    return {**line, "issues": found.total(), "unsolved": found[OPEN] + found[OVERDUE], "overdue": found[OVERDUE]}


def _line(form: Form, record: Mapping[str, object]) -> Record:
    """A line as it stands, its counts as whole numbers."""
    values = {one.name: plain(record.get(one.name)) for one in form}
    return {one.name: int(value) if one.kind is Kind.INTEGER and isinstance(value := values[one.name], float) else values[one.name] for one in form}


def _figures(line: Mapping[str, object]) -> Record:
    return {name: value for name, value in line.items() if name != MOMENT}
