"""What people type, and what must come of it: the answer key of the fault generator, written by hand, kind of field by kind of field.

Nothing here is computed by the code under test. A slip is a cell as somebody typed it, the codes that must be reported for it, and
what the cell must be read as. Source of the lists: what counties send (docs of the field: full width, blanks, dates, amounts, grades).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Final

from msgspec import Struct

from xltools.books.base import Cell
from xltools.books.sheet import Formula
from xltools.model.code import Code
from xltools.model.form import Kind

DAY: Final = date(2022, 7, 18)  # the date of every clean row: no two of its dates contradict each other
Typed = Cell | Formula | Callable[[str], Cell | Formula]


class Same:
    """The slip is read as what the clean row says there."""


SAME: Final = Same()
Read = str | float | int | date | None
Value = Read | Same | Callable[[str], str]


class Slip(Struct, frozen=True):
    """One cell as typed. codes: what must be reported, in any order · value: what it is read as, None for nothing.

    means: what a clean row has there, so that nothing else in the row contradicts the slip; SAME: what it has anyway ·
    apart: only in a row without other slips, because it means something beside its neighbours · stored: whether the slip lies in
    what the file stores beside what a person sees, so that a program that opens and saves the file takes it away.
    """

    typed: Typed
    codes: tuple[Code, ...] = ()
    value: Value = SAME
    means: Value = SAME
    apart: bool = False
    stored: bool = False

    def cell(self, base: str) -> Cell | Formula:
        """What stands in the cell; base: the text of the clean row."""
        return self.typed(base) if callable(self.typed) else self.typed

    def reading(self, base: Read) -> Read:
        """What the cell is read as; base: the value of the clean row."""
        if isinstance(self.value, Same):
            return base
        return self.value(str(base)) if callable(self.value) else self.value


def read(*typed: Typed, code: Code | None = Code.CONVERTED, apart: bool = False) -> list[Slip]:
    """Read as the clean value, with this note or none."""
    return [Slip(one, (code,) if code else (), apart=apart) for one in typed]


def plain(typed: Cell, value: Value, *codes: Code) -> Slip:
    """Read as this value, which is as good as any other in the row."""
    return Slip(typed, codes, value, means=value)


def refused(code: Code, *typed: Typed) -> list[Slip]:
    """Not understood: nothing in the table, an error that names the cell."""
    return [Slip(one, (code,), None) for one in typed]


def kept(code: Code, *typed: str | Callable[[str], str]) -> list[Slip]:
    """Wrong, and kept as it was typed."""
    return [Slip(one, (code,), one) for one in typed]


BLANKS: Final = ("", " ", "　", "\u200b", "\n", " \u00a0\ufeff")
ERRORS: Final = refused(Code.ERROR_CELL, "#N/A", Formula("1/0", "#DIV/0!"), Formula("NA()", "#N/A"), Formula('"a"+1', "#VALUE!"))
STALE: Final = [Slip(lambda t: Formula(f'"{t}"', None), (Code.FORMULA_STALE,), None, apart=True, stored=True)]
DAMAGED: Final = refused(Code.CODE_DAMAGED, 1234567890123450.0, 914112210009123000.0)  # 15 digits: what a program keeps that saves them again
NOT_TEXT: Final = [plain(True, "TRUE", Code.CONVERTED), plain(12.0, "12"), plain(12.5, "12.5")]
UNSEEN: Final = read(*(lambda t, c=c: f"{t[0]}{c}{t[1:]}" for c in "\u200b\u200e\u00ad\u2060\ufeff"), lambda t: f"\u200b{t}")
AROUND: Final = read(lambda t: f"  {t} ", lambda t: f"　{t}　", lambda t: f"\u00a0{t}", code=None)

TEXT: Final = [
    *(plain(text, text) for text in ("Ａ区（１号）", "面积㎡①Ⅲ", "甲\n乙", "=1+1", "@SUM(A1)", "-5+3", "+86", "12.50", "——", "N/A", "80％", "2022.7.18", "是")),
    *(*AROUND, *UNSEEN, *NOT_TEXT, *ERRORS, *STALE, *DAMAGED),
    *kept(Code.TOO_LONG, lambda t: t + "长" * 600),
]
ABOVE: Final = refused(Code.DITTO, "同上", "如上", "同前", "同", "〃", '"')  # of a row alone: a card has none above

NAME: Final = [
    *read(lambda t: f"{t[:3]}\n{t[3:]}", lambda t: f"{t[:3]}\n　{t[3:]}"),
    *(*AROUND, *UNSEEN, *NOT_TEXT, *ERRORS, *STALE, *DAMAGED),
    *(plain(text, text) for text in ("三门峡（示例）水泥有限公司", "三门峡 示例 砖瓦厂", "ＡＢＣ示例厂")),
    *kept(Code.TOO_LONG, lambda t: t + "长" * 600),
]

PERSON: Final = [
    *read(lambda t: f"{t[0]} {t[1:]}", lambda t: f"{t[0]}　{t[1:]}", lambda t: f"{t[0]}\n{t[1:]}"),
    *(*AROUND, *UNSEEN, *ERRORS, *STALE, *DAMAGED),
    *(plain(text, text) for text in ("欧阳示例", "阿不都·示例", "Zhang San")),
    *kept(Code.PERSON_FORM, "张三、李四", "张三 李四", "张三/李四", "张三13800000000", "某某分局", "张三（主任）", "待定", "无", "13800000000", "张", "张三等3人"),
    *(Slip(5.0, (Code.PERSON_FORM,), "5"), Slip(True, (Code.CONVERTED, Code.PERSON_FORM), "TRUE")),
]

PHONE: Final = [
    *read("０３９８－１２３４５６７", "(0398)1234567", "（0398）1234567", "0398—1234567", "0398–1234567", "0398-\n1234567"),
    *(*AROUND, *UNSEEN, *ERRORS, *STALE, *DAMAGED),
    *(plain(typed, "13800000000", Code.CONVERTED) for typed in ("138-0000-0000", "138 0000 0000", "+86 13800000000", "1３800000000", "８６－13800000000")),
    *(plain(typed, "13800000000") for typed in ("13800000000", 13800000000.0)),
    *(plain("03981234567", "03981234567"), plain("0398 1234567", "03981234567", Code.CONVERTED)),
    *(plain(typed, "0398-1234567-801", Code.CONVERTED) for typed in ("0398-1234567转801", "0398-1234567 分机801")),
    *kept(Code.PHONE_FORM, "1380000000", "1234567", "0398-1234567/13800000000", "无", "张三13800000000", "12345678901", "见封面"),
    *(Slip(3981234567.0, (Code.PHONE_FORM,), "3981234567"), Slip(True, (Code.CONVERTED, Code.PHONE_FORM), "TRUE")),
]

_WIDE: Final = {ord(c): ord(c) + 0xFEE0 for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def _again(text: str, at: int) -> str:
    """Another character at this place, so that the check character no longer fits."""
    return text[:at] + ("1" if text[at] != "1" else "2") + text[at + 1 :]


CODE_SLIPS: Final = [
    *read(lambda t: t.lower(), lambda t: t.translate(_WIDE), lambda t: f"{t[:4]} {t[4:8]} {t[8:]}", lambda t: f"{t[:8]}-{t[8:]}", lambda t: f"'{t}"),
    *read(lambda t: f"{t[:9]}\n{t[9:]}", lambda t: f"{t[:9]}\t{t[9:]}", lambda t: f"{t[:8]}－{t[8:]}"),
    *(*AROUND, *UNSEEN, *ERRORS, *STALE, *DAMAGED),
    *refused(Code.CODE_DAMAGED, "9.1411E+17", "9.14E+17"),
]
CREDIT_CODE: Final = [
    *CODE_SLIPS,
    *kept(Code.CREDIT_CODE_FORM, lambda t: t[:17], lambda t: t + "0", lambda t: "O" + t[1:], lambda t: t[:17] + "Z", lambda t: t + "(新)", "无", "办理中", "见营业执照"),
    *kept(Code.CREDIT_CODE_CHECK, *(lambda t, at=at: _again(t, at) for at in (2, 8, 13, 17))),
    Slip(123456789012.0, (Code.CREDIT_CODE_FORM,), "123456789012"),
]
PERMIT_NO: Final = [
    *CODE_SLIPS,
    *(plain(typed, "无", Code.CONVERTED) for typed in ("没有", "暂无", "/", "—")),
    *(plain(typed, "无") for typed in ("无", " 无 ")),
    *kept(Code.PERMIT_FORM, lambda t: t[:21], lambda t: t + "1", lambda t: t[:18] + "00OP", lambda t: t[:18], "办理中", "有", "登记管理"),
    *kept(Code.PERMIT_OLD, "PWX-411221-0023-16", "豫环许可字第12号"),
    Slip("91130200699229617X001P", (Code.PERMIT_OTHER_CODE,), "91130200699229617X001P", apart=True),
]
INDUSTRY_CODE: Final = [
    *read("c3391", "Ｃ3391", "C 3391", "Ｃ３３９１", "С3391", "c 33 91"),
    *(*AROUND, *UNSEEN, *ERRORS, *STALE, *DAMAGED),
    *(plain("C33", "C33"), plain("D4412", "D4412")),
    *kept(Code.INDUSTRY_CODE_FORM, "3391", "C33911", "U12", "C3391铸造", "CC339", "C3", "铸造"),
    Slip(3391.0, (Code.INDUSTRY_CODE_FORM,), "3391"),
]

# Numbers that every number field allows (0 to 100); what depends on a unit is below.
NUMBER: Final = [
    *(plain(typed, 12.5) for typed in (12.5, "12.5", " 12.5 ", "　12.5", "012.5", "12.50")),
    *(plain(typed, 12.5, Code.CONVERTED) for typed in ("１２.5", "１２．５", "+12.5", "1.25e1", "12\u200b.5", "12\ufeff.5")),
    *(plain(typed, 50.0) for typed in (50.0, "50")),
    *(plain(typed, 50.0, Code.CONVERTED) for typed in ("５０", "50.", "5E1", "５0", "\u200e50")),
    *(plain(0.0, 0.0), plain("0", 0.0)),
    *refused(Code.NOT_A_NUMBER, "2000万", "2万", "约300", "约50", "10-20", "10~20", "10—20", "≤10", "<10", "≥5", "50左右", "近50", "50多", "12.5mg/m³", "12.5mg", "12，5", "12,5", "1 2", "12。5"),
    *refused(Code.NOT_A_NUMBER, "无", "/", "—", "-", "不详", "一百", "五十", "nan", "inf", "1/2", "1:2", "12.5.", "50元", "50+50", "O", "l2", True, "9" * 400),
    *(Slip(typed, (Code.OUT_OF_RANGE,), -5.0) for typed in (-5.0, "-5")),
    *(Slip(typed, (Code.CONVERTED, Code.OUT_OF_RANGE), -5.0) for typed in ("－5", "−5", "—5")),
    *(Slip(1e12, (Code.OUT_OF_RANGE,), 1e12), Slip("1,000,000,000,000", (Code.CONVERTED, Code.OUT_OF_RANGE), 1e12)),
    *(*ERRORS, *STALE),
]
THOUSANDS: Final = [plain(typed, 1200.0, Code.CONVERTED) for typed in ("1,200", "１,２００", "１，２００", "1,200.0", "1.2e3")]
# By the unit that stands behind the label.
NUMBER_OF_UNIT: Final[Mapping[str, list[Slip]]] = {
    "": [*THOUSANDS, *refused(Code.NOT_A_NUMBER, "50%", "50吨", "50吨/年", "50千克/天")],
    "千克/天": [*THOUSANDS, *(plain(t, 12.5, Code.CONVERTED) for t in ("12.5千克/天", "12.5 千克/天", "１２.5千克／天")), *refused(Code.NOT_A_NUMBER, "12.5吨/天", "12.5kg", "50%", "12.5千克")],
    "%": [
        *(plain(typed, 80.0, Code.CONVERTED) for typed in ("80%", "80％", "８０％", "80 %", "+80%")),
        *(Slip(typed, (Code.PERCENT_DOUBT,), 0.8) for typed in (0.8, "0.8")),
        *(Slip(typed, (Code.PERCENT_DOUBT,), 1.0) for typed in (1.0, "1")),
        plain("0.8%", 0.8, Code.CONVERTED),
        *(Slip(typed, (Code.OUT_OF_RANGE,), 120.0) for typed in (120.0, "120")),
        *(Slip(typed, (Code.CONVERTED, Code.OUT_OF_RANGE), 120.0) for typed in ("120%", "１２０")),
        *refused(Code.NOT_A_NUMBER, "80‰", "80吨", "八成", "百分之八十", "50%-80%"),
    ],
}
INTEGER: Final = [
    *(plain(typed, 2022) for typed in (2022.0, "2022", " 2022 ")),
    *(plain(typed, 2022, Code.CONVERTED) for typed in ("2022年", "２０２２", "2022年度", "2022 年", "２０２２年")),
    *refused(Code.NOT_A_NUMBER, "二〇二二", "今年", "2022-2023", "2022.7月", True),
    *refused(Code.NOT_A_WHOLE_NUMBER, 2022.5, "2022.5"),
    *(Slip(typed, (Code.OUT_OF_RANGE,), int(typed)) for typed in (2052.0, "22", 1922.0)),
    *(*ERRORS, *STALE),
]

DATE: Final = [
    *(plain(typed, DAY) for typed in (DAY, "2022-07-18", " 2022-07-18 ")),
    *(plain(text, DAY, Code.CONVERTED) for text in ("2022.7.18", "2022.07.18", "2022/7/18", "2022/07/18", "2022-7-18", "2022、7、18", "2022,7,18", "２０２２－０７－１８", "2022—7—18", "2022–07–18")),
    *(plain(text, DAY, Code.CONVERTED) for text in ("2022年7月18日", "2022 年 7 月 18 日", "2022年07月18日", "2022年7月18号", "22年7月18日", "二〇二二年七月十八日", "二零二二年七月十八日", "二○二二年七月十八日")),
    *(plain(text, DAY, Code.CONVERTED) for text in ("7月18日", "7月18号", "07月18日", "七月十八日", "20220718", "２０２２０７１８", "44760", "2022-07-18 00:00:00", "2022/7/18 9:30", "2022年7月18日星期一")),
    *(plain(text, DAY, Code.CONVERTED) for text in ("2022-07-\n18", "2022\u200b-07-18", "2022\ufeff-07-18", "2022.7.18日")),
    plain(datetime(2022, 7, 18, 14, 30), DAY, Code.CONVERTED),
    *refused(Code.NOT_A_DATE, "2022年7月", "7月底前", "7/18", "22.7.18", "18/7/2022", "7.18", "2022-13-01", "2022-02-30", "2022年2月30日", "尽快", "长期", "—", "/", "无", "2022.7.18-2022.8.18", "2022-07-18至2022-08-18"),
    *refused(Code.NOT_A_DATE, "2022", "202207", "7月", "十八日", "2022-7", "20221318", "2022..7.18", "昨天", True),
    *(Slip(typed, (Code.DATE_RANGE,), date(2002, 7, 18)) for typed in (date(2002, 7, 18), "2002-07-18")),
    *(Slip(typed, (Code.CONVERTED, Code.DATE_RANGE), date(2002, 7, 18)) for typed in ("2002.7.18", "2002年7月18日")),
    *(Slip(typed, (Code.CONVERTED, Code.DATE_RANGE), date(2202, 7, 18)) for typed in ("2202.7.18", "22020718")),
    *refused(Code.DATE_RANGE, "9999-12-31", "1022-07-18"),
    *(*ERRORS, *STALE),
]

# Other words for a choice; what is not here and not on the list is no choice.
MEANT: Final[Mapping[str, Iterable[tuple[Cell, str]]]] = {
    "yes_no": [*((t, "是") for t in ("√", "✓", "✔", "Y", "y", "Ｙ", "yes", "YES", "有", "对", True)), *((t, "否") for t in ("×", "✗", "✘", "N", "n", "no", "无", "不是", False))],
    "materials": [*((t, "有") for t in ("√", "✓", "是", "Y", "齐全", "已有")), *((t, "无") for t in ("×", "✗", "否", "N", "没有", "缺")), *((t, "不涉及") for t in ("不适用", "/", "—", "不 涉及"))],
    "signatures": [*((t, "已签字") for t in ("√", "是", "已签", "签字", "Y", "已签名")), *((t, "未签字") for t in ("×", "否", "未签", "没签", "N"))],
    "opinions": [("同意", "同意上报"), ("退回", "退回整改")],
    "review_results": [("整改到位", "已整改到位")],
    "honours": [(t, "无") for t in ("没有", "暂无", "/", "—")],
    "energies": [("电能", "电"), ("电力", "电"), ("燃煤", "煤"), ("管道天然气", "天然气")],
    "capacity_units": [("t/a", "吨/年"), ("T/A", "吨/年"), ("吨／年", "吨/年"), ("万t/a", "万吨/年"), ("万㎡/年", "万平方米/年"), ("m³/年", "立方米/年")],
    "industries": [("铸造行业", "铸造"), ("钢铁（长流程）", "长流程联合钢铁"), ("钢铁(长流程)", "长流程联合钢铁"), ("铅、锌冶炼", "铅锌冶炼"), ("印刷", "包装印刷")],
    "counties": [("灵宝", "灵宝市"), ("三门峡市灵宝市", "灵宝市"), ("411282", "灵宝市"), (411282.0, "灵宝市"), ("陕县", "陕州区"), ("经开区", "开发区"), ("示范区", "城乡一体化示范区")],
    "months": [*((t, "7月") for t in ("7", 7.0, "７月", "七月", "07", "07月", "7月份", "7 月", "七月份", "2022年7月", "2022年07月", "2022年七月份", date(2022, 7, 1))), ("12", "12月"), (12.0, "12月")],
    "tables": [("铸件(天然气、电炉熔化)", "铸件（天然气、电炉熔化）")],
}
NO_CHOICE: Final = (*kept(Code.NOT_A_CHOICE, "其他情况", "？", "选项一", "甲、乙", "不清楚"), Slip(99.0, (Code.NOT_A_CHOICE,), "99"))
NOT_ON_THE_LIST: Final[Mapping[str, list[Slip]]] = {
    "yes_no": kept(Code.NOT_A_CHOICE, "是否", "部分", "0", "1"),
    "energies": kept(Code.NOT_A_CHOICE, "天然汽", "电、天然气", "汽油"),
    "months": kept(Code.NOT_A_CHOICE, "13月", "2021年7月", "7-8月"),
    "capacity_units": kept(Code.NOT_A_CHOICE, "吨", "万吨"),
    "signatures": kept(Code.NOT_A_CHOICE, "代签", "张三"),
}


EVERY_WAY: Final = 5  # so many choices of a list are written in every way, the others in one


def choices(list_name: str, options: Iterable[str]) -> list[Slip]:
    """The slips of a choice from this list."""
    found = [*NO_CHOICE, *NOT_ON_THE_LIST.get(list_name, ()), *ERRORS, *STALE]
    found += [plain(typed, value, Code.CONVERTED) for typed, value in MEANT.get(list_name, ())]
    for at, value in enumerate(options):
        ways = [plain(value, value), plain(f" {value}　", value), plain(f"{value}\u200b", value, Code.CONVERTED)]
        ways += [plain(f"{value[0]} {value[1:]}", value, Code.CONVERTED), plain(f"{value[0]}\n{value[1:]}", value, Code.CONVERTED)] if len(value) > 1 else []
        found += ways if at < EVERY_WAY else ways[-1:]
    return found


GRADES_READ: Final = {
    "A": ("Ａ", "a", "A级", "A级企业", "Ａ级企业", "A 级", "地方A", "绩效A级", "А"),
    "B": ("Ｂ", "b", "B级", "B级企业", "地方B", "地方B级", "民生豁免-B", "民生豁免B", "В", "Β", "绩效B级", "B企业"),
    "B-": ("B－", "b-", "B—", "B–", "B −", "B减", "Ｂ－", "B-级", "民生豁免-B-", "地方B-"),
    "C": ("Ｃ", "c", "C级", "C级企业", "民生豁免-C", "С"),
    "D": ("Ｄ", "d", "D级", "D级企业"),
    "引领性": ("绩效引领性", "引领", "引领性企业", "绩效引领性企业", "引 领性", "地方引领性"),
    "非引领性": ("非引领", "非引领性企业"),
    "未评级": ("未评", "未定级", "未评定", "无"),
    "长期停产": ("长期 停产",),
}
NO_GRADE: Final = (*kept(Code.NOT_A_CHOICE, "优秀", "B+", "A+", "A/B", "B或C", "甲级", "E", "待定", "99", "A、B"), Slip(1.0, (Code.NOT_A_CHOICE,), "1"), Slip(True, (Code.NOT_A_CHOICE,), "TRUE"))


def grades(options: tuple[str, ...]) -> list[Slip]:
    """The slips of a grade with these choices; a grade that is not among them is understood, said, and wrong here."""
    found = [*NO_GRADE, *ERRORS, *STALE]
    for grade, words in GRADES_READ.items():
        if grade in options:
            found += [plain(grade, grade), plain(f" {grade} ", grade), *(plain(word, grade, Code.GRADE_READ) for word in words)]
        else:
            found.append(Slip(grade, (Code.NOT_A_CHOICE,), grade, apart=True))
    return found


OF_KIND: Final[Mapping[Kind, list[Slip]]] = {
    Kind.TEXT: TEXT,
    Kind.NAME: NAME,
    Kind.PERSON: PERSON,
    Kind.PHONE: PHONE,
    Kind.CREDIT_CODE: CREDIT_CODE,
    Kind.PERMIT_NO: PERMIT_NO,
    Kind.INDUSTRY_CODE: INDUSTRY_CODE,
    Kind.NUMBER: NUMBER,
    Kind.INTEGER: INTEGER,
    Kind.DATE: DATE,
}
