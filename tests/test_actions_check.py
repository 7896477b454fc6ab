"""Checking files and folders: what is taken, what is passed over, how things are named."""

from pathlib import Path

import pytest
import xlsxwriter

from tests.county_books import NAME, POLICY, STAMP, TEMPLATE, book, check, enterprise, told
from tests.county_files import county_file
from tests.text_book import TextBook
from xltools.actions.check import check_files, sources
from xltools.books.base import Stamp
from xltools.model.code import Code
from xltools.model.finding import Place, Severity, StopError
from xltools.model.outcome import Outcome
from xltools.model.result import exit_code


def save(path: Path, made: TextBook) -> Path:
    """The workbook as a file, with its stamp as document properties."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path)) as workbook:
        for part in ("template", "version", "policy"):
            if text := getattr(made.stamp, part):
                workbook.set_custom_property(f"xltools_{part}", text)
        for name, grid in made.grids.items():
            sheet = workbook.add_worksheet(name)
            for row, cells in enumerate(grid):
                sheet.write_row(row, 0, cells)
    return path


def test_a_file_is_checked_as_the_workbook_it_holds(tmp_path):
    made = book(screening=[enterprise(capacity="很多")])
    outcome = check_files([save(tmp_path / "灵宝市.xlsx", made)], POLICY)
    assert outcome.findings == check(made).findings
    (submission,) = outcome.submissions
    assert (submission.county, submission.batch, submission.year, str(submission.report_date)) == ("灵宝市", "7月", 2022, "2022-07-19")
    assert (submission.template, submission.version, submission.policy) == (STAMP.template, STAMP.version, STAMP.policy)
    assert submission.path == (tmp_path / "灵宝市.xlsx").resolve()
    assert len(submission.sha256) == 64
    assert submission.tables["screening"].frame.at[5, "name"] == NAME
    assert submission.raw["screening"].frame.at[5, "capacity"] == "很多"
    assert outcome.counts == {"files": 1, "rows": 1, "error": 1, "warning": 0, "note": 0}
    assert exit_code(outcome.findings) == 1


def test_a_folder_gives_its_workbooks_and_passes_over_what_is_no_submission(tmp_path):
    for name in ("灵宝市.xlsx", "子/卢氏县.XLSM", "义马市.et", "渑池县.ods", "灵宝市-退回.xlsx", "说明.docx", "~$灵宝市.xlsx", ".~lock.灵宝市.xlsx#", ".隐藏/旧.xlsx", "Thumbs.db"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    wanted, others = sources([tmp_path])
    assert [one.name for one in wanted] == sorted(["灵宝市.xlsx", "卢氏县.XLSM", "义马市.et", "渑池县.ods"])
    assert others == sorted(["灵宝市-退回.xlsx", "说明.docx"])


def test_a_folder_without_a_single_workbook_is_no_clean_result(tmp_path):
    """A wrong folder must not look like counties without a problem."""
    (tmp_path / "说明.docx").write_bytes(b"")
    outcome = check_files([tmp_path], POLICY)
    assert [(one.code, one.place) for one in outcome.findings] == [(Code.NOTHING_THERE, Place())]
    assert tmp_path.name in outcome.findings[0].message
    assert exit_code(outcome.findings) == 1


def test_a_file_that_is_named_is_taken_whatever_its_name_and_only_once(tmp_path):
    named = save(tmp_path / "灵宝市-退回.xlsx", book())
    wanted, others = sources([tmp_path, named, named])
    assert [(one.path, one.chosen) for one in wanted] == [(named.resolve(), True)]
    assert others == []


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    paths = [tmp_path / "一" / "甲" / "填报.xlsx", tmp_path / "二" / "甲" / "填报.xlsx", tmp_path / "二" / "乙" / "填报.xlsx", tmp_path / "别.xlsx"]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    wanted, _ = sources([tmp_path])
    assert {one.name for one in wanted} == {"一/甲/填报.xlsx", "二/甲/填报.xlsx", "乙/填报.xlsx", "别.xlsx"}


def test_findings_tables_and_submissions_of_such_files_agree_on_the_name(tmp_path):
    for folder, county in (("灵宝", "灵宝市"), ("卢氏", "卢氏县")):
        save(tmp_path / folder / "填报.xlsx", book(cover={"county": county}, screening=[enterprise(capacity="很多")]))
    outcome = check_files([tmp_path], POLICY)
    names = {"灵宝/填报.xlsx", "卢氏/填报.xlsx"}
    assert {one.file for one in outcome.submissions} == names
    assert {table.file for one in outcome.submissions for table in one.tables.values()} == names
    assert {one.place.file for one in outcome.findings} == names
    assert {one.code for one in outcome.findings} == {Code.NOT_A_NUMBER, Code.TWO_COUNTIES}


def test_one_file_that_cannot_be_read_does_not_stop_the_others(tmp_path):
    save(tmp_path / "灵宝市.xlsx", book())
    (tmp_path / "坏.xlsx").write_bytes(b"not a workbook")
    save(tmp_path / "别的表.xlsx", TextBook("", grids={"工资": [["姓名", "金额"], ["张三", 1.0]]}, stamp=Stamp()))
    outcome = check_files([tmp_path, tmp_path / "没有.xlsx"], POLICY)
    assert [one.file for one in outcome.submissions] == ["灵宝市.xlsx"]
    assert outcome.unread == tuple(sorted(["坏.xlsx", "别的表.xlsx", "没有.xlsx"]))
    assert {(one.place.file, one.code) for one in outcome.findings} == {
        ("坏.xlsx", Code.UNREADABLE),
        ("没有.xlsx", Code.UNREADABLE),
        ("别的表.xlsx", Code.NOT_OUR_FORM),
    }
    assert outcome.counts["files"] == 4


def csv_of(made: TextBook, sheet: str) -> str:
    """A sheet of the workbook as a system exports it: the header and the records."""
    return "".join(",".join("" if value is None else f'"{said(value)}"' for value in row) + "\n" for row in made.grids[sheet][3:])


def said(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def test_a_csv_is_the_form_its_header_names_and_the_county_its_name_says(tmp_path):
    path = tmp_path / "灵宝市-7月导出.csv"
    path.write_text(csv_of(book(), "排查清单"), encoding="gb18030")
    outcome = check_files([tmp_path], POLICY)
    (submission,) = outcome.accepted
    assert (submission.county, set(submission.tables)) == ("灵宝市", {"screening"})
    assert submission.tables["screening"].frame.at[2, "credit_code"] == enterprise()["credit_code"]
    assert {one.code for one in outcome.findings} == {Code.ONE_SHEET, Code.COUNTY_BY_NAME, Code.NO_STAMP}


@pytest.mark.parametrize(("name", "named"), [("渑池县-7月.xlsx", "渑池县"), ("灵宝市.xlsx", ""), ("7月.xlsx", ""), ("灵宝市改渑池县.xlsx", "")])
def test_a_file_name_of_another_county_than_the_cover_is_a_question_on_the_cover(tmp_path, name, named):
    save(tmp_path / name, book(screening=[enterprise()]))
    outcome = check_files([tmp_path], POLICY)
    asked = [one for one in outcome.findings if one.code is Code.NAMED_OTHERWISE]
    assert [(one.place.sheet, one.message) for one in asked] == ([("封面", f"封面填的是“灵宝市”，文件名写的是“{named}”，按封面读取")] if named else [])
    assert [one.county for one in outcome.accepted] == ["灵宝市"]


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("灵宝市8月.xlsx", "8月"),
        ("2022年08月份灵宝市.xlsx", "8月"),
        ("灵宝市7月.xlsx", ""),
        ("灵宝市8月18日报.xlsx", ""),
        ("灵宝市7月8月.xlsx", ""),
        ("灵宝市13月.xlsx", ""),
    ],
)
def test_a_file_name_of_another_month_than_the_cover_is_a_question_on_the_cover(tmp_path, name, named):
    """Last month's file under a new name: its cover still says July."""
    save(tmp_path / name, book(screening=[enterprise()]))
    asked = [one for one in check_files([tmp_path], POLICY).findings if one.code is Code.NAMED_OTHERWISE]
    assert [(one.place.sheet, one.message) for one in asked] == ([("封面", f"封面填的是“7月”，文件名写的是“{named}”，按封面读取")] if named else [])


