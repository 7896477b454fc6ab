"""Which rows of several offices' lists are one enterprise: joined only where two things agree, asked wherever one alone does.

Codes are mistyped and copied from the row above; names are shortened and mistyped. So a code joins rows of one name, or of one
with a slip that stands under no other code; a name joins rows of one county that nothing speaks against, where no other name is
a slip away. Every other agreement is a pair for a person to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from xltools.model.grouped import grouped
from xltools.model.policy import Policy
from xltools.model.screening import Entry, Pair, Why
from xltools.rules.identity import CLOSE, NUMBERS, candidates, only_numbered, stripped
from xltools.rules.text import company_key, name_key

CODE_SLIPS = 2      # wrong, missing or swapped characters that may still be the same code
MOST_ASKED = 3      # pairs asked about one group for nothing but a name

Said = Mapping[tuple[str, str], bool]   # the marks of two entries, in order → whether a person said they are one
Asked = tuple[Why, float, int, int]


class Joined(Struct, frozen=True):
    """Entries joined so far. A group never holds two codes, and never two entries that a person told apart.

    parent: of every entry another of its group, or itself · codes, members: of the groups, by their first entry · bare: names stripped.
    """

    entries: Sequence[Entry]
    apart: Mapping[str, frozenset[str]]
    bare: Mapping[str, str]
    parent: list[int]
    codes: dict[int, str]
    members: dict[int, list[int]]

    def root(self, at: int) -> int:
        """The first entry of its group."""
        while self.parent[at] != at:
            self.parent[at] = at = self.parent[self.parent[at]]
        return at

    def bare_name(self, at: int) -> str:
        """Its name without regions, 有限公司 and the like."""
        return self.bare[self.entries[at].name]

    def fits(self, one: int, other: int) -> bool:
        """Whether the groups of two entries may be one."""
        first, second = self.root(one), self.root(other)
        return first == second or (len({self.codes[first], self.codes[second]} - {""}) < 2 and not self.decided_apart(first, second))

    def decided_apart(self, first: int, second: int) -> bool:
        """Whether a person said that these two groups are two enterprises."""
        if not self.apart:
            return False
        marks = {self.entries[at].mark for at in self.members[second]}
        return any(self.apart.get(self.entries[at].mark, frozenset()) & marks for at in self.members[first])

    def join(self, one: int, other: int) -> None:
        """Make two groups one, where that fits."""
        if self.fits(one, other):
            self.unite(one, other)

    def unite(self, one: int, other: int) -> None:
        """Make two groups one."""
        first, second = sorted((self.root(one), self.root(other)))
        if first != second:
            self.parent[second] = first
            code = self.codes.pop(second)
            self.codes[first] = self.codes[first] or code
            self.members[first] += self.members.pop(second)


def match(entries: Sequence[Entry], policy: Policy, said: Said) -> tuple[list[list[int]], list[Pair]]:
    """The enterprises as numbers of entries, and the pairs that only a person can decide. said: what one has decided already."""
    strip = stripped(policy)
    bare = {name: strip(name) for name in {one.name for one in entries}}
    everybody = range(len(entries))
    codes = {at: one.code for at, one in enumerate(entries)}
    joined = Joined(entries, _apart(said), bare, list(everybody), codes, {at: [at] for at in everybody})
    _by_decision(joined, said)
    _by_code(joined)
    _by_slip(joined)
    _by_name(joined)
    return [sorted(members) for _, members in sorted(joined.members.items())], list(_asked(joined, said))


def _apart(said: Said) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for marks, same in said.items():
        for one, other in (marks, marks[::-1]):
            if not same:
                found[one] = found.get(one, frozenset()) | {other}
    return found


def _by_decision(joined: Joined, said: Said) -> None:
    """Join what a person said is one, whatever its codes."""
    marks = {one.mark: at for at, one in enumerate(joined.entries)}
    for (first, second), same in said.items():
        if same and first in marks and second in marks:
            joined.unite(marks[first], marks[second])


def _by_code(joined: Joined) -> None:
    """One code and one full name; or one code and one name but for regions, 有限公司 and the like, that stands under no other code."""
    entries = joined.entries
    known = [at for at, one in enumerate(entries) if one.code and one.name]
    for rows in grouped(known, lambda at: (entries[at].code, name_key(entries[at].name))).values():
        for one, other in pairwise(rows):
            joined.join(one, other)
    codes = _codes(joined, known)
    for rows in grouped(known, lambda at: (entries[at].code, joined.bare_name(at))).values():
        for one, other in pairwise(rows):
            if codes[joined.bare_name(one)] == 1 and one_place(entries[one], entries[other]):
                joined.join(one, other)


def _codes(joined: Joined, known: Sequence[int]) -> dict[Hashable, int]:
    """Under how many codes each bare name stands."""
    return {name: len({joined.entries[at].code for at in rows}) for name, rows in grouped(known, joined.bare_name).items()}


def _by_slip(joined: Joined) -> None:
    """One code, and a name with a slip in it that stands under no other code: a copied code would bring a name known elsewhere."""
    entries = joined.entries
    known = [at for at, one in enumerate(entries) if one.code and one.name]
    codes = _codes(joined, known)
    for rows in grouped(known, lambda at: entries[at].code).values():
        firsts = [group[0] for group in grouped(rows, joined.root).values()]
        for number, at in enumerate(firsts):
            for other in firsts[:number]:
                alone = codes[joined.bare_name(at)] == codes[joined.bare_name(other)] == 1
                if alone and _near(joined, at, other) and _one_works(joined, at, other) and one_place(entries[at], entries[other]):
                    joined.join(other, at)


def _near(joined: Joined, one: int, other: int) -> bool:
    """Whether two names are alike, and not a first and a second works."""
    names = joined.bare_name(one), joined.bare_name(other)
    return ratio(*names) >= CLOSE and not only_numbered(*names)


def _one_works(joined: Joined, one: int, other: int) -> bool:
    """Whether two names have the same numbers and directions in them: 第二 says another works."""
    first, second = (NUMBERS.findall(joined.bare_name(side)) for side in (one, other))
    return bool(first == second)


def one_place(one: Entry, other: Entry) -> bool:
    """Whether two rows can be of one county, and their permits of one enterprise."""
    counties, permits = {one.county, other.county} - {""}, {one.permit[:18], other.permit[:18]} - {""}
    return len(counties) < 2 and len(permits) < 2


def _by_name(joined: Joined) -> None:
    """One name in one county and no second code under it: where no name there is nearly the same, or something else agrees."""
    entries = joined.entries
    named = [at for at, one in enumerate(entries) if one.name]
    crowded = _crowded(joined)
    counties = {name: {entries[at].county for at in rows} - {""} for name, rows in grouped(named, joined.bare_name).items()}
    for name, rows in grouped(named, lambda at: company_key(entries[at].name)).items():
        homes = {entries[at].county for at in rows} - {""}
        for county in homes:
            own = [at for at in rows if entries[at].county == county or (not entries[at].county and counties[joined.bare_name(at)] == {county})]
            if len({joined.codes[joined.root(at)] for at in own} - {""}) < 2:
                _joined_by_name(joined, own, (county, str(name)) in crowded)


def _crowded(joined: Joined) -> set[tuple[str, str]]:
    """The names by county of which another enterprise's name there differs in one character, or in its region: one may be the other mistyped or cut."""
    names: dict[tuple[str, str], set[str]] = {}
    traits: dict[tuple[str, ...], dict[tuple[str, str], None]] = {}
    for one in joined.entries:
        if one.name and one.county:
            county, name = at = one.county, company_key(one.name)
            names.setdefault(at, set()).update({one.code} - {""})
            for trait in ((county, joined.bare[one.name]), *((county, name[:cut], name[cut + 1 :]) for cut in range(len(name)))):
                traits.setdefault(trait, {})[at] = None
    found: set[tuple[str, str]] = set()
    for alike in traits.values():
        codes = [names[at] for at in alike]
        if len(alike) > 1 and len(set().union(*codes)) != 1:     # under one code they are one enterprise, however written
            found.update(alike)
    return found


