"""Invented enterprises, each with what the notice makes of it: site check, grade, public list, emergency list, named lists.

Facts and clause of each stand here; what must come of them stands in `by_hand.txt`, worked out by hand from 三环文〔2022〕69号.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from msgspec import Struct

from tests.checklist_books import applicant, visit, write
from tests.checklists import best, table_of
from tests.county_files import Record, county_file, filled
from xltools.books.file import open_book
from xltools.faces import cli
from xltools.model.checklist import ApplicantPart
from xltools.model.form import FIRST_ROW, load_form
from xltools.rules.codes import make_credit_code

EXPECTED = Path(__file__).with_name("by_hand.txt")
LETTERS = "ABCDEFGHJKLMNPQRTUWXY"
GROUP = "市绩效分级评定领导小组"
TABLES = {name: table_of(id) for name, id in (("熟料", "cement-clinker"), ("粉磨", "cement-grinding"), ("烧成", "refractory"), ("机加工", "machining"), ("铸件", "casting-gas-electric"), ("涂装", "coating"), ("熔炼", "copper"))}
B_CASTING = {"1": "机械化"}      # item 1: moulding by machine is a B, by an automatic line an A
STOP = ("停产", 100.0)


def day(text: str | None) -> date | None:
    return date.fromisoformat(f"2022-{text}") if text else None


class Part(Struct, frozen=True):
    """One process. seen: what was not at its best on the visit, None for no visit · decided: the city's grade and its day, month-day."""

    process: str
    applied: str
    seen: Mapping[str, Any] | None = None
    decided: tuple[str, str] | None = None
    line: str = ""
    batch: str = "7月"

    @property
    def name(self) -> str:
        return self.line or self.process


class Plant(Struct, frozen=True):
    """facts: in words, for the reader · happened: (kind, process, found, second review, new grade, decided) · measures: of orange, by process."""

    facts: str
    clause: str
    parts: tuple[Part, ...]
    happened: tuple[tuple[str, str, str | None, str, str | None, str | None], ...] = ()
    measures: tuple[tuple[str, float], ...] = ()
    protected: Mapping[str, Any] | None = None
    listed: Mapping[str, Any] | None = None


def lowered(kind: str, found: str | None, process: str = "铸件", review: str = "不需要", new: str | None = None, decided: str | None = None) -> tuple[str, str, str | None, str, str | None, str | None]:
    return kind, process, found, review, new, decided


