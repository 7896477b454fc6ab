"""The command line: words for a terminal, exit codes, the clock. Every command is one call into `actions`.

Exit codes: 0 clean · 1 problems found · 2 usage · 70 our bug.
The actions bring the whole program along, so each command imports its own: `--help` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xltools.faces.cli_calendar import calendar, make_holidays
from xltools.faces.cli_city import names, remind
from xltools.faces.cli_demo import demo
from xltools.faces.cli_files import fsck, upgrade
from xltools.faces.cli_grade import grade, make_checklist, plan, recheck
from xltools.faces.cli_lists import emergency, lists, publish, screen
from xltools.faces.cli_pack import close, make_reporting, pack
from xltools.faces.cli_policy import import_table, make_policy
from xltools.faces.cli_seal import key, make_people, sign, verify
from xltools.faces.cli_setup import doctor, drop, setup, uninstall, watch
from xltools.faces.cli_tips import conceal, make_tips, reveal
from xltools.faces.options import (
    A_FILE,
    SOME_FILE,
    SOME_FOLDER,
    Commands,
    dask_option,
    files_argument,
    help_option,
    json_option,
    output_file,
    password_option,
    policy_option,
    team_at,
    without_passwords,
)
from xltools.faces.places import cache_folder, keep_traceback
from xltools.faces.process import leave, seldom_looking
from xltools.faces.speech import Speech, lang_option, line_said, say, translated_findings
from xltools.faces.stream import forgiving
from xltools.faces.terminal import (
    progress,
    show_merged,
    show_outcome,
    show_returned,
    stop_sentence,
    usage_sentence,
)
from xltools.model.finding import StopError
from xltools.model.refused import refused
from xltools.model.result import exit_code

if TYPE_CHECKING:
    from xltools.model.policy import Policy

USAGE, BUG = 2, 70


@click.group(cls=Commands)
@click.version_option(package_name="xltools-jixiao", prog_name="xltools", message="%(prog)s %(version)s", help="显示版本。")
@lang_option
@help_option
def commands() -> None:
    """重点行业绩效分级：生成填报表，校验区县文件，汇总成市级台账。

    \b
    常用：
      xltools make templates -o 下发      生成区县填报表
      xltools check 灵宝市.xlsx           找出一个文件的全部问题
      xltools merge 收件箱 -o 市级汇总.xlsx   合并一个文件夹
    """


@commands.group(cls=Commands)
@help_option
def make() -> None:
    """生成：空白填报表、现场核查表、政策库、示例。"""


@make.command("templates")
@click.option("-o", "--output", "folder", type=SOME_FOLDER, default=Path("templates"), metavar="文件夹", help="放到哪个文件夹；默认 templates。")
@policy_option
@help_option
def make_templates(folder: Path, policy: Policy) -> int:
    """生成空白的区县填报表。"""
    from xltools.actions.make import make_templates

    for path in make_templates(folder, policy):
        say("已生成 {path}", path=path)
    return 0


@make.command("example")
@click.option("-o", "--output", "folder", type=SOME_FOLDER, default=Path("workbooks"), metavar="文件夹", help="放到哪个文件夹；默认 workbooks。")
@policy_option
@help_option
def make_example(folder: Path, policy: Policy) -> int:
    """生成示例：八个县（市、区）的填报表、答案和它们的市级汇总。"""
    from xltools.actions.example import build

    for path in build(folder, policy):
        say("已生成 {path}", path=path)
    return 0


@commands.command()
@files_argument
@click.option("--return", "folder", type=SOME_FOLDER, metavar="文件夹", help="把有问题的文件标好放到这个文件夹，用来退回区县；原文件不动。")
@json_option
@policy_option
@password_option
@dask_option
@help_option
def check(files: tuple[Path, ...], folder: Path | None, as_json: bool, policy: Policy, **given: Any) -> int:
    """校验区县填报表，一次列出全部问题。

    每个问题写明：哪个文件、哪张表、哪个格、现在是什么、应为什么、怎么改。
    """
    with progress() as step:
        from xltools.actions.check import check_files, missed
        from xltools.actions.give_back import give_back, notify
        from xltools.actions.inbox import Inbox

        with team_at(given["address"]) as team:
            outcome = missed(check_files(Inbox(files, given["passwords"], team, cache_folder()), policy, step), files)
    returned = give_back(outcome, folder, policy, datetime.now().date()) if folder else []
    letters = notify(returned)
    show_outcome(outcome, translated_findings(outcome).record() | ({"returned": [one.record() for one in returned]} if folder else {}), as_json)
    if not as_json:
        show_returned(returned)
        if letters:
            say("退回通知：每份退回一页，共 {count} 页，在 {folder} 里，.docx 可以打印，.txt 可以粘贴到聊天里", count=len(letters) // 2, folder=folder)
    return exit_code(outcome.findings)


@commands.command()
@files_argument
@output_file("市级汇总.xlsx", "汇总写到哪个文件；已有的先备份，市级填写的内容保留。", ".xlsm")
@click.option("--since", default="", metavar="2022-07", help="“变动”与哪个月底（或哪一天，2022-07-15）的汇总比；默认与上次汇总比。")
@click.option("--names", type=A_FILE, metavar="名称对照.xlsx", help="带入另一份汇总里做过的决定，见 xltools names。")
@json_option
@policy_option
@password_option
@dask_option
@help_option
def merge(output: Path, as_json: bool, policy: Policy, **given: Any) -> int:
    """把区县填报表合并成市级汇总。

    有问题的行照样汇总并标记；读不了的文件列在问题清单，不影响其他文件。
    """
    with progress() as step:
        from xltools.actions.inbox import Inbox
        from xltools.actions.merge import Earlier, merge_with

        with team_at(given["address"]) as team:
            inbox = Inbox(given["files"], given["passwords"], team, cache_folder())
            outcome = merge_with(inbox, output, (policy, datetime.now()), Earlier(given["since"], given["names"]), step)
    show_outcome(outcome, translated_findings(outcome).record(), as_json, brief=True)
    if not as_json:
        show_merged(outcome)
    return exit_code(outcome.findings)


@commands.command()
@click.argument("file", type=SOME_FILE, metavar="市级汇总.xlsx")
@help_option
def undo(file: Path) -> int:
    """撤销上次合并：汇总恢复成合并前的样子；再运行一次又回到合并后。

    撤销前的文件也留一份备份，不会丢失。
    """
    from xltools.actions.undo import undo as undo_merge

    done = undo_merge(file, datetime.now())
    say("{file} 已恢复到 {moment} 备份时的内容", file=file, moment=done.restored.stem)
    if done.kept:
        say("撤销前的文件在 {path}；再运行一次 xltools undo 可以改回来", path=done.kept)
    return 0


@commands.command()
@click.argument("file", type=A_FILE, metavar="市级汇总.xlsx")
@click.argument("cell", metavar="[工作表!单元格]", default="")
@click.option("--log", "log", is_flag=True, help="列出运行日志的每一条，并说明是否完整。")
@policy_option
@help_option
def trace(file: Path, cell: str, log: bool, policy: Policy) -> int:
    """溯源：一个格里的内容或数字从哪里来，例如 xltools trace 市级汇总.xlsx 企业台账!H12。

    统计看板的数字会列出数了哪些行，并核对与逐行相加是否一致。
    """
    from xltools.actions.trace import trace as lines
    from xltools.actions.trace_board import chain

    if not (cell or log):
        raise click.MissingParameter(param=next(one for one in click.get_current_context().command.params if one.name == "cell"))
    logged, whole = chain(file) if log else ([], True)
    for line in (*logged, *(lines(file, cell, policy) if cell else ())):
        click.echo(line_said(line))
    return int(not whole)


@commands.command()
@click.argument("file", type=A_FILE, metavar="文件")
@help_option
def show(file: Path) -> int:
    """把工作簿显示成文本：一格一行，含下拉、合并、公式，便于比较。"""
    from xltools.books.show import show as lines

    for line in lines(file):
        click.echo(line)
    return 0


for made in (make_checklist, make_policy, make_people, make_tips, make_holidays, make_reporting):
    make.add_command(made)
for command in (screen, demo, grade, remind, emergency, names, conceal, reveal, sign, verify, key, calendar, pack, close, plan, recheck, lists):
    commands.add_command(command)
for command in (upgrade, fsck, import_table, publish, setup, uninstall, doctor, watch, drop):
    commands.add_command(command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. Prints a sentence, never a traceback."""
    speech = Speech()
    try:
        return int(commands.main(arguments, prog_name="xltools", standalone_mode=False, obj=speech) or 0)
    except click.UsageError as error:
        click.echo(usage_sentence(error, speech.language), err=True)
        return USAGE
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.Abort:
        click.echo(speech.language.say("已取消。"), err=True)
        return USAGE
    except StopError as stop:
        click.echo(stop_sentence(stop, speech.language), err=True)
        return 1
    except Exception as error:
        if found := refused(error):
            click.echo(stop_sentence(StopError(found), speech.language), err=True)
            return 1
        path = keep_traceback(f"xltools {without_passwords(arguments or sys.argv[1:])}")
        click.echo(speech.language.say("程序出错，已记录到 {path}。您的文件没有被改动；请把这个记录发给维护人员。", path=path), err=True)
        return BUG


def main() -> None:
    """The `xltools` command."""
    forgiving()
    with seldom_looking():
        code = run()
    leave(code)
