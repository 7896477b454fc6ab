"""Parsing: what people type becomes what they mean, or a finding; nothing disappears."""

from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.county_books import CODE, POLICY, TEMPLATE, book, check, enterprise
from xltools.books.read import read_rows
from xltools.model.code import Code
from xltools.model.finding import Severity
from xltools.model.form import Kind, Owner, load_form
from xltools.model.value import is_blank, shown
from xltools.rules.cells import cell_reader
from xltools.rules.grades_text import GradeText, grade_spellings, grade_text
from xltools.rules.parse import parse
from xltools.rules.text import company_key, key, name_key, one_line

YEAR = 2022


def read(form, field, cell):
    """(value, code) of one cell."""
    reading = cell_reader(load_form(form)[field], POLICY, YEAR)(cell)
    return reading.value, reading.code


# Numbers


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        (12.5, 12.5, None),
        ("12.5", 12.5, None),
        (" 20000 ", 20000, None),
        ("-5", -5, None),
        ("１２.5 ", 12.5, Code.CONVERTED),
        ("９９", 99, Code.CONVERTED),
        ("1,200", 1200, Code.CONVERTED),
        ("1,200,300.5", 1200300.5, Code.CONVERTED),
        ("１，２００", 1200, Code.CONVERTED),
        ("−5", -5, Code.CONVERTED),
        ("1.2e4", 12000, Code.CONVERTED),
        ("12\u200b.5", 12.5, Code.CONVERTED),
        ("'12.5", 12.5, Code.CONVERTED),
        ("’1,200", 1200, Code.CONVERTED),
    ],
)
def test_certain_numbers_are_read(cell, value, code):
    assert read("screening", "capacity", cell) == (value, code)


@pytest.mark.parametrize(
    ("cell", "proposal"),
    [
        ("2000万", "20000000"),
        ("1.5亿", "150000000"),
        ("约300", "300"),
        ("≤10", "10"),
        ("20000吨", "20000"),
        ("12.5千克", "12.5"),
        ("10-20", "20000"),
        ("12.5mg/m³", "20000"),
        ("100，200", "20000"),
        ("12,5", "20000"),
        ("1 200", "20000"),
        ("12。5", "20000"),
        ("一百", "20000"),
        ("nan", "20000"),
        ("inf", "20000"),
        ("9" * 400, "20000"),
        (True, "20000"),
        (date(2022, 10, 20), "20000"),
    ],
)
def test_uncertain_numbers_stay_with_a_finding_that_proposes_one_number_or_shows_the_example(cell, proposal):
    reading = cell_reader(load_form("screening")["capacity"], POLICY, YEAR)(cell)
    assert (reading.value, reading.code, reading.details["example"]) == (None, Code.NOT_A_NUMBER, proposal)


BELOW = ["未检出", "ND", "N.D.", "nd(0.5)", "＜0.5", "<0.5", "< .5mg/m³", "低于检出限", "小于0.5", "<DL", "0.5L", "未检出（检出限0.5）", "低于0.5", "MDL"]


@pytest.mark.parametrize("cell", BELOW)
def test_a_result_below_the_limit_of_detection_is_no_number_and_nothing_says_which_one_counts(cell):
    reading = cell_reader(load_form("measures")["day_pm"], POLICY, YEAR)(cell)
    assert (reading.value, reading.code) == (None, Code.NOT_A_NUMBER)
    assert reading.details == {"example": "12.5", "more": "；结果低于检出限的，按多少计没有规定（需人工确认），不能当作 0：请与市局商定后填数，原来的写法写在备注"}


@pytest.mark.parametrize("cell", ["约0.5", "0.5 LAND", "AND", "≥5", "不足额", "检出", "5升"])
def test_other_words_are_not_taken_for_a_result_below_the_limit(cell):
    assert cell_reader(load_form("measures")["day_pm"], POLICY, YEAR)(cell).details["more"] == ""


