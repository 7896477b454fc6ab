"""What may be published: the decided grade of every enterprise, and of every other one the reason why not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from xltools.model.finding import Code, Finding, Place, Severity
from xltools.model.form import Form, SpecError, load_form
from xltools.model.indicator import TableStatus
from xltools.model.policy import Policy
from xltools.model.publication import FORM, NUMBER, Notice, Publication
from xltools.model.standing import Event, Standing, State
from xltools.model.table import Table
from xltools.rules.enterprises import ROW, UNDECIDED, Part, Row, latest, scheme_of, whole
from xltools.rules.sanctions import events_of, sanction

LEDGER = "ledger"
LIST = "、"
UNREAD = re.compile(r"（[^（）]*）")             # what merging writes where a cell could not be read
PERSONAL = re.compile(r"\d{7,}")                # a telephone or identity number; no firm is called so
GAPS = re.compile(r"[\s()（）+＋-]+")


@dataclass(frozen=True)
class Judged:
    """One enterprise: its line, or the reason why it has none; states: of its grade's processes that are not settled."""

    line: Mapping[str, str]
    place: Place
    reason: str = ""
    tables: tuple[str, ...] = ()
    pending: str = ""


def publication(ledger: Table, events: Table | None, notice: Notice, found: Iterable[Finding] = ()) -> tuple[Publication, list[Finding]]:
    """The public list of a typed ledger, and a finding for every enterprise that is not on it.

    events: the typed sheet of changes, None where there is none · found: what was found in the ledger's cells.
    Of one process the latest batch counts. Source: 三环文〔2022〕69号 三(三)4、三(三)5.
    """
    fields = public_fields()
    wrong = {one.place: one for one in found if one.severity is Severity.ERROR}
    city = _City(ledger, _by_code(events_of(events) if events else []), notice, fields, wrong)
    judged = [city.judge(county, rows) for (county, _), rows in city.enterprises().items()]
    counties = notice.policy.lists["counties"]
    listed = sorted((one for one in judged if not one.reason), key=lambda one: counties.index(one.line["county"]))
    said = [Code.NOT_PUBLISHED.at(one.place, name=one.line["name"] or "未写名称的企业", reason=one.reason) for one in judged if one.reason]
    said += [Code.PUBLISHED_PENDING.at(one.place, name=one.line["name"], state=one.pending, grade=one.line["decided"]) for one in listed if one.pending]
    tables = tuple(dict.fromkeys(name for one in listed for name in one.tables))
    result = Publication(notice, tuple(one.line for one in listed), sum(bool(one.tables) for one in listed), tables)
    if result.unofficial:
        said.append(Code.PUBLISHED_UNOFFICIAL.at(Place(ledger.file, ledger.sheet), count=result.unofficial, tables=LIST.join(tables)))
    return result, said


def public_fields() -> tuple[str, ...]:
    """The fields of the public list. Raises SpecError when one of them is not declared public where it comes from."""
    ledger, fields = load_form(LEDGER), [one for one in load_form(FORM) if one.name != NUMBER]
    if hidden := [one.name for one in fields if not (one.public and ledger[one.name].public)]:
        raise SpecError(f"not declared public: {', '.join(hidden)}")
    return tuple(one.name for one in fields)


