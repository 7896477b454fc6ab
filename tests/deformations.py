"""What people do to a form, sheet by sheet, and what must be said of it: the second half of the fault generator's answer key.

Every deformation is done to all row forms of one workbook at once, to each of their fields in turn.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import xlsxwriter
from msgspec import Struct, field
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tests.county_books import STAMP, TEMPLATE, rows_grid
from tests.slip_books import ROWS, SlipBook, clean
from tests.slip_table import DAY
from tests.text_book import TextBook
from xltools.books.base import Cell, Grid, SheetFacts
from xltools.books.package import add_stamp
from xltools.books.style import Styles
from xltools.model.address import column_letters
from xltools.model.code import Code
from xltools.model.form import FIRST_ROW, HEADER_ROW, Field, Form, Kind, Owner

Said = tuple[Code, str, str]  # code, sheet, cell
RECORDS: Final = 4
LAST: Final = FIRST_ROW + RECORDS - 1


class Sheet(Struct):
    """A sheet being deformed. Rows and columns of `grid` count from 0; cells and ranges are named as in a workbook."""

    form: Form
    grid: Grid
    name: str = ""
    merged: list[str] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)
    visible: bool = True
    filtered: bool = False
    far: dict[str, Cell] = field(default_factory=dict)

    def column(self, name: str) -> int:
        """Where a field of the form stands as long as no column was moved, counted from 0."""
        return [one.name for one in self.form].index(name)

    def letter(self, name: str) -> str:
        return column_letters(self.column(name) + 1)

    def head(self, name: str) -> str:
        return f"{self.letter(name)}{HEADER_ROW}"

    def said(self, code: Code, cell: str = "") -> Said:
        return (code, self.name, cell)

    def blank(self) -> list[Cell]:
        return [None] * len(self.grid[0])

    def insert(self, at: int, values: list[Cell]) -> None:
        """A column before the one that stands there; values: from the header on."""
        for row, line in enumerate(self.grid):
            line.insert(at, values[row - HEADER_ROW + 1] if 0 <= row - HEADER_ROW + 1 < len(values) else None)


class Deformed(Struct):
    """A workbook after a deformation, and what must be said of it."""

    name: str
    sheets: list[Sheet]
    key: set[Said]

    def text(self) -> TextBook:
        """The workbook where no file is needed."""
        facts = {
            one.name: SheetFacts(frozenset(), frozenset(), tuple(one.merged), frozenset(one.hidden_rows), one.visible, frozenset(one.hidden_columns), one.far, True)
            for one in self.sheets
        }
        return TextBook(f"{self.name}.xlsx", grids={one.name: one.grid for one in self.sheets}, stamp=STAMP, known=facts)

    def write(self, folder: Path) -> Path:
        """The workbook as a plain file."""
        path = folder / f"{self.name}.xlsx"
        with xlsxwriter.Workbook(path) as book:
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            for one in self.sheets:
                _write(book.add_worksheet(one.name), one, day)
            add_stamp(book, STAMP, Styles(book))
        return path


def _write(sheet: Worksheet, one: Sheet, day: Format) -> None:
    """What lies under a merged range is written after the range."""
    for merged in one.merged:
        sheet.merge_range(merged, "")
    for row, line in enumerate(one.grid):
        for column, value in enumerate(line):
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            elif value is not None:
                sheet.write(row, column, value, day if value == DAY else None)
    for cell, value in one.far.items():
        sheet.write(cell, value)
    _hide(sheet, one)


def _hide(sheet: Worksheet, one: Sheet) -> None:
    for row in one.hidden_rows:
        sheet.set_row(row - 1, None, None, {"hidden": True})
    for letter in one.hidden_columns:
        sheet.set_column(f"{letter}:{letter}", None, None, {"hidden": True})
    if one.filtered:
        sheet.autofilter(HEADER_ROW - 1, 0, LAST - 1, len(one.grid[0]) - 1)
    if not one.visible:
        sheet.hide()


def fresh() -> list[Sheet]:
    """A county workbook without a fault: some enterprises, each in every sheet."""
    book = SlipBook("")
    cover = TEMPLATE["cover"]
    lines: Grid = [[cover.title, None], [None, None], [None, None], *([one.label, clean(cover, 0)[one.name]] for one in cover)]  # type: ignore[list-item]
    sheets = [Sheet(cover, lines, cover.sheet)]
    for form in ROWS:
        book.sheets[form.name] = [clean(form, at) for at in range(1, RECORDS + 1)]
        sheets.append(Sheet(form, rows_grid(form, book.sheets[form.name]), form.sheet))  # type: ignore[arg-type]
    return sheets


# Deformations of a whole sheet.


def rows_between(sheet: Sheet) -> list[Said]:
    """Blank rows in between, and rows of blanks only."""
    sheet.grid[FIRST_ROW + 1 : FIRST_ROW + 1] = [sheet.blank(), [" ", *sheet.blank()[1:]], sheet.blank()]
    return []


def titles_above(sheet: Sheet) -> list[Said]:
    """More lines above the header."""
    sheet.grid[1:1] = [["（盖章）", *sheet.blank()[1:]], sheet.blank()]
    return []


def decorated(sheet: Sheet) -> list[Said]:
    """Stars, blanks, line breaks, colons in the labels."""
    sheet.grid[HEADER_ROW - 1] = [f" {label[:2]}\n{label[2:]}* ：" for label in sheet.grid[HEADER_ROW - 1] if isinstance(label, str)]
    return []


def two_line_header(sheet: Sheet) -> list[Said]:
    """The first labels stand one line higher, merged with the line of labels."""
    for column in range(len(sheet.grid[0]) // 2):
        letter = column_letters(column + 1)
        sheet.grid[HEADER_ROW - 2][column], sheet.grid[HEADER_ROW - 1][column] = sheet.grid[HEADER_ROW - 1][column], None
        sheet.merged.append(f"{letter}{HEADER_ROW - 1}:{letter}{HEADER_ROW}")
    return []


def total_row(sheet: Sheet) -> list[Said]:
    """A total under the table, with sums where there are numbers."""
    numbers = [one.kind is Kind.NUMBER for one in sheet.form]
    sheet.grid.append(["合计", *(RECORDS * 10.0 if number else None for number in numbers[1:])])
    return [sheet.said(Code.OUTSIDE_ROWS, f"A{LAST + 1}")]


def subtotals(sheet: Sheet) -> list[Said]:
    """Subtotals among the records."""
    sheet.grid.insert(FIRST_ROW + 1, ["小 计", *sheet.blank()[1:]])
    sheet.grid.append(["总计：", *sheet.blank()[1:]])
    return [sheet.said(Code.OUTSIDE_ROWS, f"A{FIRST_ROW + 2}"), sheet.said(Code.OUTSIDE_ROWS, f"A{LAST + 2}")]


def remarks_below(sheet: Sheet) -> list[Said]:
    """Remarks under the table; the form's own signature line is none."""
    sheet.grid += [sheet.blank(), ["注：以上数据由企业提供。", *sheet.blank()[1:]], [f"{sheet.form.signatures[0]}：张三", *sheet.blank()[1:]]]
    return [sheet.said(Code.OUTSIDE_ROWS, f"A{LAST + 2}")]


