"""Checking one workbook: each problem once, at its cell."""

import pytest
from msgspec.structs import replace

from tests.county_books import (
    CODE,
    NAME,
    OTHER,
    OTHER_NAME,
    POLICY,
    THIRD,
    beside,
    book,
    check,
    enterprise,
    found,
    told,
)
from xltools.books.base import SheetFacts
from xltools.model.code import Code
from xltools.model.finding import Place, Severity
from xltools.model.form import Kind, load_form
from xltools.rules.limits import date_limits
from xltools.rules.rows import grades_of

S, V, R, P, C, M = "排查清单!", "初审意见!", "整改台账!", "保障类清单!", "变更与处理!", "减排措施!"
WRONG_CHECK = CODE[:17] + ("1" if CODE[17] != "1" else "2")


def test_a_workbook_filled_with_the_examples_has_no_problem():
    everything = book(
        screening=[enterprise(protected="是")],
        review=[beside(name=NAME)],
        rectification=[beside(name=NAME)],
        protected=[beside(name=NAME)],
        changes=[beside(name=NAME)],
        measures=[beside(name=NAME)],
    )
    assert check(everything).findings == ()


# One cell


@pytest.mark.parametrize(("typed", "code"), [("0", "O"), ("1", "I"), ("2", "Z")])
def test_a_code_with_letters_for_digits_is_asked_about_where_the_check_character_fits(typed, code):
    wrong = CODE.replace(typed, code)
    assert wrong != CODE
    (one,) = [one for one in check(book(screening=[enterprise(credit_code=wrong, permit_no="无")])).findings if one.code is Code.CREDIT_CODE_FORM]
    assert one.fix == f"请对照营业执照逐位核对；数字写成了字母的，应为“{CODE}”"
    (other,) = [one for one in check(book(screening=[enterprise(credit_code=f"{wrong[:-1]}#", permit_no="无")])).findings if one.code is Code.CREDIT_CODE_FORM]
    assert other.fix == "请对照营业执照逐位核对"


@pytest.mark.parametrize("between", ["、", "\n", "/", " "])
def test_the_codes_of_two_enterprises_in_one_cell_are_asked_for_in_two_rows(between):
    (one,) = [one for one in check(book(screening=[enterprise(credit_code=f"{CODE}{between}{OTHER}", permit_no="无")])).findings if one.code is Code.CREDIT_CODE_FORM]
    assert one.fix == "请对照营业执照逐位核对；这里填了两家以上企业的代码，一行只填一家，请分行填写"


def test_a_permit_number_under_the_credit_code_is_told_for_what_it_is():
    (one,) = [one for one in check(book(screening=[enterprise(credit_code=f"{CODE}001P", permit_no=CODE)])).findings if one.code is Code.CREDIT_CODE_FORM]
    assert one.fix == f"请对照营业执照逐位核对；这里填的是排污许可证编号，它的前18位“{CODE}”才是信用代码"


def test_two_people_in_two_lines_of_a_cell_are_two_people():
    assert (Code.PERSON_FORM, S + "V5") in found(book(screening=[enterprise(contact="张三\n李四")]))


