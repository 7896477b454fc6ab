"""Numbers as people type them; what could mean two numbers is not read as one."""

from __future__ import annotations

import math
import re

from xltools.model.code import Code
from xltools.model.form import Field
from xltools.model.percent import Percent
from xltools.model.value import shown
from xltools.model.visible import visible
from xltools.rules.reading import BLANK, PERCENT_CELL, Reading, converted, refused
from xltools.rules.text import compact, key, narrow

_AS_SHOWN = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)
_AS_TEXT = "'‘’`"  # what marks a number as text in Excel, kept by programs that write files
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_WITH_TAIL = re.compile(r"([+-]?[\d,.]+) ?(.+)", re.ASCII | re.DOTALL)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?", re.ASCII)
_SCALE = re.compile("百万|千万|万|亿")
_SCALES = {"万": 10**4, "亿": 10**8, "百万": 10**6, "千万": 10**7}
# A result below what the method detects: in words, in the letters of laboratories, as a bound, or as the limit with an L behind it.
_BELOW = re.compile(r"未检出|未测出|检出限|检测限|(?<![A-Z])N\.?D\.?(?![A-Z])|(?<![A-Z])[BM]?DL(?![A-Z])|^(?:<|小于|低于|不足)\.?\d|^\d+(?:\.\d+)?L$", re.ASCII)
# Nothing of something, or nothing known of it: nobody can tell which.
_NOTHING = re.compile(r"[-/\\]+|(?:无|没有|暂无)(?:数据|资料|统计|监测|此项|该项)?|不(?:涉及|适用)|N/?A|NONE")
_ZERO = re.compile("零|[无不](?:排放|产生|外排)")
# A range, a sum not worked out, several numbers.
_SEVERAL, ONE_ONLY = re.compile(r"\d[^\W\d]{0,6}[-~+、/至到]\d"), "；一格只填一个数"
EXACT = 10**15  # a cell holds 15 digits; a longer number or code has lost its end


def read_number(cell: object, field: Field) -> Reading:
    """The number in a cell of this field.

    "1,200", "１２.5" and the field's own unit behind a number are certain. "2000万" (the unit column may say 万吨 already),
    "约300", "10-20", "≤10" and other units are not: they are refused, with a proposal where there is one. So are "未检出" and "<0.5",
    which are neither 0 nor 0.5: nothing that we know says what counts; and “无” or a stroke, which may mean 0 or that nobody knows. A cell that shows a percentage is read as the text it shows.
    """
    if isinstance(cell, Percent):
        is_share = field.unit == "%" and math.isfinite(cell.number)
        return converted(cell.number, PERCENT_CELL) if is_share else _no_number(shown(cell), field)
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return Reading(float(cell)) if math.isfinite(cell) else _no_number(shown(cell), field)
    if not isinstance(cell, str):
        return BLANK if cell is None else _no_number(shown(cell), field)
    typed = visible(cell)
    if not typed:
        return BLANK
    value = _value(narrow(typed).lstrip(_AS_TEXT))
    if value is not None and not _is_list(typed):
        return Reading(value) if _AS_SHOWN.fullmatch(typed) else converted(value, "统一数字写法")
    return _with_unit(typed, field)


def read_integer(cell: object, field: Field) -> Reading:
    """The whole number in a cell of this field; a fraction is refused."""
    reading = read_number(cell, field)
    if not isinstance(reading.value, float):
        return reading
    if reading.value != int(reading.value):
        return refused(Code.NOT_A_WHOLE_NUMBER)
    if abs(reading.value) >= EXACT:
        return _no_number("", field)
    return Reading(int(reading.value), reading.code, reading.details)


def _value(text: str) -> float | None:
    """The number this narrow text is, None when it is none or has too many digits."""
    if not (_PLAIN.fullmatch(text) or _GROUPED.fullmatch(text)):
        return None
    value = float(text.replace(",", ""))
    return value if math.isfinite(value) else None


def _is_list(typed: str) -> bool:
    """Whether "100，200" more likely lists two numbers: a Chinese comma between half-width digits."""
    return "，" in typed and any(c in typed for c in "0123456789")


def _with_unit(typed: str, field: Field) -> Reading:
    """A number followed by the field's unit, or by the word its label begins with ("2022年" under 年度)."""
    match = None if _is_list(typed) else _WITH_TAIL.fullmatch(narrow(typed))
    value = _value(match[1]) if match else None
    if match is None or value is None:
        return _no_number(typed, field)
    tail = key(match[2])
    if tail == key(field.unit) or key(field.label).startswith(tail):
        return converted(value, "去掉单位")
    return _no_number(typed, field)


def says_below(typed: str) -> bool:
    """Whether a text says that a result was below what the method detects, instead of a number."""
    return _BELOW.search(compact(typed)) is not None


def says_several(typed: str) -> bool:
    """Whether a text gives a range, a sum not worked out, or several numbers."""
    return _SEVERAL.search(compact(typed)) is not None


def _no_number(typed: str, field: Field) -> Reading:
    if says_below(typed):
        return refused(Code.NOT_A_NUMBER, example=field.example, more="；结果低于检出限的，按多少计没有规定（需人工确认），不能当作 0：请与市局商定后填数，原来的写法写在备注")
    proposal = "" if _is_list(typed) else _proposal(narrow(typed))
    more = _nothing(field) if _NOTHING.fullmatch(compact(typed)) else ONE_ONLY if says_several(typed) else ""
    return refused(Code.NOT_A_NUMBER, example=proposal or field.example, more=more)


def _nothing(field: Field) -> str:
    """What to do where somebody wrote “无” or a stroke for a number; the sources do not say that it counts as 0."""
    if field.minimum is not None and field.minimum > 0:
        return ""
    if field.required:
        return "；这样写分不清是零还是没有数据，不会当作 0：确实是零的填 0，没有数据的请查明后填数，查不明的由市局确定"
    return "；这样写分不清是零还是没有数据，不会当作 0：确实是零的填 0，没有数据的空着"


def _proposal(text: str) -> str:
    """A number the person may have meant, only ever proposed: 2000万 → 20000000, 约300 → 300; "" for none or several."""
    if _ZERO.fullmatch(text):
        return "0"
    found = list(_NUMBER.finditer(text))
    number = _value(found[0][0]) if len(found) == 1 else None
    if number is None:
        return ""
    scale = _SCALE.match(text, found[0].end())
    return shown(number * _SCALES[scale[0]] if scale else number)
