"""Accountability: changed grades, missing signatures and late checks counted per person and county; a sample that can be drawn again."""

from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.checklist_books import applicant, visit, write
from tests.checklists import best, table_of
from tests.county_files import CODES, NAMES, POLICY, county_file, enterprise, filled
from tests.test_plan import rows
from xltools.actions.recheck import Drawing, recheck
from xltools.faces import cli
from xltools.model.code import Code
from xltools.model.finding import StopError
from xltools.model.form import FIRST_ROW, NOTE_ROW, load_form
from xltools.model.recheck import Case, Weight, load_recheck_words
from xltools.rules.recheck import sample

REFRACTORY = table_of("refractory")
ONE = Case("灵宝市", NAMES[0], CODES[0], "烧成", "B", "B")


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """灵宝市 reviewed two plants as B, one signed on the 21st and by nobody; the city found A at the first, in August, one of two having signed."""
    folder = tmp_path_factory.mktemp("收件箱")
    screening = [enterprise(at, industry="耐火材料", process="烧成", table="耐火材料") for at in (0, 1)]
    said = {"process": "烧成", "applied": "B", "conclusion": "B", "checker1": "张三", "checker2": "李四"}
    reviews = [
        filled("review", credit_code=CODES[0], **said),
        filled("review", credit_code=CODES[1], **said | {"checkers_signed": "未签字", "sign_date": date(2022, 7, 21)}),
    ]
    problems = [filled("rectification", credit_code=CODES[0], process="烧成", origin="省级复核")]
    county_file(folder, "灵宝市", screening, review=reviews, rectification=problems)
    late = date(2022, 8, 2)      # the 31st is a Sunday: whether the Monday after it is late no rule says
    who = tuple({"name": name, "unit": "监测站", "speciality": "大气治理", "signature": sign, "date": late} for name, sign in (("王五", "王五"), ("赵六", None)))
    write(folder / "甲.xlsx", applicant(REFRACTORY, code=CODES[0], name=NAMES[0]), [visit(REFRACTORY, best(REFRACTORY), checked=late, checkers=who)])
    return folder


def made(inbox: Path, folder: Path, seed: str = "2022", weights: Path | None = None) -> Path:
    return recheck([inbox], Drawing(POLICY, folder / f"责任{seed}{bool(weights)}.xlsx", seed, 10, weights=weights)).path


def county_line(path: Path, row: int = FIRST_ROW) -> dict[str, object]:
    form = load_form("recheck_counties")
    sheet = openpyxl.load_workbook(path)[form.sheet]
    return {one.name: sheet.cell(row, at).value for at, one in enumerate(form, 1)}


def test_every_checker_has_the_counts_of_what_came_of_his_checks(inbox: Path, tmp_path: Path) -> None:
    lines = [[one[name] for name in ("side", "name", "unit", "checks", "changed", "province", "unsigned", "late")] for one in rows(made(inbox, tmp_path), "recheck_people")]
    assert lines == [
        ["县级", "张三", "灵宝市", 2, 1, 1, 1, 1],
        ["县级", "李四", "灵宝市", 2, 1, 1, 1, 1],
        ["市级", "王五", "监测站", 1, 0, 1, 0, 1],
        ["市级", "赵六", "监测站", 1, 0, 1, 1, 1],
    ]


def test_every_county_has_its_counts_and_the_processes_behind_them(inbox: Path, tmp_path: Path) -> None:
    path = made(inbox, tmp_path)
    line = county_line(path)
    assert [line[name] for name in ("county", "reviews", "seen", "raised", "lowered", "province", "unsigned", "late")] == ["灵宝市", 2, 1, 1, 0, 1, 1, 1]
    assert f"{NAMES[0]}（烧成）：初审 B，现场核查 A" in str(line["which"])
    assert county_line(path, FIRST_ROW + 1)["county"] is None


def test_a_check_that_only_a_weekend_made_late_counts_against_nobody(tmp_path: Path) -> None:
    """三(三)4 says "每月月底前", and 2022-07-31 is a Sunday: whether the Monday after it is late no clause says."""
    said = {"process": "烧成", "checker1": "张三", "checker2": "李四", "sign_date": date(2022, 7, 18)}
    county_file(tmp_path, "灵宝市", [enterprise(0, industry="耐火材料", process="烧成", table="耐火材料")], review=[filled("review", credit_code=CODES[0], **said)])
    write(tmp_path / "甲.xlsx", applicant(REFRACTORY, code=CODES[0], name=NAMES[0]), [visit(REFRACTORY, best(REFRACTORY), checked=date(2022, 8, 1))])
    assert [one["late"] for one in rows(made(tmp_path, tmp_path), "recheck_people")] == [0, 0, 0]


