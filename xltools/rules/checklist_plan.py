"""What is written into an enterprise's checklist: rows, formulas and what they show, from its processes and their tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from msgspec.structs import replace

from xltools.model.checklist import (
    Applicant,
    ApplicantPart,
    ChecklistPlan,
    Entry,
    IndicatorRow,
    Mark,
    PartPlan,
    Visit,
    load_checklist_words,
)
from xltools.model.form import load_form
from xltools.model.grade import NOT_APPLICABLE, Checklist, PartGrade, level, spaced
from xltools.model.guide import load_guide
from xltools.model.indicator import AnswerKind, Indicator, IndicatorTable, TableStatus
from xltools.model.local import localised
from xltools.model.policy import Policy
from xltools.rules.enterprise import grade_enterprise, overall_formula
from xltools.rules.grading import grade_part
from xltools.rules.reached import (
    UNDECIDED,
    UNVERIFIED,
    count_formula,
    is_graded,
    reached_formula,
    settled_formula,
    skipped_formula,
    table_formula,
)
from xltools.rules.requirement import CELL, answer_condition, one_of, quoted, reason_condition, silent_condition

GRADES, REASONS, GRADE = "{reached:*}", "{reason:*}", "{grade}"
LONGEST_FORMULA = 7000      # Excel takes 8,192 characters
LONGEST_SHEET_NAME = 31
FORBIDDEN = re.compile(r"[\[\]:*?/\\]+")


def table_lines(table: IndicatorTable) -> tuple[IndicatorRow, ...]:
    """The rows of a blank checklist of this table."""
    blank, _ = grade_part(Checklist(table, table.process, ()))
    return tuple(_line(item.indicator, table, item.outcome) for item in blank.items)


def checklist_plan(
    applicant: Applicant, lines: Mapping[str, tuple[IndicatorRow, ...]], policy: Policy, visits: Mapping[str, Visit] | None = None
) -> ChecklistPlan:
    """The workbook of one enterprise. lines: of every table by its id · visits: process → what was found there, for a filled one."""
    names = _sheet_names([part.process for part in applicant.parts])
    made = [_part(name, applicant, part, lines[part.table.id], (visits or {}).get(part.process, Visit())) for name, part in zip(names, applicant.parts, strict=True)]
    grades = [grade for _, grade in made]
    whole, _ = grade_enterprise(grades, policy)
    cells = [(f"{{grade:{at}}}", part.table) for at, part in enumerate(applicant.parts)]
    clause = localised(load_form("checklist_checkers").source, policy)
    subject = " ".join((applicant.credit_code, *(stamped(part.table) for part in applicant.parts)))
    return ChecklistPlan(
        {"name": applicant.name, "credit_code": applicant.credit_code, "county": applicant.county},
        tuple(replace(part, clause=clause) for part, _ in made),
        {"overall": (overall_formula(cells, policy), whole.outcome), **_open_words(grades, whole.outcome)},
        policy.id,
        subject,
    )


def stamped(table: IndicatorTable) -> str:
    """A table as the stamp names it."""
    return f"{table.id}@{table.edition}".replace(" ", "")


def decisive_formula(table: IndicatorTable) -> str:
    """The formula of 决定项: the names of the rows that show the table's grade; of the best grade, or while rows are open, a sentence."""
    words = load_checklist_words().words
    best = (table.lowest, *table.ladder)[-1]
    listed = _listed(table)
    named = f"MID({listed},{len(words['between']) + 1},{LONGEST_FORMULA})"
    if not _fits(listed):
        named = f"SUMPRODUCT(--EXACT({GRADES},{GRADE}))&{quoted(words['counted'].format(count=''))}"
    before, after = words["still_open"].split("{count}")
    still = f"{quoted(before)}&{_open(table)}&{quoted(after)}"
    all_met = quoted(words["all_met"].format(grade=spaced(level(best))))
    return f"IF(EXACT({GRADE},{quoted(best)}),{all_met},IF(EXACT({GRADE},{quoted(UNVERIFIED)}),{still},{named}))"


def _listed(table: IndicatorTable) -> str:
    """The names of the rows that show the table's grade, each with the sign between names in front."""
    between = load_checklist_words().words["between"]
    return "&".join(f'IF(EXACT({{reached:{one.no}}},{GRADE}),{quoted(between + one.item)},"")' for one in table.indicators)


