"""The commands that make the lists of the procedure beyond the summary, the public one among them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xltools.faces.options import (
    A_FILE,
    DAY,
    SOME_FOLDER,
    Command,
    help_option,
    json_option,
    output_file,
    output_folder,
    policy_option,
)
from xltools.faces.speech import say, spoken
from xltools.faces.terminal import counts_line, named, report_lines, show_json, show_report
from xltools.model.result import exit_code

if TYPE_CHECKING:
    from xltools.model.policy import Policy


@click.command("emergency", cls=Command)
@click.argument("summary", type=A_FILE, metavar="市级汇总.xlsx")
@output_file("应急减排清单.xlsx", "清单写到哪个文件；已有的不覆盖。")
@click.option("--last", type=A_FILE, metavar="上次清单.xlsx", help="上次的清单，列的次序不限：带入市局填写的基数、条数和设置，并列出变化。")
@json_option
@policy_option
@help_option
def emergency(summary: Path, output: Path, last: Path | None, as_json: bool, policy: Policy) -> int:
    """按市级汇总生成重污染天气应急减排清单，写明每一步怎样计算。

    等级按市级评定；保障类企业单列；全市各污染物的减排占比与要求比较。
    """
    from xltools.actions.emergency import emergency

    done = emergency(summary, output, policy, last)
    if as_json:
        show_json(done)
        return exit_code(done.findings)
    show_report(done.findings)
    said = named(done, "rows", "protected", "open")
    say("\n列入清单 {rows} 行，保障类 {protected} 行，{open} 行有待人工确认：{counts}", **said, counts=counts_line(done.findings))
    say("已生成 {path}", path=done.path)
    return exit_code(done.findings)


@click.command("lists", cls=Command)
@click.argument("summary", type=A_FILE, metavar="市级汇总.xlsx")
@output_file("各类名单.xlsx", "写到哪个文件；已有的不覆盖。")
@click.option("--settings", type=A_FILE, metavar="上报设置.xlsx", help="取其中登记的参评绩效先进性的企业。")
@json_option
@policy_option
@help_option
def lists(summary: Path, output: Path, settings: Path | None, as_json: bool, policy: Policy) -> int:
    """各类名单：保障类（在清单、移出）、正面清单、激励、D 级、二次审核，每行写着理由和依据。

    等级取市级评定，并计入“变更与处理”；没有规定的标“需人工确认”。
    """
    from xltools.actions.named_lists import lists_of

    done = lists_of(summary, output, policy, settings)
    if as_json:
        show_json(done)
        return exit_code(done.findings)
    for line in (*report_lines(done.findings, brief=True), *map(spoken().word, done.lines)):
        click.echo(line)
    say("已生成 {path}", path=done.path)
    return exit_code(done.findings)


@click.command("screen", cls=Command)
@click.option("--emission", required=True, multiple=True, type=A_FILE, metavar="应急清单.xlsx", help="重污染天气应急减排工业源清单，可以写几次。")
@click.option("--permit", required=True, multiple=True, type=A_FILE, metavar="排污许可.xlsx", help="固定污染源排污许可证登记情况，可以写几次。")
@click.option("--approval", required=True, multiple=True, type=A_FILE, metavar="审批信息.xlsx", help="各行政主管部门的行政审批信息，可以写几次。")
@output_file("排查底册.xlsx", "底册写到哪个文件；已有的不覆盖。")
@click.option("--forms", type=SOME_FOLDER, metavar="文件夹", help="把预填的区县填报表放到这个文件夹，每个县（市、区）一份。")
@click.option("--last", type=A_FILE, metavar="上次底册.xlsx", help="照上次底册里改过的“表头对应”和“待核对”的结果办。")
@json_option
@policy_option
@help_option
def screen(**given: Any) -> int:
    """把三类清单对应到企业，一家一行，列出各清单怎样说、哪里不一致、谁只在一张清单里。

    只有一样相同或相近的不替人合并，列在“待核对”。
    """
    from xltools.actions.screen import Lists, screen

    lists = Lists(given["emission"], given["permit"], given["approval"])
    done = screen(lists, given["output"], given["policy"], given["last"], given["forms"])
    if given["as_json"]:
        show_json(done)
        return exit_code(done.findings)
    show_report(done.findings)
    said = named(done, "enterprises", "everywhere", "alone", "pairs")
    say("\n共 {enterprises} 家企业：三类清单都有 {everywhere} 家，只在一类清单 {alone} 家；待核对 {pairs} 对", **said)
    for path in (done.path, *done.forms):
        say("已生成 {path}", path=path)
    return exit_code(done.findings)


if TYPE_CHECKING:
    from xltools.model.policy import Policy


@click.command("publish", cls=Command)
@click.argument("summary", type=A_FILE, metavar="市级汇总.xlsx")
@click.option("--start", required=True, type=DAY, metavar="日期", help="公示从哪天开始，例如 2022-08-01；没有规定，须由人填写。")
@click.option("--end", required=True, type=DAY, metavar="日期", help="公示到哪天为止，含当天；没有规定，须由人填写。")
@output_folder
@json_option
@policy_option
@help_option
def publish(summary: Path, start: datetime, end: datetime, folder: Path, as_json: bool, policy: Policy) -> int:
    """把市级汇总里已评定的等级写成公示名单.xlsx 和公示.html。

    只写可以公开的内容；没有列入的企业逐家写明原因。已有的文件不改动。
    """
    from xltools.actions.publish import in_short, publish
    from xltools.model.publication import Notice

    done = publish(summary, Notice(policy, start.date(), end.date()), folder)
    if as_json:
        show_json(done)
        return exit_code(done.findings)
    show_report(in_short(done))
    say("\n列入公示 {count} 家企业：{counts}", count=done.count, counts=counts_line(done.findings))
    for path in done.paths:
        say("已生成 {path}", path=path)
    return exit_code(done.findings)
