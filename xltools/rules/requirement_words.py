"""The words of requirement sentences: comparisons, units, pollutants, emission stages, references that only look like numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from xltools.model.indicator import Operator

WORDS: Mapping[str, Operator] = {
    **dict.fromkeys(("不低于", "不少于", "不小于", "大于等于", "大于或等于", "高于或等于", "不得低于", "不得少于", "至少", "≥", ">="), Operator.AT_LEAST),
    **dict.fromkeys(("不高于", "不大于", "不超过", "不多于", "不得超过", "不得高于", "不得大于", "小于等于", "小于或等于", "低于或等于", "最高", "≤", "<="), Operator.AT_MOST),
    **dict.fromkeys(("高于", "大于", "超过", "多于", ">"), Operator.ABOVE),
    **dict.fromkeys(("低于", "小于", "少于", "不足", "不满", "<"), Operator.BELOW),
    **dict.fromkeys(("及以上", "或以上", "以上"), Operator.AT_LEAST),
    **dict.fromkeys(("及以下", "或以下", "以下", "以内", "之内"), Operator.AT_MOST),
}
TAILS = ("及以上", "或以上", "以上", "及以下", "或以下", "以下", "以内", "之内")
DIRECTIONS: Mapping[Operator, str] = {
    Operator.AT_LEAST: "up", Operator.ABOVE: "up", Operator.AT_MOST: "down", Operator.BELOW: "down", Operator.EQUAL: "", Operator.IN: "",
}  # fmt: skip


def _any(words: tuple[str, ...]) -> str:
    """A pattern for one of these words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: -len(word)))


COMPARISON = _any(tuple(word for word in WORDS if word not in TAILS))
TAIL = _any(TAILS)
MODAL = r"(?:应当|应|须|必须|需|要求|要|均|都|全部|各|可)*"
CHINESE_NUMBER = r"[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]"
COUNTED = r"(?:年|个月|天|日|小时|次|台|套|道|层|班|遍)"
NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|(?:{CHINESE_NUMBER})(?={COUNTED}))"
CONDITIONS = re.compile(r"[（(][^（）()]*\d[^（）()]*[）)]|以外|除外")

# Units as people write them → as the policy writes them.
UNITS: Mapping[str, str] = {
    "mg/m³": "mg/m³", "mg/m3": "mg/m³", "毫克/立方米": "mg/m³", "毫克每立方米": "mg/m³",
    "mg/Nm³": "mg/Nm³", "mg/Nm3": "mg/Nm³", "μg/m³": "μg/m³", "μg/m3": "μg/m³", "ug/m³": "μg/m³", "ug/m3": "μg/m³", "微克/立方米": "μg/m³",
    "g/m³": "g/m³", "g/m3": "g/m³", "g/L": "g/L", "g/l": "g/L", "mg/L": "mg/L", "ng-TEQ/m³": "ng-TEQ/m³", "ng-TEQ/m3": "ng-TEQ/m³", "ngTEQ/m³": "ng-TEQ/m³", "ngTEQ/m3": "ng-TEQ/m³",
    "kg/t": "kg/t", "千克/吨": "kg/t", "g/kg": "g/kg", "kg/h": "kg/h", "千克/小时": "kg/h", "ppm": "ppm", "μmol/mol": "μmol/mol", "umol/mol": "μmol/mol",
    "%": "%", "‰": "‰", "m/s": "m/s", "米/秒": "m/s", "℃": "℃", "°C": "℃", "度": "℃", "Pa": "Pa", "kPa": "kPa", "MPa": "MPa", "kW": "kW", "千瓦": "kW",
    "万吨/年": "万吨/年", "吨/年": "吨/年", "t/a": "吨/年", "吨/日": "吨/日", "吨/天": "吨/日", "t/d": "吨/日", "t/h": "t/h", "吨/小时": "t/h", "蒸吨/小时": "蒸吨/小时", "蒸吨": "蒸吨", "万吨": "万吨", "吨": "吨", "t": "吨",
    "万块": "万块", "万件": "万件", "万片": "万片", "万平方米": "万平方米", "平方米": "平方米", "m²": "平方米", "m2": "平方米", "㎡": "平方米", "立方米": "立方米", "m³": "立方米", "m3": "立方米",
    "mm": "mm", "毫米": "mm", "cm": "cm", "厘米": "cm", "米": "米", "m": "米", "公里": "公里", "km": "公里",
    "年": "年", "个月": "个月", "月": "个月", "天": "天", "日": "天", "小时": "小时", "h": "小时", "分钟": "分钟", "min": "分钟", "秒": "秒", "s": "秒",
    "次/年": "次/年", "次/月": "次/月", "次/天": "次/天", "次": "次", "台": "台", "套": "套", "道": "道", "层": "层", "班": "班", "遍": "遍", "个": "个", "辆": "辆", "条": "条", "人": "人", "名": "名", "分贝": "dB", "dB": "dB",
}  # fmt: skip
UNIT = _any(tuple(UNITS))

