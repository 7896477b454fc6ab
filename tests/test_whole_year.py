"""The year 2022 of the notice, played through the commands: each list that a step gives is compared with one written by hand.

The lists stand in `whole_year.txt`; they follow from the dates and clauses of 三环文〔2022〕69号 and from what the four plants here do.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from tests.checklist_books import applicant, visit, write
from tests.checklists import best, table_of
from tests.county_files import CODES, NAMES, county_file, enterprise, filled
from tests.test_screen import HEADS, approval, emission, lists, permit
from xltools.actions.calendar import calendar
from xltools.books.base import Cell
from xltools.books.file import open_book
from xltools.faces import cli
from xltools.model.finding import Finding
from xltools.model.form import FIRST_ROW, HEADER_ROW, load_form
from xltools.model.policy import load_policy

POLICY = load_policy("sanmenxia-2022")
EXPECTED = Path(__file__).with_name("whole_year.txt")
REFRACTORY, MACHINING = table_of("refractory"), table_of("machining")
# 甲, 乙 and 丁 are refractory plants in 灵宝市, 丙 is a machining plant in 湖滨区.
FIRST, SECOND, THIRD, FOURTH = range(4)
HOME = {FIRST: "灵宝市", SECOND: "灵宝市", THIRD: "湖滨区", FOURTH: "灵宝市"}
KIND = {at: {"industry": "耐火材料", "process": "烧成", "table": "耐火材料"} for at in HOME} | {THIRD: {"industry": "机械加工", "process": "机加工", "table": "机械加工"}}
STANDING = {FIRST: "B", SECOND: "C", THIRD: "非引领性", FOURTH: "D"}
MONTHS = {7: "7月", 9: "9月", 10: "10月", 11: "11月"}


def day(text: str) -> date:
    return date.fromisoformat(f"2022-{text}")


class Desk:
    """The city's desk: folders, and the protocol of every list."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.protocol: list[str] = []

    def run(self, *words: object) -> str:
        """One command; what it printed."""
        code = cli.run([str(word) for word in words])
        printed = self.capsys.readouterr()
        assert code in (0, 1), printed.err
        return printed.out

    def note(self, title: str, lines: Iterator[str] | list[str]) -> None:
        self.protocol += [f"== {title}", *lines, ""]

    def send(self, county: str, month: int, reported: str, *rows: int, **sheets: list[Mapping[str, Cell]]) -> Path:
        """A county's workbook of a month with these plants in the screening list."""
        screening = [enterprise(at, **KIND[at], **({"protected": "是"} if at == SECOND else {})) for at in rows]
        cover = {"batch": MONTHS[month], "report_date": day(reported), "sign_date": day(reported)}
        return county_file(self.folder / f"收件箱{month}", county, screening, cover, **sheets)

    def table(self, path: Path, form: str, *names: str) -> list[str]:
        """The lines of a sheet, the fields asked for."""
        sheet = load_form(form)
        grid = open_book(path).values(sheet.sheet)
        labels = [re.sub(r"[*\s]", "", str(one or "")) for one in grid[HEADER_ROW - 1]]
        columns = [labels.index(sheet[name].header) for name in names]
        rows = ([row[column] for column in columns] for row in grid[FIRST_ROW - 1 :])
        return [shown(row) for row in rows if row[0] is not None]


def shown(row: Sequence[object]) -> str:
    return " | ".join("" if value is None else str(value).removesuffix(" 00:00:00").removesuffix(".0") for value in row)


def review(at: int, applied: str, signed: str, **changes: Cell) -> dict[str, Cell]:
    days = {"visit_date": day(signed), "sign_date": day(signed)}
    return filled("review", credit_code=CODES[at], process=KIND[at]["process"], applied=applied, conclusion=applied, **days) | changes


