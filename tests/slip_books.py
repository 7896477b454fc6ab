"""County workbooks full of slips: for every field of every county form each slip of its kind alone, then many in one row; and the answer key."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

from msgspec import Struct, field
from msgspec.structs import replace

from tests.county_books import POLICY, STAMP, TEMPLATE, rows_grid
from tests.slip_table import ABOVE, BLANKS, DAY, NUMBER_OF_UNIT, OF_KIND, SAME, Read, Slip, choices, grades
from tests.text_book import TextBook
from xltools.books.base import Cell, Grid, SheetFacts
from xltools.books.sheet import Formula
from xltools.books.template import write_template
from xltools.model.address import address
from xltools.model.code import Code
from xltools.model.form import FIRST_ROW, Field, Form, Kind, Owner
from xltools.model.live import LiveForm
from xltools.model.outcome import Outcome
from xltools.rules.codes import make_credit_code
from xltools.rules.formula import live

SHORT = replace(TEMPLATE, forms=tuple(replace(form, rows=0) for form in TEMPLATE))
# The hints of every row look at all other rows: LibreOffice would compute for minutes, and the check reads none of them.
FULL = live(SHORT, POLICY)
LIVE = replace(FULL, forms={name: LiveForm({field: '""' if field == "hint" else text for field, text in one.formulas.items()}) for name, one in FULL.forms.items()})
ROWS = tuple(form for form in TEMPLATE if form.layout == "rows")
MIXED_ROWS = 46
CARD_FIRST = 5  # the first line of the cover's card; its values stand in column C
GOOD, LEADING = ("耐火材料", "耐火材料"), ("机械加工", "机械加工")  # industry and table whose grades are A B B- C D, and 引领性 非引领性
OPTIONS: Mapping[str, tuple[str, ...]] = POLICY.lists

Record = dict[str, Cell | Formula]
Where = tuple[str, str]  # sheet, cell


class SlipBook(Struct):
    """One workbook. key: cell → codes to be reported · values: (form, sheet row, field) → what must be read · stored: cells whose slip a program takes away that opens and saves the file."""

    name: str
    sheets: dict[str, list[Record]] = field(default_factory=lambda: {form.name: [] for form in TEMPLATE})
    key: dict[Where, tuple[Code, ...]] = field(default_factory=dict)
    values: dict[tuple[str, int, str], Read] = field(default_factory=dict)
    stored: set[Where] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    listed: set[tuple[int, object]] = field(default_factory=set)

    def number(self, form: Form) -> int:
        """The number of the next enterprise of a form. Screening and review have their own; the other sheets share theirs."""
        self.counts[form.name] = self.counts.get(form.name, {"screening": 0, "review": 10_000}.get(form.name, 20_000)) + 1
        return self.counts[form.name]

    def write(self, folder: Path) -> Path:
        """The workbook as a county's template filled in."""
        path = folder / f"{self.name}.xlsx"
        write_template(path, SHORT, POLICY, LIVE, self.sheets)
        return path

    def plant(self, form: Form, row: Record, name: str, slip: Slip) -> None:
        """Puts a slip into a record that stands last in its sheet (or is the cover), and its outcome into the key."""
        base = row[name]
        row[name] = slip.cell(str(base))
        at, where = self.place(form, name)
        if slip.codes:
            self.key[where] = slip.codes
        if slip.stored or isinstance(slip.typed, bool):  # in a cell with a format of its own LibreOffice makes TRUE a 1
            self.stored.update([where, *(self.place(form, two.name)[1] for two in form if two.formula == "lookup")])
        self.values[form.name, at, name] = slip.reading(base)  # type: ignore[arg-type]

    def place(self, form: Form, name: str) -> tuple[int, Where]:
        """The row by which a table knows the last record, and the cell of one of its fields."""
        at = [one.name for one in form].index(name)
        if form.layout == "card":
            return 0, (form.sheet, f"C{CARD_FIRST + at}")
        row = FIRST_ROW + len(self.sheets[form.name]) - 1
        return row, (form.sheet, address(row, at + 1))


# What a row must have beside a choice, so that it contradicts nothing: (form, field) → value → other fields.
REFUSED_BY_COUNTY = {"opinion": "不同意", "shortfall": "破碎工序未密闭"}
RETURNED = {"opinion": "退回整改", "shortfall": "破碎工序未密闭"}


