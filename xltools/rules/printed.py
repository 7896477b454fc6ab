"""What stands printed on a checklist against what its table says: a requirement that somebody rewrote does not count, and is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from xltools.model.checklist import ReadLine, ReadPart, load_checklist_words, method_instead
from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.form import load_form
from xltools.model.grade import level
from xltools.model.indicator import IndicatorTable
from xltools.model.value import shown
from xltools.rules.checklist_plan import item_text
from xltools.rules.text import compact, one_line

LISTED = 8         # cells of a sheet that are named one by one
AROUND = 12        # characters before and after what differs
WHOLE = 1000       # characters of a cell that are compared
NOTHING = "空白"

Printed = Mapping[str, tuple[str, str]]  # where a text stands, without blanks → how that is called, the text


def altered(part: ReadPart, table: IndicatorTable) -> Iterator[Finding]:
    """Every cell whose printed text is another one than the table's; of very many the first, with how many there are.

    Blanks, breaks, width and dashes make no difference, nor do cells that were merged and are no longer.
    """
    texts, found = printed_texts(table), list[Finding]()
    for line in part.lines:
        found += _line(line, texts.get(line.no, {}), table)
    more = f"，这张表共有 {len(found)} 处这样" if len(found) > LISTED else ""
    for one in found[:1] if more else found:
        yield Code.PRINTED_CHANGED.at(one.place, **{**dict(one.values), "more": more})


def struck_items(part: ReadPart, table: IndicatorTable) -> Iterator[Finding]:
    """The rows with text that is struck through; they are graded as they are filled in."""
    items = {one.no: f"{one.category}—{one.item}" for one in table.indicators}
    for line in part.lines:
        if line.struck and line.no in items:
            yield Code.STRUCK_ITEM.at(line.cells["no"].place, item=items[line.no])


@lru_cache(maxsize=2**8)  # checklists of one table are printed alike
def printed_texts(table: IndicatorTable) -> Mapping[str, Printed]:
    """What a checklist prints of every indicator, by its number: the item, its unit, what each grade asks."""
    form = load_form("checklist")
    grades = [grade for grade in table.grades if any(one.requirement(grade) for one in table.indicators)]
    found: dict[str, Printed] = {}
    for one in table.indicators:
        printed = {name: (form[name].label, text) for name, text in (("item", item_text(one, table)), ("unit", one.unit))}
        for grade in grades:
            header = load_checklist_words().words["requirement"].format(grade=level(grade))
            printed[compact(header)] = header, method_instead(one, grades) or one.asked(grade)
        found[one.no] = printed
    return found


def _line(line: ReadLine, texts: Printed, table: IndicatorTable) -> Iterator[Finding]:
    there = {compact(header): cell for header, cell in line.printed.items()} | {name: line.cells[name] for name in ("item", "unit") if name in line.cells}
    before, told = "", set[str]()
    for name, (label, text) in texts.items():
        if (cell := there.get(name)) is None:
            continue
        if cell.value == (text or None):
            before = text
            continue
        seen = "" if cell.value is None else one_line(shown(cell.value, WHOLE))
        as_before = not seen and text == before  # grades that ask the same share a cell, until somebody parts it
        if compact(seen) != compact(shown(text, WHOLE)) and not as_before and cell.place.cell not in told:
            told.add(cell.place.cell)
            value, expected = _differing(seen, one_line(text))
            yield Code.PRINTED_CHANGED.at(cell.place, item=texts["item"][1].partition("\n")[0], label=label, value=value, table=table.name, expected=expected, more="")
        before = text


def _differing(one: str, other: str) -> tuple[str, str]:
    """Both texts where they differ, with a little of what stands around."""
    start = _alike(one, other)
    end = _alike(one[start:][::-1], other[start:][::-1])
    return _cut(one, start, len(one) - end), _cut(other, start, len(other) - end)


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next((at for at, (first, second) in enumerate(zip(one, other, strict=False)) if first != second), min(len(one), len(other)))


def _cut(text: str, start: int, end: int) -> str:
    first, last = max(0, start - AROUND), end + AROUND
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}" or NOTHING
