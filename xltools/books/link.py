"""Where a cell leads: a link as a plan says it, whatever wrote it; and from a list of problems to their cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote, unquote

from msgspec import Struct

from xltools.books.refs import quoted

UNSAFE = re.compile(r'[\s"<>\[\]`^{}%#]')
ALONE = re.compile(r"[A-Za-z]:/|//")    # begins a path that does not start from the workbook's folder: on another drive, on a server
FILE = "file:///"
PLACE = re.compile(r"^'([^']*)'!")


class Link(Struct, frozen=True):
    """Where a cell leads: a file or address ("" for this workbook) and a place in it."""

    target: str
    place: str

    @property
    def meaning(self) -> tuple[str, str]:
        """The link however a program wrote it."""
        found = PLACE.match(self.place)
        return self.target.replace("\\", "/").removeprefix(FILE), f"{found[1]}!{self.place[found.end() :]}" if found else self.place


def target_of(path: str) -> str:
    """A path as a package names it; one that is not seen from the workbook's folder is an address."""
    return (FILE if ALONE.match(path) else "") + UNSAFE.sub(lambda sign: quote(sign[0]), path)


def path_of(target: str) -> str:
    """The path that a package names, with its slashes as we write them."""
    return unquote(target).replace("\\", "/").removeprefix(FILE)


def link_of(url: str) -> Link:
    """A link of a SheetPlan: "external:区县/灵宝市.xlsx#'表'!F12" or "internal:'表'!A7"."""
    kind, _, rest = url.partition(":")
    if kind == "internal":
        return Link("", rest)
    target, _, place = rest.partition("#")
    return Link(_unquoted(target), place)


@lru_cache(maxsize=2**8)    # thousands of links lead to one file
def _unquoted(target: str) -> str:
    return unquote(target)


def to_file(path: str, place: str) -> str:
    """A link to a file, or to a place in it, as a SheetPlan says it; `link_of` reads it."""
    plain = quote(path, safe="/:") if any(sign in path for sign in "#%") else path
    return f"external:{plain}" + (f"#{place}" if place else "")


def problem_links(records: Sequence[Mapping[str, object]], sources: Mapping[str, str], own: str) -> dict[tuple[int, str], str]:
    """(record, field) → link to the cell that the line of a problem list is about. sources: name of a file → its path as seen from the workbook's folder · own: the workbook's own name."""
    found: dict[tuple[int, str], str] = {}
    for at, one in enumerate(records):
        file, sheet, cell = (str(one.get(name) or "") for name in ("file", "sheet", "cell"))
        name = "cell" if cell else "sheet" if sheet else "file"
        spot = f"{quoted(sheet)}!{cell or 'A1'}" if sheet else ""
        if file == own and spot:
            found[at, name] = f"internal:{spot}"
        elif path := sources.get(file):
            found[at, name] = to_file(path, spot)
    return found
