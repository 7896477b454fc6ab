"""情况说明: a warning answered in the returned file becomes a remark, as long as the cell holds the same value."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from string import ascii_uppercase

import openpyxl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from openpyxl.worksheet.worksheet import Worksheet

from tests import county_books
from tests.county_files import CODES, NAMES, POLICY, county_file, enterprise
from tests.text_book import TextBook
from xltools.actions.check import check_book, check_files
from xltools.actions.give_back import give_back
from xltools.actions.merge import merge
from xltools.books.answers import abouts
from xltools.books.base import Cell, SheetFacts
from xltools.books.file import open_book
from xltools.books.returned_letter import ANSWER
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, Severity
from xltools.model.form import load_template
from xltools.model.outcome import Outcome
from xltools.model.percent import Percent
from xltools.model.returned import Explanation, load_return
from xltools.rules.answers import answered, called

TODAY = date(2022, 7, 18)
FRONT = load_return().sheet
WORDS = "该企业因改造暂按C级申报，已报市局同意"
pytestmark = pytest.mark.filterwarnings("ignore:Print area cannot be set")


def sent(folder: Path, **changes: object) -> Path:
    """A county file with a warning in O5 (applied worse than current), and another error in K6."""
    return county_file(folder, "灵宝市", [enterprise(0, current="B", self="C", applied="C", target="B", **changes), enterprise(1, capacity="很多")])


def back(outcome: Outcome, folder: Path) -> Path:
    (one,) = give_back(outcome, folder, POLICY, TODAY)
    return one.output


def answer(path: Path, text: str, cell: str = "O5", **also: object) -> Path:
    """Write an answer beside the warning at this cell, and change other cells of the screening list, as a clerk does."""
    book = openpyxl.load_workbook(path)
    front = book[FRONT]
    rows = [row for row in front.iter_rows() if (row[3].value or "") == cell and len(row) > ANSWER and row[ANSWER].value and ":" in str(row[ANSWER].value)]
    rows[-1][ANSWER - 1].value = text
    for at, value in also.items():
        book["排查清单"][at] = value
    book.save(path)
    return path


def told(outcome: Outcome) -> list[tuple[Code, str]]:
    return [(one.code, one.place.cell) for one in outcome.findings if one.place.sheet == "排查清单" and one.code not in (Code.FORMULA_STALE, Code.COLUMN_MOVED)]


def test_an_answered_warning_is_a_remark_with_the_words(tmp_path):
    first = check_files([sent(tmp_path / "一")], POLICY)
    assert told(first) == [(Code.NOT_WORSE, "O5"), (Code.NOT_A_NUMBER, "K6")]
    second = check_files([answer(back(first, tmp_path / "二"), WORDS)], POLICY)
    assert told(second) == [(Code.ANSWERED, "O5"), (Code.NOT_A_NUMBER, "K6")]
    remark = next(one for one in second.findings if one.code is Code.ANSWERED)
    assert WORDS in remark.message
    assert "W302" in remark.message
    assert remark.severity is Severity.NOTE


def test_the_copy_that_came_back_counts_beside_the_file_that_went_out(tmp_path):
    """Nobody is asked, and nothing of the file that was replaced goes back again; also after a second return."""
    first = sent(tmp_path)
    second = answer(back(check_files([first], POLICY), tmp_path), WORDS, K6="很多吨")
    outcome = check_files([tmp_path], POLICY)
    assert [one.file for one in outcome.accepted] == [second.name]
    assert [(one.code, one.severity) for one in outcome.findings if one.place.file == first.name] == [(Code.SENT_AGAIN, Severity.NOTE)]
    third = back(outcome, tmp_path / "再退回")
    book = openpyxl.load_workbook(third)
    book["排查清单"]["K6"] = 20000
    book.save(tmp_path / "再改.xlsx")
    outcome = check_files([tmp_path], POLICY)
    assert [one.file for one in outcome.accepted] == ["再改.xlsx"]
    assert {one.code for one in outcome.findings if one.place.file in (first.name, second.name)} == {Code.SENT_AGAIN}


def test_an_answer_stays_through_further_returns(tmp_path):
    path = answer(back(check_files([sent(tmp_path / "一")], POLICY), tmp_path / "二"), WORDS)
    again = back(check_files([path], POLICY), tmp_path / "三")
    third = check_files([again], POLICY)
    assert told(third) == [(Code.ANSWERED, "O5"), (Code.NOT_A_NUMBER, "K6")]
    assert any(row[ANSWER - 1].value == WORDS for row in openpyxl.load_workbook(again)[FRONT].iter_rows())


@pytest.mark.parametrize("value", ["D", "C级"])
def test_an_answer_lapses_when_the_value_changes_and_is_asked_for_again(tmp_path, value):
    path = answer(back(check_files([sent(tmp_path / "一")], POLICY), tmp_path / "二"), WORDS, O5=value)
    found = told(check_files([path], POLICY))
    assert (Code.ANSWERED, "O5") not in found
    assert (Code.ANSWER_LAPSED, "O5") in found
    again = back(check_files([path], POLICY), tmp_path / "三")
    assert (Code.ANSWERED, "O5") not in told(check_files([again], POLICY))


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A return in which two enterprises have the same warning about the same value, in O5 and O6, each with its own answer."""
    folder = tmp_path_factory.mktemp("同样的提醒")
    rows = [*(enterprise(at, current="B", self="C", applied="C", target="B") for at in range(2)), enterprise(2, capacity="很多")]
    path = back(check_files([county_file(folder / "一", "灵宝市", rows)], POLICY), folder / "二")
    answer(path, "甲的原因", cell="O5")
    return answer(path, "乙的原因", cell="O6")