@pytest.mark.parametrize(
    ("change", "code", "cell"),
    [
        ({"name": None}, Code.REQUIRED, "B5"),
        ({"remark": None}, None, ""),
        ({"capacity": "很多"}, Code.NOT_A_NUMBER, "K5"),
        ({"capacity": -1.0}, Code.OUT_OF_RANGE, "K5"),
        ({"capacity": 0.0}, None, ""),
        ({"capacity": 100000000.0}, None, ""),
        ({"capacity": 100000001.0}, Code.OUT_OF_RANGE, "K5"),
        ({"energy": "太阳能"}, Code.NOT_A_CHOICE, "R5"),
        ({"industry": "养猪"}, Code.NOT_A_CHOICE, "F5"),
        ({"applied": "D"}, Code.NOT_A_CHOICE, "O5"),
        ({"target_date": "年底"}, Code.NOT_A_DATE, "Q5"),
        ({"target_date": "2011-12-31"}, Code.DATE_RANGE, "Q5"),
        ({"target_date": "2012-01-01"}, None, ""),
        ({"target_date": "2032-12-31"}, None, ""),
        ({"target_date": "2033-01-01"}, Code.DATE_RANGE, "Q5"),
        ({"target_date": "9999-12-31"}, Code.DATE_RANGE, "Q5"),
        ({"credit_code": "123"}, Code.CREDIT_CODE_FORM, "C5"),
        ({"credit_code": WRONG_CHECK}, Code.CREDIT_CODE_CHECK, "C5"),
        ({"credit_code": 9.1141128e17}, Code.CODE_DAMAGED, "C5"),
        ({"permit_no": "123"}, Code.PERMIT_FORM, "D5"),
        ({"permit_no": "PWX-130921-0023-16"}, Code.PERMIT_OLD, "D5"),
        ({"permit_no": "无"}, None, ""),
        ({"permit_no": None}, Code.REQUIRED, "D5"),
        ({"industry_code": "3391"}, Code.INDUSTRY_CODE_FORM, "I5"),
        ({"phone": "12345"}, Code.PHONE_FORM, "W5"),
        ({"contact": "某某公司"}, Code.PERSON_FORM, "V5"),
        ({"contact": "张三 李四"}, Code.PERSON_FORM, "V5"),
        ({"remark": "字" * 200}, None, ""),
        ({"remark": "字" * 201}, Code.TOO_LONG, "X5"),
        ({"name": "字" * 61}, Code.TOO_LONG, "B5"),
        ({"product": "#REF!"}, Code.ERROR_CELL, "J5"),
        ({"name": "同上"}, Code.DITTO, "B5"),
        ({"town": "〃"}, Code.DITTO, "E5"),
        ({"process": '"'}, Code.DITTO, "G5"),
        ({"contact": "同上"}, Code.DITTO, "V5"),
        ({"town": "如上"}, Code.DITTO, "E5"),
        ({"town": "（同 上）"}, Code.DITTO, "E5"),
        ({"town": "同上行"}, Code.DITTO, "E5"),
        ({"contact": "同"}, Code.DITTO, "V5"),
        ({"product": "--〃--"}, Code.DITTO, "J5"),
        ({"product": "与上一行相同"}, Code.DITTO, "J5"),
        ({"town": "同乐乡"}, None, ""),
        ({"remark": "同上一年"}, None, ""),
        ({"product": "铸\n铁件"}, None, ""),
        ({"process": None}, Code.ROW_WITHOUT_KEY, "G5"),
        ({"credit_code": None}, Code.ROW_WITHOUT_KEY, "C5"),
        ({"town": "某 某镇"}, None, ""),
    ],
)
def test_a_wrong_cell_gives_one_finding_there_and_nothing_elsewhere(change, code, cell):
    expected = {(code, S + cell)} if code else set()
    assert found(book(screening=[enterprise(**change)])) == expected


@pytest.mark.parametrize(
    ("change", "code", "cell"),
    [
        ({"county": "郑州市"}, Code.COUNTY_UNKNOWN, "封面!B4"),
        ({"county": None}, Code.REQUIRED, "封面!B4"),
        ({"county": "灵宝"}, Code.CONVERTED, "封面!B4"),
        ({"year": 2022.5}, Code.NOT_A_WHOLE_NUMBER, "封面!B5"),
        ({"year": 2019.0}, Code.OUT_OF_RANGE, "封面!B5"),
        ({"year": None}, Code.REQUIRED, "封面!B5"),
        ({"batch": "13月"}, Code.NOT_A_CHOICE, "封面!B6"),
        ({"reporter": "张三、李四"}, Code.PERSON_FORM, "封面!B8"),
        ({"report_date": "2022-07-17"}, Code.DATE_ORDER, "封面!B13"),
        ({"report_date": "2022-07-18"}, None, ""),
        ({"sign_date": "2222-07-18"}, Code.DATE_RANGE, "封面!B12"),
    ],
)
def test_a_wrong_cell_of_the_cover_gives_one_finding_there(change, code, cell):
    assert found(book(cover=change)) == ({(code, cell)} if code else set())


@pytest.mark.parametrize(
    ("cut", "code"),
    [(0.0, None), (0.5, Code.PERCENT_DOUBT), (1.0, Code.PERCENT_DOUBT), (1.5, None), (100.0, None), (100.5, Code.OUT_OF_RANGE), ("50%", Code.CONVERTED), ("0.5%", Code.CONVERTED), ("五成", Code.NOT_A_NUMBER)],
)
def test_a_percentage_between_0_and_1_could_mean_two_things(cut, code):
    assert found(book(measures=[beside(cut_red=cut)])) == ({(code, M + "N5")} if code else set())


