"""Codes: forms and check characters as the standards print them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.rules.codes import (
    ALPHABET,
    PermitForm,
    credit_code_check,
    has_credit_form,
    is_credit_code,
    is_industry_code,
    is_person,
    is_phone,
    make_credit_code,
    permit_form,
)

PRINTED = "91130200699229617X"  # GB 32100-2015 and HJ 608-2017 print it

firsts = st.text(alphabet=ALPHABET, min_size=17, max_size=17)


def test_the_printed_credit_code_is_valid_and_its_neighbour_is_not():
    assert credit_code_check(PRINTED[:17]) == "X"
    assert is_credit_code(PRINTED)
    assert not is_credit_code("91130200699229618X")


def test_a_check_character_of_zero_is_a_zero():
    assert credit_code_check("0" * 17) == "0"


@given(firsts)
def test_a_made_code_is_valid(first):
    assert is_credit_code(make_credit_code(first))


@given(firsts, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_noticed(first, at, other):
    code = make_credit_code(first)
    wrong = code[:at] + other + code[at + 1 :]
    assert is_credit_code(wrong) == (wrong == code)


@given(firsts, st.integers(0, 15))
def test_any_two_neighbours_swapped_are_noticed(first, at):
    code = make_credit_code(first)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert is_credit_code(swapped) == (swapped == code)


@pytest.mark.parametrize("letter", "IOSVZ")
def test_letters_that_the_standard_leaves_out_break_the_form(letter):
    assert not has_credit_form(letter + PRINTED[1:])


@pytest.mark.parametrize("text", ["", "9113020069922961", PRINTED + "0", PRINTED.lower(), PRINTED[:17] + " ", "企" + PRINTED[1:], "１" + PRINTED[1:]])
def test_other_texts_have_no_credit_form(text):
    assert not has_credit_form(text)
    assert not is_credit_code(text)


def test_a_code_of_another_length_has_no_check_character():
    with pytest.raises(ValueError, match="argument"):
        credit_code_check("123")
    with pytest.raises(KeyError):
        credit_code_check("I" * 17)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("91130200699229617X001P", PermitForm.NATIONAL),
        ("91130200699229617X002P", PermitForm.NATIONAL),  # annex A prints both sites with P
        ("91130200699229617X001", PermitForm.BAD),
        ("91130200699229617X0011P", PermitForm.BAD),
        ("91130200699229617XA01P", PermitForm.BAD),
        ("91130200699229617I001P", PermitForm.BAD),
        ("H9411282000000001A001P", PermitForm.NATIONAL),
        ("H9411282YA0000001B001U", PermitForm.NATIONAL),
        ("H941128200000001A001P", PermitForm.BAD),
        ("PWX-130921-0023-16", PermitForm.OLD),
        ("PWX-130921", PermitForm.BAD),
        ("豫环许可字第12号", PermitForm.OLD),
        ("正在办理", PermitForm.BAD),
        ("", PermitForm.BAD),
    ],
)
def test_permit_numbers(text, form):
    assert permit_form(text) is form


@pytest.mark.parametrize("text", ["C33", "C339", "C3391", "A01", "T97"])
def test_industry_codes(text):
    assert is_industry_code(text)


@pytest.mark.parametrize("text", ["C", "C3", "C33911", "3391", "U33", "c3391", "C 3391", "CC391"])
def test_what_is_no_industry_code(text):
    assert not is_industry_code(text)


@pytest.mark.parametrize("text", ["13800000000", "19900000000", "0398-1234567", "03981234567", "0398-1234567-801", "010-12345678", "0371-12345678"])
def test_phone_numbers(text):
    assert is_phone(text)


@pytest.mark.parametrize("text", ["12800000000", "1380000000", "138000000000", "1234567", "0398-123456", "398-1234567", "400-123-4567", "13800000000、13900000000"])
def test_what_is_no_phone_number(text):
    assert not is_phone(text)


@pytest.mark.parametrize("text", ["张三", "欧阳李四", "阿·张三", "Zhang San"])
def test_names_of_persons(text):
    assert is_person(text)


@pytest.mark.parametrize("text", ["张", "张三、李四", "张三13800000000", "某某公司", "环保办公室", "张经理", "13800000000", "待定", "张三（兼）", "张三张三张三张"])
def test_what_is_no_name_of_a_person(text):
    assert not is_person(text)
