"""What the workbook part says of sheets whose rows have moved: names, which sheets are shown, and that all is to be calculated anew.

Source: ECMA-376 part 1, 18.2.2 (calcPr), 18.2.5 (definedName), 18.2.19 (sheet).
"""

from __future__ import annotations

from collections.abc import Mapping

from xltools.books.elsewhere import placed
from xltools.books.patch import Patch
from xltools.books.patch_book import listed, sheets_of
from xltools.books.patch_xml import WORKBOOK, Edit, Element, changed_tag, escape, inserted, outline, spliced, text_of
from xltools.books.reshape import Change
from xltools.books.xml import TRUE


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