@pytest.mark.parametrize("cell", ["无", "/", "／", "—", "——", "--", "＼", "没有", "暂无数据", "无此项", "不涉及", "不适用", "n/a"])
def test_a_word_or_stroke_for_nothing_is_no_number_and_may_be_zero_or_unknown(cell):
    for form, field, example in (("measures", "day_so2", "12.5"), ("screening", "capacity", "20000")):
        reading = cell_reader(load_form(form)[field], POLICY, YEAR)(cell)
        assert (reading.value, reading.code) == (None, Code.NOT_A_NUMBER)
        assert reading.details == {"example": example, "more": "；这样写分不清是零还是没有数据，不会当作 0：确实是零的填 0，没有数据的请查明后填数，查不明的由市局确定"}
    optional = replace(load_form("measures")["day_so2"], required=False)
    assert cell_reader(optional, POLICY, YEAR)(cell).details["more"] == "；这样写分不清是零还是没有数据，不会当作 0：确实是零的填 0，没有数据的空着"


@pytest.mark.parametrize("cell", ["10000+12000", "5-8", "5～8", "10吨—20吨", "5至8", "12/13"])
def test_of_several_numbers_in_a_cell_none_is_proposed_and_one_is_asked_for(cell):
    reading = cell_reader(load_form("measures")["day_so2"], POLICY, YEAR)(cell)
    assert (reading.value, reading.details) == (None, {"example": "12.5", "more": "；一格只填一个数"})


def test_what_a_clerk_reads_about_half_a_date_two_telephones_and_two_industry_codes():
    outcome = check(book(screening=[enterprise(target_date="2022.11", phone="0398-1234345/0398-1234346", industry_code="C3391、C3392")]))
    assert {one.place.cell: f"{one.message}。{one.fix}" for one in outcome.findings} == {
        "I5": "“国民经济行业代码”填了“C3391、C3392”，应为 GB/T 4754 的门类字母加2至4位数字。请只填一个代码，例如 C3391",
        "Q5": "“目标完成时限”填了“2022.11”，不是能识别的日期。请填成 2022-06-30 这样的日期，年、月、日都要有",
        "W5": "“联系电话”填了“0398-1234345/0398-1234346”，应为11位手机号或带区号的座机号。请只填一个号码，座机带区号，例如 0398-1234567",
    }


@pytest.mark.parametrize("cell", ["无排放", "不排放", "不产生", "零"])
def test_words_that_mean_zero_are_not_read_as_zero_but_it_is_proposed(cell):
    reading = cell_reader(load_form("measures")["day_so2"], POLICY, YEAR)(cell)
    assert (reading.value, reading.details) == (None, {"example": "0", "more": ""})


@pytest.mark.parametrize("cell", ["无锡", "无组织排放量约十二千克每天", "一/二", "-十", "没有的话按十二千克算"])
def test_other_words_are_not_taken_for_nothing(cell):
    assert cell_reader(load_form("cover")["year"], POLICY, YEAR)("无").details["more"] == ""       # never zero
    assert cell_reader(load_form("measures")["day_so2"], POLICY, YEAR)(cell).details["more"] == ""


@pytest.mark.parametrize("cell", ["80%", "80％", "80 %", "８０％"])
def test_a_percent_sign_in_a_percent_field_only_repeats_the_unit(cell):
    assert read("measures", "cut_red", cell) == (80, Code.CONVERTED)


def test_the_fields_own_unit_behind_a_number_is_certain_and_another_is_not():
    assert read("measures", "day_pm", "12.5千克/天") == (12.5, Code.CONVERTED)
    assert read("measures", "day_pm", "12.5吨/天") == (None, Code.NOT_A_NUMBER)
    assert read("measures", "day_pm", "80%") == (None, Code.NOT_A_NUMBER)


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        (2022.0, 2022, None),
        ("2022", 2022, None),
        ("2022年", 2022, Code.CONVERTED),
        ("2022年度", 2022, Code.CONVERTED),
        (2022.5, None, Code.NOT_A_WHOLE_NUMBER),
        ("二〇二二", None, Code.NOT_A_NUMBER),
        (1e18, None, Code.NOT_A_NUMBER),
    ],
)
def test_whole_numbers(cell, value, code):
    assert read("cover", "year", cell) == (value, code)


# Dates


