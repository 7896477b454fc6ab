"""County workbooks for tests: faultless unless a test says what is wrong in them."""

from collections.abc import Iterable, Mapping, Sequence

from tests.text_book import TextBook, check_books
from xltools.books.base import Cell, Grid, Stamp
from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.form import Form, Owner, load_template
from xltools.model.outcome import Outcome
from xltools.model.policy import load_policy
from xltools.rules.codes import make_credit_code

POLICY = load_policy("sanmenxia-2022")
TEMPLATE = load_template("county")
STAMP = Stamp(TEMPLATE.id, TEMPLATE.version, POLICY.id)

# Invented enterprises: organisation codes that begin with Y are not in use.
CODE = make_credit_code("91411282YA0000001")
OTHER = make_credit_code("91411282YB1111112")
THIRD = make_credit_code("91411282YC2222223")
NAME, OTHER_NAME = "三门峡示例铸造有限公司", "三门峡另例铸造有限公司"

Record = Mapping[str, Cell]


def enterprise(code: str = CODE, name: str = NAME, **changes: Cell) -> dict[str, Cell]:
    """A row of the screening list without a fault, or with these changes."""
    return {"credit_code": code, "name": name, "permit_no": f"{code}001P", **changes}


def beside(code: str = CODE, **changes: Cell) -> dict[str, Cell]:
    """A row of another sheet about the enterprise with this code."""
    return {"credit_code": code, **changes}


def book(file: str = "灵宝市.xlsx", cover: Record | None = None, stamp: Stamp = STAMP, **sheets: Sequence[Record]) -> TextBook:
    """A county workbook: one enterprise in the screening list unless `screening` is given, every other sheet empty unless given.

    A field that a record does not name holds the example of the spec.
    """
    given = {"screening": [enterprise()], **sheets}
    grids = {form.sheet: rows_grid(form, given.get(form.name, ())) for form in TEMPLATE if form.layout == "rows"}
    return TextBook(file, grids={TEMPLATE["cover"].sheet: cover_grid(cover or {}), **grids}, stamp=stamp)


def cover_grid(record: Record) -> Grid:
    """The cover as label and value from row 4 on: 县（市、区） in B4, 年度 in B5 and so on."""
    form = TEMPLATE["cover"]
    return [[form.title, None], [None, None], [None, None], *([f.label, record.get(f.name, f.example)] for f in form)]


def rows_grid(form: Form, records: Iterable[Record]) -> Grid:
    """A row form with its header in row 4 and records from row 5 on."""
    blank: list[Cell] = [None] * (len(form.fields) - 1)
    head: Grid = [[form.title, *blank], [form.note, *blank], [None, *blank], [field.header for field in form]]
    return head + [[cell(record, f.name, None if f.owner is Owner.FORMULA else f.example) for f in form] for record in records]


def cell(record: Record, name: str, example: Cell) -> Cell:
    """What the record says, else the example; a record with no entry at all is an empty row."""
    return record.get(name, example) if record else None


def check(*books: TextBook) -> Outcome:
    return check_books(books, POLICY)


def told(findings: Iterable[Finding]) -> set[tuple[Code, str]]:
    """Findings as (code, sheet!cell)."""
    return {(one.code, f"{one.place.sheet}!{one.place.cell}") for one in findings}


def found(*books: TextBook) -> set[tuple[Code, str]]:
    """What checking these books finds."""
    return told(check(*books).findings)
