"""Which county of the example makes which mistakes; together they show every finding a county's file can have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from xltools.model.code import Code
from xltools.model.form import Field, Template
from xltools.model.policy import Policy
from xltools.rules import faults, slips
from xltools.rules.example import CountyDraft
from xltools.rules.faults import Fault, Ground, again, alone, below, cell, row, where
from xltools.rules.records import Computed

CLEAN_HANDS: tuple[Fault, ...] = ()

FEW_SLIPS: tuple[Fault, ...] = (
    cell("screening", "target_date", slips.dotted, Code.CONVERTED),
    cell("screening", "applied", "Ｂ", Code.GRADE_READ, where(applied="B")),
    cell("screening", "current", "C级企业", Code.GRADE_READ, where(current="C")),
    cell("screening", "phone", slips.without_area, Code.PHONE_FORM),
    cell("screening", "contact", "环保科0398-1234000", Code.PERSON_FORM),
    cell("screening", "town", None, Code.REQUIRED),
    cell("screening", "town", "同上", Code.DITTO),
)

OWN_WORKBOOK: tuple[Fault, ...] = (
    faults.without_stamp,
    faults.sheet_named("screening", "企业排查清单"),
    faults.relabelled("screening", "name", "单位名称"),
    faults.relabelled("screening", "credit_code", "信用代码"),
    faults.moved("screening", "phone", "town"),
    faults.inserted("screening", Field("park", "所属园区"), "industry", ("东区", "东区", "西区", "东区", "西区", "西区")),
    faults.item_gone("cover", "unit_name"),
    slips.own_sheet("内部联系表", ("科室", "姓名"), (("大气科", "张三"), ("执法大队", "李四"))),
    cell("screening", "target_date", slips.written, Code.CONVERTED),
    cell("screening", "capacity", slips.thousands, Code.CONVERTED, where(capacity_unit="吨/年")),
    cell("screening", "industry", "铸造行业", Code.CONVERTED, where(industry="铸造")),
    cell("screening", "low_voc", "×", Code.CONVERTED),
)

OLD_FILE: tuple[Fault, ...] = (
    faults.older("2021.2"),
    faults.sheet_gone("changes"),
    cell("screening", "current", "民生豁免-C", Code.GRADE_READ, where(current="C")),
    cell("screening", "applied", "绩效引领性", Code.GRADE_READ, where(applied="引领性")),
    cell("screening", "capacity", slips.full_width, Code.CONVERTED, where(capacity_unit="吨/年")),
    cell("screening", "target_date", slips.digits, Code.CONVERTED),
    cell("screening", "target_date", "11月底前", Code.NOT_A_DATE),
    cell("screening", "honour", "省级文明单位", Code.NOT_A_CHOICE),
    row("rectification", {"due": date(2022, 7, 15), "done": None, "evidence": None, "verifier": None, "result": None}, [("due", Code.OVERDUE)]),
    cell("review", "m_archive", "√", Code.CONVERTED, where(m_archive="有")),
    cell("review", "visit_date", None, Code.REQUIRED),
    cell("measures", "cut_yellow", 0.3, Code.PERCENT_DOUBT, where(cut_yellow="30")),
    cell("measures", "day_pm", "约60", Code.NOT_A_NUMBER),
)

WRONG_CELLS: tuple[Fault, ...] = (
    cell("review", "shortfall", None, Code.REQUIRED, where(opinion="退回整改")),
    cell("screening", "table", "炭素", Code.WRONG_DEPENDENT, where(alone, industry="耐火材料|铸造|机械加工")),
    row("screening", {"industry": "包装印刷", "table": "包装印刷"}, [("table", Code.NO_TABLE_YET)], where(alone, industry="工业涂装|机械加工|砖瓦窑")),
    cell("review", "conclusion", slips.small, Code.GRADE_READ, where(conclusion="B|C")),
    cell("screening", "credit_code", slips.wrong_check, Code.CREDIT_CODE_CHECK, alone),
    cell("screening", "credit_code", slips.letter_o, Code.CREDIT_CODE_FORM, slips.with_zero),
    cell("screening", "credit_code", slips.full_width, Code.CONVERTED, alone),
    cell("screening", "credit_code", 914112210009123456.0, Code.CODE_DAMAGED, alone),
    cell("screening", "permit_no", "91411221001", Code.PERMIT_FORM),
    cell("screening", "permit_no", "PWX-411221-0023-16", Code.PERMIT_OLD),
    cell("screening", "permit_no", None, Code.REQUIRED),
    cell("screening", "industry_code", slips.without_letter, Code.INDUSTRY_CODE_FORM),
    cell("screening", "product", Computed("J5&J6", None), Code.FORMULA_STALE),
    cell("screening", "capacity", slips.ten_thousands, Code.NOT_A_NUMBER, where(capacity_unit="吨/年")),
    cell("screening", "capacity", slips.thousands, Code.CONVERTED, where(capacity_unit="吨/年|万块/年")),
    cell("screening", "capacity", Computed("1/0", "#DIV/0!"), Code.ERROR_CELL),
    cell("screening", "capacity", slips.negative, Code.OUT_OF_RANGE),
    cell("screening", "capacity_unit", "吨", Code.NOT_A_CHOICE, where(capacity_unit="吨/年")),
    cell("screening", "target", None, Code.REQUIRED),
    cell("screening", "target", "优秀", Code.NOT_A_CHOICE),
    cell("screening", "target_date", date(2002, 11, 30), Code.DATE_RANGE),
    cell("screening", "target_date", "二〇二二年十一月三十日", Code.CONVERTED),
    cell("screening", "energy", "液化石油气", Code.NOT_A_CHOICE),
    cell("screening", "phone", slips.full_width, Code.CONVERTED),
    cell("screening", "remark", "治理设施改造方案已经专家论证，" * 15, Code.TOO_LONG),
    cell("measures", "cut_red", 120, Code.OUT_OF_RANGE),
)

# What the hint of a row says in a spreadsheet program that does not see that the row has slid.
SLID = "产能未填写；产能单位不在可选范围；目标完成时限不是日期；能源类型不在可选范围；全部低VOCs原辅材料不在可选范围；近三年荣誉不在可选范围；"
WRONG_ROWS: tuple[Fault, ...] = (
    cell("cover", "sign_date", slips.dotted, Code.CONVERTED),
    row("screening", {"current": "B", "self": "C", "applied": "C", "target": "B"}, [("applied", Code.NOT_WORSE)], where(alone, industry="铸造|耐火材料|砖瓦窑")),
    again("screening", {}, [("credit_code", Code.DUPLICATE_ROW)], alone),
    again("screening", {"name": slips.other_name, "process": "二期"}, [("name", Code.CODE_TWO_NAMES)], alone),
    again("screening", {"credit_code": slips.other_code, "permit_no": "无"}, [("credit_code", Code.NAME_TWO_CODES)], alone),
    cell("screening", "self", "A", Code.GRADE_NOT_IN_SCHEME, where(table="机械加工")),
    cell("screening", "permit_no", slips.other_permit, Code.PERMIT_OTHER_CODE, where(alone)),
    row("screening", {"credit_code": None, "permit_no": "无"}, [("credit_code", Code.ROW_WITHOUT_KEY)], alone),
    cell("review", "sign_date", date(2022, 7, 1), Code.DATE_ORDER, where(opinion="同意上报")),
    row("review", {"checker1": "张三", "checker2": "张三"}, [("checker2", Code.SAME_PERSON)]),
    cell("review", "m_energy", "无", Code.MATERIAL_MISSING, where(opinion="同意上报")),
    cell("review", "director_signed", "未签字", Code.NOT_SIGNED, where(opinion="同意上报")),
    again("rectification", {"problem": "厂区道路有积尘"}, [("issue_no", Code.DUPLICATE_VALUE)]),
    slips.inserted_cell("screening", "capacity", SLID),
    below("screening", {"serial": "合计", "capacity": 386000}, [("serial", Code.OUTSIDE_ROWS)]),
)

SHEETS_DISAGREE: tuple[Fault, ...] = (
    cell("screening", "protected", "是", Code.PROTECTED_NOT_LISTED, alone),
    cell("cover", "county", "灵宝", Code.CONVERTED),
    cell("rectification", "evidence", None, Code.REQUIRED, where(result="已整改到位")),
    cell("cover", "report_date", date(2022, 7, 15), Code.DATE_ORDER),
    again("review", {"credit_code": slips.other_code}, [("credit_code", Code.REVIEW_NOT_SCREENED)], where(opinion="同意上报")),
    cell("review", "process", "一分厂", Code.REVIEW_NOT_SCREENED, where(opinion="同意上报")),
    cell("review", "applied", "C", Code.APPLIED_DIFFERS, where(opinion="同意上报", applied="B|B-|A")),
    cell("review", "name", slips.stale_name, Code.NAME_DIFFERS, where(opinion="同意上报")),
    again("rectification", {"issue_no": "LB-99", "credit_code": slips.other_code}, [("credit_code", Code.RECTIFICATION_UNKNOWN)]),
    slips.untracked,
    slips.typed_over("rectification"),
    cell("measures", "process", "一分厂", Code.PROCESS_ELSEWHERE),
    again("measures", {"credit_code": slips.other_code}, [("credit_code", Code.ELSEWHERE_UNKNOWN)]),
    again("protected", {"credit_code": slips.other_code}, [("credit_code", Code.ELSEWHERE_UNKNOWN)]),
)

WRONG_SHEETS: tuple[Fault, ...] = (
    faults.for_policy("sanmenxia-2021"),
    faults.headless("measures"),
    faults.dropped("protected", "scope"),
    faults.doubled("screening", "capacity"),
    faults.sheet_copied("changes", 1),
    cell("cover", "year", 2022.5, Code.NOT_A_WHOLE_NUMBER),
    cell("cover", "batch", "7月份", Code.CONVERTED),
    cell("screening", "applied", None, Code.REQUIRED, alone),
    below("review", {"shortfall": "备注：以上企业均已现场核查"}, [("shortfall", Code.OUTSIDE_ROWS)], gap=2),
)

PLANS: Mapping[str, tuple[Fault, ...]] = {
    "湖滨区": CLEAN_HANDS,
    "开发区": FEW_SLIPS,
    "城乡一体化示范区": OWN_WORKBOOK,
    "陕州区": OLD_FILE,
    "渑池县": WRONG_CELLS,
    "义马市": WRONG_ROWS,
    "灵宝市": SHEETS_DISAGREE,
    "卢氏县": WRONG_SHEETS,
}

IN_BOTH = ("开发区", "陕州区")


def plant(drafts: Sequence[CountyDraft], template: Template, policy: Policy) -> list[Ground]:
    """The drafts with every fault of the plans, each with its part of the answer key."""
    grounds = grounds_of(drafts, template, policy)
    _share({ground.county: ground for ground in grounds})
    for ground in grounds:
        for fault in PLANS[ground.county]:
            fault(ground)
    return grounds


def grounds_of(drafts: Sequence[CountyDraft], template: Template, policy: Policy) -> list[Ground]:
    """The drafts ready for faults, still without any."""
    copies = [{form: [dict(record) for record in records] for form, records in draft.sheets.items()} for draft in drafts]
    return [Ground(draft.county.name, template, policy, sheets) for draft, sheets in zip(drafts, copies, strict=True)]


def _share(grounds: Mapping[str, Ground]) -> None:
    """One enterprise reported by two counties."""
    first, second = (grounds[name] for name in IN_BOTH)
    record = first.take("screening", alone)
    copy = dict(record)
    second.sheets["screening"].append(copy)
    second.taken.add(copy["credit_code"])
    first.expect(Code.TWO_COUNTIES, "screening", "name", record)
    second.expect(Code.TWO_COUNTIES, "screening", "name", copy)
