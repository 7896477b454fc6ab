"""Commands about site checks: checklists to take along, and the grades that follow from them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xltools.faces.options import (
    A_FILE,
    FILE_OR_FOLDER,
    Command,
    PolicyName,
    dask_option,
    files_argument,
    help_option,
    json_option,
    output_file,
    output_folder,
    password_option,
    policy_option,
    team_at,
    wrong,
)
from xltools.faces.speech import say, spoken
from xltools.faces.terminal import counts_line, progress, show_json, show_report, show_written
from xltools.model.grade import Status
from xltools.model.result import exit_code

if TYPE_CHECKING:
    from xltools.actions.inbox import Inbox
    from xltools.model.grade import EnterpriseGrade
    from xltools.model.graded import GradeOutcome, Move
    from xltools.model.policy import Policy

COLOURS = {Status.CLEAR: "green", Status.UNVERIFIED: "yellow", Status.NEEDS_DECISION: "yellow"}
THIS = "="      # --compare without a policy: with the one of --policy


@click.command("checklist", cls=Command)
@click.option("--from", "files", multiple=True, required=True, type=FILE_OR_FOLDER, metavar="区县填报表.xlsx", help="从哪个区县填报表或文件夹取企业；可以写几次。")
@click.option("--enterprise", "codes", multiple=True, metavar="信用代码", help="只为这家企业生成；可以写几次，不写的为全部企业。")
@output_folder
@policy_option
@help_option
def make_checklist(files: tuple[Path, ...], codes: tuple[str, ...], folder: Path, policy: Policy) -> int:
    """为排查清单里的每家企业生成现场核查表，企业信息已填好。

    一家企业一个文件，一个工序一张表。已有的核查表不改动。
    """
    with progress() as step, team_at("") as team:
        from xltools.actions.checklist import make_checklists
        from xltools.actions.inbox import Inbox

        made = make_checklists(Inbox(files, team=team), policy, folder, codes, step)
    show_report(made.told, brief=False)
    also = spoken().say("；另有 {count} 份已经存在，没有改动", count=made.kept) if made.kept else ""
    say("已生成 {count} 份核查表，放在 {folder}{also}", count=len(made.paths), folder=folder, also=also)
    return exit_code(made.findings)


@click.command("grade", cls=Command)
@files_argument
@json_option
@policy_option
@click.option("--compare", "other", is_flag=False, flag_value=THIS, metavar="[政策]", help="换一套政策比较，看哪些企业的等级会变。不写政策的，用核查表自己的政策与 --policy 的比较；请写在最后。")
@password_option
@dask_option
@help_option
def grade(files: tuple[Path, ...], as_json: bool, policy: Policy, other: str | None, **given: Any) -> int:
    """按填好的核查表评级，逐家说明为什么，以及更好一级还差什么。

    同时给出区县填报表的，按其中的“变更与处理”得出现在的等级。
    """
    with progress():
        from xltools.actions.grade import grade_files
        from xltools.actions.inbox import Inbox
        from xltools.actions.regrade import compared

    with team_at(given["address"]) as team:
        inbox = Inbox(files, given["passwords"], team)
        old, new = _policies(inbox, policy, other)
        with progress() as step:
            outcome = grade_files(inbox, old, step)
    if new:
        outcome = compared(outcome, old, new)
    if as_json:
        show_json(outcome)
        return exit_code(outcome.findings)
    for one in outcome.enterprises:
        for line in enterprise_lines(one):
            click.echo(line)
    for line in _moves(outcome.moves or ()):
        click.echo(line)
    show_report(outcome.findings)
    say("\n共 {files} 份核查表、{enterprises} 家企业：{counts}", files=outcome.counts["files"], enterprises=len(outcome.enterprises), counts=counts_line(outcome.findings))
    return exit_code(outcome.findings)


@click.command("plan", cls=Command)
@files_argument
@output_folder
@click.option("--last", type=A_FILE, metavar="提升跟踪.xlsx", help="上次的提升跟踪：带入填写的措施、责任人、日期和进展。")
@json_option
@policy_option
@help_option
def plan(files: tuple[Path, ...], folder: Path, last: Path | None, as_json: bool, policy: Policy) -> int:
    """一企一策：离目标等级还差哪几项、各项的要求；每家企业一份可以打印的方案，另有一本跟踪表。

    给出核查表和区县填报表。目标取填报的预期目标等级，没有填的取更好一级；措施、责任人、日期由人填写。
    """
    from xltools.actions.plan import Planning, plan_files

    done = plan_files(files, Planning(policy, folder, datetime.now().date(), last))
    show_written(done, as_json)
    return exit_code(done.findings)


@click.command("recheck", cls=Command)
@files_argument
@output_file("核查责任.xlsx", "写到哪个文件；已有的不覆盖。")
@click.option("--summary", type=A_FILE, metavar="市级汇总.xlsx", help="取其中的市级评定等级。")
@click.option("--sample", "count", type=click.IntRange(min=0), default=10, metavar="数量", help="抽多少道工序复查；默认 10。")
@click.option("--seed", default="", metavar="种子", help="抽样的种子；默认取现在的时间。同样的种子、文件和权重得到同样的名单。")
@click.option("--weights", type=A_FILE, metavar="核查责任.xlsx", help="照这本表格里改过的“抽样权重”抽取。")
@json_option
@policy_option
@help_option
def recheck(files: tuple[Path, ...], output: Path, as_json: bool, policy: Policy, **given: Any) -> int:
    """核查责任：每个核查人、每个县（市、区）给的等级被改变几次，缺签、逾期几次；并抽取复查名单，风险高的机会大。"""
    from xltools.actions.recheck import Drawing, recheck

    seed = given["seed"] or f"{datetime.now():%Y%m%d%H%M%S}"
    done = recheck(files, Drawing(policy, output, seed, given["count"], given["summary"], given["weights"]))
    if as_json:
        show_json(done)
        return exit_code(done.findings)
    show_report(done.findings)
    click.echo(spoken().word(done.line))
    say("已生成 {path}", path=done.path)
    return exit_code(done.findings)


def _policies(files: Inbox, policy: Policy, other: str | None) -> tuple[Policy, Policy | None]:
    """The policy to grade by, and another one where a comparison is asked for."""
    from xltools.actions.regrade import stamped_policy

    if other == THIS:
        return _shipped(stamped_policy(files) or policy.id), policy
    return policy, None if other is None else PolicyName().convert(other, None, click.get_current_context())


def _shipped(id: str) -> Policy:
    """The policy that checklists were made for, to compare with; a usage error where only the bureau itself has it."""
    try:
        return PolicyName().convert(id, None, click.get_current_context())
    except click.BadParameter:
        message = spoken().say("核查表是按政策“{policy}”生成的，它不是随带的政策。请写明两套：--policy 这套政策的政策库.xlsx --compare 要比较的政策库.xlsx", policy=id)
        raise wrong("other", message) from None


def enterprise_lines(one: EnterpriseGrade) -> Iterator[str]:
    """An enterprise for reading on a terminal: its grade, why, what the next better one needs, what limits it."""
    language = spoken()
    outcome = click.style(language.word(one.outcome), fg=COLOURS[one.status], bold=True)
    yield f"\n{click.style(one.name, bold=True)}（{one.credit_code}）　{outcome}"
    steps = one.steps if len(one.parts) > 1 else one.steps[1:]
    flags = {flag for part in one.parts for flag in part.flags} | set(one.flags)
    for step in dict.fromkeys(steps):
        if step not in flags:
            yield f"  {language.word(step)}"
    for flag in one.flags:
        yield click.style(f"  ! {language.word(flag)}", fg="yellow")


def example_lines(outcome: GradeOutcome) -> Iterator[str]:
    """One enterprise of each status, with its reasons."""
    for status in Status:
        one = next((one for one in outcome.enterprises if one.status is status), None)
        yield from enterprise_lines(one) if one else ()


def _moves(moves: tuple[Move, ...]) -> Iterator[str]:
    """Who would move under the other policy, those who stay counted."""
    if not moves:
        return
    language = spoken()
    yield click.style(language.say("\n换用政策 {new}（原为 {old}）", new=moves[0].new_policy, old=moves[0].old_policy), bold=True)
    if moves[0].new_policy == moves[0].old_policy:
        yield language.say("  两套政策的代号相同；内容改过的，请在政策库的“政策”表另取一个代号，填报表和核查表凭它认政策")
    counts: dict[str, int] = {}
    for one in moves:
        counts[one.direction] = counts.get(one.direction, 0) + 1
        if one.before != one.after or one.parts:
            head = language.say("  {direction}　{name}（{code}）：", direction=one.direction, name=one.name, code=one.credit_code)
            yield f"{head}{language.word(one.before)} → {language.word(one.after or '没有对应的指标表')}"
            yield from (f"      {step}" for step in _why(one))
    yield "  " + language.text("，").join(language.say("{direction} {count} 家", direction=direction, count=count) for direction, count in counts.items())


def _why(one: Move) -> Iterator[str]:
    """What decides under the other policy: process by process where some move, else for the whole."""
    language = spoken()
    for part in one.parts:
        yield f"{language.say('{process}：', process=part.process)}{language.word(part.before)} → {language.word(part.after)}"
        yield from ([language.word(part.step)] if part.step else [])
    yield from (language.word(step) for step in one.steps[:2] if not one.parts)
