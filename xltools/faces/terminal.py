"""The command line's Chinese: help layout, usage errors, the report of findings."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from xltools.model.finding import Code, Finding, Severity

if TYPE_CHECKING:
    from xltools.actions.give_back import Returned
    from xltools.model.account import Account
    from xltools.model.outcome import Outcome

SHAPES = {Severity.ERROR: ("✗", "red"), Severity.WARNING: ("!", "yellow"), Severity.NOTE: ("·", "cyan")}
HEADINGS = {"Options": "选项", "Commands": "命令", "Positional arguments": "参数"}


class ChineseFormatter(click.HelpFormatter):
    """Click's help with Chinese headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args.replace("[OPTIONS]", "[选项]").replace("COMMAND [ARGS]...", "命令 …"), "用法：")

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{HEADINGS.get(heading, heading)}：\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(first, second.replace("[required]", "（必填）")) for first, second in rows], col_max, col_spacing)


class ChineseContext(click.Context):
    """The context that lays help out in Chinese."""

    formatter_class = ChineseFormatter


def usage_sentence(error: click.UsageError) -> str:
    """What is wrong with the command line, in one Chinese sentence, with the way to the help; without a command, the help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.message
    path = error.ctx.command_path if error.ctx else "xltools"
    return f"{_usage_reason(error)}。用法见：{path} --help"


def _usage_reason(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        near = f"，是不是 {'、'.join(error.possibilities)}" if error.possibilities else ""
        return f"没有选项 {error.option_name}{near}"
    if isinstance(error, click.exceptions.NoSuchCommand):
        return f"没有命令 {error.command_name}"
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return f"缺少{_parameter(error.param)}"
    if isinstance(error, click.BadParameter) and error.param is not None:
        missing = "does not exist" in error.message
        return f"{_parameter(error.param)}不对：{'没有这个文件或文件夹' if missing else error.message}"
    return f"命令写法不对（{error.format_message()}）"


def _parameter(param: click.Parameter) -> str:
    return f"选项 {param.opts[-1]} " if isinstance(param, click.Option) else f"参数 {param.metavar or param.name} "


def report_lines(findings: Iterable[Finding], brief: bool = False) -> Iterator[str]:
    """The findings for reading on a terminal: a heading per file, then a line and a fix per finding; brief leaves notes out."""
    shown = [finding for finding in findings if not (brief and finding.severity is Severity.NOTE)]
    for file, group in groupby(shown, key=lambda f: f.place.file):
        yield click.style(f"\n{file or '全部文件'}", bold=True)
        for finding in group:
            mark, colour = SHAPES[finding.severity]
            where = f"【{finding.place.sheet}】{finding.place.cell} " if finding.place.sheet else ""
            head = click.style(f"{mark} {finding.severity.label} {finding.code.number}", fg=colour)
            yield f"  {head} {where}{finding.message}"
            yield f"      改法：{finding.fix}"


def counts_line(counts: Mapping[str, int]) -> str:
    """“错误 3 · 提醒 2 · 说明 5” from counts by severity value."""
    return " · ".join(f"{severity.label} {counts.get(severity.value, 0)}" for severity in Severity)


@contextmanager
def progress() -> Iterator[Any]:
    """A callable step(done, total, name) that shows progress on a terminal and says nothing in a pipe."""
    shown = sys.stderr.isatty()

    def step(done: int, total: int, name: str) -> None:
        if shown:
            click.echo(f"\r\x1b[K[{done}/{total}] {name}", nl=False, err=True)

    yield step
    if shown:
        click.echo("\r\x1b[K", nl=False, err=True)


def show_outcome(outcome: Outcome, record: dict[str, Any], as_json: bool, brief: bool = False) -> None:
    """Print what was found: JSON, or lines to read; brief leaves the notes to the problem list."""
    if as_json:
        click.echo(json.dumps(record, ensure_ascii=False, indent=1))
        return
    for line in report_lines(outcome.findings, brief):
        click.echo(line)
    for line in account_lines(outcome.account) if outcome.account else ():
        click.echo(line)
    click.echo(f"\n共 {outcome.counts['files']} 个文件、{outcome.counts['rows']} 行：{counts_line(outcome.counts)}")


def account_lines(one: Account) -> Iterator[str]:
    """The counting identity: what was read, and what became of it."""
    lost = f" + 去向不明 {one.rows_missing}" if one.rows_missing else ""
    yield f"\n清点  行：读入 {one.seen} = 收入 {one.taken} + 未收 {one.rejected} + 空行 {one.blank} + 合计和说明行 {one.outside}{lost}"
    lost = f" + 去向不明 {one.cells_missing}" if one.cells_missing else ""
    yield f"      格：读入 {one.cells} = 照原样 {one.plain} + 改写并写明 {one.changed} + 没读懂并写明 {one.refused}{lost}"
    if one.sums:
        yield f"      数：{len(one.sums) - len(one.unequal)} 个数字列，读入的合计 = 收入和列出的合计"
    for name, (read, went) in one.unequal.items():
        yield f"      数：{name} 读入合计 {read:.15G} ≠ 收入和列出 {went:.15G}"


def show_merged(outcome: Outcome) -> None:
    """Say where the summary is, or that it was up to date and nothing was written."""
    unchanged = [finding.message for finding in outcome.findings if finding.code is Code.UNCHANGED]
    click.echo(f"\n{unchanged[0] if unchanged else f'已汇总到 {outcome.output}'}")


def show_returned(returned: Iterable[Returned]) -> None:
    """Say of each returned file where its copy lies, or why there is only a list."""
    for one in returned:
        click.echo(f"已退回 {one.file}：{one.output}" + (f"（{one.reason}，问题写在清单里）" if one.reason else ""))
