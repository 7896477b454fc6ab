"""Widths, heights and page set-up: what makes a sheet fit the screen and the paper."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from unicodedata import east_asian_width

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xltools.books.refs import quoted
from xltools.model.address import column_letters
from xltools.model.form import FIRST_ROW, HEADER_ROW, Field, Form, Kind, Template
from xltools.model.guide import load_guide

LINE_HEIGHT = 16.5
REQUIRED_MARK = "*"
A4 = 9
NARROW_EDGE, FOOT = 0.4, 0.8
LONG_TEXT = 100
PAGE_WIDTH, COLUMN_EDGE = 150, 0.7  # character widths across A4 in full size, and what each column adds to its own
SMALLEST = 0.8   # of full size: 10 points print as 8, where Excel's fonts are missing and columns come wider as 6.3
WIDER = 1.25     # columns in such fonts against Excel's
FOOTER_LIMIT = 255
TITLE_SIZE, INDENT = 1.6, 2      # of a title against the size of a cell; character widths in front of it
SHEET_ROWS = 1_048_576
WORD = re.compile("[!-,.-~]{8}")          # what is long enough to leave room behind itself at the end of a line
PIECE = re.compile("[!-,.-~]+-?|.", re.DOTALL)


@cache
def _width(character: str) -> int:
    """How many character widths a character takes, looked up in Unicode's tables once."""
    return 2 if east_asian_width(character) in "WFA" else 1


def text_width(text: str) -> int:
    """How many character widths a text takes: a Chinese character takes two."""
    return len(text) if text.isascii() else sum(map(_width, text))


def header_text(field: Field) -> str:
    """The header as written: a star marks what must be filled in."""
    return f"{field.header}{REQUIRED_MARK if field.required else ''}"


def column_width(field: Field) -> float:
    """Wide enough for the example, for a date, and for the header on three lines."""
    example = text_width(field.example) + 2 if field.max_length < LONG_TEXT else 0
    return max(field.width, example, math.ceil(text_width(header_text(field)) / 3) + 3)


def lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of this width. A word of letters and digits goes to the next line whole where it can."""
    room = max(width - 1.5, 1)
    if 2 * len(text) <= room and "\n" not in text:
        return 1
    return sum(max(1, math.ceil(text_width(part) / room), _broken(part, max(width, 1)) if WORD.search(part) else 0) for part in text.split("\n"))


def _broken(text: str, room: float) -> int:
    """How many lines of this room a text takes whose words are not parted where they need not be."""
    count, used = 1, 0.0
    for piece in PIECE.findall(text):
        wide = text_width(piece)
        if used + wide > room:
            count, used = count + bool(used) + math.ceil(wide / room) - 1, wide % room or wide
        else:
            used += wide
    return count


def broken(text: str, width: float) -> str:
    """A header with what stands in brackets at its end on a line of its own, where the whole does not fit the column: LibreOffice leaves the bracket behind.

    What stands before is cut where a line is full, in two characters: so words of Chinese go on.
    """
    before, bracket, rest = text.partition("（")
    if text_width(text) <= width + 1 or not rest.endswith("）"):
        return text
    room = max(2, int(width + 1) // 4 * 2)      # characters, two of a word side by side
    parts = [before] if text_width(before) <= width + 1 else [before[at : at + room] for at in range(0, len(before), room)]
    return "\n".join((*parts, bracket + rest))


def header_height(form: Form) -> float:
    """High enough for the longest header."""
    return LINE_HEIGHT * max(lines(header_text(field), column_width(field)) for field in form) + 6


def row_height(form: Form, record: Mapping[str, object]) -> float:
    """High enough for every text that is wrapped; no program works that out for rows it did not write itself."""
    texts = ((field, record.get(field.name)) for field in form if is_long(field))
    most = max((lines(text, column_width(field)) for field, text in texts if isinstance(text, str)), default=1)
    return 6 + LINE_HEIGHT * most


def is_long(field: Field) -> bool:
    """Whether the field holds sentences, which are wrapped, rather than a word."""
    return field.kind is Kind.TEXT and field.max_length >= LONG_TEXT and not field.formula


def frozen_columns(form: Form) -> int:
    """How many columns stay in view: those up to the enterprise's name when it stands in front, else the first."""
    front = [index for index, field in enumerate(form.fields[:4], 1) if field.kind is Kind.NAME]
    return front[0] if front else 1


