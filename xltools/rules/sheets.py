"""Rules between the sheets of one workbook: what every sheet says of an enterprise must agree with the screening list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache

from msgspec import Struct
from rapidfuzz.distance import OSA

from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.grouped import grouped
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.model.value import shown
from xltools.rules.codes import is_credit_code
from xltools.rules.limits import date_limits
from xltools.rules.nearest import Listed, enterprise_meant, enterprises_in, processes_there
from xltools.rules.rows import cell_text, row_keys, true_where
from xltools.rules.text import company_key, name_key

_SCREENING = "screening"
_KEY = ("credit_code", "process")
RETURNED, YES = "退回整改", "是"
_SLIPS = 1  # wrong, missing, extra or swapped characters by which a mistyped code may differ from the one meant

# What it means when a sheet names an enterprise that the screening list does not have. Source: 三环文〔2022〕69号 三(三)2.
_UNKNOWN = {
    "rectification": Code.RECTIFICATION_UNKNOWN,
    "protected": Code.ELSEWHERE_UNKNOWN,
    "changes": Code.ELSEWHERE_UNKNOWN,
    "measures": Code.ELSEWHERE_UNKNOWN,
}


class _Codes(Struct, frozen=True):
    """The credit codes of a sheet: those that are right, and those that are mistyped."""

    right: frozenset[str]
    mistyped: tuple[str, ...]

    def has(self, code: str) -> bool:
        """Whether the sheet has this code, or one that is broken and so like it that it must be meant."""
        return code in self.right or any(OSA.distance(code, one, score_cutoff=_SLIPS) <= _SLIPS for one in self.mistyped)


def between_sheets(tables: Mapping[str, Table], policy: Policy, unread: Collection[Place]) -> list[Finding]:
    """Every contradiction between the sheets of one workbook, and rectifications that are overdue.

    A row whose own credit code is missing or broken is left out: that is one problem, not two. So is everything, when the screening
    list or its codes are not there. unread: cells that hold something nobody could read.
    """
    found = list(_overdue(tables, policy, unread))
    screening = tables.get(_SCREENING)
    if screening is None or not set(_KEY) <= set(screening.columns):
        return found
    known, listed = _codes(screening), cache(lambda: enterprises_in(screening))
    for name, table in tables.items():
        if name != _SCREENING and "credit_code" in table.columns and table.rows:
            found += _unknown(name, table, listed, known)
            found += _other_names(table, screening)
            found += _other_processes(table, screening) if name in _UNKNOWN else []
    found += _reviews(tables, screening, known, policy)
    return found + list(_protected(tables, screening))


def _codes(table: Table) -> _Codes:
    """The codes of a sheet; a broken code counts as the first 18 characters of its row's permit number when those are right."""
    codes, permits = table.cells["credit_code"], table.column("permit_no")
    right = {code for code in {*codes} if isinstance(code, str) and is_credit_code(code)}
    broken = [(code, permit) for code, permit in zip(codes, permits, strict=True) if code not in right]
    meant = {permit[:18] for _, permit in broken if isinstance(permit, str) and is_credit_code(permit[:18])}
    return _Codes(frozenset(right | meant), tuple(dict.fromkeys(code for code, _ in broken if isinstance(code, str))))


def _judged(table: Table) -> Table:
    """The rows of a sheet whose own credit code is right."""
    return table.only(true_where(table.cells["credit_code"], is_credit_code))


def _unknown(name: str, table: Table, listed: Callable[[], Sequence[Listed]], known: _Codes) -> Iterator[Finding]:
    if name not in _UNKNOWN:
        return
    rows = _judged(table)
    for row, has in zip(rows.rows, true_where(rows.cells["credit_code"], known.has), strict=True):
        if has:
            continue
        code = cell_text(table, row, "credit_code")
        called = cell_text(table, row, "name") if "name" in table.columns else ""
        yield _UNKNOWN[name].at(table.place(row, "credit_code"), code=code, near=enterprise_meant(code, called, listed()))


