"""Formulas and names of the user's own in the open workbook, led to where the rows are that they point to, as a merge into a file leads them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from xltools.actions.merge_open import SheetWork
from xltools.books.elsewhere import placed
from xltools.books.live import LiveBook
from xltools.books.reshape import Change
from xltools.faces.live.state import Led
from xltools.model.form import HEADER_ROW

Spot = tuple[str, str]     # sheet and cell; "" and a defined name

NAMES = ""      # in place of a sheet: the cells are defined names
OF_THE_HOST = ("!", "_xlnm", "_FilterDatabase")     # names that Excel keeps for filters and print areas, and follows itself


def pointing(live: LiveBook, sheets: Collection[str], ours: Collection[str]) -> dict[Spot, str]:
    """What points to these sheets, as it stands: (sheet, cell) → formula, ("", name) → what the name is for. ours: sheets whose formulas are written anew."""
    found = {(name, cell): text for name in live.sheets if name not in ours for cell, text in live.formulas(name).items()}
    found |= {(NAMES, str(one.name)): str(one.refers_to) for one in live.book.names if not any(sign in str(one.name) for sign in OF_THE_HOST)}
    return {place: text for place, text in found.items() if any(f"{sheet}!" in text.replace("'!", "!") for sheet in sheets)}


def changes_of(works: Iterable[tuple[SheetWork, int]]) -> dict[str, Change]:
    """How the rows of each sheet go, of those where they do. works: with the rows that are put in."""
    found = {work.sheet: Change(HEADER_ROW, work.last, HEADER_ROW + work.plan.length, added, work.moved) for work, added in works}
    return {name: change for name, change in found.items() if not change.is_none}


def lead(book: Any, before: Mapping[Spot, str], changes: Mapping[str, Change]) -> tuple[Led, ...]:
    """Lead along what points to rows that have moved; gives each place with what stood there and what does now.

    before: as it stood before the rows moved; the host itself follows those that were put in, and no others.
    """
    pushed = any(change.below for change in changes.values())
    now = {place: new for place, text in before.items() if (new := placed(text, changes)[0]) != text or pushed}
    put(book, now)
    return tuple(Led(*place, before[place], text) for place, text in standing(book, now).items() if text != before[place])


def lost(before: Mapping[Spot, str], changes: Mapping[str, Change]) -> list[str]:
    """The cells with formulas that point to a row that is gone, or to rows no longer side by side; they stay as they are."""
    return [f"【{sheet}】{cell}" for (sheet, cell), text in before.items() if sheet != NAMES and placed(text, changes)[1]]


def still(book: Any, led: Iterable[Led]) -> list[Led]:
    """Those places where what we wrote still stands; a formula that a person changed since is left alone."""
    known = list(led)
    there = standing(book, {(one.sheet, one.cell) for one in known})
    return [one for one in known if there.get((one.sheet, one.cell)) == one.after]


def led_back(book: Any, ours: Sequence[Led]) -> tuple[Led, ...]:
    """Let these places hold what they held before; gives them the other way round."""
    put(book, {(one.sheet, one.cell): one.before for one in ours})
    return tuple(Led(one.sheet, one.cell, one.after, one.before) for one in ours)


def standing(book: Any, places: Collection[Spot]) -> dict[Spot, str]:
    """What stands in these places, of those that are there."""
    live = LiveBook(book)
    found = {(sheet, cell): text for sheet in {sheet for sheet, _ in places} & {*live.sheets} for cell, text in live.formulas(sheet).items()}
    if any(sheet == NAMES for sheet, _ in places):
        found |= {(NAMES, str(one.name)): str(one.refers_to) for one in book.names}
    return {place: found[place] for place in places if place in found}


def put(book: Any, texts: Mapping[Spot, str]) -> None:
    """Let these places, as far as they are still there, hold these texts."""
    there = standing(book, texts)
    for sheet, cell in texts:
        if there.get((sheet, cell), texts[sheet, cell]) == texts[sheet, cell]:
            continue
        if sheet == NAMES:
            book.names[cell].refers_to = texts[sheet, cell]
        else:
            book.sheets[sheet].range(cell).formula = texts[sheet, cell]
