"""变动: what two summaries have different, row by row and cell by cell, and which grades went up or down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from msgspec import Struct

from xltools.model.form import Field, Form, Kind, Owner
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.model.value import shown
from xltools.rules.account import KEPT
from xltools.rules.city import city_records, keys_of, plain_column, plain_records
from xltools.rules.enterprises import Part, scheme_of
from xltools.rules.journal import lines_of
from xltools.rules.text import cell_key

TOTAL, ADDED, GONE, CHANGED, UP, DOWN = "小结", "新增", "消失", "修改", "等级上升", "等级下降"
EDITS = frozenset({CHANGED, UP, DOWN})
FIRST_TIME = "第一次汇总，没有可比的上次汇总"
SUMMED = "新增{added}行，消失{gone}行，修改{changed}格；等级上升{up}次，下降{down}次；企业有进有出：进{came}家，出{left}家"
NO_REASON = "没有写明原因"
RESENT = "来源文件里这次没有这一行"
RESTORED = "区县文件没有变，这一格在汇总表里改过（或换了政策、程序），已恢复；要改的请区县改后重报"
ORIGIN = ("source_file", "source_sheet", "source_row")
WHO = ("county", "name", "credit_code", "process", "batch")
# Computed tables of which only the grades are compared: form → (its key, its grade fields → fields that give the reason).
Compared = tuple[tuple[str, ...], Mapping[str, tuple[str, ...]]]
COMPUTED: Mapping[str, Compared] = {
    "enterprises": (("county", "credit_code", "name"), {"decided": ("confirm",)}),
    "site_checks": (("credit_code", "process"), {"in_force": ("why",)}),
}
Record = Mapping[Any, object]
Tables = Mapping[str, Table]
Pair = tuple[int, int]  # positions of one row in both tables


class Period(Struct, frozen=True):
    """The two moments compared, in words."""

    before: str
    now: str

    def __str__(self) -> str:
        return f"{self.before or '上次'} → {self.now}"


def moves(form: Form, before: Tables, now: Tables, period: Period, policy: Policy) -> Table:
    """The sheet of changes: a line that sums up, then one per row or cell. Where nothing changed, the last changes stay to be seen."""
    if not any(table.form.collects and table.rows for table in before.values()):
        return city_records(form, [{"move": TOTAL, "moment": period.now, "after": FIRST_TIME}])
    computed = {name: (_Side(before[name]), _Side(now[name])) for name in COMPUTED if name in before and name in now}
    found = [*_sent(before, now, policy), *(line for name, sides in computed.items() for line in _grades(now[name].form, sides, COMPUTED[name], policy))]
    if not found and form.name in before and before[form.name].rows:
        return city_records(form, plain_records(before[form.name]))
    was, there = (_enterprises(side) for side in computed["enterprises"]) if "enterprises" in computed else (frozenset(), _enterprises(_Side(now["enterprises"])))
    counts = Counter(str(one["move"]) for one in found)
    numbers = {"added": counts[ADDED], "gone": counts[GONE], "changed": counts[CHANGED] + counts[UP] + counts[DOWN], "up": counts[UP], "down": counts[DOWN]}
    total: dict[str, object] = {"move": TOTAL, "after": SUMMED.format(**numbers, came=len(there - was), left=len(was - there))}
    return city_records(form, [{**one, "moment": str(period)} for one in [total, *_by_reason(found), *found]])


def _by_reason(found: Sequence[Mapping[str, object]]) -> Iterator[dict[str, object]]:
    """For grades that rose or fell and rows that are gone, how many for which reason."""
    for move in (UP, DOWN, GONE):
        reasons = Counter(str(one.get("reason") or NO_REASON) for one in found if one["move"] == move)
        if reasons:
            yield {"move": TOTAL, "item": move, "after": "；".join(f"{reason}：{count}处" for reason, count in reasons.most_common())}


def _sent(before: Tables, now: Tables, policy: Policy) -> Iterator[dict[str, object]]:
    """Every difference between the rows that counties sent."""
    same, reasons = _unchanged(before.get("log"), now.get("log")), _reasons(now.get("unmerged"))
    for name, table in now.items():
        if table.form.collects and name in before:
            for one in _rows(before[name], table, reasons, policy):
                restored = one["move"] in EDITS and one["file"] in same and one["reason"] != KEPT
                yield {**one, "reason": RESTORED} if restored else one


def _unchanged(before: Table | None, now: Table | None) -> frozenset[object]:
    """The files whose contents are those of the last merge: what differs in the rows of one was not changed by the county."""
    old, new = ({line.get("file"): line.get("sha256") for line in lines_of(log)} for log in (before, now))
    contents = {content for content in old.values() if content}
    return frozenset(file for file, content in new.items() if content in contents)


def _reasons(unmerged: Table | None) -> dict[tuple[str, ...], str]:
    """Why a process is not merged today, where the list of unmerged rows says so."""
    records = [] if unmerged is None else unmerged.records()
    return {_key(one, ("county", "credit_code", "process")): str(one["reason"]) for one in records}


class _Side:
    """The rows of one of two tables compared, as plain columns, each made once. rows: their positions, those that a county sent."""

    def __init__(self, table: Table) -> None:
        self._table, self._columns, self._keys = table, dict[str, Sequence[Any]](), dict[tuple[str, ...], list[tuple[str, ...]]]()
        sent = self.column("source_file") if "source_file" in table.form else None
        self.rows = [at for at in range(len(table.rows)) if sent is None or sent[at] is not None]

    def column(self, name: str) -> Sequence[Any]:
        """A column as cells hold it."""
        if name not in self._columns:
            self._columns[name] = plain_column(self._table.column(name))
        return self._columns[name]

    def keys(self, fields: tuple[str, ...]) -> list[tuple[str, ...]]:
        """What tells each row in these fields."""
        if fields not in self._keys:
            self._keys[fields] = keys_of([*map(self.column, fields)])
        return self._keys[fields]

    def record(self, at: int) -> Record:
        """One row."""
        return {name: self.column(name)[at] for name in self._table.cells}


def _rows(before: Table, now: Table, reasons: Mapping[tuple[str, ...], str], policy: Policy) -> Iterator[dict[str, object]]:
    old, new = _Side(before), _Side(now)
    pairs, gone, added = _matched(old, new, now.form)
    compared = [one for one in now.form if one.owner is Owner.FORMULA and one.name not in (*ORIGIN, "status", *WHO[:1]) and one.name in before.cells]
    for (was, at), one in _changed(old, new, pairs, compared):
        yield _cell(now.form, one, (old.record(was), new.record(at)), policy)
    for at in added:
        yield {**_about(now.form, new.record(at)), "move": ADDED}
    for record in map(old.record, gone):
        reason = reasons.get(_key(record, ("county", "credit_code", "process")), RESENT)
        yield {**_about(now.form, record), "move": GONE, "reason": reason}


def _changed(old: _Side, new: _Side, pairs: Sequence[Pair], fields: Sequence[Field]) -> list[tuple[Pair, Field]]:
    """The cells that differ, pair by pair and field by field."""
    found: list[tuple[int, int]] = []
    for at, one in enumerate(fields):
        before, now = old.column(one.name), new.column(one.name)
        found += [(number, at) for number, (was, other) in enumerate(pairs) if before[was] != now[other] and not _same(before[was], now[other])]
    return [(pairs[number], fields[at]) for number, at in sorted(found)]


def _matched(old: _Side, new: _Side, form: Form) -> tuple[list[Pair], list[int], list[int]]:
    """Rows that are one and the same, rows only in the first, rows only in the second: by key, then by name instead of the code."""
    own = tuple(name for name in form.key if name not in ("county", "batch"))
    passes = [("county", *own, "batch")] + ([("county", *("name" if name == "credit_code" else name for name in own), "batch")] if "credit_code" in own else [])
    pairs: list[Pair] = []
    gone, added = old.rows, new.rows
    for fields in passes:
        if not (gone and added):
            break
        keys, there = old.keys(fields), dict[tuple[str, ...], list[int]]()
        for at in reversed(gone):
            there.setdefault(keys[at], []).append(at)
        keys, left = new.keys(fields), []
        for at in added:
            if same := there.get(keys[at]):
                pairs.append((same.pop(), at))
            else:
                left.append(at)
        matched = {was for was, _ in pairs}
        gone, added = [at for at in gone if at not in matched], left
    return pairs, gone, added


def _key(record: Record, fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(cell_key(record.get(name)) for name in fields)


def _same(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return float(one) == float(other)
    return one == other or (one is not None and other is not None and str(one) == str(other))


def _about(form: Form, record: Record) -> dict[str, object]:
    file, sheet, row = (record.get(name) for name in ORIGIN)
    cell = f"A{int(str(row).removesuffix('.0'))}" if row else None
    return {"form_sheet": form.sheet, **{name: record.get(name) for name in WHO}, "file": file, "sheet": sheet, "cell": cell}


def _cell(form: Form, one: Field, rows: tuple[Record, Record], policy: Policy) -> dict[str, object]:
    """A line for one cell."""
    old, new = rows
    values = {name: None if record.get(one.name) is None else shown(record[one.name], 1000) for name, record in (("before", old), ("after", new))}
    move = _direction(new, old.get(one.name), new.get(one.name), policy) if one.kind is Kind.GRADE else CHANGED
    reason = new.get("opinion") if one.name == "conclusion" else KEPT if new.get("status") == KEPT else None
    return {**_about(form, new), "move": move, "item": one.label, **values, "reason": reason}


def _direction(record: Record, old: object, new: object, policy: Policy) -> str:
    """Whether a grade went up or down, where one scheme ranks both; otherwise it just changed."""
    table = str(record.get("table") or "")
    first, second = (scheme_of(Part("", table, str(grade or "")), policy) for grade in (old, new))
    if first is None or first != second:
        return CHANGED
    return UP if first.rank(str(new)) < first.rank(str(old)) else DOWN


def _grades(form: Form, sides: tuple[_Side, _Side], compared: Compared, policy: Policy) -> Iterator[dict[str, object]]:
    """The grades of a computed table that differ, each with its reason."""
    (old, new), (keys, grades) = sides, compared
    earlier = {mine: at for at, mine in enumerate(old.keys(keys))}
    pairs = [(was, at) for at, one in enumerate(new.keys(keys)) if (was := earlier.get(one)) is not None]
    for (was, at), one in _changed(old, new, pairs, [form[name] for name in grades]):
        record = new.record(at)
        why = "；".join(str(record[name]) for name in grades[one.name] if record.get(name)) or None
        yield {**_cell(form, one, ({one.name: old.column(one.name)[was]}, record), policy), "reason": why}


def _enterprises(side: _Side) -> Set[tuple[str, ...]]:
    """Each by county and code; without a code by its name."""
    keys = side.keys(("county", "credit_code", "name"))
    return {keys[at][:2] if keys[at][1] else keys[at] for at in side.rows}