def at_b() -> dict[str, object]:
    """Everything at its best but for one choice that B accepts and A does not."""
    for one in REFRACTORY.indicators:
        asked = {grade: one.requirement(grade) for grade in ("A", "B")}
        if one.options and all(found and found.known for found in asked.values()):
            for option in one.options:
                if option in asked["B"].values and option not in asked["A"].values:     # type: ignore[union-attr]
                    return best(REFRACTORY) | {one.no: option}
    raise AssertionError("the table has no such choice")


def check(folder: Path, at: int, seen: Mapping[str, object], when: str) -> None:
    table = MACHINING if at == THIRD else REFRACTORY
    folder.mkdir(exist_ok=True)
    who = ({"name": "王五", "unit": "示例环境监测站", "speciality": "大气治理", "signature": "王五", "date": day(when)},)
    write(folder / f"{NAMES[at]}.xlsx", applicant(table, code=CODES[at], name=NAMES[at]), [visit(table, seen, checked=day(when), checkers=who)])


def decide(summary: Path, **grades: tuple[str, str]) -> None:
    """The leading group decides: grade and day by the plant's sign."""
    book = openpyxl.load_workbook(summary)
    form = load_form("ledger")
    sheet = book[form.sheet]
    labels = {str(cell.value or "").rstrip("*"): cell.column for cell in sheet[HEADER_ROW]}
    for row in range(FIRST_ROW, sheet.max_row + 1):
        name = str(sheet.cell(row, labels[form["name"].label]).value or "")
        for sign, (grade, when) in grades.items():
            if sign in name:
                sheet.cell(row, labels[form["decided"].label]).value = grade
                sheet.cell(row, labels[form["decided_date"].label]).value = day(when)
                sheet.cell(row, labels[form["decided_no"].label]).value = "三绩评〔2022〕1号"
    book.save(summary)


def findings(found: tuple[Finding, ...], *numbers: str) -> list[str]:
    return sorted(f"{one.code.number} {one.message}" for one in found if one.code.number in numbers)


def test_the_whole_year_gives_the_lists_written_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(tmp_path, capsys)
    steps: tuple[Callable[[Desk], None], ...] = (screening, first_reviews, packages, site_checks, decision, protected, emergency, violation, adjustment)
    for step in steps:
        step(desk)
    assert "\n".join(desk.protocol) == EXPECTED.read_text(encoding="utf-8")


def screening(desk: Desk) -> None:
    """By 06-30: three offices' lists become one ledger and the counties' forms."""
    plants = [{"industry": KIND[at]["industry"], "process": KIND[at]["process"], "county": HOME[at]} for at in HOME]
    given = lists(
        desk.folder / "清单",
        [emission(at, grade=STANDING[at], **plants[at]) for at in HOME],
        [permit(at, county=HOME[at], industry=KIND[at]["industry"]) for at in (FIRST, SECOND, THIRD)],
        [approval(at, county=HOME[at]) for at in (FIRST, THIRD, FOURTH)],
        heads=HEADS,
    )
    files = [word for source, path in given.files() for word in (f"--{source.name.lower()}", path)]
    desk.run("screen", *files, "-o", desk.folder / "排查底册.xlsx", "--forms", desk.folder / "预填")
    desk.note("06-30 排查底册", desk.table(desk.folder / "排查底册.xlsx", "screen_ledger", "county", "name", "industry", "lists", "current", "target"))
    for county in ("湖滨区", "灵宝市"):
        desk.note(f"06-30 预填 {county}", desk.table(desk.folder / "预填" / f"{county}.xlsx", "screening", "name", "credit_code", "process"))


def first_reviews(desk: Desk) -> None:
    """By 07-20 the counties report: 灵宝市 in time, 湖滨区 a day late, six not at all."""
    reviews = [review(FIRST, "A", "07-19"), review(SECOND, "B", "07-19"), review(FOURTH, "C", "07-19", m_gate="无", opinion="退回整改", shortfall="没有门禁")]
    desk.send("灵宝市", 7, "07-20", FIRST, SECOND, FOURTH, review=reviews)
    desk.send("湖滨区", 7, "07-21", THIRD, review=[review(THIRD, "引领性", "07-20")])
    outcome = calendar([desk.folder / "收件箱7"], POLICY, day("07-22"))
    desk.note("07-22 各县进度", [shown([line[name] for name in ("county", "month", "due", "reported", "state")]) for line in outcome.progress if line["month"] == "7月"])
    desk.note("07-22 迟报", findings(outcome.findings, "W832"))