@pytest.mark.parametrize(
    "cell",
    [
        "2022.6.30",
        "2022/6/30",
        "2022/06/30",
        "2022、6、30",
        "2022年6月30日",
        "2022 年 6 月 30 日",
        "2022年6月30号",
        "22年6月30日",
        "20220630",
        20220630.0,
        "二〇二二年六月三十日",
        "二零二二年六月三十日",
        "二○二二年六月卅日",
        "6月30日",
        "六月三十日",
        44742.0,
        "44742",
        44742.75,
        datetime(2022, 6, 30, 14, 30),
        "2022-06-30 00:00:00",
        "2022-6-30 9:30",
        "2022年6月30日 星期四",
        "2022-6-30",
        "２０２２－０６－３０",
        "2022—6—30",
        "2022-\n06-30",
        "2022\u200b.6.30",
    ],
)
def test_dates_however_written_are_read_with_a_note(cell):
    assert read("screening", "target_date", cell) == (date(2022, 6, 30), Code.CONVERTED)


@pytest.mark.parametrize("cell", ["2022-06-30", " 2022-06-30\n", date(2022, 6, 30), datetime(2022, 6, 30)])
def test_dates_as_asked_for_need_no_note(cell):
    assert read("screening", "target_date", cell) == (date(2022, 6, 30), None)


@pytest.mark.parametrize(
    "cell",
    ["2022.6", 2022.6, "2022年6月", "2022", "6/30", "6.30", "22.6.30", "30/6/2022", "2022.6-30", "2022-13-01", "2022-02-30", "6月31日", "长期", "年底前", time(8), True, 5.0, -1.0, 1e300],
)
def test_what_is_no_certain_date_is_an_error(cell):
    assert read("screening", "target_date", cell) == (None, Code.NOT_A_DATE)


@pytest.mark.parametrize("cell", ["9999-12-31", "1600.1.1", datetime(9999, 12, 31)])
def test_a_year_that_no_column_of_dates_can_hold_is_out_of_range(cell):
    assert read("screening", "target_date", cell) == (None, Code.DATE_RANGE)


def test_a_leap_day_exists_only_in_a_leap_year():
    leap = cell_reader(load_form("screening")["target_date"], POLICY, 2024)("2月29日")
    assert leap.value == date(2024, 2, 29)
    assert read("screening", "target_date", "2月29日") == (None, Code.NOT_A_DATE)


# Grades


@pytest.mark.parametrize(
    ("cell", "grade", "prefix"),
    [
        ("B－", "B-", ""),
        ("B—", "B-", ""),
        ("b-", "B-", ""),
        ("B-级", "B-", ""),
        ("Ｂ", "B", ""),
        ("B 级", "B", ""),
        ("A级企业", "A", ""),
        ("绩效A级", "A", ""),
        ("绩效引领性", "引领性", ""),
        ("绩效引领性企业", "引领性", ""),
        ("引领", "引领性", ""),
        ("非引领性企业", "非引领性", ""),
        ("地方A", "A", "地方"),
        ("地方A级", "A", "地方"),
        ("民生豁免-B", "B", "民生豁免"),
        ("民生豁免－Ｂ", "B", "民生豁免"),
        ("А", "A", ""),  # Cyrillic
        ("无", "未评级", ""),
    ],
)
def test_grades_of_real_lists_are_understood_and_their_prefix_is_kept(cell, grade, prefix):
    field = load_form("screening")["current"]
    assert grade_text(cell, grade_spellings(field, POLICY), POLICY) == GradeText(grade, prefix)
    assert read("screening", "current", cell) == (grade, Code.GRADE_READ)


@pytest.mark.parametrize("cell", ["A", "B-", "引领性", "非引领性", "未评级", "长期停产", " B "])
def test_grades_as_listed_need_no_note(cell):
    assert read("screening", "current", cell) == (cell.strip(), None)


@pytest.mark.parametrize("cell", ["不是A", "B或C", "A/B", "企业", "级", "地方", "E", "一级", "非A", "停产"])
def test_what_is_no_certain_grade_stays_as_typed_for_the_check(cell):
    assert read("screening", "current", cell) == (cell, None)


def test_the_note_about_a_grade_names_what_was_typed():
    outcome = check(book(screening=[enterprise(current="地方Ａ", applied="A", self="A", target="A")]))
    assert [one.message for one in outcome.findings] == ["“现有等级”填了“地方Ａ”，按等级“A”读取，原文保留"]


