"""A county's package for a month: its applicants with what holds them back, the columns of the platform, the names of its files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from xltools.model.finding import Place
from xltools.model.outcome import Submission
from xltools.model.shipped import spec

Texts = Mapping[str, object]


class PlatformColumn(Struct, frozen=True):
    """One column of the grade list. source: "sheet.label" · fixed: what stands in every row where there is no source."""

    header: str
    source: str = ""
    fixed: str = ""


class Settings(Struct, frozen=True):
    """How a package is made. confirmed: whether a person wrote the columns down · advanced: codes of enterprises that file on paper."""

    columns: tuple[PlatformColumn, ...]
    confirmed: bool = False
    advanced: frozenset[str] = frozenset()


class Application(Struct, frozen=True):
    """One process that is applied for in one month. reasons: why it is not reported, none when it is · paper: only on paper."""

    submission: Submission
    place: Place
    review: Texts
    screening: Texts
    reasons: tuple[str, ...] = ()
    paper: bool = False

    @property
    def code(self) -> str:
        return str(self.review.get("credit_code") or "").upper()

    @property
    def name(self) -> str:
        return str(self.screening.get("name") or self.review.get("name") or self.code)

    @property
    def process(self) -> str:
        return str(self.review.get("process") or "")


class PackageWords(Struct, frozen=True):
    """file: of a package · names: of what is in it, by what it is · words: sentences · about: lines of its description."""

    names: Mapping[str, str]
    words: Mapping[str, str]
    about: tuple[str, ...]
    columns: tuple[PlatformColumn, ...]


@cache
def load_package_words() -> PackageWords:
    """The words and columns declared in specs/package.toml."""
    data = spec("package.toml")
    columns = tuple(PlatformColumn(**one) for one in data.pop("column"))
    words, about = data.pop("words"), data.pop("description")["lines"]
    return PackageWords(data, words, about, columns)
