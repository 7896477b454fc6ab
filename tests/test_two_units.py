"""A header with a unit beside a column of units that says another is asked about once."""

import pytest

from tests.county_books import OTHER, TEMPLATE, THIRD, book, check, enterprise
from tests.text_book import TextBook
from xltools.model.catalogues import read_language
from xltools.model.code import Code

S = "排查清单"
AT = {field.name: at for at, field in enumerate(TEMPLATE["screening"])}


def headed(header: str, *units: str) -> TextBook:
    """A screening list with this header over the capacities, and these units beside them."""
    codes = zip((enterprise(), enterprise(OTHER, "三门峡另例铸造有限公司"), enterprise(THIRD, "三门峡又例铸造有限公司")), units, strict=False)
    made = book(screening=[{**row, "capacity_unit": unit} for row, unit in codes])
    made.grids[S][3][AT["capacity"]] = header
    return made


@pytest.mark.parametrize(
    ("header", "units", "count"),
    [
        ("产能（万吨/年）", ["吨/年"] * 3, 3),
        ("产能（吨/年）", ["吨/年", "万吨/年", "吨/年"], 1),
        ("产能(万t/a)", ["吨/年", "万吨/年"], 1),
        ("产能（万吨）", ["吨/年"], 1),
        ("产能（平方米/年）", ["万平方米/年"], 1),
    ],
)
def test_another_scale_in_the_header_than_in_the_column_of_units_is_asked_about_once(header, units, count):
    (one,) = [one for one in check(headed(header, *units)).findings if one.code is not Code.CONVERTED]
    assert (one.code, one.place.sheet, one.place.cell, dict(one.values)["count"]) == (Code.TWO_UNITS, S, "K4", count)
    assert f"{count} cells of “Unit of capacity”" in read_language("en").translated(one).message


def test_the_question_says_what_stands_in_both():
    (one,) = check(headed("产能（万吨/年）", "吨/年", "吨/年")).findings
    assert one.message == "表头写的是“产能（万吨/年）”，“产能单位”列却有 2 格写“吨/年”这样，按“产能单位”读取，相差许多倍"
    assert one.fix == "请核对数是按哪个单位填的：按表头的，改“产能单位”列；按“产能单位”的，把表头改回“产能”"


@pytest.mark.parametrize(
    ("header", "units"),
    [
        ("产能", ["吨/年", "万吨/年"]),
        ("产能（万吨/年）", ["万吨/年"] * 2),
        ("产能（万吨）", ["万吨/年"]),
        ("产能（t/a）", ["吨/年"]),
        ("产能（万吨/年）", ["万块/年", "台/年", "万重量箱/年"]),        # what is counted in pieces has no tonnes
        ("产能（吨/年、台/年）", ["万吨/年"]),
        ("产能（设计）", ["万吨/年"]),
    ],
)
def test_the_same_unit_none_or_one_of_another_kind_is_not(header, units):
    assert Code.TWO_UNITS not in {one.code for one in check(headed(header, *units)).findings}
