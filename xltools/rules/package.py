"""Who is reported in a month's package, who is not and why; the platform's columns. Source: 三环文〔2022〕69号 三(三)2, 四."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import Field, Form, Owner, load_form
from xltools.model.outcome import Submission
from xltools.model.package import Application, PlatformColumn, Settings, load_package_words
from xltools.model.policy import Policy
from xltools.rules.deadlines import due_date, last_day, rests
from xltools.rules.enterprises import numbered_records
from xltools.rules.text import LIST, cell_key, key, part_key

COVER, SCREENING, REVIEW, RECTIFICATION = "cover", "screening", "review", "rectification"
AGREED, ABSENT, SIGNED, SOLVED = "同意上报", "无", "已签字", "已整改到位"
DONE, NOT_DONE = "已完成", "未完成"
COLUMN_WIDTH, ROOM, WORD = 22.0, 4, 60


def applications(submission: Submission, settings: Settings) -> list[Application]:
    """Every review of a workbook, with what keeps it out of the package."""
    listed = {part_key(record["credit_code"], record["process"]): record for _, record in numbered_records(submission.tables.get(SCREENING))}
    found = []
    for row, record in numbered_records(submission.tables.get(REVIEW)):
        place = submission.tables[REVIEW].place(row, "credit_code")
        one = Application(submission, place, record, listed.get(part_key(record["credit_code"], record["process"]), {}), paper=str(record["credit_code"] or "").upper() in settings.advanced)
        reasons = tuple(_reasons(one))
        found.append(Application(submission, place, record, one.screening, reasons, one.paper))
    return found


def _reasons(one: Application) -> Iterator[str]:
    """What is missing: the ten groups of material, the county's opinion, every signature, by the day."""
    words, review, form = load_package_words().words, one.review, load_form(REVIEW)
    if one.paper:
        yield words["paper"]
    if not one.screening:
        yield words["not_screened"]
    if review["opinion"] != AGREED:
        yield words["not_agreed"].format(opinion=review["opinion"]) if review["opinion"] else words["no_opinion"]
    materials = [field for field in form if field.list == "materials"]
    if absent := [field.label for field in materials if review[field.name] == ABSENT]:
        yield words["materials"].format(labels=LIST.join(absent))
    if unsaid := [field.label for field in materials if review[field.name] is None]:
        yield words["material_unsaid"].format(labels=LIST.join(unsaid))
    if review["checkers_signed"] != SIGNED:
        yield words["checkers"]
    if review["director_signed"] != SIGNED:
        yield words["director"]
    elif review["sign_date"] is None:
        yield words["sign_date"]


def late_signature(one: Application, policy: Policy) -> str:
    """That the director signed after the day of the month, in words; "" when in time."""
    signed, month = one.review["sign_date"], policy.month(one.submission.batch)
    if not isinstance(signed, date) or not month:
        return ""
    year, deadline = one.submission.year or policy.year, policy.deadline(REVIEW)
    if signed <= last_day(deadline, year, month):
        return ""
    words = load_package_words().words
    rest = words["sign_rest"] if rests(last_day(deadline, year, month), signed) else ""
    return words["sign_late"].format(signed=signed, due=due_date(deadline, year, month)) + rest


def held_back(one: Application) -> Finding:
    """The finding for an application that is not reported."""
    if one.paper:
        return Code.PAPER_ONLY.at(one.place, name=one.name)
    return Code.HELD_BACK.at(one.place, name=one.name, process=one.process, reasons="；".join(one.reasons))


def issues(submission: Submission, codes: Iterable[str]) -> list[dict[str, object]]:
    """The problems of these enterprises, each with whether it is solved."""
    wanted = {key(code) for code in codes}
    found = []
    for row, record in numbered_records(submission.tables.get(RECTIFICATION)):
        if cell_key(record["credit_code"]) in wanted:
            solved = record["done"] is not None and record["result"] in (None, SOLVED)
            found.append({**record, "state": DONE if solved else NOT_DONE, "source_row": row})
    return found


def grade_form(columns: Sequence[PlatformColumn], title: str) -> Form:
    """The grade list as a form: a text column for each of the platform's, as wide as where it comes from."""
    names = load_package_words().names
    fields = tuple(Field(f"c{at}", column.header, owner=Owner.FORMULA, width=_width(column), max_length=WORD, group=names["grades_sheet"]) for at, column in enumerate(columns))
    return Form("grades", names["grades_sheet"], title, fields)


def _width(column: PlatformColumn) -> float:
    form, name = source_of(column.source) or ("", "")
    return load_form(form)[name].width + ROOM if form else COLUMN_WIDTH


def grade_line(one: Application, columns: Sequence[PlatformColumn]) -> dict[str, object]:
    """One line of the grade list, in the platform's columns."""
    return {f"c{at}": _value(one, column) for at, column in enumerate(columns)}


def _value(one: Application, column: PlatformColumn) -> object:
    if not column.source:
        return column.fixed or None
    form, name = source_of(column.source) or ("", "")
    record = {SCREENING: one.screening, REVIEW: one.review}.get(form)
    if record is None:
        record = one.submission.tables[COVER].card() if COVER in one.submission.tables else {}
    value = record.get(name)
    return value if value is None or isinstance(value, str | int | float | date) else str(value)


def source_of(source: str) -> tuple[str, str] | None:
    """Form and field of "sheet.label", None when there is none of that name."""
    sheet, _, label = source.partition(".")
    for form in (load_form(name) for name in (COVER, SCREENING, REVIEW)):
        if key(form.sheet) == key(sheet):
            return next(((form.name, field.name) for field in form if key(field.label) == key(label) and field.formula in ("", "lookup")), None)
    return None


def unknown_sources(columns: Iterable[PlatformColumn], place: Place) -> list[Finding]:
    """The columns that name what no form has."""
    return [Code.MAPPING_UNKNOWN.at(place, header=one.header, source=one.source) for one in columns if one.source and source_of(one.source) is None]


def paper_lines(found: Iterable[Application]) -> list[dict[str, object]]:
    """A line for every paper that an enterprise on paper files, with what its county said of it."""
    materials = [field for field in load_form(REVIEW) if field.list == "materials"]
    seen: set[str] = set()
    lines: list[dict[str, object]] = []
    for one in found:
        if one.paper and one.code not in seen:
            seen.add(one.code)
            lines += [{"name": one.name, "credit_code": one.code, "item": field.label, "said": one.review[field.name]} for field in materials]
    return lines
