"""Checks of one cell as Excel expressions, each for one kind of field.

Every expression gives TRUE or FALSE for whatever stands in the cell, error values apart; each flags only what the check of the
closed file flags too. What a formula cannot see (a date in words that is no date, a name that is a title) is left to that check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from xltools.model.code import Code
from xltools.model.form import Condition, Field, Form, Kind
from xltools.model.live import LiveCheck
from xltools.rules.codes import ALPHABET
from xltools.rules.formula_lists import SEPARATOR
from xltools.rules.limits import says_ditto

USED = "{used}"
LAST_DAY = 73050  # the serial number of 2099-12-31
Problem = tuple[Code, str, str]  # code, words after the label, expression


def cell_checks(form: Form) -> Iterator[LiveCheck]:
    """What each field of the form, taken alone, can have wrong; in the order of the fields."""
    for field in form:
        if not field.formula:
            yield from _required(form, field)
            for code, text, expression in (*_of_kind(field), *_ditto(form, field), *_too_long(field)):
                yield LiveCheck(field.name, code, f"{field.label}{text}", expression, filled(field.name))


def cell(name: str) -> str:
    """The cell's text without blanks around it."""
    return f"TRIM({{{name}}})"


def blank(name: str) -> str:
    """Whether the cell holds nothing a person can see."""
    return f'TRIM(SUBSTITUTE({{{name}}},"　",""))=""'


def filled(name: str) -> str:
    """Whether the cell holds anything a person can see."""
    return f'TRIM(SUBSTITUTE({{{name}}},"　",""))<>""'


def among(name: str, values: tuple[str, ...]) -> str:
    """Whether the cell holds one of these words."""
    tests = [f'{cell(name)}="{value}"' for value in values]
    return tests[0] if len(tests) == 1 else f"OR({','.join(tests)})"


def listed(text: str, entries: str) -> str:
    """Whether a text is an entry of the list."""
    return f"ISNUMBER(MATCH({text},{{list:{entries}}},0))"


def unlisted(text: str, entries: str) -> str:
    """Whether a text is no entry of the list."""
    return f"ISERROR(MATCH({text},{{list:{entries}}},0))"


def pair(first: str, second: str) -> str:
    """Two cells as the lists of pairs write them."""
    return f'{cell(first)}&"{SEPARATOR}"&{cell(second)}'


def contains(name: str, entries: str) -> str:
    """How many entries of the list the cell's text contains, capital or small."""
    return f"SUMPRODUCT(ISNUMBER(SEARCH({{list:{entries}}},{{{name}}}))*1)"


def is_day(name: str) -> str:
    """Whether the cell is a real date of a plausible year."""
    return f"AND(ISNUMBER({{{name}}}),{{{name}}}>=MIN({{list:days}}),{{{name}}}<MAX({{list:days}})+1)"


def remainder(text: str) -> str:
    """What is left of the weighted sum, check character included, divided by 31; 0 for a valid code. Source: GB 32100-2015."""
    return f'MOD(SUMPRODUCT((FIND(MID({text},{{list:places}},1),"{ALPHABET}")-1)*{{list:weights}}),31)'


def valid_credit_code(name: str) -> str:
    """Whether the cell is a credit code with the right check character, written without blanks or dashes."""
    return f"IF(LEN({{{name}}})=18,IFERROR({remainder(f'UPPER({{{name}}})')},1)=0,FALSE)"


def _required(form: Form, field: Field) -> Iterator[LiveCheck]:
    key = form.layout == "rows" and field.name in form.key
    expression, given = blank(field.name), USED
    if field.depends:
        # an industry without tables has nothing to choose from
        expression = f"AND({expression},OR({blank(field.depends)},{listed(cell(field.depends), field.list + '_parents')}))"
    elif field.required_if:
        given = _holds(form, field.required_if)
    elif not (field.required or key):
        return
    yield LiveCheck(field.name, Code.ROW_WITHOUT_KEY if key else Code.REQUIRED, f"{field.label}未填写", expression, given)


def _holds(form: Form, condition: Condition) -> str:
    """Whether the other field has one of the values, or anything; a date must be a date, others are reported themselves."""
    if condition.values:
        return among(condition.field, condition.values)
    is_date = condition.field in form and form[condition.field].kind is Kind.DATE
    return is_day(condition.field) if is_date else filled(condition.field)


