"""From the cells of one entry to drafts: which pieces of which grades speak of one thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct, field
from msgspec.structs import replace
from rapidfuzz import fuzz

from xltools.model.source_table import SourceCell, SourceTable
from xltools.model.visible import visible
from xltools.rules.import_layout import Entry, Layout, cells_of
from xltools.rules.import_text import (
    Item,
    Items,
    Notes,
    asks_nothing,
    is_failing,
    mentions_other,
    same_as,
    split_items,
    without_marks,
)

ALIKE = 25      # pieces with one number whose words have less in common (of 100) are probably not about one thing
SPREAD = "原表这一格跨{count}行，文字对每一行都写了一遍"
UNNUMBERED = "这一格没有分项，文字对每一分项都写了一遍"
LOWEST_ASKS = "最低等级不设条件，文字照录"


class Piece(Struct, frozen=True):
    """What one grade asks in one draft. marks: keys of the notes it points to."""

    text: str
    cell: SourceCell
    doubts: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


class Draft(Struct, frozen=True):
    """One thing that the grades speak of. pieces: grade → piece, only for grades that ask something."""

    entry: Entry
    number: str
    pieces: Mapping[str, Piece]
    doubts: tuple[str, ...] = ()


class Reader(Struct):
    """What reading an entry needs, and what it notices.

    nothing: cells that say there is no requirement · joined: cells read as one with the cell above · blank: cells without a word, with
    their grade.
    """

    table: SourceTable
    layout: Layout
    grades: Sequence[str]
    notes: Notes
    nothing: list[SourceCell] = field(default_factory=list)
    joined: list[SourceCell] = field(default_factory=list)
    blank: list[tuple[SourceCell, str]] = field(default_factory=list)

    @property
    def lowest(self) -> str:
        return self.grades[-1]

    def drafts(self, entry: Entry) -> list[Draft]:
        """The drafts of an entry, in the order of its pieces."""
        cells = {grade: cells_of(self.table, self.layout, entry, grade) for grade in self.grades}
        split = any(len([cell for cell in one if cell.text]) > 1 for one in cells.values())
        if split and not self._all_numbered(cells):
            tops = sorted({max(cell.top, entry.rows.start) for one in cells.values() for cell in one})
            stops = [*tops[1:], entry.rows.stop]
            return [draft for top, stop in zip(tops, stops, strict=True) for draft in self._together(replace(entry, rows=range(top, stop)))]
        return self._together(entry)

    def _all_numbered(self, cells: Mapping[str, list[SourceCell]]) -> bool:
        """Whether the cells that stand under each other go on counting, so that numbers pair across grades."""
        for grade, one in cells.items():
            texts = [cell.text for cell in one if cell.text]
            items = split_items("\n".join(texts))
            whole = all(any(item.text in text for text in texts) for item in items.items)
            if len(texts) > 1 and (grade == self.lowest or len(items.items) < 2 or items.doubts or items.lead or not whole):
                return False
        return True

    def _together(self, entry: Entry) -> list[Draft]:
        """The drafts of rows in which every grade has one text, or pieces that pair by number."""
        found: dict[str, tuple[list[SourceCell], Items]] = {}
        for grade in self.grades:
            cells = cells_of(self.table, self.layout, entry, grade)
            texts = [cell for cell in cells if cell.text]
            if not texts:
                self.blank += [(cell, grade) for cell in cells[:1] if grade != self.lowest]
            elif len(texts) == 1 and asks_nothing(texts[0].text):
                self.nothing.append(texts[0])
            else:
                self.joined += texts[1:]
                found[grade] = (texts, self._items("\n".join(cell.text for cell in texts)))
        numbers = list(dict.fromkeys(item.number for _, items in found.values() for item in items.items if item.number)) or [""]
        drafts = [self._draft(entry, number, found) for number in numbers]
        return [draft for draft in drafts if draft.pieces]

    def _items(self, text: str) -> Items:
        return Items((Item("", text.strip()),)) if is_failing(text) else split_items(text)

    def _draft(self, entry: Entry, number: str, found: Mapping[str, tuple[list[SourceCell], Items]]) -> Draft:
        pieces: dict[str, Piece] = {}
        doubts: list[str] = []
        for grade, (cells, items) in found.items():
            item = self._item(number, items, found)
            if item is None:
                doubts.append(f"{self._named(grade)}没有第{number}项，按没有要求处理")
            elif number and asks_nothing(item.text):
                doubts.append(f"{self._named(grade)}第{number}项写“{item.text}”，按没有要求处理")
            else:
                cell = next((cell for cell in cells if item.text in cell.text), cells[0])
                piece = self._piece(entry, grade, (cell, items), item)
                repeated = number and not item.number and grade != self.lowest
                pieces[grade] = replace(piece, doubts=(*piece.doubts, UNNUMBERED)) if repeated else piece
        pieces = {grade: self._resolved(grade, pieces) for grade in pieces}
        doubts += self._unlike(pieces)
        doubts += [f"{self._named(grade)}空白，按没有要求处理" for grade in self.grades[:-1] if grade not in found and self._is_blank(entry, grade)]
        if entry.heading is not None:
            doubts.append(f"在原表“{entry.heading.text}”之下，请确认属于本工序")
        return Draft(entry, number, pieces, tuple(doubts))

    def _item(self, number: str, items: Items, found: Mapping[str, tuple[list[SourceCell], Items]]) -> Item | None:
        """The piece of this number, a text without numbers for all of them; nothing where it points to a grade that lacks the number."""
        item = next((one for one in items.items if one.number in (number, "")), None)
        if item is None or item.number or not number:
            return item
        other = same_as(item.text, self.grades)
        if other is None or other not in found:
            return item
        return item if self._item(number, found[other][1], {}) else None

    def _is_blank(self, entry: Entry, grade: str) -> bool:
        cells = cells_of(self.table, self.layout, entry, grade)
        return bool(cells) and not any(cell.text for cell in cells)

    def _piece(self, entry: Entry, grade: str, found: tuple[SourceCell, Items], item: Item) -> Piece:
        cell, items = found
        text, marks, strange = without_marks(item.text, self.notes)
        doubts = [f"上标“{sign}”没有找到对应的注" for sign in strange]
        failing = is_failing(item.text)
        if items.lead and item.number:
            lead, more, _ = without_marks(items.lead, self.notes)
            text, marks = f"{lead}：{text}", (*marks, *more)
            doubts.append(f"各分项前面有“{lead}”")
        doubts += items.doubts
        if grade == self.lowest:
            doubts += [] if failing else [LOWEST_ASKS]
        else:
            rows = len(range(max(cell.top, 1), cell.bottom + 1))
            beyond = cell.bottom >= entry.rows.stop or cell.top < entry.rows.start
            doubts += [SPREAD.format(count=rows)] if beyond else []
        return Piece(visible(text), cell, tuple(dict.fromkeys(doubts)), marks)

    def _resolved(self, grade: str, pieces: Mapping[str, Piece]) -> Piece:
        """The piece with “同A级” written out; a chain is followed to its end."""
        piece, seen = pieces[grade], [grade]
        while (other := same_as(piece.text, self.grades)) and other in pieces and other not in seen:
            seen.append(other)
            piece = pieces[other]
        own = pieces[grade]
        if len(seen) > 1 and not same_as(piece.text, self.grades):
            return replace(own, text=f"同{self._named(seen[1])}：{piece.text}", doubts=(*own.doubts, *piece.doubts), marks=(*own.marks, *piece.marks))
        if same_as(own.text, self.grades):
            return replace(own, doubts=(*own.doubts, "指向的等级没有要求，请核对原表"))
        if not is_failing(own.text) and mentions_other(own.text, self.grades):
            return replace(own, doubts=(*own.doubts, "文字里提到别的等级，没有展开"))
        return own

    def _named(self, grade: str) -> str:
        return f"{grade}级" if grade.isascii() else grade

    def _unlike(self, pieces: Mapping[str, Piece]) -> list[str]:
        """A doubt when what the grades say has next to no words in common."""
        texts = [piece.text for grade, piece in pieces.items() if grade != self.lowest and not is_failing(piece.text)]
        if any(min(len(a), len(b)) > 4 and fuzz.partial_ratio(a, b) < ALIKE for a, b in pairwise(texts)):
            return ["各等级的文字差别很大，请确认说的是同一件事"]
        return []


def marks_in(pieces: Iterable[Piece]) -> tuple[str, ...]:
    """The notes that any of the pieces points to."""
    return tuple(dict.fromkeys(mark for piece in pieces for mark in piece.marks))
