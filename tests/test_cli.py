"""The command line as a person meets it: what it prints, and the exit code it leaves with."""

import gc
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from xltools.books.file import open_book
from xltools.faces import cli
from xltools.faces.terminal import show_outcome
from xltools.model.code import Code
from xltools.model.finding import Place
from xltools.model.form import load_template
from xltools.model.outcome import Outcome

WORKBOOKS = Path(__file__).parent.parent / "workbooks"
KEYS = {"file", "sheet", "cell", "code", "severity", "message", "fix"}


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One county with problems, one without."""
    folder = tmp_path_factory.mktemp("收件箱")
    for name in ("湖滨区.xlsx", "开发区.xlsx"):
        shutil.copy(WORKBOOKS / "区县" / name, folder / name)
    return folder


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs go to a folder of the test's own."""
    for name in ("XDG_CONFIG_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "own"))


def test_a_clean_file_leaves_with_0_and_says_so(inbox: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", str(inbox / "湖滨区.xlsx")]) == 0
    assert "错误 0 · 提醒 0" in capsys.readouterr().out


def test_a_file_with_problems_leaves_with_1_and_names_place_and_fix(inbox: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", str(inbox / "开发区.xlsx")]) == 1
    printed = capsys.readouterr().out
    assert "【排查清单】" in printed
    assert "改法：" in printed


def test_problems_are_printed_file_by_file_as_a_clerk_fills_in_the_sheets(capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["check", str(WORKBOOKS / "区县" / "卢氏县.xlsx"), str(WORKBOOKS / "区县" / "义马市.xlsx")])
    blocks = capsys.readouterr().out.split("卢氏县.xlsx")
    places = [[*dict.fromkeys(re.findall(r"[EWN]\d{3} 【(.+?)】", block))] for block in blocks]
    assert places == [
        ["封面", "排查清单", "初审意见", "整改台账"],
        ["封面", "排查清单", "初审意见", "保障类清单", "减排措施", "变更与处理 (2)"],
    ]


def test_notes_that_a_merge_does_not_print_are_said_to_be_in_the_problem_list_and_are_there(inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "市级汇总.xlsx"
    for said in ("已汇总到", "已经是最新"):
        cli.run(["merge", str(inbox), "-o", str(output)])
        printed = capsys.readouterr().out
        assert printed.count(said) == 1
        (count,) = re.findall(r"说明 (\d+)（没有印出的都在【问题清单】里）", printed)
        assert int(count) - ("已经是最新" in said) == sum(row[1] == "说明" for row in open_book(output).values("问题清单")) > 0
        assert not re.search(r" N\d{3}", printed)


def test_notes_about_the_summary_itself_are_printed_for_no_list_has_them(capsys: pytest.CaptureFixture[str]) -> None:
    place = Place("市级汇总.xlsx")
    found = (Code.PIVOT_GROWN.at(place, count=2), Code.ANSWERED.at(Place("甲.xlsx", "表", "B5"), number="W302", message="", answer=""))
    show_outcome(Outcome(findings=found, output=Path("市级汇总.xlsx")), {}, False, brief=True)
    printed = capsys.readouterr().out
    assert "说明 N720 2 个数据透视表的数据区域已随行数调整" in printed
    assert "N155" not in printed


def test_check_json_has_counts_and_findings_as_promised(inbox: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["check", str(inbox), "--json"])
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"counts", "account", "findings"}
    assert all(set(finding) == KEYS for finding in said["findings"])
    assert {finding["severity"] for finding in said["findings"]} <= {"error", "warning", "note"}
    for severity in ("error", "warning", "note"):
        assert said["counts"][severity] == sum(finding["severity"] == severity for finding in said["findings"])


def test_merge_json_also_has_counties_and_output(inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "市级汇总.xlsx"
    assert cli.run(["merge", str(inbox), "-o", str(output), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["output"] == str(output)
    assert output.exists()
    assert {line["county"]: line["file"] for line in said["counties"]}["湖滨区"] == "湖滨区.xlsx"
    assert len(said["counties"]) == 8


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check"], "缺少参数 文件或文件夹…。用法见：xltools check --help"),
        (["trace", __file__], "缺少参数 工作表!单元格。用法见：xltools trace --help"),
        (["check", "没有的文件.xlsx"], "没有“没有的文件.xlsx”这个文件或文件夹"),
        (["check", "it's.xlsx"], "没有“it's.xlsx”这个文件或文件夹"),
        (["chek"], "没有命令 chek"),
        (["check", "--jsn", "."], "没有选项 --jsn"),
        (["check", ".", "--policy", "某市"], "没有名为“某市”的政策"),
        (["merge", "."], "缺少选项 --output"),
        (["merge", ".", "-o", "汇总.csv"], "扩展名只能是 .xlsx、.xlsm。请写成 汇总.xlsx"),
        (["make", "policy", "-o", "政策库.xlsm"], "扩展名只能是 .xlsx。请写成 政策库.xlsx"),
        (["pack", ".", "-o", "上报", "--month", "2021-07"], "选项 --month 不对：“2021-07”不是 2022 年的批次，请写成 7月 或 2022-07 这样"),
        (["close", ".", "--month", "13月"], "选项 --month 不对：“13月”不是 2022 年的批次"),
        (["demo", "--tour", str(Path(__file__).parent)], "参数 文件夹 不对：文件夹"),
        (["make", "policy", "-o", "."], "选项 --output 不对：“.”是文件夹，这里要写一个文件"),
        (["make", "templates", "-o", __file__], "test_cli.py”是文件，这里要写一个文件夹"),
        (["recheck", __file__, "-o", "核查责任.xlsx", "--sample", "十"], "选项 --sample 不对：应为整数，不小于 0"),
        (["recheck", __file__, "-o", "核查责任.xlsx", "--sample", "-1"], "选项 --sample 不对：应为整数，不小于 0"),
    ],
)
def test_a_wrong_command_line_leaves_with_2_and_one_chinese_sentence(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(arguments) == 2
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert printed.out == ""
    assert printed.err.count("\n") == 1


def test_a_folder_of_policy_text_with_a_mistake_says_which(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder := tmp_path / "某市").mkdir()
    (folder / "policy.toml").write_text("[policy]\nid = 2022\n", "utf-8")
    assert cli.run(["check", ".", "--policy", str(folder)]) == 2
    assert "文件夹 某市 里的政策不能用：tables.toml: " in capsys.readouterr().err


@pytest.mark.parametrize(("typed", "written"), [("底册", "底册.xlsx"), ("2022.06", "2022.06.xlsx"), ("截至6.30日", "截至6.30日.xlsx"), ("政策.XLSX", "政策.XLSX")])
def test_a_workbook_named_without_its_ending_gets_it(typed: str, written: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["make", "policy", "-o", str(tmp_path / typed)]) == 0
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [written]
    assert written in capsys.readouterr().out


@pytest.mark.parametrize("month", ["7月", "07月", "7", "2022-07", "2022年7月"])
def test_a_month_may_be_written_in_several_ways(month: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["close", str(WORKBOOKS / "核查表"), "--month", month])
    assert "给出的文件里没有7月批次的区县填报表" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check", "核查表"], "没有找到区县填报表（核查表）"),
        (["make", "checklist", "--from", "核查表", "-o", "{made}"], "没有找到区县填报表（核查表）"),
        (["make", "checklist", "--from", "{empty}", "-o", "{made}"], "没有找到区县填报表（empty）"),
        (["grade", "区县/湖滨区.xlsx"], "没有找到现场核查表"),
        (["plan", "区县/湖滨区.xlsx", "-o", "{made}"], "没有找到现场核查表"),
        (["recheck", "区县/湖滨区.xlsx", "-o", "{made}/核查责任.xlsx"], "没有找到现场核查表"),
        (["verify", "{empty}"], "没有找到现场核查表"),
        (["publish", "区县/湖滨区.xlsx", "--start", "2022-08-01", "--end", "2022-08-07", "-o", "{made}"], "这个文件不是“市级汇总”"),
    ],
)
def test_a_command_says_when_nothing_it_was_given_is_for_it(
    arguments: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(WORKBOOKS)
    folders = {name: tmp_path / name for name in ("empty", "made")}
    for folder in folders.values():
        folder.mkdir()
    assert cli.run([one.format(**folders) for one in arguments]) == 1
    printed = capsys.readouterr()
    assert sentence in printed.out + printed.err


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([]) == 2
    assert "用法：xltools" in capsys.readouterr().err


def test_a_bug_leaves_with_70_one_sentence_and_a_log(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("xltools.actions.check.check_files", broken)
    assert cli.run(["check", str(inbox)]) == 70
    said = capsys.readouterr().err
    assert "Traceback" not in said
    log = next((tmp_path / "own").rglob("*.log"))
    assert str(log) in said
    assert "ZeroDivisionError" in log.read_text("utf-8")


def every_command() -> list[list[str]]:
    """The words of every command and group, as typed."""
    found: list[list[str]] = []
    waiting: list[tuple[list[str], object]] = [([], cli.commands)]
    while waiting:
        words, command = waiting.pop()
        found.append(words)
        waiting += [([*words, name], one) for name, one in getattr(command, "commands", {}).items()]
    return sorted(found)


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_every_command_explains_itself_in_chinese(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*words, "--help"]) == 0
    text = capsys.readouterr().out
    assert "用法：" in text
    assert "选项" in text
    for english in ("Usage", "Options", "Commands", "required", "default", "Show this message"):
        assert english not in text


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("from xltools.faces.cli import run; run(['--help'])", {"numpy", "pandas", "pandera", "xlsxwriter", "openpyxl", "xlwings", "tomllib", "xltools.model.policy"}),
        ("import xltools.actions.merge, xltools.actions.grade", {"numpy", "pandas", "pandera", "openpyxl", "xlwings", "msoffcrypto"}),
    ],
    ids=["help", "merge"],
)
def test_nothing_is_loaded_that_is_not_used(code: str, heavy: set[str]) -> None:
    said = subprocess.run([sys.executable, "-c", f"import sys; {code}; print({heavy} & set(sys.modules), file=sys.stderr)"], capture_output=True, text=True, check=True, encoding="utf-8")
    assert said.stderr.strip() == "set()"


# A terminal that notes, with what is written on it, which of the heavy packages are loaded by then; with the first of them it is all over.
NOTING = """
import io, os, sys
HEAVY = {"numpy", "pandas", "xlsxwriter", "openpyxl", "rapidfuzz", "xltools.actions.check", "xltools.actions.grade", "xltools.actions.merge"}
class Terminal(io.StringIO):
    def isatty(self):
        return True
    def write(self, text):
        if super().write(text):     # click writes nothing, to see whether it can
            print(repr(text), *sorted(HEAVY & set(sys.modules)), flush=True)
        if HEAVY & set(sys.modules):
            os._exit(0)
        return len(text)
sys.stderr = Terminal()
from xltools.faces.cli import run
run(sys.argv[1:])
"""


@pytest.mark.parametrize("command", [["check"], ["merge", "-o", "市级汇总.xlsx"], ["grade"], ["make", "checklist", "-o", "核查表", "--from"], ["drop", "check"], ["demo"]])
def test_the_first_line_on_a_terminal_does_not_wait_for_what_the_command_loads(tmp_path: Path, inbox: Path, command: list[str]) -> None:
    files = ["演示"] if command[0] == "demo" else [str(shutil.copy(inbox / "开发区.xlsx", tmp_path))]
    said = subprocess.run([sys.executable, "-c", NOTING, *command, *files], cwd=tmp_path, capture_output=True, text=True, check=True, encoding="utf-8")
    first, then = said.stdout.splitlines()
    assert first == repr("\r\x1b[K正在启动…")
    assert then.startswith(repr("\r\x1b[K")[:-1])
    assert "xltools.actions.check" in then.split()


def test_demo_merges_all_eight_and_says_what_to_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["demo", str(tmp_path / "演示")]) == 0
    printed = capsys.readouterr().out
    assert "合并了 8 个区县文件" in printed
    assert str(tmp_path / "演示" / "市级汇总.xlsx") in printed
    assert (tmp_path / "演示" / "市级汇总.xlsx").exists()


def test_demo_stops_at_the_day_of_the_example(tmp_path: Path) -> None:
    cli.run(["demo", str(tmp_path)])
    shown = {form.name: open_book(tmp_path / "市级汇总.xlsx").values(form.sheet) for form in (load_template("city")[name] for name in ("reporting", "history"))}
    assert [row[0] for row in shown["history"][4:]] == ["2022-07"]
    assert not [cell for row in shown["reporting"] for cell in row if "2022-08" in str(cell) or "8月" in str(cell)]


def test_a_command_seldom_looks_for_objects_that_hold_each_other_and_not_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    before, during = gc.get_threshold(), []
    monkeypatch.setattr(cli, "run", lambda: during.append(gc.get_threshold()) or 1)
    try:
        with pytest.raises(SystemExit) as left:
            cli.main()
        assert (left.value.code, gc.get_freeze_count() > 0) == (1, True)
    finally:
        gc.unfreeze()
    assert during[0][0] > 10 * before[0]
    assert gc.get_threshold() == before
