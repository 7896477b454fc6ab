"""A row whose remark takes it back is asked about; a remark that only holds such a word is not."""

import pytest

from tests.county_books import CODE, OTHER, TEMPLATE, beside, book, check, enterprise, found
from xltools.model.code import Code


@pytest.mark.parametrize(
    "remark",
    ["作废", "此行作废", "（作废）", "已作废。", "删除", "此行请删除", "该企业已注销", "已注销", "注销", "重复", "重复填报", "与上行重复", "与第5行重复", "不报", "该企业不再上报", "本条不用报了", "【此条删掉】"],
)
def test_a_remark_that_takes_the_row_back_is_asked_about(remark):
    assert found(book(screening=[enterprise(remark=remark), enterprise(OTHER, "三门峡另例铸造有限公司")])) == {(Code.WITHDRAWN, "排查清单!X5")}


def test_the_question_says_what_stands_there_and_that_the_row_counts():
    (one,) = check(book(screening=[enterprise(remark="此行作废")])).findings
    assert one.message == "“备注”写的是“此行作废”，这一行仍照填的内容汇总：是不是不要了？"
    assert one.fix == "不要的请把整行删除；要报的请改备注，或在退回说明里写情况说明"


@pytest.mark.parametrize(
    "remark",
    ["旧许可证已作废，新证办理中", "排污许可证已注销", "删除2号线后的产能", "与B厂名称重复，系两家企业", "拟注销", "二氧化硫不报，无此污染物", "重复利用余热", "不报装", "无重复", "取消燃煤锅炉", "报", "该企业"],
)
def test_a_remark_about_something_else_is_not(remark):
    assert found(book(screening=[enterprise(remark=remark)])) == set()


def test_a_row_that_is_not_merged_is_not_said_to_be():
    row = {field.name: None for field in TEMPLATE["screening"]} | {"remark": "已删除"}
    assert found(book(screening=[enterprise(), row])) == {(Code.ROW_WITHOUT_KEY, "排查清单!C6")}


def test_of_an_event_that_an_enterprise_is_deregistered_is_what_happened():
    events = [beside(remark="该企业已注销")]
    assert Code.WITHDRAWN not in {code for code, _ in found(book(changes=events))}
    assert (Code.WITHDRAWN, "变更与处理!M5") in found(book(changes=[beside(CODE, remark="作废")]))
