"""The hidden sheet that keeps a seal in the workbook it seals: written as a worksheet part, read from any format.

A hidden sheet outlives every program and conversion; see ARCHITECTURE.md. Source: ECMA-376 part 1, 18.3.1.99.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xltools.books.base import LONGEST_TEXT, Book, Grid
from xltools.books.patch import MAIN
from xltools.books.patch_xml import cell_text
from xltools.model.address import address
from xltools.model.seal import Seal, SealLine, Signature, canonical, load_seal_words

WIDTHS = (22, 12, 30, 10, 70)
SIGNATURE = 5       # cells of a signature's line: label, name, day, public key, signature


def seal_sheet(seal: Seal) -> bytes:
    """The worksheet part that holds a seal."""
    rows = "".join(_row(number, texts) for number, texts in enumerate(_texts(seal), 1))
    columns = "".join(f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(WIDTHS, 1))
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{MAIN}"><sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols>'
        f'<sheetData>{rows}</sheetData><sheetProtection sheet="1" objects="1" scenarios="1"/></worksheet>'
    ).encode()


def _texts(seal: Seal) -> Iterator[Sequence[str]]:
    said = load_seal_words()
    words = said.words
    yield (words["title"],)
    yield (words["note"],)
    yield words["code"], seal.code
    yield words["digest"], seal.digest
    yield words["day"], seal.day
    if seal.former:
        yield words["former"], seal.former
    for one in seal.signatures:
        yield words["signature"], one.name, one.day, one.public, one.value
    yield said.lines
    for line in seal.lines:
        yield line.sheet, line.row, line.item, line.cell, line.text


def _row(number: int, texts: Sequence[str]) -> str:
    cells = (
        f'<c r="{address(number, column)}" t="inlineStr"><is><t xml:space="preserve">{cell_text(text[:LONGEST_TEXT])}</t></is></c>'
        for column, text in enumerate(texts, 1)
        if text
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def seal_of(book: Book) -> Seal | None:
    """The seal that a workbook keeps, None when it has none."""
    said = load_seal_words()
    return read_seal(book.values(said.sheet)) if said.sheet in book.sheets else None


def read_seal(grid: Grid) -> Seal | None:
    """The seal on such a sheet, None where the sheet's header is not there."""
    said = load_seal_words()
    rows = [tuple(canonical(value) for value in (*row, *[None] * SIGNATURE)[:SIGNATURE]) for row in grid]
    if said.lines not in rows:
        return None
    head = rows.index(said.lines)
    above = rows[:head]
    values = {row[0]: row[1] for row in reversed(above)}
    signatures = tuple(Signature(*row[1:]) for row in above if row[0] == said.words["signature"])
    lines = tuple(SealLine(*row) for row in rows[head + 1 :] if any(row))
    digest, day, former = (values.get(said.words[key], "") for key in ("digest", "day", "former"))
    return Seal(lines, digest, day, former, signatures)
