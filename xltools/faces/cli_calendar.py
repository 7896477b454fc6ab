"""The commands of the calendar: what comes next, who was late, and the register of days off."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xltools.faces.options import (
    A_FILE,
    DAY,
    FILE_OR_FOLDER,
    Command,
    help_option,
    json_option,
    output_file,
    policy_option,
)
from xltools.faces.speech import line_said, say
from xltools.faces.terminal import show_json, show_report
from xltools.model.result import exit_code

if TYPE_CHECKING:
    from xltools.model.policy import Policy


@click.command("calendar", cls=Command)
@click.argument("files", nargs=-1, type=FILE_OR_FOLDER, metavar="[文件或文件夹…]")
@click.option("--date", "day", type=DAY, metavar="日期", help="按哪一天看，例如 2022-07-18；默认今天。")
@click.option("--holidays", type=A_FILE, metavar="节假日.xlsx", help="登记好的节假日和调休；空白的用 xltools make holidays 生成。")
@click.option("--summary", type=A_FILE, metavar="市级汇总.xlsx", help="取其中“报送情况”：第一次报的按时、改好重报的，不说成迟报。")
@output_file("日程.xlsx", "另写成一本表格：全年日程、各县进度。", required=False)
@json_option
@policy_option
@help_option
def calendar(
    files: tuple[Path, ...], day: datetime | None, holidays: Path | None, summary: Path | None, output: Path | None, as_json: bool, policy: Policy
) -> int:
    """日程：全年时限、还剩几个工作日、接下来是什么；给出区县文件和核查表的，列出谁迟了、谁没报。"""
    from xltools.actions.calendar import calendar, write_calendar

    today = (day or datetime.now()).date()
    outcome = calendar(files, policy, today, holidays, summary)
    if output:
        write_calendar(output, outcome, policy, today)
    if as_json:
        show_json(outcome)
        return exit_code(outcome.findings)
    click.echo(line_said(outcome.note))
    if outcome.ahead:
        say("\n接下来：")
    else:
        say("\n{year}年的时限都过了；下一年的请用那一年的政策（--policy）。", year=policy.year)
    for line in outcome.ahead:
        click.echo(f"  · {line_said(line)}")
    show_report(outcome.findings)
    if output:
        say("\n已生成 {path}", path=output)
    return exit_code(outcome.findings)


@click.command("holidays", cls=Command)
@output_file("节假日.xlsx", "写到哪个文件。")
@policy_option
@help_option
def make_holidays(output: Path, policy: Policy) -> int:
    """生成空白的节假日登记，按当年公布的放假安排填写。"""
    from xltools.actions.calendar import make_holidays

    say("已生成 {path}：填好后用 xltools calendar --holidays", path=make_holidays(output, policy))
    return 0
