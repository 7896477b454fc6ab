"""Words of a policy workbook that the rest of it cannot take as they were meant: one spelling for two things, several names in one, a grade
that no scheme has, a day that no month has, a requirement that says another number than its threshold."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.form import SpecError
from xltools.model.indicator import AnswerKind, Operator
from xltools.model.local import load_written
from xltools.model.policy import load_policy
from xltools.model.policy_book import load_policy_book
from xltools.model.table import Table
from xltools.model.value import shown
from xltools.rules.policy_contents import CLAUSES, JOIN, split
from xltools.rules.requirement_text import Threshold, read_requirement
from xltools.rules.requirement_words import UNITS
from xltools.rules.text import key

Row = tuple[int, Mapping[str, str]]
# Which fields of a form name the same thing, the name first; lists that are one form are told apart by the field in front.
SPELLED = {
    "policy_counties": ("", ("name", "code", "aliases")),
    "policy_industries": ("", ("name", "aliases")),
    "policy_synonyms": ("list", ("value", "spellings")),
    "policy_words": ("kind", ("value", "spellings")),
}
GRADED, GRADES = ("policy_schemes", "policy_tiers", "policy_tables", "policy_targets"), ("grades", "by_decision", "assumed")
COMPARED = "已核对"       # written beside a clause: the clauses are those of the new document, although they read like those of ours
SEVERAL = re.compile("[、，,；;]")     # what people write between grades in place of our own sign
DIRECTION = {Operator.AT_LEAST: 1, Operator.ABOVE: 1, Operator.AT_MOST: -1, Operator.BELOW: -1}


def words_with_two_meanings(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """Spellings that stand for two counties, industries, choices or grades; the later one is named."""
    for form, (apart, names) in SPELLED.items():
        table = tables[form]
        options = rows["policy_lists"] if form == "policy_synonyms" else ()      # a spelling of one choice may be no other choice
        first = {(record["list"], key(record["value"])): record["value"] for _, record in options}
        for row, record in rows[form]:
            meant, group = record[names[0]], record[apart] if apart else ""
            for name, spelling in ((field, one) for field in names for one in split(record[field])):
                other = first.setdefault((group, key(spelling)), meant)
                if other != meant:
                    yield Code.MEANS_TWO.at(table.place(row, name), label=table.form[name].label, value=spelling, other=other)


def grades_in_one(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """Several grades with another sign between them than ours: they would be read as one."""
    for form, row, name, text in _grades(rows):
        if SEVERAL.search(text):
            field = tables[form].form[name]
            yield Code.NOT_SET_APART.at(tables[form].place(row, name), label=field.label, value=text, example=_set_apart(text))


def with_grades_apart(rows: Mapping[str, Sequence[Row]]) -> dict[str, Sequence[Row]]:
    """The records with our sign between the grades, so that what follows is not said of each of them again."""
    return {**rows, **{form: [(row, {name: _set_apart(text) if name in GRADES else text for name, text in record.items()}) for row, record in rows[form]] for form in GRADED}}


def _grades(rows: Mapping[str, Sequence[Row]]) -> Iterator[tuple[str, int, str, str]]:
    """Every cell that holds grades: form, row, field, text."""
    yield from ((form, row, name, record[name]) for form in GRADED for row, record in rows[form] for name in GRADES if name in record)


def _set_apart(text: str) -> str:
    return JOIN.join(part.strip() for part in SEVERAL.split(text) if part.strip())


def grades_of_targets(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """Grades that count for a target and are no grade of any scheme."""
    table, where = tables["policy_targets"], tables["policy_schemes"].form.sheet
    known = {grade for _, scheme in rows["policy_schemes"] for grade in split(scheme["grades"])}
    for row, target in rows["policy_targets"]:
        for grade in (one for one in split(target["grades"]) if one not in known):
            yield Code.MEMBER_UNKNOWN.at(table.place(row, "grades"), label=table.form["grades"].label, value=grade, where=where)


def days_of_months(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """Deadlines on a day that their month does not have in the policy's year."""
    table = tables["policy_deadlines"]
    year = next((record["year"] for _, record in rows["policy"] if record["year"].isdecimal()), "")
    for row, record in rows["policy_deadlines"]:
        if year and record["day"].isdecimal() and record["month"].isdecimal() and 1 <= int(record["month"]) <= 12:
            last = monthrange(int(year), int(record["month"]))[1]
            if int(record["day"]) > last:
                yield Code.OUT_OF_RANGE.at(table.place(row, "day"), label=table.form["day"].label, value=record["day"], limits=f"在 0 至 {last} 之间")