def _other_names(table: Table, screening: Table) -> Iterator[Finding]:
    """A name beside a code that the screening list gives to an enterprise of another name, and to none of this one."""
    if "name" not in table.columns or "name" not in screening.columns:
        return
    listed: dict[str | None, dict[str, int]] = {}
    for row, code, name in zip(screening.rows, screening.cells["credit_code"], screening.cells["name"], strict=True):
        if name is not None:
            listed.setdefault(code, {}).setdefault(name_key(name), row)
    rows = _judged(table)
    for row, code in zip(rows.rows, rows.cells["credit_code"], strict=True):
        called, name = listed.get(code, {}), cell_text(table, row, "name")
        if called and name and name_key(name) not in called:
            there = next(iter(called.values()))
            yield Code.NAME_DIFFERS.at(table.place(row, "name"), name=name, place=screening.place(there, "name").cell, other=cell_text(screening, there, "name"))


def names_said(found: Iterable[Finding], tables: Mapping[str, Table]) -> list[Finding]:
    """The findings of one workbook; a single name put in the place of its formula says, where the screening list has several names of the code, which one is meant."""
    found = [*found]
    lost = {one.place for one in found if one.code is Code.FORMULA_LOST and not dict(one.values)["more"]}
    said = {place: name for table in tables.values() for place, name in _said(table, tables.get(_SCREENING)) if place in lost} if lost else {}
    return [Code.NAME_SAID.at(one.place, value=said[one.place]) if one.code is Code.FORMULA_LOST and one.place in said else one for one in found] if said else found


def _said(table: Table, screening: Table | None) -> Iterator[tuple[Place, str]]:
    """The cells with a name which the screening list has, beside another one, of the row's code."""
    if screening is None or table is screening or "name" not in table.columns or "credit_code" not in table.cells:
        return
    called: dict[str, set[str]] = {}
    for code, name in zip(screening.cells["credit_code"], screening.cells["name"], strict=True):
        if code is not None and name is not None:
            called.setdefault(code, set()).add(company_key(name))
    for row, code, name in zip(table.rows, table.cells["credit_code"], table.cells["name"], strict=True):
        if name is not None and len(some := called.get(code, set())) > 1 and company_key(name) in some:
            yield table.place(row, "name"), name


def _unlisted(table: Table, screening: Table) -> Table:
    """The rows that name a process which the screening list has not beside their code; none of a code that it has beside an empty process."""
    codes, processes = screening.cells["credit_code"], screening.cells["process"]
    unsure = {code for code, process in zip(codes, processes, strict=True) if process is None}
    known, rows = {*row_keys(screening, _KEY)}, _judged(table)
    keys = zip(row_keys(rows, _KEY), rows.cells["credit_code"], strict=True)
    return rows.only(mine is not None and mine not in known and code not in unsure for mine, code in keys)


def _rows_of_codes(screening: Table) -> dict[str | None, list[int]]:
    """The rows of every credit code."""
    at = grouped(range(len(screening.rows)), screening.cells["credit_code"].__getitem__)
    return {code: [screening.rows[one] for one in some] for code, some in at.items()}


def _other_processes(table: Table, screening: Table) -> Iterator[Finding]:
    """Processes that the screening list does not have of an enterprise it has: measures and events of them would find no grade. Source: 三环文〔2022〕69号 三(三)2."""
    if "process" not in table.columns:
        return
    rows = _unlisted(table, screening)
    listed = _rows_of_codes(screening) if rows.rows else {}
    for row in (row for row, code in zip(rows.rows, rows.cells["credit_code"], strict=True) if code in listed):
        code, process = cell_text(table, row, "credit_code"), cell_text(table, row, "process")
        name = cell_text(table, row, "name") if "name" in table.columns else ""
        yield Code.PROCESS_ELSEWHERE.at(table.place(row, "process"), name=name or code, process=process, near=processes_there(listed[code], screening))


def _reviews(tables: Mapping[str, Table], screening: Table, known: _Codes, policy: Policy) -> Iterator[Finding]:
    review = tables.get("review")
    if review is None or not review.rows or not set(_KEY) <= set(review.columns):
        return
    yield from _not_screened(review, screening, known)
    if "applied" in review.columns and "applied" in screening.columns:
        yield from _other_grade(review, screening, policy)
    rectification = tables.get("rectification")
    if "opinion" in review.columns and rectification is not None and "credit_code" in rectification.columns:
        yield from _not_tracked(review, _codes(rectification))


