"""Blank checklists that differ only in whom they are for: what they share is written once, and the words of each put into it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from io import BytesIO
from zipfile import ZipFile

from msgspec import Struct, field
from msgspec.structs import replace

from xltools.books.checklist import checklist, footer_of
from xltools.books.checklist_layout import PartLayout
from xltools.books.checklist_page import PAGE_TEXT, header_of, laid_out, of_another
from xltools.books.layout import FOOTER_LIMIT
from xltools.books.package import LONGEST_PROPERTY, pack
from xltools.model.checklist import STAND_INS, ChecklistPlan, Entry

# Words that stand as they are in XML, in headers and in footers, between whatever words.
PLAIN = re.compile(r"[^&<>\"'_\x00-\x1f\x7f-\x9f\ud800-\uf8ff\ufffe\uffff]+")
STRING = re.compile(r"<si><t[^>]*>([^<]*)</t></si>")
SHARED = "xl/sharedStrings.xml"
Look = tuple[object, ...]


class Cast(Struct, frozen=True):
    """A package with stand-ins. own: the texts of its cells with one · fixed: those without."""

    parts: Mapping[str, bytes]
    own: tuple[str, ...]
    fixed: frozenset[str]


class Mould(Struct, dict=True):
    """The checklists of enterprises with the same processes and tables. plan: of an enterprise that is called by STAND_INS.

    casts: by how the sheets are laid out, which follows from how long the words are; grows.
    """

    plan: ChecklistPlan
    casts: dict[Look, Cast] = field(default_factory=dict)

    def checklist(self, words: Mapping[str, str]) -> bytes:
        """The checklist of an enterprise with these words for STAND_INS: the same bytes as `books.checklist.checklist` gives."""
        layouts = [of_another(layout, _put(layout.plan.head, words)) for layout in self._layouts]
        if all(PLAIN.fullmatch(word) and word == word.strip() for word in words.values()) and sum(map(len, words.values())) <= self._room:
            cast = self._cast(layouts)
            own = [_said(text, words) for text in cast.own]
            if len({*own} - cast.fixed) == len(own):    # a text that stands in several cells is kept once
                return pack({name: _filled(part, words) for name, part in cast.parts.items()})
        plan = self.plan
        head, subject = _put(plan.head, words), _said(plan.subject, words)
        return checklist(replace(plan, head=head, subject=subject, parts=tuple(one.plan for one in layouts)), layouts)

    @cached_property
    def _layouts(self) -> list[PartLayout]:
        return [laid_out(part) for part in self.plan.parts]

    @cached_property
    def _room(self) -> int:
        """How many characters of words no header, footer or property is too short for."""
        plan = self.plan
        headers = [PAGE_TEXT - len(header_of(part)) for part in plan.parts]
        footers = [FOOTER_LIMIT - len(footer_of(plan, part.table)) for part in plan.parts]
        return min(*headers, *footers, LONGEST_PROPERTY - len(plan.subject))

    def _cast(self, layouts: Sequence[PartLayout]) -> Cast:
        """The package of sheets that are laid out like these."""
        look = tuple((one.zones, tuple(one.tall.items())) for one in layouts)
        if look not in self.casts:
            same = [replace(own, zones=one.zones, tall=one.tall) for own, one in zip(self._layouts, layouts, strict=True)]
            with ZipFile(BytesIO(checklist(self.plan, same))) as package:
                parts = {name: package.read(name) for name in package.namelist()}
            texts = STRING.findall(parts[SHARED].decode())
            own = tuple(text for text in texts if any(one in text for one in STAND_INS.values()))
            self.casts[look] = Cast(parts, own, frozenset(texts) - {*own})
        return self.casts[look]


def _put(head: Mapping[str, Entry], words: Mapping[str, str]) -> dict[str, Entry]:
    return {name: words.get(value, value) if isinstance(value, str) else value for name, value in head.items()}


def _said(text: str, words: Mapping[str, str]) -> str:
    return "".join(words.get(character, character) for character in text)


def _filled(part: bytes, words: Mapping[str, str]) -> bytes:
    for stand_in, word in words.items():
        part = part.replace(stand_in.encode(), word.encode())
    return part
