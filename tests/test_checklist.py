"""Checklists: what is written, what comes back, what is noticed when somebody changed the sheet, and one for every applicant."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from random import Random

import openpyxl
import pytest
from msgspec.structs import replace

from tests import checklist_books as books
from tests.checklist_books import CODE, POLICY, applicant, at_best, change, visit, write
from tests.checklists import best, table_of, toy
from tests.county_files import CODES, NAMES, county_file, enterprise
from tests.workbooks import packed, parts_of
from xltools.actions import checklist, workers
from xltools.actions.checklist import Making, file_name, make_checklists, write_new
from xltools.actions.grade import grade_files
from xltools.actions.workers import Processes
from xltools.books.base import Cell
from xltools.books.checklist_layout import FIRST, PartLayout, layout_of
from xltools.books.checklist_read import is_checklist, read_checklist
from xltools.books.file import open_book
from xltools.model.catalogues import read_language
from xltools.model.checklist import ApplicantPart, ChecklistPlan
from xltools.model.code import Code
from xltools.model.indicator import Indicator, IndicatorTable
from xltools.model.result import exit_code
from xltools.rules.checklist_plan import checklist_plan, decisive_formula, table_lines
from xltools.rules.checklist_read import normal_formula

GRINDING, CLINKER, ALUMINA = table_of("cement-grinding"), table_of("cement-clinker"), table_of("alumina")


def plan_of(*tables: IndicatorTable) -> ChecklistPlan:
    return checklist_plan(applicant(*tables), {table.id: table_lines(table) for table in tables}, POLICY)


def layout(table: IndicatorTable) -> PartLayout:
    return layout_of(plan_of(table).parts[0])


def cell(table: IndicatorTable, key: str, no: str) -> str:
    """The cell of an indicator in the sheet of its table."""
    found = layout(table)
    return found.cell(key, found.rows[no]).replace("$", "")


def codes(path: Path) -> dict[tuple[Code, str], str]:
    """What grading the file finds: code and cell → sentence; notes about open items and the table's status aside."""
    usual = {Code.TABLE_NOT_OFFICIAL, Code.NO_ANSWER}
    return {(one.code, one.place.cell): one.message for one in grade_files([path], POLICY).findings if one.code not in usual}


def grinding(folder: Path, **changes: object) -> Path:
    """A checklist of one table in which everything is at its best but for these changes."""
    return write(folder / "甲.xlsx", applicant(GRINDING), [at_best(GRINDING, **changes)])


# --- what is written ---------------------------------------------------------------------------------------------------


def test_the_same_enterprise_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = (write(tmp_path / f"{name}.xlsx", applicant(CLINKER, GRINDING)).read_bytes() for name in "甲乙")
    assert one == two


def test_a_blank_checklist_shows_everything_as_to_be_verified(tmp_path: Path) -> None:
    read = read_checklist(open_book(write(tmp_path / "甲.xlsx", applicant(CLINKER, GRINDING))))
    assert [part.head["table"].value for part in read.parts] == ["水泥熟料", "水泥独立粉磨站"]
    assert {part.foot["grade"].value for part in read.parts} == {"待核实"}
    assert read.overall is not None
    assert read.overall.value == "待核实"
    assert read.subject == f"{CODE} cement-clinker@2020 cement-grinding@示例"
    assert read.findings == ()


def test_the_head_says_who_is_checked_against_what(tmp_path: Path) -> None:
    (part,) = read_checklist(open_book(grinding(tmp_path))).parts
    said = {name: entered.value for name, entered in part.head.items()}
    assert said["name"] == books.NAME
    assert (said["credit_code"], said["county"], said["industry"], said["process"]) == (CODE, "灵宝市", "水泥", "粉磨")
    assert (said["table"], said["edition"], said["table_status"], said["applied"], said["team"]) == ("水泥独立粉磨站", "示例", "示例", "A", "市级分包帮扶组3")


