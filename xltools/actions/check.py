"""Check county workbooks: read, type, judge each alone and all side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from xltools.actions.inbox import Step, passwords_of, team_of, unseen
from xltools.actions.recall import Recall, recall_of
from xltools.actions.upward import from_summary
from xltools.books.answers import abouts, answers_in, returned_from
from xltools.books.archive import ARCHIVES, WORKBOOKS
from xltools.books.asides import asides
from xltools.books.base import Book
from xltools.books.file import FileBook, content_of, is_alone, open_book
from xltools.books.read import COUNTY, read_tables, stamp_findings
from xltools.books.replace import holder
from xltools.books.returned import is_own_return
from xltools.books.risks import risks
from xltools.books.unread import unread as unread_in
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, Severity, StopError, first_per_cell
from xltools.model.form import Template, load_template
from xltools.model.outcome import Outcome, Submission
from xltools.model.policy import Policy
from xltools.model.returned import load_return
from xltools.model.table import Table
from xltools.model.value import day_of
from xltools.rules.answers import answered, called
from xltools.rules.cells import cell_reader
from xltools.rules.check import check
from xltools.rules.cross import across, cover_doubts, only_county, replaced, set_aside
from xltools.rules.exchanged import exchanged_rows, exchanges_told
from xltools.rules.gathered import hardly_filled, missing_together
from xltools.rules.parse import parse_all, with_sign
from xltools.rules.sheets import names_said
from xltools.rules.slid import Misplaced, set_apart, slid_rows, told_together, unread, without
from xltools.rules.tally import accounts, unaccounted, with_account
from xltools.rules.together import said_once, workbook_doubts

# What a county may send its form as. Whatever it is called, the content decides how it is read; a web page (.mht), an archive or a
# template among them is looked at too, so that the file a county meant to report is listed with a reason and not passed over.
_FORMATS = WORKBOOKS | ARCHIVES | {".xltx", ".xltm", ".xlt", ".ett", ".mht", ".mhtml"}
# What also lies in folders for other reasons (remarks, saved web pages): in a folder, only a form of ours counts.
_MAYBE = frozenset({".txt", ".html", ".htm", ".xml"})
# What a county may have put its report into that is no workbook.
_PAPERS = frozenset({".doc", ".docx", ".wps", ".rtf", ".pdf", ".ofd", ".jpg", ".jpeg", ".png"})
_LISTED = 3
_SYSTEM = frozenset({"thumbs.db", "desktop.ini"})
_DIED = "读取它的程序意外中断，可能是内存不够"

# What became of one file: checked, stopped with a finding, or not a submission at all.
_Result = Submission | Finding | None
Result = TypeVar("Result")


class Source(Struct, frozen=True):
    """A file to check. name: what findings call it, unique in this run; chosen: named by the user, not found in a folder ·
    content: its bytes, or why there are none, where it is read on another computer."""

    path: Path
    name: str
    chosen: bool
    passwords: tuple[str, ...] = ()
    content: bytes | Finding | None = None

    def __repr__(self) -> str:
        return f"Source({self.name!r})"  # a password is shown nowhere

    def book(self) -> FileBook:
        """The workbook in it. Raises StopError when it cannot be read."""
        if isinstance(self.content, Finding):
            raise StopError(self.content)
        return open_book(self.path, self.name, self.passwords, self.content)


def sources(paths: Iterable[Path]) -> tuple[list[Source], list[str]]:
    """The workbooks among files and folders (with all below them), by name; and the names of the other files in those folders.

    Hidden and lock files are passed over in silence; workbooks as we returned them (…-退回.xlsx, not saved by anybody since) and
    other kinds of files are among the others. A file that is named twice is taken once.
    """
    chosen: dict[Path, bool] = {}
    for path in paths:
        if path.is_dir():
            for file in path.rglob("*"):
                if file.is_file() and not _is_hidden(file.relative_to(path)):
                    chosen.setdefault(file.resolve(), False)
        else:
            chosen[path.resolve()] = True
    names = _unique_names(chosen)
    passwords = passwords_of(paths)
    found = sorted((Source(path, names[path], named, passwords) for path, named in chosen.items()), key=lambda one: one.name)
    wanted = {one.name: one for one in found if one.chosen or _is_submission(one.path)}
    return [*wanted.values()], [one.name for one in found if one.name not in wanted]


def missed(outcome: Outcome, paths: Iterable[Path]) -> Outcome:
    """The outcome of files that were given as county workbooks, with a finding when there was not even one that looked like one."""
    if outcome.submissions or outcome.findings or not (places := "、".join(path.name for path in paths)):
        return outcome
    return replace(outcome, findings=(Code.NOTHING_THERE.at(Place(), places=places),))


def check_files(paths: Iterable[Path], policy: Policy, step: Step = unseen) -> Outcome:
    """As `judge_files`, with the account of what was read."""
    return counted(judge_files(paths, policy, step))


def judge_files(paths: Iterable[Path], policy: Policy, step: Step) -> Outcome:
    """Check every workbook among files and folders; one that cannot be read does not stop the rest. A merge counts for itself.

    step: called with (done, total, name) before each file, to show progress. The same files give the same outcome in whatever order they come.
    """
    wanted, others = sources(paths)
    template = load_template(COUNTY)
    results: dict[str, _Result] = dict.fromkeys(others)
    recall = recall_of(paths, policy, template)
    known = _known(wanted, recall)
    unknown = [one for one in wanted if one.name not in known]
    elsewhere = team_of(paths).is_elsewhere
    read = by_team(partial(_from_file, template=template, policy=policy, recall=None if elsewhere else recall), unknown, paths)
    for done, source in enumerate(wanted):
        step(done, len(wanted), source.name)
        result = known[source.name] if source.name in known else next(read)
        if elsewhere and source.name not in known:
            _keep(result, source, recall)
        results[source.name] = None if isinstance(result, Finding) and is_by_chance(source) else _on_disk(result, source)
    if recall and unknown:
        recall.tidy()
    outcome = outcome_of(results)
    if wanted and (papers := [name for name in others if _is_paper(name)]):
        files = "、".join(papers[:_LISTED]) + (f" 等 {len(papers)} 个" if len(papers) > _LISTED else "")
        return replace(outcome, findings=(Code.NO_TABLES.at(Place(), files=files), *outcome.findings))
    return outcome if wanted else missed(outcome, paths)


def _known(wanted: Iterable[Source], recall: Recall | None) -> dict[str, Submission]:
    """What is known already of files that have not changed, by name."""
    if recall is None:
        return {}
    found = ((one, recall.get(one.path, one.name, one.chosen)) for one in wanted if not one.passwords)
    return {one.name: result for one, result in found if result is not None}


def by_team(work: Callable[[Source], Result | Finding], files: Sequence[Source], paths: Iterable[Path], cheap: int = 1) -> Iterator[Result | Finding]:
    """The result of the work on every file, in order, by whoever came with the paths; a finding where the processes that did it died.

    cheap: how many bytes take the time that one of a county's workbook takes.
    """
    team = team_of(paths).suited(sum(_size(one.path) for one in files) // cheap)
    return team.each(work, map(_with_content, files) if team.is_elsewhere else files, died)


def _with_content(source: Source) -> Source:
    try:
        return replace(source, content=content_of(source.path, source.name))
    except StopError as stop:
        return replace(source, content=stop.finding)


def died(source: Source) -> Finding:
    """That the process which read this file is gone."""
    return Code.UNREADABLE.at(Place(source.name), reason=_DIED)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def check_one(book: Book, policy: Policy) -> Submission | Finding:
    """One workbook checked alone, or why nothing in it can be read."""
    try:
        return check_book(book, load_template(COUNTY), policy)
    except StopError as stop:
        return stop.finding


def check_book(book: Book, template: Template, policy: Policy) -> Submission:
    """One workbook, read, typed and judged alone. Raises StopError when nothing in it can be read."""
    raw, found = read_tables(book, template)
    if not raw:
        raise StopError(found[0])
    found = missing_together(found)
    if template.id == COUNTY:
        found += unread_in(book, template, raw, found)
    if is_alone(book):
        found = _alone(book.name, raw, found)
    tables, found = _judged(raw, [*found, *stamp_findings(book, template, policy)], policy)
    found = names_said(said_once(found, tables, policy), tables)
    said, doubts = _whose(book, tables.get("cover"), policy)
    found += [*doubts, *workbook_doubts(book.name, tables, found, policy)]
    found, answers = answered(found, given, abouts(book, found, called(raw))) if (given := answers_in(book)) else (found, [])
    return replace(
        said,
        file=book.name,
        template=book.stamp.template,
        version=book.stamp.version,
        policy=book.stamp.policy,
        tables=_bare(tables),
        raw=_bare(raw),
        findings=tuple(first_per_cell(found)),
        answers=tuple(answers),
        answers_to=returned_from(book),
    )


def _bare(tables: Mapping[str, Table]) -> dict[str, Table]:
    """The same tables without what they remember of the rows looked up in them: those of a hundred workbooks are kept at a time."""
    return {name: replace(table) for name, table in tables.items()}


def _judged(raw: Mapping[str, Table], found: list[Finding], policy: Policy) -> tuple[dict[str, Table], list[Finding]]:
    """The typed tables, and everything found: what reading found, and what is wrong in them. Cells that stand in other columns than their own are not read, and told of once."""
    typed, unparsed = parse_all(raw, policy, _year_on(raw.get("cover"), policy))
    read = [*found, *unparsed]
    judged = _checked_cells(typed, raw, read, policy)
    slid = slid_rows(raw, [*read, *judged], policy)
    exchanged = exchanged_rows(raw, [*read, *judged], policy, slid)
    rows: list[Misplaced] = [*slid, *exchanged]
    if not rows:
        return typed, [*read, *judged]
    typed = set_apart(typed, rows)
    read = [*without(read, rows, typed), *told_together(slid), *exchanges_told(exchanged)]
    return typed, [*read, *without(_checked_cells(typed, raw, read, policy, unread(rows)), rows, typed)]


def _checked_cells(tables: Mapping[str, Table], raw: Mapping[str, Table], read: Iterable[Finding], policy: Policy, apart: Iterable[Place] = ()) -> list[Finding]:
    """What is wrong in typed tables. read: what reading them found · apart: further cells that nobody could read."""
    lost = {one.place for one in read if one.place.cell and one.severity is Severity.ERROR} | {*apart}
    signs = {place for table in raw.values() for place in with_sign(table)}
    return hardly_filled(check(tables, policy, lost, signs), tables)


def _alone(file: str, raw: Mapping[str, Table], found: list[Finding]) -> list[Finding]:
    """What reading a table sent alone found: one sentence says that it came alone, instead of one for every sheet that is missing."""
    names = "、".join(table.form.sheet for table in raw.values())
    kept = [one for one in found if one.code not in (Code.SHEET_MISSING, Code.SHEET_RENAMED)]
    return [Code.ONE_SHEET.at(Place(file), sheet=names), *kept]


def _from_file(source: Source, template: Template, policy: Policy, recall: Recall | None) -> _Result:
    """What became of one file; it is kept for the next time."""
    try:
        result: _Result = _checked(source, template, policy)
    except StopError as stop:
        return stop.finding
    _keep(result, source, recall)
    return result


def _keep(result: _Result, source: Source, recall: Recall | None) -> None:
    if recall and isinstance(result, Submission) and not source.passwords:
        recall.put(result, source.chosen)


def _checked(source: Source, template: Template, policy: Policy) -> Submission | None:
    """What the bytes of one file came to."""
    book = source.book()
    if lower := from_summary(book, policy):
        return replace(lower, file=source.name)
    if not source.chosen and book.stamp.template not in ("", template.id):
        return None  # a summary of ours lying among the submissions
    checked = check_book(book, template, policy)
    return replace(checked, sha256=book.sha256, saved=book.saved, findings=tuple(first_per_cell([*checked.findings, *risks(book), *asides(book)])))


def _on_disk(checked: _Result, source: Source) -> _Result:
    """With where the file lies, and that somebody has it open, and who."""
    if not isinstance(checked, Submission):
        return checked
    who = holder(source.path)
    held = [Code.OPEN_ELSEWHERE.at(Place(source.name), holder=who)] if who else []
    return replace(checked, path=source.path, findings=tuple(first_per_cell([*checked.findings, *held])) if held else checked.findings)


def _year_on(cover: Table | None, policy: Policy) -> int:
    """The year that a cover names, else the policy's."""
    cell = None if cover is None else cover.card().get("year")
    year = None if cover is None else cell_reader(cover.form["year"], policy, policy.year)(cell).value
    return year if isinstance(year, int) else policy.year


