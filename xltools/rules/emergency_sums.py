"""The city's sums: how much of each pollutant every level of warning cuts, against what is required."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from xltools.model.address import column_letters
from xltools.model.code import Code
from xltools.model.emergency import Computed, EmergencyWords, value_of
from xltools.model.finding import Finding, Place
from xltools.model.form import FIRST_ROW, Form
from xltools.model.policy import Policy
from xltools.model.table import Record
from xltools.model.value import number_text
from xltools.rules.emergency_rows import APART, LISTED, decimal
from xltools.rules.reduction import share

ANYONE = "({column:emergency.credit_code}&{column:emergency.name}<>\"\")"


class Sums(Struct, frozen=True):
    """What is summed up. own: the lines of the last list's sums, with what the city wrote · count_protected: the setting."""

    listed: Sequence[Record]
    protected: Sequence[Record]
    own: Sequence[Mapping[str, object]]
    count_protected: str
    words: EmergencyWords
    policy: Policy


def sums(ask: Sums) -> list[Record]:
    """A line per pollutant: the city's daily emission, the cut at each level, its share, and whether that is enough."""
    own = {str(one.get("pollutant")): one for one in ask.own}
    return [_line(ask, pollutant, name, own.get(name, {})) for pollutant, name in ask.words.pollutants.items()]


def _line(ask: Sums, pollutant: str, name: str, own: Mapping[str, object]) -> Record:
    yes = ask.policy.options("yes_no")[0]
    day = f"day_{pollutant}"
    listed, apart = (_total(one.get(day) for one in rows) for rows in (ask.listed, ask.protected))
    city = decimal(own.get("city"))
    whole = city if city is not None else listed + (apart if ask.count_protected == yes else 0)
    blank = sum(decimal(one.get(day)) is None for one in (*ask.listed, *ask.protected))
    cut_names = [f"{level}_{pollutant}" for level in ask.words.levels]
    waiting = sum(any(_value(one[name]) is None for name in cut_names) for one in ask.listed)
    line: Record = {
        "pollutant": name,
        "listed": Computed(f"SUM({{column:{LISTED}.{day}}})", listed),
        "protected": Computed(f"SUM({{column:{APART}.{day}}})", apart),
        "city": own.get("city"),
        "whole": Computed(f'IF(ISNUMBER({{city}}),{{city}},{{listed}}+IF({{count_protected}}="{yes}",{{protected}},0))', whole),
        "open_rows": Computed(_count(cut_names), Decimal(waiting)),
        "blank_rows": Computed(f"{_count([day])}+{_count([day], APART)}", Decimal(blank)),
    }
    known = city is not None or not blank
    for level in ask.words.levels:
        total = _total(_value(one[f"{level}_{pollutant}"]) for one in ask.listed)
        target = decimal(own.get(f"target_{level}"))
        wanted = ask.words.targets[level] if target is None else target
        part = share(total, whole) if whole else None
        line |= _level(level, pollutant, (total, part, wanted), _result(part, wanted, known, waiting, ask.words), ask.words)
    return line


def _level(level: str, pollutant: str, found: tuple[Decimal, Decimal | None, Decimal], result: str, words: EmergencyWords) -> Record:
    total, part, wanted = found
    said = words.words
    known = "OR(ISNUMBER({city}),{blank_rows}=0)"
    enough = f"IF({{share_{level}}}>={{target_{level}}},\"{said['reached']}\",IF({{open_rows}}>0,\"{said['unsure']}\",\"{said['missed']}\"))"
    return {
        f"sum_{level}": Computed(f"SUM({{column:{LISTED}.{level}_{pollutant}}})", total),
        f"share_{level}": Computed(f'IF(N({{whole}})>0,ROUND({{sum_{level}}}/{{whole}}*100,4),"")', "" if part is None else part),
        f"target_{level}": float(wanted),
        f"result_{level}": Computed(f"IF(AND(ISNUMBER({{share_{level}}}),{known}),{enough},\"{said['unsure']}\")", result),
    }


def _result(part: Decimal | None, wanted: Decimal, known: bool, waiting: int, words: EmergencyWords) -> str:
    """Enough, not enough, or not to be said while rows are open; what is cut already counts in any case."""
    if part is None or not known:
        return words.words["unsure"]
    return words.words["reached" if part >= wanted else "unsure" if waiting else "missed"]


def _count(names: Sequence[str], form: str = LISTED) -> str:
    """How many rows have no number in one of these columns."""
    anyone = ANYONE.replace(LISTED, form)
    empty = "+".join(f"NOT(ISNUMBER({{column:{form}.{name}}}))" for name in names)
    return f"SUMPRODUCT({anyone}*(({empty})>0))"


def _value(cell: object) -> Decimal | None:
    value = value_of(cell)
    return value if isinstance(value, Decimal) else None


def _total(values: Iterable[object]) -> Decimal:
    found = (value if isinstance(value, Decimal) else decimal(value) for value in values)
    return sum((value for value in found if value is not None), Decimal(0))


def short(lines: Sequence[Record], form: Form, file: str, words: EmergencyWords) -> Iterator[Finding]:
    """A finding for every pollutant and level that is not known to be enough, at its cell of the new list."""
    names = [one.name for one in form]
    for row, line in enumerate(lines, FIRST_ROW):
        for level, title in words.levels.items():
            result = str(value_of(line[f"result_{level}"]))
            if result != words.words["reached"]:
                part, wanted = _value(line[f"share_{level}"]), line[f"target_{level}"]
                place = Place(file, form.sheet, f"{column_letters(names.index(f'result_{level}') + 1)}{row}")
                values = {"level": title, "pollutant": line["pollutant"], "required": number_text(float(str(wanted)))}
                code = Code.SUM_BELOW if result == words.words["missed"] else Code.SUM_OPEN
                yield code.at(place, share="?" if part is None else number_text(float(part)), **values)
