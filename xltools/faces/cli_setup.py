"""Commands about this computer: buttons and icons put in place and removed, one page on what works here, a watched folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from xltools.faces.options import (
    A_FOLDER,
    SOME_FOLDER,
    Command,
    Commands,
    files_argument,
    help_option,
    json_option,
    policy_option,
)
from xltools.faces.speech import say, spoken
from xltools.faces.stream import json_text
from xltools.faces.terminal import counts_line, progress, show_merged, show_outcome, show_returned
from xltools.libreoffice.bridge import host_python
from xltools.model.result import exit_code

if TYPE_CHECKING:
    from xltools.model.policy import Policy

STATES = {"好": ("✓", "green"), "注意": ("!", "yellow"), "坏": ("✗", "red")}
NOT_SET = "LibreOffice 正在运行，菜单没有装上。请关闭 LibreOffice，再运行一次 xltools setup。如果没有在运行，请先删除 {profile} 里的 .lock 文件。"
NOT_REMOVED = "LibreOffice 正在运行，菜单没有移除。请关闭 LibreOffice，再运行一次 xltools uninstall。如果没有在运行，请先删除 {profile} 里的 .lock 文件。"
PAUSE = 5.0     # seconds between two looks at a watched folder


@click.command(cls=Command)
@help_option
def setup() -> int:
    """在本机设置按钮、LibreOffice 菜单和图标；只为当前用户，不需要管理员。

    可以重复运行；换了 Python 或升级以后请再运行一次。
    """
    from xltools.actions.office_menu import in_use
    from xltools.actions.setup import install
    from xltools.faces.machine import places, program

    here = places()
    for path in install(here, program()):
        say("已写入 {path}", path=path)
    for user in here.offices:
        if in_use(user):
            click.echo(spoken().say(NOT_SET, profile=user.parent), err=True)
            return 1
    say("设置完成。重新打开 LibreOffice 或 Excel 以后，汇总表里的按钮可以点；LibreOffice 的菜单栏多出“绩效分级”。有不能用的，运行 xltools doctor 看原因和办法。")
    return 0


@click.command(cls=Command)
@help_option
def uninstall() -> int:
    """移除 xltools setup 写入的全部文件；您的工作簿不受影响。"""
    from xltools.actions.office_menu import has_menu, in_use
    from xltools.actions.setup import uninstall as remove
    from xltools.faces.machine import places

    here = places()
    for path in remove(here):
        say("已移除 {path}", path=path)
    for user in here.offices:
        if in_use(user) and has_menu(user):
            click.echo(spoken().say(NOT_REMOVED, profile=user.parent), err=True)
            return 1
    if sys.prefix == sys.base_prefix:
        say("已移除。程序本身请用 pip uninstall xltools-jixiao 移除。")
    else:
        say("已移除。程序本身在 {folder}：是为它单独建的，删除这个文件夹即可，离线安装的再删除安装时写明的命令文件；不是的，运行 pip uninstall xltools-jixiao。", folder=sys.prefix)
    return 0


@click.command(cls=Command)
@json_option
@help_option
def doctor(as_json: bool) -> int:
    """检查本机：一页写明什么能用、什么不能用、怎么解决。"""
    from xltools.actions.doctor import BAD, Machine, examine
    from xltools.faces.machine import (
        environment_ahead,
        excel_owner,
        macro_policy,
        office_program,
        places,
        program,
        wps_program,
    )

    office = office_program()
    python = host_python(office) if office else None
    found = examine(Machine(places(), program(), office, python, excel_owner(), macro_policy(), _fonts(), Path.cwd(), wps_program(), environment_ahead()))
    word = spoken().word
    lines = [replace(line, topic=word(line.topic), text=word(line.text), mend=word(line.mend)) for line in found]
    if as_json:
        click.echo(json_text([line.record() for line in lines]))
    else:
        for line in lines:
            mark, colour = STATES[line.state]
            click.echo(f"{click.style(mark, fg=colour)} {spoken().say('{topic}：{text}', topic=line.topic, text=line.text)}")
            if line.mend:
                click.echo(f"    {line.mend}")
    return int(any(line.state == BAD for line in lines))


def _fonts() -> tuple[str, ...] | None:
    """The names of the Chinese fonts, None where no program tells."""
    if shutil.which("fc-list") is None:
        return None
    said = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False).stdout
    return tuple(sorted({line.split(",")[0].strip() for line in said.splitlines() if line.strip()}))


@click.command(cls=Command)
@click.argument("folder", type=A_FOLDER, metavar="收件箱")
@click.option("--once", is_flag=True, help="只看一遍，不等新文件。")
@policy_option
@help_option
def watch(folder: Path, once: bool, policy: Policy) -> int:
    """守着一个文件夹：来了新文件就校验，把标好问题的退回件放在旁边。

    按 Ctrl+C 结束。
    """
    from xltools.actions.watch import look

    seen: dict[Path, tuple[int, int]] = {}
    say("正在看 {folder}" if once else "正在守着 {folder}，按 Ctrl+C 结束。", folder=folder)
    while True:
        for path, outcome, returned in look(folder, seen, policy, datetime.now().date()):
            say("{moment} {file}：{counts}", moment=f"{datetime.now():%H:%M}", file=path.name, counts=counts_line(outcome.findings))
            show_returned(returned)
        if once:
            return 0
        time.sleep(PAUSE)


@click.group(cls=Commands, hidden=True)
@help_option
def drop() -> None:
    """图标用：处理拖到图标上的文件夹和文件。"""


wait_option = click.option("--wait", is_flag=True, help="结束时等回车键，窗口不马上关闭。")


@drop.command("merge", cls=Command)
@click.argument("folder", type=SOME_FOLDER)
@wait_option
@policy_option
@help_option
def drop_merge(folder: Path, wait: bool, policy: Policy) -> int:
    """合并拖上来的文件夹，汇总放在它旁边。"""
    with progress() as step:
        from xltools.actions.merge import merge
        from xltools.model.form import load_template

        output = folder.resolve().parent / load_template("city").file
        outcome = merge([folder], output, policy, datetime.now(), step)
    show_outcome(outcome, outcome.record(), False, brief=True)
    show_merged(outcome)
    _wait(wait)
    return exit_code(outcome.findings)


@drop.command("check", cls=Command)
@files_argument
@wait_option
@policy_option
@help_option
def drop_check(files: tuple[Path, ...], wait: bool, policy: Policy) -> int:
    """校验拖上来的文件，退回件放在第一个文件旁边。"""
    with progress() as step:
        from xltools.actions.check import check_files
        from xltools.actions.give_back import give_back

        outcome = check_files(files, policy, step)
    show_outcome(outcome, outcome.record(), False, brief=True)
    first = files[0].resolve()
    show_returned(give_back(outcome, first if first.is_dir() else first.parent, policy, datetime.now().date()))
    _wait(wait)
    return exit_code(outcome.findings)


def _wait(wanted: bool) -> None:
    """Keep the window of an icon open until somebody has read it."""
    if wanted:
        click.prompt(spoken().say("按回车键关闭"), default="", show_default=False, prompt_suffix="")
