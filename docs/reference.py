"""The pages of the manual that the program knows best: every problem, every field, every command, as Markdown, in Chinese and in English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

import click
import openpyxl

from xltools.faces.cli import commands
from xltools.faces.speech import Speech
from xltools.model.catalogues import read_language
from xltools.model.code import Code
from xltools.model.finding import Place
from xltools.model.form import FIRST_ROW, Field, Form, Kind, Owner, load_form, load_template
from xltools.model.language import CHINESE, Language

EXAMPLE = Path(__file__).parent.parent / "workbooks" / "市级汇总.xlsx"
TEMPLATES = ("county", "city", "checklist", "policy")
STAGES = {
    1: "工作簿、工作表和表头",
    2: "一个单元格",
    3: "一行，或一张表里的几行；政策库；复核",
    4: "几张表之间",
    5: "评级",
    6: "几个文件之间",
    7: "本工具自己的输出",
    8: "应急减排和排查的清单、签字、封签、期限、上报包",
}
OWNERS = {Owner.COUNTY: "县（市、区）", Owner.CITY: "市局", Owner.EXPERT: "专家", Owner.FORMULA: "自动"}
KINDS = {
    Kind.TEXT: "文字",
    Kind.NAME: "单位名称",
    Kind.PERSON: "人员姓名",
    Kind.CHOICE: "选项",
    Kind.GRADE: "等级",
    Kind.NUMBER: "数字",
    Kind.INTEGER: "整数",
    Kind.DATE: "日期",
    Kind.MONTH: "年月",
    Kind.CREDIT_CODE: "信用代码",
    Kind.PERMIT_NO: "许可证编号",
    Kind.INDUSTRY_CODE: "行业代码",
    Kind.PHONE: "电话",
}


def write_reference(folder: Path) -> None:
    """problems.md, fields.md and commands.md in this folder, the same in English in its folder en."""
    for language, place in ((CHINESE, folder), (read_language("en"), folder / "en")):
        place.mkdir(parents=True, exist_ok=True)
        pages = {"problems": problem_lines(language), "fields": field_lines(language), "commands": command_lines(language)}
        for name, lines in pages.items():
            (place / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def problem_lines(language: Language) -> Iterator[str]:
    """Every problem by its stage: number, severity, sentence, a real example (in Chinese only), what to do, clause."""
    say, native = language.say, language is CHINESE
    yield from (f"# {say('问题代码')}", "")
    yield say("编号的第一个字母是程度：E 错误，必须改；W 提醒，请核对；N 说明，不需要处理。句子里的 … 在每个文件里不同；例子取自随带的示例。")
    examples, clauses = example_sentences() if native else {}, clauses_by_code()
    for stage, codes in groupby(sorted(Code, key=lambda code: code.number[1:]), key=lambda code: code.stage):
        yield from ("", f"## {stage} {say(STAGES[stage])}", "")
        for code in codes:
            message, fix = language.findings.get(code.number, (code.message, code.fix))
            anchor = code.number if native else f"{language.code}-{code.number}"
            yield from (f"({anchor})=", f"### {code.number} {say(code.severity.label)}", "", plain(message), "")
            yield f"- {say('怎么改：')}{plain(fix)}"
            if example := examples.get(code.number):
                yield f"- 例如：{escaped(example)}"
            if clause := clauses.get(code):
                yield f"- {say('依据：')}{clause}"
            yield ""


def field_lines(language: Language) -> Iterator[str]:
    """Every field of every workbook we hand out or write: who fills it, what it holds, its limits, what the sheet says about it."""
    say = language.say
    yield from (f"# {say('填报项字典')}", "")
    yield from () if language is CHINESE else (say("表格里的文字总是中文；每一列先写表格里的文字，再写它的意思。"), "")
    head = tuple(say(word) for word in ("列名", *(() if language is CHINESE else ("意思",)), "谁填", "填什么", "要求", "说明", "依据"))
    for name in TEMPLATES:
        template = load_template(name)
        about = f"{say('文件：')}`{template.file}`　{say('版本：')}{template.version}　{say('依据：')}{template.source}"
        yield from ("", f"## {say(template.title)}", "", about, "")
        for form in template:
            meant = "" if language is CHINESE else f" ({say(form.sheet)})"
            yield from (f"### {form.sheet}{meant}", "", escaped(say(form.note)), "")
            yield from table(head, (field_row(form, field, language) for field in form))
            yield ""


def field_row(form: Form, field: Field, language: Language) -> tuple[str, ...]:
    """One line of the dictionary: the header as it stands in the sheet, in another language also what it means."""
    say = language.say
    unit = f" ({say(field.unit)})" if field.unit else ""
    meant = () if language is CHINESE else (say(field.label) + unit,)
    asked = say("；").join(limits(form, field, language))
    return (field.header, *meant, say(OWNERS[field.owner]), say(KINDS[field.kind]), asked, say(field.help), field.source)


def limits(form: Form, field: Field, language: Language) -> Iterator[str]:
    """What is asked of the cell, in words."""
    say = language.say
    if field.required:
        yield say("必填")
    if field.required_if:
        other = form[field.required_if.field].label
        values = "、".join(field.required_if.values)
        yield say("“{column}”是{values}时必填", column=other, values=values) if values else say("填了“{column}”时必填", column=other)
    if field.none_word:
        yield say("没有的填“{word}”", word=field.none_word)
    if field.depends:
        yield say("可选的随“{column}”而定", column=form[field.depends].label)
    if field.minimum is not None:
        yield say("不小于 {limit}", limit=field.minimum)
    if field.maximum is not None:
        yield say("不大于 {limit}", limit=field.maximum)
    if field.public:
        yield say("可以公示")


def command_lines(language: Language) -> Iterator[str]:
    """Every command as --help prints it."""
    yield from (f"# {language.say('命令')}", "", language.say("每条命令都可以加 `--help`。退出码：0 没有问题，1 有问题，2 命令写错，70 程序出错。"))
    for path, command in every_command(commands, ("xltools",)):
        context = command.context_class(command, info_name=" ".join(path), obj=Speech(language))
        yield from ("", f"## {' '.join(path[1:])}", "", "```text", command.get_help(context), "```")


def every_command(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """(words to type, command) for every command that does something, in alphabetical order."""
    for name, command in sorted(group.commands.items()):
        if command.hidden:
            continue
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))
        else:
            yield (*path, name), command


def example_sentences() -> dict[str, str]:
    """The first sentence of each number in the example's problem list."""
    form = load_form("problems")
    names = [field.name for field in form]
    book = openpyxl.load_workbook(EXAMPLE, read_only=True)
    found: dict[str, str] = {}
    for values in book[form.sheet].iter_rows(min_row=FIRST_ROW, values_only=True):
        row = dict(zip(names, values, strict=False))
        if row.get("code"):
            found.setdefault(str(row["code"]), str(Place("", row["sheet"] or "", row["cell"] or "")) + f" {row['message']}")
    book.close()
    return found


def clauses_by_code() -> Mapping[Code, str]:
    """Where the forms' rules come from."""
    rules = (rule for name in TEMPLATES for form in load_template(name) for rule in form.rules)
    return {rule.code: rule.source for rule in rules if rule.source}


def plain(sentence: str) -> str:
    """The sentence with … for what differs from file to file."""
    return escaped(re.sub(r"\{[^}]*\}", "…", sentence))


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A Markdown table."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(escaped(cell) for cell in row)} |" for row in rows)


def escaped(text: str) -> str:
    """Text that Markdown prints as it is, on one line."""
    for mark in "\\`*_[]<>|":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