def remark_laid_over(sheet: Sheet) -> list[Said]:
    """A long line merged across the table."""
    sheet.grid.append(["本表一式三份，由各单位自行填写", *sheet.blank()[1:]])
    sheet.merged.append(f"A{LAST + 1}:H{LAST + 1}")
    return [sheet.said(Code.OUTSIDE_ROWS, f"A{LAST + 1}")]


def header_again(sheet: Sheet) -> list[Said]:
    """A second table with the same header on the sheet: its records count, its header is named."""
    sheet.grid[FIRST_ROW + 1 : FIRST_ROW + 1] = [sheet.blank(), list(sheet.grid[HEADER_ROW - 1])]
    return [sheet.said(Code.OUTSIDE_ROWS, f"A{FIRST_ROW + 3}")]


def other_table_below(sheet: Sheet) -> list[Said]:
    """A small table of something else."""
    sheet.grid += [sheet.blank(), [None, None, "乡镇名称", "户数", *sheet.blank()[4:]], [None, None, "大王镇", "5", *sheet.blank()[4:]]]
    return [sheet.said(Code.OUTSIDE_ROWS, f"C{LAST + 2}"), sheet.said(Code.OUTSIDE_ROWS, f"C{LAST + 3}")]


def hidden_row(sheet: Sheet) -> list[Said]:
    """Rows hidden by hand."""
    sheet.hidden_rows += [FIRST_ROW, LAST]
    return [sheet.said(Code.HIDDEN_ROWS)]


def filter_left_on(sheet: Sheet) -> list[Said]:
    """Rows hidden by a filter."""
    sheet.filtered = True
    sheet.hidden_rows += [FIRST_ROW + 1]
    return [sheet.said(Code.HIDDEN_ROWS)]


def all_rows_hidden(sheet: Sheet) -> list[Said]:
    """Every record hidden."""
    sheet.hidden_rows += range(FIRST_ROW, LAST + 1)
    return [sheet.said(Code.HIDDEN_ROWS)]


def hidden_sheet(sheet: Sheet) -> list[Said]:
    """The sheet itself hidden."""
    sheet.visible = False
    return [sheet.said(Code.HIDDEN_PART)]


