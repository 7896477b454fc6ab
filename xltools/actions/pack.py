"""pack 上报包 and close 月末汇总: what a county reports in a month as one .zip, and whether the city's batch may close.

Source: 三环文〔2022〕69号 三(三)2, 三(三)3, 三(三)4, 四.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from xltools.actions.check import check_files
from xltools.actions.grade import check_and_grade
from xltools.actions.reporting import default_settings
from xltools.actions.run import earlier_by
from xltools.actions.seal_state import county_state
from xltools.books.file import open_book
from xltools.books.list_book import Lists, list_bytes, write_lists
from xltools.books.package import write_parcel
from xltools.books.replace import refuse_existing
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, first_per_cell
from xltools.model.form import Form, Template, load_form, load_template
from xltools.model.local import localised
from xltools.model.outcome import Submission
from xltools.model.package import Application, Settings, load_package_words
from xltools.model.policy import Policy
from xltools.model.result import Written
from xltools.rules.board import on_time
from xltools.rules.closing import closing_lines, lacking, to_visit
from xltools.rules.deadlines import deadline_of
from xltools.rules.package import (
    NOT_DONE,
    applications,
    grade_form,
    grade_line,
    held_back,
    issues,
    late_signature,
    paper_lines,
)
from xltools.rules.resent import Earlier

BATCH, OPINIONS, RECTIFICATION, PAPER = "batch", "package_opinions", "package_rectification", "package_paper"
Rows = Sequence[Mapping[str, object]]


class Job(Struct, frozen=True):
    """What stays the same for every package of one run. materials: a folder with one folder per enterprise, named by its code ·
    summary: the last one, which says when a file that was corrected first came."""

    policy: Policy
    folder: Path
    settings: Settings
    materials: Path | None = None
    summary: Path | None = None


def pack_files(paths: Iterable[Path], month: str, job: Job) -> Written:
    """Write the package of every county that reports this month; a county without anything to report gets none.

    Nothing that is there is overwritten.
    """
    outcome = check_files(paths, job.policy)
    earlier = earlier_by(job.summary, outcome, job.policy)
    found = [one for one in outcome.findings if one.place.file in outcome.unread]
    found += [] if job.settings.confirmed else [Code.MAPPING_DEFAULT.at(Place())]
    written: list[Path] = []
    lines: list[str] = []
    for one in (one for one in outcome.accepted if one.batch == month):
        path, said, line = _county(one, job, earlier)
        found += said
        written += [path] if path else []
        lines += [line] if line else []
    if not any(one.batch == month for one in outcome.accepted):
        found.append(Code.NOTHING_THIS_MONTH.at(Place(), month=month))
    return Written(tuple(written), tuple(lines), tuple(first_per_cell(found)))


def _county(submission: Submission, job: Job, earlier: Earlier) -> tuple[Path | None, list[Finding], str]:
    """The package of one workbook: its path, what was found, a line to read."""
    names = load_package_words().names
    everybody = applications(submission, job.settings)
    reported = [one for one in everybody if not one.reasons]
    found = [held_back(one) for one in everybody if one.reasons]
    found += [Code.SIGNED_LATE.at(one.place, name=one.name, reason=late) for one in reported if (late := late_signature(one, job.policy))]
    path = job.folder / names["file"].format(county=submission.county, month=submission.batch)
    if path.exists():
        return None, [*found, Code.OUTPUT_EXISTS.at(Place(submission.file), file=path.name)], ""
    if not reported and not any(one.paper for one in everybody):
        return None, [*found, Code.NOTHING_TO_REPORT.at(Place(submission.file), county=submission.county, month=submission.batch)], ""
    problems = issues(submission, (one.code for one in everybody))
    found += _unsolved(reported, problems)
    sealed, said = county_state(open_book(submission.path, submission.file), submission) if submission.path else ("", [])
    found += [one for one in said if one.code is not Code.NOT_SEALED]
    write_parcel(path, _files(submission, everybody, problems, job) | {names["about"]: _about(submission, everybody, job, {"sealed": sealed, "on_time": _on_time(submission, len(everybody), job.policy, earlier)}).encode()}, names["checksums"])
    return path, found, f"{submission.county}{submission.batch}：列入 {len(reported)} 道工序，没有列入 {len(everybody) - len(reported)} 道"


def _unsolved(reported: Iterable[Application], problems: Rows) -> list[Finding]:
    """Enterprises that are reported with problems not yet solved."""
    counts = Counter(str(problem["credit_code"] or "").upper() for problem in problems if problem["state"] == NOT_DONE)
    return [Code.OPEN_ISSUES.at(one.place, name=one.name, count=counts[code]) for code, one in {one.code: one for one in reported}.items() if code in counts]


def _files(submission: Submission, everybody: Sequence[Application], problems: Rows, job: Job) -> dict[str, bytes]:
    """Everything in a package by its name, but for the fingerprints."""
    said, reported = load_package_words(), [one for one in everybody if not one.reasons]
    names, columns = said.names, job.settings.columns
    form = grade_form(columns, names["grades_title"].format(county=submission.county, month=submission.batch))
    opinions = [{**one.review, **_opinion(one)} for one in everybody]
    files = {
        names["grades"]: list_bytes(_lists(form.title, (form,), job, {form.name: [grade_line(one, columns) for one in reported]})),
        names["opinions"]: _book(OPINIONS, opinions, job),
        names["rectification"]: _book(RECTIFICATION, problems, job),
    }
    if papers := paper_lines(everybody):
        files[names["paper"]] = _book(PAPER, papers, job)
    if submission.path:
        files[names["form"].format(suffix=submission.path.suffix)] = submission.path.read_bytes()
    return files | _materials(reported, job)


def _opinion(one: Application) -> dict[str, object]:
    return {"name": one.name, "included": "否" if one.reasons else "是", "reason": "；".join(one.reasons) or None, "source_row": float(one.place.row)}


def _book(name: str, rows: Rows, job: Job) -> bytes:
    form = load_form(name)
    return list_bytes(_lists(form.title, (form,), job, {name: rows}))


def _lists(title: str, forms: tuple[Form, ...], job: Job, contents: Mapping[str, Rows]) -> Lists:
    template = load_template(BATCH)
    return Lists(replace(template, id="package", title=title, forms=forms), job.policy, contents)


def _materials(reported: Iterable[Application], job: Job) -> dict[str, bytes]:
    """The files in the folders of the enterprises that are reported, as they are."""
    name, found = load_package_words().names["material"], dict[str, bytes]()
    for code in dict.fromkeys(one.code for one in reported):
        for folder in sorted(job.materials.glob(f"*{code}*")) if job.materials and code else ():
            files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith((".", "~$"))]
            found |= {name.format(credit_code=code, name=path.relative_to(folder).as_posix()): path.read_bytes() for path in files}
    return found


def _on_time(submission: Submission, reviews: int, policy: Policy, earlier: Earlier) -> str:
    """Whether the workbook came in time, in words; with the day of an earlier one that did."""
    month = policy.month(submission.batch)
    first = earlier.first_in_time(submission, deadline_of(policy, month, reviews), policy) if month else ""
    return load_package_words().words["again"].format(first=first) if first else on_time(submission, reviews, policy)


def _about(submission: Submission, everybody: Sequence[Application], job: Job, said_of: Mapping[str, str]) -> str:
    said = load_package_words()
    cover = submission.tables["cover"].card() if "cover" in submission.tables else {}
    values = {
        "county": submission.county, "month": submission.batch, "file": submission.file, "sha256": submission.sha256, "version": submission.version,
        "policy": job.policy.id, "signed": cover.get("sign_date") or "未填写", "reported": submission.report_date or "未填写",
        "mapping": said.words["confirmed" if job.settings.confirmed else "default"],
        "count": sum(not one.reasons for one in everybody), "held": sum(bool(one.reasons) for one in everybody), **said_of,
    }
    return "".join(f"{localised(line, job.policy).format(**values)}\n" for line in said.about)


def close_month(paths: Iterable[Path], month: str, policy: Policy, output: Path | None = None) -> Written:
    """Whether every applicant of the month that must be visited has a signed checklist; with the list as a workbook.

    paths: county workbooks and checklists. Raises StopError when the workbook is there already.
    """
    if output:
        refuse_existing(output)
    outcome = check_and_grade(paths, policy)
    there = [one for one in outcome.accepted if one.batch == month]
    found = to_visit([one for submission in there for one in applications(submission, default_settings())], policy)
    lines = closing_lines(found, outcome.graded)
    said = [one for one in outcome.findings if one.place.file in outcome.unread]
    said += lacking(found, lines, month) if there else [Code.NOTHING_THIS_MONTH.at(Place(), month=month)]
    open_ = sum(bool(line["reason"]) for line in lines)
    words = load_package_words().words
    sentence = words["open"].format(month=month, count=open_) if open_ else words["closes"].format(month=month, count=len(lines))
    if output and lines:
        _write_batch(output, lines, sentence, policy)
    if not lines:
        sentence = words["nobody"].format(month=month)
    return Written((output,) if output and lines else (), (sentence,) if there else (), tuple(first_per_cell(said)))


def _write_batch(output: Path, lines: Rows, sentence: str, policy: Policy) -> None:
    template: Template = load_template(BATCH)
    output.parent.mkdir(parents=True, exist_ok=True)
    tints = {(at, "complete"): "missing" if line["reason"] else "good" for at, line in enumerate(lines)}
    write_lists(output, Lists(template, policy, {BATCH: lines}, {BATCH: tints}, {BATCH: sentence}))
