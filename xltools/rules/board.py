"""What the bureau looks at first: who has sent what and when, and the list of problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence, Set
from typing import Any

from xltools.model.code import Code
from xltools.model.finding import Finding, Severity
from xltools.model.form import Form
from xltools.model.outcome import Outcome, Submission
from xltools.model.policy import Policy
from xltools.model.reporting import load_reporting
from xltools.model.table import Record, Table
from xltools.rules.account import KEEPS_OUT, KEPT
from xltools.rules.city import Seen, city_columns, city_records, place_in_order
from xltools.rules.combine import names
from xltools.rules.cross import in_archives
from xltools.rules.deadlines import deadline_of, is_asked, last_day, punctuality
from xltools.rules.resent import NOTHING_EARLIER, Earlier

NOT_SENT, PACKED, NOT_READ, NOT_MERGED, REPLACED = "未报送", "在压缩包里，没有读取，见问题清单", "打不开，见问题清单", "未汇总，见问题清单", "已由另一份代替，不用处理"
NO_DATE = "上报日期未填或有误"
# What stands under the few numbers in large type: of these two, of the rows of a form, of the findings of a whole merge.
SENT, FILES = "已报送县（市、区）", "收到文件"
ROWS = {"企业": "enterprises", "汇总工序": "ledger"}
CITYWIDE = {"全市错误": Severity.ERROR, "全市提醒": Severity.WARNING}


def board(form: Form, outcome: Outcome, policy: Policy, stay: Container[str] = (), earlier: Earlier = NOTHING_EARLIER) -> Table:
    """One line per workbook in the policy's order of counties, one per county that sent nothing, then files nobody can place.

    stay: counties of which rows of last time stay · earlier: what is known of files that came before.
    """
    groups = {county.name: county.group for county in policy.counties}
    numbers = Counter((finding.place.file, finding.severity) for finding in outcome.findings)
    sent = sorted(outcome.submissions, key=lambda one: place_in_order(one, policy))
    again = {finding.place.file for finding in outcome.findings if finding.code is Code.SENT_AGAIN}
    lines = [_line(one, numbers, policy, earlier) | ({"state": REPLACED} if one.file in again else {}) for one in sent]
    lines += [{"file": file, "county": guess(file, policy) or None, **_found(file, numbers), "state": NOT_READ} for file in sorted(outcome.unread)]
    there = {line["county"] for line in lines}
    packed = in_archives(outcome, policy)
    lines += [{"county": name, "state": PACKED if name in packed else KEPT if name in stay else NOT_SENT} for name in groups if name not in there]
    ordered = list(groups)
    lines.sort(key=lambda line: ordered.index(str(line["county"])) if line["county"] in groups else len(ordered))
    return city_records(form, [{**line, "group": groups.get(str(line["county"]))} for line in lines])


def _line(submission: Submission, numbers: Mapping[tuple[str, Severity], int], policy: Policy, earlier: Earlier) -> Record:
    """What one workbook brought."""
    reviews = submission.count("review")
    found = _found(submission.file, numbers)
    return {
        "county": submission.county or None,
        "file": submission.file,
        "batch": submission.batch or None,
        "reported": submission.report_date,
        "on_time": on_time(submission, reviews, policy, earlier),
        "rows": submission.count("screening"),
        "reviews": reviews,
        "issues": submission.count("rectification"),
        **found,
        "state": state(submission, found, sum(one.code in KEEPS_OUT for one in submission.findings)),
    }


def _found(file: str, numbers: Mapping[tuple[str, Severity], int]) -> Record:
    return {"errors": numbers[file, Severity.ERROR], "warnings": numbers[file, Severity.WARNING]}


def state(submission: Submission, found: Record, lost: int) -> str:
    """What became of a workbook, in words. lost: how many of its rows are not merged."""
    words = [f"{found[name]}处{severity.label}" for name, severity in (("errors", Severity.ERROR), ("warnings", Severity.WARNING)) if found[name]]
    if not submission.accepted:
        return NOT_MERGED
    told = f"已汇总，有{'、'.join(words)}" if words else "已汇总，没有问题"
    return f"{told}，{lost}行未汇总" if lost else told


def on_time(submission: Submission, reviews: int, policy: Policy, earlier: Earlier = NOTHING_EARLIER) -> str:
    """Whether a workbook came in time for its batch, in words."""
    month = policy.month(submission.batch)
    if submission.report_date is None or not month:
        return NO_DATE
    deadline = deadline_of(policy, month, reviews)
    year = submission.year or policy.year
    after = not is_asked(deadline, policy, month) and submission.report_date > last_day(deadline, year, month)
    if after or earlier.first_in_time(submission, deadline, policy):
        return load_reporting().state["ask"]
    return punctuality(deadline, year, month, submission.report_date)


def guess(text: str, policy: Policy) -> str:
    """The county whose name or alias stands in a text, "" when none does."""
    return next((county.name for county in policy.counties if any(name in text for name in (county.name, *county.aliases))), "")


def problems(form: Form, outcome: Outcome, policy: Policy, more: Sequence[Mapping[str, Any]] = ()) -> Table:
    """All findings by county and severity, each with the enterprise of its row; and some records of last time."""
    counties = {one.file: one.county for one in outcome.submissions}
    at_home = {file: counties.get(file) or guess(file, policy) for file in {one.place.file for one in outcome.findings} if file}
    rank = {name: at for at, name in enumerate(policy.lists["counties"])}
    found = [(at_home[one.place.file] if one.place.file else str(dict(one.values).get("county") or guess(one.message, policy)), one) for one in outcome.findings]
    found.sort(key=lambda pair: (rank.get(pair[0], len(rank)), pair[1].severity.rank))  # those of one kind keep their order
    columns = _columns(found, _enterprises(outcome.submissions, {(one.place.file, one.place.sheet, one.place.row) for one in outcome.findings}))
    table = city_columns(form, columns)
    if not more:
        return table
    severities = [severity.label for severity in Severity]
    both = [*table.records(), *more]
    both.sort(key=lambda one: (rank.get(str(one["county"]), len(rank)), severities.index(str(one["severity"]))))
    return city_records(form, both)


def _columns(found: Sequence[tuple[str, Finding]], enterprises: Mapping[tuple[str, str, int], object]) -> dict[str, list[Any]]:
    """Findings and the county of each, as they are listed."""
    places = [one.place for _, one in found]
    return {
        "county": [county or None for county, _ in found],
        "severity": [one.severity.label for _, one in found],
        **{name: [getattr(place, name) or None for place in places] for name in ("file", "sheet", "cell")},
        "enterprise": [enterprises.get((place.file, place.sheet, place.row)) for place in places],
        "message": [one.message for _, one in found],
        "fix": [one.fix for _, one in found],
        "code": [one.code.number for _, one in found],
    }


def _enterprises(submissions: Iterable[Submission], told: Set[tuple[str, str, int]]) -> dict[tuple[str, str, int], object]:
    """The enterprise of every row that is among those told of, as far as it has a name."""
    found: dict[tuple[str, str, int], object] = {}
    sheets = {(file, sheet) for file, sheet, _ in told}
    for seen in map(Seen, submissions):
        for name, table in seen.submission.tables.items():
            if table.form.layout == "rows" and "name" in table.form and (table.file, table.sheet) in sheets:
                rows = zip(table.rows, names(seen, name), strict=True)
                found |= {at: value for row, value in rows if value is not None and (at := (table.file, table.sheet, row)) in told}
    return found


def figures(tables: Mapping[str, Table], outcome: Outcome, policy: Policy) -> dict[str, str]:
    """The few numbers in large type, by what they count."""
    sent = {one.county for one in outcome.submissions if one.county}
    counts = outcome.counts
    return {
        SENT: f"{len(sent)} / {len(policy.counties)}",
        FILES: str(counts["files"]),
        **{caption: str(len(tables[form].rows)) for caption, form in ROWS.items()},
        **{caption: str(counts[severity.value]) for caption, severity in CITYWIDE.items()},
    }
