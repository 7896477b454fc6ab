"""Records on their way into a sheet: field name → value, and the few things the example does with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import TypeVar

from msgspec import Struct


class Computed(Struct, frozen=True):
    """A cell that holds a formula and the value it last gave; None was never calculated, "#N/A" is an error."""

    formula: str
    value: str | float | None


Value = str | float | date | Computed | None
Record = dict[str, Value]

Item = TypeVar("Item")


def pick(rng: Random, weights: Mapping[Item, int]) -> Item:
    """One of the keys, as often as its weight says. Raises ValueError where no weight is above zero."""
    left = rng.randrange(sum(weights.values()))
    for item, weight in weights.items():
        left -= weight
        if left < 0:
            return item
    raise ValueError("weights must not all be zero")
