"""How one cell is read, by the kind of its field."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time

from xltools.model.code import Code
from xltools.model.form import Field, Kind, Owner
from xltools.model.percent import Percent
from xltools.model.policy import Policy
from xltools.model.value import is_blank, is_error, number_text, shown
from xltools.model.visible import visible
from xltools.rules.choices import read_choice, spellings
from xltools.rules.codes import PermitForm, has_credit_form, is_phone, permit_form
from xltools.rules.dates import read_date, read_month
from xltools.rules.grades_text import grade_spellings, read_grade
from xltools.rules.limits import date_limits
from xltools.rules.numbers import EXACT, read_integer, read_number
from xltools.rules.reading import BLANK, PERCENT_CELL, Reading, converted, refused
from xltools.rules.text import (
    how_changed,
    key,
    latin,
    narrow,
    one_line,
)

Reader = Callable[[object], Reading]

_SCIENTIFIC = re.compile(r"-?\d(\.\d+)?E[+-]?\d{2,3}")
_LABEL = re.compile("^(?:统一社会信用代码|统一代码|信用代码|代码|排污许可证(?:编号|号)?|许可证(?:编号|号)?):?")      # of the code behind it
_SEPARATORS = re.compile(r"[-_.,·'\"`]")
_BETWEEN_HAN = re.compile(r"(?<=[^\x00-\x7f])[ \u00a0\u3000]+(?=[^\x00-\x7f])")
_BREAKS = re.compile(r"[\r\n]+")
_COUNTRY = re.compile(r"^(\+|00)?86-?(?=1[3-9]\d|0)")
_AREA = re.compile(r"^\((0\d{2,3})\)-?")
_EXTENSION = re.compile(r"(转|分机|EXT\.?)-?", re.IGNORECASE)


def cell_reader(field: Field, policy: Policy, year: int) -> Reader:
    """How a cell of this field is read. Computed fields are only echoed as text.

    year: of the cover, for dates without one. The reader never raises, and what it makes missing has an error code.
    """
    read = _read_text if field.owner is Owner.FORMULA else _of_kind(field, policy, year)
    if field.none_word:
        read = _none_word_first(field, policy, read)

    def read_cell(cell: object) -> Reading:
        if is_blank(cell):
            return BLANK
        if isinstance(cell, str) and not cell.isalnum() and is_error(cell.strip()):
            return refused(Code.ERROR_CELL)
        return _noting_unseen(cell, read(cell))

    return read_cell


def _noting_unseen(cell: object, reading: Reading) -> Reading:
    """The reading; when characters nobody sees were left out on the way and nothing is said yet, with a note of that."""
    silent = reading.code is None and reading.value is not None
    hidden = silent and isinstance(cell, str) and visible(cell) != cell.strip()
    return converted(reading.value, "去掉看不见的字符") if hidden else reading


def _of_kind(field: Field, policy: Policy, year: int) -> Reader:
    if field.kind is Kind.GRADE:
        grades = grade_spellings(field, policy)
        return lambda cell: read_grade(cell, grades, policy)
    if field.kind is Kind.CHOICE:
        accepted = spellings(field, policy)
        return lambda cell: read_choice(cell, accepted)
    readers: dict[Kind, Reader] = {
        Kind.NUMBER: lambda cell: read_number(cell, field),
        Kind.INTEGER: lambda cell: read_integer(cell, field),
        Kind.DATE: lambda cell: _read_date(cell, policy, year),
        Kind.MONTH: lambda cell: read_month(cell, year),
        Kind.CREDIT_CODE: lambda cell: _read_code(cell, _normal_code),
        Kind.PERMIT_NO: lambda cell: _read_code(cell, _normal_permit),
        Kind.INDUSTRY_CODE: lambda cell: _read_code(cell, latin),
        Kind.PHONE: lambda cell: _read_normal(cell, _normal_phone),
        Kind.PERSON: lambda cell: _read_normal(cell, _normal_person),
        Kind.NAME: lambda cell: _read_normal(cell, one_line),
    }
    return readers.get(field.kind, _read_text)


def _none_word_first(field: Field, policy: Policy, read: Reader) -> Reader:
    words = {key(word) for word in policy.synonyms.get("none", {}).get(field.none_word, ())}

    def read_cell(cell: object) -> Reading:
        text = visible(shown(cell))
        if text == field.none_word:
            return Reading(text)
        return converted(field.none_word, "按同义写法") if key(text) in words else read(cell)

    return read_cell


def _read_date(cell: object, policy: Policy, year: int) -> Reading:
    reading = read_date(cell, year)
    if reading.code is not Code.DATE_RANGE:
        return reading
    low, high = date_limits(policy)
    return refused(Code.DATE_RANGE, low=low, high=high)


def _read_text(cell: object) -> Reading:
    """Text keeps its width, its signs (㎡, ①, Ⅲ) and its lines."""
    return _read_normal(cell.replace("\r\n", "\n") if isinstance(cell, str) else cell, visible)


def _read_code(cell: object, normal: Callable[[str], str]) -> Reading:
    """As `_read_normal`; a code that a cell has turned into 9.113E+17 is lost. Most are capitals and digits and nothing else."""
    if isinstance(cell, str) and cell.isascii() and cell.isalnum() and cell == cell.upper() and not _SCIENTIFIC.fullmatch(cell):
        return Reading(cell)
    return refused(Code.CODE_DAMAGED) if _SCIENTIFIC.fullmatch(latin(shown(cell))) else _read_normal(cell, normal)


def _read_normal(cell: object, normal: Callable[[str], str]) -> Reading:
    """The text of a cell in its plain writing; a number of more than 15 digits has lost its end and is refused."""
    if isinstance(cell, date | time | bool):
        return converted(normal(shown(cell)), "按文字")
    if isinstance(cell, Percent):
        return Reading(shown(cell), Code.CONVERTED, {"value": number_text(cell), "after": shown(cell), "how": PERCENT_CELL})
    if isinstance(cell, float | int):
        return refused(Code.CODE_DAMAGED) if abs(cell) >= EXACT else Reading(shown(cell))
    typed = str(cell)
    text = normal(typed) or visible(typed)
    return Reading(text) if text == typed.strip() else converted(text, how_changed(typed, text))


def _normal_code(text: str) -> str:
    """Capitals without separators; a text that is no code even then keeps them."""
    joined = _SEPARATORS.sub("", _LABEL.sub("", latin(text)))
    return joined if has_credit_form(joined) else latin(text)


def _normal_permit(text: str) -> str:
    """A national number without separators; others keep theirs."""
    joined = _SEPARATORS.sub("", _LABEL.sub("", latin(text)))
    return joined if permit_form(joined) is PermitForm.NATIONAL else latin(text)


def _normal_phone(text: str) -> str:
    """Digits with a dash after the area code and before the extension; as typed when that is no phone number."""
    compacted = narrow(text).replace(" ", "")
    dashed = _EXTENSION.sub("-", _AREA.sub(r"\1-", _COUNTRY.sub("", compacted)))
    joined = dashed.replace("-", "")
    candidates = (compacted, dashed, joined if joined.startswith("1") else dashed)
    return next((one for one in candidates if is_phone(one)), visible(text))


def _normal_person(text: str) -> str:
    """Blanks between Chinese characters only pad short names; between words of two characters or more they part two people."""
    line = one_line(_BREAKS.sub(" ", text))      # two people in two lines are two
    whole = [part for part in _BETWEEN_HAN.split(line) if len(part) > 1]
    return line if len(whole) > 1 else _BETWEEN_HAN.sub("", line)
