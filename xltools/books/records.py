"""Which rows under a header are records, and what the others are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct

from xltools.books.base import Cell, Grid, SheetFacts
from xltools.books.header import Columns, Header
from xltools.books.labels import Labels, bare, labels_of, squeeze
from xltools.model.address import address, corners
from xltools.model.form import Form, Owner
from xltools.model.value import is_blank

SUM = re.compile("计|汇总|平均值")  # in every word for a total, in this writing only
TOTAL = re.compile(r".{0,4}(合计|小计|总计|共计|累计)[0-9一-龥]{0,4}")
SUBTOTAL = re.compile(r"\s*\S.{0,40}\s(汇总|计数|平均值)\s*")  # “铸造 汇总”: the line that a spreadsheet's subtotals write below a group
REMARK = re.compile(
    r"(注|备注|附|附件|附注|说明|填表说明|填报说明|填表要求|填表人|填报人|制表人?|审核人?|复核人?|经办人|联系人|(单位)?负责人|分管领导|(填报)?单位|填表日期|填报日期|日期)"
    r"([(（](签字|签章|盖章|公章)[)）])?\d?[:：、.．]"
)
# “一、铸造行业”, “（二）灵宝市片区”: what parts the records of one kind from those of another, alone in its row.
HEADING = re.compile(r"([(（][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}[、.．])")
# What people write where there is nothing to report, or below the last record; a row that says nothing else is no record.
NOTHING = re.compile(
    r"[(（]?((本|当)(月|期|次|批次|年度?|县|区|市|单位))?(暂?无|没有|未发生|不涉及)"
    r"(数据|资料|内容|情况|事项|变更|变化|调整|处理|新增|企业|项目|保障类?|整改|问题|此类|此项|该类|该项|相关|可|需|要|上报|申报|填报|报送|的)*[)）]?[。.]?"
    r"|[-—–─=*…\s]*[(（]?(以下|下方?)(均?为)?(空白|无正文|无内容|无数据)[)）]?[-—–─=*…\s。.]*|[-/\\／＼—–─]+"
)
DAY = re.compile(r"\d{4}\s*(年|[-./])\s*\d{1,2}\s*(月|[-./])\s*\d{1,2}\s*[日号]?")     # below a signature
STAMPED = re.compile(r".{0,40}[(（](盖章|公章|签章|印章|单位章|章)[)）][:：]?")  # “灵宝市生态环境分局（盖章）”
# A number below this under the name of a key, beside “合计”, counts something; no code is that short.
MOST_COUNTED = 1_000_000
# A line of text laid over this many columns is written for people to read, not a record.
REMARK_SPAN = 4
# Below a blank row, two lines or more that fill less than this share of the columns and never the whole key are another, smaller table.
FOREIGN_SHARE = 0.25  # also the most that a line of remarks or of bare sums fills
Column = Sequence[Cell]


class Rows(Struct, frozen=True):
    """The rows under a header. records: sheet row numbers · outside: first filled cell of every other row that holds something."""

    records: tuple[int, ...]
    outside: tuple[tuple[str, Cell], ...]


class Area(Struct, frozen=True):
    """What is needed to judge a row.

    columns: field → column · computed: columns that formulas fill · own: columns the county added under a header of
    their own · wide: cells merged across many columns.
    labels: of the form.
    """

    columns: Mapping[str, int]
    computed: frozenset[int]
    own: frozenset[int]
    key: frozenset[int]
    facts: SheetFacts
    wide: frozenset[str]
    labels: Labels


def area_of(form: Form, header: Header, found: Columns, facts: SheetFacts) -> Area:
    """The area below the header of a form."""
    columns = found.found
    computed = frozenset(column for name, column in columns.items() if form[name].owner is Owner.FORMULA)
    key = frozenset(columns[name] for name in form.key if name in columns)
    boxes = [box for merged in facts.merged if (box := corners(merged))]
    wide = frozenset(address(box[0], box[1]) for box in boxes if box[3] - box[1] + 1 >= REMARK_SPAN)
    own = frozenset(column for column in found.unknown if column in header.texts)
    return Area(columns, computed, own, key, facts, wide, labels_of(form))


def _is_total(value: str) -> bool:
    return (TOTAL.fullmatch(bare(value)) or SUBTOTAL.fullmatch(value)) is not None


def find_rows(grid: Grid, bottom: int, area: Area) -> Rows:
    """Sort the rows below row `bottom`: records, rows to be named, and those that hold nothing of their own.

    Nothing of their own: blank rows, rows with only computed or counted cells or cells in the county's own columns (those
    are counted with the column), signature lines of the form. A formula that was never calculated counts as content.
    """
    records: list[int] = []
    outside: list[tuple[str, Cell]] = []
    fields = set(area.columns.values()) - area.computed
    columns = [*zip(*grid[bottom:], strict=True)]
    said = _said(columns, area)
    evident = {number for number, is_evident in enumerate(_evident(columns, area, said), bottom + 1) if is_evident}
    foreign = _foreign(grid, bottom, (area, evident), fields)
    for number in range(bottom + 1, len(grid) + 1):
        if number in evident and number not in foreign:
            records.append(number)
            continue
        row = grid[number - 1]
        content = _content(number, row, area, said.blank)
        if not content.keys() - area.own or not said.signatures.isdisjoint(content.values()):
            continue
        if fields & content.keys() and number not in foreign and not _is_outside(number, row, content, (area, said)):
            records.append(number)
        else:
            first = min(content)
            outside.append((address(number, first), content[first]))
    return Rows(tuple(records), tuple(outside))


class _Said(Struct, frozen=True):
    """Which values below a header are blank, say that there is nothing, begin a signature line, are totals; and by column those that repeat the column's label."""

    blank: frozenset[Cell]
    nothing: frozenset[Cell]
    signatures: frozenset[Cell]
    totals: frozenset[Cell]
    labels: Mapping[int, frozenset[Cell]]


