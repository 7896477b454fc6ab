"""County workbooks as real files, small ones, for tests of what happens to files."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from xltools.books.base import Cell
from xltools.books.template import write_template
from xltools.model.form import Field, Kind, Owner, load_template
from xltools.model.policy import load_policy
from xltools.rules.codes import make_credit_code
from xltools.rules.formula import live

POLICY = load_policy("sanmenxia-2022")
TEMPLATE = load_template("county")
# Few ready rows: these workbooks are written and read many times.
SHORT = replace(TEMPLATE, forms=tuple(replace(form, rows=0) for form in TEMPLATE))
LIVE = live(SHORT, POLICY)
CODES = [make_credit_code(f"91411282Y{letter}000000{at}") for at, letter in enumerate("ABCDEFGH")]
NAMES = [f"三门峡示例{word}有限公司" for word in "甲乙丙丁戊己庚辛"]

Record = Mapping[str, Cell]


def example(field: Field) -> Cell:
    """The field's example as a cell holds it."""
    if field.kind is Kind.DATE:
        return date.fromisoformat(field.example)
    return float(field.example) if field.kind in (Kind.NUMBER, Kind.INTEGER) else field.example


def filled(form: str, **changes: Cell) -> dict[str, Cell]:
    """A record with the examples of the spec in all fields of the county, and these changes."""
    return {field.name: example(field) for field in TEMPLATE[form].owned(Owner.COUNTY) if field.example} | changes


def enterprise(at: int, **changes: Cell) -> dict[str, Cell]:
    """A row of the screening list about the enterprise of this number."""
    return filled("screening", credit_code=CODES[at], name=NAMES[at], permit_no=f"{CODES[at]}001P", **changes)


def county_file(folder: Path, county: str, screening: Sequence[Record], cover: Record | None = None, **sheets: Sequence[Record]) -> Path:
    """A county workbook with these rows, named after the county."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{county}.xlsx"
    contents = {"cover": [filled("cover", county=county, **(cover or {}))], "screening": screening, **sheets}
    write_template(path, SHORT, POLICY, LIVE, contents)
    return path
