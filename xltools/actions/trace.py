"""trace 溯源: where a value of the summary came from, down to the county's cell, and what was done to it on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from glob import escape
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from xltools.actions.run import DRAWN, TEMPLATE, read_summary
from xltools.actions.trace_board import agreement, on_board
from xltools.books.base import value_at
from xltools.books.file import FileBook, open_book
from xltools.books.read import read_tables
from xltools.books.recount_read import digest
from xltools.books.replace import backups
from xltools.model.address import LAST_COLUMN, column_letters, column_number
from xltools.model.code import Code
from xltools.model.dashboard import load_dashboard
from xltools.model.finding import Place, StopError
from xltools.model.form import Owner, load_form, load_template
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.model.value import shown
from xltools.rules.city import plain
from xltools.rules.figures import Figure, figure_at
from xltools.rules.journal import moment_of
from xltools.rules.site_checks import FROM_LEDGER
from xltools.rules.text import cell_key, part_key

CHECKS = "site_checks"
REFERENCE = re.compile(r"^'?(?P<sheet>.+?)'?[!！](?P<column>[A-Za-z]{1,3})(?P<row>\d+)$")


def trace(path: Path, reference: str, policy: Policy) -> Iterator[str]:
    """Lines that say where the value in a cell of a summary came from, for example of “企业台账!H12”.

    Raises StopError when the workbook is no summary, or the reference names no cell that can be traced.
    """
    book, tables = read_summary(path)
    found = REFERENCE.match(reference.strip())
    if found is None or found["sheet"] not in book.sheets:
        reason = "不是“工作表!单元格”的写法" if found is None else f"没有名为“{found['sheet']}”的工作表"
        raise StopError(Code.NOT_TRACED.at(Place(path.name), reference=reference, reason=reason))
    sheet, column, row = found["sheet"], found["column"].upper(), int(found["row"])
    if sheet == load_dashboard().sheet:
        lines = _figure(book, tables, policy, (column, row))
    elif sheet == load_template(TEMPLATE)[DRAWN[0]].sheet:
        lines = [f"【{sheet}】{column}{row} {line}" for line in on_board(book, tables, (row, _number(column)))]
    else:
        lines = _cell(book, tables, (sheet, column, row))
    if not lines:
        raise StopError(Code.NOT_TRACED.at(Place(path.name, sheet, f"{column}{row}"), reference=reference, reason=_why_not(book, tables, (sheet, column, row))))
    yield from lines


def _number(column: str) -> int:
    return column_number(column) or LAST_COLUMN + 1


def _why_not(book: FileBook, tables: Mapping[str, Table], cell: tuple[str, str, int]) -> str:
    """Why there is nothing to say of a cell."""
    sheet, column, row = cell
    template = load_template(TEMPLATE)
    known = {load_dashboard().sheet, *(form.sheet for form in template)}
    grid = book.values(sheet)
    value = value_at(grid, row, _number(column))
    table = next((one for one in tables.values() if one.sheet == sheet), None)
    if sheet not in known:
        return "这张表不是本工具生成的，内容由使用的人自己填写"
    if value is None:
        return "这一格是空的"
    if table is not None and row in table.at:
        return "这一列是使用的人自己加的，重新汇总时随本行保留"
    return "这是标题、表头或说明，不是数据" if isinstance(value, str) else "这是设定的数（例如目标），不是数出来的"


def figures(path: Path, policy: Policy) -> dict[str, Figure]:
    """Every figure of the sheet of figures that counts rows, by its cell."""
    book, tables = read_summary(path)
    words = load_dashboard()
    grid = book.values(words.sheet)
    found = {}
    for row, cells in enumerate(grid):
        for column in range(len(cells)):
            if one := figure_at(grid, (row, column), words, tables, policy):
                found[f"{column_letters(column + 1)}{row + 1}"] = one
    return found


def _figure(book: FileBook, tables: Mapping[str, Table], policy: Policy, cell: tuple[str, int]) -> list[str]:
    column, row = cell
    words = load_dashboard()
    one = figure_at(book.values(words.sheet), (row - 1, _number(column) - 1), words, tables, policy)
    if one is None:
        return _target(book, policy, (row, _number(column)))
    form = tables[one.form].form
    if one.kept is not None:
        return [*_of_a_month(book.path, tables[one.form], one, f"【{words.sheet}】{column}{row}", policy)]
    lines = [f"【{words.sheet}】{column}{row} = {shown(one.value)}：{one.title}，“{one.line}”行“{one.column}”列"]
    lines += [f"  数的是【{form.sheet}】的 {len(one.rows)} 行：{'、'.join(map(str, one.rows)) or '没有'}"]
    if one.among is not None:
        lines += [f"  除以【{form.sheet}】的 {len(one.among)} 行：{'、'.join(map(str, one.among))}"]
    lines += [f"  逐行相加是 {shown(one.counted)}，{agreement(one.agrees)}"]
    for at in one.rows:
        record = tables[one.form].record(at)
        lines.append(f"  · 第{at}行 {record['county']} {shown(record['name'] or '')}{_origin(tables, record)}")
    return lines


def _target(book: FileBook, policy: Policy, cell: tuple[int, int]) -> list[str]:
    """Where a target that stands among the figures was set; [] for any other cell. cell: row and column from 1."""
    row, column = cell
    words = load_dashboard()
    grid = book.values(words.sheet)
    value = value_at(grid, row, column)
    above = next((line[column - 1] for line in reversed(grid[: row - 1]) if column <= len(line) and isinstance(line[column - 1], str)), "")
    target = next((one for one in policy.targets if value == float(one.share)), None)
    if target is None or isinstance(value, str) or above != words.share.target:
        return []
    return [f"【{words.sheet}】{column_letters(column)}{row} = {shown(value)}：政策设定的目标“{target.name}”，不是数出来的；依据 {target.source}"]


def _of_a_month(path: Path, table: Table, one: Figure, cell: str, policy: Policy) -> Iterator[str]:
    """A figure of a month: the line that keeps it, the merge that wrote it, and what the copy of that time counts, where there is one."""
    record = table.record(one.rows[0])
    yield f"{cell} = {shown(one.value)}：{one.title}，“{one.line}”行“{one.column}”列"
    yield f"  来自【{table.form.sheet}】第{one.rows[0]}行：{record['moment']} 那次汇总得出，以后不再改动"
    yield f"  按那一行算是 {shown(one.counted)}，{agreement(one.agrees)}"
    kept = next((copy for copy in (*backups(path), path) if _moment(copy) == str(record["moment"])), None)
    if kept is None:
        yield "  那次汇总的文件不在备份文件夹里，不能再逐行数一遍"
        return
    then = months(kept, policy).get((one.line, one.column))
    yield f"  那次汇总的文件是 {kept.name}：{'没有这一格' if then is None else f'其中这一格是 {shown(then.value)}'}；要逐行看，请对那个文件用 trace"


def _moment(path: Path) -> str:
    """When a copy of the summary was merged last, as its log says; "" where that cannot be read."""
    try:
        return moment_of(read_summary(path)[1].get("log"))
    except StopError:
        return ""


def months(path: Path, policy: Policy) -> dict[tuple[str, str], Figure]:
    """The figures of months of a summary, by line and column."""
    return {(one.line, one.column): one for one in figures(path, policy).values() if one.kept is not None}


def _origin(tables: Mapping[str, Table], record: Any) -> str:
    """The county's cells behind a row: its own, or those of the rows of the ledger that make it up."""
    if "source_file" in record:
        return f" ← {Place(str(record['source_file']), str(record['source_sheet']), 'A' + shown(record['source_row']))}"
    ledger = tables["ledger"]
    rows = [int(part) for part in shown(record["ledger_rows"]).split("、") if part.isdecimal() and int(part) in ledger.at]
    return "；".join(_origin(tables, ledger.record(row)) for row in rows)


