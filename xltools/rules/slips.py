"""The slips of the pen behind the example's faults: a value as it should be → the value as somebody typed it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.form import Field, Form
from xltools.rules.codes import make_credit_code
from xltools.rules.faults import Fault, Ground, alone, where
from xltools.rules.records import Computed, Record, Value

FULL_WIDTH = {ord("0") + i: ord("０") + i for i in range(10)} | {ord("-"): ord("－")}


def full_width(value: Value) -> Value:
    """Typed with a full-width keyboard."""
    return str(value).translate(FULL_WIDTH)


def small(value: Value) -> Value:
    """Typed in small letters."""
    return str(value).lower()


def dotted(value: Value) -> Value:
    """2022.6.30."""
    day = _day(value)
    return f"{day.year}.{day.month}.{day.day}"


def written(value: Value) -> Value:
    """2022年6月30日."""
    day = _day(value)
    return f"{day.year}年{day.month}月{day.day}日"


def digits(value: Value) -> Value:
    """20220630, a number."""
    day = _day(value)
    return float(day.year * 10000 + day.month * 100 + day.day)


def thousands(value: Value) -> Value:
    """20,000 as text."""
    return f"{_number(value):,.0f}"


def ten_thousands(value: Value) -> Value:
    """2万 as text."""
    return f"{_number(value) / 10000:g}万"


def negative(value: Value) -> Value:
    """A minus sign that should not be there."""
    return -_number(value)


def without_area(value: Value) -> Value:
    """A telephone number without its area code."""
    return str(value).partition("-")[2]


def without_letter(value: Value) -> Value:
    """An industry code without its section letter."""
    return str(value)[1:]


def wrong_check(value: Value) -> Value:
    """A credit code with another last character."""
    text = str(value)
    return text[:-1] + ("1" if text[-1] != "1" else "2")


def letter_o(value: Value) -> Value:
    """A credit code with the letter O for a nought."""
    return str(value).replace("0", "O", 1)


def with_zero(ground: Ground, record: Record) -> bool:
    """The enterprise stands alone and its code has a nought."""
    return "0" in str(record["credit_code"]) and alone(ground, record)


def other_code(value: Value) -> Value:
    """A valid credit code that belongs to nobody else in the example: theirs begin their organisation code with Y."""
    first = str(value)[:8] + "X" + str(value)[16:8:-1]
    return make_credit_code(first)


def other_permit(value: Value) -> Value:
    """The permit number of another company."""
    return f"{other_code(str(value)[:18])}001P"


def other_name(value: Value) -> Value:
    """The name of another company."""
    return str(value).replace("有限", "科技有限").replace("股份科技", "科技股份")


def stale_name(value: Value) -> Value:
    """A looked-up name that was not calculated again."""
    return Computed("", "三门峡旧名实业有限公司")


def untracked(ground: Ground) -> None:
    """A returned application without an entry in the rectification list."""
    record = ground.take("review", where(_one_review, opinion="退回整改"))
    kept = [r for r in ground.sheets["rectification"] if r["credit_code"] != record["credit_code"]]
    ground.sheets["rectification"][:] = kept
    ground.expect(Code.RETURN_NOT_TRACKED, "review", "opinion", record)


def typed_over(form: str) -> Fault:
    """The right name, typed over the formula that looks it up."""

    def plant(ground: Ground) -> None:
        record = ground.take(form, where())
        record["name"] = ground.rows_of("screening", record["credit_code"])[0]["name"]
        ground.expect(Code.FORMULA_LOST, form, "name", record)

    return plant


def inserted_cell(form: str, name: str, shown: str) -> Fault:
    """A cell inserted into one row: what stood from this field on stands one column further to the right, over the computed cell at the end.

    shown: what the sheet's own formulas say of the row.
    """

    def plant(ground: Ground) -> None:
        record = ground.take(form, alone)
        names = [one.name for one in ground.template[form]]
        after = names[names.index(name):]
        values = [record.get(one) for one in after]
        record |= dict(zip(after, [None, *values], strict=False))
        ground.expect(Code.ROW_SLID, form, after[1], record, shown)

    return plant


def own_sheet(sheet: str, labels: Sequence[str], rows: Sequence[Sequence[str]]) -> Fault:
    """A sheet that the county made for itself: under its labels so many rows."""
    fields = tuple(Field(f"own{at}", label, width=18) for at, label in enumerate(labels))
    form = Form("own", sheet, sheet, fields, rows=0)

    def plant(ground: Ground) -> None:
        ground.template = replace(ground.template, forms=(*ground.template.forms, form))
        ground.sheets[form.name] = [dict(zip((one.name for one in fields), row, strict=True)) for row in rows]
        ground.expect(Code.PASSED_OVER, form.name)

    return plant


def _one_review(ground: Ground, record: Record) -> bool:
    return len(ground.rows_of("review", record["credit_code"])) == 1


def _day(value: Value) -> date:
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is no date")
    return value


def _number(value: Value) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return value
