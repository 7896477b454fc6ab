"""How checks held: per checker and county, and which processes are drawn for another look. Source: 三环文〔2022〕69号 三(二), 六(三).

Nothing here judges anybody: counts, with the processes they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from random import Random

from xltools.model.recheck import Case, Weight, load_recheck_words
from xltools.model.table import Record
from xltools.rules.text import SAID

Who = tuple[str, str, str]          # side, name, unit
FACTORS: Mapping[str, Callable[[Case], bool]] = {
    "base": lambda case: True,
    "free": lambda case: (case.decided or case.site) in load_recheck_words().free,
    "changed": lambda case: case.changed or case.redecided,
    "event": lambda case: case.event,
    "unsigned": lambda case: bool(case.unsigned),
    "late": lambda case: case.review_late or case.site_late,
    "province": lambda case: case.province,
}


def people_lines(cases: Iterable[Case]) -> list[Record]:
    """One line a checker, the county's before the city's, by name."""
    words = load_recheck_words().words
    found: dict[Who, list[Case]] = {}
    for case in cases:
        for side, people in ((words["county_side"], case.county_people), (words["city_side"], case.city_people)):
            for name, unit in dict.fromkeys(people):
                found.setdefault((side, name, unit), []).append(case)
    order = [words["county_side"], words["city_side"]]
    return [_person(who, own) for who, own in sorted(found.items(), key=lambda one: (order.index(one[0][0]), *one[0][1:]))]


def _person(who: Who, cases: Sequence[Case]) -> Record:
    side, name, unit = who
    county = side == load_recheck_words().words["county_side"]
    changed = [case for case in cases if (case.changed if county else case.redecided)]
    unsigned = [case for case in cases if (name, unit) in case.unsigned]
    late = [case for case in cases if (case.review_late if county else case.site_late)]
    counts = {"checks": len(cases), "changed": len(changed), "province": sum(case.province for case in cases), "below": sum(case.below for case in cases), "unsigned": len(unsigned), "late": len(late)}
    kinds = {"changed" if county else "decided": changed, **_found(cases), "unsigned": unsigned, "late": late}
    return {"side": side, "name": name, "unit": unit or None, **counts, "which": _which(kinds)}


def _found(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """What others found afterwards: the province, and supervision of what was graded. Source: 三环文〔2022〕69号 三(二), 六(三)."""
    own = list(cases)
    return {"found": [case for case in own if case.province], "below": [case for case in own if case.below]}


def county_lines(cases: Iterable[Case], counties: Iterable[str], grades: Sequence[str]) -> list[Record]:
    """One line a county that reviewed anything. grades: best first, to tell raised from lowered."""
    own = list(cases)
    return [_county(name, mine, grades) for name in counties if (mine := [case for case in own if case.county == name and case.review])]


def _county(name: str, cases: Sequence[Case], grades: Sequence[str]) -> Record:
    def rank(grade: str) -> int:
        return grades.index(grade) if grade in grades else len(grades)

    changed = [case for case in cases if case.changed]
    otherwise = [case for case in cases if case.decided and case.decided != case.review]
    unsigned = [case for case in cases if any(one in case.unsigned for one in case.county_people)]
    late = [case for case in cases if case.review_late]
    kinds = {"changed": changed, "reviewed": otherwise, **_found(cases), "unsigned": unsigned, "late": late}
    return {
        "county": name,
        "reviews": len(cases),
        "seen": sum(bool(case.site) for case in cases),
        "raised": sum(rank(case.site) < rank(case.review) for case in changed),
        "lowered": sum(rank(case.site) > rank(case.review) for case in changed),
        "decided": len(otherwise),
        "province": sum(case.province for case in cases),
        "below": sum(case.below for case in cases),
        "unsigned": len(unsigned),
        "late": len(late),
        "which": _which(kinds),
    }


def _which(kinds: Mapping[str, Sequence[Case]]) -> str | None:
    """The processes behind the counts, each with what happened."""
    words = load_recheck_words().words
    grades: dict[str, Callable[[Case], tuple[str, str]]] = {
        "changed": lambda case: (case.review, case.site),
        "decided": lambda case: (case.site, case.decided),
        "reviewed": lambda case: (case.review, case.decided),
    }
    said = []
    for kind, cases in kinds.items():
        for case in cases:
            before, after = grades[kind](case) if kind in grades else ("", "")
            said.append(words["about"].format(name=case.name, process=case.process, what=words[kind].format(before=before, after=after)))
    return SAID.join(dict.fromkeys(said)) or None


def sample(cases: Iterable[Case], weights: Sequence[Weight], seed: str, count: int) -> list[Record]:
    """So many checked processes, drawn at random without putting back, each with a chance as heavy as its weight.

    The same cases, weights and seed give the same list, whatever the order of the cases.
    Source: Efraimidis and Spirakis, Weighted random sampling with a reservoir, 2006.
    """
    rng = Random(seed)
    drawn = []
    for case in sorted((case for case in cases if case.site), key=lambda case: (case.credit_code, case.process, case.name)):
        parts = [one for one in weights if FACTORS[one.factor](case)]
        weight = sum(one.weight for one in parts)
        chance = rng.random()
        if weight > 0:
            drawn.append((chance ** (1 / weight), weight, case, parts))
    drawn.sort(key=lambda one: -one[0])
    return [_drawn(at, *one[1:]) for at, one in enumerate(drawn[:count], 1)]


def _drawn(at: int, weight: float, case: Case, parts: Sequence[Weight]) -> Record:
    about = {"county": case.county or None, "name": case.name, "credit_code": case.credit_code, "process": case.process}
    checkers = "、".join(dict.fromkeys(name for name, _ in (*case.county_people, *case.city_people))) or None
    why = SAID.join(_reasons(parts))
    return {"order": at, **about, "grade": case.decided or case.site, "checkers": checkers, "weight": weight, "why": why}


def _reasons(parts: Iterable[Weight]) -> Iterator[str]:
    yield from (f"{one.name} +{one.weight:g}" for one in parts if one.weight)
