"""What the city wrote into its workbook, brought to the same enterprises in the next one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from xltools.model.finding import Code, Finding
from xltools.model.form import Form, Kind, Owner
from xltools.model.table import Table
from xltools.rules.city import city_table, plain
from xltools.rules.text import key, shown

BY_HAND = "手工添加的行"
ABOUT = ("sheet", "cell", "code")  # together they say which problem a remark is about


@dataclass(frozen=True)
class Remark:
    """What the city wrote in one row: which form, what identifies the row, city field → content, and the row's other content."""

    form: Form
    who: Mapping[str, Any]
    values: Mapping[str, Any]
    row: str = ""


@dataclass
class _Target:
    """A new city table while remarks are brought to its rows."""

    form: Form
    frame: pd.DataFrame
    taken: set[int] = field(default_factory=set)


def carry(tables: Mapping[str, Table], before: Mapping[str, Table], form: Form) -> tuple[dict[str, Table], list[Finding]]:
    """The new city tables with the city's own columns filled from the ones before, and with what found no row in the table of `form`.

    A row is found by county and key, then by key alone, then by name instead of credit code; several rows of one key are
    served in order, and one too many fills what is still empty. Remarks that waited unclaimed come after all others.
    """
    targets = {name: _Target(table.form, table.frame.copy()) for name, table in tables.items()}
    left: list[Remark] = []
    for remarks in (written(before), waiting(before.get(form.name), tables)):
        for name, target in targets.items():
            left += _claim([remark for remark in remarks if remark.form.name == name], target)
        left += [remark for remark in remarks if remark.form.name not in targets]
    unclaimed = city_table(form, [_unclaimed(form, left)])
    filled = {name: table.with_frame(targets[name].frame) for name, table in tables.items()}
    return {**filled, form.name: unclaimed}, _gone(left, unclaimed)


def written(tables: Mapping[str, Table]) -> list[Remark]:
    """Every row of the old city tables with content of the city's own, or that somebody added by hand."""
    found = []
    for table in tables.values():
        own = [one.name for one in table.form.owned(Owner.CITY)]
        for record in table.frame.to_dict("records"):
            values = {name: plain(record.get(name)) for name in own if plain(record.get(name)) is not None}
            added = "source_file" in table.form and plain(record.get("source_file")) is None
            if values or added:
                found.append(Remark(table.form, _who(record), values, _row_text(table.form, record, values)))
    return found


def waiting(table: Table | None, tables: Mapping[str, Table]) -> list[Remark]:
    """The remarks on the old sheet of unclaimed ones, one per line of it."""
    if table is None:
        return []
    forms = {one.form.sheet: one.form for one in tables.values()}
    found = []
    for record in table.frame.to_dict("records"):
        form = forms.get(str(record["form_sheet"]))
        item = str(plain(record["item"]) or "")
        name = next((one.name for one in form if one.label == item), item) if form else item
        origin = form or replace(table.form, name="", sheet=str(record["form_sheet"]), fields=())
        found.append(Remark(origin, _who(record), {name: _taken_out(origin, name, record["content"])}, str(plain(record["whole_row"]) or "")))
    return found


def _put_away(value: object) -> object:
    """A city value as the sheet of unclaimed ones holds it: dates as text, because no column there is one of dates."""
    return value.isoformat() if isinstance(value, date) else value


def _taken_out(form: Form, name: str, content: object) -> object:
    """The city value that `_put_away` made this content of."""
    value = plain(content)
    if name in form and form[name].kind is Kind.DATE and isinstance(value, str):
        with suppress(ValueError):
            return date.fromisoformat(value)
    return value


def _who(record: Mapping[object, object]) -> dict[str, object]:
    """What identifies a row, whichever form it is of."""
    found = {name: plain(record.get(name)) for name in ("county", "name", "credit_code", "process", "batch", "about")}
    if found["about"] is None and "message" in record:
        found |= {"about": " ".join(str(plain(record.get(name)) or "-") for name in ABOUT), "name": plain(record.get("enterprise"))}
    return found


