"""How many lines a text takes: rows are made so high, and a line too few cuts the text."""

from pathlib import Path

import openpyxl
import pytest

from xltools.books.layout import broken, lines
from xltools.model.form import FIRST_ROW, Kind, load_template

SUMMARY = Path(__file__).parent.parent / "workbooks" / "市级汇总.xlsx"


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


def test_a_number_keeps_apart_from_the_text_in_the_next_column() -> None:
    """They stood side by side, the one to the right and the other to the left, and read as 100停产."""
    form = load_template("city")["reductions"]
    sheet = openpyxl.load_workbook(SUMMARY)[form.sheet]
    numbers = [column for column, one in enumerate(form, 1) if one.kind is Kind.NUMBER]
    assert len(numbers) >= 4
    found = [sheet.cell(FIRST_ROW, column).alignment for column in numbers]
    assert {(one.horizontal, one.indent) for one in found} == {("right", 1)}


@pytest.mark.parametrize(
    ("header", "width", "lines"),
    [
        ("现有等级（较差）", 20, ["现有等级（较差）"]),
        ("现有等级（较差）", 7.9, ["现有等级", "（较差）"]),
        ("市级评定等级（较差）", 7.9, ["市级评定", "等级", "（较差）"]),
        ("逾期未完成数", 7.9, ["逾期未完成数"]),
    ],
)
def test_a_header_goes_on_in_a_new_line_between_its_words(header: str, width: float, lines: list[str]) -> None:
    assert broken(header, width).split("\n") == lines
