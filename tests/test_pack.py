"""County packages and the month's end: who is reported, what is in the package, when a batch may close."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from msgspec.structs import replace

from tests.checklist_books import applicant, change, visit, write
from tests.checklists import best, table_of
from tests.county_files import CODES, NAMES, county_file, enterprise, filled
from tests.workbooks import parts_of
from xltools.actions.merge import merge
from xltools.actions.pack import Job, close_month, pack_files
from xltools.actions.reporting import default_settings, make_reporting, read_reporting
from xltools.actions.sign import Signing, sign_files
from xltools.books.base import Cell
from xltools.books.file import open_book
from xltools.faces import cli
from xltools.model.code import Code
from xltools.model.finding import StopError
from xltools.model.form import FIRST_ROW, load_form
from xltools.model.policy import load_policy

POLICY = load_policy("sanmenxia-2022")
REFRACTORY = table_of("refractory")
OWN = {Code.HELD_BACK, Code.OPEN_ISSUES, Code.NOTHING_TO_REPORT, Code.SIGNED_LATE, Code.PAPER_ONLY, Code.NOTHING_THIS_MONTH, Code.NOT_CHECKED}


def inbox(folder: Path, *reviews: Mapping[str, Cell], issues: tuple[Mapping[str, Cell], ...] = ()) -> Path:
    """灵宝市 with a refractory plant for every review."""
    rows = [enterprise(at, industry="耐火材料", process="烧成", table="耐火材料") for at in range(len(reviews) or 1)]
    said = [filled("review", credit_code=CODES[at], process="烧成", applied="B", **one) for at, one in enumerate(reviews or ({},))]
    problems = [filled("rectification", credit_code=CODES[0], process="烧成", **one) for one in issues]
    county_file(folder, "灵宝市", rows, review=said, rectification=problems)
    return folder


def job(folder: Path, **more: object) -> Job:
    return Job(**{"policy": POLICY, "folder": folder / "上报包", "settings": default_settings(), **more})  # type: ignore[arg-type]


def told(folder: Path) -> list[tuple[Code, str]]:
    return [(one.code, one.message) for one in pack_files([folder], "7月", job(folder.parent)).findings if one.code in OWN]


def sheet(tmp_path: Path, content: bytes, name: str) -> list[list[Cell]]:
    (tmp_path / "one.xlsx").write_bytes(content)
    return open_book(tmp_path / "one.xlsx").values(name)


def test_a_package_has_fixed_names_a_list_and_fingerprints(tmp_path: Path) -> None:
    done = pack_files([inbox(tmp_path / "收件箱", {}, {})], "7月", job(tmp_path))
    assert [path.name for path in done.paths] == ["灵宝市-7月.zip"]
    files = parts_of(done.paths[0])
    assert list(files) == ["1-绩效分级清单/绩效分级清单.xlsx", "2-申报材料/区县填报表.xlsx", "3-县级初审意见/县级初审意见.xlsx", "4-整改情况/核查意见整改情况.xlsx", "说明.txt", "校验和.txt"]
    assert files["2-申报材料/区县填报表.xlsx"] == (tmp_path / "收件箱" / "灵宝市.xlsx").read_bytes()
    for line in files["校验和.txt"].decode().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    grades = sheet(tmp_path, files["1-绩效分级清单/绩效分级清单.xlsx"], "绩效分级清单")
    assert grades[FIRST_ROW - 2][:3] == ["县（市、区）", "企业名称", "统一社会信用代码"]
    assert [row[1] for row in grades[FIRST_ROW - 1 :]] == NAMES[:2]
    assert Code.MAPPING_DEFAULT in [one.code for one in done.findings]
    assert "未经人确认" in files["说明.txt"].decode()


def test_the_same_files_give_the_same_bytes_and_nothing_is_overwritten(tmp_path: Path) -> None:
    source = inbox(tmp_path / "收件箱")
    one = pack_files([source], "7月", job(tmp_path / "甲")).paths[0]
    other = pack_files([source], "7月", job(tmp_path / "乙")).paths[0]
    assert one.read_bytes() == other.read_bytes()
    one.write_bytes(b"mine")
    again = pack_files([source], "7月", job(tmp_path / "甲"))
    assert (again.paths, one.read_bytes()) == ((), b"mine")
    assert Code.OUTPUT_EXISTS in [found.code for found in again.findings]


@pytest.mark.parametrize(
    ("review", "reason"),
    [
        ({"m_gate": "无"}, "申报材料缺门禁系统"),
        ({"m_energy": None}, "没有写明有没有能源类型及凭证"),
        ({"m_gate": "不涉及"}, ""),
        ({"opinion": "退回整改", "shortfall": "未密闭"}, "初审意见是“退回整改”"),
        ({"director_signed": "未签字"}, "分局局长没有签字"),
        ({"checkers_signed": "未签字"}, "核查人没有签字"),
        ({"sign_date": None}, "没有签字日期"),
    ],
)
def test_what_is_incomplete_is_not_reported_and_the_reason_is_said(tmp_path: Path, review: Mapping[str, Cell], reason: str) -> None:
    source = inbox(tmp_path / "收件箱", {}, review)
    expected = [(Code.HELD_BACK, f"“{NAMES[1]}”（烧成）没有列入上报清单：{reason}")] if reason else []
    assert told(source) == expected
    files = parts_of(tmp_path / "上报包" / "灵宝市-7月.zip")
    opinions = sheet(tmp_path, files["3-县级初审意见/县级初审意见.xlsx"], "县级初审意见")
    assert [row[0] for row in opinions[FIRST_ROW - 1 :]] == ["是", "否" if reason else "是"]


@pytest.mark.parametrize(("signed", "late"), [(date(2022, 7, 20), False), (date(2022, 7, 21), True)])
def test_a_signature_after_the_20th_is_told_and_does_not_decide_the_batch(tmp_path: Path, signed: date, late: bool) -> None:
    assert [code for code, _ in told(inbox(tmp_path / "收件箱", {"sign_date": signed}))] == ([Code.SIGNED_LATE] if late else [])


def test_a_corrected_file_is_not_said_to_be_late_where_an_earlier_one_is_known_that_was_in_time(tmp_path: Path) -> None:
    """三(一): whether a file that was corrected after the date is late no source says."""

    def sent(day: int, name: str) -> Path:
        rows = [enterprise(0, industry="耐火材料", process="烧成", table="耐火材料")]
        made = county_file(tmp_path / "写", "灵宝市", rows, {"report_date": date(2022, 7, day)}, review=[filled("review", credit_code=CODES[0], process="烧成", applied="B")])
        (tmp_path / "收件箱").mkdir(exist_ok=True)
        return made.rename(tmp_path / "收件箱" / name)

    def said(number: int, *files: Path, **more: object) -> str:
        done = pack_files(files, "7月", job(tmp_path / str(number), **more))
        return next(line for line in parts_of(done.paths[0])["说明.txt"].decode().splitlines() if "上报日期" in line).partition("上报日期：")[2]

    first, summary = sent(19, "灵宝市7月.xlsx"), tmp_path / "市级汇总.xlsx"
    merge([first], summary, POLICY, datetime(2022, 7, 21, 9))
    corrected = sent(28, "灵宝市7月改.xlsx")
    ask = "2022-07-28（2022-07-19 报的按时，改后重报的晚于期限，算不算迟报没有规定，由市级确认）"
    assert said(1, corrected) == "2022-07-28（迟8天（应于7月20日前））"
    assert said(2, first, corrected) == ask
    assert said(3, corrected, summary=summary) == ask
    assert said(4, first, summary=summary) == "2022-07-19（按时）"


def test_a_signature_that_only_a_weekend_made_late_says_so(tmp_path: Path) -> None:
    """Under a policy that asks for the 17th, which is a Sunday in July 2022: whether it moves no clause says."""
    policy = replace(POLICY, deadlines=tuple(replace(one, day=17) if one.id == "review" else one for one in POLICY.deadlines))
    found = pack_files([inbox(tmp_path / "收件箱", {"sign_date": date(2022, 7, 18)})], "7月", job(tmp_path, policy=policy)).findings
    (late,) = [one.message for one in found if one.code is Code.SIGNED_LATE]
    assert late.endswith("分局局长 2022-07-18 签字，应于 2022-07-17 前（那天是周末，是否顺延没有规定）")


def test_problems_go_along_with_their_state(tmp_path: Path) -> None:
    source = inbox(tmp_path / "收件箱", {}, issues=({"issue_no": "1", "done": None, "result": None}, {"issue_no": "2", "done": date(2022, 7, 10), "result": "已整改到位"}))
    assert [code for code, _ in told(source)] == [Code.OPEN_ISSUES]
    files = parts_of(tmp_path / "上报包" / "灵宝市-7月.zip")
    rows = sheet(tmp_path, files["4-整改情况/核查意见整改情况.xlsx"], "核查意见整改情况")[FIRST_ROW - 1 :]
    assert [row[0] for row in rows] == ["未完成", "已完成"]


def test_a_county_without_anything_to_report_gets_no_package(tmp_path: Path) -> None:
    source = inbox(tmp_path / "收件箱", {"director_signed": "未签字"})
    assert [code for code, _ in told(source)] == [Code.NOTHING_TO_REPORT, Code.HELD_BACK]
    assert not (tmp_path / "上报包").exists()
    assert [one.code for one in pack_files([source], "8月", job(tmp_path)).findings if one.code in OWN] == [Code.NOTHING_THIS_MONTH]


def test_materials_are_taken_along_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "材料" / f"甲 {CODES[0]}"
    folder.mkdir(parents=True)
    (folder / "监测报告.pdf").write_bytes(b"%PDF-")
    done = pack_files([inbox(tmp_path / "收件箱")], "7月", job(tmp_path, materials=tmp_path / "材料"))
    assert parts_of(done.paths[0])[f"2-申报材料/{CODES[0]}/监测报告.pdf"] == b"%PDF-"


def settings(path: Path, columns: list[tuple[str, str, str]], *advanced: str) -> Path:
    """Settings in which a person wrote these columns and these enterprises."""
    make_reporting(path, POLICY)
    book = openpyxl.load_workbook(path)
    listed, paper = book[load_form("reporting_columns").sheet], book[load_form("reporting_advanced").sheet]
    for row in range(FIRST_ROW, FIRST_ROW + 20):
        for column in (1, 2, 3):
            listed.cell(row, column).value = None
    for row, line in enumerate(columns, FIRST_ROW):
        for column, text in enumerate(line, 1):
            listed.cell(row, column).value = text or None
    for row, code in enumerate(advanced, FIRST_ROW):
        paper.cell(row, 1).value = code
    book.save(path)
    return path


def test_the_platforms_columns_are_a_persons_and_paper_applicants_stay_off_them(tmp_path: Path) -> None:
    path = settings(tmp_path / "上报设置.xlsx", [("企业", "排查清单.企业名称", ""), ("年度", "", "2022"), ("等级", "初审意见.申报等级", "")], CODES[1])
    chosen, found = read_reporting(path, POLICY)
    assert [one.code for one in found] == []
    done = pack_files([inbox(tmp_path / "收件箱", {}, {})], "7月", job(tmp_path, settings=chosen))
    assert {one.code for one in done.findings} & {Code.MAPPING_DEFAULT, *OWN} == {Code.PAPER_ONLY}
    files = parts_of(done.paths[0])
    grades = sheet(tmp_path, files["1-绩效分级清单/绩效分级清单.xlsx"], "绩效分级清单")
    assert [row[:3] for row in grades[FIRST_ROW - 2 :]] == [["企业", "年度", "等级"], [NAMES[0], "2022", "B"]]
    papers = sheet(tmp_path, files["5-纸质材料/绩效先进性纸质材料清单.xlsx"], "纸质材料清单")[FIRST_ROW - 1 :]
    assert len([row for row in papers if row[1] == CODES[1]]) == 10


def test_a_column_from_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StopError) as stop:
        read_reporting(settings(tmp_path / "上报设置.xlsx", [("企业", "排查清单.没有这列", "")]), POLICY)
    assert stop.value.finding.code is Code.MAPPING_UNKNOWN


# --- the month's end --------------------------------------------------------------------------------------------------


def checklist(folder: Path, at: int = 0, signature: str = "张三") -> Path:
    folder.mkdir(exist_ok=True)
    who = ({"name": "张三", "signature": signature, "date": date(2022, 7, 26)},)
    return write(folder / f"{at}.xlsx", applicant(REFRACTORY, code=CODES[at], name=NAMES[at]), [visit(REFRACTORY, best(REFRACTORY), checkers=who)])


def closing(tmp_path: Path) -> list[str]:
    return [one.message for one in close_month([tmp_path / "收件箱", tmp_path / "核查表"], "7月", POLICY).findings if one.code in OWN]


def test_a_batch_closes_only_with_a_signed_checklist_of_every_applicant(tmp_path: Path) -> None:
    inbox(tmp_path / "收件箱", {}, {}, {"opinion": "不同意", "shortfall": "未密闭"})
    checklist(tmp_path / "核查表")
    assert closing(tmp_path) == [f"“{NAMES[1]}”（烧成）申报 B，没有现场核查表，7月批次不能关闭"]
    checklist(tmp_path / "核查表", 1, "")
    assert closing(tmp_path) == [f"“{NAMES[1]}”（烧成）申报 B，核查表未全部签字：张三，7月批次不能关闭"]
    checklist(tmp_path / "核查表", 1)
    assert closing(tmp_path) == []


def test_a_signed_checklist_without_a_result_does_not_close_the_batch(tmp_path: Path) -> None:
    """三(三)4: the results are summed up for the leading group by the month's end; two items have none."""
    inbox(tmp_path / "收件箱")
    open_items = {no: value for no, value in best(REFRACTORY).items() if no not in ("5", "8")}
    (tmp_path / "核查表").mkdir()
    write(tmp_path / "核查表" / "0.xlsx", applicant(REFRACTORY, code=CODES[0], name=NAMES[0]), [visit(REFRACTORY, open_items)])
    assert closing(tmp_path) == [f"“{NAMES[0]}”（烧成）申报 B，核查表还有 2 项待核实，没有得出等级，7月批次不能关闭"]


