"""Which rows are one enterprise, after everything that was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from xltools.model.conflict import Clash, Conflict, Decision, Side
from xltools.rules.rulings import Settled
from xltools.rules.text import company_key, key

At = tuple[str, str, int]
Who = str | tuple[str, ...]  # the good code of an enterprise, or what stands in for it


class Identified(Struct, frozen=True):
    """An enterprise. name and code: the ones decided, "" where its rows speak for themselves · doubts: the kinds of open conflicts."""

    who: Who = ""
    name: str = ""
    code: str = ""
    doubts: tuple[str, ...] = ()


def identified(sides: Sequence[Side], settled: Settled) -> dict[At, Identified]:
    """The enterprise of every row of which more is to be said than that its own good code tells it, by its file, sheet and row.

    Rows of one good code are one enterprise, unless a person said that its names are two; rows without one belong to the only
    code of their name in the county; and what a person said to be one enterprise is one.
    """
    apart = {(key(one.first.code), company_key(one.second.name)) for one, said in settled.decided if one.clash is Clash.TWO_NAMES and said is Decision.BOTH}
    codes = {} if all(side.good for side in sides) else _codes(sides)
    names: dict[Who, tuple[str, str]] = {}
    leads: dict[Who, Who] = {}
    for conflict, decision in settled.decided:
        if not conflict.clash.about_rows and decision is not Decision.BOTH:
            winner, loser = _winner(conflict, decision)
            top, under = (_top(leads, _who(side, codes, apart)) for side in (winner, loser))
            if top != under:
                leads[under] = top
            names[top] = (winner.name, winner.code if winner.good else "")
    doubts = _doubts(settled.open)
    found: dict[At, Identified] = {}
    for side in sides:
        who = _top(leads, _who(side, codes, apart))
        if not side.good or who != side.code or who in names or (doubts and side.at in doubts):
            found[side.at] = Identified(who, *names.get(who, ("", "")), doubts=tuple(dict.fromkeys(doubts.get(side.at, ()))))
    return found


def _codes(sides: Iterable[Side]) -> dict[tuple[str, str], set[str]]:
    """The good codes of every name in a county."""
    found: dict[tuple[str, str], set[str]] = {}
    for side in sides:
        if side.good and side.name:
            found.setdefault((side.county, company_key(side.name)), set()).add(key(side.code))
    return found


def _who(side: Side, codes: Mapping[tuple[str, str], set[str]], apart: set[tuple[str, str]]) -> Who:
    if side.good:
        return (side.code, name) if apart and (side.code, name := company_key(side.name)) in apart else side.code
    name = company_key(side.name)
    known = codes.get((side.county, name), set())
    return next(iter(known)) if name and len(known) == 1 else ("", side.county, name or key(side.code))


def _winner(conflict: Conflict, decision: Decision) -> tuple[Side, Side]:
    return (conflict.first, conflict.second) if decision is Decision.FIRST else (conflict.second, conflict.first)


def _top(leads: Mapping[Who, Who], who: Who) -> Who:
    while who in leads:
        who = leads[who]
    return who


def _doubts(conflicts: Iterable[Conflict]) -> dict[At, list[str]]:
    found: dict[At, list[str]] = {}
    for conflict in conflicts:
        for side in conflict:
            found.setdefault(side.at, []).append(conflict.clash.value)
    return found