def changed(path: Path, folder: Path, change: Callable[[Worksheet], None]) -> Outcome:
    """What is found after this change of the screening list."""
    book = openpyxl.load_workbook(path)
    change(book["排查清单"])
    book.save(folder / path.name)
    return check_files([folder / path.name], POLICY)


def said(outcome: Outcome) -> dict[str, str]:
    """The enterprise's name → what the remark about its row says."""
    screening = outcome.submissions[0].tables["screening"]
    return {screening.value(int(one.place.cell[1:]), "name"): one.message.partition("说明：")[2] for one in outcome.findings if one.code is Code.ANSWERED}


def test_an_answer_follows_its_enterprise_when_rows_are_sorted(alike, tmp_path):
    def exchange(sheet: Worksheet) -> None:
        for column in range(2, sheet.max_column):
            sheet.cell(5, column).value, sheet.cell(6, column).value = sheet.cell(6, column).value, sheet.cell(5, column).value

    first = changed(alike, tmp_path, exchange)
    assert said(first) == {NAMES[0]: "“甲的原因”", NAMES[1]: "“乙的原因”"}
    assert said(check_files([back(first, tmp_path / "三")], POLICY)) == said(first)


def test_an_answer_follows_its_enterprise_when_a_row_is_inserted_above(alike, tmp_path):
    def insert(sheet: Worksheet) -> None:
        sheet.insert_rows(5)
        for at, cell in enumerate(sheet[6], 1):
            sheet.cell(5, at).value = cell.value
        sheet["C5"], sheet["B5"], sheet["D5"] = CODES[5], NAMES[5], "无"

    found = changed(alike, tmp_path, insert)
    assert said(found) == {NAMES[0]: "“甲的原因”", NAMES[1]: "“乙的原因”"}
    assert [one.code for one in found.findings if one.place.cell == "O5"] == [Code.NOT_WORSE]      # the new row has given no reason


def test_the_answer_of_a_record_that_is_gone_is_nobody_elses(alike, tmp_path):
    assert said(changed(alike, tmp_path, lambda sheet: sheet.delete_rows(5))) == {NAMES[1]: "“乙的原因”"}


def test_of_two_records_alike_nobody_guesses_whose_answer_it_was(tmp_path):
    rows = [enterprise(0, current="B", self="C", applied="C", target="B") for _ in range(2)]      # one enterprise and process, twice
    path = answer(back(check_files([county_file(tmp_path / "一", "灵宝市", rows)], POLICY), tmp_path / "二"), "甲的原因", cell="O5")
    outcome = changed(path, tmp_path, lambda sheet: sheet.insert_rows(5))
    assert said(outcome) == {}
    assert [one.place.cell for one in outcome.findings if one.code is Code.ANSWER_LAPSED] == ["O6"]


def test_a_corrected_cell_needs_no_answer(tmp_path):
    path = answer(back(check_files([sent(tmp_path / "一")], POLICY), tmp_path / "二"), WORDS, O5="B")
    assert told(check_files([path], POLICY)) == [(Code.NOT_A_NUMBER, "K6")]


@pytest.mark.parametrize("text", ["", "  ", "\u200b"])
def test_an_empty_answer_is_none(tmp_path, text):
    path = answer(back(check_files([sent(tmp_path / "一")], POLICY), tmp_path / "二"), text)
    assert told(check_files([path], POLICY)) == [(Code.NOT_WORSE, "O5"), (Code.NOT_A_NUMBER, "K6")]


