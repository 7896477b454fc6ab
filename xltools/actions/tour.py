"""The rehearsal 演示: one summer of the example city, station by station, with the files each station leaves to be opened.

Where a person has to type (a clerk, the city, the leading group) the rehearsal types instead, into files of its own folder only.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from importlib.resources import as_file
from itertools import islice
from pathlib import Path

from msgspec import Struct, field

from xltools.actions.check import check_files
from xltools.actions.checklist import make_checklists
from xltools.actions.demo import CHECKLIST_FOLDER, COUNTY_FOLDER, bundled
from xltools.actions.example import answers, faultless, faulty, position
from xltools.actions.fsck import fsck
from xltools.actions.give_back import give_back, notify
from xltools.actions.grade import grade_files
from xltools.actions.merge import merge
from xltools.actions.publish import publish
from xltools.actions.run import read_summary
from xltools.actions.trace import trace
from xltools.books.base import Cell
from xltools.books.pen import write_entries
from xltools.model.account import Account
from xltools.model.dashboard import load_dashboard
from xltools.model.finding import Finding, Severity
from xltools.model.form import load_form, load_template
from xltools.model.grade import Status
from xltools.model.graded import GradeOutcome
from xltools.model.outcome import Outcome
from xltools.model.policy import Policy
from xltools.model.publication import Notice
from xltools.model.returned import load_return
from xltools.model.table import Table
from xltools.model.tour import Station, load_tour
from xltools.rules.faults import Ground, Planted
from xltools.rules.records import Computed

SCREENING, LEDGER, CONFLICTS, COVER = "screening", "ledger", "conflicts", "cover"
SHOWN = 3       # examples a station shows


class Desk(Struct):
    """What lies on the table. county: whose file is followed · sent: that file as it is now · merges: how often there was a merge, for their times."""

    folder: Path
    policy: Policy
    county: str
    sent: Path
    merges: int = 0
    outcome: Outcome = field(default_factory=Outcome)
    graded: GradeOutcome = field(default_factory=GradeOutcome)

    def place(self, name: str) -> Path:
        """A folder of the rehearsal by its name in the spec."""
        return self.folder / load_tour().folders[name]

    @property
    def summary(self) -> Path:
        """The summary as the last merge wrote it; beside its usual place where that was open elsewhere."""
        return self.outcome.output or self.folder / load_template("city").file

    def tables(self) -> Mapping[str, Table]:
        """The summary's tables as they stand in it now."""
        return read_summary(self.summary)[1]

    def merge(self, day: date) -> Outcome:
        """Merge what lies in the inbox and the folder of checklists."""
        self.merges += 1
        folders = [path for path in (self.place("inbox"), self.place("checklists")) if path.is_dir()]
        self.outcome = merge(folders, self.folder / load_template("city").file, self.policy, datetime.combine(day, time(8 + self.merges)))
        return self.outcome


def tour(folder: Path, policy: Policy) -> Iterator[Station]:
    """Play the summer in an empty or new `folder`; each station's work is done when it is given, so that its files can be opened then.

    Raises FileExistsError when there is something in the folder, FileNotFoundError when the installation lacks the example.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise FileExistsError(folder)
    desk = _set_out(folder, policy)
    for station in _STATIONS:
        yield station(desk)


def _set_out(folder: Path, policy: Policy) -> Desk:
    """The counties' files in the inbox; followed is the county with the most wrong cells."""
    with as_file(bundled()) as source:
        inbox = folder / load_tour().folders["inbox"]
        shutil.copytree(source / COUNTY_FOLDER, inbox, ignore=shutil.ignore_patterns("*.txt"))
    wrong = [place.file for place, code in answers(faulty(policy)) if place.cell and code.severity is Severity.ERROR]
    file = max(sorted(set(wrong)), key=wrong.count)
    return Desk(folder, policy, Path(file).stem, inbox / file)