def _fits(listed: str) -> bool:
    return len(listed) < LONGEST_FORMULA


def _open(table: IndicatorTable) -> str:
    """How many rows are still to be verified."""
    return f"IFERROR(ROWS({GRADES})-{settled_formula(table, GRADES, REASONS)},ROWS({GRADES}))"


def _decisive(part: PartGrade) -> str:
    """What `decisive_formula` shows."""
    words, table = load_checklist_words().words, part.checklist.table
    deciding = [item.indicator.item for item in part.items if item.outcome == part.outcome]
    if part.outcome == (table.lowest, *table.ladder)[-1]:
        return words["all_met"].format(grade=spaced(level(part.outcome)))
    if part.outcome == UNVERIFIED:
        return words["still_open"].format(count=len(deciding))
    return words["between"].join(deciding) if _fits(_listed(table)) else words["counted"].format(count=len(deciding))


def item_text(indicator: Indicator, table: IndicatorTable) -> str:
    """What is printed as the item of an indicator: its text, its alternatives, how to check it."""
    words = load_checklist_words().words
    group = [one for one in table.indicators if indicator.alternative and one.alternative == indicator.alternative and is_graded(one, table)]
    others = [one for one in group if one is not indicator]
    item = indicator.item
    if others and is_graded(indicator, table):
        item += "\n" + words["alternative"].format(others=words["between"].join(one.no for one in others))
    if indicator.method and any(indicator.requirement(grade) for grade in table.grades):
        item += "\n" + words["method"].format(method=indicator.method)
    return item


def _line(indicator: Indicator, table: IndicatorTable, shown: str) -> IndicatorRow:
    chosen = is_chosen(indicator, table)
    return IndicatorRow(indicator, item_text(indicator, table), row_formulas(table).get(indicator.no, ""), "" if chosen else shown, tuple(_marks(indicator, table)))


def is_chosen(indicator: Indicator, table: IndicatorTable) -> bool:
    """Whether an expert chooses the grade reached."""
    return indicator.kind is AnswerKind.TEXT and is_graded(indicator, table)


@lru_cache(maxsize=2**8)
def row_formulas(table: IndicatorTable) -> Mapping[str, str]:
    """The formula of 达到等级 by the number of the indicator, of every row in which nobody chooses it."""
    return {one.no: part_formula(one, table) for one in table.indicators if not is_chosen(one, table)}


def part_formula(indicator: Indicator, table: IndicatorTable) -> str:
    """The formula of 达到等级 of a row, with the cells of its row and those of its alternatives."""
    same = [one for one in table.indicators if one is not indicator and indicator.alternative and one.alternative == indicator.alternative]
    members = [indicator, *(one for one in same if is_graded(one, table))]
    return reached_formula([(one, f"{{found:{one.no}}}", f"{{reason:{one.no}}}") for one in members], table)


def _marks(indicator: Indicator, table: IndicatorTable) -> list[Mark]:
    """What colours the cells of a row: an answer nobody knows, a share that may be a fraction, an answer with a reason."""
    if not is_graded(indicator, table):
        return []
    chosen = is_chosen(indicator, table)
    known = one_of((*table.ladder, table.lowest)) if chosen else answer_condition(indicator)
    unknown = f"NOT(OR({silent_condition()},{known}))"
    field = "reached" if chosen else "found"
    marks = [Mark(field, "error", f"IF(ISERROR({CELL}),TRUE,{unknown})")]
    if is_share(indicator):
        marks.append(Mark(field, "warning", f"IF(ISNUMBER({CELL}),AND({CELL}>0,{CELL}<=1),FALSE)"))
    marks.append(Mark("reason", "error", f"IF({reason_condition()},NOT({silent_condition()}),FALSE)"))
    cells = {CELL: f"{{{field}:{indicator.no}}}", "{reason}": f"{{reason:{indicator.no}}}"}
    return [replace(mark, expression=_filled(mark.expression, cells)) for mark in marks]


def is_share(indicator: Indicator) -> bool:
    """Whether 0.8 in this cell may mean 80 %: a percentage of which no grade asks 1 % or less."""
    limits = [r.limit for r in indicator.requirements if r.known and indicator.kind is AnswerKind.NUMBER]
    return indicator.unit == "%" and indicator.kind is AnswerKind.NUMBER and all(limit > 1 for limit in limits)


def _filled(expression: str, cells: Mapping[str, str]) -> str:
    for name, cell in cells.items():
        expression = expression.replace(name, cell)
    return expression


