"""Rules between workbooks: one enterprise in two counties, one county sent twice, counties that sent nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from xltools.model.code import Code
from xltools.model.finding import Finding, Place, Severity
from xltools.model.grouped import grouped
from xltools.model.outcome import Outcome, Submission
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.rules.codes import is_credit_code
from xltools.rules.rows import cell_text, mapped, true_where
from xltools.rules.text import company_key, key

_SCREENING, COVER = "screening", "cover"
MONTH = re.compile(r"(?<!\d)(\d{1,2})月(?:份)?(?!\d{1,2}(?!\d?月))")  # no day behind it
COVER_DOUBTS = frozenset({Code.BATCH_DOUBT, Code.YEAR_OTHER})
_NAMED = 3  # other places a sentence names at most

_Key = tuple[str | None, str]  # a credit code or a name, and the process, in comparable spelling


class _Row(NamedTuple):
    """A row of a screening list."""

    table: Table
    county: str
    row: int


class _List(NamedTuple):
    """A county's screening list, with every row's process in comparable spelling, and with its credit code before it where that is good.

    Both are None in rows without a name or a process.
    """

    county: str
    table: Table
    processes: Sequence[str | None]
    codes: Sequence[_Key | None]


def across(submissions: Sequence[Submission]) -> list[Finding]:
    """What only shows when workbooks are laid side by side; the order in which they come makes no difference.

    One county, batch and year sent twice (on the files set aside), and one enterprise with the same process in two counties (on
    the name in every row; rows of files set aside do not count).
    """
    judged = sorted(submissions, key=lambda one: one.file)
    aside = set_aside(judged)
    return [*_sent_twice(judged), *_two_counties([one for one in judged if one.county and one.file not in aside])]


def set_aside(submissions: Sequence[Submission]) -> frozenset[str]:
    """The files that must not be merged, because a newer one of the same county and batch is there or none is the newest."""
    return frozenset(one.file for group in groups(submissions).values() for one in group if len(group) > 1 and one is not newest(group))


def replaced(submissions: Sequence[Submission]) -> frozenset[str]:
    """The files of which another one counts: that they are replaced is all there is to say of them."""
    return frozenset(one.file for group in groups(submissions).values() if (kept := newest(group)) for one in group if one is not kept)


def not_sent(outcome: Outcome, policy: Policy) -> list[Finding]:
    """The policy's counties from which there is no workbook, not even one that cannot be read and is named after it, in the policy's order.

    Of one whose workbook lies in an archive it is said that it waits there.
    """
    sent, packed = {one.county for one in outcome.submissions} | {only_county(file, policy) for file in outcome.unread}, in_archives(outcome, policy)
    return [_silent(county.name, packed.get(county.name)) for county in policy.counties if county.name not in sent]


def _silent(county: str, packed: tuple[str, str] | None) -> Finding:
    if packed is None:
        return Code.COUNTY_NOT_SENT.at(Place(), county=county)
    file, inside = packed
    return Code.COUNTY_PACKED.at(Place(), county=county, file=file, inside=inside)


def in_archives(outcome: Outcome, policy: Policy) -> dict[str, tuple[str, str]]:
    """County → an archive among the files in which a workbook of it lies unread, and what that workbook is called.

    The workbook's own name counts, then its folder in the archive, then the archive's name.
    """
    found: dict[str, tuple[str, str]] = {}
    for one in outcome.findings:
        for path in packed_in(one):
            name = path.rpartition("/")[2]
            county = next((named for text in (name, path, one.place.file) if (named := only_county(text, policy))), "")
            if county:
                found.setdefault(county, (one.place.file, name))
    return found


def packed_in(one: Finding) -> tuple[str, ...]:
    """The workbooks in the archive that a finding is about; none where it is about something else."""
    inside = dict(one.values).get("inside") if one.code is Code.ARCHIVE else None
    return inside if isinstance(inside, tuple) else ()


def newest(group: Sequence[Submission]) -> Submission | None:
    """The one to use of several workbooks of one county and batch: the latest report date, then the last time it was saved.

    Copies with equal bytes count once, by the shortest name. A file that went back to the county and came back does not count beside
    what came back, one whose name says another county not beside one that does not. None when a report date is missing, or the
    latest one is shared by workbooks that do not all say when they were saved, or say the same.
    """
    different: dict[str, Submission] = {}
    for one in sorted(group, key=lambda one: (len(one.file), one.file)):
        different.setdefault(one.sha256 or one.file, one)
    candidates = [one for one in different.values() if answer_to(one, group) is None]
    candidates = [one for one in candidates if not _named_otherwise(one)] or candidates
    if len(candidates) == 1:
        return candidates[0]
    dates = [one.report_date for one in candidates if one.report_date is not None]
    latest = [one for one in candidates if len(dates) == len(candidates) and one.report_date == max(dates)]
    saved = [one.saved for one in latest if one.saved is not None]
    if len(latest) > 1 and len(saved) == len(latest):
        latest = [one for one in latest if one.saved == max(saved)]
    return latest[0] if len(latest) == 1 else None


def answer_to(one: Submission, group: Iterable[Submission]) -> Submission | None:
    """The workbook of a group that is this one, returned to the county and sent back."""
    return next((other for other in group if other.sha256 != one.sha256 and any(map(one.sha256.startswith, other.answers_to.split()))), None)


def _named_otherwise(one: Submission) -> bool:
    return any(found.code is Code.NAMED_OTHERWISE and ("cover", one.county) in found.values for found in one.findings)


def only_county(text: str, policy: Policy) -> str:
    """The county whose name or alias stands in a text, "" when none does or several do."""
    named = [county.name for county in policy.counties if any(name in text for name in (county.name, *county.aliases))]
    return named[0] if len(named) == 1 else ""


def cover_doubts(cover: Table, file: str, policy: Policy) -> Iterator[Finding]:
    """Where the cover does not agree with the name of its file, or with the policy: a workbook made from another county's, last month's or last year's."""
    card = cover.card()
    county, year = policy.county(str(card.get("county") or "")), card.get("year")
    for field, value, named in (("county", county.name if county else "", only_county(file, policy)), ("batch", str(card.get("batch") or ""), only_month(file, policy))):
        if value and named not in ("", value):
            yield Code.NAMED_OTHERWISE.at(cover.place(0, field), cover=value, named=named)
    low, high = (cover.form["year"].minimum or 0, cover.form["year"].maximum or 9999)  # a year beyond is an error of its own
    if year is not None and policy.year != year and low <= year <= high:
        yield Code.YEAR_OTHER.at(cover.place(0, "year"), label=cover.form["year"].label, year=year, expected=policy.year, policy=policy.title)


