"""The worked example: a city without a mistake, the mistakes planted in it, and the books that lie in workbooks/."""

from __future__ import annotations

import ast
import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workbooks import parts_of
from xltools.actions import example
from xltools.actions.check import check_files
from xltools.actions.example import COUNTY_FOLDER, KEY_FILE, SUMMARY_FILE
from xltools.books.file import open_book
from xltools.model.code import Code
from xltools.model.finding import Severity, StopError
from xltools.model.form import load_template
from xltools.model.outcome import Outcome
from xltools.model.policy import Policy, load_policy
from xltools.rules.codes import is_credit_code
from xltools.rules.example import organisation_code
from xltools.rules.faults import Ground

ROOT = Path(__file__).parent.parent
COMMITTED = ROOT / "workbooks"

# Findings of the check that no county workbook of the example can have: the file does not open, is not ours or not of this
# city, is there twice, is open elsewhere, is a table in text, or holds more than cells.
ELSEWHERE = {
    *(Code.UNREADABLE, Code.ARCHIVE, Code.PASSWORD, Code.PASSWORD_WRONG, Code.NOT_OUR_FORM, Code.COUNTY_UNKNOWN, Code.SENT_AGAIN, Code.SENT_TWICE, Code.SENT_TWICE_TIE),
    *(Code.OPEN_ELSEWHERE, Code.ONE_SHEET, Code.ONLY_FRONT, Code.COUNTY_BY_NAME, Code.NAMED_OTHERWISE, Code.YEAR_OTHER, Code.BATCH_DOUBT, Code.NOTHING_FILLED, Code.NOT_FILLED, Code.SAID_NONE, Code.NONE_LISTED, Code.SENT_APART, Code.COLUMN_SHIFTED, Code.NOTHING_THERE, Code.NO_TABLES),
    *(Code.MACROS, Code.EXTERNAL_LINKS, Code.EMBEDDED, Code.LIVE_FORMULA, Code.WRITTEN_ASIDE),
}

# What somebody does to the layout of a finished sheet; tests/test_deformed.py does it.
ELSEWHERE |= {Code.MERGED_SPREAD, Code.MERGED_DOUBT, Code.UNDER_MERGE, Code.HIDDEN_ROWS, Code.HIDDEN_PART, Code.UNIT_OTHER, Code.TWO_UNITS}
# tests/test_dragged.py, test_exchanged.py, test_withdrawn.py
ELSEWHERE |= {Code.DRAGGED, Code.COLUMNS_EXCHANGED, Code.WITHDRAWN}
# tests/test_strikes.py
ELSEWHERE |= {Code.STRUCK_THROUGH}
# tests/test_who_is_who.py
ELSEWHERE |= {Code.NAME_SAID}
# What a county answers after a return; tests/test_answers.py does.
ELSEWHERE |= {Code.ANSWERED, Code.ANSWER_LAPSED}
# What only a merge into a city summary says: the count of the check shares modules with it. tests/test_identity.py, test_carry.py, test_moves.py, test_publish.py.
ELSEWHERE |= {Code.DECIDED, Code.ROW_LEFT_OUT, Code.LEFT_OUT_ALONE, Code.DECISION_UNKNOWN, Code.DECISIONS_CONTRADICT, Code.SOURCE_ABSENT, Code.CITY_ROW_GONE, Code.ROW_IN_TWO_FILES, Code.NAMES_CLOSE}
ELSEWHERE |= {Code.CODE_TWO_NAMES_ACROSS, Code.NAME_TWO_CODES_ACROSS, Code.LOG_CHANGED, Code.LOG_GAP, Code.LOG_CUT, Code.NOT_PUBLISHED}
# What only a merge says that is given no checklists again; tests/test_site_checks.py.
ELSEWHERE |= {Code.CHECKS_STAY}
# What a summary of more rows than a sheet holds says; tests/test_detail.py.
ELSEWHERE |= {Code.ROWS_BESIDE, Code.ROWS_ELSEWHERE, Code.ROWS_TOO_MANY}
# What only a summary says that is published or listed from; tests/test_publish.py.
ELSEWHERE |= {Code.SUMMARY_OTHER_POLICY}
# What a command says that was given another workbook than the one it wants.
ELSEWHERE |= {Code.NOT_OUR_BOOK}
# What only writing says; tests/test_pack.py.
ELSEWHERE |= {Code.OUTPUT_EXISTS}
# What would be our own fault; tests/test_tally.py and test_merge.py.
ELSEWHERE |= {Code.CELLS_NOT_BALANCED, Code.NOT_BALANCED}