@dataclass(frozen=True)
class _City:
    """The ledger with what has to be known beside it."""

    ledger: Table
    events: Mapping[str, Sequence[Event]]
    notice: Notice
    fields: tuple[str, ...]
    wrong: Mapping[Place, Finding]

    @property
    def policy(self) -> Policy:
        return self.notice.policy

    def enterprises(self) -> dict[tuple[str, str], list[Row]]:
        """The rows of every enterprise and county, in the ledger's order; of one process the latest batch."""
        groups: dict[tuple[str, str], list[Row]] = {}
        for row, record in zip(self.ledger.frame.index, self.ledger.frame.to_dict("records"), strict=True):
            values = {str(name): None if _is_nothing(value) else value for name, value in record.items()}
            who = str(values["credit_code"] or values["name"] or row)
            groups.setdefault((str(values["county"] or ""), who), []).append({**values, ROW: int(str(row))})
        return {who: latest(rows, self.policy) for who, rows in groups.items()}

    def homes(self, who: str) -> list[str]:
        """The counties that report this enterprise."""
        frame = self.ledger.frame
        return [str(one) for one in dict.fromkeys(frame.loc[frame["credit_code"] == who, "county"]) if not _is_nothing(one)]

    def judge(self, county: str, rows: Sequence[Row]) -> Judged:
        """The line of one enterprise, or what keeps it off the list: the first reason found."""
        texts = {name: LIST.join(dict.fromkeys(str(row[name]) for row in rows if row[name] is not None)) for name in self.fields}
        parts = [Part(*(str(row[name] or "") for name in ("process", "table", "decided"))) for row in rows]
        result = whole(parts, self.policy)
        line = {**texts, "name": str(rows[-1]["name"] or ""), "decided": result.grade}
        reasons = (*self._unknown(line, rows), *self._undecided(parts, rows), *_compared(parts, result.question if result.grade == UNDECIDED else "", self.policy))
        reason, name = next(iter(reasons), ("", "decided"))
        standings = [] if reason else list(self._standings(rows))
        changed = [one for one in standings if one.grade != one.history[0].old]
        if changed:
            last = changed[0].history[-1]
            reason = f"“{last.kind}”之后{changed[0].process}的等级应为 {last.new}，市级评定等级还是 {changed[0].history[0].old}"
        pending = next((one.state.value for one in standings if one.state is not State.IN_FORCE), "")
        return Judged(line, self.ledger.place(rows[-1][ROW], name), reason, tuple(_unofficial(parts, self.policy)), pending)

    def _unknown(self, line: Mapping[str, str], rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
        """Public fields that are empty, unreadable, unknown to the policy, or hold what must not leave the bureau."""
        form = self.ledger.form
        for name in self.fields:
            if name != "decided" and (not line[name] or UNREAD.fullmatch(line[name])):
                yield f"“{form[name].label}”没有填写", name
            elif PERSONAL.search(GAPS.sub("", unicodedata.normalize("NFKC", line[name]))):
                yield f"“{form[name].label}”里像是有电话或证件号码，不能公开", name
        if line["county"] not in self.policy.lists["counties"]:
            yield f"“{line['county']}”不是本市的县（市、区）", "county"
        if strange := [one for one in line["industry"].split(LIST) if one not in self.policy.lists["industries"]]:
            yield f"“{strange[0]}”不在政策的行业中", "industry"
        homes = self.homes(str(rows[-1]["credit_code"] or ""))
        if len(homes) > 1:
            yield f"由{LIST.join(homes)}同时报送，须先核实属地", "county"

    def _undecided(self, parts: Sequence[Part], rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
        """Processes without a grade, without a day of decision, or decided only after the notice has begun."""
        for row in rows:
            for name in ("decided", "decided_date"):
                if said := self.wrong.get(self.ledger.place(row[ROW], name)):
                    yield said.message, name
        if not any(part.grade for part in parts):
            yield "还没有市级评定等级", "decided"
        if lacking := [part.process for part in parts if not part.grade]:
            yield f"{LIST.join(lacking)}还没有市级评定等级", "decided"
        for row in rows:
            day = _day(row["decided_date"])
            if day is None:
                yield f"{row['process']}没有填写决定日期", "decided_date"
            elif day > self.notice.start:
                yield f"{row['process']}的决定日期 {day} 在公示开始日期 {self.notice.start} 之后", "decided_date"

    def _standings(self, rows: Sequence[Row]) -> Iterator[Standing]:
        """The processes that something happened to since they were decided, as it left them."""
        for row in rows:
            part = Part(*(str(row[name] or "") for name in ("process", "table", "decided")))
            scheme, decided = scheme_of(part, self.policy), _day(row["decided_date"])
            if scheme is None or decided is None:
                continue
            since = [event for event in self.events.get(str(row["credit_code"] or ""), ()) if event.when >= decided]
            after, _ = sanction([Standing(str(row["credit_code"] or ""), part.process, scheme, part.grade)], since, self.policy)
            yield from (one for one in after if one.history)


def _by_code(events: Iterable[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(event.credit_code, []).append(event)
    return found


def _compared(parts: Sequence[Part], question: str, policy: Policy) -> Iterator[tuple[str, str]]:
    """Grades that no table of the enterprise gives, and parts that no rule compares."""
    if question:
        yield f"{question}；请由市级研究决定总体等级，再把各工序的市级评定等级都写成它", "decided"
    for part in parts:
        if not any(scheme_of(Part(other.process, other.table, part.grade), policy) for other in parts):
            yield f"“{part.grade}”不是{part.process}所用指标表的等级", "decided"


def _unofficial(parts: Sequence[Part], policy: Policy) -> Iterator[str]:
    for part in parts:
        table = policy.table(part.table)
        if table is None or table.status != TableStatus.OFFICIAL:
            yield table.name if table else part.table


def _day(value: object) -> date | None:
    """A date cell as parsed."""
    return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None


def _is_nothing(value: object) -> bool:
    return value is None or value != value or str(value) in ("<NA>", "NaT", "")


def numbered(lines: Sequence[Mapping[str, str]], form: Form) -> list[dict[str, str | int]]:
    """The lines with their numbers, in the order of the form's fields."""
    return [{one.name: at if one.name == NUMBER else line[one.name] for one in form} for at, line in enumerate(lines, 1)]
