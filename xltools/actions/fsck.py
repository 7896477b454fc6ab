"""fsck 复核: a summary re-derived from the files it was made from, by a reader and rules that the merge does not have.

What the two sides share is the declared forms, the sentences, and nothing else (tests/test_architecture.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

from xltools.books.recount_read import Cells, cells_of, digest
from xltools.model.code import Code
from xltools.model.detail import Detail, detail_among
from xltools.model.finding import Finding, Place, StopError, order
from xltools.model.form import NOTE_ROW, Field, Form, Kind, Template, load_template
from xltools.rules.recount import (
    Account,
    Input,
    ProblemList,
    Row,
    Value,
    check_cells,
    check_rows,
    input_of,
    letters,
    records,
)

NUMBERS = (Kind.NUMBER, Kind.INTEGER)


class Recount(Struct, frozen=True):
    """What the check came to. files: how many of the inputs were found as they were · account: the counting identity."""

    files: int
    account: Account
    findings: tuple[Finding, ...]

    def record(self) -> dict[str, object]:
        """The recount as `--json` prints it."""
        one = self.account
        rows = {"seen": one.seen, "merged": one.merged, "unmerged": one.unmerged, "outside": one.outside, "blank": one.blank}
        cells = {"seen": one.cells, "carried": one.carried, "reported": one.reported}
        return {"files": self.files, "rows": rows, "cells": cells, "sums": one.sums, "findings": [finding.record() for finding in self.findings]}


class _Side(Struct):
    """The summary as loose cells, and the inputs by the name that it gives them; beside: forms whose rows are not in it."""

    name: str
    sheets: Mapping[str, Cells]
    city: Template
    county: Template
    problems: ProblemList
    inputs: Mapping[str, Mapping[str, Cells]]
    beside: frozenset[str]
    account: Account = field(default_factory=Account)


def fsck(summary: Path, places: Iterable[Path], passwords: Sequence[str] = ()) -> Recount:
    """Check a summary against its inputs, which are looked for by their content among these files and folders.

    passwords: tried on every file that has one.
    Raises StopError when the summary cannot be read or keeps no log of what it was made from.
    """
    city = load_template("city")
    try:
        sheets = cells_of(summary, passwords)
    except ValueError as error:
        raise StopError(Code.RECOUNT_NO_LOG.at(Place(summary.name))) from error
    beside = {form.name: detail for form in city if (detail := detail_among(value for (row, _), value in sheets.get(form.sheet, {}).items() if row == NOTE_ROW))}
    away = {name: _not_here(summary.name, city[name], detail) for name, detail in beside.items()}
    if "log" in away:
        raise StopError(away["log"])
    log = records(sheets.get(city["log"].sheet, {}), city["log"])
    if not any("sha256" in row for row in log.values()):
        raise StopError(Code.RECOUNT_NO_LOG.at(Place(summary.name)))
    log = _standing(log)
    found, missing = _inputs(log, places, passwords)
    problems = ProblemList(_problem_lines(records(sheets.get(city["problems"].sheet, {}), city["problems"])))
    side = _Side(summary.name, sheets, city, load_template("county"), problems, found, frozenset(beside))
    side.account.findings += [*missing, *away.values()]
    _recount(side, log)
    return Recount(len(found), side.account, tuple(sorted(side.account.findings, key=order)))


def _not_here(file: str, form: Form, detail: Detail) -> Finding:
    """That the rows of a form are in a file that is not recounted."""
    how = "这些行没有复核；行数已由汇总的清点核对（运行日志），逐行核对请打开这个文件，每行写着来源文件、来源表、来源行"
    return Code.ROWS_ELSEWHERE.at(Place(file, form.sheet), count=detail.count, file=detail.file, how=how)


def _standing(log: Mapping[int, Row]) -> dict[int, Row]:
    """The lines about files that the last merge read or whose rows it kept: of a file it did not know any more, nothing stands in the summary."""
    last = max((str(row.get("moment", "")) for row in log.values()), default="")
    known = {row.get("file") for row in log.values() if str(row.get("moment", "")) == last}
    return {at: row for at, row in log.items() if row.get("file") in known}


def _inputs(log: Mapping[int, Row], places: Iterable[Path], passwords: Sequence[str]) -> tuple[dict[str, dict[str, Cells]], list[Finding]]:
    wanted = {str(row["file"]): str(row["sha256"]) for row in log.values() if "file" in row and "sha256" in row}
    by_hash: dict[str, Path] = {}
    for place in places:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and (content := digest(path)) in wanted.values():
                by_hash.setdefault(content, path)
    found: dict[str, dict[str, Cells]] = {}
    missing: list[Finding] = []
    for file, content in sorted(wanted.items()):
        try:
            found[file] = cells_of(by_hash[content], passwords)
        except KeyError:
            missing.append(Code.RECOUNT_INPUT.at(Place(file), digest=content[:12]))
        except ValueError:
            missing.append(Code.RECOUNT_UNREAD.at(Place(file)))
    return found, missing


def _problem_lines(problems: Mapping[int, Row]) -> dict[tuple[str, str, str], list[tuple[str, str]]]:
    found: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for row in problems.values():
        where = (str(row.get("file", "")), str(row.get("sheet", "")), str(row.get("cell", "")))
        found.setdefault(where, []).append((str(row.get("code", "")), str(row.get("message", ""))))
    return found


def _recount(side: _Side, log: Mapping[int, Row]) -> None:
    """Every sheet of every input against the log, every row of the summary against its source."""
    merged = {form.name: records(side.sheets.get(form.sheet, {}), form) for form in side.city if form.collects and form.name not in side.beside}
    away = {form.collects for form in side.city if form.name in side.beside}
    unmerged = _rows_by_sheet(records(side.sheets.get(side.city["unmerged"].sheet, {}), side.city["unmerged"]))
    sources = {form: _rows_by_sheet(found) for form, found in merged.items()}
    inputs: dict[tuple[str, str], Input] = {}
    for (file, sheet), (at, line) in _latest(log).items():
        forms = [form for form in side.city if (file, sheet) in sources.get(form.name, {})]
        form = side.county[forms[0].collects] if forms else next((one for one in side.county if one.sheet == sheet), None)
        if file in side.inputs and sheet and form and form.name not in away and (one := input_of(file, sheet, side.inputs[file].get(sheet, {}), form, side.problems)):
            inputs[file, sheet] = one
            rows = {row for found in sources.values() for row in found.get((file, sheet), ())}
            _sheet(side, at, line, one, (rows, unmerged.get((file, sheet), set())))
    for name, found in merged.items():
        _rows(side, side.city[name], found, inputs)


def _latest(log: Mapping[int, Row]) -> dict[tuple[str, str], tuple[int, Row]]:
    """The last line of the log about each sheet of each file that was read: what earlier merges made of it no longer stands in the summary."""
    return {(str(line.get("file", "")), str(line.get("sheet", ""))): (at, line) for at, line in log.items() if "sha256" in line}


def _source_of(row: Row) -> tuple[str, str, int] | None:
    """File, sheet and row that a row of the summary says it came from."""
    if "source_file" not in row or "source_row" not in row:
        return None
    return str(row["source_file"]), str(row.get("source_sheet", "")), int(float(row["source_row"]))


def _rows_by_sheet(rows: Mapping[int, Row]) -> dict[tuple[str, str], set[int]]:
    """File and sheet → the rows of it that are said to be the sources of these."""
    found: dict[tuple[str, str], set[int]] = {}
    for file, sheet, row in filter(None, map(_source_of, rows.values())):
        found.setdefault((file, sheet), set()).add(row)
    return found


def _sheet(side: _Side, at: int, line: Row, one: Input, rows: tuple[set[int], set[int]]) -> None:
    """One line of the log against what its sheet holds."""
    before = side.account.seen, side.account.merged, side.account.unmerged + side.account.outside
    check_rows(one, side.account, *rows, side.problems)
    after = side.account.seen, side.account.merged, side.account.unmerged + side.account.outside
    seen, merged, named = (now - then for now, then in zip(after, before, strict=True))
    said = tuple(int(float(line.get(name, 0))) for name in ("seen", "merged", "named"))
    if said != (seen, merged, named):
        place = Place(side.name, side.city["log"].sheet, f"A{at}")
        told, counted = (f"读入{a}行、汇总{b}行、列出{c}行" for a, b, c in (said, (seen, merged, named)))
        side.account.findings.append(Code.RECOUNT_LOG.at(place, file=one.file, sheet=one.sheet, told=told, counted=counted))


def _rows(side: _Side, form: Form, found: Mapping[int, Row], inputs: Mapping[tuple[str, str], Input]) -> None:
    """Every row of one city sheet against the row it says it came from."""
    columns = _columns(side.sheets.get(form.sheet, {}), form)
    taken: dict[tuple[str, str, int], int] = {}
    for at, row in found.items():
        if not (source := _source_of(row)):
            continue
        one = inputs.get(source[:2])
        place = Place(side.name, form.sheet, f"A{at}")
        if source in taken:
            side.account.findings.append(Code.RECOUNT_ROW_TWICE.at(place, source=_source(source), row=taken[source]))
        elif one and source[2] not in one.filled:
            side.account.findings.append(Code.RECOUNT_ROW_UNKNOWN.at(place, source=_source(source)))
        elif one:
            side.account.findings += _row(side, form, (at, row), one, columns)
        taken[source] = at


def _row(side: _Side, form: Form, of: tuple[int, Row], one: Input, columns: Mapping[str, str]) -> Iterator[Finding]:
    at, row = of
    source = int(float(row["source_row"]))
    for state, declared, here, there in check_cells(form, row, one, side.problems):
        side.account.cells += there is not None
        side.account.carried += state == "carried" and there is not None
        side.account.reported += state == "reported" and there is not None
        _sum(side.account, form, declared, (here, there), state)
        if state == "wrong":
            place = Place(side.name, form.sheet, f"{columns.get(declared.name, 'A')}{at}")
            yield Code.RECOUNT_CELL.at(place, label=declared.label, value=_shown(here), other=_shown(there), source=_source((one.file, one.sheet, source)))


def _sum(account: Account, form: Form, declared: Field, values: tuple[Value | None, Value | None], state: str) -> None:
    """Adds a number to both sums; one that was converted, as the problem list says, counts as what it became."""
    if declared.kind in NUMBERS:
        name = f"{form.sheet}·{declared.label}"
        here, there = (value if isinstance(value, float) else 0.0 for value in values)
        one, other = account.sums.get(name, (0.0, 0.0))
        account.sums[name] = (one + (here if state == "reported" or (isinstance(values[1], str) and state == "carried") else there), other + here)


def _columns(cells: Cells, form: Form) -> dict[str, str]:
    """Field → column letters on a sheet of ours."""
    found: dict[str, str] = {}
    labels = {text: one.name for one in form for text in (one.label, one.header)}
    for (_, column), value in sorted(cells.items()):
        name = labels.get(str(value).replace("\n", ""))
        if name and name not in found:
            found[name] = letters(column)
    return found


def _source(source: tuple[str, str, int]) -> str:
    return f"{source[0]}【{source[1]}】第{source[2]}行"


def _shown(value: Value | None) -> str:
    if value is None:
        return "空"
    return f"“{value:.15G}”" if isinstance(value, float) else f"“{value[:40]}”"
