"""What one cell value is, and how a sentence quotes it."""

from __future__ import annotations

from xltools.books.base import Cell
from xltools.model.visible import is_unseen

ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"})
SHOWN = 30
LONGEST_WHOLE = 1e21


def is_blank(value: Cell) -> bool:
    """Whether a person sees nothing in it."""
    return value is None or (isinstance(value, str) and is_unseen(value))


def is_error(value: Cell) -> bool:
    """An error value such as #N/A; typed as text it is no better."""
    return isinstance(value, str) and value in ERRORS


def shown(value: Cell) -> str:
    """A value as a sentence quotes it: one line, not too long, whole numbers without a point."""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < LONGEST_WHOLE else f"{value:.15g}"
    text = " ".join(str("" if value is None else value).split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