def test_a_warning_about_a_whole_sheet_can_be_answered(tmp_path):
    rows = [enterprise(0), enterprise(1)]
    path = county_file(tmp_path / "一", "灵宝市", rows)
    book = openpyxl.load_workbook(path)
    book["排查清单"].row_dimensions[6].hidden = True
    book.save(path)
    first = check_files([path], POLICY)
    assert (Code.HIDDEN_ROWS, "") in told(first)
    second = check_files([answer(back(first, tmp_path / "二"), WORDS, cell="")], POLICY)
    assert [(one.code, one.message) for one in second.findings if one.place.cell == "" and "隐藏" in one.message] == [
        (Code.ANSWERED, f"W153：第6行被隐藏或筛选掉了，仍按上报的内容读取；县（市、区）说明：“{WORDS}”")
    ]


def test_an_error_cannot_be_answered(tmp_path):
    path = back(check_files([sent(tmp_path / "一")], POLICY), tmp_path / "二")
    book = openpyxl.load_workbook(path)
    rows = [row for row in book[FRONT].iter_rows() if row[3].value == "K6"]
    assert rows[-1][ANSWER - 1].value == load_return().must_change
    for row in rows:
        row[ANSWER - 1].value = "就是这么多"
    book.save(path)
    found = check_files([path], POLICY)
    assert (Code.NOT_A_NUMBER, "K6") in told(found)
    assert [one.message for one in found.findings if one.code is Code.ANSWER_LAPSED] == ["退回时写的情况说明“就是这么多”不算数：错误要改正，不能用说明代替"]


def test_an_answer_in_the_upper_table_counts_too(tmp_path):
    path = back(check_files([sent(tmp_path / "一")], POLICY), tmp_path / "二")
    book = openpyxl.load_workbook(path)
    first = next(row for row in book[FRONT].iter_rows() if row[3].value == "O5")
    first[ANSWER - 1].value = WORDS
    book.save(path)
    assert told(check_files([path], POLICY)) == [(Code.ANSWERED, "O5"), (Code.NOT_A_NUMBER, "K6")]
    answer(path, "下面的原因")
    assert [one.text for one in check_files([path], POLICY).submissions[0].answers] == ["下面的原因"]
    assert told(check_files([path], POLICY)) == [(Code.ANSWERED, "O5"), (Code.NOT_A_NUMBER, "K6")]


def test_the_merge_shows_the_answer_in_its_problem_list_and_counts_no_warning(tmp_path):
    path = answer(back(check_files([sent(tmp_path / "一")], POLICY), tmp_path / "二"), WORDS)
    summary = tmp_path / "市级汇总.xlsx"
    merge([path], summary, POLICY, datetime(2022, 7, 20, 9))
    form = load_template("city")["problems"]
    rows = [[str(value) for value in row] for row in open_book(summary).values(form.sheet)]
    (line,) = [row for row in rows if Code.ANSWERED.number in row]
    assert any(WORDS in value for value in line)
    assert Severity.NOTE.label in line
    assert not [row for row in rows if Code.NOT_WORSE.number in row]


# Rows that move

SEVERAL = [      # each told from the others by its remark
    {"current": "B", "self": "C", "applied": "C", "target": "B"},
    {"current": "B", "self": "C", "applied": "C", "target": "B"},
    {"name": NAMES[0]},                                                   # one name, two codes
    {"permit_no": "PWX-130921-0023-16"},
    {"permit_no": f"{CODES[0]}001P"},
    {},
]


def inbox_book(order: list[int], hidden: set[int], twice: bool) -> TextBook:
    """A county's workbook with these enterprises in this order, some of them in hidden rows; twice: the first one's row is there again, with another remark."""
    rows = {at: {**county_books.enterprise(CODES[at], NAMES[at], remark=f"第{at}家"), **changes} for at, changes in enumerate(SEVERAL)}
    records = [rows[at] for at in order] + ([{**rows[0], "remark": "又一行"}] if twice else [])
    reviews = [county_books.beside(CODES[at], name=rows[at]["name"], applied="A") for at in reversed(order)]
    facts = SheetFacts(hidden_rows=frozenset(5 + place for place, at in enumerate(order) if at in hidden))
    return replace(county_books.book(screening=records, review=reviews), known={"排查清单": facts})


