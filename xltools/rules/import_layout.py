"""Where an official table has what: its header, the columns of grades and of names, the rows of each item, notes and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from xltools.model.policy import Policy, Scheme
from xltools.model.source_table import SourceCell, SourceTable
from xltools.model.visible import visible
from xltools.rules.grades_text import grade_text
from xltools.rules.import_text import RAISED_SIGNS
from xltools.rules.text import latin

SEARCHED_ROWS = 20
HEADER_WORDS = re.compile(rf"(?:企业)?(?:绩效)?(?:分级)?(?:指标|要求|标准|条件)$|[（(][^（）()]*[）)]$|[{RAISED_SIGNS}]+$")
SERIAL = re.compile(r"(?:序号|编号|项次|No\.?)", re.IGNORECASE)
SEVERAL = re.compile(r"[、/，,和及与]")
NOTE = re.compile(rf"(?:注|备注|说明)\s*\d*\s*[:：.、]|注\s*\d|[a-z]\s*[、.．:：)）]|[{RAISED_SIGNS}]|[a-z](?=[\u4e00-\u9fff“])")
NOTE_NAME = re.compile("(?:备注|注|注释|说明)[:：]?")


class Layout(Struct, frozen=True):
    """The columns of a table. header: first and last row; grades: column → grades it is for; labels: columns that name an item,
    the category first; remarks: column → header, for columns beside the grades."""

    header: tuple[int, int]
    grades: Mapping[int, tuple[str, ...]]
    labels: tuple[int, ...]
    serial: tuple[int, ...]
    remarks: Mapping[int, str]

    def columns_of(self, grade: str) -> list[int]:
        """The columns for this grade."""
        return [column for column, grades in self.grades.items() if grade in grades]


class Entry(Struct, frozen=True):
    """The rows under one item's name. labels: the cells that name it, category first; heading: the line across the table above it."""

    rows: range
    labels: tuple[SourceCell, ...]
    heading: SourceCell | None = None
    carried: bool = False


class Body(Struct):
    """What lies below the header."""

    entries: list[Entry] = field(default_factory=list)
    notes: list[SourceCell] = field(default_factory=list)
    headings: list[SourceCell] = field(default_factory=list)
    repeated: list[SourceCell] = field(default_factory=list)


def header_grades(text: str, scheme: Scheme, policy: Policy) -> tuple[str, ...]:
    """The grades a header cell is for: “B、C级企业” is for two, “绩效引领性企业” for one, other words for none."""
    accepted = {latin(grade): grade for grade in scheme.grades}
    accepted |= {latin(word): grade for grade, words in policy.grade_words.synonyms.items() if grade in scheme.grades for word in words}
    bare = visible(text).replace("\n", "").replace(" ", "")
    while (shorter := HEADER_WORDS.sub("", bare)) != bare:
        bare = shorter
    whole = grade_text(bare, accepted, policy).grade
    if whole:
        return (whole,)
    found = tuple(grade_text(part, accepted, policy).grade for part in SEVERAL.split(bare)) if SEVERAL.search(bare) else ()
    return found if found and all(found) else ()


def find_layout(table: SourceTable, scheme: Scheme, policy: Policy) -> Layout | None:
    """The layout of a table by the row that names the most grades; None when no row names one beside another column."""
    found = max((_graded(table, row, scheme, policy) for row in range(1, min(table.height, SEARCHED_ROWS) + 1)), key=_named, default=None)
    if found is None or not found[1]:
        return None
    row, grades = found
    heads = {column: cell for column in range(1, table.width + 1) if (cell := table.covering.get((row, column)))}
    left = range(1, min(grades))
    serial = tuple(column for column in left if column in heads and SERIAL.fullmatch(heads[column].text.replace(" ", "")))
    labels = tuple(column for column in left if column not in serial)
    remarks = {column: heads[column].text if column in heads else "" for column in range(min(grades), table.width + 1) if column not in grades}
    first = min(cell.top for cell in heads.values())
    last = max(heads[column].bottom for column in grades)
    return Layout((first, last), grades, labels, serial, remarks) if labels else None