def _whose(book: Book, cover: Table | None, policy: Policy) -> tuple[Submission, list[Finding]]:
    """What the cover says of the workbook, and what is doubtful of that; of a table sent alone without one the name says the county, where it names just one."""
    if cover is not None:
        return _from_cover(cover, policy), list(cover_doubts(cover, book.name, policy))
    county = only_county(book.name, policy) if is_alone(book) else ""
    said = [Code.COUNTY_BY_NAME.at(Place(book.name), county=county)] if county else []
    return Submission(file="", county=county, accepted=bool(county)), said


def _from_cover(cover: Table, policy: Policy) -> Submission:
    """What the cover says of the workbook; not accepted without a county of the policy."""
    card = cover.card()
    county = policy.county(str(card.get("county") or ""))
    year = card.get("year")
    return Submission(
        file="",
        county=county.name if county else "",
        batch=str(card.get("batch") or ""),
        year=year,
        report_date=day_of(card.get("report_date")),
        accepted=county is not None,
    )


def outcome_of(results: Mapping[str, Submission | Finding | None]) -> Outcome:
    """What became of every file, by its name, judged side by side."""
    checked = [one for _, one in sorted(results.items()) if isinstance(one, Submission)]
    stopped = {name: one for name, one in sorted(results.items()) if isinstance(one, Finding)}
    aside, told_once = set_aside(checked), replaced(checked)
    submissions = [replace(one, accepted=one.accepted and one.file not in aside) for one in checked]
    # That a file is named after another county or month may be why it is replaced at all.
    alone = [found for one in submissions for found in one.findings if one.file not in told_once or found.code is Code.NAMED_OTHERWISE]
    return Outcome(
        findings=tuple(first_per_cell([*alone, *stopped.values(), *across(submissions)])),
        submissions=tuple(submissions),
        unread=tuple(stopped),
        skipped=tuple(sorted(name for name, one in results.items() if one is None)),
    )