def warned(book: TextBook) -> tuple[list[Finding], dict[Finding, str], dict[Finding, str]]:
    """What is found in it, what an answer to each warning would be about, and whom the warning concerns: the remarks, or the codes, of its rows."""
    one = check_book(book, load_template("county"), POLICY)
    columns = [(table.sheet, zip(table.rows, table.cells["remark" if "remark" in table.cells else "credit_code"], strict=True)) for table in one.raw.values() if table.form.layout == "rows"]
    remarks = {(sheet, row): str(text) for sheet, column in columns for row, text in column}

    def who(finding: Finding) -> str:
        rows = [finding.place.cell.lstrip(ascii_uppercase)] if finding.place.cell else str(dict(finding.values).get("among", "")).split()
        return " ".join(sorted(remarks.get((finding.place.sheet, int(row)), "") for row in rows))

    about = abouts(book, one.findings, called(one.raw))
    return list(one.findings), about, {finding: f"{finding.code.number} {who(finding)}" for finding in about}


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.5"), (Percent(0.5), "0.5"), (12.0, "12"), ("甲　 乙", "甲 乙"), ("长" * 35, "长" * 30 + "…"), (True, "True"), (date(2022, 7, 1), "2022-07-01"), (None, "")],
)
def test_what_an_answer_is_about_does_not_depend_on_the_reader_and_stays_as_returns_have_it(value: Cell, text: str):
    """Excel's and LibreOffice's files tell a percentage, an open workbook and .xlsb a share."""
    code = next(one for one in Code if one.severity is Severity.WARNING)
    warning = Finding(code, Place("灵宝市.xlsx", "排查清单", "A1"), "问一句", "请核对")
    about = abouts(TextBook("灵宝市.xlsx", grids={"排查清单": [[value]]}), [warning], {})[warning]
    digest = hashlib.sha256(f"{warning.message}\n{text}".encode()).hexdigest()[:16]
    assert about == f"{code.number}:{digest}:"


@settings(max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.permutations(range(len(SEVERAL))), st.sets(st.sampled_from(range(len(SEVERAL)))), st.sets(st.sampled_from(range(len(SEVERAL)))), st.booleans())
def test_rows_may_move_and_no_answer_is_anothers(order: list[int], hidden: set[int], later: set[int], twice: bool):
    _, about, concerned = warned(inbox_book(list(range(len(SEVERAL))), hidden, twice))
    given_ = [Explanation(one.place.sheet, one.place.cell, one.code.number, about[one], concerned[one]) for one in about]
    moved = inbox_book(order, later, twice)
    found, about, now = warned(moved)
    told, _ = answered(found, given_, about)
    left = [one for one in told if one.severity is Severity.WARNING]
    said = {(one.place, str(dict(one.values)["number"])): str(dict(one.values)["answer"]) for one in told if one.code is Code.ANSWERED}
    assert all(said[one.place, one.code.number] == now[one] for one in about if (one.place, one.code.number) in said)
    assert len(said) + len(left) == len(about)
    asked = {Code.NAME_TWO_CODES} if order.index(0) > order.index(2) else set()      # the other of the two is asked now
    assert {one.code for one in left} == asked | ({Code.HIDDEN_ROWS} if later and hidden != later else set())


def test_an_answer_about_hidden_rows_stays_when_a_row_is_inserted_above(tmp_path):
    path = county_file(tmp_path / "一", "灵宝市", [enterprise(0), enterprise(1), enterprise(2, capacity="很多")])
    book = openpyxl.load_workbook(path)
    book["排查清单"].row_dimensions[6].hidden = True
    book.save(path)
    path = answer(back(check_files([path], POLICY), tmp_path / "二"), WORDS, cell="")

    def insert(sheet: Worksheet) -> None:
        sheet.insert_rows(5)
        for at, cell in enumerate(sheet[6], 1):
            sheet.cell(5, at).value = cell.value
        sheet["C5"], sheet["B5"], sheet["D5"] = CODES[5], NAMES[5], "无"
        sheet.row_dimensions[6].hidden, sheet.row_dimensions[7].hidden = False, True

    def hide_another(sheet: Worksheet) -> None:
        sheet.row_dimensions[6].hidden, sheet.row_dimensions[5].hidden = False, True

    kept = changed(path, tmp_path, insert)
    assert [one.message for one in kept.findings if one.code is Code.ANSWERED] == [f"W153：第7行被隐藏或筛选掉了，仍按上报的内容读取；县（市、区）说明：“{WORDS}”"]
    other = told(changed(path, tmp_path, hide_another))
    assert ((Code.ANSWER_LAPSED, "") in other, (Code.HIDDEN_ROWS, "") in other) == (True, True)
