"""From a workbook to tables: which sheet is which form, where its fields are, which rows are records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from xltools.books.answers import is_front_alone
from xltools.books.base import Book, Cell, SheetFacts, Stamp
from xltools.books.card import read_card
from xltools.books.choose import choose_sheets
from xltools.books.header import moved
from xltools.books.header_units import is_other_scale
from xltools.books.locate import Located, locate
from xltools.books.unseen import ECHOES, struck, unseen
from xltools.model.address import address, column_letters
from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import Field, Form, Owner, Template
from xltools.model.policy import Policy, called
from xltools.model.returned import load_return
from xltools.model.table import Table
from xltools.model.value import ERRORS, NOTHING, is_blank, is_error, shown

COUNTY = "county"   # the template that counties are handed
# A moved column is a note nobody has to act on: a sheet put wholly in another order gets one, not twenty.
MOVED_LISTED = 3
FEW = 3  # formulas typed over in one column that are named one by one


def read_tables(book: Book, template: Template) -> tuple[dict[str, Table], list[Finding]]:
    """The tables of a workbook by form name, values as typed, and everything wrong with sheets, headers and stored values.

    A form whose sheet or header is not there has no table. Cells with an error value or a formula that was never
    calculated are missing in the table. Every filled row under a header is a record or named in a finding; only the
    form's own signature lines are passed over. What the stamp says is not judged here, see `stamp_findings`.
    """
    found, findings = read_located(book, template)
    return {name: table for name, (table, _) in found.items()}, findings


def read_located(book: Book, template: Template) -> tuple[dict[str, tuple[Table, Located | None]], list[Finding]]:
    """As `read_tables`, each table with where it was found in its sheet; a card with None."""
    if book.stamp.template not in ("", template.id):
        return {}, [not_ours(book.name, template)]
    chosen, findings = choose_sheets(book, template)
    if not chosen and is_front_alone(book):
        return {}, [Code.ONLY_FRONT.at(Place(book.name), sheet=load_return().sheet)]
    if not chosen:
        return {}, [not_ours(book.name, template)]
    tables: dict[str, tuple[Table, Located | None]] = {}
    for form in template:
        if form.name in chosen:
            table, located, found = (_card if form.layout == "card" else read_rows)(book, form, chosen[form.name])
            findings += found
            if table is not None:
                tables[form.name] = table, located
    return tables, findings


def not_ours(file: str, template: Template) -> Finding:
    """That a workbook was not made from the template: counties are told what they should have sent, whoever runs a command what to choose."""
    if template.id == COUNTY:
        return Code.NOT_OUR_FORM.at(Place(file), sheets="、".join(form.sheet for form in template))
    return Code.NOT_OUR_BOOK.at(Place(file), book=PurePath(template.file).stem)


def stamp_findings(book: Book, template: Template, policy: Policy) -> list[Finding]:
    """What the workbook's stamp says against the template and policy in use: none, older, for another policy."""
    place = Place(book.name)
    stamp = book.stamp
    if stamp == Stamp():
        return [Code.NO_STAMP.at(place)]
    found = []
    if stamp.version != template.version:
        found.append(Code.OLD_TEMPLATE.at(place, found=stamp.version or "未注明", expected=template.version))
    if stamp.policy != policy.id:
        found.append(Code.OTHER_POLICY.at(place, policy=called(stamp.policy, policy), expected=policy.title))
    return found


def _card(book: Book, form: Form, sheet: str) -> tuple[Table | None, None, list[Finding]]:
    table, found = read_card(book, form, sheet)
    return table, None, found


def read_rows(book: Book, form: Form, sheet: str) -> tuple[Table | None, Located | None, list[Finding]]:
    """The records of a row form in this sheet, and where they were found; neither without a header."""
    if located := locate(book, form, sheet):
        table, found = records_in(located)
        return table, located, found
    place = Place(book.name, sheet)
    wanted = "、".join(form[name].label for name in form.key)
    return None, None, [Code.HEADER_MISSING.at(place, sheet=sheet, labels=wanted), *_far(place, book.facts(sheet))]


def records_in(located: Located) -> tuple[Table, list[Finding]]:
    """The records of a row form that was found in a sheet, and everything wrong there."""
    bad = list(_bad_cells(located))
    lost = {finding.place.cell for finding in bad if finding.code is not Code.FORMULA_LOST}
    return _table(located, lost), [*_header_findings(located), *located.merges.findings, *bad, *unseen(located), *struck(located), *_outside(located)]


def _table(located: Located, lost: set[str]) -> Table:
    """The records as read. Where a computed field holds an error, or the 0 that programs store for a text not computed yet, nothing stands."""
    records, found = located.rows.records, located.columns.found
    data: dict[str, list[Cell]] = {}
    for field in located.form:
        column = found.get(field.name)
        data[field.name] = [None] * len(records) if column is None else _kept(located, column, lost)
        if field.formula in ECHOES or field.formula == "lookup":
            data[field.name] = [None if value == 0 or is_error(value) else value for value in data[field.name]]
    letters = {name: column_letters(column) for name, column in found.items()}
    return Table(located.form, located.place.file, located.place.sheet, [*records], data, letters)


