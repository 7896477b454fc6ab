"""A city of invented enterprises in three offices' lists, each list with headers and slips of its own, and who is who.

Noise as it is met: codes missing, mistyped or copied from the row above; names shortened, re-bracketed, mistyped; counties by other names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import openpyxl
from msgspec import Struct
from xlsxwriter import Workbook

from tests.county_files import POLICY
from xltools.rules.codes import ALPHABET, make_credit_code

WORDS = "宏达远瑞丰盛泰华鑫源恒兴隆昌顺通利嘉博睿卓凯锦程康安宁益佳美德正信诚永久腾飞跃龙虎鹏翔云海山川江河湖天地日月星辰春夏秋冬"
ENDS = {"铸造": ("铸造", "铸业"), "耐火材料": ("耐火材料", "耐材"), "水泥": ("水泥", "建材"), "砖瓦窑": ("新型墙材", "砖业"), "家具": ("家具", "木业"), "机械加工": ("机械", "金属制品"), "": ("食品", "商贸", "农业")}
FILES = {"应急清单.xlsx": "应急清单", "排污许可.xlsx": "排污许可", "审批信息.xlsx": "审批信息"}
HEADS = {
    "应急清单.xlsx": ("序号", "区县", "企业名称", "统一社会信用代码", "行业", "工序", "绩效等级"),
    "排污许可.xlsx": ("排污单位名称", "组织机构代码", "许可证编号", "主要行业类别", "管理类别", "所在县区", "乡镇"),
    "审批信息.xlsx": ("项目名称", "建设单位", "社会信用代码", "批复文号", "批复日期", "行政区划", "经办科室"),
}
MISSING = {"应急清单.xlsx": 0.08, "排污许可.xlsx": 0.02, "审批信息.xlsx": 0.4}
PLACE = re.compile(r"([^；【]+)【[^】]*】[A-Z]+(\d+)")


class Firm(Struct, frozen=True):
    county: str
    town: str
    name: str
    code: str
    industry: str
    grade: str


def firms(count: int, rng: Random) -> list[Firm]:
    """So many enterprises, no two of one name in a county."""
    found: list[Firm] = []
    taken: set[tuple[str, str]] = set()
    while len(found) < count:
        county = rng.choice(POLICY.counties)
        industry = rng.choice(list(ENDS))
        place = rng.choice(("三门峡", "三门峡市", county.name, county.name.rstrip("县市区"), ""))
        name = f"{place}{rng.choice(WORDS)}{rng.choice(WORDS)}{rng.choice(ENDS[industry])}有限公司"
        if found and rng.random() < 0.03:       # a second works beside the first
            county, industry, name = POLICY.county(found[-1].county) or county, found[-1].industry, found[-1].name.replace("有限公司", "第二有限公司")
        if (county.name, name) in taken:
            continue
        taken.add((county.name, name))
        code = make_credit_code(f"91{county.code or '411200'}{''.join(rng.choice(ALPHABET) for _ in range(9))}")
        found.append(Firm(county.name, f"{rng.choice(WORDS)}{rng.choice('镇乡')}", name, code, industry, rng.choice(("A", "B", "C", "D", "未评级"))))
    return found


def noisy_name(name: str, rng: Random) -> str:
    """The name as somebody else writes it."""
    chance = rng.random()
    if chance < 0.06:
        return re.sub("^(三门峡市?|.{2,8}?[县市区])", "", name) or name
    if chance < 0.10:
        return name.replace("有限公司", "有限责任公司")
    if chance < 0.13:
        return name.removesuffix("有限公司")
    if chance < 0.16:
        at = rng.randrange(len(name) - 4)
        return name[:at] + rng.choice(WORDS) + name[at + 1 :]
    return f"{name[:3]} {name[3:]}" if chance < 0.2 else f"{name}（新厂）".removesuffix("（新厂）")


def noisy_code(code: str, above: str, missing: float, rng: Random) -> str | None:
    chance = rng.random()
    if chance < missing:
        return None
    if chance < missing + 0.02:
        at = rng.randrange(18)
        return code[:at] + rng.choice(ALPHABET) + code[at + 1 :]
    return above if chance < missing + 0.023 and above else code


def write_lists(folder: Path, count: int, seed: int) -> dict[tuple[str, int], int]:
    """The three lists as workbooks in `folder`; (file, row) → number of the enterprise it is about."""
    rng = Random(seed)
    city = firms(count, rng)
    truth: dict[tuple[str, int], int] = {}
    for file, head in HEADS.items():
        rows: list[Sequence[object]] = []
        above = ""
        for number, firm in sorted(enumerate(city), key=lambda pair: (pair[1].county, pair[1].industry)):
            if rng.random() < 0.2:
                continue
            for _ in range(1 if file == "排污许可.xlsx" else rng.choice((1, 1, 2))):
                code = noisy_code(firm.code, above, MISSING[file], rng)
                truth[file, len(rows) + 3] = number
                rows.append(_row(file, firm, code, len(rows), rng))
                above = firm.code
        _write(folder / file, head, rows)
    return truth


def _row(file: str, firm: Firm, code: str | None, number: int, rng: Random) -> Sequence[object]:
    name, home = noisy_name(firm.name, rng), POLICY.county(firm.county)
    county = rng.choice(home.aliases) if home and rng.random() < 0.1 else firm.county
    if file == "应急清单.xlsx":
        return number + 1, county, name, code, firm.industry or "其他", f"{rng.choice('一二')}号线", firm.grade
    if file == "排污许可.xlsx":
        permit = f"{firm.code}001{rng.choice('PQRUV')}" if rng.random() < 0.9 else None
        return name, code, permit, f"{firm.industry}制造", rng.choice(("重点管理", "简化管理", "登记管理")), county, firm.town
    return f"年产{rng.randrange(1, 90)}万吨项目", name, code, f"审〔2021〕{rng.randrange(1, 900)}号", "2021-05-06", county if rng.random() < 0.9 else None, "一科"


def _write(path: Path, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with Workbook(str(path), {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Sheet1")
        for number, row in enumerate(([path.stem], head, *rows)):
            sheet.write_row(number, 0, row)


class Score(Struct, frozen=True):
    """How a ledger did. rows: that it holds · wrong: enterprises mixed up of several · automatic, asked: pairs of rows of one enterprise
    that were joined, or that a question joins · pairs: all such pairs · whole: enterprises in one line · queue: questions."""

    rows: int
    wrong: int
    automatic: int
    asked: int
    pairs: int
    whole: int
    queue: int
    mistaken: int

    @property
    def recall(self) -> float:
        return self.automatic / self.pairs

    @property
    def recall_with_people(self) -> float:
        return (self.automatic + self.asked) / self.pairs

    def __str__(self) -> str:
        text = f"{self.rows} 行：合并错 {self.wrong} 家；自动召回 {self.recall:.2%}，加上待核对 {self.recall_with_people:.2%}；整家合成一行 {self.whole} 家"
        return f"{text}；待核对 {self.queue} 对，其中 {self.queue - self.mistaken} 对确是同一家"


def score(ledger: Path, truth: dict[tuple[str, int], int]) -> Score:
    """How well the ledger tells who is who."""
    book = openpyxl.load_workbook(ledger, read_only=True)
    lines = list(book["排查底册"].iter_rows(min_row=4, values_only=True))
    sources = [at for at, label in enumerate(lines[0]) if str(label).endswith("来源行")]
    line_of: dict[tuple[str, int], int] = {}
    groups: dict[int, list[int]] = {}
    for at, line in enumerate(lines[1:]):
        for column in sources:
            for file, row in PLACE.findall(str(line[column] or "")):
                line_of[file, int(row)] = at
                groups.setdefault(at, []).append(truth[file, int(row)])
    questions = list(book["待核对"].iter_rows(min_row=4, values_only=True))
    places = [at for at, label in enumerate(questions[0]) if str(label).endswith("方位置")]
    asked: dict[int, list[tuple[int, int]]] = {}
    mistaken = 0
    for line in questions[1:]:
        ends = [(file, int(row)) for column in places for file, row in PLACE.findall(str(line[column] or ""))]
        if len(ends) == 2:
            mistaken += truth[ends[0]] != truth[ends[1]]
            if truth[ends[0]] == truth[ends[1]]:
                asked.setdefault(truth[ends[0]], []).append((line_of[ends[0]], line_of[ends[1]]))
    parts: dict[int, Counter[int]] = {}
    for at, members in groups.items():
        for firm in members:
            parts.setdefault(firm, Counter())[at] += 1
    pairs = sum(_pairs(sum(counts.values())) for counts in parts.values())
    automatic = sum(_pairs(count) for counts in parts.values() for count in counts.values())
    linked = sum(_pairs(size) for firm, counts in parts.items() for size in _linked(counts, asked.get(firm, [])))
    wrong = sum(len(set(members)) > 1 for members in groups.values())
    queue = sum(any(line) for line in questions[1:])
    return Score(len(line_of), wrong, automatic, linked - automatic, pairs, sum(len(counts) == 1 for counts in parts.values()), queue, mistaken)


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _linked(counts: Counter[int], questions: Sequence[tuple[int, int]]) -> list[int]:
    """The sizes of the parts once every question about this enterprise is answered."""
    home = {at: at for at in counts}

    def root(at: int) -> int:
        return at if home[at] == at else root(home[at])

    for one, other in questions:
        home[root(one)] = root(other)
    sizes: Counter[int] = Counter()
    for at, count in counts.items():
        sizes[root(at)] += count
    return list(sizes.values())
