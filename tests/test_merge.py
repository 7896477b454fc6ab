"""Merging files: the summary is written whole or not at all, and what people wrote in it is never lost."""

import json
import os
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path, PurePosixPath

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.county_files import CODES, NAMES, POLICY, county_file, enterprise, filled
from tests.workbooks import parts_of
from xltools.actions import merge as merge_module
from xltools.actions.fsck import fsck
from xltools.actions.merge import merge
from xltools.books import replace as replace_module
from xltools.books.file import open_book
from xltools.books.read import read_tables
from xltools.books.replace import beside, holder
from xltools.books.summary import ONLY_WHEN_FILLED
from xltools.model.code import Code
from xltools.model.dashboard import load_dashboard
from xltools.model.form import FIRST_ROW, HEADER_ROW, load_template
from xltools.model.outcome import Outcome
from xltools.rules.account import KEPT

CITY = load_template("city")
LEDGER, PROBLEMS, UNCLAIMED = CITY["ledger"], CITY["problems"], CITY["unclaimed"]
NOW = datetime(2022, 7, 25, 9, 0)


@pytest.fixture(scope="module")
def counties(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two county workbooks, one row wrong."""
    folder = tmp_path_factory.mktemp("inbox") / "区县"
    county_file(folder, "灵宝市", [enterprise(0), enterprise(1, capacity="很多", remark="=1+1")], review=[filled("review", credit_code=CODES[0])])
    county_file(folder, "湖滨区", [enterprise(2, industry="水泥", process="熟料", table="水泥熟料")])
    return folder


@pytest.fixture
def run(counties: Path, tmp_path: Path) -> Callable[[], Outcome]:
    """Merges the counties into a summary in a folder of the test's own."""
    return lambda: merge([counties], tmp_path / "市级汇总.xlsx", POLICY, NOW)


def values(path: Path, sheet: str) -> list[list[object]]:
    """The records of a form's sheet as they stand there."""
    rows = [list(row) for row in open_book(path).values(sheet)]
    return rows[FIRST_ROW - 1 :]


def column(path: Path, field: str) -> list[object]:
    """A column of the ledger."""
    at = [one.name for one in LEDGER].index(field)
    return [row[at] for row in values(path, LEDGER.sheet)]


def edit(path: Path, change: Callable[[openpyxl.Workbook], None]) -> None:
    """Open the summary, change something, save it, as a person would."""
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)


def cell(sheet: Worksheet, row: int, field: str) -> openpyxl.cell.cell.Cell:
    found = sheet.cell(row, [one.name for one in LEDGER].index(field) + 1)
    assert isinstance(found, openpyxl.cell.cell.Cell)
    return found


def remark(book: openpyxl.Workbook) -> None:
    """The city decides about the enterprise in the second row of the ledger."""
    sheet = book[LEDGER.sheet]
    cell(sheet, FIRST_ROW + 1, "city_opinion").value = "同意"
    cell(sheet, FIRST_ROW + 1, "decided").value = "B"
    cell(sheet, FIRST_ROW + 1, "decided_date").value = date(2022, 7, 29)


def linked(path: Path) -> set[str]:
    """The workbooks that the sheets' links lead to, as the package names them."""
    relations = "".join(content.decode() for name, content in parts_of(path).items() if "worksheets/_rels" in name)
    return set(re.findall('Target="([^"]*xlsx)"', relations))


def codes(outcome: Outcome) -> set[Code]:
    return {finding.code for finding in outcome.findings}


# --- what is in it ----------------------------------------------------------------------------------------------------


def test_all_rows_are_there_in_the_order_of_counties_with_their_sources(run: Callable[[], Outcome]) -> None:
    outcome = run()
    assert outcome.output is not None
    assert column(outcome.output, "name") == [NAMES[2], NAMES[0], NAMES[1]]
    assert column(outcome.output, "source_file") == ["湖滨区.xlsx", "灵宝市.xlsx", "灵宝市.xlsx"]
    assert column(outcome.output, "source_row") == [5, 5, 6]
    assert column(outcome.output, "conclusion") == [None, "B", None]
    assert column(outcome.output, "status") == ["无问题", "无问题", "有错误"]