PLANTS = (
    Plant("国五占比正好80%，其余国四，厂内100%，氨逃逸正好5；橙色由960吨降到768吨", "三(三)3", (Part("熟料", "B", {"1": 80.0}, ("B", "07-31")),), measures=(("停用国四车", 0.0), ("投料量由960吨降低到768吨", 20.0), STOP)),
    Plant("氨逃逸5.01：A级限值5没有达到，B、C级的数来源没有给", "三(三)3", (Part("熟料", "B", {"5": 5.01}),)),
    Plant("熟料A，粉磨引领性：公开规则同档", "三(三)3", (Part("熟料", "A", {}, ("A", "07-31")), Part("粉磨", "引领性", {}, ("引领性", "07-31")))),
    Plant("熟料国五占比99.9%，粉磨引领性：没有规则比较", "三(三)3", (Part("熟料", "B", {"1": 99.9}, ("B", "07-31")), Part("粉磨", "引领性", {}, ("引领性", "07-31")))),
    Plant("两条线，一线B，二线C（颗粒物正好20）：以较差的为准", "三(三)3", (Part("烧成", "B", {"2": "隧道窑"}, ("B", "07-31"), "一线"), Part("烧成", "C", {"6": 20.0}, ("C", "07-31"), "二线"))),
    Plant("国五占比正好60%，NOx正好150：B-", "三(三)3、五3", (Part("烧成", "B-", {"19": 60.0, "8": 150.0}, ("B-", "07-31")),)),
    Plant("各项正好等于A级限值", "三(三)3", (Part("烧成", "A", {"6": 10.0, "7": 35.0, "8": 50.0, "9": 18.0, "13": 95.0, "17": 36.0, "19": 100.0}, ("A", "07-31")),)),
    Plant("一项没有填", "三(三)3", (Part("烧成", "A", {"13": None}),)),
    Plant("颗粒物20.01，达不到C级；D级只停一半", "三(三)3、二(三)", (Part("烧成", "C", {"6": 20.01}, ("D", "07-31")),), measures=(("停产50%", 50.0),) * 3),
    Plant("收集率正好90，有效率正好95；绿色工厂，全部低VOCs原料", "三(三)3、二(三)", (Part("机加工", "引领性", {"8": 90.0, "9": 95.0, "12": 12.0}, ("引领性", "07-31")),), listed={"honour": "绿色工厂", "low_voc": "是"}),
    Plant("收集率89.9", "三(三)3", (Part("机加工", "引领性", {"8": 89.9}, ("非引领性", "07-31")),)),
    Plant("评定A，后来查实虚假材料，没有写谁决定", "五1", (Part("铸件", "A", {}, ("A", "07-31")),), (lowered("隐瞒或提供虚假材料", "08-10"),)),
    Plant("两条线评定B，贿赂登记在一线", "五1", (Part("铸件", "B", B_CASTING, ("B", "07-31"), "一线"), Part("铸件", "B", B_CASTING, ("B", "07-31"), "二线")), (lowered("贿赂", "08-10", "一线", new="D", decided="08-12"),)),
    Plant("环境违法在核查和评定之前", "二(五)", (Part("铸件", "B", B_CASTING, ("B", "07-31")),), (lowered("环境违法", "07-15"),)),
    Plant("环境违法在评定当天，没有决定", "二(五)", (Part("铸件", "B", B_CASTING, ("B", "07-31")),), (lowered("环境违法", "07-31"),)),
    Plant("达不到指标要求，等二次审核", "五2", (Part("涂装", "B", {"1": 60.0}, ("B", "07-31")),), (lowered("达不到指标要求", "08-10", "涂装", "待二次审核"),)),
    Plant("二次审核降为C", "五2", (Part("涂装", "B", {"1": 60.0}, ("B", "07-31")),), (lowered("达不到指标要求", "08-10", "涂装", "已完成", "C", "08-20"),), (("限产30%", 30.0), ("限产40%", 40.0), ("限产50%", 50.0))),
    Plant("二次审核仍为B", "五2", (Part("涂装", "B", {"1": 60.0}, ("B", "07-31")),), (lowered("达不到指标要求", "08-10", "涂装", "已完成", "B", "08-20"),)),
    Plant("问题突出，二次审核完成", "五2", (Part("涂装", "B", {"1": 60.0}, ("B", "07-31")),), (lowered("问题突出", "08-10", "涂装", "已完成", "D", "08-20"),)),
    Plant("保障类，另有环境违法定为C：仍在保障清单", "三(三)2、二(五)", (Part("熔炼", "B", {"11": 0.2}, ("B", "07-31")),), (lowered("环境违法", "08-05", "熔炼", new="C", decided="08-20"),), protected={}, listed={"protected": "是"}),
    Plant("保障类工程没有绿色施工", "五2", (Part("熔炼", "B", {"11": 0.2}, ("B", "07-31")),), protected={"project": "是", "green": "否"}, listed={"protected": "是"}),
    Plant("关停：定为长期停产", "没有条款，按决定", (Part("铸件", "C", B_CASTING, ("C", "07-31")),), (lowered("关停搬迁", "08-05", new="长期停产", decided="08-15"),)),
    Plant("铸件写成引领性，又有贿赂", "五1", (Part("铸件", "B", B_CASTING, ("引领性", "07-31")),), (lowered("贿赂", "08-10", new="D", decided="08-12"),)),
    Plant("公示开始当天决定", "三(三)5", (Part("铸件", "B", B_CASTING, ("B", "09-01")),)),
    Plant("公示开始次日才决定", "三(三)5", (Part("铸件", "B", B_CASTING, ("B", "09-02")),)),
    Plant("登记的工序台账没有", "二(五)", (Part("铸件", "B", B_CASTING, ("B", "07-31")),), (lowered("环境违法", "08-05", "造型线", new="C", decided="08-15"),)),
    Plant("设备更换没有报备", "五1", (Part("铸件", "B", B_CASTING, ("B", "07-31")),), (lowered("设备设施更换（未报备）", "08-05"),)),
    Plant("7月评定B，8月申报A还没有评定", "三(三)4、五2", (Part("烧成", "B", {"2": "隧道窑"}, ("B", "07-31")), Part("烧成", "A", None, None, batch="8月"))),
    Plant("7月评定B，8月评定A", "三(三)4", (Part("烧成", "B", {"2": "隧道窑"}, ("B", "07-31")), Part("烧成", "A", None, ("A", "08-31"), batch="8月"))),
)