def _row_text(form: Form, record: Mapping[object, object], values: Mapping[str, object]) -> str:
    said = {one.label: plain(record.get(one.name)) for one in form if one.name not in values}
    return "；".join(f"{label}：{shown(value, 1000)}" for label, value in said.items() if value is not None)


def _claim(remarks: Sequence[Remark], target: _Target) -> list[Remark]:
    """Bring remarks to the rows of one table; what is left of those that found none, or no empty cell."""
    searching = dict(enumerate(remarks))
    rests: dict[int, Remark] = {}
    for fields in _passes(target.form):
        if not searching:
            break
        rows: dict[tuple[str, ...], list[int]] = {}
        for row, record in zip(target.frame.index, target.frame.to_dict("records"), strict=True):
            if mine := _identity(_who(record), fields):
                rows.setdefault(mine, []).append(int(row))
        there = {at: rows.get(_identity(remark.who, fields), []) for at, remark in searching.items()}
        rests |= {at: rest for at, remark in searching.items() if there[at] and (rest := _settle(remark, there[at], target))}
        searching = {at: remark for at, remark in searching.items() if not there[at]}
    return [left for _, left in sorted({**rests, **searching}.items())]


def _passes(form: Form) -> Iterable[tuple[str, ...]]:
    """The ways to find a remark's row, most certain first."""
    own = tuple(name for name in form.key if name not in ("county", *ABOUT)) + (("about",) if set(ABOUT) <= set(form.key) else ())
    yield ("county", *own)
    if "credit_code" in own:
        yield own
        yield ("county", *("name" if name == "credit_code" else name for name in own))


def _identity(who: Mapping[str, object], fields: Sequence[str]) -> tuple[str, ...]:
    """The row's key in comparable spelling; () when what should tell the enterprise or the problem is missing."""
    values = tuple(key(str(who.get(name) or "")) for name in fields)
    telling = [value for name, value in zip(fields, values, strict=True) if name in ("credit_code", "name", "about")]
    return values if all(telling) else ()


def _settle(remark: Remark, rows: Sequence[int], target: _Target) -> Remark | None:
    """Write a remark into the first of `rows` that is still free, else into empty cells of the first; what is left comes back."""
    if not all(name in target.form for name in remark.values):
        return remark
    row = next((row for row in rows if row not in target.taken), rows[0])
    if remark.values:
        target.taken.add(row)
    rest = {}
    for name, value in remark.values.items():
        there = plain(target.frame.at[row, name])
        if there is None:
            target.frame.at[row, name] = value
        elif there != value:
            rest[name] = value
    return replace(remark, values=rest) if rest else None


def _unclaimed(form: Form, remarks: Iterable[Remark]) -> pd.DataFrame:
    """One line per value that found no place."""
    lines = []
    for remark in remarks:
        for name, value in (remark.values or {BY_HAND: None}).items():
            item = remark.form[name].label if name in remark.form else name
            lines.append({**remark.who, "form_sheet": remark.form.sheet, "item": item, "content": _put_away(value), "whole_row": remark.row or None})
    return pd.DataFrame(lines, columns=[one.name for one in form]).drop_duplicates(ignore_index=True)


def _gone(remarks: Iterable[Remark], unclaimed: Table) -> list[Finding]:
    """A finding for every enterprise whose row is gone while the city had written something about it, at its first line."""
    found: dict[str, Finding] = {}
    lines = {
        (record["form_sheet"], *(record[name] for name in ("county", "credit_code", "name", "process", "batch"))): int(row)
        for row, record in zip(reversed(unclaimed.frame.index), reversed(unclaimed.frame.to_dict("records")), strict=True)
    }
    for remark in remarks:
        who = remark.who
        if remark.form.collects and any(name != BY_HAND for name in remark.values):
            at = (remark.form.sheet, *(who[name] for name in ("county", "credit_code", "name", "process", "batch")))
            place = unclaimed.place(lines[at], "content")
            found[place.cell] = Code.CITY_ROW_GONE.at(place, name=who["name"] or who["credit_code"] or "", process=who["process"] or "")
    return list(found.values())
