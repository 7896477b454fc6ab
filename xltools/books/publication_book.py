"""公示名单.xlsx: one plain sheet, and nothing else in the package: no hidden sheet, no stamp, no document properties."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from xlsxwriter.worksheet import Worksheet

from xltools.books.layout import LINE_HEIGHT, lines
from xltools.books.package import pack, replace_file, workbook_in
from xltools.books.style import Styles
from xltools.model.form import Form, Kind
from xltools.model.publication import load_publication_words

PROPERTIES = "docProps/"
NAMES_PROPERTIES = re.compile(rb"<(?:Relationship|Override)\b[^>]*\bdocProps/[^>]*/>")
TITLE_HEIGHT, HEAD_HEIGHT, ROOM = 36, 24, 8       # points; ROOM: above and below the lines of a row


def write_public_list(path: Path, form: Form, records: Sequence[Mapping[str, object]], said: Mapping[str, str]) -> None:
    """Write the public list. records: with their numbers · said: the notice's sentences; an empty one is left out."""
    buffer = BytesIO()
    with workbook_in(buffer) as (workbook, styles):
        sheet: Worksheet = workbook.add_worksheet(form.sheet)
        last = len(form.fields) - 1
        above = [(key, said[key]) for key in ("title", "period", "not_official") if said[key]]
        for row, (key, text) in enumerate(above):
            look = ("title", "center") if key == "title" else ("error", "bold", "wrap", "center") if key == "not_official" else ("plain", "center")
            sheet.merge_range(row, 0, row, last, text, styles.get(*look))
            sheet.set_row(row, TITLE_HEIGHT if key == "title" else LINE_HEIGHT * lines(text, _width(form)) + ROOM)
        head = len(above)
        for column, one in enumerate(form):
            sheet.set_column(column, column, one.width)
            sheet.write_string(head, column, one.label, styles.get("header", "county"))
        sheet.set_row(head, HEAD_HEIGHT)
        for row, record in enumerate(records, head + 1):
            _line(sheet, row, form, record, styles)
        _page(sheet, head, len(records), form, said["basis"], styles)
    replace_file(path, without_properties(buffer.getvalue()))


def _line(sheet: Worksheet, row: int, form: Form, record: Mapping[str, object], styles: Styles) -> None:
    for column, one in enumerate(form):
        value = record[one.name]
        look = styles.get("cell", "wrap", "center" if one.kind is not Kind.TEXT else "indent", *(() if one.kind is Kind.INTEGER else ("text",)))
        sheet.write_number(row, column, float(str(value)), look) if one.kind is Kind.INTEGER else sheet.write_string(row, column, str(value), look)
    sheet.set_row(row, LINE_HEIGHT * max(lines(str(record[one.name]), one.width) for one in form) + ROOM)


def _page(sheet: Worksheet, head: int, count: int, form: Form, basis: str, styles: Styles) -> None:
    """The basis under the list; frozen header, filter, and a page that prints with the header on every sheet of paper."""
    last, foot = len(form.fields) - 1, head + count + 1
    sheet.merge_range(foot, 0, foot, last, basis, styles.get("faint", "wrap", "top"))
    sheet.set_row(foot, LINE_HEIGHT * lines(basis, _width(form)) + ROOM)
    sheet.freeze_panes(head + 1, 0)
    sheet.autofilter(head, 0, head + max(count, 1), last)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, head)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.center_horizontally()
    sheet.hide_gridlines(2)
    sheet.set_footer(f"&C&9{load_publication_words().words['page_number']}")


def _width(form: Form) -> float:
    return sum(one.width for one in form)


def without_properties(content: bytes) -> bytes:
    """The package without the parts that name an author, a program or a day."""
    with ZipFile(BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if not name.startswith(PROPERTIES)}
    for name in ("[Content_Types].xml", "_rels/.rels"):
        parts[name] = NAMES_PROPERTIES.sub(b"", parts[name])
    return pack(parts)