@pytest.mark.parametrize("status", ["示例", "部分"])
def test_a_table_that_is_not_official_says_so_at_the_head_and_in_front(tmp_path: Path, status: str) -> None:
    table = replace(GRINDING, status=status)
    grids = open_book(write(tmp_path / "甲.xlsx", applicant(table)))
    for sheet in ("综合", "粉磨"):
        assert f"{status}指标表，结果不能作为评级依据" in str(grids.values(sheet)[1][0])


def test_an_official_table_is_not_called_anything_else(tmp_path: Path) -> None:
    book = open_book(write(tmp_path / "甲.xlsx", applicant(replace(GRINDING, status="正式"))))
    assert "不能作为评级依据" not in str([book.values("综合"), book.values("粉磨")])


def test_grades_that_ask_the_same_share_one_cell_and_every_requirement_is_printed(tmp_path: Path) -> None:
    book = open_book(write(tmp_path / "甲.xlsx", applicant(ALUMINA)))
    printed = {str(value) for row in book.values("氧化铝") for value in row}
    asked = {r.text for one in ALUMINA.indicators for r in one.requirements if r.grade}
    assert asked <= printed
    assert "D7:F7" not in book.facts("氧化铝").merged       # fuel: every grade its own
    assert cell(ALUMINA, "grade:A", "2")[1:] == "8"
    assert "E8:F8" in book.facts("氧化铝").merged           # roasting: B and C ask the same


