"""The tables of a Word document (.docx) with their merged cells, automatic numbers and the text around them.

Source: ECMA-376 part 1, 17.4 (tables: gridSpan 17.4.17, vMerge 17.4.84, gridBefore 17.4.14), 17.9 (numbering).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from msgspec import Struct

from xltools.books.gate import MAX_FILE, Package, refuse
from xltools.books.numbering import Numbering, numbering_in
from xltools.books.ole import SIGNATURE, Streams
from xltools.books.tree import tree
from xltools.books.xlsx import main_part
from xltools.books.xml import MalformedError
from xltools.model.address import address
from xltools.model.source_table import SourceCell, SourceTable

SUPERSCRIPT = str.maketrans("0123456789abcdefghijklmnoprstuvwxyz+-", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ⁺⁻")
SUBSCRIPT = str.maketrans("0123456789x", "₀₁₂₃₄₅₆₇₈₉ₓ")
LEFT_OUT = {"del", "moveFrom", "instrText", "delText", "rt", "Fallback"}   # deleted text, field codes, ruby, doubles of drawings
CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def is_document(data: bytes, name: str) -> bool:
    """Whether these bytes are a Word document we can read. Raises StopError for the old format, which nobody reads safely."""
    if data.startswith(SIGNATURE):
        try:
            old = "WordDocument" in Streams(data).names
        except MalformedError:
            return False
        if old:
            raise refuse(name, "这是旧格式的 Word 文件（.doc），请用 Word 或 WPS 另存为 .docx")
        return False
    if not data.startswith(b"PK") or len(data) > MAX_FILE:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return "word/document.xml" in package.namelist()
    except (zipfile.BadZipFile, ValueError):
        return False


def tables_in(data: bytes, name: str) -> list[SourceTable]:
    """The tables of the document's body in order, each with the paragraphs between it and its neighbours. Raises StopError where it cannot be read."""
    package = Package(data, name)
    try:
        main = main_part(package)
        numbering = numbering_in(package, main)
        body = tree(package.chunks(main)).find("body")
    except MalformedError as error:
        raise refuse(name, str(error)) from error
    return [] if body is None else list(_tables(body, name, numbering))


def _tables(body: Element, name: str, numbering: Numbering) -> Iterator[SourceTable]:
    lines: list[list[SourceCell]] = [[]]
    drawn: list[tuple[SourceCell, ...]] = []
    for number, block in enumerate(_blocks(body), 1):
        if block.tag == "tbl":
            drawn.append(tuple(_cells(block, numbering)))
            lines.append([])
        elif text := _paragraph(block, numbering).strip():
            lines[-1].append(SourceCell(text, f"正文第{number}段"))
    for at, cells in enumerate(drawn):
        if any(cell.text for cell in cells):
            # text between two tables belongs to both: the notes of one, the title of the other
            yield SourceTable(name, f"表格{at + 1}", cells, tuple(lines[at]), tuple(lines[at + 1]))


def _blocks(parent: Element) -> Iterator[Element]:
    """Paragraphs and tables in order, also those in content controls and tracked insertions."""
    for child in parent:
        if child.tag in ("p", "tbl"):
            yield child
        elif child.tag in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"):
            yield from _blocks(child)


class _Open(Struct):
    """A cell that may go on in the next row."""

    text: str
    top: int
    left: int
    right: int
    bottom: int = 0


def _cells(table: Element, numbering: Numbering) -> Iterator[SourceCell]:
    """The cells of a table. A vMerge without "restart" goes on below the cell of the same columns in the row above."""
    found: list[_Open] = []
    above: dict[int, _Open] = {}
    for row, line in enumerate(_children(table, "tr"), 1):
        column = 1 + _number(line.find("trPr/gridBefore"))
        current: dict[int, _Open] = {}
        for cell in _children(line, "tc"):
            width = max(1, _number(cell.find("tcPr/gridSpan"), 1))
            merge = cell.find("tcPr/vMerge")
            text = _text(cell, numbering)
            upper = above.get(column) if merge is not None and merge.get("val") != "restart" else None
            sideways = cell.find("tcPr/hMerge")
            if upper is not None and upper.left == column:
                upper.bottom = row
                upper.text = "\n".join(part for part in (upper.text, text) if part)
                opened = upper
            elif sideways is not None and sideways.get("val") != "restart" and current:
                opened = current[column - 1]
                opened.right = column + width - 1
                opened.text = "\n".join(part for part in (opened.text, text) if part)
            else:
                opened = _Open(text, row, column, column + width - 1, row)
                found.append(opened)
            current |= dict.fromkeys(range(column, column + width), opened)
            column += width
        above = current
    return (SourceCell(one.text, address(one.top, one.left), one.top, one.left, one.bottom, one.right) for one in found)


def _children(parent: Element, name: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, also those in content controls; not those of tables inside."""
    for child in parent:
        if child.tag == name and child.find("trPr/del") is None:
            yield child
        elif child.tag in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _children(child, name)


def _number(element: Element | None, default: int = 0) -> int:
    text = "" if element is None else element.get("val", "")
    return int(text) if text.isdecimal() else default


def _text(cell: Element, numbering: Numbering) -> str:
    """The paragraphs of a cell, a line each; a table inside gives its cells' text."""
    lines: list[str] = []
    for block in _blocks(cell):
        if block.tag == "tbl":
            lines += [_text(inner, numbering) for row in _children(block, "tr") for inner in _children(row, "tc")]
        else:
            lines.append(_paragraph(block, numbering))
    return "\n".join(line.strip() for line in lines if line.strip())


def _paragraph(paragraph: Element, numbering: Numbering) -> str:
    """The text of a paragraph, behind the number Word shows before it."""
    text = "".join(_runs(paragraph))
    return numbering.next(paragraph) + text if text.strip() else text


def _runs(parent: Element) -> Iterator[str]:
    """The pieces of text; raised and lowered ones as the signs for raised and lowered characters."""
    for child in parent:
        if child.tag == "r":
            yield _run(child)
        elif child.tag not in LEFT_OUT and child.tag != "pPr":
            yield from _runs(child)


def _run(run: Element) -> str:
    pieces = []
    for child in run:
        if child.tag == "t":
            pieces.append(child.text or "")
        elif child.tag in CHARACTERS:
            pieces.append(CHARACTERS[child.tag])
        elif child.tag not in LEFT_OUT and child.tag != "rPr":
            pieces += _runs(child)       # text boxes and alternate content
    text = "".join(pieces)
    align = run.find("rPr/vertAlign")
    kind = "" if align is None else align.get("val", "")
    return text.translate(SUPERSCRIPT) if kind == "superscript" else text.translate(SUBSCRIPT) if kind == "subscript" else text