# Choices


@pytest.mark.parametrize(
    ("form", "field", "cell", "value"),
    [
        ("screening", "low_voc", "√", "是"),
        ("screening", "low_voc", "Y", "是"),
        ("screening", "low_voc", "y", "是"),
        ("screening", "low_voc", "有", "是"),
        ("screening", "low_voc", True, "是"),
        ("screening", "low_voc", "×", "否"),
        ("screening", "low_voc", "无", "否"),
        ("review", "m_basic", "√", "有"),
        ("review", "m_basic", "否", "无"),
        ("review", "m_gate", "/", "不涉及"),
        ("review", "director_signed", "已签", "已签字"),
        ("screening", "industry", "铸造行业", "铸造"),
        ("screening", "industry", "铸 造", "铸造"),
        ("screening", "table", "铸件(天然气、电炉熔化)", "铸件（天然气、电炉熔化）"),
        ("cover", "county", "经开区", "开发区"),
        ("cover", "county", "陕县", "陕州区"),
        ("cover", "county", 411282.0, "灵宝市"),
        ("cover", "batch", 7.0, "7月"),
        ("cover", "batch", "七月", "7月"),
        ("screening", "permit_no", "没有", "无"),
        ("screening", "capacity_unit", "t/a", "吨/年"),
    ],
)
def test_other_spellings_of_a_choice_are_read_with_a_note(form, field, cell, value):
    assert read(form, field, cell) == (value, Code.CONVERTED)


@pytest.mark.parametrize(("form", "field", "cell"), [("screening", "low_voc", "x"), ("screening", "low_voc", "1"), ("cover", "county", "郑州市"), ("screening", "capacity_unit", "吨")])
def test_what_could_be_two_choices_or_none_stays_as_typed(form, field, cell):
    assert read(form, field, cell) == (cell, None)


# Codes, phones, names, text


@pytest.mark.parametrize("cell", [CODE.lower(), f" {CODE[:6]} {CODE[6:]}", f"{CODE[:8]}-{CODE[8:]}", CODE + "\u200b", f"统一社会信用代码：{CODE}", f"信用代码 {CODE}", CODE.translate({ord(c): ord(c) + 0xFEE0 for c in CODE})])
def test_credit_codes_are_read_without_blanks_dashes_and_width(cell):
    assert read("screening", "credit_code", cell) == (CODE, Code.CONVERTED)


@pytest.mark.parametrize("cell", [9.1130200699e17, 911302006992296170.0, "9.1130200699E+17", 1e15])
def test_a_code_that_became_a_long_number_is_damaged(cell):
    assert read("screening", "credit_code", cell) == (None, Code.CODE_DAMAGED)


def test_a_short_number_in_a_code_field_is_its_digits():
    assert read("screening", "credit_code", 411202.0) == ("411202", None)


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("91130200699229617x001p", "91130200699229617X001P", Code.CONVERTED),
        ("91130200699229617X-001P", "91130200699229617X001P", Code.CONVERTED),
        ("PWX-130921-0023-16", "PWX-130921-0023-16", None),
        ("无", "无", None),
    ],
)
def test_permit_numbers_lose_only_what_the_national_form_does_not_have(cell, value, code):
    assert read("screening", "permit_no", cell) == (value, code)


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        (13800000000.0, "13800000000", None),
        ("138 0000 0000", "13800000000", Code.CONVERTED),
        ("138-0000-0000", "13800000000", Code.CONVERTED),
        ("+86 13800000000", "13800000000", Code.CONVERTED),
        ("（0398）1234567", "0398-1234567", Code.CONVERTED),
        ("0398-1234567转801", "0398-1234567-801", Code.CONVERTED),
        ("0398－1234567", "0398-1234567", Code.CONVERTED),
        ("0398-1234567", "0398-1234567", None),
        ("13800000000/13900000000", "13800000000/13900000000", None),
    ],
)
def test_phone_numbers_are_brought_to_one_writing(cell, value, code):
    assert read("screening", "phone", cell) == (value, code)


