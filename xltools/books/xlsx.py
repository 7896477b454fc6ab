"""The structure of an .xlsx or .xlsm: sheets in order, styles, shared strings, the stamp; and its sheets as grids.

Works by relationships and local names, so that strict OOXML and unusual part names read alike. Source: ECMA-376 part 1, 18.2.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from msgspec import Struct

from xltools.books.dates import built_in, shows
from xltools.books.gate import Package
from xltools.books.grid import Sheet
from xltools.books.shared_strings import shared_strings
from xltools.books.sheet_xml import read_sheet
from xltools.books.sink import Context, unescaped
from xltools.books.strikes import Strings, strikes_of, struck_strings
from xltools.books.xml import DAMAGED, TRUE, MalformedError, attribute, scan, texts_by


class SheetEntry(Struct, frozen=True):
    """A worksheet as the workbook lists it."""

    name: str
    part: str
    visible: bool


class Structure(Struct, frozen=True):
    """What xl/workbook.xml says. names: defined names of the whole workbook → text."""

    sheets: tuple[SheetEntry, ...]
    names: dict[str, str]
    from_1904: bool


class XlsxSource:
    """An .xlsx or .xlsm workbook. Raises MalformedError, here and later, where the file contradicts itself."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.main = main_part(package)
        self.structure = _structure(package, self.main)

    @property
    def sheets(self) -> list[str]:
        return [entry.name for entry in self.structure.sheets]

    def read(self, name: str) -> Sheet:
        """The sheet of this name; it must be one of `sheets`."""
        entry = self.entry(name)
        return read_sheet([self.package.read(entry.part)], self.context).sheet(entry.visible)

    def entry(self, name: str) -> SheetEntry:
        """Where the sheet of this name lies."""
        return next(entry for entry in self.structure.sheets if entry.name == name)

    @property
    def names(self) -> dict[str, str]:
        """Defined names of the whole workbook; a text constant comes without its quotes."""
        return {name: text[1:-1].replace('""', '"') if text[:1] == text[-1:] == '"' else text for name, text in self.structure.names.items()}

    @cached_property
    def properties(self) -> dict[str, str]:
        """The custom document properties."""
        return custom_properties(self.package)

    @cached_property
    def saved(self) -> datetime | None:
        """When the workbook was last saved, in the zone it says; None when it says nothing that can be read."""
        texts: list[str] = []
        inside = False

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal inside
            inside = name == "modified"

        def text(part: str) -> None:
            if inside:
                texts.append(part)

        for part in related(self.package, "", "core-properties"):
            scan(self.package.chunks(part), start, None, text)
        try:
            said = datetime.fromisoformat("".join(texts).strip())
        except ValueError:
            return None
        return said if said.tzinfo is None else said.astimezone(UTC).replace(tzinfo=None)

    @cached_property
    def context(self) -> Context:
        shared, struck = list[str](), Strings()
        for strings in map(self.package.read, related(self.package, self.main, "sharedStrings")):
            struck |= struck_strings(strings, len(shared))
            shared += shared_strings(strings)
        styles = [self.package.read(part) for part in related(self.package, self.main, "styles")]
        kinds = {style: kind for part in styles for style, kind in known_kinds(part).items()}
        return Context(shared, kinds, self.structure.from_1904, self.package.room, strikes_of(styles, struck))


def main_part(package: Package) -> str:
    """The part that an Office package is about. Raises MalformedError where it names none."""
    main = next(iter(related(package, "", "officeDocument")), "")
    if not main:
        raise MalformedError(DAMAGED)
    return main


def custom_properties(package: Package) -> dict[str, str]:
    """The custom document properties of an Office package."""
    parts = related(package, "", "custom-properties")
    return {name: text for part in parts for name, text in texts_by(package.chunks(part), "property", "name").items()}


def relationships(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Id → (last word of the type, what it leads to) of a part's relationships; part "" is the file itself.

    What lies inside the file is named as a part, everything else as written.
    """
    if part not in package.relations:
        package.relations[part] = _relationships(package, part)
    return package.relations[part]


def _relationships(package: Package, part: str) -> dict[str, tuple[str, str]]:
    path = relations_part(part)
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target_in(part, attributes))

    if path in package:
        scan(package.chunks(path), start)
    return found


def relations_part(part: str) -> str:
    """The part that lists the relationships of a part."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def target_in(part: str, relationship: Mapping[str, str]) -> str:
    """The part that a relationship of a part leads to; what lies outside the file as written. relationship: its attributes."""
    target = relationship.get("Target", "")
    if relationship.get("TargetMode") == "External":
        return target
    return posixpath.normpath(posixpath.join("/" + posixpath.dirname(part), target.replace("\\", "/"))).lstrip("/")


def related(package: Package, part: str, kind: str) -> list[str]:
    """The parts of one kind that this part refers to, in the order of their ids' appearance; those not there are left out."""
    return [target for found, target in relationships(package, part).values() if _kind(found) == _kind(kind) and target in package]


def _kind(kind: str) -> str:
    """Strict and transitional OOXML write customProperties and custom-properties."""
    return kind.replace("-", "").lower()


def _structure(package: Package, main: str) -> Structure:
    parts = relationships(package, main)
    sheets: list[SheetEntry] = []
    names: dict[str, str] = {}
    texts: list[str] = []
    state = {"name": "", "1904": ""}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            kind, part = parts.get(attribute(attributes, "id"), ("", ""))
            if kind == "worksheet" and part in package:
                sheets.append(SheetEntry(unescaped(attributes.get("name", "")), part, attributes.get("state", "visible") == "visible"))
        elif name == "definedName":
            state["name"] = attributes.get("name", "") if "localSheetId" not in attributes else ""
            texts.clear()
        elif name == "workbookPr":
            state["1904"] = attributes.get("date1904", "")

    def end(name: str) -> None:
        if name == "definedName" and state["name"]:
            names[state["name"]] = "".join(texts)

    scan(package.chunks(main), start, end, texts.append)
    if not sheets or len({entry.name for entry in sheets}) < len(sheets):
        raise MalformedError(DAMAGED)
    return Structure(tuple(sheets), names, state["1904"] in TRUE)


@lru_cache(maxsize=32)
def known_kinds(part: bytes) -> Mapping[str | None, str]:
    """As `style_kinds`: the workbooks of one template mostly have the same styles, byte for byte."""
    return style_kinds((part,))


def style_kinds(chunks: Iterable[bytes]) -> dict[str | None, str]:
    """Number of each cell style that shows dates, times or percentages → what it shows (see `dates.shows`); None is style 0."""
    codes: dict[str, str] = {}
    numbers: list[str] = []
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if name == "numFmt":
            codes.setdefault(attributes.get("numFmtId", ""), attributes.get("formatCode", ""))
        elif name == "cellXfs":
            inside = True
        elif name == "xf" and inside:
            numbers.append(attributes.get("numFmtId", "0"))

    def end(name: str) -> None:
        nonlocal inside
        if name == "cellXfs":
            inside = False

    scan(chunks, start, end)
    kinds = [shows(codes[number]) if number in codes else built_in(int(number)) if number.isdecimal() else "" for number in numbers]
    found: dict[str | None, str] = {str(style): kind for style, kind in enumerate(kinds) if kind}
    return found | {None: found["0"]} if "0" in found else found