def test_a_percentage_in_doubt_keeps_its_value_and_names_both_meanings():
    outcome = check(book(measures=[beside(cut_red=0.8)]))
    assert outcome.submissions[0].tables["measures"].frame.at[5, "cut_red"] == 0.8
    assert "分不清是 0.8% 还是 80%" in outcome.findings[0].message


@pytest.mark.parametrize(
    ("industry", "table", "expected"),
    [
        ("水泥", "铸件（天然气、电炉熔化）", {(Code.WRONG_DEPENDENT, S + "H5")}),
        ("铸造", "没有的表", {(Code.NOT_A_CHOICE, S + "H5")}),
        ("铸造", None, {(Code.REQUIRED, S + "H5")}),
        ("制药", None, set()),
        ("制药", "制药指标表", {(Code.NO_TABLE_YET, S + "H5")}),
        ("制药", "铸件（天然气、电炉熔化）", {(Code.NO_TABLE_YET, S + "H5")}),
        ("养猪", "铸件（天然气、电炉熔化）", {(Code.NOT_A_CHOICE, S + "F5")}),
        ("养猪", None, {(Code.NOT_A_CHOICE, S + "F5")}),
        (None, "铸件（天然气、电炉熔化）", {(Code.REQUIRED, S + "F5")}),
        (None, None, {(Code.REQUIRED, S + "F5"), (Code.REQUIRED, S + "H5")}),
    ],
)
def test_the_indicator_table_must_be_one_of_the_industry_when_the_industry_has_any(industry, table, expected):
    assert found(book(screening=[enterprise(industry=industry, table=table)])) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"opinion": "退回整改", "shortfall": None}, {(Code.REQUIRED, V + "Q5")}),
        ({"opinion": "不同意", "shortfall": None}, {(Code.REQUIRED, V + "Q5")}),
        ({"opinion": "同意上报", "shortfall": None}, set()),
        ({"director_signed": "已签字", "sign_date": None}, {(Code.REQUIRED, V + "W5")}),
        ({"opinion": "退回整改", "director_signed": "未签字", "sign_date": None}, set()),
        ({"opinion": "退回整改", "shortfall": "#N/A"}, {(Code.ERROR_CELL, V + "Q5")}),
    ],
)
def test_some_fields_are_required_only_beside_certain_answers(changes, expected):
    assert found(book(review=[beside(**changes)], rectification=[beside()])) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"done": None, "result": None, "evidence": None, "verifier": None}, set()),
        ({"done": "2022-08-20", "result": None}, {(Code.REQUIRED, R + "N5")}),
        ({"done": None, "result": "已整改到位"}, {(Code.REQUIRED, R + "K5")}),
        ({"evidence": None}, {(Code.REQUIRED, R + "L5")}),
        ({"verifier": None, "result": "未整改", "done": None, "evidence": None}, {(Code.REQUIRED, R + "M5")}),
        ({"done": "很快"}, {(Code.NOT_A_DATE, R + "K5")}),
    ],
)
def test_a_finished_rectification_needs_its_date_evidence_and_verifier(changes, expected):
    assert found(book(rectification=[beside(**changes)])) == expected


@pytest.mark.parametrize("name", ["screening", "review", "rectification", "protected", "changes", "measures"])
def test_no_required_field_of_any_form_can_be_left_out(name):
    form = load_form(name)
    required = [field.name for field in form if field.required]
    record = enterprise() if name == "screening" else beside()
    told = codes_by_cell(check(book(**{name: [{**record, one: None} for one in required]})).findings)
    columns = [field.name for field in form]
    for row, field in enumerate(required, 5):
        wanted = Code.ROW_WITHOUT_KEY if field in form.key else Code.REQUIRED
        assert told[form.sheet, columns.index(field), row] is wanted, field


@pytest.mark.parametrize("name", ["screening", "review", "rectification", "protected", "changes", "measures"])
def test_every_choice_and_grade_of_every_form_is_checked_against_its_list(name):
    form = load_form(name)
    chosen = [field.name for field in form if field.kind in (Kind.CHOICE, Kind.GRADE)]
    record = enterprise() if name == "screening" else beside()
    told = codes_by_cell(check(book(**{name: [{**record, one: "不在列表里的词"} for one in chosen]})).findings)
    columns = [field.name for field in form]
    for row, field in enumerate(chosen, 5):
        assert told[form.sheet, columns.index(field), row] is Code.NOT_A_CHOICE, field


