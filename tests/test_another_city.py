"""Nothing made for another city speaks of this one: every command is run there, and every text of what it prints and leaves is searched."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from msgspec.structs import replace

import xltools
from tests import twins
from tests.checklist_books import at_best, write
from tests.checklists import table_of
from tests.county_files import CODES, example
from tests.test_screen import approval, emission, lists, permit
from xltools.actions.policy import read_policy
from xltools.books.base import Cell
from xltools.books.file import open_book
from xltools.books.template import write_template
from xltools.faces import cli
from xltools.model.checklist import Applicant, ApplicantPart
from xltools.model.code import Code
from xltools.model.finding import Severity
from xltools.model.form import FIRST_ROW, HEADER_ROW, Owner, load_form, load_template
from xltools.model.local import form_in, load_written, localised
from xltools.model.policy import Policy, load_policy, policy_in
from xltools.rules.formula import live

# What only this city or its year says; versions of templates are the tool's.
OURS = re.compile(r"三门峡|三环文|三绩评|69号|湖滨|开发区|示范区|陕州|陕县|渑池|义马|灵宝|卢氏|sanmenxia|例如：?2022|2022年|2022-[0-9]{2}-[0-9]{2} 这样")
THEIRS = {"三环文〔2022〕69号": "清环发〔2031〕5号", "三门峡市": "清河市", "sanmenxia-2022": "qinghe-2031", "2022": "2031"}
COUNTIES = """
[[county]]
name = "清东区"
code = ""
group = "一组"
aliases = ["清东"]

[[county]]
name = "清西县"
code = ""
group = "二组"

"""
CLAUSES = """
[clauses]
"三(三)2" = "第十条"
"三(三)3" = "第十二条"

"""
NAMES = [f"清河示例{word}有限公司" for word in "甲乙"]
TABLE = table_of("refractory")
PACKAGES = {".xlsx", ".xlsm", ".docx", ".zip"}
TEXTS = {".xml", ".rels", ".vml", ".txt", ".html", ".csv", ".json"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another city's policy as text files: our rules with its name, its two counties, its document and its year."""
    place = tmp_path_factory.mktemp("city") / "清河"
    ours = Path(xltools.__file__).parent / "specs" / "policies" / "sanmenxia-2022"
    for path in ours.rglob("*.*"):
        text = path.read_text("utf-8")
        for said, theirs in THEIRS.items():
            text = text.replace(said, theirs)
        if path.name == "policy.toml":
            text = text[: text.index("[[county]]")] + COUNTIES + text[text.index("# Schemes") :]
            text = text[: text.index("[clauses]")] + CLAUSES + text[text.index("# Industries") :]
        (place / path.relative_to(ours)).parent.mkdir(parents=True, exist_ok=True)
        (place / path.relative_to(ours)).write_text(text, "utf-8")
    return place


@pytest.fixture(scope="module")
def policy(folder: Path) -> Policy:
    return policy_in(folder)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("三环文〔2022〕69号 三(三)3", "清环发〔2031〕5号 第十二条"),
        ("三环文〔2022〕69号 三(三)3、三(三)2、五2", "清环发〔2031〕5号 第十二条、第十条"),
        ("依据：三环文〔2022〕69号 二(二)。现状", "依据：清环发〔2031〕5号，条款未登记。现状"),
        ("公开的措施；三环文〔2022〕69号 三(三)", "公开的措施；清环发〔2031〕5号，条款未登记"),
        ("三环文〔2022〕69号", "清环发〔2031〕5号"),
        ("三门峡示例铸造有限公司", "清河示例铸造有限公司"),
        ("三门峡市绩效分级", "清河市绩效分级"),
        ("GB 32100-2015", "GB 32100-2015"),
    ],
)
def test_a_text_of_the_specs_is_told_with_this_citys_clauses_and_name(text: str, told: str, policy: Policy) -> None:
    assert localised(text, policy) == told
    assert localised(text, load_policy("sanmenxia-2022")) == text


