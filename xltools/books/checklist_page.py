"""How tall the rows of a checklist's sheet are, and how it comes on paper."""

from __future__ import annotations

from collections.abc import Mapping

from xlsxwriter.worksheet import Worksheet

from xltools.books.checklist_layout import FIRST, HEAD, HEADER, NOTE, PAIRS, TITLE, PartLayout, Span, requirement_spans
from xltools.books.layout import LINE_HEIGHT, lines, set_page
from xltools.model.form import load_form

TITLE_HEIGHT, NOTE_HEIGHT, HEAD_HEIGHT, HEADER_HEIGHT = 30, 24, 26, 36
FOOT_HEIGHT, OPINION_HEIGHT, SIGN_HEIGHT, LINE_BELOW = 34, 84, 34, 22
LOWEST_ROW, HIGHEST_ROW = 36, 400           # tall enough for a finger; no row is taller than a page
BIGGER = 1.3                                # text in the sizes 12 and 13 takes so much more than in 10
PAGE_TEXT = 240                             # characters of a header; a spreadsheet allows 255
# A4 across in points, without the margins below; a character's width in points, which depends on the fonts at hand.
MARGINS = {"left": 0.4, "right": 0.4, "top": 0.6, "bottom": 0.7}
PAGE_WIDTH, PAGE_HEIGHT = 842 - 72 * 0.8, 595 - 72 * 1.3
NARROW, WIDE, EDGE = 5.25, 6.3, 3.75


def heights(layout: PartLayout, note: str) -> dict[int, float]:
    """The height of every row. note: what stands below the title."""
    found: dict[int, float] = {TITLE: TITLE_HEIGHT, NOTE: max(NOTE_HEIGHT, _needed(note, sum(layout.widths) / BIGGER))}
    for at, one in enumerate(load_form("checklist_head")):
        text, value = str(layout.plan.head.get(one.name) or ""), layout.zones[at % PAIRS][1]
        found[HEAD + at // PAIRS] = max(found.get(HEAD + at // PAIRS, HEAD_HEIGHT), _needed(text, layout.width(value) - 2))
    found[HEADER] = HEADER_HEIGHT
    found |= {row: _row_height(layout, row) for row in range(FIRST, layout.last + 1)}
    value = Span(layout.zones[1][1].first, len(layout.widths) - 1)
    found[layout.foot] = max(FOOT_HEIGHT, _needed(layout.plan.values["decisive"], layout.width(value)))
    opinion = layout.width(Span(layout.zones[0][1].first, len(layout.widths) - 1)) / BIGGER
    found[layout.foot + 1] = min(HIGHEST_ROW, max(OPINION_HEIGHT, _needed(layout.plan.opinion, opinion)))
    found[layout.checkers] = HEAD_HEIGHT
    found |= {layout.checkers + 1 + at: SIGN_HEIGHT for at in range(load_form("checklist_checkers").rows)}
    found[layout.end] = LINE_BELOW
    return found


def _row_height(layout: PartLayout, row: int) -> float:
    """Tall enough for all that stands in the row when it is written."""
    line = layout.plan.lines[row - FIRST]
    columns = {key: layout.widths[layout.column(key)] for key in ("item", "category", "problem", "demand", "found", "reason")}
    texts = [(columns["item"], line.item), (columns["category"], line.indicator.category)]
    texts += [(layout.width(span), text) for span, text in requirement_spans(layout, row)]
    texts += [(columns["problem"], line.problem), (columns["demand"], line.demand)]
    if line.answer:
        found = line.answer.found
        texts += [(columns["reason"], line.answer.reason), (columns["found"] / BIGGER, found if isinstance(found, str) else "")]
    return min(HIGHEST_ROW, max(LOWEST_ROW, *(_needed(text, width) for width, text in texts if text)))


def _needed(text: str, width: float) -> float:
    return LINE_HEIGHT * lines(text, width) + 8


def set_part_page(sheet: Worksheet, layout: PartLayout, tall: Mapping[int, float], footer: str) -> None:
    """A4 across; the header row on every page with the enterprise above it; what is signed stays on one page."""
    head = layout.plan.head
    set_page(sheet, footer)
    sheet.set_margins(**MARGINS)
    sheet.repeat_rows(HEADER - 1)
    about = f"{head['name']}　{head['process']}　{head['table']}（{head['edition']}）".replace("&", "&&")
    sheet.set_header(f"&L&9{about}"[:PAGE_TEXT], {"margin": 0.25})
    sheet.print_area(0, 0, layout.end - 1, len(layout.widths) - 1)
    if all(_foot_is_cut(layout, tall, points) for points in (NARROW, WIDE)):
        sheet.set_h_pagebreaks([layout.foot - 1])


def _foot_is_cut(layout: PartLayout, tall: Mapping[int, float], points: float) -> bool:
    """Whether a page would end between the table's grade and the last signature, for characters of this width."""
    scale = min(1.0, PAGE_WIDTH / sum(width * points + EDGE for width in layout.widths))
    room = PAGE_HEIGHT / scale
    page, left = 1, room
    began: dict[int, int] = {}
    for row in range(1, layout.end + 1):
        if tall[row] > left:
            page, left = page + 1, room - tall[HEADER]
        left -= tall[row]
        began[row] = page
    return began[layout.foot] != began[layout.end]
