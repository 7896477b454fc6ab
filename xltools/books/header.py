"""Finding the header of a sheet by its content, and the column of every field."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from xltools.books.base import Cell, Grid
from xltools.books.header_units import is_other
from xltools.books.labels import Labels
from xltools.model.grouped import grouped

# Titles, notes and unit lines above a header: real forms have up to ten.
SEARCHED_ROWS = 15
# One label may stand anywhere in a sheet; two of them side by side make a header.
FEWEST_LABELS = 2
# Bands over bands over labels: no form seen has more rows than these in its header.
MOST_ROWS = 3
UNIT = re.compile(r"(?=[（(\[]|单位)[（(\[]?(单位[:：])?\s*(万|千|百|亿|立方|平方|公|重量)?(吨|克|kg|元|%|％|家|个|天|年|月|日|米|㎡|m[23²³]?|块|件|kWh|t/a)[^（()）]{0,6}[)）\]]?|[（(]?年[-/.、]?月[-/.、]?日[)）]?", re.IGNORECASE)
ORDINAL = frozenset("甲乙丙丁戊") | {"栏次"}  # columns of words beside the numbered ones
FEWEST_NUMBERS = 3  # 1, 2, 3 below the labels number the columns; a record has text beside its numbers


class Header(Struct, frozen=True):
    """A header of up to three rows, and a line of units or column numbers below. bottom: its last row, counted from 1; texts: column, counted from 1 → what stands there."""

    bottom: int
    texts: Mapping[int, str]
    rows: Mapping[int, int]
    """Column → the row in which the text stands."""
    units: Mapping[int, str] = field(default_factory=dict)
    """Column → what the line of units below says."""


class Columns(Struct, frozen=True):
    """Where the fields are. All columns count from 1.

    found: field → column · renamed: fields read from an alias or a close match · twice: field → (column read, the
    other one) · unknown: columns that belong to no field · other_unit: field → its column, not read: the header gives it in another unit.
    """

    found: Mapping[str, int]
    renamed: tuple[str, ...]
    twice: Mapping[str, tuple[int, int]]
    unknown: tuple[int, ...]
    other_unit: Mapping[str, int] = field(default_factory=dict)


def find_header(grid: Grid, labels: Labels) -> Header | None:
    """The row, or the rows below one another, in which most fields are named; None when no row names two of them."""
    best: tuple[int, Header] | None = None
    most = len({*labels.exact.values(), *labels.alias.values()})
    for number in range(1, min(len(grid), SEARCHED_ROWS) + 1):
        for candidate in _candidates(grid, number, labels):
            score = len({labels.of(text) for text in candidate.texts.values()} - {None})
            if score >= FEWEST_LABELS and (best is None or score > best[0]):
                best = (score, candidate)
                if score == most:       # no other can be better
                    return _with_units(candidate, grid)
    return _with_units(best[1], grid) if best else None


def _candidates(grid: Grid, number: int, labels: Labels) -> Iterator[Header]:
    """The headers that may begin in this row: it alone, then with rows below whose last one is mostly labels."""
    yield _header({column: (number, value) for column, value in enumerate(grid[number - 1], 1)}, number)
    for last in range(number + 1, min(len(grid), number + MOST_ROWS - 1) + 1):
        if _is_header_row(grid[last - 1], labels) and not any(_has_numbers(grid[row - 1]) for row in range(number, last)):
            yield _together([(row, grid[row - 1]) for row in range(number, last + 1)], labels)


def _header(cells: Mapping[int, tuple[int, Cell]], bottom: int) -> Header:
    named = {column: (row, value.strip()) for column, (row, value) in cells.items() if isinstance(value, str) and value.strip()}
    return Header(bottom, {column: text for column, (_, text) in named.items()}, {column: row for column, (row, _) in named.items()})


def _is_header_row(row: Sequence[Cell], labels: Labels) -> bool:
    """Whether at least half of what stands in the row are labels: the lower part of a header, not a record."""
    filled = _filled(row)
    return bool(filled) and 2 * sum(labels.of(value) is not None for value in filled) >= len(filled)


def _filled(row: Sequence[Cell]) -> list[Cell]:
    return [value for value in row if value is not None and str(value).strip()]


def _has_numbers(row: Sequence[Cell]) -> bool:
    return any(value is not None and not isinstance(value, str) for value in row)


def _together(rows: Sequence[tuple[int, Sequence[Cell]]], labels: Labels) -> Header:
    """Rows as one header: per column the lowest label, else the lowest text."""
    cells: dict[int, tuple[int, Cell]] = {}
    for column in range(1, len(rows[0][1]) + 1):
        texts = [(number, row[column - 1]) for number, row in rows if row[column - 1] is not None]
        named = [(number, text) for number, text in texts if labels.of(text) is not None]
        cells[column] = (named or texts or [(rows[-1][0], None)])[-1]
    return _header(cells, rows[-1][0])


def _with_units(header: Header, grid: Grid) -> Header:
    """The header with the line of units or of column numbers below it, where there is one."""
    below = _filled(grid[header.bottom]) if header.bottom < len(grid) else []
    numbers = [value for value in below if str(value).strip() not in ORDINAL]
    if not below or not (_counts_up(numbers) or all(isinstance(value, str) and UNIT.fullmatch(value.strip()) for value in below)):
        return header
    units = {column: value for column, value in enumerate(grid[header.bottom], 1) if isinstance(value, str)}
    return replace(header, bottom=header.bottom + 1, units=units)


def _counts_up(values: Sequence[Cell]) -> bool:
    """Whether the values are 1, 2, 3 and so on, as numbers or text."""
    return len(values) >= FEWEST_NUMBERS and all(str(value).strip().removesuffix(".0") == str(at) for at, value in enumerate(values, 1))


def find_columns(header: Header, labels: Labels, filled: Mapping[int, int]) -> Columns:
    """The column of every field: first by its own label, then by an alias, then by a close match.

    filled: column → number of filled cells below. Of two columns with the same label the filled one counts.
    """
    found: dict[str, int] = {}
    twice: dict[str, tuple[int, int]] = {}
    matched = {column: name for column, text in header.texts.items() if (name := labels.of(text))}
    own = {column for column, name in matched.items() if labels.is_exact(header.texts[column], name)}
    for group in (own, matched.keys() - own):
        fresh = [column for column in sorted(group) if group is own or matched[column] not in found]
        for name, columns in grouped(fresh, matched.__getitem__).items():
            used = [column for column in columns if filled.get(column)] or columns
            found[name] = used[0]
            if len(used) > 1:
                twice[name] = (used[0], used[1])
    _by_shared_alias(found, matched.keys() - {column for pair in twice.values() for column in pair}, header, labels)
    open_fields = set(labels.exact.values()) - found.keys()
    for column, text in header.texts.items():
        over_two = column + 1 not in header.texts and filled.get(column + 1)      # “产能及单位”, merged over both
        if column not in matched and not over_two and (near := labels.close(text, open_fields)):
            found[near] = column
            open_fields.remove(near)
    other = {name: column for name, column in found.items() if any(is_other(text, labels.units.get(name, "")) for text in (header.texts[column], header.units.get(column, "")))}
    found = {name: column for name, column in found.items() if name not in other}
    taken = {*found.values(), *(second for _, second in twice.values())}
    renamed = tuple(name for name, column in found.items() if column not in own)
    return Columns(found, renamed, twice, tuple(c for c in sorted({*header.texts, *filled}) if c not in taken), other)


def _by_shared_alias(found: dict[str, int], columns: Collection[int], header: Header, labels: Labels) -> None:
    """Adds the columns under an alias of several fields, the first of which stands elsewhere, to a later one that stands nowhere."""
    for column in sorted(set(columns) - set(found.values())):
        if other := next((name for name in labels.others(header.texts[column]) if name not in found), None):
            found[other] = column


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