def only_month(file: str, policy: Policy) -> str:
    """The batch that a file is called by, as in “灵宝市7月.xlsx”; "" where its name has none or several, or a day (“7月18日报”)."""
    named = {f"{int(number)}月" for number in MONTH.findall(file.rpartition("/")[2])} & {*policy.lists["months"]}
    return named.pop() if len(named) == 1 else ""


def groups(submissions: Sequence[Submission]) -> Mapping[tuple[str, int | None, str, str], list[Submission]]:
    """Workbooks of one county and batch. Files without a cover, such as a csv, hold one sheet each: only those with the same one compete.

    A file that went back because of its cover belongs to what came back, whatever either cover says.
    """
    answers = [one for one in submissions if one.county and one.answers_to]

    def rivals(one: Submission) -> tuple[str, int | None, str, str]:
        one = _with_its_cover_mended(one, answers)
        return one.county, one.year, one.batch, "" if COVER in one.tables else "、".join(sorted(one.tables))

    return grouped((one for one in submissions if rivals(one)[0]), rivals)


def _with_its_cover_mended(one: Submission, answers: Sequence[Submission]) -> Submission:
    """What came back of a workbook whose cover was in doubt or wrong, else the workbook itself: another county's, or a next month's made from a return, is no answer."""
    cover = one.tables[COVER].sheet if COVER in one.tables else ""
    doubted = any(found.code in COVER_DOUBTS or (found.place.sheet == cover and found.severity is Severity.ERROR) for found in one.findings)
    answer = answer_to(one, answers) if cover and doubted else None
    return answer if answer is not None and one.county in ("", answer.county) else one