def loaded(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def test_every_cell_to_fill_in_is_open_and_every_other_one_locked(tmp_path: Path) -> None:
    sheet = loaded(grinding(tmp_path))["粉磨"]
    assert sheet.protection.sheet
    found = layout(GRINDING)
    texts = [line.indicator.no for line in found.plan.lines if not line.formula]
    own = {found.cell(key, row).replace("$", "") for key in ("found", "reason", "evidence", "problem", "demand") for row in range(FIRST, found.last + 1)}
    own |= {cell(GRINDING, "reached", no) for no in texts}
    rows = sheet.iter_rows(min_row=FIRST, max_row=found.last, max_col=len(found.widths))
    assert {one.coordinate for row in rows for one in row if not one.protection.locked} == own


def accepted(path: Path, sheet: str) -> dict[str, openpyxl.worksheet.datavalidation.DataValidation]:
    """Cell → what it accepts."""
    return {str(area): one for one in loaded(path)[sheet].data_validations.dataValidation for area in one.sqref.ranges}


def test_choices_have_their_options_numbers_their_limits_and_texts_the_grades(tmp_path: Path) -> None:
    path = grinding(tmp_path)
    rules, book = accepted(path, "粉磨"), loaded(path)
    for one in GRINDING.indicators:
        rule = rules[cell(GRINDING, "found", one.no)]
        if one.kind.value == "数值":
            assert (rule.type, rule.formula1, rule.formula2) == ("decimal", "0", "100" if one.unit == "%" else "1000000000000")
        elif one.options:
            assert listed(book, rule.formula1) == one.options
            assert rule.errorStyle in (None, "stop")
        assert rule.prompt
        assert listed(book, rules[cell(GRINDING, "reason", one.no)].formula1)[0] == "企业没有这道工序"
        assert not rules[cell(GRINDING, "reason", one.no)].showErrorMessage
    assert listed(book, rules[cell(GRINDING, "reached", "15")].formula1) == ("引领性", "非引领性")


def listed(book: openpyxl.Workbook, name: str) -> tuple[str, ...]:
    """The values behind a defined name."""
    sheet, _, area = book.defined_names[name.removeprefix("=")].attr_text.partition("!")
    return tuple(row[0].value for row in book[sheet.strip("'")][area.replace("$", "")])


def test_an_option_with_a_comma_in_it_stays_one_option(tmp_path: Path) -> None:
    table = toy("1; 装备; 炉型; 选项; ; 甲,乙/丙; ; A; 属于; 甲,乙")
    path = write(tmp_path / "甲.xlsx", applicant(table), [visit(table, {"1": "甲,乙"})], replace(POLICY, tables=(table,)))
    assert listed(loaded(path), accepted(path, "铸件")["E7"].formula1) == ("甲,乙", "丙")


def test_shares_are_shown_with_their_sign_and_codes_and_options_are_text(tmp_path: Path) -> None:
    sheet = loaded(grinding(tmp_path))["粉磨"]
    assert sheet[cell(GRINDING, "found", "9")].number_format == 'General"%"'
    assert sheet[cell(GRINDING, "found", "5")].number_format == "General"
    assert sheet[cell(GRINDING, "found", "1")].number_format == "@"


def test_on_paper_a4_across_with_the_header_on_every_page_and_no_row_taller_than_a_page(tmp_path: Path) -> None:
    sheet = loaded(write(tmp_path / "甲.xlsx", applicant(ALUMINA)))["氧化铝"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$6:$6"
    assert books.NAME in sheet.oddHeader.left.text
    assert "alumina@示例" in sheet.oddFooter.left.text
    heights = [sheet.row_dimensions[row].height for row in range(1, sheet.max_row)]
    assert all(36 <= height <= 400 for height in heights[FIRST - 1 : layout(ALUMINA).last])


def test_a_name_that_begins_with_digits_is_not_taken_for_the_size_of_the_letters_above_the_page(tmp_path: Path) -> None:
    head = loaded(write(tmp_path / "甲.xlsx", applicant(ALUMINA, name="361度铝业")))["氧化铝"].oddHeader.left
    assert (head.size, head.text.strip().partition("　")[0]) == (9, "361度铝业")


def test_processes_that_no_sheet_may_be_called_get_a_name_that_one_may(tmp_path: Path) -> None:
    parts = tuple(ApplicantPart(process, GRINDING) for process in ("粉磨/1#", "粉磨[1#", "综合", "字典", "一" * 40, "一" * 39 + "二"))
    path = write(tmp_path / "甲.xlsx", replace(applicant(GRINDING), parts=parts))
    read = read_checklist(open_book(path))
    names = [part.place.sheet for part in read.parts]
    assert names == ["粉磨-1#", "粉磨-1#(2)", "综合(2)", "字典(2)", "一" * 31, "一" * 28 + "(2)"]
    assert [part.head["process"].value for part in read.parts] == [part.process for part in parts]


def test_a_table_with_hundreds_of_indicators_still_has_formulas_that_a_cell_can_hold() -> None:
    one = GRINDING.indicators[0]
    many = tuple(Indicator(str(no), one.category, f"{one.item}{no}", one.kind, one.unit, one.options, "", one.requirements) for no in range(1, 400))
    assert len(decisive_formula(replace(GRINDING, indicators=many))) < 8192
    assert "烘干热源" in decisive_formula(GRINDING)


# --- what comes back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_what_was_written_is_graded_as_it_was_planned(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    tables = rng.sample([table for table in POLICY.tables if table.indicators and table.status != "草案"], rng.choice((1, 2, 3)))
    visits = [books.random_visit(table, rng) for table in tables]
    path = write(tmp_path / "甲.xlsx", applicant(*tables), visits)
    outcome = grade_files([path], POLICY)
    plan = checklist_plan(applicant(*tables), {table.id: table_lines(table) for table in tables}, POLICY, {part.process: one for part, one in zip(applicant(*tables).parts, visits, strict=True)})
    assert [part.outcome for part in outcome.checks] == [part.values["grade"] for part in plan.parts]
    assert outcome.enterprises[0].outcome == plan.overall["overall"][1]
    told = {one.code for one in outcome.findings}
    assert not told & {Code.GRADE_DISAGREES, Code.FORMULA_LOST, Code.FORMULA_CHANGED, Code.INDICATOR_UNKNOWN, Code.PART_MISSING}


def test_the_places_are_the_cells_of_the_answers(tmp_path: Path) -> None:
    (part,) = grade_files([grinding(tmp_path, no_6="半封闭", no_15="非引领性")], POLICY).checks
    assert [(reason.place.sheet, reason.place.cell) for reason in part.decided_by] == [
        ("粉磨", cell(GRINDING, "found", "6")),
        ("粉磨", cell(GRINDING, "reached", "15")),
    ]


@pytest.mark.parametrize(
    ("column", "no", "value", "code", "where"),
    [
        ("found", "1", "天燃气", Code.ANSWER_UNKNOWN, "found"),
        ("found", "5", "十", Code.ANSWER_UNKNOWN, "found"),
        ("found", "9", 0.8, Code.PERCENT_DOUBT, "found"),
        ("found", "1", "不适用", Code.NOT_APPLICABLE_NO_REASON, "reason"),
        ("reason", "1", "没有这道工序", Code.ANSWER_AND_REASON, "found"),
        ("reached", "15", "良", Code.ANSWER_UNKNOWN, "reached"),
        ("found", "1", "#N/A", Code.ERROR_CELL, "found"),
    ],
)
def test_a_wrong_entry_is_named_at_its_cell(tmp_path: Path, column: str, no: str, value: str | float, code: Code, where: str) -> None:
    found = codes(change(grinding(tmp_path), 2, **{cell(GRINDING, column, no): value}))
    assert (code, cell(GRINDING, where, no)) in found


def test_a_share_in_doubt_is_explained_where_a_checklist_has_room_for_it(tmp_path: Path) -> None:
    (doubt,) = [one for one in grade_files([change(grinding(tmp_path), 2, **{cell(GRINDING, "found", "9"): 0.8})], POLICY).findings if one.code is Code.PERCENT_DOUBT]
    assert doubt.fix.endswith("；确为 0.8% 的请在核查意见说明")
    assert read_language("en").translated(doubt).fix.endswith("; if it is 0.8% indeed, say so in “核查意见” (Opinion of the site check)")


def test_a_checklist_whose_headers_were_reworded_is_graded_as_before(tmp_path: Path) -> None:
    new = {"found": "现场检查情况", "reached": "达到级别", "reason": "不适用理由", "problem": "存在的问题", "demand": "整改意见"}
    first = GRINDING.indicators[0].no
    heads = {cell(GRINDING, name, first).replace("7", "6"): text for name, text in new.items()}     # the header stands above the first
    path = change(grinding(tmp_path, no_6="半封闭"), 2, **heads)
    assert codes(path) == {}
    (part,) = grade_files([path], POLICY).checks
    assert part.outcome == "非引领性"


def test_an_overwritten_grade_is_a_finding_with_both_values(tmp_path: Path) -> None:
    where = cell(GRINDING, "reached", "6")
    found = codes(change(grinding(tmp_path, no_6="半封闭"), 2, **{where: "引领性"}))
    assert found[Code.GRADE_DISAGREES, where] == "“无组织排放—物料储存”在表中显示“引领性”，按指标表应为“非引领性”"


def test_a_grade_whose_formula_was_deleted_is_a_finding(tmp_path: Path) -> None:
    where = cell(GRINDING, "reached", "6")
    assert "显示“”，按指标表应为“引领性”" in codes(change(grinding(tmp_path), 2, **{where: None}))[Code.GRADE_DISAGREES, where]


def test_a_grade_typed_over_with_the_right_word_is_still_noticed(tmp_path: Path) -> None:
    where = cell(GRINDING, "reached", "6")
    assert list(codes(change(grinding(tmp_path), 2, **{where: "引领性"}))) == [(Code.FORMULA_LOST, where)]


def test_a_changed_formula_is_noticed_while_it_shows_the_right_word(tmp_path: Path) -> None:
    where = cell(GRINDING, "reached", "6")
    found = codes(change(grinding(tmp_path), 2, **{where: '=IF(TRUE,"引领性","")=>引领性'}))
    assert found[Code.FORMULA_CHANGED, where] == "“无组织排放—物料储存”的公式被改动，表中显示“引领性”，按指标表应为“引领性”"


def test_an_overwritten_grade_of_the_table_and_of_the_whole_are_findings(tmp_path: Path) -> None:
    grade = layout(GRINDING).grade_cell.replace("$", "")
    path = grinding(tmp_path, no_6="半封闭")
    change(path, 2, **{grade: "引领性"})
    change(path, 1, F3="引领性")
    found = codes(path)
    assert "显示“引领性”，按指标表应为“非引领性”" in found[Code.GRADE_DISAGREES, grade]
    assert found[Code.GRADE_DISAGREES, "F3"] == "“总体等级”在表中显示“引领性”，按指标表应为“非引领性”"


def test_a_formula_never_calculated_is_no_disagreement(tmp_path: Path) -> None:
    path = grinding(tmp_path)
    where = cell(GRINDING, "reached", "6")
    formula = open_book(path).sheet("粉磨").formulas[where]
    change(path, 2, **{where: f"={formula}=>"})
    assert codes(path) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IF(I7>=10.50,TRUE,FALSE)", "if( $I$7 >= 10.5, TRUE(), FALSE())"),
        ('IF(EXACT(I7,"a b;[.x]"),"甲","")', 'IF(EXACT([.$I$7];"a b;[.x]");"甲";"")'),
        ("ROWS(K7:K9)", "ROWS([.K7:.K9])"),
    ],
)
def test_formulas_are_the_same_however_a_program_writes_them(one: str, other: str) -> None:
    assert normal_formula(one) == normal_formula(other)