def _part(sheet: str, applicant: Applicant, part: ApplicantPart, lines: Sequence[IndicatorRow], visit: Visit) -> tuple[PartPlan, PartGrade]:
    """The sheet of one process, and its grade."""
    table = part.table
    grade, _ = grade_part(Checklist(table, part.process, visit.answers, applicant.credit_code, applicant.name))
    outcomes = {item.indicator.no: item.outcome for item in grade.items}
    answers = {answer.no: answer for answer in visit.answers}
    rows = []
    for line in lines:
        no = line.indicator.no
        answer = answers.get(no)
        problem, demand = visit.problems.get(no, ("", ""))
        shown = outcomes[no] if line.formula else answer.chosen if answer else ""
        rows.append(replace(line, shown=shown, answer=answer, problem=problem, demand=demand))
    plan = PartPlan(
        sheet=sheet,
        table=table,
        head=_head(applicant, part, visit),
        lines=tuple(rows),
        foot={"grade": table_formula(table, GRADES, REASONS), "decisive": decisive_formula(table)},
        values={"grade": grade.outcome, "decisive": _decisive(grade)},
        warning=warning(table),
        note=table.note,
        opinion=visit.opinion,
        checkers=visit.checkers,
        counts=_counts(grade),
    )
    return plan, grade


def warning(table: IndicatorTable) -> str:
    """What must be said at the head of a table that cannot grade a real plant; "" for an official one."""
    if table.status == TableStatus.OFFICIAL:
        return ""
    return load_checklist_words().words["not_official"].format(status=table.status)


def _head(applicant: Applicant, part: ApplicantPart, visit: Visit) -> dict[str, Entry]:
    return {
        "name": applicant.name,
        "credit_code": applicant.credit_code,
        "county": applicant.county,
        "industry": part.table.industry,
        "process": part.process,
        "table": part.table.name,
        "edition": part.table.edition,
        "table_status": part.table.status,
        "applied": part.applied or None,
        "self": part.self or None,
        "checked": visit.checked,
        "team": visit.team or None,
    }


def _counts(part: PartGrade) -> dict[str, tuple[str, int]]:
    """Field of the first sheet → expression and value: rows still to be verified, to be decided, that do not apply."""
    outcomes = [item.outcome for item in part.items]
    table = part.checklist.table
    return {
        "open": (_open(table), outcomes.count(UNVERIFIED)),
        "undecided": (count_formula(GRADES, UNDECIDED), outcomes.count(UNDECIDED)),
        "skipped": (f"IFERROR({skipped_formula(GRADES, REASONS)},0)", outcomes.count(NOT_APPLICABLE)),
    }


def _open_words(parts: Sequence[PartGrade], overall: str) -> dict[str, tuple[str, Entry]]:
    """Field of the card → expression and value: what is still to be verified, and what a person must decide."""
    words = load_checklist_words().words
    counts = [_counts(part) for part in parts]
    none, decide = words["nothing"], words["decide"]
    unit = words["counted"].format(count="")
    found: dict[str, tuple[str, Entry]] = {}
    for name in ("open", "undecided"):
        cells = "+".join(f"{{{name}:{at}}}" for at in range(len(parts)))
        total = sum(count[name][1] for count in counts)
        otherwise, value = quoted(none), none
        if name == "undecided":
            otherwise = f"IF(ISNUMBER(SEARCH({quoted(UNDECIDED)},{{overall}})),{quoted(decide)},{quoted(none)})"
            value = decide if UNDECIDED in overall else none
        found[name] = (f"IF({cells}>0,({cells})&{quoted(unit)},{otherwise})", f"{total}{unit}" if total else value)
    return found


def _sheet_names(processes: Sequence[str]) -> list[str]:
    """A sheet name for every process: what no spreadsheet allows taken out, no two alike, none that of another sheet."""
    taken = {load_form("checklist_overall").sheet, load_guide().lists, load_guide().stamp}
    names: list[str] = []
    for process in processes:
        base = FORBIDDEN.sub("-", process).strip("' ") or load_form("checklist").sheet
        number, name = 1, base[:LONGEST_SHEET_NAME]
        while name.casefold() in taken:
            number += 1
            ending = f"({number})"
            name = base[: LONGEST_SHEET_NAME - len(ending)] + ending
        taken.add(name.casefold())
        names.append(name)
    return names
