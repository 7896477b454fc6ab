"""The city's view of site checks: every process with what the enterprise, the county and the city said of it."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

from msgspec.structs import replace

from xltools.model.finding import Place
from xltools.model.form import Form
from xltools.model.grade import EnterpriseGrade, PartGrade, Status
from xltools.model.graded import GradeOutcome
from xltools.model.table import Record, Table
from xltools.rules.city import city_records, plain_record
from xltools.rules.enterprise import NOT_NOW
from xltools.rules.explain import aim
from xltools.rules.text import LIST, SAID, key, part_key

OPINIONS = ("self", "applied", "conclusion", "decided")     # grades that others gave
FROM_LEDGER = ("county", *OPINIONS, "opinion")
NOT_LISTED = "企业台账没有这家企业的这道工序"
AWAY = "核查表不在本次文件里，沿用上次，以后的变更与处理没有计入"
OPEN = frozenset({Status.UNVERIFIED.value, Status.NEEDS_DECISION.value})


def away(before: Table | None, graded: GradeOutcome | None) -> list[Record]:
    """The lines of the last summary whose checklist is not among today's files and whose process no other one is about: they stay."""
    there = {_who(part) for part in graded.checks} if graded else set()
    files = set(graded.files) if graded else set()
    lines = map(plain_record, before.records() if before else ())
    return [line for line in lines if line["file"] and line["file"] not in files and part_key(line["credit_code"], line["process"]) not in there]


def site_checks(form: Form, graded: GradeOutcome | None, ledger: Table, stay: Sequence[Record] = ()) -> Table:
    """One record per checked process, in the order of the ledger; those that the ledger does not have come last. stay: lines of last time."""
    graded = graded or GradeOutcome()
    if not graded.checks and not stay:
        return city_records(form, [])
    now = {_who(part) for part in graded.checks}
    asked = now | {part_key(line["credit_code"], line["process"]) for line in stay}
    rows: dict[tuple[str, str], Record] = {}
    order: dict[tuple[str, str], int] = {}
    own: dict[str, dict[tuple[str, str], str]] = {code: {} for code, _ in asked}
    for at, (code, process) in enumerate(zip(ledger.cells["credit_code"], ledger.cells["process"], strict=True)):
        who = part_key(code, process)
        if who[0] in own:
            own[who[0]][who] = str(process)
        if who in asked:
            rows[who], order[who] = {name: ledger.cells[name][at] for name in FROM_LEDGER}, at    # the latest batch counts
    wholes = {one.credit_code: _as_far_as_known(one, own.get(key(one.credit_code), {}), now) for one in graded.enterprises}
    after = {part.checklist.place: part for one in graded.enterprises for part in one.parts}
    lines: list[tuple[int, Place, Record]] = []
    for part in graded.checks:
        who = _who(part)
        line = _record(part, after.get(part.checklist.place, part), wholes.get(part.checklist.credit_code), rows.get(who))
        lines.append((order.get(who, len(ledger.rows)), part.checklist.place, line | {"signed": graded.signed.get(part.checklist.place.file)}))
    for one in stay:
        who = part_key(one["credit_code"], one["process"])
        place = Place(str(one["file"]), str(one["sheet"] or ""), str(one["cell"] or ""))
        lines.append((order.get(who, len(ledger.rows)), place, _kept(one, rows.get(who))))
    return city_records(form, [record for *_, record in sorted(lines, key=lambda line: line[:2])])


def _who(part: PartGrade) -> tuple[str, str]:
    return part_key(part.checklist.credit_code, part.checklist.process)


def _as_far_as_known(whole: EnterpriseGrade, listed: Mapping[tuple[str, str], str], now: Container[tuple[str, str]]) -> EnterpriseGrade:
    """The enterprise, its grade open where one of the processes that the ledger lists is not among the checks. Source: 三环文〔2022〕69号 三(三)3."""
    if whole.status is not Status.CLEAR or whole.grade in {part.checklist.table.lowest for part in whole.parts}:
        return whole
    lacking = LIST.join(process for who, process in listed.items() if who not in now)
    if not lacking:
        return whole
    return replace(whole, status=Status.UNVERIFIED, grade="", flags=(f"{Status.UNVERIFIED.value}：{lacking}{NOT_NOW}", *whole.flags))


def _kept(line: Record, listed: Record | None) -> Record:
    """A line of last time beside what the ledger says today; that it is of last time, it says itself."""
    said = {name: listed[name] for name in FROM_LEDGER} if listed else {}
    found = str(line["site"] or "")
    other = SAID.join(differences("" if found in OPEN else found, said))
    confirm = [text for text in str(line["confirm"] or "").split(SAID) if text not in ("", AWAY)]
    return {**line, **said, "difference": other or (None if listed else NOT_LISTED), "confirm": SAID.join([AWAY, *confirm])}


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
        "difference": SAID.join(differences(part.grade if part.status is Status.CLEAR else "", said)) or (None if listed else NOT_LISTED),
        "confirm": SAID.join(whole.flags) or None if whole else None,
        "file": place.file,
        "sheet": place.sheet,
        "cell": place.cell,
    }


def _reasons(part: PartGrade) -> Iterator[str]:
    """The sentences that say why, without those that stand in columns of their own."""
    needs = aim(part) if part.next_grade else ""
    yield from (step for step in part.steps if step not in part.flags and not (needs and step.startswith(needs)))


def differences(found: str, said: Record) -> Iterator[str]:
    """Which grades others gave that the site check did not find. found: its grade, "" while it has none, and then nothing differs."""
    if not found:
        return
    names = {"self": "自评", "applied": "申报", "conclusion": "初审", "decided": "市级评定"}
    for name in OPINIONS:
        grade = said.get(name)
        if grade is not None and grade != found:
            yield f"{names[name]} {grade}，现场核查 {found}"
