"""The manual and the README do what they say: every command block is run, every command named exists, every problem and field is told."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from docs import speed
from docs.reference import TEMPLATES, write_reference
from tests.bench.__main__ import AGAIN, CLICK, CLICKED, OFFICE, ON_ONE, OURS
from tests.bench.peers import RUST, WAYS
from xltools.faces import cli
from xltools.model.code import Code
from xltools.model.form import load_template

TOP = Path(__file__).parent.parent
PAGES = [TOP / "README.md", *sorted((TOP / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(?:console)?\n(\$ .*?)^```$", re.M | re.S)
INLINE = re.compile(r"`(xltools [^`]+)`")


def transcripts(page: Path) -> Iterator[tuple[list[str], list[str]]]:
    """(command, lines printed) of every command block of a page."""
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, *printed = part.splitlines()
            yield shlex.split(command), [line.strip() for line in printed if line.strip() not in ("", "…")]


def as_pattern(line: str) -> str:
    """… stands for anything."""
    return ".*".join(re.escape(part) for part in line.split("…"))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a person has before the first command of a page: the counties' files, filled checklists, a summary."""
    shutil.copytree(TOP / "workbooks" / "区县", tmp_path / "收件箱", ignore=shutil.ignore_patterns("*.txt"))
    shutil.copytree(TOP / "workbooks" / "核查表", tmp_path / "核查表", ignore=shutil.ignore_patterns("*.txt"))
    shutil.copy(TOP / "workbooks" / "市级汇总.xlsx", tmp_path / "示例汇总.xlsx")
    for name in ("XDG_CONFIG_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "own"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_block_prints_what_the_page_shows(page: Path, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command, shown in transcripts(page):
        assert command[0] == "xltools"
        code = cli.run(command[1:])
        printed = capsys.readouterr()
        assert code in (0, 1), f"{command}: {printed.err}"
        lines = iter(line.strip() for line in printed.out.splitlines())
        for expected in shown:
            pattern = re.compile(as_pattern(expected))
            assert any(pattern.fullmatch(line) for line in lines), f"{command} does not print, in this order: {expected}\n{printed.out}"


def test_the_readme_shows_what_it_is_on_its_first_screen(tmp_path: Path) -> None:
    top = "\n".join(PAGES[0].read_text(encoding="utf-8").splitlines()[:30])
    (tmp_path / "top.md").write_text(top + "\n", encoding="utf-8")
    assert [command[1] for command, printed in transcripts(tmp_path / "top.md") if printed] == ["make", "check", "merge"]
    assert top.count("![") == 1
    assert re.findall(r"^make \w+", top, re.M) == ["make demo", "make test"]


def test_the_pages_have_command_blocks_of_the_main_jobs() -> None:
    verbs = {command[1] for page in PAGES for command, _ in transcripts(page)}
    assert {"check", "merge", "grade", "make", "publish", "trace", "fsck", "undo", "demo", "doctor"} <= verbs


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_named_in_a_sentence_exists_with_its_options(page: Path) -> None:
    for text in INLINE.findall(page.read_text(encoding="utf-8")):
        words = [word for word in shlex.split(text)[1:] if word != "…"]
        command: click.Command = cli.commands
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            assert words[0] in command.commands, text
            command = command.commands[words.pop(0)]
        options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
        assert {word for word in words if word.startswith("-")} <= options, text


def test_the_reference_tells_every_problem_field_and_command(tmp_path: Path) -> None:
    write_reference(tmp_path)
    problems, fields, commands = ((tmp_path / f"{name}.md").read_text(encoding="utf-8") for name in ("problems", "fields", "commands"))
    assert all(f"### {code.number} " in problems for code in Code)
    assert "None" not in problems + fields
    for name in TEMPLATES:
        for form in load_template(name):
            assert all(f"| {field.header.replace('*', '')}" in fields.replace("\\*", "") for field in form), form.name
    for name in (name for name, command in cli.commands.commands.items() if not command.hidden):
        assert re.search(rf"^## {name}\b", commands, re.M), name


def test_the_table_of_speed_is_what_the_bench_prints_and_names_every_way() -> None:
    printed = "| S: 8 × 200 | wall | CPU | memory | s | s CPU | MiB |\n|---|---|---|---|---|---|---|\n| calamine | 1.0 | 1.0 | 1.0 | 0.35 | 0.11 | 19 |\nload 5.6, 2 cores\n"
    readme = speed.told("前\n<!-- speed -->\n旧\n<!-- /speed -->\n后\n", printed)
    assert readme == (
        "前\n<!-- speed -->\n| 8 个文件，各 200 家企业 | 用时 | 处理器时间 | 内存 |\n|---|---|---|---|\n"
        "| 只把每个格读一遍，什么也不做（calamine） | 1.0 | 1.0 | 1.0 |\n<!-- /speed -->\n后\n"
    )
    assert set(speed.WAYS) == {*WAYS, RUST, OFFICE, OURS, ON_ONE, AGAIN, CLICK, CLICKED}
    assert all(f"\n| {way} | " in PAGES[0].read_text(encoding="utf-8") for way in speed.WAYS.values())
    with pytest.raises(ValueError, match="no table"):
        speed.told("没有地方", printed)


def test_the_manual_builds_without_a_warning(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", str(tmp_path / "trees"), "docs", str(tmp_path / "手册")],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    assert "E204" in (tmp_path / "手册" / "generated" / "problems.html").read_text(encoding="utf-8")
