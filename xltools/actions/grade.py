"""grade 评级: filled checklists into grades with their reasons, and into the grades in force after what happened since."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from xltools.actions.by_name import ByName
from xltools.actions.check import Source, by_team, check_files, check_one, counted, is_by_chance, outcome_of, sources
from xltools.actions.inbox import Step, passwords_of, unseen
from xltools.actions.people import is_register, read_people
from xltools.actions.seal_state import seal_state
from xltools.books.checklist import TEMPLATE
from xltools.books.checklist_read import is_checklist, read_checklist
from xltools.books.file import FileBook, open_book
from xltools.books.risks import risks
from xltools.model.checklist import Checker, ReadChecklist
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, StopError, first_per_cell
from xltools.model.form import load_form, load_template
from xltools.model.grade import EnterpriseGrade, PartGrade
from xltools.model.graded import GradeOutcome
from xltools.model.grouped import grouped
from xltools.model.outcome import Outcome, Submission
from xltools.model.policy import Policy
from xltools.model.standing import Event
from xltools.rules.account import SETS_ASIDE
from xltools.rules.alike import answers_together
from xltools.rules.checklist_read import changed_formulas, checklists, shown_of
from xltools.rules.enterprise import grade_enterprise
from xltools.rules.grading import grade_part
from xltools.rules.impartial import Person, checkers_of, conflicts
from xltools.rules.in_force import in_force
from xltools.rules.listed import Lists, listed_in, other_codes, said_of, unchecked, unlisted
from xltools.rules.sanctions import events_of

COUNTY, CHANGES = "county", "changes"
CHEAP = 5  # a checklist takes a fifth of the time that a county's workbook of its size takes
UNSIGNED = frozenset({Code.NO_CHECKER, Code.CHECKER_NOT_SIGNED})


class Inputs(Struct):
    """What the files are: checklists as graded, county workbooks as checked, files that could not be read.

    chance: names of files that may be county workbooks and are not missed where they are none · signed: checklist → how it
    stands with signatures and seal · checkers, people: who checked, and what is declared about people.
    """

    parts: list[PartGrade] = field(default_factory=list)
    counties: dict[str, Submission | Finding] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    chance: set[str] = field(default_factory=set)
    signed: dict[str, str] = field(default_factory=dict)
    checkers: list[Checker] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    def add(self, more: Inputs) -> None:
        """Take in what another file is."""
        self.parts += more.parts
        self.counties |= more.counties
        self.findings += more.findings
        self.files += more.files
        self.chance |= more.chance
        self.signed |= more.signed
        self.checkers += more.checkers
        self.people += more.people


def grade_files(paths: Iterable[Path], policy: Policy, step: Step = unseen) -> GradeOutcome:
    """Grade every checklist among files and folders; what county workbooks among them say in 变更与处理 is applied.

    Workbooks of other kinds in a folder are passed over; one that cannot be read does not stop the rest.
    """
    inputs = _read(sources(paths)[0], _with_policy(_any, policy), paths, step)
    checked = counted(outcome_of(inputs.counties))
    inputs.findings += [one for one in _about_counties(checked) if not (one.place.file in inputs.chance and one.place.file in checked.unread)]
    listed = listed_in(checked.accepted, inputs.parts)
    inputs.findings += unlisted(inputs.parts, listed)
    inputs.findings += [] if inputs.parts or inputs.findings else [Code.NO_CHECKLISTS.at(Place())]
    return _graded(inputs, checked, policy, listed)


def with_grades(outcome: Outcome, paths: Iterable[Path], policy: Policy) -> Outcome:
    """The outcome of checking county workbooks, with the checklists that lie among the same files graded.

    What the county workbooks say in 变更与处理 is applied. Items still open are not listed one by one: the grades say so.
    """
    taken = {one.file for one in outcome.submissions} | set(outcome.unread)
    left = [replace(source, chosen=False) for source in sources(paths)[0] if source.name not in taken]
    inputs = _read(left, _with_policy(_about_checks, policy), paths)
    graded = _graded(inputs, outcome, policy, listed_in(outcome.accepted, inputs.parts))
    found = [one for one in graded.findings if one.code is not Code.NO_ANSWER]
    skipped = tuple(name for name in outcome.skipped if name not in graded.files)
    return replace(outcome, graded=graded, findings=tuple(first_per_cell([*outcome.findings, *found])), skipped=skipped)


def check_and_grade(paths: Iterable[Path], policy: Policy) -> Outcome:
    """County workbooks checked and checklists graded, whether they were named one by one or lie in folders."""
    files = list(paths)
    checklists = chosen_checklists(files)
    return with_grades(check_files([path for path in files if path not in checklists], policy), files, policy)


def chosen_checklists(paths: Iterable[Path]) -> list[Path]:
    """The files among these paths that are checklists by their stamp; what lies in folders is not looked at."""
    found, passwords = list[Path](), passwords_of(paths)
    for path in (path for path in paths if path.is_file()):
        try:
            found += [path] if open_book(path, "", passwords).stamp.template == TEMPLATE else []
        except StopError:
            continue
    return found


def _graded(inputs: Inputs, checked: Outcome, policy: Policy, listed: Lists) -> GradeOutcome:
    """The grades in force of everything read. listed: what the counties list of the enterprises."""
    found = [*inputs.findings, *_twice(inputs.parts), *conflicts(inputs.checkers, inputs.people, checked.accepted)]
    after = in_force(inputs.parts, _events(checked), policy)
    found += after.findings
    unsigned = {(one.place.file, one.place.sheet) for one in found if one.code in UNSIGNED}
    enterprises: list[EnterpriseGrade] = []
    lacking = unchecked(inputs.parts, listed)
    found += [*said_of(lacking), *other_codes(inputs.parts, listed)]
    for who, parts in parts_of_each(after.parts).items():
        whole, said = grade_enterprise(parts, policy, [row.process for row in lacking.get(who, ())])
        enterprises.append(_with_signatures(whole, unsigned))
        found += said
    return GradeOutcome(
        enterprises=tuple(sorted(enterprises, key=lambda one: (one.credit_code, one.name))),
        findings=tuple(first_per_cell(found)),
        standings=after.standings,
        checks=tuple(inputs.parts),
        files=tuple(inputs.files),
        signed=inputs.signed,
        checkers=tuple(inputs.checkers),
    )


def _with_policy(work: Callable[..., Inputs | Finding], policy: Policy) -> ByName:
    """The work on one file; grades refer to the policy's tables."""
    return ByName(partial(work, policy=policy), tuple(one for table in policy.tables for one in (table, *table.indicators)))


