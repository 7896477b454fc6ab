"""Did you mean: near choices and near enterprises are proposed in the sentence, and never put in anybody's mouth."""

import pytest

from tests.county_books import CODE, NAME, OTHER, OTHER_NAME, POLICY, THIRD, beside, book, check, enterprise
from xltools.model.code import Code
from xltools.rules.nearest import near


@pytest.mark.parametrize(
    ("typed", "list_", "proposed"),
    [
        ("天燃气", "energies", ["天然气"]),
        ("吨/年度", "capacity_units", ["吨/年"]),
        ("耐火材科", "industries", ["耐火材料"]),
        ("退回整治", "opinions", ["退回整改"]),
        ("7-8月", "months", ["7月", "8月"]),
        ("７月至８月", "months", ["7月", "8月"]),
        ("7、8月", "months", ["7月", "8月"]),
        ("完全不同的话", "energies", []),
        ("", "energies", []),
    ],
)
def test_near_choices_are_found_and_far_ones_are_not(typed, list_, proposed):
    assert near(typed, POLICY.lists[list_]) == proposed


def test_of_several_equally_near_none_is_proposed():
    assert near("甲乙", ["甲乙一", "甲乙二", "甲乙三"]) == []


def test_the_sentence_asks_and_the_value_stays_as_typed():
    outcome = check(book(screening=[enterprise(energy="天燃气")]))
    (finding,) = outcome.findings
    assert finding.code is Code.NOT_A_CHOICE
    assert finding.fix.endswith("；是不是“天然气”？")
    assert outcome.submissions[0].tables["screening"].cells["energy"] == ["天燃气"]


def unknown(*screening, **row):
    (one,) = [one for one in check(book(screening=screening, measures=[beside(THIRD, **row)])).findings if one.place.cell]
    return one


def test_an_enterprise_of_nearly_this_name_is_proposed_with_its_code_and_cell():
    one = unknown(enterprise(), enterprise(OTHER, "三门峡别家耐火材料有限公司"), name="三门峡示列铸造有限公司")
    assert one.fix.endswith(f"；是不是C5的“{NAME}”（{CODE}）？")


def test_two_enterprises_as_near_are_not_proposed():
    one = unknown(enterprise(), enterprise(OTHER, "三门峡示铸铸造有限公司"), name="三门峡示列铸造有限公司")
    assert "是不是" not in one.fix


def test_another_firm_of_the_same_place_is_not_proposed():
    assert "是不是" not in unknown(enterprise(), enterprise(OTHER, OTHER_NAME), name="三门峡宏远耐火材料有限公司").fix


def test_a_process_that_was_not_screened_is_told_the_processes_that_were():
    books = book(screening=[enterprise(process="一线"), enterprise(process="二线")], review=[beside(process="三线")])
    (one,) = [one for one in check(books).findings if one.code is Code.REVIEW_NOT_SCREENED]
    assert one.fix.endswith("；排查清单中这家企业的工序是“一线”、“二线”")
