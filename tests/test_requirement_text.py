"""Thresholds in requirement sentences: certain only when every word of the sentence became one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.model.indicator import Operator
from xltools.rules.requirement_text import RequirementReading, read_limit, read_requirement

LEAST, MOST, ABOVE, BELOW, EQUAL = Operator.AT_LEAST, Operator.AT_MOST, Operator.ABOVE, Operator.BELOW, Operator.EQUAL


def compared(reading: RequirementReading) -> list[tuple[str, Operator, str, str]]:
    """Subject, operator, values and unit of every threshold."""
    return [(one.subject, one.operator, "|".join(one.values), one.unit) for one in reading.thresholds]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("颗粒物≤10mg/m³", [("颗粒物", MOST, "10", "mg/m³")]),
        ("颗粒物 ≤ 10 mg/m3", [("颗粒物", MOST, "10", "mg/m³")]),
        ("颗粒物≤１０毫克/立方米", [("颗粒物", MOST, "10", "mg/m³")]),
        ("颗粒物<=10mg/m³。", [("颗粒物", MOST, "10", "mg/m³")]),
        ("颗粒物排放浓度不高于10mg/m³", [("颗粒物排放浓度", MOST, "10", "mg/m³")]),
        ("颗粒物排放浓度应不超过10mg/Nm3", [("颗粒物排放浓度", MOST, "10", "mg/Nm³")]),
        ("PM2.5浓度不高于35μg/m³", [("PM2.5浓度", MOST, "35", "μg/m³")]),
        ("粉尘排放浓度低于10mg/m³", [("粉尘排放浓度", BELOW, "10", "mg/m³")]),
        ("不低于80%", [("", LEAST, "80", "%")]),
        ("不低于８０％", [("", LEAST, "80", "%")]),
        ("达到80%以上", [("", LEAST, "80", "%")]),
        ("去除效率达到90%", [("去除效率", LEAST, "90", "%")]),
        ("掺兑比例超过80%", [("掺兑比例", ABOVE, "80", "%")]),
        ("含硫率控制在1.2%以内", [("含硫率", MOST, "1.2", "%")]),
        ("罩口风速不低于0.3m/s", [("罩口风速", LEAST, "0.3", "m/s")]),
        ("年产能不低于6,000万块", [("年产能", LEAST, "6000", "万块")]),
        ("数据保存一年以上", [("数据保存", LEAST, "1", "年")]),
        ("数据保存十二个月以上", [("数据保存", LEAST, "12", "个月")]),
        ("道路硬化率100%", [("道路硬化率", EQUAL, "100", "%")]),
        ("PM≤10mg/m³，SO2≤35mg/m3、NOx不高于50mg/m³", [("PM", MOST, "10", "mg/m³"), ("SO2", MOST, "35", "mg/m³"), ("NOx", MOST, "50", "mg/m³")]),
        ("颗粒物≤10mg/m³；二氧化硫≤35mg/m³", [("颗粒物", MOST, "10", "mg/m³"), ("二氧化硫", MOST, "35", "mg/m³")]),
    ],
)
def test_a_sentence_that_is_one_comparison_is_certain(text: str, expected: list[tuple[str, Operator, str, str]]) -> None:
    reading = read_requirement(text)
    assert (compared(reading), reading.doubts) == (expected, ())


@pytest.mark.parametrize(
    ("word", "operator"),
    [("以上", LEAST), ("及以上", LEAST), ("以下", MOST), ("以内", MOST)],
)
def test_words_that_include_the_number_include_it(word: str, operator: Operator) -> None:
    """《民法典》第一千二百五十九条."""
    assert compared(read_requirement(f"比例为50%{word}")) == [("比例", operator, "50", "%")]


@pytest.mark.parametrize("sign", ["PM、SO2、NOx", "PM、SO₂、NOₓ", "PM、SO2和NOx"])
def test_numbers_pair_with_their_pollutants(sign: str) -> None:
    reading = read_requirement(f"{sign}排放浓度分别不高于10、35、50mg/m³")
    expected = [("PM排放浓度", MOST, "10", "mg/m³"), ("SO2排放浓度", MOST, "35", "mg/m³"), ("NOx排放浓度", MOST, "50", "mg/m³")]
    assert (compared(reading), reading.certain) == (expected, True)


def test_a_condition_in_brackets_behind_the_numbers_leaves_them_readable() -> None:
    reading = read_requirement("PM、SO2、NOx排放浓度分别不高于10、35、50mg/m³（基准氧含量10%）")
    assert [one.values for one in reading.thresholds] == [("10",), ("35",), ("50",)]
    assert reading.doubts == ("“(基准氧含量10%)”没有变成阈值",)


def test_the_first_of_several_numbers_is_no_limit_for_all() -> None:
    reading = read_requirement("窑头、窑尾、冷却机排放浓度分别不高于10、35、50mg/m³（基准氧含量10%）")
    assert (reading.thresholds, reading.doubts) == ((), ("一句话里有几个数，分不清各是什么",))


def test_commas_between_numbers_list_them() -> None:
    reading = read_requirement("PM、SO2、NOx排放浓度分别不高于10，35，50mg/m³")
    assert [one.values for one in reading.thresholds] == [("10",), ("35",), ("50",)]


def test_what_stands_before_the_first_pollutant_belongs_to_all() -> None:
    reading = read_requirement("窑头烟气颗粒物、二氧化硫排放浓度分别不高于10、35mg/m³")
    assert [one.subject for one in reading.thresholds] == ["窑头烟气颗粒物排放浓度", "窑头烟气二氧化硫排放浓度"]


def test_one_number_for_each_of_several_pollutants() -> None:
    assert compared(read_requirement("PM、SO2浓度均不高于10mg/m³")) == [("PM浓度", MOST, "10", "mg/m³"), ("SO2浓度", MOST, "10", "mg/m³")]


def test_more_pollutants_than_numbers_give_no_threshold() -> None:
    reading = read_requirement("PM、SO2、NOx排放浓度分别不高于10、35mg/m³")
    assert (reading.thresholds, reading.doubts) == ((), ("3 项对着 2 个数，对不上",))


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("国五及以上", "国六|国五"),
        ("达到国Ⅴ及以上排放标准", "国六|国五"),
        ("运输车辆全部达到国5以上排放标准", "国六|国五"),
        ("使用国六及以上排放标准重型载货车辆（含燃气）或新能源车辆", "国六|新能源"),
        ("非道路移动机械达到国三及以上排放标准", "国四|国三"),
        ("非道路移动机械达到国三及以上排放标准或使用新能源机械", "国四|国三|新能源"),
    ],
)
def test_emission_stages_are_a_set_of_good_answers(text: str, good: str) -> None:
    reading = read_requirement(text)
    assert [("|".join(one.values), one.operator) for one in reading.thresholds] == [(good, Operator.IN)]
    assert reading.certain
    assert set(reading.thresholds[0].values) < set(reading.thresholds[0].options)


def test_a_heading_says_that_it_is_about_machines() -> None:
    assert read_requirement("国三及以上", "非道路移动机械").thresholds[0].values == ("国四", "国三")


@pytest.mark.parametrize("text", ["自动化造型线", "配备自动温控系统", "排风罩符合GB/T 16758的要求", "按HJ 75安装在线监测", "厂区道路硬化", ""])
def test_a_sentence_without_numbers_stays_text_without_a_doubt(text: str) -> None:
    assert read_requirement(text) == RequirementReading()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("采用低氮燃烧，NOx≤50mg/m³", "采用低氮燃烧"),
        ("氨逃逸不高于8mg/m³（基准氧含量9%）", "基准氧含量9%"),
        ("80%以上使用国五及以上排放标准车辆，其余为国四", "其余为国四"),
        ("采用低氮燃烧且NOx不高于50mg/m³", "别的要求"),
        ("1条生产线产能不低于5万吨/年", "别的数字"),
        ("排放浓度≤10", "单位"),
        ("效率不低于80%以下", "方向相反"),
        ("利用率不低于120%", "超过100"),
        ("PM、SO2排放浓度不高于10、35mg/m³", "分别"),
        ("颗粒物或粉尘不高于10mg/m³", "或"),
    ],
)
def test_whatever_is_left_over_is_a_doubt(text: str, word: str) -> None:
    reading = read_requirement(text)
    assert reading.thresholds
    assert word in "；".join(reading.doubts)


@pytest.mark.parametrize("text", ["5~10mg/m³", "每班清扫3至5次", "排放浓度≤10mg/m³或去除率≥80%", "设3个围挡", "采用袋式和滤筒或湿式电除尘工艺"])
def test_what_cannot_be_read_gives_no_threshold_and_says_so(text: str) -> None:
    reading = read_requirement(text)
    assert (reading.thresholds, reading.certain) == ((), False)


def test_a_choice_of_processes_is_proposed_never_certain() -> None:
    reading = read_requirement("采用袋式、滤筒或湿式电除尘等工艺")
    assert [one.values for one in reading.thresholds] == [("袋式", "滤筒", "湿式电除尘")]
    assert reading.thresholds[0].options == ("袋式", "滤筒", "湿式电除尘", "其他")
    assert any("等" in doubt for doubt in reading.doubts)


def test_all_is_also_a_full_share() -> None:
    reading = read_requirement("物料全部采用清洁方式运输")
    assert (reading.thresholds, reading.certain) == ((), True)
    assert reading.whole is not None
    assert (reading.whole.operator, reading.whole.values, reading.whole.unit) == (EQUAL, ("100",), "%")


def test_a_number_alone_is_a_limit_only_under_a_heading_of_limits() -> None:
    assert compared(read_limit("10mg/m³")) == [("", MOST, "10", "mg/m³")]
    assert not read_limit("10mg/m³").certain
    assert (read_requirement("10mg/m³").thresholds, read_requirement("10mg/m³").certain) == ((), False)


@given(number=st.decimals(min_value=0, max_value=10000, places=2), word=st.sampled_from(["不高于", "不低于", "≤", "≥", "低于", "高于"]))
def test_any_number_is_read_digit_by_digit(number: object, word: str) -> None:
    (threshold,) = read_requirement(f"颗粒物{word}{number}mg/m³").thresholds
    assert threshold.values == (str(number),)


@given(st.text(alphabet="颗粒物不高低于以上下内超过达到为应均分别或、，；。（）≤≥<>=%0123456789.mg/m³年个月一二三十国五及采用等和全部100~-|\n "))
def test_no_sentence_breaks_the_reader(text: str) -> None:
    reading = read_requirement(text)
    for one in reading.thresholds:
        assert one.values
        assert all(value and "|" not in value for value in one.values)
        if one.operator is Operator.IN:
            assert set(one.values) <= set(one.options)
        else:
            assert float(one.values[0]) >= 0
