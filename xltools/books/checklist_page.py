"""How tall the rows of a checklist's sheet are, and how it comes on paper."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace
from xlsxwriter.worksheet import Worksheet

from xltools.books.checklist_layout import (
    ENTRY,
    FIRST,
    HEAD,
    HEADER,
    NOTE,
    PAIRS,
    TITLE,
    PartLayout,
    Span,
    layout_of,
    requirement_spans,
    zones_of,
)
from xltools.books.layout import LINE_HEIGHT, set_page, text_width
from xltools.model.checklist import Entry, PartPlan, load_checklist_words
from xltools.model.form import load_form

TITLE_HEIGHT, NOTE_HEIGHT, HEAD_HEIGHT, HEADER_HEIGHT = 30, 24, 26, 36
FOOT_HEIGHT, OPINION_HEIGHT, SIGN_HEIGHT, LINE_BELOW = 34, 84, 34, 22
LOWEST_ROW, HIGHEST_ROW = 36, 400           # tall enough for a finger; no row is taller than a page
LARGE = 1.3                                 # texts in 13 points against those in 10
PAGE_TEXT = 240                             # characters of a header; a spreadsheet allows 255
# A4 across in points, without the margins below; a character's width in points, which depends on the fonts at hand.
MARGINS = {"left": 0.4, "right": 0.4, "top": 0.6, "bottom": 0.7}
PAGE_WIDTH, PAGE_HEIGHT = 842 - 72 * 0.8, 595 - 72 * 1.3
NARROW, EDGE = 5.25, 3.75
WIDTHS = tuple(NARROW + step / 20 for step in range(28))  # in Excel's fonts, to those of LibreOffice where Excel's are missing
HALF = 5.0                                  # points: half a Chinese character; Latin letters are a little wider
LATIN = 1.15
PIECE = re.compile(r"[!-~]+|.[，。；：、！？）》”％]*")   # what stays on one line


def note_of(plan: PartPlan) -> str:
    """What stands below the title: that the table cannot grade a real plant, or how to fill in; and what the table says of all its rows."""
    words = load_checklist_words().words
    note = [words["note"].format(note=plan.note)] if plan.note else []
    return "　".join([plan.warning or load_form("checklist_head").note, *note])


def laid_out(plan: PartPlan) -> PartLayout:
    """The layout of a part with the height of every row."""
    layout = layout_of(plan)
    rows = {row: _row_height(layout, row) for row in range(FIRST, layout.last + 1)}
    return replace(layout, tall={**_head_heights(layout), **rows, **_foot_heights(layout)})


def of_another(layout: PartLayout, head: Mapping[str, Entry]) -> PartLayout:
    """The same layout for a sheet that differs only in these values of the head."""
    plan = replace(layout.plan, head=head)
    other = replace(layout, plan=plan, zones=zones_of(head, layout.widths))
    return replace(other, tall={**layout.tall, **_head_heights(other), **_foot_heights(other)})


def _head_heights(layout: PartLayout) -> dict[int, float]:
    """Of the rows above those of the indicators."""
    note = _needed(note_of(layout.plan), sum(layout.widths), LARGE)
    found: dict[int, float] = {TITLE: TITLE_HEIGHT, NOTE: max(NOTE_HEIGHT, note)}
    for at, one in enumerate(load_form("checklist_head")):
        text, (label, value) = str(layout.plan.head.get(one.name) or ""), layout.zones[at % PAIRS]
        texts = (_needed(one.label, layout.width(label) - 2), _needed(text, layout.width(value) - 2))
        found[HEAD + at // PAIRS] = max(found.get(HEAD + at // PAIRS, HEAD_HEIGHT), *texts)
    return {**found, HEADER: HEADER_HEIGHT}


def _foot_heights(layout: PartLayout) -> dict[int, float]:
    """Of the rows below those of the indicators."""
    found: dict[int, float] = {}
    value = Span(layout.zones[1][1].first, len(layout.widths) - 1)
    found[layout.foot] = max(FOOT_HEIGHT, _needed(layout.plan.values["decisive"], layout.width(value) - 2))
    opinion = layout.width(Span(layout.zones[0][1].first, len(layout.widths) - 1)) - 2
    found[layout.foot + 1] = min(HIGHEST_ROW, max(OPINION_HEIGHT, _needed(layout.plan.opinion, opinion, ENTRY)))
    found[layout.checkers] = HEAD_HEIGHT
    found |= {layout.checkers + 1 + at: SIGN_HEIGHT for at in range(load_form("checklist_checkers").rows)}
    found[layout.end] = LINE_BELOW
    return found


def _row_height(layout: PartLayout, row: int) -> float:
    """Tall enough for all that stands in the row when it is written."""
    line, answer = layout.plan.lines[row - FIRST], layout.plan.lines[row - FIRST].answer
    own = {"item": line.item, "category": line.indicator.category, "unit": line.indicator.unit, "problem": line.problem, "demand": line.demand}
    entered: dict[str, str] = {}
    if answer:
        own["reason"] = answer.reason
        entered = {"found": answer.found if isinstance(answer.found, str) else "", "evidence": answer.evidence}
    needed = [_needed(text, layout.widths[layout.column(key)]) for key, text in own.items()]
    needed += [_needed(text, layout.width(span)) for span, text in requirement_spans(layout, row)]
    needed += [_needed(text, layout.widths[layout.column(key)], ENTRY) for key, text in entered.items()]
    return min(HIGHEST_ROW, max(LOWEST_ROW, *needed))


def _needed(text: str, width: float, size: float = 1.0) -> float:
    """The height of a wrapped text in a column of this width, where characters are narrowest. size: 1 for 10 points."""
    return LINE_HEIGHT * size * sum(_lines(part, width * NARROW / HALF / size) for part in text.split("\n")) + 6


def _lines(text: str, room: float) -> int:
    """How many lines a text takes when words stay whole and no line begins with a comma. room: in half characters."""
    count, left = 1, room
    for piece in PIECE.findall(text):
        taken = len(piece) * LATIN if piece.isascii() else text_width(piece)
        if taken > left and left < room:
            count, left = count + 1, room
        count += int(max(0.0, taken - 0.01) // room)      # a word longer than the line
        left -= taken % room if taken > room else taken
    return count


def header_of(plan: PartPlan) -> str:
    """What stands above every page: the enterprise, the process, the table. As XlsxWriter writes it."""
    head = plan.head
    about = f"{head['name']}　{head['process']}　{head['table']}（{head['edition']}）".replace("&", "&&")
    return f"&L&9 {about}"[:PAGE_TEXT]  # a name that begins with a digit would be read as part of the size


def set_part_page(sheet: Worksheet, layout: PartLayout, footer: str) -> None:
    """A4 across; the header row on every page with the enterprise above it; what is signed stays on one page."""
    set_page(sheet, footer)
    sheet.set_margins(**MARGINS)
    sheet.repeat_rows(HEADER - 1)
    sheet.set_header(header_of(layout.plan), {"margin": 0.25, "scale_with_doc": False})
    sheet.print_area(0, 0, layout.end - 1, len(layout.widths) - 1)
    if any(_foot_is_cut(layout, _room(layout, points)) for points in WIDTHS):
        sheet.set_h_pagebreaks([_last_page(layout, _room(layout, NARROW)) - 1])


def _room(layout: PartLayout, points: float) -> float:
    """How high a page is in the sheet's own points, for characters of this width."""
    return PAGE_HEIGHT / min(1.0, PAGE_WIDTH / sum(width * points + EDGE for width in layout.widths))


def _foot_is_cut(layout: PartLayout, room: float) -> bool:
    """Whether a page would end between the table's grade and the last signature."""
    tall, page, left = layout.tall, 1, room
    began: dict[int, int] = {}
    for row in range(1, layout.end + 1):
        if tall[row] > left:
            page, left = page + 1, room - tall[HEADER]
        left -= tall[row]
        began[row] = page
    return began[layout.foot] != began[layout.end]


def _last_page(layout: PartLayout, room: float) -> int:
    """The first of the rows that fit on one page with all that is signed."""
    tall = layout.tall
    row, left = layout.foot, room - tall[HEADER] - sum(tall[row] for row in range(layout.foot, layout.end + 1))
    while row > FIRST and tall[row - 1] <= left:
        row, left = row - 1, left - tall[row - 1]
    return row