POLLUTANTS = (
    "PM10", "PM2.5", "PM", "颗粒物", "烟尘", "粉尘", "烟粉尘", "SO2", "二氧化硫", "NOx", "氮氧化物", "VOCs", "VOC", "NMHC", "非甲烷总烃", "TVOC", "氨逃逸", "氨", "NH3",
    "一氧化碳", "CO", "氟化物", "氯化氢", "HCl", "沥青烟", "苯并芘", "苯并[a]芘", "苯系物", "苯", "甲苯", "二甲苯", "甲醛", "硫酸雾", "铅及其化合物", "铅", "汞", "二噁英",
)  # fmt: skip
SAME_POLLUTANT: Mapping[str, str] = {"PM": "颗粒物", "SO2": "二氧化硫", "NOx": "氮氧化物", "NMHC": "非甲烷总烃", "NH3": "氨", "CO": "一氧化碳", "HCl": "氯化氢"}
MEASURES = ("排放浓度小时均值", "小时排放浓度", "排放浓度限值", "排放限值", "排放浓度", "排放速率", "浓度", "含量", "去除效率", "去除率", "脱除效率", "处理效率", "占比", "比例")

WIDE = str.maketrans("０１２３４５６７８９．％＜＞＝＋（）［］：／≦⩽≧⩾₀₁₂₃₄₅₆₇₈₉ₓ\u00a0\u3000", "0123456789.%<>=+()[]:/≤≤≥≥0123456789x  ")
BETWEEN = re.compile(r"(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])")
SYNONYMS = (("＞=", "≥"), (">=", "≥"), ("<=", "≤"), ("≤＝", "≤"), ("mg/㎥", "mg/m³"), ("㎥", "m³"), ("µ", "μ"), ("大于或等于", "大于等于"), ("小于或等于", "小于等于"))
REFERENCES = re.compile(
    r"(?:GB|HJ|DB|HG|YB|JB|AQ|GBZ|CJ|QB|SH)\s*\d*(?:/?T)?\s*/?\s*\d[\d.—–-]*|〔\d{4}〕\d+号|第[\d一二三四五六七八九十]+[条款项级类]|PM\s*(?:2\.5|10)|SO\s*[23]|NO\s*2|H2S|NH3|CO2|CS2|O3|Cl2"
    r"|m[23]|[一二三四五六七八九十]级|[（(]\d[)）]|\d+#|\d+号(?!文)|一体化?|一致|一般|一律|统一|唯一|一次|一起|一定|一键|二次|三防|四周|五面|三级|一企一策"
)
STAGE = re.compile(r"国(?P<stage>[一二三四五六]|[1-6]|[ⅠⅡⅢⅣⅤⅥ]|VI|IV|V|III|II|I)(?:阶段)?(?:排放标准|排放阶段|标准)?[（(]?(?:及|或|含)?[）)]?以上")
STAGES = ("国一", "国二", "国三", "国四", "国五", "国六")
STAGE_NUMBERS: Mapping[str, int] = {
    sign: at for row in ("一二三四五六", "123456", "ⅠⅡⅢⅣⅤⅥ") for at, sign in enumerate(row)
} | {"I": 0, "II": 1, "III": 2, "IV": 3, "V": 4, "VI": 5}  # fmt: skip
NEW_ENERGY = "新能源"
BELOW_ALL = "国一以下"
STAGE_FILLERS = re.compile(
    r"达到|达|符合|满足|使用|采用|全部|均|为|应|须|的|排放标准|排放阶段|阶段|标准|重型|载货|运输|公路|厂内|场内|厂区内|物料|进出厂|非道路移动机械|非道路移动源|移动机械|机械|车辆|货车|汽车|原辅料|产品|燃气|[（(]含燃气[）)]|或新能源|新能源"
)
MACHINES = re.compile(r"非道路|机械|叉车|装载机")
LAST_ROAD, LAST_MACHINE = 6, 4       # 国六 for road vehicles, 国四 for machines (GB 20891-2014 第四阶段)


