"""What changed since a workbook was sealed: each value by its cell, with what it was and what it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.finding import Finding, Place, order
from xltools.model.seal import NOT_CALCULATED, Content, Seal, SealLine, digest_of, load_seal_words
from xltools.rules.dates import EPOCH

LABEL = "—"
LONGEST = 60
Key = tuple[str, str, str]      # sheet, row, item


def sealed(content: Content, day: date, former: str = "") -> Seal:
    """The seal over this content. former: the code of one that it replaces."""
    lines = tuple(line for line in content.lines if line.text != NOT_CALCULATED)
    return Seal(lines, digest_of(lines), day.isoformat(), former)


def changes(seal: Seal, now: Content, file: str) -> list[Finding]:
    """A finding for every cell that is not as it was sealed, none when the content is the same.

    Sheets may have been renamed, rows sorted, columns moved; formulas that nobody calculated since are passed over.
    """
    names = _sheets(seal.lines, now)
    before = [replace(line, sheet=names[line.sheet]) if line.sheet in names else line for line in seal.lines]
    found: list[Finding] = []
    for sheet in dict.fromkeys(line.sheet for line in before):
        were = [line for line in before if line.sheet == sheet]
        are = [line for line in now.lines if line.sheet == sheet]
        if sheet not in now.sheets:
            found.append(Code.SEALED_CELL_CHANGED.at(Place(file, sheet), **_before_and_after(sheet, sheet, "")))
        elif _is_table(were) and not _is_table(are):
            found += _by_cell(were, now, Place(file, sheet))
        else:
            found += _Compared(Place(file, sheet), were, are, now).findings()
    kept: dict[Place, Finding] = {}
    for one in found:
        kept.setdefault(one.place, one)
    return sorted(kept.values(), key=order)


def same(before: str, after: str) -> bool:
    """Whether two texts are one value: a day may have become the number that stands for it; what was never calculated says nothing."""
    return before == after or NOT_CALCULATED in (before, after) or before == _serial(after) or after == _serial(before)


def _serial(text: str) -> str:
    """The number by which spreadsheets store a day; "-" for what is no day."""
    try:
        return str((date.fromisoformat(text) - EPOCH).days)
    except ValueError:
        return "-"


def _sheets(lines: Iterable[SealLine], now: Content) -> dict[str, str]:
    """Sealed sheet → the sheet it is now: of the same name, else those left over in their order."""
    sealed = list(dict.fromkeys(line.sheet for line in lines))
    lost, new = [one for one in sealed if one not in now.sheets], [one for one in now.sheets if one not in sealed]
    return dict(zip(lost, new, strict=False))


def _is_table(lines: Iterable[SealLine]) -> bool:
    return any(not line.is_loose for line in lines)


def _before_and_after(label: str, before: str, after: str) -> dict[str, str]:
    words = load_seal_words().words
    texts = (" ".join(text.split())[:LONGEST] or words["empty"] for text in (before, after))
    return {"label": " ".join(label.split()), **dict(zip(("before", "after"), texts, strict=True))}


def _by_cell(were: Sequence[SealLine], now: Content, place: Place) -> Iterator[Finding]:
    """The sheet compared place by place, where its table cannot be made out any more."""
    for line in were:
        after = now.cells.get((line.sheet, line.cell), "")
        if not same(line.text, after) and (line.sheet, line.cell) not in now.stale:
            yield Code.SEALED_CELL_CHANGED.at(replace(place, cell=line.cell), **_before_and_after(_label(line), line.text, after))


def _label(line: SealLine) -> str:
    return LABEL.join(part for part in (line.row, line.item) if part) or line.text


class _Compared(Struct, frozen=True, dict=True):
    """One sheet as it was sealed and as it is."""

    place: Place
    were: Sequence[SealLine]
    are: Sequence[SealLine]
    now: Content

    def findings(self) -> Iterator[Finding]:
        before, after = _keyed(self.were), _keyed(self.are)
        for key, line in before.items():
            other = after.get(key)
            if other and not same(line.text, other.text):
                yield self._said(other.cell, _label(line), line.text, other.text)
        yield from self._lost(before, after)
        yield from self._new(before, after)
        yield from self._loose()

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        return {line.cell: line.text for line in self.were}

    def _is_as_it_was(self, cell: str) -> bool:
        """Whether a cell holds what it held, though it is called otherwise: then what names it has changed, and that is told."""
        spot = (self.place.sheet, cell)
        return spot in self.now.stale or (cell in self._texts and same(self._texts[cell], self.now.cells.get(spot, "")))

    def _said(self, cell: str, label: str, before: str, after: str) -> Finding:
        return Code.SEALED_CELL_CHANGED.at(replace(self.place, cell=cell), **_before_and_after(label, before, after))

    def _lost(self, before: Mapping[Key, SealLine], after: Mapping[Key, SealLine]) -> Iterator[Finding]:
        """Values that are not there any more: a row or a column that is gone altogether is told once, at its first cell."""
        rows, items = {key[1] for key in after}, {key[2] for key in after}
        told: set[tuple[str, str]] = set()
        for key, line in before.items():
            if key in after or self._is_as_it_was(line.cell):
                continue
            whole = ("row", key[1]) if key[1] not in rows else ("item", key[2]) if key[2] not in items else ("", line.cell)
            if whole not in told and (line.text or whole[0]):
                told.add(whole)
                yield self._said(line.cell, _label(line), line.text, self.now.cells.get((line.sheet, line.cell), ""))

    def _new(self, before: Mapping[Key, SealLine], after: Mapping[Key, SealLine]) -> Iterator[Finding]:
        """Values that were not there: again a new row or column once."""
        rows, items = {key[1] for key in before}, {key[2] for key in before}
        told: set[tuple[str, str]] = set()
        for key, line in after.items():
            whole = ("row", key[1]) if key[1] not in rows else ("item", key[2]) if key[2] not in items else ("", line.cell)
            if key not in before and line.text not in ("", NOT_CALCULATED) and whole not in told and not self._is_as_it_was(line.cell):
                told.add(whole)
                yield self._said(line.cell, _label(line), "", line.text)

    def _loose(self) -> Iterator[Finding]:
        """Titles, notes and headers: known by their text, wherever they stand; a new one takes the place of a lost one in the same cell."""
        lost = {line.cell: line for line in self.were if line.is_loose and not self._is_as_it_was(line.cell)}
        new = {line.cell: line for line in self.are if line.is_loose and line.text != NOT_CALCULATED and not self._is_as_it_was(line.cell)}
        for cell, line in list(new.items()):        # those that only moved
            if moved := next((one.cell for one in lost.values() if one.text == line.text), ""):
                del new[cell], lost[moved]
        for line in new.values():
            was = lost.pop(line.cell, None)
            yield self._said(line.cell, was.text if was else line.text, was.text if was else "", line.text)
        for line in lost.values():
            yield self._said(line.cell, line.text, line.text, self.now.cells.get((line.sheet, line.cell), ""))


def _keyed(lines: Iterable[SealLine]) -> dict[Key, SealLine]:
    return {(line.sheet, line.row, line.item): line for line in lines if not line.is_loose}
