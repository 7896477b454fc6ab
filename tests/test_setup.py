"""What setup puts on a computer, what it leaves alone, what doctor says about it, and what the watched folder does."""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from datetime import date
from importlib.metadata import PackagePath, requires
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.county_files import POLICY, county_file, enterprise
from xltools.actions.doctor import BAD, DOUBT, GOOD, Examined, Machine, examine
from xltools.actions.office_menu import EMPTY, FILE, add_menu, has_menu, remove_menu
from xltools.actions.setup import LINUX, MAC, WINDOWS, Places, Program, install, uninstall
from xltools.actions.watch import Seen, look
from xltools.faces import cli
from xltools.faces.machine import environment_ahead
from xltools.model.catalogues import read_language
from xltools.model.language import is_chinese

PROGRAM = Program(Path(sys.executable), (sys.version_info[0], sys.version_info[1]), ("/some/packages",))
THEIRS = EMPTY.replace("</oor:items>", '<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="FirstRun" oor:op="fuse"><value>false</value></prop></item>\n</oor:items>')
NO_MACROS = '<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>\n</oor:items>'


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A computer with one LibreOffice profile, in which somebody has changed a setting."""
    user = tmp_path / "office" / "4" / "user"
    user.mkdir(parents=True)
    (user / FILE).write_text(THEIRS, encoding="utf-8")
    return Places(LINUX, tmp_path / "own", (user,), (tmp_path / "桌面",))


def machine(places: Places, folder: Path) -> Machine:
    """A computer on which everything is as it should be."""
    office = folder / "program"
    office.mkdir(exist_ok=True)
    (office / "pythonscript.py").write_text("")
    return Machine(places, PROGRAM, office, PROGRAM.version, "", "", ("Noto Sans CJK SC",), folder)


def said(machine: Machine, topic: str) -> Examined:
    return next(line for line in examine(machine) if line.topic == topic)


# --- setup and removal ------------------------------------------------------------------------------------------------


def test_setup_reaches_buttons_menu_and_icons_and_says_what_it_wrote(places: Places) -> None:
    written = install(places, PROGRAM)
    user = places.offices[0]
    assert (places.own / "python.txt").read_text(encoding="utf-8").strip() == sys.executable
    assert json.loads((user / "Scripts" / "python" / "xltools_menu.json").read_text(encoding="utf-8")) == {
        "python": list(PROGRAM.version),
        "paths": ["/some/packages"],
    }
    assert has_menu(user)
    assert all(path.is_file() for path in written)
    assert {path.name for path in written if path.parent == places.icons[0]} == {"xltools-merge.desktop", "xltools-check.desktop"}


def test_removal_takes_back_everything_and_nothing_else(places: Places, tmp_path: Path) -> None:
    (tmp_path / "桌面").mkdir()
    mine = tmp_path / "桌面" / "我的.desktop"
    mine.write_text("")
    install(places, PROGRAM)
    uninstall(places)
    left = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert left == sorted([mine, places.offices[0] / FILE])
    assert (places.offices[0] / FILE).read_text(encoding="utf-8") == THEIRS


def test_setting_up_again_changes_nothing_and_removes_what_is_obsolete(places: Places) -> None:
    install(places, PROGRAM)
    menu = (places.offices[0] / FILE).read_text(encoding="utf-8")
    install(replace(places, icons=()), PROGRAM)
    assert (places.offices[0] / FILE).read_text(encoding="utf-8") == menu
    assert list(places.icons[0].iterdir()) == []


def test_a_profile_in_use_keeps_its_settings(places: Places) -> None:
    (places.offices[0].parent / ".lock").write_text("")
    install(places, PROGRAM)
    assert not has_menu(places.offices[0])
    assert (places.offices[0] / FILE).read_text(encoding="utf-8") == THEIRS


def test_a_profile_that_does_not_exist_yet_gets_the_menu(tmp_path: Path) -> None:
    add_menu(tmp_path / "user")
    assert has_menu(tmp_path / "user")
    remove_menu(tmp_path / "user")
    assert (tmp_path / "user" / FILE).read_text(encoding="utf-8") == EMPTY


def test_an_icon_starts_this_program_whatever_its_path(places: Places) -> None:
    install(places, replace(PROGRAM, python=Path('/opt/a b$/100%/py"thon')))
    text = (places.icons[0] / "xltools-merge.desktop").read_text(encoding="utf-8")
    assert 'Exec="/opt/a b\\$/100%%/py\\"thon" -m xltools drop merge --wait %F' in text


@pytest.mark.parametrize(("system", "suffix"), [(WINDOWS, ".cmd"), (MAC, ".command")])
def test_other_systems_get_icons_of_their_own_kind(places: Places, system: str, suffix: str) -> None:
    written = install(replace(places, system=system), PROGRAM)
    icons = [path for path in written if path.parent == places.icons[0]]
    assert [path.suffix for path in icons] == [suffix, suffix]
    assert all("-m xltools drop" in path.read_text(encoding="utf-8") for path in icons)


@pytest.mark.parametrize("there", [(), (".config",), (".config/libreoffice/4/user", "Desktop", ".local/share/applications")])
def test_a_home_looks_afterwards_as_it_did_before(tmp_path: Path, there: tuple[str, ...]) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    for name in there:
        (folder / name).mkdir(parents=True)
    if len(there) > 1:
        (folder / there[0] / FILE).write_text(THEIRS, encoding="utf-8")
    before = sorted(folder.rglob("*"))
    home = {"HOME": str(folder), "PATH": os.environ["PATH"]}
    for commands in (("setup",), ("setup", "doctor"), ("uninstall",)):
        for command in commands:
            ran = subprocess.run([sys.executable, "-m", "xltools", command], env=home, cwd=tmp_path, capture_output=True, text=True, check=False)
            assert "程序出错" not in ran.stderr
        assert (sorted(folder.rglob("*")) == before) is (commands == ("uninstall",))
    if len(there) > 1:
        assert (folder / there[0] / FILE).read_text(encoding="utf-8") == THEIRS


def test_removal_takes_the_programs_own_records_along(places: Places) -> None:
    install(places, PROGRAM)
    (places.own / "错误记录.log").write_text("", encoding="utf-8")
    uninstall(replace(places, left=("错误记录.log",)))
    assert not places.own.exists()


def test_a_running_libreoffice_keeps_its_menu_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    user = tmp_path / "libreoffice" / "4" / "user"
    user.mkdir(parents=True)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    assert cli.run(["setup"]) == 0
    (user.parent / ".lock").write_text("")
    assert cli.run(["uninstall"]) == 1
    assert "LibreOffice 正在运行，菜单没有移除" in capsys.readouterr().err


def test_the_commands_set_up_and_remove_for_this_user(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data"), "PATH": "/usr/bin:/bin"}
    for command in ("setup", "doctor", "uninstall"):
        ran = subprocess.run([sys.executable, "-m", "xltools", command], env=home, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert "程序出错" not in ran.stderr
        assert ran.stdout
        assert (tmp_path / "config" / "xltools" / "python.txt").is_file() is (command != "uninstall")


# --- doctor -----------------------------------------------------------------------------------------------------------


def test_a_computer_as_it_should_be_has_no_bad_line(places: Places, tmp_path: Path) -> None:
    install(places, PROGRAM)
    lines = examine(machine(places, tmp_path))
    assert [line for line in lines if line.state != GOOD] == []
    assert {"Python", "程序库", "设置", "LibreOffice", "Python 脚本支持", "绩效分级菜单", "LibreOffice 的 Python", "中文字体", "表样"} <= {line.topic for line in lines}


def test_every_line_that_is_not_good_says_what_helps(places: Places, tmp_path: Path) -> None:
    poor = replace(machine(places, tmp_path), office_python=(3, 9), fonts=(), folder=tmp_path / "nowhere")
    bad = [line for line in examine(poor) if line.state != GOOD]
    assert {line.topic for line in bad} >= {"设置", "LibreOffice 的 Python", "绩效分级菜单", "中文字体", "当前文件夹"}
    assert [line.topic for line in bad if not line.mend] == []


def test_an_older_setup_is_told(places: Places, tmp_path: Path) -> None:
    install(places, PROGRAM)
    newer = replace(machine(places, tmp_path), program=replace(PROGRAM, paths=("/other/packages",)))
    assert (said(newer, "设置").state, said(newer, "设置").mend) == (BAD, "运行：xltools setup")


def test_a_profile_that_runs_no_macros_is_told(places: Places, tmp_path: Path) -> None:
    user = places.offices[0]
    (user / FILE).write_text(THEIRS.replace("</oor:items>", NO_MACROS), encoding="utf-8")
    assert said(machine(places, tmp_path), "宏安全性").state == BAD


def test_a_terminal_whose_virtual_environment_libreoffice_would_take_for_its_own_is_told(places: Places, tmp_path: Path) -> None:
    line = said(replace(machine(places, tmp_path), ahead=tmp_path / "环境"), "LibreOffice 的启动")
    assert (line.state, str(tmp_path / "环境") in line.text, line.mend.endswith("deactivate")) == (DOUBT, True, True)
    assert [line.topic for line in examine(machine(places, tmp_path)) if line.topic == "LibreOffice 的启动"] == []


@pytest.mark.parametrize(("system_packages", "told"), [(False, True), (True, False)])
def test_the_virtual_environment_that_comes_first_on_path_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system_packages: bool, told: bool) -> None:
    venv.create(tmp_path / "环境", system_site_packages=system_packages)
    monkeypatch.setenv("PATH", str(tmp_path / "环境" / "bin"), prepend=os.pathsep)
    assert environment_ahead() == (tmp_path / "环境" if told else None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert environment_ahead() is None


def test_without_libreoffice_nothing_is_wrong(places: Places, tmp_path: Path) -> None:
    assert said(replace(machine(places, tmp_path), office=None), "LibreOffice").state == DOUBT


@pytest.mark.parametrize(("excel", "state"), [("", DOUBT), ("C:\\Office16\\EXCEL.EXE /automation", GOOD), ("C:\\WPS\\et.exe /Automation", BAD)])
def test_on_windows_the_program_that_answers_for_excel_is_named(places: Places, tmp_path: Path, excel: str, state: str) -> None:
    windows = replace(machine(replace(places, system=WINDOWS), tmp_path), excel=excel, macros="4")
    assert said(windows, "Excel").state == state
    assert said(windows, "宏").state == BAD


@pytest.mark.parametrize(("wps", "said_of_it"), [("", "没有找到"), ("/opt/wps/et", "请用图标或命令行")])
def test_wps_is_found_or_not_missed(places: Places, tmp_path: Path, wps: str, said_of_it: str) -> None:
    line = said(replace(machine(places, tmp_path), wps=wps), "WPS")
    assert line.state == GOOD
    assert said_of_it in line.text


def test_every_library_that_is_declared_is_looked_for(places: Places, tmp_path: Path) -> None:
    declared = [one for one in requires("xltools-jixiao") or () if "extra" not in one]
    assert len(declared) > 5
    assert [name for name in (re.split(r"[><=\[ ]", one)[0] for one in declared) if name not in said(machine(places, tmp_path), "程序库").text] == []


def test_a_library_that_lost_a_file_is_named(places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its version is still known: what pip wrote about it is there."""
    whole = PackagePath("click/__init__.py")
    monkeypatch.setattr("xltools.actions.doctor.files", lambda name: [whole] if name == "pandas" else [])
    whole.locate = lambda: tmp_path / "gone.py"  # type: ignore[method-assign]
    line = said(machine(places, tmp_path), "程序库")
    assert (line.state, line.text) == (BAD, "缺少 pandas，或它们的文件不全")
    assert "再装一次" in line.mend


