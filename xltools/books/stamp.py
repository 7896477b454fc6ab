"""Where a workbook says which template it was made from: properties, defined names, or the stamp sheet."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from xltools.books.base import Grid, Stamp
from xltools.model.guide import load_guide

PREFIX = "xltools_"


def from_entries(entries: Mapping[str, str]) -> Stamp:
    """The stamp among document properties or defined names: xltools_template, xltools_version, xltools_policy."""
    return Stamp(**{name: entries.get(PREFIX + name, "").strip() for name in Stamp.__struct_fields__})


def from_sheet(grid: Grid) -> Stamp:
    """The stamp as the stamp sheet shows it: a label, and the value in the next cell."""
    words = load_guide().words
    labels = {words[f"stamp_{name}"]: name for name in Stamp.__struct_fields__}
    found: dict[str, str] = {}
    for row in grid:
        for label, value in pairwise(row):
            if isinstance(label, str) and label.strip() in labels and isinstance(value, str):
                found.setdefault(labels[label.strip()], value.strip())
    return Stamp(**found)
