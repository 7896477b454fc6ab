"""The policy as a workbook: nothing is lost on the way, and whatever is wrong in it is found at its cell."""

import tomllib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from openpyxl import load_workbook

from tests.text_book import TextBook
from xltools.actions.policy import (
    make_policy,
    policy_named,
    read_contents,
    read_policy,
    read_policy_book,
    write_contents,
)
from xltools.books.base import Cell
from xltools.books.file import open_book
from xltools.books.refs import LAST_ROW
from xltools.model.address import address, column_letters
from xltools.model.catalogues import read_language
from xltools.model.code import Code
from xltools.model.finding import StopError
from xltools.model.form import FIRST_ROW, HEADER_ROW, Form, load_form, load_template
from xltools.model.indicator import AnswerKind, CommonSet, Indicator, IndicatorTable, Operator, Requirement
from xltools.model.indicator_rows import indicator_file
from xltools.model.policy import Policy, load_policy, policy_from
from xltools.model.policy_book import load_policy_book
from xltools.rules.policy_contents import Contents, contents_of, policy_data

SHIPPED = ("sanmenxia-2022", "national-2026")
TEMPLATE = load_template("policy")
SMALL = load_policy("national-2026")
Change = Callable[[dict[str, list[dict[str, Any]]]], None]


def book_of(contents: Contents) -> TextBook:
    """The workbook that these records make, as a text book."""
    return TextBook("政策库.xlsx", grids={form.sheet: grid_of(form, contents) for form in TEMPLATE})


def grid_of(form: Form, contents: Contents) -> list[list[Cell]]:
    records = contents[form.name]
    if form.layout == "card":
        return [[None, field.label, records[0].get(field.name) if records else None] for field in form]
    rows: list[list[Cell]] = [[None] * len(form.fields) for _ in range(HEADER_ROW - 1)]
    rows.append([field.label for field in form])
    rows += [[record.get(field.name) for field in form] for record in records]
    return rows


def changed(change: Change, policy: Policy = SMALL) -> TextBook:
    """The workbook of a policy after somebody has changed its records."""
    contents = {name: [dict(row) for row in rows] for name, rows in contents_of(policy).items()}
    change(contents)
    return book_of(contents)


def found(change: Change, policy: Policy = SMALL) -> list[tuple[Code, str, str]]:
    """Code, sheet and cell of everything found in a workbook after a change; a change that is wrong gives no policy."""
    read, findings = read_policy_book(changed(change, policy))
    assert (read is None) is any(one.code.number.startswith("E") for one in findings)
    return [(one.code, one.place.sheet, one.place.cell) for one in findings]


def at(form: str, field: str, record: int) -> tuple[str, str]:
    """Sheet and cell of a field of a record, records counted from 0."""
    loaded = load_form(form)
    return loaded.sheet, f"{column_letters([one.name for one in loaded].index(field) + 1)}{FIRST_ROW + record}"


# --- nothing is lost -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", SHIPPED)
def test_a_policy_comes_back_from_its_workbook_as_it_went_in(id: str, tmp_path: Path) -> None:
    policy = load_policy(id)
    read, findings = read_policy(make_policy(tmp_path / "政策库.xlsx", policy))
    assert (read, findings) == (policy, [])


@pytest.mark.parametrize("id", SHIPPED)
def test_the_workbook_holds_every_word_of_the_policys_text_files(id: str, tmp_path: Path) -> None:
    folder = files("xltools") / "specs" / "policies" / id
    texts: dict[str, Any] = {}
    for name in ("policy.toml", "tables.toml", "sanctions.toml"):
        texts |= tomllib.loads(folder.joinpath(name).read_text("utf-8"))
    texts["indicators"] = {path.name.removesuffix(".csv"): indicator_file(path) for path in folder.joinpath("indicators").iterdir()}
    contents, _ = read_contents(open_book(make_policy(tmp_path / "政策库.xlsx", load_policy(id))))
    assert contents is not None
    back = set(leaves(policy_data(contents)))
    assert [path for path in leaves(texts) if path not in back] == []