def choices_twice(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """Choices that a drop-down list would offer twice."""
    table, first = tables["policy_lists"], dict[tuple[str, str], int]()
    for row, record in rows["policy_lists"]:
        if record["value"] and first.setdefault((record["list"], record["value"]), row) != row:
            details = {"label": table.form["value"].label, "value": record["value"], "row": first[record["list"], record["value"]]}
            yield Code.DUPLICATE_VALUE.at(table.place(row, "value"), **details)


def id_of_another(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """The id of a policy that comes with the program, kept for another year."""
    table = tables["policy"]
    for row, record in rows["policy"]:
        try:
            shipped = load_policy(record["id"])
        except SpecError:
            continue
        if record["year"].isdecimal() and int(record["year"]) != shipped.year:
            details = {"label": table.form["id"].label, "value": record["id"], "title": shipped.title, "year": record["year"]}
            yield Code.ID_NOT_OWN.at(table.place(row, "id"), **details)


def clauses_of_another(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """A document of the policy's own, cited by clauses that are all still those of the document the specs are written by, unless somebody says
    that they were compared."""
    written, policy = load_written(), tables["policy"]
    source = next((record["source"] for _, record in rows["policy"]), "")
    filled = [(row, record) for row, record in rows.get(CLAUSES, ()) if record["clause"]]
    compared = any(COMPARED in record["about"] for _, record in filled)
    if source and source != written.document and filled and not compared and all(record["clause"] == record["id"] for _, record in filled):
        place = tables[CLAUSES].place(filled[0][0], "clause")
        details = {"label": policy.form["source"].label, "source": source, "document": written.document}
        yield Code.CLAUSES_NOT_OWN.at(place, **details, about=tables[CLAUSES].form["about"].label, compared=COMPARED)


def texts_beside_thresholds(tables: Mapping[str, Table], rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """Thresholds whose requirement says another number, or asks for less where they ask for more: one of the two was changed alone."""
    table = tables["indicators"]
    waiting = load_policy_book().confirmations["waiting"]
    for row, record in rows["indicators"]:
        if record["kind"] == AnswerKind.NUMBER and record["threshold"] and record["confirm"] != waiting:
            said = _said(record)
            if said and not _agree(said, record):
                details = {"label": table.form["threshold"].label, "value": record["operator"] + record["threshold"], "text": shown(record["text"])}
                yield Code.TEXT_DIFFERS.at(table.place(row, "threshold"), **details)


def _said(record: Mapping[str, str]) -> Threshold | None:
    """The one number that the requirement's sentence names for certain, in the indicator's unit; None for any other sentence."""
    reading = read_requirement(record["text"])
    numbers = [one for one in reading.thresholds if one.operator is not Operator.IN]
    if not reading.certain or len(numbers) != 1 or numbers[0].unit not in ("", UNITS.get(record["unit"], record["unit"])):
        return None
    return numbers[0]


def _agree(said: Threshold, record: Mapping[str, str]) -> bool:
    try:
        same = Decimal(said.values[0]) == Decimal(record["threshold"])
    except ArithmeticError:     # a threshold that is no number is found elsewhere
        return True
    ways = {DIRECTION.get(said.operator, 0), DIRECTION.get(next((one for one in Operator if one == record["operator"]), Operator.EQUAL), 0)}
    return same and ways != {1, -1}
