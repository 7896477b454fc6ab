"""Where the figures of the first sheet come from, and what the log says of all merges: lines for people."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from xltools.actions.city import OF_ONE_FILE
from xltools.actions.run import DRAWN, TEMPLATE, log_said, read_summary
from xltools.books.base import value_at
from xltools.books.file import FileBook
from xltools.books.locate import locate
from xltools.model.dashboard import load_dashboard
from xltools.model.finding import Finding, Severity
from xltools.model.form import load_template
from xltools.model.table import Table
from xltools.model.value import shown
from xltools.rules.account import KEPT
from xltools.rules.board import CITYWIDE, FILES, ROWS, SENT
from xltools.rules.city import plain
from xltools.rules.journal import broken, lines_of, moment_of

Tables = Mapping[str, Table]
# Column of the first sheet → the form whose rows of the same file it counts.
COUNTED = {"rows": "ledger", "reviews": "reviews", "issues": "tracking"}
SEVERITIES = {"errors": Severity.ERROR.label, "warnings": Severity.WARNING.label}
MOST = 40  # row numbers in one line


def on_board(book: FileBook, tables: Tables, cell: tuple[int, int]) -> list[str]:
    """What a cell of the first sheet counts; [] where it is no figure and no part of the table. cell: row and column from 1."""
    row, column = cell
    form = load_template(TEMPLATE)[DRAWN[0]]
    grid = book.values(form.sheet)
    value = value_at(grid, row, column)
    below = value_at(grid, row + 1, column)
    if value is None:
        return []
    located = locate(book, form, form.sheet)
    if located is None or row < located.header.bottom:
        return _large(tables, str(below), value)
    names = {at: name for name, at in located.columns.found.items()}
    line, total = grid[row - 1], load_dashboard().board.total
    lines = [one[located.columns.found["county"] - 1] for one in grid[located.header.bottom : row]]
    if column not in names or not lines or total in lines[:-1]:      # the header, and the notes below the table
        return []
    if lines[-1] == total:
        return [f"“{form[names[column]].label}”一列各行相加，是公式"] if isinstance(value, int | float) else []
    file = line[located.columns.found["file"] - 1]
    return list(_of_a_file(tables, (names[column], form[names[column]].label), value, plain(file)))


def _large(tables: Tables, caption: str, value: object) -> list[str]:
    """A figure in large type, by the words under it."""
    if caption in ROWS:
        table = tables[ROWS[caption]]
        return [f"{caption} = {shown(value)}：【{table.sheet}】的行数，现有 {len(table.rows)} 行，{agreement(value == len(table.rows))}"]
    moment = moment_of(tables.get("log"))
    lines = [line for line in lines_of(tables.get("log")) if line.get("moment") == moment]
    if caption in CITYWIDE:
        return [_citywide(tables["problems"], caption, value, {str(line["file"]) for line in lines if line.get("outcome") == KEPT})]
    now = [line for line in lines if line.get("outcome") != KEPT]
    listed = {FILES: ("收到的文件", "file"), SENT: ("报送的县（市、区）", "county")}
    if caption not in listed or not now:
        return []
    what, field = listed[caption]
    return [f"{caption} = {shown(value)}：最近一次汇总（{moment}）{what}：{'、'.join(sorted({str(line[field]) for line in now if plain(line.get(field))}))}"]


def _citywide(problems: Table, caption: str, value: object, away: Collection[str]) -> str:
    """A number of findings of the last merge. away: files that were not there; what the list keeps about these alone does not count."""
    word = CITYWIDE[caption].label
    every = _rows(problems, severity=word)
    rows = [row for row in every if problems.value(row, "file") not in away or problems.value(row, "code") not in OF_ONE_FILE]
    left = f"（不含沿用的 {len(every) - len(rows)} 行）" if len(every) > len(rows) else ""
    return f"{caption} = {shown(value)}：【{problems.sheet}】中“{word}”的行，现有 {len(rows)} 行{left}，{agreement(value == len(rows))}：{_listed(rows)}"


def _of_a_file(tables: Tables, column: tuple[str, str], value: object, file: object) -> Iterator[str]:
    """A cell of the line of one file."""
    name, label = column
    who = f"{label} = {shown(value)}：文件 {file}"
    if file is None:
        yield f"{label} = {shown(value)}：这个县（市、区）没有收到文件"
    elif name in COUNTED:
        rows = _rows(tables[COUNTED[name]], source_file=file)
        yield f"{who} 的行数；其中汇总到【{tables[COUNTED[name]].sheet}】的有 {len(rows)} 行：{_listed(rows)}；没有汇总的见“{tables['unmerged'].sheet if 'unmerged' in tables else ''}”"
    elif name in SEVERITIES:
        rows = _rows(tables["problems"], file=file, severity=SEVERITIES[name])
        yield f"{who} 在【{tables['problems'].sheet}】中的 {len(rows)} 行，{agreement(value == len(rows))}：{_listed(rows)}"
    else:
        yield f"{who} 的封面和政策库的日程；经过见【{tables['log'].sheet}】，期限和依据见【{tables['reporting'].sheet if 'reporting' in tables else tables['log'].sheet}】"


def _rows(table: Table, **wanted: Any) -> list[int]:
    return [row for row, record in table.numbered() if all(record.get(name) == value for name, value in wanted.items())]


def _listed(rows: Sequence[int]) -> str:
    return "、".join(map(str, rows[:MOST])) + (f" 等{len(rows)}行" if len(rows) > MOST else "") if rows else "没有"


def agreement(agrees: bool) -> str:
    """Whether a second count gives what stands in the sheet, in words."""
    return "与表中一致" if agrees else "与表中不一致，请重新汇总"


def chain(path: Path) -> tuple[list[str | Finding], bool]:
    """The log of a summary, a line for each of its lines, and whether it is whole. Raises StopError when the workbook is none."""
    book, tables = read_summary(path)
    log = tables.get("log")
    told: list[str | Finding] = []
    moment = ""
    for line in lines_of(log):
        if line.get("moment") != moment:
            moment = str(line.get("moment") or "")
            told.append(f"{moment} 汇总")
        counts = f"读入{shown(line.get('seen') or 0)} 汇总{shown(line.get('merged') or 0)} 列出{shown(line.get('named') or 0)} 沿用{shown(line.get('kept') or 0)}"
        told.append(f"  {line.get('about')} {line.get('county') or ''} {line.get('file') or ''}【{line.get('sheet') or ''}】{counts} 文件指纹 {str(line.get('sha256') or '—')[:12]} 链指纹 {str(line.get('seal') or '')[:12]}")
    found = broken(log, log_said(book, load_template(TEMPLATE)))
    told += found
    whole = bool(lines_of(log)) and not found
    return [*told, f"运行日志共 {len(lines_of(log))} 条，{'环环相扣，没有缺少或改动' if whole else '不完整，见上'}"], whole