def test_what_turned_out_below_its_grade_counts_against_who_checked_and_a_new_name_does_not(tmp_path: Path) -> None:
    """三(二): who checked answers for a plant that is found not to be what its grade asks. 五1, 五2: what is only registered is no fault."""
    screening = [enterprise(at, industry="耐火材料", process="烧成", table="耐火材料") for at in range(4)]
    reviews = [filled("review", credit_code=CODES[at], process="烧成", applied="B", conclusion="B", checker1="张三", checker2=("李四", "王五")[at % 2]) for at in range(4)]
    kinds = ("达不到指标要求", "问题突出", "企业更名", "环境违法")
    events = [filled("changes", credit_code=CODES[at], process="烧成", change_kind=kind, second_review="待二次审核") for at, kind in enumerate(kinds)]
    county_file(tmp_path, "灵宝市", screening, review=reviews, changes=events)
    for at in (2, 3):
        write(tmp_path / f"{at}.xlsx", applicant(REFRACTORY, code=CODES[at], name=NAMES[at]), [visit(REFRACTORY, best(REFRACTORY), checked=date(2022, 7, 25))])
    path = made(tmp_path, tmp_path)
    assert [(one["name"], one["checks"], one["below"]) for one in rows(path, "recheck_people") if one["side"] == "县级"] == [("张三", 4, 2), ("李四", 2, 1), ("王五", 2, 1)]
    line = county_line(path)
    assert (line["below"], str(line["which"]).count("后来发现不符合")) == (2, 2)
    assert {one["credit_code"]: "处理记录" in str(one["why"]) for one in rows(path, "recheck_sample")} == {CODES[2]: False, CODES[3]: True}


def test_the_sample_says_its_seed_and_why_a_chance_was_high(inbox: Path, tmp_path: Path) -> None:
    path = made(inbox, tmp_path)
    line = rows(path, "recheck_sample")[0]
    assert (line["weight"], line["grade"], line["checkers"]) == (10, "A", "张三、李四、王五、赵六")   # 1 + 2 free + 2 changed + 2 unsigned + 1 late + 2 province
    assert "县、市两级结论不同 +2" in str(line["why"])
    sheet = openpyxl.load_workbook(path)[load_form("recheck_sample").sheet]
    assert any("种子 2022" in str(cell.value) for cell in sheet[NOTE_ROW])


def test_the_same_seed_draws_the_same_and_another_seed_another_list() -> None:
    cases = [Case("灵宝市", f"{at}", f"{at:03}", "烧成", "B", "B") for at in range(100)]
    weights = load_recheck_words().weights
    first = [one["credit_code"] for one in sample(cases, weights, "7", 10)]
    assert first == [one["credit_code"] for one in sample(reversed(cases), weights, "7", 10)]
    assert first != [one["credit_code"] for one in sample(cases, weights, "8", 10)]
    assert len(set(first)) == 10


def test_a_weight_of_three_is_drawn_three_times_as_often() -> None:
    """One out of two, 4,000 seeds: 3/4 within four standard errors."""
    weights = (Weight("base", "", 1, ""), Weight("event", "", 2, ""))
    cases = [Case("", "轻", "1", "甲", "", "B"), Case("", "重", "2", "甲", "", "B", event=True)]
    drawn = Counter(str(sample(cases, weights, str(seed), 1)[0]["name"]) for seed in range(4000))
    assert abs(drawn["重"] / 4000 - 0.75) < 4 * (0.75 * 0.25 / 4000) ** 0.5


def test_what_nobody_visited_or_weighs_nothing_is_not_drawn() -> None:
    assert sample([Case("", "甲", "1", "烧成", "B", "")], load_recheck_words().weights, "1", 5) == []
    assert sample([ONE], (Weight("base", "", 0, ""),), "1", 5) == []


def test_weights_that_a_person_changed_hold_and_bad_ones_are_refused(inbox: Path, tmp_path: Path) -> None:
    path = made(inbox, tmp_path)
    form = load_form("recheck_weights")
    for value, drawn in ((5, 14), (0, 9)):
        book = openpyxl.load_workbook(path)
        book[form.sheet].cell(FIRST_ROW, 2).value = value       # 每一道工序
        book.save(path)
        assert rows(made(inbox, tmp_path, str(value), path), "recheck_sample")[0]["weight"] == drawn
    for wrong in (None, -1):
        book = openpyxl.load_workbook(path)
        book[form.sheet].cell(FIRST_ROW, 2).value = wrong
        book.save(path)
        with pytest.raises(StopError) as stop:
            made(inbox, tmp_path, f"x{wrong}", path)
        assert stop.value.finding.code is Code.WEIGHT_UNUSABLE


def test_the_command_prints_its_seed_and_never_writes_over(inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "责任.xlsx"
    assert cli.run(["recheck", str(inbox), "-o", str(path), "--seed", "42", "--sample", "3"]) == 0
    assert "按种子 42 从 1 道工序中抽取 1 道；4 名核查人、1 个县（市、区）" in capsys.readouterr().out
    before = path.read_bytes()
    assert cli.run(["recheck", str(inbox), "-o", str(path)]) == 1
    assert path.read_bytes() == before