def test_a_month_without_an_application_says_so(tmp_path: Path) -> None:
    inbox(tmp_path / "收件箱", {"opinion": "不同意", "shortfall": "未密闭"})
    checklist(tmp_path / "核查表")
    done = close_month([tmp_path / "收件箱", tmp_path / "核查表"], "7月", POLICY, tmp_path / "月末汇总.xlsx")
    assert (done.lines, done.paths) == (("7月批次没有须现场核查的申报工序（申报写在“初审意见”，同意上报的才算）。",), ())


def test_a_broken_seal_keeps_the_batch_open(tmp_path: Path) -> None:
    inbox(tmp_path / "收件箱")
    path = sign_files([checklist(tmp_path / "原件")], Signing(POLICY, tmp_path / "核查表", date(2022, 7, 28))).paths[0]
    assert closing(tmp_path) == []
    change(path, 2, H7="改过")
    assert "已失效" in closing(tmp_path)[0]


def test_the_commands_pack_and_close(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inbox(tmp_path / "收件箱")
    checklist(tmp_path / "核查表")
    both = [str(tmp_path / "收件箱"), str(tmp_path / "核查表")]
    assert cli.run(["make", "reporting", "-o", str(tmp_path / "上报设置.xlsx")]) == 0
    assert cli.run(["pack", both[0], "--month", "7月", "-o", str(tmp_path / "包"), "--settings", str(tmp_path / "上报设置.xlsx")]) == 0
    assert cli.run(["close", *both, "--month", "7月", "-o", str(tmp_path / "月末汇总.xlsx")]) == 0
    assert "7月批次的 1 道工序都有签字的现场核查表" in capsys.readouterr().out
    assert open_book(tmp_path / "月末汇总.xlsx").values("月末汇总")[FIRST_ROW - 1][:3] == ["齐", None, "灵宝市"]
    assert cli.run(["close", *both, "--month", "七月"]) == 2
