"""The buttons and what they say, as declared in specs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from xltools.model.shipped import spec


class Button(Struct, frozen=True):
    """One button. verb: the function of faces/excel.py · macro: the Sub of macros/XlTools.bas that reaches it."""

    verb: str
    macro: str
    caption: str


class CheckWords(Struct, frozen=True):
    """Checking an open workbook: the sheet of results, its headline, and the words in the notes on cells.

    own: the headline of a city workbook where nothing is found, of which only what the city wrote is checked ·
    mark: begins our part of a note · former: begins the line that keeps the colour the cell had before.
    """

    sheet: str
    title: str
    clean: str
    own: str
    found: str
    unpainted: str
    mark: str
    former: str
    none: str


class Console(Struct, frozen=True):
    """Everything on and around the buttons. said: sentences by occasion, with {values}."""

    inbox_label: str
    inbox: str
    inbox_help: str
    checklists_label: str
    checklists: str
    checklists_help: str
    notice_label: str
    notice_start: str
    notice_end: str
    notice_help: str
    published: str
    result_label: str
    never: str
    note: str
    former: str
    buttons: tuple[Button, ...]
    said: Mapping[str, str]
    check: CheckWords

    def button(self, verb: str) -> Button:
        """The button of a verb. Raises KeyError when there is none."""
        for one in self.buttons:
            if one.verb == verb:
                return one
        raise KeyError(verb)


@cache
def load_console() -> Console:
    """The console declared in specs/console.toml."""
    data = spec("console.toml")
    buttons, check = data.pop("button"), data.pop("check")
    return Console(**data, buttons=tuple(Button(**one) for one in buttons), check=CheckWords(**check))
