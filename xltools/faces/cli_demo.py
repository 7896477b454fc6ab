"""The command that shows the tool on the bundled example: one merge, or the whole summer station by station."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xltools.faces.cli_grade import example_lines
from xltools.faces.options import SOME_FOLDER, Command, help_option, policy_option, wrong
from xltools.faces.speech import line_said, say, spoken
from xltools.faces.terminal import counts_line, progress

if TYPE_CHECKING:
    from xltools.model.policy import Policy
    from xltools.model.tour import Station

FOLDER, TOUR_FOLDER = Path("xltools-演示"), Path("xltools-演练")


@click.command("demo", cls=Command)
@click.argument("folder", type=SOME_FOLDER, required=False, metavar="[文件夹]")
@click.option("--tour", is_flag=True, help="一站一站地走：校验、退回、改好、汇总、冲突、核查表、评级、公示、溯源；每站停下来，告诉您打开什么看。")
@policy_option
@help_option
def demo(folder: Path | None, tour: bool, policy: Policy) -> int:
    """演示：把随带的八个区县文件和核查表合并成市级汇总，并告诉您打开什么看。

    不写文件夹的，放在当前文件夹的“xltools-演示”里，--tour 放在“xltools-演练”里。
    """
    return _tour(folder or TOUR_FOLDER, policy) if tour else _demo(folder or FOLDER, policy)


def _demo(folder: Path, policy: Policy) -> int:
    with progress() as step:
        from xltools.actions.demo import demo as run

        outcome = run(folder, policy, step)
    say("合并了 {count} 个区县文件：{counts}（示例里的问题是有意埋下的）", count=len(outcome.accepted), counts=counts_line(outcome.findings))
    if outcome.graded:
        say("\n按 {count} 份现场核查表评级，例如：", count=len(outcome.graded.files))
        for line in example_lines(outcome.graded):
            click.echo(line)
    say("\n请依次打开：")
    say("  1. {path}  看【操作台】【统计看板】【核查结果】【问题清单】", path=outcome.output)
    say("  2. {path}  点【问题清单】的“位置”会打开这里的原文件", path=folder / "区县")
    say("  3. {path}  改一格现场情况，等级随之改变；xltools grade {path} 说明每一家的理由", path=folder / "核查表")
    say("\n想从校验、退回走到公示：xltools demo --tour")
    return 0


def _tour(folder: Path, policy: Policy) -> int:
    from xltools.actions.tour import COUNT, tour

    try:
        for number, station in enumerate(tour(folder, policy), 1):
            _show(number, COUNT, station)
            if number < COUNT and sys.stdin.isatty():
                click.pause(spoken().say("\n看好了，按任意键到下一站（Ctrl+C 结束）…"))
    except FileExistsError as there:
        raise wrong("folder", spoken().say("文件夹 {folder} 里已有文件，没有改动；请换一个文件夹：xltools demo --tour 新文件夹", folder=folder)) from there
    say("\n走完了。全部文件在 {folder}，看过以后可以整个删除。", folder=folder)
    return 0


def _show(number: int, count: int, station: Station) -> None:
    """One station: what was done, examples, what to open, how it is done on a working day."""
    word = spoken().word
    click.echo(click.style(f"\n{number}/{count} {word(station.title)}", bold=True))
    click.echo(f"  {word(station.did)}")
    for line in station.lines:
        click.echo(f"    {line_said(line)}")
    say("  打开看：{look}", look=station.look)
    click.echo(f"  {word(station.yours)}")
