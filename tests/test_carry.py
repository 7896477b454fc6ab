"""What the city wrote stays with its enterprise, or waits where it can be seen; it is never lost."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.submissions import CITY
from xltools.model.code import Code
from xltools.model.table import Table
from xltools.rules.carry import carry
from xltools.rules.city import city_records

UNCLAIMED = CITY["unclaimed"]
Row = dict[str, object]


def ledger(*records: Row) -> dict[str, Table]:
    """A ledger whose rows come from a file, unless they say otherwise."""
    base = {"county": "灵宝市", "batch": "7月", "process": "铸件", "source_file": "a.xlsx", "name": "甲公司", "credit_code": "甲"}
    return {"ledger": city_records(CITY["ledger"], [{**base, **record} for record in records])}


def carried(new: Mapping[str, Table], old: Mapping[str, Table]) -> tuple[dict[str, Table], list[tuple[object, ...]], list[Code]]:
    """The new tables; what waits, as (enterprise, item, content); the findings' codes."""
    tables, found = carry(new, old, UNCLAIMED)
    waiting = zip(*(tables["unclaimed"].cells[name] for name in ("name", "item", "content")), strict=True)
    return tables, list(waiting), [one.code for one in found]


def opinions(tables: Mapping[str, Table]) -> list[object]:
    return list(tables["ledger"].cells["city_opinion"])


def test_remarks_follow_their_enterprise_whatever_the_order() -> None:
    old = ledger({"credit_code": "乙", "city_opinion": "同意", "decided": "B"}, {"credit_code": "甲", "city_opinion": "再看"})
    tables, waiting, codes = carried(ledger({"credit_code": "甲"}, {"credit_code": "丙"}, {"credit_code": "乙"}), old)
    assert opinions(tables) == ["再看", None, "同意"]
    assert list(tables["ledger"].cells["decided"]) == [None, None, "B"]
    assert (waiting, codes) == ([], [])


@pytest.mark.parametrize(
    "change", [{"process": "熟料"}, {"batch": "8月"}, {"credit_code": "乙", "name": "乙公司"}], ids=["process", "batch", "enterprise"]
)
def test_a_remark_whose_row_is_gone_waits_with_all_its_values(change: Row) -> None:
    tables, waiting, codes = carried(ledger(change), ledger({"city_opinion": "同意", "decided": "B", "town": "某某镇"}))
    assert opinions(tables) == [None]
    assert waiting == [("甲公司", "市级意见", "同意"), ("甲公司", "市级评定等级", "B")]
    assert codes == [Code.CITY_ROW_GONE]
    assert "乡镇（街道）：某某镇" in tables["unclaimed"].cells["whole_row"][0]
    assert "同意" not in tables["unclaimed"].cells["whole_row"][0]       # the row is what the county reported


def test_a_day_comes_back_as_a_day_and_a_text_that_looks_like_one_as_text() -> None:
    words = {"city_opinion": "2022-07-29", "decided": "B", "decided_date": date(2022, 7, 29)}
    gone, waiting, _ = carried(ledger({"credit_code": "乙", "name": "乙公司"}), ledger(words))
    assert ("甲公司", "决定日期", "2022-07-29") in waiting
    tables, _, _ = carried(ledger({}), gone)
    assert {name: tables["ledger"].cells[name][0] for name in words} == words


def test_a_row_that_names_no_process_finds_its_remark() -> None:
    tables, waiting, _ = carried(ledger({"process": None}, {}), ledger({}, {"process": None, "city_opinion": "同意"}))
    assert (opinions(tables), waiting) == (["同意", None], [])


def test_a_remark_comes_back_with_its_row() -> None:
    gone, _, _ = carried(ledger({"credit_code": "乙", "name": "乙公司"}), ledger({"city_opinion": "同意", "decided": "B"}))
    tables, waiting, codes = carried(ledger({}, {"credit_code": "乙", "name": "乙公司"}), gone)
    assert opinions(tables) == ["同意", None]
    assert list(tables["ledger"].cells["decided"]) == ["B", None]
    assert (waiting, codes) == ([], [])


def test_a_remark_that_comes_back_does_not_overwrite_a_newer_one() -> None:
    gone, _, _ = carried(ledger({"credit_code": "乙", "name": "乙公司"}), ledger({"city_opinion": "同意", "decided": "B"}))
    gone["ledger"] = ledger({"city_opinion": "不同意"})["ledger"]
    tables, waiting, _ = carried(ledger({}), gone)
    assert opinions(tables) == ["不同意"]
    assert list(tables["ledger"].cells["decided"]) == ["B"]
    assert waiting == [("甲公司", "市级意见", "同意")]


def test_a_corrected_code_is_found_by_name_and_a_corrected_county_by_code() -> None:
    tables, waiting, _ = carried(ledger({"credit_code": "甲甲"}), ledger({"city_opinion": "同意"}))
    assert (opinions(tables), waiting) == (["同意"], [])
    tables, waiting, _ = carried(ledger({"county": "渑池县", "name": "新名"}), ledger({"city_opinion": "同意"}))
    assert (opinions(tables), waiting) == (["同意"], [])


def test_an_enterprise_in_two_counties_keeps_both_remarks_apart() -> None:
    old = ledger({"county": "卢氏县", "city_opinion": "卢氏"}, {"county": "灵宝市", "city_opinion": "灵宝"})
    tables, _, _ = carried(ledger({"county": "灵宝市"}, {"county": "卢氏县"}), old)
    assert opinions(tables) == ["灵宝", "卢氏"]


