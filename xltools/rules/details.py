"""What the sentences about one cell need to say: limits, choices, the expected check character."""

from __future__ import annotations

import re
from decimal import Decimal

from xltools.model.code import Code
from xltools.model.form import Field
from xltools.model.local import example_in
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.model.value import shown
from xltools.rules.choices import choices_text
from xltools.rules.codes import PermitForm, credit_code_check, is_credit_code, permit_form
from xltools.rules.limits import date_limits, limits_text

CODE_LENGTH = 18
REMARK = "remark"
NOTHING_TO_DO = "不需要处理"
WHOLE_CODE = re.compile("[0-9A-Z]{18}")
ALIKE = str.maketrans("OoIlZzSs", "00112255")  # letters that no code has, and the digits that they are taken for


def cell_details(code: Code, table: Table, row: int, name: str, policy: Policy) -> dict[str, object]:
    """The values for the sentence of this code about the cell of a field."""
    field, value = table.form[name], table.value(row, name)
    parent = table.value(row, field.depends) if field.depends else None
    typed = "" if value is None else shown(value)
    details: dict[str, object] = {"label": field.label, "value": typed, "example": field.example, "hint": hint(field, policy), "more": ""}
    if code in (Code.NOT_A_CHOICE, Code.COUNTY_UNKNOWN):
        details["choices"] = choices_text(policy.options(field.list), typed)
    elif code is Code.WRONG_DEPENDENT:
        details |= {"parent": parent, "choices": choices_text(policy.options(field.list, str(parent)), typed)}
    elif code is Code.NO_TABLE_YET:
        details["industry"] = parent
    elif code is Code.OUT_OF_RANGE:
        details["limits"] = limits_text(field)
    elif code is Code.PERCENT_DOUBT:
        details |= {"other": shown(float(Decimal(typed) * 100)), "then": say_so(table.form[REMARK].label if REMARK in table.form else "")}
    elif code is Code.DATE_RANGE:
        low, high = date_limits(policy)
        details |= {"low": low, "high": high}
    elif code is Code.TOO_LONG:
        details |= {"length": len(str(value)), "limit": field.max_length}
    elif code is Code.CREDIT_CODE_FORM:
        details["near"] = _instead(str(value))
    elif code is Code.CREDIT_CODE_CHECK:
        details["expected"] = credit_code_check(str(value)[:17])
    return details


def say_so(remark: str) -> str:
    """What to do about a cell that is as it should be, to follow “确为…的”. remark: where a person can say so, "" for nowhere."""
    return f"请在{remark}说明" if remark else NOTHING_TO_DO


def _instead(typed: str) -> str:
    """What belongs in place of a text without a digit; the code with digits for the letters that no code has, where its check character then fits; else ""."""
    if len({code for code in WHOLE_CODE.findall(typed.upper()) if is_credit_code(code)}) > 1:
        return "；这里填了两家以上企业的代码，一行只填一家，请分行填写"
    if permit_form(typed) is PermitForm.NATIONAL and is_credit_code(typed[:CODE_LENGTH]):
        return f"；这里填的是排污许可证编号，它的前18位“{typed[:CODE_LENGTH]}”才是信用代码"
    if not any(one.isdecimal() for one in typed):
        return "；这里填的不是代码，请填这家企业的信用代码"
    code = typed.translate(ALIKE)
    return f"；数字写成了字母的，应为“{code}”" if code != typed and is_credit_code(code) else ""


def hint(field: Field, policy: Policy) -> str:
    """What to put into an empty cell, to follow “请填写”."""
    own = example_in(field, policy)
    example = f"，例如 {own}" if own else ""
    return f"{example}；没有的填“{field.none_word}”" if field.none_word else example