def _check(desk: Desk) -> Station:
    desk.outcome = check_files([desk.sent], desk.policy)
    counts = desk.outcome.counts
    lines = tuple(islice(_errors(desk.outcome), SHOWN))
    sheet = load_form(SCREENING).sheet
    return load_tour().station("check", lines, county=desk.county, errors=counts["error"], warnings=counts["warning"], file=desk.sent, sheet=sheet)


def _return(desk: Desk) -> Station:
    given = give_back(desk.outcome, desk.place("returned"), desk.policy, load_tour().days["check"])
    notify(given)
    desk.sent = given[0].output
    marks = sum(one.severity is not Severity.NOTE for one in desk.outcome.findings)
    return load_tour().station("return", county=desk.county, marks=marks, cover=load_return().sheet, file=desk.sent)


def _fix(desk: Desk) -> Station:
    """The clerk's hand: most wrong cells of the returned copy get their right values, the cover another date; the copy goes back to the inbox."""
    right = _right_cells(desk)
    keep = int(load_tour().hand["left"])
    fixed, left = right[: len(right) - keep], right[len(right) - keep :]
    entries: dict[str, dict[str, Cell]] = {}
    for sheet, cell, value in fixed:
        entries.setdefault(sheet, {})[cell] = value
    cover = desk.outcome.submissions[0].tables[COVER]
    entries.setdefault(cover.sheet, {})[cover.columns["report_date"]] = load_tour().days["check"]
    before = desk.outcome.counts["error"]
    back = desk.place("inbox") / desk.sent.name
    shutil.copyfile(desk.sent, back)
    write_entries(back, entries)
    after = check_files([back], desk.policy)
    desk.sent = give_back(after, desk.place("returned"), desk.policy, load_tour().days["check"])[0].output
    lines = tuple(islice(_errors(after), SHOWN))
    return load_tour().station("fix", lines, county=desk.county, fixed=len(fixed), left=len(left), before=before, after=after.counts["error"], file=desk.sent)


def _right_cells(desk: Desk) -> list[tuple[str, str, Cell]]:
    """(sheet, cell, right value) for every wrong cell of the followed county whose right value is known, in the order of the key."""
    spoilt, whole = (next(one for one in city(desk.policy) if one.county == desk.county) for city in (faulty, faultless))
    found: list[tuple[str, str, Cell]] = []
    for planted, (place, code) in zip(spoilt.key, answers([spoilt]), strict=True):
        if code.severity is Severity.ERROR and planted.record is not None and planted.field:
            value = _right_value(planted, spoilt, whole)
            if value is not None:
                found.append((place.sheet, place.cell, value))
    return found


def _right_value(planted: Planted, spoilt: Ground, whole: Ground) -> Cell:
    """What stood there before the fault; None where that record was not there, or the cell is computed."""
    at, records = position(spoilt, planted), whole.sheets[planted.form]
    value = records[at].get(planted.field) if at < len(records) else None
    return None if isinstance(value, Computed) else value


def _merge(desk: Desk) -> Station:
    outcome, template = desk.merge(load_tour().days["merge"]), load_template("city")
    values: dict[str, object] = {name: template[name].sheet for name in ("board", "problems")}
    values |= {"dashboard": load_dashboard().sheet, "file": desk.summary, "summary": Path(desk.summary.name), "county": desk.county}
    return load_tour().station("merge", **values, **outcome.counts, **(outcome.account or Account()).record())


def _conflict(desk: Desk) -> Station:
    """The city's hand: one decision, where a person has made none in the first open line."""
    words = load_tour().hand
    table = desk.tables()[CONFLICTS]
    waiting = [row for row, said in zip(table.rows, table.column("decision"), strict=True) if said is None]
    row = waiting[0]
    typed = {"decision": str(words["decision"]), "decided_by": str(words["decided_by"]), "remark": str(words["remark"])}
    write_entries(desk.summary, {table.sheet: {table.place(row, name).cell: value for name, value in typed.items()}})
    kind = table.value(row, "clash")
    desk.merge(load_tour().days["merge"])
    left = desk.tables()[CONFLICTS].column("decision").count(None)
    values: dict[str, object] = {"conflicts": table.sheet, "names": load_template("city")["names"].sheet, "file": desk.summary}
    return load_tour().station("conflict", open=len(waiting), left=left, row=row, kind=kind, decision=words["decision"], **values)


