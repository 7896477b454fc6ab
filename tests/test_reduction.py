"""The share of production that a measure cuts: only what means one thing is worked out."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.rules.reduction import Basis, worked

WORDS = ("需人工确认", "向上取整", "向下取整")


def basis(lines: int | None = None, half: str = WORDS[0], base: str = "", unit: str = "吨") -> Basis:
    return Basis(Decimal(base) if base else None, unit, lines, half, WORDS)


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("投料量由960吨降低到768吨", "20"),
        ("由每天９６０吨减到 768 吨", "20"),
        ("从960t/d降至768t/d", "20"),
        ("产量由960吨每天降到768吨每天", "20"),
        ("投料量由960降低到768吨", "20"),
        ("限产100%", "100"),
        ("负荷控制在100%以内", "0"),
        ("停产", "100"),
        ("全部停产", "100"),
        ("停产，停止使用国四及以下重型货车运输", "100"),
        ("限产20%，停止使用国四及以下重型货车运输", "20"),
        ("按基数限产12.5％以上", "12.5"),
        ("生产负荷降低30%", "30"),
        ("负荷控制在70%以内", "30"),
        ("停产一条生产线（共3条）", "33.3333"),
        ("电解槽限产20%", "20"),
    ],
)
def test_a_text_with_one_meaning_is_worked_out(text: str, percent: str) -> None:
    assert worked(text, basis()).percent == Decimal(percent)


@pytest.mark.parametrize(
    "text",
    [
        "", "自主减排", "以限代停，降低生产负荷", "限产20%-30%", "限产约20%", "限产20%，负荷降至70%", "不得停产", "涂装工序停产", "停产2条，其余限产30%", "停产50%",
        "限产20%，涂装工序停产", "负荷降至120%", "停产120%的生产线",
        "由960吨降低到1000吨", "由960吨降低到768千克", "由0吨降低到0吨", "运输车辆由30辆减少到20辆", "每天由30车减少到20车", "限产120%", "由960吨降低192吨", "错峰生产",
        "不限产20%", "暂不减产20%", "无需限产20%", "用电量减少30%", "人员减少30%", "夜间生产减少30%", "VOCs排放量减少30%", "颗粒物由10千克/天降到5千克/天", "库存由960吨降到768吨",
        "由1000度减到800度", "由1000千瓦时减到800千瓦时", "停产，烧成工序除外", "停产，保留1号炉", "停产，23时以后恢复",
    ],
)  # fmt: skip
def test_what_could_mean_something_else_is_left_to_people(text: str) -> None:
    found = worked(text, basis(lines=3, half="向上取整"))
    assert (found.percent, found.expression) == (None, "")


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        # 不 and 免 that begin the name of a product
        ("不锈钢生产线限产30%", "30"), ("不锈钢冶炼工序减产20%", "20"), ("不锈钢带负荷降低30%", "30"), ("不锈钢炉负荷控制在70%以内", "30"),
        ("不锈钢冶炼由960吨降低到768吨", "20"), ("停产1条不锈钢生产线", "33.3333"), ("不锈钢停产1条生产线", "33.3333"),
        ("不定形耐火材料限产30%", "30"), ("不定型耐火材料压减产能30%", "30"), ("不饱和树脂限产50%", "50"), ("不干胶生产线减产40%", "40"), ("不烧砖生产线限产20%", "20"),
        ("免烧砖生产线限产30%", "30"), ("免蒸压砖生产线限产25%", "25"), ("免检企业限产20%", "20"),
        # those that deny
        ("不限产20%", None), ("暂不减产20%", None), ("不再限产30%", None), ("不得限产30%", None), ("不予限产30%", None), ("不执行限产20%", None), ("不定期限产30%", None),
        ("不停产1条生产线", None), ("无需限产20%", None), ("免限产20%", None), ("免于限产20%", None), ("减免限产20%", None), ("豁免企业限产20%", None),
        ("不锈钢不限产20%", None), ("免烧砖不限产30%", None), ("不锈钢生产线免限产30%", None),
        # what is spared produces nothing
        ("停产，预警解除后恢复生产", "100"), ("停产，解除后方可恢复", "100"), ("停产，接到解除通知后恢复生产", "100"), ("停产，应急响应终止后恢复", "100"), ("停产，未经批准不得恢复生产", "100"),
        ("停产，保留安保人员值班", "100"), ("停产；保留值班人员", "100"), ("全厂停产，仅保留环保设施运行", "100"), ("停产，保留消防、环保设施运行", "100"), ("停产，仅保留办公生活用电", "100"),
        ("免检车辆除外，限产20%", "20"), ("限产20%，应急抢修车辆除外", "20"), ("限产20%，停止使用重型货车，民生保障车辆除外", "20"),
        ("停产一条生产线（共3条），保留值守人员", "33.3333"), ("由960吨降低到768吨，预警结束后恢复", "20"),
        # what is spared goes on producing, or before the warning ends
        ("停产，烧成工序除外", None), ("停产，不锈钢冶炼工序除外", None), ("停产，保留1号炉", None), ("停产，保留2车间", None), ("停产，保温窑例外", None), ("限产20%，1号车间除外", None),
        ("停产，保留值班人员和烧成工序", None), ("停产，保留环保设施、1号炉", None), ("停产，烧成工序、环保设施除外", None), ("停产，保留1台空压机和环保设施", None),
        ("停产，23时以后恢复", None), ("停产，次日8时恢复", None), ("停产，预警解除前24小时恢复生产", None), ("停产，夜班结束后恢复", None), ("停产，预警解除后恢复，1号炉除外", None),
        ("停产，预警解除后恢复生产的1号炉保留", None), ("停产，节假日除外", None), ("停产，生活垃圾焚烧除外", None), ("停产，消防和供热除外", None),
        # cuts of something else than production, and of a process that is named by what it lets out
        ("无组织排放工序限产50%", "50"), ("涉VOCs工序限产30%", "30"), ("颗粒物排放工序限产30%", "30"), ("涉VOCs排放的生产工序限产30%", "30"),
        ("无组织排放减少50%", None), ("VOCs排放量减少30%", None), ("氮氧化物减少30%", None), ("用电量减少30%", None), ("夜间生产减少30%", None), ("人员减少30%", None),
        ("颗粒物由10千克/天降到5千克/天", None),
    ],
)  # fmt: skip
def test_a_word_that_denies_or_spares_counts_by_what_it_is_about(text: str, percent: str | None) -> None:
    """The table was written by hand, from what each wording means to who reads it."""
    assert worked(text, basis(lines=3)).percent == (None if percent is None else Decimal(percent))


@pytest.mark.parametrize(
    ("text", "lines", "half", "percent"),
    [
        ("停产1条生产线", 2, WORDS[0], "50"),
        ("停产1条生产线", 3, WORDS[0], "33.3333"),
        ("停产两条回转窑生产线", 3, WORDS[0], "66.6667"),
        ("停产1条生产线", None, WORDS[0], None),
        ("停产3条生产线", 2, WORDS[0], None),
        ("停产3条生产线", 3, WORDS[0], "100"),
        ("停产25%的生产线", 4, WORDS[0], "25"),
        ("停产100%的生产线", 3, WORDS[0], "100"),
        ("停产一半生产线", 4, WORDS[0], "50"),
        ("停产50%的生产线", 4, WORDS[0], "50"),
        ("停产50%的生产线", 3, WORDS[0], None),      # half of an odd number: no rule says
        ("停产50%的生产线", 3, WORDS[1], "66.6667"),
        ("停产50%的生产线", 3, WORDS[2], "33.3333"),
        ("停产一半生产线", 1, WORDS[2], "0"),
        ("停产一半生产线", 0, WORDS[1], None),
        ("停产1条生产线", 0, WORDS[0], None),
        ("停产1条生产线（共3条）", 3, WORDS[0], "33.3333"),
        ("停产1条生产线（共3条）", 2, WORDS[0], None),  # the text and the list say different numbers
    ],
)
def test_lines_count_as_the_setting_says(text: str, lines: int | None, half: str, percent: str | None) -> None:
    found = worked(text, basis(lines, half))
    assert found.percent == (None if percent is None else Decimal(percent))
    assert percent is not None or found.waits or found.note


HALF = "ROUND({0}{{lines}}*50/100{1}/{{lines}}*100,4)"
FEED = "ROUND((960-768)/960*100,4)"


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("停产", "100"),
        ("限产12.5%", "12.5"),
        ("负荷控制在70%以内", "100-70"),
        ("停产2条生产线", 'IF(N({lines})>=2,ROUND(2/{lines}*100,4),"")'),
        ("停产1条生产线（共3条）", 'IF(N(3)>=1,ROUND(1/3*100,4),"")'),
        ("由960吨降低到768吨", FEED),
        ("停产一半生产线", f'IF(N({{lines}})=0,"",IF({{lines}}*50/100=INT({{lines}}*50/100),ROUND(({{lines}}*50/100)/{{lines}}*100,4),IF({{half}}="向上取整",{HALF.format("ROUNDUP(", ",0)")},IF({{half}}="向下取整",{HALF.format("ROUNDDOWN(", ",0)")},""))))'),
    ],
)
def test_a_cell_shows_the_arithmetic(text: str, expression: str) -> None:
    assert worked(text, basis()).expression == expression


@pytest.mark.parametrize(
    ("text", "given", "note"),
    [
        ("停产50%的生产线", basis(3), "3条生产线的50%不是整数条"),
        ("停产1条生产线（共3条）", basis(2), "措施写的是共3条生产线，而生产线条数填的是2"),
        ("由960吨降低到768吨", basis(base="800"), "措施从960吨算起，而减排基数（三项日均取小）是800吨，取较小的比例"),
    ],
)
def test_what_a_person_must_know_is_said_in_full(text: str, given: Basis, note: str) -> None:
    found = worked(text, given)
    assert (found.note, found.waits) == (note, found.percent is None and bool(found.expression))
    assert not given.base or found.expression == f"MIN({FEED},IF(N({{base}})>0,ROUND(MAX({{base}}-768,0)/{{base}}*100,4),100))"


@pytest.mark.parametrize(("text", "lines", "note"), [("停产3条生产线", 2, "停产3条，而生产线只有2条"), ("停产2条生产线", 3, ""), ("停产1条生产线", None, "")])
def test_only_more_lines_than_there_are_is_remarked(text: str, lines: int | None, note: str) -> None:
    assert worked(text, basis(lines)).note == note


@pytest.mark.parametrize(
    ("base", "unit", "percent", "noted"),
    [("0", "吨", "20", False), ("1", "吨", "0", True), ("960", "吨", "20", False), ("800", "吨", "4", True), ("1000", "吨", "20", True), ("700", "吨", "0", True), ("800", "万吨", "20", False)],
)
def test_of_two_starts_the_smaller_cut_counts_and_a_person_is_told(base: str, unit: str, percent: str, noted: bool) -> None:
    found = worked("投料量由960吨降低到768吨", basis(base=base, unit=unit))
    assert (found.percent, bool(found.note)) == (Decimal(percent), noted)


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_the_cut_is_the_exact_fraction_rounded_half_up(start: int, end: int) -> None:
    found = worked(f"由{start}吨降低到{end}吨", basis()).percent
    if end > start:
        assert found is None
    else:
        whole = Fraction(start - end, start) * 100 * 10**4
        assert found == Decimal((2 * whole.numerator + whole.denominator) // (2 * whole.denominator)) / 10**4
