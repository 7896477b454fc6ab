"""Commands about the rules themselves: the policy as a workbook, and official tables into it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xltools.faces.options import A_FILE, Command, help_option, json_option, output_file, policy_option, with_remarks
from xltools.faces.speech import say, spoken
from xltools.faces.terminal import named, show_json, show_report
from xltools.model.result import exit_code

if TYPE_CHECKING:
    from xltools.model.policy import Policy

output_book = output_file("政策库.xlsx", "写到哪个政策库。")


@click.command("policy", cls=Command)
@output_book
@policy_option
@help_option
def make_policy(output: Path, policy: Policy) -> int:
    """把一套政策写成政策库.xlsx，供市局在格里修改。"""
    from xltools.actions.policy import make_policy

    say("已生成 {path}", path=make_policy(output, with_remarks(policy)))
    return 0


@click.command("import-table", cls=Command)
@click.argument("source", type=A_FILE, metavar="表.xlsx或表.docx")
@click.option("--industry", required=True, metavar="行业", help="指标表所属行业，例如 铸造。")
@click.option("--process", required=True, metavar="工序", help="指标表所属工序，例如 铸件。")
@click.option("--scheme", default="A-D", metavar="体系", help="等级体系的编号；默认 A-D。")
@click.option("--edition", default="", metavar="版本", help="指标表版本，例如 2020。")
@click.option("--source", "origin", default="", metavar="依据", help="指标表的文件名称和文号。")
@click.option("--name", default="", metavar="名称", help="指标表名称；不填的按行业和工序命名。")
@click.option("--part", default="", metavar="位置", help="只导入这张工作表，或 Word 里的“表格2”。")
@output_book
@json_option
@policy_option
@help_option
def import_table(source: Path, output: Path, as_json: bool, policy: Policy, origin: str, **about: str) -> int:
    """把官方指标表（Excel 或 Word）导入政策库，不能确定的标“需人工确认”。

    政策库还没有的，按 --policy 新建；已有的不改动，连同原有内容写到旁边的新文件。
    """
    from xltools.actions.import_table import ImportRequest, add_table

    outcome = add_table(source, ImportRequest(source=origin, **about), with_remarks(policy), output)
    if as_json:
        show_json(outcome)
        return exit_code(outcome.findings)
    show_report(outcome.findings, brief=False)
    kept = "" if outcome.output == output else spoken().say("；原来的 {file} 没有改动，核对后请改用新文件", file=output.name)
    said = named(outcome.imported, "items", "waiting")
    say("\n导入 {items} 项指标，其中 {waiting} 处需人工确认。已写入 {path}{kept}", **said, path=outcome.output, kept=kept)
    return exit_code(outcome.findings)
