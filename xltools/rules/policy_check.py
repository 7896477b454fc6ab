"""What is wrong in a policy's workbook, cell by cell: no policy that passes here contradicts itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from xltools.model.code import Code
from xltools.model.finding import Finding, Place, order
from xltools.model.form import load_template
from xltools.model.indicator import AnswerKind, TableStatus
from xltools.model.indicator_rows import indicators_from
from xltools.model.policy import Policy
from xltools.model.policy_book import load_policy_book
from xltools.model.table import Table
from xltools.rules.alike import FEW, same_problem
from xltools.rules.declared import failures
from xltools.rules.details import cell_details
from xltools.rules.gathered import gather
from xltools.rules.policy_contents import split
from xltools.rules.policy_words import (
    choices_twice,
    clauses_of_another,
    days_of_months,
    grades_in_one,
    grades_of_targets,
    id_of_another,
    texts_beside_thresholds,
    with_grades_apart,
    words_with_two_meanings,
)
from xltools.rules.rows import sheet_findings
from xltools.rules.thresholds import odd_thresholds

Row = tuple[int, Mapping[str, str]]
NOT_ASKED = {("indicators", "grade")}      # rows without a grade say how to check
GRADES = ("grades", "current_grades")     # drop-downs that offer every grade there is
# Problems of a cell that say nothing of another row, so that one sentence is true of all of them.
OF_A_CELL = frozenset({Code.REQUIRED, Code.NOT_A_NUMBER, Code.NOT_A_CHOICE, Code.MEMBER_UNKNOWN, Code.INDICATOR_WRONG, Code.NOT_SET_APART})
QUOTED = re.compile("“[^”]*”")
ALWAYS_THERE = ("counties", "industries", "tables", "indicator_kinds", "operators", "decisions")      # lists that follow from the rest


def check_policy(tables: Mapping[str, Table], known: Policy, unread: Collection[Place]) -> list[Finding]:
    """Every problem in the typed tables of a policy workbook. known: the lists its cells choose from; unread: cells that hold
    something nobody could read."""
    found = [finding for table in tables.values() for finding in _cells(table, known, unread)]
    found += [finding for name, table in tables.items() if name != "indicators" for finding in sheet_findings(table)]
    rows: Mapping[str, Sequence[Row]] = {name: _rows(table) for name, table in tables.items()}
    found += grades_in_one(tables, rows)
    rows = with_grades_apart(rows)
    checks: tuple[Callable[[Mapping[str, Table], Mapping[str, Sequence[Row]]], Iterator[Finding]], ...] = (
        _schemes, _tables, _tiers, _commons, _indicators, odd_thresholds, texts_beside_thresholds,
        words_with_two_meanings, grades_of_targets, days_of_months, choices_twice, id_of_another, clauses_of_another,
        _needed, _waiting,
    )  # fmt: skip
    for check in checks:
        found += check(tables, rows)
    return found


def same_together(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, those that say the same of many cells of a column as one that names all the cells; whatever stands in them."""

    def alike(one: Finding) -> tuple[object, ...] | None:
        problem = QUOTED.sub("", str(dict(one.values).get("problem", "")))
        return (one.code, one.place.file, one.place.sheet, one.place.column, problem) if one.code in OF_A_CELL and one.place.cell else None

    return sorted(gather(findings, alike, lambda some: some if len(some) <= FEW else [same_problem(some)]), key=order)


def _cells(table: Table, known: Policy, unread: Collection[Place]) -> Iterator[Finding]:
    """The cells that break a rule of their own field; dates of tables may be far from the policy's year."""
    for row, name, code in failures(table, known):
        place = table.place(row, name)
        needed = Code.REQUIRED if code is Code.ROW_WITHOUT_KEY else code
        if code is Code.DATE_RANGE or (table.form.name, name) in NOT_ASKED or (needed is Code.REQUIRED and place in unread):
            continue
        yield needed.at(place, **cell_details(needed, table, row, name, known))


def _rows(table: Table) -> list[Row]:
    """The records as text, each with its row in the sheet."""
    texts = [{name: "" if value is None else str(value) for name, value in record.items()} for record in table.records()]
    return [*zip(table.rows, texts, strict=True)]


