"""Dates as people type them; without a day, or with day and month in doubt, there is no date."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta

from xltools.model.code import Code
from xltools.model.value import shown
from xltools.model.visible import visible
from xltools.rules.reading import BLANK, Reading, converted, refused
from xltools.rules.text import compact, narrow

FROM_COVER = "年份取自封面"
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.、,])(\d{1,2})\2(\d{1,2})[日号]?")
_CHINESE = re.compile(r"(?:(\d{4}|\d{2})年)?(\d{1,2})月(\d{1,2})[日号]?")
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})月?份?")
_CLOCK = re.compile(r"[Tt ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_WEEKDAY = re.compile(r"\(?(星期|周|礼拜)[一二三四五六日天]\)?$")
_NUMERALS = {**{c: str(i) for i, c in enumerate("零一二三四五六七八九")}, "〇": "0", "○": "0", "O": "0", "两": "2"}
_HAN = re.compile("[零〇○一二三四五六七八九十廿卅O两]+")

# What a serial number in a date field may stand for: 2000-01-01 to 2099-12-31 in the 1900 system.
EPOCH, _SERIALS = date(1899, 12, 30), range(36526, 73051)
_EARLIEST, _LATEST = date(1678, 1, 1), date(2262, 1, 1)  # beyond is a slip, not a day


def read_date(cell: object, year: int) -> Reading:
    """The date in a cell; year: that of the cover, for "6月30日".

    Text like "2022年6月", "6/30" or "22.6.30" is refused; so is, with another code, a year that can only be a slip (9999).
    """
    reading = _date_in(cell, year)
    return _no_date(f"{year:04d}-06-30") if reading.code is Code.NOT_A_DATE else reading


def _no_date(example: str) -> Reading:
    """No date, with one of the year that is meant as people should write it."""
    return refused(Code.NOT_A_DATE, example=example)


def _date_in(cell: object, year: int) -> Reading:
    """The date in a cell, no example beside what is none."""
    if isinstance(cell, datetime):
        return _with_time(cell)
    if isinstance(cell, date):
        return _held(Reading(cell))
    if isinstance(cell, bool | time):
        return refused(Code.NOT_A_DATE)
    if isinstance(cell, float | int):
        return _from_number(float(cell))
    text = visible(str(cell or ""))
    return _from_text(text, year) if text else BLANK


def read_month(cell: object, year: int) -> Reading:
    """The month in a cell as "2022-07"; year: that of the cover, for "7月"."""
    if isinstance(cell, date):
        return converted(f"{cell:%Y-%m}", "取日期的年月")
    text = compact(_arabic(shown(cell or "")))
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= 12:
        return _no_date(f"{year:04d}-06") if text else BLANK
    month = f"{int(match[1] or year):04d}-{int(match[2]):02d}"
    return Reading(month) if month == cell else converted(month, "统一月份写法" if match[1] else FROM_COVER)


def _with_time(cell: datetime) -> Reading:
    if cell.time() == time():
        return _held(Reading(cell.date()))
    return _held(converted(cell.date(), "去掉时间"))


def _from_number(number: float) -> Reading:
    if not math.isfinite(number):
        return refused(Code.NOT_A_DATE)
    if int(number) in _SERIALS:
        return converted(EPOCH + timedelta(days=int(number)), "按日期序号")
    match = _EIGHT.fullmatch(f"{number:.15g}")
    return _dated(match[1], match[2], match[3], "统一日期写法") if match else refused(Code.NOT_A_DATE)


def _from_text(typed: str, year: int) -> Reading:
    if match := _ISO.fullmatch(typed):
        reading = _dated(match[1], match[2], match[3], "")
        return reading if reading.value is None else Reading(reading.value)
    text = _WEEKDAY.sub("", compact(_CLOCK.sub("", narrow(typed))))
    if match := _YEAR_FIRST.fullmatch(text):
        return _dated(match[1], match[3], match[4], "统一日期写法")
    if match := _EIGHT.fullmatch(text):
        return _dated(match[1], match[2], match[3], "统一日期写法")
    match = _CHINESE.fullmatch(_arabic(text))
    if match is None:
        return _serial_text(text)
    if match[1] is None:
        return _dated(str(year), match[2], match[3], FROM_COVER)
    return _dated(match[1] if len(match[1]) == 4 else f"20{match[1]}", match[2], match[3], "统一日期写法")


def _serial_text(text: str) -> Reading:
    if re.fullmatch(r"\d{5}(\.0+)?", text):
        return _from_number(float(text))
    return refused(Code.NOT_A_DATE)


def _dated(year: str, month: str, day: str, how: str) -> Reading:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return refused(Code.NOT_A_DATE)
    return _held(converted(found, how))


def _held(reading: Reading) -> Reading:
    inside = isinstance(reading.value, date) and _EARLIEST <= reading.value < _LATEST
    return reading if inside else refused(Code.DATE_RANGE)


def _arabic(text: str) -> str:
    """Chinese numerals as digits: 二〇二二年六月三十日 → 2022年6月30日."""
    return _HAN.sub(lambda found: _digits(found[0]), text)


def _digits(numeral: str) -> str:
    ten = re.fullmatch("([一二三两]?)(十|廿|卅)([一二三四五六七八九]?)", numeral)
    if ten is None:
        return "".join(_NUMERALS.get(c, c) for c in numeral)
    tens = {"十": _NUMERALS.get(ten[1], "1"), "廿": "2", "卅": "3"}[ten[2]]
    return tens + _NUMERALS.get(ten[3], "0")
