"""Policies: the rules of one city and year, as data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from msgspec import Struct, ValidationError, convert, field
from msgspec.structs import replace

from xltools.model.conflict import Decision
from xltools.model.form import SpecError
from xltools.model.indicator import AnswerKind, CommonSet, Indicator, IndicatorTable, Operator, TableStatus
from xltools.model.indicator_rows import indicator_file, indicators_from

Entry = TypeVar("Entry", bound=Struct)
Typed = TypeVar("Typed")
_SHIPPED, _LATIN, _YEAR = re.compile(r"[a-z]+(?:-[a-z]+)*-\d{4}"), re.compile("[A-Za-z]"), re.compile(r"(?:19|20)\d\d")


class County(Struct, frozen=True):
    """A county or zone. code: administrative division code, "" where none is official."""

    name: str
    code: str
    group: str
    aliases: tuple[str, ...] = ()


class Industry(Struct, frozen=True):
    """A key industry. scope: national, province or city list it stands in."""

    name: str
    scope: str
    aliases: tuple[str, ...] = ()


class Scheme(Struct, frozen=True):
    """An ordered list of grades, best first; the last one is the lowest. by_decision: given by an authority, never computed."""

    id: str
    grades: tuple[str, ...]
    source: str = ""
    by_decision: tuple[str, ...] = ()

    @property
    def lowest(self) -> str:
        return self.grades[-1]

    @property
    def computable(self) -> tuple[str, ...]:
        """The grades that follow from indicators."""
        return tuple(grade for grade in self.grades if grade not in self.by_decision)

    def rank(self, grade: str) -> int:
        """0 for the best. Raises ValueError for a grade of another scheme."""
        return self.grades.index(grade)


class Tier(Struct, frozen=True):
    """Grades of different schemes that count alike, as "scheme:grade".

    grades: a published rule says so · assumed: our order only; a result that needs it must be confirmed by a person.
    """

    grades: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    source: str = ""


class Effect(StrEnum):
    """What an event does to a grade."""

    LOWEST = "lowest"                   # at once
    REVIEW = "review"                   # second review first, then the grade decided
    REVIEW_LOWEST = "review_lowest"     # the lowest, unless a second review is still going on
    DECISION = "decision"               # the grade decided; how many steps is nowhere stated
    WARNING = "warning"
    OFF_LIST = "off_list"               # leaves the protected list, keeps its grade
    RECORD = "record"


class Sanction(Struct, frozen=True):
    """What follows from one kind of event. scope: "part" (the process named) or "enterprise" (all its parts)."""

    kind: str
    effect: Effect
    clause: str
    scope: str = "part"


class Deadline(Struct, frozen=True):
    """A date of the yearly calendar. month 0: every month; day 0: last day of the month; inclusive: "X日前" includes the day."""

    id: str
    name: str
    who: str
    month: int
    day: int
    source: str
    inclusive: bool = True


class Target(Struct, frozen=True):
    """A share the city wants to reach: grades counted as good ÷ graded enterprises ≥ share (0–1)."""

    id: str
    name: str
    grades: tuple[str, ...]
    share: Decimal
    source: str


class GradeWords(Struct, frozen=True):
    """How people write grades: prefixes are facts beside the grade, fillers say nothing, synonyms: grade → other spellings."""

    prefixes: tuple[str, ...] = ()
    fillers: tuple[str, ...] = ()
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Policy(Struct, frozen=True, dict=True):
    """Everything that another city or another year would change.

    clauses: of the document that the specs cite → the clause of `source` that says the same.
    """

    id: str
    title: str
    city: str
    year: int
    source: str
    counties: tuple[County, ...]
    industries: tuple[Industry, ...]
    schemes: tuple[Scheme, ...]
    tables: tuple[IndicatorTable, ...]
    deadlines: tuple[Deadline, ...]
    targets: tuple[Target, ...]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tiers: tuple[Tier, ...] = ()
    commons: tuple[CommonSet, ...] = ()
    sanctions: tuple[Sanction, ...] = ()
    synonyms: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    grade_words: GradeWords = field(default_factory=GradeWords)
    clauses: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def lists(self) -> Mapping[str, tuple[str, ...]]:
        """Every choice list by name: those written in the policy, and those that follow from its content."""
        return {
            "counties": tuple(c.name for c in self.counties),
            "groups": tuple(dict.fromkeys(c.group for c in self.counties if c.group)),
            "industries": tuple(i.name for i in self.industries),
            "tables": tuple(t.name for t in self.tables if t.status != TableStatus.DRAFT),
            "indicator_kinds": tuple(kind.value for kind in AnswerKind),
            "operators": tuple(operator.value for operator in Operator),
            "decisions": tuple(decision.value for decision in Decision),
            **self.choices,
        }

    @cached_property
    def grades(self) -> tuple[str, ...]:
        """The grades of all schemes, each once, best first within each."""
        return tuple(dict.fromkeys(grade for scheme in self.schemes for grade in scheme.grades))

    def options(self, name: str, parent: str | None = None) -> tuple[str, ...]:
        """The choices of a list; for the dependent list "tables" those of the industry `parent`."""
        if name == "tables" and parent is not None:
            return tuple(t.name for t in self.tables if t.industry == parent and t.name in self.lists["tables"])
        return self.lists[name]

    def county_rank(self, name: object) -> int:
        """Where the county of this name stands in the policy, for sorting; the unknown come last."""
        names = self.lists["counties"]
        return names.index(str(name)) if name in names else len(names)

    def month(self, batch: object) -> int:
        """1 to 12 for the batch of a month, 0 for anything else."""
        months = self.lists["months"]
        return months.index(str(batch)) + 1 if batch in months else 0

    def county(self, text: str) -> County | None:
        """The county of this name or alias, None when there is none."""
        return next((c for c in self.counties if text and text in (c.name, c.code, *c.aliases)), None)

    def industry(self, text: str) -> Industry | None:
        """The industry of this name or alias, None when there is none."""
        return next((i for i in self.industries if text in (i.name, *i.aliases)), None)

    def table(self, name: str) -> IndicatorTable | None:
        """The indicator table of this name, None when there is none."""
        return next((t for t in self.tables if t.name == name), None)

    def scheme(self, id: str) -> Scheme:
        """The scheme of this id. Raises KeyError when there is none."""
        for scheme in self.schemes:
            if scheme.id == id:
                return scheme
        raise KeyError(id)

    def scheme_of(self, table: str) -> Scheme | None:
        """The scheme of the indicator table with this name, None for an unknown table."""
        found = self.table(table)
        return self.scheme(found.scheme) if found else None

    def tier(self, scheme: str, grade: str) -> int | None:
        """Which tier a grade of a scheme belongs to, 0 for the best; None when the policy does not say."""
        member = f"{scheme}:{grade}"
        return next((at for at, tier in enumerate(self.tiers) if member in (*tier.grades, *tier.assumed)), None)

    def sanction(self, kind: str) -> Sanction | None:
        """What follows from this kind of event, None when the policy does not know it."""
        return next((s for s in self.sanctions if s.kind == kind), None)

    def deadline(self, id: str) -> Deadline:
        """The deadline of this id. Raises KeyError when there is none."""
        for deadline in self.deadlines:
            if deadline.id == id:
                return deadline
        raise KeyError(id)


@cache
def load_policy(id: str) -> Policy:
    """The policy shipped in specs/policies/<id>/. Raises SpecError when it is not there or contradicts itself."""
    folder = next((one for one in (files("xltools") / "specs" / "policies").iterdir() if one.name == id and one.joinpath("policy.toml").is_file()), None)
    if folder is None:
        raise SpecError(f"no policy {id[:50]!r}")
    return policy_in(folder)


def called(id: str, policy: Policy) -> str:
    """What a sentence calls the policy with this id, another than `policy`: its title where it comes with the program and this one has another, else its year.

    An id in Latin letters tells a clerk nothing.
    """
    if _SHIPPED.fullmatch(id):
        with suppress(SpecError):
            if (title := load_policy(id).title) != policy.title:
                return title
    if not _LATIN.search(id):
        return id or "未注明"
    year = _YEAR.search(id)
    return f"{year[0]}年度的另一套政策" if year else "另一套政策"


def policy_in(folder: Traversable) -> Policy:
    """The policy written in a folder: policy.toml, tables.toml, sanctions.toml and indicators/*.csv. Raises SpecError as `load_policy`."""
    data: dict[str, Any] = {"indicators": {}}
    for name in ("policy.toml", "tables.toml", "sanctions.toml"):
        data |= _toml(folder, name)
    try:
        for path in folder.joinpath("indicators").iterdir():
            data["indicators"][path.name.removesuffix(".csv")] = indicator_file(path)
    except (OSError, ValueError, TypeError) as wrong:
        raise SpecError(f"indicators: {wrong}") from wrong
    return policy_from(data)


def policy_from(data: Mapping[str, Any]) -> Policy:
    """A policy from its TOML content; data["indicators"]: id of a table or common set → rows of indicator.FIELDS.

    Raises SpecError when an entry is not as its class says, or names what is not there.
    """
    if lacking := [name for name in ("policy", "county", "industry", "scheme", "table", "deadline", "target", "lists") if not data.get(name)]:
        raise SpecError(f"nothing in {', '.join(lacking)}")
    lists: dict[str, Any] = {
        "counties": _entries(County, data, "county"),
        "industries": _entries(Industry, data, "industry"),
        "schemes": _entries(Scheme, data, "scheme"),
        "tables": _entries(IndicatorTable, data, "table"),
        "deadlines": _entries(Deadline, data, "deadline"),
        "targets": _entries(Target, data, "target"),
        "tiers": _entries(Tier, data, "tier"),
        "commons": _entries(CommonSet, data, "common"),
        "sanctions": _entries(Sanction, data, "sanction"),
    }
    written = {name: data.get(name, {}) for name in ("synonyms", "clauses")} | dict.fromkeys(lists, ())
    policy = _entry(Policy, {**_typed(dict[str, Any], data["policy"], "[policy]"), **written, "choices": data["lists"]}, "[policy]")
    policy = replace(policy, **lists, grade_words=_entry(GradeWords, _typed(dict[str, Any], data.get("grade_words", {}), "[grade_words]"), "[grade_words]"))
    _consistent(policy)
    rows = data.get("indicators", {})
    commons = {one.id: _common_indicators(policy, one, rows) for one in policy.commons}
    tables = tuple(_with_indicators(policy, table, rows, commons) for table in policy.tables)
    return replace(policy, tables=tables, commons=tuple(replace(one, indicators=commons[one.id]) for one in policy.commons))


def _toml(folder: Traversable, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(folder.joinpath(name).read_text("utf-8"))
    except (OSError, ValueError) as wrong:
        raise SpecError(f"{name}: {wrong}") from wrong


def _entries(kind: type[Entry], data: Mapping[str, Any], name: str) -> tuple[Entry, ...]:
    written = _typed(list[dict[str, Any]], data.get(name, []), f"[[{name}]]")
    return tuple(_entry(kind, content, f"[[{name}]] {at}") for at, content in enumerate(written, start=1))


def _entry(kind: type[Entry], content: Mapping[str, Any], where: str) -> Entry:
    """A record of TOML. Raises SpecError for a key it does not have, one that is missing, a value of another type."""
    if unknown := content.keys() - set(kind.__struct_fields__):
        raise SpecError(f"{where}: unknown key {', '.join(sorted(unknown))}")
    return _typed(kind, content, where)


def _typed(kind: type[Typed], content: object, where: str) -> Typed:
    try:
        return convert(content, kind)
    except ValidationError as wrong:
        raise SpecError(f"{where}: {wrong}") from wrong


def _consistent(policy: Policy) -> None:
    """Raises SpecError when an entry names a scheme, grade, industry, table or kind of event that is not there."""
    schemes = {s.id: s for s in policy.schemes}
    industries = {i.name for i in policy.industries}
    for table in policy.tables:
        if table.scheme not in schemes or table.industry not in industries:
            raise SpecError(f"{policy.id}: table {table.id!r} names an unknown scheme or industry")
        if table.status not in list(TableStatus):
            raise SpecError(f"{policy.id}: table {table.id!r} has an unknown status")
        given = schemes[table.scheme].computable
        if [g for g in given if g in table.grades] != list(table.grades) or given[-1] not in (table.grades or given):
            raise SpecError(f"{policy.id}: table {table.id!r} has grades that its scheme cannot give")
    members = {f"{s.id}:{grade}" for s in policy.schemes for grade in s.grades}
    named = [member for tier in policy.tiers for member in (*tier.grades, *tier.assumed)]
    if not members.issuperset(named) or len(set(named)) != len(named):
        raise SpecError(f"{policy.id}: a tier names an unknown grade, or a grade has two tiers")
    tables = {table.id for table in policy.tables}
    if not tables.issuperset(id for common in policy.commons for id in common.tables):
        raise SpecError(f"{policy.id}: a common set is attached to an unknown table")
    if not {s.kind for s in policy.sanctions} <= set(policy.choices.get("change_kinds", ())):
        raise SpecError(f"{policy.id}: a sanction is for an unknown kind of event")


def _common_indicators(policy: Policy, common: CommonSet, rows: Mapping[str, Any]) -> tuple[Indicator, ...]:
    """The indicators of a common set; they may name grades of any scheme, those a table lacks do not count there."""
    grades = tuple(dict.fromkeys(grade for scheme in policy.schemes for grade in scheme.computable))
    found, problems = indicators_from(rows.get(common.id, ()), grades, frozenset(s.lowest for s in policy.schemes))
    if problems:
        raise SpecError(f"{policy.id}: {common.id}: {problems[0]}")
    return tuple(replace(one, shared=common.id) for one in found)


def _with_indicators(
    policy: Policy, table: IndicatorTable, rows: Mapping[str, Any], commons: Mapping[str, tuple[Indicator, ...]]
) -> IndicatorTable:
    """The table with its grades, its own indicators and those of the common sets attached to it."""
    grades = table.grades or policy.scheme(table.scheme).computable
    own, problems = indicators_from(rows.get(table.id, ()), grades, frozenset(grades[-1:]))
    if problems:
        raise SpecError(f"{policy.id}: {table.id}: {problems[0]}")
    shared = [one for common in policy.commons if table.id in common.tables for one in commons[common.id]]
    numbers = [one.no for one in (*own, *shared)]
    if len(set(numbers)) != len(numbers):
        raise SpecError(f"{policy.id}: {table.id}: an indicator number is used twice")
    return replace(table, grades=grades, indicators=(*own, *shared))