def codes_by_cell(findings):
    """(sheet, column from 0, row) → code of the error or warning there."""
    places = [(one.place, one.code) for one in findings if one.severity is not Severity.NOTE and one.place.cell]
    return {(place.sheet, "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(place.cell[0]), int(place.cell[1:])): code for place, code in places}


# Sentences


@pytest.mark.parametrize(
    ("change", "message", "fix"),
    [
        ({"capacity": "2000万"}, "“产能”填了“2000万”，应为数字", "请只填数字，不写单位和别的文字，例如 20000000"),
        ({"capacity": -1.0}, "“产能”填了 -1，应在 0 至 100000000 之间", "请核对数值和单位后改正"),
        ({"low_voc": "一半"}, "“全部低VOCs原辅材料”填了“一半”，不在可选范围内", "请从下拉框选择：是、否"),
        ({"credit_code": WRONG_CHECK}, f"“统一社会信用代码”填了“{WRONG_CHECK}”，最后一位校验码应为“{CODE[17]}”", "至少有一位抄错了，请对照营业执照逐位核对"),
        ({"town": None}, "“乡镇（街道）”未填写", "请填写，例如 某某镇"),
        ({"permit_no": None}, "“排污许可证编号”未填写", "请填写，例如 91130200699229617X001P；没有的填“无”"),
        ({"target_date": "2222-11-30"}, "“目标完成时限”填了 2222-11-30，应在 2012-01-01 至 2032-12-31 之间", "请核对年份"),
        ({"remark": "字" * 201}, "“备注”有 201 个字，最多 200 个字", "请精简，详细内容另附材料"),
        ({"industry": "水泥"}, "“指标表”填了“铸件（天然气、电炉熔化）”，不属于“水泥”", "请从下拉框选择：水泥熟料、水泥独立粉磨站"),
    ],
)
def test_the_sentence_says_what_is_there_and_what_to_do(change, message, fix):
    (finding,) = check(book(screening=[enterprise(**change)])).findings
    assert (finding.message, finding.fix) == (message, fix)


def test_of_a_long_list_the_nearest_choices_are_named():
    (finding,) = check(book(screening=[enterprise(industry="铸造业", table=None)])).findings
    assert finding.fix.startswith("请从下拉框选择：铸造、")
    assert finding.fix.endswith(f"等 {len(POLICY.industries)} 项；是不是“铸造”？")


# One row


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"current": "A", "self": "A", "applied": "B", "target": "A"}, {(Code.NOT_WORSE, S + "O5")}),
        ({"current": "B", "self": "B", "applied": "B", "target": "C"}, {(Code.NOT_WORSE, S + "P5")}),
        ({"current": "B", "self": "C", "applied": "A", "target": "A"}, set()),
        ({"current": "未评级", "applied": "C", "target": "C"}, set()),
        ({"current": "长期停产", "applied": "C", "target": "C"}, set()),
        ({"current": "引领性"}, set()),
        ({"self": "引领性"}, {(Code.GRADE_NOT_IN_SCHEME, S + "N5")}),
        ({"self": "B-"}, {(Code.GRADE_NOT_IN_SCHEME, S + "N5")}),
        ({"applied": "引领性", "target": "A"}, {(Code.GRADE_NOT_IN_SCHEME, S + "O5")}),
        ({"permit_no": OTHER + "001P"}, {(Code.PERMIT_OTHER_CODE, S + "D5")}),
        ({"permit_no": "H9411282000000001A001P"}, {(Code.PERMIT_OTHER_CODE, S + "D5")}),
    ],
)
def test_grades_and_codes_of_a_row_must_go_together(changes, expected):
    assert found(book(screening=[enterprise(**changes)])) == expected