def test_formulas_with_other_words_or_numbers_are_not_the_same() -> None:
    formulas = ['IF(I7>=10,"A","B")', 'IF(I7>=100,"A","B")', 'IF(I7>=10,"a","B")', 'IF(I7>=10,"A ","B")', 'IF(I8>=10,"A","B")']
    assert len({normal_formula(text) for text in formulas}) == len(formulas)


def test_a_number_that_is_no_indicator_and_one_that_stands_twice_are_findings(tmp_path: Path) -> None:
    path = change(grinding(tmp_path), 2, A8="99")
    assert (Code.INDICATOR_UNKNOWN, cell(GRINDING, "found", "2")) in codes(path)
    assert (Code.INDICATOR_TWICE, cell(GRINDING, "found", "2")) in codes(change(path, 2, A8=1.0))


def test_a_table_or_edition_that_the_policy_does_not_have_is_not_graded(tmp_path: Path) -> None:
    path = grinding(tmp_path)
    table = next(part.head["table"].place.cell for part in read_checklist(open_book(path)).parts)
    edition = next(part.head["edition"].place.cell for part in read_checklist(open_book(path)).parts)
    assert "“水泥独立粉磨站”（2019版）不在政策“sanmenxia-2022”中" in codes(change(path, 2, **{edition: "2019"}))[Code.TABLE_UNKNOWN, table]
    assert grade_files([path], POLICY).enterprises == ()


