"""Codes with a published form: credit code, permit number, industry code, phone number, a person's name."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from operator import mul

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_NONE = 255
_VALUES = bytes(ALPHABET.find(chr(byte)) % 256 for byte in range(256))  # of a byte; -1 becomes _NONE

_CREDIT = re.compile(rf"[{ALPHABET}]{{18}}")
# H9 + division code + 0000 and a serial, or an organisation code, + a letter: units without a credit code.
_UNCODED = r"H9\d{6}[0-9A-Z]{9}[A-Z]"
_NATIONAL_PERMIT = re.compile(rf"(?:[{ALPHABET}]{{18}}|{_UNCODED})\d{{3}}[0-9A-Z]")
_OLD_PERMIT = re.compile(r"[A-Z]{1,5}-?\d{4,6}(?:-\d{1,8}){1,4}")  # PWX-130921-0023-16 and its like
_PAPER_PERMIT = re.compile(r"[\u4e00-\u9fff].*\d.*[号字]|[\u4e00-\u9fff].*字.*\d")  # 豫环许可字第12号
_INDUSTRY = re.compile(r"[A-T]\d{2,4}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d{2})-?\d{7,8}(?:-\d{1,6})?")
_HAN_NAME = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ebef〇]{2,6}")
_DOTTED_NAME = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]{1,10}(?:[·•][\u3400-\u4dbf\u4e00-\u9fff]{1,10})+")
_LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z.'-]*(?: [A-Za-z.'-]+){0,4}")
_NOT_A_PERSON = re.compile(r"公司|集团|分局|环保|办公室|中心|单位|部门|车间|经理|厂长|主任|局长|科长|先生|女士|电话|待定|不详|暂无|没有|^(TRUE|FALSE)$")


class PermitForm(Enum):
    """What a permit number looks like: of the national kind, an old local one, or neither."""

    NATIONAL = "national"
    OLD = "old"
    BAD = "bad"


def credit_code_check(first17: str) -> str:
    """The check character for the first 17 characters of a credit code.

    Raises KeyError for a character outside the code's alphabet, ValueError for another length.
    Source: GB 32100-2015 4.2 and annex.
    """
    if len(first17) != len(WEIGHTS):
        raise ValueError("the argument must have 17 characters")
    values = first17.encode().translate(_VALUES)  # a character beyond ASCII becomes bytes of no value
    if _NONE in values:
        raise KeyError(first17)
    return ALPHABET[-sum(map(mul, values, WEIGHTS)) % 31]


def make_credit_code(first17: str) -> str:
    """The first 17 characters with their check character. Source: GB 32100-2015 4.1."""
    return first17 + credit_code_check(first17)


def has_credit_form(text: str) -> bool:
    """Whether this is 18 characters of the credit code's alphabet, whatever the check character says."""
    return _CREDIT.fullmatch(text) is not None


@lru_cache(maxsize=2**14)  # every check of a workbook asks for the same codes
def is_credit_code(text: str) -> bool:
    """Whether form and check character are right. Source: GB 32100-2015."""
    return has_credit_form(text) and credit_code_check(text[:17]) == text[17]


@lru_cache(maxsize=2**14)
def permit_form(text: str) -> PermitForm:
    """Which kind of permit number this is.

    National: 18 characters of credit code (or H9… for a unit without one), three digits for the site, one more letter or digit.
    Only the form is judged: annex A of the standard prints two sites of one company as …001P and …002P and calls position 22
    a mark, so no check can be computed from the rest. Source: HJ 608-2017 and its annex A.
    """
    if _NATIONAL_PERMIT.fullmatch(text):
        return PermitForm.NATIONAL
    old = _OLD_PERMIT.fullmatch(text) or _PAPER_PERMIT.search(text)
    return PermitForm.OLD if old else PermitForm.BAD


def is_industry_code(text: str) -> bool:
    """A letter A to T and two to four digits. Source: GB/T 4754-2017."""
    return _INDUSTRY.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """A mobile number, or a landline with its area code, with or without an extension ("0398-1234567-801")."""
    return (_MOBILE.fullmatch(text) or _LANDLINE.fullmatch(text)) is not None


def is_person(text: str) -> bool:
    """Whether this can be one person's name: Chinese (with · for transcribed ones) or Latin letters, no unit, no title."""
    if _NOT_A_PERSON.search(text):
        return False
    return any(form.fullmatch(text) for form in (_HAN_NAME, _DOTTED_NAME, _LATIN_NAME))
