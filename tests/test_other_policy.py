"""Another city with other counties, other dates and another scheme is data only: make, check, grade and merge run on it."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.checklist_books import SIGNED
from xltools.actions.check import check_files
from xltools.actions.checklist import applicants, file_name, make_checklists, write_one
from xltools.actions.grade import grade_files
from xltools.actions.make import make_templates
from xltools.actions.merge import merge, previous
from xltools.books.base import Cell
from xltools.books.checklist_read import read_checklist
from xltools.books.file import open_book
from xltools.books.template import write_template
from xltools.faces import cli
from xltools.model.checklist import Visit
from xltools.model.code import Code
from xltools.model.finding import Severity
from xltools.model.form import Kind, Owner, load_template
from xltools.model.grade import Answer
from xltools.model.policy import Policy, load_policy, policy_in
from xltools.rules.codes import make_credit_code
from xltools.rules.formula import live

POLICY = """
[policy]
id = "toy"
title = "玩具市2030年评定"
city = "玩具市"
year = 2030
source = "玩具环〔2030〕1号"

[[county]]
name = "积木区"
code = ""
group = "一组"
aliases = ["积木"]

[[county]]
name = "拼图县"
code = ""
group = "二组"

[[scheme]]
id = "星级"
grades = ["五星", "四星", "三星", "无星"]

[[scheme]]
id = "标杆"
grades = ["标杆", "非标杆"]

[[industry]]
name = "玩具制造"
scope = "玩具市"

[[deadline]]
id = "screening"
name = "报送清单"
who = "区县"
month = 2
day = 10
source = "玩具环〔2030〕1号"

[[deadline]]
id = "review"
name = "当月初审"
who = "区县"
month = 0
day = 5
source = "玩具环〔2030〕1号"
inclusive = false

[[target]]
id = "good_share"
name = "四星以上占比"
grades = ["五星", "四星", "标杆"]
share = "0.50"
source = "玩具环〔2030〕1号"

[lists]
grades = ["五星", "四星", "三星", "无星", "标杆", "非标杆"]
current_grades = ["五星", "四星", "三星", "无星", "标杆", "非标杆", "未评级"]
applied_grades = ["五星", "四星", "三星", "标杆"]
"""
TABLES = """
[[table]]
id = "moulding"
name = "注塑"
industry = "玩具制造"
process = "注塑"
scheme = "星级"
edition = "2030"
status = "正式"
source = "玩具环〔2030〕1号"
effective_from = "2030-01-01"

[[table]]
id = "painting"
name = "喷漆"
industry = "玩具制造"
process = "喷漆"
scheme = "标杆"
edition = "2030"
status = "正式"
source = "玩具环〔2030〕1号"
effective_from = "2030-01-01"

[[tier]]
grades = ["星级:五星", "标杆:标杆"]

[[tier]]
grades = ["星级:四星"]

[[tier]]
grades = ["星级:三星"]

[[tier]]
grades = ["星级:无星"]
assumed = ["标杆:非标杆"]
"""
HEAD = "指标编号,指标类别,指标项,计量单位,指标类型,可选答案,替代组,要求等级,要求内容,比较符,阈值,指标依据\n"
MOULDING = HEAD + "".join(
    f"1,废气,收集率,%,数值,,,{grade},不低于{limit} %,≥,{limit},试验\n" for grade, limit in (("五星", 95), ("四星", 90), ("三星", 80))
)
PAINTING = HEAD + "甲,涂料,用水性漆,,是否,,,标杆,全部水性漆,=,是,试验\n"
SANCTIONS = """
[[sanction]]
kind = "贿赂"
effect = "lowest"
scope = "enterprise"
clause = "玩具环〔2030〕1号 九"
"""
# Words of the forms that have nothing to do with grading are the same everywhere.
SHARED_LISTS = (
    "yes_no", "months", "materials", "opinions", "signatures", "capacity_units", "energies", "honours", "problem_sources",
    "review_results", "protected_kinds", "change_kinds", "second_reviews", "policies",
)  # fmt: skip
CODES = [make_credit_code(f"91411200YT000000{at}") for at in range(2)]
CHECKED = date(2030, 3, 20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy city's policy as text files."""
    place = tmp_path_factory.mktemp("toy")
    shared = load_policy("sanmenxia-2022").lists
    lists = ""
    for name in SHARED_LISTS:
        words = ", ".join('"' + word + '"' for word in shared[name])
        lists += f"{name} = [{words}]\n"
    (place / "policy.toml").write_text(POLICY + lists, "utf-8")
    (place / "tables.toml").write_text(TABLES, "utf-8")
    (place / "sanctions.toml").write_text(SANCTIONS, "utf-8")
    (place / "indicators").mkdir()
    (place / "indicators" / "moulding.csv").write_text(MOULDING, "utf-8")
    (place / "indicators" / "painting.csv").write_text(PAINTING, "utf-8")
    return place


@pytest.fixture(scope="module")
def policy(folder: Path) -> Policy:
    return policy_in(folder)


def record(form: str, **values: Cell) -> dict[str, Cell]:
    """The examples of the spec where they hold in any city, and these values."""
    fields = load_template("county")[form].owned(Owner.COUNTY)
    usual = {one.name: float(one.example) if one.kind in (Kind.NUMBER, Kind.INTEGER) else one.example for one in fields if one.example and one.kind is not Kind.DATE}
    return {**usual, **values}


