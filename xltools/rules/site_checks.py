"""The city's view of site checks: every process with what the enterprise, the county and the city said of it."""

from __future__ import annotations

from collections.abc import Iterator

from xltools.model.form import Form
from xltools.model.grade import EnterpriseGrade, PartGrade, Status
from xltools.model.graded import GradeOutcome
from xltools.model.table import Record, Table
from xltools.rules.city import city_records
from xltools.rules.explain import aim
from xltools.rules.text import SAID, part_key

OPINIONS = ("self", "applied", "conclusion", "decided")     # grades that others gave
FROM_LEDGER = ("county", *OPINIONS, "opinion")
NOT_LISTED = "企业台账没有这家企业的这道工序"



def site_checks(form: Form, graded: GradeOutcome | None, ledger: Table) -> Table:
    """One record per checked process, in the order of the ledger; those that the ledger does not have come last."""
    if graded is None or not graded.checks:
        return city_records(form, [])
    asked = {part_key(part.checklist.credit_code, part.checklist.process) for part in graded.checks}
    rows: dict[tuple[str, str], Record] = {}
    order: dict[tuple[str, str], int] = {}
    for at, (code, process) in enumerate(zip(ledger.cells["credit_code"], ledger.cells["process"], strict=True)):
        who = part_key(code, process)
        if who in asked:
            rows[who], order[who] = {name: ledger.cells[name][at] for name in FROM_LEDGER}, at    # the latest batch counts
    wholes = {one.credit_code: one for one in graded.enterprises}
    after = {part.checklist.place: part for one in graded.enterprises for part in one.parts}
    lines = []
    for part in graded.checks:
        who = part_key(part.checklist.credit_code, part.checklist.process)
        known = order.get(who, len(ledger.rows))
        line = _record(part, after.get(part.checklist.place, part), wholes.get(part.checklist.credit_code), rows.get(who))
        lines.append((known, part.checklist.place, line | {"signed": graded.signed.get(part.checklist.place.file)}))
    return city_records(form, [record for *_, record in sorted(lines, key=lambda line: line[:2])])


def _record(part: PartGrade, now: PartGrade, whole: EnterpriseGrade | None, listed: Record | None) -> dict[str, object]:
    """The line of one process. part: by the site check alone; now: in force; listed: its row in the ledger."""
    checklist = part.checklist
    said = {name: listed[name] for name in FROM_LEDGER} if listed else {}
    place = checklist.grade_place
    return {
        **said,
        "name": checklist.name,
        "credit_code": checklist.credit_code,
        "process": checklist.process,
        "table": checklist.table.name,
        "table_status": checklist.table.status,
        "checked": checklist.checked,
        "site": part.outcome,
        "why": SAID.join(_reasons(now)),
        "next": SAID.join(f"{one.label}：{one.required}" for one in part.next) or None,
        "in_force": now.outcome,
        "overall": whole.outcome if whole else None,
        "difference": SAID.join(differences(part, said)) or (None if listed else NOT_LISTED),
        "confirm": SAID.join(whole.flags) or None if whole else None,
        "file": place.file,
        "sheet": place.sheet,
        "cell": place.cell,
    }


def _reasons(part: PartGrade) -> Iterator[str]:
    """The sentences that say why, without those that stand in columns of their own."""
    needs = aim(part) if part.next_grade else ""
    yield from (step for step in part.steps if step not in part.flags and not (needs and step.startswith(needs)))


def differences(part: PartGrade, said: Record) -> Iterator[str]:
    """Which grades others gave that the site check did not find; nothing while it has no grade."""
    if part.status is not Status.CLEAR:
        return
    names = {"self": "自评", "applied": "申报", "conclusion": "初审", "decided": "市级评定"}
    for name in OPINIONS:
        grade = said.get(name)
        if grade is not None and grade != part.grade:
            yield f"{names[name]} {grade}，现场核查 {part.grade}"