def clean(form: Form, at: int) -> Record:
    """A row without a fault, about the enterprise of this number."""
    code = code_of(at)
    row: Record = {one.name: _example(one) for one in form.owned(Owner.COUNTY)}
    own: Record = {"credit_code": code, "name": f"三门峡示例第{at}有限公司", "permit_no": f"{code}001P", "issue_no": f"LB-{at:05d}"}
    fitting: Record = {"industry": GOOD[0], "table": GOOD[1]}
    return row | {name: value for name, value in {**own, **fitting}.items() if name in row}


def code_of(at: int) -> str:
    """The valid code of an invented enterprise: organisation codes that begin with Y are not in use."""
    return make_credit_code(f"91411282Y{at:08d}")


def _example(one: Field) -> Cell:
    if one.kind is Kind.DATE:
        return DAY
    return float(one.example) if one.kind in (Kind.NUMBER, Kind.INTEGER) else one.example


def beside(form: Form, name: str, value: object) -> Record:
    """The other fields of a row in which this one has this value; value None: it is blank."""
    if isinstance(value, str) and form.name == "screening" and form[name].list in ("industries", "tables"):
        return _of_industry(name, value)
    if isinstance(value, str) and form.name == "screening" and form[name].kind is Kind.GRADE:
        return _of_grade(name, value)
    if name == "opinion" and value in ("退回整改", "不同意"):
        return {"shortfall": RETURNED["shortfall"]}
    if (form[name].list, value) in (("materials", "无"), ("signatures", "未签字")) or (name == "shortfall" and value is None):
        return {**REFUSED_BY_COUNTY}
    if (name, value) == ("green", None):
        return {"project": "是"}
    return {}


def _of_industry(name: str, value: str) -> Record:
    """An industry with the first of its tables, a table with its industry; and grades that both know."""
    known = POLICY.table(value) if name == "table" else None
    industry = known.industry if known else value
    table = value if known else next(iter(POLICY.options("tables", value)), None)
    leading = table in (LEADING[1], "水泥独立粉磨站")
    return {"industry": industry, "table": table, **(dict.fromkeys(("current", "self", "applied", "target"), "引领性") if leading else {})}


def _of_grade(name: str, grade: str) -> Record:
    if grade in ("引领性", "非引领性"):
        return {"industry": LEADING[0], "table": LEADING[1], **dict.fromkeys(("current", "self", "applied", "target"), "引领性")}
    if grade in ("A", "B", "B-", "C"):
        return dict.fromkeys(("current", "self", "applied", "target"), grade)
    return {"current": "C", "self": "C", "applied": "C", "target": "C"} if grade == "D" else {}


def slips_of(form: Form, one: Field) -> list[Slip]:
    """Every slip that a field of this kind can have, blanks included."""
    found = list(OF_KIND.get(one.kind, ()))
    if one.kind is Kind.CHOICE:
        found = choices(one.list, OPTIONS[one.list])
    if one.kind is Kind.GRADE:
        found = grades(OPTIONS[one.list])
    if one.kind is Kind.NUMBER:
        found += NUMBER_OF_UNIT[one.unit]
    if form.layout == "rows" and one.kind in (Kind.TEXT, Kind.NAME, Kind.PERSON):
        found += ABOVE
    if form.layout == "card" and one.list == "counties":
        found = [replace(slip, codes=tuple(Code.COUNTY_UNKNOWN if code is Code.NOT_A_CHOICE else code for code in slip.codes)) for slip in found]
    if one.name == "target":  # what is worse than what is applied for is another fault
        found = [slip for slip in found if slip.means not in ("D", "非引领性")]
    return found + [Slip(typed, _blank_codes(form, one), None, means=None, apart=True) for typed in BLANKS]


def _blank_codes(form: Form, one: Field) -> tuple[Code, ...]:
    if form.layout == "rows" and one.name in form.key:
        return (Code.ROW_WITHOUT_KEY,)
    return (Code.REQUIRED,) if one.required or one.required_if else ()


def alone(book: SlipBook) -> None:
    """Every slip in a row of its own, for the first field of every kind, list and unit in every row form; the others are there left blank."""
    for form in ROWS:
        seen: set[tuple[str, ...]] = set()
        for one in form.owned(Owner.COUNTY):
            sort = (one.kind.value, one.list, one.unit, one.none_word)
            for slip in slips_of(form, one):
                if sort not in seen or slip.means is None:
                    _one(book, form, one, slip)
            seen.add(sort)


def _one(book: SlipBook, form: Form, one: Field, slip: Slip) -> None:
    at = book.number(form)
    row = clean(form, at)
    if slip.means is not SAME and slip.means is not None:
        row[one.name] = slip.means  # type: ignore[assignment]
    row |= {name: value for name, value in beside(form, one.name, slip.means).items() if name != one.name or slip.means is SAME}
    screened = _listed(book, form, row, at)
    book.sheets[form.name].append(row)
    if form.name == "screening":
        _protected(book, screened, at)
    book.plant(form, row, one.name, slip)


