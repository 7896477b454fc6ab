"""Write the worked example: eight county workbooks with planted faults, their answer key, some checklists, the summary they merge to."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from xltools.actions.check import check_files
from xltools.actions.checklist import applicants, write_one
from xltools.actions.checklist import file_name as checklist_name
from xltools.actions.demo import CHECKLIST_FOLDER, COUNTY_FOLDER, MERGED_AT
from xltools.actions.merge import merge
from xltools.books.base import Cell
from xltools.books.refs import CARD_COLUMN
from xltools.books.replace import put_in_place
from xltools.books.sheet import Formula
from xltools.books.template import write_template
from xltools.model.address import address
from xltools.model.checklist import IndicatorRow
from xltools.model.code import Code
from xltools.model.finding import Place
from xltools.model.form import FIRST_ROW, HEADER_ROW, load_form, load_template
from xltools.model.live import Live
from xltools.model.policy import Policy
from xltools.model.shipped import spec
from xltools.rules.example import city
from xltools.rules.faultplan import grounds_of, plant
from xltools.rules.faults import Ground, Planted
from xltools.rules.formula import live
from xltools.rules.hints import Said, hint
from xltools.rules.records import Computed, Record, Value
from xltools.rules.stock import Stock, stock_from
from xltools.rules.visits import chosen, visits, words_from

KEY_FILE = "答案.csv"
SUMMARY_FILE = load_template("city").file
KEY_FIELDS = ("file", "sheet", "cell", "code", "severity", "message")  # columns of the key, named as in the summary's problem list
BLANK = re.compile(r"\{[^{}]*\}")  # what a finding's sentence leaves open
Answer = tuple[Place, Code]


def load_stock() -> Stock:
    """What the example city is made of."""
    return stock_from(spec("example.toml"))


def faultless(policy: Policy) -> list[Ground]:
    """The example city before anybody makes a mistake."""
    return grounds_of(city(load_stock(), policy), load_template("county"), policy)


def faulty(policy: Policy) -> list[Ground]:
    """The example city with its planted faults."""
    return plant(city(load_stock(), policy), load_template("county"), policy)


def build(folder: Path, policy: Policy) -> list[Path]:
    """Write the county workbooks, the answer key, the checklists and the summary below the folder; gives the files.

    Raises StopError, with nothing written, where one of them is there and somebody has worked in it.
    """
    with TemporaryDirectory() as name:
        made = Path(name)
        grounds = faulty(policy)
        write_counties(made / COUNTY_FOLDER, grounds)
        (made / KEY_FILE).write_bytes(key_table(answers(grounds)).encode("utf-8-sig"))
        write_checklists(made / CHECKLIST_FOLDER, made / COUNTY_FOLDER, policy)
        merge([made / COUNTY_FOLDER, made / CHECKLIST_FOLDER], made / SUMMARY_FILE, policy, MERGED_AT)
        return put_in_place(made, folder)


def write_counties(folder: Path, grounds: Iterable[Ground]) -> list[Path]:
    """One workbook per county, the same bytes on every run; hint columns show what they show in a spreadsheet program."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for ground in grounds:
        path = folder / file_name(ground)
        computed = live(ground.template, ground.policy)
        hints = _hints(ground, computed)
        contents = {form: [_cells(record) for record in records] for form, records in ground.sheets.items()}
        for (form, position, name), text in hints.items():
            contents[form][position] = {**contents[form][position], name: Formula("", text)}
        write_template(path, ground.template, ground.policy, computed, contents)
        paths.append(path)
    return paths


def write_checklists(folder: Path, counties: Path, policy: Policy) -> list[Path]:
    """The filled checklists of some enterprises of the county workbooks, the same bytes on every run."""
    folder.mkdir(parents=True, exist_ok=True)
    words = words_from(spec("visits.toml"))
    found, _ = applicants(check_files([counties], policy), policy)
    visited = chosen(found, words)
    seen = visits(visited, words, policy, load_stock().month)
    lines: dict[str, tuple[IndicatorRow, ...]] = {}
    for one in visited:
        write_one(folder / checklist_name(one), one, policy, lines, seen[one.credit_code])
    return [folder / checklist_name(one) for one in visited]


def _hints(ground: Ground, computed: Live) -> dict[tuple[str, int, str], str]:
    """The words of the hints by form, record and cell, from the answer key: one a record, on a card one a field."""
    shown: dict[tuple[str, int, str], str] = {}
    cards = {form.name for form in ground.template if form.layout == "card"}
    said: dict[tuple[str, int, str], set[Said]] = {}
    for planted in ground.key:
        if planted.record is not None:
            name = f"{planted.field}.hint" if planted.form in cards else "hint"
            cell = planted.form, position(ground, planted), name
            said.setdefault(cell, set()).add((planted.field, planted.code))
            shown |= {cell: planted.shown} if planted.shown else {}
    return {(form, at, name): hint(computed.forms[form].checks, found, ground.sheets[form][at]) for (form, at, name), found in said.items()} | shown


def file_name(ground: Ground) -> str:
    """The name a county gives its workbook."""
    return f"{ground.county}.xlsx"


def answers(grounds: Iterable[Ground]) -> list[Answer]:
    """Every finding that the planted faults must lead to, and no other."""
    return [(_place(ground, planted), planted.code) for ground in grounds for planted in ground.key]


def key_table(found: Sequence[Answer]) -> str:
    """The answer key as CSV that a spreadsheet opens."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    problems = load_form("problems")
    writer.writerow(problems[name].label for name in KEY_FIELDS)
    for place, code in found:
        writer.writerow((place.file, place.sheet, place.cell, code.number, code.severity.label, BLANK.sub("…", code.message)))
    return out.getvalue()


def _place(ground: Ground, planted: Planted) -> Place:
    file = file_name(ground)
    if not planted.form:
        return Place(file)
    form = next(f for f in (*ground.template, *load_template("county")) if f.name == planted.form)
    if not planted.field:
        return Place(file, form.sheet)
    column = [field.name for field in form].index(planted.field) + 1
    if form.layout == "card":
        return Place(file, form.sheet, address(FIRST_ROW + column - 1, CARD_COLUMN))
    if planted.record is None:
        return Place(file, form.sheet, address(HEADER_ROW, column))
    return Place(file, form.sheet, address(FIRST_ROW + position(ground, planted), column))


def position(ground: Ground, planted: Planted) -> int:
    """Which record of its sheet, from 0; found by identity, as a doubled record equals its original."""
    return next(i for i, record in enumerate(ground.sheets[planted.form]) if record is planted.record)


def _cells(record: Record) -> Mapping[str, Cell | Formula]:
    return {name: _cell(value) for name, value in record.items() if value is not None}


def _cell(value: Value) -> Cell | Formula:
    return Formula(value.formula, value.value) if isinstance(value, Computed) else value
