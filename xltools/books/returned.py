"""A clerk's own workbook with every problem marked in its cell, and a sheet in front that lists them all.

The workbook is changed part by part: what carries no mark keeps its bytes. Our part of a note begins with a fixed line and ends
with the fill the cell had, so that a later return takes the marks away wherever sorting or another program has moved them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from xltools.books.answers import abouts, front_sheets, returned_from
from xltools.books.file import FileBook, open_book
from xltools.books.gate import Kind
from xltools.books.patch import TYPE, Patch
from xltools.books.patch_book import SheetPart, add_front_sheet, sheets_of, take_out_sheet
from xltools.books.patch_notes import SheetNotes
from xltools.books.patch_sheet import SheetCells
from xltools.books.patch_style import KEPT, NONE, StyleTable
from xltools.books.patch_xml import CannotPatchError
from xltools.books.returned_letter import front_lines, titles_at
from xltools.books.returned_sheet import Formers, Known, digest_in, formers_in, front_sheet, signed
from xltools.books.style import TINTS
from xltools.model.address import split
from xltools.model.console import load_console
from xltools.model.finding import Finding, Place, Severity, StopError
from xltools.model.grouped import grouped
from xltools.model.returned import Letter, load_return

# Colours of our own, a shade beside those of the templates, so that no other fill is taken for a mark. The dark ones are for
# cells with light text.
FILLS = {
    Severity.ERROR: ("#FBD9D5", "#8E1B13"),
    Severity.WARNING: ("#FCDBB9", "#7A3B01"),
    Severity.NOTE: ("#E1EBF8", "#1F4674"),
}
OURS = frozenset(colour for pair in FILLS.values() for colour in pair)
# Under a note of ours also those that the buttons paint.
PAINTED = OURS | {str(TINTS[severity.value]["bg_color"]) for severity in Severity}
SHORT = 32  # of a sha256: enough that no two files share it
MOST_IN_NOTE = 10  # findings of one cell; a note is a small box

Where = tuple[int, int]  # row, column, counted from 1


class Draft(Struct, frozen=True):
    """A package being marked, and the styles its cells use."""

    patch: Patch
    styles: StyleTable


def returned(path: Path, letter: Letter) -> bytes:
    """The workbook in this file with the letter's findings marked in it; marks of earlier returns are gone.

    Raises CannotPatchError where it is no .xlsx or .xlsm, or one we cannot change without risk, StopError where it cannot be read.
    """
    book = open_book(path, letter.file)
    if book.kind is not Kind.XLSX:
        raise CannotPatchError("format")
    patch = Patch(path.read_bytes(), letter.file)
    part = patch.related(patch.main, "styles")
    draft = Draft(patch, StyleTable(patch.read(part) if part else b""))
    _clean(draft, book)
    formers = _mark(draft, letter.findings)
    lines = list(front_lines(letter))
    content = front_sheet(letter, lines, Known(formers, abouts(book, letter.findings, letter.records)), draft.styles)
    front = add_front_sheet(patch, _front_name(patch), content, titles_at(lines))
    if not part:
        part = patch.free_part("xl/styles{}.xml")
        patch.declare(part, f"{TYPE}styles+xml")
        patch.relate(patch.main, "styles", part)
    patch.write(part, draft.styles.content())
    patch.write(front, signed(content, _digest(patch, front), f"{returned_from(book)} {book.sha256[:SHORT]}".strip()))
    return patch.content()


def is_own_return(path: Path) -> bool:
    """Whether a file has the name of a return of ours and nobody has sent it back: it is as we wrote it, or no workbook at all."""
    words = load_return()
    if words.suffix not in path.stem:
        return False
    try:
        open_book(path)
    except StopError:
        return True
    return is_untouched(path)


def is_untouched(path: Path) -> bool:
    """Whether a file is a workbook exactly as we returned it: no person and no program has saved it since."""
    try:
        book = open_book(path)
        if book.kind is not Kind.XLSX:
            return False
        patch = Patch(path.read_bytes(), path.name)
        return any(digest_in(book.values(sheet.name)) == _digest(patch, sheet.part) for sheet in _own_sheets(patch, book))
    except (CannotPatchError, StopError):
        return False


def _own_sheets(patch: Patch, book: FileBook) -> list[SheetPart]:
    """The sheets that earlier returns put in front, with their parts."""
    ours = front_sheets(book)
    return [sheet for sheet in sheets_of(patch) if sheet.part and sheet.name in ours]


def _front_name(patch: Patch) -> str:
    """The name of the sheet in front; with a number where the clerk has a sheet of this name."""
    name, taken = load_return().sheet, {sheet.name for sheet in sheets_of(patch)}
    return next(free for number in range(1, len(taken) + 2) if (free := name if number == 1 else f"{name} ({number})") not in taken)


def suffix_of(path: Path) -> str:
    """The ending a returned copy gets: .xlsm for a workbook with macros, whatever it is called. The file must be an .xlsx package."""
    patch = Patch(path.read_bytes(), path.name)
    return ".xlsm" if patch.related(patch.main, "vbaProject") or path.suffix.lower() == ".xlsm" else ".xlsx"


def _digest(patch: Patch, front: str) -> str:
    """A fingerprint of everything but the sheet in front."""
    whole = hashlib.sha256()
    for part in patch.parts:
        if part != front.lower():
            whole.update(f"{part} {hashlib.sha256(patch.read(part)).hexdigest()}\n".encode())
    return whole.hexdigest()


def _clean(draft: Draft, book: FileBook) -> None:
    """Take away the sheet in front and every mark that an earlier return left."""
    formers: Formers = {}
    while found := _own_sheets(draft.patch, book):
        formers |= formers_in(book.values(found[0].name))
        take_out_sheet(draft.patch, found[0])
    for sheet in sheets_of(draft.patch):
        if sheet.part:
            known = {where: fill for (named, where), fill in formers.items() if named == sheet.name}
            _clean_sheet(draft, sheet.part, known)


def _clean_sheet(draft: Draft, part: str, known: dict[Where, str]) -> None:
    """known: the fills of marked cells as the sheet in front recorded them, for cells whose note was deleted."""
    words, styles = load_console().check, draft.styles
    notes = SheetNotes(draft.patch, part)
    formers = dict(known)
    noted: set[Where] = set()
    for where, text in notes.texts.items():
        own, mark, rest = text.partition(words.mark)
        if mark:
            fill, _, after = rest.partition(words.former)[2].partition("\n")
            notes.keep(where, "\n".join(part for part in (own.removesuffix("\n"), after) if part.strip()))
            formers[where] = fill.strip() or known.get(where, NONE)
            noted.add(where)
    cells = SheetCells(draft.patch.read(part))
    for where in list(cells.styled(styles.filled_with(OURS))):
        cells.restyle(where, styles.with_fill(cells.style(where), formers.get(where, NONE)))
    for where in noted:
        if styles.fill(cells.style(where)) in PAINTED and formers[where] != KEPT:
            cells.restyle(where, styles.with_fill(cells.style(where), formers[where]))
    draft.patch.write(part, cells.content())
    notes.save(load_return().author)


def _mark(draft: Draft, findings: Iterable[Finding]) -> Formers:
    """Fill and note the cells of the findings; gives the fill each had before."""
    parts = {sheet.name: sheet.part for sheet in sheets_of(draft.patch) if sheet.part}
    shown = ((place, one) for one in findings for place in one.marked if place.sheet in parts and split(place.cell))
    formers: Formers = {}
    for sheet, found in grouped(shown, lambda one: one[0].sheet).items():
        formers |= {(sheet, where): fill for where, fill in _mark_sheet(draft, parts[sheet], found).items()}
    return formers


def _mark_sheet(draft: Draft, part: str, places: Iterable[tuple[Place, Finding]]) -> dict[Where, str]:
    cells, notes = SheetCells(draft.patch.read(part)), SheetNotes(draft.patch, part)
    formers: dict[Where, str] = {}
    for where, found in grouped(places, lambda one: cells.anchor(split(one[0].cell) or (0, 0))).items():
        found.sort(key=lambda one: one[1].severity.rank)
        style = cells.style(where)
        formers[where] = draft.styles.fill(style)
        if formers[where] != KEPT:
            colour = FILLS[found[0][1].severity][draft.styles.is_light_on_dark(style)]
            cells.restyle(where, draft.styles.with_fill(style, colour))
        if not notes.is_threaded(where):
            notes.add(where, _text(found, formers[where]))
    draft.patch.write(part, cells.content())
    notes.save(load_return().author)
    return formers


def _text(found: Sequence[tuple[Place, Finding]], former: str) -> str:
    """Our part of a note: severity in words, what is wrong, what to do, for every finding of the cell."""
    words = load_console().check
    lines = [_line(place, one) for place, one in found[:MOST_IN_NOTE]]
    if len(found) > MOST_IN_NOTE:
        lines.append(load_return().truncated.format(count=MOST_IN_NOTE))
    return "\n".join([words.mark, *lines, f"{words.former}{former}"])


def _line(place: Place, one: Finding) -> str:
    """A finding in the note of a cell, and where it is told when it only names this one."""
    at = load_return().together.format(cell=one.place.cell) if one.place.cell and one.place != place else ""
    return f"{one.severity.label} {one.code.number}{at}：{one.message}\n改法：{one.fix}"
