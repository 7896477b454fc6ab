"""What became of a decided grade since, and where nobody can tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct

from xltools.model.finding import Finding
from xltools.model.policy import Policy
from xltools.model.standing import Event, Standing, State
from xltools.model.value import day_of
from xltools.rules.enterprises import Part, scheme_of
from xltools.rules.sanctions import sanction

UNDATED = "“{event}”：没有填决定日期或发现日期，分不清在评定 {grade} 之前还是之后"
FOREIGN = "“{event}”：{grade} 不是{process}所用指标表的等级，之后是几级不能确定"
NO_RANK = "{grade} 不是{process}所用指标表的等级"


class Afterwards(Struct, frozen=True):
    """standing: the grade after the events since, None without a grade, or with one that its table's scheme does not have ·
    event: the kind of event of which nobody can tell what it did, "" where all is clear · why: in words."""

    standing: Standing | None = None
    findings: tuple[Finding, ...] = ()
    event: str = ""
    why: str = ""


def afterwards(row: Mapping[str, object], events: Iterable[Event], policy: Policy) -> Afterwards:
    """The grade decided in a row of the ledger, after these events of its enterprise.

    What would move the grade is doubtful where the event or the decision has no date, so that nobody knows which came first, and
    where no scheme tells what is below the grade. Source: 三环文〔2022〕69号 二(五)、五1、五2.
    """
    part, day = Part(*(str(row.get(name) or "") for name in ("process", "table", "decided"))), day_of(row.get("decided_date"))
    if not part.grade:
        return Afterwards()
    dated, undated = [], []
    for one in events:
        if day is None or one.when == date.min:
            undated.append(one)
        elif one.when >= day:
            dated.append(one)
    own = scheme_of(part, policy)
    scheme = own or policy.scheme_of(part.table)
    start = Standing(str(row.get("credit_code") or ""), part.process, scheme or policy.schemes[0], part.grade)
    (known,), found = sanction([start], dated, policy)
    ranked = own is not None or (scheme is not None and known.grade in scheme.grades)     # an event may have given it a grade of its table
    asked, why = (undated, UNDATED) if ranked else ([*dated, *undated], FOREIGN)
    (other,), _ = sanction([start], asked, policy)
    kind = "" if (other.grade, other.state) == (start.grade, State.IN_FORCE) else other.history[-1].kind
    doubt = (kind, why.format(event=kind, grade=part.grade, process=part.process)) if kind else ("", "")
    return Afterwards(known, tuple(found), *doubt) if ranked else Afterwards(None, (), *doubt)


def superseded(found: Afterwards) -> str:
    """Why the grade decided is not the one to use, in words; "" where it is."""
    now = found.standing
    if now and now.history and now.grade != now.history[0].old:
        last = now.history[-1]
        return f"“{last.kind}”之后{now.process}的等级应为 {last.new}，市级评定等级还是 {now.history[0].old}"
    return found.why
