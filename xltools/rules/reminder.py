"""The sentence that reminds a county: what is missing, by which clause and until when, what its files have, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct

from xltools.model.code import Code
from xltools.model.finding import Severity
from xltools.model.outcome import Outcome
from xltools.model.policy import Policy
from xltools.model.reporting import ReportingWords
from xltools.rules.account import set_aside
from xltools.rules.board import guess
from xltools.rules.cross import in_archives

OVERDUE = {"missing": "missing", "unread": "missing", "empty": "empty"}     # kind of a line → the sentence about it
# What the city decides by itself: no return shows it, and nothing in the county's file need be put right.
FOR_THE_CITY = frozenset({Code.NAMES_CLOSE, Code.CODE_TWO_NAMES_ACROSS, Code.NAME_TWO_CODES_ACROSS, Code.ROW_IN_TWO_FILES, Code.LEFT_OUT_ALONE, Code.CITY_ROW_GONE})
NAMED = 3   # of more, only so many are named: the sheet lists all below, and a row of paper is no longer than a page


class Files(Struct, frozen=True):
    """The files of one county. faults: file → errors and warnings · lost: file → why nothing of it is merged; one that another
    workbook of the county replaces is not among them."""

    county: str
    faults: Mapping[str, tuple[int, int]]
    lost: Mapping[str, str]

    @property
    def errors(self) -> int:
        return sum(errors for errors, _ in self.faults.values())

    @property
    def warnings(self) -> int:
        return sum(warnings for _, warnings in self.faults.values())


def files_of(outcome: Outcome, policy: Policy) -> dict[str, Files]:
    """What a run says of every county's files."""
    told = {one.place.file: one.message for one in reversed(outcome.findings)}
    numbers = Counter((one.place.file, one.severity) for one in outcome.findings if one.code not in FOR_THE_CITY)
    aside, homes = set_aside(outcome), {one.file: one.county for one in outcome.submissions}
    packed = {file for file, _ in in_archives(outcome, policy).values()}     # for the city to unpack
    unread = {file: guess(file, policy) for file in outcome.unread if file not in packed}
    found = {}
    for county in (one.name for one in policy.counties):
        faults = {one.file: (numbers[one.file, Severity.ERROR], numbers[one.file, Severity.WARNING]) for one in outcome.accepted if one.county == county}
        lost = {file: told.get(file, "") for file, home in unread.items() if home == county}
        lost |= {} if faults else {file: why for file, why in aside.items() if homes[file] == county}
        found[county] = Files(county, faults, lost)
    return found


def reminder(lines: Sequence[Mapping[str, object]], files: Files, policy: Policy, words: ReportingWords) -> str | None:
    """The text, a numbered line for each point; None when there is nothing to ask for. It says no day of its own, so that it stays true."""
    points = [*_points(lines, words), *_faults(files, words)]
    if not points:
        return None
    said = words.reminder
    numbered = [f"{at}. {point}" for at, point in enumerate(points, 1)]
    return "\n".join([said["opening"].format(county=files.county, title=policy.title), *numbered, said["closing"]])


def _points(lines: Sequence[Mapping[str, object]], words: ReportingWords) -> Iterator[str]:
    """A sentence for everything overdue; where that is more than a page of paper should bear, one that counts it and names the first."""
    overdue = [line for line in lines if line["kind"] in OVERDUE]
    if len(overdue) > NAMED:
        first = min(overdue, key=lambda line: str(line["due"]))
        items = words.reminder["between"].join(words.reminder["named"].format(item=line["item"], batch=words.batch(line["batch"])) for line in overdue[:NAMED])
        yield words.reminder["many"].format(items=items, count=len(overdue), due=_day(first["due"], words), clause=first["clause"])
        return
    for line in overdue:
        yield words.reminder[OVERDUE[str(line["kind"])]].format(
            item=line["item"], batch=words.batch(line["batch"]), due=_day(line["due"], words), since=_day(line["since"], words), clause=line["clause"], file=line.get("file"), sheet=line.get("sheet")
        )


def _day(day: object, words: ReportingWords) -> str:
    return words.day(day) if isinstance(day, date) else ""


def _faults(files: Files, words: ReportingWords) -> Iterator[str]:
    said = words.reminder
    yield from (said["unread"].format(file=file, reason=reason.rstrip("。")) for file, reason in sorted(files.lost.items()))
    for file, (errors, warnings) in sorted(files.faults.items()):
        counts = [said[name].format(count=count) for name, count in (("errors", errors), ("warnings", warnings)) if count]
        if counts:
            yield said["faults"].format(file=file, counts=said["between"].join(counts))
