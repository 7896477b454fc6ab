"""Which sheet of a workbook is which form: by name, by a name nearly right, by its header."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from xltools.books.base import Book
from xltools.books.card import find_items
from xltools.books.labels import labels_of, sheet_key
from xltools.books.locate import locate
from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import Form, Template
from xltools.model.guide import load_guide
from xltools.model.returned import load_return

# A sheet under any name is taken for a form when it names this share of the form's fields.
ALIKE = 0.6


class Fit(Struct, frozen=True):
    """How well a sheet fits a form: share of its fields named there, rows filled in (a card counts as one)."""

    sheet: str
    form: Form
    share: float
    rows: int


def choose_sheets(book: Book, template: Template) -> tuple[dict[str, str], list[Finding]]:
    """Form name → sheet, and what was unusual about it: renamed, missing, or a second sheet that was not read.

    The sheet of the form's own name is taken, unless a copy (“… (2)”) or a sheet of an alias's name has more rows.
    """
    chosen: dict[str, Fit] = {}
    spare: list[Fit] = []
    for form in template:
        names = _named(book, form, template)
        if names == [form.sheet]:
            chosen[form.name] = Fit(form.sheet, form, 1, 0)
        elif names:
            fits = [fit_of(book, sheet, form) for sheet in names]
            best = max(fits, key=lambda fit: (fit.share >= ALIKE, fit.rows, fit.sheet == form.sheet))
            chosen[form.name] = best
            spare += [fit for fit in fits if fit is not best]
    named = {fit.sheet for fit in (*chosen.values(), *spare)}
    for fit in sorted(_alike(book, template, named), key=lambda fit: -fit.share):
        if fit.form.name not in chosen:
            chosen[fit.form.name] = fit
        else:
            spare.append(fit)
    return {name: fit.sheet for name, fit in chosen.items()}, list(_findings(book, template, chosen, spare))


def _named(book: Book, form: Form, template: Template) -> list[str]:
    """The sheets whose name is, or nearly is, that of the form."""
    keys = {sheet_key(name) for name in (form.sheet, *form.aliases)}
    others = {other.sheet for other in template if other is not form}
    return [sheet for sheet in book.sheets if sheet == form.sheet or (sheet_key(sheet) in keys and sheet not in others)]


def _alike(book: Book, template: Template, taken: set[str]) -> Iterator[Fit]:
    """For every other visible sheet the form it resembles most, if it resembles one."""
    guide = load_guide()
    extra = {sheet_key(name) for name in (guide.guide, guide.lists, guide.stamp, load_return().sheet)}
    for sheet in book.sheets:
        if sheet not in taken and sheet_key(sheet) not in extra and not _is_guide(book, sheet):
            best = max((fit_of(book, sheet, form) for form in template), key=lambda fit: fit.share)
            if best.share >= ALIKE and book.facts(sheet).visible:     # the facts of an open workbook take many questions
                yield best


def _is_guide(book: Book, sheet: str) -> bool:
    """Whether this is our guide under another name, as text tables and web pages have it: it names every field beside its help."""
    first = next((cell for row in book.values(sheet)[:1] for cell in row if cell is not None), None)
    return isinstance(first, str) and first.strip().endswith(f" · {load_guide().guide}")


def fit_of(book: Book, sheet: str, form: Form) -> Fit:
    """How well this sheet fits the form."""
    named, rows = (_card if form.layout == "card" else _rows)(book, sheet, form)
    return Fit(sheet, form, named / len(form.fields), rows)


def _card(book: Book, sheet: str, form: Form) -> tuple[int, int]:
    items = find_items(book.values(sheet), labels_of(form))
    return len(items), int(bool(items))


def _rows(book: Book, sheet: str, form: Form) -> tuple[int, int]:
    located = locate(book, form, sheet)
    return (len(located.columns.found), len(located.rows.records)) if located else (0, 0)


def _findings(book: Book, template: Template, chosen: Mapping[str, Fit], spare: list[Fit]) -> Iterator[Finding]:
    for form in template:
        fit = chosen.get(form.name)
        if fit is None and chosen:
            yield Code.SHEET_MISSING.at(Place(book.name, form.sheet), sheets=form.sheet)
        elif fit is not None and fit.sheet != form.sheet:
            yield Code.SHEET_RENAMED.at(Place(book.name, fit.sheet), found=fit.sheet, sheet=form.sheet)
    for fit in spare:
        if fit.rows:
            place = Place(book.name, fit.sheet)
            yield Code.SHEET_UNUSED.at(place, found=fit.sheet, sheet=chosen[fit.form.name].sheet, count=fit.rows)