def test_only_a_table_that_has_b_minus_takes_it():
    with_it = next(table for table in POLICY.tables if "B-" in grades_of(table.name, POLICY))
    row = enterprise(industry=with_it.industry, table=with_it.name, current="B-", self="B-", applied="B-", target="B")
    assert found(book(screening=[row])) == set()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sign_date": "2022-07-11"}, {(Code.DATE_ORDER, V + "W5")}),
        ({"sign_date": "2022-07-12"}, set()),
        ({"visit_date": "2222-07-12"}, {(Code.DATE_RANGE, V + "O5")}),
        ({"checker2": "张三"}, {(Code.SAME_PERSON, V + "T5")}),
        ({"checker2": "张 三"}, {(Code.SAME_PERSON, V + "T5"), (Code.CONVERTED, V + "T5")}),
        ({"m_gate": "无"}, {(Code.MATERIAL_MISSING, V + "N5")}),
        ({"m_gate": "不涉及"}, set()),
        ({"m_gate": "无", "opinion": "不同意"}, set()),
        ({"checkers_signed": "未签字"}, {(Code.NOT_SIGNED, V + "U5")}),
        ({"director_signed": "未签字", "sign_date": None}, {(Code.NOT_SIGNED, V + "V5")}),
    ],
)
def test_a_review_must_not_contradict_itself(changes, expected):
    assert found(book(review=[beside(**changes)])) == expected


def test_dates_of_other_sheets_must_be_in_order():
    made = book(
        screening=[enterprise(protected="是")],
        protected=[beside(valid_to="2022-09-30")],
        changes=[beside(decided_date="2022-08-09")],
        rectification=[beside(verifier="张三")],
    )
    assert found(made) == {(Code.DATE_ORDER, P + "G5"), (Code.DATE_ORDER, C + "L5"), (Code.SAME_PERSON, R + "M5")}


@pytest.mark.parametrize(
    ("changes", "late"),
    [
        ({"due": "2022-07-18"}, True),
        ({"due": "2022-07-19"}, False),
        ({"due": "2022-07-18", "done": "2022-07-19", "result": "未整改", "verifier": "李四"}, False),
        ({"due": "2222-07-18"}, False),
    ],
)
def test_a_rectification_is_overdue_when_it_was_due_before_the_report_date_and_is_not_done(changes, late):
    record = beside(**{"done": None, "result": None, "evidence": None, "verifier": None, **changes})
    assert ((Code.OVERDUE, R + "J5") in found(book(rectification=[record]))) == late


def test_a_done_date_that_cannot_be_read_is_one_problem_and_not_also_overdue():
    record = beside(due="2022-07-01", done="很快", result=None, evidence=None, verifier=None)
    assert found(book(rectification=[record])) == {(Code.NOT_A_DATE, R + "K5")}


def test_a_report_date_far_off_makes_nothing_overdue():
    record = beside(due="2022-07-20", done=None, result=None, evidence=None, verifier=None)
    assert found(book(cover={"report_date": "2222-07-19"}, rectification=[record])) == {(Code.DATE_RANGE, "封面!B13")}


# Rows of one sheet


def test_a_row_that_repeats_enterprise_and_process_is_reported_on_the_later_row_and_names_the_first():
    outcome = check(book(screening=[enterprise(), enterprise(process="落砂"), enterprise(process=" 铸 件")]))
    assert [(one.code, one.place.cell) for one in outcome.findings] == [(Code.DUPLICATE_ROW, "C7")]
    assert outcome.findings[0].message == f"“{NAME}”的“铸 件”与第5行重复"


def test_numbers_used_twice_are_reported_on_the_later_row():
    made = book(screening=[enterprise(protected="是")], rectification=[beside(), beside(issue_no="lb－01")], protected=[beside(), beside()])
    assert found(made) == {(Code.DUPLICATE_VALUE, R + "A6"), (Code.DUPLICATE_VALUE, P + "A6")}


def test_a_change_of_another_kind_or_day_is_no_repetition():
    made = book(changes=[beside(), beside(found_date="2022-08-11"), beside(change_kind="企业更名"), beside()])
    assert found(made) == {(Code.DUPLICATE_VALUE, C + "A8")}


def test_one_code_with_two_names_is_reported_at_the_later_name():
    made = book(screening=[enterprise(), enterprise(process="落砂", name="三门峡示例铸造厂")])
    assert found(made) == {(Code.CODE_TWO_NAMES, S + "B6")}


def test_brackets_blanks_and_width_do_not_make_another_name():
    made = book(screening=[enterprise(name="三门峡（示例）铸造有限公司"), enterprise(process="落砂", name="三门峡 (示例)铸造有限公司")])
    assert found(made) == set()


def test_one_name_with_two_codes_is_reported_at_the_later_code():
    made = book(screening=[enterprise(), enterprise(code=OTHER, process="落砂")])
    assert found(made) == {(Code.NAME_TWO_CODES, S + "C6")}