def screening(at: int, process: str, applied: str, **values: Cell) -> dict[str, Cell]:
    grades = {"current": "未评级", "self": applied, "applied": applied, "target": applied}
    name = f"玩具市示例{'甲乙'[at]}有限公司"
    about = {"credit_code": CODES[at], "permit_no": f"{CODES[at]}001P", "name": name, "industry": "玩具制造", "industry_code": "C2451"}
    return record("screening", **about, **grades, process=process, table=process, target_date=date(2030, 10, 31), **values)


@pytest.fixture
def inbox(tmp_path: Path, policy: Policy) -> Path:
    """One county's workbook with two enterprises."""
    (tmp_path / "收件箱").mkdir()
    template = load_template("county")
    cover = record("cover", county="积木区", year=2030.0, batch="3月", sign_date=date(2030, 3, 3), report_date=date(2030, 3, 4))
    rows = [screening(0, "注塑", "五星"), screening(0, "喷漆", "标杆"), screening(1, "注塑", "四星")]
    events = [
        record("changes", credit_code=CODES[1], process="注塑", change_kind="贿赂", found_date=date(2030, 4, 1), old_grade="四星",
               second_review="不需要", new_grade="无星", decided_by="玩具市环境局", decided_date=date(2030, 4, 8)),
    ]  # fmt: skip
    contents: Mapping[str, list[dict[str, Cell]]] = {"cover": [cover], "screening": rows, "changes": events}
    write_template(tmp_path / "收件箱" / "积木区.xlsx", template, policy, live(template, policy), contents)
    return tmp_path / "收件箱"


def visited(inbox: Path, policy: Policy) -> Path:
    """The checklists of the inbox, filled in."""
    found, _ = applicants(check_files([inbox], policy), policy)
    shares = {CODES[0]: 91.0, CODES[1]: 90.0}
    target = inbox / "核查表"
    target.mkdir()
    for who in found:
        visits = {
            "注塑": Visit((Answer("1", shares[who.credit_code]),), checked=CHECKED, checkers=SIGNED),
            "喷漆": Visit((Answer("甲", "是"),), checked=CHECKED, checkers=SIGNED),
        }
        write_one(target / file_name(who), who, policy, {}, visits)
    return target


def test_the_templates_offer_this_citys_counties_and_grades(tmp_path: Path, policy: Policy) -> None:
    (path,) = [path for path in make_templates(tmp_path, policy) if path.suffix == ".xlsx"][:1]
    words = str(open_book(path).values("字典"))
    assert all(word in words for word in ("积木区", "拼图县", "五星", "标杆", "玩具制造"))
    assert not any(word in words for word in ("灵宝市", "'B-'", "引领性"))


def test_the_workbook_of_this_city_is_checked_by_its_own_words(inbox: Path, policy: Policy) -> None:
    outcome = check_files([inbox], policy)
    assert [one.message for one in outcome.findings if one.severity is not Severity.NOTE] == []
    at_home = {one.code for one in check_files([inbox], load_policy("sanmenxia-2022")).findings}
    assert Code.COUNTY_UNKNOWN in at_home


def test_its_checklists_have_its_grades_and_tables(inbox: Path, policy: Policy) -> None:
    made = make_checklists([inbox], policy, inbox / "核查表")
    assert made.findings == ()
    read = read_checklist(open_book(made.paths[0]))
    assert [part.head["table"].value for part in read.parts] == ["注塑", "喷漆"]
    assert "五星要求" in str(open_book(made.paths[0]).values("注塑"))
    assert "不能作为评级依据" not in str(open_book(made.paths[0]).values("注塑"))


def test_its_enterprises_are_graded_in_its_own_scheme(inbox: Path, policy: Policy) -> None:
    visited(inbox, policy)
    outcome = grade_files([inbox], policy)
    first, second = outcome.enterprises
    assert [part.outcome for part in first.parts] == ["标杆", "四星"]
    assert first.outcome == "四星（需人工确认）"
    assert (second.grade, [part.grade for part in outcome.checks if part.checklist.credit_code == CODES[1]]) == ("无星", ["四星"])
    assert "玩具环〔2030〕1号 九" in second.parts[0].steps[0]
    assert {one.code for one in outcome.findings if one.severity is not Severity.NOTE} == {Code.NEEDS_DECISION}


def test_all_of_it_is_merged_with_its_own_deadline(inbox: Path, tmp_path: Path, policy: Policy) -> None:
    visited(inbox, policy)
    outcome = merge([inbox], tmp_path / "市级汇总.xlsx", policy, datetime(2030, 5, 1, 9, 0))
    assert outcome.output is not None
    lines = {line["county"]: line for line in outcome.counties}
    assert list(lines) == ["积木区", "拼图县"]
    assert "按时" in str(lines["积木区"]["on_time"])
    tables = previous(outcome.output, load_template("city")).tables
    checks = tables["site_checks"].cells
    assert list(checks["site"]) == ["四星", "标杆", "四星"]
    assert list(checks["in_force"]) == ["四星", "标杆", "无星"]
    late = replace(policy, deadlines=tuple(replace(one, day=4) for one in policy.deadlines))
    counties = merge([inbox], tmp_path / "又一份.xlsx", late, datetime(2030, 5, 1, 9, 0)).counties
    assert "按时" not in str({line["county"]: line for line in counties}["积木区"]["on_time"])


def test_the_command_line_takes_the_folder_as_a_policy(inbox: Path, folder: Path, policy: Policy, capsys: pytest.CaptureFixture[str]) -> None:
    visited(inbox, policy)
    assert cli.run(["grade", str(inbox), "--policy", str(folder)]) == 1
    assert "四星（需人工确认）" in capsys.readouterr().out
