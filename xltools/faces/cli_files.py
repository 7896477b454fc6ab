"""Commands about single workbooks: an older one into the current template, a summary checked against its sources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xltools.faces.options import (
    A_FILE,
    FILE_OR_FOLDER,
    Command,
    help_option,
    json_option,
    output_file,
    password_option,
    policy_option,
)
from xltools.faces.speech import say, spoken
from xltools.faces.terminal import named, report_lines, show_json, show_report
from xltools.model.result import exit_code

if TYPE_CHECKING:
    from xltools.actions.fsck import Recount
    from xltools.model.policy import Policy


@click.command(cls=Command)
@click.argument("file", type=A_FILE, metavar="旧文件")
@output_file("新文件.xlsx", "新文件写到哪里；已有同名文件时不写。")
@policy_option
@help_option
def upgrade(file: Path, output: Path, policy: Policy) -> int:
    """把旧版模板里的内容带入现行模板。

    原文件不动。现行模板里没有位置的内容逐格列在新文件旁边的清单里。
    """
    from xltools.actions.upgrade import upgrade as run

    done = run(file, output, policy)
    show_report(done.findings, brief=False)
    say("\n已写到 {path}，带入 {count} 格", path=done.output, count=done.carried)
    if done.list:
        say("没有带入的 {count} 格列在 {path}", count=len(done.left), path=done.list)
    return exit_code(done.findings)


@click.command(cls=Command)
@click.argument("summary", type=A_FILE, metavar="市级汇总.xlsx")
@click.argument("sources", nargs=-1, type=FILE_OR_FOLDER, metavar="[原文件或文件夹…]")
@json_option
@password_option
@help_option
def fsck(summary: Path, sources: tuple[Path, ...], as_json: bool, passwords: tuple[str, ...]) -> int:
    """复核市级汇总：对照汇总时用的原文件，逐行逐格重新数一遍。

    不用汇总的程序，另外读一遍、数一遍。原文件按内容指纹找，默认在汇总文件所在的文件夹里找。
    """
    from xltools.actions.fsck import fsck as run

    done = run(summary, sources or (summary.parent,), passwords)
    if as_json:
        show_json(done)
    else:
        for line in (*report_lines(done.findings), *recount_lines(done)):
            click.echo(line)
    return int(bool(done.findings))


def recount_lines(done: Recount) -> Iterator[str]:
    """The counting identity in words."""
    one = done.account
    said = spoken().say
    yield said("\n对照了 {count} 个原文件", count=done.files)
    seen = one.seen + one.blank     # as the merge counts
    yield said("行：读入 {seen} = 汇总 {merged} + 未汇总 {unmerged} + 空行 {blank} + 合计和说明行 {outside}", seen=seen, **named(one, "merged", "unmerged", "blank", "outside"))
    rest = one.cells - one.carried - one.reported
    cells = said("格：读入 {cells} = 照搬 {carried} + 已说明的改动 {reported}", **named(one, "cells", "carried", "reported"))
    yield cells + (said(" + 不一致 {count}", count=rest) if rest else "")
    for name, (source, summary) in one.sums.items():
        sign = "=" if abs(source - summary) <= 1e-6 * max(1.0, abs(source)) else "≠"
        yield said("合计：{name} 来源 {source:.15G} {sign} 汇总 {summary:.15G}", name=name, source=source, sign=sign, summary=summary)
    yield said("复核一致") if not done.findings else said("有 {count} 处不一致", count=len(done.findings))
