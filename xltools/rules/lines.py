"""Lines of forms without a key, found again by all that they say; what the user wrote beside them goes with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from xltools.model.form import Field, Form, Owner
from xltools.model.table import Table
from xltools.rules.city import plain
from xltools.rules.text import shown

LONGEST = 1_000  # characters of a field that are compared


def same_lines(before: Table, now: Table) -> dict[int, int]:
    """Row before → row now of the lines that say the same in every field that is not the city's; equal ones in their order."""
    names = [one.name for one in now.form if one.owner is not Owner.CITY and one.name in before.frame and one.name in now.frame]
    rows = defaultdict(list)
    for row, line in zip(now.frame.index, now.frame[names].to_numpy(), strict=True):
        rows[_said(line)].append(int(row))
    found = {}
    for row, line in zip(before.frame.index, before.frame[names].to_numpy(), strict=True):
        if free := rows[_said(line)]:
            found[int(row)] = free.pop(0)
    return found


def carry_beside(now: Table, before: Table, own: Sequence[Field], unclaimed: Form) -> tuple[Table, pd.DataFrame]:
    """The table with what the user's own fields held beside the same lines, and as lines of `unclaimed` what stood beside lines that are gone."""
    names = [one.name for one in own]
    frame, rows, left = now.frame.reindex(columns=[*now.frame.columns.difference(names, sort=False), *names]).astype(object), same_lines(before, now), []
    frame = frame.where(frame.notna(), None)
    for row, record in before.records():
        said: dict[Field, Any] = {one: plain(record[one.name]) for one in own if plain(record[one.name]) is not None}
        if row in rows:
            for one, value in said.items():
                frame.at[rows[row], one.name] = value
        else:
            left += [{**record, "form_sheet": now.form.sheet, "item": one.label, "content": value} for one, value in said.items()]
    fields = [one.name for one in unclaimed if one.owner is not Owner.CITY]
    return replace(now, form=before.form, frame=frame), pd.DataFrame(left, columns=fields, dtype=object)


def _said(line: Iterable[object]) -> tuple[str, ...]:
    return tuple("" if plain(value) is None else shown(plain(value), LONGEST) for value in line)
