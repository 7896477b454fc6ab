"""Rows, columns and sheets that are hidden, filtered away or struck through, and yet hold what counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xltools.books.locate import Located
from xltools.model.address import address, column_letters
from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.form import Owner
from xltools.model.value import is_blank

NAMED = 8  # rows that a sentence names
LABELS = 3  # cells of a row that a sentence names
# Computed fields that nobody reads. Hints look at every row, so that one wrong cell of a key makes errors of them all.
ECHOES = frozenset({"serial", "hint"})


def unseen(located: Located) -> Iterator[Finding]:
    """What of the table a person does not see: it is read all the same, and said."""
    facts = located.facts
    rows = [row for row in located.rows.records if row in facts.hidden_rows]
    if rows:
        named = "、".join(str(row) for row in rows[:NAMED]) + (f"等{len(rows)}行" if len(rows) > NAMED else "行")
        yield Code.HIDDEN_ROWS.at(located.place, rows=named, among=_numbers(rows))
    for name, column in located.columns.found.items():
        hidden = located.form[name].owner is Owner.COUNTY and column_letters(column) in facts.hidden_columns
        if hidden and not all(map(is_blank, located.cells[column])):
            yield Code.HIDDEN_PART.at(located.head(column), what=f"“{located.form[name].label}”这一列")
    if not facts.visible:
        yield Code.HIDDEN_PART.at(located.place, what=f"工作表“{located.place.sheet}”")


def struck(located: Located) -> Iterator[Finding]:
    """The records with text that is struck through: each in a cell that nobody reads, so that nothing hides what else is said of the row; of very many one for the sheet."""
    if not located.facts.struck:
        return
    rows = {row: what for row, cells in _struck_cells(located).items() if (what := _what(cells))}
    if len(rows) > NAMED:
        yield Code.STRUCK_THROUGH.at(located.place, what=f"第{'、'.join(map(str, [*rows][:NAMED]))}等{len(rows)}行", among=_numbers(rows))
        return
    column = next((found for name, found in located.columns.found.items() if located.form[name].formula in ECHOES), 0)
    for row, what in rows.items():
        if column:
            yield Code.STRUCK_THROUGH.at(located.at(row, column), what=what)
        else:
            yield Code.STRUCK_THROUGH.at(located.place, what=f"第{row}行", among=_numbers([row]))


def _numbers(rows: Iterable[int]) -> str:
    """The rows that a sentence is about, all of them, for whoever must know them again when they have moved."""
    return " ".join(map(str, rows))


def _struck_cells(located: Located) -> dict[int, list[tuple[str, bool | None]]]:
    """Row of each record → label of every filled cell that a person fills, and whether all of its text is struck through (None: nothing of it)."""
    found: dict[int, list[tuple[str, bool | None]]] = {row: [] for row in located.rows.records}
    for name, column in located.columns.found.items():
        field = located.form[name]
        if field.owner is not Owner.FORMULA:
            for row, value in zip(located.rows.records, located.cells[column], strict=True):
                if not is_blank(value):
                    found[row].append((field.label, located.facts.struck.get(address(row, column))))
    return found


def _what(cells: list[tuple[str, bool | None]]) -> str:
    """What of a row is struck through, "" for nothing."""
    labels = [f"“{label}”{'' if whole else '（部分文字）'}" for label, whole in cells if whole is not None]
    if not labels:
        return ""
    if all(whole for _, whole in cells):
        return "本行"
    return f"本行的{'、'.join(labels[:LABELS])}" + (f"等{len(labels)}格" if len(labels) > LABELS else "")
