"""Tables from workbooks: which sheet, which header, which column, which rows, whatever people made of the form."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tests.text_book import TextBook
from xltools.books.base import Grid, SheetFacts, Stamp
from xltools.books.file import open_book
from xltools.books.header import moved
from xltools.books.labels import labels_of
from xltools.books.read import read_tables, stamp_findings
from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.form import Template, form_from, load_template
from xltools.model.policy import load_policy
from xltools.model.table import Table

LIST = form_from(
    {
        "name": "list",
        "sheet": "企业清单",
        "title": "企业清单",
        "key": ["code"],
        "aliases": ["清单"],
        "signatures": ["填报人（签字）"],
        "field": [
            {"name": "serial", "label": "序号", "owner": "formula", "formula": "serial"},
            {"name": "company", "label": "单位全名", "aliases": ["厂名"]},
            {"name": "code", "label": "登记代码", "aliases": ["代码"]},
            {"name": "town", "label": "乡镇（街道）"},
            {"name": "output", "label": "产量", "kind": "number", "unit": "吨"},
            {"name": "person1", "label": "核查人1"},
            {"name": "person2", "label": "核查人2"},
            {"name": "found", "label": "查得名称", "owner": "formula", "formula": "lookup"},
        ],
    },
    "test",
)
# What people put before, into and behind a label, full width and brackets among it.
AROUND = st.text(st.sampled_from(" *＊：()（）[]【】　\n\u200b１Ａa①注"), max_size=4)
SAID = st.sampled_from(["单位全名", "厂名", "代码", "乡镇（街道）", "核查人１", "序号", "填报人（签字）", "签字"])
OTHER = form_from(
    {
        "name": "other",
        "sheet": "整改情况",
        "title": "整改情况",
        "key": ["code"],
        "field": [{"name": "code", "label": "登记代码"}, {"name": "problem", "label": "存在问题"}, {"name": "due", "label": "完成期限"}],
    },
    "test",
)
CARD = form_from(
    {
        "name": "card",
        "sheet": "首页",
        "title": "首页",
        "layout": "card",
        "key": ["county"],
        "signatures": ["填表（签字）"],
        "field": [{"name": "county", "label": "县（市、区）", "aliases": ["县区"]}, {"name": "sent", "label": "报出日期"}, {"name": "clerk", "label": "填表"}],
    },
    "test",
)
NOTHING_KNOWN = SheetFacts()
HEAD = "序号|单位全名|登记代码|乡镇（街道）|产量（吨）|核查人1|核查人2|查得名称"


def template(*forms: str) -> Template:
    """A template of the forms named, only the list when none is."""
    known = {form.name: form for form in (LIST, OTHER, CARD)}
    return Template("t", "t.xlsx", "t", "1", tuple(known[name] for name in forms or ("list",)))


def read(text: str, facts: SheetFacts = NOTHING_KNOWN) -> tuple[Table, list[tuple[Code, str]]]:
    """The list read from a sheet with this text, and what was found, by code and cell."""
    tables, findings = read_tables(TextBook("甲县.xlsx", {"企业清单": text}, known={"企业清单": facts}), template())
    return tables["list"], places(findings)


def places(findings: list[Finding]) -> list[tuple[Code, str]]:
    return [(finding.code, finding.place.cell) for finding in findings]


def grid(rows: Grid, facts: SheetFacts) -> tuple[Table, list[tuple[Code, str]]]:
    """As read, from ready rows under the usual header in row 1."""
    head: Grid = [[*HEAD.split("|")]]
    tables, findings = read_tables(TextBook("甲县.xlsx", grids={"企业清单": head + rows}, known={"企业清单": facts}), template())
    return tables["list"], places(findings)


def test_records_are_indexed_by_sheet_row_and_columns_know_their_letter() -> None:
    table, found = read(f"企业清单|||||||\n{HEAD}\n1|甲|A1|城关|5|张三|李四|\n\n2|乙|A2||6|||")
    assert found == []
    assert list(table.frame.index) == [3, 5]
    assert table.frame.loc[5, "company"] == "乙"
    assert table.frame.loc[5, "town"] is None
    assert table.columns["output"] == "E"
    assert str(table.place(5, "output")) == "甲县.xlsx【企业清单】E5"


def test_values_stay_as_typed() -> None:
    table, _ = grid([[1.0, " 甲 ", "００12", "一\n二", 12.5, date(2022, 6, 30), True, None]], NOTHING_KNOWN)
    assert [*table.frame.loc[2]] == [1.0, " 甲 ", "００12", "一\n二", 12.5, date(2022, 6, 30), True, None]


@pytest.mark.parametrize("label", ["产量", "产量(吨)", "产 量\n（吨）", "*产量（吨）", "产量：", "产量【吨】", "产量（必填）", "产量（单位：吨）", "产量(t)", "产量＊"])
def test_a_label_is_known_in_any_decoration(label: str) -> None:
    rows: Grid = [["序号", "单位全名", "登记代码", "乡镇（街道）", label, "核查人1", "核查人2", "查得名称"], [None, "甲", "A1", None, "5", None, None, None]]
    tables, findings = read_tables(TextBook("a", grids={"企业清单": rows}), template())
    assert findings == []
    assert tables["list"].frame.loc[2, "output"] == "5"


@pytest.mark.parametrize("label", ["产量【万吨】", "产量(kg)", "产量\n（吨/年）", "产量（单位:千克）"])
def test_a_header_in_another_unit_is_said_and_its_numbers_are_not_read_as_if_in_the_form_s(label: str) -> None:
    """20000 under 产量（万吨） are not 20000 吨."""
    rows: Grid = [["序号", "单位全名", "登记代码", "乡镇（街道）", label, "核查人1", "核查人2", "查得名称"], *([None, one, one, None, 20000.0, None, None, None] for one in ("甲", "乙"))]
    tables, (one,) = read_tables(TextBook("a", grids={"企业清单": rows}), template())
    assert (one.code, one.place.cell, dict(one.values)["count"]) == (Code.UNIT_OTHER, "E1", 2)
    assert "换算成吨" in one.fix
    assert "output" not in tables["list"].columns
    assert tables["list"].frame["output"].isna().all()


def test_a_line_of_other_units_below_the_header_counts_as_well() -> None:
    _, found = read(f"{HEAD}\n|||（年月日）|（千克）|||\n1|甲|A1||5|||")
    assert found == [(Code.UNIT_OTHER, "E1")]


def test_a_number_of_a_year_is_not_that_of_a_day() -> None:
    labels = labels_of(load_template("county")["measures"])
    assert labels.close("颗粒物平均日排放量", labels.exact.values()) == "day_pm"
    assert labels.close("颗粒物年排放量", labels.exact.values()) is None


@pytest.mark.parametrize(("label", "field"), [("厂名", "company"), ("单位全名称", "company"), ("登记代号码", None), ("核查人3", None), ("单位", None)])
def test_an_alias_or_a_close_match_is_read_and_said(label: str, field: str | None) -> None:
    head = HEAD.replace("单位全名", label)
    table, found = read(f"{head}\n1|甲|A1||||")
    expected = [(Code.COLUMN_RENAMED, "B1")] if field else [(Code.COLUMN_MISSING, ""), (Code.COLUMN_UNKNOWN, "B1")]
    assert found == expected
    assert table.columns.get("company") == ("B" if field else None)


def test_a_renamed_number_never_becomes_another_number() -> None:
    head = HEAD.replace("核查人1", "核查人9").replace("核查人2", "核查人8")
    _, found = read(f"{head}\n1|甲|A1|||张三|李四|")
    assert found == [(Code.COLUMN_MISSING, ""), (Code.COLUMN_UNKNOWN, "F1"), (Code.COLUMN_UNKNOWN, "G1")]


def test_missing_columns_are_one_finding_that_names_them_in_the_template_s_order() -> None:
    _, findings = read_tables(TextBook("甲县.xlsx", {"企业清单": "序号|单位全名|登记代码|核查人1|核查人2|查得名称\n1|甲|A1|||"}), template())
    assert [(one.code, one.message) for one in findings] == [(Code.COLUMN_MISSING, "缺少列：乡镇（街道）、产量（吨）")]


def test_a_header_laid_over_two_columns_is_taken_for_neither_of_them() -> None:
    table, found = read("序号|单位全名和代码||乡镇（街道）|产量（吨）|核查人1|核查人2|查得名称\n1|甲|A1||5|||")
    assert found == [(Code.COLUMN_MISSING, ""), (Code.COLUMN_UNKNOWN, "B1"), (Code.COLUMN_UNKNOWN, "C1")]
    assert {"company", "code"}.isdisjoint(table.columns)


def test_a_line_of_units_below_the_header_is_no_record() -> None:
    table, found = read(f"{HEAD}\n|||（年月日）|（吨）|||\n1|甲|A1||5|||")
    assert (list(table.frame.index), found) == ([3], [])


def test_an_inserted_column_is_one_warning_and_moves_none() -> None:
    table, found = read("序号|自加|单位全名|登记代码|乡镇（街道）|产量（吨）|核查人1|核查人2|查得名称\n1|x|甲|A1||||\n2||乙|A2||||")
    assert found == [(Code.COLUMN_UNKNOWN, "B1")]
    assert table.columns["code"] == "D"


def test_a_filled_column_without_a_header_is_named() -> None:
    tables, findings = read_tables(TextBook("a", {"企业清单": f"{HEAD}|\n1|甲|A1||||||路边写的"}), template())
    assert [(f.code, f.place.cell, f.message) for f in findings] == [(Code.COLUMN_UNKNOWN, "I1", "“I列（没有表头）”不是模板中的列，这一列（1格）没有汇总")]
    assert len(tables["list"].frame) == 1


def test_a_moved_column_is_noted_at_its_header() -> None:
    table, found = read("序号|登记代码|乡镇（街道）|产量（吨）|单位全名|核查人1|核查人2|查得名称\n1|A1||5|甲|||")
    assert found == [(Code.COLUMN_MOVED, "E1")]
    assert table.frame.loc[2, "company"] == "甲"


def test_a_sheet_in_another_order_gets_one_note() -> None:
    _, found = read("|".join(reversed(HEAD.split("|"))) + "\n|||5||A1|甲|1")
    assert [code for code, _ in found] == [Code.COLUMN_MOVED]


@pytest.mark.parametrize(
    ("order", "out"), [("abcdef", ""), ("bcdaef", "a"), ("afbcde", "f"), ("abdcef", "c"), ("acef", ""), ("fabc", "f"), ("", "")]
)
def test_the_fewest_columns_count_as_moved(order: str, out: str) -> None:
    found = {name: column for column, name in enumerate(order, 1)}
    assert len(moved(found, "abcdef")) == len(out)
    assert set(moved(found, "abcdef")) in ({*out}, {"d"} if out == "c" else {*out})


def test_a_column_twice_is_an_error_at_the_second_and_the_first_is_read() -> None:
    table, found = read(f"{HEAD}|产量（吨）\n1|甲|A1||5||||6")
    assert found == [(Code.COLUMN_TWICE, "I1")]
    assert table.frame.loc[2, "output"] == "5"


def test_of_two_columns_with_one_label_the_filled_one_counts() -> None:
    table, found = read(f"{HEAD}|产量（吨）\n1|甲|A1||||||6")
    assert found == [(Code.COLUMN_MOVED, "I1")]
    assert table.frame.loc[2, "output"] == "6"


def test_a_missing_column_is_one_error_for_the_sheet() -> None:
    table, found = read("序号|单位全名|登记代码|乡镇（街道）|核查人1|核查人2\n1|甲|A1|||")
    assert found == [(Code.COLUMN_MISSING, "")]
    assert table.frame["output"].to_list() == [None]
    assert "output" not in table.columns


def test_a_header_over_two_rows_with_bands_is_read() -> None:
    table, found = read("标题\n序号|单位|登记代码|乡镇（街道）|产量（吨）|核查人员||查得名称\n|单位全名||||核查人1|核查人2|\n1|甲|A1||5|张三|李四|")
    assert found == []
    assert list(table.frame.index) == [4]
    assert table.columns["person2"] == "G"


def test_a_band_above_the_header_is_no_header() -> None:
    table, found = read(f"企业信息||||产能|核查||\n{HEAD}\n1|甲|A1|||||")
    assert found == []
    assert list(table.frame.index) == [3]


def test_without_a_header_there_is_no_table() -> None:
    tables, findings = read_tables(TextBook("a", {"企业清单": "甲|A1\n乙|A2"}), template())
    assert tables == {}
    assert places(findings) == [(Code.HEADER_MISSING, "")]
    assert "登记代码" in findings[0].message


@pytest.mark.parametrize(
    "line",
    ["合计||||11|||", "|小 计|||11|||", "全县合计|||||||", "|总计：2家||||||", "注：数据截至6月|||||||", "|备注：以上为全部||||||", "||铸造 汇总||5|||", "|水泥独立粉磨站 计数|||2|||", "|灵宝市生态环境分局（盖章）||||||", "说明. 没有的填无|||||||", "|附：已取消企业||||||"],
)
def test_totals_and_remarks_are_named_and_not_read(line: str) -> None:
    table, found = read(f"{HEAD}\n1|甲|A1||5|||\n2|乙|A2||6|||\n{line}")
    assert list(table.frame.index) == [2, 3]
    cell = "ABC"[len(line) - len(line.lstrip("|"))] + "4"
    assert found == [(Code.OUTSIDE_ROWS, cell)]


@pytest.mark.parametrize(
    "line",
    ["|无||||||", "|无|无|无|无|无|无|", "||/|/|/|/|/|", "|—||无||||", "|本月无变更||||||", "||没有需要上报的企业|||||", "|（以下空白）||||||", "|以下空白||||||", "|——以下无正文——||||||", "|2022年7月18日||||||", "|||2022-7-18||||"],
)
def test_words_for_nothing_and_the_day_of_a_signature_are_named_once_and_no_record(line: str) -> None:
    for body, rows in ((f"1|甲|A1||5|||\n{line}", [2]), (line, [])):
        table, found = read(f"{HEAD}\n{body}")
        assert list(table.frame.index) == rows
        assert [code for code, _ in found] == [Code.SAID_NONE if line.startswith("|无") and not rows else Code.OUTSIDE_ROWS]


@pytest.mark.parametrize("line", ["|无锡示例铸造有限公司||||||", "|无|A1|||||", "|甲|无|||||", "|||无|5|||", "|甲||2022-7-18||||"])
def test_beside_anything_else_words_for_nothing_leave_a_record(line: str) -> None:
    table, found = read(f"{HEAD}\n{line}")
    assert (list(table.frame.index), found) == ([2], [])


def test_a_company_called_total_with_a_code_is_a_record() -> None:
    table, found = read(f"{HEAD}\n1|合计|A1||5|||")
    assert (list(table.frame.index), found) == ([2], [])


def test_a_row_without_its_key_is_still_a_record() -> None:
    table, found = read(f"{HEAD}\n1|甲|||5|||\n|乙||||||")
    assert (list(table.frame.index), found) == ([2, 3], [])


def test_a_repeated_header_is_named() -> None:
    table, found = read(f"{HEAD}\n1|甲|A1|||||\n{HEAD}\n2|乙|A2|||||")
    assert list(table.frame.index) == [2, 4]
    assert found == [(Code.OUTSIDE_ROWS, "A3")]


def test_signature_lines_and_counted_empty_rows_are_passed_over() -> None:
    table, found = read(f"{HEAD}\n1|甲|A1|||||\n2|||||||\n3|||||||\n填报人（签字）：张三|||日期||||")
    assert (list(table.frame.index), found) == ([2], [])


def test_a_long_line_laid_over_the_table_is_a_remark() -> None:
    facts = SheetFacts(merged=("B3:G3",))
    table, found = read(f"{HEAD}\n1|甲|A1|||||\n|本表由各单位自行填写||||||", facts)
    assert list(table.frame.index) == [2]
    assert found == [(Code.OUTSIDE_ROWS, "B3")]


def test_cells_beside_and_far_from_the_table_are_named() -> None:
    facts = SheetFacts(far={"XFD1048576": "x"})
    tables, findings = read_tables(TextBook("a", {"企业清单": f"{HEAD}|\n1|甲|A1||||||\n||||||||旁边"}, known={"企业清单": facts}), template())
    assert places(findings) == [(Code.OUTSIDE_ROWS, "I3"), (Code.OUTSIDE_ROWS, "XFD1048576")]
    assert len(tables["list"].frame) == 1


def test_an_error_value_is_reported_and_missing() -> None:
    table, found = grid([[1.0, "甲", "A1", None, "#DIV/0!", None, None, "#N/A"]], SheetFacts(formulas=frozenset({"H2"}), knows_formulas=True))
    assert found == [(Code.ERROR_CELL, "E2"), (Code.ERROR_CELL, "H2")]
    assert table.frame.loc[2, "output"] is None


def test_an_alias_of_two_fields_is_the_second_where_the_first_has_its_own_column() -> None:
    form = form_from(
        {
            "name": "two",
            "sheet": "表",
            "title": "表",
            "key": ["code"],
            "field": [{"name": "code", "label": "代码"}, {"name": "detail", "label": "情况说明", "aliases": ["说明"]}, {"name": "remark", "label": "备注", "aliases": ["说明"]}],
        },
        "test",
    )
    tables, findings = read_tables(TextBook("a", {"表": "代码|情况说明|说明\n1|甲|乙"}), Template("t", "t.xlsx", "t", "1", (form,)))
    assert places(findings) == [(Code.COLUMN_RENAMED, "C1")]
    assert tables["two"].frame[["detail", "remark"]].to_numpy().tolist() == [["甲", "乙"]]


def test_a_looked_up_text_that_is_0_was_not_computed_and_is_nothing() -> None:
    table, found = grid([[1.0, "甲", "A1", None, 5.0, None, None, 0.0]], SheetFacts(formulas=frozenset({"H2"}), knows_formulas=True))
    assert found == []
    assert table.frame.loc[2, "found"] is None


def test_a_computed_field_that_nobody_reads_may_show_an_error() -> None:
    table, found = grid([["#DIV/0!", "甲", "A1", None, 5.0, None, None, "甲"]], SheetFacts(formulas=frozenset({"A2", "H2"}), knows_formulas=True))
    assert found == []
    assert table.frame.loc[2, "serial"] is None


def test_a_formula_never_calculated_is_reported_even_alone_in_its_row() -> None:
    facts = SheetFacts(formulas=frozenset({"B2", "E3", "H2"}), stale=frozenset({"B2", "E3", "H2"}), knows_formulas=True)
    table, found = grid([[None] * 8, [None, "乙", "A2", *[None] * 5]], facts)
    assert list(table.frame.index) == [2, 3]
    assert found == [(Code.FORMULA_STALE, "B2"), (Code.FORMULA_STALE, "E3")]


@pytest.mark.parametrize(("count", "cells"), [(3, ["H2", "H3", "H4"]), (4, ["H2"])])
def test_a_column_pasted_as_values_is_named_once_with_how_many_cells_it_is(count: int, cells: list[str]) -> None:
    rows: Grid = [[1.0, f"{at}厂", f"A{at}", None, None, None, None, f"{at}厂"] for at in range(count)]
    table, found = grid(rows, SheetFacts(knows_formulas=True))
    assert (len(table.frame), found) == (count, [(Code.FORMULA_LOST, cell) for cell in cells])


def test_text_typed_over_a_formula_is_a_warning_but_serial_numbers_are_not() -> None:
    facts = SheetFacts(formulas=frozenset({"A3", "H3"}), knows_formulas=True)
    rows: Grid = [[1.0, "甲", "A1", None, None, None, None, "手写"], [2.0, "乙", "A2", None, None, None, None, "乙"]]
    assert grid(rows, facts)[1] == [(Code.FORMULA_LOST, "H2")]
    assert grid(rows, NOTHING_KNOWN)[1] == []


def test_formulas_waiting_in_empty_rows_are_no_records() -> None:
    facts = SheetFacts(formulas=frozenset({"A3", "H3"}), knows_formulas=True)
    table, found = grid([[1.0, "甲", "A1", *[None] * 5], [2.0, *[None] * 6, "#N/A"]], facts)
    assert (list(table.frame.index), found) == ([2], [])


def sheets(texts: dict[str, str], *forms: str, hidden: str = "") -> tuple[dict[str, str], list[tuple[Code, str]]]:
    """Form → sheet it was read from, and what was found, by code and sheet."""
    known = {hidden: SheetFacts(visible=False)} if hidden else {}
    tables, findings = read_tables(TextBook("甲县.xlsx", texts, known=known), template(*forms))
    return {name: table.sheet for name, table in tables.items()}, [(finding.code, finding.place.sheet) for finding in findings]


ROWS = f"{HEAD}\n1|甲|A1|||||"


@pytest.mark.parametrize("name", ["企业 清单", "企业清单 (2)", "企业清单（2）", "1、企业清单", "附件1：企业清单", "企业清单-副本", "清单", "Sheet1"])
def test_a_renamed_sheet_is_read_and_said(name: str) -> None:
    assert sheets({name: ROWS}) == ({"list": name}, [(Code.SHEET_RENAMED, name)])


def test_a_copy_with_more_rows_is_read_and_the_other_named() -> None:
    more = f"{ROWS}\n2|乙|A2|||||"
    assert sheets({"企业清单": ROWS, "企业清单 (2)": more}) == (
        {"list": "企业清单 (2)"},
        [(Code.SHEET_RENAMED, "企业清单 (2)"), (Code.SHEET_UNUSED, "企业清单")],
    )


def test_an_empty_copy_is_passed_over() -> None:
    assert sheets({"企业清单": ROWS, "企业清单 (2)": HEAD}) == ({"list": "企业清单"}, [])


def test_a_second_sheet_of_the_same_kind_is_named() -> None:
    assert sheets({"企业清单": ROWS, "新加": ROWS}) == ({"list": "企业清单"}, [(Code.SHEET_UNUSED, "新加")])


def test_a_hidden_sheet_of_another_name_is_left_alone() -> None:
    assert sheets({"企业清单": ROWS, "旧": ROWS}, hidden="旧") == ({"list": "企业清单"}, [])


def test_a_missing_sheet_is_an_error_and_the_others_are_read() -> None:
    assert sheets({"企业清单": ROWS}, "list", "other") == ({"list": "企业清单"}, [(Code.SHEET_MISSING, "整改情况")])


def test_our_guide_saved_as_text_is_not_taken_for_the_cover_though_it_names_every_field() -> None:
    guide: Grid = [["区县填报表 · 填表说明", None, None], ["工作表", "填报项", "填什么"], ["封面", "县（市、区）", "选择本县（市、区）"], ["封面", "年度", "填四位年份。"]]
    guide += [["封面", field.label, field.help] for field in load_template("county")["cover"]]
    tables, findings = read_tables(TextBook("灵宝市.csv", grids={"灵宝市": guide}), load_template("county"))
    assert (tables, [one.code for one in findings]) == ({}, [Code.NOT_OUR_FORM])


def test_a_workbook_of_something_else_is_refused_once() -> None:
    assert sheets({"工资表": "姓名|金额\n张三|1"}, "list", "other", "card") == ({}, [(Code.NOT_OUR_BOOK, "")])


def test_a_workbook_made_from_another_template_is_refused() -> None:
    book = TextBook("市级汇总.xlsx", {"企业清单": ROWS}, stamp=Stamp("city", "1", "p"))
    tables, findings = read_tables(book, template())
    assert (tables, [finding.code for finding in findings]) == ({}, [Code.NOT_OUR_BOOK])


def card(text: str, facts: SheetFacts = NOTHING_KNOWN) -> tuple[Table | None, list[tuple[Code, str]]]:
    tables, findings = read_tables(TextBook("甲县.xlsx", {"首页": text}, known={"首页": facts}), template("card"))
    return tables.get("card"), places(findings)


def test_a_card_is_read_wherever_its_labels_stand() -> None:
    table, found = card("标题\n\n|县（市、区）：|甲县|说明文字\n|报出日期|2022-07-19\n|填表|张三\n填表（签字）：|李四")
    assert table is not None
    assert table.card() == {"county": "甲县", "sent": "2022-07-19", "clerk": "张三"}
    assert table.columns == {"county": "C3", "sent": "C4", "clerk": "C5"}
    assert found == []


def test_an_empty_card_value_is_missing_and_never_the_help_beside_it() -> None:
    table, found = card("县（市、区）||请选择\n报出日期|2022-07-19|\n填表|张三|")
    assert table is not None
    assert table.card()["county"] is None
    assert (table.columns["county"], found) == ("B1", [])


def test_a_label_merged_across_columns_has_its_value_behind_it() -> None:
    table, _ = card("县（市、区）||甲县\n报出日期||d\n填表||张三", SheetFacts(merged=("A1:B1", "A2:B2", "A3:B3", "C1:D1")))
    assert table is not None
    assert table.columns == {"county": "C1", "sent": "C2", "clerk": "C3"}


def test_card_labels_missing_and_renamed_are_said() -> None:
    table, found = card("县区|甲县\n报出的日期|2022-07-19")
    assert table is not None
    assert table.card()["sent"] == "2022-07-19"
    assert found == [(Code.COLUMN_RENAMED, "A1"), (Code.COLUMN_RENAMED, "A2"), (Code.ITEM_MISSING, "")]


def test_error_and_uncalculated_card_values_are_reported() -> None:
    table, found = card("县（市、区）|#REF!\n报出日期|\n填表|张三", SheetFacts(stale=frozenset({"B2"}), knows_formulas=True))
    assert table is not None
    assert table.card() == {"county": None, "sent": None, "clerk": "张三"}
    assert found == [(Code.ERROR_CELL, "B1"), (Code.FORMULA_STALE, "B2")]


def test_a_card_without_any_label_has_no_table() -> None:
    assert card("随便|写写") == (None, [(Code.HEADER_MISSING, "")])


@pytest.mark.parametrize(
    ("stamp", "codes"),
    [
        (Stamp(), [Code.NO_STAMP]),
        (Stamp("t", "1", "sanmenxia-2022"), []),
        (Stamp("t", "0", "sanmenxia-2022"), [Code.OLD_TEMPLATE]),
        (Stamp("t", "1", "q"), [Code.OTHER_POLICY]),
        (Stamp("t", "", ""), [Code.OLD_TEMPLATE, Code.OTHER_POLICY]),
    ],
)
def test_the_stamp_is_judged_against_template_and_policy(stamp: Stamp, codes: list[Code]) -> None:
    assert [finding.code for finding in stamp_findings(TextBook("a", stamp=stamp), template(), load_policy("sanmenxia-2022"))] == codes


@pytest.mark.parametrize(
    ("stamped", "called"),
    [
        ("national-2026", load_policy("national-2026").title),
        ("sanmenxia-2021", "2021年度的另一套政策"),
        ("lab/../sanmenxia-2022", "2022年度的另一套政策"),
        ("luoyang", "另一套政策"),
        ("洛阳-2023", "洛阳-2023"),
        ("", "未注明"),
    ],
)
def test_a_clerk_reads_a_policy_by_its_title_or_year_not_by_its_id(stamped: str, called: str) -> None:
    (one,) = stamp_findings(TextBook("a", stamp=Stamp("t", "1", stamped)), template(), load_policy("sanmenxia-2022"))
    assert one.message == f"模板对应的政策是“{called}”，本次按“三门峡市2022年重点行业绩效分级评定”校验"


def test_the_county_template_finds_every_field_of_every_form_by_its_own_header() -> None:
    county = load_template("county")
    texts = {form.sheet: "|".join(field.header for field in form) if form.layout == "rows" else "\n".join(f"{field.header}|x" for field in form) for form in county}
    tables, findings = read_tables(TextBook("a.xlsx", texts), county)
    assert findings == []
    assert {name: set(table.columns) for name, table in tables.items()} == {form.name: {field.name for field in form} for form in county}


def test_a_real_file_gives_the_same_findings_as_its_text(tmp_path: Path) -> None:
    path = tmp_path / "甲县.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("企业清单")
        sheet.write_row(0, 0, HEAD.split("|"))
        sheet.write_row(1, 0, [1, "甲", "A1", "", 5])
        sheet.write_formula("H2", "=B2", None, "甲")
        sheet.write_row(2, 1, ["乙", "A2"])
        sheet.write_formula("E3", "=1/0", None, "#DIV/0!")
        sheet.write_string("H3", "手写")
        sheet.write_row(4, 0, ["合计", "", "", "", 5])
    tables, findings = read_tables(open_book(path), template())
    assert places(findings) == [(Code.ERROR_CELL, "E3"), (Code.FORMULA_LOST, "H3"), (Code.OUTSIDE_ROWS, "A5")]
    assert tables["list"].frame["output"].to_list() == [5.0, None]


def test_a_file_written_without_values_says_which_cells_were_never_calculated(tmp_path: Path) -> None:
    path = tmp_path / "甲县.xlsx"
    book = openpyxl.Workbook()
    sheet = book.create_sheet("企业清单", 0)
    sheet.append(HEAD.split("|"))
    sheet.append([1, "甲", "A1", None, "=2+3"])
    book.save(path)
    _, findings = read_tables(open_book(path), template())
    assert places(findings) == [(Code.FORMULA_STALE, "E2")]


@given(st.tuples(AROUND, SAID, AROUND, st.text(max_size=3)).map("".join) | st.text(max_size=8))
def test_what_is_a_label_or_a_signature_is_never_passed_over_by_its_first_character(text: str) -> None:
    labels = labels_of(LIST)
    assert labels.may_be(text) or not (labels.of(text) or labels.is_signature(text))
