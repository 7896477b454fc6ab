"""The sheets that are no forms, and the words our workbooks say about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from xltools.model.form import Kind, Owner
from xltools.model.shipped import spec


class Step(Struct, frozen=True):
    """One step of filling in, with the form it is about ("" for none); {name} in the text is the sheet of that form."""

    text: str
    form: str = ""


class Legend(Struct, frozen=True):
    """One colour: look (a name of books/style.py), what it is called, what it means."""

    look: str
    name: str
    text: str


class Guide(Struct, frozen=True):
    """Names of the extra sheets, steps, tips, legend, and every fixed word by its key."""

    guide: str
    lists: str
    stamp: str
    steps: tuple[Step, ...]
    tips: tuple[Step, ...]
    legend: tuple[Legend, ...]
    words: Mapping[str, str]
    formats: Mapping[Kind, str]
    owners: Mapping[Owner, str]


@cache
def load_guide() -> Guide:
    """The guide declared in specs/guide.toml."""
    data = spec("guide.toml")
    return Guide(
        **data["sheets"],
        steps=tuple(Step(**step) for step in data["step"]),
        tips=tuple(Step(**tip) for tip in data["tip"]),
        legend=tuple(Legend(**entry) for entry in data["legend"]),
        words=data["words"],
        formats={Kind(kind): text for kind, text in data["formats"].items()},
        owners={Owner(owner): text for owner, text in data["owners"].items()},
    )