def code(at: int) -> str:
    return make_credit_code(f"91411282Y{LETTERS[at % len(LETTERS)]}00000{at:02d}")


def called(at: int) -> str:
    return f"三门峡示例{at + 1:02d}号有限公司"


def leading(part: Part) -> bool:
    return TABLES[part.process].scheme == "引领性"


def rows(batch: str) -> Iterator[tuple[int, Plant, Part]]:
    for at, plant in enumerate(PLANTS):
        yield from ((at, plant, part) for part in plant.parts if part.batch == batch)


def screened(at: int, plant: Plant, part: Part) -> Record:
    table = TABLES[part.process]
    grades = dict.fromkeys(("applied", "self", "target"), part.applied) | {"current": "非引领性" if leading(part) else "C"}
    return filled("screening", credit_code=code(at), name=called(at), permit_no=f"{code(at)}001P", industry=table.industry, process=part.name, table=table.name, **grades, **(plant.listed or {}))


def event(at: int, plant: Plant, said: tuple[str, str, str | None, str, str | None, str | None]) -> Record:
    kind, process, found, review, new, decided = said
    old = (plant.parts[0].decided or ("B", ""))[0]
    return filled("changes", credit_code=code(at), process=process, change_kind=kind, found_date=day(found), old_grade=old, second_review=review, new_grade=new, decided_by=GROUP if decided else None, decided_date=day(decided))


def measured(at: int, plant: Plant) -> Record:
    grade = plant.parts[0].decided or ("", "")
    levels = zip(("yellow", "orange", "red"), plant.measures, strict=True)
    cells = {f"{name}_{level}": value for level, pair in levels for name, value in zip(("measure", "cut"), pair, strict=True)}
    return filled("measures", credit_code=code(at), process=plant.parts[0].name, grade=grade[0], day_pm=10.0, day_so2=20.5, day_nox=0.1, day_voc=0.0, **cells)


def send(folder: Path, batch: str, reported: str) -> None:
    """The county's workbook of a month."""
    there = [*rows(batch)]
    reviews = [filled("review", credit_code=code(at), process=part.name, applied=part.applied, conclusion=part.applied) for at, _, part in there]
    first = batch == "7月"
    sheets = {
        "changes": [event(at, plant, one) for at, plant in enumerate(PLANTS) for one in plant.happened],
        "protected": [filled("protected", credit_code=code(at), valid_from=date(2022, 10, 1), valid_to=date(2023, 3, 31), **plant.protected) for at, plant in enumerate(PLANTS) if plant.protected is not None],
        "measures": [measured(at, plant) for at, plant in enumerate(PLANTS) if plant.measures],
    }
    county_file(folder / batch, "灵宝市", [screened(*one) for one in there], {"batch": batch, "report_date": day(reported), "sign_date": day(reported)}, review=reviews, **(sheets if first else {}))


def visits(folder: Path) -> None:
    """The signed checklist of every plant that was visited, on 07-26."""
    folder.mkdir()
    signed = ({"name": "王五", "unit": "示例环境监测站", "speciality": "大气治理", "signature": "王五", "date": day("07-26")},)
    for at, plant in enumerate(PLANTS):
        parts = [part for part in plant.parts if part.seen is not None]
        who = applicant(*(TABLES[part.process] for part in parts), code=code(at), name=called(at))
        who = type(who)(who.county, who.name, who.credit_code, tuple(ApplicantPart(part.name, TABLES[part.process], "A", "B") for part in parts))
        seen = [visit(TABLES[part.process], best(TABLES[part.process]) | dict(part.seen or {}), checked=day("07-26"), checkers=signed) for part in parts]
        write(folder / f"{called(at)}.xlsx", who, seen)


def decide(summary: Path) -> None:
    """The leading group's grades, typed into the ledger."""
    book, form = openpyxl.load_workbook(summary), load_form("ledger")
    sheet, names = book[form.sheet], [one.name for one in form]
    given = {(part.batch, code(at), part.name): part.decided for batch in ("7月", "8月") for at, _, part in rows(batch) if part.decided}
    for row in range(FIRST_ROW, sheet.max_row + 1):
        batch, who, process = (sheet.cell(row, names.index(name) + 1).value for name in ("batch", "credit_code", "process"))
        if found := given.get((batch, who, process)):
            sheet.cell(row, names.index("decided") + 1).value = found[0]
            sheet.cell(row, names.index("decided_date") + 1).value = "2022.7.31" if who == code(11) else day(found[1])
    book.save(summary)


