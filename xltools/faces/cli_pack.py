"""The commands of a month: county packages, and whether the batch may close."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xltools.faces.options import (
    A_FILE,
    A_FOLDER,
    Command,
    files_argument,
    help_option,
    json_option,
    output_file,
    output_folder,
    policy_option,
    wrong,
)
from xltools.faces.speech import say, spoken
from xltools.faces.terminal import show_written
from xltools.model.result import exit_code

if TYPE_CHECKING:
    from xltools.model.policy import Policy

MONTH = re.compile(r"(?:(?P<year>\d{4})[-.年])?(?P<month>\d{1,2})月?")
month_option = click.option("--month", required=True, metavar="7月", help="哪个批次，写成 7月 或 2022-07。")


@click.command("pack", cls=Command)
@files_argument
@month_option
@output_folder
@click.option("--settings", "settings_file", type=A_FILE, metavar="上报设置.xlsx", help="省平台的列名和顺序、参评绩效先进性的企业；用 xltools make reporting 生成。")
@click.option("--materials", type=A_FOLDER, metavar="文件夹", help="申报材料：一家企业一个子文件夹，名称里有信用代码；原样放进包里。")
@click.option("--summary", type=A_FILE, metavar="市级汇总.xlsx", help="取其中“报送情况”：第一次报的按时、改好重报的，不说成迟报。")
@json_option
@policy_option
@help_option
def pack(files: tuple[Path, ...], month: str, folder: Path, settings_file: Path | None, as_json: bool, policy: Policy, **more: Path | None) -> int:
    """上报包：每个县（市、区）一个 县区-月.zip，含分级清单、申报表、初审意见、整改情况和校验和。

    材料不齐、没有签字、初审意见不同意的不列入清单，逐家写明原因。
    """
    from xltools.actions.pack import Job, pack_files
    from xltools.actions.reporting import default_settings, read_reporting

    settings = read_reporting(settings_file, policy)[0] if settings_file else default_settings()
    done = pack_files(files, _month(month, policy), Job(policy, folder, settings, more["materials"], more["summary"]))
    show_written(done, as_json)
    return exit_code(done.findings)


@click.command("close", cls=Command)
@files_argument
@month_option
@output_file("月末汇总.xlsx", "另写成一本表格。", required=False)
@json_option
@policy_option
@help_option
def close(files: tuple[Path, ...], month: str, output: Path | None, as_json: bool, policy: Policy) -> int:
    """月末汇总：当月 A、B、引领性和 C 级申报是不是都有全部签字的现场核查表；缺的逐家列出。

    给出区县填报表和核查表所在的文件夹。
    """
    from xltools.actions.pack import close_month

    done = close_month(files, _month(month, policy), policy, output)
    show_written(done, as_json)
    return exit_code(done.findings)


@click.command("reporting", cls=Command)
@output_file("上报设置.xlsx", "写到哪个文件。")
@policy_option
@help_option
def make_reporting(output: Path, policy: Policy) -> int:
    """生成上报设置：省平台的列名和顺序、参评绩效先进性的企业，在格里改。"""
    from xltools.actions.reporting import make_reporting

    say("已生成 {path}：请对照省平台的导入模板改好，再用 xltools pack --settings", path=make_reporting(output, policy))
    return 0


def _month(text: str, policy: Policy) -> str:
    """The month as the policy writes it; given as that, as a number, or with the year: 7月, 7, 2022-07."""
    months, said = policy.lists["months"], MONTH.fullmatch(text)
    if text in months:
        return text
    if said and int(said["year"] or policy.year) == policy.year and 1 <= int(said["month"]) <= len(months):
        return months[int(said["month"]) - 1]
    raise wrong("month", spoken().say("“{text}”不是 {year} 年的批次，请写成 {month} 或 {year}-07 这样", text=text, year=policy.year, month=months[6]))