def _read(files: Sequence[Source], work: ByName, paths: Iterable[Path], step: Step = unseen) -> Inputs:
    """What all the files are, each read by itself by whoever came with the paths."""
    inputs = Inputs()
    read = by_team(work, files, paths, CHEAP)
    for done, source in enumerate(files):
        step(done, len(files), source.name)
        one = work.received(next(read))
        if isinstance(one, Inputs):
            inputs.add(one)
        elif not is_by_chance(source):
            inputs.findings.append(one)
    return inputs


def _any(source: Source, policy: Policy) -> Inputs | Finding:
    """What a file is, county workbooks checked too; a finding where it cannot be read."""
    try:
        book = source.book()
        found = _checks(book, policy)
    except StopError as stop:
        return stop.finding
    if found is None and (source.chosen or book.stamp.template in ("", load_template(COUNTY).id)):
        return Inputs(counties={source.name: check_one(book, policy)}, chance={source.name} if is_by_chance(source) else set())
    return found or Inputs()


def _about_checks(source: Source, policy: Policy) -> Inputs | Finding:
    """What a file is if it has to do with site checks; a finding where it cannot be read."""
    try:
        return _checks(source.book(), policy) or Inputs()
    except StopError as stop:
        return stop.finding


def _checks(book: FileBook, policy: Policy) -> Inputs | None:
    """A checklist, graded, or a register of people; None when the workbook is neither. Raises StopError when it cannot be read."""
    if is_checklist(book):
        read = read_checklist(book)
        parts, found = grade_checklist(read, policy)
        state, sealed = seal_state(book, read)
        found += [*(one for one in sealed if one.code is not Code.NOT_SEALED), *risks(book)]
        return Inputs(parts, findings=found, files=[book.name], signed={book.name: state}, checkers=checkers_of(read))
    if is_register(book):
        people, found = read_people(book, policy)
        return Inputs(people=people, findings=found)
    return None


