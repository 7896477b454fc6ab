"""The rehearsal's words: stations, days and folders, and what it types in place of a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from msgspec import Struct

from xltools.model.finding import Finding
from xltools.model.shipped import spec


class Station(Struct, frozen=True):
    """One stop of the rehearsal. did: what was done and found · lines: examples of it, findings as they were found · look: what to open · yours: how it is done on a working day."""

    title: str
    did: str
    look: str
    yours: str
    lines: tuple[str | Finding, ...] = ()


class TourWords(Struct, frozen=True):
    """As declared in specs/tour.toml."""

    days: Mapping[str, date]
    folders: Mapping[str, str]
    hand: Mapping[str, str | int]
    stations: Mapping[str, Station]

    def station(self, name: str, lines: Sequence[str | Finding] = (), /, **values: object) -> Station:
        """The station with its blanks filled in."""
        words = self.stations[name]
        given = {**self.folders, **values}
        return Station(words.title, words.did.format(**given), words.look.format(**given), words.yours.format(**given), tuple(lines))


@cache
def load_tour() -> TourWords:
    """The rehearsal declared in specs/tour.toml."""
    data = spec("tour.toml")
    stations = {one.pop("name"): Station(**one) for one in data["station"]}
    return TourWords(data["days"], data["folders"], data["hand"], stations)
