"""The county workbook in a real LibreOffice: it computes without an error, sees planted problems, and never contradicts the check."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.office.host import Document, Office
from tests.office.validator import VERSIONS, validate
from xltools.actions.check import check_files
from xltools.actions.example import faultless, faulty, write_counties
from xltools.actions.make import make_templates
from xltools.books.base import Cell
from xltools.books.file import open_book
from xltools.books.refs import column_of
from xltools.books.template import write_template
from xltools.model.finding import Severity
from xltools.model.form import FIRST_ROW, Field, Form, Kind, Owner, load_template
from xltools.model.guide import load_guide
from xltools.model.live import END
from xltools.model.policy import load_policy
from xltools.rules.codes import ALPHABET, has_credit_form, is_credit_code, make_credit_code
from xltools.rules.formula import live

POLICY = load_policy("sanmenxia-2022")
TEMPLATE = load_template("county")
LIVE = live(TEMPLATE, POLICY)
WORDS = load_guide().words
ROWS = [form for form in TEMPLATE if form.layout == "rows"]
EPOCH = date(1899, 12, 30)
CODE = make_credit_code("91411282YA0000001")        # organisation codes that begin with Y are not in use
OTHER = make_credit_code("91411282YB1111112")
Record = Mapping[str, Cell]

SCREENING: Record = {
    "name": "三门峡示例铸造有限公司", "credit_code": CODE, "permit_no": f"{CODE}001P", "town": "某某镇", "industry": "铸造", "process": "铸件",
    "table": "铸件（天然气、电炉熔化）", "industry_code": "C3391", "product": "铸铁件", "capacity": 20000, "capacity_unit": "吨/年", "current": "C",
    "self": "B", "applied": "B", "target": "B", "target_date": date(2022, 11, 30), "energy": "天然气", "low_voc": "否", "honour": "无",
    "protected": "否", "contact": "李四", "phone": "0398-1234567", "remark": "无",
}  # fmt: skip
REVIEW: Record = {
    "credit_code": CODE, "process": "铸件", "applied": "B", "visit_date": date(2022, 7, 12), "conclusion": "B", "opinion": "同意上报",
    "checker1": "张三", "checker2": "李四", "checkers_signed": "已签字", "director_signed": "已签字", "sign_date": date(2022, 7, 18),
    **{field.name: "有" for field in TEMPLATE["review"] if field.name.startswith("m_")},
}  # fmt: skip
RECTIFICATION: Record = {
    "issue_no": "LB-01", "credit_code": CODE, "process": "铸件", "origin": "县级初审", "indicator": "无组织排放", "problem": "破碎未密闭",
    "demand": "密闭", "responsible": "张三", "due": date(2022, 8, 31),
}  # fmt: skip
MEASURES: Record = {
    "credit_code": CODE, "process": "铸件", "grade": "B", "day_pm": 12.5, "day_so2": 1, "day_nox": 2, "day_voc": 3, "measure_yellow": "限产",
    "cut_yellow": 20, "measure_orange": "限产", "cut_orange": 30, "measure_red": "停产", "cut_red": 100,
}  # fmt: skip
COVER: Record = {
    "county": "灵宝市", "year": 2022, "batch": "7月", "unit_name": "某某生态环境分局", "reporter": "张三", "phone": "0398-1234567",
    "reviewer": "李四", "director": "张三", "sign_date": date(2022, 7, 18), "report_date": date(2022, 7, 19),
}  # fmt: skip
GOOD = {"screening": SCREENING, "review": REVIEW, "rectification": RECTIFICATION, "measures": MEASURES}


def typed(value: Cell) -> float | str | None:
    """A value as the harness writes it."""
    if isinstance(value, date):
        return float((value - EPOCH).days)
    return value if isinstance(value, str | None) else float(str(value))


def put(document: Document, form: str, row: int, record: Record) -> None:
    """Write what the county fills in of one record, run by run; computed cells keep their formulas."""
    for computed, run in groupby(TEMPLATE[form], lambda field: field.owner is Owner.FORMULA):
        fields = list(run)
        if not computed:
            document.write(TEMPLATE[form].sheet, f"{column_of(TEMPLATE[form], fields[0].name)}{row}", [[typed(record.get(f.name)) for f in fields]])


def hint(document: Document, form: str, row: int) -> str:
    """What the row says is wrong with it."""
    return str(document.value(TEMPLATE[form].sheet, f"{column_of(TEMPLATE[form], 'hint')}{row}") or "")


def cover(document: Document, label: str) -> list[float | str | None]:
    """The cells beside a label on the cover."""
    return next(row[2:] for row in document.values(TEMPLATE["cover"].sheet) if row[1] == label)


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_templates(tmp_path_factory.mktemp("blank"), POLICY)[0]


@pytest.fixture(scope="module")
def begun(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Document]:
    """A workbook with a good cover and one good row on each sheet, open in LibreOffice; tests write into row FIRST_ROW + 1."""
    path = tmp_path_factory.mktemp("begun") / "灵宝市.xlsx"
    write_template(path, TEMPLATE, POLICY, LIVE, {"cover": [COVER], **{form: [record] for form, record in GOOD.items()}})
    with office.open(path) as document:
        document.recalculate()
        yield document


@pytest.mark.parametrize("version", VERSIONS)
def test_excel_finds_no_fault_in_the_file(blank: Path, version: str) -> None:
    assert validate(blank, version) == []


def test_the_blank_computes_to_nothing_and_says_so(office: Office, blank: Path) -> None:
    with office.open(blank) as document:
        document.recalculate()
        assert document.errors() == []
        assert cover(document, WORDS["status_title"])[0] == WORDS["status_empty"]
        assert cover(document, WORDS["total"])[:4] == [0, 0, 0, 0]
        for form in ROWS:
            last = FIRST_ROW + form.rows - 1
            for field in form:
                letter = column_of(form, field.name)
                assert {row[0] for row in document.values(form.sheet, f"{letter}{FIRST_ROW}:{letter}{last}")} == {None}


def test_good_rows_say_nothing_and_the_workbook_can_be_sent(begun: Document) -> None:
    assert {form: hint(begun, form, FIRST_ROW) for form in GOOD} == dict.fromkeys(GOOD, "")
    assert cover(begun, WORDS["status_title"])[0] == WORDS["status_good"]
    assert cover(begun, WORDS["total"])[:4] == [len(GOOD), 0, 0, 0]
    assert begun.value("初审意见", f"B{FIRST_ROW}") == SCREENING["name"]
    assert begun.value("排查清单", f"A{FIRST_ROW}") == 1
    assert begun.value("整改台账", f"O{FIRST_ROW}") == "否"


def test_a_county_with_nothing_to_report_writes_one_word_and_can_send_the_workbook(office: Office, tmp_path: Path) -> None:
    """三环文〔2022〕69号 三(一): also nothing is reported; the row has no problem for it, a second word is one."""
    path = tmp_path / "灵宝市.xlsx"
    write_template(path, TEMPLATE, POLICY, LIVE, {"cover": [COVER]})
    with office.open(path) as document:
        put(document, "screening", FIRST_ROW, {"name": "无"})
        document.recalculate()
        assert hint(document, "screening", FIRST_ROW) == ""
        assert cover(document, WORDS["status_title"])[0] == WORDS["status_good"]
        put(document, "screening", FIRST_ROW, {"name": "无", "product": "无"})
        document.recalculate()
        assert "未填写" in hint(document, "screening", FIRST_ROW)


# (form, changes to a good row, what the row must say): one case for every rule, at and around its edge
SECOND = {"credit_code": OTHER, "permit_no": f"{OTHER}001P", "name": "三门峡另例铸造有限公司"}
CASES: list[tuple[str, Record, str]] = [
    ("screening", SECOND, ""),
    ("screening", {**SECOND, "name": None}, "企业名称未填写；"),
    ("screening", {**SECOND, "name": "　"}, "企业名称未填写；"),
    ("screening", {**SECOND, "credit_code": None}, "统一社会信用代码未填写；"),
    ("screening", {**SECOND, "town": "同上"}, "乡镇（街道）写了“同上”，请写完整；"),
    ("screening", {**SECOND, "town": " 〃", "remark": "同上年"}, "乡镇（街道）写了“同上”，请写完整；"),
    ("screening", {**SECOND, "credit_code": OTHER.lower()}, ""),
    ("screening", {**SECOND, "credit_code": f" {OTHER} "}, ""),
    ("screening", {**SECOND, "credit_code": OTHER[:17]}, "统一社会信用代码应为18位数字和大写字母；"),
    ("screening", {**SECOND, "credit_code": OTHER[:8] + "I" + OTHER[9:]}, "统一社会信用代码应为18位数字和大写字母；"),
    ("screening", {**SECOND, "credit_code": OTHER[:17] + ("0" if OTHER[17] != "0" else "1")}, "统一社会信用代码校验码不对；"),
    ("screening", {**SECOND, "credit_code": 914112820000001}, "统一社会信用代码被当成数字，请设为文本重填；"),
    ("screening", {**SECOND, "permit_no": "无"}, ""),
    ("screening", {**SECOND, "permit_no": f"{OTHER}001"}, "排污许可证编号应为22位；"),
    ("screening", {**SECOND, "permit_no": f"{CODE}001P"}, "提醒：排污许可证编号前18位与统一社会信用代码不一致；"),
    ("screening", {**SECOND, "permit_no": "PWX-130921-0023-16"}, "提醒：排污许可证编号是旧编号；"),
    ("screening", {**SECOND, "industry": "铸造行业"}, ""),
    ("screening", {**SECOND, "industry": "养殖"}, "行业不在可选范围；"),
    ("screening", {**SECOND, "table": None}, "指标表未填写；"),
    ("screening", {**SECOND, "table": "氧化铝"}, "指标表不属于所选行业；"),
    ("screening", {**SECOND, "table": "没有这种表"}, "指标表不在可选范围；"),
    ("screening", {**SECOND, "industry": "陶瓷", "table": None}, ""),
    ("screening", {**SECOND, "industry": "陶瓷", "table": "陶瓷砖"}, "提醒：指标表暂无法核对，请与市局确认；"),
    ("screening", {**SECOND, "industry_code": "c3391"}, ""),
    ("screening", {**SECOND, "industry_code": "3391"}, "国民经济行业代码应为1个字母加2至4位数字；"),
    ("screening", {**SECOND, "industry_code": "U12"}, "国民经济行业代码应为1个字母加2至4位数字；"),
    ("screening", {**SECOND, "capacity": "1,200"}, ""),
    ("screening", {**SECOND, "capacity": "很多"}, "产能应为数字；"),
    ("screening", {**SECOND, "capacity": "2000万"}, "产能应为数字；"),
    ("screening", {**SECOND, "capacity": 0}, ""),
    ("screening", {**SECOND, "capacity": -0.5}, "产能应在0至100000000之间；"),
    ("screening", {**SECOND, "capacity": 100000000.5}, "产能应在0至100000000之间；"),
    ("screening", {**SECOND, "current": "Ｂ级", "applied": "A级企业", "self": "A", "target": "A"}, ""),
    ("screening", {**SECOND, "current": "E"}, "现有等级不在可选范围；"),
    ("screening", {**SECOND, "applied": "D"}, "拟申报等级不在可选范围；提醒：拟申报等级低于现有等级；"),
    ("screening", {**SECOND, "applied": "引领性", "target": "引领性"}, "拟申报等级不在该指标表的等级中；预期目标等级不在该指标表的等级中；"),
    ("screening", {**SECOND, "current": "A"}, "提醒：拟申报等级低于现有等级；"),
    ("screening", {**SECOND, "target": "C"}, "提醒：预期目标等级低于拟申报等级；"),
    ("screening", {**SECOND, "target": "B-"}, "预期目标等级不在该指标表的等级中；提醒：预期目标等级低于拟申报等级；"),
    ("screening", {**SECOND, "target_date": "2022.11.30"}, ""),
    ("screening", {**SECOND, "target_date": 20221130}, ""),
    ("screening", {**SECOND, "target_date": 20221345}, "目标完成时限不是日期；"),
    ("screening", {**SECOND, "target_date": "年底"}, "目标完成时限不是日期；"),
    ("screening", {**SECOND, "target_date": date(2012, 1, 1)}, ""),
    ("screening", {**SECOND, "target_date": date(2011, 12, 31)}, "目标完成时限的年份不对；"),
    ("screening", {**SECOND, "target_date": date(2032, 12, 31)}, ""),
    ("screening", {**SECOND, "target_date": date(2033, 1, 1)}, "目标完成时限的年份不对；"),
    ("screening", {**SECOND, "protected": "是"}, "提醒：保障类清单中没有这家企业；"),
    ("screening", {**SECOND, "contact": "李四13800000000"}, "环保联系人应为一个人的姓名；"),
    ("screening", {**SECOND, "contact": "某某公司"}, "环保联系人应为一个人的姓名；"),
    ("screening", {**SECOND, "phone": 13800000000}, ""),
    ("screening", {**SECOND, "phone": "1380000000"}, "联系电话应为11位手机号或带区号的座机号；"),
    ("screening", {**SECOND, "phone": "12800000000"}, "联系电话应为11位手机号或带区号的座机号；"),
    ("screening", {**SECOND, "phone": "1234567"}, "联系电话应为11位手机号或带区号的座机号；"),
    ("screening", {**SECOND, "remark": "字" * 200}, ""),
    ("screening", {**SECOND, "remark": "字" * 201}, "备注超过200字；"),
    ("screening", {}, "与上面的行重复（同一企业同一工序）；"),
    ("screening", {"process": "熔炼"}, ""),
    ("screening", {"process": "熔炼", "name": "三门峡另例铸造有限公司"}, "与上面同一信用代码的企业名称不同；"),
    ("screening", {**SECOND, "name": SCREENING["name"]}, "提醒：与上面同名企业的信用代码不同；"),
    ("review", {"process": "熔炼"}, "排查清单中这家企业没有这个工序；"),
    ("review", {"credit_code": OTHER}, "统一社会信用代码不在排查清单中；"),
    ("review", {}, "与上面的行重复（同一企业同一工序）；"),
    ("review", {"credit_code": CODE[:17]}, "统一社会信用代码应为18位数字和大写字母；"),
    ("review", {"credit_code": OTHER, "m_gate": "不涉及"}, "统一社会信用代码不在排查清单中；"),
    ("review", {"credit_code": OTHER, "m_gate": "无"}, "提醒：门禁系统为“无”；统一社会信用代码不在排查清单中；"),
    ("review", {"process": "熔炼", "m_gate": "无", "opinion": "退回整改", "shortfall": "无门禁"}, "排查清单中这家企业没有这个工序；"),
    ("review", {"process": "熔炼", "opinion": "不同意"}, "不符合项说明未填写；排查清单中这家企业没有这个工序；"),
    ("review", {"process": "熔炼", "checker2": "张三"}, "核查人2与核查人1相同；排查清单中这家企业没有这个工序；"),
    ("review", {"process": "熔炼", "sign_date": date(2022, 7, 12)}, "排查清单中这家企业没有这个工序；"),
    ("review", {"process": "熔炼", "sign_date": date(2022, 7, 11)}, "签字日期早于现场核查日期；排查清单中这家企业没有这个工序；"),
    ("review", {"process": "熔炼", "sign_date": None}, "签字日期未填写；排查清单中这家企业没有这个工序；"),
    ("review", {"process": "熔炼", "director_signed": "未签字", "sign_date": None}, "分局局长签字为“未签字”；排查清单中这家企业没有这个工序；"),
    ("review", {"applied": "A"}, "与上面的行重复（同一企业同一工序）；提醒：申报等级与排查清单不一致；"),
    ("rectification", {"issue_no": "LB-02"}, ""),
    ("rectification", {}, "问题编号与上面的行重复；"),
    ("rectification", {"issue_no": "LB-02", "credit_code": OTHER}, "统一社会信用代码不在排查清单中；"),
    ("rectification", {"issue_no": "LB-02", "due": date(2022, 7, 19)}, ""),
    ("rectification", {"issue_no": "LB-02", "due": date(2022, 7, 18)}, "提醒：已过整改期限，还没有完成日期；"),
    ("rectification", {"issue_no": "LB-02", "done": date(2022, 8, 20)}, "复核结论未填写；"),
    ("rectification", {"issue_no": "LB-02", "result": "未整改"}, "复核人未填写；"),
    ("rectification", {"issue_no": "LB-02", "result": "已整改到位", "verifier": "张三", "done": date(2022, 8, 20), "evidence": "照片"}, "复核人与责任人相同；"),
    ("measures", {"process": "熔炼", "cut_red": 100}, "提醒：排查清单中这家企业没有这个工序；"),
    ("measures", {"process": "熔炼", "cut_red": 101}, "红色减排比例应在0至100之间；提醒：排查清单中这家企业没有这个工序；"),
    ("measures", {"process": "熔炼", "cut_red": 0.8}, "提醒：红色减排比例可能少乘了100；提醒：排查清单中这家企业没有这个工序；"),
    ("measures", {"process": "熔炼", "cut_red": "80%"}, "提醒：排查清单中这家企业没有这个工序；"),
    ("measures", {"process": "熔炼", "day_pm": "12.5千克/天"}, "提醒：排查清单中这家企业没有这个工序；"),
    ("measures", {"process": "熔炼", "credit_code": OTHER}, "提醒：统一社会信用代码不在排查清单中；"),
]


@pytest.mark.parametrize(("form", "changes", "expected"), CASES, ids=[f"{c[0]} {i}" for i, c in enumerate(CASES)])
def test_a_row_says_exactly_what_is_wrong_with_it(begun: Document, form: str, changes: Record, expected: str) -> None:
    put(begun, form, FIRST_ROW + 1, {**GOOD[form], **changes})
    try:
        assert hint(begun, form, FIRST_ROW + 1) == expected
    finally:
        put(begun, form, FIRST_ROW + 1, {})
    assert hint(begun, form, FIRST_ROW + 1) == ""


@pytest.mark.parametrize("name", ["capacity", "process", "name", "applied", "credit_code"])
def test_an_error_value_is_said_alone_and_spreads_to_no_other_cell(begun: Document, name: str) -> None:
    row = FIRST_ROW + 2
    put(begun, "screening", row, {**SCREENING, **SECOND})
    put(begun, "review", FIRST_ROW + 1, {**REVIEW, "credit_code": OTHER})
    place = f"{column_of(TEMPLATE['screening'], name)}{row}"
    begun.model.Sheets.getByName("排查清单").getCellRangeByName(place).NumberFormat = 0     # a cell set to text would keep the formula as text
    begun.type("排查清单", place, "=1/0")
    try:
        assert hint(begun, "screening", row) == "有错误值，请先改正；"
        assert [error.cell for error in begun.errors()] == [place]
    finally:
        put(begun, "screening", row, {})
        put(begun, "review", FIRST_ROW + 1, {})


def test_a_pasted_over_hint_is_noticed_on_the_cover(begun: Document) -> None:
    place = f"{column_of(TEMPLATE['screening'], 'hint')}{FIRST_ROW}"
    kept = begun.formulas("排查清单", place)[0][0]
    begun.write("排查清单", place, [["没有问题"]])
    assert cover(begun, TEMPLATE["screening"].sheet)[3] == 1
    assert cover(begun, WORDS["status_title"])[0] == WORDS["status_bad"].format(n=1)
    begun.type("排查清单", place, kept)
    assert cover(begun, WORDS["status_title"])[0] == WORDS["status_good"]


def test_a_row_copied_below_the_last_ready_one_checks_itself(begun: Document) -> None:
    form = TEMPLATE["changes"]
    sheet = begun.model.Sheets.getByName(form.sheet)
    last, letter = FIRST_ROW + form.rows - 1, column_of(form, "hint")
    source = sheet.getCellRangeByName(f"A{last}:{letter}{last}").RangeAddress
    sheet.copyRange(sheet.getCellRangeByName(f"A{last + 1}").CellAddress, source)
    begun.write(form.sheet, f"A{last + 1}", [[CODE]])
    assert begun.value(form.sheet, f"B{last + 1}") == SCREENING["name"]
    assert "工序/生产线未填写；" in hint(begun, "changes", last + 1)
    begun.write(form.sheet, f"A{last + 1}", [[None]])


def test_the_cover_says_what_is_wrong_beside_each_field(begun: Document) -> None:
    sheet = TEMPLATE["cover"].sheet
    row = FIRST_ROW + [field.name for field in TEMPLATE["cover"]].index("report_date")
    begun.write(sheet, f"C{row}", [[typed(date(2022, 7, 17))]])
    assert begun.value(sheet, f"D{row}") == "上报日期早于签字日期；"
    assert cover(begun, WORDS["status_title"])[0] == WORDS["status_bad"].format(n=1)
    begun.write(sheet, f"C{row}", [[typed(COVER["report_date"])]])
    assert begun.value(sheet, f"D{row}") is None


def choices_of(document: Document, form: str, field: str, row: int) -> str:
    """The formula behind a drop-down, as LibreOffice understood it."""
    cell = document.model.Sheets.getByName(TEMPLATE[form].sheet).getCellRangeByName(f"{column_of(TEMPLATE[form], field)}{row}")
    return str(cell.Validation.getFormula1())


def test_drop_downs_reach_libreoffice_and_the_dependent_one_follows_the_industry(begun: Document) -> None:
    assert choices_of(begun, "screening", "industry", FIRST_ROW + 3) == "list_industries"
    source = choices_of(begun, "screening", "table", FIRST_ROW)
    scratch = begun.model.Sheets.getByName(load_guide().stamp)
    scratch.unprotect("")
    area = scratch.getCellRangeByName("D1:D2")
    area.setArrayFormula("=" + source.replace(f"$F{FIRST_ROW}", f"$'排查清单'.$F{FIRST_ROW}"))
    begun.write("排查清单", f"F{FIRST_ROW}", [["水泥"]])
    assert [row[0] for row in begun.values(load_guide().stamp, "D1:D2")] == ["水泥熟料", "水泥独立粉磨站"]
    begun.write("排查清单", f"F{FIRST_ROW}", [[SCREENING["industry"]]])
    area.setArrayFormula("")


def broken(code: str, chance: random.Random) -> str:
    """A credit code with one of the slips people make, or none."""
    place, letter = chance.randrange(18), chance.choice(ALPHABET)
    return chance.choice([
        code, code, code.lower(), f" {code}", code[:place] + letter + code[place + 1 :], code[: place - 1] + code[place:], code + letter,
        code[:place] + "O" + code[place + 1 :], code[:place] + code[place + 1 : place + 2] + code[place : place + 1] + code[place + 2 :],
    ])  # fmt: skip


def test_ten_thousand_credit_codes_are_judged_as_python_judges_them(office: Office, tmp_path: Path) -> None:
    chance = random.Random(31)
    codes = [broken(make_credit_code("9" + "".join(chance.choices(ALPHABET, k=16))), chance) for _ in range(10_000)]
    wanted = ("credit_code", "name", "hint")
    form = replace(TEMPLATE["review"], fields=tuple(TEMPLATE["review"][name] for name in wanted), key=(), rules=(), rows=len(codes))
    form = replace(form, fields=tuple(replace(field, owner=Owner.COUNTY, formula="") if field.name == "name" else field for field in form))
    template = replace(TEMPLATE, forms=(TEMPLATE["cover"], form))
    path = tmp_path / "codes.xlsx"
    write_template(path, template, POLICY, live(template, POLICY), {"review": [{"credit_code": code} for code in codes]})
    with office.open(path) as document:
        document.recalculate()
        said = [str(row[0] or "") for row in document.values(form.sheet, f"C{FIRST_ROW}:C{FIRST_ROW + len(codes) - 1}")]
    plain = [code.strip().upper() for code in codes]
    assert ["应为18位" in text for text in said] == [not has_credit_form(code) for code in plain]
    assert ["校验码不对" in text for text in said] == [has_credit_form(code) and not is_credit_code(code) for code in plain]
    assert 2000 < sum(is_credit_code(code) for code in plain) < 8000


# --- the sheet against the check of the closed file -------------------------------------------------------------------

WEIRD: list[Cell] = [
    "  ", "/", "-", "很多", "约20", "1,200", "１２．５", "20 吨", "２０", "0", "-5", "1e5", "2022.6.30", "2022年6月30日", "20220630", 20220630.0, "6月30日",
    "年底", "待定", "2202-06-30", date(1922, 6, 30), date(2099, 1, 1), 44742.0, 5.0, 0.5, 99999999999.0, "Ｂ", "b", "B级", "A级企业", "地方A", "绩效引领性", "E",
    "BB", "7", "七月", "1 月", "是", "√", "无", "暂无", "张三", "张三13800000000", "某某公司", "0398-1234567", "13800000000", 13800000000.0, "1380000000",
    "(0398)1234567", "0398-1234567转801", "86-13800000000", "400-123-4567", "电话不详", "PWX-130921-0023-16", "C3391", "c3391", "3391", "C３３９１", "C33911",
    "U12", "铸造行业", "水泥", "陶瓷", "铸件（天然气、电炉熔化）", "铸件(天然气、电炉熔化)", "烧结", "没有这种表", "同意上报", "退回", "退回整改", "t/a", "吨／年", "x" * 70,
    "x" * 250, "x" * 600, "#N/A", "天然气", "管道天然气", "已整改到位", "整改到位", "A", "B-", "B－", "非引领性", "D", "未评级", "长期停产",
]  # fmt: skip
RECORDS = 100


def valid(field: Field, index: int, code: str, chance: random.Random) -> Cell:
    """Something right for this field."""
    if field.kind is Kind.CREDIT_CODE:
        return code
    if field.kind is Kind.PERMIT_NO:
        return f"{code}001P"
    if field.kind is Kind.DATE:
        return date(2022, 1, 1) + timedelta(chance.randrange(365))
    if field.kind in (Kind.NUMBER, Kind.INTEGER):
        return float(chance.randrange(2, 100))
    if field.depends or field.is_choice:
        return chance.choice(POLICY.options(field.list))
    return f"工序{index % 40}" if field.name == "process" else f"{field.example}{index}" if field.name in ("issue_no", "name") else field.example


def record(form: Form, index: int, codes: Sequence[str], chance: random.Random) -> Record:
    """A row of the form: some are right, some have a few odd cells, some have many."""
    odd, code = chance.choice([0.0, 0.1, 0.3]), codes[index % len(codes)]
    found: dict[str, Cell] = {}
    for field in form.owned(Owner.COUNTY):
        value = valid(field, index, code, chance)
        if chance.random() < odd:
            value = None if chance.random() < 0.3 else chance.choice(WEIRD)
        found[field.name] = value
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_a_sheet_flags_the_check_of_the_closed_file_flags_too(office: Office, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    codes = [make_credit_code("91411282Y" + "".join(chance.choices(ALPHABET, k=8))) for _ in range(RECORDS)]
    contents = {form.name: [record(form, index, codes, chance) for index in range(RECORDS)] for form in ROWS}
    path = tmp_path / "灵宝市.xlsx"
    write_template(path, TEMPLATE, POLICY, LIVE, {"cover": [COVER], **contents})
    findings = [one for one in check_files([path], POLICY).findings if one.severity is not Severity.NOTE]
    flagged = {(place.sheet, place.cell) for one in findings for place in one.marked}
    alone, seen = [], set()
    with office.open(path) as document:
        document.recalculate()
        assert document.errors() == []
        for form in ROWS:
            checks = {check.shown: check for check in LIVE.forms[form.name].checks}
            letter = column_of(form, "hint")
            hints = document.values(form.sheet, f"{letter}{FIRST_ROW}:{letter}{FIRST_ROW + RECORDS - 1}")
            for row, (text,) in enumerate(hints, FIRST_ROW):
                for phrase in str(text or "").split(END)[:-1]:
                    check = checks[phrase + END]
                    seen.add(check.code)
                    cell = f"{column_of(form, check.field)}{row}"
                    if (form.sheet, cell) not in flagged:
                        alone.append((cell, check.shown, contents[form.name][row - FIRST_ROW].get(check.field)))
    assert alone == []
    assert len(seen) > 20


# --- filled workbooks ---------------------------------------------------------------------------------------------------


def test_stored_values_of_a_faultless_county_are_what_libreoffice_computes(office: Office, tmp_path: Path) -> None:
    path = write_counties(tmp_path, faultless(POLICY)[:1])[0]
    stored = open_book(path)
    with office.open(path) as document:
        document.recalculate()
        assert document.errors() == []
        assert cover(document, WORDS["status_title"])[0] == WORDS["status_good"]
        for form in TEMPLATE:
            formulas = stored.facts(form.sheet).formulas
            computed = document.values(form.sheet)
            for row, cells in enumerate(stored.values(form.sheet)):
                for column, value in enumerate(cells):
                    if f"{chr(65 + column)}{row + 1}" in formulas:
                        assert computed[row][column] == value, (form.sheet, row + 1, column)


def test_no_planted_fault_turns_into_an_error_value_elsewhere(office: Office, tmp_path: Path) -> None:
    for path in write_counties(tmp_path, faulty(POLICY)):
        with office.open(path) as document:
            document.recalculate()
            typed_errors = {error.cell for error in document.errors() if error.formula.startswith("=1/0")}
            assert {error.cell for error in document.errors()} == typed_errors
