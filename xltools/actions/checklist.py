"""make checklist 生成核查表: one workbook for every enterprise in the counties' screening lists, ready to take to the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, count
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from xltools.actions.check import check_files, missed
from xltools.actions.inbox import THIS_ONE, Step, team_of, unseen
from xltools.actions.workers import Team
from xltools.books.checklist import write_checklist
from xltools.books.checklist_mould import Mould
from xltools.books.checklist_read import is_checklist, read_checklist
from xltools.books.file import open_book
from xltools.books.package import replace_file
from xltools.model.checklist import STAND_INS, Applicant, ApplicantPart, IndicatorRow, Visit, load_checklist_words
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, StopError, order
from xltools.model.grouped import grouped
from xltools.model.outcome import Outcome, Submission
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.rules.checklist_plan import checklist_plan, table_lines
from xltools.rules.text import cell_key

SCREENING = "screening"
NOT_IN_A_FILE_NAME = re.compile(r'[\\/:*?"<>|\s]+')
LONGEST_NAME = 50       # characters of an enterprise's name in a file's name; a name may have 255 bytes in all
# How many checklists one process writes in a row; writing one takes as long as reading so many bytes of a county's workbook.
SHARE, COST = 50, 2_000
Sheet = tuple[Path, Applicant]      # a checklist to be written, and whom it is for


class Making(Struct, frozen=True):
    """How checklists are made. folder: where they go · team: who writes them · step: see `make_checklists`."""

    policy: Policy
    folder: Path
    team: Team = THIS_ONE
    step: Step = unseen


class ChecklistsMade(Struct, frozen=True):
    """paths: the checklists written · findings: files not read, rows without a checklist, checklists that were there already."""

    paths: tuple[Path, ...]
    findings: tuple[Finding, ...]

    @property
    def kept(self) -> int:
        """How many were there already, and were left alone."""
        return len(self.findings) - len(self.told)

    @property
    def told(self) -> tuple[Finding, ...]:
        """The findings apart from those about checklists that were there already: a line each would hide the others."""
        return tuple(one for one in self.findings if one.code is not Code.CHECKLIST_KEPT)


def make_checklists(
    county_files: Iterable[Path], policy: Policy, folder: Path, codes: Iterable[str] = (), step: Step = unseen
) -> ChecklistsMade:
    """Write a checklist for every enterprise of the county workbooks, or for those with these credit codes, into `folder`.

    A checklist that is there already is left alone, as somebody may have filled it in. step: called with (done, total, name) as they are made.
    """
    outcome = missed(check_files(county_files, policy, step), county_files)
    wanted = {code.strip().upper() for code in codes}
    found, findings = applicants(outcome, policy)
    chosen = [one for one in found if not wanted or one.credit_code in wanted]
    findings += [one for one in outcome.findings if not one.place.file or one.place.file in outcome.unread]
    findings += [Code.ELSEWHERE_UNKNOWN.at(Place(), code=code, near="") for code in sorted(wanted - {one.credit_code for one in found})]
    return write_new(chosen, findings, Making(policy, folder, team_of(county_files), step))


def write_new(chosen: Sequence[Applicant], findings: Iterable[Finding], making: Making) -> ChecklistsMade:
    """Write a checklist for each applicant that has none in the folder or below it; gives them with all findings.

    One that is there is known by the credit code in its name, so that it may have been renamed or sorted into folders. What it lacks of
    the processes, because they were reported later, gets a checklist of its own.
    """
    folder = making.folder
    folder.mkdir(parents=True, exist_ok=True)
    there = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith((".", "~$"))]
    said, new = list(findings), list[Sheet]()
    for one in chosen:
        path = folder / file_name(one)
        kept = [other for other in there if one.credit_code in other.name or other.name == path.name]
        if not kept:
            new.append((path, one))
            continue
        if more := _lacking(one, kept):
            processes = "、".join(part.process for part in more)
            said.append(Code.CHECKLIST_MORE.at(Place(kept[0].name), file=kept[0].name, process=processes))
            new.append((_unused(folder / file_name(one, processes)), replace(one, parts=more)))
        else:
            said.append(Code.CHECKLIST_KEPT.at(Place(kept[0].name), file=kept[0].name))
    _write_all(new, making)
    return ChecklistsMade(tuple(path for path, _ in new), tuple(sorted(said, key=order)))


def _unused(path: Path) -> Path:
    """The path, with a number behind its name where a file is there."""
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in count(2))
    return next(one for one in chain([path], numbered) if not one.exists())


def _lacking(one: Applicant, kept: Sequence[Path]) -> tuple[ApplicantPart, ...]:
    """The processes of which none of its checklists has a sheet; nothing where one of them cannot be read, or was made for as many tables."""
    try:
        books = [open_book(path) for path in kept]
        if max(len(book.stamp.subject.split(" ")) - 1 for book in books) >= len(one.parts):
            return ()
        parts = [part for book in books if is_checklist(book) for part in read_checklist(book).parts]
    except StopError:
        return ()
    there = {cell_key(cell.value) for part in parts if (cell := part.head.get("process"))}
    return tuple(part for part in one.parts if there and cell_key(part.process) not in there)


def _write_all(new: Sequence[Sheet], making: Making) -> None:
    """Write checklists, those of the same processes together, as far as they are not too many for one to have a share of the work."""
    alike = grouped(new, lambda one: one[1].parts)
    shares = [group[at : at + SHARE] for group in alike.values() for at in range(0, len(group), SHARE)]
    team = THIS_ONE if making.team.is_elsewhere else making.team.suited(len(new) * COST)
    work = partial(write_alike, policy=making.policy)
    written, done = team.each(work, shares, work), 0
    for share in shares:
        making.step(done, len(new), share[0][1].name)
        next(written)
        done += len(share)


def write_alike(share: Sequence[Sheet], policy: Policy) -> None:
    """Write the checklists of enterprises with the same processes."""
    parts = share[0][1].parts
    lines = {part.table.id: table_lines(part.table) for part in parts}
    mould = Mould(checklist_plan(Applicant(parts=parts, **STAND_INS), lines, policy))
    for path, one in share:
        replace_file(path, mould.checklist({stand_in: getattr(one, name) for name, stand_in in STAND_INS.items()}))


def write_one(path: Path, applicant: Applicant, policy: Policy, lines: dict[str, tuple[IndicatorRow, ...]], visits: Mapping[str, Visit]) -> None:
    """Write one checklist. lines: what is known of the tables so far; grows, so that no table is worked out twice."""
    for part in applicant.parts:
        if part.table.id not in lines:
            lines[part.table.id] = table_lines(part.table)
    write_checklist(path, checklist_plan(applicant, lines, policy, visits))


def file_name(applicant: Applicant, more: str = "") -> str:
    """What the checklist of an enterprise is called. more: processes that a checklist of its own is about."""
    name = load_checklist_words().words["file"].format(
        county=applicant.county, name=applicant.name[:LONGEST_NAME], credit_code=applicant.credit_code
    )
    stem = f"{name}-{more[:LONGEST_NAME]}" if more else name
    return NOT_IN_A_FILE_NAME.sub("", stem) + ".xlsx"


def applicants(outcome: Outcome, policy: Policy) -> tuple[list[Applicant], list[Finding]]:
    """Every enterprise of the accepted workbooks, county by county in the order of their rows; and the rows that can have no checklist."""
    ordered = sorted(outcome.accepted, key=lambda one: (one.county, policy.month(one.batch), one.file))
    findings: list[Finding] = []
    names: dict[tuple[str, str], str] = {}
    parts: dict[tuple[str, str], dict[str, ApplicantPart]] = {}
    for submission in ordered:
        for name, code, part, problem in _rows(submission, policy):
            if problem or part is None:
                findings += [problem] if problem else []
                continue
            names[submission.county, code] = name
            parts.setdefault((submission.county, code), {})[part.process] = part
    return [Applicant(county, names[county, code], code, tuple(one.values())) for (county, code), one in parts.items()], findings


def _rows(submission: Submission, policy: Policy) -> Iterator[tuple[str, str, ApplicantPart | None, Finding | None]]:
    """Name, code and process of every row of the screening list; instead of the process, why it can have no checklist."""
    table = submission.tables.get(SCREENING)
    if table is None:
        return
    for row, record in table.numbered():
        texts = {name: "" if value is None else str(value) for name, value in record.items()}
        name, code, process = texts["name"], texts["credit_code"].upper(), texts["process"]
        used = policy.table(texts["table"])
        if why := _reason(texts, table, policy):
            field, reason = why
            yield name, code, None, Code.NO_CHECKLIST.at(table.place(row, field), name=name or code, process=process, reason=reason)
        elif used:
            yield name, code, ApplicantPart(process, used, texts["applied"], texts["self"]), None


def _without_table(industry: str, policy: Policy) -> str:
    known = industry in {one.name for one in policy.industries}
    return f"政策中没有“{industry}”的指标表" if known else f"“{industry}”不在政策的行业中"


def _reason(texts: Mapping[str, str], table: Table, policy: Policy) -> tuple[str, str] | None:
    """Why a row can have no checklist, with the field it is about; None when it can."""
    lost = next((field for field in ("credit_code", "name", "process", "table") if not texts[field]), "")
    if lost == "table" and texts["industry"] and not any(one.industry == texts["industry"] for one in policy.tables):
        return "industry", _without_table(texts["industry"], policy)
    if lost:
        return lost, f"“{table.form[lost].label}”没有填写"
    used = policy.table(texts["table"])
    if used is None:
        return "table", f"政策中没有指标表“{texts['table']}”"
    return None if used.indicators else ("table", f"指标表“{used.name}”还没有指标")
