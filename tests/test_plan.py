"""一企一策: every gap to the goal, what people planned for it kept, and a document to print."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.checklist_books import applicant, at_best, visit, write
from tests.checklists import best, table_of
from tests.county_files import CODES, NAMES, POLICY, county_file, enterprise, filled
from xltools.actions.plan import Planning, plan_files
from xltools.books.docx import tables_in
from xltools.books.file import open_book
from xltools.faces import cli
from xltools.model.code import Code
from xltools.model.finding import StopError
from xltools.model.form import FIRST_ROW, HEADER_ROW, load_form
from xltools.model.result import Written

REFRACTORY = table_of("refractory")
DAY = date(2022, 8, 1)


def found(*changes: tuple[str, object]) -> dict[str, object]:
    return best(REFRACTORY) | dict(changes)


def inbox(folder: Path, seen: dict[str, object], target: str | None = "A") -> Path:
    """A refractory plant with its county's form: it wants `target` by the end of October; one problem is noted there."""
    row = enterprise(0, industry="耐火材料", process="烧成", table="耐火材料", target=target, applied=None, target_date=date(2022, 10, 31))
    noted = filled("rectification", credit_code=CODES[0], process="烧成", indicator="无组织排放", due=date(2022, 8, 31), done=None, result=None)
    county_file(folder, "灵宝市", [row], rectification=[noted])
    write(folder / "甲.xlsx", applicant(REFRACTORY, code=CODES[0], name=NAMES[0]), [visit(REFRACTORY, seen)])
    return folder


def planned(source: Path, folder: Path, last: Path | None = None, day: date = DAY) -> Written:
    return plan_files([source], Planning(POLICY, folder, day, last))


def rows(path: Path, form: str = "plan") -> list[dict[str, object]]:
    sheet = load_form(form)
    grid = open_book(path).values(sheet.sheet)
    labels = [str(one).rstrip("*") for one in grid[HEADER_ROW - 1]]
    lines = [dict(zip(labels, row, strict=True)) for row in grid[FIRST_ROW - 1 :]]
    return [{one.name: line[one.label] for one in sheet} for line in lines if line[sheet["name"].label]]


def failing(grade: str) -> tuple[str, str]:
    """Number and label of the first choice indicator of the table that has a requirement of this grade."""
    one = next(one for one in REFRACTORY.indicators if one.options and one.requirement(grade) and one.requirement(grade).known)
    return one.no, f"{one.category}—{one.item}"


def bad(no: str) -> str:
    """An option of the indicator that no grade accepts."""
    one = next(one for one in REFRACTORY.indicators if one.no == no)
    return next(option for option in one.options if all(option not in asked.values for asked in one.requirements if asked.known))


def test_a_plan_lists_every_gap_to_the_goal_with_its_requirement_and_cell(tmp_path: Path) -> None:
    no, label = failing("A")
    done = planned(inbox(tmp_path / "收件箱", found((no, bad(no)))), tmp_path / "方案")
    line = rows(done.paths[0])
    assert [(one["indicator"], one["found"], one["goal"], one["group"]) for one in line] == [(label, bad(no), "A", "申报帮扶组3")]
    asked = next(one for one in REFRACTORY.indicators if one.no == no).requirement("A")
    assert asked
    assert line[0]["required"] == asked.text
    assert (line[0]["file"], line[0]["sheet"]) == ("甲.xlsx", "烧成")
    assert [path.name for path in done.paths] == ["提升跟踪.xlsx", f"灵宝市-{NAMES[0]}-{CODES[0]}.docx"]


def test_the_document_has_the_same_gaps_and_room_for_what_is_to_be_agreed(tmp_path: Path) -> None:
    no, label = failing("A")
    done = planned(inbox(tmp_path / "收件箱", found((no, bad(no)))), tmp_path / "方案")
    table = tables_in(done.paths[1].read_bytes(), "x.docx")[0]
    assert [cell.text for cell in table.cells][:9] == ["序号", "没有达到的指标项", "现场情况", "目标等级的要求", "提升措施", "责任人", "完成日期", "1", label]
    assert any("目标 A（2022-10-31 前），还差 1 项" in one.text for one in table.before)
    assert any("企业负责人（签字）" in one.text for one in table.after)


def test_a_day_that_cannot_be_read_is_carried_on_as_it_was_typed(tmp_path: Path) -> None:
    no, _ = failing("A")
    source = inbox(tmp_path / "收件箱", found((no, bad(no))))
    path = planned(source, tmp_path / "一").paths[0]
    book, form = openpyxl.load_workbook(path), load_form("plan")
    book[form.sheet].cell(FIRST_ROW, [one.name for one in form].index("due") + 1).value = "8月底"
    book.save(path)
    done = planned(source, tmp_path / "二", path)
    assert [one["due"] for one in rows(done.paths[0])] == ["8月底"]
    assert Code.NOT_A_DATE in {one.code for one in done.findings}