def _cell(book: FileBook, tables: Mapping[str, Table], cell: tuple[str, str, int]) -> list[str]:
    """A cell of a city form."""
    sheet, column, row = cell
    table = next((one for one in tables.values() if one.sheet == sheet), None)
    if table is None or row not in table.at or column not in table.columns.values():
        return []
    name = next(one for one, letters in table.columns.items() if letters == column)
    record, one = table.record(row), table.form[name]
    lines = [f"【{sheet}】{column}{row} {one.label} = {shown(plain(record[name]) if plain(record[name]) is not None else '（空）')}"]
    if one.owner is Owner.CITY:
        return [*lines, "  由市局填写，重新汇总时随企业、工序和批次保留"]
    if "ledger_rows" in table.form:
        return [*lines, f"  由【{tables['ledger'].sheet}】第{shown(record['ledger_rows'])}行得出{_origin(tables, record)}"]
    if table.form.name == CHECKS:
        return [*lines, *_checked(book, tables, record, name)]
    if plain(record.get("source_file")) is None:
        return [*lines, "  由汇总计算得出"]
    return [*lines, *_source(book, tables, record, one.inherits, table.form.collects)]


def _checked(book: FileBook, tables: Mapping[str, Table], record: Any, name: str) -> Iterator[str]:
    """What a line of site checks is made from: the cell of the checklist, and the row of the ledger that it stands beside."""
    ledger = tables["ledger"]
    if name in FROM_LEDGER:
        who = part_key(record["credit_code"], record["process"])
        rows = [row for row, one in ledger.numbered() if part_key(one["credit_code"], one["process"]) == who][-1:]     # the latest batch counts
        for row in rows:
            yield from (f"  {line}" for line in _cell(book, tables, (ledger.sheet, ledger.columns[name], row)))
        if not rows:
            yield f"  【{ledger.sheet}】里现在没有这家企业的这道工序"
        return
    yield f"  由核查表得出 ← {Place(str(record['file']), str(record['sheet']), str(record['cell'] or ''))}"


