"""The expressions our sheets check themselves with: what they may be made of, and which problems they see.

That they compute the right thing is tested in tests/office, where LibreOffice evaluates them.
"""

import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from xltools.books.refs import LAST_ROW, quoted, resolve
from xltools.model.code import Code
from xltools.model.form import Form, Template, load_template
from xltools.model.live import CAUTION, END
from xltools.model.policy import load_policy
from xltools.rules.formula import checks, formula, live

POLICY = load_policy("sanmenxia-2022")
TEMPLATE = load_template("county")
LIVE = live(TEMPLATE, POLICY)
FORMS = [form.name for form in TEMPLATE]

# Excel 2013, WPS and LibreOffice 7 have all of these.
FUNCTIONS = {
    "ABS", "AND", "CLEAN", "DATEVALUE", "FALSE", "FIND", "IF", "IFERROR", "INDEX", "INT", "ISERROR", "ISNUMBER", "ISTEXT", "LEFT", "LEN", "MATCH",
    "MAX", "MID", "MIN", "MOD", "NOT", "OR", "RIGHT", "ROW", "SEARCH", "SUBSTITUTE", "SUMPRODUCT", "TEXT", "TRIM", "UPPER", "VALUE", "YEAR",
}  # fmt: skip
LONGEST, DEEPEST = 8192, 64     # Excel's limits: characters of a formula, levels of nesting
MOST_ARGUMENTS = 255


def expressions(name: str) -> Iterator[str]:
    """Everything a form computes, as it stands in the last row."""
    form, own = TEMPLATE[name], LIVE.forms[name]
    sheet = f"{quoted(form.sheet)}!"
    yield from (resolve(text, form, LAST_ROW) for text in own.formulas.values())
    yield from (resolve(text, form, 1, sheet) for text in own.parts.values())
    yield from (resolve(check.whole, form, LAST_ROW) for check in own.checks)


def without_texts(expression: str) -> str:
    return re.sub(r'"[^"]*"', '""', expression)


def depth(expression: str) -> int:
    """How deep functions are nested."""
    deepest = now = 0
    for character in without_texts(expression):
        now += (character == "(") - (character == ")")
        assert now >= 0
        deepest = max(deepest, now)
    assert now == 0
    return deepest


@pytest.mark.parametrize("name", FORMS)
def test_only_functions_that_all_three_programs_have_are_used(name: str) -> None:
    used = {word for text in expressions(name) for word in re.findall(r"([A-Z][A-Z0-9.]*)\(", without_texts(text))}
    assert used <= FUNCTIONS
    assert len(used) > 5


@pytest.mark.parametrize("name", FORMS)
def test_no_expression_is_longer_or_deeper_than_excel_allows(name: str) -> None:
    for text in expressions(name):
        assert len(text) <= LONGEST
        assert depth(text) <= DEEPEST
        assert without_texts(text).count(",") < MOST_ARGUMENTS * 8


@pytest.mark.parametrize("name", FORMS)
def test_no_array_constant_and_no_placeholder_is_left(name: str) -> None:
    for text in expressions(name):
        assert "{" not in without_texts(text)
        assert "}" not in without_texts(text)


@pytest.mark.parametrize("name", FORMS)
def test_checks_refer_to_other_sheets_by_names_alone(name: str) -> None:
    for check in LIVE.forms[name].checks:
        assert "!" not in without_texts(resolve(check.whole, TEMPLATE[name], LAST_ROW))


@pytest.mark.parametrize("name", FORMS)
def test_every_phrase_says_one_thing_and_can_be_counted(name: str) -> None:
    found = LIVE.forms[name].checks
    assert len({check.shown for check in found}) == len(found)
    for check in found:
        assert END not in check.text
        assert CAUTION not in check.text
        assert check.shown.startswith(CAUTION) == (check.code.number[0] == "W")


def codes(name: str, field: str) -> set[Code]:
    """What a field's checks can find."""
    return {check.code for check in checks(TEMPLATE[name]) if check.field == field}


