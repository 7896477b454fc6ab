"""What the city wrote into its workbook, brought to the same enterprises in the next one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cached_property, partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.form import Form, Kind, Owner
from xltools.model.table import Record, Table
from xltools.model.value import shown
from xltools.rules.city import city_records, plain, plain_column
from xltools.rules.text import key

BY_HAND = "手工添加的行"
ABOUT = ("sheet", "cell", "code")  # together they say which problem a remark is about
# What a row is known by, whichever form it is of.
WHO = ("county", "name", "credit_code", "process", "batch", "about")
# Fields that no spec declares: the user's own columns, columns with nothing in them, a record's notes, its row before.
OWN, EMPTY = "own_", "empty_"
NOTES, ROW = f"{EMPTY}notes", f"{EMPTY}row"
Whos = Mapping[str, Sequence[object]]   # what rows are known by: field of WHO → its column
Identity = tuple[str, ...]              # of a row, by some of these fields


class Remark(Struct, frozen=True):
    """What the city wrote in one row: which form, what identifies the row, city field → content, and all of the row, where it
    still stands, or what was kept of it as text."""

    form: Form
    who: Mapping[str, Any]
    values: Mapping[str, Any]
    record: Callable[[], Mapping[str, Any]] | None = None
    text: str = ""

    @property
    def row(self) -> str:
        """What else the row said."""
        return self.text if self.record is None else _row_text(self.form, self.record())

    @property
    def without_row(self) -> Remark | None:
        """The remark as it waits; None when there is nothing in it but where its row stood."""
        values = {name: value for name, value in self.values.items() if name != ROW}
        return replace(self, values=values) if values or (self.record is not None and _is_by_hand(self.form, self.record())) else None


class _Searched(Struct, frozen=True):
    """Numbered remarks on their way. rests: what is left of those whose row had no empty cell · searching: those without a row yet."""

    rests: dict[int, Remark]
    searching: dict[int, Remark]


class _Written:
    """What an old city table holds of the city's own, column by column. whos: what its rows are known by · own: the city's columns."""

    def __init__(self, table: Table) -> None:
        self.form, self._table = table.form, table
        self.whos = _whos(table)
        columns = {one.name: table.column(one.name) for one in self.form.owned(Owner.CITY)}
        self.own = {name: plain_column(column) for name, column in columns.items() if column.count(None) < len(column)}
        self.by_hand = [value is None for value in plain_column(table.column("source_file"))] if "source_file" in self.form else [False] * len(table.rows)

    def record(self, at: int) -> Record:
        """One row."""
        return self._table.record(self._table.rows[at])

    def remark(self, at: int, values: Mapping[str, Any]) -> Remark:
        """These values of one row."""
        return Remark(self.form, {name: column[at] for name, column in self.whos.items()}, values, partial(self.record, at))

    def remarks(self, names: Collection[str], done: Collection[int] = ()) -> dict[int, Remark]:
        """Every row with content in these of the city's columns, or that somebody added by hand, by its number; without those done already."""
        own = [(name, column) for name, column in self.own.items() if name in names]
        rows = {at: {name: column[at] for name, column in own if column[at] is not None} for at in range(len(self.by_hand)) if at not in done}
        return {at: self.remark(at, values) for at, values in rows.items() if values or self.by_hand[at]}


class _Target:
    """A new city table while remarks are brought to its rows. rows: their numbers in the sheet · taken: those that have a remark."""

    def __init__(self, table: Table) -> None:
        self.form, self.rows, self._table = table.form, table.rows, table
        self.taken: set[int] = set()
        self._changed: dict[str, list[Any]] = {}

    @property
    def table(self) -> Table:
        """The records with all that was brought to them."""
        return self._table.with_cells(self._changed)

    @cached_property
    def _whos(self) -> Whos:
        return _whos(self._table)

    def single(self, fields: tuple[str, ...]) -> Mapping[Identity, int]:
        """The row of each identity that only one row has."""
        return _single(_identities(self._whos, fields), self.rows)

    def known(self, fields: tuple[str, ...], wanted: Collection[Identity]) -> Mapping[Identity, list[int]]:
        """The rows of each of these identities, in their order; those without an identity are left out."""
        found: dict[Identity, list[int]] = {}
        for mine, row in zip(_identities(self._whos, fields), self.rows, strict=True):
            if mine and mine in wanted:
                found.setdefault(mine, []).append(row)
        return found

    def fill(self, row: int, name: str, value: object) -> bool:
        """Let a value stand in a cell that is empty; whether it stands there now."""
        at, column = self._table.at[row], self._changed.get(name) or self._table.cells[name]
        there = plain(column[at])
        if there is None:
            if name not in self._changed:
                self._changed[name] = [*column]
            self._changed[name][at] = value
        return there is None or there == value


