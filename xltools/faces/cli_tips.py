"""Commands about reports from the public: a blank register, and copies of it with the reporters hidden or shown again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xltools.faces.options import A_FILE, Command, help_option, output_file, policy_option
from xltools.faces.speech import say, spoken
from xltools.faces.terminal import show_report
from xltools.model.result import exit_code

if TYPE_CHECKING:
    from xltools.actions.tips import TipsOutcome
    from xltools.model.policy import Policy

output_option = output_file("新文件.xlsx", "写到哪个新文件；已有的文件不改动。")


@click.command("tips", cls=Command)
@output_file("群众举报.xlsx", "写到哪个文件。")
@policy_option
@help_option
def make_tips(output: Path, policy: Policy) -> int:
    """生成空白的群众举报登记，单独保管，不进汇总。"""
    from xltools.actions.tips import make_tips

    say("已生成 {path}：请单独保管，不要放进收件箱", path=make_tips(output, policy))
    return 0


@click.command("conceal", cls=Command)
@click.argument("file", type=A_FILE, metavar="群众举报.xlsx")
@click.option("--key", "key_file", required=True, type=A_FILE, metavar="保管人.保密.pub", help="保管人的公钥；用 xltools key keeper 生成。")
@output_option
@policy_option
@help_option
def conceal(file: Path, key_file: Path, output: Path, policy: Policy) -> int:
    """密封举报人：写一份看不出举报人和联系方式的副本，只有保管密钥的人能看；原文件不动。"""
    from xltools.actions.tips import conceal_tips

    done = conceal_tips(file, key_file, output, policy)
    say("已密封 {count} 位举报人：{path}", count=done.count, path=done.output)
    say("原文件 {path} 里仍有举报人：请核对副本以后，由保管人删除或锁好", path=file)
    return _ended(done)


@click.command("reveal", cls=Command)
@click.argument("file", type=A_FILE, metavar="群众举报.xlsx")
@click.option("--key", "key_file", required=True, type=A_FILE, metavar="保管人.保密.key", help="保管人自己的密钥。")
@click.option("--key-password", is_flag=True, help="密钥有密码：运行时询问。")
@output_option
@policy_option
@help_option
def reveal(file: Path, key_file: Path, key_password: bool, output: Path, policy: Policy) -> int:
    """查看举报人：用保管人的密钥写一份带举报人的副本；原文件不动。"""
    from xltools.actions.tips import reveal_tips

    secret = click.prompt(spoken().say("密钥的密码"), hide_input=True) if key_password else ""
    done = reveal_tips(file, key_file, secret, output, policy)
    say("已打开 {count} 位举报人：{path}，用完请删除", count=done.count, path=done.output)
    return _ended(done)


def _ended(done: TipsOutcome) -> int:
    show_report(done.findings, brief=False)
    return exit_code(done.findings)
