"""What decisions about pairs come to: which are one, which are not, which of them is right, and what nobody has said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from msgspec import Struct

from xltools.model.conflict import Clash, Conflict, Decision
from xltools.model.grouped import grouped

Told = Iterable[tuple[Conflict, Decision | None]]
Kind = TypeVar("Kind")


class Ties(Struct, frozen=True):
    """lead: each → the first of all that are one with it · parted: pairs of leads that are not one, both ways round · beaten: those of which another one is right."""

    lead: dict[str, str]
    parted: frozenset[tuple[str, str]]
    beaten: frozenset[str]

    def leaves_open(self, one: str, other: str) -> bool:
        """Whether nothing says if two are one; or, of two that are, which one is right."""
        first, second = self.lead[one], self.lead[other]
        return (first, second) not in self.parted if first != second else not {one, other} & self.beaten

    def between(self, one: str, other: str) -> frozenset[str]:
        """What all questions have in common that one answer settles."""
        return frozenset((self.lead[one], self.lead[other]))

    def questions(self) -> Iterator[tuple[str, str]]:
        """Of what is left open as much as can be asked at once: each with one before it."""
        together = grouped(self.lead, self.lead.__getitem__)
        for lead, members in together.items():
            before = next((one for one in together if one == lead or (one, lead) not in self.parted), lead)
            right = [one for one in members if one not in self.beaten]
            yield from [(before, lead)] if before != lead else []
            yield from ((right[0], one) for one in right[1:])


def ties(clash: Clash, kinds: Iterable[str], told: Told, alike: Iterable[tuple[str, str]] = ()) -> Ties:
    """What decisions about pairs of these come to. kinds: what tells the sides of such conflicts, in their order · alike: pairs that are one without a decision, two spellings of a name.

    Of rows those that stay side by side need no more questions, and the others are gone. Of names and codes either one is right, or they are two enterprises.
    """
    lead = {kind: kind for kind in kinds}
    rank = {kind: at for at, kind in enumerate(lead)}
    told = [*told]
    spelt = {kind: first for first, kind in alike}
    for pair in (*spelt.items(), *(one.owns for one, said in told if (said is Decision.BOTH) is clash.about_rows)):
        first, second = sorted((leader(lead, own) for own in pair), key=rank.__getitem__)
        lead[second] = first
    lead = {kind: leader(lead, kind) for kind in lead}
    if clash.about_rows:
        return Ties(lead, frozenset(), frozenset(lead))
    pairs = [(lead[one.owns[0]], lead[one.owns[1]]) for one, said in told if said is Decision.BOTH]
    wrong = {spelt.get(own := one.owns[said is Decision.FIRST], own) for one, said in told if said is not Decision.BOTH}
    beaten = frozenset(kind for kind in lead if spelt.get(kind, kind) in wrong)
    return Ties(lead, frozenset(pairs) | {(second, first) for first, second in pairs}, beaten)


def leader(lead: dict[Kind, Kind], kind: Kind) -> Kind:
    """The first of all that are one with a kind, which leads nowhere or to itself; the way to it is made short."""
    while (above := lead.get(kind, kind)) != kind:
        lead[kind] = kind = lead.get(above, above)
    return kind