def carry(tables: Mapping[str, Table], before: Mapping[str, Table], form: Form) -> tuple[dict[str, Table], list[Finding]]:
    """The new city tables with the city's own columns filled from the ones before, and with what found no row in the table of `form`.

    A row is found by county and key, then by key alone, then by name instead of credit code; several rows of one key are
    served in order, and one too many fills what is still empty. In each way remarks that waited unclaimed come after all others,
    but what was written beside a row comes back to it before anything that is only about the same enterprise.
    What finds no row waits in one order, however often it is looked at; what belongs to none of these tables comes last.
    """
    targets = {name: _Target(table) for name, table in tables.items() if table.form.key}
    now = [_Written(table) for table in before.values() if table.form.key]
    searches = [(targets[one.form.name], _brought(one, targets[one.form.name])) for one in now if one.form.name in targets]
    waited = waiting(before.get(form.name), tables)
    unheard: dict[int, Remark] = {at: one for at, one in enumerate(waited) if one.form.name not in targets}
    again = [(target, _exactly({at: one for at, one in enumerate(waited) if one.form.name == name}, target)) for name, target in targets.items()]
    left = [rest for target, found in searches for rest in _in_order(_otherwise(found, target))]
    left += _in_order({**unheard, **{at: rest for target, found in again for at, rest in _otherwise(found, target).items()}})
    left += [rest for one in now if one.form.name not in targets for rest in one.remarks(one.own.keys() - {ROW}).values()]
    left = [rest for one in left if (rest := one.without_row)]
    unclaimed = city_records(form, _unclaimed(form, left))
    filled = {name: targets[name].table if name in targets else table for name, table in tables.items()}
    return {**filled, form.name: unclaimed}, _gone(left, unclaimed)


def _brought(written: _Written, target: _Target) -> _Searched:
    """Bring what a table held to the very rows it stood in.

    Nearly all rows are one row of their key now and before: their values are brought column by column.
    """
    fields, rests = next(iter(_passes(target.form))), dict[int, dict[str, Any]]()
    is_plain = all(name in target.form for name in written.own) and (ROW in written.own or NOTES not in written.own)
    before = _single(_identities(written.whos, fields), range(len(written.by_hand))) if is_plain else {}
    there = target.single(fields) if is_plain else {}
    pairs = {at: there[mine] for mine, at in before.items() if mine in there}
    for name, column in written.own.items():
        for at, row in pairs.items():
            if (value := column[at]) is not None:
                target.taken.add(row)
                if not target.fill(row, name, value):
                    rests.setdefault(at, {})[name] = value
    found = _exactly(written.remarks(written.own, pairs), target)
    return replace(found, rests={at: written.remark(at, values) for at, values in rests.items()} | found.rests)


def _is_by_hand(form: Form, record: Mapping[str, Any]) -> bool:
    return "source_file" in form and plain(record.get("source_file")) is None


def waiting(table: Table | None, tables: Mapping[str, Table]) -> list[Remark]:
    """The remarks on the old sheet of unclaimed ones, one per line of it."""
    if table is None:
        return []
    forms = {one.form.sheet: one.form for one in tables.values()}
    found = []
    whos = _whos(table)
    for at, record in enumerate(table.records()):
        form = forms.get(str(record["form_sheet"]))
        item = str(plain(record["item"]) or "")
        name = next((one.name for one in form if one.label == item), item) if form else item
        origin = form or replace(table.form, name="", sheet=str(record["form_sheet"]), fields=())
        who = {about: column[at] for about, column in whos.items()}
        found.append(Remark(origin, who, {name: _taken_out(origin, name, record["content"])}, text=str(plain(record["whole_row"]) or "")))
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


def _whos(table: Table) -> Whos:
    """What identifies every row, whichever form it is of."""
    columns = {name: plain_column(table.column(name)) for name in WHO}
    if "message" in table.cells:
        problem = [" ".join(str(value or "-") for value in about) for about in zip(*(plain_column(table.column(name)) for name in ABOUT), strict=True)]
        there = [value is not None for value in columns["about"]]
        for name, other in (("about", problem), ("name", plain_column(table.column("enterprise")))):
            columns[name] = [mine if is_there else one for is_there, mine, one in zip(there, columns[name], other, strict=True)]
    return columns


def _row_text(form: Form, record: Mapping[str, Any]) -> str:
    said = {one.label: plain(record.get(one.name)) for one in form if one.owner is not Owner.CITY}
    return "；".join(f"{label}：{shown(value, 1000)}" for label, value in said.items() if value is not None)


def _exactly(searching: dict[int, Remark], target: _Target) -> _Searched:
    """Bring numbered remarks to the rows of one table that they were written beside."""
    return _claim(_Searched({}, searching), target, next(iter(_passes(target.form))))