@pytest.mark.parametrize(("folder", "target"), [("D:/2022 年/收件箱", "file:///D:\\2022%20年\\收件箱\\"), ("//服务器/共享", "file:///\\\\服务器\\共享\\")])
def test_links_lead_to_another_drive_and_stay_when_nothing_is_new(
    run: Callable[[], Outcome], counties: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, target: str
) -> None:
    def elsewhere(path: Path, start: Path) -> str:
        raise ValueError(f"path is on mount 'D:', start on mount 'C:': {path} {start}")

    def whole(path: Path) -> PurePosixPath:
        return PurePosixPath(folder) / path.name

    monkeypatch.setattr(os.path, "relpath", elsewhere)
    monkeypatch.setattr(Path, "absolute", whole)
    path = run().output or tmp_path
    leading = linked(path)
    assert leading == {f"{target}{one.name}" for one in counties.iterdir()}
    assert Code.UNCHANGED in codes(run())
    edit(path, remark)
    assert Code.UNCHANGED not in codes(run())
    assert {one.replace("/", "\\").replace("file:\\\\\\", "file:///") for one in linked(path)} == leading


def test_what_was_not_understood_is_there_as_typed_and_text_stays_text(run: Callable[[], Outcome]) -> None:
    path = run().output
    assert path is not None
    assert column(path, "capacity") == [20000, 20000, "很多"]
    assert column(path, "remark")[2] == "=1+1"
    assert cell(openpyxl.load_workbook(path)[LEDGER.sheet], FIRST_ROW + 2, "remark").data_type == "s"


def test_every_sheet_is_there_and_reads_back_without_a_word(run: Callable[[], Outcome]) -> None:
    path = run().output
    assert path is not None
    book = open_book(path)
    shown = [form.sheet for form in CITY if form.name not in ONLY_WHEN_FILLED]
    assert [name for name in book.sheets if name in shown] == shown
    assert load_dashboard().sheet in book.sheets
    assert (book.stamp.template, book.stamp.policy) == ("city", POLICY.id)
    tables, _ = read_tables(book, CITY)
    assert len(tables["ledger"].columns) == len(LEDGER.fields)


def test_problems_link_to_the_cell_in_the_source_file_by_relative_path(run: Callable[[], Outcome], counties: Path, tmp_path: Path) -> None:
    path = run().output
    assert path is not None
    sheet = openpyxl.load_workbook(path)[PROBLEMS.sheet]
    at = [record[4] for record in values(path, PROBLEMS.sheet)].index("K6")
    link = sheet.cell(FIRST_ROW + at, 5).hyperlink
    assert link is not None
    assert link.location == "'排查清单'!K6"
    assert not Path(str(link.target)).is_absolute()
    assert (tmp_path / str(link.target).replace("\\", "/")).resolve() == (counties / "灵宝市.xlsx").resolve()


def test_the_outcome_says_what_json_needs(run: Callable[[], Outcome]) -> None:
    record = json.loads(json.dumps(run().record()))
    assert Path(record["output"]).name == "市级汇总.xlsx"
    assert len(record["counties"]) == 8
    lingbao = next(line for line in record["counties"] if line["county"] == "灵宝市")
    assert (lingbao["rows"], lingbao["errors"], lingbao["on_time"], lingbao["reported"]) == (2, 1, "按时", "2022-07-19")
    assert {"counts", "account", "findings", "counties", "output"} == set(record)
    assert sum(finding["code"] == "W604" for finding in record["findings"]) == 6


def test_an_unreadable_file_is_listed_and_does_not_stop_the_others(counties: Path, tmp_path: Path) -> None:
    (tmp_path / "卢氏县.xlsx").write_bytes(b"not a workbook")
    outcome = merge([counties, tmp_path / "卢氏县.xlsx"], tmp_path / "out" / "市级汇总.xlsx", POLICY, NOW)
    assert outcome.output is not None
    assert len(column(outcome.output, "name")) == 3
    listed = [(row[0], row[2], row[8]) for row in values(outcome.output, PROBLEMS.sheet)]
    assert ("卢氏县", "卢氏县.xlsx", Code.UNREADABLE.number) in listed