def _joined_by_name(joined: Joined, rows: Sequence[int], crowded: bool) -> None:
    """Join each row to the first one of its name that nothing speaks against, and that where names are crowded shares something else."""
    for number, at in enumerate(rows):
        for other in rows[:number]:
            if joined.root(at) != joined.root(other):
                speaks = agrees(joined.entries[at], joined.entries[other])
                if speaks or (speaks is None and not crowded):
                    joined.join(other, at)
                    break


def agrees(one: Entry, other: Entry) -> bool | None:
    """Whether two rows of one name share a permit, nearly a code, a town, or an industry; the first that both have decides, None if none."""
    if one.permit and other.permit:
        return one.permit == other.permit
    if one.typed and other.typed:
        return OSA.distance(one.typed, other.typed, score_cutoff=CODE_SLIPS) <= CODE_SLIPS
    if one.town and other.town:
        return one.town == other.town
    return one.industry == other.industry if one.industry and other.industry else None


def _asked(joined: Joined, said: Said) -> Iterator[Pair]:
    """The pairs of groups of which a person must say whether they are one, each once, the surest first."""
    met: set[tuple[int, int]] = set()
    for why, likeness, one, other in (*_one_key(joined), *_alike(joined)):
        first, second = sorted((joined.root(one), joined.root(other)))
        if first == second or (first, second) in met or joined.decided_apart(first, second):
            continue
        met.add((first, second))
        if _marks(joined, one, other) not in said:
            yield Pair(why, likeness, *sorted((one, other)))


