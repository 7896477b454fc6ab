"""Finding the header of a sheet by its content, and the column of every field."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xltools.books.base import Cell, Grid
from xltools.books.labels import Labels

# Titles, notes and unit lines above a header: real forms have up to ten.
SEARCHED_ROWS = 15
# One label may stand anywhere in a sheet; two of them side by side make a header.
FEWEST_LABELS = 2


@dataclass(frozen=True)
class Header:
    """A header of one or two rows. bottom: its last row, counted from 1; texts: column, counted from 1 → what stands there."""

    bottom: int
    texts: Mapping[int, str]
    rows: Mapping[int, int]
    """Column → the row in which the text stands."""


@dataclass(frozen=True)
class Columns:
    """Where the fields are. All columns count from 1.

    found: field → column · renamed: fields read from an alias or a close match · twice: field → (column read, the
    other one) · unknown: columns that belong to no field.
    """

    found: Mapping[str, int]
    renamed: tuple[str, ...]
    twice: Mapping[str, tuple[int, int]]
    unknown: tuple[int, ...]


def find_header(grid: Grid, labels: Labels) -> Header | None:
    """The row, or pair of rows, in which most fields are named; None when no row names two of them."""
    best: tuple[int, Header] | None = None
    for number, row in enumerate(grid[:SEARCHED_ROWS], 1):
        one = _header({column: (number, value) for column, value in enumerate(row, 1)}, number)
        candidates = [one]
        if number < len(grid) and _is_header_row(grid[number], labels):
            candidates.append(_two_rows(row, grid[number], number, labels))
        for candidate in candidates:
            score = len({labels.of(text) for text in candidate.texts.values()} - {None})
            if score >= FEWEST_LABELS and (best is None or score > best[0]):
                best = (score, candidate)
    return best[1] if best else None


def _header(cells: Mapping[int, tuple[int, Cell]], bottom: int) -> Header:
    named = {column: (row, value.strip()) for column, (row, value) in cells.items() if isinstance(value, str) and value.strip()}
    return Header(bottom, {column: text for column, (_, text) in named.items()}, {column: row for column, (row, _) in named.items()})


def _is_header_row(row: Sequence[Cell], labels: Labels) -> bool:
    """Whether at least half of what stands in the row are labels: the lower half of a header, not a record."""
    filled = [value for value in row if value is not None and str(value).strip()]
    return bool(filled) and 2 * sum(labels.of(value) is not None for value in filled) >= len(filled)


def _two_rows(upper: Sequence[Cell], lower: Sequence[Cell], number: int, labels: Labels) -> Header:
    """Both rows as one header: per column the lower text, unless only the upper one is a label or stands alone."""
    cells: dict[int, tuple[int, Cell]] = {}
    for column, (above, below) in enumerate(zip(upper, lower, strict=True), 1):
        use_above = labels.of(below) is None and (labels.of(above) is not None or below is None)
        cells[column] = (number, above) if use_above else (number + 1, below)
    return _header(cells, number + 1)


def find_columns(header: Header, labels: Labels, filled: Mapping[int, int]) -> Columns:
    """The column of every field: first by its own label, then by an alias, then by a close match.

    filled: column → number of filled cells below. Of two columns with the same label the filled one counts.
    """
    found: dict[str, int] = {}
    twice: dict[str, tuple[int, int]] = {}
    matched = {column: name for column, text in header.texts.items() if (name := labels.of(text))}
    own = {column for column, name in matched.items() if labels.is_exact(header.texts[column], name)}
    for group in (own, matched.keys() - own):
        fresh: dict[str, list[int]] = {}
        for column in sorted(group):
            if group is own or matched[column] not in found:
                fresh.setdefault(matched[column], []).append(column)
        for name, columns in fresh.items():
            used = [column for column in columns if filled.get(column)] or columns
            found[name] = used[0]
            if len(used) > 1:
                twice[name] = (used[0], used[1])
    open_fields = set(labels.exact.values()) - found.keys()
    for column, text in header.texts.items():
        if column not in matched and (near := labels.close(text, open_fields)):
            found[near] = column
            open_fields.remove(near)
    taken = {*found.values(), *(second for _, second in twice.values())}
    renamed = tuple(name for name, column in found.items() if column not in own)
    return Columns(found, renamed, twice, tuple(c for c in sorted({*header.texts, *filled}) if c not in taken))


def moved(found: Mapping[str, int], order: Sequence[str]) -> list[str]:
    """The fields that stand out of the template's order: the fewest whose removal leaves the others in order.

    An inserted column, which shifts all behind it, moves none.
    """
    present = sorted((name for name in order if name in found), key=lambda name: found[name])
    rank = {name: number for number, name in enumerate(order)}
    tails: list[int] = []
    ends: list[str] = []
    before: dict[str, str | None] = {}
    for name in present:
        at = bisect_left(tails, rank[name])
        before[name] = ends[at - 1] if at else None
        tails[at : at + 1] = [rank[name]]
        ends[at : at + 1] = [name]
    kept: set[str] = set()
    last = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return [name for name in present if name not in kept]
