"""The sheet of figures: tables of formulas over the city's own sheets, each with the value it comes to, and native charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import ceil

from msgspec import Struct
from msgspec.structs import replace
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.base import Cell
from xltools.books.charts import (
    AROUND,
    CHART_ROWS,
    MONTHS_ROWS,
    PAGE_ROWS,
    ROW_PIXELS,
    add_months_chart,
    add_share_chart,
    add_tally_chart,
    chart_rows,
)
from xltools.books.layout import SHEET_ROWS, band, broken, set_page
from xltools.books.refs import column_of, quoted
from xltools.books.sheet import Formula, shown_value, write_cell
from xltools.books.style import Styles
from xltools.model.address import address, column_letters
from xltools.model.dashboard import Counts, Dashboard, Share, good, graded
from xltools.model.form import FIRST_ROW, Template
from xltools.model.policy import Target

SHORTEST = 5000  # formulas look at so many rows at least: the city may add some


class Figures(Struct, frozen=True):
    """What the sheet shows. length: the longest of the sheets counted, in rows · grades: those that make an enterprise graded ·
    months: lines of the sheet of months · still: whether formulas would not find the rows, which lie beside the workbook."""

    words: Dashboard
    counts: Sequence[Counts]
    shares: Sequence[Share]
    target: Target
    length: int
    grades: Sequence[str]
    months: Sequence[Mapping[str, object]] = ()
    still: bool = False

    def shown(self, cells: Iterable[str | float | Formula | None]) -> list[Cell | Formula]:
        """The cells of a line; their values alone where formulas would not find the rows."""
        return [shown_value(cell) if self.still else cell for cell in cells]


class Ranges(Struct, frozen=True):
    """Columns of the city's sheets as formulas name them."""

    figures: Figures
    template: Template

    def of(self, form: str, field: str) -> str:
        """All rows of a column."""
        letter = column_of(self.template[form], field)
        last = max(SHORTEST, self.figures.length + 1000)
        return f"{quoted(self.template[form].sheet)}!${letter}${FIRST_ROW}:${letter}${last}"

    def label(self, form: str, field: str) -> str:
        """The label of a column."""
        return self.template[form][field].label


def section(sheet: Worksheet, row: int, text: str, styles: Styles) -> None:
    """The heading of a block."""
    sheet.set_row(row - 1, 22)
    sheet.write_string(row - 1, 0, text, styles.get("section"))


def line(sheet: Worksheet, row: int, cells: Sequence[Cell | Formula], looks: Sequence[tuple[str, ...]], styles: Styles) -> None:
    """One line of a block, from the first column on."""
    for column, (cell, look) in enumerate(zip(cells, looks, strict=True)):
        write_cell(sheet, (row - 1, column), cell, styles.get(*look))


LABEL_WIDTH, NUMBER_WIDTH, GAP = 15, 7.9, 1  # one upright page wide, even in a wide font
SCALE = 90  # per cent: 10 points print as 9
LONGEST = PAGE_ROWS - AROUND - GAP  # lines of a table, and of a chart, on one page


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
        band(sheet, row - 1, range(wide + 1), (0, text), styles.get(look))
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
    """One table of counts at `row`, a chart below it for each of its parts; gives the rows where a page may end, one that fits a page only below it."""
    counts, row = block
    parts = _parts(counts, ranges.figures.words)
    tops, at = _table(sheet, (counts, parts, row), ranges, styles)
    ends = tops[1:]
    for part, top in zip(parts, tops, strict=True):
        if counts.tally.chart and any(map(any, part.numbers.values())):
            ends.append(at + 1)
            add_tally_chart(workbook, sheet, part, (row + 1, (top + 2, top + 1 + len(part.numbers)), at + 1))
            at += chart_rows(part) + GAP
    end = at + 1 + GAP
    return [*ends, end] if end - row > PAGE_ROWS else [end]


