"""What the workbook part says of sheets whose rows have moved: names, which sheets are shown, and that all is to be calculated anew.

Source: ECMA-376 part 1, 18.2.2 (calcPr), 18.2.5 (definedName), 18.2.19 (sheet).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from xltools.books.elsewhere import placed
from xltools.books.patch import Patch
from xltools.books.patch_book import listed, sheets_of
from xltools.books.patch_xml import WORKBOOK, Edit, Element, changed_tag, escape, inserted, outline, spliced, text_of
from xltools.books.reshape import Change
from xltools.books.xml import TRUE

AREA = re.compile(rb"!\$A\$1:\$[A-Z]+\$[0-9]+\s*$")


def update_names(patch: Patch, changes: Mapping[str, Change]) -> None:
    """Lead the defined names of all areas to where these are now; one that fell apart stays. changes: by name of the sheet."""
    data = patch.read(patch.main)
    names = outline(data, 2).first("definedNames")
    edits: list[Edit] = []
    for one in names.children if names else []:
        text = text_of(data[one.start : one.end])
        new, _ = placed(text, changes)
        if new != text:
            edits.append((one.inner, one.close, escape(new).encode()))
    patch.write(patch.main, spliced(data, edits))


def print_as(patch: Patch, other: Patch, sheet: str) -> None:
    """Let a sheet be printed as far as the sheet of this name is in another package, where both state an area from A1 on."""
    data, like = patch.read(patch.main), other.read(other.main)
    here, there = _print_area(data, sheet), _print_area(like, sheet)
    if here and there and AREA.search(data[here.inner : here.close]):
        patch.write(patch.main, spliced(data, [(here.inner, here.close, like[there.inner : there.close])]))


def _print_area(data: bytes, sheet: str) -> Element | None:
    root = outline(data, 2)
    names, at = root.first("definedNames"), next((str(at) for at, one in enumerate(listed(root)) if one.attributes.get("name") == sheet), None)
    own = [one for one in names.children if one.attributes.get("localSheetId") == at] if names and at else []
    return next((one for one in own if one.attributes.get("name") == "_xlnm.Print_Area"), None)


def show_sheets(patch: Patch, shown: Mapping[str, bool]) -> None:
    """Show these sheets, or hide them; the sheet that is in front when the workbook opens is never hidden."""
    data = patch.read(patch.main)
    root = outline(data, 2)
    views = root.first("bookViews")
    active = {int(view.attributes.get("activeTab", "0") or 0) for view in (views.children if views else [])} or {0}
    edits = [edit for at, one in enumerate(listed(root)) for edit in _shown(data, one, shown, at in active)]
    patch.write(patch.main, spliced(data, edits))


def _shown(data: bytes, sheet: Element, shown: Mapping[str, bool], is_active: bool) -> list[Edit]:
    wanted = shown.get(sheet.attributes.get("name", ""))
    is_shown = sheet.attributes.get("state", "visible") == "visible"
    if wanted is None or wanted == is_shown or (is_active and not wanted):
        return []
    return [changed_tag(data, sheet, {"state": None if wanted else "hidden"})]


def calculate_anew(patch: Patch) -> None:
    """Ask for a calculation when the workbook is opened, and forget in which order cells were calculated."""
    data = patch.read(patch.main)
    root = outline(data, 1)
    stated = root.first("calcPr")
    if stated is None:
        patch.write(patch.main, spliced(data, [inserted(data, root, WORKBOOK, b'<calcPr fullCalcOnLoad="1"/>')]))
    elif stated.attributes.get("fullCalcOnLoad") not in TRUE:
        patch.write(patch.main, spliced(data, [changed_tag(data, stated, {"fullCalcOnLoad": "1"})]))
    if chain := patch.related(patch.main, "calcChain"):
        patch.unrelate(patch.main, chain)
        patch.remove(chain)


def parts_of(patch: Patch) -> dict[str, str]:
    """Name of each worksheet → its part."""
    return {sheet.name: sheet.part for sheet in sheets_of(patch) if sheet.part}
