"""make policy 生成政策库, and reading one back for --policy."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from xltools.books.base import Book
from xltools.books.file import open_book
from xltools.books.policy_book import PolicyPlan, write_policy
from xltools.books.read import read_tables
from xltools.books.replace import refuse_existing
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, Severity, StopError, first_per_cell, order
from xltools.model.form import SpecError, load_template
from xltools.model.policy import Policy, load_policy, policy_from
from xltools.rules.gathered import missing_together
from xltools.rules.parse import parse_all
from xltools.rules.policy_check import check_policy, same_together
from xltools.rules.policy_contents import (
    CLAUSES,
    Contents,
    contents_from,
    contents_of,
    fixed_policy,
    policy_data,
    vocabulary,
    with_clauses,
    with_codes,
    with_names,
)

_TEMPLATE = "policy"
LOOKED_INTO = frozenset({".xlsx", ".xls", ".et", ".ods"})     # not into summaries (.xlsm) and tables, which take long


def make_policy(output: Path, base: Policy | Path) -> Path:
    """Write a policy as a workbook for people to edit. Raises StopError when the file is there already, or the workbook it is made from has errors.

    base: a policy, or a policy workbook, whose remarks and rows that wait for a person stay.
    """
    return write_contents(output, contents_at(base))


def contents_at(base: Policy | Path) -> Contents:
    """The records of a policy, or of a policy workbook with all that is written beside its rules. Raises StopError for one with errors."""
    if isinstance(base, Policy):
        return contents_of(base)
    contents, found = read_contents(open_book(base))
    if contents is None:
        raise StopError(next(one for one in found if one.severity is Severity.ERROR))
    return contents


def write_contents(output: Path, contents: Contents) -> Path:
    """Write the records of a policy workbook. Raises StopError when the file is there already: somebody may have worked in it."""
    refuse_existing(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    write_policy(output, PolicyPlan(load_template(_TEMPLATE), with_names(contents), fixed_policy()))
    return output


def read_policy(path: Path) -> tuple[Policy | None, list[Finding]]:
    """The policy in a workbook, None when it has errors, and everything found in it, one per cell.

    Raises StopError when the file cannot be read or is no policy workbook.
    """
    return read_policy_book(open_book(path))


def policy_named(id: str, folder: Path) -> Policy:
    """The policy of this id: one that we ship, else the one in a policy workbook that lies in the folder.

    Raises StopError when there is neither, or several that say different things: importing a table leaves the old one beside the new.
    """
    try:
        return load_policy(id)
    except SpecError:
        there = {path.name: _policy_in(path, id) for path in sorted(folder.glob("*.*")) if path.suffix.lower() in LOOKED_INTO}
    found = {name: one for name, one in there.items() if one}
    if not any(isinstance(one, Policy) for one in found.values()):
        raise StopError(Code.POLICY_NOT_HERE.at(Place(""), policy=id))
    first, *others = found.values()
    if not isinstance(first, Policy) or any(one != first for one in others):
        raise StopError(Code.POLICY_SEVERAL.at(Place(""), policy=id, files="、".join(found)))
    return first


def _policy_in(path: Path, id: str) -> Policy | bool:
    """The policy in a file that has this id, True where one has errors and may be it, False where there is none."""
    try:
        book = open_book(path)
        if book.stamp.template != _TEMPLATE:
            return False
        policy, _ = read_policy_book(book)
    except StopError:
        return False
    if policy is None:
        return True
    return policy if policy.id == id else False


def read_policy_book(book: Book) -> tuple[Policy | None, list[Finding]]:
    """As `read_policy`, from a workbook wherever it lives."""
    contents, found = read_contents(book)
    return (None if contents is None else policy_from(policy_data(contents))), found


def read_contents(book: Book) -> tuple[Contents | None, list[Finding]]:
    """The records of a policy workbook with the remarks beside them, None when they make no policy; and everything found.

    Raises StopError when it is no policy workbook.
    """
    template = load_template(_TEMPLATE)
    template = replace(template, forms=tuple(form for form in template if form.name != CLAUSES or form.sheet in book.sheets))
    raw, found = read_tables(book, template)
    if not raw:
        raise StopError(found[0])
    raw = with_codes(raw)
    tables, said = parse_all(raw, vocabulary(raw))     # what cells choose from is read off the sheets themselves
    found = [*missing_together(found), *said]
    if raw.keys() == {form.name for form in template}:
        unread = {one.place for one in found if one.place.cell and one.severity is Severity.ERROR}
        found += check_policy(tables, vocabulary(tables), unread)
    findings = sorted(first_per_cell(found), key=order)
    wrong = any(one.severity is Severity.ERROR for one in findings)
    return (None if wrong else with_clauses(contents_from(tables))), same_together(findings)