def test_a_mistyped_code_is_one_problem_and_not_also_two_codes():
    made = book(screening=[enterprise(credit_code=WRONG_CHECK), enterprise(process="落砂")])
    assert found(made) == {(Code.CREDIT_CODE_CHECK, S + "C5")}


# Between sheets

UNKNOWN = beside(THIRD)


@pytest.mark.parametrize(
    ("form", "code", "cell"),
    [
        ("review", Code.REVIEW_NOT_SCREENED, V + "A5"),
        ("rectification", Code.RECTIFICATION_UNKNOWN, R + "B5"),
        ("protected", Code.ELSEWHERE_UNKNOWN, P + "A5"),
        ("changes", Code.ELSEWHERE_UNKNOWN, C + "A5"),
        ("measures", Code.ELSEWHERE_UNKNOWN, M + "A5"),
    ],
)
def test_an_enterprise_that_was_not_screened_is_reported_in_every_other_sheet(form, code, cell):
    assert found(book(**{form: [UNKNOWN]})) == {(code, cell)}


def test_a_process_that_was_not_screened_is_reported_at_the_process():
    assert found(book(review=[beside(process="落砂")])) == {(Code.REVIEW_NOT_SCREENED, V + "C5")}


@pytest.mark.parametrize(("form", "cell"), [("rectification", R + "D5"), ("changes", C + "C5"), ("measures", M + "C5")])
def test_a_process_that_was_not_screened_is_asked_about_in_the_other_sheets(form, cell):
    assert found(book(**{form: [beside(process="落砂")]})) == {(Code.PROCESS_ELSEWHERE, cell)}
    assert found(book(screening=[enterprise(process=None)], **{form: [beside(process="落砂")]})) == {(Code.ROW_WITHOUT_KEY, S + "G5")}


def test_a_process_written_a_little_otherwise_is_the_same():
    assert found(book(screening=[enterprise(process="1#熔炼")], review=[beside(process="1＃ 熔炼")])) == set()


def test_another_grade_than_in_the_screening_list_is_reported_with_its_cell_there():
    outcome = check(book(screening=[enterprise(), enterprise(process="落砂")], review=[beside(process="落砂", applied="A")]))
    (finding,) = outcome.findings
    assert (finding.code, finding.place.cell) == (Code.APPLIED_DIFFERS, "D5")
    assert finding.message == "“申报等级”是“A”，“排查清单”O6是“B”"


def test_a_wrong_grade_in_one_sheet_is_not_also_a_difference():
    assert found(book(review=[beside(applied="很好")])) == {(Code.NOT_A_CHOICE, V + "D5")}
    assert found(book(screening=[enterprise(applied="很好")], review=[beside()])) == {(Code.NOT_A_CHOICE, S + "O5")}


@pytest.mark.parametrize(("form", "cell"), [("review", V + "B5"), ("rectification", R + "C5"), ("protected", P + "B5"), ("changes", C + "B5"), ("measures", M + "B5")])
def test_a_name_that_disagrees_with_the_screening_list_is_reported(form, cell):
    made = book(screening=[enterprise(protected="是")], **{"protected": [beside()], form: [beside(name=OTHER_NAME)]})
    assert found(made) == {(Code.NAME_DIFFERS, cell)}


def test_a_name_is_compared_with_the_first_row_that_has_one_and_an_empty_one_with_none():
    made = book(screening=[enterprise(name=None), enterprise(process="落砂")], review=[beside(process="落砂")])
    assert found(made) == {(Code.REQUIRED, S + "B5")}
    made = book(screening=[enterprise()], review=[beside(name=None)])
    assert Code.NAME_DIFFERS not in {code for code, _ in found(made)}


def test_every_name_that_the_list_has_of_a_code_may_stand_beside_it():
    made = book(screening=[enterprise(), enterprise(name=OTHER_NAME, process="落砂")], review=[beside(name=OTHER_NAME, process="落砂")])
    assert {code for code, _ in found(made)} == {Code.CODE_TWO_NAMES}


def test_a_return_without_a_rectification_is_reported_at_the_opinion():
    made = book(review=[beside(opinion="退回整改")])
    assert found(made) == {(Code.RETURN_NOT_TRACKED, V + "R5")}


