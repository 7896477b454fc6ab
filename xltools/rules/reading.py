"""How one cell was understood: as it stands, as something else, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct, field

from xltools.model.code import Code
from xltools.model.value import shown

PERCENT_CELL = "单元格是百分比格式"
Value = str | float | int | date | None


class Reading(Struct, frozen=True):
    """What a cell means.

    value: None when the cell is blank or was not understood · code: None when there is nothing to say ·
    details: what the code's sentence needs besides the field's label and the cell's own text.
    """

    value: Value
    code: Code | None = None
    details: Mapping[str, object] = field(default_factory=dict)


BLANK = Reading(None)


def converted(value: Value, how: str) -> Reading:
    """Understood, but written otherwise; how says in a few words what was done."""
    return Reading(value, Code.CONVERTED, {"after": shown(value), "how": how})


def refused(code: Code, **details: object) -> Reading:
    """Not understood: the value is missing, and the finding says so."""
    return Reading(None, code, details)