def grade_checklist(read: ReadChecklist, policy: Policy) -> tuple[list[PartGrade], list[Finding]]:
    """The grade of every process of one checklist, and everything found in it, one per cell, the same of many cells once."""
    given, findings = checklists(read, policy)
    parts: list[PartGrade] = []
    for checklist, sheet in given:
        grade, said = grade_part(checklist)
        findings += [*said, *changed_formulas(sheet, grade)]
        parts.append(grade)
    findings += _overall(read, parts, policy)
    return parts, answers_together(first_per_cell([*read.findings, *findings]))


def _overall(read: ReadChecklist, parts: Sequence[PartGrade], policy: Policy) -> list[Finding]:
    """Whether the first sheet shows the overall grade that follows from the parts."""
    shown = shown_of(read.overall)
    if read.overall is None or shown is None or not parts or len(parts) != len(read.parts):
        return []
    whole, _ = grade_enterprise(parts, policy)
    if shown == whole.outcome:
        return []
    label = load_form("checklist_overall")["overall"].label
    return [Code.GRADE_DISAGREES.at(read.overall.place, item=label, shown=shown, computed=whole.outcome)]


def _events(checked: Outcome) -> list[Event]:
    tables = [one.tables[CHANGES] for one in checked.accepted if CHANGES in one.tables]
    return [event for table in tables for event in events_of(table)]


def _about_counties(checked: Outcome) -> list[Finding]:
    """What of the county workbooks concerns grades: files not read, and everything on their sheets of changes."""
    sheets = {(table.file, table.sheet) for one in checked.submissions for name, table in one.tables.items() if name == CHANGES}
    return [one for one in checked.findings if one.code in SETS_ASIDE or one.place.file in checked.unread or (one.place.file, one.place.sheet) in sheets]


def _twice(parts: Sequence[PartGrade]) -> list[Finding]:
    """Processes with more than one checklist: on the later one, in the order of files."""
    first: dict[tuple[str, str], PartGrade] = {}
    findings = []
    for part in sorted(parts, key=lambda one: one.checklist.place):
        checklist = part.checklist
        other = first.setdefault((checklist.enterprise, checklist.process), part)
        if other is not part:
            values = {"name": checklist.name, "process": checklist.process, "other": str(other.checklist.place)}
            findings.append(Code.CHECKED_TWICE.at(checklist.place, **values))
    return findings


def parts_of_each(parts: Iterable[PartGrade]) -> Mapping[str, list[PartGrade]]:
    """The parts of every enterprise, by what tells it."""
    return grouped(parts, lambda part: part.checklist.enterprise)


def _with_signatures(whole: EnterpriseGrade, unsigned: Container[tuple[str, str]]) -> EnterpriseGrade:
    """With a flag when somebody who checked has not signed. Source: 三环文〔2022〕69号 三(二)."""
    places = (part.checklist.place for part in whole.parts)
    if any((place.file, place.sheet) in unsigned for place in places):
        return replace(whole, flags=(*whole.flags, "核查人没有全部签字，核查结果还不能作为依据"))
    return whole
