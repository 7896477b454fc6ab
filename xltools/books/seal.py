"""A sealed copy of a workbook: the seal on a hidden sheet, its code below the checkers and at the foot of every page; nothing else changes."""

from __future__ import annotations

import re
from pathlib import Path

from xltools.books.base import Grid
from xltools.books.file import open_book
from xltools.books.gate import Kind
from xltools.books.labels import squeeze
from xltools.books.patch import Patch
from xltools.books.patch_book import add_sheet, sheets_of, take_out_sheet
from xltools.books.patch_xml import (
    WORKSHEET,
    CannotPatchError,
    Element,
    cell_text,
    escape,
    inserted,
    outline,
    spliced,
)
from xltools.books.seal_content import without_mark
from xltools.books.seal_sheet import seal_sheet
from xltools.model.address import address
from xltools.model.form import load_form
from xltools.model.seal import Seal, load_seal_words

FOOTERS = re.compile(rb"(<(?:odd|even|first)Footer(?:\s[^>]*)?>)(.*?)(</)", re.DOTALL)
LEFT, SMALL = b"&amp;L", b"&amp;8"
SIDE = re.compile(rb"&amp;[CR]")


def sealed_copy(path: Path, seal: Seal, name: str) -> bytes:
    """The workbook in this file with its seal. Raises CannotPatchError where it is no .xlsx, or one we cannot change without risk."""
    book = open_book(path, name)
    if book.kind is not Kind.XLSX:
        raise CannotPatchError("format")
    patch = Patch(path.read_bytes(), book.name)
    for old in [sheet for sheet in sheets_of(patch) if sheet.name == load_seal_words().sheet]:
        take_out_sheet(patch, old)
    mark = load_seal_words().words["printed"].format(code=seal.code)
    for sheet in sheets_of(patch):
        if sheet.part and book.facts(sheet.name).visible:
            data = _with_footer(patch.read(sheet.part), mark)
            for cell, text in _notes(book.values(sheet.name)):
                data = _with_text(data, cell, text + mark)
            patch.write(sheet.part, data)
    add_sheet(patch, load_seal_words().sheet, seal_sheet(seal), "hidden")
    return patch.content()


def _notes(grid: Grid) -> list[tuple[str, str]]:
    """The cells below the checkers that say what signing means, without the code of an earlier seal."""
    note = squeeze(load_form("checklist_checkers").note)
    found = []
    for row, values in enumerate(grid, 1):
        for column, value in enumerate(values, 1):
            if isinstance(value, str) and squeeze(value).startswith(note):
                found.append((address(row, column), without_mark(value)))
    return found


def _with_footer(data: bytes, mark: str) -> bytes:
    """The worksheet part with the mark behind what stands on the left of its footers, in place of an earlier one."""
    root = outline(data, 1)
    found = root.first("headerFooter")
    if found is None:
        entry = b"<headerFooter><oddFooter>" + LEFT + SMALL + escape(mark.strip()).encode() + b"</oddFooter></headerFooter>"
        return spliced(data, [inserted(data, root, WORKSHEET, entry)])
    part = FOOTERS.sub(lambda match: match[1] + _marked(match[2], escape(mark).encode()) + match[3], data[found.start : found.end])
    return spliced(data, [(found.start, found.end, part)])


def _marked(footer: bytes, mark: bytes) -> bytes:
    plain = without_mark(footer.decode()).encode()
    side = SIDE.search(plain)
    at = side.start() if side else len(plain)
    if LEFT not in plain[:at]:      # what stands in front of every part of a footer goes into its middle
        mark = LEFT + SMALL + mark.decode().strip().encode()
    return plain[:at] + mark + plain[at:]


def _with_text(data: bytes, cell: str, text: str) -> bytes:
    """The worksheet part with this text in a cell that is there; its look stays."""
    found = _cell(outline(data, 3), cell)
    style = f' s="{found.attributes["s"]}"' if "s" in found.attributes else ""
    entry = f'<c r="{cell}"{style} t="inlineStr"><is><t xml:space="preserve">{cell_text(text)}</t></is></c>'
    return spliced(data, [(found.start, found.end, entry.encode())])


def _cell(root: Element, cell: str) -> Element:
    rows = root.first("sheetData")
    found = (one for row in (rows.children if rows else []) for one in row.children if one.attributes.get("r") == cell)
    one = next(found, None)
    if one is None:
        raise CannotPatchError
    return one
