"""What one cell holds: whether a person sees nothing in it, whether it is an error, how a sentence quotes it, its number as digits, its day."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from xltools.model.percent import Percent
from xltools.model.visible import is_unseen

BREAKS = re.compile("[\r\n\v\f\x85\u2028\u2029\t]+")
NOTHING = "无"       # what an office writes where it has nothing to report
# What Excel and WPS show for an error, then what LibreOffice shows.
ERRORS = frozenset(
    ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#GETTING_DATA"]
) | {f"Err:{number:03}" for number in range(1000)}


def is_blank(value: object) -> bool:
    """Whether a person sees nothing in it."""
    return is_unseen(value) if isinstance(value, str) else value is None or value != value     # no number is none


def is_error(value: object) -> bool:
    """Whether it is an error of Excel, WPS or LibreOffice, such as #N/A; typed as text it is no better."""
    return isinstance(value, str) and value in ERRORS


def shown(value: object, limit: int = 40) -> str:
    """A value as a sentence quotes it: whole numbers without .0, percentages with their sign, dates as 2022-06-30, long text cut; "" for nothing."""
    if isinstance(value, datetime):
        value = value.date() if value.time() == time() else value.replace(tzinfo=None)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Percent):
        return f"{number_text(value.number)}%"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, date | time):
        return value.isoformat(*([" "] if isinstance(value, datetime) else []))
    text = BREAKS.sub(" ", "" if value is None else str(value)).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def number_text(value: float) -> str:
    """A number as plain digits: 13800000000.0 → "13800000000", 12.5 → "12.5"."""
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return f"{value:.15G}"


def day_of(value: object) -> date | None:
    """The day of a date as parsed, without its time; None for anything else."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