def packages(desk: Desk) -> None:
    """What each county reports in July."""
    desk.run("pack", desk.folder / "收件箱7", "--month", "7月", "-o", desk.folder / "上报包")
    for county in ("湖滨区", "灵宝市"):
        with ZipFile(desk.folder / "上报包" / f"{county}-7月.zip") as parcel:
            (desk.folder / "清单.xlsx").write_bytes(parcel.read("1-绩效分级清单/绩效分级清单.xlsx"))
        rows = open_book(desk.folder / "清单.xlsx").values("绩效分级清单")[FIRST_ROW - 1 :]
        desk.note(f"07-20 上报包 {county}", [shown([row[0], row[1], row[5], row[7], row[8], row[9]]) for row in rows if row[0]])


def site_checks(desk: Desk) -> None:
    """By the month's end the city visits whom the counties agree to; the batch closes only with all of them."""
    check(desk.folder / "核查表", FIRST, best(REFRACTORY), "07-26")
    check(desk.folder / "核查表", SECOND, at_b(), "07-27")
    said = desk.run("close", desk.folder / "收件箱7", desk.folder / "核查表", "--month", "7月").splitlines()
    desk.note("07-28 月末", [line for line in said if "批次" in line and "W" not in line])
    check(desk.folder / "核查表", THIRD, best(MACHINING), "07-29")
    desk.run("sign", desk.folder / "核查表", "-o", desk.folder / "已封签")
    book = desk.folder / "月末汇总.xlsx"
    said = desk.run("close", desk.folder / "收件箱7", desk.folder / "已封签", "--month", "7月", "-o", book).splitlines()
    desk.note("07-31 月末", [line for line in said if "批次" in line])
    desk.note("07-31 月末汇总", desk.table(book, "batch", "complete", "county", "name", "applied", "conclusion", "site"))


def decision(desk: Desk) -> None:
    """The leading group decides; the result is published for a week."""
    summary = desk.folder / "市级汇总.xlsx"
    desk.run("merge", desk.folder / "收件箱7", desk.folder / "已封签", "-o", summary)
    decide(summary, 甲=("A", "07-31"), 乙=("B", "07-31"), 丙=("引领性", "07-31"))
    publication(desk, "08-01 公示", "公示", ("08-01", "08-07"))


def publication(desk: Desk, title: str, name: str, days: tuple[str, str]) -> None:
    said = desk.run("publish", desk.folder / "市级汇总.xlsx", "--start", day(days[0]), "--end", day(days[1]), "-o", desk.folder / name)
    rows = open_book(desk.folder / name / "公示名单.xlsx").values(load_form("publication").sheet)
    desk.note(title, [shown(list(row)) for row in rows if isinstance(row[0], float)])
    desk.note(f"{title} 不列入", [line[line.index("“") :] for line in said.splitlines() if "不能列入" in line and "“" in line])


def protected(desk: Desk) -> None:
    """By 09-05 灵宝市 reports its protected plant, in time."""
    one = filled("protected", credit_code=CODES[SECOND], valid_from=day("10-01"), valid_to=date(2023, 3, 31))
    desk.send("灵宝市", 9, "09-05", SECOND, protected=[one])
    outcome = calendar([desk.folder / "收件箱9"], POLICY, day("09-06"))
    lines = [line for line in outcome.progress if str(line["due"]) == "2022-09-05"]
    desk.note("09-06 保障类清单", [shown([line[name] for name in ("county", "reported", "state")]) for line in lines])