def _graded(table: SourceTable, row: int, scheme: Scheme, policy: Policy) -> tuple[int, dict[int, tuple[str, ...]]]:
    """A row, and the grades of its columns; none when the first column is one of them.

    “引领性指标” over the names is no grade's column: where no column names the best grade, the next one is for it, whatever it is called.
    """
    cells = [cell for cell in table.row(row) if cell.text]
    named = {cell: header_grades(cell.text, scheme, policy) for cell in cells}
    others = {grade for cell, grades in named.items() if cell is not cells[0] for grade in grades}
    over_names = cells[0] if cells and cells[0].left == 1 and cells[0].text.endswith("指标") and others <= {scheme.lowest} else None
    columns = {column: grades for cell, grades in named.items() if grades and cell is not over_names for column in cell.columns}
    best = scheme.computable[:1]
    if over_names and named[over_names] == best and best not in columns.values() and len(cells) > 1 and not named[cells[1]]:
        columns |= dict.fromkeys(cells[1].columns, best)
    return row, columns if columns and min(columns) > 1 else {}


def _named(found: tuple[int, dict[int, tuple[str, ...]]]) -> int:
    """How many grades a row names; of equals the first row wins."""
    return len({grade for grades in found[1].values() for grade in grades})


def read_body(table: SourceTable, layout: Layout) -> Body:
    """The rows below the header, sorted into entries, notes, headings and repeated headers."""
    body = Body()
    titles = [cell.text for cell in table.row(layout.header[1])]
    row = layout.header[1] + 1
    noting = False
    while row <= table.height:
        cells = [cell for cell in table.row(row) if cell.text]
        line = _line(cells, layout)
        if not cells:
            row += 1
        elif [cell.text for cell in table.row(row)] == titles:
            body.repeated += cells
            row += 1
        elif _is_noted(cells, layout) and all(_is_noted(others, layout) for others in _filled(table, row) if len(others) > 1):
            body.repeated.append(cells[0])
            body.notes.append(cells[1])
            row = cells[1].bottom + 1
        elif line is not None and (noting or NOTE.match(line.text)):
            noting = True
            body.notes.append(line)
            row = line.bottom + 1
        elif line is not None:
            body.headings.append(line)
            row = line.bottom + 1
        else:
            body.entries.append(_entry(table, layout, row, body))
            row = body.entries[-1].rows.stop
    return body


def _line(cells: list[SourceCell], layout: Layout) -> SourceCell | None:
    """The row's only text, when it stands where the names stand or runs across the grades: a heading or a note."""
    if len(cells) != 1:
        return None
    cell = cells[0]
    across = cell.left <= max(layout.labels) and cell.right >= max(layout.grades)
    alone = cell.top == cell.bottom and cell.left <= max(layout.labels) and cell.right < min(layout.grades)
    return cell if across or alone else None


def _filled(table: SourceTable, first: int) -> Iterator[list[SourceCell]]:
    """The cells with text of every row from this one on."""
    return ([cell for cell in table.row(row) if cell.text] for row in range(first, table.height + 1))


def _is_noted(cells: list[SourceCell], layout: Layout) -> bool:
    """Whether the row has 备注 where the names stand, and one text across all grades: a note, no requirement of any grade."""
    if len(cells) != 2 or not NOTE_NAME.fullmatch(cells[0].text.replace(" ", "")):
        return False
    return cells[1].left <= min(layout.grades) and cells[1].right >= max(layout.grades)


def _entry(table: SourceTable, layout: Layout, row: int, body: Body) -> Entry:
    """The entry that begins in this row: as many rows as its name covers."""
    cells = list(dict.fromkeys(cell for column in layout.labels if (cell := table.covering.get((row, column)))))
    named = [cell for cell in cells if cell.text]
    last = cells[-1].bottom if cells and cells[-1].text else row
    # a name merged over fewer rows than the cell to its left never runs beyond it
    bottom = min([last, *(cell.bottom for cell in cells if cell.text)]) if named else row
    heading = body.headings[-1] if body.headings else None
    before = body.entries[-1].labels if body.entries else ()
    first = table.covering.get((row, layout.labels[0]))
    carried = bool(before) and first is not None and not first.text
    labels = (before[0], *named) if carried else tuple(named)
    return Entry(range(row, bottom + 1), labels, heading, carried)


def cells_of(table: SourceTable, layout: Layout, entry: Entry, grade: str) -> list[SourceCell]:
    """The cells of a grade in the rows of an entry, from above, each once; empty ones too."""
    found = (table.covering.get((row, column)) for row in entry.rows for column in layout.columns_of(grade))
    return list(dict.fromkeys(cell for cell in found if cell is not None))


def remarks_of(table: SourceTable, layout: Layout, entry: Entry) -> Iterator[tuple[str, SourceCell]]:
    """(header, cell) for what stands beside the grades in the rows of an entry."""
    for column, header in layout.remarks.items():
        cells = dict.fromkeys(table.covering.get((row, column)) for row in entry.rows)
        yield from ((header, cell) for cell in cells if cell is not None and cell.text and cell.left == column)
