"""How our workbooks look: colours, fonts and number formats, all in one place.

A look is a set of format properties; formats are made by laying looks over each other, later ones winning:
`styles.get("cell", "date", "error")`. Every pair of text and background has a contrast of at least 4.5 : 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from xltools.books.body import Body
from xltools.model.finding import Severity
from xltools.model.form import Kind, Owner

# 微软雅黑 comes with every Windows and with Office for Mac; LibreOffice elsewhere takes the system's own Chinese face.
FONT = "微软雅黑"
INK, FAINT, PAPER, LINE = "#1F2A30", "#4A5A63", "#FFFFFF", "#B7C4C9"
TEAL, SLATE, GREEN, PLUM, BAND = "#0F4C5C", "#55646D", "#2B6440", "#5E4575", "#DBE8EB"

TINTS: Mapping[str, Mapping[str, object]] = {
    "error": {"bg_color": "#FADBD8", "font_color": "#8E1B12"},
    "missing": {"bg_color": "#FFF2B3", "font_color": "#5F4A00"},
    "warning": {"bg_color": "#FBDDBB", "font_color": "#7A3B00"},
    "note": {"bg_color": "#E3ECF7", "font_color": "#1F4673"},
    "good": {"bg_color": "#DDF0E0", "font_color": "#1E5631"},
    "total": {"bg_color": "#EEF3F4", "font_color": INK, "bold": True},
}
LOOKS: Mapping[str, Mapping[str, object]] = {
    **TINTS,
    "plain": {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"},
    "title": {"bold": True, "font_size": 16, "font_color": PAPER, "bg_color": TEAL, "indent": 1},
    "subtitle": {"font_color": FAINT, "bg_color": "#F1F6F7", "indent": 1},
    "section": {"bold": True, "font_size": 12, "font_color": TEAL, "bottom": 2, "bottom_color": TEAL},
    "band": {"bold": True, "font_color": TEAL, "bg_color": BAND, "top": 1, "bottom": 1, "border_color": LINE},
    "begins": {"left": 1, "indent": 1},
    "header": {"bold": True, "font_color": PAPER, "align": "center", "text_wrap": True, "border": 1, "border_color": LINE},
    "county": {"bg_color": TEAL},
    "formula": {"bg_color": SLATE},
    "city": {"bg_color": GREEN},
    "expert": {"bg_color": PLUM},
    "cell": {"border": 1, "border_color": LINE},
    "open": {"locked": False},
    "computed": {"bg_color": "#F0F2F3", "font_color": "#36454F"},
    "label": {"bold": True, "bg_color": BAND, "font_color": TEAL, "border": 1, "border_color": LINE, "indent": 1},
    "wrap": {"text_wrap": True},
    "top": {"valign": "top"},
    "center": {"align": "center"},
    "left": {"align": "left"},
    "indent": {"indent": 1},
    "right": {"align": "right"},
    "number": {"align": "right", "indent": 1},      # apart from the text in the next column: 10 and 停产 are not 10停产
    "bold": {"bold": True},
    "large": {"font_size": 13, "bold": True},
    "figure": {"font_size": 24, "bold": True, "font_color": TEAL, "bg_color": "#F1F6F7", "align": "center"},
    "console": {"bg_color": "#F1F6F7"},
    "caption": {"font_color": FAINT, "bg_color": "#F1F6F7", "align": "center", "valign": "top"},
    "text": {"num_format": "@"},
    "date": {"num_format": "yyyy-mm-dd", "align": "center"},
    "items": {"num_format": '0"项"'},
    "rows": {"num_format": '0"行"'},
    "share": {"num_format": "0.0%", "align": "center"},
    "percent": {"num_format": 'General"%"'},      # 80 shows as 80%; 80% typed in is 0.8 and shows as 0.8%
    "entry": {"font_size": 12, "text_wrap": True},
    "link": {"font_color": "#0B4F9C", "underline": 1},
    "faint": {"font_color": FAINT},
}
BASE = "plain"


def properties_of(looks: Iterable[str]) -> dict[str, object]:
    """The properties of these looks laid over the plain one. Raises KeyError for an unknown look."""
    return {name: value for look in (BASE, *looks) for name, value in LOOKS[look].items()}


class Styles:
    """The formats of one workbook, each made once. bodies: the rows to be put into its sheets, by number of the sheet."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[str, ...], Format] = {}
        self.bodies: dict[int, Body] = {}

    def get(self, *looks: str) -> Format:
        """The format of these looks laid over the plain one; unknown looks raise KeyError."""
        if looks not in self._made:
            self._made[looks] = self._workbook.add_format(properties_of(looks))
        return self._made[looks]

    def number(self, *looks: str) -> int:
        """The number that cells name this format by."""
        number: int = self.get(*looks)._get_xf_index()  # type: ignore[no-untyped-call]  # told in no other way; it stays until the workbook is closed
        return number

    def mark(self, tint: str) -> Format:
        """The format a conditional format lays over a cell: colours only."""
        looks = ("mark", tint)
        if looks not in self._made:
            self._made[looks] = self._workbook.add_format(dict(TINTS[tint]))
        return self._made[looks]

    def where(self, criteria: str, tint: str) -> dict[str, object]:
        """The conditional format that tints a cell where an expression holds; those set behind it then do not."""
        return {"type": "formula", "criteria": f"={criteria}", "format": self.mark(tint), "stop_if_true": True}


def header_look(owner: Owner) -> tuple[str, str]:
    """The looks of a column's header: its colour says who fills it in."""
    return "header", owner.value


def kind_look(kind: Kind, owner: Owner) -> str:
    """The look of what a field holds. Codes and words are text, so that no program turns them into numbers or dates.

    Computed cells are not: a formula entered in a text cell would stay text.
    """
    if kind is Kind.DATE:
        return "date"
    if kind in (Kind.NUMBER, Kind.INTEGER) or owner is Owner.FORMULA:
        return BASE
    return "text"


def severity_tint(severity: Severity) -> str:
    """The tint of a finding of this severity."""
    return severity.value
