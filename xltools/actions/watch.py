"""A folder in which files arrive: each is checked once it is whole, and its return laid beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from xltools.actions.check import Source, check_files, is_by_chance, sources
from xltools.actions.give_back import Returned, give_back
from xltools.books.read import COUNTY
from xltools.model.finding import StopError
from xltools.model.form import load_template
from xltools.model.outcome import Outcome
from xltools.model.policy import Policy

Seen = dict[Path, tuple[int, int]]      # file → size and time of its last change when it was checked


def look(folder: Path, seen: Seen, policy: Policy, today: date) -> Iterator[tuple[Path, Outcome, list[Returned]]]:
    """Check every workbook that is new or changed since `seen`, which is brought up to date.

    A file that still changes between two looks, because it is being copied, is left for the next one. One that only happens to
    lie there and is no workbook, or another of our kinds of workbook, is passed over, as it is when a folder is checked: a list of ours
    would get a list of its own, and so on.
    """
    for source in sources([folder])[0]:
        before = _state(source.path)
        if before is None or seen.get(source.path) == before:
            continue
        outcome = check_files([source.path], policy)
        if _state(source.path) != before:
            continue
        seen[source.path] = before
        if outcome.submissions or not (is_by_chance(source) or _is_another(source)):
            yield source.path, outcome, give_back(outcome, source.path.parent, policy, today)


def _is_another(source: Source) -> bool:
    """Whether it is a workbook of ours that no county fills in, such as a summary, a checklist or the list of a return."""
    try:
        return source.book().stamp.template not in ("", load_template(COUNTY).id)
    except StopError:
        return False


def _state(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_size, facts.st_mtime_ns
