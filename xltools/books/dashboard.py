"""The sheet of figures: tables of formulas over the city's own sheets, each with the value it comes to, and native charts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.address import address, column_letters
from xltools.books.charts import CHART_ROWS, ROW_PIXELS, add_share_chart, add_tally_chart, chart_rows
from xltools.books.dashboard_months import add_months
from xltools.books.figure_cells import Figures, Ranges, line, section
from xltools.books.layout import set_page
from xltools.books.sheet import Formula, write_cell
from xltools.books.style import Styles
from xltools.model.dashboard import Counts, Share
from xltools.model.form import Template

LABEL_WIDTH, NUMBER_WIDTH, GAP = 15, 7.9, 1  # one upright page wide, even in a wide font
SCALE, PAGE_ROWS = 90, 50  # per cent: 10 points print as 9; and the rows that then fit one upright page


def add_dashboard(workbook: Workbook, figures: Figures, template: Template, styles: Styles) -> Worksheet:
    """Add the sheet: the shares, the months, then every table of counts, each with its chart below it."""
    words = figures.words
    sheet: Worksheet = workbook.add_worksheet(words.sheet)
    wide = max(len(counts.grades) for counts in figures.counts) + 2
    sheet.set_default_row(ROW_PIXELS * 0.75)
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, wide, NUMBER_WIDTH)
    for row, look, text, height in ((1, "title", words.title, 34), (2, "subtitle", words.still if figures.still else words.note, 22)):
        sheet.set_row(row - 1, height)
        for column in range(wide + 1):
            sheet.write_blank(row - 1, column, None, styles.get(look))
        sheet.write_string(row - 1, 0, text, styles.get(look))
    ranges = Ranges(figures, template)
    starts = [4, _shares(workbook, sheet, figures, template, styles)]
    if figures.months:
        starts.append(add_months(workbook, sheet, starts[-1], ranges, styles) + GAP)
    for counts in figures.counts:
        starts += _block(workbook, sheet, (counts, starts[-1]), ranges, styles)
    _view(sheet, starts)
    return sheet


# --- counts -----------------------------------------------------------------------------------------------------------


def _block(workbook: Workbook, sheet: Worksheet, block: tuple[Counts, int], ranges: Ranges, styles: Styles) -> list[int]:
    """One table of counts at `row`, its chart below; gives the rows where the page may end: before the chart of a long one, and after it."""
    counts, row = block
    words, tally = ranges.figures.words, counts.tally
    section(sheet, row, tally.title, styles)
    header = row + 1
    head = [ranges.label(tally.form, tally.by), *counts.grades, words.other, words.total]
    line(sheet, header, head, [("header", "formula")] * len(head), styles)
    at = header
    for name in counts.numbers:
        at += 1
        line(sheet, at, ranges.figures.shown(_counted(counts, name, (at, header), ranges)), _looks(len(head)), styles)
    body = (header + 1, at)
    if counts.rest:
        at += 1
        line(sheet, at, ranges.figures.shown([words.rest, *_rest(counts, header, body, ranges)]), _looks(len(head)), styles)
    at += 1
    line(sheet, at, ranges.figures.shown([words.total, *_totals(counts, (header + 1, at - 1))]), [("label",)] + [("cell", "total", "center")] * (len(head) - 1), styles)
    if not tally.chart or not any(map(any, counts.numbers.values())):
        return [at + 1 + GAP]
    add_tally_chart(workbook, sheet, counts, (header, body, at + 1))
    end = at + 1 + chart_rows(counts) + GAP
    return [at + 1, end] if end - row > PAGE_ROWS else [end]


def _looks(length: int) -> list[tuple[str, ...]]:
    return [("cell", "bold"), *[("cell", "center")] * (length - 2), ("cell", "total", "center")]


def _counted(counts: Counts, name: str, place: tuple[int, int], ranges: Ranges) -> list[str | float | Formula]:
    """One line: a count per grade, those of no grade, all."""
    row, header = place
    tally, wide = counts.tally, len(counts.grades)
    by, grade = ranges.of(tally.form, tally.by), ranges.of(tally.form, tally.grade)
    numbers = [
        Formula(f"COUNTIFS({by},$A{row},{grade},{column_letters(column)}${header})", number)
        for column, number in enumerate(counts.numbers[name], 2)
    ]
    others, total = counts.others[name], counts.others[name] + sum(counts.numbers[name])
    rest = Formula(f"{address(row, wide + 3)}-SUM({address(row, 2)}:{address(row, wide + 1)})", others)
    return [name, *numbers, rest, Formula(f"COUNTIFS({by},$A{row})", total)]


def _rest(counts: Counts, header: int, body: tuple[int, int], ranges: Ranges) -> list[Formula]:
    """The line of what stands on no other line."""
    tally, rest = counts.tally, counts.rest or ()
    grade, everything = ranges.of(tally.form, tally.grade), ranges.of(tally.form, "county")
    wide, row = len(counts.grades), body[1] + 1
    # from the header on, whose text counts as nothing: there may be no other line
    above = [f"SUM({address(header, column)}:{address(body[1], column)})" for column in range(2, wide + 4)]
    cells = [Formula(f"COUNTIFS({grade},{column_letters(at + 2)}${header})-{above[at]}", rest[at]) for at in range(wide)]
    cells.append(Formula(f"{address(row, wide + 3)}-SUM({address(row, 2)}:{address(row, wide + 1)})", rest[wide]))
    return [*cells, Formula(f"COUNTA({everything})-{above[wide + 1]}", sum(rest))]


def _totals(counts: Counts, body: tuple[int, int]) -> list[Formula]:
    columns = [*zip(*counts.numbers.values(), strict=True)] or [()] * len(counts.grades)
    rest = counts.rest or (0,) * (len(counts.grades) + 1)
    sums = [sum(column) + more for column, more in zip([*columns, tuple(counts.others.values())], rest, strict=True)]
    sums.append(sum(sums))
    return [Formula(f"SUM({address(body[0], at)}:{address(body[1], at)})", value) for at, value in enumerate(sums, 2)]


# --- shares -----------------------------------------------------------------------------------------------------------


def _shares(workbook: Workbook, sheet: Worksheet, figures: Figures, template: Template, styles: Styles) -> int:
    """The table of shares with numerator and denominator, and its chart; gives the row where the next block begins."""
    words, ranges = figures.words.share, Ranges(figures, template)
    section(sheet, 4, f"{figures.target.name}（企业数）", styles)
    head = [words.basis, words.good, words.graded, words.share, words.target, words.uncounted, words.verdict]
    sheet.set_row(4, 34)
    line(sheet, 5, head, [("header", "formula")] * len(head), styles)
    sheet.merge_range(4, len(head) - 1, 4, len(head), words.verdict, styles.get("header", "formula"))
    for row, share in enumerate(figures.shares, 6):
        looks = [("cell", "bold"), ("cell", "center"), ("cell", "center"), ("cell", "share"), ("cell", "share"), ("cell", "center"), ("cell",)]
        line(sheet, row, figures.shown(_share(share, row, ranges)), looks, styles)
        sheet.merge_range(row - 1, len(head) - 1, row - 1, len(head), "", styles.get("cell", "center"))
        write_cell(sheet, (row - 1, len(head) - 1), figures.shown([_verdict(share, row, figures)])[0], styles.get("cell", "center"))
    last = 5 + len(figures.shares)
    add_share_chart(workbook, sheet, figures.words, (6, last))
    return last + 2 + CHART_ROWS + GAP


def _share(share: Share, row: int, ranges: Ranges) -> list[str | float | Formula]:
    figures = ranges.figures
    form = figures.words.share.form
    values = ranges.of(form, share.grade)
    good = "+".join(f'COUNTIFS({values},"{grade}")' for grade in figures.target.grades)
    graded = "+".join(f'COUNTIFS({values},"{grade}")' for grade in figures.grades)
    none = figures.words.share.none
    value = none if share.value is None else float(share.value)
    return [
        ranges.label(form, share.grade),
        Formula(good, share.good),
        Formula(graded, share.graded),
        Formula(f'IF(C{row}=0,"{none}",B{row}/C{row})', value),
        float(share.target),
        Formula(f"COUNTA({ranges.of(form, 'county')})-C{row}", share.uncounted),
        "",
    ]


def _verdict(share: Share, row: int, figures: Figures) -> Formula:
    """Whether the target is reached, or how many more enterprises it takes."""
    words = figures.words.share
    before, after = words.missing.split("{count}")
    short = f"MAX(0,ROUNDUP(ROUND(E{row}*C{row},6),0)-B{row})"
    told = words.none if share.value is None else words.missing.format(count=share.missing) if share.missing else words.reached
    return Formula(f'IF(C{row}=0,"{words.none}",IF({short}=0,"{words.reached}","{before}"&{short}&"{after}"))', told)


def _view(sheet: Worksheet, starts: Sequence[int]) -> None:
    """Header in view; on paper no block is cut in two. starts: rows where blocks begin, and the row below the last."""
    set_page(sheet, "&C第 &P 页，共 &N 页")
    sheet.set_portrait()
    sheet.set_print_scale(SCALE)    # a sheet fitted to its pages would ignore the breaks
    breaks, top = [], 1
    for start, end in pairwise(starts):
        if end - top > PAGE_ROWS:
            breaks.append(start - 1)
            top = start
    sheet.set_h_pagebreaks(breaks)
    sheet.print_area(0, 0, starts[-1] - 1, sheet.dim_colmax or 0)
    sheet.repeat_rows(0, 1)
    sheet.freeze_panes(2, 1)
    sheet.hide_gridlines(2)
