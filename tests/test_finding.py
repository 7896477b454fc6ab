"""The catalogue of findings: its numbers, its sentences, and that each can happen."""

import re
from string import Formatter

import pytest

from xltools.model.code import Code
from xltools.model.finding import Place, Severity, StopError, first_per_cell, order

ENGLISH = re.compile(r"[A-Za-z]{4,}")
TERMS = re.compile(r"Excel|WPS|LibreOffice|GB/T|xlsx|VOCs|Word|CSV|csv|docx|HTML|xltools|--\w+|\w+\.\w+")  # names a clerk knows


def test_no_number_is_used_twice() -> None:
    numbers = [code.number[1:] for code in Code]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("code", Code, ids=lambda code: code.name)
def test_a_code_has_severity_stage_and_a_chinese_sentence_with_a_fix(code: Code) -> None:
    assert re.fullmatch(r"[EWN][1-8]\d\d", code.number)
    for text in (code.message, code.fix):
        plain = "".join(literal for literal, *_ in Formatter().parse(text))
        assert plain.strip() or "{" in text
        assert not ENGLISH.search(TERMS.sub("", plain)), plain
        assert not text.endswith("。")
    assert code.fix


def test_a_sentence_without_its_values_is_refused() -> None:
    with pytest.raises(KeyError):
        Code.REQUIRED.at(Place("甲.xlsx", "表", "B2"), label="企业名称")


def test_one_cell_keeps_the_finding_of_the_earliest_stage() -> None:
    place = Place("甲.xlsx", "表", "B2")
    early = Code.NOT_A_NUMBER.at(place, label="产能", value="很多", example="1", more="")
    late = Code.CODE_TWO_NAMES.at(place, code="1", row=3, other="甲", name="乙")
    note = Code.CONVERTED.at(place, label="产能", value="１", after="1", how="全角→半角")
    assert first_per_cell([late, note, early]) == sorted([note, early], key=order)


def test_findings_without_a_cell_all_stay() -> None:
    found = [Code.SHEET_MISSING.at(Place("甲.xlsx"), sheets=name) for name in ("表一", "表二")]
    assert first_per_cell(found) == found


def test_order_counts_rows_and_columns_as_numbers() -> None:
    cells = ["B10", "B9", "AA9", "Z9"]
    found = [Code.REQUIRED.at(Place("甲.xlsx", "表", cell), label="产能", hint="") for cell in cells]
    assert [one.place.cell for one in sorted(found, key=order)] == ["B9", "Z9", "AA9", "B10"]


def test_a_record_is_what_json_promises() -> None:
    record = Code.COUNTY_NOT_SENT.at(Place(), county="灵宝市").record()
    assert list(record) == ["file", "sheet", "cell", "code", "severity", "message", "fix"]
    assert record["severity"] == Severity.WARNING.value


def test_a_stop_says_its_place_and_sentence() -> None:
    stop = StopError(Code.PASSWORD.at(Place("甲.xlsx")))
    assert str(stop) == "甲.xlsx：文件有打开密码"