def test_a_protected_enterprise_must_stand_in_the_protected_list():
    assert found(book(screening=[enterprise(protected="是")])) == {(Code.PROTECTED_NOT_LISTED, S + "U5")}


BROKEN = [(None, Code.ROW_WITHOUT_KEY), ("123", Code.CREDIT_CODE_FORM), (WRONG_CHECK, Code.CREDIT_CODE_CHECK), (9.1e17, Code.CODE_DAMAGED)]


@pytest.mark.parametrize(("code", "problem"), BROKEN)
def test_a_row_whose_own_code_is_broken_is_one_problem(code, problem):
    for form in ("review", "protected", "changes", "measures"):
        assert found(book(screening=[enterprise()], **{form: [beside(code)]})) == {(problem, f"{load_form(form).sheet}!A5")}
    # what tells one rectification from another is its own number
    assert found(book(screening=[enterprise()], rectification=[beside(code)])) == {(problem if code else Code.REQUIRED, f"{load_form('rectification').sheet}!B5")}


@pytest.mark.parametrize(("code", "problem"), [*BROKEN, (CODE[:16], Code.CREDIT_CODE_FORM), (CODE[1] + CODE[0] + CODE[2:], Code.CREDIT_CODE_CHECK)])
def test_a_broken_code_in_the_screening_list_is_one_problem_and_the_enterprise_is_known_by_its_permit(code, problem):
    made = book(
        screening=[enterprise(credit_code=code, protected="否")],
        review=[beside()],
        rectification=[beside()],
        changes=[beside()],
        measures=[beside()],
    )
    assert found(made) == {(problem, S + "C5")}


def test_a_mistyped_code_without_permit_is_known_by_its_likeness_and_another_is_not():
    made = book(screening=[enterprise(credit_code=WRONG_CHECK, permit_no="无")], review=[beside()], measures=[beside(THIRD)])
    assert found(made) == {(Code.CREDIT_CODE_CHECK, S + "C5"), (Code.ELSEWHERE_UNKNOWN, M + "A5")}


def test_a_missing_process_in_the_screening_list_is_one_problem():
    assert found(book(screening=[enterprise(process=None)], review=[beside()])) == {(Code.ROW_WITHOUT_KEY, S + "G5")}


# One cell, one finding


def test_no_cell_has_two_errors_or_warnings():
    row = enterprise(credit_code="123", permit_no="456", capacity="很多", target="E", table="没有", target_date="2222-01-01")
    outcome = check(book(screening=[row, row], review=[beside("123"), beside(opinion="退回整改")]))
    cells = [one.place for one in outcome.findings if one.severity is not Severity.NOTE]
    assert len(cells) == len(set(cells))


def test_a_column_that_is_missing_is_reported_once_and_not_on_every_row():
    made = book(screening=[enterprise(), enterprise(process="落砂")], review=[beside()])
    for row in made.grids["排查清单"]:
        del row[2]
    assert found(made) == {(Code.COLUMN_MISSING, S)}


def test_a_sheet_that_is_missing_is_reported_once():
    made = book(review=[beside()], rectification=[beside()])
    del made.grids["排查清单"]
    assert found(made) == {(Code.SHEET_MISSING, "!")}


def test_several_missing_sheets_are_one_sentence_that_names_them():
    made = book()
    for name in ("整改台账", "减排措施", "封面"):
        del made.grids[name]
    (told,) = [one for one in check(made).findings if one.code is Code.SHEET_MISSING]
    assert (told.place, told.message, told.fix) == (Place("灵宝市.xlsx"), "缺少工作表：封面、整改台账、减排措施", "请从模板中补上；没有内容也保留空表")


def test_of_a_name_in_the_place_of_a_code_it_is_said_what_belongs_there():
    made = book(rectification=[beside(NAME)])
    (told,) = check(made).findings
    assert (told.code, told.place.spot) == (Code.CREDIT_CODE_FORM, "【整改台账】B5")
    assert told.fix == "请对照营业执照逐位核对；这里填的不是代码，请填这家企业的信用代码"


