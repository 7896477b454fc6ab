"""Reads damaged workbooks as a check does, and keeps everything that is no finding: a traceback, too long, too much memory."""

from __future__ import annotations

import resource
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from msgspec import Struct, field

from tests.county_files import POLICY, SHORT, county_file, enterprise
from tests.fuzz.mutate import mutated
from tests.workbooks import EVERY, FILES
from xltools.actions.check import check_files
from xltools.books.base import Cell, Grid
from xltools.books.file import open_book
from xltools.books.risks import risks
from xltools.model.code import Code
from xltools.model.finding import StopError

SECONDS = 10  # of computing, this process and its children together
MEMORY = 2**30


class Report(Struct):
    """What a run came to. codes: how often each finding stopped a file · slowest, largest: seconds and bytes of the worst case."""

    cases: int = 0
    read: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    largest: int = 0


def bases(folder: Path) -> Mapping[str, bytes]:
    """Small workbooks of every format, forms with rows and the mixed values of tests/files, by name."""
    county = county_file(folder, "灵宝市", [enterprise(0), enterprise(1, capacity="约300")])
    book = open_book(county)
    grids = {form.sheet: book.values(form.sheet) for form in SHORT}
    one = grids[SHORT["screening"].sheet]
    return {
        "form.xlsx": county.read_bytes(),
        **{f"form{ending}": (FILES / f"form{ending}").read_bytes() for ending in (".xls", ".ods")},
        "form.csv": csv(one).encode("gb18030"),
        "form.html": page(one).encode(),
        "form.xml": xml(grids).encode(),
        **{name: data for name, data in EVERY.items() if name.startswith("values.")},
    }


def csv(grid: Grid) -> str:
    """The grid as Excel saves it as text."""
    return "".join(",".join('"' + _text(value).replace('"', '""') + '"' for value in row) + "\r\n" for row in grid)


def page(grid: Grid) -> str:
    """The grid as a system exports it for Excel."""
    rows = "".join("<tr>" + "".join(f"<td>{escape(_text(value))}</td>" for value in row) + "</tr>" for row in grid)
    return f"<html><head><meta charset=utf-8></head><body><table border=1>{rows}</table></body></html>"


def xml(grids: Mapping[str, Grid]) -> str:
    """The grids as XML Spreadsheet 2003."""
    sheets = []
    for name, grid in grids.items():
        rows = "".join("<Row>" + "".join(f'<Cell><Data ss:Type="{"Number" if isinstance(value, float) else "String"}">{escape(_text(value))}</Data></Cell>' for value in row) + "</Row>" for row in grid)
        sheets.append(f'<Worksheet ss:Name="{name}"><Table>{rows}</Table></Worksheet>')
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return f'<?xml version="1.0" encoding="utf-8"?><Workbook xmlns="{space}" xmlns:ss="{space}">{"".join(sheets)}</Workbook>'


def _text(value: Cell) -> str:
    return "" if value is None else str(value)


def cases(found: Mapping[str, bytes], seed: int) -> Iterator[tuple[str, bytes]]:
    """Damaged workbooks without end, the same for the same seed: (name that tells which, content)."""
    names = sorted(found)
    number = 0
    while True:
        rng = Random(f"{seed}-{number}")
        base = names[number % len(names)]
        ending = "." + base.rpartition(".")[2]
        called = ending if rng.random() < 0.8 else rng.choice((".xlsx", ".xls", ".csv", ".et"))
        yield f"{seed}-{number}-{base.replace('.', '-')}{called}", mutated(found[base], ending, rng)
        number += 1


def attempt(path: Path, report: Report) -> None:
    """Read one file in every way a check does, and note what it came to."""
    before = _spent()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            _read(path, report)
            outcome = check_files([path], POLICY)
        report.codes.update({one.code.number for one in outcome.findings if one.code in (Code.UNREADABLE, Code.PASSWORD, Code.NOT_OUR_FORM)})
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        report.failures.append(f"{path.name}: {''.join(traceback.format_exception(error, limit=-6))}")
    spent = _spent() - before
    report.cases += 1
    report.slowest = max(report.slowest, (spent, path.name))
    before_it, report.largest = report.largest, _peak()
    if spent > SECONDS:
        report.failures.append(f"{path.name}: {spent:.1f} seconds")
    if report.largest > max(MEMORY, before_it):
        report.failures.append(f"{path.name}: {report.largest >> 20} MB")


def _read(path: Path, report: Report) -> None:
    try:
        book = open_book(path)
        for sheet in book.sheets:
            grid, facts = book.values(sheet), book.facts(sheet)
            assert len({len(row) for row in grid}) <= 1
            assert facts.knows_formulas or not facts.formulas
        assert book.stamp is not None
        risks(book)
        report.read += 1
        report.kinds[book.kind.value] += 1
    except StopError:
        return  # the check says why


def _peak() -> int:
    """The most memory this process or a child of it ever had."""
    return max(resource.getrusage(who).ru_maxrss * 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _spent() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def run(folder: Path, seed: int, seconds: float, most: int) -> Report:
    """Try cases for so long, or so many; files that failed stay in the folder."""
    report, end = Report(largest=_peak()), time.monotonic() + seconds  # other tests may have needed much before
    for name, content in cases(bases(folder / "bases"), seed):
        path = folder / name
        path.write_bytes(content)
        failed = len(report.failures)
        attempt(path, report)
        if len(report.failures) == failed:
            path.unlink()
        if report.cases >= most or time.monotonic() > end:
            return report
    raise AssertionError("cases never end")
