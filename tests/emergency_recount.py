"""A second count of an emergency list that shares no code with the one that made it: openpyxl, fractions, its own reading of measures.

`python -m tests.emergency_recount 应急减排清单.xlsx` prints what differs.
"""

import re
import sys
from fractions import Fraction
from pathlib import Path

import openpyxl

LEVELS = {"黄色": 0, "橙色": 1, "红色": 2}
POLLUTANTS = ("颗粒物", "二氧化硫", "氮氧化物", "VOCs")


def exact(value: object) -> Fraction | None:
    return Fraction(repr(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None


def half_up(value: Fraction, places: int) -> Fraction:
    scaled = value * 10**places
    return Fraction((scaled.numerator * 2 + scaled.denominator) // (2 * scaled.denominator), 10**places)


def of_text(text: str, lines: Fraction | None, base: Fraction | None, up: str) -> Fraction | None:
    """Per cent, for the few ways in which the tests' lists write measures; lines may be known or not."""
    if found := re.search(r"由(\d+)吨降低到(\d+)吨", text):
        start, end = Fraction(found[1]), Fraction(found[2])
        own = half_up((start - end) / start * 100, 4)
        return min(own, half_up(max(base - end, Fraction(0)) / base * 100, 4)) if base else own
    if found := re.search(r"限产(\d+)%", text):
        return Fraction(found[1])
    if found := re.search(r"停产(\d+)条", text):
        return half_up(Fraction(found[1]) / lines * 100, 4) if lines and lines >= int(found[1]) else None
    if found := re.search(r"停产(\d+)%的生产线", text):
        count = lines * Fraction(found[1]) / 100 if lines else None
        if count is None or (count.denominator != 1 and up not in ("向上取整", "向下取整")):
            return None
        whole = -(-count.numerator // count.denominator) if up == "向上取整" else count.numerator // count.denominator
        return half_up(Fraction(whole) / (lines or 1) * 100, 4)
    return Fraction(100) if re.fullmatch("(全部)?停产", text) else None


def table(path: Path, sheet: str) -> list[dict[str, object]]:
    rows = list(openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(min_row=4, values_only=True))
    head = [re.sub(r"（(千克/天|%)）|\*$", "", str(label)) if label else "" for label in rows[0]]
    return [dict(zip(head, row, strict=True)) for row in rows[1:] if any(value is not None for value in row)]


def differences(path: Path) -> list[str]:
    """A sentence for every number of the workbook that this count does not get; and how many agreed, last."""
    up = str(table(path, "核算设置")[0]["按比例停线不是整数条时"])
    found, agreed = [], 0
    cuts: dict[tuple[str, str], Fraction] = {}
    days: dict[str, Fraction] = dict.fromkeys(POLLUTANTS, Fraction(0))
    for row in table(path, "应急减排清单"):
        bases = [exact(row[name]) for name in ("环评批复日均", "排污许可日均", "上年正常日均")]
        base = min(one for one in bases if one is not None) if None not in bases else None
        expected: dict[str, Fraction | None] = {"减排基数": base}
        for one in POLLUTANTS:
            days[one] += exact(row[f"{one}日排放量"]) or 0
        for level in LEVELS:
            worked = of_text(str(row[f"{level}预警措施"] or ""), exact(row["生产线条数"]), base if row["基数单位"] == "吨" else None, up)
            known = [value for value in (worked, exact(row[f"{level}填报比例"])) if value is not None]
            used = min(known) if known else None
            expected |= {f"{level}折算比例": worked, f"{level}采用比例": used}
            expected[f"{level}允许日产量"] = half_up(base * (100 - used) / 100, 6) if base is not None and used is not None else None
            for one in POLLUTANTS:
                day = exact(row[f"{one}日排放量"])
                cut = half_up(day * used / 100, 6) if day is not None and used is not None else None
                expected[f"{level}{one}减排量"] = cut
                cuts[level, one] = cuts.get((level, one), Fraction(0)) + (cut or 0)
        wrong = [f"{row['企业名称']} {name}：{row[name]}，应为 {value}" for name, value in expected.items() if exact(row[name]) != value]
        found += wrong
        agreed += len(expected) - len(wrong)
    for one in table(path, "减排核算"):
        whole = exact(one["全市日排放量"])
        whole = days[str(one["污染物"])] + (exact(one["保障类合计"]) or 0) if whole is None else whole
        for level in LEVELS:
            total = cuts[level, str(one["污染物"])]
            for name, value in ((f"{level}减排量", total), (f"{level}减排占比", half_up(total / whole * 100, 4) if whole else None)):
                if exact(one[name]) != value:
                    found.append(f"{one['污染物']} {name}：{one[name]}，应为 {float(value)}")
                agreed += exact(one[name]) == value
    return [*found, f"{agreed} 个数一致"]


if __name__ == "__main__":
    print("\n".join(differences(Path(sys.argv[1]))))