def _parts(counts: Counts, words: Dashboard) -> list[Counts]:
    """The counts in parts of about as many lines, each of which fits a page. Parts behind the first say in their title which they are."""
    lines, tally = [*counts.numbers.items()], counts.tally
    count = max(1, ceil(len(lines) / LONGEST))
    edges = [at * len(lines) // count for at in range(count + 1)]
    titles = [tally.title, *(words.continued.format(title=tally.title, part=part) for part in range(2, count + 1))]
    return [
        replace(counts, tally=replace(tally, title=title), numbers=dict(lines[start:end]))
        for title, (start, end) in zip(titles, pairwise(edges), strict=True)
    ]


def _table(sheet: Worksheet, table: tuple[Counts, Sequence[Counts], int], ranges: Ranges, styles: Styles) -> tuple[list[int], int]:
    """The table at `row`, each part below its own heading and header; gives the rows of the headings, and the last row."""
    counts, parts, row = table
    words, shown = ranges.figures.words, ranges.figures.shown
    head = [ranges.label(counts.tally.form, counts.tally.by), *counts.grades, words.other, words.total]
    at, header, tops = row - 1, row + 1, list[int]()
    for part in parts:
        at += 2
        tops.append(at - 1)
        section(sheet, at - 1, part.tally.title, styles)
        line(sheet, at, head, [("header", "formula")] * len(head), styles)
        for name in part.numbers:
            at += 1
            line(sheet, at, shown(_counted(counts, name, (at, header), ranges)), _looks(len(head)), styles)
    if counts.rest:
        line(sheet, at + 1, shown([words.rest, *_rest(counts, header, (header + 1, at), ranges)]), _looks(len(head)), styles)
        at += 1
    line(sheet, at + 1, shown([words.total, *_totals(counts, (header + 1, at))]), [("label",)] + [("cell", "total", "center")] * (len(head) - 1), styles)
    return tops, at + 1


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
    verdict = words.none if share.value is None else words.missing.format(count=share.missing) if share.missing else words.reached
    return Formula(f'IF(C{row}=0,"{words.none}",IF({short}=0,"{words.reached}","{before}"&{short}&"{after}"))', verdict)


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
    # all rows, so that it need not grow with the tables; see layout.set_view
    sheet.print_area_range = f"{quoted(str(sheet.name))}!$A$1:${column_letters((sheet.dim_colmax or 0) + 1)}${SHEET_ROWS}"
    sheet.repeat_rows(0, 1)
    sheet.freeze_panes(2, 1)
    sheet.hide_gridlines(2)


# --- months -----------------------------------------------------------------------------------------------------------


def add_months(workbook: Workbook, sheet: Worksheet, row: int, ranges: Ranges, styles: Styles) -> int:
    """The block at `row`, its chart below the table as soon as there are two months; gives the row below it. Only the last months are shown."""
    figures = ranges.figures
    words, target = figures.words.history, figures.words.share.target
    bases = figures.words.share.grades
    section(sheet, row, words.title, styles)
    names = [ranges.label(figures.words.share.form, basis) for basis in bases]
    head = [*(ranges.label(words.form, name) for name in words.before), *names, target, *(ranges.label(words.form, name) for name in words.after)]
    head = [broken(one, NUMBER_WIDTH) for one in head]
    sheet.set_row(row, 6 + 14 * max(2, *(one.count("\n") + 1 for one in head)))
    line(sheet, row + 1, head, [("header", "formula")] * len(head), styles)
    before, shares = len(words.before), len(bases) + 1
    looks = [("cell", "bold"), *[("cell", "center")] * (before - 1), *[("cell", "share")] * shares, *[("cell", "center")] * len(words.after)]
    shown = figures.months[-words.last :]
    for at, month in enumerate(shown, row + 2):
        line(sheet, at, figures.shown(_month(month, at, ranges)), looks, styles)
    last = row + 1 + len(shown)
    if len(shown) == 1:
        return last + 1
    add_months_chart(workbook, sheet, words.chart, (row + 1, last, before), [*names, target])
    return last + 2 + MONTHS_ROWS


def _month(month: Mapping[str, object], row: int, ranges: Ranges) -> list[str | float | Formula | None]:
    """One month, found by its name on the sheet of months; a share of nothing is an empty cell, so that no line is drawn to 0."""
    figures = ranges.figures
    words = figures.words.history

    def found(field: str) -> str:
        return f"INDEX({ranges.of(words.form, field)},MATCH(${column_letters(1)}{row},{ranges.of(words.form, words.before[0])},0))"

    def number(field: str) -> Formula:
        return Formula(found(field), _number_in(month, field))

    def share(basis: str) -> Formula | None:
        of = _number_in(month, graded(basis))
        return Formula(f"{found(good(basis))}/{found(graded(basis))}", _number_in(month, good(basis)) / of) if of else None

    name, *counts = words.before
    return [str(month[name]), *map(number, counts), *map(share, figures.words.share.grades), float(figures.target.share), *map(number, words.after)]


def _number_in(month: Mapping[str, object], field: str) -> float:
    return float(str(month.get(field) or 0))