def leaves(data: Any, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Every single text or number in nested data with the way to it; numbers as plain text, no needless zeros, "" left out."""
    if isinstance(data, dict):
        return [leaf for name, value in data.items() for leaf in leaves(value, (*path, name))]
    if isinstance(data, list):
        return [leaf for index, value in enumerate(data) for leaf in leaves(value, (*path, index))]
    if path[-1] == "share":
        data = Decimal(data).normalize()
    if path[-1] == "operator":
        data = {">=": "≥", "<=": "≤"}.get(data, data)
    return [] if data == "" else [(*path, str(data))]


AWKWARD = ("=1+1", "TRUE", "007", "2022-01-01", "1,000", "两行\n文字", '引"号', "'单引号", "＃Ａ", "@x", "50%", "注：①㎡Ⅲ")


def test_awkward_texts_stay_as_they_are(tmp_path: Path) -> None:
    rows = tuple(Requirement(grade, text) for grade, text in zip(("A", "B", "C", "D"), AWKWARD[:4], strict=True))
    indicators = [Indicator(f"甲{number}", text, text, AnswerKind.TEXT, text, requirements=rows, source=text) for number, text in enumerate(AWKWARD)]
    sets = Indicator("乙", "类", "项", AnswerKind.CHOICE, options=("007", "=x"), requirements=(Requirement("A", "文", Operator.IN, ("007", "=x")),))
    table = IndicatorTable("t", "表", "水泥", "熟料", "A-D", AWKWARD[1], "示例", "来源", "2020-01-01", "2099-12-31", ("A", "B", "C", "D"), "\n".join(AWKWARD), (*indicators, sets))
    lone = CommonSet("lone", "没有表用它", "示例", "来源", (), (Indicator("丙", "类", "项", AnswerKind.YES_NO, options=("是", "否"), requirements=(Requirement("A", "文", Operator.EQUAL, ("是",)),)),))
    targets = tuple(replace(one, share=Decimal("0.333")) for one in SMALL.targets)
    policy = replace(SMALL, title=AWKWARD[0], source=AWKWARD[4], tables=(table,), commons=(*SMALL.commons, replace(lone, indicators=tuple(replace(one, shared="lone") for one in lone.indicators))), targets=targets)
    policy = replace(policy, commons=tuple(replace(one, tables=()) for one in policy.commons))
    read, findings = read_policy(make_policy(tmp_path / "政策库.xlsx", policy))
    assert [one.message for one in findings] == []
    assert read == policy


def test_lists_without_an_option_and_synonyms_without_a_spelling_stay(tmp_path: Path) -> None:
    policy = replace(SMALL, choices={**SMALL.choices, "empty": ()}, synonyms={**SMALL.synonyms, "opinions": {"同意上报": ()}})
    read, _ = read_policy(make_policy(tmp_path / "政策库.xlsx", policy))
    assert read == policy


@pytest.mark.parametrize("id", SHIPPED)
def test_the_same_policy_gives_the_same_bytes(id: str, tmp_path: Path) -> None:
    first, second = (make_policy(tmp_path / name, load_policy(id)) for name in ("一.xlsx", "二.xlsx"))
    assert first.read_bytes() == second.read_bytes()


def test_remarks_beside_the_rows_stay(tmp_path: Path) -> None:
    contents = {name: [dict(row) for row in rows] for name, rows in contents_of(SMALL).items()}
    contents["indicators"][3] |= {"confirm": "待确认", "doubt": "拿不准", "origin": "原表.docx【表格1】C5"}
    path = write_contents(tmp_path / "政策库.xlsx", contents)
    read, _ = read_contents(open_book(path))
    assert read is not None
    assert {name: read["indicators"][3][name] for name in ("confirm", "doubt", "origin")} == {"confirm": "待确认", "doubt": "拿不准", "origin": "原表.docx【表格1】C5"}


def test_a_changed_workbook_changes_the_policy() -> None:
    def change(contents: dict[str, list[dict[str, Any]]]) -> None:
        contents["policy"][0] |= {"id": "mingzhou-2027", "year": 2027}
        contents["policy_counties"].append({"name": "新区", "code": "", "group": "帮扶二组", "aliases": "高新|高新区"})
        contents["policy_deadlines"][2]["inclusive"] = "否"
        contents["policy_targets"][0]["share"] = 12.5

    read, findings = read_policy_book(changed(change))
    assert (findings, read is None) == ([], False)
    assert read is not None
    assert (read.year, read.counties[-1].aliases, read.targets[0].share) == (2027, ("高新", "高新区"), Decimal("0.125"))
    assert read.deadlines[2].inclusive is False


def test_dates_may_be_typed_as_people_write_them() -> None:
    def change(contents: dict[str, list[dict[str, Any]]]) -> None:
        contents["policy_tables"][0] |= {"effective_from": "2026年1月1日", "effective_to": date(2031, 12, 31)}

    read, findings = read_policy_book(changed(change))
    assert read is not None
    assert (read.tables[0].effective_from, read.tables[0].effective_to) == ("2026-01-01", "2031-12-31")
    assert [one.code for one in findings] == [Code.CONVERTED]


# --- what is wrong is found at its cell ------------------------------------------------------------------------------


def put(form: str, record: int, **values: Any) -> Change:
    """A change of some fields of one record."""
    return lambda contents: contents[form][record].update(values)


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (put("policy_tables", 0, scheme="A-Z"), Code.NOT_A_CHOICE, at("policy_tables", "scheme", 0)),
        (put("policy_tables", 0, industry="不存在"), Code.NOT_A_CHOICE, at("policy_tables", "industry", 0)),
        (put("policy_tables", 0, status="官方"), Code.NOT_A_CHOICE, at("policy_tables", "status", 0)),
        (put("policy_tables", 0, grades="D|A"), Code.GRADES_NOT_OF_SCHEME, at("policy_tables", "grades", 0)),
        (put("policy_tables", 0, grades="A|B"), Code.GRADES_NOT_OF_SCHEME, at("policy_tables", "grades", 0)),
        (put("policy_tables", 0, grades="A+|A|D"), Code.GRADES_NOT_OF_SCHEME, at("policy_tables", "grades", 0)),
        (put("policy_tables", 1, id="clinker"), Code.DUPLICATE_VALUE, at("policy_tables", "id", 1)),
        (put("policy_tables", 1, name=SMALL.tables[0].name), Code.DUPLICATE_VALUE, at("policy_tables", "name", 1)),
        (put("policy_tables", 0, name=""), Code.REQUIRED, at("policy_tables", "name", 0)),
        (put("policy_tables", 0, effective_from="不知道"), Code.NOT_A_DATE, at("policy_tables", "effective_from", 0)),
        (put("policy_schemes", 0, by_decision="S"), Code.MEMBER_UNKNOWN, at("policy_schemes", "by_decision", 0)),
        (put("policy_schemes", 1, grades="A|A|C"), Code.INDICATOR_WRONG, at("policy_schemes", "grades", 1)),
        (put("policy_tiers", 0, grades="A-D:Z"), Code.MEMBER_UNKNOWN, at("policy_tiers", "grades", 0)),
        (put("policy_tiers", 2, grades="A-D:A"), Code.DUPLICATE_VALUE, at("policy_tiers", "grades", 2)),
        (put("policy_sanctions", 0, kind="没有的事"), Code.NOT_A_CHOICE, at("policy_sanctions", "kind", 0)),
        (put("policy_sanctions", 0, effect="罚款"), Code.NOT_A_CHOICE, at("policy_sanctions", "effect", 0)),
        (put("policy_deadlines", 0, month=13), Code.OUT_OF_RANGE, at("policy_deadlines", "month", 0)),
        (put("policy_deadlines", 0, day="月底"), Code.NOT_A_NUMBER, at("policy_deadlines", "day", 0)),
        (put("policy_deadlines", 0, inclusive=""), Code.REQUIRED, at("policy_deadlines", "inclusive", 0)),
        (put("policy_targets", 0, share=120), Code.OUT_OF_RANGE, at("policy_targets", "share", 0)),
        (put("policy_counties", 1, name=SMALL.counties[0].name), Code.DUPLICATE_VALUE, at("policy_counties", "name", 1)),
        (put("indicators", 0, table="没有的表"), Code.MEMBER_UNKNOWN, at("indicators", "table", 0)),
        (put("indicators", 0, kind="分数"), Code.NOT_A_CHOICE, at("indicators", "kind", 0)),
        (put("indicators", 0, threshold="很多"), Code.INDICATOR_WRONG, at("indicators", "threshold", 0)),
        (put("indicators", 1, grade="A"), Code.INDICATOR_WRONG, at("indicators", "grade", 1)),
        (put("indicators", 1, item="另一项"), Code.INDICATOR_WRONG, at("indicators", "item", 1)),
        (put("indicators", 0, confirm="也许"), Code.NOT_A_CHOICE, at("indicators", "confirm", 0)),
        (put("indicators", 0, confirm="待确认"), Code.WAITING_ROWS, at("indicators", "confirm", 0)),
        (put("policy_words", 0, kind="后缀"), Code.NOT_A_CHOICE, at("policy_words", "kind", 0)),
        (put("policy_targets", 0, grades="A|甲级"), Code.MEMBER_UNKNOWN, at("policy_targets", "grades", 0)),
        (put("policy_targets", 0, grades="A、B"), Code.NOT_SET_APART, at("policy_targets", "grades", 0)),
        (put("policy_counties", 1, aliases=f"别处|{SMALL.counties[0].name}"), Code.MEANS_TWO, at("policy_counties", "aliases", 1)),
        (put("policy_deadlines", 0, month=2, day=30), Code.OUT_OF_RANGE, at("policy_deadlines", "day", 0)),
        (put("policy_schemes", 0, grades="A+|A|B|C|D|E"), Code.POLICY_LACKS, ("选项", "")),
    ],
)  # fmt: skip
def test_each_problem_is_found_at_its_cell(change: Change, code: Code, place: tuple[str, str]) -> None:
    assert (code, *place) in found(change)


@pytest.mark.parametrize(
    ("row", "cells", "expected"),
    [
        (1, {"threshold": "0.8"}, [(Code.PERCENT_DOUBT, 1)]),                 # 80 % typed with a percent sign
        (1, {"threshold": "40"}, [(Code.LOOSER, 1)]),                         # B 40 %, C 50 %
        (0, {"operator": "≤"}, [(Code.LOOSER, 0)]),
        (0, {"operator": "≥", "threshold": "80"}, []),                        # A the same as B
        (1, {"operator": "≤", "threshold": "100"}, [(Code.LOOSER, 1)]),
    ],
)
def test_thresholds_that_can_hardly_be_meant_are_asked_about(row: int, cells: dict[str, str], expected: list[tuple[Code, int]]) -> None:
    shares = found(put("indicators", row, **cells), load_policy("sanmenxia-2022"))
    assert shares == [(code, *at("indicators", "threshold", at_row)) for code, at_row in expected]


def test_what_to_do_fits_a_workbook_without_remarks_of_another_year() -> None:
    def fix(change: Change) -> str:
        (one,) = read_policy_book(changed(change, load_policy("sanmenxia-2022") if change is share else SMALL))[1]
        return one.fix

    share, day = put("indicators", 1, threshold="0.8"), put("policy_tables", 0, effective_from="不知道")
    assert fix(share) == "请填 0 至 100 的数，不带百分号；确为 0.8% 的不需要处理"
    assert fix(day) == "请填成 2026-06-30 这样的日期，年、月、日都要有"


def test_grades_with_another_sign_between_them_are_said_once_and_not_of_every_row_that_has_one() -> None:
    assert found(put("policy_schemes", 0, grades="A+、A、B，C、D")) == [(Code.NOT_SET_APART, *at("policy_schemes", "grades", 0))]


def test_a_full_width_sign_between_grades_sets_them_apart() -> None:
    read, findings = read_policy_book(changed(put("policy_schemes", 0, grades="｜".join(SMALL.schemes[0].grades))))
    assert (read, findings) == (SMALL, [])


def test_a_spelling_of_two_choices_is_found_at_the_later_one() -> None:
    policy = load_policy("sanmenxia-2022")
    rows = contents_of(policy)["policy_synonyms"]
    no = next(at_row for at_row, row in enumerate(rows) if (row["list"], row["value"]) == ("yes_no", "否"))
    taken = [(Code.MEANS_TWO, *at("policy_synonyms", "spellings", no))]
    assert found(put("policy_synonyms", no, spellings="×|是"), policy) == taken       # the other choice itself
    assert found(put("policy_synonyms", no, spellings="×|√"), policy) == taken        # a spelling of it
    assert found(put("policy_synonyms", no, spellings="×|无|齐全"), policy) == []      # another list may use it


@pytest.mark.parametrize(
    ("cells", "differs"),
    [
        ({"text": "不高于60 mg/m³"}, True),                     # only the text was changed
        ({"threshold": "60"}, True),                            # only the threshold
        ({"text": "不高于60 mg/m³", "threshold": "60"}, False),
        ({"text": "不低于50 mg/m³"}, True),                     # the other way round
        ({"text": "60 mg/m³以下的，或经专家认可"}, False),        # nothing certain to compare
        ({"text": "不高于50.0 mg/m³"}, False),
        ({"text": "不高于60 mg/m³", "confirm": "待确认"}, False),  # a person will look at it anyway
    ],
)
def test_a_requirement_that_says_another_number_than_its_threshold_is_asked_about(cells: dict[str, str], differs: bool) -> None:
    policy = load_policy("sanmenxia-2022")
    row = next(at_row for at_row, one in enumerate(contents_of(policy)["indicators"]) if one["text"] == "不高于50 mg/m³")
    said = [one[1:] for one in found(put("indicators", row, **cells), policy) if one[0] is Code.TEXT_DIFFERS]
    assert said == ([at("indicators", "threshold", row)] if differs else [])


def test_a_table_with_rows_to_confirm_cannot_be_official() -> None:
    def change(contents: dict[str, list[dict[str, Any]]]) -> None:
        contents["policy_tables"][0]["status"] = "正式"
        contents["indicators"][0]["confirm"] = "待确认"

    assert found(change) == [(Code.CONFIRM_FIRST, *at("indicators", "confirm", 0))]


def test_a_confirmed_row_says_nothing_any_more() -> None:
    def change(contents: dict[str, list[dict[str, Any]]]) -> None:
        contents["policy_tables"][0]["status"] = "正式"
        contents["indicators"][0]["confirm"] = "已确认"

    assert found(change) == []


@pytest.mark.parametrize(
    ("form", "keep", "value"),
    [
        ("policy_deadlines", lambda row: row["id"] != "review", "review"),
        ("policy_deadlines", lambda row: row["id"] != "site_check", "site_check"),
        ("policy_lists", lambda row: row["list"] != "opinions", "opinions"),
        ("policy_targets", lambda row: False, "工作目标"),
        ("policy_counties", lambda row: False, "县（市、区）"),
    ],
)
def test_what_no_policy_can_do_without_is_missed(form: str, keep: Callable[[dict[str, Any]], bool], value: str) -> None:
    def change(contents: dict[str, list[dict[str, Any]]]) -> None:
        contents[form] = [row for row in contents[form] if keep(row)]

    _, findings = read_policy_book(changed(change))
    assert [value in one.message for one in findings if one.code is Code.POLICY_LACKS] == [True]


def test_common_numbers_that_a_table_has_itself_are_found() -> None:
    policy = load_policy("sanmenxia-2022")
    row = next(at for at, record in enumerate(contents_of(policy)["indicators"]) if record["table"] == "mobile-source")
    change = put("policy_commons", 0, tables="alumina|machining|没有的表")
    assert (Code.MEMBER_UNKNOWN, *at("policy_commons", "tables", 0)) in found(change, policy)

    def same_number(contents: dict[str, list[dict[str, Any]]]) -> None:
        no = contents["indicators"][row]["no"]
        for record in contents["indicators"][row:]:
            if record["table"] == "mobile-source" and record["no"] == no:
                record["no"] = "1"

    assert (Code.DUPLICATE_VALUE, *at("indicators", "no", row)) in found(same_number, policy)


WIDE = {"A": "Ａ", "B": "Ｂ", "C": "Ｃ", "D": "Ｄ"}


def full_width(*records: int) -> Change:
    """The grades of these rows of the indicators as an input method in full width types them."""

    def change(contents: dict[str, list[dict[str, Any]]]) -> None:
        for record in records:
            contents["indicators"][record]["grade"] = WIDE[contents["indicators"][record]["grade"]]

    return change


def test_many_cells_of_a_column_with_one_problem_are_one_sentence_that_names_them_all() -> None:
    read, findings = read_policy_book(changed(full_width(0, 1, 2, 4, 6, 7)))
    (told,) = findings
    assert (read, told.code, told.place.cell) == (None, Code.SAME_PROBLEM, "I5")
    assert told.message == (
        "这一列有 6 格是同样的问题（I5:I7、I9、I11:I12）；第一格E323：“要求等级”：“Ａ”不是本表的等级（A、B、C、D），应写成“A”（半角大写）"
    )
    assert told.fix == "各格都按第一格的改法：请改正这一格，或改正同一编号的其他行"
    english = read_language("en").translated(told)
    assert english.fix == "Every one as the first: Correct this cell, or the other rows of the same number"


def test_a_few_cells_with_one_problem_and_different_problems_are_told_one_by_one() -> None:
    assert found(full_width(0, 1, 2)) == [(Code.INDICATOR_WRONG, "指标库", cell) for cell in ("I5", "I6", "I7")]

    def change(contents: dict[str, list[dict[str, Any]]]) -> None:
        full_width(0, 1, 2)(contents)
        contents["indicators"][7]["grade"] = "C"      # a second time, not a grade that is none

    assert [one for one in found(change) if one[0] is Code.INDICATOR_WRONG][-1] == (Code.INDICATOR_WRONG, *at("indicators", "grade", 7))
    assert Code.SAME_PROBLEM not in {code for code, _, _ in found(change)}


@pytest.mark.parametrize("written", ["change_kinds", "事项类型", " change_kinds(事项类型) ", "change_kinds（事项类型）"])
def test_a_list_is_known_by_its_code_its_name_or_both(tmp_path: Path, written: str) -> None:
    path = make_policy(tmp_path / "政策库.xlsx", SMALL)
    book = load_workbook(path)
    sheet = book["选项"]
    shown = {cell.value for cell in sheet["A"][HEADER_ROW:] if cell.value}
    assert {"opinions（初审意见）", "change_kinds（事项类型）", "grades（等级）"} <= shown
    assert {cell.value for cell in book["同义写法"]["A"][HEADER_ROW:] if cell.value} >= {"none（各处的无）", "opinions（初审意见）"}
    assert all(load_policy_book().list_names[name] for policy in SHIPPED for name in (*load_policy(policy).choices, *load_policy(policy).synonyms))
    for cell in sheet["A"][HEADER_ROW:]:
        cell.value = written if cell.value == "change_kinds（事项类型）" else cell.value
    book.save(path)
    assert read_policy(path) == (SMALL, [])


def test_a_list_that_is_missing_is_called_by_its_name_too() -> None:
    def change(contents: dict[str, list[dict[str, Any]]]) -> None:
        contents["policy_lists"] = [one for one in contents["policy_lists"] if one["list"] != "opinions"]

    _, findings = read_policy_book(changed(change))
    assert [one.message for one in findings if one.code is Code.POLICY_LACKS] == ["“选项”里缺少“opinions（初审意见）”"]


def test_several_missing_sheets_of_a_policy_are_one_finding() -> None:
    book = book_of(contents_of(SMALL))
    lacking = TextBook(book.name, grids={name: grid for name, grid in book.grids.items() if name not in ("时限", "县区")})
    assert [one.message for one in read_policy_book(lacking)[1]] == ["缺少工作表：县区、时限"]


def test_a_missing_sheet_is_one_finding_and_no_policy() -> None:
    book = book_of(contents_of(SMALL))
    lacking = TextBook(book.name, grids={name: grid for name, grid in book.grids.items() if name != "时限"})
    read, findings = read_policy_book(lacking)
    assert read is None
    assert [one.code for one in findings] == [Code.SHEET_MISSING]


def test_another_workbook_is_refused() -> None:
    with pytest.raises(StopError) as stop:
        read_policy_book(TextBook("别的.xlsx", {"表": "甲 | 乙"}))
    assert stop.value.finding.code is Code.NOT_OUR_BOOK


def test_a_policy_is_found_by_its_id_among_those_we_ship_and_the_workbooks_beside_a_file(tmp_path: Path) -> None:
    """What a button needs, which nobody can give a policy."""
    own = replace(SMALL, id="明州-2027")
    (tmp_path / "别的.xlsx").write_bytes(b"PK")
    make_policy(tmp_path / "上年.xlsx", replace(SMALL, id="明州-2026"))
    with pytest.raises(StopError) as stop:
        policy_named("明州-2027", tmp_path)
    assert stop.value.finding.code is Code.POLICY_NOT_HERE
    make_policy(tmp_path / "政策库.xlsx", own)
    assert policy_named("明州-2027", tmp_path) == own
    (tmp_path / "政策库.xlsx").rename(tmp_path / "政策库.et")
    assert policy_named("明州-2027", tmp_path) == own
    make_policy(tmp_path / "政策库-副本.xlsx", own)
    assert policy_named("明州-2027", tmp_path) == own
    make_policy(tmp_path / "政策库（新）.xlsx", replace(own, title="改过的"))
    with pytest.raises(StopError) as stop:
        policy_named("明州-2027", tmp_path)
    assert (stop.value.finding.code, dict(stop.value.finding.values)["files"]) == (Code.POLICY_SEVERAL, "政策库-副本.xlsx、政策库.et、政策库（新）.xlsx")
    assert policy_named(SHIPPED[0], tmp_path / "没有") is load_policy(SHIPPED[0])


def test_a_newer_policy_workbook_with_an_error_is_not_passed_over_for_the_older_one(tmp_path: Path) -> None:
    own = replace(SMALL, id="明州-2027")
    make_policy(tmp_path / "政策库.xlsx", own)
    newer = make_policy(tmp_path / "政策库（新）.xlsx", replace(own, title="改过的"))
    book = load_workbook(newer)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == own.year]
    assert cells
    for cell in cells:
        cell.value = "后年"
    book.save(newer)
    with pytest.raises(StopError) as stop:
        policy_named("明州-2027", tmp_path)
    assert stop.value.finding.code is Code.POLICY_SEVERAL


def test_a_policy_workbook_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "政策库.xlsx"
    path.write_bytes(b"mine")
    with pytest.raises(StopError) as stop:
        make_policy(path, SMALL)
    assert stop.value.finding.code is Code.OUTPUT_EXISTS
    assert path.read_bytes() == b"mine"


CONTENTS = contents_of(SMALL)
CELLS = [(form.name, record, field.name) for form in TEMPLATE for record in range(len(CONTENTS[form.name])) for field in form]
WRONG = st.sampled_from([None, "", "甲", "A", "D|A", "A|A", "A-D", "A-D:A", "引领性", "12", -1.0, 5.0, 99999.0, "|", "数值", "选项", "待确认", "正式", "≥", "clinker", "#N/A", "2026-13-45", True])


@settings(max_examples=80)
@given(st.lists(st.tuples(st.sampled_from(CELLS), WRONG), min_size=1, max_size=3))
@example([(("indicators", 31, "options"), "甲")])         # a number with something to choose from
def test_whatever_is_typed_the_workbook_is_a_policy_or_says_why_not(slips: list[tuple[tuple[str, int, str], Any]]) -> None:
    def change(contents: dict[str, list[dict[str, Any]]]) -> None:
        for (form, record, field), value in slips:
            contents[form][record][field] = value

    read, findings = read_policy_book(changed(change))
    assert read is not None or findings
    if read is not None:
        assert policy_from(policy_data(contents_of(read))) == read


def test_drop_downs_reach_below_the_rows_of_a_long_library(tmp_path: Path) -> None:
    contents = dict(contents_of(SMALL))
    row = dict(contents["indicators"][0])
    contents["indicators"] = [*contents["indicators"], *({**row, "no": f"长{number}"} for number in range(LAST_ROW))]
    book = load_workbook(write_contents(tmp_path / "政策库.xlsx", contents))
    ranges = [area for rule in book["指标库"].data_validations.dataValidation if rule.formula1 == "list_operators" for area in rule.sqref.ranges]
    assert max(area.max_row for area in ranges) > LAST_ROW + FIRST_ROW


# --- the workbook as a file ------------------------------------------------------------------------------------------


def test_every_choice_has_a_drop_down_and_every_list_it_names_is_there(tmp_path: Path) -> None:
    book = load_workbook(make_policy(tmp_path / "政策库.xlsx", SMALL))
    for form in TEMPLATE:
        offered = {(rule.formula1, str(rule.sqref).split(":")[0]) for rule in book[form.sheet].data_validations.dataValidation if rule.type == "list"}
        fields = {(f"list_{field.list}", at(form.name, field.name, 0)[1]) for field in form if field.list}
        assert offered == fields
        assert {name for name, _ in fields} <= set(book.defined_names)


def test_no_sheet_of_the_policy_is_locked(tmp_path: Path) -> None:
    book = load_workbook(make_policy(tmp_path / "政策库.xlsx", SMALL))
    assert [form.sheet for form in TEMPLATE if book[form.sheet].protection.sheet] == []


def test_the_front_sheet_says_how_many_rows_wait(tmp_path: Path) -> None:
    contents = {name: [dict(row) for row in rows] for name, rows in contents_of(SMALL).items()}
    for row in contents["indicators"][:4]:
        row["confirm"] = "待确认"
    book = open_book(write_contents(tmp_path / "政策库.xlsx", contents))
    texts = [str(cell) for row in book.values("政策") for cell in row if cell]
    assert f"{len(contents['indicators'])}；另有 4 行待确认" in texts
    shown = [cell.value for row in load_workbook(tmp_path / "政策库.xlsx")["政策"].iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert len(shown) == len([form for form in TEMPLATE if form.layout != "card"])      # formulas: they follow what is added and confirmed


def test_addresses_in_this_file_are_those_of_the_workbook(tmp_path: Path) -> None:
    book = open_book(make_policy(tmp_path / "政策库.xlsx", SMALL))
    sheet, cell = at("policy_tables", "id", 0)
    assert book.values(sheet)[FIRST_ROW - 1][0] == SMALL.tables[0].id
    assert cell == address(FIRST_ROW, 1)
