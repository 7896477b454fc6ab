"""The words about content that found no place in the current template, and one piece of such content."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from xltools.model.shipped import spec


class UpgradeWords(Struct, frozen=True):
    """Every fixed word of the list beside an upgraded workbook, as specs/upgrade.toml declares them."""

    suffix: str
    sheet: str
    title: str
    intro: str
    source: str
    card: str
    outside: str
    sheet_unused: str
    unreadable: str
    far: str
    columns: Mapping[str, str]


class Leftover(Struct, frozen=True):
    """One cell that was not carried over. about: what its row is about · label: the header above it · why: in a few words."""

    sheet: str
    cell: str
    value: str
    label: str = ""
    about: str = ""
    why: str = ""


@cache
def load_upgrade() -> UpgradeWords:
    """The words declared in specs/upgrade.toml."""
    return UpgradeWords(**spec("upgrade.toml"))
