"""How many lines a text takes: rows are made so high, and a line too few cuts the text."""

import pytest

from xltools.books.layout import lines


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 20, 1),
        ("甲" * 9, 20, 1),
        ("甲" * 10, 20, 2),     # a column of 20 has room for 18.5
        ("第一行\n第二行\n", 20, 3),
        ("甲" * 8 + "9.14112210009123E+17", 22, 2),
        ("“统一社会信用代码”是数字 9.14112210009123E+17，超过15位的数字在表格中已失真", 42, 3),     # 77 wide: two lines, were the number parted
        ("有限公司-91411221Y695216886.xlsx", 24, 2),
        ("a" * 50, 20, 3),
    ],
)
def test_a_word_of_letters_and_digits_is_not_parted_where_it_need_not_be(text: str, width: float, expected: int) -> None:
    assert lines(text, width) == expected