def test_a_checklist_given_to_another_enterprise_is_noticed(tmp_path: Path) -> None:
    path = grinding(tmp_path)
    code = next(part.head["credit_code"].place.cell for part in read_checklist(open_book(path)).parts)
    found = codes(change(path, 2, **{code: CODES[1]}))
    assert found[Code.OTHER_ENTERPRISE, code] == f"这份核查表是为 {CODE} 生成的，表头写的是“{CODES[1]}”"


def test_dates_are_read_as_people_write_them_and_refused_when_they_are_none(tmp_path: Path) -> None:
    path = grinding(tmp_path)
    where = next(part.head["checked"].place.cell for part in read_checklist(open_book(path)).parts)
    assert (Code.CONVERTED, where) in codes(change(path, 2, **{where: "2022.7.26"}))
    assert grade_files([path], POLICY).checks[0].checklist.checked == books.CHECKED
    assert (Code.NOT_A_DATE, where) in codes(change(path, 2, **{where: "七月底"}))
    assert (Code.DATE_RANGE, where) in codes(change(path, 2, **{where: "2202-07-26"}))


def test_who_checked_must_have_signed(tmp_path: Path) -> None:
    unsigned = ({"name": "张三", "signature": "张三"}, {"name": "李四"})
    path = write(tmp_path / "甲.xlsx", applicant(GRINDING), [visit(GRINDING, best(GRINDING), checkers=())])
    assert [code for code, _ in codes(path)] == [Code.NO_CHECKER]
    path = write(tmp_path / "乙.xlsx", applicant(GRINDING), [visit(GRINDING, best(GRINDING), checkers=unsigned)])
    assert [message for (code, _), message in codes(path).items() if code is Code.CHECKER_NOT_SIGNED] == ["核查人“李四”还没有签字"]
    assert "核查人没有全部签字，核查结果还不能作为依据" in grade_files([path], POLICY).enterprises[0].flags


