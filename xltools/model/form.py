"""Forms as declared in specs: every sheet, field, list and rule, and the templates they make up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cache, cached_property
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from xltools.model.code import Code
from xltools.model.shipped import frozen, spec


class SpecError(Exception):
    """A spec file contradicts itself; names the file and the entry."""


class Kind(StrEnum):
    """What a field holds; decides parsing, checking, cell format and formula."""

    TEXT = "text"
    NAME = "name"  # an enterprise's or unit's name
    PERSON = "person"
    CHOICE = "choice"
    GRADE = "grade"  # a choice whose text is normalised ("Ｂ级" is B)
    NUMBER = "number"
    INTEGER = "integer"
    DATE = "date"
    MONTH = "month"
    CREDIT_CODE = "credit_code"
    PERMIT_NO = "permit_no"
    INDUSTRY_CODE = "industry_code"
    PHONE = "phone"


class Owner(StrEnum):
    """Who fills a field; formula means nobody does."""

    COUNTY = "county"
    CITY = "city"
    EXPERT = "expert"
    FORMULA = "formula"


class Condition(Struct, frozen=True):
    """Holds when `field` has one of `values`; no values means: is filled at all."""

    field: str
    values: tuple[str, ...] = ()


class Field(Struct, frozen=True):
    """One 填报项.

    label: header text · unit: printed after the label · unit_in: the field that holds the unit · list: name of the choice list · depends: field whose
    value selects the part of the list · none_word: a word accepted instead of a value ("无") · width: characters ·
    formula: which computed value this is (owner = formula) · inherits: "form.field" this one copies in city forms ·
    public: may leave the bureau in a public list · screen: is not printed · example: also used in messages.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    owner: Owner = Owner.COUNTY
    group: str = ""
    unit: str = ""
    unit_in: str = ""
    required: bool = False
    required_if: Condition | None = None
    list: str = ""
    depends: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    max_length: int = 200
    none_word: str = ""
    width: float = 12
    help: str = ""
    example: str = ""
    aliases: tuple[str, ...] = ()
    formula: str = ""
    inherits: str = ""
    public: bool = False
    screen: bool = False
    source: str = ""

    @property
    def header(self) -> str:
        """The header as printed: label with its unit."""
        return f"{self.label}（{self.unit}）" if self.unit else self.label

    @property
    def is_choice(self) -> bool:
        return self.kind in (Kind.CHOICE, Kind.GRADE)


class RowRule(Struct, frozen=True):
    """A rule between two fields of one row.

    kind is one of: not_before (field >= other, dates) · not_worse (grade field at least as good as other) ·
    differs (field != other) · starts_with (field begins with other) · in_scheme (grade field belongs to the
    scheme of the indicator table in other) · when_other (field must not be `value` while other is in `values`).
    """

    code: Code
    kind: str
    field: str
    other: str
    value: str = ""
    values: tuple[str, ...] = ()
    source: str = ""


class Form(Struct, frozen=True, dict=True):
    """A declared sheet. layout: "rows" (one record a row under a header) or "card" (one label and value a line).

    collects: name of the county form whose records this city form gathers, one for one.
    """

    name: str
    sheet: str
    title: str
    fields: tuple[Field, ...]
    layout: str = "rows"
    key: tuple[str, ...] = ()
    rules: tuple[RowRule, ...] = ()
    rows: int = 500
    note: str = ""
    source: str = ""
    aliases: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    collects: str = ""

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {field.name: field for field in reversed(self.fields)}

    def __getitem__(self, name: str) -> Field:
        try:
            return self._by_name[name]
        except KeyError:
            raise KeyError(f"{self.name}.{name}") from None

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def owned(self, *owners: Owner) -> tuple[Field, ...]:
        """The fields that these owners fill, in order."""
        return tuple(field for field in self.fields if field.owner in owners)

    @property
    def groups(self) -> tuple[tuple[str, int], ...]:
        """Runs of fields with one group name: (name, how many), in order; the band above the header."""
        runs: list[tuple[str, int]] = []
        for field in self.fields:
            if runs and runs[-1][0] == field.group:
                runs[-1] = (field.group, runs[-1][1] + 1)
            else:
                runs.append((field.group, 1))
        return tuple(runs)


