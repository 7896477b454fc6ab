"""What differs from the last emergency list: processes that came, went or changed sheets, and every cell that is another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from xltools.model.emergency import value_of
from xltools.model.finding import Place
from xltools.model.form import Field, Form
from xltools.model.policy import Policy
from xltools.model.table import Record
from xltools.model.value import number_text, shown
from xltools.rules.emergency_rows import APART, LISTED, NAME, Last, nearest
from xltools.rules.enterprises import ROW
from xltools.rules.text import SAID, name_key

CALLED = ("county", NAME)
COMPARED = (*CALLED, "industry", "table", "grade", "base", "lines")
BEGINNINGS = ("day_", "measure_", "reported_", "cut_")
COMPUTED = ("base", "cut_")
KEPT = ("grade", "base_eia", "base_permit", "base_actual", "base_unit", "lines", "list_remark")
Earlier = tuple[str, Record]      # the form it stood in, and its record


class Compared(Struct, frozen=True):
    """Two lists to compare. form: of the list · words: for the kinds of change · policy: whose counties may be written otherwise."""

    listed: Sequence[Record]
    protected: Sequence[Record]
    last: Last
    form: Form
    words: Mapping[str, str]
    policy: Policy


def changes(ask: Compared) -> list[Record]:
    """Every difference, in the order of the new list, then what is no longer there; nothing without a last list."""
    if not ask.last.tables:
        return []
    before = [*ask.last.rows(APART, LISTED)]
    find = nearest(before, (*ask.listed, *ask.protected), ask.policy)
    pairs = [(name, line, find(line)) for name, lines in ((LISTED, ask.listed), (APART, ask.protected)) for line in lines]
    met = {(name, one.get(ROW)) for _, _, (name, one) in pairs}
    return [one for pair in pairs for one in _line(ask, *pair)] + [_gone(ask, name, one) for name, one in before if (name, one[ROW]) not in met]


def _line(ask: Compared, name: str, line: Record, earlier: Earlier) -> Iterator[Record]:
    """What changed in one line of the new list."""
    if not earlier[1]:
        yield {**_about(line), "move": ask.words["added"], "after": _text(line.get("grade"))}
        return
    place = _place(ask.last, *earlier)
    if earlier[0] != name:
        yield {**_about(line), "move": ask.words["protected" if name == APART else "unprotected"], "last_row": place}
    for one in _fields(ask, earlier[0], name):
        old, new = _text(earlier[1].get(one.name)), _text(line.get(one.name))
        missing = old is None and one.name.startswith((*CALLED, *COMPUTED))     # not calculated when it was saved
        if old != new and not missing and not _called_alike(one.name, old, new, ask.policy):
            yield {**_about(line), "move": ask.words["changed"], "item": one.label, "before": old, "after": new, "last_row": place}


def _called_alike(field: str, old: str | None, new: str | None, policy: Policy) -> bool:
    """Whether two writings are of one county or name."""
    if field == "county":
        known = policy.county(old or "")
        return known is not None and known.name == new
    return field == NAME and name_key(old or "") == name_key(new or "")


def _fields(ask: Compared, before: str, now: str) -> list[Field]:
    """The fields that both sheets have: those that people write, and the cuts used."""
    apart = ask.last.tables[before].columns
    own = [one for one in ask.form if one.name in COMPARED or one.name.startswith(BEGINNINGS)]
    kept = [one for one in own if one.name in apart]
    return kept if now == LISTED else [one for one in kept if one.name in (*CALLED, "grade", "industry", "table") or one.name.startswith(("day_", "measure_"))]


def _gone(ask: Compared, name: str, one: Record) -> Record:
    """A process that is no longer listed, with what the city had written of it."""
    left = [f"{field.label}：{_text(one[field.name])}" for field in ask.form if field.name in KEPT and one.get(field.name) is not None]
    return {**_about(one), "move": ask.words["gone"], "before": SAID.join(left) or None, "last_row": _place(ask.last, name, one)}


def _about(line: Mapping[str, object]) -> Record:
    return {name: line.get(name) for name in ("county", "name", "credit_code", "process")}


def _text(cell: object) -> str | None:
    value = value_of(cell)
    if value is None or value == "":
        return None
    return number_text(float(value)) if isinstance(value, Decimal | int | float) else shown(value, 1000)


def _place(last: Last, form: str, one: Mapping[str, object]) -> str:
    return str(Place(last.name, last.tables[form].sheet, f"A{one[ROW]}"))