def test_without_a_goal_the_next_better_grade_counts(tmp_path: Path) -> None:
    """A process at C that names no goal is planned for the grade above, B- where the table has it."""
    no, _ = failing("A")
    done = planned(inbox(tmp_path / "收件箱", found((no, bad(no))), target=None), tmp_path / "方案")
    grades = [*REFRACTORY.ladder[::-1], REFRACTORY.lowest]
    line = rows(done.paths[0])[0]
    assert line["site"] in grades
    assert grades.index(str(line["goal"])) == grades.index(str(line["site"])) - 1


@pytest.mark.parametrize(
    ("seen", "target", "gaps"),
    [
        ({"19": 80.0}, "C", [("A", "19")]),                 # the county's goal is below what was found: the next better grade
        ({"19": 80.0}, "B", [("A", "19")]),
        ({"19": 60.0}, "A", [("A", "19")]),                 # further up than the next: what the county wants
        ({"19": 80.0, "13": None}, None, [("B", "13")]),    # nothing verified: the best grade that the rest allows
        ({"19": 80.0, "13": None}, "A", [("A", "19"), ("A", "13")]),
        ({"19": 80.0, "11": ("不适用", "没有粉料")}, "A", [("A", "19")]),
    ],
)
def test_the_goal_is_better_than_what_was_found(seen: dict[str, object], target: str | None, gaps: list[tuple[str, str]], tmp_path: Path) -> None:
    """二(二): a plan is for a better grade; 三(三)3: road transport at 80 % is a B and at 60 % a B- (refractory, items 13 and 19)."""
    items = {no: next(f"{one.category}—{one.item}" for one in REFRACTORY.indicators if one.no == no) for no in ("13", "19")}
    done = planned(inbox(tmp_path / "收件箱", found(*seen.items()), target=target), tmp_path / "方案")
    assert sorted((one["goal"], one["indicator"]) for one in rows(done.paths[0])) == sorted((goal, items[no]) for goal, no in gaps)


def test_what_the_county_demanded_stands_beside_the_gap_it_is_about(tmp_path: Path) -> None:
    done = planned(inbox(tmp_path / "收件箱", found(("10", "敞开"), ("19", 80.0))), tmp_path / "方案")
    assert [("破碎机密闭并接入除尘" in str(one["noted"] or ""), str(one["indicator"]).split("—")[0]) for one in rows(done.paths[0])] == [(True, "无组织排放"), (False, "运输方式")]


def test_what_is_open_stands_in_the_plan_as_such(tmp_path: Path) -> None:
    no, _ = failing("A")
    done = planned(inbox(tmp_path / "收件箱", {key: value for key, value in best(REFRACTORY).items() if key != no}), tmp_path / "方案")
    assert [one["found"] for one in rows(done.paths[0])] == ["待核实"]


def test_a_result_that_nobody_can_judge_is_said_to_be_open_and_not_to_be_short(tmp_path: Path) -> None:
    """ND is neither met nor missed; a unit stands behind numbers only."""
    done = planned(inbox(tmp_path / "收件箱", found(("8", "ND"), ("6", 12.0))), tmp_path / "方案")
    assert [one["found"] for one in rows(done.paths[0])] == ["12 mg/m³", "ND（待核实）"]
    assert Code.PLAN_OPEN in [one.code for one in done.findings]


def test_an_enterprise_at_the_top_needs_no_plan(tmp_path: Path) -> None:
    done = planned(inbox(tmp_path / "收件箱", best(REFRACTORY)), tmp_path / "方案")
    assert [path.name for path in done.paths] == ["提升跟踪.xlsx"]
    assert Code.PLAN_MET in [one.code for one in done.findings]
    assert rows(done.paths[0]) == []


def written(path: Path, **words: object) -> None:
    """What a person writes beside the first gap."""
    book = openpyxl.load_workbook(path)
    sheet = book[load_form("plan").sheet]
    labels = {str(cell.value).rstrip("*"): cell.column for cell in sheet[HEADER_ROW]}
    for name, value in words.items():
        sheet.cell(FIRST_ROW, labels[load_form("plan")[name].label]).value = value
    book.save(path)


WORDS = {"measure": "更换燃烧器", "responsible": "张三", "due": date(2022, 7, 15), "progress": "进行中", "remark": "已招标"}