def _source(book: FileBook, tables: Mapping[str, Table], record: Any, inherits: str, collects: str) -> list[str]:
    """The county's cell: what was typed there, what was read, whether the file is still the same."""
    file, sheet, row = str(record["source_file"]), str(record["source_sheet"]), int(float(str(record["source_row"])))
    form, _, name = inherits.partition(".")
    if not collects:            # a line about a county's row, not the row itself
        return [f"  由汇总计算得出，说的是 {Place(file, sheet, f'A{row}')}"]
    if form and form != collects:
        return _joined(book, tables, record, (form, name))
    county = load_form(collects)
    position = column_letters([one.name for one in county].index(name) + 1) if name in county else "A"
    lines = []
    path, changed = _county_file(book, tables, file)
    if path is not None and open_book(path).stamp.template == TEMPLATE:
        return _from_below(path, (sheet, row), (collects, name))
    if path is not None:
        source = open_book(path)
        read, _ = read_tables(source, replace(load_template("county"), forms=(county,)))
        if collects in read and name in read[collects].columns:
            position = read[collects].columns[name]
            typed = read[collects].value(row, name) if row in read[collects].at else None
            lines.append(f"  原文件填的是：{shown(typed if typed is not None else '（空）')}")
        if changed:
            lines.append("  注意：这个文件在上次汇总之后又改过，内容可能已经不同")
    else:
        lines.append("  原文件不在汇总表所在的文件夹里，没有核对")
    where = Place(file, sheet, f"{position}{row}")
    return [f"  来自 {where}", *lines, *_said(tables, where)]


def _county_file(book: FileBook, tables: Mapping[str, Table], file: str) -> tuple[Path | None, bool]:
    """The file of a row in the summary's folder, and whether it was changed since: of several with its name the one that was merged."""
    found = sorted(path for path in book.path.parent.rglob(escape(Path(file).name)) if path.is_file())
    known = [one["sha256"] for one in tables["log"].records() if one.get("file") == file and one.get("sha256")] if "log" in tables else []
    merged = next((path for path in found if known and _digest(path) == known[-1]), None)
    return merged or next(iter(found), None), bool(known) and merged is None


def _digest(path: Path) -> str:
    """The digest of a file, "" for one that cannot be read."""
    try:
        return digest(path)
    except OSError:
        return ""


def _from_below(path: Path, place: tuple[str, int], source: tuple[str, str]) -> list[str]:
    """A value of a province's book: its cell in the city's summary, and from there on as that one says."""
    (sheet, row), (form, name) = place, source
    book, tables = read_summary(path)
    table = next(one for one in tables.values() if one.sheet == sheet)
    field = next((one.name for one in table.form if one.inherits == f"{form}.{name}" or one.name == name), "")
    cell = (sheet, table.columns.get(field, "A"), row)
    return [f"  来自 {Place(path.name, sheet, cell[1] + str(row))}", *(f"  {line}" for line in _cell(book, tables, cell))]


def _joined(book: FileBook, tables: Mapping[str, Table], record: Any, source: tuple[str, str]) -> list[str]:
    """A value taken from another sheet of the same workbook: every row there of this enterprise and process, and its cell."""
    form, name = source
    file = str(record["source_file"])
    same = [(table, one) for table in tables.values() if table.form.collects == form for one in table.records() if _is_same(one, record)]
    found = [f"  由 {file} 的【{load_form(form).sheet}】中同一企业同一工序的行带入{'' if same else '，那里现在没有这样的行'}"]
    for table, one in same:
        found += _source(book, tables, one, f"{form}.{name}", table.form.collects)
    return found


def _is_same(one: Mapping[Any, Any], record: Any) -> bool:
    return all(cell_key(one.get(field)) == cell_key(record[field]) for field in ("source_file", "credit_code", "process"))


def _said(tables: Mapping[str, Table], where: Place) -> Sequence[str]:
    """What the list of problems says of the county's cell: conversions, doubts, decisions."""
    if "problems" not in tables:
        return []
    same = [one for one in tables["problems"].records() if (one["file"], one["sheet"], one["cell"]) == (where.file, where.sheet, where.cell)]
    return [f"  {one['severity']} {one['code']}：{one['message']}" for one in same]
