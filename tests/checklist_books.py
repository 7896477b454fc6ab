"""Checklist workbooks for tests: written by the real writer, filled as experts fill them, well and badly."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from random import Random
from typing import Any
from xml.sax.saxutils import escape

from tests.checklists import best, table_of
from tests.county_files import CODES, NAMES, county_file, enterprise, filled
from tests.workbooks import packed, parts_of
from xltools.actions.checklist import write_one
from xltools.model.checklist import Applicant, ApplicantPart, Visit
from xltools.model.grade import Answer, Found
from xltools.model.indicator import AnswerKind, Indicator, IndicatorTable
from xltools.model.policy import Policy, load_policy
from xltools.rules.codes import make_credit_code

POLICY = load_policy("sanmenxia-2022")
CODE = make_credit_code("91411282YA0000001")
NAME = "三门峡示例铸造有限公司"
CHECKED = date(2022, 7, 26)
SIGNED = ({"name": "张三", "unit": "示例环境监测站", "speciality": "大气治理", "signature": "张三", "date": CHECKED},)
STRANGE = ("不适用", "没有", " ", "　", "12", "B", "全封闭 ", '"', "<1", -1.0, 101.0, 1e9, 0.0, 1.0, 0.8)
CLINKER, GRINDING = table_of("cement-clinker"), table_of("cement-grinding")
GRINDER = enterprise(0, industry="水泥", process="粉磨", table="水泥独立粉磨站", current="非引领性", applied="引领性", self="引领性", target="引领性")
REASONS = ("企业没有这道工序", "无此工艺", " ", "x")


def applicant(*tables: IndicatorTable, code: str = CODE, name: str = NAME) -> Applicant:
    """An enterprise with one process for every table; processes of one name are numbered."""
    processes = [f"{table.process}{at}" if [t.process for t in tables].count(table.process) > 1 else table.process for at, table in enumerate(tables)]
    return Applicant("灵宝市", name, code, tuple(ApplicantPart(process, table, "A", "B") for process, table in zip(processes, tables, strict=True)))


def visit(table: IndicatorTable, found: Mapping[str, Any], **more: Any) -> Visit:
    """A signed visit. found: number → what was seen; the grade chosen for text; ("不适用", reason)."""
    texts = {one.no for one in table.indicators if one.kind is AnswerKind.TEXT}
    answers = [
        Answer(no, reason=value[1]) if isinstance(value, tuple) else Answer(no, "现场所见", value) if no in texts else Answer(no, value)
        for no, value in found.items()
    ]
    return Visit(**{"answers": tuple(answers), "checked": CHECKED, "team": "市级分包帮扶组3", "checkers": SIGNED, **more})


def at_best(table: IndicatorTable, **changes: Any) -> Visit:
    """A visit that found everything at its best, but for what `changes` says (no_3=… for indicator 3)."""
    return visit(table, best(table) | {name.removeprefix("no_"): value for name, value in changes.items()})


def write(path: Path, who: Applicant, visits: Iterable[Visit] = (), policy: Policy = POLICY) -> Path:
    """The checklist of an enterprise, with these visits in the order of its processes."""
    write_one(path, who, policy, {}, dict(zip((part.process for part in who.parts), visits, strict=False)))
    return path


def cement_county(folder: Path) -> Path:
    """The file of a county: a cement plant whose clinker was given a B where it applied for an A, its grinding, and another enterprise."""
    rows = [enterprise(0, industry="水泥", process="熟料", table="水泥熟料", applied="A", self="A", target="A"), GRINDER, enterprise(1)]
    return county_file(folder, "灵宝市", rows, review=[filled("review", credit_code=CODES[0], process="熟料", applied="A", conclusion="B")])


def cement_checklist(path: Path) -> Path:
    """The checklist of that plant: its clinker is a B, its grinding not leading."""
    path.parent.mkdir(exist_ok=True)
    return write(path, applicant(CLINKER, GRINDING, code=CODES[0], name=NAMES[0]), [at_best(CLINKER, no_1=85.0), at_best(GRINDING, no_6="敞开")])


def random_visit(table: IndicatorTable, rng: Random) -> Visit:
    """Answers as they come: mostly good, some at the limits, some blank, some wrong, some that do not apply."""
    careful = rng.random() < 0.8
    return Visit(answers=tuple(_random_answer(one, table, rng, careful) for one in table.indicators), checked=CHECKED)


def _random_answer(one: Indicator, table: IndicatorTable, rng: Random, careful: bool) -> Answer:
    slip = 0.01 if careful else 0.15
    grades = (*reversed(table.ladder), table.lowest)
    found: Found = None
    chosen = reason = ""
    if rng.random() > slip:
        found = _random_found(one, rng, careful)
        chosen = grades[0] if careful and rng.random() < 0.9 else rng.choice(grades)
    if rng.random() < slip:
        found, chosen = rng.choice(STRANGE), rng.choice(("良", "b", "不适用", "", f"{grades[0]} "))
    if rng.random() < 0.03:
        reason = rng.choice(REASONS)
        if rng.random() < 0.8:
            found, chosen = rng.choice((None, "不适用")), ""
    return Answer(one.no, found, chosen if one.kind is AnswerKind.TEXT else "", reason)


def _random_found(one: Indicator, rng: Random, careful: bool) -> Found:
    known = [r for r in one.requirements if r.known]
    if one.kind is AnswerKind.TEXT:
        return rng.choice(("现场所见", None))
    if one.kind is not AnswerKind.NUMBER:
        good = [value for value in one.options if known and all(value in r.values for r in known)]
        return rng.choice(good) if careful and good and rng.random() < 0.9 else rng.choice(one.options)
    limits = [float(r.limit) for r in known] or [10.0]
    if careful and rng.random() < 0.9:
        return limits[0]
    return rng.choice(limits) + rng.choice((0.0, 0.1, -0.1, 0.001, -0.001, 7.0, -7.0))


def change(path: Path, sheet: int, **cells: str | float | None) -> Path:
    """The workbook with other cells on its sheet of this number (1 = 综合): text, number, None for empty, "=formula=>value"."""
    member = f"xl/worksheets/sheet{sheet}.xml"
    content = parts_of(path)
    text = content[member].decode("utf-8")
    for cell, value in cells.items():
        text, count = re.subn(rf'<c r="{cell}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)', lambda match, c=cell, v=value: _cell(c, match[1] or "", v), text)
        assert count == 1, cell
    content[member] = text.encode("utf-8")
    path.write_bytes(packed(content))
    return path


def _cell(cell: str, style: str, value: str | float | None) -> str:
    if value is None:
        return f'<c r="{cell}"{style}/>'
    if isinstance(value, float):
        return f'<c r="{cell}"{style}><v>{value}</v></c>'
    if value.startswith("="):
        formula, _, shown = value[1:].partition("=>")
        if not shown:       # never calculated
            return f'<c r="{cell}"{style}><f>{escape(formula)}</f></c>'
        return f'<c r="{cell}"{style} t="str"><f>{escape(formula)}</f><v>{escape(shown)}</v></c>'
    if value.startswith("#"):
        return f'<c r="{cell}"{style} t="e"><v>{value}</v></c>'
    return f'<c r="{cell}"{style} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