def test_a_second_run_keeps_what_people_wrote_and_tells_what_is_overdue(tmp_path: Path) -> None:
    no, label = failing("A")
    source = inbox(tmp_path / "收件箱", found((no, bad(no))))
    last = planned(source, tmp_path / "一").paths[0]
    written(last, **WORDS)
    again = planned(source, tmp_path / "二", last)
    line = rows(again.paths[0])[0]
    assert [line[name] for name in ("measure", "responsible", "progress", "remark")] == ["更换燃烧器", "张三", "进行中", "已招标"]
    assert str(line["due"])[:10] == "2022-07-15"
    late = [one.message for one in again.findings if one.code is Code.PLAN_OVERDUE]
    assert late == [f"“{NAMES[0]}”（烧成）的“{label}”计划 2022-07-15 完成，到 2022-08-01 还没有完成"]
    assert Code.PLAN_OVERDUE not in [one.code for one in planned(source, tmp_path / "三", last, date(2022, 7, 15)).findings]
    assert "更换燃烧器" in [cell.text for cell in tables_in(again.paths[1].read_bytes(), "x.docx")[0].cells]


@pytest.mark.parametrize(("words", "late"), [({}, 0), ({"due": None}, 0), ({"done": date(2022, 7, 14)}, 0), ({"progress": "已完成"}, 0), ({"progress": "未开始"}, 1)])
def test_only_what_had_a_day_and_no_end_is_overdue(words: dict[str, object], late: int, tmp_path: Path) -> None:
    no, _ = failing("A")
    source = inbox(tmp_path / "收件箱", found((no, bad(no))))
    last = planned(source, tmp_path / "一").paths[0]
    if words:
        written(last, **WORDS | words)
    assert [one.code for one in planned(source, tmp_path / "二", last).findings].count(Code.PLAN_OVERDUE) == late


def test_a_gap_that_is_closed_moves_to_the_second_sheet_with_its_words_and_stays_there(tmp_path: Path) -> None:
    no, label = failing("A")
    last = planned(inbox(tmp_path / "收件箱", found((no, bad(no)))), tmp_path / "一").paths[0]
    written(last, **WORDS)
    better = inbox(tmp_path / "新", best(REFRACTORY))
    for folder in ("二", "三"):
        done = planned(better, tmp_path / folder, last)
        last = done.paths[0]
        assert Code.PLAN_OVERDUE not in [one.code for one in done.findings]
        assert rows(last) == []
        assert [(one["indicator"], one["measure"]) for one in rows(last, "plan_met")] == [(label, "更换燃烧器")]


def test_nothing_is_written_over_and_another_workbook_is_no_tracking_workbook(tmp_path: Path) -> None:
    no, _ = failing("A")
    source = inbox(tmp_path / "收件箱", found((no, bad(no))))
    first = planned(source, tmp_path / "方案")
    before = [path.read_bytes() for path in first.paths]
    with pytest.raises(StopError):
        planned(source, tmp_path / "方案")
    assert [path.read_bytes() for path in first.paths] == before
    with pytest.raises(StopError):
        planned(source, tmp_path / "别处", source / "灵宝市.xlsx")


def test_what_a_county_already_demands_stands_beside_the_gap(tmp_path: Path) -> None:
    no = next(one.no for one in REFRACTORY.indicators if one.category == "无组织排放" and one.options and one.requirement("A"))
    done = planned(inbox(tmp_path / "收件箱", found((no, bad(no)))), tmp_path / "方案")
    assert [one["noted"] for one in rows(done.paths[0])] == ["LB-01 破碎机密闭并接入除尘（张三，2022-08-31）"]


def test_the_command_says_what_it_wrote_and_that_there_was_nothing_to_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    no, _ = failing("A")
    source = inbox(tmp_path / "收件箱", found((no, bad(no))))
    assert cli.run(["plan", str(source), "-o", str(tmp_path / "方案")]) == 0
    assert "→ A，还差 1 项" in capsys.readouterr().out
    (source / "甲.xlsx").unlink()
    assert cli.run(["plan", str(source), "-o", str(tmp_path / "空")]) == 1
    assert "W853" in capsys.readouterr().out
    assert not (tmp_path / "空").exists()


def test_a_visit_at_its_best_but_for_one_thing_is_what_the_plan_is_about(tmp_path: Path) -> None:
    """The plan's gaps are the ones of the grading engine when the goal is the next grade."""
    no, label = failing("A")
    path = write(tmp_path / "甲.xlsx", applicant(REFRACTORY, code=CODES[0], name=NAMES[0]), [at_best(REFRACTORY, **{f"no_{no}": bad(no)})])
    done = planned(path, tmp_path / "方案")
    assert [one["indicator"] for one in rows(done.paths[0])] == [label]