def modules_below(name: str) -> Iterator[ast.Module]:
    """The syntax trees of a module and of everything of ours that it imports, directly or not."""
    seen, waiting = set(), [name]
    while waiting:
        name = waiting.pop()
        path = ROOT / f"{name.replace('.', '/')}.py"
        if name not in seen and path.is_file():
            seen.add(name)
            tree = ast.parse(path.read_text("utf-8"))
            yield tree
            waiting += [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]


def codes_of_the_check() -> set[Code]:
    """Every finding that checking a county workbook names: in the code it runs, or in a rule of a form."""
    nodes = [node for tree in modules_below("xltools.actions.check") for node in ast.walk(tree)]
    named = {n.attr for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "Code"}
    rules = {rule.code for form in load_template("county") for rule in form.rules}
    return rules | {code for code in Code if code.name in named and code.stage != 5}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy("sanmenxia-2022")


@pytest.fixture(scope="module")
def clean(policy: Policy) -> list[Ground]:
    return example.faultless(policy)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, policy: Policy) -> Path:
    folder = tmp_path_factory.mktemp("built")
    example.build(folder, policy)
    return folder


@pytest.fixture(scope="module")
def outcome(built: Path, policy: Policy) -> Outcome:
    return check_files([built / COUNTY_FOLDER], policy)


def read_key(folder: Path) -> Counter[tuple[str, str, str, str]]:
    text = (folder / KEY_FILE).read_text("utf-8-sig")
    return Counter((file, sheet, cell, code) for file, sheet, cell, code, *_ in list(csv.reader(io.StringIO(text)))[1:])


def test_every_county_and_about_240_enterprises(clean: list[Ground], policy: Policy) -> None:
    assert [ground.county for ground in clean] == [county.name for county in policy.counties]
    sizes = [len({row["credit_code"] for row in ground.sheets["screening"]}) for ground in clean]
    assert all(20 <= size <= 45 for size in sizes)
    assert 230 <= sum(sizes) <= 250


def test_no_name_and_no_code_stands_for_two_enterprises(clean: list[Ground]) -> None:
    pairs = {(row["credit_code"], row["name"]) for ground in clean for row in ground.sheets["screening"]}
    assert len(pairs) == len({code for code, _ in pairs}) == len({name for _, name in pairs})


def test_codes_are_valid_and_of_the_county(clean: list[Ground], policy: Policy) -> None:
    for ground in clean:
        county = policy.county(ground.county)
        assert county is not None
        for row in ground.sheets["screening"]:
            code = str(row["credit_code"])
            assert is_credit_code(code)
            assert code[:8] == "91" + (county.code or "411200")
            assert code[8:17] == organisation_code(code[8:16])


@pytest.mark.parametrize(
    ("body", "code"),
    [("D2143569", "D2143569X"), ("69922961", "699229617")],
)
def test_organisation_code_has_the_check_character_of_the_standard(body: str, code: str) -> None:
    assert organisation_code(body) == code


def test_several_processes_and_mixed_schemes_occur(clean: list[Ground], policy: Policy) -> None:
    schemes: dict[object, set[str]] = {}
    for ground in clean:
        for row in ground.sheets["screening"]:
            scheme = policy.scheme_of(str(row["table"]))
            assert scheme is not None
            schemes.setdefault(row["credit_code"], set()).add(scheme.id)
    assert sum(len(found) > 1 for found in schemes.values()) >= 5