@pytest.mark.parametrize(
    ("field", "cell", "value", "code"),
    [
        ("contact", "张 三", "张三", Code.CONVERTED),
        ("contact", "张三 李四", "张三 李四", None),
        ("contact", "张　三", "张三", Code.CONVERTED),
        ("contact", "张三\n李四", "张三 李四", Code.CONVERTED),
        ("contact", "张\n三", "张三", Code.CONVERTED),
        ("contact", "Zhang San", "Zhang San", None),
        ("name", "三门峡（示例）\n铸造有限公司", "三门峡（示例）铸造有限公司", Code.CONVERTED),
        ("name", "三门峡\u200b示例有限公司", "三门峡示例有限公司", Code.CONVERTED),
        ("name", "　三门峡示例有限公司 ", "三门峡示例有限公司", None),
        ("process", 1.0, "1", None),
        ("process", 2.5, "2.5", None),
        ("process", date(2022, 1, 2), "2022-01-02", Code.CONVERTED),
        ("process", True, "TRUE", Code.CONVERTED),
        ("process", 1e16, None, Code.CODE_DAMAGED),
        ("remark", "①㎡、Ⅲ号、（甲）Ａ", "①㎡、Ⅲ号、（甲）Ａ", None),
        ("remark", "第一行\r\n第二行", "第一行\n第二行", None),
        ("remark", "=1+1", "=1+1", None),
    ],
)
def test_texts_keep_their_signs_and_lose_only_what_nobody_sees(field, cell, value, code):
    assert read("screening", field, cell) == (value, code)


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", " #DIV/0! ", "Err:502"])
@pytest.mark.parametrize("field", ["capacity", "name", "current", "target_date", "remark"])
def test_error_values_are_errors_in_every_field(field, cell):
    assert read("screening", field, cell) == (None, Code.ERROR_CELL)


@pytest.mark.parametrize("cell", [None, "", "  ", "\u3000\n", "\u200b\ufeff", float("nan")])
@pytest.mark.parametrize("field", ["capacity", "name", "current", "target_date", "credit_code", "permit_no", "phone", "low_voc"])
def test_a_cell_in_which_nothing_can_be_seen_is_blank(field, cell):
    assert read("screening", field, cell) == (None, None)


def test_the_note_says_what_was_done():
    outcome = check(book(screening=[enterprise(credit_code=CODE[:6] + " " + CODE[6:].lower())]))
    (note,) = outcome.findings
    assert note.message == f"“统一社会信用代码”由“{CODE[:6]} {CODE[6:].lower()}”按“{CODE}”读取（去掉空格、改为大写）"
    assert note.severity is Severity.NOTE


# Keys


@pytest.mark.parametrize(("one", "other"), [("熔炼 1#", "熔炼1＃"), ("a（b）", "A(B)"), ("一—二", "一-二"), ("甲\n乙", "甲乙")])
def test_keys_ignore_case_width_blanks_and_dashes(one, other):
    assert key(one) == key(other)


def test_company_keys_ignore_brackets_and_the_ending():
    assert company_key("三门峡（示例）铸造有限公司") == company_key("三门峡示例铸造有限责任公司")
    assert company_key("公司") == "公司"
    assert name_key("三门峡示例铸造有限公司") != name_key("三门峡示例铸造有限责任公司")


@pytest.mark.parametrize(("text", "line"), [("甲\n乙", "甲乙"), ("Zhang\nSan", "Zhang San"), ("甲\r\n\r\n乙", "甲乙")])
def test_a_broken_line_is_joined(text, line):
    assert one_line(text) == line


# Whole tables


def table(form, records):
    return read_rows(book(**{form: records}), load_form(form), load_form(form).sheet)[0]


def test_a_parsed_table_has_every_field_of_its_form_even_without_rows():
    for form in TEMPLATE:
        if form.layout == "rows":
            for records in ([], [enterprise() if form.name == "screening" else {"credit_code": CODE}]):
                parsed = parse(table(form.name, records), POLICY, YEAR)[0]
                assert list(parsed.cells) == [field.name for field in form]
                assert {len(column) for column in parsed.cells.values()} == {len(records)}


