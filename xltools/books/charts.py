"""Charts that survive black-and-white print and colour-blind eyes: every grade has a pattern of its own, every bar its number."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.style import FONT, INK, LINE, PAPER, TEAL
from xltools.model.dashboard import Counts, Dashboard

CHART_ROWS = 15  # rows of the sheet beside a chart
ROW_PIXELS, CHART_WIDTH = 20, 620
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
FONTS = {"name": FONT, "size": 9, "color": INK}
GRID = {"visible": True, "line": {"color": LINE, "width": 0.5}}
HIDE_ZERO = "0;;"
Rows = tuple[int, int]


def add_tally_chart(workbook: Workbook, sheet: Worksheet, counts: Counts, place: tuple[int, Rows]) -> None:
    """A stacked chart of a table of counts, to its right. place: row of its header, first and last row of its lines."""
    header, (first, last) = place
    kind = counts.tally.chart
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
                    "data_labels": {"value": True, "num_format": HIDE_ZERO, "fill": {"color": PAPER}, "font": {**FONTS, "size": 8}},
                }
            )
    lying = kind == "bar"
    for_lines, for_numbers = (chart.set_y_axis, chart.set_x_axis) if lying else (chart.set_x_axis, chart.set_y_axis)
    for_lines({"num_font": FONTS, "reverse": lying, "interval_unit": 1, "major_gridlines": {"visible": False}})
    for_numbers({"num_font": FONTS, "num_format": "0", "major_gridlines": GRID})
    chart.set_title({"name": counts.tally.title, "name_font": {**FONTS, "size": 11, "bold": True}, "overlay": False})
    chart.set_legend({"position": "bottom", "font": FONTS})
    _insert(sheet, chart, (header - 1, len(counts.grades) + 4), chart_rows(counts))


def add_share_chart(workbook: Workbook, sheet: Worksheet, words: Dashboard, rows: Rows) -> None:
    """The shares as columns against the target as a line, right of the table of shares."""
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
    chart.set_y_axis({"num_font": FONTS, "num_format": "0%", "min": 0, "max": 1, "major_gridlines": GRID})
    chart.set_title({"name": words.share.chart, "name_font": {**FONTS, "size": 11, "bold": True}, "overlay": False})
    chart.set_legend({"position": "bottom", "font": FONTS})
    _insert(sheet, chart, (first - 3, 11), CHART_ROWS)


def chart_rows(counts: Counts) -> int:
    """How many rows of the sheet a tally's chart takes: a lying one needs room for every line."""
    return max(CHART_ROWS, len(counts.numbers) + 6) if counts.tally.chart == "bar" else CHART_ROWS


def _insert(sheet: Worksheet, chart: Any, place: tuple[int, int], rows: int) -> None:
    chart.set_size({"width": CHART_WIDTH, "height": (rows - 1) * ROW_PIXELS})
    sheet.insert_chart(*place, chart, {"object_position": 1})