def test_people_and_telephones_are_invented(clean: list[Ground]) -> None:
    kinds = {(form.name, field.name): field.kind.value for form in load_template("county") for field in form}
    for ground in clean:
        for form, records in ground.sheets.items():
            for name, value in ((n, v) for record in records for n, v in record.items() if v is not None):
                if kinds[form, name] == "person":
                    assert value in ("张三", "李四", "王五", "赵六")
                if kinds[form, name] == "phone":
                    assert str(value).startswith("0398-1234")


def test_a_city_without_mistakes_has_no_findings(tmp_path: Path, clean: list[Ground], policy: Policy) -> None:
    example.write_counties(tmp_path, clean)
    outcome = check_files([tmp_path], policy)
    assert outcome.findings == ()
    assert outcome.counts["rows"] == sum(len(rows) for g in clean for form, rows in g.sheets.items() if form != "cover")


def test_every_planted_fault_is_found_and_nothing_else(built: Path, outcome: Outcome) -> None:
    found = Counter((f.place.file, f.place.sheet, f.place.cell, f.code.number) for f in outcome.findings)
    assert found - read_key(built) == Counter()
    assert read_key(built) - found == Counter()


def test_the_key_shows_every_finding_a_county_workbook_can_have(built: Path) -> None:
    numbers = {number for _, _, _, number in read_key(built)}
    wanted = {code.number for code in codes_of_the_check() - ELSEWHERE}
    assert len(wanted) > 50
    assert wanted - numbers == {Code.COUNTY_NOT_SENT.number, Code.COUNTY_PACKED.number}  # named there, but only a merge asks who has not sent


def test_one_county_is_ready_and_one_is_late(outcome: Outcome, policy: Policy) -> None:
    ready = [s.county for s in outcome.submissions if not any(f.severity is Severity.ERROR for f in s.findings)]
    late = [s.county for s in outcome.submissions if s.report_date and s.report_date.day > policy.deadline("review").day]
    assert "湖滨区" in ready
    assert late == ["陕州区"]


def test_writing_a_workbook_again_gives_the_same_bytes(tmp_path: Path, built: Path, policy: Policy) -> None:
    written = example.write_counties(tmp_path, example.faulty(policy)[-1:])
    assert [path.name for path in written] == ["卢氏县.xlsx"]
    assert written[0].read_bytes() == (built / COUNTY_FOLDER / written[0].name).read_bytes()


@pytest.mark.parametrize("name", [SUMMARY_FILE, f"{COUNTY_FOLDER}/卢氏县.xlsx"])
def test_a_workbook_of_a_person_is_not_replaced_by_the_example(name: str, tmp_path: Path, policy: Policy) -> None:
    mine = tmp_path / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_bytes(b"typed by a person")
    with pytest.raises(StopError, match=f"{mine.name} 已经存在，没有覆盖"):
        example.build(tmp_path, policy)
    assert mine.read_bytes() == b"typed by a person"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_committed_workbooks_are_those_the_generator_writes(built: Path) -> None:
    names = sorted(path.name for path in (built / COUNTY_FOLDER).glob("*.xlsx"))
    assert sorted(path.name for path in (COMMITTED / COUNTY_FOLDER).glob("*.xlsx")) == names
    for name in names:
        assert parts_of(COMMITTED / COUNTY_FOLDER / name) == parts_of(built / COUNTY_FOLDER / name)
    assert (COMMITTED / KEY_FILE).read_text("utf-8-sig") == (built / KEY_FILE).read_text("utf-8-sig")


def test_the_counties_merge_to_the_committed_summary(built: Path) -> None:
    ours, theirs = open_book(built / SUMMARY_FILE), open_book(COMMITTED / SUMMARY_FILE)
    assert ours.sheets == theirs.sheets
    for sheet in ours.sheets:
        assert ours.values(sheet) == theirs.values(sheet)