def test_a_filled_checklist_needs_the_day_of_the_check(tmp_path: Path) -> None:
    path = write(tmp_path / "甲.xlsx", applicant(GRINDING), [visit(GRINDING, best(GRINDING), checked=None)])
    where = next(part.head["checked"].place.cell for part in read_checklist(open_book(path)).parts)
    assert (Code.CHECK_DATE_MISSING, where) in codes(path)


def test_nobody_has_to_sign_a_checklist_that_nobody_has_filled_in(tmp_path: Path) -> None:
    assert codes(write(tmp_path / "甲.xlsx", applicant(GRINDING))) == {}


def test_a_sheet_that_lost_its_header_is_named_and_its_process_missed(tmp_path: Path) -> None:
    path = write(tmp_path / "甲.xlsx", applicant(CLINKER, GRINDING), [at_best(CLINKER), at_best(GRINDING)])
    blank = {f"{letter}6": None for letter in "ABCDEFGHIJK"}
    found = codes(change(path, 3, **blank))
    assert (Code.SHEET_NOT_GRADED, "") in found
    assert found[Code.PART_MISSING, ""] == "这份核查表应有指标表“水泥独立粉磨站”的工作表，现在没有或认不出来"


def test_a_column_that_lost_its_header_is_named(tmp_path: Path) -> None:
    path = grinding(tmp_path)
    found = codes(change(path, 2, **{cell(GRINDING, "evidence", "1").rstrip("0123456789") + "6": "附件"}))
    assert found == {(Code.COLUMN_MISSING, ""): "缺少列：佐证编号"}


def test_a_checklist_without_stamp_is_known_by_its_sheets(tmp_path: Path) -> None:
    path = grinding(tmp_path)
    members = {name: data for name, data in parts_of(path).items() if name != "docProps/custom.xml"}
    members["xl/workbook.xml"] = members["xl/workbook.xml"].replace(b"xltools_", b"other_")
    members["xl/sharedStrings.xml"] = members["xl/sharedStrings.xml"].replace("<t>模板</t>".encode(), "<t>样式</t>".encode())
    for name in ("[Content_Types].xml", "_rels/.rels"):
        members[name] = members[name].replace(b"docProps/custom.xml", b"docProps/core.xml") if name == "_rels/.rels" else members[name]
    path.write_bytes(packed(members))
    assert is_checklist(open_book(path))
    assert [part.outcome for part in grade_files([path], POLICY).checks] == ["引领性"]


# --- one for every applicant -------------------------------------------------------------------------------------------


def county(folder: Path, *rows: Mapping[str, Cell]) -> Path:
    """A county workbook with these rows in its screening list."""
    return county_file(folder, "灵宝市", rows)


def two_processes(at: int = 1) -> tuple[dict[str, Cell], ...]:
    """A cement plant with two processes of different schemes."""
    clinker = enterprise(at, industry="水泥", process="熟料", table="水泥熟料", applied="B", self="B")
    return clinker, enterprise(at, industry="水泥", process="粉磨", table="水泥独立粉磨站", applied="引领性", self="引领性")


def test_every_applicant_gets_one_workbook_with_a_sheet_for_each_process(tmp_path: Path) -> None:
    made = make_checklists([county(tmp_path, enterprise(0), *two_processes())], POLICY, tmp_path / "核查表")
    assert made.findings == ()
    assert [path.name for path in made.paths] == [f"灵宝市-{NAMES[at]}-{CODES[at]}.xlsx" for at in (0, 1)]
    read = read_checklist(open_book(made.paths[1]))
    assert [(part.place.sheet, part.head["applied"].value, part.head["self"].value) for part in read.parts] == [("熟料", "B", "B"), ("粉磨", "引领性", "引领性")]


