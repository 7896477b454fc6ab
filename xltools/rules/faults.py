"""Ways to spoil a county's draft, each noting the finding it must lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from msgspec import Struct, field
from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.form import Field, Form, Template
from xltools.model.policy import Policy
from xltools.rules.records import Record, Value


class Planted(Struct, frozen=True):
    """A finding that must come: at a field of a record; without record at its header; without field at the sheet or file.

    shown: what the hint column says beside it, where that does not follow from the finding.
    """

    code: Code
    form: str = ""
    field: str = ""
    record: Record | None = None
    shown: str = ""


class Ground(Struct):
    """The draft being spoilt. taken: enterprises that already have a fault, so that no fault meets another."""

    county: str
    template: Template
    policy: Policy
    sheets: dict[str, list[Record]]
    key: list[Planted] = field(default_factory=list)
    taken: set[Value] = field(default_factory=set)

    def expect(self, code: Code, form: str = "", field: str = "", record: Record | None = None, shown: str = "") -> None:
        """Adds one finding to the answer key."""
        self.key.append(Planted(code, form, field, record, shown))

    def take(self, form: str, fits: Fits) -> Record:
        """A record that fits and whose enterprise has no fault yet. Raises LookupError when there is none."""
        if form == "cover":
            return self.sheets[form][0]
        records = list(self.sheets[form])
        Random(f"{self.county} {form}").shuffle(records)
        for record in records:
            if record.get("credit_code") not in self.taken and fits(self, record):
                self.taken.add(record["credit_code"])
                return record
        raise LookupError(f"{self.county} {form}: no record is left for this fault")

    def spoil(self, record: Record, changes: Mapping[str, Change]) -> None:
        """Changes fields of a record; should its code change, the new one is taken too."""
        for name, change in changes.items():
            record[name] = change(record.get(name)) if callable(change) else change
        self.taken.add(record.get("credit_code"))

    def rows_of(self, form: str, code: Value) -> list[Record]:
        """The records of one enterprise in one sheet."""
        return [record for record in self.sheets.get(form, ()) if record.get("credit_code") == code]

    def change_form(self, name: str, change: Callable[[Form], Form]) -> None:
        """Replaces one form of the template."""
        forms = tuple(change(form) if form.name == name else form for form in self.template.forms)
        self.template = replace(self.template, forms=forms)

    def remove(self, form: str, name: str) -> None:
        """Takes a field out of a form, and its values out of the records."""
        self.change_form(form, lambda f: replace(f, fields=tuple(x for x in f if x.name != name)))
        for record in self.sheets[form]:
            record.pop(name, None)


Fits = Callable[[Ground, Record], bool]
Change = Value | Callable[[Value], Value]
Fault = Callable[[Ground], None]
Finds = Sequence[tuple[str, Code]]


def anyone(ground: Ground, record: Record) -> bool:
    """Every record fits."""
    return True


def alone(ground: Ground, record: Record) -> bool:
    """The enterprise has one row in screening and stands in no other sheet."""
    code = record["credit_code"]
    others = [name for name in ground.sheets if name not in ("cover", "screening")]
    return len(ground.rows_of("screening", code)) == 1 and not any(ground.rows_of(name, code) for name in others)


def where(fits: Fits = anyone, **values: str) -> Fits:
    """Fits those that fit and whose fields have these values; several choices are separated by "|"."""

    def check(ground: Ground, record: Record) -> bool:
        return all(str(record.get(name)) in choices.split("|") for name, choices in values.items()) and fits(ground, record)

    return check


def cell(form: str, name: str, change: Change, code: Code, fits: Fits = anyone) -> Fault:
    """One wrong cell with one finding."""
    return row(form, {name: change}, [(name, code)], fits)


def row(form: str, changes: Mapping[str, Change], finds: Finds, fits: Fits = anyone) -> Fault:
    """Several changes to one record, and what they lead to."""

    def plant(ground: Ground) -> None:
        record = ground.take(form, fits)
        ground.spoil(record, changes)
        for name, code in finds:
            ground.expect(code, form, name, record)

    return plant


def again(form: str, changes: Mapping[str, Change], finds: Finds, fits: Fits = anyone) -> Fault:
    """A changed copy of a record below the last one, and what the copy leads to."""

    def plant(ground: Ground) -> None:
        copy = dict(ground.take(form, fits))
        ground.spoil(copy, changes)
        ground.sheets[form].append(copy)
        for name, code in finds:
            ground.expect(code, form, name, copy)

    return plant


def below(form: str, record: Mapping[str, Value], finds: Finds, gap: int = 0) -> Fault:
    """A record of its own below the last one, after some empty rows."""

    def plant(ground: Ground) -> None:
        added = dict(record)
        ground.sheets[form] += [*({} for _ in range(gap)), added]
        for name, code in finds:
            ground.expect(code, form, name, added)

    return plant


def relabelled(form: str, name: str, label: str) -> Fault:
    """A header written differently, still known by its alias."""

    def plant(ground: Ground) -> None:
        ground.change_form(form, lambda f: _with(f, [replace(x, label=label, unit="") if x.name == name else x for x in f]))
        ground.expect(Code.COLUMN_RENAMED, form, name)

    return plant


def moved(form: str, name: str, before: str) -> Fault:
    """A column dragged to another place."""

    def change(f: Form) -> Form:
        rest = [x for x in f if x.name != name]
        at = [x.name for x in rest].index(before)
        return _with(f, [*rest[:at], f[name], *rest[at:]])

    def plant(ground: Ground) -> None:
        ground.change_form(form, change)
        ground.expect(Code.COLUMN_MOVED, form, name)

    return plant


def inserted(form: str, extra: Field, before: str, values: Sequence[str]) -> Fault:
    """A column of the county's own, filled in the first rows."""

    def change(f: Form) -> Form:
        at = [x.name for x in f].index(before)
        return _with(f, [*f.fields[:at], extra, *f.fields[at:]])

    def plant(ground: Ground) -> None:
        ground.change_form(form, change)
        for record, value in zip(ground.sheets[form], values, strict=False):
            record[extra.name] = value
        ground.expect(Code.COLUMN_UNKNOWN, form, extra.name)

    return plant