def test_rows_keep_their_sheet_row_and_empty_rows_are_no_records():
    parsed, findings = parse(table("screening", [enterprise(), {}, enterprise(name=" ", capacity="很多")]), POLICY, YEAR)
    assert list(parsed.rows) == [5, 7]
    assert parsed.value(7, "name") is None
    assert [(one.code, one.place.cell) for one in findings] == [(Code.NOT_A_NUMBER, "K7")]


def test_a_date_without_a_year_takes_that_of_the_cover():
    outcome = check(book(cover={"year": "2023年"}, screening=[enterprise(target_date="6月30日")]))
    assert outcome.submissions[0].tables["screening"].value(5, "target_date") == date(2023, 6, 30)


def test_the_same_cell_value_of_another_type_is_read_on_its_own():
    parsed, findings = parse(table("screening", [enterprise(capacity=1.0), enterprise(capacity=True), enterprise(capacity="1")]), POLICY, YEAR)
    assert parsed.cells["capacity"] == [1.0, None, 1.0]
    assert [one.place.cell for one in findings] == ["K6"]


# Properties

FIELDS = [field for form in TEMPLATE for field in form]
TYPED = st.text(alphabet="0123456789年月日号.-/,，、%％万亿约≤ABCDabc级企业地方引领性是否有无√×E+()（）－—一二三十〇 \u3000\u200b\n#转吨Ｂ①㎡", max_size=14)
CELLS = st.one_of(
    TYPED,
    st.text(max_size=20),
    st.floats(allow_nan=True),
    st.floats(0, 60000),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.none(),
)


@settings(max_examples=400)
@given(st.sampled_from(FIELDS), CELLS)
def test_no_cell_makes_a_reader_fail_and_nothing_typed_becomes_blank_in_silence(field, cell):
    reading = cell_reader(field, POLICY, YEAR)(cell)
    if is_blank(cell):
        assert (reading.value, reading.code) == (None, None)
    elif reading.value is None:
        assert reading.code.severity is Severity.ERROR
    kind = {Kind.NUMBER: float, Kind.INTEGER: int, Kind.DATE: date}.get(field.kind, str) if field.owner is not Owner.FORMULA else str
    assert reading.value is None or type(reading.value) is kind


@settings(max_examples=400)
@given(st.sampled_from(FIELDS), TYPED)
def test_what_is_read_without_a_note_is_what_stands_in_the_cell(field, cell):
    reading = cell_reader(field, POLICY, YEAR)(cell)
    if reading.value is None or reading.code is not None:
        return
    typed = cell.strip()
    if isinstance(reading.value, float | int):
        assert float(typed) == reading.value
    elif isinstance(reading.value, date):
        assert date.fromisoformat(typed) == reading.value
    else:
        assert typed.split() == reading.value.split()       # a line break in a cell is a space


@settings(max_examples=400)
@given(st.sampled_from(FIELDS), CELLS)
def test_what_was_read_reads_the_same_again_without_a_note(field, cell):
    read_cell = cell_reader(field, POLICY, YEAR)
    first = read_cell(cell)
    if first.value is not None:
        again = read_cell(first.value)
        assert (again.value, again.code) == (first.value, None)


@settings(max_examples=400)
@given(st.sampled_from(FIELDS), CELLS)
def test_every_finding_of_a_reader_can_be_written_as_a_sentence(field, cell):
    reading = cell_reader(field, POLICY, YEAR)(cell)
    if reading.code is not None:
        assert reading.code.parameters <= {"label", "value", *reading.details}


@given(st.lists(CELLS, max_size=6))
def test_a_column_of_anything_becomes_typed_columns_with_a_value_or_a_finding_for_each(cells):
    raw = table("screening", [enterprise(capacity=cell, target_date=cell, remark=cell) for cell in cells])
    parsed, findings = parse(raw, POLICY, YEAR)
    errors = {one.place for one in findings if one.severity is Severity.ERROR}
    for name in ("capacity", "target_date", "remark"):
        for row, cell in zip(raw.rows, raw.cells[name], strict=True):
            assert parsed.value(row, name) is not None or is_blank(cell) or parsed.place(row, name) in errors


@given(st.floats() | st.dates() | st.datetimes() | st.text())
def test_any_value_can_be_quoted_in_one_short_line(value):
    text = shown(value)
    assert len(text) <= 40
    assert "\n" not in text
