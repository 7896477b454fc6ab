"""What is published of the grades: the lines that may leave the bureau, the notice they stand in, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from msgspec import Struct

from xltools.model.finding import Finding
from xltools.model.policy import Policy
from xltools.model.shipped import spec, spec_text

FORM = "publication"
NUMBER = "number"       # the field that counts the lines


class Notice(Struct, frozen=True):
    """A notice as a person orders it. start, end: first and last day; no rule says how long it lasts, so there is no default."""

    policy: Policy
    start: date
    end: date


class Publication(Struct, frozen=True):
    """What the list and the page show.

    lines: field of the form → text, in order, without numbers · unofficial: how many lines rest on tables that are not
    official · tables: the names of those tables.
    """

    notice: Notice
    lines: tuple[Mapping[str, str], ...] = ()
    unofficial: int = 0
    tables: tuple[str, ...] = ()

    @property
    def grades(self) -> tuple[str, ...]:
        """The grades that occur, in the policy's order."""
        return self._ordered("decided", self.notice.policy.grades)

    @property
    def counties(self) -> tuple[str, ...]:
        return self._ordered("county", self.notice.policy.lists["counties"])

    @property
    def industries(self) -> tuple[str, ...]:
        return self._ordered("industry", self.notice.policy.lists["industries"])

    def _ordered(self, field: str, known: tuple[str, ...]) -> tuple[str, ...]:
        there = {part for line in self.lines for part in line[field].split("、")}
        return tuple(dict.fromkeys(one for one in known if one in there))


class Published(Struct, frozen=True):
    """What publishing gave. paths: the files written, none where nothing may be published · findings: who is not listed and why, and what limits the list."""

    paths: tuple[Path, ...] = ()
    count: int = 0
    findings: tuple[Finding, ...] = ()

    def record(self) -> dict[str, object]:
        """The outcome as `--json` prints it."""
        return {"files": [path.name for path in self.paths], "count": self.count, "findings": [one.record() for one in self.findings]}


class PublicationWords(Struct, frozen=True):
    """book, page: names of the files · words: every fixed text by its key."""

    book: str
    page: str
    words: Mapping[str, str]


@cache
def load_publication_words() -> PublicationWords:
    """The words declared in specs/publication.toml."""
    return PublicationWords(**spec("publication.toml"))


@cache
def load_page() -> tuple[str, str, str]:
    """The public page's frame, style and script as specs/ has them."""
    return spec_text("publication.html"), spec_text("publication.css").strip(), spec_text("publication.js").strip()


def sentences(publication: Publication) -> dict[str, str]:
    """The sentences of a notice by their key; `not_official` is "" where every table is official."""
    words, notice = load_publication_words().words, publication.notice
    values = {"title": notice.policy.title, "source": notice.policy.source, "start": notice.start.isoformat(), "end": notice.end.isoformat()}
    said = {key: words[key].format(count=len(publication.lines), **values) for key in ("title", "period", "count", "basis")}
    limits = words["not_official"].format(count=publication.unofficial, tables="、".join(publication.tables))
    return said | {"not_official": limits if publication.unofficial else ""}