def dropped(form: str, name: str) -> Fault:
    """A column deleted."""

    def plant(ground: Ground) -> None:
        ground.remove(form, name)
        ground.expect(Code.COLUMN_MISSING, form)

    return plant


def doubled(form: str, name: str) -> Fault:
    """A column copied beside itself, both under the same header."""

    def change(f: Form) -> Form:
        at = [x.name for x in f].index(name) + 1
        return _with(f, [*f.fields[:at], replace(f[name], name=f"{name}_again"), *f.fields[at:]])

    def plant(ground: Ground) -> None:
        ground.change_form(form, change)
        for record in ground.sheets[form]:
            record[f"{name}_again"] = record.get(name)
        ground.expect(Code.COLUMN_TWICE, form, f"{name}_again")

    return plant


def headless(form: str) -> Fault:
    """Every header of a sheet written over."""

    def plant(ground: Ground) -> None:
        ground.change_form(form, lambda f: _with(f, [replace(x, label=f"第{i}栏", unit="") for i, x in enumerate(f, 1)]))
        ground.expect(Code.HEADER_MISSING, form)

    return plant


def sheet_named(form: str, sheet: str) -> Fault:
    """A sheet under another name."""

    def plant(ground: Ground) -> None:
        ground.change_form(form, lambda f: replace(f, sheet=sheet))
        ground.expect(Code.SHEET_RENAMED, form)

    return plant


def sheet_gone(form: str) -> Fault:
    """A sheet deleted."""

    def plant(ground: Ground) -> None:
        ground.template = replace(ground.template, forms=tuple(f for f in ground.template if f.name != form))
        del ground.sheets[form]
        ground.expect(Code.SHEET_MISSING)

    return plant


def sheet_copied(form: str, rows: int) -> Fault:
    """An earlier state of a sheet left behind under Excel's name for a copy."""

    def plant(ground: Ground) -> None:
        original = ground.template[form]
        copy = replace(original, name=f"{form}_copy", sheet=f"{original.sheet} (2)")
        ground.template = replace(ground.template, forms=(*ground.template.forms, copy))
        ground.sheets[copy.name] = [dict(record) for record in ground.sheets[form][:rows]]
        ground.expect(Code.SHEET_UNUSED, copy.name)

    return plant


def item_gone(form: str, name: str) -> Fault:
    """A line deleted from a card."""

    def plant(ground: Ground) -> None:
        ground.remove(form, name)
        ground.expect(Code.ITEM_MISSING, form)

    return plant


def without_stamp(ground: Ground) -> None:
    """A workbook built from scratch, or pasted into a new one."""
    ground.template = replace(ground.template, id="")
    ground.expect(Code.NO_STAMP)


def older(version: str) -> Fault:
    """A workbook made with an earlier template."""

    def plant(ground: Ground) -> None:
        ground.template = replace(ground.template, version=version)
        ground.expect(Code.OLD_TEMPLATE)

    return plant


def for_policy(id: str) -> Fault:
    """A workbook made for another policy."""

    def plant(ground: Ground) -> None:
        ground.policy = replace(ground.policy, id=id)
        ground.expect(Code.OTHER_POLICY)

    return plant


def _with(form: Form, fields: Sequence[Field]) -> Form:
    return replace(form, fields=tuple(fields))