def test_a_cover_of_another_year_is_a_question_and_gives_its_own_dates_their_year(tmp_path):
    """The notice is of 2022; “7月18日” on a cover of 2021 is a day of 2021."""
    save(tmp_path / "灵宝市.xlsx", book(screening=[enterprise()], cover={"year": 2021.0, "sign_date": "7月18日", "report_date": "7月19日"}))
    outcome = check_files([tmp_path], POLICY)
    (asked,) = [one for one in outcome.findings if one.code is Code.YEAR_OTHER]
    assert (asked.place.sheet, asked.message) == ("封面", f"“年度”填的是 2021，本次按 2022 年度的政策“{POLICY.title}”校验")
    assert [one.message for one in outcome.findings if one.code is Code.CONVERTED] == [
        "“签字日期”由“7月18日”按“2021-07-18”读取（年份取自封面）",
        "“上报日期”由“7月19日”按“2021-07-19”读取（年份取自封面）",
    ]


def test_tables_sent_one_by_one_do_not_compete_and_the_same_one_twice_does(tmp_path):
    made = book(review=[enterprise()])
    for name, sheet in (("灵宝市-排查.csv", "排查清单"), ("灵宝市-初审.csv", "初审意见")):
        (tmp_path / name).write_text(csv_of(made, sheet), encoding="utf-8")
    assert [one.file for one in check_files([tmp_path], POLICY).accepted] == ["灵宝市-初审.csv", "灵宝市-排查.csv"]
    (tmp_path / "灵宝市-又一份.xls").write_text(csv_of(book(screening=[enterprise(capacity=7.0)]), "排查清单"), encoding="utf-8")
    outcome = check_files([tmp_path], POLICY)
    assert [one.file for one in outcome.accepted] == ["灵宝市-初审.csv"]
    assert Code.SENT_TWICE_TIE in {one.code for one in outcome.findings}


