"""The lists that follow from what was decided: their words, and what making them gave."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct

from xltools.model.finding import Finding
from xltools.model.shipped import spec

TEMPLATE = "named_lists"


class ListWords(Struct, frozen=True):
    """positive, asked, free, seasonal: the grades of whole enterprises that each list takes · credit: the kinds of events that a list takes ·
    kinds, reasons, clauses: by list."""

    positive: tuple[str, ...]
    asked: tuple[str, ...]
    free: tuple[str, ...]
    seasonal: tuple[str, ...]
    credit: tuple[str, ...]
    no_honour: str
    yes: str
    no: str
    kinds: Mapping[str, str]
    reasons: Mapping[str, str]
    clauses: Mapping[str, str]
    words: Mapping[str, str]


@cache
def load_list_words() -> ListWords:
    """The words declared in specs/named_lists.toml."""
    return ListWords(**spec("named_lists.toml"))


class Listed(Struct, frozen=True):
    """The workbook that was written, with a sentence for every list."""

    path: Path
    lines: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def record(self) -> dict[str, object]:
        """The outcome as `--json` prints it."""
        return {"file": self.path.name, "lines": list(self.lines), "findings": [one.record() for one in self.findings]}
