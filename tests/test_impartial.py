"""Who may not check: the blacklist, a former employer, one person on both sides."""

from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from tests.checklist_books import CHECKED, POLICY, applicant, visit, write
from tests.checklists import best, table_of
from tests.county_files import CODES, NAMES, county_file, enterprise, filled
from xltools.actions.grade import grade_files
from xltools.actions.people import make_people
from xltools.actions.sign import Signing, sign_files
from xltools.faces import cli
from xltools.model.code import Code
from xltools.model.finding import StopError
from xltools.model.form import FIRST_ROW, load_form

REFRACTORY = table_of("refractory")
CONFLICTS = {Code.CHECKER_BLACKLISTED, Code.CHECKER_OWN_EMPLOYER, Code.CHECKER_BOTH_SIDES, Code.CHECKER_NAMESAKE}


def register(folder: Path, *people: Mapping[str, str]) -> Path:
    """A register in which a person wrote these lines."""
    path = make_people(folder / "核查人员.xlsx", POLICY)
    book = openpyxl.load_workbook(path)
    form = load_form("people")
    for row, person in enumerate(people, FIRST_ROW):
        for column, field in enumerate(form, 1):
            book[form.sheet].cell(row, column).value = person.get(field.name)
    book.save(path)
    return path


def checked(folder: Path, name: str = "张三", unit: str = "示例环境监测站") -> Path:
    """A refractory plant checked by this person, and the county's form: its own checkers are 张三 and 李四."""
    folder.mkdir(exist_ok=True)
    who = ({"name": name, "unit": unit, "signature": name, "date": CHECKED},)
    write(folder / "甲.xlsx", applicant(REFRACTORY, code=CODES[0], name=NAMES[0]), [visit(REFRACTORY, best(REFRACTORY), checkers=who)])
    return folder


def told(folder: Path) -> list[tuple[Code, str]]:
    found = grade_files([folder], POLICY).findings
    return [(one.code, one.place.cell) for one in found if one.code in CONFLICTS]


def test_a_word_on_the_blacklist_that_is_no_choice_is_not_passed_over(tmp_path: Path) -> None:
    """六(三): who is on the blacklist may not check again; “已列入” must not count as not listed in silence."""
    register(checked(tmp_path), {"name": "张三", "blacklisted": "已列入"})
    found = grade_files([tmp_path], POLICY).findings
    assert [(one.place.cell, dict(one.values)["value"]) for one in found if one.code is Code.NOT_A_CHOICE] == [(f"D{FIRST_ROW}", "已列入")]


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ({"name": "张三", "blacklisted": "是", "basis": "局务会决定"}, Code.CHECKER_BLACKLISTED),
        ({"name": "张 三", "unit": "示例环境监测站", "blacklisted": "是"}, Code.CHECKER_BLACKLISTED),
        ({"name": "张三", "unit": "另一家单位", "blacklisted": "是"}, Code.CHECKER_NAMESAKE),
        ({"name": "张三", "former": f"别的公司、{NAMES[0]}"}, Code.CHECKER_OWN_EMPLOYER),
        ({"name": "张三", "former": CODES[0].lower()}, Code.CHECKER_OWN_EMPLOYER),
        ({"name": "张三", "former": NAMES[1]}, None),
        ({"name": "张三", "blacklisted": "否"}, None),
        ({"name": "李四", "blacklisted": "是"}, None),
    ],
)
def test_the_register_says_who_may_not_check(tmp_path: Path, person: Mapping[str, str], code: Code | None) -> None:
    register(checked(tmp_path), person)
    assert [one for one, _ in told(tmp_path)] == ([code] if code else [])
    assert all(cell.startswith("A") for _, cell in told(tmp_path))


def test_one_person_may_not_check_for_county_and_city(tmp_path: Path) -> None:
    row = enterprise(0, industry="耐火材料", process="烧成", table="耐火材料")
    county_file(tmp_path, "灵宝市", [row], review=[filled("review", credit_code=CODES[0], process="烧成")])
    assert [code for code, _ in told(checked(tmp_path))] == [Code.CHECKER_BOTH_SIDES]
    assert told(checked(tmp_path, "王五")) == []


def test_a_register_is_never_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "核查人员.xlsx"
    assert cli.run(["make", "people", "-o", str(path)]) == 0
    before = path.read_bytes()
    with pytest.raises(StopError):
        make_people(path, POLICY)
    assert path.read_bytes() == before
    assert "放在核查表的文件夹里" in capsys.readouterr().out


@pytest.mark.parametrize("apart", [False, True])
def test_what_a_blacklisted_checker_signed_is_not_sealed(tmp_path: Path, apart: bool) -> None:
    """With the register among the checklists, or given beside them."""
    source = checked(tmp_path / "核查表")
    people = register(tmp_path if apart else source, {"name": "张三", "blacklisted": "是", "basis": "局务会决定"})
    done = sign_files([source], Signing(POLICY, tmp_path / "已封签", CHECKED, people=people if apart else None))
    assert [one.code for one in done.findings] == [Code.CHECKER_BLACKLISTED]
    assert (done.paths, (tmp_path / "已封签").exists()) == ((), False)
    other = sign_files([checked(tmp_path / "别处", "王五")], Signing(POLICY, tmp_path / "已封签", CHECKED, people=people))
    assert [path.name for path in other.paths] == ["甲.xlsx"]


def test_a_county_form_of_a_blacklisted_checker_is_not_sealed(tmp_path: Path) -> None:
    row = enterprise(0, industry="耐火材料", process="烧成", table="耐火材料")
    county_file(tmp_path, "灵宝市", [row], review=[filled("review", credit_code=CODES[0], process="烧成")])
    people = register(tmp_path, {"name": "李四", "blacklisted": "是"})
    done = sign_files([tmp_path / "灵宝市.xlsx"], Signing(POLICY, tmp_path / "已封签", CHECKED, people=people))
    assert Code.CHECKER_BLACKLISTED in [one.code for one in done.findings]
    assert done.paths == ()
