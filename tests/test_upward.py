"""Several cities' summaries merge into a province's book with the same command and another policy, back to the county's cell."""

from datetime import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from openpyxl import load_workbook

from tests.bench.city import write_city
from tests.county_files import NAMES, POLICY, county_file, enterprise
from tests.submissions import CITY
from xltools.actions.check import check_files
from xltools.actions.fsck import fsck
from xltools.actions.merge import merge
from xltools.actions.run import read_summary
from xltools.actions.trace import trace
from xltools.model.code import Code
from xltools.model.finding import Severity
from xltools.model.policy import County

PROVINCE = replace(POLICY, id="province", city="示例省", counties=(County("三门峡市", "411200", ""), County("示例二市", "", "")))
LEDGER = CITY["ledger"]


def test_two_cities_make_a_province_and_every_row_walks_back_to_its_county(tmp_path: Path) -> None:
    cities = tmp_path / "省"
    for at, name in enumerate(("三门峡市", "示例二市")):
        inbox = cities / name / "收件箱"
        county_file(inbox, "灵宝市", [enterprise(at), enterprise(at + 2, capacity="很多")])
        merge([inbox], cities / f"{name}.xlsx", replace(POLICY, id=POLICY.id if not at else "other-2022"), datetime(2022, 7, 25, 9))
    output = tmp_path / "省" / "省级汇总.xlsx"
    outcome = merge([cities / "三门峡市.xlsx", cities / "示例二市.xlsx"], output, PROVINCE, datetime(2022, 7, 30, 9))
    assert outcome.output == output
    assert Code.NOT_BALANCED not in {one.code for one in outcome.findings if one.severity is Severity.ERROR}
    ledger = read_summary(output)[1]["ledger"].frame
    assert sorted(map(str, ledger["county"])) == ["三门峡市", "三门峡市", "示例二市", "示例二市"]
    assert set(ledger["batch"]) == {"7月"}
    row = int(str(ledger.index[ledger["name"] == NAMES[0]][0]))
    letters = read_summary(output)[1]["ledger"].columns["name"]
    lines = "\n".join(trace(output, f"{LEDGER.sheet}!{letters}{row}", PROVINCE))
    assert "三门峡市.xlsx【企业台账】" in lines
    assert "灵宝市.xlsx【排查清单】" in lines
    assert f"原文件填的是：{NAMES[0]}" in lines
    recount = fsck(output, [cities])
    assert (recount.findings, recount.files, recount.account.merged) == ((), 2, 4)


def test_a_city_s_summary_may_hold_many_times_what_a_county_s_form_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_city(tmp_path / "收件箱", 3, 50)
    for limit, most in {"grid.GRID_ROWS": 100, "sink.MAX_CELLS": 2_000, "sheet_xml.MAX_MARKS": 12_000}.items():
        monkeypatch.setattr(f"xltools.books.{limit}", most)
    city = merge([tmp_path / "收件箱"], tmp_path / "三门峡市.xlsx", POLICY, datetime(2022, 7, 25, 9))
    assert not city.unread
    province = merge([tmp_path / "三门峡市.xlsx"], tmp_path / "省级汇总.xlsx", PROVINCE, datetime(2022, 7, 30, 9))
    assert not province.unread
    assert len(read_summary(tmp_path / "省级汇总.xlsx")[1]["ledger"].frame) == 150


def test_a_row_of_a_city_in_which_no_county_s_word_stands_any_more_is_passed_over(tmp_path: Path) -> None:
    """The rows below it keep their batch."""
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0), enterprise(2)])
    city = merge([tmp_path / "收件箱"], tmp_path / "三门峡市.xlsx", POLICY, datetime(2022, 7, 25, 9)).output
    assert city is not None
    ledger = read_summary(city)[1]["ledger"]
    row, second = ledger.rows
    workbook = load_workbook(city)
    sheet = workbook[ledger.sheet]
    for field in LEDGER:
        if field.name not in ("county", "batch", "source_file"):
            sheet[ledger.place(row, field.name).cell] = "已关停" if field.name == "city_opinion" else None
    workbook.save(city)
    merge([city], tmp_path / "省级汇总.xlsx", PROVINCE, datetime(2022, 7, 30, 9))
    province = read_summary(tmp_path / "省级汇总.xlsx")[1]["ledger"]
    assert [(one["name"], one["batch"], one["source_row"]) for one in province.records()] == [(enterprise(2)["name"], "7月", second)]


def test_an_own_summary_in_the_inbox_is_still_passed_over(tmp_path: Path) -> None:
    inbox = tmp_path / "收件箱"
    county_file(inbox, "灵宝市", [enterprise(0)])
    merge([inbox], inbox / "旧汇总.xlsx", POLICY, datetime(2022, 7, 25, 9))
    outcome = merge([inbox], tmp_path / "市级汇总.xlsx", POLICY, datetime(2022, 7, 26, 9))
    assert [one.file for one in outcome.submissions] == ["灵宝市.xlsx"]


def test_a_copy_of_the_own_summary_under_the_name_of_a_county_is_not_what_that_county_sent(tmp_path: Path) -> None:
    """Its rows are those of every county."""
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0)])
    merge([tmp_path / "收件箱"], tmp_path / "收件箱" / "陕州区.xlsx", POLICY, datetime(2022, 7, 25, 9))
    outcome = merge([tmp_path / "收件箱"], tmp_path / "市级汇总.xlsx", POLICY, datetime(2022, 7, 26, 9))
    assert [one.county for one in outcome.submissions] == ["灵宝市"]
    chosen = check_files([tmp_path / "收件箱" / "陕州区.xlsx"], POLICY)
    assert [one.code for one in chosen.findings if one.place.file] == [Code.NOT_OUR_FORM]
