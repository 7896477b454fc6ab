"""fsck: a summary as the merge wrote it agrees with its inputs, and every tampering with either is named."""

import shutil
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from tests.county_files import POLICY, county_file, enterprise, filled
from tests.test_unlock import locked
from xltools.actions.fsck import fsck
from xltools.actions.inbox import Inbox
from xltools.actions.merge import merge
from xltools.faces import cli
from xltools.model.code import Code
from xltools.model.finding import StopError

EXAMPLE = Path(__file__).parent.parent / "workbooks"
pytestmark = pytest.mark.filterwarnings("ignore:Print area cannot be set")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two county files, with slips that are converted or refused, and the summary made from them."""
    folder = tmp_path_factory.mktemp("市")
    rows = [enterprise(0, capacity="1,200", current="Ｂ", self="B", applied="B", target="A"), enterprise(1, capacity="约300", target_date="2022.9.30"), enterprise(2, low_voc="√", phone=13800000000.0)]
    sheets = {"rectification": [filled("rectification", credit_code=rows[0]["credit_code"])], "measures": [filled("measures", credit_code=rows[0]["credit_code"])]}
    county_file(folder / "区县", "灵宝市", rows, **sheets)
    county_file(folder / "区县", "义马市", [enterprise(3), {**enterprise(4), "credit_code": None, "permit_no": "无"}])
    merge([folder / "区县"], folder / "市级汇总.xlsx", POLICY, datetime(2022, 7, 20, 9))
    return folder


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "市")
    return tmp_path / "市"


def found(folder: Path) -> list[Code]:
    return [one.code for one in fsck(folder / "市级汇总.xlsx", [folder]).findings]


def change(path: Path, sheet: str, **cells: object) -> None:
    book = openpyxl.load_workbook(path)
    for at, value in cells.items():
        book[sheet][at].value = value
    book.save(path)


def column(path: Path, sheet: str, label: str) -> str:
    book = openpyxl.load_workbook(path)
    return next(cell.column_letter for row in book[sheet].iter_rows(max_row=4) for cell in row if str(cell.value).replace("\n", "") == label)


def test_a_summary_as_it_was_written_agrees_and_the_identity_holds(made):
    done = fsck(made / "市级汇总.xlsx", [made])
    assert done.findings == ()
    one = done.account
    assert done.files == 2
    assert one.seen == one.merged + one.unmerged + one.outside == 7
    assert one.unmerged == 1
    assert one.cells == one.carried + one.reported
    assert one.reported >= 4
    assert one.sums["企业台账·产能"][0] == one.sums["企业台账·产能"][1] > 0


def test_of_a_file_that_was_sent_again_only_the_last_merge_counts(copy):
    county_file(copy / "区县", "义马市", [enterprise(3)])
    merge([copy / "区县"], copy / "市级汇总.xlsx", POLICY, datetime(2022, 7, 21, 9))
    done = fsck(copy / "市级汇总.xlsx", [copy])
    assert done.findings == ()
    assert (done.account.seen, done.account.merged, done.account.unmerged) == (6, 6, 0)


def test_a_file_that_was_set_aside_and_then_taken_away_is_not_looked_for(tmp_path):
    """E602 asks to move one of two files of a county away; done so, nothing of it stands in the summary."""
    inbox, output = tmp_path / "区县", tmp_path / "市级汇总.xlsx"
    county_file(inbox, "灵宝市", [enterprise(0)], cover={"report_date": date(2022, 7, 19)}).rename(inbox / "灵宝市旧.xlsx")
    county_file(inbox, "灵宝市", [enterprise(0), enterprise(1)], cover={"report_date": date(2022, 7, 20)})
    merge([inbox], output, POLICY, datetime(2022, 7, 25, 9))
    assert fsck(output, [inbox]).files == 2
    (inbox / "灵宝市旧.xlsx").rename(tmp_path / "移走.xlsx")
    merge([inbox], output, POLICY, datetime(2022, 7, 25, 10))
    for places in ([inbox], [tmp_path]):
        done = fsck(output, places)
        assert (done.findings, done.files, done.account.seen, done.account.merged) == ((), 1, 2, 2)


def test_blank_rows_before_a_total_and_between_records_are_counted_as_the_merge_counts_them(tmp_path):
    county_file(tmp_path, "灵宝市", [enterprise(0), {}, enterprise(1), {}, {}, {"name": "合计", "capacity": 2.0}])
    outcome = merge([tmp_path], tmp_path / "市级汇总.xlsx", POLICY, datetime(2022, 7, 20, 9))
    assert (outcome.account.seen, outcome.account.taken, outcome.account.blank, outcome.account.outside) == (6, 2, 3, 1)
    one = fsck(tmp_path / "市级汇总.xlsx", [tmp_path]).account
    assert (one.seen, one.merged, one.blank, one.outside) == (3, 2, 3, 1)


def test_a_total_in_a_file_that_another_one_replaces_is_no_lost_row(tmp_path):
    """The problem list says of such a file only that it was replaced; a record missing there is still one."""
    inbox, output = tmp_path / "区县", tmp_path / "市级汇总.xlsx"
    county_file(inbox, "灵宝市", [enterprise(0), enterprise(1), {"name": "合计", "capacity": 2.0}], cover={"report_date": date(2022, 7, 19)}).rename(inbox / "灵宝市旧.xlsx")
    county_file(inbox, "灵宝市", [enterprise(0)], cover={"report_date": date(2022, 7, 20)})
    merge([inbox], output, POLICY, datetime(2022, 7, 25, 9))
    assert fsck(output, [inbox]).findings == ()


def test_a_column_that_was_not_read_for_its_unit_is_no_difference(tmp_path):
    row = enterprise(0)
    path = county_file(tmp_path, "灵宝市", [row], measures=[filled("measures", credit_code=row["credit_code"])])
    book = openpyxl.load_workbook(path)
    head = next(cell for line in book["减排措施"].iter_rows() for cell in line if str(cell.value).startswith("颗粒物日排放量"))
    head.value = "颗粒物日排放量（吨/天）"
    book.save(path)
    outcome = merge([tmp_path], tmp_path / "市级汇总.xlsx", POLICY, datetime(2022, 7, 20, 9))
    assert Code.UNIT_OTHER in {one.code for one in outcome.findings}
    assert fsck(tmp_path / "市级汇总.xlsx", [tmp_path]).findings == ()


def test_a_file_that_is_only_protected_against_changes_is_recounted_without_a_password(tmp_path):
    inbox, output = tmp_path / "区县", tmp_path / "市级汇总.xlsx"
    path = county_file(inbox, "灵宝市", [enterprise(0)])
    path.write_bytes(locked(path.read_bytes(), "VelvetSweatshop"))
    merge([inbox], output, POLICY, datetime(2022, 7, 20, 9))
    assert fsck(output, [inbox]).findings == ()


def test_a_file_that_is_there_and_cannot_be_opened_is_not_said_to_be_missing(tmp_path):
    inbox, output = tmp_path / "区县", tmp_path / "市级汇总.xlsx"
    path = county_file(inbox, "灵宝市", [enterprise(0)])
    path.write_bytes(locked(path.read_bytes(), "abc"))
    merge(Inbox((inbox,), ("abc",)), output, POLICY, datetime(2022, 7, 20, 9))
    assert [(one.code, one.place.file) for one in fsck(output, [inbox]).findings if one.code.stage == 3 and one.place.file != output.name] == [(Code.RECOUNT_UNREAD, "灵宝市.xlsx")]
    assert fsck(output, [inbox], ["不对", "abc"]).findings == ()
    path.unlink()
    assert Code.RECOUNT_INPUT in [one.code for one in fsck(output, [inbox]).findings]


def test_the_worked_example_agrees():
    assert fsck(EXAMPLE / "市级汇总.xlsx", [EXAMPLE]).findings == ()


@pytest.mark.parametrize("value", [1201, "1,200吨", None])
def test_a_changed_number_is_named_with_its_cell_and_source(copy, value):
    at = column(copy / "市级汇总.xlsx", "企业台账", "产能") + "5"
    change(copy / "市级汇总.xlsx", "企业台账", **{at: value})
    (wrong,) = fsck(copy / "市级汇总.xlsx", [copy]).findings
    assert (wrong.code, wrong.place.cell) == (Code.RECOUNT_CELL, at)
    assert "【排查清单】第5行" in wrong.message


def test_a_row_that_was_removed_is_named(copy):
    book = openpyxl.load_workbook(copy / "市级汇总.xlsx")
    book["企业台账"].delete_rows(6)
    book.save(copy / "市级汇总.xlsx")
    assert {Code.RECOUNT_ROW_LOST, Code.RECOUNT_LOG} <= set(found(copy))


def test_an_input_that_was_changed_or_is_gone_is_named(copy):
    change(copy / "区县" / "灵宝市.xlsx", "排查清单", B5="三门峡改名有限公司")
    assert found(copy) == [Code.RECOUNT_INPUT]
    (copy / "区县" / "灵宝市.xlsx").unlink()
    assert found(copy) == [Code.RECOUNT_INPUT]


def test_an_input_under_another_name_is_known_by_its_content(copy):
    (copy / "区县" / "灵宝市.xlsx").rename(copy / "旧.bak")
    assert found(copy) == []


def test_a_row_with_a_source_of_another_row_or_of_none_is_named(copy):
    path = copy / "市级汇总.xlsx"
    at = column(path, "企业台账", "来源行")
    change(path, "企业台账", **{f"{at}6": 7})
    assert Code.RECOUNT_ROW_TWICE in found(copy)
    change(path, "企业台账", **{f"{at}6": 99})
    assert Code.RECOUNT_ROW_UNKNOWN in found(copy)


def test_a_log_that_was_changed_is_named(copy):
    path = copy / "市级汇总.xlsx"
    at = column(path, "运行日志", "汇总行")
    change(path, "运行日志", **{f"{at}5": 40})
    assert Code.RECOUNT_LOG in found(copy)


def test_what_is_no_summary_is_refused(copy):
    with pytest.raises(StopError) as stop:
        fsck(copy / "区县" / "灵宝市.xlsx", [copy])
    assert stop.value.finding.code is Code.RECOUNT_NO_LOG


def test_the_command_prints_the_identity(made, capsys):
    assert cli.run(["fsck", str(made / "市级汇总.xlsx")]) == 0
    said = capsys.readouterr().out
    assert "行：读入 7 = 汇总 6 + 未汇总 1" in said
    assert "复核一致" in said
