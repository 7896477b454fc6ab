"""Give checked files back to their counties: every problem marked in the clerk's own copy, or on a list beside it; and the letters that go along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path, PurePosixPath

from msgspec import Struct

from xltools.books.notice import as_document, as_text, notice_of
from xltools.books.package import replace_file
from xltools.books.patch_xml import CannotPatchError
from xltools.books.replace import beside
from xltools.books.returned import is_untouched, returned, suffix_of
from xltools.books.returned_list import list_content
from xltools.model.account import total
from xltools.model.code import Code
from xltools.model.finding import Finding, Severity, StopError
from xltools.model.grouped import grouped
from xltools.model.outcome import Outcome, Submission, as_filled_in
from xltools.model.policy import Policy
from xltools.model.returned import Letter, load_return
from xltools.rules.answers import called
from xltools.rules.cross import only_county, packed_in
from xltools.rules.deadlines import PAST, days_late, deadline_of, due_date
from xltools.rules.tally import accounts


class Returned(Struct, frozen=True):
    """What became of one file. output: the copy, or the list · reason: why it is only a list, "" for a copy · letter: what it says."""

    file: str
    output: Path
    reason: str = ""
    letter: Letter | None = None

    def record(self) -> dict[str, str]:
        """The return as `--json` prints it."""
        return {"file": self.file, "output": str(self.output), "reason": self.reason}


def give_back(outcome: Outcome, folder: Path, policy: Policy, today: date) -> list[Returned]:
    """Write one return into the folder for every file that its county has to correct.

    Notes alone send nothing back, nor that a later file of the county counts, nor that workbooks wait in an archive: the city unpacks it.

    A return that lies there as we wrote it is replaced; anything else stays, and the new return gets another name.
    """
    found = grouped(outcome.findings, lambda finding: finding.place.file)
    submissions = {one.file: one for one in outcome.submissions}
    parts = accounts(outcome)
    wanted = [file for file, all_ in found.items() if file and any(map(_is_theirs, all_))]
    if wanted:
        folder.mkdir(parents=True, exist_ok=True)
    stems = _stems(wanted)
    results = []
    for file in sorted(wanted):
        one = submissions.get(file, Submission(file))
        counted = total(part for (name, _), part in parts.items() if name == file)
        said = load_return().accounted.format(**counted.record()) if counted.seen else ""
        letter = Letter(file, one.county or only_county(file, policy), f"{today:%Y-%m-%d}", deadline_line(one, policy, today), tuple(as_filled_in(found[file], [one])), one.answers, said, called(one.raw))
        results.append(_give(letter, one.path, folder, stems[file]))
    return results


def _is_theirs(found: Finding) -> bool:
    """Whether the county has to do something about a finding."""
    return found.severity is not Severity.NOTE and found.code is not Code.SENT_TWICE and not packed_in(found)


def deadline_line(one: Submission, policy: Policy, today: date) -> str:
    """Until when the workbook was due, and how far that is from today."""
    words = load_return()
    month = policy.month(one.batch)
    if not month:
        return words.deadline_unknown
    deadline = deadline_of(policy, month, one.count("review"))
    year = one.year or policy.year
    due, late = due_date(deadline, year, month), days_late(deadline, year, month, today)
    left = (due - today).days
    if late > PAST:
        return words.deadline_past.format(name=deadline.name, due=f"{due.year}年{due.month}月{due.day}日", source=deadline.source)
    sentence = words.deadline_late if late else words.deadline_ahead if left else words.deadline_today
    return sentence.format(name=deadline.name, due=f"{due.year}年{due.month}月{due.day}日", source=deadline.source, days=late or left)


def _give(letter: Letter, path: Path | None, folder: Path, stem: str) -> Returned:
    """The marked copy; where there can be none, the list with the reason."""
    words = load_return()
    if path is None:
        return _list(letter, folder, stem, words.reasons["unread"])
    try:
        content = returned(path, letter)
        suffix = suffix_of(path)
    except CannotPatchError as error:
        return _list(letter, folder, stem, words.reasons[str(error) or "inside"])
    except StopError:
        return _list(letter, folder, stem, words.reasons["unread"])
    target = folder / f"{stem}{words.suffix}{suffix}"
    if target.exists() and target.read_bytes() != content and not is_untouched(target):
        target = beside(target)
    replace_file(target, content)
    return Returned(letter.file, target, letter=letter)


def _list(letter: Letter, folder: Path, stem: str, reason: str) -> Returned:
    """The list with the reason; a list that lies there and says something else stays."""
    target = _written(folder / f"{stem}{load_return().list_suffix}.xlsx", list_content(letter))
    return Returned(letter.file, target, reason, letter)


def notify(returned: Iterable[Returned]) -> list[Path]:
    """Write the two letters beside each returned file, as a Word document and as text for a chat; one that lies there and says something else stays."""
    written = []
    for one in returned:
        if one.letter is not None:
            notice = notice_of(one.letter, one.output.name, one.reason)
            stem = one.output.stem.rpartition(load_return().suffix)[0]
            for suffix, content in ((".docx", as_document(notice)), (".txt", as_text(notice).encode("utf-8-sig"))):
                written.append(_written(one.output.with_name(f"{stem}{load_return().notice_suffix}{suffix}"), content))
    return written


def _written(path: Path, content: bytes) -> Path:
    """The path, or one beside it where a file lies that says something else; the content is in it now."""
    target = beside(path) if path.exists() and path.read_bytes() != content else path
    replace_file(target, content)
    return target


def _stems(files: Iterable[str]) -> Mapping[str, str]:
    """A name of its own for each return: the file's without its ending and our own suffix, more of it where two would be alike."""
    suffix = load_return().suffix
    found: dict[str, str] = {}
    for file in sorted(files):
        whole, path = "_".join(PurePosixPath(file).parts), PurePosixPath(file)
        stem = whole.removesuffix(path.suffix)
        names = (stem.partition(suffix)[0], stem, whole.replace(".", "_"))
        found[file] = next(name for name in names if name and name not in found.values())
    return found