def _marks(joined: Joined, one: int, other: int) -> tuple[str, str]:
    first, second = sorted((joined.entries[one].mark, joined.entries[other].mark))
    return first, second


def _one_key(joined: Joined) -> Iterator[Asked]:
    """Groups that share a code, a permit number, or a name in one county; a row without a county with every group of its name."""
    entries = joined.entries
    keys: tuple[tuple[Why, Callable[[int], Hashable]], ...] = (
        (Why.CODE, lambda at: entries[at].code),
        (Why.PERMIT, lambda at: entries[at].permit),
        (Why.NAME, lambda at: entries[at].name and (entries[at].county, company_key(entries[at].name))),
    )
    for why, by in keys:
        for shared, rows in grouped(range(len(entries)), by).items():
            firsts = [group[0] for group in grouped(rows, joined.root).values()] if shared != "" else []
            yield from ((why, ratio(joined.bare_name(firsts[0]), joined.bare_name(other)), firsts[0], other) for other in firsts[1:])
    for rows in grouped((at for at, one in enumerate(entries) if one.name), lambda at: company_key(entries[at].name)).values():
        lost = [at for at in rows if not entries[at].county][:MOST_ASKED]
        firsts = [group[0] for group in grouped(rows, joined.root).values()][: MOST_ASKED + 1] if lost else []
        yield from ((Why.NAME, 100.0, at, other) for at in lost for other in firsts)


def _alike(joined: Joined) -> Iterator[Asked]:
    """Groups of one county whose names are nearly alike, one of which has no good code; of each the most alike."""
    entries = joined.entries
    for county, rows in grouped((at for at, one in enumerate(entries) if one.name), lambda at: entries[at].county).items():
        if county == "":
            continue
        first: dict[Hashable, int] = {}
        for at in rows:
            first.setdefault((joined.root(at), joined.bare_name(at)), at)
        names = {place: joined.bare_name(at) for place, at in first.items()}
        unsure = {place for place, at in first.items() if not joined.codes[joined.root(at)]}
        yield from _nearest(joined, names, unsure, first)


def _nearest(joined: Joined, names: Mapping[Hashable, str], unsure: set[Hashable], first: Mapping[Hashable, int]) -> Iterator[Asked]:
    found: dict[Hashable, list[tuple[float, int, int]]] = {}
    for one, other in candidates(names, unsure):
        likeness = ratio(names[one], names[other])
        if likeness >= CLOSE and _near(joined, first[one], first[other]) and joined.fits(first[one], first[other]) and _one_trade(joined, first[one], first[other]):
            for side in {one, other} & unsure:
                found.setdefault(side, []).append((-likeness, first[one], first[other]))
    for _, pairs in sorted(found.items(), key=lambda item: first[item[0]]):
        best = min(pairs)[0]
        yield from ((Why.ALIKE, -likeness, one, other) for likeness, one, other in sorted(pairs)[:MOST_ASKED] if likeness == best)


def _one_trade(joined: Joined, one: int, other: int) -> bool:
    """Whether the rows of two groups can be of one industry, by what they say of it."""
    said = [{joined.entries[at].industry for at in joined.members[joined.root(side)]} - {""} for side in (one, other)]
    return not all(said) or bool(said[0] & said[1])