def far_cell(sheet: Sheet) -> list[Said]:
    """Something left behind, far below."""
    sheet.far["C60000"] = "遗留"
    return [sheet.said(Code.OUTSIDE_ROWS, "C60000")]


def beside_the_table(sheet: Sheet) -> list[Said]:
    """A word beside the records, without a header; and one below them."""
    width = len(sheet.grid[0])
    for row, line in enumerate(sheet.grid):
        line += [None, "待核" if row == FIRST_ROW else None]
    return [sheet.said(Code.COLUMN_UNKNOWN, f"{column_letters(width + 2)}{HEADER_ROW}")]


def numbered_name(sheet: Sheet) -> list[Said]:
    """附表 and a number before the sheet's name."""
    sheet.name = f"1、{sheet.name}"
    return [sheet.said(Code.SHEET_RENAMED)]


def alias_name(sheet: Sheet) -> list[Said]:
    """The sheet under another of its names."""
    sheet.name = sheet.form.aliases[0]
    return [sheet.said(Code.SHEET_RENAMED)]


def own_name(sheet: Sheet) -> list[Said]:
    """The sheet under a name of the county's own: known by its header."""
    sheet.name = f"表{len(sheet.form.fields)}{sheet.form.key[-1][0]}{sheet.name[-1]}"
    return [sheet.said(Code.SHEET_RENAMED)]


def header_gone(sheet: Sheet) -> list[Said]:
    """Every label overwritten."""
    sheet.grid[HEADER_ROW - 1] = [f"第{at}栏" for at in range(1, len(sheet.grid[0]) + 1)]
    return [sheet.said(Code.HEADER_MISSING)]


WHOLE: Final[tuple[Callable[[Sheet], list[Said]], ...]] = (
    rows_between, titles_above, decorated, two_line_header, total_row, subtotals, remarks_below, remark_laid_over, header_again, other_table_below,
    hidden_row, filter_left_on, all_rows_hidden, hidden_sheet, far_cell, beside_the_table, numbered_name, alias_name, own_name, header_gone,
)  # fmt: skip


# Deformations at one field.


def moved_away(sheet: Sheet, one: Field) -> list[Said]:
    """The column dragged behind all others; the last but one would only change places, and either could be the one moved."""
    at = sheet.column(one.name)
    if at >= len(sheet.grid[0]) - 2:
        return []
    for line in sheet.grid:
        line.append(line.pop(at))
    return [sheet.said(Code.COLUMN_MOVED, f"{column_letters(len(sheet.grid[0]))}{HEADER_ROW}")]


def inserted_before(sheet: Sheet, one: Field) -> list[Said]:
    """A column of the county's own before this one."""
    sheet.insert(sheet.column(one.name), ["所属园区", "东区", "西区"])
    return [sheet.said(Code.COLUMN_UNKNOWN, sheet.head(one.name))]


def empty_before(sheet: Sheet, one: Field) -> list[Said]:
    """An empty column before this one."""
    sheet.insert(sheet.column(one.name), [])
    return []


def renamed(sheet: Sheet, one: Field) -> list[Said]:
    """The column under one of its other names."""
    if not one.aliases:
        return []
    sheet.grid[HEADER_ROW - 1][sheet.column(one.name)] = one.aliases[-1]
    return [sheet.said(Code.COLUMN_RENAMED, sheet.head(one.name))]


def nearly_named(sheet: Sheet, one: Field) -> list[Said]:
    """A word too many in a label that is long enough to be known all the same."""
    if len(one.label) < 7 or not one.label.isalpha():
        return []
    sheet.grid[HEADER_ROW - 1][sheet.column(one.name)] = f"{one.label[:3]}的{one.label[3:]}"
    return [sheet.said(Code.COLUMN_RENAMED, sheet.head(one.name))]


def other_unit(sheet: Sheet, one: Field) -> list[Said]:
    """The column in another unit than the form asks for."""
    if not one.unit:
        return []
    sheet.grid[HEADER_ROW - 1][sheet.column(one.name)] = f"{one.label}（{'‰' if one.unit == '%' else '吨/年'}）"
    return [sheet.said(Code.UNIT_OTHER, sheet.head(one.name))]


def deleted(sheet: Sheet, one: Field) -> list[Said]:
    """The column deleted."""
    at = sheet.column(one.name)
    for line in sheet.grid:
        line.pop(at)
    return [sheet.said(Code.COLUMN_MISSING)]


def doubled(sheet: Sheet, one: Field) -> list[Said]:
    """The column copied beside itself."""
    at = sheet.column(one.name)
    for line in sheet.grid:
        line.insert(at, line[at])
    return [sheet.said(Code.COLUMN_TWICE, f"{column_letters(at + 2)}{HEADER_ROW}")]