def test_a_csv_that_names_no_county_or_two_is_checked_but_not_accepted(tmp_path):
    for name in ("导出.csv", "灵宝市和卢氏县.csv"):
        (tmp_path / name).write_text(csv_of(book(screening=[enterprise(capacity="很多")]), "排查清单"), encoding="utf-8")
        outcome = check_files([tmp_path / name], POLICY)
        assert outcome.accepted == ()
        assert {one.code for one in outcome.findings} == {Code.ONE_SHEET, Code.NO_STAMP, Code.NOT_A_NUMBER}


def test_archives_are_listed_and_remarks_and_pages_without_a_form_are_passed_over(tmp_path):
    save(tmp_path / "灵宝市.xlsx", book())
    for name, data in (("说明.txt", "请查收".encode()), ("通知.html", b"<html><table><tr><td>1</td><td>2</td></tr></table></html>"), ("卢氏县.zip", b"PK\x05\x06" + bytes(18)), ("渑池县.mht", b"MIME-Version: 1.0\n")):
        (tmp_path / name).write_bytes(data)
    outcome = check_files([tmp_path], POLICY)
    assert outcome.unread == ("卢氏县.zip", "渑池县.mht")
    assert outcome.skipped == ("说明.txt", "通知.html")
    assert check_files([tmp_path / "说明.txt"], POLICY).unread == ("说明.txt",)


@pytest.mark.parametrize(
    ("lock", "content", "who"),
    [
        ("~$灵宝市.xlsx", b"\x04" + "张三".encode("gbk") + b" " * 50 + b"\x02\x00" + "张三".encode("utf-16-le") + b" \0" * 52, "张三"),
        ("~$灵宝市.xlsx", b"\x04" + "李四".encode("gbk") + b" " * 50 + bytes(110), "李四"),
        (".~lock.灵宝市.xlsx#", "李四,lisi,PC-01,20.07.2022 09:00,file:///home;".encode(), "李四"),
        (".~lock.灵宝市.xlsx#", b",lisi,PC-01,,;", "lisi"),
        ("~$灵宝市.xlsx", b"", "其他人或其他程序"),
    ],
)
def test_a_file_that_somebody_has_open_is_read_and_the_note_says_who(tmp_path, lock, content, who):
    save(tmp_path / "灵宝市.xlsx", book())
    (tmp_path / lock).write_bytes(content)
    outcome = check_files([tmp_path], POLICY)
    (note,) = outcome.findings
    assert (note.code, note.place.file) == (Code.OPEN_ELSEWHERE, "灵宝市.xlsx")
    assert note.message.startswith(f"{who}正打开着这个文件")
    assert (len(outcome.accepted), exit_code(outcome.findings)) == (1, 0)


def test_our_own_summary_in_the_folder_is_passed_over_and_named_it_is_refused(tmp_path):
    summary = save(tmp_path / "市级汇总.xlsx", TextBook("", grids={"操作台": [["市级汇总操作台"]]}, stamp=Stamp("city", TEMPLATE.version, POLICY.id)))
    save(tmp_path / "灵宝市.xlsx", book())
    outcome = check_files([tmp_path], POLICY)
    assert (outcome.findings, outcome.skipped, outcome.unread) == ((), ("市级汇总.xlsx",), ())
    assert [one.code for one in check_files([summary], POLICY).findings] == [Code.NOT_OUR_FORM]


def test_the_order_of_paths_changes_nothing(tmp_path):
    paths = [save(tmp_path / f"{name}.xlsx", book(cover={"county": name}, screening=[enterprise(capacity=name)])) for name in ("灵宝市", "卢氏县", "义马市")]
    forward, backward = (check_files(order, POLICY) for order in (paths, paths[::-1]))
    assert forward.findings == backward.findings == check_files([tmp_path], POLICY).findings
    assert [one.file for one in forward.submissions] == [one.file for one in backward.submissions]