def normalised(text: str) -> str:
    """The sentence in half width, with lowered digits on the line, without blanks beside Chinese characters."""
    folded = text.translate(WIDE)
    for written, meant in SYNONYMS:
        folded = folded.replace(written, meant)
    return BETWEEN.sub("", re.sub(r" *\n *", "\n", folded)).strip().strip("；;。")


def unit_of(written: str | None) -> str:
    """The unit as the policy writes it."""
    return UNITS[written] if written else ""


def without_references(text: str) -> str:
    """The sentence without standards, clauses, formulas and words that only contain digits."""
    return REFERENCES.sub("", text)


class Respective(Struct, frozen=True):
    """Several subjects under one comparison. each: the sentence says that they correspond one to one · beside: a condition in brackets."""

    subjects: tuple[str, ...]
    word: str
    numbers: tuple[str, ...]
    unit: str
    each: bool
    beside: str = ""


PARTS = r"、|和|及|与|以及|/"
SEVERAL = re.compile(
    rf"(?P<subjects>[^\d≤≥<>]*(?:{_any(POLLUTANTS)})[^≤≥<>]*?)(?P<each>分别|均|都)?{MODAL}(?P<word>{COMPARISON})[:：]?\s*"
    rf"(?P<values>\d+(?:\.\d+)?\s*(?:{UNIT})?(?:\s*(?:、|/|，|,|和|及)\s*\d+(?:\.\d+)?\s*(?:{UNIT})?)*)(?P<beside>[（(][^（）()]*[）)])?"
)


def respective(clause: str) -> Respective | None:
    """The clause as several pollutants with their numbers, None when it is none."""
    match = SEVERAL.fullmatch(clause)
    if match is None:
        return None
    subjects = _subjects(match["subjects"])
    found = re.findall(rf"(\d+(?:\.\d+)?)\s*({UNIT})?", match["values"])
    units = {unit_of(unit) for _, unit in found if unit}
    if len(subjects) < 2 or len(units) > 1:
        return None
    each = match["each"] or ""
    numbers = tuple(number for number, _ in found)
    fitting = "分别" if len(numbers) > 1 else "均都"
    return Respective(subjects, match["word"], numbers, next(iter(units), ""), bool(each) and each in fitting, match["beside"] or "")


def _subjects(text: str) -> tuple[str, ...]:
    """“烟气PM、SO2、NOx排放浓度” → each pollutant with what stands before the first and behind the last."""
    bare = re.sub(r"分别|[:：]$", "", text)
    tail = next((word for word in MEASURES if bare.endswith(word)), "")
    names = [part.strip() for part in re.split(PARTS, bare.removesuffix(tail)) if part.strip()]
    if not names:
        return ()
    known = [next((one for one in sorted(POLLUTANTS, key=len, reverse=True) if name.endswith(one)), "") for name in names]
    if not all(known):
        return ()
    head = names[0].removesuffix(known[0])
    return tuple(f"{'' if name.startswith(head) else head}{name}{tail}" for name in names)


def subject_key(subject: str) -> str:
    """The same for two names of one measured thing: 颗粒物 and PM, with or without 排放浓度."""
    bare = subject
    for word in MEASURES:
        bare = bare.removesuffix(word)
    for short, long in SAME_POLLUTANT.items():
        bare = re.sub(rf"(?<![A-Za-z]){re.escape(short)}(?![A-Za-z0-9.])", long, bare)
    return re.sub(r"[\s的]", "", bare)


class Stages(Struct, frozen=True):
    """Vehicles by emission stage. good: the answers that are good enough · rest: words that say something more."""

    subject: str
    good: tuple[str, ...]
    options: tuple[str, ...]
    rest: str

    @property
    def exact(self) -> bool:
        return not self.rest


def stages_in(clause: str, heading: str) -> Stages | None:
    """The emission stage a clause asks for, None when it names none or more than one. heading: may say that it is about machines."""
    matches = list(STAGE.finditer(clause))
    if len(matches) != 1:
        return None
    least = STAGE_NUMBERS[matches[0]["stage"]]
    last = LAST_MACHINE if MACHINES.search(heading + clause) else LAST_ROAD
    ladder = STAGES[:last]
    if least >= len(ladder):
        return None
    others = (NEW_ENERGY,) if NEW_ENERGY in clause else ()
    good = (*reversed(ladder[least:]), *others)
    options = (*reversed(ladder), BELOW_ALL, *others)
    without = clause[: matches[0].start()] + clause[matches[0].end() :]
    return Stages(re.sub(r"(?:应|须|均|全部|达到|达|使用|采用|为|符合|满足)+$", "", clause[: matches[0].start()]), good, options, STAGE_FILLERS.sub("", without).strip("()、的或和及 "))
