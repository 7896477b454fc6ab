"""Who is who through the months: counties send, the city decides, and what must stand where was worked out by hand.

Each play tells in its first line what happens and by which clause; what must come of it stands in `who_is_who.txt`.
"""

import shutil
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.county_files import CODES, NAMES, POLICY, county_file, filled
from xltools.actions.emergency import emergency
from xltools.actions.merge import merge
from xltools.actions.named_lists import lists_of
from xltools.actions.publish import publish
from xltools.books.base import Cell
from xltools.books.file import open_book
from xltools.model.form import FIRST_ROW, load_form
from xltools.model.publication import Notice

EXPECTED = Path(__file__).with_name("who_is_who.txt")
A, B = CODES[:2]
MISTYPED = A[:-1] + "0"
FIRST, SECOND, THIRD = NAMES[:3]
HOME, OTHER = "灵宝市", "湖滨区"
BRIBED = filled("changes", process="熔炼", change_kind="贿赂", found_date=date(2022, 8, 10), old_grade="B", second_review="不需要", new_grade="D", decided_by="市绩效分级评定领导小组", decided_date=date(2022, 8, 12))
WHOSE = "E557"
Row = tuple[str, str, str] | tuple[str, str, str, str]      # code, name, process, and the grade applied for where it is not B


class Desk:
    """The city's desk: an inbox, a summary, and the protocol of what follows from them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lines, self.count = folder, list[str](), 0
        self.summary = folder / "市级汇总.xlsx"

    def send(self, county: str, month: int, *rows: Row, **sheets: list[Mapping[str, Cell]]) -> None:
        screening = [filled("screening", credit_code=code, name=name, process=process, applied=(*more, "B")[0], permit_no="无") for code, name, process, *more in rows]
        made = county_file(self.folder / "写", county, screening, {"batch": f"{month}月", "report_date": date(2022, month, 20), "sign_date": date(2022, month, 20)}, **sheets)
        (self.folder / "收件箱").mkdir(exist_ok=True)
        shutil.move(made, self.folder / "收件箱" / f"{county}{month}月.xlsx")

    def merge(self) -> None:
        self.count += 1
        self.merged = merge([self.folder / "收件箱"], self.summary, POLICY, datetime(2022, 9, self.count, 9))

    def write(self, form: str, values: Mapping[str, Cell], **where: Cell) -> None:
        """A person writes into the rows of a sheet that have these values."""
        book, names = openpyxl.load_workbook(self.summary), [one.name for one in load_form(form)]
        sheet = book[load_form(form).sheet]
        rows = [row for row in range(FIRST_ROW, sheet.max_row + 1) if all(sheet.cell(row, names.index(name) + 1).value == value for name, value in where.items())]
        assert rows
        for row in rows:
            for name, value in values.items():
                sheet.cell(row, names.index(name) + 1).value = value
        book.save(self.summary)

    def grade(self, grade: str, **where: Cell) -> None:
        self.write("ledger", {"decided": grade, "decided_date": date(2022, 7, 31)}, **where)

    def decide(self, clash: str, right: str) -> None:
        """The city chooses the side of this county, name or code, or both."""
        line = next(one for one in rows_of(self.summary, "conflicts") if one["clash"] == clash)
        first = right in (line["first_county"], line["first_name"], line["first_code"])
        self.write("conflicts", {"decision": right if right == "两方都保留" else "以甲方为准" if first else "以乙方为准"}, about=line["about"])

    def note(self, sheet: str, form: str, *names: str, path: Path | None = None) -> None:
        self.lines += [f"{sheet} " + " ".join(text(one[name]) for name in names) for one in rows_of(path or self.summary, form)]

    def results(self) -> None:
        """The line of every enterprise, the public list, the named lists, the emergency list."""
        self.note("总表", "enterprises", "county", "name", "credit_code", "process_list", "decided", "confirm")
        self.public()
        lists, urgent = self.folder / f"名单{self.count}.xlsx", self.folder / f"应急{self.count}.xlsx"
        last = self.folder / f"应急{self.count - 1}.xlsx"
        listed = lists_of(self.summary, lists, POLICY)
        self.note("名单", "named_lists", "kind", "name", "grade", path=lists)
        done = emergency(self.summary, urgent, POLICY, last if last.exists() else None)
        told = {"汇总": self.merged.findings, "各类名单": listed.findings, "应急减排清单": done.findings}
        self.lines += [f"分不清 {name}" for name, some in told.items() if WHOSE in {one.code.number for one in some}]
        self.note("应急", "emergency", "name", "credit_code", "process", "grade", "orange_pm", path=urgent)
        if last.exists():
            self.note("与上次", "emergency_changes", "move", "name", "item", "before", "after", path=urgent)

    def public(self) -> None:
        """Who is published, and of all others the reason why not."""
        done = publish(self.summary, Notice(POLICY, date(2022, 9, 25), date(2022, 9, 30)), self.folder / f"公示{self.count}")
        if done.paths:
            rows = open_book(done.paths[0]).values(load_form("publication").sheet)
            self.lines += [f"公示 {row[1]} {row[2]} {row[4]}" for row in rows if isinstance(row[0], float)]
        self.lines += [one.message.replace("不能列入公示", " 不列入") for one in done.findings if one.code.number == "W762"]
        self.lines += [one.message for one in done.findings if one.code.number == WHOSE]


def rows_of(path: Path, form: str) -> list[dict[str, Any]]:
    sheet = load_form(form)
    if sheet.sheet not in (book := open_book(path)).sheets:
        return []
    return [dict(zip([one.name for one in sheet], row, strict=False)) for row in book.values(sheet.sheet)[FIRST_ROW - 1 :] if row[0] is not None]


def text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value or "-")


def cuts(code: str, process: str, grams: float, share: float = 20.0) -> dict[str, Cell]:
    """A row of measures: so much dust a day, a share cut at every warning."""
    levels = {f"{name}_{level}": value for level in ("yellow", "orange", "red") for name, value in (("measure", f"限产{share:g}%"), ("cut", share))}
    return filled("measures", credit_code=code, process=process, grade="B", day_pm=grams, **levels)


# --- the plays ----------------------------------------------------------------------------------------------------------


def renamed(desk: Desk) -> None:
    """01 7月评定B，8月改了名称又申报A：还没有评定时问是否仍按B，评定后只公示一次，用新名称（三(三)4）"""
    desk.send(HOME, 7, (A, FIRST, "铸件"), measures=[cuts(A, "铸件", 10.0)])
    desk.merge()
    desk.grade("B", batch="7月")
    desk.merge()
    desk.results()
    desk.send(HOME, 8, (A, SECOND, "铸件", "A"), measures=[cuts(A, "铸件", 10.0)])
    desk.merge()
    desk.results()
    desk.grade("A", batch="8月")
    desk.merge()
    desk.results()


def mistyped(desk: Desk) -> None:
    """02 7月代码错一位，评定B；8月改正，还没有评定：是同一家，不能一面按B公示、一面说没有评定（三(三)4）"""
    desk.send(HOME, 7, (MISTYPED, FIRST, "铸件"), measures=[cuts(MISTYPED, "铸件", 10.0)])
    desk.merge()
    desk.grade("B", batch="7月")
    desk.send(HOME, 8, (A, FIRST, "铸件"))
    desk.merge()
    desk.results()


def corrected(desk: Desk) -> None:
    """03 7月用了另一个有效代码，事件也登记在那个代码上；市级定为同一家，以8月的代码为准：贿赂照样按最低等级（五1）"""
    desk.send(HOME, 7, (B, FIRST, "熔炼"), measures=[cuts(B, "熔炼", 10.0)])
    desk.merge()
    desk.grade("B", batch="7月")
    desk.merge()
    desk.results()
    desk.send(HOME, 8, (A, FIRST, "熔炼"), measures=[cuts(A, "熔炼", 10.0, 30.0)], changes=[BRIBED | {"credit_code": B}])
    desk.merge()
    desk.decide("一名两码", A)
    desk.grade("A", batch="8月")
    desk.merge()
    desk.results()


def borrowed(desk: Desk) -> None:
    """04 甲7月误用乙的代码，8月改正；市级定了甲的代码，乙还是乙（三(三)3）"""
    desk.send(HOME, 7, (B, FIRST, "铸件"), (B, SECOND, "熔炼"))
    desk.merge()
    desk.send(HOME, 8, (A, FIRST, "铸件"), (B, SECOND, "熔炼"))
    desk.merge()
    desk.decide("一名两码", A)
    desk.grade("A", batch="8月", process="铸件")
    desk.grade("C", batch="8月", process="熔炼")
    desk.merge()
    desk.results()


def one_after_all(desk: Desk) -> None:
    """05 名称相近，一行没有代码，市级定为同一家：总体以较差的工序为准，只公示一次；贿赂涉及全企业（三(三)3、五1）"""
    one, other = "三门峡示例铸造有限公司", "三门峡市示例铸造厂"
    rows = [(A, one, "铸件"), ("无", other, "熔炼")]
    desk.send(HOME, 7, *rows, measures=[cuts(A, "铸件", 10.0), cuts("无", "熔炼", 20.0)])
    desk.merge()
    desk.decide("名称相近", A)
    desk.grade("B", process="铸件")
    desk.grade("C", process="熔炼")
    desk.merge()
    desk.results()
    desk.send(HOME, 7, *rows, measures=[cuts(A, "铸件", 10.0), cuts("无", "熔炼", 20.0)], changes=[BRIBED | {"credit_code": "无"}])
    desk.merge()
    desk.results()


def two_after_all(desk: Desk) -> None:
    """06 一个代码两个名称，市级定为两家：各按各的等级公示，不取较差的（三(三)3）"""
    desk.send(HOME, 7, (A, FIRST, "铸件"), (A, SECOND, "熔炼"))
    desk.merge()
    desk.decide("一码两名", "两方都保留")
    desk.grade("B", process="铸件")
    desk.grade("A", process="熔炼")
    desk.merge()
    desk.results()


def two_in_two_counties(desk: Desk) -> None:
    """07 两地用了一个代码，市级定为两家：属地已经核实，各自公示（三(三)5）"""
    desk.send(HOME, 7, (A, FIRST, "铸件"), measures=[cuts(A, "铸件", 10.0)])
    desk.send(OTHER, 7, (A, SECOND, "铸件"), measures=[cuts(A, "铸件", 20.0, 30.0)])
    desk.merge()
    desk.decide("一码两名", "两方都保留")
    desk.decide("两地同报", "两方都保留")
    desk.grade("B", county=HOME)
    desk.grade("A", county=OTHER)
    desk.merge()
    desk.results()


def two_sites(desk: Desk) -> None:
    """11 一家企业在两地各有一个厂，市级定为两方都保留：不再问属地，各县公示本县的厂（三(三)5）"""
    for county in (HOME, OTHER):
        desk.send(county, 7, (A, FIRST, "铸件"))
    desk.merge()
    desk.note("总表", "enterprises", "county", "confirm")
    desk.decide("两地同报", "两方都保留")
    desk.grade("B", county=HOME)
    desk.grade("C", county=OTHER)
    desk.merge()
    desk.note("总表", "enterprises", "county", "confirm")
    desk.public()
    emergency(desk.summary, desk.folder / "应急.xlsx", POLICY)
    desk.note("应急", "emergency", "county", "grade", "confirm", path=desk.folder / "应急.xlsx")


def one_of_two_bribed(desk: Desk) -> None:
    """12 一个代码定为两家，贿赂的是乙：甲不受影响，乙按最低等级；写不清是哪一家的，两家都不动，问人（五1）"""
    rows = [(A, FIRST, "铸件"), (A, SECOND, "熔炼")]
    desk.send(HOME, 7, *rows, changes=[BRIBED | {"credit_code": A}])
    desk.merge()
    desk.decide("一码两名", "两方都保留")
    desk.grade("B")
    desk.merge()
    desk.results()
    desk.send(HOME, 7, *rows, changes=[BRIBED | {"credit_code": A, "process": "全厂"}])
    desk.merge()
    desk.results()


def one_of_two_in_two_counties_bribed(desk: Desk) -> None:
    """13 两地用了一个代码，定为两家，贿赂的是灵宝市的甲：湖滨区的乙不受影响（五1）"""
    bribed = BRIBED | {"credit_code": A, "process": "铸件"}
    desk.send(OTHER, 7, (A, SECOND, "铸件"))
    desk.send(HOME, 7, (A, FIRST, "铸件"), changes=[bribed])
    desk.merge()
    desk.decide("一码两名", "两方都保留")
    desk.decide("两地同报", "两方都保留")
    desk.grade("B")
    desk.merge()
    desk.results()


def one_of_two_protected(desk: Desk) -> None:
    """14 一个代码定为两家，保障类的是乙：甲照样减排（四）"""
    told = filled("protected", credit_code=A, name=SECOND, project="否", green="")
    desk.send(HOME, 7, (A, FIRST, "铸件"), (A, SECOND, "熔炼"), protected=[told])
    desk.merge()
    desk.decide("一码两名", "两方都保留")
    desk.grade("B")
    desk.merge()
    emergency(desk.summary, desk.folder / "应急.xlsx", POLICY)
    desk.note("应急", "emergency", "name", "grade", path=desk.folder / "应急.xlsx")
    desk.note("保障", "emergency_protected", "name", "grade", path=desk.folder / "应急.xlsx")


def three_names(desk: Desk) -> None:
    """15 乙、丙用一个代码，定为两家；甲排到前面，定为就是乙：不再问甲和丙，丙贿赂不影响甲（三(三)3、五1）"""
    two = [(A, SECOND, "熔炼"), (A, THIRD, "造型")]
    bribed = BRIBED | {"credit_code": A, "name": THIRD, "process": "造型"}
    desk.send(HOME, 7, *two)
    desk.merge()
    desk.decide("一码两名", "两方都保留")
    desk.merge()
    desk.send(HOME, 7, (A, FIRST, "铸件"), *two, changes=[bribed])
    desk.merge()
    desk.note("冲突", "conflicts", "first_name", "second_name")
    desk.decide("一码两名", FIRST)
    desk.grade("B")
    desk.merge()
    desk.note("冲突", "conflicts", "first_name", "second_name")
    desk.results()


def nobody_protected(desk: Desk) -> None:
    """16 一个代码定为两家，看不出保障类、贿赂的是哪一家：都不算，问灵宝市；照改法粘贴排第一的甲的名称以后，就是甲（四、五1）"""
    for name in ({}, {"name": FIRST}):
        told = filled("protected", credit_code=A, project="否", green="", **name)
        desk.send(HOME, 7, (A, FIRST, "铸件"), (A, SECOND, "熔炼"), protected=[told], changes=[BRIBED | {"credit_code": A, "process": "全厂", **name}])
        desk.merge()
        if not name:
            desk.decide("一码两名", "两方都保留")
            desk.grade("B")
            desk.merge()
        desk.lines += [f"问题 {one['county']} {one['sheet']} {one['code']}" for one in rows_of(desk.summary, "problems") if one["code"] in ("E557", "E559", "W216", "N228")]
        path = desk.folder / f"应急{desk.count}.xlsx"
        desk.lines += [f"应急问 {one.code.number}" for one in emergency(desk.summary, path, POLICY).findings if one.code.number in ("E557", "E559")]
        desk.note("应急", "emergency", "name", "grade", path=path)
        desk.note("保障", "emergency_protected", "name", "grade", path=path)


def turned_round(desk: Desk) -> None:
    """08 两地同报，先定灵宝市，改定湖滨区，再取消：市里写在哪一行的话回到哪一行（没有条款，按手册“待认领”）"""
    for county in (HOME, OTHER):
        desk.send(county, 7, (A, FIRST, "铸件"))
    desk.merge()
    desk.write("ledger", {"city_remark": "灵宝的话"}, county=HOME)
    desk.write("ledger", {"city_remark": "湖滨的话"}, county=OTHER)
    desk.decide("两地同报", HOME)
    for decision in (None, "以甲方为准", "两方都保留"):
        if decision:
            desk.write("names", {"decision": decision})
        desk.merge()
        desk.note("台账", "ledger", "county", "name", "city_remark")
        desk.note("待认领", "unclaimed", "county", "name", "content")


def moved_back(desk: Desk) -> None:
    """09 定了灵宝市以后，灵宝市不再报这一家：湖滨区的一行照样汇总（没有条款，按手册“冲突处理”）"""
    desk.send(HOME, 7, (A, FIRST, "铸件"), (B, SECOND, "铸件"))
    desk.send(OTHER, 7, (A, FIRST, "铸件"))
    desk.merge()
    desk.decide("两地同报", HOME)
    desk.merge()
    desk.note("台账", "ledger", "county", "name")
    desk.send(HOME, 7, (B, SECOND, "铸件"))
    desk.merge()
    desk.note("台账", "ledger", "county", "name")


def back_in_another_month(desk: Desk) -> None:
    """10 7月的行删了，9月又报：7月的评定等级等着7月的行，不算9月的；7月补报才放回（三(三)4）"""
    desk.send(HOME, 7, (A, FIRST, "铸件"), (B, SECOND, "铸件"))
    desk.merge()
    desk.grade("B", credit_code=A)
    desk.merge()
    desk.send(HOME, 7, (B, SECOND, "铸件"))
    desk.send(HOME, 9, (A, FIRST, "铸件"))
    desk.merge()
    desk.note("台账", "ledger", "batch", "name", "decided")
    desk.note("待认领", "unclaimed", "batch", "name", "item", "content")
    desk.send(HOME, 7, (A, FIRST, "铸件"), (B, SECOND, "铸件"))
    desk.merge()
    desk.note("台账", "ledger", "batch", "name", "decided")
    desk.note("待认领", "unclaimed", "batch", "name", "item", "content")


PLAYS = (renamed, mistyped, corrected, borrowed, one_after_all, two_after_all, two_in_two_counties, turned_round, moved_back, back_in_another_month, two_sites, one_of_two_bribed, one_of_two_in_two_counties_bribed, one_of_two_protected, three_names, nobody_protected)


def expected() -> dict[str, str]:
    """Title → the lines written by hand."""
    parts = EXPECTED.read_text("utf-8").split("== ")[1:]
    return {title: lines.strip() for title, _, lines in (part.partition("\n") for part in parts)}


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.__name__)
def test_every_enterprise_stays_what_it_is(play: Callable[[Desk], None], tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    play(desk)
    assert "\n".join(desk.lines) == expected()[str(play.__doc__)]


def test_every_play_has_its_lines() -> None:
    assert [*expected()] == [str(play.__doc__) for play in PLAYS]
