"""The command line's words: help layout, usage errors, the report of findings."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xltools.faces.speech import language_of, say, spoken, translated_findings
from xltools.faces.stream import json_text
from xltools.model.code import Code
from xltools.model.finding import Finding, Severity, StopError
from xltools.model.language import CHINESE, Language

if TYPE_CHECKING:
    from xltools.actions.give_back import Returned
    from xltools.model.account import Account
    from xltools.model.outcome import Outcome
    from xltools.model.result import Written

SHAPES = {Severity.ERROR: ("✗", "red"), Severity.WARNING: ("!", "yellow"), Severity.NOTE: ("·", "cyan")}
OUTPUT = 7      # the stage of findings about our own output
OF_A_PATH = re.compile(r"(['\"])(?P<path>.*)\1 (?P<fault>does not exist|is not readable|is a file|is a directory)", re.DOTALL)     # as click says it
NO_COMMAND = "Missing command."     # what click says of xltools --lang en
HEADINGS = {"Options": "选项", "Commands": "命令", "Positional arguments": "参数"}
EXTRAS = {"[required]": "（必填）", "[x>=0]": "（不小于 0）"}     # what click adds to the help of an option


class ChineseFormatter(click.HelpFormatter):
    """Click's help with Chinese headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args.replace("[OPTIONS]", "[选项]").replace("COMMAND [ARGS]...", "命令 …"), "用法：")

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{HEADINGS.get(heading, heading)}：\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(first, _with_extras(second)) for first, second in rows], col_max, col_spacing)


def _with_extras(text: str) -> str:
    """The help of an option, with what click added to it in Chinese."""
    for added, said in EXTRAS.items():
        text = text.replace(added, said)
    return text


class SpokenContext(click.Context):
    """The context that lays help out in Chinese, or as click does it in another language."""

    formatter_class = ChineseFormatter

    def make_formatter(self) -> click.HelpFormatter:
        return click.HelpFormatter(width=self.terminal_width, max_width=self.max_content_width) if language_of(self).help else super().make_formatter()


def usage_sentence(error: click.UsageError, language: Language = CHINESE) -> str:
    """What is wrong with the command line, in one sentence, with the way to the help; without a command, the help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.message
    if error.ctx and isinstance(error.ctx.command, click.Group) and not error.ctx.args and error.message == NO_COMMAND:
        return error.ctx.get_help()
    path = Path(error.ctx.command_path if error.ctx else "xltools")
    return language.say("{reason}。用法见：{path} --help", reason=_usage_reason(error, language), path=path)


def stop_sentence(stop: StopError, language: Language) -> str:
    """Why the request could not be carried out, and what to do, in one line; the file is named once."""
    finding = language.translated(stop.finding)
    place, message = str(finding.place), finding.message.lstrip("“")
    behind = message.removeprefix(place)[:1]
    named = message.startswith(place) and not (behind.isascii() and (behind.isalnum() or behind == "."))       # 甲.xls is not named by 甲.xlsx
    return (finding.message if named else f"{place}{language.say('：')}{finding.message}") + language.say("。") + finding.fix


def _usage_reason(error: click.UsageError, language: Language) -> str:
    if isinstance(error, click.NoSuchOption):
        near = language.say("，是不是 {options}", options="、".join(error.possibilities)) if error.possibilities else ""
        return language.say("没有选项 {option}{near}", option=error.option_name, near=near)
    if isinstance(error, click.exceptions.NoSuchCommand):
        return language.say("没有命令 {command}", command=error.command_name)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return language.say("缺少{parameter}", parameter=_parameter(error.param, language).rstrip())
    if isinstance(error, click.BadParameter) and error.param is not None:
        return language.say("{parameter}不对：{reason}", parameter=_parameter(error.param, language), reason=_wrong(error, error.param, language))
    return language.say("命令写法不对（{reason}）", reason=error.format_message())


def _wrong(error: click.BadParameter, param: click.Parameter, language: Language) -> str:
    if isinstance(param.type, click.Choice):
        return language.say("应为 {choices} 之一", choices="、".join(map(str, param.type.choices)))
    if isinstance(param.type, click.IntRange):
        return language.say("应为整数，不小于 {least}", least=param.type.min)
    found = OF_A_PATH.search(error.message)
    if found is None:
        return error.message
    match found["fault"]:
        case "does not exist":
            return language.say("没有“{path}”这个文件或文件夹", path=found["path"])
        case "is not readable":
            return language.say("没有权限读“{path}”", path=found["path"])
        case "is a file":
            return language.say("“{path}”是文件，这里要写一个文件夹", path=found["path"])
        case _:
            return language.say("“{path}”是文件夹，这里要写一个文件", path=found["path"])


def _parameter(param: click.Parameter, language: Language) -> str:
    if isinstance(param, click.Option):
        return language.say("选项 {option} ", option=param.opts[-1])
    return language.say("参数 {argument} ", argument=language.metavars.get(param.metavar or "", param.metavar or param.name or "").strip("[]"))


def report_lines(findings: Iterable[Finding], brief: bool = False) -> Iterator[str]:
    """The findings for reading on a terminal: a heading per file, then a line and a fix per finding; brief leaves notes out."""
    language = spoken()
    shown = [language.translated(finding) for finding in findings if not (brief and finding.severity is Severity.NOTE)]
    for file, group in groupby(shown, key=lambda f: f.place.file):
        yield click.style(f"\n{file or language.text('全部文件')}", bold=True)
        for finding in group:
            mark, colour = SHAPES[finding.severity]
            where = f"【{finding.place.sheet}】{finding.place.cell} " if finding.place.sheet else ""
            head = click.style(f"{mark} {language.text(finding.severity.label)} {finding.code.number}", fg=colour)
            yield f"  {head} {where}{finding.message}"
            yield "      " + language.say("改法：") + finding.fix


def show_report(findings: Iterable[Finding], brief: bool = True) -> None:
    """Print the findings as `report_lines` has them."""
    for line in report_lines(findings, brief):
        click.echo(line)


def counts_line(findings: Iterable[Finding]) -> str:
    """“错误 3 · 提醒 2 · 说明 5”."""
    language, found = spoken(), Counter(one.severity for one in findings)
    return " · ".join(f"{language.text(severity.label)} {found[severity]}" for severity in Severity)


@contextmanager
def progress() -> Iterator[Any]:
    """A callable step(done, total, name) that shows progress on a terminal and says nothing in a pipe.

    Its first line stands at once: what a command needs is best imported inside the block.
    """
    shown = sys.stderr.isatty()

    def show(text: str) -> None:
        if shown:
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)

    show(spoken().say("正在启动…"))
    try:
        yield lambda done, total, name: show(f"[{done}/{total}] {name}")
    finally:
        show("")


def show_json(outcome: Any) -> None:
    """Print the outcome's record as JSON, its findings in the language of the run."""
    click.echo(json_text(translated_findings(outcome).record()))


