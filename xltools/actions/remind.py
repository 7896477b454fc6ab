"""remind 催报: for every county that owes something the text that says so, as a file to send in a chat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from msgspec import Struct

from xltools.actions.run import read_summary
from xltools.books.package import replace_file
from xltools.books.replace import beside
from xltools.model.code import Code
from xltools.model.finding import Place, StopError
from xltools.model.form import load_form
from xltools.model.reporting import load_reporting
from xltools.rules.city import plain_records
from xltools.rules.deadlines import PAST

SHEET = "reporting"


class Reminder(Struct, frozen=True):
    """The text for one county and where it was written."""

    county: str
    text: str
    path: Path


def remind(summary: Path, folder: Path | None, today: date) -> list[Reminder]:
    """Write a text for each county that the summary's sheet has a reminder for; what a person changed in an earlier one stays.

    folder: None for one beside the summary · today: until when days are counted, and part of the names.
    Raises StopError when the workbook is no summary, or has no such sheet.
    """
    words = load_reporting()
    _, tables = read_summary(summary)
    if SHEET not in tables:
        raise StopError(Code.NO_SUCH_SHEET.at(Place(summary.name), file=summary.name, sheet=load_form(SHEET).sheet))
    target = folder or summary.with_name(words.remind["folder"].format(stem=summary.stem))
    target.mkdir(parents=True, exist_ok=True)
    lines = plain_records(tables[SHEET])
    return [_written(target, county, text, today) for county, text in _texts(lines, today)]


def _texts(lines: list[dict[str, object]], today: date) -> Iterator[tuple[str, str]]:
    words = load_reporting()
    for line in lines:
        if line.get("reminder"):
            late = [_overdue(one, today) for one in lines if one["county"] == line["county"] and _days(one, today) > 0]
            more = words.remind["overdue"].format(day=today, items=words.reminder["between"].join(late)) if late else ""
            yield str(line["county"]), "\n".join(filter(None, (str(line["reminder"]), more)))


def _days(line: Mapping[str, object], today: date) -> int:
    """How many days the line is missing, the first and today included; 0 when it is not."""
    since = line.get("since")
    return (today - since).days + 1 if isinstance(since, date) else 0


def _overdue(line: Mapping[str, object], today: date) -> str:
    words, days = load_reporting(), _days(line, today)
    return words.remind["since" if days > PAST else "days"].format(item=line["item"], batch=words.batch(line.get("batch")), days=days, day=line["since"])


def _written(folder: Path, county: str, text: str, today: date) -> Reminder:
    path = folder / load_reporting().remind["file"].format(county=county, day=today)
    content = (text.replace("\n", "\r\n") + "\r\n").encode("utf-8-sig")
    target = beside(path) if path.exists() and path.read_bytes() != content else path
    replace_file(target, content)
    return Reminder(county, text, target)