def _said(columns: Sequence[Column], area: Area) -> _Said:
    """What the values below the header say, each distinct one looked at once."""
    values = set[Cell]().union(*columns)
    texts = [value for value in values if isinstance(value, str)]
    named: dict[str, set[Cell]] = {}
    odd = [text for text in texts if area.labels.may_be(text)]
    for text in odd:
        if name := area.labels.of(text):
            named.setdefault(name, set()).add(text)
    labels = {column: frozenset(named[name]) for name, column in area.columns.items() if name in named}
    totals = frozenset(text for text in texts if SUM.search(text) and _is_total(text))
    nothing = frozenset(text for text in texts if NOTHING.fullmatch(text.strip()))
    return _Said(frozenset(filter(is_blank, values)), nothing, frozenset(filter(area.labels.is_signature, odd)), totals, labels)


def _evident(columns: Sequence[Column], area: Area, said: _Said) -> Iterator[bool]:
    """Which rows are records at first sight: two fields, of the key where it has two, are filled, and nothing looks like a total, a signature or a label."""
    fields = {*area.columns.values()} - area.computed
    first = sorted(area.key & fields if len(area.key & fields) > 1 else fields)[:2]
    no_key = said.blank | said.nothing
    odd = said.signatures.union(said.totals, *said.labels.values())
    doubtful = [column for column in columns if not odd.isdisjoint(column)]
    for at, cells in enumerate(zip(*(columns[column - 1] for column in first if column <= len(columns)), strict=True)):
        yield len(cells) > 1 and no_key.isdisjoint(cells) and not any(column[at] in odd for column in doubtful)


def _content(number: int, row: Sequence[Cell], area: Area, blank: frozenset[Cell]) -> dict[int, Cell]:
    """The cells of a row that hold something of their own, by column."""
    if area.facts.stale:
        return {column: value for column, value in enumerate(row, 1) if _is_content(number, column, value, area)}
    filled = {column: value for column, value in enumerate(row, 1) if value not in blank}
    for column in filled.keys() & area.computed:
        if not _is_content(number, column, filled[column], area):
            del filled[column]
    return filled