def _otherwise(found: _Searched, target: _Target) -> dict[int, Remark]:
    """Bring those that look for a row yet to one found in another way; all that is left of them, and was before."""
    for fields in [*_passes(target.form)][1:]:
        found = _claim(found, target, fields)
    return {**found.rests, **found.searching}


def _in_order(remarks: Mapping[int, Remark]) -> list[Remark]:
    return [remarks[at] for at in sorted(remarks)]


def _claim(found: _Searched, target: _Target, fields: tuple[str, ...]) -> _Searched:
    """Bring remarks to the rows that these fields tell."""
    if not found.searching:
        return found
    identities = _identities({name: [remark.who[name] for remark in found.searching.values()] for name in WHO}, fields)
    rows = target.known(fields, {*identities})
    there = {at: rows.get(mine, []) for at, mine in zip(found.searching, identities, strict=True)}
    rests = {at: rest for at, remark in found.searching.items() if there[at] and (rest := _settle(remark, there[at], target))}
    return _Searched({**found.rests, **rests}, {at: remark for at, remark in found.searching.items() if not there[at]})


def _passes(form: Form) -> Iterable[tuple[str, ...]]:
    """The ways to find a remark's row, most certain first."""
    own = tuple(name for name in form.key if name not in ("county", *ABOUT)) + (("about",) if set(ABOUT) <= set(form.key) else ())
    yield ("county", *own)
    if "credit_code" in own:
        yield own
        yield ("county", *("name" if name == "credit_code" else name for name in own))


def _identities(whos: Whos, fields: Sequence[str]) -> list[Identity]:
    """Every row's key in comparable spelling, each distinct text looked at once; () when what should tell the enterprise or the problem is missing."""
    named = [name for name in fields if name in WHO]
    columns = [[str(value or "") for value in whos[name]] for name in named]
    known = {text: key(text) for text in set[str]().union(*columns)}
    telling = [at for at, name in enumerate(named) if name in ("credit_code", "name", "about")]
    keys = zip(*(map(known.__getitem__, column) for column in columns), strict=True)
    return [mine if all(mine[at] for at in telling) else () for mine in keys]


def _single(identities: Sequence[Identity], rows: Sequence[int]) -> dict[Identity, int]:
    """The row of each identity that only one has; those without one are left out."""
    counts = Counter(identities)
    return {mine: row for mine, row in zip(identities, rows, strict=True) if mine and counts[mine] == 1}


def _settle(remark: Remark, rows: Sequence[int], target: _Target) -> Remark | None:
    """Write a remark into the first of `rows` that is still free, else into empty cells of the first; what is left comes back.

    Notes hang on their row itself: where that does not go along, or is gone already, they are left.
    """
    if not all(name in target.form for name in remark.values):
        return remark
    free = next((row for row in rows if row not in target.taken), None)
    row = rows[0] if free is None else free
    if remark.values:
        target.taken.add(row)
    rest = {}
    for name, value in remark.values.items():
        if name == ROW and free is None:
            continue
        if (name == NOTES and (free is None or ROW not in remark.values)) or not target.fill(row, name, value):
            rest[name] = value
    return replace(remark, values=rest) if rest else None


def _unclaimed(form: Form, remarks: Iterable[Remark]) -> list[Record]:
    """One line per value that found no place, each once."""
    names, lines = [one.name for one in form], dict[tuple[Any, ...], None]()
    for remark in remarks:
        for name, value in (remark.values or {BY_HAND: None}).items():
            item = remark.form[name].label if name in remark.form else name
            line = {**remark.who, "form_sheet": remark.form.sheet, "item": item, "content": _put_away(value), "whole_row": remark.row or None}
            lines[tuple(map(line.get, names))] = None
    return [dict(zip(names, line, strict=True)) for line in lines]


def _gone(remarks: Iterable[Remark], unclaimed: Table) -> list[Finding]:
    """A finding for every enterprise whose row is gone while the city had written something about it, at its first line."""
    found: dict[str, Finding] = {}
    names = ("county", "credit_code", "name", "process", "batch")
    lines: dict[tuple[Any, ...], int] = {}
    for row, *about in zip(unclaimed.rows, *(unclaimed.cells[name] for name in ("form_sheet", *names)), strict=True):
        lines.setdefault(tuple(about), row)
    for remark in remarks:
        who = remark.who
        if remark.form.collects and any(name != BY_HAND for name in remark.values):
            place = unclaimed.place(lines[remark.form.sheet, *(who[name] for name in names)], "content")
            found[place.cell] = Code.CITY_ROW_GONE.at(place, name=who["name"] or who["credit_code"] or "", process=who["process"] or "")
    return list(found.values())
