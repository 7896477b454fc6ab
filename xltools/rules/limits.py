"""What values are plausible."""

from __future__ import annotations

import re
from datetime import date

from xltools.model.form import Field, Form, Kind
from xltools.model.policy import Policy
from xltools.model.value import number_text
from xltools.model.visible import visible

_YEARS = 10
# What people write for the contents of the row above; a sheet's own check knows these, `is_ditto` also what they make of them.
DITTO = ("同上", "如上", "同前", "如前", "同", "同左", "上同", "〃", "″", "”", "“", "〞", '"', "''")
_LONGEST = 12
_AROUND = re.compile(r"[-()（）\[\]【】—–－_。.,，、;；:：\s]+")
_MARKS = frozenset("〃″”“〞\"'")
_LIKE = re.compile("[同如与][上前](面|述|一?[行格栏家列])?(相?同|一致|一样)?")


def date_limits(policy: Policy) -> tuple[date, date]:
    """First and last plausible date: ten years either side of the policy's year.

    Wide on purpose: it is there for 2202 or 1922 typed for 2022; a permit or a plan can be years away, a slip is decades away.
    """
    return date(policy.year - _YEARS, 1, 1), date(policy.year + _YEARS, 12, 31)


def is_ditto(text: str) -> bool:
    """Whether a text means the contents of the row above and nothing else: “同上”, “（如上）”, ditto marks."""
    if len(text) > _LONGEST:
        return False
    bare = _AROUND.sub("", visible(text))
    return bare in DITTO or _LIKE.fullmatch(bare) is not None or (bool(bare) and _MARKS.issuperset(bare))


def says_ditto(form: Form, field: Field) -> bool:
    """Whether words for the row above can stand in this field: in free text of the forms about enterprises."""
    return field.kind in (Kind.TEXT, Kind.NAME, Kind.PERSON) and form.layout == "rows" and "credit_code" in form


def limits_text(field: Field) -> str:
    """The range of a number in words: "在 0 至 100 之间"."""
    low, high = (None if limit is None else number_text(float(limit)) for limit in (field.minimum, field.maximum))
    if low is not None and high is not None:
        return f"在 {low} 至 {high} 之间"
    return f"不小于 {low}" if high is None else f"不大于 {high}"