class Template(Struct, frozen=True):
    """A workbook we hand out or write: which forms, in which order, and its stamp (id and version)."""

    id: str
    file: str
    title: str
    version: str
    forms: tuple[Form, ...]
    source: str = ""

    def __getitem__(self, name: str) -> Form:
        for form in self.forms:
            if form.name == name:
                return form
        raise KeyError(f"{self.id}.{name}")

    def __iter__(self) -> Iterator[Form]:
        return iter(self.forms)


# Where every row form puts things; the same in all templates so that people find their way.
TITLE_ROW, NOTE_ROW, GROUP_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3, 4, 5


def _field_from(data: Mapping[str, Any], where: str) -> Field:
    """A field from its TOML table. Raises SpecError on an unknown key or value."""
    values = dict(data)
    _known(values, Field, where)
    try:
        values["kind"] = Kind(values.get("kind", "text"))
        values["owner"] = Owner(values.get("owner", "county"))
    except ValueError as error:
        raise SpecError(f"{where}: {error}") from error
    for name in ("minimum", "maximum"):
        if values.get(name) is not None:
            values[name] = Decimal(str(values[name]))
    if "required_if" in values:
        values["required_if"] = Condition(**values["required_if"])
    return Field(**values)


def form_from(data: Mapping[str, Any], where: str) -> Form:
    """A form from its TOML document. Raises SpecError when a key, rule or condition names no field."""
    values: dict[str, Any] = frozen(dict(data))
    items = [one for item in values.pop("field", ()) for one in _inherited(item)]
    declared = tuple(_field_from(item, f"{where} [[field]] {item.get('name')}") for item in items)
    rules = tuple(_rule_from(item, where) for item in values.pop("rule", ()))
    _known(values, Form, where)
    form = Form(fields=declared, rules=rules, **values)
    used = [*form.key, *(n for r in rules for n in (r.field, r.other))]
    used += [f.required_if.field for f in declared if f.required_if] + [name for f in declared for name in (f.depends, f.unit_in) if name]
    for name in used:
        if name not in form:
            raise SpecError(f"{where}: no field {name!r}")
    if len({f.name for f in declared}) != len(declared) or len({f.label for f in declared}) != len(declared):
        raise SpecError(f"{where}: a field name or label is used twice")
    return form


def _inherited(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The field itself, or one field per name of its `inherit` list: the other form's field with this item's changes."""
    if "inherit" not in item:
        return [dict(item)]
    expanded = []
    for source in item["inherit"]:
        form, name = source.split(".")
        base = asdict(load_form(form)[name])
        changes = {key: value for key, value in item.items() if key != "inherit"}
        expanded.append({**base, "required": False, "formula": "", "depends": "", "unit_in": "", "inherits": source, **changes})
        expanded[-1].pop("required_if")
    return expanded


def _rule_from(data: Mapping[str, Any], where: str) -> RowRule:
    _known(data, RowRule, f"{where} [[rule]]")
    return RowRule(**{**data, "code": Code[data["code"]]})


def _known(data: Mapping[str, Any], cls: Any, where: str) -> None:
    unknown = set(data) - set(cls.__struct_fields__)
    if unknown:
        raise SpecError(f"{where}: unknown key {sorted(unknown)}")


@cache
def load_form(name: str) -> Form:
    """The form declared in specs/forms/<name>.toml."""
    return form_from({"name": name, **spec("forms", f"{name}.toml")}, f"{name}.toml")


@cache
def load_template(name: str) -> Template:
    """The template declared under this id in specs/templates.toml, with its forms. Raises SpecError for an id that is not there."""
    for entry in spec("templates.toml")["template"]:
        if entry["id"] == name:
            return Template(**{**entry, "forms": tuple(load_form(form) for form in entry["forms"])})
    raise SpecError(f"templates.toml: no template {name!r}")
