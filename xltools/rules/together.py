"""One mistake that shows in many cells of a workbook, told once: a list pasted twice, sheets without the list they refer to, a cover left as it was."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from xltools.model.address import areas
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, Severity, also
from xltools.model.form import Owner
from xltools.model.grouped import grouped
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.model.value import NOTHING
from xltools.rules.dragged import dragged_together
from xltools.rules.gathered import gather
from xltools.rules.limits import date_limits
from xltools.rules.shifted import gaps_explained, shifted_together
from xltools.rules.text import LIST

SCREENING, REVIEW, VISITED = "screening", "review", "visit_date"
UNLISTED = frozenset({Code.REVIEW_NOT_SCREENED, Code.RECTIFICATION_UNKNOWN, Code.ELSEWHERE_UNKNOWN})
MANY = 4    # rows below one another, from which on they are one block
FEWEST = 3  # rows that refer to a list, from which on it is the list that is missing
NAMED = 5   # rows or areas that a sentence names
WRITTEN = frozenset({Code.OUTSIDE_ROWS, Code.SAID_NONE})
THROUGHOUT = 0.8    # of the rows with two dates, from which on it is the columns that were exchanged


def said_once(findings: Iterable[Finding], tables: Mapping[str, Table], policy: Policy) -> list[Finding]:
    """The findings of one workbook, with one in place of all those that come of the same mistake."""
    found = dates_together(gaps_explained(shifted_together(findings, tables, policy), tables), tables)
    return never_filled(unlisted_together(blocks_together(dragged_together(found), tables), tables), tables)


def workbook_doubts(file: str, tables: Mapping[str, Table], findings: Iterable[Finding], policy: Policy) -> list[Finding]:
    """What is to be asked of a workbook as a whole: whether nothing was to be filled in, and whether the cover is that of last month."""
    return [*nothing_filled(file, tables, findings), *batch_doubt(tables, policy)]


def blocks_together(findings: Iterable[Finding], tables: Mapping[str, Table]) -> list[Finding]:
    """The findings of one workbook, those of rows below one another that all repeat rows further up as one: a list that was pasted twice."""
    by_sheet = {table.sheet: table for table in tables.values()}

    def said(some: list[Finding]) -> list[Finding]:
        blocks = _blocks(sorted(some, key=lambda one: one.place.row))
        return [one for block in blocks for one in ([_pasted(block, by_sheet[block[0].place.sheet])] if len(block) >= MANY else block)]

    return gather(findings, lambda one: one.place.sheet if one.code is Code.DUPLICATE_ROW else None, said)


def _blocks(ordered: Sequence[Finding]) -> Iterator[list[Finding]]:
    """Runs of rows directly below one another, each of which repeats a row above the run."""
    block: list[Finding] = []
    for one in ordered:
        if block and (one.place.row != block[-1].place.row + 1 or _first(one) >= block[0].place.row):
            yield block
            block = []
        block.append(one)
    if block:
        yield block


def _first(one: Finding) -> int:
    """The row that a row repeats."""
    return int(str(dict(one.values)["row"]))


def _pasted(block: Sequence[Finding], table: Table) -> Finding:
    """The one sentence about a block; where a row says something else than the one it repeats, it says so: nobody may delete that unseen."""
    first, last = block[0].place.row, block[-1].place.row
    other = [one.place.row for one in block if not _alike(table, one.place.row, _first(one))]
    rows = _some([*map(str, other)])
    more = f"；第{first}至{last}行都这样重复，像是整段粘贴了两次，内容与上面的完全相同"
    if other:
        more = f"；第{first}至{last}行都这样重复，像是整段粘贴了两次，其中第{rows}行的内容与上面的不同，请先核对"
    cells = also(table.sheet, areas(one.place.cell for one in block))
    return Code.DUPLICATE_ROW.at(block[0].place, **{**dict(block[0].values), "more": more, "extra": f"第{first}至{last}行", "also": cells})


def _alike(table: Table, row: int, other: int) -> bool:
    """Whether two rows say the same in everything that the county fills in."""
    return all(table.value(row, field.name) == table.value(other, field.name) for field in table.form.owned(Owner.COUNTY))


def dates_together(findings: Iterable[Finding], tables: Mapping[str, Table]) -> list[Finding]:
    """The findings of one workbook, those of several rows in which the same date is before the same other one as one; of all rows of a sheet, that the two may have changed places."""
    found = list(findings)
    by_sheet = {table.sheet: table for table in tables.values() if table.form.layout == "rows"}
    earlier = {one.place for one in found if one.code.stage < Code.DATE_ORDER.stage and one.severity is not Severity.NOTE}

    def column(one: Finding) -> tuple[str, str] | None:
        place = one.place
        return (place.sheet, place.column) if one.code is Code.DATE_ORDER and place.sheet in by_sheet and place not in earlier else None

    return gather(found, column, lambda some: [_same_order(some, by_sheet[some[0].place.sheet])] if len(some) >= FEWEST else some)


def _same_order(some: Sequence[Finding], table: Table) -> Finding:
    first = min(some, key=lambda one: one.place.row)
    cells = areas(one.place.cell for one in some)
    rule = next(rule for rule in table.form.rules if rule.code is first.code and table.columns.get(rule.field) == first.place.column)
    filled = sum(day is not None and other is not None for day, other in zip(table.cells[rule.field], table.cells[rule.other], strict=True))
    more, swap, named = f"；{_some(cells)} 共 {len(some)} 格都这样", "", cells
    if len(some) >= THROUGHOUT * filled:
        there = areas(table.place(one.place.row, rule.other).cell for one in some)
        more += "，像是两列填颠倒了"
        swap, named = f"；填颠倒了的，把 {_some(cells)} 和 {_some(there)} 的内容对调", [*cells, *there]
    return first.code.at(first.place, **{**dict(first.values), "more": more, "swap": swap, "also": also(table.sheet, named)})


def _some(named: Sequence[str]) -> str:
    return LIST.join(named[:NAMED]) + (f"{LIST}…" if len(named) > NAMED else "")


def unlisted_together(findings: Iterable[Finding], tables: Mapping[str, Table]) -> list[Finding]:
    """The findings, those about rows of other sheets that the screening list does not have as one where it has none of them."""
    found = list(findings)
    lost = [one for one in found if one.code in UNLISTED]
    screening = tables.get(SCREENING)
    if screening is None or len(lost) < FEWEST:
        return found
    sheets = {table.sheet: table for name, table in tables.items() if name != SCREENING and table.form.layout == "rows" and "credit_code" in table.columns and table.rows}
    if len({(one.place.sheet, one.place.row) for one in lost}) < sum(len(table.rows) for table in sheets.values()):
        return found
    rows = f"有 {len(screening.rows)} 行" if screening.rows else "没有一行"
    cells = "\n".join(also(sheet, areas(one.place.cell for one in some)) for sheet, some in grouped(lost, lambda one: one.place.sheet).items())
    told = Code.NONE_LISTED.at(Place(screening.file, screening.sheet), sheet=screening.sheet, rows=rows, count=len(lost), sheets=LIST.join(sheets), also=cells)
    return [told, *(one for one in found if one.code not in UNLISTED)]


def never_filled(findings: Iterable[Finding], tables: Mapping[str, Table]) -> list[Finding]:
    """The findings, those about the cells of an empty cover as one where nothing else is filled in either: a blank template among the files."""
    found, cover = list(findings), tables.get("cover")
    missed = [one for one in found if cover is not None and one.place.sheet == cover.sheet]
    if cover is None or not _has_no_rows(tables, found) or any(one.code is not Code.REQUIRED for one in missed) or any(value is not None for value in cover.card().values()):
        return found
    return [Code.NOT_FILLED.at(Place(cover.file), sheet=tables[SCREENING].sheet, word=NOTHING), *(one for one in found if one not in missed)]


def nothing_filled(file: str, tables: Mapping[str, Table], findings: Iterable[Finding]) -> Iterator[Finding]:
    """That no sheet but the cover holds a row, and none says that there is nothing to report."""
    found = list(findings)
    if _has_no_rows(tables, found) and not any(one.code is Code.NOT_FILLED for one in found):
        yield Code.NOTHING_FILLED.at(Place(file), sheet=tables[SCREENING].sheet, word=NOTHING)


def _has_no_rows(tables: Mapping[str, Table], findings: Iterable[Finding]) -> bool:
    rows = [table for table in tables.values() if table.form.layout == "rows"]
    return SCREENING in tables and "cover" in tables and not any(table.rows for table in rows) and not any(one.code in WRITTEN for one in findings)


def batch_doubt(tables: Mapping[str, Table], policy: Policy) -> Iterator[Finding]:
    """Where every visit was made after the month on the cover: a cover of last month over this month's reviews. Source: 三环文〔2022〕69号 三(一)."""
    cover, review = tables.get("cover"), tables.get(REVIEW)
    card = {} if cover is None else cover.card()
    months, batch = policy.lists["months"], str(card.get("batch") or "")
    if cover is None or review is None or batch not in months or not (year := card.get("year")) or VISITED not in review.columns:
        return
    month = months.index(batch) + 1
    last = date(year, month, calendar.monthrange(year, month)[1])
    latest = date_limits(policy)[1]
    days = [day for day in review.cells[VISITED] if day is not None and day <= latest]  # a slip in the year says nothing of the month
    if days and min(days) > last:
        span = {"first": f"{min(days):%Y-%m-%d}", "last": f"{max(days):%Y-%m-%d}"}
        yield Code.BATCH_DOUBT.at(cover.place(1, "batch"), label=cover.form["batch"].label, batch=batch, sheet=review.sheet, count=len(days), day=review.form[VISITED].label, **span)
