"""lists 各类名单: the lists that follow from a city summary, one workbook, each row with its reason and clause."""

from __future__ import annotations

from pathlib import Path

from xltools.actions.reporting import read_reporting
from xltools.actions.run import read_summary, refuse_other_policy
from xltools.books.list_book import Lists, write_new_lists
from xltools.model.code import Code
from xltools.model.finding import Place, Severity, StopError, first_per_cell
from xltools.model.form import load_template
from xltools.model.named_lists import TEMPLATE, Listed, load_list_words
from xltools.model.policy import Policy
from xltools.rules.identified import read_back
from xltools.rules.named_lists import City, counted, named_lists
from xltools.rules.parse import parse_all
from xltools.rules.sanctions import events_of

LEDGER, PROTECTIONS, EVENTS, NAMES = "ledger", "protections", "events", "names"


def lists_of(summary: Path, output: Path, policy: Policy, settings: Path | None = None) -> Listed:
    """Write the lists of a summary. settings: the workbook of 上报设置, for who takes part in 绩效先进性.

    Raises StopError when the workbook is no summary, or `output` is there already. Source: 三环文〔2022〕69号 二(三)、五.
    """
    book, raw = read_summary(summary)
    refuse_other_policy(book, policy)
    if LEDGER not in raw:
        raise StopError(Code.SHEET_MISSING.at(Place(book.name), sheets=load_template("city")[LEDGER].sheet))
    tables, said = parse_all({name: raw[name] for name in (LEDGER, PROTECTIONS, EVENTS) if name in raw}, policy)
    known = read_back(raw[LEDGER], raw.get(NAMES), policy)
    events = events_of(known.named(tables[EVENTS])) if EVENTS in tables else []
    protections = known.named(tables[PROTECTIONS]) if PROTECTIONS in tables else None
    advanced = read_reporting(settings, policy)[0].advanced if settings else frozenset()
    city = City(known.ledger(tables[LEDGER]), protections, events, policy, advanced, known.apart)
    lines = named_lists(city)
    template = load_template(TEMPLATE)
    write_new_lists(output, Lists(template, policy, {TEMPLATE: lines}))
    used = {"decided", "decided_date", "honour", "low_voc", "project", "green", "change_kind", "new_grade"}
    columns = {(table.sheet, column) for table in tables.values() for name, column in table.columns.items() if name in used}
    found = [one for one in said if one.severity is Severity.ERROR and (one.place.sheet, one.place.column) in columns]
    found += city.happened.doubts()
    word = load_list_words().words["line"]
    return Listed(output, tuple(word.format(kind=kind, count=count) for kind, count in counted(lines)), tuple(first_per_cell(found)))