def table(path: Path, form: str) -> list[dict[str, Any]]:
    """The rows of a sheet by field name."""
    sheet = load_form(form)
    return [dict(zip([one.name for one in sheet], row, strict=False)) for row in open_book(path).values(sheet.sheet)[FIRST_ROW - 1 :]]


def text(*values: Any) -> str:
    return " ".join(f"{value:g}" if isinstance(value, float) else str(value or "-") for value in values)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything made once: summary, public list, emergency list, named lists."""
    made = tmp_path_factory.mktemp("手算")
    send(made / "收件箱", "7月", "07-20")
    send(made / "收件箱", "8月", "08-20")
    visits(made / "核查表")
    summary = made / "市级汇总.xlsx"
    for step in (["merge", made / "收件箱", made / "核查表", "-o", summary], None, ["merge", made / "收件箱", made / "核查表", "-o", summary]):
        if step is None:
            decide(summary)
        else:
            assert cli.run([str(word) for word in step]) in (0, 1)
    return made


def protocol(folder: Path, said: str) -> list[str]:
    """What came of every plant. said: what publishing printed."""
    summary, urgent = folder / "市级汇总.xlsx", folder / "应急.xlsx"
    sheets = {form: table(summary, form) for form in ("site_checks", "enterprises")} | {form: table(urgent, form) for form in ("emergency", "emergency_protected")}
    sheets["named_lists"] = table(folder / "名单.xlsx", "named_lists")
    public = {row[2]: row[4] for row in open_book(folder / "公示" / "公示名单.xlsx").values(load_form("publication").sheet) if isinstance(row[0], float)}
    refused = {line.split("”不能列入公示：")[0].rsplit("“", 1)[1]: line.split("”不能列入公示：")[1] for line in said.splitlines() if "”不能列入公示：" in line}
    lines = []
    for at, plant in enumerate(PLANTS):
        own = {form: [row for row in found if row.get("credit_code") == code(at)] for form, found in sheets.items()}
        lines.append(f"== {at + 1:02d} {plant.facts}（{plant.clause}）")
        lines += [f"核查 {text(row['process'], row['site'], row['in_force'], row['overall'])}" for row in own["site_checks"]]
        lines += [f"总表 {text(row['decided'])}" + (f" {row['confirm']}" if row["confirm"] else "") for row in own["enterprises"]]
        lines.append(f"公示 {public.get(called(at)) or '不列入：' + refused[called(at)]}")
        for row in own["emergency"]:
            cuts = [row[f"cut_{level}"] for level in ("yellow", "orange", "red")]
            masses = [row[f"orange_{one}"] for one in ("pm", "so2", "nox")]
            numbers = f" {text(*cuts)}% 橙色 {text(*masses)}" if plant.measures else ""
            lines.append(f"应急 {text(row['process'], row['grade'])}{numbers}" + (f" {row['confirm']}" if row["confirm"] else ""))
        lines += [f"保障 {text(row['process'], row['grade'])}" for row in own["emergency_protected"]]
        lines += [f"名单 {row['kind']}" for row in own["named_lists"]]
        lines.append("")
    return lines


def test_every_enterprise_gets_what_was_worked_out_by_hand(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summary = folder / "市级汇总.xlsx"
    cli.run(["publish", str(summary), "--start", "2022-09-01", "--end", "2022-09-07", "-o", str(folder / "公示")])
    said = capsys.readouterr().out
    cli.run(["emergency", str(summary), "-o", str(folder / "应急.xlsx")])
    cli.run(["lists", str(summary), "-o", str(folder / "名单.xlsx")])
    figures = open_book(summary).values("统计看板")
    label = load_form("enterprises")["decided"].label
    assert [row[1:6] for row in figures if row[0] == label] == [[21, 25, 0.84, 0.2, 4]]     # 一: good, with a grade, share, target, without (02, 04, 08, 28)
    assert "E529" in said       # the event of a process that nobody has
    told = {str(row["message"]).split("”")[0].strip("“") for row in table(summary, "problems") if row["code"] == "W762"}
    assert told == {called(at) for at in (11, 12, 16, 18, 19, 21, 22)}     # whose grade typed by the city is not the one in force, nor of its table
    assert "\n".join(protocol(folder, said)) == EXPECTED.read_text("utf-8")
