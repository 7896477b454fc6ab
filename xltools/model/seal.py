"""Seals: what of a workbook's content is sealed, the short code over it, who signed it; the words around it.

A seal is over content, not over the file: values by what they are called. Widths, formats, another program, another format, the order
of rows leave it whole; a number that is shown as a percentage is another value where percentages are read so.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b32encode
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache

from msgspec import Struct, field

from xltools.model.percent import Percent
from xltools.model.shipped import spec

GROUP, CODE_LENGTH = 4, 16      # characters of the printed code: 80 bits, four groups that can be read out
NOT_CALCULATED = "\0"           # the text of a formula that no program has calculated since
Spot = tuple[str, str]          # sheet, cell


class SealLine(Struct, frozen=True):
    """One value. row: what its row is called, "" outside a table · item: what the value is called, "" for a text of its own · cell: where it stood."""

    sheet: str
    row: str
    item: str
    cell: str
    text: str

    @property
    def is_loose(self) -> bool:
        """Whether it is only known by its text: titles, notes, headers."""
        return not self.row and not self.item


class Content(Struct, frozen=True):
    """What a workbook holds now. sheets: all its sheets in order · cells: every cell that is not blank · stale: formulas never calculated."""

    lines: tuple[SealLine, ...]
    cells: Mapping[Spot, str]
    sheets: tuple[str, ...] = ()
    stale: frozenset[Spot] = frozenset()


class Signature(Struct, frozen=True):
    """A signature by key over a seal. public: the key, value: the signature, both in base64."""

    name: str
    day: str
    public: str
    value: str


class Seal(Struct, frozen=True):
    """A seal as stored. digest: of its lines as stored, in full · former: the code of a seal that this one replaced."""

    lines: tuple[SealLine, ...]
    digest: str
    day: str
    former: str = ""
    signatures: tuple[Signature, ...] = ()

    @property
    def code(self) -> str:
        """What is printed: XXXX-XXXX-XXXX-XXXX."""
        return code_of(self.digest)

    @property
    def is_whole(self) -> bool:
        """Whether the stored lines are those that were sealed."""
        return digest_of(self.lines) == self.digest


def digest_of(lines: tuple[SealLine, ...]) -> str:
    """SHA-256 over the lines, in hexadecimal; their order does not matter."""
    plain = sorted([line.sheet, line.row, line.item, line.cell, line.text] for line in lines)
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()


def code_of(digest: str) -> str:
    """The short code of a digest; "" for what is none."""
    try:
        text = b32encode(bytes.fromhex(digest)).decode()[:CODE_LENGTH]
    except ValueError:
        return ""
    return "-".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def canonical(value: object) -> str:
    """A cell as a person reads it, however a program stores it: "" for blank, 12.5, 80%, 2022-07-26, TRUE."""
    if value is None:
        return ""
    if isinstance(value, str) and "\n" not in value and "\r" not in value:
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Percent):
        return f"{_number(value.number)}%"
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return "\n".join(line.rstrip() for line in str(value).replace("\r\n", "\n").replace("\r", "\n").strip().split("\n"))


def _number(value: float | Decimal) -> str:
    number = Decimal(f"{value:.15g}")
    if not number:      # -0 and 0E+3 too
        return "0"
    return f"{number.normalize():f}" if number.is_finite() else str(value)


class SealWords(Struct, frozen=True):
    """sheet: of the record · suffix: of a sealed copy's name · private, public: names of key files · nobody: words that stand for a
    reporter without a name · keeper: private and public for keys that conceal."""

    sheet: str
    suffix: str
    private: str
    public: str
    nobody: tuple[str, ...]
    keeper: Mapping[str, str]
    words: Mapping[str, str]
    lines: tuple[str, ...]
    states: Mapping[str, str]
    reasons: Mapping[str, str] = field(default_factory=dict)


@cache
def load_seal_words() -> SealWords:
    """The words declared in specs/seal.toml."""
    data = spec("seal.toml")
    words = data.pop("words")
    return SealWords(words=words, lines=words.pop("lines"), **data)
