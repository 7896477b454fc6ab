"""Commands about signing: sealed checklists, whether they were changed since, and keys to sign with."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xltools.faces.options import (
    A_FILE,
    A_FOLDER,
    Command,
    Commands,
    files_argument,
    help_option,
    json_option,
    output_file,
    output_folder,
    password_option,
    policy_option,
)
from xltools.faces.speech import say, spoken
from xltools.faces.terminal import show_json, show_report
from xltools.model.result import exit_code

if TYPE_CHECKING:
    from xltools.actions.sign import SignOutcome
    from xltools.model.policy import Policy


@click.command("sign", cls=Command)
@files_argument
@output_folder
@click.option("--key", "key_file", type=A_FILE, metavar="姓名.key", help="用这个密钥签名；密钥用 xltools key new 生成。")
@click.option("--people", type=A_FILE, metavar="核查人员.xlsx", help="核查人员登记：列入黑名单的人签的不封。登记放在核查表的文件夹里的，不用写。")
@click.option("--key-password", is_flag=True, help="密钥有密码：运行时询问。")
@json_option
@policy_option
@password_option
@help_option
def sign(files: tuple[Path, ...], folder: Path, key_file: Path | None, as_json: bool, policy: Policy, **given: Any) -> int:
    """封签：给已全部签字的核查表、区县填报表写一份加了封签的副本，原文件不动。

    封签对的是内容：另存、改列宽、换软件或换格式都不影响；改动任何一格，xltools verify 都能指出是哪一格。
    """
    from xltools.actions.inbox import Inbox
    from xltools.actions.sign import Signing, sign_files
    from xltools.books.signing_key import read_key

    secret = click.prompt(spoken().say("密钥的密码"), hide_input=True) if key_file and given["key_password"] else ""
    key = read_key(key_file, secret) if key_file else None
    done = sign_files(Inbox(files, given["passwords"]), Signing(policy, folder, datetime.now().date(), key, given["people"]))
    _show(done, as_json)
    if not as_json:
        for path in done.paths:
            say("已封签 {path}", path=path)
    return exit_code(done.findings)


@click.command("verify", cls=Command)
@files_argument
@click.option("--keys", type=A_FOLDER, metavar="文件夹", help="放着核查人公钥（姓名.pub）的文件夹，用来核对数字签名是不是本人。")
@json_option
@policy_option
@password_option
@help_option
def verify(files: tuple[Path, ...], keys: Path | None, as_json: bool, policy: Policy, passwords: tuple[str, ...]) -> int:
    """核验封签：核查表和区县填报表有没有全部签字，封签后有没有改动，改了哪一格。"""
    from xltools.actions.inbox import Inbox
    from xltools.actions.sign import verify_files
    from xltools.books.signing_key import public_keys

    done = verify_files(Inbox(files, passwords), policy, public_keys(keys) if keys else None)
    _show(done, as_json)
    return exit_code(done.findings)


@click.group("key", cls=Commands)
@help_option
def key() -> None:
    """签名和保密的密钥。"""


@key.command("new")
@click.argument("name", metavar="姓名")
@output_folder
@click.option("--protect", is_flag=True, help="给密钥设一个密码：运行时询问。")
@help_option
def new(name: str, folder: Path, protect: bool) -> int:
    """生成一对签名密钥：姓名.key 由本人保管，姓名.pub 交给核验的人。"""
    from xltools.books.signing_key import new_key

    secret = _asked() if protect else ""
    private, public = new_key(folder, name.strip(), secret)
    bare = "" if secret else spoken().say("；没有设密码，谁拿到这个文件谁就能签名")
    say("已生成 {path}：请由本人保管，不要发给别人{bare}", path=private, bare=bare)
    say("已生成 {path}：交给核验的人", path=public)
    return 0


@key.command("keeper")
@click.argument("name", metavar="姓名")
@output_folder
@click.option("--protect", is_flag=True, help="给密钥设一个密码：运行时询问。")
@help_option
def keeper(name: str, folder: Path, protect: bool) -> int:
    """生成一对保密密钥，用来密封举报人：姓名.保密.key 由保管人自己留着，姓名.保密.pub 交给登记的人。"""
    from xltools.books.concealed import new_pair

    private, public = new_pair(folder, name.strip(), _asked() if protect else "")
    say("已生成 {path}：请由保管人保管，丢了就再也看不到密封的内容", path=private)
    say("已生成 {path}：交给登记举报的人", path=public)
    return 0


def _asked() -> str:
    """A password for a new key, typed twice."""
    return str(click.prompt(spoken().say("给密钥设一个密码"), hide_input=True, confirmation_prompt=spoken().say("再输一次")))


@click.command("people", cls=Command)
@output_file("核查人员.xlsx", "写到哪个文件。")
@policy_option
@help_option
def make_people(output: Path, policy: Policy) -> int:
    """生成空白的核查人员登记：登记原工作单位和黑名单，评级和汇总时提醒回避。"""
    from xltools.actions.people import make_people

    say("已生成 {path}：填好后放在核查表的文件夹里", path=make_people(output, policy))
    return 0


def _show(done: SignOutcome, as_json: bool) -> None:
    if as_json:
        show_json(done)
        return
    show_report(done.findings)
    if done.findings and done.states:
        click.echo("")
    for file, state in done.states.items():
        say("{file}：{state}", file=file, state=state)