def show_outcome(outcome: Outcome, record: dict[str, Any], as_json: bool, brief: bool = False) -> None:
    """Print what was found: JSON, or lines to read; brief leaves the notes about what was read to the problem list."""
    if as_json:
        click.echo(json_text(record))
        return
    show_report([one for one in outcome.as_filled_in if not (brief and _is_listed(one)) and one.code is not Code.UNCHANGED], brief=False)
    for line in account_lines(outcome.account) if outcome.account else ():
        click.echo(line)
    counts = outcome.counts
    elsewhere = spoken().say("（没有印出的都在【问题清单】里）") if brief and outcome.output and any(map(_is_listed, outcome.findings)) else ""
    say("\n共 {files} 个文件、{rows} 行：{counts}{elsewhere}", files=counts["files"], rows=counts["rows"], counts=counts_line(outcome.findings), elsewhere=elsewhere)


def _is_listed(finding: Finding) -> bool:
    """Whether a finding is a note that the problem list of a summary has; those about our own output come up after that is written."""
    return finding.severity is Severity.NOTE and finding.code.stage != OUTPUT


def account_lines(one: Account) -> Iterator[str]:
    """The counting identity: what was read, and what became of it."""
    said = spoken().say
    rows = said("\n清点  行：读入 {seen} = 计入 {taken} + 未计入 {rejected} + 空行 {blank} + 合计和说明行 {outside}", **named(one, "seen", "taken", "rejected", "blank", "outside"))
    yield rows + (said(" + 去向不明 {count}", count=one.rows_missing) if one.rows_missing else "")
    cells = said("      格：读入 {cells} = 照原样 {plain} + 改写并写明 {changed} + 没读懂并写明 {refused}", **named(one, "cells", "plain", "changed", "refused"))
    yield cells + (said(" + 去向不明 {count}", count=one.cells_missing) if one.cells_missing else "")
    if one.sums:
        yield said("      数：{count} 个数字列，读入的合计 = 计入和列出的合计", count=len(one.sums) - len(one.unequal))
    for name, (read, went) in one.unequal.items():
        yield said("      数：{name} 读入合计 {read:.15G} ≠ 计入和列出 {went:.15G}", name=name, read=read, went=went)


def named(one: object, *names: str) -> dict[str, object]:
    """These attributes by name, to fill a sentence with."""
    return {name: getattr(one, name) for name in names}


def show_merged(outcome: Outcome) -> None:
    """Say where the summary is, or that it was up to date and nothing was written."""
    language = spoken()
    unchanged = [language.translated(finding).message for finding in outcome.findings if finding.code is Code.UNCHANGED]
    click.echo("\n" + (unchanged[0] if unchanged else language.say("已汇总到 {path}", path=outcome.output)))


def show_returned(returned: Iterable[Returned]) -> None:
    """Say of each returned file where its copy lies, or why there is only a list."""
    for one in returned:
        why = spoken().say("（{reason}，问题写在清单里）", reason=one.reason) if one.reason else ""
        say("已退回 {file}：{path}{why}", file=Path(one.file), path=one.output, why=why)


def show_written(done: Written, as_json: bool) -> None:
    """Print what was found, what there is to say, and the files written."""
    if as_json:
        show_json(done)
        return
    show_report(done.findings)
    click.echo("")
    for line in done.lines:
        click.echo(spoken().word(line))
    for path in done.paths:
        say("已生成 {path}", path=path)