def hidden_column(sheet: Sheet, one: Field) -> list[Said]:
    """The column hidden."""
    sheet.hidden_columns.append(sheet.letter(one.name))
    return [sheet.said(Code.HIDDEN_PART, sheet.head(one.name))]


def merged_down(sheet: Sheet, one: Field) -> list[Said]:
    """One cell over two records: a number is nobody's but the first's, everything else is that of both."""
    if one.name in ("credit_code", "permit_no", "name", "issue_no"):
        return []
    letter = sheet.letter(one.name)
    sheet.merged.append(f"{letter}{FIRST_ROW}:{letter}{FIRST_ROW + 1}")
    sheet.grid[FIRST_ROW][sheet.column(one.name)] = None
    if one.kind in (Kind.NUMBER, Kind.INTEGER):
        return [sheet.said(Code.MERGED_DOUBT, f"{letter}{FIRST_ROW + 1}")]
    return [sheet.said(Code.MERGED_SPREAD, f"{letter}{FIRST_ROW}")]


def under_a_merge(sheet: Sheet, one: Field) -> list[Said]:
    """Something else under the cell merged over two records. It is read where it lies."""
    if one.kind is not Kind.TEXT or one.name in sheet.form.key:
        return []
    letter = sheet.letter(one.name)
    sheet.merged.append(f"{letter}{FIRST_ROW}:{letter}{FIRST_ROW + 1}")
    sheet.grid[FIRST_ROW][sheet.column(one.name)] = "藏着的内容"
    return [sheet.said(Code.UNDER_MERGE, f"{letter}{FIRST_ROW + 1}")]


def pasted_date(sheet: Sheet, one: Field) -> list[Said]:
    """A date pasted with its format into a field that is none."""
    said = {
        Kind.TEXT: [Code.CONVERTED], Kind.NAME: [Code.CONVERTED], Kind.NUMBER: [Code.NOT_A_NUMBER], Kind.CHOICE: [Code.NOT_A_CHOICE], Kind.GRADE: [Code.NOT_A_CHOICE],
        Kind.PERSON: [Code.CONVERTED, Code.PERSON_FORM], Kind.PHONE: [Code.CONVERTED, Code.PHONE_FORM], Kind.INDUSTRY_CODE: [Code.CONVERTED, Code.INDUSTRY_CODE_FORM],
    }.get(one.kind)  # fmt: skip
    if said is None or one.name == "process":
        return []
    sheet.grid[FIRST_ROW - 1][sheet.column(one.name)] = DAY
    return [sheet.said(code, f"{sheet.letter(one.name)}{FIRST_ROW}") for code in said]


SHIFTING: Final = (moved_away, inserted_before, empty_before, deleted, doubled)
IN_PLACE: Final = (hidden_column, merged_down, under_a_merge, renamed, nearly_named, pasted_date, other_unit)
MOST_FIELDS: Final = max(len(form.owned(Owner.COUNTY)) for form in ROWS)


def wholes() -> Iterator[Deformed]:
    """A workbook for every deformation of a whole sheet."""
    for deform in WHOLE:
        sheets = fresh()
        yield Deformed(deform.__name__, sheets, {said for sheet in sheets[1:] for said in deform(sheet)})


def rotated(books: int) -> Iterator[Deformed]:
    """A few workbooks in which every sheet is deformed in another way."""
    for number in range(books):
        sheets = fresh()
        deforms = [WHOLE[(number * len(ROWS) + at) % len(WHOLE)] for at in range(len(ROWS))]
        yield Deformed(f"各表{number:02d}", sheets, {said for sheet, deform in zip(sheets[1:], deforms, strict=True) for said in deform(sheet)})


def shifted(turns: range = range(0, MOST_FIELDS, 6)) -> Iterator[Deformed]:
    """Workbooks for every deformation that moves columns, at some fields of every form."""
    for deform in SHIFTING:
        for turn in turns:
            yield _at_fields(f"{deform.__name__}{turn:02d}", {turn: deform})


def mixed(turns: range = range(MOST_FIELDS)) -> Iterator[Deformed]:
    """Workbooks with all deformations at once that leave the columns where they are, until each field of every form had each of them."""
    for turn in turns:
        yield _at_fields(f"各处{turn:02d}", {turn + 2 * at: deform for at, deform in enumerate(IN_PLACE)})


def _at_fields(name: str, deforms: Mapping[int, Callable[[Sheet, Field], list[Said]]]) -> Deformed:
    """deforms: number of a field → what is done to it; on a form with fewer fields the count begins anew, and nothing is done twice to one field."""
    sheets, key = fresh(), set[Said]()
    for sheet in sheets[1:]:
        own = sheet.form.owned(Owner.COUNTY)
        for at, deform in {turn % len(own): deform for turn, deform in deforms.items()}.items():
            key.update(deform(sheet, own[at]))
    return Deformed(name, sheets, key)
