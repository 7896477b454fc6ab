"""A city's summary written as text, for tests of what is published of it."""

from collections.abc import Mapping
from datetime import date, datetime

from tests.county_files import CODES, NAMES, POLICY, filled
from tests.text_book import TextBook
from xltools.books.base import Cell, Grid, Stamp
from xltools.model.form import HEADER_ROW, Form, load_template
from xltools.model.publication import Notice

CITY = load_template("city")
NOTICE = Notice(POLICY, date(2022, 8, 1), date(2022, 8, 7))
DECIDED = datetime(2022, 7, 29)
CASTING = {"industry": "铸造", "process": "铸件", "table": "铸件（天然气、电炉熔化）"}
REFRACTORY = {"industry": "耐火材料", "process": "烧成", "table": "耐火材料"}
MACHINING = {"industry": "机械加工", "process": "机加工", "table": "机械加工"}


def decided(at: int, grade: Cell = "B", **changes: Cell) -> dict[str, Cell]:
    """A row of the ledger about the enterprise of this number, with its grade decided."""
    known = {name: value for name, value in filled("screening").items() if name in {one.name for one in CITY["ledger"]}}
    row: dict[str, Cell] = {**known, "county": "灵宝市", "batch": "7月", "name": NAMES[at], "credit_code": CODES[at], **CASTING}
    return row | {"decided": grade, "decided_date": DECIDED} | changes


def event(at: int, kind: str, **changes: Cell) -> dict[str, Cell]:
    """A row of the summary's sheet of changes."""
    return {"county": "灵宝市", "batch": "7月", "name": NAMES[at], "credit_code": CODES[at], "change_kind": kind, "found_date": datetime(2022, 7, 30)} | changes


def summary(*rows: Mapping[str, Cell], events: tuple[Mapping[str, Cell], ...] = (), template: str = "city") -> TextBook:
    """The summary with these rows."""
    grids = {"ledger": list(rows), "events": list(events)}
    return TextBook("市级汇总.xlsx", grids={CITY[name].sheet: _grid(CITY[name], found) for name, found in grids.items()}, stamp=Stamp(template))


def _grid(form: Form, rows: list[Mapping[str, Cell]]) -> Grid:
    above: Grid = [[None] * len(form.fields) for _ in range(HEADER_ROW - 1)]
    return [*above, [one.label for one in form], *([row.get(one.name) for one in form] for row in rows)]