def test_a_county_that_sent_twice_is_named_row_by_row(counties: Path, tmp_path: Path) -> None:
    later = county_file(tmp_path / "补报", "灵宝市", [enterprise(0)], cover={"report_date": date(2022, 7, 20)})
    outcome = merge([counties, later], tmp_path / "市级汇总.xlsx", POLICY, NOW)
    assert outcome.output is not None
    assert Code.SENT_TWICE in codes(outcome)
    assert Code.NOT_BALANCED not in codes(outcome)
    assert sorted(str(name) for name in column(outcome.output, "name")) == sorted([NAMES[0], NAMES[2]])
    unmerged = values(outcome.output, CITY["unmerged"].sheet)
    assert [(row[1], row[4]) for row in unmerged] == [("区县/灵宝市.xlsx", NAMES[0]), ("区县/灵宝市.xlsx", NAMES[1]), ("区县/灵宝市.xlsx", NAMES[0])]


# --- again and again --------------------------------------------------------------------------------------------------


def test_merging_twice_changes_nothing_and_does_not_even_write(run: Callable[[], Outcome], tmp_path: Path) -> None:
    first = run().output
    assert first is not None
    content, written = first.read_bytes(), first.stat().st_mtime_ns
    again = run()
    assert (again.output, Code.UNCHANGED in codes(again)) == (first, True)
    assert (first.read_bytes(), first.stat().st_mtime_ns) == (content, written)
    assert not (tmp_path / "市级汇总-备份").exists()


def test_the_summary_before_is_backed_up(run: Callable[[], Outcome], tmp_path: Path) -> None:
    first = run().output
    assert first is not None
    edit(first, lambda book: book[PROBLEMS.sheet].delete_rows(FIRST_ROW))
    content = first.read_bytes()
    run()
    (backup,) = (tmp_path / "市级汇总-备份").iterdir()
    assert (backup.name, backup.read_bytes()) == ("2022-07-25 09-00-00.xlsx", content)