def test_a_remark_comes_home_before_one_that_is_only_about_the_same_enterprise() -> None:
    """A decision between two counties is turned round and taken back: each county's row has its own remark again."""
    both = ledger({"county": "卢氏县", "city_opinion": "卢氏"}, {"county": "灵宝市", "city_opinion": "灵宝"})
    first, waiting, _ = carried(ledger({"county": "卢氏县"}), both)
    assert (opinions(first), waiting) == (["卢氏"], [("甲公司", "市级意见", "灵宝")])
    other, waiting, _ = carried(ledger({"county": "灵宝市"}), first)
    assert (opinions(other), waiting) == (["灵宝"], [("甲公司", "市级意见", "卢氏")])
    again, waiting, _ = carried(ledger({"county": "卢氏县"}, {"county": "灵宝市"}), other)
    assert (opinions(again), waiting) == (["卢氏", "灵宝"], [])


def test_a_conflict_in_one_county_is_not_settled_in_another() -> None:
    gone, _, _ = carried(ledger({"credit_code": "乙", "name": "乙公司"}), ledger({"city_opinion": "旧"}))
    gone["ledger"] = ledger({"city_opinion": "新"})["ledger"]
    tables, waiting, _ = carried(ledger({}, {"county": "卢氏县"}), gone)
    assert opinions(tables) == ["新", None]
    assert waiting == [("甲公司", "市级意见", "旧")]


def test_rows_of_one_key_are_served_in_order_and_one_too_many_waits() -> None:
    old = ledger({"city_opinion": "一"}, {"city_opinion": "二"}, {"city_opinion": "三"})
    tables, waiting, _ = carried(ledger({}, {}), old)
    assert opinions(tables) == ["一", "二"]
    assert waiting == [("甲公司", "市级意见", "三")]


def test_rows_without_key_and_name_are_nobodys() -> None:
    old = ledger({"credit_code": None, "name": None, "city_opinion": "同意"})
    tables, waiting, _ = carried(ledger({"credit_code": None, "name": None}), old)
    assert opinions(tables) == [None]
    assert waiting == [(None, "市级意见", "同意")]


def test_a_row_added_by_hand_waits_as_a_whole() -> None:
    old = ledger({"credit_code": "庚", "name": "庚公司", "source_file": None, "town": "某某镇"})
    tables, waiting, codes = carried(ledger({}), old)
    assert waiting == [("庚公司", "手工添加的行", None)]
    assert "乡镇（街道）：某某镇" in tables["unclaimed"].cells["whole_row"][0]
    assert codes == []


def test_what_was_done_about_a_problem_stays_with_it_in_a_file_of_another_name() -> None:
    def listed(**changes: object) -> dict[str, Table]:
        record = {"county": "灵宝市", "file": "a.xlsx", "sheet": "排查清单", "cell": "F12", "code": "E204", "enterprise": "甲公司", "message": "…"}
        return {"problems": city_records(CITY["problems"], [{**record, **changes}])}

    tables, waiting, _ = carried(listed(file="b.xlsx"), listed(handling="已电话通知"))
    assert (list(tables["problems"].cells["handling"]), waiting) == (["已电话通知"], [])
    tables, waiting, codes = carried(listed(cell="F13"), listed(handling="已电话通知"))
    assert list(tables["problems"].cells["handling"]) == [None]
    assert (waiting, codes) == ([("甲公司", "处理情况", "已电话通知")], [])
    assert tables["unclaimed"].cells["about"][0] == "排查清单 F12 E204"
    again, waiting, _ = carried(listed(), tables)
    assert (list(again["problems"].cells["handling"]), waiting) == (["已电话通知"], [])


def test_a_remark_about_a_form_that_is_no_more_still_waits() -> None:
    gone, _, _ = carried(ledger({"credit_code": "乙", "name": "乙公司"}), ledger({"city_opinion": "同意"}))
    gone["unclaimed"] = gone["unclaimed"].with_cells({"form_sheet": ["旧表"]})
    _, waiting, _ = carried(ledger({}), gone)
    assert waiting == [("甲公司", "市级意见", "同意")]


CODES = st.sampled_from("甲乙丙丁")
OLD = st.lists(st.tuples(CODES, st.sampled_from(["", "同意", "再看", "退回"])), max_size=6)
NEW = st.lists(CODES, max_size=6)


@settings(max_examples=25)
@given(OLD, NEW, NEW)
def test_no_remark_is_lost_and_merging_again_changes_nothing(old: list[tuple[str, str]], new: list[str], later: list[str]) -> None:
    def named(codes: list[str]) -> dict[str, Table]:
        return ledger(*({"credit_code": code, "name": code} for code in codes))

    before = ledger(*({"credit_code": code, "name": code, "city_opinion": words or None} for code, words in old))
    written = sorted((code, words) for code, words in old if words)
    for codes in (new, later):
        tables, _ = carry(named(codes), before, UNCLAIMED)
        now, rest = tables["ledger"].cells, tables["unclaimed"].cells
        there = [(str(code), str(words)) for code, words in zip(now["credit_code"], now["city_opinion"], strict=True) if words]
        waiting = [(str(code), str(words)) for code, words in zip(rest["credit_code"], rest["content"], strict=True)]
        assert set(there + waiting) == set(written)
        again, _ = carry(named(codes), tables, UNCLAIMED)
        for name in ("ledger", "unclaimed"):
            assert (again[name].rows, again[name].records()) == (tables[name].rows, tables[name].records())
        before = tables