def set_page(sheet: Worksheet, footer: str) -> None:
    """A4 across, one page wide; the footer keeps its size however small the sheet is printed."""
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=NARROW_EDGE, right=NARROW_EDGE, top=0.5, bottom=FOOT)
    sheet.center_horizontally()
    sheet.set_footer(footer[:FOOTER_LIMIT], {"margin": 0.3, "scale_with_doc": False})


def band(sheet: Worksheet, row: int, columns: range, text: tuple[int, str], look: Format) -> None:
    """A row in one look across these columns, all counted from 0. text: the column where it begins, and what it says."""
    for column in columns:
        sheet.write_blank(row, column, None, look)
    sheet.write_string(row, *text, look)


def pages_across(widths: Sequence[float], front: int) -> int:
    """How many pages these columns take in a size that can be read, the first `front` repeated on each."""
    wide = [width + COLUMN_EDGE for width in widths]
    room = PAGE_WIDTH / SMALLEST - sum(wide[:front])
    pages, left = 1, room
    for width in wide[front:]:
        if width > left:
            pages, left = pages + 1, room
        left -= width
    return pages


def first_page(form: Form) -> int:
    """How many columns stand on the first page, whatever the fonts and the size; at least one."""
    room, count = PAGE_WIDTH / WIDER, 0
    for one in form:
        room -= column_width(one) + COLUMN_EDGE
        if room < 0:
            break
        count += 1
    return max(1, count)


def repeated(form: Form) -> int:
    """How many columns every page across begins with, 0 where the sheet is one page wide. Hints are for the screen."""
    front = frozen_columns(form)
    return front if pages_across([column_width(one) for one in printed_fields(form)], front) > 1 else 0


def printed_fields(form: Form) -> list[Field]:
    """The fields that come on paper."""
    return [one for one in form if one.formula != "hint" and not one.screen]


def title_column(form: Form) -> int:
    """Where the title begins, from 0: behind the columns that each page repeats where it would be cut at their edge."""
    front = repeated(form)
    room = sum(column_width(one) for one in form.fields[:front])
    return front if TITLE_SIZE * text_width(form.title) + INDENT > room else 0


def note_columns(form: Form) -> tuple[int, int, int]:
    """Where the note begins and ends, from 0 and behind the last column, and how many lines it takes there.

    Below the title, in the columns that each page repeats, it stands whole on every page; where that would take more lines, or the
    title itself does not fit there, it stands behind them, on the first page only.
    """
    front = repeated(form)
    below, behind = _note_in(form, 0, front), _note_in(form, front, max(first_page(form), front + 1))
    return below if front and not title_column(form) and below[2] <= behind[2] else behind


def _note_in(form: Form, start: int, end: int) -> tuple[int, int, int]:
    return start, end, lines(form.note, sum(column_width(one) for one in form.fields[start:end]))


def with_name(form: Form, footer: str) -> str:
    """The footer with the sheet's name, where the title stands on the first page only."""
    return re.sub("(?=&[CR]|$)", "　&A", footer, count=1) if title_column(form) else footer


def stamp_footer(template: Template, policy: str) -> str:
    """What the template and policy are called on the left, the page's number on the right; as XlsxWriter writes it."""
    words = load_guide().words
    line = words["stamp_line"].format(title=template.title, version=template.version, policy=policy)
    return f"&L&9{line.replace('&', '&&')}&R&9{words['page']}"


def set_portrait(sheet: Worksheet) -> None:
    """A sheet that fits one upright page."""
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)


def set_view(sheet: Worksheet, form: Form, last_row: int) -> None:
    """Header and names stay in view, on screen and on paper; the header carries filters. Hints are for the screen."""
    front = frozen_columns(form)
    sheet.freeze_panes(HEADER_ROW, front)
    sheet.repeat_rows(0, HEADER_ROW - 1)
    printed = printed_fields(form)
    across = pages_across([column_width(one) for one in printed], front)
    sheet.fit_to_pages(across, 0)
    if across > 1:
        sheet.repeat_columns(0, front - 1)
        sheet.print_across()
    if any(one.screen for one in form):
        # All rows, so that it need not grow; written out, because openpyxl, which people's scripts use, reads no area of whole columns.
        sheet.print_area_range = f"{quoted(form.sheet)}!$A$1:${column_letters(len(printed))}${SHEET_ROWS}"
    sheet.autofilter(HEADER_ROW - 1, 0, max(last_row, FIRST_ROW) - 1, len(form.fields) - 1)
    sheet.hide_gridlines(2)