def _foreign(grid: Grid, bottom: int, known: tuple[Area, Collection[int]], fields: set[int]) -> set[int]:
    """The rows of small tables of something else that stand below the records, parted from them by a blank row. known: with the rows that are surely filled."""
    area, evident = known
    found: set[int] = set()
    block: list[int] = []
    apart = False
    for number in range(bottom + 1, len(grid) + 2):
        if number in evident or (number <= len(grid) and _is_filled(grid, number, area, fields)):
            block.append(number)
            continue
        if apart and len(block) > 1 and all(_is_small(_filled_fields(grid, one, area, fields), area.key, fields) for one in block):
            found.update(block)
        apart = apart or bool(block)
        block = []
    return found


def _is_filled(grid: Grid, number: int, area: Area, fields: set[int]) -> bool:
    """Whether somebody wrote in the row; most rows are known by the first cell looked at."""
    row = grid[number - 1]
    return any(column <= len(row) and not is_blank(row[column - 1]) for column in fields) or bool(_filled_fields(grid, number, area, fields))


def _filled_fields(grid: Grid, number: int, area: Area, fields: set[int]) -> set[int]:
    """The columns in which somebody wrote: those of the fields, and computed ones where a text stands that no formula made."""
    row = grid[number - 1]
    computed = area.computed if area.facts.knows_formulas else frozenset[int]()
    over = {column for column in computed if column <= len(row) and _is_content(number, column, row[column - 1], area)}
    return over | {column for column in fields if column <= len(row) and not is_blank(row[column - 1])}


def _is_small(filled: set[int], key: frozenset[int], fields: set[int]) -> bool:
    return not key <= filled and 1 < len(filled) <= FOREIGN_SHARE * len(fields)


def _is_content(row: int, column: int, value: Cell, area: Area) -> bool:
    if is_blank(value):
        return column not in area.computed and bool(area.facts.stale) and address(row, column) in area.facts.stale
    if column not in area.computed:
        return True
    counted = isinstance(value, float) or squeeze(value).isdecimal()
    return not counted and address(row, column) not in area.facts.formulas


def _named(content: Mapping[int, Cell]) -> set[int]:
    """The columns of what is no count."""
    return {column for column, value in content.items() if not (isinstance(value, float) and value < MOST_COUNTED)}


def _is_outside(number: int, row: Sequence[Cell], content: Mapping[int, Cell], about: tuple[Area, _Said]) -> bool:
    """A total, a remark or a line of them, words for nothing, or the header once more."""
    area, said = about
    if said.nothing.issuperset(content.values()):
        return True
    totals = set() if said.totals.isdisjoint(content.values()) else {column for column, value in content.items() if value in said.totals}
    if totals and not area.key & (_named(content) - totals):
        return True
    if len(content) == 1:
        column, value = next(iter(content.items()))
        if isinstance(value, date) or (isinstance(value, str) and (_is_line(value.strip()) or address(number, column) in area.wide)):
            return True
    if not area.key <= content.keys() and len(content) <= FOREIGN_SHARE * len(area.columns) and _is_note(content, area):
        return True
    repeated = sum(row[column - 1] in values for column, values in said.labels.items())
    return repeated >= 2 and 2 * repeated >= len(content)


def _is_line(text: str) -> bool:
    """Whether a text alone in its row is a remark, a heading, who puts a stamp there or the day of a signature."""
    return bool(REMARK.match(text) or HEADING.match(text) or STAMPED.fullmatch(text) or DAY.fullmatch(text))


def _is_note(content: Mapping[int, Cell], area: Area) -> bool:
    """Whether a line begins with a remark (“填表人：张三”, “审核人：李四” beside it), or holds sums that nobody named: only numbers, none of the key."""
    if all(isinstance(value, float) for value in content.values()):
        return not area.key & content.keys()
    first = content[min(content)]
    return isinstance(first, str) and REMARK.match(first.strip()) is not None
