"""What the example city is made of: invented names, kinds of plants, findings of a review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class PlantProcess(Struct, frozen=True):
    """One process of a kind of plant. capacity: low, high, step · daily: kg of PM, SO2, NOx, VOCs a day at most."""

    table: str
    industry_code: str
    product: str
    unit: str
    capacity: tuple[int, int, int]
    energy: tuple[str, ...]
    daily: tuple[int, int, int, int]


class Plant(Struct, frozen=True):
    """A kind of enterprise. word: in its name · weight: how common · more: how many in a hundred have every line."""

    word: str
    weight: int
    more: int
    lines: tuple[PlantProcess, ...]


class Shortfall(Struct, frozen=True):
    """What a review finds. material: the field of the review that shows it."""

    indicator: str
    material: str
    problem: str
    demand: str
    evidence: str


class Task(Struct, frozen=True):
    """A task for which plants with this table can be protected."""

    table: str
    kind: str
    task: str
    scope: str
    project: str


class Change(Struct, frozen=True):
    """A change at a plant and what followed. steps: grades lost by the decision, 0 when nothing was decided."""

    kind: str
    detail: str
    document: str
    steps: int
    second: str


class Stock(Struct, frozen=True):
    """Everything the example city is drawn from.

    current: scheme id → grade → how many in a thousand · applied: grade → weight ·
    measures: grade → (measure, cut in %) for yellow, orange, red · counties: name → number of enterprises · initials: county → start of its issue numbers ·
    late: the county that reports after the deadline · registry: division code where a county has none.
    """

    seed: int
    city: str
    month: int
    late: str
    registry: str
    phone: str
    people: tuple[str, ...]
    first: tuple[str, ...]
    second: tuple[str, ...]
    towns: tuple[str, ...]
    suffixes: tuple[str, ...]
    counties: Mapping[str, int]
    initials: Mapping[str, str]
    current: Mapping[str, Mapping[str, int]]
    applied: Mapping[str, int]
    measures: Mapping[str, tuple[tuple[str, int], ...]]
    plants: tuple[Plant, ...]
    shortfalls: tuple[Shortfall, ...]
    tasks: tuple[Task, ...]
    changes: tuple[Change, ...]

    @property
    def batch(self) -> str:
        return f"{self.month}月"


def stock_from(data: Mapping[str, Any]) -> Stock:
    """The stock from the content of its spec. Raises TypeError when a key is missing or unknown."""
    values = {name: value for name, value in data.items() if name not in ("plant", "shortfall", "task", "change")}
    return Stock(
        **values,
        plants=tuple(_plant(item) for item in data["plant"]),
        shortfalls=tuple(Shortfall(**item) for item in data["shortfall"]),
        tasks=tuple(Task(**item) for item in data["task"]),
        changes=tuple(Change(**item) for item in data["change"]),
    )


def line_of(stock: Stock, table: str, product: object) -> PlantProcess:
    """The line that makes this product under this indicator table."""
    return next(n for p in stock.plants for n in p.lines if (n.table, n.product) == (table, product))


def _plant(data: Mapping[str, Any]) -> Plant:
    lines = tuple(PlantProcess(**{name: item[name] for name in PlantProcess.__struct_fields__}) for item in data["lines"])
    return Plant(data["word"], data["weight"], data["more"], lines)
