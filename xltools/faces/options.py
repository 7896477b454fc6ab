"""What the commands of the command line share: their help, the policy, files and folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xltools.faces.places import POLICY
from xltools.faces.process import cores
from xltools.faces.speech import language_of, spoken, translated
from xltools.faces.terminal import SpokenContext, report_lines

if TYPE_CHECKING:
    from xltools.actions.workers import Team
    from xltools.model.policy import Policy

PASSWORD, HIDDEN = "--password", "******"
POLICY_BOOK = "policy book"     # what the context calls the workbook that a policy was read from
A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
A_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE_OR_FOLDER = click.Path(exists=True, path_type=Path)
SOME_FILE = click.Path(dir_okay=False, path_type=Path)      # these two need not be there yet
SOME_FOLDER = click.Path(file_okay=False, path_type=Path)


class Day(click.ParamType[datetime]):
    """A date as 2022-08-01."""

    name = "日期"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return datetime.strptime(str(value), "%Y-%m-%d")
        except ValueError:
            return self.fail(spoken().say("“{value}”不是 2022-08-01 这样的日期", value=value), param, ctx)


DAY = Day()


class Command(click.Command):
    """A command whose help is in the language of the run."""

    context_class = SpokenContext

    def get_help(self, ctx: click.Context) -> str:
        return click.Command.get_help(translated(self, language_of(ctx)), ctx)


class Commands(click.Group):
    """A group whose help is in the language of the run."""

    context_class = SpokenContext
    command_class = Command

    def get_help(self, ctx: click.Context) -> str:
        return click.Command.get_help(translated(self, language_of(ctx)), ctx)


def without_passwords(arguments: Sequence[str]) -> str:
    """The command line as a log may keep it."""
    hidden = list(arguments)
    for at, text in enumerate(hidden):
        if text.startswith(f"{PASSWORD}="):
            hidden[at] = f"{PASSWORD}={HIDDEN}"
        elif text == PASSWORD and at + 1 < len(hidden):
            hidden[at + 1] = HIDDEN
    return " ".join(hidden)


@contextmanager
def team_at(address: str) -> Iterator[Team]:
    """Who reads the files: the cores of this computer, or a cluster where its address is given. Raises StopError when that cannot be used."""
    if address:
        from xltools.actions.cluster import joined

        with joined(address) as cluster:
            yield cluster
    else:
        from xltools.actions.workers import Processes

        yield Processes(cores())


class PolicyName(click.ParamType[Any]):
    """The id of a policy we ship, a policy workbook, or a folder with a policy as text; gives the policy."""

    name = "政策"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Policy:
        from xltools.model.form import SpecError
        from xltools.model.policy import load_policy, policy_in

        path = Path(value)
        as_text = (path / "policy.toml").is_file()
        try:
            if as_text:
                return policy_in(path)
            return self._read(path, param, ctx) if path.is_file() else load_policy(value)
        except SpecError as wrong:
            if as_text:
                self.fail(spoken().say("文件夹 {file} 里的政策不能用：{why}", file=Path(path.name), why=str(wrong)), param, ctx)
            return self.fail(spoken().say("没有名为“{value}”的政策，也没有这个政策库文件", value=value), param, ctx)

    def _read(self, path: Path, param: click.Parameter | None, ctx: click.Context | None) -> Policy:
        from xltools.actions.policy import read_policy

        policy, findings = read_policy(path)
        if ctx:
            ctx.meta[POLICY_BOOK] = path
        if policy is None:
            for line in report_lines(findings, brief=True):
                click.echo(line, err=True)
            self.fail(spoken().say("政策库 {file} 里有错误，见上", file=Path(path.name)), param, ctx)
        for line in report_lines(findings, brief=True):
            click.echo(line, err=True)
        return policy


class BookName(click.ParamType[Any]):
    """The name of a workbook to write; gives its path, ending in one of *kinds* (the first where the name has no ending), which decides what Excel takes it for."""

    name = "文件"

    def __init__(self, *kinds: str) -> None:
        self.kinds = kinds

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path: Path = SOME_FILE.convert(value, param, ctx)
        if path.suffix.lower() in self.kinds:
            return path
        if path.suffix[1:].isascii() and path.suffix[1:].isalnum() and not path.suffix[1:].isdecimal():
            said = spoken().say("“{file}”：结果是工作簿，扩展名只能是 {kinds}。请写成 {better}", file=path.name, kinds="、".join(self.kinds), better=path.stem + self.kinds[0])
            self.fail(said, param, ctx)
        return self.convert(f"{path}{self.kinds[0]}", param, ctx)


def with_remarks(policy: Policy) -> Policy | Path:
    """The policy of the running command; the workbook it was read from, where there is one, for what else is written there."""
    found: Policy | Path = click.get_current_context().meta.get(POLICY_BOOK, policy)
    return found


def wrong(name: str, reason: str) -> click.BadParameter:
    """The usage error that a parameter of the running command, by its name in the function, has a value that cannot be."""
    context = click.get_current_context()
    return click.BadParameter(reason, context, next(one for one in context.command.params if one.name == name))


policy_option = click.option(
    "--policy", type=PolicyName(), default=POLICY, metavar="政策", help=f"按哪套政策：随带政策的名称，或政策库.xlsx；默认 {POLICY}。"
)
json_option = click.option("--json", "as_json", is_flag=True, help="用 JSON 输出，供其他程序读取。")
help_option = click.help_option("-h", "--help", help="显示这份说明。")
files_argument = click.argument("files", nargs=-1, required=True, type=FILE_OR_FOLDER, metavar="文件或文件夹…")
password_option = click.option(
    "--password", "passwords", multiple=True, metavar="密码", help="文件有打开密码时用它打开；各文件密码不同的，可以写几次，逐个试。"
)
dask_option = click.option("--dask", "address", default="", metavar="地址", help="逐个文件的工作交给这个 Dask 集群做，例如 tcp://主机:8786；结果与不用时完全一样。文件内容会发给集群。")
output_folder = click.option("-o", "--output", "folder", required=True, type=SOME_FOLDER, metavar="文件夹", help="放到哪个文件夹。")


def output_file(metavar: str, help: str, *kinds: str, required: bool = True) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """The option that says which workbook a command writes. metavar: such a file's usual name; kinds: the other endings it may have."""
    return click.option("-o", "--output", required=required, type=BookName(".xlsx", *kinds), metavar=metavar, help=help)
