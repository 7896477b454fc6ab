"""The example's site checks: what experts found in invented plants, the same on every run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from msgspec import Struct

from xltools.model.checklist import Applicant, ApplicantPart, Entry, Visit
from xltools.model.grade import Answer, Found, level, written
from xltools.model.indicator import AnswerKind, Indicator, IndicatorTable, Operator
from xltools.model.policy import Policy
from xltools.rules.explain import required_text
from xltools.rules.reached import asked_alike, climb, is_graded
from xltools.rules.records import pick

# What a number may be beside a limit, as a share of it; the first that gives the wanted grade is taken.
NEAR = {
    Operator.AT_MOST: ("0.8", "0.9", "1", "1.2", "1.5"),
    Operator.BELOW: ("0.8", "0.9", "1", "1.2", "1.5"),
    Operator.AT_LEAST: ("1", "1.02", "0.95", "0.9", "0.8", "0.6"),
    Operator.ABOVE: ("1.02", "1.05", "1", "0.9", "0.6"),
    Operator.EQUAL: ("1", "0.9", "0.7"),
}
HUNDRED = Decimal(100)
ALIKE = 2


class Words(Struct, frozen=True):
    """The spec of the site checks; see specs/visits.toml. below: steps → weight."""

    seed: int
    single: int
    several: int
    days: tuple[int, ...]
    teams: Mapping[str, str]
    people: tuple[str, ...]
    unit: str
    specialities: tuple[str, ...]
    open: int
    short: tuple[int, ...]
    below: Mapping[int, int]
    texts: Mapping[str, str]


def words_from(data: Mapping[str, Any]) -> Words:
    """The words from the content of their spec."""
    return Words(**{**data, "below": {int(steps): weight for steps, weight in data["below"].items()}})


def chosen(applicants: Sequence[Applicant], words: Words) -> list[Applicant]:
    """The enterprises that are visited: some with one process, some with several; none that two counties report."""
    rng = Random(words.seed)
    codes = [one.credit_code for one in applicants]
    able = [one for one in applicants if codes.count(one.credit_code) == 1 and all(_can_be_shown(part.table) for part in one.parts)]
    rng.shuffle(able)
    several = _varied([one for one in able if len(one.parts) > 1], words.several)
    return [*several, *_varied([one for one in able if len(one.parts) == 1], words.single)]


def _varied(applicants: Sequence[Applicant], count: int) -> list[Applicant]:
    """The first so many, no more than ALIKE of them with the same tables."""
    kinds: Counter[tuple[str, ...]] = Counter()
    found: list[Applicant] = []
    for one in applicants:
        kind = tuple(part.table.id for part in one.parts)
        if kinds[kind] < ALIKE and len(found) < count:
            kinds[kind] += 1
            found.append(one)
    return found


def _can_be_shown(table: IndicatorTable) -> bool:
    """Whether every grade of the table can be told from its rows."""
    return len(table.stated) == len(table.grades) - 1


def visits(applicants: Sequence[Applicant], words: Words, policy: Policy, month: int) -> dict[str, dict[str, Visit]]:
    """What was found: credit code → process → visit. The first processes leave something open."""
    left = words.open
    found: dict[str, dict[str, Visit]] = {}
    for one in reversed(applicants):
        rng = Random(f"{words.seed} {one.credit_code}")
        found[one.credit_code] = {}
        day = date(policy.year, month, rng.choice(words.days))
        for part in one.parts:
            is_open = left > 0 and len(one.parts) == 1
            left -= is_open
            found[one.credit_code][part.process] = _Visitor(rng, words, part, _team(one, words, policy), day).visit(is_open)
    return found


def _team(one: Applicant, words: Words, policy: Policy) -> str:
    county = policy.county(one.county)
    return words.teams.get(county.group, "") if county else ""


class _Visitor(Struct, frozen=True):
    """One process on the day it is visited."""

    rng: Random
    words: Words
    part: ApplicantPart
    team: str
    day: date

    def visit(self, is_open: bool) -> Visit:
        table, texts = self.part.table, self.words.texts
        target = self._target()
        short = self._short(target)
        answers, problems = [], {}
        for number, one in enumerate(table.indicators, 1):
            answer = self._answer(one, target if one.no in short else (table.lowest, *table.ladder)[-1], number)
            if one.no in short:
                better = table.grades[table.grades.index(target) - 1]
                required = required_text(one, table, better)
                about = {"found": answer.chosen or written(answer.found), "grade": level(better), "required": required}
                problems[one.no] = (texts["problem"].format(**about), texts["demand"].format(**about))
            answers.append(answer)
        if is_open:
            last = next(one.no for one in reversed(table.indicators) if is_graded(one, table) and not one.alternative)
            answers = [Answer(one.no) if one.no == last else one for one in answers]
        return Visit(tuple(answers), problems, self.day, self.team, self._opinion(target, is_open), self._checkers())

    def _target(self) -> str:
        """The grade that the site check comes to: the one applied for or a lower one."""
        grades = (*reversed(self.part.table.ladder), self.part.table.lowest)
        applied = grades.index(self.part.applied) if self.part.applied in grades else 0
        return grades[min(applied + pick(self.rng, dict(self.words.below)), len(grades) - 1)]

    def _short(self, target: str) -> set[str]:
        """The indicators that are just at this grade."""
        table = self.part.table
        if target == table.ladder[-1]:
            return set()
        able = [one.no for one in table.indicators if not one.alternative and is_graded(one, table) and self._found(one, target) is not None]
        return set(self.rng.sample(able, min(self.rng.choice(self.words.short), len(able))))

    def _answer(self, one: Indicator, grade: str, number: int) -> Answer:
        texts, proof = self.words.texts, self.words.texts["proof"].format(number=number)
        if one.kind is AnswerKind.TEXT:
            best = grade == self.part.table.ladder[-1]
            return Answer(one.no, texts["seen"] if best else texts["seen_short"], grade, evidence=proof)
        found = self._found(one, grade)
        if found is None:       # nothing that could be entered gives this grade: such an equipment is not there
            return Answer(one.no, reason=texts["reason"])
        return Answer(one.no, found, evidence=proof)

    def _found(self, one: Indicator, grade: str) -> Found:
        """An entry with which the indicator reaches just this grade, None when there is none."""
        if one.kind is AnswerKind.TEXT:
            return grade if asked_alike(one, self.part.table, grade) == grade else None
        return next((value for value in candidates(one) if climb(one, self.part.table, value).outcome == grade), None)

    def _opinion(self, grade: str, is_open: bool) -> str:
        texts, table = self.words.texts, self.part.table
        if is_open:
            return texts["left"]
        if grade == table.ladder[-1]:
            return texts["good"].format(grade=level(grade))
        return texts["fair"].format(grade=level(grade), better=level(table.grades[table.grades.index(grade) - 1]))

    def _checkers(self) -> tuple[Mapping[str, Entry], ...]:
        """Two people who signed on the day."""
        names = self.rng.sample(self.words.people, 2)
        return tuple(
            {"name": name, "unit": self.words.unit, "speciality": self.rng.choice(self.words.specialities), "signature": name, "date": self.day}
            for name in names
        )


def candidates(one: Indicator) -> list[Found]:
    """Entries to try for an indicator, the more usual ones first."""
    if one.kind is not AnswerKind.NUMBER:
        return list(one.options)
    known = [r for r in one.requirements if r.known and r.operator]
    numbers = [r.limit * Decimal(share) for r in known for share in NEAR.get(r.operator or Operator.EQUAL, ())]
    fine = [Decimal(number).quantize(Decimal("0.1")) for number in numbers]
    return [float(number) for number in fine if one.unit != "%" or number <= HUNDRED] or [1.0]
