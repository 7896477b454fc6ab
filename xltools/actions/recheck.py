"""recheck 核查责任: how often the grades that each checker and county gave were changed, what was unsigned or late, and a sample to look at again.

Source: 三环文〔2022〕69号 三(二), 五2, 六(三).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from xltools.actions.grade import UNSIGNED, check_and_grade
from xltools.actions.reporting import default_settings
from xltools.actions.run import as_typed, read_summary
from xltools.books.file import open_book
from xltools.books.list_book import Lists, write_new_lists
from xltools.books.read import not_ours, read_tables
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, Severity, StopError, first_per_cell
from xltools.model.form import load_form, load_template
from xltools.model.grade import PartGrade, Status
from xltools.model.graded import GradeOutcome
from xltools.model.local import localised
from xltools.model.outcome import Outcome
from xltools.model.package import Application
from xltools.model.policy import Effect, Policy
from xltools.model.recheck import (
    COUNTIES,
    PEOPLE,
    SAMPLE,
    TEMPLATE,
    WEIGHTS,
    Case,
    Rechecked,
    Weight,
    load_recheck_words,
)
from xltools.rules.city import plain
from xltools.rules.deadlines import last_day, rests
from xltools.rules.enterprises import numbered_records
from xltools.rules.package import SIGNED, applications
from xltools.rules.parse import parse
from xltools.rules.plan import known_of
from xltools.rules.recheck import county_lines, people_lines, sample
from xltools.rules.text import part_key

Who = tuple[str, str]
LEDGER, RECTIFICATION, CHANGES = "ledger", "rectification", "changes"
BELOW = {Effect.REVIEW, Effect.REVIEW_LOWEST}       # the plant is not what its grade asks


class Drawing(Struct, frozen=True):
    """How to count and draw. summary: where grades were decided · weights: a workbook of this kind whose weights hold."""

    policy: Policy
    output: Path
    seed: str
    count: int
    summary: Path | None = None
    weights: Path | None = None


def recheck(paths: Iterable[Path], job: Drawing) -> Rechecked:
    """Write the counts and the sample. Raises StopError when the file is there already, or the weights cannot be used."""
    said = load_recheck_words()
    weights = _weights(job.weights, job.policy) if job.weights else _usual(job.policy)
    outcome = check_and_grade(paths, job.policy)
    cases = _cases(outcome, _decided(job.summary) if job.summary else {}, job.policy)
    drawn = sample(cases, weights, job.seed, job.count)
    people = people_lines(cases)
    counties = county_lines(cases, job.policy.lists["counties"], job.policy.lists["grades"])
    note = {"seed": job.seed, "all": sum(bool(case.site) for case in cases), "count": len(drawn)}
    rows = [{"factor": one.name, "weight": one.weight, "reason": one.reason} for one in weights]
    contents = {PEOPLE: people, COUNTIES: counties, SAMPLE: drawn, WEIGHTS: rows}
    write_new_lists(job.output, Lists(load_template(TEMPLATE), job.policy, contents, notes={SAMPLE: said.words["note"].format(**note)}))
    line = said.words["line"].format(**note, people=len(people), counties=len(counties))
    found = [one for one in outcome.findings if one.place.file in outcome.unread]
    found += [] if note["all"] else [Code.NO_CHECKLISTS.at(Place())]
    return Rechecked(job.output, line, tuple(first_per_cell(found)))


def _decided(path: Path) -> dict[Who, str]:
    """Code and process → the grade decided, of the latest row that has one."""
    ledger = read_summary(path)[1].get(LEDGER)
    lines = ledger.records() if ledger else []
    return {part_key(line["credit_code"], line["process"]): str(grade) for line in lines if (grade := plain(line["decided"]))}


def _cases(outcome: Outcome, decided: Mapping[Who, str], policy: Policy) -> list[Case]:
    """Every process that a county or the city checked, with what came of it."""
    graded = outcome.graded or GradeOutcome()
    cases: dict[Who, Case] = {}
    for submission in outcome.accepted:
        for one in applications(submission, default_settings()):
            cases[part_key(one.code, one.process)] = _reviewed(one, policy)
    listed = known_of(outcome.accepted, policy).rows
    for part in graded.checks:
        who = part_key(part.checklist.credit_code, part.checklist.process)
        known = cases.get(who) or Case(str(listed.get(who, {}).get("county") or ""), part.checklist.name, part.checklist.credit_code, part.checklist.process)
        cases[who] = _visited(part, known, graded, policy)
    found = {part_key(record["credit_code"], record["process"]) for one in outcome.accepted for _, record in numbered_records(one.tables.get(RECTIFICATION)) if record["origin"] == load_recheck_words().words["province"]}
    effects = _effects(outcome, policy)
    dealt, below = ({who for who, effect in effects if effect in some} for some in (set(Effect) - {Effect.RECORD}, BELOW))
    return [replace(case, decided=decided.get(who, ""), province=who in found, event=who in dealt, below=who in below) for who, case in cases.items()]


def _effects(outcome: Outcome, policy: Policy) -> list[tuple[Who, Effect]]:
    """Code and process of every change that the counties registered, with what it does."""
    records = [record for one in outcome.accepted for _, record in numbered_records(one.tables.get(CHANGES))]
    rules = [(part_key(record["credit_code"], record["process"]), policy.sanction(str(record["change_kind"]))) for record in records]
    return [(who, rule.effect) for who, rule in rules if rule]


def _reviewed(one: Application, policy: Policy) -> Case:
    """A process as its county reviewed it."""
    county, review = one.submission.county, one.review
    people = tuple((str(review[name]), county) for name in ("checker1", "checker2") if review[name])
    unsigned = people if review["checkers_signed"] != SIGNED else ()
    month = policy.month(one.submission.batch)
    late = _is_late(review["sign_date"], "review", (one.submission.year or policy.year, month), policy)
    return Case(county, one.name, one.code, one.process, str(review["conclusion"] or ""), county_people=people, unsigned=unsigned, review_late=late, month=month)


def _visited(part: PartGrade, case: Case, graded: GradeOutcome, policy: Policy) -> Case:
    """The same with what the city found there."""
    checklist = part.checklist
    mine = [one for one in graded.checkers if (one.place.file, one.place.sheet) == (checklist.place.file, checklist.place.sheet)]
    open_rows = {(one.place.sheet, one.place.row) for one in graded.findings if one.code in UNSIGNED and one.place.file == checklist.place.file}
    people = tuple((one.name, one.unit) for one in mine)
    unsigned = tuple((one.name, one.unit) for one in mine if (one.place.sheet, one.place.row) in open_rows)
    site = part.outcome if part.status is Status.CLEAR else ""
    return replace(case, site=site, city_people=people, unsigned=(*case.unsigned, *unsigned), site_late=_is_late(checklist.checked, "site_check", (policy.year, case.month), policy))


def _is_late(day: object, deadline: str, batch: tuple[int, int], policy: Policy) -> bool:
    """Whether a day lies after the deadline of the batch, a year and a month; what only a weekend made late does not count, nor anything without a month."""
    year, month = batch
    if not isinstance(day, date) or not month:
        return False
    last = last_day(policy.deadline(deadline), year, month)
    return day > last and not rests(last, day)


def _usual(policy: Policy) -> tuple[Weight, ...]:
    """The weights where nobody has set others."""
    return tuple(replace(one, reason=localised(one.reason, policy)) for one in load_recheck_words().weights)


def _weights(path: Path, policy: Policy) -> tuple[Weight, ...]:
    """The weights in a workbook, each a number of at least 0. Raises StopError for any that cannot be used."""
    template, form = load_template(TEMPLATE), load_form(WEIGHTS)
    book = open_book(path)
    raw, found = read_tables(book, replace(template, forms=(as_typed(form),)))
    if book.stamp.template != template.id or WEIGHTS not in raw:
        raise StopError(next(iter(found), not_ours(path.name, template)))
    typed, said = parse(raw[WEIGHTS], policy, policy.year)
    if wrong := [one for one in said if one.severity is Severity.ERROR]:
        raise StopError(wrong[0])
    lines = {str(record["factor"]): (row, record) for row, record in numbered_records(typed)}
    weights = []
    for one in _usual(policy):
        row, record = lines.get(one.name, (0, {"weight": one.weight, "reason": one.reason}))
        value = record["weight"]
        if not isinstance(value, int | float) or value < 0:
            raise StopError(_bad(typed.place(row, "weight"), one))
        weights.append(replace(one, weight=float(value), reason=str(record["reason"] or "")))
    return tuple(weights)


def _bad(place: Place, one: Weight) -> Finding:
    return Code.WEIGHT_UNUSABLE.at(place, factor=one.name)
