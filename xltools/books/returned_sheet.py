"""The sheet in front of a returned workbook, as a worksheet part; and what an earlier one recorded.

A hidden column keeps, for each finding, the fill its cell had before, and on top a fingerprint of the rest of the workbook;
the one behind it the fills of the other cells that a finding names.
Source: ECMA-376 part 1, 18.3.1.99.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

from msgspec import Struct

from xltools.books.answers import BETWEEN, RECORD, record_of
from xltools.books.base import LONGEST_TEXT, Grid
from xltools.books.patch import MAIN
from xltools.books.patch_style import NONE, StyleTable
from xltools.books.patch_xml import cell_text, escape
from xltools.books.refs import quoted
from xltools.books.returned_letter import WIDTHS, Entry, LetterRow, Link, holds, starts_anew
from xltools.books.style import properties_of
from xltools.model.address import address, areas, column_letters, corners, split
from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.grouped import grouped
from xltools.model.returned import Letter, load_return

MOST_LINKS = 60_000  # a sheet holds 65,530
WIDE, LINE_HEIGHT, PADDING = 0.54, 14.5, 4  # Chinese characters per unit of width; points
OTHERS = RECORD + 1

Formers = dict[tuple[str, tuple[int, int]], str]  # (sheet, cell) → the fill it had


class Known(Struct, frozen=True):
    """What the hidden column keeps. formers: the fills of marked cells · abouts: what an answer to a warning would be about."""

    formers: Mapping[tuple[str, tuple[int, int]], str]
    abouts: Mapping[Finding, str]


def front_sheet(letter: Letter, lines: Sequence[LetterRow], known: Known, styles: StyleTable) -> bytes:
    """The worksheet part, not yet signed. lines: the letter's, see `returned_letter.front_lines`."""
    words, heights = load_return(), list(map(line_height, lines))
    rows: list[str] = []
    links: list[tuple[str, Link]] = []
    numbers: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(lines, 1):
        record = words.record if number == 1 else _recorded(line, known, letter)
        others = _others(line, known)
        entries = (*line.entries, *([Entry(RECORD, record)] if record else []), *([Entry(OTHERS, others)] if others else []))
        numbers |= {entry.looks: styles.look(properties_of(entry.looks)) for entry in entries if entry.looks not in numbers}
        cells = "".join(_cell(number, entry, numbers[entry.looks]) for entry in entries)
        rows.append(f'<row r="{number}" ht="{heights[number - 1]}" customHeight="1">{cells}</row>')
        links += [(address(number, entry.column), entry.link) for entry in line.entries if entry.link]
    columns = "".join(f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(WIDTHS, 1))
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><dimension ref="A1:{column_letters(OTHERS)}{len(lines)}"/>'
        '<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="18"/>'
        f'<cols>{columns}<col min="{RECORD}" max="{OTHERS}" width="12" hidden="1" customWidth="1"/></cols>'
        f"<sheetData>{''.join(rows)}</sheetData>{_links(links)}"
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>'
        f'<headerFooter scaleWithDoc="0"><oddFooter>&amp;C第 &amp;P 页，共 &amp;N 页</oddFooter></headerFooter>{_page_end(starts_anew(lines, heights))}</worksheet>'
    ).encode()


def _page_end(row: int) -> str:
    return f'<rowBreaks count="1" manualBreakCount="1"><brk id="{row}" max="16383" man="1"/></rowBreaks>' if row else ""


def signed(content: bytes, digest: str, sources: str) -> bytes:
    """The worksheet part with the fingerprint of the rest of the workbook. sources: of the file that goes back, and of those it was returned from before."""
    record = load_return().record
    return content.replace(record.encode(), f"{record}{digest}{BETWEEN}{sources}".encode(), 1)


def digest_in(grid: Grid) -> str:
    """The fingerprint that a sheet in front recorded."""
    return record_of(grid).removeprefix(load_return().record).partition(BETWEEN)[0]


def formers_in(grid: Grid) -> Formers:
    """The fills that a sheet in front recorded."""
    found: Formers = {}
    for row in grid[1:]:
        sheet, cell, fill, others = (row[at - 1] if len(row) >= at else None for at in (3, 4, RECORD, OTHERS))
        for line in others.splitlines() if isinstance(others, str) else ():
            place, _, former = line.rpartition(" ")
            named, _, area = place.rpartition("!")
            if box := corners(area):
                found |= {(named, (row, box[1])): former for row in range(box[0], box[2] + 1)}
        where = split(cell) if isinstance(cell, str) else None
        former = fill.partition(BETWEEN)[0] if isinstance(fill, str) else ""
        if where and isinstance(sheet, str) and former:
            found[sheet, where] = former
    return found


def _recorded(line: LetterRow, known: Known, letter: Letter) -> str:
    """The fill that the cell had, and what an answer would be about, also in the table above, where some write it."""
    if line.finding is None:
        return ""
    place = line.finding.place
    where = split(place.cell)
    former = known.formers.get((place.sheet, where), "") if where else ""
    about = known.abouts.get(line.finding, "")
    if line.finding.code is Code.ANSWERED:
        about = next((one.about for one in letter.answers if holds(one, line.finding)), "")
    return f"{former}{BETWEEN}{about}" if about else former


def _others(line: LetterRow, known: Known) -> str:
    """The fills of the other cells that a finding names, where they had one: areas, each in a line of its own, as many as a cell holds."""
    if line.finding is None:
        return ""
    places = (one for one in line.finding.marked if one != line.finding.place)
    filled = grouped(places, lambda one: (one.sheet, known.formers.get((one.sheet, split(one.cell) or (0, 0)), NONE)))
    lines = [f"{sheet}!{area} {fill}\n" for (sheet, fill), some in filled.items() if fill != NONE for area in areas(one.cell for one in some)]
    return "".join(line for line, end in zip(lines, accumulate(map(len, lines)), strict=True) if end <= LONGEST_TEXT)


def _cell(row: int, entry: Entry, style: int) -> str:
    start = f'<c r="{address(row, entry.column)}" s="{style}"'
    return f'{start} t="inlineStr"><is><t xml:space="preserve">{cell_text(entry.text[:LONGEST_TEXT])}</t></is></c>' if entry.text else f"{start}/>"


def line_height(line: LetterRow) -> float:
    """The row's height in points: as stated, or enough for the wrapped texts of a table."""
    if line.height:
        return line.height
    wrapped = [-(-_width(entry.text) // WIDTHS[entry.column - 1]) for entry in line.entries if "wrap" in entry.looks]
    return min(400.0, max([18.0, *(count * LINE_HEIGHT + PADDING for count in wrapped)]))


def _width(text: str) -> float:
    """How wide a text is, in units of column width."""
    return sum(1.0 if character.isascii() else 1 / WIDE for character in text)


def _links(links: list[tuple[str, Link]]) -> str:
    made = [f'<hyperlink ref="{cell}" location="{escape(f"{quoted(sheet)}!{target}")}"/>' for cell, (sheet, target) in links[:MOST_LINKS]]
    return f"<hyperlinks>{''.join(made)}</hyperlinks>" if made else ""
