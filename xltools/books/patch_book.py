"""The sheets a package lists, one put in front of them, one taken out; names local to a sheet keep pointing at it.

Source: ECMA-376 part 1, 18.2.5 (definedName), 18.2.20 (sheets), 18.2.30 (workbookView).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from xltools.books.patch import OFFICE, TYPE, Patch
from xltools.books.patch_xml import CannotPatchError, Edit, Element, changed_tag, escape, outline, spliced
from xltools.books.refs import quoted
from xltools.books.sink import unescaped

BEFORE_NAMES = frozenset({"sheets", "functionGroups", "externalReferences"})
SELECTED = re.compile(rb'(<sheetView\b[^>]*?)\stabSelected="(?:1|true)"')


class SheetPart(Struct, frozen=True):
    """A sheet as the workbook lists it. at: its place among all sheets; part: "" when it is no worksheet."""

    name: str
    part: str
    at: int


def sheets_of(patch: Patch) -> list[SheetPart]:
    """All sheets in order. Raises CannotPatchError when the workbook lists none."""
    links = patch.relations(patch.main)
    found = []
    for at, one in enumerate(listed(outline(patch.read(patch.main), 2))):
        kind, part = links.get(one.relation, ("", ""))
        found.append(SheetPart(unescaped(one.attributes.get("name", "")), part if kind == f"{OFFICE}/worksheet" and part in patch else "", at))
    return found


def add_front_sheet(patch: Patch, name: str, content: bytes, titles: int) -> str:
    """Put a worksheet in front of all others and show it when the workbook is opened; gives its part. titles: the row that is printed again on every page behind its own."""
    part, entry = _new_sheet(patch, name, content, "")
    for sheet in sheets_of(patch):
        if sheet.part:
            data = patch.read(sheet.part)
            head, rest = data[: (end := _cells_at(data))], data[end:]
            patch.write(sheet.part, SELECTED.sub(rb"\1", head) + rest)
    data = patch.read(patch.main)
    root = outline(data, 2)
    first = listed(root)[0].start
    edits = [(first, first, entry), *_shifted(data, root, 0, 1), _titled(root, f"{quoted(name)}!${titles}:${titles}")]
    patch.write(patch.main, spliced(data, [*edits, *_views(data, root, lambda _: 0)]))
    return part


def _titled(root: Element, rows: str) -> Edit:
    """The name by which the first sheet's rows are printed on every page, among the other names of the workbook."""
    name = f'<definedName name="_xlnm.Print_Titles" localSheetId="0">{escape(rows)}</definedName>'
    names = root.first("definedNames")
    if names and not names.is_empty:
        return names.inner, names.inner, name.encode()
    before = max(one.end for one in root.children if one.name in BEFORE_NAMES)
    return (names.start, names.end, _all(name)) if names else (before, before, _all(name))


def _all(name: str) -> bytes:
    return f"<definedNames>{name}</definedNames>".encode()


def add_sheet(patch: Patch, name: str, content: bytes, state: str = "visible") -> str:
    """Put a worksheet behind all others; gives its part. state: "visible" or "hidden"."""
    part, entry = _new_sheet(patch, name, content, "" if state == "visible" else f' state="{state}"')
    data = patch.read(patch.main)
    last = listed(outline(data, 2))[-1].end
    patch.write(patch.main, spliced(data, [(last, last, entry)]))
    return part


def _new_sheet(patch: Patch, name: str, content: bytes, settings: str) -> tuple[str, bytes]:
    """The part of a worksheet that the workbook does not list yet, and the entry that does."""
    part = patch.free_part("xl/worksheets/sheet{}.xml")
    patch.write(part, content)
    patch.declare(part, f"{TYPE}worksheet+xml")
    relation = patch.relate(patch.main, "worksheet", part)
    data = patch.read(patch.main)
    root = outline(data, 2)
    number = max(int(one.attributes.get("sheetId", "0")) for one in listed(root)) + 1
    link = f' xmlns:r="{OFFICE}"'
    space = "" if link.encode() in data[root.start : root.inner] else link
    return part, f'<sheet{space} name="{escape(name)}" sheetId="{number}"{settings} r:id="{relation}"/>'.encode()


def take_out_sheet(patch: Patch, sheet: SheetPart) -> None:
    """Remove a worksheet, and what the workbook says of it."""
    data = patch.read(patch.main)
    root = outline(data, 2)
    entry = listed(root)[sheet.at]
    edits: list[Edit] = [(entry.start, entry.end, b""), *_shifted(data, root, sheet.at, -1)]
    edits += _views(data, root, lambda tab: max(0, tab - (tab > sheet.at)))
    for _, target in patch.relations(sheet.part).values():
        if target in patch:
            patch.remove(target)
    patch.write(patch.main, spliced(data, edits))
    patch.unrelate(patch.main, sheet.part)
    patch.remove(sheet.part)


def _cells_at(data: bytes) -> int:
    """Where the cells begin; the views stand before them."""
    at = data.find(b"<sheetData")
    return len(data) if at < 0 else at


def listed(root: Element) -> list[Element]:
    """The sheets of a workbook part as it lists them. Raises CannotPatchError when it lists none."""
    found = root.first("sheets")
    if found is None or not found.children:
        raise CannotPatchError
    return found.all("sheet")


def _shifted(data: bytes, root: Element, at: int, by: int) -> list[Edit]:
    """Names local to later sheets count one more or less; those of a sheet that goes, go."""
    edits: list[Edit] = []
    names = root.first("definedNames")
    local = [(one, int(one.attributes["localSheetId"])) for one in (names.all("definedName") if names else []) if one.attributes.get("localSheetId", "").isdecimal()]
    gone = [one for one, sheet in local if by < 0 and sheet == at]
    if names and gone and len(gone) == len(names.children):
        return [(names.start, names.end, b"")]
    for one, sheet in local:
        if one in gone:
            edits.append((one.start, one.end, b""))
        elif sheet >= at:
            edits.append(changed_tag(data, one, {"localSheetId": str(sheet + by)}))
    return edits


def _views(data: bytes, root: Element, tab: Callable[[int], int]) -> list[Edit]:
    """Every window shows the sheet that `tab` gives for the one it showed; the tabs begin with the first."""
    views = root.first("bookViews")
    edits = []
    for view in views.children if views else []:
        shown = view.attributes.get("activeTab", "0")
        number = tab(int(shown) if shown.isdecimal() else 0)
        edits.append(changed_tag(data, view, {"activeTab": str(number) if number else None, "firstSheet": None}))
    return edits