def _listed(book: SlipBook, form: Form, row: Record, at: int) -> Record:
    """The row's enterprise in the screening list, agreeing with the row; and in the rectification list when its application goes back."""
    screened = clean(TEMPLATE["screening"], at)
    screened["process"] = row.get("process") or screened["process"]
    if form.name == "screening" or (at, screened["process"]) in book.listed:
        return row
    book.listed.add((at, screened["process"]))
    if form.name == "review":
        screened |= _of_grade("applied", str(row["applied"])) | {"applied": row["applied"]}
        if row["opinion"] == "退回整改":
            book.sheets["rectification"].append(clean(TEMPLATE["rectification"], at))
    book.sheets["screening"].append(screened)
    return screened


def _protected(book: SlipBook, row: Record, at: int) -> None:
    if row["protected"] == "是":
        book.sheets["protected"].append(clean(TEMPLATE["protected"], at))


def mixed(book: SlipBook) -> None:
    """In every row form some rows with a slip in every field; each field goes through its slips in an order of its own."""
    for form in ROWS:
        fitting = {one.name: _that_mix(form, one) for one in form.owned(Owner.COUNTY)}
        for name, slips in fitting.items():
            Random(f"{form.name} {name}").shuffle(slips)
        for turn in range(MIXED_ROWS):
            at = book.number(form)
            row = clean(form, at)
            _listed(book, form, row, at)
            book.sheets[form.name].append(row)
            for name, slips in fitting.items():
                if slips:
                    book.plant(form, row, name, slips[turn % len(slips)])


def _that_mix(form: Form, one: Field) -> list[Slip]:
    """The slips that mean nothing beside others: faulty ones whose value is that of the clean row, or no value that a rule could judge."""
    base = clean(form, 0)[one.name]
    return [slip for slip in slips_of(form, one) if slip.codes and not slip.apart and (slip.means is SAME or slip.means == base)]


def covers() -> Iterator[SlipBook]:
    """Workbooks with one record, and a cover with a slip in every line, until every slip of every kind has stood in one."""
    form = TEMPLATE["cover"]
    kinds = {kind: [one for one in form if one.kind is kind] for kind in Kind}
    slips = {one.name: [slip for slip in slips_of(form, one) if slip.codes][kinds[one.kind].index(one) :: len(kinds[one.kind])] for one in form if not one.is_choice}
    slips |= {one.name: [slip for slip in slips_of(form, one) if slip.codes] for one in form if one.is_choice}
    for at in range(max(map(len, slips.values()))):
        book = SlipBook(f"封面{at:02d}")
        row = clean(form, 0)
        book.sheets["cover"] = [row]
        for name, found in slips.items():
            book.plant(form, row, name, found[at % len(found)])
        yield book


def as_text(book: SlipBook) -> TextBook:
    """The cover of a workbook, where no file is needed, over one faultless record: its values stand in column C as in the template."""
    form = TEMPLATE["cover"]
    cells = [book.sheets["cover"][0][one.name] for one in form]
    stale = frozenset(f"C{CARD_FIRST + at}" for at, cell in enumerate(cells) if isinstance(cell, Formula) and cell.value is None)
    lines: Grid = [[None, one.label, cell.value if isinstance(cell, Formula) else cell] for one, cell in zip(form, cells, strict=True)]
    sheets = {one.sheet: rows_grid(one, [clean(one, 1)] if one.name == "screening" else ()) for one in ROWS}  # type: ignore[list-item]
    facts = SheetFacts(formulas=stale, stale=stale, knows_formulas=True)
    return TextBook(f"{book.name}.xlsx", grids={form.sheet: [[None] * 3] * (CARD_FIRST - 1) + lines, **sheets}, stamp=STAMP, known={form.sheet: facts})


def big() -> SlipBook:
    """The workbook with every slip alone, and with rows in every form in which all fields have one."""
    book = SlipBook("灵宝市")
    book.sheets["cover"] = [clean(TEMPLATE["cover"], 0)]
    alone(book)
    mixed(book)
    return book


def found(outcome: Outcome) -> dict[Where, list[str]]:
    """The codes that were reported, by cell."""
    said: dict[Where, list[str]] = {}
    for one in outcome.findings:
        said.setdefault((one.place.sheet, one.place.cell), []).append(one.code.number)
    return {where: sorted(codes) for where, codes in said.items()}
