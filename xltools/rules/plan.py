"""一企一策: what every process still needs for its goal, and what people have planned for it. Source: 三环文〔2022〕69号 二(二)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import Owner, load_form
from xltools.model.grade import NO_REQUIREMENT, NOT_APPLICABLE, PartGrade, Status
from xltools.model.outcome import Submission
from xltools.model.plan import FORM, GoalPlan, load_plan_words
from xltools.model.policy import Policy
from xltools.model.table import Record
from xltools.rules.enterprises import numbered_records
from xltools.rules.grading import needs
from xltools.rules.text import SAID, cell_key, key, part_key

SCREENING, RECTIFICATION = "screening", "rectification"
GOALS = ("target", "applied")       # what the county wrote of the grade it wants, the first that is a better one counts
Who = tuple[str, str]


class Known(Struct, frozen=True):
    """What the counties say: enterprise and process → row of the screening list with its county, and problems noted there."""

    rows: Mapping[Who, Record]
    noted: Mapping[Who, Sequence[Record]]


def known_of(submissions: Iterable[Submission], policy: Policy) -> Known:
    """What these workbooks say of every process; of several batches the latest."""
    rows: dict[Who, Record] = {}
    noted: dict[Who, list[Record]] = {}
    for one in sorted(submissions, key=lambda one: (policy.month(one.batch), one.file)):
        for _, record in numbered_records(one.tables.get(SCREENING)):
            rows[part_key(record["credit_code"], record["process"])] = {**record, "county": one.county}
        for _, record in numbered_records(one.tables.get(RECTIFICATION)):
            noted.setdefault(part_key(record["credit_code"], record["process"]), []).append(record)
    return Known(rows, noted)


def part_plan(part: PartGrade, known: Known, policy: Policy) -> GoalPlan:
    """What one process needs for its goal; no lines where there is no better grade."""
    checklist = part.checklist
    who = part_key(checklist.credit_code, checklist.process)
    listed = known.rows.get(who, {})
    county = policy.county(str(listed.get("county") or ""))
    goal = goal_of(part, listed)
    about: Record = {
        "county": county.name if county else None,
        "group": county.group if county else None,
        "name": checklist.name,
        "credit_code": checklist.credit_code,
        "process": checklist.process,
        "table": checklist.table.name,
        "site": part.outcome,
        "goal": goal or None,
        "goal_date": listed.get("target_date"),
    }
    if not goal:
        return GoalPlan(about, (), flags=part.flags)
    lines = tuple({**about, **line, "noted": _noted(str(line["indicator"]), known.noted.get(who, ()))} for line in _gaps(part, goal))
    return GoalPlan(about, lines, sum(line["open"] is True for line in lines), part.flags)


def goal_of(part: PartGrade, listed: Mapping[str, object]) -> str:
    """The grade the county wants where it is better than the one found, else the next better one; "" when there is none."""
    table = part.checklist.table
    grades = (*reversed(table.ladder), table.lowest)
    now = grades.index(part.grade) if part.grade else len(grades)
    wanted = (str(listed.get(name) or "") for name in GOALS)
    better = next((one for one in wanted if one in grades and grades.index(one) < now), "")
    return better or part.next_grade or ("" if part.grade else part.at_best)


def _gaps(part: PartGrade, goal: str) -> Iterator[Record]:
    """One line for each thing that keeps the process below the goal, what must be verified first among them."""
    table, open_word = part.checklist.table, load_plan_words().words["unverified"]
    grades = (*reversed(table.ladder), table.lowest)
    counted = [item for item in part.items if item.outcome not in (NOT_APPLICABLE, NO_REQUIREMENT)]
    short = [item for item in counted if item.outcome not in grades or grades.index(item.outcome) > grades.index(goal)]
    for one in needs(short, goal, table):
        unclear = one.outcome in (Status.UNVERIFIED, Status.NEEDS_DECISION)
        found = f"{one.found}（{open_word}）" if one.found and unclear else one.found or (open_word if unclear else None)
        place = {"file": one.place.file, "sheet": one.place.sheet, "cell": one.place.cell}
        yield {"indicator": one.label, "found": found, "required": one.required or None, "open": unclear, **place}


def _noted(indicator: str, noted: Sequence[Mapping[str, object]]) -> str | None:
    """What 整改台账 already demands for this indicator or its category."""
    own = [one for one in noted if one["indicator"] and key(str(one["indicator"])) in key(indicator)]
    line = load_plan_words().words["noted"]
    return SAID.join(line.format(**{name: one[name] or "" for name in ("issue_no", "demand", "responsible", "due")}) for one in own) or None


def carried(plans: Sequence[GoalPlan], last: Sequence[tuple[Place, Record]]) -> tuple[list[GoalPlan], list[Record]]:
    """The plans with what people wrote into the last workbook, and the lines of it that are no gap any more.

    last: its lines of both sheets, each with its place.
    """
    own = tuple(one.name for one in load_form(FORM).owned(Owner.CITY))
    before = {_line_key(line): line for _, line in last}
    there = {_line_key(line) for plan in plans for line in plan.lines}
    filled = []
    for plan in plans:
        lines = tuple({**line, **{name: before.get(_line_key(line), {}).get(name) for name in own}} for line in plan.lines)
        filled.append(replace(plan, lines=lines))
    return filled, [line for who, line in before.items() if who not in there]


def _line_key(line: Mapping[str, object]) -> tuple[str, str, str]:
    return *part_key(line["credit_code"], line["process"]), cell_key(line["indicator"])


def plan_findings(parts: Sequence[PartGrade], plans: Sequence[GoalPlan]) -> Iterator[Finding]:
    """What a person must know of each plan."""
    for part, plan in zip(parts, plans, strict=True):
        said = {"name": plan.about["name"], "process": plan.about["process"]}
        if plan.open or (part.status is not Status.CLEAR and not plan.lines):
            yield Code.PLAN_OPEN.at(part.checklist.place, **said, count=plan.open)
        elif not plan.lines:
            yield Code.PLAN_MET.at(part.checklist.place, **said, grade=part.outcome)


def overdue(plans: Iterable[GoalPlan], last: Iterable[tuple[Place, Record]], today: date) -> Iterator[Finding]:
    """The lines of the last workbook whose day has passed without an end, and that are still a gap."""
    there = {_line_key(line) for plan in plans for line in plan.lines}
    ended = load_plan_words().lists["plan_progress"][-2:]
    for place, line in last:
        due = line.get("due")
        if _line_key(line) in there and isinstance(due, date) and due < today and not line.get("done") and line.get("progress") not in ended:
            yield Code.PLAN_OVERDUE.at(place, name=line["name"], process=line["process"], indicator=line["indicator"], due=due, today=today)
