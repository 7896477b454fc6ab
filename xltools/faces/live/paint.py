"""Findings in the open sheet: the cell filled, the sentence in its note, and both taken away again.

Our part of a note begins with a fixed line and ends with the colour that the cell had before. So it can be taken back cell by
cell, wherever sorting or inserting has moved the cell; the rest of the note and every other colour are the user's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from xltools.books.style import severity_tint
from xltools.faces.live.back import Back
from xltools.faces.live.cells import Color, rgb, tint_color
from xltools.model.console import load_console
from xltools.model.finding import Finding, Severity
from xltools.model.grouped import grouped


def fill_of(severity: Severity) -> Color:
    """The colour that marks a finding of this severity."""
    return tint_color(severity_tint(severity))


def clean(sheet: Any, back: Back) -> None:
    """Take away everything that an earlier check left in a sheet."""
    words = load_console().check
    ours = {fill_of(severity) for severity in Severity}
    for note in list(sheet.notes):
        own, mark, rest = note.text.partition(words.mark)
        if not mark:
            continue
        cell = note.location
        back.by(partial(_look_again, cell, cell.color, note.text))
        if cell.color in ours:
            former = rest.rpartition(words.former)[2].strip()
            cell.color = rgb(former) if former.startswith("#") else None
        if own.strip():
            note.text = own.rstrip("\n")
        else:
            note.delete()


def _look_again(cell: Any, color: Color | None, text: str) -> None:
    """Give a cell the colour and the note that it had; "" where it had none."""
    cell.color = color
    note = cell.note
    if note is None and text:
        cell.add_note(text)
    elif note is not None and text:
        note.text = text
    elif note is not None:
        note.delete()


def paint(sheet: Any, findings: Iterable[Finding], back: Back) -> int:
    """Mark the cells of the findings in their sheet; gives how many cells a protection kept from being marked."""
    places = ((place.cell, one) for one in findings if one.severity is not Severity.NOTE for place in one.marked if place.sheet == sheet.name)
    cells = grouped(places, lambda place: place[0])
    return sum(not _mark(sheet.range(cell), [one for _, one in found], back) for cell, found in cells.items())


def _mark(cell: Any, findings: Sequence[Finding], back: Back) -> bool:
    former, note = cell.color, cell.note
    text = _text(findings, former)
    unmark = partial(_look_again, cell, former, "" if note is None else note.text)
    back.by(unmark)
    try:
        cell.color = fill_of(min((one.severity for one in findings), key=lambda severity: severity.rank))
        if note is None:
            cell.add_note(text)
        else:
            note.text = f"{note.text}\n{text}"
    except Exception:
        # Every host refuses a locked cell with an exception of its own; the finding still stands in the list of results.
        # Where a protection lets cells be coloured but takes no notes, a colour alone would never be taken away again.
        with suppress(Exception):
            unmark()
        return False
    return True


def _text(findings: Iterable[Finding], former: Color | None) -> str:
    words = load_console().check
    lines = [f"{one.severity.label} {one.code.number}：{one.message}\n改法：{one.fix}" for one in findings]
    shown = words.none if former is None else "#{:02X}{:02X}{:02X}".format(*former)
    return "\n".join([words.mark, *lines, f"{words.former}{shown}"])
