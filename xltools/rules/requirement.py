"""One requirement in two languages: judged here in Python, and written as a spreadsheet condition that says the same.

Both read an answer as strictly: a number must be a number, a choice must be one of the options letter by letter. Whatever
else stands in the cell is an answer nobody knows: never 0 and never a pass. `{answer}` in a condition stands for the cell.
"""

from __future__ import annotations

import re
from decimal import Decimal

from xltools.model.grade import NOT_APPLICABLE, Found, as_decimal
from xltools.model.indicator import AnswerKind, Indicator, Operator, Requirement
from xltools.rules.text import compact

CELL = "{answer}"
REASON = "{reason}"
SPACES = " \u3000"
SIGNS = {Operator.EQUAL: "=", Operator.AT_LEAST: ">=", Operator.ABOVE: ">", Operator.AT_MOST: "<=", Operator.BELOW: "<"}
HUNDRED = Decimal(100)
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_MARKS = re.compile(r"[\W_]+")
_THIS = "(?:[本该此这我](?:项|条|款|指标|内容|要求|项目|企业|公司|单位|厂|家)*|企业|公司)"
_DOES_NOT = "不适[用合]于?|不涉及到?|无关|没有?关系|不相关|不需要?|不用|无需"
_NO_REASON = re.compile(f"[与和对]?{_THIS}?[均都确实暂]*(?:{_DOES_NOT}){_THIS}?的?|没有|不存在|是的|确认|na|no|none", re.IGNORECASE)


def is_blank(found: object) -> bool:
    """Whether a cell says nothing: empty or only spaces."""
    return found is None or (isinstance(found, str) and not found.strip(SPACES))


def says_not_applicable(found: object) -> bool:
    """Whether the word for "does not apply" stands in the cell."""
    return isinstance(found, str) and found == NOT_APPLICABLE


def names_no_reason(reason: str) -> bool:
    """Whether what stands as the reason is a tick, or only says once more that it does not apply; “不涉及涂装” says why."""
    bare = _MARKS.sub("", reason)
    return len(bare) < 2 or _NO_REASON.fullmatch(bare) is not None


def is_answer(indicator: Indicator, found: Found) -> bool:
    """Whether an expert's entry can be judged: a number from 0 (a share up to 100), or one of the options."""
    if indicator.kind is AnswerKind.NUMBER:
        number = number_of(found)
        return number is not None and number >= 0 and (indicator.unit != "%" or number <= HUNDRED)
    return isinstance(found, str) and found in indicator.options


def number_of(found: Found) -> Decimal | None:
    """The number in a cell, None for anything else; a truth value or a date is no number."""
    if isinstance(found, bool) or not isinstance(found, int | float | Decimal):
        return None
    number = as_decimal(found)
    return number if number.is_finite() else None


def number_written(found: Found, unit: str) -> Decimal | None:
    """The number that a text in a cell says, with or without its unit, whatever its width and blanks; None for anything else."""
    plain = compact(found).removesuffix(compact(unit)) if isinstance(found, str) else ""
    return Decimal(plain) if NUMBER.fullmatch(plain) else None


def meets(requirement: Requirement, found: Found) -> bool:
    """Whether a judgeable answer satisfies a known requirement."""
    if requirement.operator is Operator.IN or isinstance(found, str):
        return found in requirement.values
    number = number_of(found)
    if number is None:
        return False
    limit = requirement.limit
    return {
        Operator.EQUAL: number == limit,
        Operator.AT_LEAST: number >= limit,
        Operator.ABOVE: number > limit,
        Operator.AT_MOST: number <= limit,
        Operator.BELOW: number < limit,
    }.get(requirement.operator or Operator.IN, False)


def condition(indicator: Indicator, requirement: Requirement) -> str:
    """`meets` as a condition on `{answer}`, for a cell that already passed `answer_condition`."""
    if indicator.kind is AnswerKind.NUMBER and requirement.operator:
        return f"{CELL}{SIGNS.get(requirement.operator, '=')}{requirement.limit:f}"
    return one_of(requirement.values)


def answer_condition(indicator: Indicator) -> str:
    """`is_answer` as a condition on `{answer}`. LibreOffice takes TRUE for a number, hence ISLOGICAL; an error cell is no answer."""
    if indicator.kind is AnswerKind.NUMBER:
        limit = f",{CELL}<=100" if indicator.unit == "%" else ""
        return f"IF(ISNUMBER({CELL}),AND(NOT(ISLOGICAL({CELL})),{CELL}>=0{limit}),FALSE)"
    return f"IF(ISTEXT({CELL}),{one_of(indicator.options)},FALSE)"


def silent_condition() -> str:
    """True when `{answer}` is blank or says "does not apply" itself."""
    return f'IF(ISERROR({CELL}),FALSE,OR({bare(CELL)}="",EXACT({CELL},{quoted(NOT_APPLICABLE)})))'


def reason_condition() -> str:
    """True when a reason stands in `{reason}`."""
    return f'IF(ISERROR({REASON}),TRUE,{bare(REASON)}<>"")'


def one_of(values: tuple[str, ...]) -> str:
    """Letter by letter; "=" would not tell capitals apart."""
    tests = ",".join(f"EXACT({CELL},{quoted(value)})" for value in values)
    return f"OR({tests})" if len(values) > 1 else tests


def bare(cell: str) -> str:
    """A cell or range without ordinary and wide spaces around it."""
    return f'TRIM(SUBSTITUTE({cell},"\u3000",""))'


def quoted(text: str) -> str:
    """A text constant of a formula."""
    return '"' + text.replace('"', '""') + '"'
