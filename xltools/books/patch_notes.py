"""The notes of one sheet: texts read, text put behind them, text cut off, with the boxes that show them.

Source: ECMA-376 part 1, 18.7 (comments).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from xltools.books.patch import MAIN, TYPE, Patch
from xltools.books.patch_sheet import with_legacy_drawing, without_legacy_drawing
from xltools.books.patch_vml import (
    boxes,
    enlarged,
    is_bare,
    new_drawing,
    numbers_in,
    with_boxes,
    with_moved_boxes,
    without_boxes,
)
from xltools.books.patch_xml import (
    CannotPatchError,
    Edit,
    Element,
    appended,
    around_rows,
    cell_text,
    changed_tag,
    outline,
    spliced,
    text_of,
)
from xltools.books.sink import unescaped
from xltools.model.address import address, split

NEW = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{MAIN}"><authors></authors><commentList></commentList></comments>'.encode()
FACE = '<rPr><sz val="9"/><rFont val="微软雅黑"/><family val="2"/></rPr>'
THREADED = "tc="  # begins the author of a note that stands for a conversation; its text is replaced by every program that knows them

Where = tuple[int, int]  # row, column, counted from 1


class SheetNotes:
    """The notes of the sheet in this part of a package. Changes reach the package with `save`."""

    def __init__(self, patch: Patch, sheet: str) -> None:
        self._patch, self._sheet = patch, sheet
        self._part = patch.related(sheet, "comments")
        self._data = patch.read(self._part) if self._part else NEW
        root = outline(self._data, 5)
        authors, notes = root.first("authors"), root.first("commentList")
        self._names = [text_of(self._data[one.start : one.end]) for one in authors.children] if authors else []
        found = ((split(one.attributes.get("ref", "")), one) for one in (notes.all("comment") if notes else []))
        self._notes = {where: one for where, one in found if where}
        self._cut: dict[Where, str] = {}
        self._added: dict[Where, str] = {}

    @cached_property
    def texts(self) -> dict[Where, str]:
        """The text of every note as it is in the package."""
        return {where: "".join(text for _, text in self._texts(note)) for where, note in self._notes.items()}

    def is_threaded(self, where: Where) -> bool:
        """Whether the note of a cell stands for a conversation."""
        note = self._notes.get(where)
        number = note.attributes.get("authorId", "") if note else ""
        return number.isdecimal() and int(number) < len(self._names) and self._names[int(number)].startswith(THREADED)

    def add(self, where: Where, text: str) -> None:
        """Put text behind what the note of a cell says, or make one."""
        self._added[where] = text

    def keep(self, where: Where, text: str) -> None:
        """Let a note say only this text; where that is its beginning, it keeps its looks. No text, no note."""
        self._cut[where] = text

    def move(self, now: Callable[[int], int | None]) -> None:
        """Bring every note at once to the row where its cell is now; one whose row is gone goes. now: row before → row now.

        Raises CannotPatchError where notes are threaded.
        """
        moves = {where: now(where[0]) for where in self._notes}
        if all(row == where[0] for where, row in moves.items()):
            return
        if any(self.is_threaded(where) for where in self._notes):
            raise CannotPatchError("工作表里有对话式批注")
        edits = [
            changed_tag(self._data, self._notes[where], {"ref": address(row, where[1])}) if row else (self._notes[where].start, self._notes[where].end, b"")
            for where, row in moves.items()
        ]
        self._patch.write(self._part, spliced(self._data, edits))
        if part := self._drawing():
            self._patch.write(part, with_moved_boxes(self._patch.read(part), moves))

    def save(self, author: str) -> None:
        """Write the changes into the package; parts that are then empty are taken out. author: of new notes.

        Raises CannotPatchError where the part has no list of notes.
        """
        if not self._cut and not self._added:
            return
        standing = {where: text for where, text in (self.texts | self._cut).items() if text}
        standing |= {where: f"{standing[where]}\n{text}" if where in standing else text for where, text in self._added.items()}
        self._data = spliced(self._data, self._edits(author))
        left = outline(self._data, 2).first("commentList")
        if left is None:
            raise CannotPatchError
        if not left.children:
            self._take_out()
            return
        if not self._part:
            self._part = self._patch.free_part("xl/comments{}.xml")
            self._patch.declare(self._part, f"{TYPE}comments+xml")
            self._patch.relate(self._sheet, "comments", self._part)
        self._patch.write(self._part, self._data)
        self._draw(standing)

    def _edits(self, author: str) -> Iterator[Edit]:
        for where, text in self._cut.items():
            note = self._notes[where]
            yield from self._shortened(note, text) if text else [(note.start, note.end, b"")]
        for where, text in self._added.items():
            if where in self._notes:
                yield self._longer(self._notes[where], "\n" + text)
        new = sorted(where for where in self._added if where not in self._notes)
        if not new:
            return
        root = outline(self._data, 2)
        authors, notes = root.first("authors"), root.first("commentList")
        number = self._names.index(author) if author in self._names else len(self._names)
        if authors and number == len(self._names):
            yield appended(self._data, authors, f"<author>{cell_text(author)}</author>".encode())
        made = "".join(
            f'<comment ref="{address(*where)}" authorId="{number}" shapeId="0"><text>{_run(self._added[where])}</text></comment>' for where in new
        )
        if notes:
            yield appended(self._data, notes, made.encode())

    def _texts(self, note: Element) -> list[tuple[Element, str]]:
        """The pieces of a note's text with where they stand; phonetic guides are none."""
        body = note.first("text")
        pieces = [(child.first("t") if child.name == "r" else child) for child in (body.children if body else []) if child.name in ("r", "t")]
        return [(one, unescaped(text_of(self._data[one.start : one.end]))) for one in pieces if one]

    def _longer(self, note: Element, text: str) -> Edit:
        body = note.first("text")
        if body is None:
            return appended(self._data, note, f"<text>{_run(text)}</text>".encode())
        runs, bare = body.all("r"), body.first("t")
        if runs:
            return runs[-1].end, runs[-1].end, _run(text).encode()
        if bare is None:
            return appended(self._data, body, _run(text).encode())
        whole = unescaped(text_of(self._data[bare.start : bare.end])) + text
        return bare.start, bare.end, _piece(whole).encode()

    def _shortened(self, note: Element, text: str) -> Iterator[Edit]:
        left = len(text)
        body = note.first("text")
        if body and not "".join(said for _, said in self._texts(note)).startswith(text):
            yield body.start, body.end, f"<text>{_run(text)}</text>".encode()
            return
        for child in body.children if body else []:
            piece = child.first("t") if child.name == "r" else child if child.name == "t" else None
            if piece is None:
                continue
            said = unescaped(text_of(self._data[piece.start : piece.end]))
            if left <= 0:
                yield child.start, child.end, b""
            elif left < len(said):
                yield piece.start, piece.end, _piece(said[:left]).encode()
            left -= len(said)

    def _drawing(self) -> str:
        """The part of the sheet's legacy drawing, "" when it has none."""
        entry = around_rows(self._patch.read(self._sheet), 1).first("legacyDrawing")
        part = self._patch.relations(self._sheet).get(entry.relation if entry else "", ("", ""))[1]
        return part if part in self._patch else ""

    def _draw(self, notes: dict[Where, str]) -> None:
        """Give each of these notes a box, and take away those of notes that are gone."""
        part = self._drawing()
        gone = {where for where, text in self._cut.items() if not text}
        if not part:
            known = [number for one in self._patch.parts if one.endswith(".vml") for number in numbers_in(self._patch.read(one))]
            data = new_drawing(max(known, default=0) + 1, len(notes))
            part = self._patch.free_part("xl/drawings/vmlDrawing{}.vml")
            self._patch.declare_extension("vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")
            relation = self._patch.relate(self._sheet, "vmlDrawing", part)
            self._patch.write(self._sheet, with_legacy_drawing(self._patch.read(self._sheet), relation))
        else:
            data = self._patch.read(part)
        data = enlarged(without_boxes(data, gone), {where: notes[where] for where in self._added})
        shown = boxes(data)
        self._patch.write(part, with_boxes(data, {where: text for where, text in notes.items() if where not in shown}))

    def _take_out(self) -> None:
        if not self._part:
            return
        self._patch.unrelate(self._sheet, self._part)
        self._patch.remove(self._part)
        part = self._drawing()
        if not part:
            return
        data = without_boxes(self._patch.read(part), {where for where, text in self._cut.items() if not text})
        if is_bare(data):
            self._patch.write(self._sheet, without_legacy_drawing(self._patch.read(self._sheet)))
            self._patch.unrelate(self._sheet, part)
            self._patch.remove(part)
        else:
            self._patch.write(part, data)


def _piece(text: str) -> str:
    return f'<t xml:space="preserve">{cell_text(text)}</t>'


def _run(text: str) -> str:
    return f"<r>{FACE}{_piece(text)}</r>"