def _sent_twice(submissions: Sequence[Submission]) -> Iterator[Finding]:
    for (county, _, batch, _), group in groups(submissions).items():
        kept = newest(group)
        for one in group:
            if kept is None:
                others = "、".join(other.file for other in group if other is not one)
                yield Code.SENT_TWICE_TIE.at(Place(one.file), county=county, batch=batch, other=others)
            elif one is not kept and (why := _why(one, kept, group)):
                yield Code.SENT_AGAIN.at(Place(one.file), kept=kept.file, why=why)
            elif one is not kept and (apart := _only_in(one, kept)):
                yield Code.SENT_APART.at(Place(one.file), county=county, batch=batch, kept=kept.file, sheets="”“".join(apart))
            elif one is not kept:
                yield Code.SENT_TWICE.at(Place(one.file), county=county, batch=batch, kept=kept.file)


def _only_in(one: Submission, kept: Submission) -> list[str]:
    """The sheets filled in here and empty in the workbook that counts, where that holds the other way round as well: a report in two parts."""
    here, there = ({name: table.form.sheet for name, table in each.tables.items() if table.form.layout == "rows" and table.rows} for each in (one, kept))
    return [sheet for name, sheet in here.items() if name not in there] if there.keys() - here.keys() else []


def _why(one: Submission, kept: Submission, group: Sequence[Submission]) -> str:
    """Why it is certain that a workbook need not be looked at, "" where it is not."""
    if one.sha256 and one.sha256 == kept.sha256:
        return "两份内容完全相同"
    return "退回后改好的一份已经发回" if answer_to(one, group) else ""


def _two_counties(submissions: Sequence[Submission]) -> Iterator[Finding]:
    for group in _in_two([_list(one.tables[_SCREENING], one.county) for one in submissions if _SCREENING in one.tables]):
        for table, county, row in group:
            named = [f"{other.county}（{other.table.place(other.row, 'name')}）" for other in group if other.county != county]
            listed = "、".join(named[:_NAMED]) + (f" 等 {len(named)} 处" if len(named) > _NAMED else "")
            name, process = (cell_text(table, row, field) for field in ("name", "process"))
            yield Code.TWO_COUNTIES.at(table.place(row, "name"), name=name, process=process, other=listed)


def _in_two(lists: Sequence[_List]) -> list[list[_Row]]:
    """The rows of one enterprise and process that more than one county reports, those with a good credit code first.

    Rows with a good credit code belong together by it, rows without one belong to every row of the same name.
    """
    found = _groups([(one, one.codes) for one in lists])
    if all(code is not None or process is None for one in lists for code, process in zip(one.codes, one.processes, strict=True)):
        return found
    names = [(one, _names(one)) for one in lists]
    unsure = {name for one, keys in names for code, name in zip(one.codes, keys, strict=True) if code is None}
    return [*found, *_groups([(one, [name if name in unsure else None for name in keys]) for one, keys in names])]


def _groups(lists: Sequence[tuple[_List, Sequence[_Key | None]]]) -> list[list[_Row]]:
    """The rows of every key that stands in more than one county, in the order of the keys."""
    first, shared = dict[_Key, str](), dict[_Key, list[_Row]]()
    for one, keys in lists:
        shared |= {each: [] for each in keys if each is not None and first.setdefault(each, one.county) != one.county}
    for one, keys in lists if shared else ():
        for row, each in zip(one.table.rows, keys, strict=True):
            if each in shared:
                shared[each].append(_Row(one.table, one.county, row))
    return [rows for _, rows in sorted(shared.items(), key=lambda item: (str(item[0][0]), item[0][1]))]


def _list(table: Table, county: str) -> _List:
    codes, named = table.cells["credit_code"], zip(table.cells["name"], mapped(table.cells["process"], key), strict=True)
    processes = [None if name is None else process for name, process in named]
    good = true_where(codes, is_credit_code)
    return _List(county, table, processes, [(code, one) if is_good and one is not None else None for code, one, is_good in zip(codes, processes, good, strict=True)])


def _names(one: _List) -> list[_Key | None]:
    """Every row's name and process in comparable spelling."""
    names = mapped(one.table.cells["name"], company_key)
    return [None if process is None else (name, process) for name, process in zip(names, one.processes, strict=True)]