def counted(outcome: Outcome) -> Outcome:
    """The outcome with the account of what was read, and what of it is not accounted for."""
    parts = accounts(outcome)
    return with_account(replace(outcome, findings=tuple(first_per_cell([*outcome.findings, *unaccounted(parts)]))), parts)


def _is_hidden(path: Path) -> bool:
    """Hidden files and folders, lock files of Excel and LibreOffice, what systems leave in folders."""
    return any(part.startswith((".", "~$")) for part in path.parts) or path.name.lower() in _SYSTEM


def _is_paper(name: str) -> bool:
    """Whether a file is a text or a picture; the letters that go with our returns are none."""
    path = PurePath(name)
    return path.suffix.lower() in _PAPERS and not path.stem.endswith(load_return().notice_suffix)


def is_by_chance(source: Source) -> bool:
    """Whether this file only happens to lie in a folder: what nobody named, in a format that forms hardly ever come in."""
    return not source.chosen and source.path.suffix.lower() in _MAYBE


def _is_submission(path: Path) -> bool:
    """A workbook; one of ours only when the county has worked in it and sent it back."""
    return path.suffix.lower() in _FORMATS | _MAYBE and not is_own_return(path)


def _unique_names(paths: Iterable[Path]) -> dict[Path, str]:
    """Every path by its name, with as many folders before it as tell it from the others."""
    names: dict[Path, str] = {}
    left, depth = list(paths), 1
    while left:
        tails = {path: "/".join(path.parts[-depth:]) for path in left}
        counts = Counter(tails.values())
        names |= {path: tail for path, tail in tails.items() if counts[tail] == 1}
        left, depth = [path for path in left if path not in names], depth + 1
    return names
