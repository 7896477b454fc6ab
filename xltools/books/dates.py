"""Which number formats show dates or percentages, and what stands behind the numbers in such cells."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import cache

from xltools.books.base import Cell
from xltools.model.percent import Percent

# ECMA-376 part 1, 18.8.30: ids without a format code; 27-36 and 50-58 are the East Asian dates, 32-35 and 55-56 of them times.
BUILT_IN_DATES = frozenset({14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 55), 57, 58})
BUILT_IN_TIMES = frozenset({18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56})
BUILT_IN_PERCENT = frozenset({9, 10})
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
CONDITION = re.compile(r"\[[<>=]")  # one code may show 0.8 as 80% and 80 as 80%
LONGEST_CODE = 255  # of Excel; in a longer one the search for brackets that never close would not end
LAST_SERIAL = 2_958_466  # 9999-12-31 is the last day
DAY_MILLISECONDS = 86_400_000
DAYS = datetime(1899, 12, 30)


@cache
def shows(code: str) -> str:
    """What a format code shows: "date" (with or without a time), "time", "percent", or "" for everything else, elapsed hours included."""
    if len(code) > LONGEST_CODE:
        return ""
    plain = LITERAL.sub("", code.partition(";")[0]).lower()
    if "%" in plain:
        return "" if CONDITION.search(code) else "percent"
    if ELAPSED.search(plain) or "general" in plain or "standard" in plain or "#" in plain or "?" in plain or plain.startswith("g/"):
        return ""
    if re.search(r"[yde]|aaa", plain) and "0" not in re.sub(r"[sh]\.0+", "", plain):
        return "date"
    if "m" in plain:
        return "time" if re.search("[hs]", plain) else "date"
    return "time" if re.search("[hs]", plain) else ""


def built_in(number: int) -> str:
    """As `shows`, for a format that has only a number."""
    if number in BUILT_IN_DATES:
        return "date"
    if number in BUILT_IN_PERCENT:
        return "percent"
    return "time" if number in BUILT_IN_TIMES else ""


def from_serial(serial: float, kind: str, from_1904: bool = False) -> Cell:
    """The date, moment, time or percentage that a number shows in a format of this kind; the number itself where there is none.

    Serial 60 of the 1900 system is a day that never was, 0 and less are before the calendar begins.
    """
    if kind == "percent":
        return Percent(serial)
    if kind == "time" and 0 <= serial < 1:
        moment = datetime(1900, 1, 1) + timedelta(milliseconds=round(serial * DAY_MILLISECONDS))
        return moment.time() if moment.day == 1 else time(23, 59, 59, 999000)
    if from_1904:
        serial += 1462
    if not 1 <= serial < LAST_SERIAL or 60 <= serial < 61:
        return serial - 1462 if from_1904 else serial
    base = datetime(1899, 12, 31) if serial < 60 else datetime(1899, 12, 30)
    days, fraction = divmod(serial, 1)
    try:
        moment = base + timedelta(days=days, milliseconds=round(fraction * DAY_MILLISECONDS))
    except OverflowError:
        return serial - 1462 if from_1904 else serial
    return moment.date() if fraction == 0 and kind == "date" else moment


def from_iso(text: str) -> date | datetime | time | None:
    """The date, moment or time of an ISO text as files store it ("2022-06-30", "2022-06-30T08:00:00"), None for other text."""
    plain = text.removesuffix("Z")
    try:
        if "T" in plain:
            moment = datetime.fromisoformat(plain)
            return moment.replace(tzinfo=None) if moment.time() != time() else moment.date()
        return time.fromisoformat(plain) if ":" in plain else date.fromisoformat(plain)
    except ValueError:
        return None


def serial(value: date | datetime | time) -> float:
    """The number of a day or time in the 1900 system."""
    if isinstance(value, time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return (moment - DAYS).total_seconds() / 86400