def _computable(scheme: Mapping[str, str]) -> list[str]:
    decided = split(scheme["by_decision"])
    return [grade for grade in split(scheme["grades"]) if grade not in decided]


def _schemes(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """Grades twice in a scheme, grades chosen by an authority that the scheme does not have, nothing left to compute."""
    table = tables["policy_schemes"]
    for row, scheme in rows["policy_schemes"]:
        grades = split(scheme["grades"])
        for grade in split(scheme["by_decision"]):
            if grade not in grades:
                yield _unknown(table, row, "by_decision", grade, table.form["grades"].label)
        if grades and (len(set(grades)) < len(grades) or not _computable(scheme)):
            problem = "等级写了两次" if _computable(scheme) else "没有留下由指标得出的等级"
            yield Code.INDICATOR_WRONG.at(table.place(row, "grades"), label=table.form["grades"].label, problem=problem)


def _tables(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """Grades that a table's scheme cannot give, and two tables of one name."""
    table = tables["policy_tables"]
    schemes = {scheme["id"]: scheme for _, scheme in rows["policy_schemes"]}
    names: dict[str, int] = {}
    for row, entry in rows["policy_tables"]:
        first = names.setdefault(entry["name"], row)
        if first != row and entry["name"]:
            yield Code.DUPLICATE_VALUE.at(table.place(row, "name"), label=table.form["name"].label, value=entry["name"], row=first)
        given = _computable(schemes[entry["scheme"]]) if entry["scheme"] in schemes else []
        grades = split(entry["grades"])
        if given and grades and ([grade for grade in given if grade in grades] != grades or grades[-1] != given[-1]):
            details = {"label": table.form["grades"].label, "value": entry["grades"], "scheme": entry["scheme"]}
            yield Code.GRADES_NOT_OF_SCHEME.at(table.place(row, "grades"), **details, lowest=given[-1], choices="|".join(given))


def _tiers(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """Grades that no scheme has, and grades with two tiers."""
    table = tables["policy_tiers"]
    members = {f"{scheme['id']}:{grade}" for _, scheme in rows["policy_schemes"] for grade in split(scheme["grades"])}
    taken: dict[str, int] = {}
    for row, tier in rows["policy_tiers"]:
        for name in ("grades", "assumed"):
            for member in split(tier[name]):
                label = table.form[name].label
                if member not in members:
                    yield _unknown(table, row, name, member, tables["policy_schemes"].form.sheet)
                elif member in taken:
                    yield Code.DUPLICATE_VALUE.at(table.place(row, name), label=label, value=member, row=taken[member])
                taken.setdefault(member, row)


def _commons(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """Common sets attached to tables that are not there, or called like a table."""
    table = tables["policy_commons"]
    ids = {entry["id"]: row for row, entry in rows["policy_tables"]}
    for row, common in rows["policy_commons"]:
        if common["id"] in ids:
            yield Code.DUPLICATE_VALUE.at(table.place(row, "id"), label=table.form["id"].label, value=common["id"], row=ids[common["id"]])
        for id in split(common["tables"]):
            if id not in ids:
                yield _unknown(table, row, "tables", id, tables["policy_tables"].form.sheet)


def _indicators(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """Everything wrong with the indicators of each table and common set."""
    table = tables["indicators"]
    schemes = {scheme["id"]: scheme for _, scheme in rows["policy_schemes"]}
    given = {id: _computable(scheme) for id, scheme in schemes.items()}
    lowest = frozenset(split(scheme["grades"])[-1] for scheme in schemes.values() if split(scheme["grades"]))
    every = list(dict.fromkeys(grade for grades in given.values() for grade in grades))
    homes = {entry["id"]: split(entry["grades"]) or given.get(entry["scheme"], []) for _, entry in rows["policy_tables"]}
    own: dict[str, dict[str, int]] = {}
    for id in dict.fromkeys(record["table"] for _, record in rows["indicators"]):
        found = [(row, record) for row, record in rows["indicators"] if record["table"] == id]
        own[id] = {record["no"]: row for row, record in reversed(found)}
        if id in homes:
            yield from _problems(table, found, homes[id], frozenset(homes[id][-1:]))
        elif id in {common["id"] for _, common in rows["policy_commons"]}:
            yield from _problems(table, found, every, lowest)
        elif id:
            where = f"{tables['policy_tables'].form.sheet}”或“{tables['policy_commons'].form.sheet}"
            yield from (_unknown(table, row, "table", id, where) for row, _ in found[:1])
    yield from _shared_numbers(table, rows, own)


def _problems(table: Table, found: Sequence[Row], grades: Sequence[str], lowest: frozenset[str]) -> Iterator[Finding]:
    """The problems of one table's rows at their cells; missing and unknown words are found in the cells themselves."""
    kinds = list(AnswerKind)
    for problem in indicators_from([record for _, record in found], grades, lowest)[1]:
        row, record = found[problem.row]
        missing = problem.field in ("no", "category", "item", "kind") and not record[problem.field].strip()
        if not missing and not (problem.field == "kind" and record["kind"] not in kinds):
            label = table.form[problem.field].label
            yield Code.INDICATOR_WRONG.at(table.place(row, problem.field), label=label, problem=problem.message)


def _shared_numbers(table: Table, rows: Mapping[str, Sequence[Row]], own: Mapping[str, Mapping[str, int]]) -> Iterator[Finding]:
    """Numbers that a table has itself and gets from a common set, or from two of them."""
    taken = {entry["id"]: dict(own.get(entry["id"], {})) for _, entry in rows["policy_tables"]}
    for _, common in rows["policy_commons"]:
        for id in split(common["tables"]):
            for no, row in own.get(common["id"], {}).items():
                if no in taken.get(id, {}) and no:
                    details = {"label": table.form["no"].label, "value": no, "row": taken[id][no]}
                    yield Code.DUPLICATE_VALUE.at(table.place(row, "no"), **details)
                taken.setdefault(id, {}).setdefault(no, row)


def _needed(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """Lists, deadlines and targets that the templates and the rules cannot do without."""
    book = load_policy_book()
    needed = book.needed
    there = {record["list"] for _, record in rows["policy_lists"]} | set(ALWAYS_THERE)
    forms = [form for name in needed["templates"] for form in load_template(name)]
    lists = dict.fromkeys(field.list for form in forms for field in form if field.list)
    lacking = [("policy_lists", book.list_shown(name)) for name in lists if name not in there]
    offered = {(record["list"], record["value"]) for _, record in rows["policy_lists"]}
    graded = [(name, grade) for _, scheme in rows["policy_schemes"] for grade in split(scheme["grades"]) for name in GRADES if name in there]
    lacking += [("policy_lists", f"{book.list_shown(name)}：{grade}") for name, grade in dict.fromkeys(graded) if (name, grade) not in offered]
    lacking += [("policy_deadlines", id) for id in needed["deadlines"] if id not in {record["id"] for _, record in rows["policy_deadlines"]}]
    for form, value in lacking:
        yield _lacks(tables[form], value)
    for form in ("policy_counties", "policy_industries", "policy_schemes", "policy_targets"):
        if not rows[form]:
            yield _lacks(tables[form], tables[form].form.title)
    if not rows["policy"] or not any(rows["policy"][0][1].values()):
        yield _lacks(tables["policy"], tables["policy"].form.title)


def _lacks(table: Table, value: str) -> Finding:
    return Code.POLICY_LACKS.at(Place(table.file, table.sheet), where=table.form.sheet, value=value)


def _waiting(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """Tables with rows nobody has confirmed yet; such a table cannot be official."""
    waiting = load_policy_book().confirmations["waiting"]
    table = tables["indicators"]
    open_rows: dict[str, list[int]] = {}
    for row, record in rows["indicators"]:
        if record["confirm"] == waiting:
            open_rows.setdefault(record["table"], []).append(row)
    for _, entry in (*rows["policy_tables"], *rows["policy_commons"]):
        found = open_rows.get(entry["id"], [])
        if found:
            details = {"table": entry["name"], "count": len(found)}
            place = table.place(found[0], "confirm")
            official = entry["status"] == TableStatus.OFFICIAL
            yield Code.CONFIRM_FIRST.at(place, status=entry["status"], **details) if official else Code.WAITING_ROWS.at(place, **details)


def _unknown(table: Table, row: int, name: str, value: str, where: str) -> Finding:
    return Code.MEMBER_UNKNOWN.at(table.place(row, name), label=table.form[name].label, value=value, where=where)