@pytest.mark.parametrize("tables", [(GRINDING,), (CLINKER, GRINDING)], ids=["one table", "two tables"])
def test_what_checklists_share_is_written_once_and_they_are_the_same_bytes_as_written_one_by_one(tmp_path: Path, tables: tuple[IndicatorTable, ...]) -> None:
    names = [
        *(f"三门峡{'长' * length}有限公司" for length in (0, 1, 2, 9, 17, 18, 30, 60, 120, 250)),
        *("ABC Co", "甲&乙", "<甲>", '甲"乙', "甲'乙", " 甲", "甲　", "_x4E00_", "甲\n乙", "甲\ue000", "\ue001", "铸件", "企业名称", "灵宝市", "水泥", "361度"),
    ]
    made = [replace(applicant(*tables), name=name, credit_code=f"91411282YA000{at:04}") for at, name in enumerate(names)]
    made += [replace(one, county=county, credit_code=f"{one.credit_code[:-4]}9{one.credit_code[-3:]}") for one, county in zip(made, ("三门峡市城乡一体化示范区", "B", "", made[2].name, made[3].credit_code), strict=False)]
    for one, path in zip(made, write_new(made, [], Making(POLICY, tmp_path / "together")).paths, strict=True):
        assert path.read_bytes() == write(tmp_path / "one by one.xlsx", one).read_bytes(), one