def test_a_row_with_hardly_anything_in_it_is_one_sentence_and_its_cells_are_not_told_one_by_one():
    bare = dict.fromkeys((one.name for one in load_form("screening")), None)
    outcome = check(book(screening=[enterprise(), bare | {"name": "机械加工企业", "remark": "以下"}, bare | {"name": "某厂"}]))
    assert told(outcome.findings) == {(Code.ROW_WITHOUT_KEY, "排查清单!C6"), (Code.ROW_WITHOUT_KEY, "排查清单!C7")}
    first = outcome.findings[0]
    assert (first.message, first.fix) == ("本行有内容，但“统一社会信用代码”等 21 项为空，无法汇总", "请补填；不是企业的（如小标题、说明），请删除整行内容")
    half = check(book(screening=[bare | {"name": "某厂", "town": "大王镇", "product": "铸铁件"}]))
    assert len([one for one in half.findings if one.code is Code.REQUIRED]) == 17
    keyed = check(book(screening=[bare | {"credit_code": CODE, "process": "铸件"}]))
    assert {one.code for one in keyed.findings} == {Code.REQUIRED}


# What no form reads


def passed(made, known=None):
    """The notes on what was passed over, as sheet!cell and sentence."""
    notes = [one for one in check(replace(made, known=known or {})).findings if one.code is Code.PASSED_OVER]
    assert all(one.severity is Severity.NOTE and "不需要处理" in one.fix for one in notes)
    return [(f"{one.place.sheet}!{one.place.cell}", one.message) for one in notes]


def test_a_sheet_that_is_no_form_is_named_with_its_filled_cells():
    made = book()
    made.grids["内部联系表"] = [["姓名", None, "电话"], ["张三", None, " "], [None, None, None]]
    made.grids["Sheet2"] = [[None, " "]]
    assert passed(made) == [("内部联系表!", "工作表“内部联系表”有 3 格内容，没有读取，也没有汇总，文件里原样留着")]


def test_a_hidden_sheet_and_cells_far_out_are_counted_too():
    made = book()
    made.grids["旧"] = made.grids["排查清单"]
    made.grids["远"] = [[None]]
    filled = sum(value is not None for row in made.grids["旧"] for value in row)
    known = {"旧": SheetFacts(visible=False), "远": SheetFacts(far={"C60000": "遗留"})}
    assert [(place, said.split("，")[0]) for place, said in passed(made, known)] == [("旧!", f"工作表“旧”有 {filled} 格内容"), ("远!", "工作表“远”有 1 格内容")]


def test_our_own_sheets_an_empty_copy_and_a_copy_already_named_get_no_such_note():
    made = book()
    made.grids.update({name: [["本页说明", "内容"]] for name in ("填表说明", "字典", "模板标识", "封签记录")})
    made.grids["初审意见 (2)"] = made.grids["初审意见"]
    made.grids["排查清单 (2)"] = made.grids["排查清单"]
    assert found(made) == {(Code.SHEET_UNUSED, "排查清单 (2)!")}


def test_the_sheet_of_results_of_the_check_button_is_ours_and_one_of_the_clerk_s_is_not():
    made = book()
    made.grids["校验结果"] = [["校验结果", None], ["没有发现问题", None]]
    assert passed(made) == []
    made.grids["校验结果"] = [["甲公司", "合格"]]
    assert [place for place, _ in passed(made)] == ["校验结果!"]


def test_what_stands_beside_the_fields_of_the_cover_is_one_note_at_its_first_cell():
    made = book()
    cover = [[*row, None, None, None] for row in made.grids["封面"]]
    cover[3][2] = "请选择"                       # our hint, where a source cannot tell formulas
    cover[5][3:] = ["7月20日补报", "附会议纪要"]   # beside 批次
    cover.insert(8, ["联系地址", "金城路1号", None, None, None])
    cover += [[None] * 5, ["填报人（签字）：张三", *[None] * 4], ["以上由办公室填写", *[None] * 4]]
    made.grids["封面"] = cover
    assert passed(made) == [("封面!D6", "“封面”各项以外的地方有 4 格内容，没有读取，也没有汇总，文件里原样留着")]


def test_a_hint_typed_over_is_seen_where_the_source_tells_formulas():
    made = book()
    cover = [[*row, None] for row in made.grids["封面"]]
    cover[3][2], cover[4][2] = "请选择", "按去年填的"
    made.grids["封面"] = cover
    facts = SheetFacts(formulas=frozenset({"C4"}), knows_formulas=True)
    assert [place for place, _ in passed(made, {"封面": facts})] == ["封面!C5"]


def test_plausible_dates_lie_ten_years_either_side_of_the_policy():
    assert [day.isoformat() for day in date_limits(POLICY)] == ["2012-01-01", "2032-12-31"]
