"""Charts that survive black-and-white print and colour-blind eyes: every grade has a pattern of its own, every bar its number."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.style import FONT, INK, LINE, PAPER, TEAL
from xltools.model.dashboard import Counts, Dashboard

CHART_ROWS, AROUND = 13, 9  # rows of the sheet that a chart covers; those that a lying one takes besides one for each line
PAGE_ROWS, MONTHS_ROWS = 50, 20  # rows that fit one upright page; those of the chart of months, whose lines need room between them
STANDING = 12  # so many names fit side by side below standing bars; more bars lie
ROW_PIXELS, CHART_WIDTH = 20, 645
# Of a chart's height and width, what its axes, title and legend leave for the bars; and the least that a number needs, in pixels.
PLOT_HEIGHT, PLOT_WIDTH, LEAST = 130, 520, (12, 10)
# Dark and light alternate, and so do patterns; the colours stay apart for the common kinds of colour blindness.
FILLS: tuple[dict[str, str], ...] = (
    {"pattern": "percent_90", "fg_color": TEAL, "bg_color": PAPER},
    {"pattern": "wide_upward_diagonal", "fg_color": "#1F77B4", "bg_color": "#DCEBF7"},
    {"pattern": "percent_25", "fg_color": "#1F77B4", "bg_color": PAPER},
    {"pattern": "horizontal_brick", "fg_color": "#C46A00", "bg_color": "#FBE6CC"},
    {"pattern": "dark_horizontal", "fg_color": "#8E1B12", "bg_color": "#F6D5D1"},
    {"pattern": "large_grid", "fg_color": "#5E4575", "bg_color": "#E9E1F0"},
    {"pattern": "dotted_diamond", "fg_color": "#55646D", "bg_color": PAPER},
)
# Colour, dash and marker of each line; the last for the target.
LINES = (
    ("#55646D", "round_dot", "circle"),
    ("#1F77B4", "solid", "square"),
    ("#C46A00", "dash_dot", "triangle"),
    (TEAL, "long_dash", "star"),
    ("#8E1B12", "dash", "diamond"),
)
FONTS = {"name": FONT, "size": 10, "color": INK}
GRID = {"visible": True, "line": {"color": LINE, "width": 0.5}}
Rows = tuple[int, int]


def add_tally_chart(workbook: Workbook, sheet: Worksheet, counts: Counts, place: tuple[int, Rows, int]) -> None:
    """A stacked chart of a table of counts. place: row of its header, first and last row of its lines, row above the chart.

    A part of a bar too thin for its number has none; the table above says it.
    """
    header, (first, last), above = place
    kind = _kind(counts)
    chart: Any = workbook.add_chart({"type": kind, "subtype": "stacked"})
    for at, numbers in enumerate(zip(*counts.numbers.values(), strict=True)):
        if any(numbers):
            column = at + 1
            chart.add_series(
                {
                    "name": [sheet.name, header - 1, column],
                    "categories": [sheet.name, first - 1, 0, last - 1, 0],
                    "values": [sheet.name, first - 1, column, last - 1, column],
                    "pattern": FILLS[at % len(FILLS)],
                    "border": {"color": INK, "width": 0.5},
                    "gap": 45,
                    "data_labels": {"value": True, "num_format": _with_room(counts), "fill": {"color": PAPER}, "font": FONTS},
                }
            )
    lying = kind == "bar"
    for_lines, for_numbers = (chart.set_y_axis, chart.set_x_axis) if lying else (chart.set_x_axis, chart.set_y_axis)
    for_lines({"num_font": FONTS, "reverse": lying, "interval_unit": 1, "major_gridlines": {"visible": False}})
    for_numbers({"num_font": FONTS, "num_format": "0", "major_gridlines": GRID})
    _insert(sheet, chart, (above, 0), chart_rows(counts), counts.tally.title)


def _with_room(counts: Counts) -> str:
    """The number format that shows only numbers with room in their part of the bar: labels deleted one by one do not survive LibreOffice."""
    lying = _kind(counts) == "bar"
    longest = max(sum(line) for line in counts.numbers.values())
    pixels = (PLOT_WIDTH if lying else PLOT_HEIGHT) / longest
    return f'[<{max(1, ceil(LEAST[lying] / pixels))}]"";0'


def add_months_chart(workbook: Workbook, sheet: Worksheet, title: str, place: tuple[int, int, int], names: Sequence[str]) -> None:
    """The shares of months as lines, below their table. place: row of the header, last row, column of the first share from 0 ·
    names: of the columns with shares, the target last; their headers may be broken into lines."""
    header, last, left = place
    count = len(names)
    chart: Any = workbook.add_chart({"type": "line"})
    for at, name in enumerate(names):
        color, dash, marker = LINES[-1] if at == count - 1 else LINES[at % (len(LINES) - 1)]
        look = {"type": marker, "size": 7, "fill": {"color": color}, "border": {"color": color}}
        chart.add_series(
            {
                "name": name,
                "categories": [sheet.name, header, 0, last - 1, 0],
                "values": [sheet.name, header, left + at, last - 1, left + at],
                "line": {"color": color, "width": 2, "dash_type": dash},
                "marker": look,
                **({} if at == count - 1 else {"data_labels": {"value": True, "num_format": "0%", "position": "above", "fill": {"color": PAPER}, "font": FONTS}}),
            }
        )
    chart.set_x_axis({"num_font": FONTS, "text_axis": True})
    _insert_shares(sheet, chart, title, (last + 1, MONTHS_ROWS, 1.1))     # above all of them, room for the number of a point


def add_share_chart(workbook: Workbook, sheet: Worksheet, words: Dashboard, rows: Rows) -> None:
    """The shares as columns against the target as a line, below the table of shares."""
    first, last = rows
    series = {"categories": [sheet.name, first - 1, 0, last - 1, 0]}
    chart: Any = workbook.add_chart({"type": "column"})
    chart.add_series(
        {
            **series,
            "name": [sheet.name, first - 2, 3],
            "values": [sheet.name, first - 1, 3, last - 1, 3],
            "pattern": FILLS[1],
            "border": {"color": INK, "width": 0.5},
            "gap": 80,
            "data_labels": {"value": True, "num_format": "0.0%", "position": "inside_base", "fill": {"color": PAPER}, "font": FONTS},
        }
    )
    line: Any = workbook.add_chart({"type": "line"})
    line.add_series(
        {
            **series,
            "name": [sheet.name, first - 2, 4],
            "values": [sheet.name, first - 1, 4, last - 1, 4],
            "line": {"color": "#8E1B12", "width": 2, "dash_type": "dash"},
            "marker": {"type": "diamond", "size": 6, "fill": {"color": "#8E1B12"}, "border": {"color": "#8E1B12"}},
        }
    )
    chart.combine(line)
    chart.set_x_axis({"num_font": FONTS})
    _insert_shares(sheet, chart, words.share.chart, (last + 1, CHART_ROWS, 1))


def _insert_shares(sheet: Worksheet, chart: Any, title: str, place: tuple[int, int, float]) -> None:
    """Put a chart of shares on the sheet. place: the row above it, the rows it covers, and the share at its upper edge."""
    row, rows, most = place
    chart.set_y_axis({"num_font": FONTS, "num_format": "0%", "min": 0, "max": most, "major_unit": 0.2, "major_gridlines": GRID})
    _insert(sheet, chart, (row, 0), rows, title)


def _kind(counts: Counts) -> str:
    """Standing bars or lying ones."""
    return "bar" if len(counts.numbers) > STANDING else counts.tally.chart


def chart_rows(counts: Counts) -> int:
    """How many rows of the sheet a tally's chart takes: a lying one needs room for every name, or LibreOffice leaves out every second."""
    return max(CHART_ROWS, len(counts.numbers) + AROUND) if _kind(counts) == "bar" else CHART_ROWS


def _insert(sheet: Worksheet, chart: Any, place: tuple[int, int], rows: int, title: str) -> None:
    chart.set_title({"name": title, "name_font": {**FONTS, "size": 11, "bold": True}, "overlay": False})
    chart.set_legend({"position": "bottom", "font": FONTS})
    chart.set_size({"width": CHART_WIDTH, "height": (rows - 1) * ROW_PIXELS})
    sheet.insert_chart(*place, chart, {"object_position": 1})
