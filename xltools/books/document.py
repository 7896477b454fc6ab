"""A Word document of paragraphs and tables, made anew; the same content gives the same bytes.

Source: ECMA-376 part 1, 17.2 (main document), 17.4 (tables), 17.6 (sections).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator

from msgspec import Struct

from xltools.books.package import ZIP_DATE, as_everywhere
from xltools.books.patch_xml import cell_text

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
TITLE, TEXT, SMALL = 32, 21, 18  # sizes in half points


class Paragraph(Struct, frozen=True):
    """A paragraph. size: in half points · align: left, center or right · before: space above, in twentieths of a point."""

    text: str
    size: int = TEXT
    align: str = "left"
    bold: bool = False
    before: int = 0


class Grid(Struct, frozen=True):
    """A table whose first row is its header, repeated on every page. widths: of its columns, in twentieths of a point."""

    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


class Page(Struct, frozen=True):
    """Paper and margins in twentieths of a point. margins: top, side, bottom."""

    width: int = 11906
    height: int = 16838
    margins: tuple[int, int, int] = (1000, 1150, 900)


PORTRAIT, LANDSCAPE = Page(), Page(16838, 11906)


def as_docx(blocks: Iterable[Paragraph | Grid], page: Page = PORTRAIT) -> bytes:
    """The blocks as a .docx, from top to bottom."""
    body = "".join(_paragraph(one) if isinstance(one, Paragraph) else _table(one) for one in blocks) + _section(page)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{KIND}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{DOCUMENT}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in parts.items():
            member = zipfile.ZipInfo(name, ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(member, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{content}')
        as_everywhere(package)
    return out.getvalue()


def _section(page: Page) -> str:
    top, side, bottom = page.margins
    turned = ' w:orient="landscape"' if page.width > page.height else ""
    size = f'<w:pgSz w:w="{page.width}" w:h="{page.height}"{turned}/>'
    return f'<w:sectPr>{size}<w:pgMar w:top="{top}" w:right="{side}" w:bottom="{bottom}" w:left="{side}" w:header="0" w:footer="0" w:gutter="0"/></w:sectPr>'


def _paragraph(one: Paragraph) -> str:
    spacing = f'<w:spacing w:before="{one.before}"/>' if one.before else '<w:spacing w:after="60"/>'
    align = f'<w:jc w:val="{one.align}"/>' if one.align != "left" else ""
    fonts = '<w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/>'
    look = "<w:b/>" if one.bold else ""
    run = f'<w:r><w:rPr>{fonts}{look}<w:sz w:val="{one.size}"/><w:szCs w:val="{one.size}"/></w:rPr><w:t xml:space="preserve">{cell_text(one.text)}</w:t></w:r>'
    return f"<w:p><w:pPr>{spacing}{align}</w:pPr>{run}</w:p>"


def _table(one: Grid) -> str:
    sides = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="808080"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in one.widths)
    borders = f'<w:tblBorders>{sides}</w:tblBorders><w:tblLayout w:type="fixed"/>'
    return f'<w:tbl><w:tblPr><w:tblW w:w="{sum(one.widths)}" w:type="dxa"/>{borders}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(_rows(one))}</w:tbl>'


def _rows(one: Grid) -> Iterator[str]:
    for at, row in enumerate(one.rows):
        kept = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if at == 0 else "<w:trPr><w:cantSplit/></w:trPr>"
        texts = (_paragraph(Paragraph(text, SMALL, bold=at == 0)) for text in row)
        cells = (f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{text}</w:tc>' for width, text in zip(one.widths, texts, strict=True))
        yield f"<w:tr>{kept}{''.join(cells)}</w:tr>"
