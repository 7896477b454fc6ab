"""What share of its production a measure's text cuts, in Decimal, with the arithmetic as a cell can show it.

Only texts that mean one thing are worked out; everything else is left to what was reported, or to a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext

from msgspec import Struct
from msgspec.structs import replace

from xltools.model.emergency import Worked
from xltools.model.value import shown
from xltools.rules.text import compact

PERCENT = Decimal("0.0001")     # a share has four decimals, as the cells' ROUND(…,4)
WHOLE, ROUNDINGS = Decimal(100), (ROUND_CEILING, ROUND_FLOOR)
_NUMBER = r"(\d+(?:\.\d+)?)"
_COUNT = "([1-9]\\d?|[一二两三四五六七八九十])"
_COUNTS = {word: at for at, word in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
# 不, 免 and pollutants belong to what is produced here: 不锈钢, 免烧砖, 涉VOCs工序.
_DENIED = "不(?!锈|定[形型]|饱和|烧|粘|干胶|织布|溶性)|免(?!烧|蒸|检|漆|拆|维护)|无需|无须|禁止|除|若|如|或|未"
_POLLUTED = "(?:排放|颗粒物|二氧化硫|氮氧化物|VOC)(?!(?:S|的|产生|排放)*(?:生产)?(?:工序|环节|车间|装置|生产线))"
# Nothing of this may stand before the word that cuts: it denies, sets a condition, or tells of something else than production.
_AHEAD = rf"(?:(?!{_DENIED}|车|运输|人员|用电|电量|夜间|库存|{_POLLUTED})[^\d%]){{0,12}}?"
_LINE = "条[^\\d%，]{0,8}"
_NOT_OUTPUT = frozenset(["车", "辆", "车次", "辆次", "次", "人", "小时", "天", "台", "度", "千瓦时", "KWH"])   # what is counted here is not produced
_CLAUSES, _SENTENCES = re.compile(r"[,，;；。、\n]"), re.compile(r"[,，;；。\n]")
_TOTAL = re.compile(rf"[(（]?(?:全厂|企业)?(?:共有?|总共){_COUNT}条[^\d%()（）]{{0,6}}[)）]?")
_ABOUT_CUTS = re.compile(r"停产|限产|减产|压减|负荷|产量|产能|生产线|投料|\d+(?:\.\d+)?%")
_SPARED = re.compile("除外|例外|保留|恢复")
# What is spared but produces nothing: people, vehicles, environmental plant; and what holds only after the warning, or for no time at all.
_BESIDE = re.compile(
    "(?!.*(?:工序|生产|产线|车间|炉|窑|磨|槽|烧|炼|供|号|条|台|机(?!动)))"
    ".*(?:人员|值班|值守|留守|安保|保安|门卫|消防|照明|办公|车(?![床削])|运输|环保|治污|治理设施|防治设施|污水处理|监测|监控).*"
    "|(?!.*(?:除外|例外|保留)).*(?:(?:解除|(?:预警|响应|应急).{0,6}(?:结束|终止|取消))(?:通知|指令)?(?:之|以)?(?:后|方可|才)|不得|严禁|禁止).*恢复.*"
)
_STOP = re.compile(r"(?:全部|全厂|全面|整体|完全|所有生产线|全部生产线|各生产线)?(?:停产|停止生产)(?:到位)?")
_CUT = re.compile(rf"{_AHEAD}(?:限产|减产|压减|降低?|减少|削减)(?:生产)?(?:负荷|产量|产能|投料量|生产量)?(?:的)?{_NUMBER}%(?:以上)?")
_LEFT = re.compile(rf"{_AHEAD}(?:限产|降低?|减少?|控制|限制|压减)(?:生产)?(?:负荷|产量|产能|投料量)?(?:到|至|在|为){_NUMBER}%(?:以下|以内)?")
_LINES = re.compile(rf"{_AHEAD}停(?:产|止|运|用)?(?:其中)?的?{_COUNT}{_LINE}")
_PART = re.compile(rf"{_AHEAD}停(?:产|止|运)?(?:{_NUMBER}%|(一半|半数))的?生产线[^\d%]{{0,4}}")
_FEED = re.compile(
    rf"{_AHEAD}(?:由|从)(?:每天|每日|日均)?{_NUMBER}([^\d.%到至为]{{0,6}}?)(?:降低|降|减少|减|压减|下降|削减)(?:到|至|为)(?:每天|每日)?{_NUMBER}([^\d.%]{{0,6}})"
)


class Basis(Struct, frozen=True):
    """What a cut is worked out from. base, unit: the smallest of three daily averages, None where they are not all known ·
    lines: how many, None where nobody said · half: the setting's word · roundings: that setting's words, undecided, up, down · count: the lines as an expression."""

    base: Decimal | None = None
    unit: str = ""
    lines: int | None = None
    half: str = ""
    roundings: tuple[str, ...] = ()
    count: str = "{lines}"


def worked(text: str, basis: Basis) -> Worked:
    """The cut that a measure's text comes to; a percent of None where it means no single number.

    "由960吨降低到768吨" is 20; "停产1条生产线" is one of the lines; "停产50%的生产线" needs the setting when that is no whole number.
    """
    plain = compact(text)
    total = _TOTAL.search(plain)
    clauses = _CLAUSES.split(_TOTAL.sub("", plain, count=1))
    found = [(reader, match) for clause in clauses for reader, match in _readings(clause)]
    about = [clause for clause in clauses if _ABOUT_CUTS.search(clause)]
    if len(found) != 1 or len(about) > 1 or _spares(plain):
        return Worked()
    reader, match = found[0]
    said = _count(total[1]) if total else None
    if said is None or said == basis.lines:
        return reader(match, basis)
    if basis.lines is not None:
        return Worked(note=f"措施写的是共{said}条生产线，而生产线条数填的是{basis.lines}")
    return reader(match, replace(basis, lines=said, count=str(said)))


def _readings(clause: str) -> list[tuple[Callable[[re.Match[str], Basis], Worked], re.Match[str]]]:
    return [(reader, match) for pattern, reader in _READERS.items() if (match := pattern.fullmatch(clause))]


def _spares(text: str) -> bool:
    """Whether the measure leaves out something that produces, or ends before the warning does."""
    return any(_SPARED.search(one) and not _BESIDE.fullmatch(one) for one in _SENTENCES.split(text))


def share(part: Decimal, whole: Decimal) -> Decimal:
    """part ÷ whole in per cent with four decimals, half up as spreadsheets round."""
    with localcontext() as context:
        context.prec = 50
        return (part / whole * WHOLE).quantize(PERCENT, ROUND_HALF_UP).normalize() + 0


def _stop(match: re.Match[str], basis: Basis) -> Worked:
    return Worked(WHOLE, "100")


def _cut(match: re.Match[str], basis: Basis) -> Worked:
    value = Decimal(match[1])
    return Worked(value.normalize() + 0, match[1]) if value <= WHOLE else Worked()


def _left(match: re.Match[str], basis: Basis) -> Worked:
    value = Decimal(match[1])
    return Worked((WHOLE - value).normalize() + 0, f"100-{match[1]}") if value <= WHOLE else Worked()


def _count(text: str) -> int:
    return _COUNTS.get(text) or int(text)


def _lines(match: re.Match[str], basis: Basis) -> Worked:
    """So many of the lines."""
    stopped = _count(match[1])
    known = basis.lines is not None and stopped <= basis.lines
    note = f"停产{stopped}条，而生产线只有{basis.lines}条" if basis.lines is not None and not known else ""
    expression = f'IF(N({basis.count})>={stopped},ROUND({stopped}/{basis.count}*100,4),"")'
    return Worked(share(Decimal(stopped), Decimal(basis.lines)) if known and basis.lines else None, expression, not known, note)


def _part(match: re.Match[str], basis: Basis) -> Worked:
    """A share of the lines: whole lines stop, so that the setting decides where it is none."""
    percent = Decimal(match[1] or 50)
    if percent > WHOLE:
        return Worked()
    lines, (_, up, down) = basis.count, basis.roundings
    count = f"{lines}*{percent}/100"
    share_of = {how: f"ROUND({how}({count}{end})/{lines}*100,4)" for how, end in (("", ""), ("ROUNDUP", ",0"), ("ROUNDDOWN", ",0"))}
    rounded = f'IF({{half}}="{up}",{share_of["ROUNDUP"]},IF({{half}}="{down}",{share_of["ROUNDDOWN"]},""))'
    expression = f'IF(N({lines})=0,"",IF({count}=INT({count}),{share_of[""]},{rounded}))'
    if not basis.lines:
        return Worked(None, expression, waits=True)
    exact = basis.lines * percent / WHOLE
    if exact != exact.to_integral_value():
        if basis.half not in (up, down):
            return Worked(None, expression, True, f"{basis.lines}条生产线的{shown(float(percent))}%不是整数条")
        exact = exact.to_integral_value(ROUNDINGS[(up, down).index(basis.half)])
    return Worked(share(exact, Decimal(basis.lines)), expression)


def _feed(match: re.Match[str], basis: Basis) -> Worked:
    """From so much to so much a day: of what it was, and of the base where that is known and smaller in effect."""
    start, end = Decimal(match[1]), Decimal(match[3])
    units = [re.sub(r"[/每]?[天日]$", "", match[at]) for at in (2, 4)]
    if start <= 0 or end > start or (units[0] and units[0] != units[1]) or units[1] in _NOT_OUTPUT:
        return Worked()
    own, text = share(start - end, start), f"({match[1]}-{match[3]})/{match[1]}*100"
    if basis.base is None or basis.base <= 0 or units[1] != compact(basis.unit):
        return Worked(own, f"ROUND({text},4)")
    of_base = share(max(basis.base - end, Decimal(0)), basis.base)
    expression = f"MIN(ROUND({text},4),IF(N({{base}})>0,ROUND(MAX({{base}}-{match[3]},0)/{{base}}*100,4),100))"
    note = "" if start == basis.base else f"措施从{match[1]}{units[1]}算起，而减排基数（三项日均取小）是{shown(float(basis.base))}{units[1]}，取较小的比例"
    return Worked(min(own, of_base), expression, note=note)


_READERS: Mapping[re.Pattern[str], Callable[[re.Match[str], Basis], Worked]] = {
    _STOP: _stop, _PART: _part, _LINES: _lines, _FEED: _feed, _LEFT: _left, _CUT: _cut,
}  # fmt: skip
