"""Rows, columns and sheets that are hidden or filtered away, and yet hold what counts."""

from __future__ import annotations

from collections.abc import Iterator

from xltools.books.address import column_letters
from xltools.books.cells import is_blank
from xltools.books.locate import Located
from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.form import Owner

NAMED = 8  # rows that a sentence names


def unseen(located: Located) -> Iterator[Finding]:
    """What of the table a person does not see: it is read all the same, and said."""
    facts = located.facts
    rows = [row for row in located.rows.records if row in facts.hidden_rows]
    if rows:
        named = "、".join(str(row) for row in rows[:NAMED]) + (f"等{len(rows)}行" if len(rows) > NAMED else "行")
        yield Code.HIDDEN_ROWS.at(located.place, rows=named)
    for name, column in located.columns.found.items():
        hidden = located.form[name].owner is Owner.COUNTY and column_letters(column) in facts.hidden_columns
        if hidden and not all(map(is_blank, located.cells[column])):
            yield Code.HIDDEN_PART.at(located.head(column), what=f"“{located.form[name].label}”这一列")
    if not facts.visible:
        yield Code.HIDDEN_PART.at(located.place, what=f"工作表“{located.place.sheet}”")
