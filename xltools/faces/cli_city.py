"""Commands about the city's summary itself: reminders, where a value came from, decisions to take along."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xltools.faces.options import A_FILE, SOME_FOLDER, Command, help_option, output_file, policy_option
from xltools.faces.speech import say

if TYPE_CHECKING:
    from xltools.model.policy import Policy


@click.command(cls=Command)
@click.argument("file", type=A_FILE, metavar="市级汇总.xlsx")
@click.option("-o", "--output", "folder", type=SOME_FOLDER, metavar="文件夹", help="放到哪个文件夹；默认是汇总旁边的“市级汇总-提醒”。")
@help_option
def remind(file: Path, folder: Path | None) -> int:
    """催报：给每个还有事要办的县（市、区）写一份提醒语，可直接发到群里。

    内容就是“报送情况”里的提醒语，末尾按今天算出已缺报几天（超过 92 天的写从哪天起）。
    """
    from xltools.actions.remind import remind as run

    done = run(file, folder, datetime.now().date())
    for one in done:
        click.echo(f"【{one.county}】{one.path}\n{one.text}\n")
    if done:
        say("写了 {count} 份提醒", count=len(done))
    else:
        say("没有要提醒的县（市、区）")
    return 0


@click.command(cls=Command)
@click.argument("file", type=A_FILE, metavar="市级汇总.xlsx")
@output_file("名称对照.xlsx", "写到哪里；已有同名文件时不写。")
@policy_option
@help_option
def names(file: Path, output: Path, policy: Policy) -> int:
    """导出名称对照：做过的决定连同日期写成一本表格，供明年或别的汇总带入。

    带入：xltools merge 收件箱 -o 市级汇总.xlsx --names 名称对照.xlsx
    """
    from xltools.actions.since import export_names

    say("{count} 条决定已写到 {path}", count=export_names(file, output, policy), path=output)
    return 0
