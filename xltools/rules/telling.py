"""Cells that tell who reported, beside the two that are concealed. Source: 三环文〔2022〕69号 六(二)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from xltools.model.seal import load_seal_words
from xltools.model.value import number_text
from xltools.rules.text import compact

SECRET = ("reporter", "contact")
SEALED = "concealed"
SHORTEST_NAME, SHORTEST_NUMBER = 2, 7     # characters of what can be found again; two digits of a telephone say nothing
BETWEEN = re.compile(r"[、，,；;/\s]+|[（(][^）)]*[）)]?")
DIGITS = re.compile(r"\d")
Row = tuple[int, Mapping[str, object]]


def telling_cells(rows: Sequence[Row]) -> list[tuple[int, str]]:
    """Row and field of every cell of a register in which a name or a number stands that is to be concealed. rows: (row in the sheet, record)."""
    names = {compact(word) for _, record in rows for word in _names(record)}
    numbers = {number for _, record in rows for number in _numbers(record)}
    return [(row, name) for row, record in rows for name, value in record.items() if name not in (*SECRET, SEALED) and _tells(value, names, numbers)]


def _tells(value: object, names: set[str], numbers: set[str]) -> bool:
    text = _text(value)
    digits = "".join(DIGITS.findall(text))
    return any(name in compact(text) for name in names) or any(number in digits for number in numbers)


def _names(record: Mapping[str, object]) -> Iterator[str]:
    nobody = load_seal_words().nobody
    yield from (word for name in SECRET for word in BETWEEN.split(_text(record.get(name))) if len(word) >= SHORTEST_NAME and word not in nobody and not DIGITS.search(word))


def _numbers(record: Mapping[str, object]) -> Iterator[str]:
    for name in SECRET:
        digits = "".join(DIGITS.findall(_text(record.get(name))))
        yield from [digits] if len(digits) >= SHORTEST_NUMBER else []


def _text(value: object) -> str:
    return "" if value is None else number_text(value) if isinstance(value, float) else str(value)
