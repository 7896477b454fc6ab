"""Which language a run of the command line speaks: --lang, sentences and findings in it, and the help of every command."""

from __future__ import annotations

import copy
import inspect
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import replace

from xltools.model.finding import Finding
from xltools.model.language import CHINESE, Language

LANGUAGES = ("zh", "en")


class Speech(Struct):
    """The language of one run; --lang sets it before the command is known."""

    language: Language = CHINESE


def _choose(context: click.Context, param: click.Parameter, value: str) -> None:
    if value != CHINESE.code:
        from xltools.model.catalogues import read_language

        context.ensure_object(Speech).language = read_language(value)


# Eager, so that --help after it speaks the language too.
lang_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), default=LANGUAGES[0], expose_value=False, is_eager=True, callback=_choose, metavar="语言",
    help="用哪种语言显示：zh 中文，en 英文；写在命令前面。表格里的文字总是中文。",
)


def language_of(context: click.Context | None) -> Language:
    """The language chosen for this context's run; Chinese where nobody chose."""
    speech = context.find_object(Speech) if context else None
    return speech.language if speech else CHINESE


def spoken() -> Language:
    """The language of the command that is running."""
    return language_of(click.get_current_context(silent=True))


def say(chinese: str, /, **values: object) -> None:
    """Print a sentence with its values, in the language of this run."""
    click.echo(spoken().say(chinese, **values))


def line_said(line: str | Finding) -> str:
    """A line that an action put together, or a finding of it, in the language of this run; its indent stays."""
    language = spoken()
    if isinstance(line, Finding):
        finding = language.translated(line)
        return f"{finding.place.spot} {finding.message}{language.text('；')}{finding.fix}"
    text = line.lstrip(" ")
    return " " * (len(line) - len(text)) + language.word(text)


def translated_findings(outcome: Any) -> Any:
    """The outcome with its findings in the language of this run; in Chinese the outcome itself."""
    language = spoken()
    return replace(outcome, findings=type(outcome.findings)(map(language.translated, outcome.findings))) if language.findings else outcome


def translated(command: click.Command, language: Language) -> click.Command:
    """The command with its help, and that of its options and commands, in this language; to print, not to run."""
    if not language.help:
        return command
    twin = copy.copy(command)
    twin.help = _paragraphs(command.help, language)
    twin.params = [_translated_parameter(param, language) for param in command.params]
    if isinstance(twin, click.Group) and isinstance(command, click.Group):
        twin.commands = {name: translated(one, language) for name, one in command.commands.items()}
    return twin


def _translated_parameter(param: click.Parameter, language: Language) -> click.Parameter:
    twin = copy.copy(param)
    twin.metavar = language.metavars.get(param.metavar, param.metavar) if param.metavar else param.metavar
    if isinstance(twin, click.Option):
        twin.help = _paragraphs(twin.help, language)
    return twin


def _paragraphs(text: str | None, language: Language) -> str | None:
    return text and "\n\n".join(language.help.get(paragraph, paragraph) for paragraph in paragraphs(text))


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a help text, without the indents of the code."""
    return inspect.cleandoc(text).split("\n\n")
