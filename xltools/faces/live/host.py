"""The program around the workbook: what it shows while a button runs, and its state put back afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from xltools.faces.live.back import Back
from xltools.model.console import load_console

if TYPE_CHECKING:
    from xltools.actions.inbox import Step

LIBREOFFICE = "libreoffice"
MINUTE = "%Y-%m-%d %H:%M"        # how a moment is written beside the buttons
SHORTEST = 0.1      # seconds between two changes of the status bar

Say = Callable[[str], None]


class Reply(Struct, frozen=True):
    """What a button has to say in the end. failed: nothing was done, and the person must be told in a box."""

    text: str
    failed: bool = False


class Desk(Struct, frozen=True):
    """The open workbook, what shows how far a button is, and the way back."""

    book: Any
    say: Say
    back: Back

    @property
    def path(self) -> Path:
        """Where the workbook lies. Raises RefusedError when it lies in no folder of this computer."""
        path = Path(str(self.book.fullname))
        if not path.is_absolute() or not path.parent.is_dir():
            raise RefusedError(load_console().said["no_folder"])
        return path

    @property
    def folder(self) -> Path:
        """The folder of the workbook."""
        return self.path.parent


class RefusedError(Exception):
    """A button cannot do what was asked; the text is one sentence for the person, without its full stop."""


@contextmanager
def quiet(book: Any) -> Iterator[Say]:
    """While the block runs nothing flickers or recalculates; afterwards screen, calculation, alerts and status bar are as before.

    Gives what sets the text of the status bar.
    """
    app = book.app
    with ExitStack() as stack:
        for name, value in (("screen_updating", False), ("display_alerts", False), ("calculation", "manual")):
            stack.callback(setattr, app, name, getattr(app, name))
            setattr(app, name, value)
        stack.callback(setattr, app, "status_bar", app.status_bar or False)
        yield lambda text: setattr(app, "status_bar", text)


def steps(say: Say, occasion: str = "file") -> Step:
    """A callable step(done, total, name) that shows in the status bar which file is being read, or what else goes on."""
    sentence, shown = load_console().said[occasion], [0.0]

    def step(done: int, total: int, name: str) -> None:
        now = time.monotonic()
        if now - shown[0] >= SHORTEST:
            shown[0] = now
            say(sentence.format(done=done + 1, total=total, name=name))

    return step


def named(book: Any, name: str) -> Any:
    """The cell with this defined name, None when the workbook has none.

    Asked for by its name first, for a workbook has many; what is found could be a sheet's own name of the same text.
    """
    names = book.names
    if name in names and (found := names[name]).name == name:
        return found.refers_to_range
    return next((one.refers_to_range for one in names if one.name == name), None)


def written_in(book: Any, name: str, otherwise: str = "") -> str:
    """What the cell with this defined name says; `otherwise` in a workbook without such a cell."""
    cell = named(book, name)
    return otherwise if cell is None else str(cell.value or "").strip()


def is_libreoffice(book: Any) -> bool:
    """Whether the host is LibreOffice rather than Excel."""
    return bool(book.app.engine.name == LIBREOFFICE)