def test_progress_is_told_before_every_file(tmp_path):
    for name in ("一", "二"):
        save(tmp_path / f"{name}.xlsx", book(cover={"batch": f"{len(name)}月"}))
    told_so_far: list[tuple[int, int, str]] = []
    check_files([tmp_path], POLICY, lambda done, total, name: told_so_far.append((done, total, name)))
    assert told_so_far == [(0, 2, "一.xlsx"), (1, 2, "二.xlsx")]


def test_stamps_are_judged_with_the_rest():
    assert told(check(book(stamp=Stamp())).findings) == {(Code.NO_STAMP, "!")}
    assert told(check(book(stamp=Stamp("county", "2021.1", "sanmenxia-2021"))).findings) == {(Code.OLD_TEMPLATE, "!"), (Code.OTHER_POLICY, "!")}


def test_an_alias_of_the_county_is_taken_with_a_note():
    outcome = check(book("开发区.xlsx", cover={"county": "三门峡经济开发区"}))
    assert [(one.code, one.place.cell) for one in outcome.findings] == [(Code.CONVERTED, "B4")]
    assert outcome.accepted[0].county == "开发区"
    assert exit_code(outcome.findings) == 0


@pytest.mark.parametrize("county", ["郑州市", None])
def test_a_workbook_without_a_known_county_is_checked_but_not_accepted(county):
    outcome = check(book(cover={"county": county}, screening=[enterprise(capacity="很多")]))
    assert {one.code for one in outcome.findings} == {Code.COUNTY_UNKNOWN if county else Code.REQUIRED, Code.NOT_A_NUMBER}
    assert (outcome.accepted, outcome.submissions[0].county, outcome.submissions[0].rows) == ((), "", 1)


def test_a_workbook_without_a_cover_is_checked_but_not_accepted():
    made = book(screening=[enterprise(capacity="很多")])
    del made.grids["封面"]
    outcome = check(made)
    assert told(outcome.findings) == {(Code.SHEET_MISSING, "!"), (Code.NOT_A_NUMBER, "排查清单!K5")}
    assert outcome.accepted == ()


class BrokenBook(TextBook):
    """A workbook whose sheets turn out to be damaged only when they are read."""

    def values(self, sheet):
        raise StopError(Code.UNREADABLE.at(Place(self.name), reason="损坏"))


def test_a_book_that_breaks_while_it_is_read_does_not_stop_the_others():
    made = book("坏.xlsx")
    outcome = check(BrokenBook(made.name, grids=made.grids, stamp=made.stamp), book())
    assert (outcome.unread, [one.file for one in outcome.submissions]) == (("坏.xlsx",), ["灵宝市.xlsx"])
    assert [(one.place.file, one.code) for one in outcome.findings] == [("坏.xlsx", Code.UNREADABLE)]


def test_an_outcome_without_errors_and_warnings_is_clean():
    assert exit_code(Outcome().findings) == 0
    assert Outcome().record() == {"counts": {"files": 0, "rows": 0, "error": 0, "warning": 0, "note": 0}, "findings": []}
    assert exit_code(check(book(screening=[enterprise(permit_no="PWX-130921-0023-16")])).findings) == 1


def test_texts_and_pictures_among_the_workbooks_are_named_once(tmp_path):
    county_file(tmp_path, "灵宝市", [])
    assert [one for one in check_files([tmp_path], POLICY).findings if one.code is Code.NO_TABLES] == []
    for name in ("卢氏县.doc", "扫描件.PDF", "灵宝市-退回通知.docx", "~$卢氏县.doc", "说明.txt", "b.jpg", "c.wps"):
        (tmp_path / name).write_bytes(b"x")
    (found,) = [one for one in check_files([tmp_path], POLICY).findings if one.code is Code.NO_TABLES]
    assert (found.place, found.severity) == (Place(), Severity.NOTE)
    assert found.message == "b.jpg、c.wps、卢氏县.doc 等 4 个 不是电子表格，没有读取"


def test_the_record_of_an_outcome_is_what_json_prints():
    outcome = check(book(screening=[enterprise(capacity=-1.0)]))
    assert outcome.record() == {
        "counts": {"files": 1, "rows": 1, "error": 1, "warning": 0, "note": 0},
        "account": outcome.account.record(),    # tests/test_tally.py counts by hand
        "findings": [
            {
                "file": "灵宝市.xlsx",
                "sheet": "排查清单",
                "cell": "K5",
                "code": "E205",
                "severity": "error",
                "message": "“产能”填了 -1，应在 0 至 100000000 之间",
                "fix": "请核对数值和单位后改正",
            }
        ],
    }