def test_every_clause_that_a_spec_cites_is_known_with_what_it_is_about() -> None:
    written = load_written()
    specs = Path(xltools.__file__).parent / "specs"
    texts = [line for path in specs.rglob("*.toml") if "policies" not in path.parts for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    cited = [line for line in texts if written.document in line]
    assert len(cited) > 200
    behind = [line[found.end() : found.end() + 1] for line in cited for found in written.cited.finditer(line)]
    assert set(behind) <= {'"', "（", "）", "。", ")"}


def test_examples_are_of_this_citys_counties_and_year(policy: Policy) -> None:
    cover, screening = (form_in(load_form(name), policy) for name in ("cover", "screening"))
    assert [cover[name].example for name in ("county", "year", "sign_date")] == ["清东区", "2031", "2031-07-18"]
    assert (screening["name"].example, screening["target_date"].example) == ("清河示例铸造有限公司", "2031-11-30")
    few = replace(policy, industries=policy.industries[-1:], tables=tuple(one for one in policy.tables if one.industry == policy.industries[-1].name))
    own = form_in(load_form("screening"), few)
    assert (own["industry"].example, own["table"].example) == (few.industries[0].name, few.tables[0].name)


def test_dates_are_those_of_the_policy_wherever_a_county_is_told_them(tmp_path: Path) -> None:
    """The invented city's reviews are due on the 15th and its protected lists by 08-31; 20 and 09-05 are days of 三环文〔2022〕69号 三(三)2 only."""
    path = tmp_path / "下发"
    assert cli.run(["make", "templates", "--policy", "national-2026", "-o", str(path)]) == 0
    text = twins.text(path / "区县填报表.xlsx")
    assert text.count("2026年度　表样第2022.1版") == 1
    assert re.findall("20日前|9月5日|[^0-9]5日前", text) == []
    assert [text.count(said) for said in ("每月15日前报市局", "当月15日前完成初审的", "每月15日前由分局局长签字确认", "8月31日前报送")] == [1, 2, 2, 2]


@pytest.mark.parametrize(
    ("month", "day", "said"),
    [(9, 5, "9月5日前报送"), (8, 0, "8月底前报送"), (None, None, "规定日期前报送"), (0, 3, "3日前报送"), (0, 0, "月底前报送")],
)
def test_a_date_is_said_as_the_policy_has_it(month: int | None, day: int | None, said: str) -> None:
    ours = load_policy("sanmenxia-2022")
    moved = tuple(replace(one, month=month or 0, day=day or 0) if one.id == "protected" else one for one in ours.deadlines if one.id != "protected" or month is not None)
    assert localised("9月5日前报送", replace(ours, deadlines=moved)) == said


def test_a_policy_workbook_made_before_it_had_clauses_is_read_with_those_of_its_document(folder: Path, tmp_path: Path) -> None:
    for name, given, clause in (("本市", "sanmenxia-2022", "三(三)3"), ("清河", str(folder), None)):
        path = tmp_path / f"{name}.xlsx"
        assert cli.run(["make", "policy", "--policy", given, "-o", str(path)]) == 0
        book = openpyxl.load_workbook(path)
        del book[load_form("policy_clauses").sheet]
        book.save(path)
        read, found = read_policy(path)
        assert [one.message for one in found if one.severity is Severity.ERROR] == []
        assert read is not None
        assert read.clauses.get("三(三)3") == clause


@pytest.mark.parametrize(("clause", "about", "told"), [("三(三)3", "", ["C5"]), ("第十二条", "", []), ("三(三)3", "市级现场核查，已核对", [])])
def test_another_document_with_our_clauses_is_asked_about(clause: str, about: str, told: list[str], tmp_path: Path) -> None:
    """Who changes the document alone would cite clauses that it may not have; next year's notice may well have the same, which a person can say."""
    path = tmp_path / "政策库.xlsx"
    assert cli.run(["make", "policy", "-o", str(path)]) == 0
    book, forms = openpyxl.load_workbook(path), {name: load_form(name) for name in ("policy", "policy_clauses")}
    (source,) = [cell for row in book[forms["policy"].sheet].iter_rows() for cell in row if cell.value == "三环文〔2022〕69号"]
    (cell,) = [cell for cell in book[forms["policy_clauses"].sheet]["C"] if cell.value == "三(三)3"]
    source.value, cell.value = "清环发〔2031〕5号", clause
    book[forms["policy_clauses"].sheet].cell(cell.row, 2).value = about
    book.save(path)
    read, found = read_policy(path)
    assert read is not None
    assert [one.place.cell for one in found if one.code is Code.CLAUSES_NOT_OWN] == told


@pytest.mark.parametrize(("id", "told"), [("sanmenxia-2022", 1), ("sanmenxia-2023", 0)])
def test_the_code_of_a_policy_that_comes_with_the_program_is_not_for_another_year(id: str, told: int, tmp_path: Path) -> None:
    """Files say by the code which policy they belong to; they would be read by the rules of 2022."""
    path = tmp_path / "政策库.xlsx"
    assert cli.run(["make", "policy", "-o", str(path)]) == 0
    assert [one.code for one in read_policy(path)[1]] == []
    book = openpyxl.load_workbook(path)
    for row in book[load_form("policy").sheet].iter_rows():
        for cell in row:
            if cell.value in (2022, "sanmenxia-2022"):
                cell.value = 2023 if cell.value == 2022 else id
    book.save(path)
    assert [one.code for one in read_policy(path)[1]] == [Code.ID_NOT_OWN] * told


def test_a_choice_written_twice_is_told(tmp_path: Path) -> None:
    path = tmp_path / "政策库.xlsx"
    assert cli.run(["make", "policy", "-o", str(path)]) == 0
    book = openpyxl.load_workbook(path)
    sheet = book[load_form("policy_lists").sheet]
    last = max(cell.row for cell in sheet["A"] if cell.value)
    sheet.cell(last + 1, 1).value, sheet.cell(last + 1, 2).value = "能源类型", "天然气"
    book.save(path)
    assert [(one.code, one.place.cell) for one in read_policy(path)[1]] == [(Code.DUPLICATE_VALUE, f"B{last + 1}")]


def day(month: int, day: int) -> date:
    return date(2031, month, day)


def filled(form: str, **values: Cell) -> dict[str, Cell]:
    return {one.name: example(one) for one in load_form(form).owned(Owner.COUNTY) if one.example} | values


def county_book(path: Path, policy: Policy) -> None:
    """One county's workbook of July: an enterprise in every sheet, one without a fault, and two that are wrong."""
    template = load_template("county")
    kind = {"industry": "耐火材料", "process": "烧成", "table": "耐火材料"}
    about = [{"credit_code": code, "permit_no": f"{code}001P", "name": name, "target_date": day(10, 31), **kind} for code, name in zip(CODES, NAMES, strict=False)]
    part = {"credit_code": CODES[0], "process": "烧成"}
    contents = {
        "cover": [filled("cover", county="清东区", year=2031.0, batch="7月", sign_date=day(7, 18), report_date=day(7, 19))],
        "screening": [filled("screening", **about[0], protected="是"), filled("screening", **about[1] | {"name": None, "target_date": "11月底前", "energy": None})],
        "review": [filled("review", **part, visit_date=day(7, 12), sign_date=day(7, 18), applied="A", conclusion="A")],
        "rectification": [filled("rectification", **part, due=day(8, 31), done=day(7, 15))],
        "protected": [filled("protected", credit_code=CODES[0], valid_from=day(10, 1), valid_to=date(2032, 3, 31))],
        "changes": [filled("changes", **part, found_date=day(8, 10), decided_date=day(8, 30))],
        "measures": [filled("measures", **part)],
    }
    path.parent.mkdir()
    write_template(path, template, policy, live(template, policy), contents)


def decide(summary: Path) -> None:
    """The leading group decides on the first enterprise."""
    book, form = openpyxl.load_workbook(summary), load_form("ledger")
    sheet = book[form.sheet]
    column = {str(cell.value or "").rstrip("*"): cell.column for cell in sheet[HEADER_ROW]}
    for name, value in (("decided", "A"), ("decided_date", day(7, 29)), ("decided_no", "清绩评〔2031〕1号")):
        sheet.cell(FIRST_ROW, column[form[name].label]).value = value
    book.save(summary)


def play(desk: Path, given: Path, policy: Policy, run: Callable[..., None]) -> None:
    """Every command that leaves something, from the blank templates to the lists at the end."""
    run("make", "policy", "--policy", given, "-o", desk / "政策库.xlsx")
    county_book(desk / "收件箱" / "清东区.xlsx", policy)
    with_policy = ("--policy", given)
    run("make", "templates", *with_policy, "-o", desk / "下发")
    for name in ("holidays", "people", "reporting", "tips"):
        run("make", name, *with_policy, "-o", desk / f"{name}.xlsx")
    run("make", "checklist", "--from", desk / "收件箱", *with_policy, "-o", desk / "空白核查表")
    who = Applicant("清东区", NAMES[0], CODES[0], (ApplicantPart("烧成", TABLE, "A", "B"),))
    (desk / "核查表").mkdir()
    write(desk / "核查表" / "甲.xlsx", who, [at_best(TABLE, checked=day(7, 26))], policy)
    inbox, checks, summary = desk / "收件箱", desk / "核查表", desk / "市级汇总.xlsx"
    run("check", inbox, *with_policy, "--return", desk / "退回")
    run("merge", inbox, checks, *with_policy, "-o", summary)
    decide(summary)
    run("calendar", inbox, checks, *with_policy, "--date", "2031-07-22", "-o", desk / "日程.xlsx")
    run("remind", summary)
    run("pack", inbox, "--month", "7月", *with_policy, "-o", desk / "上报包")
    run("sign", checks, inbox, *with_policy, "-o", desk / "已封签")
    run("close", inbox, checks, "--month", "7月", *with_policy, "-o", desk / "月末汇总.xlsx")
    run("plan", checks, inbox, *with_policy, "-o", desk / "一企一策")
    run("publish", summary, "--start", "2031-08-01", "--end", "2031-08-07", *with_policy, "-o", desk / "公示")
    run("emergency", summary, *with_policy, "-o", desk / "应急减排清单.xlsx")
    run("lists", summary, *with_policy, "-o", desk / "各类名单.xlsx")
    run("recheck", inbox, checks, "--summary", summary, *with_policy, "-o", desk / "核查责任.xlsx")
    run("names", summary, *with_policy, "-o", desk / "名称对照.xlsx")
    here = {"name": NAMES[0], "county": "清东区"}
    three = lists(desk / "清单", [emission(0, **here)], [permit(0, **here)], [approval(0, **here)])
    given_lists = [word for source, path in three.files() for word in (f"--{source.name.lower()}", path)]
    run("screen", *given_lists, *with_policy, "-o", desk / "排查底册.xlsx", "--forms", desk / "预填")


def texts(name: str, content: bytes) -> Iterator[str]:
    """Every text of a file in which anything of ours stands, of a package all its parts, and of a package in a package."""
    if Path(name).suffix in PACKAGES:
        with ZipFile(BytesIO(content)) as package:
            for part in package.namelist():
                yield from texts(part, package.read(part))
    elif Path(name).suffix in TEXTS and OURS.search(text := content.decode("utf-8")):
        yield from re.split(r"[<>\n]", text)


def test_nothing_that_is_made_for_another_city_speaks_of_this_one(folder: Path, policy: Policy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed: list[str] = []

    def run(*words: object) -> None:
        code = cli.run([str(word) for word in words])
        said = capsys.readouterr()
        assert code in (0, 1), f"{words}: {said.err}"
        printed.extend(f"{words[0]}: {line}" for line in (said.out + said.err).splitlines())

    play(tmp_path, folder, policy, run)
    spoken = [line for line in printed if OURS.search(line)]
    for path in sorted(tmp_path.rglob("*.*")):
        spoken += [f"{path.relative_to(tmp_path)}: {line}" for line in texts(path.name, path.read_bytes()) if OURS.search(line)]
    assert spoken == []
    guide = str(open_book(tmp_path / "下发" / "区县填报表.xlsx").values("填表说明"))
    assert "清环发〔2031〕5号 第十二条" in guide
    assert "清环发〔2031〕5号，条款未登记" in guide