def _ditto(form: Form, field: Field) -> Iterator[Problem]:
    if says_ditto(form, field):
        yield Code.DITTO, "写了“同上”，请写完整", listed(cell(field.name), "ditto")


def _too_long(field: Field) -> Iterator[Problem]:
    if field.kind in (Kind.TEXT, Kind.NAME):
        yield Code.TOO_LONG, f"超过{field.max_length}字", f"LEN({cell(field.name)})>{field.max_length}"


def _of_kind(field: Field) -> Iterator[Problem]:
    makers: dict[Kind, Callable[[Field], Iterator[Problem]]] = {
        Kind.CHOICE: _dependent if field.depends else _choice,
        Kind.GRADE: _grade,
        Kind.NUMBER: _number,
        Kind.INTEGER: _number,
        Kind.DATE: _date,
        Kind.CREDIT_CODE: _credit_code,
        Kind.PERMIT_NO: _permit_no,
        Kind.INDUSTRY_CODE: _industry_code,
        Kind.PHONE: _phone,
        Kind.PERSON: _person,
    }
    return makers[field.kind](field) if field.kind in makers else iter(())


def _choice(field: Field) -> Iterator[Problem]:
    yield Code.NOT_A_CHOICE, "不在可选范围", unlisted(cell(field.name), f"ok_{field.list}")


def _dependent(field: Field) -> Iterator[Problem]:
    """Compared as written; another kind of brackets is left to the check of the closed file."""
    own, parent, of = cell(field.name), cell(field.depends), field.list
    known = listed(parent, f"{of}_parents")
    no_child = unlisted(own, f"{of}_children")
    yield Code.NOT_A_CHOICE, "不在可选范围", f'AND({known},{no_child},ISERROR(FIND("(",{own})))'
    yield Code.WRONG_DEPENDENT, "不属于所选行业", f"AND({known},NOT({no_child}),{unlisted(pair(field.depends, field.name), f'{of}_pairs')})"
    yield Code.NO_TABLE_YET, "暂无法核对，请与市局确认", f"AND(NOT({known}),{listed(parent, 'ok_industries')})"


def _grade(field: Field) -> Iterator[Problem]:
    """Other spellings of grades have no end; certain are only grades of another list and texts without any sign of a grade."""
    own, of = cell(field.name), field.list
    no_grade = f"OR({listed(own, f'no_{of}')},{contains(field.name, f'signs_{of}')}=0)"
    yield Code.NOT_A_CHOICE, "不在可选范围", f"AND({unlisted(own, f'ok_{of}')},{no_grade})"


def _number(field: Field) -> Iterator[Problem]:
    name = f"{{{field.name}}}"
    plain = f'SUBSTITUTE({cell(field.name)},",","")'
    for unit in (field.unit, field.label[0] if field.kind is Kind.INTEGER else ""):
        plain = f'SUBSTITUTE({plain},"{unit}","")' if unit else plain
    yield Code.NOT_A_NUMBER, "应为数字", f"AND(ISTEXT({name}),{contains(field.name, 'wide')}=0,ISERROR(VALUE({plain})))"
    low, high = field.minimum, field.maximum
    limits = [f"{name}{sign}{limit:f}" for sign, limit in (("<", low), (">", high)) if limit is not None]
    if limits:
        yield Code.OUT_OF_RANGE, f"应在{_shown(low)}至{_shown(high)}之间", f"AND(ISNUMBER({name}),OR({','.join(limits)}))"
    if field.kind is Kind.INTEGER:
        yield Code.NOT_A_WHOLE_NUMBER, "应为整数", f"IF(ISNUMBER({name}),{name}<>INT({name}),FALSE)"
    if field.unit == "%":
        yield Code.PERCENT_DOUBT, "可能少乘了100", f"AND(ISNUMBER({name}),{name}>0,{name}<=1)"


def _shown(limit: Decimal | None) -> str:
    return "" if limit is None else f"{limit:f}"


