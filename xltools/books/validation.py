"""What a cell accepts while it is typed into: drop-downs, limits, and the message shown beside it."""

from __future__ import annotations

from decimal import Decimal

from xltools.books.refs import column_of, list_name
from xltools.model.form import FIRST_ROW, Field, Form, Kind, Owner
from xltools.model.guide import load_guide

TITLE_LIMIT, MESSAGE_LIMIT = 32, 255
LARGEST = Decimal("1000000000000")
# Serial numbers of 2000-01-01 and 2099-12-31: the years a date is typed in for at all.
EARLIEST, LATEST = 36526, 73050
Options = dict[str, object]


def validation(form: Form, field: Field) -> Options:
    """What XlsxWriter's data_validation takes for the column (row forms) or the cell (card forms) of this field."""
    if field.owner is Owner.FORMULA:
        return {"validate": "custom", "value": "=FALSE", **_prompt(field), **_error(field, "overwritten")}
    return {**_accepted(form, field), **_prompt(field)}


def _accepted(form: Form, field: Field) -> Options:
    if field.depends:
        return {"validate": "list", "value": _dependent(form, field), **_error(field, "doubtful_table", "warning")}
    if field.is_choice:
        return {"validate": "list", "value": f"={list_name(field.list)}", **_error(field, "refused_choice")}
    if field.kind in (Kind.NUMBER, Kind.INTEGER):
        return _number(field)
    if field.kind is Kind.DATE:
        return {"validate": "date", "criteria": "between", "minimum": EARLIEST, "maximum": LATEST, **_error(field, "refused_date", example=field.example)}
    if field.kind is Kind.CREDIT_CODE:
        return {"validate": "length", "criteria": "==", "value": field.max_length, **_error(field, "doubtful_code", "warning", limit=field.max_length)}
    refused = _error(field, "refused_long", limit=field.max_length)
    return {"validate": "length", "criteria": "<=", "value": field.max_length, **refused}


def _dependent(form: Form, field: Field) -> str:
    """The part of a list that belongs to what another field of the row says; pairs stand together, parents repeated."""
    parents, children = list_name(f"{field.list}_parents"), list_name(f"{field.list}_children")
    parent = f"${column_of(form, field.depends)}{FIRST_ROW}"
    first = f"INDEX({children},1)"
    return f"=OFFSET({first},MATCH({parent},{parents},0)-1,0,COUNTIF({parents},{parent}),1)"


def _number(field: Field) -> Options:
    low = -LARGEST if field.minimum is None else field.minimum
    high = LARGEST if field.maximum is None else field.maximum
    kind = "integer" if field.kind is Kind.INTEGER else "decimal"
    limits = {"low": f"{low:f}", "high": f"{high:f}"}
    return {"validate": kind, "criteria": "between", "minimum": float(low), "maximum": float(high), **_error(field, "refused_number", **limits)}


def _error(field: Field, word: str, kind: str = "stop", **values: object) -> Options:
    """What is said when something else is typed. kind: stop refuses it, warning asks."""
    text = load_guide().words[word].format(**values)
    return {"error_type": kind, "error_title": field.label[:TITLE_LIMIT], "error_message": text[:MESSAGE_LIMIT]}


def _prompt(field: Field) -> Options:
    """What is said when the cell is entered: what to write, in which form, an example, whether it must be there."""
    text = "\n".join((field.help, *details(field)))
    return {"input_title": f"{field.label}（{required_word(field)}）"[:TITLE_LIMIT], "input_message": text[:MESSAGE_LIMIT]}


def required_word(field: Field) -> str:
    """Whether the field must be filled in, in a word."""
    texts = load_guide().words
    if field.owner is Owner.FORMULA:
        return texts["nobody"]
    return texts["required"] if field.required else texts["conditional"] if field.required_if else texts["optional"]


def details(field: Field) -> list[str]:
    """Unit, limits, word for nothing, and example, as far as there are any, a line each."""
    words = load_guide().words
    found = []
    if field.unit:
        found.append(words["unit"].format(unit=field.unit))
    if field.none_word:
        found.append(words["none_word"].format(word=field.none_word))
    if field.example:
        found.append(f"{words['example']}{field.example}")
    return found
