"""The command that publishes the grades that were decided."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xltools.faces.options import A_FILE, Command, help_option, json_option, output_folder, policy_option
from xltools.faces.speech import say, spoken
from xltools.faces.terminal import counts_line, show_json, show_report
from xltools.model.result import exit_code

if TYPE_CHECKING:
    from xltools.model.policy import Policy


class Day(click.ParamType[datetime]):
    """A date as 2022-08-01."""

    name = "日期"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return datetime.strptime(str(value), "%Y-%m-%d")
        except ValueError:
            return self.fail(spoken().say("“{value}”不是 2022-08-01 这样的日期", value=value), param, ctx)


DAY = Day()


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
