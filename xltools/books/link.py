"""Where a cell leads: a link as a plan says it, whatever wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

UNSAFE = re.compile(r'[\s"<>\[\]`^{}%#]')
PLACE = re.compile(r"^'([^']*)'!")


@dataclass(frozen=True)
class Link:
    """Where a cell leads: a file or address ("" for this workbook) and a place in it."""

    target: str
    place: str

    @property
    def meaning(self) -> tuple[str, str]:
        """The link however a program wrote it."""
        return self.target.replace("\\", "/"), PLACE.sub(r"\1!", self.place)


def link_of(url: str) -> Link:
    """A link of a SheetPlan: "external:区县/灵宝市.xlsx#'表'!F12" or "internal:'表'!A7"."""
    kind, _, rest = url.partition(":")
    if kind == "internal":
        return Link("", rest)
    target, _, place = rest.partition("#")
    return Link(unquote(target), place)
