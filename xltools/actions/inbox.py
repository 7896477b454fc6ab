"""What a user gives a verb to read: files and folders, and passwords for those that have one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from xltools.actions.workers import Processes, Team

THIS_ONE = Processes(1)
Step = Callable[[int, int, str], None]      # told (done, total, name) before each file, to show progress


def unseen(done: int, total: int, name: str) -> None:
    """The step that shows nothing."""


class Inbox(Struct, frozen=True):
    """Files and folders; iterating gives their paths.

    passwords: tried on every file that has one, and shown nowhere · team: who reads the files ·
    cache: a folder to keep what unchanged files came to, see `recall`.
    """

    paths: tuple[Path, ...]
    passwords: tuple[str, ...] = ()
    team: Team = THIS_ONE
    cache: Path | None = None

    def __repr__(self) -> str:
        return f"Inbox({self.paths!r})"

    def __iter__(self) -> Iterator[Path]:
        return iter(self.paths)


def passwords_of(paths: Iterable[Path]) -> tuple[str, ...]:
    """The passwords that came with the paths; plain paths have none."""
    return paths.passwords if isinstance(paths, Inbox) else ()


def team_of(paths: Iterable[Path]) -> Team:
    """Who reads the paths; plain paths are read by this process."""
    return paths.team if isinstance(paths, Inbox) else THIS_ONE


def cache_of(paths: Iterable[Path]) -> Path | None:
    """The folder for what unchanged files came to; plain paths have none."""
    return paths.cache if isinstance(paths, Inbox) else None


def among(paths: Iterable[Path], kept: Iterable[Path]) -> Inbox:
    """Some of the paths, with what came with them all."""
    return Inbox(tuple(kept), passwords_of(paths), team_of(paths), cache_of(paths))
