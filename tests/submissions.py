"""County workbooks written as text, already read and typed, for tests of what comes after reading."""

from collections.abc import Iterable, Mapping
from datetime import date

from msgspec.structs import replace

from xltools.model.finding import Finding
from xltools.model.form import FIRST_ROW, load_form, load_template
from xltools.model.outcome import Outcome, Submission
from xltools.model.policy import load_policy
from xltools.model.table import Table
from xltools.rules.parse import parse

POLICY = load_policy("sanmenxia-2022")
CITY = load_template("city")


def table(form: str, text: str, file: str = "灵宝市.xlsx") -> Table:
    """A table as read: first line field names, then one record a line, cells separated by "|"; empty = None, "-" a blank row."""
    declared = load_form(form)
    names, *lines = ([cell.strip() or None for cell in line.split("|")] for line in text.strip().splitlines())
    records = [dict(zip(names, line, strict=False)) if line != ["-"] else {} for line in lines]
    letters = {field.name: chr(65 + at) if at < 26 else f"A{chr(39 + at)}" for at, field in enumerate(declared)}
    cells = {name: [record.get(name) for record in records] for name in letters}
    return Table(declared, file, declared.sheet, list(range(FIRST_ROW, FIRST_ROW + len(records))), cells, letters)


def submission(file: str, county: str, texts: Mapping[str, str], **facts: object) -> Submission:
    """A county workbook of July 2022, reported on the 19th, with these sheets; facts change what is said of it."""
    raw = {name: table(name, text, file) for name, text in texts.items()}
    parsed = {name: parse(one, POLICY, 2022) for name, one in raw.items()}
    found = tuple(finding for _, findings in parsed.values() for finding in findings)
    made = Submission(
        file, county=county, batch="7月", year=2022, report_date=date(2022, 7, 19), version="2022.1", sha256="0" * 64,
        tables={name: one for name, (one, _) in parsed.items()}, raw=raw, findings=found,
    )  # fmt: skip
    return replace(made, **facts)


def outcome(submissions: Iterable[Submission], *findings: Finding, unread: tuple[str, ...] = ()) -> Outcome:
    """The outcome of reading these workbooks, with findings of their own and some more."""
    given = tuple(submissions)
    own = [finding for one in given for finding in one.findings]
    return Outcome((*own, *findings), given, unread)