def computers(places: Places, folder: Path) -> Iterator[Machine]:
    """Computers that between them get every line of the page."""
    here = machine(places, folder)
    yield from (here, replace(here, office=None, fonts=(), wps="/opt/wps/et"), replace(here, office_python=(3, 9), program=replace(PROGRAM, version=(3, 10)), ahead=folder))
    (folder / "市级汇总.xlsm").write_bytes(b"")
    (folder / ".~lock.市级汇总.xlsm#").write_text("张三,pc,host,01.07.2022 09:00,file:///;", encoding="utf-8")
    yield replace(here, office=folder, office_python=None)
    for excel in ("", "C:\\Office16\\EXCEL.EXE", "C:\\WPS\\et.exe"):
        yield replace(here, places=replace(places, system=WINDOWS), office=folder, excel=excel, macros="4", folder=folder / "nowhere")
    install(places, PROGRAM)
    yield from (here, replace(here, program=replace(PROGRAM, paths=("/other/packages",))))
    (places.offices[0] / FILE).write_text(THEIRS.replace("</oor:items>", NO_MACROS), encoding="utf-8")
    yield here


def test_every_line_of_the_page_is_told_in_english_too(places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xltools.actions.doctor._version", lambda name: None)
    lines = [line for one in computers(places, tmp_path) for line in examine(one)]
    monkeypatch.undo()
    lines += [line for one in computers(places, tmp_path) for line in examine(one)]
    known = [text for line in lines for text in (line.topic, line.text, line.mend)]
    assert len(set(known)) > 50
    told = {text: read_language("en").word(text) for text in known}
    assert {text for text, english in told.items() if is_chinese(english) and not any(mark in text for mark in ("（张三）", "第2022"))} == set()


def test_an_open_workbook_and_its_holder_are_named(places: Places, tmp_path: Path) -> None:
    (tmp_path / "市级汇总.xlsm").write_bytes(b"")
    (tmp_path / ".~lock.市级汇总.xlsm#").write_text("张三,pc,host,01.07.2022 09:00,file:///;", encoding="utf-8")
    assert "市级汇总.xlsm（张三）" in said(machine(places, tmp_path), "正被打开的文件").text


def test_doctor_as_json_is_a_list_of_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    cli.run(["doctor", "--json"])
    lines = json.loads(capsys.readouterr().out)
    assert {"Python", "程序库", "表样"} <= {line["topic"] for line in lines}
    assert all(set(line) == {"topic", "state", "text", "mend"} for line in lines)


# --- the watched folder -----------------------------------------------------------------------------------------------


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder with one county's workbook that has an error."""
    folder = tmp_path / "收件箱"
    county_file(folder, "灵宝市", [enterprise(0), enterprise(1, capacity="很多")])
    return folder


def test_each_arrival_is_checked_once_and_its_return_lies_beside_it(inbox: Path) -> None:
    seen: Seen = {}
    ((path, outcome, returned),) = look(inbox, seen, POLICY, date(2022, 7, 1))
    assert path.name == "灵宝市.xlsx"
    assert outcome.counts["error"] > 0
    assert [one.output.parent for one in returned] == [inbox]
    assert list(look(inbox, seen, POLICY, date(2022, 7, 1))) == []


def test_a_file_that_comes_again_is_checked_again(inbox: Path) -> None:
    seen: Seen = {}
    list(look(inbox, seen, POLICY, date(2022, 7, 1)))
    county_file(inbox, "灵宝市", [enterprise(0)])
    ((path, outcome, _),) = look(inbox, seen, POLICY, date(2022, 7, 1))
    assert (path.name, outcome.counts["error"]) == ("灵宝市.xlsx", 0)


def test_a_text_that_lies_there_and_is_no_workbook_is_passed_over(inbox: Path) -> None:
    (inbox / "说明.txt").write_text("各县注意：本周五前报。\n", "utf-8")
    assert [path.name for path, _, _ in look(inbox, {}, POLICY, date(2022, 7, 1))] == ["灵宝市.xlsx"]


def test_the_list_beside_what_cannot_be_read_is_not_taken_for_a_new_file(inbox: Path) -> None:
    """Else it gets a list of its own, and that one another, for as long as the folder is watched."""
    seen: Seen = {}
    (inbox / "灵宝市.xlsx").write_bytes(b"PK")
    ((_, _, (returned,)),) = look(inbox, seen, POLICY, date(2022, 7, 1))
    assert returned.output.name == "灵宝市-退回清单.xlsx"
    assert list(look(inbox, seen, POLICY, date(2022, 7, 1))) == []
    shutil.copyfile(Path(__file__).parents[1] / "workbooks" / "市级汇总.xlsx", inbox / "市级汇总.xlsx")
    assert list(look(inbox, seen, POLICY, date(2022, 7, 1))) == []


def test_the_command_watches_once_when_asked(inbox: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["watch", str(inbox), "--once"]) == 0
    printed = capsys.readouterr().out
    assert "灵宝市.xlsx：错误" in printed
    assert "已退回" in printed


def test_what_is_dropped_on_the_icons_is_merged_and_checked(inbox: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["drop", "check", str(inbox / "灵宝市.xlsx")]) == 1
    assert (inbox / "灵宝市-退回.xlsx").is_file()
    assert cli.run(["drop", "merge", str(inbox)]) == 1
    assert (inbox.parent / "市级汇总.xlsx").is_file()
    assert "已汇总到" in capsys.readouterr().out
