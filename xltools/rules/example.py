"""The example city: invented enterprises in every county, the same ones on every run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random

from msgspec import Struct

from xltools.model.indicator import IndicatorTable
from xltools.model.policy import County, Policy
from xltools.rules.casework import UNGRADED, add_casework
from xltools.rules.codes import make_credit_code
from xltools.rules.records import Record, pick
from xltools.rules.rows import grades_of
from xltools.rules.stock import Plant, PlantProcess, Stock


class CountyDraft(Struct, frozen=True):
    """What one county reports. sheets: form name → records."""

    county: County
    sheets: Mapping[str, list[Record]]


class Enterprise(Struct, frozen=True):
    """What all rows of one enterprise share."""

    name: str
    code: str
    permit: str
    town: str
    contact: str
    phone: str
    lines: tuple[PlantProcess, ...]


def city(stock: Stock, policy: Policy) -> list[CountyDraft]:
    """One faultless draft per county of the policy, in its order."""
    stems = _stems(stock)
    drafts = []
    for county in policy.counties:
        count = stock.counties[county.name]
        own, stems = stems[:count], stems[count:]
        drafts.append(_county(county, own, stock, policy))
    return drafts


def organisation_code(body: str) -> str:
    """The nine-character organisation code of an eight-character body. Source: GB 11714-1997."""
    total = sum(int(c, 36) * weight for c, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return body + "0123456789X0"[11 - total % 11]


def _stems(stock: Stock) -> list[str]:
    stems = [a + b for a in stock.first for b in stock.second]
    Random(stock.seed).shuffle(stems)
    return stems


def _county(county: County, stems: Sequence[str], stock: Stock, policy: Policy) -> CountyDraft:
    rng = Random(f"{stock.seed} {county.name}")
    enterprises = [_enterprise(rng, county, stem, stock) for stem in stems]
    screening = [_screening(rng, one, line, stock, policy) for one in enterprises for line in one.lines]
    cover = _cover(rng, county, stock, policy)
    sheets: dict[str, list[Record]] = {"cover": [cover], "screening": screening}
    add_casework(rng, sheets, county, stock, policy)
    return CountyDraft(county, sheets)


def _enterprise(rng: Random, county: County, stem: str, stock: Stock) -> Enterprise:
    plant = pick(rng, {p: p.weight for p in stock.plants})
    code = _credit_code(rng, county.code or stock.registry)
    return Enterprise(
        name=f"{rng.choice(_prefixes(county, stock))}{stem}{plant.word}{rng.choice(stock.suffixes)}",
        code=code,
        permit="无" if rng.random() < 0.05 else f"{code}001P",
        town=rng.choice(stock.towns),
        contact=rng.choice(stock.people),
        phone=f"{stock.phone}{rng.randrange(1000):03d}",
        lines=_lines(rng, plant),
    )


def _prefixes(county: County, stock: Stock) -> tuple[str, ...]:
    """The city's name, or the county's own without its last character; districts and zones have none of their own."""
    return (stock.city, county.name[:-1]) if county.name[-1] in "县市" else (stock.city,)


def _lines(rng: Random, plant: Plant) -> tuple[PlantProcess, ...]:
    return plant.lines if rng.randrange(100) < plant.more else plant.lines[:1]


def _credit_code(rng: Random, division: str) -> str:
    """A valid code of a company registered in this division; no organisation code in use is known to begin with Y."""
    organisation = organisation_code(f"Y{rng.randrange(10**7):07d}")
    first = f"91{division}{organisation}"
    return make_credit_code(first)


def _cover(rng: Random, county: County, stock: Stock, policy: Policy) -> Record:
    reporter, reviewer, director = rng.sample(stock.people, 3)
    last = policy.deadline("review").day
    signed = date(policy.year, stock.month, last - 1 - rng.randrange(3))
    sent = date(policy.year, stock.month, last) - timedelta(days=rng.randrange(2))
    if county.name == stock.late:
        sent = date(policy.year, stock.month, last + 2)
    return {
        "county": county.name,
        "year": policy.year,
        "batch": stock.batch,
        "unit_name": f"{county.name}生态环境分局",
        "reporter": reporter,
        "phone": f"{stock.phone}{rng.randrange(1000):03d}",
        "reviewer": reviewer,
        "director": director,
        "sign_date": signed,
        "report_date": sent,
    }


def _screening(rng: Random, one: Enterprise, line: PlantProcess, stock: Stock, policy: Policy) -> Record:
    table = policy.table(line.table)
    if table is None:
        raise KeyError(line.table)
    low, high, step = line.capacity
    return {
        "name": one.name,
        "credit_code": one.code,
        "permit_no": one.permit,
        "town": one.town,
        "industry": table.industry,
        "process": table.process,
        "table": table.name,
        "industry_code": line.industry_code,
        "product": line.product,
        "capacity": rng.randrange(low, high + 1, step),
        "capacity_unit": line.unit,
        **_grades(rng, table, stock, policy),
        "energy": rng.choice(line.energy),
        "low_voc": "是" if table.industry == "工业涂装" and rng.random() < 0.5 else "否",
        "honour": rng.choice(policy.lists["honours"][1:]) if rng.random() < 0.05 else "无",
        "protected": "否",
        "contact": one.contact,
        "phone": one.phone,
        "remark": rng.choice(("拟于9月完成改造", "治理设施改造中")) if rng.random() < 0.12 else None,
    }


def _grades(rng: Random, table: IndicatorTable, stock: Stock, policy: Policy) -> Record:
    """Present, own, applied and target grade, none below the one before, with a date for the target."""
    grades = grades_of(table.name, policy)
    current = pick(rng, {g: n for g, n in stock.current[table.scheme].items() if g in grades or g in UNGRADED})
    worst = grades.index(current) if current in grades else len(grades)
    applied = pick(rng, {g: n for g, n in stock.applied.items() if g in grades[: worst + 1]})
    rank = grades.index(applied)
    below, above = grades[min(rank + 1, len(grades) - 1)], grades[max(rank - 1, 0)]
    month = rng.choice((8, 9, 10, 11))
    return {
        "current": current,
        "self": below if rng.random() < 0.12 else applied,
        "applied": applied,
        "target": above if rng.random() < 0.15 else applied,
        "target_date": date(policy.year, month + 1, 1) - timedelta(days=1),
    }