@pytest.mark.parametrize(
    ("form", "field", "expected"),
    [
        ("screening", "credit_code", {Code.ROW_WITHOUT_KEY, Code.CODE_DAMAGED, Code.CREDIT_CODE_FORM, Code.CREDIT_CODE_CHECK, Code.DUPLICATE_ROW, Code.NAME_TWO_CODES}),
        ("screening", "name", {Code.REQUIRED, Code.DITTO, Code.TOO_LONG, Code.CODE_TWO_NAMES}),
        ("screening", "permit_no", {Code.REQUIRED, Code.CODE_DAMAGED, Code.PERMIT_FORM, Code.PERMIT_OLD, Code.PERMIT_OTHER_CODE}),
        ("screening", "table", {Code.REQUIRED, Code.NOT_A_CHOICE, Code.WRONG_DEPENDENT, Code.NO_TABLE_YET}),
        ("screening", "capacity", {Code.REQUIRED, Code.NOT_A_NUMBER, Code.OUT_OF_RANGE}),
        ("screening", "applied", {Code.REQUIRED, Code.NOT_A_CHOICE, Code.GRADE_NOT_IN_SCHEME, Code.NOT_WORSE}),
        ("screening", "target_date", {Code.REQUIRED, Code.NOT_A_DATE, Code.DATE_RANGE}),
        ("screening", "protected", {Code.REQUIRED, Code.NOT_A_CHOICE, Code.PROTECTED_NOT_LISTED}),
        ("screening", "remark", {Code.DITTO, Code.TOO_LONG}),
        ("review", "credit_code", {Code.ROW_WITHOUT_KEY, Code.CODE_DAMAGED, Code.CREDIT_CODE_FORM, Code.CREDIT_CODE_CHECK, Code.DUPLICATE_ROW, Code.REVIEW_NOT_SCREENED}),
        ("review", "process", {Code.ROW_WITHOUT_KEY, Code.DITTO, Code.TOO_LONG, Code.REVIEW_NOT_SCREENED}),
        ("review", "applied", {Code.REQUIRED, Code.NOT_A_CHOICE, Code.APPLIED_DIFFERS}),
        ("review", "opinion", {Code.REQUIRED, Code.NOT_A_CHOICE, Code.RETURN_NOT_TRACKED}),
        ("review", "m_gate", {Code.REQUIRED, Code.NOT_A_CHOICE, Code.MATERIAL_MISSING}),
        ("review", "checker2", {Code.REQUIRED, Code.DITTO, Code.PERSON_FORM, Code.SAME_PERSON}),
        ("review", "sign_date", {Code.REQUIRED, Code.NOT_A_DATE, Code.DATE_RANGE, Code.DATE_ORDER}),
        ("rectification", "issue_no", {Code.ROW_WITHOUT_KEY, Code.DITTO, Code.TOO_LONG, Code.DUPLICATE_VALUE}),
        ("rectification", "due", {Code.REQUIRED, Code.NOT_A_DATE, Code.DATE_RANGE, Code.OVERDUE}),
        ("measures", "cut_red", {Code.REQUIRED, Code.NOT_A_NUMBER, Code.OUT_OF_RANGE, Code.PERCENT_DOUBT}),
        ("cover", "year", {Code.REQUIRED, Code.NOT_A_NUMBER, Code.OUT_OF_RANGE, Code.NOT_A_WHOLE_NUMBER}),
        ("cover", "report_date", {Code.REQUIRED, Code.NOT_A_DATE, Code.DATE_RANGE, Code.DATE_ORDER}),
    ],
)
def test_a_field_is_checked_for_what_its_declaration_says(form: str, field: str, expected: set[Code]) -> None:
    assert codes(form, field) == expected


def test_every_county_field_with_something_to_check_has_a_check() -> None:
    unchecked = {(form.name, field.name) for form in TEMPLATE for field in form if not field.formula and not codes(form.name, field.name)}
    assert unchecked == set()


def without(template: Template, form: str, field: str) -> Template:
    """The template with one field less."""
    def less(one: Form) -> Form:
        return replace(one, fields=tuple(f for f in one.fields if f.name != field)) if one.name == form else one

    return replace(template, forms=tuple(less(one) for one in template))


@pytest.mark.parametrize(("form", "field"), [(form.name, field.name) for form in TEMPLATE for field in form])
def test_what_names_a_missing_field_is_left_out(form: str, field: str) -> None:
    less = without(TEMPLATE, form, field)
    made = live(less, POLICY)
    for one in less:
        for text in (*made.forms[one.name].formulas.values(), *made.forms[one.name].parts.values()):
            assert field == "hint" or f"{{column:{form}.{field}}}" not in text
            resolve(text, one, 5)
    assert field in {f.name for f in TEMPLATE[form]}


def test_without_the_screening_list_nothing_is_looked_up_there() -> None:
    less = replace(TEMPLATE, forms=tuple(form for form in TEMPLATE if form.name != "screening"))
    found = {check.code for form in live(less, POLICY).forms.values() for check in form.checks}
    assert not found & {Code.REVIEW_NOT_SCREENED, Code.RECTIFICATION_UNKNOWN, Code.ELSEWHERE_UNKNOWN, Code.APPLIED_DIFFERS}


def test_a_computed_field_has_an_expression_and_no_other_has() -> None:
    assert formula(TEMPLATE["screening"], "serial").endswith('IF({used},{number},""))')
    with pytest.raises(KeyError):
        formula(TEMPLATE["screening"], "name")


def test_lists_hold_every_choice_and_fit_their_names() -> None:
    for form in TEMPLATE:
        for field in form:
            if field.is_choice and not field.depends:
                assert set(POLICY.lists[field.list]) <= set(LIVE.lists[f"ok_{field.list}"])
    parents, children = LIVE.lists["tables_parents"], LIVE.lists["tables_children"]
    assert list(parents) == sorted(str(parent) for parent in parents)
    assert set(zip(parents, children, strict=True)) >= {(one.name, table) for one in POLICY.industries for table in POLICY.options("tables", one.name)}
    assert "引领性|A" not in LIVE.lists["worse"]
    assert "C|B-" in LIVE.lists["worse"]