def emergency(desk: Desk) -> None:
    """By 09-20 the emergency list follows the grades: a fifth of 甲's 10, 20 and 30 kg/d is cut at orange, the protected plant stands apart."""
    cuts = {f"{name}_{level}": value for level, cut in (("yellow", 10.0), ("orange", 20.0), ("red", 30.0)) for name, value in (("measure", f"限产{cut:g}%"), ("cut", cut))}
    one = {"day_pm": 10.0, "day_so2": 20.0, "day_nox": 30.0, "day_voc": 0.0, **cuts}
    protected_one = filled("protected", credit_code=CODES[SECOND], valid_from=day("10-01"), valid_to=date(2023, 3, 31))
    measures = [filled("measures", credit_code=CODES[at], process="烧成", grade=grade, **one) for at, grade in ((FIRST, "A"), (SECOND, "B"))]
    desk.send("灵宝市", 9, "09-20", FIRST, SECOND, protected=[protected_one], measures=measures)
    outcome = calendar([desk.folder / "收件箱9"], POLICY, day("09-21"))
    desk.note("09-21 应急减排清单报送", [shown([line[name] for name in ("name", "who", "state")]) for line in outcome.lines if str(line["due"]) == "2022-09-20" and not str(line["name"]).startswith("完成当月")])
    desk.note("09-21 县里的减排措施不当作报过省平台", [str(line["name"]) for line in outcome.progress if "应急减排清单" in str(line["name"])])
    desk.run("merge", desk.folder / "收件箱7", desk.folder / "收件箱9", desk.folder / "已封签", "-o", desk.folder / "市级汇总.xlsx")
    decide(desk.folder / "市级汇总.xlsx", 甲=("A", "07-31"), 乙=("B", "07-31"))
    book = desk.folder / "应急减排清单.xlsx"
    desk.run("emergency", desk.folder / "市级汇总.xlsx", "-o", book)
    desk.note("09-20 应急减排清单", desk.table(book, "emergency", "county", "name", "grade", "cut_orange", "orange_pm", "orange_so2", "orange_nox"))
    desk.note("09-20 保障类企业", desk.table(book, "emergency_protected", "county", "name", "grade", "protected_kind"))


def violation(desk: Desk) -> None:
    """In October the A plant discharges in secret: no step is taken by itself, the grade decided counts."""
    event = filled("changes", credit_code=CODES[FIRST], process="烧成", change_kind="环境违法", found_date=day("10-10"), old_grade="A", second_review="不需要")
    for decided in ({"new_grade": None, "decided_by": None, "decided_date": None}, {"new_grade": "C", "decided_by": "市绩效分级评定领导小组", "decided_date": day("10-20")}):
        desk.send("灵宝市", 10, "10-20", FIRST, changes=[event | decided])
        said = desk.run("grade", desk.folder / "已封签", desk.folder / "收件箱10").splitlines()
        at = next(number for number, line in enumerate(said) if NAMES[FIRST] in line)
        desk.note("10-20 环境违法", [said[at].replace("　", " | "), *(line.strip() for line in said[at + 1 : at + 12] if line.strip().startswith("“环境违法”"))])
    desk.run("merge", desk.folder / "收件箱7", desk.folder / "收件箱9", desk.folder / "收件箱10", desk.folder / "已封签", "-o", desk.folder / "市级汇总.xlsx")
    decide(desk.folder / "市级汇总.xlsx", 甲=("A", "07-31"))       # as it was: nobody has written the new grade down yet
    publication(desk, "10-21 公示", "公示2", ("10-21", "10-27"))
    decide(desk.folder / "市级汇总.xlsx", 甲=("C", "10-20"))
    publication(desk, "10-22 公示", "公示3", ("10-22", "10-28"))


def adjustment(desk: Desk) -> None:
    """Up to 11-15 one adjustment may be reported; on 11-16 the year is closed."""
    for reported in ("11-15", "11-16"):
        desk.send("灵宝市", 11, reported, FOURTH, review=[review(FOURTH, "C", reported)])
        desk.note(f"{reported} 动态调整", findings(calendar([desk.folder / "收件箱11"], POLICY, day("11-17")).findings, "W832", "W836"))