def test_a_summary_among_the_counties_is_not_taken_for_one(counties: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for path in counties.iterdir():
        (inbox / path.name).write_bytes(path.read_bytes())
    first = merge([inbox], inbox / "市级汇总.xlsx", POLICY, NOW)
    content = (inbox / "市级汇总.xlsx").read_bytes()
    again = merge([inbox], inbox / "市级汇总.xlsx", POLICY, NOW)
    assert (inbox / "市级汇总.xlsx").read_bytes() == content
    named = merge(sorted(inbox.glob("*.xlsx")), inbox / "市级汇总.xlsx", POLICY, NOW)
    for later in (again, named):
        assert later.counts == {**first.counts, "note": first.counts["note"] + 1}
        assert Code.UNCHANGED in codes(later)


def test_what_the_city_wrote_stays_with_its_enterprise_through_sorting(run: Callable[[], Outcome]) -> None:
    path = run().output
    assert path is not None
    edit(path, remark)

    def sort_descending(book: openpyxl.Workbook) -> None:
        sheet = book[LEDGER.sheet]
        rows = [[one.value for one in row] for row in sheet.iter_rows(min_row=FIRST_ROW)]
        for at, row in enumerate(reversed(rows), FIRST_ROW):
            for position, value in enumerate(row, 1):
                sheet.cell(at, position).value = value

    edit(path, sort_descending)
    outcome = run()
    assert outcome.output == path
    assert column(path, "name")[1] == NAMES[0]
    assert column(path, "city_opinion") == [None, "同意", None]
    assert column(path, "decided") == [None, "B", None]
    assert [str(value)[:10] for value in column(path, "decided_date")] == ["None", "2022-07-29", "None"]
    fields = [one.name for one in CITY["enterprises"]]
    decided = [row[fields.index("decided")] for row in values(path, CITY["enterprises"].sheet) if row[fields.index("name")] == NAMES[0]]
    assert decided == ["B"]
    content = path.read_bytes()
    run()
    assert path.read_bytes() == content


def test_what_is_said_of_an_enterprise_that_is_gone_waits_and_comes_back(counties: Path, tmp_path: Path) -> None:
    output = tmp_path / "市级汇总.xlsx"
    merge([counties], output, POLICY, NOW)
    edit(output, remark)
    again = county_file(tmp_path / "重报", "灵宝市", [enterprise(1)])
    gone = merge([counties / "湖滨区.xlsx", again], output, POLICY, NOW)
    assert Code.CITY_ROW_GONE in codes(gone)
    items = [one.name for one in UNCLAIMED].index("item")
    waiting = {row[items]: row[items + 1] for row in values(output, UNCLAIMED.sheet)}
    assert waiting == {"市级意见": "同意", "市级评定等级": "B", "决定日期": "2022-07-29"}
    merge([counties / "湖滨区.xlsx", again], output, POLICY, NOW)
    assert waiting == {row[items]: row[items + 1] for row in values(output, UNCLAIMED.sheet)}
    back = merge([counties], output, POLICY, NOW)
    assert Code.CITY_ROW_GONE not in codes(back)
    assert column(output, "city_opinion") == [None, "同意", None]
    assert [str(value)[:10] for value in column(output, "decided_date")] == ["None", "2022-07-29", "None"]
    assert not any(isinstance(value, str) for value in column(output, "decided_date"))
    assert values(output, UNCLAIMED.sheet) == []
    assert not open_book(output).facts(UNCLAIMED.sheet).visible


def test_rows_of_a_county_that_is_not_in_the_inbox_stay_with_what_is_said_of_them(counties: Path, tmp_path: Path) -> None:
    output = tmp_path / "市级汇总.xlsx"
    merge([counties], output, POLICY, NOW)
    edit(output, remark)
    before = values(output, LEDGER.sheet)
    later = merge([counties / "湖滨区.xlsx"], output, POLICY, NOW)
    assert {Code.SOURCE_ABSENT, Code.COUNTY_NOT_SENT} <= codes(later)
    assert Code.NOT_BALANCED not in codes(later)
    at = [one.name for one in LEDGER].index("status")
    assert [row[at] for row in values(output, LEDGER.sheet)] == ["无问题", KEPT, KEPT]
    assert [row[:at] + row[at + 1 :] for row in values(output, LEDGER.sheet)] == [row[:at] + row[at + 1 :] for row in before]
    merge([counties], output, POLICY, NOW)
    assert values(output, LEDGER.sheet) == before


def test_rows_that_were_not_merged_stay_listed_while_their_county_is_not_in_the_inbox(tmp_path: Path) -> None:
    """Row 6 has no credit code: it stays named while the file is away, and once; a file that lies there again says it anew."""
    output, folder = tmp_path / "市级汇总.xlsx", tmp_path / "区县"
    county_file(folder, "灵宝市", [enterprise(0), enterprise(1) | {"credit_code": None}])
    here = county_file(folder, "湖滨区", [enterprise(2)])
    merge([folder], output, POLICY, NOW)
    fields = [one.name for one in CITY["unmerged"]]
    listed = values(output, CITY["unmerged"].sheet)
    assert [(row[fields.index("source_file")], row[fields.index("source_row")]) for row in listed] == [("灵宝市.xlsx", 6)]
    for _ in range(2):
        assert Code.NOT_BALANCED not in codes(merge([here], output, POLICY, NOW))
        assert values(output, CITY["unmerged"].sheet) == listed
        assert fsck(output, [tmp_path]).findings == ()
    merge([folder], output, POLICY, NOW)
    assert values(output, CITY["unmerged"].sheet) == listed
    mended = county_file(tmp_path / "改好", "灵宝市", [enterprise(0), enterprise(1)])
    merge([here, mended], output, POLICY, NOW)
    assert values(output, CITY["unmerged"].sheet) == []


def test_rows_that_were_not_merged_are_called_by_their_batch_when_the_next_month_has_the_files_name(tmp_path: Path) -> None:
    output = tmp_path / "市级汇总.xlsx"
    june = county_file(tmp_path / "6月", "灵宝市", [enterprise(0), enterprise(1) | {"credit_code": None}], cover={"batch": "6月"})
    merge([june], output, POLICY, NOW)
    july = county_file(tmp_path / "7月", "灵宝市", [enterprise(2)], cover={"batch": "7月"})
    fields = [one.name for one in CITY["unmerged"]]
    for _ in range(2):
        merge([july], output, POLICY, NOW)
        (line,) = values(output, CITY["unmerged"].sheet)
        assert (line[fields.index("source_file")], line[fields.index("source_row")]) == ("灵宝市.xlsx（6月）", 6)


# --- what is not ours -------------------------------------------------------------------------------------------------


def add_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("我的统计")["A1"] = 1


def insert_column(book: openpyxl.Workbook) -> None:
    sheet = book[LEDGER.sheet]
    last = len(LEDGER.fields) + 1
    sheet.cell(HEADER_ROW, last).value = "联系记录"
    sheet.cell(FIRST_ROW, last).value = "已联系"


def write_below(book: openpyxl.Workbook) -> None:
    sheet = book[LEDGER.sheet]
    sheet.cell(sheet.max_row + 3, 6).value = "小计"


@pytest.mark.parametrize(("change", "kept"), [(add_sheet, 1.0), (insert_column, "已联系"), (write_below, "小计")])
def test_what_is_not_ours_stays_in_its_place(run: Callable[[], Outcome], change: Callable[[openpyxl.Workbook], None], kept: object) -> None:
    path = run().output
    assert path is not None
    edit(path, remark)
    edit(path, change)
    assert run().output == path
    assert column(path, "city_opinion")[:3] == [None, "同意", None]
    assert any(kept in row for name in open_book(path).sheets for row in open_book(path).values(name))


def test_what_is_in_the_way_is_named_and_left_alone(run: Callable[[], Outcome]) -> None:
    path = run().output
    assert path is not None
    edit(path, remark)
    edit(path, lambda book: book[LEDGER.sheet].merge_cells(start_row=FIRST_ROW, end_row=FIRST_ROW + 1, start_column=30, end_column=30))
    edit(path, lambda book: book[LEDGER.sheet].delete_rows(FIRST_ROW + 2))
    content = path.read_bytes()
    outcome = run()
    assert path.read_bytes() == content
    assert outcome.output == path.with_name("市级汇总（新）.xlsx")
    (said,) = [finding for finding in outcome.findings if finding.code is Code.NOT_IN_PLACE]
    assert "跨行合并" in said.message
    assert outcome.output.name in said.fix


def test_a_summary_that_somebody_saves_meanwhile_is_not_overwritten(run: Callable[[], Outcome], monkeypatch: pytest.MonkeyPatch) -> None:
    path = run().output
    assert path is not None
    edit(path, lambda book: book[PROBLEMS.sheet].delete_rows(FIRST_ROW))
    renew = merge_module.renew

    def slowly(*args: object) -> object:
        done = renew(*args)
        edit(path, remark)
        return done

    monkeypatch.setattr(merge_module, "renew", slowly)
    outcome = run()
    assert Code.CHANGED_MEANWHILE in codes(outcome)
    assert outcome.output == path.with_name("市级汇总（新）.xlsx")
    assert column(path, "city_opinion") == [None, "同意", None]


def test_a_county_workbook_is_never_taken_for_the_summary(counties: Path, tmp_path: Path) -> None:
    mistaken = tmp_path / "灵宝市.xlsx"
    mistaken.write_bytes((counties / "灵宝市.xlsx").read_bytes())
    content = mistaken.read_bytes()
    outcome = merge([counties / "湖滨区.xlsx"], mistaken, POLICY, NOW)
    assert mistaken.read_bytes() == content
    assert outcome.output == tmp_path / "灵宝市（新）.xlsx"
    assert Code.OUTPUT_NOT_OURS in codes(outcome)


def test_a_file_that_is_no_workbook_is_not_overwritten(counties: Path, tmp_path: Path) -> None:
    other = tmp_path / "市级汇总.xlsx"
    other.write_bytes(b"something else")
    outcome = merge([counties / "湖滨区.xlsx"], other, POLICY, NOW)
    assert other.read_bytes() == b"something else"
    assert outcome.output == tmp_path / "市级汇总（新）.xlsx"


# --- open elsewhere ---------------------------------------------------------------------------------------------------


def excel_lock(user: str) -> bytes:
    """What Excel leaves beside an open workbook: the name's length and the name, twice, padded with blanks."""
    short = user.encode("gbk")
    return bytes([len(short)]) + short.ljust(54) + len(user).to_bytes(2, "little") + user.encode("utf-16-le").ljust(108, b" ")


OFFICE_LOCK = ",张三,pc,25.07.2022 09:00,file:///home;"


@pytest.mark.parametrize(
    ("lock", "content", "user"),
    [
        ("~$市级汇总.xlsx", excel_lock("李四"), "李四"),
        ("~$市级汇总.xlsx", b"", "其他人或其他程序"),
        (".~lock.市级汇总.xlsx#", OFFICE_LOCK.encode(), "张三"),
        (".~lock.市级汇总.xlsx#", b"", "其他人或其他程序"),
    ],
)
def test_an_open_summary_is_left_alone_and_its_holder_named(run: Callable[[], Outcome], tmp_path: Path, lock: str, content: bytes, user: str) -> None:
    path = run().output
    assert path is not None
    edit(path, remark)
    before = path.read_bytes()
    (tmp_path / lock).write_bytes(content)
    outcome = run()
    assert path.read_bytes() == before
    assert outcome.output == tmp_path / "市级汇总（新）.xlsx"
    said = [finding.message for finding in outcome.findings if finding.code is Code.OUTPUT_OPEN]
    assert said == [f"市级汇总.xlsx 正被{user}打开，不能写入"]
    assert column(outcome.output, "city_opinion") == [None, "同意", None]
    assert not (tmp_path / "市级汇总-备份").exists()


def test_a_lock_file_nobody_may_read_still_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(path)

    path = tmp_path / "市级汇总.xlsx"
    assert holder(path) == ""
    (tmp_path / "~$市级汇总.xlsx").touch()
    monkeypatch.setattr(replace_module.Path, "read_bytes", refuse)
    assert holder(path) == "其他人或其他程序"


def test_a_system_that_refuses_to_replace_gets_the_summary_beside(run: Callable[[], Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = run().output
    assert path is not None
    rename = Path.replace

    def refuse(source: Path, target: Path) -> Path:
        if target == path:
            raise PermissionError(target)
        return rename(source, target)

    edit(path, lambda book: book[PROBLEMS.sheet].delete_rows(FIRST_ROW))
    before = path.read_bytes()
    monkeypatch.setattr(Path, "replace", refuse)
    outcome = run()
    assert path.read_bytes() == before
    assert outcome.output == tmp_path / "市级汇总（新）.xlsx"
    assert Code.OUTPUT_OPEN in codes(outcome)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
    assert not (tmp_path / "市级汇总-备份").exists()


def test_a_free_name_is_found_beside(tmp_path: Path) -> None:
    path = tmp_path / "市级汇总.xlsx"
    names = []
    for _ in range(3):
        found = beside(path)
        found.touch()
        names.append(found.name)
    assert names == ["市级汇总（新）.xlsx", "市级汇总（新2）.xlsx", "市级汇总（新3）.xlsx"]
    assert beside(tmp_path / names[0]).name == "市级汇总（新4）.xlsx"


def test_the_figures_are_formulas_over_the_sheets(run: Callable[[], Outcome]) -> None:
    path = run().output
    assert path is not None
    with zipfile.ZipFile(path) as package:
        number = open_book(path).sheets.index(load_dashboard().sheet) + 1
        text = package.read(f"xl/worksheets/sheet{number}.xml").decode()
        assert len([name for name in package.namelist() if name.startswith("xl/charts/chart")]) >= 3
    formulas = re.findall(r"<f>([^<]*)</f><v>", text)
    assert len(formulas) > 200
    assert any(formula.startswith("COUNTIFS('企业总表'!") for formula in formulas)