def _kept(located: Located, column: int, lost: set[str]) -> list[Cell]:
    """A column of the records, without the lost cells, and with what merged cells show for the rows they cover."""
    records, spread, cells = located.rows.records, located.merges.spread, located.cells[column]
    if spread:
        cells = [spread.get((row, column), cell) for row, cell in zip(records, cells, strict=True)]
    return [None if address(row, column) in lost else cell for row, cell in zip(records, cells, strict=True)] if lost else cells


def _header_findings(located: Located) -> Iterator[Finding]:
    form, columns = located.form, located.columns
    for name in columns.renamed:
        column = columns.found[name]
        yield Code.COLUMN_RENAMED.at(located.head(column), found=located.header.texts[column], label=form[name].header)
    order = [field.name for field in form]
    out = moved(columns.found, order)
    for name in out if len(out) <= MOVED_LISTED else out[:1]:
        column = columns.found[name]
        expected, actual = column_letters(order.index(name) + 1), column_letters(column)
        yield Code.COLUMN_MOVED.at(located.head(column), label=form[name].label, expected=expected, actual=actual)
    for name, (first, second) in columns.twice.items():
        letters = {"first": column_letters(first), "second": column_letters(second)}
        yield Code.COLUMN_TWICE.at(located.head(second), label=form[name].label, **letters)
    if gone := [field.header for field in form if field.owner is not Owner.FORMULA and field.name not in {*columns.found, *columns.other_unit}]:
        yield Code.COLUMN_MISSING.at(located.place, labels="、".join(gone))
    yield from _unread_columns(located)
    yield from _two_units(located)


def _unread_columns(located: Located) -> Iterator[Finding]:
    """The columns with something in them that no field reads, and those whose header names another unit than their field's."""
    other = {column: located.form[name] for name, column in located.columns.other_unit.items()}
    for column in located.columns.unknown:
        text = located.header.texts.get(column, f"{column_letters(column)}列（没有表头）")
        below = [row[column - 1] for row in located.grid[located.header.bottom :]] if column in located.header.texts else located.cells[column]
        count = sum(not is_blank(value) for value in below)
        if column in other:
            values = {"label": other[column].header, "unit": other[column].unit, "count": count}
            yield Code.UNIT_OTHER.at(located.head(column), found=located.header.units.get(column, text), **values)
        elif count:
            yield Code.COLUMN_UNKNOWN.at(located.head(column), found=text, count=count)


def _two_units(located: Located) -> Iterator[Finding]:
    """Columns whose header names another unit than the cells of their own unit column: ten thousand times as much, or as little."""
    found = located.columns.found
    for field in (one for one in located.form if one.unit_in in found and one.name in found):
        column = found[field.name]
        text, units = located.header.texts[column], located.cells[found[field.unit_in]]
        if other := [value for value in units if isinstance(value, str) and is_other_scale(text, value)]:
            yield Code.TWO_UNITS.at(located.head(column), found=text, label=field.label, other_label=located.form[field.unit_in].label, count=len(other), value=other[0])


def _bad_cells(located: Located) -> Iterator[Finding]:
    """Error values, formulas never calculated, and formulas typed over, in the records."""
    for name, column in located.columns.found.items():
        field = located.form[name]
        if not located.facts.stale and field.owner is not Owner.FORMULA and ERRORS.isdisjoint(located.cells[column]):
            continue
        if field.owner is Owner.FORMULA:
            yield from _typed_over(located, field, column)
        for row, value in zip(located.rows.records, located.cells[column], strict=True):
            if is_error(value) and field.formula not in ECHOES:
                yield Code.ERROR_CELL.at(located.at(row, column), label=field.label, value=value)
            elif field.owner is not Owner.FORMULA and address(row, column) in located.facts.stale:
                yield Code.FORMULA_STALE.at(located.at(row, column), label=field.label)


def _typed_over(located: Located, field: Field, column: int) -> Iterator[Finding]:
    """Formulas typed over: a few cell by cell; of a whole column pasted as values the first, with how many there are.

    Serial numbers are asked about nowhere: typed or computed, nobody reads them.
    """
    if not located.facts.knows_formulas or field.formula == "serial":
        return
    cells = zip(located.rows.records, located.cells[column], strict=True)
    lost = [(row, value) for row, value in cells if not is_blank(value) and not (is_error(value) and field.formula not in ECHOES) and address(row, column) not in located.facts.formulas]
    more = f"，这一列共有 {len(lost)} 格这样" if len(lost) > FEW else ""
    for row, value in lost[:1] if more else lost:
        yield Code.FORMULA_LOST.at(located.at(row, column), label=field.label, value=shown(value), more=more)


def _outside(located: Located) -> Iterator[Finding]:
    for cell, value in located.rows.outside:
        place = Place(located.place.file, located.place.sheet, cell)
        if shown(value) == NOTHING and not located.rows.records:
            yield Code.SAID_NONE.at(place, sheet=place.sheet, value=NOTHING)
        else:
            yield Code.OUTSIDE_ROWS.at(place, value=shown(value))
    yield from _far(located.place, located.facts)


def _far(place: Place, facts: SheetFacts) -> list[Finding]:
    return [Code.OUTSIDE_ROWS.at(Place(place.file, place.sheet, cell), value=shown(value)) for cell, value in facts.far.items()]
