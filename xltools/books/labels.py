"""Recognising a form's labels in whatever people made of its header."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import cached_property, lru_cache

from msgspec import Struct
from rapidfuzz import fuzz

from xltools.books.base import Cell
from xltools.model.form import Form

# Two labels of one form differ by at least a sixth (黄色…/橙色…, 83); a label with a character more or less scores 86 and up.
CLOSE = 85
MARGIN = 5
NOISE = re.compile(r"[\s*＊★☆:：\u200b-\u200f\u2060\ufeff]+")
BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
COPY = re.compile(r"(\(\d+\)|[-_]?副本(\(?\d+\)?)?|[-_]?copy)+$", re.IGNORECASE)
MARKS = re.compile("[a-z0-9年月日]")
HAN = "\u4e00\u9fff"
NUMBERING = re.compile(r"^(附?[表件]?\d{1,2}[.、:_-]|附[表件]\d{0,2}[.、:_-]?|[一二三四五六七八九十][、.])")


def squeeze(value: Cell) -> str:
    """Text without what does not distinguish labels: width, case, spaces, line breaks, asterisks, colons; "" for other values."""
    if not isinstance(value, str):
        return ""
    return value.lower() if value.isascii() and value.isalnum() else _squeezed(value)


@lru_cache(maxsize=2**16)
def _squeezed(text: str) -> str:
    return NOISE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def bare(value: Cell) -> str:
    """As squeeze, and without brackets and what they enclose, such as a unit."""
    text = squeeze(value)
    return text if text.isalnum() else _unbracketed(text)


@lru_cache(maxsize=2**16)
def _unbracketed(text: str) -> str:
    return BRACKETS.sub("", text) or text


def sheet_key(name: str) -> str:
    """A sheet's name without numbering in front and copy marks behind: “1、排查清单 (2)” → “排查清单”."""
    text = squeeze(name)
    return COPY.sub("", NUMBERING.sub("", text)) or text


class Labels(Struct, frozen=True, dict=True):
    """What the fields of one form are called. Keys are squeezed texts, values field names; shared: alias → fields that have it beside the first · units: field → its unit."""

    exact: Mapping[str, str]
    alias: Mapping[str, str]
    signatures: tuple[str, ...]
    shared: Mapping[str, tuple[str, ...]]
    units: Mapping[str, str]

    def others(self, value: Cell) -> tuple[str, ...]:
        """The later fields that go by this alias, for when the first of them stands elsewhere."""
        return self.shared.get(squeeze(value), ())

    def of(self, value: Cell) -> str | None:
        """The field with this label or alias, None when there is none."""
        text = squeeze(value)
        if not text:
            return None
        if text.isalnum():
            return self.exact.get(text) or self.alias.get(text)
        plain = bare(value)
        return self.exact.get(text) or self.exact.get(plain) or self.alias.get(text) or self.alias.get(plain)

    def is_exact(self, value: Cell, field: str) -> bool:
        """Whether the text is the field's own label, unit and decoration aside."""
        return field in (self.exact.get(squeeze(value)), self.exact.get(bare(value)))

    def close(self, value: Cell, fields: Collection[str]) -> str | None:
        """The one of these fields whose label is nearly this text, None when none or more than one is."""
        text = bare(value)
        scores = sorted(((fuzz.ratio(text, label), field) for label, field in self.exact.items() if field in fields and _same_marks(text, label)), reverse=True)
        best = scores[0] if scores else (0.0, "")
        rival = max((score for score, field in scores if field != best[1]), default=0.0)
        return best[1] if best[0] >= CLOSE and best[0] - rival >= MARGIN else None

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """The characters that labels, aliases and signature lines begin with."""
        return frozenset(text[0] for text in (*self.exact, *self.alias, *self.signatures) if text)

    def may_be(self, text: str) -> bool:
        """Whether a text could be a label or a signature line, by its first character alone: squeezing leaves Chinese characters and changes only the case of Latin ones."""
        first = text[:1]
        is_telling = HAN[0] <= first <= HAN[1] or (first.isascii() and first.isalnum())
        return not is_telling or first.lower() in self.beginnings

    def is_signature(self, value: Cell) -> bool:
        """Whether a cell begins with a signature line of the form."""
        text = squeeze(value)
        return bool(text) and text.startswith(self.signatures)


def labels_of(form: Form) -> Labels:
    """The labels and aliases of a form; where two fields would claim a text, the label wins over the alias, the first over the later."""
    exact: dict[str, str] = {}
    alias: dict[str, str] = {}
    shared: dict[str, tuple[str, ...]] = {}
    for field in form:
        for text in (squeeze(field.label), squeeze(field.header), bare(field.label)):
            exact.setdefault(text, field.name)
    for field in form:
        for text in map(squeeze, field.aliases):
            if alias.setdefault(text, field.name) != field.name:
                shared[text] = (*shared.get(text, ()), field.name)
    units = {field.name: field.unit for field in form if field.unit}
    return Labels(exact, alias, tuple(map(squeeze, form.signatures)), shared, units)


def _same_marks(text: str, label: str) -> bool:
    """Digits, Latin letters and spans of time tell labels apart (核查人1, 核查人2; 日排放量, 年排放量): they must be the same."""
    return MARKS.findall(text.replace("天", "日")) == MARKS.findall(label.replace("天", "日"))