def test_two_processes_write_the_same_checklists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [applicant((CLINKER, GRINDING)[at % 2], name=f"{at}号厂", code=f"91411282YA000{at:04}") for at in range(5)]
    alone = write_new(made, [], Making(POLICY, tmp_path / "one"))
    monkeypatch.setattr(workers, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(checklist, "SHARE", 2)
    steps: list[tuple[int, int, str]] = []
    shared = write_new(made, [], Making(POLICY, tmp_path / "two", Processes(2), lambda *step: steps.append(step)))
    assert [path.name for path in shared.paths] == [path.name for path in alone.paths] == [file_name(one) for one in made]
    assert [path.read_bytes() for path in shared.paths] == [path.read_bytes() for path in alone.paths]
    assert steps == [(0, 5, "0号厂"), (2, 5, "4号厂"), (3, 5, "1号厂")]


def test_only_the_enterprises_asked_for_and_an_unknown_code_is_said(tmp_path: Path) -> None:
    made = make_checklists([county(tmp_path, enterprise(0), *two_processes())], POLICY, tmp_path / "核查表", [CODES[1].lower(), CODES[2]])
    assert [path.name for path in made.paths] == [f"灵宝市-{NAMES[1]}-{CODES[1]}.xlsx"]
    assert [(one.code, one.message) for one in made.findings] == [(Code.ELSEWHERE_UNKNOWN, f"信用代码“{CODES[2]}”不在“排查清单”中")]


def test_a_checklist_that_is_there_is_never_written_again(tmp_path: Path) -> None:
    file = county(tmp_path, enterprise(0))
    (path,) = make_checklists([file], POLICY, tmp_path / "核查表").paths
    path.write_bytes(b"filled")
    made = make_checklists([file], POLICY, tmp_path / "核查表")
    assert (made.paths, [one.code for one in made.findings], exit_code(made.findings)) == ((), [Code.CHECKLIST_KEPT], 0)
    assert path.read_bytes() == b"filled"


def test_a_process_reported_later_gets_a_checklist_of_its_own(tmp_path: Path) -> None:
    """三(三)3: every process is graded. The checklist that somebody may have filled in stays as it is."""
    first, second = two_processes()
    folder = tmp_path / "核查表"
    (path,) = make_checklists([county(tmp_path, first)], POLICY, folder).paths
    moved = path.rename(folder / f"已填-{path.name}")
    filled = moved.read_bytes()
    file = county(tmp_path, first, second)
    made = make_checklists([file], POLICY, folder)
    assert [one.name for one in made.paths] == [f"灵宝市-{NAMES[1]}-{CODES[1]}-{second['process']}.xlsx"]
    assert [(one.code, dict(one.values)["process"]) for one in made.findings] == [(Code.CHECKLIST_MORE, second["process"])]
    assert [str(part.head["process"].value) for part in read_checklist(open_book(made.paths[0])).parts] == [second["process"]]
    assert moved.read_bytes() == filled
    assert (made.kept, made.told) == (0, made.findings)     # not one that was there already: the line at the end would say so, and no more
    again = make_checklists([file], POLICY, folder)
    assert (again.paths, [one.code for one in again.findings], again.kept) == ((), [Code.CHECKLIST_KEPT], 1)


def test_a_checklist_of_its_own_is_never_written_again_whatever_somebody_made_of_its_process(tmp_path: Path) -> None:
    first, second = two_processes()
    folder = tmp_path / "核查表"
    make_checklists([county(tmp_path, first)], POLICY, folder)
    file = county(tmp_path, first, second)
    (path,) = make_checklists([file], POLICY, folder).paths
    filled = change(path, 2, **{read_checklist(open_book(path)).parts[0].head["process"].place.cell: "二线"}).read_bytes()
    (more,) = make_checklists([file], POLICY, folder).paths
    assert (more.name, path.read_bytes()) == (f"{path.stem}-2.xlsx", filled)
    assert make_checklists([file], POLICY, folder).paths == ()


def test_an_industry_without_a_table_is_the_city_s_to_mend_and_not_the_county_s(tmp_path: Path) -> None:
    rows = [enterprise(0, industry="陶瓷", table=None), enterprise(1, industry="其他", table=None), enterprise(2, table=None)]
    made = make_checklists([county(tmp_path, *rows)], POLICY, tmp_path / "核查表")
    assert [(one.place.cell[0], one.message.partition("：")[2]) for one in made.findings] == [
        ("F", "政策中没有“陶瓷”的指标表"),
        ("F", "“其他”不在政策的行业中"),
        ("H", "“指标表”没有填写"),
    ]


def test_rows_that_can_have_no_checklist_are_named(tmp_path: Path) -> None:
    file = county(tmp_path, enterprise(0, table="没有的表"), {**enterprise(1), "name": None}, enterprise(2))
    made = make_checklists([file], POLICY, tmp_path / "核查表")
    assert len(made.paths) == 1
    assert [one.message for one in made.findings] == [
        f"“{NAMES[0]}”（铸件）没有生成核查表：政策中没有指标表“没有的表”",
        f"“{CODES[1]}”（铸件）没有生成核查表：“企业名称”没有填写",
    ]
    assert {one.code for one in made.findings} == {Code.NO_CHECKLIST}
    assert exit_code(made.findings) == 1


def test_a_county_file_that_cannot_be_read_is_said_and_the_others_go_on(tmp_path: Path) -> None:
    broken = tmp_path / "渑池县.xlsx"
    broken.write_bytes(b"nothing")
    made = make_checklists([county(tmp_path, enterprise(0)), broken], POLICY, tmp_path / "核查表")
    assert len(made.paths) == 1
    assert [one.code for one in made.findings] == [Code.UNREADABLE]


def test_a_file_name_holds_nothing_that_a_system_refuses() -> None:
    who = replace(applicant(GRINDING), name='甲/乙:"丙" 有限公司' + "长" * 200)
    name = file_name(who)
    assert name.startswith("灵宝市-甲乙丙有限公司长")
    assert len(name.encode()) <= 255


def test_a_copy_of_a_checklist_is_reported_as_a_second_one(tmp_path: Path) -> None:
    path = grinding(tmp_path)
    shutil.copy(path, tmp_path / "甲 - 副本.xlsx")
    found = [one for one in grade_files([tmp_path], POLICY).findings if one.code is Code.CHECKED_TWICE]
    assert len(found) == 1
