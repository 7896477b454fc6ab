"""Commands about single workbooks: an older one into the current template."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xltools.faces.options import Command, help_option, policy_option
from xltools.faces.terminal import report_lines
from xltools.model.finding import Severity

if TYPE_CHECKING:
    from xltools.model.policy import Policy

SOME_WORKBOOK = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(cls=Command)
@click.argument("file", type=SOME_WORKBOOK, metavar="旧文件")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="新文件.xlsx", help="新文件写到哪里；已有同名文件时不写。")
@policy_option
@help_option
def upgrade(file: Path, output: Path, policy: Policy) -> int:
    """把旧版模板里的内容带入现行模板。

    原文件不动。现行模板里没有位置的内容逐格列在新文件旁边的清单里。
    """
    from xltools.actions.upgrade import upgrade as run

    done = run(file, output, policy)
    for line in report_lines(done.findings):
        click.echo(line)
    click.echo(f"\n已写到 {done.output}，带入 {done.carried} 格")
    if done.list:
        click.echo(f"没有带入的 {len(done.left)} 格列在 {done.list}")
    return int(any(one.severity is not Severity.NOTE for one in done.findings))
