"""Things that belong together, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")
Key = TypeVar("Key")


def grouped(items: Iterable[Item], by: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    """The items by what `by` gives of each; groups and items in the order in which they come."""
    found: dict[Key, list[Item]] = {}
    for one in items:
        found.setdefault(by(one), []).append(one)
    return found