def _checklists(desk: Desk) -> Station:
    target = desk.place("checklists")
    with as_file(bundled()) as source:
        shutil.copytree(source / CHECKLIST_FOLDER, target, ignore=shutil.ignore_patterns("*.txt"))
    filled = sorted(target.iterdir())
    empty = desk.folder / f"{target.name}-空白"
    made = make_checklists([desk.sent], desk.policy, empty)
    return load_tour().station("checklist", county=desk.county, made=len(made.paths), filled=len(filled), file=filled[0])


def _grade(desk: Desk) -> Station:
    folders = [desk.place("checklists"), desk.place("inbox")]
    desk.graded = outcome = grade_files(folders, desk.policy)
    said = [one.status for one in outcome.enterprises]
    counts = "、".join(f"{status.value} {said.count(status)} 家" for status in Status if status in said)
    clear = next(one for one in outcome.enterprises if one.status is Status.CLEAR)
    desk.merge(load_tour().days["merge"])
    lines = (f"{clear.name}　{clear.outcome}", *(f"  {step}" for step in (*clear.steps, *(step for part in clear.parts for step in part.steps))[:SHOWN]))
    checks = load_template("city")["site_checks"].sheet
    return load_tour().station("grade", lines, files=len(outcome.files), enterprises=len(outcome.enterprises), counts=counts, file=desk.summary, checks=checks)


def _publish(desk: Desk) -> Station:
    """The leading group's hand: grades that were clear on site become decisions, where nobody has decided yet."""
    days = load_tour().days
    clear = {(one.credit_code, part.checklist.process): part.grade for one in desk.graded.enterprises for part in one.parts if part.status is Status.CLEAR}
    table = desk.tables()[LEDGER]
    cells: dict[str, Cell] = {}
    rows = 0
    for row, record in table.numbered():
        grade = clear.get((record["credit_code"], record["process"]))
        if grade and record["decided"] is None:
            rows += 1
            cells |= {table.place(row, "decided").cell: grade, table.place(row, "decided_date").cell: days["decided"]}
    write_entries(desk.summary, {table.sheet: cells})
    desk.merge(days["decided"])
    done = publish(desk.summary, Notice(desk.policy, days["start"], days["end"]), desk.place("published"))
    lines = tuple(islice(done.findings, SHOWN))
    given = {"decided": rows, "published": done.count, "start": days["start"], "end": days["end"]}
    return load_tour().station("publish", lines, file=done.paths[-1], summary=Path(desk.summary.name), published_folder=load_tour().folders["published"], **given)


def _trace(desk: Desk) -> Station:
    done = fsck(desk.summary, [desk.folder])
    table = desk.tables()[LEDGER]
    cell = table.place(table.rows[0], "capacity").cell
    said = f"{done.files} 个原文件，" + ("逐行逐格一致" if not done.findings else f"{len(done.findings)} 处不一致")
    lines = tuple(trace(desk.summary, f"{table.sheet}!{cell}", desk.policy))
    return load_tour().station("trace", lines, fsck=said, ledger=table.sheet, cell=cell, file=desk.summary, summary=Path(desk.summary.name))


def _errors(outcome: Outcome) -> Iterator[Finding]:
    return (one for one in outcome.findings if one.severity is Severity.ERROR)


_STATIONS: tuple[Callable[[Desk], Station], ...] = (_check, _return, _fix, _merge, _conflict, _checklists, _grade, _publish, _trace)
COUNT = len(_STATIONS)
