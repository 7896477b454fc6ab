"""The one-page letter that goes with a returned file: as a Word document, and as text for a chat. Both say the same.

Source: ECMA-376 part 1, 17.2 (main document), 17.4 (tables).
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from xltools.books.package import ZIP_DATE
from xltools.books.patch_xml import cell_text
from xltools.model.finding import Finding, Severity
from xltools.model.returned import Letter, load_return

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
WIDTHS = (600, 900, 2500, 5600)  # of the table's columns, in twentieths of a point; together the width between the margins
TITLE, TEXT, SMALL = 32, 21, 18  # sizes in half points
LONGEST = 110                    # characters of a sentence: ten of them must stay on the page


@dataclass(frozen=True)
class Notice:
    """What the letter says. rows: number, severity, place, sentence of each of the most important problems."""

    title: str
    opening: tuple[str, ...]
    table: str
    rows: tuple[tuple[str, str, str, str], ...]
    steps_title: str
    steps: tuple[str, ...]
    date: str


def notice_of(letter: Letter, returned: str) -> Notice:
    """The letter about one file. returned: the name of the copy, or of the list, that goes back with it."""
    words = load_return()
    total = sum(letter.by_sheet.values(), Counter[Severity]())
    counts = words.counts.format(**{one.value: total[one] for one in Severity})
    opening = words.notice_opening.format(file=letter.file, counts=counts)
    facts = (f"{words.deadline}：{letter.deadline}", f"{words.notice_returned}：{returned}")
    listed = letter.important
    return Notice(
        title=words.notice_title,
        opening=(f"{letter.county or words.notice_unknown}：", opening, *facts),
        table=words.notice_table.format(count=len(listed), all=len(letter.findings)),
        rows=tuple((str(number), one.severity.label, _where(one), _sentence(one)) for number, one in enumerate(listed, 1)),
        steps_title=words.steps_title,
        steps=tuple(f"{number}. {text}" for number, text in enumerate(words.notice_steps, 1)),
        date=letter.date,
    )


def _where(finding: Finding) -> str:
    place = finding.place
    return f"【{place.sheet}】{place.cell}" if place.sheet else load_return().whole


def _sentence(finding: Finding) -> str:
    text = f"{finding.message}。{finding.fix}。"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def as_text(notice: Notice) -> str:
    """The letter for a chat: no line begins with a sign that a spreadsheet would take for a formula."""
    rows = [f"{number}. {severity} {place} {sentence}" for number, severity, place, sentence in notice.rows]
    parts = ("\n".join((notice.title, *notice.opening)), "\n".join((notice.table, *rows)), "\n".join((f"{notice.steps_title}：", *notice.steps)), notice.date)
    return "\n\n".join(parts) + "\n"


def as_document(notice: Notice) -> bytes:
    """The letter as a .docx; the same letter gives the same bytes."""
    body = "".join(_body(notice))
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
    return out.getvalue()


def _body(notice: Notice) -> Iterator[str]:
    yield _paragraph(notice.title, TITLE, '<w:jc w:val="center"/>', "<w:b/>")
    for text in notice.opening:
        yield _paragraph(text, TEXT)
    yield _paragraph(notice.table, TEXT, '<w:spacing w:before="160"/>', "<w:b/>")
    yield _table(notice)
    yield _paragraph(notice.steps_title, TEXT, '<w:spacing w:before="160"/>', "<w:b/>")
    for text in notice.steps:
        yield _paragraph(text, TEXT)
    yield _paragraph(notice.date, TEXT, '<w:jc w:val="right"/>')
    yield '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1000" w:right="1150" w:bottom="900" w:left="1150" w:header="0" w:footer="0" w:gutter="0"/></w:sectPr>'


def _paragraph(text: str, size: int, layout: str = "", look: str = "") -> str:
    spacing = "" if "w:spacing" in layout else '<w:spacing w:after="60"/>'
    fonts = '<w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/>'
    run = f'<w:r><w:rPr>{fonts}{look}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr><w:t xml:space="preserve">{cell_text(text)}</w:t></w:r>'
    return f"<w:p><w:pPr>{spacing}{layout}</w:pPr>{run}</w:p>"


def _table(notice: Notice) -> str:
    sides = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="808080"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in WIDTHS)
    columns = load_return().columns
    head = (columns["no"], columns["severity"], columns["cell"], columns["message"])
    rows = _row(head, "<w:b/>") + "".join(_row(row) for row in notice.rows)
    return f'<w:tbl><w:tblPr><w:tblW w:w="{sum(WIDTHS)}" w:type="dxa"/><w:tblBorders>{sides}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>'


def _row(texts: tuple[str, ...], look: str = "") -> str:
    cells = (f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{_paragraph(text, SMALL, "", look)}</w:tc>' for width, text in zip(WIDTHS, texts, strict=True))
    return f"<w:tr>{''.join(cells)}</w:tr>"
