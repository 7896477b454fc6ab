"""Workbooks with a password: opened with the right one, refused in one sentence without, and the password shown nowhere."""

import io
import re
from pathlib import Path

import msoffcrypto.format.ooxml
import pytest

from tests.county_files import POLICY, county_file, enterprise
from tests.test_gate import LOCKED_ODS
from tests.workbooks import BOOKS, EVERY, FILES, XLSX
from xltools.actions.check import check_files, sources
from xltools.actions.inbox import Inbox
from xltools.books.file import open_book
from xltools.books.foreign import DIED
from xltools.faces import cli
from xltools.faces.options import without_passwords
from xltools.model.code import Code
from xltools.model.finding import StopError

SECRET = "三门峡2022"
LOCKED_XLS = (FILES / "locked.xls").read_bytes()  # values.xls as LibreOffice saves it with this password


def locked(data: bytes, password: str = SECRET) -> bytes:
    out = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(data)).encrypt(password, out)
    return out.getvalue()


def saved(tmp_path: Path, data: bytes, name: str = "甲县.xlsx") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("data", [locked(XLSX), LOCKED_XLS, locked(EVERY["values.xlsb"])], ids=["xlsx", "xls", "xlsb"])
def test_the_right_password_opens_the_same_workbook(tmp_path: Path, data: bytes) -> None:
    path = saved(tmp_path, data)
    opened = open_book(path, "", ["不对", SECRET, "也不对"])
    assert opened.values("各种值") == open_book(saved(tmp_path, XLSX, "乙县.xlsx")).values("各种值")
    assert opened.sha256 == open_book(path, "", [SECRET]).sha256  # of the file as it was sent


@pytest.mark.parametrize(
    ("data", "passwords", "code"),
    [(locked(XLSX), [], Code.PASSWORD), (locked(XLSX), ["不对", "不对"], Code.PASSWORD_WRONG), (LOCKED_XLS, [], Code.PASSWORD), (LOCKED_XLS, ["不对"] * 9, Code.PASSWORD_WRONG), (LOCKED_ODS, [SECRET], Code.UNREADABLE)],
)
def test_without_the_right_one_the_file_is_refused_in_one_sentence(tmp_path: Path, data: bytes, passwords: list[str], code: Code) -> None:
    with pytest.raises(StopError) as stop:
        open_book(saved(tmp_path, data), "", passwords)
    finding = stop.value.finding
    assert finding.code is code
    assert "密码" in finding.message
    assert not any(password in f"{stop.value}{finding.record()}" for password in passwords)
    if code is Code.PASSWORD:
        assert "--password" in finding.fix
    if code is Code.PASSWORD_WRONG:
        assert "给出的 1 个密码" in finding.message


def test_a_workbook_that_excel_opens_without_asking_is_opened_without_asking(tmp_path: Path) -> None:
    assert open_book(saved(tmp_path, locked(XLSX, "VelvetSweatshop"))).sheets == ["各种值", "隐藏表", "模板标识"]


def test_a_file_that_asks_for_endless_work_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = locked(XLSX)
    endless = re.sub(rb'spinCount="100000"(.{,60}keyBits="256")\s{3}', rb'spinCount="900000000"\1', data, flags=re.DOTALL)
    assert b"900000000" in endless
    assert len(endless) == len(data)
    monkeypatch.setattr("xltools.books.foreign.PATIENCE", 1)
    with pytest.raises(StopError, match="损坏"):
        open_book(saved(tmp_path, endless), "", [SECRET])


def test_what_breaks_the_tool_that_opens_it_costs_only_this_file(tmp_path: Path) -> None:
    data = locked(XLSX)
    at = data.index(b"<keyData")
    with pytest.raises(StopError) as stop:
        open_book(saved(tmp_path, data[:at] + b"x" * 30 + data[at + 30 :]), "", [SECRET])
    assert stop.value.finding.message == f"文件打不开：{DIED}"


def test_files_with_different_passwords_are_merged_in_one_run_and_no_output_shows_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inbox = tmp_path / "收件箱"
    for at, county in enumerate(("灵宝市", "卢氏县")):
        path = county_file(inbox, county, [enterprise(at)])
        path.write_bytes(locked(path.read_bytes(), f"{SECRET}{at}"))
    output = tmp_path / "市级汇总.xlsx"
    options = ["--password", f"{SECRET}0", f"--password={SECRET}1"]
    for command in (["check", str(inbox)], ["merge", str(inbox), "-o", str(output)], ["grade", str(inbox)]):
        cli.run([*command, *options, "--json"])
        printed = capsys.readouterr()
        assert SECRET not in printed.out + printed.err
        assert "E112" not in printed.out
        assert "E131" not in printed.out
    rows = [value for sheet in open_book(output).sheets for row in open_book(output).values(sheet) for value in row]
    assert "灵宝市" in rows
    assert not any(SECRET in str(value) for value in rows)


def test_the_log_of_a_bug_does_not_show_passwords(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("XDG_CONFIG_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "own"))

    def broken(*_: object) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr("xltools.actions.check.check_files", broken)
    assert cli.run(["check", str(saved(tmp_path, XLSX)), "--password", SECRET]) == 70
    logs = [path.read_text("utf-8") for path in (tmp_path / "own").rglob("*") if path.is_file()]
    assert logs
    assert not any(SECRET in log for log in logs)
    assert SECRET not in capsys.readouterr().err


def test_a_command_line_is_kept_without_passwords() -> None:
    assert without_passwords(["check", "a.xlsx", "--password", "x", "--password=y", "--password"]) == "check a.xlsx --password ****** --password=****** --password"


def test_passwords_are_not_part_of_how_anything_shows(tmp_path: Path) -> None:
    inbox = Inbox((saved(tmp_path, BOOKS["values.xls"]),), (SECRET,))
    assert SECRET not in repr(inbox) + repr(sources(inbox))
    assert check_files(inbox, POLICY).unread == ("甲县.xlsx",)