def _date(field: Field) -> Iterator[Problem]:
    """A real date is a number, and so may be eight digits. Text that can be a date is left to the check of the closed file."""
    name = f"{{{field.name}}}"
    digits = f'SUMPRODUCT(LEN({name})-LEN(SUBSTITUTE({name},{{list:numerals}},"")))'
    eight = f'AND(LEN({name})=8,ISNUMBER(DATEVALUE(TEXT({name},"0000-00-00"))))'
    number = f"AND(OR({name}<1,{name}>{LAST_DAY}),NOT({eight}))"
    yield Code.NOT_A_DATE, "不是日期", f"IF(ISNUMBER({name}),{number},AND(ISTEXT({name}),{digits}<2))"
    yield Code.DATE_RANGE, "的年份不对", f"AND(ISNUMBER({name}),{name}>=1,{name}<={LAST_DAY},NOT({is_day(field.name)}))"


def _credit_code(field: Field) -> Iterator[Problem]:
    name = f"{{{field.name}}}"
    plain = f'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE(UPPER(CLEAN({name}))," ",""),"\u00a0",""),"-","")'
    yield Code.CODE_DAMAGED, "被当成数字，请设为文本重填", f"ISNUMBER({name})"
    wrong = f"OR(LEN({plain})<>18,{contains(field.name, 'excluded')}>0)"
    yield Code.CREDIT_CODE_FORM, "应为18位数字和大写字母", f"AND(ISTEXT({name}),{contains(field.name, 'wide')}=0,{wrong})"
    unused = f"{contains(field.name, 'excluded')}=0"
    yield Code.CREDIT_CODE_CHECK, "校验码不对", f"AND(ISTEXT({name}),LEN({plain})=18,{unused},IFERROR({remainder(plain)},0)<>0)"


def _permit_no(field: Field) -> Iterator[Problem]:
    """Only a number of one piece is judged: dashes, 号 or 字 make an old number; words for nothing are short."""
    name, plain = f"{{{field.name}}}", f'SUBSTITUTE({{{field.name}}}," ","")'
    yield Code.CODE_DAMAGED, "被当成数字，请设为文本重填", f"ISNUMBER({name})"
    one_piece = ",".join(f'ISERROR(FIND("{sign}",{name}))' for sign in "-号字")
    wrong = f"OR(LEN({plain})<>22,ISERROR(VALUE(MID({plain},19,3))))"
    yield Code.PERMIT_FORM, "应为22位", f"AND(ISTEXT({name}),{contains(field.name, 'wide')}=0,{one_piece},LEN({plain})>2,{wrong})"
    yield Code.PERMIT_OLD, "是旧编号", f'AND(LEFT({plain},4)="PWX-",LEN({plain})=18)'


def _industry_code(field: Field) -> Iterator[Problem]:
    own = cell(field.name)
    letter = f'ISERROR(SEARCH(LEFT({own},1),"ABCDEFGHIJKLMNOPQRST"))'
    wrong = f"OR(LEN({own})<3,LEN({own})>5,{letter},ISERROR(VALUE(MID({own},2,4))))"
    narrow = f'{contains(field.name, "wide")}=0,ISERROR(FIND(" ",{own}))'
    yield Code.INDUSTRY_CODE_FORM, "应为1个字母加2至4位数字", f"AND({narrow},{wrong})"


def _phone(field: Field) -> Iterator[Problem]:
    """Judged when it is digits and dashes, or has no digit: what else people write around a number is left to the other check."""
    own = cell(field.name)
    digits = f'SUBSTITUTE(SUBSTITUTE({own},"-","")," ","")'
    mobile = f'AND(LEFT({own},1)="1",OR(LEN({digits})<>11,MID({own},2,1)<"3"))'
    other = f'AND(LEFT({own},1)<>"1",LEFT({own},1)<>"+",LEFT({own},2)<>"86",OR(LEFT({own},1)<>"0",LEN({digits})<10))'
    plain = f'AND(ISNUMBER(VALUE({digits})),ISERROR(FIND(".",{own})))'
    words = f"{contains(field.name, 'numerals')}=0"
    yield Code.PHONE_FORM, "应为11位手机号或带区号的座机号", f"IF({plain},OR({mobile},{other}),{words})"


def _person(field: Field) -> Iterator[Problem]:
    expression = f"{contains(field.name, 'digits')}+{contains(field.name, 'not_persons')}>0"
    yield Code.PERSON_FORM, "应为一个人的姓名", expression
