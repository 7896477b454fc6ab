"""The way back: every step that changes the open workbook leaves here what undoes it, for when a later one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any


class Back:
    """What undoes the steps taken so far. failed: what could not be undone."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], object]] = []
        self.failed: list[Exception] = []

    def by(self, step: Callable[[], object]) -> None:
        """Before something is changed: what brings it back."""
        self._steps.append(step)

    def go(self) -> None:
        """Undo everything, the last step first; one that cannot be undone does not keep the others from it."""
        while self._steps:
            try:
                self._steps.pop()()
            except Exception as trouble:
                self.failed.append(trouble)


@contextmanager
def restoring(book: Any, back: Back) -> Iterator[None]:
    """When the block fails the workbook goes back to how it was, the same sheet in front, and the exception goes on."""
    back.by(book.sheets.active.activate)
    try:
        yield
    except BaseException as error:
        back.go()
        for trouble in back.failed:
            error.add_note(f"not undone: {trouble!r}")
        raise


def rename(sheet: Any, name: str, back: Back) -> None:
    """Give a sheet another name."""
    back.by(partial(setattr, sheet, "name", sheet.name))
    sheet.name = name


def show(sheet: Any, visible: bool, back: Back) -> None:
    """Show a sheet or hide it."""
    if bool(sheet.visible) is not visible:
        back.by(partial(setattr, sheet, "visible", not visible))
        sheet.visible = visible
