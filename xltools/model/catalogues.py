"""The catalogues of specs/lang: another language than Chinese, read whole and only for a run that speaks it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from xltools.model.language import Language, pattern_of
from xltools.model.shipped import spec

TEXTS = ("labels", "reasons", "terminal", "reference")


@cache
def read_language(code: str) -> Language:
    """The language whose catalogues lie in specs/lang/<code>."""
    texts = {chinese: other for name in TEXTS for chinese, other in catalogue(code, name)}
    phrases = tuple((pattern_of(chinese), other) for chinese, other in catalogue(code, "phrases"))
    findings = {number: (message, fix) for number, (message, fix) in catalogue(code, "findings")}
    return Language(code, findings, texts, phrases, dict(catalogue(code, "commands")), dict(catalogue(code, "metavars")))


def catalogue(code: str, name: str) -> Iterator[tuple[str, Any]]:
    """(Chinese, the same in this language) for every entry of one catalogue; of findings (number, both sentences)."""
    yield from spec("lang", code, f"{name}.toml").items()
