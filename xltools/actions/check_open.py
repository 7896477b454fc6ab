"""check 校验 on the workbook in front: a county's, or what the city wrote in its own."""

from __future__ import annotations

from msgspec.structs import replace

from xltools.actions.check import check_book
from xltools.actions.run import DRAWN
from xltools.actions.run import TEMPLATE as CITY
from xltools.books.base import Book
from xltools.model.finding import Finding
from xltools.model.form import Field, Form, Owner, load_template
from xltools.model.outcome import Submission
from xltools.model.policy import Policy

COUNTY = "county"


def check_open(book: Book, policy: Policy) -> Submission:
    """One open workbook, checked alone. In the city's own, only what the city itself fills in is judged.

    Raises StopError when the workbook holds nothing we know.
    """
    if book.stamp.template != CITY:
        return check_book(book, load_template(COUNTY), policy)
    template = load_template(CITY)
    typed = replace(template, forms=tuple(_own_only(form) for form in template if form.name not in DRAWN))
    checked = check_book(book, typed, policy)
    return replace(checked, findings=tuple(one for one in checked.findings if _is_citys(one, checked)))


def _own_only(form: Form) -> Form:
    """The form in which only the city's own fields have rules; what was merged stands there as plain text."""
    return replace(form, fields=tuple(one if one.owner is Owner.CITY else Field(one.name, one.label, aliases=one.aliases) for one in form))


def _is_citys(finding: Finding, checked: Submission) -> bool:
    """Whether a finding is about a cell that the city fills in."""
    for table in checked.tables.values():
        if table.sheet == finding.place.sheet:
            own = {letters for name, letters in table.columns.items() if table.form[name].owner is Owner.CITY}
            return finding.place.column in own
    return False