def _not_screened(review: Table, screening: Table, known: _Codes) -> Iterator[Finding]:
    """Reviews without a row in the screening list: the enterprise is missing there, or only this process of it."""
    rows = _unlisted(review, screening).rows
    there, listed = (enterprises_in(screening), _rows_of_codes(screening)) if rows else ([], {})
    for row in rows:
        code, process = cell_text(review, row, "credit_code"), cell_text(review, row, "process")
        field = "process" if code in listed else "credit_code"
        if field == "process" or not known.has(code):
            name = cell_text(review, row, "name")
            near = processes_there(listed[code], screening) if field == "process" else enterprise_meant(code, name, there)
            yield Code.REVIEW_NOT_SCREENED.at(review.place(row, field), name=name or code, process=process, near=near)


def _other_grade(review: Table, screening: Table, policy: Policy) -> Iterator[Finding]:
    """Grades applied for that differ between the two sheets; a grade that cannot be applied for is a problem of its own cell."""
    options = policy.options(review.form["applied"].list)
    there: dict[str | None, int] = {}
    for row, mine, applied in zip(screening.rows, row_keys(screening, _KEY), screening.cells["applied"], strict=True):
        if mine is not None and applied in options:
            there.setdefault(mine, row)
    for row, mine, applied in zip(review.rows, row_keys(review, _KEY), review.cells["applied"], strict=True):
        if applied not in options or (other := there.get(mine)) is None:
            continue
        value, listed = cell_text(review, row, "applied"), cell_text(screening, other, "applied")
        if value != listed:
            label, place = review.form["applied"].label, screening.place(other, "applied").cell
            yield Code.APPLIED_DIFFERS.at(review.place(row, "applied"), label=label, value=value, place=place, other=listed)


def _not_tracked(review: Table, tracked: _Codes) -> Iterator[Finding]:
    rows = _judged(review)
    for row, opinion, has in zip(rows.rows, rows.cells["opinion"], true_where(rows.cells["credit_code"], tracked.has), strict=True):
        if opinion == RETURNED and not has:
            yield Code.RETURN_NOT_TRACKED.at(review.place(row, "opinion"), opinion=RETURNED)


def _protected(tables: Mapping[str, Table], screening: Table) -> Iterator[Finding]:
    """Enterprises said to be protected that the protected list does not have. Source: 三环文〔2022〕69号 三(三)2."""
    protected = tables.get("protected")
    if protected is None or "credit_code" not in protected.columns or "protected" not in screening.columns:
        return
    known, rows = _codes(protected), screening.only(value == YES for value in screening.cells["protected"])
    for row in rows.only(true_where(rows.cells["credit_code"], lambda code: is_credit_code(code) and not known.has(code))).rows:
        label = screening.form["protected"].label
        yield Code.PROTECTED_NOT_LISTED.at(screening.place(row, "protected"), label=label, value=YES)


def _overdue(tables: Mapping[str, Table], policy: Policy, unread: Collection[Place]) -> Iterator[Finding]:
    """Rectifications due before the report date of the cover and not done; never compared with today."""
    table = tables.get("rectification")
    reported = tables["cover"].card().get("report_date") if "cover" in tables else None
    low, high = date_limits(policy)
    if table is None or not {"due", "done"} <= set(table.columns) or not isinstance(reported, date) or reported > high:
        return
    condition = table.form["done"].required_if
    settled = [False] * len(table.rows) if condition is None else [value in condition.values for value in table.cells[condition.field]]
    for row, due, done, is_settled in zip(table.rows, table.cells["due"], table.cells["done"], settled, strict=True):
        is_late = done is None and not is_settled and due is not None and low <= due < reported
        if is_late and table.place(row, "done") not in unread:
            yield Code.OVERDUE.at(table.place(row, "due"), label=table.form["due"].label, value=shown(due), today=shown(reported))
